"""A program killed at any moment of submit, run, close, restore or of the recovery itself: nothing is lost, nothing is half.

Named points: before and after every call of the system that writes, and in the middle of every write (see killer.py). Random
points: SIGKILL at a drawn part of the time the verb takes. After each kill the book is looked at as it lies there, then the next
writer takes the lock, and then the act is done again if it had not been finished: the book must be, byte for byte, the one that
was never disturbed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gep.base.data import data_root
from gep.base.findings import stops
from gep.book import Book
from gep.ledger import catalogues, journal, releases, store
from gep.ledger.files import digest_file
from gep.ledger.recover import ASIDE, BUILDING, RECORD, strangers
from gep.workflow import backup
from gep.workflow.approve import approve
from gep.workflow.init import init
from gep.workflow.run import run
from gep.workflow.states import step
from gep.workflow.submit import submit
from gep.workflow.verify import verify
from gep.workflow.views import rows

HERE = Path(__file__).resolve().parent
FULL = os.environ.get("GEP_PROOF") == "full"
VERBS = ("submit", "run", "close", "restore", "recover")
POINTS = {"submit": 4, "run": 4, "close": 2, "restore": 3, "recover": 3}  # how many of the named points make test draws
TIMES = {"submit": 1, "run": 1, "close": 1, "restore": 1, "recover": 0}  # and how many moments
FULL_POINTS = {"submit": 60, "run": 150, "close": 60, "restore": 80, "recover": 60}
FULL_TIMES = {"submit": 15, "run": 40, "close": 20, "restore": 20, "recover": 5}
QUESTION = "SELECT t.*, s.state FROM gep_total_all t JOIN release_state_all s USING (vintage, year) ORDER BY ALL"
MAKER, CHECKER = "maker", "checker"


def _helper(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"gep_proof_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


small_book = _helper("small_book")


class Killer:
    """The program that does verbs in children and kills them."""

    def __init__(self, book: Path, data: Path | None) -> None:
        top = Path(__file__).resolve().parents[2]
        env = os.environ | {"PYTHONPATH": os.pathsep.join([str(top), os.environ.get("PYTHONPATH", "")])}
        call = [sys.executable, str(HERE / "killer.py"), str(data or "-"), str(book)]
        self.process = subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
        assert self._line() == "ready\n"

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def __call__(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self._line())
        assert "error" not in answer, answer["error"]
        return answer

    def end(self) -> None:
        self.process.communicate(timeout=30)


@dataclass(frozen=True)
class Scene:
    """A verb, the folder before it (with `book/` in it), the folder after it undisturbed, its named points and its duration."""

    verb: str
    before: Path
    after: Path
    request: Mapping[str, Any]
    points: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class World:
    """All scenes of one book. `data`: its own catalogue, None for the installed one."""

    data: Path | None
    catalog: Any
    killer: Killer
    scenes: Mapping[str, Scene]
    answers: dict[Path, Any] = field(default_factory=dict)  # what a book that was never disturbed says

    def open(self, root: Path) -> Book:
        book = small_book.opened(root, self.data)
        book.__dict__["catalog"] = self.catalog  # read once
        return book


def _request(verb: str, folder: Path, file: str, year: int) -> dict[str, Any]:
    """What the killer is asked for, with the book that stands in `folder`."""
    common = {"verb": verb, "book": str(folder / "book"), "watched": str(folder)}
    more = {
        "submit": {"file": str(folder / file), "who": MAKER},
        "run": {"who": MAKER},
        "close": {"year": year, "who": CHECKER},
        "restore": {"archive": str(folder / "kept.tar"), "target": str(folder / "again"), "who": CHECKER},
        "recover": {"who": CHECKER},
    }
    return common | more[verb]


@contextmanager
def _world(top: Path, data: Path | None, first: Callable[[Path], tuple[Book, Path]], year: int) -> Iterator[World]:
    """Books before each verb, and after it. `first` makes a book that lacks one return, and gives the file with it."""
    book, file = first(top / "submit" / "book")
    shutil.copy(file, top / "submit" / file.name)
    catalog = book.catalog

    def opened(root: Path) -> Book:
        made = small_book.opened(root, data)
        made.__dict__["catalog"] = catalog
        return made

    shutil.copytree(top / "submit", top / "run")
    assert submit(opened(top / "run" / "book"), [file], who=MAKER)[0].status == "accepted"
    shutil.copytree(top / "run", top / "close")
    book = opened(top / "close" / "book")
    assert run(book, "all", who=MAKER).vintage is not None
    if any(e.act == "answer" for e in book.entries()):
        approve(book, everything=True, who=CHECKER)
    for act in ("review", "finalise"):
        step(book, act, [year], who=CHECKER)
    shutil.copytree(top / "close", top / "restore")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backup, "now", lambda: small_book.AT)
        backup.backup(opened(top / "restore" / "book"), top / "restore" / "kept.tar", who=MAKER)
    shutil.copytree(top / "run", top / "recover")
    root = top / "recover" / "book"
    with (root / "journal.jsonl").open("ab") as stream:
        stream.write(b'{"act":"run","dat')
    (root / "releases" / "99").mkdir(parents=True)
    (root / "releases" / "99" / "gep_total.csv").write_bytes(b"half")
    (root / "submissions" / ".abc.csv.0123456789ab.tmp").write_bytes(b"half")
    (root / ".lock-holder").write_text("wang, pid 1", encoding="utf-8")
    shutil.copytree(top / "close" / "book", top / "warm")
    killer = Killer(top / "warm", data)
    try:
        yield World(data, catalog, killer, _scenes(top, killer, file.name, year))
    finally:
        killer.end()


def _scenes(top: Path, killer: Killer, file: str, year: int) -> dict[str, Scene]:
    """Each verb done twice undisturbed: for its duration, and for its named points and what it leaves."""
    scenes = {}
    for verb in VERBS:
        after = shutil.copytree(top / verb, top / f"{verb}-after")
        plain = shutil.copytree(top / verb, top / f"{verb}-timed")
        seconds = killer({**_request(verb, plain, file, year), "at": {"seconds": 600}})["seconds"]
        points = killer({**_request(verb, after, file, year), "at": None})["points"]
        scenes[verb] = Scene(verb, top / verb, after, {"file": file, "year": year}, tuple(points), seconds)
    return scenes


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    top = tmp_path_factory.mktemp("small")
    data = small_book.write_data(top / "data")

    def first(root: Path) -> tuple[Book, Path]:
        book = small_book.make(root, data)
        files = [small_book.figure(top / "files", y, item, 10 + y % 7) for y in small_book.YEARS for item in small_book.ITEMS]
        assert [s.status for s in submit(book, files[:-1], who=MAKER)] == ["accepted"] * 3
        return book, files[-1]

    with _world(top, data, first, 2020) as world:
        yield world


@pytest.fixture(scope="module")
def garze(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    top = tmp_path_factory.mktemp("garze")
    shipped = data_root() / "ledgers" / "books" / "garze-2010"

    def first(root: Path) -> tuple[Book, Path]:
        lacking = shutil.copytree(shipped, top / "lacking")
        (lacking / "returns" / "water.csv").unlink()
        return init(root, str(lacking), who=MAKER)[0], shipped / "returns" / "water.csv"

    with _world(top, None, first, 2010) as world:
        yield world


def drawn(points: tuple[str, ...], most: int, seed: str) -> list[int]:
    """Some of the named points: of each name one after the other, so that no name is left out while another comes twice."""
    draw = random.Random(seed)  # noqa: S311
    by_name: dict[str, list[int]] = {}
    for number, name in enumerate(points):
        by_name.setdefault(name, []).append(number)
    order: list[int] = []
    groups = [draw.sample(numbers, len(numbers)) for numbers in draw.sample(list(by_name.values()), len(by_name))]
    while groups:
        order += [numbers.pop() for numbers in groups]
        groups = [numbers for numbers in groups if numbers]
    return order[:most]


@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_a_named_point(verb: str, small: World, tmp_path: Path) -> None:
    points = small.scenes[verb].points
    print(f"{verb}: {len(points)} named points")
    assert len(points) >= 10
    for number in drawn(points, (FULL_POINTS if FULL else POINTS)[verb], verb):
        kill(small, verb, {"point": number}, tmp_path / str(number), points[number])


@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_a_random_moment(verb: str, small: World, tmp_path: Path) -> None:
    draw = random.Random(verb)  # noqa: S311
    for number in range(FULL_TIMES[verb] if FULL else TIMES[verb]):
        part = draw.random()
        at = {"seconds": part * small.scenes[verb].seconds}
        kill(small, verb, at, tmp_path / str(number), f"{part:.3f} of the time")


if FULL:  # the small book takes the same steps

    @pytest.mark.parametrize("verb", VERBS)
    def test_killed_with_the_book_of_garze(verb: str, garze: World, tmp_path: Path) -> None:
        draw = random.Random(verb)  # noqa: S311
        points = garze.scenes[verb].points
        for number in drawn(points, 12, verb):
            kill(garze, verb, {"point": number}, tmp_path / str(number), points[number])
        for number in range(4):
            kill(garze, verb, {"seconds": draw.random() * garze.scenes[verb].seconds}, tmp_path / f"t{number}", "moment")


def test_a_journal_that_was_cut_and_went_on_otherwise(small: World, tmp_path: Path) -> None:
    """The run gets the number of the one that was cut off: the store must not answer with the figures of that one."""
    root = shutil.copytree(small.scenes["run"].after / "book", tmp_path / "book")
    lines = (root / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (root / "journal.jsonl").write_bytes(b"".join(lines[:-2]))  # the last file and the run
    book = small.open(root)
    assert submit(book, [small_book.figure(tmp_path, 2021, "visits", 12)], who=MAKER)[0].status == "accepted"
    assert run(book, "all", who=MAKER).vintage == len(lines)
    (total,) = rows(book, "SELECT gep FROM gep_total WHERE year = 2021")
    assert total["gep"] == 15 * 520 + 12 * 31
    assert not stops(verify(book).findings)


def kill(world: World, verb: str, at: Mapping[str, Any], folder: Path, name: str) -> None:
    """One kill, and all that must hold after it."""
    scene = world.scenes[verb]
    shutil.copytree(scene.before, folder)
    answer = world.killer({**_request(verb, folder, scene.request["file"], scene.request["year"]), "at": at})
    assert answer["killed"] or "seconds" in at, name
    try:
        if verb == "restore":
            restored(world, scene, folder)
        else:
            recovered(world, scene, folder)
    except AssertionError as error:
        error.add_note(f"{verb} killed: {name}; folder {folder}")
        raise
    shutil.rmtree(folder)


def recovered(world: World, scene: Scene, folder: Path) -> None:
    """submit, run, close and the recovery: the act is in the journal and whole, or it is not there at all."""
    root, verb = folder / "book", scene.verb
    before = whole_lines(scene.before / "book")
    now = whole_lines(root)
    assert now.startswith(before)  # nothing that was acknowledged is lost
    assert whole_lines(scene.after / "book").startswith(now)  # and what is new is the act, as it would have been
    nothing_half(root)
    wanted = to_be_told(root)
    book = world.open(root)
    with book.lock(CHECKER):
        assert {f.code for f in book.recovered} == wanted
        assert not stops(book.recovered)
    assert not stops(verify(book).findings)
    in_order(root)
    if now == before and verb != "recover":
        again(book, scene, folder)
    same(world, scene.after / "book", root)


def again(book: Book, scene: Scene, folder: Path) -> None:
    """The act once more, by hand."""
    if scene.verb == "submit":
        assert submit(book, [folder / scene.request["file"]], who=MAKER)[0].status == "accepted"
    elif scene.verb == "run":
        assert run(book, "all", who=MAKER).vintage is not None
    else:
        step(book, "close", [scene.request["year"]], who=CHECKER)


def whole_lines(root: Path) -> bytes:
    """The journal without a last line that was not finished."""
    text = (root / "journal.jsonl").read_bytes()
    return text[: text.rfind(b"\n") + 1]


def to_be_told(root: Path) -> set[str]:
    """What the next writer must say, worked out from what lies there."""
    told = set()
    if (root / ".lock-holder").exists():
        told.add("BOOK-INTERRUPTED")
    if not (root / "journal.jsonl").read_bytes().endswith(b"\n"):
        told.add("BOOK-TORN")
    entries = journal.read(root / "journal.jsonl")
    aside = [p for p in strangers(root, entries) if not BUILDING.fullmatch(p.name)]
    if aside:
        told.add("BOOK-LEFTOVER")
    if any(BUILDING.fullmatch(p.name) and p.parent not in aside and ASIDE not in p.parts for p in root.rglob(".*")):
        told.add("BOOK-HALF")
    return told


def nothing_half(root: Path) -> None:
    """What has its name is whole, whether the journal knows it or not. (Release 99 was put there half on purpose.)"""
    for path in (p for name in RECORD for p in (root / name).glob("*") if not BUILDING.fullmatch(p.name) and p.name != "99"):
        kind = path.parent.name
        if kind == "releases":
            assert releases.check(path) == ()
        elif kind == "catalogues":
            assert tuple(catalogues.check(path)) == ()
        elif kind == "rules":
            assert not (path / "frozen.json").exists() or digest_file(path / "frozen.json")[0].sha256 == path.name
        elif kind in ("submissions", "evidence"):
            assert digest_file(path)[0].sha256 == path.stem
        else:
            json.loads(path.read_bytes())
    if (root / "accounts.duckdb").exists():
        held = store.loaded(root / "accounts.duckdb")
        assert held is not None
        assert held.keys() <= {str(e.seq) for e in journal.read(root / "journal.jsonl") if e.act == "run"}


def in_order(root: Path) -> None:
    """After the next writer nothing stands where it does not belong."""
    assert not any(strangers(root, journal.read(root / "journal.jsonl")))
    assert not any(BUILDING.fullmatch(p.name) for p in root.rglob("*") if ASIDE not in p.parts)


def record(root: Path) -> dict[str, bytes]:
    """Every file of the record, the journal with it; not the query store, and not what was set aside."""
    kept = {}
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not name.startswith((f"{ASIDE}/", ".lock", "accounts.duckdb", "journal.jsonl.torn-")):
            kept[name] = path.read_bytes()
    return kept


def same(world: World, wanted: Path, root: Path) -> None:
    """The record is that of the book that was never disturbed, byte for byte, and questions have the same answers."""
    one, other = record(wanted), record(root)
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []
    book = world.open(root)
    if any(e.act == "run" for e in book.entries()):
        if wanted not in world.answers:
            world.answers[wanted] = rows(world.open(wanted), QUESTION)
        assert rows(book, QUESTION) == world.answers[wanted] != []


def restored(world: World, scene: Scene, folder: Path) -> None:
    """restore: the book stands under its name whole, or there is nothing; what was built is told and the next one works."""
    target = folder / "again"
    assert record(folder / "book") == record(scene.before / "book")  # the book it came from is only read, if at all
    if not target.exists():
        left = [p for p in folder.iterdir() if p.name.startswith(".again.")]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(backup, "now", lambda: small_book.AT)
            made = backup.restore(folder / "kept.tar", target, who=CHECKER)
        assert sum(f.code == "KEEP-LEFTOVER" for f in made.findings) == len(left)
    assert not stops(verify(world.open(target)).findings)
    same(world, scene.after / "again", target)
