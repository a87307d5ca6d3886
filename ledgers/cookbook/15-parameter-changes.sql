-- zh: 两年之间哪些系数和单价变了？
-- en: Which coefficients and prices changed between two years?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM gep_total
-- param base_year INTEGER: 基年 | year compared with
-- default base_year: SELECT max(year) FROM gep_total WHERE year < $year
-- note zh: 只看该地区当年价生态产品总值用到的参数;一年之内用了几个值的全部列出。
-- note en: Parameters that the GEP of the region at current prices rests on; where one year used several amounts, all are listed.
WITH used AS (
  SELECT
    parameter, key, region_code,
    CASE WHEN starts_with(figure, concat('gep_total/', $region, '/', $year, '/')) THEN 'after' ELSE 'before' END AS side,
    string_agg(DISTINCT coalesce(amount_text, CAST(amount AS VARCHAR), '?'), ' | ' ORDER BY coalesce(amount_text, CAST(amount AS VARCHAR), '?')) AS amount,
    string_agg(DISTINCT unit, ' | ' ORDER BY unit) AS unit,
    string_agg(DISTINCT source, ' | ' ORDER BY source) AS source,
    string_agg(DISTINCT status, ' | ' ORDER BY status) AS status
  FROM parameter_used
  WHERE vintage IN (SELECT vintage FROM vintage_in_use WHERE year IN ($year, $base_year))
    AND contains(figure, '/zone=-/') AND contains(figure, '/price_basis=current/')
    AND (starts_with(figure, concat('gep_total/', $region, '/', $year, '/'))
      OR starts_with(figure, concat('gep_total/', $region, '/', $base_year, '/')))
  GROUP BY ALL
)
SELECT
  coalesce(a.parameter, b.parameter) AS parameter, coalesce(a.key, b.key) AS key,
  b.amount AS before, b.unit AS unit_before, a.amount AS after, a.unit AS unit_after, b.source AS source_before,
  a.source AS source_after, a.status AS status_after
FROM (FROM used WHERE side = 'after') a
FULL JOIN (FROM used WHERE side = 'before') b
  ON b.parameter = a.parameter AND b.key = a.key AND b.region_code = a.region_code
WHERE (a.amount, a.unit) IS DISTINCT FROM (b.amount, b.unit)
ORDER BY ALL
