"""TENURE.toml: read into records, and every fault named with its place, in both languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.base.findings import Finding, Refused
from gep.base.records import Names, key_of
from gep.book import Book
from gep.workflow.audit.records import Bridge, Member, Subject, Tenure
from gep.workflow.audit.tenure_check import succession
from gep.workflow.audit.tenure_file import audited_years, look, read_tenure, years_of

CITY = data_root() / "ledgers" / "books" / "sample-city"
TEXT = """schema = 1
id = "head-2016"
zh = "示例任期"
en = "Example tenure"
region = "990121"
audited = ["head"]
profile = "sample"
scheme = "assets"
method = "NEAREST"
basis = "office"
known_on = 2023-05-01
started = 2023-04-01
focus = 3
document = "示例文件（虚构）"
illustrative = true

[methods]
"FT-01.V" = "INTERP"
"LA-01" = "OBS"

[[subject]]
id = "head"
zh = "县长"
en = "County head"
kind = "government"
start = 2016-01-01
end = 2020-07-01
name = "示例甲"

[[subject]]
id = "next"
zh = "县长"
en = "County head"
kind = "government"
start = 2020-07-01
end = 2022-03-01

[[subject]]
id = "secretary"
zh = "县委书记"
en = "Party secretary"
kind = "party"
start = 2018-05-10
end = 2022-09-20

