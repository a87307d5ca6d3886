"""The figures an evaluation reads: stocks on two days, years of the window, indices, floors and caps; what is missing says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from gep.accounts.attribution import Assigned
from gep.accounts.scoring_events import focused
from gep.accounts.scoring_items import Reading, Window
from gep.base.records import Names, key_of
from gep.base.score_rules import (
    Block,
    Evaluation,
    Grade,
    Item,
    Limit,
    Quantity,
    TargetRatio,
    parse_selector,
)
from gep.book import Book
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.readings import readings
from gep.workflow.views import rows
from tests.ready import Ready
from tests.workflow.audit.forms.audit_cases import COUNTY, FARM, sample, worked

NAME = Names("示例", "Example")
ONE = {"": Fraction(1)}


@pytest.fixture
def book(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


def quantity(text: str, unit: str = "hm2") -> Quantity:
    selector = parse_selector(text)
    assert selector is not None, text
    return Quantity((selector,), unit)


def scheme(*items: TargetRatio) -> Evaluation:
    """A scheme of items that read something, each of one point."""
    listed = tuple(Item(f"i{n}", NAME, NAME, ONE, formula, NAME) for n, formula in enumerate(items))
    whole = Fraction(len(items))
    block = Block("b", ("targets",), NAME, {"": whole}, listed)
    return Evaluation("e", NAME, "1", "illustrative", "made up", "-", whole, (Grade("g", NAME, None),), (block,), "rescale")


def asked(text: str) -> TargetRatio:
    return TargetRatio(quantity(text), Limit(Fraction(1)), "+", "not_assessed")


def read(case: Case, *texts: str, window: Window | None = None) -> list[Reading]:
    term = focused(case.subject.start, case.subject.end, None)
    found = readings(scheme(*map(asked, texts)), "", window or term, case)
    return [found[t] for t in texts]


def amounts(case: Case, *texts: str) -> list[Fraction | None]:
    return [r.amount for r in read(case, *texts)]


def test_the_worked_check_by_year_ends(book: Book) -> None:
    """Opening: end of 2019, 100; closing: end of 2021, 97. The years between: 2020 and 2021, losses 0.4 and 0.2 (hm2)."""
    cells = "LA-01.R40 la01:C02", "LA-01.R31 la01:C02"
    held = worked(book)
    assert amounts(held, f"{cells[0]} opening", f"{cells[0]} closing", f"{cells[0]} change") == [100, 97, -3]
    years = [f"{cells[1]} {time}" for time in ("sum", "mean", "least", "greatest")]
    assert amounts(held, *years) == [Fraction(6, 10), Fraction(3, 10), Fraction(2, 10), Fraction(4, 10)]
    assert amounts(held, "LA-01.R31 sum") == [Fraction(6, 10)]  # a dimension that is left out is added up
    figures = read(held, years[0])[0].figures
    assert [f.split("/")[2] for f in figures] == ["2020", "2021"]


def test_the_worked_check_by_days(book: Book) -> None:
    """100 − 2 × 182/366 and 97 + 0.5 × 59/365, each resting on two year-ends."""
    opening, closing = read(worked(book, "INTERP"), "LA-01.R40 la01:C02 opening", "LA-01.R40 la01:C02 closing")
    assert opening.amount == 100 - Fraction(2 * 182, 366)
    assert closing.amount == 97 + Fraction(59, 2 * 365)
    assert (len(opening.figures), opening.unit) == (2, "hm2")


def test_what_a_change_is_attributed_to(book: Book) -> None:
    """Of the fall of 3: adjustment 2.4; the human 0.6 is nobody's until an auditor says so."""
    case = worked(book)
    texts = [f"LA-01.R40 la01:C02 change@{part}" for part in ("adjustment", "local_human", "unattributed")]
    assert amounts(case, *texts) == [Fraction(-24, 10), 0, Fraction(-6, 10)]
    said = {("LA-01.R40", COUNTY, FARM): (Assigned("R31", "local_human", Fraction(1, 2), "E-1"),)}
    settled = replace(case, term=replace(case.term, assigned=said))
    assert amounts(settled, *texts) == [Fraction(-24, 10), Fraction(-1, 2), Fraction(-1, 10)]
    part_of_it = Window(case.subject.start, case.subject.end, date(2021, 1, 1))
    found = read(settled, texts[1], window=part_of_it)[0]
    assert (found.amount, bool(found.reason.zh)) == (None, True)


