"""Q3, figures not simply returned or computed: estimates, fallbacks, residuals, breaks in series, undivided services."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gep.base.findings import LANGUAGES
from gep.base.records import Names, State
from gep.explain.address import NO_KEY, Address, parse
from gep.explain.year_pair import change_text
from gep.ledger.views import literal
from gep.report.form import Cell, Column, Form, Line, Scope, Stored, number, unit_names, words
from gep.report.sheet_words import REASONS
from gep.workflow.asset_rules import used
from gep.workflow.forms.common import noted
from gep.workflow.forms.coverage import REGIONS, few
from gep.workflow.forms.lists import codes_of, heading, places_of, said, worded
from gep.workflow.forms.named import figure_names
from gep.workflow.forms.parameters import key_names
from gep.workflow.forms.reader import CURRENT, Reader, where
from gep.workflow.revise import RESTATED
from gep.workflow.sheet_notes import DISCREPANCY

NAMES = Names("估算、替代与残差", "Estimates, fallbacks and residuals")
COLUMNS = (
    worded("name", "项目", "Item", "label"),
    worded("unit", "计量单位", "Unit", "unit"),
    worded("code", "表号或规则", "Table or rule", "code"),
    worded("place", "地区", "Region"),
    worded("figures", "涉及数字（个）", "Figures"),
    Column("amount", Names("数额", "Amount")),
    worded("because", "说明", "Explanation"),
)
MOST = 20  # lines of one kind
FALLBACKS = ("CATALOG-PARAMETER-CLASS", "CATALOG-PARAMETER-FALLBACK")
AS_RETURNED = "ASSET-OPENING-AS-RETURNED"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Of:
    """What the form is of: both scopes, and the regions inside."""

    reader: Reader
    gep: Scope
    assets: Scope | None
    places: tuple[str, ...]

    def place(self, codes: Iterable[str]) -> Names | None:
        """The regions by name, as many as a cell holds."""
        return few([self.reader.region(c) for c in dict.fromkeys(codes)], REGIONS)


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """Q3 of a region and year with those below it; it says so where there is nothing of the kind."""
    of = Of(reader, gep, assets, tuple(dict.fromkeys((*codes_of(reader, gep), *(codes_of(reader, assets) if assets else ())))))
    lines: list[Line] = []
    notes: list[Names] = []
    for code, (names, make) in KINDS.items():
        made = list(make(of))
        if not made:
            continue
        lines.append(heading(f"of.{code}", names, len(COLUMNS)))
        lines += made[:MOST]
        left = len(made) - MOST
        if left > 0:
            notes.append(Names(f"{names.zh}另有 {left} 行。", f"{names.en}: {left} more lines."))
    if not lines:
        notes.append(Names("没有估算、替代、残差或口径变动。", "There are no estimates, fallbacks, residuals or breaks."))
    form = Form("Q3", "Q3", "quality", NAMES, gep, COLUMNS, tuple(lines), notes=tuple(notes))
    yield noted(form, illustrative=reader.book.config.illustrative and bool(lines))


def _line(
    code: str,
    name: Names,
    *,
    table: str = "",
    place: Names | None = None,
    figures: int | None = None,
    amount: Cell | None = None,
    unit: Names | None = None,
    because: Names | str | None = None,
) -> Line:
    count = None if figures is None else str(figures)
    return Line(code, (words(name), said(unit), said(table), said(place), said(count), amount or Cell(), said(because)), "", 1)


# ---- figures that nobody returned


def _modelled(of: Of) -> Iterator[Line]:
    """What a rule worked out because nothing was returned, by rule."""
    if of.assets is None:
        return
    known = {r["id"]: r for rules in used(of.reader, of.assets).by_table.values() for r in rules if r["stands_in"]}
    groups: dict[str, list[Row]] = {}
    for row in _findings(of, sorted(known)) if known else ():
        groups.setdefault(row["rule"], []).append(row)
    for rule, rows in groups.items():
        names = Names(*(known[rule]["names"][lang] for lang in LANGUAGES))
        place = of.place(str(r["region_code"]) for r in rows)
        counts = [int(r["found"]) for r in rows if r["found"] and r["found"].isdigit()]
        table = str(known[rule]["output"] or rule)
        yield _line(f"modelled.{rule}", names, table=table, place=place, figures=sum(counts), because=MODELLED)


def _allocated(of: Of) -> Iterator[Line]:
    """Services that a lower region has by allocation from a higher one."""
    sql = (
        f"SELECT service, region_code, count(*) AS n FROM physical_account_all WHERE {_chosen(of.gep)} AND allocated"
        " GROUP BY ALL ORDER BY service, region_code"
    )
    yield from _by_service(
        of, _inside(of, of.reader.rows(sql)), "allocated", "由上级地区的数分摊", "allocated from a higher region"
    )


def _undivided(of: Of) -> Iterator[Line]:
    """Services that are accounted for above the lowest regions and not brought down."""
    sql = (
        "SELECT v.service, v.region_code, count(*) AS n FROM value_account_all v JOIN region_path p"
        " ON p.vintage = v.vintage AND p.year = v.year AND p.code = v.region_code AND p.ancestor = v.region_code"
        f" WHERE v.vintage = {of.gep.vintage} AND v.year = {of.gep.year} AND v.profile = {literal(of.gep.profile)}"
        f" AND v.zone = '{NO_KEY}' AND v.price_basis = '{CURRENT}' AND NOT p.lowest AND NOT v.allocated"
        " GROUP BY ALL ORDER BY v.service, v.region_code"
    )
    told = ("在本级核算，未分到所辖地区", "accounted for at this level, not divided among the regions below")
    yield from _by_service(of, _inside(of, of.reader.rows(sql)), "undivided", *told)


def _by_service(of: Of, rows: Iterable[Row], kind: str, zh: str, en: str) -> Iterator[Line]:
    groups: dict[str, list[Row]] = {}
    for r in rows:
        groups.setdefault(r["service"], []).append(r)
    for service, held in groups.items():
        place = of.place(r["region_code"] for r in held)
        names = of.reader.code("service", service)
        yield _line(f"{kind}.{service}", names, place=place, figures=sum(r["n"] for r in held), because=Names(zh, en))


def _fallbacks(of: Of) -> Iterator[Line]:
    """Parameters that were looked up for a class or place and found for the class above or another place, by parameter."""
    known = {(p.file, p.line): name for name, rows in of.reader.book.catalog.parameters.items() for p in rows}
    groups: dict[str, list[Row]] = {}
    for row in _findings(of, FALLBACKS):
        groups.setdefault(known.get((row["file"] or "", row["row"] or 0), str(row["id"])), []).append(row)
    for parameter, rows in groups.items():
        names = of.reader.code("parameter", parameter)
        if parameter == rows[0]["id"]:  # a parameter that the catalogue has no more: the finding says which
            names = Names(rows[0]["text_zh"], rows[0]["text_en"])
        keys = dict.fromkeys(r["key"] for r in rows if r["key"])
        classes = few([n for n in (key_names(of.reader, k) for k in keys) if n is not None])
        told = ABOVE if classes is None else Names(f"{ABOVE.zh}：{classes.zh}", f"{ABOVE.en}: {classes.en}")
        yield _line(f"fallback.{parameter}", names, table=parameter, figures=len(rows), because=told)


def _findings(of: Of, rules: Sequence[str]) -> list[Row]:
    """Findings of these rules about the region, those below it, or the whole book, of the year or of no time."""
    known = ", ".join(map(literal, rules))
    found: dict[str, Row] = {}
    for vintage in dict.fromkeys(s.vintage for s in (of.gep, of.assets) if s is not None):
        sql = f"SELECT * FROM finding_all WHERE vintage = {vintage} AND rule IN ({known}) ORDER BY rule, text_zh, id"
        for row in of.reader.rows(sql):
            here = row["region_code"] is None or row["region_code"] in of.places
            if here and (row["period"] or str(of.gep.year))[:4] == str(of.gep.year):
                found.setdefault(row["id"], row)
    return list(found.values())


def _place(of: Of, row: Row) -> Names | None:
    return of.reader.region(row["region_code"]) if row["region_code"] in of.reader.book.config.regions else None


# ---- residuals


def _residuals(of: Of) -> Iterator[Line]:
    """Discrepancy rows of the asset tables that are not zero, of the region itself."""
    if of.assets is None:
        return
    sql = (
        f"SELECT * FROM asset_account_rollup_all WHERE {where(of.assets, by='scheme')} "
        f"AND row_name LIKE {literal(DISCREPANCY + '%')} ORDER BY table_id, instance, row_code, column_code, cause, is_total DESC"
    )
    seen: set[str] = set()
    for r in of.reader.rows(sql):
        if not r["amount"] or r["state"] != State.VALUE:
            continue
        keys = (r["table_id"], r["row_code"], r["column_code"], r["cause"])
        named = {"scheme": of.assets.profile, "instance": r["instance"]}
        address = Address("asset_account", r["region_code"], str(r["year"]), keys, named, "", of.assets.vintage)
        if address.text() in seen:
            continue
        seen.add(address.text())
        figure = Stored(address.text(), r["amount"], r["unit"], r["state"])
        yield _line(
            address.text(), figure_names(of.reader, address), table=r["table_id"], place=of.reader.region(r["region_code"]),
            amount=number(figure, places=places_of(r["unit"])), unit=unit_names(r["unit"]), because=KEPT,
        )  # fmt: skip


MODELLED = Names("没有报送，由规则推算", "not returned, worked out by the rule")
ABOVE = Names(
    "本类没有取值，采用上级类别或其他地区的取值", "no value of its own; that of the class above or another place is used"
)
KEPT = Names("照实列示，未分摊到其他行", "shown as it is, not spread over other rows")


# ---- breaks in series


def _restated(of: Of) -> Iterator[Line]:
    """Openings that were returned anew, by table and reason."""
    if of.assets is None:
        return
    sql = (
        f"SELECT * FROM revision_all WHERE {_year(of.assets)} AND profile = {literal(of.assets.profile)}"
        f" AND kind = '{RESTATED}' ORDER BY figure"
    )
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for r in _inside(of, of.reader.rows(sql)):
        groups.setdefault((parse(r["figure"]).keys[0], r["reason"] or "", r["note"] or ""), []).append(r)
    layouts = of.reader.book.catalog.layouts
    for (table, reason, note), rows in groups.items():
        names = layouts[table].names if table in layouts else Names(table, table)
        own = note.removeprefix(f"{reason}:").strip()
        told = Names(*("; ".join(filter(None, (REASONS[lang].get(reason, reason), own))) for lang in LANGUAGES))
        place = of.place(r["region_code"] for r in rows)
        yield _line(f"restated.{table}.{reason}.{note}", names, table=table, place=place, figures=len(rows), because=told)


def _as_returned(of: Of) -> Iterator[Line]:
    """Openings that nothing stands before."""
    for row in _findings(of, (AS_RETURNED,)):
        yield _line(f"opening.{row['id']}", Names(row["text_zh"], row["text_en"]), table=row["rule"], place=_place(of, row))


def _boundaries(of: Of) -> Iterator[Line]:
    """Changes of the regions in the year."""
    for change in of.reader.book.config.changes:
        codes = [c for c in change.codes if c in of.places]
        if change.date.year == of.gep.year and codes:
            told = Names(*(change_text(change, lang) for lang in LANGUAGES))
            yield _line(f"region.{told.en}", told, place=of.place(codes))


def _inside(of: Of, rows: Iterable[Row]) -> list[Row]:
    return [r for r in rows if r["region_code"] in of.places]


def _year(scope: Scope) -> str:
    return f"vintage = {scope.vintage} AND year = {scope.year}"


def _chosen(scope: Scope) -> str:
    return f"{_year(scope)} AND profile = {literal(scope.profile)} AND zone = '{NO_KEY}'"


KINDS: Mapping[str, tuple[Names, Callable[[Of], Iterator[Line]]]] = {
    "modelled": (Names("没有报送、由规则推算的数", "Not returned, worked out by a rule"), _modelled),
    "allocated": (Names("分摊的数", "Allocated figures"), _allocated),
    "residual": (Names("平衡差额（残差）", "Discrepancies (residuals)"), _residuals),
    "restated": (Names("期初重述（口径变动）", "Openings re-stated (breaks in series)"), _restated),
    "opening": (Names("期初采用报送数", "Openings as returned"), _as_returned),
    "region": (Names("行政区划变动", "Changes of regions"), _boundaries),
    "undivided": (Names("未分到所辖地区的服务", "Services not divided among the regions below"), _undivided),
    "fallback": (Names("采用上级类别或其他地区的参数", "Parameters of a class above or of another place"), _fallbacks),
}
