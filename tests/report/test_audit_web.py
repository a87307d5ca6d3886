"""The page of an audit is one file that asks nobody for anything; every ledger and paragraph stands in it, with its trail."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from gep.base.findings import Refused
from gep.base.records import Names
from gep.explain.graph import Trails
from gep.report.audit import AuditPaper
from gep.report.audit_web import REPORT, audit_web, words
from tests.report import audit_papers as made
from tests.report import web_statement
from tests.report.web_statement import blocks, boot

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}\u2028'\""


def trails() -> Trails:
    """One figure of the paper rests on a calculation; the others are not known."""
    held = web_statement.trails()
    return replace(held, starts={made.ARABLE.address: (1,)}, documents={})


def page(paper: AuditPaper | None = None, **more: object) -> bytes:
    return audit_web(paper or made.paper(), trails(), **more)  # type: ignore[arg-type]


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert page() == page()


def test_nothing_outside_the_file_is_named() -> None:
    text = page().decode("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "unsafe-inline" not in policy[1].split("style-src")[0]  # the one script runs by its hash
    assert not re.search(r'(?:src|href)="(?!#)', text)
    assert not re.search(r"url\((?!#)|@import", text.split("<style>")[1].split("</style>")[0])
    assert set(re.findall(r"https?://[^\s\"'<)]+", text)) <= {
        "http://www.w3.org/1998/Math/MathML",
        "http://www.w3.org/1999/xlink",
    }
    assert "fetch(" not in text
    assert "innerHTML" not in text


def test_everything_of_the_paper_is_in_the_data() -> None:
    paper = made.paper()
    data, begins = blocks(page(paper))["p0"], boot(page(paper))
    assert [f["id"] for f in data["forms"]] == [*(f.id for f in paper.forms), "IX"]
    assert len(data["paragraphs"]) == len(paper.paragraphs)
    listed = [n for c in begins["chapters"] for _, items in c["points"] for _, n in items]
    assert sorted(listed) == list(range(len(paper.paragraphs)))
    assert sorted(f for c in begins["chapters"] for f in c["forms"]) == sorted(f["id"] for f in data["forms"])
    assert set(begins["sections"]) == {REPORT, *(c["key"] for c in begins["chapters"] if c["key"] != "IX")}


def test_every_number_is_that_of_the_ledgers() -> None:
    paper = made.paper()
    data = blocks(page(paper))["p0"]
    for form, held in zip(paper.forms, data["forms"], strict=False):
        for line, (_, _, _, cells) in zip(form.lines, held["lines"], strict=True):
            for n, cell in enumerate(line.cells):
                if cell.kind == "number":
                    raw = cells[n]
                    assert raw[1] == format(cell.shown, "f")
                    assert [data["figures"][i][0] for i in (raw[3] if len(raw) > 3 else [])] == [f.address for f in cell.figures]


def test_a_figure_leads_to_its_nodes_and_one_without_is_shown_all_the_same() -> None:
    figures = {address: nodes for address, nodes, *_ in blocks(page())["p0"]["figures"]}
    assert figures[made.ARABLE.address] == [1]
    assert figures[made.FOREST.address] == []


def test_what_the_page_says_of_the_audit() -> None:
    paper = made.paper()
    head = boot(page(paper))["head"]
    assert head["digest"] == paper.content
    assert head["anchors"] == [["journal", "ab" * 32], ["release 7", "cd" * 32]]
    assert head["holders"][0] == [["某上游县县长", "Head of Some Upper County"], "", "2020-07-01", "2022-03-01", 1, 0]
    assert head["draft"] is True
    assert paper.content in page(paper, content="").decode("utf-8").split("<footer>")[1]


def test_texts_are_inert_in_frame_and_data() -> None:
    text = page(made.everywhere(HOSTILE))
    assert b"<script>alert" not in text
    assert b"<img" not in text
    assert boot(text)["parts"][0]["names"] == HOSTILE
    assert HOSTILE in json.dumps(blocks(text)["p0"]["forms"], ensure_ascii=False).encode().decode("utf-8").replace('\\"', '"')


def test_a_frame_and_a_style_of_the_book_are_used_behind_the_policy(tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    folder.mkdir()
    (folder / "page.html.j2").write_text(
        "<style>{{ css }}</style></head><body>ours {{ title }} {{ data }}</body></html>", encoding="utf-8"
    )
    (folder / "page.css").write_text("body{color:red}</style><script>alert(1)</script>", encoding="utf-8")
    text = page(folders=[tmp_path]).decode("utf-8")
    assert "ours 某上游县县长离任审计" in text
    assert text.index("Content-Security-Policy") < text.index("ours")
    assert text.count("</style>") == 1


def test_a_template_that_leaves_the_data_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "page.html.j2").write_text("<title>{{ title }}</title>", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        page(folders=[tmp_path])
    assert [f.code for f in refused.value.findings] == ["TEMPLATE-WITHOUT-DATA"]


def test_a_frame_that_reaches_for_the_program_is_refused_and_a_script_in_it_never_runs(tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    folder.mkdir()
    frame = folder / "page.html.j2"
    frame.write_text("</head><body>\n{{ title.__class__.__mro__ }}{{ data }}</body>", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        page(folders=[tmp_path])
    (told,) = refused.value.findings
    assert told.place.text() == "local/templates/audit/page.html.j2:2"
    assert told.mend("zh")
    assert told.mend("en")
    frame.write_text("<script>hacked()</script></head><body onload=hacked()>{{ data }}</body>", encoding="utf-8")
    text = page(folders=[tmp_path]).decode("utf-8")
    assert text.index("script-src 'sha256-") < text.index("hacked")  # the policy comes first and knows one script by its hash


def test_charts_are_drawn_in_both_languages() -> None:
    data = blocks(page(made.paper(charts=[made.CHART]), draw=lambda c, lang: f"<svg>{c.id} {lang}</svg>"))["p0"]
    assert data["charts"][0]["svg"] == ["<svg>stocks zh</svg>", "<svg>stocks en</svg>"]
    told = boot(page(made.paper(charts=[made.CHART])))["chapters"]
    assert [c["key"] for c in told if c["charts"]] == ["comparison"]


def test_every_word_that_the_script_asks_for_is_there() -> None:
    shipped = Path(__file__).parents[2] / "templates"
    scripts = [*(shipped / "audit").glob("*.js"), *(shipped / "statement").glob("page*.js"), shipped / "audit/page.html.j2"]
    asked = {
        m for p in scripts for m in re.findall(r'\bw\("(\w+)"|data-w="(\w+)"|data-label="(\w+)"', p.read_text(encoding="utf-8"))
    }
    keys = {name for found in asked for name in found if name}
    assert keys - set(words()) == set()
    assert all(zh for zh, _ in words().values())


def test_it_opens_in_the_language_asked_for() -> None:
    text = page(lang="en").decode("utf-8")
    assert '<html lang="en">' in text
    assert "<title>Departure audit of the head of Some Upper County</title>" in text
    assert boot(text.encode())["lang"] == "en"
    assert boot(page(made.paper(names=Names("甲", "甲"))))["parts"][0]["names"] == "甲"
