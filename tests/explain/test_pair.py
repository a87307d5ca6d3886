"""Pairs, places and terms as data: what counts, what is unknown, what is put together."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.explain.pair import Figure, Pair, Side, Term, decimal_text, effects, figure, gathered, services, total_of

NONE, NOT, GONE = (Figure(None, s) for s in ("not_available", "not_applicable", "absent"))


def has(text: str) -> Figure:
    return Figure(Decimal(text), "value")


def line(service: str, left: Figure, right: Figure, *terms: Term) -> Pair:
    keys = {"region": "51", "zone": "-", "service": service, "benefit": "-", "product": "-", "ecosystem": "-"}
    return Pair(keys, left, right, terms)


@pytest.mark.parametrize(
    ("left", "right", "difference"),
    [
        (has("1.5000"), has("4.2500"), "2.7500"),
        (has("1.5"), GONE, "-1.5"),
        (GONE, has("1.5"), "1.5"),
        (has("1.5"), NOT, "-1.5"),  # what does not apply is left out of a total
        (has("1.5"), NONE, None),
        (NONE, has("1.5"), None),
        (GONE, NONE, None),
        (NOT, NOT, None),
        (NOT, GONE, None),
        (has("123456789012345678901234567890.0001"), has("1.0000"), "-123456789012345678901234567889.0001"),
    ],
)
def test_a_difference_is_exact_and_never_made_of_an_unknown(left: Figure, right: Figure, difference: str | None) -> None:
    found = line("a", left, right).difference
    assert (found if found is None else format(found, "f")) == difference


def test_a_residual_is_what_the_terms_leave() -> None:
    term = Term("quantity", "input", Fraction(1, 3))
    assert line("a", has("1"), has("2"), term).residual == Fraction(2, 3)
    assert line("a", has("1"), has("2"), term, Term("price", "input", Fraction(2, 3))).residual == 0
    assert line("a", has("1"), NONE).residual is None
    assert not line("a", has("1"), has("2"), term).as_dict()["in_full"]


def test_an_unknown_line_makes_the_total_say_so() -> None:
    known = line("a", has("1"), has("3"), Term("price", "input", Fraction(2)))
    lacking = line("b", has("1"), NONE)
    gep = Pair({"service": "GEP"}, has("2"), NONE, effects(known.terms), services([lacking, known]))
    told = gep.as_dict()
    assert [u["service"] for u in told["unknown"]] == ["b"]
    assert (told["difference"], told["residual"], told["in_full"], told["explained"]) == (None, None, False, "2.0000")
    assert [s.keys["service"] for s in gep.lines] == ["a", "b"]
    assert gep.lines[0].as_dict()["in_full"]
    assert gep.lines[1].right.state == "not_available"


@pytest.mark.parametrize(
    ("parts", "state", "amount"),
    [
        ([has("1"), has("2.5")], "value", Decimal("3.5")),
        ([has("1"), NOT, GONE], "value", Decimal(1)),
        ([has("1"), NONE], "not_available", None),
        ([NOT, GONE], "not_applicable", None),
        ([GONE, GONE], "absent", None),
    ],
)
def test_the_total_of_one_profile(parts: list[Figure], state: str, amount: Decimal | None) -> None:
    assert total_of(parts) == Figure(amount, state)


def test_terms_of_many_lines_are_put_together() -> None:
    one, two = (Side(f"parameter:p/{k}", "parameter", k, "t", status="local", source="s") for k in ("1", "2"))
    rule, other = (Side(f"calculation:{k}", "computed", rule=k, expression="a") for k in ("r@1", "r@2"))
    terms = [
        Term("rounding", "rounding", Fraction(1, 9)),
        Term("price", "input", Fraction(1), "p", left=one, right=one),
        Term("price", "input", Fraction(2), "p", left=two, right=two),
        Term("quantity", "whole", Fraction(7), parts=(Term("quantity", "input", Fraction(4), "a=b"), Term("quantity", "rounding", Fraction(3)))),
        Term("quantity", "method", Fraction(5), left=rule, right=other),
        Term("quantity", "method", Fraction(6), left=other, right=rule),
        Term("rounding", "rounding", Fraction(1, 9)),
    ]  # fmt: skip
    found = [(t.effect, t.kind, t.name, t.amount) for t in gathered(terms)]
    assert found == [
        ("quantity", "input", "a=b", Fraction(4)),
        ("quantity", "method", "", Fraction(5)),
        ("quantity", "method", "", Fraction(6)),
        ("price", "input", "p", Fraction(3)),
        ("quantity", "rounding", "", Fraction(3)),
        ("rounding", "rounding", "", Fraction(2, 9)),
    ]
    price = gathered(terms)[3].left
    assert price == Side("", "parameter", "", "t", status="local", source="s")
    assert [(t.effect, t.kind, t.amount) for t in effects(terms)] == [
        ("quantity", "method", Fraction(11)),
        ("quantity", "whole", Fraction(4)),
        ("price", "whole", Fraction(3)),
        ("rounding", "rounding", Fraction(29, 9)),
    ]


@given(st.lists(st.tuples(st.sampled_from(["quantity", "price", "scope"]), st.fractions(), st.sampled_from("ab")), max_size=8))
def test_putting_together_loses_nothing(items: list[tuple[str, Fraction, str]]) -> None:
    terms = [Term(effect, "input", amount, name) for effect, amount, name in items]  # type: ignore[arg-type]
    whole = sum((t.amount for t in terms), Fraction(0))
    assert sum((t.amount for t in gathered(terms)), Fraction(0)) == sum((t.amount for t in effects(terms)), Fraction(0)) == whole


def test_terms_as_data() -> None:
    third = Term("price", "input", Fraction(-1, 3), "p", left=Side("parameter:p", "parameter", "1", "t", source="s")).as_dict()
    assert (third["amount"], third["exact"], third["right"]) == ("-0.33333333333333333333", "-1/3", None)
    assert third["left"] == {
        "node": "parameter:p", "origin": "parameter", "amount": "1", "unit": "t", "rule": None, "expression": None, "status": None,
        "source": "s", "locator": None,
    }  # fmt: skip
    assert [decimal_text(Fraction(t)) for t in ("2", "0.000015", "-1/8")] == ["2.0000", "0.000015", "-0.1250"]


def test_the_value_of_a_node() -> None:
    assert figure(None) == GONE
    assert figure({"result": None, "state": "refused", "reason": "p"}) == Figure(None, "refused", "p")
    assert figure({"result": "1.5000", "state": "value", "reason": ""}) == has("1.5000")
