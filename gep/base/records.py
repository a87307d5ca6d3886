"""The immutable records every part of the engine exchanges: what is measured, by which rule, from which source.

A *key* says where inside a region a figure stands. It is a tuple of (dimension, code) pairs, sorted by dimension; a dimension is
the id of a code scheme ("ecosystem", "pollutant", "water_use", ...) or "part" for a named quantity inside a class. The empty
tuple is the undivided region. Regions and periods are not part of the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, TypeAlias

from gep.base.terms import Constant, Uncertainty

Key: TypeAlias = tuple[tuple[str, str], ...]

# of a field that came later: where it holds its default it is no part of the frozen record, so that older hashes stay
LATER: Mapping[str, bool] = MappingProxyType({"later": True})
OPTIONAL = "?"  # ends the name of an attribute that a row may leave out
# dimensions without a code scheme of the catalogue: a named quantity in a class, a zone of the book, how money is stated
FREE_DIMS = ("part", "zone", "price_basis")

EMPTY: Mapping[str, str] = MappingProxyType({})
EMPTY_LISTS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class State(StrEnum):
    """What is known of a figure (a missing value is never zero)."""

    VALUE = "value"
    NOT_AVAILABLE = "not_available"
    NOT_APPLICABLE = "not_applicable"
    REFUSED = "refused"
    # states of publication only, never stored in an account
    BELOW_UNIT = "below_unit"
    SUPPRESSED = "suppressed"


class Severity(StrEnum):
    """强制性 (stops), 核实性 (must be answered), 提示 (is told)."""

    STOP = "stop"
    QUERY = "query"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Names:
    zh: str
    en: str

    def of(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure or a rule was read. `kind`: standard, paper, data, law, expert, illustrative."""

    id: str
    kind: str
    title: str
    authors: str = ""
    year: str = ""
    doi: str = ""
    published_in: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a figure measures.

    `unit` is the base unit the account stores; `quantum` the largest rounding a row may add (in `unit`), `finest` the smallest
    digit ever printed; `dims` the code schemes (and "part") a fact of it carries; `lower`/`upper` physical bounds in `unit`;
    `account` places its figures in the GEP accounts: column (service, benefit, product, ecosystem) -> "=code" or a dimension.
    `additive` lists region, class, time: the directions its figures may be summed in.
    """

    id: str
    names: Names
    kind: Literal["flow", "stock", "price", "ratio", "index", "score", "reference"]
    unit: str
    quantum: Decimal
    finest: Decimal
    dims: tuple[str, ...] = ()
    additive: tuple[str, ...] = ("region", "class", "time")
    signed: bool = False
    lower: Decimal | None = None
    upper: Decimal | None = None
    department: str = ""
    account: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    attrs: tuple[str, ...] = ()  # attr.* columns a submitted row must carry; those that end in OPTIONAL it may
    read_by: tuple[str, ...] = ()  # outputs beside the accounts that read its returns
    table: str = ""  # the asset table it is a row of; it is stored in the unit of that table
    nets: str = ""  # the flow it is a part of: what passes between two places inside a region cancels there
    mirror: str = ""  # what the counterpart returns of the same flow; the two are equal
    balance: bool = False  # it enters the values of the balance sheet, so no flow of a service may stand under it
    note: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    scheme: str
    code: str
    names: Names
    parent: str = ""
    edition: str = ""
    valid_from: date = date.min
    valid_to: date = date.max
    attrs: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """One line of a map from the codes of one scheme to those of another.

    `share` (above 0) is the part of an amount of `code_from` that goes to `code_to`. When the map conserves the total, the shares
    of one `code_from` add up to exactly 1; else a line only says that two codes are related, and no amount may follow it.
    `carried`: whether a rule fills the one from the other; where it is not, `note` says what is in the way.
    """

    id: str
    scheme_from: str
    code_from: str
    scheme_to: str
    code_to: str
    share: Fraction
    conserves: bool = True
    source: str = ""
    carried: bool = True
    note: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Parameter:
    """A coefficient, price, deflator, threshold or weight for one key, place and validity. `value` None: known to be unknown."""

    id: str
    key: Key
    region: str  # "" = anywhere
    value: Decimal | None
    unit: str
    status: Literal["standard", "measured", "literature", "expert", "local", "illustrative"]
    source: str  # id of a Source
    locator: str  # table, clause or section inside it
    source_set: str  # the set a scheme names
    provenance: Literal["", "retrieved", "derived", "expert"] = ""  # read in its source, worked out from it, or remembered
    valid_from: date = date.min
    valid_to: date = date.max
    low: Decimal | None = None
    high: Decimal | None = None
    note: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Input:
    """One named input of a rule, as declared.

    `grain`: the keys it varies by, out of "region", code schemes, "part", "row", "month", "day" (declared, never inferred from
    data). `select` fixes dimensions of a measure or parameter to one code. `unit`: the unit in which the expression reads it.
    `time`: same, prev, opening, closing, or base (the base year of constant prices). `rows`: the record set whose column it is.
    """

    name: str
    kind: Literal["measure", "parameter", "column"]
    ref: str
    grain: tuple[str, ...]
    unit: str
    select: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    time: Literal["same", "prev", "opening", "closing", "base"] = "same"
    rows: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Empirical:
    """A fitted equation: arguments are converted to the stated units, the result is stamped with `unit`."""

    name: str
    args: tuple[tuple[str, str], ...]  # (argument name, unit it is fitted in)
    unit: str
    expression: str
    source: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What is computed or asserted, as data (DESIGN: one rule record, one executor)."""

    id: str
    version: str
    kind: Literal["compute", "second_route", "assert", "allocate"]
    names: Names
    output: str  # measure id; "" for an assert
    grain: tuple[str, ...]  # keys of the output besides the period
    expression: str
    inputs: tuple[Input, ...]
    source: str
    clause: str
    domain: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: EMPTY_LISTS)
    empirical: tuple[Empirical, ...] = ()
    severity: Severity = Severity.STOP
    message: Names | None = None
    valid_from: date = date.min
    valid_to: date = date.max
    deprecated: str = ""
    tolerance: Decimal | None = None  # second_route: allowed absolute difference in the unit of the output
    route: str = ""  # name of the independent route in accounts.routes that must agree
    at: Literal["leaf", "above", "all"] = "leaf"  # levels of regions it runs at: those that return, those above them, or all
    regions: tuple[str, ...] = ()  # only at these regions; empty: at all
    stands_in: bool = False  # computes only what was not returned (a modelled year, a residual)
    undefined: Literal["", "not_applicable"] = ""  # what the figure is where the formula divides by zero; empty: refused
    file: str = ""

    @property
    def makes(self) -> bool:
        """Whether it gives figures: computes them, or brings down those of a larger place (others check)."""
        return self.kind in ("compute", "allocate")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a service: a measure with its price, or a measure that is submitted as value only.

    A line with neither is physical only. `domain` lists the codes that must be there for each dimension of the measure; a
    dimension it leaves out runs over the classes of the scheme, `*` takes what is returned (an open list, such as products).
    `floor` zero: of a quantity below zero (a deficit) nothing is valued; the physical account keeps its sign.
    """

    measure: str
    price: str = ""  # id of a parameter, or of a measure of kind price that a rule computes
    value_only: bool = False
    domain: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: EMPTY_LISTS)
    floor: Literal["", "zero"] = ""
    currency: str = field(default="", metadata=LATER)  # in which the price is stated, where that is not the money of the scheme


@dataclass(frozen=True, slots=True)
class Service:
    id: str
    service_class: Literal["material", "regulating", "cultural"]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Services or measures that claim the same thing: counting all of them counts it twice.

    `members`: ids of services or of measures (`measure:x` where a service has the same id, `x@code` if it holds that code). A
    scheme that values two or more of them must say `show` for the overlap; else it is refused. Alternatives (`alternatives`
    true) are several definitions of one quantity and are refused whatever is said.
    """

    id: str
    names: Names
    members: tuple[str, ...]
    source: str
    clause: str
    alternatives: bool = False
    file: str = ""


