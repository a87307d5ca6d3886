-- zh: 价值的变化来自数量还是来自价格？
-- en: Did the value change because of quantities or because of prices?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM gep_total
-- param base_year INTEGER: 基年 | year compared with
-- default base_year: SELECT max(year) FROM gep_total WHERE year < $year
-- note zh: 数量影响＝(新量－旧量)×旧价,价格影响＝(新价－旧价)×新量;unpaired 为只在一年有的行(如代码变更的县);rest 为取整尾差及没有量或价的行。缺数则整行为空。
-- note en: quantity effect = (new - old quantity) x old price; price effect = (new - old price) x new quantity; unpaired: lines of one year only, such as a county with a new code; rest: rounding, and lines without quantity or price. Empty where a figure is missing.
WITH leaf AS (
  SELECT v.*
  FROM value_account v
  JOIN region_path p ON p.vintage = v.vintage AND p.year = v.year AND p.code = v.region_code AND p.ancestor = $region
  WHERE v.zone = '-' AND v.year IN ($year, $base_year)
),
paired AS (
  SELECT
    coalesce(a.profile, b.profile) AS profile, coalesce(a.price_basis, b.price_basis) AS price_basis,
    coalesce(a.currency, b.currency) AS currency, coalesce(a.service, b.service) AS service,
    a.value AS after, coalesce(a.state, 'not_applicable') AS after_state,
    b.value AS before, coalesce(b.state, 'not_applicable') AS before_state,
    (a.quantity - b.quantity) * b.price AS by_quantity,
    (a.price - b.price) * a.quantity AS by_price,
    CASE WHEN a.year IS NULL THEN -b.value WHEN b.year IS NULL THEN a.value END AS unpaired
  FROM (FROM leaf WHERE year = $year) a
  FULL JOIN (FROM leaf WHERE year = $base_year) b
    ON b.region_code = a.region_code AND b.profile = a.profile AND b.price_basis = a.price_basis AND b.currency = a.currency
    AND b.service = a.service AND b.benefit = a.benefit AND b.product = a.product AND b.ecosystem = a.ecosystem
    AND b.unit IS NOT DISTINCT FROM a.unit AND b.price_unit IS NOT DISTINCT FROM a.price_unit
),
service AS (
  SELECT
    profile, price_basis, currency, service,
    total(before, before_state) AS before, total(after, after_state) AS after,
    coalesce(sum(by_quantity), 0) AS by_quantity, coalesce(sum(by_price), 0) AS by_price, coalesce(sum(unpaired), 0) AS unpaired
  FROM paired
  GROUP BY ALL
)
SELECT
  profile, price_basis, service, before, after, currency, after - before AS change,
  CASE WHEN after - before IS NOT NULL THEN round(by_quantity, 4) END AS quantity_effect,
  CASE WHEN after - before IS NOT NULL THEN round(by_price, 4) END AS price_effect,
  CASE WHEN after - before IS NOT NULL THEN unpaired END AS unpaired,
  round(after - before - by_quantity - by_price - unpaired, 4) AS rest
FROM service
ORDER BY profile, price_basis, currency, abs(after - before) DESC NULLS LAST, service
