"""A hundred texts that try to be markup, script or formula are texts in the page, wherever they stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from playwright.sync_api import expect

from gep.base.records import Names
from gep.report.form import Column, Line, text
from gep.report.statement import Chart
from gep.report.web import web
from tests.browser.conftest import Open
from tests.report.web_statement import form, statement, trails

BEGINNINGS = (
    "<script>{x}</script>", "</script><script>{x}</script>", "<img src=x onerror={x}>", "<svg onload={x}>", "<svg><script>{x}</script></svg>",
    "<iframe srcdoc='<script>{x}</script>'>", "<a href=javascript:{x}>a</a>", "javascript:{x}", "<math><mtext><img src=x onerror={x}>",
    "<body onload={x}>", "<details open ontoggle={x}>", "<style>@import 'x'</style>", "<base href=//x>", "<meta http-equiv=refresh content=0>",
    "<link rel=stylesheet href=//x>", "<object data=x>", "<template><script>{x}</script></template>", "]]><script>{x}</script>",
    "--><script>{x}</script>", "<!--<script>{x}</script>", "'\"><script>{x}</script>", "{{ {x} }}", "{% raw %}{x}", "${{{x}}}", "`${{{x}}}`",
    "=cmd|'/c calc'!A1", "+1+1", "-1-1", "@SUM(1)", "\t=1+1", "\u202e<script>{x}</script>", "\u2028{x}\u2029", "&lt;script&gt;{x}", "&#60;script>",
    "\\u003cscript>{x}", "%3Cscript%3E{x}", "#figure=x&cell=y", "__proto__", "constructor", "toString", "\ue000x\ue001", "\x00{x}", "😀",
    "a&b=c", "'; {x} //", '"; {x} //', "*/ {x} /*", "</style><script>{x}</script>", "</title><script>{x}</script>", "<plaintext>",
)  # fmt: skip
CALLS = ("window.hacked=1", "alert(1)")
HOSTILE = [beginning.replace("{x}", call) for beginning in BEGINNINGS for call in CALLS]


def test_a_hundred_hostile_texts_are_inert(tmp_path: Path, opened: Open) -> None:
    assert len(HOSTILE) == 100
    path = tmp_path / "page.html"
    lines = tuple(
        Line(f"{bad}{n}", (text(bad), text(bad, f"en {bad}"), *form().lines[n % 3].cells[1:])) for n, bad in enumerate(HOSTILE)
    )
    columns = (
        Column("name", Names(HOSTILE[0], HOSTILE[1]), "label"),
        Column("t", Names(HOSTILE[2], HOSTILE[3]), "text"),
        form().columns[1],
    )
    names = Names(HOSTILE[4], HOSTILE[5])
    notes = tuple(Names(bad, bad) for bad in HOSTILE)
    table = replace(
        form(), names=names, columns=columns, lines=lines, notes=notes, checks=notes, department=HOSTILE[6], number=HOSTILE[8]
    )
    drawn = "".join(f"<text>{n}</text>" for n in range(3))
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50" onload="window.hacked=1"><script>window.hacked=1</script>'
        '<foreignObject><img src="x" onerror="window.hacked=1"/></foreignObject><image href="http://example.invalid/x.png"/>'
        f'<a href="javascript:window.hacked=1"><rect width="9" height="9" style="fill:url(http://example.invalid)"/></a>{drawn}</svg>'
    )
    chart = Chart("c", "d", names, names, (), ("T2",), Names(HOSTILE[10], HOSTILE[11]))
    for bad in ("".join(HOSTILE[:60]), HOSTILE[2]):
        given = statement(table, charts=(chart,), region=Names(bad, bad))
        path.write_bytes(web(given, trails(bad, bad), draw=lambda c, lang: svg))
        page = opened(path, attacked=True)
        page.locator(".drawing rect").first.dispatch_event("click")
        page.click("#contents a >> nth=-1")
        expect(page.locator("#view tbody tr").first).to_be_visible()
        assert page.locator("#view tbody tr").count() == len(HOSTILE)
        for number in (1, 2):
            page.locator("#view td .fig").nth(number).click()
            page.wait_for_selector("#panel summary")
            page.evaluate("document.querySelectorAll('#panel details').forEach((d) => { d.open = true })")
            page.wait_for_timeout(100)
            page.evaluate("document.querySelectorAll('#panel details').forEach((d) => { d.open = true })")
            page.keyboard.press("Escape")
        page.fill("#search", "script")
        page.click("#language")
        assert page.evaluate("window.hacked") is None
        made = page.evaluate(
            """() => [...document.querySelectorAll("iframe, object, embed, link, base, img, image, foreignObject, template, plaintext, body script")]
                 .filter((e) => !(e.localName === "script" && e.closest("body") === e.parentElement)).length"""
        )
        assert made == 0
        assert page.locator("#view td.text").first.inner_text().strip() != ""
        assert (
            page.evaluate(
                "[...document.querySelectorAll('body *')].some((e) => [...e.attributes].some((a) => /^on/i.test(a.name)))"
            )
            is False
        )


def test_addresses_in_the_place_of_a_link_are_texts(tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(web(statement(), trails()))
    for bad in ("<img src=x onerror=window.hacked=1>", "%E0%A4%A", "__proto__", "javascript:window.hacked=1"):
        page = opened(path, f"#figure={bad}")
        assert page.evaluate("window.hacked") is None
        assert page.locator("#panel img").count() == 0
