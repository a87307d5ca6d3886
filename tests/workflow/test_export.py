"""gep export: open data exact and inert, a pack that checks itself and names every kind of damage, refusals that leave nothing."""

from __future__ import annotations

import ast
import csv
import errno
import hashlib
import importlib.util
import io
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from gep.base.data import data_root
from gep.base.findings import Refused
from gep.book import Book
from gep.cli import app
from gep.ledger import journal, pack
from gep.ledger.closing import grouped
from gep.ledger.files import digest_bytes
from gep.ledger.query import QueryResult
from gep.workflow.approve import approve
from gep.workflow.attach import attach
from gep.workflow.demo import Demo
from gep.workflow.export import Done, export, years_in_use
from gep.workflow.run import run
from gep.workflow.states import step
from gep.workflow.views import rows
from tests.workflow.conftest import GARZE, garze_rows

FULL = os.environ.get("GEP_PROOF") == "full"
CHECKER = data_root() / "templates" / "pack" / "verify.py"


def tree(folder: Path) -> dict[str, str]:
    """Every file with its SHA-256."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()
    }


def read(folder: Path, table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / "data" / f"{table}.csv").read_text(encoding="utf-8"), newline="")))


@pytest.fixture(scope="module")
def opened(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Done:
    return export(demo.book, tmp_path_factory.mktemp("open") / "open")


@pytest.fixture(scope="module")
def packed(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Done:
    return export(demo.book, tmp_path_factory.mktemp("pack") / "pack", evidence=True)


def verify(folder: Path, *more: str) -> tuple[int, str]:
    """What the checker of a pack says, run as on a machine without any of this software."""
    done = subprocess.run([sys.executable, "-I", str(folder / "verify.py"), *more, str(folder)], capture_output=True, check=False)
    return done.returncode, done.stdout.decode("utf-8") + done.stderr.decode("utf-8")


# open data


def test_the_export_says_what_it_holds(demo: Demo, opened: Done) -> None:
    files = tree(opened.folder)
    assert len(files) == opened.files
    assert {
        "README.md",
        "SHA256SUMS",
        "datapackage.json",
        "dictionary.csv",
        "sdmx/structure.xml",
        "data/gep_total.parquet",
    } <= files.keys()
    assert not {f"data/{name}.csv" for name in ("fact", "submission", "trace")} & files.keys()
    sums = dict(reversed(line.split("  ")) for line in (opened.folder / "SHA256SUMS").read_text().splitlines())
    assert sums == {name: digest for name, digest in files.items() if name != "SHA256SUMS"}
    readme = (opened.folder / "README.md").read_text(encoding="utf-8")
    assert "示例数据" in readme  # the account rests on figures that are marked illustrative
    assert "| 2010 | garze-2017 | " in readme
    assert "conformance to none is claimed" in readme
    assert opened.years == (2010,)
    assert opened.rows["value_account"] == len(rows(demo.book, "SELECT * FROM value_account")) > 50


def test_every_figure_is_there_digit_for_digit(demo: Demo, opened: Done) -> None:
    for table, column in (
        ("physical_account", "quantity"),
        ("value_account", "value"),
        ("gep_total", "gep"),
        ("parameter_used", "amount"),
    ):
        stored = sorted(str(r[column]) for r in rows(demo.book, f"SELECT {column} FROM {table}"))
        assert sorted(r[column] or "None" for r in read(opened.folder, table)) == stored
        parquet = pq.read_table(opened.folder / "data" / f"{table}.parquet", page_checksum_verification=True)
        assert sorted(str(v) for v in parquet[column].to_pylist()) == stored
    # the total of Garze 2010, digit for digit as in the account
    total = [r["gep"] for r in read(opened.folder, "gep_total") if r["profile"] == "garze-2017"]
    assert total == ["754890675347.7923"]
    sdmx = csv.DictReader(io.StringIO((opened.folder / "sdmx" / "GEP_TOTAL.csv").read_text(encoding="utf-8")))
    assert [r["OBS_VALUE"] for r in sdmx if r["GEP_ITEM"] == "GEP" and r["PROFILE"] == "garze-2017"] == total


def test_the_description_holds_for_an_independent_reader(opened: Done) -> None:
    import frictionless

    report = frictionless.validate(str(opened.folder / "datapackage.json"))
    assert report.flatten(["type", "note"]) == []
    data = json.loads((opened.folder / "datapackage.json").read_bytes())
    assert "garze2017" in [s["id"] for s in data["sources"]]
    assert sum(r["rows"] for r in data["resources"]) == sum(opened.rows.values())


def test_the_same_vintage_gives_the_same_bytes(demo: Demo, opened: Done, packed: Done, tmp_path: Path) -> None:
    assert tree(export(demo.book, tmp_path / "open").folder) == tree(opened.folder)
    moved = tmp_path / "elsewhere"
    shutil.copytree(demo.book.root, moved, ignore=shutil.ignore_patterns("accounts.duckdb*", ".lock*"))
    assert tree(export(Book(moved), tmp_path / "pack", evidence=True).folder) == tree(packed.folder)
    everything = b"".join(p.read_bytes() for p in (tmp_path / "open").rglob("*") if p.suffix in (".md", ".csv", ".json", ".xml"))
    assert str(tmp_path).encode() not in everything


def test_what_is_missing_is_empty_with_a_reason_and_never_zero(counties: Book, tmp_path: Path) -> None:
    copy = tmp_path / "book"
    shutil.copytree(counties.root, copy)
    book = Book(copy)
    run(book, "2010", trial=True)
    folder = export(book, tmp_path / "open").folder
    wanted = {(r["region_code"], r["service"]): r for r in read(folder, "value_account") if r["service"] == "water_retention"}
    assert {region: (r["value"], r["state"]) for (region, _), r in wanted.items() if r["state"] != "value"} == {
        "513323": ("", "not_applicable"),
        "513324": ("", "not_available"),
        **({"513322": ("", "not_available")} if ("513322", "water_retention") in wanted else {}),
    }
    flow = csv.DictReader(io.StringIO((folder / "sdmx" / "GEP_SERVICE_VAL.csv").read_text(encoding="utf-8")))
    seen = {r["REF_AREA"]: (r["OBS_VALUE"], r["OBS_STATUS"]) for r in flow if r["SERVICE"] == "water_retention"}
    assert seen["513323"] == ("", "M")
    assert seen["513324"] == ("", "O")
    assert seen["513301"][1] == "V"  # a trial
    assert Decimal(seen["513301"][0]) > 0


EVIL = ("=cmd|' /C calc'!A0", "@SUM(1)", "<script>alert(1)</script>", "{{ 7*7 }}", "[x](javascript:1)", "a|b")


def test_text_of_the_book_is_never_formula_markup_or_template(make_book: Callable[..., Book], tmp_path: Path) -> None:
    evil = " ".join(EVIL)
    toml = (GARZE / "book.toml").read_text(encoding="utf-8").replace("甘孜藏族自治州", evil.replace('"', ""))
    given_rows = [row | {"note": evil, "source": EVIL[0], "evidence": EVIL[1]} for row in garze_rows()]
    book = make_book(given_rows, toml)
    run(book, "2010", trial=True)
    done = export(book, tmp_path / "pack", evidence=True)
    folder = done.folder / "open"
    notes = {r["note"] for r in read(folder, "fact")}
    assert notes == {f"'{evil}"}
    assert {r["source"] for r in read(folder, "fact")} == {f"'{EVIL[0]}"}
    for path in folder.rglob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")):
            for cell in row:
                assert cell == "-" or not cell.lstrip(" \u00a0").startswith(("=", "@", "\t", "=", "@")), (path.name, cell)
    names = pq.read_table(folder / "data" / "fact.parquet")["note"].to_pylist()
    assert set(names) == {evil}  # Parquet holds the text as it was given
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for text in (readme, (done.folder / "INSTRUCTIONS.md").read_text(encoding="utf-8")):
        assert "<script>" not in text
        assert "49" not in text.splitlines()[0]
        assert "[x](javascript" not in text
    assert verify(done.folder)[0] == 0


def ask(sql: str) -> QueryResult:
    """A store with results in use for 2010, 2012 and 2013."""
    return QueryResult(("year",), ("INTEGER",), ((2012,), (2010,), (2013,)))


@pytest.mark.parametrize("year", ["1999", "2009-2010", "2010-2011", "x", "-", "2010-", "２０１０", "2013-2010", "all2", ""])
def test_a_year_without_a_result_is_refused(year: str) -> None:
    with pytest.raises(Refused, match="EXPORT-NO-YEAR") as refused:
        years_in_use(ask, year)
    assert refused.value.findings[0].expected == "2010, 2012, 2013"


def test_years_are_chosen_among_those_in_use() -> None:
    assert years_in_use(ask, "all") == years_in_use(ask, "2010-2013") == (2010, 2012, 2013)
    assert years_in_use(ask, "2012") == years_in_use(ask, "2012-2012") == (2012,)


# what is refused leaves nothing behind


def test_a_target_that_is_taken_is_left_as_it_is(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "empty", target_is_directory=True)
    for name in ("full", "file", "link"):
        with pytest.raises(Refused, match="EXPORT-EXISTS"):
            export(demo.book, tmp_path / name)
    assert sorted(tree(tmp_path)) == ["file", "full/mine.txt"]


def test_an_empty_folder_is_filled(demo: Demo, opened: Done, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert tree(export(demo.book, tmp_path / "empty").folder) == tree(opened.folder)


@pytest.mark.parametrize("inside", ["", "open", "releases/open", "../{name}/x"])
def test_a_target_inside_the_book_is_refused(copy: Book, inside: str) -> None:
    before = tree(copy.root)
    with pytest.raises(Refused, match="EXPORT-INSIDE"):
        export(copy, copy.root / inside.format(name=copy.root.name))
    assert tree(copy.root) == before


@pytest.mark.parametrize("at", [0, 39])
def test_a_full_disk_leaves_nothing(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    from gep.workflow import export as verb

    count = 0

    def full(path: Path, data: bytes) -> None:
        nonlocal count
        if count == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        count += 1
        path.write_bytes(data)

    monkeypatch.setattr(verb, "write_synced", full)
    with pytest.raises(Refused, match="EXPORT-WRITE") as refused:
        export(demo.book, tmp_path / "open")
    assert "No space left" in refused.value.findings[0].text("en")
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_cannot_be_made_is_refused(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Refused, match="EXPORT-WRITE"):
        export(demo.book, tmp_path / "file" / "open")


def test_what_is_written_meanwhile_does_not_reach_the_pack(copy: Book, packed: Done, tmp_path: Path) -> None:
    done = False

    def act(text: str) -> None:
        nonlocal done
        if not done:
            done = True
            copy.record("answer", {"rule": "r", "region": "", "period": "", "key": "", "answer": "x", "document": ""})

    assert tree(export(copy, tmp_path / "pack", evidence=True, progress=act).folder) == tree(packed.folder)
    assert len(copy.entries()) == 14


def test_a_store_behind_the_journal_is_not_exported(copy: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at the store and the look at the journal another program wrote."""
    from gep.workflow import export as verb

    copy.record("answer", {"rule": "r", "region": "", "period": "", "key": "", "answer": "x", "document": ""})
    monkeypatch.setattr(verb, "need_store", lambda book: None)
    with pytest.raises(Refused, match="EXPORT-BOOK-CHANGED"):
        export(copy, tmp_path / "pack", evidence=True)
    assert not (tmp_path / "pack").exists()


