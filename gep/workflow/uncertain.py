"""The spread of parameters of one profile and year, carried to GEP, its parts and the indices: rows of two tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gep.accounts.draws import Sampler
from gep.accounts.spread import Added, Carried, Graph, Switch, carry, resting_steps
from gep.accounts.spread_summary import FirstOrder, Summary, cause, first_order, group_of, summary, told
from gep.base.findings import Finding, Place, finding
from gep.base.records import Region
from gep.base.rounding import store
from gep.base.terms import Correlated, Uncertainty
from gep.catalog.valuation import value_id
from gep.explain.address import NO_KEY, parse
from gep.explain.trail import Below, coefficient
from gep.workflow.compute import Computation
from gep.workflow.spread_cover import Cover, Leaf
from gep.workflow.spread_graph import Nodes, graph_of, in_order, stream_of, wrong_spreads

CURRENT = "current"
PLACES = 12
STATISTICS = ("mean", "sd", "low", "median", "high", "first_order_sd")
DEVIATIONS = ("sd", "first_order_sd")
SAME = 1e-6  # the graph at the parameters' own values gives the figure of the account, its roundings aside
NAMED = 3  # how many calculations or parameters a cause names
INDICES = {"green_gold_index": "ggi", "geep": "geep"}
ZONE_ITEMS = ("gep", "ggi", "geep")  # what is told of a zone, and at constant prices
Row = dict[str, object]


@dataclass(frozen=True)
class Target:
    """A figure whose spread is asked for: a node of the trace, or a service as the sum of its `parts`."""

    region: str
    zone: str
    price_basis: str
    item: str
    node: str
    parts: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Of the whole region at current prices."""
        return self.zone == NO_KEY and self.price_basis == CURRENT


@dataclass
class Spreads:
    """Rows of `uncertainty` and `uncertainty_parameter` (without vintage), and findings."""

    figures: list[Row] = field(default_factory=list)
    parameters: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def targets_in(c: Computation, nodes: Nodes) -> list[Target]:
    """Every total of GEP and index of the year that has a value, and the services of whole regions at current prices."""
    found: list[Target] = []
    for name, node in nodes.items():
        if node["kind"] == "total" and name.startswith("total:gep_total/") and node["result"] is not None:
            found += _of_total(c, name, node)
        elif _is_index(c, node):
            key = dict(pair.split(":", 1) for pair in node["key"].split(";"))
            found.append(Target(node["region"], key["zone"], key["price_basis"], INDICES[node["measure"]], name))
    return sorted((t for t in found if t.whole or t.item in ZONE_ITEMS), key=lambda t: (t.region, t.zone, t.price_basis, t.item))


def _is_index(c: Computation, node: Mapping[str, Any]) -> bool:
    """Whether a node is an index of the profile and year, with a value."""
    if node["kind"] != "calculation" or node["measure"] not in INDICES or node["result"] is None:
        return False
    return (node["profile"], node["period"]) == (c.profile, str(c.year))


def _of_total(c: Computation, name: str, node: Mapping[str, Any]) -> Iterator[Target]:
    address = parse(name.removeprefix("total:"))
    if (address.named["profile"], address.period) != (c.profile, str(c.year)):
        return
    made = Target(address.region, address.named["zone"], address.named["price_basis"], address.with_column, name)
    yield made
    if not made.whole or made.item != "gep":
        return
    services = c.method.resolved.scheme.services
    service_of = {value_id(line.measure): service.id for service in services for line in service.lines}
    parts: dict[str, list[str]] = {}
    for part in node["parts"]:
        if part["amount"] is not None:
            measure = part["node"].partition(":")[2].removeprefix(f"{c.profile}/").partition("/")[0]
            parts.setdefault(service_of[measure], []).append(part["node"])
    for service, leaves in parts.items():
        yield replace(made, item=service, node=f"service:{service}/{made.region}", parts=tuple(leaves))


def spread_rows(
    c: Computation,
    nodes: Nodes,
    regions: Mapping[str, Region],
    *,
    targets: Sequence[Target] | None = None,
    illustrative: bool = False,
    threads: int = 0,
) -> Spreads:
    """One pass through the trace for all targets; nothing for a profile without [uncertainty].

    `nodes`: the trace of the year with its totals and indices; `illustrative`: the whole book is; `threads`: 0 for as many as the
    machine has (the result is the same for any number).
    """
    how = c.method.resolved.scheme.uncertainty
    chosen = targets_in(c, nodes) if targets is None else targets
    if how is None or not chosen:
        return Spreads()
    return _Work(c, nodes, regions, chosen, how, illustrative).rows(threads)


