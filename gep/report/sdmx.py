"""Accounts as SDMX-CSV 2.0 under data structures of our own: which flow holds what, its observations and their text.

The agency CN_GEP is a placeholder and the structures are ours: no global or national SDMX structure is claimed. A missing figure
is an observation with an empty value and a status, never zero. Decimals are written digit for digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gep.base.records import Names
from gep.ledger.cells import DECIMAL_TYPE, csv_line
from gep.ledger.query import safe_cell
from gep.ledger.tables import BY_NAME

AGENCY, VERSION = "CN_GEP", "1.0"
NOT_SPLIT = "_Z"  # what `-` becomes: not split, or the whole region
PLAIN = re.compile(r"[0-9A-Za-z_-]+")

Row = Mapping[str, object]
Observation = Mapping[str, str]
States = Mapping[tuple[int, int], str]  # (vintage, year) -> state of the release


@dataclass(frozen=True, slots=True)
class Part:
    """A dimension or an attribute. `column` of the view it is read from; `within`: another column its codes are unique in only.

    `codes` names the code list; empty for free text. `fixed` stands in every row where no column is read.
    """

    id: str
    zh: str
    en: str
    column: str = ""
    codes: str = ""
    within: str = ""
    fixed: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """One dataflow and its data structure. `items`: where one row holds several figures, the code of each and its column."""

    id: str
    views: tuple[str, ...]
    zh: str
    en: str
    dimensions: tuple[Part, ...]
    attributes: tuple[Part, ...]
    unit: str
    amount: str = ""
    items: tuple[tuple[str, str], ...] = ()

    @property
    def structure_id(self) -> str:
        """How a row of the file names its dataflow."""
        return f"{AGENCY}:DF_{self.id}({VERSION})"

    @property
    def header(self) -> list[str]:
        dimensions, attributes = ([p.id for p in parts] for parts in (self.dimensions, self.attributes))
        return ["STRUCTURE", "STRUCTURE_ID", "ACTION", *dimensions, "OBS_VALUE", *attributes]


FREQ = Part("FREQ", "频率", "Frequency", codes="CL_FREQ", fixed="A")
AREA = Part("REF_AREA", "行政区", "Reference area", "region_code", "CL_REF_AREA")
ZONE = Part("ZONE", "分区", "Zone", "zone", "CL_ZONE")
PROFILE = Part("PROFILE", "核算方案", "GEP profile", "profile", "CL_PROFILE")
SCHEME = Part("SCHEME", "资产核算方案", "Asset scheme", "scheme", "CL_SCHEME")
VINTAGE = Part("VINTAGE", "版次", "Vintage (journal sequence number of the run)", "vintage")
TIME = Part("TIME_PERIOD", "核算年度", "Accounting year", "year")
SERVICE = (
    Part("SERVICE", "生态系统服务", "Ecosystem service", "service", "CL_SERVICE"),
    Part("BENEFIT", "服务的组成部分", "Component of the service", "benefit", "CL_BENEFIT"),
    Part("PRODUCT", "产品、用途或来源", "Commodity, use or origin", "product", "CL_PRODUCT"),
    Part("ECO_TYPE", "生态系统类型", "Ecosystem type", "ecosystem", "CL_ECO_TYPE"),
)
PRICES = Part("PRICES", "价格基准", "Price basis", "price_basis", "CL_PRICES")
CURRENCY = Part("CURRENCY", "货币", "Currency", "currency", "CL_CURRENCY")
GEP_ITEM = Part("GEP_ITEM", "总值或大类", "Total or group of services", codes="CL_GEP_ITEM")
ENTRY = Part("ACCOUNTING_ENTRY", "记账项目", "Accounting entry", codes="CL_ACCOUNTING_ENTRY")
TABLE = (
    Part("TABLE_ID", "表号", "Table", "table_id", "CL_TABLE"),
    Part("INSTANCE", "表的类别", "What the table is repeated for", "instance", "CL_INSTANCE"),
    Part("TABLE_ROW", "表内行次", "Row of the table", "row_code", "CL_TABLE_ROW", within="table_id"),
    Part("TABLE_COLUMN", "表内栏次", "Column of the table", "column_code", "CL_TABLE_COLUMN", within="table_id"),
    Part("CAUSE", "变动原因", "Cause", "cause", "CL_CAUSE"),
)
SIDE = Part("SIDE", "负债表的方", "Side of the balance sheet", "side", "CL_SIDE")
LINE = Part("LINE", "负债表行次", "Line of the balance sheet", "line", "CL_LINE")

STATUS = Part("OBS_STATUS", "观测状态", "Observation status", codes="CL_OBS_STATUS")
COMMON = (
    STATUS,
    Part("CONF_STATUS", "保密状态(账册不作规定,为空)", "Confidentiality (the book sets none: empty)", codes="CL_CONF_STATUS"),
    Part("UNIT_MEASURE", "计量单位", "Unit of measure"),
    Part("UNIT_MULT", "单位倍数(10 的幂)", "Unit multiplier (power of ten)", fixed="0", number=True),
    Part("DECIMALS", "小数位数", "Decimals", number=True),
    Part("RELEASE_STATE", "版次状态", "State of the release"),
    Part("ILLUSTRATIVE", "是否含示例数据", "Rests on illustrative data", "illustrative"),
)
STATE = Part("GEP_STATE", "账户中的状态", "State in the account", "state")
METHOD = Part("METHOD", "方法(规则)", "Method (rule)", "method_id")
ALLOCATED = Part("ALLOCATED", "是否由上级分摊", "Allocated from a higher level", "allocated")
IS_TOTAL = Part("IS_TOTAL", "是否合计", "Total", "is_total")
COUNTS = tuple(
    Part(f"N_{name.upper()}", BY_NAME["gep_total"].column(name).zh, BY_NAME["gep_total"].column(name).en, name, number=True)
    for name in ("enabled", "valued", "missing", "not_applicable")
)

FLOWS: tuple[Flow, ...] = (
    Flow(
        "GEP_SERVICE_PHYS", ("physical_account",), "生态系统服务实物量", "Ecosystem services, physical",
        (FREQ, AREA, ZONE, PROFILE, *SERVICE, VINTAGE, TIME), (*COMMON, STATE, METHOD, ALLOCATED), "unit", "quantity",
    ),
    Flow(
        "GEP_SERVICE_VAL", ("value_account",), "生态系统服务价值量", "Ecosystem services, monetary",
        (FREQ, AREA, ZONE, PROFILE, *SERVICE, PRICES, CURRENCY, VINTAGE, TIME), (*COMMON, STATE, METHOD, ALLOCATED),
        "currency", "value",
    ),
    Flow(
        "GEP_TOTAL", ("gep_total",), "生态产品总值", "Gross ecosystem product",
        (FREQ, AREA, ZONE, PROFILE, PRICES, CURRENCY, GEP_ITEM, VINTAGE, TIME), (*COMMON, *COUNTS),
        "currency", items=tuple((name.upper(), name) for name in ("material", "regulating", "cultural", "gep")),
    ),
    Flow(
        "NR_ASSET", ("asset_account", "asset_total"), "自然资源资产账户", "Natural resource asset accounts",
        (FREQ, AREA, SCHEME, *TABLE, VINTAGE, TIME), (*COMMON, STATE, METHOD, IS_TOTAL), "unit", "amount",
    ),
    Flow(
        "NR_BALANCE", ("balance_sheet",), "自然资源资产负债表", "Natural resource balance sheet",
        (FREQ, AREA, SCHEME, SIDE, LINE, ENTRY, VINTAGE, TIME), COMMON,
        "unit", items=tuple((name.upper(), name) for name in ("opening", "closing", "change")),
    ),
)  # fmt: skip

OBS_STATUS = {
    "A": Names("正常值", "Normal value"),
    "P": Names("暂定值(初步核算或评审中)", "Provisional value (preliminary or reviewed)"),
    "V": Names("未经核验的值(试算)", "Unvalidated value (trial)"),
    "O": Names("缺数", "Missing value"),
    "M": Names("不存在该数(不适用)", "Missing value; data cannot exist (not applicable)"),
}
CONF_STATUS = {
    "F": Names("可公开", "Free for publication"),
    "N": Names("不公开,限内部使用", "Not for publication, internal use only"),
    "C": Names("保密统计信息", "Confidential statistical information"),
}
STATUS_OF = {"trial": "V", "preliminary": "P", "reviewed": "P", "final": "A", "closed": "A"}


def code_id(text: str) -> str:
    """A code of ours as an SDMX identifier, no two the same: `-` is `_Z`, what SDMX does not allow is `$` hex `$`.

    `constant:2020` becomes `constant$3a$2020`.
    """
    if text == "-":
        return NOT_SPLIT
    if PLAIN.fullmatch(text) and text != NOT_SPLIT:
        return text
    return "".join(c if PLAIN.fullmatch(c) and text != NOT_SPLIT else f"${ord(c):x}$" for c in text)


def part_id(part: Part, row: Row) -> str:
    """The identifier that a row has in a coded dimension; a row code is led by the table that gives it its meaning."""
    own = code_id(str(row[part.column]))
    return f"{code_id(str(row[part.within]))}@{own}" if part.within else own


def status(value: object, state: object, release: str) -> str:
    """OBS_STATUS of a figure: by the state of its release if there is a value, else whether it can exist at all."""
    if value is not None:
        return STATUS_OF[release]
    return "M" if state == "not_applicable" else "O"


def observations(flow: Flow, rows: Iterable[Row], states: States) -> list[Observation]:
    """The observations of a flow, sorted by their key; one for each figure, known or not."""
    found = [made for row in rows for made in _of_row(flow, row, states)]
    return sorted(found, key=lambda o: [o[p.id] for p in flow.dimensions])


def _of_row(flow: Flow, row: Row, states: States) -> list[Observation]:
    release = states[int(str(row["vintage"])), int(str(row["year"]))]
    shared = {p.id: _text(p, row) for p in (*flow.dimensions, *flow.attributes)}
    shared |= {"UNIT_MEASURE": str(row[flow.unit]), "RELEASE_STATE": release}
    inner = next((p.id for p in flow.dimensions if not p.column and not p.fixed), "")
    made: list[Observation] = []
    for code, column in flow.items or (("", flow.amount),):
        value = row[column]
        own = {inner: code} if inner else {}
        own |= {"OBS_VALUE": "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)}
        own |= {"OBS_STATUS": status(value, row.get("state"), release), "DECIMALS": decimals(flow, column)}
        made.append(shared | own)
    return made


def decimals(flow: Flow, column: str) -> str:
    """The places after the point that the column stores."""
    match = DECIMAL_TYPE.fullmatch(BY_NAME[flow.views[0]].column(column).type)
    return match[2] if match else "0"


def _text(part: Part, row: Row) -> str:
    if not part.column:
        return part.fixed
    value = row[part.column]
    if value is None:
        return ""
    if part.codes:
        return part_id(part, row)
    return str(value).lower() if isinstance(value, bool) else str(value)


def to_csv(flow: Flow, found: Sequence[Observation]) -> bytes:
    """SDMX-CSV 2.0: one row an observation, action I (information). Numbers and identifiers as they are, text safe in a
    spreadsheet.
    """
    head = flow.header
    lines = [csv_line(head)]
    for one in found:
        own = [one[name] if name == "OBS_VALUE" else safe_cell(one[name]) for name in head[3:]]
        lines.append(csv_line(["dataflow", flow.structure_id, "I", *own]))
    return "".join(f"{line}\n" for line in lines).encode()
