"""What an audit rests on: a closed book or an evidence pack, checked whole, read through a handle that cannot write to it.

The query store is built anew from the checked releases, outside of the book, so that neither a stale store nor one that was
changed by hand can give an audit a figure. What the source was at that moment is kept as anchors: head of the journal, seals of
the releases, digests of the closings, digest of the pack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Literal, NoReturn, cast

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.book import Book, now
from gep.catalog.config import read_config
from gep.ledger import acts, pack
from gep.ledger.catalogues import CONFIG, OWN
from gep.ledger.files import Digest, digest_file
from gep.ledger.journal import Entry
from gep.ledger.store import rebuild, standing
from gep.workflow.release import release_folders
from gep.workflow.verify import verify
from gep.workflow.views import rows

Progress = Callable[[str], None]
STORE = "accounts.duckdb"
# acts that make, check or change the figures of a year: whoever took one for an audited year may not audit it
COMPILING = frozenset({"run", "review", "finalise", "close", "reopen", "submit", "correct", "decide", "answer", "approve"})


class Reading(Book):
    """A handle on a book that reads a store of its own and refuses every act. `data`: a frozen catalogue, read in all parts."""

    def __init__(self, root: Path, store: Path, data: Path | None = None, clock: Callable[[], datetime] = now) -> None:
        self._store = store
        super().__init__(root, data, clock)
        if data is not None:
            self.config = read_config(data / CONFIG)

    store = property(lambda self: self._store)

    @property
    def local(self) -> Path:
        """The book's own catalogue, that of the frozen one if the handle reads one."""
        return (self.data or self.root) / OWN

    def record(self, act: str, data: Mapping[str, object], *, who: str = "", why: str = "") -> NoReturn:
        raise Refused([finding("AUDIT-BOOK-READ-ONLY", Place(self.root.name), found=act)])

    def lock(self, who: str = "", wait: float = 0) -> NoReturn:
        raise Refused([finding("AUDIT-BOOK-READ-ONLY", Place(self.root.name), found="lock")])


@dataclass(frozen=True, slots=True)
class Used:
    """The vintage whose figures an audit reads for one year of one profile or scheme, and what seals it.

    `state`, `at`: of the year in this vintage as it was known. `release`: SHA-256 of the manifest; `closing`: of the document of
    the closing that holds now, if it is of this vintage.
    """

    year: int
    profile: str
    vintage: int
    state: str
    at: str
    release: str
    closing: str = ""
    closed_by: str = ""

    def as_dict(self) -> dict[str, object]:
        names = ("year", "profile", "vintage", "state", "at", "release", "closing", "closed_by")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Source:
    """An opened source. `first`: digest of the first line of its journal, which is what makes it this book and no other.

    `years`: those audited; `closed`: every closed year; `used`: the vintages read, of the audited years and of all other closed
    ones (for trends before the term); `known_on`: None for what is known now. `store`: SHA-256 of the private query store.
    `called`: the name the source had, where it stands under another.
    """

    kind: Literal["book", "pack"]
    book: Reading
    entries: tuple[Entry, ...]
    first: Digest
    head: tuple[int, Digest]
    years: tuple[int, ...]
    closed: tuple[int, ...]
    used: tuple[Used, ...]
    known_on: date | None
    store: str
    pack: str = ""
    findings: tuple[Finding, ...] = ()
    called: str = ""

    @property
    def name(self) -> str:
        return self.called or self.book.root.resolve().name

    def vintage(self, year: int, profile: str) -> int | None:
        """The vintage read for a year of a profile or scheme; None where the source has none."""
        return next((u.vintage for u in self.used if (u.year, u.profile) == (year, profile)), None)

    def frozen(self, vintage: int) -> Reading:
        """A handle that reads the catalogue kept with a vintage, not the installed one. Raises Refused if there is none."""
        ran = acts.runs(self.entries).get(vintage)
        if ran is None or "catalogue" not in ran.data:
            known = ", ".join(map(str, acts.runs(self.entries)))
            raise Refused([finding("REPERFORM-UNKNOWN", Place(key=str(vintage)), found=vintage, expected=known)])
        return Reading(self.book.root, self.book.store, self.book.catalogues / str(ran.data["catalogue"]), self.book.clock)

    def anchors(self) -> dict[str, object]:
        """What is written into the journal of the engagement at every opening."""
        return {
            "kind": self.kind,
            "name": self.name,
            "first": self.first.as_dict(),
            "journal": {"seq": self.head[0], **self.head[1].as_dict()},
            "pack": self.pack,
            "years": list(self.years),
            "known_on": self.known_on.isoformat() if self.known_on else "",
            "used": [u.as_dict() for u in self.used],
            "store": self.store,
        }


