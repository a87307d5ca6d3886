"""An input that is not there is never a zero: the run refuses and names it, a trial says unknown and counts it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gep.workflow import run as run_module
from gep.workflow.init import init
from gep.workflow.run import run
from gep.workflow.submit import Holdings

GARZE = "513300"
CASE = Path(__file__).resolve().parents[1] / "cases" / "rows-synthetic"


def inputs(case: Any) -> list[Any]:
    measures = case.book.catalog.measures
    return [f for f in case.held.facts if measures[f.measure].kind != "reference"]


def address(fact: Any) -> str:
    return f"{fact.measure}/{fact.region}/{fact.period}/{';'.join(f'{d}:{c}' for d, c in fact.key) or '-'}"


def needed(done: Any, profile: str) -> set[str]:
    """Cells that a figure of the profile rests on."""
    trace = done.trace()
    values = [f for f in done.figures if f.row["profile"] == profile and f.address.view not in ("gep_total", "green_gold_index")]
    return {n.removeprefix("cell:") for f in values for n in trace.reach(f.node, False) if n.startswith("cell:")}


def test_run_refuses_for_every_input_of_garze_and_names_it(garze: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    base = garze.base()
    required = needed(base, "garze-2017")
    assert needed(base, "garze-2017-one-carbon") < required
    deleted = 0
    releases = sorted(garze.book.releases.iterdir())
    for fact in inputs(garze):
        left = Holdings(tuple(f for f in garze.held.facts if f is not fact), garze.held.records, garze.held.submissions)
        monkeypatch.setattr(run_module, "holdings", lambda book, left=left: left)
        made = run(garze.book, "2010", profiles=("garze-2017",), who="proof")
        named = [f for f in made.findings if f.severity == "stop" and address(fact) in f.place.key + f.found + f.text("en")]
        assert made.vintage is None, fact.measure
        assert named, address(fact)
        assert made.findings[-1].code == "RUN-REFUSED"
        if address(fact) in required:
            assert "INTAKE-INPUT-MISSING" in {f.code for f in named}
            told = next(f for f in named if f.code == "INTAKE-INPUT-MISSING")
            assert fact.measure in told.text("zh")
            assert fact.measure in told.mend("en")
        deleted += 1
    assert deleted == 36  # returned figures of the shipped book
    assert len(required) == 29  # seven areas are read by a check only
    assert sorted(garze.book.releases.iterdir()) == releases


def test_a_trial_without_an_input_has_no_total(garze: Any, sample: Callable[[Any, int], list[Any]]) -> None:
    base = garze.base()
    for profile in sample(garze.book.config.schemes[:1], 1) + sample(garze.book.config.schemes[1:], 0):
        required = needed(base, profile)
        priced = [f for f in inputs(garze) if address(f) in required]
        for fact in priced:
            done = garze.world(facts=[f for f in garze.held.facts if f is not fact], profiles=(profile,)).done()
            row, full = done.total(GARZE, profile), base.total(GARZE, profile)
            below = done.trace()
            touched = [
                f
                for f in done.figures
                if f.address.view == "value_account" and f"cell:{address(fact)}" in below.reach(f.node, False)
            ]
            if not touched:
                assert row["gep"] == full["gep"]  # physical only: sand in tonnes, visits
                continue
            assert row["gep"] is None, address(fact)
            assert row["missing"] >= 1
            assert row["enabled"] == row["valued"] + row["missing"] + row["not_applicable"] == full["enabled"]
            for column in ("material", "regulating", "cultural"):
                assert row[column] in (None, full[column])
            assert all(f.row["value"] is None and f.row["state"] == "not_available" for f in touched)
            for node in (i for i, n in below.nodes.items() if n["kind"] in ("calculation", "total")):
                below.check(node)


def test_a_parameter_that_is_not_there_stops_and_names_itself(garze: Any, with_parameter: Callable[..., Any]) -> None:
    base = garze.world(profiles=("garze-2017",)).done()
    read = {p.id: p for c in base.computations for p in c.lookup.read.values() if p is not None}
    in_figures = {n["parameter"] for n in base.nodes.values() if n["kind"] == "parameter"}
    for name in sorted(read):
        catalog = with_parameter(garze.book.catalog, name, lambda p: None)
        done = garze.world(catalog=catalog, profiles=("garze-2017",)).done()
        told = done.findings["CATALOG-PARAMETER-UNKNOWN"]
        assert any(name in f.text("en") and name in f.text("zh") and f.severity == "stop" for f in told), name
        row = done.total(GARZE, "garze-2017")
        if name in in_figures:
            assert row["gep"] is None, name
            assert row["missing"] >= 1
        else:
            assert row["gep"] == base.gep(GARZE, "garze-2017")  # the limit of a check
        assert done.trace().references() <= set(done.nodes), name


def test_a_trial_is_kept_with_its_unknown_total(
    tmp_path: Path, csv_rows: Callable[[Path], list[dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Book, submission and run as a bureau would: the returns without the cropping value."""
    source = tmp_path / "source"
    shutil.copytree(Path(__file__).parents[2] / "ledgers" / "books" / "garze-2010", source)
    path = source / "returns" / "statistics.csv"
    path.write_text(
        "".join(x for x in path.read_text(encoding="utf-8").splitlines(True) if "crop_net_output" not in x), encoding="utf-8"
    )
    book, _ = init(tmp_path / "book", str(source), who="proof")
    refused = run(book, "2010", who="proof")
    assert refused.vintage is None
    assert any("crop_net_output" in f.text("en") for f in refused.findings)
    made = run(book, "2010", who="proof", trial=True)
    assert made.state == "trial"
    rows = csv_rows(book.releases / str(made.vintage) / "gep_total.csv")
    assert {(r["gep"], r["material"], r["missing"], r["valued"]) for r in rows} == {("", "", "1", "16")}
    assert all(Decimal(r["regulating"]) > 0 for r in rows)


