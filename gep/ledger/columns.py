"""What the tables of a release are declared with: column types, the records Column and Table, and the columns many tables share.

Amounts are DECIMAL; no table has a binary floating-point column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

QUANTITY = "DECIMAL(38,6)"
PRICE = "DECIMAL(38,8)"
VALUE = "DECIMAL(38,4)"
RATIO = "DECIMAL(38,12)"
COEFFICIENT = "DECIMAL(38,18)"

SPLIT = ("service", "benefit", "product", "ecosystem")

# Which vintages the plain name of a table shows:
#   account  for each year and profile the vintage in use
#   figure   the same, year and profile being read from the figure address
#   year     for each year one vintage: highest state, then newest
#   vintage  every vintage that is in use for any year and profile
#   newest   the newest vintage that is in use
#   log      everything that happened
Scope = Literal["account", "figure", "year", "vintage", "newest", "log"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `key`: never NULL, `-` = not split; `attribute`: describes the row, is no figure; `required`: never NULL."""

    name: str
    type: str
    zh: str
    en: str
    key: bool = False
    attribute: bool = False
    required: bool = False

    @property
    def not_null(self) -> bool:
        return self.key or self.required


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a release.

    `amount` names the column that is present exactly when `state` is `value`; `year` is the SQL expression of the accounting year
    of a row where `scope` needs one; `unique`: no two rows may share the key columns. `optional`: a release without a row of it
    has no file of it, as releases of before there was the table.
    """

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    scope: Scope
    amount: str = ""
    year: str = ""
    unique: bool = True
    optional: bool = False

    @property
    def stored(self) -> str:
        """Name of the stored table; the public name belongs to the view."""
        return f"t_{self.name}"

    @property
    def keys(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.key)

    @property
    def profile(self) -> str:
        """The column that names the profile or scheme a row was computed under; empty where there is none."""
        return next((c.name for c in self.columns if c.name in ("profile", "scheme")), "")

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


def key(name: str, kind: str, zh: str, en: str) -> Column:
    return Column(name, kind, zh, en, key=True)


def text(name: str, zh: str, en: str, *, required: bool = False, attribute: bool = False) -> Column:
    return Column(name, "VARCHAR", zh, en, required=required, attribute=attribute)


VINTAGE = key("vintage", "BIGINT", "版次:一次核算运行的日志序号", "Vintage: journal sequence number of the run")
REGION = key("region_code", "VARCHAR", "行政区划代码(文本)", "Region code (text)")
ZONE = key("zone", "VARCHAR", "分区代码;- 表示整个行政区", "Zone code; - is the whole region")
YEAR = key("year", "INTEGER", "核算年度", "Accounting year")
PROFILE = key("profile", "VARCHAR", "核算方案", "GEP profile")
BASIS = key(
    "price_basis", "VARCHAR", "价格基准:current 为当年价,constant:2020 为2020年不变价", "Price basis: current, or constant:2020"
)
CURRENCY = key("currency", "VARCHAR", "货币(ISO 4217)", "Currency (ISO 4217)")
NAME = text("region_name", "行政区名称", "Name of the region", attribute=True)
LEVEL = text("region_level", "行政层级", "Level of the region", attribute=True)
METHOD = text("method_id", "采用的方法(规则)", "Method (rule) used", attribute=True)
ALLOCATED = Column(
    "allocated",
    "BOOLEAN",
    "是否由上级数据分摊得到",
    "True if brought down from a higher level by a declared allocation",
    attribute=True,
)
ILLUSTRATIVE = Column(
    "illustrative",
    "BOOLEAN",
    "是否含示例数据(其下有示例性质的系数、填报数,或整本账册为示例)",
    "True if it rests on an illustrative coefficient or return, or the whole book is illustrative",
    attribute=True,
)
STATE = text(
    "state",
    "状态:value 有数;not_available 缺数;not_applicable 不适用;refused 拒绝计算",
    "State: value, not_available, not_applicable, refused",
    required=True,
)
SERVICE_KEYS = (
    key("service", "VARCHAR", "生态系统服务", "Ecosystem service"),
    key(
        "benefit",
        "VARCHAR",
        "服务的组成部分(污染物、泥沙、水体等);- 表示未细分",
        "Component of the service (pollutant, silt, water body); - = not split",
    ),
    key("product", "VARCHAR", "产品、用途或来源;- 表示未细分", "Commodity, use or origin; - = not split"),
    key("ecosystem", "VARCHAR", "生态系统类型;- 表示未细分", "Ecosystem type; - = not split"),
)
FIGURE = key("figure", "VARCHAR", "数字地址", "Figure address")
FIGURE_YEAR = "TRY_CAST(left(split_part(figure, '/', 3), 4) AS INTEGER)"
PERIOD_YEAR = "TRY_CAST(left(period, 4) AS INTEGER)"
AT = Column("at", "TIMESTAMP", "时间(协调世界时)", "When (UTC)", required=True)
