"""compare --years: a small book in which a county gets a new code and takes in part of its neighbour."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from gep.base.findings import Finding, Refused
from gep.book import Book
from gep.catalog.config import SCHEMA
from gep.explain.year_pair import AreaPair, Ground, YearComparison, YearPair
from gep.ledger.query import select
from gep.workflow.compare_years import compare_years
from gep.workflow.init import init
from gep.workflow.run import run
from tests.data.assets import land_book

COLUMNS = "region,period,item,category,part,value,state,unit,department,source,evidence,note\n"
# crops in 10^8 yuan, water in 10^8 m3 (2 yuan in 2010, 3 yuan in 2011); county 53 is 54 from 2011 on, with part of 52
CROPS = {(51, 2010): "1.0", (52, 2010): "2.0", (53, 2010): "3.0", (51, 2011): "1.1", (52, 2011): "1.5", (54, 2011): "4.0"}
WATER = {(51, 2010): "1", (52, 2010): "1", (53, 2010): "1", (51, 2011): "", (52, 2011): "0.5", (54, 2011): "2"}
TOML = f"""schema = {SCHEMA}
zh = "示例"
en = "Made up"
illustrative = true
schemes = ["one"]
leaf_level = "county"
"""
REGION = '[[region]]\ncode = "{code}"\nparent = "{parent}"\nlevel = "{level}"\nzh = "{zh}"\nen = "{en}"\n{more}\n'
CHANGE = '[[region_change]]\ndate = {date}\nkind = "{kind}"\nfrom = ["{old}"]\nto = ["{new}"]\ndocument = "示例政函〔2010〕9 号"\n{more}\n'
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
"""
PARAMETERS = """id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note
water_tariff,made,,water_use:domestic,2010-01-01,2010-12-31,2,元@2010/m3,,,literature,garze2017,-,示例数据
water_tariff,made,,water_use:domestic,2011-01-01,2011-12-31,3,元@2011/m3,,,literature,garze2017,-,示例数据
"""
YI = Decimal(10) ** 8
Compared = tuple[YearComparison, tuple[Finding, ...]]


def toml() -> str:
    counties = {
        "51": ("甲县", "County A", ""), "52": ("乙县", "County B", ""), "53": ("丙县", "County C", "valid_to = 2010-12-31"),
        "54": ("丙区", "District C", 'valid_from = 2011-01-01\nreplaces = ["53"]'),
    }  # fmt: skip
    made = [TOML, REGION.format(code="50", parent="", level="city", zh="示例市", en="City", more="")]
    made += [REGION.format(code=c, parent="50", level="county", zh=z, en=e, more=m) for c, (z, e, m) in counties.items()]
    return "".join(made) + CHANGE.format(date="2011-01-01", kind="transfer", old="52", new="54", more="")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Book:
    source = tmp_path_factory.mktemp("years") / "source"
    for folder in ("local/schemes", "local/parameters", "returns"):
        (source / folder).mkdir(parents=True)
    lines = [f"{c},{y},crop_net_output,,,{v},,亿元,甲局,garze2017,,\n" for (c, y), v in CROPS.items()]
    for (c, y), v in WATER.items():
        state, note = ("", "") if v else ("not_available", "尚未测算")
        lines.append(f"{c},{y},water_supply,domestic,,{v},{state},亿立方米,乙局,garze2017,,{note}\n")
    texts = {
        "book.toml": toml(),
        "returns/all.csv": COLUMNS + "".join(lines),
        "local/schemes/one.toml": SCHEME,
        "local/parameters/made.csv": PARAMETERS,
    }
    for name, text in texts.items():
        (source / name).write_text(text, encoding="utf-8")
    book, submitted = init(source.parent / "book", str(source), who="clerk")
    assert [s.status for s in submitted] == ["accepted"]
    assert run(book, trial=True, who="clerk").vintage
    return book


@pytest.fixture(scope="module")
def compared(made: Book) -> Compared:
    return compare_years(made, 2010, 2011)


def area(found: YearComparison, name: str) -> AreaPair:
    return next(a for a in found.areas if a.area == name)


def pair(ground: Ground, table: str, *keys: str) -> YearPair:
    (one,) = [p for p in ground.pairs if p.item.table == table and set(keys) <= {v for _, v in p.item.keys}]
    return one


