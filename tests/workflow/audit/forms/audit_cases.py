"""Results of an audit for the tests of its ledgers: the worked check of a hand-made book, and a term of the two-year sample city."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

from gep.accounts.redline import compare
from gep.accounts.redline_patches import Activity, Patch
from gep.accounts.scoring import Scored, score
from gep.accounts.scoring_items import Entry, Reading, ScoredEvent, Window
from gep.base.records import Names, key_of
from gep.book import Book
from gep.report.audit import AuditPaper
from gep.report.form import Form, decimal_of, evaluate
from gep.workflow.audit.acts import Collected
from gep.workflow.audit.annual import Years, read_years
from gep.workflow.audit.forms.case import Case, Results, TermResult
from gep.workflow.audit.records import Comment, Event, EvidenceForm, Method, Paper, Problem, Step, Subject, Suspicion, Tenure
from gep.workflow.audit.suspicions import Judged, Unassessed
from gep.workflow.audit.term_ground import ground
from gep.workflow.audit.term_plan import term_account
from tests.accounts.scores import EVENTS, GRADES, SEVERITIES, block, deduct, ratio
from tests.ready import CITY_YEARS, Ready
from tests.workflow.audit.forms.open_cases import OPEN, WITHDRAWN
from tests.workflow.audit.terms import subject, tenure, years

SCHEME, COUNTY = "assets", "990121"
FARM = key_of({"la01": "C02"})
EMPTY = Collected((), (), (), (), ())
ON = date(2018, 6, 30)

# departure-audit.md section 6: cultivated land 100, 98, 97, 97.5 at the ends of 2019 to 2022; 2.4 of the fall of 3 is a new survey
WORKED = {
    f"{COUNTY} LA-01.{row} la01:C02 {year}": amount
    for year, cells in {
        2019: {"R40": "100"},
        2020: {"R10": "100", "R21": "0", "R31": "0.4", "R33": "1.6", "R40": "98"},
        2021: {"R10": "98", "R21": "0", "R31": "0.2", "R33": "0.8", "R40": "97"},
        2022: {"R10": "97", "R21": "0.5", "R31": "0", "R33": "0", "R40": "97.5"},
    }.items()
    for row, amount in (dict.fromkeys(("R22", "R23", "R32"), "0") | cells).items()
}


def worked(book: Book, method: Method = "NEAREST", events: Sequence[Event] = ()) -> Case:
    """Leader X of section 6, [2020-07-01, 2022-03-01), over hand-made annual figures in the tables of a real book."""
    s = subject("2020-07-01", "2022-03-01")
    made = tenure(COUNTY, s, method=method)
    annual = years(book.catalog.measures, WORKED, scheme=SCHEME)
    g = ground(book, made, SCHEME, events=events, years=annual)
    results = Results(made, g, (TermResult(s, term_account(g, s)),), EMPTY, ON)
    return Case(results, results.terms[0])


# ---- a term of the sample city, 2016-07-01 to 2017-10-01, with what auditors collect


PROBLEMS = (
    Problem("p1", "示例报告 1", "占用耕地", "w1", "局", "局长", "Y", "immediate", date(2017, 6, 30), amount=Decimal("10"),
            amount_unit="公顷", responsibility="direct", grounds="批示", subject="X", found_on=date(2017, 1, 10)),
    Problem("p2", "示例报告 1", "手续未办", "", "局", "局长", "Y", "continuing", None, subject="X", found_on=date(2018, 1, 5)),
)  # fmt: skip
STEPS = (
    Step("p1", "IN_PROGRESS", "局", date(2017, 2, 1), Decimal("4")),
    Step("p1", "SUBMITTED", "局", date(2018, 3, 1), Decimal("7"), evidence="a.txt"),
)
FORMS = (
    EvidenceForm("e1", "局", "耕地", "占用 10 公顷", (f"asset_account/{COUNTY}/2017/LA-01/R31/C02/human",), (("a.txt", 2),), "甲",
                 date(2018, 2, 1), opinion="属实", paper="w1"),
    EvidenceForm("e2", "局", "红线", "没有记录", (), (), "甲", date(2018, 2, 2), refused="不认可", paper="w1"),
)  # fmt: skip
PAPERS = (
    Paper(
        "w1", "耕地", "核对", "占用", "土地管理法", "成立", ("e1", "e2"), "甲", date(2018, 3, 1), "乙", "同意", date(2018, 3, 2)
    ),
)
COMMENTS = (
    Comment("c1", "p1", "原县长", date(2018, 5, 1), "不是本人批准", False, "有批示", "甲"),
    Comment("c2", "draft", "县政府", date(2018, 5, 2), "没有意见"),
)
COLLECTED = Collected(FORMS, PAPERS, PROBLEMS, STEPS, COMMENTS, open=OPEN, withdrawn=WITHDRAWN)
FOREVER = date.max
PATCHES = (
    Patch("A", "v1", COUNTY, "水源", Decimal("10"), "km2", date(2016, 1, 1), date(2017, 5, 31), Decimal("90"), Decimal("70")),
    Patch("A", "v1", COUNTY, "水源", Decimal("9.5"), "km2", date(2017, 6, 1), FOREVER, Decimal("90"), Decimal("72"),
          activities=(Activity("采石", Decimal("3"), legal=False, issue="p1"),)),
    Patch("B", "v1", COUNTY, "水源", Decimal("5"), "km2", date(2016, 1, 1), date(2017, 5, 31), Decimal("80")),
    Patch("B", "v1", COUNTY, "水源", Decimal("5.5"), "km2", date(2017, 6, 1), FOREVER, Decimal("81")),
)  # fmt: skip
JUDGED = Judged(
    (Suspicion("arable", Names("耕地", "Arable"), COUNTY, "LA-01.R31 2017", "1", "0", "1",
               (f"asset_account/{COUNTY}/2017/LA-01/R31/C02",), Names("核查", "Look")),),
    (Unassessed("ore", Names("矿", "Ore"), ("MN-01",), False),), 7,
)  # fmt: skip


def sample_events() -> tuple[Event, ...]:
    """One felling decided before the term with effect in it, one decided in it that takes effect after it."""
    key = key_of({"la01": "C02"})
    one = Event(
        "E1", COUNTY, "LA-01", "R31", key, Decimal("3"), "亩", date(2016, 5, 1), date(2017, 3, 1), "W", "local_human", "批文"
    )
    two = Event("E2", COUNTY, "LA-01", "R31", key, Decimal("0.5"), "hm2", date(2017, 4, 1), date(2017, 11, 1), "X", "local_human")
    return (one, two)


def sample_tenure() -> tuple[Tenure, Subject]:
    three = [
        subject("2016-01-01", "2016-07-01", "W"),
        subject("2016-07-01", "2017-10-01"),
        subject("2017-10-01", "2018-01-01", "Y"),
    ]
    made = tenure(COUNTY, *three, LA_01="INTERP")
    return replace(made, audited=("X",), profile="sample", document="示例文件（虚构）"), three[1]


def sample(book: Book, annual: Years | None = None) -> Case:
    """The case of the middle leader of three, with everything that the ledgers show."""
    made, s = sample_tenure()
    g = ground(book, made, SCHEME, events=sample_events(), years=annual or read_years(book, SCHEME))
    term = TermResult(s, term_account(g, s), compare(PATCHES, s.start, s.end), scored(), JUDGED)
    files = {("problem", "p1"): "records/problems.toml", ("evidence_form", "e1"): "records/evidence_forms.toml"}
    results = Results(made, g, (term,), COLLECTED, ON, (), PATCHES, files)
    return Case(results, term)


def sample_of(ready: Ready) -> Case:
    """That of the ready city, made once in a process: nobody changes it."""
    return _sample_at(ready.book("sample-city", CITY_YEARS).root)


@cache
def _sample_at(root: Path) -> Case:
    return sample(Book(root))


def scored() -> Scored:
    """Points lost to events, 80/100 by a ratio, one item without a figure: worked out by hand in the tests."""
    from gep.base.score_rules import Evaluation

    scheme = Evaluation(
        id="hand", names=Names("手算", "By hand"), version="1", status="illustrative", source="made up", locator="-",
        total=Fraction(100), grades=GRADES, missing="redistribute", severities=SEVERITIES, events=EVENTS, places=2,
        blocks=(
            block("a", 60, deduct("land_use", 40, general=3), ratio("near", 19.5), ratio("gone", 0.5)),
            block("b", 40, ratio("full", 40)),
        ),
    )  # fmt: skip
    window = Window(date(2016, 7, 1), date(2017, 10, 1), date(2016, 7, 1))
    readings = {"near.R40 closing": Reading(Fraction(80), "hm2"), "full.R40 closing": Reading(Fraction(120), "hm2")}
    happened = [ScoredEvent("p1", "land", "general", date(2017, 1, 1), "local_human", count=Fraction(2), evidence=("e1",))]
    return score(scheme, "", window, readings, happened, [Entry("land_use", "examined")])


# ---- what holds of every ledger


def unsourced(form: Form) -> list[tuple[str, str]]:
    """The numbers that neither name a source nor are made of cells."""
    return [
        (line.code, column.code) for line, column, c in form.cells() if c.kind == "number" and not c.figures and c.made is None
    ]


def untrue(form: Form) -> list[tuple[str, str]]:
    """The cells that are not what their formula gives."""
    wrong = []
    for line, column, cell in form.cells():
        if cell.made is None:
            continue
        parts = [form.at[t.ref.line, t.ref.column].exact for t in cell.made.terms]
        found = evaluate(cell.made, [p for p in parts if p is not None]) if None not in parts else None
        if cell.exact is None or found is None or decimal_of(found) != cell.exact:
            wrong.append((line.code, column.code))
    return wrong


def both_languages(form: Form) -> list[str]:
    """Heads, names and notes without words in one of the languages."""
    named = [*(c.names for c in form.columns), *form.notes, *form.checks, form.names]
    named += [g for c in form.columns for g in c.group]
    return [n.zh or n.en for n in named if not (n.zh and n.en)]


def form_of(paper: AuditPaper, name: str) -> Form:
    found = paper.form(name)
    assert found is not None, name
    return found
