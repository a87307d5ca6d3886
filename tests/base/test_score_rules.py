"""How figures of a term are named, and how exact numbers are written."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import Names
from gep.base.score_rules import (
    ANY_ZONE,
    ATTRIBUTIONS,
    LOCAL_HUMAN,
    PARTS,
    Completion,
    Condition,
    Evaluation,
    Improvement,
    Interval,
    Item,
    Limit,
    Quantity,
    RatingImport,
    Selector,
    TargetRatio,
    exact_text,
    figures_of,
    number_text,
    parse_selector,
)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("LA-01.R40 la01:C02 closing", Selector("LA-01.R40", (("la01", "C02"),), "closing")),
        ("water_use_total  greatest", Selector("water_use_total", (), "greatest")),
        ("a.R40 z:1;b:2 opening", Selector("a.R40", (("b", "2"), ("z", "1")), "opening")),
        ("x price_basis:constant:2020 mean", Selector("x", (("price_basis", "constant:2020"),), "mean")),
        ("LA-01.R40 la01:C02 change@local_human", Selector("LA-01.R40", (("la01", "C02"),), "change", "local_human")),
    ],
)
def test_a_selector(text: str, made: Selector) -> None:
    assert parse_selector(text) == made
    assert parse_selector(made.text) == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "closing",
        "LA-01.R40",
        "LA-01.R40 C02 closing",
        "LA-01.R40 la01: closing",
        "LA-01.R40 :C02 closing",
        "LA-01.R40 la01:C02 end",
        "LA-01.R40 la01:C02 closing now",
        "LA-01.R40 a:1;a:2 closing",
        "LA-01.R40 closing@local_human",
        "LA-01.R40 change@",
    ],
)
def test_what_is_no_selector(text: str) -> None:
    assert parse_selector(text) is None


@pytest.mark.parametrize(
    ("number", "text"),
    [(F(0), "0"), (F(-3), "-3"), (F(94, 5), "18.8"), (F(-1, 8), "-0.125"), (F(40, 3), "40/3"), (F(100), "100")],
)
def test_exact_numbers(number: F, text: str) -> None:
    assert exact_text(number) == text


@given(st.fractions())
def test_nothing_is_lost(number: F) -> None:
    assert F(exact_text(number)) == number


@given(st.fractions())
def test_a_near_number_is_near_and_says_so(number: F) -> None:
    text = number_text(number)
    if text.startswith("≈"):
        assert abs(F(text[1:]) - number) <= F(1, 2 * 10**6)
    else:
        assert F(text) == number


def test_what_an_item_reads() -> None:
    a, b = (Quantity((s,), "hm2") for s in (Selector("a", (), "closing"), Selector("b", (), "opening")))
    limit, number = Limit(quantity=b), Limit(amount=F(1))

    def read(formula: object) -> tuple[object, object]:
        return figures_of(Item("x", Names("", ""), Names("", ""), {}, formula, Names("", "")))  # type: ignore[arg-type]

    assert read(TargetRatio(a, limit, "+", "full_if_met")) == ((a, b), ((limit, a),))
    assert read(Improvement(b, a, "+", F(1))) == ((b, a), ())
    assert read(Interval(a, None, number)) == ((a,), ((number, a),))
    assert read(Completion((Condition(a, ">=", limit),))) == ((a, b), ((limit, a),))
    assert read(RatingImport(())) == ((), ())


def test_ranks() -> None:
    bare = Evaluation("e", Names("", ""), "1", "local", "", "", F(100), (), (), "rescale")
    assert bare.severity("") == 0
    assert bare.zones == ()
    assert ANY_ZONE == ""
    assert not bare.illustrative
    with pytest.raises(ValueError, match="worst"):
        bare.rank("worst")


def test_every_part_of_a_change_has_its_name() -> None:
    assert tuple(ATTRIBUTIONS) == PARTS
    assert PARTS[0] == LOCAL_HUMAN
    assert all(n.zh and n.en for n in ATTRIBUTIONS.values())
