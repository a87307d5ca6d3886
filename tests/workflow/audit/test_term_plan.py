"""The account of a term by the plan of the year, over the two-year sample city: the same figures, tiled, cut, and what is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

from gep.accounts.posts import Window
from gep.base.findings import Refused, stops
from gep.base.records import Key, Severity, State, key_of
from gep.book import Book
from gep.workflow.audit.annual import Annual, Years, read_years
from gep.workflow.audit.records import Event, Method, Observation
from gep.workflow.audit.term_facts import cells, flow, stored_balance
from gep.workflow.audit.term_ground import Ground, dated_events, ground
from gep.workflow.audit.term_land import land_moves
from gep.workflow.audit.term_plan import TermAccount, cut_of, term_account
from gep.workflow.audit.term_stock import rows_of, stock_account
from tests.ready import Ready
from tests.workflow.audit.terms import subject, tenure, worked_out

SCHEME, CITY, COUNTY = "assets", "990100", "990121"
FARM = key_of({"la01": "C02"})
BOTH = ("2016-01-01", "2018-01-01")
DAYS = ("2016-01-01", "2016-07-01", "2018-01-01")
MIDDLE = date(2016, 7, 1)
Make = Callable[..., TermAccount]


@pytest.fixture(scope="module")
def book(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


@pytest.fixture(scope="module")
def annual(book: Book) -> Years:
    return read_years(book, SCHEME)


@pytest.fixture(scope="module")
def make(book: Book, annual: Years) -> Make:
    """The accounts of the terms between some days, each made once."""
    known: dict[tuple[object, ...], TermAccount] = {}
    grounds: dict[tuple[object, ...], Ground] = {}

    def of(*days: str, region: str = COUNTY, way: Method = "NEAREST", which: int = 0) -> TermAccount:
        name = (days, region, way, which)
        if name not in known:
            subjects = [subject(a, z, f"S{n}") for n, (a, z) in enumerate(pairwise(days))]
            if name[:3] not in grounds:
                grounds[name[:3]] = ground(book, tenure(region, *subjects, method=way), SCHEME, years=annual)
            known[name] = term_account(grounds[name[:3]], subjects[which])
        return known[name]

    return of


def tables(account: TermAccount, years: Years, year: int) -> Iterator[Annual]:
    """Every printed figure of a year in the regions of an account, totals too."""
    mine = {*account.computation.regions, *(r for r, _ in account.computation.above)}
    layouts = {t.id for t in account.computation.layouts}
    for a in years.figures.values():
        if a.year == year and a.region in mine and account.cut.measures[a.measure].table in layouts:
            yield a


def summed(years: Years, a: Annual, over: tuple[int, ...]) -> Fraction | None:
    found = [years.get(a.measure, a.region, y, a.key) for y in over]
    amounts = [None if f is None else f.exact for f in found]
    return None if any(x is None for x in amounts) else sum((x for x in amounts if x is not None), Fraction(0))


def engine(account: TermAccount) -> Counter[str]:
    return Counter(f.code for f in account.findings if f.code.startswith(("ENGINE", "INTAKE", "ASSET")))


# ---- the same plan


def test_two_years_open_with_the_first_close_with_the_last_and_add_up_their_flows(make: Make, annual: Years) -> None:
    """Every stock cell and every flow of 28 tables of the city and its counties."""
    account = make(*BOTH, region=CITY)
    openings = {line.opening for line in account.cut.balances.lines.values() if line.opening}
    counted: Counter[str] = Counter()
    for a in tables(account, annual, 2017):
        measure, mine = account.cut.measures[a.measure], account.amount(a.measure, a.region, a.key)
        if a.measure in openings and measure.kind == "stock":
            first = annual.get(a.measure, a.region, 2016, a.key)
            assert first is not None
            assert mine == first.exact, a
            counted["opening"] += 1
        elif a.measure in account.cut.balances.lines and measure.kind == "stock":
            assert mine == a.exact, a
            counted["closing"] += 1
        elif measure.kind == "flow":
            assert mine == summed(annual, a, (2016, 2017)), a
            counted["flow"] += 1
    assert min(counted["opening"], counted["closing"]) > 500
    assert counted["flow"] > 8000


def test_a_term_of_one_year_is_the_account_of_that_year_figure_by_figure(make: Make, annual: Years) -> None:
    account = make("2017-01-01", "2018-01-01", region="990122")
    wrong = [a for a in tables(account, annual, 2017) if account.amount(a.measure, a.region, a.key) != a.exact]
    assert wrong == []
    assert sum(1 for _ in tables(account, annual, 2017)) > 2000


def test_the_checks_of_the_year_run_over_the_term_and_hold(make: Make) -> None:
    account = make(*BOTH, region=CITY)
    assert account.computation.checks > 1500
    assert engine(account) == Counter()
    assert all(not gap.difference for gap in account.gaps)
    assert len(account.gaps) > 400


def test_what_a_term_does_not_run_is_named(make: Make) -> None:
    account = make(*BOTH, region=CITY)
    told = {f.code: f for f in account.findings}
    assert "VA-01.R26" in account.chosen.taken
    assert "VA-01.R26" in told["TERM-RULES-TAKEN"].text("en")
    assert "LM-01.unchanged.C02" in told["TERM-RULES-LEFT"].text("zh")
    rules = {p.rule.id for p in account.chosen.method.plans}
    assert {"LA-01.R40", "LA-01.L1", "VA-01.R40.V1", "FT-01.V.R40", "WR-01.R17"} <= rules
    assert "REG.sample-water-use" not in rules  # a limit of one year


# ---- cut in the middle of a year


def test_nearest_takes_whole_years(make: Make, annual: Years) -> None:
    """From 1 July 2016 the year-end of 2015 is the nearest (182 days of 366), so the whole of 2016 is in the window."""
    account = make(*DAYS, which=1)
    assert account.amount("LA-01.R10", COUNTY, FARM) == _figure(annual, "LA-01.R10", 2016, FARM)
    both = make(*BOTH)
    for fact in account.facts:
        other = both.fact(fact.fact.measure, fact.fact.region, fact.fact.key)
        assert other is not None
        assert other.fact.amount == fact.fact.amount


def test_interpolated_by_days_stocks_and_flows_agree(make: Make, annual: Years) -> None:
    """Opening S(2015) + (S(2016) − S(2015)) × 182/366; flows of 2016 × 184/366, those of 2017 whole."""
    account = make(*DAYS, way="INTERP", which=1)
    first, last = _figure(annual, "LA-01.R10", 2016, FARM), _figure(annual, "LA-01.R40", 2016, FARM)
    opening = account.amount("LA-01.R10", COUNTY, FARM)
    assert opening is not None
    assert abs(opening - (first + (last - first) * Fraction(182, 366))) <= Fraction(1, 2 * 10**6)
    lost = account.amount("LA-01.R31", COUNTY, FARM)
    yearly = [_figure(annual, "LA-01.R31", y, FARM) for y in (2016, 2017)]
    assert lost is not None
    assert abs(lost - (yearly[0] * Fraction(184, 366) + yearly[1])) <= Fraction(1, 2 * 10**6)
    assert engine(account) == Counter()
    assert all(not gap.difference or gap.rounding for gap in account.gaps)
    assert any(gap.rounding for gap in account.gaps)


def _figure(years: Years, measure: str, year: int, key: Key, region: str = COUNTY) -> Fraction:
    found = years.get(measure, region, year, key)
    assert found is not None
    assert found.exact is not None
    return found.exact


@pytest.mark.parametrize("way", ["NEAREST", "INTERP"])
def test_the_closing_of_one_leader_is_the_opening_of_the_next(make: Make, way: Method) -> None:
    """One balance for both, and the plan of the successor opens with what is stored of it."""
    one, other = (make(*DAYS, way=way, which=n) for n in range(2))
    opening = {k: v for k, v in other.cut.balances.at.items() if k[0] == MIDDLE}
    counted = 0
    for (_, region, measure, key), balance in opening.items():
        assert one.cut.balances.at[MIDDLE, region, measure, key] is balance
        stored = stored_balance((balance,), other.cut.measures[measure])
        cell = other.computation.cells.get(measure, region, other.span.before, key)
        if cell is not None and stored is not None:
            assert cell.exact == Fraction(stored)
            counted += 1
    assert counted > 100
    assert not {"ENGINE-CHECK", "ENGINE-SECOND-ROUTE"} & engine(one).keys()
    assert engine(other) == Counter()
    assert all(not gap.difference or gap.rounding for gap in (*one.gaps, *other.gaps))


@pytest.mark.parametrize("way", ["NEAREST", "INTERP"])
def test_terms_that_meet_add_up_to_the_last_digit(book: Book, annual: Years, way: Method) -> None:
    """Twelve divisions of the two years into up to five terms: some drawn with a seed, some on days on which something may slip."""
    draw = Random(20160702)  # noqa: S311  (a test draws days)
    every = [date(2016, 1, 1) + timedelta(days=n) for n in range(1, 731)]
    edges = [("2016-07-02",), ("2017-01-01",), ("2016-02-29", "2016-03-01"), ("2016-12-31", "2017-01-01")]
    drawn = [tuple(str(d) for d in sorted(draw.sample(every, draw.randint(1, 4)))) for _ in range(8)]
    divisions = [
        [subject(a, z, f"S{n}.{i}") for i, (a, z) in enumerate(pairwise((BOTH[0], *days, BOTH[1])))]
        for n, days in enumerate((*edges, *drawn))
    ]
    g = ground(book, tenure(COUNTY, *(s for several in divisions for s in several), method=way), SCHEME, years=annual)
    for subjects in divisions:
        cuts = [cut_of(g, s)[0] for s in subjects]
        for name in ("LA-01.R31", "FT-01.V.R22", "LQ-01.R32", "WR-01.R03", "MN-01.R31", "LM-01.area", "VA-01.R26"):
            measure = cuts[0].measures[name]
            for _, key in cells(cuts[0], name):
                parts = [flow(c, measure, COUNTY, key).fact.amount for c in cuts]
                yearly = [annual.figures[name, COUNTY, y, key].exact for y in (2016, 2017)]
                assert (None in parts) == (None in yearly)
                assert _sum(parts) == _sum(yearly), (subjects, name, key)


def _sum(parts: Iterable[Decimal | Fraction | None]) -> Fraction:
    return sum((Fraction(p) for p in parts if p is not None), Fraction(0))


# ---- what is left over


def changed(g: Ground, measure: str, year: int, key: Key, by: str) -> Ground:
    """The book with one annual figure moved by hand."""
    where = (measure, COUNTY, year, key)
    old = g.years.figures[where]
    amount = (old.stored.amount or Decimal(0)) + Decimal(by)
    moved = replace(old, stored=replace(old.stored, amount=amount))
    return replace(g, years=replace(g.years, figures={**g.years.figures, where: moved}))


def test_a_flow_that_is_changed_by_hand_comes_up_in_the_checks_and_in_the_closing(book: Book, annual: Years) -> None:
    """5 hm2 more of cultivated land built over in 2017: the classes no longer balance and the closing is 5 short."""
    one = subject(*BOTH)
    g = changed(ground(book, tenure(COUNTY, one), SCHEME, years=annual), "LA-01.R31", 2017, FARM, "5")
    account = term_account(g, one)
    rules = {f.rule for f in account.findings if f.code == "ENGINE-CHECK"}
    assert {"LA-01.L1", "LA-01.L2", "LM-01.L3.R31.C02"} <= rules
    left = {(gap.line.measure, gap.key): gap.difference for gap in account.gaps if gap.difference}
    assert left["LA-01.R40", FARM] == 5
    assert left["LA-01.R40", key_of({"la01": "C00"})] == 5
    told = [f for f in account.findings if f.code == "TERM-DISCREPANCY" and f.place.key.startswith("LA-01.R40")]
    assert {f.difference for f in told} == {"5.000000"}
    assert any("@" in address for address in told[0].figures)


def test_an_observed_closing_stands_beside_the_plan(book: Book, annual: Years, make: Make) -> None:
    """The register says 7.5 hm2 less of cultivated land than opening and flows give: a difference of its own."""
    one = subject(*BOTH)
    closing = make(*BOTH).amount("LA-01.R40", COUNTY, FARM)
    assert closing is not None
    seen = Observation(
        COUNTY,
        "LA-01",
        "R40",
        FARM,
        date(2018, 1, 1),
        Decimal(closing.numerator) / closing.denominator - Decimal("7.5"),
        "hm2",
        "台账",
    )
    account = term_account(ground(book, tenure(COUNTY, one), SCHEME, [seen], years=annual), one)
    left = {gap.key: gap.difference for gap in account.gaps if gap.line.measure == "LA-01.R40" and gap.difference}
    assert left == {FARM: Decimal("-7.5"), key_of({"la01": "C00"}): Decimal("-7.5")}
    assert account.amount("LA-01.R40", COUNTY, FARM) == closing  # the plan stays what the flows say
    assert "TENURE-OBSERVED-DIFFERS" in {f.code for f in account.findings}


def test_one_column_observed_and_the_rest_at_the_year_end_is_told(book: Book, annual: Years) -> None:
    """Cultivated land is observed on 1 July 2016, the other classes are those of the end of 2015: the classes cannot add up."""
    one = subject("2016-07-01", "2018-01-01")
    seen = Observation(COUNTY, "LA-01", "R10", FARM, MIDDLE, Decimal(14000), "hm2", "台账")
    account = term_account(ground(book, tenure(COUNTY, one), SCHEME, [seen], years=annual), one)
    assert account.amount("LA-01.R10", COUNTY, FARM) == 14000
    fact = account.fact("LA-01.R31", COUNTY, FARM)
    assert fact is not None
    assert fact.window == Window(MIDDLE, date(2018, 1, 1))
    (told,) = [f for f in account.findings if f.code == "TERM-MIXED-CUTS"]
    assert told.place.key.startswith(f"LA-01/{COUNTY}/")
    assert "la01:C02 apart" in told.text("en")
    # nothing is held against what is of another day, nothing is added up, and each is named
    assert not stops(account.findings)
    whole = key_of({"la01": "C00"})
    for row in ("R10", "R31", "R40"):
        assert account.amount(f"LA-01.{row}", COUNTY, FARM) is not None
        assert account.amount(f"LA-01.{row}", COUNTY, whole) is None
    assert account.cut.balances.at[MIDDLE, COUNTY, "LA-01.R40", whole].amount is None
    apart = {a.rule: a for a in account.chosen.apart}
    assert dict(apart["LA-01.L2"].days)["LA-01"] >= {("opening", MIDDLE), ("opening", date(2016, 1, 1))}
    rules = {p.rule.id for p in account.chosen.method.plans}
    assert not {"LA-01.L2", "LM-01.L3.R31.C02", "LQ-01.Q1"} & rules
    assert {"LA-01.R40", "LM-01.L3.R31.C04", "FT-01.V.R40"} <= rules
    said = {f.code: f for f in account.findings}
    assert any("LA-01.L2" in f.text("zh") for f in account.findings if f.code == "TERM-CHECKS-APART")
    assert said["TERM-TOTAL-UNLIKE"].found == "2016-01-01, 2016-07-01"


def test_a_real_fault_within_one_cut_still_stops_where_tables_differ(book: Book, annual: Years) -> None:
    """Every class of land observed on 1 July 2016, the rest at the year-end: no check stops. 5 hm2 more taken: land's own do."""
    one = subject("2016-07-01", "2018-01-01")
    g = ground(book, tenure(COUNTY, one), SCHEME, _seen(annual), years=annual)
    honest = term_account(g, one)
    assert not stops(honest.findings)
    assert "TERM-MIXED-CUTS" not in {f.code for f in honest.findings}
    assert {"LQ-01.Q1", "LM-01.L3.R31.C02"} <= {a.rule for a in honest.chosen.apart}
    assert "VA-01.R40" in honest.chosen.taken  # value at the year-end, not of the land of another day
    assert honest.amount("LA-01.R40", COUNTY, key_of({"la01": "C00"})) is not None
    wrong = changed(g, "LA-01.R31", 2017, FARM, "5")
    account = term_account(wrong, one)
    assert {"LA-01.L1", "LA-01.L2"} <= {f.rule for f in account.findings if f.severity == Severity.STOP}
    left = {(gap.line.measure, gap.key): gap.difference for gap in account.gaps if gap.difference}
    before = {(gap.line.measure, gap.key): gap.difference for gap in honest.gaps if gap.difference}
    assert left["LA-01.R40", FARM] - before.get(("LA-01.R40", FARM), Decimal(0)) == 5


