"""coefficients list, show and audit: what the catalogue holds, where it comes from, what is missing or never used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from gep.base.findings import Finding, Place, finding
from gep.base.records import Parameter, Scheme, key_text
from gep.catalog.read import PROVENANCES
from gep.catalog.record import Catalog
from gep.catalog.resolve import valid
from gep.catalog.template import entries
from gep.catalog.valuation import value_rules

RULE, REFERENCE = "rule", "reference"  # what a parameter is for, as its code says in `use`
ILLUSTRATIVE = "illustrative"


@dataclass(frozen=True)
class Audit:
    """What `gep coefficients audit` reports. Each list holds parameter ids with the reason.

    The first block is information, the second what must not be: every entry of it is a problem with a finding of its own.
    """

    rows: int
    by_status: Mapping[str, int]
    by_set: Mapping[str, int]
    unknown: tuple[str, ...]  # declared, value not known
    no_range: int
    reference: tuple[str, ...]  # kept for reference only
    absent: tuple[str, ...]  # read by a rule or line of an enabled scheme, without any row in its sets

    no_locator: tuple[str, ...]  # a source without table or clause
    older_than_source: tuple[str, ...]  # in force before its text was published
    unused: tuple[str, ...]  # read by no rule and no line of a scheme, and not declared to be for reference
    reference_read: tuple[str, ...]  # declared to be for reference, yet read
    no_use: tuple[str, ...]  # its code says neither `rule` nor `reference`
    no_name: tuple[str, ...]  # an id that is no code of the scheme `parameter`
    illustrative: tuple[str, ...]  # the status says illustrative and the source does not, or the reverse
    no_provenance: tuple[str, ...]  # in a file that says of its values how they were come by


def every(catalog: Catalog) -> list[Parameter]:
    return [p for name in sorted(catalog.parameters) for p in catalog.parameters[name]]


def listed(catalog: Catalog, text: str = "", source_set: str = "") -> list[Parameter]:
    """Parameters whose id, set, source or name holds `text`."""
    names = catalog.codes.get("parameter", {})

    def holds(p: Parameter) -> bool:
        code = names.get(p.id)
        words = (p.id, p.source_set, p.source, code.names.zh if code else "", code.names.en if code else "")
        return text.lower() in " ".join(words).lower() and (not source_set or p.source_set == source_set)

    return [p for p in every(catalog) if holds(p)]


def users(catalog: Catalog) -> dict[str, set[str]]:
    """Parameter id -> the rules (`id`) and scheme lines (`scheme:service`) that read it."""
    found: dict[str, set[str]] = {}
    for versions in catalog.rules.values():
        for rule in versions:
            for given in rule.inputs:
                if given.kind == "parameter":
                    found.setdefault(given.ref, set()).add(rule.id)
    for scheme in catalog.schemes.values():
        for service in scheme.services:
            for line in service.lines:
                if line.price:
                    found.setdefault(line.price, set()).add(f"{scheme.id}:{service.id}")
    return found


def audit(catalog: Catalog) -> Audit:
    """Coverage, sources and use of every parameter."""
    rows = every(catalog)
    enabled = [s for s in catalog.schemes.values() if s.status == "enabled"]
    found: dict[str, list[str]] = {}
    for told in problems(catalog):
        found.setdefault(told.code, []).append(dict(told.args)["name"])

    def of(code: str) -> tuple[str, ...]:
        return tuple(found.get(f"COEFFICIENTS-{code}", ()))

    return Audit(
        rows=len(rows),
        by_status=_count(p.status for p in rows),
        by_set=_count(p.source_set for p in rows),
        unknown=tuple(_name(p) for p in rows if p.value is None),
        no_range=sum(1 for p in rows if p.low is None and p.high is None),
        reference=tuple(sorted({p.id for p in rows if _use(catalog, p.id) == REFERENCE})),
        absent=tuple(sorted(f"{s.id}: {name} ({reader})" for s in enabled for name, reader in _absent(catalog, s))),
        no_locator=of("NO-LOCATOR"),
        older_than_source=of("OLDER-THAN-TEXT"),
        unused=of("UNUSED"),
        reference_read=of("REFERENCE-READ"),
        no_use=of("USE"),
        no_name=of("NO-NAME"),
        illustrative=of("ILLUSTRATIVE"),
        no_provenance=of("NO-PROVENANCE"),
    )


def problems(catalog: Catalog) -> tuple[Finding, ...]:
    """What must not be in a catalogue that figures rest on: a finding that stops for each, in the order of the parameters."""
    rows = every(catalog)
    stating = {p.file for p in rows if p.provenance}
    return (*_of_ids(catalog), *(f for p in rows for f in _of_row(catalog, p, p.file in stating)))


def to_fill(catalog: Catalog, year: int) -> dict[str, int]:
    """How many values a bureau must type in before each enabled profile that is valid in `year` can run (classes at the top)."""
    enabled = (s for s in catalog.schemes.values() if s.status == "enabled" and valid(s.valid_from, s.valid_to, year))
    return {s.id: len(entries(catalog, s.id, year)) for s in enabled}


def _of_ids(catalog: Catalog) -> Iterator[Finding]:
    """Name and use of each parameter, be it a row or a name only; the place is its code, else its first row."""
    read = users(catalog)
    codes = catalog.codes.get("parameter", {})
    for name in sorted({*catalog.parameters, *codes}):
        code, readers, use = codes.get(name), read.get(name, set()), _use(catalog, name)
        if code is None:
            first = catalog.parameters[name][0]
            place = Place(first.file, first.line, key=name)
            yield finding("COEFFICIENTS-NO-NAME", place, name=name)
        else:
            place = Place(code.file, code.line, "use", key=name)
            if use not in (RULE, REFERENCE):
                yield finding("COEFFICIENTS-USE", place, found=use or "-", expected=f"{RULE} | {REFERENCE}", name=name)
        if not readers and use != REFERENCE:
            yield finding("COEFFICIENTS-UNUSED", place, name=name)
        if readers and use == REFERENCE:
            yield finding("COEFFICIENTS-REFERENCE-READ", place, found=", ".join(sorted(readers)), name=name)


def _of_row(catalog: Catalog, p: Parameter, stating: bool) -> Iterator[Finding]:
    """Source, locator, validity and provenance of one row."""
    source = catalog.sources[p.source]
    place = Place(p.file, p.line, key=p.id)
    args = {"name": _name(p), "source": p.source}
    if not p.locator and p.status != ILLUSTRATIVE:
        yield finding("COEFFICIENTS-NO-LOCATOR", place, holes=args)
    if _older(p, source.year):
        yield finding("COEFFICIENTS-OLDER-THAN-TEXT", place, found=p.valid_from, expected=source.year, holes=args)
    if (p.status == ILLUSTRATIVE) != (source.kind == ILLUSTRATIVE):
        yield finding("COEFFICIENTS-ILLUSTRATIVE", place, found=p.status, expected=source.kind, holes=args)
    if stating and not p.provenance:
        known = " | ".join(word for word in PROVENANCES if word)
        yield finding("COEFFICIENTS-NO-PROVENANCE", place, found="-", expected=known, holes=args)


def _use(catalog: Catalog, name: str) -> str:
    code = catalog.codes.get("parameter", {}).get(name)
    return code.attrs.get("use", "") if code is not None else ""


def _older(p: Parameter, year: str) -> bool:
    """A standard's value cannot be in force before the standard; a paper may well report on earlier years."""
    return p.status == "standard" and year.isdigit() and p.valid_from != date.min and p.valid_from.year < int(year)


def _read(catalog: Catalog, scheme: Scheme) -> Iterator[tuple[str, str]]:
    """(parameter, rule that reads it) of a scheme; the rule of a price is that of its value."""
    rules = [r for name in scheme.rules for r in catalog.rules[name]] + list(value_rules(catalog, scheme)[0])
    return ((given.ref, rule.id) for rule in rules for given in rule.inputs if given.kind == "parameter")


def _absent(catalog: Catalog, scheme: Scheme) -> Iterator[tuple[str, str]]:
    """Those of which no set of the scheme, and no book, has a row."""
    sets = (*scheme.parameter_sets, "local")
    held = {p.id for p in every(catalog) if p.source_set in sets}
    return ((name, reader) for name, reader in _read(catalog, scheme) if name not in held)


def _name(p: Parameter) -> str:
    return f"{p.id} [{key_text(p.key) or '-'}] {p.region or '-'} ({p.source_set})"


def _count(items: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for item in items:
        found[item] = found.get(item, 0) + 1
    return dict(sorted(found.items()))
