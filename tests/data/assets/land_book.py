"""A book of two counties with the land table and the ecosystem areas behind it, through init, submit and run.

Each county has 100000 hm2: 60000 of C02, 30000 of C04, 10000 of C06; 12.5 hm2 of C02 become C06 each year. The ecosystem areas
are the same land as farmland, forest and urban.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from gep.base.records import Fact
from gep.book import Book
from gep.workflow.init import init
from gep.workflow.submit import Holdings, submit

HERE = Path(__file__).parent
COLUMNS = ("region", "period", "item", "category", "part", "value", "state", "unit", "department", "source", "evidence", "note")
COUNTIES = ("990121", "990122")
LAND = tuple(f"C0{n}" for n in range(1, 10))
ECOSYSTEM = {"C02": "farmland", "C04": "forest", "C06": "urban"}
BUILT = Decimal("12.5")
START = {"C02": Decimal(60000), "C04": Decimal(30000), "C06": Decimal(10000)}
FIRST = 2019
Cell = tuple[str, int, str, str]  # region, year, item, category
Change = tuple[str, str]  # value, note


def opening(year: int) -> dict[str, Decimal]:
    """The opening of a class, of a county that nothing else happened to."""
    gone = BUILT * (year - FIRST)
    return {**START, "C02": START["C02"] - gone, "C06": START["C06"] + gone}


def rows_of(county: str, year: int) -> dict[Cell, tuple[str, str]]:
    """(value, unit) of everything a county returns for a year."""
    found: dict[Cell, tuple[str, str]] = {(county, year, "administrative_area", ""): ("100000", "公顷")}
    begun, ended = opening(year), opening(year + 1)
    flows = {("R21", "C06"): BUILT, ("R31", "C02"): BUILT}
    for row in ("R21", "R22", "R23", "R31", "R32", "R33"):
        found |= {(county, year, f"LA-01.{row}", c): (str(flows.get((row, c), "0.00")), "公顷") for c in LAND}
    for c in LAND:
        found[county, year, "LA-01.R60", c] = (str(ended.get(c, "0")), "公顷")
        if year == FIRST:
            found[county, year, "LA-01.R10", c] = (str(begun.get(c, "0")), "公顷")
    for c, kind in ECOSYSTEM.items():
        gain, loss = (flows.get((row, c), Decimal(0)) for row in ("R21", "R31"))
        areas = {"_opening": begun[c], "_restatement": Decimal(0), "_addition": gain, "_reduction": loss, "": ended[c]}
        found |= {(county, year, f"ecosystem_area{k}", kind): (str(v), "公顷") for k, v in areas.items()}
    return found


def written(rows: Mapping[Cell, tuple[str, str]], changes: Mapping[Cell, Change]) -> str:
    """The rows as a tidy return, some of them with another value and a note."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for cell in dict.fromkeys([*rows, *changes]):
        value, note = changes.get(cell, (rows.get(cell, ("", ""))[0], ""))
        region, year, item, category = cell
        state = "not_available" if value == "?" else ""
        writer.writerow(
            [region, year, item, category, "", value.strip("?"), state, "公顷", "自然资源局", "asset_practice", "", note]
        )
    return stream.getvalue()


def made(folder: Path, years: tuple[int, ...], changes: Mapping[Cell, Change] | None = None) -> Book:
    """A book with the returns of some years in it, not yet run."""
    source = folder / "source"
    source.mkdir(parents=True)
    shutil.copy(HERE / "book.toml", source)
    shutil.copytree(HERE / "local", source / "local")
    book, _ = init(folder / "book", str(source))
    send(book, folder, years, changes)
    return book


def send(book: Book, folder: Path, years: tuple[int, ...], changes: Mapping[Cell, Change] | None = None) -> None:
    """Submit the returns of some years; those of a county and year are one file."""
    for year in years:
        for county in COUNTIES:
            path = folder / f"{county}-{year}-{len(book.entries())}.csv"
            mine = {k: v for k, v in (changes or {}).items() if k[:2] == (county, year)}
            path.write_text(written(rows_of(county, year), mine), encoding="utf-8")
            (done,) = submit(book, [path])
            assert done.status == "accepted", [f.text("en") for f in done.findings]


def corrected(held: Holdings, values: Mapping[Cell, str]) -> Holdings:
    """What a book holds, with other amounts of some figures (`dim:code` of the key as the category)."""

    def again(fact: Fact) -> Fact:
        value = values.get((fact.region, int(fact.period), fact.measure, fact.key[0][1] if fact.key else ""))
        return fact if value is None else replace(fact, amount=Decimal(value))

    return replace(held, facts=tuple(again(f) for f in held.facts))
