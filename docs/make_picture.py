"""Make docs/images/demo.svg: what `gep demo` shows of the shipped Garze book, as a picture for the README.

Called with the folder to write into (see tools/docs.py). The same book gives the same bytes.
"""

from __future__ import annotations

import html
import io
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP))

from rich.cells import cell_len  # noqa: E402
from rich.console import Console, Group, RenderableType  # noqa: E402
from rich.terminal_theme import TerminalTheme  # noqa: E402

from gep.report import terminal  # noqa: E402
from gep.workflow.demo import demo  # noqa: E402
from gep.workflow.explain import explain  # noqa: E402
from gep.workflow.views import rows  # noqa: E402

FIGURE = "value_account/513300/2010/soil_retention/silt"
WIDTH = 156
CELL = 12.2  # width of one cell, as rich draws it
TEXT = re.compile(r'<text class="([^"]*)" x="([0-9.]+)" y="([0-9.]+)"[^>]*>([^<]*)</text>')
PAPER = TerminalTheme(
    (252, 253, 252),
    (28, 38, 33),
    [(28, 38, 33), (176, 42, 48), (11, 107, 79), (138, 90, 0), (28, 80, 140), (110, 60, 130), (14, 110, 120), (110, 120, 115)],
    [(110, 120, 115), (190, 60, 60), (11, 107, 79), (138, 90, 0), (28, 80, 140), (110, 60, 130), (14, 110, 120), (28, 38, 33)],
)
# rich's own frame loads a font from the network; this one uses what the reader has
FRAME = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: "Sarasa Mono SC", "Noto Sans Mono CJK SC", ui-monospace, monospace; \
font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>
{lines}
</defs>
<rect fill="#fcfdfc" stroke="#c9d3ce" width="100%" height="100%" rx="10" />
<g transform="translate(14, 20)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def svg() -> str:
    with tempfile.TemporaryDirectory() as folder:
        book = demo(Path(folder), who="demo").book
        printed = rows(book, "SELECT * FROM published_figure WHERE verdict <> 'not_computed' ORDER BY file, row")
        first = [r for r in printed if r["figure"].startswith(("value_account", "gep_total"))]
        wanted = ("/soil_retention/", "/flood_mitigation", "gep_total/")
        chosen = [r for r in first if any(part in r["figure"] for part in wanted)]
        totals = rows(book, "SELECT * FROM gep_total ORDER BY profile")
        parts = [
            terminal.published(chosen, "zh"),
            "",
            terminal.totals(totals, "zh"),
            "",
            terminal.explanation(explain(book, FIGURE, "zh"), "zh"),
        ]
    return drawn(parts, WIDTH)


def drawn(parts: Sequence[RenderableType], width: int) -> str:
    """What a terminal of so many columns shows, as an SVG that reads the same everywhere."""
    console = Console(
        record=True,
        width=width,
        file=io.StringIO(),
        highlight=False,
        markup=False,
        force_terminal=True,
        color_system="truecolor",
    )
    console.print(Group(*parts))
    return TEXT.sub(_placed, console.export_svg(title="", theme=PAPER, code_format=FRAME, unique_id="gep"))


def _placed(found: re.Match[str]) -> str:
    """The text with a place for every character: rich gives each one cell, a Chinese one fills two."""
    style, x, y, content = found.groups()
    text = html.unescape(content).replace("\u00a0", " ").rstrip()
    if not text.strip():
        return ""
    places, at = [], float(x)
    for character in text:
        places.append(f"{at:.1f}")
        at += CELL * cell_len(character)
    return f'<text class="{style}" x="{" ".join(places)}" y="{y}" xml:space="preserve">{html.escape(text)}</text>'


def main(folder: Path) -> None:
    (folder / "images").mkdir(exist_ok=True)
    (folder / "images" / "demo.svg").write_text(svg(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