def test_a_city_does_not_add_up_counties_of_different_days(book: Book, annual: Years) -> None:
    """One county observed on 1 July 2016, the others at the year-end: the city has no total of land, the counties keep theirs."""
    one = subject("2016-07-01", "2018-01-01")
    account = term_account(ground(book, tenure(CITY, one), SCHEME, _seen(annual), years=annual), one)
    assert not stops(account.findings)
    for row in ("R10", "R31", "R40"):
        assert account.amount(f"LA-01.{row}", COUNTY, FARM) is not None
        assert account.amount(f"LA-01.{row}", CITY, FARM) is None
    assert account.amount("FT-01.V.R40", CITY, key_of({"ft01v": "V1"})) is not None
    skipped = account.chosen.skipped
    assert skipped["LM-01.L3.R31.C02"] == {COUNTY}
    assert "LM-01.L3.R31.C02" in {p.rule.id for p in account.chosen.method.plans}


def _seen(annual: Years) -> list[Observation]:
    """All classes of land on 1 July 2016, half way between the year-ends in hundredths, the last one so that they cover the county."""
    plain = [k for k in sorted(annual.keys["LA-01.R40", COUNTY]) if dict(k)["la01"] != "C00"]
    ends = {k: (_figure(annual, "LA-01.R10", 2016, k), _figure(annual, "LA-01.R40", 2016, k)) for k in plain}
    half = {k: Decimal(round((a + z) * 50)) / 100 for k, (a, z) in ends.items()}
    area = sum((a for a, _ in ends.values()), Fraction(0))
    half[plain[-1]] += Decimal(area.numerator) / Decimal(area.denominator) - sum(half.values())
    return [Observation(COUNTY, "LA-01", "R40", key, MIDDLE, amount, "hm2", "台账") for key, amount in half.items()]


