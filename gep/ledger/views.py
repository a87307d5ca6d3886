"""The public views and macros of the query store, declared once as data: SQL, columns and bilingual meaning.

Stored tables are named t_*; the views carry the public names. For each table NAME there are NAME (the vintages in use), NAME_all
(every vintage) and the table macro NAME_asof(d) (what was in use at the end of day d, UTC). Plain views read the session variable
`gep_as_of`: set to a date, they all show what was known on it.
"""

# ruff: noqa: S608  (every name in the SQL is one of tables.py; values go through literal() or the CSV files)
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gep.ledger import comparable_views
from gep.ledger.columns import VINTAGE, Column, Table
from gep.ledger.journal_tables import JOURNAL_TABLES
from gep.ledger.rollup import rollup_sql, total_sql, total_state_sql
from gep.ledger.tables import ACCOUNTS, BY_NAME, BY_PROFILE, TABLES

NOW = "CAST(getvariable('gep_as_of') AS DATE)"
ANY_YEAR = -1  # of a figure address that names no year

IS_TOTAL = Column("is_total", "BOOLEAN", "true 为合计,false 为最细一级", "True for a total, false for a leaf", key=True)


@dataclass(frozen=True, slots=True)
class View:
    """One view, table macro or macro. `body` is its query (or expression); `arguments` are those of a macro."""

    name: str
    kind: Literal["view", "table macro", "macro"]
    zh: str
    en: str
    columns: tuple[Column, ...]
    body: str
    arguments: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The name as it is called: `total(value, state)`."""
        return f"{self.name}({', '.join(self.arguments)})" if self.arguments else self.name

    @property
    def create(self) -> str:
        if self.kind == "view":
            return f"CREATE VIEW {self.name} AS {self.body}"
        body = f"TABLE {self.body}" if self.kind == "table macro" else f"({self.body})"
        return f"CREATE MACRO {self.name}({', '.join(self.arguments)}) AS {body}"


def quoted(name: str) -> str:
    """An identifier safe in SQL whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _by(day: str) -> str:
    """The condition for states known at the end of `day`; a day that is NULL sets no limit."""
    return f"""{day} IS NULL OR "at" < CAST({day} AS DATE) + INTERVAL 1 DAY"""


def _known(limit: str) -> str:
    """The state of each (vintage, year) by the states that meet a condition."""
    return f"""SELECT vintage, year, state, rank, "at" FROM t_release_state
  WHERE {limit}
  QUALIFY row_number() OVER (PARTITION BY vintage, year ORDER BY seq DESC) = 1"""


def _in_use(limit: str) -> str:
    """For each year and profile the vintage with the highest state, then the newest, by the states that meet a condition."""
    return f"""SELECT h.year, h.profile, h.vintage, k.state, k.rank, k."at"
  FROM t_vintage_profile h JOIN ({_known(limit)}) k ON k.vintage = h.vintage AND k.year = h.year
  QUALIFY row_number() OVER (PARTITION BY h.year, h.profile ORDER BY k.rank DESC, h.vintage DESC) = 1"""


def in_use_after(seq: int) -> str:
    """SQL of the vintage in use for each year and profile as it stood after the entry `seq` of the journal, with its state."""
    return _in_use(f"seq <= {int(seq)}")


def _named(day: str) -> str:
    """The vintages in use with year and profile as a figure address may name them: both, one of them, or neither.

    What an address leaves out is ANY_YEAR or the empty text, so that it is matched by equality: a join on `OR` compares every row
    with every vintage.
    """
    return f"""SELECT vintage, coalesce(year, {ANY_YEAR}) AS year, coalesce(profile, '') AS profile FROM ({_in_use(_by(day))})
  GROUP BY GROUPING SETS ((vintage, year, profile), (vintage, year), (vintage, profile), (vintage))"""


