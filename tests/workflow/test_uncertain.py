"""spread_rows: a county of four services whose spread is known by hand, through the engine and its trace.

GEP = timber × price + min(discharge, capacity) × cost + Σ area·rate over patches × price + income. Timber: 1000 m³ at 400 … 500 …
600; discharge 101 t over a capacity of 80 … 100 … 120 t at 10 yuan, whose spread is not known; patches of two ecosystems with a
rate each, at a price of exactly 2; an income of 7000 without any parameter.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Context, Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gep.base.records import Fact, Names, Origin, Region, State
from gep.base.terms import Correlated, Uncertainty
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.engine.trace import INLINE_ROWS
from gep.ledger.cells import writer
from gep.ledger.tables import BY_NAME
from gep.workflow import accounts, uncertain
from gep.workflow.compute import Computation, compute
from gep.workflow.uncertain import Spreads, spread_rows, targets_in
from tests.data import philox

HEAD = "id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note\n"
MEASURE = '[{id}]\nzh = "{id}"\nen = "{id}"\nkind = "flow"\nunit = "{unit}"\ndims = []\n'
SERVICE = '[[service]]\nid = "{id}"\nclass = "{group}"\n[[service.line]]\nmeasure = "{measure}"\n{more}\n'
FILES = {
    "sources.toml": '[made_up]\nkind = "paper"\ntitle = "Made up"\n',
    "codes/all.csv": "scheme,edition,code,parent,zh,en\n"
    "ecosystem,1,forest,,森林,Forest\necosystem,1,grass,,草地,Grass\n"
    + "".join(f"service,1,{s},,{s},{s}\n" for s in ("timber", "cleaning", "growth", "visits")),
    "measures/all.toml": "".join(
        MEASURE.format(id=m, unit=u) + (f'[{m}.account]\nservice = "={s}"\n' if s else "")
        for m, u, s in (
            ("timber_cut", "m3", "timber"),
            ("discharge", "t", ""),
            ("cleaned", "t", "cleaning"),
            ("grown", "t", "growth"),
            ("income", "CNY", "visits"),
        )
    ),
    "records/all.toml": '[patches]\nzh = "图斑"\nen = "Patches"\ndims = ["ecosystem"]\n'
    '[patches.columns.area]\nunit = "m2"\nzh = "面积"\nen = "Area"\nlower = 0\nupper = 1000000000\n',
    "rules/all.toml": """
["cleaned"]
zh = "净化量"
en = "Cleaned"
version = "1"
output = "cleaned"
grain = ["region"]
expression = "min(discharge, capacity)"
source = "made_up"
["cleaned".inputs]
discharge = { measure = "discharge" }
capacity = { parameter = "capacity", unit = "t", lower = 0, upper = 100000 }

