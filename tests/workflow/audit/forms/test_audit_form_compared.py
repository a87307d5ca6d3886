"""CP: changes within one definition only. Across a break every row prints none and asks for a bridge; with a bridge it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from gep.base.records import Key, Names, key_of
from gep.book import Book
from gep.report.form import Cell, Form
from gep.workflow.audit import bridges
from gep.workflow.audit.balances import StockLine
from gep.workflow.audit.bridges import Break, Breaks, breaks_of
from gep.workflow.audit.comparison import compare_stock
from gep.workflow.audit.forms import compared, handover
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.handover import balance_at
from gep.workflow.audit.records import Bridge
from tests.ready import Ready
from tests.workflow.audit.forms.audit_cases import COUNTY, FARM, both_languages, sample, unsourced, untrue, worked

CULTIVATED = "LA-01.R40/la01:C02"
SURVEY = Break(2020, "LA-01", Names("普查", "survey"), "restated")
# section 6: 1.6 of the fall of 2020 is the new survey, so the opening of 2020 is 98.4 against a closing of 100 before
RESTATED = {(2020, COUNTY, "LA-01.R10", FARM): Fraction("-1.6")}
ACCEPTED = Bridge(2020, "LA-01", "示例衔接表")


@pytest.fixture(scope="module")
def book(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


@pytest.fixture(scope="module")
def land(book: Book) -> Case:
    return worked(book)


@pytest.fixture(scope="module")
def city(book: Book) -> Case:
    return sample(book)


def printed(
    case: Case, monkeypatch: pytest.MonkeyPatch, found: tuple[Break, ...], openings: Mapping[Any, Any] | None = None
) -> Form:
    """CP where the book has these breaks for every region."""
    monkeypatch.setattr(compared, "every_break", lambda case, regions: {
        r: Breaks(r, found, openings or {}) for r in (case.region, *regions)
    })  # fmt: skip
    (form,) = compared.forms(case)
    return form


def bridged(case: Case, *declared: Bridge) -> Case:
    tenure = replace(case.tenure, bridges=declared)
    ground = replace(case.ground, tenure=tenure)
    return Case(replace(case.results, tenure=tenure, ground=ground), case.term)


def at(form: Form, column: str, line: str = CULTIVATED) -> Cell:
    return form.at[line, column]


def stock(case: Case, measure: str) -> tuple[StockLine, Key]:
    line = case.ground.lines[measure]
    return line, next(k for x, keys in handover.ordered(case) if x is line for k in keys)


def test_every_row_of_a_broken_table_prints_no_change(city: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = printed(city, monkeypatch, ())
    cut = printed(city, monkeypatch, (Break(2017, "LA-01", Names("普查", "survey"), "restated"),))
    stocks = [line.code for line in cut.lines if (line.code, "change") in cut.at and not line.code.startswith("of.")]
    land = [code for code in stocks if code.startswith("LA-01.")]
    assert land
    for code in land:
        assert {at(cut, c, code).kind for c in ("change", "relative")} == {"not_applicable"}
        assert {at(cut, c, code).kind for c in ("own", "median", "rank")} == {"blank"}
        assert at(cut, "breaks", code).text.zh == "2017 年：普查，需衔接数"
        assert at(cut, "breaks", code).text.en == "2017: survey, a bridge is needed"
    others = [code for code in stocks if code not in land]
    assert [at(cut, "change", c) for c in others] == [at(whole, "change", c) for c in others]
    assert any(n.en == "Break: 2017, LA-01, survey." for n in cut.notes)


@pytest.mark.parametrize("kind", ["area", "rules"])
def test_a_break_of_all_tables_stops_every_row(city: Case, monkeypatch: pytest.MonkeyPatch, kind: Any) -> None:
    """A change of rules or of the area is none of the table: nothing is compared, whatever is accepted for a table."""
    case = bridged(city, Bridge(2017, "LA-01", "文件"))
    cut = printed(case, monkeypatch, (Break(2017, "", Names("版本", "version"), kind),))
    kinds = {at(cut, "change", line.code).kind for line in cut.lines if not line.code.startswith("of.")}
    assert kinds == {"not_applicable"}


def test_the_change_over_a_survey_is_that_without_the_survey(land: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """100 → 97 with 1.6 of it restated at the opening of 2020: −1.4 once the bridge is accepted, and nothing before."""
    cut = printed(land, monkeypatch, (SURVEY,), RESTATED)
    assert at(cut, "change").kind == "not_applicable"
    form = printed(bridged(land, ACCEPTED), monkeypatch, (SURVEY,), RESTATED)
    assert (at(form, "opening").exact, at(form, "closing").exact) == (100, 97)
    assert at(form, "bridge").exact == Decimal("-1.6")
    assert at(form, "change").exact == Decimal("-1.4")
    assert at(form, "relative").exact == Decimal("-1.4")
    assert at(form, "within").exact == Decimal("-0.7")  # over the two years from the end of 2019 to the end of 2021
    assert at(form, "breaks").text.en == "2020: bridged (示例衔接表), end of 2019 100 → 98.4 ha"
    assert any("[[bridge]]" in n.zh for n in form.notes)
    assert any(n.en.startswith("Bridge: 2020, LA-01, by 示例衔接表.") for n in form.notes)
    assert unsourced(form) == untrue(form) == both_languages(form) == []


def test_a_bridge_of_one_cell_holds_figures_of_its_own(land: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where the rules changed; in mu, 1 500 to 1 470 are 100 ha to 98 ha. Another cell or year is not bridged by it."""
    rules = Break(2020, "", Names("规则", "rules"))
    declared = Bridge(2020, "LA-01", "衔接", "", "R40", FARM, Decimal(1500), Decimal(1470), "亩")
    form = printed(bridged(land, declared), monkeypatch, (rules,))
    assert at(form, "change").exact == -1
    for other in (
        replace(declared, year=2021),
        replace(declared, key=key_of({"la01": "C03"})),
        replace(declared, region="990122"),
    ):
        assert at(printed(bridged(land, other), monkeypatch, (rules,)), "change").kind == "not_applicable"


