"""The cookbook over a small store made to hold what the example city has not: missing figures, two vintages, a new code, unlike levels."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gep.ledger import releases, store
from gep.ledger.cookbook import answer, recipe
from tests.ledger.conftest import START, Rows

D = Decimal


def leaves(vintage: int, soil_of_b: str | None) -> dict[str, Iterable[dict[str, object]]]:
    """City c with counties a, b and, from 2021, d in place of b. Water is worth 10, 11; soil as given."""
    at = {"vintage": vintage}
    values: list[dict[str, object]] = []
    for year, counties in ((2020, "ab"), (2021, "ad")):
        for code in counties:
            values.append(Rows.value(code, "water", "10", year=year, region_name=code, **at))
            soil = soil_of_b if code == "b" else "5"
            values.append(Rows.value(code, "soil", soil, year=year, region_name=code, **at))
    b_total = None if soil_of_b is None else str(10 + int(soil_of_b))
    city = None if b_total is None else str(15 + int(b_total))
    totals = [
        Rows.total("a", "15", region_name="a", **at), Rows.total("b", b_total, region_name="b", **at),
        Rows.total("c", city, region_level="city", region_name="c", **at),
        Rows.total("a", "15", year=2021, region_name="a", **at), Rows.total("d", "15", year=2021, region_name="d", **at),
        Rows.total("c", "30", year=2021, region_level="city", region_name="c", **at),
    ]  # fmt: skip
    regions = [
        Rows.region("c", level="city", **at), Rows.region("a", "c", **at), Rows.region("b", "c", valid_to="2020-12-31", **at),
        Rows.region("d", "c", valid_from="2021-01-01", **at),
    ]  # fmt: skip
    states = [Rows.state(vintage, year, seq=vintage, at=START.replace(month=vintage)) for year in (2020, 2021)]
    run = Rows.run(vintage, years="2020,2021", at=START.replace(month=vintage))
    return {"value_account": values, "gep_total": totals, "region": regions, "release_state": states, "run": [run]}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Vintage 1 of January lacks the soil of b; vintage 2 of February has it: 7."""
    folder = tmp_path_factory.mktemp("traps")
    for vintage, soil in ((1, None), (2, "7")):
        releases.write(folder / "releases" / str(vintage), leaves(vintage, soil), {}, {"vintage": vintage})
    store.rebuild(folder / "accounts.duckdb", [folder / "releases" / "1", folder / "releases" / "2"])
    return folder / "accounts.duckdb"


def asked(path: Path, name: str, as_of: Any = None, **given: str) -> list[dict[str, Any]]:
    result = answer(path, recipe(name), given, as_of=as_of).result
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


JANUARY = START.replace(day=31).date()


def test_a_missing_figure_blocks_its_region_and_those_above(path: Path) -> None:
    found = asked(path, "missing-figures", JANUARY, year="2020")
    assert [(r["region_code"], r["key"], r["blocked"]) for r in found] == [("b", "soil/-/-/-", "b c")]
    assert asked(path, "missing-figures", year="2020") == []


def test_a_total_that_is_unknown_has_no_change_and_no_rank(path: Path) -> None:
    city = asked(path, "gep-trend", JANUARY, region="c")
    assert [(r["year"], r["gep"], r["change"]) for r in city] == [(2020, None, None), (2021, D(30), None)]
    ranks = {r["region_code"]: r["place"] for r in asked(path, "gep-ranking", JANUARY, year="2020", base_year="2019")}
    assert ranks == {"a": 1, "b": None}


def test_a_driver_that_one_county_lacks_is_unknown_and_so_are_all_shares(path: Path) -> None:
    found = {r["service"]: r for r in asked(path, "service-drivers", JANUARY, region="c", year="2021", base_year="2020")}
    assert (found["soil"]["before"], found["soil"]["after"], found["soil"]["change"]) == (None, D(10), None)
    assert (found["water"]["before"], found["water"]["after"]) == (D(20), D(20))
    assert {r["share_percent"] for r in found.values()} == {None}
    known = {r["service"]: r for r in asked(path, "service-drivers", region="c", year="2021", base_year="2020")}
    assert (known["soil"]["change"], known["soil"]["share_percent"]) == (D(-2), 100)


def test_what_was_known_on_a_day(path: Path) -> None:
    before, after = asked(path, "known-on-a-date", region="c", day="2026-01-31")
    assert (before["vintage_known"], before["gep_known"]) == (1, None)
    assert (before["vintage_now"], before["gep_now"], before["revised_by"]) == (2, D(32), None)
    assert (after["gep_known"], after["gep_now"], after["revised_by"]) == (D(30), D(30), D(0))


def test_two_vintages(path: Path) -> None:
    found = {r["service"]: r for r in asked(path, "two-vintages", region="b", year="2020")}
    soil = found["soil"]
    assert (soil["old"], soil["old_state"], soil["new"], soil["new_state"], soil["difference"]) == (
        None, "not_available", D(7), "value", None,
    )  # fmt: skip
    assert found["water"]["difference"] == 0


def test_a_county_with_a_new_code_is_unpaired(path: Path) -> None:
    soil = next(r for r in asked(path, "price-or-quantity", region="c", year="2021", base_year="2020") if r["service"] == "soil")
    assert (soil["before"], soil["after"], soil["change"], soil["unpaired"]) == (D(12), D(10), D(-2), D(5) - D(7))
    points = {
        r["region_code"]: r["points"] for r in asked(path, "county-contributions", region="c", year="2021", base_year="2020")
    }
    assert points == {"a": 0.0, "b": None, "c": pytest.approx(-6.25), "d": None}  # (30 - 32) / 32
