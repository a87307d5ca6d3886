"""The tables of the query store that come from the journal: what was done, answers, corrections, evidence, states.

They are declared like the tables of a release; a release never holds them, because the journal itself is the record.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gep.ledger import acts
from gep.ledger.columns import AT, Table, key, text
from gep.ledger.journal import Entry

SEQ = key("seq", "BIGINT", "日志序号", "Journal sequence number")
WHO = text("who", "操作人(自报)", "By whom (as declared)", required=True)
PLACE = (
    text("region_code", "行政区划代码", "Region code", required=True),
    text("period", "时期", "Period", required=True),
)

JOURNAL_ENTRY = Table(
    "journal_entry",
    "日志:每项操作一行,按序号排列。",
    "The journal: one row an act, in the order of the sequence.",
    (
        SEQ,
        text("act", "操作种类", "Kind of act", required=True),
        WHO,
        AT,
        text("why", "理由", "Reason"),
        text("data", "操作内容(JSON)", "What the act decided, as JSON", required=True),
        text("sha256", "该条日志的 SHA-256", "SHA-256 of the entry", required=True),
        text("sm3", "该条日志的 SM3", "SM3 of the entry", required=True),
    ),
    "log",
)

ANSWER = Table(
    "answer",
    "对核实性问题的说明及其核准。",
    "Explanations of findings that ask for one, and their approval.",
    (
        SEQ,
        text("rule", "规则标识", "Rule", required=True),
        text("region_code", "行政区划代码", "Region code"),
        text("period", "时期", "Period"),
        text("key", "分类键", "Class key"),
        text("found", "说明时所见的数字;为空则不限", "What was found when it was explained; NULL = given beforehand"),
        text("answer", "说明", "Explanation", required=True),
        text("document", "依据文件", "Document it rests on"),
        WHO,
        AT,
        key("approved_seq", "BIGINT", "核准的日志序号;0 表示尚未核准", "Journal number of the approval; 0 = not approved"),
        text("approved_by", "核准人", "Approved by"),
        text("approved_at", "核准时间", "Approved when"),
    ),
    "log",
)

CORRECTION = Table(
    "correction",
    "对申报数的更正:原值、新值、生效日期与登记时间。",
    "Corrections of returned figures: old, new, the day they take effect and when they were recorded.",
    (
        SEQ,
        text("measure", "指标", "Measure", required=True),
        *PLACE,
        text("category", "分类键", "Class key"),
        text("old", "原值", "Old amount"),
        text("old_unit", "原单位", "Old unit"),
        text("state", "新状态", "New state", required=True),
        text("value", "新值", "New amount"),
        text("unit", "新单位", "New unit"),
        text("effective", "生效日期", "Day it takes effect", required=True),
        text("why", "理由", "Reason", required=True),
        text("document", "依据文件", "Document it rests on"),
        WHO,
        AT,
    ),
    "log",
)

EVIDENCE_FILE = Table(
    "evidence_file",
    "附入账册的佐证文件。",
    "Documents attached to the book as evidence.",
    (
        SEQ,
        text("file", "文件名", "Name of the file", required=True),
        text("about", "所证明的数字、问题或操作", "Figure, finding or act it is evidence of"),
        text("sha256", "文件的 SHA-256", "SHA-256 of the file", required=True),
        text("sm3", "文件的 SM3", "SM3 of the file", required=True),
        text("why", "说明", "Note"),
        WHO,
        AT,
    ),
    "log",
)

JOURNAL_TABLES: tuple[Table, ...] = (JOURNAL_ENTRY, ANSWER, CORRECTION, EVIDENCE_FILE)
Row = Mapping[str, object]


def rows(entries: Sequence[Entry]) -> dict[str, list[Row]]:
    """The rows of the journal tables and the states that acts after the runs set (table `release_state`), by table."""
    return {
        "journal_entry": [_entry(e) for e in entries],
        "answer": list(_answers(entries)),
        "correction": [_correction(e) for e in entries if e.act == "correct"],
        "evidence_file": [_evidence(e) for e in entries if e.act == "attach"],
        "release_state": [
            {"vintage": s.vintage, "year": s.year, "seq": s.seq, "state": s.state, "rank": s.rank, "at": s.at}
            for s in acts.steps(entries)
            if s.seq != s.vintage
        ],
    }


def _entry(e: Entry) -> Row:
    data = json.dumps(e.data, ensure_ascii=False, sort_keys=True)
    return {"seq": e.seq, "act": e.act, "who": e.who, "at": e.when, "why": e.why or None, "data": data, **e.hash.as_dict()}


def _answers(entries: Iterable[Entry]) -> Iterator[Row]:
    for a in acts.answers(entries):
        rule, region, period, at = a.key
        yield {
            "seq": a.seq, "rule": rule, "region_code": region or None, "period": period or None, "key": at or None,
            "found": a.found or None, "answer": a.text, "document": a.document or None, "who": a.who, "at": a.at,
            "approved_seq": a.approved_seq or 0, "approved_by": a.approved_by or None, "approved_at": a.approved_at or None,
        }  # fmt: skip


def _correction(e: Entry) -> Row:
    d = {n: str(v) if v else None for n, v in e.data.items()}
    old = e.data["old"]
    before = old if isinstance(old, Mapping) else {}
    return {
        "seq": e.seq, "measure": d["measure"], "region_code": d["region"], "period": d["period"], "category": d["key"],
        "old": before.get("value") or None, "old_unit": before.get("unit") or None, "state": d["state"], "value": d["value"],
        "unit": d["unit"], "effective": d["effective"], "why": e.why, "document": d["document"], "who": e.who, "at": e.when,
    }  # fmt: skip


def _evidence(e: Entry) -> Row:
    d = e.data
    return {
        "seq": e.seq, "file": d["file"], "about": d["about"] or None, "sha256": d["sha256"], "sm3": d["sm3"],
        "why": e.why or None, "who": e.who, "at": e.when,
    }  # fmt: skip