def _rows(table: Table, day: str) -> str:
    """The rows of a table that its plain name shows on `day`."""
    stored = f"SELECT t.* FROM {table.stored} t"
    if table.scope == "account":
        match = f"u.vintage = t.vintage AND u.year = t.year AND u.profile = t.{table.profile}"
        return f"{stored} SEMI JOIN ({_in_use(_by(day))}) u ON {match}"
    if table.scope == "figure":
        profile = "regexp_extract(t.figure, '/(?:profile|scheme)=([^/#@]+)', 1)"
        year = table.year.replace("figure", "t.figure")
        match = f"u.vintage = t.vintage AND u.year = coalesce({year}, {ANY_YEAR}) AND u.profile = {profile}"
        return f"{stored} SEMI JOIN ({_named(day)}) u ON {match}"
    if table.scope == "year":
        first = "row_number() OVER (PARTITION BY year ORDER BY rank DESC, vintage DESC) = 1"
        best = f"SELECT * FROM ({_known(_by(day))}) QUALIFY {first}"
        return f"{stored} SEMI JOIN ({best}) u ON u.vintage = t.vintage AND u.year = {table.year}"
    if table.scope == "vintage":
        return f"{stored} SEMI JOIN ({_in_use(_by(day))}) u ON u.vintage = t.vintage"
    if table.scope == "newest":
        newest = f"SELECT max(vintage) FROM {BY_NAME['region'].stored} SEMI JOIN ({_in_use(_by(day))}) u USING (vintage)"
        return f"{stored} WHERE t.vintage = ({newest})"
    return f"""{stored} WHERE {day} IS NULL OR t."at" < CAST({day} AS DATE) + INTERVAL 1 DAY"""


SHOWN = {
    "account": (
        "每个年度和方案显示状态最高、其次最新的版次。",
        "For each year and profile the vintage with the highest state, then the newest.",
    ),
    "figure": (
        "显示数字地址所指年度和方案在用的版次。",
        "The vintage in use for the year and profile that the figure address names.",
    ),
    "year": (
        "每个年度显示状态最高、其次最新的一个版次;未核算的年度见 _all。",
        "For each year the one vintage with the highest state, then the newest; years that no run compiled stand in _all only.",
    ),
    "vintage": ("显示任一年度和方案在用的各版次。", "Every vintage that is in use for a year and profile."),
    "newest": ("显示在用的最新版次。", "The newest vintage in use."),
    "log": ("全部记录。", "All entries."),
}
ALL = ("全部版次。", "Every vintage.")
ASOF = ("日期 d 当日结束时(协调世界时)所知的内容。", "What was known at the end of day d (UTC).")
TOTALS = (
    "合计与最细一级:按服务→组成→产品→生态系统逐级合计,并沿行政区划树向上合计;缺一项则合计缺数,绝不偏小。",
    "Totals and leaves: over service → benefit → product → ecosystem and up the tree of regions; unknown if a part is "
    "unknown, never a smaller number.",
)


def _family(table: Table) -> list[View]:
    """NAME, NAME_all and NAME_asof, and the same for the totals of the two accounts."""
    zh, en = SHOWN[table.scope]
    columns = table.columns
    made = [
        View(table.name, "view", table.zh + zh, f"{table.en} {en}", columns, _rows(table, NOW)),
        View(f"{table.name}_all", "view", table.zh + ALL[0], f"{table.en} {ALL[1]}", columns, f"SELECT * FROM {table.stored}"),
        View(
            f"{table.name}_asof", "table macro", table.zh + ASOF[0], f"{table.en} {ASOF[1]}", columns, _rows(table, "d"), ("d",)
        ),
    ]
    if table in ACCOUNTS and table.amount:
        columns = (*columns, IS_TOTAL)
        name, (tz, te) = f"{table.name}_rollup", TOTALS
        made += [
            View(name, "view", tz + zh, f"{te} {en}", columns, rollup_sql(table, _rows(table, NOW))),
            View(
                f"{name}_all", "view", tz + ALL[0], f"{te} {ALL[1]}", columns, rollup_sql(table, f"SELECT * FROM {table.stored}")
            ),
            View(
                f"{name}_asof",
                "table macro",
                tz + ASOF[0],
                f"{te} {ASOF[1]}",
                columns,
                rollup_sql(table, _rows(table, "d")),
                ("d",),
            ),
        ]
    if table.name == "asset_account":
        made += _asset_totals(table)
    return made


