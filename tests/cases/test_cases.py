"""Every text case, by data alone: a folder here or among the shipped books is made a book, run, and set beside what was printed.

Anyone can add a case: a folder with book.toml, returns/ and (for reference figures) rows of the item `published`.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gep.book import Book
from gep.workflow.init import init
from gep.workflow.run import run
from gep.workflow.views import rows
from tests.ready import Ready

# the example city has nothing printed to meet; tests/books runs it
HERE = Path(__file__).parent
SHIPPED = HERE.parents[1] / "ledgers" / "books"
_FOLDERS = [p.parent for root in (HERE, SHIPPED) for p in sorted(root.glob("*/book.toml"))]
CASES = {folder.name: folder for folder in _FOLDERS if folder.name != "sample-city"}
# what each case must at least compare, so that a lost file of reference figures cannot pass
MEETS = {
    "garze-2010": 50,
    "baiyangdian-2011": 18,
    "natcap-renewable-2019": 180,
    "rows-synthetic": 0,
    "syn-1": 72,
    "hj-1173-made-up": 3,
}
PHYSICAL = {"hj-1173-made-up"}  # its profile has no prices, so it has no totals

Case = Callable[[str], Book]


@pytest.fixture(scope="session")
def case(ready: Ready) -> Case:
    """The book of a case, run once."""
    return cache(lambda name: ready.book(str(CASES[name]), "all"))


def test_every_case_says_what_it_must_compare() -> None:
    assert set(MEETS) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_printed_figures_are_met(name: str, case: Case) -> None:
    verdicts: Counter[str] = Counter(r["verdict"] for r in rows(case(name), "SELECT verdict FROM published_figure"))
    assert verdicts["misses"] == 0
    assert verdicts["meets"] >= MEETS[name]


@pytest.mark.parametrize("name", CASES)
def test_no_service_is_lost(name: str, case: Case) -> None:
    totals = rows(case(name), "SELECT * FROM gep_total")
    assert bool(totals) == (name not in PHYSICAL)
    for r in totals:
        assert r["enabled"] == r["valued"] + r["missing"] + r["not_applicable"]
        assert (r["gep"] is None) == (r["missing"] > 0 or r["valued"] == 0)


def figure(book: Book, name: str) -> dict[str, Any]:
    found = rows(book, "SELECT * FROM published_figure")
    return next(r for r in found if r["figure"] == name)


def test_garze_total(case: Case) -> None:
    """7548.91 in [7543.15, 7554.67], printed 7545.59: silt, N, P and the reservoir come from 38.86 and 0.03."""
    gep = figure(case("garze-2010"), "gep_total/513300/2010#gep")
    assert gep["value"] == "7545.59"
    assert [round(gep[c], 2) for c in ("computed", "low", "high")] == [Decimal("7548.91"), Decimal("7543.15"), Decimal("7554.67")]


def test_garze_lines(case: Case) -> None:
    """23 priced lines; the widest are oxygen (2.51 ± 0.005 × 727 = ±3.635) and carbon (0.31 ± 0.005 × 380 = ±1.9)."""
    book = case("garze-2010")
    priced = rows(book, "SELECT * FROM value_account WHERE profile = 'garze-2017' AND price IS NOT NULL")
    # 23 lines as printed; transpiration is one printed line and three figures by ecosystem
    assert len(priced) == 23 + 2
    oxygen, carbon = (figure(book, f"value_account/513300/2010/{s}") for s in ("oxygen_release", "carbon_sequestration"))
    assert (oxygen["low"], oxygen["high"]) == (Decimal("1821.135"), Decimal("1828.405"))
    assert (carbon["low"], carbon["high"]) == (Decimal("115.9"), Decimal("119.7"))
    silt = figure(book, "value_account/513300/2010/soil_retention/silt")
    # 0.24 × 38.86 ÷ 0.93 × 15.58 = 156.2423
    assert round(silt["computed"], 4) == Decimal("156.2423")


def test_garze_flags_the_two_carbon_bases(case: Case) -> None:
    found = rows(case("garze-2010"), "SELECT * FROM finding WHERE rule = 'carbon_oxygen.one_base'")
    assert [(f["severity"], f["status"]) for f in found] == [("query", "answered")]
    assert "44" in found[0]["text_zh"]
    assert found[0]["answer"]


def test_transpiration_says_it_is_illustrative(case: Case) -> None:
    used = rows(case("garze-2010"), "SELECT * FROM parameter_used WHERE figure LIKE 'value_account/%/transpiration/%'")
    assert {r["parameter"] for r in used if r["status"] == "illustrative"} == {
        "transpiration_heat",
        "hot_days",
        "energy_efficiency_ratio",
    }


def test_soil_retained_by_a_tenth_more(tmp_path: Path, case: Case) -> None:
    """Silt, N and P rise by exactly a tenth, GEP by their sum, and nothing else moves: none of them is an input."""
    source = tmp_path / "source"
    copy(CASES["garze-2010"], source)
    change(source / "returns" / "natural_resources.csv", "soil_retention_total", "42.746")  # 38.86 × 1.1
    book, _ = init(tmp_path / "book", str(source), who="maker")
    run(book, profiles=["garze-2017"], who="maker")
    query = "SELECT service, benefit, product, ecosystem, value FROM value_account WHERE profile = 'garze-2017' ORDER BY ALL"
    before, after = rows(case("garze-2010"), query), rows(book, query)
    risen = Fraction(0)
    for old, new in zip(before, after, strict=True):
        if old["service"] == "soil_retention":
            gain = Fraction(new["value"]) - Fraction(old["value"])
            # silt is rounded once at 6 decimals of a cubic metre before it is priced at 15.58
            assert abs(gain - Fraction(old["value"]) / 10) <= Fraction(1, 10**4)
            risen += gain
        else:
            assert old == new
    gep = "SELECT gep FROM gep_total WHERE profile = 'garze-2017'"
    assert Fraction(rows(book, gep)[0]["gep"]) - Fraction(rows(case("garze-2010"), gep)[0]["gep"]) == risen


def copy(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file():
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())


def change(path: Path, item: str, value: str) -> None:
    """Put another value into the one row of an item."""
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        table = list(reader)
    wanted = [r for r in table if r["item"] == item]
    assert len(wanted) == 1
    wanted[0]["value"] = value
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, reader.fieldnames or [])
        writer.writeheader()
        writer.writerows(table)
