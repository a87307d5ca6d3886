"""Canonical bytes of records and the content hash."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from gep.base.canonical import dump
from gep.base.records import Line, Names, Severity, State
from gep.catalog.freeze import LARGEST, canonical, content_hash, plain

SIMPLE = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text() | st.decimals(allow_nan=False) | st.dates()
TREES = st.recursive(SIMPLE, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


def turned(value: Any) -> Any:
    """The same data with every mapping written the other way round."""
    if isinstance(value, dict):
        return {k: turned(v) for k, v in reversed(value.items())}
    return [turned(v) for v in value] if isinstance(value, list) else value


@given(TREES)
def test_the_order_of_keys_does_not_matter(tree: Any) -> None:
    assert canonical(turned(tree)) == canonical(tree)


@given(TREES)
def test_the_hash_is_that_of_the_bytes(tree: Any) -> None:
    assert content_hash(tree) == hashlib.sha256(canonical(tree)).hexdigest()


def test_the_order_of_a_list_matters() -> None:
    assert canonical([1, 2]) != canonical([2, 1])
    assert canonical({"b", "a"}) == canonical(["a", "b"]) == b'["a","b"]'


def test_exact_numbers_keep_every_digit() -> None:
    data = {
        "d": Decimal("7.060"),
        "big": Decimal("123456789012345678901234567890.1"),
        "f": Fraction(1, 3),
        "on": date(2010, 1, 2),
    }
    assert canonical(data) == b'{"big":"123456789012345678901234567890.1","d":"7.060","f":"1/3","on":"2010-01-02"}'


def test_records_states_and_mappings() -> None:
    given = {
        "names": Names("水", "Water"),
        "state": State.VALUE,
        "severity": Severity.STOP,
        "map": MappingProxyType({"b": 1, "a": None}),
    }
    assert (
        canonical(given) == '{"map":{"a":null,"b":1},"names":{"en":"Water","zh":"水"},"severity":"stop","state":"value"}'.encode()
    )


@pytest.mark.parametrize("value", [0.1, float("nan"), [1, {"a": 2.0}], Names("a", 1.5), object(), b"bytes"])  # type: ignore[arg-type]
def test_a_float_or_anything_else_inexact_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="has no canonical form"):
        plain(value)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-LARGEST, LARGEST), st.text()),
    lambda below: st.one_of(st.lists(below, max_size=4), st.dictionaries(st.text(max_size=6), below, max_size=4)),
    max_leaves=20,
)


@settings(max_examples=300)
@given(JSON)
def test_the_quick_way_writes_what_the_standard_says(data: object) -> None:
    """Order of keys by UTF-16, shortest escapes, nothing but the least: against the library for RFC 8785."""
    try:
        wanted = rfc8785.dumps(data)  # type: ignore[arg-type]
    except rfc8785.CanonicalizationError:  # half of a surrogate pair is no text
        with pytest.raises(rfc8785.CanonicalizationError):
            dump(data)
        return
    assert dump(data) == wanted


def test_characters_that_utf_16_orders_otherwise() -> None:
    """U+FFFD comes after U+1F600 in UTF-16 (0xD83D…), before it by code point."""
    assert dump({"\ufffd": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufffd":1}'.encode()


def test_a_number_that_json_does_not_hold_exactly_is_refused() -> None:
    assert canonical(LARGEST) == b"9007199254740991"
    with pytest.raises(ValueError, match="9007199254740992"):
        canonical(LARGEST + 1)


def test_a_field_that_came_later_leaves_older_hashes_as_they_were() -> None:
    """A line of before there were prices in foreign money is frozen as it was then; one with such a price says so."""
    body = plain(Line("water_retention", "reservoir_unit_cost"))
    assert body == {"measure": "water_retention", "price": "reservoir_unit_cost", "value_only": False, "domain": {}, "floor": ""}
    assert plain(Line("water_retention", "reservoir_unit_cost", currency="USD")) == body | {"currency": "USD"}
