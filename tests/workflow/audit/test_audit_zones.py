"""Peers and weights by the main functional zone: of the last day, of the same rank, and never by a zone that nobody gave."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from gep.base.records import Code, Names, Region, ZoneSpan
from gep.workflow.audit.zones import Peers, contradicts, peers_on, zone_changes, zone_of_term, zone_on
from tests.workflow.audit.terms import subject, tenure

NAMES = Names("区", "zone")
CODES = {
    "functional_zone": {c: Code("functional_zone", c, NAMES, parent=p) for c, p in (("eco", ""), ("eco.n", "eco"), ("farm", ""))}
}
TURN = date(2019, 1, 1)
BEFORE, LAST = date(2018, 12, 31), date(2021, 12, 31)


def county(code: str, *zones: ZoneSpan, start: date = date.min, end: date = date.max, replaces: tuple[str, ...] = ()) -> Region:
    return Region(code, "city", "county", Names(code, code), start, end, replaces, zones)


PLACES = {
    r.code: r
    for r in (
        Region("city", "", "city", NAMES),
        Region("town", "a", "town", NAMES),
        county("a", ZoneSpan("eco")),
        county("b", ZoneSpan("farm", valid_to=BEFORE), ZoneSpan("eco.n", TURN)),
        county("c", ZoneSpan("farm"), end=date(2020, 12, 31)),
        county("c2", ZoneSpan("farm"), start=date(2021, 1, 1), replaces=("c",)),
        county("d"),
    )
}


def test_peers_are_of_the_same_kind_of_zone_and_rank_on_the_day() -> None:
    assert peers_on(PLACES, CODES, "a", "eco", LAST) == Peers("eco", ("b",), ("c2",), ("d",))
    assert peers_on(PLACES, CODES, "a", "eco", BEFORE) == Peers("eco", (), ("b", "c"), ("d",))
    assert peers_on(PLACES, CODES, "b", "farm", BEFORE) == Peers("farm", ("c",), ("a",), ("d",))


def test_without_a_zone_the_rank_alone_chooses() -> None:
    assert peers_on(PLACES, CODES, "d", "", LAST) == Peers("", ("a", "b", "c2"))
    assert peers_on(PLACES, CODES, "city", "eco", LAST) == Peers("eco", ())


def test_the_heir_of_a_region_is_no_peer_of_it() -> None:
    """The code that took over from it, or that it took over from, is the region itself."""
    assert peers_on(PLACES, CODES, "c", "farm", date(2021, 1, 1)) == Peers("farm", (), ("a", "b"), ("d",))
    assert peers_on(PLACES, CODES, "c2", "farm", date(2020, 12, 31)) == Peers("farm", (), ("a", "b"), ("d",))


def test_the_zone_is_that_of_the_code_of_the_day() -> None:
    assert [zone_on(PLACES, "c2", day) for day in (date(2015, 1, 1), LAST)] == ["farm", "farm"]
    assert [zone_on(PLACES, "b", day) for day in (BEFORE, TURN)] == ["farm", "eco.n"]
    assert zone_on(PLACES, "d", LAST) == zone_on(PLACES, "nowhere", LAST) == ""
    merged = PLACES | {"m": county("m", ZoneSpan("eco"), start=LAST, replaces=("a", "c"))}
    assert zone_on(merged, "m", date(2015, 1, 1)) == ""  # its forerunners lay in two zones
    assert zone_on(merged, "m", LAST) == "eco"


def test_a_term_has_the_zone_of_its_last_day_unless_the_tenure_names_one() -> None:
    until, over = subject("2016-01-01", "2019-01-01"), subject("2016-01-01", "2019-01-02")
    t = tenure("b", until)
    assert [zone_of_term(t, s, PLACES) for s in (until, over)] == ["farm", "eco.n"]
    assert zone_of_term(replace(t, zone="eco"), until, PLACES) == "eco"
    assert zone_of_term(t, replace(until, region="a"), PLACES) == "eco"


def test_only_another_kind_of_zone_contradicts_the_book() -> None:
    s = subject("2016-01-01", "2019-01-02")

    def told(region: str, zone: str) -> str:
        return contradicts(replace(tenure(region, s), zone=zone), s, PLACES, CODES)

    assert told("b", "farm") == "eco.n"
    assert told("b", "eco") == told("b", "") == told("d", "farm") == ""


def test_changes_of_the_zone_inside_a_term() -> None:
    assert zone_changes(PLACES, "b", date(2016, 1, 1), LAST) == ((TURN, "farm", "eco.n"),)
    assert zone_changes(PLACES, "b", TURN, LAST) == zone_changes(PLACES, "b", date(2016, 1, 1), TURN) == ()
    assert zone_changes(PLACES, "c2", date(2016, 1, 1), LAST) == ()  # the new code lies in the zone of the old one
