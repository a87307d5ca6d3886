"""Who issues the statements of a book and what its public edition may not show, as book.toml says.

    [statement]
    zh = "示例市统计局"
    en = "Example City Bureau of Statistics"
    public_forms = ["gep", "index", "asset"]   # sections of the public edition; left out: all
    protection = "0.10"                        # by which share the best guess at a hidden figure must be off; left out: 0.10

    [[publication]]
    zh = "该县只有一家采矿企业"
    en = "one mine only in this county"
    document = "统计法第九条"
    view = "asset_account"
    region = "990122"
    table_id = "MN-01"
    instance = "kaolin"

A rule names figures by the keys of their view; a key left out, or `*`, is any.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from gep.base.findings import Finding, Place, finding
from gep.base.issuer import Issuer
from gep.base.records import Code, Layout, Names, Region
from gep.base.units import UnitError, parse_unit
from gep.catalog.fields import Fields

ANY = "*"
SECTIONS = ("gep", "index", "asset", "quality", "annex")
# the keys that a rule may name in each view, besides region and year
KEYS: Mapping[str, tuple[str, ...]] = {
    "physical_account": ("service", "benefit", "product", "ecosystem"),
    "value_account": ("service", "benefit", "product", "ecosystem"),
    "asset_account": ("table_id", "row_code", "column_code", "cause", "instance"),
    "balance_sheet": ("side", "line"),
    "gep_total": (),
    "green_gold_index": (),
}
# which code scheme a key is of; that of an instance is a matter of the table
SCHEMES = ("service", "benefit", "product", "ecosystem")
PROTECTION = Decimal("0.10")
Codes: TypeAlias = Mapping[str, Mapping[str, Code]]


@dataclass(frozen=True, slots=True)
class PublicationRule:
    """Figures that may not be published. `keys`: key of the view -> code, `*` for any. `document`: by which it is so."""

    view: str
    keys: Mapping[str, str]
    names: Names
    document: str
    number: int  # its place in book.toml, from 1

    def meets(self, view: str, keys: Mapping[str, str]) -> bool:
        """Whether a figure with these keys is named. GEP is one account: who names a quantity names its value, and back."""
        if view != self.view and {view, self.view} != {"physical_account", "value_account"}:
            return False
        return all(code == ANY or keys.get(key) == code for key, code in self.keys.items())


@dataclass(frozen=True, slots=True)
class Publication:
    """What the public edition leaves out: rules in order, `sections` it has, by which share a guess must be off.

    `above`: the region that each one is part of; `before`: the codes whose stocks a region took over.
    """

    rules: tuple[PublicationRule, ...] = ()
    sections: tuple[str, ...] = SECTIONS
    protection: Decimal = PROTECTION
    above: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_statement(f: Fields, regions: Mapping[str, Region], findings: list[Finding]) -> tuple[Issuer, Publication]:
    """[statement] and [[publication]] of book.toml; what cannot be read is a finding."""
    place = Place("book.toml", key="statement")
    s = Fields(f.table("statement"), place, findings)
    issuer = Issuer(
        s.names(required=False),
        s.text("document"),
        s.text("valid_until"),
        _money(s, findings),
        s.choice("fonts", ("shipped", "system"), default="shipped"),
    )
    sections = s.texts("public_forms") or SECTIONS
    for name in sections:
        if name not in SECTIONS:
            s.complain("CATALOG-FIELD-CHOICE", "public_forms", found=name, expected=" | ".join(SECTIONS))
    protection = s.number("protection")
    if protection is not None and not 0 <= protection < 1:
        findings.append(finding("PUBLICATION-PROTECTION", place, found=protection, expected="0 … 1"))
    s.done()
    publication = Publication(
        tuple(_rule(entry, n, regions, findings) for n, entry in enumerate(f.tables("publication"), 1)),
        tuple(name for name in SECTIONS if name in sections),
        PROTECTION if protection is None else protection,
        {code: region.parent for code, region in regions.items() if region.parent},
        {code: region.replaces for code, region in regions.items() if region.replaces},
    )
    return issuer, publication


def _money(s: Fields, findings: list[Finding]) -> str:
    """A unit of money; 亿元 where none is given."""
    unit = s.text("money", default=Issuer().money)
    try:
        known = bool(parse_unit(unit).currency)
    except UnitError:
        known = False
    if not known:
        findings.append(finding("STATEMENT-MONEY", s.place, found=unit, expected="亿元 | 万元 | 元"))
    return unit if known else Issuer().money


def _rule(entry: Mapping[str, object], number: int, regions: Mapping[str, Region], findings: list[Finding]) -> PublicationRule:
    r = Fields(entry, Place("book.toml", key=f"publication {number}"), findings)
    view = r.choice("view", tuple(KEYS))
    keys = {key: r.text(key, default=ANY) for key in ("region", *KEYS[view])}
    year = r.raw("year")
    keys["year"] = ANY if year is None else str(year)
    if keys["year"] != ANY and not (keys["year"].isascii() and keys["year"].isdigit()):
        findings.append(finding("PUBLICATION-CODE", r.place, found=year, expected="2022 | *", field="year"))
    if keys["region"] not in (ANY, *regions):
        known = ", ".join(regions)
        findings.append(finding("PUBLICATION-CODE", r.place, found=keys["region"], expected=known, field="region"))
    made = PublicationRule(view, keys, r.names(), r.text("document", required=True), number)
    if all(code == ANY for code in keys.values()):
        findings.append(finding("PUBLICATION-ALL", r.place, found=view))
    r.done()
    return made


def check_publication(publication: Publication, codes: Codes, layouts: Mapping[str, Layout]) -> list[Finding]:
    """Codes of the rules that no catalogue knows: a rule that names nothing would protect nothing."""
    found: list[Finding] = []
    for rule in publication.rules:
        place = Place("book.toml", key=f"publication {rule.number}")

        def wrong(key: str, known: Collection[str], rule: PublicationRule = rule, place: Place = place) -> None:
            code = rule.keys.get(key, ANY)
            if code not in (ANY, "-", *known):
                expected = ", ".join(sorted(known)[:20])
                found.append(finding("PUBLICATION-CODE", place, found=code, expected=expected, field=key))

        for scheme in SCHEMES:
            wrong(scheme, codes.get(scheme, {}))
        wrong("table_id", layouts)
        layout = layouts.get(rule.keys.get("table_id", ANY))
        tables = [layout] if layout is not None else list(layouts.values())
        if rule.view == "asset_account" and not any(t.matrix for t in tables):
            wrong("row_code", {row.code for t in tables for row in t.rows})
            wrong("column_code", {column.code for t in tables for column in t.columns})
        if layout is not None and layout.instance in codes:
            wrong("instance", codes[layout.instance])
    return found
