"""Loads measures, codes, parameters, rules, schemes and sources from text files: the shipped, then a book's own over them."""

from __future__ import annotations

import csv
import difflib
import io
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.records import (
    Code,
    Crosswalk,
    Input,
    Layout,
    Measure,
    Overlap,
    Parameter,
    RecordSet,
    Rule,
    Scheme,
    SheetLine,
    Source,
)
from gep.catalog import read
from gep.catalog.classes import OPEN, taken_from
from gep.catalog.each import copies
from gep.catalog.fields import Fields
from gep.catalog.registers import Bound, read_registers, rules_of
from gep.catalog.tables import codes_of, measures_of, netting_measures, netting_rule, spot
from gep.catalog.words import kind_holes

T = TypeVar("T")
Known = Callable[[str, str, Mapping[str, object], Place], None]  # complains of a name that its table does not hold
MEASURE, HOLDS = "measure:", "@"  # members of an overlap: a measure that shares its id with a service; one that holds a code
PARAMETER_FOLDERS = ("parameters", "prices", "deflators")
REPLACED = {  # what a book may replace, and the table it stands in; parameters are not replaced but come first
    "measure": "measures", "code": "codes", "crosswalk": "crosswalks", "rule": "rules", "scheme": "schemes", "source": "sources",
    "record set": "records", "layout": "layouts", "overlap": "overlaps",
}  # fmt: skip


@dataclass(frozen=True)
class Catalog:
    """Everything declared, by id. `rules` holds every version of a rule, oldest first."""

    measures: Mapping[str, Measure] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, Code]] = field(default_factory=dict)
    crosswalks: Mapping[str, tuple[Crosswalk, ...]] = field(default_factory=dict)
    parameters: Mapping[str, tuple[Parameter, ...]] = field(default_factory=dict)
    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    schemes: Mapping[str, Scheme] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    records: Mapping[str, RecordSet] = field(default_factory=dict)
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    overlaps: Mapping[str, Overlap] = field(default_factory=dict)
    sheet: Mapping[str, SheetLine] = field(default_factory=dict)  # the lines of the balance sheet, in order
    bounds: Mapping[str, Bound] = field(default_factory=dict)  # floors and caps, each also an assert rule and a parameter
    shadowed: Mapping[str, Finding] = field(default_factory=dict)  # a note for each shipped entry that a local one replaces


def load(shipped: Path, local: Path | None = None) -> Catalog:
    """The catalogue of the shipped folder (`coefficients/`) with a book's `local/` over it.

    A local measure, rule, scheme, source, code or record set replaces the shipped one of the same id; local parameters stand
    beside the shipped ones and come first when they are resolved. Raises Refused with every finding of every file.
    """
    findings: list[Finding] = []
    layers = [_layer(shipped, "coefficients", findings)]
    # the tables stand beside the coefficients, in ledgers/layouts
    ledgers = shipped.with_name("ledgers")
    tables, sheet = _layouts(ledgers, "ledgers", findings), _sheet(ledgers, "ledgers", findings)
    layers[0] = replace(layers[0], layouts={**layers[0].layouts, **tables}, sheet={**layers[0].sheet, **sheet})
    if local is not None and local.is_dir():
        layers.append(_layer(local, "local", findings))
    merged = _with_tables(layers[0] if len(layers) == 1 else _over(layers[0], layers[1]), findings)
    merged = _complete(_with_registers(merged, ledgers, local, findings))
    findings += _check(merged)
    if stops(findings):
        raise Refused(findings)
    return merged


def near(name: str, known: Iterable[str]) -> str:
    """Up to three known names that look like `name`."""
    return ", ".join(difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.5)) or "-"


