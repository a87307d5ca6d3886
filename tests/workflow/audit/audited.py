"""An engagement over two closed years of the sample city, made once for all tests by the one command, with its pack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from gep.cli import app
from tests.ready import Ready
from tests.workflow.audit.engaged import LEAD, closed_city, tenure_folder

TENURE = """schema = 1
id = "upper"
zh = "示例任期"
en = "Example tenure"
region = "990121"
audited = ["head"]
profile = "sample"
scheme = "assets"
evaluation = "county-example"
zone = "key_ecological"
started = 2018-05-04
document = "示例文件（虚构）"
illustrative = true

[[subject]]
id = "head"
zh = "县长"
en = "County head"
kind = "government"
start = 2016-07-01
end = 2017-10-01

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
LOOKED_INTO = ("tasks", "land_law", "resource_law", "pollution_law", "decision_rules", "inspection", "fund_rules", "other_duties")
RECORDS = """
[[evidence_form]]
id = "E-1"
auditee = "示例局"
matter = "耕地占用"
facts = "占用耕地"
figures = ["asset_account/990121/2017/LA-01/R31/C02/human"]
attachments = [["approval.txt", 2]]
auditor = "审计员乙"
made_on = 2018-05-10

[[problem]]
id = "Q-1"
report = "1.1"
issue = "补充耕地未完成"
carried_from = "earlier"
unit = "示例局"
first = "现任县长"
kind = "phased"
due = 2018-12-31
found_on = 2018-05-11

[[assigned]]
id = "A-1"
region = "990121"
table = "LQ-01"
row = "R31"
key = "lq01:G09"
term = "head"
part = "historical"
amount = "15"
unit = "亩"
evidence = "E-1"

[[scored_event]]
id = "C-1"
type = "illegal_land"
severity = "general"
day = 2017-03-01
attribution = "local_human"
what = "未批先占"
evidence = ["E-1"]

[[report]]
id = "R-1"
document = "示例公报"
figure = "asset_account/990121/2017/LA-01/R40/C02/-"
amount = "1.00"
unit = "公顷"
""" + "".join(
    f'\n[[entry]]\nid = "N-{item}"\nitem = "{item}"\nvalue = "{value}"\ndocument = "示例底稿"\n'
    for item, value in [*((name, "examined") for name in LOOKED_INTO), ("plan_review", "met"), ("fees", "98.5")]
)


def told(*words: object) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*map(str, words), "--json"])
    assert isinstance(done.exception, SystemExit | None), done.output
    return dict(json.loads(done.stdout))


def audited_city(ready: Ready) -> tuple[Path, dict[str, Any]]:
    """The folder with the files of the tenure (`t`) and the engagement (`e`), papers in Chinese, and what the command said."""

    def make(folder: Path) -> dict[str, Any]:
        tenure = tenure_folder(folder / "t", TENURE, RECORDS)
        for name in ("events.csv", "observations.csv"):  # of another book
            (tenure.parent / name).unlink()
        book = closed_city(ready)
        return told("audit", book.root, tenure, "-o", folder / "e", "--as", LEAD, "--lang", "zh")

    return ready.made("city-audited", make)