def open_source(
    path: Path,
    years: Sequence[int],
    work: Path,
    *,
    known_on: date | None = None,
    kept: str = "",
    data: Path | None = None,
    clock: Callable[[], datetime] = now,
    progress: Progress = lambda text: None,
) -> Source:
    """Open a book or pack for reading. Nothing is written to it; the store stands in the folder `work`.

    `years`: the audited years; each must be closed. `known_on`: figures as known at the end of that day (UTC). `kept`: SHA-256 of
    a store in `work` that was built before and may be used again if it is the same and of the same journal. `data`: the rules to
    read, in place of those installed. Raises Refused: no
    book, a pack or record that is damaged, a year that is open or without data, a year of which nothing was known on the day.
    """
    root = whole(path)
    book = Reading(root, work / STORE, data, clock)
    sealed = (root / pack.MANIFEST).is_file()
    progress("verify")
    checked = verify(Reading(root, work / "none", clock=clock), progress=progress)
    if stops(checked.findings):
        raise Refused(checked.findings)
    entries = book.entries()
    shut = acts.closed(entries)
    wrong = [*_open_years(entries, years, shut, book.root.name), *_later(known_on, clock)]
    if wrong:
        raise Refused(wrong)
    progress(STORE)
    store = _store(book, entries, kept)
    used = tuple(_used(book, entries, known_on, {*years, *shut}))
    wrong = list(_unknown(used, years, known_on, entries, book.root.name))
    if stops(wrong):
        raise Refused(wrong)
    return Source(
        kind="pack" if sealed else "book",
        book=book,
        entries=entries,
        first=entries[0].hash,
        head=(entries[-1].seq, entries[-1].hash),
        years=tuple(sorted(set(years))),
        closed=tuple(sorted(shut)),
        used=used,
        known_on=known_on,
        store=store,
        pack=pack.read_pack(root).digest.sha256 if sealed else "",
        findings=(*checked.findings, *wrong),
    )


def whole(path: Path) -> Path:
    """The folder of a source. Raises Refused for a file or folder that is neither a book nor a pack."""
    if not (path / "book.toml").is_file():
        raise Refused([finding("AUDIT-NO-SOURCE", Place(str(path)), found=path.name or str(path))])
    return path


def _open_years(entries: Sequence[Entry], years: Iterable[int], shut: Mapping[int, acts.Step], name: str) -> Iterator[Finding]:
    """Audited years that no run compiled, and those that are not closed: an open year is no evidence."""
    there = {y for run in acts.runs(entries).values() if run.data["state"] != "trial" for y in acts.years(run)}
    best: dict[int, acts.Step] = {}
    for step in acts.states(entries).values():
        if step.year not in best or (step.rank, step.vintage) > (best[step.year].rank, best[step.year].vintage):
            best[step.year] = step
    lacking = sorted(set(years) - there)
    for first, last in _runs(lacking):
        place = Place(name, key=f"year/-/{first}/-")
        shown = str(first) if first == last else f"{first}-{last}"
        known = ", ".join(map(str, sorted(there))) or "-"
        yield finding("AUDIT-YEAR-NO-DATA", place, found=shown, expected=known, year=shown)
    for year in sorted((set(years) & there) - shut.keys()):
        held = best[year]
        state = "reopened" if held.state == "closed" else held.state
        found, known = f"{state}, vintage {held.vintage}", ", ".join(map(str, sorted(shut))) or "-"
        yield finding("AUDIT-YEAR-OPEN", Place(name, key=f"year/-/{year}/-"), found=found, expected=known, year=year)


