"""The product catalogue: what it lists, the gap to the realised value, what stays unknown, and the same bytes each time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from gep.base.findings import Finding, Refused
from gep.book import Book
from gep.cli.catalogue import catalogue as verb
from gep.report.product_catalogue import (
    FORMATS,
    NOT_RETURNED,
    PHYSICAL_ONLY,
    Money,
    ProductCatalogue,
    Row,
    as_data,
    written,
)
from gep.workflow.catalogue import LineKey, _of_line, catalogue, gap
from gep.workflow.demo import Demo
from gep.workflow.run import run
from gep.workflow.submit import submit
from tests.ready import Ready

D = Decimal
GARZE = "513300"
CITY, COMPLETE, LACKING, WITHOUT, UNKNOWN = GARZE, "513301", "513322", "513323", "513324"
COLUMNS = ("region", "period", "item", "category", "part", "value", "state", "unit", "department", "source", "evidence", "note")
RETURN = dict.fromkeys(("part", "state", "source", "evidence", "note"), "") | {
    "region": GARZE,
    "period": "2010",
    "item": "realised_value",
    "unit": "亿元",
    "department": "发改委",
}


def sold(service: str, value: str = "", **more: str) -> dict[str, str]:
    return RETURN | {"category": service, "value": value} | more


def one(made: ProductCatalogue, service: str, region: str = GARZE) -> Row:
    (row,) = [r for r in made.rows if (r.level, r.service.code, r.region.code) == ("service", service, region)]
    return row


def products(made: ProductCatalogue, service: str, region: str = GARZE) -> list[Row]:
    return [r for r in made.rows if (r.level, r.service.code, r.region.code) == ("product", service, region)]


def group(made: ProductCatalogue, name: str, region: str = GARZE) -> Row:
    level = "total" if name == "gep" else "class"
    fit = [r for r in made.rows if r.level == level and r.region.code == region and r.service_class in (name, "")]
    (row,) = fit
    return row


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [f.code for f in findings]


@pytest.fixture(scope="module")
def plain(demo: Demo) -> ProductCatalogue:
    """The demo book as shipped: nobody has returned a realised value."""
    made, told = catalogue(demo.book)
    assert told == ()
    return made


def hand_in(book: Book, folder: Path, *lines: Mapping[str, str]) -> None:
    """Submit these returns as one file."""
    path = folder / "sold.csv"
    text = [",".join(COLUMNS), *(",".join(line[c] for c in COLUMNS) for line in lines)]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    (taken,) = submit(book, [path])
    assert taken.status == "accepted", [f.text("en") for f in taken.findings]


@pytest.fixture(scope="module")
def returned(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The Garze book with realised values of some services, good and bad."""
    folder = tmp_path_factory.mktemp("sold")
    book = ready.copy(ready.book("garze-2010"), folder / "book")
    hand_in(
        book,
        folder,
        sold("crop_products", "10.00"),
        sold("eco_energy", "60"),
        sold("tourism_recreation", "30", source="gep_demo"),
        sold("carbon_sequestration", state="not_available", note="交易额未掌握"),
        sold("water_retention", state="not_applicable", note="没有交易"),
        sold("forestry_products", "0.2", period="2010-06"),
        sold("material", "90"),
        sold("leisure", "1"),
    )
    made = run(book, profiles=["garze-2017"])
    assert made.vintage is not None
    return book


# ---- what is listed


def test_the_head_says_what_it_is_of(demo: Demo, plain: ProductCatalogue) -> None:
    head = plain.head
    assert (head.year, head.profile.code, head.vintage, head.state) == (2010, "garze-2017", 13, "preliminary")
    assert (demo.book.rules / head.rules_hash / "frozen.json").is_file()
    assert (head.currency, head.price_basis) == ("CNY", "current")


def test_every_service_of_the_profile_stands_once_in_its_class(demo: Demo, plain: ProductCatalogue) -> None:
    scheme = demo.book.catalog.schemes["garze-2017"]
    listed = [(r.service.code, r.service_class) for r in plain.rows if r.level == "service"]
    assert sorted(listed) == sorted((s.id, s.service_class) for s in scheme.services)
    assert [r.service_class for r in plain.rows if r.level == "class"] == ["material", "regulating", "cultural"]


def test_a_product_line_has_quantity_method_and_value(plain: ProductCatalogue) -> None:
    silt = next(r for r in products(plain, "soil_retention") if r.benefit.code == "silt")
    # 38.86 × 10⁸ t × the share of silt ÷ its density, printed as 10.03 × 10⁸ m³ and 156.24 × 10⁸ yuan
    assert (silt.unit, silt.methods) == ("m3", ("soil_retention.silt@1",))
    assert silt.quantity == D("1002838709.677419")
    assert silt.potential == Money("value", D("15624227096.7742"))
    assert (silt.benefit.zh, silt.benefit.en) != ("", "")


