"""L1, floors and caps: each figure of the region that a document sets a limit to, beside that limit, met or not.

A limit is a row of a register, a target that a rule of the accounts works out a gap to, or the approved area of a unit of the
ecological red line. Limits and figures that nobody accounts for (returned only) are texts as stated; figures of the accounts are
numbers in the unit of the limit, printed on their side of it.
"""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from gep.base.records import Layout, LayoutColumn, Names, State
from gep.base.rounding import printable
from gep.base.units import parse_unit
from gep.catalog.registers import RULE, SENSES
from gep.catalog.tables import dim_of, measure_id
from gep.explain.address import NO_KEY
from gep.ledger.views import literal
from gep.report.form import (
    Cell,
    Column,
    Form,
    Line,
    Made,
    Ref,
    Scope,
    Stored,
    Term,
    decimal_of,
    in_unit,
    rounded,
    text,
    unit_names,
    words,
)
from gep.report.sheet import places_of
from gep.workflow.asset_rules import Record, Used, gap_of, used
from gep.workflow.forms.asset_notes import said, sign_notes
from gep.workflow.forms.assets import address_of, held_of
from gep.workflow.forms.reader import Reader, SqlRow
from gep.workflow.sheet_notes import REDLINE

LIMITS = "L1"
EXACT = Context(prec=120)
SIGNS: Mapping[str, str] = {"floor": "≥", "cap": "≤", "above": ">", "below": "<"}
APPROVED, MONITORED, GAP = "R40", "R60", "R61"  # rows of RL-01


