"""What must hold between the rows of a release."""

from decimal import Decimal
from typing import Any

import pytest

from gep.ledger.invariants import check_rows


def checked(**tables: Any) -> list[Any]:
    return list(check_rows(tables))


def base(make: Any) -> dict[str, Any]:
    return {
        "region": [make.region("c", level="city"), make.region("a", "c"), make.region("b", "c")],
        "release_state": [make.state()],
    }


def only(found: list[Any], code: str, zh: str, en: str) -> Any:
    assert [f.code for f in found] == [code]
    assert zh in found[0].text("zh")
    assert en in found[0].text("en")
    return found[0]


def test_a_sound_release_has_no_findings(make: Any) -> None:
    rows = [
        make.physical("a", "water", "1"),
        make.physical("b", "water", None),
        make.physical("c", "sand", None, state="not_applicable"),
    ]
    totals = [
        make.total("a", "1"),
        make.total("b", None),
        make.total("c", None, enabled=2, valued=0, missing=0, not_applicable=2),
    ]
    assert checked(**base(make), physical_account=rows, gep_total=totals, fact=[make.fact()]) == []


@pytest.mark.parametrize("state", ["suppressed", "below_unit", "unknown"])
def test_states_of_publication_are_not_stored(make: Any, state: str) -> None:
    rows = [make.value("a", "water", "1", state=state)]
    only(
        checked(**base(make), value_account=rows),
        "LEDGER-STATE-UNKNOWN",
        f"状态 {state} 不能存入",
        f"The state {state} cannot be stored",
    )


@pytest.mark.parametrize(
    ("amount", "state"),
    [(None, "value"), (Decimal(0), "not_available"), (Decimal(3), "not_applicable"), (Decimal(3), "refused")],
)
def test_state_and_amount_agree(make: Any, amount: Any, state: str) -> None:
    for table, row in (
        ("physical_account", make.physical("a", "water", "1") | {"quantity": amount, "state": state}),
        ("value_account", make.value("a", "water", "1") | {"value": amount, "state": state}),
        ("fact", make.fact(quantity=amount, state=state)),
    ):
        only(checked(**base(make), **{table: [row]}), "LEDGER-STATE-AMOUNT", "不符", "does not agree")


def test_the_counts_of_a_total(make: Any) -> None:
    rows = [make.total("a", "5", enabled=4, valued=2, missing=0, not_applicable=1)]
    found = only(checked(**base(make), gep_total=rows), "LEDGER-TOTAL-COUNTS", "启用的服务数 4", "add up to 3")
    assert found.difference == "1"
    rows = [make.total("a", "5", enabled=1, valued=2, missing=0, not_applicable=-1)]
    only(checked(**base(make), gep_total=rows), "LEDGER-TOTAL-COUNTS", "启用的服务数 1", "1 services are enabled")


@pytest.mark.parametrize(
    ("gep", "valued", "missing", "void"),
    [
        ("5", 1, 1, 0),
        (None, 2, 0, 0),
        ("0", 0, 0, 2),
    ],  # a number beside a gap; no number although all is known; all n/a is no zero
)
def test_a_total_is_given_exactly_when_it_is_known(make: Any, gep: Any, valued: int, missing: int, void: int) -> None:
    rows = [make.total("a", gep, enabled=valued + missing + void, valued=valued, missing=missing, not_applicable=void)]
    only(checked(**base(make), gep_total=rows), "LEDGER-TOTAL-MISSING", f"缺数的服务 {missing} 项", f"{missing} missing")


@pytest.mark.parametrize(
    ("coarse", "fine"),
    [("crop", "crop/-/rice"), ("soil/n", "soil/n/-/forest"), ("soil/-/-/forest", "soil/n/-/forest"), ("x", "x/a/b/c")],
)
def test_a_subtotal_beside_its_parts(make: Any, coarse: str, fine: str) -> None:
    rows = [make.physical("a", coarse, "3"), make.physical("a", fine, "3")]
    found = only(checked(**base(make), physical_account=rows), "LEDGER-LEAF-AND-PARTS", "重复计算", "count it twice")
    assert found.found == "/".join([*coarse.split("/"), "-", "-", "-"][:4])
    rows = [make.value("a", coarse, "3"), make.value("a", fine, "3")]
    assert [f.code for f in checked(**base(make), value_account=rows)] == ["LEDGER-LEAF-AND-PARTS"]


@pytest.mark.parametrize(
    "other",
    [
        {"unit": "m3"},  # retained soil in t beside silt in m3
        {"region_code": "b"},
        {"zone": "z1"},
        {"profile": "seea-like"},
        {"state": "not_available", "quantity": None},  # noted as missing as a whole: no number to count twice
        {"service": "crops"},
    ],
)
def test_what_only_looks_like_a_subtotal(make: Any, other: Any) -> None:
    rows = [make.physical("a", "crop/-/rice", "3"), make.physical("a", "crop", "3") | other]
    assert checked(**base(make), physical_account=rows) == []


def test_the_tree_of_regions(make: Any) -> None:
    only(
        checked(region=[make.region("a", "zz")]),
        "LEDGER-REGION-PARENT",
        "上级 zz 不在区划表中",
        "zz, is not in the table of regions",
    )
    overlap = [make.region("a", valid_to="2015-12-31"), make.region("a", valid_from="2015-12-31")]
    only(checked(region=overlap), "LEDGER-REGION-OVERLAP", "有效期重叠", "overlap")
    sound = [make.region("a", valid_to="2015-12-30"), make.region("a", valid_from="2015-12-31")]
    assert checked(region=sound) == []
    circle = checked(region=[make.region("a", "b"), make.region("b", "a"), make.region("d", "a")])
    assert [(f.code, f.place.key.split()[1]) for f in circle] == [
        ("LEDGER-REGION-CIRCLE", "code=a"),
        ("LEDGER-REGION-CIRCLE", "code=b"),
    ]
    assert "又回到自身" in circle[0].text("zh")
    assert "leads back to itself" in circle[0].text("en")


def test_a_region_of_an_account_is_valid_in_its_year_and_so_is_what_stands_above(make: Any) -> None:
    rows = [make.physical("zz", "water", "1"), make.physical("zz", "sand", "1")]
    found = only(checked(**base(make), physical_account=rows), "LEDGER-REGION-UNKNOWN", "行政区 zz 在 2020 年", "The region zz")
    assert found.place.column == "region_code"
    for lost in ({"code": "a", "valid_to": "2020-12-30"}, {"code": "c", "valid_from": "2021-01-01"}):
        regions = [r | (lost if r["code"] == lost["code"] else {}) for r in base(make)["region"]]
        found = checked(region=regions, release_state=[make.state()], gep_total=[make.total("a", "1")])
        assert [(f.code, f.found) for f in found] == [("LEDGER-REGION-UNKNOWN", lost["code"])]


def test_every_year_of_an_account_has_a_state(make: Any) -> None:
    rows = [make.value("a", "water", "1", year=2019), make.value("a", "water", "1")]
    only(checked(**base(make), value_account=rows), "LEDGER-STATE-MISSING", "2019 年", "of 2019")