def test_a_line_over_ecosystems_is_their_sum(plain: ProductCatalogue) -> None:
    (pest,) = products(plain, "pest_control")
    assert [e.code for e in pest.ecosystems] == ["forest", "grassland"]
    # 158 × 10⁸ m² + 711.13 × 10⁸ m²; 5.925 × 10⁸ + 8.0002125 × 10⁸ yuan
    assert (pest.quantity, pest.potential.amount) == (D("86913000000.000000"), D("1392521250.0000"))
    assert pest.methods == ("returned",)


def test_value_only_and_physical_only_lines_say_so(plain: ProductCatalogue) -> None:
    value, visits = products(plain, "tourism_recreation")
    assert (value.quantity, value.quantity_state, value.potential.amount) == (None, "value_only", D("7066690000.0000"))
    assert value.methods == ("returned",)
    assert (visits.quantity, visits.unit, visits.potential) == (D("3586800.000000"), "visit", Money(PHYSICAL_ONLY))


def test_market_is_the_judgement_of_the_service_codes(plain: ProductCatalogue) -> None:
    said = {r.service.code: (r.market, r.market_source) for r in plain.rows if r.level == "service"}
    assert said["crop_products"] == said["water_supply"] == said["tourism_recreation"] == ("yes", "expert")
    assert said["carbon_sequestration"] == ("partly", "expert")
    assert said["oxygen_release"] == said["climate_regulation"] == ("no", "expert")


def test_totals_are_those_of_the_accounts(plain: ProductCatalogue) -> None:
    # 632.6455 + 6845.59435347… + 70.6669 × 10⁸ yuan
    parts = [group(plain, c).potential.amount for c in ("material", "regulating", "cultural")]
    assert parts == [D("63264550000.0000"), D("684559435347.7923"), D("7066690000.0000")]
    assert group(plain, "gep").potential.amount == sum(p for p in parts if p is not None)
    for name in ("material", "regulating", "cultural"):
        mine = [r.potential.amount for r in plain.rows if r.level == "service" and r.service_class == name]
        assert group(plain, name).potential.amount == sum(a for a in mine if a is not None)


def test_what_rests_on_illustrative_coefficients_is_marked_and_nothing_else(plain: ProductCatalogue) -> None:
    marked = {(r.level, r.service.code) for r in plain.rows if r.illustrative}
    assert marked == {("total", "-"), ("class", "-"), ("service", "climate_regulation"), ("product", "climate_regulation")}
    assert not group(plain, "material").illustrative


# ---- realised value and gap


def test_without_returns_nothing_is_inferred(plain: ProductCatalogue) -> None:
    services = [r for r in plain.rows if r.level == "service"]
    assert {r.realised for r in services} == {Money(NOT_RETURNED)}
    assert {r.gap for r in plain.rows if r.level != "product"} == {Money("not_available")}
    assert group(plain, "gep").realised == Money("not_available")


def test_the_gap_is_potential_less_realised(returned: Book) -> None:
    made, _ = catalogue(returned)
    crop = one(made, "crop_products")
    # 12.2875 − 10.00 = 2.2875 × 10⁸ yuan
    assert (crop.realised.amount, crop.gap) == (D(1000000000), Money("value", D("228750000.0000")))
    # a class whose services are all known: 70.6669 − 30 = 40.6669 × 10⁸
    assert group(made, "cultural").gap == Money("value", D("4066690000.0000"))
    assert group(made, "material").realised == Money("not_available")  # forestry and others were not returned
    assert all(r.realised.amount is None for r in made.rows if r.level == "product")


def test_an_unknown_realised_value_stays_unknown(returned: Book) -> None:
    made, _ = catalogue(returned)
    carbon, water = one(made, "carbon_sequestration"), one(made, "water_retention")
    assert (carbon.realised, carbon.gap) == (Money("not_available"), Money("not_available"))
    assert (water.realised, water.gap) == (Money("not_applicable"), Money("not_applicable"))
    assert one(made, "forestry_products").realised == Money(NOT_RETURNED)


def test_returns_that_no_row_can_hold_are_told(returned: Book) -> None:
    _, told = catalogue(returned)
    assert sorted(codes(told)) == [
        "CATALOGUE-GAP-NEGATIVE",
        "CATALOGUE-REALISED-PERIOD",
        "CATALOGUE-REALISED-UNPLACED",
        "CATALOGUE-REALISED-UNPLACED",
    ]
    by_code = {f.code: f for f in told}
    # 50.509 − 60 = −9.491 × 10⁸
    assert by_code["CATALOGUE-GAP-NEGATIVE"].difference == "-949100000.000000"
    assert "forestry_products" in by_code["CATALOGUE-REALISED-PERIOD"].text("zh")
    assert "2010-06" in by_code["CATALOGUE-REALISED-PERIOD"].text("en")
    assert all(f.place.file == "sold.csv" and f.place.row for f in told if f.code != "CATALOGUE-GAP-NEGATIVE")


