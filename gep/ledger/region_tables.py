"""The tables of a release about places: how the regions changed, and what each zone of the book belongs to."""

from __future__ import annotations

from gep.ledger.columns import RATIO, VINTAGE, Column, Table, key, text

REGION_CHANGE = Table(
    "region_change",
    "行政区划变更:何日、由哪个代码到哪个代码;合并、拆分时每对代码一行。可比口径由宏 comparable_area 得出。",
    "Changes of regions: on which day which code became which; a merge or a split has a row for each pair of codes. The macro "
    "comparable_area makes the comparable areas of them.",
    (
        VINTAGE,
        key("date", "DATE", "变更生效日期", "Day from which it holds"),
        key("from_code", "VARCHAR", "变更前的代码", "Code before"),
        key("to_code", "VARCHAR", "变更后的代码", "Code after"),
        text(
            "kind",
            "种类:rename 更名或换码(范围不变);merge 合并;split 拆分;transfer 部分划转",
            "Kind: rename (the area stays), merge, split, transfer (part of one goes to the other)",
            required=True,
        ),
        Column(
            "share_area",
            RATIO,
            "划转面积占两地区中较小者面积的比例;未知为空",
            "Area that moved as a share of the smaller of the two regions; NULL if not known",
        ),
        Column(
            "share_population",
            RATIO,
            "划转人口占两地区中较少者人口的比例;未知为空",
            "Population that moved as a share of the smaller of the two; NULL if not known",
        ),
        text("document", "依据文件;仅由 replaces 得知的为空", "Document it rests on; NULL if it is only known from `replaces`"),
        text("note", "说明", "Note"),
    ),
    "newest",
)

ZONE_MEMBER = Table(
    "zone_member",
    "分区的归属:每个分区属于各代码表(主体功能区、生态空间、生态保护红线、乡镇……)中的哪一类,占多大份额;分区自身的名称也在其中。"
    "连接账户时必须固定 scheme,否则同一数字会重复。",
    "What each zone belongs to: the codes of other schemes (functional zone, ecological space, red line, township) with the "
    "share of the zone that lies there; the zone itself is listed under its own scheme. Fix the scheme when joining, or figures "
    "repeat.",
    (
        VINTAGE,
        key("zone", "VARCHAR", "分区代码", "Zone code"),
        key("scheme", "VARCHAR", "代码表", "Code scheme"),
        key("code", "VARCHAR", "该代码表中的代码", "Code in that scheme"),
        Column(
            "share",
            RATIO,
            "分区属于该代码的份额;对应关系不可用于分摊数量时为空",
            "Share of the zone that belongs to the code; NULL where the codes are only related and no amount may follow",
        ),
        text("name_zh", "该代码的中文名称", "Chinese name of the code"),
        text("name_en", "该代码的英文名称", "English name of the code"),
    ),
    "newest",
    optional=True,
)

REGION_TABLES = (REGION_CHANGE, ZONE_MEMBER)
