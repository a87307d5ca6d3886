"""The canonical plan as records: the row products to be summed, and the exact tail that makes the figure out of the sums."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from gep.base.records import Input, Rule
from gep.rules.canonical import canonical
from gep.rules.nodes import Convert, Node, walk

PLAN_SCHEMA = "gep.plan/1"


@dataclass(frozen=True, slots=True)
class RowProduct:
    """What is evaluated on every row in binary64 and then aggregated.

    `alias`: r0, r1, ... in the order of the tail's Ref indices. `fn`: sum (quantised integers, exact), min or max (exact
    doubles). `body`: one operation at a time, left to right; no Agg in it; a Convert in it enters as the nearest double of
    its factor. `inputs`: every name it reads, in order of first use; `constants`: those of them that do not vary within one
    figure (their grain lies within the grain of the rule) and enter as nearest doubles. `over`: the words written after
    `over`. `frame`: the dimensions that key one row, sorted. `libm`: it uses a function of the maths library. `q`: the
    rounding unit, a power of ten; 0 for min and max.
    """

    alias: str
    fn: Literal["sum", "min", "max"]
    body: Node
    inputs: tuple[str, ...]
    constants: tuple[str, ...]
    over: tuple[str, ...]
    frame: tuple[str, ...]
    libm: bool
    q: Decimal

    @property
    def row_inputs(self) -> tuple[str, ...]:
        """The names that vary from row to row."""
        return tuple(n for n in self.inputs if n not in self.constants)

    def text(self) -> str:
        """One line, stable."""
        reads = " ".join(f"{n}=" if n in self.constants else n for n in self.inputs)
        flags = " libm" if self.libm else ""
        keys = f"over={','.join(self.over)} frame={','.join(self.frame)}"
        return f"{self.alias} {self.fn} q={self.q} {keys} reads={reads}{flags}: {canonical(self.body)}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The canonical plan of one rule, made from declarations only.

    `inputs`: the inputs as used, those made by prev(x), opening(x) and closing(x) under that name. `checked`: the tree after
    the unit pass and before the split (for explanations). `tail`: exact arithmetic over Ref, names of constants and numbers;
    a Compare for an assert. `unit`: that of the output measure, "" for an assert. `places`: decimals of storage, rounded
    half-even.
    """

    rule: Rule
    inputs: tuple[Input, ...]
    checked: Node
    products: tuple[RowProduct, ...]
    tail: Node
    unit: str
    places: int

    def input(self, name: str) -> Input:
        """The input called `name`; KeyError if the plan does not read it."""
        for found in self.inputs:
            if found.name == name:
                return found
        raise KeyError(name)

    def text(self) -> str:
        """The plan as stable lines: what `run --plan` prints and what is hashed. No trailing newline."""
        rule = self.rule
        lines = [
            f"schema {PLAN_SCHEMA}",
            f"rule {rule.id} version {rule.version} kind {rule.kind}",
            f"output {rule.output or '-'} unit {self.unit or '-'} places {self.places}",
            f"grain {','.join(rule.grain) or '-'}",
            *(f"domain {dim} {','.join(codes)}" for dim, codes in sorted(rule.domain.items())),
            *(_input_text(i) for i in self.inputs),
            *(f"product {p.text()}" for p in self.products),
            *_conversions(self.checked),
            f"tail {canonical(self.tail)}",
        ]
        return "\n".join(lines)

    @property
    def hash(self) -> str:
        """SHA-256 of `text()` in UTF-8, hexadecimal."""
        return hashlib.sha256(self.text().encode()).hexdigest()


def _input_text(i: Input) -> str:
    select = ";".join(f"{k}:{v}" for k, v in sorted(i.select.items())) or "-"
    bounds = f"{'' if i.lower is None else i.lower}..{'' if i.upper is None else i.upper}"
    return (
        f"input {i.name} {i.kind} {i.ref} rows={i.rows or '-'} grain={','.join(sorted(i.grain)) or '-'} unit={i.unit} "
        f"select={select} time={i.time} bounds={bounds}"
    )


def _conversions(tree: Node) -> list[str]:
    """The unit factors that were derived, each once, in order of appearance."""
    found = dict.fromkeys((n.source, n.target, n.factor) for n in walk(tree) if isinstance(n, Convert))
    return [f"convert {source} -> {target} factor {_factor(factor)}" for source, target, factor in found]


def _factor(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"
