"""A made-up history in a query store: 20 years, 90 counties in 9 cities of a province, all accounts of a profile and a scheme.

    python benchmarks/history.py build/bench-history/history.duckdb

The example city is run for one year; the rows of one of its counties are repeated for every made-up county and year, scaled by a
seeded factor, into the very tables of a store (`store.rebuild` makes them, so the schema is that of any book). Totals of services
and lines of the balance sheet are added up exactly. Every year has a vintage, the latest five have a second one that is final.
One county a year lacks a figure. Nothing in it describes a real place; regions are named so and figures are marked illustrative.
"""

# ruff: noqa: S608  (names of tables.py and numbers of this file)
from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from gep.ledger import store
from gep.ledger.columns import Table
from gep.ledger.tables import BY_NAME
from gep.ledger.views import derived_statements

TOP = Path(__file__).resolve().parents[1]
BUILD = TOP / "build" / "bench-history"
YEAR, COUNTY, CITY = 2016, "990121", "990100"  # of the template
FIRST, SEED = 2001, 20200101
SCALED = {
    "physical_account": ("quantity",),
    "asset_account": ("amount",),
    "asset_total": ("amount",),
    "balance_sheet": ("opening", "closing", "change"),
    "extent_reconciliation": ("land_area", "ecosystem_area", "difference"),
    "fact": ("quantity",),
}
PLAIN = ("coverage", "finding", "trace", "parameter_used")


@dataclass(frozen=True)
class Size:
    """How much history: years, cities, counties a city, years with a second vintage, years with trace and parameters."""

    years: int = 20
    cities: int = 9
    counties: int = 10
    twice: int = 5
    traced: int = 20

    @property
    def vintages(self) -> list[tuple[int, int, bool]]:
        """(vintage, year, final) in the order they were made."""
        last = FIRST + self.years
        first = [(100 * (y - FIRST + 1), y, False) for y in range(FIRST, last)]
        return sorted(first + [(100 * (y - FIRST + 1) + 50, y, True) for y in range(last - self.twice, last)])


def template(folder: Path) -> Path:
    """The store of the example city after one year; made once."""
    path = folder / "template" / "accounts.duckdb"
    if not path.is_file():
        from gep.workflow.init import init
        from gep.workflow.run import run

        book, _ = init(folder / "template", "sample-city", who="bench")
        made = run(book, str(YEAR), who="bench")
        if made.vintage is None:
            raise SystemExit("\n".join(f.text("en") for f in made.findings))
    return path


