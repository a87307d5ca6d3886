"""The figures that an evaluation reads over a term: stocks on its two days, figures of years, indices, floors and caps.

A stock is the handover balance of the day; where the evaluation counts only the last years of a term, the balance of the day from
which it counts, made in the same way. A figure of a year at a day is that of the year whose end is nearest to the day, and the
years of a window are those whose ends lie between the two. Dimensions that a selector leaves out are added up, totals left aside.

What is not there has no amount and says why; nothing stands in for it, and it is never zero.
"""

# ruff: noqa: S608  (what enters the SQL is names of the program and whole numbers; values are literals)
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from gep.accounts.handover import nearest
from gep.accounts.scoring_events import Need, needs, zone_of
from gep.accounts.scoring_items import Reading, Window, over_years, register_name
from gep.base.records import Key, Measure, Names
from gep.base.score_rules import NOTHING, OWN, PARTS, Completion, Evaluation, Interval, Selector, TargetRatio, figures_of
from gep.base.units import parse_unit
from gep.catalog.registers import Bound
from gep.explain.address import NO_KEY, Address
from gep.ledger.views import literal
from gep.report.form import Stored
from gep.workflow import levels
from gep.workflow.assets import is_asset
from gep.workflow.audit.annual import leaves_at
from gep.workflow.audit.balances import codes_at_end
from gep.workflow.audit.forms.case import Case, TermResult
from gep.workflow.audit.forms.parts import Attributed, attributed
from gep.workflow.audit.records import Balance, Subject
from gep.workflow.audit.term_ground import Ground, below, ground
from gep.workflow.audit.term_plan import term_account
from gep.workflow.chain import codes_on
from gep.workflow.indices import COLUMNS
from gep.workflow.views import rows

BASIS, ZONE, CONSTANT = "price_basis", "zone", "constant"
INDEX = "green_gold_index"
INDICES: Mapping[str, str] = {measure: column for column, (measure, _) in COLUMNS.items()}
WHOLE_TERM = Names(
    "审计人员按整个任期归因，不能拆到计分期间", "auditors attributed over the whole term, of which only a part counts"
)
NOT_OF_POST = Names("不属本职务填报的表", "of no table that this post answers for")
OPPOSED = Names("登记的下限和上限同时适用，无法确定目标", "a floor and a cap both hold for it; which is the target is not said")


@dataclass(frozen=True, slots=True)
class Found:
    """An amount with the figures of the book that it is of; None, and why."""

    amount: Fraction | None
    figures: tuple[Stored, ...] = ()
    reason: Names = NOTHING


def readings(evaluation: Evaluation, zone: str, window: Window, case: Case) -> Mapping[str, Reading]:
    """Every figure and limit that the scheme needs in a zone, by the name it is handed in under.

    `window`: the term with the day from which it counts; `case`: the term with its account.
    """
    reader = _Reader(evaluation, zone, window, case)
    return {need.name: reader.read(need) for need in needs(evaluation, zone)}


