"""The folder of an engagement: its own journal, the files it was given, its evidence; apart from the book it is about.

    engagement.json     what was opened, and the anchors of the source at that moment; never changed
    journal.jsonl       every act, chained as the journal of a book is
    tenure.toml         as taken last
    taken/              each file as it was taken, by SHA-256; a file that changed stands beside its older self
    evidence/           the documents that evidence forms name, by SHA-256
    rules/              the rules the audit goes by, by hash: a later program changes none of them
    papers/             the papers that were made, a folder for each content
    pack/               the archive of all of it with its book, made anew each time (`gep.workflow.audit.pack`)
    work/               the query store of the source, made again when it is needed

Nothing is ever removed. The engagement never writes to the book, and who made the audited accounts cannot act in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from filelock import FileLock, Timeout

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.program import program
from gep.book import LOCK_SECONDS, now, whoami
from gep.ledger import catalogues, journal
from gep.ledger.acts import person
from gep.ledger.files import Digest, digest_bytes, digest_file, folder_in_place, write_synced, write_whole
from gep.ledger.journal import Entry, canonical
from gep.ledger.recover import torn
from gep.workflow.audit.acts import JOURNAL, MAY, TENURE, Act, State, advance, person_refusals, refusals, state_of
from gep.workflow.audit.frozen import RULES, rule_faults
from gep.workflow.audit.records import Tenure
from gep.workflow.audit.source import Source, compilers, continues
from gep.workflow.audit.tenure_file import audited_years

SCHEMA = "gep.engagement/1"
MANIFEST, TAKEN, EVIDENCE, PAPERS, PACK, WORK = "engagement.json", "taken", "evidence", "papers", "pack", "work"
PERSONAL = frozenset({"AUDIT-NOT-IN-TEAM", "AUDIT-COMPILER"})
OWN = frozenset({MANIFEST, JOURNAL, TENURE, TAKEN, EVIDENCE, RULES, PAPERS, PACK, WORK, ".lock", ".lock-holder"})


@dataclass(frozen=True)
class Engagement:
    """A handle on an engagement folder. Reading needs no lock; acts are entered one writer at a time."""

    root: Path
    clock: Callable[[], datetime] = now

    @property
    def journal_path(self) -> Path:
        return self.root / JOURNAL

    def entries(self) -> tuple[Entry, ...]:
        """The journal, verified. Raises Refused if a line is damaged."""
        return journal.read(self.journal_path)

    def state(self) -> State:
        """What the engagement is now."""
        return state_of(self.entries())

    def manifest(self) -> Mapping[str, Any]:
        """engagement.json. Raises Refused where it cannot be read."""
        return read_manifest(self.root)

    def file(self, taken: Mapping[str, Any]) -> Path:
        """Where a file stands that an act `take` took."""
        return self.root / str(taken["folder"]) / f"{taken['sha256']}{taken['suffix']}"

    def unpacked(self, folder: Path) -> Path:
        """The files as taken last, under their own names in `folder`; the path of the tenure among them."""
        for name, taken in self.state().files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.file(taken).read_bytes())
        return folder / TENURE

    def act(self, act: str, data: Mapping[str, object], *, who: str = "", why: str = "") -> Entry:
        """Enter one act in one's own name. Raises Refused with every reason why this person may not, or not now."""
        with locked(self, who):
            own = {name: value for name, value in data.items() if name != "from"}  # only a file that is taken has an origin
            told = list(refusals(self.state(), act, own, whoami(who)))
            if stops(told):
                raise Refused(told)
            return journal.append(self.journal_path, act, whoami(who), why, own, self.clock)

    def seal(self, *, who: str = "", why: str = "") -> Entry:
        """Close the engagement: from then on only rectification, comments and access are recorded."""
        last = self.entries()[-1]
        return self.act("seal", {"head": {"seq": last.seq, **last.hash.as_dict()}}, who=who, why=why)


def read_manifest(root: Path) -> Mapping[str, Any]:
    """engagement.json of a folder. Raises Refused where it is missing, unreadable or of another schema."""
    place = Place(MANIFEST)
    try:
        body = json.loads((root / MANIFEST).read_bytes())
        if body["schema"] == SCHEMA and isinstance(body["tenure"]["id"], str) and isinstance(body["anchors"], dict):
            return dict(body)
    except FileNotFoundError:
        raise Refused([finding("AUDIT-ENGAGEMENT-MISSING", place, found=root.name)]) from None
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise Refused([finding("AUDIT-ENGAGEMENT-SCHEMA", place, expected=SCHEMA)])