[[team]]
who = "甲"
role = "lead"
[[team]]
who = "乙"
role = "reviewer"
"""


@pytest.fixture(scope="module")
def city() -> Book:
    """The shipped source of the sample city: what it says of regions, schemes and tables, without any accounts."""
    return Book(CITY)


def written(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = TEXT
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    path = tmp_path / "tenure.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path, book: Book | None = None) -> list[Finding]:
    found = list(look(path, book)[1])
    for f in found:
        assert f.text("zh")
        assert f.mend("en")
    return found


def test_read_whole(tmp_path: Path, city: Book) -> None:
    t = read_tenure(written(tmp_path), city)
    assert t == Tenure(
        id="head-2016", names=t.names, region="990121", profile="sample", scheme="assets", audited=("head",), basis="office",
        team=(Member("甲", "lead"), Member("乙", "reviewer")), known_on=date(2023, 5, 1), started=date(2023, 4, 1), focus=3,
        methods={"FT-01.V": "INTERP", "LA-01": "OBS"}, document="示例文件（虚构）", illustrative=True, subjects=t.subjects,
    )  # fmt: skip
    head = t.subject("head")
    assert head == Subject("head", head.post, "government", date(2016, 1, 1), date(2020, 7, 1), name="示例甲", region="990121")
    assert not head.acting
    assert head.post.en == "County head"


def test_what_may_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "tenure.toml"
    keep = [
        line
        for line in TEXT.splitlines()
        if not line.startswith(("profile", "scheme", "method", "basis", "known", "focus", "illus", "name"))
    ]
    path.write_text(
        "\n".join(keep).replace("[methods]", "").replace('"FT-01.V" = "INTERP"', "").replace('"LA-01" = "OBS"', ""),
        encoding="utf-8",
    )
    t = read_tenure(path)
    assert (t.profile, t.scheme, t.method, t.methods, t.basis, t.known_on, t.focus) == (
        "",
        "",
        "NEAREST",
        {},
        "appointment",
        None,
        None,
    )


def test_the_years_of_a_term_do_not_hold_its_last_day() -> None:
    def years(start: date, end: date) -> list[int]:
        return list(years_of(Subject("x", Names("", ""), "party", start, end)))

    assert years(date(2020, 7, 1), date(2022, 1, 1)) == [2020, 2021]
    assert years(date(2020, 7, 1), date(2022, 1, 2)) == [2020, 2021, 2022]
    assert years(date(2020, 2, 29), date(2020, 3, 1)) == [2020]
    assert years(date(2019, 12, 31), date(2020, 1, 1)) == [2019]


def test_years_of_several_terms(tmp_path: Path) -> None:
    t = read_tenure(written(tmp_path, ('audited = ["head"]', 'audited = ["head", "secretary"]')))
    assert audited_years(t) == (2016, 2017, 2018, 2019, 2020, 2021, 2022)


ONE = [
    (("schema = 1", "schema = 2"), "AUDIT-SCHEMA", ""),
    (("schema = 1", "schema = true"), "AUDIT-SCHEMA", ""),
    (('id = "head-2016"', 'id = "a/b"'), "AUDIT-ID", "id"),
    (('id = "head-2016"', ""), "CATALOG-FIELD-MISSING", "id"),
    (("focus = 3", "focus = 0"), "AUDIT-WHOLE", "focus"),
    (("focus = 3", "focus = 2.5"), "AUDIT-WHOLE", "focus"),
    (("known_on = 2023-05-01", 'known_on = "2023-05-01"'), "CATALOG-FIELD-TYPE", "known_on"),
    (("started = 2023-04-01", "started = 2023-04-01T00:00:00"), "CATALOG-FIELD-TYPE", "started"),
    (("start = 2016-01-01", "start = 2016"), "CATALOG-FIELD-TYPE", "start"),
    (("start = 2016-01-01\n", ""), "CATALOG-FIELD-MISSING", "start"),
    (("end = 2020-07-01", "end = 2016-01-01"), "TENURE-EMPTY-TERM", ""),
    (("end = 2020-07-01", "end = 2020-07-02"), "TENURE-OVERLAP", ""),
    (("end = 2020-07-01", "end = 2020-06-30"), "TENURE-GAP", ""),
    (('id = "next"', 'id = "secretary"'), "TENURE-TERM-TWICE", ""),
    (('audited = ["head"]', 'audited = ["nobody"]'), "AUDIT-AUDITED", ""),
    (('audited = ["head"]', "audited = []"), "AUDIT-NONE-AUDITED", ""),
    (('audited = ["head"]', 'audited = "head"'), "CATALOG-FIELD-TYPE", "audited"),
    (('kind = "party"', 'kind = "church"'), "CATALOG-FIELD-CHOICE", "kind"),
    (('role = "lead"', 'role = "boss"'), "CATALOG-FIELD-CHOICE", "role"),
    (('role = "lead"', 'role = "auditor"'), "AUDIT-TEAM-LEAD", ""),
    (('role = "reviewer"', 'role = "auditor"'), "AUDIT-TEAM-REVIEWER", ""),
    (('who = "乙"', 'who = " 甲"'), "AUDIT-TEAM-TWICE", ""),
    (('"LA-01" = "OBS"', '"LA-01" = "GUESS"'), "CATALOG-FIELD-CHOICE", "methods.LA-01"),
    (('"LA-01" = "OBS"', '"LA-99" = "OBS"'), "AUDIT-METHOD-TABLE", "methods.LA-99"),
    (('"LA-01" = "OBS"', '"LA-01.V" = "OBS"'), "AUDIT-METHOD-TABLE", "methods.LA-01.V"),
    (('method = "NEAREST"', 'method = "FLAT"'), "CATALOG-FIELD-CHOICE", "method"),
    (('region = "990121"', 'region = "110000"'), "AUDIT-REGION", "region"),
    (('region = "990121"', 'region = "990121101"'), "AUDIT-REGION-BELOW", "region"),
    (('profile = "sample"', 'profile = "assets"'), "AUDIT-SCHEME", "profile"),
    (('scheme = "assets"', 'scheme = "nothing"'), "AUDIT-SCHEME", "scheme"),
    (('scheme = "assets"', 'scheme = "assets"\nevaluation = "nothing"'), "AUDIT-SCHEME", "evaluation"),
    (('scheme = "assets"', 'scheme = "assets"\nevaluation = "county-example"\nzone = "moon"'), "AUDIT-ZONE-UNKNOWN", "zone"),
    (('scheme = "assets"', 'evaluation = "county-example"\nzone = "optimised_development"'), "AUDIT-ZONE", "zone"),
    (('scheme = "assets"', 'zone = "main_agricultural.national"'), "AUDIT-ZONE-OTHER", "zone"),
    (('name = "示例甲"', 'age = 50'), "CATALOG-FIELD-UNKNOWN", "age"),
    (("illustrative = true", 'illustrative = "yes"'), "CATALOG-FIELD-TYPE", "illustrative"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "column"), ONE, ids=[f"{code}-{new[1]}"[:50] for new, code, _ in ONE])
def test_one_fault(tmp_path: Path, city: Book, change: tuple[str, str], code: str, column: str) -> None:
    found = faults(written(tmp_path, change), city)
    assert code in [f.code for f in found]
    told = next(f for f in found if f.code == code)
    assert told.place.file == "tenure.toml"
    assert told.place.column == column


def test_all_faults_at_once(tmp_path: Path, city: Book) -> None:
    path = written(
        tmp_path,
        ("schema = 1", "schema = 2"),
        ('kind = "party"', 'kind = "x"'),
        ('region = "990121"', 'region = "1"'),
    )
    with pytest.raises(Refused) as refused:
        read_tenure(path, city)
    assert {"AUDIT-SCHEMA", "CATALOG-FIELD-CHOICE", "AUDIT-REGION"} <= {f.code for f in refused.value.findings}


def test_an_acting_interval_fills_the_gap(tmp_path: Path) -> None:
    acting = '\n[[subject]]\nid = "acting"\nzh = "主持工作"\nen = "Acting"\nkind = "government"\nacting = true\nstart = 2020-07-01\nend = 2020-08-15\n'
    path = written(tmp_path, ("start = 2020-07-01\nend = 2022-03-01", "start = 2020-08-15\nend = 2022-03-01"))
    assert [f.code for f in faults(path)] == ["TENURE-GAP"]
    path.write_text(path.read_text(encoding="utf-8") + acting, encoding="utf-8")
    assert faults(path) == []


def test_departments_are_posts_of_their_own(tmp_path: Path) -> None:
    made = written(
        tmp_path,
        ('kind = "government"', 'kind = "department"'),
        ('kind = "government"', 'kind = "department"'),
        ('zh = "县长"', 'zh = "林业局长"'),
    )
    text = made.read_text(encoding="utf-8").replace("start = 2020-07-01", "start = 2019-07-01")
    made.write_text(text, encoding="utf-8")
    assert faults(made) == []


@pytest.mark.parametrize(
    ("region", "end", "codes"), [("990103", "2020-07-01", []), ("990123", "2022-07-01", []), ("990103", "2016-01-02", [])]
)
def test_a_region_is_followed_through_its_codes(tmp_path: Path, city: Book, region: str, end: str, codes: list[str]) -> None:
    """990103 took over from 990123 on 1 January 2021: a term in one place lies in the days of both."""
    path = written(
        tmp_path,
        ('region = "990121"', f'region = "{region}"'),
        ("end = 2020-07-01", f"end = {end}"),
        ('id = "next"\n', 'id = "next"\nregion = "990122"\n'),
    )
    assert [f.code for f in faults(path, city) if f.code == "AUDIT-REGION-DAYS"] == codes
    assert sorted(succession("990103", city.config.regions)) == ["990103", "990123"]


def test_days_before_a_region_was_there(tmp_path: Path) -> None:
    """A region without a predecessor that is valid from 2018 cannot be audited from 2016."""
    source = tmp_path / "source"
    source.mkdir()
    text = (
        (CITY / "book.toml")
        .read_text(encoding="utf-8")
        .replace('code = "990121"\n', 'code = "990121"\nvalid_from = 2018-01-01\n', 1)
    )
    (source / "book.toml").write_text(text, encoding="utf-8")
    (source / "local").symlink_to(CITY / "local")
    found = [f for f in faults(written(tmp_path), Book(source)) if f.code == "AUDIT-REGION-DAYS"]
    assert [dict(f.args)["day"] for f in found] == ["2016-01-01"]


def test_no_file_and_no_toml(tmp_path: Path) -> None:
    assert [f.code for f in faults(tmp_path / "tenure.toml")] == ["AUDIT-FILE-MISSING"]
    assert [f.code for f in faults(tmp_path)] == ["AUDIT-FILE-UNREADABLE"]
    for data in (b"schema = ", 'schema = 1\nzh = "县"'.encode("gbk")):
        (tmp_path / "tenure.toml").write_bytes(data)
        assert [f.code for f in faults(tmp_path / "tenure.toml")] == ["AUDIT-FILE-UNREADABLE"]
    with pytest.raises(Refused, match="AUDIT-FILE-UNREADABLE"):
        read_tenure(tmp_path / "tenure.toml")


def test_the_weights_are_those_of_the_zone_that_the_book_gives(tmp_path: Path, city: Book) -> None:
    """A tenure need not name the zone; a region whose zone nobody gave has no weights in a scheme that has zones."""
    scheme = ('scheme = "assets"', 'scheme = "assets"\nevaluation = "county-example"')
    assert faults(written(tmp_path, scheme), city) == []
    (told,) = faults(written(tmp_path, scheme, ('region = "990121"', 'region = "990100"')), city)
    assert (told.code, told.found, told.place.key) == ("AUDIT-ZONE", "-", "subject head")
    assert faults(written(tmp_path, scheme, ('region = "990121"', 'region = "990100"\nzone = "key_ecological"')), city) == []


def test_a_zone_of_another_kind_than_that_of_the_book_is_asked_about(tmp_path: Path, city: Book) -> None:
    (told,) = faults(written(tmp_path, ('region = "990121"', 'region = "990121"\nzone = "main_agricultural"')), city)
    assert (told.code, told.severity, told.found, told.expected) == (
        "AUDIT-ZONE-OTHER", "query", "main_agricultural", "key_ecological",
    )  # fmt: skip
    assert "2020-06-30" in told.text("zh")
    assert faults(written(tmp_path, ('region = "990121"', 'region = "990121"\nzone = "key_ecological.national"')), city) == []


BRIDGES = """
[[bridge]]
year = 2020
table = "LA-01"
document = "示例衔接表"
[[bridge]]
year = 2021
table = "LA-01"
region = "990122"
row = "R40"
key = "la01:C02"
before = "100.50"
after = 98
unit = "hm2"
document = "示例衔接表"
"""


def test_bridges_are_of_a_table_or_of_one_cell(tmp_path: Path, city: Book) -> None:
    path = written(tmp_path, ("[methods]", f"{BRIDGES}[methods]"))
    table, cell = read_tenure(path, city).bridges
    assert table == Bridge(2020, "LA-01", "示例衔接表")
    expected = Bridge(
        2021, "LA-01", "示例衔接表", "990122", "R40", key_of({"la01": "C02"}), Decimal("100.50"), Decimal(98), "hm2"
    )  # fmt: skip
    assert cell == expected


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("year = 2020", "year = 2020-01-01", "AUDIT-WHOLE"),
        ("year = 2020\n", "", "AUDIT-WHOLE"),
        ('document = "示例衔接表"\n[[', "[[", "CATALOG-FIELD-MISSING"),
        ('table = "LA-01"\ndoc', 'table = "LA-99"\ndoc', "AUDIT-TABLE"),
        ('region = "990122"', 'region = "1"', "AUDIT-REGION"),
        ('row = "R40"\n', "", "CATALOG-FIELD-MISSING"),
        ('row = "R40"', 'row = "R31"', "AUDIT-BRIDGE-CELL"),
        ("la01:C02", "la02:C02", "AUDIT-BRIDGE-CELL"),
        ('unit = "hm2"', 'unit = "kg"', "AUDIT-BRIDGE-UNIT"),
        ('unit = "hm2"\n', "", "CATALOG-FIELD-MISSING"),
        ("after = 98\n", "", "CATALOG-FIELD-MISSING"),
        ('before = "100.50"', 'before = "much"', "CATALOG-FIELD-TYPE"),
        ("after = 98", "afterwards = 98", "CATALOG-FIELD-UNKNOWN"),
    ],
)
def test_what_is_wrong_with_a_bridge(tmp_path: Path, city: Book, old: str, new: str, code: str) -> None:
    assert old in BRIDGES
    found = faults(written(tmp_path, ("[methods]", f"{BRIDGES.replace(old, new, 1)}[methods]")), city)
    assert code in [f.code for f in found]
    assert next(f for f in found if f.code == code).place.key.startswith("bridge ")


def test_a_break_is_bridged_once(tmp_path: Path, city: Book) -> None:
    (told,) = faults(written(tmp_path, ("[methods]", f"{BRIDGES}{BRIDGES[: BRIDGES.index('[[bridge]]', 5)]}[methods]")), city)
    assert (told.code, told.found, told.expected) == ("AUDIT-BRIDGE-TWICE", "bridge 3", "bridge 1")


# ---- files that nobody should trust


def every_fault(tmp_path: Path, data: str | bytes, city: Book | None = None) -> list[str]:
    path = tmp_path / "tenure.toml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return [f.code for f in faults(path, city)]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert every_fault(tmp_path, "#" * (4 * 1024 * 1024 + 1)) == ["AUDIT-FILE-HUGE"]
    assert every_fault(tmp_path, "x = " + "[" * 100_000) == ["AUDIT-FILE-UNREADABLE"]
    assert every_fault(tmp_path, "focus = 1" + "0" * 10_000) == ["AUDIT-FILE-UNREADABLE"]
    assert every_fault(tmp_path, "start = 2020-02-30") == ["AUDIT-FILE-UNREADABLE"]
    assert every_fault(tmp_path, b"\x00\x01\x02") == ["AUDIT-FILE-UNREADABLE"]
    assert [f.code for f in faults(Path("bad\0name.toml"))] == ["AUDIT-FILE-UNREADABLE"]
    assert [f.code for f in faults(tmp_path / "tenure.toml" / "inside.toml")] == ["AUDIT-FILE-UNREADABLE"]


def test_an_empty_file_lacks_everything_at_once(tmp_path: Path, city: Book) -> None:
    found = every_fault(tmp_path, "", city)
    assert {"AUDIT-SCHEMA", "AUDIT-NO-SUBJECT", "AUDIT-NONE-AUDITED", "AUDIT-TEAM-LEAD"} <= set(found)
    assert found.count("CATALOG-FIELD-MISSING") == 4  # id, region and the names


@pytest.mark.parametrize("text", ["县长\\u0000", "\\u202egnp.exe", "a\\u001b[31m", "\\u2066x", "\\uFEFFx"])
def test_texts_that_print_as_something_else(tmp_path: Path, city: Book, text: str) -> None:
    path = written(tmp_path, ('name = "示例甲"', f'name = "{text}"'))
    (told,) = faults(path, city)
    assert (told.code, told.place.column) == ("AUDIT-TEXT-UNPRINTABLE", "subject 1.name")
    assert "\\u" in told.text("en")
    assert told.text("en").isprintable()


@pytest.mark.parametrize(
    "text",
    ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "[red]x[/red]", "#set text(red)", "{found}", "'; DROP TABLE run; --"],
)
def test_texts_that_a_program_might_run_are_texts(tmp_path: Path, city: Book, text: str) -> None:
    """They are printed as they stand (papers with such texts are tested with the papers); as codes they are not known."""
    path = written(tmp_path, ('name = "示例甲"', f'name = "{text}"'))
    assert read_tenure(path, city).subject("head").name == text
    found = faults(
        written(tmp_path, ('region = "990121"', f'region = "{text}"'), ('scheme = "assets"', f'scheme = "{text}"')), city
    )
    assert {"AUDIT-REGION", "AUDIT-SCHEME"} <= {f.code for f in found}
    assert text in next(f for f in found if f.code == "AUDIT-REGION").text("zh")


def test_types_that_do_not_fit(tmp_path: Path, city: Book) -> None:
    """Every field with another type, all told at once and none a traceback."""
    names = [line.partition(" = ")[0] for line in TEXT.splitlines() if " = " in line and not line.startswith('"')]
    for wrong in ("[1, [2]]", "{ a = 1 }", "1979-05-27T07:32:00Z", "-1", "true", "inf", "1e400"):
        text = "\n".join(
            f"{line.partition(' = ')[0]} = {wrong}" if " = " in line and not line.startswith('"') else line
            for line in TEXT.splitlines()
        )
        found = every_fault(tmp_path, text, city)
        assert len(found) >= len(set(names)) - 6, wrong  # a flag may be true, and a day that is left out has a fault less


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1900-01-01"])
def test_days_out_of_this_world(tmp_path: Path, city: Book, day: str) -> None:
    assert "CATALOG-FIELD-TYPE" in every_fault(tmp_path, TEXT.replace("start = 2016-01-01", f"start = {day}"), city)
    assert "CATALOG-FIELD-TYPE" in every_fault(tmp_path, TEXT.replace("end = 2022-09-20", f"end = {day}"), city)


def test_a_focus_longer_than_any_office(tmp_path: Path) -> None:
    assert every_fault(tmp_path, TEXT.replace("focus = 3", "focus = 5000")) == ["AUDIT-WHOLE"]


# ---- kinds of posts


def test_who_still_holds_a_post_is_audited_up_to_a_day(tmp_path: Path, city: Book) -> None:
    """任中审计: no end, and the tenure says until when."""
    open_end = ("start = 2018-05-10\nend = 2022-09-20", "start = 2018-05-10")
    found = faults(written(tmp_path, open_end), city)
    assert [(f.code, f.place.key, f.place.column) for f in found] == [("AUDIT-NO-END", "subject secretary", "end")]
    t = read_tenure(written(tmp_path, open_end, ("focus = 3", "focus = 3\nuntil = 2023-01-01")), city)
    assert (t.subject("secretary").serving, t.subject("secretary").end) == (True, date(2023, 1, 1))
    assert not t.subject("head").serving
    found = faults(written(tmp_path, open_end, ("focus = 3", "focus = 3\nuntil = 2018-05-10")), city)
    assert [f.code for f in found] == ["TENURE-EMPTY-TERM"]


def test_a_head_of_a_department_answers_for_the_tables_it_fills(tmp_path: Path, city: Book) -> None:
    def found(*changes: tuple[str, str]) -> list[tuple[str, str]]:
        path = written(tmp_path, ('kind = "government"', 'kind = "department"'), *changes)
        return [(f.code, f.found) for f in faults(path, city)]

    own = 'name = "示例甲"'
    assert found((own, 'department = "林草"')) == []
    assert found() == [("AUDIT-DEPARTMENT", "-")]
    assert found((own, 'department = "林草局"')) == [("AUDIT-DEPARTMENT", "林草局")]
    (told,) = faults(written(tmp_path, (own, 'department = "林草"')), city)
    assert told.code == "AUDIT-DEPARTMENT"  # a head of government has no department
    assert "林草" in told.mend("zh")