@dataclass(frozen=True, slots=True)
class Limit:
    """What a document demands of a figure: `measure` and `key` name it, `value` stands in `unit` as the document prints it."""

    id: str
    names: Names
    measure: str
    key: Mapping[str, str]
    sense: str
    value: Decimal
    unit: str
    document: Names
    clause: str
    illustrative: bool


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure as the book has it: `amount` in `unit`, None where a part is missing; `figures` its parts in the accounts."""

    amount: Decimal | None
    unit: str
    figures: tuple[Stored, ...] = ()


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """The form of floors and caps, if any holds for the region in the year."""
    lines, illustrative, returned = list[Line](), False, False
    for scope in (assets, gep):
        for limit in limits_of(reader, scope) if scope is not None else ():
            found = amount_of(reader, scope, limit) if scope is not None else None
            if found is None or limit.id in {line.code for line in lines}:
                continue
            lines.append(_line(limit, found, len(lines) + 1))
            illustrative = illustrative or limit.illustrative
            returned = returned or (found.amount is not None and not found.figures)
    units = list(_redline(reader, assets, len(lines))) if assets is not None else []
    lines += [line for line, _ in units]
    if not lines:
        return
    form = Form(
        id=LIMITS,
        number=LIMITS,
        section="asset",
        names=said("limits"),
        scope=assets or gep,
        columns=_columns(),
        lines=tuple(lines),
        checks=(said("limit_difference"),),
        illustrative=illustrative or any(made_up for _, made_up in units),
    )
    notes = [*([said("limit_returned")] if returned else []), said("limit_side"), *sign_notes(form)]
    yield replace(form, notes=(*notes, said("holds")) if form.illustrative else tuple(notes))


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", said("limit_name"), "label"),
        Column("unit", said("unit"), "unit"),
        Column("code", said("limit_code"), "code"),
        Column("limit", said("limit"), "text"),
        Column("figure", said("limit_figure")),
        Column("difference", said("limit_gap")),
        Column("met", said("limit_met"), "text"),
        Column("document", said("limit_document"), "text"),
        Column("clause", said("limit_clause"), "text"),
    )


# ---- which limits hold


def limits_of(reader: Reader, scope: Scope) -> Iterator[Limit]:
    """The limits of the region in the year: rows of registers first, then the targets that the accounts work out a gap to."""
    held = used(reader, scope)
    for rule in held.limits:
        if rule["id"].startswith(RULE) and scope.region in rule["regions"]:
            figure, limit = _inputs(rule)
            parameter = _parameter(reader, scope, held, limit["ref"])
            if parameter is not None:
                sense = next(name for name, sign in SENSES.items() if f" {sign} " in rule["expression"])
                name = rule["id"].removeprefix(RULE)
                document = _document(reader, name, parameter) or _title(parameter, held)
                yield _limit(name, Names(**rule["names"]), figure, sense, parameter, document)
    seen: set[str] = set()
    lowest = scope.region in _lowest_below(reader, scope)  # rules that look at targets run there
    for rule in held.limits:
        gap = gap_of(rule)
        parameter = _parameter(reader, scope, held, gap[2]["ref"]) if gap is not None and lowest else None
        if gap is None or parameter is None or parameter["id"] in seen:
            continue
        seen.add(parameter["id"])
        sense, figure, _ = gap
        names = reader.code("parameter", parameter["id"])
        yield _limit(parameter["id"], names, figure, sense, parameter, _title(parameter, held))


def _inputs(rule: Record) -> tuple[Record, Record]:
    by_name = {given["name"]: given for given in rule["inputs"]}
    return by_name["figure"], by_name["limit"]


def _document(reader: Reader, name: str, parameter: Record) -> Names | None:
    """What the register calls the document, if the row still says what the vintage used."""
    bound = reader.book.catalog.bounds.get(name)
    if bound is None or (bound.value, bound.unit) != (Decimal(parameter["value"]), parameter["unit"]):
        return None
    return Names(bound.document, bound.document)


def _title(parameter: Record, held: Used) -> Names:
    """The title of the source of a limit; one in two languages stands with a slash between them."""
    source = held.sources.get(parameter["source"])
    zh, _, en = (str(source["title"]) if source is not None else str(parameter["source"])).partition(" / ")
    return Names(zh, en or zh)


def _limit(name: str, names: Names, figure: Record, sense: str, parameter: Record, document: Names) -> Limit:
    return Limit(
        id=name,
        names=names,
        measure=figure["ref"],
        key=figure["select"],
        sense=sense,
        value=Decimal(parameter["value"]),
        unit=parameter["unit"],
        document=document,
        clause="" if parameter["locator"] == "-" else parameter["locator"],
        illustrative=parameter["status"] == "illustrative",
    )


def _parameter(reader: Reader, scope: Scope, held: Used, name: str) -> Record | None:
    """The value in force at the end of the year, that of the region itself before those of what it lies in."""
    day = date(scope.year, 12, 31).isoformat()
    there = [p for p in held.parameters.get(name, ()) if p["value"] is not None and p["valid_from"] <= day <= p["valid_to"]]
    for region in (*_upwards(reader, scope), ""):
        for parameter in there:
            if parameter["region"] == region:
                return parameter
    return None


def _upwards(reader: Reader, scope: Scope) -> list[str]:
    found, code = list[str](), scope.region
    while code and code not in found:
        found.append(code)
        known = reader.book.config.regions.get(code)
        code = known.parent if known is not None else ""
    return found


def _lowest_below(reader: Reader, scope: Scope) -> list[str]:
    """The regions that return, under that of the scope or itself."""
    sql = (
        f"SELECT code FROM region_path WHERE vintage = {scope.vintage} AND year = {scope.year} "
        f"AND ancestor = {literal(scope.region)} AND lowest ORDER BY code"
    )
    return [r["code"] for r in reader.rows(sql)]


# ---- the figure held against it


def amount_of(reader: Reader, scope: Scope, limit: Limit) -> Amount | None:
    """The figure of a limit: cells of an asset table added up, else what was returned; None if it does not apply."""
    for table, by_instance in held_of(reader, scope).items():
        layout = reader.book.catalog.layouts[table]
        if limit.measure.split(".")[0] == layout.id:
            return added([_stored(scope, r) for r in _cells(layout, by_instance, limit)], limit)
    return _returned(reader, scope, limit)


def _cells(layout: Layout, by_instance: Mapping[str, Sequence[SqlRow]], limit: Limit) -> Iterator[SqlRow]:
    """The cells a limit adds up: of the column it names, else of the column of totals, else of every column of the block."""
    spots = {
        (row.code, column.code)
        for row in layout.rows
        for column in layout.columns
        if measure_id(layout, row.code, column) == limit.measure
    }
    columns = {column for _, column in spots}
    wanted = [c for c in layout.columns if c.code in columns]
    chosen = _chosen(layout, wanted, limit.key)
    for instance, rows in by_instance.items():
        if layout.instance and limit.key.get(layout.instance, instance) != instance:
            continue
        yield from (r for r in rows if (r["row_code"], r["column_code"]) in spots and r["column_code"] in chosen)


def _chosen(layout: Layout, columns: Sequence[LayoutColumn], key: Mapping[str, str]) -> set[str]:
    named = {key[dim_of(layout, c.block)] for c in columns if dim_of(layout, c.block) in key}
    if named:
        return named
    parts = {code for c in columns for code in c.total}
    totals = [c.code for c in columns if c.total and c.code not in parts]
    return set(totals[:1]) if totals else {c.code for c in columns}


def _stored(scope: Scope, row: SqlRow) -> Stored:
    return Stored(address_of(scope, row).text(), row["amount"], row["unit"], row["state"])


def added(figures: Sequence[Stored], limit: Limit) -> Amount | None:
    """The sum of the figures that apply, unknown if one of them is or there are none; None if none applies."""
    there = [f for f in figures if f.state != State.NOT_APPLICABLE]
    if not there:
        return None if figures else Amount(None, limit.unit)
    whole: Decimal | None = Decimal(0)
    for figure in there:
        whole = EXACT.add(whole, figure.amount) if whole is not None and figure.amount is not None else None
    return Amount(whole, there[0].unit, tuple(there))


def _returned(reader: Reader, scope: Scope, limit: Limit) -> Amount | None:
    """What was returned of a measure that is in no account: by the region, else by every region below it that returns.

    Where one of these returned nothing the sum is unknown, never a smaller one.
    """
    category = ";".join(f"{dim}:{code}" for dim, code in sorted(limit.key.items()))
    sql = (
        f"SELECT region_code, quantity, base_unit, state FROM fact_all WHERE vintage = {scope.vintage} "
        f"AND measure = {literal(limit.measure)} AND period = {literal(str(scope.year))} AND region_code IN "
        f"(SELECT code FROM region_path WHERE vintage = {scope.vintage} AND year = {scope.year} "
        f"AND ancestor = {literal(scope.region)}) "
        + (f"AND category = {literal(category)} " if category else "")
        + "ORDER BY region_code"
    )
    rows = reader.rows(sql)
    own = [r for r in rows if r["region_code"] == scope.region]
    if not own and not set(_lowest_below(reader, scope)) <= {r["region_code"] for r in rows}:
        return Amount(None, limit.unit)
    made = added([Stored("", r["quantity"], r["base_unit"], r["state"]) for r in own or rows], limit)
    return None if made is None else replace(made, figures=())


# ---- a line


def _line(limit: Limit, found: Amount, number: int) -> Line:
    first = (
        words(limit.names),
        words(unit_names(limit.unit)),
        text(f"{number:02d}"),
        text(f"{SIGNS[limit.sense]} {limit.value:,f}"),
    )
    figure, difference, met = compared(limit, found)
    last = (text(limit.document.zh, limit.document.en), text(limit.clause))
    return Line(limit.id, (*first, figure, difference, met, *last))


def compared(limit: Limit, found: Amount) -> tuple[Cell, Cell, Cell]:
    """The figure in the unit of the limit, what it lies above it, and whether it is met: the exact amounts decide."""
    if found.amount is None:
        missing = Cell("missing", figures=found.figures)
        return missing, missing, words(said("limit_unknown"))
    exact = in_unit(found.amount, found.unit, limit.unit)
    # an amount without end in the unit of the limit is compared as it is, not as the decimals that are kept of it
    gap = Fraction(found.amount) * parse_unit(found.unit).factor_to(parse_unit(limit.unit)) - Fraction(limit.value)
    holds = {"floor": gap >= 0, "cap": gap <= 0, "above": gap > 0, "below": gap < 0}[limit.sense]
    places = max(places_of(limit.unit), _decimals(limit.value))
    step = Decimal((0, (1,), -places))
    shown = printable(Fraction(limit.value) + gap, limit.value, step)
    met = words(said("limit_yes" if holds else "limit_no"))
    if not found.figures:
        return text(f"{shown:,f}"), text(_signed(rounded(decimal_of(gap), places))), met
    difference = decimal_of(gap)
    return (
        Cell("number", exact=exact, shown=shown, figures=found.figures),
        Cell("number", exact=difference, shown=rounded(difference, places), figures=found.figures),
        met,
    )


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _signed(amount: Decimal) -> str:
    return f"{amount:,f}".replace("-", "\u2212")


# ---- units of the ecological red line


def _redline(reader: Reader, scope: Scope, before: int) -> Iterator[tuple[Line, bool]]:
    """A line for each unit: the area found by monitoring is not below what is approved. With whether it is made up."""
    layout = reader.book.catalog.layouts.get(REDLINE)
    for i, (unit, rows) in enumerate(held_of(reader, scope).get(REDLINE, {}).items() if layout is not None else ()):
        held = {r["row_code"]: r for r in rows if r["cause"] == NO_KEY}
        if layout is None or not {APPROVED, MONITORED, GAP} <= held.keys():
            continue
        yield _unit_line(reader, scope, layout, unit, held, before + i + 1), any(r["illustrative"] for r in rows)


def _unit_line(reader: Reader, scope: Scope, layout: Layout, unit: str, held: Mapping[str, Any], number: int) -> Line:
    name, code = reader.code(layout.instance, unit), f"{REDLINE}.{unit}"
    approved, monitored, gap = (_of_table(scope, held[row], code) for row in (APPROVED, MONITORED, GAP))
    # the limit is a figure of the accounts too: its address says so, that an edition without it leaves this text out as well
    limit = replace(text(f"≥ {approved.printed('zh')}"), figures=approved.figures) if approved.shown is not None else approved
    met = "limit_unknown" if gap.exact is None else "limit_yes" if gap.exact >= 0 else "limit_no"
    title = said("limit_unit", zh_name=name.zh, en_name=name.en)
    first = (words(title), words(unit_names(layout.unit)), text(f"{number:02d}"), limit)
    return Line(code, (*first, monitored, gap, words(said(met)), words(layout.names), text(f"{APPROVED}, {MONITORED}")))


def _of_table(scope: Scope, row: SqlRow, form: str) -> Cell:
    """A cell of the table of the unit as it is shown there."""
    figure = _stored(scope, row)
    if figure.amount is None:
        return Cell("missing", figures=(figure,))
    shown = rounded(figure.amount, places_of(figure.unit))
    made = Made("sum", (Term(Ref(row["row_code"], row["column_code"], form)),))
    return Cell("number", exact=figure.amount, shown=shown, figures=(figure,), made=made)
