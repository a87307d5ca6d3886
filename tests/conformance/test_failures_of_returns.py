"""Failures known from other accounts that begin in what was returned: each is refused or flagged by name, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gep.base.findings import Finding, Refused
from gep.base.records import State
from gep.book import Book
from gep.workflow.answer import answer
from gep.workflow.run import at_leaves
from gep.workflow.submit import holdings
from gep.workflow.views import rows

Told = Callable[..., Finding]
Kept = Callable[..., None]
A, B, C = "990101", "990102", "990103"
END = "统计局,three_counties_example,,示例数据"


# ---- a region counted once for each part of it


def test_a_city_beside_its_counties(last_year: Any, told_as: Told, kept: Kept) -> None:
    before = last_year.held()
    done = last_year.submit(
        f"{A},2020,crop_output,rice,,1000,,吨,{END}",
        f"{B},2020,crop_output,rice,,1000,,吨,{END}",
        f"990100,2020,crop_output,rice,,3000,,吨,{END}",
    )
    told_as(
        done.findings, "INTAKE-OVERLAP", "stop", place="return.csv:4:region [990100/2020/crop_output/product:rice]",
        found="990100: 3000 吨", expected="990101: 1000 吨 (return.csv:2:value), 990102: 1000 吨 (return.csv:3:value)",
        zh="相加会重复计算", en="Adding them up would count twice",
    )  # fmt: skip
    kept(done, last_year, before)


def test_a_county_in_two_parents(counties: Any, tmp_path: Path, told_as: Told) -> None:
    text = (counties.book.root / "book.toml").read_text(encoding="utf-8")
    (tmp_path / "book.toml").write_text(
        text + '\n[[region]]\ncode = "990101"\nparent = "990200"\nlevel = "county"\nzh = "示例甲县"\nen = "Example county A"\n'
        '\n[[region]]\ncode = "990200"\nlevel = "city"\nzh = "示例二市"\nen = "Second city"\n',
        encoding="utf-8",
    )
    with pytest.raises(Refused) as caught:
        Book(tmp_path)
    told_as(
        caught.value.findings, "CATALOG-DUPLICATE", "stop", place="book.toml [region 990101]", found="", expected="book.toml",
        zh="地区 990101 重复登记", en="The region 990101 is declared twice",
    )  # fmt: skip


TOWNS = """
[[region]]
code = "{code}"
parent = "990101"
level = "township"
zh = "示例{code}乡"
en = "Township {code}"
"""


def test_patches_returned_again_under_a_second_township(patch_book: Any, patch_lines: list[str], told_as: Told) -> None:
    """Every id is unique within its township, so only the sum of the areas can tell: 1762 ha of forest are there twice."""
    head, *lines = patch_lines
    config = patch_book.book.root / "book.toml"
    towns = "".join(TOWNS.format(code=code) for code in ("990101001", "990101002"))
    config.write_text(config.read_text(encoding="utf-8") + towns, encoding="utf-8")
    world = type(patch_book)(Book(patch_book.book.root), patch_book.book.catalog)
    own, others = ([x for x in lines if x.startswith("990101") is mine] for mine in (True, False))
    twice = [x.replace(A, town, 1) for town in ("990101001", "990101002") for x in own]
    done = world.submit(*twice, *others, head=head, name="patches.csv", record_set="ecosystem_patches")
    assert done.status == "accepted"  # nothing in the file itself is wrong
    held = world.held()
    leaves = at_leaves(holdings(world.book).records["ecosystem_patches"], world.book.config.regions, world.book.config.leaves)
    made = world.compute(records={"ecosystem_patches": leaves})
    asked = [f for f in made.findings if f.rule == "ecosystem_patches.extent"]
    assert {f.place.key.split("/")[1] for f in asked} == {A}  # the other county is as it should be
    assert len(asked) == 10  # every class of it
    forest = [f for f in asked if "forest" in f.place.key]
    # 1762 ha returned, 3524 ha in the patches: 17 620 000 m² too much where 1 % is allowed
    told_as(
        forest, "ENGINE-CHECK", "query",
        place="coefficients/rules/extent.toml [ecosystem_patches.extent/990101/2020/ecosystem:forest]",
        found="17620000", expected="<= 176200", zh="可能有图斑重复", en="patches may stand twice",
    )  # fmt: skip
    assert world.held() == held


def test_patches_that_are_the_extent_are_not_asked_about(patch_book: Any, patch_lines: list[str]) -> None:
    head, *lines = patch_lines
    patch_book.submit(*lines, head=head, name="patches.csv", record_set="ecosystem_patches")
    made = patch_book.compute()
    assert [f.text("en") for f in made.findings if f.rule == "ecosystem_patches.extent"] == []


# ---- money and quantities a thousand times too large or small


def test_thousands_of_yuan_read_as_yuan(last_year: Any, told_as: Told) -> None:
    """5000 thousand yuan, the unit left at yuan: 5000 yuan, a thousandth of last year. Asked, and asked again by every run."""
    year = (Path(__file__).parent / "books/three-counties/returns/2020.csv").read_text(encoding="utf-8").splitlines()
    wrong = [
        x.replace("forestry_net_output,,,500,,万元", "forestry_net_output,,,5000,,元") if x.startswith(A) else x for x in year
    ]
    done = last_year.submit(*wrong[1:], name="2020.csv")
    told_as(
        done.findings, "INTAKE-SLIP-LAST-YEAR", "query", place="2020.csv:3:value [990101/2020/forestry_net_output]",
        found="5000 元", expected="500 万元 (2019, 2019.csv:3:value)", zh="很可能是", en="is 0.001 times the figure of the year before",
    )  # fmt: skip
    assert done.status == "accepted"  # a query is to be answered, it does not stop
    made = last_year.run()
    again = told_as(
        made.findings, "INTAKE-SLIP-LAST-YEAR", "query", place="2020.csv:3:value [forestry_net_output/990101/2020/-]",
        found="5000 元", expected="500 万元 (2019, 2019.csv:3:value)", zh="0.001 倍", en="0.001 times",
    )  # fmt: skip
    assert again.status == "open"
    (kept,) = rows(last_year.book, "SELECT * FROM finding WHERE rule = 'INTAKE-SLIP-LAST-YEAR'")
    assert (kept["severity"], kept["status"], kept["region_code"], kept["period"]) == ("query", "open", A, "2020")
    assert (kept["file"], kept["row"], kept["column"], kept["id"]) == ("2020.csv", 3, "value", again.id)
    entry = answer(last_year.book, again.id, "核实无误", who="chief")
    assert (entry.data["rule"], entry.data["region"], entry.data["period"]) == ("INTAKE-SLIP-LAST-YEAR", A, "2020")
    last = last_year.run()
    assert [f.status for f in last.findings if f.code == "INTAKE-SLIP-LAST-YEAR"] == ["answered"]


def test_ten_thousands_of_yuan_read_as_yuan(last_year: Any, told_as: Told) -> None:
    done = last_year.submit(f"{A},2020,forestry_net_output,,,500,,元,{END}")
    told_as(
        done.findings, "INTAKE-SLIP-LAST-YEAR", "query", place="return.csv:2:value [990101/2020/forestry_net_output]",
        found="500 元", expected="500 万元 (2019, 2019.csv:3:value)", zh="0.0001 倍", en="ten thousands (万) given where single units are asked for",
    )  # fmt: skip


def test_money_where_a_quantity_belongs(last_year: Any, told_as: Told, kept: Kept) -> None:
    before = last_year.held()
    done = last_year.submit(f"{A},2020,crop_output,rice,,300,,万元,{END}")
    told_as(
        done.findings, "INTAKE-PRICED-VALUE", "stop", place="return.csv:2:unit [990101/2020/crop_output/rice]", found="万元", expected="t",
        zh="不接收以“万元”报送的金额", en="an amount in “万元” is not taken",
    )  # fmt: skip
    kept(done, last_year, before)


def test_a_unit_is_never_inferred(last_year: Any, told_as: Told, kept: Kept) -> None:
    before = last_year.held()
    done = last_year.submit(f"{A},2020,forestry_net_output,,,500,,,{END}")
    told_as(
        done.findings, "INTAKE-UNIT-MISSING", "stop", place="return.csv:2:unit [990101/2020/forestry_net_output]", found="", expected="CNY",
        zh="单位从不推断", en="a unit is never inferred",
    )  # fmt: skip
    kept(done, last_year, before)


# ---- ten, a hundred and a thousand times: hectares, percent, yields


def test_thousands_of_hectares_read_as_hectares(last_year: Any, told_as: Told) -> None:
    done = last_year.submit(f"{A},2020,ecosystem_area,forest,,10,,公顷,{END}")
    told_as(
        done.findings, "INTAKE-SLIP-LAST-YEAR", "query", place="return.csv:2:value [990101/2020/ecosystem_area/ecosystem:forest]",
        found="10 公顷", expected="10000 公顷 (2019, 2019.csv:4:value)", zh="0.001 倍", en="0.001 times",
    )  # fmt: skip


def test_a_harvest_ten_times_too_large(last_year: Any, told_as: Told) -> None:
    done = last_year.submit(f"{A},2020,crop_output,rice,,10000,,吨,{END}")
    told_as(
        done.findings, "INTAKE-SLIP-LAST-YEAR", "query", place="return.csv:2:value [990101/2020/crop_output/product:rice]",
        found="10000 吨", expected="1000 吨 (2019, 2019.csv:2:value)", zh="10 倍", en="10 times",
    )  # fmt: skip


def test_a_share_of_sixty(last_year: Any, told_as: Told, kept: Kept) -> None:
    before = last_year.held()
    done = last_year.submit(f"{A},2020,nature_share,city,,60,,1,{END}")
    told_as(
        done.findings, "INTAKE-ABOVE-SLIP", "stop", place="return.csv:2:value [990101/2020/nature_share/city]", found="60", expected="≤ 1",
        zh="不可能达到 60,上限是 1。很可能是", en="cannot reach 60; the limit is 1. Very likely",
    )  # fmt: skip
    kept(done, last_year, before)


def test_a_percent_sign_in_the_value(last_year: Any, told_as: Told, kept: Kept) -> None:
    before = last_year.held()
    done = last_year.submit(f"{A},2020,nature_share,city,,60%,,1,{END}")
    told_as(
        done.findings, "BASE-NUMBER-PERCENT-SIGN", "stop", place="return.csv:2:value [990101/2020/nature_share/city]", found="60%", expected="",
        zh="不清楚是百分数还是比值", en="may mean a percentage or a ratio",
    )  # fmt: skip
    kept(done, last_year, before)


def test_sixty_percent_is_sixty_percent(last_year: Any) -> None:
    done = last_year.submit(f"{A},2020,nature_share,city,,60,,%,{END}")
    assert (done.status, [f.code for f in done.findings]) == ("accepted", [])


# ---- lengths in pixels


def test_a_length_in_pixels(last_year: Any, told_as: Told, kept: Kept) -> None:
    before = last_year.held()
    done = last_year.submit(f"{A},2020,coast_protected,mangrove,,120,,像元,{END}")
    told_as(
        done.findings, "BASE-UNIT-UNKNOWN", "stop", place="return.csv:2:unit [990101/2020/coast_protected/mangrove]", found="像元", expected="",
        zh="“像元”不是本系统认识的单位", en="“像元” is not a unit known here",
    )  # fmt: skip
    kept(done, last_year, before)


def test_a_length_in_square_metres(last_year: Any, told_as: Told, kept: Kept) -> None:
    before = last_year.held()
    done = last_year.submit(f"{A},2020,coast_protected,mangrove,,120,,平方米,{END}")
    told_as(
        done.findings, "INTAKE-UNIT-DIMENSION", "stop", place="return.csv:2:unit [990101/2020/coast_protected/mangrove]", found="平方米", expected="m",
        zh="两者不是同一种量", en="another kind of quantity",
    )  # fmt: skip
    kept(done, last_year, before)


# ---- a figure without a source


def test_a_figure_without_a_source(last_year: Any, told_as: Told) -> None:
    done = last_year.submit(f"{A},2020,forestry_net_output,,,505,,万元,统计局,,,示例数据")
    told_as(
        done.findings, "INTAKE-SOURCE-MISSING", "note", place="return.csv:2:source [990101/2020/forestry_net_output]", found="", expected="",
        zh="没有注明资料来源", en="does not say where its figure comes from",
    )  # fmt: skip


# ---- one thing under two names


def again(code: str, more: str) -> str:
    return f'\n[[region]]\ncode = "{code}"\nparent = "990100"\nlevel = "county"\nzh = "示例甲县"\nen = "County A again"\n{more}\n'


def test_a_county_under_its_old_code_and_its_new_one(counties: Any, tmp_path: Path, told_as: Told) -> None:
    text = (counties.book.root / "book.toml").read_text(encoding="utf-8")
    (tmp_path / "book.toml").write_text(text + again("990121", ""), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        Book(tmp_path)
    told_as(
        caught.value.findings, "BOOK-REGION-TWICE", "stop", place="book.toml [region 990121]", found="990121", expected="990101",
        zh="地区 990121 与 990101 同名(示例甲县)", en="The regions 990121 and 990101 have the same name (示例甲县)",
    )  # fmt: skip


def test_a_return_under_a_code_that_is_no_more(last_year: Any, told_as: Told, kept: Kept) -> None:
    """The county was 990121 until the end of 2019: from then on only its new code may return figures."""
    config = last_year.book.root / "book.toml"
    text = config.read_text(encoding="utf-8") + again("990121", "valid_to = 2019-12-31")
    text = text.replace('code = "990101"\n', 'code = "990101"\nvalid_from = 2020-01-01\n')
    config.write_text(text, encoding="utf-8")
    for path in last_year.book.submissions.iterdir():  # what was returned for 2019 stands under the old code
        path.unlink()
    entries = last_year.book.journal_path.read_text(encoding="utf-8").splitlines()[:1]
    last_year.book.journal_path.write_text(entries[0] + "\n", encoding="utf-8")
    world = type(last_year)(Book(last_year.book.root), last_year.book.catalog)
    assert world.submit(f"990121,2019,crop_output,rice,,1000,,吨,{END}", name="2019.csv").status == "accepted"
    before = world.held()
    done = world.submit(f"990101,2020,crop_output,rice,,1000,,吨,{END}", f"990121,2020,crop_output,rice,,1000,,吨,{END}")
    told_as(
        done.findings, "INTAKE-REGION-NOT-VALID", "stop", place="return.csv:3:region [990121/2020/crop_output/rice]", found="990121",
        expected="… – 2019-12-31", zh="地区 990121 在 2020 期末不存在", en="Region 990121 does not exist at the end of 2020",
    )  # fmt: skip
    kept(done, world, before)


def test_a_county_by_its_name_beside_its_code(last_year: Any, told_as: Told, kept: Kept) -> None:
    before = last_year.held()
    done = last_year.submit(
        f"{A},2020,crop_output,rice,,1000,,吨,{END}",
        f"示例甲县,2020,crop_output,rice,,1000,,吨,{END}",
    )
    one = told_as(
        done.findings, "INTAKE-REGION-UNKNOWN", "stop", place="return.csv:3:region [示例甲县/2020/crop_output/rice]", found="示例甲县", expected="",
        zh="地区“示例甲县”不在本账册的地区表中", en="The region “示例甲县” is not among the regions of this book",
    )  # fmt: skip
    assert A in one.mend("zh")
    kept(done, last_year, before)


def test_one_figure_returned_twice(last_year: Any, told_as: Told, kept: Kept) -> None:
    before = last_year.held()
    done = last_year.submit(f"{A},2020,crop_output,rice,,1000,,吨,{END}", f"{A},2020,crop_output,rice,,1010,,吨,{END}")
    told_as(
        done.findings, "INTAKE-TWICE-OTHER", "stop", place="return.csv:3:value [990101/2020/crop_output/product:rice]",
        found="1010 吨", expected="1000 吨", zh="同一数据报了两次,数值不同", en="stands twice with different values",
    )  # fmt: skip
    kept(done, last_year, before)


def test_a_product_beside_the_one_above_it(counties: Any, told_as: Told) -> None:
    """Rice is grain: an open list that takes what is returned would value its 1000 t twice."""
    rice = next(f for f in holdings(counties.book).facts if f.measure == "crop_output" and (f.region, f.period) == (A, "2020"))
    grain = replace(rice, key=(("product", "grain"),))
    made = counties.compute(facts=[*counties.facts(), grain])
    told_as(
        made.findings, "RUN-CLASS-NESTED", "stop", place="local/schemes/three-counties.toml [crop_output/990101/2020/-]",
        found="grain, rice", expected="", zh="同时报送了上级类别和下级类别(grain, rice),相加会重复计算",
        en="was returned for a class and for one below it (grain, rice); adding them up would count twice",
    )  # fmt: skip
    # one county by the finer class, another by the coarser: nothing is there twice
    apart = counties.facts(lambda f: replace(f, key=grain.key) if f.measure == "crop_output" and f.region == B else f)
    assert "RUN-CLASS-NESTED" not in {f.code for f in counties.compute(facts=apart).findings}
    unknown = replace(grain, state=State.NOT_AVAILABLE, amount=None)
    assert "RUN-CLASS-NESTED" not in {f.code for f in counties.compute(facts=[*counties.facts(), unknown]).findings}


# ---- rows lost where two tables meet


def test_a_patch_of_a_class_nobody_knows(patch_book: Any, patch_lines: list[str], told_as: Told, kept: Kept) -> None:
    before = patch_book.held()
    head, *lines = patch_lines
    lines[3] = lines[3].replace(",forest,", ",woodland,").replace(",shrub,", ",woodland,").replace(",urban,", ",woodland,")
    lines[0] = lines[0].replace(",forest,", ",woodland,")
    done = patch_book.submit(*lines, head=head, name="patches.csv", record_set="ecosystem_patches")
    count = sum(",woodland," in x for x in lines)
    one = told_as(
        done.findings, "INTAKE-RECORD-CODE", "stop", place="patches.csv:2:ecosystem",
        found=", ".join(f"{n}: woodland" for n, x in enumerate(lines, 2) if ",woodland," in x), expected="",
        zh=f"ecosystem 有 {count} 行的代码未登记", en=f"The ecosystem of {count} rows is not declared",
    )  # fmt: skip
    assert one.mend("en")
    kept(done, patch_book, before)


def test_patches_that_are_not_the_whole_extent(patch_book: Any, patch_lines: list[str], told_as: Told) -> None:
    """The first patch of county A, 524 781 m² of forest, was left out; 1 % of 1762 ha are 176 200 m²."""
    head, first, *lines = patch_lines
    assert first.startswith("990101,2020,P001,forest,524781,")
    patch_book.submit(*lines, head=head, name="patches.csv", record_set="ecosystem_patches")
    held = patch_book.held()
    made = patch_book.compute()
    asked = [f for f in made.findings if f.rule == "ecosystem_patches.extent"]
    told_as(
        asked, "ENGINE-CHECK", "query",
        place="coefficients/rules/extent.toml [ecosystem_patches.extent/990101/2020/ecosystem:forest]",
        found="524781", expected="<= 176200", zh="图斑面积之和与申报的生态系统面积不符", en="do not add up to the extent returned",
    )  # fmt: skip
    assert patch_book.held() == held


def test_patches_of_a_class_that_no_rule_reads(patch_book: Any, patch_lines: list[str], told_as: Told) -> None:
    """Wetland by its finer code: the code exists, no figure is kept of it, and the join would drop the rows in silence."""
    head, *lines = patch_lines
    finer = [x.replace(",wetland,", ",wetland.marsh,") if x.startswith(B) else x for x in lines]
    count = sum(",wetland.marsh," in x for x in finer)
    patch_book.submit(*finer, head=head, name="patches.csv", record_set="ecosystem_patches")
    made = patch_book.compute()
    classes = "bare, desert, farmland, forest, glacier_snow, grassland, other, shrub, urban, wetland"
    told_as(
        made.findings, "RUN-RECORDS-CLASS", "note", place="ecosystem_patches/-/2020/-", found=f"wetland.marsh ({count})",
        expected=classes, zh=f"wetland.marsh ({count})。这些行不计入任何合计", en=f"wetland.marsh ({count}). They enter no total",
    )  # fmt: skip
    # the wetland of that county has no rows, so what rests on it is unknown, and so is the check
    retained = made.cells.get("water_retention_by_ecosystem", B, "2020", (("ecosystem", "wetland"),))
    assert (retained.state, retained.exact) == (State.NOT_AVAILABLE, None)
    assert "ENGINE-CHECK-CANNOT-RUN" in {f.code for f in made.findings if f.rule == "ecosystem_patches.extent" or f.args}


def test_patches_of_a_region_that_returns_nothing(patch_book: Any, patch_lines: list[str], told_as: Told) -> None:
    head, *lines = patch_lines
    stray = [x.replace(A, "990100", 1) if ",P001," in x else x for x in lines]
    patch_book.submit(*stray, head=head, name="patches.csv", record_set="ecosystem_patches")
    made = patch_book.compute()
    told_as(
        made.findings, "RUN-RECORDS-REGION", "stop", place="ecosystem_patches/990100/2020", found="990100", expected="",
        zh="该地区不是报送层级,不会计入任何合计", en="they would enter no sum",
    )  # fmt: skip


def test_a_return_for_the_city_alone_is_no_return_of_a_county(counties: Any, told_as: Told) -> None:
    """The crops of county A were returned for the city: they join to no account, so county A lacks them."""

    def moved(f: Any) -> Any:
        return replace(f, region="990100") if f.measure == "crop_output" and f.region == A else f

    made = counties.compute(facts=counties.facts(moved))
    told_as(
        made.findings, "INTAKE-INPUT-MISSING", "stop",
        place="local/schemes/three-counties.toml [crop_output/990101/2020/product:rice]", found="-",
        expected="990101,2020,crop_output,rice,,?,,t,统计局", zh="地区 990101(示例甲县)", en="of region 990101 (Example county A)",
    )  # fmt: skip
    told_as(
        made.findings, "RUN-RETURN-UNREAD", "note", place="2020.csv:2 [crop_output/990100/2020/product:rice]",
        found="1000 吨", expected="", zh="没有用到报送的 crop_output", en="it is in no total",
    )  # fmt: skip