def make(path: Path, source: Path, size: Size) -> None:
    """Write the history into a new store at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    store.rebuild(path, [], hashed=False)
    with duckdb.connect(str(path)) as con:
        con.execute(f"ATTACH '{source}' AS sample (READ_ONLY)")
        _places(con, size)
        for vintage, year, final in size.vintages:
            con.execute("BEGIN")
            _vintage(con, vintage, year, final=final, traced=year >= FIRST + size.years - size.traced)
            con.execute("COMMIT")
        con.execute("DROP TABLE place")
        for statement in derived_statements():
            con.execute(statement)
        con.execute("DETACH sample")
        con.execute("CHECKPOINT")


def _places(con: duckdb.DuckDBPyConnection, size: Size) -> None:
    """Province 980000, its cities and their counties, each standing for the county or the city of the template."""
    con.execute("CREATE TABLE place (code VARCHAR, parent VARCHAR, level VARCHAR, name VARCHAR, stands_for VARCHAR)")
    rows: list[tuple[str, str | None, str, str, str]] = [("980000", None, "province", "合成省(示例数据)", CITY)]
    for c in range(1, size.cities + 1):
        rows.append((f"98{c:02}00", "980000", "city", f"合成市{c}(示例数据)", CITY))
        rows += [
            (f"98{c:02}{n:02}", f"98{c:02}00", "county", f"合成县{c}-{n}(示例数据)", COUNTY) for n in range(1, size.counties + 1)
        ]
    con.executemany("INSERT INTO place VALUES (?, ?, ?, ?, ?)", rows)


def _factor(year: int, salt: int = 0) -> str:
    """A seeded factor of a place and year between 0.6 and 1.4, drifting by year."""
    return f"CAST(0.6 + (hash(p.code, {SEED}) % 600) / 1000.0 + (hash(p.code, {year}, {salt}) % 200) / 1000.0 AS DECIMAL(4, 3))"


def _scaled(column: str, factor: str, kind: str) -> str:
    return f"CAST(CAST(t.{column} AS DECIMAL(28, 6)) * {factor} AS {kind})"


def _vintage(con: duckdb.DuckDBPyConnection, vintage: int, year: int, *, final: bool, traced: bool) -> None:
    for name in SCALED:
        _repeat(con, BY_NAME[name], vintage, year, salt=int(final), higher=name == "asset_total")
    for name in PLAIN if traced else ("coverage", "finding"):
        _repeat(con, BY_NAME[name], vintage, year, salt=0, higher=name in ("trace", "parameter_used"))
    _lack(con, vintage, year)
    _values(con, vintage, year)
    _totals(con, vintage, year)
    _log(con, vintage, year, final=final)
    if final:
        _revisions(con, vintage, year)


def _repeat(con: duckdb.DuckDBPyConnection, table: Table, vintage: int, year: int, *, salt: int, higher: bool) -> None:
    """The rows of the template for every place, in the order a release has them."""
    factor = _factor(year, salt)
    texts = f"replace(replace({{}}, '/' || p.stands_for || '/{YEAR}', '/' || p.code || '/{year}'), '@{YEAR}', '@{year}')"
    made = {
        "vintage": str(vintage),
        "year": str(year),
        "region_code": "p.code" if table.name != "parameter_used" else "t.region_code",
        "region_name": "p.name",
        "region_level": "p.level",
        "period": f"replace(t.period, '{YEAR}', '{year}')",
        "figure": texts.format("t.figure"),
        "input": texts.format("t.input"),
        "seq": "row_number() OVER ()",
        "id": "substr(md5(concat(t.id, p.code)), 1, 12)",
    }
    if table.name != "trace":
        made.pop("input")
    made |= {c: _scaled(c, factor, table.column(c).type) for c in SCALED.get(table.name, ())}
    columns = [made.get(c.name, f't."{c.name}"') for c in table.columns]
    by_figure = table.name in ("trace", "parameter_used")
    place = "p.stands_for = split_part(t.figure, '/', 2)" if by_figure else "p.stands_for = t.region_code"
    levels = "" if higher else "AND p.level = 'county'"
    names = ", ".join(f'"{c.name}"' for c in table.columns)
    keys = ", ".join(f'"{c.name}"' for c in table.columns if c.key)
    when = f"AND t.year = {YEAR}" if any(c.name == "year" for c in table.columns) else ""
    when = f"AND starts_with(t.period, '{YEAR}')" if any(c.name == "period" for c in table.columns) else when
    when = f"AND split_part(t.figure, '/', 3) = '{YEAR}'" if by_figure else when
    body = f"SELECT {', '.join(columns)} FROM sample.t_{table.name} t JOIN place p ON {place} {levels} {when}"
    con.execute(f"INSERT INTO {table.stored} ({names}) SELECT * FROM ({body}) AS made({names}) ORDER BY {keys}")


def _lack(con: duckdb.DuckDBPyConnection, vintage: int, year: int) -> None:
    """One county of the year lacks the soil that was retained in one ecosystem."""
    con.execute(
        f"""UPDATE t_physical_account SET quantity = NULL, state = 'not_available'
        WHERE vintage = {vintage} AND service = 'soil_retention' AND ecosystem = 'forest.mixed'
          AND region_code = (SELECT max_by(code, hash(code, {year})) FROM place WHERE level = 'county')"""
    )


def _values(con: duckdb.DuckDBPyConnection, vintage: int, year: int) -> None:
    """Value = stored quantity x price; prices grow by two percent a year, value-only rows by their county's factor."""
    price = f"CAST(CAST(t.price AS DECIMAL(22, 8)) * CAST(power(1.02, {year - YEAR}) AS DECIMAL(8, 6)) AS DECIMAL(38, 8))"
    made = {
        "vintage": str(vintage), "year": str(year), "region_code": "q.region_code", "region_name": "q.region_name",
        "region_level": "q.region_level", "quantity": "q.quantity", "price": price,
        "value": "CASE WHEN t.value IS NULL THEN NULL ELSE "
        f"CAST(CAST(q.quantity AS DECIMAL(24, 6)) * CAST({price} AS DECIMAL(14, 8)) AS DECIMAL(38, 4)) END",
        "state": "CASE WHEN q.state = 'not_available' THEN q.state ELSE t.state END",
    }  # fmt: skip
    table = BY_NAME["value_account"]
    columns = ", ".join(made.get(c.name, f't."{c.name}"') for c in table.columns)
    keys = ", ".join(f'made."{c.name}"' for c in table.columns if c.key)
    names = ", ".join(f'"{c.name}"' for c in table.columns)
    match = " AND ".join(f"q.{c} = t.{c}" for c in ("service", "benefit", "product", "ecosystem", "profile", "zone"))
    con.execute(
        f"""INSERT INTO t_value_account SELECT * FROM (
          SELECT {columns} FROM sample.t_value_account t
          JOIN t_physical_account q ON q.vintage = {vintage} AND q.year = {year} AND {match}
          WHERE t.year = {YEAR} AND t.region_code = '{COUNTY}') AS made({names}) ORDER BY {keys}"""
    )


