"""Make docs/services/: one page a service (formula, inputs, units, sources, traps) and an index, from the catalogue itself.

Called with the folder to write into (see tools/docs.py).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP))

from gep.base.findings import Place, Refused  # noqa: E402
from gep.base.records import Code, Empirical, Input, Measure, Names, Parameter, Rule, Scheme  # noqa: E402
from gep.catalog import subject as about  # noqa: E402
from gep.catalog.classes import OPEN, lineage  # noqa: E402
from gep.catalog.load import load  # noqa: E402
from gep.catalog.record import Catalog  # noqa: E402
from gep.catalog.valuation import value_id, value_rules  # noqa: E402
from gep.explain.explanation import citation  # noqa: E402
from gep.rules.markup import latex, latex_lines, latex_symbol, latex_text  # noqa: E402
from gep.rules.nodes import Call, Name, Node, names, transform, walk  # noqa: E402
from gep.rules.parse import parse  # noqa: E402

MADE = "由 `coefficients/` 生成,请勿手工修改。Made from `coefficients/`; do not edit."
CROSSWALKS = (("SEEA EA", "service-seea"), ("CICES", "service-cices"))
MARKET = {"yes": "市场产品 market product", "no": "非市场 not on a market", "partly": "部分有市场 partly on a market"}
SEVERITY = {"stop": "强制 stops", "query": "核实 to be answered", "note": "提示 is told"}
STANDING = {
    "value": "● 计价 valued",
    "quantity": "○ 只算实物量 quantity only",
    "undetermined": "? 待定 undetermined",
    "absent": "– 不含 not included",
    "unknown": "✕ 未录入 text not entered",
}
BETWEEN = "; "
WIDTH = 100  # signs of a formula that fit a page
NONE = "无。None."
COUNTING = """\
行数与取值按全部参数集;缺数按各方案所选参数集,未知即须按正式文本录入。没有行的类别在运行时列出。
Rows and values are of all sets; what a profile lacks is counted in the sets it names, unknown means to be typed in from the
official text. Classes without any row are listed at the run."""


# --- small pieces of text


def cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ") or "–"


def row(*cells: object) -> str:
    return "| " + " | ".join(cell(c) for c in cells) + " |"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    return [row(*head), row(*["---"] * len(head)), *(row(*r) for r in rows)]


def both(names: Names) -> str:
    return f"{names.zh} {names.en}"


def named(codes: Mapping[str, Code], code: str) -> str:
    return f"{both(codes[code].names)} `{code}`" if code in codes else f"`{code}`"


def plain(value: Decimal) -> str:
    """Digits as people write them: no exponent up to 15 digits."""
    return format(value, "f") if -15 <= value.adjusted() <= 15 else str(value)


def between(lower: Decimal | None, upper: Decimal | None) -> str:
    if lower is None and upper is None:
        return ""
    return f"{plain(lower) if lower is not None else '−∞'} … {plain(upper) if upper is not None else '∞'}"


def codes_text(domain: Mapping[str, tuple[str, ...]]) -> str:
    """A declared domain, dimension by dimension; an open list takes what is returned."""
    return BETWEEN.join(f"{d}: {'(按报送 as returned)' if c == OPEN else ', '.join(c)}" for d, c in sorted(domain.items()))


# --- formulas


def tree_of(text: str, rule: Rule, functions: Mapping[str, int], *, fitted: bool = False) -> Node:
    """The parsed expression; Refused with its findings if the catalogue holds one that cannot be read."""
    tree = parse(text, Place(rule.file, key=rule.id), functions, rule=rule.id, fitted=fitted)
    if isinstance(tree, tuple):
        raise Refused(tree)
    return tree


def parted(tree: Node, fitted: Iterable[str]) -> tuple[Node, list[tuple[str, Node]]]:
    """The tree with several calls of fitted equations taken out under names (ef, loss', loss''), outermost first.

    No input has the name of an equation, and none can hold a prime: a name made here stands for nothing else.
    """
    equations = frozenset(fitted)
    count = Counter(n.fn for n in set(walk(tree)) if isinstance(n, Call) and n.fn in equations)
    taken: dict[Node, str] = {}

    def out(node: Node) -> Node:
        if not isinstance(node, Call) or node.fn not in equations:
            return node
        nth = 1 + sum(name.rstrip("'") == node.fn for name in taken.values())
        return Name(taken.setdefault(node, node.fn if count[node.fn] == 1 else node.fn + "'" * nth))

    short = transform(tree, out)
    if len(taken) < 2:
        return tree, []
    bodies = {name: node for node, name in taken.items()}
    order = list(names(short))
    for name in order:  # grows while it is walked
        order += [n for n in names(bodies[name]) if n not in order] if name in bodies else []
    return short, [(name, bodies[name]) for name in order if name in bodies]


def math(equations: Sequence[tuple[str, Node]]) -> list[str]:
    """A block of (left side or nothing, right side), aligned at the equals signs if it has several lines."""
    broken = [(left, latex_lines(right, {}, WIDTH)) for left, right in equations]
    if len(broken) == 1 and len(broken[0][1]) == 1:
        return ["", "```math", " = ".join([*filter(None, [broken[0][0]]), *broken[0][1]]), "```", ""]
    lines = []
    for left, (first, *more) in broken:
        lines += [f"{left} &= {first}" if left else f"& {first}", *(rf"&\quad {{}} {text}" for text in more)]
    return ["", "```math", r"\begin{aligned}", *(f"{x} \\\\" for x in lines[:-1]), lines[-1], r"\end{aligned}", "```", ""]


def formula(catalog: Catalog, rule: Rule, shown: Mapping[Empirical, Rule]) -> list[str]:
    """The rule as LaTeX, its fitted equations with the units of their arguments, and the expression as written.

    `shown`: the rule at which a fitted equation is printed; later rules point to it.
    """
    tree = tree_of(rule.expression, rule, {e.name: len(e.args) for e in rule.empirical})
    short, taken = parted(tree, (e.name for e in rule.empirical))
    left = latex_text(catalog.measures[rule.output].names.zh) if rule.output else ""
    lines = math([(left, short), *((latex_symbol(name), node) for name, node in taken)])
    for e in rule.empirical:
        first = shown.get(e, rule)
        if first is not rule:
            lines.append(f"拟合方程 fitted equation `{e.name}`: 见 see `{first.id}`。\n")
            continue
        call = latex(Call(e.name, tuple(Name(a) for a, _ in e.args)), {})
        units = ", ".join(f"`{a}` {u}" for a, u in e.args)
        lines.append(f"拟合方程 fitted equation `{e.name}`: {units} → {e.unit}; {citation(catalog.sources[e.source])}")
        lines += math([(call, tree_of(e.expression, rule, {}, fitted=True))])
    return [*lines, f"`{rule.expression}`", ""]


def came_from(catalog: Catalog, given: Input, here: str) -> tuple[str, str]:
    """What an input is, and where it comes from."""
    if given.kind == "column":
        records = catalog.records[given.rows]
        column = next(c for c in records.columns if c.name == given.ref)
        return both(column.names), f"{both(records.names)} `{given.rows}.{given.ref}`"
    if given.kind == "parameter":
        code = catalog.codes.get("parameter", {}).get(given.ref)
        return both(code.names) if code else "", f"参数 parameter `{given.ref}`"
    measure = catalog.measures[given.ref]
    owner = about.service_of(measure)
    if owner and owner != here:
        return both(measure.names), f"[{catalog.codes['service'][owner].names.zh} `{given.ref}`]({owner}.md)"
    return both(measure.names), f"`{given.ref}` {maker_text(catalog, measure, None)}"


def maker_text(catalog: Catalog, measure: Measure, scheme: Scheme | None) -> str:
    """Which rules compute a measure (in a scheme, or any), else that it is returned and by whom."""
    made = [r for r in about.every_rule(catalog) if r.output == measure.id and (scheme is None or r.id in scheme.rules)]
    rules = ", ".join(f"`{r.id}`" for r in made if r.kind != "second_route")
    seconds = " + 第二算法 second route" if scheme and any(r.kind == "second_route" or r.route for r in made) else ""
    returned = f"报送 returned: {measure.department or '–'}"
    if not rules:
        return returned
    return f"规则 rule {rules}{seconds}" if scheme else f"规则 rule {rules}, 否则 else {returned}"


def inputs(catalog: Catalog, rule: Rule, here: str) -> list[str]:
    rows = []
    for i in rule.inputs:
        what, origin = came_from(catalog, i, here)
        by = ", ".join([*i.grain, *(f"{d}={c}" for d, c in sorted(i.select.items())), *([i.time] if i.time != "same" else [])])
        rows.append((f"`{i.name}`", what, origin, i.unit, between(i.lower, i.upper), by))
    return table(("符号 symbol", "含义 what", "来自 from", "单位 unit", "界限 bounds", "按 by"), rows)


def one_rule(catalog: Catalog, rule: Rule, s: about.Subject, shown: Mapping[Empirical, Rule]) -> list[str]:
    output = catalog.measures[rule.output]
    chosen = ", ".join(f"`{s.id}`" for s in about.profiles(catalog) if rule.id in s.rules)
    facts = [f"`{output.id}`, {output.unit}", f"按 by {', '.join(rule.grain)}"]
    facts += [f"类 classes: {codes_text(rule.domain)}"] if rule.domain else []
    facts += [f"方案 profiles: {chosen or '无 none'}"]
    facts += [f"停用原因 deprecated: {rule.deprecated}"] if rule.deprecated else []
    lines = [f"### `{rule.id}` {rule.names.zh} / {rule.names.en}", "", " · ".join(facts)]
    lines += [*formula(catalog, rule, shown), *inputs(catalog, rule, s.service.code), ""]
    lines += [f"来源 source: {citation(catalog.sources[rule.source], rule.clause)}", ""]
    checks = [f"程序独立复算 independent program `{rule.route}`"] if rule.route else []
    for second in (r for r in s.seconds if r.output == rule.output):
        allowed = plain(second.tolerance) if second.tolerance is not None else "0"
        clause = citation(catalog.sources[second.source], second.clause)
        checks.append(f"规则 rule `{second.id}`: `{second.expression}`, 容差 tolerance {allowed} {output.unit} ({clause})")
    lines.append(f"第二算法 second route: {BETWEEN.join(checks) if checks else '无 none'}")
    return lines


# --- sections of a page


def head(catalog: Catalog, s: about.Subject) -> list[str]:
    code = s.service
    above = [catalog.codes["service"][c] for c in lineage(catalog.codes, "service", code.code)[1:]]
    market = MARKET[code.attrs["market"]] + f" ({code.attrs.get('market_source', '–')})"
    rows = [("编号 id", f"`{code.code}`"), ("类别 class", BETWEEN.join(both(c.names) for c in above)), ("市场 market", market)]
    for label, crosswalk in CROSSWALKS:
        targets = [(x.scheme_to, x.code_to) for x in catalog.crosswalks.get(crosswalk, ()) if x.code_from == code.code]
        editions = {catalog.codes[scheme][c].edition.removeprefix(label).strip() for scheme, c in targets}
        rows.append((" ".join([label, *sorted(editions)]), "<br>".join(named(catalog.codes[scheme], c) for scheme, c in targets)))
    lines = [f"# {code.names.zh} / {code.names.en}", "", f"{MADE} [全部服务 all services](README.md)", ""]
    return [*lines, *table(("项目 item", "内容 content"), rows)]


def treatment(catalog: Catalog, s: about.Subject) -> list[str]:
    heads = ("方案 profile", "处理 treatment", "实物量 quantity", "单价 price", "价值 value", "范围与说明 domain, remark")
    rows = [cells for scheme in about.profiles(catalog) for cells in treated(catalog, scheme, s.service.code)]
    return ["## 方案 / Profiles", "", *table(heads, rows)]


def treated(catalog: Catalog, scheme: Scheme, service: str) -> list[tuple[str, ...]]:
    """A row for each line a profile has for a service; one that says why there is none if it has none."""
    state, lines = about.standing(scheme, service), about.lines_of(scheme, service)
    if not lines:
        return [(f"`{scheme.id}`", STANDING[state], "", "", "", scheme.reason)]
    values = {r.output: r for r in value_rules(catalog, scheme)[0]}
    rows: list[tuple[str, ...]] = []
    for line in lines:
        value = values.get(value_id(line.measure))
        kind = STANDING[state] if state == "undetermined" else STANDING["value" if value else "quantity"]
        quantity = f"`{line.measure}`: {maker_text(catalog, catalog.measures[line.measure], scheme)}"
        price = price_text(catalog, value, scheme) if value else ""
        done = f"`{value.expression}`, {scheme.currency}" if value else ""
        rows.append((f"`{scheme.id}`", kind, quantity, price, done, codes_text(line.domain)))
    return rows


def price_text(catalog: Catalog, value: Rule, scheme: Scheme) -> str:
    """The price of a value rule, and the rule that computes it if it is no parameter."""
    price = next((i for i in value.inputs if i.name == "price"), None)
    if price is None:
        return "只有价值量 value only"
    made = f": {maker_text(catalog, catalog.measures[price.ref], scheme)}" if price.kind == "measure" else ""
    return f"`{price.ref}`, {price.unit}{made}"


def account_measures(s: about.Subject) -> list[str]:
    rows = [
        (f"`{m.id}`", both(m.names), m.kind, m.unit, ", ".join(m.dims), between(m.lower, m.upper), m.department)
        for m in s.measures
    ]
    heads = ("id", "名称 name", "kind", "单位 unit", "维度 dims", "界限 bounds", "部门 department")
    return ["## 账户中的指标 / Measures in the accounts", "", *table(heads, rows)]


def rules_of(catalog: Catalog, s: about.Subject) -> list[str]:
    lines = ["## 规则 / Rules"]
    shown: dict[Empirical, Rule] = {}
    for rule in (*s.rules, *s.below):
        for e in rule.empirical:
            shown.setdefault(e, rule)
    if not s.rules:
        lines += ["", "无规则:数量由部门报送。No rule: the quantity is returned."]
    for rule in s.rules:
        lines += ["", *one_rule(catalog, rule, s, shown)]
    if s.below:
        lines += [
            "",
            "## 其下的规则 / Rules below",
            "",
            "算出上面规则或单价所读的量。They compute what the rules above or the prices read.",
        ]
    for rule in s.below:
        lines += ["", *one_rule(catalog, rule, s, shown)]
    return lines


def ranges(rows: Sequence[Parameter]) -> str:
    """Smallest and largest known value, unit by unit: money of different price years is not compared."""
    found = []
    for unit in sorted({p.unit for p in rows}):
        ends = sorted({p.value for p in rows if p.unit == unit and p.value is not None})
        shown = " … ".join(plain(v) for v in dict.fromkeys([*ends[:1], *ends[-1:]]))
        found += [shown if unit == "1" else f"{shown} `{unit}`"] if ends else []
    return "<br>".join(found)


def counted(items: Iterable[str]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(Counter(items).items()))


def lacking(catalog: Catalog, name: str, read: Sequence[about.Reading]) -> str:
    """Which enabled profiles lack values of a parameter they read, and how many of how many."""
    found = []
    for scheme in (p for p in about.profiles(catalog) if p.status == "enabled"):
        unknown, rows = about.missing(catalog, scheme, name, read) or (0, -1)
        if unknown or rows == 0:
            found.append(f"`{scheme.id}` " + (f"未知 unknown {unknown}/{rows}" if rows else "无行 no row"))
    return "<br>".join(found)


def parameters(catalog: Catalog, s: about.Subject) -> list[str]:
    rows = []
    for name, read in about.readings(catalog, s).items():
        held = catalog.parameters.get(name, ())
        unknown = sum(p.value is None for p in held)
        counts = f"{len(held)}" + (f", 未知 unknown {unknown}" if unknown else "")
        label, sets = named(catalog.codes.get("parameter", {}), name), counted(p.source_set for p in held)
        rows.append((label, counts, sets, counted(p.status for p in held), ranges(held), lacking(catalog, name, read)))
    heads = ("参数 parameter", "行数 rows", "参数集 sets", "状态 status", "取值 values", "方案缺数 profiles that lack it")
    return ["## 参数 / Parameters", "", *([COUNTING, "", *table(heads, rows)] if rows else [NONE])]


def check(catalog: Catalog, rule: Rule, here: str) -> list[str]:
    message = rule.message or rule.names
    chosen = ", ".join(f"`{p.id}`" for p in about.profiles(catalog) if rule.id in p.rules) or "无 none"
    lines = ["", f"**`{rule.id}`** {both(rule.names)} ({SEVERITY[rule.severity]}; 方案 profiles: {chosen})", "", both(message)]
    source = f"来源 source: {citation(catalog.sources[rule.source], rule.clause)}"
    return [*lines, *formula(catalog, rule, {}), *inputs(catalog, rule, here), "", source]


def traps(catalog: Catalog, s: about.Subject) -> list[str]:
    lines = ["## 易错之处 / Traps", "", "### 校核 / Checks"]
    lines += [text for rule in s.asserts for text in check(catalog, rule, s.service.code)] or ["", NONE]
    rows = []
    for o in s.overlaps:
        kind = "同一量的多种定义,只能取一 alternatives, one only" if o.alternatives else "同时计价须说明 both only if shown"
        clause = citation(catalog.sources[o.source], o.clause)
        rows.append((f"{both(o.names)} `{o.id}`", ", ".join(f"`{m}`" for m in o.members), kind, clause))
    heads = ("重叠 overlap", "成员 members", "处理 treatment", "依据 why")
    lines += ["", "### 重复计算 / Overlaps", "", *(table(heads, rows) if rows else [NONE])]
    notes = measure_notes(catalog, s)
    return [*lines, *(["", "### 指标备注 / Notes of measures", "", *notes] if notes else [])]


def measure_notes(catalog: Catalog, s: about.Subject) -> list[str]:
    read = [i.ref for r in (*s.rules, *s.below, *s.asserts) for i in r.inputs if i.kind == "measure"]
    shown = dict.fromkeys([*(m.id for m in s.measures), *(r.output for r in s.below), *read])
    return [f"* {both(catalog.measures[m].names)} `{m}`: {catalog.measures[m].note}" for m in shown if catalog.measures[m].note]


def sources(catalog: Catalog, s: about.Subject) -> list[str]:
    used = {r.source for r in s.all_rules} | {e.source for r in s.all_rules for e in r.empirical} | {o.source for o in s.overlaps}
    used |= {p.source for name in about.readings(catalog, s) for p in catalog.parameters.get(name, ())}
    rows = []
    for x in (catalog.sources[name] for name in sorted(used)):
        text = ", ".join(t for t in (x.authors, x.year, x.title, x.published_in) if t)
        link = f"[{x.doi}](https://doi.org/{x.doi})" if x.doi else x.url
        rows.append((f"`{x.id}`", x.kind, text, link, x.note))
    heads = ("id", "类 kind", "文献 text", "DOI", "备注 note")
    return ["## 来源 / Sources", "", *(table(heads, rows) if rows else [NONE])]


def page(catalog: Catalog, service: Code) -> str:
    s = about.subject(catalog, service)
    parts = [head(catalog, s), treatment(catalog, s), account_measures(s), rules_of(catalog, s)]
    parts += [parameters(catalog, s), traps(catalog, s), sources(catalog, s)]
    return "\n\n".join("\n".join(part).strip("\n") for part in parts) + "\n"


def index(catalog: Catalog) -> str:
    """All services by class, with how each enabled profile treats them."""
    enabled = [p for p in about.profiles(catalog) if p.status == "enabled"]
    lines = ["# 服务 / Services", "", f"{MADE} [目录 reference](../reference.md)", "", BETWEEN.join(STANDING.values()), ""]
    top = catalog.codes["service"]
    for name in dict.fromkeys(c.attrs["class"] for c in about.services(catalog)):
        lines += [f"## {top[name].names.zh} / {top[name].names.en}", ""]
        rows = []
        for code in (c for c in about.services(catalog) if c.attrs["class"] == name):
            count = len(about.subject(catalog, code).rules)
            states = [STANDING[about.standing(p, code.code)].split()[0] for p in enabled]
            rows.append((f"[{both(code.names)}]({code.code}.md)", MARKET[code.attrs["market"]].split()[0], count, *states))
        lines += [*table(("服务 service", "市场 market", "规则 rules", *(f"`{p.id}`" for p in enabled)), rows), ""]
    held = {r.id for code in about.services(catalog) for r in about.subject(catalog, code).all_rules}
    spare = ", ".join(f"`{name}`" for name in sorted(set(catalog.rules) - held)) or NONE
    lines += ["## 没有服务用到的规则 / Rules that no service uses", "", spare, "", "## 方案 / Profiles", ""]
    rows = [(f"`{p.id}`", both(p.names), citation(catalog.sources[p.source]), p.reason) for p in about.profiles(catalog)]
    return "\n".join([*lines, *table(("id", "名称 name", "来源 source", "未启用原因 why disabled"), rows)]) + "\n"


def main(folder: Path) -> None:
    catalog = load(TOP / "coefficients")
    out = folder / "services"
    out.mkdir(parents=True, exist_ok=True)
    texts = {f"{c.code}.md": page(catalog, c) for c in about.services(catalog)} | {"README.md": index(catalog)}
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
