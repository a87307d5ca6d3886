"""What 10,000 draws cost: one county of the example city with all its services, against computing it without draws.

    python benchmarks/bench_uncertainty.py --draws 10000 --rounds 3 --threads 1

The book is made outside the clock, in build/bench-uncertainty. Every measurement runs in a process of its own, with and without
draws by turns, so that memory is its alone; `seconds_without` is computing the county from facts to totals. That all rounds, and
one more with another number of threads, give the same digits is checked; seconds depend on the machine and are only a record.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gep import __version__
from gep.book import Book
from gep.workflow import accounts
from gep.workflow.compute import Computation, compute
from gep.workflow.init import init
from gep.workflow.run import at_leaves
from gep.workflow.submit import holdings
from gep.workflow.uncertain import spread_rows

TOP = Path(__file__).resolve().parents[1]
BUILD = TOP / "build" / "bench-uncertainty"
SOURCE, PROFILE, COUNTY, YEAR = "sample-city", "sample", "990121", 2022
KINDS = ("without", "with")


def county(book: Book, draws: int) -> tuple[Computation, dict[str, Any], float]:
    """The county computed, its trace with totals, and the seconds that took."""
    held = holdings(book)
    records = {n: at_leaves(table, book.config.regions, [COUNTY]) for n, table in held.records.items()}
    catalog = book.catalog
    scheme = catalog.schemes[PROFILE]
    if scheme.uncertainty is None:
        raise SystemExit(f"{PROFILE} has no [uncertainty]")
    wanted = replace(scheme, uncertainty=replace(scheme.uncertainty, draws=draws) if draws else None)
    catalog = replace(catalog, schemes={**catalog.schemes, PROFILE: wanted})
    regions = {COUNTY: replace(book.config.regions[COUNTY], parent="")}
    facts = [f for f in held.facts if f.region == COUNTY]
    began = time.perf_counter()
    c = compute(catalog, PROFILE, YEAR, facts, regions, [COUNTY], records=records, threads=1)
    nodes: dict[str, Any] = dict(c.nodes)
    for _, made in accounts.totals(c, regions, list(accounts.value(c, regions))):
        nodes |= {str(n["id"]): n for n in made}
    return c, nodes, time.perf_counter() - began


def child(kind: str, draws: int, threads: int) -> None:
    """Do it once; print what it took as JSON."""
    book = Book(BUILD / SOURCE)
    c, nodes, work = county(book, draws if kind == "with" else 0)
    began = time.perf_counter()
    made = spread_rows(c, nodes, {COUNTY: book.config.regions[COUNTY]}, threads=threads)
    spread = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told: dict[str, Any] = {
        "work": work,
        "spread": spread,
        "memory": memory,
        "figures": len(made.figures),
        "parameters": len(made.parameters),
    }
    shown = json.dumps([made.figures, made.parameters], default=str, sort_keys=True)
    told["digest"] = hashlib.sha256(shown.encode()).hexdigest()
    told["complete"] = not made.findings and all(f["mean"] is not None for f in made.figures if f["item"] == "gep")
    print(json.dumps(told))


def measure(kind: str, draws: int, threads: int) -> dict[str, Any]:
    args = ["--child", kind, "--draws", str(draws), "--threads", str(threads)]
    made = subprocess.run([sys.executable, str(Path(__file__).resolve()), *args], check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(made.stdout))


def summary(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 3), "least": round(min(values), 3), "most": round(max(values), 3)}


def run(draws: int, rounds: int, threads: int) -> dict[str, Any]:
    """All rounds, with and without draws in turn, the order turned round from one to the next; one more with two threads."""
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    init(BUILD / SOURCE, SOURCE, who="bench")
    taken: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    for number in range(rounds):
        for kind in KINDS if number % 2 == 0 else reversed(KINDS):
            taken[kind].append(measure(kind, draws, threads))
    other = measure("with", draws, 2 if threads == 1 else 1)
    digests = {t["digest"] for t in (*taken["with"], other)}
    if len(digests) != 1 or not all(t["complete"] for t in taken["with"]):
        raise SystemExit("the draws differ from one time to another, or are not complete")
    work = [t["work"] for t in taken["without"]]
    ratio = [t["spread"] / w for t, w in zip(taken["with"], work, strict=True)]
    return {
        "schema": "gep.bench-uncertainty/1",
        "rounds": rounds,
        "draws": draws,
        "threads": threads,
        "versions": {"gep": __version__, "python": platform.python_version()},
        "figures": taken["with"][0]["figures"],
        "parameters": taken["with"][0]["parameters"],
        "seconds_without": summary(work),
        "seconds_of_draws": summary([t["spread"] for t in taken["with"]]),
        "draws_to_run": summary(ratio),
        "mb_without": summary([t["memory"] for t in taken["without"]]),
        "mb_with": summary([t["memory"] for t in taken["with"]]),
    }


def show(result: dict[str, Any]) -> None:
    what = f"{result['figures']} figures, {result['parameters']} parameters"
    print(f"{result['draws']} draws, {what}, threads {result['threads']}; the same digits each time and with 1 and 2 threads")
    for name in ("seconds_without", "seconds_of_draws", "draws_to_run", "mb_without", "mb_with"):
        print(f"  {name:18} " + "{median} ({least} to {most})".format(**result[name]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--child", choices=KINDS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.draws, options.threads)
        return
    result = run(options.draws, options.rounds, options.threads)
    show(result)
    (TOP / "build" / "bench-uncertainty.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