@dataclass(frozen=True, slots=True)
class Scheme:
    """Chosen rules, parameter sets and services. A GEP profile is a scheme of kind `gep_profile`.

    `classes`: the codes a dimension runs over (a level of its code tree); a dimension that is not named runs over the top codes.
    `overlaps`: how each overlap that the services make is treated. `undetermined`: services of which it is not known whether the
    standard has them. `constant`: how values are stated at constant prices (None: they are not). `uncertainty`: how the spread
    of parameters is carried to the totals (None: it is not). `allocation`: service -> the ecosystem classes by whose area its
    figures that are not split by ecosystem are brought down to zones (`*`: all classes).
    """

    id: str
    kind: str
    names: Names
    version: str
    status: Literal["enabled", "disabled"]
    reason: str  # why disabled
    source: str
    rules: tuple[str, ...]
    parameter_sets: tuple[str, ...]  # in order of precedence
    services: tuple[Service, ...]
    currency: str = "CNY"
    price_basis: str = "current"
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: EMPTY_LISTS)
    overlaps: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    undetermined: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()  # the asset tables it fills (kind asset_scheme)
    constant: Constant | None = field(default=None, metadata=LATER)
    uncertainty: Uncertainty | None = field(default=None, metadata=LATER)
    allocation: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: EMPTY_LISTS, metadata=LATER)
    valid_from: date = date.min
    valid_to: date = date.max
    file: str = ""


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """One row of an asset table.

    `sign`: + - or ±, how the row enters the closing; figures themselves are not negative unless it is ±. `stock`: an amount at a
    date, not of a year. `cause`: human, natural or adjustment. `closing`: on an opening row, the row whose figure of the year
    before it takes. `adjustment` (up, down): where a re-stated opening is booked.
    """

    code: str
    names: Names
    sign: str
    stock: bool = False
    cause: str = ""
    closing: str = ""
    adjustment: Literal["", "up", "down"] = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class LayoutColumn:
    """One column of an asset table.

    `block`: columns of one unit within a table that has several (areas, volumes). `scalar`: a figure of the whole row (a mean, a
    rate). `total`: the columns it adds up. `rows`: the only rows it has.
    """

    code: str
    names: Names
    block: str = ""
    unit: str = ""
    scalar: bool = False
    total: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """An asset table as printed: rows × columns, without any formula. `instance`: the dimension the whole table is repeated for.

    In a `matrix` the rows are codes as the columns are. `provenance` says how much of the layout was read in a source.
    `rounding`: how its printed numbers are rounded, 四舍六入五成双 (gbt8170) or 四舍五入 (half_up).
    """

    id: str
    names: Names
    unit: str
    rows: tuple[LayoutRow, ...]
    columns: tuple[LayoutColumn, ...]
    department: str = ""
    provenance: str = ""
    instance: str = ""
    matrix: bool = False
    balance: bool = False  # its figures enter the values of the balance sheet
    rounding: Literal["gbt8170", "half_up"] = field(default="gbt8170", metadata=LATER)
    file: str = ""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of the balance sheet: the opening and closing it shows, as a row of a table (with its column) or as a measure."""

    code: str
    names: Names
    side: Literal["asset", "liability", "net"]
    opening: str
    closing: str
    column: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a submitted fact stands: file as named by the sender, its SHA-256, row (1 = first line of the file) and column."""

    file: str
    sha256: str
    row: int
    column: str = "value"
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure. `amount` keeps the digits as they were typed (trailing zeros too); `unit` as typed."""

    measure: str
    region: str
    period: str  # 2010 | 2010-06 | 2010-06-30
    key: Key
    state: State
    amount: Decimal | None
    unit: str
    origin: Origin
    exact: bool = False  # an adopted constant: no rounding interval
    reason: str = ""
    department: str = ""
    source: str = ""
    evidence: str = ""
    note: str = ""
    attrs: Mapping[str, str] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a record set, in `unit`, with physical bounds."""

    name: str
    unit: str
    names: Names
    lower: Decimal | None = None
    upper: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RecordSet:
    """A wide table of rows (patches, monthly grids): one line a row, keyed by region, period, row id and `dims`.

    `extent`: the measure that says how much there is of a class. A class of which there is none may have no rows; any other must.
    `complete`: the rows of a region and year are all there are (a list of changes), so a class without rows is zero.
    """

    id: str
    names: Names
    dims: tuple[str, ...]
    columns: tuple[Column, ...]
    months: bool = False
    extent: str = ""
    complete: bool = False
    file: str = ""