def test_only_the_last_years_of_a_term(book: Book) -> None:
    """From 1 March 2021 (nearest year-end 2020: 98) the only year is 2021; the change of that part is 97 − 98."""
    case = worked(book)
    window = Window(case.subject.start, case.subject.end, date(2021, 3, 1))
    found = read(
        case, "LA-01.R40 la01:C02 change", "LA-01.R31 la01:C02 sum", "LA-01.R40 la01:C02 change@adjustment", window=window
    )
    assert [r.amount for r in found] == [-1, Fraction(2, 10), Fraction(-8, 10)]


def test_what_is_missing_has_a_reason_and_is_not_zero(book: Book) -> None:
    case = worked(book)
    found = read(case, "no_such_measure closing", "WL-01.R40 closing", "FT-01.A.R31 sum", "LA-01.R40 la01:C04 closing")
    assert [r.amount for r in found] == [None] * 4
    assert all(r.reason.zh and r.reason.en for r in found)
    short = Window(case.subject.start, case.subject.end, date(2022, 2, 1))  # no year ends between 1 February and 1 March
    assert read(case, "LA-01.R31 la01:C02 sum", window=short)[0].amount is None


def limit(case: Case, text: str, direction: str = "+", register: str = "own") -> Reading:
    formula = TargetRatio(quantity(text), Limit(register=register), "+" if direction == "+" else "-", "not_assessed")
    window = focused(case.subject.start, case.subject.end, None)
    found = readings(scheme(formula), "", window, case)
    return next(r for name, r in found.items() if name.startswith("register:"))


def test_floors_and_caps_of_the_region(book: Book) -> None:
    """The upper county has a floor of 20 × 10⁴ mu for cultivated land; the cap of water is that of the city, not of the county."""
    case = worked(book)
    assert (limit(case, "LA-01.R40 la01:C02 closing").amount, limit(case, "LA-01.R40 la01:C02 closing").unit) == (
        Fraction(20),
        "万亩",
    )
    assert limit(case, "LA-01.R40 la01:C02 closing", "-").amount is None  # a floor is no cap
    of_the_city = limit(case, "water_use_total greatest", "-")
    assert (of_the_city.amount, "990100" in of_the_city.reason.zh, "990100" in of_the_city.reason.en) == (None, True, True)
    assert limit(case, "FT-01.V.R40 closing").amount is None


def test_an_entry_that_the_scheme_names(book: Book) -> None:
    """Named by its id, the entry of the city above holds for the county; one of another county or of other days does not."""
    case, text = worked(book), "LA-01.R40 la01:C02 closing"
    assert limit(case, text, register="sample-cultivated-city-2021").amount == 90
    for name in ("sample-cultivated-middle-2021", "sample-cultivated-city-2016", "no-such-entry"):
        found = limit(case, text, register=name)
        assert (found.amount, bool(found.reason.en)) == (None, True), name


def test_an_index_of_the_book(book: Book) -> None:
    """The closing year of [2016-07-01, 2017-10-01) is 2017; the opening, the end of 2015, lies before the book."""
    case = sample(book)
    texts = [f"water_per_gdp price_basis:current {time}" for time in ("opening", "closing")]
    opening, closing = read(case, *texts)
    where = f"year = 2017 AND region_code = '{COUNTY}' AND zone = '-' AND price_basis = 'current'"
    (row,) = rows(book, f"SELECT water_per_gdp FROM green_gold_index_all WHERE {where}")
    assert closing.amount == Fraction(row["water_per_gdp"]) > 0
    assert closing.figures[0].startswith(f"green_gold_index/{COUNTY}/2017/zone=-")
    assert "#water_per_gdp@" in closing.figures[0]
    assert (opening.amount, bool(opening.reason.zh)) == (None, True)


def test_totals_are_not_added_to_their_parts(book: Book) -> None:
    """Forest area is A1 + A2 and not A0 + A1 + A2; the book's own total is the check."""
    case = sample(book)
    (found,) = read(case, "FT-01.A.R40 closing")
    total = case.ground.balances.get(case.subject.end, COUNTY, "FT-01.A.R40", key_of({"ft01a": "A0"}))
    assert total is not None
    assert found.amount == total.amount
    (of_year,) = read(case, "FT-01.A.R40 greatest")
    assert of_year.amount is not None
    assert len(of_year.figures) == 4
