"""The source of an audit: closed, checked whole, read through a handle that cannot write, and what it was when it was read."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from gep.base.data import data_root
from gep.base.findings import Refused
from gep.book import Book
from gep.workflow.audit.source import Reading, Source, compilers, continues, open_source
from gep.workflow.conclude import conclude
from gep.workflow.run import run
from gep.workflow.states import reopen
from gep.workflow.views import rows
from tests.ready import Ready
from tests.workflow.audit.engaged import GARZE, closed_garze, garze_pack

TOTAL = "SELECT gep FROM gep_total_all WHERE zone = '-' ORDER BY ALL"


@pytest.fixture(scope="module")
def closed(ready: Ready) -> Book:
    return closed_garze(ready)


@pytest.fixture(scope="module")
def pack(ready: Ready) -> Path:
    return garze_pack(ready)


@pytest.fixture
def copy(ready: Ready, closed: Book, tmp_path: Path) -> Book:
    return ready.copy(closed, tmp_path / "book")


def opened(root: Path, tmp_path: Path, *years: int, **options: object) -> Source:
    return open_source(root, years or (2010,), tmp_path / "work", **options)  # type: ignore[arg-type]


def codes(root: Path, tmp_path: Path, *years: int, **options: object) -> list[str]:
    with pytest.raises(Refused) as refused:
        opened(root, tmp_path, *years, **options)
    assert all(f.text("zh") and f.mend("en") for f in refused.value.findings)
    return [f.code for f in refused.value.findings]


def marks(root: Path) -> dict[str, tuple[str, int, int]]:
    """Hash, time and mode of everything below a folder."""
    found = {}
    for p in sorted(root.rglob("*")):
        held = p.stat()
        digest = hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else ""
        found[p.relative_to(root).as_posix()] = (digest, held.st_mtime_ns, held.st_mode)
    return found


def test_opening_writes_nothing_into_the_book(closed: Book, copy: Book, tmp_path: Path) -> None:
    for path in [*copy.root.rglob("*"), copy.root]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = marks(copy.root)
    try:
        source = opened(copy.root, tmp_path)
        assert rows(source.book, TOTAL) == rows(closed, TOTAL)
        assert marks(copy.root) == before
    finally:
        for path in [copy.root, *copy.root.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_what_it_was_when_it_was_read(closed: Book, tmp_path: Path) -> None:
    source = opened(closed.root, tmp_path)
    last, first = closed.entries()[-1], closed.entries()[0]
    assert (source.kind, source.pack, source.name) == ("book", "", "book")
    assert (source.head, source.first) == ((last.seq, last.hash), first.hash)
    assert (source.years, source.closed) == ((2010,), (2010,))
    ran, shut = (next(e for e in closed.entries() if e.act == act) for act in ("run", "close"))
    for used in source.used:
        assert (used.year, used.vintage, used.state, used.closed_by) == (2010, ran.seq, "closed", shut.who)
        assert used.release == ran.data["manifest"]["sha256"]  # type: ignore[index]
        assert used.closing == shut.data["closing"]["sha256"]  # type: ignore[index]
    assert source.vintage(2010, "garze-2017") == ran.seq
    assert source.vintage(2010, "none") is None
    assert json.loads(json.dumps(source.anchors()))["journal"]["sha256"] == last.hash.sha256


def test_a_pack_is_read_as_its_book_is(closed: Book, pack: Path, tmp_path: Path) -> None:
    before = marks(pack)
    source = opened(pack, tmp_path)
    assert source.kind == "pack"
    assert len(source.pack) == 64
    assert source.head[0] == closed.entries()[-1].seq
    assert rows(source.book, TOTAL) == rows(closed, TOTAL)
    assert marks(pack) == before


@pytest.mark.parametrize(
    ("name", "code"),
    [("book.toml", "PACK-FILE-CHANGED"), ("open/README.md", "PACK-FILE-CHANGED"), ("journal.jsonl", "LEDGER-JOURNAL-CHAIN"), ("pack.json", "PACK-MANIFEST-UNREADABLE"), ("new.txt", "PACK-FILE-EXTRA")],
)  # fmt: skip
def test_a_damaged_pack(pack: Path, tmp_path: Path, name: str, code: str) -> None:
    shutil.copytree(pack, tmp_path / "pack")
    path = tmp_path / "pack" / name
    data = path.read_bytes() if path.is_file() else b""
    if name == "journal.jsonl":
        lines = data.splitlines(keepends=True)
        path.write_bytes(b"".join([*lines[:3], *lines[4:]]))
    else:
        path.write_bytes(data + b"#\n")
    assert code in codes(tmp_path / "pack", tmp_path)


def test_a_pack_with_a_file_gone(pack: Path, tmp_path: Path) -> None:
    shutil.copytree(pack, tmp_path / "pack")
    (tmp_path / "pack" / "verify.py").unlink()
    assert "PACK-FILE-MISSING" in codes(tmp_path / "pack", tmp_path)


def test_a_changed_release_is_no_evidence(copy: Book, tmp_path: Path) -> None:
    table = next(copy.releases.iterdir()) / "value_account.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("1", "2", 1), encoding="utf-8")
    assert codes(copy.root, tmp_path)


def test_a_query_store_that_was_changed_by_hand_reaches_no_audit(closed: Book, copy: Book, tmp_path: Path) -> None:
    with duckdb.connect(str(copy.store)) as con:
        con.execute("UPDATE t_gep_total SET gep = gep * 2")
    assert rows(Book(copy.root), TOTAL) != rows(closed, TOTAL)
    assert rows(opened(copy.root, tmp_path).book, TOTAL) == rows(closed, TOTAL)


def test_years_that_are_open_or_not_there(ready: Ready, tmp_path: Path) -> None:
    ran = ready.book(GARZE, "all")
    assert codes(ran.root, tmp_path) == ["AUDIT-YEAR-OPEN"]
    with pytest.raises(Refused) as refused:
        opened(ran.root, tmp_path, *range(2008, 2100))
    assert [(f.code, dict(f.args)["year"]) for f in refused.value.findings] == [
        ("AUDIT-YEAR-NO-DATA", "2008-2009"), ("AUDIT-YEAR-NO-DATA", "2011-2099"), ("AUDIT-YEAR-OPEN", "2010"),
    ]  # fmt: skip
    assert codes(ready.book(GARZE).root, tmp_path) == ["AUDIT-YEAR-NO-DATA"]
    assert not (tmp_path / "work").exists()


def test_a_year_that_was_opened_again(copy: Book, tmp_path: Path) -> None:
    reopen(copy, 2010, why="更正", who="别人")
    with pytest.raises(Refused) as refused:
        opened(copy.root, tmp_path)
    assert [(f.code, f.found) for f in refused.value.findings] == [("AUDIT-YEAR-OPEN", "reopened, vintage 13")]


def test_no_book(tmp_path: Path) -> None:
    assert codes(tmp_path / "none", tmp_path) == ["AUDIT-NO-SOURCE"]
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert codes(tmp_path / "file", tmp_path) == ["AUDIT-NO-SOURCE"]


def test_figures_as_known_on_a_day(ready: Ready, tmp_path: Path) -> None:
    """A book that ran on one day and was closed five days later: nothing was known before, and not yet closed between."""
    copied = ready.copy(ready.book(GARZE, "all"), tmp_path / "book")
    ran = next(e for e in copied.entries() if e.act == "run")
    day = datetime.fromisoformat(ran.when)
    conclude(Book(copied.root, clock=lambda: day + timedelta(days=5)), data_root() / "ledgers" / "books" / GARZE, (2010,))
    later = {"clock": lambda: day + timedelta(days=30)}

    assert codes(copied.root, tmp_path, known_on=day.date() - timedelta(days=1), **later) == ["AUDIT-NOT-KNOWN"]
    assert codes(copied.root, tmp_path, known_on=day.date() + timedelta(days=31), **later) == ["AUDIT-KNOWN-FUTURE"]
    between = opened(copied.root, tmp_path, known_on=day.date(), **later)
    assert {(u.vintage, u.state, u.closing != "") for u in between.used} == {(ran.seq, "preliminary", True)}
    assert {f.code for f in between.findings if f.code.startswith("AUDIT")} == {"AUDIT-KNOWN-STATE"}
    closed = opened(copied.root, tmp_path, known_on=day.date() + timedelta(days=5), **later)
    assert {u.state for u in closed.used} == {"closed"}
    assert not [f for f in closed.findings if f.code.startswith("AUDIT")]


def test_the_store_is_used_again_only_if_it_is_untouched(closed: Book, tmp_path: Path) -> None:
    first = opened(closed.root, tmp_path)
    store = first.book.store
    made = store.stat().st_mtime_ns
    assert opened(closed.root, tmp_path, kept=first.store).store == first.store
    assert store.stat().st_mtime_ns == made
    with duckdb.connect(str(store)) as con:
        con.execute("UPDATE t_gep_total SET gep = gep * 2")
    again = opened(closed.root, tmp_path, kept=first.store)
    assert rows(again.book, TOTAL) == rows(closed, TOTAL)


def test_the_handle_refuses_every_act(closed: Book, tmp_path: Path) -> None:
    book = opened(closed.root, tmp_path).book
    with pytest.raises(Refused, match="AUDIT-BOOK-READ-ONLY"):
        book.record("correct", {})
    with pytest.raises(Refused, match="AUDIT-BOOK-READ-ONLY"):
        book.lock()
    with pytest.raises(Refused, match="AUDIT-BOOK-READ-ONLY"):
        run(book, "all")
    assert isinstance(book, Reading)


def test_the_catalogue_of_a_vintage(closed: Book, tmp_path: Path) -> None:
    source = opened(closed.root, tmp_path)
    kept = source.frozen(13)
    assert kept.data == closed.catalogues / str(next(e for e in closed.entries() if e.act == "run").data["catalogue"])
    assert kept.local == kept.data / "local"
    assert kept.config == closed.config
    assert kept.catalog.schemes.keys() == closed.catalog.schemes.keys()
    assert rows(kept, TOTAL) == rows(closed, TOTAL)
    with pytest.raises(Refused, match="REPERFORM-UNKNOWN"):
        source.frozen(12)


def test_who_made_the_accounts(closed: Book) -> None:
    entries = closed.entries()
    made = compilers(entries, (2010,))
    assert made["示例"][0].startswith("submit ")
    assert any(act.startswith("run ") for act in made["示例"])
    assert {who: [act.split()[0] for act in done] for who, done in made.items() if who in ("示例评审人", "示例核实人", "示例封账人")} == {
        "示例评审人": ["review"], "示例核实人": ["finalise"], "示例封账人": ["close"],
    }  # fmt: skip
    assert all("init" not in done for acts in made.values() for done in acts)
    assert compilers(entries, (1999,)) == {}


def test_the_same_source_later(closed: Book, copy: Book, pack: Path, tmp_path: Path) -> None:
    """A pack of a book is the same source, and so is a book whose journal went on; another book or a cut journal is not."""
    before = opened(closed.root, tmp_path).anchors()
    assert continues(before, opened(pack, tmp_path)) == []
    copy.record("attach", {"file": "x", "sha256": "0" * 64, "sm3": "0" * 64, "suffix": "", "about": ""}, who="某人")
    lines = copy.journal_path.read_bytes().splitlines(keepends=True)
    grown = opened(closed.root, tmp_path)
    assert continues(before, grown) == []
    last = json.loads(lines[-1])
    cut = {**before, "journal": {"seq": last["seq"], "sha256": last["hash"]["sha256"]}}
    assert [f.code for f in continues(cut, grown)] == ["AUDIT-SOURCE-CHANGED"]
    other = {**before, "first": {"sha256": "f" * 64, "sm3": "f" * 64}}
    assert [f.code for f in continues(other, grown)] == ["AUDIT-SOURCE-OTHER"]
    moved = {**before, "used": [{**u, "vintage": 7} for u in before["used"]]}  # type: ignore[attr-defined]
    assert {f.code for f in continues(moved, grown)} == {"AUDIT-VINTAGE-MOVED"}