def _runs(years: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Years in order as stretches without a gap: a term that ends in 2999 is one complaint and no thousand."""
    for _, run in groupby(enumerate(years), key=lambda pair: pair[1] - pair[0]):
        stretch = [year for _, year in run]
        yield stretch[0], stretch[-1]


def _later(known_on: date | None, clock: Callable[[], datetime]) -> Iterator[Finding]:
    today = clock().date()
    if known_on is not None and known_on > today:
        yield finding("AUDIT-KNOWN-FUTURE", Place(key="known_on"), found=known_on, expected=f"<= {today}")


def _store(book: Reading, entries: Sequence[Entry], kept: str) -> str:
    """SHA-256 of the private store: the one built before if it is untouched and of this journal, else one built anew."""
    if kept and book.store.is_file() and digest_file(book.store)[0].sha256 == kept:
        held = standing(book.store)
        if held is not None and held[1] == entries[-1].hash.sha256:
            return kept
    book.store.parent.mkdir(parents=True, exist_ok=True)
    rebuild(book.store, release_folders(book), entries, hashed=False)
    return digest_file(book.store)[0].sha256


def _used(book: Reading, entries: Sequence[Entry], known_on: date | None, years: Iterable[int]) -> Iterator[Used]:
    view = "vintage_in_use" if known_on is None else f"vintage_in_use_asof(DATE '{known_on.isoformat()}')"
    runs = acts.runs(entries)
    closes = {int(str(e.data["year"])): e for e in entries if e.act == "close"}
    shut = acts.closed(entries)
    listed = ", ".join(str(int(y)) for y in sorted(years)) or "NULL"
    sql = f'SELECT year, profile, vintage, state, "at" FROM {view} WHERE year IN ({listed}) ORDER BY ALL'  # noqa: S608 - numbers and a date
    for row in rows(book, sql):
        year, vintage = int(row["year"]), int(row["vintage"])
        sealed = year in shut and shut[year].vintage == vintage
        close = closes.get(year) if sealed else None
        yield Used(
            year=year,
            profile=str(row["profile"]),
            vintage=vintage,
            state=str(row["state"]),
            at=row["at"].isoformat(),
            release=cast(Mapping[str, str], runs[vintage].data["manifest"])["sha256"],
            closing=cast(Mapping[str, str], close.data["closing"])["sha256"] if close else "",
            closed_by=close.who if close else "",
        )


def _unknown(
    used: Sequence[Used], years: Sequence[int], known_on: date | None, entries: Sequence[Entry], name: str
) -> Iterator[Finding]:
    """Audited years of which nothing was known on the day, and those that were known, but not yet closed, on it."""
    if known_on is None:
        return
    for year in sorted(set(years)):
        place = Place(name, key=f"year/-/{year}/-")
        held = [u for u in used if u.year == year]
        if not held:
            first = min(e.when for e in entries if e.act == "run" and year in acts.years(e))
            yield finding("AUDIT-NOT-KNOWN", place, found=known_on, expected=first[:10], year=year)
        for u in held:
            if u.state != "closed":
                shown = f"{u.profile}: {u.state}, vintage {u.vintage}"
                yield finding("AUDIT-KNOWN-STATE", place, found=shown, expected="closed", year=year, day=known_on)


def compilers(entries: Sequence[Entry], years: Iterable[int]) -> dict[str, tuple[str, ...]]:
    """Who acted on the accounts of these years, by the name as persons are compared: the acts, as `act seq`, in order."""
    wanted = {str(y) for y in years}
    answered = {e.seq: str(e.data["period"])[:4] for e in entries if e.act == "answer"}
    found: dict[str, list[str]] = {}
    for e in entries:
        if e.act in COMPILING and (touched := _years(e, answered)) is not None and (not touched or touched & wanted):
            found.setdefault(acts.person(e.who), []).append(f"{e.act} {e.seq}")
    return {who: tuple(done) for who, done in found.items()}


def _years(e: Entry, answered: Mapping[int, str]) -> set[str] | None:
    """The years an act is of; empty: of any year; None: of no figure at all (a file that was not accepted)."""
    d = e.data
    if e.act == "run":
        return {str(y) for y in acts.years(e)}
    if e.act == "submit":
        periods = d.get("periods")
        if d["status"] != "accepted":
            return None
        return {str(p)[:4] for p in periods} if isinstance(periods, list | tuple) else set()
    if e.act == "approve":
        period = answered.get(int(str(d["answer"])), "")
    else:
        period = str(d["year"] if "year" in d else d.get("period", ""))[:4]
    return {period} if period else set()


def continues(before: Mapping[str, object], source: Source) -> list[Finding]:
    """Whether an opened source is the one that anchors were taken of, later perhaps: the same lines up to that head."""
    journal = cast(Mapping[str, object], before["journal"])
    seq, sha256 = int(str(journal["seq"])), str(journal["sha256"])
    held = {e.seq: e.hash.sha256 for e in source.entries}
    first = cast(Mapping[str, object], before["first"])["sha256"]
    if first != source.first.sha256:
        return [finding("AUDIT-SOURCE-OTHER", Place(source.name), found=source.name, expected=before["name"])]
    if held.get(seq) != sha256:
        shown = f"{seq}:{held.get(seq, '-')}"
        return [finding("AUDIT-SOURCE-CHANGED", Place(source.name, key=str(seq)), found=shown, expected=f"{seq}:{sha256}")]
    then = {(u["year"], u["profile"]): u for u in cast(Sequence[Mapping[str, object]], before["used"])}
    found = []
    for u in source.used:
        old = then.get((u.year, u.profile))
        if old is not None and old["vintage"] != u.vintage:
            place = Place(source.name, key=f"year/-/{u.year}/-")
            found.append(
                finding("AUDIT-VINTAGE-MOVED", place, found=u.vintage, expected=old["vintage"], year=u.year, profile=u.profile)
            )
    return found
