"""How each ledger of an audit is cut for paper: its parts, what tells that nothing changed, what is told once for a group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gep.base.records import Names
from gep.report.form import BLANK, Cell, Form, Line

Which = Callable[[Form, Line], bool]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a ledger that is a table of its own on paper: which of its columns (`y*`: the last of those with a year), which
    of its lines, and whether it has the remarks of what did not change."""

    names: Names
    columns: tuple[str, ...]
    which: Which
    asides: bool = False


@dataclass(frozen=True, slots=True)
class Still:
    """How a ledger tells that a stock did not change. `ends`: its two stocks; `moved`: columns that hold what changed them.

    `through`: the beginning of the columns between the ends, which equal them where nothing changed. `unaccounted`: stocks that
    no row accounts for are told by their ends alone.
    """

    ends: tuple[str, str]
    moved: tuple[str, ...]
    through: str = ""
    unaccounted: bool = False


def at(form: Form, line: Line, column: str) -> Cell:
    """The cell of a line, blank where the ledger has no such column."""
    return form.at.get((line.code, column), BLANK)


def holds(*columns: str) -> Which:
    """Lines in which one of these columns says something."""
    return lambda form, line: any(at(form, line, c).kind not in ("blank", "not_applicable") for c in columns)


def moved(*columns: str) -> Which:
    """Lines in which one of these columns holds a text, a number that is not zero, or one that is missing."""
    return lambda form, line: any(c.exact or c.kind in ("text", "missing") for c in (at(form, line, name) for name in columns))


def numbered(*columns: str) -> Which:
    """Lines that have a place for a stock: one of these columns is not blank."""
    return lambda form, line: any(at(form, line, c).kind != "blank" for c in columns)


def coded(*begins: str) -> Which:
    return lambda form, line: line.code.startswith(begins)


def others(*begins: str) -> Which:
    return lambda form, line: not line.code.startswith(begins)


def every(form: Form, line: Line) -> bool:
    return True


def beside(heading: str, headings: Sequence[str]) -> bool:
    """Whether the stocks under a heading are left to the workbook."""
    if heading.startswith(BESIDE):
        return True
    table = heading.removesuffix(SURVEYED)
    return heading.endswith(SURVEYED) and any(h != heading and h.startswith(table) for h in headings)


