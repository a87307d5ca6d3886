"""T5, the parameters that the figures of a region and year rest on: each value as typed, with unit, status and source."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gep.base.findings import LANGUAGES
from gep.base.records import Names
from gep.base.units import UnitError
from gep.explain.address import NO_KEY
from gep.report.form import Form, Line, Scope, text, unit_names, words
from gep.report.words import WORDS
from gep.workflow.forms.lists import codes_of, heading, listing, said, worded
from gep.workflow.forms.reader import Reader

NAMES = Names("参数及来源", "Parameters and their sources")
COLUMNS = (
    worded("name", "参数名称", "Parameter", "label"),
    worded("unit", "计量单位", "Unit", "unit"),
    worded("code", "代码", "Code", "code"),
    worded("key", "分类", "Class"),
    worded("place", "地区", "Region"),
    worded("value", "取值", "Value"),
    worded("status", "性质", "Status"),
    worded("source", "来源", "Source"),
    worded("locator", "出处", "Where in it"),
    worded("valid_from", "起用日期", "Valid from"),
    worded("figures", "用于数字（个）", "Figures resting on it"),
)
KEY = ("parameter", "key", "region_code", "source_set", "valid_from")
TYPED = (*KEY, "amount_text", "unit", "status", "source", "locator")
LONGEST = 24  # characters of a title; S1 has it whole
ALWAYS = 1  # the year of a parameter that holds from the beginning
NOTE = Names(
    "取值照来源所载书写，未经修约；来源的著录见表 S1。同一参数按类别、地区、起用日期分行。",
    "Values stand as typed from their sources, not rounded; the sources are cited in table S1. A parameter has a line for each "
    "class, region and day from which it holds.",
)
PARTS: Mapping[str, Names] = {
    "gep": Names("生态产品总值核算", "Accounts of gross ecosystem product"),
    "assets": Names("自然资源资产核算", "Accounts of natural resource assets"),
}
Row = Mapping[str, Any]


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """T5 of a region and year, of its GEP and its assets; none where no figure rests on a parameter."""
    used = used_by(reader, gep, assets)
    if not used:
        return
    order = {code: i for i, code in enumerate(reader.book.catalog.codes.get("parameter", {}))}
    ranked = sorted(used, key=lambda r: (order.get(r["parameter"], len(order)), *(str(r[n]) for n in KEY)))
    made_up = any(r["status"] == "illustrative" for r in ranked)
    yield listing(("T5", "annex", NAMES), gep, COLUMNS, _lines(reader, ranked, gep), (NOTE,), illustrative=made_up)


def _lines(reader: Reader, rows: Sequence[Row], gep: Scope) -> Iterator[Line]:
    """Those of GEP first, then those that only the assets rest on."""
    for of, names in PARTS.items():
        part = [r for r in rows if (gep.profile in r["profiles"]) == (of == "gep")]
        if part:
            yield heading(f"of.{of}", names, len(COLUMNS))
            yield from (_line(reader, r) for r in part)


def used_by(reader: Reader, gep: Scope, assets: Scope | None) -> list[Row]:
    """The parameters below the figures of a region, and of those below it, in a year: one row a value, with how many figures."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for scope in (gep, *((assets,) if assets is not None else ())):
        held = _by_place(reader, scope.vintage)
        for code in codes_of(reader, scope):
            for row in held.get((code, str(scope.year), scope.profile), ()):
                name = tuple(row[n] for n in TYPED)
                held_row = found.setdefault(name, {**row, "n": 0, "profiles": set()})
                held_row["n"] += row["n"]
                held_row["profiles"].add(scope.profile)
    return list(found.values())


def _by_place(reader: Reader, vintage: int) -> Mapping[tuple[str, str, str], Sequence[Row]]:
    """The parameters of a vintage by region, period and profile or scheme, counted in one pass over all figures."""
    sql = (
        "SELECT split_part(figure, '/', 2) AS place, split_part(figure, '/', 3) AS period,"
        " regexp_extract(figure, '/(?:profile|scheme)=([^/#@]+)', 1) AS profile,"
        f" {', '.join(TYPED)}, count(*) AS n FROM parameter_used_all WHERE vintage = {vintage} GROUP BY ALL ORDER BY ALL"
    )

    def grouped() -> dict[tuple[str, str, str], list[Row]]:
        held: dict[tuple[str, str, str], list[Row]] = {}
        for row in reader.rows(sql):
            held.setdefault((row["place"], row["period"], row["profile"]), []).append(row)
        return held

    return reader.kept(sql, grouped)


def _line(reader: Reader, row: Row) -> Line:
    place = row["region_code"]
    cells = (
        words(reader.code("parameter", row["parameter"])),
        said(unit_of(row["unit"])),
        text(row["parameter"]),
        said(key_names(reader, row["key"])),
        said(None if place == NO_KEY else reader.region(place)),
        text(row["amount_text"]),
        said(status_names(row["status"])),
        said(source_names(reader, row["source"])),
        said(_plain(row["locator"])),
        said(row["valid_from"].isoformat() if row["valid_from"].year > ALWAYS else None),
        text(str(row["n"])),
    )
    return Line("/".join(str(row[n]) for n in KEY), cells, "", 1)


def unit_of(unit: str) -> Names:
    """A unit of a parameter as people read it; one that is no unit as it is typed."""
    try:
        return unit_names(unit)
    except UnitError:
        return Names(unit, unit)


def _plain(said_of: str | None) -> str | None:
    return None if said_of in (None, NO_KEY) else said_of


def key_names(reader: Reader, key: str) -> Names | None:
    """`ecosystem:farmland;pollutant:so2` in words; nothing for a parameter that has no classes."""
    if key in ("", NO_KEY):
        return None
    pairs = [pair.partition(":") for pair in key.split(";")]
    names = [reader.code(scheme, code) for scheme, _, code in pairs]
    return Names(*(" · ".join(n.of(lang) for n in names) for lang in LANGUAGES))


def status_names(status: str) -> Names:
    """What a value rests on, in words: a standard, a measurement, literature, made-up data."""
    return Names(WORDS["zh"].get(status, status), WORDS["en"].get(status, status))


def source_names(reader: Reader, source: str) -> Names | None:
    """A source in short, with the id under which S1 cites it."""
    known = reader.book.catalog.sources.get(source)
    if known is None:
        return Names(source, source) if source else None
    if known.authors in ("", NO_KEY):
        title = known.title if len(known.title) <= LONGEST else f"{known.title[:LONGEST].rstrip()}…"
        return Names(f"{title}〔{known.id}〕", f"{title} [{known.id}]")
    first, _, others = known.authors.partition(",")
    zh, en = (f"{first}{more} {known.year}" for more in (("等", " et al.") if others else ("", "")))
    return Names(f"{zh}〔{known.id}〕", f"{en} [{known.id}]")
