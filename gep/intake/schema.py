"""The seam of the tidy submission: a pandera schema of the text table, and its failure cases as findings.

The schema is asked only about a table that is not plainly sound: asking it took nearly all the time of reading a return.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from gep.base.findings import Finding, finding
from gep.base.records import Names
from gep.intake.suggest import Nearest
from gep.intake.table import Table, shown, snippet

REQUIRED = ("region", "period", "item", "value", "unit")
OPTIONAL = ("category", "part", "state", "department", "source", "evidence", "note")
COLUMNS = ("region", "period", "item", "category", "part", "value", "state", "unit", "department", "source", "evidence", "note")
FILLED = ("region", "period", "item")  # never empty, whatever the state of the figure
ATTR = r"^attr\.[a-z][a-z0-9_]*$"
# control and invisible characters (line breaks inside a quoted note are text); U+200B.. and U+202A.. change what a reader sees
HIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
NAMES = {
    "region": Names("地区", "region code"),
    "period": Names("时期", "year"),
    "item": Names("指标", "indicator"),
    "category": Names("分类", "class"),
    "part": Names("组成", "component"),
    "value": Names("数值", "amount"),
    "state": Names("状态", "status"),
    "unit": Names("计量单位", "units"),
    "department": Names("部门", "agency"),
    "source": Names("资料来源", "reference"),
    "evidence": Names("依据", "document"),
    "note": Names("备注", "remark"),
}


@cache
def tidy_schema() -> Any:
    """The pandera DataFrameSchema of a tidy table: all cells text, index = line; unknown columns but attr.* are refused."""
    import pandera.pandas as pa

    hidden = pa.Check(lambda s: ~s.str.contains(HIDDEN, regex=True), error="hidden")
    filled = pa.Check(lambda s: s.str.strip() != "", error="filled")
    columns = {
        name: pa.Column(str, [hidden, filled] if name in FILLED else [hidden], required=name in REQUIRED) for name in COLUMNS
    }
    columns[ATTR] = pa.Column(str, [hidden], regex=True, required=False)
    return pa.DataFrameSchema(columns, strict=True, name="tidy submission")


def check_schema(table: Table) -> tuple[list[Finding], frozenset[tuple[int, str]]]:
    """Findings on columns and bare cells of a tidy table, and the (line, column) of each cell found bad.

    If no column at all is one of the tidy submission, only that is said: the first line is no header then.
    """
    if not set(table.columns) & set(COLUMNS) and not table.unread:
        found = snippet(shown(table.columns))
        return [finding("INTAKE-NO-HEADER", table.place(1), found=found, expected=", ".join(COLUMNS))], frozenset()
    findings: list[Finding] = []
    cells: set[tuple[int, str]] = set()
    for column, check, case, index in [] if sound(table) else failures(table):
        if check == "column_in_dataframe":
            if case not in table.unread:
                findings.append(finding("INTAKE-COLUMN-MISSING", table.place(1, case), found="-", expected=case))
        elif check == "column_in_schema":
            nearest = Nearest({name: NAMES[name] for name in COLUMNS})
            name = snippet(case)
            findings.append(finding("INTAKE-COLUMN-UNKNOWN", table.place(1, name), found=name, **nearest.words(case)))
        elif check == "filled":
            cells.add((index, column))
            findings.append(finding("INTAKE-CELL-EMPTY", table.place(index, column), field=column))
        else:
            cells.add((index, column))
            codes = " ".join(sorted({f"U+{ord(c):04X}" for c in case if not c.isprintable() and c not in "\t\r\n"}))
            findings.append(finding("INTAKE-HIDDEN-CHARACTER", table.place(index, column), found=snippet(case), codes=codes))
    return findings, frozenset(cells)


def sound(table: Table) -> bool:
    """Whether the schema has nothing to say of a table: its columns are known and none lacks, no cell is bare or hides a sign."""
    columns = table.columns
    if not set(REQUIRED) <= set(columns) or not all(c in COLUMNS or re.fullmatch(ATTR, c) for c in columns):
        return False
    must = [columns.index(name) for name in FILLED]
    if not all(row.cells[i].strip() for row in table.rows for i in must):
        return False
    return not any(re.search(HIDDEN, "\t".join(row.cells)) for row in table.rows)  # a tabulator hides nothing


def failures(table: Table) -> list[tuple[str, str, str, int]]:
    """(column, check, failure case, line) of everything the schema finds at once."""
    import pandas as pd
    import pandera.errors

    frame = pd.DataFrame(
        {name: [row.cells[i] for row in table.rows] for i, name in enumerate(table.columns)},
        index=pd.Index([row.line for row in table.rows]),
        dtype=str,
    )
    try:
        tidy_schema().validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        return [
            (str(column), str(check), str(case), 0 if pd.isna(index) else int(index))
            for column, check, case, index in zip(
                cases["column"], cases["check"], cases["failure_case"], cases["index"], strict=True
            )
        ]
    return []