STOCKS = numbered("open_qty", "close_obs")  # lines of DA-01 with a place for what there was at either end
ALL = ("*",)  # all columns but those omitted
FLOWS = ("add_h", "add_n", "add_a", "red_h", "red_n", "red_a", "other", "diff")
PARTS = ("local_human", "policy", "historical", "natural", "adjustment", "price", "method", "unattributed")
DECIDED = ("loss", "decided_net", "decided_loss", "at_most")
STILL: Mapping[str, Still] = {
    "DA-01": Still(("open_qty", "close_obs"), FLOWS, unaccounted=True),
    "CP": Still(("opening", "closing"), ("change",), through="y"),
    "AT": Still(("opening", "closing"), (*PARTS, *DECIDED)),
}
# columns of words that are alike for all stocks of a table: told once under its heading
BY_GROUP: Mapping[str, tuple[str, ...]] = {"DA-01": ("open_basis", "close_basis"), "CP": ("breaks",)}
# columns that only lead elsewhere or say again what stands there
OMITTED: Mapping[str, tuple[str, ...]] = {
    "DA-01": ("item_id", "code", "close_qty", "net_h", "vintage"),
    "DA-02": ("block",),
    "CP": ("code", "vintage"),
    "AT": ("code", "vintage"),
    "EV": ("asset", "amount", "note"),
}
# ledgers that leave tables to the workbook which state again, in another classification or as an input, what others hold
BESIDE_IN = ("DA-01", "CP", "AT")
BESIDE = ("of.EC-", "of.SC-", "of.LQ-02", "of.VP-", "of.WU-")
SURVEYED = ".R60"  # of a table whose closing stocks stand there already
# letters of a text that are printed; the workbook has all of it
SHORT: Mapping[str, Mapping[str, int]] = {
    "EV": {"name": 26, "document": 40},
    "AT": {"events": 60},
    "SU": {"figures": 110},
    "EX": {"because": 160},
}
PIECES: Mapping[str, tuple[Piece, ...]] = {
    "DA-01": (
        Piece(
            Names("存量账户", "accounts of the stocks"),
            ("name", "unit", "open_qty", *FLOWS[:7], "close_obs", "diff"),
            STOCKS,
            asides=True,
        ),
        Piece(
            Names("目标、未整改事项和证据", "targets, open items and evidence"),
            ("name", "unit", "close_obs", "target", "gap", "open_issues", "evidence_ids"),
            lambda form, line: STOCKS(form, line) and holds("target", "open_issues", "evidence_ids")(form, line),
        ),
        Piece(Names("移交事项", "matters handed over"), ALL, lambda form, line: not STOCKS(form, line)),
    ),
    "DA-02": (
        Piece(
            Names("各项得分", "scores by item"),
            (
                "l2",
                "l1",
                "max_score",
                "maximum",
                "open_value",
                "close_value",
                "target_value",
                "deduction",
                "bonus",
                "before",
                "score",
                "standing",
            ),
            others("foot."),
        ),
        Piece(
            Names("规则、取用数据和依据", "rules, figures used and grounds"),
            (
                "l2",
                "direction",
                "deduct_rule",
                "inputs",
                "deduct_events",
                "bonus_words",
                "attribution",
                "responsibility",
                "evidence_ids",
            ),
            others("foot."),
        ),
        Piece(Names("计算过程与结果", "how the total comes about"), ("l2", "id", "score", "standing"), coded("foot.")),
    ),
    "CP": (
        Piece(
            Names("任初、各年末、任末", "opening, year-ends, closing"),
            ("name", "unit", "opening", "y*", "closing", "change", "relative", "before", "within"),
            every,
            asides=True,
        ),
        Piece(
            Names("目标与可比地区", "targets and peers"),
            ("name", "unit", "closing", "target", "own", "median", "rank"),
            lambda form, line: holds("target")(form, line) or moved("own")(form, line),
        ),
    ),
    "AT": (
        Piece(
            Names("变动归因", "attribution of the change"),
            ("name", "unit", "opening", *PARTS, "closing", "open"),
            every,
            asides=True,
        ),
        Piece(
            Names("责任口径", "by responsibility"),
            ("name", "unit", "local_human", *DECIDED, "events"),
            moved(*DECIDED, "events"),
        ),
    ),
    "EV": (
        Piece(
            Names("按生效日和决定日", "by effect and by decision"),
            (
                "name",
                "unit",
                "id",
                "decision",
                "effect",
                "decided_by",
                "by_effect",
                "by_decision",
                "attribution",
                "document",
                "evidence",
            ),
            every,
        ),
    ),
    "RL-01": (
        Piece(
            Names("面积与三项检验", "areas and the three tests"),
            (
                "patch_id",
                "county",
                "type",
                "area_open",
                "gained",
                "approved",
                "unapproved",
                "area",
                "function",
                "area_kept",
                "nature",
                "issue_id",
            ),
            numbered("area_open", "area"),
        ),
        Piece(
            Names("功能、期间和批准", "function, validity and approvals"),
            (
                "patch_id",
                "share_open",
                "natural_share",
                "index_open",
                "func_index",
                "basis",
                "valid_from",
                "valid_to",
                "adj_doc",
                "rows",
            ),
            numbered("area_open", "area"),
        ),
        Piece(
            Names("人类活动", "human activity"),
            ("patch_id", "activity", "activity_open", "activity_area", "course", "legal", "issue_id"),
            holds("activity_open", "activity_area", "course"),
        ),
    ),
}
