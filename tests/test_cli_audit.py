"""`gep audit`: what it prints, its exit codes, JSON and languages, and no traceback whatever it is given."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from gep.book import Book
from gep.cli import app
from gep.workflow.audit.engagement import verify_engagement
from tests.ready import Ready
from tests.workflow.audit.engaged import LEAD, READER, change, closed_garze, tenure_folder

Gep = Callable[..., Result]


@pytest.fixture(scope="module")
def book(ready: Ready) -> Book:
    return closed_garze(ready)


@pytest.fixture
def tenure(tmp_path: Path) -> Path:
    return tenure_folder(tmp_path / "t")


@pytest.fixture
def gep(monkeypatch: pytest.MonkeyPatch) -> Gep:
    for name in ("GEP_LANG", "GEP_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *args: CliRunner().invoke(app, ["audit", *map(str, args)])


def body(result: Result) -> dict[str, Any]:
    assert isinstance(result.exception, SystemExit | None)
    return dict(json.loads(result.stdout))


def test_printed_in_chinese(gep: Gep, book: Book, tenure: Path, tmp_path: Path) -> None:
    done = gep(book.root, tenure, "-o", tmp_path / "e", "--as", LEAD, "--lang", "zh")
    assert done.exit_code == 0, done.output
    for shown in (
        "州长",
        "[2010-02-01, 2010-11-16)",
        "288",
        "主持工作",
        "封账文件",
        "示例封账人",
        "审计年度 2010",
        "取证单 2,底稿 1,问题 1",
    ):
        assert shown in done.stdout
    assert verify_engagement(tmp_path / "e") == ()


def test_again_in_english_and_json(gep: Gep, book: Book, tenure: Path, tmp_path: Path) -> None:
    first = body(gep(book.root, tenure, "-o", tmp_path / "e", "--as", LEAD, "--json"))
    assert (first["ok"], first["exit"]) == (True, 0)
    result = first["result"]
    assert [s["id"] for s in result["subjects"]] == ["head", "acting", "governor-2011", "secretary"]
    assert [s["audited"] for s in result["subjects"]] == [True, False, False, False]
    assert (result["years"], result["method"], result["source"]["kind"]) == ([2010], "NEAREST", "book")
    assert result["records"] == {
        "events": 1,
        "observations": 1,
        "evidence_forms": 2,
        "papers": 1,
        "problems": 1,
        "steps": 1,
        "comments": 1,
    }
    again = gep(book.root, tenure, "-o", tmp_path / "e", "--as", READER, "--lang", "en")
    assert again.exit_code == 0, again.output
    for shown in (
        "Governor",
        "(acting)",
        "book book, journal entry",
        "1 entries added (0 files taken)",
        f"journal entry {result['head']['seq'] + 1}",
    ):
        assert shown in again.stdout


def test_refusals_end_with_one(gep: Gep, book: Book, ready: Ready, tenure: Path, tmp_path: Path) -> None:
    cases = {
        "AUDIT-NO-SOURCE": (tmp_path / "none", tenure, LEAD),
        "AUDIT-FILE-MISSING": (book.root, tmp_path / "none.toml", LEAD),
        "AUDIT-NOT-IN-TEAM": (book.root, tenure, "路人"),
        "AUDIT-YEAR-OPEN": (ready.book("garze-2010", "all").root, tenure, LEAD),
    }
    for code, (source, file, who) in cases.items():
        done = gep(source, file, "-o", tmp_path / "e", "--as", who, "--json")
        told = body(done)
        assert (done.exit_code, told["ok"]) == (1, False), code
        assert code in [f["code"] for f in told["findings"]]
        assert all(f["text_zh"] and f["mend_en"] for f in told["findings"])
        assert not (tmp_path / "e").exists()


def test_a_damaged_journal_of_the_engagement(gep: Gep, book: Book, tenure: Path, tmp_path: Path) -> None:
    assert gep(book.root, tenure, "-o", tmp_path / "e", "--as", LEAD).exit_code == 0
    change(tmp_path / "e" / "journal.jsonl", "监督不到位", "监督到位")
    told = body(gep(book.root, tenure, "-o", tmp_path / "e", "--as", LEAD, "--json"))
    assert "LEDGER-JOURNAL-HASH" in [f["code"] for f in told["findings"]]


def test_a_folder_that_cannot_be_written(
    gep: Gep, book: Book, tenure: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests may run as root, whom no mode stops, so the system's answer is given by hand."""

    def denied(*args: object, **more: object) -> str:
        raise PermissionError(13, "Permission denied", str(tmp_path / "e"))

    monkeypatch.setattr(tempfile, "mkdtemp", denied)
    done = gep(book.root, tenure, "-o", tmp_path / "e", "--as", LEAD, "--json")
    assert (done.exit_code, [f["code"] for f in body(done)["findings"]]) == (1, ["BOOK-DISK"])


def test_misuse(gep: Gep, book: Book, tenure: Path) -> None:
    assert gep(book.root, tenure).exit_code == 2
    assert gep(book.root).exit_code == 2
    assert gep("--help").exit_code == 0


def test_markup_in_names_is_printed_as_it_stands(gep: Gep, book: Book, tenure: Path, tmp_path: Path) -> None:
    change(tenure, 'zh = "州长"', 'zh = "[red]州长[/red]"')
    done = gep(book.root, tenure, "-o", tmp_path / "[demo]", "--as", LEAD, "--lang", "zh")
    assert done.exit_code == 0, done.output
    assert "[red]州长[/red]" in done.stdout
    assert (tmp_path / "[demo]" / "engagement.json").is_file()
    shutil.rmtree(tmp_path / "[demo]")