# the pack


def test_a_pack_has_the_layout_of_a_book_and_what_is_needed_to_read_it(demo: Demo, packed: Done) -> None:
    files = tree(packed.folder)
    book = tree(demo.book.root)
    kept = {name for name in book if name.split("/")[0] in ("submissions", "rules", "catalogues", "releases", "local")}
    assert {name: files[name] for name in kept} == {name: book[name] for name in kept}
    assert files["journal.jsonl"] == book["journal.jsonl"]
    assert {
        "INSTRUCTIONS.md",
        "SHA256SUMS",
        "SM3SUMS",
        "pack.json",
        "verify.py",
        "book.toml",
        "open/data/fact.csv",
        "open/README.md",
    } <= files.keys()
    assert any(name.endswith("/trace.jsonl") for name in files)
    assert not any("duckdb" in name or ".lock" in name for name in files)
    assert files["verify.py"] == hashlib.sha256(CHECKER.read_bytes()).hexdigest()
    assert packed.anchor in (packed.folder / "INSTRUCTIONS.md").read_text(encoding="utf-8")
    assert pack.check_pack(packed.folder) == []
    assert pack.read_pack(packed.folder).digest.sha256 == packed.digest


def test_a_sound_pack_is_found_sound_and_what_was_not_checked_is_said(packed: Done) -> None:
    code, text = verify(packed.folder, "--lang", "en")
    assert code == 0, text
    assert "no fault in what was checked" in text
    assert "FAULT" not in text
    for words in ("no --anchor or --digest given", "whether the figures are right", "this program itself"):
        assert any(line.startswith("NOT CHECKED") and words in line for line in text.splitlines())
    assert packed.anchor in text
    code, text = verify(packed.folder, "--anchor", packed.anchor, "--lang", "zh")
    assert code == 0
    assert "未给出" not in text
    assert verify(packed.folder, "--anchor", "1:xyz")[0] == 2


