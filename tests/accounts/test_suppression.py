"""Secondary suppression on tables worked by hand: what is computable, what is taken besides, and how far a guess is off."""

from __future__ import annotations

from fractions import Fraction

import pytest

from gep.accounts.exposure import Room, computable, over, solve
from gep.accounts.suppression import Amount, Table, suppress, unsafe

PRICE = Fraction(2951)


def square(**cells: int) -> Table:
    """Two rows and two columns with their totals; a detail ranks 0, a total 10, the grand total 20."""
    a, b, c, d = (cells[x] for x in "abcd")
    whole = {"a": a, "b": b, "c": c, "d": d, "ab": a + b, "cd": c + d, "ac": a + c, "bd": b + d, "all": a + b + c + d}
    rank = {1: 0, 2: 10, 3: 20}
    sums = ["ab", "cd", "ac", "bd"]
    relations = [{s: -1, s[0]: 1, s[1]: 1} for s in sums] + [{"all": -1, "ab": 1, "cd": 1}, {"all": -1, "ac": 1, "bd": 1}]
    return Table({n: Amount(Fraction(v), rank[len(n)]) for n, v in whole.items()}, relations)


def test_a_single_gap_in_a_sum_is_filled_by_subtraction() -> None:
    table = square(a=40, b=60, c=30, d=70)
    assert computable(table.relations, {"a"}) == {"a"}  # 40 = 100 − 60
    assert computable(table.relations, {"a", "b"}) == {"a", "b"}  # each by its column
    assert computable(table.relations, {"a", "b", "c", "d"}) == set()  # a + t, b − t, c − t, d + t


def test_the_four_corners_are_hidden_before_any_total() -> None:
    choice = suppress(square(a=40, b=60, c=30, d=70), ["a"])
    assert choice.hidden == {"a", "b", "c", "d"}
    assert choice.exposed == ()
    assert len(choice.further) == 3


def test_the_smallest_that_gives_enough_room_is_taken() -> None:
    """p = 100 of 1,000: 5 could move it by 5 % only, so 20 is taken, and not 400."""
    parts = {"p": 100, "tiny": 5, "small": 20, "big": 400, "rest": 475}
    amounts = {n: Amount(Fraction(v)) for n, v in parts.items()} | {"sum": Amount(Fraction(1000), 10)}
    choice = suppress(Table(amounts, [{"sum": -1, **dict.fromkeys(parts, 1)}]), ["p"])
    assert choice.hidden == {"p", "small"}


def test_small_partners_are_taken_together_where_none_alone_is_enough() -> None:
    """p = 100 must be able to rise by 10; 4 + 3 + 2 give 9 only, so the total is not told either."""
    parts = {"p": 100, "x": 4, "y": 3, "z": 2}
    amounts = {n: Amount(Fraction(v)) for n, v in parts.items()} | {"sum": Amount(Fraction(109), 10)}
    table = Table(amounts, [{"sum": -1, **dict.fromkeys(parts, 1)}])
    choice = suppress(table, ["p"])
    assert "sum" in choice.hidden
    assert unsafe(table, choice.hidden, ["p"]) == set()
    assert unsafe(table, {"p", "x", "y", "z"}, ["p"]) == {"p"}
    assert unsafe(table, {"p", "x", "y", "z"}, ["p"], Fraction(9, 100)) == set()


def test_what_no_other_figure_can_hide_is_told_and_not_left_in_silence() -> None:
    """The only part of a total which is printed elsewhere and may not be hidden."""
    table = Table({"p": Amount(Fraction(7)), "law": Amount(Fraction(7), spare=False)}, [{"p": 1, "law": -1}])
    assert suppress(table, ["p"]).exposed == ("p",)


def test_two_sums_with_two_prices_give_two_quantities_away() -> None:
    """q1 + q2 = 10 and 3·q1 + 5·q2 = 38 leave one answer; with one price for both there are many."""
    amounts = {"q1": Amount(Fraction(6)), "q2": Amount(Fraction(4)), "q": Amount(Fraction(10), 10), "v": Amount(Fraction(38), 10)}
    by_hand = [{"q": -1, "q1": 1, "q2": 1}, {"v": -1, "q1": 3, "q2": 5}]
    assert computable(by_hand, {"q1", "q2"}) == {"q1", "q2"}
    assert computable([by_hand[0], {"v": -1, "q1": 3, "q2": 3}], {"q1", "q2"}) == set()
    assert suppress(Table(amounts, by_hand), ["q1"]).hidden >= {"q1", "q2"}


