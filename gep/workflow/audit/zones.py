"""The main functional zone of an audited region, and the regions it is compared with: those of the same zone and rank.

The zone is that of the last day of the term, as book.toml says, unless the tenure names another. Zones are compared by their
kind (a national and a provincial key ecological zone are one kind). A region whose zone is not known is never taken for one of
the same zone; where that of the audited region itself is not known, its rank alone chooses the peers, and the ledger says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from gep.base.records import Code, Names, Region
from gep.catalog.functional_zones import SCHEME, kind_of
from gep.workflow.audit.records import Subject, Tenure
from gep.workflow.chain import codes_on

Codes = Mapping[str, Mapping[str, Code]]
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Peers:
    """The regions a term is held against. `zone`: that of the audited region, empty where it is not known.

    `codes`: the peers; `others`: regions of the same rank in another zone; `unknown`: those of which no zone is given.
    """

    zone: str
    codes: tuple[str, ...]
    others: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def zone_on(regions: Mapping[str, Region], region: str, day: date) -> str:
    """The zone of a region on a day, under the code it had then; empty where it is not known or its codes differ."""
    found = {regions[c].functional_zone(day) for c in codes_on(regions, region, day) if c in regions}
    return found.pop() if len(found) == 1 else ""


def zone_of_term(tenure: Tenure, subject: Subject, regions: Mapping[str, Region]) -> str:
    """The zone whose weights hold for a term: the one the tenure names, else that of the region on the last day of the term."""
    return tenure.zone or zone_on(regions, subject.region or tenure.region, subject.end - DAY)


def contradicts(tenure: Tenure, subject: Subject, regions: Mapping[str, Region], codes: Codes) -> str:
    """The zone that the book gives where the tenure names one of another kind; empty where they agree or one is silent."""
    given = zone_on(regions, subject.region or tenure.region, subject.end - DAY)
    known = codes.get(SCHEME, {})
    return given if tenure.zone and given and kind_of(given, known) != kind_of(tenure.zone, known) else ""


def zone_changes(regions: Mapping[str, Region], region: str, start: date, end: date) -> tuple[tuple[date, str, str], ...]:
    """When the zone of a region changed inside [start, end): first day, zone before, zone from then on."""
    spans = [z for r in regions.values() for z in r.functional]
    days = {z.valid_from for z in spans} | {z.valid_to + DAY for z in spans if z.valid_to < date.max}
    days |= {r.valid_from for r in regions.values()}
    changes = ((day, zone_on(regions, region, day - DAY), zone_on(regions, region, day)) for day in days if start < day < end)
    return tuple(sorted(change for change in changes if change[1] != change[2]))


def peers_on(regions: Mapping[str, Region], codes: Codes, region: str, zone: str, day: date) -> Peers:
    """The regions of the same rank under the same region above on a day, sorted by what is known of their zones."""
    own = regions[region]
    mine = {region, *codes_on(regions, region, day)}
    there = (p for p in regions.values() if (p.level, p.parent) == (own.level, own.parent) and p.valid_from <= day <= p.valid_to)
    listed = sorted(p.code for p in there if p.code not in mine and region not in p.replaces)
    if not zone:
        return Peers("", tuple(listed))
    known = codes.get(SCHEME, {})
    kinds = {c: kind_of(regions[c].functional_zone(day), known) for c in listed}
    same = tuple(c for c in listed if kinds[c] == kind_of(zone, known))
    unknown = tuple(c for c in listed if not kinds[c])
    return Peers(zone, same, tuple(c for c in listed if c not in same and c not in unknown), unknown)


def zone_names(zone: str, codes: Codes) -> Names:
    """A zone in words."""
    known = codes.get(SCHEME, {}).get(zone)
    return known.names if known is not None else Names(zone, zone)
