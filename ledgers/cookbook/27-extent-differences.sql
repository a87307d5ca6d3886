-- zh: 土地账户与生态系统面积相差多少？
-- en: How far do the land account and the ecosystem areas differ?
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM extent_reconciliation
SELECT
  scheme, region_code, region_name, land_columns, ecosystems, land_area, ecosystem_area, difference, unit,
  round(difference / land_area * 100, 3) AS percent
FROM extent_reconciliation
WHERE year = $year
ORDER BY scheme, abs(difference) DESC NULLS FIRST, region_code, land_columns
