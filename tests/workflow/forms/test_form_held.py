"""The accounts behind the forms of GEP: which address names which leaves, totals of lines, what stays unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from gep.base.records import Code, Names
from gep.report.form import Scope
from gep.workflow.forms.gep_rows import PHYSICAL, VALUE, Rows, Rule, Service
from gep.workflow.forms.held import Account
from gep.workflow.forms.reader import Reader, SqlRow

HERE = Scope("city", Names("市", "City"), 2020, "p", 7, "preliminary")
ABOVE = {"city": frozenset({"city"}), "a": frozenset({"a", "city"}), "b": frozenset({"b", "city"})}


@dataclass
class _Catalog:
    codes: dict[str, dict[str, Code]] = field(default_factory=dict)


@dataclass
class _Book:
    catalog: _Catalog = field(default_factory=_Catalog)


@dataclass
class _Reader:
    """A book without codes: names are the codes themselves."""

    book: _Book = field(default_factory=_Book)

    def code(self, scheme: str, code: str) -> Names:
        return Names(code, code)

    def kept(self, name: str, make: Any) -> Any:
        return make()


def rule(measure: str, unit: str = "t", benefit: str = "-", product: str = "-", *, value_only: bool = False) -> Rule:
    return Rule(measure, Names(measure, measure), unit, benefit, product, True, value_only, False)


def row(region: str, value: str | None, benefit: str = "-", product: str = "-", ecosystem: str = "-", **more: Any) -> SqlRow:
    amount = None if value is None else Decimal(value)
    made: dict[str, Any] = {"region_code": region, "service": "s", "benefit": benefit, "product": product, "ecosystem": ecosystem}
    made |= {"value": amount, "quantity": amount, "price": Decimal(1), "unit": "t", "price_unit": "CNY/t", "currency": "CNY"}
    return made | {"state": "value" if amount is not None else "not_available", "year": 2020} | more


def account(leaves: Sequence[SqlRow], totals: Sequence[SqlRow], *rules: Rule) -> Account:
    """The accounts of the city over the counties a and b. `totals`: what the rollup of the city says."""
    rows = Rows({("city", "s"): list(leaves)}, {})
    for total in totals:
        rows.totals.setdefault((total["region_code"], "s", total["benefit"], total["product"]), []).append(total)
    service = Service("s", "material", Names("服务", "Service"), rules or (rule("m"),))
    reader = cast(Reader, _Reader())
    low = frozenset({"a", "b"})
    return Account(HERE, "current", "CNY", (service,), {PHYSICAL: rows, VALUE: rows}, None, low, ABOVE, reader)


def keys(figures: Sequence[Any]) -> list[str]:
    return ["/".join(f.address.split("/")[1:7]) for f in figures]


def test_a_line_of_both_counties_has_the_address_of_the_city() -> None:
    leaves = [row("a", "1", product="x"), row("b", "2", product="x"), row("a", "4", product="y"), row("b", "8", product="y")]
    totals = [row("city", "15"), row("city", "3", product="x"), row("city", "12", product="y")]
    made = account(leaves, totals, rule("m", product="*"))
    service = made.services[0]
    x, y = made.lines(service)
    assert (x.code, y.code) == ("s.x", "s.y")
    assert made.line(x, "value").amount == 3
    assert keys(made.line(x, "value").figures) == ["city/2020/s/-/x/-"]
    assert keys(made.service(service).figures) == ["city/2020/s/-/-/-"]


def test_a_line_that_is_not_split_beside_others_is_the_sum_of_its_own_leaves() -> None:
    """The prefix s/-/- names every leaf of the service, so the undivided line is named leaf by leaf."""
    leaves = [row("a", "1"), row("b", "2"), row("a", "4", product="y"), row("b", "8", product="y")]
    made = account(leaves, [row("city", "15")], rule("m"), rule("n", product="*"))
    plain, other = made.lines(made.services[0])
    assert (plain.code, other.code) == ("s.m", "s.y")
    held = made.line(plain, "value")
    assert held.amount == 3
    assert keys(held.figures) == ["a/2020/s/-/-/-", "b/2020/s/-/-/-"]


def test_an_undivided_line_is_unknown_where_a_county_has_none() -> None:
    made = account(
        [row("a", "1"), row("a", "4", product="y"), row("b", "8", product="y")],
        [row("city", None)],
        rule("m"),
        rule("n", product="*"),
    )
    held = made.line(made.lines(made.services[0])[0], "value")
    assert held.amount is None
    assert held.state == "not_available"


def test_two_units_under_the_same_keys_are_two_lines() -> None:
    leaves = [row("a", "1", unit="t"), row("b", "2", unit="t"), row("a", "5", unit="m3"), row("b", "6", unit="m3")]
    totals = [row("city", "3", unit="t"), row("city", "11", unit="m3")]
    made = account(leaves, totals, rule("m"), rule("n", unit="m3"))
    one, two = made.lines(made.services[0])
    assert {one.code, two.code} == {"s.m", "s.n"}
    assert made.line(one, "physical").amount == 3
    assert made.line(two, "physical").amount == 11
    assert keys(made.line(one, "physical").figures) == ["a/2020/s/-/-/-", "b/2020/s/-/-/-"]


def test_own_leaf_of_the_city_makes_its_prefix_name_the_leaf_only() -> None:
    """`explain` gives the leaf of the very address first, so a sum with others must not go by that name."""
    made = account([row("city", "5"), row("a", "1")], [row("city", "6")])
    held = made.service(made.services[0])
    assert held.amount == 6
    assert keys(held.figures) == ["city/2020/s/-/-/-", "a/2020/s/-/-/-"]
    assert made.own("s").amount == 5


def test_ecosystem_class_by_one_address_unless_part_of_the_service_is_not_split() -> None:
    """b is not split: `s/-/-/forest` of the city is refused by explain, so its leaves are named."""
    inside = frozenset({"forest.a", "forest.b"})
    split = [row("a", "1", ecosystem="forest.a"), row("b", "2", ecosystem="forest.b"), row("a", "4", ecosystem="urban")]
    whole = account(split, [row("city", "7")]).by_ecosystem(account(split, []).services[0], "forest", inside)
    assert whole is not None
    assert whole.amount == 3
    assert keys(whole.figures) == ["city/2020/s/-/-/forest"]
    mixed = account([*split, row("b", "9")], [row("city", "16")])
    part = mixed.by_ecosystem(mixed.services[0], "forest", inside)
    assert part is not None
    assert keys(part.figures) == ["a/2020/s/-/-/forest.a", "b/2020/s/-/-/forest.b"]
    rest = mixed.by_ecosystem(mixed.services[0], "-", frozenset({"-"}))
    assert rest is not None
    assert rest.amount == 9
    assert keys(rest.figures) == ["b/2020/s/-/-/-"]
    assert mixed.by_ecosystem(mixed.services[0], "shrub", frozenset({"shrub"})) is None


def test_a_class_is_unknown_while_a_county_has_no_figure_of_the_service() -> None:
    made = account([row("a", "1", ecosystem="forest")], [row("city", None)])
    held = made.by_ecosystem(made.services[0], "forest", frozenset({"forest"}))
    assert held is not None
    assert held.amount is None
