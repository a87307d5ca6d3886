-- zh: 一个报送的数用在哪些结果里？
-- en: Which figures rest on one returned cell?
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM gep_total
-- param measure VARCHAR: 报送的指标 | the measure returned
-- default measure: SELECT min(split_part(substr(input, 6), '/', 1)) FROM trace WHERE vintage IN (SELECT vintage FROM vintage_in_use WHERE year = $year) AND starts_with(input, 'cell:') AND starts_with(figure, 'physical_account/')
-- param region VARCHAR: 报送数所在的地区 | the region of the cell
-- default region: SELECT min(region_code) FROM physical_account WHERE year = $year
-- note zh: 先列直接读取该数的结果,再列由其计价的价值,最后列以其为一部分的总值;分区的数是其一部分,不列。经逐行求和或中间计算的,用 gep explain 逐层查看。
-- note en: First the figures that read the cell, then the values priced from them, then the totals they are part of; zones are parts of these and are left out. What reads it through a sum over rows or a step in between is walked by gep explain.
WITH direct AS (
  SELECT vintage, figure, CASE WHEN input = '-' THEN concat(measure, ' = ', figure) ELSE input END AS input, amount, unit
  FROM trace
  WHERE vintage IN (SELECT vintage FROM vintage_in_use WHERE year = $year) AND input_kind = 'cell'
    AND (contains(figure, '/zone=-/') OR NOT contains(figure, '/zone=')) AND (
    starts_with(input, concat('cell:', $measure, '/', $region, '/', $year))
    OR (input = '-' AND measure = $measure AND split_part(figure, '/', 2) = $region
      AND split_part(figure, '/', 3) = CAST($year AS VARCHAR)))
),
priced AS (
  SELECT v.vintage, v.profile, v.price_basis, v.region_code, v.year, d.input, v.value, v.currency,
    concat('value_account/', v.region_code, '/', v.year, '/', v.service, '/', v.benefit, '/', v.product, '/', v.ecosystem,
      '/zone=', v.zone, '/profile=', v.profile, '/price_basis=', v.price_basis, '/currency=', v.currency) AS figure
  FROM value_account v
  JOIN direct d
    ON d.vintage = v.vintage AND d.figure = concat('physical_account/', v.region_code, '/', v.year, '/', v.service, '/', v.benefit,
      '/', v.product, '/', v.ecosystem, '/zone=', v.zone, '/profile=', v.profile)
  WHERE v.year = $year AND v.region_code = $region
)
SELECT 1 AS step, figure, input AS cell, amount, unit FROM direct
UNION ALL
SELECT 2, figure, input, CAST(value AS VARCHAR), currency FROM priced
UNION ALL
SELECT DISTINCT 3, concat('gep_total/', g.region_code, '/', g.year, '/zone=', g.zone, '/profile=', g.profile,
    '/price_basis=', g.price_basis, '/currency=', g.currency), p.input, CAST(g.gep AS VARCHAR), g.currency
FROM priced p
JOIN region_path r ON r.vintage = p.vintage AND r.year = p.year AND r.code = p.region_code
JOIN gep_total g
  ON g.vintage = p.vintage AND g.year = p.year AND g.region_code = r.ancestor AND g.profile = p.profile
  AND g.price_basis = p.price_basis AND g.zone = '-'
ORDER BY ALL
