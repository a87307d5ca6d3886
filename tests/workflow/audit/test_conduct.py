"""The conduct of an audit over two closed years of the sample city: results, papers with their hashes, faults of one part."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from gep.base.findings import Refused
from gep.book import Book
from gep.report.audit import AuditPaper
from gep.workflow.audit.conduct import conduct, last_day
from gep.workflow.audit.deliver import deliver, paper_files
from gep.workflow.audit.forms.case import Results
from gep.workflow.audit.pack import pack_engagement
from gep.workflow.audit.paper import paper_of
from gep.workflow.audit.run import Audited, audit
from tests.ready import Ready
from tests.workflow.audit.audited import audited_city, told
from tests.workflow.audit.engaged import LEAD, READER, closed_city


@pytest.fixture(scope="module")
def place(ready: Ready) -> Path:
    """The files of a tenure, and the engagement that was made of them; to be read only."""
    return audited_city(ready)[0]


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return closed_city(ready)


@pytest.fixture(scope="module")
def printed(ready: Ready) -> dict[str, Any]:
    """What `gep audit` said of it in JSON."""
    return audited_city(ready)[1]


@pytest.fixture(scope="module")
def taken(city: Book, place: Path, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """The same files in another engagement, in another folder."""
    return audit(city.root, place / "t" / "tenure.toml", tmp_path_factory.mktemp("conduct") / "other", who=LEAD)


def test_the_summary_and_the_files(printed: dict[str, Any], place: Path) -> None:
    result = printed["result"]
    (term,) = result["terms"]
    assert term["score"] is not None
    assert term["illustrative"]
    assert term["suspicions"] >= 1
    assert result["open_problems"] == 1
    assert [Path(f["path"]).name for f in result["papers"]["files"]] == ["upper-zh.pdf", "upper-zh.xlsx", "upper.html"]
    for file in result["papers"]["files"]:
        path = Path(file["path"])
        assert path.parent == place / "e" / "papers" / result["papers"]["content"][:16]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"]
    assert not {"AUDIT-ASSIGNED-UNIT", "AUDIT-ASSIGNED-NO-STOCK", "ATTRIBUTION-EXCEEDS"} & {
        f["code"] for f in printed["findings"]
    }


@pytest.fixture(scope="module")
def results(taken: Audited) -> Results:
    return conduct(taken).results


@pytest.fixture(scope="module")
def paper(results: Results) -> AuditPaper:
    return paper_of(results)


def test_another_engagement_of_the_same_has_the_same_papers(
    printed: dict[str, Any], taken: Audited, results: Results, paper: AuditPaper
) -> None:
    """Digest of the content, so every cell, sentence and chart; the day is the latest of the records, 11 May 2018."""
    assert paper.content == printed["result"]["papers"]["content"]
    assert last_day(taken.tenure, taken.collected) == results.day == date(2018, 5, 11)
    term = results.terms[0]
    assert term.scored is not None
    lost = term.scored.item("land_law")
    assert (lost.lost, lost.points) == (Fraction(1), Fraction(7))  # one general case of illegal land use
    assert term.scored.item("assessment").score is None  # nothing entered: not assessed, not zero
    (where,) = term.assigned
    assert (where[0], term.assigned[where][0].amount) == ("LQ-01.R40", Fraction(1))  # 15 mu are a hectare
    assert term.judged is not None
    (wrong,) = [s for s in term.judged.suspicions if s.rule == "report-mismatch"]
    assert wrong.figures == ("asset_account/990121/2017/LA-01/R40/C02/-",)


def test_and_the_same_bytes(printed: dict[str, Any], taken: Audited, paper: AuditPaper) -> None:
    """Workbook, report and page of two engagements, made in two folders at two times."""
    made = {Path(f["path"]).name: f["sha256"] for f in printed["result"]["papers"]["files"]}
    again = paper_files(paper, taken.source.book, ("zh",), ("xlsx", "pdf", "html"))
    assert {name: hashlib.sha256(data).hexdigest() for name, data, _ in again} == made


def test_a_part_that_cannot_be_made_does_not_lose_the_others(taken: Audited) -> None:
    """An entry for an item that the scheme does not have refuses the evaluation; account and suspicions are there."""
    first = taken.collected.entries[0]
    entries = (replace(first, item="no-such-item"), *taken.collected.entries[1:])
    made = conduct(replace(taken, collected=replace(taken.collected, entries=entries)))
    (term,) = made.results.terms
    assert (term.scored, term.judged is not None, term.redline) == (None, True, None)
    assert "EVALUATION-ENTRY-ITEM" in [f.code for f in made.findings]


def test_verify_names_what_was_changed(printed: dict[str, Any], place: Path, tmp_path: Path) -> None:
    """The engagement is whole; a copy with one byte more in the workbook is not, nor is one with a file that nobody entered."""
    assert printed["result"]["papers"]["seq"] is not None
    whole = told("verify", place / "e")
    assert (whole["ok"], whole["findings"]) == (True, [])
    copy = shutil.copytree(place / "e", tmp_path / "e")
    book = next((copy / "papers").rglob("*.xlsx"))
    book.write_bytes(book.read_bytes() + b" ")
    (book.parent / "more.txt").write_text("x", encoding="utf-8")
    changed = told("verify", copy)
    assert (changed["ok"], changed["exit"]) == (False, 1)
    assert {f["code"] for f in changed["findings"]} == {"VERIFY-HASH", "AUDIT-FILE-EXTRA"}


def test_a_reader_makes_no_papers(taken: Audited, paper: AuditPaper) -> None:
    """Whoever may only look enters no papers and makes no pack, and no file is written."""
    with pytest.raises(Refused) as refused:
        deliver(paper, taken.source.book, taken.engagement, who=READER)
    assert [f.code for f in refused.value.findings] == ["AUDIT-PAPERS-NOT-MADE"]
    with pytest.raises(Refused, match="AUDIT-PAPERS-NOT-MADE"):
        pack_engagement(taken.engagement, taken.source, paper, who=READER)
    assert not {"papers", "pack"} & {p.name for p in taken.engagement.root.iterdir()}
