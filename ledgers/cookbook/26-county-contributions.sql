-- zh: 全市的增长由哪些县贡献？
-- en: Which counties contributed to the growth of the city?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM gep_total
-- param base_year INTEGER: 基年 | year compared with
-- default base_year: SELECT max(year) FROM gep_total WHERE year < $year
-- note zh: 贡献以百分点计,为该县变化占基年全市总值的百分比。基年没有该代码的县,变化为空(代码变更见 region)。
-- note en: Points are the change of the county in percent of the city's GEP of the base year. A county without that code in the base year has no change (see region).
WITH part AS (
  SELECT g.*
  FROM gep_total g
  JOIN region r ON r.code = g.region_code AND (r.parent = $region OR r.code = $region)
  WHERE g.zone = '-' AND g.year IN ($year, $base_year) AND g.year BETWEEN year(r.valid_from) AND year(r.valid_to)
)
SELECT
  coalesce(a.profile, b.profile) AS profile, coalesce(a.price_basis, b.price_basis) AS price_basis,
  coalesce(a.region_code, b.region_code) AS region_code, coalesce(a.region_name, b.region_name) AS region_name,
  b.gep AS before, a.gep AS after, a.gep - b.gep AS change, coalesce(a.currency, b.currency) AS currency,
  round((a.gep - b.gep) / (
    SELECT w.gep FROM part w
    WHERE w.region_code = $region AND w.year = $base_year AND w.profile = coalesce(a.profile, b.profile)
      AND w.price_basis = coalesce(a.price_basis, b.price_basis) AND w.currency = coalesce(a.currency, b.currency)
  ) * 100, 2) AS points
FROM (FROM part WHERE year = $year) a
FULL JOIN (FROM part WHERE year = $base_year) b
  ON b.region_code = a.region_code AND b.profile = a.profile AND b.price_basis = a.price_basis AND b.currency = a.currency
ORDER BY profile, price_basis, points DESC NULLS LAST, region_code
