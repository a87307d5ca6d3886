"""The shipped example city: made again to the same bytes, land and river add up exactly, and everything says it is made up."""

import csv
import tomllib
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from gep.workflow.init import init
from gep.workflow.views import rows
from tests.ready import CITY_YEARS, Ready
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
        if path.stem in ("gdp", "zones", "meteorology_months"):
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


PUBLISHED = ("gdp", "value_added", "zone_gdp")
Published = dict[tuple[str, str, int, str, str, str], Decimal]  # item, region, year, category, vintage, price basis
Zoned = dict[tuple[str, int], dict[tuple[str, str], Decimal]]


@pytest.fixture(scope="module")
def published() -> Published:
    """(item, region, year, category, vintage, price basis) -> 10^8 yuan of what is published several times."""
    found: Published = {}
    for r in (*read("returns/gdp.csv"), *read("returns/zones.csv")):
        if r["item"] in PUBLISHED:
            key = (r["item"], r["region"], int(r["period"]), r["category"], r["attr.vintage"], r["attr.price_basis"])
            assert key not in found
            unit, per = ("万元", 10_000) if r["item"] == "zone_gdp" else ("亿元", 1)
            assert r["unit"] == unit + ("" if r["attr.price_basis"] == "current" else "@2020")
            found[key] = Decimal(r["value"]) / per
    return found


def test_every_gdp_says_which_version_it_is() -> None:
    """First in March of the next year, final a year later, 2018 again after the census; the city on other days than its counties."""
    told: dict[tuple[str, int], list[tuple[str, str, str]]] = defaultdict(list)
    for r in read("returns/gdp.csv"):
        assert r["attr.edition"] == "GB/T 4754-2017"
        assert r["attr.document"].endswith("号（示例数据）")
        if r["item"] == "gdp":
            told[r["region"], int(r["period"])].append((r["attr.vintage"], r["attr.released_on"], r["attr.price_basis"]))
    assert set(told) == {(c, y) for y in YEARS for c in (*counties(y), "990100")}
    for (region, year), versions in told.items():
        first, last, base = (16, 21, 21) if region == "990100" else (20, 25, 25)
        census = [("census", f"2020-05-{first}", "current")] if year == 2018 else []
        assert versions == [
            ("preliminary", f"{year + 1}-03-{first}", "current"),
            ("final", f"{year + 2}-03-{last}", "current"),
            ("final", f"{max(year, 2020) + 2}-03-{base}", "constant:2020"),
            *census,
        ]


def test_the_industries_of_a_publication_make_up_its_gdp(
    published: Published,
) -> None:
    checked = 0
    for (item, region, year, _, vintage, basis), gdp in published.items():
        if item != "gdp" or vintage == "preliminary" or basis != "current":
            continue
        parts = [published["value_added", region, year, i, vintage, basis] for i in ("primary", "secondary", "tertiary")]
        assert min(parts) > 0
        assert sum(parts) == gdp
        checked += 1
    assert checked == 4 * 7 + 4  # every year, and 2018 again


def test_constant_prices_are_those_of_2020(published: Published) -> None:
    """In 2020 both series say the same. The census raised 2018 by 2.8 %, and volume grows by what prices leave of growth."""
    for nth in range(3):
        at = {y: counties(y)[nth] for y in YEARS}
        current = {y: published["gdp", at[y], y, "", "final", "current"] for y in YEARS}
        constant = {y: published["gdp", at[y], y, "", "final", "constant:2020"] for y in YEARS}
        assert current[2020] == constant[2020]
        assert all(current[y] > constant[y] for y in (2021, 2022))
        census = published["gdp", at[2018], 2018, "", "census", "current"]
        assert Decimal("1.02") < census / current[2018] < Decimal("1.04")
        for year in (2017, 2018, 2019, 2020, 2022):  # in 2021 a township moves
            before = current[year - 1] if year != 2019 else census  # 2019 is counted as the census counts
            prices = (current[year] / before) / (constant[year] / constant[year - 1])
            assert Decimal("0.99") < prices < Decimal("1.03"), (at[year], year)


def test_the_city_counts_its_own_gdp(published: Published) -> None:
    for year in YEARS:
        for basis in ("current", "constant:2020"):
            own = published["gdp", "990100", year, "", "final", basis]
            summed = sum(published["gdp", c, year, "", "final", basis] for c in counties(year))
            assert own != summed
            assert Decimal("0.99") < own / summed < Decimal("1.01")
        farms = [published["value_added", c, year, "primary", "final", "current"] for c in (*counties(year), "990100")]
        assert sum(farms[:3]) == farms[3]


