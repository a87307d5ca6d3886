"""Makes sql.md, the SQL dictionary in Chinese and English, from the declarations of tables and views.

python docs/make_sql_dictionary.py OUT
"""

# ruff: noqa: S608  (the queries are examples to read; names are those of views.py)

from __future__ import annotations

import sys
from pathlib import Path

from gep.ledger.journal_tables import JOURNAL_TABLES
from gep.ledger.tables import ACCOUNTS, BY_NAME, Table
from gep.ledger.views import VIEWS, View

Example = tuple[str, str, str]  # what it asks, in Chinese and in English, and the query

HEAD = """\
# SQL 数据字典 / SQL dictionary

本页由 `docs/make_sql_dictionary.py` 生成,请勿手工修改。
This page is made by `docs/make_sql_dictionary.py`; do not edit it.

用法 / usage: `gep sql BOOK "SELECT …" [--format table|csv|json|parquet] [--as-of 2026-06-30] [--attach OTHER]`

* 查询只读:一次一条 SELECT、WITH、DESCRIBE、SHOW 或 EXPLAIN 语句,不能读写其他文件。
  Queries only read: one SELECT, WITH, DESCRIBE, SHOW or EXPLAIN statement, no other file can be read or written.
* 缺数为 NULL,绝不为零。`sum` 会跳过 NULL,合计请用宏 `total(value, state)` 与 `total_state(state)`,或用 `*_rollup`。
  What is missing is NULL, never zero. `sum` skips NULL: for totals use the macros `total(value, state)` and
  `total_state(state)`, or `*_rollup`.
* 键列不为 NULL;`-` 表示未细分或整个行政区。不同单位的实物量不可相加。
  Key columns are never NULL; `-` = not split or the whole region. Quantities of different units are never added.
* 同一数字按方案、分区、价格基准各有一行:求和前须选定 `profile`、`zone`(整个行政区为 `-`)、`price_basis`,否则重复计算。
  The same figure has a row for each profile, zone and price basis: fix `profile`, `zone` (`-` is the whole region) and
  `price_basis` (such as `current`) before adding up, or it is counted several times.
* 视图名直接使用时显示在用的版次;`*_all` 显示全部版次;`*_asof(d)` 显示日期 d 当日结束时(协调世界时)所知的内容。
  Plain names show the vintages in use; `*_all` every vintage; `*_asof(d)` what was known at the end of day d (UTC).
* `--as-of` 使所有不带后缀的视图显示当日所知;附加的账册写作 `名称.视图`,其表宏写作 `名称.宏(…)`。
  `--as-of` makes every plain view show what was known then; a view of an attached book is written `name.view`, a table
  macro `name.macro(…)`.
* 列名 `at`、`column` 是 SQL 保留字,须写成 `"at"`、`"column"` 或 `表名.at`。
  The column names `at` and `column` are words of SQL: write `"at"`, `"column"` or `table.at`.
* 视图、列、宏的注释也在库中:`duckdb_views()`、`duckdb_columns()`、`duckdb_functions()`,或查询视图 `dictionary`。
  The comments stand in the store too: `duckdb_views()`, `duckdb_columns()`, `duckdb_functions()`, or the view `dictionary`.
"""

ROLLUP = (
    (
        "各地区各服务合计",
        "Each service by region",
        "SELECT region_name, service, {amount}, state FROM {name} WHERE benefit = '-' AND product = '-' "
        "AND ecosystem = '-' AND zone = '-'{basis}",
    ),
    (
        "缺数的合计",
        "Totals that are unknown",
        "SELECT year, region_code, service, state FROM {name} WHERE is_total AND zone = '-' AND state = 'not_available'",
    ),
    (
        "一项服务的各级明细",
        "One service at every level",
        "SELECT region_code, benefit, product, ecosystem, {amount}, state FROM {name} "
        "WHERE service = 'water_retention' AND zone = '-'{basis}",
    ),
)

