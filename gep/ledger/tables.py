"""The tables of a release, declared once as data: names, types, keys and bilingual meaning of every column.

The CSV files of a release, the tables and views of the query store, their comments and the SQL dictionary are all made from
these declarations.
"""

from __future__ import annotations

from gep.ledger.asset_tables import ASSET_TABLES
from gep.ledger.columns import (
    ALLOCATED,
    AT,
    BASIS,
    COEFFICIENT,
    CURRENCY,
    FIGURE,
    FIGURE_YEAR,
    ILLUSTRATIVE,
    LEVEL,
    METHOD,
    NAME,
    PERIOD_YEAR,
    PRICE,
    PROFILE,
    QUANTITY,
    RATIO,
    REGION,
    SERVICE_KEYS,
    SPLIT,
    STATE,
    VALUE,
    VINTAGE,
    YEAR,
    ZONE,
    Column,
    Scope,
    Table,
    key,
    text,
)
from gep.ledger.index_tables import INDEX_TABLES
from gep.ledger.region_tables import REGION_TABLES
from gep.ledger.uncertainty_tables import UNCERTAINTY_TABLES

__all__ = ["PRICE", "QUANTITY", "RATIO", "SPLIT", "VALUE", "VINTAGE", "Column", "Scope", "Table"]

PHYSICAL_ACCOUNT = Table(
    "physical_account",
    "实物量账户:只存最细一级数据,不存小计。合计请用 physical_account_rollup,"
    "或用宏 total(quantity, state) 与 total_state(state);普通 sum 会跳过缺数,得到偏小的结果。",
    "Physical account: leaves only, never a subtotal. For totals use physical_account_rollup or the macros "
    "total(quantity, state) and total_state(state); a plain sum skips what is missing and comes out too small.",
    (
        REGION,
        ZONE,
        YEAR,
        VINTAGE,
        PROFILE,
        *SERVICE_KEYS,
        Column("quantity", QUANTITY, "实物量,以 unit 计;缺数为空,绝不为零", "Quantity in unit; NULL when missing, never zero"),
        text("unit", "实物量单位;不同单位不可相加", "Unit of the quantity; never add across units", required=True),
        STATE,
        NAME,
        LEVEL,
        METHOD,
        ALLOCATED,
        ILLUSTRATIVE,
    ),
    "account",
    amount="quantity",
)

VALUE_ACCOUNT = Table(
    "value_account",
    "价值量账户:只存最细一级数据,不存小计。合计请用 value_account_rollup,或用宏 total(value, state) 与 total_state(state);"
    "普通 sum 会跳过缺数,得到偏小的结果。",
    "Value account: leaves only, never a subtotal. For totals use value_account_rollup or the macros total(value, state) and "
    "total_state(state); a plain sum skips what is missing and comes out too small.",
    (
        REGION,
        ZONE,
        YEAR,
        VINTAGE,
        PROFILE,
        *SERVICE_KEYS,
        BASIS,
        CURRENCY,
        Column(
            "quantity",
            QUANTITY,
            "所依据的实物量;只有价值量的服务为空",
            "Quantity the value rests on; NULL for value-only services",
        ),
        text("unit", "实物量单位", "Unit of the quantity"),
        Column("price", PRICE, "单价", "Price"),
        text("price_unit", "单价单位", "Unit of the price"),
        Column("value", VALUE, "价值量,以 currency 计;缺数为空,绝不为零", "Value in currency; NULL when missing, never zero"),
        STATE,
        NAME,
        LEVEL,
        METHOD,
        ALLOCATED,
        ILLUSTRATIVE,
    ),
    "account",
    amount="value",
)

