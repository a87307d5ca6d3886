"""Records of what stays open as tables of files: every fault with its place and all at once, and what withdrawals may take away."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.base.findings import Finding
from gep.book import Book
from gep.workflow.audit.open_files import WITHDRAWABLE
from gep.workflow.audit.open_matters import late, status
from gep.workflow.audit.plain import from_plain, to_plain
from gep.workflow.audit.record_files import READERS, Records, look
from gep.workflow.audit.records_open import KINDS, Project
from gep.workflow.audit.tenure_file import read_tenure
from tests.workflow.audit.engaged import RECORDS, TENURE, change, tenure_folder

OPEN = """
[[suggestion]]
id = "S-1"
to = "示例州人民政府"
text = "建立台账"
problems = ["Q-1"]
auditor = "审计员乙"
made_on = 2023-06-30
taken_up = true
answer = "已建立"
answered_on = 2023-08-01

[[transfer]]
id = "TR-1"
to = "示例州纪委"
matter = "违规批地"
document = "移送书 1"
auditor = "审计员乙"
made_on = 2023-07-01
problem = "Q-1"
amount = "12.5"
amount_unit = "亩"
result = "立案"
result_on = 2023-09-01

[[target]]
id = "G-1"
what = "治理沙化土地"
sense = "floor"
amount = "300"
unit = "公顷"
set_on = 2009-01-01
due = 2015-12-31
document = "规划"
reached = "120.5"
as_of = 2010-11-01
figure = "value_account/513300/2010/water_retention"
evidence = "E-1"

[[liability]]
id = "L-1"
kind = "restoration"
what = "矿山复垦"
owed_by = "矿业公司"
arose_on = 2010-03-01
amount = "40"
unit = "公顷"
document = "方案"
done = "15"
as_of = 2010-11-01
settled_on = 2012-05-01

[[project]]
id = "J-1"
name = "退耕还林"
unit = "林业局"
document = "批复"
start = 2010-04-01
due = 2010-10-31
state = "finished"
as_of = 2011-02-01
planned = "1000"
received = "800"
spent = "650.5"
amount_unit = "万元"
ended_on = 2011-01-15

[[fund]]
id = "F-1"
name = "水资源费"
unit = "水利局"
start = 2010-01-01
end = 2011-01-01
receivable = "90"
collected = "60"
spent = "55"
amount_unit = "万元"
document = "决算"

[[litigation]]
id = "C-1"
kind = "public_interest"
side = "defendant"
court = "中级法院"
matter = "怠于履职"
filed_on = 2010-05-01
document = "案号"
claim = "30"
amount_unit = "万元"
decided = "撤诉"
closed_on = 2011-05-01

[[incident]]
id = "I-1"
what = "尾矿泄漏"
severity = "larger"
day = 2010-06-03
region = "513300"
document = "报告"
damage = "6"
treated = "1.5"
unit = "公顷"
as_of = 2010-11-01
event = "e1"
closed_on = 2012-01-01

[[signature]]
id = "N-1"
term = "head"
role = "out"
name = "张三"
on = 2010-11-20
code = "1234-5678-9abc"

