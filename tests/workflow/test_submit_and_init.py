"""init, submit, check: what is taken, what is refused whole, and what the journal says of it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.base.findings import Refused
from gep.base.records import Severity
from gep.book import Book
from gep.workflow.check import check
from gep.workflow.demo import Demo, demo
from gep.workflow.init import init
from gep.workflow.submit import holdings, submit

HEAD = "region,period,item,category,part,value,state,unit,department,source,evidence,note\n"
GARZE = data_root() / "ledgers" / "books" / "garze-2010"
EMPTY = """schema = 2
zh = "空账册"
en = "An empty book"
schemes = ["garze-2017"]
leaf_level = "city"
[[region]]
code = "513300"
level = "city"
zh = "甘孜州"
en = "Garze"
"""


@pytest.fixture
def empty(tmp_path: Path) -> Book:
    """A book with one region and nothing in it."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "book.toml").write_text(EMPTY, encoding="utf-8")
    return init(tmp_path / "book", str(source))[0]


def written(tmp_path: Path, *lines: str, name: str = "water.csv") -> Path:
    path = tmp_path / name
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return path


WATER = "513300,2010,water_retention,,321.49,,亿立方米,水利局,garze2017,,".replace(",,321", ",,,321")
LAKE = "513300,2010,lake_regulation,,,2.43,,亿立方米,水利局,garze2017,,"
FAR = "999999,2010,lake_regulation,,,2.43,,亿立方米,水利局,garze2017,,"


# ---- init


def test_a_book_of_a_shipped_one_holds_its_returns(demo: Demo) -> None:
    book = demo.book
    assert [s.status for s in demo.submitted] == ["accepted"] * 9
    assert sum(s.facts for s in demo.submitted) == len(holdings(book).facts)
    assert [e.act for e in book.entries()] == ["init", "answer", "answer", *["submit"] * 9, "run"]
    assert [e.who for e in book.entries()] == ["clerk", "示例账本编者", "示例账本编者", *["clerk"] * 10]
    kept = {p.name for p in book.submissions.iterdir()}
    assert kept == {f"{hashlib.sha256(p.read_bytes()).hexdigest()}.csv" for p in (GARZE / "returns").iterdir()}


def test_the_source_is_only_read(tmp_path: Path) -> None:
    shutil.copytree(GARZE, tmp_path / "source")
    for name in ("published", "statistics", "forestry", "environment", "energy", "meteorology", "natural_resources"):
        (tmp_path / "source" / "returns" / f"{name}.csv").unlink()
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in (tmp_path / "source").rglob("*") if p.is_file()}
    book, submitted = init(tmp_path / "book", str(tmp_path / "source"))
    assert [s.file for s in submitted] == ["culture_tourism.csv", "water.csv"]
    assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in (tmp_path / "source").rglob("*") if p.is_file()} == before
    assert (book.local / "schemes").is_dir()
    assert book.config.schemes == ("garze-2017", "garze-2017-one-carbon")


def test_a_bare_book_can_be_opened(tmp_path: Path) -> None:
    book, submitted = init(tmp_path / "new" / "book", who="chief")
    assert submitted == []
    assert book.config.names.zh == "新账册"
    assert book.config.leaves == ()
    assert [(e.act, e.who) for e in book.entries()] == [("init", "chief")]
    assert holdings(book).facts == ()


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    assert init(tmp_path / "book")[0].root == tmp_path / "book"


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_there_is_never_touched(tmp_path: Path, kind: str) -> None:
    there = tmp_path / "book"
    if kind == "folder":
        there.mkdir()
        (there / "notes.txt").write_text("mine")
    else:
        there.write_text("mine")
    with pytest.raises(Refused) as caught:
        init(there)
    (told,) = caught.value.findings
    assert told.code == "BOOK-EXISTS"
    assert told.text("en") == "book exists and is not empty; nothing was changed."
    assert told.text("zh") == "book 已存在且不为空,未作任何改动。"
    assert (there / "notes.txt" if kind == "folder" else there).read_text() == "mine"


def test_a_source_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        init(tmp_path / "book", "garze-2011")
    (told,) = caught.value.findings
    assert told.code == "BOOK-UNKNOWN-SHIPPED"
    assert told.text("en") == "There is no shipped book and no folder called garze-2011."
    assert "garze-2010" in told.mend("zh")
    assert not (tmp_path / "book").exists()


def test_a_source_that_is_broken_makes_no_book(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "book.toml").write_text("schema = 2", encoding="utf-8")
    with pytest.raises(Refused, match="CATALOG-FIELD-MISSING"):
        init(tmp_path / "book", str(tmp_path / "source"))
    assert not (tmp_path / "book").exists()


