"""A difference split into terms: exact for any numbers, and each term what it says."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.rounding import store
from gep.explain.again import read, work_out
from gep.explain.pair import Term
from gep.explain.split import split

Trace = dict[str, dict[str, Any]]
WHOLE = "(quantity * price)"


def parameter(name: str, amount: str, unit: str = "CNY/t", status: str = "literature", source: str = "s") -> dict[str, Any]:
    return {
        "kind": "parameter", "id": f"parameter:{name}/{amount}", "parameter": name, "key": "", "amount": amount, "unit": unit,
        "status": status, "source": source, "locator": "Table 1",
    }  # fmt: skip


def cell(measure: str, amount: str, unit: str = "t") -> dict[str, Any]:
    return {
        "kind": "cell", "id": f"cell:{measure}/{amount}", "measure": measure, "key": "", "amount": amount, "unit": unit,
        "source": "s", "file": "a.csv", "row": 2,
    }  # fmt: skip


def argument(name: str, node: dict[str, Any], places: int | None = None, factor: str = "1", reads: str = "t") -> dict[str, Any]:
    amount = node.get("result") or node["amount"]
    return {"name": name, "node": node["id"], "amount": amount, "factor": factor, "places": places, "reads": reads}


def made(
    measure: str, expression: str, inputs: dict[str, dict[str, Any]], places: int, rule: str = "", version: str = "1"
) -> dict[str, Any]:
    """A calculation with the result its own expression gives."""
    arguments = [argument(n, node, 6 if node["kind"] == "cell" and places == 4 else None) for n, node in inputs.items()]
    values = {n: Fraction(Decimal(a["amount"])) for n, a in zip(inputs, arguments, strict=True)}
    values = {n: Fraction(store(v, 6)) if a["places"] else v for (n, v), a in zip(values.items(), arguments, strict=True)}
    result = store(work_out(read(expression), values), places)
    return {
        "kind": "calculation", "id": f"calculation:p/{measure}", "measure": measure, "key": "", "rule": rule or measure,
        "version": version, "expression": expression, "written": expression, "clause": "", "source": "s", "arguments": arguments,
        "sums": [], "places": places, "unit": "t", "result": format(result, "f"), "state": "value", "reason": "",
    }  # fmt: skip


def value(quantity: dict[str, Any], price: dict[str, Any], *below: dict[str, Any], expression: str = WHOLE) -> tuple[Any, Trace]:
    top = made("value.x", expression, {"quantity": quantity, "price": price}, 4)
    return top, {n["id"]: n for n in (top, quantity, price, *below)}


def terms_of(left: tuple[Any, Trace], right: tuple[Any, Trace]) -> tuple[Term, ...]:
    """The terms, checked to add up to the difference of the stored values, level by level."""
    terms = split(left[0], right[0], left[1], right[1])
    gap = Fraction(right[0]["result"]) - Fraction(left[0]["result"])
    assert sum((t.amount for t in terms), Fraction(0)) == gap
    for term in terms:
        assert not term.parts or sum((p.amount for p in term.parts), Fraction(0)) == term.amount
    assert sum((leaf.amount for t in terms for leaf in t.leaves()), Fraction(0)) == gap
    return terms


def shown(terms: tuple[Term, ...]) -> list[tuple[str, str, str, Fraction]]:
    return [(t.effect, t.kind, t.name, t.amount) for term in terms for t in term.leaves()]


def test_quantity_and_price() -> None:
    # 10 t × 3 → 14 t × 5: (14−10)·(3+5)/2 = 16 and (5−3)·(10+14)/2 = 24, together 70 − 30
    left = value(cell("wood", "10"), parameter("wood_price", "3"))
    right = value(cell("wood", "14"), parameter("wood_price", "5", status="local", source="bureau"))
    terms = terms_of(left, right)
    assert shown(terms) == [("quantity", "input", "wood", Fraction(16)), ("price", "input", "wood_price", Fraction(24))]
    price = terms[1]
    assert price.left
    assert price.right
    assert (price.left.status, price.left.source, price.right.status, price.right.source) == (
        "literature",
        "s",
        "local",
        "bureau",
    )
    assert (price.left.amount, price.right.amount) == ("3", "5")
    assert terms[0].left
    assert terms[0].left.locator == "a.csv:2"


def test_nothing_differs() -> None:
    left = value(cell("wood", "10"), parameter("wood_price", "3"))
    assert terms_of(left, left) == ()


def test_another_source_of_the_same_price_is_told_and_moves_nothing() -> None:
    left = value(cell("wood", "10"), parameter("wood_price", "3"))
    right = value(cell("wood", "10"), parameter("wood_price", "3.0", source="bureau"))
    assert shown(terms_of(left, right)) == [("price", "input", "wood_price", Fraction(0))]


def test_another_parameter_names_both() -> None:
    right = value(cell("wood", "10"), parameter("timber_price", "4"))
    terms = terms_of(value(cell("wood", "10"), parameter("wood_price", "3")), right)
    assert shown(terms) == [("price", "input", "wood_price → timber_price", Fraction(10))]


def test_rounding_to_storage_is_a_term_of_its_own() -> None:
    # 1/3 is stored as 0.333333, × 0.5 = 0.1666665 as 0.1667: +0.0000335; one half as it is: 0.25
    one = made("q", "(a / 3)", {"a": cell("a", "1")}, 6)
    two = made("q", "(a / 3)", {"a": cell("a", "1.5")}, 6)
    left = value(one, parameter("p", "0.5"), cell("a", "1"))
    right = value(two, parameter("p", "0.5"), cell("a", "1.5"))
    assert (left[0]["result"], right[0]["result"]) == ("0.1667", "0.2500")
    assert shown(terms_of(left, right)) == [
        ("quantity", "input", "a=a", Fraction(1, 12)),  # (1/2 − 1/3) × 0.5
        ("quantity", "rounding", "", Fraction(1, 6_000_000)),  # (1/3 − 0.333333) × 0.5
        ("rounding", "rounding", "", Fraction("-0.0000335")),
    ]


def test_two_inputs_share_the_effect_over_both_orders() -> None:
    # a·b: 2·3 → 4·5 = 14; a: (2·3 + 2·5)/2 = 8, b: (2·2 + 4·2)/2 = 6; price 10
    def side(a: str, b: str) -> tuple[Any, Trace]:
        inputs = {"a": cell("area", a), "b": parameter("rate", b), "c": cell("rest", "1")}
        return value(made("q", "((a * b) * c)", inputs, 6), parameter("p", "10"), *inputs.values())

    terms = terms_of(side("2", "3"), side("4", "5"))
    assert shown(terms) == [("quantity", "input", "a=area", Fraction(80)), ("quantity", "input", "b=rate", Fraction(60))]
    assert terms[0].kind == "whole"
    ((only,),) = [terms_of(side("2", "3"), side("4", "3"))]
    assert (only.name, only.amount, only.parts) == ("a=area", Fraction(60), ())
    assert only.left
    assert only.right
    assert (only.left.node, only.right.amount) == ("cell:area/2", "4")


def test_a_row_sum_is_one_input() -> None:
    # S0/N0: 10/4 → 12/3 = 1.5, one input although the sum and the count differ
    def side(total: str, n: int) -> tuple[Any, Trace]:
        rows = {
            "kind": "row_sum", "id": f"row_sum:q#s{n}", "sum": total, "q": "0.1", "n": n, "value": None, "product": "a", "unit": ""
        }  # fmt: skip
        node = made("q", "1", {}, 6) | {"expression": "(S0 / N0)", "sums": [{"name": "S0", "count": "N0", "node": rows["id"]}]}
        node["result"] = format(store(Fraction(int(total), 10) / n, 6), "f")
        return value(node, parameter("p", "2"), rows)

    terms = terms_of(side("100", 4), side("120", 3))
    assert shown(terms) == [("quantity", "input", "S0=s4", Fraction(3))]
    assert terms[0].left
    assert (terms[0].left.origin, terms[0].left.amount) == ("row_sum", "10")


def test_more_than_six_inputs_stand_together() -> None:
    def side(amount: str, last: str) -> tuple[Any, Trace]:
        inputs = {n: cell(f"m_{n}", amount) for n in "abcdef"} | {"g": cell("m_g", last)}
        return value(made("q", "((((((a + b) + c) + d) + e) + f) + g)", inputs, 6), parameter("p", "1"), *inputs.values())

    (term,) = terms_of(side("1", "1"), side("2", "3"))
    assert (term.kind, term.reason, term.amount) == ("inputs", "many_inputs", Fraction(8))
    assert term.name == "a=m_a, b=m_b, c=m_c, d=m_d, e=m_e, f=m_f, g=m_g"
    six = terms_of(side("1", "1"), side("2", "1"))[0]
    assert [p.amount for p in six.parts] == [Fraction(1)] * 6


def test_inputs_that_cannot_be_replaced_one_by_one_stand_together() -> None:
    # 1/(a − b): 3, 1 → 5, 3; with only b replaced a − b is zero
    def side(a: str, b: str) -> tuple[Any, Trace]:
        inputs = {"a": cell("a", a), "b": cell("b", b)}
        return value(made("q", "(1 / (a - b))", inputs, 6), parameter("p", "4"), *inputs.values())

    (term,) = terms_of(side("3", "1"), side("7", "3"))
    assert (term.kind, term.reason, term.amount) == ("inputs", "mathematics", Fraction(-1))


@pytest.mark.parametrize(("rule", "version"), [("other", "1"), ("q", "2")])
def test_other_rules_are_one_term_that_names_both(rule: str, version: str) -> None:
    a = cell("a", "2")
    left = value(made("q", "(a * 3)", {"a": a}, 6), parameter("p", "10"), a)
    right = value(made("q", "(a * 4)", {"a": a}, 6, rule, version), parameter("p", "10"), a)
    (term,) = terms_of(left, right)
    assert (term.effect, term.kind, term.amount) == ("quantity", "method", Fraction(20))
    assert term.left
    assert term.right
    assert (term.left.rule, term.left.expression) == ("q@1", "(a * 3)")
    assert (term.right.rule, term.right.expression) == (f"{rule}@{version}", "(a * 4)")


def test_a_return_against_a_rule_is_another_method() -> None:
    a = cell("a", "2")
    (term,) = terms_of(
        value(cell("q", "7"), parameter("p", "10")), value(made("q", "(a * 4)", {"a": a}, 6), parameter("p", "10"), a)
    )
    assert (term.kind, term.amount, term.left and term.left.origin) == ("method", Fraction(10), "submitted")


def test_a_computed_price_is_walked_into() -> None:
    # cost 100 × depreciation 0.02 + running 1 = 3; with 0.03 it is 4: one input carries 1 × 10 t
    def side(share: str) -> tuple[Any, Trace]:
        inputs = {"cost": parameter("cost", "100"), "share": parameter("depreciation", share), "run": parameter("running", "1")}
        price = made("reservoir_price", "((cost * share) + run)", inputs, 8)
        return value(cell("water", "10"), price, *inputs.values())

    assert shown(terms_of(side("0.02"), side("0.03"))) == [("price", "input", "share=depreciation", Fraction(10))]


def test_a_computed_price_against_a_typed_one_is_another_method_of_the_price() -> None:
    cost = parameter("cost", "4")
    right = value(cell("water", "10"), made("price", "(cost * 2)", {"cost": cost}, 8), cost)
    (term,) = terms_of(value(cell("water", "10"), parameter("p", "7")), right)
    assert (term.effect, term.kind, term.amount) == ("price", "method", Fraction(10))


def test_a_deficit_that_is_not_valued() -> None:
    # max(q, 0): −4 counts as 0, 6 as 6; the return carries the whole effect
    floor = "(max(quantity, 0) * price)"
    left, right = (value(cell("carbon", q), parameter("p", "5"), expression=floor) for q in ("-4", "6"))
    assert shown(terms_of(left, right)) == [("quantity", "input", "carbon", Fraction(30))]
    unfloored = value(cell("carbon", "-4"), parameter("p", "5"))
    (term,) = terms_of(unfloored, left)
    assert (term.effect, term.kind, term.amount) == ("quantity", "method", Fraction(20))


def test_amounts_of_value_and_quantities_in_other_units() -> None:
    def amount(text: str) -> tuple[Any, Trace]:
        given = cell("crop_net_output", text, "CNY")
        top = made("value.crop", "amount", {"amount": given}, 4)
        return top, {n["id"]: n for n in (top, given)}

    assert shown(terms_of(amount("5"), amount("9"))) == [("amount", "input", "crop_net_output", Fraction(4))]
    priced = value(cell("crop", "2"), parameter("p", "6"))
    assert [(t.effect, t.kind, t.amount) for t in terms_of(amount("5"), priced)] == [("amount", "method", Fraction(7))]
    other = value(cell("crop", "3"), parameter("p", "6"))
    other[0]["arguments"][0]["reads"] = "m3"
    assert [(t.effect, t.kind) for t in terms_of(priced, other)] == [("amount", "method")]


def test_a_trace_that_does_not_give_its_figure_explains_nothing() -> None:
    def side(amount: str) -> tuple[Any, Trace]:
        a = cell("a", amount)
        return value(made("q", "(a * 3)", {"a": a}, 6), parameter("p", "10"), a)

    broken = side("3")
    broken[1]["calculation:p/q"]["result"] = "9.000001"
    with pytest.raises(AssertionError, match="its trace gives"):
        split(side("2")[0], broken[0], side("2")[1], broken[1])


AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=7).map(lambda d: format(d, "f"))
PRICES = st.decimals(min_value=0, max_value=10**4, places=9).map(lambda d: format(d, "f"))
FORMS = st.sampled_from(["((a * b) / 7)", "max(a, b)", "(a + (b * b))", "where((a > b), (a * (1/3)), b)"])


@given(FORMS, st.tuples(AMOUNTS, AMOUNTS, PRICES), st.tuples(AMOUNTS, AMOUNTS, PRICES), st.booleans())
def test_terms_add_up_to_the_last_digit(form: str, one: tuple[str, ...], two: tuple[str, ...], other: bool) -> None:
    def side(numbers: tuple[str, ...], rule: str) -> tuple[Any, Trace]:
        inputs = {"a": cell("a", numbers[0]), "b": cell("b", numbers[1])}
        return value(made("q", form, inputs, 6, rule), parameter("p", numbers[2]), *inputs.values())

    terms_of(side(one, "q"), side(two, "r" if other else "q"))


@given(AMOUNTS, PRICES, AMOUNTS, PRICES, st.sampled_from([WHOLE, "(max(quantity, 0) * price)"]))
def test_returned_quantities_add_up_too(q1: str, p1: str, q2: str, p2: str, form: str) -> None:
    sides = [value(cell("q", q), parameter("p", p), expression=form) for q, p in ((q1, p1), (q2, p2))]
    forward, back = terms_of(sides[0], sides[1]), terms_of(sides[1], sides[0])
    assert [t.amount for t in forward] == [-t.amount for t in back]