def test_an_illustrative_return_marks_its_row(returned: Book) -> None:
    made, _ = catalogue(returned)
    assert one(made, "tourism_recreation").illustrative
    assert not one(made, "crop_products").illustrative


@pytest.mark.parametrize(
    ("potential", "realised", "expected"),
    [
        (Money("value", D(5)), Money("value", D(7)), Money("value", D(-2))),
        (Money("value", D(5)), Money("value", D(0)), Money("value", D(5))),
        (Money("value", D(5)), Money(NOT_RETURNED), Money("not_available")),
        (Money("not_available"), Money("value", D(5)), Money("not_available")),
        (Money("refused"), Money("not_applicable"), Money("not_available")),
        (Money("not_applicable"), Money("value", D(5)), Money("not_applicable")),
        (Money(PHYSICAL_ONLY), Money("value", D(5)), Money(PHYSICAL_ONLY)),
    ],
)
def test_gap_of_every_kind_of_state(potential: Money, realised: Money, expected: Money) -> None:
    assert gap(potential, realised) == expected


# ---- regions and what is missing


@pytest.fixture(scope="module")
def city(counties: Book, tmp_path_factory: pytest.TempPathFactory) -> ProductCatalogue:
    """Four counties and their city in a trial run, with realised values of crops in all counties and of tourism in the city."""
    root = tmp_path_factory.mktemp("city") / "book"
    shutil.copytree(counties.root, root)
    book = Book(root)
    lines = [sold("crop_products", str(n), region=r) for n, r in enumerate((COMPLETE, LACKING, WITHOUT, UNKNOWN), 1)]
    lines += [sold("tourism_recreation", "100"), sold("eco_energy", "1", region=COMPLETE)]
    hand_in(book, root.parent, *lines)
    assert run(book, trial=True).vintage is not None
    return catalogue(book)[0]


def test_regions_follow_the_tree_and_have_totals(city: ProductCatalogue) -> None:
    assert list(dict.fromkeys(r.region.code for r in city.rows)) == [CITY, COMPLETE, LACKING, WITHOUT, UNKNOWN]
    # four times 12.2875 × 10⁸; 1 + 2 + 3 + 4 = 10 × 10⁸ sold
    crop = one(city, "crop_products", CITY)
    assert (crop.potential.amount, crop.realised.amount) == (D("4915000000.0000"), D("1000000000.000000"))
    lake = next(r for r in products(city, "flood_mitigation", CITY) if r.benefit.code == "lake")
    assert lake.quantity == 4 * D("243000000.000000")
    assert city.head.state == "trial"


def test_an_unknown_value_stays_unknown_up_the_tree(city: ProductCatalogue) -> None:
    states = {r: one(city, "water_retention", r).potential.state for r in (CITY, COMPLETE, LACKING, WITHOUT, UNKNOWN)}
    assert states == {
        CITY: "not_available",
        COMPLETE: "value",
        LACKING: "not_available",
        WITHOUT: "not_applicable",
        UNKNOWN: "not_available",
    }
    (line,) = products(city, "water_retention", CITY)
    assert (line.quantity, line.quantity_state, line.potential) == (None, "not_available", Money("not_available"))
    assert group(city, "gep", CITY).potential == Money("not_available")
    assert group(city, "gep", WITHOUT).potential.state == "value"


def test_a_return_of_the_city_is_that_of_the_city_alone(city: ProductCatalogue) -> None:
    assert one(city, "tourism_recreation", CITY).realised.amount == D("10000000000.000000")
    assert one(city, "tourism_recreation", COMPLETE).realised == Money(NOT_RETURNED)
    # one county of four: the city is unknown, not the figure of that county
    assert one(city, "eco_energy", CITY).realised == Money("not_available")


def test_a_line_beside_others_is_not_the_total_of_the_service() -> None:
    base = {"region_code": "r", "product": "-", "ecosystem": "-", "unit": None, "state": "value"}
    own, other = base | {"benefit": "-", "value": D(10)}, base | {"benefit": "b", "value": D(5)}
    rollup = {("r", "s", "-", "-"): [{"value": D(15), "state": "value", "unit": None}]}
    above = {"r": frozenset({"r"}), "p": frozenset({"r", "p"}), "q": frozenset({"r", "q"})}
    held = SimpleNamespace(above=above, lowest=frozenset({"r"}), value={("r", "s"): [own, other]}, value_rollup=rollup)
    line: Any = (held, "r", "s", LineKey("-", "-", ""), "value")
    assert _of_line(*line) == Money("value", D(10))
    # two regions below, and only one of them has the line
    held.lowest, held.value = frozenset({"p", "q"}), {("r", "s"): [own | {"region_code": "p"}, other]}
    assert _of_line(*line) == Money("not_available")


