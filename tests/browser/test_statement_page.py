"""The browsable report in Chromium: find a figure, open what it rests on, with keys, on a phone, on paper, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Open

AT = "#513300/2010/"


def heading(page: Page) -> str:
    return page.locator("#view h2").first.inner_text()


def test_the_overview_shows_gep_and_leads_to_every_form(garze: Path, opened: Open) -> None:
    page = opened(garze)
    expect(page.locator("h1")).to_contain_text("甘孜藏族自治州 2010 年")
    expect(page.locator(".cards")).to_contain_text("生态产品总值")
    expect(page.locator(".cards .fig").first).to_have_text(re.compile(r"^\d,\d{3}\.\d\d$"))
    links = [a.get_attribute("href") or "" for a in page.locator("#contents a").all()]
    assert len(links) > 10
    for link in links:
        page.evaluate("link => { location.hash = link }", link)
        page.wait_for_function(
            "link => document.querySelector('#contents [aria-current]')?.getAttribute('href') === link", arg=link
        )
        assert page.locator("#view h2, #view h3").count() > 0


def test_the_printed_figures_stand_beside_the_computed_ones(garze: Path, opened: Open) -> None:
    page = opened(garze, f"{AT}P1")
    assert heading(page).startswith("P1")
    assert page.locator("#view .fig").count() > 10


def test_a_figure_opens_down_to_the_returned_cell(garze: Path, opened: Open) -> None:
    page = opened(garze, f"{AT}T2")
    page.locator("tr", has_text="农业用水").locator("td .fig").last.click()
    page.locator("#panel .made .fig").first.click()  # its share is of its value
    panel = page.locator("#panel")
    expect(panel).to_be_visible()
    expect(panel.locator("math").first).to_be_visible()
    expect(panel).to_contain_text("value.water_supply@1")
    expect(panel).to_contain_text("17.31 亿立方米 × 0.07 元/立方米")
    panel.locator("summary", has_text="quantity").first.click()
    expect(panel).to_contain_text("water.csv, 第 4 行")
    expect(panel).to_contain_text("水利局")
    expect(panel.locator("code", has_text=re.compile("^[0-9a-f]{64}$")).first).to_be_visible()
    panel.locator("summary", has_text="price").first.click()
    expect(panel).to_contain_text("water_tariff")


def test_figures_of_every_form_open_an_explanation(garze: Path, opened: Open) -> None:
    """Some of each form (all of them have a trail: tests/workflow/forms/test_trails.py), as fast as they can be clicked."""
    page = opened(garze, f"{AT}gep")
    told = page.evaluate(
        """async () => {
          const body = document.getElementById("panel-body");
          const told = { figures: 0, empty: [] };
          const until = async (done) => { for (let n = 0; n < 400 && !done(); n++) await new Promise((go) => setTimeout(go, 5)); };
          for (const section of ["gep", "index", "quality"]) {
            location.hash = `#513300/2010/${section}`;
            await until(() => document.querySelector("#contents [aria-current]")?.getAttribute("href") === location.hash);
            const figures = [...document.querySelectorAll("#view .fig")].filter((_, n) => n % 9 === 0);
            for (const fig of figures) {
              body.replaceChildren();
              fig.click();
              await until(() => body.querySelector("details, .made .fig"));
              told.figures += 1;
              if (!body.querySelector(".stored details, .made .fig")) told.empty.push(location.hash);
            }
          }
          return told;
        }"""
    )
    assert told["figures"] > 15
    assert told["empty"] == []


def test_a_link_to_a_figure_opens_it(garze: Path, opened: Open) -> None:
    page = opened(garze)
    page.locator(".cards .fig").first.click()
    address = page.locator("#panel .stored code").first.inner_text()
    assert address.startswith("green_gold_index/513300/2010/")
    page = opened(garze, f"#figure={address}")
    expect(page.locator("#panel")).to_be_visible()
    expect(page.locator("#panel")).to_contain_text(address)


def test_a_link_to_what_is_not_there_says_so(garze: Path, opened: Open) -> None:
    page = opened(garze, "#figure=value_account/513300/2010/nothing@1")
    expect(page.locator("#panel")).to_contain_text("value_account/513300/2010/nothing@1")


def test_columns_are_sorted_by_number_and_back(garze: Path, opened: Open) -> None:
    page = opened(garze, f"{AT}T2")

    def lines() -> list[str]:
        return page.locator("#view tbody tr:not([hidden])").evaluate_all("rows => rows.map((r) => r.dataset.l)")

    before = lines()
    button = page.locator("#view thead .sort", has_text="价值").last
    head = page.locator("#view thead th", has=page.locator(".sort", has_text="价值")).last
    column = button.get_attribute("data-c")
    button.click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#live")).to_contain_text("升序")
    cells = page.locator("#view tbody tr:not(.total):not([hidden])").evaluate_all(
        "(rows, c) => rows.map((r) => r.cells[c].textContent.replace(/,/g, '').replace('\u2212', '-'))", int(column or 0)
    )
    numbers = [float(x) for x in cells if re.fullmatch(r"-?[\d.]+", x)]
    assert numbers == sorted(numbers)
    assert len(numbers) > 5
    assert page.locator("#view tbody tr").last.get_attribute("class") == "total"
    button.click()
    expect(head).to_have_attribute("aria-sort", "descending")
    button.click()
    expect(head).to_have_attribute("aria-sort", "none")
    assert lines() == before


@pytest.mark.parametrize(
    ("wanted", "kind"), [("水源涵养", "行"), ("water_retention", "行"), ("T5", "表"), ("gep_total/513300", "地址")]
)
def test_search_finds_lines_forms_and_addresses(garze: Path, opened: Open, wanted: str, kind: str) -> None:
    page = opened(garze)
    page.fill("#search", wanted)
    found = page.locator("#results li", has=page.locator(".kind", has_text=re.compile(f"^{kind}$")))
    assert found.count() > 0
    found.first.locator("a").click()
    if kind == "行":
        expect(page.locator("tr.found")).to_be_visible()
    if kind == "地址":
        expect(page.locator("#panel")).to_be_visible()


def test_search_finds_parameters_and_finding_codes(garze: Path, opened: Open) -> None:
    page = opened(garze)
    for wanted, kind in (("water_tariff", "内容"), ("CATALOG", "内容")):
        page.fill("#search", wanted)
        expect(page.locator("#results .kind", has_text=kind).first).to_be_visible()
    page.fill("#search", "zzzz")
    expect(page.locator("#results")).to_contain_text("没有找到")


def test_the_language_changes_everything_but_addresses(garze: Path, opened: Open) -> None:
    page = opened(garze, f"{AT}T2")
    page.click("#language")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_contain_text("Garze Tibetan Autonomous Prefecture 2010")
    expect(page.locator("#contents")).to_contain_text("Gross ecosystem product")
    chrome = page.locator("header, nav, #view thead").all_inner_texts()
    assert not re.search(r"[\u4e00-\u9fff]", "".join(chrome).replace("中文", ""))
    page.click("#language")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


# --- keys


def test_with_keys_alone_a_figure_is_reached_opened_and_left(garze: Path, opened: Open) -> None:
    page = opened(garze, f"{AT}T2")
    page.keyboard.press("Tab")
    expect(page.locator("#skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('fig')"):
            break
    first = page.evaluate("[document.activeElement.dataset.l, document.activeElement.dataset.c].join()")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("[document.activeElement.dataset.l, document.activeElement.dataset.c].join()") != first
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_visible()
    assert page.evaluate("document.getElementById('panel').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).not_to_be_visible()
    assert page.evaluate("document.activeElement.classList.contains('fig')")


def test_every_figure_can_have_the_focus_and_one_of_a_table_is_in_the_order_of_tab(garze: Path, opened: Open) -> None:
    page = opened(garze, f"{AT}gep")
    assert page.evaluate(
        "[...document.querySelectorAll('.fig')].every((f) => { f.focus(); return document.activeElement === f; })"
    )
    counts = page.evaluate(
        "[...document.querySelectorAll('#view table')].map((t) => [t.querySelectorAll('.fig[tabindex=\"0\"]').length, t.querySelectorAll('.fig').length])"
    )
    assert all(stops == min(1, figures) for stops, figures in counts)


def test_the_back_button_closes_the_explanation(garze: Path, opened: Open) -> None:
    page = opened(garze, f"{AT}T2")
    page.locator("#view .fig").first.click()
    expect(page.locator("#panel")).to_be_visible()
    page.go_back()
    expect(page.locator("#panel")).not_to_be_visible()
    assert heading(page).startswith("T2")


# --- looks


@pytest.mark.parametrize(("view", "size"), [("", DESK), ("T2 open", DESK), ("annex", DESK), ("", PHONE), ("T2 open", PHONE)])
def test_nothing_serious_is_found_by_the_accessibility_checker(
    garze: Path, opened: Open, view: str, size: dict[str, int]
) -> None:
    page = opened(garze, AT + view.split(" ", maxsplit=1)[0], size)
    if "open" in view:
        page.locator("#view .fig").nth(5).click()
        page.wait_for_selector("#panel summary")
        page.evaluate("document.querySelectorAll('#panel details').forEach((d) => { d.open = true })")
        page.wait_for_timeout(200)
    found = Axe().run(page).response["violations"]
    told = [f"{v['id']} {v['impact']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in ("serious", "critical")]
    assert told == []


@pytest.mark.parametrize("view", ["", "T2", "quality", "annex"])
def test_a_phone_shows_everything_and_only_tables_scroll(garze: Path, opened: Open, view: str) -> None:
    page = opened(garze, AT + view, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    cut = page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((e) => !e.closest(".box, .drawing, .unseen, .skip, dialog, svg")
             && e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert cut == []
    boxes = page.locator("#view .box")
    if boxes.count():
        assert boxes.first.evaluate("b => getComputedStyle(b).overflowX") == "auto"


def test_paper_has_the_tables_and_no_tools(garze: Path, opened: Open) -> None:
    page = opened(garze, f"{AT}T2")
    page.emulate_media(media="print")
    for hidden in (".tools", "nav", ".keys"):
        expect(page.locator(hidden)).not_to_be_visible()
    expect(page.locator("#view table")).to_be_visible()
    assert page.locator("#view thead").evaluate("t => getComputedStyle(t).display") == "table-header-group"
    assert page.locator("#view .box").evaluate("b => b.scrollWidth <= b.clientWidth + 1")
    data = page.pdf(format="A4", prefer_css_page_size=True)
    assert data.startswith(b"%PDF")


def test_tables_say_what_they_are(garze: Path, opened: Open) -> None:
    page = opened(garze, f"{AT}T2")
    expect(page.locator("#view caption")).to_contain_text("T2")
    assert page.locator("#view thead th:not([scope])").count() == 0
    assert page.locator("#view tbody tr").count() == page.locator("#view tbody th[scope=row]").count()
    numbers = page.locator("#view td.n").first
    assert numbers.evaluate("t => getComputedStyle(t).textAlign") == "right"
    assert "tabular-nums" in numbers.evaluate("t => getComputedStyle(t).fontVariantNumeric")
    assert page.locator("#view thead").evaluate("t => getComputedStyle(t).position") == "sticky"


def test_charts_are_pictures_with_words(garze: Path, opened: Open) -> None:
    page = opened(garze)
    charts = page.locator(".chart svg")
    assert charts.count() >= 2
    for chart in charts.all():
        assert chart.get_attribute("role") == "img"
        assert len(chart.get_attribute("aria-label") or "") > 5
    identities = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(identities) == len(set(identities)), "clip paths of several charts do not share a name"
