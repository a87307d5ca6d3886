-- zh: 各年度处于什么状态？由谁、用哪版规则核算？
-- en: What is the state of each year, and by whom and by which rules was it compiled?
SELECT
  u.year, u.profile, u.vintage, u.state, u."at" AS since, r.who, r."at" AS run_at, r.program, substr(r.rules_hash, 1, 12) AS rules
FROM vintage_in_use u
LEFT JOIN run_all r ON r.vintage = u.vintage
ORDER BY u.year, u.profile
