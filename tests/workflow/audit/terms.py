"""Terms over hand-made annual figures and over the two-year sample city, for the tests of the account of a term."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gep.base.records import Key, Measure, Names, Region, State, key_of
from gep.report.form import Stored
from gep.workflow.audit.annual import Annual, Years
from gep.workflow.audit.records import Method, Subject, Tenure

Figures = Mapping[str, str]  # `REGION MEASURE key:CODE YEAR` -> amount, `?` unknown, `n/a` does not apply


def subject(start: str, end: str, name: str = "X") -> Subject:
    return Subject(name, Names("县长", "Head"), "government", date.fromisoformat(start), date.fromisoformat(end))


def tenure(region: str, *subjects: Subject, method: Method = "NEAREST", **methods: Method) -> Tenure:
    """`methods` by table, an underscore for the dash: LA_01="INTERP"."""
    named = {name.replace("_", "-"): way for name, way in methods.items()}
    audited = tuple(s.id for s in subjects)
    return Tenure("t", Names("任期", "tenure"), region, subjects, audited, (), method=method, methods=named, illustrative=True)


def place(code: str, parent: str = "", start: str = "", end: str = "", replaces: Sequence[str] = ()) -> Region:
    first, last = date.fromisoformat(start) if start else date.min, date.fromisoformat(end) if end else date.max
    return Region(code, parent, "county" if parent else "city", Names(code, code), first, last, tuple(replaces))


def years(measures: Mapping[str, Measure], figures: Figures, totals: Sequence[str] = ("C00",), scheme: str = "s") -> Years:
    """Annual figures as a book would give them, from vintage 7."""
    found: dict[tuple[str, str, int, Key], Annual] = {}
    for text, amount in figures.items():
        region, name, *rest = text.split()
        year, key = int(rest[-1]), key_of(dict(p.split(":") for p in rest[0].split(";"))) if len(rest) > 1 else ()
        state = {"?": State.NOT_AVAILABLE, "n/a": State.NOT_APPLICABLE}.get(amount, State.VALUE)
        value = Decimal(amount) if state is State.VALUE else None
        stored = Stored(
            f"asset_account/{region}/{year}/{name}/{'-'.join(c for _, c in key)}@7", value, measures[name].unit, str(state)
        )
        of_total = any(code in totals for _, code in key)
        found[name, region, year, key] = Annual(name, region, year, key, stored, of_total)
    keys: dict[tuple[str, str], dict[Key, None]] = {}
    for name, region, _, key in found:
        keys.setdefault((name, region), {})[key] = None
    spans = {y: 7 for _, _, y, _ in found}
    return Years(scheme, spans, found, {where: tuple(k) for where, k in keys.items()})


def worked_out(node: Mapping[str, Any]) -> Fraction:
    """What a calculation of a term gives from its JSON alone, rounded as it says."""
    amounts = {a["name"]: Fraction(Decimal(a["amount"])) for a in node["arguments"] if a["amount"] is not None}

    def of(tree: ast.expr) -> Fraction:
        match tree:
            case ast.Constant(value=int(value)):
                return Fraction(value)
            case ast.Name(id=name):
                return amounts[name]
            case ast.UnaryOp(op=ast.USub(), operand=x):
                return -of(x)
            case ast.BinOp(left=left, op=op, right=right):
                a, b = of(left), of(right)
                return {"Add": a + b, "Sub": a - b, "Mult": a * b, "Div": a / b if b else a}[type(op).__name__]
        raise AssertionError(ast.dump(tree))

    scale = 10 ** int(node["places"])
    return Fraction(round(of(ast.parse(str(node["expression"]), mode="eval").body) * scale), scale)
