"""LibreOffice computes the ledgers of an audit again, and every score from the printed evaluation alone: one start for both."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any

import openpyxl
import pytest

from gep.accounts.scoring import Scored
from gep.accounts.scoring_items import Window
from gep.base.data import data_root
from gep.base.records import Names
from gep.base.score_rules import Missing, VetoRule
from gep.catalog.evaluation import evaluations
from gep.report.audit import AuditPaper
from gep.report.audit_workbook import audit_workbook
from gep.report.form import Form
from gep.workflow.audit.forms import evaluation
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.paper import paper_of
from tests.accounts.scores import block, event, ratio, readings, scheme
from tests.accounts.test_scoring import scored as scored_of
from tests.accounts.test_scoring_rows import drawn
from tests.proof import score_sheet
from tests.proof.recalculated import Recalculated, recalculated
from tests.ready import Ready
from tests.workflow.audit.forms.audit_cases import sample_of

RULES: tuple[Missing, ...] = ("redistribute", "rescale")
ZONE = "key_ecological"
SEEDS = (5, 17, 20)  # with a bonus; on both sides of a cut-off by the two rules; with a veto and a deduction
NEAR = 1e-6  # what stands in a text is printed with six decimals where it has no end
SUMS = "独立计算"


@dataclass(frozen=True)
class Done:
    """A workbook of all ledgers and evaluations, computed. `sums`: by sheet where the spreadsheet worked each result out."""

    paper: AuditPaper
    evaluations: Mapping[str, Scored]
    written: Any
    found: Recalculated
    sums: Mapping[str, Mapping[tuple[str, str], str]]

    def sum(self, name: str, of: str, what: str) -> Any:
        return self.found.book[f"{SUMS}{name}"][self.sums[name][of, what]].value

    def printed(self, name: str, line: str, column: str = "score") -> Any:
        """A cell of the evaluation as LibreOffice holds it."""
        read = score_sheet.read(self.written[f"DA-02.{name}"])
        return self.found.book[f"DA-02.{name}"].cell(read.rows[line], read.columns[column]).value


def made() -> dict[str, Scored]:
    """Evaluations of the shipped example with both rules of missing data, vetoed ones, and one just below a cut-off."""
    shipped = evaluations(data_root())["county-example"]
    veto = VetoRule("lie", Names("弄虚作假", "lies"), "concealment", "minor", "GRADE_CAP", "示例文件", "fairly_poor")
    by_rule = {r: replace(shipped, missing=r, vetoes=(veto,)) for r in RULES}
    found = {}
    for rule, seed in product(RULES, SEEDS):
        dice = random.Random(seed)  # noqa: S311  (no secret)
        found[f"{rule[:3]}{seed}"] = drawn(by_rule[rule], ZONE, dice)
    one = scheme(block("A", 100, ratio("a", 100)))
    window = Window(date(2016, 1, 1), date(2020, 7, 1), date(2016, 1, 1))
    found["near"] = scored_of(one, readings(a="89.996"), entries=(), window=window)
    set_to = replace(veto, id="set", event="praise", effect="GRADE_SET", grade="poor", min_severity="minor")
    praised = replace(one, vetoes=(set_to,))
    found["vetoed"] = scored_of(praised, readings(a="93"), [event("1", "praise", "serious")], entries=())
    return found


@pytest.fixture(scope="module")
def done(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> Done:
    case = sample_of(ready)
    scored, paper = made(), paper_of(case.results)
    paper = replace(paper, forms=(*paper.forms, *(_form(case, name, s) for name, s in scored.items())))
    book = openpyxl.load_workbook(io.BytesIO(audit_workbook(paper, "zh")))
    sums = {}
    for name in scored:
        held = score_sheet.Sums(book.create_sheet(f"{SUMS}{name}"))
        score_sheet.work_out(score_sheet.read(book[f"DA-02.{name}"]), held)
        sums[name] = held.at
    both = io.BytesIO()
    book.save(both)
    found = recalculated({"both": both.getvalue()}, tmp_path_factory.mktemp("office"), screens=False)["both"]
    return Done(paper, scored, book, found, sums)


def _form(case: Case, name: str, scored: Scored) -> Form:
    (form,) = evaluation.forms(Case(case.results, replace(case.term, scored=scored)))
    return replace(form, id=f"DA-02.{name}", number=f"DA-02.{name}")


def test_every_live_formula_of_the_ledgers_gives_the_stored_value(done: Done) -> None:
    """Each number of each sheet, as the sheet of origins places it, is the exact amount of its cell."""
    origins = done.found.book["数字来源"]
    forms = {form.id: form for form in done.paper.forms}
    count = live = 0
    wrong = []
    for row in origins.iter_rows(min_row=4, values_only=True):
        sheet, _, spot = str(row[0] or "").rpartition("!")
        form = forms.get(str(row[1]))
        if not sheet or form is None:
            continue
        cell = form.at[str(row[2]), str(row[4])]
        value = done.found.book[sheet][spot].value
        if cell.exact is None:
            continue
        if not isinstance(value, int | float) or abs(value - float(cell.exact)) > max(1e-9 * abs(float(cell.exact)), 1e-9):
            wrong.append((sheet, spot, value, cell.exact))
        count += 1
        live += str(done.written[sheet][spot].value).startswith("=")
    assert wrong == []
    assert count > 500
    assert live > 100


def test_every_item_is_what_its_printed_rule_gives(done: Done) -> None:
    count = 0
    for name, scored in done.evaluations.items():
        for item in scored.items:
            if item.score is None:
                continue
            for what, column in (("score", "score"), ("maximum", "")):
                found = done.sum(name, item.item.id, what)
                wanted = done.printed(name, item.item.id, column) if column else float(item.maximum)
                assert found == pytest.approx(wanted, abs=NEAR, rel=NEAR), (name, item.item.id, what)
            count += 1
    assert count > 80


def test_every_block_and_total_is_that_of_the_sheet(done: Done) -> None:
    for name, scored in done.evaluations.items():
        for held in scored.blocks:
            if held.score is not None:
                for what in ("before", "score"):
                    printed = done.printed(name, f"block.{held.block.id}.{what}")
                    assert done.sum(name, held.block.names.zh, what) == pytest.approx(printed, abs=NEAR), (name, held.block.id)
        assert done.sum(name, "foot", "added") == pytest.approx(done.printed(name, "added"), abs=NEAR)
        assert done.sum(name, "foot", "total") == pytest.approx(done.printed(name, "exact"), abs=NEAR)
        assert scored.total is not None
        assert done.sum(name, "foot", "total") == pytest.approx(float(scored.total), abs=NEAR)


def test_grades_with_and_without_vetoes_are_those_printed(done: Done) -> None:
    beside = 0
    for name, scored in done.evaluations.items():
        without, last = done.printed(name, "scored", "words"), done.printed(name, "grade", "words")
        if scored.scored is not None:
            assert done.sum(name, "foot", "scored") == without
            assert done.sum(name, "foot", "grade") == last
            beside += without != last
    assert beside == 3  # two capped, one set
    assert (done.printed("vetoed", "scored", "words"), done.printed("vetoed", "grade", "words")) == ("好", "差")


def test_89_996_is_the_second_grade_and_is_printed_so(done: Done) -> None:
    assert done.sum("near", "foot", "total") == pytest.approx(89.996, abs=1e-9)
    assert done.sum("near", "foot", "grade") == done.printed("near", "grade", "words") == "较好"
    assert done.sum("near", "foot", "places") == 3
    assert done.printed("near", "total", "words") == "89.996"
    read = score_sheet.read(done.written["DA-02.near"])
    assert done.written["DA-02.near"].cell(read.rows["total"], read.columns["score"]).number_format.startswith("#,##0.000")


def test_both_rules_of_missing_data_are_worked_out_and_differ(done: Done) -> None:
    told = {rule: done.printed(f"{rule}17", "missing", "words") for rule in ("red", "res")}
    assert "按分值比例分配" in told["red"]
    assert "总分换算" in told["res"]
    assert all(done.evaluations[f"{rule}{n}"].excluded for rule in told for n in SEEDS)
    assert done.sum("red17", "foot", "total") != pytest.approx(done.sum("res17", "foot", "total"), abs=1e-3)