@dataclass(frozen=True)
class _Reader:
    """Reads one term. `_ground`: the balances of the day from which the term counts, and of its last day."""

    evaluation: Evaluation
    zone: str
    window: Window
    case: Case

    def read(self, need: Need) -> Reading:
        if need.register:
            return self._limit(need)
        selector = need.selector
        measure = self.case.ground.catalog.measures.get(selector.measure)
        if measure is None:
            return Reading(None, "", reason=_not_there(selector.measure))
        if not self.case.remit.whole and not self.case.remit.covers(measure.table):
            return Reading(None, "", reason=NOT_OF_POST)
        if selector.time == "change" and selector.part:
            found = self._attributed(selector)
        elif selector.time == "change":
            found = self._change(measure, selector.key)
        elif selector.time in ("opening", "closing"):
            found = self._at(measure, selector.key, closing=selector.time == "closing")
        else:
            found = self._over(measure, selector)
        return Reading(found.amount, measure.unit, tuple(f.address for f in found.figures), found.reason)

    # ---- days and years

    @cached_property
    def _ground(self) -> Ground:
        """The annual figures and balances of the window; those of the engagement where all of the term counts."""
        held = self.case.ground
        if self.window.since == self.window.start:
            return held
        tenure = replace(held.tenure, subjects=(self._subject,), audited=(self._subject.id,))
        observed = self.case.results.observations
        return ground(held.book, tenure, held.years.scheme, observed, held.events, held.region, held.years)

    @cached_property
    def _subject(self) -> Subject:
        return replace(self.case.subject, start=self.window.since, end=self.window.end)

    @cached_property
    def _ends(self) -> tuple[int, int]:
        """The year-ends nearest to the two days; a term that ends early in the first year of a book closes with that year."""
        return nearest(self.window.since)[0], self.case.account.span.year

    @property
    def _years(self) -> range:
        return range(self._ends[0] + 1, self._ends[1] + 1)

    def _day(self, *, closing: bool) -> date:
        return self.window.end if closing else self.window.since

    # ---- one figure

    def _at(self, measure: Measure, key: Key, *, closing: bool) -> Found:
        if measure.id in self._ground.lines:
            return self._stock(measure, key, self._day(closing=closing))
        return self._of_year(measure, key, self._ends[closing])

    def _change(self, measure: Measure, key: Key) -> Found:
        one, two = (self._at(measure, key, closing=closing) for closing in (False, True))
        lacking = next((f for f in (one, two) if f.amount is None), None)
        if lacking is not None or one.amount is None or two.amount is None:
            return replace(lacking or one, figures=(*one.figures, *two.figures))
        return Found(two.amount - one.amount, (*one.figures, *two.figures))

    def _over(self, measure: Measure, selector: Selector) -> Found:
        found = [self._of_year(measure, selector.key, year) for year in self._years]
        figures = tuple(f for one in found for f in one.figures)
        if not found:
            why = Names("计分期间内没有年末", "no end of a year lies in what counts of the term")
            return Found(None, figures, why)
        lacking = next((one for one in found if one.amount is None), None)
        return Found(over_years(selector.time, [f.amount for f in found]), figures, lacking.reason if lacking else NOTHING)

    def _stock(self, measure: Measure, key: Key, day: date) -> Found:
        """The balances of a day under every key that fits, of the codes that the region had on it."""
        g = self._ground
        held = self._balances(measure, key, day, codes_on(g.places, self.case.region, day))
        if not held and "region" in measure.additive:
            inside = (c for c in g.book.config.leaves if below(g.places, c, self.case.region))
            held = self._balances(measure, key, day, list(dict.fromkeys(n for c in inside for n in codes_on(g.places, c, day))))
        figures = tuple(f for b in held for f in b.figures)
        if not held or any(b.amount is None for b in held):
            return Found(None, figures, _no_stock(measure, day) if held else _not_there(measure.id))
        return Found(sum((b.amount for b in held if b.amount is not None), Fraction(0)), figures)

    def _balances(self, measure: Measure, key: Key, day: date, codes: Iterable[str]) -> list[Balance]:
        at = self._ground.balances
        found = (
            at.get(day, code, measure.id, k) for code in codes for k in self._keys(measure, key, at.keys(day, code, measure.id))
        )
        return [b for b in found if b is not None]

    def _of_year(self, measure: Measure, key: Key, year: int) -> Found:
        """The figure of a year; of a region that has none of its own, the sum of those below it that return."""
        if measure.id in INDICES:
            return self._index(measure, key, year)
        g = self._ground
        codes = codes_at_end(g.places, self.case.region, year)
        found = self._added(measure, key, year, codes)
        if found.figures or "region" not in measure.additive:
            return found
        there = leaves_at(g.places, g.book.config.leaves, year)
        inside = [c for c in there if any(below(g.places, c, code) for code in codes)]
        return self._added(measure, key, year, inside)

    def _added(self, measure: Measure, key: Key, year: int, codes: Sequence[str]) -> Found:
        """The sum over codes and keys; unknown while one is. What does not apply adds nothing, and alone is no figure."""
        g = self._ground
        listed = self._keys(measure, key, g.years.keys_of(measure.id, codes))
        found = [(k, g.years.get(measure.id, code, year, k)) for code in codes for k in listed]
        there = [a for _, a in found if a is not None]
        figures = tuple(a.stored for a in there)
        lacking = [k for k, a in found if a is None and not any(d in g.opened for d, _ in k)]
        applies = [a for a in there if a.stored.state != "not_applicable"]
        if not there or lacking or any(a.exact is None for a in applies):
            return Found(None, figures, _no_year(measure, year))
        if not applies:
            return Found(None, figures, Names(f"{measure.names.zh}不适用", f"{measure.names.en} does not apply"))
        return Found(sum((a.exact for a in applies if a.exact is not None), Fraction(0)), figures)

    def _keys(self, measure: Measure, key: Key, listed: Iterable[Key]) -> list[Key]:
        """The keys with these codes; along other dimensions the plain columns, which add up to the total."""
        g, wanted = self._ground, dict(key)
        layout = g.layouts.get(measure.table)
        plain = {dim: set(parts) for dim, _, parts in levels.total_columns(layout, measure)} if layout is not None else {}
        left = [d for d in measure.dims if d not in wanted]
        if left and "class" not in measure.additive:
            return []

        def fits(k: Key) -> bool:
            codes = dict(k)
            same = all(codes.get(d) == c for d, c in wanted.items())
            return same and all(codes.get(d) in plain[d] if d in plain else not g.is_total(((d, codes[d]),)) for d in left)

        return [k for k in listed if fits(k)]

    # ---- indices

    @cached_property
    def _basis(self) -> str:
        """The one set of constant prices that both ends of the window are stated in; empty: there is none."""
        held = [{b for b in self._bases(y) if b.startswith(f"{CONSTANT}:")} for y in self._ends]
        both = held[0] & held[1]
        return both.pop() if len(both) == 1 else ""

    def _bases(self, year: int) -> set[str]:
        return {str(r[BASIS]) for r in self._rows(year)}

    def _rows(self, year: int) -> list[Mapping[str, object]]:
        """The indices of the region in a year, in the vintage that the audit reads."""
        vintage = self.case.used(self._profile).get(year) if self._profile else None
        codes = codes_at_end(self._ground.places, self.case.region, year)
        if vintage is None or len(codes) != 1:
            return []
        where = f"profile = {literal(self._profile)} AND year = {int(year)} AND vintage = {int(vintage)}"
        return list(rows(self._ground.book, f"SELECT * FROM {INDEX}_all WHERE {where} AND region_code = {literal(codes[0])}"))

    @cached_property
    def _profile(self) -> str:
        return profile_of(self.case)

    def _index(self, measure: Measure, key: Key, year: int) -> Found:
        codes = dict(key)
        basis = self._basis if codes.get(BASIS) == CONSTANT else codes.get(BASIS, "")
        if not basis:
            zh, en = f"期初、期末没有同一套不变价的{measure.names.zh}", f"{measure.names.en}: no one set of prices at both ends"
            return Found(None, (), Names(zh, en))
        zone, column = codes.get(ZONE, NO_KEY), INDICES[measure.id]
        row = next((r for r in self._rows(year) if (r[BASIS], r[ZONE]) == (basis, zone)), None)
        amount = row[column] if row is not None else None
        if row is None or amount is None:
            return Found(None, (), _no_year(measure, year))
        named = {ZONE: zone, "profile": self._profile, BASIS: basis}
        vintage = int(str(row["vintage"]))
        address = Address(INDEX, str(row["region_code"]), str(year), (), named, column, vintage)
        exact = Fraction(str(amount))
        return Found(exact, (Stored(address.text(), _decimal(amount), measure.unit, "value"),))

    # ---- attribution

    @cached_property
    def _changes(self) -> tuple[Attributed, ...]:
        """Every stock with what its change is attributed to, over what counts of the term."""
        if self.window.since == self.window.start:
            return tuple(attributed(self.case))
        made = term_account(self._ground, self._subject)
        results = replace(self.case.results, ground=self._ground)
        return tuple(attributed(Case(results, TermResult(self._subject, made))))

    def _attributed(self, selector: Selector) -> Found:
        """The part of the change that is attributed so. What was attributed over a whole term says nothing of its last years."""
        part = next((p for p in PARTS if p == selector.part), None)
        assigned = any(where[0] == selector.measure for where in self.case.term.assigned)
        if assigned and self.window.since != self.window.start:
            return Found(None, (), WHOLE_TERM)
        wanted = dict(selector.key)
        held = [a for a in self._changes if a.line.measure == selector.measure and wanted.items() <= dict(a.key).items()]
        figures = tuple(f for a in held for rows_of in a.figures.values() for f in rows_of)
        known = bool(held) and all(a.by_region and not a.refused and a.net is not None for a in held)
        if part is None or not known:
            return Found(None, figures, Names("变动无法归因", "the change cannot be attributed"))
        return Found(sum((a.part(part) for a in held), Fraction(0)), figures)

    # ---- floors and caps

    def _limit(self, need: Need) -> Reading:
        """The limit of an entry of the registers, in the unit of its document."""
        bounds, last = self._ground.catalog.bounds, self.window.end - timedelta(days=1)
        places = self._ground.places
        if need.register != OWN:
            named = bounds.get(need.register)
            if named is None or not named.valid_from <= last <= named.valid_to:
                return Reading(None, "", reason=_no_limit(need.register, last))
            if not levels.inside(places, self.case.region, named.region):
                return Reading(None, "", reason=_of_another(named))
            return _limit_reading(named)
        of = need.selector
        fits = [b for b in bounds.values() if (b.measure, b.key) == (of.measure, of.key) and b.valid_from <= last <= b.valid_to]
        own = [b for b in fits if b.region == self.case.region]
        if not own:
            above = next((b for b in fits if levels.inside(places, self.case.region, b.region)), None)
            return Reading(None, "", reason=_of_another(above) if above is not None else _no_limit(of.measure, last))
        wanted = {s for s in ("floor", "cap") if s in self._senses(need)}
        sides = {side: [b for b in own if _side(b) == side] for side in wanted}
        there = [side for side in sides if sides[side]]
        if len(there) != 1:
            return Reading(None, "", reason=OPPOSED if there else _no_limit(of.measure, last))
        return _limit_reading(_strictest(sides[there[0]], there[0]))

    def _senses(self, need: Need) -> Iterator[str]:
        """On which side of the limit the items that read it want their figure."""
        zone = zone_of(self.evaluation, self.zone)
        for item in (i for b in self.evaluation.blocks for i in b.items if zone is not None and i.points[zone] > 0):
            reads = [b for b, value in figures_of(item)[1] if b.register and register_name(b, value) == need.name]
            match item.formula:
                case TargetRatio() as f if reads:
                    yield "floor" if f.direction == "+" else "cap"
                case Interval() as f:
                    yield from ("floor" for b in reads if b is f.low)
                    yield from ("cap" for b in reads if b is f.high)
                case Completion() as f:
                    yield from _of_senses(c.sense for c in f.conditions if any(c.bound is b for b in reads))


