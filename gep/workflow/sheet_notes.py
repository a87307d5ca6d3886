"""What stands below a printed asset table: re-stated openings, figures that nobody returned, discrepancies, red-line units."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from gep.base.records import Layout, LayoutRow, Names
from gep.base.states import MISSING
from gep.catalog.tables import leaves_of, row_of
from gep.explain.address import parse
from gep.ledger.views import literal
from gep.report.form import Scope
from gep.report.sheet import printed
from gep.report.sheet_words import REASONS, WORDS
from gep.workflow.asset_rules import rules_of
from gep.workflow.forms.reader import Reader, where

SqlRow = Mapping[str, Any]
Held = Mapping[tuple[str, str], Sequence[SqlRow]]
DISCREPANCY = "平衡差额"  # what every layout calls the row that shows closing against survey
RESIDUAL = ("WR-01", "R16")  # with this row as the residual the water balance closes whatever the figures are
REDLINE = "RL-01"


def notes_of(reader: Reader, scope: Scope, layout: Layout, instance: str, held: Held) -> tuple[tuple[Names, ...], frozenset[str]]:
    """(the notes, the rows with figures that a rule put in the place of a return)."""
    modelled = _modelled(reader, scope, layout, instance)

    def told(lang: str) -> list[str]:
        notes = [
            *_restated(reader, scope, layout, instance, lang),
            *(_modelled_text(reader, layout, row, method, found, lang) for (row, method), found in modelled.items()),
            *_gaps(layout, held, lang),
        ]
        residual = any((layout.id, row) == RESIDUAL for row, _ in modelled)
        return [*notes, WORDS[lang]["residual"]] if residual else notes

    return both(told("zh"), told("en")), frozenset(row for row, _ in modelled)


def both(zh: Sequence[str], en: Sequence[str]) -> tuple[Names, ...]:
    """The same notes of two languages as names."""
    return tuple(Names(a, b) for a, b in zip(zh, en, strict=True))


def _of(scope: Scope) -> str:
    return f"vintage = {scope.vintage} AND year = {scope.year}"


def _below(scope: Scope) -> str:
    """The regions under the one of the sheet, and itself."""
    return f"(SELECT code FROM region_path WHERE {_of(scope)} AND ancestor = {literal(scope.region)})"


def _joined(parts: Sequence[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(parts)


def _amount(amount: Decimal | None, unit: str, *, sign: bool = False) -> str:
    text = printed(amount, unit, "value" if amount is not None else "not_available").text
    return f"+{text}" if sign and amount is not None and amount > 0 else text


# ---- re-stated openings


def _restated(reader: Reader, scope: Scope, layout: Layout, instance: str, lang: str) -> list[str]:
    """A note for each region and reason: by how much the returned opening differs from the closing of the year before."""
    sql = (
        f"SELECT * FROM revision_all WHERE {_of(scope)} AND profile = {literal(scope.profile)} "
        f"AND kind = 'restated' AND region_code IN {_below(scope)} ORDER BY figure"
    )
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for r in reader.rows(sql):
        if f"/{layout.id}/" not in r["figure"]:
            continue
        address = parse(r["figure"])
        table, row, column, _ = address.keys
        if table != layout.id or address.named.get("instance", "-") != instance:
            continue
        change = f"{column} {_amount(r['difference'], r['unit'], sign=True)}"
        groups.setdefault((r["region_code"], row, r["reason"], r["note"] or ""), []).append(change)
    return [_restated_text(reader, layout, key, changes, lang) for key, changes in groups.items()]


def _restated_text(reader: Reader, layout: Layout, key: tuple[str, str, str, str], changes: Sequence[str], lang: str) -> str:
    region, row, code, note = key
    words = WORDS[lang]
    booked = [r.code for r in layout.rows if r.adjustment]
    said = note.removeprefix(f"{code}:").strip()
    return words["restated"].format(
        code=code,
        reason=REASONS[lang].get(code, code),
        region=_region(reader, region, lang),
        row=row,
        changes=_joined(changes, lang),
        booked=words["booked"].format(rows=_joined(booked, lang)) if booked else "",
        note=words["said"].format(note=said) if said else "",
    )


def _region(reader: Reader, code: str, lang: str) -> str:
    known = reader.book.config.regions.get(code)
    return f"{known.names.of(lang)} {code}" if known is not None else code


# ---- figures that a rule put in the place of a return


def _modelled(reader: Reader, scope: Scope, layout: Layout, instance: str) -> dict[tuple[str, str], list[SqlRow]]:
    """(row, rule) -> the lowest figures of the table that a rule which works only where nothing was returned worked out."""
    known = {f"{r['id']}@{r['version']}": r for r in rules_of(reader, scope, layout.id) if r["stands_in"]}
    if not known:
        return {}
    sql = (
        f"SELECT * FROM asset_account_all WHERE {_of(scope)} AND scheme = {literal(scope.profile)} "
        f"AND region_code IN {_below(scope)} AND method_id IN ({', '.join(map(literal, sorted(known)))}) "
        "ORDER BY table_id, row_code, method_id, region_code, column_code"
    )
    found: dict[tuple[str, str], list[SqlRow]] = {}
    for r in reader.rows(sql):
        if (r["table_id"], r["instance"]) == (layout.id, instance):
            found.setdefault((r["row_code"], r["method_id"]), []).append({**r, "titles": known[r["method_id"]]["names"]})
    return found


def _modelled_text(reader: Reader, layout: Layout, row: str, method: str, found: Sequence[SqlRow], lang: str) -> str:
    line = row_of(layout, row)
    return WORDS[lang]["modelled"].format(
        row=row,
        name=line.names.of(lang) if line is not None else "",
        regions=_joined(list(dict.fromkeys(_region(reader, r["region_code"], lang) for r in found)), lang),
        columns=_joined(list(dict.fromkeys(r["column_code"] for r in found)), lang),
        rule=method,
        title=found[0]["titles"][lang],
    )


# ---- discrepancies


def _gaps(layout: Layout, held: Held, lang: str) -> list[str]:
    return [text for row in layout.rows if row.names.zh.startswith(DISCREPANCY) for text in _gap(layout, row, held, lang)]


def _gap(layout: Layout, row: LayoutRow, held: Held, lang: str) -> list[str]:
    """Whether a discrepancy row is zero, as far as it is known; nothing if all of it is unknown."""
    plain = {leaf for column in layout.columns for leaf in (leaves_of(layout, column) if column.total else (column.code,))}
    known = [r for (code, column), found in held.items() if code == row.code and column in plain for r in found]
    amounts = [r for r in known if r["amount"] is not None]
    named = {"row": row.code, "name": row.names.of(lang)}
    gaps = [f"{r['column_code']} {_amount(r['amount'], r['unit'], sign=True)}" for r in amounts if r["amount"] != 0]
    if gaps:
        return [WORDS[lang]["gap"].format(**named, gaps=_joined(gaps, lang))]
    missing = any(r["state"] in MISSING for r in known)
    return [WORDS[lang]["gap_none"].format(**named)] if amounts and not missing else []


# ---- red-line units below the balance sheet


def redline_notes(reader: Reader, scope: Scope) -> tuple[Names, ...]:
    """The red-line units of the region with their areas, which the liabilities of ecological loss rest on."""
    held = reader.rows(
        f"SELECT instance, row_code, amount, unit FROM asset_account_rollup_all WHERE {where(scope, by='scheme')} "
        f"AND table_id = '{REDLINE}' AND row_code IN ('R40', 'R60', 'R61')"
    )
    layout = reader.book.catalog.layouts.get(REDLINE)
    by_unit: dict[str, dict[str, str]] = {}
    for r in held:
        by_unit.setdefault(r["instance"], {})[r["row_code"]] = _amount(r["amount"], r["unit"])
    missing = _amount(None, "")

    def told(lang: str) -> list[str]:
        return [
            WORDS[lang]["redline"].format(
                name=reader.code(layout.instance if layout is not None else "", code).of(lang),
                code=code,
                closing=areas.get("R40", missing),
                surveyed=areas.get("R60", missing),
                gap=areas.get("R61", missing),
            )
            for code, areas in sorted(by_unit.items())
        ]

    return both(told("zh"), told("en"))
