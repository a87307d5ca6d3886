"""check: read a file as `submit` would and say what is wrong; nothing is stored."""

from __future__ import annotations

from pathlib import Path

from gep.base.data import data_root
from gep.base.findings import Place, finding
from gep.base.records import Names, Region, Vocabulary
from gep.book import Book
from gep.catalog.load import load
from gep.intake.reader import read_table
from gep.intake.submit import intake
from gep.intake.tidy import Intake
from gep.workflow.submit import holdings


def check(path: Path, book: Book | None = None, record_set: str = "") -> Intake:
    """Findings and facts of a file. Without a book the regions cannot be checked, and a note says so."""
    data = path.read_bytes()
    if book is not None:
        return intake(path.name, data, book.vocabulary(), holdings(book).facts, record_set)
    words = _shipped(path.name, data)
    read = intake(path.name, data, words, (), record_set)
    told = finding("CHECK-NO-BOOK", Place(path.name), found=", ".join(words.regions) or "-")
    return Intake(read.facts, (*read.findings, told), read.file, read.sha256, read.rows, read.records)


def _shipped(name: str, data: bytes) -> Vocabulary:
    """The shipped catalogue, with whatever regions the file names."""
    catalog = load(data_root() / "coefficients")
    table, _ = read_table(name, data)
    codes: set[str] = set()
    if table is not None and "region" in table.columns:
        at = table.columns.index("region")
        codes = {row.cells[at].strip() for row in table.rows} - {""}
    regions = {c: Region(c, "", "-", Names(c, c)) for c in sorted(codes)}
    return Vocabulary(catalog.measures, catalog.codes, regions, catalog.records)