@pytest.mark.parametrize(
    "text",
    [
        "rule,region,answer\n",
        "rule,region,period,key,answer,by,document\na,b,c,d,e\n",
        "rule,region,period,key,answer,by,document\na,b,c,d,e,f,g,h\n",
    ],
)
def test_answers_that_cannot_be_read_are_told(tmp_path: Path, text: str) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "book.toml").write_text(EMPTY, encoding="utf-8")
    (source / "answers.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as caught:
        init(tmp_path / "book", str(source))
    (told,) = caught.value.findings
    assert (told.code, told.place.file) == ("CATALOG-FILE", "answers.csv")
    assert not (tmp_path / "book").exists()


def test_a_second_demo_stands_beside_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "garze-2010").mkdir()
    # only the name is looked at here: making the book itself is what every other test rests on
    made: list[Path] = []

    class Stop(Exception):
        pass

    def caught(root: Path, *_: object, **__: object) -> None:
        made.append(root)
        raise Stop

    monkeypatch.setattr("gep.workflow.demo.init", caught)
    with pytest.raises(Stop):
        demo(tmp_path)
    assert made == [tmp_path / "garze-2010-2"]


# ---- submit


def test_a_sound_file_is_taken_and_kept_as_it_came(empty: Book, tmp_path: Path) -> None:
    path = written(tmp_path, WATER)
    (done,) = submit(empty, [path], who="water bureau")
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (done.status, done.facts, done.sha256, done.findings) == ("accepted", 1, sha, ())
    assert (empty.submissions / f"{sha}.csv").read_bytes() == path.read_bytes()
    entry = empty.entries()[-1]
    assert (entry.act, entry.who, entry.data["file"], entry.data["status"]) == ("submit", "water bureau", "water.csv", "accepted")
    assert (entry.data["sha256"], entry.data["bytes"], entry.data["facts"]) == (sha, path.stat().st_size, 1)
    held = holdings(empty)
    assert [(f.measure, str(f.amount), f.unit) for f in held.facts] == [("water_retention", "321.49", "亿立方米")]
    assert held.submissions[0]["who"] == "water bureau"


def test_a_file_with_one_bad_row_is_refused_whole(empty: Book, tmp_path: Path) -> None:
    (done,) = submit(empty, [written(tmp_path, WATER, FAR)])
    assert done.status == "rejected"
    last = done.findings[-1]
    assert (last.code, last.severity) == ("SUBMIT-REJECTED", Severity.STOP)
    assert last.text("en") == "The file water.csv has 1 findings that must be mended; none of it was taken."
    assert last.text("zh") == "报送文件 water.csv 有 1 项必须改正的问题,整份未接收。"
    assert holdings(empty).facts == ()
    assert not empty.submissions.exists()
    entry = empty.entries()[-1]
    assert (entry.act, entry.data["status"]) == ("submit", "rejected")


def test_the_same_file_again_is_told_and_not_taken_twice(empty: Book, tmp_path: Path) -> None:
    path = written(tmp_path, WATER)
    submit(empty, [path])
    (again,) = submit(empty, [path])
    (told,) = again.findings
    assert (again.status, again.facts, told.code, told.severity) == ("accepted", 0, "SUBMIT-AGAIN", Severity.NOTE)
    assert told.text("zh") == "文件 water.csv 与此前报送的完全相同,未重复接收。"
    assert [e.act for e in empty.entries()] == ["init", "submit"]
    assert len(holdings(empty).facts) == 1


def test_a_refused_file_may_be_mended_and_sent_again(empty: Book, tmp_path: Path) -> None:
    submit(empty, [written(tmp_path, WATER, FAR)])
    (done,) = submit(empty, [written(tmp_path, WATER, LAKE)])
    assert (done.status, done.facts) == ("accepted", 2)


def test_the_same_figure_in_a_second_file_counts_once(empty: Book, tmp_path: Path) -> None:
    submit(empty, [written(tmp_path, WATER)])
    (again,) = submit(empty, [written(tmp_path, WATER, LAKE, name="more.csv")])
    assert (again.status, again.facts) == ("accepted", 1)
    assert [f.measure for f in holdings(empty).facts] == ["water_retention", "lake_regulation"]


def test_another_value_for_a_figure_is_refused(empty: Book, tmp_path: Path) -> None:
    submit(empty, [written(tmp_path, WATER)])
    (done,) = submit(empty, [written(tmp_path, WATER.replace("321.49", "321.50"), name="more.csv")])
    assert done.status == "rejected"
    assert done.findings[0].severity is Severity.STOP
    assert [str(f.amount) for f in holdings(empty).facts] == ["321.49"]


def test_files_are_taken_one_by_one(empty: Book, tmp_path: Path) -> None:
    good, bad = written(tmp_path, WATER, name="a.csv"), written(tmp_path, FAR, name="b.csv")
    assert [s.status for s in submit(empty, [good, bad])] == ["accepted", "rejected"]


