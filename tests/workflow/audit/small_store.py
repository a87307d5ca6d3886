"""A small query store that tests fill by hand, two years of a city with two counties, and the registers of an audit beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from gep.accounts.redline_patches import Patch
from gep.catalog.suspicions import rules
from gep.ledger.store import STORED
from gep.ledger.views import create_statements
from gep.workflow.audit.records import Event
from gep.workflow.audit.suspicion_tables import Question, Registers
from gep.workflow.audit.suspicions import Judged, judge

ASKED = Question("A", 2019, 2021, date(2020, 1, 1), date(2022, 1, 1), "gep", "assets")
RULES = {rule.id: rule for rule in rules()}
STORE = Path("accounts.duckdb")
LOSS = (("la01", "C02"),)
WHEN = "TIMESTAMP '2022-05-01'"


class Small:
    """A store with the regions A (city) and B, C (counties), the years 2020 and 2021, and what a test puts into it."""

    def __init__(self) -> None:
        self.con = duckdb.connect(config={"threads": 1})
        for table in STORED:
            columns = ", ".join(f'"{c.name}" {c.type}' for c in table.columns)
            self.con.execute(f"CREATE TABLE {table.stored} ({columns})")
        self.con.execute("CREATE TABLE t_vintage_profile (vintage BIGINT, year INTEGER, profile VARCHAR)")
        self.con.execute(
            "CREATE TABLE t_region_path (vintage BIGINT, year INTEGER, code VARCHAR, ancestor VARCHAR, lowest BOOLEAN,"
            " name_zh VARCHAR, level VARCHAR)"
        )
        for statement in create_statements():
            if statement.startswith("CREATE"):
                self.con.execute(statement)
        self.vintage(1)

    @contextmanager
    def opened(self) -> Iterator[Small]:
        """The store as it was made, for one test."""
        self.con.execute("BEGIN")
        try:
            yield self
        finally:
            self.con.execute("ROLLBACK")

    def vintage(self, number: int, at: str = WHEN) -> None:
        self.con.execute(f'INSERT INTO t_run (vintage, "at") VALUES ({number}, {at})')
        for year in (2020, 2021):
            self.con.execute(f"INSERT INTO t_release_state VALUES ({number}, {year}, {number}, 'trial', 1, {at})")
            for profile in ("gep", "assets"):
                self.con.execute(f"INSERT INTO t_vintage_profile VALUES ({number}, {year}, '{profile}')")
            for code, above in (("A", "A"), ("B", "A"), ("B", "B"), ("C", "A"), ("C", "C")):
                low = code != "A"
                self.con.execute(f"INSERT INTO t_region_path VALUES ({number}, {year}, '{code}', '{above}', {low}, '', '')")

    def cell(self, region: str, year: int, place: str, amount: object, **more: Any) -> None:
        """`place`: LA-01 R31 C02."""
        table, row, column = place.split()
        cause = {"2": "human", "3": "human"}.get(row[1:2], "-") if row[2:] == "1" else "adjustment" if row[2:] == "3" else "-"
        held = {"vintage": 1, "unit": "hm2", "state": "value", "instance": "-", "cause": cause, "method_id": "submitted"} | more
        values = {
            "region_code": region,
            "year": year,
            "scheme": "assets",
            "table_id": table,
            "row_code": row,
            "column_code": column,
        }
        self.insert("t_asset_account", values | held | {"amount": amount})

    def insert(self, table: str, values: dict[str, object]) -> None:
        marks = ", ".join("?" * len(values))
        names = ", ".join(f'"{n}"' for n in values)
        self.con.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))

    def land(self, *, but: tuple[str, int] | None = None) -> None:
        """LA-01 of both counties and years, without any change, but for one that is left out."""
        for region in ("B", "C"):
            for year in (2020, 2021):
                if (region, year) != but:
                    for row, amount in (("R10", 100), ("R31", 0), ("R40", 100)):
                        self.cell(region, year, f"LA-01 {row} C02", amount)

    def ask(self, *names: str, registers: Registers | None = None, asked: Question = ASKED) -> Judged:
        chosen = [RULES[n] for n in names] if names else list(RULES.values())
        return judge(self.con, STORE, chosen, asked, registers or Registers())


def event(amount: str = "10", unit: str = "hm2", **changes: Any) -> Event:
    made = Event("E1", "B", "LA-01", "R31", LOSS, Decimal(amount), unit, date(2020, 1, 5), date(2020, 3, 1), document="批1")
    return replace(made, **changes)


def patch(name: str = "1", area: str | None = "10", **changes: Any) -> Patch:
    made = Patch(name, "v1", "B", "水源涵养", None if area is None else Decimal(area), "hm2", date(2015, 1, 1), document="批0")
    return replace(made, **changes)
