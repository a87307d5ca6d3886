"""Closed books and a tenure, for the tests of engagements: Garze 2010, and two years of the sample city."""

from __future__ import annotations

from pathlib import Path

from gep.base.data import data_root
from gep.book import Book
from gep.workflow.audit.run import audit
from gep.workflow.conclude import conclude
from gep.workflow.export import export
from tests.ready import Ready

LEAD, AUDITOR, REVIEWER, READER = "组长甲", "审计员乙", "复核人丙", "查阅人丁"
GARZE = "garze-2010"
TENURE = """schema = 1
id = "garze-head"
zh = "示例任期"
en = "Example tenure"
region = "513300"
audited = ["head"]
started = 2023-05-04
document = "示例文件（虚构）"
illustrative = true

[methods]
"FT-01.V" = "INTERP"

[[subject]]
id = "head"
zh = "州长"
en = "Governor"
kind = "government"
start = 2010-02-01
end = 2010-11-16

[[subject]]
id = "acting"
zh = "主持工作"
en = "Acting governor"
kind = "government"
acting = true
start = 2010-11-16
end = 2011-01-01

[[subject]]
id = "governor-2011"
zh = "州长"
en = "Governor"
kind = "government"
name = "现任州长"
start = 2011-01-01
end = 2030-01-01

[[subject]]
id = "secretary"
zh = "州委书记"
en = "Party secretary"
kind = "party"
start = 2009-06-01
end = 2012-03-01

[[team]]
who = "组长甲"
role = "lead"
[[team]]
who = "审计员乙"
role = "auditor"
[[team]]
who = "复核人丙"
role = "reviewer"
[[team]]
who = "查阅人丁"
role = "reader"
"""
EVENTS = """id,region,table,row,key,amount,unit,decision,effect,decided_by,attribution,document,evidence,note
e1,513300,LA-01,R31,la01:C02,12.5,亩,2010-03-01,2010-06-01,head,local_human,示例批文,E-1,
"""
OBSERVATIONS = """region,table,row,key,day,amount,unit,document
513300,LA-01,R40,la01:C02,2010-11-16,980.25,hm2,示例图斑库
"""
RECORDS = """
[[evidence_form]]
id = "E-1"
auditee = "示例州自然资源局"
matter = "耕地占用"
facts = "占用 12.5 亩"
figures = ["value_account/513300/2010/water_retention"]
attachments = [["approval.txt", 2]]
auditor = "审计员乙"
made_on = 2023-05-10
opinion = "属实"
paper = "P-1"

[[evidence_form]]
id = "E-2"
auditee = "示例州自然资源局"
matter = "补充耕地"
facts = "未补充"
figures = []
auditor = "审计员乙"
made_on = 2023-05-11
refused = "对面积有异议，拒绝签章"

[[paper]]
id = "P-1"
matter = "耕地占用"
procedure = "核对批文与图斑"
facts = "占用 12.5 亩，有批文"
standard = "示例标准第一条"
conclusion = "手续齐全"
evidence = ["E-1", "E-2"]
preparer = "审计员乙"
made_on = 2023-05-12
reviewer = "复核人丙"
review = "同意"
reviewed_on = 2023-05-13
area = "laws"

[[problem]]
id = "Q-1"
report = "1.1"
issue = "补充耕地未完成"
paper = "P-1"
unit = "示例州自然资源局"
person = "局长"
first = "现任州长"
kind = "phased"
due = 2023-12-31
amount = "12.5"
amount_unit = "亩"
responsibility = "leadership"
grounds = "监督不到位"
subject = "head"

[[step]]
problem = "Q-1"
state = "IN_PROGRESS"
by = "自然资源局甲"
on = 2023-07-01
done = "4.50"

[[comment]]
id = "C-1"
about = "Q-1"
by = "州政府"
made_on = 2023-06-20
text = "面积应为 12.0 亩"
accepted = false
reply = "图斑面积为准"
replied_by = "组长甲"
"""


def closed_garze(ready: Ready) -> Book:
    """The book of Garze, run and closed; to be read only."""

    def make(folder: Path) -> None:
        book = ready.copy(ready.book(GARZE, "all"), folder / "book")
        conclude(book, data_root() / "ledgers" / "books" / GARZE, (2010,))

    folder, _ = ready.made("garze-closed", make)
    return Book(folder / "book")


def garze_pack(ready: Ready) -> Path:
    """An evidence pack of the closed book; to be read only."""
    book = closed_garze(ready)
    folder, _ = ready.made("garze-closed-pack", lambda folder: export(book, folder / "pack", evidence=True).digest)
    return folder / "pack"


def closed_city(ready: Ready) -> Book:
    """The two-year sample city, closed by the people of its file; to be read only."""

    def make(folder: Path) -> None:
        book = ready.copy(ready.book("sample-city", "2016-2017"), folder / "book")
        conclude(book, data_root() / "ledgers" / "books" / "sample-city", (2016, 2017))

    folder, _ = ready.made("city-closed-2016-2017", make)
    return Book(folder / "book")


def tenure_folder(folder: Path, tenure: str = TENURE, records: str = RECORDS) -> Path:
    """A tenure with everything beside it; the path of its file."""
    (folder / "records").mkdir(parents=True)
    (folder / "evidence").mkdir()
    (folder / "tenure.toml").write_text(tenure, encoding="utf-8")
    (folder / "events.csv").write_text(EVENTS, encoding="utf-8")
    (folder / "observations.csv").write_text(OBSERVATIONS, encoding="utf-8")
    (folder / "records" / "all.toml").write_text(records, encoding="utf-8")
    (folder / "evidence" / "approval.txt").write_text("示例批文", encoding="utf-8")
    return folder / "tenure.toml"


def garze_engagement(ready: Ready) -> Path:
    """A folder with the files of a tenure (`t`) and an engagement made of them over the closed book (`e`); to be read only."""

    def make(folder: Path) -> None:
        audit(closed_garze(ready).root, tenure_folder(folder / "t"), folder / "e", who=LEAD)

    return ready.made("garze-engagement", make)[0]


def change(path: Path, old: str, new: str) -> None:
    """Put other words into a file; a test that means to change something does."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