def test_a_pack_is_a_book_that_can_be_asked(packed: Done, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    shutil.copytree(packed.folder, folder)
    asked = rows(Book(folder), "SELECT gep FROM gep_total WHERE profile = 'garze-2017'")
    assert asked == [{"gep": Decimal("754890675347.7923")}]
    assert "accounts.duckdb" in tree(folder)
    code, text = verify(folder, "--lang", "en")
    assert code == 0
    assert "NOT CHECKED accounts.duckdb" in text
    found = pack.check_pack(folder)
    assert {f.code for f in found} == {"PACK-BY-WORK"}
    assert {f.severity for f in found} == {"note"}


def test_leftovers_of_a_killed_act_are_no_evidence(copy: Book, packed: Done, tmp_path: Path) -> None:
    for name in ("releases/99/run.csv", "submissions/stray.csv", "unfinished/x", "evidence/none.pdf"):
        (copy.root / name).parent.mkdir(parents=True, exist_ok=True)
        (copy.root / name).write_text("x")
    assert tree(export(copy, tmp_path / "pack", evidence=True).folder) == tree(packed.folder)


def _first(book: Path, pattern: str) -> Path:
    return min(book.glob(pattern))


@pytest.mark.parametrize(
    "pattern", ["submissions/*.csv", "releases/*/gep_total.csv", "releases/*/manifest.json", "rules/*/frozen.json"]
)
@pytest.mark.parametrize("gone", [False, True])
def test_a_damaged_book_is_never_sealed_into_a_pack(copy: Book, tmp_path: Path, pattern: str, gone: bool) -> None:
    path = _first(copy.root, pattern)
    if gone:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(Refused) as refused:
        export(copy, tmp_path / "pack", evidence=True)
    assert any(path.name in f.place.file or path.name in f.text("en") for f in refused.value.findings)
    assert not (tmp_path / "pack").exists()


# every kind of damage to a pack, and the words it is named with: kind and place


def put(path: Path, data: bytes) -> None:
    """A file of its own: the copies share theirs."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def _write(pattern: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = _first(folder, pattern)
        put(path, change(path.read_bytes()))

    return damage


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    return _write("journal.jsonl", lambda raw: b"".join(change(raw.splitlines(keepends=True))))


def _rehashed(line: bytes, **changes: object) -> bytes:
    """A line of the journal forged with a right hash of its own."""
    body = {k: v for k, v in json.loads(line).items() if k != "hash"} | changes
    return journal.canonical(body | {"hash": digest_bytes(journal.canonical(body)).as_dict()}) + b"\n"


def _unlink(pattern: str) -> Callable[[Path], None]:
    return lambda folder: _first(folder, pattern).unlink()


def _swap(one: str, two: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        first, second = _first(folder, one), sorted(folder.glob(two))[-1]
        raw = first.read_bytes()
        put(first, second.read_bytes())
        put(second, raw)

    return damage


def _linked(pattern: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = _first(folder, pattern)
        aside = folder.parent / "aside"
        aside.write_bytes(path.read_bytes())
        path.unlink()
        path.symlink_to(aside)

    return damage


def _pack_json(change: Callable[[dict[str, Any]], object], sealed: bool) -> Callable[[Path], None]:
    """Change the manifest; `sealed`: with its own digest put right."""

    def damage(folder: Path) -> None:
        data = json.loads((folder / "pack.json").read_bytes())
        change(data)
        if sealed:
            del data["digest"]
            data["digest"] = digest_bytes(journal.canonical(data)).as_dict()
        put(folder / "pack.json", journal.canonical(data) + b"\n")

    return damage


def _new(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")

    return damage


DAMAGE: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "journal edited": (_write("journal.jsonl", lambda r: r.replace(b'"act":"answer"', b'"act":"Answer"', 1)), ("line-hash  journal.jsonl:2", "changed  journal.jsonl")),
    "journal edited, hash put right": (_lines(lambda x: [x[0], _rehashed(x[1], who="乙"), *x[2:]]), ("line-prev  journal.jsonl:3",)),
    "journal line deleted": (_lines(lambda x: [*x[:4], *x[5:]]), ("line-seq  journal.jsonl:5", "line-prev  journal.jsonl:5")),
    "journal first line deleted": (_lines(lambda x: x[1:]), ("line-seq  journal.jsonl:1",)),
    "journal line inserted": (_lines(lambda x: [*x[:3], _rehashed(x[2], seq=4), *x[3:]]), ("line-prev  journal.jsonl:4", "line-seq  journal.jsonl:5")),
    "journal line doubled": (_lines(lambda x: [*x[:3], x[2], *x[3:]]), ("line-seq  journal.jsonl:4",)),
    "journal lines swapped": (_lines(lambda x: [*x[:2], x[3], x[2], *x[4:]]), ("line-seq  journal.jsonl:3",)),
    "journal tail cut": (_lines(lambda x: x[:-1]), ("head  journal.jsonl:12",)),
    "journal line added": (_lines(lambda x: [*x, _rehashed(x[-1], seq=14, act="note", prev=json.loads(x[-1])["hash"])]), ("head  journal.jsonl:14",)),
    "journal torn": (_write("journal.jsonl", lambda r: r[:-20]), ("line-torn  journal.jsonl:13",)),
    "journal line no JSON": (_lines(lambda x: [x[0], b"{\n", *x[2:]]), ("line-json  journal.jsonl:2",)),
    "journal spaced": (_lines(lambda x: [x[0].replace(b'{"act"', b'{ "act"'), *x[1:]]), ("line-form  journal.jsonl:1",)),
    "journal key twice": (_lines(lambda x: [x[0].replace(b'{"act"', b'{"act":"init","act"'), *x[1:]]), ("line-form  journal.jsonl:1",)),
    "journal gone": (_unlink("journal.jsonl"), ("missing  journal.jsonl",)),
    "original edited": (_write("submissions/*.csv", lambda r: r + b"\n"), ("changed  submissions/", "recorded  submissions/")),
    "original deleted": (_unlink("submissions/*.csv"), ("missing  submissions/", "unkept  submissions/")),
    "originals swapped": (_swap("submissions/*.csv", "submissions/*.csv"), ("recorded  submissions/",)),
    "original added": (_new("submissions/x.csv"), ("extra  submissions/x.csv", "unrecorded  submissions/x.csv")),
    "original behind a link": (_linked("submissions/*.csv"), ("name  submissions/",)),
    "release figure edited": (_write("releases/*/gep_total.csv", lambda r: r.replace(b"7923", b"7924", 1)), ("release-file  releases/13/gep_total.csv",)),
    "release file deleted": (_unlink("releases/*/trace.jsonl"), ("missing  releases/13/trace.jsonl",)),
    "release file added": (_new("releases/13/more.csv"), ("extra  releases/13/more.csv",)),
    "release files swapped": (_swap("releases/*/gep_total.csv", "releases/*/value_account.csv"), ("release-file  releases/13/gep_total.csv", "release-file  releases/13/value_account.csv")),
    "release manifest edited": (_write("releases/*/manifest.json", lambda r: r.replace(b'"bytes":', b'"bytes":1', 1)), ("manifest-form  releases/13/manifest.json",)),
    "release added": (_new("releases/14/manifest.json"), ("unrecorded  releases/14/manifest.json",)),
    "frozen rules edited": (_write("rules/*/frozen.json", lambda r: r.replace(b"1", b"2", 1)), ("recorded  rules/",)),
    "frozen rules deleted": (_unlink("rules/*/frozen.json"), ("unkept  rules/",)),
    "catalogue file edited": (_write("catalogues/*/book.toml", lambda r: r + b"#"), ("release-file  catalogues/",)),
    "catalogue manifest edited": (_write("catalogues/*/manifest.json", lambda r: r[:-2] + b" }\n"), ("manifest-form  catalogues/",)),
    "configuration edited": (_write("book.toml", lambda r: r + b"#"), ("changed  book.toml",)),
    "open data edited": (_write("open/data/gep_total.csv", lambda r: r.replace(b"7923", b"7924", 1)), ("changed  open/data/gep_total.csv",)),
    "Parquet bit flipped": (_write("open/data/gep_total.parquet", lambda r: r[:50] + bytes([r[50] ^ 1]) + r[51:]), ("changed  open/data/gep_total.parquet",)),
    "file added": (_new("local/rules/more.toml"), ("extra  local/rules/more.toml",)),
    "hidden file added": (_new(".gitignore"), ("extra  .gitignore",)),
    "instructions deleted": (_unlink("INSTRUCTIONS.md"), ("missing  INSTRUCTIONS.md",)),
    "pack.json deleted": (_unlink("pack.json"), ("pack-missing  pack.json",)),
    "pack.json edited": (_pack_json(lambda d: d["files"].pop(), sealed=False), ("pack-digest  pack.json",)),
    "pack.json sealed anew without a file": (_pack_json(lambda d: d["files"].pop(), sealed=True), ("extra  verify.py", "sums  SHA256SUMS")),
    "pack.json sealed anew with a name outside": (_pack_json(lambda d: d["files"][0].update(name="../x"), sealed=True), ("pack-form  pack.json",)),
    "pack.json sealed anew with another head": (_pack_json(lambda d: d["journal"].update(seq=12), sealed=True), ("head  journal.jsonl:13",)),
    "pack.json sealed anew without the vintage": (_pack_json(lambda d: d["vintages"].clear(), sealed=True), ("head  pack.json [vintages]",)),
    "pack.json no JSON": (_write("pack.json", lambda r: r[:-30]), ("pack-form  pack.json",)),
    "sums edited": (_write("SHA256SUMS", lambda r: (b"1" if r[:1] == b"0" else b"0") + r[1:]), ("sums  SHA256SUMS:1",)),
    "sums cut": (_write("SM3SUMS", lambda r: r[: r.rindex(b"\n", 0, -1) + 1]), ("sums  SM3SUMS:",)),
    "sums deleted": (_unlink("SHA256SUMS"), ("missing  SHA256SUMS",)),
}  # fmt: skip


@pytest.fixture(scope="module")
def spare(packed: Done, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the pack, to be copied again and again by hard links, at little cost."""
    folder = tmp_path_factory.mktemp("spare") / "pack"
    shutil.copytree(packed.folder, folder)
    return folder


@pytest.mark.parametrize("name", DAMAGE if FULL else random.Random(24).sample(list(DAMAGE), 15))  # noqa: S311
def test_each_damage_is_named_without_our_software(spare: Path, tmp_path: Path, name: str) -> None:
    damage, expected = DAMAGE[name]
    folder = tmp_path / "pack"
    shutil.copytree(spare, folder, copy_function=os.link)
    damage(folder)
    code, text = verify(folder, "--lang", "en")
    assert code == 1, text
    faults = [line for line in text.splitlines() if line.startswith("FAULT")]
    for words in expected:
        assert any(words in line for line in faults), (words, text)
    assert "no fault in what was checked" not in text
    assert [f for f in pack.check_pack(folder) if f.severity == "stop"] != []


FLIPS = 1000 if FULL else 12


def test_no_flipped_bit_and_no_cut_goes_unseen(spare: Path, tmp_path: Path, checker: Any) -> None:
    """Any bit of any file, and any cut: named by the checker and by the program."""
    folder, chance = tmp_path / "pack", random.Random(20260102)  # noqa: S311  (seeded, so that it is the same each time)
    shutil.copytree(spare, folder, copy_function=os.link)
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size)
    for i in range(FLIPS):
        path = chance.choice(files)
        raw = path.read_bytes()
        at = chance.randrange(len(raw))
        put(path, raw[:at] if i % 6 == 5 else raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :])
        name = path.relative_to(folder).as_posix()
        check = checker.Check(str(folder), "en")
        check.listing()
        check.pack()
        assert any(name in fault for fault in check.faults), (name, at)
        assert any(f.place.file == name for f in pack.check_pack(folder)), (name, at)
        put(path, raw)
    assert pack.check_pack(folder) == []