EXAMPLES: dict[str, tuple[Example, ...]] = {
    "total": (
        (
            "全地区一项服务的价值",
            "Value of one service",
            "SELECT total(value, state) AS value FROM value_account "
            "WHERE service = 'water_retention' AND zone = '-' AND price_basis = 'current'",
        ),
        (
            "各单位的实物量合计",
            "Quantities by unit",
            "SELECT service, unit, total(quantity, state) AS quantity FROM physical_account WHERE zone = '-' GROUP BY ALL",
        ),
        (
            "与普通 sum 的差别",
            "How a plain sum differs",
            "SELECT service, sum(value) AS plain_sum, total(value, state) AS total FROM value_account "
            "WHERE zone = '-' AND price_basis = 'current' GROUP BY ALL",
        ),
    ),
    "total_state": (
        (
            "各服务的状态",
            "State of each service",
            "SELECT service, total_state(state) AS state FROM value_account "
            "WHERE zone = '-' AND price_basis = 'current' GROUP BY ALL",
        ),
        (
            "数与状态并列",
            "Amount and state together",
            "SELECT year, total(value, state) AS value, total_state(state) AS state FROM value_account "
            "WHERE zone = '-' AND price_basis = 'current' GROUP BY ALL",
        ),
        (
            "缺数的服务",
            "Services that are unknown",
            "SELECT service FROM value_account WHERE zone = '-' AND price_basis = 'current' GROUP BY ALL "
            "HAVING total_state(state) = 'not_available'",
        ),
    ),
    "physical_account": (
        (
            "某年各项实物量",
            "Quantities of a year",
            "SELECT region_name, service, benefit, quantity, unit FROM physical_account WHERE year = 2020 AND zone = '-'",
        ),
        (
            "缺数清单",
            "What is missing",
            "SELECT year, region_code, service, benefit, state FROM physical_account WHERE state <> 'value' AND zone = '-'",
        ),
        (
            "按生态系统合计(同一单位)",
            "By ecosystem, one unit at a time",
            "SELECT service, ecosystem, unit, total(quantity, state) AS quantity FROM physical_account "
            "WHERE zone = '-' GROUP BY ALL",
        ),
    ),
    "value_account": (
        (
            "量、价、值",
            "Quantity, price and value",
            "SELECT service, quantity, unit, price, price_unit, value FROM value_account "
            "WHERE zone = '-' AND price_basis = 'current'",
        ),
        (
            "各服务价值与状态",
            "Value and state of each service",
            "SELECT year, service, total(value, state) AS value, total_state(state) AS state FROM value_account "
            "WHERE zone = '-' AND price_basis = 'current' GROUP BY ALL",
        ),
        (
            "两年比较",
            "Two years compared",
            "SELECT service, max(value) FILTER (WHERE year = 2019) AS y2019, max(value) FILTER (WHERE year = 2020) AS y2020 "
            "FROM (SELECT service, year, total(value, state) AS value FROM value_account "
            "WHERE zone = '-' AND price_basis = 'current' GROUP BY ALL) GROUP BY ALL",
        ),
    ),
    "gep_total": (
        (
            "各县总值排序",
            "Counties by GEP",
            "SELECT region_name, gep FROM gep_total WHERE region_level = 'county' AND zone = '-' AND price_basis = 'current' "
            "ORDER BY gep DESC NULLS LAST",
        ),
        (
            "各年总值与构成",
            "GEP and its classes by year",
            "SELECT year, region_code, material, regulating, cultural, gep FROM gep_total "
            "WHERE zone = '-' AND price_basis = 'current' ORDER BY ALL",
        ),
        (
            "尚缺服务的地区",
            "Regions with services missing",
            "SELECT year, region_name, enabled, valued, missing FROM gep_total "
            "WHERE missing > 0 AND zone = '-' AND price_basis = 'current'",
        ),
    ),
    "green_gold_index": (
        (
            "各年绿金指数,当年价",
            "The index by year, at current prices",
            "SELECT year, region_name, gep, gdp, ggi, gdp_vintage FROM green_gold_index "
            "WHERE zone = '-' AND price_basis = 'current' ORDER BY ALL",
        ),
        (
            "两种价格基准并列",
            "Both price bases side by side",
            "SELECT year, region_code, price_basis, ggi, elasticity FROM green_gold_index WHERE zone = '-' ORDER BY ALL",
        ),
        (
            "各分区单位面积的 GEP",
            "GEP per area of the zones",
            "SELECT year, region_code, zone, per_km2 FROM green_gold_index WHERE zone <> '-' AND price_basis = 'current'",
        ),
    ),
    "asset_account": (
        (
            "某县某年某项资产的期初、变动与期末",
            "Opening, change and closing of an asset in a county and year",
            "SELECT row_code, row_name, amount, unit FROM asset_account WHERE table_id = 'LA-01' AND column_code = 'C02' "
            "AND region_code = '990121' AND year = 2020 ORDER BY row_code",
        ),
        (
            "按原因的变动",
            "Changes by cause",
            "SELECT year, region_name, cause, row_name, amount FROM asset_account WHERE table_id = 'LA-01' AND cause <> '-'",
        ),
        (
            "缺数与不适用的单元格",
            "Cells that are missing or do not apply",
            "SELECT table_id, region_code, year, row_code, column_code, state FROM asset_account WHERE state <> 'value'",
        ),
    ),
    "asset_total": (
        (
            "全市的比率与均值",
            "Ratios and means of the city",
            "SELECT year, table_id, column_name, amount, unit FROM asset_total "
            "WHERE region_level = 'city' AND unit IN ('%', '等')",
        ),
        (
            "合计栏",
            "Total columns",
            "SELECT region_name, year, amount FROM asset_total "
            "WHERE table_id = 'LA-01' AND row_code = 'R40' AND column_code = 'C00'",
        ),
        ("合计的数量", "How many totals", "SELECT table_id, count(*) AS n FROM asset_total GROUP BY ALL"),
    ),
    "asset_account_rollup": (
        (
            "全市各类土地期末面积",
            "Closing land of the city by class",
            "SELECT year, column_name, amount FROM asset_account_rollup WHERE table_id = 'LA-01' AND row_code = 'R40' "
            "AND region_level = 'city' ORDER BY ALL",
        ),
        (
            "期初、期末并列",
            "Opening and closing side by side",
            "SELECT region_name, year, max(amount) FILTER (WHERE row_code = 'R10') AS opening, "
            "max(amount) FILTER (WHERE row_code = 'R40') AS closing FROM asset_account_rollup "
            "WHERE table_id = 'FT-01' AND column_code = 'V0' GROUP BY ALL ORDER BY ALL",
        ),
        (
            "多年转移矩阵与各年之和",
            "A matrix over several years and the sum of the annual ones",
            "SELECT instance, row_code, column_code, amount FROM asset_account_rollup "
            "WHERE table_id = 'LM-01' AND instance <> '-'",
        ),
    ),
    "balance_sheet": (
        (
            "一个地区的总表",
            "The sheet of one region",
            "SELECT side, line, line_name, opening, closing, change, unit FROM balance_sheet WHERE region_code = '990100' "
            "AND year = 2022 ORDER BY ALL",
        ),
        (
            "净资产的变动",
            "Change of net assets",
            "SELECT region_name, year, change FROM balance_sheet WHERE line = 'N0' ORDER BY ALL",
        ),
        (
            "只看实物量",
            "The physical lines",
            "SELECT region_name, year, line, closing, unit FROM balance_sheet WHERE line LIKE '%.physical%'",
        ),
    ),
    "revision": (
        (
            "重述的期初及原因",
            "Openings that were re-stated, and why",
            "SELECT figure, old, new, difference, reason, note FROM revision WHERE kind = 'restated'",
        ),
        (
            "重新核算改变的数",
            "What a new run changed",
            "SELECT figure, old_vintage, old, new, difference, reason FROM revision WHERE kind = 'recompiled'",
        ),
        ("各原因的数量", "Counted by reason", "SELECT year, kind, reason, count(*) AS n FROM revision GROUP BY ALL"),
    ),
    "coverage": (
        (
            "未报齐的表",
            "Tables that are not complete",
            "SELECT year, region_name, table_id, status FROM coverage WHERE status <> 'complete'",
        ),
        (
            "县×表的覆盖矩阵",
            "Counties by tables",
            "SELECT table_id, list(region_name ORDER BY region_name) AS counties FROM coverage "
            "WHERE status = 'complete' GROUP BY ALL",
        ),
        (
            "覆盖率",
            "Share returned",
            "SELECT year, sum(returned) / sum(expected) AS share FROM coverage GROUP BY ALL ORDER BY ALL",
        ),
    ),
    "extent_reconciliation": (
        (
            "两个账户的差额",
            "Where the two accounts differ",
            "SELECT region_name, year, land_columns, ecosystems, difference FROM extent_reconciliation WHERE difference <> 0",
        ),
        (
            "一年的核对",
            "One year compared",
            "SELECT land_columns, land_area, ecosystem_area, difference FROM extent_reconciliation WHERE year = 2020",
        ),
        (
            "最大差额",
            "The largest gap",
            "SELECT year, max(abs(difference)) AS gap FROM extent_reconciliation GROUP BY ALL ORDER BY ALL",
        ),
    ),
    "run": (
        ("全部运行", "All runs", "SELECT vintage, kind, who, run.at, years, state FROM run ORDER BY vintage"),
        ("规则有无变化", "Runs by rules", "SELECT rules_hash, count(*) AS runs FROM run GROUP BY ALL"),
        ("各版次的程序", "Program of each vintage", "SELECT vintage, program, input_hash FROM run"),
    ),
    "submission": (
        ("申报文件及哈希", "Files with their hashes", "SELECT seq, file, sha256, sm3 FROM submission"),
        (
            "各部门报送",
            "Returns by department",
            "SELECT department, count(*) AS files, sum(facts) AS facts FROM submission GROUP BY ALL",
        ),
        ("接收情况", "How they were accepted", "SELECT file, status, submission.at FROM submission ORDER BY submission.at"),
    ),
    "finding": (
        (
            "未处理的强制性问题",
            "Stopping findings still open",
            "SELECT file, row, text_zh, mend_zh FROM finding WHERE severity = 'stop' AND status = 'open'",
        ),
        ("按程度统计", "Counted by severity", "SELECT vintage, severity, count(*) AS findings FROM finding GROUP BY ALL"),
        ("答复", "Answers", "SELECT id, text_en, answer, answered_by FROM finding WHERE answer IS NOT NULL"),
    ),
    "parameter_used": (
        (
            "一个数字用到的参数",
            "Parameters of one figure",
            "SELECT parameter, amount, unit, source, locator FROM parameter_used WHERE figure LIKE 'value_account/513300/%'",
        ),
        (
            "没有标准来源的参数",
            "Parameters that are no standard",
            "SELECT DISTINCT parameter, key, status, source FROM parameter_used WHERE status <> 'standard'",
        ),
        (
            "各来源使用次数",
            "How often each source is used",
            "SELECT source, count(*) AS uses FROM parameter_used GROUP BY ALL ORDER BY uses DESC",
        ),
    ),
    "trace": (
        (
            "一个数字的来历",
            "How one figure came about",
            "SELECT measure, origin, rule, input, amount, unit FROM trace WHERE figure LIKE 'physical_account/513300/%'",
        ),
        (
            "使用某条规则的数字",
            "Figures that used a rule",
            "SELECT DISTINCT figure FROM trace WHERE rule LIKE 'water_retention%'",
        ),
        ("申报的输入", "Inputs as submitted", "SELECT figure, input, amount, unit FROM trace WHERE origin = 'submitted'"),
    ),
    "fact": (
        (
            "某部门的数据",
            "What a department returned",
            "SELECT measure, region_code, category, amount, unit FROM fact WHERE department = '水利局'",
        ),
        (
            "缺数及理由",
            "What is missing and why",
            "SELECT measure, region_code, period, state, reason FROM fact WHERE state <> 'value'",
        ),
        (
            "回到单元格",
            "Back to the cell",
            "SELECT measure, amount, file, row, \"column\", sha256 FROM fact WHERE period = '2020'",
        ),
    ),
    "published_figure": (
        ("全部参照数", "All reference figures", "SELECT figure, value, unit, source, note FROM published_figure"),
        ("某来源的参照数", "Those of one source", "SELECT figure, value FROM published_figure WHERE source = 'garze2017'"),
        (
            "同一数字的多个发布值",
            "Figures published more than once",
            "SELECT figure, list(value) AS printed FROM published_figure GROUP BY ALL HAVING count(*) > 1",
        ),
    ),
    "region": (
        ("行政区划树", "The tree of regions", "SELECT code, parent, level, name_zh FROM region ORDER BY code"),
        ("各级数量", "How many of each level", "SELECT level, count(*) AS regions FROM region GROUP BY ALL"),
        ("有期限的代码", "Codes with an end", "SELECT code, valid_from, valid_to FROM region WHERE valid_to < DATE '9999-12-31'"),
    ),
    "release_state": (
        ("状态的变更", "Changes of state", "SELECT vintage, year, state, release_state.at FROM release_state ORDER BY seq"),
        ("已封账的年度", "Years that are closed", "SELECT DISTINCT year FROM release_state WHERE state = 'closed'"),
        ("最近一次变更", "The last change", "SELECT year, max(seq) AS seq FROM release_state GROUP BY ALL"),
    ),
    "vintage_in_use": (
        ("在用的版次", "The vintages in use", "SELECT year, profile, vintage, state FROM vintage_in_use"),
        (
            "数字与其状态",
            "Figures with their state",
            "SELECT g.year, g.region_name, g.gep, u.state FROM gep_total g JOIN vintage_in_use u USING (year, profile, vintage)",
        ),
        (
            "尚未终核的年度",
            "Years not final yet",
            "SELECT year, profile FROM vintage_in_use WHERE state NOT IN ('final', 'closed')",
        ),
    ),
    "region_path": (
        (
            "一个市的各县",
            "Counties of a city",
            "SELECT DISTINCT code, name_zh FROM region_path WHERE ancestor = '513300' AND lowest",
        ),
        ("各地区的层数", "Depth of each region", "SELECT year, code, count(*) AS depth FROM region_path GROUP BY ALL"),
        (
            "逐级合计自己的查询",
            "Totals of one's own up the tree",
            "SELECT p.ancestor, v.year, total(v.value, v.state) AS value FROM value_account v "
            "JOIN region_path p ON p.vintage = v.vintage AND p.year = v.year AND p.code = v.region_code "
            "WHERE v.zone = '-' AND v.price_basis = 'current' GROUP BY ALL",
        ),
    ),
    "region_change": (
        ("全部变更", "All changes", "SELECT date, from_code, to_code, kind, document FROM region_change ORDER BY date"),
        ("一年之内的变更", "Changes of one year", "SELECT * FROM region_change WHERE year(date) = 2021"),
        (
            "一个地区的来历",
            "Where a region came from",
            "SELECT date, from_code, kind, share_area FROM region_change WHERE to_code = '990103'",
        ),
    ),
    "comparable_area": (
        ("两年可比的地区", "What is comparable between two years", "SELECT * FROM comparable_area(2020, 2021)"),
        (
            "一年的可比地区由哪些代码组成",
            "The codes of each comparable area",
            "SELECT area, year, list(region_code) AS codes FROM comparable_area(2020, 2021) GROUP BY ALL",
        ),
        (
            "只能合并比较的地区",
            "Areas that compare only together",
            "SELECT * FROM comparable_area(2020, 2021) WHERE NOT alone",
        ),
    ),
    "journal_entry": (
        ("最近的操作", "The latest acts", 'SELECT seq, act, who, j."at", why FROM journal_entry j ORDER BY seq DESC LIMIT 20'),
        ("各人的操作次数", "Acts of each person", "SELECT who, act, count(*) AS acts FROM journal_entry GROUP BY ALL"),
        (
            "操作内容中的一项",
            "One field of what an act decided",
            "SELECT seq, json_extract_string(data, '$.file') AS file FROM journal_entry WHERE act = 'submit'",
        ),
    ),
    "answer": (
        ("尚未核准的说明", "Explanations not approved yet", "SELECT seq, rule, answer, who FROM answer WHERE approved_seq = 0"),
        (
            "一条规则的说明",
            "Explanations of a rule",
            "SELECT region_code, period, answer, document FROM answer WHERE rule = 'GQ-01.Q1'",
        ),
        ("核准人", "Who approved", "SELECT approved_by, count(*) AS approved FROM answer GROUP BY ALL"),
    ),
    "correction": (
        (
            "全部更正",
            "All corrections",
            "SELECT seq, measure, region_code, period, old, value, unit, why FROM correction ORDER BY seq",
        ),
        ("一个地区的更正", "Corrections of a region", "SELECT * FROM correction WHERE region_code = '990121'"),
        ("各人的更正", "Corrections of each person", "SELECT who, count(*) AS corrections FROM correction GROUP BY ALL"),
    ),
    "evidence_file": (
        ("全部佐证文件", "All documents", "SELECT seq, file, about, sha256 FROM evidence_file ORDER BY seq"),
        ("一个数字的佐证", "Evidence of a figure", "SELECT file, why FROM evidence_file WHERE about LIKE 'value_account/%'"),
        ("由谁附入", "Who attached them", "SELECT who, count(*) AS files FROM evidence_file GROUP BY ALL"),
    ),
    "dictionary": (
        ("所有视图", "All views", """SELECT "view", zh, en FROM dictionary WHERE "column" = '-'"""),
        ("一个视图的列", "Columns of one view", """SELECT "column", type, zh FROM dictionary WHERE "view" = 'value_account'"""),
        ("按词查找", "Look up a word", """SELECT "view", "column", en FROM dictionary WHERE en ILIKE '%price%'"""),
    ),
}


