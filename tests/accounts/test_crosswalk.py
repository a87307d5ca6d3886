"""Converting amounts between code schemes: nothing is lost or made, and what cannot be converted is refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.crosswalk import at_top, convert
from gep.base.data import data_root
from gep.base.findings import Finding, Refused
from gep.base.records import Code, Crosswalk, Names
from gep.catalog.load import load
from gep.catalog.record import Catalog

AREAS = st.decimals(min_value="0", max_value="1e9", places=4)  # hm²
SURVEYED = ("0101", "0204", "0301", "0302", "0303", "0307", "0402", "0603", "0810", "09", "1101", "1102", "1104", "1106", "1203")
CLASS_00 = ("0303", "0304", "0306", "0402", "0603", "1105", "1106", "1108")  # wetland of the third survey
OPEN_WATER = ("1101", "1102", "1103", "1104", "1107")  # rivers, lakes, reservoirs, ponds, ditches: its class 11


def line(code_from: str, code_to: str, share: str = "1", *, conserves: bool = True, id: str = "walk") -> Crosswalk:
    return Crosswalk(id, "old", code_from, "new", code_to, Fraction(share), conserves)


def codes(**parents: str) -> dict[str, Code]:
    return {code: Code("old", code, Names(code, code), parent) for code, parent in parents.items()}


SPLIT = (line("a", "x", "1/3"), line("a", "y", "2/3"), line("b", "y"), line("b1", "y"), line("b11", "z"))
OLD = codes(a="", b="", b1="b", b11="b1")


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load(data_root() / "coefficients")


def refused(amounts: dict[str, Decimal], lines: tuple[Crosswalk, ...] = SPLIT) -> tuple[Finding, ...]:
    with pytest.raises(Refused) as caught:
        convert(amounts, lines, OLD)
    return caught.value.findings


def test_an_amount_is_split_by_the_shares() -> None:
    # a: 10 → 10/3 to x, 20/3 to y; b: 0.1 to y, so y = 20/3 + 1/10 = 203/30
    found = convert({"a": Decimal(10), "b": Decimal("0.1")}, SPLIT, OLD)
    assert found == {"x": Fraction(10, 3), "y": Fraction(203, 30)}
    assert sum(found.values()) == Fraction(101, 10)


def test_the_order_of_amounts_and_lines_does_not_matter() -> None:
    one = convert({"a": Decimal(10), "b": Decimal(1)}, SPLIT, OLD)
    other = convert({"b": Decimal(1), "a": Decimal(10)}, SPLIT[::-1], OLD)
    assert list(one.items()) == list(other.items())


def test_nothing_in_nothing_out() -> None:
    assert convert({}, SPLIT, OLD) == {}


@given(a=AREAS, b=AREAS, cut=st.fractions(min_value="1/1000", max_value="999/1000"))
def test_any_shares_that_add_up_to_one_conserve_the_total(a: Decimal, b: Decimal, cut: Fraction) -> None:
    lines = (line("a", "x", str(cut)), line("a", "y", str(1 - cut)), line("b", "x"))
    assert sum(convert({"a": a, "b": b}, lines, OLD).values()) == Fraction(a) + Fraction(b)


def test_a_code_that_the_crosswalk_does_not_name_is_refused() -> None:
    (told,) = refused({"a": Decimal(1), "b2": Decimal(0)})  # even with nothing in it: it is a code nobody knows
    assert (told.code, told.found, told.place.text()) == ("CROSSWALK-CODE-UNKNOWN", "b2", "crosswalks/walk [b2]")
    assert told.text("zh") == "对照表 walk 没有代码 b2。"
    assert told.text("en") == "The crosswalk walk does not name the code b2."
    assert "b1" in told.mend("en")


def test_a_crosswalk_that_does_not_conserve_is_refused() -> None:
    (told,) = refused({"a": Decimal(1)}, (line("a", "x", conserves=False), line("a", "y", conserves=False)))
    assert told.code == "CROSSWALK-NOT-CONSERVING"
    assert told.text("zh").startswith("对照表 walk 只说明代码相关,不保持总量")
    assert told.text("en").startswith("The crosswalk walk only says which codes are related")


def test_shares_that_are_not_a_whole_are_refused() -> None:
    (told,) = refused({"b": Decimal(1)}, (line("a", "x", "2/3"), line("b", "y")))
    assert (told.code, told.found, told.difference) == ("CATALOG-CROSSWALK-SHARE", "2/3", "-1/3")


@pytest.mark.parametrize(("lower", "upper"), [("b1", "b"), ("b11", "b1"), ("b11", "b")])
def test_an_amount_for_a_class_and_for_one_above_it_is_refused(lower: str, upper: str) -> None:
    (told,) = refused({lower: Decimal(1), upper: Decimal(2)})
    assert (told.code, told.found, told.expected) == ("CROSSWALK-COUNTED-TWICE", lower, upper)
    assert told.text("zh") == f"代码 {lower} 与其上级 {upper} 同时有数量,会重复计算。"
    assert told.text("en") == (
        f"There are amounts for the code {lower} and for {upper} above it; the first would be counted twice."
    )


def test_all_faults_are_told_at_once() -> None:
    told = refused({"b": Decimal(1), "b1": Decimal(1), "c": Decimal(1), "d": Decimal(1)})
    assert [f.code for f in told] == ["CROSSWALK-CODE-UNKNOWN"] * 2 + ["CROSSWALK-COUNTED-TWICE"]


def test_lines_of_two_crosswalks_are_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="lines of one crosswalk"):
        convert({"a": Decimal(1)}, (line("a", "x"), line("b", "y", id="other")), OLD)
    with pytest.raises(ValueError, match="lines of one crosswalk"):
        convert({}, (), OLD)


def test_an_amount_that_is_no_number_is_never_zero() -> None:
    with pytest.raises(ValueError, match="the amount of a is NaN"):
        convert({"a": Decimal("NaN")}, SPLIT, OLD)


def test_at_top_adds_up_to_the_tops_of_the_tree() -> None:
    assert at_top({"a": Fraction(1), "b": Fraction(2), "b11": Fraction(1, 2)}, OLD) == {"a": Fraction(1), "b": Fraction(5, 2)}
    with pytest.raises(KeyError):
        at_top({"q": Fraction(1)}, OLD)


# ---- the shipped crosswalk of the land survey


@given(areas=st.dictionaries(st.sampled_from(SURVEYED), AREAS))
def test_surveyed_areas_keep_their_total(shipped: Catalog, areas: dict[str, Decimal]) -> None:
    found = convert(areas, shipped.crosswalks["landsurvey-ecosystem"], shipped.codes["landsurvey"])
    total = sum(map(Fraction, areas.values()), Fraction(0))
    assert sum(found.values(), Fraction(0)) == total
    assert sum(at_top(found, shipped.codes["ecosystem"]).values(), Fraction(0)) == total


def test_surveyed_areas_by_hand(shipped: Catalog) -> None:
    # 0301 and 0302 are forest, the kind of trees is known of the second only; 1104A is a pond as 1103 is a reservoir
    areas = {"0301": Decimal("10.5"), "0302": Decimal("2.25"), "1103": Decimal(3), "1104A": Decimal("0.75"), "1206": Decimal(1)}
    found = convert(areas, shipped.crosswalks["landsurvey-ecosystem"], shipped.codes["landsurvey"])
    assert found == {
        "bare": 1,
        "forest": Fraction(21, 2),
        "forest.bamboo": Fraction(9, 4),
        "wetland.reservoir_pond": Fraction(15, 4),
    }
    assert at_top(found, shipped.codes["ecosystem"]) == {"bare": 1, "forest": Fraction(51, 4), "wetland": Fraction(15, 4)}


@given(data=st.data())
def test_wetland_of_the_survey_is_wetland_of_gep_without_open_water(shipped: Catalog, data: st.DataObject) -> None:
    listed = shipped.codes["landsurvey"]
    areas = {c: data.draw(AREAS) for c in sorted(listed) if len(c) == 4 or c == "09"}  # every class of level II, no suffix
    found = convert(areas, shipped.crosswalks["landsurvey-ecosystem"], listed)
    wetland = at_top(found, shipped.codes["ecosystem"])["wetland"]
    class_00 = sum((Fraction(areas[c]) for c in CLASS_00), Fraction(0))
    open_water = sum((Fraction(areas[c]) for c in OPEN_WATER), Fraction(0))
    assert wetland - class_00 == open_water


def test_ponds_and_the_fish_ponds_among_them_are_not_added(shipped: Catalog) -> None:
    areas = {"1104": Decimal(5), "1104A": Decimal(2)}
    with pytest.raises(Refused) as caught:
        convert(areas, shipped.crosswalks["landsurvey-ecosystem"], shipped.codes["landsurvey"])
    assert [(f.found, f.expected) for f in caught.value.findings] == [("1104A", "1104")]


def test_a_class_of_level_one_cannot_be_converted(shipped: Catalog) -> None:
    with pytest.raises(Refused) as caught:
        convert({"03": Decimal(5)}, shipped.crosswalks["landsurvey-ecosystem"], shipped.codes["landsurvey"])
    assert [f.code for f in caught.value.findings] == ["CROSSWALK-CODE-UNKNOWN"]


@pytest.mark.parametrize("name", ["ecosystem-iucn_get", "service-seea", "service-cices"])
def test_what_is_only_related_converts_nothing(shipped: Catalog, name: str) -> None:
    lines = shipped.crosswalks[name]
    with pytest.raises(Refused) as caught:
        convert({lines[0].code_from: Decimal(1)}, lines, shipped.codes[lines[0].scheme_from])
    assert [f.code for f in caught.value.findings] == ["CROSSWALK-NOT-CONSERVING"]
