"""The names of codes in an export, in both languages, from the catalogue of the book; a code without one is named by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gep.base.records import Code, Layout, Names, Scheme
from gep.book import Book
from gep.report.sdmx import code_id

CODES = {
    "CL_SERVICE": ("service",),
    "CL_ECO_TYPE": ("ecosystem",),
    "CL_BENEFIT": ("benefit", "pollutant", "soil_nutrient", "medium"),
    "CL_PRODUCT": ("product", "water_use", "energy", "origin"),
    "CL_ZONE": ("zone",),
}


def labels(book: Book) -> dict[str, dict[str, Names]]:
    """Names by code list and code. Rows and columns of tables stand under table@code, as their identifiers do."""
    catalog = book.catalog
    schemes = {name: scheme.names for name, scheme in catalog.schemes.items()}
    found = {name: _of_codes(catalog.codes.get(scheme, {}) for scheme in listed) for name, listed in CODES.items()}
    found |= {
        "CL_REF_AREA": {code: region.names for code, region in book.config.regions.items()},
        "CL_PROFILE": schemes,
        "CL_SCHEME": schemes,
        "CL_PRICES": {"current": Names("当年价", "Current prices")} | dict(_constant_prices(catalog.schemes.values())),
        "CL_CURRENCY": {"CNY": Names("人民币元", "Yuan renminbi")},
        "CL_TABLE": {layout.id: layout.names for layout in catalog.layouts.values()},
        "CL_INSTANCE": _of_codes(catalog.codes.get(layout.instance, {}) for layout in catalog.layouts.values()),
        "CL_TABLE_ROW": _of_layouts(catalog.layouts.values(), "rows"),
        "CL_TABLE_COLUMN": _of_layouts(catalog.layouts.values(), "columns"),
        "CL_LINE": {code: line.names for code, line in catalog.sheet.items()},
    }
    return found


def _constant_prices(schemes: Iterable[Scheme]) -> Iterator[tuple[str, Names]]:
    for how in (s.constant for s in schemes if s.constant is not None):
        yield how.price_basis, Names(f"{how.base}年不变价", f"Prices of {how.base}")


def _of_codes(schemes: Iterable[Mapping[str, Code]]) -> dict[str, Names]:
    """The first scheme that has a code names it."""
    found: dict[str, Names] = {}
    for codes in schemes:
        found |= {code: entry.names for code, entry in codes.items() if code not in found}
    return found


def _of_layouts(layouts: Iterable[Layout], part: str) -> dict[str, Names]:
    return {f"{code_id(layout.id)}@{code_id(one.code)}": one.names for layout in layouts for one in getattr(layout, part)}
