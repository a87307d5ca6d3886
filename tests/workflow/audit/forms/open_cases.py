"""Records of what stays open for the tests of their ledgers: a term that ends on 1 October 2017, each matter on one side of that day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from gep.workflow.audit.records_open import (
    Fund,
    Incident,
    Liability,
    Litigation,
    Open,
    Project,
    Signature,
    Suggestion,
    Target,
    Transfer,
    Withdrawal,
)

COUNTY = "990121"
OPEN = Open(
    suggestions=(Suggestion("s1", "县政府", "建立台账", ("p1",), "甲", date(2018, 4, 1)),
                 Suggestion("s2", "县政府", "补办手续", (), "甲", date(2018, 4, 1), True, "照办", date(2018, 5, 1))),
    transfers=(Transfer("t1", "县纪委", "批示占地", "移送书 1", "甲", date(2018, 4, 2), "p1", Decimal("10"), "公顷"),),
    targets=(Target("g1", "治理沙化土地", "floor", Decimal("300"), "公顷", date(2016, 1, 1), date(2020, 12, 31), "规划",
                    Decimal("120.5"), date(2017, 9, 30)),
             Target("g2", "用水总量", "cap", Decimal("500"), "万立方米", date(2015, 1, 1), date(2016, 12, 31), "控制目标")),
    liabilities=(Liability("l1", "restoration", "矿山复垦", "矿业公司", date(2017, 3, 1), Decimal("40"), "公顷", "方案",
                           Decimal("15"), date(2017, 9, 30)),
                 Liability("l2", "damage", "取土坑", "施工单位", date(2016, 9, 1), Decimal("2"), "公顷", "通知", Decimal("2"),
                           date(2017, 5, 1), settled_on=date(2017, 5, 1)),
                 Liability("l3", "overuse", "地下水", "水务公司", date(2017, 11, 1), None, "", "通报")),
    projects=(Project("j1", "退耕还林", "林业局", "批复", date(2016, 5, 1), date(2017, 6, 30), "running", date(2017, 9, 30),
                      Decimal("1000"), Decimal("800"), Decimal("650.5"), "万元"),
              Project("j2", "水厂", "水利局", "批复", date(2017, 1, 1), None, "finished", date(2018, 3, 1), Decimal("200"),
                      Decimal("200"), None, "万元", ended_on=date(2018, 2, 1)),
              Project("j3", "湿地", "林业局", "批复", date(2018, 1, 1), None, "planned", date(2018, 3, 1))),
    funds=(Fund("f1", "水资源费", "水利局", date(2017, 1, 1), date(2018, 1, 1), Decimal("90"), Decimal("60"), Decimal("60"),
                "万元", "决算"),
           Fund("f2", "育林费", "林业局", date(2016, 1, 1), date(2017, 1, 1), Decimal("5"), Decimal("5"), Decimal("5"), "万元",
                "决算")),
    litigations=(Litigation("c1", "public_interest", "defendant", "中级法院", "怠于履职", date(2017, 4, 1), "案号 1",
                            Decimal("30"), "万元"),
                 Litigation("c2", "civil", "plaintiff", "法院", "损害赔偿", date(2016, 8, 1), "案号 2", decided="胜诉",
                            closed_on=date(2017, 9, 30))),
    incidents=(Incident("i1", "尾矿泄漏", "larger", date(2017, 6, 3), COUNTY, "报告", Decimal("6"), Decimal("1.5"), "公顷",
                        date(2017, 9, 30), event="E1"),),
    signatures=(Signature("n1", "X", "out", "甲某", date(2017, 10, 9)),
                Signature("n2", "X", "in", "乙某", date(2017, 10, 9), refused="数字有误"),
                Signature("n3", "X", "witness", "丙某", date(2017, 10, 9), code="0000-0000-0000"),
                Signature("n4", "W", "out", "丁某", date(2016, 7, 1))),
)  # fmt: skip
WITHDRAWN = (Withdrawal("comment", "c9", "甲", date(2018, 5, 3), "重复"),)
