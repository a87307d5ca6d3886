"""GEP and natural resource asset accounting: physical quantities first, values second, every figure explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gep.base.version import __version__

if TYPE_CHECKING:
    from gep.workflow.library import Book

__all__ = ["Book", "__version__"]


def __getattr__(name: str) -> object:
    # heavy imports (duckdb, pandera) are paid only by those who open a book
    if name == "Book":
        from gep.workflow.library import Book

        return Book
    raise AttributeError(f"module 'gep' has no attribute {name!r}")
