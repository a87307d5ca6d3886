-- zh: 总值中有多少建立在示例系数或专家系数之上？
-- en: How much of GEP rests on illustrative or expert coefficients?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM gep_total
-- note zh: 一个数字用到多个系数,按最弱的一个归类:illustrative 示例,expert 专家,sourced 其余均有来源,none 不用系数。
-- note en: A figure is classed by the weakest coefficient it used: illustrative, expert, sourced (all others), none (no coefficient).
WITH leaf AS (
  SELECT
    v.vintage, v.profile, v.price_basis, v.currency, v.value, v.state,
    concat('value_account/', v.region_code, '/', v.year, '/', v.service, '/', v.benefit, '/', v.product, '/', v.ecosystem,
      '/zone=', v.zone, '/profile=', v.profile, '/price_basis=', v.price_basis, '/currency=', v.currency) AS figure
  FROM value_account v
  JOIN region_path p ON p.vintage = v.vintage AND p.year = v.year AND p.code = v.region_code AND p.ancestor = $region
  WHERE v.year = $year AND v.zone = '-'
),
weakest AS (
  SELECT
    u.vintage, u.figure,
    CASE WHEN bool_or(u.status = 'illustrative') THEN 'illustrative' WHEN bool_or(u.status = 'expert') THEN 'expert'
      ELSE 'sourced' END AS rests_on
  FROM parameter_used_all u
  SEMI JOIN leaf l ON l.vintage = u.vintage AND l.figure = u.figure
  GROUP BY ALL
)
SELECT
  l.profile, l.price_basis, coalesce(w.rests_on, 'none') AS rests_on, count(*) AS figures,
  total(l.value, l.state) AS value, l.currency,
  round(total(l.value, l.state) / max(g.gep) * 100, 2) AS percent_of_gep
FROM leaf l
LEFT JOIN weakest w ON w.vintage = l.vintage AND w.figure = l.figure
LEFT JOIN gep_total g
  ON g.region_code = $region AND g.zone = '-' AND g.year = $year AND g.profile = l.profile
  AND g.price_basis = l.price_basis AND g.currency = l.currency
GROUP BY ALL
ORDER BY l.profile, l.price_basis, l.currency, value DESC NULLS LAST
