"""What exact sums cost: the shipped patch rules as generated SQL, against a bare scan of the same columns.

    python benchmarks/bench_plan.py --rows 10000000

Rows are made outside the clock, all distinct, as one Parquet file in build/. Three queries are then timed, interleaved, each in
a process of its own: `scan` reads the columns the rules read (sums of numbers, greatest of texts), without grouping; `plain`
evaluates the same rules as ordinary sums of doubles by region and ecosystem; `plan` is the SQL that the engine runs, exact
integer sums with the guard that shows missing and refused rows. The guard is checked as the engine does: where it does not
hold, the engine runs a second, slower pass, and the benchmark fails.
Prints and writes ratios of one round, their median and spread, and the peak memory of each. Seconds depend on the machine and are
kept only as a record; nothing here is asserted by a test.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from gep import __version__
from gep.base.data import data_root
from gep.catalog.load import load
from gep.rules.plan import build
from gep.rules.product import Plan, RowProduct
from gep.rules.sql import quick, trusted

TOP = Path(__file__).resolve().parents[1]
BUILD = TOP / "build"
RULES = ("water_retention.patches", "soil_retention.rusle")
COLUMNS = ("area", "rain", "et", "r", "k", "ls", "c", "p")
# the row sums of the two rules as one would write them by hand, in the units of the columns
KEYS = ("region", "ecosystem")
BY_HAND = ("sum(area * rain)", "sum(area * et)", "sum(r * k * ls * (1 - c * p) * area)")
ECOSYSTEMS = ("forest", "shrub", "grassland", "wetland", "cropland", "urban", "desert", "other")
REGIONS = 20
SCAN, PLAIN, PLAN = KINDS = ("scan", "plain", "plan")


def mixed(salt: str) -> str:
    """SQL of 64 bits from the row number; hashed twice, because hashes of two arguments share their low bits."""
    return f"hash(hash(i, '{salt}'))"


def uniform(salt: str, low: float, high: float) -> str:
    """SQL of a number in [low, high) that depends on the row number and `salt` only."""
    return f"({low} + {high - low} * (({mixed(salt)} >> 11)::DOUBLE / 9007199254740992.0))"


def make_rows(rows: int, file: Path) -> None:
    """Patches of a hectare to some tens, with rain, evaporation and the RUSLE factors in ranges as they occur."""
    names = ", ".join(f"'{name}'" for name in ECOSYSTEMS)
    slope = uniform("slope", 0.0, 1.2)
    select = f"""
        SELECT i AS row, printf('5133%02d', ({mixed("region")} % {REGIONS})::INTEGER + 21) AS region,
               list_extract([{names}], ({mixed("ecosystem")} % {len(ECOSYSTEMS)})::INTEGER + 1) AS ecosystem,
               {uniform("area", 1e4, 5e5)} AS area, {uniform("rain", 400, 1200)} AS rain, {uniform("et", 200, 800)} AS et,
               {uniform("r", 500, 6000)} AS r, {uniform("k", 0.005, 0.06)} AS k, 0.1 + 30.0 * {slope} * {slope} AS ls,
               {uniform("c", 0.003, 0.6)} AS c, {uniform("p", 0.3, 1.0)} AS p, {slope} AS slope
        FROM range({rows}) t(i)"""  # noqa: S608
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{part}' (FORMAT parquet)")
    part.rename(file)


def plans() -> list[Plan]:
    """The canonical plans of the shipped rules."""
    catalog = load(data_root() / "coefficients")
    return [build(catalog.rules[name][-1], catalog.measures) for name in RULES]


def products() -> list[RowProduct]:
    """Their row products; the rules name their inputs as the columns are named."""
    made = plans()
    for plan in made:
        if any(plan.input(n).kind == "column" and plan.input(n).ref != n for p in plan.products for n in p.inputs):
            raise SystemExit(f"{plan.rule.id}: an input is not named as its column")
    return [product for plan in made for product in plan.products]


def query(kind: str, file: Path) -> str:
    """The SQL of one of the three."""
    if kind == SCAN:
        chosen = ", ".join([*(f"sum({column})" for column in COLUMNS), *(f"max({column})" for column in KEYS)])
        return f"SELECT {chosen} FROM read_parquet('{file}')"  # noqa: S608
    chosen = ", ".join(BY_HAND)
    if kind == PLAN:
        chosen = ", ".join(quick(products(), {c: c for c in COLUMNS}).values())
    return f"SELECT region, ecosystem, {chosen} FROM read_parquet('{file}') GROUP BY region, ecosystem ORDER BY region, ecosystem"  # noqa: S608


def peak_memory() -> int:
    """The most memory this process has held, in bytes."""
    status = Path("/proc/self/status")
    if status.is_file():
        found = re.search(r"^VmHWM:\s+(\d+) kB$", status.read_text(encoding="ascii"), flags=re.MULTILINE)
        if found:
            return int(found[1]) * 1024
    import resource  # absent on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def child(kind: str, file: Path) -> None:
    """Run one query once; print what it took as JSON."""
    text = query(kind, file)
    with duckdb.connect() as connection:
        before = peak_memory()
        began = time.perf_counter()
        rows = connection.execute(text).fetchall()
        seconds = time.perf_counter() - began
    if kind == PLAN and not all(trusted(row[-1]) for row in rows):
        raise SystemExit("the guard does not hold: the engine would have to run the slow pass")
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()
    print(json.dumps({"seconds": seconds, "peak": peak_memory(), "before": before, "groups": len(rows), "digest": digest}))


def measure(kind: str, file: Path) -> dict[str, float | int | str]:
    command = [sys.executable, str(Path(__file__).resolve()), "--child", kind, "--file", str(file)]
    made = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(made.stdout))


def summary(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 3), "least": round(min(values), 3), "most": round(max(values), 3)}


def run(rows: int, rounds: int) -> dict[str, object]:
    """All rounds, each with the three queries in turn, the order turned round from one to the next."""
    file = BUILD / f"bench-{rows}.parquet"
    if not file.is_file():
        print(f"making {rows} rows")
        make_rows(rows, file)
    for kind in KINDS:
        measure(kind, file)  # the file is in the page cache from here on
    taken: dict[str, list[dict[str, float | int | str]]] = {kind: [] for kind in KINDS}
    for number in range(rounds):
        for kind in KINDS if number % 2 == 0 else reversed(KINDS):
            taken[kind].append(measure(kind, file))
    digests = {one["digest"] for one in taken[PLAN]}
    if len(digests) != 1:
        raise SystemExit("the plan gave different totals in different runs")

    def ratio(over: str, under: str) -> dict[str, float]:
        pairs = zip(taken[over], taken[under], strict=True)
        return summary([float(a["seconds"]) / float(b["seconds"]) for a, b in pairs])

    return {
        "schema": "gep.bench/1",
        "rows": rows,
        "rounds": rounds,
        "rules": list(RULES),
        "versions": {"gep": __version__, "duckdb": duckdb.__version__, "python": platform.python_version()},
        "groups": taken[PLAN][0]["groups"],
        "totals_sha256": digests.pop(),
        "plan_to_scan": ratio(PLAN, SCAN),
        "plan_to_plain": ratio(PLAN, PLAIN),
        "seconds": {kind: summary([float(one["seconds"]) for one in taken[kind]]) for kind in KINDS},
        "peak_mib": {kind: summary([float(one["peak"]) / 2**20 for one in taken[kind]]) for kind in KINDS},
        "parquet_mib": round(file.stat().st_size / 2**20, 1),
    }


def _spread(value: object) -> str:
    return "{median} ({least} to {most})".format(**value) if isinstance(value, dict) else str(value)


def show(result: dict[str, object]) -> None:
    for key, value in result.items():
        text = ", ".join(f"{k} {_spread(v)}" for k, v in value.items()) if isinstance(value, dict) else value
        print(f"{key:16} {text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--child", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.file)
        return
    result = run(options.rows, options.rounds)
    show(result)
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
