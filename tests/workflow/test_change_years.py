"""compare --years, the causes: a small book with a mix of ecosystems that shifts, a class that appears, a merger, prices, GDP."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gep import cli
from gep.base.findings import Refused
from gep.book import Book
from gep.catalog.config import SCHEMA
from gep.explain.change import Causes, Leaf, PlaceChange
from gep.ledger.query import select
from gep.workflow.change_regions import change_regions
from gep.workflow.change_years import change_years
from gep.workflow.init import init
from gep.workflow.run import run

COLUMNS = "region,period,item,category,part,value,state,unit,department,source,evidence,note,attr.vintage,attr.price_basis\n"
TOML = f"""schema = {SCHEMA}
zh = "示例"
en = "Made up"
illustrative = true
schemes = ["one"]
leaf_level = "county"
"""
REGION = '[[region]]\ncode = "{code}"\nparent = "{parent}"\nlevel = "{level}"\nzh = "{zh}"\nen = "{en}"\n{more}\n'
MERGER = (
    '[[region_change]]\ndate = 2011-01-01\nkind = "merge"\nfrom = ["52", "53"]\nto = ["54"]\ndocument = "示例政函〔2010〕9 号"\n'
)
SCHEME = """id = "one"
kind = "gep_profile"
zh = "示例方案"
en = "Made-up profile"
version = "1"
status = "enabled"
source = "garze2017"
rules = []
parameter_sets = ["made"]
currency = "CNY"
price_basis = "current"
[[service]]
id = "crop_products"
class = "material"
[[service.line]]
measure = "crop_net_output"
value_only = true
[[service]]
id = "water_supply"
class = "material"
[[service.line]]
measure = "water_supply"
price = "water_tariff"
domain = { water_use = ["domestic"] }
[[service]]
id = "carbon_sequestration"
class = "regulating"
[[service.line]]
measure = "co2_sequestered_by_ecosystem"
price = "carbon_price"
domain = { ecosystem = ["forest", "grassland", "wetland"] }
[constant]
base = 2010
order = "convert_then_deflate"
[constant.deflators]
crop_products = "farm_producer_price"
"""
ROW = "{id},made,{region},{key},{year}-01-01,{year}-12-31,{value},{unit},,,literature,garze2017,-,示例数据\n"
HEAD = "id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note\n"
# yuan a tonne of CO2 and a cubic metre of water; prices of farm products 2010 = 100
PRICES = {
    ("carbon_price", "", "元@{y}/t_CO2"): {2010: "100", 2011: "120"},
    ("water_tariff", "water_use:domestic", "元@{y}/m3"): {2010: "2", 2011: "3"},
    ("price_index", "deflator:farm_producer_price;reference:2010", "1"): {2010: "100", 2011: "110"},
}
# hectares and tonnes by class
AREA = {
    ("51", 2010): (100, 100, 0), ("51", 2011): (150, 40, 10),
    ("52", 2010): (10, 20, 10), ("53", 2010): (30, 20, 10), ("54", 2011): (40, 40, 20),
}  # fmt: skip
CARBON = {
    ("51", 2010): (200, -50, 0), ("51", 2011): (360, 25, 8),
    ("52", 2010): (20, 10, 5), ("53", 2010): (60, 10, 5), ("54", 2011): (80, 30, 10),
}  # fmt: skip
CROPS = {("51", 2010): 100, ("51", 2011): 132, ("52", 2010): 40, ("53", 2010): 60, ("54", 2011): 110}  # 10^4 yuan
WATER = {("51", 2010): 10, ("51", 2011): 14, ("52", 2010): 3, ("53", 2010): 5, ("54", 2011): 8}  # 10^4 m3
GDP = {("51", 2010): 100, ("51", 2011): 125, ("52", 2010): 60, ("53", 2010): 40, ("54", 2011): 120}  # 10^4 yuan
PEOPLE = {("51", 2010): 100, ("51", 2011): 100, ("52", 2010): 50, ("53", 2010): 50, ("54", 2011): 100}
CLASSES = ("forest", "grassland", "wetland")
F = Fraction


def returns() -> str:
    lines = []

    def row(place: tuple[str, int], item: str, category: str, value: object, unit: str, vintage: str = "") -> None:
        lines.append(f"{place[0]},{place[1]},{item},{category},,{value},,{unit},甲局,garze2017,,,{vintage},\n")

    for item, held, unit in (("ecosystem_area", AREA, "公顷"), ("co2_sequestered_by_ecosystem", CARBON, "吨二氧化碳")):
        for place, values in held.items():
            for name, value in zip(CLASSES, values, strict=True):
                row(place, item, name, value, unit)
    for place, value in CROPS.items():
        row(place, "crop_net_output", "", value, "万元")
    for place, value in WATER.items():
        row(place, "water_supply", "domestic", value, "万立方米")
    for place, value in GDP.items():
        row(place, "gdp", "", value, "万元", "final")
    for place, value in PEOPLE.items():
        row(place, "resident_population", "", value, "人")
    return COLUMNS + "".join(lines)


def toml() -> str:
    counties = {
        "51": ("甲县", "County A", ""), "52": ("乙县", "County B", "valid_to = 2010-12-31"),
        "53": ("丙县", "County C", "valid_to = 2010-12-31"), "54": ("丁县", "County D", "valid_from = 2011-01-01"),
    }  # fmt: skip
    made = [TOML, REGION.format(code="50", parent="", level="city", zh="示例市", en="City", more="")]
    made += [REGION.format(code=c, parent="50", level="county", zh=z, en=e, more=m) for c, (z, e, m) in counties.items()]
    return "".join(made) + MERGER


def parameters() -> str:
    lines = [
        ROW.format(id=name, region="", key=key, year=y, value=v, unit=unit.format(y=y))
        for (name, key, unit), held in PRICES.items()
        for y, v in held.items()
    ]
    return HEAD + "".join(lines)


def make(folder: Path, base: int = 2010) -> Book:
    source = folder / "source"
    for name in ("local/schemes", "local/parameters", "returns"):
        (source / name).mkdir(parents=True)
    texts = {
        "book.toml": toml(),
        "returns/all.csv": returns(),
        "local/schemes/one.toml": SCHEME.replace("base = 2010", f"base = {base}"),
        "local/parameters/made.csv": parameters(),
    }
    for name, text in texts.items():
        (source / name).write_text(text, encoding="utf-8")
    book, submitted = init(folder / "book", str(source), who="clerk")
    assert [s.status for s in submitted] == ["accepted"], [f.text("en") for s in submitted for f in s.findings]
    assert run(book, trial=True, who="clerk").vintage
    return book


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return make(tmp_path_factory.mktemp("change"))


@pytest.fixture(scope="module")
def causes(made: Book) -> Causes:
    return change_years(made, 2010, 2011)


def place(causes: Causes, name: str) -> PlaceChange:
    return next(p for p in causes.places if p.id == name)


def leaf(of: PlaceChange, service: str, ecosystem: str = "-") -> Leaf:
    return next(x for x in of.leaves if (x.service, x.key[-1]) == (service, ecosystem))


def parts(x: Leaf | PlaceChange) -> dict[str, Decimal]:
    change = x.change if isinstance(x, Leaf) else x.total
    assert change.residual == 0
    return {name: Decimal(part.numerator) / Decimal(part.denominator) for name, part in change.parts.items()}


def test_a_class_by_area_structure_intensity_and_price(causes: Causes) -> None:
    # forest of 51: 100 of 200 ha, 2 t/ha, 100 yuan → 150 of 200 ha, 2.4 t/ha, 120 yuan: 20,000 → 43,200
    #   structure 50 ha · (2·200/2·2 … ) = 50·(200/3 + 240/6 + 240/6 + 288/3) = 12,133.3333…
    #   intensity 0.4 · (10,000/3 + 15,000/6 + 12,000/6 + 18,000/3)            =  5,533.3333…
    #   price     20 · (200/3 + 300/6 + 240/6 + 360/3)                          =  5,533.3333…
    # three thirds of a step are left: the first in order has it
    forest = leaf(place(causes, "51"), "carbon_sequestration", "forest")
    assert parts(forest) == {"structure": Decimal("12133.3334"), "intensity": Decimal("5533.3333"), "price": Decimal("5533.3333")}


def test_a_deficit_that_is_valued_and_a_class_that_appears(causes: Causes) -> None:
    # grassland of 51: −0.5 t/ha on 100 ha at 100 → 0.625 t/ha on 40 ha at 120: −5,000 → 3,000
    grass = leaf(place(causes, "51"), "carbon_sequestration", "grassland")
    assert grass.change.difference == 8000
    assert set(parts(grass)) == {"structure", "intensity", "price"}
    # wetland: no area before, so its 0.8 t/ha stand for both sides: 8 t, structure 8·110 = 880, price 20·(0 + 8)/2 = 80
    assert parts(leaf(place(causes, "51"), "carbon_sequestration", "wetland")) == {"structure": 880, "price": 80}


def test_what_has_no_area_goes_by_quantity_and_price(causes: Causes) -> None:
    # water: 10 → 14·10⁴ m³, 2 → 3 yuan: 4·2.5 = 10, 1·12 = 12·10⁴ yuan
    assert parts(leaf(place(causes, "51"), "water_supply")) == {"quantity": 100_000, "price": 120_000}
    # crops are returned in money: 100 → 132, at prices of 2010 132/1.1 = 120: volume 20·(1 + 1.1)/2 = 21, price 0.1·110 = 11
    assert parts(leaf(place(causes, "51"), "crop_products")) == {"quantity": 210_000, "price": 110_000}


def test_a_merger_is_compared_as_one(causes: Causes) -> None:
    area = place(causes, "52+53+54")
    assert (area.left, area.right) == (("52", "53"), ("54",))
    # forest 40 ha, 80 t at 100 → 40 ha, 80 t at 120: only the price, 20·80
    assert parts(leaf(area, "carbon_sequestration", "forest")) == {"price": 1600}
    # grassland 40 ha, 20 t → 30 t: 10 t at 110, price 20·25
    assert parts(leaf(area, "carbon_sequestration", "grassland")) == {"intensity": 1100, "price": 500}
    assert parts(leaf(area, "water_supply")) == {"price": 80_000}


def test_the_city_is_the_sum_of_its_areas(causes: Causes, made: Book) -> None:
    city = place(causes, "50")
    below = [place(causes, name) for name in ("51", "52+53+54")]
    for name, part in city.total.parts.items():
        assert part == sum((p.total.parts.get(name, F(0)) for p in below), F(0))
    sql = "SELECT year, gep FROM gep_total WHERE region_code = '50' AND zone = '-' AND price_basis = 'current' ORDER BY year"
    stored = dict(select(made.store, sql).rows)
    assert (city.total.left, city.total.right) == (F(stored[2010]), F(stored[2011]))
    assert city.total.difference == sum(city.total.parts.values())
    assert all(p.total.residual == 0 and all(c.residual == 0 for c in p.services.values()) for p in causes.places)


def test_the_index_is_split_into_gep_and_gdp(causes: Causes) -> None:
    (ggi,) = place(causes, "51").ratios
    total = place(causes, "51").total
    assert total.left is not None
    assert total.right is not None
    assert (ggi.change.left, ggi.change.residual) == (F(Decimal("1.215")), 0)  # (100 + 20 + 2 − 0.5)·10⁴ over 100·10⁴
    assert sum(ggi.change.parts.values()) == ggi.change.numerator
    # the means of both orders: GDP alone would lower the index, GEP raise it
    means = (1 / F(1_000_000) + 1 / F(1_250_000)) / 2
    assert abs(ggi.change.numerator - (total.right - total.left) * means) < F(1, 10**11)
    assert ggi.change.denominator < 0
    assert ggi.states == ("final", "final")
    merged = place(causes, "52+53+54").ratios[0].change
    assert merged.residual == 0


def test_at_constant_prices_nothing_is_price(made: Book) -> None:
    found = change_years(made, 2010, 2011, basis="constant:2010")
    assert found.price_basis == "constant:2010"
    assert all("price" not in p.total.parts for p in found.places)
    assert all(p.total.residual == 0 for p in found.places)
    # water 4·10⁴ m³ at 2 yuan, crops 20·10⁴ yuan of volume
    own = place(found, "51")
    assert parts(leaf(own, "water_supply")) == {"quantity": 80_000}
    assert parts(leaf(own, "crop_products")) == {"quantity": 200_000}
    # forest at 100 yuan: 160 t = structure 50·(2 + 2.4)/2 = 110, intensity 0.4·125 = 50
    assert parts(leaf(own, "carbon_sequestration", "forest")) == {"structure": 11_000, "intensity": 5000}


def test_another_base_year_leaves_the_growth_of_volumes_as_it_was(made: Book, tmp_path: Path) -> None:
    """Parts of a line ÷ its value at the left are the same at the prices of 2010 and of 2011."""
    other = make(tmp_path, base=2011)
    one, two = (change_years(b, 2010, 2011, basis=f"constant:{y}", region="51") for b, y in ((made, 2010), (other, 2011)))
    for x, y in zip(place(one, "51").leaves, place(two, "51").leaves, strict=True):
        if x.change.left:
            assert y.change.left
            grown = [{f: part / c.left for f, part in c.parts.items()} for c in (x.change, y.change) if c.left]
            assert set(grown[0]) == set(grown[1])
            assert all(abs(grown[0][f] - grown[1][f]) < F(1, 10**6) for f in grown[0])


def test_the_other_way_round_turns_every_sign(made: Book, causes: Causes) -> None:
    back = change_years(made, 2011, 2010)
    for p in causes.places:
        twin = next(x for x in back.places if x.id == p.id)
        assert {n: -part for n, part in twin.total.parts.items()} == dict(p.total.parts)


def test_a_price_basis_or_a_zone_that_is_not_there(made: Book) -> None:
    with pytest.raises(Refused) as refused:
        change_years(made, 2010, 2011, basis="constant:1999")
    assert [f.code for f in refused.value.findings] == ["CHANGE-NO-BASIS"]
    assert "constant:2010, current" in refused.value.findings[0].mend("en")
    with pytest.raises(Refused) as refused:
        change_regions(made, "51", "54", 2011, zone="Z9")
    assert [f.code for f in refused.value.findings] == ["CHANGE-NO-ZONE"]


def test_two_regions_of_one_year(made: Book) -> None:
    found = change_regions(made, "51", "54", 2011)
    (pair,) = found.places
    # forest: 150 of 200 ha at 2.4 t/ha against 40 of 100 ha at 2 t/ha, one price
    forest = leaf(pair, "carbon_sequestration", "forest")
    assert forest.change.difference == (80 - 360) * 120
    assert set(parts(forest)) == {"area", "structure", "intensity"}
    assert [r.id for r in pair.ratios] == ["ggi", "per_capita"]
    # nobody more or less: GEP per head moved by GEP alone
    assert pair.ratios[1].change.denominator == 0
    assert pair.total.residual == 0
    # a city has the people of its counties
    (whole,) = change_regions(made, "51", "50", 2011).places
    assert [r.id for r in whole.ratios] == ["ggi", "per_capita"]
    assert whole.total.right == place(change_years(made, 2010, 2011, region="50"), "50").total.right
    with pytest.raises(Refused) as refused:
        change_regions(made, "51", "52", 2011)
    assert [(f.code, f.place.key) for f in refused.value.findings] == [("COMPARE-UNKNOWN", "52")]
    with pytest.raises(Refused):
        change_regions(made, "51", "54", 2015)


def ask(*args: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, ["compare", *args], env={"COLUMNS": "150"})
    return done.exit_code, done.stdout


def test_the_command_tells_the_causes_and_writes_the_chart(made: Book, tmp_path: Path) -> None:
    chart = tmp_path / "chart.json"
    code, text = ask(str(made.root), "--years", "2010", "2011", "--region", "51", "--lang", "en", "--chart", str(chart))
    assert code == 0
    assert "GEP of 2011 is 0.01×10⁸ CNY above that of 2010" in " ".join(text.split())
    assert "quantity of crop products" in " ".join(text.split())
    assert "causes of the change" in text
    document = json.loads(chart.read_text(encoding="utf-8"))
    assert document["schema"] == "gep.change/1"
    kinds = [c["kind"] for c in document["charts"]]
    assert kinds.count("gep") == kinds.count("ratio") == 1
    for drawn in document["charts"]:
        first, *middle, last = drawn["steps"]
        assert (first["kind"], last["kind"], first["start"], last["start"]) == ("left", "right", "0.0000", "0.0000")
        ends = [first["end"], *(step["end"] for step in middle)]
        assert [step["start"] for step in middle] == ends[:-1]
        assert Decimal(ends[-1]) == Decimal(last["end"])
        assert all(Decimal(s["end"]) - Decimal(s["start"]) == Decimal(s["amount"]) for s in drawn["steps"])
        assert all(set(s["label"]) == {"zh", "en"} for s in drawn["steps"])


def test_json_has_every_part_as_text_and_no_residual(made: Book) -> None:
    code, text = ask(str(made.root), "--years", "2010", "2011", "--json", "--detail")
    assert code == 0
    held = json.loads(text)["result"]["causes"]
    assert [p["id"] for p in held["places"]] == ["50", "51", "52+53+54"]
    for p in held["places"]:
        assert p["gep"]["residual"] == "0"
        assert sum(Decimal(x) for x in p["gep"]["parts"].values()) == Decimal(p["gep"]["difference"])
        assert sum(Decimal(s["difference"]) for s in p["services"]) == Decimal(p["gep"]["difference"])
        assert sum(Decimal(x["difference"]) for x in p["leaves"]) == Decimal(p["gep"]["difference"])
        assert all(r["residual"] == "0" for r in p["ratios"])
    assert {f["factor"] for f in held["factors"]} >= {"area", "structure", "intensity", "quantity", "price"}


def test_two_regions_on_the_command_line(made: Book) -> None:
    code, text = ask(str(made.root), "--regions", "51", "54", "--year", "2011", "--lang", "zh", "--detail")
    assert code == 0
    assert "2011 年丁县的生态产品总值比甲县少" in text
    assert "常住人口变化" in text
    assert "51+54/carbon_sequestration/forest" in text
