"""template: from a book that lacks every value to one that runs on what was typed in; and what the command prints and refuses."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gep import cli
from gep.base.data import data_root
from gep.base.findings import Refused
from gep.base.records import Names, Region, key_text
from gep.book import Book
from gep.catalog.template import HEAD, csv_text, rows
from gep.workflow import template as verb
from gep.workflow.demo import Demo
from gep.workflow.run import run
from gep.workflow.template import root_of, template, template_of

GARZE = data_root() / "coefficients" / "schemes" / "garze-2017.toml"
BARE = "bare"
FILE = Path("parameters") / "typed-in.csv"


@pytest.fixture
def bare(copy: Book) -> Book:
    """The demo book with a profile of its own: the one of the paper without any of its values."""
    text = GARZE.read_text(encoding="utf-8").replace('id = "garze-2017"', f'id = "{BARE}"')
    text = text.replace('parameter_sets = ["garze-2017", "common"]', 'parameter_sets = ["common"]')
    (copy.local / "schemes" / "bare.toml").write_text(text, encoding="utf-8")
    return Book(copy.root)


def gep(*args: object, code: int = 0) -> Any:
    result = CliRunner().invoke(cli.app, [str(a) for a in args])
    assert result.exit_code == code, result.output
    return result


# ---- what is listed


def test_a_book_that_lacks_nothing_has_nothing_to_fill_in(demo: Demo) -> None:
    made = template_of(demo.book, "garze-2017")
    assert (made.year, made.entries, made.assumed) == (2010, (), ())  # the one year there are figures of


def test_for_another_year_every_value_of_the_paper_is_asked_for_the_prefecture(demo: Demo) -> None:
    made = template_of(demo.book, "garze-2017", 2011)
    assert {e.region for e in made.entries if e.reason == "absent"} == {"513300"}
    assert {"reservoir_unit_cost", "electricity_tariff"} <= {e.id for e in made.entries}
    assert "soil_bulk_density" not in {e.id for e in made.entries}  # it is no price and holds in any year


def test_without_a_book_the_last_year_is_meant(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "last_year", lambda: 2024)
    made = template(demo.book.catalog, "mee-2020")
    assert (made.year, made.assumed) == (2024, ("ecosystem",))


def test_the_classes_are_those_returned_else_the_top_ones_and_said(demo: Demo) -> None:
    made = template_of(demo.book, "mee-2020")
    assert (made.year, made.assumed) == (2010, ())
    asked = {dict(e.key)["ecosystem"] for e in made.entries if e.id == "air_purification_capacity"}
    assert asked <= {"forest", "shrub", "grassland", "wetland", "farmland"}
    later = template_of(demo.book, "mee-2020", 2011)  # nothing was returned yet
    assert later.assumed == ("ecosystem",)
    assert "ecosystem:forest;pollutant:so2" in {key_text(e.key) for e in later.entries}


def test_the_root_is_the_one_region_all_leaves_are_in() -> None:
    def tree(**parents: str) -> dict[str, Region]:
        return {code: Region(code, parent, "x", Names(code, code)) for code, parent in parents.items()}

    assert root_of(tree(city="", a="city", b="city"), ("a", "b")) == "city"
    assert root_of(tree(a="", b=""), ("a", "b")) == ""
    assert root_of(tree(a="", b=""), ("b",)) == "b"
    assert root_of({}, ()) == ""


# ---- from the template to a run


def values(book: Book) -> dict[tuple[str, str], str]:
    """What the paper says, by parameter and key."""
    found = {}
    for name, there in book.catalog.parameters.items():
        for p in there:
            if p.source_set == "garze-2017" and p.value is not None:
                found[name, key_text(p.key)] = f"{p.value} {p.unit}"
    return found


def test_what_is_typed_in_is_taken_and_gives_the_same_accounts(bare: Book) -> None:
    refused = run(bare, "2010", profiles=[BARE], who="clerk")
    assert refused.vintage is None
    lacking = {tuple(f.place.key.split("/")[:3]) for f in refused.findings if f.code == "CATALOG-PARAMETER-UNKNOWN"}
    made = template_of(bare, BARE)
    # a price without any row is asked for once by the run, and class by class in the file
    assert {(e.id, e.region, "2010") for e in made.entries} == lacking

    table = rows(bare.catalog, made.entries, "zh")
    (bare.local / "parameters").mkdir(exist_ok=True)
    path = bare.local / FILE
    path.write_text(csv_text(table), encoding="utf-8-sig")
    unfilled = run(Book(bare.root), "2010", profiles=[BARE], who="clerk")
    assert unfilled.vintage is None
    told = {f.place.key for f in unfilled.findings if f.code == "CATALOG-PARAMETER-DECLARED-UNKNOWN"}
    assert len(told) == len(made.entries)

    known = values(bare)
    for row in table:
        row["value"], row["unit"] = known[row["id"], row["key"]].split(" ", 1)
    path.write_text(csv_text(table), encoding="utf-8-sig")
    book = Book(bare.root)
    assert template_of(book, BARE).entries == ()
    done = run(book, "2010", profiles=["garze-2017", BARE], who="clerk")
    assert done.vintage is not None
    by_profile: dict[str, list[Any]] = {"garze-2017": [], BARE: []}
    for figure in done.figures:
        row = dict(figure.row)
        by_profile[str(row.pop("profile"))].append(row)
    assert len(by_profile[BARE]) > 40
    assert by_profile[BARE] == by_profile["garze-2017"]


# ---- the command


def test_the_command_prints_the_file_and_how_to_fill_it_in(demo: Demo) -> None:
    for lang, words in (("zh", "没有填的行仍按未知处理"), ("en", "it is never zero")):
        result = gep("coefficients", "template", "--profile", "mee-2020", "--year", "2024", "--lang", lang)
        table = list(csv.DictReader(io.StringIO(result.stdout)))
        assert tuple(table[0]) == HEAD
        assert {row["value"] for row in table} == {""}
        assert "air_purification_capacity" in {row["id"] for row in table}
        assert words in result.stderr.replace("\n", " ").replace("  ", " ")
        assert f" {len(table)} " in result.stderr


def test_the_command_writes_a_file_once(demo: Demo, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    args = ("coefficients", "template", "--profile", "garze-2017", "--book", demo.book.root, "--year", "2011", "-o", path)
    gep(*args)
    first = path.read_bytes()
    assert first.startswith(b"\xef\xbb\xbf")
    assert gep(*args, code=2).stdout == ""  # what was typed in is never written over
    assert path.read_bytes() == first
    listed = json.loads(gep(*args[:-2], "--json").stdout)["result"]
    assert (listed["profile"], listed["year"]) == ("garze-2017", 2011)
    assert csv_text(listed["rows"]).encode() == first[3:]


def test_the_command_refuses_what_it_does_not_know(demo: Demo, tmp_path: Path) -> None:
    result = gep("coefficients", "template", "--profile", "nope", "--lang", "zh", code=1)
    assert "方案 nope 未登记" in result.stderr
    assert "is no book" in gep("coefficients", "template", "--profile", "x", "--book", tmp_path, "--lang", "en", code=1).stderr
    gep("coefficients", "template", code=2)
    with pytest.raises(Refused):
        template_of(demo.book, "nope")


def test_the_audit_of_a_book_finds_what_is_wrong_with_its_own_values(copy: Book) -> None:
    assert json.loads(gep("coefficients", "audit", "--book", copy.root, "--json").stdout)["ok"] is True
    (copy.local / "parameters").mkdir(exist_ok=True)
    row = dict.fromkeys(HEAD, "") | {"id": "own_price", "source_set": "local", "unit": "1", "value": "1"}
    text = csv_text([row | {"status": "local", "source": "garze2017"}])
    (copy.local / FILE).write_text(text, encoding="utf-8")
    result = json.loads(gep("coefficients", "audit", "--book", copy.root, "--json", code=1).stdout)
    assert [f["code"] for f in result["findings"]] == ["COEFFICIENTS-NO-NAME", "COEFFICIENTS-UNUSED", "COEFFICIENTS-NO-LOCATOR"]
    shown = gep("coefficients", "audit", "--book", copy.root, "--lang", "en", code=1)
    assert "own_price has no code and so no name" in shown.stderr.replace("\n", " ")
