"""Lines of GEP as sides of a change, and the index beside them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from gep.accounts.decompose import Change, Side
from gep.explain.leaf_parts import Ground
from gep.workflow.line_nodes import ground_of, index_ratio, line_side
from tests.explain.hand_traces import Trace, cell, parameter

F = Fraction


def row(gep: str | None, gdp: str | None, vintage: str = "final") -> dict[str, Any]:
    ggi = None if gep is None or not gdp or not Decimal(gdp) else round(Decimal(gep) / Decimal(gdp), 12)
    amounts = {"gep": gep and Decimal(gep), "gdp": gdp and Decimal(gdp), "ggi": ggi}
    return {"region_code": "51", "gdp_vintage": vintage} | amounts


GEP = Change(F(30), F(40), {"price": F(10)})


def test_the_index_by_what_gep_and_gdp_did() -> None:
    # 30/100 = 0.3 → 40/80 = 0.5: GEP (0.1 + 0.125)/2, GDP (0.075 + 0.1)/2
    found = index_ratio(row("30", "100", "preliminary"), row("40", "80"), GEP)
    assert found is not None
    made = found.change
    assert (made.numerator, made.denominator, made.parts) == (F("0.1125"), F("0.0875"), {"price": F("0.1125")})
    assert found.states == ("preliminary", "final")


@pytest.mark.parametrize(
    ("left", "right", "gep"),
    [
        (None, row("40", "80"), GEP),
        (row("30", "100"), row("40", None), GEP),
        (row("30", "0"), row("40", "80"), GEP),
        (row(None, "100"), row("40", "80"), GEP),
        (row("30", "100"), row("40", "80"), Change(F(30), None, unknown=("51/a",))),
        (row("30", "100"), row("40", "80"), Change(F(30), F(40), {"price": F(9)})),  # not explained in full
    ],
)
def test_no_index_where_a_side_lacks_it_or_gep_is_not_explained(left: Any, right: Any, gep: Change) -> None:
    assert index_ratio(left, right, gep) is None


def test_an_index_that_is_not_gep_by_gdp_is_a_fault() -> None:
    with pytest.raises(AssertionError, match="is stored as"):
        index_ratio(row("30", "100") | {"ggi": Decimal("0.31")}, row("40", "80"), GEP)


def test_a_line_as_a_side() -> None:
    trace = Trace()
    quantity = trace.calc("q/51/2020/-", "(a * 2)", a=cell("a", "7"))
    inputs = {"quantity": quantity, "price": parameter("p", "3"), "rate": parameter("rate", "6.5")}
    made = trace.calc("value.q/51/2020/-", "((quantity * price) * rate)", 4, **inputs)
    expected = Side(F(273), F(14), F("19.5"), F(2), F(9), "q", "t")
    assert line_side(trace.ref(made), (F(2), F(9))) == expected
    money = trace.calc("value.m/51/2020/-", "amount", 4, amount=cell("m", "5"))
    assert line_side(trace.ref(money)) == Side(F(5))
    money.update(state="not_applicable", result=None)
    assert line_side(trace.ref(money)) == Side(None, applies=False)
    assert line_side(None) is None


def test_ground_needs_areas_on_both_sides() -> None:
    one, two = {"forest": F(2), "shrub": F(3)}, {"forest": F(4), "shrub": F(3)}
    assert ground_of(one, two, "forest") == Ground((F(2), F(4)), (F(5), F(7)))
    assert ground_of(one, two, "-") is None
    assert ground_of(None, two, "forest") is None
