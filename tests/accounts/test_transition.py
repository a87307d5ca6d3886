"""The transition matrix: followed patch by patch, exact, and never chained; annual and end-to-end flows go together."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, Inexact, localcontext
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.transition import (
    OUTSIDE,
    Cells,
    Change,
    Key,
    LandClass,
    Patch,
    Transition,
    additions,
    annual,
    between,
    by_cause,
    check_gross,
    gross,
    reductions,
)
from gep.base.findings import Finding, Place, Refused

FARM, WOOD, TOWN, OTHER = "C02", "C04", "C06", "C09"
CLASSES = (FARM, WOOD, TOWN, OTHER)


def patches(*rows: str) -> list[Patch]:
    """`17.1 C02 3.5`: id, class, area in hm²."""
    return [Patch(id, land_class, Decimal(area)) for id, land_class, area in (row.split() for row in rows)]


def change(id: str, start: LandClass, end: LandClass, area: str, cause: str = "human") -> Change:
    return Change(id, start, end, cause, Decimal(area))


def stocks(**areas: str) -> dict[str, Decimal]:
    return {code: Decimal(area) for code, area in areas.items()}


def refused(work: Callable[[], object]) -> tuple[Finding, ...]:
    with pytest.raises(Refused) as caught:
        work()
    return caught.value.findings


def seen(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(f.code, f.place.key) for f in findings]


# --- between two tables ---


def test_a_matrix_follows_every_piece() -> None:
    # 1 stays farmland, 2 (8 hm²) is cut: 2.1 stays (5), 2.2 becomes town (3), 3 becomes wood
    found = between(patches("1 C02 10", "2 C02 8", "3 C09 2.5"), patches("3 C04 2.5", "2.2 C06 3", "2.1 C02 5", "1 C02 10"))
    assert found.cells == {(FARM, FARM): 15, (FARM, TOWN): 3, (OTHER, WOOD): Decimal("2.5")}
    assert found.pieces == {(FARM, FARM): ("1", "2.1"), (FARM, TOWN): ("2.2",), (OTHER, WOOD): ("3",)}
    assert found.opening() == {FARM: 18, OTHER: Decimal("2.5")}
    assert found.closing() == {FARM: 15, WOOD: Decimal("2.5"), TOWN: 3}
    assert additions(found.cells) == {WOOD: Decimal("2.5"), TOWN: 3}
    assert reductions(found.cells) == {FARM: 3, OTHER: Decimal("2.5")}


def test_parts_of_parts_are_followed_to_the_nearest_piece_that_there_was() -> None:
    # 7.2 was there at the opening, so 7.2.1.1 is of 7.2 (farmland), and a dot in the opening's own ids means nothing more
    opening = patches("7.1 C04 1", "7.2 C02 6")
    closing = patches("7.1 C04 1", "7.2.1.1 C06 1", "7.2.1.2 C02 2", "7.2.2 C02 3")
    assert between(opening, closing).cells == {(FARM, FARM): 5, (FARM, TOWN): 1, (WOOD, WOOD): 1}


def test_land_over_the_boundary_is_outside() -> None:
    # 9 comes in as 4 hm² and is cut afterwards; of 1 (10) a part of 6 leaves; 8 comes in and leaves again: in no cell
    found = between(
        patches("1 C02 10", "2 C04 5"),
        patches("1.1 C06 4", "9.1 C02 1", "9.2 C06 3"),
        gained=patches("9 C02 4", "8 C09 7"),
        lost=patches("1.2 C02 6", "2 C04 5", "8 C09 7"),
    )
    assert found.cells == {(FARM, TOWN): 4, (FARM, OUTSIDE): 6, (WOOD, OUTSIDE): 5, (OUTSIDE, FARM): 1, (OUTSIDE, TOWN): 3}
    assert list(found.cells)[-1] == (OUTSIDE, TOWN)
    assert found.pieces[OUTSIDE, TOWN] == ("9.2",)
    assert found.opening() == {FARM: 10, WOOD: 5, OUTSIDE: 4}  # of OUTSIDE: what came in
    assert found.closing() == {FARM: 1, TOWN: 7, OUTSIDE: 11}  # of OUTSIDE: what went out
    assert (additions(found.cells)[OUTSIDE], reductions(found.cells)[OUTSIDE]) == (11, 4)


def test_no_land_no_cells() -> None:
    assert between([], []) == Transition({}, {})


def test_areas_keep_every_digit_whatever_the_context() -> None:
    with localcontext() as context:
        context.prec = 3
        found = between(patches("1 C02 12345.6789", "2 C02 0.0000000001"), patches("1 C02 12345.6789", "2 C02 0.0000000001"))
        assert found.opening() == {FARM: Decimal("12345.6789000001")}
    assert found.cells == {(FARM, FARM): Decimal("12345.6789000001")}


def test_a_sum_that_would_have_to_be_rounded_is_an_error() -> None:
    table = patches("1 C02 1e600", "2 C02 1e-600")
    with pytest.raises(Inexact):
        between(table, table)


@pytest.mark.parametrize(
    ("opening", "closing", "gained", "lost", "told"),
    [
        # 3 + 4.99 of 8: no tolerance
        (["1 C02 8"], ["1.1 C02 3", "1.2 C06 4.99"], [], [], [("TRANSITION-AREA-SUM", "opening/1")]),
        (["1 C02 8"], ["1 C06 8.01"], [], [], [("TRANSITION-AREA-SUM", "opening/1")]),
        (["1 C02 8"], ["1.1 C06 3"], [], [], [("TRANSITION-AREA-SUM", "opening/1")]),  # a part is gone
        ([], ["9.1 C06 3"], ["9 C02 4"], [], [("TRANSITION-AREA-SUM", "gained/9")]),
        (["1 C02 8"], ["1 C02 8", "1 C06 8"], [], [], [("TRANSITION-TWICE", "closing/1")]),
        (["1 C02 8", "1 C02 8", "1 C02 8"], ["1 C02 8"], [], [], [("TRANSITION-TWICE", "opening/1")]),
        (["1 C02 8"], ["1 C02 8"], [], ["1 C02 8"], [("TRANSITION-TWICE", "lost/1")]),
        (["1 C02 8"], ["1 C02 8"], ["1 C02 8"], [], [("TRANSITION-TWICE", "opening/1")]),
        (["1 C02 8"], ["1 C02 8", "1.2.1 C06 3"], [], [], [("TRANSITION-BESIDE-PART", "closing/1.2.1")]),
        (["1 C02 8", "1.1 C02 8"], ["1 C02 8"], [], [], [("TRANSITION-BESIDE-PART", "opening/1.1")]),
        (["1 C02 8"], ["1 C02 8", "11 C06 1"], [], [], [("TRANSITION-APPEARS", "closing/11")]),  # 11 is no part of 1
        ([], [], [], ["4 C06 1"], [("TRANSITION-APPEARS", "lost/4")]),
        (["1 C02 8", "2 C04 1"], ["1 C02 8"], [], [], [("TRANSITION-GONE", "opening/2")]),
        ([], [], ["5 C04 1"], [], [("TRANSITION-GONE", "gained/5")]),
        (["1.1 C02 8", "1.2 C04 1"], ["1 C02 9"], [], [], [("TRANSITION-JOINED", "closing/1")]),
        (["1 C02 -8"], ["1 C02 -8"], [], [], [("TRANSITION-AREA", "opening/1"), ("TRANSITION-AREA", "closing/1")]),
        (["1 C02 1"], ["1.1 C02 NaN", "1.2 C02 Infinity"], [], [], [("TRANSITION-AREA", "closing/1.1"), ("TRANSITION-AREA", "closing/1.2")]),
        (["1. C02 1"], ["1 C02 1"], [], [], [("TRANSITION-ID", "opening/1.")]),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_refused(
    opening: list[str], closing: list[str], gained: list[str], lost: list[str], told: list[tuple[str, str]]
) -> None:
    tables = [patches(*rows) for rows in (opening, closing, gained, lost)]
    assert seen(refused(lambda: between(tables[0], tables[1], gained=tables[2], lost=tables[3]))) == told
    back = [table[::-1] for table in tables]
    assert seen(refused(lambda: between(back[0], back[1], gained=back[2], lost=back[3]))) == told


def test_every_piece_that_cannot_be_followed_is_told_at_once() -> None:
    found = refused(lambda: between(patches("1 C02 8", "2 C04 1", "3 C04 1"), patches("1 C02 7", "4 C02 1", "5 C02 1")))
    codes = [code.removeprefix("TRANSITION-") for code, _ in seen(found)]
    assert codes == ["APPEARS", "APPEARS", "GONE", "GONE", "AREA-SUM"]


def test_a_piece_without_class_or_id_is_refused() -> None:
    found = refused(lambda: between([Patch("1", "", Decimal(1)), Patch("", FARM, Decimal(1))], []))
    assert seen(found) == [("TRANSITION-ID", "opening"), ("TRANSITION-NO-CLASS", "opening/1")]


def test_a_finding_says_where_and_how_much() -> None:
    place = Place("patches.csv", key="990121/2017")
    (told,) = refused(lambda: between(patches("1 C02 8"), patches("1.1 C02 3", "1.2 C06 4.99"), place=place))
    assert told.place.text() == "patches.csv [990121/2017/opening/1]"
    assert (told.found, told.expected, told.difference) == ("7.99", "8", "-0.01")
    assert told.text("en") == "The patch 1 had 8; what came of it, 1.1, 1.2, adds up to 7.99, a difference of -0.01."
    assert told.text("zh") == "图斑 1 原面积 8,其后的 1.1, 1.2 合计 7.99,相差 -0.01。"


# --- a year from its changes ---


def test_a_year_is_what_changed_and_what_stayed() -> None:
    # farmland 100 - 10 to town - 2 slid into other land - 1 re-surveyed as town = 87; other land 5 + 2
    changes = [
        change("1.1", FARM, TOWN, "10"),
        change("2", FARM, OTHER, "2", "natural"),
        change("3", FARM, TOWN, "1", "adjustment"),
        change("4", OUTSIDE, WOOD, "6", "adjustment"),
    ]
    opening = stocks(C02="100", C04="0", C06="20", C09="5")
    found = annual(changes, opening)
    assert found.cells == {
        (FARM, FARM): 87, (FARM, TOWN): 11, (FARM, OTHER): 2, (WOOD, WOOD): 0,
        (TOWN, TOWN): 20, (OTHER, OTHER): 5, (OUTSIDE, WOOD): 6,
    }  # fmt: skip
    assert found.pieces == {(FARM, TOWN): ("1.1", "3"), (FARM, OTHER): ("2",), (OUTSIDE, WOOD): ("4",)}
    assert found.opening() == {**opening, OUTSIDE: 6}
    assert found.closing() == {FARM: 87, WOOD: 6, TOWN: 31, OTHER: 7}
    causes = by_cause(found)
    assert causes == {
        "adjustment": {(FARM, TOWN): 1, (OUTSIDE, WOOD): 6},
        "human": {(FARM, TOWN): 10},
        "natural": {(FARM, OTHER): 2},
    }
    assert additions(causes["adjustment"]) == {TOWN: 1, WOOD: 6}  # LA-01.R23
    assert reductions(causes["natural"]) == {FARM: 2}  # LA-01.R32
    assert annual(changes[::-1], dict(reversed(opening.items()))) == found


def test_a_year_without_changes_is_its_diagonal() -> None:
    found = annual([], stocks(C02="3"))
    assert found.cells == {(FARM, FARM): 3}
    assert by_cause(found) == {}


def test_tables_of_patches_know_no_causes() -> None:
    with pytest.raises(ValueError, match="knows no causes"):
        by_cause(between(patches("1 C02 8"), patches("1 C06 8")))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([change("1", FARM, TOWN, "6"), change("2", FARM, OUTSIDE, "5")], ("TRANSITION-MORE-LEFT", "changes/C02")),  # 11 of 10
        ([change("1", FARM, OTHER, "1")], ("TRANSITION-NO-OPENING", "changes/1")),  # not known is not zero
        ([change("1", WOOD, FARM, "0")], ("TRANSITION-NO-OPENING", "changes/1")),
        ([change("1", FARM, FARM, "1")], ("TRANSITION-NO-CHANGE", "changes/1")),
        ([change("1", OUTSIDE, OUTSIDE, "1")], ("TRANSITION-NO-CHANGE", "changes/1")),
        ([change("1", FARM, TOWN, "-1")], ("TRANSITION-AREA", "changes/1")),
        ([change("1", FARM, "", "1")], ("TRANSITION-NO-CLASS", "changes/1")),
        ([change("1", FARM, TOWN, "1"), change("1", TOWN, FARM, "1")], ("TRANSITION-TWICE", "changes/1")),
        ([change("1", FARM, TOWN, "NaN"), change("1", FARM, TOWN, "NaN")], ("TRANSITION-TWICE", "changes/1")),
        ([change("1.1", FARM, TOWN, "1"), change("1", FARM, TOWN, "1")], ("TRANSITION-BESIDE-PART", "changes/1.1")),
        ([change("a..b", FARM, TOWN, "1")], ("TRANSITION-ID", "changes/a..b")),
    ],
)
def test_changes_that_cannot_be_are_refused(changes: list[Change], told: tuple[str, str]) -> None:
    assert told in seen(refused(lambda: annual(changes, stocks(C02="10", C06="1"))))


def test_more_left_than_there_was_says_how_much() -> None:
    (told,) = refused(lambda: annual([change("1", FARM, TOWN, "10.5")], stocks(C02="10", C06="0")))
    assert (told.found, told.expected, told.difference) == ("10.5", "10", "0.5")
    assert told.text("zh") == "地类 C02 转出 10.5,多于期初面积 10,多出 0.5。"


def test_an_opening_that_is_no_area_is_refused() -> None:
    assert seen(refused(lambda: annual([], stocks(C02="-1")))) == [("TRANSITION-AREA", "opening/C02")]


# --- gross and end to end ---


def transit() -> tuple[list[Transition], Transition]:
    """A patch of 10 hm² that goes farmland → other land → town, beside 90 hm² of farmland that stays."""
    first, middle, last = (patches(f"1 {code} 10", "2 C02 90") for code in (FARM, OTHER, TOWN))
    return [between(first, middle), between(middle, last)], between(first, last)


def test_a_transit_patch_counts_twice_in_the_years_and_once_end_to_end() -> None:
    years, tenure = transit()
    flows = gross(years)
    assert flows == {(FARM, OTHER): 10, (OTHER, TOWN): 10}
    assert sum(flows.values()) == 20
    assert tenure.cells == {(FARM, FARM): 90, (FARM, TOWN): 10}
    assert sum(additions(tenure.cells).values()) == 10
    # net: farmland 0 - 10, other 10 - 10, town 10 - 0; the same on both ways
    assert (additions(flows), reductions(flows)) == ({TOWN: 10, OTHER: 10}, {FARM: 10, OTHER: 10})
    assert check_gross(flows, tenure) == ()


def test_shares_of_the_years_multiplied_are_not_the_tenure() -> None:
    # Other land has 10 hm² of its own that stays. As shares, year 2 sends half of all other land to town: 5 of the transit's 10,
    # and 5 of the land that never moved. Patches say 10 and 0. This is why nothing here chains matrices.
    first, middle, last = (patches(f"1 {code} 10", "2 C09 10") for code in (FARM, OTHER, TOWN))
    second = between(middle, last)
    share = second.cells[OTHER, TOWN] / second.opening()[OTHER]
    assert between(first, middle).cells[FARM, OTHER] * share == 5
    assert between(first, last).cells == {(FARM, TOWN): 10, (OTHER, OTHER): 10}


def test_a_year_that_lacks_is_found() -> None:
    years, tenure = transit()
    found = check_gross(gross(years[:1]), tenure, place=Place(key="990121/2016-2018"))
    assert [(f.code, f.place.key, f.found, f.expected, f.difference) for f in found] == [
        ("TRANSITION-GROSS-IN", "990121/2016-2018/gross/C06", "0", "10", "-10"),
        ("TRANSITION-NET", "990121/2016-2018/gross/C06", "0", "10", "-10"),
        ("TRANSITION-NET", "990121/2016-2018/gross/C09", "10", "0", "10"),
    ]
    assert found[0].text("en") == (
        "Class C06: over the years 0 came to it, less than the 10 between the first and the last date; the gap is -10."
    )


def test_boundary_flows_are_tried_too() -> None:
    # end to end 3 hm² leave as town, the years know nothing of it
    tenure = between(patches("1 C06 3"), [], lost=patches("1 C06 3"))
    found = check_gross(gross([annual([], stocks(C06="3"))]), tenure)
    assert seen(found) == [
        ("TRANSITION-GROSS-OUT", "gross/C06"), ("TRANSITION-NET", "gross/C06"), ("TRANSITION-GROSS-IN", "gross/outside")
    ]  # fmt: skip
    assert found[2].text("zh").startswith("域外:")


def test_the_flows_of_no_years_are_unknown() -> None:
    with pytest.raises(ValueError, match="unknown, not zero"):
        gross([])


# --- histories ---


@dataclass
class History:
    """Tables of every date; what changed, came and left in every year."""

    tables: list[list[Patch]]
    changes: list[list[Change]] = field(default_factory=list)
    gained: list[list[Patch]] = field(default_factory=list)
    lost: list[list[Patch]] = field(default_factory=list)


def areas() -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=0, max_value=10_000, places=4)


@st.composite
def cuts(draw: st.DrawFn, patch: Patch) -> list[Patch]:
    """The piece itself or, now and then, two or three parts that add up to it."""
    count = draw(st.sampled_from((1, 1, 1, 2, 3)))
    if count == 1:
        return [patch]
    units = int(patch.area * 10_000)
    marks = sorted(draw(st.lists(st.integers(0, units), min_size=count - 1, max_size=count - 1)))
    sizes = [b - a for a, b in zip([0, *marks], [*marks, units], strict=True)]
    return [Patch(f"{patch.id}.{n}", patch.land_class, Decimal(size) / 10_000) for n, size in enumerate(sizes, 1)]


@st.composite
def histories(draw: st.DrawFn) -> History:
    start = draw(st.lists(st.tuples(st.sampled_from(CLASSES), areas()), max_size=5))
    history = History([[Patch(str(n), code, area) for n, (code, area) in enumerate(start)]])
    for year in range(3):
        now: list[Patch] = []
        changed: list[Change] = []
        gone: list[Patch] = []
        for piece in [part for patch in history.tables[-1] for part in draw(cuts(patch))]:
            end = draw(st.sampled_from((piece.land_class, piece.land_class, *CLASSES, OUTSIDE)))
            if end is OUTSIDE:
                gone.append(piece)
            else:
                now.append(Patch(piece.id, end, piece.area))
            if end != piece.land_class:
                changed.append(Change(piece.id, piece.land_class, end, draw(st.sampled_from(("human", "natural"))), piece.area))
        new = [Patch(f"g{year}_{n}", *draw(st.tuples(st.sampled_from(CLASSES), areas()))) for n in range(draw(st.integers(0, 2)))]
        changed += [Change(patch.id, OUTSIDE, patch.land_class, "adjustment", patch.area) for patch in new]
        history.tables.append(draw(st.permutations(now + new)))
        history.changes.append(draw(st.permutations(changed)))
        history.gained.append(new)
        history.lost.append(gone)
    return history


def with_land(cells: Cells) -> dict[Key, Decimal]:
    return {key: area for key, area in cells.items() if area}


def held(table: Iterable[Patch]) -> dict[str, Decimal]:
    """The area of every class, also of one without land."""
    found = dict.fromkeys(CLASSES, Decimal(0))
    for patch in table:
        found[patch.land_class] += patch.area
    return found


def whole(matrix: Transition) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Rows and columns of every class, without OUTSIDE."""
    return tuple({code: sums.get(code, Decimal(0)) for code in CLASSES} for sums in (matrix.opening(), matrix.closing()))


