"""The shipped fonts are what tools/fonts.py makes of the pinned sources, small enough, with their licence."""

from __future__ import annotations

import hashlib
import io
import os
import random
from pathlib import Path
from typing import Any

import pytest

from tools import fonts
from tools.fonts import FACES, LICENCE, OUT, SOURCES, Face, SourceProblem, checked, subset

LARGEST = 4_000_000  # bytes of one face


@pytest.mark.parametrize("face", FACES, ids=[f.file for f in FACES])
def test_the_shipped_font_is_the_one_that_was_made(face: Face) -> None:
    data = (OUT / face.file).read_bytes()
    assert len(data) <= LARGEST
    assert hashlib.sha256(data).hexdigest() == face.made


@pytest.mark.parametrize("face", FACES, ids=[f.file for f in FACES])
def test_the_font_names_its_makers_and_licence(face: Face) -> None:
    from fontTools.ttLib import TTFont

    with TTFont(OUT / face.file, lazy=True) as font:
        names = font["name"]
        assert "Adobe" in names.getDebugName(0)
        assert "SIL Open Font License, Version 1.1" in names.getDebugName(13)


def test_the_licence_stands_beside_the_fonts() -> None:
    text = (OUT / LICENCE).read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "THE FONT SOFTWARE IS PROVIDED" in text
    assert sorted(p.name for p in OUT.iterdir()) == sorted([LICENCE, *(f.file for f in FACES)])


def test_the_list_of_names_is_complete() -> None:
    # the third list of the table of 2013 has the numbers 6501 to 8105
    text = "".join(fonts.NAMES.read_text(encoding="utf-8").split())
    assert len(text) == len(set(text)) == 8105 - 6500


def test_another_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceProblem, match="fonts-noto-cjk"):
        checked(FACES[0], tmp_path)
    (tmp_path / FACES[0].source).write_bytes(b"another font")
    with pytest.raises(SourceProblem, match="made from another version"):
        checked(FACES[0], tmp_path)


def drawn(font: Any, char: str) -> tuple[object, object]:
    """The outline of a character and how far it moves on."""
    from fontTools.pens.recordingPen import DecomposingRecordingPen

    glyph = font.getBestCmap()[ord(char)]
    pen = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[glyph].draw(pen)
    return pen.value, font["hmtx"][glyph][0]


def test_the_glyphs_are_those_of_the_source() -> None:
    """A sample of one face; `make proof` makes all of them again to the last byte."""
    from fontTools.ttLib import TTFont

    face = FACES[2]
    chosen = random.Random(20221231).sample(sorted(fonts.NAMES.read_text(encoding="utf-8").replace("\n", "")), 20)  # noqa: S311
    source = io.BytesIO(checked(face, SOURCES))
    with TTFont(source, lazy=True, fontNumber=fonts.SIMPLIFIED) as whole, TTFont(OUT / face.file, lazy=True) as cut:
        there = [c for c in (*chosen, *"生态产品总值℃²0") if ord(c) in cut.getBestCmap()]
        assert len(there) > 25
        assert [drawn(cut, c) for c in there] == [drawn(whole, c) for c in there]
    if os.environ.get("GEP_PROOF") == "full":  # half a minute a face
        assert {f.file: hashlib.sha256(subset(checked(f, SOURCES))).hexdigest() for f in FACES} == {f.file: f.made for f in FACES}
