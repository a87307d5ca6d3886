"""LM, moves of land over the term: the changes of its years added up, what became of the land end to end, and the difference.

A move that was undone within the term, or that went on to a third class, stands in the sum of the years and not from end to end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from gep.accounts.transition import OUTSIDE, Key, LandClass
from gep.base.records import Names
from gep.base.states import exact_sum
from gep.report.form import BLANK, Cell, Column, Form, Line, Made, Ref, Stored, Term
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import CODE, ITEM, amount, flow_figures, form
from gep.workflow.audit.term_land import LandMoves, land_moves, moved_keys
from gep.workflow.forms.lists import heading, said
from gep.workflow.transitions import MEASURE, TABLE

NAME = Names("任期地类转移台账", "Moves of land over the term")
UNIT, CLASSES = "hm2", "la01"
ALL = Names("合计", "Total")
EDGE = Names("区域以外", "outside the area")
GROSS, END, DIFFERENCE = "gross", "end", "difference"
BLOCKS: Mapping[str, Names] = {
    GROSS: Names("各年变化合计（行：变化前；列：变化后）", "Changes of the years added up (rows: before; columns: after)"),
    END: Names("任期两端对比（行：任初；列：任末）", "From end to end of the term (rows: opening; columns: closing)"),
    DIFFERENCE: Names("差额＝各年变化合计－两端对比", "Difference = changes of the years − from end to end"),
}
MEANING = Names(
    "差额为正：任期内转出后又转回，或又转为第三类；为负：经由第三类转入。空格为没有转移。面积单位为公顷。",
    "A positive difference went back within the term or on to a third class; a negative one came by way of a third class. "
    "A blank is no move. Areas are in hectares.",
)
SURVEY = Names("调查重述的面积不是地类转移，不计入。", "Areas that a survey re-stated are no moves and are left out.")
NOTHING = Names("账册没有地类转移矩阵（LM-01）。", "The book has no matrix of moves of land (LM-01).")
UNKNOWN = Names(
    "任期内有年度的地类转移未知，各年变化合计不能得出。",
    "The moves of a year of the term are unknown, and so is the sum of its years.",
)


def forms(case: Case) -> Iterator[Form]:
    """The matrix of a term; nothing where the scheme has no such table."""
    if TABLE not in case.ground.layouts:
        return
    moves = land_moves(case.ground.book, case.account, case.region)
    classes = _classes(moves)
    columns = _columns(case, classes)
    lines = [line for block in BLOCKS for line in _block(case, block, moves, classes)]
    notes = [MEANING, SURVEY] if lines else [NOTHING] if not _told(case) else []
    if moves.gross is None and _told(case):
        notes.append(UNKNOWN)
    notes += [Names(f.text("zh"), f.text("en")) for f in moves.findings if _told(case)]
    yield form(case, (case.form_id("LM"), "LM", NAME), columns, lines, notes, section="asset")


def _told(case: Case) -> bool:
    """Whether the account of the term has moves of land at all."""
    return bool(moved_keys(case.account, case.region))


def _classes(moves: LandMoves) -> tuple[LandClass, ...]:
    """The classes that land came from or went to, or that stayed, in order; outside of the area last."""
    found = {c for cells in (moves.gross, moves.end_to_end) if cells for pair in cells for c in pair}
    return tuple(sorted(found, key=lambda c: (c is OUTSIDE, c or "")))


def _names(case: Case, land_class: LandClass) -> Names:
    return EDGE if land_class is None else case.code(CLASSES, land_class)


def _columns(case: Case, classes: tuple[LandClass, ...]) -> tuple[Column, ...]:
    to = Names("变化后地类", "Class afterwards")
    return (
        ITEM,
        CODE,
        *(Column(_code(c), _names(case, c), group=(to,)) for c in classes),
        Column("total", ALL, group=(to,)),
    )


def _code(land_class: LandClass) -> str:
    return land_class or "outside"


def _block(case: Case, block: str, moves: LandMoves, classes: tuple[LandClass, ...]) -> Iterator[Line]:
    """A heading, a line for each class that land left, and the totals; no block of what is not known."""
    cells = _cells(case, block, moves)
    if not cells:
        return
    yield heading(f"of.{block}", BLOCKS[block], len(classes) + 3)
    rows = [c for c in classes if any((c, to) in cells for to in classes)]
    for start in rows:
        held = [cells.get((start, to), BLANK) for to in classes]
        line = f"{block}.{_code(start)}"
        total = _sum([(Ref(line, _code(to)), x) for to, x in zip(classes, held, strict=True)])
        names = _names(case, start)
        yield Line(line, (said(names), said(_code(start)), *held, total), "", 1)
    sums = [_sum([(Ref(f"{block}.{_code(c)}", _code(to)), cells.get((c, to), BLANK)) for c in rows]) for to in classes]
    total = _sum([(Ref(f"{block}.total", _code(to)), x) for to, x in zip(classes, sums, strict=True)])
    yield Line(f"{block}.total", (said(ALL), BLANK, *sums, total), "total", 1)


def _sum(cells: list[tuple[Ref, Cell]]) -> Cell:
    held = [(ref, cell.exact) for ref, cell in cells if cell.exact is not None]
    if not held:
        return BLANK
    return amount(exact_sum([x for _, x in held]), UNIT, made=Made("sum", tuple(Term(ref) for ref, _ in held)))


def _cells(case: Case, block: str, moves: LandMoves) -> dict[Key, Cell]:
    """The cells of a block by class before and after; none where one of what it is made of is not known."""
    if block == GROSS:
        keys = moved_keys(case.account, case.region)
        return {
            pair: amount(area, UNIT, (f for key in keys[pair] for f in flow_figures(case, MEASURE, key)))
            for pair, area in (moves.gross or {}).items()
        }
    if block == END:
        figures = _figures(moves)
        return {pair: amount(area, UNIT, (figures[pair],)) for pair, area in (moves.end_to_end or {}).items()}
    if moves.gross is None or moves.end_to_end is None:
        return {}
    found = {}
    for pair in sorted({*moves.gross, *moves.end_to_end}, key=lambda p: [c or "~" for c in p]):
        if pair[0] != pair[1]:  # land that stayed is no move
            found[pair] = _difference(pair, moves.gross.get(pair), moves.end_to_end.get(pair))
    return found


def _difference(pair: Key, gross: Decimal | None, end: Decimal | None) -> Cell:
    """What of the moves of the years does not stand from end to end; a move that one of both has none of counts zero there."""
    row, column = _code(pair[0]), _code(pair[1])
    parts = [(Term(Ref(f"{GROSS}.{row}", column)), gross), (Term(Ref(f"{END}.{row}", column), -1), end)]
    held = [(term, x) for term, x in parts if x is not None]
    return amount(exact_sum([x * term.sign for term, x in held]), UNIT, made=Made("sum", tuple(t for t, _ in held)))


def _figures(moves: LandMoves) -> dict[Key, Stored]:
    """The stored figure of each cell from end to end."""
    known = [f for f in moves.figures if f.amount is not None]
    return dict(zip(moves.end_to_end or {}, known, strict=True))
