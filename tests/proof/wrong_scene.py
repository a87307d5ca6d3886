"""A book of two years copied into memory, where a wrongdoing is done, the totals follow, and everything is taken back afterwards."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from gep.accounts.redline_patches import Patch
from gep.ledger.views import create_statements
from gep.workflow.audit.records import Balance, Event, Observation, Problem
from gep.workflow.audit.suspicion_tables import Question, Registers, Reported

CITY, COUNTIES, YEARS = "990100", ("990121", "990122", "990123"), (2016, 2017)
ASKED = Question(CITY, 2015, 2017, date(2016, 1, 1), date(2018, 1, 1), "sample", "assets")
FACTOR = Decimal("1.37")
AREAS = ("hm2", "km2", "公顷", "平方公里", "平方千米", "m2", "亩")
STRIPPED = ("t_trace", "t_uncertainty", "t_uncertainty_parameter", "t_zone_member")  # no rule reads them
CENT = Decimal("0.01")


@dataclass
class Scene:
    """What a wrongdoing may touch: the tables of the copy and the registers of the audit."""

    con: duckdb.DuckDBPyConnection
    registers: Registers
    asked: Question = ASKED
    vintage: int = 0

    def one(self, query: str, *given: object) -> Any:
        row = self.con.execute(query, list(given)).fetchone()
        assert row is not None, query
        return row[0]

    def run(self, query: str, *given: object) -> None:
        """A change that must hit something."""
        row = self.con.execute(query, list(given)).fetchone()
        assert row is not None
        assert row[0] > 0, query

    def cell(self, region: str, year: int, table: str, row: str, column: str, instance: str = "-") -> Decimal:
        return Decimal(
            self.one(
                "SELECT amount FROM t_asset_account WHERE region_code = ? AND year = ? AND table_id = ? AND row_code = ?"
                " AND column_code = ? AND instance = ?",
                *(region, year, table, row, column, instance),
            )
        )

    def add(self, region: str, year: int, table: str, row: str, column: str, by: Decimal, instance: str = "-") -> None:
        """Add to one cell, and to the same cell of the city where it has one."""
        place = "year = ? AND table_id = ? AND row_code = ? AND column_code = ? AND instance = ?"
        keys = (year, table, row, column, instance)
        self.run(f"UPDATE t_asset_account SET amount = amount + ? WHERE region_code = ? AND {place}", by, region, *keys)
        self.con.execute(f"UPDATE t_asset_total SET amount = amount + ? WHERE region_code = ? AND {place}", [by, CITY, *keys])

    def flow(self, region: str, year: int, table: str, row: str, column: str, by: Decimal, instance: str = "-") -> None:
        """Add to a row of change and let subtotal, net change, closing and the openings and closings of later years follow."""
        self.add(region, year, table, row, column, by, instance)
        sign = 1 if row.startswith("R2") else -1
        for follows, amount in ((f"{row[:2]}0", by), ("R50", sign * by)):
            if self.holds(region, year, table, follows, column, instance):
                self.add(region, year, table, follows, column, amount, instance)
        for y in YEARS:
            if y > year:
                self.add(region, y, table, "R10", column, sign * by, instance)
            if y >= year:
                self.add(region, y, table, "R40", column, sign * by, instance)
                if self.holds(region, y, table, "R60", column, instance):
                    self.add(region, y, table, "R60", column, sign * by, instance)

    def holds(self, *place: object) -> bool:
        region, year, table, row, column, instance = place
        return bool(
            self.one(
                "SELECT count(*) FROM t_asset_account WHERE region_code = ? AND year = ? AND table_id = ? AND row_code = ?"
                " AND column_code = ? AND instance = ?",
                *(region, year, table, row, column, instance),
            )
        )

    def figure(self, region: str, year: int, table: str, row: str, column: str, instance: str = "-") -> str:
        cause = self.one(
            "SELECT cause FROM t_asset_account WHERE region_code = ? AND year = ? AND table_id = ? AND row_code = ? AND column_code = ?"
            " AND instance = ?",
            *(region, year, table, row, column, instance),
        )
        return f"asset_account/{region}/{year}/{table}/{row}/{column}/{cause}/scheme=assets/instance={instance}"

    def register(self, **changes: Any) -> None:
        self.registers = replace(self.registers, **changes)

    def rerun(self) -> int:
        """A later run of the same two years: every account once more under a new vintage, which is the one in use."""
        new, old = self.vintage + 100, self.vintage
        tables = [
            r[0]
            for r in self.con.execute(
                "SELECT table_name FROM duckdb_columns() WHERE column_name = 'vintage' AND NOT internal AND table_name LIKE 't\\_%' ESCAPE '\\'"
            ).fetchall()
        ]
        for table in tables:
            self.con.execute(f"INSERT INTO {table} SELECT * REPLACE ({new} AS vintage) FROM {table} WHERE vintage = {old}")
        self.con.execute(f"UPDATE t_release_state SET seq = seq + 100 WHERE vintage = {new}")
        self.vintage = new
        return new


@dataclass
class Copied:
    """The copy; `opened` gives it for one wrongdoing."""

    con: duckdb.DuckDBPyConnection
    vintage: int
    registers: Registers

    @contextmanager
    def opened(self) -> Iterator[Scene]:
        self.con.execute("BEGIN")
        try:
            yield Scene(self.con, self.registers, vintage=self.vintage)
        finally:
            self.con.execute("ROLLBACK")


def copied(store: Path) -> Copied:
    """The tables of a query store in memory with the public views over them, and registers that bear out what the book says."""
    con = duckdb.connect(config={"threads": 2})
    con.execute(f"ATTACH '{store}' AS src (READ_ONLY)")
    for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'src'").fetchall():
        rows = "LIMIT 0" if name in STRIPPED else ""
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM src.{name} {rows}")
    # one figure a parameter, region and year is enough to tell that it was used
    con.execute(
        "CREATE OR REPLACE TABLE t_parameter_used AS SELECT * FROM src.t_parameter_used QUALIFY row_number() OVER (PARTITION BY vintage,"
        " parameter, key, region_code, source_set, valid_from, split_part(figure, '/', 2), split_part(figure, '/', 3),"
        " split_part(figure, '/', 1) = 'asset_account' ORDER BY figure) = 1"
    )
    con.execute("DETACH src")
    for statement in create_statements():
        if statement.startswith("CREATE"):
            con.execute(statement)
    vintage = con.execute("SELECT max(vintage) FROM t_run").fetchone()[0]
    scene = Scene(con, Registers(), vintage=vintage)
    return Copied(con, vintage, honest(scene))


def honest(scene: Scene) -> Registers:
    """Registers without a fault: approvals for every human loss of land, patches that stay, reports that print the book."""
    events = []
    lost = scene.con.execute(
        "SELECT region_code, year, column_code, amount FROM t_asset_account WHERE table_id = 'LA-01' AND row_code = 'R31' AND amount > 0 ORDER BY ALL"
    ).fetchall()
    for region, year, column, amount in lost:
        events.append(approval(f"E{len(events):03}", region, year, column, amount))
    # each natural class has an approval in the register, if an old one
    events += [approval(f"OLD-{c}", COUNTIES[0], 2014, c, Decimal(1)) for c in ("C01", "C04", "C05", "C08")]
    patches = [
        Patch(f"P-{county}-{n}", "2015", county, kind, Decimal(100 * n), "hm2", date(2015, 1, 1), document="示例〔2015〕1号",
              natural_share=Decimal("97.5"), function_index=Decimal("80"))
        for county in COUNTIES for n, kind in enumerate(("水源涵养", "生物多样性维护", "水土保持"), 1)
    ]  # fmt: skip
    observations = [
        Observation(county, "LA-01", "R40", (("la01", "C02"),), date(year + 1, 1, 1), scene.cell(county, year, "LA-01", "R40", "C02"), "hm2")
        for county in COUNTIES for year in YEARS
    ]  # fmt: skip
    balances = [
        Balance(date(2016, 7, 2), county, "WQ-01", "SC40", (("wq01", "K2"),), None, "个", "NEAREST", 2016, 182)
        for county in COUNTIES
    ]
    problems = [Problem("Q1", "R1", "示例问题", "W1", "U", "P", "F", "phased", date(2017, 6, 30))]
    reports = []
    for year in YEARS:
        gep = scene.one(
            "SELECT gep FROM t_gep_total WHERE region_code = ? AND year = ? AND zone = '-' AND price_basis = 'current'",
            CITY,
            year,
        )
        address = f"gep_total/{CITY}/{year}/zone=-/profile=sample/price_basis=current/currency=CNY"
        reports.append(Reported(f"公报 {year}", address, (gep / 10**8).quantize(CENT), "亿元"))
        reports += [
            Reported(
                f"年报 {year}", scene.figure(c, year, "LA-01", "R40", "C02"), scene.cell(c, year, "LA-01", "R40", "C02"), "hm2"
            )
            for c in COUNTIES
        ]
    return Registers(events, observations, balances, problems, (), patches, reports)


def approval(name: str, region: str, year: int, column: str, amount: Decimal) -> Event:
    key = (("la01", column),)
    return Event(
        name, region, "LA-01", "R31", key, amount, "公顷", date(year, 1, 15), date(year, 6, 1), document=f"示例批〔{year}〕{name}"
    )


Choose = Callable[[str, Sequence[Any]], Any]


@dataclass
class Choice:
    """What a wrongdoing is done to: the first option of each in the plain form, never that one in an unseen variant."""

    rng: random.Random | None = None
    made: dict[str, Any] = field(default_factory=dict)

    def __call__(self, name: str, options: Sequence[Any]) -> Any:
        pool = options if self.rng is None or len(options) == 1 else options[1:]
        self.made[name] = pool[0] if self.rng is None else self.rng.choice(list(pool))
        return self.made[name]


# --- the same book under another name, size or time ---


def renamed(text: str) -> str:
    for old in (CITY, *COUNTIES):
        text = text.replace(old, f"88{old[2:]}")
    return text


def later(text: str, years: int = 3) -> str:
    for year in sorted(YEARS, reverse=True):
        text = text.replace(str(year), str(year + years))
    return text


def text_columns(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of each table that name one of the regions."""
    rows = con.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE data_type = 'VARCHAR' AND table_name LIKE 't\\_%' ESCAPE '\\' AND NOT internal"
    ).fetchall()
    named: dict[str, list[str]] = {}
    for table in sorted({table for table, _ in rows}):
        columns = [column for of, column in rows if of == table]
        asked = ", ".join(f"bool_or(contains(\"{c}\", '{CITY[:4]}'))" for c in columns)
        found = con.execute(f"SELECT {asked} FROM {table}").fetchone() or ()
        if any(found):
            named[table] = [c for c, holds in zip(columns, found, strict=True) if holds]
    return named


