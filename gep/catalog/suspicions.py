"""The rules of the list of suspicions 疑点清单: what an auditor asks of a book, each a query with its thresholds and its reasons.

A table of `ledgers/suspicions/*.toml`, or of an auditor's own folder of that form, is one rule:

    [arable-unapproved]
    zh, en                names            why_zh, why_en    what is wrong with what it finds
    mend_zh, mend_en      what to do next  severity          stop | query | note
    needs                 what it reads; where that is empty the rule is not assessed, and says so
    sql                   one SELECT over the views of the book and the relations of the audit
    [[arable-unapproved.threshold]]   name, one of value (with unit) | word | values, status, reason_zh, reason_en

A query returns the columns RESULT. It reads the term as `$region`, `$opening`, `$closing` (years), `$start`, `$end` (days),
`$profile`, `$scheme`, and each of its thresholds by name. Numbers are exact decimals: no quotient, no mean, no binary type.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from gep.base.data import data_root
from gep.base.findings import Finding, Place, Refused, finding
from gep.base.records import Names
from gep.base.units import UnitError, parse_unit
from gep.catalog.fields import Fields
from gep.catalog.files import toml_tables

RESULT = ("region", "place", "found", "expected", "difference", "figures")
TERM = ("region", "opening", "closing", "start", "end", "profile", "scheme")
# the relations beside the views of the book that a rule may read and need (made by gep.workflow.audit.suspicion_tables)
BOOK_RELATIONS = ("cell", "worth", "total", "parameter", "returned", "submission", "run")
AUDIT_RELATIONS = (
    "event", "observation", "balance", "problem", "report", "redline", "redline_activity", "redline_test",
)  # fmt: skip
YEARS = "two_years"
TABLE_NEED = re.compile(r"(every|some):([A-Z0-9]+-[A-Z0-9]+)", re.ASCII)
SEVERITIES: tuple[Literal["stop", "query", "note"], ...] = ("stop", "query", "note")
STATUSES = ("standard", "expert", "illustrative")
USED = re.compile(r"\$([a-z_]+)")
QUOTED = re.compile(r"'(?:[^']|'')*'|--[^\n]*")
INEXACT = re.compile(
    r"/|\b(?:avg|mean|median|double|float|float4|float8|real|stddev\w*|random|now|current_\w+|today)\b", re.IGNORECASE
)
FAVOUR_FILE = "favour.csv"
FAVOUR = ("account", "table_id", "column_code", "sign", "status", "reason")

Value = Decimal | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number (in `unit`), a word or a list of codes that a rule judges by, with where it comes from and why."""

    name: str
    value: Value
    unit: str
    status: str
    reason: Names


@dataclass(frozen=True, slots=True)
class Need:
    """What a rule reads: a relation, two years, or an asset table (`every`: of each lowest region and year, `some`: of any)."""

    kind: Literal["every", "some", "relation"]
    name: str


@dataclass(frozen=True, slots=True)
class SuspicionRule:
    """One question to a book; `why` says what is wrong where it finds something, `mend` what to do next."""

    id: str
    names: Names
    why: Names
    mend: Names
    severity: Literal["stop", "query", "note"]
    needs: tuple[Need, ...]
    thresholds: tuple[Threshold, ...]
    sql: str
    file: str = ""

    @property
    def used(self) -> tuple[str, ...]:
        """The parameters its query names."""
        return tuple(dict.fromkeys(USED.findall(QUOTED.sub("", self.sql))))

    @property
    def illustrative(self) -> bool:
        """Whether it judges by a made-up threshold."""
        return any(t.status == "illustrative" for t in self.thresholds)


@dataclass(frozen=True, slots=True)
class Favour:
    """Which way a figure looks better: `sign` 1 where more does, -1 where less does. `*` stands for any table or column."""

    account: str
    table_id: str
    column_code: str
    sign: int
    status: str
    reason: Names


def folder(data: Path | None = None) -> Path:
    """Where the rules are in a folder of data, else where the shipped ones are, in a checkout or an installed package."""
    return (data or data_root()) / "ledgers" / "suspicions"


def rules(*folders: Path) -> tuple[SuspicionRule, ...]:
    """Every rule of the folders, the shipped one if none is given, in the order of files and tables.

    Raises Refused with all faults at once: a field that is missing or not of its form, an id that stands twice, a parameter the
    query names and nobody declares, a threshold it never reads, an unknown need, an inexact operation.
    """
    findings: list[Finding] = []
    made = [
        rule
        for top in folders or (folder(),)
        for name, body, place in toml_tables(top.parent, top.parent.name, top.name, findings)
        if (rule := _rule(name, Fields(body, place, findings))) is not None
    ]
    for name, count in Counter(r.id for r in made).items():
        if count > 1:
            findings.append(finding("SUSPICION-TWICE", Place(key=name), found=count, expected=1, name=name))
    if findings:
        raise Refused(findings)
    return tuple(made)


