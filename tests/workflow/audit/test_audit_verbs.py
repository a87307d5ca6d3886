"""Acts on an engagement without a file: in one's own name, with every reason against them, and none of them taken back by a file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from gep.base.findings import Refused
from gep.cli import app
from gep.ledger.journal import Entry
from gep.workflow.audit import verbs
from gep.workflow.audit.acts import collected
from gep.workflow.audit.engagement import Engagement, verify_engagement
from gep.workflow.audit.records import Step
from gep.workflow.audit.run import audit
from tests.ready import Ready
from tests.workflow.audit.engaged import AUDITOR, LEAD, READER, RECORDS, REVIEWER, change, closed_garze, tenure_folder

DAY = date(2023, 9, 1)
UNANSWERED = RECORDS.replace('accepted = false\nreply = "图斑面积为准"\nreplied_by = "组长甲"\n', "")
UNREVIEWED = UNANSWERED.replace('reviewer = "复核人丙"\nreview = "同意"\nreviewed_on = 2023-05-13\n', "")


@dataclass(frozen=True)
class Place:
    """An engagement whose paper is not reviewed and whose comment is not answered, to be changed."""

    root: Path
    tenure: Path
    source: Path

    @property
    def engagement(self) -> Engagement:
        return Engagement(self.root)

    def again(self) -> list[str]:
        """Bring it up to its files once more; what is told."""
        return [f.code for f in audit(self.source, self.tenure, self.root, who=LEAD).findings]


@pytest.fixture
def place(ready: Ready, tmp_path: Path) -> Place:
    book = closed_garze(ready)

    def make(folder: Path) -> None:
        audit(book.root, tenure_folder(folder / "t", records=UNREVIEWED), folder / "e", who=LEAD)

    made, _ = ready.made("garze-engagement-unreviewed", make)
    shutil.copytree(made, tmp_path / "p")
    return Place(tmp_path / "p" / "e", tmp_path / "p" / "t" / "tenure.toml", book.root)


def refused(act: Callable[[], Entry]) -> list[str]:
    with pytest.raises(Refused) as told:
        act()
    assert all(f.text("zh") and f.mend("en") for f in told.value.findings)
    return [f.code for f in told.value.findings]


def test_from_the_draft_to_the_seal(place: Place) -> None:
    e = place.engagement
    assert refused(lambda: verbs.seal(e, who=LEAD)) == ["AUDIT-UNREVIEWED", "AUDIT-UNANSWERED"]
    assert refused(lambda: verbs.review(e, "P-1", "同意", DAY, who=AUDITOR)) == ["AUDIT-ROLE", "AUDIT-SAME-PERSON"]
    assert refused(lambda: verbs.review(e, "P-1", " ", date(2023, 5, 1), who=REVIEWER)) == [
        "AUDIT-NO-GROUNDS",
        "AUDIT-REVIEW-BEFORE",
    ]
    verbs.review(e, "P-1", "同意", DAY, who=REVIEWER)
    assert refused(lambda: verbs.reply(e, "C-9", accepted=True, text="", who=LEAD)) == ["AUDIT-NO-GROUNDS", "AUDIT-LINK"]
    verbs.reply(e, "C-1", accepted=False, text="图斑面积为准", who=LEAD)
    assert refused(lambda: verbs.seal(e, who=AUDITOR)) == ["AUDIT-ROLE"]
    sealed = verbs.seal(e, who=LEAD, why="报告已签发")
    held = verbs.overview(e, DAY)
    assert (held.sealed, held.unreviewed, held.unanswered) == (sealed.seq, (), ())
    assert refused(lambda: verbs.withdraw(e, "comment", "C-1", "重复", DAY, who=LEAD)) == ["AUDIT-SEALED"]
    verbs.sign(e, verbs.Given("head", "witness", "王五", DAY), who=LEAD)  # ledgers are signed after the report too
    assert verify_engagement(place.root) == ()


def test_what_was_recorded_is_not_missed_in_the_files_and_not_taken_back_by_them(place: Place) -> None:
    e = place.engagement
    verbs.review(e, "P-1", "同意", DAY, who=REVIEWER)
    verbs.reply(e, "C-1", accepted=True, text="采纳", who=LEAD)
    verbs.sign(e, verbs.Given("head", "out", "张三", DAY), who=AUDITOR)
    before = collected(e.state())
    assert "AUDIT-RECORD-GONE" not in place.again()
    assert collected(e.state()) == before
    assert (before.papers[0].reviewer, before.comments[0].accepted) == (REVIEWER, True)


def test_a_file_that_did_not_change_does_not_answer_again(place: Place) -> None:
    """The file says that the comment is not accepted; the lead accepts it later. Only another wording of the file is newer."""
    records = place.tenure.parent / "records" / "all.toml"
    records.write_text(RECORDS, encoding="utf-8")
    place.again()
    assert collected(place.engagement.state()).comments[0].accepted is False
    verbs.reply(place.engagement, "C-1", accepted=True, text="采纳", who=LEAD)
    place.again()
    assert collected(place.engagement.state()).comments[0].accepted is True
    change(records, "图斑面积为准", "以复测面积为准")
    place.again()
    held = collected(place.engagement.state()).comments[0]
    assert (held.accepted, held.reply) == (False, "以复测面积为准")


def test_a_record_of_a_file_that_is_gone_is_told_until_it_is_withdrawn(place: Place) -> None:
    records = place.tenure.parent / "records" / "all.toml"
    whole = records.read_text(encoding="utf-8")
    records.write_text(whole[: whole.index("[[comment]]")], encoding="utf-8")
    assert "AUDIT-RECORD-GONE" in place.again()
    verbs.withdraw(place.engagement, "comment", "C-1", "意见人撤回", DAY, who=AUDITOR)
    assert "AUDIT-RECORD-GONE" not in place.again()
    held = collected(place.engagement.state())
    assert (held.comments, [w.id for w in held.withdrawn]) == ((), ["comment:C-1"])
    assert place.engagement.state().of("comment")["C-1"]["by"] == "州政府"  # the journal keeps it


def test_withdrawing_by_a_file(place: Place) -> None:
    added = '\n[[withdraw]]\nkind = "problem"\nof = "Q-1"\nby = "审计员乙"\non = 2023-09-01\ngrounds = "事实有误"\n'
    path = place.tenure.parent / "records" / "withdrawn.toml"
    path.write_text(added, encoding="utf-8")
    place.again()
    held = collected(place.engagement.state())
    assert (held.problems, held.steps) == ((), ())  # the steps of a problem go with it
    assert verify_engagement(place.root) == ()
    place.again()
    assert [e.act for e in place.engagement.entries()].count("withdraw") == 1
    change(path, "事实有误", "数据有误")
    place.again()
    assert [w.grounds for w in collected(place.engagement.state()).withdrawn] == ["数据有误"]


def test_nothing_is_withdrawn_that_others_rest_on(place: Place) -> None:
    e = place.engagement
    for kind, name, code in (
        ("evidence_form", "E-1", "AUDIT-WITHDRAW-USED"), ("paper", "P-1", "AUDIT-WITHDRAW-USED"), ("paper", "P-9", "AUDIT-LINK"),
    ):  # fmt: skip
        assert refused(lambda kind=kind, name=name: verbs.withdraw(e, kind, name, "x", DAY, who=LEAD)) == [code]  # type: ignore[misc]
    assert refused(lambda: verbs.withdraw(e, "problem", "Q-1", " ", DAY, who=LEAD)) == ["AUDIT-NO-GROUNDS"]
    verbs.withdraw(e, "problem", "Q-1", "事实有误", DAY, who=LEAD)
    assert refused(lambda: verbs.withdraw(e, "problem", "Q-1", "事实有误", DAY, who=LEAD)) == ["AUDIT-TWICE"]
    verbs.withdraw(e, "paper", "P-1", "重做", DAY, who=LEAD)  # the problem that rested on it is gone
    verbs.reply(e, "C-1", accepted=True, text="删去", who=LEAD)
    verbs.seal(e, who=LEAD)  # a paper that was withdrawn needs no review
    assert verify_engagement(place.root) == ()


def test_a_step_is_verified_by_another_with_evidence_that_is_there(place: Place) -> None:
    e = place.engagement

    def step(state: str, who: str, by: str = "", **more: Any) -> Entry:
        return verbs.step(e, Step("Q-1", state, by, DAY, **more), who=who)

    step("SUBMITTED", AUDITOR, evidence="approval.txt")
    assert refused(lambda: step("VERIFIED", AUDITOR)) == ["RECTIFICATION-SAME-PERSON"]
    assert refused(lambda: step("VERIFIED", LEAD, evidence="nowhere.pdf")) == ["AUDIT-LINK"]
    assert refused(lambda: step("VERIFIED", READER)) == ["AUDIT-ROLE"]
    compiler = next(iter(e.state().compilers.values()))[0].split()[0]
    maker = next(iter(e.state().compilers))
    assert compiler
    assert refused(lambda: step("VERIFIED", LEAD, by=maker)) == ["AUDIT-COMPILER"]
    step("VERIFIED", LEAD, evidence="approval.txt")
    step("CLOSED", LEAD)
    held = verbs.overview(e, date(2024, 1, 1))
    assert [(s.state, s.overdue) for s in held.problems] == [("CLOSED", False)]


@pytest.mark.parametrize(("day", "over"), [(date(2023, 12, 31), 0), (date(2024, 1, 1), 1), (date(2024, 1, 31), 31)])
def test_overdue_is_worked_out_for_the_day_asked(place: Place, day: date, over: int) -> None:
    (s,) = verbs.overview(place.engagement, day).problems
    assert (s.overdue, s.days_over) == (over > 0, over)


def test_signatures_are_of_the_audited_term_and_after_it(place: Place) -> None:
    e = place.engagement
    given = verbs.Given("secretary", "out", "张三", date(2010, 1, 1))
    assert refused(lambda: verbs.sign(e, given, who=AUDITOR)) == ["AUDIT-LINK"]
    early = verbs.Given("head", "out", "张三", date(2010, 11, 15))
    assert refused(lambda: verbs.sign(e, early, who=READER)) == ["AUDIT-DAY-ORDER", "AUDIT-ROLE"]
    verbs.sign(e, verbs.Given("head", "out", "张三", DAY, refused="数字有误"), who=AUDITOR)
    verbs.sign(e, verbs.Given("head", "out", "张三", DAY), who=AUDITOR)
    assert refused(lambda: verbs.sign(e, verbs.Given("head", "out", "张三", DAY), who=AUDITOR)) == ["AUDIT-TWICE"]
    assert [s.id for s in collected(e.state()).open.signatures] == ["head-out-1", "head-out-2"]


# ---- on the command line


def gep(*args: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args], env={"GEP_LANG": "en"})


def test_the_commands(place: Place) -> None:
    run = [
        ("review", "P-1", "agreed", "--on", "2023-09-01", "--as", REVIEWER),
        ("reply", "C-1", "as surveyed", "--decline", "--as", LEAD),
        ("refuse", "E-1", "--why", "not our figure", "--as", AUDITOR),
        ("step", "Q-1", "SUBMITTED", "--by", "自然资源局甲", "--evidence", "approval.txt", "--on", "2023-09-01", "--as", AUDITOR),
        ("sign", "head", "--role", "in", "--name", "李四", "--refused", "too early", "--on", "2023-09-02", "--as", LEAD),
        ("withdraw", "evidence_form", "E-2", "--why", "void", "--as", LEAD),
        ("seal", "--why", "signed", "--as", LEAD),
    ]
    codes = {}
    for verb, *rest in run:
        shown = gep("engagement", verb, place.root, *rest)
        codes[verb] = shown.exit_code
        assert shown.exception is None or isinstance(shown.exception, SystemExit), shown.output
    assert codes == {verb: int(verb == "withdraw") for verb, *_ in run}  # E-2 is what the paper rests on
    shown = gep("engagement", "show", place.root, "--on", "2024-01-31", "--json")
    body = json.loads(shown.stdout)["result"]
    assert (body["unreviewed"], body["unanswered"], body["withdrawn"]) == ([], [], [])
    assert body["problems"] == [{"id": "Q-1", "state": "SUBMITTED", "overdue": True, "days_over": 31}]
    assert [(s["role"], s["refused"]) for s in body["signatures"]] == [("in", "too early")]
    assert body["records"]["step"] == 2
    for lang, word in (("zh", "封存"), ("en", "sealed with entry")):
        assert word in gep("engagement", "show", place.root, "--lang", lang).stdout
    assert verify_engagement(place.root) == ()


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("sign", "{}", "head", "--role", "boss", "--name", "x"), 2), (("step", "{}", "Q-1", "OVERDUE"), 2),
        (("step", "{}", "Q-1", "SUBMITTED", "--done", "much"), 2), (("withdraw", "{}", "step", "1", "--why", "x"), 2),
        (("reply", "{}", "C-1", "x"), 2), (("seal", "no-such-folder"), 1), (("show", "{}", "--on", "yesterday"), 2),
        (("step", "{}", "Q-9", "SUBMITTED", "--as", AUDITOR), 1), (("review", "{}", "P-9", "x", "--as", REVIEWER), 1),
        (("refuse", "{}", "E-9", "--why", "x", "--as", AUDITOR), 1), (("seal", "{}", "--as", ""), 1),
    ],
)  # fmt: skip
def test_misuse_is_told_and_no_traceback(place: Place, args: tuple[str, ...], code: int) -> None:
    shown = gep("engagement", *(a.format(place.root) for a in args))
    assert shown.exit_code == code, shown.output
    assert "Traceback" not in shown.output
