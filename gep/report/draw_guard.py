"""What a drawing may hold: the rows it is given and nothing from a network, a file or a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from gep.base.findings import Finding, Place, Refused, finding
from gep.report.local_templates import Found

LARGEST = 200_000  # characters of a file
LARGEST_SVG = 4_000_000
DEEPEST = 40
FORBIDDEN = ("url", "loader", "datasets", "sequence", "graticule", "sphere", "topojson", "bind", "signals", "usermeta", "tooltip")
DATA = {"name": "rows"}
LOCATION = re.compile(r"//|^\s*(?:[a-z][a-z0-9+.-]*:(?=\S))", re.IGNORECASE)
PAINTS = ("fill", "stroke", "clip-path", "mask", "filter")
TAGS = frozenset({"svg", "g", "path", "rect", "line", "circle", "text", "tspan", "a", "defs", "clipPath", "title"}) | frozenset(
    {"linearGradient", "radialGradient", "stop"}
)


def guard(spec: dict[str, Any], found: Found) -> Iterator[Finding]:
    """A finding for everything that a drawing may not do, with where in the file it stands."""
    if len(found.text) > LARGEST:
        yield _forbidden(found, "", f"{len(found.text)} > {LARGEST}")
    inner = {key: held for key, held in spec.items() if key not in ("$schema", "usermeta")}
    for where, told in _walk(inner, "", 0):
        yield _forbidden(found, where, told)


def _walk(held: Any, where: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST:
        yield where, f"> {DEEPEST}"
    elif isinstance(held, dict):
        for key, inner in held.items():
            place = f"{where}/{key}"
            wrong = _wrong(key, inner)
            if wrong:
                yield place, wrong
            else:
                yield from _walk(inner, place, depth + 1)
    elif isinstance(held, list):
        for i, inner in enumerate(held):
            yield from _walk(inner, f"{where}/{i}", depth + 1)
    elif isinstance(held, str) and LOCATION.search(held):
        yield where, held[:60]


def _wrong(key: str, held: Any) -> str:
    """What is wrong with a key and what it holds; nothing if it may stand there."""
    if key in FORBIDDEN:
        return key
    if key == "data" and held != DATA:
        return f"data = {str(held)[:60]}"
    if key == "href" and not (isinstance(held, dict) and set(held) <= {"field", "type"} and _leads(held.get("field"))):
        return f"href = {str(held)[:60]}"
    if key in ("mark", "type") and held == "image":
        return "image"
    return ""


def _leads(field: Any) -> bool:
    return isinstance(field, str) and field.endswith("_href")


def guard_svg(drawn: str, found: Found) -> None:
    """Raise Refused (CHART-FORBIDDEN) where a drawing came out with more than shapes, text and links to figures."""
    wrong: list[str] = [f"{len(drawn)} > {LARGEST_SVG}"] if len(drawn) > LARGEST_SVG else []

    def element(tag: str, attributes: dict[str, str]) -> None:
        if tag not in TAGS:
            wrong.append(tag)
        for key, held in attributes.items():
            leads = key.endswith("href") and not re.match("[^#]*#figure=", held)
            paints = key in PAINTS and "url(" in held and not held.startswith("url(#")
            if key.startswith("on") or key == "style" or leads or paints:
                wrong.append(f"{key}={held[:60]}")

    reader = ParserCreate()
    reader.StartElementHandler = element
    try:
        reader.Parse(drawn, True)
    except ExpatError as error:
        wrong.append(str(error))
    if wrong:
        raise Refused([_forbidden(found, "", ", ".join(dict.fromkeys(wrong[:5])))])


def _forbidden(found: Found, where: str, told: str) -> Finding:
    return finding("CHART-FORBIDDEN", Place(file=found.place, key=where), found=told)
