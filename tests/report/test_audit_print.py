"""Ledgers on paper: parts that fit, nothing lost; empty and equal columns, and stocks without a change, are told in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from gep.base.records import Names
from gep.report.audit_pieces import PIECES, SHORT, beside
from gep.report.audit_print import EXCEPTIONS, MOST_NAMED, YEARS, filled, lean, on_paper
from gep.report.audit_words import PRINT
from gep.report.form import BLANK, Cell, Column, Form, Line, text
from gep.report.report_tables import sheets
from tests.report import audit_papers as made

LANGS = ("zh", "en")


def amount(exact: str) -> Cell:
    return Cell("number", Names("", ""), Decimal(exact), Decimal(exact)) if exact not in ("—", "…", "") else SIGN[exact]


SIGN = {"—": Cell("not_applicable"), "…": Cell("missing"), "": BLANK}
WORDED = {"name": "label", "unit": "unit", "open_basis": "text", "close_basis": "text", "breaks": "text", "target": "text"}


def ledger(name: str, codes: Sequence[str], *rows: str | tuple[str, ...]) -> Form:
    """A ledger by texts; a single text is the heading of a group."""
    columns = [Column(c, Names(c, f"{c} (en)"), WORDED.get(c, "number")) for c in codes]  # type: ignore[arg-type]
    lines, group = [], ""
    for row in rows:
        if isinstance(row, str):
            group = row
            lines.append(Line(f"of.{row}", (text(row), *(BLANK for _ in codes[1:])), "group"))
            continue
        cells = [
            text(x) if WORDED.get(c) and x else BLANK if WORDED.get(c) else amount(x) for c, x in zip(codes, row, strict=True)
        ]
        lines.append(Line(f"{group}.{row[0]}", tuple(cells)))
    return made.form(name, Names("表", "Ledger"), columns, *lines)


HANDOVER = ("name", "unit", "open_qty", "open_basis", "add_h", "red_h", "close_obs", "diff", "target")


def handover() -> Form:
    return ledger(
        "DA-01", HANDOVER,
        "LA-01",
        ("耕地", "公顷", "100", "OBS", "0", "3", "97", "0", ""),
        ("林地", "公顷", "50", "OBS", "0", "0", "50", "0", "≥ 40"),
        ("荒地", "公顷", "0", "OBS", "0", "0", "0", "0", ""),
        ("沙地", "公顷", "…", "OBS", "…", "…", "…", "…", ""),
        "FT-01",
        ("蓄积", "立方米", "7", "NEAREST", "2", "0", "9", "0", ""),
        ("用地", "公顷", "7", "NEAREST", "—", "—", "8", "—", ""),
        ("单价", "元", "1", "NEAREST", "—", "—", "1", "—", ""),
        ("半知", "公顷", "1", "NEAREST", "…", "0", "1", "…", ""),
    )  # fmt: skip


def printed(form: Form, lang: str = "zh") -> list[tuple[str, ...]]:
    return [tuple(c.printed(lang) for c in line.cells) for line in form.lines]


def test_stocks_without_a_change_stand_in_one_line_under_their_heading() -> None:
    first = on_paper(handover())[0]
    names = [row[0] for row in printed(first)]
    assert names == [
        "LA-01", "耕地", "无变动（1 项）：林地 50 公顷", "始终为零（1 项）：荒地", "账册没有数（1 项）：沙地",
        "FT-01", "open_basis：NEAREST", "蓄积", "半知", "没有变动行、只有两端的数（1 项）：用地 7→8 公顷", "无变动（1 项）：单价 1 元",
    ]  # fmt: skip
    assert [x.style for x in first.lines if x.code.startswith(("still", "zero", "unknown", "ends", "of-group"))] == ["aside"] * 6


def test_what_is_alike_in_most_groups_is_a_note_and_the_rest_stands_under_its_heading() -> None:
    first = on_paper(handover())[0]
    assert "open_basis" not in [c.code for c in first.columns]
    assert "open_basis：除表中注明外均为 OBS。" in [n.zh for n in first.notes]


def test_a_line_with_a_target_stands_in_the_table_of_targets_whether_it_changed_or_not() -> None:
    second = on_paper(handover())[1]
    assert printed(second) == [("LA-01", "", "", ""), ("林地", "公顷", "50", "≥ 40")]


def test_empty_equal_and_zero_columns_are_left_out_and_told() -> None:
    form = ledger("X", ("name", "a", "b", "c", "target"), *((n, n, "0", "—", "≥ 1") for n in ("1", "2", "3", "4")))
    slim = lean(replace(form, columns=(*form.columns, Column("sign", Names("签字", "Signed"), "text")),
                        lines=tuple(replace(x, cells=(*x.cells, BLANK)) for x in form.lines)))  # fmt: skip
    assert [c.code for c in slim.columns] == ["name", "a"]
    assert [n.zh for n in slim.notes] == [
        "没有内容的栏未列：签字。", "各行均不适用的栏未列：c。", "各行均为零的栏未列：b。", "各行相同，未列：target ≥ 1。",
    ]  # fmt: skip
    assert all(n.en for n in slim.notes)


def test_a_missing_number_is_never_left_out_as_if_it_were_nothing() -> None:
    form = ledger("X", ("name", "a"), ("1", "0"), ("2", "…"), ("3", "0"))
    assert [c.code for c in lean(form).columns] == ["name", "a"]
    assert "…" in {cell for row in printed(lean(form)) for cell in row}


@pytest.mark.parametrize(("odd", "kept"), [(1, False), (EXCEPTIONS, False), (EXCEPTIONS + 1, True)])
def test_a_few_lines_that_say_something_else_are_named(odd: int, kept: bool) -> None:
    rows = [(f"行{n}", "另" if n < odd else "同") for n in range(40)]
    slim = lean(ledger("X", ("name", "target"), *rows))
    assert ("target" in [c.code for c in slim.columns]) is kept
    assert kept or "target 同（行0 另" in slim.notes[0].zh


def test_nothing_of_a_ledger_is_lost_on_paper() -> None:
    """Every text of every cell stands in a part, in a line of remarks or in a note; but the columns that say again what others do."""
    parts = on_paper(handover())
    said = " ".join(c.printed("zh") for p in parts for line in p.lines for c in line.cells)
    said += " ".join(n.zh for p in parts for n in p.notes)
    for line, _, cell in handover().cells():
        if cell.printed("zh") not in ("0", "—", "…"):
            assert cell.printed("zh") in said, (line.code, cell)


def test_long_lists_of_what_did_not_change_are_cut_with_their_count() -> None:
    rows = [(f"类{n}", "公顷", "0", "OBS", "0", "0", "0", "0", "") for n in range(MOST_NAMED + 5)]
    (_, line) = on_paper(ledger("DA-01", HANDOVER, "LA-01", *rows))[0].lines[:2]
    assert line.cells[0].text.zh.endswith("另 5 项见工作簿")


def test_a_comparison_keeps_the_last_year_ends_that_fit() -> None:
    years = tuple(f"y{y}" for y in range(2010, 2022))
    codes = ("name", "unit", "opening", *years, "closing", "change", "breaks")
    row = ("耕地", "公顷", "123,456,789", *("123456789.01",) * len(years), "123456788", "-1", "重述")
    form = ledger("CP", codes, "LA-01", tuple(x.replace(",", "") for x in row))
    first = on_paper(form)[0]
    held = [c.code for c in first.columns if c.code.startswith("y")]
    assert held == list(years[-len(held) :])
    assert 1 <= len(held) <= YEARS
    assert all(len(sheets(first, lang)) == 1 for lang in LANGS)
    assert PRINT["years"] in first.notes


def test_tables_that_state_again_what_others_hold_are_named_and_left_to_the_workbook() -> None:
    stock = ("耕地", "公顷", "100", "OBS", "0", "3", "97", "0", "")
    parts = on_paper(ledger("DA-01", HANDOVER, "LA-01.R40", stock, "LA-01.R60", stock, "SC-L", stock, "RL-01.R60", stock))
    assert [row[0] for row in printed(parts[0]) if row[0] not in ("耕地",)] == ["LA-01.R40", "RL-01.R60"]
    assert "LA-01.R60（1 项）、SC-L（1 项）" in " ".join(n.zh for n in parts[-1].notes)
    assert not beside("of.LA-01", ["of.LA-01", "of.LA-01.R60"])


def test_a_page_leaves_out_only_columns_that_are_blank_throughout() -> None:
    form = ledger("X", ("name", "a", "b", "c"), ("1", "", "0", "—"), ("2", "", "0", "—"))
    assert [c.code for c in filled(form).columns] == ["name", "b", "c"]
    assert filled(form).notes[-1].zh == "没有内容的栏未列：a。"
    assert filled(replace(form, lines=())) == replace(form, lines=())


def test_long_texts_are_cut_and_the_note_says_so() -> None:
    most = SHORT["EV"]["name"]
    form = made.texts("EV", Names("事项", "Events"), ("name", "document"), ("图" * (most + 1), "文"), ("图" * most, "文"))
    (part,) = on_paper(form)
    assert [row[0] for row in printed(part)] == ["图" * most + "……", "图" * most]
    assert PRINT["short"] in part.notes


def test_a_ledger_without_lines_still_says_why() -> None:
    form = replace(ledger("DA-02", ("name",)), notes=(Names("没有评价。", "None."),))
    (part,) = on_paper(form)
    assert part.lines == ()
    assert part.notes[-1].zh == "没有评价。"


def test_every_part_has_its_name_in_both_languages() -> None:
    for pieces in PIECES.values():
        assert all(p.names.zh and p.names.en for p in pieces)
    assert all(n.zh and n.en for n in PRINT.values())
