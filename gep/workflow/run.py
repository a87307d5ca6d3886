"""run: compute the accounts of the years asked for under every profile, and keep them as a new vintage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.records import Region, Severity
from gep.book import Book
from gep.catalog.resolve import valid
from gep.ledger import acts
from gep.workflow.accounts import lineage
from gep.workflow.assets import AssetComputation, compute_assets, is_asset
from gep.workflow.chain import Prior
from gep.workflow.compute import Computation, compute
from gep.workflow.lay_out import final_closings
from gep.workflow.release import Kept, Made, answered, checks_of, fresh_store, keep
from gep.workflow.submit import Holdings, holdings
from gep.workflow.transitions import matrices

Progress = Callable[[str], None]


def compiled_in(book: Book, year: int) -> tuple[str, Finding]:
    """The years that a run in `year` compiles by the policy of the book, as `run` takes them, and a note that says so.

    「当年前推2个年度」 has two readings: T-2 and T-1 (BOTH: T-2 is due to become final, T-1 is preliminary), or T-2 alone.
    """
    both = book.config.compile_policy == "BOTH"
    years = f"{year - 2}-{year - 1}" if both else str(year - 2)
    other = str(year - 2) if both else f"{year - 2}-{year - 1}"
    place = Place("book.toml", key=f"compile_policy/-/{year}/-")
    args = {"policy": book.config.compile_policy, "year": year}
    return years, finding("RUN-COMPILE-POLICY", place, found=years, expected=other, holes=args)


def years_of(book: Book, held: Holdings, wanted: str) -> list[int]:
    """`all`, `2010` or `2010-2015`, among the years there are data of; Refused for a year without any."""
    there = sorted({int(f.period[:4]) for f in held.facts} | _record_years(held))
    if wanted == "all":
        if not there:
            raise Refused([finding("RUN-NO-YEAR", Place(book.root.name), found="-", expected="-")])
        return there
    first, dash, last = wanted.partition("-")
    known = ", ".join(map(str, there)) or "-"
    if not all(text.isascii() and text.isdigit() for text in ((first, last) if dash else (first,))):
        raise Refused([finding("RUN-NO-YEAR", Place(key=wanted), found=wanted, expected=known)])
    asked = list(range(int(first), int(last or first) + 1))
    absent = [y for y in asked if y not in there]
    if absent or not asked:
        raise Refused([finding("RUN-NO-YEAR", Place(key=wanted), found=", ".join(map(str, absent)) or wanted, expected=known)])
    return asked


def _record_years(held: Holdings) -> set[int]:
    return {int(p[:4]) for table in held.records.values() for p in table["period"].unique().to_pylist()}


def run(
    book: Book,
    years: str = "all",
    *,
    compile_in: int | None = None,
    profiles: Sequence[str] = (),
    trial: bool = False,
    who: str = "",
    progress: Progress = lambda text: None,
) -> Made:
    """Compute and keep a vintage. Without `trial` a stopping finding means that none is made.

    `compile_in`: the year the run is made in, in place of `years`; the policy of the book says which years that compiles.

    A vintage is known by its journal sequence number. Its release holds every account, the findings, the trace and the manifest;
    the rules and parameters it read stand in rules/<hash>.
    """
    with book.lock(who):
        return _run(book, years, compile_in=compile_in, profiles=profiles, trial=trial, who=who, progress=progress)


def _run(
    book: Book, years: str, *, compile_in: int | None, profiles: Sequence[str], trial: bool, who: str, progress: Progress
) -> Made:
    asked_for: dict[str, object] = {"years": years, "compile_in": compile_in, "profiles": list(profiles)}
    left: list[Finding] = []
    fresh_store(book)  # what the vintage before was, and which closings are final, is read from it
    if compile_in is not None:
        years, told = compiled_in(book, compile_in)
        left.append(told)
    held = holdings(book)
    rows = {n: at_leaves(table, book.config.regions, book.config.leaves) for n, table in held.records.items()}
    held = replace(held, records=rows)
    asked = years_of(book, held, years)
    chosen = tuple(profiles) or book.config.schemes
    if not trial:
        asked, told_of = open_years(book, asked, wanted=years)
        left += told_of
    computations = _computations(book, held, chosen, asked, progress)
    asked_of = [f for f in held.queries if int(f.place.key.split("/")[2][:4]) in asked]
    spans = matrices([c for c in computations if isinstance(c, AssetComputation)], held.records, book.config.regions)
    known = [*left, *book.catalog.shadowed.values(), *asked_of, *spans.findings]
    findings = answered(book, [*known, *(f for c in computations for f in c.findings)])
    state = "trial" if trial else "preliminary"
    if stops(findings) and not trial:
        count = sum(1 for f in findings if f.severity == "stop")
        refused = finding("RUN-REFUSED", Place(book.root.name), found=count)
        shown = (*book.recovered, *findings, refused)
        return Made(None, tuple(asked), chosen, state, (), shown, checks_of(computations))
    progress("release")
    return keep(book, Kept(held, computations, spans, findings, state, who, asked, chosen, asked_for, book.recovered))


def _computations(
    book: Book, held: Holdings, chosen: Sequence[str], asked: Sequence[int], progress: Progress
) -> list[Computation]:
    """Every profile in every year, the years in order; asset schemes after the GEP accounts that some of their tables read."""
    ordered = sorted(chosen, key=lambda name: is_asset(book.catalog, name))
    done: dict[tuple[str, int], Computation] = {}
    for year in asked:
        for profile in ordered:
            progress(f"{year} {profile}")
            if is_asset(book.catalog, profile):
                given = next((c for (p, y), c in done.items() if y == year and not is_asset(book.catalog, p)), None)
                prior = _prior(book, done.get((profile, year - 1)), profile, year)
                done[profile, year] = _compute_assets(book, held, profile, year, prior, given)
            else:
                done[profile, year] = _compute(book, held, profile, year)
    return list(done.values())


def _prior(book: Book, before: Computation | None, profile: str, year: int) -> Prior | None:
    """The closings of the year before: of this run, else of the latest final or closed release."""
    if before is not None:
        return Prior(before.cells, profile)
    return final_closings(book, profile, year - 1)


def _leaves(book: Book, year: int) -> list[str]:
    regions = book.config.regions
    return [c for c in book.config.leaves if valid(regions[c].valid_from, regions[c].valid_to, year)]


def _compute(book: Book, held: Holdings, profile: str, year: int) -> Computation:
    return compute(book.catalog, profile, year, held.facts, book.config.regions, _leaves(book, year), records=held.records)


def _compute_assets(
    book: Book, held: Holdings, profile: str, year: int, prior: Prior | None, given: Computation | None
) -> AssetComputation:
    return compute_assets(
        book.catalog, profile, year, held.facts, book.config.regions, _leaves(book, year),
        prior=prior, given=given, records=held.records,
    )  # fmt: skip


def at_leaves(rows: pa.Table, regions: Mapping[str, Region], leaves: Sequence[str]) -> pa.Table:
    """Rows returned for places below a leaf region (townships) as rows of that region, their ids led by the code of the place."""
    codes = rows["region"].to_pylist() if rows.num_rows else []
    above = {code: next((c for c in lineage(code, regions) if c in leaves), code) for code in dict.fromkeys(codes)}
    if all(code == leaf for code, leaf in above.items()):
        return rows
    names = [row if above[code] == code else f"{code}.{row}" for code, row in zip(codes, rows["row"].to_pylist(), strict=True)]
    placed = rows.set_column(rows.schema.get_field_index("region"), "region", pa.array([above[c] for c in codes], pa.string()))
    return placed.set_column(placed.schema.get_field_index("row"), "row", pa.array(names, pa.string()))


def open_years(book: Book, asked: Sequence[int], wanted: str) -> tuple[list[int], list[Finding]]:
    """The years asked for that may be compiled. `all` leaves closed years out and says so; a closed year asked for is refused.

    Raises Refused (RUN-CLOSED, each year with who closed it and when; or RUN-NO-YEAR if every year is closed).
    """
    shut = acts.closed(book.entries())
    named = [
        finding(
            "RUN-CLOSED", Place(key=f"year/-/{y}/-"), found=y, expected=f"{shut[y].who}, {shut[y].at}", vintage=shut[y].vintage
        )
        for y in asked
        if y in shut
    ]
    remaining = [y for y in asked if y not in shut]
    if named and (wanted != "all" or not remaining):
        raise Refused(named)
    return remaining, [replace(f, severity=Severity.NOTE) for f in named]
