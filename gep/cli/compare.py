"""`gep compare`: two profiles, years, regions or vintages of a book side by side, with the causes of the change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gep.cli.output import AsJson, BookPath, Lang, Output, open_book

if TYPE_CHECKING:
    from gep.explain.change import Causes

WAYS = ("--profiles", "--years", "--vintages", "--regions")
FITS = {
    "--profiles": ("--region", "--year", "--detail", "--chart"),
    "--years": ("--region", "--zone", "--profile", "--basis", "--detail", "--chart"),
    "--vintages": ("--region", "--year", "--detail", "--all", "--chart"),
    "--regions": ("--year", "--zone", "--profile", "--basis", "--detail", "--chart"),
}
WHOLE = "-"  # zone of the whole region


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
    regions: Annotated[
        tuple[str, str] | None,
        typer.Option("--regions", metavar="R1 R2", help="比较两个地区,须给 --year / compare two regions, needs --year"),
    ] = None,
    region: Annotated[str, typer.Option("--region", help="只看该地区 / this region only")] = "",
    zone: Annotated[
        str, typer.Option("--zone", metavar="Z", help="各地区的一个分区(--years、--regions) / one zone of every region")
    ] = WHOLE,
    year: Annotated[int | None, typer.Option("--year", help="只看该年(--years 除外) / this year only (not of years)")] = None,
    profile: Annotated[
        str,
        typer.Option(
            "--profile", metavar="P", help="核算或资产方案(--years、--regions) / profile or asset scheme (of years, regions)"
        ),
    ] = "",
    basis: Annotated[
        str,
        typer.Option("--basis", metavar="BASIS", help="价格基准,如 constant:2020 / price basis such as constant:2020"),
    ] = "",
    detail: Annotated[
        bool, typer.Option("--detail", help="逐行列出,方案比较直到不同的输入 / every line; of profiles down to the inputs")
    ] = False,
    chart: Annotated[
        Path | None, typer.Option("--chart", metavar="FILE.json", help="把图形数据写入文件 / write chart data to a file")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="列出全部改变的数(--vintages) / list every changed figure (of vintages)")
    ] = False,
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """比较两个方案、两年、两个地区或两个版次 / Compare two profiles, years (over comparable areas), regions or vintages."""
    given = [name for name, value in zip(WAYS, (profiles, years, vintages, regions), strict=True) if value]
    if len(given) != 1:
        raise typer.BadParameter(" | ".join(f"{name} A B" for name in WAYS), param_hint=" ".join(given) or "compare")
    told = {"--year": year is not None, "--profile": bool(profile), "--detail": detail, "--all": every}
    told |= {"--region": bool(region), "--basis": bool(basis), "--zone": zone != WHOLE, "--chart": chart is not None}
    _refuse(given[0], told)
    out = Output(lang, as_json)
    if profiles:
        _profiles(out, book, profiles, region, year, detail, chart)
    elif years:
        _years(out, book, years, profile, region, basis, zone, detail, chart)
    elif regions:
        _regions(out, book, regions, year, profile, basis, zone, detail, chart)
    elif vintages:
        _vintages(out, book, vintages, region, year, detail, every, chart)


def _refuse(way: str, given: dict[str, bool]) -> None:
    """An option that says nothing about this comparison is misuse, never left aside in silence."""
    for name, there in given.items():
        if there and name not in FITS[way]:
            raise typer.BadParameter(f"{way}: {', '.join(FITS[way])}", param_hint=name)


def _profiles(
    out: Output, book: Path, profiles: tuple[str, str], region: str, year: int | None, detail: bool, chart: Path | None
) -> None:
    """The difference of each service by factors and, in detail, in terms that add up to it."""
    from rich.console import Group

    from gep.report.explained import FEW, explained
    from gep.report.explained_chart import write_explained_chart
    from gep.report.pairs import pairs
    from gep.workflow.compare import compare_profiles, profile_causes

    with out.refusals():
        held = open_book(book)
        places = compare_profiles(held, *profiles, region=region, year=year)
        causes = profile_causes(held, *profiles, places)
        result: dict[str, Any] = {"left": profiles[0], "right": profiles[1], "places": [p.as_dict() for p in places]}
        result["causes"] = [c.as_dict(detail=detail) for c in causes]
        if chart is not None:
            write_explained_chart(chart, "profiles", profiles, causes)
            result["chart"] = str(chart)
        beside = [pairs(places, *profiles, out.lang, detail=detail)] if detail or len(places) <= FEW else []
        out.end(result, (), text=lambda: out.console.print(Group(explained(causes, out.lang, detail=detail), *beside)))


def _years(
    out: Output,
    book: Path,
    years: tuple[int, int],
    profile: str,
    region: str,
    basis: str,
    zone: str,
    detail: bool,
    chart: Path | None,
) -> None:
    """The causes of the change, then the figures of every region whose area is the same, and the comparable areas of the rest."""
    from rich.console import Group

    from gep.report.change_table import causes_table
    from gep.report.year_pairs import year_pairs
    from gep.workflow.change_years import change_years
    from gep.workflow.compare_years import compare_years

    if years[0] == years[1]:
        raise typer.BadParameter(f"{years[0]} {years[1]}", param_hint="--years")
    with out.refusals():
        held = open_book(book)
        found, told = compare_years(held, *years, profile=profile, region=region, basis=basis)
        with out.progress() as progress:
            progress(f"{years[0]} → {years[1]}")
            causes = change_years(held, *years, profile=profile, region=region, basis=basis, zone=zone)
        result: dict[str, Any] = found.as_dict() | {"causes": causes.as_dict(detail=detail)}
        _write(causes, chart, result)
        # the figures are those of whole regions
        beside = [year_pairs(found, out.lang)] if zone == WHOLE else []
        shown = Group(causes_table(causes, out.lang, detail=detail), *beside)
        out.end(result, told, text=lambda: out.console.print(shown))


def _regions(
    out: Output,
    book: Path,
    regions: tuple[str, str],
    year: int | None,
    profile: str,
    basis: str,
    zone: str,
    detail: bool,
    chart: Path | None,
) -> None:
    """Two regions of one year by the same factors."""
    from gep.report.change_table import causes_table
    from gep.workflow.change_regions import change_regions

    if regions[0] == regions[1]:
        raise typer.BadParameter(f"{regions[0]} {regions[1]}", param_hint="--regions")
    if year is None:
        raise typer.BadParameter("--regions R1 R2 --year Y", param_hint="--year")
    with out.refusals():
        causes = change_regions(open_book(book), *regions, year, profile=profile, basis=basis, zone=zone)
        result = causes.as_dict(detail=detail)
        _write(causes, chart, result)
        out.end(result, (), text=lambda: out.console.print(causes_table(causes, out.lang, detail=detail)))


def _write(causes: Causes, chart: Path | None, result: dict[str, Any]) -> None:
    """The chart data, if a file is named for them."""
    from gep.report.change_chart import write_chart

    if chart is not None:
        write_chart(causes, chart)
        result["chart"] = str(chart)


def _vintages(
    out: Output,
    book: Path,
    vintages: tuple[int, int],
    region: str,
    year: int | None,
    detail: bool,
    every: bool,
    chart: Path | None,
) -> None:
    """Why GEP and the index changed, then each changed figure and what changed it."""
    from rich.console import Group

    from gep.report.explained import explained
    from gep.report.explained_chart import write_explained_chart
    from gep.report.vintage_pairs import vintage_pairs
    from gep.workflow.compare_vintages import compare_vintages

    if vintages[0] == vintages[1]:
        raise typer.BadParameter(f"{vintages[0]} {vintages[1]}", param_hint="--vintages")
    with out.refusals():
        with out.progress() as progress:
            progress(f"{vintages[0]} → {vintages[1]}")
            found = compare_vintages(open_book(book), *vintages, region=region, year=year)
        result = found.as_dict(detail=detail)
        if chart is not None:
            write_explained_chart(chart, "vintages", (str(vintages[0]), str(vintages[1])), found.explained)
            result["chart"] = str(chart)
        causes = [explained(found.explained, out.lang, detail=detail)] if found.explained else []
        shown = Group(*causes, vintage_pairs(found, out.lang, every=every))
        out.end(result, (), text=lambda: out.console.print(shown))