def _rule(name: str, f: Fields) -> SuspicionRule | None:
    before = len(f.findings)
    made = SuspicionRule(
        id=name,
        names=f.names(),
        why=Names(f.text("why_zh", required=True), f.text("why_en", required=True)),
        mend=Names(f.text("mend_zh", required=True), f.text("mend_en", required=True)),
        severity=f.choice("severity", SEVERITIES),
        needs=tuple(_needs(f)),
        thresholds=tuple(t for body in f.tables("threshold") if (t := _threshold(name, body, f)) is not None),
        sql=f.text("sql", required=True).strip(),
        file=f.place.file,
    )
    f.done()
    f.findings.extend(_faults(made, f.place))
    return made if len(f.findings) == before else None


def _needs(f: Fields) -> Iterator[Need]:
    given = f.texts("needs")
    if not given:
        f.complain("CATALOG-FIELD-MISSING", "needs")
    for text in given:
        match = TABLE_NEED.fullmatch(text)
        if match:
            yield Need("every" if match[1] == "every" else "some", match[2])
        elif text == YEARS or text in BOOK_RELATIONS or text in AUDIT_RELATIONS:
            yield Need("relation", text)
        else:
            known = ", ".join(("every:LA-01", "some:LA-01", YEARS, *BOOK_RELATIONS, *AUDIT_RELATIONS))
            f.complain("CATALOG-FIELD-CHOICE", "needs", found=text, expected=known)


def _threshold(rule: str, body: Mapping[str, object], above: Fields) -> Threshold | None:
    name = body.get("name")
    f = Fields(body, Place(above.place.file, key=f"{rule}.{name}"), above.findings)
    before = len(f.findings)
    forms = [field for field in ("value", "word", "values") if field in body]
    if len(forms) != 1:
        f.seen.update(("value", "word", "values", "unit"))
        f.complain("CATALOG-FIELD-CHOICE", "value", found=", ".join(forms) or "-", expected="value | word | values")
    unit = ""
    value: Value = ""
    if forms == ["value"]:
        value = f.number("value", required=True) or Decimal(0)
        unit = f.text("unit", required=True)
        try:
            parse_unit(unit or "1")
        except UnitError as error:
            f.complain("CATALOG-UNIT", "unit", found=unit, reason=error.reason, near="%, 1, hm2")
    elif forms == ["word"]:
        value = f.text("word", required=True)
    elif forms == ["values"]:
        value = f.texts("values")
        if not value:
            f.complain("CATALOG-FIELD-MISSING", "values")
    reason = Names(f.text("reason_zh", required=True), f.text("reason_en", required=True))
    made = Threshold(f.text("name", required=True), value, unit, f.choice("status", STATUSES), reason)
    f.done()
    return made if len(f.findings) == before else None


def _faults(rule: SuspicionRule, place: Place) -> Iterator[Finding]:
    """What can be told of a query without asking it."""
    named = [t.name for t in rule.thresholds]
    declared = {*TERM, *named}
    for name in rule.used:
        if name not in declared:
            expected = ", ".join(f"${n}" for n in sorted(declared))
            yield finding("SUSPICION-PARAMETER", place, found=f"${name}", expected=expected, name=rule.id)
    for name, count in Counter(named).items():
        if name not in rule.used or name in TERM or count > 1:
            yield finding("SUSPICION-THRESHOLD", place, found=f"${name}", name=rule.id)
    inexact = INEXACT.search(QUOTED.sub("''", rule.sql))
    if inexact:
        yield finding("SUSPICION-INEXACT", place, found=inexact[0], name=rule.id)


def favour(path: Path | None = None) -> tuple[Favour, ...]:
    """Which way each figure looks better (`favour.csv` of the shipped rules). Raises Refused with every row not of its form."""
    place = path or folder() / FAVOUR_FILE
    findings: list[Finding] = []
    with place.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        if tuple(reader.fieldnames or ()) != FAVOUR:
            found = ", ".join(reader.fieldnames or ())
            raise Refused([finding("CATALOG-FILE", Place(place.name, 1), found=f"{found} ≠ {', '.join(FAVOUR)}")])
        made = [_favour(Fields(row, Place(place.name, line), findings)) for line, row in enumerate(reader, 2)]
    if findings:
        raise Refused(findings)
    return tuple(made)


def _favour(f: Fields) -> Favour:
    zh, _, en = f.text("reason", required=True).partition(" | ")
    return Favour(
        account=f.text("account", required=True),
        table_id=f.text("table_id", required=True),
        column_code=f.text("column_code", required=True),
        sign=int(f.choice("sign", ("1", "-1"))),
        status=f.choice("status", STATUSES),
        reason=Names(zh, en),
    )


def values(rule: SuspicionRule) -> dict[str, Decimal | str | list[str]]:
    """The thresholds of a rule as parameters of its query."""
    return {t.name: list(t.value) if isinstance(t.value, tuple) else t.value for t in rule.thresholds}


def listed(made: Sequence[SuspicionRule]) -> list[tuple[str, Threshold]]:
    """Every threshold with the rule it belongs to, to be printed."""
    return [(rule.id, threshold) for rule in made for threshold in rule.thresholds]
