"""The verbs that carry a year from preliminary to closed, and those that put returns right: thin over gep.workflow."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gep.cli.output import AsJson, BookPath, Lang, Output, Who, open_book

Years = Annotated[str, typer.Option("--year", metavar="Y|A-B", help="年度 / year or years")]
Vintage = Annotated[int | None, typer.Option("--vintage", metavar="V", help="版次,默认最新 / vintage; the newest if left out")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="理由 / reason")]
Document = Annotated[str, typer.Option("--document", help="依据文件 / document it rests on")]
STATE_WORDS = {"reviewed": "已复核", "final": "已定稿", "closed": "已封账"}


def _years(text: str) -> list[int]:
    first, dash, last = text.partition("-")
    if not all(t.isascii() and t.isdigit() for t in ((first, last) if dash else (first,))):
        raise typer.BadParameter("2020 | 2018-2020", param_hint="--year")
    years = list(range(int(first), int(last or first) + 1))
    if not years:
        raise typer.BadParameter("2018-2020", param_hint="--year")
    return years


def _step(act: str, book: Path, year: str, vintage: int | None, why: str, who: str, key: Path | None, out: Output) -> None:
    from gep.ledger.closing import grouped
    from gep.workflow.states import step

    years = _years(year)
    with out.refusals():
        opened = open_book(book)
        with out.progress() as progress:
            done = step(opened, act, years, vintage=vintage, who=who, why=why, key=key, progress=progress)
        result = [{"year": t.year, "vintage": t.vintage, "state": t.state, "seq": t.entry.seq, "digest": t.digest} for t in done]

        def text() -> None:
            for t in done:
                zh = f"{t.year} 年(版次 {t.vintage}){STATE_WORDS[t.state]},日志第 {t.entry.seq} 条"
                en = f"{t.year} (vintage {t.vintage}) is {t.state}, journal entry {t.entry.seq}"
                out.console.print(zh if out.lang == "zh" else en, markup=False)
                if t.digest:
                    words = {
                        "zh": "封账摘要(SHA-256),请印在签字页上:",
                        "en": "Digest of the closing (SHA-256), for the sign-off page:",
                    }
                    out.console.print(words[out.lang], markup=False)
                    out.console.print(f"  {grouped(t.digest)}", markup=False, soft_wrap=True)

        out.end({"steps": result}, opened.recovered, text=text)


def review(
    book: BookPath, year: Years, vintage: Vintage = None, why: Why = "", who: Who = "", lang: Lang = "", as_json: AsJson = False
) -> None:
    """复核:问题均已说明并核准,由他人复核 / Review: every query answered and approved, by another than who ran it."""
    _step("review", book, year, vintage, why, who, None, Output(lang, as_json))


def finalise(
    book: BookPath, year: Years, vintage: Vintage = None, why: Why = "", who: Who = "", lang: Lang = "", as_json: AsJson = False
) -> None:
    """定稿 / Finalise a reviewed year: its closings become the openings of the next."""
    _step("finalise", book, year, vintage, why, who, None, Output(lang, as_json))


def close(
    book: BookPath,
    year: Years,
    vintage: Vintage = None,
    sign: Annotated[
        Path | None,
        typer.Option("--sign", metavar="KEY.pem", exists=True, dir_okay=False, help="用 Ed25519 私钥签名 / sign with"),
    ] = None,
    why: Why = "",
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """封账:写出封账文件与摘要,此后该年不可改动 / Close a final year: sealed, with a digest for the sign-off page."""
    _step("close", book, year, vintage, why, who, sign, Output(lang, as_json))


def reopen(
    book: BookPath,
    year: Annotated[int, typer.Option("--year", metavar="Y", help="年度 / year")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="理由(必填)/ reason (needed)")],
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """重新打开已封账的年度,须由他人并写明理由 / Open a closed year again, by another person, for a reason."""
    from gep.workflow.states import reopen as open_again

    out = Output(lang, as_json)
    with out.refusals():
        done = open_again(open_book(book), year, why=why, who=who)
        words = {
            "zh": f"{year} 年已重新打开(日志第 {done.entry.seq} 条);版次 {done.vintage} 在新版次封账前继续使用",
            "en": f"{year} is open again (entry {done.entry.seq}); vintage {done.vintage} is in use until another is closed",
        }
        out.end(
            {"year": year, "vintage": done.vintage, "seq": done.entry.seq}, (), text=lambda: out.console.print(words[out.lang])
        )


def approve(
    book: BookPath,
    answers: Annotated[list[int] | None, typer.Argument(metavar="[SEQ…]", help="说明的日志序号 / journal numbers")] = None,
    everything: Annotated[bool, typer.Option("--all", help="核准所有待核准的说明 / every answer that waits")] = False,
    why: Why = "",
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """核准对问题的说明,须由他人 / Approve explanations of findings, by another person than gave them."""
    from gep.workflow.approve import approve as agree

    out = Output(lang, as_json)
    with out.refusals():
        done = agree(open_book(book), answers or (), everything=everything, why=why, who=who)
        words = {"zh": f"已核准 {len(done)} 项说明", "en": f"{len(done)} answers approved"}
        out.end({"approved": [e.data["answer"] for e in done]}, (), text=lambda: out.console.print(words[out.lang]))


def correct(
    book: BookPath,
    figure: Annotated[str, typer.Argument(metavar="FIGURE", help="地区/时期/指标[/分类] / region/period/measure[/key]")],
    value: Annotated[str, typer.Option("--value", metavar="X", help="新值 / new amount")] = "",
    unit: Annotated[str, typer.Option("--unit", help="单位,默认同原报 / unit, that of the return if left out")] = "",
    state: Annotated[str, typer.Option("--state", help="not_available | not_applicable")] = "",
    effective: Annotated[
        datetime | None, typer.Option("--effective", metavar="DATE", formats=["%Y-%m-%d"], help="生效日期 / day it takes effect")
    ] = None,
    why: Why = "",
    document: Document = "",
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """更正一个申报数,原件不动 / Put a returned figure right; the original stays as it is."""
    from gep.workflow.correct import correct as put_right

    out = Output(lang, as_json)
    with out.refusals():
        day = effective.date() if effective else None
        entry, told = put_right(
            open_book(book), figure, value=value, unit=unit, state=state, why=why, document=document, effective=day, who=who
        )
        words = {
            "zh": f"已更正 {figure},日志第 {entry.seq} 条;请重新核算",
            "en": f"{figure} is corrected, journal entry {entry.seq}; run the year again",
        }
        out.end({"seq": entry.seq, **entry.data}, told, text=lambda: out.console.print(words[out.lang], markup=False))


def decide(
    book: BookPath,
    figure: Annotated[str, typer.Argument(metavar="FIGURE", help="地区/时期/指标[/分类] / region/period/measure[/key]")],
    department: Annotated[str, typer.Option("--department", help="采用该部门的数据 / the department whose figure is used")] = "",
    why: Why = "",
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """两个部门报送同一数据时,决定采用哪一个 / Say which of two departments' figures is used."""
    from gep.workflow.correct import decide as settle

    out = Output(lang, as_json)
    with out.refusals():
        entry = settle(open_book(book), figure, department, why=why, who=who)
        words = {
            "zh": f"{figure} 采用 {department} 的数据,日志第 {entry.seq} 条",
            "en": f"the figure of {department} is used for {figure}, journal entry {entry.seq}",
        }
        out.end({"seq": entry.seq, **entry.data}, (), text=lambda: out.console.print(words[out.lang], markup=False))


def attach(
    book: BookPath,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", exists=True, dir_okay=False)],
    about: Annotated[str, typer.Option("--about", metavar="FIGURE|ID", help="所证明的数字或问题 / what it is evidence of")] = "",
    why: Why = "",
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """附入佐证文件 / Keep documents with the book as evidence, under their hash."""
    from gep.workflow.attach import attach as keep

    out = Output(lang, as_json)
    with out.refusals():
        done = keep(open_book(book), files, about=about, why=why, who=who)

        def text() -> None:
            for e in done:
                out.console.print(f"{e.seq}  {e.data['file']}  SHA-256 {str(e.data['sha256'])[:12]}…", markup=False)

        out.end({"attached": [{"seq": e.seq, **e.data} for e in done]}, (), text=text)


VERBS = (review, finalise, close, reopen, approve, correct, decide, attach)
