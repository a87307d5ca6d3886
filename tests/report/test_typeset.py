"""The report as PDF: the same bytes, on A4, every mark on every page; templates and data of others do no harm."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from gep.base.findings import Refused
from gep.base.records import Names
from gep.report import typeset
from gep.report.form import Line
from gep.report.typeset import report
from tests.report import typeset_forms as made

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text x="1" y="10" font-family="Noto Sans CJK SC">县</text></svg>'
INERT = (
    "#emph[a]", "$x^2$", '#import "@preview/cetz:0.3.0"', '#read("/etc/passwd")', "]#panic()[", '"); panic()', "*b* _i_ `r`",
    "= heading", "- item", "<label> @ref", "\\u{41}", "{{ 7*7 }}", "{% raw %}", "// comment", "https://example.org", "#let x = 1",
    "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "~--...", "#sys.inputs", "#{while true {}}", "#json(\"data.json\")",
)  # fmt: skip


def local(tmp_path: Path, name: str, source: str) -> list[Path]:
    """A folder of templates of a book with one file in it."""
    path = tmp_path / "templates" / name
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    return [tmp_path / "templates"]


def refused(tmp_path: Path, name: str, source: str) -> list[tuple[str, str, int]]:
    with pytest.raises(Refused) as caught:
        report(made.statement(), "zh", folders=local(tmp_path, name, source))
    return [(f.code, f.place.file, f.place.row) for f in caught.value.findings]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_statement_gives_the_same_bytes(lang: str) -> None:
    first, second = (report(made.statement(), lang, methods=[made.method()]) for _ in range(2))
    assert first.data == second.data
    assert first.findings == ()
    assert first.warnings == ()
    assert b"CreationDate" not in first.data


def test_everything_stands_in_it() -> None:
    text = "".join(made.pages(report(made.statement(), "zh", methods=[made.method()]).data))
    for wanted in ("某县统计局", "某统〔2023〕1号", "总值为123.45亿元", "表T2", "123.45", "120.45", "按当年价格计算", "climate.transpiration@1",
                   "value_account/880101/2022/…@7", "吸热量", "签署", "王芳", "单位负责人", "c" * 64, "公顷"):  # fmt: skip
        assert wanted in text, wanted


def test_the_english_edition_has_no_chinese_words_of_its_own() -> None:
    from gep.report.report_words import WORDS

    assert all(n.en.isascii() or all(not "\u4e00" <= c <= "\u9fff" for c in n.en) for n in WORDS.values())
    text = "".join(made.pages(report(made.statement(), "en").data))
    assert "SomeCounty" in text
    assert "Headoftheunit" in text


def test_pages_are_a4() -> None:
    wide = made.form("T3", "gep", [*made.index().columns, *(replace(c, code=f"{c.code}2") for c in made.index().columns[1:])])
    line = Line("x", (made.label("x"), *(made.amount("12345678.91") for _ in wide.columns[1:])))
    data = report(made.statement(made.values(), replace(wide, lines=(line,))), "zh").data
    sizes = {(round(float(p.mediabox.width)), round(float(p.mediabox.height))) for p in PdfReader(io.BytesIO(data)).pages}
    assert sizes == {(595, 842), (842, 595)}


def test_a_draft_says_so_on_every_page_and_a_closed_year_nowhere() -> None:
    draft = made.pages(report(made.statement(), "zh").data)
    assert all("草案" in page for page in draft)
    closed = made.pages(report(made.statement(draft=False), "zh").data)
    assert not any("草案" in page for page in closed)


def test_the_public_edition_says_that_figures_are_withheld() -> None:
    text = "".join(made.pages(report(made.statement(edition="public"), "zh").data))
    assert "公开版按发布规则隐去部分数据" in text


def test_a_long_table_repeats_its_head_and_says_that_it_goes_on() -> None:
    names = [f"服务{n}" for n in range(120)]
    pages = made.pages(report(made.statement(made.values(names)), "zh").data)
    on = [page for page in pages if "服务" in page and "指标" in page]
    assert len(on) > 2
    assert [("表T2（续表）" in page) for page in on] == [False] + [True] * (len(on) - 1)
    assert sum("".join(on).count(f"服务{n}") > 0 for n in range(120)) == 120


def test_a_table_without_lines_is_its_notes() -> None:
    none = made.form("R1", "quality", made.values().columns, notes=(Names("没有修订。", "No revision."),))
    assert "没有修订。" in "".join(made.pages(report(made.statement(none), "zh").data))


def test_pictures_stand_in_their_section() -> None:
    from gep.report.statement import Chart

    chart = Chart("composition", "composition", Names("构成图", "Composition"), made.YI, (), ("T2",), Names("构成", "Parts"))
    plain = made.statement()
    with_chart = replace(plain, parts=(replace(plain.main, charts=(chart,)),))
    text = "".join(made.pages(report(with_chart, "zh", pictures={"composition": SVG}).data))
    assert "图1构成图（亿元）" in text
    assert "构成图" not in "".join(made.pages(report(with_chart, "zh").data))


def test_words_of_others_are_never_markup() -> None:
    form = made.values(INERT)
    pages = made.pages(report(made.statement(form, region=Names("#emph[某县]", "$x$")), "zh").data)
    text = "".join(pages)
    for words in (*INERT, "#emph[某县]"):
        assert "".join(words.split()) in text, words


def test_a_label_of_a_formula_is_never_markup() -> None:
    from gep.rules import markup
    from gep.rules.nodes import Name

    math = markup.typst(Name("a"), {"a": '"] #panic() ["\\'})
    text = "".join(made.pages(report(made.statement(), "zh", methods=[made.method(math)]).data))
    assert "#panic()" in text


def test_a_character_without_a_glyph_is_a_box_with_its_number() -> None:
    found = report(made.statement(made.values(["县\U0001f600名"])), "zh")
    assert "县1F600名" in "".join(made.pages(found.data))
    assert [f.place.key for f in found.findings] == ["U+1F600"]


def test_a_book_may_have_parts_of_its_own(tmp_path: Path) -> None:
    source = '#import "base.typ": *\n#let sign() = [本县自有签署页 #data.digest]\n'
    found = report(made.statement(), "zh", folders=local(tmp_path, "statement/parts/sign.typ", source), content="d" * 64)
    text = "".join(made.pages(found.data))
    assert "本县自有签署页" in text
    assert "d" * 64 in text


@pytest.mark.parametrize(
    ("source", "row"),
    [
        ('#import "base.typ": *\n#import "@preview/cetz:0.3.0": *\n', 2),  # seen before it runs
        ('#let name = "@pre" + "view/cetz:0.3.0"\n#import name: *\n', 2),  # seen when it runs, with every way to a network closed
    ],
)
def test_no_package_is_loaded(tmp_path: Path, source: str, row: int) -> None:
    file = "statement/parts/sign.typ"
    (found,) = refused(tmp_path, file, source + "#let sign() = []\n")
    assert found[0] == "PRINT-TEMPLATE-PACKAGE"
    assert (found[1].endswith(file), found[2]) == (True, row)


@pytest.mark.parametrize(
    "source",
    ['#read("../../../../../../etc/passwd")', '#read("/etc/passwd")', "#let x = ", "#unknown"],
)
def test_a_template_reads_nothing_outside_and_its_faults_have_a_line(tmp_path: Path, source: str) -> None:
    file = "statement/parts/sign.typ"
    (found,) = refused(tmp_path, file, f"// one\n// two\n{source}\n#let sign() = []\n")
    assert found[0] == "PRINT-TEMPLATE"
    assert found[1].endswith(file)
    assert found[2] in (3, 4)


def test_a_template_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "SECONDS", 1.0)
    loop = "#for a in range(9999) { for b in range(9999) { for c in range(9999) { let d = a * b * c } } }\n#let sign() = []\n"
    assert refused(tmp_path, "statement/parts/sign.typ", loop)[0][0] == "PRINT-TEMPLATE-TIME"


def test_system_fonts_fall_back_to_the_shipped_ones() -> None:
    found = report(made.statement(), "zh", fonts="system")
    assert "总值为123.45亿元" in "".join(made.pages(found.data))
    assert typeset.faces("system")["body"][0] == "FangSong_GB2312"
    assert typeset.faces("shipped")["body"][0] == "Noto Serif CJK SC"
