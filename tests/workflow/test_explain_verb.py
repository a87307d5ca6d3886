"""explain, the comparison with published figures, and the page of a figure."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from gep.base.findings import Refused
from gep.base.units import parse_unit
from gep.book import Book
from gep.explain.address import COLUMNS, NAMED, POSITIONAL, parse
from gep.explain.explanation import Step
from gep.ledger import query
from gep.report.page import page
from gep.workflow.demo import Demo
from gep.workflow.explain import explain
from gep.workflow.init import init
from gep.workflow.views import Release, rows

GARZE = "value_account/513300/2010"


@pytest.fixture(scope="module")
def book(demo: Demo) -> Book:
    return demo.book


@pytest.fixture(scope="module")
def release(book: Book) -> Release:
    return Release(13, book.releases / "13")


@pytest.fixture
def _read_once(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """One release serves many figures: reading it anew for each of them shows nothing more."""
    monkeypatch.setattr("gep.workflow.explain.release_of", lambda *_: release)


def told(book: Book, address: str) -> Any:
    with pytest.raises(Refused) as caught:
        explain(book, address)
    (one,) = caught.value.findings
    return one


# ---- every figure


@pytest.mark.usefixtures("_read_once")
def test_every_figure_of_the_book_reaches_a_cell_or_a_parameter(book: Book, release: Release) -> None:
    assert len(release.figures) > 120
    stored = {**amounts(book, "value_account", "value"), **amounts(book, "physical_account", "quantity")}
    index = {
        f"{figure}#{column}": amount
        for column in COLUMNS["green_gold_index"]
        for figure, amount in amounts(book, "green_gold_index", column).items()
    }
    index |= amounts(book, "green_gold_index", "ggi")  # the column that an address means if it names none
    assert sum(amount is not None for amount in index.values()) == 6  # two profiles: gep and the two shares
    seen = set()
    for figure in release.figures:
        made = explain(book, figure)
        assert made.address == f"{parse(figure).text()}@13"
        assert {n["kind"] for n in made.nodes} & {"cell", "parameter"}, figure
        assert leaves(made.parts) <= {"cell", "parameter"}, figure
        known = index.get(figure, True) is not None  # nothing of the economy was returned, so most indices are unknown
        assert (made.state == "value", bool(made.amount)) == (known, known), figure
        if figure in stored:
            seen.add(figure)
            # what is explained is what is stored: a returned figure in its own unit, a computed one in that of the account
            exact = Fraction(Decimal(made.amount)) * parse_unit(made.unit).without_price_year().factor
            assert exact == Fraction(stored[figure]), figure
    assert seen == set(stored)


def amounts(book: Book, view: str, column: str) -> dict[str, Decimal]:
    found = {}
    for r in rows(book, f"SELECT * FROM {view}"):
        named = [f"{n}={r[n]}" for n in NAMED[view]]
        found["/".join([view, r["region_code"], str(r["year"]), *(r[k] for k in POSITIONAL[view]), *named])] = r[column]
    return found


def leaves(steps: tuple[Step, ...]) -> set[str]:
    """The kinds of the steps that rest on nothing further."""
    return {k for s in steps for k in (leaves(s.steps) if s.steps else {str(s.node["kind"])})}


def test_the_steps_of_a_figure(book: Book) -> None:
    made = explain(book, f"{GARZE}/soil_retention/silt", "en")
    (value,) = made.parts
    assert (made.amount, made.unit) == (value.amount, "CNY")
    quantity, price = value.steps
    assert (quantity.role, quantity.node["rule"], quantity.unit) == ("quantity", "soil_retention.silt", "m3")
    assert (price.role, price.amount, price.unit, price.source is not None) == ("price", "15.58", "元@2010/m3", True)
    # 0.24 × 38.86×10⁸ t ÷ 0.93 t/m³ = 1002838709.677419… m³, at 15.58 yuan
    assert quantity.amount == "1002838709.677419"
    assert Decimal(value.amount) == Decimal("15624227096.7742")
    fraction, soil, density = quantity.steps
    assert [s.role for s in (fraction, soil, density)] == ["fraction", "soil", "density"]
    assert (soil.node["kind"], soil.amount, soil.unit, soil.node["file"]) == ("cell", "38.86", "亿吨", "natural_resources.csv")
    assert value.formula is not None
    assert "15.58" in value.formula.numbers


def test_names_follow_the_language(book: Book) -> None:
    zh, en = (explain(book, f"{GARZE}/water_supply/-/domestic", lang).parts[0].title for lang in ("zh", "en"))
    assert zh.endswith("· 价值")
    assert en.endswith("· value")
    assert re.search("[一-鿿]", zh)
    assert not re.search("[一-鿿]", en)


# ---- prefixes and columns


@pytest.mark.parametrize(
    ("prefix", "parts"),
    [
        ("", 30), ("/flood_mitigation", 3), ("/soil_retention", 3), ("/water_supply", 3), ("/climate_regulation", 4),
        ("/climate_regulation/transpiration", 3), ("/carbon_oxygen", 2), ("/material", 8), ("/regulating", 21), ("/gep", 30),
    ],
)  # fmt: skip
def test_a_prefix_or_a_code_above_is_the_sum_of_its_leaves(book: Book, prefix: str, parts: int) -> None:
    made = explain(book, GARZE + prefix)
    keys = {"service": "-", "benefit": "-"} | dict(zip(("service", "benefit"), prefix.split("/")[1:], strict=False))
    below = {"carbon_oxygen": ("carbon_sequestration", "oxygen_release")}
    sql = "SELECT service, benefit, value FROM value_account WHERE profile = 'garze-2017'"
    groups = {s: c for c, s in (("material", x) for x in MATERIAL)} | {"tourism_recreation": "cultural"}

    def inside(row: dict[str, Any]) -> bool:
        service, wanted = row["service"], keys["service"]
        above = (service, groups.get(service, "regulating"), "gep", "-")
        return (wanted in above or service in below.get(wanted, ())) and keys["benefit"] in ("-", row["benefit"])

    expected = [r["value"] for r in rows(book, sql) if inside(r)]
    assert (len(made.parts), len(expected)) == (parts, parts)
    assert (Decimal(made.amount), made.unit) == (sum(expected), "CNY")


MATERIAL = ("crop_products", "forestry_products", "livestock_products", "fishery_products", "water_supply", "eco_energy")


@pytest.mark.usefixtures("_read_once")
def test_a_prefix_agrees_with_the_rollup_view(book: Book) -> None:
    where = "profile = 'garze-2017' AND benefit = '-' AND product = '-' AND ecosystem = '-'"
    held = rows(book, f"SELECT service, value FROM value_account_rollup WHERE {where}")
    assert len(held) >= 17
    for r in held:
        address = GARZE if r["service"] == "-" else f"{GARZE}/{r['service']}"
        assert Decimal(explain(book, address).amount) == r["value"], address


def test_quantities_in_several_units_are_added_in_the_base_unit(book: Book) -> None:
    # 2.43×10⁸ + 0.35 × 0.03×10⁸ + 6.00×10⁸ m³: two returned in 亿立方米, one computed in m3
    made = explain(book, "physical_account/513300/2010/flood_mitigation")
    assert (Decimal(made.amount), made.unit, len(made.parts)) == (Decimal(844050000), "m3", 3)


def test_quantities_of_different_kinds_are_listed_and_not_added(book: Book) -> None:
    made = explain(book, "physical_account/513300/2010/soil_retention")
    assert made.amount == ""
    assert set(made.unit.split(" | ")) == {"m3", "t", "亿吨"}
    assert len(made.parts) == 4


def test_the_price_and_the_quantity_of_a_value(book: Book) -> None:
    price = explain(book, f"{GARZE}/water_retention#price")
    assert (price.column, price.amount, price.unit, [n["kind"] for n in price.nodes]) == (
        "price",
        "7.06",
        "元@2010/m3",
        ["parameter"],
    )
    quantity = explain(book, f"{GARZE}/water_retention#quantity")
    assert (quantity.column, quantity.amount, quantity.unit) == ("quantity", "321.49", "亿立方米")
    assert quantity.address.endswith("#quantity@13")


def test_prices_are_never_added(book: Book) -> None:
    # three leaves at one price of 7.06: their sum, 21.18, would be the price of nothing
    made = explain(book, f"{GARZE}/flood_mitigation#price")
    assert (made.amount, made.unit, len(made.parts)) == ("7.06", "元@2010/m3", 1)
    made = explain(book, f"{GARZE}/water_supply#price")  # of households, industry, farming: listed, and none is told for all
    assert (made.amount, len(made.parts)) == ("", 3)


def test_a_value_that_was_returned_has_no_price(book: Book) -> None:
    assert told(book, f"{GARZE}/crop_products#price").code == "EXPLAIN-NO-FIGURE"


@pytest.mark.usefixtures("_read_once")
def test_totals_by_column(book: Book) -> None:
    amounts = {
        c: Decimal(explain(book, f"gep_total/513300/2010#{c}").amount) for c in ("material", "regulating", "cultural", "gep")
    }
    (row,) = rows(book, "SELECT * FROM gep_total WHERE profile = 'garze-2017'")
    assert amounts == {c: row[c] for c in amounts}
    assert (
        explain(book, "gep_total/513300/2010/profile=garze-2017-one-carbon").amount
        != explain(book, "gep_total/513300/2010").amount
    )


# ---- addresses that name nothing


def test_an_unknown_figure_is_told_with_similar_ones(book: Book) -> None:
    one = told(book, f"{GARZE}/water_retenton")
    assert one.code == "EXPLAIN-NO-FIGURE"
    assert one.text("en").startswith(f"There is no figure {GARZE}/water_retenton/-/-/-/")
    assert one.text("zh").startswith("没有地址为 ")
    assert f"{GARZE}/water_retention/" in one.mend("en")
    assert f"{GARZE}/water_retention/" in one.mend("zh")


@pytest.mark.parametrize(
    "address",
    [f"{GARZE}/soil_retention/-/-/forest", f"{GARZE}/gep/-/-/forest", f"{GARZE}/water_retention/silt"],
)
def test_a_key_that_not_every_leaf_is_split_along_names_no_figure(book: Book, address: str) -> None:
    assert told(book, address).code == "EXPLAIN-NO-FIGURE"


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("gep_total/513300/2011", "gep_total/513300/2010/profile=garze-2017@13"),
        ("gep_total/513300/2010@99", "gep_total/513300/2010/profile=garze-2017@13"),
        (f"{GARZE}/crop_products/profile=unheard-of", f"{GARZE}/profile=garze-2017@13"),
        ("gep_total/513301/2010", "gep_total/513300/2010/"),
        ("value_account/513301/2010/crop_products", f"{GARZE}/crop_products/"),
        ("balance_sheet/513300/2010/asset", "-"),
        ("gep_total/513300/last", "-"),
    ],
)
def test_a_year_profile_region_or_vintage_that_is_not_there(book: Book, address: str, near: str) -> None:
    one = told(book, address)
    assert one.code == "EXPLAIN-NO-FIGURE"
    assert near in one.mend("en")


def test_a_book_without_a_run_says_so(tmp_path: Path) -> None:
    book, _ = init(tmp_path / "bare")
    one = told(book, "gep_total/513300/2010")
    assert (one.code, one.text("en")) == ("BOOK-NO-RUN", "The book holds no result yet.")
    assert one.mend("zh") == "先运行 gep run BOOK --year all。"


# ---- published figures


def test_every_printed_line_is_met(book: Book) -> None:
    held = rows(book, "SELECT * FROM published_figure ORDER BY file, row")
    assert len(held) == 103
    assert Counter(r["verdict"] for r in held) == {"meets": 51, "not_computed": 52}
    priced = [
        r for r in held if r["figure"].startswith("value_account") and len(r["figure"].split("/")) <= 6 and "表3" in r["note"]
    ]
    assert {r["verdict"] for r in priced} == {"meets"}
    for r in held:
        if r["verdict"] == "meets":
            printed = Decimal(r["value"])
            assert r["low"] <= r["computed"] <= r["high"]
            assert r["low"] <= printed + r["half_unit"]
            assert r["high"] >= printed - r["half_unit"]


def test_what_the_engine_does_not_split_it_does_not_compare(book: Book) -> None:
    held = {r["figure"]: r for r in rows(book, "SELECT * FROM published_figure")}
    # 2176.00 is all of the forest; the engine splits transpiration and pest control by ecosystem and nothing else
    forest = held["value_account/513300/2010/gep/-/-/forest"]
    assert (forest["verdict"], forest["computed"]) == ("not_computed", None)
    assert held["value_account/513300/2010/climate_regulation/transpiration/-/forest"]["verdict"] == "meets"


def test_a_printed_total_has_the_interval_of_its_inputs(book: Book) -> None:
    held = {r["figure"]: r for r in rows(book, "SELECT * FROM published_figure")}
    # 0.31 is printed with two digits: 380 × (0.305 … 0.315) = 115.9 … 119.7, and 117.3548 lies in it
    carbon = held["value_account/513300/2010/carbon_sequestration"]
    assert [carbon[c] for c in ("low", "computed", "high")] == [Decimal("115.9"), Decimal("117.8"), Decimal("119.7")]
    assert carbon["half_unit"] == Decimal("0.00005")


# ---- the page


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("address", [f"{GARZE}/soil_retention/silt", "gep_total/513300/2010", f"{GARZE}/climate_regulation"])
def test_the_page_needs_no_network_and_runs_no_script(book: Book, address: str, lang: str) -> None:
    text = page(explain(book, address, lang), lang)
    links = {u.rstrip("\"'") for u in re.findall(r"""https?://[^\s"'<>]*""", text)}
    assert links <= {"http://www.w3.org/1998/Math/MathML"}
    assert "<script" not in text.lower()
    assert not re.search(r"""\s(src|href|on\w+)\s*=""", text)
    assert "default-src 'none'" in text
    assert text.startswith("<!doctype html>")
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in text
    assert text.count("<math") == text.count("</math>") > 0