def _totals(con: duckdb.DuckDBPyConnection, vintage: int, year: int) -> None:
    """gep_total of every level from the values, and the balance sheet of cities and the province from its counties."""
    con.execute(
        f"""INSERT INTO t_gep_total BY NAME
        WITH up AS (
          SELECT c.code, a.code AS ancestor, a.name, a.level FROM place c
          JOIN place a ON a.code = c.code OR a.code = c.parent OR a.level = 'province' WHERE c.level = 'county'
        ), kind AS (
          SELECT DISTINCT service, CASE
            WHEN service LIKE '%_products' OR service IN ('eco_energy', 'water_supply') THEN 'material'
            WHEN service IN ('tourism_recreation', 'leisure', 'landscape_premium') THEN 'cultural' ELSE 'regulating' END AS class
          FROM t_value_account WHERE vintage = {vintage}
        ), service AS (
          SELECT u.ancestor, u.name, u.level, v.zone, v.year, v.vintage, v.profile, v.price_basis, v.currency, v.service, k.class,
            total(v.value, v.state) AS value, total_state(v.state) AS state
          FROM t_value_account v JOIN up u ON u.code = v.region_code JOIN kind k USING (service)
          WHERE v.vintage = {vintage} GROUP BY ALL
        ), class AS (
          SELECT ancestor, class, total(value, state) AS value FROM service GROUP BY ALL
        )
        SELECT s.ancestor AS region_code, s.zone, s.year, s.vintage, s.profile, s.price_basis, s.currency,
          (SELECT value FROM class c WHERE c.ancestor = s.ancestor AND c.class = 'material') AS material,
          (SELECT value FROM class c WHERE c.ancestor = s.ancestor AND c.class = 'regulating') AS regulating,
          (SELECT value FROM class c WHERE c.ancestor = s.ancestor AND c.class = 'cultural') AS cultural,
          total(s.value, s.state) AS gep, count(*) AS enabled, count(*) FILTER (WHERE s.state = 'value') AS valued,
          count(*) FILTER (WHERE s.state = 'not_available') AS missing,
          count(*) FILTER (WHERE s.state = 'not_applicable') AS not_applicable, s.name AS region_name, s.level AS region_level,
          true AS illustrative
        FROM service s GROUP BY ALL ORDER BY ALL"""
    )
    con.execute(
        f"""INSERT INTO t_balance_sheet BY NAME
        SELECT a.code AS region_code, b.year, b.vintage, b.scheme, b.side, b.line,
          CASE WHEN count(b.opening) = count(*) THEN sum(b.opening) END AS opening,
          CASE WHEN count(b.closing) = count(*) THEN sum(b.closing) END AS closing,
          CASE WHEN count(b.change) = count(*) THEN sum(b.change) END AS change,
          b.unit, b.line_name, a.name AS region_name, a.level AS region_level, true AS illustrative
        FROM t_balance_sheet b JOIN place c ON c.code = b.region_code AND c.level = 'county'
        JOIN place a ON a.code = c.parent OR a.level = 'province'
        WHERE b.vintage = {vintage} GROUP BY ALL ORDER BY ALL"""
    )