def test_a_whole_forgery_shows_only_against_an_anchor(copy: Book, packed: Done, tmp_path: Path) -> None:
    """A book whose last entry was cut, packed anew: sound in itself, not what the receipt says."""
    copy.record("answer", {"rule": "r", "region": "513300", "period": "2010", "key": "", "answer": "事后", "document": ""})
    whole = export(copy, tmp_path / "whole", evidence=True)
    assert whole.anchor.startswith("14:")
    assert verify(packed.folder)[0] == 0  # the one without the last entry
    code, text = verify(packed.folder, "--anchor", whole.anchor, "--lang", "en")
    assert code == 1
    assert "anchor  journal.jsonl [14]" in text
    assert verify(whole.folder, "--anchor", f"14:{grouped(whole.anchor[3:])}")[0] == 0
    assert verify(whole.folder, "--anchor", packed.anchor)[0] == 0  # an older receipt still holds


def test_a_closed_year_goes_with_its_closing_and_its_documents(copy: Book, tmp_path: Path) -> None:
    (tmp_path / "批复 文件.pdf").write_bytes(b"%PDF")
    attach(copy, [tmp_path / "批复 文件.pdf"], who="甲")
    waiting = [entry.seq for entry in copy.entries() if entry.act == "answer"]
    approve(copy, waiting, who="乙")
    for act in ("review", "finalise", "close"):
        step(copy, act, [2010], who="乙")
    done = export(copy, tmp_path / "pack", evidence=True)
    (closing,) = (done.folder / "closings").iterdir()
    assert len(list((done.folder / "evidence").iterdir())) == 1
    sdmx = csv.DictReader(io.StringIO((done.folder / "open" / "sdmx" / "GEP_TOTAL.csv").read_text(encoding="utf-8")))
    assert {(r["OBS_STATUS"], r["RELEASE_STATE"]) for r in sdmx} == {("A", "closed")}
    sign_off = grouped(hashlib.sha256(closing.read_bytes()).hexdigest())
    code, text = verify(done.folder, "--digest", sign_off, "--digest", grouped(done.digest), "--lang", "en")
    assert code == 0, text
    assert "evidence 1" in text
    assert "closings 1" in text
    code, text = verify(done.folder, "--digest", "0" * 64, "--lang", "en")
    assert code == 1
    assert "digest  closings/" in text
    closing.write_bytes(closing.read_bytes().replace(b"2010", b"2011", 1))
    code, text = verify(done.folder, "--digest", sign_off, "--lang", "en")
    assert code == 1
    for words in ("changed  closings/2010-13.json", "recorded  closings/2010-13.json (journal.jsonl:", "digest  closings/"):
        assert words in text


