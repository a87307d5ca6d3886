"""The method annex: of each service in a profile the formulas in force, what is returned as it is, and how it is priced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gep.base.findings import Place
from gep.base.records import Empirical, Input, Line, Measure, Names, Rule, Scheme
from gep.book import Book
from gep.catalog.record import Catalog
from gep.catalog.resolve import valid
from gep.catalog.subject import service_of
from gep.explain.explanation import citation
from gep.ledger import acts, catalogues
from gep.report.form import Scope, unit_names
from gep.report.methods import Formula, Method, Symbol
from gep.rules import markup
from gep.rules.nodes import Call, Name, Node
from gep.rules.parse import parse
from gep.workflow.forms.reader import Reader
from gep.workflow.frozen import catalogue_files

INDICES = "index_scheme"
INDEX = Names("绿金指数及相关指标", "Green-gold index and indicators beside it")
CLASSES = {
    "material": Names("物质产品", "Material products"),
    "regulating": Names("调节服务", "Regulating services"),
    "cultural": Names("文化服务", "Cultural services"),
}
NONE = Names("", "")


def methods(reader: Reader, gep: Scope) -> tuple[Method, ...]:
    """The methods of the profile in the year of the scope, from the catalogue that its vintage was run with."""
    return methods_of(catalog_of(reader.book, gep.vintage), gep.profile, gep.year)


def catalog_of(book: Book, vintage: int) -> Catalog:
    """The catalogue as the book kept it with a vintage; where it has not changed since, that of today, which is read already.

    A book of before catalogues were kept has that of today alone.
    """
    kept = acts.runs(book.entries())[vintage].data.get("catalogue")
    folder = book.catalogues / str(kept)
    if kept is None or not catalogues.differences(folder, catalogue_files(book)):
        return book.catalog
    return Book(folder, data=folder).catalog


def methods_of(catalog: Catalog, profile: str, year: int) -> tuple[Method, ...]:
    """The methods of a profile in a year, in the order of its services, then those of the index.

    A formula that several services rest on stands at the first. What is only checked, or worked out a second time, is not here.
    """
    scheme = catalog.schemes.get(profile)
    if scheme is None:
        return ()
    told: set[str] = set()
    made = [_service(catalog, scheme, service.id, service.lines, year, told) for service in scheme.services]
    return (*made, *_indices(catalog, year, told))


def _service(catalog: Catalog, scheme: Scheme, service: str, lines: Iterable[Line], year: int, told: set[str]) -> Method:
    held = tuple(lines)
    group = next((s.service_class for s in scheme.services if s.id == service), "")
    code = catalog.codes.get("service", {}).get(service)
    wanted = list(dict.fromkeys(line.measure for line in held))
    rules = [r for r in _rules(catalog, scheme, wanted, service, year) if r.id not in told]
    told.update(r.id for r in rules)
    computed = {r.output for name in scheme.rules for r in _in_force(catalog, name, year) if r.makes}
    return Method(
        code=service,
        names=code.names if code is not None else Names(service, service),
        group=CLASSES.get(group, NONE),
        formulas=tuple(formula(catalog, r) for r in rules),
        returned=tuple(_returned(catalog.measures[m]) for m in wanted if m not in computed),
        prices=tuple(_price(catalog, line) for line in held if line.price or line.value_only),
    )


def _indices(catalog: Catalog, year: int, told: set[str]) -> Iterator[Method]:
    """The index schemes; they are no choice of a book."""
    for scheme in catalog.schemes.values():
        if scheme.kind != INDICES or scheme.status != "enabled":
            continue
        rules = [r for n in scheme.rules for r in _in_force(catalog, n, year) if r.makes and r.id not in told]
        if rules:
            yield Method(scheme.id, scheme.names, INDEX, tuple(formula(catalog, r) for r in rules))


def _rules(catalog: Catalog, scheme: Scheme, wanted: Iterable[str], service: str, year: int) -> list[Rule]:
    """The rules of the scheme that give the wanted measures, each followed by those that give what it reads.

    What stands in the account of another service is explained there.
    """
    chosen = [r for name in scheme.rules for r in _in_force(catalog, name, year) if r.makes]
    queue, found = list(wanted), dict[str, Rule]()
    for measure in queue:  # grows while it is walked
        for rule in chosen:
            if rule.output != measure or rule.id in found or service_of(catalog.measures[measure]) not in ("", service):
                continue
            found[rule.id] = rule
            queue += [i.ref for i in rule.inputs if i.kind == "measure"]
    return list(found.values())


def _in_force(catalog: Catalog, name: str, year: int) -> list[Rule]:
    """The version of a rule in a year."""
    held = [r for r in catalog.rules.get(name, ()) if valid(r.valid_from, r.valid_to, year)]
    return [max(held, key=lambda r: r.valid_from)] if held else []


def formula(catalog: Catalog, rule: Rule) -> Formula:
    """A rule as a formula in its own signs, with what each of them stands for. A rule of a loaded catalogue always reads."""
    functions = {e.name: len(e.args) for e in rule.empirical}
    tree = _tree(rule.expression, rule, functions)
    measure = catalog.measures[rule.output]
    return Formula(
        names=rule.names,
        output=measure.names,
        unit=unit_names(measure.unit),
        typst=markup.typst(tree, {}),
        mathml=markup.mathml(tree, {}),
        symbols=tuple(_symbol(catalog, i) for i in rule.inputs),
        rule=rule.id,
        version=rule.version,
        source=_cited(catalog, rule.source, rule.clause),
        equations=tuple(_equation(e, rule) for e in rule.empirical),
    )


def _tree(text: str, rule: Rule, functions: dict[str, int], *, fitted: bool = False) -> Node:
    tree = parse(text, Place(rule.file, key=rule.id), functions, rule=rule.id, fitted=fitted)
    if isinstance(tree, tuple):
        raise ValueError(f"{rule.id}@{rule.version} cannot be read: {text}")
    return tree


def _equation(equation: Empirical, rule: Rule) -> tuple[str, str]:
    """A fitted equation: its call with the names of its arguments, and its right side."""
    call = Call(equation.name, tuple(Name(a) for a, _ in equation.args))
    return markup.typst(call, {}), markup.typst(_tree(equation.expression, rule, {}, fitted=True), {})


def _symbol(catalog: Catalog, given: Input) -> Symbol:
    unit = unit_names(given.unit)
    if given.kind == "column":
        records = catalog.records[given.rows]
        column = next(c for c in records.columns if c.name == given.ref)
        names = Names(f"{records.names.zh}：{column.names.zh}", f"{records.names.en}: {column.names.en}")
        return Symbol(given.name, names, unit, given.kind)
    if given.kind == "parameter":
        code = catalog.codes.get("parameter", {}).get(given.ref)
        return Symbol(given.name, code.names if code is not None else Names(given.ref, given.ref), unit, given.kind)
    return Symbol(given.name, catalog.measures[given.ref].names, unit, given.kind)


def _returned(measure: Measure) -> Names:
    if not measure.department:
        return measure.names
    return Names(f"{measure.names.zh}（{measure.department}）", f"{measure.names.en} ({measure.department})")


def _price(catalog: Catalog, line: Line) -> Names:
    """How a line is valued: quantity × price, or its value as returned."""
    names = catalog.measures[line.measure].names
    if line.value_only:
        return Names(f"{names.zh}：价值量由部门报送", f"{names.en}: value as returned")
    code = catalog.codes.get("parameter", {}).get(line.price)
    price = code.names if code is not None else Names(line.price, line.price)
    if line.price in catalog.measures:
        price = catalog.measures[line.price].names
    floor = Names("（负值不计价）", " (nothing below zero is valued)") if line.floor else NONE
    return Names(f"{names.zh} × {price.zh}{floor.zh}", f"{names.en} × {price.en}{floor.en}")


def _cited(catalog: Catalog, source: str, clause: str) -> str:
    known = catalog.sources.get(source)
    return citation(known, clause) if known is not None else f"{source} {clause}".strip()
