"""The change of a row sum by what its rows read: every row is a calculation of its own, and the sum of all is exact.

A row that both sides have goes to the inputs that differ in it by their mean contribution over all orders, worked in binary64 and
brought to integers as the engine does; a row that one side alone has goes as a whole to what it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from gep.accounts.decompose import ZERO
from gep.explain.again import read
from gep.explain.differ import Lone, Pair
from gep.explain.game import FORMULA, fair
from gep.explain.side import Ref, alike
from gep.explain.trail import Node
from gep.rules.exact import MathProblem
from gep.rules.product import RowProduct
from gep.rules.row_eval import row_integers

COLUMN: Final = "column"  # what a row holds itself, as it was returned
Source: TypeAlias = "Pair | Lone | str"


RowsOf: TypeAlias = "Callable[[Ref], Sequence[Node] | None]"  # the rows of a sum that its trace does not list


class RowShares(NamedTuple):
    """The change of a row sum by source: a place that rows look up, or COLUMN. `apart`: as of `Game`."""

    shares: Mapping[Source, Fraction]
    apart: bool


def handed(node: Node) -> Fraction | None:
    """What a node hands on, in its base unit; None where it has no amount."""
    match node["kind"]:
        case "cell":
            return None if node["amount"] is None else Fraction(Decimal(node["amount"])) * Fraction(node.get("factor") or "1")
        case "row_sum":
            if node["sum"] is not None:
                return int(node["sum"]) * Fraction(node["q"])
            return None if node["value"] is None else Fraction(float(node["value"]))
        case _:
            amount = node.get("result") if "result" in node else node.get("amount")
            return None if amount is None else Fraction(Decimal(amount))


def nowhere(ref: Ref) -> None:
    """Rows that stand in no trace are not to be had."""


def row_shares(pair: Pair, kept: RowsOf = nowhere) -> RowShares | None:
    """The change of a sum by the sources of its rows; None where rows cannot be set side by side.

    That is so where the formulas differ, where the smallest or largest row is taken, where keys are not unique, or where the rows
    are too many for the trace and `kept` does not have them (or has others than those that were added up).
    """
    old, new = pair.old.node, pair.new.node
    if old["fn"] != "sum" or new["fn"] != "sum" or _formula(old) != _formula(new):
        return None
    one, two = _by_key(pair.old, kept), _by_key(pair.new, kept)
    if one is None or two is None:
        return None
    both = [key for key in one if key in two]
    shares: dict[Source, Fraction] = {}
    apart = True
    for source, amount, told in (*_changed(pair, [one[k] for k in both], [two[k] for k in both]), *_lone(pair, one, two)):
        shares[source] = shares.get(source, ZERO) + amount
        apart = apart and told
    return RowShares(shares, apart)


def _formula(node: Node) -> tuple[str, ...]:
    return (*(str(node[part]) for part in FORMULA), str((node.get("selection") or {}).get("record_set") or ""))


def _by_key(ref: Ref, kept: RowsOf) -> dict[tuple[str, ...], Node] | None:
    node = ref.node
    rows = node["rows"] if node["rows"] is not None else kept(ref)
    if rows is None or any(v is None for r in rows for v in r["values"]):
        return None
    if node["rows"] is None and not _adds_up(node, rows):
        return None
    found = {tuple(r["key"]): r for r in rows}
    return found if len(found) == len(rows) else None


def _adds_up(node: Node, rows: Sequence[Node]) -> bool:
    """Whether the rows, worked out again, give the stored sum."""
    if len(rows) != node["n"]:
        return False
    whole, bad = _Table.of(node, rows, rows).integers(frozenset())
    return not bad.any() and sum(map(int, whole.tolist())) == int(node["sum"])


# ---- rows that both sides have


@dataclass(frozen=True)
class _Table:
    """The rows of both sides, worked out for any choice of inputs of the right side."""

    product: RowProduct
    one: Mapping[str, np.ndarray]
    two: Mapping[str, np.ndarray]
    rows: int
    worked: dict[frozenset[str], tuple[np.ndarray, np.ndarray]]

    @classmethod
    def of(cls, node: Node, one: Sequence[Node], two: Sequence[Node]) -> _Table:
        names = tuple(node["inputs"])
        product = RowProduct("r0", "sum", read(node["product"]), names, (), (), (), bool(node.get("libm")), Decimal(node["q"]))
        sides = [{n: np.array([float(r["values"][i]) for r in rows]) for i, n in enumerate(names)} for rows in (one, two)]
        return cls(product, sides[0], sides[1], len(one), {})

    @property
    def differing(self) -> list[str]:
        return [n for n in self.product.inputs if not np.array_equal(self.one[n], self.two[n])]

    def integers(self, chosen: frozenset[str]) -> tuple[np.ndarray, np.ndarray]:
        """The integer of every row, and which rows have none."""
        if chosen not in self.worked:
            arrays = {n: (self.two if n in chosen else self.one)[n] for n in self.product.inputs}
            masks = {n: np.zeros(self.rows, dtype=np.bool_) for n in arrays}
            whole, _, bad = row_integers(self.product, arrays, masks, self.rows)
            self.worked[chosen] = (whole, bad)
        return self.worked[chosen]

    def integer(self, chosen: frozenset[str], row: int) -> Fraction:
        """Raises MathProblem where the row has no value."""
        whole, bad = self.integers(chosen)
        if bad[row]:
            raise MathProblem("row")
        return Fraction(int(whole[row]))


def _changed(pair: Pair, one: Sequence[Node], two: Sequence[Node]) -> Iterator[tuple[Source, Fraction, bool]]:
    """(source, amount, whether it could be told apart) of each input that differs in each row."""
    if not one:
        return
    table = _Table.of(pair.old.node, one, two)
    differing = table.differing
    q = Fraction(pair.old.node["q"])
    for i, (a, b) in enumerate(zip(one, two, strict=True)):
        here = [n for n in differing if table.one[n][i] != table.two[n][i]]
        if not here:
            continue

        def at(chosen: frozenset[str], row: int = i) -> Fraction:
            return table.integer(chosen, row)

        shares, apart = ({here[0]: at(frozenset(here)) - at(frozenset())}, True) if len(here) == 1 else fair(here, at)
        sources = _sources(pair, a, b, here)
        for name, share in shares.items():
            if share:
                yield sources[name], share * q, apart


def _sources(pair: Pair, one: Node, two: Node, differing: Sequence[str]) -> dict[str, Source]:
    """Where the inputs of a row that differ come from.

    A row names the places it looked up in the order of its inputs, its own columns left out. Rows over figures look up all of
    their inputs; elsewhere a changed place is the next input that changed in the same ratio.
    """
    names = list(pair.old.node["inputs"])
    refs = [Pair(*r) for r in zip(pair.old.below(one["nodes"]), pair.new.below(two["nodes"]), strict=False)]
    if len(refs) == len(names):
        return {n: refs[names.index(n)] for n in differing}
    changed = [p for p in refs if not alike(p.old.node, p.new.node)]
    found: dict[str, Source] = dict.fromkeys(differing, COLUMN)
    if len(changed) == len(differing):
        return dict(zip(differing, changed, strict=True))
    left = list(differing)
    for p in changed:
        fits = next((n for n in left if _same_ratio(p, *(float(r["values"][names.index(n)]) for r in (one, two)))), None)
        if fits is not None:
            found[fits] = p
            left = left[left.index(fits) + 1 :]
    return found


def _same_ratio(pair: Pair, one: float, two: float) -> bool:
    """Whether a row value moved as the place did: then it is that amount, in the unit of the formula."""
    old, new = handed(pair.old.node), handed(pair.new.node)
    if old is None or new is None:
        return False
    across, back = Fraction(one) * new, Fraction(two) * old
    return abs(across - back) <= Fraction(1, 10**12) * max(abs(across), abs(back))


# ---- rows that one side alone has


def _lone(
    pair: Pair, one: Mapping[tuple[str, ...], Node], two: Mapping[tuple[str, ...], Node]
) -> Iterator[tuple[Source, Fraction, bool]]:
    node = pair.old.node
    q = Fraction(node["q"])
    for rows, others, sign, ref, other in ((one, two, -1, pair.old, pair.new), (two, one, 1, pair.new, pair.old)):
        alone = [row for key, row in rows.items() if key not in others]
        if not alone:
            continue
        table = _Table.of(node, alone, alone)
        for i, row in enumerate(alone):
            amount = sign * table.integer(frozenset(), i) * q
            if not amount:
                continue
            new = [r for r in ref.below(row["nodes"]) if r.name not in other.side.nodes]
            told = [r for r in new if r.node["kind"] != "parameter"] or new  # a coefficient is looked up because of the rest
            if _record_set(node) or not told:
                yield COLUMN, amount, True
            for r in () if _record_set(node) else told:
                yield Lone(r, other.side, is_new=sign > 0), amount / len(told), len(told) == 1


def _record_set(node: Node) -> str:
    return str((node.get("selection") or {}).get("record_set") or "")