def test_an_unknown_annual_flow_is_unknown_over_the_term(book: Book, annual: Years) -> None:
    one = subject(*BOTH)
    g = ground(book, tenure(COUNTY, one), SCHEME, years=annual)
    where = ("LA-01.R31", COUNTY, 2017, FARM)
    old = g.years.figures[where]
    gone = replace(old, stored=replace(old.stored, amount=None, state=str(State.NOT_AVAILABLE)))
    account = term_account(replace(g, years=replace(g.years, figures={**g.years.figures, where: gone})), one)
    assert account.amount("LA-01.R31", COUNTY, FARM) is None
    assert account.amount("LA-01.R40", COUNTY, FARM) is None
    assert "TERM-CLOSING-UNKNOWN" in {f.code for f in account.findings}


# ---- dated events


def event(day: str, amount: str = "3", decision: str = "", unit: str = "hm2", row: str = "R31") -> Event:
    effect = date.fromisoformat(day)
    decided = date.fromisoformat(decision) if decision else effect
    return Event(f"E-{day}", COUNTY, "LA-01", row, FARM, Decimal(amount), unit, decided, effect)


def test_dated_events_come_first_and_the_rest_goes_by_days(book: Book, annual: Years) -> None:
    """Of the flow f of 2016, 3 hm2 are dated 1 September: up to 1 July pass (f − 3) × 182/366, after it the rest."""
    one, two = subject("2016-01-01", "2016-07-01", "A"), subject("2016-07-01", "2017-01-01", "B")
    g = ground(
        book, tenure(COUNTY, one, two, method="INTERP"), SCHEME, years=annual, events=[event("2016-09-01", decision="2016-05-01")]
    )
    f = _figure(annual, "LA-01.R31", 2016, FARM)
    cuts = [cut_of(g, s)[0] for s in (one, two)]
    before, after = (flow(c, c.measures["LA-01.R31"], COUNTY, FARM) for c in cuts)
    assert before.fact.amount is not None
    assert after.fact.amount is not None
    assert abs(Fraction(before.fact.amount) - (f - 3) * Fraction(182, 366)) <= Fraction(1, 2 * 10**6)
    assert before.fact.amount + after.fact.amount == f
    assert after.parts[0].events == ("E-2016-09-01",)
    # decided by A, with effect under B: the balance has it with B, responsibility with A
    rows = rows_of(g.method(2016).plans, g.layouts["LA-01"], g.lines["LA-01.R40"])
    made = stock_account(cuts[0], rows, COUNTY, "LA-01.R40", FARM)
    assert made is not None
    part = next(p for p in made[0].flows if p.flow.row == "R31")
    assert part.balance == (f - 3) * Fraction(182, 366)
    assert part.responsibility == (f - 3) * Fraction(182, 366) + 3


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (event("2016-09-01", row="R40"), "TERM-NO-FLOW-ROW"),
        (event("2016-09-01", unit="t"), "TERM-EVENT-UNIT"),
        (event("2016-09-01", amount="100000"), "TENURE-EVENTS-EXCEED"),
    ],
)
def test_an_event_that_fits_no_flow_is_told(book: Book, annual: Years, wrong: Event, code: str) -> None:
    g = ground(book, tenure(COUNTY, subject(*BOTH)), SCHEME, years=annual, events=[wrong])
    _, told = dated_events(g, g.catalog.measures, (COUNTY,))
    assert [f.code for f in told] == [code]


