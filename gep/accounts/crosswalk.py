"""Amounts of one code scheme in the codes of another: exact, and never a larger or smaller total."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from gep.base.findings import Finding, Place, Refused, finding
from gep.base.records import Code, Crosswalk


def convert(
    amounts: Mapping[str, Fraction | Decimal], lines: Sequence[Crosswalk], codes: Mapping[str, Code]
) -> Mapping[str, Fraction]:
    """Amounts (areas, say; all of one unit) by code, turned into amounts by the codes that `lines` leads to.

    `lines` is one crosswalk, `codes` the scheme it starts from, which says what stands above a code. The sum of the result is the
    sum of `amounts`, exactly. A code of the result holds what went to this very code: `forest` beside `forest.bamboo` is forest
    of which no more is known, and the two do not overlap; `at_top` adds them up.

    Raises Refused with every finding: a code that the crosswalk does not name, a crosswalk that does not conserve the total, an
    amount for a code and for one above it. ValueError if `lines` is not one crosswalk, or an amount is not finite.
    """
    names = {line.id for line in lines}
    if len(names) != 1:
        raise ValueError(f"lines of one crosswalk are wanted, not of {sorted(names)}")
    targets: dict[str, list[Crosswalk]] = {}
    for line in lines:
        targets.setdefault(line.code_from, []).append(line)
    findings = [
        *_not_conserving(lines[0].id, targets),
        *_unknown(lines[0].id, amounts, targets),
        *_twice(amounts, codes),
    ]
    if findings:
        raise Refused(findings)
    found: dict[str, Fraction] = {}
    for code in sorted(amounts):
        for line in targets[code]:
            found[line.code_to] = found.get(line.code_to, Fraction(0)) + _exact(code, amounts[code]) * line.share
    return dict(sorted(found.items()))


def at_top(amounts: Mapping[str, Fraction], codes: Mapping[str, Code]) -> Mapping[str, Fraction]:
    """The amounts added up to the codes at the top of their scheme, `codes`.

    They must not overlap, as those of `convert` do not: what stands under a code is no part of what stands under another. Raises
    KeyError for a code that the scheme does not have.
    """
    found: dict[str, Fraction] = {}
    for code, amount in sorted(amounts.items()):
        top = [codes[code].code, *_above(code, codes)][-1]
        found[top] = found.get(top, Fraction(0)) + amount
    return dict(sorted(found.items()))


def _exact(code: str, amount: Fraction | Decimal) -> Fraction:
    if isinstance(amount, Decimal) and not amount.is_finite():
        raise ValueError(f"the amount of {code} is {amount}")
    return Fraction(amount)


def _above(code: str, codes: Mapping[str, Code]) -> list[str]:
    """The codes above `code`, the nearest first; none for a code that the scheme does not have."""
    found: list[str] = []
    while code in codes and codes[code].parent and codes[code].parent not in found:
        code = codes[code].parent
        found.append(code)
    return found


def _not_conserving(name: str, targets: Mapping[str, Sequence[Crosswalk]]) -> list[Finding]:
    place = Place(f"crosswalks/{name}")
    if not all(line.conserves for lines in targets.values() for line in lines):
        return [finding("CROSSWALK-NOT-CONSERVING", place, holes={"name": name})]
    totals = {code: sum((line.share for line in lines), Fraction(0)) for code, lines in sorted(targets.items())}
    return [
        finding(
            "CATALOG-CROSSWALK-SHARE",
            Place(f"crosswalks/{name}", key=code),
            found=total,
            expected=1,
            difference=total - 1,
            name=name,
            key=code,
        )
        for code, total in totals.items()
        if total != 1
    ]


def _unknown(name: str, amounts: Mapping[str, object], targets: Mapping[str, object]) -> list[Finding]:
    findings = []
    for code in sorted(set(amounts) - set(targets)):
        near = ", ".join(difflib.get_close_matches(code, sorted(targets), n=3, cutoff=0.5)) or "-"
        place = Place(f"crosswalks/{name}", key=code)
        findings.append(finding("CROSSWALK-CODE-UNKNOWN", place, found=code, holes={"name": name, "near": near}))
    return findings


def _twice(amounts: Mapping[str, object], codes: Mapping[str, Code]) -> list[Finding]:
    """Of each code with an amount, the nearest code above it that has one too."""
    above = {code: [a for a in _above(code, codes) if a in amounts] for code in sorted(amounts)}
    return [finding("CROSSWALK-COUNTED-TWICE", Place(key=code), found=code, expected=a[0]) for code, a in above.items() if a]


def groups(lines: Sequence[Crosswalk]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The coarsest classes that two schemes have in common: (codes of the one, codes of the other) that the lines join.

    Two accounts of one area in different classes can be compared in these groups and no finer, since a line says only that two
    codes have something in common. Groups and codes are sorted.
    """
    parent: dict[tuple[int, str], tuple[int, str]] = {}

    def root(node: tuple[int, str]) -> tuple[int, str]:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for line in lines:
        parent[root((0, line.code_from))] = root((1, line.code_to))
    found: dict[tuple[int, str], tuple[set[str], set[str]]] = {}
    for side, code in list(parent):
        found.setdefault(root((side, code)), (set(), set()))[side].add(code)
    return sorted((tuple(sorted(one)), tuple(sorted(other))) for one, other in found.values())