# the checker itself


@pytest.fixture(scope="module")
def checker() -> Any:
    spec = importlib.util.spec_from_file_location("pack_verify", CHECKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_checker_needs_the_standard_library_of_an_old_python_only() -> None:
    parsed = ast.parse(CHECKER.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {a.name for node in ast.walk(parsed) if isinstance(node, ast.Import) for a in node.names}
    assert not [node for node in ast.walk(parsed) if isinstance(node, ast.ImportFrom)]
    assert imported <= set(sys.stdlib_module_names)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(value=PLAIN)
def test_the_checker_reads_canonical_json_as_the_journal_writes_it(checker: Any, value: Any) -> None:
    raw = journal.canonical(value)
    assert checker.canonical(value).encode() == raw
    assert checker.parsed(raw) == value


def test_names_beyond_the_basic_plane_are_sorted_by_utf_16(checker: Any) -> None:
    # U+10000 is D800 DC00 in UTF-16 and stands before U+FF5E, although its number is the higher one
    assert checker.canonical({"\uff5e": 1, "\U00010000": 2}) == '{"\U00010000":2,"\uff5e":1}'


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1.0}',
        b'{"a":NaN}',
        b"[1, 2]",
        b'{"b":1,"a":2}',
        b'"\\u0041"',
        b'"\\ud800"',
        b"9007199254740993",
        b"\xff",
        b"",
        b"[" * 5000,
    ],
)
def test_what_is_not_canonical_is_refused(checker: Any, raw: bytes) -> None:
    with pytest.raises(checker.Form):
        checker.parsed(raw)


