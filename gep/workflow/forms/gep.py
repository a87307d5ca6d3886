"""T1, the quantities of ecosystem products and services, and T2, their values: class, service and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from gep.base.records import Names, State
from gep.report.form import (
    BLANK,
    Cell,
    Column,
    Form,
    Line,
    Made,
    Ref,
    Scope,
    Style,
    Term,
    evaluate,
    number,
    text,
    unit_names,
    words,
    worked,
)
from gep.workflow.forms import held as accounts
from gep.workflow.forms.common import (
    CLASS_NAMES,
    CODE,
    GEP_NAMES,
    NAME,
    breaks,
    comparable,
    finished,
    in_print,
    listed,
    money_of,
    quantity_unit,
    shown,
    summed,
    term,
)
from gep.workflow.forms.gaps import gaps
from gep.workflow.forms.gep_rows import CLASSES, PHYSICAL, VALUE, Service, keys_of
from gep.workflow.forms.held import Account, Held, account
from gep.workflow.forms.reader import Reader

PLACES = 2
PRICE_PLACES = (2, 4)  # at least, at most
UNIT = Column("unit", Names("计量单位", "Unit"), "unit")


@dataclass(frozen=True)
class Row:
    """A line of both tables: the whole (no service), a class (a name only), a service, or a line of a service."""

    code: str
    names: Names
    style: Style
    indent: int
    service: Service | None = None
    line: accounts.Line | None = None


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """T1 and T2 of a region and year; T2 only where the profile has prices."""
    now = account(reader, gep)
    years = reader.history(gep)
    last = years[-2] if len(years) > 1 and years[-2].year == gep.year - 1 else None
    there = last is not None and comparable(reader, gep, last)
    before = account(reader, last) if last is not None and there else None
    yield _Physical(reader, now, before, tuple(breaks(reader, gep, [last, gep])) if last is not None else None).form()
    if any(s.valued for s in now.services):
        yield _Value(reader, now).form()


def rows_of(now: Account) -> Iterator[Row]:
    """Class by class its services in the order of the profile, each followed by its lines if it is not all one line."""
    for group in CLASSES:
        mine = [s for s in now.services if s.group == group]
        if mine:
            yield Row(group, CLASS_NAMES[group], "group", 0)
        for service in mine:
            lines = now.lines(service)
            only = lines[0] if len(lines) == 1 and lines[0].plain else None
            yield Row(service.id, service.names, "", 1, service, only)
            if only is None:
                yield from (Row(x.code, x.names, "part", 2, service, x) for x in lines)


def addable(lines: Sequence[accounts.Line]) -> bool:
    """Whether the quantities of a service can be added up: all in one unit, and none of them the base of others."""
    units = {x.keys[3] for x in lines}
    return len(units) == 1 and "" not in units and all(x.valued for x in lines)


class Table:
    """What both tables share: the accounts of the year, and in which units quantities are printed."""

    def __init__(self, reader: Reader, now: Account) -> None:
        self.reader, self.now = reader, now
        self.units: dict[accounts.Line, tuple[str, int]] = {}
        for service in now.services:
            lines = now.lines(service)
            together = addable(lines)
            self.units |= {x: quantity_unit(now, *(lines if together else (x,))) for x in lines if x.keys[3]}

    def quantity(self, line: accounts.Line, what: Literal["quantity", "physical"] = "physical") -> tuple[Cell, Cell]:
        """Unit and quantity of a line; it has none where it is valued without one."""
        if line.rule is not None and line.rule.value_only:
            return BLANK, Cell("not_applicable")
        unit, places = self.unit(line)
        return words(unit_names(unit)), shown(self.now.line(line, what), places, unit)

    def unit(self, line: accounts.Line) -> tuple[str, int]:
        """The unit of a line and its decimals; one for all lines of a service that are added up."""
        return self.units[line]


class _Physical(Table):
    """T1: the quantity of every line in the year, in the year before, and how it changed."""

    def __init__(self, reader: Reader, now: Account, before: Account | None, told: tuple[Names, ...] | None) -> None:
        """`told`: why there is no year before to compare with, though there are accounts of it; None: there are none."""
        super().__init__(reader, now)
        self.before, self.told = before, told

    def form(self) -> Form:
        columns = [NAME, CODE, UNIT, Column("quantity", Names("本年", "This year"))]
        if self.before is not None:
            columns += [
                Column("previous", Names("上年", "Year before")),
                Column("change", Names("增减", "Change")),
                Column("growth", Names("增速", "Growth"), unit=Names("%", "%")),
            ]
        lines = [self._line(f"{n:02d}", row) for n, row in enumerate(rows_of(self.now), 1)]
        notes = [*self._notes()]
        names = Names("生态产品实物量表", "Physical quantities of ecosystem products and services")
        made = Form("T1", "T1", "gep", names, self.now.scope, tuple(columns), tuple(lines), notes=tuple(notes))
        return finished(made, self.now, PHYSICAL)

    def _line(self, number_of: str, row: Row) -> Line:
        head = (words(row.names), text(number_of))
        if row.service is None:
            return Line(row.code, (*head, *(BLANK,) * (5 if self.before else 2)), row.style, row.indent)
        line = row.line
        if line is None:
            return self._service(head, row, row.service)
        if line.rule is not None and line.rule.value_only:
            empty = Cell("not_applicable")
            return Line(row.code, (*head, BLANK, empty, *(empty,) * (3 if self.before else 0)), row.style, row.indent)
        unit, places = self.unit(line)
        current = shown(self.now.line(line, "physical"), places, unit)
        return Line(row.code, (*head, words(unit_names(unit)), *self._over(row.code, current, self._then(line), unit, places)),
                    row.style, row.indent)  # fmt: skip

    def _service(self, head: tuple[Cell, ...], row: Row, service: Service) -> Line:
        """The sum of its lines, where all are valued and in one unit; a line without a value is the base of others."""
        lines = self.now.lines(service)
        if not addable(lines):
            return Line(row.code, (*head, *(BLANK,) * (5 if self.before else 2)), row.style, row.indent)
        unit, places = self.unit(lines[0])
        parts = {x.code: shown(self.now.line(x, "physical"), places, unit) for x in lines}
        whole = self.now.service(service, PHYSICAL, lines[0].keys[3])
        current = shown(
            whole,
            places,
            unit,
            made=summed([term(c, "quantity") for c, p in parts.items() if p.kind != "not_applicable"], whole, parts.values()),
        )
        then = self.before.service(service, PHYSICAL, lines[0].keys[3]) if self.before else accounts.UNKNOWN
        return Line(row.code, (*head, words(unit_names(unit)), *self._over(row.code, current, then, unit, places)),
                    row.style, row.indent)  # fmt: skip

    def _then(self, line: accounts.Line) -> Held:
        return self.before.line(line, "physical") if self.before else accounts.UNKNOWN

    def _over(self, code: str, current: Cell, then: Held, unit: str, places: int) -> tuple[Cell, ...]:
        """The year, the year before, their difference and growth."""
        if self.before is None:
            return (current,)
        previous = shown(then, places, unit)
        figures = (*current.figures, *previous.figures)
        change = Made("sum", (Term(Ref(code, "quantity")), Term(Ref(code, "previous"), -1)))
        growth = Made("growth", (Term(Ref(code, "quantity")), Term(Ref(code, "previous"))))
        known = current.exact is not None and previous.exact is not None
        values = [c.exact for c in (current, previous) if c.exact is not None] if known else []
        less = worked(change, evaluate(change, values) if known else None, figures, places=places)
        more = worked(growth, evaluate(growth, values) if known else None, figures, places=PLACES)
        return current, previous, less, more

    def _notes(self) -> Iterator[Names]:
        only = [s.names for s in self.now.services if s.rules and all(r.value_only for r in s.rules)]
        if only:
            yield Names(
                f"{listed(only, 'zh')}直接按价值核算，没有实物量。",
                f"Valued without a quantity: {listed(only, 'en')}.",
            )
        yield Names(
            "只有计量单位相同且都计价的分项才相加；不计价的分项是其他分项的基础。",
            "Lines are added up only where all have one unit and a value; a line without a value is the base of others.",
        )
        yield from self.told or ()
        if self.before is None and self.told is None:
            yield Names("上年没有核算结果，不列增减。", "There are no accounts of the year before, so no change is shown.")
        yield from gaps(self.now)


class _Value(Table):
    """T2: quantity, price and value of every line, and the share of GEP."""

    COLUMNS = (
        NAME,
        CODE,
        Column("unit", Names("实物量单位", "Unit of quantity"), "unit"),
        Column("price_unit", Names("单价单位", "Unit of price"), "unit"),
        Column("quantity", Names("实物量", "Quantity")),
        Column("price", Names("单价", "Price")),
    )

    def __init__(self, reader: Reader, now: Account) -> None:
        super().__init__(reader, now)
        self.money = money_of(reader, now.currency)
        self.whole = shown(now.of_class("gep"), PLACES, self.money)

    def form(self) -> Form:
        columns = (
            *self.COLUMNS,
            Column("value", Names("价值", "Value"), unit=unit_names(self.money)),
            Column("share", Names("占 GEP 比重", "Share of GEP"), unit=Names("%", "%")),
        )
        rows = [Row("gep", GEP_NAMES, "total", 0), *rows_of(self.now)]
        lines = [self._line(f"{n:02d}", row) for n, row in enumerate(rows, 1)]
        names = Names("生态产品价值量表", "Values of ecosystem products and services")
        made = Form("T2", "T2", "gep", names, self.now.scope, columns, tuple(lines), notes=tuple(self._notes()))
        return finished(made, self.now, VALUE)

    def _line(self, number_of: str, row: Row) -> Line:
        head = (words(row.names), text(number_of))
        if row.code == "gep":
            value = self._whole()
        elif row.service is None:
            value = self._class(row.code)
        elif row.line is None:
            value = self._service(row.service)
        else:
            unit, price_unit, quantity, price = self._factors(row.line)
            value = self._one(row.line)
            cells = (*head, unit, price_unit, quantity, price, value, self._share(row.code, value))
            return Line(row.code, cells, row.style, row.indent)
        style: Style = "subtotal" if row.style == "group" else row.style
        return Line(row.code, (*head, *(BLANK,) * 4, value, self._share(row.code, value)), style, row.indent)

    def _whole(self) -> Cell:
        groups = [g for g in CLASSES if any(s.group == g and s.valued for s in self.now.services)]
        parts = {g: self._class(g) for g in groups}
        held = self.now.of_class("gep")
        return shown(held, PLACES, self.money, made=self._made(parts, held))

    def _class(self, group: str) -> Cell:
        mine = [s for s in self.now.services if s.group == group]
        if not any(s.valued for s in mine):
            return Cell("not_applicable")
        parts = {s.id: self._value_of(s) for s in mine if s.valued}
        held = self.now.of_class(group)
        return shown(held, PLACES, self.money, made=self._made(parts, held))

    def _value_of(self, service: Service) -> Cell:
        lines = self.now.lines(service)
        return self._one(lines[0]) if len(lines) == 1 and lines[0].plain else self._service(service)

    def _service(self, service: Service) -> Cell:
        if not service.valued:
            return Cell("not_applicable")
        parts = {x.code: self._one(x) for x in self.now.lines(service) if x.valued}
        held = self.now.service(service)
        return shown(held, PLACES, self.money, made=self._made(parts, held))

    def _made(self, parts: Mapping[str, Cell], held: Held) -> Made | None:
        return summed([term(c, "value") for c, p in parts.items() if p.kind != "not_applicable"], held, parts.values())

    def _one(self, line: accounts.Line) -> Cell:
        return shown(self.now.line(line, "value"), PLACES, self.money) if line.valued else Cell("not_applicable")

    def _share(self, code: str, value: Cell) -> Cell:
        if value.kind == "not_applicable":
            return Cell("not_applicable")
        figures = (*value.figures, *self.whole.figures)
        made = Made("percent", (term(code, "value"), term("gep", "value")))
        if value.exact is None or self.whole.exact is None:
            return worked(made, None, figures, places=PLACES)
        return worked(made, evaluate(made, (value.exact, self.whole.exact)), figures, places=PLACES)

    def _factors(self, line: accounts.Line) -> tuple[Cell, Cell, Cell, Cell]:
        """Units, quantity and price of a line."""
        unit, quantity = self.quantity(line, "quantity" if line.valued else "physical")
        if not line.valued or not line.keys[3]:
            return unit, BLANK, quantity, Cell("not_applicable")
        price, price_unit = self._price(line)
        return unit, words(unit_names(price_unit)), quantity, price

    def _price(self, line: accounts.Line) -> tuple[Cell, str]:
        """The price of a line and its unit: of every leaf below if it is one price, else the mean: value ÷ quantity."""
        leaves = [r for r in self.now.leaves(VALUE, line.keys[0]) if keys_of(r) == line.keys]
        used = [r for r in leaves if r["state"] != State.NOT_APPLICABLE]
        unit = next((r["price_unit"] for r in leaves if r["price_unit"]), f"{self.now.currency}/({line.keys[3]})")
        prices = {r["price"] for r in used}
        if len(prices) == 1 and None not in prices:
            figure = accounts.figure(self.now, VALUE, used[0], "price")
            return number(figure, places=price_places(figure.amount)), unit
        return self._mean(line, unit), unit

    def _mean(self, line: accounts.Line, unit: str) -> Cell:
        value, quantity = self.now.line(line, "value"), self.now.line(line, "quantity")
        figures = (*value.figures, *quantity.figures)
        if value.amount is None or not quantity.amount:
            kind = "not_applicable" if str(State.NOT_APPLICABLE) in (value.state, quantity.state) else "missing"
            return Cell("not_applicable" if kind == "not_applicable" else "missing", figures=figures)
        mean = Fraction(value.amount) / Fraction(quantity.amount)
        return in_print(mean, figures, PRICE_PLACES[0 if abs(mean) >= 1 else 1], mark="†")

    def _notes(self) -> Iterator[Names]:
        yield Names("按当年价格计算。", "At prices of the year.")
        unvalued = [x for s in self.now.services for x in self.now.lines(s) if not x.valued]
        if unvalued:
            yield Names("不计价的分项只列实物量。", "Lines without a value show their quantity only.")
        lowered = [s.names for s in self.now.services for x in self.now.lines(s) if self._lowered(x)]
        if lowered:
            yield Names(
                f"{listed(lowered, 'zh')}的实物量为计价数量：数量为负的地区或类型不计价，与实物量表之差即其负数。",
                f"Of {listed(lowered, 'en')} the valued quantity is shown: what is negative in a region or class is not valued, "
                "and makes the difference to the table of quantities.",
            )
        yield from gaps(self.now)

    def _lowered(self, line: accounts.Line) -> bool:
        """Whether something below zero is left out of the valued quantity of a line."""
        if line.rule is None or not line.rule.floor:
            return False
        return self.now.line(line, "quantity").amount != self.now.line(line, "physical").amount


def price_places(price: Decimal | None) -> int:
    """Decimals of a price in print: as typed, from two to four."""
    exponent = price.normalize().as_tuple().exponent if price is not None else 0
    least, most = PRICE_PLACES
    return min(most, max(least, -exponent if isinstance(exponent, int) else 0))
