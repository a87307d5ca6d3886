"""PC, the catalogue of ecosystem products: each line, how its quantity came about, its value, and what of it was realised.

It says what `gep catalogue` says of the same region, from what the other forms have read already.
"""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from gep.base.records import Names, State
from gep.base.states import Amount, total
from gep.catalog.valuation import VALUE as VALUE_OF
from gep.explain.address import NO_KEY
from gep.ledger.views import literal
from gep.report.form import BLANK, Cell, Column, Form, Line, Scope, in_unit, rounded, text, unit_names, words
from gep.report.product_catalogue import NOT_RETURNED, PHYSICAL_ONLY, RETURNED, WORDS, Money
from gep.workflow.accounts import SUBMITTED
from gep.workflow.catalogue import MARKETS, REALISED, gap
from gep.workflow.forms.common import CODE, NAME, finished, listed, money_of, shown
from gep.workflow.forms.ecosystems import ECOSYSTEM, highest
from gep.workflow.forms.gep import PLACES, Table, rows_of
from gep.workflow.forms.gep import Row as Shown
from gep.workflow.forms.gep_rows import PHYSICAL, VALUE, Service, frozen, keys_of
from gep.workflow.forms.held import Account, account
from gep.workflow.forms.held import Line as AccountLine
from gep.workflow.forms.reader import Reader, SqlRow

TITLE = Names("生态产品目录清单", "Catalogue of ecosystem products")
NOTES = ("note_gap", "note_realised", "note_market")
SIGN = {"not_available": "…", "refused": "…", "not_applicable": "—", "physical_only": "—"}


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """PC of a region and year."""
    yield _Catalogue(reader, account(reader, gep)).form()


def realised_of(reader: Reader, scope: Scope, service: str, currency: str) -> Money:
    """The realised value of a service: as returned for the region itself, else the total of the regions right below it."""
    held = reader.kept(f"realised {scope.vintage}/{scope.year}", lambda: _returned(reader, scope))
    own = held.get((scope.region, service))
    if own is not None and own["base_unit"] == currency:
        return Money(own["state"], own["quantity"])
    below = [realised_of(reader, replace(scope, region=code), service, currency) for code in reader.below(scope)]
    if all(money.state == NOT_RETURNED for money in below):
        return Money(NOT_RETURNED)
    made = total(Amount(_state(money), money.amount) for money in below)
    return Money(str(made.state), made.amount)


def _state(money: Money) -> State:
    """What was not returned is missing, never zero."""
    if money.amount is not None:
        return State.VALUE
    return State.NOT_APPLICABLE if money.state == State.NOT_APPLICABLE else State.NOT_AVAILABLE


def _returned(reader: Reader, scope: Scope) -> dict[tuple[str, str], SqlRow]:
    """(region, service) -> the row that returned its realised value of the year."""
    sql = (
        f"SELECT region_code, category, state, quantity, base_unit FROM fact_all WHERE vintage = {scope.vintage} "
        f"AND measure = {literal(REALISED)} AND period = '{scope.year}' ORDER BY region_code, category, file, \"row\""
    )
    return {(r["region_code"], r["category"].rpartition(":")[2]): r for r in reader.rows(sql)}


