"""What a book holds of the GEP accounts of a region and year: its services and their lines, each with amounts and addresses.

Physical and value accounts hold leaves; a line is a leaf or what is left when ecosystems and the regions below are added up. All
regions of a year are read at once, since a statement shows them side by side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property, partial
from typing import Literal

from gep.base.records import Names, State
from gep.base.states import Amount, total
from gep.explain.address import NO_KEY
from gep.report.form import Scope, Stored
from gep.workflow.forms.gep_rows import (
    AMOUNT,
    CLASSES,
    DIMS,
    NO_ROWS,
    PHYSICAL,
    VALUE,
    WHOLE,
    Keys,
    Rows,
    Rule,
    Service,
    View,
    keys_of,
    profile_of,
    regions_of,
    rows_of,
    totals_of,
)
from gep.workflow.forms.reader import CURRENT, Reader, SqlRow, account_figure, total_figure

__all__ = ["CLASSES", "PHYSICAL", "VALUE", "WHOLE", "Account", "Held", "Line", "Service", "account", "figure"]


@dataclass(frozen=True)
class Line:
    """A line of a service that the book has figures of."""

    keys: Keys
    names: Names
    rule: Rule | None
    code: str  # unique in its service; that of the service where it is all of it

    @property
    def valued(self) -> bool:
        return self.rule is None or self.rule.valued

    @property
    def plain(self) -> bool:
        """Whether it is the service as a whole and no part of it."""
        return self.keys[1:3] == (NO_KEY, NO_KEY)


@dataclass(frozen=True)
class Held:
    """An amount of the accounts: the stored figures that it is (one) or that are added up (several), and their total.

    No figures: no leaf stands there, and the amount is unknown.
    """

    figures: tuple[Stored, ...] = ()
    amount: Decimal | None = None
    unit: str = ""
    state: str = str(State.NOT_AVAILABLE)

    @property
    def known(self) -> bool:
        return self.amount is not None


UNKNOWN = Held()
NO_VALUE = Held(state=str(State.NOT_APPLICABLE))


@dataclass(frozen=True)
class Account:
    """The accounts of one region and year at one price basis."""

    scope: Scope
    basis: str
    currency: str
    services: tuple[Service, ...]
    rows: Mapping[View, Rows]
    total: SqlRow | None  # the row of gep_total
    lowest: frozenset[str]  # the lowest regions in it
    above: Mapping[str, frozenset[str]]  # region -> itself and those above it
    reader: Reader = field(repr=False)

    def largest(self, line: Line) -> Decimal:
        """The largest amount of the quantity in any region of the year: it says in which multiple of its unit it is printed."""

        def find() -> Decimal:
            totals = self.rows[PHYSICAL].totals
            held = (r for (_, *k), rows in totals.items() if tuple(k) == line.keys[:3] for r in rows if r["unit"] == line.keys[3])
            return max((abs(r["quantity"]) for r in held if r["quantity"] is not None), default=Decimal(0))

        scope = self.scope
        return self.reader.kept(f"largest {scope.vintage}/{scope.year}/{scope.profile}/{line.keys}", find)

    def leaves(self, view: View, service: str) -> Sequence[SqlRow]:
        """The leaves of a service in the region and below it."""
        return self.rows[view].leaves.get((self.scope.region, service), ())

    def lines(self, service: Service) -> tuple[Line, ...]:
        """The lines of a service that have figures, in the order of the profile, then of their codes."""
        return self._lines[service.id]

    @cached_property
    def _lines(self) -> dict[str, tuple[Line, ...]]:
        return {s.id: self._lines_of(s) for s in self.services}

    def _lines_of(self, service: Service) -> tuple[Line, ...]:
        keys = {keys_of(r) for view in (PHYSICAL, VALUE) for r in self.leaves(view, service.id)}
        rules = {k: next(((i, r) for i, r in enumerate(service.rules) if r.holds(k)), (len(service.rules), None)) for k in keys}

        def order(k: Keys) -> tuple[int, int, int, Keys]:
            return rules[k][0], self._rank("benefit", k[1]), self._rank("product", k[2]), k

        stems = Counter(_stem(k) for k in keys)
        made = []
        for k in sorted(keys, key=order):
            rule = rules[k][1]
            apart = stems[_stem(k)] > 1 or (_stem(k) == service.id and len(keys) > 1)
            code = f"{_stem(k)}.{rule.measure if rule else k[3] or VALUE}" if apart else _stem(k)
            made.append(Line(k, self._names(k, rule), rule, code))
        return tuple(made)

    def _rank(self, scheme: str, code: str) -> int:
        known = [*self.reader.book.catalog.codes.get(scheme, {})]
        return known.index(code) if code in known else -1 if code == NO_KEY else len(known)

    def _names(self, keys: Keys, rule: Rule | None) -> Names:
        parts = [self.reader.code(d, c) for d, c in zip(DIMS, keys[1:3], strict=True) if c != NO_KEY]
        if parts:
            return Names("·".join(p.zh for p in parts), ", ".join(p.en for p in parts))
        return rule.names if rule else self.reader.code("service", keys[0])

    def line(self, line: Line, what: Literal["quantity", "value", "physical"]) -> Held:
        """A line in the region: its quantity as the value account has it, its value, or its quantity in the physical account."""
        view, column = (PHYSICAL, "quantity") if what == "physical" else (VALUE, what)
        service, benefit, product, unit = line.keys
        here = [r for r in self.leaves(view, service) if view == VALUE or r["unit"] == unit]
        mine = [r for r in here if keys_of(r) == line.keys]
        if not mine:
            return UNKNOWN
        if len(mine) == sum(all(k in (NO_KEY, r[d]) for d, k in zip(DIMS, (benefit, product), strict=True)) for r in here):
            return self._total(view, column, line.keys, mine)
        return self._added(view, column, mine)

    def service(self, service: Service, view: View = VALUE, unit: str = "") -> Held:
        """A service in the region: its value, or the sum of its quantities in one unit."""
        here = [r for r in self.leaves(view, service.id) if view == VALUE or r["unit"] == unit]
        return self._total(view, AMOUNT[view], (service.id, NO_KEY, NO_KEY, unit), here) if here else UNKNOWN

    def of_class(self, name: str) -> Held:
        """A class of services, or `gep`: the whole."""
        if self.total is None:
            return UNKNOWN
        figure = total_figure(self.scope, self.total, name, self.basis)
        if figure.amount is None and not self._applies(name):
            figure = replace(figure, state=str(State.NOT_APPLICABLE))
        return Held((figure,), figure.amount, figure.unit, figure.state)

    def amount(self, code: str) -> Held:
        """The value of `gep`, of a class or of a service, by its code; not applicable for a service without values."""
        service = next((s for s in self.services if s.id == code), None)
        if service is None:
            return self.of_class(code)
        return self.service(service) if service.valued else NO_VALUE

    def parts(self, code: str) -> tuple[str, ...]:
        """The codes whose values make up that of `gep` (classes) or of a class (services); none of a service."""
        valued = [s for s in self.services if s.valued]
        if code == WHOLE:
            return tuple(g for g in CLASSES if any(s.group == g for s in valued))
        return tuple(s.id for s in valued if s.group == code)

    def own(self, code: str) -> Held:
        """What stands for the region itself and not for the regions below it, of `gep`, a class or a service."""
        wanted = {s.id for s in self.services if s.valued and code in (WHOLE, s.group, s.id)}
        mine = [r for s in sorted(wanted) for r in self.leaves(VALUE, s) if r["region_code"] == self.scope.region]
        return self._sum(VALUE, "value", mine) if mine else UNKNOWN

    def by_ecosystem(self, service: Service, ecosystem: str, inside: Collection[str]) -> Held | None:
        """The value of a service in an ecosystem class, whose codes are `inside`; `-`: of what is not split by ecosystem.

        None where the service has nothing of it; unknown while a lowest region has no figure of the service.
        """
        here = self.leaves(VALUE, service.id)
        mine = [r for r in here if r["ecosystem"] in inside]
        if not mine:
            return None
        groups = [(NO_KEY, NO_KEY)] if self._named(VALUE, (service.id, NO_KEY, NO_KEY, ecosystem), mine, inside) else None
        figures: list[Stored] = []
        for keys in groups or dict.fromkeys((r["benefit"], r["product"]) for r in mine):
            some = mine if groups else [r for r in mine if (r["benefit"], r["product"]) == keys]
            figures += self._figures(
                VALUE, "value", (service.id, *keys, ecosystem), some, inside, self._sum(VALUE, "value", some)
            )
        there = {r["region_code"] for r in here}
        whole = self._sum(VALUE, "value", mine)
        known = all(there & self.above[low] for low in self.lowest)
        return Held(tuple(figures), whole.amount if known else None, whole.unit, whole.state if known else UNKNOWN.state)

    def _applies(self, name: str) -> bool:
        mine = [s for s in self.services if s.valued and name in (WHOLE, s.group)]
        states = [r["state"] for s in mine for r in self.leaves(VALUE, s.id)]
        return not states or any(s != State.NOT_APPLICABLE for s in states)

    def _total(self, view: View, column: str, keys: Keys, mine: Sequence[SqlRow]) -> Held:
        """What the account totals under keys."""
        service, benefit, product, unit = keys
        stored = self.rows[view].totals.get((self.scope.region, service, benefit, product), ())
        row = next((r for r in stored if view == VALUE or r["unit"] == unit), None)
        if row is None:
            return UNKNOWN
        whole = account_figure(self.scope, view, row, column, self.basis)
        held = Held((whole,), whole.amount, whole.unit, whole.state)
        return replace(held, figures=self._figures(view, column, (service, benefit, product, NO_KEY), mine, (), held))

    def _added(self, view: View, column: str, mine: Sequence[SqlRow]) -> Held:
        """The leaves of a line that others of its service stand under; unknown unless every lowest region has one."""
        there = {r["region_code"] for r in mine}
        held = self._sum(view, column, mine)
        return held if all(there & self.above[low] for low in self.lowest) else replace(held, amount=None, state=UNKNOWN.state)

    def _sum(self, view: View, column: str, mine: Sequence[SqlRow]) -> Held:
        figures = tuple(account_figure(self.scope, view, r, column, self.basis) for r in mine)
        made = total(Amount(State(f.state), f.amount) for f in figures)
        return Held(figures, made.amount, figures[0].unit, str(made.state))

    def _figures(
        self, view: View, column: str, keys: Keys, mine: Sequence[SqlRow], inside: Collection[str], held: Held
    ) -> tuple[Stored, ...]:
        """One address for the leaves if one names them and nothing else, else that of each. `keys` end in the ecosystem."""
        if not self._named(view, keys, mine, inside):
            return tuple(account_figure(self.scope, view, r, column, self.basis) for r in mine)
        names = dict(zip(("service", *DIMS, "ecosystem"), keys, strict=True))
        row = {**mine[0], **names, "region_code": self.scope.region, "state": held.state, column: held.amount}
        return (account_figure(self.scope, view, row, column, self.basis),)

    def _named(self, view: View, keys: Keys, mine: Sequence[SqlRow], inside: Collection[str]) -> bool:
        """Whether the address of these keys in this region names exactly these leaves (see gep.explain.address.fit)."""
        ecosystem = keys[3]
        reach, held_back = [], False
        for r in self.leaves(view, keys[0]):
            wants = [(w, r[d]) for d, w in zip(DIMS, keys[1:3], strict=True) if w != NO_KEY]
            met = [w == k for w, k in wants] + ([r["ecosystem"] in inside] if ecosystem != NO_KEY else [])
            undivided = [k == NO_KEY for _, k in wants] + ([r["ecosystem"] == NO_KEY] if ecosystem != NO_KEY else [])
            if all(met):
                reach.append(r)
            elif all(m or u for m, u in zip(met, undivided, strict=True)):
                held_back = held_back or r["state"] != State.NOT_APPLICABLE
        own = (self.scope.region, *keys[1:])
        itself = any((r["region_code"], *(r[d] for d in DIMS), r["ecosystem"]) == own for r in reach)
        if itself:
            return len(reach) == len(mine) == 1
        return not held_back and len(reach) == len(mine) and {id(r) for r in reach} == {id(r) for r in mine}


def account(reader: Reader, scope: Scope, basis: str = CURRENT) -> Account:
    """The accounts of a scope at a price basis. Raises Refused where the rules of its vintage are gone."""
    name = f"{scope.vintage}/{scope.year}/{scope.profile}"
    services, currency = reader.kept(f"services {name}", lambda: profile_of(reader, scope))
    places = reader.kept(f"regions {scope.vintage}", lambda: regions_of(reader, scope.vintage))
    above = places.get(scope.year, {})
    totals = reader.kept(f"totals {name}/{basis}", lambda: totals_of(reader, scope, basis))
    rows = {
        view: reader.kept(f"{view} {scope.vintage}/{scope.profile}", partial(rows_of, reader, scope, view, places))
        for view in (PHYSICAL, VALUE)
    }
    mine = {PHYSICAL: rows[PHYSICAL].get((scope.year, ""), NO_ROWS), VALUE: rows[VALUE].get((scope.year, basis), NO_ROWS)}
    lowest = frozenset(code for code, (ancestors, low) in above.items() if low and scope.region in ancestors)
    return reader.kept(
        f"account {scope.region} {name}/{basis}",
        lambda: Account(
            scope,
            basis,
            currency,
            services,
            mine,
            totals.get(scope.region),
            lowest,
            {code: found for code, (found, _) in above.items()},
            reader,
        ),
    )


def figure(account: Account, view: View, row: SqlRow, column: str = "") -> Stored:
    """A row of the accounts as a stored figure."""
    return account_figure(account.scope, view, row, column, account.basis)


def _stem(keys: Keys) -> str:
    return ".".join(k for k in keys[:3] if k != NO_KEY)


def _state(row: SqlRow, view: View, column: str) -> str:
    if column == AMOUNT[view]:
        return str(row["state"])
    return str(State.VALUE if row[column] is not None else State.NOT_AVAILABLE)