def test_what_the_economy_uses_is_plausible(returned: dict[tuple[str, str, int, str], Decimal]) -> None:
    for year in YEARS:
        for c in counties(year):
            built = returned["ecosystem_area", c, year, "urban.built"]
            assert 1 < returned["construction_land", c, year, ""] / built < Decimal("1.05")
            carbon = returned["carbon_emission", c, year, ""] / returned["energy_consumption", c, year, ""]
            assert Decimal("1.5") < carbon < Decimal("2.5")  # t CO2 a tonne of standard coal
            for item in ("water_use_total", "pollution_loss", "ecological_degradation", "resident_population"):
                assert returned[item, c, year, ""] > 0


ZONES = ("Z1", "Z2", "Z3", "Z4")


@pytest.fixture(scope="module")
def zoned() -> Zoned:
    """(county, year) -> (zone, class) -> m2."""
    found: Zoned = defaultdict(dict)
    for r in read("returns/zones.csv"):
        if r["item"] == "zone_area":
            zone, ecosystem = (part.split(":")[1] for part in r["category"].split(";"))
            assert r["value"].isdigit()
            found[r["region"], int(r["period"])][zone, ecosystem] = Decimal(r["value"])
    return dict(found)


def test_zones_part_every_class_without_rest(zoned: Zoned, areas: dict[tuple[str, int], dict[str, dict[str, Decimal]]]) -> None:
    """Every zone with every class, a zero where there is none; the zones add up to the area of the accounts, also in 2021."""
    assert set(zoned) == set(areas)
    for place_and_year, held in zoned.items():
        assert set(held) == {(z, c) for z in ZONES for c in place.CLASSES}
        for cls, area in areas[place_and_year]["closing"].items():
            assert sum(held[z, cls] for z in ZONES) == area * 10_000


def test_the_lines_of_zones_stay_where_they_are(zoned: Zoned) -> None:
    """What stands in a zone changes, its area does not, but for the township that moves, zone by zone."""

    def total(county: str, year: int, zone: str) -> Decimal:
        return sum((zoned[county, year][zone, c] for c in place.CLASSES), Decimal(0))

    for zone in ZONES:
        for year in YEARS:
            if year in (2016, 2021):
                continue
            for county in counties(year):
                assert total(county, year, zone) == total(county, year - 1, zone)
        given = total("990122", 2020, zone) - total("990122", 2021, zone)
        taken = total(NEW, 2021, zone) - total(OLD, 2020, zone)
        assert given == taken > 0
    assert zoned["990121", 2016]["Z1", "urban.built"] < zoned["990121", 2016]["Z4", "urban.built"]


def test_people_and_gdp_of_the_zones_add_up_to_the_county(
    published: Published, returned: dict[tuple[str, str, int, str], Decimal]
) -> None:
    people: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for r in read("returns/zones.csv"):
        if r["item"] == "zone_population":
            people[r["region"], int(r["period"])] += Decimal(r["value"])
    assert dict(people) == {(c, y): 10_000 * returned["resident_population", c, y, ""] for y in YEARS for c in counties(y)}
    seen = {(c, y, v, b) for item, c, y, _, v, b in published if item == "zone_gdp"}
    assert seen == {(c, y, v, b) for item, c, y, _, v, b in published if item == "gdp" and v != "preliminary" and c != "990100"}
    for c, y, v, b in seen:
        assert sum(published["zone_gdp", c, y, z, v, b] for z in ZONES) == published["gdp", c, y, "", v, b]


def test_every_zone_lies_in_one_kind_of_each_map() -> None:
    lines = read("local/crosswalks/zone.csv")
    assert tomllib.loads((BOOK / "book.toml").read_text(encoding="utf-8"))["zone_scheme"] == "zone"
    assert [r["code"] for r in read("local/codes/zone.csv")] == list(ZONES)
    for scheme in ("functional_zone", "ecological_space", "red_line"):
        assert [r["code_from"] for r in lines if r["scheme_to"] == scheme] == list(ZONES)
    inside = {s: {r["code_from"] for r in lines if (r["scheme_to"], r["code_to"]) == (s, "inside")} for s in
              ("ecological_space", "red_line")}  # fmt: skip
    assert inside == {"ecological_space": {"Z1", "Z2"}, "red_line": {"Z1"}}


