"""What holds between the rows of an asset table, read from the rules that made it: how a cell is made, and 审核关系 as printed.

A layout has no formula. A relation is a rule whose expression is a plain sum of rows in the same column; what a rule works out
otherwise (a weighted mean, a price) is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from gep.base.findings import Place
from gep.base.records import Layout, LayoutColumn, Names
from gep.catalog.tables import dim_of, measure_id, plain_columns
from gep.rules.nodes import Bin, Name, Neg, Node
from gep.rules.parse import parse

Sign = Literal[1, -1]
Spot: TypeAlias = tuple[str, str]  # row and column
MINUS = "\u2212"
SHORTENED = 6  # terms of a sum above which those in the middle are not printed
KINDS = {"compute": "made", "second_route": "checked"}


@dataclass(frozen=True, slots=True)
class Relation:
    """row = Σ sign × row, in each of `columns`. `checked`: a second route, which holds within `tolerance` and makes no cell."""

    row: str
    terms: tuple[tuple[str, Sign], ...]
    columns: tuple[str, ...]
    kind: Literal["made", "checked"] = "made"
    tolerance: Decimal = Decimal(0)

    @property
    def adds(self) -> bool:
        """Whether it only adds up, so that its terms are parts of the row."""
        return len(self.terms) > 1 and all(sign == 1 for _, sign in self.terms)


@dataclass(frozen=True, slots=True)
class Quotient:
    """A cell that is one cell divided by another, each named by row and column; `percent`: times 100."""

    place: Spot
    over: Spot
    under: Spot
    percent: bool


def relations_of(layout: Layout, rules: Iterable[Mapping[str, Any]]) -> tuple[Relation, ...]:
    """The relations between the rows of a table, in the order of its rows; none in a matrix, whose cells are made of patches."""
    if layout.matrix:
        return ()
    places = {measure_id(layout, row.code, column): (row.code, column) for column in layout.columns for row in layout.rows}
    found = [r for rule in rules for r in _relation(layout, rule, places)]
    order = {row.code: i for i, row in enumerate(layout.rows)}
    return tuple(sorted(found, key=lambda r: (r.kind == "checked", order[r.row], r.columns)))


def _relation(layout: Layout, rule: Mapping[str, Any], places: Mapping[str, tuple[str, LayoutColumn]]) -> Iterator[Relation]:
    kind = KINDS.get(rule["kind"])
    if kind is None or rule["stands_in"] or rule["output"] not in places:
        return
    row, column = places[rule["output"]]
    rows = {}
    for given in rule["inputs"]:
        there = places.get(given["ref"]) if given["kind"] == "measure" else None
        if there is None or given["time"] != "same" or given["select"] or _part(there[1]) != _part(column):
            return
        rows[given["name"]] = there[0]
    signs = plain_sum(rule)
    if signs is None or not dict(signs).keys() <= rows.keys():
        return
    columns = _columns(layout, column, rule["domain"])
    terms = tuple((rows[name], sign) for name, sign in signs)
    tolerance = Decimal(rule["tolerance"] or 0)
    yield Relation(row, terms, columns, "made" if kind == "made" else "checked", tolerance)


def _part(column: LayoutColumn) -> str:
    """What stands in one measure: a block of columns, or a column that is a figure of the whole row."""
    return f"={column.code}" if column.scalar else column.block


def quotients_of(layout: Layout, rules: Iterable[Mapping[str, Any]]) -> tuple[Quotient, ...]:
    """The cells of a table that a rule divides by each other, where each is one cell or all the parts of one of totals."""
    places = {measure_id(layout, row.code, column): (row.code, column) for column in layout.columns for row in layout.rows}
    found = (_quotient(layout, rule, places) for rule in rules if rule["kind"] == "compute" and not layout.matrix)
    return tuple(q for q in found if q is not None)


def _quotient(layout: Layout, rule: Mapping[str, Any], places: Mapping[str, tuple[str, LayoutColumn]]) -> Quotient | None:
    row, column = places.get(rule["output"], ("", None))
    tree = parse(rule["expression"], Place(rule["file"]), {}) if column is not None and "/" in rule["expression"] else ()
    if column is None or not column.scalar or not isinstance(tree, Bin) or tree.op != "/":
        return None
    cells = {given["name"]: _cell_of(layout, given, places) for given in rule["inputs"]}
    over, under = (_one_cell(layout, _signs(side, 1), cells) for side in (tree.left, tree.right))
    unit = column.unit or layout.unit
    return None if over is None or under is None else Quotient((row, column.code), over, under, unit == "%")


def _cell_of(layout: Layout, given: Mapping[str, Any], places: Mapping[str, tuple[str, LayoutColumn]]) -> Spot | None:
    """The cell that an input reads: a figure of the row, or the column it selects."""
    there = places.get(given["ref"]) if given["kind"] == "measure" and given["time"] == "same" else None
    if there is None:
        return None
    row, column = there
    code = column.code if column.scalar else given["select"].get(dim_of(layout, column.block))
    return None if code is None else (row, code)


def _one_cell(layout: Layout, signs: list[tuple[str, Sign]] | None, cells: Mapping[str, Spot | None]) -> Spot | None:
    """The one cell of a sum of inputs: the only one, or the total of exactly these in their row."""
    found = [cells[name] for name, sign in signs or () if sign == 1 and name in cells]
    read = {cell for cell in found if cell is not None}
    if signs is None or len(read) != len(signs):
        return None
    if len(read) == 1:
        return read.pop()
    rows, columns = {row for row, _ in read}, {column for _, column in read}
    whole = next((c.code for c in layout.columns if c.total and set(c.total) == columns), None)
    return None if whole is None or len(rows) != 1 else (rows.pop(), whole)


def plain_sum(rule: Mapping[str, Any]) -> list[tuple[str, Sign]] | None:
    """The inputs of a rule with their signs if it only adds and subtracts them, each once; else None."""
    tree = parse(rule["expression"], Place(rule["file"]), {})
    signs = None if isinstance(tree, tuple) else _signs(tree, 1)
    return signs if signs is not None and len(dict(signs)) == len(signs) else None


def _signs(node: Node, sign: Sign) -> list[tuple[str, Sign]] | None:
    """The names of a plain sum with their signs; None if it is anything else."""
    match node:
        case Name():
            return [(node.id, sign)]
        case Neg():
            return _signs(node.x, -1 if sign == 1 else 1)
        case Bin(op="+" | "-"):
            left = _signs(node.left, sign)
            right = _signs(node.right, sign if node.op == "+" else (-1 if sign == 1 else 1))
            return None if left is None or right is None else [*left, *right]
        case _:
            return None


def _columns(layout: Layout, column: LayoutColumn, domain: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The columns a rule fills: those of its block, or the ones it is limited to; a total column follows from its parts."""
    if column.scalar:
        return (column.code,)
    listed = domain.get(dim_of(layout, column.block), ("*",))
    plain = [c.code for c in plain_columns(layout, column.block) if "*" in listed or c.code in listed]
    totals = [c.code for c in layout.columns if c.block == column.block and c.total] if "*" in listed else []
    return tuple(c.code for c in layout.columns if c.code in (*plain, *totals))


