"""SYN-2, SYN-3 and SYN-4 factor by factor: the fitted equations of the shipped rules, at the stated inputs, to the last digit."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.base.findings import Place
from gep.base.records import Rule
from gep.base.rounding import half_unit, store
from gep.book import Book
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.rules.exact import evaluate, log10
from gep.rules.nodes import Node
from gep.rules.parse import parse
from gep.workflow.compare import compare_profiles
from gep.workflow.views import rows
from tests.ready import Ready

TABLE = Path(__file__).parents[1] / "data" / "reference" / "gep-worked-examples.csv"
OCTETS = 10**8  # the table is in 10⁸ yuan


def printed(case: str, item: str) -> Decimal:
    """The value of one row of the table of worked examples."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        found = [r["value"] for r in csv.DictReader(stream, strict=True) if (r["case_id"], r["item"]) == (case, item)]
    assert len(found) == 1, (case, item, found)
    return Decimal(found[0])


def meets(value: Fraction, case: str, item: str) -> bool:
    """Whether the value, rounded to the last printed digit, is the one printed."""
    wanted = printed(case, item)
    return abs(value - Fraction(wanted)) <= Fraction(half_unit(wanted))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(data_root() / "coefficients", None)


def rule(catalog: Catalog, name: str) -> Rule:
    return catalog.rules[name][-1]


def fitted(catalog: Catalog, name: str, equation: str) -> Callable[..., Fraction]:
    """A fitted equation of a shipped rule as a function of its arguments, in the units it declares, evaluated exactly."""
    found = rule(catalog, name)
    (e,) = (e for e in found.empirical if e.name == equation)
    tree = parse(e.expression, Place(found.file, key=found.id), {}, rule=name, part=equation, fitted=True)
    assert isinstance(tree, Node), tree

    def value(**inputs: str | Fraction) -> Fraction:
        assert set(inputs) == {n for n, _ in e.args}
        made = evaluate(tree, {n: Fraction(v) for n, v in inputs.items()}, {})
        assert made is not None
        return made

    return value


# --- SYN-2: slope 12°, 30 m, sand 40, silt 40, clay 20 %, organic carbon 1.2 %, cover 70 %, R 6000, P 1

CAI = "soil_retention.cover_cai"


@pytest.fixture(scope="module")
def rusle(catalog: Catalog) -> Mapping[str, Fraction]:
    """The factors of the example."""
    sine = fitted(catalog, CAI, "sine")(angle="12")
    line = {"s1": "10.8", "i1": "0.03", "s2": "16.8", "i2": "-0.5", "s3": "21.91", "i3": "-0.96", "steep": "9.5988"}
    length = {"ref": "22.13", "den": "0.0896", "co": "3", "off": "0.56"}
    united_states = fitted(catalog, CAI, "k_us")(sand="40", silt="40", clay="20", carbon="1.2")
    return {
        "L": fitted(catalog, CAI, "l")(length="30", sine=sine, **length),
        "S": fitted(catalog, CAI, "s")(angle="12", sine=sine, **line),
        "K_EPIC US": united_states,
        "K_EPIC SI": united_states * Fraction("0.1317"),
        "K_Zhang SI": (Fraction("-0.01383") + Fraction("0.51575") * united_states) * Fraction("0.1317"),
        "C at 70 percent cover": fitted(catalog, CAI, "c_cai")(cover="70", a="0.6508", b="0.3436"),
    }


@pytest.mark.parametrize("item", ["L", "S", "K_EPIC US", "K_EPIC SI", "K_Zhang SI", "C at 70 percent cover"])
def test_syn_2_factors(rusle: Mapping[str, Fraction], item: str) -> None:
    assert meets(rusle[item], "SYN-2", item)


def test_syn_2_exponent_of_the_slope_length(catalog: Catalog) -> None:
    """On ten times the reference length L is 10^m; m = β/(1 + β)."""
    sine = fitted(catalog, CAI, "sine")(angle="12")
    m = log10(fitted(catalog, CAI, "l")(length="221.3", sine=sine, ref="22.13", den="0.0896", co="3", off="0.56"))
    assert meets(m, "SYN-2", "m")
    assert meets(m / (1 - m), "SYN-2", "beta")


def test_syn_2_loss(rusle: Mapping[str, Fraction]) -> None:
    # 6000 × 0.017239 × 1.208115 × 3.595345 = 449.28 t/hm², of which 0.016824 is lost
    potential = 6000 * rusle["K_Zhang SI"] * rusle["L"] * rusle["S"]
    actual = potential * rusle["C at 70 percent cover"]
    assert meets(potential, "SYN-2", "A_potential (R=6000,P=1)")
    assert meets(actual, "SYN-2", "A_actual")
    assert meets(potential - actual, "SYN-2", "A_retained")


def test_every_copy_of_an_equation_is_the_same(catalog: Catalog) -> None:
    """Rules stand alone, so the soil loss equations are written out in each of them; a copy that drifts would not be seen."""
    soil = [r for versions in catalog.rules.values() for r in versions if r.route.startswith("soil_") and r.empirical]
    assert len(soil) == 7
    for name in ("k_us", "sine", "l", "s"):
        assert len({e.expression for r in soil for e in r.empirical if e.name == name}) == 1, name


# --- SYN-3: P_d12 25.67, P_y12 900, days of 15, 40 and 22 mm

ZHANG = "rainfall_erosivity.zhang"
SCALE = {"factor": "21.586", "power": "-7.1891", "threshold": "12"}


