"""T5 and S1: the parameters as typed, each once, and every source that they, the rules and the returns rest on."""

from __future__ import annotations

import hashlib

import pytest

from gep.base.records import Names
from gep.book import Book
from gep.workflow.forms import parameters, sources
from gep.workflow.forms.parameters import key_names
from tests.ready import Ready
from tests.workflow.forms.quality_forms import CITY, GARZE, UPPER, Forms, check, column, made, made_each, read, row


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


@pytest.fixture(scope="module")
def both(city: Book) -> dict[str, Forms]:
    return made_each(city, [CITY, UPPER], 2017, parameters.forms, sources.forms)


@pytest.fixture(scope="module")
def garze(ready: Ready) -> Forms:
    return made(ready.book("garze-2010", "all"), GARZE, 2010, parameters.forms, sources.forms)


def test_a_parameter_stands_as_its_source_has_it(garze: Forms) -> None:
    form = garze["T5"]
    (line,) = [x for x in form.lines if form.at[x.code, "code"].printed("en") == "afforestation_cost"]
    assert row(form, line.code, "en")[1:9] == [
        "CNY/t CO₂ (2010 prices)", "afforestation_cost", "", "Garze Tibetan Autonomous Prefecture", "380", "literature",
        "白玛卓嘎 et al. 2017 [garze2017]", "Table 3",
    ]  # fmt: skip
    assert row(form, line.code)[7] == "白玛卓嘎等 2017〔garze2017〕"
    # an efficiency ratio is typed 3.0, and its last digit is not lost
    (ratio,) = [x for x in form.lines if form.at[x.code, "code"].printed("en") == "energy_efficiency_ratio"]
    assert form.at[ratio.code, "value"].printed("en") == "3.0"
    assert form.illustrative


def test_each_parameter_of_the_year_stands_once(city: Book, both: dict[str, Forms]) -> None:
    form = both[CITY]["T5"]
    check(form)
    codes = [line.code for line in form.lines if line.style != "group"]
    with read(city, CITY, 2017) as (reader, _, _):
        sql = (
            "SELECT DISTINCT parameter, key, region_code, source_set, valid_from FROM parameter_used "
            "WHERE split_part(figure, '/', 3) = '2017'"
        )
        assert len(codes) == len(reader.rows(sql))
    assert [line.code for line in form.lines if line.style == "group"] == ["of.gep", "of.assets"]


def test_a_county_has_only_what_its_own_figures_rest_on(both: dict[str, Forms]) -> None:
    codes = {c: {line.code for line in both[c]["T5"].lines} for c in (CITY, UPPER)}
    assert codes[UPPER] < codes[CITY]
    places = set(column(both[UPPER]["T5"], "place"))
    assert places <= {"", "示例市", "示例上游县"}


def test_classes_in_words(city: Book) -> None:
    with read(city, CITY, 2017) as (reader, _, _):
        assert key_names(reader, "-") is None
        assert key_names(reader, "ecosystem:forest;pollutant:so2") == Names("森林 · 二氧化硫", "Forest · Sulphur dioxide")
        assert key_names(reader, "ecosystem:none_such") == Names("none_such", "none_such")


def test_every_source_that_a_parameter_names_is_cited(both: dict[str, Forms], garze: Forms) -> None:
    for forms in (*both.values(), garze):
        cited = set(column(forms["S1"], "code"))
        named = {text.rpartition("〔")[2].removesuffix("〕") for text in column(forms["T5"], "source")}
        assert named <= cited
        check(forms["S1"])


def test_a_citation_and_what_it_is_used_for(garze: Forms) -> None:
    line = row(garze["S1"], "garze2017", "en")
    assert line[0].startswith("白玛卓嘎, 肖燚, 欧阳志云, 王莉雁, 2017, 甘孜藏族自治州生态系统生产总值核算研究")
    assert line[3] == "doi:10.5846/stxb201607011362"
    assert "parameters: 26" in line[4]
    assert row(garze["S1"], "garze2017_back_calculated")[2] == "示例数据"


def test_the_hash_of_a_submitted_file_is_that_of_the_original(ready: Ready, garze: Forms) -> None:
    form = garze["S1.submissions"]
    check(form)
    book = ready.book("garze-2010", "all")
    kept = {hashlib.sha256(p.read_bytes()).hexdigest() for p in book.submissions.iterdir()}
    shown = set(column(form, "sha256"))
    assert shown <= kept
    assert "published.csv" in column(form, "name")  # published figures stand beside the accounts, and their file too
    assert form.at[form.lines[0].code, "department"].printed("zh") == "文旅局"
