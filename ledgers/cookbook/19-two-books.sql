-- zh: 两本账册的总值有什么不同？
-- en: How do the totals of two books differ?
-- attach other
-- note zh: 用 --attach other=目录 打开另一本账册;按地区、年度、方案、价格基准配对。
-- note en: Open the second book with --attach other=FOLDER; paired by region, year, profile and price basis.
SELECT
  coalesce(a.profile, b.profile) AS profile, coalesce(a.price_basis, b.price_basis) AS price_basis,
  coalesce(a.year, b.year) AS year, coalesce(a.region_code, b.region_code) AS region_code,
  coalesce(a.region_name, b.region_name) AS region_name,
  a.gep AS gep_here, b.gep AS gep_other, a.gep - b.gep AS difference, coalesce(a.currency, b.currency) AS currency
FROM (FROM gep_total WHERE zone = '-') a
FULL JOIN (FROM other.gep_total WHERE zone = '-') b
  ON b.region_code = a.region_code AND b.year = a.year AND b.profile = a.profile AND b.price_basis = a.price_basis
  AND b.currency = a.currency
ORDER BY ALL
