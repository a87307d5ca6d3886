"""The tables of a release that hold asset accounts: stocks and their changes, the balance sheet, revisions, coverage."""

from __future__ import annotations

from gep.ledger.columns import (
    ILLUSTRATIVE,
    LEVEL,
    METHOD,
    NAME,
    PROFILE,
    RATIO,
    REGION,
    STATE,
    VINTAGE,
    YEAR,
    Column,
    Table,
    key,
    text,
)

SCHEME = key("scheme", "VARCHAR", "资产核算方案", "Asset scheme")
CELL_KEYS = (
    key("table_id", "VARCHAR", "表号,如 LA-01", "Table, such as LA-01"),
    key(
        "instance",
        "VARCHAR",
        "按何种类别重复的表(如矿种);- 表示只有一张",
        "What the table is repeated for (a mineral); - = one table",
    ),
    key("row_code", "VARCHAR", "行次", "Row"),
    key("column_code", "VARCHAR", "栏次", "Column"),
    key(
        "cause",
        "VARCHAR",
        "变动原因:human 人为;natural 自然;adjustment 调整;- 不适用",
        "Cause: human, natural, adjustment; - = none",
    ),
)
CELL_COLUMNS = (
    REGION,
    YEAR,
    VINTAGE,
    SCHEME,
    *CELL_KEYS,
    Column("amount", RATIO, "数值,以 unit 计;缺数为空,绝不为零", "Amount in unit; NULL when missing, never zero"),
    text("unit", "计量单位(表式所用单位);不同单位不可相加", "Unit of the table; never add across units", required=True),
    STATE,
    text("row_name", "行次名称", "Name of the row", attribute=True),
    text("column_name", "栏次名称", "Name of the column", attribute=True),
    NAME,
    LEVEL,
    METHOD,
    ILLUSTRATIVE,
)

ASSET_ACCOUNT = Table(
    "asset_account",
    "自然资源资产账户:存量与变动,只存最细一级(基层地区、非合计栏)。合计见 asset_account_rollup。",
    "Asset accounts: stocks and changes, leaves only (lowest regions, no total columns). Totals stand in asset_account_rollup.",
    CELL_COLUMNS,
    "account",
    amount="amount",
)

ASSET_TOTAL = Table(
    "asset_total",
    "自然资源资产账户的合计:合计栏与上级地区;水量往来已抵销,比率与均值按权数重算。",
    "Totals of the asset accounts: total columns and higher regions; flows inside a region net out, ratios are recomputed.",
    CELL_COLUMNS,
    "account",
    amount="amount",
)

BALANCE_SHEET = Table(
    "balance_sheet",
    "自然资源资产负债表(总表):每个行政区(各层级)各行,本身就是合计,不可跨层级相加。实物量行各用其单位,不设合计。",
    "Balance sheet: the lines of each region of every level, totals by nature; never add across levels. Physical lines keep "
    "their units and have no total.",
    (
        REGION,
        YEAR,
        VINTAGE,
        SCHEME,
        key("side", "VARCHAR", "方:asset 资产;liability 负债;net 净资产", "Side: asset, liability, net"),
        key("line", "VARCHAR", "行次,如 A1;A1.physical 为实物量", "Line, such as A1; A1.physical is its physical amount"),
        Column("opening", RATIO, "期初数", "Opening"),
        Column("closing", RATIO, "期末数", "Closing"),
        Column("change", RATIO, "变动＝期末－期初", "Change = closing - opening"),
        text("unit", "计量单位", "Unit", required=True),
        text("line_name", "行次名称", "Name of the line", attribute=True),
        NAME,
        LEVEL,
        ILLUSTRATIVE,
    ),
    "account",
)

REVISION = Table(
    "revision",
    "修订表:每个改变的数,旧数、新数、差额与原因。",
    "Revisions: each changed figure with its old and new amount, the difference and the reason.",
    (
        REGION,
        YEAR,
        VINTAGE,
        PROFILE,
        key("figure", "VARCHAR", "数字地址", "Figure address"),
        key(
            "kind",
            "VARCHAR",
            "种类:restated 期初重述(与上年期末相比);recompiled 重新核算(与上一版次相比)",
            "Kind: restated (opening against the closing before), recompiled (against the vintage before)",
        ),
        Column("old_vintage", "BIGINT", "旧数所在版次", "Vintage of the old amount"),
        Column("old", RATIO, "旧数;原来缺数为空", "Old amount; NULL where it was missing"),
        Column("new", RATIO, "新数;现在缺数为空", "New amount; NULL where it is missing"),
        Column("difference", RATIO, "差额＝新数－旧数", "Difference = new - old"),
        text("unit", "计量单位", "Unit", required=True),
        text(
            "reason",
            "原因,以分号分隔:input 报送数;correction 更正;parameter 参数;rule 规则;scheme 方案;program 程序;unexplained 未能解释;"
            "期初重述时为其说明开头的代码",
            "Causes, separated by `;`: input, correction, parameter, rule, scheme, program, unexplained; of a re-stated opening "
            "the code at the head of its note",
            required=True,
        ),
        text(
            "because",
            "依据:最先几处差异(旧→新),括号内为差异总数",
            "Evidence: the first differences (old→new), in brackets how many there are",
        ),
        text("note", "说明", "Note"),
    ),
    "account",
)

COVERAGE = Table(
    "coverage",
    "覆盖情况:哪个地区、哪一年、哪张表报送了多少。",
    "Coverage: how much of which table each region returned for each year.",
    (
        REGION,
        YEAR,
        VINTAGE,
        SCHEME,
        key("table_id", "VARCHAR", "表号", "Table"),
        Column("returned", "INTEGER", "已报数", "Cells returned", required=True),
        Column("expected", "INTEGER", "应报数", "Cells expected", required=True),
        text(
            "status",
            "complete 齐全;partial 部分;none 未报;not_applicable 不适用",
            "complete, partial, none, not_applicable",
            required=True,
        ),
        NAME,
        LEVEL,
    ),
    "account",
)

EXTENT_RECONCILIATION = Table(
    "extent_reconciliation",
    "土地账户与生态系统面积的核对:按对照表归并后比较,差额照实列示。",
    "Land account against ecosystem areas: compared in the groups of the crosswalk; the difference is shown as it is.",
    (
        REGION,
        YEAR,
        VINTAGE,
        SCHEME,
        key("land_columns", "VARCHAR", "土地账户的栏次", "Columns of the land account"),
        key("ecosystems", "VARCHAR", "生态系统类型", "Ecosystem types"),
        Column("land_area", RATIO, "土地账户期末面积;缺数为空", "Closing area of the land account; NULL when missing"),
        Column("ecosystem_area", RATIO, "生态系统面积;缺数为空", "Ecosystem area; NULL when missing"),
        Column("difference", RATIO, "差额＝生态系统面积－土地面积", "Difference = ecosystem area - land area"),
        text("unit", "计量单位", "Unit", required=True),
        NAME,
        LEVEL,
    ),
    "account",
)

ASSET_TABLES = (ASSET_ACCOUNT, ASSET_TOTAL, BALANCE_SHEET, REVISION, COVERAGE, EXTENT_RECONCILIATION)
