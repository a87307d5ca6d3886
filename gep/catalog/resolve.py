"""Resolves a scheme for a year: its rules, the measures and codes they need, and one way to read a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from gep.base.findings import Finding, Place, Refused, finding
from gep.base.records import Key, Line, Measure, Parameter, Region, Rule, Scheme, key_text
from gep.catalog.classes import OPEN, coarser, overlapping, running, taken_from, too_fine, within
from gep.catalog.record import Catalog, near
from gep.catalog.words import kind_holes

LOCAL_FILES = "local/"


@dataclass(frozen=True)
class Resolved:
    """A scheme at a year. `rules` in the order they can be executed; `domains` of each line's measure, per dimension."""

    scheme: Scheme
    year: int
    rules: tuple[Rule, ...]
    measures: Mapping[str, Measure]
    computed: frozenset[str]


def scheme_of(catalog: Catalog, name: str, year: int) -> Scheme:
    """The scheme, if it exists, is enabled and valid in `year`; else Refused."""
    scheme = catalog.schemes.get(name)
    enabled = [s.id for s in catalog.schemes.values() if s.status == "enabled"]
    if scheme is None:
        place = Place("coefficients/schemes", key=name)
        raise Refused(
            [finding("CATALOG-UNKNOWN-REFERENCE", place, found=name, holes=kind_holes("scheme"), near=near(name, enabled))]
        )
    place = Place(scheme.file, key=name)
    if scheme.status == "disabled":
        raise Refused([finding("CATALOG-SCHEME-DISABLED", place, found=scheme.reason, name=name, near=", ".join(enabled))])
    if not valid(scheme.valid_from, scheme.valid_to, year):
        raise Refused([_invalid("scheme", name, scheme.valid_from, scheme.valid_to, year, place)])
    return scheme


def resolve(catalog: Catalog, name: str, year: int) -> Resolved:
    """The scheme with the version of each rule that is valid in `year`, sorted so that inputs come before outputs.

    Several rules may compute one measure if each does it for other classes. Raises Refused with every finding: unknown or
    disabled scheme, a rule not valid then, two rules for one figure, a rule for finer classes than the scheme keeps, a circle.
    """
    scheme = scheme_of(catalog, name, year)
    findings: list[Finding] = []
    rules: list[Rule] = []
    for rule_id in scheme.rules:
        versions = catalog.rules[rule_id]
        current = [r for r in versions if valid(r.valid_from, r.valid_to, year)]
        if current:
            rules.append(current[-1])
        elif not versions[-1].regions:  # the limit of one region that does not hold in the year is no check then
            last = versions[-1]
            place = Place(last.file, key=rule_id)
            findings.append(_invalid("rule", rule_id, last.valid_from, last.valid_to, year, place))
    makers: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.makes:
            makers.setdefault(rule.output, []).append(rule)
    findings += (f for measure, several in makers.items() for f in _check_apart(catalog, scheme, measure, several))
    findings += (f for rule in rules for f in check_fineness(catalog, scheme, rule, year))
    findings += _check_lines(catalog, scheme)
    ordered, circle = _ordered(rules, makers)
    if circle:
        place = Place(scheme.file, key=name)
        findings.append(finding("CATALOG-RULE-CYCLE", place, found=" → ".join(circle)))
    if findings:
        raise Refused(findings)
    return Resolved(scheme, year, ordered, catalog.measures, frozenset(makers))


def domain(catalog: Catalog, scheme: Scheme, line: Line, dim: str, year: int) -> tuple[str, ...] | None:
    """The codes a line must have along `dim`; None for an open list."""
    declared = line.domain.get(dim)
    if declared == OPEN:
        return None
    return _codes(catalog, scheme, dim, declared, year)


def rule_domain(catalog: Catalog, scheme: Scheme, rule: Rule, dim: str, year: int) -> tuple[str, ...] | None:
    """The codes a rule runs over along `dim`: the classes of the scheme, those within its own domain if it declares one.

    None for an open list: it then runs over what is returned.
    """
    if rule.domain.get(dim) == OPEN:
        return None
    return _codes(catalog, scheme, dim, rule.domain.get(dim), year)


def _codes(catalog: Catalog, scheme: Scheme, dim: str, declared: Sequence[str] | None, year: int) -> tuple[str, ...]:
    """A domain that names codes outside the tree of what the scheme runs over (a product, say) is taken as it stands."""
    runs = running(catalog.codes, scheme, dim, year)
    if declared is None:
        return runs
    if dim in scheme.classes or all(c in runs for c in declared):
        return within(catalog.codes, dim, declared, runs)
    return tuple(declared)


