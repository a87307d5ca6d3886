"""The engagement: made and continued from files, its own journal and roles, nothing removed, nothing written to the book."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from gep.base.findings import Refused
from gep.book import Book
from gep.ledger import journal
from gep.ledger.files import NotWritten
from gep.workflow.audit import engagement as engagements
from gep.workflow.audit.acts import MAY, State, fingerprint, state_of
from gep.workflow.audit.engagement import Engagement, verify_engagement
from gep.workflow.audit.figures import check_figures
from gep.workflow.audit.plain import from_plain, to_plain
from gep.workflow.audit.records import Step
from gep.workflow.audit.run import Audited, audit
from tests.ready import Ready
from tests.workflow.audit.engaged import (
    AUDITOR,
    LEAD,
    READER,
    RECORDS,
    REVIEWER,
    TENURE,
    change,
    closed_garze,
    garze_engagement,
    garze_pack,
    tenure_folder,
)

FILES = ["tenure.toml", "events.csv", "evidence/approval.txt", "observations.csv", "records/all.toml"]
ACTS = [
    "open", "access", "rules", *["take"] * 5, "evidence_form", "evidence_form", "refuse_seal", "paper", "review", "problem", "responsibility",
    "comment", "reply", "step",
]  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A tenure with its files and the engagement made of it, to be changed."""

    book: Book
    tenure: Path
    root: Path

    @property
    def engagement(self) -> Engagement:
        return Engagement(self.root)

    @property
    def records(self) -> Path:
        return self.tenure.parent / "records" / "all.toml"

    def again(self, who: str = LEAD) -> Audited:
        return audit(self.book.root, self.tenure, self.root, who=who)

    def acts(self) -> list[str]:
        return [e.act for e in self.engagement.entries()]

    def refused(self, who: str = LEAD) -> list[str]:
        with pytest.raises(Refused) as refused:
            self.again(who)
        assert all(f.text("zh") and f.mend("en") for f in refused.value.findings)
        return [f.code for f in refused.value.findings if f.severity == "stop"]


@pytest.fixture(scope="module")
def book(ready: Ready) -> Book:
    return closed_garze(ready)


@pytest.fixture(scope="module")
def first(book: Book, ready: Ready) -> Path:
    """An engagement made once, to be copied."""

    return garze_engagement(ready)


@pytest.fixture
def place(book: Book, first: Path, tmp_path: Path) -> Place:
    shutil.copytree(first / "t", tmp_path / "t")
    shutil.copytree(first / "e", tmp_path / "e")
    return Place(book, tmp_path / "t" / "tenure.toml", tmp_path / "e")


@pytest.fixture
def fresh(book: Book, tmp_path: Path) -> Place:
    """Files of which no engagement was made yet."""
    return Place(book, tenure_folder(tmp_path / "t"), tmp_path / "e")


def hashes(root: Path) -> dict[str, str]:
    return {
        p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(root.rglob("*")) if p.is_file()
    }


def faults(root: Path) -> list[str]:
    return [f.code for f in verify_engagement(root)]


def test_made(fresh: Place) -> None:
    before = hashes(fresh.book.root)
    done = fresh.again()
    assert hashes(fresh.book.root) == before
    entries = fresh.engagement.entries()
    assert [e.act for e in entries] == ACTS
    assert {e.who for e in entries} == {LEAD}
    assert [e.data["file"] for e in entries if e.act == "take"] == FILES
    assert tuple(e.seq for e in done.added) == tuple(range(2, len(ACTS) + 1))
    for name in FILES:
        taken = fresh.engagement.state().files[name]
        assert fresh.engagement.file(taken).read_bytes() == (fresh.tenure.parent / name).read_bytes()
    manifest = fresh.engagement.manifest()
    assert manifest["tenure"]["id"] == "garze-head"
    assert manifest["anchors"]["journal"]["sha256"] == fresh.book.entries()[-1].hash.sha256
    assert done.source.book.store == fresh.root / "work" / "accounts.duckdb"
    assert sorted(p.name for p in fresh.root.parent.iterdir()) == ["e", "t"]
    assert faults(fresh.root) == []


