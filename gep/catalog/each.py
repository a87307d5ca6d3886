"""Entries written once for several tables: `each` lists the placeholders of every copy (`{t}` becomes LA-01, GQ-01, …)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gep.base.findings import Finding, Place, finding

EACH = "each"
_HOLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def copies(
    name: str, body: Mapping[str, object], place: Place, findings: list[Finding]
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """(id, entry) of every copy: `{name}` is replaced in the id and in every key and text; an entry without `each` is one.

    A placeholder that a copy does not give, or two copies of one id, make a finding.
    """
    if EACH not in body:
        yield name, body
        return
    given = body[EACH]
    where = Place(place.file, place.row, EACH, key=name)
    if not isinstance(given, list) or not given or not all(_is_texts(g) for g in given):
        findings.append(finding("CATALOG-EACH", where, found=repr(given)[:80], expected='[{ t = "LA-01" }, …]', name=name))
        return
    rest = {k: v for k, v in body.items() if k != EACH}
    needed = set(_HOLE.findall(name)) | set(_HOLE.findall(repr(rest)))
    made: set[str] = set()
    for values in given:
        lacking, spare = needed - set(values), set(values) - needed
        copy = str(_filled(name, values))
        if lacking or spare or copy in made:
            found = ", ".join(sorted(lacking | spare)) or copy
            findings.append(finding("CATALOG-EACH", where, found=found, expected=", ".join(sorted(needed)), name=name))
            continue
        made.add(copy)
        filled = _filled(rest, values)
        yield copy, filled if isinstance(filled, dict) else {}


def _is_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())


def _filled(value: object, values: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return _HOLE.sub(lambda m: values.get(m[1], m[0]), value)
    if isinstance(value, list):
        return [_filled(v, values) for v in value]
    if isinstance(value, dict):
        return {str(_filled(k, values)): _filled(v, values) for k, v in value.items()}
    return value