[[withdraw]]
kind = "comment"
of = "C-1"
by = "审计员乙"
on = 2023-07-15
grounds = "重复"
"""
# the example has a comment C-1 too: ids are of their table
RECORD = OPEN.strip().split("\n\n")


@pytest.fixture(scope="module")
def book() -> Book:
    return Book(data_root() / "ledgers" / "books" / "garze-2010")


def looked(folder: Path, book: Book, *changes: tuple[str, str], tenure: str = TENURE) -> tuple[Records, list[Finding]]:
    path = tenure_folder(folder, tenure, RECORDS + OPEN)
    for old, new in changes:
        change(path.parent / "records" / "all.toml", old, new)
    made, found = look(path.parent, read_tenure(path), book)
    for f in found:
        assert f.text("zh")
        assert f.text("en")
        assert f.mend("zh")
        assert f.mend("en")
        assert "{" not in f.text("zh") + f.text("en") + f.mend("zh") + f.mend("en")
    return made, list(found)


def test_read_whole(tmp_path: Path, book: Book) -> None:
    made, found = looked(tmp_path / "t", book)
    assert found == []
    held = made.open
    assert [len(getattr(held, place)) for _, place in KINDS.values()] == [1] * len(KINDS)
    assert held.suggestions[0].taken_up is True
    assert held.projects[0].spent == Decimal("650.5")
    assert held.signatures[0].on == date(2010, 11, 20)
    assert [w.id for w in made.withdrawn] == ["comment:C-1"]
    for table, (cls, place) in KINDS.items():
        (record,) = getattr(held, place)
        assert made.source[table, record.id] == "records/all.toml"
        assert from_plain(cls, to_plain(record)) == record


def test_every_table_of_records_can_be_withdrawn_but_a_step_and_a_withdrawal() -> None:
    assert set(READERS) - set(WITHDRAWABLE) == {"step", "withdraw"}


FAULTS = [
    ("answered_on = 2023-08-01", "answered_on = 2023-06-29", "AUDIT-DAY-ORDER", "answered_on"),
    ("answered_on = 2023-08-01\n", "", "CATALOG-FIELD-MISSING", "answered_on"),
    ("taken_up = true", 'taken_up = "yes"', "CATALOG-FIELD-TYPE", "taken_up"),
    ('problems = ["Q-1"]', 'problems = ["Q-9"]', "AUDIT-LINK", "problems"),
    ('problem = "Q-1"\namount = "12.5"', 'problem = "Q-9"\namount = "12.5"', "AUDIT-LINK", "problem"),
    ('result = "立案"\n', "", "CATALOG-FIELD-MISSING", "result"),
    ("result_on = 2023-09-01", "result_on = 2023-06-30", "AUDIT-DAY-ORDER", "result_on"),
    ('sense = "floor"', 'sense = "about"', "CATALOG-FIELD-CHOICE", "sense"),
    ('amount = "300"\n', "", "CATALOG-FIELD-MISSING", "amount"),
    ("due = 2015-12-31", "due = 2008-12-31", "AUDIT-DAY-ORDER", "due"),
    ("due = 2015-12-31", 'due = "2015"', "CATALOG-FIELD-TYPE", "due"),
    ('reached = "120.5"\nas_of = 2010-11-01', 'reached = "120.5"', "CATALOG-FIELD-MISSING", "as_of"),
    ('figure = "value_account/513300/2010/water_retention"\nevidence', 'figure = "water"\nevidence', "AUDIT-FIGURE", "figure"),
    ('evidence = "E-1"\n\n[[liability]]', 'evidence = "E-9"\n\n[[liability]]', "AUDIT-LINK", "evidence"),
    ('kind = "restoration"', 'kind = "debt"', "CATALOG-FIELD-CHOICE", "kind"),
    ('done = "15"', 'done = "40.01"', "AUDIT-AMOUNT-MORE", "done"),
    ('done = "15"', 'done = "-1"', "AUDIT-AMOUNT", "done"),
    ('amount = "40"\nunit = "公顷"', 'amount = "40"', "AUDIT-AMOUNT-UNIT", "unit"),
    ('amount = "40"\nunit = "公顷"', 'amount = "40"\nunit = "馬"', "CATALOG-UNIT", "unit"),
    ("settled_on = 2012-05-01", "settled_on = 2010-02-28", "AUDIT-DAY-ORDER", "settled_on"),
    ("ended_on = 2011-01-15\n", "", "AUDIT-PROJECT-ENDED", "ended_on"),
    ('state = "finished"', 'state = "running"', "AUDIT-PROJECT-ENDED", "ended_on"),
    ('state = "finished"', 'state = "paused"', "CATALOG-FIELD-CHOICE", "state"),
    ("as_of = 2011-02-01", "as_of = 2011-01-14", "AUDIT-DAY-ORDER", "as_of"),
    ('spent = "650.5"\namount_unit = "万元"', 'spent = "650.5"\namount_unit = "公顷"', "AUDIT-UNIT", "amount_unit"),
    ('spent = "650.5"', 'spent = "800.01"', "AUDIT-AMOUNT-MORE", "spent"),
    ('received = "800"', 'received = "1000.5"', "AUDIT-AMOUNT-MORE", "received"),
    ('spent = "650.5"', "spent = nan", "CATALOG-FIELD-TYPE", "spent"),
    ("end = 2011-01-01\nreceivable", "end = 2009-12-31\nreceivable", "AUDIT-DAY-ORDER", "end"),
    ('collected = "60"', 'collected = "91"', "AUDIT-AMOUNT-MORE", "collected"),
    ('side = "defendant"', 'side = "judge"', "CATALOG-FIELD-CHOICE", "side"),
    ('decided = "撤诉"\n', "", "CATALOG-FIELD-MISSING", "decided"),
    ("closed_on = 2011-05-01", "closed_on = 2010-04-30", "AUDIT-DAY-ORDER", "closed_on"),
    ('event = "e1"', 'event = "e9"', "AUDIT-LINK", "event"),
    ('region = "513300"\ndocument = "报告"', 'region = "110000"\ndocument = "报告"', "AUDIT-REGION", "region"),
    ('treated = "1.5"', 'treated = "6.5"', "AUDIT-AMOUNT-MORE", "treated"),
    ('term = "head"\nrole', 'term = "secretary"\nrole', "AUDIT-LINK", "term"),  # not audited
    ("on = 2010-11-20", "on = 2010-11-15", "AUDIT-DAY-ORDER", "on"),  # before the term ended
    ('role = "out"', 'role = "outgoing"', "CATALOG-FIELD-CHOICE", "role"),
    ('grounds = "重复"\n', "", "CATALOG-FIELD-MISSING", "grounds"),
    ('kind = "comment"\nof', 'kind = "step"\nof', "CATALOG-FIELD-CHOICE", "kind"),
    ('owed_by = "矿业公司"', 'ower = "矿业公司"', "CATALOG-FIELD-UNKNOWN", "ower"),
]


@pytest.mark.parametrize(("old", "new", "code", "column"), FAULTS, ids=[f"{n}-{c}-{k}" for n, (_, _, c, k) in enumerate(FAULTS)])
def test_one_fault(tmp_path: Path, book: Book, old: str, new: str, code: str, column: str) -> None:
    _, found = looked(tmp_path / "t", book, (old, new))
    told = [(f.place.file, f.place.column) for f in found if f.code == code]
    assert ("records/all.toml", column) in told


def test_faults_are_told_all_at_once(tmp_path: Path, book: Book) -> None:
    changes = [(old, new) for old, new, _, column in FAULTS if column in ("answered_on", "sense", "kind", "side", "event")]
    kept = [c for n, c in enumerate(changes) if c[0] not in [d[0] for d in changes[:n]] and c[1]]
    assert len(looked(tmp_path / "t", book, *kept)[1]) >= len(kept)


# ---- signatures


def named(out: str = "张三", into: str = "李四") -> str:
    """The tenure with the names of who hands over and who takes over."""
    with_out = TENURE.replace('id = "head"\n', f'id = "head"\nname = "{out}"\n')
    return with_out.replace('id = "acting"\n', f'id = "acting"\nname = "{into}"\n')


@pytest.mark.parametrize(
    ("role", "name", "code"),
    [
        ("out", "张三", ""), ("out", "张 三", ""), ("out", "李四", "AUDIT-SIGN-NAME"), ("in", "李四", ""),
        ("in", "张三", "AUDIT-SIGN-NAME"), ("witness", "王五", ""), ("witness", "李四", "AUDIT-SIGN-WITNESS"),
    ],
)  # fmt: skip
def test_who_signs(tmp_path: Path, book: Book, role: str, name: str, code: str) -> None:
    change_of = ('role = "out"\nname = "张三"', f'role = "{role}"\nname = "{name}"')
    found = looked(tmp_path / "t", book, change_of, tenure=named())[1]
    assert [f.code for f in found] == ([code] if code else [])


def test_nobody_signs_twice_but_a_refusal_can_be_followed_by_a_signature(tmp_path: Path, book: Book) -> None:
    again = OPEN[OPEN.index("[[signature]]") : OPEN.index("[[withdraw]]")].replace("N-1", "N-2")
    told = looked(tmp_path / "a", book, ("[[withdraw]]", f"{again}[[withdraw]]"))[1]
    assert [(f.code, f.place.column) for f in told] == [("AUDIT-TWICE", "role")]
    refused = again.replace('code = "1234-5678-9abc"', 'refused = "数字有误"')
    assert looked(tmp_path / "b", book, ("[[withdraw]]", f"{refused}[[withdraw]]"))[1] == []


# ---- withdrawals


@pytest.mark.parametrize(
    ("kind", "name", "by"),
    [("evidence_form", "E-1", ("event e1", "paper P-1", "target G-1")), ("paper", "P-1", ("problem Q-1",)),
     ("problem", "Q-1", ("suggestion S-1", "transfer TR-1")), ("comment", "C-1", ()), ("incident", "I-1", ())],
)  # fmt: skip
def test_nothing_is_withdrawn_that_others_rest_on(tmp_path: Path, book: Book, kind: str, name: str, by: tuple[str, ...]) -> None:
    change_of = ('kind = "comment"\nof = "C-1"', f'kind = "{kind}"\nof = "{name}"')
    found = looked(tmp_path / "t", book, change_of)[1]
    assert [f.code for f in found] == (["AUDIT-WITHDRAW-USED"] if by else [])
    assert {user for f in found for user in f.expected.split(", ")} == set(by)


# ---- on a day


@pytest.mark.parametrize(
    ("day", "found", "slow"),
    [(date(2010, 4, 1), "later", False), (date(2010, 4, 2), "open", False), (date(2010, 10, 31), "open", False),
     (date(2010, 11, 1), "open", True), (date(2011, 1, 15), "open", True), (date(2011, 1, 16), "over", False)],
)  # fmt: skip
def test_a_project_on_the_days_around_its_own(day: date, found: str, slow: bool) -> None:
    """Begun on 1 April, to be finished by 31 October, finished on 15 January: days begin at 00:00."""
    project = Project(
        "J-1", "n", "u", "d", date(2010, 4, 1), date(2010, 10, 31), "finished", date(2011, 2, 1), ended_on=date(2011, 1, 15)
    )
    assert (status(project, day), late(project, day)) == (found, slow)
