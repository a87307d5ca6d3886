"""Causes between profiles or vintages as people read them, and as chart data: overview, services where few, what is amiss."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from rich.console import Console

from gep.accounts.decompose import Change, ratio_change
from gep.base.records import Names
from gep.explain.change import Causes, Leaf, PlaceChange, Ratio
from gep.explain.changes import Explained
from gep.report.explained import EXPLAINED_WORDS, FEW, explained
from gep.report.explained_chart import explained_chart, write_explained_chart

F = Fraction
OCTET = 10**8


def leaf(place: str, service: str, left: int, right: int, **parts: Fraction) -> Leaf:
    return Leaf(place, (service, "-", "-", "-"), None, None, Change(F(left * OCTET), F(right * OCTET), parts))  # type: ignore[arg-type]


def place(code: str, *leaves: Leaf, gdp: tuple[int, int] = (100, 100)) -> PlaceChange:
    held = leaves or (
        leaf(code, "wood", 10, 13, correction=F(3 * OCTET)),
        leaf(code, "water", 20, 15, method=F(-5 * OCTET)),
        leaf(code, "air", 7, 7),
    )
    made = PlaceChange(code, "county", (code,), (code,), (Names(f"县{code}", f"County {code}"),), held)
    total = made.total
    if total.residual or not gdp[0]:
        return made
    geps = (total.left or F(0), total.right or F(0))
    ratio = ratio_change(geps, (F(gdp[0] * OCTET), F(gdp[1] * OCTET)), total.parts)
    names = Names("绿金指数", "Green-gold index"), Names("地区生产总值", "GDP")
    return replace(made, ratios=(Ratio("ggi", *names, "1", ratio, ("preliminary", "final")),))


def held(*places: PlaceChange, year: int = 2020, basis: str = "current", profile: str = "p", currency: str = "CNY") -> Explained:
    services = {s: Names(s, s) for s in ("wood", "water", "air")}
    return Explained(Causes("vintages", ("3", "5"), profile, basis, currency, services, places, year))


def printed(found: list[Explained], lang: str, *, detail: bool = False) -> str:
    console = Console(width=200, record=True, markup=False, highlight=False, color_system=None, file=io.StringIO())
    console.print(explained(found, lang, detail=detail))
    return console.export_text()


def test_words_stand_in_both_languages() -> None:
    assert set(EXPLAINED_WORDS["zh"]) == set(EXPLAINED_WORDS["en"])


def test_one_place_is_told_by_service_without_those_that_did_not_change() -> None:
    text = printed([held(place("51"))], "en")
    for piece in ("2020  p  current", "County 51", "vintage 5", "wood", "water", "correction", "3.0000", "-5.0000", "-2.0000"):
        assert piece in text
    assert "air" not in text
    assert "regions and years" not in text
    assert "方法" in printed([held(place("51"))], "zh")


def test_many_places_have_a_row_each_and_their_services_on_request() -> None:
    places = [place(str(51 + i)) for i in range(FEW + 1)]
    text = printed([held(*places)], "en")
    assert "5 regions and years in all" in text
    assert all(f"{p.id} County {p.id}" in text for p in places)
    assert "wood" not in text
    assert "wood" in printed([held(*places)], "en", detail=True)


def test_what_differs_between_rows_has_a_column() -> None:
    one = printed([held(place("51"), place("52"))], "en")
    assert "price basis" not in one
    several = [held(place("51")), held(place("51"), basis="constant:2020", profile="q"), held(place("51"), currency="USD")]
    text = printed(several, "en")
    for piece in ("price basis", "constant:2020", "profile", "currency", "USD"):
        assert piece in text


def test_the_index_by_what_gep_and_what_gdp_did() -> None:
    # GEP 37 → 35, GDP 100 → 50: the index 0.37 → 0.7; GEP −2·(1/100 + 1/50)/2 = −0.03, GDP 0.36
    text = printed([held(place("51", gdp=(100, 50)), place("52"))], "en")
    for piece in ("GEP changed", "GDP changed", "-0.0300", "+0.3600", "+0.3300"):
        assert piece in text


def test_what_is_amiss_is_told() -> None:
    fault = place("51", leaf("51", "wood", 10, 14, correction=F(3 * OCTET)))
    made = replace(held(fault), mingled=("51/water/-/-/-",))
    assert made.unexplained == (("51/wood/-/-/-", F(OCTET)),)
    told = made.as_dict()
    assert told["unexplained"] == [{"line": "51/wood/-/-/-", "amount": "100000000.0000"}]
    assert told["mingled"] == ["51/water/-/-/-"]
    text = printed([made], "en")
    assert "Unexplained (a fault; run gep verify --reperform): 1 (51/wood/-/-/-)" in text
    assert "in equal shares: 1 (51/water/-/-/-)" in text
    chart = explained_chart("vintages", ("3", "5"), [made, held(place("52"))])
    assert chart["left_out"] == ["2020/51"]
    assert {c["place"] for c in chart["charts"]} == {"52"}


def test_of_nothing_nothing_is_said() -> None:
    assert printed([], "zh").strip() == ""


def test_chart_data_of_several_years(tmp_path: Path) -> None:
    found = [held(place("51")), held(place("51"), year=2021)]
    path = tmp_path / "chart.json"
    write_explained_chart(path, "vintages", ("3", "5"), found)
    made = json.loads(path.read_text(encoding="utf-8"))
    assert (made["schema"], made["left"], made["right"], made["profile"]) == ("gep.change/1", "3", "5", None)
    ids = [c["id"] for c in made["charts"]]
    assert len(ids) == len(set(ids))
    assert "2021/p/current/51/gep/gep" in ids
    for chart in made["charts"]:
        steps = chart["steps"]
        assert (chart["profile"], chart["price_basis"]) == ("p", "current")
        assert all(a["end"] == b["start"] for a, b in pairwise(steps[:-1]))
        assert steps[-2]["end"] == steps[-1]["end"]
