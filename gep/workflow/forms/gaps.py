"""Why figures of GEP are missing or do not apply: what was not returned, and what the department said of it."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gep.base.records import Names, State
from gep.ledger.views import literal
from gep.workflow.forms.common import listed
from gep.workflow.forms.gep_rows import PHYSICAL, VALUE, keys_of
from gep.workflow.forms.held import Account, Line, figure
from gep.workflow.forms.reader import SqlRow

MOST = 8  # notes of one table; what is behind them stands in the list of checks
LACK = "cell"


def gaps(account: Account) -> Iterator[Names]:
    """A note for each line that lacks a figure: what it lacks; then what departments said of what they did not return."""
    found = [*_lacking(account), *_said(account)]
    yield from found[:MOST]
    if len(found) > MOST:
        rest = len(found) - MOST
        yield Names(
            f"另有 {rest} 项缺数或不适用，见审核结果表。", f"{rest} more are missing or do not apply; see the results of checks."
        )


def _lacking(account: Account) -> Iterator[Names]:
    """The lines of a service that lack the same stand in one note."""
    inputs = _inputs(account)
    for service in account.services:
        lacks: dict[tuple[tuple[str, str], ...], list[Line]] = {}
        for line in account.lines(service):
            found = dict.fromkeys(i for row in _open(account, line) for i in inputs.get(_address(account, line, row), ()))
            if found:
                lacks.setdefault(tuple(found), []).append(line)
        yield from (_note(account, service.names, lines, found) for found, lines in lacks.items())


def _open(account: Account, line: Line) -> list[SqlRow]:
    """The leaves of a line that are missing; those of its value where it has no quantity."""
    view = PHYSICAL if line.keys[3] else VALUE
    missing = (str(State.NOT_AVAILABLE), str(State.REFUSED))
    return [r for r in account.leaves(view, line.keys[0]) if keys_of(r) == line.keys and r["state"] in missing]


def _address(account: Account, line: Line, row: SqlRow) -> str:
    """The address of a leaf as the trace has it: without its vintage."""
    return figure(account, PHYSICAL if line.keys[3] else VALUE, row).address.rpartition("@")[0]


def _inputs(account: Account) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Figure -> (region, measure) of what it reads that is missing: of returns, else of what was to be computed."""
    open_leaves = [
        _address(account, line, row) for s in account.services for line in account.lines(s) for row in _open(account, line)
    ]
    if not open_leaves:
        return {}
    names = ", ".join(literal(a) for a in sorted(set(open_leaves)))
    rows = account.reader.rows(
        f"SELECT DISTINCT figure, measure, input, input_kind FROM trace_all WHERE vintage = {account.scope.vintage} "
        f"AND amount IS NULL AND figure IN ({names}) ORDER BY figure, input_kind, input"
    )
    made: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        region = row["figure"].split("/")[1]
        if row["input"] != "-":
            measure = row["input"].partition(":")[2].split("/")
            # cell:measure/region/period/key, calculation:profile/measure/region/period/key
            made.setdefault(row["figure"], []).append((region, measure[0] if row["input_kind"] == LACK else measure[1]))
        elif row["input_kind"] == LACK:
            made.setdefault(row["figure"], []).append((region, row["measure"]))
    return made


def _note(account: Account, service: Names, lines: Sequence[Line], lacks: Sequence[tuple[str, str]]) -> Names:
    measures = account.reader.book.catalog.measures
    places = dict.fromkeys(region for region, _ in lacks if region != account.scope.region)
    names = [measures[m].names if m in measures else Names(m, m) for m in dict.fromkeys(m for _, m in lacks)]
    where = [account.reader.region(p) for p in places]
    parts = [x.names for x in lines if not x.plain]
    title = Names(f"{service.zh}（{listed(parts, 'zh')}）", f"{service.en} ({listed(parts, 'en')})") if parts else service
    zh = f"{title.zh}缺数：没有{listed(names, 'zh')}"
    en = f"{title.en} is missing: no {listed(names, 'en')}"
    if where:
        return Names(f"{zh}（{listed(where, 'zh')}）。", f"{en} ({listed(where, 'en')}).")
    return Names(f"{zh}。", f"{en}.")


def _said(account: Account) -> Iterator[Names]:
    """What departments wrote beside a figure of these services that they did not return, or that does not apply."""
    scope, reader = account.scope, account.reader
    wanted = {rule.measure: rule.names for s in account.services for rule in s.rules}
    inside = [code for code, above in account.above.items() if scope.region in above]
    if not wanted or not inside:
        return
    rows = reader.rows(
        f"SELECT DISTINCT measure, region_code, state, coalesce(nullif(note, '-'), reason) AS said FROM fact_all "
        f"WHERE vintage = {scope.vintage} AND period[1:4] = '{scope.year}' AND state <> 'value' "
        f"AND measure IN ({', '.join(literal(m) for m in sorted(wanted))}) ORDER BY measure, region_code, said"
    )
    for row in rows:
        if row["region_code"] not in inside or not row["said"]:
            continue
        names, place = wanted[row["measure"]], reader.region(row["region_code"])
        state = Names("不适用", "not applicable") if row["state"] == State.NOT_APPLICABLE else Names("未提供", "not available")
        yield Names(f"{place.zh}{names.zh}{state.zh}：{row['said']}。", f"{place.en}, {names.en}: {state.en} ({row['said']}).")
