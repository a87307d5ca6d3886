"""The part of a book that an audit asks about, as SQL: temporary relations over the public views, made in this order."""

# ruff: noqa: S608  (every name in the SQL is one of this file; values are bound)
from __future__ import annotations

FIGURE = {
    "cell": """concat('asset_account/', region_code, '/', year, '/', table_id, '/', row_code, '/', column_code, '/', cause,
      '/scheme=', scheme, '/instance=', instance, '@', vintage)""",
    "worth": """concat('value_account/', region_code, '/', year, '/', service, '/', benefit, '/', product, '/', ecosystem,
      '/zone=', zone, '/profile=', profile, '/price_basis=', price_basis, '/currency=', currency, '@', vintage)""",
    "gep": """concat('gep_total/', region_code, '/', year, '/zone=-/profile=', profile, '/price_basis=', price_basis,
      '/currency=', currency, '@', vintage)""",
    "index": """concat('green_gold_index/', region_code, '/', year, '/zone=-/profile=', profile, '/price_basis=', price_basis,
      '@', vintage)""",
}
DAY = "CAST(getvariable('gep_as_of') AS DATE)"
KNOWN = f"""({DAY} IS NULL OR "at" < {DAY} + INTERVAL 1 DAY)"""
YEAR_OF_FIGURE = "CAST(regexp_extract(figure, '^[^/]*/[^/]*/([0-9]{4})', 1) AS INTEGER)"
WITHOUT = "* EXCLUDE (region_name, region_level, illustrative)"

