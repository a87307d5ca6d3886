"""Handover balances: every stock of the tables on the days of a handover, made once and shared by whoever closes or opens on it.

The year-ends come from the book, observations from the auditors, and `gep.accounts.handover` says what stands on a day. A region
is read under the code that it had at each year-end. The closing of a year is the stock of its 31 December; before the first year
of the book it is what that year opened with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from gep.accounts.handover import Observed, Series, Stock, step_reason, stock_at
from gep.base.findings import Finding, Place, finding
from gep.base.records import Key, Layout, LayoutRow, Measure, Region, State, key_of, key_text
from gep.base.units import UnitError, parse_unit
from gep.catalog.tables import blocks, measure_id, plain_columns
from gep.workflow import levels
from gep.workflow.audit.annual import Annual, Years
from gep.workflow.audit.records import Balance, Method, Observation, Tenure
from gep.workflow.chain import codes_on, links

Where = tuple[date, str, str, Key]  # day, region, measure of the closing, key


@dataclass(frozen=True, slots=True)
class StockLine:
    """A row of stocks in one block of a table: the measure of the closing, and that of the opening which takes it, if any."""

    table: str
    row: str
    column: str  # of a figure of the whole row; empty for a row of classes
    measure: str
    opening: str = ""


@dataclass(frozen=True)
class Balances:
    """The handover balances of an engagement. `stocks`: the same as the pure cutting of a tenure reads them."""

    at: Mapping[Where, Balance]
    stocks: Mapping[Where, Stock]
    lines: Mapping[str, StockLine]
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    def get(self, day: date, region: str, measure: str, key: Key) -> Balance | None:
        return self.at.get((day, region, measure, key))

    def of(self, day: date, region: str) -> tuple[Balance, ...]:
        """The balances of the tables of a region on a day, in the order of the tables."""
        return tuple(b for (d, r, _, _), b in self.at.items() if (d, r) == (day, region) and b.table)

    def of_day(self, day: date) -> tuple[Balance, ...]:
        return tuple(b for (d, *_), b in self.at.items() if d == day)

    def about(self, *days: date) -> tuple[Finding, ...]:
        """What was found of some days, and of no day in particular."""
        others = {str(d) for d, *_ in self.at} - {str(day) for day in days}
        return tuple(f for f in self.findings if f.place.key.rpartition("/")[2] not in others)

    def keys(self, day: date, region: str, measure: str) -> list[Key]:
        return sorted(k for d, r, m, k in self.at if (d, r, m) == (day, region, measure))


def stock_lines(layouts: Iterable[Layout], measures: Mapping[str, Measure]) -> dict[str, StockLine]:
    """The stock rows of the tables by the measure of their closing.

    What was observed or surveyed at a closing (R60 of LA-01, R18 of WR-01) stands alone: it opens nothing.
    """
    found: dict[str, StockLine] = {}
    for layout in layouts:
        if layout.matrix:
            continue
        opened = {link.closing: link.opening for link in links((layout,))}
        openings = set(opened.values())
        for line in (r for r in layout.rows if r.stock and r.sign != "±" and r is not _first_opening(layout)):
            heads = [c for b in blocks(layout) for c in plain_columns(layout, b)[:1]]
            heads += [c for c in layout.columns if c.scalar]
            for head in (h for h in heads if not h.rows or line.code in h.rows):
                name = measure_id(layout, line.code, head)
                if name in measures and name not in openings:
                    column = head.code if head.scalar else ""
                    found[name] = StockLine(layout.id, line.code, column, name, opened.get(name, ""))
    return found


def beside_the_tables(names: Iterable[str], measures: Mapping[str, Measure]) -> dict[str, StockLine]:
    """Stocks that rules read and that stand in no table (the area of the region): read on a day as those of the tables are."""
    found = (n for n in names if n in measures and measures[n].kind == "stock" and not measures[n].table)
    return {n: StockLine("", "", "", n) for n in dict.fromkeys(found)}


def _first_opening(layout: Layout) -> LayoutRow | None:
    """An opening that takes no closing: the first row of a table whose openings are worked out from another table."""
    first = layout.rows[0]
    return first if first.stock and not first.closing and sum(1 for r in layout.rows if r.stock) > 1 else None


def method_of(tenure: Tenure, measure: str, table: str) -> tuple[Method, bool]:
    """The method a tenure asks for a measure, and whether it names it: `FT-01.V.R40`, the block `FT-01.V`, the table `FT-01`."""
    for name in (measure, measure.rpartition(".")[0], table):
        if name in tenure.methods:
            return tenure.methods[name], True
    return tenure.method, False


def way_of(tenure: Tenure, measure: str, table: str, column: str = "") -> Method:
    """How a stock is read where no observation stands: what the tenure asks, and NEAREST for a step that it does not name."""
    asked, named = method_of(tenure, measure, table)
    return "NEAREST" if asked == "INTERP" and not named and step_reason(table, column) is not None else asked


@dataclass(frozen=True)
class Tables:
    """What balances are read from. `places`: the regions of the book by code; `leaves`: those that return, in any year."""

    years: Years
    tenure: Tenure
    places: Mapping[str, Region]
    leaves: tuple[str, ...]
    layouts: Mapping[str, Layout]
    lines: Mapping[str, StockLine]
    measures: Mapping[str, Measure]


def balances(
    t: Tables,
    days: Sequence[date],
    wanted: Iterable[str],
    observations: Sequence[Observation] = (),
    closings: Sequence[date] | None = None,
) -> Balances:
    """Every stock of the wanted regions on every day, each region under the code it had on the day.

    `closings`: the days a term ends on (None: all of them), on which alone the stocks are wanted that open nothing. A total one
    part of which was observed is the sum of its parts. Findings: an observation that no table takes or whose unit does not fit, a
    stock that is asked to be interpolated and never is, a stock that is not there (once for a table, region and day).
    """
    seen, findings = _observed(observations, t.lines, t.measures)
    at: dict[Where, Balance] = {}
    stocks: dict[Where, Stock] = {}
    told: list[Finding] = list(findings)
    regions = tuple(wanted)
    for day in sorted(set(days)):
        for region in dict.fromkeys(code for r in regions for code in codes_on(t.places, r, day)):
            for line in (x for x in t.lines.values() if x.opening or closings is None or day in closings):
                for where, stock, ends in _line(t, day, region, line, seen, told):
                    stocks[where] = stock
                    at[where] = _balance(where, line, stock, ends, t.measures[line.measure])
    for where, (balance, stock) in _added_up(t, at, stocks, told).items():
        at[where], stocks[where] = balance, stock
    return Balances(at, stocks, t.lines, tuple({f.id: f for f in _gathered(told)}.values()))


Held = tuple[Balance, Stock]


def _added_up(t: Tables, at: Mapping[Where, Balance], stocks: Mapping[Where, Stock], told: list[Finding]) -> dict[Where, Held]:
    """The totals over columns and regions of which a part was observed: what the book says of them is of another day."""
    made: dict[Where, Held] = {}

    def held(where: Where) -> Held | None:
        return made.get(where) or ((at[where], stocks[where]) if where in at else None)

    def put(where: Where, parts: Sequence[Held | None]) -> None:
        made[where] = _total((at[where], stocks[where]), parts)
        cuts = _cuts(parts)
        if len(cuts) > 1:
            day, region, name, _ = where
            place = Place(key=f"{t.lines[name].table}/{region}/{day}")
            days = ", ".join(map(str, cuts))
            told.append(finding("TERM-TOTAL-UNLIKE", place, found=days, table=t.lines[name].table, region=region, day=day))

    touched = dict.fromkeys(where[:3] for where, b in at.items() if b.method == "OBS" and b.table)
    for day, region, name in touched:
        keys = [k for d, r, m, k in at if (d, r, m) == (day, region, name)]
        for dim, code, parts in levels.total_columns(t.layouts[t.lines[name].table], t.measures[name]):
            for key in (k for k in keys if dict(k).get(dim) == code):
                put((day, region, name, key), [held((day, region, name, key_of({**dict(key), dim: part}))) for part in parts])
    for day, region, name in touched:
        for above in dict.fromkeys(r for d, r, m, _ in at if (d, m) == (day, name) and r != region):
            if not levels.inside(t.places, region, above):
                continue
            leaves = [c for c in t.leaves if levels.inside(t.places, c, above) and _stands(t.places[c], day)]
            for key in [k for d, r, m, k in at if (d, r, m) == (day, above, name)]:
                below = [held((day, c, name, key)) for c in leaves]
                put((day, above, name, key), [b for b in below if b is not None])
    return made


def _stands(place: Region, day: date) -> bool:
    return place.valid_from <= day <= place.valid_to


def _cuts(parts: Sequence[Held | None]) -> list[date]:
    """The days at which parts were read, where there is more than one."""
    return sorted({part[1].cut for part in parts if part is not None})


def _total(old: Held, parts: Sequence[Held | None]) -> Held:
    """A total as the sum of its parts; unknown while one of them is, and where they are of different days."""
    found = [part for part in parts if part is not None]
    amounts = [b.amount for b, _ in found]
    known = bool(amounts) and len(found) == len(parts) and all(a is not None for a in amounts)
    cuts = _cuts(parts)
    amount = sum((a for a in amounts if a is not None), Fraction(0)) if known and len(cuts) == 1 else None
    figures = tuple(dict.fromkeys(f for b, _ in found for f in b.figures))
    documents = "; ".join(dict.fromkeys(b.document for b, _ in found if b.document))
    estimate = any(b.estimate for b, _ in found)
    balance, stock = old
    made = replace(
        balance, amount=amount, method="OBS", year_end=None, days=None, estimate=estimate, figures=figures, document=documents
    )  # fmt: skip
    cut = cuts[0] if len(cuts) == 1 else stock.cut
    return made, replace(
        stock, amount=amount, method="OBS", cut=cut, year_end=None, days=None, estimate=estimate, document=documents
    )


def _line(
    t: Tables,
    day: date,
    region: str,
    line: StockLine,
    seen: Mapping[tuple[str, str, Key], tuple[Observed, ...]],
    told: list[Finding],
) -> Iterator[tuple[Where, Stock, Mapping[int, tuple[Annual, ...]]]]:
    """The stocks of one row of a region on a day, under every key it has, with the annual figures by year-end."""
    years, tenure, places = t.years, t.tenure, t.places
    codes = _every_code(places, region)
    keys = years.keys_of(line.measure, codes)
    keys += [k for r, m, k in seen if (r, m) == (region, line.measure) and k not in keys]
    asked = method_of(tenure, line.measure, line.table)[0]
    method = way_of(tenure, line.measure, line.table, line.column)
    step = step_reason(line.table, line.column)
    for key in keys:
        ends = {y: _at_end(years, line, region, y, key, places) for y in _year_ends(years, line)}
        if not any(ends.values()) and (region, line.measure, key) not in seen:
            continue  # a mineral that another region has
        if method != asked:
            place = Place(key=f"{line.table}/{tenure.id}")
            told.append(finding("TERM-STEP-NEAREST", place, found="NEAREST", expected="INTERP", holes=_why(line, step)))
        item = "/".join(p for p in (line.measure, region, key_text(key)) if p)
        series = Series(item, {y: _sum(a) for y, a in ends.items()}, seen.get((region, line.measure, key), ()), step)
        stock, findings = stock_at(series, day, method)
        if stock.amount is None and _unlisted(t, line, key, stock, ends):
            continue
        told += () if _no_such(stock, ends) else findings
        yield (day, region, line.measure, key), stock, ends


def _unlisted(t: Tables, line: StockLine, key: Key, stock: Stock, ends: Mapping[int, tuple[Annual, ...]]) -> bool:
    """Whether an open list (of minerals) does not name the stock at any year-end it would rest on: there was none of it."""
    layout = t.layouts.get(line.table)
    instance = layout.instance if layout is not None else ""
    return bool(instance) and instance in dict(key) and bool(stock.rests_on) and not any(ends.get(y) for y in stock.rests_on)


def _no_such(stock: Stock, ends: Mapping[int, tuple[Annual, ...]]) -> bool:
    """Whether the book says that the stock does not apply: then nothing is missing."""
    states = {a.stored.state for year in stock.rests_on for a in ends.get(year, ())}
    return stock.amount is None and states == {str(State.NOT_APPLICABLE)}


def _why(line: StockLine, step: object) -> dict[str, object]:
    return {"table": line.table, "why_zh": getattr(step, "zh", ""), "why_en": getattr(step, "en", "")}


def _year_ends(years: Years, line: StockLine) -> list[int]:
    """The year-ends there may be a figure of: those of the book, and the one its first year opens with."""
    before = [min(years.vintages) - 1] if line.opening else []
    return [*before, *sorted(years.vintages)]


def _at_end(years: Years, line: StockLine, region: str, year: int, key: Key, places: Mapping[str, Region]) -> tuple[Annual, ...]:
    """The figures that make up the stock of a region at the end of a year, under the codes of that day; none if one lacks."""
    codes = codes_at_end(places, region, year)
    found = [years.get(line.measure, code, year, key) for code in codes]
    if line.opening and not any(found):
        codes = codes_at_end(places, region, year + 1)
        found = [years.get(line.opening, code, year + 1, key) for code in codes]
    there = tuple(a for a in found if a is not None)
    return there if len(there) == len(found) else ()


def codes_at_end(places: Mapping[str, Region], region: str, year: int) -> tuple[str, ...]:
    """The codes under which a region returned for a year: its own, those it replaced, or the one that took its place alone."""
    here, day = places.get(region), date(year, 12, 31)
    if here is None or here.valid_from <= day <= here.valid_to:
        return (region,)
    if day < here.valid_from:
        return codes_on(places, region, day)
    heirs = [r.code for r in places.values() if region in r.replaces]
    alone = len(heirs) == 1 and places[heirs[0]].replaces == (region,)
    return codes_at_end(places, heirs[0], year) if alone else ()


def _every_code(places: Mapping[str, Region], region: str) -> list[str]:
    """The codes a region had, has, or came to have."""
    found, here = [region], places.get(region)
    for old in here.replaces if here is not None else ():
        found += _every_code_before(places, old)
    found += [r.code for r in places.values() if region in r.replaces]
    return list(dict.fromkeys(found))


def _every_code_before(places: Mapping[str, Region], region: str) -> list[str]:
    here = places.get(region)
    return [region, *(c for old in (here.replaces if here is not None else ()) for c in _every_code_before(places, old))]


def _sum(parts: Sequence[Annual]) -> Fraction | None:
    amounts = [a.exact for a in parts]
    if not amounts or any(a is None for a in amounts):
        return None
    return sum((a for a in amounts if a is not None), Fraction(0))


def _balance(where: Where, line: StockLine, stock: Stock, ends: Mapping[int, tuple[Annual, ...]], measure: Measure) -> Balance:
    day, region, _, key = where
    figures = tuple(a.stored for year in stock.rests_on for a in ends.get(year, ()))
    return Balance(
        day, region, line.table, line.row, key, stock.amount, measure.unit, stock.method, stock.year_end, stock.days,
        stock.estimate, figures, stock.document,
    )  # fmt: skip


# ---- observations


def _observed(
    observations: Sequence[Observation], lines: Mapping[str, StockLine], measures: Mapping[str, Measure]
) -> tuple[dict[tuple[str, str, Key], tuple[Observed, ...]], list[Finding]]:
    """(region, measure of the closing, key) -> what was observed, in the unit of the measure."""
    found: dict[tuple[str, str, Key], list[Observed]] = {}
    findings = []
    for o in observations:
        place = Place(key=f"{o.table}.{o.row}/{o.region}/{o.day}/{key_text(o.key) or '-'}")
        line = line_of(lines, measures, o.table, o.row, o.key)
        if line is None:
            findings.append(finding("TERM-NO-STOCK-ROW", place, found=f"{o.table}.{o.row} {key_text(o.key)}".strip()))
            continue
        amount = in_unit_of(o.amount, o.unit, measures[line.measure].unit)
        if amount is None:
            unit = measures[line.measure].unit
            findings.append(finding("TERM-OBSERVED-UNIT", place, found=o.unit, expected=unit))
            continue
        found.setdefault((o.region, line.measure, o.key), []).append(Observed(o.day, amount, o.document))
    return {where: tuple(several) for where, several in found.items()}, findings


def line_of(lines: Mapping[str, StockLine], measures: Mapping[str, Measure], table: str, row: str, key: Key) -> StockLine | None:
    """The stock row that a table, row (opening or closing) and key name; None where there is none, or more than one."""
    dims = tuple(sorted(d for d, _ in key))
    fits = [
        line for line in lines.values()
        if line.table == table and row in (line.row, line.opening.rpartition(".")[2])
        and tuple(sorted(measures[line.measure].dims)) == dims
    ]  # fmt: skip
    return fits[0] if len(fits) == 1 else None


def in_unit_of(amount: Decimal, unit: str, wanted: str) -> Fraction | None:
    """An amount in another unit, exactly; None where the units do not measure the same."""
    try:
        return Fraction(amount) * parse_unit(unit).without_price_year().factor_to(parse_unit(wanted).without_price_year())
    except UnitError:
        return None


def _gathered(told: Sequence[Finding]) -> Iterator[Finding]:
    """Findings about stocks that lack, one for a table, region and day: a table outside the data lacks all of its cells."""
    lacking: dict[tuple[str, str], list[Finding]] = {}
    for f in told:
        if f.code in ("TENURE-OUTSIDE-DATA", "TENURE-NO-STOCK"):
            measure, region, *_ = f.place.key.split("/")
            lacking.setdefault(
                (f.code, f"{measure.split('.')[0]}/{region}/{f.place.key.rpartition('/')[2]}/{f.found}"), []
            ).append(f)
        else:
            yield f
    for (_, place), several in lacking.items():
        if len(several) == 1:
            yield several[0]
            continue
        first = several[0]
        table, region, day, year_end = place.split("/")
        code = "TERM-STOCKS-LACKING" if first.code == "TENURE-OUTSIDE-DATA" else "TERM-STOCKS-UNKNOWN"
        yield finding(
            code, Place(key=f"{table}/{region}/{day}"), found=year_end, expected=first.expected,
            count=len(several), table=table, region=region, day=day,
        )  # fmt: skip
