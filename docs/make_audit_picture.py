"""Make docs/images/audit.svg: a page of the handover ledger of a term in the example city, for the README.

Called with the folder to write into (see tools/docs.py). The term is over the two years that the book of the documents has; what
differs with every run (anchors of the book) is left out, so the same program gives the same bytes.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP), str(TOP / "docs")]

from example_city import example_city  # noqa: E402

from gep.base.records import Names  # noqa: E402
from gep.report.audit_typeset import audit_pages  # noqa: E402
from gep.workflow.audit.acts import Collected  # noqa: E402
from gep.workflow.audit.forms.case import Results, TermResult  # noqa: E402
from gep.workflow.audit.paper import paper_of  # noqa: E402
from gep.workflow.audit.records import Subject, Tenure  # noqa: E402
from gep.workflow.audit.term_ground import ground  # noqa: E402
from gep.workflow.audit.term_plan import term_account  # noqa: E402

HEAD = Subject("head", Names("示例县县长", "County head"), "government", date(2016, 7, 1), date(2017, 10, 1))
TENURE = Tenure(
    "example", Names("示例任期", "Example term"), "990121", (HEAD,), (HEAD.id,), (), profile="sample", scheme="assets",
    document="示例文件（虚构）", illustrative=True,
)  # fmt: skip
NOTHING = Collected((), (), (), (), ())
LEDGER, NO_DIGEST = "DA-01", "0" * 64
PAGE = 3  # behind cover, contents and the sheet for signatures


def main(folder: Path) -> None:
    (folder / "images").mkdir(exist_ok=True)
    with example_city() as book:
        held = ground(book, TENURE, TENURE.scheme)
        term = TermResult(HEAD, term_account(held, HEAD))
        paper = paper_of(Results(TENURE, held, (term,), NOTHING, HEAD.end))
    forms = tuple(f for f in paper.forms if f.id == LEDGER)
    shown = audit_pages(replace(paper, forms=forms, charts=(), paragraphs=()), "zh", NO_DIGEST)
    (folder / "images" / "audit.svg").write_text(shown[PAGE], encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
