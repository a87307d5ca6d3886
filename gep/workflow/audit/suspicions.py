"""The list of suspicions 疑点清单: declared rules asked of a closed book and the registers of an audit.

A rule that finds something gives a line of the list; one whose tables or registers are empty is listed as not assessed, one that
lacks a part of them as assessed in part. Nothing that was declared is ever silent for want of data.
"""

# ruff: noqa: S608  (every name in the SQL is one of this file or of the catalogue; values are bound)
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from gep.base.findings import Finding, Place, Refused, finding
from gep.base.records import Names, Severity
from gep.catalog.suspicions import RESULT, YEARS, Favour, Need, SuspicionRule, values
from gep.catalog.suspicions import favour as shipped_favour
from gep.catalog.suspicions import rules as shipped_rules
from gep.ledger.query import QueryResult, ask, shown
from gep.ledger.store import connect
from gep.workflow.audit.records import Suspicion
from gep.workflow.audit.suspicion_tables import Question, Registers, lay, words

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST = 12  # places of what is missing that a finding names
BINARY = ("DOUBLE", "FLOAT")
LACKING = "state NOT IN ('value', 'not_applicable')"
# where a relation lacks figures: region, year, what
UNKNOWN = {
    "worth": f"SELECT region_code, year, service FROM worth WHERE {LACKING}",
    "total": "SELECT region_code, year, 'GEP' FROM total WHERE gep IS NULL",
    "returned": f"SELECT region_code, year, split_part(measure, '.', 1) FROM returned WHERE {LACKING}",
}


@dataclass(frozen=True, slots=True)
class Unassessed:
    """A rule that could not be judged: at all, or (`partly`) in the places named. `missing`: tables, registers or figures."""

    rule: str
    names: Names
    missing: tuple[str, ...]
    partly: bool


@dataclass(frozen=True)
class Judged:
    """What the rules found and what they could not judge; `asked` counts the rules."""

    suspicions: tuple[Suspicion, ...]
    unassessed: tuple[Unassessed, ...]
    asked: int

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*map(_found, self.suspicions), *map(_unassessed, self.unassessed))


def suspicions(
    path: Path,
    asked: Question,
    registers: Registers,
    *,
    known_on: date | None = None,
    rules: Sequence[SuspicionRule] | None = None,
    favour: Sequence[Favour] | None = None,
) -> Judged:
    """Ask the rules (those shipped, if none are given) of the query store at `path`, opened for reading only and locked.

    `known_on`: as known at the end of that day. Raises Refused: the store cannot be read, a rule is not of its form, its query
    cannot be run, a unit of a register does not fit.
    """
    with closing(connect(path, as_of=known_on)) as con:
        return judge(con, path, shipped_rules() if rules is None else rules, asked, registers, favour)


def judge(
    con: DuckDBPyConnection,
    path: Path,
    rules: Sequence[SuspicionRule],
    asked: Question,
    registers: Registers,
    favour: Sequence[Favour] | None = None,
) -> Judged:
    """The same over an open store; `path` names it in what is refused."""
    read = {word for rule in rules for word in (*words(rule.sql), *(need.name for need in rule.needs))}
    lay(con, asked, registers, shipped_favour() if favour is None else favour, read)
    found: list[Suspicion] = []
    lacking: list[Unassessed] = []
    faults: list[Finding] = []
    known = _Needs(con, asked)
    for rule in rules:
        absent, partial = known.missing(rule.needs)
        if absent:
            lacking.append(Unassessed(rule.id, rule.names, absent, False))
            continue
        try:
            made, unknown = _ask(con, path, rule, asked)
        except Refused as refused:
            faults += refused.findings
            continue
        found += made
        if partial or unknown:
            lacking.append(Unassessed(rule.id, rule.names, (*partial, *unknown), True))
    if faults:
        raise Refused(faults)
    return Judged(tuple(found), tuple(lacking), len(rules))


def _ask(con: DuckDBPyConnection, path: Path, rule: SuspicionRule, asked: Question) -> tuple[list[Suspicion], list[str]]:
    """The lines a rule finds, and the places it could not judge: those whose difference is NULL."""
    given = {**asked.parameters, **values(rule)}
    try:
        result = ask(con, path, rule.sql, {name: given[name] for name in rule.used})
    except Refused as refused:
        reason = "; ".join(dict(f.args).get("reason", f.text("en")) for f in refused.findings)
        raise Refused([finding("SUSPICION-QUERY", Place(rule.file, key=rule.id), name=rule.id, reason=reason)]) from refused
    _check(rule, result)
    rows = sorted((dict(zip(result.columns, row, strict=True)) for row in result.rows), key=_order)
    unknown = [f"{shown(r['region'])} {shown(r['place'])}" for r in rows if r["difference"] is None]
    return [_suspicion(rule, row) for row in rows if row["difference"] is not None], unknown


