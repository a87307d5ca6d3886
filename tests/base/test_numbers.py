"""Submitted numbers: what is read, with which digits, and the words for each thing that is not."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gep.base.findings import Place, catalogue
from gep.base.numbers import ERROR_VALUES, MISSING_MARKERS, PROBLEMS, Number, parse_number

PLACE = Place(file="表1.csv", row=7, column="value")


@pytest.mark.parametrize(
    ("text", "digits", "normalised"),
    [
        ("0", "0", False),
        ("158", "158", False),
        ("95.30", "95.30", False),  # trailing zeros are typed precision
        ("2799.10", "2799.10", False),
        ("-3.5", "-3.5", False),
        ("+3.5", "3.5", False),
        ("1,234", "1234", True),
        ("12,345,678.90", "12345678.90", True),
        ("1e8", "1E+8", False),
        ("1.50E-3", "0.00150", False),
        ("1e30", "1E+30", False),
        ("-0.00", "0.00", True),
        (" 12 ", "12", True),
        ("１２３", "123", True),
        ("１，２３４．５", "1234.5", True),
        ("－５", "-5", True),
        ("−5", "-5", True),  # U+2212
        ("9" * 60, "9" * 60, False),
    ],
)
def test_numbers_are_read_as_typed(text: str, digits: str, normalised: bool) -> None:
    read = parse_number(text)
    assert read == Number(Decimal(digits), normalised)
    assert read.amount is not None
    assert read.amount.as_tuple() == Decimal(digits).as_tuple()


CASES = [
    ("", "empty", "数值栏是空的", "The value is empty"),
    ("  ", "empty", "数值栏是空的", "The value is empty"),
    ("1" * 61, "too_long", "太长", "too long"),
    ("—", "missing_marker", "“—”表示没有数据", "“—” says that there is no figure"),
    ("#DIV/0!", "error_value", "表格公式的错误值", "error value of a spreadsheet formula"),
    ("#REF!", "error_value", "表格公式的错误值", "error value of a spreadsheet formula"),
    ("12\u00a0345", "hidden_character", r"“12\xa0345”中夹有看不见的字符", r"“12\xa0345” holds an invisible character"),
    ("\ufeff12", "hidden_character", "看不见的字符", "invisible character"),
    ("12\u200b", "hidden_character", "看不见的字符", "invisible character"),
    ("１２\u3000", "hidden_character", "特殊空格", "special space"),
    ("1\x002", "hidden_character", "看不见的字符", "invisible character"),
    ("nan", "not_finite", "不是有限的数", "not a finite number"),
    ("-Infinity", "not_finite", "不是有限的数", "not a finite number"),
    ("1_000", "underscore", "下划线", "underscore"),
    ("①", "odd_digits", "带圈", "circled"),
    ("10²", "odd_digits", "上标", "raised"),
    ("½", "odd_digits", "分数", "fraction"),
    ("٣٤", "odd_digits", "其他文字的数字", "foreign digits"),
    ("Ⅻ", "odd_digits", "其他文字的数字", "foreign digits"),
    ("12.5%", "percent_sign", "百分号", "percent"),
    ("１２％", "percent_sign", "百分号", "percent"),
    ("3‰", "percent_sign", "千分号", "per mille"),
    ("12,3456", "myriad_group", "按四位(万)分隔", "grouped by four (万)"),
    ("1,2345,6789", "myriad_group", "按四位(万)分隔", "grouped by four (万)"),
    ("1,5", "thousands_group", "不是每三位一个", "three digits apart"),
    ("12,34", "thousands_group", "不是每三位一个", "three digits apart"),
    ("1234,567", "thousands_group", "不是每三位一个", "three digits apart"),
    ("0,125", "thousands_group", "小数点", "decimal point"),
    ("0330100", "leading_zero", "像是代码", "looks like a code"),
    ("00.5", "leading_zero", "像是代码", "looks like a code"),
    ("1e31", "exponent_range", "超出 -30 到 30", "beyond -30 to 30"),
    ("1e400", "exponent_range", "超出 -30 到 30", "beyond -30 to 30"),
    ("1e-999999999999", "exponent_range", "超出 -30 到 30", "beyond -30 to 30"),
    ("12万", "unit_in_value", "带有文字或单位", "followed by words or a unit"),
    ("3.5亿元", "unit_in_value", "带有文字或单位", "followed by words or a unit"),
    ("158 km2", "unit_in_value", "带有文字或单位", "followed by words or a unit"),
    ("0x1F", "unit_in_value", "带有文字或单位", "followed by words or a unit"),
    ("约158", "not_a_number", "“约158”不是数", "“约158” is not a number"),
    ("3-5", "not_a_number", "“3-5”不是数", "“3-5” is not a number"),
    (".5", "not_a_number", "不是数", "is not a number"),
    ("5.", "not_a_number", "不是数", "is not a number"),
    ("1.2.3", "not_a_number", "不是数", "is not a number"),
    ("+", "not_a_number", "不是数", "is not a number"),
    ("--5", "not_a_number", "不是数", "is not a number"),
    ("1 234", "not_a_number", "不是数", "is not a number"),
    ("二十", "not_a_number", "不是数", "is not a number"),
    ("(123)", "not_a_number", "不是数", "is not a number"),
    ("=1+1", "not_a_number", "不是数", "is not a number"),
]


@pytest.mark.parametrize(("text", "problem", "zh", "en"), CASES)
def test_what_is_no_number_says_why(text: str, problem: str, zh: str, en: str) -> None:
    read = parse_number(text)
    assert (read.amount, read.problem) == (None, problem)
    found = read.finding(text, PLACE)
    assert zh in found.text("zh")
    assert en in found.text("en")
    assert found.place == PLACE


def test_every_problem_is_tested_and_has_its_words() -> None:
    assert {problem for _, problem, _, _ in CASES} == set(PROBLEMS)
    assert {f"BASE-NUMBER-{problem.upper().replace('_', '-')}" for problem in PROBLEMS} == {
        code for code in catalogue() if code.startswith("BASE-NUMBER-")
    }


def test_a_number_has_no_problem_to_tell() -> None:
    with pytest.raises(ValueError, match="no problem"):
        parse_number("5").finding("5", PLACE)


@pytest.mark.parametrize("marker", ["—", "-", "…", "...", "/", "×", "空", "N/A", "#N/A", "无", "缺", "*"])
def test_missing_markers_are_never_zero(marker: str) -> None:
    for text in (marker, f" {marker} "):
        assert parse_number(text).problem == "missing_marker"
        assert parse_number(text).amount is None


def test_no_marker_or_error_value_reads_as_a_number() -> None:
    for text in MISSING_MARKERS | ERROR_VALUES:
        assert parse_number(text).amount is None


alphabet = st.sampled_from(
    "0123456789012345678901234567890123456789..,,--+eE%_ ０１２９，．－％−\u00a0\ufeff①²٣½Ⅻ万—xnaif\n\x00\ud800"
)
anything = st.one_of(st.text(alphabet, max_size=16), st.text(max_size=16), st.text("0123456789,.eE-", max_size=70))


@settings(max_examples=5000)
@given(anything)
def test_no_text_raises_or_gives_what_is_not_finite(text: str) -> None:
    read = parse_number(text)
    assert (read.amount is None) == (read.problem in PROBLEMS)
    if read.amount is None:
        assert read.finding(text, PLACE).code.startswith("BASE-NUMBER-")
    else:
        assert read.amount.is_finite()
        assert abs(read.amount.adjusted()) <= 90
        assert read.amount or not read.amount.is_signed()


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=4))
def test_plain_decimals_come_back_digit_for_digit(amount: Decimal) -> None:
    for text in (f"{amount:f}", f"{amount:,f}"):
        read = parse_number(text).amount
        assert read is not None
        assert read == amount
        assert read.as_tuple().exponent == amount.as_tuple().exponent


@given(st.text("0123456789.,-", max_size=20))
def test_full_width_reads_like_ascii(text: str) -> None:
    wide = text.translate(str.maketrans("0123456789.,-", "０１２３４５６７８９．，－"))
    assert parse_number(wide).amount == parse_number(text).amount
