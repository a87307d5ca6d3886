"""What `gep audit` tells of its results: score and grade of each term, suspicions, open problems, and where the files are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gep.base.rounding import store

if TYPE_CHECKING:
    from gep.workflow.audit.deliver import Made
    from gep.workflow.audit.forms.case import TermResult

WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "term": "{id}:{score};疑点 {suspicions},不能判断的规则 {unassessed};核算核查 {checks}",
        "score": "评价 {score},等次 {grade}(已评价分值 {share}%)",
        "no_grade": "未定",
        "unscored": "没有评价",
        "unjudged": "-",
        "manual": ";有须由人决定的一票否决",
        "illustrative": "评价体系为示例数据",
        "problems": "问题 {problems},截至 {day} 未销号 {open}",
        "content": "台账和报告(内容摘要 {content}):",
        "none": "没有生成台账和报告,见核查结果。",
        "kept": "日志第 {seq} 条",
        "known": "与已存的相同,日志不再记录",
    },
    "en": {
        "term": "{id}: {score}; {suspicions} suspicions, {unassessed} rules not judged; checks of the account: {checks}",
        "score": "score {score}, grade {grade} ({share} % of the points assessed)",
        "no_grade": "none",
        "unscored": "not evaluated",
        "unjudged": "-",
        "manual": "; a veto is left to people",
        "illustrative": "the evaluation scheme is made up",
        "problems": "{problems} problems, {open} not closed at the end of {day}",
        "content": "Ledgers and report (digest of the content {content}):",
        "none": "No ledgers and report were made; see the findings.",
        "kept": "journal entry {seq}",
        "known": "the same as those kept, not entered again",
    },
}


def add_results(result: dict[str, Any], made: Made) -> dict[str, Any]:
    """The result with what was found and where it is; null where nothing could be made."""
    results, delivered = made.results, made.delivered
    terms = [_term(t) for t in results.terms] if results is not None else None
    files = None
    if delivered is not None:
        listed = [{"path": str(delivered.folder / name), "sha256": sha256} for name, sha256 in delivered.files]
        seq = delivered.entry.seq if delivered.entry is not None else None
        files = {"content": delivered.content, "folder": str(delivered.folder), "files": listed, "seq": seq}
    return {**result, "terms": terms, "open_problems": made.open_problems, "papers": files}


def _term(term: TermResult) -> dict[str, Any]:
    scored, judged = term.scored, term.judged
    return {
        "id": term.subject.id,
        "score": None if scored is None or scored.printed is None else f"{scored.printed:f}",
        "grade": None if scored is None or scored.grade is None else scored.grade.id,
        "assessed": None if scored is None else f"{store(scored.assessed * 100, 2):f}",
        "illustrative": scored is not None and scored.evaluation.illustrative,
        "manual_veto": scored is not None and scored.manual,
        "suspicions": None if judged is None else len(judged.suspicions),
        "unassessed": None if judged is None else len(judged.unassessed),
        "red_line": None if term.redline is None else len(term.redline.lines),
        "checks": dict(Counter(str(f.severity) for f in term.account.findings)),
    }


def result_lines(made: Made, lang: str) -> Iterator[str]:
    """A line for each term, the problems, and the files with their hashes."""
    words, results, delivered = WORDS[lang], made.results, made.delivered
    for term in results.terms if results is not None else ():
        yield _term_line(term, words, lang)
    if results is not None:
        problems = len(results.collected.problems)
        yield words["problems"].format(problems=problems, day=results.day, open=made.open_problems)
    if delivered is None:
        yield words["none"]
        return
    yield words["content"].format(content=delivered.content)
    for name, sha256 in delivered.files:
        yield f"  {delivered.folder / name}  SHA-256 {sha256}"
    yield words["kept"].format(seq=delivered.entry.seq) if delivered.entry is not None else words["known"]


def _term_line(term: TermResult, words: Mapping[str, str], lang: str) -> str:
    scored, judged = term.scored, term.judged
    told = words["unscored"]
    if scored is not None and scored.printed is not None:
        grade = scored.grade.names.of(lang) if scored.grade is not None else words["no_grade"]
        share = f"{store(scored.assessed * 100, 1):f}"
        told = words["score"].format(score=f"{scored.printed:f}", grade=grade, share=share)
        told += words["manual"] if scored.manual else ""
        told += f"; {words['illustrative']}" if scored.evaluation.illustrative else ""
    counted = Counter(str(f.severity) for f in term.account.findings)
    return words["term"].format(
        id=term.subject.id,
        score=told,
        suspicions=words["unjudged"] if judged is None else len(judged.suspicions),
        unassessed=words["unjudged"] if judged is None else len(judged.unassessed),
        checks=", ".join(f"{name} {n}" for name, n in sorted(counted.items())) or "-",
    )
