"""What a run rested on, kept beside it: the records it resolved, and the files of the catalogue they came from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gep.base.data import data_root
from gep.book import Book
from gep.catalog.freeze import canonical, content_hash
from gep.ledger import catalogues
from gep.ledger.files import write_whole
from gep.workflow import indices
from gep.workflow.assets import AssetComputation
from gep.workflow.compute import Computation
from gep.workflow.plans import Method


@dataclass(frozen=True)
class Frozen:
    """Hash of the records a run resolved (`rules/<hash>`) and of the catalogue files (`catalogues/<hash>`)."""

    rules_hash: str
    catalogue: str


def keep_frozen(book: Book, records: bytes, rules_hash: str) -> Frozen:
    """Put records and files into the book, each under its hash, unless they are there."""
    kept = book.rules / rules_hash / "frozen.json"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, records)
    return Frozen(rules_hash, catalogues.keep(book.catalogues, catalogue_files(book)))


def catalogue_files(book: Book) -> dict[str, bytes]:
    """The files the catalogue of this book is read from, by name."""
    return catalogues.read_files(book.data or data_root(), book.root)


def freeze(book: Book, computations: Sequence[Computation]) -> tuple[bytes, str]:
    """Everything the run resolved, as canonical JSON, and its hash: schemes, rules and plans, measures, parameters, codes."""
    content: dict[str, object] = {"regions": book.config.regions, "region_changes": book.config.changes}
    for c in computations:
        read = [p for p in c.lookup.read.values() if p is not None]
        unlike = {(p.file, p.line): p for p in read}.values()  # the line moves with rows the run never read, so it is left out
        content[f"{c.profile}/{c.year}"] = _resolved(c.method, book) | {
            "parameters": sorted((json.loads(canonical(replace(p, line=0))) for p in unlike), key=str),
            "sources": {p.source: book.catalog.sources[p.source] for p in read},
        }
        currency = c.method.resolved.scheme.currency
        joined = None if isinstance(c, AssetComputation) else indices.method_of(book.catalog, c.year, currency)
        if joined is not None:
            money = "" if currency == indices.CURRENCY else f".{currency}"
            content[f"{indices.SCHEME}{money}/{c.year}"] = _resolved(joined, book)
    return canonical(content), content_hash(content)


def _resolved(m: Method, book: Book) -> dict[str, object]:
    """A scheme in one year: its rules and plans, with the measures and codes they use."""
    used = {i.ref for p in m.every for i in p.inputs} | {p.rule.output for p in m.plans}
    dims = sorted({d for name in used if name in m.measures for d in m.measures[name].dims})
    return {
        "scheme": m.resolved.scheme,
        "rules": [p.rule for p in m.every],
        "plans": [p.text() for p in m.every],
        "measures": {name: m.measures[name] for name in sorted(used) if name in m.measures},
        "codes": {d: sorted(book.catalog.codes.get(d, {})) for d in dims},
    }
