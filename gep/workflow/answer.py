"""answer: explain a finding that asks for it (核实性); the next run marks it answered."""

from __future__ import annotations

from gep.base.findings import Place, Refused, finding
from gep.base.records import Severity
from gep.book import Book
from gep.ledger.journal import Entry
from gep.workflow.release import publish_store
from gep.workflow.views import rows


def answer(book: Book, finding_id: str, text: str, *, document: str = "", who: str = "") -> Entry:
    """Record an explanation of the finding with this id in the journal. Raises Refused if no finding that asks has that id.

    The answer holds as long as what was found stays the same: when the figures change, the finding asks again.
    """
    asked = [
        r for r in rows(book, "SELECT * FROM finding_all ORDER BY vintage DESC, seq") if r["severity"] == str(Severity.QUERY)
    ]
    found = next((r for r in asked if r["id"] == finding_id), None)
    if found is None or not text.strip():
        known = ", ".join(dict.fromkeys(r["id"] for r in asked)) or "-"
        raise Refused([finding("ANSWER-UNKNOWN", Place(key=finding_id), found=finding_id, expected=known)])
    body = {
        "rule": found["rule"],
        "region": found["region_code"] or "",
        "period": found["period"] or "",
        "key": found["key"] or "",
        "found": found["found"] or "",
    }
    with book.lock(who):
        entry = book.record("answer", {**body, "answer": text, "document": document}, who=who)
        publish_store(book)
    return entry
