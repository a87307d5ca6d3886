-- zh: GEP 的增长中,物量与价格各占多少？
-- en: How much of the growth of GEP is volume, how much price?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT region_code FROM gep_total WHERE zone = '-' GROUP BY region_code, region_level ORDER BY region_level = 'city' DESC, region_code LIMIT 1
-- note zh: 物量增速取不变价;价格 = (1+当年价增速) ÷ (1+物量增速) − 1。没有不变价的方案不列出。
-- note en: Volume is the growth at constant prices; price = (1 + growth at current prices) ÷ (1 + volume) - 1. Profiles without constant prices are not listed.
WITH both_bases AS (
  SELECT c.year, c.profile, c.gep AS current_gep, k.price_basis, k.gep AS constant_gep
  FROM gep_total c
  JOIN gep_total k USING (region_code, zone, year, profile, currency)
  WHERE c.region_code = $region AND c.zone = '-' AND c.price_basis = 'current' AND k.price_basis LIKE 'constant:%'
),
growth AS (
  SELECT *,
    CAST(current_gep AS DOUBLE) / CAST(lag(current_gep) OVER before AS DOUBLE) AS nominal,
    CAST(constant_gep AS DOUBLE) / CAST(lag(constant_gep) OVER before AS DOUBLE) AS volume
  FROM both_bases
  WINDOW before AS (PARTITION BY profile, price_basis ORDER BY year)
)
SELECT year, profile, price_basis, current_gep, constant_gep,
  round(100 * (nominal - 1), 2) AS nominal_percent, round(100 * (volume - 1), 2) AS volume_percent,
  round(100 * (nominal / volume - 1), 2) AS price_percent
FROM growth
ORDER BY profile, price_basis, year
