"""Record sets: checked by column, counted with examples, sorted, in seconds for a million rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gep.base.records import Vocabulary
from gep.intake.reader import read_table
from gep.intake.records import RecordRows, read_record_bytes, read_records
from gep.intake.submit import intake

HEADER = "region,period,row,ecosystem,area,slope"
Make = Callable[..., bytes]


def _read(data: bytes, vocabulary: Vocabulary, name: str = "p.csv", record_set: str = "patches") -> RecordRows:
    return read_record_bytes(name, data, vocabulary.records[record_set], vocabulary)


def _csv(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


ROWS = ["513322,2010,b,forest,2.5,0.2", "513300,2010,b,shrub,1e3,", "513300,2010,a,forest,10,.5", "513300,2009,z,forest,0,1"]


def test_sorted_table_with_null_for_unknown(vocabulary: Vocabulary) -> None:
    result = _read(_csv(*ROWS), vocabulary)
    assert [(f.code, f.severity, dict(f.args)["count"], f.found) for f in result.findings] == [
        ("INTAKE-RECORD-UNKNOWN", "note", "1", "3: ")
    ]
    table = result.table
    assert table.column_names == ["region", "period", "row", "ecosystem", "area", "slope"]
    assert [table.schema.field(n).type for n in ("row", "area")] == [pa.string(), pa.float64()]
    assert table.select(["region", "period", "row"]).to_pylist() == [
        {"region": "513300", "period": "2009", "row": "z"},
        {"region": "513300", "period": "2010", "row": "a"},
        {"region": "513300", "period": "2010", "row": "b"},
        {"region": "513322", "period": "2010", "row": "b"},
    ]
    assert table["area"].to_pylist() == [0.0, 10.0, 1000.0, 2.5]
    assert table["slope"].to_pylist() == [1.0, 0.5, None, 0.2]


def test_every_way_in_gives_the_same_table(vocabulary: Vocabulary, tmp_path: Path) -> None:
    plain = _read(_csv(*ROWS), vocabulary)
    quoted = _read(_csv(*[row.replace("forest", '"forest"') for row in ROWS]), vocabulary)
    windows = _read(b"\xef\xbb\xbf" + _csv(*ROWS).replace(b"\n", b"\r\n"), vocabulary)
    blank = _read(_csv(ROWS[0], "", *ROWS[1:]), vocabulary)
    read, _ = read_table("p.csv", _csv(*ROWS))
    assert read is not None
    of_table = read_records(read, vocabulary.records["patches"], vocabulary)
    columns = list(zip(*(row.split(",") for row in ROWS), strict=True))
    numbers = [pa.array([float(text) if text else None for text in column]) for column in columns[4:]]
    whole = pa.array([int(code) for code in columns[0]])  # region codes stored as whole numbers
    path = tmp_path / "p.parquet"
    names = HEADER.split(",")
    pq.write_table(pa.table(dict(zip(names, [whole, *map(list, columns[1:4]), *numbers], strict=True))), path)
    parquet = read_records(path, vocabulary.records["patches"], vocabulary)
    for other in (quoted, windows, blank, of_table, parquet):
        assert other.table.equals(plain.table)
        assert [f.code for f in other.findings] == ["INTAKE-RECORD-UNKNOWN"]
    assert blank.findings[0].place.row == 4  # the blank line counts


def test_order_of_rows_does_not_matter(vocabulary: Vocabulary) -> None:
    assert _read(_csv(*ROWS[::-1]), vocabulary).table.equals(_read(_csv(*ROWS), vocabulary).table)


def test_all_faults_of_all_columns_at_once(vocabulary: Vocabulary) -> None:
    rows = [
        "513399,2010,a,forest,1,1",
        "513300,2010年,b,forest,1,1",
        "513300,2010,,froest,-1,inf",
        "513300,2016,c,cropland,x,1",
        "513300,2010,d,forest,2e9,",
        "513300,2010,d,forest,1,1",
    ]
    result = _read(_csv(*rows), vocabulary)
    assert result.table is None
    assert sorted((f.place.row, f.place.column, f.code) for f in result.findings) == [
        (2, "region", "INTAKE-RECORD-CODE"),
        (3, "period", "INTAKE-RECORD-PERIOD"),
        (4, "area", "INTAKE-RECORD-BELOW"),
        (4, "ecosystem", "INTAKE-RECORD-CODE"),
        (4, "row", "INTAKE-RECORD-KEY-EMPTY"),
        (4, "slope", "INTAKE-RECORD-NOT-FINITE"),
        (5, "area", "INTAKE-RECORD-NOT-A-NUMBER"),
        (5, "ecosystem", "INTAKE-RECORD-CODE-NOT-VALID"),
        (6, "area", "INTAKE-RECORD-ABOVE"),
        (6, "slope", "INTAKE-RECORD-UNKNOWN"),
        (7, "row", "INTAKE-RECORD-TWICE"),
    ]


def test_faults_are_counted_and_twenty_shown(vocabulary: Vocabulary) -> None:
    rows = [f"513300,2010,r{n},forest,-{n + 1},1" for n in range(50)]
    (found,) = _read(_csv(*rows), vocabulary).findings
    assert dict(found.args)["count"] == "50"
    assert found.found.count(":") == 20
    assert found.found.startswith("2: -1, 3: -2, ")


def test_text_python_would_take_for_a_number_is_refused(vocabulary: Vocabulary) -> None:
    rows = [f"513300,2010,{n},forest,{text},1" for n, text in enumerate(["1_0", "１", "0x10", "1e400", "١", "1 2", "+-1"])]
    result = _read(_csv(*rows), vocabulary)
    assert {(f.code, dict(f.args)["count"]) for f in result.findings} == {
        ("INTAKE-RECORD-NOT-A-NUMBER", "6"),
        ("INTAKE-RECORD-NOT-FINITE", "1"),
    }


def test_parquet_types(vocabulary: Vocabulary) -> None:
    def read(area: pa.Array) -> RecordRows:
        names = {"region": ["513300"], "period": ["2010"], "row": ["a"], "ecosystem": ["forest"], "area": area, "slope": [1.0]}
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table(names), sink)
        return _read(sink.getvalue().to_pybytes(), vocabulary, "p.parquet")

    assert read(pa.array([Decimal("1.25")])).table["area"].to_pylist() == [1.25]
    assert read(pa.array([float("nan")])).findings[0].code == "INTAKE-RECORD-NOT-FINITE"
    assert read(pa.array([True])).findings[0].code == "INTAKE-COLUMN-TYPE"
    assert read(pa.array([None], pa.float64())).findings[0].code == "INTAKE-RECORD-UNKNOWN"


def test_months(vocabulary: Vocabulary) -> None:
    header = "region,period,row,month,rain"
    rows = [f"513300,2010,g{g},{m},{m}" for g in (2, 1) for m in range(12, 0, -1)]
    result = _read(_csv(*rows, header=header), vocabulary, record_set="rain")
    assert result.findings == ()
    assert result.table["month"].to_pylist() == [*range(1, 13), *range(1, 13)]
    assert result.table["row"].to_pylist() == ["g1"] * 12 + ["g2"] * 12
    assert result.table.schema.field("month").type == pa.int32()
    short = _read(_csv(*rows[1:], header=header), vocabulary, record_set="rain")
    assert [(f.code, f.found) for f in short.findings] == [("INTAKE-RECORD-MONTHS", "513300/2010/g2: 11")]
    part = _read(_csv("513300,2010-06,g,1,1", header=header), vocabulary, record_set="rain")
    assert "INTAKE-RECORD-PERIOD" in [f.code for f in part.findings]


def test_through_the_one_door(vocabulary: Vocabulary) -> None:
    result = intake("p.csv", _csv(*ROWS), vocabulary, record_set="patches")
    assert (result.facts, result.rows) == ((), 4)
    assert result.records.num_rows == 4  # type: ignore[attr-defined]
    assert len(result.sha256) == 64


def test_a_million_rows_take_seconds(vocabulary: Vocabulary) -> None:
    count = 1_000_000
    order = np.random.default_rng(1).permutation(count)
    table = pa.table(
        {
            "region": pa.array(np.where(order % 2 == 0, "513300", "513322")),
            "period": pa.array(["2010"] * count),
            "row": pa.array(order).cast(pa.string()),
            "ecosystem": pa.array(["forest"] * count),
            "area": pa.array(order % 1000 + 0.5),
            "slope": pa.array(order % 7 + 0.25),
        }
    )
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    begin = time.perf_counter()
    result = _read(sink.getvalue().to_pybytes(), vocabulary, "p.parquet")
    assert time.perf_counter() - begin < 60  # about 3 s on an idle core; the bound only tells vectorised from row by row
    assert result.findings == ()
    assert result.table.num_rows == count
    assert float(np.sum(result.table["area"].to_numpy())) == float(np.sum(order % 1000 + 0.5))