GEP_TOTAL = Table(
    "gep_total",
    "生态产品总值:每个行政区(各层级)一行,本身就是合计,不可跨层级相加(按 region_level 筛选)。",
    "Gross ecosystem product: one row for each region of every level, a total by nature; never add across levels (filter by "
    "region_level).",
    (
        REGION,
        ZONE,
        YEAR,
        VINTAGE,
        PROFILE,
        BASIS,
        CURRENCY,
        Column("material", VALUE, "物质产品价值", "Value of material services"),
        Column("regulating", VALUE, "调节服务价值", "Value of regulating services"),
        Column("cultural", VALUE, "文化服务价值", "Value of cultural services"),
        Column("gep", VALUE, "生态产品总值;有服务缺数时为空", "Gross ecosystem product; NULL while a service is missing"),
        Column(
            "enabled",
            "INTEGER",
            "启用的服务数 = 有值 + 缺数 + 不适用",
            "Services enabled = valued + missing + not_applicable",
            required=True,
        ),
        Column("valued", "INTEGER", "有值的服务数", "Services with a value", required=True),
        Column("missing", "INTEGER", "缺数的服务数", "Services missing", required=True),
        Column("not_applicable", "INTEGER", "不适用的服务数", "Services that do not apply", required=True),
        NAME,
        LEVEL,
        ILLUSTRATIVE,
    ),
    "account",
)

RUN = Table(
    "run",
    "核算运行:每个版次一行。",
    "Runs: one row a vintage.",
    (
        VINTAGE,
        text("kind", "运行种类", "Kind of run", required=True),
        text("who", "操作人(自报)", "By whom (as declared)", required=True),
        AT,
        text("years", "核算年度,以逗号分隔", "Accounting years, comma separated", required=True),
        text("profiles", "核算方案,以逗号分隔", "Profiles, comma separated", required=True),
        text("rules_hash", "规则、参数、代码的内容哈希", "Content hash of rules, parameters and codes", required=True),
        text("catalogue", "所用目录文件的内容哈希", "Content hash of the catalogue files the run read"),
        text("input_hash", "所用申报数据的哈希", "Hash of the facts the run read", required=True),
        text("program", "程序及版本", "Program and version", required=True),
        text("program_hash", "程序代码的哈希", "Hash of the code of the program"),
        text("state", "运行结束时的状态", "State the run ended in", required=True),
    ),
    "log",
)

SUBMISSION = Table(
    "submission",
    "运行所读取的部门申报文件。",
    "Department returns that a run read.",
    (
        VINTAGE,
        key("seq", "BIGINT", "申报的日志序号", "Journal sequence number of the submission"),
        text("file", "送报人所用的文件名", "File as named by the sender", required=True),
        text("sha256", "文件的 SHA-256", "SHA-256 of the file", required=True),
        text("sm3", "文件的 SM3", "SM3 of the file", required=True),
        Column("bytes", "BIGINT", "文件字节数", "Size in bytes", required=True),
        Column("facts", "BIGINT", "读出的数据条数", "Facts read from it"),
        text("department", "报送部门", "Department"),
        text("who", "操作人(自报)", "By whom (as declared)", required=True),
        AT,
        text("status", "接收状态", "Status of acceptance", required=True),
    ),
    "vintage",
)

FINDING = Table(
    "finding",
    "核查发现的问题:位置、实为、应为、差额、说明与处理办法。",
    "Findings: where, found, expected, difference, the sentence and how to mend it.",
    (
        VINTAGE,
        key("seq", "BIGINT", "版次内序号", "Number within the vintage"),
        text("id", "问题标识:同一问题再次出现时不变", "Name of the finding, the same when it is found again", required=True),
        text("rule", "消息代码或规则标识", "Message code or rule id", required=True),
        text("severity", "程度:stop 强制性;query 核实性;note 提示", "Severity: stop, query, note", required=True),
        text("region_code", "行政区划代码", "Region code"),
        text("period", "时期", "Period"),
        text("key", "分类键", "Class key"),
        text("figures", "涉及的数字,以空格分隔", "Figures involved, separated by blanks"),
        text("file", "文件", "File"),
        Column("row", "BIGINT", "行号", "Row"),
        text("column", "列或单元格", "Column or cell"),
        text("found", "实为", "Found"),
        text("expected", "应为", "Expected"),
        text("difference", "差额", "Difference"),
        text("text_zh", "说明(中文)", "The sentence in Chinese", required=True),
        text("text_en", "说明(英文)", "The sentence in English", required=True),
        text("mend_zh", "处理办法(中文)", "How to mend it, in Chinese", required=True),
        text("mend_en", "处理办法(英文)", "How to mend it, in English", required=True),
        text("status", "处理状态", "Status", required=True),
        text("answer", "答复", "Answer"),
        text("answered_by", "答复人", "Answered by"),
    ),
    "vintage",
)

