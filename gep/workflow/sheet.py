"""sheet: the asset tables, the balance sheet and what was returned, of one year and vintage, laid out as they are printed."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gep.base.findings import Place, Refused, finding
from gep.base.records import Layout, Names, SheetLine, State
from gep.book import Book
from gep.catalog.tables import column_of
from gep.explain.address import NO_KEY, Address
from gep.ledger.views import literal
from gep.report import balance
from gep.report.coverage import Status, coverage_sheet
from gep.report.sheet import (
    Cell,
    Column,
    Line,
    Sheet,
    Style,
    exact,
    heads,
    printed,
    provenance,
    shown_unit,
    signs_used,
    uneven,
)
from gep.report.sheet_words import WORDS
from gep.workflow.catalogue import choose
from gep.workflow.sheet_notes import Of, notes_of, redline_notes
from gep.workflow.views import default_scheme, rows

BALANCE = "BS-00"
SqlRow = Mapping[str, Any]


def sheets(
    book: Book,
    tables: Sequence[str],
    *,
    year: int | None = None,
    region: str = "",
    scheme: str = "",
    instance: str = "",
    vintage: int | None = None,
    lang: str = "zh",
) -> tuple[Sheet, ...]:
    """The tables as printed; one that is repeated for a class gives a sheet for each, or for `instance` only.

    Left out: the latest year, the highest region, the first asset scheme of the book, the vintage in use. Raises Refused
    (CATALOGUE-NO-RESULT, SHEET-NO-TABLE, SHEET-NO-REGION, SHEET-NO-INSTANCE) naming what there is.
    """
    of = chosen(book, year, region, scheme, vintage, lang)
    found: list[Sheet] = []
    for table in tables:
        if table.upper() == BALANCE:
            found.append(_balance(book, of))
        else:
            found += _table(book, of, table, instance)
    return tuple(found)


def returned(book: Book, *, year: int | None = None, region: str = "", scheme: str = "", lang: str = "zh") -> Sheet:
    """How much of each table was returned, a line a region, a column a year, from the vintages in use."""
    name = scheme or default_scheme(book, "asset_account")
    held = rows(book, f"SELECT * FROM coverage WHERE scheme = {literal(name)} ORDER BY region_code, year")
    kept = [r for r in held if (year is None or r["year"] == year) and region in ("", r["region_code"])]
    if not kept:
        known = sorted({f"{r['year']}/{r['scheme']}" for r in rows(book, "SELECT year, scheme FROM coverage")})
        asked = "/".join(str(x) for x in (year or "-", name, region) if x)
        raise Refused(
            [finding("CATALOGUE-NO-RESULT", Place(book.root.name, key=asked), found=asked, expected=", ".join(known) or "-")]
        )
    layouts, regions = book.catalog.layouts, book.config.regions
    known_scheme = book.catalog.schemes.get(name)
    order = known_scheme.tables if known_scheme is not None else tuple(layouts)
    names = {t: layouts[t].names for t in order if t in layouts}
    statuses = [Status(r["table_id"], r["region_code"], r["year"], r["status"], r["returned"], r["expected"]) for r in kept]
    return coverage_sheet(statuses, names, {r: regions[r].names for r in regions}, book.config.names, book.root.name, name, lang)


def chosen(book: Book, year: int | None, region: str, scheme: str, vintage: int | None, lang: str) -> Of:
    """What a sheet of these choices is of, those left out filled in. Raises Refused as `sheets`."""
    choice = choose(book, year, scheme or default_scheme(book, "asset_account"), vintage)
    here = f"vintage = {choice.vintage} AND year = {choice.year}"
    there = rows(
        book,
        f"SELECT code, count(*) AS depth FROM region_path WHERE {here} GROUP BY code ORDER BY depth, code",
    )
    codes = [r["code"] for r in there]
    place = region or codes[0]
    if place not in codes:
        known = ", ".join(codes)
        raise Refused([finding("SHEET-NO-REGION", Place(book.root.name, key=place), found=place, expected=known)])
    sql = f"SELECT state FROM release_state_all WHERE {here} ORDER BY seq DESC LIMIT 1"
    state = str(rows(book, sql)[0]["state"])
    return Of(place, book.config.regions[place].names, choice.year, choice.profile, choice.vintage, state, lang)


def _table(book: Book, of: Of, table: str, instance: str) -> list[Sheet]:
    layout = book.catalog.layouts.get(table.upper())
    held = _held(book, of, layout) if layout is not None else []
    if layout is None or not held:
        sql = f"SELECT DISTINCT table_id FROM asset_account_rollup_all WHERE {of.where} ORDER BY ALL"
        known = ", ".join([*(r["table_id"] for r in rows(book, sql)), BALANCE])
        raise Refused([finding("SHEET-NO-TABLE", Place(book.root.name, key=table), found=table, expected=known)])
    instances = sorted({r["instance"] for r in held})
    if instance and layout.instance and instance not in instances:
        known = ", ".join(instances)
        raise Refused([finding("SHEET-NO-INSTANCE", Place(book.root.name, key=instance), found=instance, expected=known)])
    wanted = [i for i in instances if not layout.instance or instance in ("", i)]
    return [_sheet(book, of, layout, i, [r for r in held if r["instance"] == i]) for i in wanted]


def _held(book: Book, of: Of, layout: Layout) -> list[SqlRow]:
    """The figures of a table; those of a matrix in the order of their causes."""
    sql = (
        f"SELECT * FROM asset_account_rollup_all WHERE {of.where} AND region_code = {literal(of.region)} "
        f"AND table_id = {literal(layout.id)} ORDER BY row_code, column_code, cause"
    )
    return [*rows(book, sql)]


def _sheet(book: Book, of: Of, layout: Layout, instance: str, held: Sequence[SqlRow]) -> Sheet:
    words = WORDS[of.lang]
    columns = heads(layout, of.lang)
    matrix = _added(book, of, layout) if layout.matrix else {}
    by_place: dict[tuple[str, str], list[SqlRow]] = {}
    for r in held:
        by_place.setdefault((r["row_code"], r["column_code"]), []).append(r)
    lines = _lines(of, layout, columns, by_place, matrix)
    told, modelled = notes_of(book, of, layout, instance, by_place)
    marked = [_marked(line) if line.code in modelled else line for line in lines]
    notes = [*told, *signs_used(marked, of.lang)]
    if any(cell.kind == "blank" for line in lines for cell in line.cells):
        notes.append(words["sign_blank"])
    if layout.matrix:
        notes += [words["causes_added"], words["diagonal"]]
    if uneven(layout, columns, lines):
        notes.append(words["rounded"])
    title = named_of(layout.names, of.lang)
    return Sheet(
        layout.id,
        title,
        tuple(_facts(book, of, layout, instance)),
        columns,
        tuple(marked),
        tuple(notes),
        any(r["illustrative"] for r in held),
    )


def named_of(names: Names, lang: str) -> str:
    return names.zh if lang == "zh" else names.en


def _lines(
    of: Of,
    layout: Layout,
    columns: Sequence[Column],
    held: Mapping[tuple[str, str], Sequence[SqlRow]],
    matrix: Mapping[tuple[str, str], tuple[Decimal | None, str]],
) -> list[Line]:
    made = []
    for row in layout.rows:
        words = {"row": row.code, "name": named_of(row.names, of.lang)}
        words["unit"] = shown_unit(row.unit or layout.unit, of.lang)
        cells = []
        for column in columns:
            if column.code in words:
                cells.append(Cell(words[column.code], "text"))
            else:
                key = (row.code, column.code)
                if not _exists(layout, *key):
                    cells.append(Cell())
                    continue
                cells.append(_cell(of, held.get(key, ()), matrix.get(key), diagonal=layout.matrix and key[0][1:] == key[1][1:]))
        of_total = layout.matrix and any(c.total and c.code[1:] == row.code[1:] for c in layout.columns)
        style: Style = "total" if of_total else "stock" if row.stock and row.sign != "±" else "part" if row.cause else ""
        made.append(Line(row.code, tuple(cells), style))
    return made


def _exists(layout: Layout, row: str, column: str) -> bool:
    """Whether the layout has the place; a matrix has none for what comes from outside and goes outside."""
    head = column_of(layout, column)
    return head is not None and (not head.rows or row in head.rows)


def _cell(of: Of, held: Sequence[SqlRow], added: tuple[Decimal | None, str] | None, *, diagonal: bool) -> Cell:
    """The one figure of a place, or the sum over the causes in a matrix; blank where there is none."""
    if not held:
        return Cell()
    figures = tuple((address_of(of, r), exact(r["amount"], r["unit"], r["state"], of.lang)) for r in held)
    first = held[0]
    amount, state = (first["amount"], first["state"]) if added is None else added
    if diagonal and held[0]["row_code"][1:] != "00" and amount == 0:
        return Cell("·", "text", figures)  # patches that changed: what stayed in its class is not among them
    return printed(amount, first["unit"], state, figures)


def address_of(of: Of, row: SqlRow) -> str:
    """The figure address of a stored cell, with its vintage."""
    named_keys = {"scheme": of.scheme} | ({"instance": row["instance"]} if row["instance"] != NO_KEY else {})
    keys = (row["table_id"], row["row_code"], row["column_code"], row["cause"])
    return Address("asset_account", of.region, str(of.year), keys, named_keys, vintage=of.vintage).text(short=True)


def _added(book: Book, of: Of, layout: Layout) -> dict[tuple[str, str], tuple[Decimal | None, str]]:
    """(row, column) -> (sum over the causes, its state): unknown if one of them is."""
    sql = (
        "SELECT row_code, column_code, total(amount, state) AS amount, total_state(state) AS state "
        f"FROM asset_account_rollup_all WHERE {of.where} AND region_code = {literal(of.region)} "
        f"AND table_id = {literal(layout.id)} GROUP BY row_code, column_code"
    )
    return {(r["row_code"], r["column_code"]): (r["amount"], r["state"]) for r in rows(book, sql)}


def _marked(line: Line) -> Line:
    """The row with the mark of what nobody returned, beside its name."""
    code, name, *rest = line.cells
    return Line(line.code, (code, Cell(f"{name.text} ※", "text"), *rest), line.style)


def _facts(book: Book, of: Of, layout: Layout | None, instance: str = NO_KEY) -> Iterable[tuple[str, str]]:
    words, lang = WORDS[of.lang], of.lang
    scheme = book.catalog.schemes.get(of.scheme)
    yield words["table"], layout.id if layout is not None else BALANCE
    if layout is not None and instance != NO_KEY:
        code = book.catalog.codes.get(layout.instance, {}).get(instance)
        yield words["instance"], f"{named_of(code.names, lang)} ({instance})" if code is not None else instance
    yield words["region"], f"{named_of(of.region_names, lang)} ({of.region})"
    yield words["year"], str(of.year)
    yield words["unit"], shown_unit(layout.unit, lang) if layout is not None else words["unit_by_row"]
    yield words["vintage"], f"{of.vintage} ({words.get(of.state, of.state)})"
    yield words["scheme"], f"{named_of(scheme.names, lang)} ({of.scheme})" if scheme is not None else of.scheme
    if layout is not None:
        yield words["department"], layout.department or "-"
        yield words["provenance"], provenance(layout.provenance, lang)
    yield words["book"], named_of(book.config.names, lang)


def _balance(book: Book, of: Of) -> Sheet:
    sql = f"SELECT * FROM balance_sheet_all WHERE {of.where} AND region_code = {literal(of.region)}"
    held = rows(book, sql)
    if not held:
        sql = f"SELECT DISTINCT table_id FROM asset_account_rollup_all WHERE {of.where} ORDER BY ALL"
        known = ", ".join(r["table_id"] for r in rows(book, sql))
        raise Refused([finding("SHEET-NO-TABLE", Place(book.root.name, key=BALANCE), found=BALANCE, expected=known)])
    states = _states(book, of)
    entries = [_entry(book, of, r, states) for r in held]
    order = list(book.catalog.sheet)
    made = balance.balance_sheet(entries, order, tuple(_facts(book, of, None)), redline_notes(book, of), of.lang)
    return Sheet(BALANCE, made.title, made.facts, made.columns, made.lines, made.notes, any(r["illustrative"] for r in held))


def _states(book: Book, of: Of) -> dict[tuple[str, str, str, str], str]:
    """(table, row, column, instance) -> state, of the figures that are no numbers: the balance sheet itself keeps no state."""
    sql = f"SELECT * FROM asset_account_rollup_all WHERE {of.where} AND region_code = {literal(of.region)} AND amount IS NULL"
    return {(r["table_id"], r["row_code"], r["column_code"], r["instance"]): r["state"] for r in rows(book, sql)}


def _entry(book: Book, of: Of, row: SqlRow, states: Mapping[tuple[str, str, str, str], str]) -> balance.Entry:
    """A line of the balance sheet; the state of its opening and closing is that of the figures it shows."""
    declared, suffix = _declared(book, row["line"])
    amounts = (row["opening"], row["closing"], row["change"])
    found = [State.NOT_AVAILABLE, State.NOT_AVAILABLE]
    if declared is not None and declared.column:
        for i, shown in enumerate((declared.opening, declared.closing)):
            table, _, code = shown.partition(".")
            found[i] = State(states.get((table, code, declared.column, suffix or NO_KEY), State.NOT_AVAILABLE))
    change = State.NOT_APPLICABLE if State.NOT_APPLICABLE in found else State.NOT_AVAILABLE
    known = [State.VALUE if a is not None else s for a, s in zip(amounts, (*found, change), strict=True)]
    keys, named_keys = (row["side"], row["line"]), {"scheme": of.scheme}
    return balance.Entry(
        side=row["side"],
        code=row["line"],
        name=_line_name(book, row["line"], of.lang),
        unit=row["unit"],
        amounts=amounts,
        states=(known[0], known[1], known[2]),
        addresses=tuple(
            Address("balance_sheet", of.region, str(of.year), keys, named_keys, column, of.vintage).text()
            for column in ("opening", "closing", "change")
        ),
    )


def _declared(book: Book, code: str) -> tuple[SheetLine | None, str]:
    """The declared line that a line is (one of), and the class it stands for: A4.physical.kaolin is A4.physical of kaolin."""
    name = max((n for n in book.catalog.sheet if code == n or code.startswith(f"{n}.")), key=len, default="")
    return book.catalog.sheet.get(name), code.removeprefix(name).removeprefix(".")


def _line_name(book: Book, code: str, lang: str) -> str:
    """The name of a line; of one that stands for each class, with the name of the class behind it."""
    line, suffix = _declared(book, code)
    if line is None:
        return code
    if not suffix:
        return named_of(line.names, lang)
    layout = book.catalog.layouts.get(line.opening.split(".")[0])
    known = book.catalog.codes.get(layout.instance if layout is not None else "", {}).get(suffix)
    return f"{named_of(line.names, lang)}: {named_of(known.names, lang) if known is not None else suffix}"
