"""What `gep audit` says at its end to whoever sees an audit for the first time: what lies where, and what is to be done next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gep.workflow.audit.deliver import Made
    from gep.workflow.audit.pack import Packed

SHOWN = 6  # numbers of records in a line; the ledgers have them all
LIES: Mapping[str, tuple[str, str]] = {  # ending of a file -> what it is
    ".html": ("先看这个:网页,报告与全部台账,每个数字可点开到报送单元格(用浏览器打开)",
              "open this first, in a browser: report and all ledgers, every figure opens down to the returned cell"),
    ".pdf": ("审计报告", "the report"),
    ".xlsx": ("台账(合计为活公式)", "the ledgers (totals are live formulas)"),
}  # fmt: skip
WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "where": "什么在哪里:",
        "pack": "  {path}  证据包,交给他人:可自行校验、可重做({files} 个文件,{bytes} 字节)",
        "digest": "    证据包摘要 SHA-256 {digest}(请抄录在交接单上)",
        "journal": "  {path}  审计项目的日志;收入的文件、证据、规则都在同一目录,不要手工改动",
        "next": "接下来要做(改任期文件旁的 records/*.toml 等资料,或用 gep engagement 登记,再执行同一命令;已有的不会丢失):",
        "draft": "目前是征求意见稿:各页均带“草案”字样,封存后才是定稿。",
        "final": "审计项目已封存,台账和报告为定稿。",
        "verify": "随时核对:gep verify {root}",
        "again": "核对并重做证据包:gep verify {path} --reperform",
        "more": " 等 {count} 项",
        "not_assessed": "  评价:{count} 项没有资料可评:{of}",
        "suspicions": "  疑点:{count} 条待核实(疑点不计分):{of}",
        "not_judged": "  疑点规则:{count} 条因缺少数据不能判断或只判断了一部分:{of}",
        "unsigned": "  取证单:{count} 份没有提供方意见,也没有写明拒签原因:{of}",
        "unreviewed": "  底稿:{count} 份没有复核:{of}",
        "unclassified": "  问题:{count} 个没有写明责任类型和依据:{of}",
        "unanswered": "  意见:{count} 条没有答复是否采纳:{of}",
        "open_problems": "  整改:{count} 个问题没有销号:{of}",
        "handover": "  交接台账:{count} 个签字没有登记(gep engagement sign):{of}",
        "unsealed": "  以上办完、征求意见后,由组长封存(gep engagement seal)。",
    },
    "en": {
        "where": "What lies where:",
        "pack": "  {path}  the pack, to hand on: checks itself, can be made again ({files} files, {bytes} bytes)",
        "digest": "    digest of the pack, SHA-256 {digest} (write it on the note of delivery)",
        "journal": "  {path}  journal of the engagement; files taken, evidence and rules stand beside it, not to be edited",
        "next": "To do next (change the files beside the tenure, or use gep engagement, and run this again; nothing is lost):",
        "draft": "This is a draft: every page says so until the engagement is sealed.",
        "final": "The engagement is sealed; ledgers and report are final.",
        "verify": "To check at any time: gep verify {root}",
        "again": "To check the pack and make its papers again: gep verify {path} --reperform",
        "more": " … ({count})",
        "not_assessed": "  evaluation: {count} items could not be assessed: {of}",
        "suspicions": "  suspicions: {count} to be looked into (they enter no score): {of}",
        "not_judged": "  rules of suspicion: {count} not judged, or in part, for want of data: {of}",
        "unsigned": "  evidence forms: {count} without opinion of the provider or reason of refusal: {of}",
        "unreviewed": "  working papers: {count} not reviewed: {of}",
        "unclassified": "  problems: {count} without class of responsibility and grounds: {of}",
        "unanswered": "  comments: {count} without an answer: {of}",
        "open_problems": "  rectification: {count} problems not closed: {of}",
        "handover": "  handover ledger: {count} signatures not recorded (gep engagement sign): {of}",
        "unsealed": "  when that is done and comments were heard, the lead seals the engagement (gep engagement seal).",
    },
}


def guide(root: Path, made: Made, packed: Packed | None, lang: str) -> Iterator[str]:
    """The lines; none where no papers were made."""
    from gep.workflow.audit.remaining import remaining

    words = WORDS[lang]
    if made.results is None or made.delivered is None:
        return
    yield ""
    yield words["where"]
    told = dict.fromkeys(LIES)
    for name, _ in sorted(made.delivered.files, key=lambda f: [*told].index(Path(f[0]).suffix)):
        yield f"  {made.delivered.folder / name}  {LIES[Path(name).suffix][lang == 'en']}"
    if packed is not None:
        yield words["pack"].format(path=packed.path, files=packed.files, bytes=f"{packed.bytes:,}")
        yield words["digest"].format(digest=packed.digest)
    yield words["journal"].format(path=root / "journal.jsonl")
    yield words["final" if made.results.sealed else "draft"]
    yield words["next"]
    for left in remaining(made.results):
        more = words["more"].format(count=len(left.of)) if len(left.of) > SHOWN else ""
        yield words[left.kind].format(count=len(left.of), of=", ".join(left.of[:SHOWN]) + more)
    yield words["verify"].format(root=root)
    if packed is not None:
        yield words["again"].format(path=packed.path)


def pack_data(packed: Packed | None) -> dict[str, Any] | None:
    """The pack for --json; null where none was made."""
    if packed is None:
        return None
    return {
        "path": str(packed.path), "bytes": packed.bytes, "files": packed.files, "digest": packed.digest, "seq": packed.entry.seq,
    }  # fmt: skip


def remaining_data(made: Made) -> list[dict[str, Any]] | None:
    """What is left to do for --json; null where there are no results."""
    from gep.workflow.audit.remaining import remaining

    if made.results is None:
        return None
    return [{"kind": left.kind, "of": list(left.of)} for left in remaining(made.results)]
