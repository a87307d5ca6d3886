"""Figures that are published several times (GDP): which version is used, and at which prices it is stated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from gep.base.findings import Finding, Place, finding
from gep.base.records import Fact, key_text
from gep.intake.tidy import DAY

VINTAGE, RELEASED, BASIS, CURRENT = "vintage", "released_on", "price_basis", "current"
# the steps of a published figure: first estimate, (until 2017) first revision, final revision, revision after a census
STEPS = ("preliminary", "verified", "final", "census")


def price_basis(fact: Fact) -> str:
    """At which prices a returned figure is stated; one that does not say so is at the prices of its year."""
    return fact.attrs.get(BASIS, CURRENT)


def at_current_prices(facts: Iterable[Fact]) -> list[Fact]:
    """What the accounts of the year read: a series at constant prices is another figure, which only the indices read."""
    return [f for f in facts if price_basis(f) == CURRENT]


def vintage_text(fact: Fact) -> str:
    """The version of a figure as it is told: `final 2021-12-15`; `-` for a figure that has none."""
    return " ".join(fact.attrs[n] for n in (VINTAGE, RELEASED) if n in fact.attrs) or "-"


def newest(facts: Sequence[Fact]) -> tuple[list[Fact], list[Finding]]:
    """Of figures that were published several times (attr.vintage), the latest; the older ones are told.

    The day of publication (attr.released_on, or the vintage where it is a day) gives the order, without it the step
    (preliminary, verified, final, census). Versions that neither puts in order: a finding stops, whichever is kept. A figure
    without a vintage that stands twice is not for this to settle; series at other prices are other figures.
    """
    versions: dict[tuple[object, ...], list[Fact]] = {}
    for fact in (f for f in facts if VINTAGE in f.attrs):
        versions.setdefault((fact.measure, fact.region, fact.period, fact.key, price_basis(fact)), []).append(fact)
    findings, dropped = [], set()
    for several in (sorted(v, key=_sortable) for v in versions.values() if len(v) > 1):
        for older, fact in pairwise(several):
            dropped.add(id(older))
            name = f"{fact.measure}/{fact.region}/{fact.period}/{key_text(fact.key) or '-'}"
            where = Place(older.origin.file, older.origin.row, key=name)
            if _in_order(older, fact):
                found, used = f"{older.amount} {older.unit}", f"{fact.amount} {fact.unit} ({vintage_text(fact)})"
                findings.append(finding("RUN-OLDER-VINTAGE", where, found=found, expected=used, item=fact.measure))
            else:
                found = f"{vintage_text(older)}, {vintage_text(fact)}"
                findings.append(finding("RUN-VINTAGE-NO-DAY", where, found=found, expected="2021-03-20", item=fact.measure))
    return [f for f in facts if id(f) not in dropped], findings


def _day(fact: Fact) -> str:
    """The day of publication; empty where it is not given."""
    return next((d for d in (fact.attrs.get(RELEASED, ""), fact.attrs[VINTAGE]) if DAY.fullmatch(d)), "")


def _step(fact: Fact) -> int:
    return STEPS.index(fact.attrs[VINTAGE]) if fact.attrs[VINTAGE] in STEPS else -1


def _sortable(fact: Fact) -> tuple[object, ...]:
    return _day(fact), _step(fact), fact.attrs[VINTAGE]


def _in_order(older: Fact, newer: Fact) -> bool:
    """Whether it is known which of two versions is the later one: by their days, else by their steps."""
    days = _day(older), _day(newer)
    if all(days) and days[0] != days[1]:
        return True
    return (not any(days) or days[0] == days[1]) and -1 < _step(older) < _step(newer)
