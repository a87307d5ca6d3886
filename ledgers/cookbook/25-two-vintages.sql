-- zh: 同一年度的两个版次,各服务差多少？
-- en: How do two vintages of one year differ, by service?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM (SELECT year FROM release_state GROUP BY year ORDER BY count(DISTINCT vintage) > 1 DESC, year DESC LIMIT 1)
-- param vintage BIGINT: 版次 | vintage
-- default vintage: SELECT max(vintage) FROM gep_total_all WHERE year = $year
-- param old_vintage BIGINT: 旧版次 | older vintage
-- default old_vintage: SELECT coalesce(max(vintage), $vintage) FROM gep_total_all WHERE year = $year AND vintage < $vintage
-- note zh: 逐数的原因见修订表(08-revisions)。
-- note en: For each figure with its reason see the revisions (08-revisions).
WITH service AS (
  SELECT profile, price_basis, currency, vintage, service, value, state
  FROM value_account_rollup_all
  WHERE region_code = $region AND zone = '-' AND year = $year AND vintage IN ($vintage, $old_vintage)
    AND benefit = '-' AND product = '-' AND ecosystem = '-'
  QUALIFY row_number() OVER (PARTITION BY profile, price_basis, currency, vintage, service ORDER BY is_total DESC) = 1
)
SELECT
  profile, price_basis, service,
  max(value) FILTER (WHERE vintage = $old_vintage) AS old, max(state) FILTER (WHERE vintage = $old_vintage) AS old_state,
  max(value) FILTER (WHERE vintage = $vintage) AS new, max(state) FILTER (WHERE vintage = $vintage) AS new_state,
  max(value) FILTER (WHERE vintage = $vintage) - max(value) FILTER (WHERE vintage = $old_vintage) AS difference, currency
FROM service
GROUP BY profile, price_basis, currency, service
ORDER BY profile, price_basis, currency, abs(difference) DESC NULLS LAST, service
