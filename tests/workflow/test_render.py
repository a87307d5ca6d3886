"""Statements as files: which there are, the same bytes for the same vintage, a draft until closed, kept with their hashes then."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from gep.base.data import data_root
from gep.book import Book
from gep.cli import app
from gep.workflow.conclude import conclude
from gep.workflow.render import Rendered, Wanted, render
from gep.workflow.verify import verify
from tests.ready import Ready

GARZE = data_root() / "ledgers" / "books" / "garze-2010"
ENDINGS = {"zh.xlsx", "en.xlsx", "zh.pdf", "en.pdf", "appraisal-zh.pdf", "appraisal-en.pdf"}
ONE = Wanted(("internal",), ("zh",))


@pytest.fixture(scope="module")
def draft(ready: Ready) -> tuple[Book, Rendered]:
    """Every file of the Garze of 2010, not closed; nobody changes the book."""
    folder, done = ready.drawn("garze-2010", "all")
    return Book(folder / "book"), done


@pytest.fixture(scope="module")
def closed(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, Rendered]:
    """Workbook and papers in Chinese of the same year, closed."""
    book = ready.copy(ready.book("garze-2010", "all"), tmp_path_factory.mktemp("closed") / "book")
    conclude(book, GARZE, [2010])
    return book, render(book, Wanted(("internal",), ("zh",), ("xlsx", "pdf")))


def test_all_files_of_both_editions_and_languages_beside_the_book(draft: tuple[Book, Rendered]) -> None:
    book, done = draft
    vintage = done.as_dict()["vintage"]
    folder = book.root.parent / "book-statements" / f"2010-{vintage}"
    wanted = {f"513300-2010-{e}-{name}" for e in ("internal", "public") for name in ENDINGS}
    wanted |= {f"513300-2010-{e}.html" for e in ("internal", "public")}
    assert {p.name for p in folder.iterdir()} == wanted
    for file in done.files:
        assert hashlib.sha256(file.path.read_bytes()).hexdigest() == file.sha256
    assert done.seq is None
    assert not (book.root / "statements").exists(), "a draft does not enter the book"


def test_the_same_vintage_gives_the_same_bytes(draft: tuple[Book, Rendered], tmp_path: Path) -> None:
    """One edition in one language, made alone, as it was made with all others."""
    book, first = draft
    told: list[str] = []
    again = render(Book(book.root), ONE, to=tmp_path / "again", progress=told.append)
    made = {f.path.name: f.sha256 for f in again.files}
    assert len(made) == 4
    assert made.items() <= {f.path.name: f.sha256 for f in first.files}.items()
    assert made.keys() <= set(told), "progress names each file"


def test_every_page_of_a_draft_says_so_and_none_of_a_closed_year(
    draft: tuple[Book, Rendered], closed: tuple[Book, Rendered]
) -> None:
    paper = next(f for f in draft[1].files if f.path.name == "513300-2010-internal-zh.pdf")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(paper.path.read_bytes())).pages]
    assert all("草" in page and "案" in page for page in pages), "the two large signs across each page"
    done = closed[1]
    paper = next(f for f in done.files if f.path.name == "513300-2010-internal-zh.pdf")
    after = [page.extract_text() for page in PdfReader(io.BytesIO(paper.path.read_bytes())).pages]
    text = "".join(after)
    assert "草" not in after[0]
    assert "草案" not in text
    digest = done.as_dict()["digest"]["internal"]
    assert digest in text.replace("\n", "").replace(" ", ""), "the sign-off page carries the digest of the content"


def test_statements_of_a_closed_year_enter_the_book_once(closed: tuple[Book, Rendered]) -> None:
    book, done = closed
    entry = next(e for e in book.entries() if e.act == "statement")
    assert done.seq == entry.seq
    kept = book.root / done.files[0].kept
    assert kept.read_bytes() == done.files[0].path.read_bytes()
    assert not [f for f in verify(book).findings if f.severity == "stop"]
    again = render(Book(book.root), Wanted(("internal",), ("zh",), ("xlsx",)))
    assert again.seq == entry.seq, "the same bytes are no new act"
    assert len([e for e in Book(book.root).entries() if e.act == "statement"]) == 1
    kept.chmod(0o644)
    kept.write_bytes(b"other")
    assert [f for f in verify(Book(book.root)).findings if f.severity == "stop"], "what was changed is found"


def test_the_command_prints_what_it_wrote_and_refuses_what_it_does_not_know(draft: tuple[Book, Rendered], tmp_path: Path) -> None:
    root = str(draft[0].root)
    args = ["statement", root, "--edition", "public", "--lang", "en", "--format", "xlsx", "-o", str(tmp_path / "out"), "--json"]
    done = CliRunner().invoke(app, args)
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)["result"]
    assert [Path(f["path"]).name for f in result["files"]] == ["513300-2010-public-en.xlsx"]
    assert result["draft"] is True
    for wrong in (["--format", "docx"], ["--edition", "secret"], ["--lang", "fr"]):
        assert CliRunner().invoke(app, ["statement", root, *wrong]).exit_code == 2
    missing = CliRunner().invoke(app, ["statement", root, "--year", "1999", "--json"])
    assert missing.exit_code == 1
    assert "2010" in missing.stdout


def test_a_template_of_the_book_that_is_at_fault_is_told_with_file_and_line(ready: Ready, tmp_path: Path) -> None:
    book = ready.copy(ready.book("garze-2010", "all"), tmp_path / "book")
    own = book.root / "local" / "templates" / "statement"
    own.mkdir(parents=True)
    (own / "page.html.j2").write_text("<p>\n{{ ''.__class__ }}</p>", encoding="utf-8")
    done = CliRunner().invoke(app, ["statement", str(book.root), "--format", "html", "--json"])
    assert done.exit_code == 1
    told = json.loads(done.stdout)["findings"][0]
    assert "page.html.j2" in json.dumps(told)
    assert "2" in json.dumps(told["place"])


def test_a_folder_that_is_a_file_and_a_scheme_of_the_wrong_kind_are_findings(
    draft: tuple[Book, Rendered], tmp_path: Path
) -> None:
    root, few = str(draft[0].root), ["--format", "xlsx", "--edition", "internal", "--lang", "zh", "--json"]
    (tmp_path / "file").write_text("taken", encoding="utf-8")
    done = CliRunner().invoke(app, ["statement", root, "-o", str(tmp_path / "file"), *few])
    assert (done.exit_code, json.loads(done.stdout)["findings"][0]["code"]) == (1, "STATEMENT-FOLDER")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "taken"
    for option, wrong in (("--scheme", "garze-2017"), ("--profile", "assets")):
        done = CliRunner().invoke(app, ["statement", root, option, wrong, "-o", str(tmp_path / "out"), *few])
        assert (done.exit_code, json.loads(done.stdout)["findings"][0]["code"]) == (1, "STATEMENT-SCHEME")
    assert not (tmp_path / "out").exists()