# ---- trace


@pytest.mark.parametrize(("days", "way"), [(BOTH, "NEAREST"), (DAYS, "INTERP")])
def test_every_figure_of_the_term_is_worked_out_again_down_to_the_book(
    make: Make, annual: Years, days: tuple[str, ...], way: Method
) -> None:
    account = make(*days, way=way, which=len(days) - 2)
    held = {a.stored.address: a.stored.amount for a in annual.figures.values()}
    for cell in account.computation.cells:
        if cell.period == account.span.period and not cell.gap:
            name = cell.node or (f"cell:{cell.address}" if cell.is_input else f"calculation:{SCHEME}/{cell.address}")
            assert name in account.nodes, cell.address
    terms = [n for n in account.nodes.values() if str(n.get("rule", "")).startswith("term.")]
    for node in terms:
        arguments: list[Mapping[str, object]] = node["arguments"]  # type: ignore[assignment]
        for argument in arguments:
            assert argument["node"] in account.nodes, node["id"]
        if node["result"] is not None:
            assert worked_out(node) == Fraction(Decimal(str(node["result"]))), node
    assert len(terms) > 1000
    figures = [n for n in account.nodes.values() if "figure" in n]
    assert figures
    for node in figures:
        amount = None if node["amount"] is None else Decimal(str(node["amount"]))
        assert held[str(node["figure"])] == amount


