"""The public edition of a small statement made by hand: two counties, two products, two years, and an asset that is handed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from gep.accounts.suppression import Choice
from gep.base.findings import Refused
from gep.base.issuer import Issuer
from gep.base.records import Names
from gep.catalog.publication import Publication, PublicationRule
from gep.report.form import Cell, Column, Form, Line, Made, Ref, Scope, Stored, Term, evaluate, number, text, worked
from gep.report.statement import Head, Part, Statement
from gep.workflow.forms import edition
from gep.workflow.forms.edition import HIDDEN_SIGN, names_figure, public
from gep.workflow.forms.known import known

CITY, EAST, WEST = "990100", "990121", "990122"
NAMES = Names("某表", "A table")
PRICES = {"rice": 3000, "tea": 80000}
# tonnes of rice and tea in each county; the city is their sum
TONNES: Mapping[str, Mapping[str, int]] = {EAST: {"rice": 51000, "tea": 1957}, WEST: {"rice": 68000, "tea": 1690}}
REASON = Names("只有一家企业", "one enterprise only")


def rule(view: str, number: int = 1, **keys: str) -> PublicationRule:
    return PublicationRule(view, keys, REASON, "某文件", number)


def rules(*given: PublicationRule, sections: Sequence[str] = ("gep", "asset", "annex")) -> Publication:
    return Publication(given, tuple(sections), above={EAST: CITY, WEST: CITY})


def scope(region: str, year: int = 2022) -> Scope:
    return Scope(region, Names(region, region), year, "p", 7, "closed")


def stored(product: str, region: str, column: str, amount: int | Fraction, year: int = 2022) -> Stored:
    tail = {"value": "", "quantity": "#quantity", "price": "#price"}[column]
    address = f"value_account/{region}/{year}/crop/-/{product}/-/zone=-/profile=p/price_basis=current/currency=CNY{tail}@7"
    return Stored(address, Decimal(int(amount)), "t" if column == "quantity" else "CNY", "value")


def tonnes(region: str, product: str) -> int:
    return sum(t[product] for t in TONNES.values()) if region == CITY else TONNES[region][product]


def values(region: str) -> Form:
    """Product lines with quantity, price, value and share, and the total of values: 153 + 156.56 = 309.56 million in the east."""
    sum_of = Made("sum", (Term(Ref("rice", "value")), Term(Ref("tea", "value"))))
    amounts = {p: tonnes(region, p) * PRICES[p] for p in PRICES}
    total = number(stored("-", region, "value", sum(amounts.values())), places=2, shown_in="10^8 CNY", made=sum_of)
    lines = [Line("all", (text("合计"), Cell(), Cell(), total, Cell()), "total")]
    for product, price in PRICES.items():
        value = number(stored(product, region, "value", amounts[product]), places=2, shown_in="10^8 CNY")
        made = Made("percent", (Term(Ref(product, "value")), Term(Ref("all", "value"))))
        share = evaluate(made, [x.exact for x in (value, total) if x.exact is not None])
        cells = (
            text(product),
            number(stored(product, region, "quantity", tonnes(region, product)), places=0),
            number(stored(product, region, "price", price), places=0),
            value,
            worked(made, share, (*value.figures, *total.figures), places=2),
        )
        lines.append(Line(product, cells))
    columns = [Column("name", NAMES, "label"), *(Column(c, NAMES) for c in ("quantity", "price", "value", "share"))]
    note = Names("茶叶一六九〇吨，即 1,690 吨。", "Tea is 1,690 t.")
    return Form("T2", "T2", "gep", NAMES, scope(region), tuple(columns), tuple(lines), notes=(note,) if region == WEST else ())


def stock(region: str, year: int, opening: int, closing: int) -> Form:
    """opening + change = closing of one mineral."""

    def cell(row: str, amount: int, made: Made | None = None) -> Cell:
        address = f"asset_account/{region}/{year}/MN-01/{row}/C1/-/scheme=a/instance=kaolin@7"
        return number(Stored(address, Decimal(amount), "t", "value"), places=0, made=made)

    made = Made("sum", (Term(Ref("R10", "C1")), Term(Ref("R50", "C1"))))
    lines = (
        Line("R10", (text("期初"), cell("R10", opening)), "stock"),
        Line("R50", (text("变动"), cell("R50", closing - opening))),
        Line("R40", (text("期末"), cell("R40", closing, made)), "stock"),
    )
    columns = (Column("name", NAMES, "label"), Column("C1", NAMES))
    return Form("MN-01.kaolin", "MN-01", "asset", NAMES, scope(region, year), columns, lines)


def statement(*parts: Part) -> Statement:
    head = Head(
        NAMES, Issuer(), "internal", scope(CITY), None, NAMES, NAMES, "CNY", False, False, "", "", "", "gep", "2023-01-01", ()
    )
    return Statement(head, parts)


def of_values() -> Statement:
    return statement(*(Part(scope(r), (values(r),)) for r in (CITY, EAST, WEST)))


def kinds(made: Statement, region: str, form: str = "T2", year: int = 2022) -> dict[tuple[str, str], str]:
    part = made.part(region, year)
    assert part is not None
    found = part.form(form)
    assert found is not None
    return {(line.code, column.code): cell.kind for line, column, cell in found.cells() if cell.kind != "blank"}


def test_a_value_goes_with_its_quantity_and_share_and_its_price_stays() -> None:
    made, hidden = public(of_values(), rules(rule("value_account", region=WEST, product="tea")))
    there = kinds(made, WEST)
    assert [there["tea", c] for c in ("quantity", "price", "value", "share")] == [
        "suppressed",
        "number",
        "suppressed",
        "suppressed",
    ]
    assert there["all", "value"] == "number"
    assert stored("tea", WEST, "value", 0).address in hidden
    assert stored("tea", WEST, "quantity", 0).address in hidden
    assert stored("tea", WEST, "price", 0).address not in hidden


def test_the_other_product_and_the_other_county_hide_it() -> None:
    """City − east = west, total − rice = tea: the four corners of county by product go, every total stays."""
    made, _ = public(of_values(), rules(rule("value_account", region=WEST, product="tea")))
    for region in (EAST, WEST):
        assert {p for p in PRICES if kinds(made, region)[p, "value"] == "suppressed"} == set(PRICES)
        assert kinds(made, region)["all", "value"] == "number"
    assert set(kinds(made, CITY).values()) == {"number", "text"}


def test_hidden_cells_hold_no_amount_and_no_formula() -> None:
    made, hidden = public(of_values(), rules(rule("value_account", region=WEST, product="tea")))
    for part in made.parts:
        for form in part.forms:
            for _, _, cell in form.cells():
                if cell.kind == "suppressed":
                    assert (cell.exact, cell.shown, cell.made) == (None, None, None)
                    assert cell.printed("zh") == "×"
                assert all(f.amount is None and f.state == "suppressed" for f in cell.figures if f.address in hidden)


def test_the_form_says_how_many_and_why_in_both_languages() -> None:
    made, _ = public(of_values(), rules(rule("value_account", region=WEST, product="tea")))
    west, east = (made.part(r, 2022) for r in (WEST, EAST))
    assert west is not None
    assert east is not None
    _, named, besides, sign = west.forms[0].notes
    assert named.zh == "本表有 3 个数字不公布：只有一家企业（某文件）。"
    assert named.en == "3 figures are not published: one enterprise only (某文件)."
    assert besides.zh.startswith("另有 3 个数字一并不公布")
    assert sign == HIDDEN_SIGN
    assert east.forms[0].notes[0].en.startswith("6 figures are left out")


def test_an_amount_in_a_note_goes_too() -> None:
    made, _ = public(of_values(), rules(rule("value_account", region=WEST, product="tea")))
    part = made.part(WEST, 2022)
    assert part is not None
    assert part.forms[0].notes[0] == Names("茶叶一六九〇吨，即 × 吨。", "Tea is × t.")


def test_no_rule_changes_nothing_but_the_name_of_the_edition() -> None:
    plain = of_values()
    made, hidden = public(plain, rules())
    assert hidden == frozenset()
    assert made.parts == plain.parts
    assert made.head == replace(plain.head, edition="public")


def test_an_opening_is_the_closing_of_the_year_before() -> None:
    """A rule for 2021 alone: its closing 500 is printed again as the opening of 2022."""
    parts = [Part(scope(CITY, y), (stock(CITY, y, a, b),)) for y, a, b in ((2022, 500, 620), (2021, 410, 500))]
    made, hidden = public(statement(*parts), rules(rule("asset_account", region=CITY, year="2021", row_code="R40")))
    assert kinds(made, CITY, "MN-01.kaolin", 2022)["R10", "C1"] == "suppressed"
    assert any("/2022/MN-01/R10/" in a for a in hidden)
    # and neither year gives it away: 620 − 120, 410 + 90
    for year in (2021, 2022):
        assert list(kinds(made, CITY, "MN-01.kaolin", year).values()).count("suppressed") >= 2


def test_a_section_that_is_not_public_is_not_there() -> None:
    parts = Part(scope(CITY), (values(CITY), stock(CITY, 2022, 500, 620)))
    made, _ = public(statement(parts), rules(sections=("asset",)))
    assert [f.id for f in made.main.forms] == ["MN-01.kaolin"]


def test_the_files_of_departments_are_not_named() -> None:
    columns = (Column("name", NAMES, "label"), Column("sha256", NAMES, "text"), Column("who", NAMES, "text"))
    line = Line("12", (text("茶厂报表.csv"), text("ab12"), text("张三")))
    form = Form("S1.submissions", "S1", "annex", NAMES, scope(CITY), columns, (line,))
    made, _ = public(statement(Part(scope(CITY), (form,))), rules())
    assert [c.printed("zh") for _, _, c in made.main.forms[0].cells()] == ["第 1 份", "ab12", ""]


def test_a_rule_for_all_of_a_table_of_one_region_can_be_kept() -> None:
    made, _ = public(of_values(), rules(rule("physical_account", region=WEST)))
    assert kinds(made, WEST)["all", "value"] == "suppressed"
    assert kinds(made, WEST)["tea", "price"] == "number"


def test_a_named_total_and_a_named_part_are_kept_together() -> None:
    both = rules(rule("value_account", region=CITY), rule("value_account", 2, region=WEST, product="tea"))
    made, hidden = public(of_values(), both)
    assert stored("-", CITY, "value", 0).address in hidden
    assert made.main.forms[0].at["all", "value"].kind == "suppressed"
    assert kinds(made, WEST)["tea", "value"] == "suppressed"


def test_a_rule_names_figures_of_its_view_only() -> None:
    facts = known(of_values(), rules())
    value = next(a for a in facts.parsed.values() if a.with_column == "value")
    assert names_figure(rules(rule("gep_total")), value) is None
    assert names_figure(rules(rule("physical_account")), value) is not None
    assert names_figure(rules(rule("value_account", year="2021")), value) is None


def test_what_cannot_be_kept_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the method finds no way, nothing is published and the figure is named."""
    name = stored("tea", WEST, "value", 0).address
    monkeypatch.setattr(edition, "suppress", lambda *_: Choice(frozenset({name}), (), (name,)))
    with pytest.raises(Refused) as caught:
        public(of_values(), rules(rule("value_account", region=WEST, product="tea")))
    assert [(f.code, f.found) for f in caught.value.findings] == [("PUBLICATION-EXPOSED", name)]
