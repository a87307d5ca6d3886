"""A small statement with its trails made by hand: two counties' worth of one value, its total, and what they rest on."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from gep.base.issuer import Issuer
from gep.base.records import Names
from gep.explain.graph import CALCULATION, CELL, PARAMETER, TOTAL, Graph, Knot, Pattern, Role, Trails
from gep.report.form import Cell, Column, Form, Line, Made, Ref, Scope, Stored, Term, number, text
from gep.report.statement import Chart, Head, Paragraph, Part, Sentence, Span, Statement

PLACE = Names("示例县", "Example county")
SCOPE = Scope("9901", PLACE, 2020, "p", 7, "preliminary")
UPPER, LOWER, ALL = (f"value_account/9901/2020/{name}/-/-/-/zone=-/profile=p@7" for name in ("upper", "lower", "all"))
WITHHELD = "31415.9265"  # the amount of LOWER, and of the cell below it 2718.28
WITHHELD_CELL = "2718.28"


def trails(label: str = "产量", note: str = "") -> Trails:
    """ALL = UPPER + LOWER; each is a returned cell times a price."""
    calculation = ("calculation", "r.value", "2", "2.4.1", "paper", "quantity * price", "(quantity * price)", "4", "half_even")
    role = (Role("quantity", True, "1"), Role("price", False, "1"))
    knots = (
        Knot(TOTAL, 0, 0, "51415.9265", "CNY", "value", 0, ("",), (1, 2), 0),
        Knot(CALCULATION, 1, 0, "20000", "CNY", "value", 1, ("",), (3, 5), 1),
        Knot(CALCULATION, 2, 0, WITHHELD, "CNY", "value", 1, ("",), (4, 5), 1),
        Knot(CELL, 3, 1, "2000", "t", "value", 2, ("12", "", "", "文件 3 号"), (), 0),
        Knot(CELL, 4, 1, WITHHELD_CELL, "t", "value", 2, ("13", note, "", ""), (), 0),
        Knot(PARAMETER, 5, 2, "10", "CNY/t", "value", 3, ("9", "11", "4", "2020-01-01", ""), (), 0),
    )
    whats = (
        ("column", "gep_total#gep", ""), ("measure", "value.a", ""), ("measure", "value.b", ""), ("measure", "a", ""),
        ("measure", "b", ""), ("parameter", "price_of_rice", ""),
    )  # fmt: skip
    saids = (
        ("total",), calculation, ("cell", "farm.csv", "ab" * 32, "农业局", "paper", "value"),
        ("parameter", "prices.csv", "literature", "paper", "p. 5", "x"),
    )  # fmt: skip
    places = (("9901", "2020", "p"), ("9901", "2020", ""), ("", "", ""))
    graph = Graph(knots, whats, places, saids, ((), role), {})
    titles = ("合计", "上游价值", "下游价值", "上游" + label, "下游" + label, "稻谷价格")
    slots = "\ue000quantity\ue001 × \ue000price\ue001"
    tree = ("math", ("mrow", ("mi", "\ue000quantity\ue001"), ("mo", "×"), ("mi", "\ue000price\ue001")))
    return Trails(
        graph, {ALL: (0,), UPPER: (1,), LOWER: (2,)}, tuple(Names(t, f"en {t}") for t in titles),
        (None, Pattern(slots, slots, tree), None, None), {"9901": PLACE},
        {"CNY": Names("元", "CNY"), "t": Names("吨", "t"), "CNY/t": Names("元/吨", "CNY/t")}, {"paper": "某某, 2017, 核算研究"},
        {UPPER: (("合同.pdf", "cd" * 32, "采购价"),)}, {},
    )  # fmt: skip


def stored(address: str, amount: str) -> Stored:
    return Stored(address, Decimal(amount), "CNY", "value")


def form(lower: Cell | None = None, name: str = "产品价值表") -> Form:
    """Lines upper, lower and their total (a share beside each); `lower` may be another cell, such as a suppressed one."""
    columns = (Column("name", Names("指标", "Item"), "label"), Column("value", Names("价值", "Value"), unit=Names("元", "CNY")))
    made = Made("sum", (Term(Ref("upper", "value")), Term(Ref("lower", "value"))))
    lines = (
        Line("upper", (text("上游", "Upper"), number(stored(UPPER, "20000"), places=2))),
        Line("lower", (text("下游", "Lower"), lower or number(stored(LOWER, WITHHELD), places=2)), indent=1),
        Line("all", (text("合计", "Total"), number(stored(ALL, "51415.9265"), places=2, made=made)), style="total"),
    )
    return Form("T2", "表2", "gep", Names(name, "Values"), SCOPE, columns, lines, notes=(Names("注一", "Note one"),))


def statement(*forms: Form, edition: Any = "internal", charts: tuple[Chart, ...] = (), region: Names = PLACE) -> Statement:
    head = Head(
        Names("账册", "Book"), Issuer(Names("示例统计局", "Office")), edition, SCOPE, None, Names("方案", "Profile"), Names("", ""),
        "CNY", draft=True, illustrative=False, rules_hash="1" * 64, input_hash="2" * 64, release_hash="3" * 64,
        program="gep-accounts 0.1.0", made_on="2026-01-02", steps=(("final", "张三", "2026-01-03"),),
    )  # fmt: skip
    spans = (Span(Names("总值为", "The total is ")), Span(Names("51,415.93 元", "51,415.93 CNY"), (stored(ALL, "51415.9265"),)))
    words = Paragraph("summary", Names("摘要", "Summary"), (Sentence(spans),))
    scope = Scope(SCOPE.region, region, SCOPE.year, SCOPE.profile, SCOPE.vintage, SCOPE.state)
    return Statement(head, (Part(scope, forms or (form(),), charts, (words,)),))


def blocks(page: bytes) -> Mapping[str, Any]:
    """The data of the page, unpacked, by the id of their element."""
    found = re.findall(r'<script type="application/octet-stream" id="(\w+)">([^<]*)</script>', page.decode("utf-8"))
    return {name: json.loads(zlib.decompress(base64.b64decode(data))) for name, data in found}


def boot(page: bytes) -> Any:
    found = re.search(r'<script type="application/json" id="boot">([^<]*)</script>', page.decode("utf-8"))
    assert found is not None
    return json.loads(found[1])
