"""migrate: a book that a program of schema 1 made, brought up on a copy; the old one keeps every byte."""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

import pytest

from gep.base.findings import Refused
from gep.book import Book
from gep.catalog.config import SCHEMA
from gep.ledger import archive, releases
from gep.workflow import migrate as module
from gep.workflow.migrate import NEWEST, STEPS, Migrated, migrate, schema_of, set_schema
from gep.workflow.run import run
from gep.workflow.verify import Verified, verify
from gep.workflow.views import rows

FIXTURE = Path(__file__).resolve().parents[1] / "data" / "books" / "schema-1.tar.xz"
# the total of Garze in the release of the old program, as its gep_total.csv says (yuan)
OLD_TOTAL = "SELECT profile, gep FROM gep_total_all WHERE vintage = 13 ORDER BY profile"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The book of Garze as the program of schema 1 left it: one run, vintage 13."""
    with tarfile.open(FIXTURE) as tar:
        tar.extractall(tmp_path / "old", filter="data")
    return tmp_path / "old" / "book"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Migrated]:
    """The old book, its copy of the present schema, and what was told; for tests that only look."""
    folder = tmp_path_factory.mktemp("pair")
    with tarfile.open(FIXTURE) as tar:
        tar.extractall(folder / "old", filter="data")
    return folder / "old" / "book", folder / "new", migrate(folder / "old" / "book", folder / "new")


def everything(root: Path) -> dict[str, tuple[str, int]]:
    return {
        p.relative_to(root).as_posix(): (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns)
        for p in root.rglob("*")
        if p.is_file()
    }


def codes(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [f.code for f in error.value.findings]


def test_the_steps_lead_to_the_schema_of_this_program() -> None:
    assert list(STEPS) == list(range(min(STEPS), SCHEMA))
    assert NEWEST == SCHEMA


def test_the_copy_is_a_book_of_this_program_and_the_old_one_is_untouched(old: Path, tmp_path: Path) -> None:
    before = everything(old)
    made = migrate(old, tmp_path / "new", who="zhang")
    assert everything(old) == before
    book = Book(tmp_path / "new")
    assert (made.old, made.new, schema_of(book.root)) == (1, NEWEST, NEWEST)
    lines = book.journal_path.read_bytes()
    assert lines.startswith((old / "journal.jsonl").read_bytes())
    assert len(lines.splitlines()) == 14
    entry = book.entries()[-1]
    assert (entry.act, entry.who, entry.data["from"], entry.data["to"]) == ("migrate", "zhang", 1, NEWEST)
    assert entry.data["head"] == {"seq": 13, **book.entries()[12].hash.as_dict()}


def test_every_byte_of_the_record_stays(pair: tuple[Path, Path, Migrated]) -> None:
    old, new, _ = pair
    kept = {n for n in everything(old) if n not in ("book.toml", "journal.jsonl")}
    assert {n for n in archive.names(new) if n not in ("book.toml", "journal.jsonl")} == kept
    assert all((old / n).read_bytes() == (new / n).read_bytes() for n in kept)
    assert releases.check(new / "releases" / "13") == ()
    assert not [f for f in verify(Book(new)).findings if f.severity == "stop"]


def test_the_figures_of_the_old_program_are_read(pair: tuple[Path, Path, Migrated]) -> None:
    old, new, _ = pair
    text = (old / "releases" / "13" / "gep_total.csv").read_text(encoding="utf-8").splitlines()
    column = text[0].split(",").index("gep")
    recorded = sorted(line.split(",")[column] for line in text[1:])
    assert sorted(f"{r['gep']:.4f}" for r in rows(Book(new), OLD_TOTAL)) == recorded


def test_it_is_said_that_old_vintages_cannot_be_re_performed(pair: tuple[Path, Path, Migrated]) -> None:
    assert [(f.code, f.found) for f in pair[2].findings] == [("KEEP-NO-CATALOGUE", "13")]


def test_work_goes_on_in_the_copy(old: Path, tmp_path: Path) -> None:
    migrate(old, tmp_path / "new")
    book = Book(tmp_path / "new")
    made = run(book, "all")
    assert made.vintage == 15
    seal = Path("releases") / "13" / "manifest.json"
    assert (book.root / seal).read_bytes() == (old / seal).read_bytes()
    assert rows(book, OLD_TOTAL)


def test_the_file_of_the_bureau_keeps_its_words(tmp_path: Path) -> None:
    before = '# schema = 1 was here\nzh = "schema = 1"\n  schema  =  1   # 版本\nleaf_level = "county"\n'
    (tmp_path / "book.toml").write_text(before, encoding="utf-8")
    set_schema(tmp_path / "book.toml", 2)
    assert (tmp_path / "book.toml").read_text(encoding="utf-8") == before.replace("schema  =  1   #", "schema  =  2   #")


def test_a_number_that_is_not_found_as_a_line_is_refused(tmp_path: Path) -> None:
    """Another table may have a `schema` of its own; the wrong one must not be changed."""
    text = 'note = """\nschema = 1\n"""\nschema = 1\n'
    (tmp_path / "book.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Refused):
        set_schema(tmp_path / "book.toml", 2)
    assert (tmp_path / "book.toml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(("line", "code"), [("schema = 2", "KEEP-CURRENT"), ("schema = 3", "KEEP-NEWER"), ("schema = 0", "BOOK-SCHEMA"), ("schema = true", "BOOK-SCHEMA"), ("", "BOOK-SCHEMA"), ("schema = ", "CATALOG-FILE")])  # fmt: skip
def test_what_is_no_older_book(old: Path, tmp_path: Path, line: str, code: str) -> None:
    config = old / "book.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("schema = 1", line), encoding="utf-8")
    with pytest.raises(Refused) as error:
        migrate(old, tmp_path / "new")
    assert codes(error) == [code]
    assert not (tmp_path / "new").exists()


def test_no_book_and_a_target_that_is_taken(old: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused) as error:
        migrate(tmp_path, tmp_path / "new")
    assert codes(error) == ["BOOK-NOT-FOUND"]
    with pytest.raises(Refused) as error:
        migrate(old, old)
    assert codes(error) == ["BOOK-EXISTS"]


def test_a_damaged_book_is_not_migrated(old: Path, tmp_path: Path) -> None:
    (old / "releases" / "13" / "value_account.csv").write_bytes(b"x")
    with pytest.raises(Refused) as error:
        migrate(old, tmp_path / "new")
    assert "LEDGER-FILE-CHANGED" in codes(error)
    assert [p.name for p in tmp_path.iterdir()] == ["old"]


def test_a_journal_whose_chain_is_broken_is_not_migrated(old: Path, tmp_path: Path) -> None:
    lines = (old / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (old / "journal.jsonl").write_bytes(b"".join(lines[:4] + lines[5:]))
    with pytest.raises(Refused) as error:
        migrate(old, tmp_path / "new")
    assert "LEDGER-JOURNAL-CHAIN" in codes(error)
    assert [p.name for p in tmp_path.iterdir()] == ["old"]


def test_a_line_that_a_killed_program_left_unfinished_is_set_aside_in_the_copy(old: Path, tmp_path: Path) -> None:
    with (old / "journal.jsonl").open("ab") as stream:
        stream.write(b'{"act":"su')
    before = everything(old)
    migrate(old, tmp_path / "new")
    assert everything(old) == before
    assert [e.act for e in Book(tmp_path / "new").entries()][-2:] == ["run", "migrate"]
    assert [p.read_bytes() for p in (tmp_path / "new").glob("journal.jsonl.torn-*")] == [b'{"act":"su']


def test_a_book_that_changes_meanwhile_is_not_migrated(old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old book is not locked, because nothing is written to it; so it is looked at again at the end."""

    def meanwhile(book: Book, **more: object) -> Verified:
        (old / "submissions" / "new.csv").write_bytes(b"x")
        return Verified(1, (), ())

    monkeypatch.setattr(module, "verify", meanwhile)
    with pytest.raises(Refused) as error:
        migrate(old, tmp_path / "new")
    assert codes(error) == ["KEEP-SOURCE-CHANGED"]
    assert error.value.findings[0].found == "submissions/new.csv"
    assert [p.name for p in tmp_path.iterdir()] == ["old"]


def test_documents_are_attached_and_what_a_killed_run_left_is_set_aside(old: Path, tmp_path: Path) -> None:
    """Schema 1 kept evidence under its own names, unknown to the journal; a folder of a run that was killed is in nobody's way."""
    (old / "evidence" / "water").mkdir(parents=True)
    (old / "evidence" / "water" / "\u6279\u590d.pdf").write_bytes(b"decree")
    (old / "releases" / "14").mkdir()
    (old / "releases" / "14" / "half.csv").write_bytes(b"x")
    before = everything(old)
    made = migrate(old, tmp_path / "new", who="zhang")
    book = Book(tmp_path / "new")
    entry = book.entries()[-1]
    assert (entry.act, entry.data["file"]) == ("attach", "water/\u6279\u590d.pdf")
    kept = [p for p in book.evidence.rglob("*") if p.is_file()]
    assert [(p.name, p.read_bytes()) for p in kept] == [(f"{hashlib.sha256(b'decree').hexdigest()}.pdf", b"decree")]
    assert [f.code for f in made.findings] == ["BOOK-LEFTOVER", "KEEP-NO-CATALOGUE"]
    assert [p.name for p in book.releases.iterdir()] == ["13"]
    assert everything(old) == before
