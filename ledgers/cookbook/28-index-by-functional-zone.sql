-- zh: 各类主体功能区的生态产品总值、地区生产总值和绿金指数是多少？
-- en: What are GEP, GDP and the green-gold index by functional zone?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM green_gold_index
-- param scheme VARCHAR: 归并到哪个代码表(functional_zone、ecological_space、red_line) | the code scheme the zones are gathered by
-- default scheme: SELECT coalesce(min(scheme) FILTER (WHERE scheme = 'functional_zone'), min(scheme), 'functional_zone') FROM zone_member
-- note zh: 先按份额把各分区的数加总,再重算指数:指数不可平均。一个分区缺数,该类即为空;没有行即该年没有分区。
-- note en: The zones are added up by their shares first, then the index is worked out again: indices are never averaged. A class of which one zone lacks a figure is empty; no rows: the year has no zones.
WITH zones AS (
  SELECT g.profile, g.price_basis, m.code, m.name_zh, m.name_en, g.zone, g.gep * m.share AS gep, g.gdp * m.share AS gdp
  FROM green_gold_index g
  JOIN zone_member m ON m.zone = g.zone AND m.scheme = $scheme
  WHERE g.region_code = $region AND g.year = $year AND g.zone <> '-'
),
gathered AS (
  SELECT
    profile, price_basis, code, name_zh, name_en, string_agg(zone, ' ' ORDER BY zone) AS zones,
    CASE WHEN count(gep) = count(*) THEN sum(gep) END AS gep,
    CASE WHEN count(gdp) = count(*) THEN sum(gdp) END AS gdp
  FROM zones
  GROUP BY ALL
)
SELECT
  profile, price_basis, code, name_zh, name_en, zones, round(gep, 2) AS gep, round(gdp, 2) AS gdp,
  round(gep / nullif(gdp, 0), 4) AS ggi,
  CASE WHEN count(gep) OVER whole = count(*) OVER whole THEN round(gep / sum(gep) OVER whole * 100, 2) END AS percent_of_gep
FROM gathered
WINDOW whole AS (PARTITION BY profile, price_basis)
ORDER BY profile, price_basis, code
