"""Loads measures, codes, parameters, rules, schemes and sources from text files: the shipped, then a book's own over them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
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
from gep.catalog import read, read_tables
from gep.catalog.check import check
from gep.catalog.classes import OPEN
from gep.catalog.each import copies
from gep.catalog.fields import Fields
from gep.catalog.files import csv_rows, table_of, toml_files, toml_tables
from gep.catalog.record import Catalog
from gep.catalog.registers import read_registers, rules_of
from gep.catalog.tables import codes_of, measures_of, netting_measures, netting_rule
from gep.catalog.words import kind_holes

T = TypeVar("T")
PARAMETER_FOLDERS = ("parameters", "prices", "deflators")
READ = (".toml", ".csv")
_MADE: dict[str, Catalog] = {}  # by the digest of what they were made of, the oldest first
MOST_MADE = 8
REPLACED = {  # what a book may replace, and the table it stands in; parameters are not replaced but come first
    "measure": "measures", "code": "codes", "crosswalk": "crosswalks", "rule": "rules", "scheme": "schemes", "source": "sources",
    "record set": "records", "layout": "layouts", "overlap": "overlaps",
}  # fmt: skip


def load(shipped: Path, local: Path | None = None) -> Catalog:
    """The catalogue of the shipped folder (`coefficients/`) with a book's `local/` over it.

    A local measure, rule, scheme, source, code or record set replaces the shipped one of the same id; local parameters stand
    beside the shipped ones and come first when they are resolved. Raises Refused with every finding of every file.

    Files of the same bytes give the same catalogue, which is read only: it is made once in a process.
    """
    content = _content(shipped, local)
    if content not in _MADE:
        if len(_MADE) >= MOST_MADE:
            _MADE.pop(next(iter(_MADE)))
        _MADE[content] = _read(shipped, local)
    return _MADE[content]


def _content(shipped: Path, local: Path | None) -> str:
    """The digest of the name and bytes of every file that a catalogue is made of."""
    ledgers = shipped.with_name("ledgers")
    tops = [("coefficients", shipped), *(("ledgers", ledgers / part) for part in ("layouts", "sheets", "registers"))]
    if local is not None and local.is_dir():
        tops.append(("local", local))
    every = hashlib.sha256()
    for label, top in tops:
        every.update(f"[{label} {top.name if label == 'ledgers' else ''}]".encode())
        for path in sorted(p for p in top.rglob("*") if p.suffix in READ and p.is_file()):
            data = path.read_bytes()
            every.update(f"{path.relative_to(top).as_posix()} {len(data)} ".encode("utf-8", "surrogateescape") + data)
    return every.hexdigest()


def _read(shipped: Path, local: Path | None) -> Catalog:
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
    findings += check(merged)
    if stops(findings):
        raise Refused(findings)
    return merged


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
        for name, body, place in _copied(toml_tables(root, label, folder, findings), findings):
            once(kind, table, name, reader(name, Fields(body, place, findings)), place)  # type: ignore[arg-type]
    for name, body, place in _copied(toml_tables(root, label, "rules", findings), findings):
        rule = read.rule(name, Fields(body, place, findings))
        first("rule", f"{rule.id}@{rule.version}", place)
        versions = rules.setdefault(rule.id, [])
        same_day = next((r for r in versions if r.valid_from == rule.valid_from and r.version != rule.version), None)
        if same_day is not None:
            begins = f"{rule.id} ({rule.valid_from})"
            findings.append(finding("CATALOG-DUPLICATE", place, expected=same_day.file, holes=kind_holes("rule"), name=begins))
        versions.append(rule)
    for path, body in toml_files(root, label, "schemes", findings):
        made = read.scheme(Fields(body, Place(path, key=str(body.get("id", ""))), findings))
        once("scheme", schemes, made.id, made, Place(path))  # type: ignore[arg-type]
    for path, body in (x for name in ("sources.toml", "sources") for x in toml_files(root, label, name, findings)):
        for name, entry in body.items():
            place = Place(path, key=name)
            once("source", sources, name, read.source(name, Fields(table_of(entry), place, findings)), place)  # type: ignore[arg-type]
    for row in csv_rows(root, label, "codes", findings):
        code = read.code(row)
        scheme = codes.setdefault(code.scheme, {})
        first("code", f"{code.scheme}:{code.code}", row.place)
        scheme[code.code] = code
    for row in csv_rows(root, label, "crosswalks", findings):
        line = read.crosswalk(row)
        crosswalks.setdefault(line.id, []).append(line)
    for folder in PARAMETER_FOLDERS:
        for row in csv_rows(root, label, folder, findings):
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
    for name, body, place in toml_tables(root, label, "layouts", findings):
        if name in layouts:
            holes = kind_holes("layout")
            findings.append(
                finding("CATALOG-DUPLICATE", place, expected=Place(layouts[name].file, key=name).text(), holes=holes, name=name)
            )
        layouts[name] = read_tables.layout(name, Fields(body, place, findings))
    return layouts


def _sheet(root: Path, label: str, findings: list[Finding]) -> dict[str, SheetLine]:
    entries = toml_tables(root, label, "sheets", findings)
    return {name: read_tables.sheet_line(name, Fields(body, place, findings)) for name, body, place in entries}


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
    """The catalogue with a check for every floor and cap of the registers; a book's own replaces the shipped one of its id."""
    layers = [(ledgers, "ledgers")] + ([(local, "local")] if local is not None and local.is_dir() else [])
    rows = (bound for root, label in layers for bound in read_registers(csv_rows(root, label, "registers", findings)))
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
