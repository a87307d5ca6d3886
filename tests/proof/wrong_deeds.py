"""The register of wrongdoings: what one is, how its variants are drawn, and the edits that several share."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

from tests.proof.wrong_scene import COUNTIES, YEARS, Choice, Scene

Expected = tuple[str, str, str]  # rule, region, what its place holds
Deed = Callable[[Scene, Choice], Expected]
DEEDS: dict[str, Deed] = {}
SIZES = [Decimal(n) for n in ("12.5", "31.7", "64.3")]


def deed(make: Deed) -> Deed:
    DEEDS[make.__name__] = make
    return make


def variant(name: str, number: int) -> Choice:
    """The plain form (0), or an unseen one: its options are drawn by a seed of its own."""
    return Choice(random.Random(f"{name} {number}") if number else None)  # noqa: S311  (a sample, no secret)


def county(choose: Choice) -> str:
    return choose("county", COUNTIES)


def year(choose: Choice) -> int:
    return choose("year", YEARS)


def share(choose: Choice) -> Decimal:
    return choose("share", [Decimal(n) / 100 for n in (20, 35, 50)])


def complain(s: Scene, rule: str, c: str, y: int, status: str) -> None:
    s.run(
        "INSERT INTO t_finding SELECT * REPLACE (9000 AS seq, ? AS rule, 'query' AS severity, ? AS region_code, ? AS period, 'la01:C02' AS key,"
        " ? AS figures, '1' AS found, '>= 2' AS expected, '-1' AS difference, ? AS status) FROM t_finding LIMIT 1",
        *(rule, c, str(y), f"LA-01.R40/{c}/{y}/la01:C02", status),
    )


def revise(s: Scene, c: str, y: int, figure: str, kind: str, old: Decimal, new: Decimal | None, reason: str) -> None:
    difference = None if new is None else new - old
    s.run(
        "INSERT INTO t_revision (region_code, year, vintage, profile, figure, kind, old_vintage, old, new, difference, unit, reason)"
        " VALUES (?, ?, ?, 'assets', ?, ?, ?, ?, ?, ?, 'hm2', ?)",
        *(c, y, s.vintage, figure, kind, s.vintage - 100, old, new, difference, reason),
    )
