"""The same input gives the same bytes, whatever the threads, the order, the engine, the parts it came in; and a changed input the
change that arithmetic says."""

from __future__ import annotations

import functools
import hashlib
import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gep.base.data import data_root
from gep.base.records import Fact, Names, Origin, Region, State
from gep.book import Book
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.workflow import run as run_module
from gep.workflow.compute import compute
from gep.workflow.init import init
from gep.workflow.lay_out import lay_out
from gep.workflow.release import trace_lines
from gep.workflow.run import run
from gep.workflow.submit import submit

CASE = Path(__file__).resolve().parents[1] / "cases" / "rows-synthetic"
TABLES = ("physical_account", "value_account", "gep_total")
ROWS = 24_000
Reader = Callable[[Path], list[dict[str, str]]]


def accounts(folder: Path) -> dict[str, str]:
    """SHA-256 of the canonical CSV of each account."""
    return {t: hashlib.sha256((folder / f"{t}.csv").read_bytes()).hexdigest() for t in TABLES}


def without_vintage(folder: Path, csv_rows: Reader) -> dict[str, list[dict[str, str]]]:
    """The accounts without the number of the run, which counts the entries of the journal."""
    return {t: [{k: v for k, v in r.items() if k != "vintage"} for r in csv_rows(folder / f"{t}.csv")] for t in TABLES}


def integers(done: Any) -> dict[str, str]:
    """Every integer of every row sum, with the hash of its rows."""
    return {i: f"{n['sum']} {n['n']} {n['rows_sha256']}" for i, n in done.nodes.items() if n["kind"] == "row_sum"}


def everything(done: Any) -> bytes:
    """The whole trace, and with it every stored decimal."""
    return trace_lines(done.nodes.values())


@pytest.fixture(scope="module")
def many(patches: Any) -> Mapping[str, pa.Table]:
    """24,000 patches of very different sizes in the two counties, a twentieth of them without slope."""
    rng = np.random.default_rng(8170)
    n = ROWS
    ecosystems = sorted({*patches.held.records["ecosystem_patches"]["ecosystem"].to_pylist()})
    numbers = {
        "area": rng.lognormal(14, 2.5, n),
        "rain": rng.uniform(200, 2500, n),
        "et": rng.uniform(100, 1500, n),
        "r": rng.uniform(100, 9000, n),
        "k": rng.uniform(0.001, 0.09, n),
        "ls": np.where(rng.random(n) < 0.05, 0.0, rng.lognormal(0, 1.2, n)),
        "c": rng.random(n),
        "p": rng.random(n),
    }
    table = pa.table(
        {
            "region": pa.array([("990101", "990102")[i] for i in rng.integers(0, 2, n)], pa.string()),
            "period": pa.array(["2020"] * n, pa.string()),
            "row": pa.array([f"Q{i:06d}" for i in range(n)], pa.string()),
            "ecosystem": pa.array([ecosystems[i] for i in rng.integers(0, len(ecosystems), n)], pa.string()),
            **{name: pa.array(values, pa.float64()) for name, values in numbers.items()},
        }
    )
    return {"ecosystem_patches": table}


@pytest.fixture(scope="module")
def standard(patches: Any, many: Mapping[str, pa.Table]) -> Any:
    return patches.world(records=many, options={"threads": 1}).done()


@pytest.mark.parametrize("options", [{"threads": 2}, {"threads": 4}, {"engine": "reference"}, {}], ids=str)
def test_threads_and_engines(patches: Any, many: Mapping[str, pa.Table], standard: Any, options: Mapping[str, Any]) -> None:
    done = patches.world(records=many, options=options).done()
    assert integers(done) == integers(standard)
    assert everything(done) == everything(standard)


def test_the_integers_are_large_enough_to_differ(standard: Any) -> None:
    """No vacuous identity: thousands of rows a sum, integers of more digits than a double holds."""
    nodes = [n for n in standard.nodes.values() if n["kind"] == "row_sum" and n["selection"].get("record_set")]
    assert min(n["n"] for n in nodes) > 1000
    assert max(abs(int(n["sum"])) for n in nodes if n["sum"]) > 2**53


