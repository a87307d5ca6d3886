"""coefficients list, show and audit: what the catalogue holds, where it comes from, what is missing or never used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from gep.base.records import Parameter, key_text
from gep.catalog.load import Catalog
from gep.catalog.valuation import value_rules


@dataclass(frozen=True)
class Audit:
    """What `gep coefficients audit` reports. Each list holds parameter ids with the reason."""

    rows: int
    by_status: Mapping[str, int]
    by_set: Mapping[str, int]
    unknown: tuple[str, ...]  # declared, value not known
    no_locator: tuple[str, ...]  # a source without table or clause
    no_range: int
    older_than_source: tuple[str, ...]  # in force before its text was published
    unused: tuple[str, ...]  # read by no rule and no line of a scheme
    absent: tuple[str, ...]  # read by a rule or line of an enabled scheme, without any row in its sets


def every(catalog: Catalog) -> list[Parameter]:
    return [p for name in sorted(catalog.parameters) for p in catalog.parameters[name]]


def listed(catalog: Catalog, text: str = "", source_set: str = "") -> list[Parameter]:
    """Parameters whose id, set, source or name holds `text`."""
    names = catalog.codes.get("parameter", {})

    def holds(p: Parameter) -> bool:
        code = names.get(p.id)
        words = (p.id, p.source_set, p.source, code.names.zh if code else "", code.names.en if code else "")
        return text.lower() in " ".join(words).lower() and (not source_set or p.source_set == source_set)

    return [p for p in every(catalog) if holds(p)]


def users(catalog: Catalog) -> dict[str, set[str]]:
    """Parameter id -> the rules (`id`) and scheme lines (`scheme:service`) that read it."""
    found: dict[str, set[str]] = {}
    for versions in catalog.rules.values():
        for rule in versions:
            for given in rule.inputs:
                if given.kind == "parameter":
                    found.setdefault(given.ref, set()).add(rule.id)
    for scheme in catalog.schemes.values():
        for service in scheme.services:
            for line in service.lines:
                if line.price:
                    found.setdefault(line.price, set()).add(f"{scheme.id}:{service.id}")
    return found


def audit(catalog: Catalog) -> Audit:
    """Coverage, sources and use of every parameter."""
    rows = every(catalog)
    read = users(catalog)
    published = {s.id: s.year for s in catalog.sources.values()}
    return Audit(
        rows=len(rows),
        by_status=_count(p.status for p in rows),
        by_set=_count(p.source_set for p in rows),
        unknown=tuple(_name(p) for p in rows if p.value is None),
        no_locator=tuple(_name(p) for p in rows if not p.locator and p.status != "illustrative"),
        no_range=sum(1 for p in rows if p.low is None and p.high is None),
        older_than_source=tuple(_name(p) for p in rows if _older(p, published.get(p.source, ""))),
        unused=tuple(sorted({p.id for p in rows} - set(read))),
        absent=tuple(sorted(_absent(catalog))),
    )


def _older(p: Parameter, year: str) -> bool:
    """A standard's value cannot be in force before the standard; a paper may well report on earlier years."""
    return p.status == "standard" and year.isdigit() and p.valid_from != date.min and p.valid_from.year < int(year)


def _absent(catalog: Catalog) -> Iterable[str]:
    for scheme in catalog.schemes.values():
        if scheme.status != "enabled":
            continue
        rules = [r for name in scheme.rules for r in catalog.rules[name]] + list(value_rules(catalog, scheme)[0])
        for rule in rules:
            for given in rule.inputs:
                if given.kind != "parameter":
                    continue
                held = catalog.parameters.get(given.ref, ())
                if not any(p.source_set in (*scheme.parameter_sets, "local") for p in held):
                    yield f"{scheme.id}: {given.ref} ({rule.id})"


def _name(p: Parameter) -> str:
    return f"{p.id} [{key_text(p.key) or '-'}] {p.region or '-'} ({p.source_set})"


def _count(items: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for item in items:
        found[item] = found.get(item, 0) + 1
    return dict(sorted(found.items()))
