"""Make docs/images/sheet.svg: two tables of the example city as `gep sheet` prints them, land and its value, for the README.

Called with the folder to write into (see tools/docs.py). The same book gives the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP), str(TOP / "docs")]

from example_city import example_city  # noqa: E402
from make_picture import drawn  # noqa: E402
from rich.console import Console  # noqa: E402

from gep.report.sheet_view import terminal, width  # noqa: E402
from gep.workflow.sheet import sheets  # noqa: E402

SCHEME, YEAR = "assets", 2016
TABLES = ("LA-01", "VA-01")
WIDTH = 160


def svg() -> str:
    """The first year of the book, whose openings are as returned."""
    with example_city() as book:
        shown = sheets(book, TABLES, year=YEAR, scheme=SCHEME)
        needed = max(width(one, Console(width=WIDTH)) for one in shown)
        return drawn([terminal(one, "zh") for one in shown], needed)


def main(folder: Path) -> None:
    (folder / "images").mkdir(exist_ok=True)
    (folder / "images" / "sheet.svg").write_text(svg(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