def test_each_break_needs_a_bridge_of_its_own(land: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    found = (SURVEY, replace(SURVEY, year=2021))
    restated = RESTATED | {(2021, COUNTY, "LA-01.R10", FARM): Fraction("-0.8")}
    form = printed(bridged(land, ACCEPTED), monkeypatch, found, restated)
    assert at(form, "change").kind == "not_applicable"
    assert at(form, "breaks").text.en.startswith("2021: survey, a bridge is needed")
    form = printed(bridged(land, ACCEPTED, replace(ACCEPTED, year=2021)), monkeypatch, found, restated)
    assert at(form, "change").exact == Decimal("-0.6")  # the 0.6 of section 6 that may be local and human at most
    unknown = printed(bridged(land, ACCEPTED), monkeypatch, (SURVEY,), dict.fromkeys(RESTATED))
    assert at(unknown, "change").kind == "not_applicable"  # the book does not know the new figure


def test_a_total_takes_the_gaps_of_its_parts(land: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    other = key_of({"la01": "C03"})
    of = Breaks(COUNTY, (SURVEY,), RESTATED | {(2020, COUNTY, "LA-01.R10", other): Fraction(1)})
    line = land.ground.lines["LA-01.R40"]
    case = bridged(land, ACCEPTED)
    made = bridges.joined(case.ground, of, line, key_of({"la01": "C00"}), 2020, (Fraction(300), ()))
    assert made is not None
    assert (made.before, made.after, made.gap) == (300, Fraction("299.4"), Fraction("-0.6"))
    lines, measures = land.ground.lines.values(), land.ground.catalog.measures
    # volume by hectare: the area it is of was restated, so it is another one too
    ratio = next(x for x in lines if x.table == "FT-01" and x.opening and measures[x.measure].kind == "ratio")
    forest = Breaks(COUNTY, (replace(SURVEY, table="FT-01"),))
    case = bridged(land, replace(ACCEPTED, table="FT-01"))
    assert bridges.joined(case.ground, forest, ratio, (), 2020, (Fraction(80), ())) is None
    volume = land.ground.lines["FT-01.V.R40"]
    same = bridges.joined(case.ground, forest, volume, key_of({"ft01v": "V1"}), 2020, (Fraction(80), ()))
    assert same is not None
    assert same.gap == 0  # what the book does not state anew is the same on both sides
    survey = land.ground.lines["LA-01.R60"]  # what a survey found at a closing opens nothing, so nothing restates it
    assert bridges.joined(case.ground, of, survey, FARM, 2020, (Fraction(100), ())) is None


def test_trends_run_from_the_last_break(city: Case) -> None:
    line, key = stock(city, "WL-01.R40")
    ends = (balance_at(city, line, key, end=False), balance_at(city, line, key, end=True))

    def over(*found: Break) -> Any:
        return compare_stock(city, line, key, ends, {COUNTY: Breaks(COUNTY, found)})

    whole, cut = over(), over(Break(2017, "WL-01", Names("普查", "survey")))
    assert (whole.change is not None, whole.breaks, whole.years_within) == (True, (), 2)
    assert (cut.change, cut.relative, cut.within, len(cut.breaks)) == (None, None, None, 1)
    assert over(Break(2017, "LA-01", Names("普查", "survey"))).change == whole.change


def test_a_peer_with_a_break_of_its_own_has_no_place(city: Case) -> None:
    line, key = stock(city, "WL-01.R40")
    ends = (balance_at(city, line, key, end=False), balance_at(city, line, key, end=True))
    held = {r: Breaks(r, ()) for r in (COUNTY, "990122", "990123")}
    all_three = compare_stock(city, line, key, ends, held)
    held["990122"] = Breaks("990122", (Break(2017, "", Names("划转", "moved"), "area"),))
    two = compare_stock(city, line, key, ends, held)
    assert [p.change is None for p in all_three.peers] == [False, False, False]
    assert [p.change is None for p in two.peers] == [False, True, False]
    assert (all_three.rank, two.rank) != (None, None)
    assert two.rank is not None
    assert two.rank[1] == 2


def test_what_the_book_restates_is_read_for_the_region_and_those_below_it(city: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The city has the breaks of its counties: it is the sum of what they state anew."""
    asked: list[str] = []

    def rows(book: Book, sql: str) -> list[dict[str, Any]]:
        if "revision_all" not in sql:
            return [{"vintage": v, "rules_hash": "r"} for v in set(city.ground.years.vintages.values())]
        asked.append(sql)
        listed = [c for c in ("990121", "990122") if f"'{c}'" in sql and "year = 2017" in sql]
        cell = "asset_account/{}/2017/LA-01/R10/C02/-/scheme=assets/instance=-"
        return [{"figure": cell.format(c), "reason": "SURVEY_BREAK", "difference": Decimal("-1.5")} for c in listed]

    monkeypatch.setattr(bridges, "rows", rows)
    of_city, of_county = breaks_of(city.ground, "990100"), breaks_of(city.ground, "990121")
    assert [(b.year, b.table, b.kind) for b in of_city.found] == [(2017, "LA-01", "restated")]
    assert (len(of_city.openings), len(of_county.openings)) == (2, 1)
    assert of_county.openings == {(2017, "990121", "LA-01.R10", FARM): Fraction("-1.5")}
    assert any("'990123'" in sql for sql in asked)
    case = bridged(city, Bridge(2017, "LA-01", "衔接"))
    made = bridges.joined(case.ground, of_city, city.ground.lines["LA-01.R40"], FARM, 2017, (Fraction(100), ()))
    assert made is not None
    assert made.after == 97


def test_the_book_of_two_years_has_no_break(city: Case) -> None:
    assert breaks_of(city.ground, COUNTY).found == ()
