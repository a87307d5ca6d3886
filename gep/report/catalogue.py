"""What `gep coefficients` prints: lists, one entry with its source and use, and the audit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gep.base.findings import Place, Refused, finding
from gep.base.records import Parameter, key_text
from gep.catalog.audit import Audit, users
from gep.catalog.freeze import plain
from gep.catalog.load import Catalog, near
from gep.explain.explanation import citation

HEADS = {
    "zh": ("编号", "名称", "键", "地区", "数值", "单位", "性质", "来源", "参数集"),
    "en": ("id", "name", "key", "region", "value", "unit", "status", "source", "set"),
}
AUDIT = {
    "zh": {
        "rows": "参数行数",
        "by_status": "按性质",
        "by_set": "按参数集",
        "unknown": "已知未知(不得猜填)",
        "no_locator": "来源未写表号或条款",
        "no_range": "没有上下限的行数",
        "older_than_source": "生效早于标准发布",
        "unused": "没有规则或方案使用",
        "absent": "方案需要但参数集没有",
    },
    "en": {
        "rows": "rows",
        "by_status": "by status",
        "by_set": "by set",
        "unknown": "known to be unknown",
        "no_locator": "source without table or clause",
        "no_range": "rows without a range",
        "older_than_source": "in force before its standard",
        "unused": "read by no rule or scheme",
        "absent": "needed by a scheme, not in its sets",
    },
}
UNKNOWN = {"zh": "未知", "en": "unknown"}


def parameters(catalog: Catalog, rows: Sequence[Parameter], lang: str) -> RenderableType:
    table = Table(header_style="bold")
    for head in HEADS[lang]:
        table.add_column(head, overflow="fold", justify="right" if head in ("数值", "value") else "left")
    names = catalog.codes.get("parameter", {})
    for p in rows:
        name = names[p.id].names.of(lang) if p.id in names else ""
        value = UNKNOWN[lang] if p.value is None else format(p.value, "f")
        source = f"{p.source} {p.locator}".strip()
        cells = (p.id, name, key_text(p.key) or "-", p.region or "-", value, p.unit, p.status, source, p.source_set)
        table.add_row(*map(Text, cells))
    return table


def parameters_json(rows: Sequence[Parameter]) -> list[object]:
    return [plain(p) for p in rows]


def schemes(catalog: Catalog, lang: str) -> RenderableType:
    table = Table(header_style="bold")
    for head in {
        "zh": ("编号", "名称", "版本", "状态", "服务", "说明"),
        "en": ("id", "name", "version", "status", "services", "note"),
    }[lang]:
        table.add_column(head, overflow="fold")
    for s in catalog.schemes.values():
        cells = (s.id, s.names.of(lang), s.version, s.status, str(len(s.services)), s.reason)
        table.add_row(*map(Text, cells))
    return table


def schemes_json(catalog: Catalog) -> dict[str, Any]:
    return {"schemes": [plain(s) for s in catalog.schemes.values()]}


@dataclass(frozen=True)
class Entry:
    """One thing of the catalogue, as data and as text."""

    data: Mapping[str, Any]
    text: Callable[[str], RenderableType]


def entry(catalog: Catalog, name: str) -> Entry:
    """A parameter, rule, measure, scheme or source by its id. Raises Refused with similar ids."""
    if name in catalog.parameters:
        rows = catalog.parameters[name]
        read_by = sorted(users(catalog).get(name, ()))
        data = {"parameter": name, "rows": parameters_json(rows), "read_by": read_by}
        return Entry(data, lambda lang: _parameter(catalog, rows, read_by, lang))
    for kind in ("rules", "measures", "schemes", "sources", "records"):
        table: Mapping[str, Any] = getattr(catalog, kind)
        if name in table:
            found = {kind.removesuffix("s"): plain(table[name])}
            return Entry(found, lambda lang, d=found: Text(json.dumps(d, ensure_ascii=False, indent=1)))  # type: ignore[misc]
    known = [*catalog.parameters, *catalog.rules, *catalog.measures, *catalog.schemes]
    raise Refused([finding("COEFFICIENTS-UNKNOWN", Place(key=name), found=name, near=near(name, known))])


def _parameter(catalog: Catalog, rows: Sequence[Parameter], read_by: Sequence[str], lang: str) -> RenderableType:
    lines = [Text(f"{p.file}:{p.line}  {citation(catalog.sources[p.source], p.locator)}  {p.note}") for p in rows]
    used = {"zh": "使用者", "en": "read by"}[lang]
    return Group(parameters(catalog, rows, lang), *lines, Text(f"{used}: {', '.join(read_by) or '-'}"))


def audit(made: Audit, lang: str) -> RenderableType:
    table = Table(header_style="bold", show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for name, head in AUDIT[lang].items():
        value = getattr(made, name)
        if isinstance(value, Mapping):
            shown = ", ".join(f"{k} {v}" for k, v in value.items())
        elif isinstance(value, tuple):
            shown = f"{len(value)}" + (": " + "; ".join(value) if value else "")
        else:
            shown = str(value)
        table.add_row(head, Text(shown))
    return table
