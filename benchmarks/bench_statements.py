"""What the statements of a year cost: one county from its returns to the last file, and a city of many counties.

    python benchmarks/bench_statements.py --counties 90 --rounds 3

`county`: the published account of Garze in a new book, each verb (init with the returns, run, statement) as a new process, as at
a desk: both editions, both languages, all formats; `library`: the same three steps in one new process. `city`: the same returns
under the codes of many counties of one made-up city, so that the forms by region, the appraisal pages and the page have that many
parts; one process, its largest memory. `to_run` compares the statements with the run they show, `to_openpyxl` the workbook with
openpyxl writing as many cells of the same text and numbers without a layout. Nothing here is asserted by a test.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP)]

from gep import __version__  # noqa: E402
from gep.base.data import data_root  # noqa: E402
from gep.book import Book  # noqa: E402
from gep.workflow.init import init  # noqa: E402
from gep.workflow.render import Wanted, render  # noqa: E402
from gep.workflow.run import run as run_book  # noqa: E402
from gep.workflow.statement import assemble  # noqa: E402

BUILD = TOP / "build" / "bench-statements"
SOURCE, REGION = "garze-2010", "513300"
CITY = "990000"
CELL = "import sys; from gep.cli import main; sys.exit(main())"
LIBRARY = """import sys
from pathlib import Path
from gep.workflow.init import init
from gep.workflow.render import render
from gep.workflow.run import run
book, _ = init(Path(sys.argv[1]), sys.argv[2], who="bench")
run(book, "all", who="bench")
render(book)
"""


def verb(*arguments: str, program: str = CELL) -> float:
    """Seconds of one verb, or of a program, as a process of its own."""
    began = time.perf_counter()
    command = [sys.executable, "-c", program, *arguments]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, cwd=TOP, env=env, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise SystemExit(done.stdout.decode("utf-8", "replace"))
    return time.perf_counter() - began


def county(number: int) -> dict[str, float]:
    book = BUILD / f"county-{number}"
    made = {"init": verb("init", str(book), "--from", SOURCE), "run": verb("run", str(book), "--year", "all")}
    made["statement"] = verb("statement", str(book))
    made["one"] = verb("statement", str(book), "--edition", "internal", "--lang", "zh", "-o", str(BUILD / f"one-{number}"))
    every = {"all": made["init"] + made["run"] + made["statement"]}
    return made | every | {"library": verb(str(BUILD / f"library-{number}"), SOURCE, program=LIBRARY)}


def source_of_city(folder: Path, counties: int) -> None:
    """A book folder: the returns of Garze once for each county; its printed figures are of a real place and stay away."""
    shipped = data_root() / "ledgers" / "books" / SOURCE
    codes = [str(int(CITY) + n + 1) for n in range(counties)]
    regions = "".join(
        f'\n[[region]]\ncode = "{c}"\nparent = "{CITY}"\nlevel = "county"\nzh = "示例县{c}"\nen = "Example {c}"\n' for c in codes
    )
    head = 'schema = 2\nzh = "示例"\nen = "Example"\nillustrative = true\nschemes = ["garze-2017"]\nleaf_level = "county"\n'
    (folder / "returns").mkdir(parents=True)
    top = f'\n[[region]]\ncode = "{CITY}"\nparent = ""\nlevel = "city"\nzh = "示例市"\nen = "Example city"\n'
    (folder / "book.toml").write_text(head + top + regions, encoding="utf-8")
    for kind in ("parameters", "prices"):  # those of Garze hold for Garze only
        path = data_root() / "coefficients" / kind / "garze-2017.csv"
        (folder / "local" / kind).mkdir(parents=True)
        text = path.read_text(encoding="utf-8").replace(f",{REGION},", f",{CITY},")
        (folder / "local" / kind / "bench.csv").write_text(text, encoding="utf-8")
    for path in sorted((shipped / "returns").glob("*.csv")):
        if path.name == "published.csv":
            continue
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
        out = io.StringIO()
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(rows[0])
        lines.writerows([code, *row[1:]] for code in codes for row in rows[1:])
        (folder / "returns" / path.name).write_text(out.getvalue(), encoding="utf-8")


def city(counties: int) -> dict[str, Any]:
    """Seconds and MB for the statements of the city; run in a process of its own."""
    book = Book(BUILD / "city")
    began = time.perf_counter()
    made = assemble(book)
    forms = time.perf_counter()
    done = render(book, Wanted(("internal",), ("zh",)), to=BUILD / "city-files")
    ended = time.perf_counter()
    cells = sum(1 for p in made.statement.parts for f in p.forms for _ in f.cells())
    return {
        "assemble": forms - began,
        "render": ended - forms,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "cells": cells,
        "parts": len(made.statement.parts),
        "bytes": {f.path.name: f.bytes for f in done.files},
        "workbook": workbook_against(made.statement),
    }


def workbook_against(statement: Any) -> dict[str, float]:
    """Our workbook, and as many cells in openpyxl's fastest way of writing."""
    from openpyxl import Workbook

    from gep.report.workbook import workbook

    began = time.perf_counter()
    workbook(statement, "zh")
    ours = time.perf_counter() - began
    began = time.perf_counter()
    other = Workbook(write_only=True)
    for form in statement.main.forms:
        sheet = other.create_sheet()
        for line in form.lines:
            sheet.append([float(c.exact) if c.exact is not None else c.printed("zh") for c in line.cells])
    other.save(io.BytesIO())
    return {"ours": ours, "openpyxl": time.perf_counter() - began}


