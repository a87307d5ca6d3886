-- zh: 绿金指数逐年如何变化？用的是哪一版 GDP,区间多宽？
-- en: How did the green-gold index move, with which vintage of GDP, and how wide is its interval?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT region_code FROM green_gold_index WHERE zone = '-' GROUP BY region_code, region_level ORDER BY region_level = 'city' DESC, region_code LIMIT 1
-- note zh: 缺数为空,绝不为零;区间来自参数离散度。
-- note en: NULL is missing, never zero; the interval comes from the spread of parameters.
SELECT
  year, profile, price_basis, gep, gdp, gdp_vintage, round(ggi, 4) AS ggi, round(ggi_low, 4) AS ggi_low, round(ggi_high, 4) AS ggi_high,
  round(ggi - lag(ggi) OVER before, 4) AS change, geep, round(realisation_rate, 4) AS realisation_rate
FROM green_gold_index
WHERE region_code = $region AND zone = '-'
WINDOW before AS (PARTITION BY profile, price_basis ORDER BY year)
ORDER BY profile, price_basis, year
