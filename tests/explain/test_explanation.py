"""How an explanation is written out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gep.base.records import Source
from gep.explain.explanation import citation, plain_number, quantity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("32149000000.000000", "32,149,000,000"),
        ("226971940000.0000", "226,971,940,000.0000"),
        ("0.24", "0.24"),
        ("7.06", "7.06"),
        ("1E+3", "1,000"),
        ("1.50E+3", "1,500"),
        ("2E-7", "0.0000002"),
        ("-1234.5", "-1,234.5"),
        ("0", "0"),
        ("-0.5", "-0.5"),
        ("1537.123400", "1,537.1234"),
        ("0.000000001", "0.000000001"),
    ],
)
def test_digits_are_grouped_and_none_is_lost(text: str, expected: str) -> None:
    assert plain_number(text) == expected
    assert Decimal(plain_number(text).replace(",", "")) == Decimal(text)


def test_a_pure_number_has_no_unit() -> None:
    assert quantity("0.24", "1") == "0.24"
    assert quantity("321.49", "亿立方米") == "321.49 亿立方米"


def test_a_citation_says_what_is_known() -> None:
    source = Source("a", "paper", "A title", authors="Li", year="2017", published_in="Acta 37", doi="10.1/x")
    assert citation(source, "Table 3") == "Li, 2017, A title, Acta 37, 10.1/x, Table 3"
    assert citation(Source("b", "data", "Only a title")) == "Only a title"
