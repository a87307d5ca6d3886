"""From a rule record to its canonical plan: checks of the declarations, unit pass, split into row products and tail, quanta.

All of it follows from declarations only, never from data, so the plan is part of the version of the rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from gep.base.findings import Finding, Place, Refused, finding
from gep.base.records import Empirical, Input, Measure, Rule
from gep.base.units import Unit, UnitError, parse_unit
from gep.rules.grain import FINE, grain_findings
from gep.rules.markup import number_text
from gep.rules.nodes import FUNCTIONS, Call, Compare, Node, names, walk
from gep.rules.parse import MAX_NODES, RESERVED, TIMES, parse
from gep.rules.product import Plan, RowProduct
from gep.rules.quantum import limits_of, with_quanta
from gep.rules.split import TooManyTerms, split
from gep.rules.sql import text_size
from gep.rules.units_pass import Equation, equation_names, units_pass

__all__ = ["Plan", "RowProduct", "build", "places_of"]

MAX_TEXT = 20_000  # nodes of the SQL text of one row product: the soil loss equation from its drivers has 5,200
QUANTITY_PLACES, PRICE_PLACES, VALUE_PLACES, RATIO_PLACES = 6, 8, 4, 12


def build(rule: Rule, measures: Mapping[str, Measure]) -> Plan:
    """The plan of `rule`; `measures` are all measures of the catalogue. Raises Refused with every finding there is."""
    return _Builder(rule, measures).build()


def places_of(measure: Measure) -> int:
    """Decimals stored: price 8, money 4, ratio, index and score 12, any other quantity 6."""
    if measure.kind == "price":
        return PRICE_PLACES
    if measure.kind in ("ratio", "index", "score"):
        return RATIO_PLACES
    try:
        unit = parse_unit(measure.unit)
    except UnitError:
        return QUANTITY_PLACES
    money = unit.currency is not None and len(unit.dims) == 1
    return VALUE_PLACES if money else QUANTITY_PLACES


class _Builder:
    def __init__(self, rule: Rule, measures: Mapping[str, Measure]) -> None:
        self.rule = rule
        self.measures = measures
        self.where = Place(file=rule.file, key=rule.id)
        self.findings: list[Finding] = []
        self.units: dict[str, Unit] = {}

    def complain(self, code: str, column: str, found: str = "", expected: str = "", **holes: str) -> None:
        place = replace(self.where, column=column)
        self.findings.append(finding(code, place, rule=self.rule.id, found=found, expected=expected, holes=holes))

    def stop_if_any(self) -> None:
        if self.findings:
            raise Refused(self.findings)

    def build(self) -> Plan:
        rule = self.rule
        self.declarations()
        output = self.output()
        equations = self.equations()
        functions = {e.name: len(e.args) for e in rule.empirical}
        parsed = parse(rule.expression, self.where, functions, rule=rule.id)
        if isinstance(parsed, tuple):
            self.findings.extend(parsed)
            raise Refused(self.findings)
        self.kind(parsed)
        inputs = self.inputs(parsed)
        units = {i.name: self.units[i.name] for i in inputs.values() if i.name in self.units}
        if len(equations) == len(rule.empirical):
            compares = isinstance(parsed, Compare)
            checked = units_pass(
                parsed, units, equations, None if compares else output, self.where, rule=rule.id, measure=rule.output
            )
            self.findings.extend(checked.findings)
        self.findings.extend(grain_findings(rule, parsed, self.stand_ins(parsed) | inputs, self.measures, self.where))
        self.stop_if_any()
        return self.plan(checked.tree, inputs)

    def plan(self, checked: Node, inputs: Mapping[str, Input]) -> Plan:
        """Split and quanta of a rule that has passed every check before."""
        rule = self.rule
        try:
            products, tail = split(checked, {n: i.grain for n, i in inputs.items()}, rule.grain)
        except TooManyTerms:
            self.complain("RULE-TOO-BIG", "expression", limit=str(MAX_NODES))
            raise Refused(self.findings) from None
        if any(text_size(p.body) > MAX_TEXT for p in products):
            self.complain("RULE-TOO-BIG", "expression", limit=str(MAX_TEXT))
        measure = self.measures.get(rule.output)
        places = places_of(measure) if measure is not None else QUANTITY_PLACES
        quantum = Fraction(measure.quantum) if measure is not None and rule.kind != "assert" else Fraction(1, 10**QUANTITY_PLACES)
        products, more = with_quanta(products, tail, inputs, self.measures, quantum, self.where, rule.id)
        self.findings.extend(more)
        self.stop_if_any()
        unit = measure.unit if measure is not None and rule.kind != "assert" else ""
        return Plan(rule, tuple(inputs.values()), checked, products, tail, unit, places if unit else 0)

    def declarations(self) -> None:
        """Names, units, measures and bounds as declared, whatever the expression says."""
        declared = [i.name for i in self.rule.inputs] + [e.name for e in self.rule.empirical]
        for name, times in Counter(declared).items():
            if times > 1:
                self.complain("RULE-INPUT-TWICE", f"inputs.{name}", found=name, name=name)
            if name in RESERVED or name in FUNCTIONS:
                self.complain("RULE-RESERVED", f"inputs.{name}", found=name, name=name)
        for i in self.rule.inputs:
            self.declared_input(i)

    def declared_input(self, i: Input) -> None:
        column = f"inputs.{i.name}"
        unit = self.unit(i.unit, i.name, f"{column}.unit")
        if unit is not None:
            self.units[i.name] = unit
        if i.time != "same":
            self.time(i, i.time, column)
        fits = unit is not None and (i.kind != "measure" or self.measure_of(i, unit, column))
        lower, upper = limits_of(i, self.measures) if fits else (None, None)
        if lower is not None and upper is not None and lower > upper:
            low, high = number_text(lower), number_text(upper)
            self.complain("RULE-BOUNDS-WRONG", column, found=low, expected=f"<= {high}", name=i.name, lower=low, upper=high)

    def measure_of(self, i: Input, unit: Unit, column: str) -> bool:
        """Whether the measure exists and has the kind of unit it is read in; it must also have the dimensions declared."""
        measure = self.measures.get(i.ref)
        if measure is None:
            self.complain("RULE-MEASURE-UNKNOWN", column, found=i.ref, measure=i.ref)
            return False
        own = self.unit(measure.unit, measure.id, f"{column}.measure")
        fits = own is not None and own.without_price_year().compatible(unit.without_price_year())
        if own is not None and not fits:
            found, expected = unit.text, own.text
            self.complain("RULE-INPUT-UNIT", f"{column}.unit", found, expected, name=i.name, measure=measure.id)
        given, wanted = set(i.grain) - {"region", *FINE}, set(measure.dims) - set(i.select)
        if given != wanted:
            found, expected = ", ".join(sorted(given)) or "-", ", ".join(sorted(wanted)) or "-"
            self.complain("RULE-INPUT-DIMS", f"{column}.grain", found, expected, name=i.name, measure=measure.id)
        return fits

    def unit(self, text: str, name: str, column: str) -> Unit | None:
        try:
            return parse_unit(text)
        except UnitError as error:
            suggestions = ", ".join(error.suggestions)
            self.complain("RULE-UNIT-UNKNOWN", column, found=error.text, name=name, unit=error.text, suggestions=suggestions)
            return None

    def time(self, i: Input, time: str, column: str) -> bool:
        """Whether an input may be read then: measures and parameters at prev and base, stocks at opening and closing."""
        measure = self.measures.get(i.ref)
        stock = measure is not None and measure.kind == "stock"
        other_year = time in ("prev", "base")
        allowed = i.kind in ("measure", "parameter") if other_year else i.kind == "measure" and (measure is None or stock)
        if not allowed:
            wanted = ("指标", "a measure") if other_year else ("存量指标", "a stock measure")
            found = f"{time}({i.name})"
            self.complain("RULE-TIME-KIND", column, found=found, time=time, name=i.name, wanted_zh=wanted[0], wanted_en=wanted[1])
        return allowed

    def output(self) -> Unit | None:
        """The unit of the output measure; None for an assert or after a complaint."""
        if self.rule.kind == "assert":
            return None
        measure = self.measures.get(self.rule.output)
        if measure is None:
            self.complain("RULE-MEASURE-UNKNOWN", "output", found=self.rule.output, measure=self.rule.output or "-")
            return None
        unit = self.unit(measure.unit, measure.id, "output")
        return None if unit is None else unit.without_price_year()

    def equations(self) -> dict[str, Equation]:
        """The empirical equations that can be read; all others leave findings."""
        return {e.name: made for e in self.rule.empirical if (made := self.equation(e)) is not None}

    def equation(self, e: Empirical) -> Equation | None:
        part = f"empirical.{e.name}"
        parsed = parse(e.expression, self.where, {}, rule=self.rule.id, part=part, fitted=True)
        args = [(name, self.unit(unit, f"{e.name}.{name}", f"{part}.args")) for name, unit in e.args]
        unit = self.unit(e.unit, e.name, f"{part}.unit")
        if isinstance(parsed, tuple):
            self.findings.extend(parsed)
            return None
        known = tuple((name, u) for name, u in args if u is not None)
        if unit is None or len(known) < len(args):
            return None
        equation = Equation(e.name, known, unit, parsed)
        undeclared, unused = equation_names(equation)
        for name in sorted(undeclared):
            self.complain("RULE-EMPIRICAL-NAME", part, found=name, function=e.name, name=name)
        for name in sorted(unused):
            self.complain("RULE-EMPIRICAL-UNUSED", part, found=name, function=e.name, name=name)
        return None if undeclared or unused else equation

    def kind(self, parsed: Node) -> None:
        compares = isinstance(parsed, Compare)
        if self.rule.kind == "assert" and not compares:
            self.complain("RULE-KIND-COMPARE", "expression", found=self.rule.expression)
        if self.rule.kind != "assert" and compares:
            self.complain("RULE-KIND-VALUE", "expression", found=self.rule.expression, kind=self.rule.kind)
        called = {n.fn for n in walk(parsed) if isinstance(n, Call)}
        for e in self.rule.empirical:
            if e.name not in called:
                self.complain("RULE-EMPIRICAL-UNCALLED", f"empirical.{e.name}", found=e.name, function=e.name)

    def inputs(self, parsed: Node) -> dict[str, Input]:
        """The inputs as used, by name, in the order of declaration; prev(x) and its like are derived from x."""
        declared = {i.name: i for i in self.rule.inputs}
        used: dict[str, Input] = {}
        for name in names(parsed):
            time, base = _base(name)
            if base not in declared:
                known = ", ".join(sorted(declared)) or "-"
                self.complain("RULE-INPUT-UNKNOWN", "expression", found=name, name=base, known=known)
            elif time:
                self.derived(used, declared[base], name, time)
            else:
                used[name] = declared[name]
        bases = {_base(n)[1] for n in names(parsed)}
        for name in declared:
            if name not in bases:
                self.complain("RULE-INPUT-UNUSED", f"inputs.{name}", found=name, name=name)
        order = {name: index for index, name in enumerate(declared)}
        return dict(sorted(used.items(), key=lambda item: (order[_base(item[0])[1]], item[0])))

    def stand_ins(self, parsed: Node) -> dict[str, Input]:
        """Inputs for names that were complained of, of the rule's own grain, so that they cause no complaint about grain."""
        return {n: Input(n, "parameter", n, self.rule.grain, "1") for n in names(parsed)}

    def derived(self, used: dict[str, Input], base: Input, name: str, time: str) -> None:
        if base.time != "same":
            self.complain("RULE-TIME-TWICE", "expression", found=name, name=base.name, declared=base.time, time=time)
            return
        if not self.time(base, time, "expression"):
            return
        known = next(t for t in TIMES if t == time)
        used[name] = replace(base, name=name, time=known)
        if base.name in self.units:
            self.units[name] = self.units[base.name]


def _base(name: str) -> tuple[str, str]:
    """("prev", "area") of prev(area), ("", "area") of area."""
    time, _, rest = name.removesuffix(")").rpartition("(")
    return time, rest