def amounts(p: YearPair) -> tuple[Decimal | None, Decimal | None, Decimal | None, str | None]:
    """Both sides and the difference in 10^8, and the per cent as printed."""
    left, right, gap = (None if a is None else a / YI for a in (p.left.amount, p.right.amount, p.difference))
    return left, right, gap, None if p.percent is None else f"{p.percent:.2f}"


def test_the_comparable_area_of_the_changed_counties(compared: Compared) -> None:
    found, _ = compared
    assert [a.area for a in found.areas] == ["50", "51", "52+53+54"]
    changed = area(found, "52+53+54")
    assert (changed.whole.left, changed.whole.right, changed.whole.alone) == (("52", "53"), ("52", "54"), True)
    # crops 2 + 3 → 1.5 + 4; water (1 + 1)·2 → (0.5 + 2)·3; GEP 9 → 13, +4/9
    assert amounts(pair(changed.whole, "value_account", "crop_products")) == (5, Decimal("5.5"), Decimal("0.5"), "10.00")
    assert amounts(pair(changed.whole, "value_account", "water_supply")) == (4, Decimal("7.5"), Decimal("3.5"), "87.50")
    assert amounts(pair(changed.whole, "physical_account", "domestic")) == (2, Decimal("2.5"), Decimal("0.5"), "25.00")
    assert amounts(pair(changed.whole, "gep_total")) == (9, 13, 4, "44.44")


def test_the_single_regions_stand_beside_it_without_a_difference(compared: Compared) -> None:
    found, told = compared
    changed = area(found, "52+53+54")
    assert [(r.left, r.right, r.alone) for r in changed.regions] == [(("52",), ("52",), False), (("53",), ("54",), False)]
    for region, sides in zip(changed.regions, ((4, 3), (5, 10)), strict=True):
        gep = pair(region, "gep_total")
        assert amounts(gep) == (*sides, None, None)
        assert gep.state == "not_given"
        assert all(p.difference is None for p in region.pairs)
    assert [(f.code, f.severity, f.place.key) for f in told] == [
        ("COMPARE-YEARS-AREA", "query", "compare/52/2010-2011/-"), ("COMPARE-YEARS-AREA", "query", "compare/53+54/2010-2011/-"),
    ]  # fmt: skip
    zh, en = told[1].text("zh"), told[1].text("en")
    for piece in (
        "丙县 53 → 丙区 54",
        "2011-01-01 部分划转 52 → 54, 示例政函〔2010〕9 号",
        "不给出同比",
        "52+53+54",
        "按可比口径",
    ):
        assert piece in zh
    assert "County C 53 → District C 54" in en
    assert "2011-01-01 transfer of part 52 → 54" in en


def test_what_is_missing_makes_the_difference_missing(compared: Compared) -> None:
    found, _ = compared
    for name, before in (("51", 3), ("50", 12)):
        gep = pair(area(found, name).whole, "gep_total")
        assert amounts(gep) == (before, None, None, None)
        assert gep.state == "not_available"
    assert amounts(pair(area(found, "51").whole, "value_account", "crop_products")) == (
        1,
        Decimal("1.1"),
        Decimal("0.1"),
        "10.00",
    )
    assert pair(area(found, "51").whole, "value_account", "water_supply").state == "not_available"


def test_one_region_or_the_other_way_round(made: Book, compared: Compared) -> None:
    """Asked for by a code of either year; the years as given, so that the difference turns its sign and 4/13 is 30.77 %."""
    for code in ("53", "54"):
        found, told = compare_years(made, 2011, 2010, region=code)
        (only,) = found.areas
        assert (only.whole.left, only.whole.right) == (("52", "54"), ("52", "53"))
        assert amounts(pair(only.whole, "gep_total")) == (13, 9, -4, "-30.77")
        assert len(told) == 2
    assert area(compared[0], "51").regions == ()


