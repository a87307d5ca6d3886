"""The balance sheet as a form: assets left, liabilities and net assets right, physical amounts in their units below."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeAlias

from gep.base.records import Names, SheetLine, State
from gep.catalog.tables import column_of
from gep.explain.address import NO_KEY, Address
from gep.report.balance import ASSET, FOOT, LIABILITY, NET, Arranged, arranged
from gep.report.form import (
    BLANK,
    Cell,
    Column,
    Form,
    Line,
    Made,
    Ref,
    Scope,
    Stored,
    Term,
    number,
    text,
    uneven,
    unit_names,
    words,
)
from gep.report.sheet import places_of
from gep.workflow.asset_rules import rules_of
from gep.workflow.forms.asset_notes import head, said, sign_notes
from gep.workflow.forms.reader import Reader, where
from gep.workflow.forms.relations import Sign, equation_of, plain_sum
from gep.workflow.sheet_notes import redline_notes

BALANCE = "BS-00"
COLUMNS = ("opening", "closing", "change")
SIDE_ORDER = (ASSET, LIABILITY, NET)
PHYSICAL_HEAD = "physical"  # the code of the line above the physical amounts
SIDES = (("a", "assets"), ("l", "liabilities"))  # how the codes of the columns of a side begin, and its head


Sums: TypeAlias = tuple[tuple[str, Sign], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the balance sheet: its opening, closing and change, and the cells of tables that the first two show."""

    side: str
    code: str
    names: Names
    unit: str
    figures: tuple[Stored, Stored, Stored]
    shows: tuple[Ref | None, Ref | None]
    illustrative: bool


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """The balance sheet of the asset scheme, if it has one."""
    entries = entries_of(reader, assets) if assets is not None else ()
    if assets is None or not entries:
        return
    made, sums = arranged(entries, list(reader.book.catalog.sheet)), _sums(reader, assets, entries)
    form = Form(
        id=BALANCE,
        number=BALANCE,
        section="asset",
        names=said("balance"),
        scope=assets,
        columns=_columns(made.sides),
        lines=_lines(made, sums),
        checks=tuple(_checks(sorted((e for _, _, e in _places(made).values()), key=lambda e: SIDE_ORDER.index(e.side)), sums)),
        illustrative=any(e.illustrative for e in entries),
    )
    notes = [*([said("identity")] if any(e.side == NET for e in entries) else []), *redline_notes(reader, assets)]
    notes += [n for n in sign_notes(form) if n != said("sign_blank")]  # its two sides differ in length
    if uneven(form):
        notes.append(said("rounding_kept"))
    if form.illustrative:
        notes.append(said("holds"))
    yield replace(form, notes=tuple(notes))


# ---- reading


def entries_of(reader: Reader, scope: Scope) -> tuple[Entry, ...]:
    """The lines of the balance sheet as stored, with the states of the figures they show: the sheet itself keeps none."""
    held = reader.rows(f"SELECT * FROM balance_sheet_all WHERE {where(scope, by='scheme')} ORDER BY side, line")
    if not held:
        return ()
    sql = f"SELECT * FROM asset_account_rollup_all WHERE {where(scope, by='scheme')} AND amount IS NULL"
    unknown = {(r["table_id"], r["row_code"], r["column_code"], r["instance"]): r["state"] for r in reader.rows(sql)}
    return tuple(_entry(reader, scope, r, unknown) for r in held)


def _entry(reader: Reader, scope: Scope, row: Mapping[str, Any], unknown: Mapping[tuple[str, str, str, str], str]) -> Entry:
    declared, suffix = _declared(reader, row["line"])
    found, shows = [State.NOT_AVAILABLE, State.NOT_AVAILABLE], list[Ref | None]([None, None])
    if declared is not None and declared.column:
        for i, shown in enumerate((declared.opening, declared.closing)):
            table, _, code = shown.partition(".")
            found[i] = State(unknown.get((table, code, declared.column, suffix or NO_KEY), State.NOT_AVAILABLE))
            shows[i] = Ref(code, declared.column, f"{table}.{suffix}" if suffix else table)
    change = State.NOT_APPLICABLE if State.NOT_APPLICABLE in found else State.NOT_AVAILABLE
    keys, named = (row["side"], row["line"]), {"scheme": scope.profile}
    figures = [
        Stored(
            Address("balance_sheet", scope.region, str(scope.year), keys, named, column, scope.vintage).text(),
            row[column],
            row["unit"],
            str(State.VALUE if row[column] is not None else state),
        )
        for column, state in zip(COLUMNS, (*found, change), strict=True)
    ]
    opening, closing, moved = figures
    names = _names(reader, declared, suffix, row["line"])
    return Entry(
        row["side"], row["line"], names, row["unit"], (opening, closing, moved), (shows[0], shows[1]), row["illustrative"]
    )


