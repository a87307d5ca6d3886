"""Amounts attributed, results entered, cases and printed figures: as read, as checked, and as they come back from the journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.attribution import Assigned
from gep.accounts.scoring_items import Entry, ScoredEvent
from gep.base.data import data_root
from gep.base.records import key_of
from gep.book import Book
from gep.workflow.audit.acts import Collected
from gep.workflow.audit.balances import StockLine
from gep.workflow.audit.entries import assigned_of, entries_of, reported_of, scored_of
from gep.workflow.audit.plain import from_plain, to_plain
from gep.workflow.audit.record_files import Records, look
from gep.workflow.audit.records import ATTRIBUTIONS, Assignment, ItemEntry, ReportedFigure, ScoredCase
from gep.workflow.audit.tenure_file import read_tenure
from tests.workflow.audit.engaged import RECORDS, TENURE, tenure_folder

ENTRIES = """
[[assigned]]
id = "A-1"
region = "513300"
table = "LA-01"
row = "R31"
key = "la01:C02"
term = "head"
part = "historical"
amount = "15"
unit = "亩"
evidence = "E-1"

[[entry]]
id = "N-1"
item = "fees"
value = "98.5"
document = "示例底稿"
evidence = ["E-1", "approval.txt"]

[[scored_event]]
id = "C-1"
type = "illegal_land"
severity = "general"
day = 2010-03-01
attribution = "local_human"
what = "未批先占"
count = "2"
term = "head"

[[report]]
id = "R-1"
document = "示例公报"
figure = "asset_account/513300/2010/LA-01/R40/C02"
amount = "980.3"
unit = "公顷"
"""
LINES = {
    "LA-01.R40": StockLine("LA-01", "R40", "", "LA-01.R40", "LA-01.R10"),
    "LA-01.R60": StockLine("LA-01", "R60", "", "LA-01.R60"),
}


@pytest.fixture(scope="module")
def book() -> Book:
    return Book(data_root() / "ledgers" / "books" / "garze-2010")


def read(tmp_path: Path, book: Book, entries: str) -> tuple[Records, list[str]]:
    path = tenure_folder(tmp_path / "t", TENURE, RECORDS + entries)
    made, found = look(path.parent, read_tenure(path), book)
    return made, [f.code for f in found]


def collected(made: Records) -> Collected:
    return Collected((), (), (), (), (), made.assigned, made.entries, made.scored, made.reports)


def test_read_and_handed_on(tmp_path: Path, book: Book) -> None:
    """15 mu are a hectare; the entry without a subject is of every audited one, the case of `head` of no other."""
    made, found = read(tmp_path, book, ENTRIES)
    assert found == []
    held = collected(made)
    assigned, told = assigned_of(held, "head", LINES, book.catalog.measures)
    assert (assigned, told) == (
        {("LA-01.R40", "513300", key_of({"la01": "C02"})): (Assigned("R31", "historical", Fraction(1), "E-1"),)}, (),
    )  # fmt: skip
    assert assigned_of(held, "another", LINES, book.catalog.measures) == ({}, ())
    assert entries_of(held, "another") == (Entry("fees", "98.5", "示例底稿", ("E-1", "approval.txt")),)
    assert scored_of(held, "head") == (
        ScoredEvent("C-1", "illegal_land", "general", date(2010, 3, 1), "local_human", "未批先占", Fraction(2)),
    )
    assert scored_of(held, "another") == ()
    assert [(r.amount, r.unit) for r in reported_of(held)] == [(Decimal("980.3"), "公顷")]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('row = "R31"', 'row = "R40"', "AUDIT-ROW-FLOW"),
        ('row = "R31"', 'row = "R99"', "AUDIT-ROW-UNKNOWN"),
        ('unit = "亩"', 'unit = "吨"', "AUDIT-UNIT"),
        ('amount = "15"', 'amount = "0"', "AUDIT-AMOUNT"),
        ('part = "historical"', 'part = "fate"', "CATALOG-FIELD-CHOICE"),
        ('term = "head"\npart', 'term = "acting"\npart', "AUDIT-LINK"),
        ('evidence = "E-1"', 'evidence = "E-9"', "AUDIT-LINK"),
        ('evidence = "E-1"', "", "CATALOG-FIELD-MISSING"),
        ('"approval.txt"]', '"gone.txt"]', "AUDIT-LINK"),
        ('count = "2"', 'count = "-1"', "AUDIT-AMOUNT"),
        ('id = "C-1"', 'id = ""', "CATALOG-FIELD-MISSING"),
        ('figure = "asset_account/513300/2010/LA-01/R40/C02"', 'figure = "page 12"', "AUDIT-FIGURE"),
        ("[[report]]", '[[entry]]\nid = "N-2"\nitem = "fees"\nvalue = "1"\ndocument = "x"\n\n[[report]]', "AUDIT-TWICE"),
    ],
)
def test_each_fault_is_told(tmp_path: Path, book: Book, old: str, new: str, code: str) -> None:
    assert old in ENTRIES
    _, found = read(tmp_path, book, ENTRIES.replace(old, new, 1))
    assert code in found


def test_what_belongs_to_no_stock_is_told_and_not_used(tmp_path: Path, book: Book) -> None:
    made, _ = read(tmp_path, book, ENTRIES)
    (one,) = made.assigned
    wrong = (replace(one, row="R99"), replace(one, unit="吨"))
    assigned, told = assigned_of(replace(collected(made), assigned=wrong), "head", LINES, book.catalog.measures)
    assert (assigned, [f.code for f in told]) == ({}, ["AUDIT-ASSIGNED-NO-STOCK", "AUDIT-ASSIGNED-UNIT"])


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
AMOUNTS = st.decimals("0.0001", "1e9", places=4)
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
KEYS = st.dictionaries(st.sampled_from(("la01", "mineral")), st.sampled_from(("C02", "kaolin"))).map(key_of)
RECORD = st.one_of(
    st.builds(Assignment, WORDS, WORDS, WORDS, WORDS, KEYS, WORDS, st.sampled_from(ATTRIBUTIONS), AMOUNTS, WORDS, WORDS),
    st.builds(ItemEntry, WORDS, WORDS, WORDS, WORDS, st.lists(WORDS, max_size=3).map(tuple), WORDS),
    st.builds(ScoredCase, WORDS, WORDS, WORDS, DAYS, WORDS, WORDS, AMOUNTS, st.lists(WORDS, max_size=3).map(tuple), WORDS),
    st.builds(ReportedFigure, WORDS, WORDS, WORDS, AMOUNTS, WORDS),
)


@given(RECORD)
def test_the_journal_gives_back_what_was_entered(record: object) -> None:
    assert from_plain(type(record), to_plain(record)) == record
