"""Q2, how complete the year is: services valued and missing, tables returned, and what each department returned."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gep.base.records import Names, State
from gep.base.states import MISSING
from gep.report.coverage import KINDS
from gep.report.form import Form, Line, Scope
from gep.workflow.forms.held import account
from gep.workflow.forms.lists import Words, codes_of, joined, listing, texts, word, worded
from gep.workflow.forms.reader import Reader

SERVICES = Names("服务核算完整情况", "Services accounted for")
TABLES = Names("资产表报送情况", "Returns of the asset tables")
DEPARTMENTS = Names("各部门报送情况", "Returns by department")
SERVICE_COLUMNS = (
    worded("name", "地区", "Region", "label"),
    worded("enabled", "启用服务（项）", "Services enabled"),
    worded("valued", "有值", "Valued"),
    worded("missing", "缺数", "Missing"),
    worded("not_applicable", "不适用", "Not applicable"),
    worded("which_missing", "缺数的服务", "Which are missing"),
    worded("which_not", "不适用的服务", "Which do not apply"),
)
TABLE_COLUMNS = (
    worded("name", "资产表", "Asset table", "label"),
    worded("code", "表号", "Table", "code"),
    worded("department", "填报部门", "Department"),
    worded("returned", "已报（数）", "Returned"),
    worded("expected", "应报（数）", "Expected"),
    worded("status", "情况", "Status"),
    worded("which", "未报齐的地区", "Regions not complete"),
)
DEPARTMENT_COLUMNS = (
    worded("name", "部门", "Department", "label"),
    worded("figures", "报送数（个）", "Figures returned"),
    worded("valued", "有值", "With a value"),
    worded("missing", "缺数", "Not available"),
    worded("not_applicable", "不适用", "Not applicable"),
    worded("files", "文件（个）", "Files"),
    worded("regions", "地区（个）", "Regions"),
)
DERIVED = "derived"  # the department of a table that other tables make
WORKED_OUT = Names("由其他表推导", "made of other tables")
MOST = 5  # names that stand in one cell
NOBODY = Names("（未注明部门）", "(no department named)")
ORDER = ("complete", "partial", "none", "not_applicable")
Row = Mapping[str, Any]


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """Q2 (services), Q2.tables and Q2.departments of a region and year, each where the book has any."""
    lines = [*_services(reader, gep)]
    if lines:
        yield listing(("Q2", "quality", SERVICES), gep, SERVICE_COLUMNS, lines)
    if assets is not None:
        tables = [*_tables(reader, assets)]
        if tables:
            yield listing(("Q2.tables", "quality", TABLES), gep, TABLE_COLUMNS, tables, [NOT_ASKED])
    departments = [*_departments(reader, gep, assets)]
    if departments:
        yield listing(("Q2.departments", "quality", DEPARTMENTS), gep, DEPARTMENT_COLUMNS, departments, [PERIODS])


NOT_ASKED = Names(
    "应报数为表中由部门填报的格数，由规则计算的格不计。",
    "Expected are the places that a department fills in; those that a rule computes do not count.",
)
PERIODS = Names(
    "计入本年度及其各月、各日的数，包括本地区与所辖地区报送的数。",
    "Figures of the year, its months and its days, returned for the region and those below it.",
)


# ---- services


def _services(reader: Reader, gep: Scope) -> Iterator[Line]:
    """The region, then those right below it."""
    below = reader.below(gep)
    for i, code in enumerate((gep.region, *below)):
        scope = replace(gep, region=code, region_names=reader.region(code))
        held = account(reader, scope)
        if held.total is None:
            continue
        states = {s.id: held.service(s) for s in held.services if s.valued}
        lost = [s.names for s in held.services if s.id in states and states[s.id].state in _MISSING]
        apart = [s.names for s in held.services if s.id in states and states[s.id].state == State.NOT_APPLICABLE]
        counts = [str(held.total[n]) for n in ("enabled", "valued", "missing", "not_applicable")]
        yield texts(code, [scope.region_names, *counts, few(lost), few(apart)], style="total" if not i else "", indent=int(i > 0))


_MISSING = {str(s) for s in MISSING}


ITEMS, REGIONS = Names("等 {n} 项", " and others, {n} in all"), Names("等 {n} 个地区", " and others, {n} regions")


def few(names: Sequence[Names], rest: Names = ITEMS) -> Names | None:
    """Names in one cell; where they are many, the first of them and how many there are."""
    if not names:
        return None
    shown = joined(names[:MOST])
    if len(names) <= MOST:
        return shown
    return Names(shown.zh + rest.zh.format(n=len(names)), shown.en + rest.en.format(n=len(names)))


# ---- asset tables


def _tables(reader: Reader, assets: Scope) -> Iterator[Line]:
    """One line a table: what the regions returned of it together."""
    places = set(codes_of(reader, assets))
    sql = (
        f"SELECT * FROM coverage_all WHERE vintage = {assets.vintage} AND year = {assets.year} "
        f"AND scheme = '{assets.profile}' ORDER BY table_id, region_code"
    )
    held: dict[str, list[Row]] = {}
    for row in reader.rows(sql):
        if row["region_code"] in places:
            held.setdefault(row["table_id"], []).append(row)
    layouts = reader.book.catalog.layouts
    order = {name: i for i, name in enumerate(layouts)}
    for table in sorted(held, key=lambda t: (order.get(t, len(order)), t)):
        yield _table(reader, table, held[table])


def _table(reader: Reader, table: str, rows: Sequence[Row]) -> Line:
    layout = reader.book.catalog.layouts.get(table)
    counts = Counter(r["status"] for r in rows)
    if layout is not None and layout.department == DERIVED:
        return texts(table, [layout.names, table, None, None, None, WORKED_OUT, None])
    open_ = [reader.region(r["region_code"]) for r in rows if r["status"] in ("partial", "none")]
    cells: list[Words] = [
        layout.names if layout is not None else Names(table, table),
        table,
        layout.department if layout is not None else None,
        str(sum(r["returned"] for r in rows)),
        str(sum(r["expected"] for r in rows)),
        _status(counts),
        few(open_, REGIONS) if len(rows) > 1 else None,
    ]
    return texts(table, cells)


def _status(counts: Mapping[str, int]) -> Names:
    """`complete`, or how many regions are in which status."""
    there = [s for s in (*ORDER, *(s for s in counts if s not in ORDER)) if counts.get(s)]
    named = [word(KINDS[s]) if s in KINDS else Names(s, s) for s in there]
    if len(there) == 1:
        return named[0]
    return joined([Names(f"{n.zh} {counts[s]}", f"{n.en} {counts[s]}") for s, n in zip(there, named, strict=True)])


# ---- departments


@dataclass
class _Returned:
    """What one department returned."""

    states: Counter[str] = field(default_factory=Counter)
    files: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)


def _departments(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Line]:
    """One line a department, those with most figures first."""
    places = set(codes_of(reader, gep)) | set(codes_of(reader, assets) if assets is not None else ())
    held: dict[str, _Returned] = {}
    # the vintage of GEP holds all returned figures that it read, and so does that of the assets: of one year they are the same
    vintage = max(gep.vintage, assets.vintage if assets is not None else gep.vintage)
    for row in _facts(reader, vintage):
        if row["year"] != str(gep.year) or row["region_code"] not in places:
            continue
        one = held.setdefault(row["department"], _Returned())
        one.states[row["state"]] += row["n"]
        one.files.update(row["files"])
        one.regions.add(row["region_code"])
    for name, one in sorted(held.items(), key=lambda pair: (-pair[1].states.total(), pair[0])):
        lost = sum(n for state, n in one.states.items() if state in _MISSING)
        counts = (one.states.total(), one.states["value"], lost, one.states["not_applicable"], len(one.files), len(one.regions))
        yield texts(name or "-", [Names(name, name) if name else NOBODY, *(str(n) for n in counts)])


def _facts(reader: Reader, vintage: int) -> Sequence[Row]:
    """Returned figures counted by department, region, year and state."""
    sql = (
        "SELECT coalesce(department, '') AS department, region_code, period[1:4] AS year, state, count(*) AS n,"
        f" list_sort(list(DISTINCT file)) AS files FROM fact_all WHERE vintage = {vintage}"
        " GROUP BY ALL ORDER BY department, region_code, year, state"
    )
    return reader.rows(sql)
