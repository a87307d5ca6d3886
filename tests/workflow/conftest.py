"""Books made once for all tests here: the shipped Garze book after its run, and books of the same form with other returns.

No test changes `demo`; whoever needs to change a book takes a copy.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.book import Book
from gep.workflow.demo import Demo
from gep.workflow.demo import demo as run_demo
from gep.workflow.init import init
from gep.workflow.release import Made
from gep.workflow.submit import Submitted
from tests.ready import Ready

GARZE = data_root() / "ledgers" / "books" / "garze-2010"
COLUMNS = ("region", "period", "item", "category", "part", "value", "state", "unit", "department", "source", "evidence", "note")
Row = dict[str, str]


@pytest.fixture(autouse=True, scope="session")
def _clerk() -> Iterable[None]:
    """Whoever runs the tests, the journal says `clerk`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEP_USER", "clerk")
        yield


@pytest.fixture(scope="session")
def demo(ready: Ready, _clerk: None) -> Demo:
    def make(folder: Path) -> tuple[list[Submitted], Made]:
        done = run_demo(folder)
        return done.submitted, done.made

    folder, (submitted, made) = ready.made("garze-of-the-clerk", make)
    return Demo(Book(folder / GARZE.name), submitted, made)


@pytest.fixture
def copy(demo: Demo, tmp_path: Path) -> Book:
    """The demo book, to be changed."""
    shutil.copytree(demo.book.root, tmp_path / "book")
    return Book(tmp_path / "book")


def garze_rows() -> list[Row]:
    """What the departments returned, without the published figures."""
    rows: list[Row] = []
    for path in sorted((GARZE / "returns").glob("*.csv")):
        if path.stem != "published":
            rows += csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return rows


def write_rows(path: Path, rows: Iterable[Row]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="session")
def make_book(ready: Ready, tmp_path_factory: pytest.TempPathFactory, _clerk: None) -> Callable[..., Book]:
    """A book of the Garze form, to be changed: its own book.toml, if given, and these rows in one file."""

    def make(rows: Iterable[Row], toml: str = "", answers: bool = True) -> Book:
        given = (list(rows), toml, answers)
        key = hashlib.sha256(repr(given).encode()).hexdigest()[:16]
        folder, _ = ready.made(f"made-{key}", lambda folder: init_with(folder, *given))
        return ready.copy(Book(folder / "book"), tmp_path_factory.mktemp("made") / "book")

    def init_with(folder: Path, rows: list[Row], toml: str, answers: bool) -> None:
        source = folder / "source"
        source.mkdir()
        (source / "book.toml").write_text(toml or (GARZE / "book.toml").read_text(encoding="utf-8"), encoding="utf-8")
        shutil.copytree(GARZE / "local", source / "local")
        if answers:
            shutil.copy(GARZE / "answers.csv", source)
        write_rows(source / "returns" / "all.csv", rows)
        _, submitted = init(folder / "book", str(source))
        assert [s.status for s in submitted] == ["accepted"]

    return make


COUNTIES = """schema = 2
zh = "四县"
en = "Four counties"
schemes = ["garze-2017"]
leaf_level = "county"
[[region]]
code = "513300"
level = "city"
zh = "甘孜州"
en = "Garze"
"""
COUNTY = """[[region]]
code = "{code}"
parent = "513300"
level = "county"
zh = "{code}县"
en = "County {code}"
{more}
"""
COMPLETE, LACKING, WITHOUT, UNKNOWN, GONE = "513301", "513322", "513323", "513324", "513399"


def _county_rows() -> list[Row]:
    rows = []
    for code in (COMPLETE, LACKING, WITHOUT, UNKNOWN):
        for row in garze_rows():
            made = row | {"region": code}
            if row["item"] == "water_retention" and code != COMPLETE:
                if code == LACKING:
                    continue
                state = "not_applicable" if code == WITHOUT else "not_available"
                made |= {"value": "", "state": state, "note": "县内没有" if code == WITHOUT else "尚未测算"}
            rows.append(made)
    return rows


@pytest.fixture(scope="session")
def counties(make_book: Callable[..., Book]) -> Book:
    """Four counties with the figures of Garze: one complete, one lacks water retention, one has none, one does not know.

    A fifth was dissolved in the middle of 2010, so that it is no leaf of that year. The book has not run.
    """
    more = {GONE: "valid_to = 2010-06-30"}
    toml = COUNTIES + "".join(COUNTY.format(code=c, more=more.get(c, "")) for c in (COMPLETE, LACKING, WITHOUT, UNKNOWN, GONE))
    return make_book(_county_rows(), toml)
