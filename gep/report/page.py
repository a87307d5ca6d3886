"""A figure's explanation as one self-contained web page, with the formulas typeset in MathML."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from gep import __version__
from gep.explain.explanation import Explanation, Step, citation, quantity
from gep.report import sandbox
from gep.report.words import WORDS


def page(made: Explanation, lang: str) -> str:
    """The page as text: no script, no network, all data escaped; the same explanation gives the same bytes."""
    parts = [_plain(step, lang) for step in made.parts]
    amount = quantity(made.amount, made.unit) if made.amount else WORDS[lang]["unknown"]
    given = {"lang": lang, "words": WORDS[lang], "address": made.address, "amount": amount, "parts": parts}
    return sandbox.render("explain.html.j2", given | {"version": __version__})


def _plain(step: Step, lang: str) -> dict[str, Any]:
    """The step as plain data: templates get no objects."""
    node, words = step.node, WORDS[lang]
    kind = str(node["kind"])
    title = words["sum"] if kind == "row_sum" else words["total"] if kind == "total" else step.title
    return {
        "kind": kind,
        "title": title,
        "role": step.role,
        "amount": quantity(step.amount, step.unit) if step.amount else words["unknown"],
        "binding": step.binding,
        "words": step.formula.words if step.formula else "",
        "numbers": step.formula.numbers if step.formula else "",
        # made by the printer of gep.rules.markup, which escapes every label
        "mathml": Markup(step.formula.mathml) if step.formula else "",  # noqa: S704
        "rule": f"{node['rule']}@{node['version']} {node['clause']}".strip() if kind == "calculation" else "",
        "cited": citation(step.source, str(node.get("locator") or node.get("clause") or ""))
        if step.source
        else str(node.get("source") or ""),
        "status": words.get(str(node.get("status")), "") if kind == "parameter" and node["status"] != "illustrative" else "",
        "illustrative": node.get("status") == "illustrative",
        "where": f"{node['file']}:{node['row']}" if node.get("file") else "",
        "sha256": str(node.get("sha256") or ""),
        "department": str(node.get("department") or ""),
        "note": str(node.get("note") or node.get("reason") or ""),
        "steps": [_plain(s, lang) for s in step.steps],
    }
