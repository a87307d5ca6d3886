"""A question that would count one figure several times is told so; others are left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gep.ledger.open_keys import open_keys

WHOLE = "WHERE profile = 'garze-2017' AND zone = '-' AND price_basis = 'current'"


@pytest.fixture(scope="module")
def store(make: Any, build: Callable[..., Path]) -> Path:
    """Two zones and two price bases of one profile in value_account, one of each elsewhere."""
    values = [
        make.value("a", "water", "1"),
        make.value("a", "water", "1", price_basis="constant:2020"),
        make.value("a", "water", "1", zone="Z1"),
    ]
    return build(
        {
            "region": [make.region("a")],
            "value_account": values,
            "gep_total": [make.total("a", "1")],
            "release_state": [make.state(1, 2020)],
        }
    )


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT total(value, state) FROM value_account", ["value_account: zone, price_basis"]),
        ("SELECT SUM(value) FROM value_account_rollup WHERE zone = '-'", ["value_account_rollup: price_basis"]),
        ("SELECT sum(value) FROM value_account_all WHERE price_basis = 'current'", ["value_account: zone"]),
        (f"SELECT sum(value) FROM value_account {WHOLE}", []),
        ("SELECT zone, price_basis, sum(value) FROM value_account GROUP BY ALL", []),
        ("SELECT * FROM value_account", []),  # rows as they are
        ("SELECT sum(gep) FROM gep_total", []),  # there is one of each
        ("SELECT count(*) FROM asset_account", []),
    ],
)
def test_which_questions_leave_a_key_open(store: Path, sql: str, expected: list[str]) -> None:
    told = list(open_keys(store, sql))
    assert [f"{f.place.key}: {f.found}" for f in told] == expected
    assert all(f.severity == "note" for f in told)


def test_the_note_names_the_view_and_the_keys(store: Path) -> None:
    (told,) = open_keys(store, "SELECT total(value, state) FROM value_account")
    assert "value_account" in told.text("zh")
    assert "zone, price_basis" in told.text("en")
