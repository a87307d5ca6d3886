"""Findings and their catalogue: both languages whole, holes alike, and a complaint that stays the same complaint."""

import json
import re
import string
from pathlib import Path

import pytest

from gep.base import findings
from gep.base.findings import Finding, Message, Place, Refused, catalogue, finding, message, render, stops, to_json
from gep.base.records import Severity

BAD_UNIT = "BASE-UNIT-UNKNOWN"
PLACE = Place(file="表1.csv", row=7, column="unit", key="ecosystem_area/513300/2010")


def holes(template: str) -> set[str]:
    """The named holes; those that carry words of the language itself (zh, name_zh) are alike in both languages."""
    names = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    return {re.sub("(^|_)(zh|en)$", r"\1*", name) for name in names}


def bad_unit(part: str = "公倾") -> Finding:
    return finding(BAD_UNIT, PLACE, found="万公倾", part=part, suggestions="公顷")


@pytest.mark.parametrize("entry", catalogue().values(), ids=lambda entry: entry.code)
def test_every_message_is_whole_in_both_languages(entry: Message) -> None:
    assert entry.zh.endswith(("。", "?", "？", "}"))  # a quotation may end a sentence
    assert entry.en.endswith((".", "?", "}"))
    assert entry.mend_zh.endswith(("。", "?", "？"))
    assert entry.mend_en.endswith((".", "?"))
    assert entry.zh == "{zh}" or any("\u4e00" <= c <= "\u9fff" for c in entry.zh)  # {zh}: the message of a rule file
    assert any("\u4e00" <= c <= "\u9fff" for c in entry.mend_zh)
    assert holes(entry.zh) == holes(entry.en)
    assert holes(entry.mend_zh) == holes(entry.mend_en)
    assert all(re.fullmatch("[a-z_]+[*]?|[*]", name) for name in holes(entry.zh) | holes(entry.mend_zh))


def test_the_catalogue_names_its_messages() -> None:
    assert all(code == entry.code and code == code.upper() for code, entry in catalogue().items())
    assert message(BAD_UNIT).severity is Severity.STOP
    with pytest.raises(KeyError):
        message("NO-SUCH-CODE")


def write_messages(folder: Path, **files: str) -> None:
    (folder / "messages").mkdir()
    for name, text in files.items():
        (folder / "messages" / f"{name}.toml").write_text(text, encoding="utf-8")
    (folder / "messages" / "notes.txt").write_text("not a catalogue", encoding="utf-8")


WHOLE = '[{code}]\nseverity = "note"\nzh = "甲。"\nen = "A."\nmend_zh = "乙。"\nmend_en = "B."\n'


@pytest.fixture
def fresh_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(findings, "files", lambda _: tmp_path)
    monkeypatch.setattr(findings, "catalogue", findings.catalogue.__wrapped__)
    return tmp_path


def test_catalogue_files_are_read_together(fresh_catalogue: Path) -> None:
    write_messages(fresh_catalogue, one=WHOLE.format(code="ONE-A"), two=WHOLE.format(code="TWO-A"))
    assert set(findings.catalogue()) == {"ONE-A", "TWO-A"}


def test_a_code_twice_is_a_fault(fresh_catalogue: Path) -> None:
    write_messages(fresh_catalogue, one=WHOLE.format(code="ONE-A"), two=WHOLE.format(code="ONE-A"))
    with pytest.raises(ValueError, match=r"ONE-A stands twice, the second time in two\.toml"):
        findings.catalogue()


@pytest.mark.parametrize("lost", ["zh", "en", "mend_zh", "mend_en", "severity"])
def test_a_message_without_a_language_is_a_fault(fresh_catalogue: Path, lost: str) -> None:
    lines = [line for line in WHOLE.format(code="ONE-A").splitlines() if not line.startswith(f"{lost} ")]
    write_messages(fresh_catalogue, one="\n".join(lines))
    with pytest.raises(KeyError, match=lost):
        findings.catalogue()


def test_an_unknown_severity_is_a_fault(fresh_catalogue: Path) -> None:
    write_messages(fresh_catalogue, one=WHOLE.format(code="ONE-A").replace("note", "loud"))
    with pytest.raises(ValueError, match="loud"):
        findings.catalogue()


def test_a_finding_says_what_and_how_to_mend() -> None:
    made = bad_unit()
    assert made.text("zh") == "计量单位“万公倾”中的“公倾”不是本系统认识的单位。"
    assert made.text("en") == "In the unit “万公倾”, “公倾” is not a unit known here."
    assert made.mend("zh") == "核对写法(区分大小写),是否为:公顷?"
    assert made.mend("en") == "Check the spelling (capitals matter); perhaps one of these is meant: 公顷."