def depths(layout: Layout, relations: Sequence[Relation]) -> dict[str, int]:
    """How deep each row stands below the rows it is added up in; 其中 (of which) stands below the row before it."""
    above = {part: r.row for r in relations if r.kind == "made" and r.adds for part, _ in r.terms}
    found: dict[str, int] = {}
    for row in layout.rows:
        depth, code = 0, row.code
        while code in above and depth < len(layout.rows):
            depth, code = depth + 1, above[code]
        found[row.code] = depth + row.names.zh.startswith("其中")
    return found


# ---- as printed


def printed(layout: Layout, relations: Sequence[Relation], rules: Iterable[Mapping[str, Any]]) -> tuple[Names, ...]:
    """审核关系 of a table: sums of columns, sums of rows, second routes, and what its checks demand in words."""
    listed = tuple(rules)
    told = [*_column_sums(layout), *_feet(layout), *_row_sums(layout, relations), *_divided(layout, listed)]
    return tuple(dict.fromkeys([*told, *_demands(layout, listed)]))


def _divided(layout: Layout, rules: Iterable[Mapping[str, Any]]) -> Iterator[Names]:
    """`U1 = V1 ÷ A1`, once for all rows."""
    for q in quotients_of(layout, rules):
        if q.over[0] == q.under[0] == q.place[0]:
            yield _same(f"{q.place[1]} = {q.over[1]} ÷ {q.under[1]}" + (" × 100%" if q.percent else ""))


