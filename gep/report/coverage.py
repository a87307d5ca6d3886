"""What was returned of each asset table: a line a region, a column a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gep.base.records import Names
from gep.report.sheet import NOT_APPLICABLE_SIGN, Cell, Column, Kind, Line, Sheet
from gep.report.sheet_words import WORDS

KINDS: Mapping[str, Kind] = {
    "complete": "complete",
    "partial": "partial",
    "none": "none",
    "not_applicable": "not_applicable",
}


@dataclass(frozen=True, slots=True)
class Status:
    """How many cells of a table a region returned for a year, of those that are expected."""

    table: str
    region: str
    year: int
    status: str
    returned: int
    expected: int


def coverage_sheet(
    statuses: Sequence[Status],
    tables: Mapping[str, Names],
    regions: Mapping[str, Names],
    book: Names,
    folder: str,
    scheme: str,
    lang: str,
) -> Sheet:
    """Tables in the order of `tables`; a region without an entry for a year (it did not exist) has a blank. `folder`: the book as
    the command line names it.
    """
    words = WORDS[lang]
    years = sorted({s.year for s in statuses})
    held = {(s.table, s.region, s.year): s for s in statuses}
    columns = (
        Column("region", words["region"], numeric=False),
        Column("name", words["name"], numeric=False),
        *(Column(str(year), str(year)) for year in years),
    )
    order = {table: i for i, table in enumerate(tables)}
    lines: list[Line] = []
    for table in sorted({s.table for s in statuses}, key=lambda t: (order.get(t, len(order)), t)):
        names = tables.get(table)
        title = f"{table} {_name(names, lang)}".strip()
        lines.append(Line(table, (Cell(title, "text"), *([Cell()] * (len(columns) - 1))), "group"))
        for region in sorted({s.region for s in statuses if s.table == table}):
            cells = [_cell(held.get((table, region, year)), lang) for year in years]
            lines.append(Line(region, (Cell(region, "text"), Cell(_name(regions.get(region), lang), "text"), *cells)))
    facts = ((words["book"], _name(book, lang)), (words["scheme"], scheme), (words["shown"], words["of_tables"]))
    return Sheet("coverage", words["coverage"], facts, columns, tuple(lines), (words["tables_note"].format(book=folder),))


def _name(names: Names | None, lang: str) -> str:
    return "" if names is None else names.zh if lang == "zh" else names.en


def _cell(status: Status | None, lang: str) -> Cell:
    if status is None:
        return Cell()
    if status.status == "not_applicable":
        return Cell(NOT_APPLICABLE_SIGN, "not_applicable")
    return Cell(f"{WORDS[lang][status.status]} {status.returned}/{status.expected}", KINDS[status.status])
