"""The catalogue: everything that is declared, by id."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gep.base.findings import Finding
from gep.base.records import Code, Crosswalk, Layout, Measure, Overlap, Parameter, RecordSet, Rule, Scheme, SheetLine, Source
from gep.catalog.registers import Bound

MEASURE, HOLDS = "measure:", "@"  # members of an overlap: a measure that shares its id with a service; one that holds a code


@dataclass(frozen=True)
class Catalog:
    """Everything declared, by id. `rules` holds every version of a rule, oldest first."""

    measures: Mapping[str, Measure] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, Code]] = field(default_factory=dict)
    crosswalks: Mapping[str, tuple[Crosswalk, ...]] = field(default_factory=dict)
    parameters: Mapping[str, tuple[Parameter, ...]] = field(default_factory=dict)
    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    schemes: Mapping[str, Scheme] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    records: Mapping[str, RecordSet] = field(default_factory=dict)
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    overlaps: Mapping[str, Overlap] = field(default_factory=dict)
    sheet: Mapping[str, SheetLine] = field(default_factory=dict)  # the lines of the balance sheet, in order
    bounds: Mapping[str, Bound] = field(default_factory=dict)  # floors and caps, each also an assert rule and a parameter
    shadowed: Mapping[str, Finding] = field(default_factory=dict)  # a note for each shipped entry that a local one replaces


def near(name: str, known: Iterable[str]) -> str:
    """Up to three known names that look like `name`."""
    return ", ".join(difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.5)) or "-"
