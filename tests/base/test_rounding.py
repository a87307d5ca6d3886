"""Rounding: the vectors of GB/T 8170-2008, half up, storage, half the last digit, and printing against a limit."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.rounding import half_unit, printable, round_8170, round_half_up, store

D = Decimal


@pytest.mark.parametrize(
    ("x", "step", "expected"),
    [
        ("1.050", "0.1", "1.0"),  # exact half, 0 is even
        ("0.35", "0.1", "0.4"),  # exact half, 3 is odd
        ("2500", "1E+3", "2E+3"),
        ("3500", "1E+3", "4E+3"),
        ("10.5002", "1", "11"),  # more than half
        ("-0.0365", "0.001", "-0.036"),  # by absolute value: 36.5 -> 36
        ("15.4546", "1", "15"),  # in one step; 15.455 -> 15.46 -> 15.5 -> 16 is forbidden
        ("12.1498", "0.1", "12.1"),
        ("12.1498", "1", "12"),
        ("1268", "1E+2", "1.3E+3"),
        ("-355", "1E+1", "-3.6E+2"),  # 35.5 -> 36
        ("-325", "1E+1", "-3.2E+2"),  # 32.5 -> 32
        # interval 0.5: twice the number is rounded to a whole one and halved
        ("60.25", "0.5", "60.0"),  # 120.50 -> 120
        ("60.38", "0.5", "60.5"),  # 120.76 -> 121
        ("60.28", "0.5", "60.5"),  # 120.56 -> 121
        ("-60.75", "0.5", "-61.0"),  # 121.50 -> 122
        # interval 20 (0.2 of the hundreds): five times the number is rounded to hundreds and divided by five
        ("830", "20", "840"),  # 4150 -> 4200
        ("842", "20", "840"),  # 4210 -> 4200
        ("832", "20", "840"),  # 4160 -> 4200
        ("-930", "20", "-920"),  # 4650 -> 4600
        ("0.3", "0.2", "0.4"),  # 1.5 -> 2
        ("0.5", "0.2", "0.4"),  # 2.5 -> 2
        ("-0.04", "0.1", "0.0"),  # no negative zero
        ("0", "0.01", "0.00"),
    ],
)
def test_gb_t_8170(x: str, step: str, expected: str) -> None:
    rounded = round_8170(D(x), D(step))
    assert rounded == D(expected)
    assert rounded.as_tuple().exponent == D(step).as_tuple().exponent
    assert not str(rounded).startswith("-0.0") or rounded != 0
    assert round_8170(Fraction(x), D(step)) == rounded


@pytest.mark.parametrize(
    ("x", "step", "expected"),
    [
        ("1.050", "0.1", "1.1"),
        ("0.35", "0.1", "0.4"),
        ("2500", "1E+3", "3E+3"),
        ("-0.0365", "0.001", "-0.037"),
        ("15.4546", "1", "15"),
        ("60.25", "0.5", "60.5"),
        ("-930", "20", "-940"),
        ("0.4999", "1", "0"),
    ],
)
def test_half_up(x: str, step: str, expected: str) -> None:
    assert round_half_up(D(x), D(step)) == D(expected)


def test_the_two_rules_differ_on_even_ties_only() -> None:
    differ = [n for n in range(1, 2001) if round_8170(Fraction(n, 100), D("0.1")) != round_half_up(Fraction(n, 100), D("0.1"))]
    assert differ == [n for n in range(1, 2001) if n % 20 == 5]  # 0.05, 0.25, 0.45 ...


def test_a_fraction_is_rounded_exactly() -> None:
    tie = Fraction(1, 8)
    assert round_8170(tie, D("0.01")) == D("0.12")
    assert round_8170(tie + Fraction(1, 10**40), D("0.01")) == D("0.13")
    assert round_8170(Fraction(2, 3), D("0.001")) == D("0.667")


@pytest.mark.parametrize("step", ["0", "-0.1", "NaN", "Infinity"])
def test_a_step_is_positive(step: str) -> None:
    with pytest.raises(ValueError, match="rounding interval"):
        round_8170(D(1), D(step))


@pytest.mark.parametrize("x", ["NaN", "Infinity", "-Infinity"])
def test_only_numbers_are_rounded(x: str) -> None:
    with pytest.raises(ValueError, match="cannot be rounded"):
        round_half_up(D(x), D(1))


def test_storage_scale() -> None:
    # silt of the Garze account: 0.24 · 779.42 / 0.93 does not end
    assert store(Fraction("0.24") * Fraction("779.42") / Fraction("0.93"), 6) == D("201.140645")
    assert str(store(Fraction(1, 2), 4)) == "0.5000"
    assert store(Fraction(5, 10**7), 6) == D("0.000000")
    assert store(Fraction(15, 10**7), 6) == D("0.000002")
    assert store(Fraction(-1, 10**9), 6).is_signed() is False
    assert str(store(Fraction(10**30 + 1), 0)) == str(10**30 + 1)
    with pytest.raises(ValueError, match="no negative decimals"):
        store(Fraction(1), -1)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("158", "0.5"),
        ("95.30", "0.005"),
        ("6.00", "0.005"),
        ("0.00", "0.005"),
        ("1.2E+3", "50"),
        ("2E+1", "5"),
        ("1E-6", "0.0000005"),
        ("-0.3", "0.05"),
    ],
)
def test_half_of_the_last_typed_digit(amount: str, expected: str) -> None:
    assert half_unit(D(amount)) == D(expected)


def test_half_unit_of_no_number() -> None:
    with pytest.raises(ValueError, match="no last digit"):
        half_unit(D("NaN"))


@pytest.mark.parametrize(
    ("x", "limit", "step", "expected"),
    [
        ("89.96", "90", "0.1", "89.96"),  # 90.0 would meet the limit
        ("89.94", "90", "0.1", "89.9"),
        ("90.04", "90", "0.1", "90.04"),
        ("90.000004", "90", "0.1", "90.000004"),
        ("90", "90", "0.1", "90.0"),
        ("0.125", "0.125", "0.1", "0.125"),  # on the limit: printed equal to it
        ("99.6", "100", "0.5", "99.5"),
        ("99.8", "100", "0.5", "99.8"),
        ("995", "1000", "20", "995"),  # 1000 and then by tens 1000, by ones 995
        ("-0.04", "0", "0.1", "-0.04"),
    ],
)
def test_a_printed_figure_stays_on_its_side(x: str, limit: str, step: str, expected: str) -> None:
    assert str(printable(D(x), D(limit), D(step))) == expected


def test_printing_by_half_up_and_against_a_third() -> None:
    assert printable(D("0.25"), D(1), D("0.1"), round_half_up) == D("0.3")
    assert printable(D("0.25"), D(1), D("0.1")) == D("0.2")
    assert printable(Fraction(1, 3), Fraction(1, 3), D("0.01")) == D("0.33")
    assert printable(D("0.3333"), Fraction(1, 3), D("0.01")) == D("0.33")
    assert printable(D("0.3334"), Fraction(1, 3), D("0.01")) == D("0.3334")


decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=8)
places = st.integers(0, 6)


@given(decimals, places)
def test_agrees_with_decimal_quantize(x: Decimal, n: int) -> None:
    wide = Context(prec=60)
    step = D((0, (1,), -n))
    with localcontext(prec=2):
        even, up = round_8170(x, step), round_half_up(x, step)
    assert even == x.quantize(step, ROUND_HALF_EVEN, wide)
    assert up == x.quantize(step, ROUND_HALF_UP, wide)
    assert store(Fraction(x), n) == even


@given(decimals, st.sampled_from(["0.1", "0.2", "0.5", "1", "20", "1E+3", "0.25"]))
def test_nearest_multiple_symmetric_and_once(x: Decimal, step: str) -> None:
    rounded = round_8170(x, D(step))
    assert abs(Fraction(rounded) - Fraction(x)) * 2 <= Fraction(step)
    assert (Fraction(rounded) / Fraction(step)).denominator == 1
    assert round_8170(-x, D(step)) == -rounded
    assert round_8170(rounded, D(step)) == rounded


@given(decimals, decimals, st.sampled_from(["0.1", "0.5", "20"]))
def test_print_never_crosses_the_limit(x: Decimal, limit: Decimal, step: str) -> None:
    shown = printable(x, limit, D(step))
    assert (shown > limit, shown < limit) == (x > limit, x < limit)


@given(decimals)
def test_half_unit_is_the_rounding_interval_of_what_was_typed(x: Decimal) -> None:
    assert round_8170(Fraction(x) + Fraction(half_unit(x)) * Fraction(99, 100), D((0, (1,), int(x.as_tuple().exponent)))) == x


def test_a_number_of_a_thousand_digits_keeps_each_of_them() -> None:
    big = Decimal("1" * 1000 + ".25")
    assert round_8170(big, Decimal("0.1")) == Decimal("1" * 1000 + ".2")
    assert round_8170(big.copy_negate(), Decimal("0.1")) == Decimal("-" + "1" * 1000 + ".2")
