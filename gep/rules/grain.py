"""Checks of grain: where an input may stand, what an aggregate must be over, and that no amount is repeated on finer keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from gep.base.findings import Finding, Place, finding
from gep.base.records import Input, Measure, Rule
from gep.rules.nodes import OVER, Agg, Bin, Convert, Name, Neg, Node, Stamp, children, names, walk

FINE = ("row", "month", "day")  # keys of records, never of an account
_PLAIN = frozenset({"region", "row", "month", "day", "part"})


def word_of(dim: str) -> str:
    """The word after `over` that covers a dimension: class stands for every code scheme."""
    return dim if dim in _PLAIN else "class"


def grain_findings(
    rule: Rule, tree: Node, inputs: Mapping[str, Input], measures: Mapping[str, Measure], where: Place
) -> list[Finding]:
    """Every complaint about grain. `inputs` hold all names of the tree."""
    work = _Grain(rule, inputs, measures, replace(where, column="expression"))
    return [
        *work.rule_grain(),
        *(f for agg in walk(tree) if isinstance(agg, Agg) for f in work.aggregate(agg)),
        *work.outside(tree),
        *work.repeated_output(tree),
    ]


OPEN_LIST = "*"  # the domain of what is returned, however many codes that are


class _Grain:
    def __init__(self, rule: Rule, inputs: Mapping[str, Input], measures: Mapping[str, Measure], where: Place) -> None:
        self.rule = rule
        self.grain = frozenset(rule.grain)
        self.inputs = inputs
        self.measures = measures
        self.where = where

    def make(self, code: str, found: str = "", expected: str = "", **holes: str) -> Finding:
        return finding(code, self.where, rule=self.rule.id, found=found, expected=expected, holes=holes)

    def finer(self, name: str) -> frozenset[str]:
        """What an input varies by beyond the grain of the rule."""
        return frozenset(self.inputs[name].grain) - self.grain

    def amount(self, name: str) -> bool:
        """Whether the input is an extensive measure: adding it twice counts it twice."""
        i = self.inputs[name]
        return i.kind == "measure" and i.ref in self.measures and self.measures[i.ref].kind in ("flow", "stock")

    def may_be_amount(self, name: str) -> bool:
        """Columns of record sets do not say whether they are amounts."""
        return self.inputs[name].kind == "column" or self.amount(name)

    def rule_grain(self) -> Iterator[Finding]:
        rows = [d for d in self.rule.grain if d in FINE]
        if rows:
            yield self.make("RULE-GRAIN-ROWS", dims=", ".join(rows), found=", ".join(rows))
        measure = self.measures.get(self.rule.output)
        if measure is not None and self.rule.kind != "assert":
            found, expected = sorted(self.grain - {"region"}), sorted(measure.dims)
            if found != expected:
                self_found, self_expected = ", ".join(found) or "-", ", ".join(expected) or "-"
                yield self.make("RULE-GRAIN-OUTPUT", found=self_found, expected=self_expected, measure=measure.id)

    def aggregate(self, agg: Agg) -> Iterator[Finding]:
        used = names(agg.body)
        varied = frozenset[str]().union(*(self.finer(n) for n in used))
        words = {word_of(d) for d in varied}
        missing = sorted(d for d in varied if word_of(d) not in agg.over)
        if missing:
            cover = [w for w in OVER if w in {word_of(d) for d in missing}]
            yield self.make("RULE-OVER-MISSING", dims=", ".join(missing), over=", ".join(cover) or "-", found=", ".join(agg.over))
        for word in agg.over:
            if word not in words:
                yield self.make(
                    "RULE-OVER-UNUSED", word=word, found=word, expected=", ".join(w for w in OVER if w in words) or "-"
                )
        yield from self.repeated(agg, varied)

    def repeated(self, agg: Agg, varied: frozenset[str]) -> Iterator[Finding]:
        """Amounts that are coarser than the rows they would be added on."""
        told: set[str] = set()
        for name in names(agg.body):
            if self.amount(name) and not self.finer(name) and varied:
                told.add(name)
                yield self.make("RULE-AMOUNT-REPEATED", name=name, dims=", ".join(sorted(varied)), found=name)
        if agg.fn != "sum":
            return
        coarse = dict.fromkeys(n for n in self.coarse(agg.body, frozenset(), varied) if n not in told)
        for name in coarse:
            missing = varied - self.finer(name)
            yield self.make("RULE-AMOUNT-REPEATED", name, name=name, dims=", ".join(sorted(missing)))

    def coarse(self, node: Node, around: frozenset[str], varied: frozenset[str]) -> Iterator[str]:
        """Row inputs that may be amounts and are added up with `varied` although they and their factors vary by less.

        `around`: what the factors outside `node` vary by. So in area * (p - et), p by month, the yearly et is found, area is not.
        Coefficients may be coarser: a threshold a row is compared with is meant for every month.
        """
        match node:
            case Neg() | Convert() | Stamp():
                yield from self.coarse(node.x, around, varied)
            case Bin(op="+") | Bin(op="-"):
                yield from self.coarse(node.left, around, varied)
                yield from self.coarse(node.right, around, varied)
            case Bin():
                yield from self.coarse(node.left, around | self.dims(node.right), varied)
                if node.op == "*":
                    yield from self.coarse(node.right, around | self.dims(node.left), varied)
            case _:
                if around | self.dims(node) != varied:
                    yield from (n for n in names(node) if self.finer(n) and self.may_be_amount(n))

    def dims(self, node: Node) -> frozenset[str]:
        """All that the inputs below `node` vary by beyond the grain of the rule."""
        return frozenset[str]().union(*(self.finer(n) for n in names(node)))

    def outside(self, tree: Node) -> Iterator[Finding]:
        """Inputs finer than the rule that stand outside every aggregate."""
        for name in dict.fromkeys(_outside(tree)):
            finer = sorted(self.finer(name))
            if finer:
                over = [w for w in OVER if w in {word_of(d) for d in finer}]
                grain = ", ".join(self.rule.grain) or "-"
                yield self.make(
                    "RULE-INPUT-GRAIN", name=name, dims=", ".join(finer), over=", ".join(over) or "-", grain=grain, found=name
                )

    def repeated_output(self, tree: Node) -> Iterator[Finding]:
        """A dimension of an extensive result that nothing varies by (one that is held to a single code repeats nothing)."""
        measure = self.measures.get(self.rule.output)
        if measure is None or measure.kind not in ("flow", "stock") or self.rule.kind in ("assert", "allocate"):
            return
        varied = {d for n in names(tree) for d in self.inputs[n].grain}
        for dim in self.rule.grain:
            declared = self.rule.domain.get(dim, ())
            alone = len(declared) == 1 and declared[0] != OPEN_LIST
            if dim not in varied and dim not in FINE and not alone:
                yield self.make("RULE-GRAIN-REPEATED", dim=dim, found=dim)


def _outside(node: Node) -> Iterator[str]:
    if isinstance(node, Name):
        yield node.id
    elif not isinstance(node, Agg):
        for child in children(node):
            yield from _outside(child)
