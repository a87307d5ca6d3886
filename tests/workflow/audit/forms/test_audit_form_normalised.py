"""CP-N: freed of the weather beside the raw figure, worked out from the printed lines; nothing where no scheme allows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from gep.base.normals import Normal
from gep.base.periods import of_term
from gep.base.records import Names
from gep.report.form import Form
from gep.workflow.audit.bridges import Break, Breaks
from gep.workflow.audit.forms import compared, normalised
from gep.workflow.audit.forms.case import Case
from tests.ready import Ready
from tests.workflow.audit.forms.audit_cases import both_languages, sample, unsourced, untrue

RAIN = Normal(
    "w", Names("水源涵养", "Water retained"), "physical_account/water_retention", "ratio", "办法", "asset_account/WR-01/R03/C00"
)
STOCK = Normal("s", Names("存量", "Stock"), "asset_account/WR-01/R17/C00", "mean", "办法", years=2)


@pytest.fixture(scope="module")
def city(ready: Ready) -> Case:
    return sample(ready.book("sample-city", "2016-2017"))


def allowed(case: Case, *normals: Normal) -> Case:
    assert case.term.scored is not None
    scheme = replace(case.term.scored.evaluation, normals=normals)
    return Case(case.results, replace(case.term, scored=replace(case.term.scored, evaluation=scheme)))


def only(forms: Any) -> Form:
    (form,) = forms
    assert isinstance(form, Form)
    return form


def exact(form: Form, line: str, columns: Sequence[str]) -> list[Fraction | None]:
    cells = [form.at[line, c] for c in columns]
    return [None if c.exact is None else Fraction(c.exact) for c in cells]


def test_nothing_is_freed_where_no_scheme_allows_it(city: Case) -> None:
    assert list(normalised.forms(city)) == list(normalised.forms(Case(city.results, replace(city.term, scored=None)))) == []
    assert any("no scheme of evaluation allows it" in n.en for n in only(compared.forms(city)).notes)
    assert any("CP-N" in n.en for n in only(compared.forms(allowed(city, RAIN))).notes)


def test_the_freed_figure_is_that_of_a_normal_year(city: Case) -> None:
    form = only(normalised.forms(allowed(city, RAIN)))
    years = ["y2016", "y2017"]
    raw, driver, normal = (exact(form, f"w.{name}", years) for name in ("raw", "driver", "normal"))
    assert driver == [141069, 121356]  # water formed by rain, as the county returned it, in 10⁴ m³
    assert normal == [Fraction(262425, 2)] * 2
    freed = exact(form, "w.freed", years)
    for a, b, n, x in zip(raw, driver, normal, freed, strict=True):
        assert a and b and n and x  # noqa: PT018
        assert abs(x - a * n / b) < Fraction(1, 1000)  # m³; the wetness is kept to twelve decimals
    assert raw[0] != freed[0]
    for line, known in (("w.raw", raw), ("w.freed", freed)):
        mean = form.at[line, "within"].exact
        assert mean is not None
        assert abs(Fraction(mean) * 2 - sum(x for x in known if x is not None)) < Fraction(1, 10**6)
        assert form.at[line, "before"].kind == form.at[line, "change"].kind == "not_applicable"  # the book begins with the term
    assert unsourced(form) == untrue(form) == both_languages(form) == []
    assert {c.made.operation for _, _, c in form.cells() if c.made is not None} == {"percent"}


def test_a_declared_normal_stands_with_its_document(city: Case) -> None:
    normal = replace(RAIN, normal=Fraction(13500000000, 10000), unit="m3")
    form = only(normalised.forms(allowed(city, normal)))
    assert exact(form, "w.normal", ["y2016"]) == [Fraction(135)]  # 1.35 million m³ in 10⁴ m³
    assert form.at["w.normal", "y2016"].figures[0].address.startswith("record/evaluation/hand/1/w")
    assert any("declared as 1350000" in n.en and "办法" in n.en for n in form.notes)
    misfit = only(normalised.forms(allowed(city, replace(RAIN, normal=Fraction(5), unit="kg"))))
    assert misfit.at["w.freed", "y2016"].kind == "missing"  # no unit of the driver: unknown, never a guess


def test_a_moving_mean_has_all_its_years(city: Case) -> None:
    form = only(normalised.forms(allowed(city, STOCK)))
    raw = exact(form, "s.raw", ["y2016", "y2017"])
    assert raw == [Fraction("58901.4"), Fraction("57588.4")]
    assert form.at["s.freed", "y2016"].kind == "not_applicable"  # the book does not reach back to 2015
    assert exact(form, "s.freed", ["y2017"]) == [Fraction("58244.9")]
    assert len(form.at["s.freed", "y2017"].figures) == 2
    assert form.at["s.raw", "y2017"].exact == Decimal("57588.4")


def test_across_a_break_there_is_no_trend_and_no_mean(city: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Breaks("990121", (Break(2017, "WR-01", Names("口径", "scope")),))
    monkeypatch.setattr(normalised, "breaks_of", lambda g, region: broken)
    form = only(normalised.forms(allowed(city, STOCK, RAIN)))
    assert form.at["s.freed", "y2017"].kind == form.at["s.raw", "within"].kind == "not_applicable"
    assert form.at["w.freed", "y2017"].exact is not None


def test_a_figure_that_the_book_does_not_have_is_unknown(city: Case) -> None:
    form = only(normalised.forms(allowed(city, replace(RAIN, driver="asset_account/WR-01/R99/C00"))))
    assert {form.at[f"w.{line}", "y2017"].kind for line in ("driver", "index", "freed")} == {"missing"}
    assert form.at["w.raw", "y2017"].exact is not None


def test_the_years_before_the_term_stand_against_those_in_it(city: Case) -> None:
    """A term from 2017-01-01 on: 2016 is before it, 2017 in it."""
    span = of_term(date(2017, 1, 1), date(2018, 1, 1), 2017, 2016)
    later = Case(city.results, replace(city.term, account=replace(city.account, span=span)))
    form = only(normalised.forms(allowed(later, RAIN)))
    assert form.at["w.raw", "before"].exact == form.at["w.raw", "y2016"].exact
    assert form.at["w.raw", "within"].exact == form.at["w.raw", "y2017"].exact
    change, freed = (form.at[line, "change"].exact for line in ("w.raw", "w.freed"))
    assert change is not None
    assert freed is not None
    assert abs(freed) < abs(change)  # most of the fall of 2017 is that it rained less
    assert untrue(form) == []
