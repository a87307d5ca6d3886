"""What in the catalogue bears on one service: its measures, rules, checks, overlaps, parameters and its place in each profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from gep.base.records import Code, Line, Measure, Overlap, Parameter, Rule, Scheme
from gep.catalog.classes import OPEN, overlapping
from gep.catalog.record import HOLDS, MEASURE, Catalog

PROFILE = "gep_profile"
LOCAL = "local"
Standing: TypeAlias = Literal["value", "quantity", "undetermined", "absent", "unknown"]


@dataclass(frozen=True)
class Reading:
    """One place that reads a parameter: a rule, or (`rule` empty) the price of a line of `scheme`; with what it selects."""

    rule: str
    scheme: str
    select: Mapping[str, str]
    domain: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Subject:
    """A service with all of the catalogue that bears on it.

    `measures` stand in its accounts and `rules` compute them; `below` compute what `rules` and the prices of its lines read, down
    to what is returned or belongs to another service; `seconds` work an output of these out a second time.
    """

    service: Code
    measures: tuple[Measure, ...]
    rules: tuple[Rule, ...]
    below: tuple[Rule, ...]
    seconds: tuple[Rule, ...]
    asserts: tuple[Rule, ...]
    overlaps: tuple[Overlap, ...]

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        return (*self.rules, *self.below, *self.seconds, *self.asserts)


def services(catalog: Catalog) -> list[Code]:
    """The codes that are services, not groups of them, in the order of their file."""
    return [c for c in catalog.codes["service"].values() if c.attrs.get("kind") == "service"]


def profiles(catalog: Catalog) -> list[Scheme]:
    """The GEP profiles by id, those that are disabled last."""
    return sorted((s for s in catalog.schemes.values() if s.kind == PROFILE), key=lambda s: (s.status != "enabled", s.id))


def every_rule(catalog: Catalog) -> list[Rule]:
    """Every version of every rule, by id."""
    return [rule for name in sorted(catalog.rules) for rule in catalog.rules[name]]


def service_of(measure: Measure) -> str:
    """The service in whose accounts a measure stands; empty for one that is only read."""
    return measure.account.get("service", "").removeprefix("=")


def lines_of(scheme: Scheme, service: str) -> tuple[Line, ...]:
    """The lines a scheme has for a service; none if it does not have the service."""
    return tuple(line for s in scheme.services if s.id == service for line in s.lines)


def standing(scheme: Scheme, service: str) -> Standing:
    """How a profile treats a service; `unknown` if the text of the profile has not been entered."""
    if scheme.status == "disabled":
        return "unknown"
    if service in scheme.undetermined:
        return "undetermined"
    lines = lines_of(scheme, service)
    if not lines:
        return "absent"
    return "value" if any(line.price or line.value_only for line in lines) else "quantity"


def subject(catalog: Catalog, service: Code) -> Subject:
    """Gather what bears on a service."""
    measures = tuple(m for m in catalog.measures.values() if service_of(m) == service.code)
    held = {m.id for m in measures}
    made = every_rule(catalog)
    own = tuple(r for r in made if _computes(r) and r.output in held)
    prices = {line.price for s in profiles(catalog) for line in lines_of(s, service.code)}
    below = _below(catalog, own, prices & set(catalog.measures))
    computed = held | {r.output for r in below}
    read = computed | {i.ref for r in (*own, *below) for i in r.inputs if i.kind == "measure"}
    return Subject(
        service,
        measures,
        own,
        below,
        tuple(r for r in made if r.kind == "second_route" and r.output in computed),
        tuple(r for r in made if r.kind == "assert" and _bears(catalog, r, computed, read)),
        tuple(o for o in catalog.overlaps.values() if any(_is_named(m, service.code, held) for m in o.members)),
    )


def _computes(rule: Rule) -> bool:
    return rule.kind in {"compute", "allocate"}


def _below(catalog: Catalog, rules: Sequence[Rule], wanted: Iterable[str]) -> tuple[Rule, ...]:
    """Rules that compute what `rules` read or what is `wanted`, and what those read; other services are not entered."""
    queue = [*(i.ref for r in rules for i in r.inputs if i.kind == "measure"), *sorted(wanted)]
    found: dict[tuple[str, str], Rule] = {}
    for ref in queue:  # grows while it is walked
        for rule in every_rule(catalog):
            new = (rule.id, rule.version) not in found
            if new and _computes(rule) and rule.output == ref and not service_of(catalog.measures[ref]):
                found[rule.id, rule.version] = rule
                queue += [i.ref for i in rule.inputs if i.kind == "measure"]
    return tuple(found.values())


def _bears(catalog: Catalog, rule: Rule, computed: set[str], read: set[str]) -> bool:
    """A check of results belongs to the services of the results; a check of returns to every service that reads them."""
    refs = {i.ref for i in rule.inputs if i.kind == "measure"}
    results = any(service_of(catalog.measures[ref]) for ref in refs)
    return bool(refs & computed) or (not results and bool(refs & read))


def _is_named(member: str, service: str, measures: set[str]) -> bool:
    """Whether a member of an overlap is the service or one of its measures."""
    name = member.partition(HOLDS)[0]
    return name == service or name.removeprefix(MEASURE) in measures


# --- parameters


def readings(catalog: Catalog, bearing: Subject) -> dict[str, list[Reading]]:
    """Parameter id -> where the rules and the lines of the service read it, by id."""
    found: dict[str, list[Reading]] = {}
    for rule in bearing.all_rules:
        for given in (i for i in rule.inputs if i.kind == "parameter"):
            found.setdefault(given.ref, []).append(Reading(rule.id, "", given.select, rule.domain))
    for scheme in profiles(catalog):
        for line in lines_of(scheme, bearing.service.code):
            if line.price and (line.price in catalog.parameters or line.price not in catalog.measures):
                found.setdefault(line.price, []).append(Reading("", scheme.id, {}, line.domain))
    return dict(sorted(found.items()))


def missing(catalog: Catalog, scheme: Scheme, name: str, read: Sequence[Reading]) -> tuple[int, int] | None:
    """(values that are unknown, values) among those a profile would take of a parameter; (0, 0): its sets have no row.

    None if the profile does not read it. Of each key and region the row of the first set that has one counts. Classes that have
    no row at all are not told here: which are needed depends on what is returned.
    """
    used = [r for r in read if r.scheme == scheme.id or r.rule in scheme.rules]
    if not used:
        return None
    order = (LOCAL, *scheme.parameter_sets)
    best: dict[object, list[Parameter]] = {}
    for place in order:
        rows = [
            p for p in catalog.parameters.get(name, ()) if p.source_set == place and any(_serves(catalog, r, p) for r in used)
        ]
        taken = frozenset(best)
        for p in rows:
            if (p.key, p.region) not in taken:
                best.setdefault((p.key, p.region), []).append(p)
    values = [p for rows in best.values() for p in rows]
    return sum(p.value is None for p in values), len(values)


def _serves(catalog: Catalog, reading: Reading, p: Parameter) -> bool:
    """Whether a row may be what the reading looks for: the selected codes, and classes within the domain."""
    key = dict(p.key)
    domain = {d: c for d, c in reading.domain.items() if c != OPEN and d in key and d not in reading.select}
    selected = all(key.get(d) == c for d, c in reading.select.items())
    return selected and all(overlapping(catalog.codes, d, (key[d],), c) for d, c in domain.items())
