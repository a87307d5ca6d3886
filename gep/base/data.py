"""Where the shipped data are: coefficients, ledgers and templates, in an installed package or in a checkout.

In a wheel the folders stand in `gep/_data/`, in a checkout at its top, beside `gep/`. Nothing else looks for them.
"""

from __future__ import annotations

from pathlib import Path

from gep.base.findings import Place, Refused, finding

PACKAGE = Path(__file__).resolve().parents[1]
FOLDERS = ("coefficients", "ledgers", "templates")


def find_data_root(package: Path) -> Path:
    """The folder holding `coefficients/` for the package at `package`: its `_data`, else the folder that it stands in.

    Raises Refused (DATA-NOT-FOUND) if there is neither: an installation without its data must never run with none.
    """
    for root in (package / "_data", package.parent):
        if (root / "coefficients").is_dir():
            return root
    raise Refused([finding("DATA-NOT-FOUND", Place(file="coefficients"), installed=package / "_data", checkout=package.parent)])


def data_root() -> Path:
    """The folder that holds the shipped `coefficients/`, `ledgers/` and `templates/`. Raises Refused if they are missing."""
    return find_data_root(PACKAGE)


def shipped_books() -> list[str]:
    """Names of the example books that come with the program (folders of `ledgers/books/` with a `book.toml`), sorted."""
    return sorted(entry.parent.name for entry in (data_root() / "ledgers" / "books").glob("*/book.toml"))
