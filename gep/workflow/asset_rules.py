"""The rules and limits of a scheme as a vintage used them: read once from what the run kept."""

# ruff: noqa: S608  (what enters the SQL is a whole number)
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from gep.base.findings import Place, Refused, finding
from gep.catalog.registers import RULE
from gep.report.form import Scope
from gep.rules.nodes import Bin, Call, Name, Num
from gep.rules.parse import parse
from gep.workflow.forms.reader import Reader

Record = Mapping[str, Any]
Rules = tuple[Record, ...]


@dataclass(frozen=True)
class Used:
    """What a scheme used in a year, as records of plain data.

    `by_table`: the rules that make or check figures of a table, by its id; `limits`: those that hold a figure against a limit,
    with the `parameters` (by id) that say how much it is, and their `sources`.
    """

    by_table: Mapping[str, Rules]
    limits: Rules
    parameters: Mapping[str, Rules]
    sources: Mapping[str, Record]


NOTHING = Used({}, (), {}, {})


def used(reader: Reader, scope: Scope) -> Used:
    """What the scheme and year of the scope rest on. Raises Refused if it is gone."""
    rules_hash = str(reader.rows(f"SELECT rules_hash FROM run_all WHERE vintage = {scope.vintage}")[0]["rules_hash"])
    return _kept(reader.book.rules / rules_hash / "frozen.json").get(f"{scope.profile}/{scope.year}", NOTHING)


def rules_of(reader: Reader, scope: Scope, table: str) -> Rules:
    """The rules of a table, in the order of their ids."""
    return used(reader, scope).by_table.get(table, ())


@lru_cache(maxsize=2)
def _kept(path: Path) -> Mapping[str, Used]:
    """Scheme/year -> what it used. The file is named by its hash, so what was read stays true; of it only this is kept."""
    if not path.is_file():
        raise Refused([finding("VERIFY-HASH", Place(f"rules/{path.parent.name}/{path.name}"))])
    frozen = json.loads(path.read_text(encoding="utf-8"))
    return {key: _used(content) for key, content in frozen.items() if isinstance(content, dict) and "rules" in content}


def _used(content: Record) -> Used:
    by_table: dict[str, list[Record]] = {}
    for rule in content["rules"]:
        by_table.setdefault(_table(rule), []).append(rule)
    limits = tuple(r for r in content["rules"] if r["id"].startswith(RULE) or gap_of(r) is not None)
    wanted = {given["ref"] for rule in limits for given in rule["inputs"] if given["kind"] == "parameter"}
    parameters: dict[str, list[Record]] = {}
    for parameter in content.get("parameters", ()):  # what joins accounts has none
        if parameter["id"] in wanted:
            parameters.setdefault(parameter["id"], []).append(parameter)
    return Used(_fixed(by_table.items()), limits, _fixed(parameters.items()), content.get("sources", {}))


def _fixed(groups: Iterable[tuple[str, list[Record]]]) -> dict[str, Rules]:
    return {name: tuple(found) for name, found in groups}


def _table(rule: Record) -> str:
    """The table whose figures a rule makes; of one that only checks, the table it is named after."""
    return str(rule["output"] or rule["id"]).split(".")[0]


def gap_of(rule: Record) -> tuple[str, Record, Record] | None:
    """(floor or cap, the figure, the limit) of a rule that works out by how much a figure misses a limit.

    `max(limit - figure, 0)` is a floor, `max(figure - limit, 0)` a cap, where the limit is a parameter of the year and the figure
    a measure of it.
    """
    if rule["kind"] != "compute" or not rule["expression"].startswith("max("):
        return None
    match parse(rule["expression"], Place(rule["file"]), {}):
        case Call("max", (Bin("-", Name(more), Name(less)), Num(value=value))) if value == 0:
            inputs = {given["name"]: given for given in rule["inputs"] if given["time"] == "same"}
        case _:
            return None
    first, second = inputs.get(more), inputs.get(less)
    if first is None or second is None:
        return None
    if (first["kind"], second["kind"]) == ("parameter", "measure"):
        return "floor", second, first
    return ("cap", first, second) if (first["kind"], second["kind"]) == ("measure", "parameter") else None
