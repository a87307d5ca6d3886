"""Published stock tables, by data alone: every cell as printed is checked, and the faults found are exactly those on the list.

A case is a folder with tables.toml (scheme, years, regions), returns/ (cells as printed), local/ (layouts, rules, scheme, sources)
and known.csv: what the printed tables get wrong, or what was lost when they were copied. Such a case is not a book: nothing is
submitted or run, the figures are held against one another.
"""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gep.base.findings import Severity
from gep.base.records import Fact, Names, Origin, Region, State
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.catalog.tables import spot
from gep.workflow.printed import Checked, check_printed

HERE = Path(__file__).parent
CASES = {p.parent.name: p.parent for p in sorted(HERE.glob("*/tables.toml"))}
FIELDS = ("rule", "cell", "found", "expected", "difference")


@dataclass(frozen=True)
class Case:
    """A case read from its folder."""

    about: Mapping[str, Any]
    catalog: Catalog
    facts: tuple[Fact, ...]
    checked: Checked


@cache
def case(name: str) -> Case:
    folder = CASES[name]
    about = tomllib.loads((folder / "tables.toml").read_text(encoding="utf-8"))
    catalog = load(HERE.parents[1] / "coefficients", folder / "local")
    facts = tuple(f for path in sorted((folder / "returns").glob("*.csv")) for f in read(path, catalog))
    places = {r["code"]: Region(r["code"], r["parent"], "", Names(r["zh"], r["en"])) for r in about["region"]}
    before = {int(year): earlier for year, earlier in about.get("before", {}).items()}
    leaves = about.get("leaves") or list(places)
    checked = check_printed(catalog, about["scheme"], facts, places, leaves, about["years"], before=before)
    return Case(about, catalog, facts, checked)


def read(path: Path, catalog: Catalog) -> Iterator[Fact]:
    """The cells of a file: item TABLE.ROW, category the column as printed, value with the digits as printed."""
    for number, row in enumerate(lines(path), start=2):
        table, _, code = row["item"].partition(".")
        found = spot(catalog.layouts, code, row["category"], table)
        assert found is not None, (path.name, number)
        assert row["source"] in catalog.sources, (path.name, number)
        state = State(row["state"] or "value")
        amount = Decimal(row["value"]) if row["value"] else None
        origin = Origin(path.name, "0" * 64, number)
        yield Fact(
            found.measure, row["region"], row["period"], found.key, state, amount, row["unit"], origin, source=row["source"],
            reason="" if amount is not None else row["note"],
        )  # fmt: skip


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def test_the_cases_are_there() -> None:
    assert set(CASES) == {
        "china-forest-assets-2013",
        "hawaii-extent-2013-2019",
        "hengyang-land-2005-2013",
        "xinjiang-landcover-1975-2015",
    }


@pytest.mark.parametrize("name", CASES)
def test_the_faults_found_are_those_that_are_known(name: str) -> None:
    """No more and no fewer, each with the figures it is about."""
    found = sorted((f.rule, f.place.key, f.found, f.expected, f.difference) for f in case(name).checked.findings)
    known = sorted(tuple(r[field] for field in FIELDS) for r in lines(CASES[name] / "known.csv"))
    assert found == known


@pytest.mark.parametrize("name", CASES)
def test_known_faults_are_said_to_be_of_the_source(name: str) -> None:
    for row in lines(CASES[name] / "known.csv"):
        assert row["origin"] in ("source", "transcription")
        assert row["fault_zh"]
        assert row["fault_en"]


@pytest.mark.parametrize("name", CASES)
def test_as_many_checks_ran_as_before(name: str) -> None:
    """By rule: what ran, and what could not because a figure is not printed or was lost."""
    counts = {
        "ran": Counter(c.rule for c in case(name).checked.ran),
        "not_run": Counter(c.rule for c in case(name).checked.not_run),
    }
    assert counts == {kind: Counter(case(name).about.get(kind, {})) for kind in counts}


@pytest.mark.parametrize("name", CASES)
def test_every_finding_names_its_cells(name: str) -> None:
    for f in case(name).checked.findings:
        assert f.severity is Severity.STOP
        assert f.figures
        assert f.found
        assert f.expected
        assert f.difference


@pytest.mark.parametrize("name", CASES)
def test_every_printed_cell_is_looked_at(name: str) -> None:
    """A figure that no check can look at is listed in tables.toml by its row."""
    looked = {spot for c in case(name).checked.ran for spot in c.reads}
    free = Counter(f.measure for f in case(name).facts if (f.measure, f.region, f.period, f.key) not in looked)
    assert free == Counter(case(name).about.get("unchecked", {}))
