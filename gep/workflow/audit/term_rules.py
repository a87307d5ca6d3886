"""Which rules of a scheme run over a term, and which figures are taken from the annual accounts instead.

A rule runs over a term where it says the same of several years as of one: it adds up flows, carries a stock over them, or holds
a state at one end. What multiplies a flow by the price or the limit of a year does not: its figure over a term is the sum of its
annual figures, and for a state the one of the closing year. Nothing is left out in silence: `Chosen` names every rule on each
side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gep.base.records import Input, Layout, Measure
from gep.base.units import parse_unit
from gep.catalog.tables import ACCOUNT, GROSS, INNER, RETURNED, row_of
from gep.engine.bind import BEFORE
from gep.rules.nodes import Agg, Bin, Call, Compare, Convert, Name, Neg, Node, Num, Stamp
from gep.rules.product import Plan
from gep.workflow.audit.term_days import Apart, Timing
from gep.workflow.plans import Method

Degree = Literal[0, 1]
AMOUNTS = ("flow", "stock")
# what a class kept is read off the patches of both ends; less all that ever left it says nothing after the first year
PER_YEAR = frozenset({"LM-01.unchanged"})


@dataclass(frozen=True)
class Chosen:
    """The method of a term. `method`: the rules that run; `taken`: the outputs that come from the annual accounts.

    `left`: checks that a term cannot be held against, and figures that are in no table and that nothing over a term reads.
    `apart`: what would run, and does not in some regions or at all, because the tables it reads are cut at different days.
    """

    method: Method
    taken: frozenset[str]
    left: tuple[str, ...]
    apart: tuple[Apart, ...] = ()

    @property
    def skipped(self) -> Mapping[str, frozenset[str]]:
        """Check -> the regions in which it does not run."""
        return {a.rule: frozenset(a.regions) for a in self.apart if not a.makes}


def choose(m: Method, layouts: Mapping[str, Layout], has: Callable[[str], bool], timing: Timing | None = None) -> Chosen:
    """Part the rules of a scheme for a term. `has`: whether annual figures of a measure are at hand.

    `timing`: the days its tables are cut at, where they are not all cut alike; what would set figures of different days against
    each other does not run.
    """
    makers: dict[str, list[Plan]] = {}
    for plan in (p for p in m.plans if p.rule.kind == "compute" and p.rule.at != "above"):
        makers.setdefault(plan.rule.output, []).append(plan)
    able = {o for o, plans in makers.items() if all(_runs(p, m.measures, layouts) for p in plans)}
    alike = _within_reach(able, makers, m, has)
    wanted = _needed([p for p in m.plans if _kept(p, alike, makers, m, has)], m.measures)
    apart = {id(p): a for p in wanted if timing is not None and (a := timing.apart(p)) is not None}
    running = _within_reach({o for o in alike if not any(id(p) in apart for p in makers[o])}, makers, m, has)
    groups = timing.cuts.groups if timing is not None else {}
    nowhere = {id(p) for p in wanted if id(p) in apart and (p.rule.makes or _everywhere(apart[id(p)], p, groups))}
    kept = _needed([p for p in m.plans if id(p) not in nowhere and _kept(p, running, makers, m, has)], m.measures)
    stay = {id(p) for p in kept}
    gone = [p.rule.id for p in m.plans if id(p) not in stay]
    taken = frozenset(o for o in makers if o not in running and has(o))
    resolved = replace(m.resolved, computed=frozenset(p.rule.output for p in kept if p.rule.makes))
    left = [rule for rule in gone if not _is_taken(rule, m, taken)]
    return Chosen(replace(m, plans=tuple(kept), resolved=resolved), taken, tuple(sorted(left)), tuple(apart.values()))


def _within_reach(running: set[str], makers: Mapping[str, list[Plan]], m: Method, has: Callable[[str], bool]) -> set[str]:
    """The outputs whose rules find all that they read."""
    while True:
        found = {o for o in running if all(_there(p, running, makers, m, has) for p in makers[o])}
        if found == running:
            return found
        running = found


def _everywhere(apart: Apart, plan: Plan, groups: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a check would run in none of the regions it is for."""
    levels = [r for r, leaves in groups.items() if plan.rule.at == "all" or (plan.rule.at == "leaf") == (leaves == (r,))]
    return set(apart.regions) >= set(levels)


