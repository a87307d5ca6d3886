"""R1, the revision table: what a vintage has changed of the figures in use before, and openings that were returned anew."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gep.base.records import Names
from gep.base.units import parse_unit
from gep.explain.address import Address, parse
from gep.explain.causes import CAUSES, PROGRAM, UNEXPLAINED
from gep.explain.differ import CORRECTION, INPUT, PARAMETER, RULE, SCHEME
from gep.report.form import (
    NONE,
    Cell,
    Column,
    Form,
    Kind,
    Line,
    Made,
    Ref,
    Scope,
    Stored,
    Term,
    in_unit,
    number,
    rounded,
    unit_names,
    words,
)
from gep.report.sheet_words import REASONS
from gep.workflow.forms.common import money_of, noted
from gep.workflow.forms.lists import codes_of, heading, places_of, said, worded
from gep.workflow.forms.named import depth, figure_names
from gep.workflow.forms.reader import Reader
from gep.workflow.revise import RESTATED

NAMES = Names("数据修订", "Revisions")
COLUMNS = (
    worded("name", "指标", "Figure", "label"),
    worded("unit", "计量单位", "Unit", "unit"),
    worded("place", "地区", "Region"),
    Column("old", Names("修订前", "Before")),
    Column("new", Names("修订后", "After")),
    Column("difference", Names("修订额", "Revision")),
    worded("reason", "原因", "Reason"),
    worded("because", "说明", "Cause"),
)
VIEWS: Mapping[str, Names] = {
    "gep_total": Names("生态产品总值", "Gross ecosystem product"),
    "green_gold_index": Names("绿金指数及相关指标", "Green-gold index and indicators beside it"),
    "balance_sheet": Names("自然资源资产负债表", "Balance sheet of natural resources"),
    "value_account": Names("价值量", "Values"),
    "physical_account": Names("实物量", "Quantities"),
    "asset_account": Names("资产表", "Asset tables"),
}
CAUSE_NAMES: Mapping[str, Names] = {
    INPUT: Names("报送数据改变", "other returns"),
    CORRECTION: Names("差错更正", "correction of an error"),
    PARAMETER: Names("参数改变", "other parameters"),
    RULE: Names("规则改变", "other wording of a rule"),
    SCHEME: Names("方案改变", "other choice of rules"),
    PROGRAM: Names("程序改变", "other program"),
    UNEXPLAINED: Names("原因不明", "unexplained"),
}
MOST = 25  # lines of one kind
INDEX_PLACES = 4
Row = Mapping[str, Any]


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """R1 of a region and year with those below it; it says so where nothing was revised."""
    scopes = (gep, *((assets,) if assets is not None else ()))
    held = [r for scope in scopes for r in _revised(reader, scope)]
    lines: list[Line] = []
    notes: list[Names] = []
    for view, names in VIEWS.items():
        mine = sorted([pair for pair in held if pair[0].view == view], key=lambda pair: _rank(pair[0], pair[1], gep.region))
        if not mine:
            continue
        lines.append(heading(f"of.{view}", names, len(COLUMNS)))
        lines += (_line(reader, a, r) for a, r in mine[:MOST])
        left = len(mine) - MOST
        if left > 0:
            notes.append(
                Names(f"{names.zh}另有 {left} 个数字修订，见视图 revision。", f"{names.en}: {left} more, see the view revision.")
            )
    form = Form("R1", "R1", "quality", NAMES, gep, COLUMNS, tuple(lines), notes=(*_told(held), *notes))
    yield noted(form, illustrative=reader.book.config.illustrative and bool(held))


def _revised(reader: Reader, scope: Scope) -> list[tuple[Address, Row]]:
    """The revisions that a vintage brought to a year, of the region and those below it."""
    sql = (
        f"SELECT * FROM revision_all WHERE vintage = {scope.vintage} AND year = {scope.year} "
        f"AND profile = '{scope.profile}' ORDER BY figure, kind"
    )
    places = set(codes_of(reader, scope))
    return [(parse(r["figure"]), r) for r in reader.rows(sql) if r["region_code"] in places]


def _rank(address: Address, row: Row, region: str) -> tuple[object, ...]:
    """Totals of the region itself first, then what is less split, then the largest revision for its size."""
    size = abs(row["difference"] or 0)
    base = max(abs(row["old"] or 0), abs(row["new"] or 0))
    share = Fraction(size) / Fraction(base) if base else Fraction(0)
    return row["region_code"] != region, depth(address), -share, row["figure"], row["kind"]


def _line(reader: Reader, address: Address, row: Row) -> Line:
    unit, places = _shown_in(reader, address, row["unit"])
    code = f"{row['kind']}/{row['figure']}"
    stored = [_stored(row, name) for name in ("old", "new")]
    old, new = (_amount(f, places, unit) for f in stored)
    gap = Cell("missing")
    if old.exact is not None and new.exact is not None:
        exact = in_unit(row["difference"], row["unit"], unit)
        made = Made("sum", (Term(Ref(code, "new")), Term(Ref(code, "old"), -1)))
        gap = Cell("number", NONE, exact, rounded(exact, places), _both(stored), made)
    cells = (
        words(figure_names(reader, address)),
        said(unit_names(unit)),
        words(reader.region(row["region_code"])),
        old,
        new,
        gap,
        words(_reason(row)),
        said(row["because"] or row["note"]),
    )
    return Line(code, cells, "", 1)


def _both(figures: Sequence[Stored | None]) -> tuple[Stored, ...]:
    return tuple(dict.fromkeys(f for f in figures if f is not None))


def _stored(row: Row, side: str) -> Stored | None:
    """The figure on one side. A returned opening stands beside that of the account, under whose address it is explained."""
    amount: Decimal | None = row[side]
    again = row["kind"] == RESTATED
    vintage = row["old_vintage"] if side == "old" and not again else row["vintage"]
    if amount is None:
        return None
    return Stored(f"{row['figure']}@{vintage}", amount, row["unit"], "value")


def _amount(figure: Stored | None, places: int, unit: str) -> Cell:
    kind: Kind = "missing"
    return Cell(kind) if figure is None else number(figure, places=places, shown_in=unit)


def _shown_in(reader: Reader, address: Address, unit: str) -> tuple[str, int]:
    """The unit in print and its decimals: money of the accounts in that of the statements, the rest as stored."""
    if address.view in ("asset_account", "balance_sheet"):
        return unit, places_of(unit)
    currency = parse_unit(unit).currency
    if currency == unit:
        return money_of(reader, currency), 2
    return unit, INDEX_PLACES if address.view == "green_gold_index" else places_of(unit)


def _reason(row: Row) -> Names:
    if row["kind"] == RESTATED:
        return Names(*(REASONS[lang].get(row["reason"], row["reason"] or "") for lang in ("zh", "en")))
    causes = [CAUSE_NAMES.get(c, Names(c, c)) for c in sorted((row["reason"] or "").split(";"), key=_order)]
    return Names("；".join(c.zh for c in causes), "; ".join(c.en for c in causes))


def _order(cause: str) -> int:
    return CAUSES.index(cause) if cause in CAUSES else len(CAUSES)


def _told(held: Sequence[tuple[Address, Row]]) -> Iterator[Names]:
    kinds = {row["kind"] for _, row in held}
    if not held:
        yield Names("本版次没有修订本年已有的数字。", "This vintage revised no figure of the year.")
    earlier = sorted({row["old_vintage"] for _, row in held if row["old_vintage"]})
    if earlier:
        names = ", ".join(map(str, earlier))
        yield Names(f"修订前为版次 {names} 的数字。", f"Before: the figures of vintage {names}.")
    if RESTATED in kinds:
        yield Names(
            "资产表期初重述：修订前为上年期末，修订后为部门重新报送的期初；差额计入调整行，账户的期初不变。",
            "Openings returned anew: before is the closing of the year before, after what the department now returns; the gap "
            "stands in the adjustment row, the opening of the account is unchanged.",
        )