def test_without_sm3_the_checker_says_so(
    packed: Done, checker: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new = hashlib.new

    def old(name: str, *more: Any, **named: Any) -> Any:
        if name == "sm3":
            raise ValueError("unsupported hash type")
        return new(name, *more, **named)

    monkeypatch.setattr(checker.hashlib, "new", old)
    monkeypatch.setattr(sys, "argv", ["verify.py", "--lang", "en", str(packed.folder)])
    assert checker.main() == 0
    text = capsys.readouterr().out
    assert "NOT CHECKED SM3" in text
    assert "and SM3 of" not in text


# the command


def test_the_command(demo: Demo, tmp_path: Path) -> None:
    runner = CliRunner()
    done = runner.invoke(app, ["export", str(demo.book.root), "--to", str(tmp_path / "p"), "--evidence", "--json"])
    assert done.exit_code == 0, done.output
    body = json.loads(done.stdout)
    assert body["ok"]
    assert body["result"]["years"] == [2010]
    assert body["result"]["anchor"].startswith("13:")
    assert [f["code"] for f in body["findings"]] == ["EXPORT-ILLUSTRATIVE"]
    again = runner.invoke(app, ["export", str(demo.book.root), "--to", str(tmp_path / "p"), "--lang", "zh"])
    assert again.exit_code == 1
    assert "EXPORT-EXISTS" in again.output
    shown = runner.invoke(app, ["export", str(demo.book.root), "--to", str(tmp_path / "o"), "--year", "2010", "--lang", "zh"])
    assert shown.exit_code == 0
    assert "个文件,2010" in shown.stdout
    assert runner.invoke(app, ["export", str(demo.book.root)]).exit_code == 2
