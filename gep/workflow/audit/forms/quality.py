"""EX, what the audit rests on beside returned figures: estimates, distances, residuals, breaks, what is unknown or left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from gep.accounts.scoring import Excluded, Scored
from gep.base.findings import Finding
from gep.base.records import Names, Severity, key_text
from gep.report.form import BLANK, Cell, Column, Form, Line, Stored, decimal_of, text, unit_names, words
from gep.workflow.audit.bridges import breaks_of
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import amount, basis_words, form, recorded
from gep.workflow.audit.forms.compared import years_shown
from gep.workflow.audit.forms.evaluation import points
from gep.workflow.audit.forms.handover import balance_at, balance_figures, ordered
from gep.workflow.audit.records import Balance
from gep.workflow.audit.term_days import together
from gep.workflow.forms.lists import heading, said, worded

NAME = Names("估计、残差、断点与未评价事项", "Estimates, residuals, breaks and what was left out")
COLUMNS = (
    worded("name", "事项", "What", "label"),
    worded("unit", "计量单位", "Unit", "unit"),
    worded("code", "科目或规则", "Row or rule", "code"),
    worded("count", "项数", "Count"),
    Column("amount", Names("数额", "Amount")),
    worded("because", "说明", "Explanation"),
    worded("mend", "处理", "What to do"),
)
NOTHING = Names("没有估计、残差、断点或未评价的事项。", "There is nothing of the kind.")


def forms(case: Case) -> Iterator[Form]:
    """The list of a term; kinds that hold nothing are left out."""
    lines: list[Line] = []
    for code, (names, make) in KINDS.items():
        made = list(make(case))
        if made:
            lines += [heading(f"of.{code}", names, len(COLUMNS)), *made]
    yield form(case, (case.form_id("EX"), "EX", NAME), COLUMNS, lines, [] if lines else [NOTHING], section="quality")


def _line(name_of: str, /, **cells: Cell) -> Line:
    return Line(name_of, tuple(cells.get(c.code, BLANK) for c in COLUMNS), "", 1)


def _balances(case: Case) -> Iterator[tuple[str, str, str, Names, Balance]]:
    """Every handover balance of the region at both ends of the term: code, asset, unit, name, balance."""
    for line, keys in ordered(case):
        for key in keys:
            for end in (False, True):
                held = balance_at(case, line, key, end=end)
                if held is not None:
                    code = f"{line.measure}/{key_text(key)}/{held.day}"
                    yield code, case.asset_code(line, key), case.unit(line.measure), case.item(line, key), held


def _estimates(case: Case) -> Iterator[Line]:
    """Stocks that were interpolated."""
    for code, asset, unit, names, b in _balances(case):
        if b.estimate:
            day = Names(f"{names.zh}，{b.day}", f"{names.en}, {b.day}")
            exact = None if b.amount is None else decimal_of(b.amount)
            shown = amount(exact, unit, b.figures)
            yield _line(
                f"estimate.{code}",
                name=words(day),
                unit=words(unit_names(unit)),
                code=text(asset),
                amount=shown,
                because=said(basis_words(b)),
            )


def _distances(case: Case) -> Iterator[Line]:
    """How many stocks were read at which year-end, and how far that is from the day; how many were observed."""
    counts = Counter((b.day, b.method, b.year_end, b.days) for *_, b in _balances(case) if b.method != "INTERP")
    for (day, method, year_end, days), n in sorted(counts.items(), key=lambda x: (x[0][0], x[0][1])):
        told = basis_words(Balance(day, "", "", "", (), None, "", method, year_end, days)) if method == "NEAREST" else Names(
            "OBS 当日实测（observations.csv）", "OBS, observed on the day (observations.csv)"
        )  # fmt: skip
        yield _line(f"basis.{day}.{method}", name=text(str(day)), code=text(method), count=text(str(n)), because=said(told))


def _residuals(case: Case) -> Iterator[Line]:
    """Closings that the flows of the term do not explain."""
    for gap in case.account.gaps:
        if gap.region != case.region or not gap.line.table or not gap.difference:
            continue
        names, unit = case.item(gap.line, gap.key), case.unit(gap.line.measure)
        because = ROUNDED if gap.rounding else Names("照实列示，未分摊", "shown as it is, not spread")
        yield _line(
            f"residual.{gap.line.measure}/{key_text(gap.key)}",
            name=words(names),
            unit=words(unit_names(unit)),
            code=text(case.asset_code(gap.line, gap.key)),
            amount=amount(gap.difference, unit, gap.figures or balance_figures(balance_at(case, gap.line, gap.key, end=True))),
            because=words(because),
        )


ROUNDED = Names("不超过年中分割的修约差", "no more than the rounding of cuts within a year")


def _unknown(case: Case) -> Iterator[Line]:
    """Stocks that the book has no figure of on a day of handover."""
    counts = Counter(
        (b.day, b.table) for *_, b in _balances(case) if b.amount is None and {f.state for f in b.figures} != {"not_applicable"}
    )
    for (day, table), n in sorted(counts.items()):
        names = case.layout(table).names
        yield _line(
            f"unknown.{day}.{table}",
            name=words(Names(f"{names.zh}，{day}", f"{names.en}, {day}")),
            code=text(table),
            count=text(str(n)),
            because=words(Names("缺数，不是零", "not available; not zero")),
        )


def _breaks(case: Case) -> Iterator[Line]:
    years = years_shown(case)
    for b in breaks_of(case.ground, case.region).found:
        if years[0] < b.year <= years[-1]:
            yield _line(
                f"break.{b.year}.{b.table}.{b.why.en}",
                name=words(Names(f"{b.year} 年断点", f"Break in {b.year}")),
                code=text(b.table or "-"),
                because=words(b.why),
                mend=words(Names("跨断点不作对比，须取得衔接数", "nothing is compared across it; a bridge is needed")),
            )


def _apart(case: Case) -> Iterator[Line]:
    """Checks and figures that were not run, because the tables they read are cut at different days."""
    chosen = case.account.chosen
    for n, (days, several) in enumerate(together(chosen.apart).items(), 1):
        for kind, (names, mend) in APART.items():
            rules = [a for a in several if _kind_of(a.makes, chosen.taken) == kind]
            if rules:
                yield _line(
                    f"apart.{n}.{kind}",
                    name=words(names),
                    code=text(", ".join(dict.fromkeys(a.rule for a in rules))),
                    count=text(str(len(rules))),
                    because=words(Names(f"截止日不同：{days}", f"cut at different days: {days}")),
                    mend=words(mend),
                )


def _kind_of(makes: str, taken: frozenset[str]) -> str:
    if not makes:
        return "checks"
    return "taken" if makes in taken else "none"


APART: Mapping[str, tuple[Names, Names]] = {
    "checks": (
        Names("检查未执行：所用数不在同一日", "Checks not run: operands of different days"),
        Names("取得各表同一日的记录后重做", "run again with records of one day for all tables"),
    ),
    "taken": (
        Names("数字未按任期推算：所用数不在同一日", "Figures not worked out: operands of different days"),
        Names("取各年账户的数，截止日为年末", "taken from the annual accounts, cut at year-ends"),
    ),
    "none": (
        Names("数字缺：所用数不在同一日", "Figures not available: operands of different days"),
        Names("列为缺数，不混用", "shown as not available, never mixed"),
    ),
}


def _excluded(case: Case) -> Iterator[Line]:
    """Items of the evaluation that were not assessed, with the points affected."""
    scored = case.term.scored
    for e in scored.excluded if scored is not None else ():
        where = {
            "redistributed": Names("分值分配给同板块其他项目", "points spread over the other items of the block"),
            "rescaled": Names("分值剔除，总分换算", "points left out, the total rescaled"),
        }[e.spread]
        yield _line(
            f"excluded.{e.item}",
            name=words(e.names),
            unit=words(Names("分", "points")),
            code=text(e.item),
            amount=points(Fraction(e.points), source(scored, e)),
            because=words(e.reason),
            mend=words(where),
        )


def source(scored: Scored | None, e: Excluded) -> tuple[Stored, ...]:
    """The entry of the scheme that has the points of an item."""
    if scored is None:
        return ()
    scheme = scored.evaluation
    return recorded(decimal_of(e.points), "", "evaluation", scheme.id, scheme.version, e.item)


def _findings(case: Case) -> Iterator[Line]:
    """What the checks of the account of the term found, by message; the first place of each in words."""
    groups: dict[str, list[Finding]] = {}
    for f in case.account.findings:
        if f.severity != Severity.NOTE:
            groups.setdefault(f.code, []).append(f)
    for code, found in sorted(groups.items()):
        first = found[0]
        more = Names(f"（另 {len(found) - 1} 处）", f" ({len(found) - 1} more)") if len(found) > 1 else Names("", "")
        yield _line(
            f"finding.{code}",
            name=words(Names(first.text("zh") + more.zh, first.text("en") + more.en)),
            code=text(code),
            count=text(str(len(found))),
            because=text(first.place.text()),
        )


KINDS: Mapping[str, tuple[Names, Callable[[Case], Iterator[Line]]]] = {
    "estimates": (Names("内插的存量（估计）", "Interpolated stocks (estimates)"), _estimates),
    "basis": (Names("结存取数日与交接日的距离", "Distance of the stocks from the day of handover"), _distances),
    "residuals": (Names("存量与流量之差（残差）", "What stocks and flows differ by (residuals)"), _residuals),
    "unknown": (Names("缺数", "Not available"), _unknown),
    "breaks": (Names("断点", "Breaks"), _breaks),
    "apart": (Names("未执行的检查与推算", "Checks and figures that were not run"), _apart),
    "excluded": (Names("未评价的项目及影响分值", "Items not assessed and the points affected"), _excluded),
    "findings": (Names("任期核算的检查结果", "What the checks of the account of the term found"), _findings),
}
