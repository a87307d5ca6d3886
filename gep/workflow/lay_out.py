"""From computations to the rows of a release: figures with their addresses and trace nodes, and the tables beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import cast

from gep.base.findings import Finding
from gep.base.records import Fact, key_text
from gep.book import Book
from gep.catalog.tables import spot
from gep.engine.cells import Cells
from gep.engine.trace import Json, Node
from gep.explain import causes
from gep.explain.address import Address
from gep.explain.side import Side
from gep.explain.side import roots as roots_of
from gep.intake.coverage import coverage
from gep.ledger import query
from gep.ledger.views import literal
from gep.workflow import accounts, asset_rows, chain, reconcile, revise
from gep.workflow.accounts import Figure
from gep.workflow.assets import AssetComputation
from gep.workflow.compute import Computation
from gep.workflow.indices import VIEW as indices_view
from gep.workflow.indices import from_stored, indices, with_intervals
from gep.workflow.sides import Sides, running, stored
from gep.workflow.transitions import Matrices
from gep.workflow.uncertain import spread_rows
from gep.workflow.zone_rows import zone_figures

FINAL = 3  # the lowest rank whose closings the next year takes


@dataclass
class Laid:
    """`figures`: (table, figure) of every account; `rows`: rows of tables that are no figures; `nodes`: the trace."""

    figures: list[tuple[str, Figure]] = field(default_factory=list)
    rows: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    indices: dict[tuple[str, int], Cells] = field(default_factory=dict)  # (profile, year) -> what the year after reads of it

    def add(self, table: str, rows: Iterator[dict[str, object]]) -> None:
        self.rows.setdefault(table, []).extend(rows)


def lay_out(book: Book, computations: Sequence[Computation], spans: Matrices | None = None, facts: Sequence[Fact] = ()) -> Laid:
    """All rows of the accounts and all trace nodes, the figures of a node named in it.

    `spans`: matrices over several years; `facts`: what was returned, for the coverage of the asset tables.
    """
    over_years = spans or Matrices()
    laid = Laid()
    for c in computations:
        if isinstance(c, AssetComputation):
            given = next((g for g in computations if g.year == c.year and not isinstance(g, AssetComputation)), c)
            _assets(laid, book, c, given, facts)
            laid.figures += asset_rows.matrix_figures(c, [m for m in over_years.cells if m.year == c.year], book.config.regions)
        else:
            before = laid.indices.get((c.profile, c.year - 1)) or _indices_before(book, c)
            laid.indices[c.profile, c.year] = _gep(laid, book, c, facts, before)
    laid.nodes |= over_years.nodes
    for _, figure in laid.figures:
        if figure.address.view != "balance_sheet":  # whose columns have nodes of their own
            named: list[Json] = laid.nodes[figure.node].setdefault("figures", [])  # type: ignore[assignment]
            named.append(figure.address.text())
    return laid


def _gep(laid: Laid, book: Book, c: Computation, facts: Sequence[Fact], before: Cells | None) -> Cells:
    """The accounts of a profile, their totals and the indices made of them; gives back what the indices of the next year read."""
    regions = book.config.regions
    leaves = [*accounts.physical(c, regions), *accounts.value(c, regions)]
    leaves += zone_figures(c, leaves)
    values = [f for f in leaves if f.address.view == "value_account"]
    _keep(laid, c.nodes)
    laid.figures += [(f.address.view, f) for f in leaves]
    totals = []
    for figure, made in accounts.totals(c, regions, values):
        totals.append(figure)
        laid.nodes |= {str(n["id"]): n for n in made}
    found = indices(book.catalog, c, totals, facts, regions, laid.nodes, before)
    laid.nodes |= {i: n for i, n in found.nodes.items() if i not in laid.nodes}
    for figure in found.figures:
        _name_columns(laid, figure, found.columns[figure.address.text()])
    spreads = spread_rows(c, laid.nodes, regions, illustrative=book.config.illustrative)
    laid.add("uncertainty", iter(spreads.figures))
    laid.add("uncertainty_parameter", iter(spreads.parameters))
    joined = [*totals, *with_intervals(found.figures, spreads.figures)]
    laid.figures += [(f.address.view, f) for f in joined]
    laid.findings += [*found.findings, *spreads.findings]
    return found.cells


def _name_columns(laid: Laid, figure: Figure, nodes: Mapping[str, str]) -> None:
    """Every column of an index is a figure with a trace node of its own."""
    for column, node in nodes.items():
        named: list[Json] = laid.nodes[node].setdefault("figures", [])  # type: ignore[assignment]
        named.append(f"{figure.address.text()}#{column}")


def _indices_before(book: Book, c: Computation) -> Cells | None:
    """GEP and GDP of the year before, of the vintage in use, where this run has not compiled it; None if there is none."""
    vintage, _ = _in_use(book).get((c.profile, c.year - 1), (0, 0))
    if not vintage:
        return None
    chosen = f"vintage = {vintage} AND year = {c.year - 1} AND profile = {literal(c.profile)}"
    return from_stored(stored(book, {indices_view: chosen})[indices_view], vintage)


def _assets(laid: Laid, book: Book, c: AssetComputation, given: Computation, facts: Sequence[Fact]) -> None:
    regions = book.config.regions
    _keep(laid, c.nodes)
    laid.figures += asset_rows.asset_figures(c, regions)
    for figure, made in asset_rows.balance_sheet(c, book.catalog, regions):
        laid.figures.append(("balance_sheet", figure))
        laid.nodes |= {str(n["id"]): n for n in made}
    compared = list(reconcile.reconcile(c, given.cells, book.catalog))
    laid.findings += reconcile.gaps_of(compared, book.catalog, c.year)
    laid.add("extent_reconciliation", reconcile.rows(compared, c, regions))
    laid.add("coverage", _coverage(book, c, facts))


def _coverage(book: Book, c: AssetComputation, facts: Sequence[Fact]) -> Iterator[dict[str, object]]:
    regions = book.config.regions
    always = {p.rule.output for p in c.method.plans if p.rule.kind == "compute"}
    layouts = {t.id: t for t in c.layouts}
    current = [f for f in facts if f.period == str(c.year)]
    for one in coverage(current, layouts, [regions[r] for r in c.regions], [c.year], unasked=always):
        place = regions[one.region]
        yield {
            "region_code": one.region, "year": c.year, "scheme": c.profile, "table_id": one.table,
            "returned": one.returned, "expected": one.expected, "status": str(one.status),
            "region_name": place.names.zh, "region_level": place.level,
        }  # fmt: skip


def add_revisions(
    laid: Laid,
    book: Book,
    computations: Sequence[Computation],
    facts: Sequence[Fact],
    rules_hash: str,
    row_sets: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Add the revision table: openings that are re-stated, and each figure that is not as the vintage in use has it, with causes.

    The vintage in use for a profile and year is the one of the highest state, then the newest; a trial is that only where nothing
    else is. `row_sets`: hash of the rows of each record set whose rows do not stand in the trace.
    """
    sides = Sides(book)
    now = running(book, laid.nodes, computations, facts, rules_hash, row_sets, sides)
    roots = cache(lambda: roots_of(laid.nodes))
    blames: dict[int, revise.Blame] = {}
    used = _in_use(book)
    for c in computations:
        mine = [
            (table, f) for table, f in laid.figures
            if f.row["year"] == c.year and (f.row.get("profile") or f.row.get("scheme")) == c.profile
        ]  # fmt: skip
        around: dict[str, object] = {"year": c.year, "profile": c.profile}
        if isinstance(c, AssetComputation):
            laid.add("revision", ({**r, **around} for r in revise.restated(c, _openings(c, mine))))
        before = _before(book, used, c.profile, c.year)
        if before is not None:
            amounts = [a for table, f in mine for a in revise.amounts_of(table, f.row)]
            blame = blames.setdefault(before.vintage, _blame(sides, before.vintage, now, roots))
            laid.add("revision", ({**r, **around} for r in revise.recompiled(before, amounts, blame)))


