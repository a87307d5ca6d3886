"""compare --years: two years of a book side by side, region by region, and over comparable areas where regions changed."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gep.accounts.comparable import LIMIT, Area, Unit, comparable_areas
from gep.base.findings import LANGUAGES, Finding, Place, Refused, finding
from gep.base.records import Names, Region
from gep.book import Book
from gep.catalog.tables import spot
from gep.explain.pair import ABSENT, Figure
from gep.explain.year_pair import AreaPair, Ground, Item, YearComparison, YearPair, change_text, summed
from gep.ledger import query
from gep.ledger.views import literal
from gep.workflow.region_rows import accounted
from gep.workflow.views import default_scheme, need_store

Row = Mapping[str, Any]
Held = dict[tuple[str, int], dict[Item, Figure]]  # (region, year) -> its figures
SPLIT = ("service", "benefit", "product")
MONEY = ("price_basis", "currency")
VIEWS = {"physical_account": "profile", "value_account": "profile", "balance_sheet": "scheme"}
GEP = Names("生态产品总值", "Gross ecosystem product")


def compare_years(
    book: Book, left: int, right: int, *, profile: str = "", region: str = "", basis: str = ""
) -> tuple[YearComparison, tuple[Finding, ...]]:
    """GEP, values, quantities and closing assets of two years with their differences, in the vintages in use.

    `profile`: a GEP profile or an asset scheme; left out, the first of each. `region`: only the area that holds this code.
    `basis`: the price basis of GEP and values, that of the profile itself if left out. A region whose area changed is shown
    without a difference, and a finding says by which change; the difference stands with the comparable area. Raises Refused for
    a year, profile or region without results.
    """
    need_store(book)
    schemes = _schemes(book, profile)
    used = _vintages(book, schemes, left, right)
    held: Held = {}
    where = f"year IN ({int(left)}, {int(right)})"
    for name in schemes:
        for place, year, item, figure in _figures(book, name, where, basis):
            held.setdefault((place, year), {})[item] = figure
    places = accounted(book.config)
    areas = comparable_areas(places, book.config.changes, left, right)
    if region:
        areas = tuple(a for a in areas if region in (*a.left, *a.right))
        if not areas:
            raise Refused([finding("COMPARE-UNKNOWN", Place(key=region), found=region, expected=", ".join(places))])
    side = _Sides(held, left, right, places)
    made = tuple(side.area(a) for a in areas)
    findings = tuple(f for a in areas for f in _findings(a, left, right, places))
    return YearComparison(left, right, schemes, used, made, _illustrative(book, schemes, where)), findings


def _rows(book: Book, sql: str) -> list[Row]:
    result = query.select(book.store, sql)
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def _schemes(book: Book, profile: str) -> tuple[str, ...]:
    """The profile asked for, or the first GEP profile and the first asset scheme of the book."""
    if profile:
        return (profile,)
    known = book.catalog.schemes
    first = [default_scheme(book, view) for view in ("gep_total", "balance_sheet")]
    return tuple(dict.fromkeys(name for name in first if name in known))


def _vintages(book: Book, schemes: Sequence[str], left: int, right: int) -> tuple[tuple[str, int, int], ...]:
    """(scheme, year, vintage) in use; Refused if a year has no result of any of them, or a scheme none at all."""
    found = {(r["profile"], r["year"]): r["vintage"] for r in _rows(book, "SELECT profile, year, vintage FROM vintage_in_use")}
    known = sorted({name for name, _ in found})
    lacking = [name for name in schemes if name not in known]
    if len(lacking) == len(schemes):
        raise Refused([finding("COMPARE-UNKNOWN", Place(key=n), found=n, expected=", ".join(known)) for n in lacking])
    years = sorted({year for name, year in found if name in schemes})
    absent = [y for y in (left, right) if y not in years]
    if absent:
        expected = ", ".join(map(str, years))
        raise Refused([finding("COMPARE-UNKNOWN", Place(key=str(y)), found=y, expected=expected) for y in absent])
    return tuple((n, y, found[n, y]) for n in schemes for y in (left, right) if (n, y) in found)


def _illustrative(book: Book, schemes: Sequence[str], where: str) -> bool:
    """Whether a figure of these years rests on illustrative data."""
    names = ", ".join(literal(name) for name in schemes)
    parts = (f"SELECT illustrative FROM {v} WHERE {where} AND {c} IN ({names})" for v, c in VIEWS.items())
    (row,) = _rows(book, f"SELECT coalesce(bool_or(illustrative), false) AS yes FROM ({' UNION ALL '.join(parts)})")
    return bool(row["yes"])


# ---- what is compared


def own_basis(book: Book, profile: str) -> str:
    """The price basis that a profile states its values at; current for one that the catalogue no longer has."""
    known = book.catalog.schemes.get(profile)
    return known.price_basis if known is not None else "current"


def _figures(book: Book, scheme: str, where: str, basis: str) -> Iterator[tuple[str, int, Item, Figure]]:
    """(region, year, item, figure) of one profile or asset scheme."""
    known = book.catalog.schemes.get(scheme)
    if known is not None and known.kind == "asset_scheme":
        yield from _balance(book, scheme, where)
        return
    of = f"profile = {literal(scheme)} AND {where} AND zone = '-'"
    at = f"{of} AND price_basis = {literal(basis or own_basis(book, scheme))}"
    services = book.catalog.codes.get("service", {})
    for r in _rows(book, f"SELECT * FROM gep_total WHERE {at} ORDER BY ALL"):
        state = "value" if r["gep"] is not None else "not_available" if r["missing"] else "not_applicable"
        item = Item("gep_total", _keys(r, "profile", *MONEY), GEP, r["currency"])
        yield r["region_code"], r["year"], item, Figure(r["gep"], state)
    undivided = "benefit = '-' AND product = '-' AND ecosystem = '-'"
    for r in _rows(book, f"SELECT * FROM value_account_rollup WHERE {at} AND {undivided} ORDER BY ALL"):
        item = Item("value_account", _keys(r, "profile", "service", *MONEY), _name(services, r["service"]), r["currency"])
        yield r["region_code"], r["year"], item, Figure(r["value"], r["state"])
    additive = _additive(book, scheme)
    for r in _rows(book, f"SELECT * FROM physical_account_rollup WHERE {of} AND ecosystem = '-' ORDER BY ALL"):
        parts = [_name(book.catalog.codes.get(n, {}), r[n]) for n in SPLIT if r[n] != "-"]
        names = Names(" / ".join(p.zh for p in parts), " / ".join(p.en for p in parts))
        adds = (r["service"], r["unit"]) in additive
        item = Item("physical_account", _keys(r, "profile", *SPLIT), names, r["unit"], adds)
        yield r["region_code"], r["year"], item, Figure(r["quantity"], r["state"])


def _keys(row: Row, *names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(row[name])) for name in names)


def _name(codes: Mapping[str, Any], code: str) -> Names:
    return codes[code].names if code in codes else Names(code, code)


def _additive(book: Book, scheme: str) -> frozenset[tuple[str, str]]:
    """(service, unit) of which every quantity may be added over regions."""
    found: dict[tuple[str, str], bool] = {}
    for service in book.catalog.schemes[scheme].services:
        for line in service.lines:
            measure = book.catalog.measures[line.measure]
            key = (service.id, measure.unit)
            found[key] = found.get(key, True) and "region" in measure.additive
    return frozenset(key for key, adds in found.items() if adds)


def _balance(book: Book, scheme: str, where: str) -> Iterator[tuple[str, int, Item, Figure]]:
    """The closing of every line of the balance sheet."""
    for r in _rows(book, f"SELECT * FROM balance_sheet WHERE scheme = {literal(scheme)} AND {where} ORDER BY ALL"):
        names, adds = _line(book, r["line"], r["line_name"])
        state = "not_available" if r["closing"] is None else "value"
        item = Item("balance_sheet", _keys(r, "scheme", "side", "line"), names, r["unit"], adds)
        yield r["region_code"], r["year"], item, Figure(r["closing"], state)


def _line(book: Book, code: str, name: str) -> tuple[Names, bool]:
    """The name of a line, with the class it is repeated for, and whether its measure may be added over regions."""
    lines = [n for n in book.catalog.sheet if code == n or code.startswith(f"{n}.")]
    if not lines:
        return Names(name, name), False
    line = book.catalog.sheet[max(lines, key=len)]
    rest = code[len(line.code) + 1 :]
    table, _, row = line.closing.partition(".")
    found = spot(book.catalog.layouts, row, line.column, table) if line.column else None
    measure = book.catalog.measures.get(line.closing if found is None else found.measure)
    names = Names(*(f"{text} · {rest}" if rest else text for text in (line.names.zh, line.names.en)))
    return names, measure is not None and "region" in measure.additive


# ---- areas and their regions


class _Sides:
    """The figures of both years by region."""

    def __init__(self, held: Held, left: int, right: int, places: Mapping[str, Region]) -> None:
        self.held, self.left, self.right, self.places = held, left, right, places

    def area(self, area: Area) -> AreaPair:
        several = len(area.units) > 1 or not all(u.alone for u in area.units)
        singles = tuple(self._ground(u.left, u.right, u.alone) for u in area.units) if several else ()
        return AreaPair(area.id, area.level, self._ground(area.left, area.right, area.sound), singles, area.changes)

    def _ground(self, left: tuple[str, ...], right: tuple[str, ...], alone: bool) -> Ground:
        pairs = []
        for item in self._items(left, right):
            one, two = (self._sum(item, codes, year) for codes, year in ((left, self.left), (right, self.right)))
            pairs.append(YearPair(item, one, two, alone))
        names = tuple(dict.fromkeys(self.places[c].names for c in (*left, *right)))
        return Ground(left, right, names, alone, tuple(pairs))

    def _items(self, left: Iterable[str], right: Iterable[str]) -> list[Item]:
        """What there is of in either year, quantities only as far as they are split."""
        keys = [*((c, self.left) for c in left), *((c, self.right) for c in right)]
        items = list(dict.fromkeys(item for key in keys for item in self.held.get(key, {})))
        above = {(i.key("service"), i.unit, *step) for i in items if i.table == "physical_account" for step in _steps(i)}
        kept = [i for i in items if i.table != "physical_account" or (i.key("service"), i.unit, *_split(i)) not in above]
        order = ("gep_total", "value_account", "physical_account", "balance_sheet")
        return sorted(kept, key=lambda i: (order.index(i.table), _rank(i)))

    def _sum(self, item: Item, codes: Sequence[str], year: int) -> Figure:
        return summed(item, [self._figure(item, code, year) for code in codes]) if codes else Figure(None, ABSENT)

    def _figure(self, item: Item, code: str, year: int) -> Figure:
        """The figure of one region: a part that has no row is as unknown as the service it is of; no row at all is unknown."""
        there = self.held.get((code, year), {})
        if item in there:
            return there[item]
        same = [i for i in there if i.table == item.table and i.keys[0] == item.keys[0]]
        if item.table in ("gep_total", "value_account") or not same:
            return Figure(None, "not_available")
        if item.table == "physical_account":
            whole = [f for i, f in there.items() if i.table == item.table and _above(i, item) and f.state != "value"]
            return Figure(None, whole[0].state) if whole else Figure(None, ABSENT)
        return Figure(None, ABSENT)


def _split(item: Item) -> tuple[str, str]:
    return item.key("benefit"), item.key("product")


def _steps(item: Item) -> Iterator[tuple[str, str]]:
    """The totals that stand above a quantity that is split."""
    benefit, product = _split(item)
    if product != "-":
        yield benefit, "-"
    if (benefit, product) != ("-", "-"):
        yield "-", "-"


def _above(whole: Item, part: Item) -> bool:
    return whole.key("service") == part.key("service") and _split(whole) in set(_steps(part))


def _rank(item: Item) -> tuple[object, ...]:
    """Balance sheet lines as the store orders them, total lines last; the rest by their keys."""
    keys = dict(item.keys)
    side = ("asset", "liability", "net").index(keys["side"]) if "side" in keys else 0
    line = keys.get("line", "")
    return side, ".physical" in line, line[1:2] == "0", tuple(keys.values())


# ---- findings


def _findings(area: Area, left: int, right: int, places: Mapping[str, Region]) -> Iterator[Finding]:
    years = f"{left}–{right}"
    for unit in area.units:
        where = Place(key=f"compare/{'+'.join(unit.codes)}/{left}-{right}/-")
        words = {"years": years, "area": area.id} | _words(unit, places)
        for code in unit.unrecorded:
            yield finding("COMPARE-YEARS-UNRECORDED", where, found=code, holes=words)
        if unit.alone and unit.changes:
            yield finding("COMPARE-YEARS-SMALL", where, found=unit.share, expected=LIMIT, holes=words)
        if not unit.alone and not unit.unrecorded:
            yield finding("COMPARE-YEARS-AREA" if area.sound else "COMPARE-YEARS-OUTSIDE", where, holes=words)


def _words(unit: Unit, places: Mapping[str, Region]) -> dict[str, str]:
    """{region_zh}, {region_en}: the names and codes; {change_zh}, {change_en}: what happened, when and by which document."""
    words = {}
    for lang in LANGUAGES:
        named = dict.fromkeys(f"{places[c].names.of(lang)} {c}" for c in (*unit.left, *unit.right))
        words[f"region_{lang}"] = " → ".join(named)
        words[f"change_{lang}"] = "; ".join(change_text(c, lang) for c in unit.changes) or "-"
    return words