def test_everything_says_it_is_made_up() -> None:
    sources = tomllib.loads((BOOK / "local" / "sources.toml").read_text(encoding="utf-8"))
    assert {s["kind"] for s in sources.values()} == {"illustrative"}
    assert tomllib.loads((BOOK / "book.toml").read_text(encoding="utf-8"))["illustrative"] is True
    for path in sorted((BOOK / "returns").glob("*.csv")):
        for r in read(f"returns/{path.name}"):
            assert r["source"] in sources
            assert "示例数据" in r["note"]
            assert r["department"]


@pytest.mark.parametrize("name", ["parameters", "prices", "deflators"])
def test_every_coefficient_says_it_is_made_up(name: str) -> None:
    held = read(f"local/{name}/sample.csv")
    assert {(r["source_set"], r["status"], r["source"]) for r in held} == {("sample", "illustrative", "sample_city")}
    assert all(r["note"].startswith("示例数据") for r in held)
    assert len({(r["id"], r["key"], r["valid_from"]) for r in held}) == len(held)
    if name == "prices":
        assert all(r["unit"].startswith(f"元@{r['valid_from'][:4]}/") for r in held)
        assert all(r["valid_to"] == f"{r['valid_from'][:4]}-12-31" for r in held)
        assert len(held) % len(YEARS) == 0


# what is sold has a price the market states: no spread is known of it, on purpose
SOLD = {
    "energy_price", "water_tariff", "crop_price", "forestry_volume_price", "forestry_price", "forestry_count_price",
    "livestock_price", "fishery_price", "other_product_price", "ion_generation_cost", "leisure_time_value", "dwelling_premium",
    "room_premium", "travel_time_value_share",
}  # fmt: skip


def test_what_rests_on_judgement_has_a_spread_and_what_is_sold_has_none() -> None:
    held = [*read("local/parameters/sample.csv"), *read("local/prices/sample.csv")]
    assert {r["id"] for r in held if not r["low"]} == SOLD
    for r in held:
        assert bool(r["low"]) == bool(r["high"])
        if r["low"]:
            assert Decimal(r["low"]) <= Decimal(r["value"]) <= Decimal(r["high"])
            assert Decimal(r["low"]) < Decimal(r["high"])
            assert r["unit"] != "%" or Decimal(r["high"]) < 100
    skewed = {r["id"] for r in held if r["low"] and abs(wing(r, "high") / wing(r, "low") - 1) > Decimal("0.3")}
    costs = {"reservoir_unit_cost", "dredging_cost"}
    rates = {"water_pollutant_treatment_cost", "soil_nutrient_treatment_cost"}
    assert skewed == {"practice_factor", *costs, *rates}


def wing(row: dict[str, str], end: str) -> Decimal:
    """How far a bound lies from the value."""
    return abs(Decimal(row[end]) - Decimal(row["value"]))


def test_the_cap_of_nox_upstream_lies_inside_the_spread_of_the_capacity(
    returned: dict[tuple[str, str, int, str], Decimal], areas: dict[tuple[str, int], dict[str, dict[str, Decimal]]]
) -> None:
    """2022: capacity binds by its value (761 of 879 t), discharge would at the high end of the spread: mean and value part."""
    capacity = {
        r["key"].removeprefix("ecosystem:").removesuffix(";pollutant:nox"): r
        for r in read("local/parameters/sample.csv")
        if r["id"] == "air_purification_capacity" and r["key"].endswith("nox")
    }
    closing = areas["990121", 2022]["closing"]

    def cap(column: str) -> Decimal:
        total = Decimal(0)
        for cls, area in closing.items():
            own = {"forest.evergreen_broadleaf": "forest.broadleaf", "forest.evergreen_needleleaf": "forest.needleleaf"}.get(
                cls, cls
            )
            row = capacity.get(own) or capacity.get(own.partition(".")[0])
            total += Decimal(row[column]) * area / 100 if row else 0  # t/km2, hm2
        return total

    discharged = returned["air_pollutant_discharge", "990121", 2022, "nox"]
    assert cap("low") < cap("value") < discharged < cap("high")


def test_price_indices_meet_where_their_reference_changes() -> None:
    """2020 stands in both series; the link leads from the new one to the old one, and no level is passed over."""
    level = {(r["key"], int(r["valid_from"][:4])): Decimal(r["value"]) for r in read("local/deflators/sample.csv")
             if r["id"] == "price_index"}  # fmt: skip
    links = {r["key"]: (r["valid_from"][:4], Decimal(r["value"])) for r in read("local/deflators/sample.csv")
             if r["id"] == "price_index_link"}  # fmt: skip
    for deflator in ("consumer_price", "farm_producer_price"):
        old, new = (f"deflator:{deflator};reference:{year}" for year in (2015, 2020))
        assert sorted(y for k, y in level if k == old) == list(range(2015, 2021))
        assert sorted(y for k, y in level if k == new) == [2020, 2021, 2022]
        assert level[old, 2015] == level[new, 2020] == 100
        assert links[new] == ("2020", level[old, 2020] / 100)
    assert len(links) == 2


