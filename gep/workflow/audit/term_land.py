"""Land over a term told both ways: the changes of its years added up, and what became of the land from its first to its last day.

Land that goes from cultivated to other land in one year and to a settlement in the next stands twice in the sum of the years and
once from end to end. The second needs the patches of both year-ends; where the book has none, it is not made from totals.
"""

# ruff: noqa: S608  (what enters the SQL is literals of the program, quoted names and whole numbers)
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from gep.accounts.transition import OUTSIDE, Key, Transition, check_gross
from gep.base.findings import Finding, Place, finding
from gep.base.records import Key as CellKey
from gep.base.states import exact_sum
from gep.book import Book
from gep.catalog.tables import CAUSE, matrix_dims
from gep.explain.address import Address
from gep.ledger.views import literal
from gep.report.form import Stored
from gep.workflow.audit.term_plan import TermAccount
from gep.workflow.transitions import ADJUSTMENT, MEASURE, SINCE, TABLE
from gep.workflow.views import rows

EDGE, ALL = "98", "00"  # codes of the matrix without their letter: outside the area, and its totals


@dataclass(frozen=True, slots=True)
class LandMoves:
    """Moves of land in a region over a term, in hm2, by (class before, class after); None is outside the area.

    `gross`: the sum of the years, by human and natural cause and across the boundary; None where a year is unknown. `end_to_end`:
    between the patches of the two year-ends, the unchanged land on the diagonal; None where the book has no such matrix.
    `years`: the year-ends that stand for the two days (where flows are cut by days they do not, and nothing is end to end).
    """

    region: str
    years: tuple[int, int]
    gross: Mapping[Key, Decimal] | None
    end_to_end: Mapping[Key, Decimal] | None
    figures: tuple[Stored, ...]
    findings: tuple[Finding, ...]


def land_moves(book: Book, account: TermAccount, region: str) -> LandMoves:
    """Both ways for one region of the account, and whether they can go with each other (`gep.accounts.transition`)."""
    years = (account.span.year_before, account.span.year)
    place = Place(key=f"{TABLE}/{region}/{account.span.period}")
    gross = _gross(account, region)
    by_days = any(f.slack for f in account.facts if f.fact.measure == MEASURE)  # no patches are of the day of a handover
    held = {} if by_days else _end_to_end(book, account, region, years)
    if not held:
        known = ", ".join(f"{a}-{b}" for a, b in _spans(book, account, region)) or "-"
        told = finding("TERM-NO-END-TO-END", place, found=f"{years[0]}-12-31, {years[1]}-12-31", expected=known, region=region)
        return LandMoves(region, years, gross, None, (), (told,))
    cells = {key: f.amount for key, f in held.items() if f.amount is not None}
    findings = () if gross is None else check_gross(gross, Transition(cells, {}), place=place)
    return LandMoves(region, years, gross, cells, tuple(held.values()), findings)


def _gross(account: TermAccount, region: str) -> dict[Key, Decimal] | None:
    """The changes of the term added up over their causes; None where one of them is unknown, or no table tells them."""
    cells, period = account.computation.cells, account.span.period
    if not any(t.id == TABLE for t in account.computation.layouts):
        return None
    found: dict[Key, Decimal] = {}
    for pair, keys in moved_keys(account, region).items():
        held = [cell for key in keys if (cell := cells.get(MEASURE, region, period, key)) is not None]
        if any(cell.exact is None for cell in held):
            return None
        if any(cell.exact for cell in held):
            found[pair] = exact_sum([Decimal(cell.amount) for cell in held if cell.exact])
    return found


def moved_keys(account: TermAccount, region: str) -> dict[Key, list[CellKey]]:
    """The places of the account that a move is added up from, over its causes.

    What a survey re-states inside the area is no change of the land and has no place here.
    """
    cells, period = account.computation.cells, account.span.period
    layout = next((t for t in account.computation.layouts if t.id == TABLE), None)
    if layout is None:
        return {}
    rows_dim, columns_dim = matrix_dims(layout)
    found: dict[Key, list[CellKey]] = {}
    for key in cells.keys(MEASURE, region, period):
        place = dict(key)
        start, end = place[rows_dim][1:], place[columns_dim][1:]
        if ALL not in (start, end) and (place[CAUSE] != ADJUSTMENT or EDGE in (start, end)):
            found.setdefault((_class(start), _class(end)), []).append(key)
    return found


def _class(code: str) -> str | None:
    return OUTSIDE if code == EDGE else f"C{code}"


def _end_to_end(book: Book, account: TermAccount, region: str, years: tuple[int, int]) -> dict[Key, Stored]:
    scheme, vintage = account.cut.years.scheme, account.cut.years.vintages.get(years[1])
    if vintage is None:
        return {}
    instance = f"{SINCE}:{years[0]}"
    chosen = f"scheme = {literal(scheme)} AND table_id = {literal(TABLE)} AND region_code = {literal(region)}"
    sql = f"SELECT * FROM asset_account_rollup_all WHERE {chosen} AND vintage = {vintage} AND year = {years[1]}"
    found: dict[Key, Stored] = {}
    for row in rows(book, f"{sql} AND instance = {literal(instance)}"):
        keys = (TABLE, row["row_code"], row["column_code"], row["cause"])
        named = {"scheme": scheme, "instance": instance}
        address = Address("asset_account", region, str(years[1]), keys, named, vintage=vintage, given=4)
        where = (_class(row["row_code"][1:]), _class(row["column_code"][1:]))
        found[where] = Stored(address.text(), row["amount"], row["unit"], row["state"])
    return found


def _spans(book: Book, account: TermAccount, region: str) -> list[tuple[int, int]]:
    """The year-ends between which the book has a matrix of the region."""
    scheme, vintages = account.cut.years.scheme, account.cut.years.vintages
    chosen = f"scheme = {literal(scheme)} AND table_id = {literal(TABLE)} AND region_code = {literal(region)}"
    sql = f"SELECT DISTINCT year, vintage, instance FROM asset_account_rollup_all WHERE {chosen} AND instance LIKE '{SINCE}:%'"
    held = (r for r in rows(book, sql) if vintages.get(int(r["year"])) == r["vintage"])
    return sorted((int(r["instance"].partition(":")[2]), int(r["year"])) for r in held)
