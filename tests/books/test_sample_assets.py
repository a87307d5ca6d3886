"""The asset tables that the example city returns, checked on the CSV with plain decimals: chains, totals, causes, the river, the patches."""

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.sample_parts import assets_events as events
from tools.sample_parts.assets_form import Balance, rescaled, spread, written
from tools.sample_parts.place import COUNTIES, TOWNSHIPS, YEARS, county_code

BOOK = Path(__file__).resolve().parents[2] / "ledgers" / "books" / "sample-city"
UPPER, MIDDLE, LOWER, DISTRICT = "990121", "990122", "990123", "990103"
PLACES = [(county_code(name, year), year) for year in YEARS for name in COUNTIES]
CLASSES = [f"C{n:02d}" for n in range(1, 10)]
# table -> its columns, additions and reductions
FLOW_TABLES = {
    "LA-01": (CLASSES, ("R21", "R22", "R23"), ("R31", "R32", "R33")),
    "LQ-01": ([f"G{n:02d}" for n in range(1, 16)], ("R21", "R22", "R23", "R24"), ("R31", "R32", "R33", "R34", "R35")),
    "LQ-02": ([f"Q{n:02d}" for n in range(1, 11)], ("R21", "R22", "R23", "R24"), ("R31", "R32", "R33", "R34", "R35")),
    "FS-01": (["S1", "S2", "S3"], ("R21", "R22", "R23"), ("R31", "R32", "R33")),
    "GQ-01": (["D1", "D2", "D3", "D4", "D5", "D9"], ("R21", "R22", "R23"), ("R31", "R32", "R33")),
    "WL-01": (["C1", "C2", "C3", "C4", "C5"], ("R21", "R22", "R23"), ("R31", "R32", "R33")),
    "FT-01": (["A1", "A2", "V1", "V2", "V3"], ("R21", "R22", "R23"), ("R31", "R32", "R33", "R34")),
    "EC-01": ([f"E{n}" for n in range(1, 9)], ("R21", "R22", "R23"), ("R31", "R32", "R33")),
    "SC-L": ([f"S{n}" for n in range(1, 9)], ("R21", "R22", "R23"), ("R31", "R32", "R33")),
}
INFLOWS, OUTFLOWS = ("R03", "R05", "R06", "R07", "R08"), ("R10", "R12", "R13", "R14", "R15", "R16")
BODIES = ("C11", "C12", "C13", "C02")
MINERALS = {UPPER: ("limestone", "kaolin"), MIDDLE: ("kaolin",), LOWER: ("limestone",), DISTRICT: ("limestone",)}

Key = tuple[str, str, int, str]


