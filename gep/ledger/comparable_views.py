"""The SQL of comparable areas (可比口径): the table macro comparable_area(year_a, year_b).

It does with the tables region and region_change of the newest vintage in use what `accounts.comparable` does with the records of
a book; a test holds the two together.
"""

# ruff: noqa: S608  (what enters the SQL are queries made of declared names)
from __future__ import annotations

from gep.ledger.columns import REGION, YEAR, Column

NAME = "comparable_area"
ARGUMENTS = ("year_a", "year_b")
LIMIT = "0.001"  # as in accounts.comparable: what a region may lose and gain of its area and still count as unchanged

ZH = (
    "可比口径:两年年末之间由区划变更相连的代码合为一个可比区域,其外部边界两年相同。alone 为 true 的地区可以单独比较;"
    "为 false 的不得直接比较,应按 area 合计后比较(只限可加的数)。两年范围相同、面积变动不超过千分之一的视为可比。"
)
EN = (
    "Comparable areas: codes that changes of regions tie together between the ends of two years make one area, whose outer "
    "border is the same in both. A region with alone true may be compared by itself; one with alone false must not be: compare "
    "the sums over the area (of what can be added). A region that lost and gained at most 0.1 % of its area counts as unchanged."
)
COLUMNS = (
    Column("region_level", "VARCHAR", "行政层级", "Level of the regions", key=True),
    Column("area", "VARCHAR", "可比区域:两年的代码以 + 相连", "Comparable area: the codes of both years joined by +", key=True),
    YEAR,
    REGION,
    Column("alone", "BOOLEAN", "该地区两年范围相同,可单独比较", "True if the region covers the same ground in both years"),
    Column(
        "comparable",
        "BOOLEAN",
        "整个可比区域可以比较:两年都有,其内变更都有记录,也没有划到同级以外",
        "True if the sums over the area may be compared: there in both years, every change recorded, no ground gone elsewhere",
    ),
)


def comparable_sql(place: str, change: str) -> str:
    """The query of the macro; `place` and `change` give the rows of region and of region_change of one vintage."""
    return f"""WITH RECURSIVE
span AS (
  SELECT make_date(least(year_a, year_b), 12, 31) AS low, make_date(greatest(year_a, year_b), 12, 31) AS high
),
place AS ({place}),
lineage AS (
  SELECT code, code AS above, level FROM place
  UNION
  SELECT l.code, p.code, p.level
  FROM lineage l JOIN place q ON q.code = l.above JOIN place p ON p.code = q.parent
),
event AS (
  SELECT c.* FROM ({change}) c, span s
  WHERE c.date > s.low AND c.date <= s.high
    AND c.from_code IN (SELECT code FROM place) AND c.to_code IN (SELECT code FROM place)
),
renamed AS (
  SELECT from_code AS x, to_code AS y FROM event WHERE kind = 'rename'
  UNION SELECT to_code, from_code FROM event WHERE kind = 'rename'
),
same AS (
  SELECT code, code AS other FROM place
  UNION
  SELECT s.code, r.y FROM same s JOIN renamed r ON r.x = s.other
),
unit AS (SELECT code, min(other) AS unit FROM same GROUP BY code),
lifted AS (
  SELECT e.date, e.from_code, e.to_code, e.kind, e.share_area, f.level, f.above AS a, t.above AS b
  FROM event e JOIN lineage f ON f.code = e.from_code
  LEFT JOIN lineage t ON t.code = e.to_code AND t.level = f.level
  UNION
  SELECT e.date, e.from_code, e.to_code, e.kind, e.share_area, t.level, f.above, t.above
  FROM event e JOIN lineage t ON t.code = e.to_code
  LEFT JOIN lineage f ON f.code = e.from_code AND f.level = t.level
),
touch AS (
  SELECT l.*, ua.unit AS unit_a, ub.unit AS unit_b
  FROM lifted l LEFT JOIN unit ua ON ua.code = l.a LEFT JOIN unit ub ON ub.code = l.b
  WHERE ua.unit IS DISTINCT FROM ub.unit OR (l.a = l.from_code AND l.kind <> 'rename')
),
share AS (
  SELECT unit, sum(CASE WHEN kind = 'transfer' THEN coalesce(share_area, 1) ELSE 1 END) AS moved
  FROM (
    SELECT date, from_code, to_code, kind, share_area, unit_a AS unit FROM touch WHERE unit_a IS NOT NULL
    UNION
    SELECT date, from_code, to_code, kind, share_area, unit_b FROM touch WHERE unit_b IS NOT NULL
  )
  GROUP BY unit
),
unrecorded AS (
  SELECT p.code FROM place p, span s
  WHERE (p.valid_from > s.low AND p.valid_from <= s.high AND NOT EXISTS (
      SELECT 1 FROM event e WHERE e.kind <> 'transfer' AND e.to_code = p.code AND e.date = p.valid_from))
    OR (p.valid_to >= s.low AND p.valid_to < s.high AND NOT EXISTS (
      SELECT 1 FROM event e WHERE e.kind <> 'transfer' AND e.from_code = p.code AND e.date = p.valid_to + 1))
),
lost AS (
  SELECT DISTINCT u.unit FROM unrecorded n JOIN lineage l ON l.code = n.code JOIN unit u ON u.code = l.above
),
outside AS (SELECT DISTINCT coalesce(unit_a, unit_b) AS unit FROM touch WHERE unit_a IS NULL OR unit_b IS NULL),
tied AS (
  SELECT x, y FROM renamed
  UNION SELECT a, b FROM touch WHERE a IS NOT NULL AND b IS NOT NULL
  UNION SELECT b, a FROM touch WHERE a IS NOT NULL AND b IS NOT NULL
),
reach AS (
  SELECT code, code AS other FROM place
  UNION
  SELECT r.code, t.y FROM reach r JOIN tied t ON t.x = r.other
),
grouped AS (SELECT code, min(other) AS root FROM reach GROUP BY code),
there AS (
  SELECT DISTINCT y.year, p.code, p.level, u.unit, g.root
  FROM (SELECT CAST(year_a AS INTEGER) AS year UNION SELECT CAST(year_b AS INTEGER)) y
  JOIN place p ON make_date(y.year, 12, 31) BETWEEN p.valid_from AND p.valid_to
  JOIN unit u ON u.code = p.code JOIN grouped g ON g.code = p.code
),
counted AS (
  SELECT unit, count(*) FILTER (WHERE year = year_a) AS n_a, count(*) FILTER (WHERE year = year_b) AS n_b
  FROM there GROUP BY unit
),
judged AS (
  SELECT c.unit, c.n_a, c.n_b,
    c.n_a = 1 AND c.n_b = 1 AND coalesce(s.moved, 0) <= {LIMIT} AND c.unit NOT IN (SELECT unit FROM lost) AS alone,
    c.unit IN (SELECT unit FROM lost) OR c.unit IN (SELECT unit FROM outside) AS unknown
  FROM counted c LEFT JOIN share s ON s.unit = c.unit
),
named AS (
  SELECT t.root, string_agg(DISTINCT t.code, '+' ORDER BY t.code) AS area,
    max(j.n_a) > 0 AND max(j.n_b) > 0 AND bool_and(j.alone OR NOT j.unknown) AS comparable
  FROM there t JOIN judged j ON j.unit = t.unit GROUP BY t.root
)
SELECT t.level AS region_level, n.area, t.year, t.code AS region_code, j.alone, n.comparable
FROM there t JOIN named n ON n.root = t.root JOIN judged j ON j.unit = t.unit
ORDER BY ALL"""
