"""Zones in a book: the rows of zone_member, the accounts and totals of a run, and how a figure of a zone is explained."""

from __future__ import annotations

import shutil
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from gep.base.findings import Refused
from gep.base.records import Code, Crosswalk, Names
from gep.base.rounding import store
from gep.book import Book
from gep.catalog.config import read_config
from gep.catalog.record import Catalog
from gep.workflow.explain import explain
from gep.workflow.init import init
from gep.workflow.run import run
from gep.workflow.views import rows
from gep.workflow.zone_rows import zone_member_rows
from tests.workflow.conftest import GARZE, garze_rows, write_rows

CITY = GARZE.parent / "sample-city" / "book.toml"
RING = """scheme,edition,code,parent,zh,en,valid_from,valid_to,source,township
ring,1,Z1,,红线内,Inside,,,garze2017,513300001
ring,1,Z2,,红线外,Outside,,,garze2017,
"""
CROSSWALK = """id,scheme_from,code_from,scheme_to,code_to,share,conserves,source
ring-red_line,ring,Z1,red_line,inside,1,yes,garze2017
ring-red_line,ring,Z2,red_line,outside,1,yes,garze2017
"""


# ---- zone_member


def test_what_a_zone_belongs_to() -> None:
    ring = {
        "Z1": Code("ring", "Z1", Names("一", "One"), attrs={"township": "990121"}),
        "Z2": Code("ring", "Z2", Names("二", "Two"), attrs={"township": "T9"}),
    }
    space = {c: Code("space", c, Names(c, f"Space {c}")) for c in ("in", "out")}
    walk = (
        Crosswalk("a", "ring", "Z1", "space", "in", Fraction(1, 3)),
        Crosswalk("a", "ring", "Z1", "space", "out", Fraction(2, 3)),
        Crosswalk("a", "ring", "Z2", "space", "out", Fraction(1), conserves=False),
        Crosswalk("b", "space", "in", "ring", "Z1", Fraction(1)),  # starts elsewhere
    )
    catalog = Catalog(codes={"ring": ring, "zone": ring, "space": space}, crosswalks={"a": walk[:3], "b": walk[3:]})
    found = zone_member_rows(catalog, replace(read_config(CITY), zone_scheme="ring"), 7)
    assert [(r["zone"], r["scheme"], r["code"], r["share"], r["name_en"]) for r in found] == [
        ("Z1", "ring", "Z1", 1, "One"),
        ("Z1", "space", "in", Decimal("0.333333333333"), "Space in"),
        ("Z1", "space", "out", Decimal("0.666666666667"), "Space out"),
        ("Z1", "township", "990121", 1, read_config(CITY).regions["990121"].names.en),
        ("Z2", "ring", "Z2", 1, "Two"),
        ("Z2", "space", "out", None, "Space out"),
        ("Z2", "township", "T9", 1, "T9"),
    ]
    assert {r["vintage"] for r in found} == {7}
    assert zone_member_rows(catalog, replace(read_config(CITY), zone_scheme=""), 7) == []


# ---- a book with two zones


@pytest.fixture(scope="module")
def zoned(tmp_path_factory: pytest.TempPathFactory, _clerk: None) -> Book:
    """Garze with two zones: Z1 has 40 % of every class, and the services of water and soil are brought down by all land."""
    folder = tmp_path_factory.mktemp("zoned")
    source = folder / "source"
    shutil.copytree(GARZE, source)
    toml = source / "book.toml"
    text = toml.read_text(encoding="utf-8").replace('schemes = ["garze-2017", "garze-2017-one-carbon"]', 'schemes = ["zoned"]')
    toml.write_text(text.replace("leaf_level", 'zone_scheme = "ring"\nleaf_level', 1), encoding="utf-8")
    profile = (GARZE.parents[2] / "coefficients" / "schemes" / "garze-2017.toml").read_text(encoding="utf-8")
    allocation = '[allocation]\nwater_retention = ["*"]\nsoil_retention = ["*"]\ncrop_products = ["farmland"]\n\n[overlaps]'
    profile = profile.replace('id = "garze-2017"', 'id = "zoned"', 1).replace("[overlaps]", allocation, 1)
    shutil.rmtree(source / "local")
    for name, body in (("schemes/zoned.toml", profile), ("codes/ring.csv", RING), ("crosswalks/ring.csv", CROSSWALK)):
        path = source / "local" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    areas = [r for r in garze_rows() if r["item"] == "ecosystem_area" and r["value"]]
    parts = [
        r | {"item": "zone_area", "category": f"zone:{zone};ecosystem:{r['category']}", "value": str(Decimal(r["value"]) * share)}
        for r in areas
        for zone, share in (("Z1", Decimal("0.4")), ("Z2", Decimal("0.6")))
    ]
    write_rows(source / "returns" / "zones.csv", parts)
    book, submitted = init(folder / "book", str(source))
    assert [f.text("en") for s in submitted for f in s.findings if f.severity == "stop"] == []
    assert run(book, "2010").vintage is not None
    return book


