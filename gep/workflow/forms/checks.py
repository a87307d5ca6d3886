"""Q1, the check results: what the checks of a vintage found about a region, those below it and a year, and what was answered."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gep.base.findings import LANGUAGES
from gep.base.records import Names, Severity
from gep.report.form import Form, Line, Scope, text, words
from gep.report.words import WORDS
from gep.workflow.forms.coverage import REGIONS, few
from gep.workflow.forms.lists import codes_of, listing, said, worded
from gep.workflow.forms.reader import Reader

NAMES = Names("审核结果", "Check results")
COLUMNS = (
    worded("name", "审核结果", "What was found", "label"),
    worded("code", "规则", "Rule", "code"),
    worded("severity", "类别", "Kind"),
    worded("place", "地区及位置", "Region and place"),
    worded("found", "实为", "Found"),
    worded("expected", "应为", "Expected"),
    worded("difference", "差额", "Difference"),
    worded("status", "状态", "Status"),
    worded("answer", "说明", "Answer"),
)
RANK = {str(severity): i for i, severity in enumerate(Severity)}
ALIKE = 3  # notes of one rule that stand one by one; of more the first stands for all
MOST = 200  # lines that a form has room for
STATUS: Mapping[tuple[str, str], Names] = {
    ("stop", "open"): Names("未解决", "not solved"),
    ("query", "open"): Names("待说明", "to be answered"),
    ("note", "open"): Names("告知", "told"),
}
KIND: Mapping[str, Names] = {
    "stop": Names("强制性", "must be mended"),
    "query": Names("核实性", "to be answered"),
    "note": Names("提示", "note"),
}
ANSWERED = ("answered", "approved")
ALL = Names("全账册", "whole book")
Row = Mapping[str, Any]
AnswerKey = tuple[str | None, ...]


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """Q1 of a region and year; it says so where nothing was found."""
    found = findings_of(reader, gep, assets)
    lines = [_line(reader, group) for group in grouped(found)]
    notes = list(_counts(found))
    if len(lines) > MOST:
        left = len(lines) - MOST
        notes.append(Names(f"另有 {left} 行，见视图 finding。", f"{left} more lines, see the view finding."))
    yield listing(("Q1", "quality", NAMES), gep, COLUMNS, lines[:MOST], notes)


def findings_of(reader: Reader, gep: Scope, assets: Scope | None) -> list[Row]:
    """The findings of the vintages of a year about a region, those below it, or the book as a whole, each once, worst first.

    An answer that was given or approved after the run is there too, as long as what was found is what it was given for.
    """
    scopes = (gep, *((assets,) if assets is not None else ()))
    places = {code for scope in scopes for code in codes_of(reader, scope)}
    own = {scope.profile for scope in scopes}
    others = set(reader.book.config.regions) | (set(reader.book.catalog.schemes) - own)
    held: dict[str, Row] = {}
    for vintage in dict.fromkeys(scope.vintage for scope in scopes):
        for row in _by_year(reader, vintage, gep.year):
            code = row["region_code"]
            if (code is None or code in places or code not in others) and row["key"] not in others:
                held.setdefault(row["id"], row)
    given = reader.kept("answers by finding", lambda: _answers(reader))
    return sorted((_answered(row, given) for row in held.values()), key=lambda r: (RANK[r["severity"]], *_place_key(r)))


def _by_year(reader: Reader, vintage: int, year: int) -> Sequence[Row]:
    """The findings of a vintage that name the year, a month or day of it, or no time at all."""
    sql = (
        f"SELECT * FROM finding_all WHERE vintage = {vintage} AND (period IS NULL OR period LIKE '{int(year)}%' )"
        " ORDER BY seq, id"
    )
    return reader.rows(sql)


def _place_key(row: Row) -> tuple[str, ...]:
    first = (str(row[n] or "") for n in ("rule", "region_code", "period", "key", "file"))
    return (*first, f"{row['row'] or 0:09d}", row["id"])


def _answers(reader: Reader) -> dict[AnswerKey, Row]:
    """The latest answer to what a rule found in a place."""
    held: dict[AnswerKey, Row] = {}
    for row in reader.rows(f"SELECT * FROM answer_all WHERE {reader.since()} ORDER BY seq"):
        approved = row["approved_seq"] if reader.counts(row["approved_seq"]) else 0
        held[_finding_key(row)] = {**row, "approved_seq": approved}
    return held


def _finding_key(row: Row) -> AnswerKey:
    return tuple(row[n] or None for n in ("rule", "region_code", "period", "key"))


def _answered(row: Row, given: Mapping[AnswerKey, Row]) -> Row:
    answer = given.get(_finding_key(row))
    if row["severity"] != str(Severity.QUERY) or answer is None or answer["found"] not in (None, "", row["found"]):
        return row  # nobody answered, or the figures have changed since
    status = "approved" if answer["approved_seq"] else "answered"
    return {**row, "status": status, "answer": answer["answer"], "answered_by": answer["who"]}


def grouped(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    """The findings one by one, but notes of one rule together where they are many, each group where its first one stands."""
    held = list(rows)
    count = Counter(r["rule"] for r in held if r["severity"] == str(Severity.NOTE))
    seen: set[str] = set()
    for row in held:
        if row["severity"] != str(Severity.NOTE) or count[row["rule"]] <= ALIKE:
            yield [row]
        elif row["rule"] not in seen:
            seen.add(row["rule"])
            yield [r for r in held if r["rule"] == row["rule"] and r["severity"] == row["severity"]]


def _line(reader: Reader, group: Sequence[Row]) -> Line:
    first, several = group[0], len(group) > 1
    told = Names(first["text_zh"], first["text_en"])
    if several:
        told = Names(f"{told.zh}（同类共 {len(group)} 条，此为其一）", f"{told.en} (the first of {len(group)} of its kind)")
    amounts = [said(None if several else first[name]) for name in ("found", "expected", "difference")]
    cells = (
        words(told),
        text(first["rule"]),
        words(KIND[first["severity"]]),
        said(_places(reader, group) if several else _place(reader, first)),
        *amounts,
        words(_status(first)),
        said(_answer(first)),
    )
    return Line(first["id"], cells)


def _places(reader: Reader, group: Sequence[Row]) -> Names:
    codes = list(dict.fromkeys(r["region_code"] for r in group if r["region_code"] in reader.book.config.regions))
    return few([reader.region(code) for code in codes], REGIONS) or ALL


def _place(reader: Reader, row: Row) -> Names:
    """The region, the figure and the place in a file, as far as the finding names them."""
    code, regions = row["region_code"], reader.book.config.regions
    name = reader.region(code) if code in regions else Names(code, code) if code else ALL
    spot = ":".join(str(row[n]) for n in ("file", "row", "column") if row[n]) if row["row"] else ""
    where = [str(row["key"] or ""), spot]
    return Names(*("; ".join(filter(None, (name.of(lang), *where))) for lang in LANGUAGES))


def _status(row: Row) -> Names:
    status = row["status"]
    if status in ANSWERED:
        return Names(WORDS["zh"][status], WORDS["en"][status])
    return STATUS.get((row["severity"], status), Names(status, status))


def _answer(row: Row) -> Names | None:
    """What was answered and by whom, in the words of who did."""
    if not row["answer"]:
        return None
    by = row["answered_by"]
    return Names(f"{row['answer']}（{by}）", f"{row['answer']} ({by})") if by else Names(row["answer"], row["answer"])


def _counts(rows: Sequence[Row]) -> Iterator[Names]:
    """How many of each kind, and how many of those that ask for an answer have one."""
    count = Counter(r["severity"] for r in rows)
    done = Counter(r["status"] for r in rows if r["severity"] == str(Severity.QUERY))
    answered, approved = sum(done[s] for s in ANSWERED), done["approved"]
    yield Names(
        f"强制性 {count['stop']} 条，核实性 {count['query']} 条（已说明 {answered} 条，其中已核准 {approved} 条），"
        f"提示 {count['note']} 条。",
        f"To be mended: {count['stop']}; to be answered: {count['query']} (answered {answered}, of which approved {approved}); "
        f"notes: {count['note']}.",
    )
    if not rows:
        yield Names("审核没有发现问题。", "The checks found nothing.")