def _blame(sides: Sides, vintage: int, now: Side, roots: Callable[[], Mapping[str, str]]) -> revise.Blame:
    """Asks for causes against a vintage, whose trace is read at the first question: where nothing changed it never is."""

    @cache
    def compared() -> tuple[causes.Causes, Mapping[str, str]]:
        old = sides.of(vintage) or Side({})
        return causes.Causes(old, now), roots_of(old.nodes)

    def blame(root: str) -> causes.Because:
        found, before = compared()
        return found.of(before.get(root), roots().get(root))

    return blame


def _openings(c: AssetComputation, figures: Sequence[tuple[str, Figure]]) -> dict[tuple[str, str, str], str]:
    """(opening measure, region, key as text) -> address, of the openings that are re-stated."""
    there = {f.address.text() for _, f in figures}
    found = {}
    for p in asset_rows.placed(c):
        named = {"scheme": c.profile, "instance": p.instance}
        address = Address("asset_account", p.cell.region, str(c.year), (p.layout.id, p.row, p.column, p.cause), named)
        if address.text() in there:
            found[p.cell.measure, p.cell.region, key_text(p.cell.key)] = address.text()
    return found


Used = Mapping[tuple[str, int], tuple[int, int]]


def _in_use(book: Book) -> Used:
    """(profile, year) -> (vintage, rank of its state) of the vintage in use."""
    if not book.store.is_file():
        return {}
    sql = "SELECT profile, year, vintage, rank FROM vintage_in_use"
    return {(str(p), int(str(year))): (int(str(v)), int(str(rank))) for p, year, v, rank in query.select(book.store, sql).rows}


