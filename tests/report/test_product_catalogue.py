"""The written forms of the product catalogue: complete words, escaped text, nothing from the network, lines for people."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from gep.base.records import Names, State
from gep.report.product_catalogue import (
    BY_SERVICE,
    FORMATS,
    MARK,
    NOT_RETURNED,
    WORDS,
    Head,
    Label,
    Money,
    ProductCatalogue,
    Row,
    as_data,
    merged,
    page,
    table,
    written,
)

D = Decimal
HEAD = Head(Names("某县", "A county"), 2020, Label("p", "方案", "Profile"), 7, "final", "aa", "bb", "gep", "current", "CNY")


def service(code: str, zh: str = "服务", **more: object) -> Row:
    row = Row(
        region=Label("110000", "北京", "Beijing"),
        region_level="city",
        level="service",
        service_class="material",
        service=Label(code, zh, "Service"),
        market="yes",
        market_source="expert",
        potential=Money("value", D("1234567.5000")),
        realised=Money(NOT_RETURNED),
        gap=Money("not_available"),
        illustrative=False,
    )
    return replace(row, **more)  # type: ignore[arg-type]


def product(code: str, name: str, **more: object) -> Row:
    label = Label(name, f"产品{name}", f"Product {name}")
    own = {"level": "product", "product": label, "quantity": D("1500.000000"), "unit": "t", "quantity_state": "value"}
    money = {"realised": Money(BY_SERVICE), "gap": Money(BY_SERVICE), "methods": ("returned",)}
    return service(code, **(own | money | more))


def made(*rows: Row) -> ProductCatalogue:
    return ProductCatalogue(HEAD, rows)


def test_both_languages_say_the_same_things() -> None:
    assert set(WORDS["zh"]) == set(WORDS["en"])
    assert {str(s) for s in State} <= set(WORDS["zh"])


def test_a_service_of_one_product_is_one_line_and_others_keep_theirs() -> None:
    rows = [service("a"), product("a", "x"), service("b"), product("b", "x"), product("b", "y")]
    lines = merged(rows)
    assert [(x.row.level, x.row.service.code) for x in lines] == [
        ("service", "a"),
        ("service", "b"),
        ("product", "b"),
        ("product", "b"),
    ]
    assert lines[0].physical.quantity == D("1500.000000")
    assert lines[1].physical.quantity is None


def test_the_table_shows_figures_exactly_and_states_in_words() -> None:
    zh, en = table(made(service("a"), product("a", "x")), "zh"), table(made(service("a"), product("a", "x")), "en")
    assert all(text in zh for text in ("1,234,567.5 ", "1,500", "未报送", "部门报送", "核算价值 (元)"))
    assert all(text in en for text in ("1,234,567.5 ", "1,500", "not returned", "Potential value (CNY)"))
    assert "…" not in zh + en
    assert MARK not in zh + en


def test_csv_stands_alone_line_by_line() -> None:
    text = written(made(service("a"), product("a", "x")), "csv", "zh").decode()
    first, second = csv.DictReader(io.StringIO(text))
    assert (first["level"], first["potential_value"], first["realised_value"], first["realised_state"]) == (
        "service",
        "1234567.5000",
        "",
        "not_returned",
    )
    assert (second["product"], second["product_zh"], second["quantity"], second["unit"]) == ("x", "产品x", "1500.000000", "t")
    assert {r["vintage"] + r["profile"] + r["rules_hash"] + r["release_state"] for r in (first, second)} == {"7paafinal"}
    assert text == written(made(service("a"), product("a", "x")), "csv", "en").decode()


def test_a_name_is_never_a_formula_or_markup() -> None:
    evil = made(service("a", "=HYPERLINK(1)"), service("b", "<script>alert(1)</script>"))
    assert "'=HYPERLINK(1)" in written(evil, "csv", "zh").decode()
    shown = page(evil, "zh")
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.links += [name for name, _ in attrs if name in ("src", "href", "action", "data")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_needs_nothing_but_itself(lang: str) -> None:
    text = page(made(service("a"), product("a", "x"), service("b"), product("b", "x"), product("b", "y")), lang)
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    assert not {"script", "link", "img", "iframe"} & set(tags.seen)
    assert tags.links == []
    assert not re.search(r"url\(|@import|https?:", text)
    # five rows, of which one product stands in the line of its service, and the head
    assert tags.seen.count("tr") == 5
    assert "size: A4 landscape" in text


def test_illustrative_rows_are_marked_in_every_form() -> None:
    shown, clean = made(service("a", illustrative=True), service("b")), made(service("b"))
    for form in ("table", "csv", "html"):
        for lang in ("zh", "en"):
            assert MARK in written(shown, form, lang).decode()  # type: ignore[arg-type]
    assert [r["illustrative"] for r in as_data(shown)["rows"]] == [True, False]
    assert "<mark>" not in page(clean, "zh")
    assert WORDS["zh"]["holds"] not in page(clean, "zh")


def test_json_keeps_every_digit_and_says_its_schema() -> None:
    data = json.loads(written(made(service("a")), "json", "zh"))
    assert data["schema"] == "gep.product_catalogue/1"
    assert data["rows"][0]["potential"] == {"state": "value", "amount": "1234567.5000"}
    assert data["rows"][0]["realised"] == {"state": "not_returned", "amount": None}


def test_a_catalogue_without_rows_can_be_written() -> None:
    for form in FORMATS:
        assert written(made(), form, "zh")
