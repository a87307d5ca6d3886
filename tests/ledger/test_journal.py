"""The journal: appended whole or not at all, every change found and named by its line."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gep.base.findings import Refused
from gep.ledger import journal
from gep.ledger.files import digest_bytes

DAY = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def filled(path: Path, count: int = 4) -> Path:
    for i in range(count):
        journal.append(
            path, "submit", "王芳", "年报", {"file": f"水利局{i}.csv", "rows": i}, lambda i=i: DAY + timedelta(minutes=i)
        )
    return path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return filled(tmp_path / "journal.jsonl")


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def codes(path: Path) -> list[tuple[str, int]]:
    return [(f.code.removeprefix("LEDGER-JOURNAL-"), f.place.row) for f in journal.verify(path)]


def test_entries_come_back_in_order_and_chained(book: Path) -> None:
    entries = journal.read(book)
    assert [e.seq for e in entries] == [1, 2, 3, 4]
    assert entries[0].prev == journal.FIRST
    assert [e.prev for e in entries[1:]] == [e.hash for e in entries[:-1]]
    assert entries[2].data == {"file": "水利局2.csv", "rows": 2}
    assert entries[0].when == "2026-03-01T09:30:00.000000Z"
    assert journal.verify(book) == ()


def test_the_line_is_canonical_json_and_its_hash_can_be_counted_by_hand(book: Path) -> None:
    data = json.loads(lines(book)[1])
    kept = data.pop("hash")
    # RFC 8785 for plain texts and small whole numbers: sorted names, no blanks, UTF-8
    plain = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert kept == digest_bytes(plain).as_dict()


def test_append_returns_what_read_finds(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    made = journal.append(path, "run", "李强", "", {"years": ["2020"]}, lambda: DAY)
    assert journal.read(path) == (made,)


def edit(path: Path, change: list[bytes]) -> None:
    path.write_bytes(b"".join(change))


def test_a_changed_word_breaks_the_hash_of_its_line(book: Path) -> None:
    held = lines(book)
    held[1] = held[1].replace("王芳".encode(), "李强".encode())
    edit(book, held)
    assert codes(book) == [("HASH", 2)]
    found = journal.verify(book)[0]
    assert "内容写入之后被改动过" in found.text("zh")
    assert "changed after it was written" in found.text("en")
    with pytest.raises(Refused):
        journal.read(book)


def test_a_line_rewritten_with_a_sound_hash_breaks_the_chain_behind_it(book: Path) -> None:
    held = lines(book)
    data = json.loads(held[1])
    data["who"] = "李强"
    del data["hash"]
    data["hash"] = digest_bytes(journal.canonical(data)).as_dict()
    held[1] = journal.canonical(data) + b"\n"
    edit(book, held)
    assert codes(book) == [("CHAIN", 3)]
    assert "没有接上前一行" in journal.verify(book)[0].text("zh")
    assert "does not continue the line before" in journal.verify(book)[0].text("en")


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ([0, 2, 3], [("SEQUENCE", 2), ("CHAIN", 2)]),  # line 2 removed
        ([1, 2, 3], [("SEQUENCE", 1), ("CHAIN", 1)]),  # the first line removed
        ([0, 1, 1, 2, 3], [("SEQUENCE", 3), ("CHAIN", 3)]),  # line 2 twice
    ],
)
def test_removed_and_repeated_lines(book: Path, order: list[int], expected: list[tuple[str, int]]) -> None:
    held = lines(book)
    edit(book, [held[i] for i in order])
    assert codes(book) == expected
    assert "序号不连续" in journal.verify(book)[0].text("zh")
    assert "sequence of the journal is broken" in journal.verify(book)[0].text("en")


def test_swapped_lines_are_found(book: Path) -> None:
    held = lines(book)
    edit(book, [held[0], held[2], held[1], held[3]])
    assert {("SEQUENCE", 2), ("CHAIN", 2), ("SEQUENCE", 3), ("CHAIN", 3)} <= set(codes(book))


def test_what_is_no_json_is_named_by_its_line(book: Path) -> None:
    held = lines(book)
    held[2] = b"{not json\n"
    edit(book, held)
    assert codes(book) == [("JSON", 3)]
    assert "无法读取" in journal.verify(book)[0].text("zh")
    assert "cannot be read" in journal.verify(book)[0].text("en")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"[]\n", "FORM"),
        (b'{"seq":1}\n', "FORM"),
        (b"NaN\n", "FORM"),
        (b"[" * 20000 + b"]" * 20000 + b"\n", "JSON"),
    ],
)
def test_json_that_is_no_entry(book: Path, line: bytes, code: str) -> None:
    held = lines(book)
    held[2] = line
    edit(book, held)
    assert codes(book) == [(code, 3)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"seq":3', b'"seq": 3'),  # a blank: the same JSON, other bytes
        (b'"seq":3', b'"seq":3.0'),
        (b'"seq":3', b'"seq":true'),
        (b'"rows":2', b'"rows":2e400'),
        (b'09:32:00.000000Z"', b'09:32:00Z"'),
        (b'"why":', b'"why":"","why":'),  # a name twice: a reader may take the first
    ],
)
def test_other_forms_of_the_same_line_are_not_accepted(book: Path, old: bytes, new: bytes) -> None:
    held = lines(book)
    assert old in held[2]
    held[2] = held[2].replace(old, new)
    edit(book, held)
    assert ("FORM", 3) in codes(book)
    found = next(f for f in journal.verify(book) if f.code == "LEDGER-JOURNAL-FORM")
    assert "规范格式" in found.text("zh")
    assert "canonical form" in found.text("en")


def test_a_torn_last_line_is_named_refused_and_can_be_set_aside(book: Path) -> None:
    whole = book.read_bytes()
    last = lines(book)[3]
    for kept in (1, len(last) // 2, len(last) - 1):
        book.write_bytes(whole[: len(whole) - len(last) + kept])
        assert codes(book) == [("TORN", 4)]
        assert f"写了 {kept} 个字节" in journal.verify(book)[0].text("zh")
        assert "unfinished" in journal.verify(book)[0].text("en")
        # the acknowledged entries can be read, nothing can be added behind the torn line
        assert len(journal.read(book)) == 3
        with pytest.raises(Refused, match="TORN"):
            journal.append(book, "run", "x", "", {}, lambda: DAY)
        aside = journal.set_torn_aside(book)
        assert aside is not None
        assert aside.read_bytes() == last[:kept]
        assert journal.verify(book) == ()
        assert journal.append(book, "run", "x", "", {}, lambda: DAY).seq == 4
    assert journal.set_torn_aside(book) is None
    assert journal.set_torn_aside(book.with_name("none")) is None


def test_append_refuses_behind_a_damaged_line(book: Path) -> None:
    for bad in (b"{}\n", b"oops\n", lines(book)[3].replace(b'"rows":3', b'"rows":4')):
        edit(book, [*lines(book)[:3], bad])
        with pytest.raises(Refused):
            journal.append(book, "run", "x", "", {}, lambda: DAY)
        edit(book, lines(filled(book.with_name(f"other{len(bad)}"))))


def test_a_clock_that_goes_backwards_is_a_note_and_the_sequence_holds(book: Path) -> None:
    journal.append(book, "run", "x", "", {}, lambda: DAY - timedelta(days=1))
    found = journal.verify(book)
    assert [(f.code, f.severity, f.place.row) for f in found] == [("LEDGER-JOURNAL-CLOCK", "note", 5)]
    assert "时钟倒退" in found[0].text("zh")
    assert "clock went backwards" in found[0].text("en")
    assert [e.seq for e in journal.read(book)] == [1, 2, 3, 4, 5]


def test_lines_cut_from_the_end_show_only_against_an_anchor(book: Path) -> None:
    anchor = {4: journal.read(book)[3].hash.sha256}
    assert journal.verify(book, anchor) == ()
    edit(book, lines(book)[:3])
    assert journal.verify(book) == ()
    (found,) = journal.verify(book, anchor)
    assert found.code == "LEDGER-JOURNAL-ANCHOR"
    assert "第 4 号记录" in found.text("zh")
    assert "Entry 4" in found.text("en")


def test_a_missing_journal(tmp_path: Path) -> None:
    (found,) = journal.verify(tmp_path / "journal.jsonl")
    assert "找不到账册的日志" in found.text("zh")
    assert "journal of the book is not there" in found.text("en")
    with pytest.raises(Refused):
        journal.read(tmp_path / "journal.jsonl")


def test_an_empty_journal_has_no_entries(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.touch()
    assert journal.read(path) == ()
    assert journal.append(path, "init", "x", "", {}, lambda: DAY).seq == 1


@pytest.mark.parametrize("data", [{"x": 0.1}, {"x": DAY}, {"x": [{"y": b"z"}]}, {1: "x"}])
def test_only_plain_json_without_floats_is_recorded(tmp_path: Path, data: dict[str, object]) -> None:
    path = tmp_path / "journal.jsonl"
    with pytest.raises(TypeError):
        journal.append(path, "run", "x", "", data, lambda: DAY)
    assert not path.exists()


def test_a_clock_without_zone_is_refused(book: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        journal.append(book, "run", "x", "", {}, lambda: datetime(2026, 3, 1))
    assert len(journal.read(book)) == 4


def test_a_disk_that_fails_takes_the_line_back(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = book.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        journal.append(book, "run", "x", "", {}, lambda: DAY)
    assert book.read_bytes() == before


def test_a_disk_that_takes_the_line_in_pieces(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data)[:7]))
    journal.append(book, "run", "x", "", {}, lambda: DAY + timedelta(hours=1))
    assert len(journal.read(book)) == 5
    assert journal.verify(book) == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_changed_byte_goes_unseen(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "journal.jsonl"
    if not path.exists():
        filled(path, 3)
        (tmp_path / "copy").write_bytes(path.read_bytes())
    whole = bytearray((tmp_path / "copy").read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(whole))
    assert journal.verify(path)