def rename(scene: Scene) -> None:
    """Every region under another code, in every text of the book and of the registers."""
    for table, columns in text_columns(scene.con).items():
        changed = ", ".join(f'"{c}" = ' + _replaced(f'"{c}"') for c in columns)
        scene.con.execute(f"UPDATE {table} SET {changed}")
    r = scene.registers
    scene.registers = replace(
        r,
        events=[replace(e, region=renamed(e.region)) for e in r.events],
        observations=[replace(o, region=renamed(o.region)) for o in r.observations],
        balances=[replace(b, region=renamed(b.region)) for b in r.balances],
        patches=[replace(p, county=renamed(p.county), id=renamed(p.id)) for p in r.patches],
        reports=[replace(x, figure=renamed(x.figure)) for x in r.reports],
    )
    scene.asked = replace(scene.asked, region=renamed(scene.asked.region))


def _replaced(column: str) -> str:
    for code in (CITY, *COUNTIES):
        column = f"replace({column}, '{code}', '88{code[2:]}')"
    return column


def shift(scene: Scene) -> None:
    """Everything three years later, runs and returns too."""
    con = scene.con
    for table, name, kind in con.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE table_name LIKE 't\\_%' ESCAPE '\\' AND NOT internal"
    ).fetchall():
        if name == "year":
            con.execute(f"UPDATE {table} SET year = year + 3")
        elif name in ("figure", "figures", "input", "period", "rule") and kind == "VARCHAR":
            text = f'"{name}"'
            for year in sorted(YEARS, reverse=True):
                text = f"regexp_replace({text}, '(^|/){year}(/|-|$)', '\\1{year + 3}\\2', 'g')"
            con.execute(f'UPDATE {table} SET "{name}" = {text} WHERE "{name}" IS NOT NULL')
        elif kind in ("DATE", "TIMESTAMP"):
            within = f"\"{name}\" > TIMESTAMP '1000-01-01' AND \"{name}\" < TIMESTAMP '9000-01-01'"
            con.execute(f'UPDATE {table} SET "{name}" = "{name}" + INTERVAL 3 YEAR WHERE {within}')
    r = scene.registers
    scene.registers = replace(
        r,
        events=[replace(e, decision=_on(e.decision), effect=_on(e.effect)) for e in r.events],
        observations=[replace(o, day=_on(o.day)) for o in r.observations],
        balances=[replace(b, day=_on(b.day), year_end=None if b.year_end is None else b.year_end + 3) for b in r.balances],
        problems=[replace(p, due=None if p.due is None else _on(p.due)) for p in r.problems],
        patches=[replace(p, valid_from=_on(p.valid_from), valid_to=_on(p.valid_to)) for p in r.patches],
        reports=[replace(x, document=later(x.document), figure=_address_later(x.figure)) for x in r.reports],
    )
    a = scene.asked
    scene.asked = replace(a, opening=a.opening + 3, closing=a.closing + 3, start=_on(a.start), end=_on(a.end))


