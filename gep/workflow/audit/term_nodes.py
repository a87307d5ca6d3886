"""Trace nodes of what the account of a term is made of: how a flow was cut, what a balance rests on, the figures of the book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gep.base.records import State
from gep.engine.trace import SCHEMA, Json, Node
from gep.report.form import Stored
from gep.rules.canonical import rational

SOURCE = "departure_audit"  # the reference the rules of a term rest on
STORED_PLACES = 12  # decimals of a figure in the query store


@dataclass(frozen=True, slots=True)
class Said:
    """An argument of a calculation: another node, or a number that is written into the expression."""

    name: str
    node: str
    amount: Decimal | None
    unit: str
    state: str = str(State.VALUE)


def book_id(figure: Stored) -> str:
    return f"cell:{figure.address}"


def of_book(figure: Stored) -> Node:
    """A figure of the book, by its address with the vintage."""
    _, region, period, *rest = figure.address.partition("@")[0].split("/")
    amount = None if figure.amount is None else format(figure.amount, "f")
    return {
        "schema": SCHEMA, "kind": "cell", "id": book_id(figure), "measure": figure.address.partition("/")[0], "region": region,
        "period": period, "key": "/".join(rest), "state": figure.state, "amount": amount, "unit": figure.unit, "reason": "",
        "factor": "1", "base_unit": figure.unit, "places": STORED_PLACES, "exact": True, "figure": figure.address,
    }  # fmt: skip


def of_record(name: str, amount: Fraction, unit: str, document: str, places: int) -> Node:
    """What an auditor recorded: an observation, an event."""
    return {
        "schema": SCHEMA, "kind": "cell", "id": name, "measure": name.partition(":")[0], "region": "", "period": "", "key": "",
        "state": str(State.VALUE), "amount": rational(amount), "unit": unit, "reason": "", "factor": "1", "base_unit": unit,
        "places": places, "exact": True, "source": document,
    }  # fmt: skip


def calculation(
    name: str,
    place: tuple[str, str, str, str],
    rule: str,
    clause: str,
    expression: str,
    said: Sequence[Said],
    result: Decimal | None,
    unit: str,
    places: int,
    state: State,
) -> Node:
    """A figure of a term as anyone can work it out again. `place`: measure, region, period, key as text."""
    measure, region, period, key = place
    arguments: list[Json] = [_argument(a) for a in said]
    return {
        "schema": SCHEMA, "kind": "calculation", "id": name, "measure": measure, "region": region, "period": period, "key": key,
        "rule": rule, "version": "1", "source": SOURCE, "clause": clause, "written": expression, "expression": expression,
        "arguments": arguments, "sums": [], "places": places, "rounding": "half_even", "unit": unit, "state": str(state),
        "result": None if result is None else format(result, "f"), "reason": "",
    }  # fmt: skip


def _argument(said: Said) -> dict[str, Json]:
    amount = None if said.amount is None else format(said.amount, "f")
    return {
        "name": said.name, "node": said.node, "state": said.state, "amount": amount, "unit": said.unit, "factor": "1",
        "places": None, "reads": said.unit, "binding": True,
    }  # fmt: skip


def added(terms: Sequence[tuple[int, str]]) -> str:
    """`((a + b) - c)` of signed names; `0` of none."""
    if not terms:
        return "0"
    sign, text = terms[0]
    text = text if sign > 0 else f"(-{text})"
    for sign, name in terms[1:]:
        text = f"({text} {'+' if sign > 0 else '-'} {name})"
    return text


def of_figures(figures: Sequence[Stored], head: str) -> tuple[str, list[Said]]:
    """The sum of some figures of the book, as an expression and its arguments `head0`, `head1` …"""
    said = [Said(f"{head}{i}", book_id(f), f.amount, f.unit, f.state) for i, f in enumerate(figures)]
    return added([(1, s.name) for s in said if s.amount is not None]), said