def _needed(plans: Sequence[Plan], measures: Mapping[str, Measure]) -> list[Plan]:
    """Without the rules whose figures stand in no table and are read by no rule that runs."""
    while True:
        read = {i.ref for p in plans for i in p.inputs}
        kept = [p for p in plans if not p.rule.output or p.rule.output in read or _shown(p, measures)]
        if len(kept) == len(plans):
            return kept
        plans = kept


def _shown(plan: Plan, measures: Mapping[str, Measure]) -> bool:
    """Whether the figures of a rule are printed: those of a table, and the totals of the balance sheet."""
    measure = measures[plan.rule.output]
    return bool(measure.table) or ACCOUNT in measure.read_by


def _is_taken(rule: str, m: Method, taken: frozenset[str]) -> bool:
    return any(p.rule.id == rule and p.rule.output in taken and p.rule.makes for p in m.plans)


def _kept(plan: Plan, running: set[str], makers: Mapping[str, list[Plan]], m: Method, has: Callable[[str], bool]) -> bool:
    rule = plan.rule
    if rule.kind == "compute":
        return rule.at == "above" or rule.output in running
    if rule.kind == "second_route":
        return rule.output in running and _runs(plan, m.measures, {}) and _there(plan, running, makers, m, has)
    return _holds(plan, m.measures) and _there(plan, running, makers, m, has)


def _there(plan: Plan, running: set[str], makers: Mapping[str, list[Plan]], m: Method, has: Callable[[str], bool]) -> bool:
    """Whether all that a rule reads is made by a rule that runs, or stands in the annual accounts and returns."""
    return all(_at_hand(i, running, makers, m, has) for i in plan.inputs if i.kind == "measure")


def _at_hand(given: Input, running: set[str], makers: Mapping[str, list[Plan]], m: Method, has: Callable[[str], bool]) -> bool:
    name = given.ref.removesuffix(RETURNED)
    if given.ref in running or given.time in BEFORE or given.ref.endswith(RETURNED):
        return given.ref in running or has(name) or name in running
    return has(given.ref) or given.ref.endswith((GROSS, INNER))  # which the totals over regions make


def _runs(plan: Plan, measures: Mapping[str, Measure], layouts: Mapping[str, Layout]) -> bool:
    """Whether a rule says the same of several years as of one."""
    rule = plan.rule
    if rule.stands_in or rule.output in PER_YEAR or any(i.kind == "column" for i in plan.inputs):
        return False
    if _is_booking(plan) or _is_chained(plan):
        return True
    output = measures[rule.output]
    if _is_opening(output, layouts):
        return False  # the handover balance says what a term opens with
    if output.kind == "flow":
        return _degree(plan.checked, plan, measures) == 1 and not _charges(plan, measures)
    reads_flow = any(i.kind == "measure" and measures[i.ref].kind == "flow" for i in plan.inputs)
    if not reads_flow:
        return True
    if output.kind == "stock":
        return _degree(plan.checked, plan, measures) == 1
    return _is_share(plan.checked, plan, measures)


def _is_booking(plan: Plan) -> bool:
    """The adjustment rows: what was returned of them, and the gap to an opening that is re-stated (none within a term)."""
    refs = [i.ref for i in plan.inputs]
    return plan.rule.output + RETURNED in refs and any(r.endswith(f"R10{RETURNED}") for r in refs)


def _charges(plan: Plan, measures: Mapping[str, Measure]) -> bool:
    """Whether a flow holds a stock times a rate of the year (the return on capital), which grows with the number of years."""
    kinds = {measures[i.ref].kind if i.kind == "measure" else i.kind for i in plan.inputs}
    return {"stock", "parameter"} <= kinds


