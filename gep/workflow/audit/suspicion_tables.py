"""The relations that rules of suspicion read beside the views of a book: the term cut out of it, and the registers of the audit.

All are temporary tables in the connection; the book itself is open for reading only. From the book:

    used(year, profile, vintage)   the vintage in use for the profile and the scheme, as known on the day the store was opened for
    scope(year, region_code)       the lowest regions inside the audited one
    cell       asset accounts of those regions, opening to closing year, leaves only, with `figure` and `method_id`
    worth      value accounts of the whole regions;   total, total_before   GEP and green-gold index of the regions above and
               below, of the vintage in use and of the newest known before it
    parameter, parameter_before    each parameter that a figure of the term used, by year;   returned   the returns, by year
    submission, corrected, complaint, revised   returns, corrections, findings and revisions with the day of their run
    run        the runs known;     favour    which way a figure looks better

From the engagement: event, observation, balance, problem, report, redline (its patch layers), redline_activity, and redline_test
(what the three tests of RL-01 say of each patch from the first day to the day after the last). Amounts are in the unit of the
book, areas of patches in hectares. A region that has another code at the closing stands under that one everywhere but in the
addresses of figures.
"""

# ruff: noqa: S608  (names in the SQL are those of this file; values are bound)
from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from gep.accounts.redline_patches import Patch
from gep.base.findings import Finding, Place, Refused, finding
from gep.base.records import Key, key_text
from gep.base.rounding import store
from gep.base.units import UnitError
from gep.catalog.suspicions import USED, Favour
from gep.explain import address
from gep.report.form import in_unit
from gep.workflow.audit.records import Balance, Event, Observation, Problem
from gep.workflow.audit.suspicion_cut import CUT, MACROS
from gep.workflow.audit.suspicion_patches import HECTARE, doings, layers, tested

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCALE = 12
AMOUNT = "DECIMAL(38,12)"
OPENS = "10"  # ends the code of an opening row: R10, SC10
BATCH = 200  # rows of one insert
ALWAYS = ("used", "scope", "cell")  # what the registers are read against
WORD = re.compile(r"[a-z_]+")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about: a region over a term. `opening`, `closing`: years whose ends are the two stocks; days half-open.

    `renamed`: code of a region at the closing -> the codes it alone had before.
    """

    region: str
    opening: int
    closing: int
    start: date
    end: date
    profile: str
    scheme: str
    renamed: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, object]:
        names = ("region", "opening", "closing", "start", "end", "profile", "scheme")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Reported:
    """A figure as a report prints it; its last digit says how exact it is. `figure`: its address in the book."""

    document: str
    figure: str
    amount: Decimal
    unit: str


@dataclass(frozen=True)
class Registers:
    """What the auditors collected. `patches`: the layers of the red line; `closed`: ids of the problems that are closed."""

    events: Sequence[Event] = ()
    observations: Sequence[Observation] = ()
    balances: Sequence[Balance] = ()
    problems: Sequence[Problem] = ()
    closed: Collection[str] = ()
    patches: Sequence[Patch] = ()
    reports: Sequence[Reported] = ()


REGISTER: Mapping[str, str] = {
    "event": f"id VARCHAR, region VARCHAR, table_id VARCHAR, row_code VARCHAR, column_code VARCHAR, instance VARCHAR,"
    f" amount {AMOUNT}, unit VARCHAR, decision DATE, effect DATE, effect_year INTEGER, decided_by VARCHAR, attribution VARCHAR,"
    f" document VARCHAR, evidence VARCHAR, note VARCHAR",
    "observation": f"region VARCHAR, table_id VARCHAR, row_code VARCHAR, column_code VARCHAR, instance VARCHAR, day DATE,"
    f" year INTEGER, at_year_end BOOLEAN, amount {AMOUNT}, unit VARCHAR, document VARCHAR",
    "balance": f"day DATE, region VARCHAR, table_id VARCHAR, row_code VARCHAR, key VARCHAR, amount {AMOUNT}, unit VARCHAR,"
    f" method VARCHAR, year_end INTEGER, days INTEGER, estimate BOOLEAN",
    "problem": "id VARCHAR, report VARCHAR, issue VARCHAR, paper VARCHAR, unit VARCHAR, person VARCHAR, first VARCHAR,"
    " kind VARCHAR, due DATE, carried_from VARCHAR, found_on DATE, closed BOOLEAN",
    "report": f"document VARCHAR, region VARCHAR, figure VARCHAR, reported {AMOUNT}, half_unit {AMOUNT}, held {AMOUNT},"
    " unit VARCHAR",
    "redline": f"version VARCHAR, patch VARCHAR, family VARCHAR, county VARCHAR, type VARCHAR, area {AMOUNT}, unit VARCHAR,"
    f" valid_from DATE, valid_to DATE, natural_share {AMOUNT}, function_index {AMOUNT}, normalised {AMOUNT},"
    " document VARCHAR",
    "redline_activity": f"patch VARCHAR, family VARCHAR, county VARCHAR, valid_from DATE, valid_to DATE, activity VARCHAR,"
    f" area {AMOUNT}, unit VARCHAR, legal BOOLEAN, issue VARCHAR",
    "redline_test": f"patch VARCHAR, county VARCHAR, type0 VARCHAR, type1 VARCHAR, area0 {AMOUNT}, area1 {AMOUNT},"
    f" approved {AMOUNT}, unapproved {AMOUNT}, gained {AMOUNT}, undocumented {AMOUNT}, unit VARCHAR, share0 {AMOUNT},"
    f" share1 {AMOUNT}, index0 {AMOUNT}, index1 {AMOUNT}, basis VARCHAR, area VARCHAR, nature VARCHAR, function VARCHAR",
    "favour": "account VARCHAR, table_id VARCHAR, column_code VARCHAR, sign INTEGER",
}


def lay(
    con: DuckDBPyConnection, asked: Question, registers: Registers, favour: Sequence[Favour], read: Collection[str] | None = None
) -> None:
    """Make the relations in the connection, in place of those of an earlier question. Raises Refused: units that do not fit.

    `read`: the words of the queries to be asked; what of the book none of them names is left out (None: everything is made).
    """
    now = {old: code for code, olds in asked.renamed.items() for old in olds}
    _fill(con, "renamed", "old VARCHAR, now VARCHAR", sorted(now.items()))
    for macro in MACROS:
        con.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")
    wanted = set(CUT) if read is None else _reached({*read, *ALWAYS})
    for name, query in CUT.items():
        if name in wanted:
            named = set(USED.findall(query))
            con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}", {n: asked.parameters[n] for n in named})
    findings: list[Finding] = []
    units = _units(con) if registers.events or registers.observations else {}

    def hectares(area: Decimal, unit: str, name: str) -> Decimal:
        return _converted(area, unit, HECTARE, name, findings)

    rows: dict[str, Sequence[Sequence[object]]] = {
        "event": [_event(e, now.get(e.region, e.region), units, findings) for e in registers.events],
        "observation": [_observation(o, now.get(o.region, o.region), units, findings) for o in registers.observations],
        "balance": [_balance(b) for b in registers.balances],
        "problem": [_problem(p, registers.closed) for p in registers.problems],
        "report": [_report(con, r, findings) for r in registers.reports],
        "redline": list(layers(registers.patches, hectares)),
        "redline_activity": list(doings(registers.patches, hectares)),
        "redline_test": list(tested(registers.patches, asked.start, asked.end, hectares)) if registers.patches else [],
        "favour": [(f.account, f.table_id, f.column_code, f.sign) for f in favour],
    }
    if findings:
        raise Refused(findings)
    for name, columns in REGISTER.items():
        _fill(con, name, columns, rows[name])
    _name_only_column(con)


def words(text: str) -> set[str]:
    """The names a query may read."""
    return set(WORD.findall(text))


def _reached(names: set[str]) -> set[str]:
    """The relations of the book behind these names."""
    found: set[str] = set()
    new = names & CUT.keys()
    while new:
        found |= new
        new = {w for name in new for w in words(CUT[name])} & CUT.keys() - found
    return found


def _fill(con: DuckDBPyConnection, name: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        marks = f"({', '.join('?' * len(batch[0]))})"
        con.execute(f"INSERT INTO {name} VALUES {', '.join([marks] * len(batch))}", [value for row in batch for value in row])


def _units(con: DuckDBPyConnection) -> dict[tuple[str, str, str], str]:
    """The unit of each cell of the book by table, row and column."""
    rows = con.execute("SELECT DISTINCT table_id, row_code, column_code, unit FROM cell").fetchall()
    return {(t, r, c): u for t, r, c, u in rows} | {(t, r, ""): u for t, r, _, u in rows}


def column_of(table: str, key: Key) -> tuple[str, str]:
    """(column, instance) of a cell by its key: `la01:C02` is the column C02 of LA-01; any other dimension repeats the table."""
    own = table.replace("-", "").lower()
    columns = [code for dim, code in key if dim.startswith(own)]
    instances = [code for dim, code in key if not dim.startswith(own)]
    return (columns[0] if columns else "", instances[0] if instances else "-")


def _converted(amount: Decimal, unit: str, wanted: str, name: str, findings: list[Finding]) -> Decimal:
    try:
        return store(Fraction(in_unit(amount, unit, wanted)), SCALE)
    except UnitError:
        findings.append(finding("SUSPICION-UNIT", Place(key=name), found=unit, expected=wanted, name=name))
        return amount


def _event(e: Event, region: str, units: Mapping[tuple[str, str, str], str], findings: list[Finding]) -> tuple[object, ...]:
    column, instance = column_of(e.table, e.key)
    wanted = units.get((e.table, e.row, column), e.unit)
    amount = _converted(e.amount, e.unit, wanted, e.id, findings)
    place = (e.id, region, e.table, e.row, column, instance, amount, wanted)
    return (*place, e.decision, e.effect, e.effect.year, e.decided_by, e.attribution, e.document, e.evidence, e.note)


def _observation(
    o: Observation, region: str, units: Mapping[tuple[str, str, str], str], findings: list[Finding]
) -> tuple[object, ...]:
    column, instance = column_of(o.table, o.key)
    wanted = units.get((o.table, o.row, column), o.unit)
    amount = _converted(o.amount, o.unit, wanted, f"{o.table} {o.row} {o.day}", findings)
    # a stock of 31 December stands at 00:00 of 1 January, where the next year opens with it
    at_year_end = (o.day.month, o.day.day) == (1, 1)
    year = o.day.year - 1 if at_year_end and not o.row.endswith(OPENS) else o.day.year
    return (region, o.table, o.row, column, instance, o.day, year, at_year_end, amount, wanted, o.document)


def _balance(b: Balance) -> tuple[object, ...]:
    amount = None if b.amount is None else store(b.amount, SCALE)
    return (b.day, b.region, b.table, b.row, key_text(b.key), amount, b.unit, b.method, b.year_end, b.days, b.estimate)


def _problem(p: Problem, closed: Collection[str]) -> tuple[object, ...]:
    words = (p.id, p.report, p.issue, p.paper, p.unit, p.person, p.first, p.kind)
    return (*words, p.due, p.carried_from, p.found_on, p.id in closed)


def _report(con: DuckDBPyConnection, r: Reported, findings: list[Finding]) -> tuple[object, ...]:
    where = address.parse(r.figure)
    held, unit = _held(con, where)
    wanted = unit if unit is not None else r.unit
    exponent = r.amount.as_tuple().exponent
    half = Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)
    amount = _converted(r.amount, r.unit, wanted, r.figure, findings)
    return (r.document, where.region, r.figure, amount, _converted(half, r.unit, wanted, r.figure, []), held, wanted)


def _held(con: DuckDBPyConnection, where: address.Address) -> tuple[Decimal | None, str | None]:
    """Amount and unit of a figure in the book, of the vintage it names or that in use; (None, None) if the book holds none."""
    column, view = where.with_column, where.view
    unit = "unit" if view in ("physical_account", "asset_account", "balance_sheet") else "currency"
    if view == "green_gold_index" and column not in ("gep", "gdp", "geep"):
        unit = "''"
    elif view == "value_account" and column != "value":
        unit = "price_unit" if column == "price" else "unit"
    keys = {**where.key(), **where.named, "region_code": where.region, "year": int(where.period)}
    scheme = where.named.get("scheme") or where.named.get("profile")
    rows = con.execute(
        f"SELECT {column}, {unit} FROM {view if view in address.BY_COLUMN else f'{view}_rollup'}_all"
        f" WHERE {' AND '.join(f'{name} = ?' for name in keys)}"
        " AND vintage = coalesce(?, (SELECT max(vintage) FROM used WHERE year = ? AND (profile = ? OR ? IS NULL)))",
        [*keys.values(), where.vintage, int(where.period), scheme, scheme],
    ).fetchall()
    return (rows[0][0], rows[0][1]) if len(rows) == 1 else (None, None)


def _name_only_column(con: DuckDBPyConnection) -> None:
    """An entry that names no column of a table that has only one means that one."""
    for name in ("event", "observation"):
        con.execute(
            f"UPDATE {name} SET column_code = o.column_code FROM (SELECT table_id, min(column_code) AS column_code FROM cell"
            f" GROUP BY table_id HAVING count(DISTINCT column_code) = 1) o WHERE o.table_id = {name}.table_id"
            f" AND {name}.column_code = ''"
        )
