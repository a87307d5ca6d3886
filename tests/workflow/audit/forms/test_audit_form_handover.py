"""DA-01, AT and CP over the worked check of section 6, and the identities of the handover ledger of the sample city."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from gep.base.score_rules import PARTS
from gep.book import Book
from gep.report.form import Cell, Form, decimal_of
from gep.workflow.audit.forms import attribution, compared, handover
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.parts import attributed
from gep.workflow.audit.records import Event, Method
from tests.ready import Ready
from tests.workflow.audit.forms.audit_cases import COUNTY, FARM, both_languages, sample, unsourced, untrue, worked

CULTIVATED = "LA-01.R40/la01:C02"
Of = Callable[[Method], Case]


@pytest.fixture(scope="module")
def book(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


@pytest.fixture(scope="module")
def of(book: Book) -> Of:
    made: dict[Method, Case] = {}

    def case(method: Method) -> Case:
        if method not in made:
            made[method] = worked(book, method)
        return made[method]

    return case


@pytest.fixture(scope="module")
def city(book: Book) -> Case:
    return sample(book)


def only(form_of: Callable[[Case], object], case: Case) -> Form:
    (form,) = form_of(case)  # type: ignore[misc]
    assert isinstance(form, Form)
    return form


def at(form: Form, column: str, line: str = CULTIVATED) -> Cell:
    return form.at[line, column]


def test_section_6_nearest_in_the_handover_ledger(of: Of) -> None:
    form = only(handover.forms, of("NEAREST"))
    # 1 July 2020 -> end of 2019, 182 days before; 1 March 2022 -> end of 2021, 59 days before; flows of 2020 and 2021
    assert at(form, "open_qty").exact == 100
    assert at(form, "close_obs").exact == 97
    assert "2019" in at(form, "open_basis").text.en
    assert "182 days before" in at(form, "open_basis").text.en
    assert "2021" in at(form, "close_basis").text.en
    assert "59 days before" in at(form, "close_basis").text.en
    assert (at(form, "red_h").exact, at(form, "red_a").exact) == (Decimal("0.6"), Decimal("2.4"))
    assert at(form, "close_qty").exact == 97
    assert at(form, "diff").exact == 0
    assert at(form, "net_h").exact == Decimal("-0.6")
    assert at(form, "close_qty").printed("zh") == "97.00"


def test_section_6_by_interpolation_in_the_handover_ledger(of: Of) -> None:
    form = only(handover.forms, of("INTERP"))
    # opening 100 − 2·182/366 = 99.0055; closing 97 + 0.5·59/365 = 97.0808; change −1.9246
    opening, closing = at(form, "open_qty").exact, at(form, "close_obs").exact
    assert opening is not None
    assert closing is not None
    assert (round(opening, 4), round(closing, 4)) == (Decimal("99.0055"), Decimal("97.0808"))
    assert round(closing - opening, 4) == Decimal("-1.9246")
    assert "an estimate" in at(form, "open_basis").text.en
    difference = at(form, "diff").exact
    assert difference is not None
    assert abs(difference) <= Decimal("0.000005")


def test_the_parts_of_every_stock_of_the_city_are_its_change(city: Case) -> None:
    """As fractions, in every table, values too: these change by price, and by what no table tells the cause of."""
    found = list(attributed(city))
    for a in found:
        for _, made in a.by_region:
            assert made.net is None or sum(made.line(part).net for part in PARTS) == made.net, (a.line, a.key)
    tables = {a.line.table for a in found}
    assert {"LA-01", "FT-01", "LQ-01", "WR-01", "MN-01", "VA-01", "LI-01"} <= tables
    values = {code: a for a in found if a.line.table == "VA-01" for _, code in a.key}
    assert values["V4"].part("price") != 0
    assert values["V4"].part("local_human") == 0
    form = only(attribution.forms, city)
    line = next(line.code for line in form.lines if line.code.startswith("VA-01") and line.code.endswith("V4"))
    assert at(form, "price", line).exact == decimal_of(values["V4"].part("price"))
    assert at(form, "decided_net").exact is not None  # beside the balance, by the day of decision


def test_section_6_change_in_the_comparison(of: Of) -> None:
    nearest, interp = (only(compared.forms, of(m)) for m in ("NEAREST", "INTERP"))
    assert at(nearest, "change").exact == -3
    assert at(nearest, "relative").exact == -3
    change = at(interp, "change").exact
    assert change is not None
    assert round(change, 4) == Decimal("-1.9246")
    # −2 in 2020 and −1 in 2021: −1.5 a year; the book begins in 2019, so there is no trend before
    assert at(nearest, "within").exact == Decimal("-1.5")
    assert at(nearest, "before").kind == "not_applicable"
    assert [at(nearest, f"y{y}").exact for y in (2019, 2020, 2021)] == [100, 98, 97]


def test_section_6_at_most_0_6_is_local(of: Of) -> None:
    form = only(attribution.forms, of("NEAREST"))
    assert at(form, "adjustment").exact == Decimal("-2.4")
    # nobody attributed the human fall: it is a candidate, at most 0.6 of it local, and nothing is taken to be
    assert at(form, "unattributed").exact == Decimal("-0.6")
    assert at(form, "local_human").exact == 0
    assert at(form, "at_most").exact == Decimal("0.6")
    assert at(form, "loss").exact == 0
    assert at(form, "open").text.en == "human change, to be attributed"
    assert at(form, "closing").exact == 97
    assert at(form, "closing").made is not None


def test_an_event_moves_its_amount_to_where_an_auditor_put_it(book: Book) -> None:
    event = Event(
        "E", COUNTY, "LA-01", "R31", FARM, Decimal("0.25"), "hm2", date(2020, 8, 1), date(2021, 2, 1), "X", "local_human", "d"
    )
    form = only(attribution.forms, worked(book, events=[event]))
    assert (at(form, "local_human").exact, at(form, "unattributed").exact) == (Decimal("-0.25"), Decimal("-0.35"))
    assert at(form, "loss").exact == at(form, "decided_loss").exact == Decimal("0.25")
    assert at(form, "events").text.zh == "E"


@pytest.mark.parametrize("method", ["NEAREST", "INTERP"])
def test_the_parts_add_up_to_the_last_digit(of: Of, method: Method) -> None:
    for make in (handover.forms, attribution.forms, compared.forms):
        form = only(make, of(method))
        assert untrue(form) == []
        assert unsourced(form) == []
        assert both_languages(form) == []


def test_the_ledger_of_the_sample_city_adds_up(city: Case) -> None:
    for make in (handover.forms, attribution.forms, compared.forms):
        form = only(make, city)
        assert untrue(form) == []
        assert unsourced(form) == []
        assert form.illustrative
        assert any("示例数据" in n.zh for n in form.notes)
    ledger = only(handover.forms, city)
    total, parts = "LA-01.R40/la01:C00", [f"LA-01.R40/la01:C0{n}" for n in range(1, 10)]
    for column in ("open_qty", "close_obs", "add_h", "red_h", "red_a"):
        added = sum(Decimal(at(ledger, column, line).exact or 0) for line in parts)
        whole = at(ledger, column, total).exact
        # land adds up to the area, but for the sixth decimal of ten interpolated stocks
        assert whole is not None
        assert abs(whole - added) <= Decimal("0.000005")


def test_what_no_row_makes_has_no_flows(city: Case) -> None:
    ledger = only(handover.forms, city)
    quality = next(line.code for line in ledger.lines if line.code.startswith("WQ-01.RV40/"))
    assert {at(ledger, c, quality).kind for c in ("add_h", "red_n", "close_qty", "diff")} == {"not_applicable"}
    assert at(ledger, "close_obs", quality).kind == "number"


def test_open_items_are_handed_over_and_later_ones_are_not(city: Case) -> None:
    ledger = only(handover.forms, city)
    # p1 was found on 2017-01-10 and is open on 2017-10-01; p2 was found after the handover
    assert [line.code for line in ledger.lines if line.code.startswith("open.")] == ["open.p1"]
    assert at(ledger, "open_issues", "open.p1").text.en == "in progress; overdue: yes, 92 days"  # the last day is 2017-09-30
    assert at(ledger, "target", "open.p1").text.en == "remaining 6 公顷"
    assert at(ledger, "open_issues").text.en == "1: p1"  # its paper rests on a figure of cultivated land
    assert "e1" in at(ledger, "evidence_ids").text.en


def test_an_unsigned_ledger_is_a_draft_and_names_the_successor(city: Case) -> None:
    told = " ".join(n.en for n in only(handover.forms, city).notes)
    assert "This ledger is a draft. " in told
    assert "are kept once and are the opening stocks of the successor" in told
    alone = replace(city.results.tenure, subjects=(city.subject,))
    case = Case(replace(city.results, tenure=alone), city.term)
    assert "Nobody is named to take over" in " ".join(n.en for n in only(handover.forms, case).notes)


def test_peers_are_of_the_same_zone_and_rank(city: Case) -> None:
    """In 2017 the upper county alone is a key ecological zone; the two others are farming counties."""
    form = only(compared.forms, city)
    told = [n.en for n in form.notes]
    assert any("No region of the same rank lies in the same functional zone (Key ecological function zone)" in n for n in told)
    assert any("in another functional zone, not compared: Example middle county, Example lower county." in n for n in told)
    assert not any(form.at[line.code, "rank"].text.zh for line in form.lines)
    farming = replace(city.results, tenure=replace(city.tenure, zone="main_agricultural"))
    form = only(compared.forms, Case(farming, city.term))
    assert any("（农产品主产区）的同级地区：示例中游县、示例下游县。" in n.zh for n in form.notes)
    ranked = [line.code for line in form.lines if form.at[line.code, "rank"].text.zh.endswith("/3")]
    assert ranked
    assert all(form.at[code, "own"].figures for code in ranked)


def test_without_a_zone_peers_are_of_the_same_rank_and_the_ledger_says_so(city: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    here = city.ground.places["990121"]
    monkeypatch.setitem(city.ground.places, "990121", replace(here, functional=()))  # type: ignore[arg-type]
    form = only(compared.forms, city)
    assert any(n.en.startswith("Peers are chosen by rank only: functional zone not given.") for n in form.notes)
    assert any("示例中游县、示例下游县" in n.zh for n in form.notes)
    assert any(form.at[line.code, "rank"].text.zh.endswith("/3") for line in form.lines)
