"""One text of a formula serves every figure of its rule: names and numbers are put in later."""

from __future__ import annotations

import re

from gep.explain.graph import CLOSE, OPEN
from gep.explain.patterns import pattern


def filled(text: str, given: dict[str, str]) -> str:
    return re.sub(f"{OPEN}(.*?){CLOSE}", lambda m: given[m[1]], text)


def test_names_and_numbers_are_put_into_the_formula_as_written() -> None:
    made = pattern("area * price", "(area * price)", ["area", "price"], {})
    assert filled(made.words, {"area": "面积", "price": "单价"}) == "面积 × 单价"
    assert filled(made.numbers, {"area": "2 km²", "price": "(−3)"}) == "2 km² × (−3)"
    assert made.mathml[0] == "math"
    assert made.mathml[1][1] == ("mi", f"{OPEN}area{CLOSE}")


def test_sums_stand_by_name_in_the_formula_as_it_is_evaluated() -> None:
    made = pattern("sum(area * rain over row) * share", "((S0 * share) / 1000)", ["share", "S0"], {})
    assert filled(made.words, {"share": "k"}) == "sum(area × rain over row) × k"
    assert filled(made.numbers, {"share": "45 %", "S0": "409"}) == "(409 × 45 %) ÷ 1000"


def test_a_formula_of_the_program_has_words_without_mathml() -> None:
    # `closing` is a reserved word of rules; the program writes it all the same
    made = pattern("closing - opening", "(closing - opening)", ["closing", "opening"], {})
    assert filled(made.words, {"closing": "期末", "opening": "期初"}) == "期末 − 期初"
    assert made.mathml == ()


def test_a_name_before_another_of_the_same_beginning_is_not_cut() -> None:
    made = pattern("prev(area) + area_new", "(prev(area) + area_new)", ["prev(area)", "area_new"], {})
    assert filled(made.words, {"prev(area)": "a", "area_new": "b"}) == "a + b"
    assert filled(made.numbers, {"prev(area)": "1", "area_new": "2"}) == "1 + 2"


def test_texts_that_look_like_markup_stay_texts() -> None:
    made = pattern("a * b", "(a * b)", ["a", "b"], {})
    assert "<" not in filled(made.words, {"a": "x", "b": "y"})
    assert all(isinstance(x, str | tuple) for x in made.mathml)
