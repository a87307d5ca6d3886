"""compare --vintages, --profiles: GEP and the green-gold index by factors, from returns, corrections, a revised GDP, methods."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gep import cli
from gep.base.rounding import store
from gep.book import Book
from gep.explain.change import PlaceChange
from gep.explain.changes import Comparison, Explained
from gep.workflow.compare import compare_profiles, profile_causes
from gep.workflow.compare_vintages import compare_vintages
from gep.workflow.correct import correct
from gep.workflow.run import run
from gep.workflow.submit import submit
from gep.workflow.views import rows
from tests.ready import Ready

CASE = Path(__file__).parents[1] / "cases" / "syn-1"
PROFILE, OTHER = "annualised-no-oxygen", "capital-oxygen"
HEAD = "region,period,item,category,part,value,state,unit,department,source,evidence,note,attr.vintage,attr.released_on\n"
GDP = "990001,2023,gdp,,,{},,亿元,统计局,syn_1_example,,示例数据,{},{}\n"
F = Fraction


@dataclass(frozen=True)
class Made:
    book: Book
    vintages: Mapping[str, int]

    def compare(self, left: str, right: str) -> Comparison:
        return compare_vintages(self.book, self.vintages[left], self.vintages[right])


def taken(book: Book, path: Path, text: str, replaces: int | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    (done,) = submit(Book(book.root), [path], replaces=replaces)
    assert done.status == "accepted", [f.text("en") for f in done.findings]


def ran(book: Book) -> int:
    made = run(Book(book.root))
    assert made.vintage is not None, [f.text("en") for f in made.findings if f.severity == "stop"]
    return made.vintage


@pytest.fixture(scope="module")
def made(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The made-up county with a GDP; then a later GDP; then areas returned again, and another one corrected."""
    folder = tmp_path_factory.mktemp("causes")
    shutil.copytree(ready.book(str(CASE), "all").root, folder / "book")
    book = Book(folder / "book")
    taken(book, folder / "first" / "gdp.csv", HEAD + GDP.format("200", "preliminary", "2024-03-01"))
    found = {"first": ran(book)}
    taken(book, folder / "later" / "gdp_final.csv", HEAD + GDP.format("190", "final", "2025-03-01"))
    found["gdp"] = ran(book)
    text = (CASE / "returns" / "natural_resources.csv").read_text(encoding="utf-8")
    seq = next(e.seq for e in book.entries() if e.act == "submit" and e.data["file"] == "natural_resources.csv")
    again = text.replace("forest,,600,", "forest,,620,").replace("shrub,,50,", "shrub,,80,")
    taken(book, folder / "again" / "natural_resources.csv", again, seq)
    correct(Book(book.root), "990001/2023/ecosystem_area/ecosystem:grassland", value="60", why="typed wrongly", who="clerk")
    found["areas"] = ran(book)
    return Made(Book(book.root), found)


def place(explained: Explained) -> PlaceChange:
    (found,) = explained.causes.places
    return found


def test_a_revision_of_gdp_alone_is_gdp_changed_and_gep_not(made: Made) -> None:
    found = made.compare("first", "gdp")
    assert [e.causes.profile for e in found.explained] == [PROFILE, OTHER]
    for e in found.explained:
        county = place(e)
        assert (county.total.difference, county.total.parts) == (0, {})
        (index,) = county.ratios
        (row,) = rows(
            made.book,
            f"SELECT gep FROM gep_total_all WHERE vintage = {made.vintages['gdp']} AND profile = '{e.causes.profile}' "
            "AND zone = '-' AND price_basis = 'current'",
        )
        gep = F(row["gep"])
        # stored at twelve decimals: GEP ÷ 190×10⁸ less GEP ÷ 200×10⁸
        gap = F(round(Decimal(row["gep"]) / (190 * 10**8), 12)) - F(round(Decimal(row["gep"]) / (200 * 10**8), 12))
        assert index.change.difference == gap == index.change.denominator
        assert abs(gap - (gep / (190 * 10**8) - gep / (200 * 10**8))) <= F(1, 10**12)
        assert (index.change.numerator, index.change.residual, dict(index.change.parts)) == (0, 0, {})
        assert index.states == ("preliminary 2024-03-01", "final 2025-03-01")
    assert {c.table for c in found.changes} == {"green_gold_index"}
    assert found.by_cause == {"input": len(found.changes)}


