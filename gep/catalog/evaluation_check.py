"""What an evaluation scheme has to keep: points add up, cut-offs fall, codes are declared, figures and limits exist."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from gep.base.findings import Finding, Place, finding
from gep.base.records import FREE_DIMS, Code, Measure
from gep.base.score_rules import (
    AREAS,
    ATTRIBUTIONS,
    OWN,
    TOTAL,
    Evaluation,
    EventDeduct,
    Item,
    RatingImport,
    exact_text,
    figures_of,
)

NOTHING = Fraction(0)


def check_scheme(e: Evaluation) -> list[Finding]:
    """Every fault of a scheme that can be seen in the scheme alone."""
    found = [*_points(e), *_grades(e), *_twice(e), *_references(e), *_shared(e)]
    for item in items_of(e):
        if isinstance(item.formula, RatingImport):
            lines = [r.rating or exact_text(r.at_least or NOTHING) for r in item.formula.table]
            found += _repeated(e, f"{item.id} rating", lines)
    return found


def items_of(e: Evaluation) -> tuple[Item, ...]:
    return tuple(i for b in e.blocks for i in b.items)


def _place(e: Evaluation, key: str = "", column: str = "") -> Place:
    return Place(e.file, column=column, key=f"{e.id} {key}".strip())


def _points(e: Evaluation) -> Iterable[Finding]:
    """In every zone the items of a block add up to it, and the blocks to the total; what was not read is counted as unknown."""
    for zone in e.zones or ("",):
        sums = [(b.id, sum((i.points[zone] for i in b.items), b.unknown), b.points[zone]) for b in e.blocks]
        sums.append((e.id, sum((b.points[zone] for b in e.blocks), e.unknown), e.total))
        for name, found, wanted in sums:
            if found != wanted:
                yield finding(
                    "EVALUATION-POINTS",
                    _place(e, name, "points"),
                    found=exact_text(found),
                    expected=exact_text(wanted),
                    difference=exact_text(found - wanted),
                    name=name,
                    zone=zone or "-",
                )


def _grades(e: Evaluation) -> Iterable[Finding]:
    cuts = [g.at_least for g in e.grades]
    stated = [c for c in cuts if c is not None]
    falling = all(a > b for a, b in pairwise(stated))
    if not cuts or cuts[-1] is not None or len(stated) != len(cuts) - 1 or not falling:
        shown = ", ".join("-" if c is None else exact_text(c) for c in cuts)
        yield finding("EVALUATION-GRADES", _place(e, "grade"), found=shown)


def _twice(e: Evaluation) -> Iterable[Finding]:
    yield from _repeated(e, "", [TOTAL, *(b.id for b in e.blocks), *(i.id for i in items_of(e))])
    for name, ids in (
        ("grade", [g.id for g in e.grades]),
        ("event", [w.id for w in e.events]),
        ("severity", [w.id for w in e.severities]),
        ("bonus", [x.id for x in (*e.bonuses, *e.extras)]),
        ("veto", [v.id for v in e.vetoes]),
        ("zone", e.zones),
        ("normalise", [n.id for n in e.normals]),
    ):
        yield from _repeated(e, name, ids)


def _repeated(e: Evaluation, kind: str, ids: Sequence[str]) -> list[Finding]:
    twice = sorted(name for name, n in Counter(ids).items() if n > 1)
    return [finding("EVALUATION-TWICE", _place(e, f"{kind} {name}".strip()), found=name) for name in twice]


def _references(e: Evaluation) -> Iterable[Finding]:
    """Events, severities, grades, blocks, items, areas and attributions that something names."""
    events, severities = {w.id for w in e.events}, {w.id for w in e.severities}
    spots = {TOTAL, *(b.id for b in e.blocks), *(i.id for i in items_of(e))}
    named: list[tuple[str, str, str, Collection[str]]] = [(b.id, "areas", a, tuple(AREAS)) for b in e.blocks for a in b.areas]
    named += [("", "counts", a, tuple(ATTRIBUTIONS)) for a in e.counts]
    if not e.unread:
        named.append(("", "missing", e.missing, ("redistribute", "rescale")))
    if e.trace_back:
        named.append(("focus", "trace_back", e.trace_back, severities))
    for item in items_of(e):
        for d in item.formula.deductions if isinstance(item.formula, EventDeduct) else ():
            named.append((item.id, "event", d.event, events))
            if d.severity:
                named.append((item.id, "severity", d.severity, severities))
    for x in (*e.bonuses, *e.extras):
        named += [(x.id, "event", x.event, events), (x.id, "on", x.on, spots)]
        if x.severity:
            named.append((x.id, "severity", x.severity, severities))
    for v in e.vetoes:
        named += [(v.id, "event", v.event, events), (v.id, "min_severity", v.min_severity, severities)]
        if v.grade:
            named.append((v.id, "grade", v.grade, {g.id for g in e.grades}))
    for key, name, code, known in named:
        if code not in known:
            expected = ", ".join(sorted(known))
            yield finding("EVALUATION-REFERENCE", _place(e, key, name), found=code, expected=expected, field=name)


def _shared(e: Evaluation) -> Iterable[Finding]:
    """An event that two items of one zone deduct for would be paid for twice."""
    takers: dict[tuple[str, str], list[str]] = defaultdict(list)
    graded = [w.id for w in e.severities]
    for item in items_of(e):
        lines = item.formula.deductions if isinstance(item.formula, EventDeduct) else ()
        for d in lines:
            others = {x.severity for x in lines if x.event == d.event}
            for severity in [d.severity] if d.severity else [s for s in graded if s not in others]:
                takers[d.event, severity].append(item.id)
    for (event, severity), names in sorted(takers.items()):
        if len(names) > 1:
            yield finding("EVALUATION-EVENT-SHARED", _place(e, names[0]), found=f"{event}/{severity}", expected=", ".join(names))


def check_evaluation(
    e: Evaluation,
    measures: Mapping[str, Measure],
    codes: Mapping[str, Mapping[str, Code]],
    bounds: Collection[str],
    zone_scheme: str = "functional_zone",
) -> list[Finding]:
    """What a scheme reads that the catalogue of the book does not have: measures, keys, entries of registers, zones."""
    found: list[Finding] = []
    zones = codes.get(zone_scheme, {})
    for zone in e.zones:
        if zone not in zones:
            expected = ", ".join(sorted(zones))
            found.append(finding("EVALUATION-REFERENCE", _place(e, zone), found=zone, expected=expected, field="zones"))
    for item in items_of(e):
        quantities, limits = figures_of(item)
        for s in {s.text: s for q in quantities for s in (*q.terms, *q.per)}.values():
            measure = measures.get(s.measure)
            if measure is None or not all(_coded(dim, code, measure, codes) for dim, code in s.key):
                near = sorted(m for m in measures if m.split(".")[0] == s.measure.split(".")[0])[:5]
                found.append(finding("EVALUATION-MEASURE", _place(e, item.id), found=s.text, expected=", ".join(near) or "-"))
        for bound, _ in limits:
            if bound.register not in ("", OWN, *bounds):
                expected = ", ".join(sorted(bounds)[:10])
                found.append(finding("EVALUATION-REGISTER", _place(e, item.id), found=bound.register, expected=expected))
    return found


def _coded(dim: str, code: str, measure: Measure, codes: Mapping[str, Mapping[str, Code]]) -> bool:
    """Whether a measure is split so; a free dimension (price basis, zone of the book) has no codes to look at."""
    return dim in measure.dims and (dim in FREE_DIMS or code in codes.get(dim, {}))
