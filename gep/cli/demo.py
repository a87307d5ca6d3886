"""`gep demo`: the shipped books from their returns to signed statements, and the departure audit of a term."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gep.cli.output import AsJson, Lang, Output

if TYPE_CHECKING:
    from gep.workflow.demo import Term
    from gep.workflow.render import Rendered


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="放示例账册的目录 / where to put the demo books")] = Path(
        "gep-demo"
    ),
    years: Annotated[
        str, typer.Option("--years", metavar="Y|A-B|all", help="示例市核算哪些年 / years of the example city")
    ] = "all",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """用随附账册演示全过程:甘孜州 2010 年、示例市七年、一次离任审计 / Run the shipped books and audit a term."""
    from gep.report import terminal as show
    from gep.report.indices import index_table
    from gep.report.years import by_year
    from gep.workflow.demo import BY_SERVICE, CITY, CITY_INDEX, CITY_TOTALS, FIGURE, audited, signed
    from gep.workflow.demo import demo as run_demo
    from gep.workflow.explain import explain as explain_figure
    from gep.workflow.views import rows

    out = Output(lang, as_json)
    with out.refusals():
        with out.progress() as progress:
            made, city = run_demo(folder, progress=progress), run_demo(folder, CITY, years=years, progress=progress)
            ran = [one for one in (made, city) if one.made.vintage is not None]
            chosen: Literal["zh", "en"] = "zh" if out.lang == "zh" else "en"
            printed_of = [signed(one, chosen, progress=progress) for one in ran]
            term = audited(city, chosen, progress=progress) if city.made.vintage is not None else None
        stopped = [f for f in term.made.findings if f.severity == "stop"] if term is not None and term.made is not None else []
        told = [*stopped, *(f for s in made.submitted for f in s.findings), *made.made.findings]
        told_of_city = [*(f for s in city.submitted for f in s.findings), *city.made.findings]
        for one, findings in ((made, told), (city, told_of_city)):
            if one.made.vintage is None:
                out.end({"book": str(one.book.root)}, findings, text=lambda: None)
        totals = rows(made.book, "SELECT * FROM gep_total WHERE zone = '-' ORDER BY profile")
        printed = rows(made.book, "SELECT * FROM published_figure ORDER BY file, row")
        example = explain_figure(made.book, FIGURE, out.lang)
        services, by_region = rows(city.book, BY_SERVICE), rows(city.book, CITY_TOTALS)
        indices = rows(city.book, CITY_INDEX)

        names, regions = city.book.catalog.codes["service"], city.book.config.regions

        def text() -> None:
            out.console.print(show.published(printed, out.lang))
            out.console.print(show.totals(totals, out.lang))
            out.console.print(show.explanation(example, out.lang))
            out.console.print(show.findings(told, out.lang))
            out.console.print(by_year(services, by_region, names, regions, out.lang))
            out.console.print(index_table(indices, out.lang))
            out.console.print(show.checks(city.made.checks, told_of_city, out.lang), markup=False)
            out.console.print(show.counted(told_of_city, out.lang))
            out.console.print(_where_to_look(made.book.root, city.book.root, out.lang))
            for one in printed_of:
                out.console.print(_statements(one, out.lang), markup=False, soft_wrap=True)
            out.console.print(_audit(term, out.lang), markup=False, soft_wrap=True)

        verdicts = {v: sum(1 for r in printed if r["verdict"] == v) for v in ("meets", "misses", "not_computed")}
        result: dict[str, Any] = {"book": str(made.book.root), "vintage": made.made.vintage}
        result |= {"totals": totals, "published": verdicts}
        result |= {"city": {"book": str(city.book.root), "vintage": city.made.vintage, "totals": by_region, "services": services}}
        result |= {"statements": [one.as_dict() for one in printed_of], "audit": _audit_data(term)}
        out.end(result, told, text=text, told_by_text=True)


def _where_to_look(root: Path, city: Path, lang: str) -> str:
    lines = {
        "zh": ("账册", "解释任一数字", "用 SQL 查询", "比较两个方案", "生态产品目录清单", "示例市(示例数据)", "资产表与总表"),
        "en": (
            "The book",
            "Explain any figure",
            "Ask SQL",
            "Compare two profiles",
            "The product catalogue",
            "The example city",
            "Asset tables and balance sheet",
        ),
    }[lang]
    return "\n".join(
        [
            f"{lines[0]}: {root}",
            f"{lines[1]}: gep explain {root} value_account/513300/2010/soil_retention/silt",
            f'{lines[2]}: gep sql {root} "FROM value_account SELECT service, benefit, value"',
            f"{lines[3]}: gep compare {root} --profiles garze-2017 garze-2017-one-carbon",
            f"{lines[5]}: {city}",
            f"{lines[4]}: gep catalogue {city} --year 2022",
            f"{lines[6]}: gep sheet {city} LA-01 BS-00 --year 2022",
        ]
    )


def _audit(term: Term | None, lang: str) -> str:
    """Where the papers of the audit are, the page first; or why there are none."""
    zh = lang == "zh"
    if term is None or term.missing:
        lacking = ", ".join(map(str, term.missing)) if term is not None else "-"
        told = (
            f"离任审计:示例任期需要已封账的年度 {lacking};核算全部年度(--years all)时一并演示。"
            if zh
            else f"Departure audit: the sample terms need closed years {lacking}; shown when all years are run (--years all)."
        )
        return told
    held = term.made.delivered if term.made is not None else None
    title = "离任审计(示例数据)" if zh else "Departure audit (made-up data)"
    lines = [f"{title} {held.folder if held is not None else term.root}"]
    files = sorted(held.files, key=lambda f: not f[0].endswith(".html")) if held is not None else []
    lines += [f"  {name}  SHA-256 {sha256[:16]}" for name, sha256 in files]
    more = "  连同可自行校验、可重做的证据包:" if zh else "  with a pack that checks itself and can be made again: "
    return "\n".join([*lines, f"{more}{term.command}"])


def _audit_data(term: Term | None) -> dict[str, Any] | None:
    if term is None:
        return None
    held = term.made.delivered if term.made is not None else None
    files = [{"path": str(held.folder / name), "sha256": sha256} for name, sha256 in held.files] if held is not None else []
    return {"engagement": str(term.root), "tenure": str(term.tenure), "missing_years": list(term.missing), "files": files}


def _statements(done: Rendered, lang: str) -> str:
    """Where the statements of a book are, the page to open first."""
    title = "年度报表" if lang == "zh" else "Statements"
    files = sorted(done.files, key=lambda f: f.path.suffix != ".html")
    return "\n".join(
        [f"{title} {files[0].path.parent}", *(f"  {f.path.name}  {f.bytes:,}" for f in files), f"  {done.told(lang)}"]
    )
