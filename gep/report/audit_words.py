"""The fixed words of the papers of a departure audit, in both languages: report, workbook and page."""

from __future__ import annotations

from collections.abc import Mapping

from gep.base.records import Names

WORDS: Mapping[str, Names] = {
    "title": Names("审计报告", "Audit report"),
    "title_draft": Names("审计报告（征求意见稿）", "Audit report (draft for comment)"),
    "ledgers": Names("离任审计台账", "Ledgers of the departure audit"),
    "matter": Names("自然资源资产管理和生态环境保护责任", "Duties for natural resource assets and the environment"),
    "document": Names("文号", "Document"),
    "engagement": Names("审计项目", "Engagement"),
    "region": Names("地区", "Region"),
    "holders": Names("审计对象与任期", "Posts and terms"),
    "post": Names("职务", "Post"),
    "holder": Names("姓名", "Name"),
    "term": Names("任期", "Term"),
    "state": Names("说明", "Remark"),
    "term_of": Names("{start} 至 {end}（不含当日）", "{start} to {end}, exclusive"),
    "audited": Names("本次审计", "audited"),
    "beside": Names("参考", "for reference"),
    "others": Names("其他相关任期见“基本情况”。", "Other terms of the region stand under “Background”."),
    "acting": Names("主持工作", "acting"),
    "auditors": Names("审计人员", "Auditors"),
    "lead": Names("审计组组长", "Lead auditor"),
    "auditor": Names("审计人员", "Auditor"),
    "reviewer": Names("复核人员", "Reviewer"),
    "reader": Names("查阅人员", "Reader"),
    "scheme": Names("资产核算方案", "Asset scheme"),
    "profile": Names("生态产品总值核算方案", "Profile of ecosystem product"),
    "evaluation_scheme": Names("评价方案", "Evaluation scheme"),
    "book": Names("账册", "Book"),
    "known_on": Names("数据口径", "Data as known"),
    "known_end": Names("截至 {day} 终了时已知的数", "at the end of {day}"),
    "known_now": Names("账册现行数", "as the book stands"),
    "made_on": Names("编制日期", "Compiled on"),
    "draft": Names("征求意见稿", "DRAFT"),
    "draft_line": Names("征求意见稿 · 审计项目未封存", "Draft for comment · the engagement is not sealed"),
    "sealed": Names("已封存", "sealed"),
    "illustrative": Names("示例数据", "illustrative data"),
    "illustrative_line": Names(
        "含示例数据：其下有示例性质的台账、系数或评价分值，不得用作审计结论。",
        "Holds illustrative data: made-up ledgers, coefficients or points lie below; not a conclusion to be used.",
    ),
    "personal_line": Names(
        "审计对象以职务和任期列示。除记录中自行填写的姓名外，不含个人信息。",
        "Subjects are named by post and term. There is no personal data but the names that were entered on purpose.",
    ),
    "contents": Names("目 录", "Contents"),
    "appendix": Names("附件", "Annex"),
    "table": Names("表", "Table"),
    "figure": Names("图", "Figure"),
    "continued": Names("续表", "continued"),
    "unit": Names("计量单位：", "Unit: "),
    "notes": Names("注：", "Notes: "),
    "address": Names("数字来源：", "Figures: "),
    "foot": Names(
        "每个数字的来源：gep explain 账册 地址；各段所据底稿和取证单见“证据索引”",
        "Where a figure comes from: gep explain BOOK ADDRESS; papers and evidence of each paragraph: see the index of evidence",
    ),
    "common": Names("以下各附件的台账共同的说明", "Of the ledgers in the annexes that follow"),
    "nothing": Names("记录中没有此项内容。", "Nothing is on record here."),
    "anchors_title": Names("内容摘要与锚点", "Digest and anchors"),
    "anchors_lead": Names(
        "本报告由审计项目的记录和账册按冻结的规则生成，内容以下列摘要为准：同一账册、任期和记录在任何机器上得到同一摘要。"
        "锚点供局外人核对账册是否即为审计时的账册。",
        "This report was made from the records of the engagement and from the book under frozen rules. The digest stands for its "
        "content: the same book, term and records give the same digest on every machine. With the anchors an outsider sees "
        "whether a book is the one that was audited.",
    ),
    "digest": Names("报告内容摘要（SHA-256）", "Digest of this report (SHA-256)"),
    "anchor": Names("锚点", "Anchor"),
    "no_anchors": Names("没有登记锚点。", "No anchor is on record."),
    "program": Names("程序", "Program"),
    "sign": Names("签署", "Sign-off"),
    "duty": Names("职责", "Duty"),
    "declared": Names("姓名（自报）", "Name (as declared)"),
    "signed": Names("签字", "Signature"),
    "day": Names("日期", "Date"),
    "date_line": Names("年　　月　　日", ""),
    "seal": Names("（审计机关盖章）", "(seal of the audit office)"),
    "no_team": Names("没有登记审计人员。", "No auditor is on record."),
    "number": Names("表　　号：", "Form: "),
    "sign_off": Names(
        "编制人：{gap}复核人：{gap}日期：20　　年　　月　　日", "Prepared by:{gap}Reviewed by:{gap}Date: 20__-__-__"
    ),
    "gap": Names("　　　　　　　　", " ______________  "),
    "footer": Names("审计项目 {engagement}", "engagement {engagement}"),
    "draft_told": Names(
        "审计项目尚未封存：各表为征求意见稿，内容可能改变。", "The engagement is not sealed: these ledgers are a draft."
    ),
    "illustrative_told": Names(
        "含示例数据（示例性质的台账、系数或评价分值），不得作为审计结论引用。",
        "Holds illustrative data (ledgers, coefficients or points): do not quote it as a conclusion.",
    ),
    "result": Names("审计评价结果", "Result of the evaluation"),
    "result_note": Names(
        "摘自审计评价表，全表及计算过程见附件。", "From the evaluation table, which stands in full in the annex."
    ),
    # index of evidence
    "index": Names("证据索引", "Index of evidence"),
    "ix_place": Names("报告段落", "Paragraph"),
    "ix_paper": Names("工作底稿", "Working paper"),
    "ix_form": Names("取证单", "Evidence form"),
    "ix_figure": Names("数字（地址）", "Figure (address)"),
    "ix_amount": Names("账中数值", "In the book"),
    "ix_unit": Names("单位", "Unit"),
    "ix_none": Names("无", "none"),
    "ix_bare": Names("没有取证单引用的数字（只计数）", "Figures that no evidence form cites (counted only)"),
    "ix_counted": Names("{n} 个数字，见于 {items} 段", "{n} figures in {items} paragraphs"),
    "ix_note": Names(
        "有取证单引用其地址的数字逐个列示；段落中写明编号的底稿和取证单另行列示。没有取证单引用的数字按章计数，"
        "来源可由网页或 gep explain 追溯到账册的单元、规则、参数和报送文件。",
        "Every figure whose address an evidence form cites has a line; papers and forms that a paragraph names by their numbers "
        "follow. Figures that no form cites are counted by chapter; the page and gep explain lead from them to the cells, rules, "
        "parameters and returns of the book.",
    ),
    "ix_empty": Names(
        "报告各段没有引用数字，也没有写明底稿或取证单编号。", "No paragraph cites a figure, a paper or an evidence form."
    ),
}

