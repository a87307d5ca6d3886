"""How much each cause moved a figure, on traces made by hand, worked out in comments."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.explain.differ import Pair
from gep.explain.moved import Moved, Movements, change_of
from gep.explain.moved_rows import handed
from tests.explain.hand_traces import Trace, cell, corrected, parameter

F = Fraction


def weighed(old: tuple[Trace, dict[str, Any]], new: tuple[Trace, dict[str, Any]]) -> Moved:
    """The causes of the change between two nodes, which add up to it exactly both ways round."""
    pair = Pair(old[0].ref(old[1]), new[0].ref(new[1]))
    found = Movements().of(pair)
    gap = (handed(new[1]) or F(0)) - (handed(old[1]) or F(0))
    assert sum(found.amounts.values(), F(0)) == gap == change_of(pair)
    back = Movements().of(Pair(pair.new, pair.old))
    assert back.amounts == {cause: -amount for cause, amount in found.amounts.items()}
    return found


def product(a: dict[str, Any], b: dict[str, Any]) -> tuple[Trace, dict[str, Any]]:
    trace = Trace()
    return trace, trace.calc("q/51", "(a * b)", a=a, b=b)


def test_a_return_and_a_correction_of_one_product() -> None:
    # 2·3 → 4·5: a 2·(3+5)/2 = 8, b 2·(2+4)/2 = 6
    found = weighed(product(cell("a", "2"), cell("b", "3")), product(cell("a", "4"), corrected("b", "5")))
    assert found == Moved({"input": F(8), "correction": F(6)})


def test_what_goes_to_an_input_is_split_as_its_own_change_is() -> None:
    # s = a + b: 1 + 1 → 2 + 3, times c: 2 → 4: 4 → 20; s has 3·(2+4)/2 = 9, c 2·(2+5)/2 = 7; of s one third is a return
    def side(a: str, b: dict[str, Any], c: str) -> tuple[Trace, dict[str, Any]]:
        trace = Trace()
        s = trace.calc("s/51", "(a + b)", a=cell("a", a), b=b)
        return trace, trace.calc("q/51", "(s * c)", s=s, c=parameter("c", c))

    found = weighed(side("1", cell("b", "1"), "2"), side("2", corrected("b", "3"), "4"))
    assert found == Moved({"input": F(3), "correction": F(6), "parameter": F(7)})


def test_rounding_to_storage_stays_inside_the_causes() -> None:
    # 1/3 → 2/3 stored as 0.333333 and 0.666667: 0.333334 in all
    def side(a: str) -> tuple[Trace, dict[str, Any]]:
        trace = Trace()
        return trace, trace.calc("q/51", "(a / 3)", a=cell("a", a))

    assert weighed(side("1"), side("2")) == Moved({"input": F("0.333334")})


def test_what_came_out_the_same_moved_nothing() -> None:
    # s = a + b: 1 + 3 → 2 + 2; only the price moved: 4·(5−2)
    def side(a: str, b: str, price: str) -> tuple[Trace, dict[str, Any]]:
        trace = Trace()
        s = trace.calc("s/51", "(a + b)", a=cell("a", a), b=corrected("b", b))
        return trace, trace.calc("q/51", "(s * p)", s=s, p=parameter("p", price))

    assert weighed(side("1", "3", "2"), side("2", "2", "5")) == Moved({"parameter": F(12)})


def test_another_wording_of_the_rule_is_replaced_like_an_argument() -> None:
    # a·2 → a·3 with a 5 → 7: a 2·(2+3)/2 = 5, the rule 1·(5+7)/2 = 6
    def side(a: str, factor: str, version: str) -> tuple[Trace, dict[str, Any]]:
        trace = Trace(rules=("p/q",))
        return trace, trace.calc("q/51", f"(a * {factor})", version=version, a=cell("a", a))

    assert weighed(side("5", "2", "1"), side("7", "3", "2")) == Moved({"input": F(5), "rule": F(6)})


def test_what_only_one_rule_reads_goes_with_the_rule() -> None:
    # a·b = 2·3 → a + c = 4 + 10: a (2·3+2·1)/2 = 4, the rule (6·1 … ) 8 − 4 = 4
    old, new = Trace(rules=("p/q",)), Trace(rules=("p/q",))
    one = old.calc("q/51", "(a * b)", a=cell("a", "2"), b=cell("b", "3"))
    two = new.calc("q/51", "(a + c)", version="2", a=cell("a", "4"), c=cell("c", "10"))
    # none 6, a alone 12, rule alone 12, both 14: a ((12−6)+(14−12))/2 = 4, rule 4
    assert weighed((old, one), (new, two)) == Moved({"input": F(4), "rule": F(4)})


def test_another_rule_in_its_place_is_the_scheme() -> None:
    old, new = Trace(), Trace()
    one = old.calc("q/51", "(a * 2)", rule="r1", a=cell("a", "5"))
    two = new.calc("q/51", "(a * 3)", rule="r2", a=cell("a", "5"))
    assert weighed((old, one), (new, two)) == Moved({"scheme": F(5)})


def test_a_return_where_a_rule_worked_before_is_the_scheme() -> None:
    old = Trace()
    one = old.calc("q/51", "(a * 2)", a=cell("a", "5"))
    returned = cell("q/51", "14")
    assert weighed((old, one), (Trace(returned), returned)) == Moved({"scheme": F(4)})


@pytest.mark.parametrize(("program", "cause"), [("2", "program"), ("1", "unexplained")])
def test_a_result_that_the_trace_does_not_give(program: str, cause: str) -> None:
    # a 5 → 6 is 2 of the change; 12 is not what the expression gives, so 1 comes from elsewhere
    old, new = Trace(), Trace(program=program)
    one = old.calc("q/51", "(a * 2)", a=cell("a", "5"))
    two = new.calc("q/51", "(a * 2)", a=cell("a", "6"), result="13")
    assert weighed((old, one), (new, two)) == Moved({"input": F(2), cause: F(1)})


def test_inputs_that_cannot_be_replaced_one_by_one_have_equal_shares() -> None:
    # 1/(a − b): 3, 1 → 7, 3; with b alone a − b is zero
    def side(a: str, b: dict[str, Any]) -> tuple[Trace, dict[str, Any]]:
        trace = Trace()
        return trace, trace.calc("q/51", "(1 / (a - b))", a=cell("a", a), b=b)

    found = weighed(side("3", cell("b", "1")), side("7", corrected("b", "3")))
    assert found == Moved({"input": F(-1, 8), "correction": F(-1, 8)}, apart=False)


def test_more_than_eight_inputs_by_two_orders() -> None:
    def side(amounts: str) -> tuple[Trace, dict[str, Any]]:
        trace = Trace()
        cells = {n: (corrected if n == "i" else cell)(f"m_{n}", a) for n, a in zip("abcdefghi", amounts, strict=True)}
        return trace, trace.calc("q/51", "((((((((a + b) + c) + d) + e) + f) + g) + h) * i)", **cells)

    # sum 8 → 16, times i 1 → 2: the sum has 8·(1+2)/2 = 12, i 1·(8+16)/2 = 12
    assert weighed(side("111111111"), side("222222222")) == Moved({"input": F(12), "correction": F(12)})


# ---- row sums


def purified(forest: tuple[str, dict[str, Any]], grass: str, capacity: str) -> tuple[Trace, dict[str, Any]]:
    trace = Trace()
    rate = parameter("capacity/forest", capacity)
    rows = {
        "forest": [(capacity, rate), forest],
        "grass": [("1", parameter("capacity/grass", "1")), (grass, cell("area/51/2020/grass", grass))],
    }
    total = trace.rows("q/51", "(capacity * area)", ["capacity", "area"], rows)
    return trace, trace.calc("q/51", "S0", sums={"S0": total})


def test_rows_over_figures_go_to_the_figures_they_look_up() -> None:
    # forest 2·10 → 3·12: area 2·(2+3)/2 = 5 corrected, capacity 1·(10+12)/2 = 11; grass 5 → 8
    area = "area/51/2020/forest"
    old = purified(("10", cell(area, "10")), "5", "2")
    new = purified(("12", corrected(area, "12")), "8", "3")
    assert weighed(old, new) == Moved({"correction": F(5), "parameter": F(11), "input": F(3)})


def patches(areas: dict[str, str], rate: str, *, inline: bool = True, fn: str = "sum") -> tuple[Trace, dict[str, Any]]:
    trace = Trace()
    given = parameter("rate", rate)
    rows = {key: [(area, None), (rate, given)] for key, area in areas.items()}
    total = trace.rows("q/51", "(area * rate)", ["area", "rate"], rows, record_set="patches", inline=inline, fn=fn)
    return trace, trace.calc("q/51", "S0" if fn == "sum" else "V0", sums={"S0" if fn == "sum" else "V0": total})


def test_columns_of_a_record_set_are_returns() -> None:
    # a: 10·2 → 12·3: area 2·2.5 = 5, rate 11; b is gone: −4·2; c is new: 5·3
    found = weighed(patches({"a": "10", "b": "4"}, "2"), patches({"a": "12", "c": "5"}, "3"))
    assert found == Moved({"input": F(5 - 8 + 15), "parameter": F(11)})


def test_a_looked_up_place_is_known_by_how_it_moved() -> None:
    # two columns and one rate: only the second column and the rate moved; 3·2·(4+5)/2 …
    def side(width: str, rate: str) -> tuple[Trace, dict[str, Any]]:
        trace = Trace()
        row: list[tuple[str, dict[str, Any] | None]] = [("3", None), (width, None), (rate, parameter("rate", rate))]
        total = trace.rows("q/51", "((x * y) * r)", ["x", "y", "r"], {"a": row}, record_set="patches")
        return trace, trace.calc("q/51", "S0", sums={"S0": total})

    # 3·2·4 = 24 → 3·5·8 = 120: y 3·3·(4+8)/2 = 54, r 3·4·(2+5)/2 = 42
    assert weighed(side("2", "4"), side("5", "8")) == Moved({"input": F(54), "parameter": F(42)})
    assert weighed(side("2", "4"), side("2", "8")) == Moved({"parameter": F(24)})


def test_rows_that_stand_in_no_trace() -> None:
    mixed = weighed(patches({"a": "10"}, "2", inline=False), patches({"a": "12"}, "3", inline=False))
    assert mixed == Moved({"input": F(8), "parameter": F(8)}, apart=False)
    alone = weighed(patches({"a": "10"}, "2", inline=False), patches({"a": "12"}, "2", inline=False))
    assert alone == Moved({"input": F(4)})


def test_the_smallest_row_is_not_weighed() -> None:
    found = weighed(patches({"a": "10", "b": "7"}, "2", fn="min"), patches({"a": "10", "b": "8"}, "2", fn="min"))
    assert found == Moved({"input": F(2)})


def test_a_new_class_among_figures_comes_from_its_own_figure() -> None:
    def side(shrub: dict[str, Any] | None) -> tuple[Trace, dict[str, Any]]:
        trace = Trace()
        rows: dict[str, list[tuple[str, dict[str, Any] | None]]] = {
            "forest": [("2", parameter("rate/forest", "2")), ("10", cell("area/51/2020/forest", "10"))]
        }
        if shrub is not None:
            rows["shrub"] = [("3", parameter("rate/shrub", "3")), (shrub["amount"], shrub)]
        total = trace.rows("q/51", "(rate * area)", ["rate", "area"], rows)
        return trace, trace.calc("q/51", "S0", sums={"S0": total})

    assert weighed(side(None), side(corrected("area/51/2020/shrub", "4"))) == Moved({"correction": F(12)})
    assert weighed(side(None), side(cell("area/51/2020/shrub", "4"))) == Moved({"input": F(12)})


# ---- totals


def test_parts_of_a_total() -> None:
    # a corrected +1, b +2, c is gone −4, d is new +8
    def side(*parts: dict[str, Any]) -> tuple[Trace, dict[str, Any]]:
        trace = Trace()
        return trace, trace.total("q/51/2020/-", *parts)

    old = side(cell("q/1", "10"), cell("q/2", "20"), cell("q/3", "4"))
    new = side(corrected("q/1", "11"), cell("q/2", "22"), cell("q/4", "8"))
    assert weighed(old, new) == Moved({"correction": F(1), "input": F(6)})


# ---- any traces


KINDS = st.sampled_from([cell, corrected])
AMOUNTS = st.decimals(min_value=-50, max_value=50, places=2).map(lambda d: format(d, "f"))
FORMS = st.sampled_from(
    ["((a * b) + c)", "max(a, (b * c))", "((a / 7) - (b * b))", "where((a > b), (a * c), (1 / (1 + (c * c))))"]
)
SIDE = st.tuples(*[st.tuples(KINDS, AMOUNTS)] * 6, AMOUNTS)


@given(FORMS, FORMS, SIDE, SIDE)
def test_causes_add_up_to_the_last_digit(inner: str, outer: str, one: Any, two: Any) -> None:
    def side(given: Any) -> tuple[Trace, dict[str, Any]]:
        trace = Trace()
        made = [kind(f"m{i}/51/2020/-", amount) for i, (kind, amount) in enumerate(given[:6])]
        below = trace.calc("x/51", inner, a=made[0], b=made[1], c=made[2])
        rows: dict[str, list[tuple[str, dict[str, Any] | None]]] = {
            "r": [(made[3]["amount"], made[3]), (given[6], parameter("k", given[6]))]
        }
        total = trace.rows("q/51", "(v * k)", ["v", "k"], rows)
        summed = trace.calc("y/51", "S0", sums={"S0": total})
        return trace, trace.calc("q/51", outer, a=below, b=summed, c=made[5])

    found = weighed(side(one), side(two))
    assert set(found.amounts) <= {"input", "correction", "parameter"}
