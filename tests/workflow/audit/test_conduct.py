"""The conduct of an audit over two closed years of the sample city: results, papers with their hashes, faults of one part."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gep.base.data import data_root
from gep.base.findings import Refused
from gep.book import Book
from gep.cli import app
from gep.report.audit import AuditPaper
from gep.workflow.audit.conduct import conduct, last_day
from gep.workflow.audit.deliver import deliver
from gep.workflow.audit.forms.case import Results
from gep.workflow.audit.paper import paper_of
from gep.workflow.audit.run import Audited, audit
from gep.workflow.conclude import conclude
from tests.ready import Ready
from tests.workflow.audit.engaged import LEAD, READER, tenure_folder

TENURE = """schema = 1
id = "upper"
zh = "示例任期"
en = "Example tenure"
region = "990121"
audited = ["head"]
profile = "sample"
scheme = "assets"
evaluation = "county-example"
zone = "key_ecological"
started = 2018-05-04
document = "示例文件（虚构）"
illustrative = true

[[subject]]
id = "head"
zh = "县长"
en = "County head"
kind = "government"
start = 2016-07-01
end = 2017-10-01

[[team]]
who = "组长甲"
role = "lead"
[[team]]
who = "审计员乙"
role = "auditor"
[[team]]
who = "复核人丙"
role = "reviewer"
[[team]]
who = "查阅人丁"
role = "reader"
"""
LOOKED_INTO = ("tasks", "land_law", "resource_law", "pollution_law", "decision_rules", "inspection", "fund_rules", "other_duties")
RECORDS = """
[[evidence_form]]
id = "E-1"
auditee = "示例局"
matter = "耕地占用"
facts = "占用耕地"
figures = ["asset_account/990121/2017/LA-01/R31/C02/human"]
attachments = [["approval.txt", 2]]
auditor = "审计员乙"
made_on = 2018-05-10

[[problem]]
id = "Q-1"
report = "1.1"
issue = "补充耕地未完成"
carried_from = "earlier"
unit = "示例局"
first = "现任县长"
kind = "phased"
due = 2018-12-31
found_on = 2018-05-11

[[assigned]]
id = "A-1"
region = "990121"
table = "LQ-01"
row = "R31"
key = "lq01:G09"
term = "head"
part = "historical"
amount = "15"
unit = "亩"
evidence = "E-1"

[[scored_event]]
id = "C-1"
type = "illegal_land"
severity = "general"
day = 2017-03-01
attribution = "local_human"
what = "未批先占"
evidence = ["E-1"]

[[report]]
id = "R-1"
document = "示例公报"
figure = "asset_account/990121/2017/LA-01/R40/C02/-"
amount = "1.00"
unit = "公顷"
""" + "".join(
    f'\n[[entry]]\nid = "N-{item}"\nitem = "{item}"\nvalue = "{value}"\ndocument = "示例底稿"\n'
    for item, value in [*((name, "examined") for name in LOOKED_INTO), ("plan_review", "met"), ("fees", "98.5")]
)


def closed_city(ready: Ready) -> Book:
    """The two-year sample city, closed by the people of its file; to be read only."""

    def make(folder: Path) -> None:
        book = ready.copy(ready.book("sample-city", "2016-2017"), folder / "book")
        conclude(book, data_root() / "ledgers" / "books" / "sample-city", (2016, 2017))

    folder, _ = ready.made("city-closed-2016-2017", make)
    return Book(folder / "book")


def told(*words: object) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*map(str, words), "--json"])
    assert isinstance(done.exception, SystemExit | None), done.output
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("conduct")
    made = tenure_folder(folder / "t", TENURE, RECORDS).parent
    for name in ("events.csv", "observations.csv"):  # of another book
        (made / name).unlink()
    return folder


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return closed_city(ready)


@pytest.fixture(scope="module")
def printed(city: Book, place: Path) -> dict[str, Any]:
    """What `gep audit` says in JSON, with the workbook of one language alone."""
    end = ("-o", place / "e", "--as", LEAD, "--lang", "zh", "--format", "xlsx", "--no-pack")
    return told("audit", city.root, place / "t" / "tenure.toml", *end)


@pytest.fixture(scope="module")
def taken(city: Book, place: Path) -> Audited:
    """The same files in another engagement."""
    return audit(city.root, place / "t" / "tenure.toml", place / "other", who=LEAD)


def test_the_summary_and_the_files(printed: dict[str, Any], place: Path) -> None:
    result = printed["result"]
    (term,) = result["terms"]
    assert term["score"] is not None
    assert term["illustrative"]
    assert term["suspicions"] >= 1
    assert result["open_problems"] == 1
    (file,) = result["papers"]["files"]
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
    """Whoever may only look enters no papers, and no file is written."""
    with pytest.raises(Refused) as refused:
        deliver(paper, taken.source.book, taken.engagement, who=READER)
    assert [f.code for f in refused.value.findings] == ["AUDIT-PAPERS-NOT-MADE"]
    assert not (taken.engagement.root / "papers").exists()
