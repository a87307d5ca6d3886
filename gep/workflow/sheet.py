"""sheet: the asset tables, the balance sheet and what was returned, of one year and vintage, laid out as they are printed."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gep.base.findings import Place, Refused, finding
from gep.base.records import Layout, LayoutRow
from gep.book import Book
from gep.explain.address import NO_KEY, parse
from gep.ledger.views import literal
from gep.report import balance, form
from gep.report.coverage import Status, coverage_sheet
from gep.report.sheet import (
    MISSING_SIGN,
    NOT_APPLICABLE_SIGN,
    Cell,
    Kind,
    Line,
    Sheet,
    Style,
    exact,
    heads,
    provenance,
    shown_unit,
    signs_used,
    uneven,
)
from gep.report.sheet_words import WORDS
from gep.workflow.catalogue import choose
from gep.workflow.forms.assets import CODE, NAME, UNIT, AssetTable, held_of, table_of
from gep.workflow.forms.balance import BALANCE, Entry, entries_of
from gep.workflow.forms.reader import Reader, reading
from gep.workflow.sheet_notes import redline_notes
from gep.workflow.views import default_scheme, rows

SIGNS: Mapping[form.Kind, tuple[str, Kind]] = {
    "missing": (MISSING_SIGN, "missing"),
    "not_applicable": (NOT_APPLICABLE_SIGN, "not_applicable"),
}
HEADS = {NAME: "name", UNIT: "unit", CODE: "row"}


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
    of = chosen(book, year, region, scheme, vintage)
    found: list[Sheet] = []
    with reading(book) as reader:
        for table in tables:
            if table.upper() == BALANCE:
                found.append(_balance(reader, of, lang))
            else:
                found += _table(reader, of, table, instance, lang)
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


def chosen(book: Book, year: int | None, region: str, scheme: str, vintage: int | None) -> form.Scope:
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
    return form.Scope(place, book.config.regions[place].names, choice.year, choice.profile, choice.vintage, state)


def _table(reader: Reader, of: form.Scope, table: str, instance: str, lang: str) -> list[Sheet]:
    layout = reader.book.catalog.layouts.get(table.upper())
    held = held_of(reader, of)
    instances = held.get(layout.id, {}) if layout is not None else {}
    if layout is None or not instances:
        raise _no_table(reader, table, [*sorted(held), BALANCE])
    if instance and layout.instance and instance not in instances:
        known, place = ", ".join(instances), Place(reader.book.root.name, key=instance)
        raise Refused([finding("SHEET-NO-INSTANCE", place, found=instance, expected=known)])
    wanted = [i for i in instances if not layout.instance or instance in ("", i)]
    return [_sheet(reader, table_of(reader, of, layout, i, instances[i]), lang) for i in wanted]


def _no_table(reader: Reader, table: str, known: Sequence[str]) -> Refused:
    place = Place(reader.book.root.name, key=table)
    return Refused([finding("SHEET-NO-TABLE", place, found=table, expected=", ".join(known))])


def _sheet(reader: Reader, made: AssetTable, lang: str) -> Sheet:
    """A form as a sheet in one language: row codes first, each number with what it is exactly and a short address."""
    words, layout = WORDS[lang], made.layout
    columns = heads(layout, lang)
    order = {HEADS.get(column.code, column.code): i for i, column in enumerate(made.form.columns)}
    lines = [
        Line(line.code, tuple(_cell(line.cells[order[c.code]], lang) for c in columns), _style(layout, row))
        for row, line in zip(layout.rows, made.form.lines, strict=True)
    ]
    notes = [*(n.of(lang) for n in made.told), *signs_used(lines, lang)]
    if any(cell.kind == "blank" for line in lines for cell in line.cells):
        notes.append(words["sign_blank"])
    if layout.matrix:
        notes += [words["causes_added"], words["diagonal"]] if made.instance == NO_KEY else [words["over_years"]]
    if uneven(layout, columns, lines):
        notes.append(words["rounded"])
    facts = tuple(_facts(reader, made.form.scope, layout, made.instance, lang))
    return Sheet(layout.id, layout.names.of(lang), facts, columns, tuple(lines), tuple(notes), made.form.illustrative)


def _style(layout: Layout, row: LayoutRow) -> Style:
    if layout.matrix and any(c.total and c.code[1:] == row.code[1:] for c in layout.columns):
        return "total"
    return "stock" if row.stock and row.sign != "±" else "part" if row.cause else ""


def _cell(cell: form.Cell, lang: str) -> Cell:
    figures = tuple((_short(f.address), exact(f.amount, f.unit, f.state, lang)) for f in cell.figures)
    if cell.kind in SIGNS:
        text, kind = SIGNS[cell.kind]
        return Cell(text, kind, figures)
    if cell.kind == "number":
        return Cell(cell.printed(lang), "number", figures, cell.shown)
    return Cell() if cell.kind == "blank" else Cell(cell.printed(lang), "text", figures)


def _short(text: str) -> str:
    """An address without the keys that say nothing: trailing ones, and that a table is not repeated."""
    address = parse(text)
    return replace(address, named={name: key for name, key in address.named.items() if key != NO_KEY}).text(short=True)


def _facts(reader: Reader, of: form.Scope, layout: Layout | None, instance: str, lang: str) -> Iterable[tuple[str, str]]:
    words = WORDS[lang]
    scheme = reader.scheme(of.profile)
    yield words["table"], layout.id if layout is not None else BALANCE
    if layout is not None and instance != NO_KEY:
        code = reader.book.catalog.codes.get(layout.instance, {}).get(instance)
        yield words["instance"], f"{code.names.of(lang)} ({instance})" if code is not None else instance
    yield words["region"], f"{of.region_names.of(lang)} ({of.region})"
    yield words["year"], str(of.year)
    yield words["unit"], shown_unit(layout.unit, lang) if layout is not None else words["unit_by_row"]
    yield words["vintage"], f"{of.vintage} ({words.get(of.state, of.state)})"
    yield words["scheme"], f"{scheme.names.of(lang)} ({of.profile})" if scheme is not None else of.profile
    if layout is not None:
        yield words["department"], layout.department or "-"
        yield words["provenance"], provenance(layout.provenance, lang)
    yield words["book"], reader.book.config.names.of(lang)


def _balance(reader: Reader, of: form.Scope, lang: str) -> Sheet:
    entries = entries_of(reader, of)
    if not entries:
        raise _no_table(reader, BALANCE, sorted(held_of(reader, of)))
    facts, notes = tuple(_facts(reader, of, None, NO_KEY, lang)), [n.of(lang) for n in redline_notes(reader, of)]
    made = balance.balance_sheet([_entry(e, lang) for e in entries], list(reader.book.catalog.sheet), facts, notes, lang)
    illustrative = any(e.illustrative for e in entries)
    return Sheet(BALANCE, made.title, made.facts, made.columns, made.lines, made.notes, illustrative)


def _entry(entry: Entry, lang: str) -> balance.Entry:
    (opening, closing, change) = entry.figures
    return balance.Entry(
        side=entry.side,
        code=entry.code,
        name=entry.names.of(lang),
        unit=entry.unit,
        amounts=(opening.amount, closing.amount, change.amount),
        states=(opening.state, closing.state, change.state),
        addresses=tuple(f.address for f in entry.figures),
    )