def test_syn_3(catalog: Catalog) -> None:
    beta = fitted(catalog, ZHANG, "beta")(d="25.67", y="900", b0="0.8363", b1="18.144", b2="24.455")
    assert meets(beta, "SYN-3", "beta")
    erosivity = fitted(catalog, ZHANG, "erosivity")
    # 1 mm is 1 to any power: what is left is λ
    assert meets(erosivity(p="1", beta=beta, **{**SCALE, "threshold": "0"}), "SYN-3", "lambda")
    total = sum((erosivity(p=p, beta=beta, **SCALE) for p in ("15", "40", "22")), Fraction(0))
    assert meets(total, "SYN-3", "R half-month (15,40,22 mm)")


def test_syn_3_daily_model(catalog: Catalog) -> None:
    erosivity = fitted(catalog, "rainfall_erosivity.daily", "erosivity")
    warm = {"factor": "0.3937", "exponent": "1.7265", "threshold": "12"}
    total = sum((erosivity(p=p, **warm) for p in ("15", "40", "22")), Fraction(0))
    assert meets(total, "SYN-3", "R half-month daily model, warm")
    assert erosivity(p="11.9", **warm) == 0


# --- SYN-4: sand 70, silt 20, clay 10, organic matter 1 %, no lime; WF 20 kg/m, K' 0.8, grass of 30 % cover, z 50 m

RWEQ = "sandstorm_prevention.rweq"


def test_syn_4(catalog: Catalog) -> None:
    shares = {"sand": "70", "silt": "20", "clay": "10", "om": "1", "lime": "0"}
    weights = {"e0": "29.09", "e1": "0.31", "e2": "0.17", "e3": "0.33", "e4": "2.59", "e5": "0.95"}
    ef = fitted(catalog, RWEQ, "ef")(**shares, **weights)
    scf = fitted(catalog, RWEQ, "scf")(clay="10", om="1", s1="0.0066", s2="0.021")
    cover = fitted(catalog, RWEQ, "c")(cover="30", a="0.1151")
    assert meets(ef, "SYN-4", "EF")
    assert meets(scf, "SYN-4", "SCF")
    assert meets(cover, "SYN-4", "C grass 30 percent cover")
    x = 20 * ef * scf * Fraction("0.8")
    constants = {"qc": "109.8", "sc": "150.71", "power": "-0.3711", "z": "50"}
    loss = fitted(catalog, RWEQ, "loss")
    potential, actual = loss(x=x, **constants), loss(x=x * cover, **constants)
    assert meets(potential, "SYN-4", "SL potential kg/m2")
    assert meets(actual, "SYN-4", "SL actual kg/m2")
    assert meets(potential - actual, "SYN-4", "retained kg/m2")


# --- SYN-1: the county stands as a case of its own (syn-1); here what spans both of its profiles


@pytest.fixture(scope="module")
def county(ready: Ready) -> Book:
    return ready.book(str(Path(__file__).parent / "syn-1"), "all")


def gep(book: Book, profile: str) -> Decimal:
    (found,) = rows(book, f"SELECT gep FROM gep_total WHERE profile = '{profile}'")
    return found["gep"]


def test_syn_1_totals_and_their_share_of_gdp(county: Book) -> None:
    for profile, name in (("capital-oxygen", "capital_with_O2"), ("annualised-no-oxygen", "annualised_no_O2")):
        total = Fraction(gep(county, profile)) / OCTETS
        assert meets(total, "SYN-1", f"GEP profile_{name}")
        assert meets(total / 200, "SYN-1", f"GGI profile_{name}")  # GDP 200×10⁸ yuan


def test_syn_1_prints_every_step_of_the_table() -> None:
    """Every step the engine makes stands among the reference figures of the case, with the digits of the table."""
    here = Path(__file__).parent / "syn-1" / "returns" / "published.csv"
    with here.open(encoding="utf-8", newline="") as stream:
        stated = {(r["note"].partition("；")[2], r["value"]) for r in csv.DictReader(stream, strict=True)}
    with TABLE.open(encoding="utf-8", newline="") as stream:
        steps = [r for r in csv.DictReader(stream, strict=True) if r["case_id"] == "SYN-1" and r["step"] != "input"]
    # steps of several figures, of one input, of the other services (sand has no place in the county), and ratios to GDP
    left_out = ("V_NP", "NEP forest", "capacity_", "emission_", "evaporated water", "V_sand", "GGI", "GEEP")
    wanted = {(r["step"], r["value"]) for r in steps if not r["item"].startswith(left_out)}
    assert wanted == stated


def test_syn_1_gap_of_the_two_readings_is_explained(county: Book) -> None:
    """210.198472 − 112.948813 = 97.249659: storage 50.371584 + 20.872242, oxygen 3.52, evaporation 22.485833; no residual."""
    (place,) = compare_profiles(county, "annualised-no-oxygen", "capital-oxygen")
    assert place.gep.difference is not None
    assert store(Fraction(place.gep.difference) / OCTETS, 6) == Decimal("97.249659")
    assert place.gep.residual == 0
    told = {p.keys["service"]: store(Fraction(p.difference) / OCTETS, 6) for p in place.gep.lines if p.difference}
    assert told == {
        "water_retention": Decimal("50.371584"),
        "flood_mitigation": Decimal("20.872242"),
        "oxygen_release": Decimal("3.520000"),
        "climate_regulation": Decimal("22.485833"),
    }
    assert all(p.residual == 0 for p in place.gep.lines)
