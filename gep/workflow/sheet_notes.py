"""What stands below a printed asset table: re-stated openings, figures that nobody returned, discrepancies, red-line units."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gep.base.findings import Place, Refused, finding
from gep.base.records import Layout, LayoutRow, Names
from gep.base.states import MISSING
from gep.book import Book
from gep.catalog.tables import leaves_of, row_of
from gep.explain.address import parse
from gep.ledger.views import literal
from gep.report.sheet import printed
from gep.report.sheet_words import REASONS, WORDS
from gep.workflow.views import rows

SqlRow = Mapping[str, Any]
Held = Mapping[tuple[str, str], Sequence[SqlRow]]
DISCREPANCY = "平衡差额"  # what every layout calls the row that shows closing against survey
RESIDUAL = ("WR-01", "R16")  # with this row as the residual the water balance closes whatever the figures are
REDLINE = "RL-01"


@dataclass(frozen=True)
class Of:
    """What a sheet is of: a region, year and scheme of one vintage, in one language."""

    region: str
    region_names: Names
    year: int
    scheme: str
    vintage: int
    state: str
    lang: str

    @property
    def where(self) -> str:
        return f"vintage = {self.vintage} AND year = {self.year} AND scheme = {literal(self.scheme)}"


def notes_of(book: Book, of: Of, layout: Layout, instance: str, held: Held) -> tuple[list[str], frozenset[str]]:
    """(the notes, the rows with figures that a rule put in the place of a return)."""
    modelled = _modelled(book, of, layout, instance)
    told = [
        *_restated(book, of, layout, instance),
        *(_modelled_text(book, of, layout, row, method, found) for (row, method), found in modelled.items()),
        *_gaps(of, layout, held),
    ]
    if any((layout.id, row) == RESIDUAL for row, _ in modelled):
        told.append(WORDS[of.lang]["residual"])
    return told, frozenset(row for row, _ in modelled)


def _below(of: Of) -> str:
    """The regions under the one of the sheet, and itself."""
    return f"(SELECT code FROM region_path WHERE vintage = {of.vintage} AND year = {of.year} AND ancestor = {literal(of.region)})"


def _name(names: Names, lang: str) -> str:
    return names.zh if lang == "zh" else names.en


def _joined(parts: Sequence[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(parts)


def _amount(amount: Decimal | None, unit: str, *, sign: bool = False) -> str:
    text = printed(amount, unit, "value" if amount is not None else "not_available").text
    return f"+{text}" if sign and amount is not None and amount > 0 else text


# ---- re-stated openings


def _restated(book: Book, of: Of, layout: Layout, instance: str) -> list[str]:
    """A note for each region and reason: by how much the returned opening differs from the closing of the year before."""
    held = rows(
        book,
        f"SELECT * FROM revision_all WHERE vintage = {of.vintage} AND year = {of.year} AND profile = {literal(of.scheme)} "
        f"AND kind = 'restated' AND region_code IN {_below(of)} ORDER BY figure",
    )
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for r in held:
        address = parse(r["figure"])
        table, row, column, _ = address.keys
        if table != layout.id or address.named.get("instance", "-") != instance:
            continue
        change = f"{column} {_amount(r['difference'], r['unit'], sign=True)}"
        groups.setdefault((r["region_code"], row, r["reason"], r["note"] or ""), []).append(change)
    return [_restated_text(book, of, layout, key, changes) for key, changes in groups.items()]


def _restated_text(book: Book, of: Of, layout: Layout, key: tuple[str, str, str, str], changes: Sequence[str]) -> str:
    region, row, code, note = key
    words = WORDS[of.lang]
    booked = [r.code for r in layout.rows if r.adjustment]
    said = note.removeprefix(f"{code}:").strip()
    return words["restated"].format(
        code=code,
        reason=REASONS[of.lang].get(code, code),
        region=_region(book, region, of.lang),
        row=row,
        changes=_joined(changes, of.lang),
        booked=words["booked"].format(rows=_joined(booked, of.lang)) if booked else "",
        note=words["said"].format(note=said) if said else "",
    )


def _region(book: Book, code: str, lang: str) -> str:
    known = book.config.regions.get(code)
    return f"{_name(known.names, lang)} {code}" if known is not None else code


# ---- figures that a rule put in the place of a return


def _stands_in(book: Book, of: Of) -> Mapping[str, Mapping[str, Any]]:
    """rule@version -> rule, of the frozen rules that work only where nothing was returned. Raises Refused if they are gone."""
    rules_hash = str(rows(book, f"SELECT rules_hash FROM run_all WHERE vintage = {of.vintage}")[0]["rules_hash"])
    path = book.rules / rules_hash / "frozen.json"
    if not path.is_file():
        raise Refused([finding("VERIFY-HASH", Place(f"rules/{rules_hash}/frozen.json"))])
    frozen = json.loads(path.read_text(encoding="utf-8"))[f"{of.scheme}/{of.year}"]
    return {f"{r['id']}@{r['version']}": r for r in frozen["rules"] if r["stands_in"]}


def _modelled(book: Book, of: Of, layout: Layout, instance: str) -> dict[tuple[str, str], list[SqlRow]]:
    """(row, rule) -> the lowest figures of the table that the rule worked out."""
    sql = (
        f"SELECT * FROM asset_account_all WHERE {of.where} AND table_id = {literal(layout.id)} "
        f"AND instance = {literal(instance)} AND region_code IN {_below(of)} AND method_id LIKE '%@%' "
        "ORDER BY row_code, method_id, region_code, column_code"
    )
    known, found = _stands_in(book, of), dict[tuple[str, str], list[SqlRow]]()
    for r in rows(book, sql):
        if r["method_id"] in known:
            title = known[r["method_id"]]["names"][of.lang]
            found.setdefault((r["row_code"], r["method_id"]), []).append({**r, "title": title})
    return found


def _modelled_text(book: Book, of: Of, layout: Layout, row: str, method: str, found: Sequence[SqlRow]) -> str:
    line = row_of(layout, row)
    return WORDS[of.lang]["modelled"].format(
        row=row,
        name=_name(line.names, of.lang) if line is not None else "",
        regions=_joined(list(dict.fromkeys(_region(book, r["region_code"], of.lang) for r in found)), of.lang),
        columns=_joined(list(dict.fromkeys(r["column_code"] for r in found)), of.lang),
        rule=method,
        title=found[0]["title"],
    )


# ---- discrepancies


def _gaps(of: Of, layout: Layout, held: Held) -> list[str]:
    return [text for row in layout.rows if row.names.zh.startswith(DISCREPANCY) for text in _gap(of, layout, row, held)]


def _gap(of: Of, layout: Layout, row: LayoutRow, held: Held) -> list[str]:
    """Whether a discrepancy row is zero, as far as it is known; nothing if all of it is unknown."""
    plain = {leaf for column in layout.columns for leaf in (leaves_of(layout, column) if column.total else (column.code,))}
    known = [r for (code, column), found in held.items() if code == row.code and column in plain for r in found]
    amounts = [r for r in known if r["amount"] is not None]
    named = {"row": row.code, "name": _name(row.names, of.lang)}
    gaps = [f"{r['column_code']} {_amount(r['amount'], r['unit'], sign=True)}" for r in amounts if r["amount"] != 0]
    if gaps:
        return [WORDS[of.lang]["gap"].format(**named, gaps=_joined(gaps, of.lang))]
    missing = any(r["state"] in MISSING for r in known)
    return [WORDS[of.lang]["gap_none"].format(**named)] if amounts and not missing else []


# ---- red-line units below the balance sheet


def redline_notes(book: Book, of: Of) -> list[str]:
    """The red-line units of the region with their areas, which the liabilities of ecological loss rest on."""
    held = rows(
        book,
        f"SELECT instance, row_code, amount, unit FROM asset_account_rollup_all WHERE {of.where} "
        f"AND table_id = '{REDLINE}' AND region_code = {literal(of.region)} AND row_code IN ('R40', 'R60', 'R61')",
    )
    layout = book.catalog.layouts.get(REDLINE)
    units = book.catalog.codes.get(layout.instance, {}) if layout is not None else {}
    by_unit: dict[str, dict[str, str]] = {}
    for r in held:
        by_unit.setdefault(r["instance"], {})[r["row_code"]] = _amount(r["amount"], r["unit"])
    missing = _amount(None, "")
    return [
        WORDS[of.lang]["redline"].format(
            name=_name(units[code].names, of.lang) if code in units else code,
            code=code,
            closing=areas.get("R40", missing),
            surveyed=areas.get("R60", missing),
            gap=areas.get("R61", missing),
        )
        for code, areas in sorted(by_unit.items())
    ]
