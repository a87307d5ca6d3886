-- zh: 哪些数缺失？它们使哪些地区没有合计？
-- en: Which figures are missing, and the totals of which regions do they block?
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM gep_total
-- note zh: 不适用(not_applicable)不是缺数。blocked 为因此没有合计的地区。没有行即不缺数。
-- note en: not_applicable is not missing. blocked: the regions that have no total because of it. No rows: nothing is missing.
WITH missing AS (
  SELECT 'physical_account' AS "view", vintage, year, profile AS scheme, region_code, region_name,
    concat_ws('/', service, benefit, product, ecosystem) AS key, unit, state
  FROM physical_account WHERE year = $year AND zone = '-' AND state IN ('not_available', 'refused')
  UNION ALL BY NAME
  SELECT 'value_account' AS "view", vintage, year, profile AS scheme, region_code, region_name,
    concat_ws('/', service, benefit, product, ecosystem) AS key, price_basis, currency AS unit, state
  FROM value_account WHERE year = $year AND zone = '-' AND state IN ('not_available', 'refused')
  UNION ALL BY NAME
  SELECT 'asset_account' AS "view", vintage, year, scheme, region_code, region_name,
    concat_ws('/', table_id, instance, row_code, column_code, cause) AS key, unit, state
  FROM asset_account WHERE year = $year AND state IN ('not_available', 'refused')
)
SELECT m."view", m.scheme, m.region_code, m.region_name, m.key, m.price_basis, m.unit, m.state,
  string_agg(p.ancestor, ' ' ORDER BY p.ancestor) AS blocked
FROM missing m
LEFT JOIN region_path p ON p.vintage = m.vintage AND p.year = m.year AND p.code = m.region_code
GROUP BY ALL
ORDER BY ALL