# ---- which result


def test_a_profile_without_prices_lists_quantities_only(demo: Demo, tmp_path: Path) -> None:
    shutil.copytree(demo.book.root, tmp_path / "book")
    (tmp_path / "book" / "local" / "schemes" / "bare.toml").write_text(BARE, encoding="utf-8")
    book = Book(tmp_path / "book")
    hand_in(book, tmp_path, sold("flood_mitigation", "1"))
    run(book, profiles=["bare"], trial=True)
    made, told = catalogue(book, profile="bare")
    assert [r.level for r in made.rows] == ["service", "product"]
    service, lake = made.rows
    assert (service.potential, service.gap) == (Money(PHYSICAL_ONLY), Money(PHYSICAL_ONLY))
    assert (lake.quantity, lake.potential) == (D("243000000.000000"), Money(PHYSICAL_ONLY))
    # yuan cannot be taken from dollars, so the return is told and not shown
    assert codes(told) == ["CATALOGUE-REALISED-CURRENCY"]
    assert service.realised == Money(NOT_RETURNED)


BARE = """id = "bare"
kind = "gep_profile"
zh = "只有实物量"
en = "Quantities only"
version = "1"
status = "enabled"
source = "garze2017"
rules = []
parameter_sets = ["garze-2017", "common"]
currency = "USD"
[[service]]
id = "flood_mitigation"
class = "regulating"
[[service.line]]
measure = "lake_regulation"
"""


def test_a_vintage_that_was_overtaken_can_still_be_listed(demo: Demo, copy: Book, plain: ProductCatalogue) -> None:
    again = run(copy, profiles=["garze-2017"])
    assert catalogue(copy)[0].head.vintage == again.vintage
    old, _ = catalogue(copy, vintage=13)
    assert written(old, "json", "zh") == written(plain, "json", "zh")


@pytest.mark.parametrize("asked", [{"year": 1999}, {"profile": "nobody"}, {"vintage": 7}, {"profile": "x' OR 'a'='a"}])
def test_a_result_that_is_not_there_is_refused_with_those_that_are(demo: Demo, asked: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        catalogue(demo.book, **asked)
    (told,) = caught.value.findings
    assert told.code == "CATALOGUE-NO-RESULT"
    assert "2010/garze-2017@13" in told.mend("zh")


def test_frozen_rules_that_are_gone_are_named(copy: Book) -> None:
    shutil.rmtree(copy.rules)
    with pytest.raises(Refused) as caught:
        catalogue(copy)
    assert caught.value.findings[0].code == "VERIFY-HASH"
    assert caught.value.findings[0].place.file.endswith("frozen.json")


def test_a_market_that_is_no_judgement_is_told(copy: Book) -> None:
    folder = copy.local / "codes"
    folder.mkdir()
    head = "scheme,edition,code,parent,zh,en,valid_from,valid_to,class,kind,market,market_source\n"
    text = head + "service,1,crop_products,material,农业产品,Crop products,,,material,service,maybe,local\n"
    (folder / "service.csv").write_text(text, encoding="utf-8")
    made, told = catalogue(Book(copy.root))
    assert codes(told) == ["CATALOGUE-MARKET"]
    assert (one(made, "crop_products").market, one(made, "crop_products").market_source) == ("", "")


# ---- bytes and the command


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_vintage_gives_the_same_bytes(demo: Demo, plain: ProductCatalogue, form: Any, lang: str) -> None:
    again, _ = catalogue(Book(demo.book.root))
    assert written(again, form, lang) == written(plain, form, lang)


def test_the_verb_writes_the_file_its_name_asks_for(demo: Demo, plain: ProductCatalogue, tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(verb)
    root, page = str(demo.book.root), tmp_path / "a.html"
    done = CliRunner().invoke(app, [root, "-o", str(page), "--lang", "zh", "--json"])
    assert done.exit_code == 0, done.output
    assert page.read_bytes() == written(plain, "html", "zh")
    assert json.loads(done.stdout)["result"]["format"] == "html"
    shown = CliRunner().invoke(app, [root, "--format", "csv"])
    assert shown.stdout_bytes == written(plain, "csv", "zh")
    data = CliRunner().invoke(app, [root, "--json"])
    assert json.loads(data.stdout)["result"] == json.loads(json.dumps(as_data(plain)))
    assert CliRunner().invoke(app, [root, "--format", "xml"]).exit_code == 2
    assert CliRunner().invoke(app, [root, "-o", str(tmp_path / "no" / "a.csv")]).exit_code == 2
    assert CliRunner().invoke(app, [root, "--year", "1999"]).exit_code == 1