def standing(root: Path, tenure: Tenure, source: Path) -> list[Finding]:
    """Why a folder cannot hold this engagement: it holds something else, or it stands inside the source."""
    place = Place(str(root))
    one, other = root.resolve(), source.resolve()
    if one.is_relative_to(other) or other.is_relative_to(one):
        return [finding("AUDIT-ENGAGEMENT-INSIDE", place, found=root.name, expected=source.name)]
    above = next(p for p in root.absolute().parents if p.exists())
    if not above.is_dir():
        return [finding("AUDIT-ENGAGEMENT-TAKEN", place, found=above.name)]
    if not root.exists() or (root.is_dir() and not any(root.iterdir())):
        return []
    if not (root / MANIFEST).is_file():
        return [finding("AUDIT-ENGAGEMENT-TAKEN", place, found=root.name)]
    held = str(read_manifest(root)["tenure"]["id"])
    if held != tenure.id:
        return [finding("AUDIT-ENGAGEMENT-OTHER", place, found=held, expected=tenure.id)]
    return []


@contextmanager
def locked(engagement: Engagement, who: str = "", wait: float = LOCK_SECONDS) -> Iterator[list[Finding]]:
    """One writer, named while he writes; what a killed act left at the end of the journal is set aside and told."""
    note = engagement.root / ".lock-holder"
    held = FileLock(engagement.root / ".lock")
    try:
        held.acquire(timeout=wait)
    except Timeout as error:
        holder = note.read_text(encoding="utf-8") if note.is_file() else "?"
        raise Refused([finding("AUDIT-LOCKED", Place(str(engagement.root)), found=holder)]) from error
    try:
        found = torn(engagement.journal_path)
        with suppress(OSError):
            note.write_text(f"{whoami(who)}, {engagement.clock().isoformat(timespec='seconds')}", encoding="utf-8")
        yield found
    finally:
        note.unlink(missing_ok=True)
        held.release()


def opening(tenure: Tenure, entries: Sequence[Entry]) -> dict[str, object]:
    """What the first entry and each access hold besides the anchors: who made the accounts of the audited years."""
    made = compilers(entries, audited_years(tenure))
    return {"compilers": {who: list(done) for who, done in sorted(made.items())}}


def denied(state: State, tenure: Tenure, known: Mapping[str, object], planned: Sequence[Act], who: str) -> list[Finding]:
    """Why `who` may not open or go on, and what stands against the planned acts, each looked at after those before it.

    `state`: that of the engagement, empty if it is not there yet; `known`: of `opening`.
    """
    told: list[Finding] = []
    if state == State():
        team = [[m.who, m.role] for m in tenure.team]
        state = advance(state, _bare("open", {**known, "team": team}))
        told += _may_open(state, tenure, who)
    else:
        state = advance(state, _bare("access", {**known, "anchors": state.anchors}))
        told += refusals(state, "access", known, who)
    for act in planned:
        told += refusals(state, act.act, act.data, who)
        state = advance(state, _bare(act.act, act.data))
    # who may take part in nothing is told of once, not for every act
    once = {(f.code, f.found) if f.code in PERSONAL else (f.code, f.found, f.place): f for f in reversed(told)}
    return list(reversed(once.values()))


def _may_open(state: State, tenure: Tenure, who: str) -> Iterator[Finding]:
    """The lead opens; nobody in the team may be one of those who made the accounts."""
    place = Place(TENURE, key="team")
    yield from person_refusals(state, who, ("lead",), "open", place)
    for m in tenure.team:
        if person(m.who) != person(who):
            yield from person_refusals(state, m.who, (m.role,), "open", place)


def begin(
    root: Path,
    tenure: Tenure,
    source: Source,
    planned: Sequence[Act],
    rules: Mapping[str, bytes] | None = None,
    *,
    who: str = "",
    clock: Callable[[], datetime] = now,
) -> tuple[Engagement, tuple[Entry, ...], tuple[Finding, ...]]:
    """Make the engagement or go on with it: access is recorded, then the planned acts, all of them or, if one may not be, none.

    `planned` comes from `plan.acts_of` over the state the engagement is in; `rules`: the files that an act `rules` among them
    enters. Raises Refused with every reason. Returns the handle,
    the entries added and what is to be told.
    """
    engagement = Engagement(root, clock)
    known = opening(tenure, source.entries)
    accessed = Act("access", {**known, "anchors": source.anchors(), "program": dict(program())})
    if not (root / MANIFEST).is_file():
        told = denied(State(), tenure, known, planned, whoami(who))
        if stops(told):
            raise Refused(told)
        _make(engagement, tenure, source, known, who)
    with locked(engagement, who) as recovered:
        state = engagement.state()
        told = [*recovered, *continues(state.anchors, source), *denied(state, tenure, known, planned, whoami(who))]
        if stops(told):
            raise Refused(told)
        added = []
        for act in (accessed, *planned):
            _keep(engagement, act, rules or {})
            added.append(_append(engagement, act, who))
    return engagement, tuple(added), tuple(told)


def _bare(act: str, data: Mapping[str, object]) -> Entry:
    return Entry(0, act, "", "", "", data, journal.FIRST)


