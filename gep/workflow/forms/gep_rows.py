"""Reading the GEP accounts of a vintage: the services of its profile, its regions, and the rows of all regions and years.

A statement shows all regions of a year side by side, and years beside one another, so everything is asked for once.
"""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gep.base.findings import Place, Refused, finding
from gep.base.records import Names
from gep.explain.address import NO_KEY
from gep.ledger.views import literal
from gep.report.form import Scope
from gep.workflow.forms.reader import Reader, SqlRow

WHOLE = "gep"
DIMS = ("benefit", "product")
CLASSES = ("material", "regulating", "cultural")
View = Literal["physical_account", "value_account"]
PHYSICAL: View = "physical_account"
VALUE: View = "value_account"
AMOUNT: Mapping[View, str] = {PHYSICAL: "quantity", VALUE: "value"}
Keys = tuple[str, str, str, str]  # service, benefit, product, unit (empty: valued without a quantity)


@dataclass(frozen=True)
class Rule:
    """A line of a service as the profile has it: which keys of the account its figures stand under."""

    measure: str
    names: Names
    unit: str
    benefit: str  # a code, `*` for the codes of a dimension, `-` for none
    product: str
    valued: bool
    value_only: bool
    floor: bool

    def holds(self, keys: Keys) -> bool:
        _, benefit, product, unit = keys
        fits = all(want in ("*", have) for want, have in ((self.benefit, benefit), (self.product, product)))
        return fits and unit == ("" if self.value_only else self.unit)


@dataclass(frozen=True)
class Service:
    """A service of the profile with its lines. `valued`: at least one of them has a price or is returned as a value."""

    id: str
    group: str
    names: Names
    rules: tuple[Rule, ...]

    @property
    def valued(self) -> bool:
        return any(r.valued for r in self.rules)


@dataclass(frozen=True)
class Rows:
    """All regions of one profile, year and price basis: leaves by (region or one above it, service), totals by their keys."""

    leaves: dict[tuple[str, str], list[SqlRow]]
    totals: dict[tuple[str, str, str, str], list[SqlRow]]  # (region, service, benefit, product), ecosystems added up


NO_ROWS = Rows({}, {})
Places = Mapping[int, Mapping[str, tuple[frozenset[str], bool]]]  # year -> region -> itself and those above, whether it is lowest


def keys_of(row: SqlRow) -> Keys:
    return row["service"], row["benefit"], row["product"], row["unit"] or ""


def _chosen(scope: Scope) -> str:
    return f"vintage = {scope.vintage} AND profile = {literal(scope.profile)} AND zone = '{NO_KEY}'"


def rows_of(reader: Reader, scope: Scope, view: View, places: Places) -> dict[tuple[int, str], Rows]:
    """The rows of all years and price bases of a vintage: the query costs about as much as for one of them."""
    keys = "region_code, service, benefit, product, ecosystem, unit"
    made: dict[tuple[int, str], Rows] = {}
    for row in reader.rows(f"SELECT * FROM {view}_all WHERE {_chosen(scope)} ORDER BY year, {keys}"):
        held = made.setdefault((row["year"], row.get("price_basis", "")), Rows({}, {}))
        for region in places[row["year"]][row["region_code"]][0]:
            held.leaves.setdefault((region, row["service"]), []).append(row)
    sql = (
        f"SELECT * FROM {view}_rollup_all WHERE {_chosen(scope)} AND ecosystem = '{NO_KEY}' ORDER BY is_total DESC, year, {keys}"
    )
    for row in reader.rows(sql):
        held = made.setdefault((row["year"], row.get("price_basis", "")), Rows({}, {}))
        held.totals.setdefault((row["region_code"], row["service"], row["benefit"], row["product"]), []).append(row)
    return made


def totals_of(reader: Reader, scope: Scope, basis: str) -> dict[str, SqlRow]:
    here = f"{_chosen(scope)} AND year = {scope.year} AND price_basis = {literal(basis)}"
    return {row["region_code"]: row for row in reader.rows(f"SELECT * FROM gep_total_all WHERE {here} ORDER BY region_code")}


def regions_of(reader: Reader, vintage: int) -> Places:
    found: dict[int, dict[str, tuple[set[str], bool]]] = {}
    sql = f"SELECT year, code, ancestor, lowest FROM region_path WHERE vintage = {vintage} ORDER BY year, code, ancestor"
    for row in reader.rows(sql):
        found.setdefault(row["year"], {}).setdefault(row["code"], (set(), row["lowest"]))[0].add(row["ancestor"])
    return {year: {c: (frozenset(up), low) for c, (up, low) in codes.items()} for year, codes in found.items()}


def frozen(reader: Reader, scope: Scope) -> Mapping[str, Any]:
    """What the run of the scope resolved for its profile and year. Raises Refused where it is gone."""
    sql = f"SELECT rules_hash FROM run_all WHERE vintage = {scope.vintage}"
    rules_hash = str(reader.rows(sql)[0]["rules_hash"])
    path = reader.book.rules / rules_hash / "frozen.json"
    if not path.is_file():
        raise Refused([finding("VERIFY-HASH", Place(f"rules/{rules_hash}/frozen.json"))])
    kept: dict[str, Any] = reader.kept(f"frozen {rules_hash}", lambda: json.loads(path.read_text(encoding="utf-8")))
    found: Mapping[str, Any] = kept[f"{scope.profile}/{scope.year}"]
    return found


def profile_of(reader: Reader, scope: Scope) -> tuple[tuple[Service, ...], str]:
    """The services of the profile as that vintage used it, and its currency."""
    scheme = frozen(reader, scope)["scheme"]
    services = tuple(
        Service(s["id"], s["service_class"], reader.code("service", s["id"]), tuple(_rule(reader, x) for x in s["lines"]))
        for s in scheme["services"]
    )
    return services, str(scheme["currency"])


def _rule(reader: Reader, line: Mapping[str, Any]) -> Rule:
    """A line of the profile with where its measure stands in the accounts; measures are those in force."""
    measure = reader.book.catalog.measures[line["measure"]]
    placed = [measure.account.get(d, "") for d in DIMS]
    benefit, product = (p[1:] if p.startswith("=") else "*" if p else NO_KEY for p in placed)
    valued, floor = bool(line["price"] or line["value_only"]), line.get("floor", "") == "zero"
    return Rule(measure.id, measure.names, measure.unit, benefit, product, valued, bool(line["value_only"]), floor)