@pytest.fixture
def with_hole(tmp_path: Path) -> Path:
    """The made-up counties with the rain of one patch of the forest of county B left empty."""
    source = tmp_path / "source"
    shutil.copytree(CASE, source)
    path = source / "records" / "ecosystem_patches.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("990102") and ",forest," in line)
    cells = lines[at].split(",")
    cells[5] = ""
    lines[at] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return source


def test_one_empty_number_among_the_patches(
    with_hole: Path, tmp_path: Path, patches: Any, csv_rows: Callable[[Path], list[dict[str, str]]]
) -> None:
    book, submitted = init(tmp_path / "book", str(with_hole), who="proof")
    assert "INTAKE-RECORD-UNKNOWN" in {f.code for s in submitted for f in s.findings}
    made = run(book, "all", who="proof")
    assert made.vintage is not None
    told = [f for f in made.findings if f.code == "ENGINE-ROWS-MISSING"]
    assert {f.place.key for f in told} == {
        "water_retention_by_ecosystem/990102/2020/ecosystem:forest",
        "wet_patch_area/990102/2020/ecosystem:forest",
    }
    assert {(f.found, f.expected) for f in told} == {("1", "6")}
    folder = book.releases / str(made.vintage)
    unknown = [r for r in csv_rows(folder / "physical_account.csv") if r["state"] == "not_available"]
    assert {(r["region_code"], r["benefit"], r["ecosystem"]) for r in unknown} == {
        ("990102", "-", "forest"),
        ("990102", "wet_patches", "forest"),
    }
    assert all(not r["quantity"] for r in unknown)
    totals = {r["region_code"]: r for r in csv_rows(folder / "gep_total.csv")}
    before = {r["region_code"]: r for r in patches.rows("gep_total")}
    assert totals["990102"]["gep"] == totals["990100"]["gep"] == ""
    assert totals["990102"]["missing"] == totals["990100"]["missing"] == "1"
    assert totals["990101"]["gep"] == before["990101"]["gep"]


def test_the_trace_counts_the_empty_row(with_hole: Path, tmp_path: Path, trace_eval: Any) -> None:
    book, _ = init(tmp_path / "book", str(with_hole), who="proof")
    made = run(book, "all", who="proof")
    trace = trace_eval.Trace.read(book.releases / str(made.vintage) / "trace.jsonl")
    node = trace.nodes["calculation:rows-synthetic/water_retention_by_ecosystem/990102/2020/ecosystem:forest"]
    assert (node["result"], node["state"], node["reason"]) == (None, "not_available", "1 of 6 rows")
    rain = next(trace.nodes[s["node"]] for s in node["sums"] if trace.nodes[s["node"]]["product"] == "(area * rain)")
    assert (rain["n"], rain["missing"]) == (6, 1)
    for name in (n for n, x in trace.nodes.items() if x["kind"] in ("calculation", "row_sum", "total")):
        trace.check(name)


def test_a_region_without_rows_stops(patches: Any) -> None:
    table = patches.held.records["ecosystem_patches"]
    only = table.filter([r == "990101" for r in table["region"].to_pylist()])
    done = patches.world(records={"ecosystem_patches": only}).done()
    (told,) = done.findings["RUN-RECORDS-MISSING"]
    assert told.severity == "stop"
    assert "990102" in told.text("en")
    assert "990102" in told.text("zh")
    assert done.gep("990102", "rows-synthetic") is None
    assert done.gep("990100", "rows-synthetic") is None
    assert done.gep("990101", "rows-synthetic") is not None


def test_a_record_set_nobody_submitted_stops(patches: Any) -> None:
    done = patches.world(records={}).done()
    told = done.findings["RUN-RECORDS-MISSING"]
    assert {(f.place.key, f.severity) for f in told} == {(f"ecosystem_patches/{r}/2020", "stop") for r in ("990101", "990102")}
    assert all(done.gep(r, "rows-synthetic") is None for r in ("990100", "990101", "990102"))
    water = [f.row for f in done.figures if f.address.view == "physical_account" and f.row["service"] == "water_retention"]
    assert len(water) == 40
    assert {(r["state"], r["quantity"]) for r in water} == {("not_available", None)}


def test_rows_of_a_month_or_of_the_city_are_told(patches: Any) -> None:
    """They would enter no sum of the year, so they must not pass in silence."""
    table = patches.held.records["ecosystem_patches"]

    def replaced(column: str, text: str) -> Mapping[str, Any]:
        values = table[column].to_pylist()
        values[0] = text
        return {"ecosystem_patches": table.set_column(table.column_names.index(column), column, [values])}

    (period,) = patches.world(records=replaced("period", "2020-06")).done().findings["RUN-RECORDS-PERIOD"]
    assert (period.found, period.severity) == ("2020-06", "stop")
    (region,) = patches.world(records=replaced("region", "990100")).done().findings["RUN-RECORDS-REGION"]
    assert (region.found, region.severity) == ("990100", "stop")