def test_the_profile_says_how_it_is_deflated_and_allocated() -> None:
    scheme = tomllib.loads((BOOK / "local" / "schemes" / "sample.toml").read_text(encoding="utf-8"))
    measures: dict[str, dict[str, object]] = {}
    for path in sorted((BOOK.parents[2] / "coefficients" / "measures").glob("*.toml")):
        measures |= tomllib.loads(path.read_text(encoding="utf-8"))
    undivided = {
        s["id"] for s in scheme["service"] for line in s["line"]
        if "ecosystem" not in measures[line["measure"]].get("dims", [])  # type: ignore[operator]
    }  # fmt: skip
    assert set(scheme["allocation"]) == undivided
    assert scheme["constant"]["base"] == 2020
    assert set(scheme["constant"]["deflators"]) == {"tourism_recreation", "leisure", "other_products"}
    spread = {r["id"] for n in ("parameters", "prices") for r in read(f"local/{n}/sample.csv") if r["low"]}
    assert {p for g in scheme["uncertainty"]["group"] for p in g["parameters"]} <= spread


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


def test_the_first_years_of_all_asset_tables_run_clean(ready: Ready) -> None:
    """2016 and 2017: nothing stops or is asked. Debts and charged water chain from here, so no later year stands alone."""
    city = ready.book("sample-city", CITY_YEARS)
    assert rows(city, "SELECT DISTINCT severity FROM finding") == [{"severity": "note"}]
    held = rows(city, "SELECT DISTINCT table_id FROM asset_account_rollup WHERE year = 2016 AND region_code = '990100'")
    scheme = tomllib.loads((BOOK / "local" / "schemes" / "assets.toml").read_text(encoding="utf-8"))
    # condition and unit prices are not added up, so the city has none
    assert {r["table_id"] for r in held} == set(scheme["tables"]) - {"EC-02", "VP-01"}


WHOLE = "zone = '-' AND price_basis = 'current'"


def test_returns_are_taken_without_a_finding(tmp_path: Path) -> None:
    _, submitted = init(tmp_path / "book", str(BOOK), who="maker")
    assert [(s.status, s.findings) for s in submitted] == [("accepted", ())] * len(submitted)


def test_a_year_after_the_boundary_change_runs_clean(ready: Ready) -> None:
    """2021: nothing stops or is asked, no service is missing, and the figures per hectare are those of a humid hilly county."""
    book = ready.book("sample-city", "2020-2021", ["sample"])
    assert rows(book, "SELECT DISTINCT severity FROM finding") == [{"severity": "note"}]
    totals = {r["region_code"]: r for r in rows(book, f"SELECT * FROM gep_total WHERE year = 2021 AND {WHOLE}")}
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
            "AND f.period = '2021' WHERE p.year = 2021 AND p.zone = '-' AND starts_with(p.ecosystem, 'forest.') GROUP BY ALL",
        )
    }
    assert 3_000 < per_hectare["water_retention", "-"] < 9_000  # m3
    assert 50 < per_hectare["soil_retention", "retained_soil"] < 500  # t
    assert 2 < per_hectare["carbon_sequestration", "-"] < 12  # t CO2
    zones = {
        (r["region_code"], r["price_basis"]): (r["n"], r["gep"])
        for r in rows(
            book,
            "SELECT region_code, price_basis, count(*) AS n, sum(gep) AS gep FROM gep_total "
            "WHERE year = 2021 AND zone <> '-' GROUP BY ALL",
        )
    }
    assert set(zones) == {(c, b) for c in ("990100", *counties(2021)) for b in ("current", "constant:2020")}
    for (code, basis), (count, gep) in zones.items():
        assert count == 4
        if basis == "current":
            assert abs(gep / totals[code]["gep"] - 1) < Decimal("1e-9")
    index = {r["region_code"]: r for r in rows(book, f"SELECT * FROM green_gold_index WHERE year = 2021 AND {WHOLE}")}
    assert {r["gdp_vintage"] for c, r in index.items() if c != "990100"} == {"final 2023-03-25"}
    assert index["990100"]["gdp_vintage"] == "final 2023-03-21"  # the city's own
    assert all(0 < r["ggi"] < 2 and r["geep"] > r["gdp"] for r in index.values())