# what is left out of a ledger on paper, and how that is told
PRINT: Mapping[str, Names] = {
    "still": Names("无变动（{n} 项）", "Unchanged ({n})"),
    "zero": Names("始终为零（{n} 项）", "Zero throughout ({n})"),
    "unknown": Names("账册没有数（{n} 项）", "No figure in the book ({n})"),
    "ends": Names("没有变动行、只有两端的数（{n} 项）", "No rows of change, only the two ends ({n})"),
    "beside": Names("只在工作簿和网页中列示的表：", "Tables that stand in the workbook and on the page only: "),
    "years": Names("较早年末的数见趋势图和工作簿。", "Earlier year-ends stand in the charts and in the workbook."),
    "but": Names("{}：除表中注明外均为 {}。", "{}, unless the table says otherwise: {}."),
    "blank": Names("空", "blank"),
    "cut": Names("……", " ..."),
    "short": Names("以“……”结尾的文字已截短，全文见工作簿。", "Texts that end in “...” are cut; the workbook has all of them."),
    "more": Names("另 {n} 项见工作簿", "and {n} more in the workbook"),
    "empty": Names("没有内容的栏未列：", "Columns without content are left out: "),
    "inapplicable": Names("各行均不适用的栏未列：", "Columns that apply to no line are left out: "),
    "zeros": Names("各行均为零的栏未列：", "Columns that are zero in every line are left out: "),
    "alike": Names("各行相同，未列：", "The same in every line: "),
    "mostly": Names("除注明外各行相同，未列：", "The same in every line but those named: "),
}

