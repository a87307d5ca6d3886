"""What a book must do, without files, hashes or a data base: a pure model of the small book (see small_book.py).

Every method is an act. It returns the codes that refuse it; none if it is accepted, and then the model has changed. Nothing here is
taken from gep: the rules are those of the manual, said once more.
"""

from __future__ import annotations

from dataclasses import dataclass, field

RANK = {"trial": 0, "preliminary": 1, "reviewed": 2, "final": 3, "closed": 4}
FROM = {"review": "preliminary", "finalise": "reviewed", "close": "final"}
TO = {"review": "reviewed", "finalise": "final", "close": "closed"}
PRICES = {2020: {"timber_cut": 500, "visits": 30}, 2021: {"timber_cut": 520, "visits": 31}}
Figure = tuple[int, str]  # year, item
Held = dict[Figure, tuple[int, str]]  # figure -> value, department
OK: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Act:
    """An accepted file, a correction or a decision. `name`: what makes two files the same file."""

    seq: int
    kind: str
    figure: Figure
    value: int
    department: str
    name: str = ""
    replaces: int | None = None


@dataclass(frozen=True)
class Vintage:
    """What a run made: by whom, of which years, the total of each (None: not all figures were there)."""

    who: str
    totals: dict[int, int | None]


@dataclass
class Model:
    """The book. `touched`: for each journal number, the years whose figures the act changed."""

    seq: int = 1  # the journal begins with init
    acts: tuple[Act, ...] = ()
    vintages: dict[int, Vintage] = field(default_factory=dict)
    states: dict[tuple[int, int], str] = field(default_factory=dict)
    closed: dict[int, tuple[int, str]] = field(default_factory=dict)
    touched: dict[int, set[int]] = field(default_factory=dict)

    def copy(self) -> Model:
        return Model(self.seq, self.acts, dict(self.vintages), dict(self.states), dict(self.closed), dict(self.touched))

    def decided(self, acts: tuple[Act, ...]) -> dict[Figure, str]:
        return {a.figure: a.department for a in acts if a.kind == "decide"}

    def in_use(self, acts: tuple[Act, ...]) -> list[Act]:
        """The files that were not replaced."""
        gone = {a.replaces for a in acts}
        return [a for a in acts if a.kind == "submit" and a.seq not in gone]

    def held(self, acts: tuple[Act, ...] | None = None) -> Held:
        return self._read(self.acts if acts is None else acts)[0]

    def _read(self, acts: tuple[Act, ...]) -> tuple[Held, bool]:
        """What is held, all files read in order; and whether one of them clashes with what is held by then."""
        decided, files = self.decided(acts), self.in_use(acts)
        held: Held = {}
        clash = False
        for a in acts:
            if a in files and decided.get(a.figure, a.department) == a.department:
                clash |= held.setdefault(a.figure, (a.value, a.department)) != (a.value, a.department)
            elif a.kind == "correct" and held.get(a.figure, (0, None))[1] == a.department:
                held[a.figure] = (a.value, a.department)
        return held, clash

    def _enter(self, act: Act) -> frozenset[str]:
        """Take the act unless it changes a closed year."""
        after = (*self.acts, act)
        old, new = self.held(), self.held(after)
        changed = {f[0] for f in old.keys() | new.keys() if old.get(f) != new.get(f)}
        if changed & self.closed.keys():
            return frozenset({"YEAR-CLOSED"})
        self.seq, self.acts = act.seq, after
        # a decision and a correction touch their year whatever comes of it
        self.touched[act.seq] = changed | ({act.figure[0]} if act.kind != "submit" else set())
        return OK

    def submit(self, figure: Figure, value: int, department: str, name: str, replaces: int | None = None) -> frozenset[str]:
        """A file that was refused for what is in it has a line in the journal too."""
        if replaces is not None and replaces not in [a.seq for a in self.in_use(self.acts)]:
            return frozenset({"SUBMIT-REPLACES-UNKNOWN"})
        act = Act(self.seq + 1, "submit", figure, value, department, name, replaces)
        without = tuple(a for a in self.acts if a.seq != replaces)
        if name in [a.name for a in self.in_use(without) if a.seq not in {b.replaces for b in self.acts}]:
            return OK  # the same file: told, and nothing is done
        without = tuple(a for a in self.acts if a.seq not in {replaces, *(b.replaces for b in self.acts)})
        there = self.held(without).get(figure)
        refused: set[str] = set()
        if there is not None and self.decided(self.acts).get(figure, department) == department:
            if there[1] != department:
                refused.add("INTAKE-DEPARTMENTS")
            elif there[0] != value:
                refused.add("INTAKE-STORED-OTHER")
        if not refused:
            refused |= self._enter(act)
        elif self._would_change_closed(without, act):
            refused.add("YEAR-CLOSED")
        self.seq = act.seq
        return frozenset(refused)

    def _would_change_closed(self, without: tuple[Act, ...], act: Act) -> bool:
        """A clash adds a second figure beside the first, so a closed year is changed by it as well."""
        old, rest = self.held(), self.held(without)
        return act.figure[0] in self.closed or any(f[0] in self.closed for f in old if old[f] != rest.get(f))

    def correct(self, figure: Figure, value: int, why: str) -> frozenset[str]:
        there = self.held().get(figure)
        if there is None:
            return frozenset({"CORRECT-UNKNOWN"})
        if not why:
            return frozenset({"CORRECT-NO-REASON"})
        if there[0] == value:
            return frozenset({"CORRECT-SAME"})
        return self._enter(Act(self.seq + 1, "correct", figure, value, there[1]))

    def decide(self, figure: Figure, department: str) -> frozenset[str]:
        if figure not in self.held() and figure not in self.decided(self.acts):
            return frozenset({"CORRECT-UNKNOWN"})
        act = Act(self.seq + 1, "decide", figure, 0, department)
        if self._read((*self.acts, act))[1]:  # two files of the department that was passed over say two things
            return frozenset({"SUBMIT-NO-LONGER-TAKEN", "INTAKE-STORED-OTHER"})
        return self._enter(act)

    def total(self, year: int) -> int | None:
        held = self.held()
        if any((year, item) not in held for item in PRICES[year]):
            return None
        return sum(held[year, item][0] * price for item, price in PRICES[year].items())

    def run(self, wanted: str, who: str, trial: bool) -> frozenset[str]:
        there = sorted({year for year, _ in self.held()})
        asked = there if wanted == "all" else [int(wanted)]
        if not asked or any(y not in there for y in asked):
            return frozenset({"RUN-NO-YEAR"})
        if not trial:
            rest = [y for y in asked if y not in self.closed]
            if len(rest) < len(asked) and (wanted != "all" or not rest):
                return frozenset({"RUN-CLOSED"})
            asked = rest
        totals = {y: self.total(y) for y in asked}
        if None in totals.values() and not trial:
            return frozenset({"INTAKE-INPUT-MISSING", "RUN-REFUSED"})
        self.seq += 1
        self.vintages[self.seq] = Vintage(who, totals)
        self.states |= {(self.seq, y): "trial" if trial else "preliminary" for y in asked}
        return OK

    def shown(self) -> dict[int, tuple[int, int | None]]:
        """Year -> the vintage that the plain views show (highest state, then newest), and its total."""
        best = {y: max((RANK[s], v) for (v, yy), s in self.states.items() if yy == y)[1] for _, y in self.states}
        return {y: (v, self.vintages[v].totals[y]) for y, v in best.items()}

    def step(self, act: str, year: int, who: str, vintage: int | None = None) -> frozenset[str]:
        of_year = sorted(v for v, y in self.states if y == year)
        proper = [v for v in of_year if self.states[v, year] != "trial"]
        if (vintage is None and not proper) or (vintage is not None and vintage not in of_year):
            return frozenset({"STATE-NO-VINTAGE"})
        v = proper[-1] if vintage is None else vintage
        made = self.vintages[v]
        earlier = [y for y in made.totals if y < year]
        wrong = {
            "STATE-ORDER": self.states[v, year] != FROM[act],
            "STATE-SAME-PERSON": act != "close" and who == made.who,
            "STATE-NEWER": any(p > v for p in proper),
            "YEAR-CLOSED": year in self.closed and self.closed[year][0] != v,
            "STATE-STALE": any(seq > v and year in years for seq, years in self.touched.items()),
            "STATE-STOPPING": made.totals[year] is None,
            "STATE-YEAR-BEFORE": act != "review" and any(RANK[self.states[v, y]] < RANK[TO[act]] for y in earlier[-1:]),
        }
        refused = frozenset(code for code, holds in wrong.items() if holds)
        if not refused:
            self.seq += 1
            self.states[v, year] = TO[act]
            if act == "close":
                self.closed[year] = (v, who)
        return refused

    def reopen(self, year: int, who: str, why: str) -> frozenset[str]:
        if year not in self.closed:
            return frozenset({"STATE-NOT-CLOSED"})
        if not why:
            return frozenset({"STATE-NO-REASON"})
        if self.closed[year][1] == who:
            return frozenset({"STATE-SAME-PERSON"})
        self.seq += 1
        del self.closed[year]
        return OK
