"""The tables of asset accounts in the store: leaves and totals apart, one view over both, nothing unknown becomes zero."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gep.base.findings import Refused
from gep.ledger import releases, store
from gep.ledger.asset_tables import ASSET_ACCOUNT, ASSET_TABLES, ASSET_TOTAL
from gep.ledger.tables import BY_PROFILE, TABLES
from gep.ledger.views import VIEWS

D = Decimal


def cell(region: str, row: str, column: str, amount: str | None, **more: object) -> dict[str, object]:
    made: dict[str, object] = {
        "region_code": region, "year": 2020, "vintage": 1, "scheme": "assets-physical", "table_id": "LA-01", "instance": "-",
        "row_code": row, "column_code": column, "cause": "-", "amount": None if amount is None else D(amount), "unit": "hm2",
        "state": "value" if amount is not None else "not_available", "illustrative": False,
    }  # fmt: skip
    return made | more


@pytest.fixture(scope="module")
def book(make: Any, build: Callable[..., Path]) -> Path:
    accounts = [cell("a", "R40", "C02", "5.25"), cell("a", "R40", "C04", None), cell("b", "R40", "C02", "3")]
    totals = [cell("a", "R40", "C00", None), cell("x", "R40", "C02", "8.25", region_level="city")]
    regions = [make.region("x", level="city"), make.region("a", "x"), make.region("b", "x")]
    return build(
        {
            "region": regions,
            "asset_account": accounts,
            "asset_total": totals,
            "release_state": [make.state()],
            "run": [make.run()],
        }
    )


def test_all_tables_belong_to_a_run_and_are_declared_once() -> None:
    names = [t.name for t in ASSET_TABLES]
    assert names == ["asset_account", "asset_total", "balance_sheet", "revision", "coverage", "extent_reconciliation"]
    assert set(names) <= {t.name for t in TABLES}
    assert set(names) <= {t.name for t in BY_PROFILE}
    assert ASSET_ACCOUNT.columns == ASSET_TOTAL.columns


def test_totals_stand_in_a_table_of_their_own_and_are_marked_where_both_are_shown(book: Path) -> None:
    with store.connect(book) as con:
        leaves = con.execute("SELECT region_code, column_code, amount FROM asset_account ORDER BY ALL").fetchall()
        both = con.execute("SELECT region_code, column_code, amount, is_total FROM asset_account_rollup ORDER BY ALL").fetchall()
    assert leaves == [("a", "C02", D("5.25")), ("a", "C04", None), ("b", "C02", D(3))]
    assert [r[:2] for r in both if r[3]] == [("a", "C00"), ("x", "C02")]
    assert [r[:2] for r in both if not r[3]] == [r[:2] for r in leaves]


def test_an_unknown_amount_is_null_with_its_state(book: Path) -> None:
    with store.connect(book) as con:
        rows = con.execute("SELECT amount, state FROM asset_account_rollup WHERE amount IS NULL").fetchall()
        sums = con.execute("SELECT total(amount, state), sum(amount) FROM asset_account WHERE region_code = 'a'").fetchall()
    assert rows == [(None, "not_available")] * 2
    assert sums == [(None, D("5.25"))]  # the plain sum passes over what is missing


@pytest.mark.parametrize("name", ["asset_account", "asset_account_rollup", "balance_sheet", "revision", "coverage"])
def test_every_table_has_a_view_of_all_vintages_and_of_a_day(name: str, book: Path) -> None:
    shown = {v.name for v in VIEWS}
    assert {name, f"{name}_all", f"{name}_asof"} <= shown
    with store.connect(book) as con:
        count = f"SELECT count(*) FROM {name}"
        assert con.execute(count).fetchone() == con.execute(f"SELECT count(*) FROM {name}_asof('2026-01-01')").fetchone()


def written(folder: Path, make: Any, *cells: dict[str, object]) -> set[str]:
    """The codes with which a release of these cells is refused."""
    tables = {"region": [make.region("a")], "release_state": [make.state()], "run": [make.run()], "asset_account": list(cells)}
    try:
        releases.write(folder, tables, {}, {})
    except Refused as refused:
        return {f.code for f in refused.findings}
    return set()


@pytest.mark.parametrize("lacking", ["unit", "state"])
def test_a_cell_without_unit_or_state_is_not_written(lacking: str, tmp_path: Path, make: Any) -> None:
    assert written(tmp_path / "1", make, cell("a", "R40", "C02", "1")) == set()
    assert len(written(tmp_path / "2", make, cell("a", "R40", "C02", "1", **{lacking: None}))) == 1


def test_a_cell_stands_once(tmp_path: Path, make: Any) -> None:
    one = cell("a", "R40", "C02", "1")
    assert len(written(tmp_path / "1", make, one, cell("a", "R40", "C02", "2"))) == 1
    # the same cell of another mineral, cause or scheme is another
    others = [cell("a", "R40", "C02", "1", **{k: "other"}) for k in ("instance", "cause", "scheme")]
    assert written(tmp_path / "2", make, one, *others) == set()