class _Work:
    """The spread of one profile and year on its way."""

    def __init__(
        self,
        c: Computation,
        nodes: Nodes,
        regions: Mapping[str, Region],
        targets: Sequence[Target],
        how: Uncertainty,
        illustrative: bool,
    ) -> None:
        self.c, self.nodes, self.regions, self.targets, self.how = c, nodes, regions, targets, how
        self.order = in_order(nodes, [n for t in targets for n in (t.parts or (t.node,))])
        self.cover = Cover(nodes, self.order)
        self.graph = self._graph()
        streams = {s.stream: str(nodes[name]["parameter"]) for name, s in self.graph.spreads.items()}
        self.groups: dict[str, Correlated] = group_of(how, streams)
        self.below = Below(nodes, c.lookup.catalog.sources)
        self.illustrative = illustrative
        self.made = Spreads(findings=list(wrong_spreads(nodes, (n for n in self.order if nodes[n]["kind"] == "parameter"))))

    def _graph(self) -> Graph:
        """The steps of the trace, and a sum for each service."""
        nodes_wanted = {n for t in self.targets for n in (t.parts or (t.node,))}
        made = graph_of(self.nodes, self.order, nodes_wanted, self.c.rows)
        varying = {s.id for s in made.steps} | set(made.spreads)
        services = []
        for t in self.targets:
            moves = tuple(p for p in t.parts if p in varying)
            if moves:
                still = sum((self._amount(p) for p in t.parts if p not in varying), Fraction(0))
                services.append(Added(t.node, moves, float(still)))
        known = varying | {s.id for s in services}
        return Graph(made.spreads, [*made.steps, *services], frozenset(t.node for t in self.targets if t.node in known))

    def _amount(self, name: str) -> Fraction:
        """What a node holds, in the unit of the account."""
        node = self.nodes[name]
        if node["kind"] == "cell":
            return Fraction(store(Fraction(Decimal(node["amount"])) * Fraction(node["factor"]), node["places"]))
        return Fraction(Decimal(node["result"]))

    def rows(self, threads: int) -> Spreads:
        carried = carry(self.graph, Sampler(self.how.seed, self.how.shape, self.groups), self.how.draws, threads)
        for target in self.targets:
            self._figure(target, carried)
        return self.made

    def _figure(self, target: Target, carried: Carried) -> None:
        value = sum((self._amount(n) for n in target.parts or (target.node,)), Fraction(0))
        leaves = self._leaves(target)
        first = None
        drawn: Row = dict.fromkeys((*STATISTICS, "cause", "cause_zh", "cause_en"))
        if target.node in self.graph.targets:
            slopes = carried.slopes[target.node]
            first = first_order(slopes, self.graph.spreads, self.how.shape, self.groups)
            drawn |= self._drawn(target, float(value), first, carried)
        elif all(leaf.parameters <= self.cover.known for leaf in leaves):  # else an interval of no width would claim exactness
            drawn |= {n: Decimal(0) if n in DEVIATIONS else store(value, PLACES) for n in STATISTICS}
        cover = self.cover.coverage(leaves)
        self.made.figures.append(
            self._keys(target)
            | {"item": target.item, "value": store(value, PLACES), "level": self.how.level}
            | {"draws": self.how.draws, "seed": self.how.seed}
            | drawn
            | {
                "known_share": None if cover is None else store(cover.known, PLACES),
                "no_parameter_share": None if cover is None else store(cover.no_parameter, PLACES),
            }
            | self._place(target)
        )
        if target.item == "gep" and target.whole:
            self.made.parameters += self._parameters(target, leaves, first)

    def _drawn(self, target: Target, value: float, first: FirstOrder | None, carried: Carried) -> Row:
        """Statistics of the draws and the cause where mean and value part; a finding where they mean nothing."""
        place = Place(key="/".join((target.item, target.region, str(self.c.year), f"{target.zone};{target.price_basis}")))
        at = carried.point[target.node]
        deviation = None if first is None else _stored(first.deviation)
        if not abs(at - value) <= SAME * abs(value):
            told_of = finding(
                "UNCERTAINTY-NOT-SAME", place, found=told(at), expected=told(value), difference=told(at - value), item=target.item
            )
            self.made.findings.append(told_of)
            return {"first_order_sd": deviation}
        made = summary(carried.draws[target.node], self.how.level)
        if made is None:
            lost = sum(1 for x in carried.draws[target.node].tolist() if not -float("inf") < x < float("inf"))
            share = f"{100 * lost / self.how.draws:.3g} %"
            self.made.findings.append(finding("UNCERTAINTY-NO-VALUE", place, found=share, item=target.item))
            return {"first_order_sd": deviation}
        found: Row = {n: _stored(getattr(made, n)) for n in ("mean", "low", "median", "high")}
        return (
            found
            | {"sd": _stored(made.deviation), "first_order_sd": deviation}
            | self._cause(target, value, made, first, carried)
        )

    def _cause(self, target: Target, value: float, made: Summary, first: FirstOrder | None, carried: Carried) -> Row:
        above = resting_steps(self.graph, target.node)
        switches = sorted((s for name in above for s in carried.switches.get(name, ())), key=lambda s: (-s.share, s.step))
        why = cause(value, made, first, switches)
        if why is None:
            return {}
        named = self._switches(switches) if why == "switch" else self._strongest(target, carried, first, skewed=why == "skewed")
        message = finding(f"UNCERTAINTY-CAUSE-{why.upper()}", Place(), found=named)
        return {"cause": why, "cause_zh": message.text("zh"), "cause_en": message.text("en")}

    def _switches(self, switches: Sequence[Switch]) -> str:
        """Calculation, rule and function, and the share of the draws; of a row sum its owner."""
        shown = []
        for s in switches[:NAMED]:
            node = self.nodes[s.step]
            owner = s.step.partition("#")[0].replace("row_sum:", "calculation:")
            rule = self.nodes.get(owner, node).get("rule", "-")
            shown.append(f"{owner.partition(':')[2]} ({rule}, {s.function}) {100 * s.share:.3g} %")
        more = len(switches) - NAMED
        return "; ".join(shown) + (f"; … ({len(switches)})" if more > 0 else "")

    def _strongest(self, target: Target, carried: Carried, first: FirstOrder | None, *, skewed: bool) -> str:
        """The parameters that bear most: by how far their own skew moves the figure, or by their share of the variance."""
        weights: dict[str, float] = {}
        for node, by in carried.slopes[target.node].items():
            spread = self.graph.spreads[node]
            shift = abs(by * (spread.mean(self.how.shape) - float(spread.value)))
            weight = shift if skewed else (first.shares.get(spread.stream, 0.0) if first else 0.0)
            weights[spread.stream] = weights.get(spread.stream, 0.0) + weight
        ranked = sorted((s for s, w in weights.items() if w > 0), key=lambda s: (-weights[s], s))
        return "; ".join("/".join(s.split("\x1f")) for s in ranked[:NAMED]) or "-"

    def _leaves(self, target: Target) -> list[Leaf]:
        if not target.parts:
            return self.cover.leaves(target.node)
        return [Leaf(n, _decimal(self._amount(n)), self.cover.parameters.get(n, frozenset())) for n in target.parts]

    def _parameters(self, target: Target, leaves: Sequence[Leaf], first: FirstOrder | None) -> Iterator[Row]:
        """Every parameter below GEP; of several validities of one, the latest."""
        latest: dict[str, str] = {}
        resting = self.cover.resting(leaves)
        for name in sorted(resting, key=lambda n: str(self.nodes[n]["valid_from"])):
            latest[stream_of(self.nodes[name])] = name
        for stream, name in sorted(latest.items()):
            node = self.nodes[name]
            known = name in self.cover.known
            share = first.shares.get(stream, 0.0) if known and first is not None else None
            yield (
                self._keys(target)
                | {"parameter": node["parameter"], "key": node["key"] or NO_KEY, "parameter_region": node["region"] or NO_KEY}
                | {"source_set": node["source_set"], "unit": node["unit"], "source": node["source"], "known": known}
                | {column: _amount_of(node[end]) for column, end in (("value", "amount"), ("low", "low"), ("high", "high"))}
                | {"contribution": None if share is None else _stored(share), "gep_resting": resting[name]}
                | self._place(target)
            )

    def _keys(self, target: Target) -> Row:
        return {
            "region_code": target.region, "zone": target.zone, "year": self.c.year, "profile": self.c.profile,
            "price_basis": target.price_basis,
        }  # fmt: skip

    def _place(self, target: Target) -> Row:
        region = self.regions[target.region]
        shown = self.illustrative or any(self.below.illustrative(n) for n in target.parts or (target.node,))
        return {"region_name": region.names.zh, "region_level": region.level, "illustrative": shown}


def _stored(value: float) -> Decimal:
    """Nine significant digits, at the scale of the table."""
    return store(Fraction(told(value)), PLACES)


def _decimal(value: Fraction) -> Decimal:
    return store(value, PLACES)


def _amount_of(text: str | None) -> Decimal | None:
    return None if text is None else coefficient(text)
