"""Causes of a revision, on traces made by hand: each cause alone, several at once, chains, and what must not be blamed."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.explain.causes import Because, Causes
from gep.explain.side import Side, roots

Nodes = dict[str, dict[str, Any]]


def cell(
    name: str, amount: str | None, unit: str = "t", file: str = "a.csv", state: str = "value", **more: Any
) -> dict[str, Any]:
    """A returned figure `measure/region/period/key`."""
    factor = None if amount is None else "1"
    return {
        "kind": "cell", "id": f"cell:{name}", "state": state, "amount": amount, "unit": unit, "base_unit": "t", "factor": factor,
        "file": file,
    } | more  # fmt: skip


def parameter(name: str, amount: str, unit: str = "CNY/t", source: str = "s") -> dict[str, Any]:
    return {"kind": "parameter", "id": f"parameter:{name}", "amount": amount, "unit": unit, "source": source, "status": "local"}


def calc(
    name: str, result: str | None, rule: str = "r", version: str = "1", expression: str = "a", **reads: str
) -> dict[str, Any]:
    """A figure by a rule; `reads`: argument name -> node id."""
    arguments = [{"name": n, "node": i, "binding": True, "reads": "t", "places": None} for n, i in reads.items()]
    return {
        "kind": "calculation", "id": f"calculation:p/{name}", "profile": "p", "rule": rule, "version": version, "unit": "t",
        "expression": expression, "arguments": arguments, "sums": [], "places": 6, "rounding": "half_even", "result": result,
        "state": "value" if result is not None else "not_available",
    }  # fmt: skip


def total(name: str, result: str, **parts: str) -> dict[str, Any]:
    """A total; `parts`: amount by name of the node."""
    held = [{"node": i, "amount": a, "state": "value", "unit": "t"} for i, a in parts.items()]
    return {
        "kind": "total", "id": f"total:p/{name}", "profile": "p", "parts": held, "result": result, "unit": "t", "state": "value",
    }  # fmt: skip


def row_sum(name: str, rows: dict[str, tuple[str, list[str]]], *, inline: bool = True, hashed: str = "") -> dict[str, Any]:
    """A sum over the rows of a record set: row -> (value, nodes looked up beside it)."""
    listed = [{"key": [k], "values": [v], "nodes": n} for k, (v, n) in rows.items()]
    return {
        "kind": "row_sum", "id": f"row_sum:p/{name}#r0", "fn": "sum", "product": "x", "inputs": ["x"], "q": "1", "missing": 0,
        "n": len(rows), "sum": str(sum(int(v) for v, _ in rows.values())), "value": None, "rows": listed if inline else None,
        "rows_sha256": hashed or str(listed), "nodes": sorted({i for _, n in rows.values() for i in n}),
        "selection": {"record_set": "patches", "region": "A", "period": "2020", "key": ""},
    }  # fmt: skip


def side(*nodes: Mapping[str, Any], **more: Any) -> Side:
    return Side({n["id"]: n for n in nodes}, **more)


def why(old: Side, new: Side, root: str, other: str | None = None) -> Because:
    made = Causes(old, new).of(root if root in old.nodes else None, (other or root) if (other or root) in new.nodes else None)
    back = Causes(new, old).of((other or root) if (other or root) in new.nodes else None, root if root in old.nodes else None)
    assert back.causes == made.causes  # whichever came first
    return made


def found(because: Because) -> list[tuple[str, str, str, str]]:
    return [(d.cause, d.node, d.old, d.new) for d in because.differences]


X, Y, PRICE = "x/A/2020/-", "y/A/2020/-", "price/-/A/set/2020-01-01"
NAME = "value/A/2020/-"
VALUE = f"calculation:p/{NAME}"


def valued(amount: str = "5", price: str = "2", result: str = "10", **more: Any) -> list[dict[str, Any]]:
    """10 = 5 t at 2 CNY/t."""
    return [
        cell(X, amount, **more.pop("of", {})),
        parameter(PRICE, price, **more.pop("at", {})),
        calc("value/A/2020/-", result, a=f"cell:{X}", b=f"parameter:{PRICE}", **more),
    ]


OLD = side(*valued())


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (valued("6", result="12"), [("input", X, "5 t", "6 t")]),
        (valued("6", result="12", of={"file": "journal.jsonl"}), [("correction", X, "5 t", "6 t")]),
        (valued(None, result=None, of={"state": "not_available"}), [("input", X, "5 t", "not_available")]),  # type: ignore[arg-type]
        (valued("5", result="50000", of={"unit": "万t", "factor": "10000"}), [("input", X, "5 t", "5 万t")]),
        (valued(price="3", result="15"), [("parameter", PRICE, "2 CNY/t [s]", "3 CNY/t [s]")]),
        (
            valued("5.0", price="3", result="15", at={"source": "t"}),  # 5.0 is what 5 was
            [("parameter", PRICE, "2 CNY/t [s]", "3 CNY/t [t]")],
        ),
        (valued(result="20", version="2", expression="2 * a"), [("rule", NAME, "r@1: a", "r@2: 2 * a")]),
        (valued(result="20", rule="q"), [("scheme", NAME, "r@1", "q@1")]),
        (
            valued("6", price="3", result="18"),
            [("input", X, "5 t", "6 t"), ("parameter", PRICE, "2 CNY/t [s]", "3 CNY/t [s]")],
        ),
        (
            valued("6", result="24", version="2", of={"file": "journal.jsonl"}),
            [("correction", X, "5 t", "6 t"), ("rule", NAME, "r@1", "r@2")],
        ),
    ],
)
def test_each_cause_and_its_evidence(new: list[dict[str, Any]], expected: list[tuple[str, str, str, str]]) -> None:
    assert found(why(OLD, side(*new), VALUE)) == expected


@pytest.mark.parametrize(
    ("programs", "cause"),
    [
        ((("gep 1", "aa"), ("gep 1", "bb")), "program"),
        ((("gep 1", "aa"), ("gep 2", "aa")), "unexplained"),  # the same code under another name
        ((("gep 1", ""), ("gep 2", "bb")), "program"),  # the older run kept no hash
        ((("gep 1", ""), ("gep 1", "bb")), "unexplained"),
        ((("", ""), ("gep 1", "bb")), "unexplained"),
    ],
)
def test_the_program_is_blamed_only_where_nothing_below_differs(programs: tuple[tuple[str, str], ...], cause: str) -> None:
    (one, two), (three, four) = programs
    old = side(*valued(), program=one, program_hash=two)
    new = side(*valued(result="11"), program=three, program_hash=four)
    assert found(why(old, new, VALUE)) == [(cause, NAME, "10 t", "11 t")]
    changed = side(*valued("6", result="11"), program=three, program_hash=four)
    assert why(old, changed, VALUE).causes == ("input",)


def test_another_parameter_that_is_read_is_named_with_both() -> None:
    own = "price/-/A/own/2020-01-01"
    new = side(cell(X, "5"), parameter(own, "3"), calc("value/A/2020/-", "15", a=f"cell:{X}", b=f"parameter:{own}"))
    (d,) = why(OLD, new, VALUE).differences
    assert (d.cause, d.node) == ("parameter", "price")
    assert (d.old, d.new) == (f"2 CNY/t [s] {PRICE}", f"3 CNY/t [s] {own}")


def test_what_did_not_bind_moved_nothing() -> None:
    def least(a: str, b: str) -> Side:
        made = calc("m/A/2020/-", b, a=f"cell:{X}", b=f"cell:{Y}")
        made["arguments"][0]["binding"] = False  # min(a, b) is b
        return side(cell(X, a), cell(Y, b), made)

    assert found(why(least("9", "3"), least("8", "4"), "calculation:p/m/A/2020/-")) == [("input", Y, "3 t", "4 t")]


def test_an_amount_that_came_out_the_same_moved_nothing_above_it() -> None:
    """x went from 1 to 2 and y from 2 to 1: their sum is what it was, so z alone moved the figure above."""

    def made(x: str, y: str, z: str, top: str) -> Side:
        middle = total("m/A/2020/-", "3", **{f"cell:{X}": x, f"cell:{Y}": y})
        return side(cell(X, x), cell(Y, y), cell("z/A/2020/-", z), middle,
                    total("top/A/2020/-", top, **{"total:p/m/A/2020/-": "3", "cell:z/A/2020/-": z}))  # fmt: skip

    because = why(made("1", "2", "4", "7"), made("2", "1", "5", "8"), "total:p/top/A/2020/-")
    assert found(because) == [("input", "z/A/2020/-", "4 t", "5 t")]


# ---- parts that come and go

TOP = "total:p/top/A/2020/-"


def summed(*parts: tuple[dict[str, Any], str]) -> list[dict[str, Any]]:
    made = total("top/A/2020/-", str(sum(int(a) for _, a in parts)), **{n["id"]: a for n, a in parts})
    return [made, *(n for n, _ in parts)]


def test_a_part_whose_return_is_new_is_an_input() -> None:
    old = side(*summed((cell(X, "5"), "5")))
    crop = calc("v/A/2020/-", "3", a=f"cell:{Y}")
    new = side(*summed((cell(X, "5"), "5"), (crop, "3")), cell(Y, "3"))
    with_rule = side(*old.nodes.values(), rules=frozenset({"p/r"}))
    assert found(why(with_rule, new, TOP)) == [("input", Y, "", "3 t")]


def test_a_part_whose_rule_is_new_is_the_scheme_and_what_was_held_all_along_is_no_input() -> None:
    crop = calc("v/A/2020/-", "3", a=f"cell:{Y}")
    new = side(*summed((cell(X, "5"), "5"), (crop, "3")), cell(Y, "3"))
    held = {"y/A/2020/-": ("value", "3", "t", "a.csv"), X: ("value", "5", "t", "a.csv")}
    known = side(*summed((cell(X, "5"), "5")), held=lambda: held)
    assert found(why(known, new, TOP)) == [("scheme", "v/A/2020/-", "", "r@1")]
    without = side(*summed((cell(X, "5"), "5")), held=lambda: {X: held[X]})
    assert why(without, side(*new.nodes.values(), held=lambda: held), TOP).causes == ("input", "scheme")


def test_a_part_that_both_have_and_one_adds_up_is_the_scheme() -> None:
    other = cell(Y, "3")
    old, new = side(*summed((cell(X, "5"), "5")), other), side(*summed((cell(X, "5"), "5"), (other, "3")))
    assert found(why(old, new, TOP)) == [("scheme", Y, "", "3 t")]


def test_a_part_that_is_zero_moves_nothing() -> None:
    old = side(*summed((cell(X, "5"), "5")))
    new = side(*summed((cell(X, "6"), "6"), (cell(Y, "0"), "0")))
    assert found(why(old, new, TOP)) == [("input", X, "5 t", "6 t")]


def test_a_return_in_the_place_of_a_result_is_an_input() -> None:
    """The rule stands in where nothing is returned; now something is."""
    stand_in = calc("x/A/2020/-", "4", a=f"cell:{Y}")
    old = side(*summed((stand_in, "4")), cell(Y, "4"))
    new = side(*summed((cell(X, "5"), "5")), cell(Y, "4"), rules=frozenset({"p/r"}))
    assert found(why(old, new, TOP)) == [("input", X, "4 t", "5 t")]


def test_a_figure_that_is_new_or_gone() -> None:
    none = side(rules=frozenset({"p/r"}))
    assert found(why(none, OLD, VALUE)) == [("input", X, "", "5 t")]
    assert why(side(), OLD, VALUE).causes == ("scheme",)  # the rule itself is new
    held = side(held=lambda: {X: ("value", "5", "t", "a.csv")}, rules=frozenset({"p/r"}))
    assert found(why(held, OLD, VALUE)) == [("parameter", PRICE, "", "2 CNY/t [s]")]  # the price was not known before
    assert Causes(side(), side()).of(None, None).causes == ("unexplained",)


# ---- rows


def patches(*rows: tuple[str, str], rate: str = "", **more: Any) -> list[dict[str, Any]]:
    looked = ["parameter:rate/-/-/s/-"] if rate else []
    made = row_sum("w/A/2020/-", {k: (v, looked) for k, v in rows}, **more)
    top = calc("w/A/2020/-", made["sum"]) | {"sums": [{"name": "S0", "node": made["id"], "binding": True}]}
    return [top, made, *([parameter("rate/-/-/s/-", rate)] if rate else [])]


W = "calculation:p/w/A/2020/-"


def test_rows_that_are_new_gone_or_other() -> None:
    old, new = side(*patches(("1", "10"), ("2", "20"), ("3", "30"))), side(*patches(("1", "10"), ("2", "21"), ("4", "40")))
    assert found(why(old, new, W)) == [
        ("input", "patches/A/2020/2", "20", "21"), ("input", "patches/A/2020/3", "30", ""), ("input", "patches/A/2020/4", "", "40"),
    ]  # fmt: skip


def test_a_row_is_not_blamed_for_what_was_looked_up_beside_it() -> None:
    old, new = side(*patches(("1", "10"), rate="1")), side(*patches(("1", "20"), rate="2"))
    assert why(old, new, W).causes == ("parameter",)


def test_many_rows_are_known_by_their_hash_alone() -> None:
    old, new = (side(*patches(("1", n), inline=False, hashed=n * 12)) for n in ("1", "2"))
    assert why(old, new, W).causes == ("input",)
    sets = ({"patches": "same"}, {"patches": "same"}, {"patches": "other"})
    a, b, c = (
        side(*patches(("1", n), rate=n, inline=False, hashed=n * 12), row_sets=s) for n, s in zip("123", sets, strict=True)
    )
    assert why(a, b, W).causes == ("parameter",)  # the record set is the same, so the rows are
    assert why(a, c, W).causes == ("input", "parameter")


# ---- the year chain


def year(t: int, closing: str, change: str, opens: str) -> list[dict[str, Any]]:
    return [cell(f"c/A/{t}/-", change), calc(f"s/A/{t}/-", closing, a=opens, b=f"cell:c/A/{t}/-")]


def test_a_chain_of_years_is_walked_to_its_start_however_long() -> None:
    def made(first: int, years: int) -> Side:
        nodes = [cell("s/A/0/-", str(first))]
        for t in range(1, years + 1):
            nodes += year(t, str(first + t), "1", f"calculation:p/s/A/{t - 1}/-" if t > 1 else "cell:s/A/0/-")
        return side(*nodes)

    because = why(made(10, 3000), made(11, 3000), "calculation:p/s/A/3000/-")
    assert found(because) == [("input", "s/A/0/-", "10 t", "11 t")]


def test_a_chain_goes_on_in_the_vintage_it_opens_with() -> None:
    """2020 opened in the same run; now it opens with the closing of vintage 7, in which the return of 2019 was corrected."""
    one = side(
        *year(2019, "15", "5", "cell:s/A/2018/-"), cell("s/A/2018/-", "10"), *year(2020, "16", "1", "calculation:p/s/A/2019/-")
    )
    seventh = side(cell("s/A/2018/-", "10"), *year(2019, "17", "7", "cell:s/A/2018/-"))
    seventh.nodes["cell:c/A/2019/-"]["file"] = "journal.jsonl"  # type: ignore[index]
    carried = cell("s/A/2019/-", "17", file="releases/7/asset_account.csv") | {"id": "cell:s/A/2019/-@7"}
    new = side(carried, *year(2020, "18", "1", "cell:s/A/2019/-@7"), earlier={7: seventh}.get)
    assert found(why(one, new, "calculation:p/s/A/2020/-")) == [("correction", "c/A/2019/-", "5 t", "7 t")]
    alone = side(*new.nodes.values())  # vintage 7 is not at hand: the closing itself is what is known
    assert why(one, alone, "calculation:p/s/A/2020/-").causes == ("input",)


def test_figures_find_their_nodes() -> None:
    nodes = {"cell:x": {"figures": ["physical_account/A/2020/x"]}, "total:gep_total/A/2020#gep": {}}
    assert roots(nodes) == {"physical_account/A/2020/x": "cell:x", "gep_total/A/2020#gep": "total:gep_total/A/2020#gep"}


def test_the_text_names_the_first_differences_and_counts_them_all() -> None:
    old = side(*summed(*((cell(f"x/A/2020/k:{i}", "1"), "1") for i in range(9))))
    new = side(*summed(*((cell(f"x/A/2020/k:{i}", "2"), "2") for i in range(9))))
    because = why(old, new, TOP)
    assert because.text(2) == "x/A/2020/k:0 1 t→2 t; x/A/2020/k:1 1 t→2 t; … (9)"
    assert len(because.differences) == 9


# ---- any graph


@given(st.randoms(use_true_random=False), st.integers(2, 8), st.integers(0, 25), st.data())
def test_exactly_the_changed_leaves_below_a_figure_are_its_causes(
    draw: Random, leaves: int, above: int, data: st.DataObject
) -> None:
    """Leaf i is 2^i and becomes more than all of them together, so that no change can cancel another."""
    order = [f"cell:x/A/2020/k:{i}" for i in range(leaves)]
    below: dict[str, list[str]] = {}
    for i in range(above):
        name = f"total:p/t{i}/A/2020/-"
        below[name] = draw.sample(order, k=min(len(order), draw.randint(1, 4)))
        order.append(name)
    changed = data.draw(st.sets(st.sampled_from(order[:leaves])))

    def made(moved: set[str]) -> Side:
        amounts = {n: 2**i + (2 ** (leaves + i) if n in moved else 0) for i, n in enumerate(order[:leaves])}
        nodes = [cell(n.removeprefix("cell:"), str(amounts[n])) for n in order[:leaves]]
        for name, parts in below.items():
            amounts[name] = sum(amounts[p] for p in parts)
            nodes.append(total(name.removeprefix("total:p/"), str(amounts[name]), **{p: str(amounts[p]) for p in parts}))
        return side(*nodes)

    old, new = made(set()), made(changed)
    causes = Causes(old, new)
    reached: dict[str, set[str]] = {n: {n} & changed for n in order[:leaves]}
    for name in order:
        if name not in reached:
            reached[name] = set().union(*(reached[p] for p in below[name]))
        moved = old.nodes[name].get("result", old.nodes[name].get("amount")) != new.nodes[name].get(
            "result", new.nodes[name].get("amount")
        )
        assert moved is bool(reached[name])
        if moved:
            told = causes.of(name, name)
            assert {f"cell:{d.node}" for d in told.differences} == reached[name]
            assert told.causes == ("input",)
