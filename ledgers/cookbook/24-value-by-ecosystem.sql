-- zh: 森林、湿地、农田等各提供多少价值？
-- en: How much value do forest, wetland, farmland and the others give?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM gep_total
-- note zh: - 为不分生态系统的服务。regions 为该行有数据的最细一级地区数,少于 regions_all 时可能有地区没有这类生态系统。
-- note en: - : services that are not split by ecosystem. regions: lowest regions with rows; fewer than regions_all may mean that some have no such ecosystem.
SELECT
  v.profile, v.price_basis, split_part(v.ecosystem, '.', 1) AS ecosystem, total(v.value, v.state) AS value, v.currency,
  total_state(v.state) AS state, count(DISTINCT v.service) AS services, count(DISTINCT v.region_code) AS regions,
  (SELECT count(DISTINCT code) FROM region_path WHERE ancestor = $region AND year = $year AND lowest
    AND vintage IN (SELECT vintage FROM vintage_in_use WHERE year = $year)) AS regions_all
FROM value_account v
JOIN region_path p ON p.vintage = v.vintage AND p.year = v.year AND p.code = v.region_code AND p.ancestor = $region
WHERE v.year = $year AND v.zone = '-'
GROUP BY ALL
ORDER BY v.profile, v.price_basis, v.currency, value DESC NULLS LAST, ecosystem
