"""Figure addresses: `view/region/period[/key…][/name=key…][#column][@vintage]` (DESIGN §5.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from gep.base.findings import Place, Refused, finding
from gep.base.records import Code

POSITIONAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "physical_account": ("service", "benefit", "product", "ecosystem"),
        "value_account": ("service", "benefit", "product", "ecosystem"),
        "asset_account": ("table_id", "row_code", "column_code", "cause"),
        "balance_sheet": ("side", "line"),
        "gep_total": (),
        "green_gold_index": (),
    }
)
NAMED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "physical_account": ("zone", "profile"),
        "value_account": ("zone", "profile", "price_basis", "currency"),
        "asset_account": ("scheme", "instance"),
        "balance_sheet": ("scheme",),
        "gep_total": ("zone", "profile", "price_basis", "currency"),
        "green_gold_index": ("zone", "profile", "price_basis"),
    }
)
# the amounts of a view; its default column comes first
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "physical_account": ("quantity",),
        "value_account": ("value", "quantity", "price"),
        "asset_account": ("amount",),
        "balance_sheet": ("closing", "opening", "change"),
        "gep_total": ("gep", "material", "regulating", "cultural"),
        "green_gold_index": (
            "ggi",
            "gep",
            "gdp",
            "geep",
            "per_capita",
            "per_km2",
            "regulating_share",
            "market_share",
            "realisation_rate",
            "elasticity",
            "energy_per_gdp",
            "water_per_gdp",
            "land_per_gdp",
            "carbon_per_gdp",
        ),
    }
)
BY_COLUMN = ("gep_total", "balance_sheet", "green_gold_index")  # views each of whose columns has a trace node of its own
TOTALS = tuple(f"total:{view}/" for view in POSITIONAL)  # how the nodes of figures that are totals by nature begin
CODE = re.compile(r"[0-9A-Za-z_.:\-\u3400-\u9fff]+")
NO_KEY = "-"
VINTAGE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Address:
    """A figure. `keys` are the positional ones (`-` where none), as many as the view has; `named` holds those that were given."""

    view: str
    region: str
    period: str
    keys: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    column: str = ""
    vintage: int | None = None
    given: int = 0  # how many positional keys were written

    def text(self, *, short: bool = False) -> str:
        """The printed form; `short` leaves out trailing `-` keys."""
        keys = list(self.keys)
        while short and keys and keys[-1] == NO_KEY:
            keys.pop()
        named = [f"{n}={self.named[n]}" for n in NAMED[self.view] if n in self.named]
        path = "/".join([self.view, self.region, self.period, *keys, *named])
        column = f"#{self.column}" if self.column and self.column != COLUMNS[self.view][0] else ""
        vintage = "" if self.vintage is None else f"@{self.vintage}"
        return path + column + vintage

    @property
    def with_column(self) -> str:
        return self.column or COLUMNS[self.view][0]

    def key(self) -> Mapping[str, str]:
        """{key name: code} of the positional keys."""
        return dict(zip(POSITIONAL[self.view], self.keys, strict=True))


def parse(text: str) -> Address:
    """Read an address. Raises Refused naming what cannot be read and what an address looks like."""
    body, at, vintage = text.strip().partition("@")
    body, hash_sign, column = body.partition("#")
    parts = body.split("/")
    view = parts[0]
    if view not in POSITIONAL:
        raise _refused(text, view, " | ".join(POSITIONAL))
    if hash_sign and column not in COLUMNS[view]:
        raise _refused(text, f"#{column}", " | ".join(f"#{name}" for name in COLUMNS[view]))
    if len(parts) < 3 or (at and not (vintage.isascii() and vintage.isdigit() and len(vintage) <= VINTAGE_DIGITS)):
        raise _refused(text, text, f"{view}/REGION/YEAR[/KEY…][/NAME=KEY…][#COLUMN][@VINTAGE]")
    keys: list[str] = []
    named: dict[str, str] = {}
    for part in parts[3:]:
        name, equals, code = part.partition("=")
        if equals and name in NAMED[view] and name not in named and CODE.fullmatch(code):
            named[name] = code
        elif not equals and not named and CODE.fullmatch(part) and len(keys) < len(POSITIONAL[view]):
            keys.append(part)
        else:
            expected = "/".join([*(k.upper() for k in POSITIONAL[view]), *(f"{n}=…" for n in NAMED[view])])
            raise _refused(text, part, expected)
    for part in parts[1:3]:
        if not CODE.fullmatch(part):
            raise _refused(text, part, "0-9 A-Z a-z _ . : -")
    padded = (*keys, *([NO_KEY] * (len(POSITIONAL[view]) - len(keys))))
    number = int(vintage) if at else None
    return Address(view, parts[1], parts[2], padded, MappingProxyType(named), column, number, len(keys))


def fit(address: Address, leaf: Address, codes: Mapping[str, Mapping[str, Code]]) -> Literal["inside", "outside", "undivided"]:
    """Whether a leaf is a part of what the address names by its positional keys.

    A `-` in the address takes every code, and a code takes those below it in its scheme (`carbon_oxygen`: carbon
    sequestration and oxygen release). A leaf that is not split along a key the address names is undivided: some of it may
    belong there, nobody knows how much.
    """
    found: Literal["inside", "undivided"] = "inside"
    for name, wanted, code in zip(POSITIONAL[address.view], address.keys, leaf.keys, strict=True):
        if wanted == NO_KEY or wanted in _with_parents(code, codes.get(name, {})):
            continue
        if code != NO_KEY:
            return "outside"
        found = "undivided"
    return found


def _with_parents(code: str, scheme: Mapping[str, Code]) -> list[str]:
    """The code and those above it."""
    above: list[str] = []
    while code and code not in above:
        above.append(code)
        code = scheme[code].parent if code in scheme else ""
    return above


Above = Callable[[int, str], Sequence[str]]  # (position, code) -> the code and those above it


def itself(position: int, code: str) -> Sequence[str]:
    """No tree: a code stands for itself."""
    return (code,)


def under(wanted: Sequence[str], leaf: Sequence[str], above: Above = itself) -> bool:
    """Whether a leaf lies under the wanted keys; `-` leaves a key open."""
    return all(w == NO_KEY or w in above(i, k) for i, (w, k) in enumerate(zip(wanted, leaf, strict=True)))


def complete_under(wanted: Sequence[str], leaves: Sequence[Sequence[str]], above: Above = itself) -> bool:
    """Whether the leaves under the wanted keys are all there is of them.

    They are not if a leaf that agrees in every other key is not split where a code is wanted: part of it belongs to that code,
    and a sum without it would be a smaller number.
    """
    for i, code in enumerate(wanted):
        if code == NO_KEY:
            continue
        others = [NO_KEY if j == i else w for j, w in enumerate(wanted)]
        if any(leaf[i] == NO_KEY and under(others, leaf, above) for leaf in leaves):
            return False
    return True


def _refused(text: str, found: str, expected: str) -> Refused:
    return Refused([finding("EXPLAIN-ADDRESS", Place(key=text), found=found, expected=expected)])
