"""Backup archives: any tar reads them, the same book gives the same bytes, and not one byte can be another."""

from __future__ import annotations

import io
import json
import os
import random
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.findings import Refused
from gep.ledger import archive
from gep.ledger.archive import LIST, Contents, File, header
from gep.ledger.files import Digest, NotWritten, digest_bytes
from gep.ledger.journal import FIRST, canonical

SMALL = {
    "book.toml": b"schema = 2\n",
    "journal.jsonl": b"{}\n",
    "local/codes/\u533a\u5212.csv": b"code\n0330100\n",
    "releases/2/a.csv": b"",
}


def lay(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def read_back(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def make(root: Path, target: Path) -> Contents:
    contents = Contents.of(2, 7, Digest("a" * 64, "b" * 64), archive.inventory(root))
    archive.write(target, root, contents)
    return contents


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """An archive of a few files."""
    make(lay(tmp_path / "book", SMALL), tmp_path / "small.tar")
    return tmp_path / "small.tar"


def codes(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [f.code for f in error.value.findings]


# ---- what is written


def test_what_is_written_comes_back(small: Path, tmp_path: Path) -> None:
    contents = archive.extract(small, tmp_path / "new")
    assert read_back(tmp_path / "new") == SMALL
    assert contents == archive.read(small)
    assert (contents.book_schema, contents.seq, contents.head.sha256) == (2, 7, "a" * 64)
    assert list(archive.differences(tmp_path / "new", contents, grown="")) == []
    assert small.stat().st_size == contents.size


def test_any_tar_reads_it(small: Path, tmp_path: Path) -> None:
    with tarfile.open(small) as tar:
        members = tar.getmembers()
        tar.extractall(tmp_path / "new", filter="data")
    assert [m.name for m in members] == [LIST, *sorted(SMALL)]
    assert {(m.uid, m.gid, m.uname, m.gname, m.mtime, m.mode) for m in members} == {(0, 0, "", "", 0, 0o644)}
    assert {n: d for n, d in read_back(tmp_path / "new").items() if n != LIST} == SMALL


def test_the_same_content_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    """Other times, other order of creation, other folder: nothing of that stands in the archive."""
    again = lay(tmp_path / "elsewhere", dict(reversed(SMALL.items())))
    for path in again.rglob("*"):
        os.utime(path, (1, 1))
    make(again, tmp_path / "again.tar")
    assert (tmp_path / "again.tar").read_bytes() == small.read_bytes()


@given(
    name=st.sampled_from(["a", "a/b.csv", "区划/表.csv", "n" * 100, "n" * 101, "区" * 80, "d/" * 60 + "f"]),
    size=st.integers(0, 9**14),
)
def test_headers_are_those_of_tar(name: str, size: int) -> None:
    """Sizes from 8 GiB on do not fit the eleven octal digits and stand in an extended header, as long and Chinese names do."""
    with tarfile.open(fileobj=io.BytesIO(header(name, size) + bytes(1024))) as tar:
        member = tar.next()
    assert member is not None
    assert (member.name, member.size, member.isreg()) == (name, size, True)
    assert len(header(name, size)) % 512 == 0


def test_the_query_store_the_lock_and_what_is_half_made_stay_out(tmp_path: Path) -> None:
    out = [
        "accounts.duckdb",
        "accounts.duckdb.wal",
        ".lock",
        ".lock-holder",
        "unfinished/3.1/a",
        ".x.0123456789ab.tmp",
        "backup.json",
    ]
    out += ["releases/.4.0123456789ab.tmp/a.csv", "snapshots/1.duckdb"]
    kept = ["local/unfinished/a", "local/.hidden", "journal.jsonl.torn-3-0123456789ab"]
    lay(tmp_path, dict.fromkeys([*out, *kept], b"x"))
    assert archive.names(tmp_path) == sorted(kept)


def test_links_and_names_that_other_systems_cannot_write_are_named_all_at_once(tmp_path: Path) -> None:
    lay(tmp_path, {"local/a:b.csv": b"", "local/ends.": b"", "good": b""})
    (tmp_path / "link").symlink_to("good")
    (tmp_path / "folder").symlink_to(tmp_path / "local")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refused) as error:
        archive.names(tmp_path)
    assert sorted(f.place.file for f in error.value.findings) == ["folder", "link", "local/a:b.csv", "local/ends.", "pipe"]


@pytest.mark.parametrize("change", [b"schema = 3\n", b"schema = 2\nmore", b"s", b""])
def test_a_file_that_changes_while_it_is_written_is_refused_and_nothing_is_left(tmp_path: Path, change: bytes) -> None:
    root = lay(tmp_path / "book", SMALL)
    contents = Contents.of(2, 7, FIRST, archive.inventory(root))
    (root / "book.toml").write_bytes(change)
    with pytest.raises(Refused) as error:
        archive.write(tmp_path / "b.tar", root, contents)
    assert codes(error) == ["KEEP-CHANGING"]
    assert [p.name for p in tmp_path.iterdir()] == ["book"]


def test_without_room_nothing_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = lay(tmp_path / "book", SMALL)
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 10_239})())
    with pytest.raises(NotWritten, match="space") as error:
        make(root, tmp_path / "b.tar")
    assert error.value.needed == 10_240  # twenty blocks of 512: one record of tar
    assert [p.name for p in tmp_path.iterdir()] == ["book"]