def years_of(h: History) -> list[Transition]:
    return [between(h.tables[n], h.tables[n + 1], gained=h.gained[n], lost=h.lost[n]) for n in range(3)]


def together(tables: Iterable[Iterable[Patch]]) -> list[Patch]:
    return [patch for table in tables for patch in table]


def tenure_of(h: History) -> Transition:
    return between(h.tables[0], h.tables[3], gained=together(h.gained), lost=together(h.lost))


@given(histories())
def test_rows_are_the_opening_and_columns_the_closing(h: History) -> None:
    for n, matrix in enumerate(years_of(h)):
        assert whole(matrix) == (held(h.tables[n]), held(h.tables[n + 1]))
        assert reductions(matrix.cells).get(OUTSIDE, 0) == sum(patch.area for patch in h.gained[n])
        assert additions(matrix.cells).get(OUTSIDE, 0) == sum(patch.area for patch in h.lost[n])
        assert sorted(id for ids in matrix.pieces.values() for id in ids) == sorted(p.id for p in h.tables[n + 1] + h.lost[n])
    assert whole(tenure_of(h)) == (held(h.tables[0]), held(h.tables[3]))


@given(histories())
def test_net_is_the_same_and_gross_no_less_than_end_to_end(h: History) -> None:
    flows, tenure = gross(years_of(h)), tenure_of(h)
    assert check_gross(flows, tenure) == ()
    once = sum(area for (start, end), area in tenure.cells.items() if start != end)
    assert sum(flows.values()) >= once
    came, left = additions(flows), reductions(flows)
    first, last = held(h.tables[0]), held(h.tables[3])
    assert all(came.get(code, 0) - left.get(code, 0) == last[code] - first[code] for code in CLASSES)


