"""GEP and natural resource asset accounting: physical quantities first, values second, every figure explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gep.book import Book

__all__ = ["Book", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # heavy imports (duckdb, pandera) are paid only by those who open a book
    if name == "Book":
        from gep.book import Book

        return Book
    raise AttributeError(f"module 'gep' has no attribute {name!r}")
