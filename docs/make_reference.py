"""Make docs/reference.md: every measure, rule, parameter and scheme that ships, from the catalogue itself.

Called with the folder to write into (see tools/docs.py).
"""

from __future__ import annotations

import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP))

from gep.base.records import Rule, key_text  # noqa: E402
from gep.catalog.load import load  # noqa: E402
from gep.catalog.record import Catalog  # noqa: E402
from gep.explain.explanation import citation  # noqa: E402
from gep.rules.plan import build  # noqa: E402

HEAD = """# 目录 / Reference

由 `coefficients/` 生成,请勿手工修改。Made from `coefficients/`; do not edit.
"""
TABLES = {
    "scheme": (
        "## 方案 / Schemes\n\n| id | 名称 name | version | status | services | source |\n| --- | --- | --- | --- | --- | --- |"
    ),
    "measure": (
        "## 指标 / Measures\n\n| id | 名称 name | kind | unit | dims | department |\n| --- | --- | --- | --- | --- | --- |"
    ),
    "parameter": (
        "## 参数与价格 / Parameters and prices\n\n"
        "| id | key | region | value | unit | status | source | set |\n| --- | --- | --- | ---: | --- | --- | --- | --- |"
    ),
}


def cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ") or "-"


def row(*cells: object) -> str:
    return "| " + " | ".join(cell(c) for c in cells) + " |"


def schemes(catalog: Catalog) -> list[str]:
    lines = [TABLES["scheme"]]
    for s in sorted(catalog.schemes.values(), key=lambda s: s.id):
        names = f"{s.names.zh} {s.names.en}"
        lines.append(
            row(s.id, names, s.version, s.status, ", ".join(x.id for x in s.services), citation(catalog.sources[s.source]))
        )
    return lines


def measures(catalog: Catalog) -> list[str]:
    lines = [TABLES["measure"]]
    for m in sorted(catalog.measures.values(), key=lambda m: m.id):
        lines.append(row(m.id, f"{m.names.zh} {m.names.en}", m.kind, m.unit, ", ".join(m.dims), m.department))
    return lines


def rules(catalog: Catalog) -> list[str]:
    lines = ["## 规则 / Rules"]
    for name in sorted(catalog.rules):
        for rule in catalog.rules[name]:
            lines += ["", *one_rule(catalog, rule)]
    return lines


def one_rule(catalog: Catalog, rule: Rule) -> list[str]:
    """The rule as declared, and the plan that is executed."""
    source = citation(catalog.sources[rule.source], rule.clause)
    lines = [
        f"### `{rule.id}` {rule.names.zh} / {rule.names.en}",
        "",
        f"{rule.kind}, version {rule.version}. {source}",
        "",
        "```",
    ]
    lines.append(f"{rule.output or rule.severity} [{', '.join(rule.grain)}] = {rule.expression}")
    for i in rule.inputs:
        select = "".join(f" {d}={c}" for d, c in sorted(i.select.items()))
        lines.append(f"  {i.name}: {i.kind} {i.ref}{select} [{', '.join(i.grain)}] in {i.unit}")
    for e in rule.empirical:
        fitted = ", ".join(f"{a} in {u}" for a, u in e.args)
        lines.append(f"  {e.name}({fitted}) in {e.unit} = {e.expression}   ({citation(catalog.sources[e.source])})")
    plan = build(rule, catalog.measures)
    lines += ["```", "", "<details><summary>计算计划 / plan</summary>", "", "```", plan.text(), "```", "", "</details>"]
    return lines


def parameters(catalog: Catalog) -> list[str]:
    lines = [TABLES["parameter"]]
    rows = [p for name in sorted(catalog.parameters) for p in catalog.parameters[name]]
    for p in rows:
        value = "未知 unknown" if p.value is None else format(p.value, "f")
        source = f"{p.source} {p.locator}".strip()
        lines.append(row(p.id, key_text(p.key) or "-", p.region or "-", value, p.unit, p.status, source, p.source_set))
    return lines


def text() -> str:
    catalog = load(TOP / "coefficients")
    parts = [[HEAD.strip()], schemes(catalog), measures(catalog), rules(catalog), parameters(catalog)]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def main(folder: Path) -> None:
    (folder / "reference.md").write_text(text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