def _order(row: dict[str, object]) -> tuple[str, ...]:
    return tuple(shown(row[name]) for name in RESULT)


def _check(rule: SuspicionRule, result: QueryResult) -> None:
    if set(result.columns) == set(RESULT) and not any(kind in BINARY for kind in result.types):
        return
    found = ", ".join(f"{name} {kind}" for name, kind in zip(result.columns, result.types, strict=True))
    place = Place(rule.file, key=rule.id)
    raise Refused([finding("SUSPICION-COLUMNS", place, found=found, expected=", ".join(RESULT), name=rule.id)])


def _suspicion(rule: SuspicionRule, row: dict[str, object]) -> Suspicion:
    figures = row["figures"]
    return Suspicion(
        rule=rule.id,
        names=rule.names,
        region=shown(row["region"]),
        place=shown(row["place"]),
        found=shown(row["found"]),
        expected=shown(row["expected"]),
        difference=shown(row["difference"]),
        figures=tuple(str(f) for f in figures if f) if isinstance(figures, list) else (),
        mend=rule.mend,
        severity=rule.severity,
    )


class _Needs:
    """What the relations of a question hold, asked once a need."""

    def __init__(self, con: DuckDBPyConnection, asked: Question) -> None:
        self.con = con
        self.asked = asked
        self._seen: dict[Need, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def missing(self, needs: Iterable[Need]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(what is absent altogether, where a part is)."""
        absent: list[str] = []
        partial: list[str] = []
        for need in needs:
            if need not in self._seen:
                self._seen[need] = tuple(self._table(need)), tuple(self._gaps(need))
            absent += self._seen[need][0]
            partial += self._seen[need][1]
        return tuple(absent), tuple(partial)

    def _table(self, need: Need) -> Iterator[str]:
        if need.name == YEARS:
            count, least = self._one("SELECT count(DISTINCT year) FROM used"), 2
        elif need.kind == "relation":
            count, least = self._one(f'SELECT count(*) FROM "{need.name}"'), 1
        else:
            count, least = (
                self._one("SELECT count(*) FROM cell WHERE table_id = ? AND year > ?", need.name, self.asked.opening),
                1,
            )
        if count < least:
            yield need.name

    def _gaps(self, need: Need) -> Iterator[str]:
        """Regions and years without the table, and figures of it that are unknown."""
        if need.kind == "relation":
            if need.name == "worth":
                yield from self._unknown(
                    "SELECT region_code, year, service FROM worth WHERE state NOT IN ('value', 'not_applicable')"
                )
            return
        if need.kind == "every":
            years = range(self.asked.opening + 1, self.asked.closing + 1)
            regions = self.con.execute("SELECT DISTINCT year, region_code FROM scope").fetchall()
            held = set(self.con.execute("SELECT DISTINCT year, region_code FROM cell WHERE table_id = ?", [need.name]).fetchall())
            yield from (f"{need.name} {self.asked.region} {y}" for y in years if y not in {year for year, _ in regions})
            yield from (f"{need.name} {r} {y}" for y, r in sorted(set(regions) - held) if y in years)
        yield from self._unknown(
            f"SELECT region_code, year, table_id FROM cell WHERE table_id = ? AND year > ? AND {LACKING}",
            need.name,
            self.asked.opening,
        )

    def _unknown(self, query: str, *given: object) -> Iterator[str]:
        counted = f"SELECT COLUMNS(*), count(*) FROM ({query}) GROUP BY ALL ORDER BY ALL"
        for region, year, name, count in self.con.execute(counted, list(given)).fetchall():
            yield f"{name} {region} {year} ({count})"

    def _one(self, query: str, *given: object) -> int:
        row = self.con.execute(query, list(given)).fetchone()
        return int(row[0]) if row else 0


def _found(s: Suspicion) -> Finding:
    """A line of the list as a finding."""
    holes = {"name_zh": s.names.zh, "name_en": s.names.en, "own_mend_zh": s.mend.zh, "own_mend_en": s.mend.en}
    place = Place(key=f"{s.region} {s.place}")
    return finding(
        "SUSPICION-FOUND",
        place,
        found=s.found,
        expected=s.expected,
        difference=s.difference,
        figures=s.figures,
        rule=s.rule,
        severity=Severity(s.severity),
        holes={**holes, "where": f"{s.region} {s.place}"},
    )


def _unassessed(u: Unassessed) -> Finding:
    code = "SUSPICION-PARTLY-ASSESSED" if u.partly else "SUSPICION-NOT-ASSESSED"
    named = ", ".join(u.missing[:MOST]) + (f", … ({len(u.missing)})" if len(u.missing) > MOST else "")
    return finding(code, Place(key=u.rule), found=named, rule=u.rule, holes={"name_zh": u.names.zh, "name_en": u.names.en})
