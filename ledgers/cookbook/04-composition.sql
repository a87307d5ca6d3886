-- zh: 物质产品、调节服务、文化服务各占多少？
-- en: What are the shares of material, regulating and cultural services?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- note zh: 总值缺数的年份,份额为空。
-- note en: A year without a total has no shares.
SELECT
  profile, price_basis, year, region_name, gep, currency,
  round(material / gep * 100, 2) AS material_percent,
  round(regulating / gep * 100, 2) AS regulating_percent,
  round(cultural / gep * 100, 2) AS cultural_percent
FROM gep_total
WHERE region_code = $region AND zone = '-'
ORDER BY profile, price_basis, currency, year
