"""What the fonts lack is shown as its code point and told; what they have covers everything that the program ships."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import Severity
from gep.report.glyphs import BOX, CLOSE, OPEN, Checker, of_font, shipped
from tools.fonts import OUT, characters

TOP = Path(__file__).resolve().parents[2]
TEXTS = ("coefficients", "ledgers", "gep/base/messages", "templates")


def checker() -> Checker:
    return Checker(shipped())


def box(code: str) -> str:
    return f"{OPEN}{code}{CLOSE}"


def test_every_chinese_character_of_the_lists_is_there() -> None:
    chinese = {c for c in characters() if 0x4E00 <= c <= 0x9FFF}
    assert len(chinese) > 7500
    assert chinese <= shipped()


def test_all_faces_have_the_same_characters() -> None:
    faces = [of_font(path) for path in sorted(OUT.glob("*.otf"))]
    assert len(faces) == 4
    assert all(face == faces[0] for face in faces)


@pytest.mark.parametrize("sign", "−×÷≥≤±·…—‰℃²³⁸⁻₂①㎡√∑∞〔〕“”✓μΣ")
def test_signs_of_tables_and_formulas_are_there(sign: str) -> None:
    assert checker().text(sign) == sign


def test_no_text_that_is_shipped_lacks_a_glyph() -> None:
    found = checker()
    for folder in TEXTS:
        for path in sorted((TOP / folder).rglob("*")):
            if path.suffix in (".toml", ".csv"):
                found.text(path.read_text(encoding="utf-8").replace("\t", " ").removeprefix("\ufeff"))
    assert found.missing == {}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\U0001f600 县", box("1F600") + " 县"),
        ("a\u202eb", f"a{box('202E')}b"),  # turns the direction of what follows
        ("a\0b", f"a{box('0000')}b"),
        ("a\u200bb", f"a{box('200B')}b"),
        ("两\r\n行\n字\r止", "两 行 字 止"),
        ("a\tb", f"a{box('0009')}b"),
        (f"{OPEN}1F600{CLOSE}", f"{box('E000')}1F600{box('E001')}"),  # nobody can write a box of his own
        ("\ud800", box("D800")),  # half of a pair, which no file can hold
        ("生态", "生态"),
    ],
)
def test_what_cannot_be_seen_is_shown_by_its_number(text: str, shown: str) -> None:
    assert checker().text(text) == shown


def test_the_finding_names_character_and_text() -> None:
    found = checker()
    assert found.data({"a": ["某县\U0001f600", "正常"], "n": 1, "t": True}) == {
        "a": ["某县" + box("1F600"), "正常"],
        "n": 1,
        "t": True,
    }
    (told,) = found.findings()
    assert (told.code, told.severity, told.place.key) == ("PRINT-NO-GLYPH", Severity.NOTE, "U+1F600")
    assert "GRINNING FACE" in told.text("zh")
    assert "某县" in told.text("zh")


def test_many_missing_characters_are_told_in_short() -> None:
    found = checker()
    found.text("".join(chr(c) for c in range(0x1F600, 0x1F640)))
    codes = [f.code for f in found.findings()]
    assert codes == ["PRINT-NO-GLYPH"] * 20 + ["PRINT-NO-GLYPHS"]
    assert "64" in found.findings()[-1].text("en")


def test_a_picture_gets_a_box_in_its_texts_alone() -> None:
    found = checker()
    svg = '<svg aria-label="\U0001f600"><text>县\U0001f600 &amp; b</text></svg>'
    assert found.picture(svg) == f'<svg aria-label="\U0001f600"><text>县{BOX} &amp; b</text></svg>'
    assert list(found.missing) == ["\U0001f600"]


@given(st.text())
def test_everything_shown_has_a_glyph(text: str) -> None:
    found = checker()
    shown = found.text(text)
    assert all(ord(c) in shipped() or c in (OPEN, CLOSE) for c in shown)
    json.dumps(shown, ensure_ascii=False).encode()