# name -> query; what it names as $name is a parameter of the term
CUT = {
    "run": f"""SELECT vintage, who, "at", CAST("at" AS DATE) AS ran_on FROM run_all WHERE {KNOWN}""",
    "used": """SELECT year, profile, vintage FROM vintage_in_use
      WHERE profile IN ($profile, $scheme) AND year BETWEEN $opening AND $closing""",
    # one vintage a year for what belongs to no profile: that of the asset accounts, if there are any
    "book": """SELECT year, coalesce(max(vintage) FILTER (profile = $scheme), max(vintage)) AS vintage FROM used GROUP BY year""",
    "own": """SELECT $region AS code UNION SELECT old FROM renamed WHERE now = $region""",
    # `code`: as it stands in the book; `region_code`: the code it has at the closing
    "scope": """SELECT DISTINCT p.year, p.code, at_closing(p.code) AS region_code FROM region_path p
      JOIN book b ON b.year = p.year AND b.vintage = p.vintage SEMI JOIN own ON own.code = p.ancestor WHERE p.lowest""",
    "inside": """SELECT DISTINCT p.code FROM region_path p SEMI JOIN book b ON b.vintage = p.vintage
      SEMI JOIN own ON own.code = p.ancestor UNION SELECT code FROM own""",
    "cell": f"""SELECT f.* REPLACE (s.region_code AS region_code) FROM (
        SELECT a.{WITHOUT}, {FIGURE["cell"]} AS figure FROM asset_account_all a
        SEMI JOIN used u ON u.year = a.year AND u.vintage = a.vintage AND u.profile = a.scheme WHERE a.scheme = $scheme) f
      JOIN scope s ON s.year = f.year AND s.code = f.region_code""",
    "worth": f"""SELECT f.* REPLACE (s.region_code AS region_code) FROM (
        SELECT a.{WITHOUT}, {FIGURE["worth"]} AS figure FROM value_account_all a
        SEMI JOIN used u ON u.year = a.year AND u.vintage = a.vintage AND u.profile = a.profile
        WHERE a.zone = '-' AND a.profile = $profile) f
      JOIN scope s ON s.year = f.year AND s.code = f.region_code""",
    "every_total": f"""WITH
      g AS (SELECT *, {FIGURE["gep"]} AS figure FROM gep_total_all WHERE zone = '-' AND profile = $profile),
      i AS (SELECT *, {FIGURE["index"]} AS figure FROM green_gold_index_all WHERE zone = '-' AND profile = $profile)
      SELECT at_closing(g.region_code) AS region_code, g.year, g.vintage, g.price_basis, g.gep, i.gdp, i.gdp_vintage, i.ggi,
        g.figure AS gep_figure, i.figure
      FROM g LEFT JOIN i USING (region_code, year, vintage, profile, price_basis)
      SEMI JOIN inside n ON n.code = g.region_code SEMI JOIN run r ON r.vintage = g.vintage
      WHERE g.year BETWEEN $opening AND $closing""",
    "total": """SELECT t.* FROM every_total t
      SEMI JOIN used u ON u.year = t.year AND u.vintage = t.vintage AND u.profile = $profile""",
    "total_before": """SELECT t.* FROM every_total t
      JOIN used u ON u.year = t.year AND u.profile = $profile AND t.vintage < u.vintage
      QUALIFY dense_rank() OVER (PARTITION BY t.year ORDER BY t.vintage DESC) = 1""",
    "every_parameter": f"""WITH p AS (
        SELECT p.* REPLACE (concat(figure, '@', vintage) AS figure, at_closing(p.region_code) AS region_code),
          {YEAR_OF_FIGURE} AS year
        FROM parameter_used_all p
        SEMI JOIN inside n ON n.code = split_part(p.figure, '/', 2) SEMI JOIN run r ON r.vintage = p.vintage
        WHERE regexp_extract(figure, '/(?:profile|scheme)=([^/#@]+)', 1) IN ($profile, $scheme))
      SELECT year, vintage, parameter, key, region_code, source_set, valid_from, amount, unit, status, source,
        CASE WHEN min(figure) = max(figure) THEN [min(figure)] ELSE [min(figure), max(figure)] END AS figures
      FROM p WHERE year BETWEEN $opening AND $closing GROUP BY ALL""",
    "parameter": """SELECT p.* FROM every_parameter p SEMI JOIN used u ON u.year = p.year AND u.vintage = p.vintage""",
    "parameter_before": """SELECT p.* FROM every_parameter p JOIN book b ON b.year = p.year AND p.vintage < b.vintage
      QUALIFY dense_rank() OVER (PARTITION BY p.year ORDER BY p.vintage DESC) = 1""",
    "returned": """SELECT f.* REPLACE (at_closing(f.region_code) AS region_code), b.year FROM fact_all f
      JOIN book b ON b.vintage = f.vintage AND left(f.period, 4) = CAST(b.year AS VARCHAR)
      SEMI JOIN inside n ON n.code = f.region_code""",
    "submission": """SELECT s.* FROM submission_all s SEMI JOIN run r ON r.vintage = s.vintage""",
    "corrected": f"""SELECT c.* REPLACE (at_closing(c.region_code) AS region_code) FROM correction_all c
      SEMI JOIN inside n ON n.code = c.region_code WHERE {KNOWN}""",
    # the checks name figures by measure and class; the list of suspicions names them by their place in the book
    "complaint": """WITH
      f AS (
        SELECT f.* REPLACE (at_closing(f.region_code) AS region_code) FROM finding_all f
        JOIN book b ON b.vintage = f.vintage AND left(f.period, 4) = CAST(b.year AS VARCHAR)
        SEMI JOIN inside n ON n.code = f.region_code WHERE b.year > $opening),
      named AS (
        SELECT vintage, seq, string_split(figure, '/') AS parts
        FROM (SELECT vintage, seq, unnest(string_split(figures, ' ')) AS figure FROM f)),
      placed AS (
        SELECT n.vintage, n.seq, list(c.figure ORDER BY c.figure) AS addresses FROM named n
        JOIN cell c ON split_part(c.figure, '/', 2) = parts[2] AND c.year = TRY_CAST(parts[3] AS INTEGER)
          AND c.table_id = split_part(parts[1], '.', 1) AND c.row_code = split_part(parts[1], '.', -1)
          AND contains(parts[4], ':' || c.column_code)
        GROUP BY n.vintage, n.seq)
      SELECT f.*, coalesce(p.addresses, []) AS addresses FROM f LEFT JOIN placed p USING (vintage, seq)""",
    "revised": """SELECT v.* REPLACE (at_closing(v.region_code) AS region_code), r.ran_on,
        EXISTS (SELECT 1 FROM book b WHERE b.year = v.year AND b.vintage = v.vintage) AS "current"
      FROM revision_all v JOIN run r ON r.vintage = v.vintage SEMI JOIN inside n ON n.code = v.region_code
      WHERE v.year BETWEEN $opening AND $closing AND v.profile IN ($profile, $scheme)""",
}
MACROS = (
    # the code at the closing of a region that had another one; the relation `renamed` has it
    "at_closing(x) AS coalesce((SELECT now FROM renamed WHERE old = x), x)",
    # digits as people write them: no trailing zeros, the unit behind; nothing of what is unknown
    """told(x, unit) AS CASE WHEN x IS NOT NULL THEN trim(rtrim(rtrim(
      CASE WHEN contains(CAST(x AS VARCHAR), '.') THEN CAST(x AS VARCHAR) ELSE concat(CAST(x AS VARCHAR), '.') END, '0'), '.')
      || ' ' || CASE unit WHEN '1' THEN '' ELSE unit END) END""",
    "each(xs, unit) AS array_to_string(list_transform(xs, lambda x: told(x, unit)), ', ')",
    # a quotient to be shown, cut off at four decimals in whole numbers; nothing is judged by it
    """share(x, y) AS told(CAST(CAST(CAST(x AS DECIMAL(38,12)) * 1000000 AS HUGEINT) * 10000
      // CAST(CAST(y AS DECIMAL(38,12)) * 1000000 AS HUGEINT) AS DECIMAL(34,0)) * CAST(0.0001 AS DECIMAL(4,4)), '')""",
)