def _column_sums(layout: Layout) -> Iterator[Names]:
    for column in layout.columns:
        if column.total:
            yield _same(equation_of(column.code, [(code, 1) for code in column.total]))


def _feet(layout: Layout) -> Iterator[Names]:
    for row in foot_rows(layout):
        yield _same(equation_of(row, [(code, 1) for code in body_rows(layout)]))


def foot_rows(layout: Layout) -> tuple[str, ...]:
    """The rows of a matrix that add up those above: named as its column of totals is."""
    totals = {c.code[1:] for c in layout.columns if c.total} if layout.matrix else set()
    return tuple(row.code for row in layout.rows if row.code[1:] in totals)


def body_rows(layout: Layout) -> tuple[str, ...]:
    feet = foot_rows(layout)
    return tuple(row.code for row in layout.rows if row.code not in feet)


def _row_sums(layout: Layout, relations: Sequence[Relation]) -> Iterator[Names]:
    """One line an equation, however many blocks of columns it holds in; the columns named where it does not hold in all."""
    columns: dict[tuple[str, tuple[tuple[str, Sign], ...], Decimal], list[str]] = {}
    for r in relations:
        columns.setdefault((r.row, r.terms, r.tolerance), []).extend(c for c in r.columns)
    for (row, terms, tolerance), held in columns.items():
        scalar = any(c.scalar for c in layout.columns if c.code in held)
        whole = {c.code for c in layout.columns if (not c.rows or row in c.rows) and (scalar or not c.scalar)}
        where = [c.code for c in layout.columns if c.code in held]
        equation = equation_of(row, terms)
        within = Names(f"（允许误差 {tolerance:f}）", f" (within {tolerance:f})") if tolerance else Names("", "")
        if whole <= set(where):
            yield Names(equation + within.zh, equation + within.en)
        else:
            listed = ", ".join(_runs(where, [c.code for c in layout.columns]))
            yield Names(f"{equation}（{listed} 栏）{within.zh}", f"{equation} (columns {listed}){within.en}")


def _runs(codes: Sequence[str], order: Sequence[str]) -> list[str]:
    """Neighbouring columns as first–last."""
    runs: list[list[str]] = []
    for code in codes:
        if runs and order.index(code) == order.index(runs[-1][-1]) + 1:
            runs[-1].append(code)
        else:
            runs.append([code])
    return [run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]


def equation_of(whole: str, terms: Sequence[tuple[str, Sign]]) -> str:
    """`R40 = R10 + R20 − R30`; of a long sum the first two and the last."""
    if len(terms) > SHORTENED and all(sign == 1 for _, sign in terms):
        (first, _), (second, _), *_, (last, _) = terms
        return f"{whole} = {first} + {second} + … + {last}"
    text = "".join(f" {'+' if sign == 1 else MINUS} {code}" for code, sign in terms)
    return f"{whole} = {text.removeprefix(' + ').strip()}"


def _same(text: str) -> Names:
    return Names(text, text)


def _demands(layout: Layout, rules: Iterable[Mapping[str, Any]]) -> Iterator[Names]:
    """What the rules that only check say of the table, in the words of the rule, once however many cells it looks at."""
    for rule in rules:
        if rule["kind"] == "assert" and rule["id"].split(".")[0] == layout.id:
            yield Names(rule["names"]["zh"], rule["names"]["en"])
