"""The page of an audit in a browser: tabs, report, drill-down, search, both languages, paper; nothing is asked of any network."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gep.base.records import Names
from gep.report.audit_web import audit_web
from gep.report.statement import Paragraph
from tests.browser.conftest import PHONE, Open
from tests.browser.test_hostile_data import HOSTILE
from tests.report import audit_papers as made
from tests.report import test_audit_web

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text x="1" y="10">97</text></svg>'


@pytest.fixture
def audit(tmp_path: Path, opened: Open) -> Page:
    path = tmp_path / "audit.html"
    path.write_bytes(audit_web(made.paper(charts=[made.CHART]), test_audit_web.trails(), draw=lambda c, lang: SVG))
    return opened(path)


def test_every_ledger_has_a_tab_that_shows_it(audit: Page) -> None:
    tabs = audit.locator("#tabs a")
    expect(tabs).to_have_count(11)  # overview, report, eight ledgers, index of evidence
    for n in range(2, 11):
        tabs.nth(n).click()
        expect(audit.locator("#view article")).to_have_count(1)
        expect(tabs.nth(n)).to_have_attribute("aria-current", "page")


def test_a_number_opens_what_it_rests_on_and_its_own_row(audit: Page) -> None:
    audit.click("#tabs a:has-text('DA-01')")
    audit.locator("tr[data-l='0'] .fig").nth(7).click()  # the closing: 100 + 0.4 − 3.4
    panel = audit.locator("#panel")
    expect(panel).to_contain_text("97.00")
    expect(panel).to_contain_text("人为减少")
    expect(panel).to_contain_text(made.ARABLE.address)
    expect(panel).to_contain_text("form-1")  # the evidence form that cites it, and its working paper
    expect(panel).to_contain_text("paper-1")
    expect(panel.locator(".tree summary").first).to_contain_text("上游价值")


def test_a_sentence_leads_to_its_figure_and_one_unknown_says_so(audit: Page) -> None:
    audit.click("#tabs a:has-text('报告正文')")
    audit.locator(".said").nth(1).click()  # forest: no node stands for it
    expect(audit.locator("#panel")).to_contain_text("账册中没有它的由来")
    audit.keyboard.press("Escape")
    expect(audit.locator("#panel")).to_be_hidden()


def test_a_piece_of_a_sentence_that_rests_on_several_figures_opens_all_of_them(tmp_path: Path, opened: Open) -> None:
    both = Paragraph("comparison", Names("甲", "A"), (made.said("两个数。", "Two figures.", made.ARABLE, made.FOREST),))
    path = tmp_path / "audit.html"
    path.write_bytes(audit_web(made.paper(paragraphs=(both,)), test_audit_web.trails()))
    page = opened(path, "#upper-head-2020/2022/report")
    page.click("span.said")
    for address in (made.ARABLE.address, made.FOREST.address):
        expect(page.locator("#panel")).to_contain_text(address)
    page.keyboard.press("Escape")
    expect(page.locator("span.said")).to_be_focused()
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
        expect(page.locator("#panel")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#panel")).to_be_hidden()


def test_search_finds_ledgers_lines_paragraphs_and_addresses(audit: Page) -> None:
    for wanted, kind in (("交接台账", "表"), ("林地", "行"), ("正在补办", "内容"), ("LA-01/R40", "地址")):
        audit.fill("#search", wanted)
        expect(audit.locator("#results .kind", has_text=kind).first).to_be_visible()
    audit.fill("#search", "正在补办")
    audit.locator("#results a").first.click()
    expect(audit.locator("#view h2")).to_have_text("五、审计发现的主要问题和责任认定")


def test_the_other_language(audit: Page) -> None:
    audit.click("#tabs a:has-text('报告正文')")
    audit.click("#language")
    expect(audit.locator("#view h2")).to_have_text("Audit report (draft for comment)")
    expect(audit.locator("#marks")).to_contain_text("DRAFT")
    expect(audit.locator("html")).to_have_attribute("lang", "en")


def test_charts_and_terms_stand_on_the_first_view(audit: Page) -> None:
    expect(audit.locator("#view .drawing svg")).to_have_count(1)
    expect(audit.locator("#view tr.total")).to_contain_text("2020-07-01")
    expect(audit.locator("#view .about")).to_contain_text("ab" * 32)


def test_on_a_phone_nothing_is_wider_than_the_screen(tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "audit.html"
    path.write_bytes(audit_web(made.paper(), test_audit_web.trails()))
    page = opened(path, "", PHONE)
    for n in range(11):
        page.locator("#tabs a").nth(n).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_on_paper_there_are_no_tabs(audit: Page) -> None:
    audit.emulate_media(media="print")
    for hidden in ("#tabs", ".tools", "nav.side"):
        expect(audit.locator(hidden)).to_be_hidden()
    expect(audit.locator("#view")).to_be_visible()


def test_hostile_texts_do_nothing(tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "audit.html"
    for said in ("".join(HOSTILE[:50]), "".join(HOSTILE[50:])):
        path.write_bytes(audit_web(made.everywhere(said), test_audit_web.trails(), draw=lambda c, lang: SVG))
        page = opened(path, attacked=True)
        for n in (1, 3, -1):
            page.locator("#tabs a").nth(n).dispatch_event("click")
        page.fill("#search", "script")
        assert page.evaluate("window.hacked") is None
