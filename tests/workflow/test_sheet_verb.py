"""gep sheet: tables as printed, every number with an address that explains it, what is missing, notes, refusals."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from gep.base.findings import Refused
from gep.book import Book
from gep.cli.sheet import sheet
from gep.report.sheet import Cell, Sheet
from gep.report.sheet_view import page
from gep.workflow.explain import explain
from gep.workflow.init import init
from gep.workflow.run import run
from gep.workflow.sheet import returned, sheets
from gep.workflow.views import Release, complete
from tests.workflow.conftest import COLUMNS

TOML = """schema = 2
zh = "两县"
en = "Two counties"
illustrative = true
schemes = ["assets"]
leaf_level = "county"
[[region]]
code = "880100"
level = "city"
zh = "某市"
en = "City"
[[region]]
code = "880121"
parent = "880100"
level = "county"
zh = "甲县"
en = "First county"
[[region]]
code = "880122"
parent = "880100"
level = "county"
zh = "乙县"
en = "Second county"
"""
SCHEME = """id = "assets"
kind = "asset_scheme"
zh = "土地、水与矿产"
en = "Land, water and minerals"
version = "1"
status = "enabled"
source = "asset_practice"
tables = ["LA-01", "LM-01", "WR-01", "MN-01"]
rules = ["LA-01.*", "LM-01.area", "WR-01.*", "MN-01.*"]
parameter_sets = ["assets"]
"""
SOURCES = """[made]
kind = "illustrative"
title = "Made up"
year = "2026"
"""
CITY, FIRST, SECOND = "880100", "880121", "880122"
LAND = [f"C{n:02d}" for n in range(1, 10)]
BODIES = ("C11", "C12", "C13", "C02")
WATER = ("R03", "R05", "R06", "R07", "R08", "R10", "R12", "R13", "R14", "R15")


def row(region: str, year: int, item: str, category: str, value: str, unit: str, **more: str) -> dict[str, str]:
    blank = dict.fromkeys(COLUMNS, "") | {"region": region, "period": str(year), "item": item, "category": category}
    return blank | {"value": value, "unit": unit, "department": "局", "source": "made"} | more


def land(region: str, year: int) -> Iterator[dict[str, str]]:
    for c in LAND:
        for code in ("R21", "R22", "R23", "R31", "R32", "R33"):
            moved = year == 2019 and (c, code) in (("C02", "R31"), ("C06", "R21"))
            yield row(region, year, f"LA-01.{code}", c, "1" if moved else "0", "公顷")
        if year == 2019:
            yield row(region, year, "LA-01.R10", c, "100.005" if c == "C02" else "50", "公顷")


def water(region: str, year: int) -> Iterator[dict[str, str]]:
    for c in BODIES:
        amounts = dict.fromkeys(WATER, "0") | {"R18": "12"} | ({"R01": "10", "R03": "5"} if year == 2019 else {})
        if region == FIRST or year == 2020:
            amounts["R16"] = "3" if year == 2019 else "0"
        yield from (row(region, year, f"WR-01.{code}", c, v, "万立方米") for code, v in amounts.items())


def minerals(region: str, year: int) -> Iterator[dict[str, str]]:
    flows = ("R21", "R22", "R23", "R31", "R32", "R33", "R34", "R35")
    for mineral, c in itertools.product(("limestone", "kaolin"), ("C1", "C2", "C3", "C4", "C5")):
        amounts = dict.fromkeys(flows, "0") | ({"R10": "100"} if year == 2019 else {})
        for code, v in amounts.items():
            unknown = region == SECOND and (mineral, code, c) == ("kaolin", "R31", "C1")
            more = {"state": "not_available", "note": "未测", "value": "", "unit": ""} if unknown else {}
            yield row(region, year, f"MN-01.{code}", f"mineral:{mineral};mn01:{c}", v, "吨") | more


def returns() -> list[dict[str, str]]:
    """Two years of two counties. Cultivated land C02: 100.005 ha each, of which 1 ha is built on (C06) in 2019.

    In 2020 the first county returns 101.505 ha instead of the closing 99.005 (+2.5). The second returned no R16 of its water:
    opening 10, formed 5, closing as surveyed 12, so R16 = 10 + 5 - 12 = 3 in each body. It does not know its kaolin.
    """
    made = [
        r
        for region, year in itertools.product((FIRST, SECOND), (2019, 2020))
        for table in (land, water, minerals)
        for r in table(region, year)
    ]
    return [*made, row(FIRST, 2020, "LA-01.R10", "C02", "101.505", "公顷", note="SURVEY_BREAK: 新调查")]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, _clerk: None) -> Book:
    folder = tmp_path_factory.mktemp("sheets")
    source = folder / "source"
    for name in ("local/schemes", "returns", "records"):
        (source / name).mkdir(parents=True)
    (source / "book.toml").write_text(TOML, encoding="utf-8")
    (source / "local" / "schemes" / "assets.toml").write_text(SCHEME, encoding="utf-8")
    (source / "local" / "sources.toml").write_text(SOURCES, encoding="utf-8")
    with (source / "returns" / "all.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(returns())
    patches = "region,period,row,lm01_from,lm01_to,cause,area\n" + "".join(
        f"{region},{year},p{region}{cause},F02,T06,{cause},{area}\n"
        for region in (FIRST, SECOND)
        for year in (2019, 2020)
        for cause, area in (("human", 9000), ("natural", 1000))
    )
    (source / "records" / "land_changes.csv").write_text(patches, encoding="utf-8")
    made, submitted = init(folder / "book", str(source))
    assert {s.status for s in submitted} == {"accepted"}, [f.text("en") for s in submitted for f in s.findings]
    done = run(made, "2019-2020", trial=True)
    assert done.vintage is not None, [f.text("en") for f in done.findings]
    return made


@pytest.fixture(scope="module")
def release(book: Book) -> Release:
    (folder,) = book.releases.iterdir()
    return Release(int(folder.name), folder)


def one(book: Book, table: str, **more: Any) -> Sheet:
    (made,) = sheets(book, [table], **more)
    return made


def cell(made: Sheet, code: str, column: str) -> Cell:
    at = [c.code for c in made.columns].index(column)
    (line,) = [line for line in made.lines if line.code == code]
    return line.cells[at]


def test_rows_and_columns_stand_in_the_order_of_the_layout(book: Book) -> None:
    made = one(book, "LA-01", year=2019)
    layout = book.catalog.layouts["LA-01"]
    assert [line.code for line in made.lines] == [r.code for r in layout.rows]
    assert [c.code for c in made.columns] == ["row", "name", *(c.code for c in layout.columns)]
    facts = dict(made.facts)
    assert facts["地区"] == "某市 (880100)"
    assert (facts["计量单位"], facts["年度"]) == ("公顷", "2019")
    assert "须与正式文本核对" in facts["表式依据"]
    assert "(试算)" in facts["版次"]
    assert made.illustrative


def test_numbers_are_rounded_for_print_and_keep_what_is_behind_them(book: Book) -> None:
    made = one(book, "LA-01", year=2019)
    opening = cell(made, "R10", "C02")  # 2 x 100.005
    assert (opening.text, opening.number) == ("200.01", Decimal("200.01"))
    half = cell(one(book, "LA-01", year=2019, region=FIRST), "R10", "C02")
    assert half.text == "100.00"  # 100.005: an exact half goes to the even digit
    assert half.figures[0][1] == "100.005 公顷"
    assert cell(made, "R22", "C02").text == "0.00"
    assert cell(made, "R50", "C02").text == "\u22122.00"


@pytest.mark.parametrize("table", ["LA-01", "LM-01", "WR-01", "MN-01", "BS-00"])
def test_every_number_has_an_address_that_explains_it(
    book: Book, release: Release, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # one release serves all figures: reading it anew for each of them shows nothing more
    monkeypatch.setattr("gep.workflow.explain.release_of", lambda *_: release)
    found = [f for s in sheets(book, [table], year=2020) for line in s.lines for c in line.cells for f in c.figures]
    assert found
    whole = [replace(complete(book, address), vintage=None).text() for address, _ in found]
    assert all(w in release.figures or f"{w}#closing" in release.figures for w in whole)  # closing is the default column
    for address, _ in found[:: max(1, len(found) // 2)]:
        assert address.endswith(f"@{release.vintage}")
        assert explain(book, address).parts
    numbers = [c for s in sheets(book, [table], year=2020) for line in s.lines for c in line.cells if c.kind == "number"]
    assert all(c.figures for c in numbers)


def test_what_is_missing_is_a_sign_and_never_zero(book: Book) -> None:
    made = one(book, "MN-01", year=2019, region=SECOND, instance="kaolin")
    assert (cell(made, "R31", "C1").text, cell(made, "R31", "C1").kind) == ("…", "missing")
    assert cell(made, "R40", "C0").text == "…"
    assert any("不是零" in note for note in made.notes)
    assert cell(one(book, "MN-01", year=2019, region=FIRST, instance="kaolin"), "R40", "C0").text == "300.00"


def test_a_table_that_is_repeated_gives_a_sheet_for_each(book: Book) -> None:
    made = sheets(book, ["MN-01"], year=2019, lang="en")
    assert [dict(s.facts)["of"] for s in made] == ["Kaolin (kaolin)", "Limestone (limestone)"]


def test_a_matrix_adds_up_the_causes(book: Book) -> None:
    made = one(book, "LM-01", year=2019, region=FIRST)
    moved = cell(made, "F02", "T06")  # 0 + 9000 + 1000 m2 = 1 ha
    assert moved.text == "1.00"
    assert [a.split("/")[6].split("@")[0] for a, _ in moved.figures] == ["adjustment", "human", "natural"]
    assert cell(made, "F02", "T02").text == "·"
    assert cell(made, "F98", "T98").kind == "blank"
    assert any("人为、自然、调整" in note for note in made.notes)


def test_a_restated_opening_is_noted_with_its_reason(book: Book) -> None:
    (note,) = [n for n in one(book, "LA-01", year=2020).notes if "重述" in n]
    # 101.505 - (100.005 - 1) = 2.5
    assert all(part in note for part in ("SURVEY_BREAK", "调查更替", "甲县", "C02 +2.50", "R23、R33", "新调查"))
    assert not [n for n in one(book, "LA-01", year=2020, region=SECOND).notes if "重述" in n]


def test_a_residual_is_marked_and_the_balance_called_empty(book: Book) -> None:
    made = one(book, "WR-01", year=2019, region=SECOND)
    assert cell(made, "R16", "C11").text == "3.00"
    assert cell(made, "R16", "name").text.endswith("※")
    assert any("WR-01.R16@1" in note and "乙县" in note for note in made.notes)
    assert any("不能证明" in note for note in made.notes)
    assert not [n for n in one(book, "WR-01", year=2019, region=FIRST).notes if "※" in n]


def test_a_discrepancy_is_told(book: Book) -> None:
    made = one(book, "WR-01", year=2020, region=FIRST, lang="en")  # 12 + 0 - 0 against 12 surveyed
    assert any(note.startswith("R19") and "zero in every column" in note for note in made.notes)


def test_the_balance_sheet_has_physical_lines_in_their_units(book: Book) -> None:
    made = one(book, "BS-00", year=2019, lang="en")
    land = next(line for line in made.lines if line.code == "A1.physical")
    # 2 x (100.005 + 8 x 50) = 1000.01
    assert [c.text for c in land.cells] == ["A1.physical", "Land (physical)", "ha", "1,000.01", "1,000.01", "0.00"]
    assert "A4.physical.limestone" in [line.code for line in made.lines]


def test_what_was_returned_is_listed_by_table_region_and_year(book: Book) -> None:
    made = returned(book, lang="en")
    assert [c.code for c in made.columns[2:]] == ["2019", "2020"]
    assert [line.code for line in made.lines if line.style == "group"][:1] == ["LA-01"]
    kinds = {c.kind for line in made.lines for c in line.cells[2:]}
    assert "complete" in kinds
    with pytest.raises(Refused):
        returned(book, year=1999)


@pytest.mark.parametrize(
    ("table", "more", "code", "near"),
    [
        ("XX-01", {}, "SHEET-NO-TABLE", "LA-01"),
        ("VA-01", {}, "SHEET-NO-TABLE", "LA-01"),
        ("LA-01", {"region": "999999"}, "SHEET-NO-REGION", "880121"),
        ("MN-01", {"instance": "gold"}, "SHEET-NO-INSTANCE", "kaolin"),
        ("LA-01", {"year": 1999}, "CATALOGUE-NO-RESULT", "2020/assets"),
    ],
)
def test_what_is_not_there_is_refused_naming_what_is(book: Book, table: str, more: dict[str, Any], code: str, near: str) -> None:
    with pytest.raises(Refused) as caught:
        sheets(book, [table], **more)
    (told,) = caught.value.findings
    assert told.code == code
    assert near in told.expected


def test_the_page_carries_the_address_of_every_number_and_no_script(book: Book) -> None:
    made = sheets(book, ["LA-01", "BS-00"], year=2020)
    text = page(made, "zh")
    assert text == page(made, "zh")
    assert "<script" not in text
    assert not re.search(r"https?://", text)
    numbers = [c for s in made for line in s.lines for c in line.cells if c.kind == "number"]
    assert len(re.findall(r'data-figure="', text)) >= len(numbers)
    assert 'data-figure="asset_account/880100/2020/LA-01/R10/C02/-/scheme=assets@' in text.replace(
        "/R10/C02/scheme", "/R10/C02/-/scheme"
    )


def test_the_command_prints_writes_and_tells_json(book: Book, tmp_path: Path) -> None:
    runner, app = CliRunner(), typer.Typer()
    app.command()(sheet)
    shown = runner.invoke(app, [str(book.root), "LA-01", "--year", "2020", "--lang", "en"])
    assert shown.exit_code == 0
    assert "Land: stock and changes" in shown.output
    listed = runner.invoke(app, [str(book.root), "--json"])
    assert json.loads(listed.output)["result"]["sheets"][0]["table"] == "coverage"
    target = tmp_path / "a.html"
    written = runner.invoke(app, [str(book.root), "BS-00", "-o", str(target), "--json"])
    assert written.exit_code == 0
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    refused = runner.invoke(app, [str(book.root), "XX-01", "--json"])
    assert refused.exit_code == 1


def test_a_page_is_kept_with_the_book_once(book: Book, tmp_path: Path) -> None:
    root = Path(shutil.copytree(book.root, tmp_path / "book"))
    runner, app = CliRunner(), typer.Typer()
    app.command()(sheet)
    call = [str(root), "LA-01", "BS-00", "--year", "2020", "--lang", "en", "--keep", "--as", "丙", "--json"]
    result = json.loads(runner.invoke(app, call).output)["result"]
    (vintage,) = (p.name for p in book.releases.iterdir())
    assert result["statement"] == f"statements/2020-{vintage}/LA-01+BS-00-{CITY}-trial-en.html"
    kept = root / result["statement"]
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == result["sha256"]
    entry = Book(root).entries()[-1]
    assert (entry.seq, entry.act, entry.who, entry.data["year"]) == (result["seq"], "statement", "丙", 2020)
    assert json.loads(runner.invoke(app, call).output)["result"] == result  # the same page again is no new act
    assert Book(root).entries()[-1] == entry
    # under the name of the file that is written as well; another page of that name is refused
    named = runner.invoke(
        app, [str(root), "BS-00", "--year", "2020", "--keep", "-o", str(tmp_path / "总表.html"), "--lang", "zh"]
    )
    assert named.exit_code == 0
    assert f"statements/2020-{vintage}/总表.html" in named.output
    other = runner.invoke(app, [str(root), "LA-01", "--year", "2020", "--keep", "-o", str(tmp_path / "总表.html"), "--json"])
    assert [f["code"] for f in json.loads(other.output)["findings"]] == ["STATEMENT-OTHER"]
    assert runner.invoke(app, [str(root), "--keep"]).exit_code == 2
