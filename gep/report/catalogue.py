"""What `gep coefficients` prints: lists, one entry with its source and use, and the audit."""

from __future__ import annotations

import json
from collections import Counter
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
from gep.catalog.record import Catalog, near
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
        "no_range": "没有上下限的行数",
        "reference": "仅供查阅",
        "absent": "方案需要但参数集没有",
        "to_fill": "各方案待填数值({year} 年)",
        "no_locator": "来源未写表号或条款",
        "older_than_source": "生效早于标准发布",
        "unused": "没有规则或方案使用",
        "reference_read": "标明仅供查阅却被读取",
        "no_use": "未说明用途",
        "no_name": "没有代码和名称",
        "illustrative": "性质与来源种类不符(示例数据)",
        "no_provenance": "未说明数值如何取得",
    },
    "en": {
        "rows": "rows",
        "by_status": "by status",
        "by_set": "by set",
        "unknown": "known to be unknown",
        "no_range": "rows without a range",
        "reference": "for reference only",
        "absent": "needed by a scheme, not in its sets",
        "to_fill": "values to be filled in, by profile ({year})",
        "no_locator": "source without table or clause",
        "older_than_source": "in force before its standard",
        "unused": "read by no rule or scheme",
        "reference_read": "for reference only, yet read",
        "no_use": "use not declared",
        "no_name": "without a code and name",
        "illustrative": "status and source disagree on illustrative",
        "no_provenance": "does not say how the value was come by",
    },
}
HOW_TO = {
    "zh": (
        "方案 {profile},{year} 年:有 {count} 个数值须录入。",
        "1. 按 locator 列查阅 source 列的正式文本,把数值填入 value 列;单位照 unit 列,不要改 id、key 和 source_set。",
        "2. 数值来自其他文件或当地资料的,改写 source 和 locator(新来源先登记在 local/sources.toml)。",
        "3. 只适用于一个县的,把行复制一份,在 region 列写县代码。",
        "4. 文件存为 UTF-8 编码的 CSV,放入 账册/local/parameters/,再运行 gep run。没有填的行仍按未知处理,不会当作零。",
    ),
    "en": (
        "Profile {profile}, {year}: {count} values are to be typed in.",
        "1. Look each up in the text of the column source, at the place in locator; write it into value in the unit given. "
        "Leave id, key and source_set as they are.",
        "2. For a value from another document or local records, change source and locator (enter a new source in "
        "local/sources.toml first).",
        "3. For a value of one county only, copy the row and write the code of the county into region.",
        "4. Save as CSV in UTF-8 in BOOK/local/parameters/ and run gep run. A row left empty stays unknown; it is never zero.",
    ),
}
TOP_CLASSES = {
    "zh": "没有报送 {dims} 的分类数据,所列为最上级类别和规则指名的类别;有账册时用 --book,即按报送的类别列出。",
    "en": "No classes of {dims} were returned, so the top classes and those the rules name are listed; "
    "with --book, those returned are.",
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


def audit(made: Audit, to_fill: Mapping[str, int], year: int, lang: str) -> RenderableType:
    table = Table(header_style="bold", show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for name, head in AUDIT[lang].items():
        value = to_fill if name == "to_fill" else getattr(made, name)
        if isinstance(value, Mapping):
            shown = ", ".join(f"{k} {v}" for k, v in value.items())
        elif isinstance(value, tuple):
            names = _counted(value) if name == "unknown" else value
            shown = f"{len(value)}" + (": " + "; ".join(names) if value else "")
        else:
            shown = str(value)
        table.add_row(head.format(year=year), Text(shown))
    return table


def _counted(rows: Sequence[str]) -> list[str]:
    """Rows (`id [key] region (set)`) by id, with their number; --json and `coefficients list` have each of them."""
    return [f"{name} {count}" for name, count in Counter(row.partition(" ")[0] for row in rows).items()]


def how_to(profile: str, year: int, count: int, assumed: Sequence[str], lang: str) -> RenderableType:
    """How a template is filled in and where it goes."""
    lines = [Text(line.format(profile=profile, year=year, count=count)) for line in HOW_TO[lang]]
    if assumed:
        lines.append(Text(TOP_CLASSES[lang].format(dims=", ".join(assumed))))
    return Group(*lines)
