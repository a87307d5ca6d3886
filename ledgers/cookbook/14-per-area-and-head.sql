-- zh: 每平方公里、每人的生态产品总值是多少？
-- en: What is GEP per square kilometre and per head?
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM gep_total
-- param area VARCHAR: 面积指标(平方米) | the measure that gives the area, in m2
-- default area: SELECT 'administrative_area'
-- param people VARCHAR: 人口指标 | the measure that gives the population
-- default people: SELECT 'resident_population'
-- note zh: 面积与人口取自同一版次读取的报送数据,上级为下级之和;有一个下级没有报送,或报送了两个数,即为空。
-- note en: Area and population are returns that the same vintage read; higher regions are sums, empty if one region below returned none or two figures.
WITH returned AS (
  SELECT
    p.vintage, p.ancestor, p.code,
    CASE WHEN count(*) FILTER (WHERE f.measure = $area) = 1 THEN max(f.quantity) FILTER (WHERE f.measure = $area) END AS area,
    CASE WHEN count(*) FILTER (WHERE f.measure = $people) = 1 THEN max(f.quantity) FILTER (WHERE f.measure = $people) END AS people
  FROM region_path p
  LEFT JOIN fact_all f
    ON f.vintage = p.vintage AND f.region_code = p.code AND f.period = CAST($year AS VARCHAR)
    AND f.measure IN ($area, $people) AND f.category = '-' AND f.part = '-'
  WHERE p.year = $year AND p.lowest
  GROUP BY ALL
),
region_sum AS (
  SELECT
    vintage, ancestor AS region_code,
    CASE WHEN count(area) = count(*) THEN sum(area) / 1000000 END AS km2,
    CASE WHEN count(people) = count(*) THEN sum(people) END AS people
  FROM returned
  GROUP BY ALL
)
SELECT
  g.profile, g.price_basis, g.region_level, g.region_code, g.region_name, g.gep, g.currency,
  round(s.km2, 2) AS km2, round(s.people, 0) AS people,
  round(g.gep / s.km2, 2) AS gep_per_km2, round(g.gep / s.people, 2) AS gep_per_head
FROM gep_total g
LEFT JOIN region_sum s ON s.vintage = g.vintage AND s.region_code = g.region_code
WHERE g.year = $year AND g.zone = '-'
ORDER BY g.profile, g.price_basis, g.currency, g.region_level, gep_per_km2 DESC NULLS LAST, g.region_code