def test_a_computed_figure_that_is_returned_is_told(empty: Book, tmp_path: Path) -> None:
    (done,) = submit(empty, [written(tmp_path, "513300,2010,silt_avoided,,,10,,亿立方米,水利局,garze2017,,")])
    assert any(f.severity is Severity.STOP for f in done.findings)


def test_a_locked_book_names_who_holds_it(empty: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gep.book.LOCK_SECONDS", 0.05)
    other = Book(empty.root)
    with empty.lock("the other clerk"), pytest.raises(Refused) as caught:
        submit(other, [written(tmp_path, WATER)])
    (told,) = caught.value.findings
    assert told.code == "BOOK-LOCKED"
    assert "the other clerk, pid " in told.text("zh")
    assert submit(other, [written(tmp_path, WATER)])[0].status == "accepted"


# ---- check


def test_checking_stores_nothing(empty: Book, tmp_path: Path) -> None:
    read = check(written(tmp_path, WATER, FAR), empty)
    assert [f.severity for f in read.findings] == [Severity.STOP]
    assert [e.act for e in empty.entries()] == ["init"]
    assert not empty.submissions.exists()


def test_checking_with_a_book_knows_what_it_holds(empty: Book, tmp_path: Path) -> None:
    submit(empty, [written(tmp_path, WATER)])
    read = check(written(tmp_path, WATER, LAKE, name="more.csv"), empty)
    assert [f.measure for f in read.facts] == ["lake_regulation"]


def test_checking_without_a_book_says_what_it_could_not_check(tmp_path: Path) -> None:
    read = check(written(tmp_path, WATER, FAR))
    assert len(read.facts) == 2
    (told,) = [f for f in read.findings if f.code == "CHECK-NO-BOOK"]
    assert told.severity is Severity.NOTE
    assert told.text("en") == "No book was given, so the regions (513300, 999999) and repeated returns were not checked."
    assert told.text("zh") == "没有指定账册,地区代码(513300, 999999)和是否重复报送未作检查。"


def test_checking_without_a_book_still_finds_a_bad_unit(tmp_path: Path) -> None:
    read = check(written(tmp_path, WATER.replace("亿立方米", "亿吨")))
    assert [f.severity for f in read.findings if f.code != "CHECK-NO-BOOK"] == [Severity.STOP]


def test_every_shipped_return_checks_clean(demo: Demo, make_book: Callable[..., Book]) -> None:
    for path in sorted((GARZE / "returns").glob("*.csv")):
        assert [f.code for f in check(path).findings if f.severity is Severity.STOP] == [], path.name


# ---- what was taken stays taken, or is told


def test_a_return_that_would_now_be_refused_is_told_and_not_dropped(tmp_path: Path, empty: Book) -> None:
    assert submit(empty, [written(tmp_path, LAKE)])[0].status == "accepted"
    config = empty.root / "book.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('code = "513300"', 'code = "513301"'), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        holdings(Book(empty.root))
    first, *why = refused.value.findings
    assert first.code == "SUBMIT-NO-LONGER-TAKEN"
    assert "water.csv" in first.text("en")
    assert "不能再接收" in first.text("zh")
    assert [f.code for f in why] == ["INTAKE-REGION-UNKNOWN"]


def test_an_original_that_is_gone_is_told(tmp_path: Path, empty: Book) -> None:
    submit(empty, [written(tmp_path, LAKE)])
    next(empty.submissions.iterdir()).unlink()
    with pytest.raises(Refused) as refused:
        holdings(empty)
    assert [f.code for f in refused.value.findings] == ["SUBMIT-ORIGINAL-GONE"]
    assert "原件不见了" in refused.value.findings[0].text("zh")


def test_a_source_whose_catalogue_does_not_load_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "local" / "rules").mkdir(parents=True)
    (source / "book.toml").write_text(EMPTY, encoding="utf-8")
    (source / "local" / "rules" / "bad.toml").write_text("[broken", encoding="utf-8")
    with pytest.raises(Refused):
        init(tmp_path / "book", str(source))
    assert not (tmp_path / "book").exists()


def test_half_an_original_left_by_a_killed_submit_is_replaced(tmp_path: Path, empty: Book) -> None:
    file = written(tmp_path, LAKE)
    data = file.read_bytes()
    empty.submissions.mkdir(exist_ok=True)
    kept = empty.submissions / f"{hashlib.sha256(data).hexdigest()}.csv"
    kept.write_bytes(data[:40])
    assert submit(empty, [file])[0].status == "accepted"
    assert kept.read_bytes() == data
    assert [f.measure for f in holdings(empty).facts] == ["lake_regulation"]
