"""One stock over a term as the pure cutting of a tenure sees it: exact flows by row and cause, by effect and by decision.

The plan gives the figures that are printed; this gives what responsibility and attribution are worked out from
(`gep.accounts.tenure`, `gep.accounts.attribution`). Both read the same handover balances, annual figures and windows, and the
rows are those that the rules of the plan make the closing of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from gep.accounts.posts import Sign
from gep.accounts.tenure import Account, Flow, account
from gep.base.findings import Finding
from gep.base.records import Key, Layout, Rule, State
from gep.rules.product import Plan
from gep.workflow.audit.balances import StockLine
from gep.workflow.audit.term_facts import Cut
from gep.workflow.forms.relations import plain_sum

# rows that state by how much a unit value moved; what a table of values changes by otherwise is quantity and quality
PRICE = frozenset({"VA-01.R26", "LI-01.R25"})


@dataclass(frozen=True, slots=True)
class Row:
    """A row that a closing is made of: which measure, how it enters, and its cause (empty: the table does not tell one)."""

    measure: str
    row: str
    sign: Sign
    cause: str


def rows_of(plans: Sequence[Plan], layout: Layout, line: StockLine) -> tuple[Row, ...]:
    """The rows of a table that the closing of a stock is made of beside its opening; none where it is not a plain sum of rows.

    Read from the rules of the scheme, subtotals followed down to their parts.
    """
    rules = {p.rule.output: p.rule for p in plans if p.rule.kind == "compute" and p.rule.at != "above"}
    parts = _parts(rules, line.measure, line.table)
    if not line.opening or (line.opening, 1) not in parts:
        return ()
    causes = {row.code: row.cause for row in layout.rows}
    below = [x for name, sign in parts if name != line.opening for x in _down(rules, name, sign, line.table)]
    return tuple(Row(name, row := name.rpartition(".")[2], sign, causes.get(row, "")) for name, sign in below)


def balanced_rows(plans: Sequence[Plan], layout: Layout, line: StockLine) -> tuple[Row, ...]:
    """The rows between opening and closing of a table whose closing is worked out by itself (values), none where nothing says.

    Read from the second route that holds the rows against each other: closing = opening + rows, or a row = what remains.
    """
    for plan in (p for p in plans if p.rule.kind == "second_route" and line.opening):
        signs = dict(_parts({plan.rule.output: plan.rule}, plan.rule.output, line.table))
        if plan.rule.output == line.measure and signs.get(line.opening) == 1:
            found = {name: sign for name, sign in signs.items() if name != line.opening}
        elif signs.get(line.measure) == 1 and signs.get(line.opening) == -1:
            others = {name: sign for name, sign in signs.items() if name not in (line.measure, line.opening)}
            found = {plan.rule.output: 1, **{name: _turned(sign) for name, sign in others.items()}}
        else:
            continue
        causes = {row.code: row.cause for row in layout.rows}
        code = {name: name.rpartition(".")[2] for name in found}
        return tuple(
            Row(n, code[n], sign, "price" if n in PRICE else causes.get(code[n], "")) for n, sign in sorted(found.items())
        )
    return ()


def _turned(sign: Sign) -> Sign:
    return -1 if sign == 1 else 1


def stock_account(
    cut: Cut, rows: Sequence[Row], region: str, closing: str, key: Key
) -> tuple[Account, tuple[Finding, ...]] | None:
    """The account of one stock cell of a region that returns as the term ends; None where it has no stock on one of the days.

    `closing`: the measure of the closing row; `rows`: what it is made of beside its opening.
    """
    opening, last = (cut.stock(day, region, closing, key) for day in (cut.term.start, cut.term.end))
    if opening is None or last is None:
        return None
    opening = replace(opening, item=last.item)  # the region may have had another code then
    events = [e for row in rows for e in cut.events.get((row.measure, region, key), ())]
    return account(cut.term, opening, last, [_flow(cut, row, region, key) for row in rows], events)


def _flow(cut: Cut, row: Row, region: str, key: Key) -> Flow:
    """A row by year; what does not apply in a year adds nothing in it, what is not known stays so."""
    measure = cut.measures[row.measure]
    years: dict[int, Fraction | None] = {}
    for year in sorted(cut.years.vintages):
        held = cut.of_year(measure, region, year, key)
        amounts = [a.exact for a in held or () if a.stored.state != str(State.NOT_APPLICABLE)]
        known = held is not None and all(a is not None for a in amounts)
        years[year] = sum((a for a in amounts if a is not None), Fraction(0)) if known else None
    return Flow(row.row, row.sign, row.cause, years)


def _parts(rules: Mapping[str, Rule], name: str, table: str) -> list[tuple[str, Sign]]:
    """The rows of the same table that a row is the plain sum of, with their signs; none if it is made otherwise, or given."""
    rule = rules.get(name)
    signs = _plain(rule.expression, rule.file) if rule is not None else None
    if rule is None or signs is None:
        return []
    refs = {i.name: i.ref for i in rule.inputs if i.kind == "measure" and not i.select and i.ref.startswith(f"{table}.")}
    return [(refs[n], sign) for n, sign in signs] if all(n in refs for n, _ in signs) else []


def _down(rules: Mapping[str, Rule], name: str, sign: Sign, table: str) -> Iterator[tuple[str, Sign]]:
    parts = _parts(rules, name, table)
    if not parts:
        yield name, sign
    for part, own in parts:
        yield from _down(rules, part, 1 if own == sign else -1, table)


@lru_cache(maxsize=4096)
def _plain(expression: str, file: str) -> tuple[tuple[str, Sign], ...] | None:
    found = plain_sum({"expression": expression, "file": file})
    return None if found is None else tuple(found)
