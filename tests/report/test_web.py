"""The page is one file that asks nobody for anything, the same bytes each time, and holds nothing that the edition hides."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from gep.base.findings import Refused
from gep.base.records import Names
from gep.report.form import Cell
from gep.report.statement import Chart
from gep.report.web import DRAWN, web
from gep.report.web_words import WORDS
from tests.report.web_statement import LOWER, SCOPE, WITHHELD, WITHHELD_CELL, blocks, boot, form, statement, stored, trails

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}\u2028'\""


def test_the_same_statement_gives_the_same_bytes() -> None:
    assert web(statement(), trails()) == web(statement(), trails())


def test_nothing_outside_the_file_is_named() -> None:
    page = web(statement(), trails()).decode("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "unsafe-inline" not in policy[1].split("style-src")[0]  # the one script runs by its hash
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert not re.search(r"url\((?!#)|@import", page.split("<style>")[1].split("</style>")[0])
    # names of namespaces and of attributes of SVG are compared, never fetched
    assert set(re.findall(r"https?://[^\s\"'<)]+", page)) <= {
        "http://www.w3.org/1998/Math/MathML",
        "http://www.w3.org/1999/xlink",
    }
    assert "fetch(" not in page
    assert "innerHTML" not in page


def test_the_policy_comes_before_anything_a_template_says(tmp_path: Path) -> None:
    (tmp_path / "statement").mkdir()
    (tmp_path / "statement" / "page.html.j2").write_text(
        "</head><body>ours {{ title }} {{ data }}</body></html>", encoding="utf-8"
    )
    page = web(statement(), trails(), folders=[tmp_path]).decode("utf-8")
    assert "ours 示例县 2020 年" in page
    assert page.index("Content-Security-Policy") < page.index("ours")
    assert set(blocks(page.encode())) == {"p0", "n0", "n1", "tables"}


def test_a_template_that_leaves_the_data_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "statement").mkdir()
    (tmp_path / "statement" / "page.html.j2").write_text("<title>{{ title }}</title>", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        web(statement(), trails(), folders=[tmp_path])
    assert [f.code for f in refused.value.findings] == ["TEMPLATE-WITHOUT-DATA"]
    assert "{{ data }}" in refused.value.findings[0].text("en") + refused.value.findings[0].mend("en")


def test_a_style_of_the_book_cannot_end_its_element(tmp_path: Path) -> None:
    (tmp_path / "statement").mkdir()
    (tmp_path / "statement" / "page.css").write_text("body{color:red}</style><script>alert(1)</script>", encoding="utf-8")
    page = web(statement(), trails(), folders=[tmp_path]).decode("utf-8")
    assert "body{color:red}" in page
    assert page.count("</style>") == 1
    assert page.index("<script>alert(1)") < page.index("</style>"), "it is text of the style, no element"


def test_texts_of_the_data_are_inert_in_the_frame() -> None:
    page = web(statement(form(name=HOSTILE), region=Names(HOSTILE, HOSTILE)), trails(HOSTILE, HOSTILE))
    assert page.count(b"alert(1)") <= 6  # as text of the title, twice, and as JSON
    assert b"<script>alert" not in page
    assert b"<img" not in page
    assert boot(page)["parts"][0]["names"] == HOSTILE
    assert blocks(page)["p0"]["forms"][0]["names"][0] == HOSTILE


def test_what_the_page_begins_with() -> None:
    made = boot(web(statement(), trails(), lang="en"))
    assert made["lang"] == "en"
    assert made["parts"] == [
        {
            "region": "9901",
            "names": ["示例县", "Example county"],
            "year": 2020,
            "vintage": 7,
            "state": "preliminary",
            "block": "p0",
        }
    ]
    assert made["head"]["steps"] == [["final", "张三", "2026-01-03"]]
    assert made["nodes"][0][1] == 0
    assert made["nodes"][-1][2] == 6
    assert [b[2] for b in made["nodes"][:-1]] == [b[1] for b in made["nodes"][1:]], "blocks follow each other"
    assert all(len(names) == 2 and all(names) for names in WORDS.values())


def test_a_cell_says_what_it_prints_and_what_it_is_made_of() -> None:
    page = web(statement(), trails())
    part = blocks(page)["p0"]
    upper, lower, total = (line[3][1] for line in part["forms"][0]["lines"])
    assert upper == [2, "20000.00", "", [0]]  # nothing was rounded away, so the exact amount is not said twice
    assert lower == [2, "31415.93", WITHHELD, [1]]
    assert total == [2, "51415.93", "51415.9265", [2], [0, [[1, 0, 1], [1, 1, 1]]]]
    assert part["figures"][0] == [
        "value_account/9901/2020/upper/-/-/-/zone=-/profile=p@7",
        [1],
        [["合同.pdf", "cd" * 32, "采购价"]],
    ]
    assert part["paragraphs"][0][2] == [[[["总值为", "The total is "], []], [["51,415.93 元", "51,415.93 CNY"], [2]]]]


def test_nodes_come_back_as_they_were() -> None:
    given = trails()
    page = web(statement(), given)
    data, tables = blocks(page), blocks(page)["tables"]
    seen = []
    for name, first, last in boot(page)["nodes"]:
        columns = data[name]
        what = 0
        for i in range(last - first):
            what += columns[1][i]
            seen.append((columns[0][i], what, columns[3][i], [first + i + d for d in columns[8][i]]))
    assert seen == [(k.kind, k.what, k.amount, list(k.below)) for k in given.graph.knots]
    assert tables["whats"][3] == ["measure", ["上游产量", "en 上游产量"], "a"]


# --- the public edition


def test_a_suppressed_figure_stands_nowhere_in_the_file() -> None:
    hidden = Cell("suppressed", figures=(stored(LOWER, WITHHELD),))
    page = web(statement(form(hidden), edition="public"), trails(note="秘密备注"), hidden=frozenset({LOWER}))
    everything = json.dumps(blocks(page), ensure_ascii=False) + page.decode("utf-8")
    for secret in (WITHHELD, WITHHELD.rstrip("0"), WITHHELD_CELL, "31,415", "31415", "秘密备注"):
        assert secret not in everything
    assert "20000" in everything
    assert "farm.csv" in everything  # the file stays
    assert "price_of_rice" in everything
    states = blocks(page)["tables"]["states"]
    assert "suppressed" in states


def test_the_same_figure_is_there_in_the_internal_edition() -> None:
    everything = json.dumps(blocks(web(statement(), trails())), ensure_ascii=False)
    assert WITHHELD in everything
    assert WITHHELD_CELL in everything


# --- charts


def chart(name: str = "c1") -> Chart:
    return Chart(name, "composition", Names("构成", "Composition"), Names("元", "CNY"), (), ("T2",), Names("说明", "In words"))


def test_charts_are_drawn_in_both_languages() -> None:
    page = web(statement(charts=(chart(),)), trails(), draw=lambda c, lang: f"<svg>{c.id} {lang}</svg>")
    assert blocks(page)["p0"]["charts"] == [
        {
            "id": "c1",
            "names": ["构成", "Composition"],
            "alt": ["说明", "In words"],
            "forms": ["T2"],
            "svg": ["<svg>c1 zh</svg>", "<svg>c1 en</svg>"],
        }
    ]


def test_charts_of_earlier_years_and_of_many_regions_are_told_in_words() -> None:
    whole = statement(charts=(chart(),))
    part = whole.parts[0]
    others = [replace(part, scope=replace(SCOPE, region=f"99{n:02}")) for n in range(DRAWN + 2)]
    before = replace(part, scope=replace(SCOPE, year=2019))
    page = web(replace(whole, parts=(part, before, *others)), trails(), draw=lambda c, lang: "<svg/>")
    made = [("svg" in block["charts"][0]) for name, block in blocks(page).items() if name.startswith("p")]
    assert made == [True, False, *([True] * (DRAWN - 1)), *([False] * 3)]
