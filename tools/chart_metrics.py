"""Makes the font that charts are measured with: the widths of the shipped Chinese font, and boxes in place of letters.

    python tools/chart_metrics.py

Whoever lays out a chart needs the width of every text, and measures it by drawing it; with the real font a chart takes five
times as long. No letter can be seen in it, so a drawing names the real fonts before it leaves the program.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "templates" / "fonts" / "NotoSansCJKsc-Regular.otf"
TARGET = ROOT / "templates" / "charts" / "metrics" / "chart-metrics.ttf"
FAMILY = "GEP Chart Metrics"
EM, ASCENT, DESCENT, HEIGHT = 1000, 880, 120, 700
FULL = (
    (0x2E80, 0xD7FF),
    (0xE000, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFF60),
    (0xFFE0, 0xFFFD),
    (0x20000, 0x3FFFF),
)  # as wide as high
FULL_WIDTH = 1000
OTHER = 555  # a letter that the shipped font lacks: as wide as a digit


def widths(source: Path) -> dict[int, int]:
    """The width of every character, in thousandths of its height."""
    from fontTools.ttLib import TTFont

    with TTFont(source) as font:
        held = font["hmtx"]
        known = {code: int(held[glyph][0]) for code, glyph in font.getBestCmap().items()}
    plain = dict.fromkeys(range(0x20, 0x2E80), OTHER)
    full = {code: FULL_WIDTH for first, last in FULL for code in range(first, last + 1)}
    return plain | full | known


def build(source: Path, target: Path) -> None:
    """Write the font; the same source gives the same bytes."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.ttLib import newTable
    from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

    of = widths(source)
    glyphs = {f"w{w}": w for w in sorted({*of.values(), EM})}
    made = FontBuilder(EM, isTTF=True)
    made.setupGlyphOrder([".notdef", *glyphs])
    made.setupGlyf({name: _box(w) for name, w in {".notdef": EM, **glyphs}.items()})
    made.setupHorizontalMetrics({name: (w, 0) for name, w in {".notdef": EM, **glyphs}.items()})
    made.setupHorizontalHeader(ascent=ASCENT, descent=-DESCENT)
    made.setupNameTable({"familyName": FAMILY, "styleName": "Regular", "psName": "GEPChartMetrics-Regular"}, mac=False)
    many_to_one: Any = CmapSubtable.newSubtable(13)
    many_to_one.platformID, many_to_one.platEncID, many_to_one.language = 3, 10, 0
    many_to_one.format, many_to_one.reserved, many_to_one.length, many_to_one.nGroups = 13, 0, 0, 0
    many_to_one.cmap = {code: f"w{w}" for code, w in sorted(of.items())}
    cmap = newTable("cmap")
    cmap.tableVersion, cmap.tables = 0, [many_to_one]
    made.font["cmap"] = cmap
    made.setupOS2(sTypoAscender=ASCENT, sTypoDescender=-DESCENT, usWinAscent=ASCENT, usWinDescent=DESCENT)
    made.setupPost(keepGlyphNames=False)
    made.font["head"].created = made.font["head"].modified = 0
    made.font.recalcTimestamp = False
    target.parent.mkdir(parents=True, exist_ok=True)
    made.save(target)


def _box(width: int) -> Any:
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    if width:
        pen.moveTo((0, 0))
        for corner in ((0, HEIGHT), (width, HEIGHT), (width, 0)):
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()


if __name__ == "__main__":
    build(SOURCE, TARGET)
