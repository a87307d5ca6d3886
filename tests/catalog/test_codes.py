"""The shipped code lists and crosswalks: whole trees, no code twice, and what the classifications say of themselves."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date

import pytest

from gep.base.data import data_root
from gep.base.records import Code
from gep.catalog.load import load
from gep.catalog.record import Catalog

FOLDER = data_root() / "coefficients" / "codes"
TOPS = ("forest", "shrub", "grassland", "wetland", "farmland", "urban", "desert", "glacier_snow", "bare", "other")
CLASS_00 = {"0303", "0304", "0306", "0402", "0603", "1105", "1106", "1108"}


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load(data_root() / "coefficients")


def line_of(listed: dict[str, Code], code: str) -> list[str]:
    found = [code]
    while listed[found[-1]].parent:
        found.append(listed[found[-1]].parent)
        assert len(found) < 10, f"the tree above {code} runs in a circle"
    return found


def rows() -> list[dict[str, str]]:
    read = []
    for path in sorted(FOLDER.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            read += [dict(row) for row in csv.DictReader(file)]
    return read


def test_no_code_stands_twice() -> None:
    counted = Counter((row["scheme"], row["code"]) for row in rows())
    assert len(counted) > 300
    assert [code for code, times in counted.items() if times > 1] == []


def test_every_code_is_named_in_both_languages_and_has_no_space_around_it() -> None:
    for row in rows():
        for field in ("scheme", "code", "zh", "en"):
            assert row[field], row
            assert row[field] == row[field].strip(), row


def test_every_parent_exists_and_no_tree_runs_in_a_circle(shipped: Catalog) -> None:
    for listed in shipped.codes.values():
        for code in listed:
            line_of(dict(listed), code)


def test_ecosystems_keep_their_ten_top_codes(shipped: Catalog) -> None:
    listed = dict(shipped.codes["ecosystem"])
    assert tuple(c for c, made in listed.items() if not made.parent) == TOPS
    depth = {"level-I": 1, "level-II": 2, "level-III": 3}
    for code, made in listed.items():
        line = line_of(listed, code)
        assert len(line) == depth[made.edition], code
        assert code.split(".")[0] == line[-1], code  # the code itself says under which top it stands


def test_ecosystems_below_the_top_have_a_source(shipped: Catalog) -> None:
    for code in (c for c in shipped.codes["ecosystem"].values() if c.parent):
        assert code.attrs["source"] in shipped.sources, code.code


@pytest.mark.parametrize("code", ["0101", "0307K", "05H1", "08H2A", "0810A", "1104A", "1104K", "1107A", "00", "12"])
def test_land_survey_codes_are_text(shipped: Catalog, code: str) -> None:
    assert code in shipped.codes["landsurvey"]


def test_a_land_survey_class_stands_under_its_base(shipped: Catalog) -> None:
    listed = shipped.codes["landsurvey"]
    tops = [f"{n:02d}" for n in range(13)]
    assert [c for c, made in listed.items() if not made.parent] == tops
    for code, made in listed.items():
        if len(code) == 5:
            assert made.parent == code[:4], code
        elif len(code) == 4 and code not in CLASS_00:
            assert made.parent == code[:2], code
        if code.endswith("K"):
            assert made.names.zh.startswith("可调整"), code


def test_wetland_of_the_third_survey_is_the_eight_classes(shipped: Catalog) -> None:
    listed = shipped.codes["landsurvey"]
    marked = {c for c, made in listed.items() if made.attrs.get("class00") == "yes"}
    assert marked == CLASS_00
    assert {c for c, made in listed.items() if made.parent == "00"} == CLASS_00
    # under GB/T 21010-2017 they stand in the class of their first two digits
    assert all(listed[c].attrs["gbt21010_class"] == c[:2] for c in CLASS_00)
    # rivers, lakes, reservoirs, ponds and ditches are water bodies, not wetland
    assert all(listed[c].parent == "11" for c in ("1101", "1102", "1103", "1104", "1107"))


def test_every_class_of_the_survey_has_an_ecosystem(shipped: Catalog) -> None:
    listed = shipped.codes["landsurvey"]
    parents = {made.parent for made in listed.values()}
    tops = {c for c, made in listed.items() if not made.parent and c in parents}
    lines = shipped.crosswalks["landsurvey-ecosystem"]
    assert {line.code_from for line in lines} == set(listed) - tops
    assert all(line.conserves and line.share == 1 for line in lines)
    to = {line.code_from: line.code_to for line in lines}
    assert all(to[code] == to[code[:-1]] for code in to if code.endswith("K"))  # may become cropland again, is none now
    assert {to[c] for c in CLASS_00} <= {c for c in shipped.codes["ecosystem"] if c.startswith("wetland.")}
    # what the trees are, only the forest inventory knows
    assert (to["0301"], to["0305"], to["0401"]) == ("forest", "shrub", "grassland")


@pytest.mark.parametrize("name", ["service-seea", "service-cices"])
def test_every_service_has_a_counterpart_or_none(shipped: Catalog, name: str) -> None:
    services = {c for c, made in shipped.codes["service"].items() if made.attrs["kind"] == "service"}
    to: dict[str, set[str]] = {}
    for line in shipped.crosswalks[name]:
        to.setdefault(line.code_from, set()).add(line.code_to)
    assert set(to) == services
    assert {service for service, codes in to.items() if codes == {"none"}} == {"oxygen_release", "negative_oxygen_ions"}
    assert all(codes == {"none"} for codes in to.values() if "none" in codes)  # none of it beside something says nothing


@pytest.mark.parametrize("scheme", ["iucn_get", "seea_service", "cices"])
def test_every_code_of_an_outside_list_is_used_or_stands_above_one(shipped: Catalog, scheme: str) -> None:
    listed = dict(shipped.codes[scheme])
    used = {line.code_to for lines in shipped.crosswalks.values() for line in lines if line.scheme_to == scheme}
    assert {above for code in used for above in line_of(listed, code)} == set(listed)


def test_every_top_ecosystem_has_a_group_of_the_typology(shipped: Catalog) -> None:
    listed = dict(shipped.codes["ecosystem"])
    related = {line_of(listed, line.code_from)[-1] for line in shipped.crosswalks["ecosystem-iucn_get"]}
    assert related == set(TOPS)


def test_the_districts_of_hangzhou_change_in_2021(shipped: Catalog) -> None:
    regions = shipped.codes["region"]

    def valid(day: date) -> set[str]:
        return {c for c, r in regions.items() if r.parent == "330100" and r.valid_from <= day <= r.valid_to}

    before, after = valid(date(2020, 12, 31)), valid(date(2021, 12, 31))
    assert before - after == {"330103", "330104"}  # 下城区, 江干区
    assert after - before == {"330113", "330114"}  # 临平区, 钱塘区
    assert len(after) == 13
    assert valid(date(2021, 4, 8)) == before
    assert valid(date(2021, 4, 9)) == after


def test_regions_of_zhejiang_form_one_tree(shipped: Catalog) -> None:
    regions = {c: r for c, r in shipped.codes["region"].items() if c.startswith("33")}
    assert [c for c, r in regions.items() if not r.parent] == ["330000"]
    levels = Counter(r.attrs["level"] for r in regions.values() if r.valid_to == date.max)
    assert levels == {"province": 1, "prefecture": 11, "county": 90}  # as listed after 2021
    for code, region in regions.items():
        assert region.parent in ("", "330000", f"{code[:4]}00"), code
        assert region.attrs["source"] in shipped.sources