def test_what_the_ledgers_are_made_from(place: Place) -> None:
    """The records as they stand in the journal are those of the files."""
    done = place.again()
    r, c = done.records, done.collected
    assert (c.forms, c.papers, c.problems, c.steps, c.comments) == (r.forms, r.papers, r.problems, r.steps, r.comments)
    assert c.steps[0].done == Decimal("4.50")
    assert str(c.steps[0].done) == "4.50"


def test_the_same_files_again_are_an_access_and_no_other_act(place: Place) -> None:
    place.again()
    assert place.acts() == [*ACTS, "access"]
    place.again(AUDITOR)
    assert place.acts() == [*ACTS, "access", "access"]
    assert [e.who for e in place.engagement.entries() if e.act == "access"] == [LEAD, LEAD, AUDITOR]


def test_a_changed_file_is_taken_and_the_old_one_stays(place: Place) -> None:
    old = place.engagement.state().files["records/all.toml"]
    change(place.records, "属实", "基本属实")
    place.again(AUDITOR)
    assert place.acts()[len(ACTS) :] == ["access", "take", "evidence_form"]
    new = place.engagement.state().files["records/all.toml"]
    assert place.engagement.file(old).read_text(encoding="utf-8") == RECORDS
    assert place.engagement.file(new).read_text(encoding="utf-8") != RECORDS
    entered = [e for e in place.engagement.entries() if e.act == "evidence_form" and e.data["id"] == "E-1"]
    assert [e.data["record"]["opinion"] for e in entered] == ["属实", "基本属实"]  # type: ignore[index]
    assert entered[-1].data["from"] == {"file": "records/all.toml", "sha256": new["sha256"]}
    assert faults(place.root) == []


def test_the_files_as_taken_read_again(place: Place, tmp_path: Path) -> None:
    path = place.engagement.unpacked(tmp_path / "out")
    assert hashes(path.parent) == hashes(place.tenure.parent)
    audit(place.book.root, path, place.root, who=LEAD)
    assert place.acts() == [*ACTS, "access"]


def test_a_tenure_of_another_name_is_the_same_file(place: Place) -> None:
    renamed = place.tenure.rename(place.tenure.with_name("head.toml"))
    audit(place.book.root, renamed, place.root, who=LEAD)
    assert place.acts() == [*ACTS, "access"]


@pytest.mark.parametrize("who", ["示例", "示例封账人", " 示例评审人 "])
def test_a_compiler_is_no_auditor(fresh: Place, who: str) -> None:
    """Who submitted, ran, reviewed or closed the audited year may be in no team, under whatever spelling."""
    change(fresh.tenure, f'who = "{LEAD}"', f'who = "{who}"')
    change(fresh.records, LEAD, who)
    assert "AUDIT-COMPILER" in fresh.refused(who)
    assert not fresh.root.exists()


def test_a_compiler_elsewhere_in_the_team(fresh: Place) -> None:
    change(fresh.tenure, f'who = "{READER}"', 'who = "示例核实人"')
    assert fresh.refused() == ["AUDIT-COMPILER"]
    assert not fresh.root.exists()


def test_who_opens(fresh: Place) -> None:
    assert fresh.refused("路人") == ["AUDIT-NOT-IN-TEAM"]
    for who in (AUDITOR, REVIEWER, READER):
        assert "AUDIT-ROLE" in fresh.refused(who)
    assert not fresh.root.exists()
    assert sorted(p.name for p in fresh.root.parent.iterdir()) == ["t"]


def test_who_goes_on(place: Place) -> None:
    """A reader's access is recorded, but what is new in the files is not entered; a stranger gets nothing."""
    change(place.records, "属实", "基本属实")
    for who in (READER, REVIEWER):
        done = place.again(who)
        assert "AUDIT-NOT-TAKEN" in [f.code for f in done.findings]
        assert done.records.forms[0].opinion == "属实"  # as taken, not as it lies in the folder
        assert all(p.is_file() for p in done.records.files.values())
    assert place.acts() == [*ACTS, "access", "access"]
    assert place.refused("路人") == ["AUDIT-NOT-IN-TEAM"]
    assert place.acts() == [*ACTS, "access", "access"]