class _Catalogue(Table):
    """Class by class the services with their lines; realised values stand with the services, as they are returned."""

    def __init__(self, reader: Reader, now: Account) -> None:
        super().__init__(reader, now)
        self.money = money_of(reader, now.currency)
        rules = frozen(reader, now.scope)["rules"]
        made = [r for r in rules if r["kind"] == "compute" and not r["output"].startswith(VALUE_OF)]
        self.methods: Mapping[str, str] = {r["output"]: f"{r['id']}@{r['version']}" for r in made}
        self.rules = {f"{r['id']}@{r['version']}": Names(r["names"]["zh"], r["names"]["en"]) for r in rules}

    def form(self) -> Form:
        money = unit_names(self.money)
        columns = (
            NAME,
            CODE,
            Column("unit", Names("计量单位", "Unit"), "unit"),
            Column("quantity", Names("实物量", "Quantity")),
            Column("ecosystems", Names("生态系统类型", "Ecosystem types"), "text"),
            Column("method", Names("数据来源", "Origin"), "text"),
            Column("market", Names("是否进入市场", "On the market"), "text"),
            Column("value", Names("核算价值", "Value"), unit=money),
            Column("realised", Names("已实现价值", "Realised value"), "text", unit=money),
            Column("gap", Names("差额", "Gap"), "text", unit=money),
        )
        lines = tuple(self._line(f"{n:02d}", row) for n, row in enumerate(rows_of(self.now), 1))
        notes = [_both(n) for n in NOTES]
        form = Form("PC", "PC", "gep", TITLE, self.now.scope, columns, lines, notes=tuple(notes))
        return finished(form, self.now, PHYSICAL, VALUE)

    def _line(self, number: str, row: Shown) -> Line:
        head = (words(row.names), text(number))
        if row.service is None:
            return Line(row.code, (*head, *(BLANK,) * 8), row.style, row.indent)
        sold = self._sold(row.service) if row.code == row.service.id else (BLANK, BLANK, BLANK)
        if row.line is None:
            value = shown(self.now.amount(row.service.id), PLACES, self.money)
            return Line(row.code, (*head, *(BLANK,) * 4, sold[0], value, *sold[1:]), row.style, row.indent)
        value = shown(self.now.line(row.line, "value"), PLACES, self.money) if row.line.valued else Cell("not_applicable")
        more = self._origin(row.line)
        return Line(row.code, (*head, *self.quantity(row.line), *more, sold[0], value, *sold[1:]), row.style, row.indent)

    def _sold(self, service: Service) -> tuple[Cell, Cell, Cell]:
        """Whether the service is on the market, its realised value and the gap to its value."""
        code = self.reader.book.catalog.codes.get("service", {}).get(service.id)
        market = code.attrs.get("market", "") if code is not None else ""
        held = self.now.amount(service.id)
        potential = Money(held.state, held.amount) if service.valued else Money(PHYSICAL_ONLY)
        realised = realised_of(self.reader, self.now.scope, service.id, self.now.currency)
        return words(_both(market if market in MARKETS else "")), self._money(realised), self._money(gap(potential, realised))

    def _origin(self, line: AccountLine) -> tuple[Cell, Cell]:
        """The ecosystem types of a line and how its quantity (of a line without one, its value) came about."""
        both = {v: [r for r in self.now.leaves(v, line.keys[0]) if keys_of(r) == line.keys] for v in (PHYSICAL, VALUE)}
        codes = {r[ECOSYSTEM] for rows in both.values() for r in rows} - {NO_KEY}
        return self._ecosystems(sorted(codes)), self._methods(both[PHYSICAL] or both[VALUE])

    def _ecosystems(self, codes: Sequence[str]) -> Cell:
        """The highest classes above the codes; blank where the line is not split by ecosystem."""
        parents = {code: c.parent for code, c in self.reader.book.catalog.codes.get(ECOSYSTEM, {}).items()}
        place = {code: n for n, code in enumerate(parents)}
        tops = sorted({highest(code, parents) for code in codes}, key=lambda t: (place.get(t, len(place)), t))
        names = [self.reader.code(ECOSYSTEM, t) for t in tops]
        return words(Names(listed(names, "zh"), listed(names, "en"))) if names else BLANK

    def _methods(self, leaves: Sequence[SqlRow]) -> Cell:
        """Returned by a department, or the rules that gave it, by their names."""
        made = set()
        for method in (str(r["method_id"]) for r in leaves):
            measure = method.removeprefix(VALUE_OF).rpartition("@")[0] if method.startswith(VALUE_OF) else ""
            made.add(self.methods.get(measure, SUBMITTED) if measure else method)
        names = [_both(RETURNED) if m == SUBMITTED else self.rules.get(m, Names(m, m)) for m in sorted(made)]
        return words(Names("；".join(n.zh for n in names), "; ".join(n.en for n in names)))

    def _money(self, money: Money) -> Cell:
        """What was returned, in the unit of the table: a text, since it is no figure of the accounts."""
        if money.amount is not None:
            return text(printed(in_unit(money.amount, self.now.currency, self.money)))
        return words(_both(NOT_RETURNED)) if money.state == NOT_RETURNED else text(SIGN.get(money.state, "…"))


def printed(exact: Decimal) -> str:
    return f"{rounded(exact, PLACES):,f}".replace("-", "\u2212")


def _both(key: str) -> Names:
    """A word or sentence of `gep catalogue`."""
    return Names(WORDS["zh"][key], WORDS["en"][key])
