"""What lies beside a tenure: events, observations and records, every fault with file, row and column."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.base.findings import Finding, Refused
from gep.book import Book
from gep.workflow.audit.record_files import Records, look, read_records
from gep.workflow.audit.records import Event, Observation, Step
from gep.workflow.audit.tenure_file import read_tenure
from tests.workflow.audit.engaged import EVENTS, OBSERVATIONS, RECORDS, TENURE, change, tenure_folder

SOURCE = data_root() / "ledgers" / "books" / "garze-2010"
CITY = data_root() / "ledgers" / "books" / "sample-city"


@pytest.fixture(scope="module")
def book() -> Book:
    """The shipped source: what it says of regions and tables, without any accounts."""
    return Book(SOURCE)


def looked(path: Path, book: Book) -> tuple[Records, list[Finding]]:
    made, found = look(path.parent, read_tenure(path), book)
    for f in found:
        assert f.text("zh")
        assert f.mend("en")
    return made, list(found)


def test_read_whole(tmp_path: Path, book: Book) -> None:
    path = tenure_folder(tmp_path / "t")
    made, found = looked(path, book)
    assert found == []
    assert read_records(path.parent, read_tenure(path), book) == made
    assert made.events == (
        Event(
            "e1", "513300", "LA-01", "R31", (("la01", "C02"),), Decimal("12.5"), "亩", date(2010, 3, 1), date(2010, 6, 1), "head",
            "local_human", "示例批文", "E-1",
        ),
    )  # fmt: skip
    assert made.observations == (
        Observation("513300", "LA-01", "R40", (("la01", "C02"),), date(2010, 11, 16), Decimal("980.25"), "hm2", "示例图斑库"),
    )
    assert [(f.id, f.attachments, f.refused) for f in made.forms] == [
        ("E-1", (("approval.txt", 2),), ""), ("E-2", (), "对面积有异议，拒绝签章"),
    ]  # fmt: skip
    (paper,) = made.papers
    assert (paper.evidence, paper.reviewer, paper.reviewed_on, paper.area) == (
        ("E-1", "E-2"),
        "复核人丙",
        date(2023, 5, 13),
        "laws",
    )
    (problem,) = made.problems
    assert (problem.amount, problem.amount_unit, problem.due, problem.kind) == (
        Decimal("12.5"),
        "亩",
        date(2023, 12, 31),
        "phased",
    )
    assert made.steps == (Step("Q-1", "IN_PROGRESS", "自然资源局甲", date(2023, 7, 1), Decimal("4.50")),)
    assert [(c.accepted, c.replied_by) for c in made.comments] == [(False, "组长甲")]
    assert sorted(made.files) == ["events.csv", "evidence/approval.txt", "observations.csv", "records/all.toml", "tenure.toml"]
    assert made.source["step", "0"] == made.source["paper", "P-1"] == "records/all.toml"


def test_a_tenure_alone(tmp_path: Path, book: Book) -> None:
    (tmp_path / "tenure.toml").write_text(TENURE, encoding="utf-8")
    made, found = looked(tmp_path / "tenure.toml", book)
    assert found == []
    assert (made.events, made.forms, sorted(made.files)) == ((), (), ["tenure.toml"])


IN_EVENTS = [
    ("e1,513300", ",513300", "CATALOG-FIELD-MISSING", "id"),
    ("e1,513300", "e1,110000", "AUDIT-REGION", "region"),
    ("LA-01", "LA-77", "AUDIT-TABLE", "table"),
    ("LA-01,R31,la01:C02", "LM-01,R31,la01:C02", "AUDIT-TABLE", "table"),  # a matrix
    ("R31", "R99", "AUDIT-ROW-UNKNOWN", "row"),
    ("R31", "R40", "AUDIT-ROW-FLOW", "row"),  # a stock
    ("la01:C02", "la01:C77", "AUDIT-KEY", "key"),
    ("la01:C02", "la01:C00", "AUDIT-KEY", "key"),  # the total
    ("la01:C02", "la02:C02", "AUDIT-KEY", "key"),
    ("la01:C02", "", "AUDIT-KEY", "key"),
    ("la01:C02", "C02", "CATALOG-KEY", "key"),
    ("12.5,亩", "12.5,立方米", "AUDIT-UNIT", "unit"),
    ("12.5,亩", "12.5,馬", "CATALOG-UNIT", "unit"),
    ("12.5,亩", "0,亩", "AUDIT-AMOUNT", "amount"),
    ("12.5,亩", "-1,亩", "AUDIT-AMOUNT", "amount"),
    ("12.5,亩", ",亩", "CATALOG-FIELD-MISSING", "amount"),
    ("12.5,亩", "twelve,亩", "CATALOG-FIELD-TYPE", "amount"),
    ("2010-03-01", "2010", "CATALOG-FIELD-TYPE", "decision"),
    ("2010-03-01", "2010-02-30", "CATALOG-FIELD-TYPE", "decision"),
    ("2010-06-01", "", "CATALOG-FIELD-MISSING", "effect"),
    ("2010-03-01", "2010-01-31", "AUDIT-EVENT-DECIDED", "decided_by"),  # the term begins on 1 February
    ("2010-06-01", "2010-02-01", "AUDIT-EVENT-ORDER", "decision"),
    ("local_human", "somebody", "CATALOG-FIELD-CHOICE", "attribution"),
    ("示例批文,E-1", "示例批文,E-9", "AUDIT-LINK", "evidence"),
]


@pytest.mark.parametrize(("old", "new", "code", "column"), IN_EVENTS, ids=[f"{c}-{n}" for _, n, c, _ in IN_EVENTS])
def test_one_fault_in_an_event(tmp_path: Path, book: Book, old: str, new: str, code: str, column: str) -> None:
    path = tenure_folder(tmp_path / "t")
    change(path.parent / "events.csv", old, new)
    told = [f for f in looked(path, book)[1] if f.code == code]
    assert [(f.place.file, f.place.row, f.place.column) for f in told] == [("events.csv", 2, column)]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("id,region", "id,area", "AUDIT-COLUMN-MISSING"),
        ("id,region", "id,area", "AUDIT-COLUMN-UNKNOWN"),
        ("id,region", "id,id,region", "AUDIT-COLUMN-TWICE"),
        ("12.5,", "12.5,,", "AUDIT-ROW-LENGTH"),
        ('e1,', '"e1,', "AUDIT-FILE-UNREADABLE"),
    ],
)  # fmt: skip
def test_the_form_of_a_csv_file(tmp_path: Path, book: Book, old: str, new: str, code: str) -> None:
    path = tenure_folder(tmp_path / "t")
    change(path.parent / "events.csv", old, new)
    assert code in [f.code for f in looked(path, book)[1]]


def test_a_csv_file_in_another_encoding(tmp_path: Path, book: Book) -> None:
    path = tenure_folder(tmp_path / "t")
    (path.parent / "events.csv").write_bytes(EVENTS.encode("gbk"))
    assert [f.code for f in looked(path, book)[1]] == ["AUDIT-FILE-UNREADABLE"]
    (path.parent / "events.csv").write_bytes(EVENTS.encode("utf-8-sig"))
    assert looked(path, book)[1] == []


def test_an_event_twice_names_the_first(tmp_path: Path, book: Book) -> None:
    path = tenure_folder(tmp_path / "t")
    (path.parent / "events.csv").write_text(EVENTS + EVENTS.splitlines()[1] + "\n", encoding="utf-8")
    (told,) = looked(path, book)[1]
    assert (told.code, told.place.row, told.expected) == ("AUDIT-TWICE", 3, "events.csv:2 [e1]")


def test_columns_in_any_order(tmp_path: Path, book: Book) -> None:
    path = tenure_folder(tmp_path / "t")
    whole = looked(path, book)[0].events
    lines = [line.split(",")[::-1] for line in EVENTS.splitlines()]
    (path.parent / "events.csv").write_text("\n".join(map(",".join, lines)) + "\n", encoding="utf-8")
    assert looked(path, book)[0].events == whole


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        ("R40", "R31", "AUDIT-ROW-STOCK", "row"),
        ("980.25", "-0.01", "AUDIT-AMOUNT", "amount"),
        ("hm2", "t", "AUDIT-UNIT", "unit"),
        ("2010-11-16", "16.11.2010", "CATALOG-FIELD-TYPE", "day"),
        ("示例图斑库", "", "CATALOG-FIELD-MISSING", "document"),
    ],
)
def test_one_fault_in_an_observation(tmp_path: Path, book: Book, old: str, new: str, code: str, column: str) -> None:
    path = tenure_folder(tmp_path / "t")
    change(path.parent / "observations.csv", old, new)
    assert [(f.code, f.place.column) for f in looked(path, book)[1]] == [(code, column)]


def test_an_observation_of_nothing_is_one_of_zero(tmp_path: Path, book: Book) -> None:
    path = tenure_folder(tmp_path / "t")
    (path.parent / "observations.csv").write_text(OBSERVATIONS.replace("980.25", "0"), encoding="utf-8")
    made, found = looked(path, book)
    assert (found, made.observations[0].amount) == ([], Decimal(0))


def test_cells_of_minerals_name_the_mineral(tmp_path: Path) -> None:
    """MN-01 is repeated for every mineral, so a key without one, or with an unknown one, names no cell."""
    book = Book(CITY)
    path = tenure_folder(tmp_path / "t", TENURE.replace("513300", "990121"))
    row = "e1,990121,MN-01,R31,{},1,万吨,2010-03-01,2010-06-01,,,,,\n"
    head = EVENTS.splitlines()[0] + "\n"
    (path.parent / "observations.csv").unlink()
    found = {}
    for key in ("mineral:kaolin;mn01:C3", "mn01:C3", "mineral:cheese;mn01:C3", "mineral:kaolin;mn01:C3;la01:C01"):
        (path.parent / "events.csv").write_text(head + row.format(key), encoding="utf-8")
        found[key] = [f.code for f in looked(path, book)[1] if f.place.column == "key"]
    assert list(found.values()) == [[], ["AUDIT-KEY"], ["AUDIT-KEY"], ["AUDIT-KEY"]]


IN_RECORDS = [
    ('id = "E-2"', 'id = "E-1"', "AUDIT-TWICE", "id"),
    ('["approval.txt", 2]', '["approval.txt", 0]', "AUDIT-ATTACHMENT-FORM", "attachments"),
    ('["approval.txt", 2]', '"approval.txt"', "AUDIT-ATTACHMENT-FORM", "attachments"),
    ('["approval.txt", 2]', '["../tenure.toml", 2]', "AUDIT-ATTACHMENT", "attachments"),
    ('["approval.txt", 2]', '["other.pdf", 2]', "AUDIT-ATTACHMENT", "attachments"),
    ('paper = "P-1"\n\n[[evidence_form]]', 'paper = "P-2"\n\n[[evidence_form]]', "AUDIT-LINK", "paper"),
    ("value_account/513300", "no_account/513300", "AUDIT-FIGURE", "figures"),
    ('evidence = ["E-1", "E-2"]', 'evidence = ["E-1", "E-3"]', "AUDIT-LINK", "evidence"),
    ("reviewed_on = 2023-05-13", "reviewed_on = 2023-05-11", "AUDIT-REVIEW-BEFORE", "reviewed_on"),
    ("reviewed_on = 2023-05-13", "", "AUDIT-REVIEW-HALF", "reviewer"),
    ('area = "laws"', 'area = "weather"', "CATALOG-FIELD-CHOICE", "area"),
    ('amount_unit = "亩"', "", "AUDIT-AMOUNT-UNIT", "amount_unit"),
    ('amount = "12.5"', 'amount = "much"', "CATALOG-FIELD-TYPE", "amount"),
    ('subject = "head"', 'subject = "nobody"', "AUDIT-LINK", "subject"),
    ('responsibility = "leadership"', 'responsibility = "in_charge"', "AUDIT-CLASS", "responsibility"),
    ('kind = "phased"', 'kind = "soon"', "CATALOG-FIELD-CHOICE", "kind"),
    ('state = "IN_PROGRESS"', 'state = "OVERDUE"', "CATALOG-FIELD-CHOICE", "state"),
    ('problem = "Q-1"', 'problem = "Q-7"', "AUDIT-LINK", "problem"),
    ("on = 2023-07-01", 'on = "July"', "CATALOG-FIELD-TYPE", "on"),
    ('about = "Q-1"', 'about = "Q-7"', "AUDIT-LINK", "about"),
    ('replied_by = "组长甲"', "", "CATALOG-FIELD-MISSING", "replied_by"),
    ('by = "州政府"', 'von = "州政府"', "CATALOG-FIELD-UNKNOWN", "von"),
    ("[[comment]]", "[[complaint]]", "CATALOG-FIELD-UNKNOWN", "complaint"),
]


@pytest.mark.parametrize(("old", "new", "code", "column"), IN_RECORDS, ids=[f"{c}-{n}"[:60] for _, n, c, _ in IN_RECORDS])
def test_one_fault_in_a_record(tmp_path: Path, book: Book, old: str, new: str, code: str, column: str) -> None:
    path = tenure_folder(tmp_path / "t")
    change(path.parent / "records" / "all.toml", old, new)
    told = [f for f in looked(path, book)[1] if f.code == code]
    assert ("records/all.toml", column) in [(f.place.file, f.place.column) for f in told]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x = " + "[" * 5000, "AUDIT-FILE-UNREADABLE"),
        ("x = 1e99999999999999999999", "AUDIT-FILE-UNREADABLE"),
        ("x = ", "AUDIT-FILE-UNREADABLE"),
        ('[[comment]]\nid = "a\\u202eb"', "AUDIT-TEXT-UNPRINTABLE"),
    ],
    ids=["nested", "number", "broken", "direction"],
)
def test_a_file_of_records_that_is_not_to_be_trusted(tmp_path: Path, book: Book, text: str, code: str) -> None:
    path = tenure_folder(tmp_path / "t")
    (path.parent / "records" / "more.toml").write_text(text, encoding="utf-8")
    assert ("records/more.toml", code) in [(f.place.file, f.code) for f in looked(path, book)[1]]


def test_a_class_needs_the_day_the_audit_was_started(tmp_path: Path, book: Book) -> None:
    path = tenure_folder(tmp_path / "t", TENURE.replace("started = 2023-05-04\n", ""))
    assert [f.code for f in looked(path, book)[1]] == ["AUDIT-NO-START"]


def test_classes_of_the_older_rules(tmp_path: Path, book: Book) -> None:
    """`in_charge` was a class until 2019, so an audit that was started in 2018 may use it."""
    path = tenure_folder(tmp_path / "t", TENURE.replace("started = 2023-05-04", "started = 2018-05-04"))
    change(path.parent / "records" / "all.toml", 'responsibility = "leadership"', 'responsibility = "in_charge"')
    assert [f.code for f in looked(path, book)[1]] == []


def test_rectification_that_skips_a_step(tmp_path: Path, book: Book) -> None:
    path = tenure_folder(tmp_path / "t")
    change(path.parent / "records" / "all.toml", 'state = "IN_PROGRESS"', 'state = "CLOSED"')
    assert "RECTIFICATION-ORDER" in [f.code for f in looked(path, book)[1]]


def test_links_run_over_files_and_ids_do_too(tmp_path: Path, book: Book) -> None:
    path = tenure_folder(tmp_path / "t")
    whole, steps = RECORDS.split("[[step]]")
    (path.parent / "records" / "all.toml").write_text(whole, encoding="utf-8")
    (path.parent / "records" / "later.toml").write_text("[[step]]" + steps, encoding="utf-8")
    made, found = looked(path, book)
    assert found == []
    assert made.source["step", "0"] == "records/later.toml"
    (path.parent / "records" / "zzz.toml").write_text(whole, encoding="utf-8")
    assert [f.found for f in looked(path, book)[1] if f.code == "AUDIT-TWICE"] == ["E-1", "E-2", "P-1", "Q-1"]


def test_a_carried_problem_has_its_paper_elsewhere(tmp_path: Path, book: Book) -> None:
    path = tenure_folder(tmp_path / "t")
    change(path.parent / "records" / "all.toml", 'paper = "P-1"\nunit', 'paper = "old-7"\ncarried_from = "former"\nunit')
    assert looked(path, book)[1] == []


def test_links_and_folders_are_no_files(tmp_path: Path, book: Book) -> None:
    path = tenure_folder(tmp_path / "t")
    (path.parent / "evidence" / "link.txt").symlink_to(path)
    (path.parent / "redline.csv").mkdir()
    (path.parent / "evidence" / "a\nb.txt").write_text("x", encoding="utf-8")
    told = [f.place.file for f in looked(path, book)[1] if f.code == "AUDIT-NO-PLAIN-FILE"]
    assert told == ["redline.csv", "evidence/a\\nb.txt", "evidence/link.txt"]


REDLINE = """version,patch,county,type,area,unit,valid_from,valid_to,natural_share,function_index,document,activity,activity_area,legal,issue
v1,U1,{county},水源涵养,12.50,公顷,2010-01-01,,97.0,74.0,示例文件,,,,
"""


def test_patch_layers_are_read_with_the_rest(tmp_path: Path, book: Book) -> None:
    path = tenure_folder(tmp_path / "t")
    (path.parent / "redline.csv").write_text(REDLINE.format(county="513300"), encoding="utf-8")
    made, found = looked(path, book)
    assert found == []
    assert [(p.id, p.area) for p in made.patches] == [("U1", Decimal("12.50"))]
    (path.parent / "redline.csv").write_text(REDLINE.format(county="110000").replace("12.50", "much"), encoding="utf-8")
    assert [f.place.file for f in looked(path, book)[1]] == ["redline.csv"]
    (path.parent / "redline.csv").write_text(REDLINE.format(county="110000"), encoding="utf-8")
    assert [(f.code, f.place.row, f.place.column) for f in looked(path, book)[1]] == [("AUDIT-REGION", 2, "county")]


@pytest.mark.parametrize("name", ["upper-head-2016", "upper-head-2020", "upper-secretary"])
def test_the_shipped_tenures_have_no_fault(name: str) -> None:
    city = Book(CITY)
    path = CITY / "tenures" / name / "tenure.toml"
    made, found = look(path.parent, read_tenure(path, city), city)
    assert [f.code for f in found if f.severity == "stop"] == []
    assert made.events
    assert made.patches


def test_every_fault_at_once(tmp_path: Path, book: Book) -> None:
    path = tenure_folder(tmp_path / "t")
    change(path.parent / "events.csv", "LA-01", "LA-77")
    change(path.parent / "observations.csv", "hm2", "t")
    change(path.parent / "records" / "all.toml", 'kind = "phased"', 'kind = "soon"')
    (path.parent / "records" / "bad.toml").write_text("[[", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_records(path.parent, read_tenure(path), book)
    assert {f.place.file for f in refused.value.findings} == {
        "events.csv", "observations.csv", "records/all.toml", "records/bad.toml",
    }  # fmt: skip


# ---- who answers first


def first_of(tmp_path: Path, book: Book, *changes: tuple[str, str], tenure: str = TENURE) -> list[tuple[str, str, str]]:
    path = tenure_folder(tmp_path / "t", tenure)
    for old, new in changes:
        change(path.parent / "records" / "all.toml", old, new)
    told = [f for f in looked(path, book)[1] if f.code.startswith("RECTIFICATION-FIRST")]
    return [(f.code, f.found, f.expected) for f in told]


@pytest.mark.parametrize("named", ["现任州长", "governor-2011"])
def test_the_present_head_answers_first(tmp_path: Path, book: Book, named: str) -> None:
    assert first_of(tmp_path, book, ('first = "现任州长"', f'first = "{named}"')) == []


@pytest.mark.parametrize("named", ["head", "secretary", "自然资源局长"])
def test_neither_who_left_nor_the_head_of_another_post_does(tmp_path: Path, book: Book, named: str) -> None:
    told = first_of(tmp_path, book, ('first = "现任州长"', f'first = "{named}"'))
    assert told == [("RECTIFICATION-FIRST", named, "现任州长")]


def test_a_head_whom_the_tenure_does_not_list_cannot_be_looked_up(tmp_path: Path, book: Book) -> None:
    before = TENURE.replace("start = 2011-01-01\nend = 2030-01-01", "start = 2011-01-01\nend = 2012-01-01")
    change_of = ('first = "现任州长"', 'first = "新州长"')
    assert first_of(tmp_path, book, change_of, tenure=before) == [("RECTIFICATION-FIRST-UNKNOWN", "新州长", "")]


def test_a_problem_found_while_another_was_in_office_is_his(tmp_path: Path, book: Book) -> None:
    """The day of the finding decides, if the audit was started before it: the term of `head` ended on 16 November 2010."""
    early = TENURE.replace("started = 2023-05-04", "started = 2010-03-01")
    for found_on, named in (("2010-11-15", "head"), ("2010-11-16", "acting")):
        new = f'first = "{named}"\nfound_on = {found_on}'
        assert first_of(tmp_path / named, book, ('first = "现任州长"', new), tenure=early) == []