PARAMETER_USED = Table(
    "parameter_used",
    "每个数字用到的参数、单价与系数及其来源;由上年结转的部分,参数列在上年的数字之下;分摊到分区的数字,参数列在全地区的数字之下。",
    "Parameters, prices and coefficients that each figure used, with their sources; what is carried over from the year before "
    "has them under the figure of that year, what was brought down to a zone under the figure of the whole region.",
    (
        VINTAGE,
        FIGURE,
        key("parameter", "VARCHAR", "参数标识", "Parameter id"),
        key("key", "VARCHAR", "参数的分类键;- 表示不分类", "Class key of the parameter; - = not split"),
        key("region_code", "VARCHAR", "参数适用的行政区;- 表示不限", "Region the parameter holds for; - = anywhere"),
        key("source_set", "VARCHAR", "来源集", "Source set"),
        key("valid_from", "DATE", "生效日期;0001-01-01 表示不限", "Valid from; 0001-01-01 = without limit"),
        Column("amount", COEFFICIENT, "数值;已知其未知时为空", "Amount; NULL when known to be unknown"),
        text("amount_text", "数值原文(保留书写的位数)", "Amount as written, digits kept"),
        text("unit", "单位", "Unit", required=True),
        text(
            "status",
            "性质:standard、measured、literature、expert、local、illustrative",
            "Status: standard, measured, literature, expert, local, illustrative",
            required=True,
        ),
        text("source", "来源标识", "Source id", required=True),
        text("locator", "来源中的表、条款", "Table or clause in the source"),
    ),
    "figure",
    year=FIGURE_YEAR,
)

TRACE = Table(
    "trace",
    "计算踪迹:每个数字由哪条规则、哪些输入得出。",
    "Trace: by which rule and from which inputs each figure came.",
    (
        VINTAGE,
        FIGURE,
        key("measure", "VARCHAR", "指标", "Measure"),
        key(
            "input",
            "VARCHAR",
            "输入的名称或地址;- 表示该行是结果本身",
            "Name or address of the input; - = the row is the result itself",
        ),
        text(
            "origin", "来历:computed 计算;submitted 申报;parameter 参数", "Origin: computed, submitted, parameter", required=True
        ),
        text("rule", "规则标识", "Rule id"),
        text("input_kind", "输入种类", "Kind of input"),
        text("amount", "数值(十进制文本)", "Amount as decimal text"),
        text("unit", "单位", "Unit"),
    ),
    "figure",
    year=FIGURE_YEAR,
    # the same input may enter one rule twice (two classes of one measure); the rows are then told apart by their amounts only
    unique=False,
)

FACT = Table(
    "fact",
    "部门申报的数据,含原样书写的数值与换算后的数值。",
    "Facts as returned by the departments: the amount as typed and the quantity converted to the base unit.",
    (
        VINTAGE,
        key("measure", "VARCHAR", "指标", "Measure"),
        REGION,
        key("period", "VARCHAR", "时期:2020、2020-06 或 2020-06-30", "Period: 2020, 2020-06 or 2020-06-30"),
        key(
            "category", "VARCHAR", "分类键,如 ecosystem:forest;- 表示不分类", "Class key such as ecosystem:forest; - = not split"
        ),
        key("part", "VARCHAR", "组成部分;- 表示未细分", "Part; - = not split"),
        key("sha256", "VARCHAR", "所在文件的 SHA-256", "SHA-256 of the file it stands in"),
        key("row", "BIGINT", "行号(文件首行为 1)", "Row (1 is the first line of the file)"),
        key("column", "VARCHAR", "列名", "Column"),
        STATE,
        text("amount", "数值原文(保留书写的位数)", "Amount as typed, digits kept"),
        text("unit", "单位原文", "Unit as typed"),
        Column("quantity", QUANTITY, "换算为基本单位的数值;缺数为空", "Amount in the base unit; NULL when missing"),
        text("base_unit", "基本单位", "Base unit", required=True),
        Column(
            "exact",
            "BOOLEAN",
            "是否为约定常数(没有舍入区间)",
            "True for an adopted constant (no rounding interval)",
            required=True,
        ),
        text("reason", "缺数或不适用的理由", "Reason of a missing or not applicable figure"),
        text("department", "报送部门", "Department"),
        text("attributes", "附加属性,如 GDP 的版本:name=value;…", "Attributes, such as the vintage of a GDP figure: name=value"),
        text("source", "来源", "Source"),
        text("evidence", "佐证材料", "Evidence"),
        text("note", "说明", "Note"),
        text("file", "送报人所用的文件名", "File as named by the sender", required=True),
    ),
    "year",
    amount="quantity",
    year=PERIOD_YEAR,
)

