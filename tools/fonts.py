"""Make templates/fonts/: the open fonts of the PDF statements, cut down to the characters that Chinese statements need.

    python -m tools.fonts [FOLDER OF THE SOURCE FONTS] [FOLDER TO WRITE TO]

The sources are Noto Serif and Sans CJK of Debian's fonts-noto-cjk, known by their digests. The same sources and fontTools give
the same bytes. The characters: GB 2312, the third list of 通用规范汉字表 (names of people and places), and the Latin, Greek,
punctuation, units and signs that tables hold.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
SOURCES = Path("/usr/share/fonts/opentype/noto")
OUT = TOP / "templates" / "fonts"
NAMES = Path(__file__).with_name("font_parts") / "names.txt"
LICENCE = "OFL.txt"
SIMPLIFIED = 2  # the place of the simplified Chinese font in each collection
FEATURES = ("ccmp", "kern", "liga", "mark", "mkmk")
KEPT_NAMES = (0, 1, 2, 3, 4, 5, 6, 7, 13, 14, 16, 17)  # copyright, family, version, trade mark, licence

# blocks of Unicode that are taken as far as the sources have them: first and last code point
BLOCKS = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x017F),  # Latin-1, Latin Extended-A
    (0x01CD, 0x01DC),  # letters of pinyin
    (0x02C6, 0x02DD),  # accents that stand alone
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x045F),  # Cyrillic
    (0x2010, 0x205E),  # punctuation
    (0x2070, 0x209C),  # superscripts and subscripts
    (0x20A0, 0x20BF),  # currencies
    (0x2100, 0x214F),  # letter-like signs: ℃ № ™
    (0x2150, 0x218B),  # fractions and Roman numbers
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematical signs
    (0x2460, 0x24FF),  # numbers in circles
    (0x2500, 0x25FF),  # lines and shapes
    (0x2600, 0x266F),
    (0x2713, 0x2717),
    (0x3000, 0x303F),  # Chinese punctuation
    (0x3105, 0x312F),
    (0x3200, 0x33FF),  # signs in brackets and circles, square units: ㎡ ㎞
    (0xFE30, 0xFE4F),
    (0xFF01, 0xFF5E),  # full-width forms
    (0xFFE0, 0xFFE6),
)


@dataclass(frozen=True, slots=True)
class Face:
    """One shipped font: the collection it is cut from, its SHA-256, the file it becomes, and the SHA-256 of that."""

    source: str
    digest: str
    file: str
    made: str


FACES = (
    Face(
        "NotoSerifCJK-Regular.ttc",
        "a04178ec485dffdff7cc0c0c20e1fce9202d7e2160d805e8e44a4c8841c58481",
        "NotoSerifCJKsc-Regular.otf",
        "395e920763fd0d9b453e657866fd8aa90b1490e39f660f5692de68e1a9d0966a",
    ),
    Face(
        "NotoSerifCJK-Bold.ttc",
        "a5d4b046c127da3d7c72f98b46c41489cd29bf52abfdf18aba920903e920d4ac",
        "NotoSerifCJKsc-Bold.otf",
        "0cf8bf01abc9ef38fbfc31cce53aa58ef6c3851f96865d3302d4f6d76ebe1ef0",
    ),
    Face(
        "NotoSansCJK-Regular.ttc",
        "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a",
        "NotoSansCJKsc-Regular.otf",
        "892bf7c377b619497a8b6a1b850b34caf52b79a1c02f8b00c0aa242fe0a408fc",
    ),
    Face(
        "NotoSansCJK-Bold.ttc",
        "faa5f3656a78b2e2d450d27fe8382c778bc2b6bb5ea29c986664a6a435056ceb",
        "NotoSansCJKsc-Bold.otf",
        "35df5b58dee412ae456eb70ac1f9a412cf5f5afe1e73d942c1baa2129499933c",
    ),
)


class SourceProblem(Exception):
    """A source font is not there or is another than the shipped fonts were made from."""


def characters() -> frozenset[int]:
    """The code points the shipped fonts are to have; a source font may lack some of the blocks."""
    found = {code for first, last in BLOCKS for code in range(first, last + 1)}
    found.update(ord(c) for c in _gb2312())
    found.update(ord(c) for c in NAMES.read_text(encoding="utf-8") if not c.isspace())
    return frozenset(found)


def _gb2312() -> Iterator[str]:
    """All characters of GB 2312: rows 1 to 9 of signs, 16 to 87 of Chinese characters."""
    for row in (*range(0xA1, 0xAA), *range(0xB0, 0xF8)):
        for place in range(0xA1, 0xFF):
            try:
                yield bytes((row, place)).decode("gb2312")
            except UnicodeDecodeError:  # a place that the standard leaves empty
                continue


def checked(face: Face, folder: Path) -> bytes:
    """The source of a face as it stands in `folder`. Raises SourceProblem for another font than the pinned one."""
    path = folder / face.source
    if not path.is_file():
        raise SourceProblem(f"{path}: not there; install Debian's fonts-noto-cjk or name the folder of its fonts")
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != face.digest:
        raise SourceProblem(f"{path}: SHA-256 {found}, expected {face.digest}; the shipped fonts were made from another version")
    return data


def subset(data: bytes) -> bytes:
    """The simplified Chinese font of a collection with the characters of `characters` alone."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTCollection, TTFont

    font: TTFont = TTCollection(BytesIO(data), lazy=True).fonts[SIMPLIFIED]
    options = Options()
    options.layout_features = list(FEATURES)
    options.name_IDs = list(KEPT_NAMES)
    options.name_languages = [0x409]
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables += ["VORG", "vhea", "vmtx", "BASE"]  # nothing is set from top to bottom
    options.recalc_timestamp = False
    cut = Subsetter(options)
    cut.populate(unicodes=characters())
    cut.subset(font)
    font.recalcTimestamp = False
    font.flavor = None
    out = BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue()


def made(folder: Path = SOURCES) -> Mapping[str, bytes]:
    """File name -> bytes of every shipped font."""
    return {face.file: subset(checked(face, folder)) for face in FACES}


def main(sources: Path = SOURCES, out: Path = OUT) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, data in made(sources).items():
        (out / name).write_bytes(data)
        print(f"{name}  {len(data):,}  {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    try:
        main(*map(Path, sys.argv[1:3]))
    except SourceProblem as problem:
        sys.exit(str(problem))