# ---- what is read


def refused(data: bytes, tmp_path: Path) -> str:
    """The code an archive of these bytes is refused with; nothing may stand outside of the folder it was unpacked in."""
    (tmp_path / "bad.tar").write_bytes(data)
    into = tmp_path / "deep" / "into"
    with pytest.raises(Refused) as error:
        archive.extract(tmp_path / "bad.tar", into)
    outside = [p for p in tmp_path.rglob("*") if not p.is_dir() and into not in p.parents and p.suffix != ".tar"]
    assert [p for p in outside if (tmp_path / "book") not in p.parents] == []
    assert all(error.value.findings[0].text(lang) for lang in ("zh", "en"))
    return error.value.findings[0].code


def test_every_flipped_bit_is_seen(small: Path, tmp_path: Path) -> None:
    """Headers, padding and the end of the archive too: there is no byte that the list does not lay down."""
    data = small.read_bytes()
    chosen = random.Random(8170).sample(range(len(data)), 400)  # noqa: S311
    for at in {0, 124, 135, 148, 156, 257, 511, len(data) - 1, *chosen}:
        changed = bytearray(data)
        changed[at] ^= 1 << (at % 8)
        (tmp_path / str(at)).mkdir()
        assert refused(bytes(changed), tmp_path / str(at)), at


def test_every_cut_and_every_addition_is_seen(small: Path, tmp_path: Path) -> None:
    data = small.read_bytes()
    for at in [0, 1, 511, 512, 1024, 2048, len(data) - 513, len(data) - 1]:
        (tmp_path / str(at)).mkdir()
        assert refused(data[:at], tmp_path / str(at)) in ("KEEP-NO-BACKUP", "KEEP-ARCHIVE-CHANGED")
    (tmp_path / "more").mkdir()
    assert refused(data + b"\0", tmp_path / "more") == "KEEP-ARCHIVE-CHANGED"


