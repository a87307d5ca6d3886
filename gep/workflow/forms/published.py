"""P1, a published case: each printed figure beside the computed one, with its interval and whether the two agree."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from gep.base.findings import LANGUAGES
from gep.base.records import Names
from gep.explain.address import NO_KEY, Address
from gep.report.form import NONE, Cell, Column, Form, Line, Scope, Stored, rounded, text, words
from gep.report.words import WORDS
from gep.workflow.forms.common import noted
from gep.workflow.forms.lists import said, worded
from gep.workflow.forms.named import figure_names
from gep.workflow.forms.parameters import source_names, unit_of
from gep.workflow.forms.reader import Reader
from gep.workflow.views import complete

NAMES = Names("公布数与计算数对照", "Printed and computed figures")
COLUMNS = (
    worded("name", "指标", "Figure", "label"),
    worded("unit", "计量单位", "Unit", "unit"),
    worded("printed", "公布数", "Printed"),
    Column("computed", Names("计算数", "Computed")),
    Column("low", Names("下限", "Low"), group=(Names("计算区间", "Interval"),)),
    Column("high", Names("上限", "High"), group=(Names("计算区间", "Interval"),)),
    Column("difference", Names("计算数－公布数", "Computed − printed")),
    worded("verdict", "比对", "Verdict"),
    worded("source", "出处", "Where printed"),
)
FINER = 2  # decimals beyond those printed
VIEWS = ("gep_total", "value_account", "physical_account")
COMPUTED = ("meets", "misses")
NOTE = Names(
    "区间由公布的投入数各加减其末位的一半得出；公布数加减其末位的一半与区间相交为相符。计算数比公布数多印两位。",
    "Intervals carry half the last digit of every printed input; a printed figure ± half its last digit that meets the interval "
    "agrees. Computed figures are given two more digits.",
)
Row = Mapping[str, Any]


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """P1 of a region and year; none in a book without published figures."""
    sql = f"SELECT * FROM published_figure_all WHERE vintage = {gep.vintage} ORDER BY file, row, figure"
    held = [(complete(reader.book, r["figure"]), r) for r in reader.rows(sql)]
    mine = [(a, r) for a, r in held if (a.region, a.period) == (gep.region, str(gep.year))]
    mine = [(a, r) for a, r in mine if a.named.get("profile", gep.profile) == gep.profile]
    if not mine:
        return
    ranked = sorted(enumerate(mine), key=lambda pair: (_rank(*pair[1]), pair[0]))
    lines = tuple(_line(reader, gep, n, a, r) for n, (a, r) in ranked)
    counts = Counter(r["verdict"] for _, r in mine)
    told = Names(*("; ".join(f"{WORDS[lang][v]} {n}" for v, n in sorted(counts.items())) + "." for lang in LANGUAGES))
    yield noted(
        Form(
            "P1",
            "P1",
            "quality",
            NAMES,
            gep,
            COLUMNS,
            lines,
            notes=(NOTE, replace(told, zh=told.zh[:-1].replace("; ", "，") + "。")),
        ),
        illustrative=False,
    )


def _rank(address: Address, row: Row) -> tuple[bool, int]:
    """What is computed first; totals before values before quantities."""
    view = VIEWS.index(address.view) if address.view in VIEWS else len(VIEWS)
    return row["verdict"] not in COMPUTED, view


def _line(reader: Reader, gep: Scope, n: int, address: Address, row: Row) -> Line:
    typed = Decimal(row["value"])
    exponent = typed.as_tuple().exponent
    places = (-exponent if isinstance(exponent, int) else 0) + FINER
    figures: tuple[Stored, ...] = ()
    if row["verdict"] in COMPUTED:
        full = replace(address, vintage=gep.vintage).text()
        figures = (Stored(full, row["computed"], row["unit"], "value"),)

    def cell(amount: Decimal | None) -> Cell:
        return Cell() if amount is None or not figures else Cell("number", NONE, amount, rounded(amount, places), figures)

    gap = None if row["computed"] is None else row["computed"] - typed
    cells = (
        words(figure_names(reader, address)),
        said(unit_of(row["unit"])),
        text(row["value"]),
        *(cell(row[name]) for name in ("computed", "low", "high")),
        cell(gap),
        words(Names(WORDS["zh"][row["verdict"]], WORDS["en"][row["verdict"]])),
        said(_where(reader, row)),
    )
    return Line(f"{n}.{row['figure']}", cells)


def _where(reader: Reader, row: Row) -> Names | None:
    """The publication, and the table or page in it."""
    source = source_names(reader, row["source"]) if row["source"] != NO_KEY else None
    note = row["note"]
    if source is None:
        return Names(note, note) if note else None
    return Names(f"{source.zh}，{note}", f"{source.en}, {note}") if note else source
