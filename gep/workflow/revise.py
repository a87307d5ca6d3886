"""What a new vintage changes: figures that differ from the vintage in use with their causes, and openings that are re-stated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gep.base.records import key_text
from gep.base.rounding import store
from gep.base.states import exact_sum
from gep.explain.address import BY_COLUMN, COLUMNS, NAMED, POSITIONAL
from gep.explain.causes import Because
from gep.ledger.index_tables import UNITS
from gep.workflow.assets import AssetComputation
from gep.workflow.chain import Restated

RESTATED, RECOMPILED = "restated", "recompiled"
# the tables that hold figures -> their amounts, the column of the unit
AMOUNTS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "physical_account": (("quantity",), "unit"),
    "value_account": (("value",), "currency"),
    "gep_total": (("gep", "material", "regulating", "cultural"), "currency"),
    "green_gold_index": (tuple(COLUMNS["green_gold_index"]), ""),
    "asset_account": (("amount",), "unit"),
    "asset_total": (("amount",), "unit"),
    "balance_sheet": (("closing", "opening", "change"), "unit"),
}
VIEWS = {"asset_total": "asset_account"}  # the view that addresses of a table name
Blame = Callable[[str], Because]  # why the figure with this root (address and column) is not what it was


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure of a vintage. `root`: what its trace node is found by; `amount` is None where it is not known."""

    figure: str
    root: str
    table: str
    region: str
    year: int
    amount: Decimal | None
    unit: str
    state: str

    @property
    def told(self) -> tuple[Decimal | None, str, str]:
        """What makes two figures the same."""
        return self.amount, self.unit, self.state


@dataclass(frozen=True)
class Before:
    """The vintage that was in use for a profile and year, and its figures by address."""

    vintage: int
    amounts: Mapping[str, Amount]


def amounts_of(table: str, row: Mapping[str, Any]) -> Iterator[Amount]:
    """The figures that a row of a table holds, one a column of amounts."""
    columns, unit = AMOUNTS[table]
    view = VIEWS.get(table, table)
    address = address_of(view, row)
    for column in columns:
        figure = address if column == COLUMNS[view][0] else f"{address}#{column}"
        root = f"{address}#{column}" if view in BY_COLUMN else address
        state = "" if view in BY_COLUMN else str(row["state"])
        amount = row[column]
        if amount is None and view == "green_gold_index":
            continue  # an index of which something was not returned is told in a finding of its own; it has no trace
        yield Amount(
            figure,
            root,
            table,
            row["region_code"],
            int(row["year"]),
            amount,
            _unit(row, unit, column),
            state,
        )


def _unit(row: Mapping[str, Any], unit: str, column: str) -> str:
    """The unit of a figure: as its row says, or (of an index) as its column does, in the money of the row."""
    return str(row[unit] or "-") if unit else UNITS[column].replace("CNY", str(row["currency"] or "CNY"))


def address_of(view: str, row: Mapping[str, Any]) -> str:
    """The figure address of a stored row, as the run writes it."""
    keys = [str(row[k]) for k in POSITIONAL[view]]
    named = [f"{n}={row[n]}" for n in NAMED[view]]
    return "/".join([view, str(row["region_code"]), str(row["year"]), *keys, *named])


def read_before(rows: Mapping[str, list[dict[str, Any]]], vintage: int) -> Before:
    """The figures of a vintage, from the rows of its tables."""
    found = (a for table in AMOUNTS for row in rows.get(table, ()) for a in amounts_of(table, row))
    return Before(vintage, {a.figure: a for a in found})


def changed(old: Mapping[str, Amount], new: Mapping[str, Amount]) -> list[str]:
    """The addresses of the figures that are not what they were (amount, unit or state), that are new or gone; sorted."""
    same = {f for f, a in new.items() if f in old and old[f].told == a.told}
    return sorted((old.keys() | new.keys()) - same)


def difference(old: Amount | None, new: Amount | None) -> Decimal | None:
    """new - old; None where one of them is not known or not there, or where they are in different units."""
    if old is None or new is None or old.amount is None or new.amount is None or old.unit != new.unit:
        return None
    return exact_sum([new.amount, old.amount.copy_negate()])  # `-` would round to the context


def recompiled(before: Before, figures: Iterable[Amount], blame: Blame) -> Iterator[dict[str, object]]:
    """A row for every figure of a profile and year that is not what it was, or that is new or gone, with all its causes."""
    now = {a.figure: a for a in figures}
    for figure in changed(before.amounts, now):
        old, new = before.amounts.get(figure), now.get(figure)
        one = now[figure] if figure in now else before.amounts[figure]
        why = blame(one.root)
        yield {
            "figure": figure, "kind": RECOMPILED, "region_code": one.region, "old_vintage": before.vintage,
            "old": old and old.amount, "new": new and new.amount, "difference": difference(old, new), "unit": one.unit,
            "reason": ";".join(why.causes), "because": why.text(), "note": None,
        }  # fmt: skip


def restated(c: AssetComputation, figures: Mapping[tuple[str, str, str], str]) -> Iterator[dict[str, object]]:
    """A row for every opening that the department returns otherwise: closing before, returned opening, the code of its note.

    `figures`: (measure, region, key as text) -> address of the opening in the account.
    """
    for r in c.carried.restated:
        measure = c.method.measures[r.opening]
        address = figures.get((r.opening, r.region, key_text(r.key)), "")
        if not address:
            continue
        old, new = (store(cell.exact, 6) if cell.exact is not None else None for cell in (r.before, r.again))
        yield {
            "figure": address, "kind": RESTATED, "region_code": r.region, "old_vintage": None, "old": old, "new": new,
            "difference": None if old is None or new is None else new - old, "unit": measure.unit,
            "reason": r.code or "unexplained", "because": None, "note": _note(r) or None,
        }  # fmt: skip


def _note(r: Restated) -> str:
    return r.again.fact.note if r.again.fact is not None else ""