def test_only_the_lead_changes_the_tenure(place: Place) -> None:
    change(place.tenure, f'who = "{READER}"\nrole = "reader"', f'who = "{READER}"\nrole = "lead"')
    assert place.refused(AUDITOR) == ["AUDIT-ROLE"]
    assert place.acts() == ACTS
    assert place.engagement.state().team[READER].role == "reader"
    place.again(LEAD)
    assert place.engagement.state().team[READER].role == "lead"
    assert faults(place.root) == []


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        (f'reviewer = "{REVIEWER}"', f'reviewer = "{AUDITOR}"', ["AUDIT-ROLE", "AUDIT-SAME-PERSON"]),
        (f'reviewer = "{REVIEWER}"', 'reviewer = "路人"', ["AUDIT-NOT-IN-TEAM"]),
        (f'preparer = "{AUDITOR}"', f'preparer = "{REVIEWER}"', ["AUDIT-ROLE"]),
        ('auditor = "审计员乙"\nmade_on = 2023-05-10', 'auditor = "示例封账人"\nmade_on = 2023-05-10', ["AUDIT-NOT-IN-TEAM", "AUDIT-COMPILER"]),
        ('grounds = "监督不到位"', "", ["AUDIT-NO-GROUNDS"]),
        ('replied_by = "组长甲"', f'replied_by = "{READER}"', ["AUDIT-ROLE"]),
    ],
)  # fmt: skip
def test_records_that_may_not_be_entered(place: Place, old: str, new: str, codes: list[str]) -> None:
    change(place.records, old, new)
    assert place.refused() == codes
    assert place.acts() == ACTS
    assert faults(place.root) == []


def test_refused_at_the_beginning_nothing_is_made(fresh: Place) -> None:
    change(fresh.records, f'reviewer = "{REVIEWER}"', f'reviewer = "{AUDITOR}"')
    assert fresh.refused() == ["AUDIT-ROLE", "AUDIT-SAME-PERSON"]
    assert sorted(p.name for p in fresh.root.parent.iterdir()) == ["t"]


def test_a_paper_changed_after_its_review(place: Place) -> None:
    change(place.records, "手续齐全", "手续不全")
    done = place.again()
    assert [f.code for f in done.findings if f.code == "AUDIT-REVIEW-STALE"] == ["AUDIT-REVIEW-STALE"]
    assert place.acts()[len(ACTS) + 1 :] == ["take", "paper"]
    assert [(p.conclusion, p.reviewer) for p in done.collected.papers] == [("手续不全", "")]
    change(place.records, "reviewed_on = 2023-05-13", "reviewed_on = 2023-05-20")
    done = place.again()
    assert [(p.reviewer, p.reviewed_on) for p in done.collected.papers] == [(REVIEWER, date(2023, 5, 20))]
    assert faults(place.root) == []


def test_a_record_that_is_gone_stays(place: Place) -> None:
    text = place.records.read_text(encoding="utf-8")
    place.records.write_text(text[: text.index("[[comment]]")], encoding="utf-8")
    done = place.again()
    assert [f.found for f in done.findings if f.code == "AUDIT-RECORD-GONE"] == ["C-1"]
    assert [c.id for c in done.collected.comments] == ["C-1"]


def test_a_refusal_to_seal_is_not_taken_back(place: Place) -> None:
    change(place.records, 'refused = "对面积有异议，拒绝签章"', 'opinion = "属实"')
    done = place.again()
    assert "AUDIT-RECORD-GONE" in [f.code for f in done.findings]
    assert [f.refused for f in done.collected.forms] == ["", "对面积有异议，拒绝签章"]


def test_a_file_that_is_gone_is_asked_for(place: Place) -> None:
    (place.tenure.parent / "events.csv").unlink()
    assert place.refused() == ["AUDIT-FILE-GONE"]
    assert place.acts() == ACTS


def test_the_tenure_must_be_that_of_the_engagement(place: Place) -> None:
    change(place.tenure, 'id = "garze-head"', 'id = "garze-other"')
    assert place.refused() == ["AUDIT-ENGAGEMENT-OTHER"]


@pytest.mark.parametrize("where", ["full", "file", "under a file", "in the book", "around the book"])
def test_where_no_engagement_can_stand(fresh: Place, tmp_path: Path, where: str) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "letter.txt").write_text("x", encoding="utf-8")
    roots = {
        "full": full,
        "file": full / "letter.txt",
        "under a file": full / "letter.txt" / "e",
        "in the book": fresh.book.root / "e",
        "around the book": fresh.book.root.parent,
    }
    before = hashes(fresh.book.root)
    code = "AUDIT-ENGAGEMENT-INSIDE" if "book" in where else "AUDIT-ENGAGEMENT-TAKEN"
    assert Place(fresh.book, fresh.tenure, roots[where]).refused() == [code]
    assert hashes(fresh.book.root) == before