def test_order_and_parts_of_rows(
    patches: Any, many: Mapping[str, pa.Table], standard: Any, shuffled: Callable[[pa.Table, int], pa.Table]
) -> None:
    table = many["ecosystem_patches"]
    mixed = shuffled(table, 1)
    parts = pa.concat_tables([mixed.slice(12_001), mixed.slice(0, 7), mixed.slice(7, 11_994)])
    for other in (mixed, parts):
        done = patches.world(records={"ecosystem_patches": other}).done()
        assert everything(done) == everything(standard)


def test_order_of_returns(garze: Any) -> None:
    facts = list(garze.held.facts)
    random.Random(3).shuffle(facts)  # noqa: S311
    assert everything(garze.world(facts=facts).done()) == everything(garze.base())


@pytest.mark.parametrize("name", ["garze-2010", "baiyangdian-2011", "natcap-renewable-2019", "rows-synthetic"])
def test_reference_path_on_every_case(cases: Mapping[str, Any], name: str) -> None:
    case = cases[name]
    assert everything(case.world(options={"engine": "reference"}).done()) == everything(case.base())


def made_book(folder: Path, source: Path, monkeypatch: pytest.MonkeyPatch, **options: Any) -> Path:
    """Init and run with the options of the engine; the folder of the release."""
    with monkeypatch.context() as patch:
        patch.setattr(run_module, "compute", functools.partial(compute, **options))
        book, submitted = init(folder, str(source), who="proof")
        assert all(s.status == "accepted" for s in submitted)
        made = run(book, "all", who="proof")
    return book.releases / str(made.vintage)