def _layer(root: Path, label: str, findings: list[Finding]) -> Catalog:
    measures: dict[str, Measure] = {}
    records: dict[str, RecordSet] = {}
    rules: dict[str, list[Rule]] = {}
    schemes: dict[str, Scheme] = {}
    sources: dict[str, Source] = {}
    codes: dict[str, dict[str, Code]] = {}
    crosswalks: dict[str, list[Crosswalk]] = {}
    parameters: dict[str, list[Parameter]] = {}
    overlaps: dict[str, Overlap] = {}

    places: dict[tuple[str, str], Place] = {}

    def once(kind: str, table: dict[str, object], name: str, made: object, place: Place) -> None:
        first(kind, name, place)
        table[name] = made

    def first(kind: str, name: str, place: Place) -> None:
        if (kind, name) in places:
            other = places[kind, name].text()
            findings.append(finding("CATALOG-DUPLICATE", place, expected=other, holes=kind_holes(kind), name=name))
        places.setdefault((kind, name), place)

    for folder, kind, table, reader in (
        ("measures", "measure", measures, read.measure),
        ("records", "record set", records, read.record_set),
        ("overlaps", "overlap", overlaps, read.overlap),
    ):
        for name, body, place in _copied(_toml_tables(root, label, folder, findings), findings):
            once(kind, table, name, reader(name, Fields(body, place, findings)), place)  # type: ignore[arg-type]
    for name, body, place in _copied(_toml_tables(root, label, "rules", findings), findings):
        rule = read.rule(name, Fields(body, place, findings))
        first("rule", f"{rule.id}@{rule.version}", place)
        versions = rules.setdefault(rule.id, [])
        same_day = next((r for r in versions if r.valid_from == rule.valid_from and r.version != rule.version), None)
        if same_day is not None:
            begins = f"{rule.id} ({rule.valid_from})"
            findings.append(finding("CATALOG-DUPLICATE", place, expected=same_day.file, holes=kind_holes("rule"), name=begins))
        versions.append(rule)
    for path, body in _toml_files(root, label, "schemes", findings):
        made = read.scheme(Fields(body, Place(path, key=str(body.get("id", ""))), findings))
        once("scheme", schemes, made.id, made, Place(path))  # type: ignore[arg-type]
    for path, body in (x for name in ("sources.toml", "sources") for x in _toml_files(root, label, name, findings)):
        for name, entry in body.items():
            place = Place(path, key=name)
            once("source", sources, name, read.source(name, Fields(_table(entry), place, findings)), place)  # type: ignore[arg-type]
    for row in _csv_rows(root, label, "codes", findings):
        code = read.code(row)
        scheme = codes.setdefault(code.scheme, {})
        first("code", f"{code.scheme}:{code.code}", row.place)
        scheme[code.code] = code
    for row in _csv_rows(root, label, "crosswalks", findings):
        line = read.crosswalk(row)
        crosswalks.setdefault(line.id, []).append(line)
    for folder in PARAMETER_FOLDERS:
        for row in _csv_rows(root, label, folder, findings):
            parameter = read.parameter(row)
            parameters.setdefault(parameter.id, []).append(parameter)
    return Catalog(
        measures,
        codes,
        {k: tuple(v) for k, v in crosswalks.items()},
        {k: tuple(v) for k, v in parameters.items()},
        {k: tuple(sorted(v, key=lambda r: r.valid_from)) for k, v in rules.items()},
        schemes,
        sources,
        records,
        _layouts(root, label, findings),
        overlaps,
        _sheet(root, label, findings),
    )


def _layouts(root: Path, label: str, findings: list[Finding]) -> dict[str, Layout]:
    layouts: dict[str, Layout] = {}
    for name, body, place in _toml_tables(root, label, "layouts", findings):
        if name in layouts:
            holes = kind_holes("layout")
            findings.append(finding("CATALOG-DUPLICATE", place, expected=layouts[name].file, holes=holes, name=name))
        layouts[name] = read.layout(name, Fields(body, place, findings))
    return layouts


def _sheet(root: Path, label: str, findings: list[Finding]) -> dict[str, SheetLine]:
    entries = _toml_tables(root, label, "sheets", findings)
    return {name: read.sheet_line(name, Fields(body, place, findings)) for name, body, place in entries}


def _copied(
    entries: Iterable[tuple[str, Mapping[str, object], Place]], findings: list[Finding]
) -> Iterable[tuple[str, Mapping[str, object], Place]]:
    """Every entry, one that is written for several tables once for each."""
    for name, body, place in entries:
        for copy, filled in copies(name, body, place, findings):
            yield copy, filled, replace(place, key=copy)


