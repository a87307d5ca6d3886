"""Zones side by side: two years and two regions of a zone of the small book, whose figures come down by area."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from gep.book import Book
from gep.workflow.change_regions import change_regions
from gep.workflow.change_rows import extents
from gep.workflow.change_years import change_years
from gep.workflow.init import init
from gep.workflow.run import run
from tests.workflow import test_change_years as small

# hectares of forest, grassland and wetland in the zone Z1; the rest of each class lies in Z2
INSIDE = {
    ("51", 2010): (50, 100, 0), ("51", 2011): (100, 40, 5),
    ("52", 2010): (5, 0, 5), ("53", 2010): (15, 0, 5), ("54", 2011): (20, 0, 10),
}  # fmt: skip
CODES = "scheme,edition,code,parent,zh,en,valid_from,valid_to,source\nzone,1,Z1,,红线内,Inside,,,garze2017\nzone,1,Z2,,红线外,Outside,,,garze2017\n"
ALLOCATION = '[allocation]\ncrop_products = ["*"]\nwater_supply = ["wetland", "grassland"]\n'


def returns() -> str:
    lines = [small.returns()]
    for (code, year), inside in INSIDE.items():
        for name, part, whole in zip(small.CLASSES, inside, small.AREA[code, year], strict=True):
            for zone, value in (("Z1", part), ("Z2", whole - part)):
                key = f"zone:{zone};ecosystem:{name}"
                lines.append(f"{code},{year},zone_area,{key},,{value},,公顷,甲局,garze2017,,,,\n")
    return "".join(lines)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Book:
    folder = tmp_path_factory.mktemp("zones")
    source = folder / "source"
    texts = {
        "book.toml": small.toml().replace("schema =", 'zone_scheme = "zone"\nschema =', 1),
        "returns/all.csv": returns(),
        "local/schemes/one.toml": small.SCHEME + ALLOCATION,
        "local/parameters/made.csv": small.parameters(),
        "local/codes/zone.csv": CODES,
    }
    for name, text in texts.items():
        Path(source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")
    book, submitted = init(folder / "book", str(source), who="clerk")
    assert [s.status for s in submitted] == ["accepted"], [f.text("en") for s in submitted for f in s.findings]
    assert run(book, trial=True, who="clerk").vintage
    return book


def test_the_areas_of_a_zone(made: Book) -> None:
    held = extents(made, "one", 2010, "Z1")["51"]
    assert held == {"forest": 500_000, "grassland": 1_000_000, "wetland": 0}
    assert extents(made, "one", 2010)["51"] == {"forest": 1_000_000, "grassland": 1_000_000, "wetland": 0}


def test_a_zone_over_two_years(made: Book) -> None:
    """Forest of 51 in Z1: 50 of 150 ha at 2 t/ha and 100 yuan → 100 of 145 ha at 2.4 t/ha and 120 yuan."""
    found = change_years(made, 2010, 2011, zone="Z1")
    assert (found.zone, found.zone_names and found.zone_names.zh) == ("Z1", "红线内")
    own = small.place(found, "51")
    forest = small.leaf(own, "carbon_sequestration", "forest")
    assert (forest.change.left, forest.change.right) == (10_000, 28_800)
    assert set(small.parts(forest)) == {"area", "structure", "intensity", "price"}
    assert small.parts(forest)["area"] < 0
    assert all(p.total.residual == 0 for p in found.places)
    # the zones add up to the whole: so do the sums of their parts, not each part (the ground of a zone is its own)
    whole = small.place(change_years(made, 2010, 2011), "51").total
    other = small.place(change_years(made, 2010, 2011, zone="Z2"), "51").total
    assert own.total.difference is not None
    assert other.difference is not None
    assert own.total.difference + other.difference == whole.difference
    assert all("price" not in p.total.parts for p in change_years(made, 2010, 2011, zone="Z1", basis="constant:2010").places)


def test_a_zone_in_two_regions(made: Book) -> None:
    (pair,) = change_regions(made, "51", "54", 2011, zone="Z1").places
    forest = small.leaf(pair, "carbon_sequestration", "forest")
    assert forest.change.difference == Fraction(Decimal("40") * 120 - Decimal("240") * 120)
    assert pair.ratios == ()  # no GDP was returned by zone, and people are those of the whole region