def _address_later(figure: str) -> str:
    """The base year of constant prices stays where it is."""
    before, basis, behind = figure.partition("/price_basis=")
    return later(before) + basis + behind


def _on(day: date) -> date:
    return day if day in (date.min, date.max) else day.replace(year=day.year + 3)


def scale(scene: Scene) -> None:
    """Every area 1.37 times as large."""
    con, areas = scene.con, ", ".join(f"'{u}'" for u in AREAS)
    for table in ("t_asset_account", "t_asset_total"):
        con.execute(f"UPDATE {table} SET amount = amount * {FACTOR} WHERE unit IN ({areas})")
    con.execute(
        f"UPDATE t_revision SET old = old * {FACTOR}, new = new * {FACTOR}, difference = difference * {FACTOR} WHERE unit IN ({areas})"
    )
    con.execute(
        f"UPDATE t_fact SET amount = rtrim(rtrim(CAST(CAST(amount AS DECIMAL(30,8)) * {FACTOR} AS VARCHAR), '0'), '.'),"
        f" quantity = quantity * {FACTOR} WHERE unit IN ({areas}) AND amount IS NOT NULL"
    )
    r = scene.registers
    scene.registers = replace(
        r,
        events=[replace(e, amount=e.amount * FACTOR) if e.unit in AREAS else e for e in r.events],
        observations=[replace(o, amount=o.amount * FACTOR) for o in r.observations],
        patches=[replace(p, area=None if p.area is None else p.area * FACTOR) for p in r.patches],
        reports=[replace(x, amount=x.amount * FACTOR) if x.unit in AREAS else x for x in r.reports],
    )