def test_another_book(place: Place, ready: Ready, tmp_path: Path) -> None:
    """The same accounts in a book that was made anew are another book: its journal begins with another line."""
    copied = ready.copy(place.book, tmp_path / "book")
    lines = copied.journal_path.read_bytes().splitlines()
    copied.journal_path.write_bytes(b"")
    for line in lines:
        e = json.loads(line)
        data = {**e["data"], "source": "other"} if e["act"] == "init" else e["data"]
        journal.append(copied.journal_path, e["act"], e["who"], e["why"], data, copied.clock)
    other = Place(Book(copied.root), place.tenure, place.root)
    assert other.refused()  # the closings no longer fit the journal
    assert place.acts() == ACTS


def test_a_pack_in_place_of_its_book(place: Place, ready: Ready, tmp_path: Path) -> None:
    """An engagement that was begun on a book goes on with a pack of it, and one may begin on a pack."""
    pack = garze_pack(ready)
    before = hashes(pack)
    audit(pack, place.tenure, place.root, who=LEAD)
    assert place.acts() == [*ACTS, "access"]
    anchors = place.engagement.entries()[-1].data["anchors"]
    assert (anchors["kind"], len(anchors["pack"])) == ("pack", 64)  # type: ignore[index, call-overload]
    begun = audit(pack, place.tenure, tmp_path / "second", who=LEAD)
    assert [e.act for e in begun.engagement.entries()] == ACTS
    assert hashes(pack) == before
    assert faults(place.root) == faults(tmp_path / "second") == []


def test_every_fault_of_the_files_is_told_before_anything_is_opened(fresh: Place) -> None:
    change(fresh.tenure, 'kind = "party"', 'kind = "x"')
    change(fresh.tenure.parent / "events.csv", "R31", "R99")
    change(fresh.records, 'subject = "head"', 'subject = "x"')
    assert set(fresh.refused()) == {"CATALOG-FIELD-CHOICE", "AUDIT-ROW-UNKNOWN", "AUDIT-LINK"}
    assert not fresh.root.exists()


FIGURES = {
    "value_account/513300/2010/water_retention": "",
    "value_account/513300/2010/water_retention@13": "",
    "value_account/513300/2010#price": "",
    "gep_total/513300/2010#material": "",
    "green_gold_index/513300/2010": "",
    "value_account/513300/2010/no_service": "AUDIT-NO-FIGURE",
    "value_account/513301/2010/water_retention": "AUDIT-NO-FIGURE",
    "value_account/513300/2009/water_retention": "AUDIT-NO-FIGURE",
    "value_account/513300/2010-06/water_retention": "AUDIT-NO-FIGURE",
    "value_account/513300/2010/water_retention/profile=other": "AUDIT-NO-FIGURE",
    "asset_account/513300/2010/LA-01/R40/C02": "AUDIT-NO-FIGURE",
    "gep_total/513300/2010@12": "AUDIT-FIGURE-VINTAGE",
}


def test_figures_of_evidence_are_figures_of_the_source(place: Place) -> None:
    done = place.again()
    form = done.records.forms[0]
    told = {figure: [f.code for f in check_figures(done.source, [replace(form, figures=(figure,))], {})] for figure in FIGURES}
    assert told == {figure: [code] if code else [] for figure, code in FIGURES.items()}
    change(place.records, "value_account/513300/2010/water_retention", "value_account/513300/2010/no_service")
    assert place.refused() == ["AUDIT-NO-FIGURE"]
    assert place.acts() == [*ACTS, "access"]


