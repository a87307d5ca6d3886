"""Reading a book for its statements: one connection for all queries of a statement, and the choice of what they are of."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

from gep.base.records import Code, Names, Scheme
from gep.book import Book
from gep.explain.address import NO_KEY, Address
from gep.ledger import query
from gep.ledger.store import connect
from gep.ledger.views import in_use_after, literal
from gep.report.form import Scope, Stored
from gep.workflow.views import need_store

CURRENT = "current"
LAST = 2**62  # behind every entry of a journal
SqlRow = Mapping[str, Any]
T = TypeVar("T")


class Use(NamedTuple):
    """The vintage in use of a year."""

    year: int
    vintage: int
    state: str


@dataclass
class Reader:
    """A book with an open connection to its store. The same query is asked once.

    `until`: the last entry of the journal that counts. A closed year is told as it stood when it was closed, whatever came later.
    """

    book: Book
    connection: Any
    money: str = "亿元"
    until: int | None = None
    asked: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query, as dictionaries; the same list for the same query, so it is read only."""
        if sql not in self.asked:
            result = query.ask(self.connection, self.book.store, sql)
            self.asked[sql] = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
        return self.asked[sql]

    def kept(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, made once for all forms that ask under this name; it is read only."""
        if name not in self.made:
            self.made[name] = make()
        found: T = self.made[name]
        return found

    def code(self, scheme: str, code: str) -> Names:
        """The names of a code; of one that the catalogue does not know, the code itself."""
        known: Code | None = self.book.catalog.codes.get(scheme, {}).get(code)
        return known.names if known is not None else Names(code, code)

    def scheme(self, name: str) -> Scheme | None:
        return self.book.catalog.schemes.get(name)

    def region(self, code: str) -> Names:
        known = self.book.config.regions.get(code)
        return known.names if known is not None else Names(code, code)

    def below(self, scope: Scope) -> list[str]:
        """The regions right below that of the scope which have accounts in its year, in order of their codes."""
        here = f"vintage = {scope.vintage} AND year = {scope.year} AND ancestor = {literal(scope.region)} AND code != ancestor"
        codes = [r["code"] for r in self.rows(f"SELECT code FROM region_path WHERE {here} ORDER BY code")]
        return [c for c in codes if self.book.config.regions[c].parent == scope.region]

    def in_use(self, profile: str) -> list[Use]:
        """The vintage in use for each year of a profile, oldest year first, as far as the journal counts."""
        sql = in_use_after(LAST if self.until is None else self.until)
        rows = self.rows(f"SELECT year, vintage, state FROM ({sql}) WHERE profile = {literal(profile)} ORDER BY year")
        return [Use(**r) for r in rows]

    def since(self) -> str:
        """The condition for rows of the journal that count."""
        return "true" if self.until is None else f"seq <= {self.until}"

    def counts(self, seq: int) -> bool:
        """Whether an entry of the journal counts."""
        return self.until is None or seq <= self.until

    def history(self, scope: Scope) -> list[Scope]:
        """The scopes of the same region and profile in every year up to that of the scope, oldest first, itself last.

        Earlier years are those in use. A year in which the region has no accounts is not among them.
        """
        earlier = [self.earlier(scope, use) for use in self.in_use(scope.profile) if use.year < scope.year]
        return [*(e for e in earlier if self.has(e)), scope]

    def earlier(self, scope: Scope, use: Use) -> Scope:
        """The scope of the same region and profile in another year."""
        return replace(scope, year=use.year, vintage=use.vintage, state=use.state)

    def has(self, scope: Scope) -> bool:
        """Whether the region stands in the regions of that vintage and year."""
        here = f"vintage = {scope.vintage} AND year = {scope.year} AND code = {literal(scope.region)}"
        return bool(self.rows(f"SELECT code FROM region_path WHERE {here} LIMIT 1"))


@contextmanager
def reading(book: Book, money: str = "亿元") -> Iterator[Reader]:
    """A reader on the store of the book as it stands. Raises Refused where there is no run."""
    need_store(book)
    with connect(book.store) as connection:
        yield Reader(book, connection, money)


def where(scope: Scope, *, by: str = "profile", zone: bool = True) -> str:
    """The condition for the rows of a scope in a view `_all`: vintage, year, region, profile or scheme, the whole region."""
    text = f"vintage = {scope.vintage} AND year = {scope.year} AND region_code = {literal(scope.region)} "
    text += f"AND {by} = {literal(scope.profile)}"
    return f"{text} AND zone = '{NO_KEY}'" if zone and by == "profile" else text


def total_figure(scope: Scope, row: SqlRow, column: str, basis: str = CURRENT) -> Stored:
    """A column of `gep_total` as a stored figure."""
    named = {"zone": NO_KEY, "profile": scope.profile, "price_basis": basis, "currency": row["currency"]}
    address = Address("gep_total", row["region_code"], str(row["year"]), (), named, column, scope.vintage)
    amount = row[column]
    return Stored(address.text(), amount, row["currency"], "value" if amount is not None else "not_available")


def account_figure(scope: Scope, view: str, row: SqlRow, column: str = "", basis: str = CURRENT) -> Stored:
    """A row of `physical_account` or `value_account` (or its rollup) as a stored figure. `column`: value, quantity or price."""
    keys = (row["service"], row["benefit"], row["product"], row["ecosystem"])
    named = {"zone": NO_KEY, "profile": scope.profile}
    what = column or ("quantity" if view == "physical_account" else "value")
    unit = row["unit"]
    if view == "value_account":
        named |= {"price_basis": basis, "currency": row["currency"]}
        unit = {"value": row["currency"], "price": row["price_unit"], "quantity": row["unit"]}[what]
    shown = "" if what == ("quantity" if view == "physical_account" else "value") else what
    address = Address(view, row["region_code"], str(row["year"]), keys, named, shown, scope.vintage)
    amount = row[what]
    state = row["state"] if what == ("quantity" if view == "physical_account" else "value") else (
        "value" if amount is not None else "not_available"
    )  # fmt: skip
    return Stored(address.text(), amount, unit or "", state)
