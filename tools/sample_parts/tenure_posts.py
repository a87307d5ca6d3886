"""Who held which post of the example upper county and when, who audits, and what the three engagements are of. All made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gep.base.records import Names
from gep.workflow.audit.records import Bridge, Member, Method, Subject, Tenure
from tools.sample_parts.place import CODES, UPPER

REGION = CODES[UPPER]
HEAD = Names("示例上游县县长", "Head of Example Upper County")
ACTING = Names("主持县政府工作的副县长", "Deputy acting as county head")
SECRETARY = Names("中共示例上游县委书记", "Party secretary of Example Upper County")
FIRST, LAST = date(2016, 1, 1), date(2023, 1, 1)  # the days that the book covers; the last one is the day after
APPOINTED, HANDOVER, LEFT, FILLED = date(2018, 5, 10), date(2020, 7, 1), date(2022, 3, 1), date(2022, 4, 15)
MOVED_ON = date(2022, 9, 20)
HEAD_2016, HEAD_2020, HEAD_2022 = "upper-head-2016", "upper-head-2020", "upper-head-2022"
PARTY, PARTY_2022 = "upper-secretary", "upper-secretary-2022"
STILL = "在任，账册只到 2022 年末（示例数据）"  # the end of the last terms is that of the book, not of the term


def fictitious(name: str) -> str:
    """A document that does not exist."""
    return f"示例文件（虚构）：{name}"


def _subject(name: str, post: Names, kind: str, start: date, end: date, *, document: str, who: str = "") -> Subject:
    party = kind == "party"
    return Subject(name, post, "party" if party else "government", start, end, post is ACTING, who, document)


SUBJECTS = (
    _subject(HEAD_2016, HEAD, "government", FIRST, HANDOVER, document=fictitious("示例县人大〔2016〕1 号"), who="示例甲"),
    _subject(HEAD_2020, HEAD, "government", HANDOVER, LEFT, document=fictitious("示例县人大〔2020〕9 号")),
    _subject("upper-acting-2022", ACTING, "government", LEFT, FILLED, document=fictitious("示例市委组〔2022〕7 号")),
    _subject(HEAD_2022, HEAD, "government", FILLED, LAST, document=fictitious(f"示例县人大〔2022〕3 号；{STILL}")),
    _subject("upper-secretary-2016", SECRETARY, "party", FIRST, APPOINTED, document=fictitious("示例市委组〔2015〕31 号")),
    _subject(PARTY, SECRETARY, "party", APPOINTED, MOVED_ON, document=fictitious("示例市委组〔2018〕12 号")),
    _subject(PARTY_2022, SECRETARY, "party", MOVED_ON, LAST, document=fictitious(f"示例市委组〔2022〕26 号；{STILL}")),
)

LEAD, AUDITOR_A, AUDITOR_B, REVIEWER = "示例审计组长", "示例审计员甲", "示例审计员乙", "示例审计复核人"
TEAM = (Member(LEAD, "lead"), Member(AUDITOR_A, "auditor"), Member(AUDITOR_B, "auditor"), Member(REVIEWER, "reviewer"))
# volumes grow through the year, so a volume in the middle of it is put between two year-ends; everything else is not interpolated
METHODS: Mapping[str, Method] = {"FT-01.V": "INTERP"}
PROFILE, SCHEME = "sample", "assets"
# the new surveys have figures of one year-end on both sides; of the minerals reclassified in 2020 nobody handed any in
SURVEYED = ((2019, "FT-01"), *((2020, table) for table in ("LA-01", "LQ-01", "LQ-02", "FT-01", "WL-01", "FS-01")))
BRIDGES = tuple(Bridge(year, table, fictitious(f"{table} 新旧口径 {year - 1} 年末数衔接表")) for year, table in SURVEYED)
EVALUATION, ZONE = "county-example", "key_ecological"


@dataclass(frozen=True)
class Engagement:
    """One audit: its tenure, which events it knows (by effect, half-open), and the day its red-line file was handed over."""

    tenure: Tenure
    since: date
    until: date
    delivered: date

    @property
    def id(self) -> str:
        return self.tenure.id


def _engagement(audited: str, started: date, document: str, focus: int | None, known: tuple[date, date]) -> Engagement:
    subject = next(s for s in SUBJECTS if s.id == audited)
    term = (subject.start, subject.end)
    names = Names(
        "{}离任审计，{} 至 {}（示例数据）".format(subject.post.zh, *term),
        "{}, {} to {} (made-up data)".format(subject.post.en, *term),
    )
    tenure = Tenure(
        id=audited, names=names, region=REGION, subjects=SUBJECTS, audited=(audited,), team=TEAM, profile=PROFILE, scheme=SCHEME,
        evaluation=EVALUATION, zone=ZONE, methods=METHODS, started=started, focus=focus, document=fictitious(document),
        illustrative=True, bridges=BRIDGES,
    )  # fmt: skip
    return Engagement(tenure, *known, delivered=started)


# events of whole years: an undated flow is what is left of the flow of a year when all its dated events are taken off
ENGAGEMENTS = (
    _engagement(HEAD_2016, date(2021, 4, 12), "示例市审通〔2021〕5 号", 3, (FIRST, date(2021, 1, 1))),
    _engagement(HEAD_2020, date(2022, 5, 9), "示例市审通〔2022〕3 号", None, (date(2020, 1, 1), LAST)),
    _engagement(PARTY, date(2022, 10, 10), "示例市审通〔2022〕9 号", 3, (date(2018, 1, 1), LAST)),
)