def _of_senses(senses: Iterable[str]) -> Iterator[str]:
    for sense in senses:
        if sense in (">=", ">", "="):
            yield "floor"
        if sense in ("<=", "<", "="):
            yield "cap"


def _side(bound: Bound) -> str:
    return "floor" if bound.sense in ("floor", "above") else "cap"


def _strictest(bounds: Sequence[Bound], side: str) -> Bound:
    """Of several documents that limit one figure, the one that is hardest to keep."""

    def size(b: Bound) -> Fraction:
        return Fraction(b.value) * parse_unit(b.unit).factor_to(parse_unit(bounds[0].unit))

    return max(bounds, key=size) if side == "floor" else min(bounds, key=size)


def _limit_reading(bound: Bound) -> Reading:
    return Reading(Fraction(bound.value), bound.unit)


def _decimal(amount: object) -> Decimal:
    return Decimal(str(amount))


def profile_of(case: Case) -> str:
    """The profile of the accounts: the one the tenure names, else the only one of the book; empty where there are several."""
    if case.tenure.profile:
        return case.tenure.profile
    catalog = case.ground.catalog
    known = [s for s in case.ground.book.config.schemes if s in catalog.schemes and not is_asset(catalog, s)]
    return known[0] if len(known) == 1 else ""


# ---- why there is none


def _not_there(measure: str) -> Names:
    return Names(f"账册中没有 {measure}", f"the book has no {measure}")


def _no_stock(measure: Measure, day: date) -> Names:
    return Names(f"{measure.names.zh}在 {day} 的存量未知", f"{measure.names.en}: the stock of {day} is not known")


def _no_year(measure: Measure, year: int) -> Names:
    return Names(f"{measure.names.zh} {year} 年没有数据", f"{measure.names.en}: no figure of {year}")


def _no_limit(name: str, day: date) -> Names:
    return Names(f"{day} 没有适用于本地区的登记限值（{name}）", f"no registered limit holds for this region on {day} ({name})")


def _of_another(bound: Bound) -> Names:
    zh = f"登记的限值（{bound.id}）属于 {bound.region}，没有分解到本地区"
    return Names(zh, f"the registered limit ({bound.id}) is that of {bound.region} and is not broken down to this region")