def _declared(reader: Reader, code: str) -> tuple[SheetLine | None, str]:
    """The declared line that a line is (one of), and the class it stands for: A4.physical.kaolin is A4.physical of kaolin."""
    sheet = reader.book.catalog.sheet
    name = max((n for n in sheet if code == n or code.startswith(f"{n}.")), key=len, default="")
    return sheet.get(name), code.removeprefix(name).removeprefix(".")


def _names(reader: Reader, line: SheetLine | None, suffix: str, code: str) -> Names:
    """The name of a line; of one that stands for each class, with the name of the class behind it."""
    if line is None:
        return Names(code, code)
    if not suffix:
        return line.names
    layout = reader.book.catalog.layouts.get(line.opening.split(".")[0])
    of = reader.code(layout.instance if layout is not None else "", suffix)
    return Names(f"{line.names.zh}: {of.zh}", f"{line.names.en}: {of.en}")


# ---- columns, lines and cells


def _columns(sides: int) -> tuple[Column, ...]:
    made = []
    for side, title in SIDES[:sides]:
        above = (head(title),)
        made += [
            Column(f"{side}_name", head("item"), "label", above),
            Column(f"{side}_unit", head("unit"), "unit", above),
            Column(f"{side}_line", head("row"), "code", above),
            *(Column(f"{side}_{c}", head(c), "number", above) for c in COLUMNS),
        ]
    return tuple(made)


def _lines(made: Arranged[Entry], sums: Mapping[tuple[str, str], Sums]) -> tuple[Line, ...]:
    """Money lines in two halves, then the physical ones. A line has the code of what stands left in it, else right."""
    width = made.sides * (3 + len(COLUMNS))
    lines = []
    for pair in made.money:
        cells = [cell for entry, (side, _) in zip(pair, SIDES, strict=True) for cell in _half(entry, side, made, sums)]
        total = any(e is not None and e.code in FOOT for e in pair)
        lines.append(Line(_line_code(pair), tuple(cells[:width]), "total" if total else ""))
    if made.physical:
        lines.append(Line(PHYSICAL_HEAD, (words(said("physical")), *([BLANK] * (width - 1))), "group"))
        for entry in made.physical:
            cells = [*_half(entry, "a", made, sums), *_half(None, "l", made, sums)]
            lines.append(Line(entry.code, tuple(cells[:width])))
    return tuple(lines)


def _line_code(pair: tuple[Entry | None, Entry | None]) -> str:
    return next((entry.code for entry in pair if entry is not None), "")


def _half(entry: Entry | None, side: str, made: Arranged[Entry], sums: Mapping[tuple[str, str], Sums]) -> list[Cell]:
    if entry is None:
        return [BLANK] * (3 + len(COLUMNS))
    cells = [words(entry.names), words(unit_names(entry.unit)), text(entry.code)]
    places = _places(made)
    for column, figure in zip(COLUMNS, entry.figures, strict=True):
        cell = number(figure, places=places_of(entry.unit))
        how = _made(entry, column, places, sums) if cell.kind == "number" else None
        cells.append(replace(cell, made=how))
    return cells


def _places(made: Arranged[Entry]) -> dict[str, tuple[str, str, Entry]]:
    """Code of an entry -> (code of the line it stands in, how the columns of its side begin, the entry)."""
    found = {}
    for pair in (*made.money, *((entry, None) for entry in made.physical)):
        for entry, (side, _) in zip(pair, SIDES, strict=True):
            if entry is not None:
                found[entry.code] = (_line_code(pair), side, entry)
    return found


