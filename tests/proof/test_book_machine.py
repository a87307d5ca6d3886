"""Any sequence of acts on a book, drawn by Hypothesis, against a small pure model of what a book must do (book_model.py).

submit (also in another file's place, also by a second department), correct, decide, run, trial run, review, finalise, close, reopen;
and what happens to books: the program is killed, the book is kept and restored, the program is upgraded. The model says before each
act whether it is accepted or which codes refuse it; afterwards the figures held, the state of every year of every vintage, the
vintage that is shown and its total must be those of the model.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from gep.base.findings import Finding, Refused, stops
from gep.book import Book
from gep.ledger import acts, store
from gep.workflow.backup import backup, restore
from gep.workflow.correct import correct, decide
from gep.workflow.run import run
from gep.workflow.states import reopen, step
from gep.workflow.submit import holdings, submit
from gep.workflow.verify import verify
from gep.workflow.views import rows

HERE = Path(__file__).resolve().parent
FULL = os.environ.get("GEP_PROOF") == "full"
SECONDS = 600.0  # in make proof no new sequence is begun after this; the number of those that ran is printed
SHOWN = "SELECT 'shown', vintage, year, gep FROM gep_total UNION ALL SELECT 'all', vintage, year, gep FROM gep_total_all"


def _helper(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"gep_proof_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


small_book, book_model = _helper("small_book"), _helper("book_model")
PEOPLE = st.sampled_from(["ai", "bo", "cy"])
YEARS = st.sampled_from(small_book.YEARS)
FIGURES = st.tuples(YEARS, st.sampled_from(sorted(small_book.ITEMS)))
VALUES = st.sampled_from([10, 12, 15])
HALVES = st.sampled_from(["", "release", "passing", "store"])
OTHER = "统计局"


class Ground:
    """What all sequences share: the catalogue, the files, and books with which a sequence may begin."""

    def __init__(self, top: Path) -> None:
        self.top, self.data, self.count = top, small_book.write_data(top / "data"), 0
        self.began = time.monotonic()
        self.seen: Counter[str] = Counter()  # how often an act was accepted, and how often each code refused one
        self.catalog = small_book.make(top / "first", self.data).catalog
        self.generation = 0  # of the program: another one declares other tables
        self.starts: list[tuple[Path, Any]] = []
        hand = Hand(self, top / "first", book_model.Model())
        self.keep(hand)
        for year in small_book.YEARS:
            for item in small_book.ITEMS:
                hand.submit((year, item), 10, "", "", None)
        hand.run("all", "ai", False)
        self.keep(hand)
        for act in ("review", "finalise"):
            hand.step(act, 2020, "bo", None)
        self.keep(hand)
        hand.step("close", 2020, "bo", None)
        self.keep(hand)
        hand.reopen(2020, "cy", "census")
        self.keep(hand)

    def keep(self, hand: Hand) -> None:
        hand.agree()
        self.starts.append((shutil.copytree(hand.root, self.top / f"start-{len(self.starts)}"), hand.model.copy()))

    def open(self, root: Path) -> Book:
        book = small_book.opened(root, self.data)
        book.__dict__["catalog"] = self.catalog
        return book


class Hand:
    """Does each act twice, on the book and on the model, and compares what refused it."""

    def __init__(self, ground: Ground, root: Path, model: Any) -> None:
        self.ground, self.root, self.model = ground, root, model
        self.book, self.unseen = ground.open(root), True  # unseen: something was done since the views were last looked at

    def compare(
        self, expected: frozenset[str], act: Callable[[], Any], findings: Callable[[Any], Iterable[Finding]] = lambda made: ()
    ) -> None:
        """`findings`: what an act that does not raise tells in its answer."""
        self.ground.seen.update(expected or {"accepted"})
        lines = len(self.book.entries())
        try:
            found = frozenset(f.code for f in findings(act()) if f.severity == "stop") - {"SUBMIT-REJECTED"}
        except Refused as refused:
            found = frozenset(f.code for f in refused.findings)
        assert found == expected
        self.unseen |= len(self.book.entries()) != lines
        assert len(self.book.entries()) == self.model.seq

    def submit(self, figure: tuple[int, str], value: int, department: str, note: str, replaces: int | None) -> None:
        year, item = figure
        path = small_book.figure(self.ground.top / "files", year, item, value, department, note)
        said = department or small_book.ITEMS[item][1]
        expected = self.model.submit(figure, value, said, path.name, replaces)
        self.compare(expected, lambda: submit(self.book, [path], who="ai", replaces=replaces), lambda made: made[0].findings)

    def correct(self, figure: tuple[int, str], value: int, why: str) -> None:
        expected = self.model.correct(figure, value, why)
        name = f"{small_book.REGION}/{figure[0]}/{figure[1]}"
        self.compare(expected, lambda: correct(self.book, name, value=str(value), why=why, who="ai"), lambda made: made[1])

    def decide(self, figure: tuple[int, str], department: str) -> None:
        said = department or small_book.ITEMS[figure[1]][1]
        expected = self.model.decide(figure, said)
        name = f"{small_book.REGION}/{figure[0]}/{figure[1]}"
        self.compare(expected, lambda: decide(self.book, name, said, why="survey", who="ai"))

    def run(self, years: str, who: str, trial: bool) -> None:
        expected = self.model.run(years, who, trial)
        self.compare(
            expected, lambda: run(self.book, years, trial=trial, who=who), lambda made: () if made.vintage else made.findings
        )

    def step(self, act: str, year: int, who: str, vintage: int | None) -> None:
        expected = self.model.step(act, year, who, vintage)
        self.compare(expected, lambda: step(self.book, act, [year], who=who, vintage=vintage))

    def reopen(self, year: int, who: str, why: str) -> None:
        expected = self.model.reopen(year, who, why)
        self.compare(expected, lambda: reopen(self.book, year, why=why, who=who))

    def crash(self, torn: int, half: str) -> None:
        """What a killed program leaves behind, in the book that it leaves it in."""
        self.unseen = True
        if torn:
            line = self.book.journal_path.read_bytes().splitlines(keepends=True)[-1]
            with self.book.journal_path.open("ab") as stream:
                stream.write(line[: min(torn, len(line) - 1)])
        if half == "release":
            (self.book.releases / str(self.model.seq + 1)).mkdir(parents=True, exist_ok=True)
        elif half == "passing":
            (self.root / ".accounts.duckdb.0123456789ab.tmp").write_bytes(b"half")
        elif half == "store":
            self.book.store.unlink(missing_ok=True)
        self.root.joinpath(".lock-holder").write_text("ai, pid 1", encoding="utf-8")

    def restore(self) -> None:
        """From now on the book is the one that was restored; it has one line more."""
        self.ground.count += 1
        kept = backup(self.book, self.ground.top / f"kept-{self.ground.count}.tar", who="ai")
        target = self.ground.top / f"restored-{self.ground.count}"
        told = restore(kept.file, target, who="bo").findings
        assert not stops(f for f in told if not f.code.startswith("VERIFY-"))
        kept.file.unlink()
        shutil.rmtree(self.root)
        self.root, self.book, self.unseen = target, self.ground.open(target), True
        self.model.seq += 1

    def agree(self) -> None:
        """The book is what the model says."""
        model, entries = self.model, self.book.entries()
        held = {(int(f.period), f.measure): (int(f.amount or 0), f.department) for f in holdings(self.book).facts}
        assert held == model.held()
        assert {key: s.state for key, s in acts.states(entries).items()} == model.states
        assert {y: (s.vintage, s.who) for y, s in acts.closed(entries).items()} == model.closed
        if model.vintages and self.unseen:
            self.unseen = False
            found: dict[str, dict[tuple[int, int], int | None]] = {"shown": {}, "all": {}}
            for r in rows(self.book, SHOWN):
                kind, vintage, year, total = r.values()
                found[kind][vintage, year] = None if total is None else int(total)
            assert found["shown"] == {(v, y): total for y, (v, total) in model.shown().items()}
            assert found["all"] == {(v, y): total for v, made in model.vintages.items() for y, total in made.totals.items()}


class Machine(RuleBasedStateMachine):
    ground: ClassVar[Ground]
    sequences: ClassVar[int] = 0

    @initialize(start=st.integers(0, 4))
    def begin(self, start: int) -> None:
        """Most sequences of a dozen acts drawn blindly would never close a year, so they begin at different places."""
        type(self).sequences += 1
        ground = self.ground
        ground.count, ground.generation = ground.count + 1, 0
        source, model = ground.starts[start]
        root = shutil.copytree(source, ground.top / f"book-{ground.count}")
        self.hand = Hand(ground, root, model.copy())

    @rule(figure=FIGURES, value=VALUES, other=st.booleans(), note=st.sampled_from(["", "-again"]), which=st.integers(0, 9))
    def submit(self, figure: tuple[int, str], value: int, other: bool, note: str, which: int) -> None:
        self.hand.submit(figure, value, OTHER if other else "", note, self._replaced(which))

    def _replaced(self, which: int) -> int | None:
        """Often none, else the number of a file in use, now and then one that is none."""
        files = [a.seq for a in self.hand.model.in_use(self.hand.model.acts)]
        return None if which < 5 or not files else files[which % len(files)] if which < 9 else 1

    @rule(figure=FIGURES, value=VALUES, why=st.sampled_from(["recount", "recount", "recount", ""]))
    def correct(self, figure: tuple[int, str], value: int, why: str) -> None:
        self.hand.correct(figure, value, why)

    @rule(figure=FIGURES, department=st.sampled_from(["", OTHER]))
    def decide(self, figure: tuple[int, str], department: str) -> None:
        self.hand.decide(figure, department)

    @rule(years=st.sampled_from(["all", "2020", "2021"]), who=PEOPLE, trial=st.sampled_from([False, False, True]))
    def run(self, years: str, who: str, trial: bool) -> None:
        self.hand.run(years, who, trial)

    @rule(act=st.sampled_from(["review", "finalise", "close"]), year=YEARS, who=PEOPLE, which=st.integers(0, 9))
    def step(self, act: str, year: int, who: str, which: int) -> None:
        vintages = sorted(self.hand.model.vintages)
        self.hand.step(act, year, who, vintages[which % len(vintages)] if which > 6 and vintages else None)

    @rule(year=YEARS, who=PEOPLE)
    def take_the_next_step(self, year: int, who: str) -> None:
        """The step that is due, so that closings happen often."""
        newest = max((v for v, y in self.hand.model.states if y == year), default=0)
        due = {"preliminary": "review", "reviewed": "finalise", "final": "close"}
        self.hand.step(due.get(self.hand.model.states.get((newest, year), ""), "review"), year, who, None)

    @rule(year=YEARS, who=PEOPLE, why=st.sampled_from(["census", "census", ""]))
    def reopen(self, year: int, who: str, why: str) -> None:
        self.hand.reopen(year, who, why)

    @rule(kind=st.sampled_from(["crash", "crash", "restore", "upgrade"]), torn=st.integers(0, 200), half=HALVES)
    def mishap(self, kind: str, torn: int, half: str) -> None:
        """What happens to books; an upgrade is another program with other declarations of the tables."""
        if kind == "crash":
            self.hand.crash(torn, half)
            with self.hand.book.lock("ai"):
                assert "BOOK-INTERRUPTED" in {f.code for f in self.hand.book.recovered}
        elif kind == "restore":
            self.hand.restore()
        else:
            self.ground.generation += 1
            self.hand.unseen = True

    @invariant()
    def agree(self) -> None:
        self.hand.agree()

    def teardown(self) -> None:
        if hasattr(self, "hand"):
            assert not stops(verify(self.hand.book).findings)
            shutil.rmtree(self.hand.root)


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    declared = store.declared()
    made: list[Ground] = []
    monkeypatch.setattr(store, "declared", lambda: f"{declared} {made[0].generation if made else 0}")
    made.append(Ground(tmp_path))
    return made[0]


def test_any_sequence_of_acts(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    Machine.ground, Machine.sequences = ground, 0
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    if FULL:
        # a fresh draw each time; stopped by the clock, between sequences
        while time.monotonic() - ground.began < SECONDS and Machine.sequences < 2000:
            again = settings(max_examples=5, stateful_step_count=40, deadline=None, database=None, suppress_health_check=quiet)
            run_state_machine_as_test(Machine, settings=again)
    else:
        seeded = settings(
            max_examples=8, stateful_step_count=12, derandomize=True, deadline=None, database=None, suppress_health_check=quiet
        )
        run_state_machine_as_test(Machine, settings=seeded)
    with capsys.disabled():
        print(f" {Machine.sequences} sequences; {dict(ground.seen.most_common())}", end="")