def test_returns_and_a_correction_each_have_their_part(made: Made) -> None:
    found = made.compare("gdp", "areas")
    e = next(e for e in found.explained if e.causes.profile == PROFILE)
    county = place(e)
    assert (county.total.residual, e.unexplained, e.mingled) == (0, (), ())
    by_line = {leaf.name: leaf.change.parts for leaf in county.leaves if leaf.change.parts}
    # by returns alone forest is 620 of 1005 km2 after 600 of 955: the corrected grassland stands at its mean, 55, on both sides
    forest = by_line["990001/climate_regulation/transpiration/-/forest"]
    assert set(forest) == {"area", "structure"}
    # 50 of the area at the mean share, and the share at the mean area: together the 20 km2 of the class
    shares = F(600, 955), F(620, 1005)
    area, structure = 50 * (shares[0] + shares[1]) / 2, (shares[1] - shares[0]) * 980
    assert area + structure == 20
    assert sum(forest.values()) == F("173388722.2222")
    assert abs(forest["area"] / sum(forest.values()) - area / 20) < F(1, 10**9)
    assert by_line["990001/climate_regulation/transpiration/-/grassland"] == {"correction": F("29633694.4445")}
    # a cap of the region has no ground of its own
    assert set(by_line["990001/air_purification/nox/-/-"]) == {"quantity"}
    assert set(county.total.parts) == {"area", "structure", "quantity", "correction"}
    (index,) = county.ratios
    assert index.change.denominator == 0
    assert index.change.numerator == index.change.difference == sum(index.change.parts.values())


def test_the_parts_are_those_of_the_stored_figures(made: Made) -> None:
    found = made.compare("gdp", "areas")
    for e in found.explained:
        ends = [
            rows(
                made.book,
                f"SELECT gep FROM gep_total_all WHERE vintage = {made.vintages[v]} AND profile = '{e.causes.profile}' "
                f"AND zone = '-' AND price_basis = '{e.causes.price_basis}'",
            )[0]["gep"]
            for v in ("gdp", "areas")
        ]
        total = place(e).total
        assert (total.left, total.right) == (F(ends[0]), F(ends[1]))
        assert sum(total.parts.values()) == F(ends[1]) - F(ends[0])
        changed = {(c.figure.split("/")[3], c.figure.split("/")[6]) for c in found.changes if c.table == "value_account"}
        assert {(x.key[0], x.key[3]) for x in place(e).leaves if x.change.parts} <= changed


def test_the_other_way_round_every_part_is_negated(made: Made) -> None:
    there, back = made.compare("gdp", "areas").explained, made.compare("areas", "gdp").explained
    for one, two in zip(there, back, strict=True):
        forward = {x.name: x.change.parts for x in place(one).leaves}
        for leaf in place(two).leaves:
            assert leaf.change.parts == {f: -p for f, p in forward[leaf.name].items()}


def test_nothing_is_explained_where_nothing_changed(made: Made) -> None:
    first = made.vintages["first"]
    assert compare_vintages(made.book, first, first).explained == ()
    assert compare_vintages(made.book, first, made.vintages["areas"], region="990001").explained != ()


