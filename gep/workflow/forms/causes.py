"""G2, why GEP is not what it was the year before: service × factor, and what that and GDP did to the green-gold index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gep.accounts.comparable import Area
from gep.accounts.decompose import FACTORS, Change, Factor
from gep.base.findings import LANGUAGES
from gep.base.records import Names
from gep.base.units import parse_unit
from gep.explain.change import PlaceChange, Ratio, factors_of
from gep.explain.year_pair import change_text
from gep.report.form import (
    BLANK,
    NONE,
    Cell,
    Column,
    Form,
    Kind,
    Line,
    Made,
    Ref,
    Scope,
    Stored,
    Style,
    Term,
    decimal_of,
    rounded,
    unit_names,
    words,
)
from gep.workflow.forms.common import CLASS_NAMES, GEP_NAMES, money_of
from gep.workflow.forms.compared import Compared, compared
from gep.workflow.forms.held import CLASSES, Account, Held, Service, account
from gep.workflow.forms.indices import INDEX_PLACES, gdp_vintage, index_figure
from gep.workflow.forms.lists import finished, said
from gep.workflow.forms.reader import Reader

NAMES = Names("生态产品总值变化原因", "Causes of the change of gross ecosystem product")
INDEX_NAMES = Names("绿金指数变化原因", "Causes of the change of the green-gold index")
DIFFERENCE = Names("增减", "Difference")
FACTOR_HEAD = Names("其中：变动因素", "Of which, by factor")
PLACES = 2
FIRST = Names(
    "没有上一年的核算结果，不作变化原因分析。",
    "There is no account of an earlier year, so there is no change to explain.",
)
SHAPLEY = Names(
    "各因素的作用按所有替换次序的平均值计算，合计恰好等于增减额，没有余项。",
    "Each factor has its mean effect over all orders of replacing one year by the other; the effects add up to the difference "
    "exactly, with nothing left over.",
)
PARTLY = Names(
    "有缺数的服务不给增减额，合计也不给；已列各因素只说明其余的服务。",
    "A service with missing figures has no difference, and neither has the total; the factors shown explain the others only.",
)
BASIS = Names("按各年现价计算。", "At current prices of each year.")


@dataclass(frozen=True)
class Pair:
    """The two years of a region: their accounts and what changed between them."""

    left: Account
    right: Account
    change: PlaceChange


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """G2 and G2.index of a region and year against the year in use before; G2 says so where the two cannot be compared."""
    here = account(reader, gep)
    if here.total is None:
        return
    before = year_before(reader, gep)
    if before is None:
        yield _without(gep, [FIRST])
        return
    both = compared(reader, before, gep)
    area = both.area_of(gep.region)
    if area is None or not area.sound or len(area.left) > 1 or len(area.right) > 1:
        yield _without(gep, [_not_alone(reader, gep, before, area)])
        return
    pair = _pair(reader, both, area, before, here)
    if not pair.change.leaves:
        yield _without(gep, [FIRST])
        return
    yield _values(reader, gep, pair)
    for ratio in pair.change.ratios:
        yield _index(reader, gep, pair, both, ratio)


def year_before(reader: Reader, scope: Scope) -> Scope | None:
    """The profile in the last year in use before that of the scope, of the region of the scope."""
    before = [use for use in reader.in_use(scope.profile) if use.year < scope.year]
    return reader.earlier(scope, before[-1]) if before else None


def _pair(reader: Reader, both: Compared, area: Area, before: Scope, here: Account) -> Pair:
    (code,) = area.left
    there = replace(before, region=code, region_names=reader.region(code))
    return Pair(account(reader, there), here, both.change(area))


def _not_alone(reader: Reader, scope: Scope, before: Scope, area: Area | None) -> Names:
    """Why the region cannot be compared with itself: what changed its ground, and with which regions together it can be."""
    if area is None:
        return FIRST
    said_of = ["; ".join(change_text(c, lang) for c in area.changes) for lang in LANGUAGES]
    zh = f"{before.year} 年与 {scope.year} 年的区划范围不同，两年不可直接比较（{said_of[0]}）。"
    en = f"The region does not cover the same ground in {before.year} and {scope.year}, so the years cannot be compared "
    en += f"({said_of[1]})."
    if area.sound:
        zh += f"可比口径为 {area.id} 合计。"
        en += f" Taken together, {area.id} can be."
    return Names(zh, en)


def _without(gep: Scope, notes: Sequence[Names]) -> Form:
    """The form with no lines, and why."""
    columns = (Column("name", Names("指标", "Item"), "label"), Column("difference", DIFFERENCE))
    return Form("G2", "G2", "index", NAMES, gep, columns, (), notes=tuple(notes))


# ---- GEP by service and factor


def _values(reader: Reader, gep: Scope, pair: Pair) -> Form:
    unit = money_of(reader, pair.right.currency)
    table = _Values(pair, unit)
    years = (pair.left.scope.year, gep.year)
    columns = (
        Column("name", Names("服务", "Service"), "label"),
        Column("left", Names(f"{years[0]} 年", str(years[0]))),
        *(Column(f, FACTORS[f].names, group=(FACTOR_HEAD,)) for f in table.factors),
        Column("difference", DIFFERENCE),
        Column("right", Names(f"{years[1]} 年", str(years[1]))),
    )
    told = [Names(f"{w.names.zh}：{w.tells.zh}。", f"{w.names.en}: {w.tells.en}.") for w in (FACTORS[f] for f in table.factors)]
    notes = [BASIS, SHAPLEY, *told, *([PARTLY] if pair.change.total.unknown else [])]
    marked = any(a.total is not None and a.total["illustrative"] for a in (pair.left, pair.right))
    form = Form(
        "G2", "G2", "index", NAMES, gep, columns, tuple(table.lines()), unit_names(unit), tuple(notes), illustrative=marked
    )
    return finished(form)


class _Values:
    """Services by class, each with its value in both years and the effect of each factor."""

    def __init__(self, pair: Pair, unit: str) -> None:
        self.pair, self.changes = pair, pair.change.services
        self.factors = factors_of(self.changes.values())
        self.rate = parse_unit(pair.right.currency).factor_to(parse_unit(unit))
        known = {s.id: s for s in (*pair.left.services, *pair.right.services)}  # the later year has the say
        self.services = {name: [s for s in known.values() if s.group == name and s.id in self.changes] for name in CLASSES}

    def lines(self) -> Iterator[Line]:
        there = [name for name in CLASSES if self.services[name]]
        for name in there:
            parts = [s.id for s in self.services[name]]
            yield self._sum(name, CLASS_NAMES[name], parts, "subtotal")
            for service in self.services[name]:
                yield self._line(service)
        yield self._sum("gep", GEP_NAMES, there, "total")

    def _line(self, service: Service) -> Line:
        sides = [_of_service(a, service) for a in (self.pair.left, self.pair.right)]
        change = self.changes[service.id]
        figures = tuple(f for side in sides for f in side.figures)
        cells: dict[str, Cell] = {f: self._part(change.parts.get(f), figures) for f in self.factors}
        return self._joined(service.id, service.names, sides, cells, change, figures, "", 1)

    def _part(self, part: Fraction | None, figures: tuple[Stored, ...], made: Made | None = None) -> Cell:
        if part is None:
            return BLANK
        exact = decimal_of(part * self.rate)
        return Cell("number", NONE, exact, rounded(exact, PLACES), figures, made)

    def _sum(self, code: str, names: Names, parts: Sequence[str], style: Style) -> Line:
        """The sum of services of a class, or of the classes."""
        sides = [a.of_class(code) for a in (self.pair.left, self.pair.right)]
        inside = [s.id for name in CLASSES if code in ("gep", name) for s in self.services[name]]
        figures = tuple(f for side in sides for f in side.figures)
        cells: dict[str, Cell] = {}
        for factor in self.factors:
            effects = [self.changes[s].parts[factor] for s in inside if factor in self.changes[s].parts]
            holding = [p for p in parts if self._has(p, factor)]
            terms = tuple(Term(Ref(p, factor)) for p in holding)
            cells[factor] = self._part(sum(effects, Fraction(0)), figures, Made("sum", terms)) if terms else BLANK
        change = Change(
            _side(self.changes[s].left for s in inside),
            _side(self.changes[s].right for s in inside),
            unknown=tuple(u for s in inside for u in self.changes[s].unknown),
        )
        return self._joined(code, names, sides, cells, change, figures, style, 0, parts)

    def _has(self, part: str, factor: Factor) -> bool:
        """Whether a line of the table has a number under a factor."""
        inside = [s.id for s in self.services[part]] if part in self.services else [part]
        return any(factor in self.changes[s].parts for s in inside)

    def _joined(
        self,
        code: str,
        names: Names,
        sides: Sequence[Held],
        cells: dict[str, Cell],
        change: Change,
        figures: tuple[Stored, ...],
        style: Style,
        indent: int,
        parts: Sequence[str] = (),
    ) -> Line:
        """A line with both years, its factors and the difference that they make."""
        gap = change.difference
        terms = tuple(Term(Ref(code, f)) for f in self.factors if cells[f].exact is not None)
        made = Made("sum", terms) if terms else None
        difference = Cell("missing", figures=figures) if gap is None else self._part(gap, figures, made)
        left, right = (self._amount(side) for side in sides)
        if left.exact is not None and right.exact is not None and gap is not None:
            right = replace(right, made=Made("sum", (Term(Ref(code, "left")), Term(Ref(code, "difference")))))
        if parts and left.exact is not None:
            left = replace(left, made=Made("sum", tuple(Term(Ref(p, "left")) for p in self._counted(parts, 0))))
        row = (words(names), left, *(cells[f] for f in self.factors), difference, right)
        return Line(code, row, style, indent)

    def _counted(self, parts: Sequence[str], side: int) -> Iterator[str]:
        """The lines that a total is made of on one side: those that apply there."""
        account = (self.pair.left, self.pair.right)[side]
        for part in parts:
            known = {s.id: s for group in self.services.values() for s in group}
            held = _of_service(account, known[part]) if part in known else account.of_class(part)
            if held.amount is not None:
                yield part

    def _amount(self, held: Held) -> Cell:
        if held.amount is None:
            return Cell(_kind(held), figures=held.figures)
        exact = decimal_of(Fraction(held.amount) * self.rate)
        return Cell("number", NONE, exact, rounded(exact, PLACES), held.figures)


def _of_service(account: Account, service: Service) -> Held:
    return account.service(service)


def _kind(held: Held) -> Kind:
    """A service that a year does not have at all does not apply there."""
    return "not_applicable" if held.state == "not_applicable" or not held.figures else "missing"


def _side(amounts: Iterable[Fraction | None]) -> Fraction | None:
    known = [a for a in amounts if a is not None]
    return sum(known, Fraction(0)) if known else None


# ---- the index


def _index(reader: Reader, gep: Scope, pair: Pair, both: Compared, ratio: Ratio) -> Form:
    """What GEP, factor by factor, and GDP did to the index."""
    made = ratio.change
    rows = [side.index[code] for side, (code,) in ((both.left, pair.change.left), (both.right, pair.change.right))]
    stored = tuple(index_figure(row, "ggi", "1") for row in rows)
    factors = [f for f in FACTORS if made.parts.get(f)]

    def line(code: str, names: Names, amount: Fraction, parts: Sequence[str] = ()) -> Line:
        exact = decimal_of(amount)
        how = Made("sum", tuple(Term(Ref(p, "value")) for p in parts)) if parts else None
        kept = {"left": stored[:1], "right": stored[1:]}.get(code, stored)
        cell = Cell("number", NONE, exact, rounded(exact, INDEX_PLACES), kept, how)
        told = said(gdp_vintage(ratio.states[0 if code == "left" else 1])) if code in ("left", "right") else BLANK
        style: Style = "subtotal" if code in ("gep", "gdp") else "total" if code == "difference" else ""
        return Line(code, (words(names), cell, told), style, 1 if code in factors else 0)

    lines = [
        line("left", _year(pair.left.scope.year), made.left),
        line("gep", Names("生态产品总值变化的作用", "Effect of GEP"), made.numerator, factors),
        *(line(f, FACTORS[f].names, made.parts[f]) for f in factors),
        line("gdp", Names("地区生产总值变化的作用", "Effect of GDP"), made.denominator),
        line("difference", DIFFERENCE, made.difference, ("gep", "gdp")),
        line("right", _year(gep.year), made.right, ("left", "difference")),
    ]
    columns = (
        Column("name", Names("项目", "Item"), "label"),
        Column("value", Names("绿金指数", "Green-gold index")),
        Column("gdp_vintage", Names("地区生产总值版次", "Vintage of GDP"), "text"),
    )
    marked = any(row["illustrative"] for row in rows)
    form = Form("G2.index", "G2-2", "index", INDEX_NAMES, gep, columns, tuple(lines), notes=(SHAPLEY,), illustrative=marked)
    return finished(form)


def _year(year: int) -> Names:
    return Names(f"{year} 年绿金指数", f"Green-gold index of {year}")
