"""`gep compare`: two profiles, two years or two vintages of a book side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gep.cli.output import AsJson, BookPath, Lang, Output, open_book

WAYS = ("--profiles", "--years", "--vintages")


def compare(
    book: BookPath,
    profiles: Annotated[
        tuple[str, str] | None, typer.Option("--profiles", metavar="A B", help="比较两个方案 / compare two profiles")
    ] = None,
    years: Annotated[
        tuple[int, int] | None, typer.Option("--years", metavar="A B", help="比较两年,按可比口径 / compare two years")
    ] = None,
    vintages: Annotated[
        tuple[int, int] | None, typer.Option("--vintages", metavar="A B", help="比较两个版次 / compare two vintages")
    ] = None,
    region: Annotated[str, typer.Option("--region", help="只看该地区 / this region only")] = "",
    year: Annotated[
        int | None, typer.Option("--year", help="只看该年(--profiles、--vintages) / this year only (of profiles, vintages)")
    ] = None,
    profile: Annotated[
        str, typer.Option("--profile", metavar="P", help="核算或资产方案(--years) / profile or asset scheme (of years)")
    ] = "",
    detail: Annotated[
        bool, typer.Option("--detail", help="逐行列出,直到不同的输入(--profiles) / every line, down to the inputs (of profiles)")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="列出全部改变的数(--vintages) / list every changed figure (of vintages)")
    ] = False,
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """比较两个方案、两年或两个版次 / Compare two profiles, two years (over comparable areas) or two vintages."""
    given = [name for name, value in zip(WAYS, (profiles, years, vintages), strict=True) if value]
    if len(given) != 1:
        raise typer.BadParameter(" | ".join(f"{name} A B" for name in WAYS), param_hint=" ".join(given) or "compare")
    _refuse(given[0], {"--year": year is not None, "--profile": bool(profile), "--detail": detail, "--all": every})
    out = Output(lang, as_json)
    if profiles:
        _profiles(out, book, profiles, region, year, detail)
    elif years:
        _years(out, book, years, profile, region)
    elif vintages:
        _vintages(out, book, vintages, region, year, every)


def _refuse(way: str, given: dict[str, bool]) -> None:
    """An option that says nothing about this comparison is misuse, never left aside in silence."""
    fits = {"--profiles": ("--year", "--detail"), "--years": ("--profile",), "--vintages": ("--year", "--all")}[way]
    for name, there in given.items():
        if there and name not in fits:
            raise typer.BadParameter(f"{way}: {', '.join(('--region', *fits))}", param_hint=name)


def _profiles(out: Output, book: Path, profiles: tuple[str, str], region: str, year: int | None, detail: bool) -> None:
    """The difference of each service in terms that add up to it."""
    from gep.report.pairs import pairs
    from gep.workflow.compare import compare_profiles

    with out.refusals():
        places = compare_profiles(open_book(book), *profiles, region=region, year=year)
        result = {"left": profiles[0], "right": profiles[1], "places": [p.as_dict() for p in places]}
        out.end(result, (), text=lambda: out.console.print(pairs(places, *profiles, out.lang, detail=detail)))


def _years(out: Output, book: Path, years: tuple[int, int], profile: str, region: str) -> None:
    """Every region whose area is the same, and the comparable areas of the rest."""
    from gep.report.year_pairs import year_pairs
    from gep.workflow.compare_years import compare_years

    if years[0] == years[1]:
        raise typer.BadParameter(f"{years[0]} {years[1]}", param_hint="--years")
    with out.refusals():
        found, told = compare_years(open_book(book), *years, profile=profile, region=region)
        result: dict[str, Any] = found.as_dict()
        out.end(result, told, text=lambda: out.console.print(year_pairs(found, out.lang)))


def _vintages(out: Output, book: Path, vintages: tuple[int, int], region: str, year: int | None, every: bool) -> None:
    """Each changed figure and what changed it."""
    from gep.report.vintage_pairs import vintage_pairs
    from gep.workflow.compare_vintages import compare_vintages

    if vintages[0] == vintages[1]:
        raise typer.BadParameter(f"{vintages[0]} {vintages[1]}", param_hint="--vintages")
    with out.refusals():
        found = compare_vintages(open_book(book), *vintages, region=region, year=year)
        out.end(found.as_dict(), (), text=lambda: out.console.print(vintage_pairs(found, out.lang, every=every)))
