"""uncertainty: what a book holds of the spread of GEP and the indices, read from the release in use."""

from __future__ import annotations

from gep.base.findings import Place, Refused, finding
from gep.base.records import Names
from gep.book import Book
from gep.explain.address import NO_KEY
from gep.ledger.views import literal
from gep.report.uncertainty import SpreadSheet
from gep.workflow.uncertain import CURRENT
from gep.workflow.views import default_scheme, rows

ITEMS: dict[str, Names] = {
    "gep": Names("生态产品总值", "GEP"),
    "material": Names("物质产品", "material"),
    "regulating": Names("调节服务", "regulating"),
    "cultural": Names("文化服务", "cultural"),
    "ggi": Names("绿金指数", "green-gold index"),
    "geep": Names("经济-生态生产总值", "GEEP"),
}


def uncertainty(
    book: Book, year: int | None = None, *, region: str = "", profile: str = "", zone: str = NO_KEY, basis: str = CURRENT
) -> SpreadSheet:
    """The figures of one region and, of a whole region at current prices, the parameters GEP rests on.

    Left out: the latest year, the highest region, the first GEP profile of the book. Raises Refused (UNCERTAINTY-NONE), which
    names what there is.
    """
    name = profile or default_scheme(book, "gep_total")
    there = rows(
        book,
        f"SELECT DISTINCT year, region_code FROM uncertainty WHERE profile = {literal(name)} AND zone = {literal(zone)} "  # noqa: S608
        f"AND price_basis = {literal(basis)} ORDER BY year, region_code",
    )
    years = sorted({r["year"] for r in there})
    chosen = year if year is not None else (years or [0])[-1]
    codes = [r["region_code"] for r in there if r["year"] == chosen]
    place = region or next((c for c in book.config.regions if c in codes), "")
    if place not in codes:
        raise _nothing(book, "/".join((name, str(chosen or "-"), region or "-", zone, basis)))
    here = (
        f"profile = {literal(name)} AND year = {chosen} AND region_code = {literal(place)} AND zone = {literal(zone)} "
        f"AND price_basis = {literal(basis)}"
    )
    services = book.catalog.codes.get("service", {})
    order = [*ITEMS, *services]
    figures = rows(book, f"SELECT * FROM uncertainty WHERE {here}")  # noqa: S608
    figures.sort(key=lambda r: order.index(r["item"]) if r["item"] in order else len(order))
    parameters = rows(book, f"SELECT * FROM uncertainty_parameter WHERE {here} ORDER BY ALL")  # noqa: S608
    names = {r["item"]: ITEMS.get(r["item"]) or services[r["item"]].names for r in figures}
    return SpreadSheet(place, book.config.regions[place].names, zone, chosen, name, basis, names, figures, parameters)


def _nothing(book: Book, asked: str) -> Refused:
    sql = "SELECT DISTINCT profile, year, zone, price_basis FROM uncertainty ORDER BY ALL"
    known = [f"{r['profile']}/{r['year']}/{r['zone']}/{r['price_basis']}" for r in rows(book, sql)]
    shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return Refused([finding("UNCERTAINTY-NONE", Place(book.root.name, key=asked), found=asked, expected=shown or "-")])
