"""The words of the charts in both languages: their titles, and what is said of them to those who do not see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gep.base.records import Names

WORDS: Mapping[str, Names] = {
    "composition": Names("生态产品总值构成", "Composition of GEP"),
    "trend": Names("生态产品总值及各类价值的历年变化", "GEP and its classes over the years"),
    "waterfall": Names("生态产品总值变化的原因", "Causes of the change of GEP"),
    "change": Names("各项服务价值的变化", "Change of the value of each service"),
    "index_waterfall": Names("绿金指数变化的原因", "Causes of the change of the green-gold index"),
    "ecosystems": Names("各类生态系统的服务价值", "Value of services by ecosystem"),
    "ranking": Names("各地区生态产品总值", "GEP of the regions"),
    "stocks.LA-01": Names("土地资源存量及变动", "Stocks and changes of land"),
    "stocks.EC-01": Names("生态系统范围及变动", "Extent of ecosystems and its changes"),
    "stocks.FT-01": Names("林木资源存量及变动", "Stocks and changes of timber"),
    "transition": Names("土地利用转移", "Land use transition"),
    "index": Names("绿金指数与生态产品总值及其区间", "Green-gold index and GEP with their intervals"),
    "balance": Names("自然资源资产、负债与净资产", "Natural resource assets, liabilities and net assets"),
    "ggi": Names("绿金指数", "Green-gold index"),
    "gep": Names("生态产品总值", "Gross ecosystem product"),
}
OF: Mapping[str, Names] = {
    "largest": Names("数额最大的是：{}。", "The largest are: {}."),
    "span": Names("{name}：{from} 年 {left}，{to} 年 {right}。", "{name}: {left} in {from}, {right} in {to}."),
}


def listed(parts: Sequence[str], lang: str) -> str:
    return ("；" if lang == "zh" else "; ").join(parts)
