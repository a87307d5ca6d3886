"""The words that stand in the holes of catalogue messages, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "measure": "指标",
    "parameter": "参数",
    "rule": "规则",
    "scheme": "方案",
    "source": "来源",
    "code": "代码",
    "code scheme": "代码体系",
    "dimension": "维度",
    "record set": "记录集",
    "layout": "表式",
    "overlap": "重叠",
    "crosswalk": "对照表",
    "region": "地区",
    "column": "列",
    "line": "计价行",
}
FORMS: Mapping[str, str] = {
    "text in quotes": "加引号的文本",
    "a number": "数字",
    "a number above 0": "大于 0 的数字",
    "true | false": "true | false",
    "a date such as 2010-01-01": "日期,如 2010-01-01",
    "a list of texts": "文本列表",
    "a table": "一张表",
    "a list of tables": "表的列表",
    "a list of codes in quotes": "加引号的代码列表",
    "at least two ids of services or measures": "至少两个服务或指标的编号",
}


def kind_holes(kind: str) -> dict[str, str]:
    """{kind_zh}, {kind_en} of a kind of entry; a kind without Chinese words is a fault of the program."""
    return {"kind_zh": KINDS[kind], "kind_en": kind}


def form_holes(form: str) -> dict[str, str]:
    """{form_zh}, {form_en} of how a field is to be written."""
    return {"form_zh": FORMS[form], "form_en": form}
