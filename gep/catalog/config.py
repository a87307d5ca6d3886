"""What book.toml says: the area, its regions and their changes, the schemes in use, the policy of compiling."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from gep.base.findings import Finding, Place, Refused, finding
from gep.base.issuer import Issuer
from gep.base.records import Names, Region
from gep.base.region_change import RegionChange
from gep.catalog.fields import Fields
from gep.catalog.functional_zones import check_zones, read_zones
from gep.catalog.publication import Publication, read_statement
from gep.catalog.region_changes import check_changes, read_changes
from gep.catalog.regions import check_regions
from gep.catalog.words import kind_holes

NO_ISSUER, EVERYTHING = Issuer(), Publication()
SCHEMA = 2  # of the folder of a book; gep migrate leads from an older one to this


@dataclass(frozen=True)
class Config:
    """What book.toml says. `schemes` in order, the first is the default; `leaf_level` is the level whose regions carry data.

    `changes`: how regions changed their codes or areas, as recorded.
    """

    names: Names
    regions: Mapping[str, Region]
    schemes: tuple[str, ...]
    leaf_level: str
    illustrative: bool
    zone_scheme: str
    compile_policy: str
    changes: tuple[RegionChange, ...] = ()
    issuer: Issuer = NO_ISSUER
    publication: Publication = EVERYTHING

    @property
    def leaves(self) -> tuple[str, ...]:
        return tuple(code for code, region in self.regions.items() if region.level == self.leaf_level)


def read_config(path: Path) -> Config:
    """book.toml; raises Refused with every finding."""
    if not path.is_file():
        raise Refused([finding("BOOK-NOT-FOUND", Place(str(path.parent)), found=path.parent.name or path.parent)])
    findings: list[Finding] = []
    place = Place("book.toml")
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused([finding("CATALOG-FILE", place, found=str(error))]) from error
    f = Fields(body, place, findings)
    schema = f.raw("schema")
    if schema in range(1, SCHEMA) and not isinstance(schema, bool):
        findings.append(finding("BOOK-SCHEMA-OLD", place, found=schema, expected=SCHEMA))
    elif isinstance(schema, bool) or schema != SCHEMA:
        findings.append(finding("BOOK-SCHEMA", place, found=schema, expected=SCHEMA))
    regions = {}
    for entry in f.tables("region"):
        r = Fields(entry, Place("book.toml", key=f"region {entry.get('code', '')}"), findings)
        code = r.text("code", required=True)
        if code in regions:
            findings.append(finding("CATALOG-DUPLICATE", r.place, expected="book.toml", holes=kind_holes("region"), name=code))
        parent, level = r.text("parent"), r.text("level", required=True)
        start, end = r.date("valid_from", date.min), r.last_date("valid_to")
        regions[code] = Region(code, parent, level, r.names(), start, end, r.texts("replaces"), read_zones(r))
        r.done()
    issuer, publication = read_statement(f, regions, findings)
    config = Config(
        names=f.names(),
        regions=regions,
        schemes=f.texts("schemes"),
        leaf_level=f.text("leaf_level", required=True),
        illustrative=f.flag("illustrative"),
        zone_scheme=f.text("zone_scheme"),
        compile_policy=f.choice("compile_policy", ("BOTH", "T_MINUS_2"), default="BOTH"),
        changes=read_changes(f.tables("region_change"), "book.toml", findings),
        issuer=issuer,
        publication=publication,
    )
    if not config.schemes and isinstance(body.get("schemes", []), list):
        f.complain("CATALOG-FIELD-MISSING", "schemes")
    levels = sorted({region.level for region in regions.values()})
    if levels and config.leaf_level and config.leaf_level not in levels:
        f.complain("CATALOG-FIELD-CHOICE", "leaf_level", found=config.leaf_level, expected=" | ".join(levels))
    f.done()
    findings += check_regions(config.regions, "book.toml")
    findings += check_zones(config.regions, "book.toml")
    findings += check_changes(config.changes, config.regions, "book.toml")
    if findings:
        raise Refused(findings)
    return config
