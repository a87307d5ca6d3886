-- zh: 一次修订改了哪些数？为什么？
-- en: What did a revision change, and why?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- param year INTEGER: 年度 | year
-- default year: SELECT coalesce((SELECT max(year) FROM revision), (SELECT max(year) FROM gep_total))
-- note zh: 列出该地区及其下级;分区的数随全地区的数变动,不列。没有行即没有修订。kind:restated 期初重述;recompiled 重新核算。
-- note en: The region and all below it; figures of zones move with those of the region and are left out. No rows: nothing was revised. kind: restated opening, or recompiled.
SELECT r.kind, r.old_vintage, r.vintage, r.figure, r.old, r.new, r.difference, r.unit, r.reason, r.note
FROM revision r
JOIN region_path p ON p.vintage = r.vintage AND p.year = r.year AND p.code = r.region_code AND p.ancestor = $region
WHERE r.year = $year AND (contains(r.figure, '/zone=-/') OR NOT contains(r.figure, '/zone='))
ORDER BY r.kind, r.figure, r.vintage
