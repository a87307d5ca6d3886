"""compare: any two vintages of a book; every figure that is not the same, with what changed it and by how much."""

from __future__ import annotations

from collections.abc import Mapping

from gep.base.findings import Place, Refused, finding
from gep.book import Book
from gep.explain.causes import Causes
from gep.explain.changes import Change, Comparison, Vintage
from gep.explain.changes import Side as Held
from gep.explain.side import Side, roots
from gep.ledger import acts
from gep.workflow.revise import AMOUNTS, Amount, amounts_of, changed, difference
from gep.workflow.sides import Sides, stored
from gep.workflow.views import need_store
from gep.workflow.vintage_causes import vintage_causes

Figures = Mapping[str, Amount]


def compare_vintages(book: Book, left: int, right: int, *, region: str = "", year: int | None = None) -> Comparison:
    """Every figure that differs between two vintages (right - left) in the years both compiled, in amount, unit or state.

    Figures of a profile or region that one of them alone has are new or gone. Raises Refused for a vintage the book does not
    have, for two without a year in common, and for a year or region that they do not have.
    """
    known = vintages(book)
    absent = [v for v in dict.fromkeys((left, right)) if v not in known]
    listed = "; ".join(v.text() for v in known.values()) or "-"
    if absent:
        raise Refused([finding("COMPARE-NO-VINTAGE", Place(key=str(v)), found=v, expected=listed) for v in absent])
    one, two = known[left], known[right]
    years = _years(one, two, year, listed)
    need_store(book)
    figures = [_figures(book, v, years) for v in (left, right)]
    if region:
        figures = _of_region(figures, region)
    moved = changed(*figures)
    sides = Sides(book)
    changes = _explained(sides, left, right, figures[0], figures[1], moved) if moved else ()
    causes = vintage_causes(book, left, right, years, sides, region) if moved else ()
    unchanged = dict.fromkeys(AMOUNTS, 0)
    for f in figures[1].keys() - set(moved):
        unchanged[figures[1][f].table] += 1
    return Comparison(one, two, years, changes, unchanged, causes)


def vintages(book: Book) -> dict[int, Vintage]:
    """The vintages of a book by number, oldest first, with the states their years are in now."""
    entries = book.entries()
    states = acts.states(entries)
    return {
        v: Vintage(v, e.who, e.when, tuple(map(str, _list(e.data["profiles"]))), {y: states[v, y].state for y in acts.years(e)})
        for v, e in acts.runs(entries).items()
    }


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _years(one: Vintage, two: Vintage, year: int | None, listed: str) -> tuple[int, ...]:
    common = tuple(y for y in one.years if y in two.years)
    both = {"left": one.number, "right": two.number}
    if not common:
        found, expected = (", ".join(map(str, v.years)) for v in (one, two))
        args = {**both, "vintages": listed}
        place = Place(key=f"{one.number} {two.number}")
        raise Refused([finding("COMPARE-NO-COMMON-YEAR", place, found=found, expected=expected, holes=args)])
    if year is not None and year not in common:
        expected = ", ".join(map(str, common))
        raise Refused([finding("COMPARE-VINTAGE-YEAR", Place(key=str(year)), found=year, expected=expected, holes=both)])
    return common if year is None else (year,)


def _figures(book: Book, vintage: int, years: tuple[int, ...]) -> dict[str, Amount]:
    where = f"vintage = {vintage} AND year IN ({', '.join(map(str, years))})"
    found = stored(book, dict.fromkeys(AMOUNTS, where))
    return {a.figure: a for table, rows in found.items() for row in rows for a in amounts_of(table, row)}


def _of_region(figures: list[dict[str, Amount]], region: str) -> list[dict[str, Amount]]:
    kept = [{f: a for f, a in side.items() if a.region == region} for side in figures]
    if not any(kept):
        there = sorted({a.region for side in figures for a in side.values()})
        raise Refused([finding("COMPARE-VINTAGE-REGION", Place(key=region), found=region, expected=", ".join(there))])
    return kept


def _explained(sides: Sides, left: int, right: int, old: Figures, new: Figures, moved: list[str]) -> tuple[Change, ...]:
    one, two = (sides.of(v) or Side({}) for v in (left, right))
    causes, before, after = Causes(one, two), roots(one.nodes), roots(two.nodes)
    made = []
    for figure in moved:
        a, b = old.get(figure), new.get(figure)
        held = new[figure] if figure in new else old[figure]
        if held.root not in before and held.root not in after:
            continue  # a column of the index that nothing was returned for, in a row that one side alone has
        because = causes.of(before.get(held.root), after.get(held.root))
        place = figure, held.table, held.region, held.year
        made.append(Change(*place, _held(a), _held(b), difference(a, b), because))
    order = {table: i for i, table in enumerate(AMOUNTS)}
    return tuple(sorted(made, key=lambda c: (c.region, c.year, c.profile, order[c.table], c.figure)))


def _held(amount: Amount | None) -> Held | None:
    return None if amount is None else Held(amount.amount, amount.unit, amount.state)
