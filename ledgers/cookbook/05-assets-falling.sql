-- zh: 哪些资产连续三年减少？
-- en: Which assets fell three years running?
-- param years INTEGER: 连续年数 | years in a row
-- default years: SELECT 3
-- param level VARCHAR: 行政层级 | level of the regions
-- default level: SELECT region_level FROM balance_sheet GROUP BY ALL ORDER BY count(*) DESC, region_level LIMIT 1
-- note zh: 减少指本年变动(期末－期初)小于零;缺数的年份中断连续,不算减少,也不算增加。
-- note en: Falling means a change (closing - opening) below zero; a year without a figure ends the run.
WITH fell AS (
  SELECT
    scheme, region_code, region_name, line, line_name, unit, year, opening, closing, change,
    year - row_number() OVER (PARTITION BY scheme, region_code, line, unit ORDER BY year) AS spell
  FROM balance_sheet
  WHERE side = 'asset' AND region_level = $level AND change < 0
)
SELECT
  scheme, region_code, max(region_name) AS region_name, line, max(line_name) AS line_name,
  min(year) AS first_year, max(year) AS last_year, count(*) AS years,
  min_by(opening, year) AS opening, max_by(closing, year) AS closing, sum(change) AS change, unit
FROM fell
GROUP BY scheme, region_code, line, unit, spell
HAVING count(*) >= $years
ORDER BY scheme, region_code, line, first_year