PUBLISHED_FIGURE = Table(
    "published_figure",
    "已发布的参照数,只用于比对,不进入账户。",
    "Published reference figures, for comparison only; never part of an account.",
    (
        VINTAGE,
        FIGURE,
        key("file", "VARCHAR", "文件", "File"),
        key("row", "BIGINT", "行号", "Row"),
        text("value", "发布的数值(原文)", "Value as printed", required=True),
        text("unit", "单位", "Unit", required=True),
        Column("half_unit", RATIO, "发布值末位的一半", "Half of the last printed digit", required=True),
        Column("computed", RATIO, "计算值,单位同发布值", "What was computed, in the printed unit"),
        Column("low", RATIO, "由申报数舍入区间得到的下限", "Lower end, from the rounding of the inputs"),
        Column("high", RATIO, "由申报数舍入区间得到的上限", "Upper end, from the rounding of the inputs"),
        text("verdict", "比对:meets 相符;misses 不符;not_computed 不计算", "Check: meets, misses, not_computed", required=True),
        text("source", "来源标识", "Source id", required=True),
        text("note", "所在的表", "Table it stands in"),
    ),
    "year",
    year=FIGURE_YEAR,
)

REGION_TABLE = Table(
    "region",
    "行政区划树及各代码的有效期。",
    "The tree of regions, with the validity of each code.",
    (
        VINTAGE,
        key("code", "VARCHAR", "行政区划代码", "Region code"),
        key("valid_from", "DATE", "生效日期;0001-01-01 表示不限", "Valid from; 0001-01-01 = without limit"),
        text("parent", "上级行政区划代码;最上级为空", "Code of the region above; NULL at the top"),
        text("level", "行政层级", "Level", required=True),
        text("name_zh", "中文名称", "Chinese name", required=True),
        text("name_en", "英文名称", "English name", required=True),
        Column(
            "valid_to",
            "DATE",
            "失效日期(含当日);9999-12-31 表示不限",
            "Valid to (inclusive); 9999-12-31 = without limit",
            required=True,
        ),
    ),
    "newest",
)

RELEASE_STATE = Table(
    "release_state",
    "版次各年度的状态及其变更;以 seq 最大的一行为准。",
    "State of each year of a vintage and every change of it; the row with the highest seq holds.",
    (
        VINTAGE,
        YEAR,
        key("seq", "BIGINT", "设定该状态的日志序号", "Journal sequence number of the act that set the state"),
        text(
            "state",
            "状态:trial、preliminary、reviewed、final、closed",
            "State: trial, preliminary, reviewed, final, closed",
            required=True,
        ),
        Column("rank", "INTEGER", "状态的高低;数字大者优先", "Rank of the state; the higher number is shown", required=True),
        AT,
    ),
    "log",
)

TABLES: tuple[Table, ...] = (
    PHYSICAL_ACCOUNT,
    VALUE_ACCOUNT,
    GEP_TOTAL,
    *INDEX_TABLES,
    *UNCERTAINTY_TABLES,
    RUN,
    SUBMISSION,
    FINDING,
    PARAMETER_USED,
    TRACE,
    FACT,
    PUBLISHED_FIGURE,
    *ASSET_TABLES,
    REGION_TABLE,
    *REGION_TABLES,
    RELEASE_STATE,
)
BY_NAME = {table.name: table for table in TABLES}
ACCOUNTS = (PHYSICAL_ACCOUNT, VALUE_ACCOUNT, GEP_TOTAL)
BY_PROFILE = tuple(t for t in TABLES if t.scope == "account")  # what one profile or asset scheme gives in one year
STORED_STATES = ("value", "not_available", "not_applicable", "refused")