def run(counties: int, rounds: int) -> dict[str, Any]:
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    taken = [county(n) for n in range(rounds)]
    source_of_city(BUILD / "source", counties)
    book, _ = init(BUILD / "city", str(BUILD / "source"), who="bench")
    began = time.perf_counter()
    if run_book(book, "all", who="bench").vintage is None:
        raise SystemExit("the city does not run")
    ran = time.perf_counter() - began
    made = subprocess.run(
        [sys.executable, str(Path(__file__).resolve()), "--child", "--counties", str(counties)],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    told = json.loads(made.stdout.splitlines()[-1])
    book_cost = told.pop("workbook")
    return {
        "schema": "gep.bench-statements/1",
        "rounds": rounds,
        "versions": {"gep": __version__, "python": platform.python_version()},
        "county_seconds": {name: summary([t[name] for t in taken]) for name in taken[0]},
        "county_to_run": summary([t["statement"] / t["run"] for t in taken]),
        "city": told | {"counties": counties, "run": round(ran, 2)},
        "city_to_run": round((told["assemble"] + told["render"]) / ran, 2),
        "workbook_to_openpyxl": round(book_cost["ours"] / book_cost["openpyxl"], 2),
    }


def summary(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 2), "least": round(min(values), 2), "most": round(max(values), 2)}


def show(result: dict[str, Any]) -> None:
    print("county, from returns to all statements (one: internal edition, Chinese)")
    for name, seconds in result["county_seconds"].items():
        print(f"  {name:10} {seconds['median']:7.2f} s ({seconds['least']} to {seconds['most']})")
    print("  statements to run {median} ({least} to {most})".format(**result["county_to_run"]))
    held = result["city"]
    print(f"city of {held['counties']} counties, internal, Chinese: {held['cells']} cells in {held['parts']} parts")
    print(f"  run {held['run']} s, forms {held['assemble']:.1f} s, forms and files {held['render']:.1f} s")
    print(f"  {held['megabytes']:.0f} MB at most")
    print(f"  to run {result['city_to_run']}, workbook to openpyxl {result['workbook_to_openpyxl']}")
    for name, size in held["bytes"].items():
        print(f"  {name} {size:,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--counties", type=int, default=90)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(city(options.counties)))
        return
    result = run(options.counties, options.rounds)
    show(result)
    (TOP / "build" / "bench-statements.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