@given(histories())
def test_changes_and_tables_make_the_same_matrix(h: History) -> None:
    for n, matrix in enumerate(years_of(h)):
        listed = annual(h.changes[n], held(h.tables[n]))
        assert with_land(listed.cells) == with_land(matrix.cells)
        off = {key: ids for key, ids in matrix.pieces.items() if key[0] != key[1]}
        assert listed.pieces == off
        total: dict[Key, Decimal] = {}
        for cells in by_cause(listed).values():
            total |= {key: total.get(key, Decimal(0)) + area for key, area in cells.items()}
        assert total == {key: matrix.cells[key] for key in off}


@given(h=histories(), data=st.data())
def test_the_order_of_rows_does_not_matter(h: History, data: st.DataObject) -> None:
    opening, closing = (data.draw(st.permutations(table)) for table in (h.tables[0], h.tables[3]))
    gained, lost = (data.draw(st.permutations(together(tables))) for tables in (h.gained, h.lost))
    found, expected = between(opening, closing, gained=gained, lost=lost), tenure_of(h)
    assert list(found.cells.items()) == list(expected.cells.items())
    assert list(found.pieces.items()) == list(expected.pieces.items())


@given(h=histories(), data=st.data())
def test_a_piece_left_out_or_changed_by_a_little_is_always_found(h: History, data: st.DataObject) -> None:
    table = h.tables[3]
    if not table:
        return
    n = data.draw(st.integers(0, len(table) - 1))
    more = Patch(table[n].id, table[n].land_class, table[n].area + Decimal("0.0001"))
    gained, lost = together(h.gained), together(h.lost)
    wrong = [[*table[:n], more, *table[n + 1 :]], [*table, table[n]]]
    if table[n].area:  # a part without area may be left out
        wrong.append(table[:n] + table[n + 1 :])
    for closing in wrong:
        assert refused(lambda closing=closing: between(h.tables[0], closing, gained=gained, lost=lost))


# --- messages ---


def test_every_message_of_transitions_is_tested_here() -> None:
    words = tomllib.loads(files("gep.base").joinpath("messages/transition.toml").read_text(encoding="utf-8"))
    with open(__file__, encoding="utf-8") as file:
        text = file.read()
    assert words
    assert [code for code in words if not code.startswith("TRANSITION-") or f'"{code}"' not in text] == []
