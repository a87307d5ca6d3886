-- zh: 某日当时所知的总值是多少？与现在相比改了多少？
-- en: What was known on a date, and how does it differ from what is known now?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- param day DATE: 日期(当日结束,协调世界时) | the day (its end, UTC)
-- default day: SELECT CAST(min(run."at") AS DATE) FROM run
-- note zh: 任何查询都可以用 gep sql --as-of 看当日所知;这里把两者并列。
-- note en: gep sql --as-of shows any query as of a day; this one sets both side by side.
SELECT
  coalesce(n.profile, k.profile) AS profile, coalesce(n.price_basis, k.price_basis) AS price_basis,
  coalesce(n.year, k.year) AS year, k.vintage AS vintage_known, k.gep AS gep_known,
  n.vintage AS vintage_now, n.gep AS gep_now, n.gep - k.gep AS revised_by, coalesce(n.currency, k.currency) AS currency
FROM (FROM gep_total WHERE region_code = $region AND zone = '-') n
FULL JOIN (FROM gep_total_asof($day) WHERE region_code = $region AND zone = '-') k
  ON k.year = n.year AND k.profile = n.profile AND k.price_basis = n.price_basis AND k.currency = n.currency
ORDER BY ALL
