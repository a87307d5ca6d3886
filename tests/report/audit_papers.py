"""Papers of an audit made by hand for the tests of workbook, report and page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from gep.base.records import Names
from gep.report.audit import AuditHead, AuditPaper, Holder
from gep.report.form import BLANK, Cell, Column, Form, Line, Made, Ref, Scope, Stored, Term, number, text
from gep.report.statement import Chart, Paragraph, Sentence, Span

REGION = Names("某上游县", "Some Upper County")
SCOPE = Scope("880121", REGION, 2021, "assets", 7, "closed")
HEAD = AuditHead(
    engagement="upper-head-2020", names=Names("某上游县县长离任审计", "Departure audit of the head of Some Upper County"),
    region="880121", region_names=REGION,
    holders=(
        Holder("head-2020", Names("某上游县县长", "Head of Some Upper County"), "2020-07-01", "2022-03-01", audited=True),
        Holder("acting", Names("主持县政府工作的副县长", "Deputy acting as head"), "2022-03-01", "2022-04-15", acting=True),
        Holder("secretary", Names("中共某上游县委书记", "Party secretary"), "2018-05-10", "2022-09-20", "某甲"),
    ),
    book=Names("某市账册", "Book of Some City"), auditors=(("审计组长某", "lead"), ("审计员乙", "auditor"), ("复核人丙", "reviewer")),
    scheme_names=Names("自然资源资产（assets@7）", "Assets (assets@7)"), profile_names=Names("示例方案（sample@7）", "Sample (sample@7)"),
    evaluation_names=Names("示例县级评价方案", "An example of a county scheme"), known_on="2022-12-31", document="某审报〔2022〕5号",
    draft=True, illustrative=True, anchors=(("journal", "ab" * 32), ("release 7", "cd" * 32)), program="gep-accounts 0",
    made_on="2022-10-08",
)  # fmt: skip
LAND, WATER = Names("公顷", "ha"), Names("万立方米", "10⁴ m³")


def address(row: str, key: str, year: int = 2021, table: str = "LA-01") -> str:
    return f"asset_account/880121/{year}/{table}/{row}/{key}@7"


def amount(exact: str, where: str, *, unit: str = "ha", places: int = 2, made: Made | None = None) -> Cell:
    return number(Stored(where, Decimal(exact), unit, "value"), places=places, made=made)


def label(zh: str, en: str = "") -> Cell:
    return text(zh, en or f"{zh} (en)")


def form(name: str, title: Names, columns: Sequence[Column], *lines: Line, section: Any = "asset", **changes: Any) -> Form:
    number_of = name.partition(".")[0]
    return replace(Form(name, number_of, section, title, SCOPE, tuple(columns), lines), **changes)


PARTS = ("open_qty", "add_h", "add_n", "add_a", "red_h", "red_n", "red_a")


def handover(names: Sequence[str] = ("耕地", "林地")) -> Form:
    """DA-01. Arable land: 100 + 0 + 0.3 + 0.1 − 0.6 − 0.4 − 2.4 = 97; observed 97.00."""
    heads = (
        "资产",
        "计量单位",
        "任初存量",
        "人为增加",
        "自然增加",
        "调整增加",
        "人为减少",
        "自然减少",
        "调整减少",
        "任末存量",
        "取数值",
        "差额",
    )
    codes = ("asset", "unit", *PARTS, "close_qty", "close_obs", "diff")
    kinds = ("label", "unit", *("number",) * 10)
    columns = (
        *(Column(c, Names(h, c), k) for c, h, k in zip(codes, heads, kinds, strict=True)),  # type: ignore[arg-type]
        Column("evidence_ids", Names("证据索引", "Evidence"), "text"),
    )  # fmt: skip
    exact = ("100", "0", "0.3", "0.1", "0.6", "0.4", "2.4")

    def of(n: int, name: str) -> Line:
        code = f"C{n + 2:02}"
        signs = (1, 1, 1, 1, -1, -1, -1)
        total = Made("sum", tuple(Term(Ref(code, c), s) for c, s in zip(PARTS, signs, strict=True)))  # type: ignore[arg-type]
        gap = Made("sum", (Term(Ref(code, "close_obs")), Term(Ref(code, "close_qty"), -1)))
        flows = [amount(x, address(f"R{i}", code)) for i, x in enumerate(exact)]
        ends = (
            amount("97", address("R40", code), made=total),
            amount("97", address("R41", code)),
            amount("0", address("R42", code), made=gap),
        )
        return Line(code, (label(name, f"Class {n}"), text("公顷", "ha"), *flows, *ends, text("form-1")))

    note = Names(
        "任末存量＝任初存量＋各项增加－各项减少；交接人未签字的为草案。",
        "Closing is opening and changes; unsigned it is a draft.",
    )
    title = Names("离任交接台账（交接日 2022-03-01）", "Handover ledger, 1 March 2022")
    return form("DA-01.2022-03-01", title, columns, *(of(n, x) for n, x in enumerate(names)), notes=(note,))


def evaluation() -> Form:
    columns = (
        Column("l2", Names("二级指标", "Indicator"), "label"), Column("max_score", Names("分值", "Max")),
        Column("before", Names("任前值", "Before"), group=(Names("指标值", "Values"),)),
        Column("after", Names("任末值", "After"), group=(Names("指标值", "Values"),)),
        Column("rule", Names("扣分规则", "Rule"), "text"), Column("deduction", Names("扣分", "Deduction")), Column("score", Names("得分", "Score")),
        Column("standing", Names("说明", "Remark"), "text"),
    )  # fmt: skip
    made = Made("sum", (Term(Ref("land", "max_score")), Term(Ref("land", "deduction"), -1)))

    def points(exact: str, of: Made | None = None) -> Cell:
        return Cell("number", Names("", ""), Decimal(exact), Decimal(exact), (), of)

    def foot(code: str, name: str, score: Cell, words: str, style: Any = "") -> Line:
        return Line(f"foot.{code}", (label(name), BLANK, BLANK, BLANK, BLANK, BLANK, score, text(words)), style)

    lines = (
        Line("block", (label("目标完成"), *(BLANK,) * 7), "group"),
        Line("land", (
            label("耕地保有量完成率"), points("10"), amount("100", address("R0", "C02")), amount("97", address("R40", "C02")),
            text("每减少一个百分点扣 1 分", "one point a percentage point"), points("3"), points("7", made), BLANK,
        )),
        foot("block.targets.before", "目标完成：限幅前", points("7"), "7"),
        foot("block.targets.score", "目标完成：得分", points("7"), "7"),
        foot("total", "总分", points("89.996"), "89.996", "total"),
        foot("grade", "等次", BLANK, "较好", "total"),
    )  # fmt: skip
    return form("DA-02", Names("审计评价表", "Audit evaluation table"), columns, *lines, illustrative=True)


def texts(name: str, title: Names, codes: Sequence[str], *rows: Sequence[str], section: Any = "annex") -> Form:
    """A ledger of words; the first column names the line."""
    columns = [Column(c, Names(c, c), "label" if n == 0 else "text") for n, c in enumerate(codes)]
    return form(name, title, columns, *(Line(r[0], tuple(text(x) for x in r)) for r in rows), section=section)


def evidence() -> Form:
    made = texts("DA-03", Names("审计取证单", "Evidence forms"), ("evid_id", "auditee", "facts", "data_refs", "wp_id"),
        ("form-1", "某县自然资源局", "2021 年占用耕地 0.60 公顷，没有批准文号。", "asset_account/880121/2021/LA-01/R40/C02", "paper-1"),
        ("form-2", "某县水利局", "用水总量超过控制目标。", "", "paper-2"))  # fmt: skip
    return made


def ledgers() -> tuple[Form, ...]:
    return (
        handover(), evaluation(), evidence(),
        texts("WP", Names("工作底稿", "Working papers"), ("id", "matter", "conclusion"), ("paper-1", "用地审批", "未批先占归本任。"), ("paper-2", "用水", "超过目标。")),
        texts("DA-04", Names("整改台账", "Rectification ledger"), ("issue_id", "issue", "status"), ("problem-1", "占用耕地 0.60 公顷", "逾期")),
        texts("SU", Names("疑点清单", "List of suspicions"), ("rule", "found", "expected"), ("arable.lost", "0.60 公顷", "0 公顷"), section="quality"),
        texts("EX", Names("估计、差额和中断", "Estimates, residuals, breaks"), ("id", "what"), section="quality"),
        texts("ZZ", Names("以后才有的台账", "A ledger of a later day"), ("id", "what"), ("1", "不能丢")),
    )  # fmt: skip


def said(zh: str, en: str, *figures: Stored) -> Sentence:
    return Sentence((Span(Names(zh, en), figures),))


ARABLE = Stored(address("R40", "C02"), Decimal("97"), "ha", "value")
FOREST = Stored(address("R40", "C03"), None, "ha", "not_available")
PARAGRAPHS = (
    Paragraph("basis", Names("", ""), (said("根据《领导干部自然资源资产离任审计规定（试行）》派出审计组。", "Under the rules of 2017."),)),
    Paragraph("background", Names("任期", "Term"), (said("任期为 2020 年 7 月 1 日至 2022 年 3 月 1 日。", "The term."),)),
    Paragraph("evaluation", Names("总体评价", "Overall"), (said("得分 89.996，等次为较好。", "89.996, second grade."),)),
    Paragraph("comparison", Names("耕地", "Arable"), (said("任末耕地 97.00 公顷，", "97.00 ha at the end, ", ARABLE), said("林地缺数。", "no figure of forest.", FOREST))),
    Paragraph("problems", Names("未批先占", "No approval"), (said("占用耕地 0.60 公顷（底稿 paper-2）。", "0.60 ha (paper-2)."),)),
    Paragraph("problems", Names("未批先占", "No approval"), (said("手续正在补办（form-2）。", "Approval is sought (form-2)."),)),
    Paragraph("of-no-chapter", Names("其他说明", "Besides"), (said("不能丢的一段。", "Must not be lost."),)),
)  # fmt: skip
CHART = Chart(
    "stocks", "stocks", Names("存量", "Stocks"), LAND, (), ("DA-01.2022-03-01",), Names("说明存量的话", "Stocks in words")
)


def paper(*forms: Form, charts: Sequence[Chart] = (), paragraphs: Sequence[Paragraph] = PARAGRAPHS, **head: Any) -> AuditPaper:
    return AuditPaper(replace(HEAD, **head), forms or ledgers(), tuple(charts), tuple(paragraphs))


def everywhere(said: str) -> AuditPaper:
    """A paper whose every text that people fill in is this one."""
    names = Names(said, said)
    holder = Holder(said, names, "2020-07-01", "2022-03-01", said, acting=True, audited=True)

    def cell(held: Cell) -> Cell:
        figures = tuple(replace(f, address=said, unit=said) for f in held.figures)
        return replace(held, text=names, figures=figures) if held.kind == "text" else replace(held, figures=figures)

    def ledger(held: Form) -> Form:
        columns = tuple(replace(c, names=names, unit=names, group=(names,) * len(c.group)) for c in held.columns)
        lines = tuple(replace(x, cells=tuple(map(cell, x.cells))) for x in held.lines)
        return replace(held, number=said, names=names, unit=names, notes=(names,), checks=(names,), columns=columns, lines=lines)

    figure = Stored(said, Decimal(1), said, "value")
    paragraphs = tuple(Paragraph(p.section, names, (said_of(names, figure),)) for p in PARAGRAPHS)
    return paper(
        *map(ledger, ledgers()), paragraphs=paragraphs, charts=(replace(CHART, names=names, unit=names, alt=names),),
        engagement=said, names=names, region=said, region_names=names, holders=(holder,), book=names, auditors=((said, "lead"), (said, said)),
        scheme_names=names, profile_names=names, evaluation_names=names, document=said, anchors=((said, said),), program=said,
    )  # fmt: skip


def said_of(names: Names, *figures: Stored) -> Sentence:
    return Sentence((Span(names, figures),))
