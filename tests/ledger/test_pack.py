"""The manifest of an evidence pack: what goes in, what every kind of damage is called, that no byte of it can change unseen."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.findings import Refused
from gep.ledger import journal, pack
from gep.ledger.files import digest_bytes

RETURN = b"region,period\n1,2020\n"
SHA = digest_bytes(RETURN).sha256


def clock() -> datetime:
    return datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A folder of the layout of a book: one return, one that was refused, a run, a close, an attached document, leftovers."""
    root = tmp_path / "book"
    held = {
        f"submissions/{SHA}.csv": RETURN,
        f"submissions/{'b' * 64}.csv": b"never recorded",
        "releases/3/run.csv": b"x\n",
        "releases/3/manifest.json": b"{}\n",
        "releases/9/run.csv": b"left by a killed run",
        "rules/r1/frozen.json": b"{}",
        "rules/r1/.frozen.json.0123456789ab.tmp": b"half",
        "catalogues/c1/manifest.json": b"{}",
        "closings/2020-3.json": b"{}",
        "evidence/e1.pdf": b"%PDF",
        "statements/2020/报表.html": b"<p>",
        "statements/2020/left.html": b"written, never recorded",
        "local/rules/own.toml": b"",
        "book.toml": b"schema = 2\n",
        "accounts.duckdb": b"store",
        ".lock": b"",
        "unfinished/releases-7.1/x": b"",
    }
    for name, data in held.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    acts: list[tuple[str, dict[str, object]]] = [
        ("submit", {"sha256": SHA, "suffix": ".csv", "status": "accepted"}),
        ("submit", {"sha256": "a" * 64, "suffix": ".csv", "status": "rejected"}),
        ("run", {"rules_hash": "r1", "catalogue": "c1"}),
        ("attach", {"sha256": "e1", "suffix": ".pdf"}),
        ("close", {"year": 2020, "vintage": 3}),
        ("statement", {"files": [{"file": "2020/报表.html"}]}),
    ]
    for act, data in acts:
        journal.append(root / "journal.jsonl", act, "甲", "", data, clock)
    return root


def made(book: Path, folder: Path) -> pack.Pack:
    """A sealed pack of the book."""
    entries = journal.read(book / "journal.jsonl")
    names, faults = pack.content_of(book, entries)
    assert faults == []
    for name in [*names, "journal.jsonl"]:
        pack.copied(book / name, folder / name)
    return pack.seal(folder, entries[-1], [3])


def test_a_pack_holds_what_the_journal_names_and_nothing_a_killed_act_left(book: Path) -> None:
    names, faults = pack.content_of(book, journal.read(book / "journal.jsonl"))
    assert faults == []
    assert names == [
        "book.toml", "catalogues/c1/manifest.json", "closings/2020-3.json", "evidence/e1.pdf", "local/rules/own.toml",
        "releases/3/manifest.json", "releases/3/run.csv", "rules/r1/frozen.json", "statements/2020/报表.html",
        f"submissions/{SHA}.csv",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [f"submissions/{SHA}.csv", "releases/3", "rules/r1", "catalogues/c1", "closings/2020-3.json", "evidence/e1.pdf",
     "statements/2020/报表.html"],
)  # fmt: skip
def test_what_the_journal_names_and_the_book_lacks_is_named(book: Path, name: str) -> None:
    path = book / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    _, faults = pack.content_of(book, journal.read(book / "journal.jsonl"))
    assert [(f.code, f.place.file) for f in faults] == [("PACK-RECORD-MISSING", name)]


def test_a_link_in_the_book_is_no_file_of_a_pack(book: Path) -> None:
    (book / "local" / "rules" / "link.toml").symlink_to("/etc/hostname")
    shutil.rmtree(book / "releases" / "3")
    (book / "releases" / "3").symlink_to("/etc")
    names, faults = pack.content_of(book, journal.read(book / "journal.jsonl"))
    assert sorted(f.place.file for f in faults) == ["local/rules/link.toml", "releases/3"]
    assert {f.code for f in faults} == {"PACK-NAME"}
    assert not any("link" in name or name.startswith("releases/") for name in names)


@pytest.mark.parametrize("name", ["a\nb.toml", "a\\b.toml", "a\x01.toml"])
def test_a_name_that_no_line_of_sums_can_hold_is_refused(book: Path, name: str) -> None:
    (book / "local" / name).write_text("x")
    _, faults = pack.content_of(book, journal.read(book / "journal.jsonl"))
    assert [f.code for f in faults] == ["PACK-NAME"]
    assert "\n" not in faults[0].place.text()