def test_a_value_is_hidden_with_its_quantity() -> None:
    amounts = {n: Amount(Fraction(v)) for n, v in {"q": 3, "v": 3 * 2951, "q2": 5, "v2": 5 * 2951}.items()}
    amounts |= {"qs": Amount(Fraction(8), 10), "vs": Amount(Fraction(8 * 2951), 10)}
    relations = [{"v": -1, "q": PRICE}, {"v2": -1, "q2": PRICE}, {"qs": -1, "q": 1, "q2": 1}, {"vs": -1, "v": 1, "v2": 1}]
    table = Table(amounts, relations, {"v": {"v", "q"}, "q": {"v", "q"}, "v2": {"v2", "q2"}, "q2": {"v2", "q2"}})
    assert suppress(table, ["v"]).hidden == {"v", "q", "v2", "q2"}


def test_a_figure_that_follows_is_hidden_too_and_protected() -> None:
    """A share tells its amount; the other share would tell the share."""
    table = square(a=40, b=60, c=30, d=70)
    amounts = {
        **table.amounts,
        "share": Amount(Fraction(40)),
        "other": Amount(Fraction(60)),
        "hundred": Amount(Fraction(100), 10),
    }
    relations = [*table.relations, {"hundred": -1, "share": 1, "other": 1}]
    choice = suppress(Table(amounts, relations, {}, {"a": {"share"}, "b": {"other"}}), ["a"])
    assert choice.hidden == {"a", "b", "c", "d", "share", "other"}


def test_an_unseen_part_protects_without_being_hidden() -> None:
    amounts = {"p": Amount(Fraction(5)), "x": Amount(Fraction(5), shown=False), "sum": Amount(Fraction(10))}
    choice = suppress(Table(amounts, [{"sum": -1, "p": 1, "x": 1}]), ["p"])
    assert choice.hidden == {"p"}


def test_a_zero_may_not_follow_by_subtraction() -> None:
    assert "a" not in computable(square(a=0, b=60, c=30, d=70).relations, suppress(square(a=0, b=60, c=30, d=70), ["a"]).hidden)


def test_nothing_named_hides_nothing() -> None:
    assert suppress(square(a=1, b=2, c=3, d=4), []).hidden == frozenset()


def test_the_range_of_a_hidden_amount_ends_where_another_is_zero() -> None:
    """The corners 40, 60, 30, 70 move together: a falls by 40 at most (then it is 0) and rises by 30 (then c is 0)."""
    table = square(a=40, b=60, c=30, d=70)
    names = ("a", "b", "c", "d")
    room = Room(names, solve(dict(enumerate(table.relations)), names), {n: table.amounts[n].value for n in names})
    assert room.reaches("a", Fraction(30)).far
    assert not room.reaches("a", Fraction(31)).far
    assert room.reaches("a", Fraction(-40)).far
    assert not room.reaches("a", Fraction(-41)).far


def test_a_long_way_takes_several_steps() -> None:
    """p + x + y = 30 and x + w = 15: p rises by 12 as x falls (and w rises), by 8 more as y does, and no further."""
    relations = [{"t": -1, "p": 1, "x": 1, "y": 1}, {"u": -1, "x": 1, "w": 1}]
    names = ("p", "w", "x", "y")
    floors = dict(zip(names, map(Fraction, (10, 3, 12, 8)), strict=True))
    room = Room(names, solve(dict(enumerate(relations)), names), floors)
    assert room.reaches("p", Fraction(20)).far
    assert not room.reaches("p", Fraction(201, 10)).far


@pytest.mark.parametrize(("a", "b", "quotient"), [(6, 3, 2), (1, 3, Fraction(1, 3)), (Fraction(1, 2), Fraction(1, 4), 2)])
def test_quotients_are_whole_where_they_can_be(a: int, b: int, quotient: object) -> None:
    found = over(a, b)
    assert found == quotient
    assert type(found) is type(quotient)
