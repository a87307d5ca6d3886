"""S1, the sources of a region and year: of its parameters, its rules and its returns; and the files that were submitted."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gep.base.findings import Place, Refused, finding
from gep.base.records import Names, Source
from gep.explain.explanation import citation
from gep.report.form import Form, Line, Scope
from gep.workflow.forms.lists import codes_of, joined, listing, texts, worded
from gep.workflow.forms.parameters import used_by
from gep.workflow.forms.reader import Reader

NAMES = Names("资料来源", "Sources")
FILES = Names("报送文件", "Files submitted")
COLUMNS = (
    worded("name", "著录", "Citation", "label"),
    worded("code", "代号", "Id", "code"),
    worded("kind", "类别", "Kind"),
    worded("link", "DOI 或网址", "DOI or address"),
    worded("used", "用于", "Used for"),
)
FILE_COLUMNS = (
    worded("name", "文件", "File", "label"),
    worded("department", "部门", "Department"),
    worded("figures", "本年数字（个）", "Figures of the year"),
    worded("facts", "全部数字（个）", "All its figures"),
    worded("bytes", "字节", "Bytes"),
    worded("at", "报送日期", "Day"),
    worded("who", "报送人", "Submitted by"),
    worded("sha256", "SHA-256", "SHA-256"),
)
KINDS: Mapping[str, Names] = {
    "standard": Names("标准", "standard"),
    "paper": Names("论文", "paper"),
    "data": Names("数据", "data"),
    "law": Names("法规", "law"),
    "expert": Names("专家判断", "expert judgement"),
    "illustrative": Names("示例数据", "made-up data"),
}
USES: Mapping[str, Names] = {
    "parameter": Names("参数 {n} 个", "parameters: {n}"),
    "rule": Names("规则 {n} 条", "rules: {n}"),
    "return": Names("报送数 {n} 个", "returned figures: {n}"),
}
PLAIN = ("id", "kind", "title", "authors", "year", "doi", "published_in", "url", "note")
UNKNOWN = ("", "-")
Row = Mapping[str, Any]


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """S1 and S1.submissions of a region and year, with those below it."""
    scopes = (gep, *((assets,) if assets is not None else ()))
    uses = _uses(reader, scopes)
    known = _known(reader, scopes)
    lines = [_line(known.get(name, Source(name, "", name)), uses[name]) for name in sorted(uses)]
    if lines:
        made_up = any(name in known and known[name].kind == "illustrative" for name in uses)
        yield listing(("S1", "annex", NAMES), gep, COLUMNS, lines, illustrative=made_up)
    files = [*_files(reader, scopes)]
    if files:
        yield listing(("S1.submissions", "annex", FILES), gep, FILE_COLUMNS, files, [PROOF])


PROOF = Names(
    "原件按哈希值保存在账册中，可用 gep verify 核对。没有本年数字的文件不列，公布数的文件除外。",
    "The originals are kept in the book under their hashes; gep verify checks them. Files without a figure of the year are left "
    "out, except those of published figures.",
)


def _uses(reader: Reader, scopes: Sequence[Scope]) -> dict[str, Counter[str]]:
    """Source -> how many parameters, rules and returned figures rest on it."""
    found: dict[str, Counter[str]] = {}
    assets = scopes[1] if len(scopes) > 1 else None
    for row in used_by(reader, scopes[0], assets):
        found.setdefault(row["source"], Counter())["parameter"] += 1
    rules = {key: source for scope in scopes for key, source in _resolved(reader, scope).rules.items()}
    for source in rules.values():
        found.setdefault(source, Counter())["rule"] += 1
    for one in _returned(reader, scopes).values():
        for source, n in one.sources.items():
            found.setdefault(source, Counter())["return"] += n
    return {name: uses for name, uses in found.items() if name not in UNKNOWN}


def _known(reader: Reader, scopes: Sequence[Scope]) -> dict[str, Source]:
    """The sources as the runs resolved them, the others as the catalogue has them."""
    found = dict(reader.book.catalog.sources)
    for scope in scopes:
        found |= _resolved(reader, scope).sources
    return found


@dataclass(frozen=True)
class _Resolved:
    """What a run resolved for a profile and year, as far as sources go: that of each rule (id, version), and the sources."""

    rules: Mapping[tuple[str, str], str]
    sources: Mapping[str, Source]


def _resolved(reader: Reader, scope: Scope) -> _Resolved:
    """Raises Refused where the rules of the vintage are gone."""
    sql = f"SELECT rules_hash FROM run_all WHERE vintage = {scope.vintage}"
    rules_hash = str(reader.rows(sql)[0]["rules_hash"])
    path = reader.book.rules / rules_hash / "frozen.json"
    if not path.is_file():
        raise Refused([finding("VERIFY-HASH", Place(f"rules/{rules_hash}/frozen.json"))])
    every = reader.kept(f"sources of {rules_hash}", lambda: _read(path))
    return every.get(f"{scope.profile}/{scope.year}", _Resolved({}, {}))


def _read(path: Path) -> dict[str, _Resolved]:
    """By profile/year; of the file only this is kept."""
    found = {}
    for name, content in json.loads(path.read_text(encoding="utf-8")).items():
        if isinstance(content, dict) and "rules" in content:
            rules = {(r["id"], r["version"]): r["source"] for r in content["rules"]}
            sources = {i: Source(**{n: record[n] for n in PLAIN}) for i, record in content.get("sources", {}).items()}
            found[name] = _Resolved(rules, sources)
    return found


def _line(source: Source, uses: Mapping[str, int]) -> Line:
    kind = KINDS.get(source.kind, Names(source.kind, source.kind))
    told = [Names(w.zh.format(n=uses[u]), w.en.format(n=uses[u])) for u, w in USES.items() if uses.get(u)]
    link = f"doi:{source.doi}" if source.doi else source.url
    named = "" if source.authors in UNKNOWN else source.authors
    cited = citation(replace(source, authors=named, doi=""))
    return texts(source.id, [cited, source.id, kind, link, joined(told)])


# ---- returns


@dataclass
class _File:
    """What one submitted file holds of the year, of these regions."""

    figures: int = 0
    departments: set[str] = field(default_factory=set)
    sources: Counter[str] = field(default_factory=Counter)


def _returned(reader: Reader, scopes: Sequence[Scope]) -> dict[str, _File]:
    """SHA-256 -> what the file holds of the year, of the regions of the scopes; both runs of a year may have read the same."""
    places = {code for scope in scopes for code in codes_of(reader, scope)}
    held: dict[str, _File] = {}
    for row in _facts(reader, max(s.vintage for s in scopes)):
        if row["year"] == str(scopes[0].year) and row["region_code"] in places:
            one = held.setdefault(row["sha256"], _File())
            one.figures += row["n"]
            one.sources[row["source"]] += row["n"]
            one.departments.add(row["department"])
    return held


def _facts(reader: Reader, vintage: int) -> Sequence[Row]:
    """Returned figures counted by file, region, year, department and source."""
    sql = (
        "SELECT sha256, region_code, period[1:4] AS year, coalesce(department, '') AS department,"
        f" coalesce(source, '') AS source, count(*) AS n FROM fact_all WHERE vintage = {vintage}"
        " GROUP BY ALL ORDER BY ALL"
    )
    return reader.rows(sql)


def _files(reader: Reader, scopes: Sequence[Scope]) -> Iterator[Line]:
    """The submitted files that hold figures of the year, and those of published figures."""
    vintage = max(s.vintage for s in scopes)
    held = _returned(reader, scopes)
    known = {r["file"] for r in reader.rows(f"SELECT DISTINCT file FROM published_figure_all WHERE vintage = {vintage}")}
    for row in reader.rows(f"SELECT * FROM submission_all WHERE vintage = {vintage} AND status = 'accepted' ORDER BY seq"):
        one = held.get(row["sha256"], _File())
        if not one.figures and row["file"] not in known:
            continue
        departments = "、".join(sorted(d for d in one.departments if d))
        counts = (one.figures, row["facts"], row["bytes"])
        yield texts(
            str(row["seq"]),
            [
                row["file"],
                row["department"] or departments,
                *(str(n) for n in counts),
                f"{row['at']:%Y-%m-%d}",
                row["who"],
                row["sha256"],
            ],
        )
