"""The SQL of totals: over the prefix service → benefit → product → ecosystem and up the region tree, never a smaller number.

A total of a region is known only if nothing that may belong to it is unknown. It is `not_available`

* if one of its applicable leaves has no value;
* if an applicable leaf of the same service and unit is not split where the total is (its part is unknown);
* if the service as a whole is missing below it, under whatever unit that was noted;
* at whole regions: if a lowest region below it has no row of the service, nor has any region between the two.

It is `not_applicable` if every leaf is, else the sum of the applicable leaves. A whole region without any row of a service that
others have is listed as `not_available`: absence is never read as zero. A prefix that is its own only leaf is not repeated.
"""

# ruff: noqa: S608  (every name in the SQL is one of tables.py; values go through literal() or the CSV files)
from __future__ import annotations

from gep.ledger.tables import ACCOUNTS, SPLIT, Table

GOOD = "('value', 'below_unit', 'suppressed')"


def total_sql(value: str, state: str) -> str:
    """The body of the macro total: the sum of the applicable parts, NULL if one of them is unknown or none is applicable."""
    return (
        f"CASE WHEN count(*) FILTER (WHERE {state} IS DISTINCT FROM 'not_applicable' AND "
        f"({value} IS NULL OR {state} IS NULL OR {state} NOT IN {GOOD})) > 0 THEN NULL "
        f"ELSE sum({value}) FILTER (WHERE {state} <> 'not_applicable') END"
    )


def total_state_sql(state: str) -> str:
    """The body of the macro total_state: not_available, not_applicable or value; nothing at all is not_available."""
    return (
        f"CASE WHEN count(*) = 0 OR count(*) FILTER (WHERE {state} IS NULL OR "
        f"{state} NOT IN ('not_applicable', 'value', 'below_unit', 'suppressed')) > 0 THEN 'not_available' "
        f"WHEN count(*) FILTER (WHERE {state} <> 'not_applicable') = 0 THEN 'not_applicable' ELSE 'value' END"
    )


def _on(columns: tuple[str, ...], one: str, two: str) -> str:
    return " AND ".join(f"{one}.{c} = {two}.{c}" for c in columns)


def rollup_sql(table: Table, leaves: str) -> str:
    """The query of a `*_rollup` of `table` over `leaves`, a query that returns rows of the table.

    Returns the columns of the table in their order, then is_total. Physical totals are kept apart by unit; value totals by price
    basis and currency, with a quantity only where all parts share one unit, and without a price. NOT MATERIALIZED lets a filter
    on region, year or vintage reach the scans of every branch; without a filter it is no slower (benchmarks/bench_cookbook.py).
    """
    if table not in ACCOUNTS or not table.amount:
        raise ValueError(f"{table.name} has no totals")
    physical = table.amount == "quantity"
    around = tuple(c.name for c in table.keys if c.name not in ("region_code", *SPLIT))
    apart = (*around, "unit") if physical else around
    group = ", ".join(f"{c}" for c in (*apart, "ancestor"))
    return f"""
WITH leaf AS NOT MATERIALIZED ({leaves}),
spread AS NOT MATERIALIZED (
  SELECT {_carried(table)}, p.ancestor, l.region_code = p.ancestor AS own,
    l.state <> 'not_applicable' AS applies,
    l.state <> 'not_applicable' AND (l.state NOT IN {GOOD} OR l.{table.amount} IS NULL) AS lacking,
    CASE WHEN l.ecosystem <> '-' THEN 4 WHEN l.product <> '-' THEN 3 WHEN l.benefit <> '-' THEN 2 ELSE 1 END AS depth
  FROM leaf l JOIN t_region_path p ON p.vintage = l.vintage AND p.year = l.year AND p.code = l.region_code
),
open AS NOT MATERIALIZED (
  SELECT *,
    count(*) FILTER (WHERE applies AND benefit = '-') OVER (PARTITION BY {group}, service) > 0 AS open2,
    count(*) FILTER (WHERE applies AND product = '-') OVER (PARTITION BY {group}, service, benefit) > 0 AS open3,
    count(*) FILTER (WHERE applies AND ecosystem = '-') OVER (PARTITION BY {group}, service, benefit, product) > 0 AS open4,
    count(*) FILTER (WHERE lacking AND depth = 1) OVER (PARTITION BY {", ".join(around)}, ancestor, service) > 0 AS lost
  FROM spread
),
grouped AS NOT MATERIALIZED (
  SELECT {group}, service, benefit, product, ecosystem,
    4 - grouping(benefit) - grouping(product) - grouping(ecosystem) AS level,
    count(*) AS n, bool_and(own) AS own, max(depth) AS depth, bool_or(allocated) AS allocated,
    bool_or(illustrative) AS illustrative,
    bool_or(lost) AS lost, bool_or(open2) AS open2, bool_or(open3) AS open3, bool_or(open4) AS open4,
    {total_sql(table.amount, "state")} AS amount, {total_state_sql("state")} AS state{_quantity(physical)}
  FROM open
  GROUP BY GROUPING SETS (({group}, service), ({group}, service, benefit), ({group}, service, benefit, product),
    ({group}, service, benefit, product, ecosystem))
),
prefix AS NOT MATERIALIZED (
  SELECT *, lost OR (level >= 2 AND benefit <> '-' AND open2) OR (level >= 3 AND product <> '-' AND open3)
    OR (level = 4 AND open4) AS unknown
  FROM grouped
  WHERE (level = 1 OR (level = 2 AND benefit <> '-') OR (level = 3 AND product <> '-') OR (level = 4 AND ecosystem <> '-'))
    AND NOT (n = 1 AND own AND depth = level)
),
{_coverage(around)},
total AS NOT MATERIALIZED (
  SELECT x.*, CASE WHEN x.unknown OR c.gap IS NOT NULL THEN 'not_available' ELSE x.state END AS shown
  FROM prefix x LEFT JOIN gaps c ON {_on((*around, "ancestor", "service"), "c", "x")}
),
{_holes(around, physical)}
SELECT {_leaf_columns(table)}, false AS is_total FROM leaf
UNION ALL BY NAME
SELECT {_total_columns(table, physical)}, true AS is_total FROM total x
  JOIN t_region_path r ON r.vintage = x.vintage AND r.year = x.year AND r.code = x.ancestor AND r.ancestor = x.ancestor
UNION ALL BY NAME
SELECT {_hole_columns(table)}, true AS is_total FROM hole h
""".strip()