def examples(view: View) -> tuple[Example, ...]:
    """Three queries on a view; those on the *_all and *_asof members of a family follow from its columns."""
    if view.name in EXAMPLES:
        return EXAMPLES[view.name]
    known = (*ACCOUNTS, *BY_NAME.values(), *JOURNAL_TABLES)
    # the longest name: region_change_all belongs to region_change, not to region
    base = max((t for t in known if view.name.startswith(f"{t.name}_")), key=lambda t: len(t.name), default=None)
    if base is not None and view.name == f"{base.name}_rollup" and base in ACCOUNTS:
        basis = " AND price_basis = 'current'" if base.amount == "value" else ""
        return tuple((zh, en, sql.format(name=view.name, amount=base.amount, basis=basis)) for zh, en, sql in ROLLUP)
    if view.kind == "table macro":
        return _asof(view)
    return _all(view, base)


_OF_DAY = (("当日的版次", "The vintages of that day"), ("当日的序号", "The entries of that day"))


def _asof(view: View) -> tuple[Example, ...]:
    called = f"{view.name}(DATE '2026-06-30')"
    plain = view.name.removesuffix("_asof")
    number = _number(view)
    return (
        ("当日所知", "As known on a day", f"SELECT * FROM {called}"),
        (*_OF_DAY[number == "seq"], f"SELECT DISTINCT {number} FROM {called}"),
        ("此后新增的行", "Rows that came later", f"SELECT * FROM {plain} EXCEPT SELECT * FROM {called}"),
    )