def test_releases_are_the_same_bytes(patches: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the files of the case: again, shuffled rows, another thread count, the reference path."""
    source = tmp_path / "shuffled"
    shutil.copytree(CASE, source)
    path = source / "records" / "ecosystem_patches.csv"
    head, *lines = path.read_text(encoding="utf-8").splitlines(True)
    random.Random(5).shuffle(lines)  # noqa: S311
    path.write_text(head + "".join(lines), encoding="utf-8")
    wanted = accounts(patches.folder)
    assert accounts(made_book(tmp_path / "again", CASE, monkeypatch, threads=4)) == wanted
    assert accounts(made_book(tmp_path / "mixed", source, monkeypatch, engine="reference")) == wanted
    trace = (patches.folder / "trace.jsonl").read_bytes()
    vintage = patches.folder.name
    assert (tmp_path / "again" / "releases" / vintage / "trace.jsonl").read_bytes() == trace


def test_running_twice_gives_the_same_accounts(patches: Any, tmp_path: Path, csv_rows: Reader) -> None:
    shutil.copytree(patches.book.root, tmp_path / "book")
    book = Book(tmp_path / "book")
    made = run(book, "all", who="proof")
    assert without_vintage(book.releases / str(made.vintage), csv_rows) == without_vintage(patches.folder, csv_rows)


def test_loaded_in_parts_and_in_another_order(patches: Any, tmp_path: Path, csv_rows: Reader) -> None:
    """Two files of patches for one, returns in the opposite order; a row sent again is refused, not added."""
    source = tmp_path / "source"
    shutil.copytree(CASE, source, ignore=shutil.ignore_patterns("ecosystem_patches.csv", "returns"))
    book, _ = init(tmp_path / "book", str(source), who="proof")
    head, *lines = (CASE / "records" / "ecosystem_patches.csv").read_text(encoding="utf-8").splitlines(True)
    for number, part in enumerate((lines[70:], lines[:70]), 1):
        path = tmp_path / f"part{number}.csv"
        path.write_text(head + "".join(part), encoding="utf-8")
        (done,) = submit(book, [path], who="proof", record_set="ecosystem_patches")
        assert done.status == "accepted"
    returns = sorted((CASE / "returns").iterdir(), reverse=True)
    assert {s.status for s in submit(book, returns, who="proof")} == {"accepted"}
    again = tmp_path / "again.csv"
    again.write_text(head + lines[3] + lines[90], encoding="utf-8")
    (refused,) = submit(book, [again], who="proof", record_set="ecosystem_patches")
    assert refused.status == "rejected"
    told = next(f for f in refused.findings if f.code == "SUBMIT-RECORDS-TWICE")
    assert "2 行与此前报送的记录集 ecosystem_patches 的行相同" in told.text("zh")
    assert "2 rows of again.csv stand in record set ecosystem_patches already" in told.text("en")
    made = run(book, "all", who="proof")
    folder = book.releases / str(made.vintage)
    assert without_vintage(folder, csv_rows) == without_vintage(patches.folder, csv_rows)


# What DuckDB 1.5.6, DuckDB 2.0.0 and the reference path give for the made-up counties. A changed rule, coefficient or row of the
# case changes it on purpose; an engine never does.
ACCOUNTS = "911dd1820f63fcf659e56db3f44bce1470eaa796dbe8bf6db4e0a8b1fce54866"
WORDS = ("region_name", "method_id")


def test_the_accounts_are_those_of_every_version_of_duckdb(patches: Any, csv_rows: Reader) -> None:
    digest = hashlib.sha256()
    for table, rows in sorted(without_vintage(patches.folder, csv_rows).items()):
        digest.update(table.encode())
        for row in rows:
            digest.update("\x1f".join(v for k, v in row.items() if k not in WORDS).encode() + b"\n")
    assert digest.hexdigest() == ACCOUNTS, duckdb.__version__


# --- metamorphic: small accounts that are made up, and what must hold between two of them

SMALL = """id = "small"
kind = "gep_profile"
zh = "小账"
en = "Small account"
version = "1"
status = "enabled"
source = "rows_synthetic_example"
rules = ["soil_retention.silt", "soil_retention.nutrients", "air_purification.cap", "water_purification.cap"]
parameter_sets = ["rows-synthetic", "common"]
[overlaps]
soil_nutrients_and_purification = "show"
[[service]]
id = "water_retention"
class = "regulating"
[[service.line]]
measure = "water_retention"
price = "reservoir_unit_cost"
[[service]]
id = "soil_retention"
class = "regulating"
[[service.line]]
measure = "silt_avoided"
price = "dredging_cost"
[[service.line]]
measure = "soil_nutrient_avoided"
price = "soil_nutrient_treatment_cost"
domain = { pollutant = ["nitrogen", "phosphorus"] }
[[service]]
id = "air_purification"
class = "regulating"
[[service.line]]
measure = "air_pollutant_purified"
price = "air_pollutant_treatment_cost"
domain = { pollutant = ["so2", "nox", "dust"] }
[[service]]
id = "water_purification"
class = "regulating"
[[service.line]]
measure = "water_pollutant_purified"
price = "water_pollutant_treatment_cost"
domain = { pollutant = ["cod", "nh3n"] }
"""
LINEAR = ("water_retention", "soil_retention")  # no cap: a region is the sum of its parts
PRICE = Fraction(2800)  # yuan for a unit of quantity, the dearest of the case
PROVE = settings(max_examples=settings.default.max_examples // 8, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, patches: Any) -> Catalog:
    root = tmp_path_factory.mktemp("small")
    shutil.copytree(CASE / "local", root / "local")
    (root / "local" / "schemes" / "small.toml").write_text(SMALL, encoding="utf-8")
    return load(data_root() / "coefficients", root / "local")


@pytest.fixture(scope="module")
def one_city(patches: Any) -> Mapping[str, Region]:
    return patches.book.config.regions


ECOSYSTEMS = ("forest", "shrub", "grassland", "wetland", "farmland", "urban", "desert", "glacier_snow", "bare", "other")
KEYS = (
    *(("ecosystem_area", (("ecosystem", e),), "hm2") for e in ECOSYSTEMS),
    *(("air_pollutant_discharge", (("pollutant", p),), "t") for p in ("so2", "nox", "dust")),
    *(("water_pollutant_discharge", (("pollutant", p),), "t") for p in ("cod", "nh3n")),
    ("water_retention", (), "m3"),
    ("soil_retention_total", (), "t"),
)
amounts = st.lists(st.integers(0, 10**9), min_size=len(KEYS), max_size=len(KEYS))


def account(county: str, numbers: list[Decimal], units: Mapping[str, tuple[str, Decimal]] | None = None) -> list[Fact]:
    """Returns of one county; `units`: another unit and the number of them to one of ours."""
    facts = []
    for at, ((measure, key, unit), number) in enumerate(zip(KEYS, numbers, strict=True), 2):
        other, per = (units or {}).get(unit, (unit, Decimal(1)))
        facts.append(Fact(measure, county, "2020", key, State.VALUE, number * per, other, Origin("made.csv", "0" * 64, at)))
    return facts


def figures(catalog: Catalog, facts: list[Fact], regions: Mapping[str, Region], case: Any) -> dict[tuple[str, ...], Decimal]:
    """(view, region, service, benefit) -> stored amount."""
    leaves = sorted({f.region for f in facts})
    shown = {c: r for c, r in regions.items() if c in leaves or any(regions[x].parent == c for x in leaves)}
    made = compute(catalog, "small", 2020, facts, shown, leaves)
    assert not [f for f in made.findings if f.severity == "stop"]
    rows = [f for _, f in lay_out(_Regions(catalog, shown), [made]).figures]  # type: ignore[arg-type]
    found = {}
    for f in rows:
        amount = {"physical_account": "quantity", "value_account": "value", "gep_total": "gep"}[f.address.view]
        keys = tuple(str(f.row.get(k, "-")) for k in ("region_code", "service", "benefit"))
        found[f.address.view, *keys] = f.row[amount]
    return found  # type: ignore[return-value]


class _Regions:
    """As much of a book as laying out needs."""

    def __init__(self, catalog: Catalog, regions: Mapping[str, Region]) -> None:
        self.config = self
        self.illustrative = False
        self.regions = regions
        # nothing is returned of the economy, so there is no index, and no store with one of the year before
        self.catalog = replace(catalog, schemes={n: s for n, s in catalog.schemes.items() if s.kind != "index_scheme"})
        self.store = Path("nowhere")


@PROVE
@given(numbers=amounts, k=st.integers(2, 1000))
def test_scale(small: Catalog, one_city: Mapping[str, Region], patches: Any, numbers: list[int], k: int) -> None:
    """k times every quantity is k times every figure; capacities times k areas are k capacities, so caps keep their side."""
    once = figures(small, account("990101", [Decimal(n) for n in numbers]), one_city, patches)
    times = figures(small, account("990101", [Decimal(n * k) for n in numbers]), one_city, patches)
    assert once.keys() == times.keys()
    for key, value in once.items():
        # half a unit of the last place of the quantity, at its price, and of the value; on both sides; 9 values in a total
        per = Fraction(1, 10**6) if key[0] == "physical_account" else PRICE * Fraction(1, 10**6) + Fraction(1, 10**4)
        allowed = per * (k + 1) / 2 * (9 if key[0] == "gep_total" else 1)
        assert abs(Fraction(times[key]) - k * Fraction(value)) <= allowed, key


@PROVE
@given(numbers=amounts, shares=st.lists(st.integers(0, 100), min_size=len(KEYS), max_size=len(KEYS)))
def test_split_and_merge(
    small: Catalog, one_city: Mapping[str, Region], patches: Any, numbers: list[int], shares: list[int]
) -> None:
    """A county divided in two: what is linear adds up to the undivided county, a cap never gains, the city is the exact sum."""
    one = [Decimal(n * s // 100) for n, s in zip(numbers, shares, strict=True)]
    two = [Decimal(n) - a for n, a in zip(numbers, one, strict=True)]
    whole = figures(small, account("990101", [Decimal(n) for n in numbers]), one_city, patches)
    parts = figures(small, [*account("990101", one), *account("990102", two)], one_city, patches)
    assert (
        parts["gep_total", "990100", "-", "-"] == parts["gep_total", "990101", "-", "-"] + parts["gep_total", "990102", "-", "-"]
    )
    for key, value in whole.items():
        view, _, service, benefit = key
        if view == "gep_total":
            continue
        both = Fraction(parts[key]) + Fraction(parts[view, "990102", service, benefit])
        allowed = Fraction(3, 2) * (Fraction(1, 10**6) if view == "physical_account" else PRICE / 10**6 + Fraction(1, 10**4))
        if service in LINEAR:
            assert abs(both - Fraction(value)) <= allowed, key
        else:
            assert both <= Fraction(value) + allowed, key


UNITS = [
    {"hm2": ("亩", Decimal(15)), "t": ("万吨", Decimal("0.0001")), "m3": ("亿立方米", Decimal("0.00000001"))},
    {"hm2": ("km2", Decimal("0.01")), "t": ("千克", Decimal(1000)), "m3": ("万立方米", Decimal("0.0001"))},
    {"hm2": ("平方米", Decimal(10_000)), "t": ("吨", Decimal(1)), "m3": ("立方米", Decimal(1))},
]


@PROVE
@given(numbers=amounts, places=st.integers(0, 6))
def test_units(small: Catalog, one_city: Mapping[str, Region], patches: Any, numbers: list[int], places: int) -> None:
    """The same amounts typed in 亩, hm², km² or m², 万吨, 吨 or 千克 are the same figures, to the last digit."""
    typed = [Decimal(n).scaleb(-places) for n in numbers]
    wanted = figures(small, account("990101", typed), one_city, patches)
    for units in UNITS:
        assert figures(small, account("990101", typed, units), one_city, patches) == wanted


def test_a_mu_is_no_finite_decimal_of_square_metres(garze: Any) -> None:
    """1 亩 is 666.666… m²: stored as 666.666667, and the value is that times the price (375 yuan for 10⁴ m²): 25.0000."""
    facts = [
        replace(f, amount=Decimal(1), unit="亩")
        if f.measure == "pest_controlled_area" and dict(f.key)["ecosystem"] == "forest"
        else f
        for f in garze.held.facts
    ]
    done = garze.world(facts=facts, profiles=("garze-2017",)).done()
    row = next(
        f.row
        for f in done.figures
        if f.address.view == "value_account" and f.row["service"] == "pest_control" and f.row["ecosystem"] == "forest"
    )
    assert row["quantity"] == Decimal("666.666667")
    assert row["value"] == Decimal("25.0000")  # 666.666667 × 0.0375 = 25.0000000125
    node = next(
        n for n in done.nodes.values() if n.get("measure") == "value.pest_controlled_area" and n["key"] == "ecosystem:forest"
    )
    assert next(a["places"] for a in node["arguments"] if a["name"] == "quantity") == 6
    done.trace().check(node["id"])


def test_value_rests_on_the_stored_quantity(garze: Any) -> None:
    """0.0000015 t at 2800 yuan: the quantity is stored as 0.000002 t, and the value is 0.0056, not 0.0042."""
    catalog = garze.book.catalog
    facts = [replace(f, amount=Decimal("0.0000015"), unit="t") if f.measure == "oxygen_released" else f for f in garze.held.facts]
    dear = tuple(replace(p, value=Decimal(2800)) for p in catalog.parameters["industrial_oxygen_price"])
    catalog = replace(catalog, parameters={**catalog.parameters, "industrial_oxygen_price": dear})
    done = garze.world(facts=facts, catalog=catalog, profiles=("garze-2017",)).done()
    row = next(f.row for f in done.figures if f.address.view == "value_account" and f.row["service"] == "oxygen_release")
    assert (row["quantity"], row["value"]) == (Decimal("0.000002"), Decimal("0.0056"))


def test_names_of_regions_change_no_figure(small: Catalog, one_city: Mapping[str, Region], patches: Any) -> None:
    renamed = {c: replace(r, names=Names("改名", "renamed")) for c, r in one_city.items()}
    facts = account("990101", [Decimal(1000)] * len(KEYS))
    assert figures(small, facts, renamed, patches) == figures(small, facts, one_city, patches)