def _asset_totals(table: Table) -> list[View]:
    """The asset accounts with their totals, which the run worked out (ratios cannot be added up in SQL)."""
    columns, totals = (*table.columns, IS_TOTAL), BY_NAME["asset_total"]
    name = f"{table.name}_rollup"
    zh, en = "最细一级与合计:合计栏与上级地区。", "Leaves and totals: total columns and higher regions."

    def both(leaves: str, added: str) -> str:
        return f"SELECT *, false AS is_total FROM ({leaves}) UNION ALL BY NAME SELECT *, true AS is_total FROM ({added})"

    everything = both(f"SELECT * FROM {table.stored}", f"SELECT * FROM {totals.stored}")
    shown = SHOWN[table.scope]
    now, known = both(_rows(table, NOW), _rows(totals, NOW)), both(_rows(table, "d"), _rows(totals, "d"))
    return [
        View(name, "view", zh + shown[0], f"{en} {shown[1]}", columns, now),
        View(f"{name}_all", "view", zh + ALL[0], f"{en} {ALL[1]}", columns, everything),
        View(f"{name}_asof", "table macro", zh + ASOF[0], f"{en} {ASOF[1]}", columns, known, ("d",)),
    ]


def _vintages() -> list[View]:
    state = BY_NAME["release_state"]
    columns = (
        BY_NAME["gep_total"].column("year"),
        BY_NAME["gep_total"].column("profile"),
        VINTAGE,
        *(state.column(c) for c in ("state", "rank", "at")),
    )
    zh, en = "每个年度和方案在用的版次及其状态。", "The vintage in use for each year and profile, with its state."
    return [
        View("vintage_in_use", "view", zh, en, columns, _in_use(_by(NOW))),
        View("vintage_in_use_asof", "table macro", zh + ASOF[0], f"{en} {ASOF[1]}", columns, _in_use(_by("d")), ("d",)),
    ]


def _region_path() -> View:
    held = BY_NAME["region"]
    columns = (
        VINTAGE,
        BY_NAME["gep_total"].column("year"),
        Column("code", "VARCHAR", "行政区划代码", "Region code", key=True),
        Column("ancestor", "VARCHAR", "该行政区本身或任一上级的代码", "The region itself or any region above it", key=True),
        Column("lowest", "BOOLEAN", "该行政区之下没有下级时为 true", "True if there is no region below it", attribute=True),
        held.column("name_zh"),
        held.column("level"),
    )
    return View(
        "region_path",
        "view",
        "各版次各年度(12月31日有效)的行政区及其全部上级。",
        "Each region with every region above it, for each vintage and year (as valid on 31 December).",
        columns,
        "SELECT * FROM t_region_path",
    )


def _comparable_area() -> View:
    """Comparable areas between two years, from the regions of the newest vintage in use and the changes recorded in it."""
    c = comparable_views
    body = c.comparable_sql(*(_rows(BY_NAME[name], NOW) for name in ("region", "region_change")))
    return View(c.NAME, "table macro", c.ZH, c.EN, c.COLUMNS, body, c.ARGUMENTS)


def _macros() -> list[View]:
    return [
        View(
            "total",
            "macro",
            "各部分之和:有适用的部分缺数则为 NULL,从不跳过缺数;不适用的部分不计。",
            "Sum of the parts: NULL if an applicable part is unknown, nothing is skipped; parts that do not apply are left out.",
            (),
            total_sql("value", "state"),
            ("value", "state"),
        ),
        View(
            "total_state",
            "macro",
            "各部分之和的状态:value、not_available 或 not_applicable。",
            "State of the sum of the parts: value, not_available or not_applicable.",
            (),
            total_state_sql("state"),
            ("state",),
        ),
    ]