def test_the_page_shows_formula_source_file_and_hash(book: Book) -> None:
    made = explain(book, f"{GARZE}/soil_retention/silt", "zh")
    text = page(made, "zh")
    cell = next(n for n in made.nodes if n["kind"] == "cell")
    assert made.address in text
    assert cell["sha256"] in text
    assert f"{cell['file']}:{cell['row']}" in text
    assert "10.5846/stxb201607011362" in text
    assert "15,624,227,096.7742" in text


# ---- trace as data


def test_the_trace_of_a_figure_evaluates_to_it(book: Book) -> None:
    """Only for products and quotients as they are here: quantity × price from the JSON alone."""
    made = explain(book, f"{GARZE}/soil_retention/silt")
    nodes = {n["id"]: n for n in json.loads(json.dumps([dict(n) for n in made.nodes]))}
    root = nodes[str(made.parts[0].node["id"])]
    quantity, price = (Fraction(Decimal(a["amount"])) * Fraction(a["factor"]) for a in root["arguments"])
    scaled = quantity * price * 10 ** root["places"]
    assert Fraction(round(scaled), 10 ** root["places"]) == Fraction(Decimal(root["result"]))


def test_sql_in_the_four_formats(book: Book) -> None:
    result = query.select(
        book.store, "SELECT service, value FROM value_account WHERE service = 'water_retention' AND profile = 'garze-2017'"
    )
    assert query.render(result, "csv") == b"service,value\nwater_retention,226971940000.0000\n"
    assert json.loads(query.render(result, "json"))["rows"] == [["water_retention", "226971940000.0000"]]
    assert b"226971940000.0000" in query.render(result, "table")
    assert query.render(result, "parquet")[:4] == b"PAR1"