def test_a_sealed_pack_has_no_fault_and_says_what_it_is(book: Path, tmp_path: Path) -> None:
    sealed = made(book, tmp_path / "p")
    assert pack.check_pack(tmp_path / "p") == []
    assert pack.read_pack(tmp_path / "p") == sealed
    head = journal.read(book / "journal.jsonl")[-1]
    assert sealed.head == (6, head.hash)
    assert len(sealed.files) == 11
    sums = (tmp_path / "p" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert len(sums) == 12  # the manifest as well
    assert f"{SHA}  submissions/{SHA}.csv" in sums


def test_the_same_book_gives_the_same_pack(book: Path, tmp_path: Path) -> None:
    made(book, tmp_path / "p")
    made(book, tmp_path / "q")
    for name in ("pack.json", "SHA256SUMS", "SM3SUMS"):
        assert (tmp_path / "p" / name).read_bytes() == (tmp_path / "q" / name).read_bytes()


def _edit(name: str) -> Callable[[Path], object]:
    return lambda p: (p / name).write_bytes((p / name).read_bytes() + b" ")


def _swap(one: str, two: str) -> Callable[[Path], object]:
    def swap(p: Path) -> None:
        first, second = (p / one).read_bytes(), (p / two).read_bytes()
        (p / one).write_bytes(second), (p / two).write_bytes(first)

    return swap


DAMAGE: list[tuple[Callable[[Path], object], list[tuple[str, str]]]] = [
    (_edit(f"submissions/{SHA}.csv"), [("PACK-FILE-CHANGED", f"submissions/{SHA}.csv")]),
    (_edit("rules/r1/frozen.json"), [("PACK-FILE-CHANGED", "rules/r1/frozen.json")]),
    (lambda p: (p / "releases/3/run.csv").write_bytes(b"y\n"), [("PACK-FILE-CHANGED", "releases/3/run.csv")]),
    (lambda p: (p / "evidence/e1.pdf").unlink(), [("PACK-FILE-MISSING", "evidence/e1.pdf")]),
    (lambda p: (p / "local/more.toml").write_bytes(b""), [("PACK-FILE-EXTRA", "local/more.toml")]),
    (lambda p: (p / ".hidden").write_bytes(b""), [("PACK-FILE-EXTRA", ".hidden")]),
    (
        _swap("book.toml", "rules/r1/frozen.json"),
        [("PACK-FILE-CHANGED", "book.toml"), ("PACK-FILE-CHANGED", "rules/r1/frozen.json")],
    ),
    (_edit("SHA256SUMS"), [("PACK-FILE-CHANGED", "SHA256SUMS")]),
    (lambda p: (p / "SM3SUMS").unlink(), [("PACK-FILE-MISSING", "SM3SUMS")]),
    (lambda p: (p / "pack.json").unlink(), [("PACK-MANIFEST-MISSING", "pack.json")]),
    (_edit("pack.json"), [("PACK-MANIFEST-CHANGED", "pack.json")]),
    (lambda p: (p / "pack.json").write_bytes(b"[]"), [("PACK-MANIFEST-UNREADABLE", "pack.json")]),
    (lambda p: (p / "accounts.duckdb").write_bytes(b""), [("PACK-BY-WORK", "accounts.duckdb")]),
]


@pytest.mark.parametrize(("damage", "expected"), DAMAGE)
def test_each_damage_is_named(
    book: Path, tmp_path: Path, damage: Callable[[Path], object], expected: list[tuple[str, str]]
) -> None:
    made(book, tmp_path / "p")
    damage(tmp_path / "p")
    assert sorted((f.code, f.place.file) for f in pack.check_pack(tmp_path / "p")) == sorted(expected)


def test_a_file_behind_a_link_is_no_file_of_the_pack(book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    made(book, folder)
    (tmp_path / "same.toml").write_bytes((folder / "book.toml").read_bytes())
    (folder / "book.toml").unlink()
    (folder / "book.toml").symlink_to(tmp_path / "same.toml")
    assert [(f.code, f.place.file) for f in pack.check_pack(folder)] == [("PACK-NAME", "book.toml")]


def test_a_journal_cut_and_listed_anew_does_not_meet_the_head_in_the_manifest(book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    entries = journal.read(book / "journal.jsonl")
    pack.copied(book / "journal.jsonl", folder / "journal.jsonl")
    lines = (folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "journal.jsonl").write_bytes(b"".join(lines[:-1]))
    pack.seal(folder, entries[-1], [3])  # a forger who lists the cut journal, but leaves the head
    assert [f.code for f in pack.check_pack(folder)] == ["PACK-HEAD"]


@given(at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_no_bit_of_the_manifest_changes_unseen(tmp_path_factory: pytest.TempPathFactory, at: int, bit: int) -> None:
    folder = tmp_path_factory.mktemp("p")
    entry = journal.append(folder / "journal.jsonl", "init", "甲", "", {}, clock)
    (folder / "文件.txt").write_bytes(b"x")
    pack.seal(folder, entry, [])
    raw = bytearray((folder / "pack.json").read_bytes())
    raw[at % len(raw)] ^= 1 << bit
    (folder / "pack.json").write_bytes(bytes(raw))
    assert pack.check_pack(folder) != []
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b", "C:/x", "a\\b", "a//b", "./a", ""])
def test_a_manifest_that_names_a_file_outside_is_none(book: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "p"
    made(book, folder)
    data = json.loads((folder / "pack.json").read_bytes())
    data["files"][0]["name"] = name
    data["files"].sort(key=lambda f: f["name"])
    del data["digest"]
    data["digest"] = digest_bytes(journal.canonical(data)).as_dict()
    (folder / "pack.json").write_bytes(journal.canonical(data) + b"\n")
    with pytest.raises(Refused, match="PACK-MANIFEST-UNREADABLE"):
        pack.read_pack(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "gep.pack/2"}, {"files": [1]}, {"files": None}, {"journal": {"seq": True}}, {"journal": 5}, {"vintages": ["3"]},
        {"vintages": None}, {"digest": "x"}, {"more": 1},
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_said_to_be_none(book: Path, tmp_path: Path, change: dict[str, object]) -> None:
    folder = tmp_path / "p"
    made(book, folder)
    data = json.loads((folder / "pack.json").read_bytes()) | change
    (folder / "pack.json").write_text(json.dumps(data))
    assert [f.code for f in pack.check_pack(folder)] == ["PACK-MANIFEST-UNREADABLE"]


def test_a_copy_is_flushed_and_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(os.urandom(3 * 2**20 + 1))
    pack.copied(tmp_path / "a", tmp_path / "deep" / "b")
    assert (tmp_path / "deep" / "b").read_bytes() == (tmp_path / "a").read_bytes()
    with pytest.raises(FileExistsError):
        pack.copied(tmp_path / "a", tmp_path / "deep" / "b")