def test_the_command_tells_causes_and_writes_chart_data(made: Made, tmp_path: Path) -> None:
    ends = [str(made.vintages[v]) for v in ("gdp", "areas")]
    chart = tmp_path / "chart.json"
    args = ["compare", str(made.book.root), "--vintages", *ends, "--json", "--detail", "--chart", str(chart)]
    told = json.loads(CliRunner().invoke(cli.app, args).stdout)["result"]
    (first, _) = told["causes"]
    assert (first["year"], first["profile"], first["left"], first["right"]) == (2023, PROFILE, *ends)
    county = first["places"][0]
    parts = sum((F(p) for p in county["gep"]["parts"].values()), F(0))
    assert (parts, county["gep"]["residual"]) == (F(county["gep"]["difference"]), "0")
    count = f"SELECT count(*) AS n FROM value_account_all WHERE vintage = {ends[0]} AND profile = '{PROFILE}' AND zone = '-'"
    assert len(county["leaves"]) == rows(made.book, count)[0]["n"]
    held = json.loads(chart.read_text(encoding="utf-8"))
    assert (held["schema"], held["way"], held["left_out"]) == ("gep.change/1", "vintages", [])
    gep = next(c for c in held["charts"] if c["kind"] == "gep" and c["profile"] == PROFILE)
    assert gep["id"] == f"2023/{PROFILE}/current/990001/gep/gep"
    assert gep["steps"][-1]["end"] == county["gep"]["right_value"]
    text = CliRunner().invoke(cli.app, [*args[:5], "--lang", "zh"], env={"COLUMNS": "160"}).stdout
    for piece in ("变化原因:绿金指数", "GDP 变化", "更正", "结构", "生态产品总值比版次"):
        assert piece in text


def test_two_readings_of_the_texts_differ_by_method_price_and_coverage(ready: Ready) -> None:
    """SYN-1: 97.249659 in 10⁸ yuan = price of storage 50.371584 + 20.872242, method of evaporation 22.485833, oxygen 3.52."""
    book = ready.book(str(CASE), "all")
    (found,) = compare_profiles(book, PROFILE, OTHER)
    total = found.change.total
    octets = {factor: store(part / 10**8, 6) for factor, part in total.parts.items()}
    assert octets == {"price": Decimal("71.243826"), "method": Decimal("22.485833"), "coverage": Decimal("3.520000")}
    assert total.difference == sum(total.parts.values()) == F(found.gep.difference or 0)
    assert store(F(total.difference) / 10**8, 4) == Decimal("97.2497")
    assert (total.residual, found.mingled, found.same_data) == (0, (), True)
    parts = {code: dict(change.parts) for code, change in found.change.services.items() if change.parts}
    assert {code: set(own) for code, own in parts.items()} == {
        "water_retention": {"price"}, "flood_mitigation": {"price"}, "climate_regulation": {"method"},
        "oxygen_release": {"coverage"},
    }  # fmt: skip
    assert parts["water_retention"] == {"price": F(5_037_158_400)}
    (back,) = compare_profiles(book, OTHER, PROFILE)
    assert back.change.total.parts == {factor: -part for factor, part in total.parts.items()}
    (told,) = profile_causes(book, PROFILE, OTHER, [found])
    assert (told.causes.way, told.causes.year, told.causes.sides) == ("profiles", 2023, (PROFILE, OTHER))


def test_the_index_of_two_profiles_differs_by_gep_alone(made: Made) -> None:
    (found,) = compare_profiles(made.book, PROFILE, OTHER)
    (index,) = found.change.ratios
    assert index.change.denominator == 0
    assert set(index.change.parts) == {"price", "method", "coverage"}
    assert sum(index.change.parts.values()) == index.change.numerator == index.change.difference
    assert index.states == ("final 2025-03-01", "final 2025-03-01")


def test_the_command_compares_profiles_by_factors(made: Made, tmp_path: Path) -> None:
    chart = tmp_path / "chart.json"
    args = ["compare", str(made.book.root), "--profiles", PROFILE, OTHER]
    told = json.loads(CliRunner().invoke(cli.app, [*args, "--json", "--chart", str(chart)]).stdout)["result"]
    (causes,) = told["causes"]
    (county,) = causes["places"]
    assert (causes["way"], causes["left"], causes["right"], causes["year"]) == ("profiles", PROFILE, OTHER, 2023)
    assert set(county["gep"]["parts"]) == {"price", "method", "coverage"}
    assert county["gep"]["difference"] == told["places"][0]["gep"]["difference"]
    assert "leaves" not in county
    assert told["chart"] == str(chart)
    kinds = {c["kind"] for c in json.loads(chart.read_text(encoding="utf-8"))["charts"]}
    assert {"gep", "service", "ratio"} <= kinds
    text = CliRunner().invoke(cli.app, [*args, "--lang", "en"], env={"COLUMNS": "160"}).stdout
    for piece in ("coverage", "GEP by the profile capital-oxygen is", "Water retention", "unexplained residual"):
        assert piece in text
