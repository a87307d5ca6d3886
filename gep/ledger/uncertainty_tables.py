"""The tables of a release that hold how the spread of parameters bears on GEP and the indices."""

from __future__ import annotations

from gep.ledger.columns import (
    BASIS,
    COEFFICIENT,
    ILLUSTRATIVE,
    LEVEL,
    NAME,
    PROFILE,
    RATIO,
    REGION,
    VINTAGE,
    YEAR,
    ZONE,
    Column,
    Table,
    key,
    text,
)

UNCERTAINTY = Table(
    "uncertainty",
    "不确定性:参数的离散范围(low…high)经蒙特卡罗抽样和一阶展开传到 GEP 与各指数;账面值、均值、区间并列。"
    "只含参数的离散,不含报送数的误差。",
    "Uncertainty: the spread of parameters (low … high) carried to GEP and the indices by Monte Carlo and to the first order; "
    "the value of the account, the mean and the interval side by side. Only the spread of parameters, no error of returns.",
    (
        REGION,
        ZONE,
        YEAR,
        VINTAGE,
        PROFILE,
        BASIS,
        key(
            "item",
            "VARCHAR",
            "项目:gep、material、regulating、cultural、ggi、geep,或服务代码",
            "Item: gep, material, regulating, cultural, ggi, geep, or the code of a service",
        ),
        Column("value", RATIO, "账面值(各参数取其取值)", "Value of the account, each parameter at its value"),
        Column(
            "mean",
            RATIO,
            "抽样均值;所依据的参数无一有离散范围,或抽样无法计算时,本列与区间为空",
            "Mean of the draws; with the interval NULL where no parameter it rests on has a known spread, or a draw has no value",
        ),
        Column("sd", RATIO, "抽样标准差", "Standard deviation of the draws"),
        Column("low", RATIO, "区间下限", "Lower end of the interval"),
        Column("median", RATIO, "抽样中位数", "Median of the draws"),
        Column("high", RATIO, "区间上限", "Upper end of the interval"),
        Column("level", RATIO, "区间所含抽样的比例", "Share of the draws inside the interval", required=True),
        Column("draws", "INTEGER", "抽样次数", "Number of draws", required=True),
        Column("seed", "BIGINT", "随机种子", "Seed", required=True),
        Column("first_order_sd", RATIO, "一阶标准差", "Standard deviation to the first order"),
        Column(
            "known_share",
            RATIO,
            "价值中所依据的参数全部有离散范围的比例;指数为其所读 GEP 的比例",
            "Share of the value of which every parameter has a known spread; of an index, of the GEP it reads",
        ),
        Column("no_parameter_share", RATIO, "价值中不依据任何参数的比例", "Share of the value that rests on no parameter"),
        text(
            "cause",
            "均值与账面值不同的原因:switch 限值附近换了取法;skewed 离散范围不对称;curved 公式弯曲;空为无显著差别",
            "Why mean and value part: switch (a limit takes effect in some draws), skewed (low and high lie unevenly), "
            "curved; NULL where they do not",
        ),
        text("cause_zh", "原因的说明(中文)", "The cause told in Chinese"),
        text("cause_en", "原因的说明(英文)", "The cause told in English"),
        NAME,
        LEVEL,
        ILLUSTRATIVE,
    ),
    "account",
    optional=True,
)

UNCERTAINTY_PARAMETER = Table(
    "uncertainty_parameter",
    "GEP 所依据的每个参数:离散范围是否已知,对 GEP 方差的贡献,以及依据它的价值。",
    "Every parameter GEP rests on: whether its spread is known, its share of the variance of GEP, the value that rests on it.",
    (
        REGION,
        ZONE,
        YEAR,
        VINTAGE,
        PROFILE,
        BASIS,
        key("parameter", "VARCHAR", "参数", "Parameter"),
        key("key", "VARCHAR", "分类键;- 表示无", "Class key; - = none"),
        key("parameter_region", "VARCHAR", "参数适用的地区;- 表示不限", "Region the parameter is for; - = anywhere"),
        key("source_set", "VARCHAR", "来源集", "Source set"),
        Column("value", COEFFICIENT, "取值", "Value"),
        Column("low", COEFFICIENT, "下限;未知为空", "Low; NULL if not known"),
        Column("high", COEFFICIENT, "上限;未知为空", "High; NULL if not known"),
        text("unit", "单位", "Unit", required=True),
        text("source", "来源标识", "Source id", required=True),
        Column("known", "BOOLEAN", "离散范围是否已知", "Whether its spread is known", required=True),
        Column(
            "contribution",
            RATIO,
            "对 GEP 一阶方差的贡献,合计为 1;离散范围未知者为空",
            "Share of the first-order variance of GEP, 1 in all; NULL where the spread is not known",
        ),
        Column("gep_resting", RATIO, "依据它的价值(元)", "Value that rests on it, in yuan"),
        NAME,
        LEVEL,
        ILLUSTRATIVE,
    ),
    "account",
    optional=True,
)

UNCERTAINTY_TABLES = (UNCERTAINTY, UNCERTAINTY_PARAMETER)
