"""Sums over more rows than stand in the trace: the rows are in the release, the parameters they rest on are told all the same."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gep.book import Book
from gep.engine.trace import INLINE_ROWS
from gep.ledger import releases
from gep.workflow.init import init
from gep.workflow.run import run
from gep.workflow.views import rows

CASE = Path(__file__).resolve().parents[1] / "cases" / "rows-synthetic"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, int]:
    """The case with every patch 240 times over, under new row names."""
    source = tmp_path_factory.mktemp("source") / "case"
    for path in sorted(CASE.rglob("*")):
        if path.is_file():
            place = source / path.relative_to(CASE)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
    patches = source / "records" / "ecosystem_patches.csv"
    with patches.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        table = list(reader)
    with patches.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, reader.fieldnames or [])
        writer.writeheader()
        for n in range(240):
            writer.writerows({**row, "row": f"{row['row']}.{n}"} for row in table)
    book, submitted = init(tmp_path_factory.mktemp("book") / "many", str(source), who="maker")
    assert {s.status for s in submitted} == {"accepted"}
    made = run(book, who="maker")
    assert made.vintage is not None
    return book, made.vintage


def test_the_rows_stand_in_the_release(many: tuple[Book, int]) -> None:
    book, vintage = many
    folder = book.releases / str(vintage)
    nodes = [json.loads(line) for line in (folder / "trace.jsonl").read_text(encoding="utf-8").splitlines()]
    far = [n for n in nodes if n["kind"] == "row_sum" and n["rows"] is None]
    assert far
    held = pq.read_table(folder / "rows" / "ecosystem_patches.parquet", page_checksum_verification=True)
    for node in far:
        assert node["n"] > INLINE_ROWS
        assert node["selection"]["record_set"] == "ecosystem_patches"
    assert held.num_rows >= max(n["n"] for n in far)
    assert not releases.check(folder)


def test_their_parameters_are_told(many: tuple[Book, int]) -> None:
    book, _ = many
    used = rows(book, "SELECT DISTINCT parameter FROM parameter_used WHERE figure LIKE 'value_account/%/water_retention/%'")
    assert "runoff_coefficient" in {r["parameter"] for r in used}
