"""Two vintages as people read them: counts first, every change with its evidence, and what is left out is counted."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console

from gep.explain.causes import CAUSES, Because
from gep.explain.changes import Change, Comparison, Side, Vintage
from gep.explain.differ import Difference
from gep.report.vintage_pairs import VINTAGE_WORDS, grouped, vintage_pairs

RAN = [Vintage(n, "clerk", "2026-01-02T03:04:05.000000Z", ("p",), {2010: s}) for n, s in ((3, "final"), (5, "trial"))]
TOTAL = "gep_total/51/2010/zone=-/profile=p/price_basis=current/currency=CNY"


def change(figure: str, table: str, old: str | None, new: str | None, *causes: str) -> Change:
    sides = [None if t is None else Side(Decimal(t) if t else None, "CNY", "value" if t else "not_available") for t in (old, new)]
    gap = Decimal(new) - Decimal(old) if old and new else None
    because = Because(tuple(Difference(c, f"x/51/2010/{i}", "1 t", "2 t") for i, c in enumerate(causes)))
    return Change(figure, table, "51", 2010, sides[0], sides[1], gap, because)


MADE = Comparison(
    RAN[0],
    RAN[1],
    (2010,),
    (
        change("value_account/51/2010/wood/-/-/forest/zone=-/profile=p/price_basis=current/currency=CNY", "value_account",
               "1234.5000", "1300", "input"),
        change(f"{TOTAL}#cultural", "gep_total", "", "7", "unexplained"),
        change(TOTAL, "gep_total", "5", None, "input", "rule", "scheme"),
    ),
    {"value_account": 1200, "gep_total": 0, "balance_sheet": 0},
)  # fmt: skip


def printed(made: Comparison, lang: str, *, every: bool = False, most: int = 40) -> str:
    console = Console(width=200, record=True, markup=False, highlight=False, color_system=None, file=io.StringIO())
    console.print(vintage_pairs(made, lang, every=every, most=most))
    return console.export_text()


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("zh", ("版次 3: 2010 最终核实 · p · clerk 2026-01-02 03:04:05Z", "价值量账户 wood / forest", "+65.5", "1,234.5", "缺数",
                "未能解释", "另有 1 处差异", "生态产品总值 · 文化服务", "生态产品总值 · 合计", "2010 51  p", "1,200")),
        ("en", ("vintage 5: 2010 trial · p", "value account wood / forest", "missing", "unexplained", "x/51/2010/0 1 t→2 t", "1 more",
                "GEP · total", "none", "A figure with several causes")),
    ],
)  # fmt: skip
def test_every_change_with_amounts_causes_and_evidence(lang: str, told: tuple[str, ...]) -> None:
    text = printed(MADE, lang)
    assert [t for t in told if t not in text] == []


def test_what_is_not_listed_is_counted() -> None:
    text = printed(MADE, "en", most=1)
    assert "GEP · total" not in text
    assert "2 more changed figures are not listed (3 in all)" in text
    assert "not listed" not in printed(MADE, "en", every=True, most=1)


def test_nothing_changed() -> None:
    assert "两个版次的 1,200 个数全部相同。" in printed(replace(MADE, changes=()), "zh")


def test_counts_by_cause_and_account() -> None:
    assert MADE.by_cause == {"input": 2, "rule": 1, "scheme": 1, "unexplained": 1}
    assert MADE.by_table == {
        "value_account": {"changed": 1, "new": 0, "gone": 0, "unchanged": 1200},
        "gep_total": {"changed": 1, "new": 0, "gone": 1, "unchanged": 0},
    }
    body = MADE.as_dict()["changes"][2]
    assert (body["kind"], body["new"], body["difference"], body["differences_count"]) == ("gone", None, None, 3)


def test_both_languages_have_every_word_and_no_digit_is_lost() -> None:
    assert VINTAGE_WORDS["zh"].keys() == VINTAGE_WORDS["en"].keys()
    assert set(CAUSES) <= VINTAGE_WORDS["zh"].keys()
    assert [grouped(Decimal(t)) for t in ("1234567.1200", "100", "-0.000001", "0.0000")] == [
        "1,234,567.12",
        "100",
        "-0.000001",
        "0",
    ]
