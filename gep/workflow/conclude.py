"""The steps of a shipped book from its run to closed years: late answers, approval, review, finalising, closing.

`closing.toml` of the book says who does what, as a bureau would: whoever reviews did not run, whoever approves did not answer.

    approve = "…"  review = "…"  finalise = "…"  close = "…"
    [[answer]]  rule, region, period, answer, by, document      to every finding of that rule, region and year
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from gep.base.findings import Finding, Place, Refused
from gep.book import Book
from gep.catalog.fields import Fields
from gep.ledger import acts
from gep.ledger.acts import STEPS
from gep.workflow.answer import answer
from gep.workflow.approve import approve
from gep.workflow.states import Taken, step
from gep.workflow.views import rows

FILE = "closing.toml"
PEOPLE = ("approve", *STEPS)


def conclude(
    book: Book, source: Path, years: Sequence[int], *, progress: Callable[[str], None] = lambda text: None
) -> list[Taken]:
    """Take these years of the newest vintage to `closed`. Raises Refused for a fault in `closing.toml` or in a step."""
    people, answers = _read(source / FILE)
    for held in answers:
        for found in _asked(book, held, years):
            answer(book, found, held["answer"], document=held["document"], who=held["by"])
    if any(a.approved_seq is None for a in acts.latest_answers(book.entries()).values()):
        approve(book, everything=True, who=people["approve"])
    taken: list[Taken] = []
    for act in STEPS:
        taken += step(book, act, years, who=people[act], progress=progress)
    return taken


def _asked(book: Book, held: dict[str, str], years: Sequence[int]) -> list[str]:
    """The ids of the open queries that the answer is for."""
    if int(held["period"][:4]) not in years:
        return []
    found = rows(book, "SELECT * FROM finding WHERE severity = 'query' AND status = 'open' ORDER BY seq")
    same = [r for r in found if (r["rule"], r["region_code"], r["period"]) == (held["rule"], held["region"], held["period"])]
    return [str(r["id"]) for r in same]


def _read(path: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    findings: list[Finding] = []
    body = tomllib.loads(path.read_text(encoding="utf-8"))
    f = Fields(body, Place(path.name), findings)
    people = {act: f.text(act, required=True) for act in PEOPLE}
    answers = []
    for entry in f.tables("answer"):
        each = Fields(cast(dict[str, object], entry), Place(path.name, key=f"answer {entry.get('rule', '')}"), findings)
        names = ("rule", "region", "period", "answer", "by", "document")
        answers.append({name: each.text(name, required=True) for name in names})
        each.done()
    f.done()
    if findings:
        raise Refused(findings)
    return people, answers
