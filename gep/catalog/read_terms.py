"""Reads the tables `[constant]` and `[uncertainty]` of a scheme."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType

from gep.base.findings import Place
from gep.base.terms import Constant, Correlated, Order, Shape, Uncertainty
from gep.catalog.fields import Fields

ORDERS: tuple[Order, ...] = ("convert_then_deflate", "deflate_then_convert")
SHAPES: tuple[Shape, ...] = ("triangular", "uniform")
MOST_DRAWS = 1_000_000


def constant(f: Fields) -> Constant | None:
    """`[constant]`: base, order, deflators {service = index}; None where the scheme has no such table."""
    c = _table(f, "constant")
    if c is None:
        return None
    made = Constant(_whole(c, "base", 1949, 2100), c.choice("order", ORDERS), MappingProxyType(c.strings("deflators")))
    c.done()
    return made


def uncertainty(f: Fields) -> Uncertainty | None:
    """`[uncertainty]`: draws, seed, level, shape, and `[[uncertainty.group]]`; None where the scheme has no such table."""
    u = _table(f, "uncertainty")
    if u is None:
        return None
    groups = []
    for i, body in enumerate(u.tables("group"), 1):
        g = Fields(body, Place(f.place.file, key=f"{u.place.key}.group[{i}]"), f.findings)
        rho = g.number("correlation", required=True) or Decimal(0)
        if not 0 <= rho <= 1:
            g.complain("CATALOG-FIELD-CHOICE", "correlation", found=rho, expected="0 … 1")
        groups.append(Correlated(g.text("id", required=True), g.texts("parameters"), rho, g.text("source", required=True)))
        g.done()
    level = u.number("level", required=True) or Decimal("0.95")
    if not 0 < level < 1:
        u.complain("CATALOG-FIELD-CHOICE", "level", found=level, expected="0 < level < 1")
    draws, seed = _whole(u, "draws", 100, MOST_DRAWS), _whole(u, "seed", 0, 2**53 - 1)
    made = Uncertainty(draws, seed, level, u.choice("shape", SHAPES), tuple(groups))
    u.done()
    return made


def _table(f: Fields, name: str) -> Fields | None:
    body = f.table(name)
    return Fields(body, Place(f.place.file, key=f"{f.place.key}.{name}"), f.findings) if body else None


def _whole(f: Fields, name: str, least: int, most: int) -> int:
    """A whole number between `least` and `most`."""
    value = f.number(name, required=True)
    if value is None:
        return least
    if value != value.to_integral_value() or not least <= value <= most:
        f.complain("CATALOG-FIELD-CHOICE", name, found=value, expected=f"{least} … {most}")
        return least
    return int(value)
