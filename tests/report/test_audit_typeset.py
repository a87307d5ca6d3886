"""The draft report of an audit as PDF: official pages, every number that of the ledgers, texts of others never markup."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from gep.base.findings import Refused
from gep.base.records import Names
from gep.report.audit import Holder
from gep.report.audit_data import audit_data, carded
from gep.report.audit_outline import outline
from gep.report.audit_print import on_paper
from gep.report.audit_typeset import audit_report
from gep.report.statement import Paragraph
from tests.report import audit_papers as made
from tests.report.test_typeset import INERT, SVG, local
from tests.report.typeset_forms import pages

LANGS = ("zh", "en")


def whole(data: bytes) -> str:
    return "".join(pages(data))


@pytest.mark.parametrize("lang", LANGS)
def test_the_same_paper_gives_the_same_bytes(lang: str) -> None:
    first, second = (audit_report(made.paper(), lang) for _ in range(2))
    assert first.data == second.data
    assert first.findings == ()
    assert first.warnings == ()
    assert b"CreationDate" not in first.data


@pytest.mark.parametrize("lang", LANGS)
def test_cover_digest_anchors_and_sign_off(lang: str) -> None:
    paper = made.paper()
    held = pages(audit_report(paper, lang).data)
    for wanted in ("2020-07-01", "2022-03-01", "某审报〔2022〕5号", "upper-head-2020"):
        assert wanted in held[0], wanted
    assert "某甲" not in held[0]  # of another term: it stands with the others in the text
    assert "某甲" in "".join(held[1:])
    end = "".join(held[-2:])
    assert paper.content in end
    for wanted in ("ab" * 32, "cd" * 32, "gep-accounts0", "审计组长某", "审计员乙"):
        assert wanted in end, wanted


def test_a_draft_says_so_on_every_page_and_a_sealed_one_nowhere() -> None:
    draft = pages(audit_report(made.paper(), "zh").data)
    assert "审计报告（征求意见稿）" in draft[0]
    assert all("征求意见稿" in page for page in draft)
    sealed = pages(audit_report(made.paper(draft=False), "zh").data)
    assert "审计报告" in sealed[0]
    assert not any("征求意见" in page for page in sealed)


def test_chapters_points_and_numbers_stand_in_their_order() -> None:
    text = whole(audit_report(made.paper(), "zh").data)
    body = text[text.rindex("一、审计依据") :]
    wanted = ("派出审计组", "二、基本情况", "三、审计评价", "（一）总体评价", "89.996", "表DA-02审计评价结果", "总分", "较好", "四、任期内", "五、审计发现", "（一）未批先占", "1.占用耕地", "2.手续",
              "六、处理意见", "记录中没有此项内容", "七、审计建议", "不能丢的一段", "附件1审计评价表", "扣分规则", "附件2", "表DA-01", "附件5疑点清单", "附件8证据索引", "内容摘要与锚点", "签署")  # fmt: skip
    at = 0
    for one in wanted:
        assert one in body[at:], one
        at = body.index(one, at)


@pytest.mark.parametrize("lang", LANGS)
def test_every_number_and_text_of_the_ledgers_is_printed(lang: str) -> None:
    paper = made.paper()
    text = whole(audit_report(paper, lang).data)
    for form in paper.forms:
        assert form.number in text
        for _, _, cell in form.cells():
            assert "".join(cell.printed(lang).split()) in text, cell


@pytest.mark.parametrize("lang", LANGS)
def test_no_number_of_the_tables_is_any_but_that_of_a_cell(lang: str) -> None:
    """What the template is given: each text of a table is a cell of the ledger at its place, cut in pieces or not."""
    paper = made.paper()
    data = audit_data(paper, lang)
    parts = {part.id: part for form in paper.forms for part in on_paper(form)}
    seen = set()
    for part in (*data["chapters"], *data["annexes"]):
        for table in part["tables"]:
            form = parts.get(table["id"])
            if form is None:
                assert table["id"] in ("IX", "DA-02.result")
                continue
            for line, held in zip(table["lines"], form.lines, strict=True):
                assert set(line["cells"]) <= {c.printed(lang) for c in held.cells}
            seen.add(form.id)
        for cards in part["cards"]:
            form = next(f for f in paper.forms if f.number == cards["number"] and carded(f))
            for card, held in zip(cards["cards"], form.lines, strict=True):
                assert [words for _, words in card["rows"]] == [c.printed(lang) for c in held.cells]
            seen.add(form.id)
    assert seen == set(parts)


def test_a_ledger_too_wide_for_a_page_keeps_all_its_columns() -> None:
    wide = made.handover()
    columns = tuple(replace(c, code=f"{c.code}{n}") for n in range(3) for c in wide.columns[2:12])
    cells = tuple(replace(c, made=None) for _ in range(3) for c in wide.lines[0].cells[2:12])
    line = replace(wide.lines[0], cells=(*wide.lines[0].cells[:2], *cells))
    form = replace(wide, columns=(*wide.columns[:2], *columns), lines=(line,))
    held = PdfReader(io.BytesIO(audit_report(made.paper(form), "zh").data)).pages
    sizes = {(round(float(p.mediabox.width)), round(float(p.mediabox.height))) for p in held}
    assert sizes == {(595, 842), (842, 595)}
    assert "".join(p.extract_text() for p in held).count("97.00") >= 6


def test_an_empty_ledger_says_so_by_its_note() -> None:
    none = replace(made.evidence(), lines=(), notes=(Names("没有取证单。", "No evidence form."),))
    assert "没有取证单。" in whole(audit_report(made.paper(none), "zh").data)


def test_a_chart_stands_in_its_chapter() -> None:
    text = whole(audit_report(made.paper(charts=[made.CHART]), "zh", pictures={"stocks": SVG}).data)
    assert "图1存量（公顷）" in text
    assert "存量（公顷）" not in whole(audit_report(made.paper(charts=[made.CHART]), "zh").data)


def test_names_stand_only_where_they_were_entered() -> None:
    plain = (Holder("a", Names("某县县长", "Head"), "2020-07-01", "2022-03-01", audited=True),)
    text = whole(audit_report(made.paper(holders=plain), "zh").data)
    assert "姓名任期" not in text
    assert text.count("某县县长2020-07-01至2022-03-01") == 2


def test_words_of_others_are_never_markup() -> None:
    for said in ("".join(INERT[:8]), "".join(INERT[8:])):
        text = whole(audit_report(made.everywhere(said), "zh").data)
        assert text.count("".join(said.split())) >= 20


def test_a_character_without_a_glyph_is_a_box_with_its_number() -> None:
    found = audit_report(made.paper(names=Names("县\U0001f600名", "x")), "zh")
    assert "1F600" in pages(found.data)[0]
    assert [f.place.key for f in found.findings] == ["U+1F600"]


def test_long_paragraphs_and_many_of_them_are_all_there() -> None:
    many = [
        Paragraph("problems", Names("同类问题", "Alike"), (made.said(f"问题{n}号" + "说明" * 60 + "。", "x"),)) for n in range(25)
    ]
    text = whole(audit_report(made.paper(paragraphs=many), "zh").data)
    assert all(f"{n + 1}.问题{n}号" in text for n in range(25))
    assert [i.place.zh for i in outline(made.paper(paragraphs=many)).items()][-1] == "五（一）25"


# --- templates of a book


def test_a_book_may_have_pages_of_its_own(tmp_path: Path) -> None:
    source = '#import "base.typ": *\n#let anchors() = [本局自有页 #data.digest]\n#let seal() = []\n'
    found = audit_report(made.paper(), "zh", folders=local(tmp_path, "audit/parts/seal.typ", source), content="d" * 64)
    assert "本局自有页" + "d" * 64 in whole(found.data)


def test_the_whole_report_may_be_replaced_and_still_has_all_the_data(tmp_path: Path) -> None:
    source = '#let data = json("/data.json")\n#set text(font: data.faces.body)\n本局版式 #data.head.names #data.annexes.len()'
    assert "本局版式某上游县县长离任审计" in whole(
        audit_report(made.paper(), "zh", folders=local(tmp_path, "audit/report.typ.j2", source)).data
    )


def test_a_part_of_the_statements_may_be_replaced_for_audits_alone(tmp_path: Path) -> None:
    source = (Path(__file__).parents[2] / "templates/statement/parts/official.typ").read_text(encoding="utf-8")
    own = source.replace("— #n —", "第 #n 页")
    found = audit_report(made.paper(), "zh", folders=local(tmp_path, "audit/parts/official.typ", own))
    assert "第1页" in whole(found.data)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("#import \"@preview/cetz:0.3.0\": *\n#let front() = []\n", "PRINT-TEMPLATE-PACKAGE"),
        ('#import "base.typ": *\n#let front() = panic("stop")\n', "PRINT-TEMPLATE"),
        ('#let front() = read("/etc/passwd")\n', "PRINT-TEMPLATE"),
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_set_is_named(tmp_path: Path, source: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        audit_report(made.paper(), "zh", folders=local(tmp_path, "audit/parts/front.typ", source))
    (told,) = caught.value.findings
    assert told.code == code
    assert told.place.file.endswith("templates/audit/parts/front.typ")
