"""DA-02: the total worked out again from the printed cells alone, in decimals of this file's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from gep.accounts.scoring import Scored
from gep.base.records import Names
from gep.base.score_rules import VetoRule
from gep.report.form import Form
from gep.workflow.audit.forms import evaluation
from gep.workflow.audit.forms.case import Case
from tests.ready import Ready
from tests.workflow.audit.forms.audit_cases import both_languages, sample_of, scored, unsourced, untrue


@pytest.fixture(scope="module")
def case(ready: Ready) -> Case:
    return sample_of(ready)


def table(case: Case, made: Scored | None) -> Form:
    (form,) = evaluation.forms(Case(case.results, replace(case.term, scored=made)))
    return form


def printed(form: Form, lang: str) -> dict[tuple[str, str], str]:
    """What stands on paper, without any exact amount behind it."""
    return {(line.code, column.code): cell.printed(lang) for line, column, cell in form.cells()}


def figure(text: str) -> Fraction:
    return Fraction(text.replace(",", "").replace("−", "-").rstrip("≈"))


def recomputed(cells: Mapping[tuple[str, str], str]) -> tuple[Fraction, str]:
    """Total and grade by hand: M, rules and figures as printed; nothing of the program."""
    items = [line for line, column in cells if column == "max_score" and cells[line, "max_score"] and "foot." not in line]
    blocks = {cells[i, "block"] for i in items}
    added = reach = Fraction(0)
    for block in blocks:
        own = [i for i in items if cells[i, "block"] == block]
        whole = sum(figure(cells[i, "max_score"]) for i in own)
        held = [i for i in own if cells[i, "score"] != "…"]
        assessed = sum(figure(cells[i, "max_score"]) for i in held)
        if not assessed:
            continue
        reach += whole
        added += sum(item(cells, i, figure(cells[i, "max_score"]) * whole / assessed) for i in held)
    total = added * figure(cells["foot.maximum", "score"]) / reach
    cuts = re.findall(r"([^\s;]+) ≥([0-9.]+)", cells["foot.grades", "standing"])
    last = cells["foot.grades", "standing"].rpartition("; ")[2].strip()
    return total, next((name for name, cut in cuts if total >= Fraction(cut)), last)


def item(cells: Mapping[tuple[str, str], str], name: str, maximum: Fraction) -> Fraction:
    """An item by its printed rule, within its limits."""
    rule = cells[name, "deduct_rule"]
    if "[event_deduct]" in rule:
        costs = re.findall(r": ([0-9.]+)×([0-9.]+)", cells[name, "deduct_events"])
        score = maximum - sum(Fraction(p) * Fraction(n) for p, n in costs)
    else:
        after, target = (figure(cells[name, c].split()[0]) for c in ("close_value", "target_value"))
        score = maximum if after >= target else maximum * after / target
    return max(Fraction(0), min(maximum, score + figure(cells[name, "bonus"])))


def test_the_total_is_that_of_the_printed_table(case: Case) -> None:
    form = table(case, scored())
    # block a: 60 points over 40 + 19.5 + 0.5, the last not assessed, so M = 40·60/59.5 and 19.5·60/59.5:
    # 40.336… − 2·3 + 19.664…·80/100 = 50.067…; block b: 120 ≥ 100, full 40; 90.067… of 100
    total, grade = recomputed(printed(form, "en"))
    exact = form.at["foot.total", "score"].exact
    assert exact is not None
    assert abs(total - Fraction(exact)) < Fraction(1, 10**9)
    assert f"{float(total):.2f}" == "90.07"
    assert form.at["foot.grade", "standing"].text.en == grade


def test_every_sum_of_the_table_holds(case: Case) -> None:
    form = table(case, scored())
    assert untrue(form) == []
    assert unsourced(form) == []
    assert both_languages(form) == []
    assert form.at["foot.block.b.score", "score"].made is not None
    assert form.at["full", "before"].made is not None


def test_what_was_not_assessed_is_printed_with_its_points(case: Case) -> None:
    form = table(case, scored())
    assert form.at["gone", "score"].printed("zh") == "…"
    assert "未评价" in form.at["gone", "standing"].text.zh
    assert form.at["foot.excluded.gone", "score"].printed("en") == "0.50"
    assert "spread over the other items" in form.at["foot.excluded.gone", "standing"].text.en


def test_the_class_of_responsibility_is_the_auditors(case: Case) -> None:
    form = table(case, scored())
    assert form.at["land_use", "responsibility"].text.en == "direct"
    assert form.at["near", "responsibility"].kind == "blank"
    assert form.at["land_use", "evidence_ids"].text.zh == "e1"


def test_a_veto_stands_beside_the_grade_without_it(case: Case) -> None:
    from gep.accounts.scoring import Vetoed

    made = scored()
    rule = VetoRule("v", Names("弄虚作假", "lies"), "lie", "major", "GRADE_SET", "示例文件", "poor")
    worst = made.evaluation.grades[-1]
    vetoed = replace(made, vetoes=(Vetoed(rule, (), worst),), grade=worst)
    form = table(case, vetoed)
    assert form.at["foot.grade", "standing"].text.en == "poor"
    assert form.at["foot.scored", "standing"].text.en != "poor"
    assert "foot.veto.v" in {line.code for line in form.lines}


def test_the_total_keeps_its_side_of_a_cut_off(case: Case) -> None:
    made = scored()
    from decimal import Decimal

    near = replace(made, total=Fraction(89996, 1000), printed=Decimal("89.996"))
    assert table(case, near).at["foot.total", "score"].printed("zh") == "89.996"


def test_without_an_evaluation_the_ledger_says_so(case: Case) -> None:
    form = table(case, None)
    assert form.lines == ()
    assert "没有评价" in form.notes[0].zh
