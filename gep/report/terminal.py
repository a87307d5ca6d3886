"""What people see on a terminal: findings, totals, explanations as rich tables and trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from gep.base.findings import Finding
from gep.base.records import Severity
from gep.base.units import display
from gep.explain.explanation import Explanation, Step, citation, quantity
from gep.report.words import WORDS

STYLE = {Severity.STOP: "bold red", Severity.QUERY: "yellow", Severity.NOTE: "cyan"}
MONEY_SCALE = {"zh": (Decimal(10) ** 8, "亿"), "en": (Decimal(10) ** 8, "×10⁸ ")}


def findings(items: Iterable[Finding], lang: str) -> RenderableType:
    """Every finding with place, sentence, found / expected / difference and mend; stopping ones first."""
    words = WORDS[lang]
    order = list(Severity)
    blocks: list[RenderableType] = []
    for f in sorted(items, key=lambda f: (order.index(f.severity), f.place.file, f.place.row)):
        answered = f" ({words[f.status]})" if f.status in ("answered", "approved") else ""
        head = Text.assemble(
            (f"[{words[str(f.severity)]}]{answered} ", STYLE[f.severity]), (f.code, "dim"), f"  {f.place.text()}"
        )
        details = [(words[n], getattr(f, n)) for n in ("found", "expected", "difference")]
        lines = [Text(f.text(lang))]
        shown = "   ".join(f"{w}: {v}" for w, v in details if v)
        if shown:
            lines.append(Text(shown, style="dim"))
        lines.append(Text(f"{words['mend']}: {f.mend(lang)}", style="green"))
        blocks.append(Group(head, *(Padding(line, (0, 0, 0, 2)) for line in lines)))
    return Group(*blocks)


def counted(items: Iterable[Finding], lang: str) -> RenderableType:
    """How many findings there are of each kind, with the sentence of the first."""
    words = WORDS[lang]
    kinds: dict[str, list[Finding]] = {}
    for f in items:
        kinds.setdefault(f.code, []).append(f)
    table = Table(title=words["findings_kept"], title_justify="left", header_style="bold", show_header=False)
    for code, several in sorted(kinds.items(), key=lambda item: -len(item[1])):
        table.add_row(str(len(several)), words[str(several[0].severity)], code, several[0].text(lang))
    return table


def totals(rows: Sequence[Mapping[str, Any]], lang: str) -> RenderableType:
    """gep_total: one line a region, year and profile, in 10⁸ of the currency."""
    words = WORDS[lang]
    scale, name = MONEY_SCALE[lang]
    table = Table(title=words["gep"], title_justify="left", header_style="bold")
    several = len({r["price_basis"] for r in rows}) > 1
    for column in ("year", "region", "profile", *(("price_basis",) if several else ())):
        table.add_column(words[column], overflow="fold")
    for column in ("material", "regulating", "cultural", "gep"):
        table.add_column(words[column], justify="right", no_wrap=True, style="bold" if column == "gep" else "")
    table.add_column(words["unit"])
    table.add_column(words["services"], overflow="fold")
    for r in rows:
        amounts = [
            words["unknown"] if r[c] is None else grouped(r[c] / scale, 4) for c in ("material", "regulating", "cultural", "gep")
        ]
        region = f"{r['region_name']} {r['region_code']}"
        unit = name + display(r["currency"], lang)
        services = words["counts"].format(**r) + (f"; {words['holds_illustrative']}" if r["illustrative"] else "")
        basis = (r["price_basis"],) if several else ()
        table.add_row(str(r["year"]), region, r["profile"], *basis, *amounts, unit, services)
    return table


def grouped(amount: Decimal, places: int) -> str:
    """For the eye only: digits in groups, `places` decimals; the store keeps them all."""
    return f"{amount:,.{places}f}"


def published(rows: Sequence[Mapping[str, Any]], lang: str, *, every: bool = False) -> RenderableType:
    """The printed figure beside the computed one with its interval."""
    words = WORDS[lang]
    table = Table(title=f"{words['printed']} / {words['computed']}", title_justify="left", header_style="bold")
    table.add_column(words["figure"], overflow="fold")
    for column in ("printed", "computed", "interval"):
        table.add_column(words[column], justify="right")
    table.add_column(words["unit"])
    table.add_column(words["verdict"])
    shown = [r for r in rows if every or r["verdict"] != "not_computed"]
    for r in shown:
        style = {"meets": "green", "misses": "bold red", "not_computed": "dim"}[r["verdict"]]
        computed = "" if r["computed"] is None else trimmed(r["computed"])
        span = "" if r["low"] is None else f"[{trimmed(r['low'])}, {trimmed(r['high'])}]"
        parts = r["figure"].split("/")
        short = "/".join([parts[0].removesuffix("_account"), *parts[3:]]) if len(parts) > 3 else r["figure"]
        table.add_row(short, r["value"], computed, Text(span), r["unit"], Text(words[r["verdict"]], style=style))
    return table


def trimmed(amount: Decimal) -> str:
    """Up to six decimals without trailing zeros, for the eye only."""
    text = f"{amount:,.6f}".rstrip("0").rstrip(".")
    return text


def explanation(e: Explanation, lang: str) -> RenderableType:
    """The figure as a tree: formula in words, the numbers put in, then what each of them rests on."""
    words = WORDS[lang]
    amount = words["unknown"] if not e.amount else quantity(e.amount, e.unit)
    tree = Tree(Text.assemble((e.address, "bold"), "  =  ", (amount, "bold green" if e.amount else "bold red")))
    for part in e.parts:
        _branch(tree, part, lang)
    return tree


def _branch(tree: Tree, step: Step, lang: str) -> None:
    words = WORDS[lang]
    amount = quantity(step.amount, step.unit) if step.amount else words["unknown"]
    role = f"{step.role} = " if step.role else ""
    kind = str(step.node["kind"])
    title = words["sum"] if kind == "row_sum" else words["total"] if kind == "total" else step.title
    head = Text.assemble((role, "cyan"), title, ": ", (amount, "bold"))
    if not step.binding:
        head.append(f"  ({words['not_binding']})", style="dim")
    branch = tree.add(head)
    for line in _details(step, lang):
        branch.add(line)
    for below in step.steps:
        _branch(branch, below, lang)


def _details(step: Step, lang: str) -> list[Text]:
    """The lines under a node: formula and numbers, or file and row, or status and source."""
    words, node = WORDS[lang], step.node
    lines: list[Text] = []
    if step.formula is not None:
        lines.append(Text(f"= {step.formula.words}", style="italic"))
        lines.append(Text(f"= {step.formula.numbers}", style="italic"))
    if node["kind"] == "calculation" and not str(node["rule"]).startswith("value."):
        clause = f" ({node['clause']})" if node["clause"] else ""
        cited = citation(step.source) if step.source else node["source"]
        lines.append(Text(f"{words['rule']} {node['rule']}@{node['version']}{clause}; {words['source']}: {cited}", style="dim"))
    elif node["kind"] == "cell":
        lines.append(_cell_line(step, lang))
    elif node["kind"] == "parameter":
        cited = citation(step.source, node["locator"]) if step.source else node["source"]
        style = "bold yellow" if node["status"] == "illustrative" else ""
        lines.append(Text.assemble((words[node["status"]], style), f"; {words['source']}: {cited}", style="dim"))
        lines.append(Text(f"{node['file']}:{node['row']} ({node['source_set']})", style="dim"))
        if node["note"]:
            lines.append(Text(node["note"], style="dim"))
    elif node["kind"] == "row_sum":
        lines.append(Text(f"{node['product']}; {node['n']} {words['rows']}, q = {node['q']}", style="dim"))
    return lines


def _cell_line(step: Step, lang: str) -> Text:
    words, node = WORDS[lang], step.node
    if node.get("file") is None and node.get("amount") is not None and node.get("reason"):  # settled, and why
        return Text(f"{node['reason']}", style="dim")
    if node.get("file") is None and node.get("amount") is not None:  # a row of a record set, or a flow that passes nowhere
        return Text(f"{words['row_of']} {node['measure']} {node['key']}, {node['region']} {node['period']}", style="dim")
    if node.get("file") is None:
        return Text(f"{words['not_returned']}: {node['reason']}", style="bold red")
    cited = citation(step.source, node["note"]) if step.source else node["note"]
    where = f"{words['returned']} {node['file']}:{node['row']} ({node['department'] or '-'}) SHA-256 {node['sha256'][:12]}…"
    return Text(f"{where}; {words['source']}: {cited}", style="dim")


def console(lang: str, *, stderr: bool = False) -> Console:
    """A console that takes text as text (no markup in anybody's data) and keeps 160 columns where there is no terminal."""
    made = Console(stderr=stderr, highlight=False, markup=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, markup=False, width=160)


def checks(ran: int, findings: Sequence[Finding], lang: str) -> str:
    """How many checks of the asset tables ran, and how many of them stop, ask for an explanation or have one."""
    failed = [f for f in findings if f.code in ("ENGINE-CHECK", "ENGINE-SECOND-ROUTE")]
    stops = sum(f.severity == "stop" for f in failed)
    answered = sum(f.severity == "query" and f.status == "answered" for f in failed)
    asked = sum(f.severity == "query" for f in failed) - answered
    words = {
        "zh": f"资产表审核 {ran} 项:强制性未过 {stops},核实性待说明 {asked},已说明 {answered}",
        "en": f"asset tables: {ran} checks ran; {stops} stop, {asked} ask for an explanation, {answered} are explained",
    }
    return words[lang]
