"""The statements of a year as data: what they are of, their forms, charts and sentences. Every output is a view of this.

`digest` is of this content: the same vintage and edition give the same digest on every machine and in every format.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, Literal, cast

from gep.base.issuer import Issuer
from gep.base.records import Names
from gep.report.form import Form, Scope, Stored

SCHEMA = "gep.statement/1"
Edition = Literal["internal", "public"]
EDITIONS: tuple[Edition, ...] = ("internal", "public")


@dataclass(frozen=True, slots=True)
class Head:
    """What the statements are of. `assets` is None in a book without an asset scheme. `signed_on`: the day of the latest step.

    `draft`: not every year and scheme shown is closed. Hashes are those of the vintage: rules, input, and its release as a whole.
    """

    book: Names
    issuer: Issuer
    edition: Edition
    gep: Scope
    assets: Scope | None
    gep_names: Names
    assets_names: Names
    currency: str
    draft: bool
    illustrative: bool
    rules_hash: str
    input_hash: str
    release_hash: str
    program: str
    made_on: str
    steps: tuple[tuple[str, str, str], ...]  # (act, who as declared, day) of review, finalise and close


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a sentence; one that shows figures names them."""

    text: Names
    figures: tuple[Stored, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    spans: tuple[Span, ...]

    def of(self, lang: str) -> str:
        return "".join(s.text.of(lang) for s in self.spans)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences under a title of the report; `section` says where it stands."""

    section: str
    names: Names
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as data: which drawing (a file of templates/charts), its rows, and the forms that hold the same figures.

    A row has texts, numbers as decimal text in `unit`, and `figure` addresses; names of codes are {zh, en}. `alt` says in words
    what it shows.
    """

    id: str
    drawing: str
    names: Names
    unit: Names
    rows: tuple[Mapping[str, Any], ...]
    forms: tuple[str, ...]
    alt: Names


@dataclass(frozen=True, slots=True)
class Part:
    """The forms, charts and sentences of one region and year."""

    scope: Scope
    forms: tuple[Form, ...]
    charts: tuple[Chart, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()

    def form(self, name: str) -> Form | None:
        return next((f for f in self.forms if f.id == name), None)


@dataclass(frozen=True)
class Statement:
    """`parts`: the region and year of the statement first, then the regions below it in the same year, then earlier years."""

    head: Head
    parts: tuple[Part, ...]

    @property
    def main(self) -> Part:
        return self.parts[0]

    @cached_property
    def content(self) -> str:
        """SHA-256 of all of it as canonical JSON."""
        text = json.dumps(plain(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def part(self, region: str, year: int) -> Part | None:
        return next((p for p in self.parts if (p.scope.region, p.scope.year) == (region, year)), None)


def digest(statement: Statement) -> str:
    """SHA-256 of the content as canonical JSON; worked out once for each statement."""
    return statement.content


@cache
def _fields(kind: Hashable) -> tuple[str, ...] | None:
    """The given fields of a record, in order; None for what is no record."""
    return tuple(f.name for f in fields(kind) if f.init) if isinstance(kind, type) and is_dataclass(kind) else None


def plain(thing: Any) -> Any:
    """Records as plain data: amounts as decimal text, names as {zh, en}."""
    kind = type(thing)
    if thing is None or kind in (str, int, bool):
        return thing
    if kind is Decimal:
        return format(thing, "f")
    names = _fields(cast(Hashable, kind))
    if names is not None:
        return {n: plain(getattr(thing, n)) for n in names}
    if isinstance(thing, Mapping):
        return {str(k): plain(v) for k, v in thing.items()}
    if isinstance(thing, Sequence) and not isinstance(thing, str):
        return [plain(v) for v in thing]
    return thing


def as_data(statement: Statement) -> dict[str, Any]:
    """The statement as plain data with its schema and digest, for --json and for templates."""
    return {"schema": SCHEMA, "digest": digest(statement), **plain(statement)}
