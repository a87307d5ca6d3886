"""Bytes to a text table: encodings, line numbers, JSON and Parquet digits, and nothing that makes it raise."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.intake.csv_text import read_csv
from gep.intake.reader import check_kind, decode, read_table
from gep.intake.table import Table


def _table(name: str, data: bytes) -> Table:
    table, findings = read_table(name, data)
    assert findings == ()
    assert table is not None
    return table


def _codes(name: str, data: bytes) -> list[str]:
    return [f.code for f in read_table(name, data)[1]]


def _parquet(columns: dict[str, pa.Array]) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue().to_pybytes()


def test_quoted_line_breaks_keep_the_line_numbers_of_a_text_editor() -> None:
    data = b'a,b\r\n1,"x\r\ny"\r\n\r\n2,z\r\n"p\nq",w\n3,v'
    # lines: 1 header, 2-3 first record, 4 blank, 5 second, 6-7 third (a bare line feed inside), 8 fourth without line end
    table = _table("f.csv", data)
    assert [(row.line, row.cells) for row in table.rows] == [
        (2, ("1", "x\r\ny")),
        (5, ("2", "z")),
        (6, ("p\nq", "w")),
        (8, ("3", "v")),
    ]
    assert table.sha256 == hashlib.sha256(data).hexdigest()


def test_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert _table("f.csv", b"\xef\xbb\xbfa,b\n1,2\n").columns == ("a", "b")


def test_rows_of_empty_cells_carry_nothing() -> None:
    assert [row.line for row in _table("f.csv", b"a,b\n,\n1,2\n,\n").rows] == [3]


def test_each_broken_record_is_reported_and_the_next_ones_are_read() -> None:
    # line 2 opens a quotation mark that is never closed, line 4 has a cell too many, line 6 text behind a closed quotation mark
    text = 'a,b\n"1,2\n3,4\n5,6,7\n8,9\n"10"x,11\n12,13\n'
    columns, rows, findings = read_csv("f.csv", text)
    assert columns == ("a", "b")
    assert [(f.code, f.place.row) for f in findings] == [("INTAKE-QUOTES", 2), ("INTAKE-RAGGED", 4), ("INTAKE-QUOTES", 6)]
    assert [row.line for row in rows] == [3, 5, 7]


def test_a_stray_mark_that_finds_a_partner_lines_below_does_not_swallow_what_lies_between() -> None:
    text = 'a,b,c\n1,"2,3\n4,5,6\n7,"8",9\n'
    _, rows, findings = read_csv("f.csv", text)
    assert [(f.code, f.place.row) for f in findings] == [("INTAKE-QUOTES", 2)]
    assert [row.line for row in rows] == [3, 4]


def test_gb18030_is_read_and_its_first_chinese_line_shown() -> None:
    text, findings = decode("f.csv", "a,b\n1,森林\n2,湿地\n".encode("gb18030"))
    assert text == "a,b\n1,森林\n2,湿地\n"
    assert [(f.code, f.place.row, f.found) for f in findings] == [("INTAKE-GB18030", 2, "1,森林")]


@pytest.mark.parametrize("data", [b"a,b\n1,\xff\xff\n", "a,b\n1,é\n".encode("latin-1"), "a,b\n1,2\n".encode("utf-16")])
def test_other_encodings_are_never_guessed(data: bytes) -> None:
    assert _codes("f.csv", data) == ["INTAKE-ENCODING"]


def test_bytes_that_gb18030_maps_to_private_use_are_no_text() -> None:
    assert _codes("f.csv", b"a,b\n1,\xaa\xa1\n") == ["INTAKE-ENCODING"]


@pytest.mark.parametrize("data", [b"", b" \r\n\n", b"\xef\xbb\xbf"])
def test_a_file_without_content_is_empty(data: bytes) -> None:
    assert _codes("f.csv", data) == ["INTAKE-EMPTY"]


def test_kind_goes_by_content_and_name_together() -> None:
    parquet = _parquet({"a": pa.array(["1"])})
    assert [f.code for f in check_kind("f.csv", parquet)] == ["INTAKE-KIND-NAME"]
    assert [f.code for f in check_kind("f.parquet", b"a,b\n")] == ["INTAKE-KIND-NAME"]
    assert [f.code for f in check_kind("f.xlsx", b"PK\x03\x04")] == ["INTAKE-WORKBOOK"]
    assert [f.code for f in check_kind("f.csv", b"\xd0\xcf\x11\xe0\xa1")] == ["INTAKE-WORKBOOK"]
    assert [f.code for f in check_kind("f.csv", b"%PDF-1.7")] == ["INTAKE-KIND-NAME"]
    assert check_kind("F.CSV", b"a,b\n") == []


def test_size_limit_counts_bytes_exactly() -> None:
    assert check_kind("f.csv", b"a,b\n1,2\n", limit=8) == []
    (over,) = check_kind("f.csv", b"a,b\n1,2\n", limit=7)
    assert (over.found, over.expected, over.difference) == ("8 B", "7 B", "1 B")


JSON_LIST = '[\n {"a": 12.50, "b": "x"},\n\n {"a": 1e2,\n  "c": null}, {"b": 0.10}\n]\n'


def test_json_list_keeps_digits_and_lines() -> None:
    table = _table("f.json", JSON_LIST.encode())
    assert table.columns == ("a", "b", "c")
    assert [(row.line, row.cells) for row in table.rows] == [(2, ("12.50", "x", "")), (4, ("1e2", "", "")), (5, ("", "0.10", ""))]


def test_json_lines_keep_digits_and_lines() -> None:
    table = _table("f.jsonl", b'{"a": 12345678901234567890123.10}\n\n{"a": 7}\n')
    assert [(row.line, row.cells) for row in table.rows] == [(1, ("12345678901234567890123.10",)), (3, ("7",))]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[{"a": 1}', 1),
        ('[{"a": 1},]', 1),
        ('[{"a": 1}] x', 1),
        ('[\n{"a": 1}\n{"a": 2}]', 3),
        ('{\n "a": 1\n}', 1),
        ("[" * 100_000, 1),
        ('{"a": 1}\n{"a" 2}\n{"a": 3}', 2),
    ],
)
def test_broken_json_is_named_at_its_line(text: str, line: int) -> None:
    _, findings = read_table("f.json", text.encode())
    assert [(f.code, f.place.row) for f in findings] == [("INTAKE-JSON-SYNTAX", line)]


def test_json_not_a_number_reaches_the_number_check_as_text() -> None:
    assert _table("f.json", b'[{"a": NaN}]').rows[0].cells == ("NaN",)


def test_parquet_digits() -> None:
    data = _parquet(
        {
            "text": pa.array(["1.50", None, "x"]),
            "decimal": pa.array([Decimal("1.500"), Decimal("-0.010"), None]),
            "whole": pa.array([513300, None, 3], pa.int64()),
            "code": pa.array(["a", "b", "a"]).dictionary_encode(),
            "null": pa.nulls(3),
        }
    )
    table = _table("f.parquet", data)
    assert [row.cells for row in table.rows] == [
        ("1.50", "1.500", "513300", "a", ""),
        ("", "-0.010", "", "b", ""),
        ("x", "", "3", "a", ""),
    ]
    assert [row.line for row in table.rows] == [1, 2, 3]


def test_parquet_doubles_are_read_with_the_fewest_digits_and_that_is_said() -> None:
    values = pa.array([0.1, 1e22, 5.0, 1e-7, None, float("nan")], pa.float64())
    table, findings = read_table("f.parquet", _parquet({"value": values, "k": pa.array(["k"] * 6)}))
    assert table is not None
    assert [row.cells[0] for row in table.rows] == ["0.1", "1" + "0" * 22, "5", "0.0000001", "", "nan"]
    assert [(f.code, f.severity) for f in findings] == [("INTAKE-FLOAT-COLUMN", "note")]


def test_parquet_columns_of_other_types_are_named_and_the_rest_is_read() -> None:
    data = _parquet({"a": pa.array([[1], [2]]), "b": pa.array(["x", "y"]), "c": pa.array([True, False])})
    table, findings = read_table("f.parquet", data)
    assert table is not None
    assert (table.columns, table.unread) == (("b",), frozenset({"a", "c"}))
    assert [(f.code, f.place.column) for f in findings] == [("INTAKE-COLUMN-TYPE", "a"), ("INTAKE-COLUMN-TYPE", "c")]


def test_parquet_cut_short_or_with_flipped_bits_is_refused_or_read_never_raised() -> None:
    data = _parquet({"value": pa.array([str(n) for n in range(50)])})
    assert _codes("f.parquet", data[:-20]) == ["INTAKE-PARQUET-DAMAGED"]
    for at in range(0, len(data), 7):
        flipped = bytearray(data)
        flipped[at] ^= 0x10
        read_table("f.parquet", bytes(flipped))


def test_csv_and_json_lines_of_the_same_records_give_the_same_cells() -> None:
    records = [{"a": "1", "b": "x,y"}, {"a": '"', "b": "é\n"}]
    text = 'a,b\n1,"x,y"\n"""","é\n"\n'
    lines = "\n".join(json.dumps(r) for r in records)
    one, two = _table("f.csv", text.encode()), _table("f.jsonl", lines.encode())
    assert [row.cells for row in one.rows] == [row.cells for row in two.rows]


@given(data=st.binary(max_size=300), name=st.sampled_from(["f.csv", "f.json", "f.jsonl", "f.parquet", "f.xlsx", "f"]))
def test_no_bytes_make_it_raise(data: bytes, name: str) -> None:
    table, findings = read_table(name, data)
    assert table is not None or findings
    assert all(f.text("zh") and f.mend("en") for f in findings)


@given(text=st.text(st.sampled_from('ab,;"\n\r\t[]{}:01.é森\0'), max_size=120), name=st.sampled_from(["f.csv", "f.json"]))
def test_no_text_makes_it_raise_and_no_line_is_lost_in_silence(text: str, name: str) -> None:
    table, findings = read_table(name, text.encode())
    if name == "f.csv" and table is not None and not findings:
        assert all(1 < row.line <= text.count("\n") + text.count("\r") + 1 for row in table.rows)
        assert all(len(row.cells) == len(table.columns) for row in table.rows)
