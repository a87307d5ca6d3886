"""Kinds of engagement over two closed years: city, county, township, department, several posts, an acting gap, a term that goes on.

One engagement is opened; the kinds are the same source conducted with another tenure. The book is not written to by any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gep.accounts.posts import term_findings
from gep.accounts.redline_patches import Patch
from gep.base.records import Names, key_of
from gep.book import Book
from gep.report.form import Form
from gep.workflow.audit.acts import Collected
from gep.workflow.audit.annual import Years, read_years
from gep.workflow.audit.conduct import Conducted, conduct
from gep.workflow.audit.forms import compared, constant, evaluation, events, handover, quality, redline, suspicions, targets
from gep.workflow.audit.forms.case import Case, Results, TermResult
from gep.workflow.audit.records import Event, Subject, Tenure
from gep.workflow.audit.run import Audited, audit
from gep.workflow.audit.tenure_file import term_of
from gep.workflow.audit.term_ground import ground
from gep.workflow.audit.term_plan import term_account
from tests.ready import Ready, marks
from tests.workflow.audit.audited import TENURE
from tests.workflow.audit.engaged import LEAD, closed_city

COUNTY, CITY, TOWN, OTHER_TOWN = "990121", "990100", "990121101", "990121102"
FARM = key_of({"la01": "C02"})
VOLUME = "FT-01.V.R40"


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return closed_city(ready)


@pytest.fixture(scope="module")
def taken(city: Book, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    folder = tmp_path_factory.mktemp("kinds")
    (folder / "tenure.toml").write_text(TENURE, encoding="utf-8")
    before = marks(city.root)
    done = audit(city.root, folder / "tenure.toml", folder / "e", who=LEAD)
    assert marks(city.root) == before
    return done


def post(name: str, start: str, end: str, *, kind: str = "government", region: str = COUNTY, **more: object) -> Subject:
    made = Subject(name, Names(name, name), "government", date.fromisoformat(start), date.fromisoformat(end), region=region)
    return replace(made, kind=kind, **more)  # type: ignore[arg-type]


def conducted(taken: Audited, *posts: Subject, region: str = COUNTY, audited: Sequence[str] = (), **more: object) -> Conducted:
    """The source of the engagement conducted with other posts."""
    ids = tuple(audited) or tuple(p.id for p in posts)
    tenure: Tenure = replace(taken.tenure, region=region, subjects=posts, audited=ids, **{"evaluation": "", "zone": ""} | more)
    return conduct(replace(taken, tenure=tenure))


@pytest.fixture(scope="module")
def years(city: Book) -> Years:
    return read_years(city, "assets")


def accounts(book: Book, years: Years, *posts: Subject, region: str = COUNTY, **more: object) -> list[Case]:
    """The accounts of the terms alone, without evaluation and suspicions."""
    tenure = Tenure("t", Names("任期", "tenure"), region, posts, tuple(p.id for p in posts), (), **more)  # type: ignore[arg-type]
    g = ground(book, tenure, "assets", region=region, years=years)
    terms = tuple(TermResult(p, term_account(g, p)) for p in posts)
    results = Results(tenure, g, terms, Collected((), (), (), (), ()), date(2018, 1, 1))
    return [Case(results, t) for t in terms]


def only(make: Callable[[Case], object], case: Case) -> Form:
    (form,) = make(case)  # type: ignore[misc]
    assert isinstance(form, Form)
    return form


def stocks(form: Form) -> list[str]:
    return [line.code for line in form.lines if not line.code.startswith(("of.", "open."))]


def notes(form: Form) -> str:
    return " ".join(n.en for n in form.notes)


def test_a_city_is_audited_on_its_own_totals(city: Book, years: Years) -> None:
    """And who is still in office is looked at up to a day that is no handover."""
    (case,) = accounts(city, years, post("mayor", "2016-07-01", "2018-01-01", region=CITY, serving=True), region=CITY)
    assert case.region == CITY
    ledger, compare = only(handover.forms, case), only(compared.forms, case)
    assert "LA-01.R40/la01:C02" in stocks(ledger)
    parts = [years.get("LA-01.R40", c, 2017, FARM) for c in ("990121", "990122", "990123")]
    assert ledger.at["LA-01.R40/la01:C02", "close_obs"].exact == sum(p.stored.amount for p in parts if p and p.stored.amount)
    assert "by rank only: functional zone not given. There is no other region of this rank." in notes(compare)
    told = "Mid-term audit: still in office; the term is looked at up to 2018-01-01 (exclusive), which is no handover."
    assert told in notes(ledger)
    assert told in notes(compare)


def test_a_township_has_its_events_and_patches_and_no_stock_of_the_county(taken: Audited) -> None:
    def event(name: str, region: str) -> Event:
        return Event(name, region, "LA-01", "R31", FARM, Decimal("0.5"), "hm2", date(2017, 3, 1), date(2017, 4, 1), "town")

    def patch(name: str, region: str) -> Patch:
        return Patch(name, "v1", region, "水源", Decimal(10), "km2", date(2016, 1, 1), date.max, Decimal(90), Decimal(70))

    records = replace(
        taken.records,
        events=(event("own", TOWN), event("other", OTHER_TOWN), event("county", COUNTY)),
        patches=(patch("A", TOWN), patch("B", OTHER_TOWN)),
    )
    town = post("town", "2016-07-01", "2018-01-01", region=TOWN)
    done = conducted(replace(taken, records=records), town, region=TOWN, evaluation="county-example")
    (term,) = done.results.terms
    assert (term.scored, term.judged) == (None, None)
    case = Case(done.results, term)
    assert (case.remit.place, case.remit.accounts, case.remit.below) == (TOWN, COUNTY, True)
    for make in (handover, compared, targets, constant):
        form = only(make.forms, case)
        assert not [line.code for line in form.lines if line.code.startswith(("LA-01", "WR-01", "2016", "2017"))], form.id
    for make in (handover, compared):
        assert "figures of Example upper county are not those of this place" in notes(only(make.forms, case))
    listed = {line.code for line in only(events.forms, case).lines if not line.code.startswith("sum.")}
    assert listed == {"own"}
    shown = {line.cells[0].text.zh for line in only(redline.forms, case).lines}
    assert "A" in shown
    assert "B" not in shown
    assert only(evaluation.forms, case).lines == ()
    assert only(suspicions.forms, case) is not None
    assert not any("LA-01" in line.code for line in only(quality.forms, case).lines)


def test_the_head_of_a_department_sees_its_tables_only(taken: Audited) -> None:
    """And of a longer term the last year counts, by the weights of the zone that the book gives."""
    head = post("forester", "2016-07-01", "2018-01-01", kind="department", department="林草")
    done = conducted(taken, head, evaluation="county-example", focus=1)
    (term,) = done.results.terms
    case = Case(done.results, term)
    named = {t for t, layout in case.ground.layouts.items() if layout.department.startswith("林草")}
    tables = {code.partition(".")[0] for make in (handover, compared) for code in stocks(only(make.forms, case))}
    assert tables
    assert tables - {"signatures"} <= named  # who signs the ledger is of no table
    assert {"FT-01", "LA-01"} & tables == {"FT-01"}
    assert "Head of a department: only the tables that 林草 fills" in notes(only(compared.forms, case))
    assert only(constant.forms, case).lines == ()
    assert term.scored is not None
    w = term.scored.window
    assert (w.start, w.since, w.end, term.scored.zone) == (date(2016, 7, 1), date(2017, 1, 1), date(2018, 1, 1), "key_ecological")
    outside = term.scored.item("cultivated")
    assert outside.score is None  # a table of another department: not assessed, never zero
    assert term.judged is not None
    of_others = [f for s in term.judged.suspicions for f in s.figures if f.split("/")[3:4] not in ([t] for t in named)]
    assert of_others == []


def test_several_posts_overlap_and_an_acting_gap_is_an_interval_of_its_own(city: Book, years: Years) -> None:
    """Head, deputy who acts, next head hand over the very same balances; the party secretary overlaps all three."""
    posts = (
        post("head", "2016-01-01", "2016-10-01"),
        post("acting", "2016-10-01", "2017-02-15", acting=True),
        post("next", "2017-02-15", "2018-01-01"),
        post("secretary", "2016-01-01", "2018-01-01", kind="party"),
    )
    tenure = Tenure("t", Names("任期", "tenure"), COUNTY, posts, tuple(p.id for p in posts), (), methods={"FT-01.V": "INTERP"})
    assert term_findings(map(term_of, posts)) == ()  # posts tile each by itself, whatever overlaps between them
    g = ground(city, tenure, "assets", years=years)
    key = g.balances.keys(posts[0].start, COUNTY, VOLUME)[0]
    found = [[g.balances.get(day, COUNTY, VOLUME, key) for day in (p.start, p.end)] for p in posts]
    assert found[0][1] is found[1][0]
    assert found[1][1] is found[2][0]
    changes = [two.amount - one.amount for one, two in found if one and two and one.amount is not None and two.amount is not None]
    assert sum(changes[:3]) == changes[3] != 0
    acting = term_account(g, posts[1])
    assert acting.cut.term.acting
    assert acting.amount(VOLUME, COUNTY, key) is not None


def test_every_opening_is_journaled_and_nothing_goes_when_a_term_closes(taken: Audited, city: Book, tmp_path: Path) -> None:
    root = taken.engagement.root
    held = marks(root)
    again = audit(city.root, root.parent / "tenure.toml", root, who=LEAD)
    assert [e.act for e in again.added] == ["access"]
    assert held.keys() <= marks(root).keys()
    assert [e.act for e in taken.engagement.entries()].count("access") == 2
