-- zh: 市资产负债表各行与所属各县之和是否一致？
-- en: Do the lines of a city's balance sheet equal the sum of its counties?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM balance_sheet
-- note zh: 地区之间的水量往来在市级抵销,水资源行可以有差额。某县没有该行时 regions 少于 regions_below。
-- note en: Water flowing between counties nets out at the city, so that line may differ. regions is less than regions_below where a county has no such line.
WITH below AS (
  SELECT p.code, p.vintage
  FROM region_path p
  JOIN region r ON r.code = p.code AND r.parent = $region AND $year BETWEEN year(r.valid_from) AND year(r.valid_to)
  WHERE p.ancestor = $region AND p.year = $year
),
parts AS (
  SELECT
    b.scheme, b.side, b.line, b.unit, count(*) AS regions,
    total(b.closing, CASE WHEN b.closing IS NULL THEN 'not_available' ELSE 'value' END) AS closing
  FROM balance_sheet b
  JOIN below USING (vintage)
  WHERE b.region_code = below.code AND b.year = $year
  GROUP BY ALL
)
SELECT
  c.scheme, c.side, c.line, c.line_name, c.closing, p.closing AS closing_below, c.closing - p.closing AS difference, c.unit,
  p.regions, (SELECT count(DISTINCT code) FROM below) AS regions_below
FROM balance_sheet c
LEFT JOIN parts p ON p.scheme = c.scheme AND p.side = c.side AND p.line = c.line AND p.unit = c.unit
WHERE c.region_code = $region AND c.year = $year
ORDER BY c.scheme, c.side, c.line
