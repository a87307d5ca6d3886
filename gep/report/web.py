"""The browsable report: a statement and what its figures rest on as one file that opens from disk and sends nothing anywhere.

The file begins with a policy that allows one script (by its hash), styles and pictures inside the file, and no request at all.
Forms and explanations stand in it as compressed data (`gep.report.web_data`); `templates/statement/page.js` draws them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from gep.base.findings import Place, Refused, finding
from gep.base.records import Names
from gep.explain.graph import KINDS, Trails
from gep.report import local_templates, sandbox
from gep.report.form import SIGNS
from gep.report.statement import Head, Statement, digest
from gep.report.web_data import CELL_KINDS, OPERATIONS, Block, Draw, both, hidden_nodes, node_blocks, part_block
from gep.report.web_words import CELL_STATES, SECTIONS, STATES, STATUSES, WORDS, Both
from gep.report.web_words import OPERATIONS as OPERATION_WORDS

TEMPLATE, STYLE = "statement/page.html.j2", "statement/page.css"
SCRIPTS = tuple(
    f"statement/page{name}.js" for name in ("_data", "_frame", "_views", "_tables", "_charts", "_explain", "_search", "")
)
DRAWN = (
    6  # parts of the year whose charts are drawn, since each takes seconds in two languages; those of others are told in words
)
DATA = "<!-- data -->"  # where the template writes its data
POLICY = "default-src 'none'; script-src {script}; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"
ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def web(
    statement: Statement,
    trails: Trails,
    *,
    lang: str = "zh",
    draw: Draw | None = None,
    hidden: frozenset[str] = frozenset(),
    folders: Sequence[Path] = (),
) -> bytes:
    """The page, UTF-8. The same statement gives the same bytes.

    `lang`: the language it opens in; both are in it. `draw`: gives the SVG of a chart in a language; without it charts are
    described in words. `hidden`: addresses whose amounts must stand nowhere in the file. `folders`: templates of the book, for
    frame and style; the script is always the shipped one. Raises Refused for a template that leaves its data out, and as the
    sandbox does.
    """
    masked = hidden_nodes(trails, statement, hidden)
    drawn = {id(part) for part in [p for p in statement.parts if p.scope.year == statement.main.scope.year][:DRAWN]}
    parts = [part_block(p, n, trails, draw if id(p) in drawn else None) for n, p in enumerate(statement.parts)]
    nodes = node_blocks(trails, masked)
    seal = digest(statement)
    given = _given(statement, seal, lang)
    return whole(STATEMENT, given, _boot(statement, seal, lang, parts, nodes), [*parts, *nodes], lang, folders)


@dataclass(frozen=True, slots=True)
class Source:
    """The files of `templates` that a page is made of; only frame and style may be those of a book."""

    frame: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]


STATEMENT = Source(TEMPLATE, (STYLE,), SCRIPTS)


def whole(
    source: Source, given: Mapping[str, Any], boot: Mapping[str, Any], blocks: Sequence[Block], lang: str, folders: Sequence[Path]
) -> bytes:
    """A page of these blocks, with the policy before everything a template says.

    `given`: what the frame shows, in the language the page opens in; `boot`: what the script begins with. Raises Refused for a
    template that leaves its data out, and as the sandbox does.
    """
    script = _script(source.scripts)
    data = "\n".join([*map(_element, blocks), _json("boot", boot), f"<script>{script}</script>"])
    begun = (
        f'<!doctype html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY.format(script=_hash(script))}">\n'
    )
    return (begun + _frame(source, given, folders).replace(DATA, data, 1) + "\n").encode("utf-8")


def _script(names: Sequence[str]) -> str:
    """The files of the script as one function, so that no name of theirs is one of the page."""
    texts = [(local_templates.shipped() / name).read_text(encoding="utf-8") for name in names]
    return "\n".join(('"use strict";\n(() => {', *texts, "})();\n"))


def _given(statement: Statement, seal: str, lang: str) -> dict[str, Any]:
    scope = statement.main.scope
    told = spoken(lang)
    place = f"{scope.region_names.of(lang)} {told['year_of'].format(year=scope.year)}"
    return {"title": place, "words": told, "program": statement.head.program, "digest": seal}


def spoken(lang: str, words: Mapping[str, Both] = WORDS) -> dict[str, str]:
    return {key: names[0 if lang == "zh" else 1] for key, names in words.items()}


def _frame(source: Source, given: Mapping[str, Any], folders: Sequence[Path]) -> str:
    """The frame with a mark where the data go; its words and style may be those of the book."""
    style = "\n".join(local_templates.find(name, folders).text for name in source.styles).replace("</", "<\\/")
    held = {
        **given,
        "css": Markup(style),  # noqa: S704  (it cannot end its element)
        "data": Markup(DATA),  # noqa: S704  (a constant)
    }
    text = sandbox.render(source.frame, held, folders)
    if DATA not in text:
        place = Place(file=local_templates.find(source.frame, folders).place)
        raise Refused([finding("TEMPLATE-WITHOUT-DATA", place, found=source.frame)])
    return text


def _boot(statement: Statement, seal: str, lang: str, parts: Sequence[Block], nodes: Sequence[Block]) -> dict[str, Any]:
    """What the page begins with: words, the parts it can show, and which block holds what."""
    scopes = [p.scope for p in statement.parts]
    return {
        "lang": lang,
        "head": _head(statement.head) | {"digest": seal},
        "parts": [
            {
                "region": s.region,
                "names": both(s.region_names),
                "year": s.year,
                "vintage": s.vintage,
                "state": s.state,
                "block": b.id,
            }
            for s, b in zip(scopes, parts, strict=True)
        ],
        "nodes": [[b.id, b.first, b.last] for b in nodes if b.last],
        "words": WORDS,
        "sections": SECTIONS,
        **vocabulary(),
    }


def vocabulary() -> dict[str, Any]:
    """What the script of any page needs to name things, besides the words of the page."""
    return {
        "states": STATES,
        "statuses": STATUSES,
        "cellStates": CELL_STATES,
        "operations": OPERATION_WORDS,
        "operationIds": OPERATIONS,
        "kinds": KINDS,
        "cellKinds": CELL_KINDS,
        "signs": dict(SIGNS),
    }


def _head(head: Head) -> dict[str, Any]:
    return {
        "edition": head.edition,
        "issuer": both(head.issuer.names),
        "gep": both(_with_code(head.gep_names, head.gep.profile)),
        "assets": both(_with_code(head.assets_names, head.assets.profile)) if head.assets is not None else "",
        "draft": head.draft,
        "illustrative": head.illustrative,
        "madeOn": head.made_on,
        "steps": [list(step) for step in head.steps],
        "rules": head.rules_hash,
        "input": head.input_hash,
        "release": head.release_hash,
        "program": head.program,
    }


def _with_code(names: Names, code: str) -> Names:
    return Names(f"{names.zh}（{code}）", f"{names.en} ({code})")


def _element(block: Block) -> str:
    return f'<script type="application/octet-stream" id="{block.id}">{block.data}</script>'


def _json(name: str, thing: Any) -> str:
    """JSON inside a script element: no character in it ends the element or begins another."""
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)
    return f'<script type="application/json" id="{name}">{text}</script>'


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode('utf-8')).digest()).decode('ascii')}'"