@cache
def rows() -> dict[Key, dict[str, str]]:
    """(item, region, year, category) -> row of all returns of asset tables."""
    found: dict[Key, dict[str, str]] = {}
    for path in sorted((BOOK / "returns").glob("assets_*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for r in csv.DictReader(stream):
                key = (r["item"], r["region"], int(r["period"]), r["category"])
                assert key not in found, key
                found[key] = r
    return found


@cache
def of_book(name: str) -> list[dict[str, str]]:
    with (BOOK / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def value(item: str, region: str, year: int, category: str = "") -> Decimal:
    return Decimal(rows()[item, region, year, category]["value"])


def there(item: str, region: str, year: int, category: str = "") -> bool:
    return (item, region, year, category) in rows()


def note(item: str, region: str, year: int, category: str = "") -> str:
    return rows()[item, region, year, category]["note"]


def closing(table: str, region: str, year: int, category: str) -> Decimal:
    """Opening and additions less reductions; where growth is modelled it is the opening times the returned rate."""
    _, more, less = FLOW_TABLES[table]
    total = value(f"{table}.R10", region, year, category)
    for row in more:
        if there(f"{table}.{row}", region, year, category):
            total += value(f"{table}.{row}", region, year, category)
        else:
            rate = value("FT-01.growth_rate", region, year, category) / 100
            total += value(f"{table}.R10", region, year, category) * rate
    return total - sum(value(f"{table}.{row}", region, year, category) for row in less)


def before(region: str, year: int) -> str:
    """The code under which the closing of the year before stands."""
    return LOWER if (region, year) == (DISTRICT, 2021) else region


def whole(table: str, row: str, region: str, year: int) -> Decimal:
    columns = FLOW_TABLES[table][0]
    if row == "R40":
        return sum((closing(table, region, year, c) for c in columns), Decimal(0))
    return sum((value(f"{table}.{row}", region, year, c) for c in columns), Decimal(0))


def book_area(item: str, region: str, year: int, prefix: tuple[str, ...]) -> Decimal:
    """Area of ecosystem classes as the book returns it elsewhere, hm2."""
    return sum(
        (
            Decimal(r["value"])
            for r in of_book("returns/natural_resources.csv")
            if (r["item"], r["region"], r["period"]) == (item, region, str(year)) and r["category"].startswith(prefix)
        ),
        Decimal(0),
    )


@pytest.mark.parametrize("table", sorted(FLOW_TABLES))
def test_every_table_is_whole_never_negative_and_chains(table: str) -> None:
    columns, more, less = FLOW_TABLES[table]
    breaks = set()
    for region, year in PLACES:
        for column in columns:
            for row in ("R10", *more, *less):
                if table == "FT-01" and row == "R22" and year == 2018 and column.startswith("V"):
                    assert not there("FT-01.R22", region, year, column)
                else:
                    assert value(f"{table}.{row}", region, year, column) >= 0
            assert closing(table, region, year, column) >= 0
            if year > 2016 and value(f"{table}.R10", region, year, column) != closing(
                table, before(region, year), year - 1, column
            ):
                assert note(f"{table}.R10", region, year, column).startswith("SURVEY_BREAK: "), (region, year, column)
                breaks.add((year, column[0]))
    survey = {(2020, c[0]) for c in columns} - {(2020, "V")}
    expected = {"FT-01": survey | {(2019, "V")}, "EC-01": set(), "SC-L": set()}
    assert breaks == expected.get(table, survey)


def test_a_new_district_opens_with_the_closing_of_the_county_it_replaces() -> None:
    assert 'replaces = ["990123"]' in (BOOK / "book.toml").read_text(encoding="utf-8")
    for column in CLASSES:
        assert value("LA-01.R10", DISTRICT, 2021, column) == closing("LA-01", LOWER, 2020, column)


def test_the_township_that_moves_stands_in_the_adjustment_rows_of_both() -> None:
    for table, up, down in (("LA-01", "R23", "R33"), ("LQ-01", "R24", "R35"), ("LQ-02", "R24", "R35"), ("FS-01", "R23", "R33"),
                            ("WL-01", "R23", "R33"), ("FT-01", "R23", "R34"), ("EC-01", "R23", "R33"),
                            ("SC-L", "R23", "R33")):  # fmt: skip
        for column in FLOW_TABLES[table][0]:
            gained, lost = value(f"{table}.{up}", DISTRICT, 2021, column), value(f"{table}.{down}", MIDDLE, 2021, column)
            assert gained == lost
            if gained:
                assert note(f"{table}.{up}", DISTRICT, 2021, column).startswith("BOUNDARY: ")
                assert note(f"{table}.{down}", MIDDLE, 2021, column).startswith("BOUNDARY: ")
    assert whole("LA-01", "R23", DISTRICT, 2021) == Decimal("28133.00")  # 281.33 km2


@pytest.mark.parametrize(("region", "year"), PLACES)
def test_land_classes_make_up_the_county_and_are_groups_of_ecosystem_classes(region: str, year: int) -> None:
    area = next(
        Decimal(r["value"])
        for r in of_book("returns/natural_resources.csv")
        if (r["item"], r["region"], r["period"]) == ("administrative_area", region, str(year))
    )
    assert whole("LA-01", "R40", region, year) == area * 100  # km2 to hm2
    groups = {
        ("C01",): ("wetland.marsh",), ("C02",): ("farmland.paddy", "farmland.dry"), ("C03",): ("farmland.tree_orchard",),
        ("C04",): ("forest", "shrub"), ("C05",): ("grassland",), ("C06", "C07"): ("urban",),
        ("C08",): ("wetland.lake", "wetland.river", "wetland.reservoir"), ("C09",): ("bare",),
    }  # fmt: skip
    for columns, classes in groups.items():
        assert sum(closing("LA-01", region, year, c) for c in columns) == book_area("ecosystem_area", region, year, classes)
    # land is neither made nor lost unless the boundary moves
    gained, lost = (sum(whole("LA-01", r, region, year) for r in several) for several in (("R21", "R22"), ("R31", "R32")))
    assert gained == lost


@pytest.mark.parametrize(("region", "year"), PLACES)
def test_other_tables_have_the_totals_of_the_land(region: str, year: int) -> None:
    for table in ("LQ-01", "LQ-02", "FS-01"):
        assert whole(table, "R40", region, year) == closing("LA-01", region, year, "C02")
        assert whole(table, "R10", region, year) == value("LA-01.R10", region, year, "C02")
    for table in ("LQ-01", "LQ-02"):
        assert whole(table, "R23", region, year) == whole(table, "R34", region, year) > 0
        assert whole(table, "R21", region, year) + whole(table, "R22", region, year) == value("LA-01.R21", region, year, "C02")
    for soil in ("S2", "S3"):
        assert 0 < value("FS-01.R70", region, year, soil) <= closing("FS-01", region, year, soil)
    gap = Decimal("6.40") if region in (LOWER, DISTRICT) and year >= 2020 else 0
    assert whole("GQ-01", "R40", region, year) == closing("LA-01", region, year, "C05") + gap
    assert whole("WL-01", "R40", region, year) == book_area("ecosystem_area", region, year, ("wetland",))
    forest = book_area("ecosystem_area", region, year, ("forest",))
    assert sum(closing("FT-01", region, year, a) for a in ("A1", "A2")) == forest
    types = ("forest", "shrub", "grassland", "wetland", "farmland", "urban", "desert", "bare")
    for column, prefix in zip(FLOW_TABLES["EC-01"][0], types, strict=True):
        assert closing("EC-01", region, year, column) == book_area("ecosystem_area", region, year, (prefix,))
        opening = book_area("ecosystem_area_opening", region, year, (prefix,))
        assert value("EC-01.R10", region, year, column) == opening
        again = book_area("ecosystem_area_restatement", region, year, (prefix,))
        assert value("EC-01.R23", region, year, column) - value("EC-01.R33", region, year, column) == again


def test_survey_and_account_differ_in_one_county_and_year_by_nothing_in_all() -> None:
    apart = {
        (region, year, c): value("LA-01.R60", region, year, c) - closing("LA-01", region, year, c)
        for region, year in PLACES
        for c in CLASSES
    }
    assert {k: v for k, v in apart.items() if v} == {
        (MIDDLE, 2018, "C02"): Decimal("0.35"),
        (MIDDLE, 2018, "C03"): Decimal("-0.35"),
    }


@cache
def matrix() -> dict[tuple[str, int], Counter[tuple[str, str, str]]]:
    """(county, year) -> (from, to, cause) -> m2, the townships added up."""
    found: dict[tuple[str, int], Counter[tuple[str, str, str]]] = defaultdict(Counter)
    for r in of_book("records/land_changes.csv"):
        found[r["region"][:6], int(r["period"])][r["lm01_from"], r["lm01_to"], r["cause"]] += int(r["area"])
    return dict(found)


@pytest.mark.parametrize(("region", "year"), PLACES)
def test_changed_patches_are_the_changes_of_land_by_cause(region: str, year: int) -> None:
    """L3 by cause: additions of a class are what goes into it, reductions what goes out; 1 hm2 = 10 000 m2."""
    cells = matrix()[region, year]
    assert all(a[1:] != b[1:] for a, b, _ in cells)
    for n in range(1, 10):
        for cause, up, down in (("human", "R21", "R31"), ("natural", "R22", "R32")):
            into = sum(v for (_, t, c), v in cells.items() if t == f"T{n:02d}" and c == cause)
            out = sum(v for (f, _, c), v in cells.items() if f == f"F{n:02d}" and c == cause)
            assert value(f"LA-01.{up}", region, year, f"C{n:02d}") * 10_000 == into
            assert value(f"LA-01.{down}", region, year, f"C{n:02d}") * 10_000 == out
        net = sum(v * ((t == f"T{n:02d}") - (f == f"F{n:02d}")) for (f, t, c), v in cells.items() if c == "adjustment")
        column = f"C{n:02d}"
        booked = value("LA-01.R23", region, year, column) - value("LA-01.R33", region, year, column)
        if year == 2020:
            booked = value("LA-01.R10", region, year, column) - closing("LA-01", region, 2019, column)
        assert booked * 10_000 == net


def test_patches_are_called_once_a_year_and_one_of_them_changes_twice() -> None:
    changes = of_book("records/land_changes.csv")
    assert len({(r["region"], r["period"], r["row"]) for r in changes}) == len(changes)
    assert all(int(r["area"]) > 0 for r in changes)
    by_patch = defaultdict(list)
    for r in changes:
        if r["cause"] != "adjustment":
            by_patch[r["row"]].append((r["period"], r["lm01_from"], r["lm01_to"], r["area"]))
    twice = [steps for steps in by_patch.values() if len(steps) > 1]
    assert [[s[:3] for s in steps] for steps in twice] == [[("2021", "F02", "T03"), ("2022", "F03", "T06")]]
    assert len({s[3] for s in twice[0]}) == 1


def test_patches_of_2022_are_pieces_of_those_of_2019_and_differ_by_what_changed() -> None:
    """End to end, a patch that changed twice counts once, so each year's changes add up to no less; the net change is the same."""
    first, last = ({r["row"]: r for r in of_book("records/land_patch_table.csv") if r["period"] == y} for y in ("2019", "2022"))
    pieces: Counter[str] = Counter()
    went: Counter[tuple[str, str]] = Counter()
    for row, r in last.items():
        root = row.partition(".")[0]
        pieces[root] += int(r["area"])
        went[first[root]["la01"], r["la01"]] += int(r["area"])
    assert pieces == Counter({row: int(r["area"]) for row, r in first.items()})
    gross: Counter[tuple[str, str]] = Counter()
    for (_, year), cells in matrix().items():
        for (f, t, cause), area in cells.items():
            if year >= 2020 and cause != "adjustment":
                gross[f.replace("F", "C"), t.replace("T", "C")] += area
    for c in CLASSES:
        out = [sum(v for (f, t), v in m.items() if f == c != t) for m in (gross, went)]
        into = [sum(v for (f, t), v in m.items() if t == c != f) for m in (gross, went)]
        assert out[0] >= out[1]
        assert into[0] >= into[1]
        assert into[0] - out[0] == into[1] - out[1]
    assert sum(gross.values()) > sum(v for (f, t), v in went.items() if f != t)
    for r_year, codes, table in (("2019", {UPPER, MIDDLE, LOWER}, first), ("2022", {UPPER, MIDDLE, DISTRICT}, last)):
        by_class: Counter[tuple[str, str]] = Counter()
        for r in table.values():
            by_class[r["region"][:6], r["la01"]] += int(r["area"])
        for code in codes:
            for c in CLASSES:
                held = value("LA-01.R10", code, 2020, c) if r_year == "2019" else closing("LA-01", code, 2022, c)
                assert by_class[code, c] == held * 10_000


def test_cultivated_land_is_made_up_for_but_once_not_enough_and_once_by_poorer_land() -> None:
    def mean(row: str, region: str, year: int) -> Decimal:
        total = whole("LQ-01", row, region, year)
        return sum((n * value(f"LQ-01.{row}", region, year, f"G{n:02d}") for n in range(1, 16)), Decimal(0)) / total

    short = [(r, y) for r, y in PLACES if whole("LQ-01", "R21", r, y) < whole("LQ-01", "R31", r, y)]
    poorer = [(r, y) for r, y in PLACES if mean("R21", r, y) > mean("R31", r, y)]
    assert short == [(LOWER, 2019)]
    assert poorer == [(UPPER, 2018)]


def test_forest_volume_is_modelled_in_2018_and_re_stated_by_the_inventory() -> None:
    for region in (UPPER, MIDDLE, LOWER):
        for v in ("V1", "V2", "V3"):
            assert 2 < value("FT-01.growth_rate", region, 2018, v) < 8
            gap = value("FT-01.R10", region, 2019, v) / closing("FT-01", region, 2018, v) - 1
            assert Decimal("0.005") < abs(gap) < Decimal("0.03")
    apart = {(r, y): value("forest_area_forestry", r, y) - value("forest_area_survey", r, y) for r, y in PLACES}
    assert {k: v for k, v in apart.items() if v} == {(MIDDLE, 2022): Decimal("86.40")}


def test_arbor_forest_is_the_forest_without_bamboo_and_has_its_own_chain() -> None:
    for region, year in PLACES:
        area, volume = (sum(value("FQ-01.R40", region, year, f"{block}{n}") for n in range(1, 6)) for block in ("A", "V"))
        bamboo = book_area("ecosystem_area", region, year, ("forest.bamboo",))
        assert area == sum(closing("FT-01", region, year, a) for a in ("A1", "A2")) - bamboo
        stands = sum(closing("FT-01", region, year, v) for v in ("V1", "V2"))
        assert 0 <= stands - volume < (2 if year == 2018 else 1)  # the model of 2018 has parts of a cubic metre
        if year > 2016:
            for column in (f"{b}{n}" for b in ("A", "V") for n in range(1, 6)):
                assert value("FQ-01.R10", region, year, column) == value("FQ-01.R40", before(region, year), year - 1, column)


@pytest.mark.parametrize(("region", "year"), PLACES)
def test_water_balances_body_by_body(region: str, year: int) -> None:
    def cell(row: str, body: str) -> Decimal:
        return value(f"WR-01.{row}", region, year, body)

    assert sum(cell("R07", b) for b in BODIES) == sum(cell("R15", b) for b in BODIES)
    for body in BODIES:
        if (region, year) == (MIDDLE, 2017):
            assert not there("WR-01.R16", region, year, body)
            lost = cell("R01", body) + sum(cell(r, body) for r in INFLOWS) - cell("R18", body)
            lost -= sum(cell(r, body) for r in OUTFLOWS if r != "R16")
            assert lost > 0
        else:
            assert cell("R01", body) + sum(cell(r, body) for r in INFLOWS) - sum(cell(r, body) for r in OUTFLOWS) == cell(
                "R18", body
            )
        assert cell("R08", body) <= cell("R10", body) + cell("R06", body)
        if year > 2016:
            assert cell("R01", body) == value("WR-01.R18", before(region, year), year - 1, body)
    drawn = sum(cell("R10", b) for b in BODIES)
    supplied = [r for r in of_book("returns/water.csv") if (r["region"], r["period"]) == (region, str(year))]
    assert value("water_use_total", region, year) == drawn
    assert drawn == sum(Decimal(r["value"]) for r in supplied if r["item"] == "water_supply")
    formed = next(Decimal(r["value"]) for r in supplied if r["item"] == "water_resources")
    assert sum(cell("R03", b) for b in BODIES) == formed


def test_what_leaves_a_county_enters_the_next_one() -> None:
    codes = {r["code"] for r in of_book("local/codes/counterpart.csv")}
    for year in YEARS:
        upper, middle, lower = (county_code(name, year) for name in COUNTIES)
        assert {upper, middle, lower} <= codes
        pairs = [("R12.to", "R05.from", upper, middle, "C13"), ("R12.to", "R05.from", middle, lower, "C13"),
                 ("R14.to", "R06.from", upper, lower, "C11")]  # fmt: skip
        for out, into, above, below, body in pairs:
            sent = value(f"WR-01.{out}", above, year, f"counterpart:{below};wr01:{body}")
            got = value(f"WR-01.{into}", below, year, f"counterpart:{above};wr01:{body}")
            assert (
                sent == got == value(f"WR-01.{out[:3]}", above, year, body) == value(f"WR-01.{into[:3]}", below, year, body) > 0
            )
        assert sum(value("WR-01.R05", upper, year, b) for b in BODIES) == 0
        assert value("WR-01.R12", lower, year, "C13") > 0


def test_water_quality_chains_and_is_assessed_in_full() -> None:
    for region, year in PLACES:
        for block in ("RV", "LK", "RS", "SC", "GW"):
            classes = [f"K{n}" for n in range(1, 6 if block == "GW" else 7)]
            total = sum(value(f"WQ-01.{block}40", region, year, k) for k in classes)
            assert total > 0
            if block == "RS":
                assert total == value("WR-01.R18", region, year, "C11")
            if year > 2016:
                for k in classes:
                    assert value(f"WQ-01.{block}10", region, year, k) == value(
                        f"WQ-01.{block}40", before(region, year), year - 1, k
                    )
        assert not there("WQ-01.GW40", region, year, "K6")


def test_minerals_chain_and_reserves_are_part_of_resources() -> None:
    ups, downs = ("R21", "R22", "R23"), ("R31", "R32", "R33", "R34", "R35")
    for region, year in PLACES:
        for mineral in MINERALS[region]:
            left = {}
            for c in ("C1", "C2", "C3", "C4", "C5"):
                key = f"mineral:{mineral};mn01:{c}"
                total = value("MN-01.R10", region, year, key) + sum(value(f"MN-01.{r}", region, year, key) for r in ups)
                left[c] = total - sum(value(f"MN-01.{r}", region, year, key) for r in downs)
                if year < 2022:
                    after = DISTRICT if (region, year) == (LOWER, 2020) else region
                    again = note("MN-01.R10", after, year + 1, key).startswith("CLASSIFICATION: ")
                    assert again == (mineral == "kaolin" and year == 2019)
                    assert again == (value("MN-01.R10", after, year + 1, key) != left[c])
            assert left["C4"] + left["C5"] <= left["C2"] + left["C3"]
            mined, reserve = (sum(value("MN-01.R31", region, year, f"mineral:{mineral};mn01:{c}") for c in cs)
                              for cs in (("C1", "C2", "C3"), ("C4", "C5")))  # fmt: skip
            assert mined == reserve > 0
        for mineral in {"limestone", "kaolin"} - set(MINERALS[region]):
            assert not there("MN-01.R10", region, year, f"mineral:{mineral};mn01:C1")
    assert any(value("MN-01.R21", UPPER, 2018, f"mineral:limestone;mn01:{c}") for c in ("C1", "C2"))


def test_mines_are_restored_and_one_county_has_none_left() -> None:
    left = {}
    for region, year in PLACES:
        opening, new, done = (value(f"MR-01.{row}", region, year) for row in ("R10", "R21", "R31"))
        left[region, year] = opening + new - done
        assert left[region, year] >= 0
        if year > 2016:
            assert opening == left[before(region, year), year - 1]
    assert [k for k, area in left.items() if not area] == [(MIDDLE, 2022)]


def test_red_line_units_change_only_by_approval() -> None:
    units = of_book("local/codes/redline_unit.csv")
    assert all(u["type_zh"] and u["marker"] and u["county"] and u["approval"] and u["valid_from"] for u in units)
    approved = []
    for region, year in PLACES:
        own = [u["code"] for u in units if u["county"] == (LOWER if region == DISTRICT else region)]
        assert own
        for code in own:
            key = f"redline_unit:{code}"
            opening, more, less, end = (value(f"RL-01.{row}", region, year, key) for row in ("R10", "R21", "R31", "R60"))
            assert opening + more - less == end
            if year > 2016:
                assert opening == value("RL-01.R60", before(region, year), year - 1, key)
            if more or less:
                approved.append((code, year))
                assert all(rows()[f"RL-01.{row}", region, year, key]["evidence"] for row in ("R21", "R31"))
    assert approved == [("RL-M1", 2019)]


def test_basic_farmland_is_part_of_cultivated_land_and_stays() -> None:
    for region, year in PLACES:
        assert 0 < value("permanent_basic_farmland", region, year) < closing("LA-01", region, year, "C02")
    for year in YEARS:
        codes = [county_code(name, year) for name in COUNTIES]
        assert sum(value("permanent_basic_farmland", code, year) for code in codes) == Decimal("53300.00")


def test_condition_has_reference_levels_and_chains() -> None:
    returned = {k: r["state"] for k, r in rows().items() if k[0] == "EC-02.R40"}
    assert len(returned) == 3 * 8 * len(PLACES)
    assert set(returned.values()) == {"", "not_applicable"}
    found = {k for k, state in returned.items() if not state}
    assert {k[3] for k in found} == {
        "condition:canopy_cover;ec02:E1", "condition:vegetation_cover;ec02:E1", "condition:vegetation_cover;ec02:E2",
        "condition:vegetation_cover;ec02:E3", "condition:water_quality;ec02:E4",
    }  # fmt: skip
    weights = {(r["key"], r["value"]) for r in of_book("local/parameters/assets_condition.csv")}
    assert len(weights) == 3 * 8
    for _, region, year, key in found:
        low, high = value("EC-02.RLO", region, year, key), value("EC-02.RHI", region, year, key)
        assert low < value("EC-02.R40", region, year, key) < high
        assert (key, "1" if "E1" not in key else ("0.4", "0.6")[key.startswith("condition:v")]) in weights
        if year > 2016:
            assert value("EC-02.R10", region, year, key) == value("EC-02.R40", before(region, year), year - 1, key)


@pytest.mark.parametrize(("region", "year"), PLACES)
def test_covers_are_groups_of_ecosystem_classes_and_make_up_the_land(region: str, year: int) -> None:
    groups = {
        "S1": ("urban.built",), "S2": ("farmland",), "S3": ("grassland", "urban.green"), "S4": ("forest",), "S5": ("shrub",),
        "S6": ("wetland.marsh",), "S7": ("bare",), "S8": ("wetland.lake", "wetland.river", "wetland.reservoir"),
    }  # fmt: skip
    for column, classes in groups.items():
        assert closing("SC-L", region, year, column) == book_area("ecosystem_area", region, year, classes)
    assert whole("SC-L", "R40", region, year) == whole("LA-01", "R40", region, year)
    assert whole("SC-L", "R21", region, year) == whole("SC-L", "R31", region, year)
    assert whole("SC-L", "R22", region, year) == whole("SC-L", "R32", region, year)


def test_timber_classes_share_all_of_each_volume() -> None:
    for region, year in PLACES:
        for volume in ("V1", "V2", "V3"):
            parts = [value("SC-T.share", region, year, f"ft01v:{volume};sct:{t}") for t in ("T1", "T2", "T3")]
            assert sum(parts) == 100
            assert min(parts) >= 0
        # planted is not cultivated: some planted forest (V2) is natural timber
        assert value("SC-T.share", region, year, "ft01v:V2;sct:T2") > 0
        assert all(0 < value("SC-T.removed", region, year, t) < 100 for t in ("T1", "T2", "T3"))


def test_rain_less_evaporation_is_what_the_net_figures_say() -> None:
    for region, year in PLACES:
        for body in BODIES[:3]:
            if not there("WR-01.R16", region, year, body):  # the year in which it is a residual
                continue
            gross = value("SC-W.R22", region, year, body) - value("SC-W.R34", region, year, body)
            assert gross == value("WR-01.R03", region, year, body) - value("WR-01.R16", region, year, body)
            assert value("SC-W.R22", region, year, body) >= value("WR-01.R03", region, year, body)
        assert value("SC-W.R34", region, year, "C02") == 0
        for column in ("C14", "C03"):
            assert rows()["SC-W.R22", region, year, column]["state"] == "not_applicable"


GAINS, LOSSES = ("R21", "R22", "R24", "R25"), ("R31", "R32", "R33", "R34")


@cache
def worth(region: str, year: int, kind: str) -> tuple[Decimal, Decimal]:
    """Opening and closing of EC-04, 10^4 yuan: the opening is returned in the first year and carried over after it."""
    assert there("EC-04.R10", region, year, kind) == (year == 2016)
    begun = value("EC-04.R10", region, year, kind) if year == 2016 else worth(before(region, year), year - 1, kind)[1]
    gained = sum(value(f"EC-04.{r}", region, year, kind) for r in GAINS)
    return begun, begun + gained - sum(value(f"EC-04.{r}", region, year, kind) for r in LOSSES)


def index(row: str, region: str, year: int, kind: str) -> Decimal:
    """Condition index of EC-02: (value - low) / (high - low), weighted; 0 for a type without a variable."""
    total = Decimal(0)
    for r in of_book("local/parameters/assets_condition.csv"):
        variable, of = (part.partition(":")[2] for part in r["key"].split(";"))
        if of == kind and Decimal(r["value"]):
            v, low, high = (value(f"EC-02.{x}", region, year, f"condition:{variable};ec02:{of}") for x in (row, "RLO", "RHI"))
            total += Decimal(r["value"]) * (v - low) / (high - low)
    return total


def test_worth_of_ecosystems_changes_by_condition_area_and_price() -> None:
    declined = set()
    for region, year in PLACES:
        for kind in FLOW_TABLES["EC-01"][0]:
            begun, ended = worth(region, year, kind)
            assert (begun > 0) == (kind != "E7")  # there is no desert
            assert (ended > 0) == (kind != "E7")
            change = index("R40", region, year, kind) - index("R10", region, year, kind)
            lost = value("EC-04.R31", region, year, kind) + value("EC-04.R33", region, year, kind)
            assert (lost > 0) == (change < 0)  # degradation and fire only where the condition declined
            assert (value("EC-04.R21", region, year, kind) > 0) == (change > 0)
            if change < 0:
                declined.add((region, year, kind))
            for row, areas in (("R22", ("R21", "R22")), ("R32", ("R31", "R32")), ("R24", ("R23",)), ("R34", ("R33",))):
                moved = sum(value(f"EC-01.{a}", region, year, kind) for a in areas)
                assert (value(f"EC-04.{row}", region, year, kind) > 0) == (moved > 0)
    assert (UPPER, 2022, "E1") in declined  # the dry year
    assert [k[1:3] for k, r in rows().items() if k[0] == "EC-04.R33" and Decimal(r["value"])] == [(UPPER, 2022)]


def test_the_township_that_moves_is_worth_the_same_to_both_counties() -> None:
    for kind in FLOW_TABLES["EC-01"][0]:
        assert value("EC-04.R24", DISTRICT, 2021, kind) == value("EC-04.R34", MIDDLE, 2021, kind)


def test_rate_and_lives_of_the_net_present_value_are_made_up() -> None:
    held = of_book("local/parameters/assets_seea.csv")
    assert [r["id"] for r in held] == ["ecosystem_discount_rate"] + ["ecosystem_asset_life"] * 8
    assert {(r["source_set"], r["status"], r["source"], r["note"]) for r in held} == {
        ("sample", "illustrative", "sample_city", "示例数据")
    }
    assert 0 < Decimal(held[0]["value"]) < 1
    assert all(Decimal(r["value"]) >= 1 for r in held[1:])


def test_users_of_a_service_share_all_of_it() -> None:
    for region, year in PLACES:
        for n in range(1, 12):
            parts = [value("EC-03.share", region, year, f"ec03_service:S{n:02d};ec03u:U{u}") for u in range(1, 5)]
            assert sum(parts) == 100
        for service in ("S01", "S02", "S03", "S06", "S08", "S09", "S10", "S11"):
            suppliers = [*(f"SE{n}" for n in range(9))]
            assert sum(value("EC-03.place", region, year, f"ec03_regional:{service};ec03s:{s}") for s in suppliers) == 100


def test_what_values_and_debts_are_made_of() -> None:
    costs = ("intermediate_consumption", "compensation", "production_taxes", "specific_taxes", "capital_consumption")
    losing = []
    for region, year in PLACES:
        charged = [value("WU-01.R40", region, year, use) for use in ("U1", "U2", "U3")]
        assert 0 < sum(charged) < value("water_use_total", region, year)
        for mineral in MINERALS[region]:
            key = f"mineral:{mineral}"
            if sum(value(f"mineral_{c}", region, year, key) for c in costs) > value("mineral_output", region, year, key):
                losing.append((region, year, mineral))
            assert value("planned_extraction", region, year, key) > 0
        for pollutant in ("P1", "P2", "P3"):
            assert 0 < value("DB-01.R31", region, year, pollutant) <= value("DB-01.R21", region, year, pollutant)
        states = {i: rows()[i, region, year, ""] for i in ("VA.other.closing", "VA.land.depletion", "VA.water.depletion")}
        assert {r["state"] for r in states.values()} == {"not_applicable"}
        assert {r["value"] for r in states.values()} == {""}
    assert losing == [(UPPER, 2020, "kaolin")]
    repaid = sum(value("DB-01.R31", UPPER, y, "W1") for y in YEARS)
    assert repaid <= value("DB-01.R10", UPPER, 2016, "W1")
    # what has no return later on opens with its own closing of the year before
    assert {k[2] for k in rows() if k[0] in ("WU-01.R10", "VP-01.R10", "DB-01.R10")} == {2016}


def test_every_row_says_it_is_made_up_and_the_files_stay_small() -> None:
    assert all("示例数据" in r["note"] and r["source"] == "sample_city" for r in rows().values())
    assert sum(p.stat().st_size for p in (BOOK / "returns").glob("*.csv")) <= 2_800_000


@given(st.integers(0, 10**7), st.lists(st.integers(0, 10**6), min_size=1, max_size=15).filter(any))
def test_shares_are_whole_and_add_up(total: int, weights: list[int]) -> None:
    by_column = {f"c{n}": w for n, w in enumerate(weights)}
    made = spread(total, by_column)
    assert sum(made.values()) == total
    for column, weight in by_column.items():
        assert abs(made[column] - total * weight / sum(weights)) < 1


def test_nothing_is_spread_over_nothing() -> None:
    assert spread(0, {"a": 0}) == Counter()
    with pytest.raises(ValueError, match="cannot spread 5"):
        spread(5, {"a": 0})
    assert rescaled({"a": 30, "b": 10}, 36) == {"a": 27, "b": 9}
    assert rescaled({"a": 30, "b": 10}, 44) == {"a": 33, "b": 11}


def test_a_balance_closes_by_its_rows() -> None:
    # 100 + 7 + 5 - 12 - 1 = 99
    made = Balance({"a": 100}, {"R21": {"a": 7}, "R23": {"a": 5}, "R31": {"a": 12}, "R34": {"a": 1}})
    assert made.closing() == {"a": 99}
    cells = list(made.cells("T", ("a", "b"), "hm2", 2))
    assert [(c.item, c.category, c.value) for c in cells[:4]] == [
        ("T.R10", "a", "1.00"), ("T.R10", "b", "0.00"), ("T.R21", "a", "0.07"), ("T.R21", "b", "0.00"),
    ]  # fmt: skip
    assert written(7, 0) == "7"


def test_a_patch_never_loses_more_than_it_has() -> None:
    pieces = events.Pieces(TOWNSHIPS[0], 3, {"C02": 10})
    with pytest.raises(ValueError, match="has 10 and loses 11"):
        list(pieces.change([("C02", "C06", "human", 11)]))
