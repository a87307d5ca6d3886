-- zh: 各部门还有多少问题没有答复？
-- en: How many findings are open or answered, by department?
-- note zh: 按问题所在的报送文件归到部门;department 为 - 的是跨部门的核对,file 为规则所在文件。
-- note en: A finding belongs to the department whose file it stands in; - is a check across returns, file then names its rule file.
WITH sender AS (
  SELECT vintage, file, string_agg(DISTINCT department, ' ' ORDER BY department) AS department
  FROM fact
  WHERE department IS NOT NULL
  GROUP BY ALL
)
SELECT
  coalesce(s.department, '-') AS department, f.file, f.rule, f.severity,
  count(*) AS findings,
  count(*) FILTER (WHERE f.status = 'open') AS open,
  count(*) FILTER (WHERE f.answer IS NOT NULL) AS answered
FROM finding f
LEFT JOIN sender s ON s.vintage = f.vintage AND s.file = f.file
GROUP BY s.department, f.file, f.rule, f.severity
ORDER BY position(left(f.severity, 1) IN 'sqn'), open DESC, department, f.file, f.rule