def test_a_fact_names_the_figures_it_is_made_of(make: Make) -> None:
    fact = make(*BOTH).fact("LA-01.R31", COUNTY, FARM)
    assert fact is not None
    assert fact.fact.period == "2016-01-01/2018-01-01"
    assert [f.address.split("@")[0] for f in fact.figures] == [
        f"asset_account/{COUNTY}/{y}/LA-01/R31/C02/human/scheme=assets/instance=-" for y in (2016, 2017)
    ]


# ---- land both ways, and what is refused


def test_land_is_the_sum_of_the_years_and_no_end_to_end_is_made_without_patches(book: Book, make: Make, annual: Years) -> None:
    made = land_moves(book, make(*BOTH), COUNTY)
    assert made.end_to_end is None
    assert [f.code for f in made.findings] == ["TERM-NO-END-TO-END"]
    moved = [
        _figure(annual, "LM-01.area", y, key_of({"lm01_from": "F02", "lm01_to": "T06", "cause": "human"})) for y in (2016, 2017)
    ]
    assert made.gross is not None
    assert Fraction(made.gross["C02", "C06"]) == sum(moved)


@pytest.mark.parametrize(("days", "region", "code"), [
    (("2014-01-01", "2015-01-01"), COUNTY, "TERM-OUTSIDE-BOOK"),
    (("2016-01-01", "2020-01-01"), COUNTY, "TERM-OUTSIDE-BOOK"),
    (BOTH, "440000", "TERM-NO-REGION"),
])  # fmt: skip
def test_what_cannot_be_cut_is_refused(book: Book, annual: Years, days: tuple[str, str], region: str, code: str) -> None:
    one = subject(*days)
    with pytest.raises(Refused) as refused:
        term_account(ground(book, tenure(region, one), SCHEME, years=annual), one)
    assert [f.code for f in refused.value.findings] == [code]


def test_a_scheme_the_book_has_no_accounts_of_is_refused(book: Book) -> None:
    with pytest.raises(Refused) as refused:
        ground(book, tenure(COUNTY, subject(*BOTH)), "assets-physical")
    assert [f.code for f in refused.value.findings] == ["TERM-NO-ACCOUNTS"]
    with pytest.raises(Refused):
        read_years(book, SCHEME, date(2015, 1, 1))