def _dictionary(described: list[View]) -> View:
    """The comments as a view: also readable where a client does not show comments, and for table macros, which carry none."""
    columns = (
        Column("view", "VARCHAR", "视图或宏的名称", "Name of the view or macro", key=True),
        Column("column", "VARCHAR", "列名;- 表示视图本身", "Name of the column; - = the view itself", key=True),
        Column("type", "VARCHAR", "类型", "Type", attribute=True),
        Column("zh", "VARCHAR", "含义(中文)", "Meaning in Chinese", attribute=True),
        Column("en", "VARCHAR", "含义(英文)", "Meaning in English", attribute=True),
    )
    me = View(
        "dictionary",
        "view",
        "数据字典:每个视图、宏和列的含义。",
        "The dictionary: what every view, macro and column means.",
        columns,
        "",
    )
    rows = []
    for view in [*described, me]:
        rows.append((view.shown, "-", str(view.kind), view.zh, view.en))
        rows += [(view.shown, c.name, c.type, c.zh, c.en) for c in view.columns]
    values = ",\n".join("(" + ", ".join(literal(cell) for cell in row) + ")" for row in rows)
    names = ", ".join(quoted(c.name) for c in columns)
    return View(me.name, "view", me.zh, me.en, columns, f"SELECT * FROM (VALUES {values}) AS d({names})")


def _all_views() -> tuple[View, ...]:
    made = [
        *_macros(),
        *(view for table in (*TABLES, *JOURNAL_TABLES) for view in _family(table)),
        *_vintages(),
        _region_path(),
        _comparable_area(),
    ]
    return (*made, _dictionary(made))


VIEWS: tuple[View, ...] = _all_views()
VIEW_NAMES = tuple(view.shown for view in VIEWS)


def comment(zh: str, en: str) -> str:
    """One bilingual comment, Chinese first."""
    return f"{zh} | {en}"


def create_statements() -> list[str]:
    """Macros, views and their comments, in an order that can be executed."""
    done = [view.create for view in VIEWS]
    for view in VIEWS:
        kind = {"view": "VIEW", "macro": "MACRO", "table macro": "MACRO TABLE"}[view.kind]
        done.append(f"COMMENT ON {kind} {view.name} IS {literal(comment(view.zh, view.en))}")
        if view.kind == "view":
            done += [f"COMMENT ON COLUMN {view.name}.{quoted(c.name)} IS {literal(comment(c.zh, c.en))}" for c in view.columns]
    return done


DERIVED = ("t_vintage_profile", "t_region_path")  # made by the statements that follow


def derived_statements() -> list[str]:
    """Tables computed from the stored ones when the store is built: which vintage holds which year and profile; region paths."""
    held = " UNION ".join(f"SELECT vintage, year, {t.profile} AS profile FROM {t.stored}" for t in BY_PROFILE)
    tree = """SELECT s.vintage, s.year, r.code, r.parent, r.level, r.name_zh
    FROM (SELECT DISTINCT vintage, year FROM t_vintage_profile) s
    JOIN t_region r ON r.vintage = s.vintage AND make_date(s.year, 12, 31) BETWEEN r.valid_from AND r.valid_to"""
    return [
        f"CREATE OR REPLACE TABLE t_vintage_profile AS SELECT vintage, year, profile FROM ({held}) ORDER BY ALL",
        f"""CREATE OR REPLACE TABLE t_region_path AS
WITH RECURSIVE tree AS ({tree}),
up AS (
  SELECT vintage, year, code, code AS ancestor FROM tree
  UNION
  SELECT u.vintage, u.year, u.code, t.parent FROM up u
  JOIN tree t ON t.vintage = u.vintage AND t.year = u.year AND t.code = u.ancestor
  WHERE t.parent IS NOT NULL
)
SELECT u.vintage, u.year, u.code, u.ancestor,
  NOT EXISTS (SELECT 1 FROM tree b WHERE b.vintage = u.vintage AND b.year = u.year AND b.parent = u.code) AS lowest,
  t.name_zh, t.level
FROM up u JOIN tree t ON t.vintage = u.vintage AND t.year = u.year AND t.code = u.code
ORDER BY ALL""",
    ]
