"""What the questions of the cookbook cost over a long history: 20 years, 90 counties, all accounts (benchmarks/history.py).

    python benchmarks/bench_cookbook.py --rounds 5

Each question is asked as `gep sql --recipe` asks it, with its default parameters, each time over a store opened anew (the pages
may be in the cache of the system, those of DuckDB are not). `open` opens the store and finds the defaults, `query` is the
question itself, `total` both, `cpu` the time of the processors in both, which other work on the machine lengthens less; medians
of the rounds are shown. `to_scan` compares `total` with reading every column of the six account tables once. The history is made
up; seconds depend on the machine, and nothing here is asserted by a test.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import duckdb

from benchmarks.history import BUILD, Size, make, template
from gep.ledger.cookbook import Recipe, bind, recipes
from gep.ledger.query import ask
from gep.ledger.store import connect

LIMIT = 0.5  # seconds, what an analyst waits without noticing
SCANNED = ("physical_account", "value_account", "gep_total", "asset_account", "asset_total", "balance_sheet")
STANDS_FOR = "other"


def scan(path: Path) -> tuple[float, int]:
    """Seconds for reading every column of the account tables, and their rows."""
    started, rows = time.perf_counter(), 0
    with closing(connect(path)) as con:
        for name in SCANNED:
            found = con.execute(f"SELECT count(*), bit_xor(hash(t)) FROM t_{name} t").fetchone()  # noqa: S608
            rows += int(found[0]) if found else 0
    return time.perf_counter() - started, rows


def once(path: Path, one: Recipe, attach: Sequence[tuple[str, Path]]) -> tuple[float, float, float, int]:
    """Seconds until the store is open and the defaults are known, of the question, of the processors in both; rows."""
    started, worked = time.perf_counter(), time.process_time()
    with closing(connect(path, attach)) as con:
        values = bind(con, path, one, {})
        opened = time.perf_counter()
        rows = ask(con, path, one.sql, {name: values[name] for name in one.used}).rows
    return opened - started, time.perf_counter() - opened, time.process_time() - worked, len(rows)


def measure(path: Path, other: Path, rounds: int) -> list[dict[str, object]]:
    """A line for each question; the further book, where one is needed, is a small history of its own."""
    made = []
    for one in recipes():
        attach = [(name, other) for name in one.attach]
        taken = [once(path, one, attach) for _ in range(rounds)]
        opening, asking, worked = (statistics.median(t[n] for t in taken) for n in range(3))
        total = statistics.median(t[0] + t[1] for t in taken)
        made.append({"recipe": one.name, "open": opening, "query": asking, "total": total, "cpu": worked, "rows": taken[0][3]})
    return made


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--years", type=int, default=Size.years, help="years of the history")
    parser.add_argument("--store", type=Path, help="measure this store and make none")
    options = parser.parse_args(arguments)
    path = options.store or BUILD / f"history-{options.years}.duckdb"
    other = BUILD / "other.duckdb"
    for wanted, size in ((path, Size(years=options.years)), (other, Size(years=2, cities=2, twice=0, traced=0))):
        if not wanted.is_file():
            print(f"making {wanted} …", file=sys.stderr)
            make(wanted, template(BUILD), size)
    seconds, rows = scan(path)
    lines = measure(path, other, options.rounds)
    print(f"{'recipe':<28}{'open s':>9}{'query s':>9}{'total s':>9}{'cpu s':>9}{'rows':>8}{'to_scan':>9}")
    for line in lines:
        total = float(str(line["total"]))
        late = "  > 0.5" if total > LIMIT else ""
        taken = f"{line['open']:>9.3f}{line['query']:>9.3f}{total:>9.3f}{line['cpu']:>9.3f}"
        print(f"{line['recipe']:<28}{taken}{line['rows']:>8}{total / seconds:>9.3f}{late}")
    about = {"rows": rows, "scan": round(seconds, 3), "bytes": path.stat().st_size, "duckdb": duckdb.__version__}
    slow = [line["recipe"] for line in lines if float(str(line["total"])) > LIMIT]
    print(json.dumps({**about, "machine": platform.platform(), "over_half_a_second": slow}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
