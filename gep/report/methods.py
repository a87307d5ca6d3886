"""The method annex as data: per service the formulas in use, what their signs mean, and where they are written."""

from __future__ import annotations

from dataclasses import dataclass

from gep.base.records import Names

NONE = Names("", "")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A sign of a formula: what it stands for, and the unit in which the formula reads it.

    `kind`: measure, parameter or column.
    """

    sign: str
    names: Names
    unit: Names = NONE
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula. `typst`: its right side as Typst mathematics, made by gep.rules.markup, which quotes every label.

    `output`: what it gives and in which unit; `rule` with its version; `clause` of `source`, which is cited in full. `equations`:
    fitted equations it calls, as (name, arguments, right side).
    """

    names: Names
    output: Names
    unit: Names
    typst: str
    mathml: str
    symbols: tuple[Symbol, ...]
    rule: str
    version: str
    source: str
    equations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """A service with its formulas. `returned`: what departments return as it is; `prices`: how it is valued."""

    code: str
    names: Names
    group: Names
    formulas: tuple[Formula, ...] = ()
    returned: tuple[Names, ...] = ()
    prices: tuple[Names, ...] = ()
