-- zh: 土地、林木、水、矿产的存量历年怎样变化？
-- en: How did the stocks of land, timber, water and minerals develop?
-- param region VARCHAR: 行政区划代码 | region code
-- default region: SELECT code FROM region WHERE parent IS NULL ORDER BY code LIMIT 1
-- note zh: 资产负债表的实物量行,各用其单位,不相加。期初与上年期末不同的,见修订表。
-- note en: The physical lines of the balance sheet, each in its unit, never added. Where an opening is not the closing before, see the revisions.
SELECT
  scheme, line, line_name, year, opening, closing, change, unit, round(change / opening * 100, 2) AS change_percent,
  opening - lag(closing) OVER (PARTITION BY scheme, line, unit ORDER BY year) AS restated_by
FROM balance_sheet
WHERE region_code = $region AND contains(line, '.physical')
ORDER BY scheme, line, unit, year
