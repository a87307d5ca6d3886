"""Make docs/images/sheet.svg: two tables of the example city as `gep sheet` prints them, land and its value, for the README.

Called with the folder to write into (see tools/docs.py). The same book gives the same bytes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP), str(TOP / "docs")]

from make_picture import drawn  # noqa: E402
from rich.console import Console  # noqa: E402

from gep.report.sheet_view import terminal, width  # noqa: E402
from gep.workflow.init import init  # noqa: E402
from gep.workflow.run import run  # noqa: E402
from gep.workflow.sheet import sheets  # noqa: E402

BOOK, SCHEME, YEAR = "sample-city", "assets", 2016
TABLES = ("LA-01", "VA-01")
WIDTH = 160


def svg() -> str:
    """The first year of the book, whose openings are as returned."""
    with tempfile.TemporaryDirectory() as folder:
        book, _ = init(Path(folder) / BOOK, BOOK, who="docs")
        made = run(book, str(YEAR), profiles=[SCHEME], trial=True, who="docs")
        if made.vintage is None:
            raise SystemExit("\n".join(f.text("en") for f in made.findings))
        shown = sheets(book, TABLES, year=YEAR, scheme=SCHEME)
        needed = max(width(one, Console(width=WIDTH)) for one in shown)
        return drawn([terminal(one, "zh") for one in shown], needed)


def main(folder: Path) -> None:
    (folder / "images").mkdir(exist_ok=True)
    (folder / "images" / "sheet.svg").write_text(svg(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
