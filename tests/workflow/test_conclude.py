"""A shipped book is taken to closed years by the people its closing.toml names, and a fault in that file is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.base.findings import Refused
from gep.workflow.conclude import FILE, conclude
from gep.workflow.views import rows
from tests.ready import Ready

BOOKS = data_root() / "ledgers" / "books"


def test_garze_is_closed_by_four_steps(ready: Ready, tmp_path: Path) -> None:
    book = ready.copy(ready.book("garze-2010", "all"), tmp_path / "book")
    taken = conclude(book, BOOKS / "garze-2010", [2010])
    assert [t.state for t in taken] == ["reviewed", "final", "closed"]
    states = rows(book, "SELECT DISTINCT state FROM vintage_in_use WHERE year = 2010")
    assert states == [{"state": "closed"}]
    people = [e.who for e in book.entries() if e.act in ("review", "finalise", "close")]
    assert len(set(people)) == 3, "each step is taken by someone else"


def test_two_years_of_the_city_close_with_its_answers_approved(ready: Ready, tmp_path: Path) -> None:
    book = ready.copy(ready.book("sample-city", "2016-2017"), tmp_path / "book")
    taken = conclude(book, BOOKS / "sample-city", [2016, 2017])
    assert [(t.year, t.state) for t in taken[-2:]] == [(2016, "closed"), (2017, "closed")]
    # the late answers are of 2018 and 2022: a run of two years has no finding they could be for
    assert not [e for e in book.entries() if e.act == "answer" and "第 11 号" in str(e.data["document"])]


def test_a_fault_in_the_file_names_every_field(ready: Ready, tmp_path: Path) -> None:
    book = ready.copy(ready.book("garze-2010", "all"), tmp_path / "book")
    (tmp_path / FILE).write_text('approve = "甲"\nreview = 3\nfinalize = "乙"\n[[answer]]\nrule = "X"\n', encoding="utf-8")
    with pytest.raises(Refused) as refused:
        conclude(book, tmp_path, [2010])
    told = " ".join(f.text("en") for f in refused.value.findings)
    for name in ("review", "finalise", "close", "finalize", "region", "period", "document"):
        assert name in told
    assert not [e for e in book.entries() if e.act == "review"]