def test_the_sums_are_those_of_the_sql(made: Book, compared: Compared) -> None:
    """The macro comparable_area with total() gives what the verb shows."""
    found, _ = compared
    sql = """SELECT a.area, a.year, total(v.value, v.state) FROM comparable_area(2010, 2011) a
      JOIN value_account v USING (region_code, year) WHERE a.comparable GROUP BY ALL"""
    held = {(r[0], r[1]): r[2] for r in select(made.store, sql).rows}
    for one in found.areas:
        if one.level == "county":
            gep = pair(one.whole, "gep_total")
            assert (held[one.area, 2010], held[one.area, 2011]) == (gep.left.amount, gep.right.amount)


def test_the_release_holds_the_changes(made: Book) -> None:
    found = select(made.store, "SELECT date, kind, from_code, to_code, document FROM region_change ORDER BY ALL").rows
    assert [(str(d), *rest) for d, *rest in found] == [
        ("2011-01-01", "rename", "53", "54", None), ("2011-01-01", "transfer", "52", "54", "示例政函〔2010〕9 号"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("years", "named", "wanted"),
    [((2010, 2012), {}, "2012"), ((2010, 2011), {"region": "99"}, "99"), ((2010, 2011), {"profile": "two"}, "two")],
)
def test_what_is_not_there(made: Book, years: tuple[int, int], named: dict[str, str], wanted: str) -> None:
    with pytest.raises(Refused) as caught:
        compare_years(made, *years, **named)
    (told,) = caught.value.findings
    assert (told.code, told.found) == ("COMPARE-UNKNOWN", wanted)


def test_a_small_transfer_is_compared_and_said(made: Book, tmp_path: Path) -> None:
    book = again(made, tmp_path, toml().replace('示例政函〔2010〕9 号"\n', '示例政函〔2010〕9 号"\nshare_area = 0.0008\n'))
    found, told = compare_years(book, 2010, 2011)
    changed = area(found, "52+53+54")
    assert [r.alone for r in changed.regions] == [True, True]
    assert amounts(pair(changed.regions[1], "gep_total")) == (5, 10, 5, "100.00")
    assert {(f.code, f.found, f.expected) for f in told} == {("COMPARE-YEARS-SMALL", "0.0008", "0.001")}


def test_a_code_that_ends_without_a_record_is_asked_about(made: Book, tmp_path: Path) -> None:
    text = toml().replace('replaces = ["53"]', "").split("[[region_change]]")[0]
    found, told = compare_years(again(made, tmp_path, text), 2010, 2011)
    assert {a.area for a in found.areas} == {"50", "51", "52", "53", "54"}
    assert not area(found, "50").whole.alone
    assert pair(area(found, "50").whole, "gep_total").state == "not_given"
    assert {(f.code, f.found) for f in told} == {("COMPARE-YEARS-UNRECORDED", "53"), ("COMPARE-YEARS-UNRECORDED", "54")}
    lost = pair(area(found, "53").whole, "gep_total")
    assert (lost.left.amount, lost.right.state, lost.difference) == (5 * YI, "absent", None)


def again(made: Book, folder: Path, text: str) -> Book:
    """The same results with another book.toml."""
    shutil.copytree(made.root, folder / "book")
    (folder / "book" / "book.toml").write_text(text, encoding="utf-8")
    book = Book(folder / "book")
    book.__dict__["catalog"] = made.catalog  # the same one, read once
    return book


def test_closings_of_the_balance_sheet(tmp_path: Path) -> None:
    """Two counties of 100000 hm2 each; part of one goes to the other, so only their sum may be compared."""
    book = land_book.made(tmp_path, (2019, 2020))
    assert run(book, trial=True).vintage
    path = book.root / "book.toml"
    change = CHANGE.format(date="2020-07-01", kind="transfer", old="990121", new="990122", more="")
    path.write_text(path.read_text(encoding="utf-8") + "\n" + change, encoding="utf-8")
    found, told = compare_years(Book(book.root), 2019, 2020)
    assert [a.area for a in found.areas] == ["990100", "990121+990122"]
    land = pair(area(found, "990121+990122").whole, "balance_sheet", "A1.physical")
    assert (land.left.amount, land.right.amount, land.difference) == (200000, 200000, 0)
    assert land.percent == 0
    assert [pair(r, "balance_sheet", "A1.physical").state for r in area(found, "990121+990122").regions] == ["not_given"] * 2
    assert [f.code for f in told] == ["COMPARE-YEARS-AREA"] * 2