def listed(*files: tuple[str, bytes], **changes: object) -> bytes:
    """An archive with a list of any form and an honest digest, so that only the form can be what refuses it."""
    entries = [{"name": n, "bytes": len(d), **digest_bytes(d).as_dict()} for n, d in files]
    body = {"schema": archive.SCHEMA, "book_schema": 2, "head": {"seq": 1, **FIRST.as_dict()}, "damaged": [], "files": entries}
    body = body | changes
    digest = digest_bytes(
        json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(errors="surrogatepass")
    )
    raw = json.dumps(body | {"digest": digest.as_dict()}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    data = raw.encode(errors="surrogatepass") + b"\n"
    out = header(LIST, len(data)) + data + bytes(-len(data) % 512)
    for name, content in files:
        out += header(name, len(content)) + content + bytes(-len(content) % 512)
    out += bytes(1024)
    return out + bytes(-len(out) % 10_240)


def test_a_list_made_by_hand_is_taken_if_it_is_right(tmp_path: Path) -> None:
    """Or the refusals below would prove nothing."""
    (tmp_path / "good.tar").write_bytes(listed(("a", b"1"), ("b/c", b"22")))
    archive.extract(tmp_path / "good.tar", tmp_path / "into")
    assert read_back(tmp_path / "into") == {"a": b"1", "b/c": b"22"}


HOSTILE = [
    "/etc/passwd", "../up", "a/../../up", "a/./b", "a//b", "", ".", "..", "a/", "C:evil", "a\\..\\b", "a\0b", "a\nb", "nul.", "b ", "*",
    "accounts.duckdb", "unfinished/x", ".lock", "backup.json", ".x.0123456789ab.tmp/y", "n" * 300, "d/" * 600 + "f",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_that_no_book_has_are_refused_before_anything_is_unpacked(name: str, tmp_path: Path) -> None:
    assert refused(listed((name, b"x")), tmp_path) == "KEEP-NAME"
    assert not (tmp_path / "deep").exists()


def test_names_that_stand_twice_are_out_of_order_or_are_folders_of_others(tmp_path: Path) -> None:
    for number, pair in enumerate([("a", "a"), ("b", "a"), ("a", "a/b")]):
        (tmp_path / str(number)).mkdir()
        assert refused(listed(*((n, b"x") for n in pair)), tmp_path / str(number)) == "KEEP-NAME"


FORMS: list[Callable[[], bytes]] = [
    lambda: listed(("a", b"x"), schema="gep.backup/2"),
    lambda: listed(("a", b"x"), book_schema=True),
    lambda: listed(("a", b"x"), book_schema=-1),
    lambda: listed(("a", b"x"), book_schema=2.0),
    lambda: listed(("a", b"x"), head={"seq": 1}),
    lambda: listed(("a", b"x"), more=1),
    lambda: listed(("a", b"x"), files=None),
    lambda: listed(("a", b"x"), files=[1]),
    lambda: listed(("a", b"x"), files=[{"name": "a", "bytes": "1", **FIRST.as_dict()}]),
    lambda: listed(("a", b"x"), damaged=[1]),
    lambda: listed(("a", b"x"), files=[{"name": "\ud800", "bytes": 1, **FIRST.as_dict()}]),
    lambda: header(LIST, 40_000) + b"[" * 40_000 + bytes(11_000),
    lambda: header(LIST, 8**11 - 1) + b"{",
    lambda: header("other.json", 2) + b"{}",
    lambda: b"",
    lambda: b"PK\3\4" + bytes(2000),
    lambda: bytes(10_240),
]


@pytest.mark.parametrize("form", FORMS, ids=range(len(FORMS)))
def test_a_list_of_another_form_is_no_backup(form: Callable[[], bytes], tmp_path: Path) -> None:
    assert refused(form(), tmp_path) == "KEEP-NO-BACKUP"


def test_a_list_that_does_not_hold_to_its_digest(small: Path) -> None:
    contents = archive.read(small)
    forged = replace(contents, seq=8).text()
    data = small.read_bytes()
    small.write_bytes(header(LIST, len(forged)) + forged + data[512 + len(forged) :])
    with pytest.raises(Refused) as error:
        archive.read(small)
    assert codes(error) == ["KEEP-LIST-CHANGED"]


def with_member(kind: bytes, name: str = "a", size: int = 1) -> bytes:
    """A sound list of one file `a`, and in its place a member of any kind that tar knows."""
    good = listed(("a", b"x"))
    start = 512 + 512 * -(-int(good[124:135], 8) // 512)
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, "/etc/passwd"
    return good[:start] + info.tobuf() + good[start + 512 :]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, b"S", b"L"]
)
def test_links_devices_folders_and_sparse_members_have_no_way_in(kind: bytes, tmp_path: Path) -> None:
    assert refused(with_member(kind), tmp_path) == "KEEP-ARCHIVE-CHANGED"


@pytest.mark.parametrize(("name", "size"), [("b", 1), ("../a", 1), ("a", 0), ("a", 2), ("a", 8**11 - 1)])
def test_members_that_say_other_than_the_list(name: str, size: int, tmp_path: Path) -> None:
    assert refused(with_member(tarfile.REGTYPE, name, size), tmp_path) == "KEEP-ARCHIVE-CHANGED"


def test_members_too_many_or_too_few(tmp_path: Path) -> None:
    two, none = listed(("a", b"x"), ("b", b"y")), listed()
    one = [{"name": "a", "bytes": 1, **digest_bytes(b"x").as_dict()}]
    assert refused(listed(("a", b"x"), ("b", b"y"), files=one), tmp_path) == "KEEP-ARCHIVE-CHANGED"
    (tmp_path / "few").mkdir()
    assert refused(listed(files=one), tmp_path / "few") == "KEEP-ARCHIVE-CHANGED"
    assert len(two) == len(none) == 10_240


def test_a_list_that_claims_more_than_the_disk_holds(tmp_path: Path) -> None:
    """2^52 bytes, an honest list, and nothing behind it: told at once, with the number, and nothing is made."""
    claim = [{"name": "a", "bytes": 2**52, **FIRST.as_dict()}]
    (tmp_path / "bomb.tar").write_bytes(listed(files=claim))
    with pytest.raises(NotWritten) as error:
        archive.extract(tmp_path / "bomb.tar", tmp_path / "into")
    assert error.value.needed == 2**52
    assert not (tmp_path / "into").exists()


def test_differences_are_named_file_by_file(small: Path, tmp_path: Path) -> None:
    contents = archive.extract(small, tmp_path / "new")
    (tmp_path / "new" / "journal.jsonl").write_bytes(b"{}\nmore")
    (tmp_path / "new" / "book.toml").unlink()
    (tmp_path / "new" / "releases/2/a.csv").write_bytes(b"x")
    (tmp_path / "new" / "extra").write_bytes(b"x")
    assert [f.place.file for f in archive.differences(tmp_path / "new", contents, "journal.jsonl")] == [
        "book.toml", "releases/2/a.csv", "extra",
    ]  # fmt: skip
    assert "journal.jsonl" in [f.place.file for f in archive.differences(tmp_path / "new", contents, "")]


def test_a_copy_is_held_to_the_list(tmp_path: Path) -> None:
    lay(tmp_path, {"a": b"1"})
    right = File("a", 1, digest_bytes(b"1"))
    archive.copy(tmp_path / "a", tmp_path / "x" / "a", right)
    assert (tmp_path / "x" / "a").read_bytes() == b"1"
    with pytest.raises(Refused) as error:
        archive.copy(tmp_path / "a", tmp_path / "y" / "a", replace(right, digest=FIRST))
    assert codes(error) == ["KEEP-CHANGING"]


def test_the_digest_stands_for_the_canonical_list() -> None:
    contents = Contents.of(2, 0, FIRST, [])
    body = json.loads(contents.text())
    digest = body.pop("digest")
    assert digest_bytes(canonical(body)).as_dict() == digest
