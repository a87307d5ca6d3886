"""What every reader of a statement knows: its printed figures as amounts, and the relations among them.

A figure is one amount wherever it is printed, in any form, part, unit or vintage that holds the same of it. Its relations are the
sums that forms say cells are made of, region = Σ regions below, price × quantity = value, and equality: the same number in the
same unit in one region (or the one it replaces) and year (or the next) is the same figure. So closing and opening stand together,
and what one table takes over from another. Shares, growth, means and effects follow what they are made of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from gep.accounts.exposure import Exact, size, whole_if
from gep.accounts.suppression import Amount, Table
from gep.catalog.publication import Publication
from gep.explain.address import NO_KEY, Address
from gep.report.form import Cell, Form, Made, Stored
from gep.report.statement import Statement

Place = tuple[int, str, str, str]  # part, form, line, column
ALIKE = 4  # significant digits from which on two equal numbers are the same figure
PRICE_DIGITS = 8  # a price worked out of a stored value and quantity is exact to these
LINEAR = "sum"
SCALES = (1, 15, Fraction(1, 15), 36, Fraction(1, 36))  # besides powers of ten: 亩 in hm², kWh in MJ
OF_GEP = ("gep", "ggi", "geep", "per_capita", "per_km2", "regulating_share", "market_share", "realisation_rate", "elasticity")
OF_REGULATING = ("regulating_share", "geep")
HEADLINE, CLASS, TOTAL, MAIN, DASH, DERIVED = 90, 80, 60, 20, 3, 10
NEAR = Fraction(1, 10**6)


@dataclass(frozen=True)
class Known:
    """`of`: the amount that a printed cell shows. `addresses`: the figures that hold an amount. `table`: what everybody knows."""

    of: Mapping[Place, str]
    addresses: Mapping[str, frozenset[str]]
    parsed: Mapping[str, Address]
    table: Table
    figures: Mapping[str, str] = field(default_factory=dict)  # complete address -> amount


def known(statement: Statement, publication: Publication) -> Known:
    """The figures of all forms of all parts, and their relations."""
    return _Reading(statement, publication).known


@dataclass
class _Seen:
    """An amount as it is met: its value, whether a cell shows it by itself, and how dear it is."""

    value: Exact
    shown: bool = False
    rank: int = 0
    signed: bool = False


class _Reading:
    def __init__(self, statement: Statement, publication: Publication) -> None:
        self.statement, self.publication = statement, publication
        self.addresses: dict[str, Address] = {}
        self.figures: dict[str, str] = {}  # complete address -> the amount it holds
        self.held: dict[str, set[str]] = defaultdict(set)
        self.seen: dict[str, _Seen] = {}
        self.units: dict[str, str] = {}
        self.of: dict[Place, str] = {}
        self.factors: dict[Place, Exact] = {}
        self.stocks: dict[str, int] = {}  # how far down in its form a stock stands: an opening above its closing
        self.relations: list[dict[str, Exact]] = []
        self.followers: dict[str, set[str]] = defaultdict(set)
        self.groups: dict[tuple[str, ...], set[str]] = defaultdict(set)

    @cached_property
    def known(self) -> Known:
        for n, part in enumerate(self.statement.parts):
            for form in part.forms:
                self._amounts(n, form)
        for n, part in enumerate(self.statement.parts):
            for form in part.forms:
                self._made(n, form)
        self._places()
        self._prices()
        self._alike()
        self._together()
        amounts = {name: Amount(Fraction(s.value), s.rank, s.shown, s.signed or s.value < 0) for name, s in self.seen.items()}
        grouped: dict[str, set[str]] = defaultdict(set)
        for names in self.groups.values():
            if len(names) > 1:
                for name in names:
                    grouped[name] |= names
        table = Table(amounts, self.relations, grouped, self.followers)
        return Known(self.of, {n: frozenset(a) for n, a in self.held.items()}, self.addresses, table, self.figures)

    # ---- figures

    def _figure(self, stored: Stored) -> str:
        """The amount that an address holds: one for all vintages that hold the same."""
        name = self.figures.get(stored.address)
        if name is not None:
            return name
        bare = stored.address.partition("@")[0]
        value = whole_if(Fraction(stored.amount or 0))
        name = bare if bare not in self.seen or self.seen[bare].value == value else stored.address
        self.figures[stored.address] = name
        self.held[name].add(stored.address)
        if name not in self.seen:
            address = _read(stored.address)
            self.addresses[name] = address
            self.seen[name] = _Seen(value, rank=self._rank(address))
            self.units[name] = stored.unit
        return name

    def _rank(self, address: Address) -> int:
        main = MAIN if address.region == self.statement.head.gep.region else 0
        if address.view in ("gep_total", "green_gold_index"):
            return main + (HEADLINE if address.with_column in OF_GEP else CLASS)
        if address.view == "balance_sheet":
            return main + TOTAL
        return main + DASH * sum(k == NO_KEY for k in address.keys[:3])

    # ---- cells

    def _amounts(self, part: int, form: Form) -> None:
        down = {line.code: n for n, line in enumerate(form.lines)}
        for line, column, cell in form.cells():
            if cell.kind != "number" or cell.exact is None:
                continue
            place = (part, form.id, line.code, column.code)
            names = [self._figure(f) for f in cell.figures]
            for name in names if line.style == "stock" else ():
                self.stocks.setdefault(name, down[line.code])
            scale = 1 if len(names) == 1 and cell.exact == cell.figures[0].amount else _scale(cell)
            linear = cell.made is None or cell.made.operation == LINEAR or len(names) == 1
            if names and scale is not None and linear:
                self._sum(place, cell, names, scale)
            else:
                self._follower(place, cell, names, linear)

    def _sum(self, place: Place, cell: Cell, names: Sequence[str], scale: Exact) -> None:
        """A cell that shows one figure, or several added up."""
        if len(names) == 1:
            name = names[0]
        else:
            name = "+".join(sorted(names))
            if name not in self.seen:
                self.seen[name] = _Seen(sum((self.seen[n].value for n in names), 0), rank=max(self.seen[n].rank for n in names))
                terms: dict[str, Exact] = defaultdict(int)
                for n in names:
                    terms[n] += 1
                self.relations.append({name: -1, **terms})
        self._show(place, name, scale, cell)

    def _follower(self, place: Place, cell: Cell, names: Sequence[str], linear: bool) -> None:
        """A number that is no figure of the book: one that only sums make, or one that says something of all it is made of."""
        name = "/".join(("cell", *map(str, place)))
        self.seen[name] = _Seen(whole_if(Fraction(cell.exact or 0)), signed=not linear or bool(names))
        for n in names:
            self.followers[n].add(name)
        self._show(place, name, 1, cell)

    def _show(self, place: Place, name: str, scale: Exact, cell: Cell) -> None:
        self.of[place], self.factors[place] = name, scale
        held = self.seen[name]
        held.shown = True
        if cell.made is not None and cell.made.operation == LINEAR:
            held.rank = max(held.rank, DERIVED + (MAIN if held.rank >= MAIN else 0))

    # ---- relations

    def _made(self, part: int, form: Form) -> None:
        for line, column, cell in form.cells():
            place = (part, form.id, line.code, column.code)
            if cell.made is None or place not in self.of:
                continue
            terms = [(part, t.ref.form or form.id, t.ref.line, t.ref.column) for t in cell.made.terms]
            if cell.made.operation == LINEAR:
                self._added(place, terms, cell.made)
            else:
                own = self.of[place]
                for other in {self.of[t] for t in terms if t in self.of} - {own}:
                    self.followers[other].add(own)

    def _added(self, place: Place, terms: Sequence[Place], made: Made) -> None:
        if any(t not in self.of for t in terms):
            return  # a term is no number: the sum is not over what is printed
        row: dict[str, Exact] = defaultdict(int)
        row[self.of[place]] -= self.factors[place]
        for t, term in zip(terms, made.terms, strict=True):
            row[self.of[t]] += term.sign * self.factors[t]
        self._relate(row)

    def _relate(self, row: Mapping[str, Exact]) -> None:
        kept = {name: whole_if(c) for name, c in row.items() if c}
        if len(kept) > 1:
            self.relations.append(kept)

    def _places(self) -> None:
        """Region = Σ regions below, for every figure that adds up so."""
        below: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
        for name, a in self.addresses.items():
            below[self._without_region(name, a)][a.region] = name
        above = self.publication.above
        for regions in below.values():
            inside: dict[str, list[str]] = defaultdict(list)
            for region in regions:
                if above.get(region) in regions:
                    inside[above[region]].append(region)
            for region, codes in inside.items():
                whole, parts = self.seen[regions[region]].value, [self.seen[regions[c]].value for c in codes]
                if size(whole - sum(parts)) <= NEAR * size(whole):
                    self._relate({regions[region]: -1, **{regions[c]: 1 for c in codes}})

    @staticmethod
    def _without_region(name: str, a: Address) -> tuple[str, ...]:
        return (
            a.view,
            a.period,
            *a.keys,
            *(f"{k}={v}" for k, v in sorted(a.named.items())),
            a.with_column,
            name.partition("@")[2],
        )

    def _prices(self) -> None:
        """Value = quantity × price: prices are public."""
        for name, a in self.addresses.items():
            if a.view == "value_account" and a.with_column == "value":
                quantity = f"{name.partition('@')[0]}#quantity"
                here = "/".join(("physical_account", a.region, a.period, *a.keys, *self._named(a)))
                for other in (quantity, here):
                    if other in self.seen and self.seen[other].value:
                        price = _digits(Fraction(self.seen[name].value) / self.seen[other].value, PRICE_DIGITS)
                        self._relate({name: -1, other: price})

    @staticmethod
    def _named(a: Address) -> Iterator[str]:
        return (f"{k}={a.named[k]}" for k in ("zone", "profile") if k in a.named)

    def _alike(self) -> None:
        """Equal numbers of one region and year in different tables, and a closing and the opening after it, are one figure."""
        same: dict[tuple[str, Exact], list[str]] = defaultdict(list)
        for name, a in self.addresses.items():
            value = self.seen[name].value
            if value and a.column != "price":
                same[self.units[name], value].append(name)
        for (_, value), names in same.items():
            for n, one in enumerate(names):
                for other in names[:n]:
                    if self._handed_on(one, other) or self._handed_on(other, one):
                        self._one(one, other)
            if _significant(value) >= ALIKE:
                self._told_again(names)

    def _one(self, one: str, other: str) -> None:
        self._relate({one: -1, other: 1})
        self.groups["same", other].update((other, one))

    def _told_again(self, names: Sequence[str]) -> None:
        """Equal numbers of a region and year: hidden together; the same to a reader only where no table has the number twice."""
        here: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name in names:
            a = self.addresses[name]
            here[a.region, a.period].append(name)
        for equal in here.values():
            tables = [self._table(self.addresses[name]) for name in equal]
            for n, one in enumerate(equal):
                for m, other in enumerate(equal[:n]):
                    if _over_again(self.addresses[one], self.addresses[other]):
                        if tables.count(tables[n]) == tables.count(tables[m]) == 1 or tables[n] == tables[m]:
                            self._relate({one: -1, other: 1})
                        self.groups["same", other].update((other, one))

    @staticmethod
    def _table(a: Address) -> str:
        return a.keys[0] if a.view == "asset_account" else a.view

    def _handed_on(self, later: str, earlier: str) -> bool:
        """Whether a stock at the end of a year opens the next one, in the same column of a table or the same line of a sheet."""
        a, b = self.addresses[later], self.addresses[earlier]
        if a.view != b.view or int(a.period) - int(b.period) != 1:
            return False
        if b.region not in (a.region, *self.publication.before.get(a.region, ())) or a.named != b.named:
            return False
        if a.view == "balance_sheet":
            return a.keys == b.keys and (a.with_column, b.with_column) == ("opening", "closing")
        if a.view != "asset_account" or later not in self.stocks or earlier not in self.stocks:
            return False
        return (a.keys[0], a.keys[2]) == (b.keys[0], b.keys[2]) and self.stocks[later] < self.stocks[earlier]

    # ---- what is hidden together

    def _together(self) -> None:
        """Groups that tell the same: quantity and values of a line, GEP and what is worked out of it, vintages of one figure."""
        shares: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
        regulating: list[tuple[tuple[str, str, str, str], str]] = []
        for name, a in self.addresses.items():
            here = (a.region, a.period, a.named.get("profile", ""), a.named.get("zone", ""))
            if a.view in ("physical_account", "value_account"):
                if a.column != "price":
                    self.groups["line", *here, *a.keys].add(name)
            elif a.view in ("gep_total", "green_gold_index"):
                column = a.with_column
                self.groups[("gep", *here) if column in OF_GEP else ("class", *here, column)].add(name)
                if a.view == "green_gold_index" and column in OF_REGULATING:
                    shares[here].append(name)
                if column == "regulating":
                    regulating.append((here, name))
            elif "@" in name:
                bare = name.partition("@")[0]
                self.groups["vintages", bare].update((name, bare))
        for here, name in regulating:
            self.followers[name].update(shares[here])


def _over_again(one: Address, other: Address) -> bool:
    """Whether two equal figures of a region and year are the same told twice: in another table, or as all of a total."""
    if one.view != other.view:
        return True
    if one.view == "asset_account":
        return one.keys[0] != other.keys[0]
    return all(NO_KEY in (a, b) or a == b for a, b in zip(one.keys, other.keys, strict=True))


def _read(text: str) -> Address:
    """A complete address of a form, which needs no checking; `parse` is ten times slower."""
    body, _, vintage = text.partition("@")
    body, _, column = body.partition("#")
    view, region, period, *rest = body.split("/")
    keys = tuple(part for part in rest if "=" not in part)
    named = dict(part.split("=", 1) for part in rest if "=" in part)
    return Address(view, region, period, keys, named, column, int(vintage) if vintage else None, len(keys))


def _scale(cell: Cell) -> Exact | None:
    """How many of the unit shown make one of the unit stored; None if it is not the sum of its figures in another unit."""
    exact = Fraction(cell.exact or 0)
    total = sum((Fraction(f.amount) for f in cell.figures if f.amount is not None), Fraction(0))
    if exact == total:
        return 1
    if not total or not exact or (exact < 0) != (total < 0):
        return None
    ratio = exact / total
    for base in SCALES:
        power = _power(float(ratio / base))
        if power is not None:
            return whole_if(Fraction(base) * Fraction(10) ** power)
    return None


def _power(x: float) -> int | None:
    """The power of ten that a number is, to nine digits (a quotient without end is stored to twelve)."""
    text = f"{x:.9e}"
    return int(text[12:]) if text.startswith("1.000000000e") else None


def _significant(value: Exact) -> int:
    """How many digits a number has from the first that is not zero to the last."""
    x = Fraction(value)
    scaled = x * 10**12
    return len(str(abs(scaled.numerator if scaled.denominator == 1 else int(scaled))).strip("0"))


def _digits(x: Fraction, digits: int) -> Exact:
    return whole_if(Fraction(Decimal(f"{float(x):.{digits - 1}e}")))
