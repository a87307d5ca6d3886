"""Did you mean: by name exactly, by likeness otherwise, the same whatever the order of the list."""

from __future__ import annotations

import pytest

from gep.base.records import Names
from gep.intake.schema import COLUMNS, NAMES
from gep.intake.suggest import Nearest, plain_names
from gep.intake.table import shown, snippet

LIST = {
    "forest": Names("森林", "Forest"),
    "shrub": Names("灌丛", "Shrub"),
    "wetland": Names("湿地", "Wetland"),
    "broadleaf": Names("阔叶林", "Broadleaved forest"),
}


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("森林", "forest"),
        ("FOREST", "forest"),
        (" wetland ", "wetland"),
        ("froest", "forest"),
        ("wetlands", "wetland"),
        ("灌木丛", "shrub"),
    ],
)
def test_the_nearest_entry_comes_first(text: str, best: str) -> None:
    assert Nearest(LIST).codes(text)[0] == best
    assert Nearest(dict(reversed(LIST.items()))).codes(text) == Nearest(LIST).codes(text)


def test_something_is_offered_even_if_nothing_is_like_it_and_nothing_from_an_empty_list() -> None:
    assert len(Nearest(LIST).codes("xyz")) == 3
    assert Nearest({}).words("x") == {"known_zh": "-", "known_en": "-"}


def test_words_carry_the_name_of_each_language() -> None:
    assert Nearest(LIST).words("森林") == {"known_zh": "forest(森林)", "known_en": "forest (Forest)"}
    assert Nearest(plain_names(("attr.vintage",))).words("attr.vintge")["known_en"] == "attr.vintage"


def test_headers_in_chinese_are_recognised() -> None:
    nearest = Nearest(NAMES)
    assert [nearest.codes(NAMES[name].zh)[0] for name in COLUMNS] == list(COLUMNS)


def test_long_lists_and_texts_are_cut_with_a_sign() -> None:
    assert shown(["a", "b", "c"], 2) == "a, b, … (+1)"
    assert snippet("x" * 90) == "x" * 80 + "…"
    assert snippet("a\x1b[0m\nb") == "a�[0m�b"