def test_the_rows_of_zones_stand_beside_those_of_the_region(zoned: Book) -> None:
    found = rows(zoned, "SELECT * FROM value_account WHERE service = 'water_retention' ORDER BY zone")
    assert [(r["zone"], r["allocated"], r["state"]) for r in found] == [
        ("-", False, "value"), ("Z1", True, "value"), ("Z2", True, "value")
    ]  # fmt: skip
    # 321.49 × 10⁸ m³ × 7.06 yuan = 226971940000; × 0.4
    assert [r["value"] for r in found] == [Decimal("226971940000"), Decimal("90788776000"), Decimal("136183164000")]
    assert [r["quantity"] for r in found[1:]] == [Decimal("12859600000"), Decimal("19289400000")]
    assert {r["price"] for r in found} == {Decimal("7.06")}


def test_a_total_of_a_zone_is_unknown_while_a_service_cannot_be_brought_down(zoned: Book) -> None:
    found = {r["zone"]: r for r in rows(zoned, "SELECT * FROM gep_total")}
    assert set(found) == {"-", "Z1", "Z2"}
    assert (found["-"]["missing"], found["Z1"]["missing"], found["Z1"]["valued"]) == (
        0,
        13,
        4,
    )  # pest control is split by ecosystem
    assert found["Z1"]["gep"] is None
    undeclared = rows(zoned, "SELECT * FROM finding WHERE rule = 'ZONE-UNALLOCATED'")
    assert len(undeclared) == 13
    assert {r["severity"] for r in undeclared} == {"note"}


def test_the_sums_of_the_rollup_are_those_of_the_zone(zoned: Book) -> None:
    sql = "SELECT * FROM value_account_rollup WHERE service = 'soil_retention' AND benefit = '-' AND product = '-' ORDER BY zone"
    found = {r["zone"]: r["value"] for r in rows(zoned, sql) if r["ecosystem"] == "-"}
    assert found["Z1"] == store(Fraction(found["-"]) * 2 / 5, 4)


def test_members_names_and_parameters(zoned: Book) -> None:
    member = rows(zoned, "SELECT zone, scheme, code FROM zone_member ORDER BY ALL")
    assert [tuple(r.values()) for r in member] == [
        ("Z1", "red_line", "inside"), ("Z1", "ring", "Z1"), ("Z1", "township", "513300001"),
        ("Z2", "red_line", "outside"), ("Z2", "ring", "Z2"),
    ]  # fmt: skip
    counted = rows(zoned, "SELECT count(*) AS n FROM parameter_used WHERE contains(figure, '/zone=Z')")
    assert counted == [{"n": 0}]


def test_a_published_figure_is_held_against_the_region_not_its_zones(zoned: Book) -> None:
    found = rows(zoned, "SELECT * FROM published_figure WHERE figure = 'value_account/513300/2010/water_retention'")
    assert [(r["verdict"], r["computed"]) for r in found] == [("meets", Decimal("2269.7194"))]


def test_a_figure_of_a_zone_is_explained(zoned: Book) -> None:
    address = "value_account/513300/2010/water_retention/zone=Z1"
    value = explain(zoned, address, "en")
    assert (value.amount, value.unit) == ("90788776000.0000", "CNY")
    (top,) = value.parts
    assert [s.role for s in top.steps] == ["whole", "here", "everywhere"]
    assert top.title == "Water retained [Inside] · value"
    assert top.steps[1].title == "Water retention [Inside] · area by which it is brought down"
    price, quantity = (explain(zoned, f"{address}#{column}", "zh") for column in ("price", "quantity"))
    assert price.amount == "7.06"
    assert quantity.amount == "12859600000.000000"
    assert quantity.parts[0].title == "水源涵养量 [红线内]"


def test_a_zone_scheme_that_is_not_there_is_told_when_the_book_is_opened(zoned: Book, tmp_path: Path) -> None:
    shutil.copytree(zoned.root, tmp_path / "book")
    toml = tmp_path / "book" / "book.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"ring"', '"rings"'), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        _ = Book(tmp_path / "book").catalog
    assert [f.code for f in caught.value.findings] == ["ZONE-SCHEME-UNKNOWN"]
