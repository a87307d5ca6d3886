"""One step of comparing two traces: what differs at a place itself, and which places below it to compare next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from gep.catalog.tables import RETURNED
from gep.explain.side import FROM_RELEASE, Content, Ref, Side, alike, content, is_gap, path_of, shown_amount, shown_id, typed
from gep.explain.trail import Node, children

INPUT, CORRECTION, PARAMETER, RULE, SCHEME = "input", "correction", "parameter", "rule", "scheme"
JOURNAL = "journal.jsonl"  # the file that a corrected figure comes from
FORMULA = ("fn", "product", "inputs", "q")  # of a row sum


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """What differs at the end of the walk. `old`, `new`: amount with unit, or rule with version; empty where there is none."""

    cause: str
    node: str
    old: str
    new: str

    def text(self) -> str:
        return f"{self.node} {self.old or '-'}→{self.new or '-'}"

    def as_dict(self) -> dict[str, str | None]:
        return {"cause": self.cause, "node": self.node, "old": self.old or None, "new": self.new or None}


class Pair(NamedTuple):
    """A place that both sides have."""

    old: Ref
    new: Ref


class Lone(NamedTuple):
    """A place that one side alone has. `is_new`: the new one has it; `other`: the side that has not."""

    here: Ref
    other: Side
    is_new: bool


Task: TypeAlias = "Pair | Lone"


class Step(NamedTuple):
    """What is found at a place itself, and where to go on.

    `owned`: a lone place below follows from what is found here; `adds`: a place below that both vintages have, and one alone
    reads here, is a difference of its own; `weak`: parameters that one side alone read, which count where nothing else is found.
    """

    own: tuple[Difference, ...] = ()
    below: tuple[Task, ...] = ()
    owned: bool = False
    adds: bool = False
    weak: tuple[Difference, ...] = ()


def expand(task: Task) -> Step:
    """What to find out about a pair of places that hand on different amounts, or about a place that one side alone has."""
    if isinstance(task, Lone):
        return _alone(task)
    old, new = task.old.node, task.new.node
    kinds = {old["kind"], new["kind"]}
    if len(kinds) > 1:
        return _unlike(task)
    match old["kind"]:
        case "cell":
            return Step(tuple(_cells(task)))
        case "parameter":
            return Step(tuple(_parameters(task)))
        case "calculation":
            return _calculations(task)
        case "row_sum":
            return _row_sums(task)
        case _:
            return _totals(task)


def _cells(pair: Pair) -> Iterator[Difference]:
    old, new = pair.old.node, pair.new.node
    if (*content(old)[:3], path_of(pair.old.name)) != (*content(new)[:3], path_of(pair.new.name)):
        yield _returned(path_of(pair.new.name), None if is_gap(old) else content(old), None if is_gap(new) else content(new))


def _returned(path: str, old: Content | None, new: Content | None) -> Difference:
    corrected = any(c is not None and c[3] == JOURNAL for c in (old, new))
    return Difference(CORRECTION if corrected else INPUT, path, typed(old), typed(new))


def _parameters(pair: Pair) -> Iterator[Difference]:
    """Whatever differs in amount, unit or source is another statement; so is one for another place, date or source set."""
    names = [FROM_RELEASE.sub("", r.name) for r in pair]
    told = [(n["amount"], n["unit"], n["source"], i) for n, i in zip((pair.old.node, pair.new.node), names, strict=True)]
    if told[0] != told[1]:
        same = names[0] == names[1]
        old, new = (_priced(n, "" if same else i) for n, i in zip((pair.old.node, pair.new.node), names, strict=True))
        yield Difference(PARAMETER, path_of(names[1]) if same else path_of(names[1]).partition("/")[0], old, new)


def _priced(node: Node, name: str) -> str:
    amount = f"{node['amount']} {node['unit']}" if node["amount"] is not None else str(node["status"])
    return " ".join(filter(None, (amount, f"[{node['source']}]", path_of(name) if name else "")))


def _calculations(pair: Pair) -> Step:
    old, new = pair.old.node, pair.new.node
    own = tuple(_rules(pair, old, new))
    arguments = [{a["name"]: a for a in n["arguments"]} | {s["name"]: s for s in n["sums"]} for n in (old, new)]
    if own:  # what the rule now reads elsewhere follows from the rule
        ids = [[a["node"] for a in side.values() if a["binding"]] for side in arguments]
        return Step(own, tuple(_matched(pair, *ids)), owned=True)
    read = [n for n, a in arguments[0].items() if a["binding"] or arguments[1][n]["binding"]]  # the others moved nothing
    one, two = (r.below(a[n]["node"] for n in read) for r, a in zip(pair, arguments, strict=True))
    return Step((), tuple(_changed(map(Pair, one, two))))


def _rules(pair: Pair, old: Node, new: Node) -> Iterator[Difference]:
    told = [f"{n['rule']}@{n['version']}" for n in (old, new)]
    if old["rule"] != new["rule"]:
        yield Difference(SCHEME, shown_id(pair.new), *told)
    elif _wording(old) != _wording(new):
        expressions = [n.get("written") or n["expression"] for n in (old, new)]
        if expressions[0] != expressions[1]:
            told = [f"{t}: {e}" for t, e in zip(told, expressions, strict=True)]
        yield Difference(RULE, shown_id(pair.new), *told)


def _wording(node: Node) -> tuple[object, ...]:
    names = tuple(sorted((a["name"], a["reads"], a["places"]) for a in node["arguments"]))
    sums = tuple(sorted(s["name"] for s in node["sums"]))
    return node["version"], node["expression"], names, sums, node["places"], node["rounding"], node["unit"]


def _row_sums(pair: Pair) -> Step:
    old, new = pair.old.node, pair.new.node
    record_set = new["selection"].get("record_set") or ""
    formula = [(*(str(n[part]) for part in FORMULA), n["selection"].get("record_set") or "") for n in (old, new)]
    own = [Difference(RULE, shown_id(pair.new), *map(" ".join, formula))] if formula[0] != formula[1] else []
    below = tuple(_matched(pair, old["nodes"], new["nodes"]))
    if record_set and old["rows_sha256"] != new["rows_sha256"]:
        own += _rows(pair, record_set, bool(below))
    return Step(tuple(own), below, owned=bool(own), adds=not own)


def _rows(pair: Pair, record_set: str, looked_up: bool) -> Iterator[Difference]:
    """Rows of a record set that are new, gone or other.

    A row whose figures looked up beside it changed is not blamed for that. Rows too many for the trace are known by their hash;
    where something looked up changed as well, by the hash of the whole record set.
    """
    old, new = pair.old.node, pair.new.node
    place = "/".join([record_set, new["selection"]["region"], new["selection"]["period"]])
    if old["rows"] is None or new["rows"] is None:
        hashes = [r.side.row_sets.get(record_set, "") for r in pair]
        if not looked_up or not hashes[0] or hashes[0] != hashes[1]:
            counts = (f"{n['n']} rows {n['rows_sha256'][:12]}" for n in (old, new))
            yield Difference(INPUT, place, *counts)
        return
    one, two = ({"/".join(r["key"]): r for r in n["rows"]} for n in (old, new))
    for key in dict.fromkeys([*one, *two]):
        a, b = one.get(key), two.get(key)
        if a is None or b is None or (a["values"] != b["values"] and not _matched(pair, a["nodes"], b["nodes"])):
            yield Difference(INPUT, f"{place}/{key}", *("" if r is None else " ".join(map(str, r["values"])) for r in (a, b)))


def _totals(pair: Pair) -> Step:
    below = _matched(pair, *([p["node"] for p in r.node["parts"]] for r in pair))
    if any(isinstance(t, Lone) for t in below):
        still = _still(pair.old) | _still(pair.new)
        below = [t for t in below if isinstance(t, Pair) or t.here.name not in still]
    return Step((), tuple(below), adds=True)


def _still(here: Ref) -> set[str]:
    """The parts that move no total by being there: zero, or not applicable."""
    parts = here.node["parts"]
    refs = here.below(p["node"] for p in parts)
    return {r.name for r, p in zip(refs, parts, strict=True) if not _counts(p)}


def _counts(part: Mapping[str, Any]) -> bool:
    return part["state"] != "not_applicable" and (part["amount"] is None or bool(Decimal(part["amount"])))


def _unlike(pair: Pair) -> Step:
    """One side computes what the other was returned, or reads as a parameter."""
    told = shown_amount(pair.old.node), shown_amount(pair.new.node)
    own: list[Difference] = []
    lone: list[Task] = []
    for here, there, is_new in ((pair.old, pair.new, False), (pair.new, pair.old, True)):
        node = here.node
        if node["kind"] == "calculation" and f"{node['profile']}/{node['rule']}" not in there.side.had:
            own.append(Difference(SCHEME, shown_id(here), *told))
        elif node["kind"] == "cell":
            own += (Difference(d.cause, d.node, *told) for d in _new_or_other(here, there.side, is_new))
        elif node["kind"] == "parameter":
            own.append(Difference(PARAMETER, path_of(here.name), *told))
        if node["kind"] != "cell" and there.node["kind"] == "cell":
            lone.append(Lone(here, there.side, is_new))
    return Step(tuple(own), tuple(lone), owned=bool(own))


def _alone(task: Lone) -> Step:
    here, other, is_new = task
    node = here.node
    if node["kind"] == "cell":
        return Step(tuple(_new_or_other(here, other, is_new)))
    if node["kind"] == "parameter":
        text = _priced(node, "")
        return Step(weak=(Difference(PARAMETER, path_of(here.name), *(("", text) if is_new else (text, ""))),))
    own: list[Difference] = []
    if node["kind"] == "calculation" and f"{node['profile']}/{node['rule']}" not in other.had:
        text = f"{node['rule']}@{node['version']}"
        own.append(Difference(SCHEME, shown_id(here), *(("", text) if is_new else (text, ""))))
        if other.held is None:  # what was returned and not read is not known
            return Step(tuple(own))
    return Step(tuple(own), tuple(_lone_or_pair(here.below(children(node)), other, is_new)))


def _new_or_other(here: Ref, other: Side, is_new: bool) -> Iterator[Difference]:
    """A returned figure against what the other side was returned there, whether a rule read it or not."""
    node, path = here.node, path_of(here.name)
    if is_gap(node):
        return
    there = other.returned.get(path) or other.returned.get(path.replace(f"{RETURNED}/", "/", 1))
    if there is None or not _same_return(there, content(node)):
        yield _returned(path, *((there, content(node)) if is_new else (content(node), there)))


def _same_return(one: Content, two: Content) -> bool:
    amounts = [None if c[1] is None else Decimal(c[1]) for c in (one, two)]
    return (one[0], amounts[0], one[2]) == (two[0], amounts[1], two[2])


def _lone_or_pair(refs: Iterable[Ref], other: Side, is_new: bool) -> Iterator[Task]:
    for here in refs:
        if here.name not in other.nodes:
            yield Lone(here, other, is_new)
        elif here.node["kind"] != "cell":  # cells are looked up among what was returned, read or not
            there = Ref(other, here.name)
            yield from _changed([Pair(there, here) if is_new else Pair(here, there)])


# ---- what belongs together


def _changed(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """The pairs that do not hand on the same."""
    return (p for p in pairs if not alike(p.old.node, p.new.node))


def _matched(pair: Pair, old: Iterable[str], new: Iterable[str]) -> list[Task]:
    """Changed pairs of the places below, and those that one side alone has.

    They belong together by id, else by what they are about (a figure returned here and computed there), else as parameters of one
    name and key (of another date, place or source set).
    """
    left = {r.name: r for r in pair.old.below(old)}
    right = {r.name: r for r in pair.new.below(new)}
    made = [Pair(left.pop(i), right.pop(i)) for i in list(left) if i in right]
    for name in (path_of, _loose) if left and right else ():
        known: dict[str, list[str]] = {}
        for i in right:
            known.setdefault(name(i), []).append(i)
        for i in list(left):
            there = known.get(name(i), [])
            if there:
                made.append(Pair(left.pop(i), right.pop(there.pop(0))))
    lone = [Lone(r, pair.new.side, False) for r in left.values()] + [Lone(r, pair.old.side, True) for r in right.values()]
    return [*_changed(made), *lone]


def _loose(name: str) -> str:
    kind, _, rest = name.partition(":")
    return "/".join(rest.split("/")[:2]) if kind == "parameter" else name