def _number(view: View) -> str:
    """What counts the rows of a view: the vintage, or the sequence of the journal."""
    return "vintage" if any(c.name == "vintage" for c in view.columns) else "seq"


def _all(view: View, base: Table | None) -> tuple[Example, ...]:
    if _number(view) == "seq":
        return (
            ("一条记录", "One entry", f"SELECT * FROM {view.name} WHERE seq = 1"),
            ("各人的记录数", "Entries of each person", f"SELECT who, count(*) AS n FROM {view.name} GROUP BY ALL"),
            ("最后一条", "The last entry", f"SELECT max(seq) AS seq FROM {view.name}"),
        )
    key = next((c.name for c in (base.columns if base else view.columns) if c.name not in ("vintage", "at", "date")), "vintage")
    return (
        ("一个版次", "One vintage", f"SELECT * FROM {view.name} WHERE vintage = 1"),
        ("各版次的行数", "Rows of each vintage", f"SELECT vintage, count(*) AS n FROM {view.name} GROUP BY ALL"),
        ("最新版次", "The newest vintage", f"SELECT max_by({key}, vintage) AS newest FROM {view.name}"),
    )


def section(view: View) -> str:
    """One view: what it means, its columns, three queries."""
    kind = {"view": "视图 / view", "table macro": "表宏 / table macro", "macro": "宏 / macro"}[view.kind]
    lines = [f"## `{view.shown}`", "", f"{kind}", "", view.zh, "", view.en, ""]
    if view.columns:
        lines += ["| 列 / column | 类型 / type | 含义 | meaning |", "| --- | --- | --- | --- |"]
        lines += [f"| `{c.name}`{' 🔑' if c.key else ''} | {c.type} | {c.zh} | {c.en} |" for c in view.columns]
        lines.append("")
    lines.append("```sql")
    for zh, en, sql in examples(view):
        lines += [f"-- {zh} / {en}", f"{sql};"]
    return "\n".join([*lines, "```", ""])


def page() -> str:
    """The whole page; the same declarations give the same bytes."""
    listed = "\n".join(
        f"* [`{v.shown}`](#{''.join(c for c in v.shown.lower() if c.isalnum() or c in '_ ').replace(' ', '-')})" for v in VIEWS
    )
    key = "🔑 键列,不为 NULL / key column, never NULL"
    return f"{HEAD}\n{key}\n\n{listed}\n\n" + "\n".join(section(view) for view in VIEWS)


if __name__ == "__main__":
    Path(sys.argv[1], "sql.md").write_text(page(), encoding="utf-8", newline="\n")
