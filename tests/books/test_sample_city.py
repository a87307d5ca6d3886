"""The shipped example city: made again to the same bytes, land and river add up exactly, and everything says it is made up."""

import csv
import tomllib
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from gep.book import Book
from gep.workflow.init import init
from gep.workflow.run import run
from gep.workflow.views import rows
from tools import sample_city
from tools.sample_parts import land, place, text

BOOK = Path(__file__).resolve().parents[2] / "ledgers" / "books" / "sample-city"
YEARS = range(2016, 2023)
PARTS = ("opening", "restatement", "addition", "reduction", "closing")
# the lower county and the township that moves, before and after 2021-01-01
OLD, NEW = "990123", "990103"


def read(name: str) -> list[dict[str, str]]:
    with (BOOK / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def returned() -> dict[tuple[str, str, int, str], Decimal]:
    """(item, region, year, category) -> value, of the yearly figures that have one."""
    found = {}
    for path in sorted((BOOK / "returns").glob("*.csv")):
        if path.stem in ("gdp", "meteorology_months"):
            continue
        for r in read(f"returns/{path.name}"):
            key = (r["item"], r["region"], int(r["period"]), r["category"])
            assert key not in found
            if r["state"]:
                assert r["state"] == "not_applicable"
                assert r["value"] == ""
            else:
                found[key] = Decimal(r["value"])
    return found


@pytest.fixture(scope="module")
def areas(returned: dict[tuple[str, str, int, str], Decimal]) -> dict[tuple[str, int], dict[str, dict[str, Decimal]]]:
    """(county, year) -> part of the balance -> class -> area in hm2."""
    found: dict[tuple[str, int], dict[str, dict[str, Decimal]]] = defaultdict(lambda: {p: {} for p in PARTS})
    for (item, region, year, category), value in returned.items():
        if item.startswith("ecosystem_area"):
            part = item.removeprefix("ecosystem_area").removeprefix("_") or "closing"
            found[region, year][part][category] = value
    return dict(found)


def counties(year: int) -> tuple[str, str, str]:
    return "990121", "990122", OLD if year < 2021 else NEW


def test_made_again_to_the_same_bytes() -> None:
    assert sample_city.stale(BOOK, sample_city.build()) == []
    assert sample_city.main(["--check"]) == 0


def test_check_tells_what_is_not_current(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sample_city.main([], tmp_path) == 0
    assert sample_city.main(["--check"], tmp_path) == 0
    (tmp_path / "returns" / "water.csv").write_bytes(b"region\n")
    (tmp_path / "records" / "extra.csv").write_bytes(b"")
    assert sample_city.main(["--check"], tmp_path) == 1
    said = capsys.readouterr().err
    assert "returns/water.csv: not current" in said
    assert "records/extra.csv: not current" in said
    assert said.count("not current") == 2


def test_noise_depends_on_its_key_alone() -> None:
    # SHA-256 of "2054/a/1" begins with these eight bytes; 53 bits of it, mapped to [-1, 1)
    import hashlib

    head = int.from_bytes(hashlib.sha256(b"2054/a/1").digest()[:8], "big")
    assert text.noise("a", 1) == (head >> 11) / 2**52 - 1
    assert text.noise("a", 1) == text.noise("a", 1) != text.noise("a", 2)


def test_exact_writes_every_decimal() -> None:
    assert [text.exact(n, 2) for n in (12345, 5, 0, -7)] == ["123.45", "0.05", "0.00", "-0.07"]
    assert text.number(-0.0004, 2) == "0.00"


def test_every_class_balances_in_every_county_and_year(areas: dict[tuple[str, int], dict[str, dict[str, Decimal]]]) -> None:
    assert set(areas) == {(c, y) for y in YEARS for c in counties(y)}
    for parts in areas.values():
        assert {frozenset(p) for p in parts.values()} == {frozenset(place.CLASSES)}
        for cls in place.CLASSES:
            begun, restated, added, lost, ended = (parts[p][cls] for p in PARTS)
            assert begun + restated + added - lost == ended
            assert min(begun, added, lost, ended) >= 0
        assert sum(parts["addition"].values()) == sum(parts["reduction"].values()) > 0


def test_opening_is_the_closing_of_the_year_before(areas: dict[tuple[str, int], dict[str, dict[str, Decimal]]]) -> None:
    for year in list(YEARS)[1:]:
        for now, before in zip(counties(year), counties(year - 1), strict=True):
            assert areas[now, year]["opening"] == areas[before, year - 1]["closing"]


def test_restatement_only_for_survey_and_boundary(areas: dict[tuple[str, int], dict[str, dict[str, Decimal]]]) -> None:
    for (_, year), parts in areas.items():
        moved = any(parts["restatement"].values())
        assert moved or year not in (2020,)
        if year == 2020:
            assert sum(parts["restatement"].values()) == 0
        elif year != 2021:
            assert not moved
    assert not any(areas["990121", 2021]["restatement"].values())
    for cls in place.CLASSES:  # what the middle county gives the district receives
        assert areas["990122", 2021]["restatement"][cls] == -areas[NEW, 2021]["restatement"][cls] <= 0
    assert sum(areas[NEW, 2021]["restatement"].values()) == Decimal("28133")  # 281.33 km2, the township that moves


def test_areas_are_conserved(
    areas: dict[tuple[str, int], dict[str, dict[str, Decimal]]], returned: dict[tuple[str, str, int, str], Decimal]
) -> None:
    for (region, year), parts in areas.items():
        total = sum(parts["closing"].values())
        assert total == 100 * returned["administrative_area", region, year, ""]  # hm2, km2
        assert parts["closing"]["wetland.marsh"] == returned["marsh_area", region, year, ""]
        assert parts["closing"]["wetland.lake"] == returned["lake_area_by_zone", region, year, "eastern_plain"]
    city = {sum(returned["administrative_area", c, y, ""] for c in counties(y)) for y in YEARS}
    assert city == {Decimal("3841.02")}


def test_land_changes_as_said(areas: dict[tuple[str, int], dict[str, dict[str, Decimal]]]) -> None:
    """Without the re-statements: built-up land grows, paddy shrinks, forest gains a little, in every county and year."""
    for parts in areas.values():
        gain = {cls: parts["addition"][cls] - parts["reduction"][cls] for cls in place.CLASSES}
        assert gain["urban.built"] > 0 > gain["farmland.paddy"]
        forest = sum(v for cls, v in gain.items() if cls.startswith("forest"))
        assert 0 < forest < Decimal("0.01") * sum(v for c, v in parts["closing"].items() if c.startswith("forest"))


def test_patches_foot_to_the_extent(areas: dict[tuple[str, int], dict[str, dict[str, Decimal]]]) -> None:
    sums: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    patches = read("records/land_patches.csv")
    for r in patches:
        assert len(r["region"]) == 9
        sums[r["region"][:6], int(r["period"])][r["ecosystem"]] += int(r["area"])
        assert Decimal(r["sand"]) + Decimal(r["silt"]) + Decimal(r["clay"]) == 100
    assert 900 < len(patches) < 1_100
    for key, parts in areas.items():
        assert {c: Decimal(v) for c, v in sums[key].items()} == {c: v * 10_000 for c, v in parts["closing"].items()}


def test_townships_that_return_patches_are_valid(areas: dict[tuple[str, int], dict[str, dict[str, Decimal]]]) -> None:
    regions = {r["code"]: r for r in tomllib.loads((BOOK / "book.toml").read_text(encoding="utf-8"))["region"]}
    for r in read("records/land_patches.csv"):
        region, last = regions[r["region"]], f"{r['period']}-12-31"
        assert str(region.get("valid_from", "")) <= last <= str(region.get("valid_to", "9999"))
        assert region["parent"] == r["region"][:6]
        assert (region["parent"], int(r["period"])) in areas
    assert str(regions["990122104"]["valid_to"]) == str(regions[OLD]["valid_to"]) == "2020-12-31"
    assert str(regions["990103105"]["valid_from"]) == str(regions[NEW]["valid_from"]) == "2021-01-01"


def test_what_leaves_a_county_enters_the_next(returned: dict[tuple[str, str, int, str], Decimal]) -> None:
    for year in YEARS:
        for pollutant in ("cod", "nh3n", "phosphorus"):
            load = {
                (part, c): returned[f"water_pollutant_{part}", c, year, pollutant]
                for part in ("inflow", "local", "treated", "outflow")
                for c in counties(year)
            }
            up, middle, low = counties(year)
            assert load["inflow", up] == 0
            assert load["inflow", middle] == load["outflow", up] > 0
            assert load["inflow", low] == load["outflow", middle] > 0
            for c in counties(year):
                assert load["inflow", c] + load["local", c] - load["treated", c] - load["outflow", c] > 0


def test_days_add_up_to_months() -> None:
    days: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    count: dict[tuple[str, str], int] = defaultdict(int)
    for r in read("records/daily_rain.csv"):
        assert int(r["row"][:2]) == int(r["month"])
        days[r["region"], f"{r['period']}-{int(r['month']):02d}"] += Decimal(r["rain"])
        count[r["region"], r["period"]] += 1
    assert set(count.items()) == {((c, str(y)), 366 if y in (2016, 2020) else 365) for y in YEARS for c in counties(y)}
    monthly = {
        (r["region"], r["period"]): Decimal(r["value"])
        for r in read("returns/meteorology_months.csv")
        if r["item"] == "monthly_rain"
    }
    assert monthly == days
    of_year = {y: sum(v for (_, p), v in days.items() if p.startswith(str(y))) for y in YEARS}
    assert max(of_year, key=of_year.__getitem__) == 2020
    assert min(of_year, key=of_year.__getitem__) == 2022


def test_a_storm_leaves_more_rain_than_runoff(returned: dict[tuple[str, str, int, str], Decimal]) -> None:
    runoff = {
        (int(r["valid_from"][:4]), r["key"]): Decimal(r["value"])
        for r in read("local/parameters/sample.csv")
        if r["id"] == "storm_runoff"
    }
    assert {y for y, _ in runoff} == set(YEARS)
    for (year, _), depth in runoff.items():
        assert 0 < depth < min(returned["storm_rain", c, year, ""] for c in counties(year))


def test_gdp_is_published_twice() -> None:
    vintages: dict[tuple[str, str], list[str]] = defaultdict(list)
    for r in read("returns/gdp.csv"):
        vintages[r["region"], r["period"]].append(r["attr.vintage"])
    assert dict(vintages) == {(c, str(y)): [f"{y + 1}-03-20", f"{y + 2}-03-25"] for y in YEARS for c in counties(y)}


def test_everything_says_it_is_made_up() -> None:
    sources = tomllib.loads((BOOK / "local" / "sources.toml").read_text(encoding="utf-8"))
    assert {s["kind"] for s in sources.values()} == {"illustrative"}
    assert tomllib.loads((BOOK / "book.toml").read_text(encoding="utf-8"))["illustrative"] is True
    for path in sorted((BOOK / "returns").glob("*.csv")):
        for r in read(f"returns/{path.name}"):
            assert r["source"] in sources
            assert "示例数据" in r["note"]
            assert r["department"]


@pytest.mark.parametrize("name", ["parameters", "prices"])
def test_every_coefficient_says_it_is_made_up(name: str) -> None:
    held = read(f"local/{name}/sample.csv")
    assert {(r["source_set"], r["status"], r["source"]) for r in held} == {("sample", "illustrative", "sample_city")}
    assert all(r["note"].startswith("示例数据") for r in held)
    assert len({(r["id"], r["key"], r["valid_from"]) for r in held}) == len(held)
    if name == "prices":
        assert all(r["unit"].startswith(f"元@{r['valid_from'][:4]}/") for r in held)
        assert all(r["valid_to"] == f"{r['valid_from'][:4]}-12-31" for r in held)
        assert len(held) % len(YEARS) == 0


def test_what_is_known_to_be_asked_is_answered_and_two_questions_stay_open() -> None:
    given = read("answers.csv")
    assert list(given[0]) == ["rule", "region", "period", "key", "answer", "by", "document"]
    assert all("示例数据" in r["answer"] and r["by"] and "虚构" in r["document"] for r in given)
    asked = {(r["rule"], r["region"], r["period"]) for r in given}
    assert len(asked) == len(given)
    # 2018: survey and account of the middle county; 2022: the grassland of two departments (README.md)
    assert not asked & {("LA-01.I6", "990122", "2018"), ("GQ-01.Q1", NEW, "2022")}
    assert ("GQ-01.Q1", NEW, "2021") in asked


def test_a_township_keeps_its_land_when_its_county_changes() -> None:
    moved = place.Township(*place.MOVED)
    assert (moved.code(2020), moved.code(2021)) == ("990122104", "990103105")
    assert land.history(moved)[2021].opening == land.history(moved)[2020].closing
    assert not any(land.history(moved)[2021].restatement.values())


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Book:
    book, submitted = init(tmp_path_factory.mktemp("city") / "book", str(BOOK), who="maker")
    assert [(s.status, s.findings) for s in submitted] == [("accepted", ())] * len(submitted)
    return book


def test_the_first_year_of_all_asset_tables_runs_clean(city: Book) -> None:
    """2016: nothing stops and nothing is asked. Debts and charged water chain from here, so no later year stands alone."""
    made = run(city, "2016", who="maker")
    assert made.vintage is not None
    assert {str(f.severity) for f in made.findings} == {"note"}
    held = rows(city, "SELECT DISTINCT table_id FROM asset_account_rollup WHERE year = 2016 AND region_code = '990100'")
    scheme = tomllib.loads((BOOK / "local" / "schemes" / "assets.toml").read_text(encoding="utf-8"))
    # condition and unit prices are not added up, so the city has none
    assert {r["table_id"] for r in held} == set(scheme["tables"]) - {"EC-02", "VP-01"}


def test_a_year_after_the_boundary_change_runs_clean(city: Book) -> None:
    """2021: nothing stops or is asked, no service is missing, and the figures per hectare are those of a humid hilly county."""
    book = city
    made = run(book, "2021", profiles=["sample"], who="maker")
    assert made.vintage is not None
    assert {str(f.severity) for f in made.findings} == {"note"}
    totals = {r["region_code"]: r for r in rows(book, "SELECT * FROM gep_total WHERE year = 2021")}
    assert set(totals) == {"990100", *counties(2021)}
    assert {(r["valued"], r["missing"]) for r in totals.values()} == {(19, 0)}
    assert totals["990100"]["gep"] == sum(totals[c]["gep"] for c in counties(2021))
    for code, low, high in (("990121", 10e6, 60e6), (NEW, 10e6, 60e6), ("990122", 10e6, 60e6)):
        area = rows(
            book,
            f"SELECT quantity FROM fact WHERE measure = 'administrative_area' AND region_code = '{code}' AND period = '2021'",
        )[0]["quantity"]
        assert low < float(totals[code]["gep"]) / (float(area) / 1e6) < high  # yuan a km2
    per_hectare = {
        (r["service"], r["benefit"]): float(r["q"]) * 1e4
        for r in rows(
            book,
            "SELECT p.service, p.benefit, sum(p.quantity) / sum(f.quantity) AS q FROM physical_account p JOIN fact f "
            "ON f.measure = 'ecosystem_area' AND f.category = 'ecosystem:' || p.ecosystem AND f.region_code = p.region_code "
            "AND f.period = '2021' WHERE p.year = 2021 AND starts_with(p.ecosystem, 'forest.') GROUP BY ALL",
        )
    }
    assert 3_000 < per_hectare["water_retention", "-"] < 9_000  # m3
    assert 50 < per_hectare["soil_retention", "retained_soil"] < 500  # t
    assert 2 < per_hectare["carbon_sequestration", "-"] < 12  # t CO2
