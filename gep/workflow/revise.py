"""What a new vintage changes: figures that differ from the vintage in use, and openings that are re-stated, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gep.base.records import Fact, key_text
from gep.base.rounding import store
from gep.explain.address import NAMED, POSITIONAL
from gep.workflow.accounts import Figure
from gep.workflow.assets import AssetComputation
from gep.workflow.chain import Restated

RESTATED, RECOMPILED = "restated", "recompiled"
AMOUNTS = {"physical_account": "quantity", "value_account": "value", "asset_account": "amount", "asset_total": "amount"}
RULES, RETURNS, BOTH, CONSEQUENCE = "rules", "returns", "rules and returns", "consequence"


@dataclass(frozen=True)
class Before:
    """The vintage that was in use for a profile and year: its amounts by figure address, what it read and by which rules."""

    vintage: int
    amounts: Mapping[str, tuple[Decimal | None, str]]  # address -> (amount, unit)
    facts: Mapping[tuple[str, ...], tuple[str | None, str | None]]  # (measure, region, period, key) -> (amount, unit) as typed
    rules_hash: str


def fact_key(measure: str, region: str, period: str, category: str) -> tuple[str, ...]:
    return (measure, region, period, category)


def changed_facts(before: Before, facts: Iterable[Fact]) -> frozenset[tuple[str, ...]]:
    """The returned figures that are new, gone or other than the vintage before read them."""
    now = {
        fact_key(f.measure, f.region, f.period, key_text(f.key) or "-"): (
            None if f.amount is None else str(f.amount),
            f.unit or None,
        )
        for f in facts
    }
    return frozenset(k for k in now.keys() | before.facts.keys() if now.get(k) != before.facts.get(k))


def recompiled(
    before: Before,
    figures: Iterable[tuple[str, Figure]],
    changed: frozenset[tuple[str, ...]],
    rules_hash: str,
    nodes: Mapping[str, Any],
) -> Iterator[dict[str, object]]:
    """A row for every figure of a profile and year that is not what it was, or that is new or gone."""
    seen: set[str] = set()
    for table, figure in figures:
        column = AMOUNTS.get(table)
        if column is None:
            continue
        address = figure.address.text()
        seen.add(address)
        old, unit = before.amounts.get(address, (None, ""))
        new = figure.row[column]
        if old == new and address in before.amounts:
            continue
        amount = new if isinstance(new, Decimal) else None
        reason = _reason(figure, changed, rules_hash != before.rules_hash, nodes)
        yield _row(address, RECOMPILED, before.vintage, old, amount, str(figure.row["unit"] or unit or "-"), reason, "")
    for address in sorted(before.amounts.keys() - seen):
        old, unit = before.amounts[address]
        yield _row(address, RECOMPILED, before.vintage, old, None, unit or "-", BOTH if changed else RULES, "")


def _reason(figure: Figure, changed: frozenset[tuple[str, ...]], rules: bool, nodes: Mapping[str, Any]) -> str:
    """Why a figure changed, as far as its own node tells: its return, the rules, or what it rests on."""
    node = nodes.get(figure.node, {})
    if node.get("kind") == "cell":
        return RETURNS
    inputs = [nodes.get(a["node"], {}) for a in node.get("arguments", ())] + [
        nodes.get(p["node"], {}) for p in node.get("parts", ())
    ]
    direct = any(
        i.get("kind") == "cell" and fact_key(i["measure"], i["region"], i["period"], i["key"] or "-") in changed for i in inputs
    )
    if direct:
        return BOTH if rules else RETURNS
    return RULES if rules else CONSEQUENCE


def _row(
    address: str, kind: str, vintage: int | None, old: Decimal | None, new: Decimal | None, unit: str, reason: str, note: str
) -> dict[str, object]:
    difference = None if old is None or new is None else new - old
    return {
        "figure": address, "kind": kind, "old_vintage": vintage, "old": old, "new": new, "difference": difference, "unit": unit,
        "reason": reason, "note": note or None,
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
        yield _row(address, RESTATED, None, old, new, measure.unit, r.code or "unexplained", _note(r)) | {"region_code": r.region}


def _note(r: Restated) -> str:
    return r.again.fact.note if r.again.fact is not None else ""


def address_of(view: str, row: Mapping[str, Any]) -> str:
    """The figure address of a stored row, as the run writes it."""
    keys = [str(row[k]) for k in POSITIONAL[view]]
    named = [f"{n}={row[n]}" for n in NAMED[view]]
    return "/".join([view, str(row["region_code"]), str(row["year"]), *keys, *named])


def read_before(rows: Mapping[str, list[dict[str, Any]]], vintage: int, rules_hash: str) -> Before:
    """The figures and facts of a vintage, from the rows of its tables."""
    amounts: dict[str, tuple[Decimal | None, str]] = {}
    for table, column in AMOUNTS.items():
        view = "asset_account" if table == "asset_total" else table
        for row in rows.get(table, ()):
            amounts[address_of(view, row)] = (row[column], row["unit"] or "")
    facts = {
        fact_key(f["measure"], f["region_code"], f["period"], f["category"]): (f["amount"], f["unit"])
        for f in rows.get("fact", ())
    }
    return Before(vintage, amounts, facts, rules_hash)