def _before(book: Book, used: Used, profile: str, year: int) -> revise.Before | None:
    """The vintage in use for a profile and year before this run."""
    if (profile, year) not in used:
        return None
    vintage, _ = used[profile, year]
    columns = {t: "scheme" if t.startswith(("asset", "balance")) else "profile" for t in revise.AMOUNTS}
    wanted = {t: f"vintage = {vintage} AND year = {year} AND {column} = {literal(profile)}" for t, column in columns.items()}
    return revise.read_before(stored(book, wanted), vintage)


def final_closings(book: Book, profile: str, year: int) -> chain.Prior | None:
    """The closings of a year of the latest release in which it is final or closed; None if there is none."""
    vintage, rank = _in_use(book).get((profile, year), (0, 0))
    if rank < FINAL:
        return None
    layouts = book.catalog.layouts
    closing = {(t.id, r.closing) for t in layouts.values() for r in t.rows if r.closing}
    read: list[Mapping[str, object]] = []
    chosen = f"vintage = {vintage} AND year = {year} AND scheme = {literal(profile)}"
    for row in stored(book, {"asset_account": chosen})["asset_account"]:
        where = spot(layouts, row["row_code"], row["column_code"], row["table_id"])
        if where is None or (row["table_id"], row["row_code"]) not in closing:
            continue
        instance = layouts[row["table_id"]].instance
        key = tuple(sorted((*where.key, *(((instance, row["instance"]),) if instance else ()))))
        read.append({**row, "measure": where.measure, "region": row["region_code"], "period": str(year), "key": key})
    cells: Cells = chain.from_release(read, vintage)
    return chain.Prior(cells, profile, vintage)


def _keep(laid: Laid, nodes: Mapping[str, Node]) -> None:
    """Takes over the nodes of a computation; what another one has named a node of the same id stays named.

    GDP is read by the index and by the asset tables: the cell keeps the figure address that the index gave it.
    """
    for name, node in nodes.items():
        before = laid.nodes.get(name)
        if before is not None and before is not node and before.get("figures"):
            named = cast(list[Json], node.setdefault("figures", []))
            named += [f for f in cast(list[Json], before["figures"]) if f not in named]
        laid.nodes[name] = node