def _is_chained(plan: Plan) -> bool:
    return isinstance(plan.checked, Name) and plan.inputs[0].kind == "measure" and plan.inputs[0].time in BEFORE


def _is_opening(output: Measure, layouts: Mapping[str, Layout]) -> bool:
    layout = layouts.get(output.table)
    line = row_of(layout, output.id.rpartition(".")[2]) if layout is not None else None
    return line is not None and bool(line.closing) and output.kind == "stock"


def _is_share(node: Node, plan: Plan, measures: Mapping[str, Measure]) -> bool:
    """A quotient of two amounts, which a term has as a year has: what was restored of what there was to restore."""
    match node:
        case Convert():
            return _is_share(node.x, plan, measures)
        case Bin(op="/"):
            return _degree(node.left, plan, measures) == 1 and _degree(node.right, plan, measures) == 1
    return False


def _holds(plan: Plan, measures: Mapping[str, Measure]) -> bool:
    """Whether a check may be asked of a term: its two sides grow alike with the number of years, or read states only."""
    inputs = [i for i in plan.inputs if i.kind != "column"]
    if len(inputs) != len(plan.inputs):
        return False
    if not any(i.kind == "measure" and measures[i.ref].kind == "flow" for i in inputs):
        return True
    return all(i.kind == "measure" and measures[i.ref].kind in AMOUNTS for i in inputs) or _weighs(plan, measures)


def _weighs(plan: Plan, measures: Mapping[str, Measure]) -> bool:
    """A comparison both sides of which are amounts of the same degree, whatever weighs them."""
    tree = plan.checked
    if not isinstance(tree, Compare):
        return False
    return all(_degree(side, plan, measures) == 1 or _is_zero(side) for side in (tree.left, tree.right))


def _is_zero(node: Node) -> bool:
    return isinstance(node, Num) and node.value == 0


def _degree(node: Node, plan: Plan, measures: Mapping[str, Measure]) -> Degree | None:
    """1: a sum of amounts, each times a number that no year moves; 0: such a number; None: anything else."""
    match node:
        case Num():
            return 0
        case Name():
            return _degree_of(plan.input(node.id), measures)
        case Neg() | Convert() | Stamp():
            return _degree(node.x, plan, measures)
        case Agg(fn="sum"):
            return _degree(node.body, plan, measures)
        case Bin():
            return _of_two(node.op, _degree(node.left, plan, measures), _degree(node.right, plan, measures))
        case Call(fn="where", args=(_, yes, no)):
            return _of_choice(node.args[0], yes, no, plan, measures)
    return None


def _degree_of(given: Input, measures: Mapping[str, Measure]) -> Degree | None:
    if given.kind == "measure":
        return 1 if measures[given.ref].kind in AMOUNTS else None
    money = parse_unit(given.unit).currency is not None
    return None if money or given.time != "same" or given.kind == "column" else 0


def _of_two(op: str, left: Degree | None, right: Degree | None) -> Degree | None:
    if left is None or right is None:
        return None
    if op == "*":
        return None if left + right > 1 else (1 if left + right else 0)
    if op == "/":
        return left if right == 0 else None
    return left if left == right else None


def _of_choice(condition: Node, yes: Node, no: Node, plan: Plan, measures: Mapping[str, Measure]) -> Degree | None:
    """`where(type == column, amount, 0)`: an amount where it belongs, else nothing."""
    fixed = isinstance(condition, Compare) and all(
        _degree(side, plan, measures) == 0 for side in (condition.left, condition.right)
    )
    if not fixed or not isinstance(no, Num) or no.value != 0:
        return None
    return _degree(yes, plan, measures)


def read_by(m: Method) -> Iterable[Input]:
    """Every input that a rule of the method reads and that is a figure."""
    return (i for p in m.plans for i in p.inputs if i.kind == "measure")
