"""review, finalise, close, reopen: the steps of a year of a vintage from preliminary to closed, each by who may take it.

    preliminary --review--> reviewed --finalise--> final --close--> closed --reopen--> the year takes data and runs again

None is skipped. Whoever reviews or finalises is not who ran it. A closed vintage stays what it is: opening a year again changes
nothing in it, the next run makes a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from gep.base.findings import Finding, Place, Refused, finding
from gep.book import Book, whoami
from gep.ledger import acts, closing, releases
from gep.ledger.acts import BEFORE, STEPS, Step
from gep.ledger.files import write_whole
from gep.ledger.journal import Entry
from gep.workflow.assets import is_asset
from gep.workflow.release import fresh_store, publish_store
from gep.workflow.views import rows

Progress = Callable[[str], None]
TOUCH = ("submit", "correct", "decide")  # acts that change what a run reads


@dataclass(frozen=True)
class Taken:
    """One step taken: the state the year of the vintage is in now, the journal entry, and for a closing its digest."""

    year: int
    vintage: int
    state: str
    entry: Entry
    digest: str = ""


def step(
    book: Book,
    act: str,
    years: Sequence[int],
    *,
    vintage: int | None = None,
    who: str = "",
    why: str = "",
    key: Path | None = None,
    progress: Progress = lambda text: None,
) -> list[Taken]:
    """Take `act` (review, finalise, close) for these years, oldest first; all of them or, if one may not be taken, none.

    `vintage`: left out, the newest one of the year that is no trial. `key`: an Ed25519 private key (PEM) to sign closings with.
    Raises Refused with every reason of every year.
    """
    signer = closing.read_key(key) if key is not None else None
    with book.lock(who):
        fresh_store(book)
        chosen = [(year, _vintage(book, year, vintage)) for year in sorted(set(years))]
        refused = [f for n, (year, v) in enumerate(chosen) for f in _reasons(book, act, year, v, who, chosen[:n])]
        refused += [f for v in dict.fromkeys(v for _, v in chosen) for f in releases.check(book.releases / str(v))]
        if refused:
            raise Refused(refused)
        done = []
        for year, v in chosen:
            progress(f"{act} {year}")
            body: dict[str, object] = {"year": year, "vintage": v, "manifest": _manifest(book, v)}
            digest = ""
            if act == "close":
                made = closing.make(_facts_of_closing(book, year, v))
                digest = made.digest.sha256
                body |= {"closing": made.digest.as_dict()} | (made.signed(signer) if signer else {})
                book.closings.mkdir(exist_ok=True)
                write_whole(book.closings / f"{year}-{v}.json", made.text)
            done.append(Taken(year, v, STEPS[act], book.record(act, body, who=who, why=why), digest))
        publish_store(book)
    return done


def reopen(book: Book, year: int, *, why: str, who: str = "") -> Taken:
    """Open a closed year again, for a reason that is recorded; its closed vintage stays in use until another is closed.

    Raises Refused if the year is not closed, there is no reason, or it was closed by the same person.
    """
    with book.lock(who):
        shut = acts.closed(book.entries())
        place = Place(key=f"year/-/{year}/-")
        if year not in shut:
            raise Refused([finding("STATE-NOT-CLOSED", place, found=year, expected=", ".join(map(str, sorted(shut))) or "-")])
        if not why.strip():
            raise Refused([finding("STATE-NO-REASON", place, found=year)])
        if acts.person(whoami(who)) == acts.person(shut[year].who):
            raise Refused([finding("STATE-SAME-PERSON", place, found=whoami(who), expected="close", act="reopen")])
        entry = book.record("reopen", {"year": year, "vintage": shut[year].vintage}, who=who, why=why)
        publish_store(book)
    return Taken(year, shut[year].vintage, "closed", entry)


def _vintage(book: Book, year: int, wanted: int | None) -> int:
    """The vintage meant: the newest of the year that is no trial. Raises Refused if there is none, or `wanted` is not of it."""
    held = [s for (v, y), s in acts.states(book.entries()).items() if y == year]
    there = sorted(s.vintage for s in held if s.state != "trial")
    if wanted is None and there:
        return there[-1]
    if wanted is not None and wanted in [s.vintage for s in held]:
        return wanted
    known = ", ".join(f"{s.vintage} ({s.state})" for s in sorted(held, key=lambda s: s.vintage)) or "-"
    raise Refused([finding("STATE-NO-VINTAGE", Place(key=f"year/-/{year}/-"), found=wanted or year, expected=known, year=year)])


def _reasons(book: Book, act: str, year: int, vintage: int, who: str, with_it: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """Why the step may not be taken. `with_it`: the years that take it just before."""
    entries = book.entries()
    states = acts.states(entries)
    place = Place(f"releases/{vintage}", key=f"year/-/{year}/-")
    now = states[vintage, year]
    if now.state != BEFORE[act]:
        yield finding("STATE-ORDER", place, found=now.state, expected=BEFORE[act], act=act, year=year)
    ran = acts.runs(entries)[vintage]
    if act in ("review", "finalise") and acts.person(whoami(who)) == acts.person(ran.who):
        yield finding("STATE-SAME-PERSON", place, found=whoami(who), expected="run", act=act)
    newer = [s.vintage for (v, y), s in states.items() if y == year and v > vintage and s.state != "trial"]
    if newer:
        yield finding("STATE-NEWER", place, found=vintage, expected=max(newer), year=year)
    shut = acts.closed(entries)
    if year in shut and shut[year].vintage != vintage:
        yield finding("YEAR-CLOSED", place, found=vintage, expected=f"{shut[year].who}, {shut[year].at}", year=year)
    late = [e.seq for e in entries if e.seq > vintage and _touches(book, e, year)]
    if late:
        yield finding("STATE-STALE", place, found=", ".join(map(str, late)), expected=vintage, year=year)
    if act in ("finalise", "close"):
        yield from _before(states, acts.years(ran), vintage, year, act, with_it, place)
        yield from _openings(book, entries, ran, year, place)
    yield from _open_queries(book, year, vintage)


def _before(
    states: dict[tuple[int, int], Step], years: Sequence[int], vintage: int, year: int, act: str,
    with_it: Sequence[tuple[int, int]], place: Place,
) -> Iterator[Finding]:  # fmt: skip
    """The years of one run follow one another: an opening is final only if the closing it carries is."""
    earlier = [y for y in years if y < year]
    if not earlier or (earlier[-1], vintage) in with_it:
        return
    least = acts.RANKS[STEPS[act]]
    if states[vintage, earlier[-1]].rank < least:
        found = f"{earlier[-1]}: {states[vintage, earlier[-1]].state}"
        yield finding("STATE-YEAR-BEFORE", place, found=found, expected=STEPS[act], year=year)


def _openings(book: Book, entries: Sequence[Entry], ran: Entry, year: int, place: Place) -> Iterator[Finding]:
    """Openings that are not the closings in use any more: the year before has another vintage, or became final, since the run."""
    if not any(is_asset(book.catalog, str(p)) for p in cast(Sequence[object], ran.data["profiles"])):
        return
    later = [e for e in entries if e.seq > ran.seq]
    if year - 1 in acts.years(ran):
        moved = [e.seq for e in later if e.act == "run" and e.data["state"] != "trial" and year - 1 in acts.years(e)]
    else:
        moved = [e.seq for e in later if e.act == "finalise" and int(str(e.data["year"])) == year - 1]
    if moved:
        yield finding("STATE-OPENINGS", place, found=", ".join(map(str, moved)), expected=ran.seq, year=year, before=year - 1)


def _touches(book: Book, entry: Entry, year: int) -> bool:
    """Whether an act changed what a run of this year reads. A file counts by the periods of what was taken from it."""
    if entry.act not in TOUCH or (entry.act == "submit" and entry.data["status"] != "accepted"):
        return False
    if entry.act == "submit":
        periods = entry.data.get("periods")
        return not isinstance(periods, list | tuple) or str(year) in [str(p)[:4] for p in periods]
    return str(entry.data["period"])[:4] == str(year)


def _open_queries(book: Book, year: int, vintage: int) -> Iterator[Finding]:
    """Findings of the vintage that still ask: every stopping one, and every query of the year without an approved answer."""
    given = acts.latest_answers(book.entries())
    sql = f"SELECT * FROM finding_all WHERE vintage = {vintage} AND severity IN ('stop', 'query') ORDER BY seq"  # noqa: S608
    for r in rows(book, sql):
        if r["period"] and r["period"][:4] != str(year):
            continue
        place = Place(f"releases/{vintage}", key=f"{r['rule']}/{r['region_code'] or '-'}/{r['period'] or '-'}/{r['key'] or '-'}")
        if r["severity"] == "stop":
            yield finding("STATE-STOPPING", place, found=r["id"], expected=r["text_en"])
            continue
        answer = given.get((r["rule"], r["region_code"] or "", r["period"] or "", r["key"] or ""))
        if answer is None or not answer.holds_for(r["found"] or ""):
            yield finding("STATE-UNANSWERED", place, found=r["id"], zh=r["text_zh"], en=r["text_en"])
        elif answer.approved_seq is None:
            yield finding("STATE-UNAPPROVED", place, found=answer.seq, expected=answer.who, id=r["id"])


def _manifest(book: Book, vintage: int) -> dict[str, str]:
    return releases.read_manifest(book.releases / str(vintage)).digest.as_dict()


def _facts_of_closing(book: Book, year: int, vintage: int) -> closing.Closing:
    """What is sealed with a year: the release, what it rests on, the totals that must come out again, and the journal so far."""
    entries = book.entries()
    ran = acts.runs(entries)[vintage]
    sql = (
        "SELECT profile, region_code, zone, price_basis, currency, gep FROM gep_total_all "  # noqa: S608
        f"WHERE vintage = {vintage} AND year = {year} ORDER BY ALL"
    )
    totals = [{k: "" if v is None else str(v) for k, v in r.items()} for r in rows(book, sql)]
    originals = [
        str(e.data["sha256"]) for e in entries if e.act == "submit" and e.data["status"] == "accepted" and e.seq < vintage
    ]
    return closing.Closing(
        year=year,
        vintage=vintage,
        release=_manifest(book, vintage),
        rules_hash=str(ran.data["rules_hash"]),
        catalogue=str(ran.data.get("catalogue", "")),  # a run of schema 1 kept none
        program=cast(dict[str, str], ran.data.get("program", {})),
        originals=tuple(originals),
        evidence=tuple(str(e.data["sha256"]) for e in entries if e.act == "attach"),
        steps=tuple(
            {"state": s.state, "who": s.who, "at": s.at, "seq": s.seq}
            for s in acts.steps(entries)
            if (s.vintage, s.year) == (vintage, year)
        ),
        totals=tuple(totals),
        journal={"seq": entries[-1].seq, **entries[-1].hash.as_dict()},
    )
