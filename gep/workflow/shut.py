"""Closed years stay what they are: what a submission, correction or decision would change in them is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from gep.base.findings import Finding, Place, finding
from gep.intake.checks import address, name_of
from gep.ledger.acts import Step

if TYPE_CHECKING:
    from gep.base.records import Fact
    from gep.workflow.submit import Holdings


ADDRESS = 5  # region, period, measure, key, attributes: the first parts of an identity


def closed_changes(before: Holdings, after: Holdings, shut: Mapping[int, Step], file: str) -> list[Finding]:
    """A finding for each figure of a closed year that would be other, new or gone, and for each record set of such a year."""
    if not shut:
        return []
    old, new = ({_identity(f): f for f in held.facts if _year(f.period) in shut} for held in (before, after))
    found = []
    told = {key[:ADDRESS] for key in new.keys() - old.keys()}  # a figure that is other is told once, as it would be
    for key in sorted((new.keys() - old.keys()) | {k for k in old.keys() - new.keys() if k[:ADDRESS] not in told}, key=str):
        fact = new.get(key) or old[key]
        found.append(_shut(fact, "" if key in new else "-", shut, file))
    for name in sorted(before.records.keys() | after.records.keys()):
        for year, step in sorted(shut.items()):
            if not _same(_rows(before.records.get(name), year), _rows(after.records.get(name), year)):
                place = Place(file, key=f"{name}/-/{year}/-")
                found.append(finding("YEAR-CLOSED", place, found=name, expected=f"{step.who}, {step.at}", year=year))
    return found


def changed_years(before: Holdings, after: Holdings) -> list[str]:
    """The years in which a figure or a record set is other in `after`, new or gone, in order."""
    old, new = ({_identity(f) for f in held.facts} for held in (before, after))
    years = {str(key[1])[:4] for key in old ^ new}
    for name in before.records.keys() | after.records.keys():
        tables = before.records.get(name), after.records.get(name)
        for year in {str(p)[:4] for t in tables if t is not None for p in t["period"].unique().to_pylist()} - years:
            if not _same(*(_rows(t, int(year)) for t in tables)):
                years.add(year)
    return sorted(years)


def _identity(fact: Fact) -> tuple[Any, ...]:
    return (*address(fact), fact.department, str(fact.state), fact.amount, fact.unit, fact.exact)


def _shut(fact: Fact, gone: str, shut: Mapping[int, Step], file: str) -> Finding:
    year = _year(fact.period)
    place = Place(file, 0 if gone else fact.origin.row, "" if gone else fact.origin.column, key=name_of(fact))
    said = gone or f"{fact.amount} {fact.unit}".strip() or str(fact.state)
    return finding("YEAR-CLOSED", place, found=said, expected=f"{shut[year].who}, {shut[year].at}", year=year)


def _year(period: str) -> int:
    return int(period[:4])


def _rows(table: pa.Table | None, year: int) -> pa.Table | None:
    if table is None:
        return None
    inside = table.filter(pc.equal(pc.utf8_slice_codeunits(table["period"], 0, 4), str(year)))
    return inside.sort_by([(name, "ascending") for name in inside.column_names]) if inside.num_rows else None


def _same(one: pa.Table | None, other: pa.Table | None) -> bool:
    return one is other or (one is not None and other is not None and one.equals(other))