# ---- how a cell is made of others


def _sums(reader: Reader, scope: Scope, entries: Sequence[Entry]) -> dict[tuple[str, str], Sums]:
    """(code, opening or closing) -> the lines it is the sum of: by a rule of the sheet, or as the total column it shows is."""
    found: dict[tuple[str, str], Sums] = {}
    for entry in entries:
        for column, ref in zip(COLUMNS, entry.shows, strict=False):
            parts = _parts(reader, entry, entries, ref, COLUMNS.index(column))
            if parts:
                found[entry.code, column] = parts
    for rule in rules_of(reader, scope, BALANCE):
        place, refs = _place_of(rule["output"]), {given["name"]: _place_of(given["ref"]) for given in rule["inputs"]}
        signs = plain_sum(rule) if rule["kind"] == "compute" and place is not None and all(refs.values()) else None
        if signs is not None and place is not None:
            found[place] = tuple((there[0], sign) for name, sign in signs if (there := refs[name]) is not None)
    return found


def _place_of(measure: str) -> tuple[str, str] | None:
    """`BS-00.A0.opening` -> (A0, opening); None for a measure of something else."""
    table, _, rest = measure.partition(".")
    code, _, column = rest.rpartition(".")
    return (code, column) if table == BALANCE and code and column in COLUMNS else None


def _parts(reader: Reader, entry: Entry, entries: Sequence[Entry], ref: Ref | None, at: int) -> Sums:
    """The lines that show the parts of the total column that a line shows; nothing unless every part has a line."""
    layout = reader.book.catalog.layouts.get(ref.form) if ref is not None else None
    head = column_of(layout, ref.column) if layout is not None and ref is not None else None
    if ref is None or head is None or not head.total:
        return ()
    shown = {e.shows[at]: e.code for e in entries if e.side == entry.side}
    wanted = [shown.get(replace(ref, column=part)) for part in head.total]
    return tuple((code, 1) for code in wanted if code is not None) if all(wanted) else ()


def _made(
    entry: Entry, column: str, places: Mapping[str, tuple[str, str, Entry]], sums: Mapping[tuple[str, str], Sums]
) -> Made | None:
    """Change is closing less opening; a total adds its lines up; any other line shows a cell of another form."""
    if column == "change":
        line, side, _ = places[entry.code]
        made = Made("sum", (Term(Ref(line, f"{side}_closing")), Term(Ref(line, f"{side}_opening"), -1)))
        return made if _amount(entry, "closing") - _amount(entry, "opening") == _amount(entry, "change") else None
    terms, whole = [], Decimal(0)
    for code, sign in sums.get((entry.code, column), ()):
        line, side, part = places[code]
        figure = part.figures[COLUMNS.index(column)]
        if figure.state == State.VALUE and figure.amount is not None:
            terms.append(Term(Ref(line, f"{side}_{column}"), sign))
            whole += sign * figure.amount
    if terms:
        return Made("sum", tuple(terms)) if whole == _amount(entry, column) else None
    shown = entry.shows[COLUMNS.index(column)]
    return None if shown is None else Made("sum", (Term(shown),))


def _amount(entry: Entry, column: str) -> Decimal:
    return entry.figures[COLUMNS.index(column)].amount or Decimal(0)


def _checks(entries: Sequence[Entry], sums: Mapping[tuple[str, str], Sums]) -> Iterator[Names]:
    """审核关系 of the sheet: its totals, and change = closing − opening in every line."""
    for entry in entries:
        parts = sums.get((entry.code, "closing"), ())
        if parts:
            told = equation_of(entry.code, parts)
            yield Names(told, told)
    yield said("change_is")
    yield from dict.fromkeys(_shown(entries))


def _shown(entries: Sequence[Entry]) -> Iterator[Names]:
    """Which line shows which cell: `A1 = VA-01 R10, R40 V1`."""
    for entry in entries:
        opening, closing = entry.shows
        if opening is not None and closing is not None:
            told = f"{entry.code} = {opening.form}（{opening.line}, {closing.line}）{opening.column}"
            yield Names(told, told.replace("（", " (").replace("）", ") "))
