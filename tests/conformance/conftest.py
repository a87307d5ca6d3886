"""Small made-up books, made once for all tests here; whoever changes one takes a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gep.base.findings import Finding, stops
from gep.base.records import Fact, Parameter, Severity
from gep.book import Book
from gep.catalog.record import Catalog
from gep.workflow.compute import Computation, compute
from gep.workflow.init import init
from gep.workflow.release import Made
from gep.workflow.run import run
from gep.workflow.submit import Holdings, Submitted, holdings, submit

HERE = Path(__file__).parent
COUNTIES = HERE / "books" / "three-counties"
PATCHES = HERE.parent / "cases" / "rows-synthetic"
HEAD = "region,period,item,category,part,value,state,unit,department,source,evidence,note"
SCHEME = "three-counties"


class World:
    """A book of made-up counties and what the tests do with it."""

    def __init__(self, book: Book, catalog: Catalog | None = None) -> None:
        self.book = book
        self._read: tuple[int, Holdings] | None = None
        if catalog is not None:
            vars(book)["catalog"] = catalog  # read once for all copies of a book

    def copy(self, root: Path, *, own_catalog: bool = False) -> World:
        shutil.copytree(self.book.root, root)
        return World(Book(root), None if own_catalog else self.book.catalog)

    def submit(self, *lines: str, name: str = "return.csv", head: str = HEAD, record_set: str = "") -> Submitted:
        path = self.book.root.parent / name
        path.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
        (done,) = submit(self.book, [path], who="clerk", record_set=record_set)
        return done

    def held(self) -> tuple[object, ...]:
        """All that the book holds: figures, and the rows of its record sets."""
        now = holdings(self.book)  # read from the originals each time: it is what is asserted
        return now.facts, {n: t.to_pylist() for n, t in now.records.items()}

    def now(self) -> Holdings:
        """What the book holds, read once between two acts."""
        acts = len(self.book.entries())
        if self._read is None or self._read[0] != acts:
            self._read = (acts, holdings(self.book))
        return self._read[1]

    def run(self, **options: Any) -> Made:
        return run(self.book, "2020", who="clerk", **options)

    def compute(
        self, *, facts: Sequence[Fact] | None = None, catalog: Catalog | None = None, scheme: str = "", records: Any = None
    ) -> Computation:
        """A profile worked out in memory: nothing is stored, so the book keeps what it had."""
        held, config = self.now(), self.book.config
        return compute(
            catalog or self.book.catalog,
            scheme or config.schemes[0],
            2020,
            held.facts if facts is None else facts,
            config.regions,
            config.leaves,
            records=held.records if records is None else records,
        )

    def facts(self, change: Callable[[Fact], Fact | None] = lambda f: f) -> list[Fact]:
        """The figures the book holds, each changed or (None) left out."""
        return [made for f in self.now().facts if (made := change(f)) is not None]


def with_parameters(catalog: Catalog, *rows: Parameter, without: Sequence[str] = ()) -> Catalog:
    """The catalogue with rows added, after every row of some parameters was taken out."""
    kept = {name: there for name, there in catalog.parameters.items() if name not in without}
    for row in rows:
        kept[row.id] = (row, *kept.get(row.id, ()))
    return replace(catalog, parameters=kept)


def with_scheme(catalog: Catalog, name: str, **changes: Any) -> Catalog:
    return replace(catalog, schemes={**catalog.schemes, name: replace(catalog.schemes[name], **changes)})


def told(
    findings: Sequence[Finding], code: str, severity: str, *, place: str, found: str, expected: str, zh: str, en: str
) -> Finding:
    """The one finding of a code: how grave, where, what was found and expected, and its words in both languages.

    `place` must be the whole place, `found` and `expected` the whole texts; `zh` and `en` stand in the sentences.
    """
    (one,) = [f for f in findings if f.code == code]
    assert (one.severity, one.place.text(), one.found, one.expected) == (Severity(severity), place, found, expected)
    assert zh in one.text("zh"), one.text("zh")
    assert en in one.text("en"), one.text("en")
    assert one.mend("zh")
    assert one.mend("en")
    return one


def refused_whole(done: Submitted, world: World, before: tuple[object, ...]) -> None:
    """The file was refused, the journal says so, and the book keeps what it had."""
    assert done.status == "rejected"
    assert stops(done.findings)
    assert world.held() == before
    last = world.book.entries()[-1]
    assert (last.act, last.data["status"], last.data["sha256"]) == ("submit", "rejected", done.sha256)


@pytest.fixture(scope="session")
def told_as() -> Callable[..., Finding]:
    return told


@pytest.fixture(scope="session")
def kept() -> Callable[[Submitted, World, tuple[object, ...]], None]:
    return refused_whole


@pytest.fixture(scope="session")
def helpers() -> Mapping[str, Callable[..., Any]]:
    return {"with_parameters": with_parameters, "with_scheme": with_scheme}


def _made(root: Path, source: Path) -> World:
    book, submitted = init(root, str(source), who="clerk")
    assert [s.status for s in submitted] == ["accepted"] * len(submitted)
    assert [f for s in submitted for f in s.findings] == []
    return World(book)


@pytest.fixture(scope="session")
def counties(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Three counties with both years returned; not run. No test changes it."""
    return _made(tmp_path_factory.mktemp("counties") / "book", COUNTIES)


@pytest.fixture(scope="session")
def _last_year(tmp_path_factory: pytest.TempPathFactory, counties: World) -> World:
    folder = tmp_path_factory.mktemp("last")
    shutil.copytree(COUNTIES, folder / "source", ignore=lambda *_: ["2020.csv"])
    made = _made(folder / "book", folder / "source")
    return World(made.book, counties.book.catalog)


@pytest.fixture
def last_year(_last_year: World, tmp_path: Path) -> World:
    """Three counties of which the returns of 2019 are there, those of 2020 still to come."""
    return _last_year.copy(tmp_path / "book")


@pytest.fixture
def county_book(counties: World, tmp_path: Path) -> World:
    """A copy of `counties`, to be changed."""
    return counties.copy(tmp_path / "book")


@pytest.fixture(scope="session")
def _patch_book(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("patches")
    shutil.copytree(PATCHES, folder / "source", ignore=lambda *_: ["records", "published.csv"])
    scheme = folder / "source" / "local" / "schemes" / "rows-synthetic.toml"
    text = scheme.read_text(encoding="utf-8")
    scheme.write_text(text.replace("rules = [", 'rules = [\n  "ecosystem_patches.extent",', 1), encoding="utf-8")
    return _made(folder / "book", folder / "source")


@pytest.fixture
def patch_book(_patch_book: World, tmp_path: Path) -> World:
    """Two counties whose areas are returned and whose patches are still to come; patches are checked against the areas."""
    return _patch_book.copy(tmp_path / "book")


@pytest.fixture(scope="session")
def patch_lines() -> list[str]:
    """The header and rows of the shipped patches."""
    return (PATCHES / "records" / "ecosystem_patches.csv").read_text(encoding="utf-8").splitlines()
