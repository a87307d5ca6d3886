"""References between the files of the catalogue: every name that is used is declared, nothing stands twice, shares add up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from gep.base.findings import Finding, Place, finding
from gep.base.records import FREE_DIMS, Code, Crosswalk, Measure, Rule, Scheme
from gep.catalog import read
from gep.catalog.classes import OPEN, taken_from
from gep.catalog.record import HOLDS, MEASURE, Catalog, near
from gep.catalog.tables import spot
from gep.catalog.words import kind_holes

VALUE = "value."  # begins the id of the value of a service
Known = Callable[[str, str, Mapping[str, object], Place], None]  # complains of a name that its table does not hold


def check(catalog: Catalog) -> list[Finding]:
    """References between the files."""
    findings: list[Finding] = []

    def known(kind: str, name: str, table: Mapping[str, object], place: Place) -> None:
        if name and name not in table:
            findings.append(
                finding("CATALOG-UNKNOWN-REFERENCE", place, found=name, holes=kind_holes(kind), near=near(name, table))
            )

    for measure in catalog.measures.values():
        _check_measure(measure, catalog, known)
    for records in catalog.records.values():
        known("measure", records.extent, catalog.measures, Place(records.file, key=records.id))
    for code in (c for codes in catalog.codes.values() for c in codes.values()):
        known("code", code.parent, catalog.codes[code.scheme], Place(code.file, code.line, "parent", key=code.code))
    findings += (f for scheme, codes in catalog.codes.items() for f in _check_names(scheme, codes))
    for rule in (r for versions in catalog.rules.values() for r in versions):
        _check_rule(rule, catalog, known)
    findings += _check_flows(catalog)
    services = catalog.codes.get("service", {})
    for overlap in catalog.overlaps.values():
        place = Place(overlap.file, key=overlap.id)
        known("source", overlap.source, catalog.sources, place)
        for member in overlap.members:
            name = member.partition(HOLDS)[0]
            table = catalog.measures if name.startswith(MEASURE) else {**catalog.measures, **services}
            known("measure", name.removeprefix(MEASURE), table, place)
    _check_tables(catalog, known)
    for scheme in catalog.schemes.values():
        _check_scheme(scheme, catalog, known)
        findings += _check_once(scheme)
        findings += _check_groups(scheme, catalog, known)
    for parameter in (p for rows in catalog.parameters.values() for p in rows):
        place = Place(parameter.file, parameter.line, key=parameter.id)
        known("source", parameter.source, catalog.sources, place)
        for dim, keyed in parameter.key:
            known("code scheme", dim, catalog.codes, place)
            if dim in catalog.codes:
                known("code", keyed, catalog.codes[dim], place)
    for lines in catalog.crosswalks.values():
        findings += _check_crosswalk(lines, catalog, known)
    return findings


def _check_tables(catalog: Catalog, known: Known) -> None:
    """What a table is repeated for, and the cells that the balance sheet shows, exist."""
    for layout in catalog.layouts.values():
        known("code scheme", layout.instance, catalog.codes, Place(layout.file, key=layout.id))
    for line in catalog.sheet.values():
        for name in (line.opening, line.closing):
            table, _, row = name.partition(".")
            if not line.column or spot(catalog.layouts, row, line.column, table) is None:
                known("measure", name, catalog.measures, Place(line.file, key=line.code))


def _check_names(scheme: str, codes: Mapping[str, Code]) -> Iterable[Finding]:
    """Codes of one name that are valid on the same day: a class under two codes would be counted twice."""
    same: dict[str, list[Code]] = {}
    for code in codes.values():
        others = same.setdefault(code.names.zh, [])
        for other in others:
            if code.valid_from <= other.valid_to and other.valid_from <= code.valid_to:
                one, two = (code, other) if code.file.startswith("local/") else (other, code)
                place = Place(one.file, one.line, "zh", key=f"{scheme}:{one.code}")
                args = {"scheme": scheme, "name": one.names.zh}
                yield finding("CATALOG-NAME-TWICE", place, found=one.code, expected=two.code, holes=args)
        others.append(code)


def _check_measure(measure: Measure, catalog: Catalog, known: Known) -> None:
    place = Place(measure.file, key=measure.id)
    known("layout", measure.table, catalog.layouts, place)
    for other in (measure.nets, measure.mirror):
        known("measure", other, catalog.measures, place)
    for dim in measure.dims:
        if dim not in FREE_DIMS:
            known("code scheme", dim, catalog.codes, place)
    for column in (c for c in read.ACCOUNT_COLUMNS if c in measure.account):
        placed = measure.account[column]
        if placed.startswith("="):
            known("code", placed[1:], catalog.codes.get(column, {}), place)
        else:
            known("dimension", placed, dict.fromkeys(measure.dims), place)


def _check_scheme(scheme: Scheme, catalog: Catalog, known: Known) -> None:
    place = Place(scheme.file, key=scheme.id)
    known("source", scheme.source, catalog.sources, place)
    for name in scheme.rules:
        known("rule", name, catalog.rules, place)
    for name in scheme.tables:
        known("layout", name, catalog.layouts, place)
    for name in scheme.overlaps:
        known("overlap", name, catalog.overlaps, place)
    for name in scheme.undetermined:
        known("code", name, catalog.codes.get("service", {}), place)
    for dim, codes in scheme.classes.items():
        known("code scheme", dim, catalog.codes, place)
        measure = taken_from(codes)
        known("measure", measure, catalog.measures, place)
        for code in codes if dim in catalog.codes and not measure else ():
            known("code", code, catalog.codes[dim], place)
    prices: dict[str, object] = {**catalog.parameters, **catalog.codes.get("parameter", {})}
    prices |= {m.id: m for m in catalog.measures.values() if m.kind == "price"}
    for line in (line for service in scheme.services for line in service.lines):
        known("measure", line.measure, catalog.measures, place)
        known("parameter", line.price, prices, place)
        dims = catalog.measures[line.measure].dims if line.measure in catalog.measures else tuple(line.domain)
        for dim, codes in line.domain.items():
            known("dimension", dim, dict.fromkeys(dims), place)
            for code in codes if codes != OPEN and dim in dims else ():
                known("code", code, catalog.codes.get(dim, {}), place)


def _check_rule(rule: Rule, catalog: Catalog, known: Known) -> None:
    place = Place(rule.file, key=rule.id)
    known("measure", rule.output, catalog.measures, place)
    known("source", rule.source, catalog.sources, place)
    parameters = {**catalog.parameters, **catalog.codes.get("parameter", {})}
    tables: Mapping[str, Mapping[str, object]] = MappingProxyType({"measure": catalog.measures, "parameter": parameters})
    for given in rule.inputs:
        if given.kind == "column":
            known("record set", given.rows, catalog.records, place)
        else:
            known(given.kind, given.ref, tables[given.kind], place)
        for dim, code in given.select.items():
            known("code scheme", dim, catalog.codes, place)
            if dim in catalog.codes:
                known("code", code, catalog.codes[dim], place)
    for dim, codes in rule.domain.items():
        known("code scheme", dim, catalog.codes, place)
        for code in codes if dim in catalog.codes and codes != OPEN else ():
            known("code", code, catalog.codes[dim], place)
    for equation in rule.empirical:
        known("source", equation.source, catalog.sources, place)


def _check_flows(catalog: Catalog) -> Iterable[Finding]:
    """No rule puts a flow of an ecosystem service, or anything made of one, under a value of the balance sheet.

    GEP is a flow of a year and an asset a stock at a date: their sum has no meaning, whatever the units say.
    """
    rules = [r for versions in catalog.rules.values() for r in versions if r.kind in ("compute", "allocate")]
    flows = {m.id for m in catalog.measures.values() if m.account.get("service") or m.id.startswith(VALUE)}
    balance = {m.id for m in catalog.measures.values() if m.balance}
    grown = True
    while grown:  # what is made of a flow is one
        reads = (r for r in rules if any(i.kind == "measure" and i.ref in flows for i in r.inputs))
        made = {r.output for r in reads if r.output not in balance}
        grown = not made <= flows
        flows |= made
    for rule in (r for r in rules if r.output in balance):
        for given in (i for i in rule.inputs if i.kind == "measure" and i.ref in flows):
            place = Place(rule.file, key=f"{rule.id}.{given.name}")
            yield finding("CATALOG-FLOW-IN-ASSET", place, found=given.ref, rule=rule.id, name=rule.output)


def _check_once(scheme: Scheme) -> list[Finding]:
    """A service stands once, and a measure in one line: two prices for one quantity would be counted twice."""
    names = [("service", s.id) for s in scheme.services] + [("line", x.measure) for s in scheme.services for x in s.lines]
    return [
        finding("CATALOG-DUPLICATE", Place(scheme.file, key=scheme.id), expected=scheme.file, holes=kind_holes(kind), name=name)
        for kind, name in dict.fromkeys(n for n in names if names.count(n) > 1)
    ]


def _check_groups(scheme: Scheme, catalog: Catalog, known: Known) -> list[Finding]:
    """Correlation groups name parameters that exist, each in one group: two would give its error twice."""
    groups = scheme.uncertainty.groups if scheme.uncertainty is not None else ()
    parameters = {**catalog.parameters, **catalog.codes.get("parameter", {})}
    named: dict[str, list[str]] = {}
    for group in groups:
        place = Place(scheme.file, key=f"{scheme.id}.uncertainty.{group.id}")
        known("source", group.source, catalog.sources, place)
        for name in group.parameters:
            known("parameter", name, parameters, place)
            named.setdefault(name, []).append(group.id)
    return [
        finding("CATALOG-GROUP-TWICE", Place(scheme.file, key=scheme.id), found=name, expected=", ".join(several))
        for name, several in named.items()
        if len(several) > 1
    ]


def _check_crosswalk(lines: Sequence[Crosswalk], catalog: Catalog, known: Known) -> list[Finding]:
    """One map: its codes exist, it joins two schemes in one way, no pair stands twice, and its shares add up."""
    findings = []
    name, first = lines[0].id, lines[0]
    pairs: dict[tuple[str, str], Place] = {}
    for line in lines:
        place = Place(line.file, line.line, key=line.code_from)
        known("source", line.source, catalog.sources, place)
        for scheme, code in ((line.scheme_from, line.code_from), (line.scheme_to, line.code_to)):
            known("code scheme", scheme, catalog.codes, place)
            if scheme in catalog.codes:
                known("code", code, catalog.codes[scheme], place)
        if _way(line) != _way(first):
            findings.append(finding("CATALOG-CROSSWALK-MIXED", place, found=_way(line), expected=_way(first), name=name))
        other = pairs.setdefault((line.code_from, line.code_to), place)
        if other is not place:
            pair = f"{line.code_from} → {line.code_to}"
            findings.append(finding("CATALOG-DUPLICATE", place, expected=other.text(), holes=kind_holes("code"), name=pair))
    if all(line.conserves for line in lines):
        findings += _check_shares(name, lines)
    return findings


def _way(line: Crosswalk) -> str:
    """What is the same in all lines of one crosswalk."""
    return f"{line.scheme_from} → {line.scheme_to}, conserves {'yes' if line.conserves else 'no'}"


def _check_shares(name: str, lines: Sequence[Crosswalk]) -> list[Finding]:
    totals: dict[str, Fraction] = {}
    for line in lines:
        totals[line.code_from] = totals.get(line.code_from, Fraction(0)) + line.share
    return [
        finding(
            "CATALOG-CROSSWALK-SHARE",
            Place(f"crosswalks/{name}", key=code),
            found=shares,
            expected=1,
            difference=shares - 1,
            name=name,
            key=code,
        )
        for code, shares in sorted(totals.items())
        if shares != 1
    ]