def _with_tables(catalog: Catalog, findings: list[Finding]) -> Catalog:
    """The catalogue with the measures and codes that the asset tables declare; one that stands already makes a finding."""
    measures, codes = dict(catalog.measures), {scheme: dict(held) for scheme, held in catalog.codes.items()}
    for layout in catalog.layouts.values():
        for measure in measures_of(layout):
            _new("measure", measures, measure.id, measure, findings)
        for code in codes_of(layout):
            _new("code", codes.setdefault(code.scheme, {}), code.code, code, findings)
    rules = dict(catalog.rules)
    for part in [m for m in measures.values() if m.nets in measures]:
        for measure in netting_measures(part, measures[part.nets]):
            _new("measure", measures, measure.id, measure, findings)
        made = netting_rule(part)
        rules[made.id] = (made,)
    return replace(catalog, measures=measures, codes=codes, rules=rules)


def _with_registers(catalog: Catalog, ledgers: Path, local: Path | None, findings: list[Finding]) -> Catalog:
    """The catalogue with a check for every floor and cap of the registers; a book's own replaces the shipped one of the same id."""
    layers = [(ledgers, "ledgers")] + ([(local, "local")] if local is not None and local.is_dir() else [])
    rows = (bound for root, label in layers for bound in read_registers(_csv_rows(root, label, "registers", findings)))
    bounds = {bound.id: bound for bound in rows}
    instances = {t.instance for t in catalog.layouts.values() if t.instance}
    checks = rules_of(tuple(bounds.values()), catalog.measures, instances)
    findings += checks.findings
    named = {**catalog.codes.get("parameter", {}), **{c.code: c for c in checks.codes}}
    return replace(
        catalog,
        rules={**catalog.rules, **{r.id: (r,) for r in checks.rules}},
        parameters={**catalog.parameters, **{p.id: (p,) for p in checks.parameters}},
        codes={**catalog.codes, "parameter": named} if checks.codes else catalog.codes,
        bounds=bounds,
    )


def _new(kind: str, table: dict[str, T], name: str, made: T, findings: list[Finding]) -> None:
    if name in table:
        place, other = Place(getattr(made, "file", ""), key=name), getattr(table[name], "file", "")
        findings.append(finding("CATALOG-DUPLICATE", place, expected=other, holes=kind_holes(kind), name=name))
    table[name] = made


def _over(base: Catalog, top: Catalog) -> Catalog:
    """`top` over `base`: same ids replaced (a note each), parameters put side by side, codes replaced one by one."""
    merged: dict[str, Mapping[str, object]] = {f.name: {**getattr(base, f.name), **getattr(top, f.name)} for f in fields(Catalog)}
    merged["codes"] = {s: {**base.codes.get(s, {}), **top.codes.get(s, {})} for s in {**base.codes, **top.codes}}
    merged["parameters"] = {
        p: (*top.parameters.get(p, ()), *base.parameters.get(p, ())) for p in {**base.parameters, **top.parameters}
    }
    merged["shadowed"] = _shadowed(base, top)
    return Catalog(**merged)  # type: ignore[arg-type]


def _shadowed(base: Catalog, top: Catalog) -> dict[str, Finding]:
    """The entries of `base` that `top` replaces: nothing of them is used any more, so that must be told."""
    notes: dict[str, Finding] = {}
    for kind, table in REPLACED.items():
        here, there = getattr(top, table), getattr(base, table)
        if table == "codes":
            here, there = ({f"{s}:{c}": code for s, codes in t.items() for c, code in codes.items()} for t in (here, there))
        for name in sorted(here.keys() & there.keys()):
            # the newest version of a rule stands for all: the shipped ones are replaced together
            one, other = (entry[-1] if isinstance(entry, tuple) else entry for entry in (here[name], there[name]))
            found, expected = getattr(one, "file", "local"), getattr(other, "file", "coefficients")  # a source has no file
            place = Place(found, getattr(one, "line", 0), key=f"{kind} {name}")
            made = finding("CATALOG-LOCAL-OVER-SHIPPED", place, found=found, expected=expected, holes=kind_holes(kind), name=name)
            notes[made.id] = made
    return notes


