"""The formula of a rule with places for names, so that one text serves every figure the rule makes: in words, numbers, MathML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree

from gep.base.findings import Place
from gep.explain.graph import CLOSE, OPEN, Pattern
from gep.rules import markup
from gep.rules.parse import parse

_MATHML = "{http://www.w3.org/1998/Math/MathML}"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\([a-z_][a-z0-9_]*\))?")
_OPERATOR = re.compile(r" ([*/-]) ")
_SIGNS = {"*": "×", "/": "÷", "-": "−"}


def pattern(written: str, expression: str, names: Iterable[str], equations: Mapping[str, int]) -> Pattern:
    """`names`: what the formula takes. `equations`: the fitted equations it may call, with their number of arguments.

    Numbers stand in the formula as written; in one with row sums, as it is evaluated, since sums have no name in the former. A
    formula that cannot be read (of a rule that the program makes, or that is not in the catalogue any more) has no MathML.
    """
    labels = {name: f"{OPEN}{name}{CLOSE}" for name in names}
    worked = _worked(expression, labels)
    tree = parse(written, Place(), equations)
    if isinstance(tree, tuple):
        return Pattern(_worked(written, labels), worked)
    words = markup.words(tree, labels)
    summed = any(label not in words for label in labels.values())
    # the text is that of the printer of gep.rules.markup
    return Pattern(words, worked if summed else words, _element(ElementTree.fromstring(markup.mathml(tree, labels))))  # noqa: S314


def _worked(expression: str, labels: Mapping[str, str]) -> str:
    """An expression as text with places for its names, in the signs of print and without brackets around the whole."""
    text = expression[1:-1] if _enclosed(expression) else expression
    placed = _NAME.sub(lambda m: labels.get(m[0], m[0]), text)
    return _OPERATOR.sub(lambda m: f" {_SIGNS[m[1]]} ", placed)


def _enclosed(text: str) -> bool:
    """Whether one pair of brackets stands around the whole text."""
    depth = 0
    for i, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and i < len(text) - 1:
            return False
    return text.startswith("(") and text.endswith(")")


def _element(element: ElementTree.Element) -> tuple[Any, ...]:
    """An element of MathML as nested tuples: tag, then texts and elements."""
    held = [element.text] if element.text else []
    return (element.tag.removeprefix(_MATHML), *held, *(_element(child) for child in element))
