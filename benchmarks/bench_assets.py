"""What accounts cost: 32,000 GEP cells (class × service × year) and an asset ledger of 50,000 entries with its yearly checks.

    python benchmarks/bench_assets.py --rounds 3

Catalogue and returns are made outside the clock, in build/bench-assets. `gep`: 20 services by 80 classes over 20 years, each cell
an area times a rate, valued at a price. `assets`: the shipped land table of 39 counties over 20 years with the chain from year
to year, the totals of columns and city, the second routes over all totals and every check of the table. Each runs in a process of
its own. Three times are taken: `read` parses the returns into facts, `work` computes all years over them, and `wall` is the whole
process from a fresh interpreter, with imports and the loading of the catalogue.
The table gives microseconds per cell and the ratios of one round; `work_to_read` compares a computed cell with reading a return.
Seconds depend on the machine and are kept only as a record; nothing here is asserted by a test.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from gep import __version__
from gep.base.data import data_root
from gep.base.findings import Finding
from gep.base.records import Fact, Names, Origin, Region, State, key_of
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.workflow.assets import AssetComputation, compute_assets
from gep.workflow.chain import Prior
from gep.workflow.compute import compute

TOP = Path(__file__).resolve().parents[1]
BUILD = TOP / "build" / "bench-assets"
GEP, ASSETS = KINDS = ("gep", "assets")
TIMES = ("read", "work", "wall")
FIRST, YEARS, CLASSES, SERVICES, COUNTIES = 2001, 20, 80, 20, 39
CITY = "990100"
LAND = tuple(f"C0{n}" for n in range(1, 10))
HEAD = ("region", "period", "measure", "key", "value", "unit")
Line = tuple[str, int, str, str, str, str]

SOURCE = '[made_up]\nkind = "illustrative"\ntitle = "示例数据"\n'
MEASURE = '["{id}"]\nzh = "{id}"\nen = "{id}"\nkind = "{kind}"\nunit = "{unit}"\ndims = ["class"]\n{more}\n'
RULE = """
["{id}"]
zh = "{id}"
en = "{id}"
version = "1"
output = "{id}"
expression = "area * rate"
source = "made_up"
["{id}".inputs]
area = {{ measure = "area" }}
rate = {{ parameter = "rate", unit = "t/m2", grain = ["class"], lower = 0 }}
"""
SCHEME = """id = "{id}"
kind = "{kind}"
zh = "测速"
en = "Benchmark"
version = "1"
status = "enabled"
source = "{source}"
rules = [{rules}]
"""
LINES = """
[[service]]
id = "{id}"
class = "regulating"
[[service.line]]
measure = "{id}"
price = "price"
domain = {{ class = ["*"] }}
"""


def classes() -> list[str]:
    return [f"k{n:03d}" for n in range(1, CLASSES + 1)]


def services() -> list[str]:
    return [f"s{n:02d}" for n in range(1, SERVICES + 1)]


def counties() -> list[str]:
    return [f"99{n:04d}" for n in range(1001, 1001 + COUNTIES)]


def make_gep() -> None:
    """A catalogue of one area, a rate and a price by class, and twenty services; the areas of all years as returns."""
    head = "id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note\n"
    rates = (f"rate,bench,,class:{c},,,0.{n:03d},t/m2,,,illustrative,made_up,示例数据,\n" for n, c in enumerate(classes(), 1))
    prices = (f"price,bench,,,{y},{y},7.06,元@{y}/t,,,illustrative,made_up,示例数据,\n" for y in years())
    account = '[{id}.account]\nservice = "={id}"\necosystem = "class"'
    measures = [MEASURE.format(id="area", kind="stock", unit="m2", more="lower = 0")]
    measures += [MEASURE.format(id=s, kind="flow", unit="t", more=account.format(id=s)) for s in services()]
    rules = ", ".join(f'"{s}"' for s in services())
    scheme = SCHEME.format(id=GEP, kind="gep_profile", source="made_up", rules=rules) + 'parameter_sets = ["bench"]\n'
    coded = [f"class,1,{c},,{c},{c}\n" for c in classes()] + [f"service,1,{s},,{s},{s}\n" for s in services()]
    files = {
        "sources.toml": SOURCE,
        "codes/all.csv": "scheme,edition,code,parent,zh,en\n" + "".join(coded),
        "measures/all.toml": "".join(measures),
        "parameters/all.csv": head + "".join(rates) + "".join(prices),
        "rules/all.toml": "".join(RULE.format(id=s) for s in services()),
        "schemes/all.toml": scheme + "".join(LINES.format(id=s) for s in services()),
    }
    for name, text in files.items():
        put(BUILD / GEP / "coefficients" / name, text)
    lines = ((CITY, y, "area", f"class:{c}", f"{1000 * n + y}.25", "m2") for y in years() for n, c in enumerate(classes(), 1))
    write(BUILD / f"{GEP}.csv", lines)


def make_assets() -> None:
    """A scheme of the land table alone over the shipped catalogue, and the returns of every county and year."""
    scheme = SCHEME.format(id="bench", kind="asset_scheme", source="asset_practice", rules='"LA-01.*"')
    put(BUILD / ASSETS / "local" / "schemes" / "bench.toml", scheme + 'tables = ["LA-01"]\nparameter_sets = ["assets"]\n')
    write(BUILD / f"{ASSETS}.csv", (line for county in counties() for line in land(county)))


def land(county: str) -> Iterator[Line]:
    """Each year 12.34 hm2 of C02 become C06 and 0.5 hm2 of C05 come to C04; every class opens with 10000 hm2."""
    flows = {("R31", "C02"): "12.34", ("R21", "C06"): "12.34", ("R32", "C05"): "0.50", ("R22", "C04"): "0.50"}
    net = {"C02": Decimal("-12.34"), "C06": Decimal("12.34"), "C05": Decimal("-0.50"), "C04": Decimal("0.50")}
    for n, year in enumerate(years()):
        yield county, year, "administrative_area", "", "90000", "hm2"
        for c in LAND:
            if n == 0:
                yield county, year, "LA-01.R10.returned", f"la01:{c}", "10000.00", "hm2"
            for row in ("R21", "R22", "R23.returned", "R31", "R32", "R33.returned"):
                yield county, year, f"LA-01.{row}", f"la01:{c}", flows.get((row, c), "0.00"), "hm2"
            yield county, year, "LA-01.R60", f"la01:{c}", str(10000 + net.get(c, Decimal(0)) * (n + 1)), "hm2"


def years() -> range:
    return range(FIRST, FIRST + YEARS)


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write(path: Path, lines: Iterator[Line]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEAD)
        writer.writerows(lines)


def read(path: Path) -> list[Fact]:
    """The returns as facts."""
    facts = []
    with path.open(encoding="utf-8", newline="") as stream:
        for number, r in enumerate(csv.DictReader(stream), 2):
            pairs = dict(p.split(":") for p in r["key"].split(";") if p)
            origin = Origin(path.name, "", number)
            key, value = key_of(pairs), Decimal(r["value"])
            facts.append(Fact(r["measure"], r["region"], r["period"], key, State.VALUE, value, r["unit"], origin, exact=True))
    return facts


def regions_of(kind: str) -> dict[str, Region]:
    names = Names("测速", "Benchmark")
    below = counties() if kind == ASSETS else []
    return {CITY: Region(CITY, "", "city", names)} | {c: Region(c, CITY, "county", names) for c in below}


def account(kind: str, catalog: Catalog, facts: Sequence[Fact]) -> tuple[int, int]:
    """(cells computed, findings that stop or ask) of all years."""
    regions = regions_of(kind)
    by_year = {y: [f for f in facts if f.period == str(y)] for y in years()}
    cells, told = 0, 0
    before: AssetComputation | None = None
    for year in years():
        if kind == GEP:
            made = compute(catalog, GEP, year, by_year[year], regions, [CITY], threads=1)
            cells += sum(1 for c in made.cells if not c.is_input and c.measure in services())
            told += _bad(made.findings)
            continue
        prior = None if before is None else Prior(before.cells, before.profile)
        before = compute_assets(catalog, "bench", year, by_year[year], regions, counties(), prior=prior, threads=1)
        cells += sum(1 for c in before.cells if not c.is_input and c.period == str(year))
        told += _bad(before.findings)
    return cells, told


def _bad(findings: Sequence[Finding]) -> int:
    return sum(1 for f in findings if f.severity != "note")


def child(kind: str) -> None:
    """Run one of the two once; print what it took as JSON."""
    shipped = BUILD / GEP / "coefficients" if kind == GEP else data_root() / "coefficients"
    catalog = load(shipped, BUILD / ASSETS / "local" if kind == ASSETS else None)
    began = time.perf_counter()
    facts = read(BUILD / f"{kind}.csv")
    there = time.perf_counter()
    cells, told = account(kind, catalog, facts)
    ended = time.perf_counter()
    if told:
        raise SystemExit(f"{kind}: {told} findings in returns that were made without a fault")
    print(json.dumps({"read": there - began, "work": ended - there, "entries": len(facts), "cells": cells}))


def measure(kind: str) -> dict[str, float]:
    began = time.perf_counter()
    made = subprocess.run(
        [sys.executable, str(Path(__file__).resolve()), "--child", kind], check=True, stdout=subprocess.PIPE, text=True
    )
    return dict(json.loads(made.stdout)) | {"wall": time.perf_counter() - began}


def summary(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 3), "least": round(min(values), 3), "most": round(max(values), 3)}


def of_kind(taken: Sequence[dict[str, float]]) -> dict[str, object]:
    """Counts, seconds, microseconds per cell, and a computed cell against reading one return."""
    one = taken[0]
    per_cell = [t["work"] / t["cells"] for t in taken]
    per_entry = [t["read"] / t["entries"] for t in taken]
    return {
        "entries": int(one["entries"]),
        "cells": int(one["cells"]),
        "seconds": {name: summary([t[name] for t in taken]) for name in TIMES},
        "microseconds_per_cell": summary([1e6 * p for p in per_cell]),
        "work_to_read": summary([a / b for a, b in zip(per_cell, per_entry, strict=True)]),
        "wall_to_work": summary([t["wall"] / t["work"] for t in taken]),
    }


def run(rounds: int) -> dict[str, object]:
    """All rounds, the two kinds in turn, the order turned round from one to the next."""
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    make_gep()
    make_assets()
    taken: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    for number in range(rounds):
        for kind in KINDS if number % 2 == 0 else reversed(KINDS):
            taken[kind].append(measure(kind))
    versions = {"gep": __version__, "python": platform.python_version()}
    return {"schema": "gep.bench-assets/1", "rounds": rounds, "versions": versions} | {k: of_kind(t) for k, t in taken.items()}


def show(result: dict[str, object]) -> None:
    for kind in KINDS:
        made = result[kind]
        if isinstance(made, dict):
            print(f"{kind}: {made['entries']} returns, {made['cells']} cells")
            for name in TIMES:
                print(f"  {name + ' s':24} {_spread(made['seconds'][name])}")
            for name in ("microseconds_per_cell", "work_to_read", "wall_to_work"):
                print(f"  {name:24} {_spread(made[name])}")


def _spread(value: object) -> str:
    return "{median} ({least} to {most})".format(**value) if isinstance(value, dict) else str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", choices=KINDS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child)
        return
    result = run(options.rounds)
    show(result)
    (TOP / "build" / "bench-assets.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