def _complete(catalog: Catalog) -> Catalog:
    """Fill what a rule input takes over from its measure: grain, unit and bounds (declared there, so not repeated)."""

    def filled(given: Input) -> Input:
        measure = catalog.measures.get(given.ref) if given.kind == "measure" else None
        if measure is None:
            return given
        grain = given.grain if given.grain != read.INHERIT else ("region", *(d for d in measure.dims if d not in given.select))
        unit = given.unit or measure.unit
        if unit != measure.unit:
            return replace(given, grain=grain, unit=unit)
        lower = given.lower if given.lower is not None else measure.lower
        upper = given.upper if given.upper is not None else measure.upper
        return replace(given, grain=grain, unit=unit, lower=lower, upper=upper)

    instances = frozenset(t.instance for t in catalog.layouts.values() if t.instance)

    def whole(rule: Rule) -> Rule:
        output = catalog.measures.get(rule.output)
        inherits = rule.grain == read.INHERIT
        grain = ("region", *(output.dims if output is not None else ())) if inherits else rule.grain
        # a table is repeated for what is returned (minerals), not for every code there is
        opened = {d: OPEN for d in grain if d in instances and d not in rule.domain}
        domain = {**rule.domain, **opened} if opened else rule.domain
        return replace(rule, grain=grain, domain=domain, inputs=tuple(filled(i) for i in rule.inputs))

    rules = {name: tuple(whole(rule) for rule in versions) for name, versions in catalog.rules.items()}
    schemes = {name: replace(s, rules=_chosen(s.rules, rules)) for name, s in catalog.schemes.items()}
    return replace(catalog, rules=rules, schemes=schemes)


def _chosen(wanted: Sequence[str], rules: Mapping[str, object]) -> tuple[str, ...]:
    """Rule ids as a scheme names them; `LA-01.*` takes all rules of a table (and stays as it is where there is none)."""
    found: list[str] = []
    for name in wanted:
        several = [r for r in rules if r.startswith(name[:-1])] if name.endswith(".*") else []
        found += several or [name]
    return tuple(dict.fromkeys(found))


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _paths(root: Path, label: str, folder: str, suffix: str) -> Iterable[tuple[Path, str]]:
    place = root / folder
    if place.is_file():
        yield place, f"{label}/{folder}"
    for path in sorted(place.rglob(f"*{suffix}")) if place.is_dir() else ():
        yield path, f"{label}/{path.relative_to(root).as_posix()}"


def _toml_files(root: Path, label: str, folder: str, findings: list[Finding]) -> Iterable[tuple[str, Mapping[str, object]]]:
    for path, shown in _paths(root, label, folder, ".toml"):
        try:
            yield shown, tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            findings.append(finding("CATALOG-FILE", Place(shown), found=str(error)))


def _toml_tables(
    root: Path, label: str, folder: str, findings: list[Finding]
) -> Iterable[tuple[str, Mapping[str, object], Place]]:
    for shown, body in _toml_files(root, label, folder, findings):
        for name, entry in body.items():
            yield name, _table(entry), Place(shown, key=name)


def _csv_rows(root: Path, label: str, folder: str, findings: list[Finding]) -> Iterable[Fields]:
    for path, shown in _paths(root, label, folder, ".csv"):
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            findings.append(finding("CATALOG-FILE", Place(shown), found=str(error)))
            continue
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        try:
            heads = list(reader.fieldnames or ())
            for head in sorted({h for h in heads if heads.count(h) > 1}):
                findings.append(
                    finding("CATALOG-DUPLICATE", Place(shown, 1, head), expected=shown, holes=kind_holes("column"), name=head)
                )
            for row in reader:
                place = Place(shown, reader.line_num)
                if None in row or None in row.values():
                    found = f"{len(row) - (None in row)} columns declared, the row has another number"
                    findings.append(finding("CATALOG-FILE", place, found=found))
                    continue
                yield Fields(row, place, findings)
        except csv.Error as error:
            # the number is that of the last row read well, so the row at fault begins on the next line
            findings.append(finding("CATALOG-FILE", Place(shown, reader.line_num + 1), found=str(error)))


def _check(catalog: Catalog) -> list[Finding]:
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
        if dim != "part":
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


def _check_once(scheme: Scheme) -> list[Finding]:
    """A service stands once, and a measure in one line: two prices for one quantity would be counted twice."""
    names = [("service", s.id) for s in scheme.services] + [("line", x.measure) for s in scheme.services for x in s.lines]
    return [
        finding("CATALOG-DUPLICATE", Place(scheme.file, key=scheme.id), expected=scheme.file, holes=kind_holes(kind), name=name)
        for kind, name in dict.fromkeys(n for n in names if names.count(n) > 1)
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
