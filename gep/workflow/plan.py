"""run --plan: the canonical plans a run would execute, as stable text."""

from __future__ import annotations

from collections.abc import Sequence

from gep.book import Book
from gep.workflow import indices
from gep.workflow.assets import KIND
from gep.workflow.plans import method
from gep.workflow.run import years_of
from gep.workflow.submit import holdings


def plans(book: Book, years: str = "all", profiles: Sequence[str] = ()) -> list[str]:
    """One text a plan, with its hash, for every year and profile asked for; each text once."""
    texts: dict[str, None] = {}
    for year in years_of(book, holdings(book), years):
        for profile in tuple(profiles) or book.config.schemes:
            made = method(book.catalog, profile, year)
            asset = made.resolved.scheme.kind == KIND
            joined = None if asset else indices.method_of(book.catalog, year, made.resolved.scheme.currency)
            for plan in (*made.every, *(joined.plans if joined else ())):
                texts[f"{plan.text()}\nhash {plan.hash}"] = None
    return list(texts)
