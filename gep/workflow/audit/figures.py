"""The figures that evidence forms name: whether the source has them, in the vintage that the audit reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gep.base.findings import Finding, Place, finding
from gep.base.records import Code
from gep.explain.address import NAMED, NO_KEY, Address
from gep.ledger import query
from gep.ledger.store import connect
from gep.workflow.audit.records import EvidenceForm
from gep.workflow.audit.source import Source
from gep.workflow.views import complete, profile_key

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# where the rows of a view stand; the totals of asset tables are kept, those of the GEP accounts are added up when asked for
TABLES: Mapping[str, tuple[str, ...]] = {"asset_account": ("asset_account_all", "asset_account_rollup_all")}
ADDED = ("physical_account", "value_account")  # a region of these is the sum of the regions below it


def check_figures(source: Source, forms: Sequence[EvidenceForm], files: Mapping[tuple[str, str], str]) -> Iterator[Finding]:
    """A finding for each figure that the source does not have, and for each of another vintage than the one read for its year.

    `files`: the file that a form stands in, by ("evidence_form", id). The addresses can be read (see `record_files`).
    """
    with connect(source.book.store) as con:
        for form in forms:
            place = Place(files.get(("evidence_form", form.id), ""), column="figures", key=f"evidence_form {form.id}")
            for text in form.figures:
                yield from _one(source, con, complete(source.book, text), text, place)


def _one(source: Source, con: DuckDBPyConnection, address: Address, text: str, place: Place) -> Iterator[Finding]:
    profile = address.named[profile_key(address.view)]
    year = int(address.period) if address.period.isascii() and address.period.isdigit() else 0
    read = source.vintage(year, profile)
    if address.vintage is not None and read is not None and address.vintage != read:
        yield finding("AUDIT-FIGURE-VINTAGE", place, found=text, expected=read)
        return
    if read is None or not any(_there(source, con, address, name, year, read) for name in _tables(address.view)):
        years = ", ".join(f"{u.profile} {u.year}@{u.vintage}" for u in source.used if u.profile == profile) or "-"
        yield finding("AUDIT-NO-FIGURE", place, found=text, expected=years)


def _tables(view: str) -> tuple[str, ...]:
    return TABLES.get(view, (f"{view}_all",))


def _there(source: Source, con: DuckDBPyConnection, address: Address, name: str, year: int, vintage: int) -> bool:
    """Whether a row stands at the address, or a leaf under it where it leaves keys open."""
    values: dict[str, object] = {"region": address.region, "year": year, "vintage": vintage}
    wanted = ["year = $year", "vintage = $vintage"]
    if address.view in ADDED:
        path = "SELECT code FROM region_path WHERE vintage = $vintage AND year = $year AND ancestor = $region"
        wanted.append(f"region_code IN ({path})")
    else:
        wanted.append("region_code = $region")
    for column, code in address.key().items():
        if code != NO_KEY:
            values[column] = _below(code, source.book.catalog.codes.get(column, {}))
            wanted.append(f"list_contains(${column}, {column})")
    for column in NAMED[address.view]:
        if column in address.named:
            values[column] = address.named[column]
            wanted.append(f"{column} = ${column}")
    sql = f"SELECT 1 FROM {name} WHERE {' AND '.join(wanted)} LIMIT 1"  # noqa: S608 - names of views and of their keys
    return bool(query.ask(con, source.book.store, sql, values).rows)


def _below(code: str, scheme: Mapping[str, Code]) -> list[str]:
    """A code and those below it in its scheme."""
    found = [code]
    for above in found:
        found += [c.code for c in scheme.values() if c.parent == above and c.code not in found]
    return found
