"""The tables of the asset accounts as forms: every layout of the scheme, one for each class that it is repeated for."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from typing import Any

from gep.base.records import Layout, LayoutColumn, LayoutRow, Names
from gep.base.rounding import store
from gep.catalog.tables import column_of
from gep.explain.address import NO_KEY, Address
from gep.report.form import (
    BLANK,
    EXACT_PLACES,
    NONE,
    Cell,
    Column,
    Form,
    Line,
    Made,
    Ref,
    Scope,
    Stored,
    Style,
    Term,
    evaluate,
    number,
    text,
    uneven,
    unit_names,
    words,
)
from gep.report.sheet import places_of
from gep.report.sheet_words import WORDS
from gep.workflow.asset_rules import rules_of
from gep.workflow.forms.asset_notes import form_notes, head
from gep.workflow.forms.reader import Reader, SqlRow, where
from gep.workflow.forms.relations import Quotient, Relation, body_rows, depths, foot_rows, printed, quotients_of, relations_of
from gep.workflow.sheet_notes import notes_of

Place = tuple[str, str]
Held = Mapping[Place, Sequence[SqlRow]]
DOT = "·"  # stands in the diagonal of a matrix of changes: what kept its class is not among them
NAME, UNIT, CODE = "name", "unit", "code"
MODELLED = " ※"
TOTAL = re.compile(r"\b[Tt]otal\b")
SUMS = Context(prec=120)  # digits enough for any sum of stored amounts to be exact


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """Every table of the asset scheme that has figures, in the order of the scheme."""
    scheme = reader.scheme(assets.profile) if assets is not None else None
    if assets is None or scheme is None:
        return
    held = held_of(reader, assets)
    for table in scheme.tables:
        for instance, rows in held.get(table, {}).items():
            yield table_of(reader, assets, reader.book.catalog.layouts[table], instance, rows).form


@dataclass(frozen=True)
class AssetTable:
    """A table as a form, with what only its makers know: `told` are the notes on its figures, `modelled` the rows that a rule
    filled in the place of a return, `held` what the store has of each place."""

    layout: Layout
    instance: str
    form: Form
    told: tuple[Names, ...]
    modelled: frozenset[str]
    held: Held


def held_of(reader: Reader, scope: Scope) -> dict[str, dict[str, list[SqlRow]]]:
    """table -> class it is repeated for (`-`: it is not) -> its figures in the store, those of a place by their causes."""
    sql = (
        f"SELECT * FROM asset_account_rollup_all WHERE {where(scope, by='scheme')} "
        "ORDER BY table_id, instance, row_code, column_code, cause"
    )
    found: dict[str, dict[str, list[SqlRow]]] = {}
    for r in reader.rows(sql):
        found.setdefault(r["table_id"], {}).setdefault(r["instance"], []).append(r)
    return found


def table_of(reader: Reader, scope: Scope, layout: Layout, instance: str, rows: Sequence[SqlRow]) -> AssetTable:
    """A table of a region and year from its figures in the store."""
    held: dict[Place, list[SqlRow]] = {}
    for r in rows:
        held.setdefault((r["row_code"], r["column_code"]), []).append(r)
    rules = rules_of(reader, scope, layout.id)
    relations = relations_of(layout, rules)
    told, modelled = notes_of(reader, scope, layout, instance, held)
    cells = made(layout, relations, quotients_of(layout, rules), _cells(reader, scope, layout, instance, held))
    of_row = any(row.unit and row.unit != layout.unit for row in layout.rows)
    form = Form(
        id=layout.id if instance == NO_KEY else f"{layout.id}.{instance}",
        number=layout.id,
        section="asset",
        names=title(reader, layout, instance),
        scope=scope,
        columns=columns_of(layout, of_row=of_row),
        lines=_lines(layout, relations, cells, modelled, of_row=of_row),
        unit=NONE if of_row else unit_names(layout.unit),
        checks=printed(layout, relations, rules) if layout.instance or instance == NO_KEY else (),
        rounding=layout.rounding,
        illustrative=any(r["illustrative"] for found in held.values() for r in found),
        department=layout.department,
    )
    notes = form_notes(form, layout, instance, told, uneven=uneven(form))
    return AssetTable(layout, instance, replace(form, notes=notes), told, modelled, held)


def title(reader: Reader, layout: Layout, instance: str) -> Names:
    """The name of the table, with the class it is of."""
    if instance == NO_KEY:
        return layout.names
    kind, _, year = instance.partition(":")
    if not layout.instance:  # a matrix over several years
        said = {lang: WORDS[lang][kind].format(year=year) for lang in ("zh", "en")}
    else:
        of = reader.code(layout.instance, instance)
        said = {"zh": of.zh, "en": of.en}
    return Names(f"{layout.names.zh}：{said['zh']}", f"{layout.names.en}: {said['en']}")


# ---- columns and lines


def columns_of(layout: Layout, *, of_row: bool) -> tuple[Column, ...]:
    """Name and code of the row, its unit where rows differ, then the columns; blocks of columns stand under a common head."""
    first = [Column(NAME, head("item"), "label")]
    if of_row:
        first.append(Column(UNIT, head("unit"), "unit"))
    first.append(Column(CODE, head("row"), "code"))
    return (*first, *(_column(layout, column) for column in layout.columns))


def _column(layout: Layout, column: LayoutColumn) -> Column:
    own = unit_names(column.unit) if column.unit and column.unit != layout.unit else NONE
    heads = _head(layout, column)
    names = column.names
    for above in heads:
        names = Names(names.zh.removeprefix(f"{above.zh}:").strip(), names.en.removeprefix(f"{above.en}:").strip())
    return Column(column.code, names, "number", heads, own)


def _head(layout: Layout, column: LayoutColumn) -> tuple[Names, ...]:
    """The head above columns: in a table of several blocks what the total of the block is of, else a word they all begin with."""
    begun = [c for c in layout.columns if _before(c.names) == _before(column.names)]
    if ":" in column.names.zh and ":" in column.names.en and len(begun) > 1:
        return (_before(column.names),)
    whole = next((c for c in layout.columns if c.total and c.block == column.block), None)
    if not column.block or column.scalar or whole is None:
        return ()
    return (Names(whole.names.zh.replace("合计", "").strip(), _first_upper(TOTAL.sub("", whole.names.en).strip())),)


def _before(names: Names) -> Names:
    """What stands before a colon."""
    return Names(names.zh.split(":")[0].strip(), names.en.split(":")[0].strip())


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lines(
    layout: Layout, relations: Sequence[Relation], cells: Mapping[Place, Cell], modelled: frozenset[str], *, of_row: bool
) -> tuple[Line, ...]:
    depth = depths(layout, relations)
    sums = {r.row for r in relations if r.kind == "made" and r.adds}
    lines = []
    for row in layout.rows:
        name = words(row.names)
        first = [replace(name, mark=MODELLED) if row.code in modelled else name]
        if of_row:
            first.append(words(unit_names(row.unit or layout.unit)))
        first.append(text(row.code))
        numbers = [cells[row.code, column.code] for column in layout.columns]
        lines.append(Line(row.code, (*first, *numbers), _style(layout, row, sums, depth[row.code]), depth[row.code]))
    return tuple(lines)


def _style(layout: Layout, row: LayoutRow, sums: set[str], depth: int) -> Style:
    if row.code in foot_rows(layout):
        return "total"
    if row.stock and row.sign != "±":
        return "stock"
    if row.code in sums:
        return "subtotal"
    return "part" if row.cause or depth else ""


# ---- cells


def _cells(reader: Reader, scope: Scope, layout: Layout, instance: str, held: Held) -> dict[Place, Cell]:
    """The place of every row and column; blank where the table has none or the run made no figure."""
    added = added_of(reader, scope, layout, instance) if layout.matrix else {}
    dotted = layout.matrix and instance == NO_KEY
    places = [(row.code, column.code) for row in layout.rows for column in layout.columns]
    found = {}
    for row, column in places:
        there = held.get((row, column), ()) if exists(layout, row, column) else ()
        diagonal = dotted and row[1:] == column[1:] and row[1:] != "00"
        found[row, column] = _cell(scope, layout, there, added.get((row, column)), diagonal=diagonal) if there else BLANK
    return found


def exists(layout: Layout, row: str, column: str) -> bool:
    """Whether the layout has the place; a matrix has none for what comes from outside and goes outside."""
    head = column_of(layout, column)
    return head is not None and (not head.rows or row in head.rows)


def _cell(scope: Scope, layout: Layout, held: Sequence[SqlRow], added: SqlRow | None, *, diagonal: bool) -> Cell:
    """The one figure of a place, or in a matrix the sum over its causes, which all stand behind it."""
    figures = tuple(Stored(address_of(scope, r).text(), r["amount"], r["unit"], r["state"]) for r in held)
    whole = figures[0] if added is None else replace(figures[0], amount=added["amount"], state=added["state"])
    if diagonal and whole.amount == 0:
        return Cell("text", Names(DOT, DOT), figures=figures)
    return replace(number(whole, places=places_of(whole.unit), rounding=layout.rounding), figures=figures)


def added_of(reader: Reader, scope: Scope, layout: Layout, instance: str) -> dict[Place, SqlRow]:
    """The sum over the causes of each place: unknown if one of them is."""
    sql = (
        "SELECT instance, row_code, column_code, total(amount, state) AS amount, total_state(state) AS state "
        f"FROM asset_account_rollup_all WHERE {where(scope, by='scheme')} AND table_id = '{layout.id}' "
        "GROUP BY instance, row_code, column_code"
    )
    return {(r["row_code"], r["column_code"]): r for r in reader.rows(sql) if r["instance"] == instance}


def address_of(scope: Scope, row: Mapping[str, Any]) -> Address:
    """The figure address of a stored cell, with its vintage."""
    keys = (row["table_id"], row["row_code"], row["column_code"], row["cause"])
    named = {"scheme": scope.profile, "instance": row["instance"]}
    return Address("asset_account", scope.region, str(scope.year), keys, named, vintage=scope.vintage)


# ---- how a cell is made of others


def made(
    layout: Layout, relations: Sequence[Relation], quotients: Sequence[Quotient], cells: Mapping[Place, Cell]
) -> dict[Place, Cell]:
    """The cells with how each is made: totals of columns, the feet of a matrix, sums of rows and quotients by their rules.

    What is not applicable or blank is no part of a sum. A cell that is not exactly the sum of its parts as they are stored is
    not made of them: then it stands for itself.
    """
    found = dict(cells)
    for place, cell in cells.items():
        if cell.kind != "number":
            continue
        for terms in _ways(layout, relations, place):
            how = _sum(terms, cells)
            if how is not None and _added_up(how, cells) == cell.exact:
                found[place] = replace(cell, made=how)
                break
    return found | dict(_divided(quotients, cells))


def _divided(quotients: Sequence[Quotient], cells: Mapping[Place, Cell]) -> Iterator[tuple[Place, Cell]]:
    """The cells that are quotients of others, to as many decimals as they are kept with."""
    for quotient in quotients:
        cell, over, under = (cells.get(place, BLANK) for place in (quotient.place, quotient.over, quotient.under))
        if cell.kind != "number" or over.exact is None or under.exact is None:
            continue
        terms = (Term(Ref(*quotient.over)), Term(Ref(*quotient.under)))
        how = Made("percent" if quotient.percent else "ratio", terms)
        value = evaluate(how, (over.exact, under.exact))
        if value is not None and store(value, EXACT_PLACES) == cell.exact:
            yield quotient.place, replace(cell, made=how)


def _ways(layout: Layout, relations: Sequence[Relation], place: Place) -> Iterator[list[Term]]:
    """The sums a place is, the first the one to show: over columns, over the rows of a matrix, over rows by a rule."""
    row, column = place
    head = column_of(layout, column)
    if head is not None and head.total:
        yield [Term(Ref(row, part)) for part in head.total]
    if row in foot_rows(layout):
        yield [Term(Ref(part, column)) for part in body_rows(layout)]
    for r in relations:
        if r.kind == "made" and r.row == row and column in r.columns:
            yield [Term(Ref(part, column), sign) for part, sign in r.terms]


def _sum(terms: Sequence[Term], cells: Mapping[Place, Cell]) -> Made | None:
    """The sum over the parts that are numbers; None where one is missing or none is a number."""
    parts = [(term, cells[term.ref.line, term.ref.column]) for term in terms]
    if any(cell.kind == "missing" for _, cell in parts):
        return None
    known = tuple(term for term, cell in parts if cell.kind == "number")
    return Made("sum", known) if known else None


def _added_up(how: Made, cells: Mapping[Place, Cell]) -> Decimal:
    whole = Decimal(0)
    for term in how.terms:
        amount = cells[term.ref.line, term.ref.column].exact or Decimal(0)
        whole = SUMS.add(whole, amount) if term.sign == 1 else SUMS.subtract(whole, amount)
    return whole
