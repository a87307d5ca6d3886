"""The outline of an audit report loses nothing and counts as official papers do; the index of evidence guesses nothing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import Names
from gep.report.audit_extract import evaluation_result
from gep.report.audit_index import Evidence, evidence_index, plain_address, scope_of
from gep.report.audit_outline import numeral, outline, stem
from gep.report.audit_words import ANNEXES, CHAPTERS, PAGE, WORDS
from gep.report.statement import Paragraph
from tests.report import audit_papers as made

SECTIONS = [key for key, _, _ in (*CHAPTERS, *ANNEXES)]


def places(*paragraphs: Paragraph) -> list[tuple[str, str]]:
    return [(i.lead.zh, i.place.zh) for i in outline(made.paper(paragraphs=paragraphs)).items()]


def test_chapters_stand_in_official_order_even_when_nothing_is_on_record() -> None:
    shape = outline(made.paper(paragraphs=()))
    assert [c.title.zh for c in shape.chapters] == [
        "一、审计依据", "二、基本情况", "三、审计评价", "四、任期内自然资源资产变动情况", "五、审计发现的主要问题和责任认定", "六、处理意见", "七、审计建议",
    ]  # fmt: skip
    assert [c.title.en for c in shape.chapters][:2] == ["1. Basis", "2. Background"]


def test_ledgers_stand_where_the_report_wants_them_and_unknown_ones_in_the_last_annex() -> None:
    shape = outline(made.paper())
    held = {c.key: [f.id for f in c.forms] for c in (*shape.chapters, *shape.annexes) if c.forms}
    assert held == {
        "table": ["DA-02"], "handover": ["DA-01.2022-03-01"], "rectification": ["DA-04"], "evidence": ["DA-03", "WP"],
        "suspicions": ["SU"], "quality": ["EX"], "ledgers": ["ZZ"],
    }  # fmt: skip
    assert [c.title.zh for c in shape.annexes][:2] == ["附件1　审计评价表", "附件2　交接台账、任期目标与未了事项"]


def test_paragraphs_of_one_title_are_counted_and_others_are_not() -> None:
    one = made.said("甲。", "A.")
    said = [Paragraph("problems", Names(t, t), (one,)) for t in ("占地", "占地", "用水")]
    assert places(*said) == [("1.", "五（一）1"), ("2.", "五（一）2"), ("", "五（二）")]
    assert places(Paragraph("basis", Names("", ""), (one,))) == [("", "一")]


@given(st.lists(st.tuples(st.sampled_from([*SECTIONS, "x", ""]), st.sampled_from(["", "甲", "乙"])), max_size=12))
def test_no_paragraph_and_no_ledger_is_lost_and_no_place_stands_twice(said: list[tuple[str, str]]) -> None:
    given_ = [Paragraph(s, Names(t, t), (made.said(f"{n}", f"{n}"),)) for n, (s, t) in enumerate(said)]
    shape = outline(made.paper(paragraphs=given_))
    assert sorted(i.paragraph.sentences[0].of("zh") for i in shape.items()) == sorted(f"{n}" for n in range(len(said)))
    assert sorted(f.id for c in (*shape.chapters, *shape.annexes) for f in c.forms) == sorted(f.id for f in made.ledgers())
    for chapter in (*shape.chapters, *shape.annexes):
        titles = [p.title for p in chapter.points if p.title.zh]
        assert len(set(titles)) == len(titles)


def test_charts_stand_with_the_ledger_whose_figures_they_show() -> None:
    comparison = replace(made.handover(), id="CP", number="CP")  # the ledger is an annex, its charts stand in the text
    shape = outline(made.paper(comparison, charts=[replace(made.CHART, forms=("CP",)), replace(made.CHART, id="b", forms=())]))
    assert [c.id for chapter in shape.chapters if chapter.key == "comparison" for c in chapter.charts] == ["stocks", "b"]


def test_numerals() -> None:
    wanted = {1: "一", 10: "十", 11: "十一", 19: "十九", 20: "二十", 21: "二十一", 35: "三十五", 99: "九十九"}
    assert {n: numeral(n) for n in wanted} == wanted
    assert len({numeral(n) for n in range(1, 100)}) == 99


def test_words_are_there_in_both_languages() -> None:
    told = {**WORDS, **PAGE, **{k: n for k, n, _ in (*CHAPTERS, *ANNEXES)}}
    assert [k for k, n in told.items() if not n.zh or (not n.en and k != "date_line")] == []
    chinese = [k for k, n in told.items() if any("\u4e00" <= c <= "\u9fff" for c in n.en) and k != "other_language"]
    assert chinese == []


# --- the index


def lines(index: object = None) -> list[tuple[str, ...]]:
    return [tuple(c.printed("zh") for c in line.cells) for line in evidence_index(made.paper()).lines]


def test_each_figure_with_evidence_leads_to_paper_and_form_and_the_others_are_counted() -> None:
    assert lines() == [
        ("四（一）　耕地", "", "", "", "", ""),
        ("四（一）", "paper-1", "form-1", made.ARABLE.address, "97", "公顷"),  # form-1 cites the address without its vintage
        ("五（一）1　未批先占", "", "", "", "", ""),
        ("五（一）1", "paper-2", "", "", "", ""),
        ("五（一）2　未批先占", "", "", "", "", ""),
        ("五（一）2", "paper-2", "form-2", "", "", ""),
        ("没有取证单引用的数字（只计数）", "", "", "", "", ""),  # that of the forest: no form cites it
        ("四、任期内自然资源资产变动情况", "", "", "1 个数字，见于 1 段", "", ""),
    ]


def test_a_figure_that_two_paragraphs_cite_is_counted_once() -> None:
    twice = [Paragraph("comparison", Names(t, t), (made.said("缺数。", "None.", made.FOREST),)) for t in ("甲", "乙")]
    (_, counted) = evidence_index(made.paper(paragraphs=twice)).lines
    assert counted.cells[3].printed("en") == "1 figures in 2 paragraphs"


def test_a_number_of_a_record_is_not_found_inside_a_longer_one() -> None:
    one = Paragraph("problems", Names("甲", "A"), (made.said("见 form-10 和 xform-1。", "See form-10 and xform-1."),))
    assert evidence_index(made.paper(paragraphs=(one,))).lines == ()
    assert "没有引用" in evidence_index(made.paper(paragraphs=(one,))).notes[0].zh


def test_an_evidence_form_speaks_for_what_it_cites_and_what_is_below_it() -> None:
    held = Evidence("f", "p", ("asset_account/9/2020/LA-01/R31",))
    assert held.speaks_for("asset_account/9/2020/LA-01/R31")
    assert held.speaks_for("asset_account/9/2020/LA-01/R31/C02/human")
    assert not held.speaks_for("asset_account/9/2020/LA-01/R312")
    assert plain_address("a/b@7") == "a/b"
    assert plain_address("a/b") == "a/b"


def test_the_year_of_an_audit_is_that_in_which_its_terms_end() -> None:
    assert scope_of(made.paper()).year == 2022
    assert scope_of(made.paper(holders=())).year == 2022  # of the day it was made on


def test_what_ledger_a_form_is() -> None:
    assert [stem(f) for f in made.ledgers()][:2] == ["DA-01", "DA-02"]


# --- the result of the evaluation in the text


def test_the_result_of_the_evaluation_is_cut_from_its_table() -> None:
    made_of = evaluation_result(made.evaluation())
    assert made_of is not None
    assert [tuple(c.printed("zh") for c in line.cells) for line in made_of.lines] == [
        ("目标完成：得分", "7", "7"), ("总分", "89.996", "89.996"), ("等次", "", "较好"),
    ]  # fmt: skip
    assert all(c.made is None for _, _, c in made_of.cells())


def test_a_table_without_a_foot_gives_no_result() -> None:
    assert evaluation_result(replace(made.evaluation(), lines=made.evaluation().lines[:2])) is None
    assert evaluation_result(made.handover()) is None