# what the page says in its own way
PAGE: Mapping[str, Names] = {
    "statement": Names("离任审计", "Departure audit"),
    "search": Names("查找台账、行、段落、地址", "Find ledgers, lines, paragraphs, addresses"),
    "other_language": Names("English", "中文"),
    "overview": Names("概览", "Overview"),
    "report": Names("报告正文", "Report"),
    "tabs": Names("台账", "Ledgers"),
    "contents": Names("目录", "Contents"),
    "about": Names("报告信息", "About this report"),
    "unit": Names("计量单位", "Unit"),
    "notes": Names("注", "Notes"),
    "address": Names("地址", "Address"),
    "line": Names("行", "Line"),
    "figure": Names("数字", "Figure"),
    "evidence_forms": Names("引用它的取证单", "Evidence forms that cite it"),
    "not_in_book": Names(
        "这是审计项目的记录，账册中没有它的由来；出处见所在台账的“记录”栏。",
        "A record of the engagement: the book holds nothing below it; the ledger names the record it is from.",
    ),
}

# the chapters of the report: section of its paragraphs, title, ledgers that stand in it
CHAPTERS: tuple[tuple[str, Names, tuple[str, ...]], ...] = (
    ("basis", Names("审计依据", "Basis"), ()),
    ("background", Names("基本情况", "Background"), ()),
    ("evaluation", Names("审计评价", "Evaluation"), ()),
    ("comparison", Names("任期内自然资源资产变动情况", "Natural resource assets over the term"), ("CP-GEP",)),
    ("problems", Names("审计发现的主要问题和责任认定", "Problems and responsibility"), ()),
    ("handling", Names("处理意见", "Handling"), ()),
    ("suggestions", Names("审计建议", "Suggestions"), ()),
    ("other", Names("其他事项", "Other matters"), ()),
)
# the annexes, likewise; `ledgers` takes every ledger that stands nowhere else
ANNEXES: tuple[tuple[str, Names, tuple[str, ...]], ...] = (
    ("table", Names("审计评价表", "Evaluation table"), ("DA-02",)),
    ("changes", Names("任期对比与变动归因", "Comparison and attribution"), ("CP", "CP-N", "AT", "LM")),
    (
        "handover",
        Names("交接台账、任期目标与未了事项", "Handover ledger, targets and open matters"),
        ("DA-01", "SN", "OM", "PF-01", "PF-02", "TG", "EV"),
    ),
    ("redline", Names("生态保护红线台账", "Red-line ledger"), ("RL-01",)),
    ("rectification", Names("问题、整改、建议与移送", "Problems, rectification, suggestions, transfers"), ("DA-04", "SG", "TR")),
    ("evidence", Names("取证单与工作底稿", "Evidence forms and working papers"), ("DA-03", "WP")),
    ("comments", Names("征求意见与采纳情况", "Comments and decisions"), ("CM", "WD")),
    ("suspicions", Names("疑点清单", "List of suspicions"), ("SU",)),
    ("quality", Names("数据质量", "Quality of the data"), ("EX",)),
    ("ledgers", Names("其他台账", "Other ledgers"), ()),
)
INDEX = "IX"  # id and number of the index of evidence


def words(lang: str) -> dict[str, str]:
    return {key: names.of(lang) for key, names in WORDS.items()}
