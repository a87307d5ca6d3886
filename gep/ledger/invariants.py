"""What must hold between the cells and rows of a release before it becomes a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations

from gep.base.findings import Finding, Place, finding
from gep.ledger.tables import BY_NAME, BY_PROFILE, SPLIT, STORED_STATES, Table

Row = Mapping[str, object]
Rows = Mapping[str, Sequence[Row]]


def row_key(table: Table, row: Row) -> str:
    """The key of a row as people read it: `region_code=513300 year=2010 …`."""
    return " ".join(f"{c.name}={row.get(c.name)}" for c in table.keys)


def check_rows(rows: Rows) -> Iterator[Finding]:
    """Every breach of the rules between columns and between rows; the cells themselves are known to be sound.

    A state and its amount agree; the counts of gep_total add up; no leaf stands beside its own parts; every
    region of an account is in the tree of its year, and the tree is one; every year of an account has a release state.
    """
    for name, held in rows.items():
        yield from _states(BY_NAME[name], held)
    yield from _counts(rows.get("gep_total", ()))
    for name in ("physical_account", "value_account"):
        yield from _parts(BY_NAME[name], rows.get(name, ()))
    yield from _tree(rows.get("region", ()))
    yield from _regions(rows)
    yield from _release_states(rows)


def _place(table: Table, row: Row, column: str = "") -> Place:
    return Place(f"{table.name}.csv", column=column, key=row_key(table, row))


def _states(table: Table, rows: Sequence[Row]) -> Iterator[Finding]:
    if not table.amount:
        return
    for row in rows:
        state, amount = row["state"], row.get(table.amount)
        if state not in STORED_STATES:
            yield finding("LEDGER-STATE-UNKNOWN", _place(table, row, "state"), found=state, expected=", ".join(STORED_STATES))
        elif (state == "value") != (amount is not None):
            shown = "NULL" if amount is None else amount
            yield finding("LEDGER-STATE-AMOUNT", _place(table, row, table.amount), found=shown, column=table.amount, state=state)


def _counts(rows: Sequence[Row]) -> Iterator[Finding]:
    table = BY_NAME["gep_total"]
    for row in rows:
        enabled, valued, missing, void = (_count(row[c]) for c in ("enabled", "valued", "missing", "not_applicable"))
        if enabled != valued + missing + void or min(valued, missing, void) < 0:
            counted = valued + missing + void
            yield finding(
                "LEDGER-TOTAL-COUNTS",
                _place(table, row, "enabled"),
                found=enabled,
                expected=counted,
                difference=enabled - counted,
            )
        known = missing == 0 and valued > 0
        if known != (row.get("gep") is not None):
            shown = "NULL" if row.get("gep") is None else row["gep"]
            yield finding("LEDGER-TOTAL-MISSING", _place(table, row, "gep"), found=shown, missing=missing, valued=valued)


def _count(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("a count is a whole number")
    return value


def _parts(table: Table, rows: Sequence[Row]) -> Iterator[Finding]:
    """Known leaves that are not split where another known leaf of the same region and unit is: subtotals beside their parts."""
    around = [c.name for c in table.keys if c.name not in SPLIT] + ["service"] + (["unit"] if table.amount == "quantity" else [])
    groups: dict[tuple[object, ...], dict[tuple[str, ...], Row]] = defaultdict(dict)
    for row in rows:
        if row["state"] == "value":
            groups[tuple(row[c] for c in around)][tuple(str(row[c]) for c in SPLIT)] = row
    for leaves in groups.values():
        keys = set(leaves)
        reported: set[tuple[str, ...]] = set()
        for key in sorted(keys):
            for other in _coarser(key) & keys - reported:
                reported.add(other)
                yield finding("LEDGER-LEAF-AND-PARTS", _place(table, leaves[other]), found="/".join(other), part="/".join(key))


def _coarser(key: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Every key that is `key` with one or more of its split columns left out (the service stays)."""
    split = [i for i in range(1, len(key)) if key[i] != "-"]
    found = set()
    for size in range(1, len(split) + 1):
        for left_out in combinations(split, size):
            found.add(tuple("-" if i in left_out else k for i, k in enumerate(key)))
    return found


def _tree(rows: Sequence[Row]) -> Iterator[Finding]:
    """One row a code at any time, known parents, no circle."""
    table = BY_NAME["region"]
    by_code: dict[object, list[Row]] = defaultdict(list)
    for row in rows:
        by_code[row["code"]].append(row)
    for held in by_code.values():
        for one, two in combinations(sorted(held, key=lambda r: str(_day(r["valid_from"]))), 2):
            if _day(two["valid_from"]) <= _day(one["valid_to"]) and one["vintage"] == two["vintage"]:
                yield finding(
                    "LEDGER-REGION-OVERLAP",
                    _place(table, two, "valid_from"),
                    found=two["valid_from"],
                    expected=f"> {one['valid_to']}",
                    region=two["code"],
                )
    for row in rows:
        if row.get("parent") is not None and row["parent"] not in by_code:
            yield finding("LEDGER-REGION-PARENT", _place(table, row, "parent"), found=row["parent"], region=row["code"])
        elif _circular(row["code"], lambda code: [r.get("parent") for r in by_code[code]]):
            yield finding("LEDGER-REGION-CIRCLE", _place(table, row, "parent"), found=row["parent"], region=row["code"])


def _circular(code: object, parents: Callable[[object], Iterable[object]]) -> bool:
    """True if a code stands above itself in the rows of the tree, whatever their validity."""
    seen: set[object] = set()
    ahead = list(parents(code))
    while ahead:
        above = ahead.pop()
        if above == code:
            return True
        if above is not None and above not in seen:
            seen.add(above)
            ahead += parents(above)
    return False


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _regions(rows: Rows) -> Iterator[Finding]:
    """Every region of an account, and all above it, is valid on the last day of the year; one finding a region and year."""
    tree: dict[object, list[Row]] = defaultdict(list)
    for row in rows.get("region", ()):
        tree[row["vintage"], row["code"]].append(row)
    reported = set()
    for table in BY_PROFILE:
        for row in rows.get(table.name, ()):
            mark = (row["vintage"], row["year"], row["region_code"])
            if mark in reported:
                continue
            reported.add(mark)
            lost = _lost(tree, *mark)
            if lost is not None:
                yield finding("LEDGER-REGION-UNKNOWN", _place(table, row, "region_code"), found=lost, year=row["year"])


def _lost(tree: Mapping[object, Sequence[Row]], vintage: object, year: object, code: object) -> object:
    """The first code on the way up that is not valid on 31 December of the year; None if all are."""
    end = date(_count(year), 12, 31)
    seen: set[object] = set()
    while code is not None and code not in seen:
        seen.add(code)
        valid = [r for r in tree.get((vintage, code), ()) if _day(r["valid_from"]) <= end <= _day(r["valid_to"])]
        if not valid:
            return code
        code = valid[0].get("parent")
    return None


def _release_states(rows: Rows) -> Iterator[Finding]:
    stated = {(row["vintage"], row["year"]) for row in rows.get("release_state", ())}
    held = {(row["vintage"], row["year"]) for table in BY_PROFILE for row in rows.get(table.name, ())}
    for vintage, year in sorted(held - stated, key=str):
        yield finding(
            "LEDGER-STATE-MISSING", Place("release_state.csv", key=f"vintage={vintage} year={year}"), vintage=vintage, year=year
        )
