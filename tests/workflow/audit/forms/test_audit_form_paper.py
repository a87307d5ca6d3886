"""The papers of an engagement: every ledger once, sentences of figures and records only, the same bytes for the same results."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from gep.explain.address import parse
from gep.report.audit import AuditPaper
from gep.report.statement import Paragraph
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.paper import paper_of
from gep.workflow.forms.trails import Traces, addresses, node_ids
from tests.ready import Ready
from tests.workflow.audit.forms.audit_cases import EMPTY, form_of, sample_of

LEDGERS = {
    "DA-01", "DA-02", "DA-03", "DA-04", "WP", "RL-01", "AT", "CP", "CP-GEP", "TG", "EV", "EX", "SU", "CM", "LM", "OM", "PF-01",
    "PF-02", "SN", "SG", "TR",
}  # fmt: skip
WITHDRAWN = "WD"  # stands there only where something was withdrawn


@pytest.fixture(scope="module")
def case(ready: Ready) -> Case:
    return sample_of(ready)


@pytest.fixture(scope="module")
def paper(case: Case) -> AuditPaper:
    return paper_of(case.results)


def of(paper: AuditPaper, section: str) -> list[Paragraph]:
    return [p for p in paper.paragraphs if p.section == section]


def said(paper: AuditPaper, section: str, lang: str = "en") -> str:
    return "\n".join(s.of(lang) for p in of(paper, section) for s in p.sentences)


def test_every_ledger_stands_there_once(paper: AuditPaper) -> None:
    assert sorted(f.id for f in paper.forms) == sorted([*LEDGERS, WITHDRAWN])


def test_the_same_results_give_the_same_papers(case: Case, paper: AuditPaper) -> None:
    assert paper_of(case.results).content == paper.content
    other = replace(case.results, tenure=replace(case.tenure, document="另一文件"))
    assert paper_of(other).content != paper.content


def test_figures_of_the_book_have_complete_addresses(paper: AuditPaper) -> None:
    cells = [f for form in paper.forms for _, _, cell in form.cells() for f in cell.figures]
    spans = [f for p in paper.paragraphs for s in p.sentences for x in s.spans for f in x.figures]
    for stored in {f.address: f for f in (*cells, *spans)}.values():
        if not stored.address.startswith("record/"):
            assert parse(stored.address).vintage is not None, stored.address


def test_every_address_of_a_paper_leads_into_the_trace_of_its_vintage(case: Case, paper: AuditPaper) -> None:
    shown = {a for a in addresses(paper) if not a.startswith("record/")}
    assert len(shown) > 1000
    found = node_ids(case.ground.book, paper, Traces())
    assert [a for a in sorted(shown) if not found.get(a)] == []


def test_a_number_in_a_sentence_is_that_of_a_ledger(paper: AuditPaper) -> None:
    shown = {c.printed("zh").rstrip("≈†‡") for form in paper.forms for _, _, c in form.cells() if c.shown is not None}
    for section in ("comparison", "redline"):
        spans = [x for p in of(paper, section) for s in p.sentences for x in s.spans if x.figures]
        assert spans
        for x in spans:
            number = re.match(r"[−0-9.,]+", x.text.zh)
            assert number is not None, x.text.zh
            assert number.group() in shown, x.text.zh


def test_problems_quote_papers_evidence_grounds_and_comments(paper: AuditPaper) -> None:
    told = said(paper, "problems")
    assert "Working paper w1" in told
    assert "Evidence form e1" in told
    assert "not sealed by the provider: 不认可" in told
    assert "direct responsibility, on the grounds: 批示" in told
    assert "Comment by 原县长 (c1)" in told
    assert "not accepted" in told
    figures = [f for p in of(paper, "problems") for s in p.sentences for x in s.spans for f in x.figures]
    assert any("/LA-01/R31/C02/" in f.address for f in figures)


def test_nothing_is_judged_that_no_auditor_entered(case: Case) -> None:
    problems = tuple(replace(p, responsibility="", grounds="") for p in case.collected.problems)
    results = replace(case.results, collected=replace(case.collected, problems=problems))
    told = said(paper_of(results), "problems")
    assert "No class of responsibility has been entered" in told
    assert "direct responsibility" not in told


def test_papers_without_any_record(case: Case) -> None:
    term = replace(case.term, redline=None, scored=None, judged=None)
    bare = paper_of(replace(case.results, collected=EMPTY, terms=(term,)))
    assert {f.id for f in bare.forms} == LEDGERS
    assert "recorded no problem" in said(bare, "problems")
    assert "entered no suggestion" in said(bare, "suggestions")
    assert form_of(bare, "DA-02").lines == ()
    assert "No evaluation by points" in said(bare, "evaluation")


def test_the_head_says_whose_term_it_is(paper: AuditPaper, case: Case) -> None:
    head = paper.head
    assert [(h.id, h.audited) for h in head.holders] == [("W", False), ("X", True), ("Y", False)]
    assert head.draft
    assert head.illustrative
    assert head.anchors == ()
    assert head.evaluation_names.en == "By hand"
    assert not paper_of(replace(case.results, sealed=True)).head.draft


def test_a_chart_has_the_figures_of_its_ledger(paper: AuditPaper) -> None:
    """Every number of a chart is a printed cell of its ledger; what has no cell is the term, or a limit in its own words."""
    assert paper.charts
    for chart in paper.charts:
        form = form_of(paper, chart.forms[0])
        for row in chart.rows:
            if "value_cell" not in row:
                assert row["part"] in ("term", "limit")
                continue
            line, _, column = row["value_cell"].removeprefix(f"{form.id}/").rpartition("/")
            cell = form.at[line, column]
            assert cell.shown is not None
            assert row["value"] == format(cell.shown, "f")


def test_a_course_has_the_term_its_ends_every_year_end_and_the_trends_between_year_ends(paper: AuditPaper) -> None:
    course = next(c for c in paper.charts if c.drawing == "tenure")
    code = course.rows[0]["series"]["code"]
    rows = [r for r in course.rows if r["series"]["code"] == code and r["part"] != "limit"]
    assert [(r["part"], r["at"]) for r in rows] == [
        ("term", "2016-07-01"), ("end", "2016-01-01"), ("end", "2017-01-01"), ("end", "2018-01-01"),
        ("within", "2016-01-01"), ("within", "2018-01-01"), ("opening", "2016-07-01"), ("closing", "2017-10-01"),
    ]  # fmt: skip
    assert rows[0]["until"] == "2017-10-01"


def test_no_term_no_papers(case: Case) -> None:
    with pytest.raises(ValueError, match="audited term"):
        paper_of(replace(case.results, terms=()))
