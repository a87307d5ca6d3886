"""The cookbook: every question runs on a book of two years, and its figures are those worked out in plain Python from the release."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gep.base.findings import Refused
from gep.book import Book
from gep.ledger.cookbook import Answer, answer, parse, recipe, recipes

D = Decimal
CITY, UPPER = "990100", "990121"
Rows = list[dict[str, str]]
EMPTY = {"05-assets-falling", "08-revisions", "10-missing-figures", "21-published-figures"}  # of this book and with the defaults


def at_current_prices(row: Mapping[str, Any]) -> bool:
    return row.get("price_basis") in (None, "current")


@pytest.fixture(scope="module")
def csv_of(city: Book) -> Callable[[str], Rows]:
    """The rows of a table of the release, as text; of the accounts those of whole regions at current prices."""
    (folder,) = city.releases.iterdir()
    held: dict[str, Rows] = {}

    def read(name: str) -> Rows:
        if name not in held:
            with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
                held[name] = [r for r in csv.DictReader(stream) if r.get("zone", "-") == "-" and at_current_prices(r)]
        return held[name]

    return read


@pytest.fixture(scope="module")
def ask(city: Book, other: Path) -> Callable[..., list[dict[str, Any]]]:
    """The answer to a question at current prices; `every`: at all there are."""

    def asked(name: str, *, every: bool = False, **given: str) -> list[dict[str, Any]]:
        one = recipe(name)
        result = answer(city.store, one, given, [(n, other) for n in one.attach]).result
        found = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
        return [r for r in found if every or at_current_prices(r)]

    return asked


Ask = Callable[..., list[dict[str, Any]]]
Csv = Callable[[str], Rows]


def percent(part: Decimal, whole: Decimal) -> float:
    return float(part / whole * 100)


def known(rows: Iterable[dict[str, str]], column: str) -> Decimal:
    """The sum of a column; what does not apply is left out, and a missing figure fails the test."""
    total = D(0)
    for row in rows:
        if row["state"] != "not_applicable":
            assert row["state"] == "value"
            total += D(row[column])
    return total


def values(csv_of: Csv, year: int, service: str = "") -> Rows:
    return [r for r in csv_of("value_account") if r["year"] == str(year) and service in ("", r["service"])]


# ---- the form of the files


def test_there_are_at_least_twenty_questions_in_two_languages() -> None:
    assert len(recipes()) >= 20
    assert len({r.name for r in recipes()}) == len({r.zh for r in recipes()}) == len({r.en for r in recipes()}) == len(recipes())
    assert [int(r.name[:2]) for r in recipes()] == list(range(1, len(recipes()) + 1))
    for one in recipes():
        assert any("\u4e00" <= c <= "\u9fff" for c in one.zh + one.note_zh)
        assert not any("\u4e00" <= c <= "\u9fff" for c in one.en + one.note_en)
        assert bool(one.note_zh) == bool(one.note_en)


def test_no_question_reads_a_stored_table() -> None:
    for one in recipes():
        for sql in (one.sql, *(p.default for p in one.parameters)):
            assert " t_" not in sql, one.name


GOOD = "-- zh: 问\n-- en: asked\n-- param year INTEGER: 年 | year\n-- default year: SELECT 1\nSELECT $year\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("1-x", GOOD),
        ("01-x", GOOD.replace("-- en: asked\n", "")),
        ("01-x", GOOD.replace("INTEGER", "DOUBLE")),
        ("01-x", GOOD.replace("-- default year: SELECT 1\n", "")),
        ("01-x", GOOD.replace("SELECT $year", "SELECT $other")),
        ("01-x", GOOD.replace("SELECT $year", "SELECT 1")),
        ("01-x", GOOD.replace("-- zh: 问", "-- anything")),
    ],
)
def test_a_file_that_is_not_of_the_form_is_refused(name: str, text: str) -> None:
    assert parse("01-x", GOOD).parameters[0].name == "year"
    with pytest.raises(Refused) as caught:
        parse(name, text)
    assert [f.code for f in caught.value.findings] == ["COOKBOOK-FILE"]


# ---- every one runs, and gives the same everywhere


# every recipe is run below or by the page of the cookbook; the four ways to ask are compared for a third, for all in make proof
@pytest.mark.parametrize("name", [r.name for r in recipes()][:: 1 if os.environ.get("GEP_PROOF") == "full" else 3])
def test_the_same_answer_in_gep_plain_duckdb_and_pandas(city: Book, other: Path, name: str) -> None:
    one = recipe(name)
    asked: Answer = answer(city.store, one, {}, [(n, other) for n in one.attach])
    assert bool(asked.result.rows) == (name not in EMPTY)
    with duckdb.connect(str(city.store), read_only=True) as con:
        for n in one.attach:
            con.execute(f"ATTACH '{other}' AS {n} (READ_ONLY)")
        bound = {n: asked.given[n] for n in one.used}
        plain = con.execute(one.sql, bound) if bound else con.execute(one.sql)
        assert plain.fetchall() == list(asked.result.rows)
        frame = (con.execute(one.sql, bound) if bound else con.execute(one.sql)).df()
        # and typed in, as in the duckdb shell
        if bound:
            con.execute(f"PREPARE question AS {one.sql}")
            typed = ", ".join(f"{n} := {v}" if isinstance(v, int) else f"{n} := '{v}'" for n, v in bound.items())
            assert con.execute(f"EXECUTE question({typed})").fetchall() == list(asked.result.rows)
    assert list(frame.columns) == list(asked.result.columns)
    assert len(frame) == len(asked.result.rows)
    for n, kind in enumerate(asked.result.types):
        if kind == "VARCHAR":
            told = [None if value != value else value for value in frame.iloc[:, n].tolist()]  # noqa: PLR0124
            assert told == [row[n] for row in asked.result.rows]


def test_the_shell_of_duckdb(city: Book, ask: Ask) -> None:
    shell = Path(sys.executable).with_name("duckdb")  # it comes with the lock file
    sql = "SELECT year, gep FROM gep_total WHERE region_code = '990100' AND zone = '-' AND price_basis = 'current' ORDER BY year"
    expected = [[str(r["year"]), str(r["gep"])] for r in ask("gep-trend", region=CITY)]
    done = subprocess.run(
        [shell, "-init", os.devnull, "-readonly", "-csv", "-noheader", str(city.store), sql],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.split(",") for line in done.stdout.split()] == expected
    assert len(expected) == 2


# ---- against plain Python


def test_trend(ask: Ask, csv_of: Csv) -> None:
    held = {r["year"]: D(r["gep"]) for r in csv_of("gep_total") if r["region_code"] == CITY}
    before, after = ask("gep-trend")
    assert (before["gep"], before["change"], before["growth_percent"]) == (held["2016"], None, None)
    assert after["change"] == held["2017"] - held["2016"]
    assert after["growth_percent"] == pytest.approx(percent(held["2017"] - held["2016"], held["2016"]), abs=0.005)


def test_ranking(ask: Ask, csv_of: Csv) -> None:
    def places(year: str) -> dict[str, int]:
        held = [r for r in csv_of("gep_total") if r["year"] == year and r["region_level"] == "county"]
        return {r["region_code"]: n for n, r in enumerate(sorted(held, key=lambda r: -D(r["gep"])), 1)}

    found = ask("gep-ranking", year="2017", base_year="2016")
    assert {r["region_code"]: r["place"] for r in found} == places("2017")
    before = places("2016")
    for r in found:
        assert r["place_before"] == before.get(r["region_code"])
        assert r["places_gained"] == before[r["region_code"]] - r["place"]


def test_service_drivers(ask: Ask, csv_of: Csv) -> None:
    found = ask("service-drivers", year="2017", base_year="2016")
    services = {r["service"] for r in values(csv_of, 2017)}
    assert {r["service"] for r in found} == services
    change = {s: known(values(csv_of, 2017, s), "value") - known(values(csv_of, 2016, s), "value") for s in services}
    assert {r["service"]: r["change"] for r in found} == change
    for r in found:
        assert r["share_percent"] == pytest.approx(percent(change[r["service"]], sum(change.values(), D(0))), abs=0.005)
    assert [abs(r["change"]) for r in found] == sorted((abs(c) for c in change.values()), reverse=True)


def test_composition(ask: Ask, csv_of: Csv) -> None:
    for r in ask("composition", region=UPPER):
        (held,) = (g for g in csv_of("gep_total") if (g["region_code"], g["year"]) == (UPPER, str(r["year"])))
        for kind in ("material", "regulating", "cultural"):
            assert r[f"{kind}_percent"] == pytest.approx(percent(D(held[kind]), D(held["gep"])), abs=0.005)
        assert r["material_percent"] + r["regulating_percent"] + r["cultural_percent"] == pytest.approx(100, abs=0.02)


def test_assets_that_fell_two_years_running(ask: Ask, csv_of: Csv) -> None:
    falls: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for r in csv_of("balance_sheet"):
        if r["side"] == "asset" and r["region_level"] == "county" and r["change"] and D(r["change"]) < 0:
            falls[r["region_code"], r["line"]].append(r)
    twice = {k: rows for k, rows in falls.items() if len(rows) == 2}
    found = {(r["region_code"], r["line"]): r for r in ask("assets-falling", years="2", level="county")}
    assert found.keys() == twice.keys()
    assert found
    for k, r in found.items():
        assert r["change"] == sum(D(x["change"]) for x in twice[k])
        assert (r["first_year"], r["last_year"]) == (2016, 2017)


def test_city_against_counties(ask: Ask, csv_of: Csv) -> None:
    sheet = [r for r in csv_of("balance_sheet") if r["year"] == "2017"]
    found = ask("city-against-counties", year="2017")
    assert len(found) == sum(1 for r in sheet if r["region_code"] == CITY)
    for r in found:
        below = [x["closing"] for x in sheet if x["region_code"] != CITY and (x["side"], x["line"]) == (r["side"], r["line"])]
        assert (r["regions"], r["regions_below"]) == (len(below), 3)
        assert r["closing_below"] == (None if "" in below else sum((D(x) for x in below), D(0)))
        if r["line"] in ("A1", "A1.physical", "A2.physical"):
            assert r["difference"] == 0


def test_weak_coefficients(ask: Ask, csv_of: Csv) -> None:
    used: dict[str, set[str]] = defaultdict(set)
    for r in csv_of("parameter_used"):
        used[r["figure"]].add(r["status"])
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for r in values(csv_of, 2017):
        figure = (
            f"value_account/{r['region_code']}/2017/{r['service']}/{r['benefit']}/{r['product']}/{r['ecosystem']}"
            f"/zone=-/profile={r['profile']}/price_basis={r['price_basis']}/currency={r['currency']}"
        )
        kinds = used.get(figure, set())
        weakest = next((s for s in ("illustrative", "expert") if s in kinds), "sourced" if kinds else "none")
        if r["state"] == "value":
            sums[weakest] += D(r["value"])
    found = ask("weak-coefficients", year="2017")
    assert {r["rests_on"]: r["value"] for r in found} == dict(sums)
    assert sum(r["percent_of_gep"] for r in found) == pytest.approx(100, abs=0.02)


def test_findings_by_department(ask: Ask, csv_of: Csv) -> None:
    held = csv_of("finding")
    found = ask("findings-by-department")
    assert sum(r["findings"] for r in found) == len(held)
    assert sum(r["open"] for r in found) == sum(1 for r in held if r["status"] == "open")
    assert sum(r["answered"] for r in found) == sum(1 for r in held if r["answer"])
    ranks = [["stop", "query", "note"].index(r["severity"]) for r in found]
    assert ranks == sorted(ranks)
    sender = {f["file"]: f["department"] for f in csv_of("fact")}
    assert {r["department"] for r in found} == {sender.get(r["file"], "-") for r in held}


def test_price_trend(ask: Ask, csv_of: Csv) -> None:
    found = ask("price-trend", service="air_purification", region=UPPER)
    price = {
        (r["benefit"], int(r["year"])): D(r["price"])
        for r in csv_of("value_account")
        if r["region_code"] == UPPER and r["service"] == "air_purification"
    }
    assert {(r["benefit"], r["year"]): r["price"] for r in found} == price
    for r in found:
        before = price.get((r["benefit"], r["year"] - 1))
        assert r["change"] == (None if before is None else r["price"] - before)


def test_price_or_quantity(ask: Ask, csv_of: Csv) -> None:
    def leaves(year: int) -> dict[tuple[str, ...], dict[str, str]]:
        keys = ("region_code", "service", "benefit", "product", "ecosystem")
        return {tuple(r[k] for k in keys): r for r in values(csv_of, year) if r["state"] == "value"}

    old, new = leaves(2016), leaves(2017)
    for r in ask("price-or-quantity", year="2017", base_year="2016"):
        paired = [(old[k], new[k]) for k in old.keys() & new.keys() if k[1] == r["service"]]
        by_quantity = sum(((D(b["quantity"]) - D(a["quantity"])) * D(a["price"]) for a, b in paired if a["price"]), D(0))
        by_price = sum(((D(b["price"]) - D(a["price"])) * D(b["quantity"]) for a, b in paired if a["price"]), D(0))
        place = D("0.0001")
        assert (
            r["quantity_effect"] == by_quantity.quantize(place, ROUND_HALF_EVEN)
            or abs(r["quantity_effect"] - by_quantity) <= place
        )
        assert abs(r["price_effect"] - by_price) <= place
        # a product or ecosystem of one year only stands in no pair
        entered = sum((D(new[k]["value"]) for k in new.keys() - old.keys() if k[1] == r["service"]), D(0))
        left = sum((D(old[k]["value"]) for k in old.keys() - new.keys() if k[1] == r["service"]), D(0))
        assert r["unpaired"] == entered - left
        assert abs(r["rest"]) < D("0.01")


def test_per_area_and_head(ask: Ask, csv_of: Csv) -> None:
    def returned(measure: str, region: str) -> Decimal:
        (row,) = (r for r in csv_of("fact") if (r["measure"], r["region_code"], r["period"]) == (measure, region, "2017"))
        return D(row["quantity"])

    counties = [r["region_code"] for r in csv_of("gep_total") if r["year"] == "2017" and r["region_level"] == "county"]
    found = {r["region_code"]: r for r in ask("per-area-and-head", year="2017")}
    for region, under in [*((c, [c]) for c in counties), (CITY, counties)]:
        km2 = sum((returned("administrative_area", c) for c in under), D(0)) / 10**6
        people = sum((returned("resident_population", c) for c in under), D(0))
        assert found[region]["gep_per_km2"] == pytest.approx(float(found[region]["gep"] / km2), abs=0.01)
        assert found[region]["gep_per_head"] == pytest.approx(float(found[region]["gep"] / people), abs=0.01)


def test_parameter_changes(ask: Ask, csv_of: Csv) -> None:
    def used(year: int) -> dict[tuple[str, str, str], set[tuple[str, str]]]:
        made: dict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
        for r in csv_of("parameter_used"):
            if r["figure"].startswith(f"gep_total/{CITY}/{year}/zone=-/") and "/price_basis=current/" in r["figure"]:
                made[r["parameter"], r["key"], r["region_code"]].add((r["amount_text"], r["unit"]))
        return made

    old, new = used(2016), used(2017)
    changed = sorted((k[0], k[1]) for k in old.keys() | new.keys() if old.get(k) != new.get(k))
    assert changed
    assert sorted((r["parameter"], r["key"]) for r in ask("parameter-changes", year="2017", base_year="2016")) == changed


def test_land_flows(ask: Ask, csv_of: Csv) -> None:
    flows = [
        (D(r["amount"]), r["row_code"], r["column_code"], r["cause"])
        for r in csv_of("asset_total")
        if (r["region_code"], r["year"], r["table_id"], r["instance"]) == (CITY, "2017", "LM-01", "-")
        and r["row_code"][1:].isdigit() and r["column_code"][1:].isdigit() and r["row_code"][1:] != r["column_code"][1:]
        and r["amount"] and D(r["amount"])
    ]  # fmt: skip
    flows.sort(key=lambda f: (-f[0], *f[1:]))
    found = ask("land-flows", year="2017", most="5")
    assert [(r["amount"], r["row_code"], r["column_code"], r["cause"]) for r in found] == flows[:5]


def test_cell_to_figures(ask: Ask, csv_of: Csv) -> None:
    found = ask("cell-to-figures", year="2017", measure="npp", region=UPPER)
    direct = {r["figure"] for r in csv_of("trace") if r["input"].startswith(f"cell:npp/{UPPER}/2017/")}
    assert {r["figure"] for r in found if r["step"] == 1} == direct
    assert {r["figure"].split("/")[1] for r in found if r["step"] == 3} == {UPPER, CITY}
    priced = {r["figure"] for r in found if r["step"] == 2}
    assert all(f.startswith(f"value_account/{UPPER}/2017/") for f in priced)
    assert len(priced) >= sum(1 for f in direct if f.startswith("physical_account/"))


def test_states_journal_and_two_books(ask: Ask, city: Book) -> None:
    years = ask("state-of-the-years")
    assert {(r["year"], r["profile"]) for r in years} == {(y, p) for y in (2016, 2017) for p in ("sample", "assets")}
    assert {r["who"] for r in years} == {"示例"}
    acts = ask("who-did-what")
    lines = (city.root / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    assert [r["seq"] for r in acts] == list(range(1, len(lines) + 1))
    assert {r["difference"] for r in ask("two-books")} == {D(0)}


def test_stocks_coverage_and_extents(ask: Ask, csv_of: Csv) -> None:
    held = [r for r in csv_of("balance_sheet") if r["region_code"] == CITY and ".physical" in r["line"]]
    found = ask("stock-trend")
    assert {(r["line"], r["year"]): r["closing"] for r in found} == {
        (r["line"], int(r["year"])): D(r["closing"]) if r["closing"] else None for r in held
    }
    cover = [r for r in csv_of("coverage") if r["year"] == "2017"]
    tables = {r["table_id"]: r for r in ask("coverage-of-returns", year="2017")}
    assert tables.keys() == {r["table_id"] for r in cover}
    assert sum(r["cells_returned"] for r in tables.values()) == sum(int(r["returned"]) for r in cover)
    assert len(ask("extent-differences", year="2017")) == sum(1 for r in csv_of("extent_reconciliation") if r["year"] == "2017")


def test_value_by_ecosystem(ask: Ask, csv_of: Csv) -> None:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for r in values(csv_of, 2017):
        if r["state"] == "value":
            sums[r["ecosystem"].split(".")[0]] += D(r["value"])
    found = ask("value-by-ecosystem", year="2017")
    assert {r["ecosystem"]: r["value"] for r in found if r["value"] is not None} == dict(sums)
    assert {r["regions_all"] for r in found} == {3}


def test_at_constant_prices_too(ask: Ask) -> None:
    for name in ("gep-trend", "service-drivers", "composition", "price-or-quantity", "value-by-ecosystem"):
        found = ask(name, every=True, **({} if "year" not in recipe(name).used else {"year": "2017"}))
        by_basis = {basis: sum(1 for r in found if r["price_basis"] == basis) for basis in ("current", "constant:2020")}
        assert by_basis["current"] == by_basis["constant:2020"] > 0, name


def test_index_by_functional_zone(city: Book, ask: Ask) -> None:
    """The zones are added up from the release and the index is worked out again from the sums."""
    (folder,) = city.releases.iterdir()
    tables = {}
    for name in ("green_gold_index", "zone_member"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            tables[name] = list(csv.DictReader(stream))
    for scheme in ("functional_zone", "ecological_space", "red_line"):
        home = {r["zone"]: r["code"] for r in tables["zone_member"] if r["scheme"] == scheme}
        assert all(D(r["share"]) == 1 for r in tables["zone_member"])
        sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [D(0), D(0)])
        for r in tables["green_gold_index"]:
            if (r["region_code"], r["year"]) == (CITY, "2017") and r["zone"] != "-":
                both = sums[r["price_basis"], home[r["zone"]]]
                both[0], both[1] = both[0] + D(r["gep"]), both[1] + D(r["gdp"])
        found = ask("index-by-functional-zone", every=True, year="2017", scheme=scheme)
        assert {(r["price_basis"], r["code"]) for r in found} == sums.keys()
        for r in found:
            gep, gdp = sums[r["price_basis"], r["code"]]
            assert (r["gep"], r["gdp"]) == (round(gep, 2), round(gdp, 2))
            assert r["ggi"] == pytest.approx(float(gep / gdp), abs=0.00005)
        shares = [r["percent_of_gep"] for r in found if r["price_basis"] == "current"]
        assert sum(shares) == pytest.approx(100, abs=0.02)


def test_county_contributions(ask: Ask, csv_of: Csv) -> None:
    gep = {(r["region_code"], r["year"]): D(r["gep"]) for r in csv_of("gep_total")}
    found = {r["region_code"]: r for r in ask("county-contributions", year="2017", base_year="2016")}
    assert found.keys() == {CITY, UPPER, "990122", "990123"}
    assert sum(r["points"] for c, r in found.items() if c != CITY) == pytest.approx(found[CITY]["points"], abs=0.02)
    change = gep[UPPER, "2017"] - gep[UPPER, "2016"]
    assert found[UPPER]["points"] == pytest.approx(percent(change, gep[CITY, "2016"]), abs=0.005)
