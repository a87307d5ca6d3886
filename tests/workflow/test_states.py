"""Who may do what in which state: every act × state of a year × person, each cell with what refuses it or the state that follows.

The maker ran the vintage, the checker reviewed, finalised and closed it, a third opened the year again. The answer that waits for
approval was given by the maker.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gep.base.findings import Refused
from gep.book import Book
from gep.ledger import acts
from gep.workflow.approve import approve
from gep.workflow.correct import correct, decide
from gep.workflow.run import run
from gep.workflow.states import reopen, step
from gep.workflow.submit import holdings, submit

SMALL = Path(__file__).resolve().parents[1] / "proof" / "small_book.py"
MAKER, CHECKER, THIRD = "maker", "checker", "third"
STATES = ("none", "trial", "preliminary", "reviewed", "final", "closed", "reopened")
TIMBER = "990001/2020/timber_cut"


def _small() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gep_states_small_book", SMALL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


small_book = _small()

# act -> state -> what refuses it (codes without their first word), or = and the state of the year afterwards; people in the order
# maker, checker, third, or one word for all three
STEPS: Mapping[str, Mapping[str, tuple[str, str, str] | str]] = {
    "review": {
        "none": "NO-VINTAGE",
        "trial": "NO-VINTAGE",
        "preliminary": ("SAME-PERSON", "=reviewed", "=reviewed"),
        "reviewed": ("ORDER SAME-PERSON", "ORDER", "ORDER"),
        "final": ("ORDER SAME-PERSON", "ORDER", "ORDER"),
        "closed": ("ORDER SAME-PERSON", "ORDER", "ORDER"),
        "reopened": ("ORDER SAME-PERSON", "ORDER", "ORDER"),
    },
    "finalise": {
        "none": "NO-VINTAGE",
        "trial": "NO-VINTAGE",
        "preliminary": ("ORDER SAME-PERSON", "ORDER", "ORDER"),
        "reviewed": ("SAME-PERSON", "=final", "=final"),
        "final": ("ORDER SAME-PERSON", "ORDER", "ORDER"),
        "closed": ("ORDER SAME-PERSON", "ORDER", "ORDER"),
        "reopened": ("ORDER SAME-PERSON", "ORDER", "ORDER"),
    },
    "close": {
        "none": "NO-VINTAGE",
        "trial": "NO-VINTAGE",
        "preliminary": "ORDER",
        "reviewed": "ORDER",
        "final": "=closed",
        "closed": "ORDER",
        "reopened": "ORDER",
    },
    "reopen": {
        **dict.fromkeys(STATES, "NOT-CLOSED"),
        "closed": ("=closed", "SAME-PERSON", "=closed"),
    },
    "approve": dict.fromkeys(STATES, ("SAME-PERSON", "=same", "=same")),
}
# what anybody may do, in the state it finds the year in; a new vintage is looked at as the newest of the year
ANYBODY: Mapping[str, Mapping[str, str]] = {
    "run": {**dict.fromkeys(STATES, "=preliminary"), "closed": "RUN-CLOSED"},
    "trial": dict.fromkeys(STATES, "=trial"),
    "submit": {**dict.fromkeys(STATES, "=same"), "closed": "YEAR-CLOSED SUBMIT-REJECTED"},
    "correct": {**dict.fromkeys(STATES, "=same"), "closed": "YEAR-CLOSED"},
    "decide": {**dict.fromkeys(STATES, "=same"), "closed": "YEAR-CLOSED"},
}


class Shelf:
    """One book in each state, never changed; an act that is accepted is done in a copy."""

    def __init__(self, top: Path) -> None:
        self.top, self.copies = top, 0
        self.data = small_book.write_data(top / "data")
        book = small_book.make(top / "none", self.data)
        self.catalog = book.catalog
        for item in small_book.ITEMS:
            submit(book, [small_book.figure(top / "files", 2020, item, 10)], who=MAKER)
        with book.lock(MAKER):
            about = {"rule": "some", "region": "990001", "period": "2020", "key": "", "found": ""}
            book.record("answer", {**about, "answer": "a drought", "document": ""}, who=MAKER)
        run(self.after("none", "trial"), "2020", trial=True, who=MAKER)
        run(self.after("none", "preliminary"), "2020", who=MAKER)
        for before, act, state in (
            ("preliminary", "review", "reviewed"), ("reviewed", "finalise", "final"), ("final", "close", "closed"),
        ):  # fmt: skip
            step(self.after(before, state), act, [2020], who=CHECKER)
        reopen(self.after("closed", "reopened"), 2020, why="census", who=THIRD)

    def after(self, before: str, name: str) -> Book:
        shutil.copytree(self.top / before, self.top / name)
        return self.open(name)

    def open(self, name: str) -> Book:
        book = small_book.opened(self.top / name, self.data)
        book.__dict__["catalog"] = self.catalog
        return book

    def copy(self, state: str) -> Book:
        self.copies += 1
        return self.after(state, f"copy-{self.copies}")

    def file(self, value: int) -> Path:
        path: Path = small_book.figure(self.top / "files", 2020, "timber_cut", value)
        return path


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("states"))


def perform(book: Book, act: str, who: str, file: Path) -> list[Any]:
    """Do the act; the stopping findings of one that refuses by its answer."""
    if act in ("review", "finalise", "close"):
        step(book, act, [2020], who=who)
    elif act == "reopen":
        reopen(book, 2020, why="census", who=who)
    elif act == "approve":
        approve(book, everything=True, who=who)
    elif act in ("run", "trial"):
        assert run(book, "2020", trial=act == "trial", who=who).vintage is not None
    elif act == "submit":
        first = holdings(book).submissions[0]
        return list(submit(book, [file], who=who, replaces=int(str(first["seq"])))[0].findings)
    elif act == "correct":
        correct(book, TIMBER, value="12", why="recount", who=who)
    else:
        decide(book, TIMBER, "统计局", why="survey", who=who)
    return []


def newest(book: Book) -> str:
    states = acts.states(book.entries())
    return max(states.values(), key=lambda s: s.vintage).state if states else "none"


def check(shelf: Shelf, act: str, state: str, who: str, expected: str) -> None:
    book = shelf.copy(state) if expected.startswith("=") or act == "submit" else shelf.open(state)
    lines = book.journal_path.read_bytes()
    before = newest(book)
    try:
        found = [f.code for f in perform(book, act, who, shelf.file(12)) if f.severity == "stop"]
    except Refused as refused:
        found = [f.code for f in refused.findings]
    if expected.startswith("="):
        assert found == []
        assert newest(book) == (before if expected == "=same" else expected[1:])
        *_, last = book.entries()
        assert (last.who, book.journal_path.read_bytes().startswith(lines)) == (who, True)
        return
    words = expected.split()
    assert sorted(found) == sorted(words if act in ANYBODY else [f"STATE-{word}" for word in words])
    assert newest(book) == before
    if act == "submit":
        assert book.entries()[-1].data["status"] == "rejected"
    else:
        assert book.journal_path.read_bytes() == lines, "what is refused leaves no trace but a file that was refused"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", STEPS)
def test_a_step_by_each_person(shelf: Shelf, act: str, state: str) -> None:
    cell = STEPS[act][state]
    for who, expected in zip((MAKER, CHECKER, THIRD), [cell] * 3 if isinstance(cell, str) else cell, strict=True):
        check(shelf, act, state, who, expected)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", ANYBODY)
def test_what_anybody_may_do(shelf: Shelf, act: str, state: str) -> None:
    """No role is asked for: a person who is not always the same one does it."""
    who = (MAKER, CHECKER, THIRD)[(list(ANYBODY).index(act) + STATES.index(state)) % 3]
    check(shelf, act, state, who, ANYBODY[act][state])


def test_people_are_told_apart_as_people_read_names(shelf: Shelf) -> None:
    """Case, width and blanks make no second person."""
    for name in ("Maker", "ＭＡＫＥＲ", " ma ker "):
        with pytest.raises(Refused, match="STATE-SAME-PERSON"):
            step(shelf.open("preliminary"), "review", [2020], who=name)


@pytest.mark.parametrize("change", ["submit", "correct", "decide"])
def test_a_change_after_the_run_holds_up_every_step(shelf: Shelf, change: str) -> None:
    for state, act in (("preliminary", "review"), ("reviewed", "finalise"), ("final", "close")):
        book = shelf.copy(state)
        perform(book, change, THIRD, shelf.file(12))
        with pytest.raises(Refused) as caught:
            step(book, act, [2020], who=CHECKER)
        assert [f.code for f in caught.value.findings] == ["STATE-STALE"]


def test_a_replacement_counts_for_the_year_that_it_takes_a_figure_from(shelf: Shelf, tmp_path: Path) -> None:
    """The new file is of 2021; the one it replaces held a figure of 2020, which is gone."""
    book = shelf.copy("preliminary")
    first = int(str(holdings(book).submissions[0]["seq"]))
    submit(book, [small_book.figure(tmp_path, 2021, "timber_cut", 10)], who=MAKER, replaces=first)
    with pytest.raises(Refused, match="STATE-STALE"):
        step(book, "review", [2020], who=CHECKER)


def test_a_file_that_adds_nothing_holds_up_no_step(shelf: Shelf, tmp_path: Path) -> None:
    """The same figure once more, in another file: nothing that a run reads has changed."""
    book = shelf.copy("preliminary")
    again = small_book.figure(tmp_path, 2020, "timber_cut", 10, note="again")
    assert submit(book, [again], who=MAKER)[0].status == "accepted"
    assert step(book, "review", [2020], who=CHECKER)[0].state == "reviewed"


def test_a_decision_can_be_taken_back(shelf: Shelf, tmp_path: Path) -> None:
    """Figure of A, decided for B, decided for A again: A's own figure and its correction count as before."""
    book = shelf.copy("none")
    held: Callable[[], dict[str, tuple[int, str]]] = lambda: {  # noqa: E731
        f.measure: (int(f.amount or 0), f.department) for f in holdings(book).facts
    }
    correct(book, TIMBER, value="12", why="recount", who=MAKER)
    decide(book, TIMBER, "统计局", why="survey", who=CHECKER)
    assert "timber_cut" not in held()
    other = small_book.figure(tmp_path, 2020, "timber_cut", 15, "统计局")
    assert submit(book, [other], who=MAKER)[0].status == "accepted"
    assert held()["timber_cut"] == (15, "统计局"), "the correction was one of the other department's figure"
    decide(book, TIMBER, "林业局", why="second look", who=CHECKER)
    assert held()["timber_cut"] == (12, "林业局")