@dataclass(frozen=True, slots=True)
class ZoneSpan:
    """The main functional zone (主体功能区) that a region as a whole belongs to from one day to another, both included."""

    code: str  # of the code scheme functional_zone
    valid_from: date = date.min
    valid_to: date = date.max
    document: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """A place under one code. `replaces`: the codes whose stocks it takes over on its first day.

    `functional`: its main functional zones by date; on a day that none of them holds the zone is unknown.
    """

    code: str
    parent: str
    level: str
    names: Names
    valid_from: date = date.min
    valid_to: date = date.max
    replaces: tuple[str, ...] = ()
    functional: tuple[ZoneSpan, ...] = field(default=(), metadata=LATER)

    def functional_zone(self, day: date) -> str:
        """The code of its main functional zone on a day; empty where it is not known."""
        return next((z.code for z in self.functional if z.valid_from <= day <= z.valid_to), "")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a submission may say: everything intake needs to know of the catalogue and the book.

    `priced`: measures the engine prices (no submitted row of them may carry money); `computed`: measures a chosen rule computes
    (not to be submitted); `codes`: scheme -> code -> Code.
    """

    measures: Mapping[str, Measure]
    codes: Mapping[str, Mapping[str, Code]]
    regions: Mapping[str, Region]
    records: Mapping[str, RecordSet] = field(default_factory=lambda: MappingProxyType({}))
    priced: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()
    layouts: Mapping[str, Layout] = field(default_factory=lambda: MappingProxyType({}))


def key_text(key: Key) -> str:
    """`scheme:code;scheme:code`, empty for the undivided region."""
    return ";".join(f"{dim}:{code}" for dim, code in key)


def key_of(pairs: Mapping[str, str]) -> Key:
    """The canonical key of {dimension: code}."""
    return tuple(sorted(pairs.items()))
