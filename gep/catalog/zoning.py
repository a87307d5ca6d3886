"""The zone scheme of a book, and the rules that bring the figures of a profile down to its zones by area.

Nobody writes these rules: like the value rules they follow from the lines of the scheme. A figure that is split by ecosystem
falls to the zones by the area each of them has of that ecosystem; any other by the area of the ecosystems that the scheme names
for its service under `[allocation]`. The areas of the zones (measure `zone_area`) are added up by rules too, so that every figure
of a zone is worked out by the engine and can be traced to the areas returned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from gep.base.findings import Place, Refused, finding
from gep.base.records import EMPTY_LISTS, Code, Input, Key, Measure, Names, Rule, Scheme
from gep.catalog.classes import OPEN, within
from gep.catalog.record import Catalog, near

ZONE, ECOSYSTEM = "zone", "ecosystem"
AREA, EXTENT = "zone_area", "ecosystem_area"  # area of a class in a zone, and in the whole region
ZONED = "zone."  # begins the id of an allocate rule and of the measure it makes
ALL_ZONES, ALL_ZONES_NAMES = "zones_area", Names("各分区面积之和", "Area in all zones together")  # of a class
KEY, ALL_KEYS = "zone_key_area.", "zones_key_area."  # before a service: area by which its undivided figures are brought down
RULE_VERSION = "1"
SHARE = "whole * here / everywhere"


def zone_id(measure: str) -> str:
    """The id of the measure that holds what falls to a zone of `measure`."""
    return f"{ZONED}{measure}"


def without_zone(key: Key) -> Key:
    """The key of the figure that a figure of a zone is a part of."""
    return tuple(pair for pair in key if pair[0] != ZONE)


def key_id(service: str, *, everywhere: bool = False) -> str:
    """The id of the area in a zone (or in all of them) by which the undivided figures of a service are brought down."""
    return f"{ALL_KEYS if everywhere else KEY}{service}"


def with_zones(catalog: Catalog, scheme: str) -> Catalog:
    """The catalogue in which the dimension `zone` takes its codes from the code scheme a book names (empty: from none).

    Raises Refused where the scheme does not exist, or where another scheme is called `zone` already.
    """
    if not scheme or scheme == ZONE:
        known = scheme in catalog.codes or not scheme
        return catalog if known else _refused(catalog, scheme)
    if scheme not in catalog.codes:
        return _refused(catalog, scheme)
    if ZONE in catalog.codes:
        place = Place("book.toml", column="zone_scheme", key=scheme)
        raise Refused([finding("ZONE-SCHEME-TWO", place, found=scheme, expected=ZONE)])
    return replace(catalog, codes={**catalog.codes, ZONE: catalog.codes[scheme]})


def _refused(catalog: Catalog, scheme: str) -> Catalog:
    place = Place("book.toml", column="zone_scheme", key=scheme)
    raise Refused([finding("ZONE-SCHEME-UNKNOWN", place, found=scheme, expected=near(scheme, catalog.codes))])


@dataclass(frozen=True)
class Zoning:
    """How the figures of a scheme come to zones.

    `areas`: the rules that add up areas; `shares`: one allocate rule for each measure brought down, in the order of the lines;
    `keys`: service -> the ecosystems (codes or `*`) by whose area its undivided figures are brought down; `unkeyed`: the services
    that have such figures and of which the scheme does not say it.
    """

    areas: tuple[Rule, ...]
    shares: tuple[Rule, ...]
    measures: Mapping[str, Measure]
    keys: Mapping[str, tuple[str, ...]]
    unkeyed: tuple[str, ...]


def zone_rules(catalog: Catalog, scheme: Scheme, values: Mapping[str, Measure]) -> Zoning:
    """The rules for the quantity of every line and for its values.

    `values`: the measures that hold the values of lines (`value.x`, `constant.x`: after the first point stands the measure of the
    line).
    """
    area = catalog.measures[AREA]
    made: dict[str, Measure] = {}
    areas = [_all_zones(scheme, area, made)]
    shares: list[Rule] = []
    undivided: dict[str, None] = {}
    for service in scheme.services:
        for line in service.lines:
            wholes = [] if line.value_only else [catalog.measures[line.measure]]
            wholes += [m for m in values.values() if m.id.partition(".")[2] == line.measure]
            for whole in wholes:
                by_class = ECOSYSTEM in whole.dims
                if not by_class:
                    undivided[service.id] = None
                measure = made[zone_id(whole.id)] = _zoned(whole)
                shares.append(_share(scheme, whole, measure, area, "" if by_class else service.id))
    keys = {s: scheme.allocation[s] for s in undivided if scheme.allocation.get(s)}
    areas += [rule for s in undivided for rule in _keys(scheme, area, s, keys.get(s, ()), made)]
    return Zoning(tuple(areas), tuple(shares), made, keys, tuple(s for s in undivided if s not in keys))


def classes_of(codes: Mapping[str, Mapping[str, Code]], wanted: Sequence[str], there: Sequence[str]) -> tuple[str, ...]:
    """The ecosystems, of those there are, that a scheme means: the codes themselves and those below them, or all (`*`)."""
    return tuple(there) if tuple(wanted) == OPEN else within(codes, ECOSYSTEM, wanted, there)


def _zoned(whole: Measure) -> Measure:
    return replace(
        whole,
        id=zone_id(whole.id),
        names=Names(f"{whole.names.zh}（分区）", f"{whole.names.en}, of a zone"),
        dims=(*whole.dims, ZONE),
        lower=None,
        upper=None,
        attrs=(),
        read_by=(),
    )


def _share(scheme: Scheme, whole: Measure, measure: Measure, area: Measure, service: str) -> Rule:
    """`service`: that of an undivided figure; empty where the figure is split by ecosystem."""
    here = _area(key_id(service) if service else area.id, area, (ZONE,) if service else (ZONE, ECOSYSTEM), "here")
    total = key_id(service, everywhere=True) if service else ALL_ZONES
    everywhere = _area(total, area, () if service else (ECOSYSTEM,), "everywhere")
    amount = Input("whole", "measure", whole.id, ("region", *whole.dims), whole.unit)
    return _rule(scheme, measure, "allocate", SHARE, (amount, here, everywhere))


def _all_zones(scheme: Scheme, area: Measure, made: dict[str, Measure]) -> Rule:
    made[ALL_ZONES] = replace(area, id=ALL_ZONES, names=ALL_ZONES_NAMES, dims=(ECOSYSTEM,), read_by=())
    areas = _area(area.id, area, (ZONE, ECOSYSTEM), "area")
    return _rule(scheme, made[ALL_ZONES], "compute", "sum(area over class)", (areas,))


def _keys(scheme: Scheme, area: Measure, service: str, wanted: tuple[str, ...], made: dict[str, Measure]) -> Iterator[Rule]:
    """The two areas of a service: in a zone, and in all. Without a declaration there are the measures, and nothing makes them."""
    one, every = key_id(service), key_id(service, everywhere=True)
    named = {
        one: (Names(f"{service} 的分摊面积", f"Area by which {service} is brought down"), (ZONE,)),
        every: (Names(f"{service} 的分摊面积合计", f"Area by which {service} is brought down, all zones"), ()),
    }
    for name, (names, dims) in named.items():
        made[name] = replace(area, id=name, names=names, dims=dims, read_by=())
        if wanted:
            areas = _area(area.id, area, (ZONE, ECOSYSTEM), "area")
            yield _rule(scheme, made[name], "compute", "sum(area over class)", (areas,), {ECOSYSTEM: wanted})


def _area(measure: str, area: Measure, dims: tuple[str, ...], name: str) -> Input:
    return Input(name, "measure", measure, ("region", *dims), area.unit)


def _rule(
    scheme: Scheme,
    output: Measure,
    kind: Literal["compute", "allocate"],
    expression: str,
    inputs: tuple[Input, ...],
    domain: Mapping[str, tuple[str, ...]] = EMPTY_LISTS,
) -> Rule:
    return Rule(
        id=output.id,
        version=RULE_VERSION,
        kind=kind,
        names=output.names,
        output=output.id,
        grain=("region", *output.dims),
        expression=expression,
        inputs=inputs,
        source=scheme.source,
        clause="",
        domain=MappingProxyType(dict(domain)),
        file=scheme.file,
    )
