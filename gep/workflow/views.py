"""Reading what a book holds: the release in use, its trace, its figures."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from gep.base.findings import Place, Refused, finding
from gep.book import LOCK_SECONDS, Book
from gep.catalog.tables import row_of
from gep.explain.address import NAMED, NO_KEY, TOTALS, Address, parse
from gep.ledger import query
from gep.ledger.store import loaded
from gep.workflow.release import is_fresh, publish_store, release_folders

# the vintages that the plain views show, for each year and profile
IN_USE = {
    "physical_account": "SELECT DISTINCT profile, year, vintage FROM physical_account",
    "value_account": "SELECT DISTINCT profile, year, vintage FROM value_account",
    "gep_total": "SELECT DISTINCT profile, year, vintage FROM gep_total",
    "green_gold_index": "SELECT DISTINCT profile, year, vintage FROM green_gold_index",
    "asset_account": "SELECT DISTINCT scheme AS profile, year, vintage FROM asset_account",
    "balance_sheet": "SELECT DISTINCT scheme AS profile, year, vintage FROM balance_sheet",
}
ASSETS = ("asset_account", "balance_sheet")


@dataclass(frozen=True)
class Release:
    """One vintage on disk, its trace read when it is asked for."""

    vintage: int
    folder: Path

    @cached_property
    def nodes(self) -> dict[str, dict[str, Any]]:
        """Every trace node by id."""
        lines = (self.folder / "trace.jsonl").read_text(encoding="utf-8").splitlines()
        return {node["id"]: node for node in map(json.loads, lines)}

    @cached_property
    def figures(self) -> dict[str, str]:
        """Figure address (complete, without vintage) -> node id; the columns of gep_total are nodes of their own."""
        found = {f: i for i, n in self.nodes.items() for f in n.get("figures", ())}
        return found | {i.removeprefix("total:"): i for i in self.nodes if i.startswith(TOTALS)}


def rows(book: Book, sql: str) -> list[dict[str, Any]]:
    """The rows of a query on the book, as dictionaries."""
    need_store(book)
    result = query.select(book.store, sql)
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def need_store(book: Book) -> None:
    """A query store that holds all the journal says: one that is gone, or that a killed act left behind, is built again.

    While another program writes, the store published last is read as it is. Raises Refused if the book has no run, or if the
    store is gone and cannot be built now.
    """
    if not release_folders(book):
        raise Refused([finding("BOOK-NO-RUN", Place(book.root.name))])
    if is_fresh(book):
        return
    readable = loaded(book.store) is not None
    try:
        with book.lock(wait=0 if readable else LOCK_SECONDS):
            publish_store(book)
    except Refused as refused:
        if not readable or any(f.code != "BOOK-LOCKED" for f in refused.findings):
            raise


def release_of(book: Book, address: Address) -> Release:
    """The vintage named in the address, else the one in use for its year and profile."""
    need_store(book)
    vintage = address.vintage
    in_use = rows(book, IN_USE[address.view]) if address.view in IN_USE else []
    if vintage is None:
        wanted = (address.named.get(profile_key(address.view), default_scheme(book, address.view)), _year(address))
        vintage = max((r["vintage"] for r in in_use if (r["profile"], r["year"]) == wanted), default=None)
    folder = book.releases / str(vintage)
    if vintage is None or not folder.is_dir():
        near = [
            f"{address.view}/{address.region}/{r['year']}/{profile_key(address.view)}={r['profile']}@{r['vintage']}"
            for r in in_use
        ]
        raise no_figure(address.text(), sorted(near)[:4])
    return Release(int(vintage), folder)


def complete(book: Book, text: str) -> Address:
    """The address with the book's defaults: its first profile, current prices, the currency of the profile."""
    address = parse(text)
    if address.view in ASSETS:
        defaults = {"scheme": default_scheme(book, address.view)}
        if address.view == "asset_account":
            defaults["instance"] = NO_KEY
            address = _with_cause(book, address)
        named = {**defaults, **address.named}
        keys, column = address.keys, address.column
        return Address(address.view, address.region, address.period, keys, named, column, address.vintage, address.given)
    profile = address.named.get("profile", default_scheme(book, address.view))
    scheme = book.catalog.schemes.get(profile)
    defaults = {"zone": NO_KEY, "profile": profile}
    if "price_basis" in NAMED[address.view]:
        defaults["price_basis"] = scheme.price_basis if scheme else "current"
    if "currency" in NAMED[address.view]:
        defaults["currency"] = scheme.currency if scheme else "CNY"
    named = {**defaults, **address.named}
    return Address(
        address.view, address.region, address.period, address.keys, named, address.column, address.vintage, address.given
    )


def profile_key(view: str) -> str:
    """What an address of a view calls the profile or scheme."""
    return "scheme" if view in ASSETS else "profile"


def default_scheme(book: Book, view: str) -> str:
    """The first asset scheme of the book for the asset views, else its first GEP profile; the first scheme if there is none."""
    known = book.catalog.schemes
    fits = [s for s in book.config.schemes if s in known and (known[s].kind == "asset_scheme") == (view in ASSETS)]
    return (fits or list(book.config.schemes))[0]


def _with_cause(book: Book, address: Address) -> Address:
    """A row has one cause, so an address may leave it out (that of a matrix may not)."""
    table, row, column, cause = address.keys
    layout = book.catalog.layouts.get(table)
    line = row_of(layout, row) if layout is not None and not layout.matrix else None
    if line is None or cause != NO_KEY or not line.cause:
        return address
    return replace(address, keys=(table, row, column, line.cause))


def no_figure(text: str, near: list[str]) -> Refused:
    return Refused([finding("EXPLAIN-NO-FIGURE", Place(key=text), found=text, near="; ".join(near) or "-")])


def _year(address: Address) -> int:
    if not address.period[:4].isdigit():
        raise no_figure(address.text(), [])
    return int(address.period[:4])
