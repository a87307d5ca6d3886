"""Relations between the rows of a table: read from rules, printed as 审核关系, never from what is no plain sum."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gep.base.records import LayoutColumn, LayoutRow, Names
from gep.workflow.forms.relations import MINUS, depths, equation_of, plain_sum, printed, quotients_of, relations_of
from tests.data.assets.kit import shipped
from tests.workflow.forms.asset_forms import RULES, layout, rule


def test_a_plain_sum_of_rows_is_a_relation_in_every_column_of_its_block() -> None:
    found = relations_of(layout(), RULES)
    assert [(r.row, r.terms, r.columns, r.kind) for r in found] == [
        ("R20", (("R21", 1), ("R22", 1)), ("C0", "C1", "C2"), "made"),
        ("R40", (("R10", 1), ("R20", 1), ("R30", -1)), ("C0", "C1", "C2"), "made"),
        ("R40", (("R10", 1),), ("C0", "C1", "C2"), "checked"),  # the second route; R30 = max(…) is no sum
    ]
    assert found[-1].tolerance == Decimal("0.5")


@pytest.mark.parametrize(
    ("expression", "signs"),
    [
        ("a - (b - c)", [("a", 1), ("b", -1), ("c", 1)]),
        ("-a + b", [("a", -1), ("b", 1)]),
        ("a * b", None),
        ("a + 1", None),
        ("a + a", None),  # twice the same: a sum, but not of different cells
        ("sum(a over class)", None),
    ],
)
def test_only_inputs_added_and_subtracted_are_a_plain_sum(expression: str, signs: list[tuple[str, int]] | None) -> None:
    assert plain_sum(rule("XX-01.A.R40", expression)) == signs


@pytest.mark.parametrize(
    "more",
    [
        {"stands_in": True},  # only where nothing was returned
        {"inputs": [{**RULES[0]["inputs"][0], "time": "prev"}, RULES[0]["inputs"][1]]},  # of the year before
        {"inputs": [{**RULES[0]["inputs"][0], "select": {"xx01a": "C1"}}, RULES[0]["inputs"][1]]},  # of another column
        {"inputs": [{**RULES[0]["inputs"][0], "ref": "YY-01.A.R21"}, RULES[0]["inputs"][1]]},  # of another table
        {"inputs": [{**RULES[0]["inputs"][0], "ref": "XX-01.U1.R21"}, RULES[0]["inputs"][1]]},  # of the whole row
    ],
)
def test_what_adds_other_cells_than_those_of_its_column_is_no_relation(more: dict[str, object]) -> None:
    assert relations_of(layout(), [RULES[0] | more]) == ()


def test_a_rule_for_some_columns_makes_no_total() -> None:
    (found,) = relations_of(layout(), [RULES[0] | {"domain": {"xx01a": ["C2"]}}])
    assert found.columns == ("C2",)
    assert printed(layout(), [found], ())[-1].en == "R20 = R21 + R22 (columns C2)"


def test_rows_stand_below_what_they_are_added_up_in() -> None:
    found = depths(layout(), relations_of(layout(), RULES))
    # R40 takes R30 away, so its rows are no parts of it; 其中 stands below the row before it
    assert found == {"R10": 0, "R20": 0, "R21": 1, "R22": 1, "R30": 0, "R31": 1, "R40": 0}


def test_relations_are_printed_once_for_all_columns_and_checks_in_words() -> None:
    told = printed(layout(), relations_of(layout(), RULES), RULES)
    assert [n.zh for n in told] == [
        "C0 = C1 + C2",
        "R20 = R21 + R22",
        f"R40 = R10 + R20 {MINUS} R30",
        "R40 = R10（允许误差 0.5）",
        "XX-01.M1 的规则".replace("XX-01.M1", ""),
    ]
    assert told[3].en == "R40 = R10 (within 0.5)"


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("v1 / a1", ("R40", "C1")),
        ("v1 / (a1 + a2)", ("R40", "C0")),  # all parts of the total of that row
        ("v1 / (a1 - a2)", None),
        ("v1 / other", None),
        ("2 * v1 / a1", None),
    ],
)
def test_a_quotient_of_cells_is_found(expression: str, found: tuple[str, str] | None) -> None:
    area = {"kind": "measure", "ref": "XX-01.A.R40", "time": "same"}
    given = [
        {**area, "name": "a1", "select": {"xx01a": "C1"}},
        {**area, "name": "a2", "select": {"xx01a": "C2"}},
        {**area, "name": "v1", "ref": "XX-01.U1.R21", "select": {}},
        {**area, "name": "other", "select": {}},
    ]
    quotients = quotients_of(layout(), [rule("XX-01.U1.R40", expression, inputs=given)])
    assert [(q.place, q.over, q.under) for q in quotients] == ([(("R40", "U1"), ("R21", "U1"), found)] if found else [])


def test_a_long_sum_is_shortened() -> None:
    assert equation_of("C0", [(f"C{n}", 1) for n in range(1, 8)]) == "C0 = C1 + C2 + … + C7"
    assert equation_of("R5", [("R1", -1), ("R2", 1)]) == f"R5 = {MINUS} R1 + R2"


def test_a_matrix_has_feet_and_no_relation_of_rows() -> None:
    matrix = layout(
        matrix=True,
        rows=tuple(LayoutRow(f"F{c}", Names(c, c), "+") for c in ("1", "2", "0")),
        columns=(LayoutColumn("T1", Names("甲", "A")), LayoutColumn("T2", Names("乙", "B")), LayoutColumn("T0", Names("合", "T"), total=("T1", "T2"))),
    )  # fmt: skip
    assert relations_of(matrix, RULES) == ()
    assert [n.en for n in printed(matrix, (), ())] == ["T0 = T1 + T2", "F0 = F1 + F2"]


def test_every_shipped_stock_table_has_its_identity() -> None:
    """closing = opening + additions - reductions, in the tables that have these rows."""
    catalog = shipped()
    for table in ("LA-01", "GQ-01", "WL-01", "FS-01", "LQ-01", "LQ-02", "FT-01", "MN-01"):
        rules = [
            {
                **rule(r.output, r.expression), "id": r.id, "kind": r.kind, "stands_in": r.stands_in, "domain": dict(r.domain),
                "inputs": [{"name": i.name, "kind": i.kind, "ref": i.ref, "time": i.time, "select": dict(i.select)} for i in r.inputs],
            }
            for versions in catalog.rules.values()
            for r in versions
            if r.output.startswith(table)
        ]  # fmt: skip
        told = [n.zh for n in printed(catalog.layouts[table], relations_of(catalog.layouts[table], rules), ())]
        assert f"R40 = R10 + R20 {MINUS} R30" in told, table
        assert f"R50 = R20 {MINUS} R30" in told, table