def test_acts_in_ones_own_name(place: Place) -> None:
    paper = place.engagement.state().of("paper")["P-1"]
    review = {"reviewer": REVIEWER, "review": "再次同意", "reviewed_on": "2023-06-01", "of": fingerprint(paper)}
    place.engagement.act("review", {"id": "P-1", "record": review}, who=REVIEWER)
    with pytest.raises(Refused, match="AUDIT-FOR-ANOTHER"):
        place.engagement.act("review", {"id": "P-1", "record": review}, who=LEAD)
    forged = {"file": "records/all.toml", "sha256": "0" * 64}
    with pytest.raises(Refused, match="AUDIT-FOR-ANOTHER"):
        place.engagement.act("review", {"id": "P-1", "record": review, "from": forged}, who=LEAD)
    with pytest.raises(Refused, match="AUDIT-REVIEW-OTHER"):
        place.engagement.act("review", {"id": "P-1", "record": {**review, "of": "0" * 64}}, who=REVIEWER)
    with pytest.raises(Refused, match="AUDIT-NO-GROUNDS"):
        place.engagement.act(
            "responsibility", {"id": "Q-1", "record": {"responsibility": "direct", "subject": "head"}}, who=AUDITOR
        )
    with pytest.raises(Refused, match="AUDIT-ROLE"):
        place.engagement.act("comment", {"id": "C-2", "record": {}}, who=READER)
    assert faults(place.root) == []


def test_rectification_needs_another_person(place: Place) -> None:
    def step(state: str, by: str, **more: Any) -> None:
        record = to_plain(Step("Q-1", state, by, date(2023, 9, 1), **more))
        place.engagement.act("step", {"id": "Q-1", "record": record}, who=AUDITOR)

    step("SUBMITTED", "自然资源局甲", done=Decimal("12.5"), evidence="approval.txt")
    with pytest.raises(Refused, match="RECTIFICATION-SAME-PERSON"):
        step("VERIFIED", "自然资源局甲")
    with pytest.raises(Refused, match="RECTIFICATION-ORDER"):
        step("CLOSED", "审计局丁")
    step("VERIFIED", "审计局丁", evidence="approval.txt")
    step("CLOSED", "审计局丁", evidence="approval.txt")
    assert [s["state"] for s in place.engagement.state().steps] == ["IN_PROGRESS", "SUBMITTED", "VERIFIED", "CLOSED"]
    assert faults(place.root) == []


def test_the_seal(place: Place) -> None:
    with pytest.raises(Refused, match="AUDIT-ROLE"):
        place.engagement.seal(who=AUDITOR)
    change(place.records, "手续齐全", "手续不全")
    place.again()
    with pytest.raises(Refused, match="AUDIT-UNREVIEWED"):
        place.engagement.seal(who=LEAD)
    change(place.records, "reviewed_on = 2023-05-13", "reviewed_on = 2023-05-20")
    place.again()
    sealed = place.engagement.seal(who=LEAD, why="报告已签发")
    assert place.engagement.state().sealed == sealed.seq
    place.again()  # nothing new: only the access
    change(place.records, 'issue = "补充耕地未完成"', 'issue = "无"')
    assert place.refused() == ["AUDIT-SEALED"]
    change(place.records, 'issue = "无"', 'issue = "补充耕地未完成"')
    more = '\n[[step]]\nproblem = "Q-1"\nstate = "SUBMITTED"\nby = "自然资源局甲"\non = 2023-10-01\ndone = "12.5"\nevidence = "approval.txt"\n'
    place.records.write_text(place.records.read_text(encoding="utf-8") + more, encoding="utf-8")
    place.again()
    assert place.acts()[-1] == "step"
    with pytest.raises(Refused, match="AUDIT-SEALED"):
        place.engagement.seal(who=LEAD)
    assert faults(place.root) == []


def _append(root: Path, name: str, text: str) -> None:
    with (root / name).open("a", encoding="utf-8") as stream:
        stream.write(text)


def _taken(root: Path) -> Path:
    return sorted((root / "taken").iterdir())[0]


TAMPER: dict[str, tuple[Callable[[Path], object], str]] = {
    "manifest changed": (lambda r: change(r / "engagement.json", "garze-head", "garze-tail"), "VERIFY-HASH"),
    "manifest gone": (lambda r: (r / "engagement.json").unlink(), "AUDIT-ENGAGEMENT-MISSING"),
    "manifest no JSON": (lambda r: (r / "engagement.json").write_text("{", encoding="utf-8"), "AUDIT-ENGAGEMENT-SCHEMA"),
    "file changed": (lambda r: _append(r, f"taken/{_taken(r).name}", "#"), "VERIFY-HASH"),
    "file gone": (lambda r: _taken(r).unlink(), "VERIFY-HASH"),
    "file added": (lambda r: _append(r, "taken/x.toml", "#"), "AUDIT-FILE-EXTRA"),
    "folder added": (lambda r: (r / "notes").mkdir(), "AUDIT-FILE-EXTRA"),
    "evidence changed": (lambda r: _append(r, f"evidence/{next((r / 'evidence').iterdir()).name}", "#"), "VERIFY-HASH"),
    "tenure changed": (lambda r: change(r / "tenure.toml", "2010-02-01", "2010-03-01"), "VERIFY-HASH"),
    "entry changed": (lambda r: change(r / "journal.jsonl", "监督不到位", "监督到位"), "LEDGER-JOURNAL-HASH"),
    "journal gone": (lambda r: (r / "journal.jsonl").unlink(), "LEDGER-JOURNAL-MISSING"),
}  # fmt: skip


