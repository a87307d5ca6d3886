"""The transition matrix: what land was at the opening and what it is at the closing, patch by patch (table LM-01).

A matrix is read off patches (图斑), and each cell keeps the list of its own. There is no way here from totals of classes to a
matrix: many matrices have the same totals, and one filled in by proportion or by iteration (RAS) is made up and proves nothing.

Land outside the area of the account is the class None (`OUTSIDE`): the row F98 of the table for what came in, the column T98 for
what went out. Areas are of one unit, which the caller knows, and are exact: nothing here rounds and nothing has a tolerance.

Pieces are followed by their ids. A piece that is cut keeps its id in its parts: `17` becomes `17.1` and `17.2`, `17.2` becomes
`17.2.1` and `17.2.2`. So every piece has one origin: itself or the nearest id above it, found by cutting the last part off.

Identities: a row adds up to the opening area of its class, a column to the closing area, and the closing less the opening is what
came to the class less what left it (SEEA Central Framework 2012, land cover change matrix).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow, localcontext
from functools import wraps
from typing import ParamSpec, TypeAlias, TypeVar

from gep.base.findings import Finding, Place, Refused, finding

LandClass: TypeAlias = str | None
Key: TypeAlias = tuple[LandClass, LandClass]
Cells: TypeAlias = Mapping[Key, Decimal]

OUTSIDE: LandClass = None
NOWHERE = Place()

_ZERO = Decimal(0)
_EXACT = Context(prec=1000, traps=[DivisionByZero, Inexact, InvalidOperation, Overflow])
_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Patch:
    """One piece of land at one date: its id, the code of its class, its area."""

    id: str
    land_class: str
    area: Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """One piece that changed within a year: its class at the opening and at the closing (None: outside), the cause, the area."""

    id: str
    from_class: LandClass
    to_class: LandClass
    cause: str
    area: Decimal


@dataclass(frozen=True, slots=True)
class Transition:
    """A matrix: the area of every cell (from, to) that has one, unchanged land on the diagonal, OUTSIDE last.

    `pieces` holds the ids under each cell, sorted, as they are at the closing. A table of changes does not list what stayed, so
    the diagonal of `annual` has none. `causes` holds the changes of `annual` by (from, to, cause); None where no cause is known.
    """

    cells: Cells
    pieces: Mapping[Key, tuple[str, ...]]
    causes: Mapping[tuple[LandClass, LandClass, str], Decimal] | None = None

    def opening(self) -> Mapping[LandClass, Decimal]:
        """The sum of every row: the opening area of the class; of OUTSIDE, what came in."""
        return _added((start, area) for (start, _), area in self.cells.items())

    def closing(self) -> Mapping[LandClass, Decimal]:
        """The sum of every column: the closing area of the class; of OUTSIDE, what went out."""
        return _added((end, area) for (_, end), area in self.cells.items())


def _exactly(work: Callable[_P, _R]) -> Callable[_P, _R]:
    """Work with sums of as many digits as they need, whatever the context of the caller; decimal.Inexact if 1000 do not do."""

    @wraps(work)
    def exact(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with localcontext(_EXACT):
            return work(*args, **kwargs)

    return exact


@_exactly
def between(
    opening: Iterable[Patch],
    closing: Iterable[Patch],
    *,
    gained: Iterable[Patch] = (),
    lost: Iterable[Patch] = (),
    place: Place = NOWHERE,
) -> Transition:
    """The matrix between two dates, whatever lies between them, by following every piece of the closing table to its origin.

    `gained` are the pieces that came into the area in between, as they were when they came; `lost` those that left it, as they
    were when they left. Both are declared with their areas, because a piece may be cut before it leaves or after it has come;
    their class at that moment is not used. What came and left again is in no cell. The order of the rows does not matter.

    Raises Refused with every finding, its key after that of `place`: of the tables themselves (an area below 0 or not finite, an
    id or a class that is missing, a piece twice, a piece beside a part of itself), and if there is none of these, of following
    (parts that do not add up, a piece that comes from nowhere or is gone, pieces joined under an id above them).
    """
    starts, at_start = _side({"opening": opening, "gained": gained}, place)
    ends, at_end = _side({"closing": closing, "lost": lost}, place)
    _refuse([*at_start, *at_end])
    origins = {id: _origin(id, starts) for id in ends}
    _refuse([*_not_followed(starts, ends, origins, place), *_not_adding_up(starts, ends, origins, place)])
    was = {id: OUTSIDE if table == "gained" else patch.land_class for id, (table, patch) in starts.items()}
    became = {id: OUTSIDE if table == "lost" else patch.land_class for id, (table, patch) in ends.items()}
    keys = {id: (was[origin], became[id]) for id, origin in origins.items() if origin is not None}
    inside = {id: key for id, key in keys.items() if key != (OUTSIDE, OUTSIDE)}
    cells = _added((key, ends[id][1].area) for id, key in inside.items())
    return Transition(cells, _listed((key, id) for id, key in inside.items()))


@_exactly
def annual(changes: Iterable[Change], opening: Mapping[str, Decimal], *, place: Place = NOWHERE) -> Transition:
    """The matrix of one year from the pieces that changed and the opening area of every class; causes are kept.

    The diagonal is the opening less what left. `opening` names every class of the account: a class that had no land says 0. A
    piece of which parts went different ways stands as its parts, not twice.

    Raises Refused with every finding: what `between` finds in a table, a change to the same class or from outside to outside, a
    class that the opening does not name, more land leaving a class than it had.
    """
    listed = sorted(changes, key=lambda c: (c.id, _last(c.from_class), _last(c.to_class), c.cause, _order(c.area)))
    findings = [told for change in listed for told in _change_faults(change, opening, place)]
    findings += _id_faults([(c.id, "changes") for c in listed], place)
    findings += [
        finding("TRANSITION-AREA", _at(place, "opening", code), found=_plain(area), holes={"piece": code})
        for code, area in sorted(opening.items())
        if not _is_area(area)
    ]
    _refuse(findings)
    moved = _added(((c.from_class, c.to_class), c.area) for c in listed)
    left = reductions(moved)
    stayed = {(code, code): area - left.get(code, _ZERO) for code, area in opening.items()}
    _refuse(
        finding(
            "TRANSITION-MORE-LEFT",
            _at(place, "changes", code),
            found=_plain(left[code]),
            expected=_plain(opening[code]),
            difference=_plain(-stayed[code, code]),
            holes={"land_class": code},
        )
        for code in sorted(opening)
        if stayed[code, code] < 0
    )
    causes: dict[tuple[LandClass, LandClass, str], Decimal] = defaultdict(Decimal)
    for c in sorted(listed, key=lambda c: (_last(c.from_class), _last(c.to_class), c.cause)):
        causes[c.from_class, c.to_class, c.cause] += c.area
    pieces = _listed([((c.from_class, c.to_class), c.id) for c in listed])
    return Transition(_added([*stayed.items(), *moved.items()]), pieces, dict(causes))


def by_cause(transition: Transition) -> Mapping[str, Cells]:
    """The cells off the diagonal for every cause; over the causes they add up to those of the matrix.

    With `additions` and `reductions` they fill the rows R21 to R23 and R31 to R33 of LA-01. ValueError for a matrix that knows no
    causes: two tables of patches say what became of a piece and not why.
    """
    if transition.causes is None:
        raise ValueError("a matrix between two tables of patches knows no causes")
    found: dict[str, dict[Key, Decimal]] = defaultdict(dict)
    for (start, end, cause), area in transition.causes.items():
        found[cause][start, end] = area
    return {cause: found[cause] for cause in sorted(found)}


def additions(cells: Cells) -> Mapping[LandClass, Decimal]:
    """What came to each class: its column without the diagonal, boundary gain with it; of OUTSIDE, what went out."""
    return _added((end, area) for (start, end), area in cells.items() if start != end)


def reductions(cells: Cells) -> Mapping[LandClass, Decimal]:
    """What left each class: its row without the diagonal, boundary loss with it; of OUTSIDE, what came in."""
    return _added((start, area) for (start, end), area in cells.items() if start != end)


def gross(years: Iterable[Transition]) -> Cells:
    """The gross flows of several years: every cell off the diagonal, added up over their matrices.

    This is not the matrix of the tenure. Land that goes from farmland to other land in one year and to building land in the next
    is two flows here and one in `between` the first and the last date. Only the net change of a class adds up over years.
    Nor does a product of the years' matrices, as shares, give that of the tenure: it takes each year's land to have no memory,
    so that land new in its class would move on like all the rest. So there is no function that chains matrices; for a tenure,
    call `between` with its first and last tables and publish both.

    ValueError for no matrices: the flows of no years are unknown and not zero.
    """
    matrices = list(years)
    if not matrices:
        raise ValueError("no matrices: their flows are unknown, not zero")
    return _added((key, area) for matrix in matrices for key, area in matrix.cells.items() if key[0] != key[1])


@_exactly
def check_gross(annual_sum: Cells, end_to_end: Transition, *, place: Place = NOWHERE) -> tuple[Finding, ...]:
    """Whether the gross flows of the years (`gross`) can go with the matrix of the same tenure (`between`).

    For every class at least as much left over the years, and at least as much came, as from end to end, and the net change is the
    same. For OUTSIDE only the first two are tried, its net change follows from the others. Single cells are not comparable: the
    cell of a transit may be empty in every year. A finding says what was found, what was expected and the gap.
    """
    yearly = (reductions(annual_sum), additions(annual_sum))
    tenure = (reductions(end_to_end.cells), additions(end_to_end.cells))
    findings = []
    for code in sorted({key for flows in (*yearly, *tenure) for key in flows}, key=_last):
        out, into = (flows.get(code, _ZERO) for flows in yearly)
        tenure_out, tenure_into = (flows.get(code, _ZERO) for flows in tenure)
        tried = [
            ("TRANSITION-GROSS-OUT", out, tenure_out, out >= tenure_out),
            ("TRANSITION-GROSS-IN", into, tenure_into, into >= tenure_into),
            ("TRANSITION-NET", into - out, tenure_into - tenure_out, code is OUTSIDE or into - out == tenure_into - tenure_out),
        ]
        findings += [
            finding(
                message,
                _at(place, "gross", code or "outside"),
                found=_plain(found),
                expected=_plain(expected),
                difference=_plain(found - expected),
                holes={"class_zh": code or "域外", "class_en": code or "outside"},
            )
            for message, found, expected, holds in tried
            if not holds
        ]
    return tuple(findings)


def _side(tables: Mapping[str, Iterable[Patch]], place: Place) -> tuple[dict[str, tuple[str, Patch]], list[Finding]]:
    """The pieces of one date by id, each with the name of its table, and what is wrong with them as they stand."""
    rows = [(name, patch) for name, table in tables.items() for patch in table]
    rows.sort(key=lambda row: (row[1].id, row[0], row[1].land_class, _order(row[1].area)))
    findings = [told for name, p in rows for told in _row_faults(name, p.id, p.area, [p.land_class], place)]
    findings += _id_faults([(patch.id, name) for name, patch in rows], place)
    return {patch.id: (name, patch) for name, patch in rows}, findings


def _row_faults(table: str, id: str, area: Decimal, classes: Iterable[LandClass], place: Place) -> Iterator[Finding]:
    if not all(id.split(".")):
        yield finding("TRANSITION-ID", _at(place, table, id), found=id)
    if "" in classes:
        yield finding("TRANSITION-NO-CLASS", _at(place, table, id), found=id)
    if not _is_area(area):
        yield finding("TRANSITION-AREA", _at(place, table, id), found=_plain(area), holes={"piece": id})


def _change_faults(change: Change, opening: Mapping[str, Decimal], place: Place) -> Iterator[Finding]:
    classes = [change.from_class, change.to_class]
    yield from _row_faults("changes", change.id, change.area, classes, place)
    where = _at(place, "changes", change.id)
    if change.from_class == change.to_class:
        yield finding("TRANSITION-NO-CHANGE", where, found=change.id)
    for code in sorted({code for code in classes if code} - set(opening)):
        yield finding("TRANSITION-NO-OPENING", where, found=code, holes={"piece": change.id})


def _id_faults(rows: Iterable[tuple[str, str]], place: Place) -> Iterator[Finding]:
    """Of (id, table) in order: ids that stand twice, and ids beside one above them."""
    seen: dict[str, str] = {}
    twice: set[str] = set()
    for id, table in rows:
        if id in seen and id not in twice:
            twice.add(id)
            yield finding("TRANSITION-TWICE", _at(place, table, id), found=id)
        seen[id] = table
    for id, table in seen.items():
        above = _origin(_cut(id), seen)
        if above is not None:
            yield finding("TRANSITION-BESIDE-PART", _at(place, table, id), found=id, expected=above)


def _not_followed(
    starts: Mapping[str, tuple[str, Patch]],
    ends: Mapping[str, tuple[str, Patch]],
    origins: Mapping[str, str | None],
    place: Place,
) -> Iterator[Finding]:
    """Pieces without origin, pieces that nothing comes from, and those that were joined under an id above them."""
    over = {id: _origin(_cut(id), ends) for id in sorted(set(starts) - set(origins.values()))}
    joined = _listed((above, id) for id, above in over.items() if above is not None)
    for id in sorted(id for id, origin in origins.items() if origin is None):
        where = _at(place, ends[id][0], id)
        if id in joined:
            yield finding("TRANSITION-JOINED", where, found=id, expected=", ".join(joined[id]))
        else:
            yield finding("TRANSITION-APPEARS", where, found=id)
    for id in (id for id, above in over.items() if above is None):
        yield finding("TRANSITION-GONE", _at(place, starts[id][0], id), found=id)


def _not_adding_up(
    starts: Mapping[str, tuple[str, Patch]],
    ends: Mapping[str, tuple[str, Patch]],
    origins: Mapping[str, str | None],
    place: Place,
) -> Iterator[Finding]:
    """Origins whose area is not that of what came from them."""
    parts = _listed((origin, id) for id, origin in origins.items() if origin is not None)
    for id, ids in sorted(parts.items()):
        table, start = starts[id]
        found = sum((ends[part][1].area for part in ids), _ZERO)
        if found != start.area:
            yield finding(
                "TRANSITION-AREA-SUM",
                _at(place, table, id),
                found=_plain(found),
                expected=_plain(start.area),
                difference=_plain(found - start.area),
                holes={"piece": id, "parts": ", ".join(ids)},
            )


def _origin(id: str, among: Collection[str]) -> str | None:
    """The id itself or the nearest one above it that is `among` them."""
    while id and id not in among:
        id = _cut(id)
    return id or None


def _cut(id: str) -> str:
    """The id without its last part; empty if it has only one."""
    return id.rpartition(".")[0]


_K = TypeVar("_K", LandClass, Key)
_L = TypeVar("_L", str, Key)


@_exactly
def _added(rows: Iterable[tuple[_K, Decimal]]) -> dict[_K, Decimal]:
    """Areas by key added up, the keys in order and OUTSIDE last."""
    found: dict[_K, Decimal] = defaultdict(Decimal)
    for key, area in rows:
        found[key] += area
    return {key: found[key] for key in sorted(found, key=_last_of)}


def _listed(rows: Iterable[tuple[_L, str]]) -> dict[_L, tuple[str, ...]]:
    """Ids by key, sorted, the keys in order and OUTSIDE last."""
    found: dict[_L, list[str]] = defaultdict(list)
    for key, id in rows:
        found[key].append(id)
    return {key: tuple(sorted(found[key])) for key in sorted(found, key=_last_of)}


def _last_of(key: LandClass | Key) -> tuple[tuple[bool, str], ...]:
    return tuple(map(_last, key)) if isinstance(key, tuple) else (_last(key),)


def _last(code: LandClass) -> tuple[bool, str]:
    """What sorts a class by its code, OUTSIDE behind all of them."""
    return code is None, code or ""


def _is_area(area: Decimal) -> bool:
    return area.is_finite() and area >= 0


def _order(area: Decimal) -> tuple[bool, Decimal]:
    """What sorts areas among which one may be no number."""
    return (True, area) if area.is_finite() else (False, _ZERO)


def _plain(area: Decimal) -> str:
    return format(area, "f")


def _at(place: Place, table: str, id: str) -> Place:
    """The place of a piece or class: its table and id behind the key of the caller, so that findings of two areas differ."""
    return replace(place, key="/".join(part for part in (place.key, table, id) if part))


def _refuse(findings: Iterable[Finding]) -> None:
    told = tuple(findings)
    if told:
        raise Refused(told)
