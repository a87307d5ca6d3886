-- zh: 计算的数与已发布的数是否相符？
-- en: Do the computed figures meet the published ones?
-- note zh: 判定以舍入区间为准(low 至 high 与发布值 ± 末位之半相交),不看差额大小。
-- note en: The verdict is by intervals (low to high against the printed value and half its last digit), not by the size of the difference.
SELECT
  verdict, figure, value AS printed, computed, round(computed - CAST(value AS DECIMAL(38, 12)), 6) AS difference, unit, low, high,
  source, note
FROM published_figure
ORDER BY CASE verdict WHEN 'misses' THEN 1 WHEN 'not_computed' THEN 2 ELSE 3 END, figure, file, row
