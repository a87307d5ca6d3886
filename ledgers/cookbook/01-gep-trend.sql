-- zh: 一个地区历年的生态产品总值怎样变化？
-- en: How did the GEP of a region develop over the years?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- note zh: 只与上一年同一代码比较;有服务缺数的年份为空,不是零。代码或边界变更的地区不自动衔接。
-- note en: Compared with the year before under the same code only; a year with a missing service is empty, not zero. Codes that changed are not joined.
SELECT
  g.profile, g.price_basis, g.year, g.region_name, g.gep, g.currency,
  g.gep - b.gep AS change,
  round((g.gep - b.gep) / b.gep * 100, 2) AS growth_percent,
  g.missing AS services_missing
FROM gep_total g
LEFT JOIN gep_total b
  ON b.region_code = g.region_code AND b.zone = g.zone AND b.profile = g.profile
  AND b.price_basis = g.price_basis AND b.currency = g.currency AND b.year = g.year - 1
WHERE g.region_code = $region AND g.zone = '-'
ORDER BY g.profile, g.price_basis, g.currency, g.year
