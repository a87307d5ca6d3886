"""The verb that proves a book, an evidence pack or an engagement of an audit: thin over gep.workflow.verify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gep.cli.output import AsJson, BookPath, Lang, Output, open_book

if TYPE_CHECKING:
    from gep.workflow.verify import Anchors


def verify(
    book: BookPath,
    reperform: Annotated[
        bool, typer.Option("--reperform", help="用冻结的规则重新执行并逐字节比对 / run again from the frozen rules, byte by byte")
    ] = False,
    vintage: Annotated[
        list[int] | None, typer.Option("--vintage", metavar="V", help="重新执行哪些版次 / which vintages to perform again")
    ] = None,
    anchor: Annotated[
        list[str] | None,
        typer.Option("--anchor", metavar="SEQ:SHA256", help="另行保存的日志摘要 / journal digest kept elsewhere"),
    ] = None,
    digest: Annotated[
        list[str] | None, typer.Option("--digest", metavar="HEX", help="签字页上的封账摘要 / digest on the sign-off page")
    ] = None,
    public_key: Annotated[
        Path | None,
        typer.Option("--public-key", metavar="KEY.pem", exists=True, dir_okay=False, help="封账签名的公钥 / public key"),
    ] = None,
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """校验账册、证据包或审计项目,指出被改动之处 / Check a book, evidence pack or engagement; name what was changed and where.

    离任审计证据包可以是压缩包,也可以是解压后的目录。--reperform 重新执行账册中的核算;对离任审计证据包,从包内重做全部台账和报告并
    逐字节比对。/ The pack of an audit may be an archive or unpacked. With --reperform the runs of a book are done again; of the
    pack of an audit all papers are made again from the pack alone and compared byte by byte.
    """
    from gep.ledger.closing import read_public_key, ungrouped
    from gep.workflow.audit.pack_check import is_audit_pack
    from gep.workflow.verify import Anchors, verify_again
    from gep.workflow.verify import verify as look

    out = Output(lang, as_json)
    entries = dict(_anchor(text) for text in anchor or ())
    closings = tuple(ungrouped(text) for text in digest or ())
    if "" in closings:
        raise typer.BadParameter("64 × [0-9a-f]", param_hint="--digest")
    if (book / "engagement.json").is_file():
        if reperform or vintage or digest or public_key:
            raise typer.BadParameter("--anchor", param_hint="BOOK/engagement.json")
        _engagement(out, book, entries)
    if is_audit_pack(book):
        if vintage:
            raise typer.BadParameter("gep verify PACK/book --vintage V", param_hint="--vintage")
        _audit_pack(out, book, Anchors(entries, closings, read_public_key(public_key) if public_key else ""), reperform=reperform)
    with out.refusals():
        opened = open_book(book)
        key = read_public_key(public_key) if public_key else ""
        with out.progress() as progress:
            done = look(opened, Anchors(entries, closings, key), progress)
            again = verify_again(opened, vintage or (), progress) if reperform or vintage else []
        words = {"zh": f"已校验 {done.checked} 项", "en": f"{done.checked} things checked"}
        found = [*done.findings, *again, *done.beyond]
        result = {"checked": done.checked, "beyond": [f.as_dict() for f in done.beyond]}
        out.end(result, found, text=lambda: out.console.print(words[out.lang], markup=False))


def _engagement(out: Output, folder: Path, anchors: dict[int, str]) -> None:
    """Check an engagement: its journal, its files and papers, and who took which act. Leaves with the exit code."""
    from gep.workflow.audit.engagement import Engagement, verify_engagement

    with out.refusals():
        found = verify_engagement(folder, anchors)
        checked = 0 if found else len(Engagement(folder).entries())
        told = {"zh": "审计项目有问题,见核查结果", "en": "the engagement has faults, see the findings"}
        if not found:
            told = {
                "zh": f"审计项目:已校验日志 {checked} 条及其文件",
                "en": f"engagement: {checked} entries and their files checked",
            }
        out.end({"checked": checked, "beyond": []}, found, text=lambda: out.console.print(told[out.lang], markup=False))


def _audit_pack(out: Output, path: Path, anchors: Anchors, *, reperform: bool) -> None:
    """Check the pack of an audit and, if asked and nothing is wrong with it, make its papers again. Leaves with the exit code."""
    from gep.base.findings import stops
    from gep.workflow.audit.again import again
    from gep.workflow.audit.pack_check import check_audit_pack, opened

    with out.refusals():
        with out.progress() as progress, opened(path) as root:
            found = check_audit_pack(root, anchors, progress)
            if reperform and not stops(found):
                found += again(root, progress)
            files = sum(1 for p in root.rglob("*") if p.is_file())
        told = {"zh": f"离任审计证据包:{files} 个文件", "en": f"pack of an audit: {files} files"}
        out.end({"checked": files, "beyond": []}, found, text=lambda: out.console.print(told[out.lang], markup=False))


def _anchor(text: str) -> tuple[int, str]:
    from gep.ledger.closing import ungrouped

    seq, _, sha256 = text.partition(":")
    plain = ungrouped(sha256)
    if not (seq.isascii() and seq.isdigit()) or not plain:
        raise typer.BadParameter("SEQ:SHA256 (12:66c7f0f4…)", param_hint="--anchor")
    return int(seq), plain