def test_a_hole_that_is_not_filled_is_a_fault() -> None:
    with pytest.raises(KeyError, match="suggestions"):
        finding(BAD_UNIT, PLACE, found="万公倾", part="公倾")
    with pytest.raises(KeyError, match="NO-SUCH-CODE"):
        finding("NO-SUCH-CODE", PLACE)


def test_text_from_people_is_never_a_template() -> None:
    assert "“{part.__class__}”" in bad_unit("{part.__class__}").text("en")
    assert "“%s{0}”" in bad_unit("%s{0}").text("zh")


def test_the_id_stays_with_the_thing_found() -> None:
    assert bad_unit().id == bad_unit().id
    assert len(bad_unit().id) == 12
    moved = Place(file="表2.csv", row=99, column="unit", key=PLACE.key)  # the same figure in a file sent again
    base = finding(BAD_UNIT, PLACE, found="x", part="x", suggestions="m")
    assert finding(BAD_UNIT, moved, found="x", part="x", suggestions="m").id == base.id
    others = [
        finding(BAD_UNIT, Place(key="other"), found="x", part="x", suggestions="m"),
        finding(BAD_UNIT, PLACE, found="y", part="x", suggestions="m"),
        finding(BAD_UNIT, PLACE, found="x", expected="y", part="x", suggestions="m"),
        finding(BAD_UNIT, PLACE, found="x", part="x", suggestions="m", rule="r"),
        finding(BAD_UNIT, PLACE, found="x", part="x", suggestions="m", figures=["f"]),
        finding("BASE-UNIT-SYNTAX", PLACE, found="x", part="x", suggestions="m"),
    ]
    assert len({base.id, *(other.id for other in others)}) == 1 + len(others)


def test_the_id_is_pinned() -> None:
    """Answers of a bureau are kept under this id: it may not change between versions of the program."""
    made = finding(BAD_UNIT, Place(key="k"), found="x", part="x", suggestions="m")
    # sha256 of "BASE-UNIT-UNKNOWN\x1f\x1fk\x1fx\x1f", first 12 hexadecimal digits
    assert made.id == "4093466fd234"


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (PLACE, "表1.csv:7:unit [ecosystem_area/513300/2010]"),
        (Place(file="a.xlsx", sheet="表1", row=3, column="C"), "a.xlsx:表1:3:C"),
        (Place(file="book.toml"), "book.toml"),
        (Place(key="k"), "k"),
    ],
)
def test_places(place: Place, text: str) -> None:
    assert place.text() == text


def test_render_shows_place_difference_and_mend() -> None:
    made = finding(BAD_UNIT, PLACE, found="191792.79", expected="191792.85", difference="-0.06", part="x", suggestions="m")
    assert render(made, "zh").splitlines() == [
        "[stop] BASE-UNIT-UNKNOWN 表1.csv:7:unit [ecosystem_area/513300/2010]",
        "  计量单位“191792.79”中的“x”不是本系统认识的单位。",
        "  实为: 191792.79  应为: 191792.85  差: -0.06",
        "  处理: 核对写法(区分大小写),是否为:m?",
    ]
    english = render(made, "en")
    assert "found: 191792.79  expected: 191792.85  difference: -0.06" in english
    assert "mend: Check the spelling" in english


def test_render_leaves_out_what_is_not_known() -> None:
    made = finding("BASE-UNIT-EMPTY", PLACE, suggestions="元")
    assert len(render(made, "en").splitlines()) == 3


def test_stops_unless_answered_or_milder() -> None:
    stopping = bad_unit()
    note = finding(BAD_UNIT, PLACE, severity=Severity.NOTE, found="x", part="x", suggestions="m")
    answered = Finding(BAD_UNIT, Severity.STOP, PLACE, status="answered")
    assert stops([note, stopping])
    assert not stops([note, answered])
    assert not stops([])


def test_json_carries_both_languages() -> None:
    (entry,) = json.loads(to_json([bad_unit()]))
    assert entry["code"] == BAD_UNIT
    assert entry["severity"] == "stop"
    assert entry["id"] == bad_unit().id
    assert entry["place"] == {"file": "表1.csv", "row": 7, "column": "unit", "key": "ecosystem_area/513300/2010"}
    assert entry["args"] == {"part": "公倾", "suggestions": "公顷"}
    assert entry["text_zh"] == bad_unit().text("zh")
    assert entry["mend_en"] == bad_unit().mend("en")
    assert "公倾" in to_json([bad_unit()])


def test_refused_carries_every_finding() -> None:
    refused = Refused(f for f in (bad_unit("甲"), bad_unit("乙")))
    assert len(refused.findings) == 2
    assert "甲" in str(refused)
    assert "乙" in str(refused)
    assert "表1.csv:7:unit" in str(refused)
