"""Six golden cases of the asset tables, with the shipped layouts and rules; every expected figure is worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pyarrow as pa
import pytest

from gep.accounts.transition import Change, Patch, annual, between, by_cause, check_gross, gross
from gep.base.records import Severity, key_text
from gep.workflow import revise
from gep.workflow.asset_rows import placed
from gep.workflow.assets import AssetComputation
from tests.data.assets.kit import World, cell, codes, place, shipped, value

D = Decimal
LAND = tuple(f"C0{n}" for n in range(1, 10))
ONE = {r.code: r for r in (place("X"), place("A", "X"))}
THREE = {r.code: r for r in (place("X"), place("A", "X"), place("B", "X"), place("C", "X"))}
Flows = Mapping[str, str]  # "R21 C02" -> hm2


def land(flows: Flows, opening: Flows | None = None, area: str = "100000000") -> dict[str, str]:
    """The return of county A: zero where a flow is not named, surveyed closings left unknown; the area of the county in m2."""
    returned = {"R23": "R23.returned", "R33": "R33.returned"}
    figures = {
        f"A LA-01.{returned.get(row, row)} la01:{c}": flows.get(f"{row} {c}", "0")
        for row in ("R21", "R22", "R23", "R31", "R32", "R33")
        for c in LAND
    }
    figures |= {f"A LA-01.R60 la01:{c}": "n/a" for c in LAND}
    figures |= {f"A LA-01.R10.returned la01:{c}": v for c, v in (opening or {}).items()}
    return figures | {"A administrative_area": area}


def row(c: AssetComputation, name: str, region: str = "A") -> dict[str, Decimal]:
    """A row of LA-01 by column, zeros left out."""
    found = {code: value(c, f"{region} LA-01.{name} la01:{code}") for code in ("C00", *LAND)}
    return {code: amount for code, amount in found.items() if amount is not None and amount != 0}


def stops(c: AssetComputation) -> list[str]:
    return [f.text("en") for f in c.findings if f.severity is Severity.STOP]


# ---- 1: one county, five years; opening 2016: 6000 + 3000 + 1000 = 10000 hm2 of C02, C04, C06

OPENING = {**dict.fromkeys(LAND, "0"), "C02": "6000.00", "C04": "3000.00", "C06": "1000.00"}
YEARS: dict[int, Flows] = {
    2016: {"R31 C02": "12.34", "R21 C06": "12.34"},  # built on farmland
    2017: {"R31 C04": "0.66", "R21 C02": "0.66"},  # cleared forest
    2018: {"R32 C02": "5.01", "R22 C08": "5.01"},  # flooded
    2019: {},
    2020: {"R31 C02": "100", "R31 C04": "0.33", "R21 C06": "100.33"},
}
# C02: 6000 -12.34 = 5987.66 +0.66 = 5988.32 -5.01 = 5983.31, then -100 = 5883.31
# C04: 3000 -0.66 = 2999.34 ... -0.33 = 2999.01; C06: 1000 +12.34 = 1012.34 ... +100.33 = 1112.67; C08: 5.01 from 2018
CLOSING = {
    2016: {"C02": "5987.66", "C04": "3000", "C06": "1012.34"},
    2017: {"C02": "5988.32", "C04": "2999.34", "C06": "1012.34"},
    2018: {"C02": "5983.31", "C04": "2999.34", "C06": "1012.34", "C08": "5.01"},
    2019: {"C02": "5983.31", "C04": "2999.34", "C06": "1012.34", "C08": "5.01"},
    2020: {"C02": "5883.31", "C04": "2999.01", "C06": "1112.67", "C08": "5.01"},
}


def five_years() -> dict[int, AssetComputation]:
    world = World(shipped(), "land", ONE, ("A",))
    made: dict[int, AssetComputation] = {}
    for year, flows in YEARS.items():
        made[year] = world.year(year, land(flows, OPENING if year == 2016 else None), made.get(year - 1))
    return made


def test_one_county_over_five_years_keeps_every_identity_exactly() -> None:
    made = five_years()
    before: dict[str, Decimal] = {k: D(v) for k, v in OPENING.items() if D(v)} | {"C00": D(10000)}
    for year, c in made.items():
        assert stops(c) == []
        assert row(c, "R10") == before  # I2: the opening is the closing of the year before
        assert row(c, "R40") == {k: D(v) for k, v in CLOSING[year].items()} | {"C00": D(10000)}
        for region in ("A", "X"):
            for code in ("C00", *LAND):
                r = {
                    n: value(c, f"{region} LA-01.R{n} la01:{code}") or D(0) for n in (10, 20, 21, 22, 23, 30, 31, 32, 33, 40, 50)
                }
                assert r[40] == r[10] + r[20] - r[30]  # I1
                assert (r[20], r[30]) == (r[21] + r[22] + r[23], r[31] + r[32] + r[33])  # I3
                assert r[50] == r[20] - r[30] == r[40] - r[10]  # I5
            whole = [value(c, f"{region} LA-01.R40 la01:{code}") or D(0) for code in ("C00", *LAND)]
            assert whole[0] == sum(whole[1:])  # I4
        assert row(c, "R40", "X") == row(c, "R40")  # I7, of one county
        before = row(c, "R40")
    assert row(made[2020], "R20") == {"C00": D("100.33"), "C06": D("100.33")}
    assert row(made[2018], "R32") == {"C00": D("5.01"), "C02": D("5.01")}


# ---- 2: the survey break. Closing 2019 C02 5983.31, C04 2999.34, C01 0; the Third Survey opens 2020 with 5950, 3012.65, 20


BREAK = {"C02": "5950", "C04": "3012.65", "C01": "20"}
# C02 5983.31 - 5950 = 33.31 down; C04 3012.65 - 2999.34 = 13.31 up; C01 20 up; 13.31 + 20 = 33.31, so the area is unchanged


def test_a_survey_break_stands_in_the_adjustment_rows_and_nowhere_else() -> None:
    made = five_years()
    world = World(shipped(), "land", ONE, ("A",))
    noted = {code: f"{area} | SURVEY_BREAK: 三调" for code, area in BREAK.items()}
    c = world.year(2020, land(YEARS[2020], noted), made[2019])
    assert stops(c) == []
    assert row(c, "R10") == row(made[2019], "R40")  # the opening of the account stays the closing before
    assert row(c, "R23") == {"C01": D(20), "C04": D("13.31"), "C00": D("33.31")}
    assert row(c, "R33") == {"C02": D("33.31"), "C00": D("33.31")}
    # 5950 - 100, 3012.65 - 0.33, 20
    assert row(c, "R40") == {
        "C01": D(20),
        "C02": D(5850),
        "C04": D("3012.32"),
        "C06": D("1112.67"),
        "C08": D("5.01"),
        "C00": D(10000),
    }
    told = [f for f in c.findings if f.code == "ASSET-OPENING-RESTATED"]
    assert {(f.place.key, f.difference, dict(f.args)["reason"]) for f in told} == {
        ("LA-01.R10/A/2020/la01:C01", "20.000000", "SURVEY_BREAK"),
        ("LA-01.R10/A/2020/la01:C02", "-33.310000", "SURVEY_BREAK"),
        ("LA-01.R10/A/2020/la01:C04", "13.310000", "SURVEY_BREAK"),
    }
    # nothing else moves: against the same year without the break only adjustments, their sums and the closings differ
    plain = made[2020]
    period = "2020"
    moved = {
        (p.row, p.column)
        for p in placed(c)
        if p.cell.exact != getattr(plain.cells.get(p.cell.measure, p.cell.region, period, p.cell.key), "exact", None)
    }
    classes = {"C01", "C02", "C04"}
    assert {code for _, code in moved} == classes | {"C00"}
    assert {r for r, _ in moved} == {"R20", "R23", "R30", "R33", "R40", "R50"}
    assert {r for r, code in moved if code == "C00"} == {"R20", "R23", "R30", "R33"}  # total area and net change stay


def test_a_survey_break_has_a_row_in_the_revision_table() -> None:
    world = World(shipped(), "land", ONE, ("A",))
    noted = {code: f"{area} | SURVEY_BREAK: 三调" for code, area in BREAK.items()}
    c = world.year(2020, land(YEARS[2020], noted), five_years()[2019])
    address = {(p.cell.measure, p.cell.region, key_text(p.cell.key)): f"cell {p.column}" for p in placed(c) if p.row == "R10"}
    rows = {r["figure"]: r for r in revise.restated(c, address)}
    assert sorted(map(str, rows)) == ["cell C01", "cell C02", "cell C04"]
    r = rows["cell C02"]
    assert (r["old"], r["new"], r["difference"], r["unit"]) == (D("5983.31"), D(5950), D("-33.31"), "hm2")
    assert (r["kind"], r["reason"], r["note"]) == ("restated", "SURVEY_BREAK", "SURVEY_BREAK: 三调")


# ---- 3: a patch in transit. p1, 4 hm2: C02 → C09 in 2019, C09 → C06 in 2020; p2, 1.5 hm2: C04 → C02 in 2019

CHANGES = {
    2019: [Change("p1", "C02", "C09", "human", D(4)), Change("p2", "C04", "C02", "human", D("1.5"))],
    2020: [Change("p1", "C09", "C06", "human", D(4))],
}
FIRST = [Patch("p1", "C02", D(4)), Patch("p2", "C04", D("1.5")), Patch("p3", "C02", D(96)), Patch("p4", "C04", D("98.5"))]
LAST = [Patch("p1", "C06", D(4)), Patch("p2", "C02", D("1.5")), Patch("p3", "C02", D(96)), Patch("p4", "C04", D("98.5"))]


def changed_patches(year: int) -> dict[str, pa.Table]:
    listed = CHANGES[year]
    rows = {
        "region": ["A"] * len(listed),
        "period": [str(year)] * len(listed),
        "row": [c.id for c in listed],
        "lm01_from": [f"F{str(c.from_class)[1:]}" for c in listed],
        "lm01_to": [f"T{str(c.to_class)[1:]}" for c in listed],
        "cause": [c.cause for c in listed],
    }
    area = pa.array([float(c.area * 10000) for c in listed], pa.float64())
    return {"land_changes": pa.table({k: pa.array(v, pa.string()) for k, v in rows.items()} | {"area": area})}


def two_years() -> tuple[AssetComputation, AssetComputation]:
    """County A of 200 hm2: 100 of C02 and 100 of C04."""
    world = World(shipped(), "matrix", ONE, ("A",))
    opening = {**dict.fromkeys(LAND, "0"), "C02": "100", "C04": "100"}
    booked = {"R31 C02": "4", "R21 C09": "4", "R31 C04": "1.5", "R21 C02": "1.5"}
    first = world.year(2019, land(booked, opening, "2000000"), records=changed_patches(2019))
    second = world.year(2020, land({"R31 C09": "4", "R21 C06": "4"}, None, "2000000"), first, records=changed_patches(2020))
    return first, second


def test_a_patch_in_transit_counts_twice_in_two_years_and_once_from_end_to_end() -> None:
    years = [annual(CHANGES[2019], {"C02": D(100), "C04": D(100), "C06": D(0), "C09": D(0)})]
    years.append(annual(CHANGES[2020], {k: v for k, v in years[0].closing().items() if k}))
    tenure = between(FIRST, LAST)
    summed, whole = gross(years), {k: v for k, v in tenure.cells.items() if k[0] != k[1]}
    assert summed == {("C02", "C09"): 4, ("C04", "C02"): D("1.5"), ("C09", "C06"): 4}
    assert whole == {("C02", "C06"): 4, ("C04", "C02"): D("1.5")}
    assert (sum(summed.values()), sum(whole.values())) == (D("9.5"), D("5.5"))
    # only net change adds up: C02 -4 + 1.5 = -2.5, C06 +4, C04 -1.5, C09 +4 - 4 = 0
    assert check_gross(summed, tenure) == ()
    net = {k: tenure.closing().get(k, D(0)) - tenure.opening().get(k, D(0)) for k in ("C02", "C04", "C06", "C09")}
    assert net == {"C02": D("-2.5"), "C04": D("-1.5"), "C06": 4, "C09": 0}
    first, second = two_years()
    assert (stops(first), stops(second)) == ([], [])
    booked = {k: (value(first, f"A LA-01.R50 la01:{k}") or D(0)) + (value(second, f"A LA-01.R50 la01:{k}") or D(0)) for k in net}
    assert booked == net


def test_the_matrix_of_the_table_is_that_of_the_patches_by_cause() -> None:
    first, second = two_years()
    for c, transition in ((first, annual(CHANGES[2019], {"C02": D(100), "C04": D(100), "C09": D(0)})),
                          (second, annual(CHANGES[2020], {"C06": D(0), "C09": D(4)}))):  # fmt: skip
        wanted = {(k, cause): area for cause, cells in by_cause(transition).items() for k, area in cells.items()}
        found = {}
        for key in c.cells.keys("LM-01.area", "A", str(c.year)):
            at = dict(key)
            if {"lm01_from", "lm01_to", "cause"} <= set(at) and "00" not in (at["lm01_from"][1:], at["lm01_to"][1:]):
                amount = c.cells.get("LM-01.area", "A", str(c.year), key)
                if amount is not None and amount.exact:
                    found[(f"C{at['lm01_from'][1:]}", f"C{at['lm01_to'][1:]}"), at["cause"]] = D(amount.amount)
        assert found == wanted


# ---- 4: a river through A, B and C; 10⁴ m3, all in the body C13
#        R01  R03  R05  R08  R10  R12  R16  R17
#    A   100  500    0   20   60  440   20  100 = 100 + 520 - 520
#    B    50  300  440   30   90  650   30   50 =  50 + 770 - 770
#    C   200  100  650   40  120  600   50  220 = 200 + 790 - 770
# city  350  900    0   90  270  600  100  370 = 350 + 990 - 970; R05 1090 and R12 1690 less 440 + 650 inside

RIVER = {
    "A": {"R01": "100", "R03": "500", "R08": "20", "R10": "60", "R12": "440", "R16": "20", "R18": "100"},
    "B": {"R01": "50", "R03": "300", "R05": "440", "R08": "30", "R10": "90", "R12": "650", "R16": "30", "R18": "50"},
    "C": {"R01": "200", "R03": "100", "R05": "650", "R08": "40", "R10": "120", "R12": "600", "R16": "50", "R18": "220"},
}
PASSED = {
    "A WR-01.R12.to counterpart:B;wr01:C13": "440",
    "B WR-01.R05.from counterpart:A;wr01:C13": "440",
    "B WR-01.R12.to counterpart:C;wr01:C13": "650",
    "C WR-01.R05.from counterpart:B;wr01:C13": "650",
}
RETURNED = ("R03", "R05", "R06", "R07", "R08", "R10", "R12", "R13", "R14", "R15", "R16", "R18")


def river(changes: Mapping[str, str] | None = None) -> AssetComputation:
    figures = {}
    for region, rows in RIVER.items():
        for body in ("C11", "C12", "C13", "C02"):
            amounts = rows if body == "C13" else {}
            figures |= {f"{region} WR-01.{r} wr01:{body}": amounts.get(r, "0") for r in RETURNED}
            figures[f"{region} WR-01.R01.returned wr01:{body}"] = amounts.get("R01", "0")
    world = World(shipped(), "water", THREE, ("A", "B", "C"))
    return world.year(2020, figures | PASSED | (changes or {}))


def city(c: AssetComputation, rows: Sequence[str], column: str = "C00") -> list[Decimal | None]:
    return [value(c, f"X WR-01.{r} wr01:{column}") for r in rows]


def test_a_river_through_three_counties_nets_out_in_the_city() -> None:
    c = river()
    assert stops(c) == []
    assert [value(c, f"{r} WR-01.R17 wr01:C00") for r in ("A", "B", "C")] == [100, 50, 220]
    assert city(c, ["R01", "R03", "R05", "R08", "R10", "R12", "R16", "R17"]) == [350, 900, 0, 90, 270, 600, 100, 370]
    assert city(c, ["R02", "R04", "R09", "R11"]) == [990, 0, 970, 600]
    assert city(c, ["R05.gross", "R05.inner", "R12.gross", "R12.inner"], "C13") == [1090, 1090, 1690, 1090]
    # by the second route: 350 + 990 - 970 = 370 = 100 + 50 + 220
    assert "ENGINE-SECOND-ROUTE" not in codes(c)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        # the section measures 440 upstream and 430 downstream: the city nets out unequal flows and no longer closes
        (
            {"B WR-01.R05.from counterpart:A;wr01:C13": "430"},
            {"ASSET-FLOW-UNMATCHED": {"10.000000", "-10.000000"}, "ENGINE-SECOND-ROUTE": {"-10.000000"}},
        ),
        # both agree on 450, which is more than A lets out and B lets in
        (
            {"A WR-01.R12.to counterpart:B;wr01:C13": "450", "B WR-01.R05.from counterpart:A;wr01:C13": "450"},
            {"ASSET-FLOW-ABOVE": {"10.000000"}},
        ),
    ],
)
def test_a_cascade_that_does_not_fit_is_found(changes: Mapping[str, str], told: Mapping[str, set[str]]) -> None:
    c = river(changes)
    found = {f.code for f in c.findings if f.severity is Severity.STOP}
    assert found == set(told)
    for code, differences in told.items():
        assert {f.difference for f in c.findings if f.code == code} == differences


def test_an_observed_closing_that_differs_is_asked_about_and_stops_nothing() -> None:
    """A observes 95 where the balance gives 100: the gap of -5 stands in R19 of A and of the city; nothing else depends on it."""
    c = river({"A WR-01.R18 wr01:C13": "95"})
    assert [value(c, f"{r} WR-01.R19 wr01:C00") for r in ("A", "X")] == [-5, -5]
    assert {f.rule for f in c.findings if f.severity is Severity.QUERY} == {"WR-01.I6"}
    assert stops(c) == []


# ---- 5: the mean grade. A: 1000 hm2 of grade 4. B: 100 of grade 9, 100 of grade 11, mean 10.
#         city (4·1000 + 9·100 + 11·100) / 1200 = 6000 / 1200 = 5, not (4 + 10) / 2 = 7


def test_the_mean_grade_of_a_city_is_weighed_by_area() -> None:
    figures = {}
    held = {"A": {"G04": "1000"}, "B": {"G09": "100", "G11": "100"}}
    for region, areas in held.items():
        for grade in (f"G{n:02d}" for n in range(1, 16)):
            figures[f"{region} LQ-01.R10.returned lq01:{grade}"] = areas.get(grade, "0")
            for r in ("R21", "R22", "R23", "R24.returned", "R31", "R32", "R33", "R34", "R35.returned"):
                figures[f"{region} LQ-01.{r} lq01:{grade}"] = "0"
    regions = {r.code: r for r in (place("X"), place("A", "X"), place("B", "X"))}
    world = World(shipped(), "graded", regions)
    c = world.year(2020, figures)
    assert stops(c) == []
    assert [value(c, f"{r} LQ-01.CAV.R40") for r in ("A", "B", "X")] == [4, 10, 5]
    # the best 100 hm2 of A are built on, the same area of grade 9 is made in B: the means of the counties hardly move
    later = {k.replace("R10.returned", "_"): v for k, v in figures.items() if "R10.returned" not in k}
    later |= {"A LQ-01.R31 lq01:G04": "100", "B LQ-01.R21 lq01:G09": "100"}
    after = world.year(2021, later, c)
    # B (9·200 + 11·100) / 300 = 2900/300; city (4·900 + 9·200 + 11·100) / 1200 = 6500/1200: worse
    assert value(after, "A LQ-01.CAV.R40") == 4
    assert value(after, "B LQ-01.CAV.R40") == D("9.666666666667")
    assert value(after, "X LQ-01.CAV.R40") == D("5.416666666667")
    assert cell(after, "X LQ-01.CAV.R40").unit == "等"


# ---- 6: value. Fees 0.2, 0.3, 0.1 yuan/m3 in 2019, capitalised at 5 %: 4, 6, 2; in 2020 0.25, 0.4, 0.1: 5, 8, 2 CNY/m3


def valued(year: int, volumes: Mapping[str, str], before: AssetComputation | None) -> AssetComputation:
    figures = {f"A WU-01.R40 wu01:{use}": v for use, v in volumes.items()}
    if before is None:
        figures |= {f"A WU-01.R10.returned wu01:{use}": v for use, v in volumes.items()}
    return World(shipped(), "valued", ONE, ("A",)).year(year, figures, before)


VALUE_ROWS = ("R10", "R21", "R31", "R25", "R26", "R40")


def water_value(c: AssetComputation, region: str = "A") -> list[Decimal | None]:
    return [value(c, f"{region} VA-01.{r} va01:V3") for r in VALUE_ROWS]


def test_a_rise_of_prices_at_constant_volume_is_revaluation_and_nothing_else() -> None:
    """100, 50 and 20 ×10⁴ m3: 400 + 300 + 40 = 740 ×10⁴ yuan, then 500 + 400 + 40 = 940; all of the 200 is revaluation."""
    volumes = {"U1": "100", "U2": "50", "U3": "20"}
    before = valued(2019, volumes, None)
    c = valued(2020, volumes, before)
    assert water_value(before) == [740, 0, 0, 0, 0, 740]
    assert water_value(c) == [740, 0, 0, 0, 200, 940]
    assert water_value(c, "X") == [740, 0, 0, 0, 200, 940]
    # prices of 2021 are those of 2020: nothing moves at all
    assert water_value(valued(2021, volumes, c)) == [940, 0, 0, 0, 0, 940]
    assert "ENGINE-SECOND-ROUTE" not in codes(c)


def test_a_change_of_volume_is_valued_at_the_mean_price() -> None:
    """U1 100 → 120 at 4 → 5: 20 × 4.5 = 90; U2 50 → 40 at 6 → 8: 10 × 7 = 70; U3 unchanged.

    Revaluation (100 + 120)/2 × 1 + (50 + 40)/2 × 2 = 110 + 90 = 200; closing 600 + 320 + 40 = 960 = 740 + 90 - 70 + 200.
    """
    before = valued(2019, {"U1": "100", "U2": "50", "U3": "20"}, None)
    c = valued(2020, {"U1": "120", "U2": "40", "U3": "20"}, before)
    assert water_value(c) == [740, 90, 70, 0, 200, 960]
