-- zh: 一项服务历年采用什么单价？
-- en: Which prices did a service use over the years?
-- param service VARCHAR: 服务 | service
-- default service: SELECT min(service) FROM value_account WHERE price IS NOT NULL
-- param region VARCHAR: 最细一级的行政区划代码 | code of a region of the lowest level
-- default region: SELECT min(region_code) FROM value_account WHERE service = $service AND price IS NOT NULL
-- note zh: 生态系统之间单价相同的并为一行。
-- note en: Ecosystems that share a price are one line.
SELECT
  profile, price_basis, benefit, product, price_unit, year, price,
  price - lag(price) OVER line AS change,
  count(*) AS figures
FROM value_account
WHERE service = $service AND region_code = $region AND zone = '-' AND price IS NOT NULL
GROUP BY profile, price_basis, currency, benefit, product, price_unit, year, price
WINDOW line AS (PARTITION BY profile, price_basis, currency, benefit, product, price_unit ORDER BY year)
ORDER BY profile, price_basis, benefit, product, price_unit, year