@pytest.mark.parametrize("kind", TAMPER)
def test_tampering_is_named(place: Place, kind: str) -> None:
    tamper, code = TAMPER[kind]
    tamper(place.root)
    assert code in faults(place.root)


def test_a_line_cut_from_the_end_shows_against_an_anchor(place: Place) -> None:
    last = place.engagement.entries()[-1]
    lines = (place.root / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (place.root / "journal.jsonl").write_bytes(b"".join(lines[:-1]))
    assert faults(place.root) == []
    assert [f.code for f in verify_engagement(place.root, {last.seq: last.hash.sha256})] == ["LEDGER-JOURNAL-ANCHOR"]


@pytest.mark.parametrize(
    ("act", "who", "code"),
    [("evidence_form", READER, "AUDIT-ROLE"), ("access", "路人", "AUDIT-NOT-IN-TEAM"), ("access", "示例封账人", "AUDIT-COMPILER"), ("burn", LEAD, "AUDIT-ACT-UNKNOWN"), ("step", LEAD, "AUDIT-ACT-FORM"), ("paper", LEAD, "AUDIT-LINK")],
)  # fmt: skip
def test_an_entry_written_past_the_rules_is_named(place: Place, act: str, who: str, code: str) -> None:
    """Whoever appends to the journal with a sound chain, but without the right to, is found when it is verified."""
    data: dict[str, object] = {
        "id": "x",
        "record": {"auditor": who},
        "from": {"file": "x", "sha256": "0"} if act == "paper" else {},
    }
    journal.append(place.engagement.journal_path, act, who, "", data, place.engagement.clock)
    assert code in faults(place.root)


def test_a_torn_line_is_set_aside(place: Place) -> None:
    with place.engagement.journal_path.open("ab") as stream:
        stream.write(b'{"act":"pap')
    done = place.again()
    assert "BOOK-TORN" in [f.code for f in done.findings]
    assert faults(place.root) == []


def test_two_writers(place: Place) -> None:
    with (
        FileLock(place.root / ".lock"),
        pytest.raises(Refused, match="AUDIT-LOCKED"),
        engagements.locked(place.engagement, wait=0.05),
    ):
        raise AssertionError
    assert place.acts() == ACTS


@pytest.mark.parametrize("after", [8])
def test_a_disk_that_fails_in_the_middle(fresh: Place, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """What was entered stays, what was not is entered the next time; the result is the same as without the failure."""
    whole, count = journal.append, 0

    def failing(path: Path, *args: Any, **more: Any) -> Any:
        nonlocal count
        count += 1
        if count > after:
            raise NotWritten(OSError(28, "No space left on device"), path)
        return whole(path, *args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(engagements.journal, "append", failing)
        with pytest.raises(OSError, match="No space"):
            fresh.again()
    assert len(fresh.acts()) == after
    assert faults(fresh.root) == [] or set(faults(fresh.root)) == {"AUDIT-FILE-EXTRA"}
    fresh.again()
    assert [a for a in fresh.acts() if a != "access"] == [a for a in ACTS if a != "access"]
    assert faults(fresh.root) == []


def test_every_act_has_roles_and_every_record_comes_back() -> None:
    assert {"open", "access", "take", "seal", "reply", "refuse_seal", "responsibility"} <= MAY.keys()
    step = Step("Q", "SUBMITTED", "甲", date(2023, 1, 2), Decimal("1.50"), "x", "y")
    assert from_plain(Step, json.loads(json.dumps(to_plain(step)))) == step
    assert state_of(()) == State()
    assert TENURE.startswith("schema = 1")
