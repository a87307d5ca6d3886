"""The parameters a profile reads and does not have: the rows a bureau must type in from the official text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product as cross
from typing import Literal

from gep.base.records import Input, Key, Line, Parameter, Region, Rule, Scheme, key_of, key_text
from gep.base.units import parse_unit
from gep.catalog.classes import lineage, running, taken_from
from gep.catalog.record import Catalog
from gep.catalog.resolve import Lookup, Resolved, domain, resolve, rule_domain, valid
from gep.catalog.valuation import value_rules

HEAD = (
    *("id", "source_set", "region", "key", "valid_from", "valid_to"),
    *("value", "unit", "low", "high", "status", "source", "locator", "note"),
)
VARIES = frozenset({"region", "row", "month", "day"})  # what a parameter is not keyed by
Reason = Literal["declared", "absent", "ambiguous", "price_year"]
REASONS: Mapping[str, Reason] = {
    "CATALOG-PARAMETER-DECLARED-UNKNOWN": "declared",
    "CATALOG-PARAMETER-UNKNOWN": "absent",
    "CATALOG-PARAMETER-AMBIGUOUS": "ambiguous",
}


@dataclass(frozen=True)
class Ask:
    """One parameter as a rule or a line reads it, with the keys it may be read for."""

    given: Input
    rule: Rule
    service: str  # the service whose price it is; empty for an input of a rule
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Entry:
    """A parameter that is to be filled in: for which key and place, in which unit, and who reads it.

    `reason`: declared unknown, absent from the sets of the profile, several values of equal standing (ambiguous), or a price of
    another year. `row` is the row that is there and cannot be used. `lower`, `upper`: what the readers allow, in `read_in`.
    """

    id: str
    key: Key
    region: str
    unit: str
    reason: Reason
    source: str
    locator: str
    readers: tuple[str, ...]
    services: tuple[str, ...]
    year: int
    read_in: str
    lower: Decimal | None = None
    upper: Decimal | None = None
    row: Parameter | None = None


@dataclass(frozen=True)
class Returned:
    """What a book holds of the year: the keys returned for each measure, its leaf regions, and the region all of them are in.

    Without any key, nothing was returned yet: the classes are then taken as without a book.
    """

    keys: Mapping[str, frozenset[Key]]
    regions: Mapping[str, Region]
    leaves: tuple[str, ...]
    root: str = ""

    def codes(self, measure: str, dim: str) -> set[str]:
        return {dict(key)[dim] for key in self.keys.get(measure, ()) if dim in dict(key)}


def entries(catalog: Catalog, profile: str, year: int, returned: Returned | None = None) -> tuple[Entry, ...]:
    """Every parameter the profile reads in `year` and has no usable value of, sorted by id, region and key.

    With `returned`, for the classes and leaf regions of a book; else for the top classes, the classes the rules name and those
    that are declared unknown, anywhere. Raises Refused if the profile cannot be resolved.
    """
    resolved = resolve(catalog, profile, year)
    seen = returned if returned is not None and returned.keys else None
    resolved = replace(resolved, scheme=_concrete(catalog, resolved.scheme, year, seen))
    found: dict[tuple[str, str, Key], Entry] = {}
    for ask in asks(catalog, resolved, seen):
        for key in ask.keys:
            for made in _unknown(catalog, resolved, ask, key, returned):
                place = (made.id, made.region, made.key)
                found[place] = _merged(found[place], made) if place in found else made
    return tuple(found[place] for place in sorted(found))


def asks(catalog: Catalog, resolved: Resolved, returned: Returned | None) -> Iterator[Ask]:
    """Every parameter input of the rules and every price of the lines, with the keys it is read for."""
    for rule in resolved.rules:
        for given in (i for i in rule.inputs if i.kind == "parameter"):
            codes = {d: _rule_codes(catalog, resolved, rule, d, returned) for d in given.grain if d not in VARIES}
            yield Ask(given, rule, "", _keys(catalog, resolved, given, codes, returned))
    lines = {line.measure: (service.id, line) for service in resolved.scheme.services for line in service.lines}
    for rule in value_rules(catalog, resolved.scheme)[0]:
        service, line = lines[rule.inputs[0].ref]
        for given in (i for i in rule.inputs if i.kind == "parameter"):
            dims = _price_dims(catalog, resolved.scheme, line, given)
            codes = {d: _line_codes(catalog, resolved, line, d, returned) for d in dims}
            yield Ask(given, rule, service, _keys(catalog, resolved, given, codes, returned))


def _concrete(catalog: Catalog, scheme: Scheme, year: int, returned: Returned | None) -> Scheme:
    """The scheme with codes where it leaves the classes to a measure: those returned, else the top of the tree."""
    classes = dict(scheme.classes)
    for dim, named in scheme.classes.items():
        measure = taken_from(named)
        if not measure:
            continue
        there = returned.codes(measure, dim) if returned else set()
        top = running(catalog.codes, replace(scheme, classes={}), dim, year)
        classes[dim] = tuple(c for c in catalog.codes[dim] if c in there) or top
    return replace(scheme, classes=classes)


def _rule_codes(catalog: Catalog, resolved: Resolved, rule: Rule, dim: str, returned: Returned | None) -> Sequence[str]:
    """The codes a rule runs over; where no classes were returned, those it names, be they finer than the top classes."""
    declared = rule_domain(catalog, resolved.scheme, rule, dim, resolved.year)
    if declared is None:
        measures = [i.ref for i in rule.inputs if i.kind == "measure" and dim in i.grain]
        return _open(catalog, resolved, measures, dim, returned)
    measure = taken_from(catalog.schemes[resolved.scheme.id].classes.get(dim, ()))
    told = returned is not None and bool(returned.codes(measure, dim))
    return rule.domain[dim] if measure and not told and dim in rule.domain else declared


def _line_codes(catalog: Catalog, resolved: Resolved, line: Line, dim: str, returned: Returned | None) -> Sequence[str]:
    makers = [r for r in resolved.rules if r.makes and r.output == line.measure]
    declared = domain(catalog, resolved.scheme, line, dim, resolved.year)
    if makers and (declared is None or dim not in line.domain):
        return [c for r in makers for c in _rule_codes(catalog, resolved, r, dim, returned)]
    return _open(catalog, resolved, [line.measure], dim, returned) if declared is None else declared


def _open(catalog: Catalog, resolved: Resolved, measures: Iterable[str], dim: str, returned: Returned | None) -> Sequence[str]:
    """An open list: what was returned, else the top codes, without those that stand for the codes of another scheme.

    Measures of other schemes (water by use, say) are shown in the same column of the accounts, under codes of the same name.
    """
    if returned is not None:
        return sorted({c for name in measures for c in returned.codes(name, dim)})
    elsewhere: set[str] = set()
    for measure in catalog.measures.values():
        placed = measure.account.get(dim, "")
        if placed.startswith("="):
            elsewhere.add(placed[1:])
        elif placed and placed != dim:
            elsewhere.update(catalog.codes.get(placed, {}))
    return [c for c in running(catalog.codes, resolved.scheme, dim, resolved.year) if c not in elsewhere]


def _price_dims(catalog: Catalog, scheme: Scheme, line: Line, given: Input) -> tuple[str, ...]:
    """What a price varies by: its rows in the sets of the scheme, else its rows anywhere, else the lists its lines declare.

    Lines that share a price are priced alike, so it varies by no more than all of them have.
    """
    rows = catalog.parameters.get(line.price, ())
    if any(p.source_set in (*scheme.parameter_sets, "local") for p in rows):
        return tuple(d for d in given.grain if d not in VARIES)
    sharing = [other for service in scheme.services for other in service.lines if other.price == line.price]
    keyed = {tuple(d for d, _ in p.key) for p in rows}
    if len(keyed) == 1:
        (usual,) = keyed
        if all(set(usual) <= set(catalog.measures[other.measure].dims) for other in sharing):
            return usual
    return tuple(d for d in catalog.measures[line.measure].dims if all(d in other.domain for other in sharing))


def _keys(
    catalog: Catalog, resolved: Resolved, given: Input, codes: Mapping[str, Sequence[str]], returned: Returned | None
) -> tuple[Key, ...]:
    """The keys an input is read for; without a book also those of its rows that are declared unknown, below these classes."""
    ways = [key_of({**dict(zip(codes, way, strict=True)), **given.select}) for way in cross(*codes.values())]
    if returned is None:
        allowed = set(ways)
        for p in _rows(catalog, resolved, given.ref):
            if p.value is None and _below(catalog, p.key, allowed):
                ways.append(p.key)
    return tuple(dict.fromkeys(ways))


def _rows(catalog: Catalog, resolved: Resolved, name: str) -> list[Parameter]:
    sets = (*resolved.scheme.parameter_sets, "local")
    rows = catalog.parameters.get(name, ())
    return [p for p in rows if p.source_set in sets and valid(p.valid_from, p.valid_to, resolved.year)]


def _below(catalog: Catalog, key: Key, allowed: set[Key]) -> bool:
    """Whether a key is one of `allowed` or below one of them."""
    lines = [[(dim, above) for above in lineage(catalog.codes, dim, code)] for dim, code in key]
    return any(way in allowed for way in cross(*lines))


def _unknown(catalog: Catalog, resolved: Resolved, ask: Ask, key: Key, returned: Returned | None) -> Iterator[Entry]:
    """The entries of one key: one for the place a row stands at, or one for everywhere the book is."""
    for leaf in returned.leaves if returned else ("",):
        look = Lookup(catalog, returned.regions if returned else {}, resolved.scheme.parameter_sets)
        row = look.find(ask.given.ref, key, leaf, resolved.year)
        if row is None:
            told = next(f for f in look.findings.values() if f.code in REASONS)
            reason = REASONS[told.code]
            there = catalog.parameters.get(ask.given.ref, ())
            row = next((p for p in there if told.place.row and (p.file, p.line) == (told.place.file, told.place.row)), None)
        elif _price_year(row) == resolved.year or not _is_money(row):
            continue
        else:
            reason = "price_year"
        yield _entry(resolved, ask, key, row, reason, returned.root if returned else "")


def _is_money(row: Parameter) -> bool:
    return parse_unit(row.unit).currency is not None


def _price_year(row: Parameter) -> int | None:
    return parse_unit(row.unit).price_year


def _entry(resolved: Resolved, ask: Ask, key: Key, row: Parameter | None, reason: Reason, root: str) -> Entry:
    given, rule = ask.given, ask.rule
    services = {s.id for s in resolved.scheme.services for line in s.lines if line.measure == rule.output}
    unit = parse_unit(row.unit if row is not None else given.unit)
    if unit.currency is not None:
        unit = unit.with_price_year(resolved.year)
    return Entry(
        id=given.ref,
        key=key if row is None else row.key,
        region=row.region if row is not None and row.region else root,
        unit=unit.text,
        reason=reason,
        source=row.source if row is not None else resolved.scheme.source,
        locator=row.locator if row is not None and row.locator else rule.clause,
        readers=() if ask.service else (rule.id,),
        services=(ask.service,) if ask.service else tuple(sorted(services)),
        year=resolved.year,
        read_in=given.unit,
        lower=given.lower,
        upper=given.upper,
        row=row,
    )


def _merged(one: Entry, other: Entry) -> Entry:
    """One row for two readers: both are named, the narrower bounds hold (they are kept apart where the units differ)."""
    lower, upper = one.lower, one.upper
    if one.read_in == other.read_in:
        lower = max((n for n in (lower, other.lower) if n is not None), default=None)
        upper = min((n for n in (upper, other.upper) if n is not None), default=None)
    return replace(
        one,
        locator=one.locator or other.locator,
        readers=tuple(dict.fromkeys((*one.readers, *other.readers))),
        services=tuple(dict.fromkeys((*one.services, *other.services))),
        lower=lower,
        upper=upper,
    )


WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "declared": "目录注明未知",
        "absent": "方案的参数集中没有",
        "ambiguous": "有几个同等的数值,须选定一个",
        "price_year": "现有价格不是该年的",
        "unit": "单位",
        "range": "允许范围",
        "rules": "规则",
        "services": "服务",
        "county": "region 可填县代码,一县一行;不填则处处适用",
        "there": "现有",
        "price": "单价",
        "of": "服务",
    },
    "en": {
        "declared": "declared unknown in the catalogue",
        "absent": "not in the sets of the profile",
        "ambiguous": "several values of equal standing, choose one",
        "price_year": "the price there is of another year",
        "unit": "unit",
        "range": "allowed",
        "rules": "rules",
        "services": "services",
        "county": "region may name a county, one row each; empty applies anywhere",
        "there": "there is",
        "price": "price",
        "of": "service",
    },
}


def note(catalog: Catalog, entry: Entry, lang: str) -> str:
    """What the row is, for whoever fills it in: name, classes, unit, bounds, who needs it, and what is known already."""
    words = WORDS[lang]
    code = catalog.codes.get("parameter", {}).get(entry.id)
    classes = [catalog.codes[d][c].names.of(lang) for d, c in entry.key]
    parts = [" / ".join([code.names.of(lang) if code else entry.id, *classes]), words[entry.reason]]
    parts.append(f"{words['unit']} {entry.unit}")
    if entry.lower is not None or entry.upper is not None:
        low, high = ("∞" if n is None else format(n, "f") for n in (entry.lower, entry.upper))
        parts.append(f"{words['range']} {'-' if entry.lower is None else ''}{low} … {high} {entry.read_in}".removesuffix(" 1"))
    for name, ids in (("rules", entry.readers), ("services", entry.services)):
        if ids:
            parts.append(f"{words[name]} {', '.join(ids)}")
    if entry.row is not None and entry.row.value is not None:
        parts.append(f"{words['there']} {entry.row.value} {entry.row.unit}")
    if entry.row is not None and (entry.row.low is not None or entry.row.high is not None):
        parts.append(f"{words['there']} {entry.row.low} … {entry.row.high}")
    if entry.row is not None and entry.row.note:
        parts.append(entry.row.note)
    return "; ".join((*parts, words["county"]))


def rows(catalog: Catalog, found: Sequence[Entry], lang: str) -> list[dict[str, str]]:
    """The entries as rows of a parameter file, their values empty. A price is of the one year it is asked for."""
    made = []
    for entry in found:
        money = str(entry.year) if parse_unit(entry.unit).currency is not None else ""
        words = WORDS[lang]
        locator = entry.locator or f"{words['price']}, {words['of']} {', '.join(entry.services)}"
        made.append(
            dict.fromkeys(HEAD, "")
            | {
                "id": entry.id,
                "source_set": "local",
                "region": entry.region,
                "key": key_text(entry.key),
                "valid_from": money,
                "valid_to": money,
                "unit": entry.unit,
                "status": "local",
                "source": entry.source,
                "locator": locator,
                "note": note(catalog, entry, lang),
            }
        )
    return made


def csv_text(made: Iterable[Mapping[str, str]]) -> str:
    """Rows as a parameter file."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, HEAD, lineterminator="\n")
    writer.writeheader()
    writer.writerows(made)
    return stream.getvalue()


__all__ = ["HEAD", "Ask", "Entry", "Returned", "asks", "csv_text", "entries", "note", "rows"]
