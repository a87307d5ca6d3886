"""An expression for people: readable words, the same with numbers put in, MathML, Typst and LaTeX. The author's order is kept.

Labels are looked up by name of the input (`area`, `prev(area)`), or by `S0`, `N0`, `V0` for row sums; what has no label shows
its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from html import escape
from typing import assert_never

from gep.rules.canonical import ref_text
from gep.rules.nodes import Agg, Bin, Call, Compare, Convert, Name, Neg, Node, Num, Ref, Stamp

COMPARISON, SUM, PRODUCT, SIGN, ATOM = range(5)
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_RELATIONS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}
_NEGATIVE = re.compile(r"[-−]")


def strength(node: Node) -> int:
    """How tightly a node binds: COMPARISON < SUM < PRODUCT < SIGN < ATOM."""
    match node:
        case Compare():
            return COMPARISON
        case Bin(op="+") | Bin(op="-"):
            return SUM
        case Bin():
            return PRODUCT
        case Convert():
            return PRODUCT
        case Neg():
            return SIGN
        case Stamp():
            return strength(node.x)
        case Num():
            return ATOM if node.value.denominator == 1 or "/" not in node.text else PRODUCT
        case _:
            return ATOM


def number_text(value: Fraction) -> str:
    """A decimal if there is a short exact one, else a fraction: 0.001, 1/15."""
    rest = value.denominator
    places = 0
    while rest % 10 == 0:
        rest //= 10
        places += 1
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
            places += 1
    if rest != 1 or places > 12:
        return f"{value.numerator}/{value.denominator}"
    digits = f"{abs(value.numerator) * 10**places // value.denominator:0{places + 1}d}"
    text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".") if places else digits
    return f"-{text}" if value < 0 else text


def label_of(node: Name | Ref, labels: Mapping[str, str]) -> str:
    """The label of a name or a row sum."""
    key = ref_text(node) if isinstance(node, Ref) else node.id
    return labels.get(key, key)


def words(node: Node, labels: Mapping[str, str]) -> str:
    """The formula in one line, with × ÷ −. Derived unit factors are shown: `面积 × 水深 × 0.001`."""
    match node:
        case Num():
            return node.text
        case Name() | Ref():
            return label_of(node, labels)
        case Neg():
            return f"−{_inside(node.x, SIGN, labels)}"
        case Convert():
            return f"{_inside(node.x, PRODUCT, labels)} × {_factor(node.factor)}"
        case Stamp():
            return words(node.x, labels)
        case Bin():
            return _line(node, labels)
        case Compare():
            return f"{words(node.left, labels)} {_RELATIONS[node.op]} {words(node.right, labels)}"
        case Call():
            return f"{node.fn}({', '.join(words(a, labels) for a in node.args)})"
        case Agg():
            return f"{node.fn}({words(node.body, labels)} over {', '.join(node.over)})"
        case _:
            assert_never(node)


def numbers(node: Node, values: Mapping[str, str]) -> str:
    """The formula with values (with their units, as text) in the places of the names; negative ones stand in brackets."""
    wrapped = {name: f"({value})" if _NEGATIVE.match(value) else value for name, value in values.items()}
    return words(node, wrapped)


def _factor(value: Fraction) -> str:
    text = number_text(value)
    return f"({text})" if "/" in text else text


def _line(node: Bin, labels: Mapping[str, str]) -> str:
    level = SUM if node.op in "+-" else PRODUCT
    right_level = level if node.op in "+*" else level + 1
    if isinstance(node.right, Neg):
        right_level = ATOM
    elif node.op in "+*" and strength(node.right) == level:
        right_level = level + 1  # the author's brackets are the order of the arithmetic
    return f"{_inside(node.left, level, labels)} {_SIGNS[node.op]} {_inside(node.right, right_level, labels)}"


def _inside(node: Node, level: int, labels: Mapping[str, str]) -> str:
    text = words(node, labels)
    return f"({text})" if strength(node) < level else text


# --- MathML


def mathml(node: Node, labels: Mapping[str, str]) -> str:
    """A complete <math> element; fractions as fractions, labels escaped."""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow>{_ml(node, labels)}</mrow></math>'


def _mo(sign: str) -> str:
    return f"<mo>{escape(sign)}</mo>"


def _mi(text: str) -> str:
    return f"<mi>{escape(text)}</mi>"


def _ml_number(value: Fraction) -> str:
    text = number_text(value)
    if "/" not in text:
        return f"<mn>{text.replace('-', '−')}</mn>"
    return f"<mfrac><mn>{value.numerator}</mn><mn>{value.denominator}</mn></mfrac>".replace("-", "−")


def _ml(node: Node, labels: Mapping[str, str]) -> str:
    match node:
        case Num():
            return _ml_number(node.value) if "/" in node.text else f"<mn>{escape(node.text)}</mn>"
        case Name() | Ref():
            return _mi(label_of(node, labels))
        case Neg():
            return _mo("−") + _ml_in(node.x, SIGN, labels)
        case Convert():
            return _ml_in(node.x, PRODUCT, labels) + _mo("×") + _ml_number(node.factor)
        case Stamp():
            return _ml(node.x, labels)
        case Bin(op="/"):
            return f"<mfrac><mrow>{_ml(node.left, labels)}</mrow><mrow>{_ml(node.right, labels)}</mrow></mfrac>"
        case Bin():
            left, right = _levels(node)
            return _ml_in(node.left, left, labels) + _mo(_SIGNS[node.op]) + _ml_in(node.right, right, labels)
        case Compare():
            return _ml(node.left, labels) + _mo(_RELATIONS[node.op]) + _ml(node.right, labels)
        case Call():
            return _ml_call(node, labels)
        case Agg():
            return _ml_agg(node, labels)
        case _:
            assert_never(node)


def _levels(node: Bin) -> tuple[int, int]:
    """What the two sides of + - * need to stand without brackets; a fraction bar brackets by itself."""
    level = SUM if node.op in "+-" else PRODUCT
    return level, ATOM if isinstance(node.right, Neg) else level + 1


def _needs(node: Node, level: int) -> bool:
    """Whether a node needs brackets where fractions are drawn with a bar."""
    inner = node.x if isinstance(node, Stamp) else node
    bar = isinstance(inner, Bin) and inner.op == "/"
    return not bar and strength(node) < level


def _ml_in(node: Node, level: int, labels: Mapping[str, str]) -> str:
    text = _ml(node, labels)
    return f"<mrow>{_mo('(')}{text}{_mo(')')}</mrow>" if _needs(node, level) else text


def _ml_call(node: Call, labels: Mapping[str, str]) -> str:
    args = [_ml(a, labels) for a in node.args]
    match node.fn:
        case "sqrt":
            return f"<msqrt><mrow>{args[0]}</mrow></msqrt>"
        case "abs":
            return f"<mrow>{_mo('|')}{args[0]}{_mo('|')}</mrow>"
        case "exp":
            return f"<msup><mi>e</mi><mrow>{args[0]}</mrow></msup>"
        case "pow":
            return f"<msup>{_ml_base(node.args[0], labels)}<mrow>{args[1]}</mrow></msup>"
        case "where":
            rows = ((args[1], args[0]), (args[2], "<mtext>otherwise</mtext>"))
            table = "".join(f"<mtr><mtd><mrow>{value}</mrow></mtd><mtd><mrow>{when}</mrow></mtd></mtr>" for value, when in rows)
            return f"<mrow>{_mo('{')}<mtable>{table}</mtable></mrow>"
        case _:
            return f"<mrow>{_mi(node.fn)}{_mo('(')}{_mo(',').join(args)}{_mo(')')}</mrow>"


def _ml_base(node: Node, labels: Mapping[str, str]) -> str:
    text = _ml(node, labels)
    return f"<mrow>{text}</mrow>" if isinstance(node, Name | Num | Ref) else f"<mrow>{_mo('(')}{text}{_mo(')')}</mrow>"


def _ml_agg(node: Agg, labels: Mapping[str, str]) -> str:
    body = f"<mrow>{_mo('(')}{_ml(node.body, labels)}{_mo(')')}</mrow>"
    sign = _mo("∑") if node.fn == "sum" else _mi(node.fn)
    return f"<munder>{sign}{_mi(', '.join(node.over))}</munder>{body}"


# --- Typst


def typst(node: Node, labels: Mapping[str, str]) -> str:
    """Typst math markup (without dollar signs); labels go in as quoted strings, never as markup."""
    match node:
        case Num():
            return _typst_number(node.value) if "/" in node.text else node.text
        case Name() | Ref():
            return _quoted(label_of(node, labels))
        case Neg():
            return f"- {_typst_in(node.x, SIGN, labels)}"
        case Convert():
            return f"{_typst_in(node.x, PRODUCT, labels)} times {_typst_number(node.factor)}"
        case Stamp():
            return typst(node.x, labels)
        case Bin(op="/"):
            return f"frac({typst(node.left, labels)}, {typst(node.right, labels)})"
        case Bin():
            left, right = _levels(node)
            operator = "times" if node.op == "*" else str(node.op)
            return f"{_typst_in(node.left, left, labels)} {operator} {_typst_in(node.right, right, labels)}"
        case Compare():
            relation = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "=", "!=": "!="}[node.op]
            return f"{typst(node.left, labels)} {relation} {typst(node.right, labels)}"
        case Call():
            return _typst_call(node, labels)
        case Agg():
            sign = "sum" if node.fn == "sum" else f"op({_quoted(node.fn)}, limits: #true)"
            return f"{sign}_({_quoted(', '.join(node.over))}) ({typst(node.body, labels)})"
        case _:
            assert_never(node)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _typst_number(value: Fraction) -> str:
    text = number_text(value)
    return text if "/" not in text else f"frac({value.numerator}, {value.denominator})"


def _typst_in(node: Node, level: int, labels: Mapping[str, str]) -> str:
    text = typst(node, labels)
    return f"({text})" if _needs(node, level) else text


def _typst_call(node: Call, labels: Mapping[str, str]) -> str:
    args = [typst(a, labels) for a in node.args]
    match node.fn:
        case "sqrt" | "abs":
            return f"{node.fn}({args[0]})"
        case "exp":
            return f"e^({args[0]})"
        case "pow":
            base = args[0] if isinstance(node.args[0], Name | Num | Ref) else f"({args[0]})"
            return f"{base}^({args[1]})"
        case "where":
            return f'cases({args[1]} & "if" {args[0]}, {args[2]} & "otherwise")'
        case _:
            return f"op({_quoted(node.fn)}) ({', '.join(args)})"


# --- LaTeX

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SUBSCRIPTED = re.compile(r"([A-Za-z]+)_?([0-9]+)")
_AT_TIME = re.compile(r"(prev|opening|closing)\(([A-Za-z][A-Za-z0-9_]*)\)")
_TEX_SIGNS = {"+": "+", "-": "-", "*": r"\cdot"}
_TEX_RELATIONS = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "=", "!=": r"\ne"}
_UNSEEN = re.compile(r"\\(?:left|right|frac|mathrm|text|operatorname)\b|[\\{} ]")
_TEX_NAMED = frozenset({"min", "max", "ln", "sin", "cos"})
# the last three have no escape that MathJax and KaTeX both read in text and in mathematics: their full-width forms stand for them
_TEX_ESCAPES = {c: rf"\{c}" for c in "_#$%&{}"} | {"\\": "＼", "^": "＾", "~": "～"}


def latex(node: Node, labels: Mapping[str, str]) -> str:
    """LaTeX math (without dollar signs) of the part that MathJax and KaTeX share; labels go in as symbols or as text."""
    match node:
        case Num():
            return _tex_number(node.value) if "/" in node.text else node.text
        case Name() | Ref():
            return latex_symbol(label_of(node, labels))
        case Neg():
            return f"-{_tex_in(node.x, SIGN, labels)}"
        case Convert():
            return rf"{_tex_in(node.x, PRODUCT, labels)} \cdot {_tex_number(node.factor)}"
        case Stamp():
            return latex(node.x, labels)
        case Bin(op="/"):
            return rf"\frac{{{latex(node.left, labels)}}}{{{latex(node.right, labels)}}}"
        case Bin():
            left, right = _levels(node)
            return f"{_tex_in(node.left, left, labels)} {_TEX_SIGNS[node.op]} {_tex_in(node.right, right, labels)}"
        case Compare():
            return f"{latex(node.left, labels)} {_TEX_RELATIONS[node.op]} {latex(node.right, labels)}"
        case Call():
            return _tex_call(node, labels)
        case Agg():
            sign = r"\sum" if node.fn == "sum" else rf"\operatorname*{{{node.fn}}}"
            over = r",\,".join(rf"\mathrm{{{o}}}" for o in node.over)
            body = latex(node.body, labels)
            plain = strength(node.body) in {PRODUCT, ATOM} and not isinstance(node.body, Agg)
            return rf"{sign}_{{{over}}} {body if plain else _tex_brackets(body)}"
        case _:
            assert_never(node)


def latex_lines(node: Node, labels: Mapping[str, str], width: int) -> list[str]:
    """The LaTeX of a node in lines of about `width` signs, broken before outermost + - and times; what has none stays whole."""
    lines: list[str] = []
    for piece in _tex_pieces(node, labels):
        longer = f"{lines[-1]} {piece}" if lines else piece
        if lines and len(_UNSEEN.sub("", longer.replace(_TEX_SIGNS["*"], "·"))) > width:
            lines.append(piece)
        else:
            lines[-1:] = [longer]
    return lines


def _tex_pieces(node: Node, labels: Mapping[str, str]) -> list[str]:
    """Where a formula may be broken: joined by spaces the pieces are the formula."""
    inner = node.x if isinstance(node, Stamp) else node
    if not isinstance(inner, Bin) or inner.op == "/":
        return [latex(node, labels)]
    left, right = _levels(inner)
    whole = _needs(inner.left, left) or isinstance(inner.left, Agg)
    first = [_tex_in(inner.left, left, labels)] if whole else _tex_pieces(inner.left, labels)
    return [*first, f"{_TEX_SIGNS[inner.op]} {_tex_in(inner.right, right, labels)}"]


def latex_symbol(label: str) -> str:
    """A label: `a` in italics, `e2` with a subscript, `mean_depth` upright, `prev(area)` with its time; all else as text."""
    if timed := _AT_TIME.fullmatch(label):
        when = "t-1" if timed[1] == "prev" else rf"\mathrm{{{timed[1]}}}"
        return rf"{{{latex_symbol(timed[2])}}}^{{({when})}}"
    if parts := _SUBSCRIPTED.fullmatch(label):
        return f"{latex_symbol(parts[1])}_{{{parts[2]}}}"
    if not _IDENTIFIER.fullmatch(label):
        return latex_text(label)
    return label if len(label) == 1 else rf"\mathrm{{{_tex_escaped(label)}}}"


def latex_text(text: str) -> str:
    """Words inside a formula; every sign that LaTeX would read as its own is escaped."""
    return rf"\text{{{_tex_escaped(text)}}}"


def _tex_escaped(text: str) -> str:
    return "".join(_TEX_ESCAPES.get(c, c) for c in text)


def _tex_number(value: Fraction) -> str:
    text = number_text(value)
    return text if "/" not in text else rf"\frac{{{value.numerator}}}{{{value.denominator}}}"


def _tex_brackets(text: str) -> str:
    return rf"\left({text}\right)"


def _tex_in(node: Node, level: int, labels: Mapping[str, str]) -> str:
    """A sum that is a factor stands in brackets: nobody may read what follows it as part of the sum."""
    text = latex(node, labels)
    return _tex_brackets(text) if _needs(node, level) or (isinstance(node, Agg) and level >= PRODUCT) else text


def _tex_call(node: Call, labels: Mapping[str, str]) -> str:
    args = [latex(a, labels) for a in node.args]
    match node.fn:
        case "sqrt":
            return rf"\sqrt{{{args[0]}}}"
        case "abs":
            return rf"\left|{args[0]}\right|"
        case "exp":
            return f"e^{{{args[0]}}}"
        case "pow":
            base = args[0] if isinstance(node.args[0], Name | Num | Ref) else _tex_brackets(args[0])
            return f"{{{base}}}^{{{args[1]}}}"
        case "where":
            return rf"\begin{{cases}} {_tex_cases(node, labels)} \end{{cases}}"
        case "log10":
            return rf"\log_{{10}} {_tex_brackets(args[0])}"
        case _:
            name = rf"\{node.fn}" if node.fn in _TEX_NAMED else _tex_function(node.fn)
            return f"{name}{_tex_brackets(', '.join(args))}"


def _tex_cases(node: Call, labels: Mapping[str, str]) -> str:
    """The rows of a where; one in its last branch goes on in the same list."""
    when, then, other = node.args
    if isinstance(other, Call) and other.fn == "where":
        rest = _tex_cases(other, labels)
    else:
        rest = rf"{latex(other, labels)} & \text{{otherwise}}"
    return rf"{latex(then, labels)} & {latex(when, labels)} \\ {rest}"


def _tex_function(name: str) -> str:
    """A fitted equation: one letter as it is, more upright."""
    return name if len(name) == 1 else rf"\operatorname{{{_tex_escaped(name)}}}"
