"""Make docs/images/appraisal.svg and chart.svg: the appraisal page of a county and a chart of the example city, for the README.

Called with the folder to write into (see tools/docs.py). The day of the run and the digest, which differ with every run, are
those of no run; all else is as printed, so the same program gives the same bytes.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP), str(TOP / "docs")]

from example_city import example_city  # noqa: E402

from gep.report.draw import svg  # noqa: E402
from gep.report.typeset import drawn  # noqa: E402
from gep.workflow.statement import assemble  # noqa: E402

COUNTY, CHART = "990122", "ecosystems"
DAY, NO_DIGEST = "2018-06-30", "0" * 64


def main(folder: Path) -> None:
    (folder / "images").mkdir(exist_ok=True)
    with example_city() as book:
        made = assemble(book).statement
    statement = replace(made, head=replace(made.head, made_on=DAY))
    chart = next(c for c in statement.main.charts if c.id == CHART)
    pictures = {"appraisal.svg": drawn(statement, "zh", COUNTY, NO_DIGEST), "chart.svg": svg(chart, "zh")}
    for name, text in pictures.items():
        (folder / "images" / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