def valid(start: date, end: date, year: int) -> bool:
    """Whether a validity covers some day of the year's end, the date parameters and rules are read for."""
    return start <= date(year, 12, 31) <= end


@dataclass
class Lookup:
    """The one way to read a parameter, so that every read is traced. `read` holds what was used, `findings` what was wrong."""

    catalog: Catalog
    regions: Mapping[str, Region]
    sets: Sequence[str]
    findings: dict[str, Finding] = field(default_factory=dict)
    read: dict[tuple[str, Key, str, int], Parameter | None] = field(default_factory=dict)
    absent: dict[tuple[str, Key, int], list[str]] = field(default_factory=dict)  # nowhere found -> the regions that asked

    def find(self, name: str, key: Key, region: str, year: int) -> Parameter | None:
        """The value in force for the key, from the nearest region up the tree, then from anywhere (`region` empty).

        If no region has a row of the very class, the nearest class above that has one is taken and told.
        At one place a book's own value comes first, then the parameter sets in the order the scheme names them. Several values
        of equal standing, none, or one that is declared unknown: None and a finding that stops; a value taken from a region
        above, or an illustrative one: a finding that tells.
        """
        asked = (name, key, region, year)
        if asked not in self.read:
            self.read[asked] = self._find(name, key, region, year)
        return self.read[asked]

    def _find(self, name: str, key: Key, region: str, year: int) -> Parameter | None:
        there = [
            p
            for p in self.catalog.parameters.get(name, ())
            if valid(p.valid_from, p.valid_to, year) and self._rank(p) is not None
        ]
        places = {p.key for p in there if p.region in self.chain(region)}
        keyed = next((k for k in coarser(self.catalog.codes, key) if k in places), key)
        args: dict[str, object] = {"name": name, "key": key_text(key) or "-"}
        found = self._at(name, keyed, [p for p in there if p.key == keyed], region, year)
        if found is not None and keyed != key:
            self._tell("CATALOG-PARAMETER-CLASS", found, args, found=key_text(keyed))
        return found

    def _at(self, name: str, key: Key, rows: Sequence[Parameter], region: str, year: int) -> Parameter | None:
        """The value among those of one key, from the nearest region up the tree."""
        args: dict[str, object] = {"name": name, "key": key_text(key) or "-"}
        asked = f"{region}/{year}"
        for place_code in self.chain(region):
            here = [p for p in rows if p.region == place_code]
            if not here:
                continue
            best = min(self._rank(p) or 0 for p in here)
            first = [p for p in here if (self._rank(p) or 0) == best]
            if len(first) > 1:
                found = "; ".join(f"{p.value} {p.unit} ({p.file}:{p.line})" for p in first)
                self._tell("CATALOG-PARAMETER-AMBIGUOUS", first[0], args, asked, found=found, region=region)
                return None
            chosen = first[0]
            if chosen.value is None:
                expected = f"{chosen.source} {chosen.locator}".strip()
                self._tell("CATALOG-PARAMETER-DECLARED-UNKNOWN", chosen, args, expected=expected)
                return None
            if place_code not in ("", region):
                self._tell("CATALOG-PARAMETER-FALLBACK", chosen, args, asked, found=place_code, region=region)
            if chosen.status == "illustrative":
                self._tell("CATALOG-PARAMETER-ILLUSTRATIVE", chosen, args)
            return chosen
        self._absent(name, key, region, year)
        return None

    def _absent(self, name: str, key: Key, region: str, year: int) -> None:
        """One finding for a value that no set has, with every region that asked for it."""
        regions = self.absent.setdefault((name, key, year), [])
        regions.append(region)
        place = Place(key=f"{name}/{regions[0]}/{year}/{key_text(key) or '-'}")
        args: dict[str, object] = {"name": name, "key": key_text(key) or "-"}
        asked, expected = ", ".join(regions), ", ".join((*self.sets, "local"))
        made = finding("CATALOG-PARAMETER-UNKNOWN", place, expected=expected, region=asked, year=year, holes=args)
        self.findings[f"{name}/{year}/{key_text(key)}"] = made

    def chain(self, region: str) -> list[str]:
        """The region, the regions above it, then anywhere."""
        steps = []
        while region and region not in steps:
            steps.append(region)
            region = self.regions[region].parent if region in self.regions else ""
        return [*steps, ""]

    def _rank(self, parameter: Parameter) -> int | None:
        if parameter.file.startswith(LOCAL_FILES) and parameter.source_set == "local":
            return -1
        return self.sets.index(parameter.source_set) if parameter.source_set in self.sets else None

    def _tell(
        self,
        code: str,
        parameter: Parameter,
        args: Mapping[str, object],
        asked: str = "",
        found: str = "",
        expected: str = "",
        region: str = "",
    ) -> None:
        """A finding for each region and year that asked; without `asked` it is about the row itself and is told once."""
        where = asked or f"{parameter.region or '-'}/-"
        place = Place(parameter.file, parameter.line, key=f"{parameter.id}/{where}/{key_text(parameter.key) or '-'}")
        made = finding(code, place, found=found, expected=expected, region=region, holes=args)
        self.findings[made.id] = made


