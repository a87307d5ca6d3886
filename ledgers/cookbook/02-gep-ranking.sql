-- zh: 各县生态产品总值排名如何？与基年相比升降几位？
-- en: How do the counties rank by GEP, and who moved up or down since the base year?
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM gep_total
-- param base_year INTEGER: 基年 | year compared with
-- default base_year: SELECT max(year) FROM gep_total WHERE year < $year
-- param level VARCHAR: 行政层级 | level of the regions
-- default level: SELECT region_level FROM gep_total WHERE zone = '-' GROUP BY ALL ORDER BY count(*) DESC, region_level LIMIT 1
-- note zh: 只在同一层级内排名;缺数的地区列出但不参加排名。
-- note en: Regions of one level only; a region with a missing total is listed and has no place.
WITH ranked AS (
  SELECT
    profile, price_basis, currency, year, region_code, region_name, gep,
    CASE WHEN gep IS NOT NULL THEN
      rank() OVER (PARTITION BY profile, price_basis, currency, year ORDER BY gep DESC NULLS LAST)
    END AS place
  FROM gep_total
  WHERE region_level = $level AND zone = '-' AND year IN ($year, $base_year)
)
SELECT
  n.profile, n.price_basis, n.place, n.region_code, n.region_name, n.gep, n.currency,
  b.place AS place_before, b.place - n.place AS places_gained
FROM ranked n
LEFT JOIN ranked b
  ON b.region_code = n.region_code AND b.profile = n.profile AND b.price_basis = n.price_basis
  AND b.currency = n.currency AND b.year = $base_year
WHERE n.year = $year
ORDER BY n.profile, n.price_basis, n.currency, n.place NULLS LAST, n.region_code
