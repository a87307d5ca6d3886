"""Lays the figures of a computation out as rows of the GEP accounts, with the node each row is explained by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gep.base.records import Line, Region, State
from gep.base.rounding import store
from gep.base.states import Amount, Total, total
from gep.catalog.constant_values import constant_id
from gep.catalog.valuation import price_unit, value_id
from gep.engine.cells import Cell
from gep.engine.trace import Node, cell_id, total_node
from gep.explain.address import NAMED, NO_KEY, POSITIONAL, Address
from gep.workflow.compute import Computation
from gep.workflow.plans import line_keys

QUANTITY_PLACES, PRICE_PLACES, VALUE_PLACES = 6, 8, 4
CLASSES = ("material", "regulating", "cultural")
SUBMITTED = "submitted"


@dataclass(frozen=True)
class Figure:
    """One row of an account: its address (without vintage), the row, the trace node, and what the figure lies between."""

    address: Address
    row: Mapping[str, object]
    node: str
    service: str = ""
    service_class: str = ""
    lineage: tuple[str, ...] = ()  # the region and those above it
    amount: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None


def physical(c: Computation, regions: Mapping[str, Region]) -> Iterator[Figure]:
    """A row for every quantity of every line: leaves only, each key once."""
    for line, region, cell in _leaves(c):
        measure = c.method.measures[line.measure]
        columns = account_columns(measure.account, dict(cell.key))
        row = _keys(c, region, regions, columns) | {
            "quantity": None if cell.exact is None else store(cell.exact, QUANTITY_PLACES),
            "unit": measure.unit,
            "state": str(cell.state),
            "method_id": _method(c, cell),
        }
        yield _figure(c, "physical_account", row, cell, regions)


def value(c: Computation, regions: Mapping[str, Region]) -> Iterator[Figure]:
    """A row for every priced or value-only line, at current prices and, where the profile has them, at constant ones."""
    for basis, value_of in bases(c).items():
        for line, region, cell in _leaves(c, value_of):
            row = value_row(c, line, region, cell, regions, basis)
            yield _figure(c, "value_account", row, cell, regions)


def bases(c: Computation) -> dict[str, Callable[[str], str]]:
    """Price basis -> how the value of a measure is called at it."""
    scheme = c.method.resolved.scheme
    found: dict[str, Callable[[str], str]] = {scheme.price_basis: value_id}
    if scheme.constant is not None:
        found[scheme.constant.price_basis] = constant_id
    return found


def value_row(
    c: Computation, line: Line, region: str, cell: Cell, regions: Mapping[str, Region], basis: str
) -> dict[str, object]:
    """The value of a line in a region: stored quantity × price. A deflated value has no price of its own."""
    scheme, measure = c.method.resolved.scheme, c.method.measures[line.measure]
    row = _keys(c, region, regions, account_columns(measure.account, dict(cell.key))) | {
        "price_basis": basis,
        "currency": scheme.currency,
        "quantity": None,
        "unit": None,
        "price": None,
        "price_unit": None,
        "value": None if cell.exact is None else store(cell.exact, VALUE_PLACES),
        "state": str(cell.state),
        "method_id": _method(c, cell),
    }
    if not line.value_only:
        quantity = c.cells.get(line.measure, region, str(c.year), cell.key)
        if quantity is not None and quantity.exact is not None:
            row["quantity"] = store(max(quantity.exact, Fraction(0)) if line.floor else quantity.exact, QUANTITY_PLACES)
        row["unit"] = measure.unit
        row["price"] = _price(c.nodes[cell_id(cell, c.profile)])
        row["price_unit"] = price_unit(scheme.currency, measure.unit)
    return row


def totals(c: Computation, regions: Mapping[str, Region], values: Sequence[Figure]) -> Iterator[tuple[Figure, list[Node]]]:
    """One row for each region of every level, zone and price basis, from the leaves below it, with the nodes of its four totals.

    enabled = valued + missing + not_applicable, counted in the services that have a value; a total is unknown while an applicable
    part is.
    """
    apart: dict[tuple[str, str], list[Figure]] = {}
    for f in values:
        apart.setdefault((str(f.row["price_basis"]), str(f.row["zone"])), []).append(f)
    for code in regions:
        for (basis, zone), held in apart.items():
            below = [f for f in held if code in f.lineage]
            if below:
                yield _total(c, regions[code], zone, basis, below)


def _total(c: Computation, region: Region, zone: str, basis: str, below: Sequence[Figure]) -> tuple[Figure, list[Node]]:
    scheme = c.method.resolved.scheme
    row: dict[str, object] = {"region_code": region.code, "zone": zone, "year": c.year, "profile": c.profile}
    row |= {"price_basis": basis, "currency": scheme.currency}
    address = _address("gep_total", row)
    nodes, sums = [], {}
    for column in (*CLASSES, "gep"):
        parts = [f for f in below if column in ("gep", f.service_class)]
        sums[column] = total(Amount(State(str(f.row["state"])), _decimal(f), "") for f in parts)
        nodes.append(_total_node(c, address, column, parts, sums[column]))
        row[column] = sums[column].amount
    row |= _counts(below, [s.id for s in scheme.services if any(x.price or x.value_only for x in s.lines)])
    row["region_name"], row["region_level"] = region.names.zh, region.level
    ends = [(f.low, f.high) for f in below]
    known = sums["gep"].amount is not None and all(low is not None for low, _ in ends)
    low = sum((e[0] for e in ends if e[0] is not None), Fraction(0)) if known else None
    high = sum((e[1] for e in ends if e[1] is not None), Fraction(0)) if known else None
    amount = None if sums["gep"].amount is None else Fraction(sums["gep"].amount)
    return Figure(address, row, f"total:{address.text()}#gep", amount=amount, low=low, high=high), nodes


def account_columns(account: Mapping[str, str], key: Mapping[str, str]) -> dict[str, str]:
    """The account columns of a key: `=code` as it stands, a dimension by its code, `-` where the measure names nothing."""
    found = {}
    for column in POSITIONAL["value_account"]:
        placed = account.get(column, "")
        found[column] = placed[1:] if placed.startswith("=") else key.get(placed, NO_KEY) if placed else NO_KEY
    return found


def _leaves(c: Computation, value_of: Callable[[str], str] | None = None) -> Iterator[tuple[Line, str, Cell]]:
    """(line, region, cell): the quantity of each line, or its value as `value_of` calls it."""
    for service in c.method.resolved.scheme.services:
        for line in service.lines:
            if (value_of and not (line.price or line.value_only)) or (not value_of and line.value_only):
                continue
            name = value_of(line.measure) if value_of else line.measure
            for key in line_keys_of(c, line):
                for region in c.regions:
                    cell = c.cells.get(name, region, str(c.year), key)
                    if cell is None:
                        raise AssertionError(f"{name} {region} {key}: neither returned nor computed nor marked as a gap")
                    yield line, region, cell


def line_keys_of(c: Computation, line: Line) -> list[tuple[tuple[str, str], ...]]:
    return line_keys(c.lookup.catalog, c.method, line, c.cells, c.regions, str(c.year))


def _region_keys(c: Computation, region: str, regions: Mapping[str, Region]) -> dict[str, object]:
    return {"region_code": region, "zone": NO_KEY, "year": c.year, "profile": c.profile}


def _keys(c: Computation, region: str, regions: Mapping[str, Region], columns: Mapping[str, str]) -> dict[str, object]:
    place = regions[region]
    names = {"region_name": place.names.zh, "region_level": place.level, "allocated": False}
    return _region_keys(c, region, regions) | dict(columns) | names


def _figure(c: Computation, view: str, row: Mapping[str, object], cell: Cell, regions: Mapping[str, Region]) -> Figure:
    service = str(row["service"])
    group = next(s.service_class for s in c.method.resolved.scheme.services if s.id == service)
    above = tuple(lineage(cell.region, regions))
    return Figure(_address(view, row), row, cell_id(cell, c.profile), service, group, above, cell.exact, cell.low, cell.high)


def _address(view: str, row: Mapping[str, object]) -> Address:
    keys = tuple(str(row[k]) for k in POSITIONAL[view])
    return Address(view, str(row["region_code"]), str(row["year"]), keys, {n: str(row[n]) for n in NAMED[view]}, given=len(keys))


def _method(c: Computation, cell: Cell) -> str:
    node = c.nodes.get(cell_id(cell, c.profile), {})
    return f"{node['rule']}@{node['version']}" if node.get("kind") == "calculation" else SUBMITTED


def _price(node: Node) -> Decimal | None:
    """The price a value rests on, in the money of the accounts per base unit, at the storage scale."""
    arguments: list[dict[str, str]] = node["arguments"]  # type: ignore[assignment]
    given = {a["name"]: a for a in arguments if a["amount"]}
    if "price" not in given:
        return None
    price = Fraction(1)
    for name in ("price", *(("rate",) if "rate" in given else ())):
        price *= Fraction(Decimal(given[name]["amount"])) * Fraction(given[name]["factor"])
    return store(price, PRICE_PLACES)


def _decimal(f: Figure) -> Decimal | None:
    amount = f.row["value"]
    return amount if isinstance(amount, Decimal) else None


def lineage(code: str, regions: Mapping[str, Region]) -> Iterator[str]:
    while code in regions:
        yield code
        code = regions[code].parent


def _counts(below: Iterable[Figure], services: Sequence[str]) -> dict[str, int]:
    """How many services have a value, miss one, or do not apply in this region."""
    counts = dict.fromkeys(("valued", "missing", "not_applicable"), 0)
    by_service: dict[str, list[Amount]] = {s: [] for s in services}
    for f in below:
        by_service[f.service].append(Amount(State(str(f.row["state"])), _decimal(f), ""))
    for amounts in by_service.values():
        state = total(amounts).state
        counts["valued" if state is State.VALUE else "not_applicable" if state is State.NOT_APPLICABLE else "missing"] += 1
    return counts | {"enabled": len(services)}


def _total_node(c: Computation, address: Address, column: str, parts: Sequence[Figure], made: Total) -> Node:
    pairs = []
    for f in parts:
        amount = "" if _decimal(f) is None else format(_decimal(f) or Decimal(0), "f")
        key = tuple(sorted(f.address.key().items()))
        unit = str(f.row["currency"])
        pairs.append((f.node, Cell("", f.address.region, str(c.year), key, State(str(f.row["state"])), None, amount, unit)))
    result = None if made.amount is None else format(made.amount, "f")
    counts = {"n_value": made.n_value, "n_missing": made.n_missing, "n_not_applicable": made.n_not_applicable}
    figure = f"{address.text()}#{column}"
    return total_node(figure, c.profile, pairs, result, str(made.state), c.method.resolved.scheme.currency, counts)
