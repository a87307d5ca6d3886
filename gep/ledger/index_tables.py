"""The table of the green-gold index and the figures beside it."""

from __future__ import annotations

from gep.ledger.columns import (
    BASIS,
    ILLUSTRATIVE,
    LEVEL,
    NAME,
    PROFILE,
    RATIO,
    REGION,
    VALUE,
    VINTAGE,
    YEAR,
    ZONE,
    Column,
    Table,
    text,
)


def _ratio(name: str, zh: str, en: str) -> Column:
    return Column(name, RATIO, zh, en)


GREEN_GOLD_INDEX = Table(
    "green_gold_index",
    "绿金指数及相关指标:每个行政区(各层级)、每个分区、每种价格基准一行,本身就是合计与比率,不可相加或平均;缺数为空,绝不为零。",
    "The green-gold index and the figures beside it: one row for each region of every level, zone and price basis; totals and "
    "ratios by nature, never to be added or averaged. NULL while something is missing, never zero.",
    (
        REGION,
        ZONE,
        YEAR,
        VINTAGE,
        PROFILE,
        BASIS,
        Column("gep", VALUE, "生态产品总值(以 currency 计)", "Gross ecosystem product in currency"),
        Column(
            "gdp",
            VALUE,
            "地区生产总值(以 currency 计,同一价格基准)",
            "Gross domestic product in currency, at the same price basis",
        ),
        text("gdp_vintage", "所用地区生产总值的版次", "Vintage of the GDP figure used"),
        _ratio("ggi", "绿金指数 = GEP ÷ GDP", "Green-gold index = GEP ÷ GDP"),
        Column(
            "geep",
            VALUE,
            "经济-生态生产总值 = GDP − 污染损失 − 生态破坏成本 + 调节服务(元);物质与文化产品已在 GDP 中,不再相加",
            "Economic-ecological product = GDP - pollution loss - ecological degradation + regulating services, in yuan; "
            "material and cultural services are in GDP already and are not added",
        ),
        _ratio("per_capita", "人均 GEP(元/人,常住人口)", "GEP per head in yuan per resident"),
        _ratio("per_km2", "单位面积 GEP(元/平方公里)", "GEP in yuan per km2"),
        _ratio("regulating_share", "调节服务占 GEP 之比", "Share of regulating services in GEP"),
        _ratio(
            "market_share",
            "物质与文化产品占 GEP 之比(有文献称“转化”,不是实现率)",
            "Share of material and cultural services in GEP (some papers call it conversion; it is no rate of realisation)",
        ),
        _ratio(
            "realisation_rate",
            "生态产品价值实现率 = 报送的已实现价值 ÷ GEP",
            "Rate of realisation = returned realised value ÷ GEP",
        ),
        _ratio(
            "elasticity",
            "GEP 对 GDP 增长的弹性 = GEP 增长率 ÷ GDP 增长率(与上年相比,同一价格基准)",
            "Elasticity = growth of GEP ÷ growth of GDP over the year before, at one price basis",
        ),
        _ratio("energy_per_gdp", "单位 GDP 能耗(吨标准煤/元)", "Energy per GDP in tonnes of standard coal per yuan"),
        _ratio("water_per_gdp", "单位 GDP 用水量(立方米/元)", "Water per GDP in m3 per yuan"),
        _ratio("land_per_gdp", "单位 GDP 建设用地(平方米/元)", "Construction land per GDP in m2 per yuan"),
        _ratio("carbon_per_gdp", "单位 GDP 二氧化碳排放(吨/元)", "Carbon dioxide per GDP in t per yuan"),
        Column("gep_low", VALUE, "GEP 的区间下限(参数离散度,见 uncertainty)", "Lower end of GEP by the spread of parameters"),
        Column("gep_high", VALUE, "GEP 的区间上限", "Upper end of GEP by the spread of parameters"),
        _ratio("ggi_low", "绿金指数的区间下限", "Lower end of the green-gold index"),
        _ratio("ggi_high", "绿金指数的区间上限", "Upper end of the green-gold index"),
        text("currency", "货币(ISO 4217),各金额的单位", "Currency (ISO 4217) of the amounts", attribute=True),
        NAME,
        LEVEL,
        ILLUSTRATIVE,
    ),
    "account",
    optional=True,
)

# in which the columns are stored
UNITS = {
    "gep": "CNY", "gdp": "CNY", "ggi": "1", "geep": "CNY", "per_capita": "CNY/person", "per_km2": "CNY/km2",
    "regulating_share": "1", "market_share": "1", "realisation_rate": "1", "elasticity": "1", "energy_per_gdp": "tce/CNY",
    "water_per_gdp": "m3/CNY", "land_per_gdp": "m2/CNY", "carbon_per_gdp": "t_CO2/CNY",
}  # fmt: skip

INDEX_TABLES = (GREEN_GOLD_INDEX,)
