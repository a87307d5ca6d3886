-- zh: 土地从哪一类转到哪一类最多？
-- en: Which flows between land classes were the largest?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- param year INTEGER: 年度 | year
-- default year: SELECT max(year) FROM balance_sheet
-- param most INTEGER: 列出多少条 | how many flows
-- default most: SELECT 10
-- note zh: 取自土地转移矩阵 LM-01,不含对角线(未变的面积);按原因分列。缺数的格子排在最后,不作为零。
-- note en: From the transition matrix LM-01, without the diagonal (area that stayed), apart by cause. Cells without a figure come last and are not zero.
SELECT
  scheme, instance, replace(row_name, '期初:', '') AS from_class, replace(column_name, '期末:', '') AS to_class,
  row_code, column_code, cause, amount, unit, state
FROM asset_account_rollup
WHERE table_id = 'LM-01' AND instance = '-' AND region_code = $region AND year = $year
  AND regexp_matches(row_code, '^F[0-9]+$') AND regexp_matches(column_code, '^T[0-9]+$')
  AND substr(row_code, 2) <> substr(column_code, 2) AND (amount IS NULL OR amount <> 0) AND state <> 'not_applicable'
ORDER BY amount DESC NULLS LAST, row_code, column_code, cause
LIMIT $most
