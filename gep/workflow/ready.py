"""What must hold before a plan is executed that no rule file says alone: its second route, its record sets, its price basis."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import pyarrow as pa

from gep.accounts.routes import ROUTES, ROW_ROUTES
from gep.base.findings import Finding, Place, finding
from gep.base.records import RecordSet, Scheme
from gep.base.units import parse_unit
from gep.engine.task import Step
from gep.explain.address import NO_KEY
from gep.rules.product import Plan, RowProduct

CURRENT = "current"


def check_scheme(scheme: Scheme) -> Iterator[Finding]:
    """Prices are read as those of the year of the account: another basis would be a label and nothing more."""
    if scheme.price_basis != CURRENT:
        place = Place(scheme.file, key=scheme.id)
        yield finding("RUN-PRICE-BASIS", place, found=scheme.price_basis, expected=CURRENT, name=scheme.id)


def check_plan(plan: Plan, records: Mapping[str, RecordSet], computed: Collection[str]) -> Iterator[Finding]:
    """Every complaint about one plan. `computed`: the measures that rules compute in a scheme without a year chain."""
    yield from _route(plan)
    for given in plan.inputs:
        if given.kind == "measure" and given.time in ("prev", "opening") and given.ref in computed:
            place = Place(plan.rule.file, key=f"{plan.rule.id}.{given.name}")
            yield finding("RUN-BEFORE-COMPUTED", place, found=given.ref, rule=plan.rule.id)
        if given.kind != "column" or given.rows not in records:
            continue  # the catalogue refuses a record set it does not know
        place = Place(plan.rule.file, key=f"{plan.rule.id}.{given.name}")
        column = next((c for c in records[given.rows].columns if c.name == given.ref), None)
        if column is None:
            known = ", ".join(c.name for c in records[given.rows].columns)
            yield finding("RUN-RECORD-COLUMN", place, found=given.ref, expected=known, rule=plan.rule.id, records=given.rows)
        elif not _same_unit(column.unit, given.unit):
            args = {"records": given.rows, "column": given.ref}
            yield finding("RUN-RECORD-UNIT", place, found=given.unit, expected=column.unit, rule=plan.rule.id, holes=args)
    for row_product in plan.products:
        yield from _keys(plan, row_product, records)


def _route(plan: Plan) -> Iterator[Finding]:
    """A rule that names a second route has one: for its sums over rows, or for a plain formula."""
    name = plan.rule.route
    known = ROW_ROUTES if plan.products else ROUTES
    if name and name not in known:
        place = Place(plan.rule.file, key=f"{plan.rule.id}.route")
        yield finding("RUN-ROUTE-UNKNOWN", place, found=name, expected=", ".join(sorted(known)), rule=plan.rule.id)


def _same_unit(one: str, other: str) -> bool:
    """Columns are read as they stand, so the scale counts too."""
    a, b = parse_unit(one).without_price_year(), parse_unit(other).without_price_year()
    return a.compatible(b) and a.factor_to(b) == 1


def _keys(plan: Plan, row_product: RowProduct, records: Mapping[str, RecordSet]) -> Iterator[Finding]:
    """The rows of a sum are those of one record set, keyed by all that the sum and the rule run over."""
    sets = sorted({plan.input(n).rows for n in row_product.inputs if plan.input(n).kind == "column"})
    frame = set(row_product.frame)
    have = frame - {"row"}  # figures have no rows
    if sets:
        keyed = [{"region", "row", *records[s].dims, *(["month"] if records[s].months else [])} for s in sets if s in records]
        have = keyed[0] if len(keyed) == 1 else set()
    lacking = sorted(frame - have)
    if lacking:
        place = Place(plan.rule.file, key=f"{plan.rule.id}.expression")
        found, expected = ", ".join(lacking), ", ".join(sorted(have)) or "-"
        names = ", ".join(sets) or "-"
        yield finding("RUN-RECORD-KEYS", place, found=found, expected=expected, rule=plan.rule.id, records=names)


def check_records(
    plans: tuple[Plan, ...], records: Mapping[str, pa.Table], regions: tuple[str, ...], year: int
) -> Iterator[Finding]:
    """The rows a sum needs are there for every region, and none of the year stands where no sum would look for it."""
    used: dict[str, Plan] = {}
    for plan in plans:
        if plan.rule.makes:
            used |= {i.rows: plan for i in plan.inputs if i.kind == "column" and i.rows not in used}
    for name, plan in sorted(used.items()):
        found = _counts(records.get(name), str(year))
        for region in regions:
            if (region, str(year)) not in found:
                place = Place(key=f"{name}/{region}/{year}")
                yield finding("RUN-RECORDS-MISSING", place, region=region, year=year, rule=plan.rule.id, records=name)
        for (region, period), count in sorted(found.items()):
            place = Place(key=f"{name}/{region}/{period}")
            if period != str(year):
                yield finding("RUN-RECORDS-PERIOD", place, found=period, expected=year, count=count, records=name)
            elif region not in regions:
                yield finding("RUN-RECORDS-REGION", place, found=region, count=count, records=name)


def check_classes(
    steps: Iterable[Step], records: Mapping[str, pa.Table], regions: tuple[str, ...], year: int
) -> Iterator[Finding]:
    """Rows of a class that every sum leaves out: told, with their number, because nothing else would miss them."""
    read: dict[tuple[str, str], set[str] | None] = {}  # (record set, dimension) -> the codes read; None: every row is
    for step in steps:
        rule = step.plan.rule
        for name in {i.rows for i in step.plan.inputs if i.kind == "column" and i.rows in records and rule.makes}:
            for dim in set(records[name].column_names) & set(step.domains):
                before = read.get((name, dim), set())
                whole = dim not in rule.grain or before is None
                read[name, dim] = None if whole else {*(before or ()), *step.domains[dim]}
    for (name, dim), codes in sorted(read.items()):
        counted = records[name].group_by(["region", "period", dim]).aggregate([([], "count_all")]).to_pylist()
        left: dict[str, int] = {}
        for c in counted:
            if codes is not None and c["region"] in regions and c["period"] == str(year) and c[dim] not in codes:
                left[c[dim]] = left.get(c[dim], 0) + c["count_all"]
        if left:
            found = ", ".join(f"{code} ({count})" for code, count in sorted(left.items()))
            place = Place(key=f"{name}/{NO_KEY}/{year}/{NO_KEY}")
            yield finding("RUN-RECORDS-CLASS", place, found=found, expected=", ".join(sorted(codes or ())), records=name, dim=dim)


def _counts(table: pa.Table | None, year: str) -> dict[tuple[str, str], int]:
    """Rows of the year by region and period."""
    if table is None or not table.num_rows:
        return {}
    counted = table.group_by(["region", "period"]).aggregate([([], "count_all")]).to_pylist()
    return {(c["region"], c["period"]): c["count_all"] for c in counted if c["period"][:4] == year}
