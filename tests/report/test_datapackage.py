"""Open data as a Data Package: read back and judged by the frictionless library, exact in text and Parquet, inert in a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import Names, Source
from gep.ledger.columns import Table
from gep.ledger.files import digest_bytes
from gep.ledger.query import QueryResult, render
from gep.ledger.tables import BY_NAME, STORED_STATES, TABLES
from gep.report import datapackage

SAMPLES: dict[str, object] = {
    "VARCHAR": "甲,\"乙\"", "INTEGER": 2020, "BIGINT": 13, "BOOLEAN": True, "DATE": date(1, 1, 1),
    "TIMESTAMP": datetime(2026, 1, 2, 3, 4, 5, 60),
}  # fmt: skip


def sample(kind: str) -> object:
    if not kind.startswith("DECIMAL"):
        return SAMPLES[kind]
    places = int(kind.rstrip(")").split(",")[1])
    return Decimal(f"12345678901234567890.{'1234'.ljust(places, '0')}")


def result(table: Table, rows: int = 2) -> QueryResult:
    """Rows with a value in every column, then ones that leave out all they may; keys differ."""
    made = []
    for i in range(rows):
        row = [sample(c.type) if i == 0 or c.not_null else None for c in table.columns]
        for j, column in enumerate(table.columns):
            if column.name == "vintage":
                row[j] = i
            if column.name == "state" and table.amount:
                row[j] = "value" if i == 0 else "not_available"
        first = next(j for j, c in enumerate(table.columns) if c.key)
        row[first] = {"VARCHAR": f"k{i}", "INTEGER": i, "BIGINT": i}[table.columns[first].type]
        made.append(tuple(row))
    return QueryResult(tuple(c.name for c in table.columns), tuple(c.type for c in table.columns), tuple(made))


def written(folder: Path, results: dict[str, QueryResult], sources: list[Source]) -> Path:
    exported = []
    for name, one in results.items():
        files = {"csv": datapackage.csv_bytes(one), "parquet": render(one, "parquet")}
        held = []
        for kind, data in files.items():
            (folder / f"{name}.{kind}").write_bytes(data)
            held.append(datapackage.Held(f"{name}.{kind}", len(data), digest_bytes(data)))
        exported.append(datapackage.Exported(BY_NAME[name], len(one.rows), held[0], held[1]))
    path = folder / "datapackage.json"
    path.write_bytes(datapackage.package(Names("某县", "A county"), [13, 17], exported, sources))
    return path


@pytest.fixture(scope="module")
def validate() -> Any:
    import frictionless

    def run(path: Path) -> list[tuple[str, str, str]]:
        report = frictionless.validate(str(path))
        return [tuple(str(cell or "") for cell in row) for row in report.flatten(["type", "fieldName", "note"])]

    return run


def test_every_table_that_is_exported_is_valid_by_an_independent_reader(tmp_path: Path, validate: Any) -> None:
    path = written(tmp_path, {t.name: result(t) for t in TABLES}, [Source("s", "paper", "A paper", doi="10.1/x")])
    assert validate(path) == []


def test_the_description_says_what_each_column_is_in_both_languages(tmp_path: Path) -> None:
    data = json.loads(written(tmp_path, {"value_account": result(BY_NAME["value_account"])}, []).read_bytes())
    assert data["version"] == "13,17"
    assert "licenses" not in data  # nothing is known of a licence
    assert "sources" not in data  # the specification forbids an empty list
    one = data["resources"][0]
    fields = {f["name"]: f for f in one["schema"]["fields"]}
    assert list(fields) == [c.name for c in BY_NAME["value_account"].columns]
    assert fields["value"]["type"] == "number"
    assert fields["value"]["storedType"] == "DECIMAL(38,4)"
    assert fields["value"]["description_zh"] == BY_NAME["value_account"].column("value").zh
    assert fields["value"]["description_en"] == BY_NAME["value_account"].column("value").en
    assert "constraints" not in fields["value"]  # it may be missing
    assert fields["state"]["constraints"] == {"required": True, "enum": list(STORED_STATES)}
    assert one["schema"]["primaryKey"] == [c.name for c in BY_NAME["value_account"].keys]
    assert one["schema"]["missingValues"] == [""]
    raw = (tmp_path / "value_account.csv").read_bytes()
    assert (one["bytes"], one["hash"], one["rows"]) == (len(raw), f"sha256:{hashlib.sha256(raw).hexdigest()}", 2)
    packed = (tmp_path / "value_account.parquet").read_bytes()
    assert one["parquet"] == {
        "path": "value_account.parquet", "bytes": len(packed), "hash": f"sha256:{hashlib.sha256(packed).hexdigest()}",
    }  # fmt: skip


def test_a_table_without_a_key_declares_none() -> None:
    assert "primaryKey" not in datapackage.schema(BY_NAME["trace"])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"k1", b"k0", "hash-count"),  # any change of the bytes
        (b",not_available,", b",lost,", "constraint-error"),
        (b",2020,", b",,", "constraint-error"),
        (b",2020,", b",MMXX,", "type-error"),
    ],
)
def test_the_description_can_fail(tmp_path: Path, validate: Any, old: bytes, new: bytes, expected: str) -> None:
    path = written(
        tmp_path,
        {"gep_total" if old == b"k1" else "value_account": result(BY_NAME["gep_total" if old == b"k1" else "value_account"])},
        [],
    )
    name = "gep_total.csv" if old == b"k1" else "value_account.csv"
    raw = (tmp_path / name).read_bytes()
    assert old in raw
    changed = raw.replace(old, new, 1)
    (tmp_path / name).write_bytes(changed)
    found = {kind for kind, _, _ in validate(path)}
    assert found & {expected, "hash-count", "byte-count"}
    if expected != "hash-count":  # the same with the digest put right: the schema alone must see it
        data = json.loads(path.read_bytes())
        data["resources"][0] |= {"bytes": len(changed), "hash": f"sha256:{hashlib.sha256(changed).hexdigest()}"}
        path.write_text(json.dumps(data), encoding="utf-8")
        assert expected in {kind for kind, _, _ in validate(path)}


def test_two_rows_of_one_key_are_seen(tmp_path: Path, validate: Any) -> None:
    one = result(BY_NAME["gep_total"])
    twice = QueryResult(one.columns, one.types, (one.rows[0], one.rows[0]))
    assert "primary-key" in {kind for kind, _, _ in validate(written(tmp_path, {"gep_total": twice}, []))}


def test_the_text_is_exact_and_so_is_parquet(tmp_path: Path) -> None:
    one = result(BY_NAME["value_account"])
    written(tmp_path, {"value_account": one}, [])
    text = (tmp_path / "value_account.csv").read_text(encoding="utf-8")
    assert "12345678901234567890.1234," in text
    assert "E+" not in text
    assert "\r" not in text
    back = list(csv.DictReader(io.StringIO(text)))
    assert back[0]["value"] == "12345678901234567890.1234"
    assert back[1]["value"] == ""  # missing, never zero
    table = pq.read_table(tmp_path / "value_account.parquet", page_checksum_verification=True)
    assert str(table.schema.field("value").type) == "decimal128(38, 4)"
    assert [tuple(row[c] for c in one.columns) for row in table.to_pylist()] == list(one.rows)


def test_an_instant_says_that_it_is_utc() -> None:
    text = datapackage.csv_bytes(QueryResult(("at",), ("TIMESTAMP",), ((datetime(2026, 1, 2, 3, 4, 5),), (None,)))).decode()
    assert text == "at\n2026-01-02T03:04:05.000000Z\n\n"


@given(text=st.text(alphabet=st.sampled_from("=+-@\t \u00a0=+-@'\"\r\nab1|{}<>"), min_size=1))
def test_no_text_is_a_formula_and_every_text_can_be_had_back(text: str) -> None:
    raw = datapackage.csv_bytes(QueryResult(("note",), ("VARCHAR",), ((text,),))).decode()
    (cell,) = list(csv.reader(io.StringIO(raw, newline="")))[1]
    assert cell in (text, f"'{text}")
    if cell == text and text != "-":
        assert text.lstrip("\t\r\n \u00a0")[:1] not in set("=@=@") or not text.strip()


def test_what_departments_returned_stays_out_of_open_data() -> None:
    names = {t.name for t in datapackage.tables(returns=False)}
    assert names == {t.name for t in TABLES} - {"fact", "submission", "trace"}
    assert datapackage.tables(returns=True) == TABLES


def test_the_dictionary_names_every_column_once() -> None:
    rows = list(csv.reader(io.StringIO(datapackage.dictionary(TABLES).decode())))
    assert rows[0] == list(datapackage.DICTIONARY)
    named = [(row[0], row[1]) for row in rows[1:]]
    assert len(named) == len(set(named)) == sum(len(t.columns) + 1 for t in TABLES)
    assert all(zh and en for *_, zh, en in rows)


def test_a_source_is_cited_by_what_is_known_of_it() -> None:
    full = Source("s", "paper", "标题", authors="甲", year="2017", doi="10.1/x", url="https://e.org", published_in="学报")
    assert datapackage.source(full)["path"] == "https://doi.org/10.1/x"
    assert datapackage.source(Source("t", "", "t")) == {"title": "t", "id": "t"}
    assert datapackage.source(Source("u", "data", "数据", url="https://e.org"))["path"] == "https://e.org"
