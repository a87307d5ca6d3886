"""RL-01, the red-line ledger: each patch at both ends of the term, with its three tests; an offset loss is still a loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from gep.accounts.redline import WHOLE, RedLine, Total
from gep.accounts.redline_lines import ActivityLine, PatchLine
from gep.accounts.redline_patches import Patch
from gep.base.records import Names
from gep.report.form import BLANK, Cell, Column, Form, Line, Made, Ref, Term, decimal_of, evaluate, text, unit_names, words
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import Sign, added, amount, day_words, form, recorded, yes_no
from gep.workflow.forms.lists import said, worded

NAME = Names("生态保护红线台账", "Ecological red-line ledger")
OPENING, CLOSING = Names("期初", "Opening"), Names("期末", "Closing")
AREA, NATURAL, INDEX = Names("面积", "Area"), Names("自然生态用地比例", "Natural share"), Names("生态功能指数", "Function index")
ACTIVITY = Names("人类活动", "Human activity")
TESTS = Names("三项检验", "Three tests")
VERDICTS: Mapping[str | None, Names] = {
    "held": Names("符合", "held"),
    "broken": Names("不符合", "broken"),
    "unknown": Names("未知", "unknown"),
    None: Names("不适用", "not applicable"),
}
COURSES: Mapping[str, Names] = {
    "new": Names("新增", "new"), "expanded": Names("扩大", "expanded"), "same": Names("不变", "same"),
    "reduced": Names("缩小", "reduced"), "ended": Names("消失", "ended"), "entered": Names("随地块调入", "came with the land"),
    "left": Names("随地块调出", "left with the land"), "unknown": Names("未知", "unknown"),
}  # fmt: skip
FILE = "redline.csv"
SQUARE_KM, PATCH_PLACES, INDEX_PLACES = "km2", 4, 2  # a patch of a hectare is 0.01 km2
BASES = {"normalised": Names("气候归一", "normalised"), "observed": Names("观测", "observed"), "": Names("", "")}
PERCENT = Names("%", "%")
NOT_MADE = Names(
    "没有红线斑块图层（redline.csv），没有比较。",
    "There are no patch layers of the red line (redline.csv); nothing was compared.",
)
NOTES = (
    Names("三项检验逐斑块进行：功能不降低、面积不减少、性质不改变。另划补足不抵消减少。",
          "Three tests, patch by patch: function not lower, area not smaller, nature not changed. Added land heals no loss."),
    Names("有批准文件的减少单列，不算不符合；未知就是未知，不推定为符合。",
          "Losses with an approval stand apart and break nothing; what is not known stays unknown and is not taken to hold."),
    Names("各行数据来自 redline.csv 所注行。", "The data of a line come from the rows of redline.csv that it names."),
)  # fmt: skip


def _columns(unit: str, activity_unit: str) -> tuple[Column, ...]:
    area, small = unit_names(unit), unit_names(activity_unit)
    return (
        worded("patch_id", "斑块编码", "Patch id", "label"),
        worded("county", "县级行政区代码", "County code", "code"),
        worded("type", "红线类型", "Red-line type"),
        Column("area_open", OPENING, group=(AREA,), unit=area),
        Column("gained", Names("增加", "Gained"), group=(AREA,), unit=area),
        Column("approved", Names("批准减少", "Lost, approved"), group=(AREA,), unit=area),
        Column("unapproved", Names("未批准减少", "Lost, not approved"), group=(AREA,), unit=area),
        Column("area", CLOSING, group=(AREA,), unit=area),
        worded("valid_from", "生效日", "Valid from"),
        worded("valid_to", "失效日", "Valid to"),
        Column("share_open", OPENING, group=(NATURAL,), unit=PERCENT),
        Column("natural_share", CLOSING, group=(NATURAL,), unit=PERCENT),
        Column("index_open", OPENING, group=(INDEX,)),
        Column("func_index", CLOSING, group=(INDEX,)),
        worded("basis", "指数口径", "Basis of the index"),
        worded("adj_doc", "调整批准文号", "Approval of change"),
        worded("activity", "人类活动类型", "Human activity"),
        Column("activity_open", OPENING, group=(ACTIVITY,), unit=small),
        Column("activity_area", CLOSING, group=(ACTIVITY,), unit=small),
        worded("course", "变化", "Course"),
        worded("legal", "是否合规", "Legal"),
        worded("function", "功能不降低", "Function not lower"),
        worded("area_kept", "面积不减少", "Area not smaller"),
        worded("nature", "性质不改变", "Nature not changed"),
        worded("issue_id", "关联问题编号", "Linked issue"),
        worded("rows", "redline.csv 行", "Rows of redline.csv"),
    )


def forms(case: Case) -> Iterator[Form]:
    """The ledger of a term; it says so where there are no layers."""
    held = case.term.redline
    name = (case.form_id("RL-01"), "RL-01", NAME)
    if held is None:
        yield form(case, name, _columns("hm2", "hm2"), (), [NOT_MADE], section="asset")
        return
    columns = _columns(held.unit, held.activity_unit)
    lines = [*(_patch(held, x, columns) for x in held.lines), *(_activity(held, x, columns) for x in held.activities)]
    lines = sorted(lines, key=lambda line: (line.code.partition(" ")[0], line.indent))
    lines += [_total(held, t, columns, lines) for t in held.totals]
    when = Names(f"期初为 {held.start}，期末为 {held.end}。", f"Opening: {held.start}; closing: {held.end}.")
    checks = (Names("期末面积＝期初＋增加－批准减少－未批准减少", "Closing = opening + gained − lost, approved and not"),)
    told = [Names(f.text("zh"), f.text("en")) for f in held.findings]
    yield form(case, name, columns, lines, [when, *NOTES, *told], checks=checks, section="asset")


def _line(code: str, cells: Mapping[str, Cell], columns: Sequence[Column], indent: int = 0) -> Line:
    return Line(code, tuple(cells.get(c.code, BLANK) for c in columns), "total" if code == "total" else "", indent)


def _patch(held: RedLine, x: PatchLine, columns: Sequence[Column]) -> Line:
    last = (x.closing or x.opening)[-1]
    legal = yes_no(x.legal) if x.legal is not None else None
    cells = {
        "patch_id": text(x.family),
        "county": text(x.county),
        "type": text(x.type),
        **_areas(x.family, (x.area.opening, x.gained, x.approved, x.unapproved, x.area.closing), held.unit),
        "valid_from": text(day_words(last.valid_from)),
        "valid_to": said(day_words(last.valid_to) if last.valid_to.year < 9999 else Names("至今", "open")),
        "share_open": _of(x.share.opening, "%", x.family),
        "natural_share": _of(x.share.closing, "%", x.family),
        "index_open": _of(x.index.opening, "1", x.family),
        "func_index": _of(x.index.closing, "1", x.family),
        "basis": said(BASES[x.basis]),
        "adj_doc": said("; ".join(x.documents)),
        "legal": said(legal),
        "function": said(VERDICTS[x.function]),
        "area_kept": said(VERDICTS[x.area_kept]),
        "nature": said(VERDICTS[x.nature]),
        "issue_id": said(", ".join(x.issues)),
        "rows": said(_rows([*x.opening, *x.closing])),
    }
    return _line(x.family, cells, columns)


def _areas(code: str, areas: Sequence[Decimal | None], unit: str) -> dict[str, Cell]:
    """Opening, gained, approved and not approved losses, and the closing made of them where all are known."""
    names = ("area_open", "gained", "approved", "unapproved", "area")
    cells = {name: _area(a, unit, source=code) for name, a in zip(names, areas, strict=True)}
    signs: tuple[Sign, ...] = (1, 1, -1, -1)
    made = added(code, {n: (s, cells[n]) for n, s in zip(names[:4], signs, strict=True)}, unit).made
    if made is None or any(cells[n].exact is None for n in names):
        return cells
    total = evaluate(made, [cells[n].exact or Decimal(0) for n in names[:4]])
    return cells | ({"area": replace(cells["area"], made=made)} if total == Fraction(areas[4] or 0) else {})


def _area(area: Decimal | None, unit: str, made: Made | None = None, source: str = "") -> Cell:
    figures = recorded(area, unit, FILE, source) if source else ()
    return amount(area, unit, figures, made=made, places=PATCH_PLACES if unit == SQUARE_KM else None)


def _of(value: Decimal | Fraction | None, unit: str, source: str) -> Cell:
    exact = None if value is None else decimal_of(Fraction(value))
    return amount(exact, unit, recorded(exact, unit, FILE, source), places=INDEX_PLACES if unit == "1" else None)


def _rows(patches: Sequence[Patch]) -> str:
    rows = sorted({p.place.row for p in patches if p.place.row})
    return ", ".join(map(str, rows))


def _activity(held: RedLine, x: ActivityLine, columns: Sequence[Column]) -> Line:
    cells = {
        "patch_id": text(f"{x.family} · {x.kind}"),
        "county": text(x.county),
        "activity": text(x.kind),
        "activity_open": _doing(x.area.opening, held, x),
        "activity_area": _doing(x.area.closing, held, x),
        "course": said(COURSES[x.course]),
        "legal": said(yes_no(x.legal) if x.legal is not None else Names("未知", "unknown")),
        "issue_id": said(", ".join(x.issues)),
    }
    return _line(f"{x.family} {x.kind}", cells, columns, 1)


def _doing(area: Decimal | None, held: RedLine, x: ActivityLine) -> Cell:
    return amount(area, held.activity_unit, recorded(area, held.activity_unit, FILE, x.family, x.kind))


def _total(held: RedLine, t: Total, columns: Sequence[Column], lines: Sequence[Line]) -> Line:
    """A county or the whole: sums made of the patches, and the worst verdict of each test."""
    whole = t.county == WHOLE
    code = "total" if whole else f"county {t.county}"
    own = {x.family for x in held.lines if whole or x.county == t.county}
    at = {c.code: n for n, c in enumerate(columns)}

    def summed(column: str, shown: Decimal | None, which: Callable[[Line], bool], unit: str) -> Cell:
        parts = [(line.code, line.cells[at[column]]) for line in lines if which(line)]
        known = [(name, cell.exact) for name, cell in parts if cell.exact is not None]
        if shown is None or len(known) != len(parts):
            return amount(None, unit)
        made = Made("sum", tuple(Term(Ref(name, column)) for name, _ in known))
        total = evaluate(made, [exact for _, exact in known])
        whole = _area(shown, unit, made if total == Fraction(shown) else None)
        return replace(whole, figures=tuple(dict.fromkeys(f for _, cell in parts for f in cell.figures)))

    patches: Callable[[Line], bool] = lambda line: line.code in own  # noqa: E731
    doings: Callable[[Line], bool] = lambda line: line.indent == 1 and line.code.partition(" ")[0] in own  # noqa: E731
    areas = {
        "area_open": t.area.opening,
        "gained": t.gained,
        "approved": t.approved,
        "unapproved": t.unapproved,
        "area": t.area.closing,
    }
    cells = {
        "patch_id": words(Names("合计", "Total") if whole else Names(f"{t.county} 小计", f"{t.county}, subtotal")),
        "county": text(t.county or "-"),
        **{column: summed(column, area, patches, held.unit) for column, area in areas.items()},
        "share_open": _of(t.share.opening, "%", t.county),
        "natural_share": _of(t.share.closing, "%", t.county),
        "activity_open": summed("activity_open", t.activity_area.opening, doings, held.activity_unit),
        "activity_area": summed("activity_area", t.activity_area.closing, doings, held.activity_unit),
        "legal": said(Names(f"不合规 {t.illegal} 处", f"not legal: {t.illegal}")),
        "function": said(VERDICTS[t.function]),
        "area_kept": said(VERDICTS[t.area_kept]),
        "nature": said(VERDICTS[t.nature]),
    }
    courses = [(COURSES[c], n) for c, n in t.courses.items()]
    zh, en = "；".join(f"{c.zh} {n}" for c, n in courses), "; ".join(f"{c.en} {n}" for c, n in courses)
    cells["course"] = said(Names(zh, en))
    return _line(code, cells, columns)
