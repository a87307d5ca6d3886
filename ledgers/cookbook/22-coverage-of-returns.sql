-- zh: 各张资产表报送齐全了吗？
-- en: Are the returns of the asset tables complete?
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM coverage
SELECT
  scheme, table_id, region_level, count(*) AS regions,
  count(*) FILTER (WHERE status = 'complete') AS complete,
  count(*) FILTER (WHERE status = 'partial') AS partial,
  count(*) FILTER (WHERE status = 'none') AS none,
  count(*) FILTER (WHERE status = 'not_applicable') AS not_applicable,
  sum(returned) AS cells_returned, sum(expected) AS cells_expected,
  string_agg(region_code, ' ' ORDER BY region_code) FILTER (WHERE status IN ('partial', 'none')) AS lacking
FROM coverage
WHERE year = $year
GROUP BY ALL
ORDER BY scheme, table_id, region_level