def _invalid(kind: str, name: str, start: date, end: date, year: int, place: Place) -> Finding:
    return finding("CATALOG-SCHEME-VALIDITY", place, expected=f"{start} … {end}", holes=kind_holes(kind), name=name, year=year)


def _check_lines(catalog: Catalog, scheme: Scheme) -> list[Finding]:
    """Every line's measure must stand in the accounts under its service, in money only where it is value-only."""
    findings = []
    for service in scheme.services:
        for line in service.lines:
            measure = catalog.measures[line.measure]
            place = Place(scheme.file, key=f"{scheme.id}.{service.id}")
            money = measure.unit == scheme.currency
            reasons = {
                ("指标的 account.service 不是该服务", "account.service of the measure is another service"): (
                    measure.account.get("service") != f"={service.id}"
                ),
                ("只有价值量的行须用货币单位的指标", "a value-only line needs a measure in money"): line.value_only and not money,
                ("货币单位的指标不能再乘单价", "a measure in money has no price"): bool(line.price) and money,
            }
            for (reason_zh, reason_en), wrong in reasons.items():
                if wrong:
                    args = {"name": service.id, "reason_zh": reason_zh, "reason_en": reason_en}
                    found, expected = line.measure, f"account.service = '={service.id}', {scheme.currency}"
                    findings.append(finding("CATALOG-SERVICE-LINE", place, found=found, expected=expected, holes=args))
    return findings


def _check_apart(catalog: Catalog, scheme: Scheme, measure: str, several: Sequence[Rule]) -> list[Finding]:
    """Rules for one measure must be for classes that have nothing in common along some dimension."""
    findings = []
    for i, one in enumerate(several):
        for other in several[i + 1 :]:
            shared = [d for d in one.domain if d in other.domain]
            if not any(not overlapping(catalog.codes, d, one.domain[d], other.domain[d]) for d in shared):
                found = f"{one.id}, {other.id}"
                findings.append(finding("CATALOG-RULE-TWICE", Place(scheme.file, key=scheme.id), found=found, name=measure))
    return findings


def check_fineness(catalog: Catalog, scheme: Scheme, rule: Rule, year: int) -> list[Finding]:
    """A rule may not be for classes below those the scheme keeps figures of."""
    findings = []
    for dim, codes in rule.domain.items():
        if codes == OPEN or taken_from(scheme.classes.get(dim, ())):
            continue
        runs = running(catalog.codes, scheme, dim, year)
        for code in too_fine(catalog.codes, dim, codes, runs):
            place = Place(scheme.file, key=f"{scheme.id}.classes.{dim}")
            args = {"name": rule.id, "dim": dim}
            findings.append(finding("CATALOG-CLASS-FINER", place, found=code, expected=", ".join(runs), holes=args))
    return findings


def _ordered(rules: Sequence[Rule], makers: Mapping[str, Sequence[Rule]]) -> tuple[tuple[Rule, ...], list[str]]:
    """Depth-first order by inputs of the same period; the second item is a circle, if there is one."""
    done: dict[tuple[str, str], Rule] = {}
    path: list[str] = []

    def visit(rule: Rule) -> list[str]:
        if (rule.id, rule.version) in done:
            return []
        if rule.id in path:
            return [*path[path.index(rule.id) :], rule.id]
        path.append(rule.id)
        for given in rule.inputs:
            if given.kind != "measure" or given.time != "same":
                continue
            if rule.makes and given.ref == rule.output:
                return [rule.id, rule.id]
            for maker in makers.get(given.ref, ()):
                circle = visit(maker) if maker is not rule else []
                if circle:
                    return circle
        path.pop()
        done[rule.id, rule.version] = rule
        return []

    for rule in rules:
        circle = visit(rule)
        if circle:
            return (), circle
    return tuple(done.values()), []