["grown"]
zh = "生长量"
en = "Grown"
version = "1"
output = "grown"
grain = ["region"]
expression = "sum(area * rate over row, class)"
source = "made_up"
["grown".inputs]
area = { column = "area", rows = "patches", unit = "m2", grain = ["region", "ecosystem", "row"], lower = 0, upper = 1000000000 }
rate = { parameter = "rate", unit = "t/m2", grain = ["ecosystem"], lower = 0, upper = 1000 }
""",
    "parameters/all.csv": HEAD
    + "capacity,one,,,,,100,t,80,120,literature,made_up,-,\n"
    + "rate,one,,ecosystem:forest,,,3,t/m2,1,5,literature,made_up,-,\n"
    + "rate,one,,ecosystem:grass,,,2,t/m2,,,literature,made_up,-,\n",
    "prices/all.csv": HEAD
    + "timber_price,one,,,2020,2020,500,CNY@2020/m3,400,600,literature,made_up,-,\n"
    + "cost,one,,,2020,2020,10,CNY@2020/t,,,literature,made_up,-,\n"
    + "growth_price,one,,,2020,2020,2,CNY@2020/t,2,2,literature,made_up,-,\n",
    "schemes/all.toml": 'id = "one"\nkind = "gep_profile"\nzh = "方案"\nen = "Profile"\nversion = "1"\nstatus = "enabled"\n'
    'source = "made_up"\nrules = ["cleaned", "grown"]\nparameter_sets = ["one"]\n'
    '[uncertainty]\ndraws = 10000\nseed = 11\nlevel = "0.95"\nshape = "triangular"\n'
    + SERVICE.format(id="timber", group="material", measure="timber_cut", more='price = "timber_price"')
    + SERVICE.format(id="cleaning", group="regulating", measure="cleaned", more='price = "cost"')
    + SERVICE.format(id="growth", group="regulating", measure="grown", more='price = "growth_price"')
    + SERVICE.format(id="visits", group="cultural", measure="income", more="value_only = true"),
}
REGIONS = {
    "1": Region("1", "", "city", Names("市", "City")),
    "11": Region("11", "1", "county", Names("甲县", "County A")),
    "12": Region("12", "1", "county", Names("乙县", "County B")),
}
AMOUNTS = {"timber_cut": ("1000", "m3"), "discharge": ("101", "t"), "income": ("7000", "CNY")}
GEP = 1000 * 500 + 100 * 10 + (600 * 3 + 40 * 2) * 2 + 7000
Rows = Sequence[tuple[str, float]]
PATCHES: Rows = [("forest", 100.0)] * 6 + [("grass", 20.0)] * 2


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    folder = tmp_path_factory.mktemp("catalogue") / "coefficients"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load(folder)


def facts(region: str, amounts: Mapping[str, tuple[str, str]]) -> list[Fact]:
    return [
        Fact(m, region, "2020", (), State.VALUE, Decimal(a), u, Origin("f.csv", "", 2), exact=True)
        for m, (a, u) in amounts.items()
    ]


def patches(rows: Rows) -> pa.Table:
    held = [(region, *row) for region in ("11", "12") for row in rows]
    return pa.table(
        {
            "region": [r for r, _, _ in held],
            "period": ["2020"] * len(held),
            "row": [f"P{i:05d}" for i in range(len(held))],
            "ecosystem": [e for _, e, _ in held],
            "area": [a for _, _, a in held],
        }
    )


def with_terms(catalog: Catalog, **terms: Any) -> Catalog:
    """The catalogue with another [uncertainty] in its profile."""
    scheme = catalog.schemes["one"]
    assert scheme.uncertainty is not None
    made = replace(scheme, uncertainty=replace(scheme.uncertainty, **terms))
    return replace(catalog, schemes={**catalog.schemes, "one": made})


def with_ends(catalog: Catalog, name: str, low: str | None, high: str | None) -> Catalog:
    """The catalogue with other ends of a parameter."""
    ends = {"low": None if low is None else Decimal(low), "high": None if high is None else Decimal(high)}
    rows = tuple(replace(p, **ends) for p in catalog.parameters[name])  # type: ignore[arg-type]
    return replace(catalog, parameters={**catalog.parameters, name: rows})


def computed(catalog: Catalog, rows: Rows = PATCHES, **other: tuple[str, str]) -> tuple[Computation, dict[str, Any]]:
    given = {**AMOUNTS, **other}
    returned = [f for region in ("11", "12") for f in facts(region, given)]
    c = compute(catalog, "one", 2020, returned, REGIONS, ["11", "12"], records={"patches": patches(rows)}, threads=1)
    nodes: dict[str, Any] = dict(c.nodes)
    for _, made in accounts.totals(c, REGIONS, list(accounts.value(c, REGIONS))):
        nodes |= {str(n["id"]): n for n in made}
    return c, nodes


def spreads(catalog: Catalog, rows: Rows = PATCHES, threads: int = 1, **other: tuple[str, str]) -> Spreads:
    c, nodes = computed(catalog, rows, **other)
    return spread_rows(c, nodes, REGIONS, threads=threads)


def row(made: Spreads, item: str, region: str = "11") -> dict[str, Any]:
    (found,) = (r for r in made.figures if (r["item"], r["region_code"]) == (item, region))
    return found


@pytest.fixture(scope="module")
def made(catalog: Catalog) -> Spreads:
    return spreads(catalog)


def test_value_mean_and_deviation_by_hand(made: Spreads) -> None:
    """Timber: 1000·100/√6. Growth: 600·2·2/√6. Cleaning: 100 less what lies over 101, ∫(x - 101)(120 - x)/400 = 19³/2400 t."""
    timber, cleaning, growth = (row(made, s) for s in ("timber", "cleaning", "growth"))
    assert (timber["value"], cleaning["value"], growth["value"]) == (500_000, 1000, 3760)
    # four standard errors of 10,000 draws
    assert float(timber["mean"]) == pytest.approx(500_000, abs=4 * 40_825 / 100)
    assert float(timber["sd"]) == pytest.approx(100_000 / math.sqrt(6), rel=0.03)
    assert float(timber["first_order_sd"]) == pytest.approx(100_000 / math.sqrt(6), rel=1e-8)
    assert float(cleaning["mean"]) == pytest.approx(1000 - 10 * 19**3 / 2400, abs=2)
    assert float(growth["sd"]) == pytest.approx(2400 / math.sqrt(6), rel=0.03)
    gep = row(made, "gep")
    assert gep["value"] == GEP
    variance = (100_000**2 + 200**2 + 2400**2) / 6
    assert float(gep["first_order_sd"]) == pytest.approx(math.sqrt(variance), rel=1e-8)
    assert gep["low"] < gep["value"] < gep["high"]


def test_quantiles_to_the_digit(made: Spreads) -> None:
    """What these draws gave when they were first made: no machine, library or number of threads may change a digit."""
    got = {item: [f"{row(made, item)[c].normalize():f}" for c in STATISTICS] for item in GOLDEN}
    assert got == GOLDEN


STATISTICS = ("mean", "sd", "low", "median", "high")
GOLDEN = {
    "gep": ["512402.675", "40893.9604", "434933.321", "512431.893", "590541.74"],
    "cleaning": ["971.480957", "50.4450706", "845.073396", "999.431465", "1010"],
}


def test_a_second_route_gives_the_same_digits(made: Spreads) -> None:
    """Draws, formula and quantiles in plain Python, without numpy and without a trace."""
    drawn = []
    for block in range(5):
        ends = {"timber_price\x1f-": (400, 500, 600), "capacity\x1f-": (80, 100, 120), "rate\x1fecosystem:forest": (1, 3, 5)}
        streams = (philox.uniform(f"own\x1f{name}\x1f-\x1fone", 11, block, 2000) for name in ends)
        for numbers in zip(*streams, strict=True):
            price, capacity, rate = (philox.triangular(u, *ends[name]) for u, name in zip(numbers, ends, strict=True))
            drawn.append(1000 * price + 10 * min(101, capacity) + 2 * (600 * rate + 80) + 7000)
    drawn.sort()
    mean = math.fsum(drawn) / 10_000
    at = [0.025 * 9999, 0.5 * 9999, 0.975 * 9999]
    found = [mean, statistics.stdev(drawn), *(drawn[int(h)] + (h - int(h)) * (drawn[int(h) + 1] - drawn[int(h)]) for h in at)]
    assert [f"{Context(prec=9).create_decimal(x).normalize():f}" for x in found] == GOLDEN["gep"]


def test_a_city_has_the_error_of_its_counties_once(made: Spreads) -> None:
    """The same price in both counties: deviations add up, they are not squared and added."""
    one, city = row(made, "timber"), row(made, "timber", "1")
    assert float(city["sd"]) == pytest.approx(2 * float(one["sd"]), rel=1e-8)
    assert float(city["high"]) == pytest.approx(2 * float(one["high"]), rel=1e-8)


def test_the_cap_is_told_as_the_cause(made: Spreads) -> None:
    cleaning = row(made, "cleaning")
    assert cleaning["cause"] == "switch"
    assert "one/cleaned/11/2020/- (cleaned, min) 4" in cleaning["cause_en"]  # 19²/800 of the draws
    assert "限值" in cleaning["cause_zh"]
    assert row(made, "gep")["cause"] is None  # 29 of 511,760 yuan do not matter


def test_a_skewed_parameter_is_told_as_the_cause(catalog: Catalog) -> None:
    timber = row(spreads(with_ends(catalog, "timber_price", "490", "800")), "timber")
    assert timber["cause"] == "skewed"
    assert timber["cause_en"].endswith("timber_price/-/-/one.")


def test_what_gep_rests_on(made: Spreads) -> None:
    """Known: timber. Cleaning has a cost, growth a rate without a spread. No parameter: the income."""
    gep = row(made, "gep")
    assert float(gep["known_share"]) == pytest.approx(500_000 / GEP, abs=1e-12)
    assert float(gep["no_parameter_share"]) == pytest.approx(7000 / GEP, abs=1e-12)
    assert row(made, "visits")["no_parameter_share"] == 1
    by_name = {(p["parameter"], p["key"]): p for p in made.parameters if p["region_code"] == "11"}
    resting = {name: p["gep_resting"] for name, p in by_name.items()}
    assert resting == {
        ("capacity", "-"): 1000, ("cost", "-"): 1000, ("growth_price", "-"): 3760, ("rate", "ecosystem:forest"): 3760,
        ("rate", "ecosystem:grass"): 3760, ("timber_price", "-"): 500_000,
    }  # fmt: skip
    assert {name for name, p in by_name.items() if not p["known"]} == {("cost", "-"), ("rate", "ecosystem:grass")}
    shares = {name: p["contribution"] for name, p in by_name.items()}
    assert shares["cost", "-"] is None
    assert shares["growth_price", "-"] == 0  # a spread of nothing is known
    assert float(sum(s for s in shares.values() if s is not None)) == pytest.approx(1, abs=1e-9)
    whole = 100_000**2 + 200**2 + 2400**2
    assert float(shares["rate", "ecosystem:forest"]) == pytest.approx(2400**2 / whole, rel=1e-8)


def test_errors_that_go_together(catalog: Catalog) -> None:
    """At correlation 1 the deviations add up: 100,000/√6 + 2400/√6 and the capacity alone."""
    group = Correlated("g", ("timber_price", "rate"), Decimal(1), "made_up")
    gep = row(spreads(with_terms(catalog, groups=(group,))), "gep")
    assert float(gep["first_order_sd"]) == pytest.approx(math.sqrt((102_400**2 + 200**2) / 6), rel=1e-8)
    assert float(gep["sd"]) == pytest.approx(102_400 / math.sqrt(6), rel=0.03)


def test_threads_and_repeats_change_no_digit(catalog: Catalog, made: Spreads) -> None:
    for threads in (2, 1):
        again = spreads(catalog, threads=threads)
        assert (again.figures, again.parameters) == (made.figures, made.parameters)


def test_many_rows_give_what_few_give(catalog: Catalog, made: Spreads) -> None:
    """The same areas in more patches than a trace keeps: Σ area·rate is the same in every draw."""
    many: Rows = [("forest", 0.5)] * 1200 + [("grass", 0.125)] * 320
    assert len(many) > INLINE_ROWS
    c, nodes = computed(catalog, many)
    (sums,) = (n for n in nodes.values() if n["kind"] == "row_sum" and "/11/" in n["id"])
    assert sums["rows"] is None
    again = spread_rows(c, nodes, REGIONS, threads=1)
    assert again.figures == made.figures


def test_a_spread_of_nothing_gives_the_value_exactly(catalog: Catalog) -> None:
    for name, value in (("capacity", "100"), ("timber_price", "500"), ("cost", "10"), ("rate", None)):
        catalog = with_ends(catalog, name, value, value)
    rates = tuple(replace(p, low=p.value, high=p.value) for p in catalog.parameters["rate"])
    gep = row(spreads(replace(catalog, parameters={**catalog.parameters, "rate": rates})), "gep")
    assert {gep[c] for c in ("mean", "low", "median", "high")} == {gep["value"]} == {Decimal(GEP)}
    assert (gep["sd"], gep["first_order_sd"]) == (0, 0)


@pytest.fixture(scope="module")
def few(catalog: Catalog) -> tuple[Computation, dict[str, Any]]:
    """The county with 200 draws, computed once."""
    return computed(with_terms(catalog, draws=200))


@given(half=st.integers(1, 400), more=st.integers(1, 90))
@settings(max_examples=15)
def test_a_wider_spread_gives_a_wider_interval(few: tuple[Computation, dict[str, Any]], half: int, more: int) -> None:
    c, nodes = few
    (price,) = (n for n in nodes if n.startswith("parameter:timber_price/"))
    ends = []
    for width in (half, half + more):
        changed = {**nodes, price: {**nodes[price], "low": str(500 - width), "high": str(500 + width)}}
        timber = row(spread_rows(c, changed, REGIONS, threads=1), "timber")
        ends.append((timber["low"], timber["high"]))
        assert timber["low"] <= timber["value"] <= timber["high"]
    assert ends[1][0] < ends[0][0] < ends[0][1] < ends[1][1]


def test_a_value_outside_its_ends_is_told_and_counts_as_unknown(catalog: Catalog) -> None:
    made = spreads(with_ends(catalog, "timber_price", "510", "600"))
    assert [(f.code, f.place.file.rpartition("/")[2]) for f in made.findings] == [("UNCERTAINTY-ENDS", "all.csv")]
    assert row(made, "timber")["known_share"] == 0
    assert row(made, "timber")["sd"] is None


def test_no_interval_where_nothing_has_a_known_spread(catalog: Catalog, made: Spreads) -> None:
    """One of no width would claim exactness; an income that rests on no parameter is as it was returned."""
    growth = row(spreads(with_ends(catalog, "rate", None, None)), "growth")
    assert [growth[c] for c in (*STATISTICS, "first_order_sd", "cause")] == [None] * 7
    assert growth["value"] == 3760
    visits = row(made, "visits")
    assert {visits[c] for c in ("value", "mean", "low", "median", "high")} == {Decimal(7000)}


def test_draws_without_a_value_are_told(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uncertain, "summary", lambda draws, level: None)
    made = spreads(catalog)
    assert {f.code for f in made.findings} == {"UNCERTAINTY-NO-VALUE"}
    assert row(made, "gep").get("mean") is None


def test_a_trace_that_does_not_give_its_own_figure_is_told(catalog: Catalog) -> None:
    c, nodes = computed(catalog)
    name = "calculation:one/cleaned/11/2020/-"
    nodes[name] = {**nodes[name], "expression": "(2 * capacity)"}
    made = spread_rows(c, nodes, REGIONS, threads=1)
    told = [f for f in made.findings if f.code == "UNCERTAINTY-NOT-SAME"]
    assert {f.place.key.split("/")[0] for f in told} == {"cleaning", "regulating", "gep"}
    assert {f.place.key.split("/")[1] for f in told} == {"11", "1"}


def test_a_missing_return_leaves_no_target(catalog: Catalog) -> None:
    c, nodes = computed(catalog)
    one = {n: v for n, v in nodes.items() if not n.startswith("total:gep_total/1/")}
    assert {t.region for t in targets_in(c, one)} == {"11", "12"}
    lacking = {n: {**v, "result": None} if n.endswith("CNY") or "#gep" in n else v for n, v in nodes.items()}
    assert {t.item for t in targets_in(c, lacking)} == {"material", "regulating", "cultural"}


def test_a_profile_without_the_table_gives_nothing(catalog: Catalog) -> None:
    scheme = replace(catalog.schemes["one"], uncertainty=None)
    c, nodes = computed(replace(catalog, schemes={"one": scheme}))
    assert (c.rows, spread_rows(c, nodes, REGIONS)) == ({}, Spreads())


@pytest.mark.parametrize("table", ["uncertainty", "uncertainty_parameter"])
def test_rows_fit_their_tables(made: Spreads, table: str) -> None:
    columns = {c.name: c for c in BY_NAME[table].columns}
    for one in made.figures if table == "uncertainty" else made.parameters:
        assert set(one) | {"vintage"} <= set(columns)
        full: dict[str, object] = {"vintage": 1, **one}
        for name, column in columns.items():
            assert full.get(name) is not None or not column.not_null, name
            if full.get(name) is not None:
                writer(column.type)(full[name])


def test_uniform_shape(catalog: Catalog) -> None:
    timber = row(spreads(with_terms(catalog, shape="uniform", level=Decimal("0.5"))), "timber")
    assert float(timber["sd"]) == pytest.approx(200_000 / math.sqrt(12), rel=0.03)
    assert float(timber["low"]) == pytest.approx(450_000, rel=0.01)  # a quarter of the way from 400,000 to 600,000


def test_the_scheme_says_how(catalog: Catalog, made: Spreads) -> None:
    how = catalog.schemes["one"].uncertainty
    assert isinstance(how, Uncertainty)
    gep = row(made, "gep")
    assert (gep["draws"], gep["seed"], gep["level"]) == (how.draws, how.seed, how.level)
