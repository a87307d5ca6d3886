"""The sentences of an audit report: what auditors recorded, and figures of the ledgers with where they come from; no judgement.

Findings, classes of responsibility, measures and opinions are quoted from records and named by their numbers. What the program
says by itself is what a cell of a ledger shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from gep.accounts.redline_lines import Test
from gep.base.records import Names
from gep.base.score_rules import PARTS, number_text
from gep.report.form import Form, Line
from gep.report.statement import Paragraph, Sentence, Span
from gep.workflow.audit.forms.case import Case, Results
from gep.workflow.audit.forms.evidence import figures_of
from gep.workflow.audit.forms.rectification import responsibility_names
from gep.workflow.audit.records import Comment, Problem
from gep.workflow.audit.records_open import Suggestion, Transfer
from gep.workflow.forms.sentences import at, listed, named, number, sentence, shown, span, unit_at

TABLES = ("LA-01", "FT-01", "WR-01", "WL-01", "MN-01")  # whose stocks the report says in words, if the scheme has them
COLUMNS: Mapping[Test, str] = {"function": "function", "area": "area_kept", "nature": "nature"}  # of RL-01, by test
POINTS = Names(" 分", "points")
Forms = Mapping[str, Form]


def paragraphs(results: Results, forms: Sequence[Form]) -> tuple[Paragraph, ...]:
    """Every paragraph of the report, chapter by chapter; a paragraph without a sentence is left out."""
    by = {f.id: f for f in forms}
    made = [*_basis(results), *_background(results)]
    for term in results.terms:
        case = Case(results, term)
        made += [*_evaluation(case, by), *_comparison(case, by), *_redline(case, by), *_handover(case, by), *_quality(case, by)]
    made += [*_problems(results), *_handling(results, by), *_suggestions(results), *_comments(results)]
    return tuple(p for p in made if p.sentences)


def _paragraph(section: str, zh: str, en: str, sentences: Iterator[Sentence] | Sequence[Sentence]) -> Paragraph:
    return Paragraph(section, Names(zh, en), tuple(sentences))


def _said(zh: str, en: str) -> Sentence:
    return Sentence((span(zh, en),))


def _quote(text: str) -> str:
    return text.rstrip("。.;；")


# ---- basis and background


def _basis(results: Results) -> Iterator[Paragraph]:
    tenure, ground = results.tenure, results.ground
    told: list[Sentence] = []
    if tenure.document:
        told.append(_said(f"本次审计依据：{tenure.document}。", f"This audit is made on: {tenure.document}."))
    years = ground.years.vintages
    vintages = ", ".join(f"{y}@{v}" for y, v in sorted(years.items()))
    config = ground.book.config
    asof = (f"（{tenure.known_on} 日终所知）", f" (as known at the end of {tenure.known_on})") if tenure.known_on else ("", "")
    told.append(
        _said(
            f"所用数字取自账册“{config.names.zh}”已关闭年度，各年版次{asof[0]}：{vintages}。",
            f"Figures are taken from the closed years of the book “{config.names.en}”; vintages by year{asof[1]}: {vintages}.",
        )
    )
    yield _paragraph("basis", "依据与账册", "Basis and book", told)


def _background(results: Results) -> Iterator[Paragraph]:
    tenure = results.tenure
    told: list[Sentence] = []
    for s in (s for s in tenure.subjects if s.id in tenure.audited):
        name, en_name = (f"（{s.name}）", f" ({s.name})") if s.name else ("", "")
        acting = ("（主持工作）", " (acting)") if s.acting else ("", "")
        told.append(
            _said(
                f"本次审计对象为{s.post.zh}{name}{acting[0]}，任期 {s.start} 至 {s.end}（不含该日）。",
                f"This audit is of {s.post.en}{en_name}{acting[1]}, term {s.start} to {s.end} (that day not included).",
            )
        )
    others = len(tenure.subjects) - len(tenure.audited)
    if others:
        told.append(
            _said(
                f"前后及同期的其他任期 {others} 段，供参考。",
                f"{others} other terms, before, after or beside, are named for reference.",
            )
        )
    yield _paragraph("background", "职务与任期", "Posts and terms", told)
    asked = "；".join(f"{table} {method}" for table, method in sorted(tenure.methods.items()))
    more = (f"，其中 {asked}", f", of which {asked.replace('；', '; ')}") if asked else ("", "")
    yield _paragraph(
        "background",
        "存量取数",
        "How stocks are read",
        [
            _said(
                f"交接日存量以当日实测为先，其余按 {tenure.method}{more[0]}；方法随每个数列示。",
                f"Stocks of a day of handover are those observed on it, the others by {tenure.method}{more[1]}; the method "
                "stands beside every figure.",
            )
        ],
    )


# ---- evaluation


def _evaluation(case: Case, forms: Forms) -> Iterator[Paragraph]:
    form, scored, post = forms.get(case.form_id("DA-02")), case.term.scored, case.subject.post
    if form is None or scored is None:
        told = [_said("本次没有计分评价。", "No evaluation by points was made.")]
        yield _paragraph("evaluation", post.zh, post.en, told)
        return
    e = scored.evaluation
    total, grade = at(form, "foot.total", "score"), at(form, "foot.grade", "standing")
    pieces: list[Span | tuple[str, str]] = [
        (f"按“{e.names.zh}”（{e.id}@{e.version}）计分，", f"Scored by “{e.names.en}” ({e.id}@{e.version}): ")
    ]
    if number(total):
        pieces += [("总分 ", "total "), shown(total, POINTS), ("，", ", ")]
    else:
        pieces.append(("总分未评价，", "the total could not be assessed, "))
    pieces.append((f"等级：{grade.text.zh}。", f"grade: {grade.text.en}."))
    told = [sentence(*pieces)]
    if scored.vetoes:
        before = at(form, "foot.scored", "standing").text
        names = [v.rule.names for v in scored.vetoes]
        zh, en = "、".join(n.zh for n in names), ", ".join(n.en for n in names)
        told.append(
            _said(f"适用一票否决：{zh}；否决前的等级：{before.zh}。", f"Vetoes: {en}; the grade without them: {before.en}.")
        )
    if scored.excluded:
        n = len(scored.excluded)
        points = sum((x.points for x in scored.excluded), Fraction(0))
        told.append(
            _said(
                f"未评价 {n} 项，涉及 {number_text(points)} 分，所在的项目和处理见评价表。",
                f"{n} items worth {number_text(points)} points were not assessed; the table says which.",
            )
        )
    if e.illustrative:
        told.append(_said("评价方案为示例，不是任何机关的规定。", "The scheme is an example and no rule of any authority."))
    yield _paragraph("evaluation", post.zh, post.en, told)


# ---- comparison


def _comparison(case: Case, forms: Forms) -> Iterator[Paragraph]:
    form, parts = forms.get(case.form_id("CP")), forms.get(case.form_id("AT"))
    layouts = case.ground.layouts
    for table in TABLES if form is not None and parts is not None else ():
        held = [
            told
            for line in (form.lines if form is not None else ())
            if line.code.startswith(f"{table}.") and any(x.code == line.code for x in (parts.lines if parts is not None else ()))
            and (told := _stock(form, parts, line)) is not None
        ]  # fmt: skip
        if held:
            names = layouts[table].names
            yield _paragraph("comparison", f"{table} {names.zh}", f"{table} {names.en}", held)
    yield from _gep(case, forms)


def _stock(form: Form | None, parts: Form | None, line: Line) -> Sentence | None:
    """From the opening to the closing of a stock, and what its change is attributed to; nothing of one that is always zero."""
    if form is None:
        return None
    opening, closing, change = (at(form, line.code, c) for c in ("opening", "closing", "change"))
    if not (number(opening) and number(closing)) or not (opening.exact or closing.exact):
        return None
    unit, name = at(form, line.code, "unit").text, named(form, line)
    pieces: list[Span | tuple[str, str]] = [
        (f"{name.zh}任初 ", f"{name.en}: opening "), shown(opening, unit), ("，任末 ", ", closing "), shown(closing, unit),
    ]  # fmt: skip
    if number(change):
        pieces += [("，变动 ", ", change "), shown(change, unit)]
    else:
        broken = at(form, line.code, "breaks").text
        pieces.append((f"；{broken.zh or '变动未知'}", f"; {broken.en or 'the change is not known'}"))
    return sentence(*pieces, *_attributed(parts, line.code, unit), ("。", "."))


def _attributed(parts: Form | None, line: str, unit: Names) -> Iterator[Span | tuple[str, str]]:
    """What is attributed, part by part, of those that are not zero."""
    told: list[list[Span | tuple[str, str]]] = []
    for column in parts.columns if parts is not None else ():
        cell = at(parts, line, column.code)
        if column.code in PARTS and number(cell) and cell.exact:
            told.append([(f"{column.names.zh} ", f"{column.names.en} "), shown(cell, unit)])
    if told:
        yield ("；归因：", "; attributed to ")
        yield from listed(told)


def _gep(case: Case, forms: Forms) -> Iterator[Paragraph]:
    form = forms.get(case.form_id("CP-GEP"))
    if form is None or not form.lines:
        return
    told = []
    for line in form.lines:
        gep, growth, index = (at(form, line.code, c) for c in ("gep_constant", "growth", "ggi"))
        if not number(gep):
            continue
        pieces: list[Span | tuple[str, str]] = [
            (f"{line.code} 年不变价 ", f"{line.code}, constant prices: "),
            shown(gep, unit_at(form, "gep_constant")),
        ]
        if number(growth):
            pieces += [("，比上年 ", ", against the year before "), shown(growth, unit_at(form, "growth"))]
        if number(index):
            pieces += [("，绿金指数 ", ", green-gold index "), shown(index)]
        told.append(sentence(*pieces, ("。", ".")))
    yield _paragraph("comparison", form.names.zh, form.names.en, told)


# ---- red line, handover, quality


def _redline(case: Case, forms: Forms) -> Iterator[Paragraph]:
    form, held = forms.get(case.form_id("RL-01")), case.term.redline
    if form is None or held is None:
        return
    area = unit_at(form, "area")
    told = [
        sentence(
            ("红线面积期初 ", "Area of the red line: opening "), shown(at(form, "total", "area_open"), area),
            ("，期末 ", ", closing "), shown(at(form, "total", "area"), area),
            ("；未批准减少 ", "; lost without approval "), shown(at(form, "total", "unapproved"), area),
            ("，批准减少 ", ", lost with approval "), shown(at(form, "total", "approved"), area), ("。", "."),
        )
    ]  # fmt: skip
    for test, column in COLUMNS.items():
        names = next(c.names for c in form.columns if c.code == column)
        broken = [x.family for x in held.lines if x.verdict(test) == "broken"]
        verdict = at(form, "total", column).text
        which = (f"（{'、'.join(broken)}）", f" ({', '.join(broken)})") if broken else ("", "")
        told.append(_said(f"{names.zh}：{verdict.zh}{which[0]}。", f"{names.en}: {verdict.en}{which[1]}."))
    yield _paragraph("redline", case.subject.post.zh, case.subject.post.en, told)


def _handover(case: Case, forms: Forms) -> Iterator[Paragraph]:
    form = forms.get(case.form_id("DA-01"))
    if form is None:
        return
    stocks = [line for line in form.lines if at(form, line.code, "close_obs").kind != "blank"]
    differ = [line for line in stocks if at(form, line.code, "diff").exact]
    items = [line for line in form.lines if line.code.startswith("open.")]
    matters = [line for line in form.lines if line.code.startswith("left.")]
    told = [
        _said(
            f"{case.subject.end} 交接结存 {len(stocks)} 项，其中 {len(differ)} 项的任末存量与取数值有差额，照列。",
            f"{len(stocks)} stocks are handed over on {case.subject.end}; in {len(differ)} the closing by the flows differs from "
            "the stock as read, and the difference is shown.",
        ),
        _said(
            f"移交未整改事项 {len(items)} 项，其他未了事项 {len(matters)} 项。",
            f"{len(items)} open rectification items and {len(matters)} other open matters are handed over.",
        ),
    ]
    yield _paragraph("handover", case.subject.post.zh, case.subject.post.en, told)


def _quality(case: Case, forms: Forms) -> Iterator[Paragraph]:
    form = forms.get(case.form_id("EX"))
    if form is None:
        return
    counts: dict[str, int] = {}
    names: dict[str, Names] = {}
    last = ""
    for line in form.lines:
        if line.style == "group":
            last = line.code
            names[last] = named(form, line)
            continue
        counts[last] = counts.get(last, 0) + 1
    told = [_said(f"{names[code].zh}：{n} 行。", f"{names[code].en}: {n} lines.") for code, n in counts.items()]
    yield _paragraph("quality", case.subject.post.zh, case.subject.post.en, told)
    judged = case.term.judged
    if judged is not None:
        n, u = len(judged.suspicions), len(judged.unassessed)
        words = _said(
            f"疑点规则 {judged.asked} 条，列出疑点 {n} 条，未评判或部分评判 {u} 条；疑点不是结论。",
            f"{judged.asked} rules of suspicion: {n} suspicions listed, {u} rules not or partly judged; none is a conclusion.",
        )
        yield _paragraph("suspicions", case.subject.post.zh, case.subject.post.en, [words])


# ---- what the auditors recorded


def _problems(results: Results) -> Iterator[Paragraph]:
    """A paragraph for each problem: the issue, its paper and forms, the class and its grounds, comments, all from records."""
    if not results.collected.problems:
        told = [_said("审计人员没有登记问题。", "The auditors recorded no problem.")]
        yield _paragraph("problems", "审计发现", "Findings", told)
    for n, p in enumerate(results.collected.problems, 1):
        told = [_issue(p), *_grounded(results, p), *_classed(results, p)]
        told += [_commented(c) for c in results.collected.comments if c.about in (p.id, p.paper)]
        yield _paragraph("problems", f"问题 {n}：{_quote(p.issue)}", f"Problem {n}: {_quote(p.issue)}", told)


def _issue(p: Problem) -> Sentence:
    size = f"，涉及 {p.amount:f} {p.amount_unit}" if p.amount is not None else ""
    size_en = f", {p.amount:f} {p.amount_unit}" if p.amount is not None else ""
    carried = (f"（结转自 {p.carried_from}）", f" (carried over from {p.carried_from})") if p.carried_from else ("", "")
    return _said(f"{_quote(p.issue)}{size}{carried[0]}（{p.id}）。", f"{_quote(p.issue)}{size_en}{carried[1]} ({p.id}).")


def _grounded(results: Results, p: Problem) -> Iterator[Sentence]:
    """The working paper of a problem in its own words, and the evidence forms it rests on with the figures they cite."""
    paper = next((x for x in results.collected.papers if x.id == p.paper), None)
    if paper is None:
        return
    yield _said(
        f"底稿 {paper.id}：{_quote(paper.facts)}；依据：{_quote(paper.standard)}；结论：{_quote(paper.conclusion)}。",
        f"Working paper {paper.id}: {_quote(paper.facts)}; standard: {_quote(paper.standard)}; conclusion: "
        f"{_quote(paper.conclusion)}.",
    )
    case = Case(results, results.terms[0])
    for form in (f for f in results.collected.forms if f.id in paper.evidence):
        refused = (
            (f"；提供单位未盖章：{_quote(form.refused)}", f"; not sealed by the provider: {_quote(form.refused)}")
            if form.refused
            else ("", "")
        )
        figures = figures_of(case, form.figures)
        text = Names(f"取证单 {form.id}：{_quote(form.facts)}", f"Evidence form {form.id}: {_quote(form.facts)}")
        yield Sentence((Span(text, figures), span(f"{refused[0]}。", f"{refused[1]}.")))


def _classed(results: Results, p: Problem) -> Iterator[Sentence]:
    names = responsibility_names(p.responsibility)
    if names is None:
        yield _said("责任类型尚未由审计人员认定。", "No class of responsibility has been entered by an auditor yet.")
        return
    post = Case(results, results.terms[0]).subject_names(p.subject)
    grounds = (f"，依据：{_quote(p.grounds)}", f", on the grounds: {_quote(p.grounds)}") if p.grounds else ("", "")
    yield _said(f"{post.zh}负{names.zh}{grounds[0]}。", f"{post.en}: {names.en} responsibility{grounds[1]}.")


def _commented(c: Comment) -> Sentence:
    accepted = {True: ("采纳", "accepted"), False: ("不予采纳", "not accepted"), None: ("未答复", "not answered")}[c.accepted]
    reply = (f"，答复：{_quote(c.reply)}", f", reply: {_quote(c.reply)}") if c.reply else ("", "")
    return _said(
        f"{c.by}提出意见（{c.id}）：{_quote(c.text)}；{accepted[0]}{reply[0]}。",
        f"Comment by {c.by} ({c.id}): {_quote(c.text)}; {accepted[1]}{reply[1]}."
    )  # fmt: skip


def _handling(results: Results, forms: Forms) -> Iterator[Paragraph]:
    """Measures, who answers for them, by when, and how they stand, as the rectification ledger shows them."""
    form = forms.get("DA-04")
    told = []
    for p in results.collected.problems:
        first = Case(results, results.terms[0]).subject_names(p.first)
        state, over = (at(form, p.id, c).text for c in ("status", "overdue"))
        due = (p.due.isoformat(), p.due.isoformat()) if p.due is not None else ("未定", "not set")
        told.append(
            _said(
                f"{p.id}：{_quote(p.measure) or '未定措施'}；责任单位 {p.unit}，第一责任人 {first.zh}，"
                f"期限 {due[0]}，状态 {state.zh}，逾期：{over.zh}。",
                f"{p.id}: {_quote(p.measure) or 'no measure set'}; responsible unit {p.unit}, first responsible person {first.en}"
                f", due {due[1]}, state {state.en}, overdue: {over.en}.",
            )
        )
    yield _paragraph("handling", f"整改（{results.day} 日终）", f"Rectification (end of {results.day})", told)


def _suggestions(results: Results) -> Iterator[Paragraph]:
    """Suggestions and transfers in the words of the auditors."""
    held = results.collected.open
    told = [_suggested(x) for x in held.suggestions] or [
        _said("审计人员没有录入审计建议。", "The auditors entered no suggestion.")
    ]
    yield _paragraph("suggestions", "审计建议", "Suggestions", told)
    yield _paragraph("suggestions", "移送处理", "Transfers", [_transferred(x) for x in held.transfers])


def _suggested(x: Suggestion) -> Sentence:
    state = {True: ("已采纳", "taken up"), False: ("未采纳", "not taken up"), None: ("未答复", "not answered")}[x.taken_up]
    ids, what = ", ".join((x.id, *x.problems)), _quote(x.text)
    return _said(f"建议{x.to}：{what}（{ids}）；{state[0]}。", f"To {x.to}: {what} ({ids}); {state[1]}.")


def _transferred(x: Transfer) -> Sentence:
    matter, result = _quote(x.matter), _quote(x.result)
    return _said(
        f"{matter}，以{x.document}移送{x.to}（{x.id}）；结果：{result or '未回复'}。",
        f"{matter}: given to {x.to} with {x.document} ({x.id}); result: {result or 'not answered'}.",
    )


def _comments(results: Results) -> Iterator[Paragraph]:
    about = {p.id for p in results.collected.problems} | {p.paper for p in results.collected.problems}
    rest = [c for c in results.collected.comments if c.about not in about]
    yield _paragraph("comments", "对征求意见稿的意见", "Comments on the draft", [_commented(c) for c in rest])