def _log(con: duckdb.DuckDBPyConnection, vintage: int, year: int, *, final: bool) -> None:
    """The run, its returns, its region tree, its states and the entries of the journal."""
    at = f"TIMESTAMP '{year + 1 + final}-06-30 08:00:00'"
    con.execute(
        f"""INSERT INTO t_run BY NAME SELECT t.* REPLACE ({vintage} AS vintage, {at} AS "at", '{year}' AS years)
        FROM sample.t_run t LIMIT 1"""
    )
    con.execute(
        f"""INSERT INTO t_submission BY NAME SELECT t.* REPLACE ({vintage} AS vintage, {vintage} - 45 + t.seq % 40 AS seq,
          {at} - INTERVAL 1 DAY AS "at") FROM sample.t_submission t ORDER BY seq"""
    )
    con.execute(
        f"""INSERT INTO t_region BY NAME SELECT {vintage} AS vintage, code, DATE '0001-01-01' AS valid_from, parent, level,
          name AS name_zh, name AS name_en, DATE '9999-12-31' AS valid_to FROM place ORDER BY code"""
    )
    states = [("preliminary", 1), ("reviewed", 2), ("final", 3)] if final else [("preliminary", 1)]
    for n, (state, rank) in enumerate(states):
        con.execute(
            f"""INSERT INTO t_release_state BY NAME SELECT {vintage} AS vintage, {year} AS year, {vintage + n} AS seq,
              '{state}' AS state, {rank} AS rank, {at} + INTERVAL {n} DAY AS "at" """
        )
        con.execute(
            f"""INSERT INTO t_journal_entry BY NAME SELECT {vintage + n} AS seq, '{"run" if not n else state}' AS act,
              'bench' AS who, {at} + INTERVAL {n} DAY AS "at", '{{}}' AS data, md5('{vintage + n}') AS sha256,
              md5('{n}') AS sm3"""
        )


def _revisions(con: duckdb.DuckDBPyConnection, vintage: int, year: int) -> None:
    """Every value that the second vintage of a year changed."""
    known = {c.name for c in BY_NAME["revision"].columns}
    made = {
        "region_code": "n.region_code", "year": "n.year", "vintage": "n.vintage", "profile": "n.profile",
        "figure": "concat('value_account/', n.region_code, '/', n.year, '/', n.service, '/', n.benefit, '/', n.product, '/', "
        "n.ecosystem, '/zone=', n.zone, '/profile=', n.profile, '/price_basis=', n.price_basis, '/currency=', n.currency)",
        "kind": "'recompiled'", "old_vintage": "o.vintage", "old": "o.value", "new": "n.value", "difference": "n.value - o.value",
        "unit": "n.currency", "reason": "'returns'",
    }  # fmt: skip
    chosen = ", ".join(f"{sql} AS {name}" for name, sql in made.items() if name in known)
    match = " AND ".join(
        f"o.{c} = n.{c}" for c in ("region_code", "year", "service", "benefit", "product", "ecosystem", "profile", "price_basis")
    )
    con.execute(
        f"""INSERT INTO t_revision BY NAME SELECT {chosen} FROM t_value_account n
        JOIN t_value_account o ON o.vintage = {vintage - 50} AND {match}
        WHERE n.vintage = {vintage} AND n.year = {year} AND o.value IS DISTINCT FROM n.value ORDER BY ALL"""
    )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("path", nargs="?", type=Path, default=BUILD / "history.duckdb")
    parser.add_argument("--years", type=int, default=Size.years)
    parser.add_argument("--traced", type=int, default=Size.traced, help="latest years with trace and parameters")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    make(options.path, template(BUILD), Size(years=options.years, twice=min(5, options.years), traced=options.traced))
    size = options.path.stat().st_size / 1e6
    print(f"{options.path}: {size:.0f} MB in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
