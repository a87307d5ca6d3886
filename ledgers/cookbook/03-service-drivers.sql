-- zh: 两年之间,哪些服务推动了生态产品总值的变化？
-- en: Which services drove the change of GEP between two years?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM gep_total
-- param base_year INTEGER: 基年 | year compared with
-- default base_year: SELECT max(year) FROM gep_total WHERE year < $year
-- note zh: 合计取自 value_account_rollup:有一个县缺数,该服务即为空,不会偏小。share 为占各服务变化之和的百分比,任一服务缺数则为空。
-- note en: Totals come from value_account_rollup: a service that one county lacks is empty, never smaller. share is of the sum of all changes, and empty if one is unknown.
WITH service AS (
  SELECT profile, price_basis, currency, year, service, value, state
  FROM value_account_rollup
  WHERE region_code = $region AND zone = '-' AND year IN ($year, $base_year)
    AND benefit = '-' AND product = '-' AND ecosystem = '-'
  QUALIFY row_number() OVER (PARTITION BY profile, price_basis, currency, year, service ORDER BY is_total DESC) = 1
),
paired AS (
  SELECT
    profile, price_basis, currency, service,
    max(value) FILTER (WHERE year = $base_year) AS before,
    max(value) FILTER (WHERE year = $year) AS after,
    total_state(state) AS state
  FROM service
  GROUP BY ALL
),
whole AS (
  SELECT profile, price_basis, currency, total(after - before, state) AS change FROM paired GROUP BY ALL
)
SELECT
  p.profile, p.price_basis, p.service, p.before, p.after, p.currency, p.after - p.before AS change,
  round((p.after - p.before) / p.before * 100, 2) AS growth_percent,
  round((p.after - p.before) / w.change * 100, 2) AS share_percent
FROM paired p
JOIN whole w ON w.profile = p.profile AND w.price_basis = p.price_basis AND w.currency = p.currency
ORDER BY p.profile, p.price_basis, p.currency, abs(p.after - p.before) DESC NULLS LAST, p.service