def _make(engagement: Engagement, tenure: Tenure, source: Source, known: Mapping[str, object], who: str) -> None:
    """The folder with its first line, there as a whole or not at all."""
    about = {"id": tenure.id, "zh": tenure.names.zh, "en": tenure.names.en, "region": tenure.region, "document": tenure.document}
    body = {"schema": SCHEMA, "tenure": about, "illustrative": tenure.illustrative, "anchors": source.anchors()}
    data = canonical(body) + b"\n"
    opened = {**known, "anchors": source.anchors(), "team": [[m.who, m.role] for m in tenure.team]}
    opened |= {"engagement": digest_bytes(data).as_dict(), "id": tenure.id}
    try:
        with folder_in_place(engagement.root) as building:
            for name in (TAKEN, EVIDENCE, WORK):
                (building / name).mkdir()
            write_synced(building / MANIFEST, data)
            journal.append(building / JOURNAL, "open", whoami(who), tenure.document, opened, engagement.clock)
    except FileExistsError:
        place = Place(str(engagement.root))
        raise Refused([finding("AUDIT-ENGAGEMENT-TAKEN", place, found=engagement.root.name)]) from None


def _keep(engagement: Engagement, act: Act, rules: Mapping[str, bytes]) -> None:
    """Put a file that is taken, or rules, under their digest, before their line in the journal."""
    if act.act == RULES:
        catalogues.keep(engagement.root / RULES, rules)
    if act.act != "take" or act.content is None:
        return
    path = engagement.file(act.data)
    path.parent.mkdir(exist_ok=True)
    if not path.is_file() or digest_file(path)[0].sha256 != act.data["sha256"]:
        write_whole(path, act.content)
    if act.data["file"] == TENURE:
        write_whole(engagement.root / TENURE, act.content)


def _append(engagement: Engagement, act: Act, who: str) -> Entry:
    return journal.append(engagement.journal_path, act.act, whoami(who), act.why, act.data, engagement.clock)


def verify_engagement(root: Path, anchors: Mapping[int, str] | None = None) -> tuple[Finding, ...]:
    """Every fault of an engagement: chain, files, and acts by persons who might not take them; nothing is repaired.

    `anchors`: SHA-256 of journal entries by number that were written down elsewhere.
    """
    found = list(journal.verify(root / JOURNAL, anchors))
    entries = journal.sound(root / JOURNAL)
    found += _manifest_faults(root, entries)
    found += [*_file_faults(root, entries), *rule_faults(root, entries)]
    if not stops(found):
        found += _act_faults(entries)
    return tuple(dict.fromkeys(found))


def _manifest_faults(root: Path, entries: Sequence[Entry]) -> Iterator[Finding]:
    try:
        read_manifest(root)
    except Refused as refused:
        yield from refused.findings
        return
    opened = [e for e in entries if e.act == "open"]
    held = digest_file(root / MANIFEST)[0]
    if len(opened) != 1 or opened[0].seq != 1 or opened[0].data.get("engagement") != held.as_dict():
        expected = str(opened[0].data.get("engagement", "-")) if opened else "-"
        yield finding("VERIFY-HASH", Place(MANIFEST), found=held.sha256, expected=expected)


def _file_faults(root: Path, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Files that are gone, changed or not taken by any act; the tenure that lies on top is the one taken last."""
    known: dict[str, Digest] = {}
    for e in entries:
        if e.act == "take":
            name = f"{e.data['folder']}/{e.data['sha256']}{e.data['suffix']}"
            known[name] = Digest(str(e.data["sha256"]), str(e.data["sm3"]))
            if e.data["file"] == TENURE:
                known[TENURE] = known[name]
        if e.act == "papers":
            record = cast(Mapping[str, Any], e.data["record"])
            for name, held in record["files"].items():
                known[f"{PAPERS}/{record['folder']}/{name}"] = Digest(str(held["sha256"]), str(held["sm3"]))
    for name, digest in known.items():
        path = root / name
        held = digest_file(path)[0] if path.is_file() and not path.is_symlink() else None
        if held != digest:
            yield finding("VERIFY-HASH", Place(name), found=held.sha256 if held else "-", expected=digest.sha256)
    for folder in (TAKEN, EVIDENCE, PAPERS):
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if name not in known and not (folder == PAPERS and path.is_dir() and not path.is_symlink()):
                yield finding("AUDIT-FILE-EXTRA", Place(name), found=path.name)
    for path in sorted(root.iterdir()):
        if path.name not in OWN and not path.name.startswith(f"{JOURNAL}.torn-"):
            yield finding("AUDIT-FILE-EXTRA", Place(path.name), found=path.name)


def _act_faults(entries: Sequence[Entry]) -> Iterator[Finding]:
    """The acts in order, each against what the engagement was before it."""
    state = State()
    for e in entries:
        try:
            if e.act == "open":
                state = advance(state, e)
                yield from person_refusals(state, e.who, ("lead",), e.act, Place(JOURNAL, e.seq))
                continue
            if e.act not in MAY:
                yield finding("AUDIT-ACT-UNKNOWN", Place(JOURNAL, e.seq), found=e.act)
                continue
            yield from refusals(state, e.act, e.data, e.who, seq=e.seq)
            state = advance(state, e)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            yield finding("AUDIT-ACT-FORM", Place(JOURNAL, e.seq), found=f"{type(error).__name__}: {error}", act=e.act)