def _carried(table: Table) -> str:
    """The columns of a leaf that its totals need: the windows are the slow part, and carry every column through all of them."""
    needed = {c.name for c in table.keys if c.name != "region_code"}
    needed |= {table.amount, "quantity", "unit", "state", "allocated", "illustrative"}
    return ", ".join(f"l.{c.name}" for c in table.columns if c.name in needed)


def _quantity(physical: bool) -> str:
    """Quantity and unit of a value total: only if every applicable part has both and all share one unit."""
    if physical:
        return ""
    complete = "count(*) FILTER (WHERE applies AND (quantity IS NULL OR unit IS NULL)) = 0"
    one = f"{complete} AND count(DISTINCT unit) FILTER (WHERE applies) = 1"
    return f""",
    CASE WHEN {one} THEN sum(quantity) FILTER (WHERE applies) END AS quantity,
    CASE WHEN {one} THEN min(unit) FILTER (WHERE applies) END AS unit"""


def _coverage(around: tuple[str, ...]) -> str:
    """Which whole regions have a lowest region below them that no row of the service covers."""
    keys = ", ".join(f"w.{c}" for c in around)
    return f"""whole AS NOT MATERIALIZED (SELECT DISTINCT {", ".join(around)}, service, region_code FROM leaf WHERE zone = '-'),
covered AS NOT MATERIALIZED (
  SELECT {keys}, w.service, u.ancestor, count(DISTINCT d.code) AS n
  FROM whole w
  JOIN t_region_path u ON u.vintage = w.vintage AND u.year = w.year AND u.code = w.region_code
  JOIN t_region_path d ON d.vintage = w.vintage AND d.year = w.year AND d.ancestor = w.region_code AND d.lowest
  GROUP BY ALL
),
size AS NOT MATERIALIZED (SELECT vintage, year, ancestor, count(*) AS n FROM t_region_path WHERE lowest GROUP BY ALL),
gaps AS NOT MATERIALIZED (
  SELECT {", ".join(f"c.{c}" for c in around)}, c.service, c.ancestor, s.n - c.n AS gap
  FROM covered c JOIN size s ON s.vintage = c.vintage AND s.year = c.year AND s.ancestor = c.ancestor
  WHERE s.n > c.n
)"""


def _holes(around: tuple[str, ...], physical: bool) -> str:
    """Whole regions without any row of a service, neither their own nor below them."""
    unit = ", unit" if physical else ", NULL::VARCHAR AS unit"
    return f"""offered AS NOT MATERIALIZED (SELECT DISTINCT {", ".join(around)}, service{unit} FROM leaf WHERE zone = '-'),
hole AS NOT MATERIALIZED (
  SELECT {", ".join(f"o.{c}" for c in around)}, o.service, o.unit, p.code AS region_code, p.name_zh, p.level
  FROM offered o JOIN t_region_path p ON p.vintage = o.vintage AND p.year = o.year AND p.code = p.ancestor
  WHERE NOT EXISTS (SELECT 1 FROM covered c WHERE {_on((*around, "service"), "c", "o")} AND c.ancestor = p.code)
)"""


def _leaf_columns(table: Table) -> str:
    return ", ".join(c.name for c in table.columns)


def _total_columns(table: Table, physical: bool) -> str:
    amount = "CASE WHEN x.shown = 'value' THEN x.amount END"
    made = {
        "region_code": "x.ancestor",
        "benefit": "coalesce(x.benefit, '-')",
        "product": "coalesce(x.product, '-')",
        "ecosystem": "coalesce(x.ecosystem, '-')",
        table.amount: amount,
        "unit": "x.unit",
        "state": "x.shown",
        "region_name": "r.name_zh",
        "region_level": "r.level",
        "method_id": "NULL::VARCHAR",
        "allocated": "x.allocated",
        "illustrative": "x.illustrative",
        "price": f"NULL::{table.column('price').type}" if not physical else "",
        "price_unit": "NULL::VARCHAR",
    }
    if not physical:
        made["quantity"] = "CASE WHEN x.shown = 'value' THEN x.quantity END"
    return ", ".join(f"{made.get(c.name, f'x.{c.name}')} AS {c.name}" for c in table.columns)


def _hole_columns(table: Table) -> str:
    given = {
        "region_name": "h.name_zh",
        "region_level": "h.level",
        "state": "'not_available'",
        "benefit": "'-'",
        "product": "'-'",
        "ecosystem": "'-'",
    }
    known = {c.name for c in table.keys} | {"unit"}
    columns = []
    for c in table.columns:
        other = f"h.{c.name}" if c.name in known else f"NULL::{c.type}"
        columns.append(f"{given.get(c.name, other)} AS {c.name}")
    return ", ".join(columns)
