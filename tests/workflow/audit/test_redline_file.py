"""redline.csv: rows become patches with their activities, and every fault is told with row and column."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.redline import Activity, Patch, compare
from gep.base.findings import Finding, Place
from gep.workflow.audit.redline_file import COLUMNS, RedlineFile, parse_redline, read_redline

HEAD = ",".join(COLUMNS)
ROW = "L2018,17,990121,water,20.50,km2,2018-07-01,2020-06-30,99.0,0.71,示例文件1号,,,,"


def parsed(*rows: str, head: str = HEAD) -> RedlineFile:
    return parse_redline("\r\n".join([head, *rows, ""]).encode())


def seen(found: RedlineFile) -> list[tuple[str, int, str]]:
    return [(f.code, f.place.row, f.place.column) for f in found.findings]


def only(found: RedlineFile) -> Finding:
    (told,) = found.findings
    return told


def test_a_row_becomes_a_patch() -> None:
    found = parsed(ROW)
    assert found.findings == ()
    assert found.patches == (
        Patch(
            "17",
            "L2018",
            "990121",
            "water",
            Decimal("20.50"),
            "km2",
            date(2018, 7, 1),
            date(2020, 6, 30),
            Decimal("99.0"),
            Decimal("0.71"),
            document="示例文件1号",
        ),
    )
    assert found.patches[0].place == Place("redline.csv", 2)


def test_an_empty_cell_is_not_known() -> None:
    (patch,) = parsed("L2018,17,990121,water,,km2,2018-07-01,,,,,,,,").patches
    assert (patch.area, patch.natural_share, patch.function_index, patch.legal) == (None, None, None, None)
    assert (patch.valid_to, patch.document, patch.activities, patch.issues) == (date.max, "", (), ())


def test_the_rows_of_a_patch_bring_its_activities_together() -> None:
    start = "L2018,17,990121,water,20,km2,2018-07-01,,99,,"
    found = parsed(
        f"{start},,,否,W0",
        f"{start},采矿,12.5,否,W1",
        f"{start},耕种,,,",
        "L2018,18,990121,water,20,km2,2018-07-01,,99,,,道路,3,是,",
    )
    assert found.findings == ()
    first, second = found.patches
    assert first.activities == (Activity("采矿", Decimal("12.5"), "ha", False, "W1"), Activity("耕种", None, "ha", None, ""))
    assert (first.legal, first.issues) == (False, ("W0",))
    assert second.activities == (Activity("道路", Decimal(3), "ha", True, ""),)
    assert (second.legal, second.issues) == (None, ())


def test_optional_columns_are_read() -> None:
    head = f"{HEAD},function_normalised,activity_unit"
    (patch,) = parsed("L2018,17,990121,water,20,km2,2018-07-01,,99,0.7,,采矿,5,,,0.72,亩", head=head).patches
    assert (patch.normalised, patch.activities[0].unit) == (Decimal("0.72"), "亩")


@pytest.mark.parametrize(
    ("text", "legal"), [("是", True), ("Yes", True), ("true", True), ("否", False), ("NO", False), ("", None)]
)
def test_yes_and_no_in_both_languages(text: str, legal: bool | None) -> None:
    assert parsed(f"{ROW[:-1]}{text},").patches[0].legal is legal


def test_all_faults_of_a_file_with_row_and_column() -> None:
    found = parsed(
        ",17,,water,20,,2018-7-1,2018-02-30,99,0.71,,,,,",
        "L2018,18,990121,water,2O,km2,2018-07-01,,99,—,,,5,maybe,",
        "L2018,19,990121,water,-1,t,2018-07-01,2017-01-01,101,0.7,,,,,",
        "L2018,20,990121,water,1,km2,2018-07-01,,,,,采矿,101,,",
    )
    assert seen(found) == [
        ("REDLINE-FILE-EMPTY", 2, "county"),
        ("REDLINE-FILE-EMPTY", 2, "unit"),
        ("REDLINE-FILE-DAY", 2, "valid_from"),
        ("REDLINE-FILE-DAY", 2, "valid_to"),
        ("REDLINE-FILE-EMPTY", 2, "version"),
        ("REDLINE-FILE-ACTIVITY", 3, "activity"),
        ("BASE-NUMBER-UNIT-IN-VALUE", 3, "area"),
        ("BASE-NUMBER-MISSING-MARKER", 3, "function_index"),
        ("REDLINE-FILE-LEGAL", 3, "legal"),
        ("REDLINE-AREA", 4, "area"),
        ("REDLINE-SHARE", 4, "natural_share"),
        ("REDLINE-UNIT", 4, "unit"),
        ("REDLINE-DAYS", 4, "valid_to"),
        ("REDLINE-ACTIVITY-LARGER", 5, "activity_area"),
    ]
    assert found.patches == ()
    assert all(f.place.file == "redline.csv" for f in found.findings)


def test_a_patch_with_a_fault_is_left_out_and_the_others_are_read() -> None:
    found = parsed("L2018,17,990121,water,x,km2,2018-07-01,,,,,,,,", "L2018,18,990121,water,1,km2,2018-07-01,,,,,,,,")
    assert [p.id for p in found.patches] == ["18"]


def test_rows_of_one_patch_that_differ_or_repeat_each_other() -> None:
    start = "L2018,17,990121,water,20,km2,2018-07-01,,99,,"
    found = parsed(f"{start},采矿,5,,", "L2018,17,990121,water,21,km2,2018-07-01,,98,,,耕种,5,,", f"{start},采矿,5,,")
    assert seen(found) == [
        ("REDLINE-FILE-REPEAT", 3, "area"),
        ("REDLINE-FILE-REPEAT", 3, "natural_share"),
        ("REDLINE-FILE-TWICE", 4, "patch"),
    ]
    assert (found.findings[0].found, found.findings[0].expected) == ("21", "20")
    assert "2" in found.findings[2].text("en")
    assert found.patches == ()


def test_a_header_that_lacks_or_repeats_a_column() -> None:
    head = HEAD.replace("valid_to", "until").replace("issue", "patch")
    found = parsed(ROW, head=head)
    assert seen(found) == [
        ("REDLINE-FILE-COLUMN", 1, "issue"),
        ("REDLINE-FILE-COLUMN-UNKNOWN", 1, "patch"),
        ("REDLINE-FILE-COLUMN-UNKNOWN", 1, "until"),
        ("REDLINE-FILE-COLUMN", 1, "valid_to"),
    ]
    assert found.patches == ()


def test_a_file_that_is_no_table_of_text() -> None:
    assert only(parse_redline("版本".encode("gb18030"))).code == "REDLINE-FILE-TEXT"
    assert len(parse_redline(b"").findings) == len(COLUMNS)
    assert [f.code for f in parsed(ROW + ",more").findings] == ["INTAKE-RAGGED"]


def test_a_file_on_disk_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "redline.csv"
    path.write_bytes(f"{HEAD}\n{ROW}\n".encode("utf-8-sig"))
    assert read_redline(path) == parsed(ROW)
    assert only(parse_redline(b"\xff", name="tenures/x/redline.csv")).place.file == "tenures/x/redline.csv"


def test_layers_of_a_file_are_compared() -> None:
    # 17 (20.50 km2, 99 % natural) is cut; one part keeps 12, the other 8.5 with 97 %: by area 97.756 %, so nature is broken
    found = parsed(
        ROW,
        "L2020,17.1,990121,water,12,km2,2020-07-01,,98.29,,,,,,",
        "L2020,17.2,990121,water,8.5,km2,2020-07-01,,97,,,采矿,5,否,W1",
    )
    ledger = compare(found.patches, date(2018, 7, 1), date(2020, 7, 1))
    assert (ledger.whole.area_kept, ledger.whole.nature, ledger.whole.function) == ("held", "broken", "unknown")
    # 20.295 before; 11.7948 + 8.245 after
    assert ledger.lines[0].converted == Decimal("0.2552")
    assert [(a.kind, a.course, a.illegal) for a in ledger.activities] == [("采矿", "new", 1)]


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    parse_redline(data)


@given(
    st.lists(st.sampled_from(["", "1", "x", "2020-01-01", "是", "km2", "1e400", '"', "0", "-3", "1_0"]), min_size=15, max_size=15)
)
def test_no_row_raises_and_a_row_is_read_or_told_of(cells: list[str]) -> None:
    found = parsed(",".join(cells))
    assert bool(found.patches) != bool(found.findings) or not any(cells)
