"""A sign flipped in a rule file stops the run: the second route, which shares no evaluator with the rule, no longer agrees."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gep.accounts.routes import ROUTES, ROW_ROUTES
from gep.base.data import data_root
from gep.base.findings import Finding, Refused
from gep.base.records import Fact, Origin, State
from gep.catalog.load import load
from gep.catalog.record import Catalog

FLIPS = {"+": "-", "-": "+", "*": "/", "/": "*", "min": "max", "max": "min"}
TOKEN = re.compile(r"(?<=\s)[-+*/](?=\s)|\bmin\b(?=\()|\bmax\b(?=\()")
LAKES = """id = "lakes"
kind = "gep_profile"
zh = "湖沼"
en = "Lakes and marshes"
version = "1"
status = "enabled"
source = "garze2017"
rules = ["flood_mitigation.lake_zone", "flood_mitigation.marsh_depth"]
parameter_sets = ["garze-2017", "common"]
[[service]]
id = "flood_mitigation"
class = "regulating"
[[service.line]]
measure = "lake_regulation"
[[service.line]]
measure = "marsh_regulation"
"""


def shipped_rules() -> dict[str, tuple[Path, dict[str, Any]]]:
    """Rule id -> its file and its table."""
    found = {}
    for path in sorted((data_root() / "coefficients" / "rules").glob("*.toml")):
        for name, body in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[name] = path, body
    return found


RULES = shipped_rules()
# those of the books there are; test_every_route tries each rule alone
ROUTED = [
    "climate_regulation.transpiration",
    "flood_mitigation.lake_zone",
    "flood_mitigation.marsh_depth",
    "flood_mitigation.reservoir",
    "oxygen_release.stoichiometry",
    "sandstorm_prevention.area",
    "soil_retention.nutrients",
    "soil_retention.rusle",
    "soil_retention.silt",
    "water_retention.patches",
]
MOST = 3  # flips of one rule in `make test`, beside that of the whole, unless GEP_PROOF=full
SECOND = sorted(n for n, (_, body) in RULES.items() if body["kind"] == "second_route")


def flips(expression: str) -> Iterator[tuple[str, str]]:
    """(what was done, the changed expression): every operator, min and max once, and the sign of the whole."""
    for match in TOKEN.finditer(expression):
        changed = expression[: match.start()] + FLIPS[match[0]] + expression[match.end() :]
        yield f"{match[0]} to {FLIPS[match[0]]} at {match.start()}", changed
    yield "sign", f"-({expression})"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped folder to write on, and a profile of lakes and marshes beside it."""
    root = tmp_path_factory.mktemp("flips")
    shutil.copytree(data_root() / "coefficients", root / "coefficients")
    for folder in ("layouts", "registers", "sheets"):  # the tables declare measures that rules read
        shutil.copytree(data_root() / "ledgers" / folder, root / "ledgers" / folder)
    (root / "local" / "schemes").mkdir(parents=True)
    (root / "local" / "schemes" / "lakes.toml").write_text(LAKES, encoding="utf-8")
    return root


def with_rule(copy: Path, name: str, change: Callable[[str], str]) -> Path:
    """The copy of the shipped folder in which one rule file is changed; every other file is as shipped."""
    shipped = RULES[name][0]
    path = copy / "coefficients" / "rules" / shipped.name
    text = shipped.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    return path


def restored(path: Path) -> None:
    shutil.copy(data_root() / "coefficients" / "rules" / path.name, path)


def expression_line(name: str, to: str) -> Callable[[str], str]:
    """Put another expression into the table of a rule."""
    old = RULES[name][1]["expression"]

    def change(text: str) -> str:
        start = text.index(f'["{name}"]')
        at = text.index(f'expression = "{old}"', start)
        return text[:at] + f'expression = "{to}"' + text[at + len(f'expression = "{old}"') :]

    return change


def lake_facts() -> list[Fact]:
    origin = Origin("lakes.csv", "0" * 64, 2)
    return [
        Fact("lake_area", "513300", "2010", (), State.VALUE, Decimal("97.6"), "km2", origin),
        Fact("marsh_area", "513300", "2010", (), State.VALUE, Decimal("2004.9"), "km2", origin),
    ]


@pytest.fixture(scope="module")
def worlds(cases: Any, copy: Path, with_parameter: Callable[..., Catalog]) -> Callable[[str], Any]:
    """The account in which a rule runs, worked out with the changed copy: Garze, the patches, or lakes and marshes."""

    def work(name: str) -> Any:
        if name in ("water_retention.patches", "soil_retention.rusle"):
            case = cases["rows-synthetic"]
            return case.world(catalog=load(copy / "coefficients", case.book.local)).done()
        case = cases["garze-2010"]
        if name in ("flood_mitigation.lake_zone", "flood_mitigation.marsh_depth"):
            # one turnover a year, as adopted for Garze, would hide a division by it
            catalog = with_parameter(
                load(copy / "coefficients", copy / "local"), "lake_turnovers", lambda p: replace(p, value=Decimal("1.6"))
            )
            return case.world(catalog=catalog, facts=lake_facts(), profiles=("lakes",)).done()
        profile = "garze-2017-one-carbon" if name == "oxygen_release.stoichiometry" else "garze-2017"
        return case.world(catalog=load(copy / "coefficients", case.book.local), profiles=(profile,)).done()

    return work


def test_every_route_is_named_by_a_shipped_rule() -> None:
    assert all("route" in RULES[n][1] for n in ROUTED)
    assert {body["route"] for _, body in RULES.values() if "route" in body} == {*ROUTES, *ROW_ROUTES}
    assert len(SECOND) == 3


def outcome(worlds: Callable[[str], Any], name: str) -> list[Finding]:
    """What stops the run: the findings of a refused rule, else those of the second route."""
    try:
        return list(worlds(name).findings.get("ENGINE-SECOND-ROUTE", []))
    except Refused as refused:
        return list(refused.findings)


@pytest.mark.parametrize("name", [*ROUTED, *SECOND])
def test_a_flip_stops_the_run(
    worlds: Callable[[str], Any], copy: Path, name: str, sample: Callable[[Sequence[Any], int], list[Any]]
) -> None:
    """Most flips of a product change its unit and are refused as such; all others are caught by the second route."""
    seen: Counter[str] = Counter()
    *others, whole = flips(RULES[name][1]["expression"])
    for what, expression in (*sample(others, MOST), whole):
        path = with_rule(copy, name, expression_line(name, expression))
        told = outcome(worlds, name)
        restored(path)
        assert told, f"{name}: {what} passed"
        assert all(f.severity == "stop" for f in told)
        codes = {f.code for f in told}
        seen["second route" if codes == {"ENGINE-SECOND-ROUTE"} else "units"] += 1
        if codes != {"ENGINE-SECOND-ROUTE"}:
            assert all(c.startswith("RULE-UNIT-") for c in codes), (what, codes)
        assert any(f.rule == name or name in f.place.key for f in told), what
        # a rule of kind second_route disagrees with a changed rule too
        assert all(f.rule in (name, f"{name}_second") or name in f.place.key for f in told), what
        assert all(f.rule in f.text("en") and f.rule in f.text("zh") for f in told if f.code == "ENGINE-SECOND-ROUTE")
    assert seen["second route"] >= 1, seen


@pytest.mark.parametrize("name", ["soil_retention.silt", "water_retention.patches", "flood_mitigation.lake_zone"])
def test_as_shipped_they_agree(worlds: Callable[[str], Any], name: str) -> None:
    assert not {"ENGINE-SECOND-ROUTE", "ENGINE-ROUTE-FAILED"} & set(worlds(name).findings)


@pytest.mark.parametrize(
    ("name", "to", "second"),
    [
        ("water_retention.patches", "sum(area * (rain + runoff * rain - et) over row)", "water_retention_rows"),
        ("soil_retention.rusle", "sum(r * k * ls * (1 + c * p) * area over row)", "soil_retention_rows"),
    ],
)
def test_a_flip_in_a_sum_over_rows_is_told_for_every_figure(
    worlds: Callable[[str], Any], copy: Path, name: str, to: str, second: str
) -> None:
    path = with_rule(copy, name, expression_line(name, to))
    told = worlds(name).findings["ENGINE-SECOND-ROUTE"]
    restored(path)
    # wetland has no runoff: there the sign of the product makes no difference; soil stands on five ecosystems of two counties
    assert len(told) == (18 if name == "water_retention.patches" else 10)
    assert all(second in f.text("en") and second in f.text("zh") and f.difference for f in told)


def test_many_rows_are_compared_on_the_first_thousand(patches: Any, copy: Path) -> None:
    """1200 rows a figure: the plan over the first thousand of them against the route over the same."""
    import pyarrow as pa

    table = patches.held.records["ecosystem_patches"]
    copies = []
    for n in range(200):
        rows = [f"{r}-{n:03d}" for r in table["row"].to_pylist()]
        copies.append(table.set_column(table.column_names.index("row"), "row", pa.array(rows)))
    many = {"ecosystem_patches": pa.concat_tables(copies)}
    done = patches.world(records=many).done()
    node = next(n for n in done.nodes.values() if n["kind"] == "row_sum" and n["selection"].get("record_set"))
    assert (node["n"], node["rows"]) == (1200, None)
    assert "ENGINE-SECOND-ROUTE" not in done.findings
    to = "sum(area * (rain + runoff * rain - et) over row)"
    path = with_rule(copy, "water_retention.patches", expression_line("water_retention.patches", to))
    flipped = patches.world(records=many, catalog=load(copy / "coefficients", patches.book.local)).done()
    restored(path)
    assert len(flipped.findings["ENGINE-SECOND-ROUTE"]) == 18


def renamed(catalog: Catalog, name: str, route: str) -> Catalog:
    versions = tuple(replace(r, route=route) for r in catalog.rules[name])
    return replace(catalog, rules={**catalog.rules, name: versions})


@pytest.mark.parametrize(
    ("name", "route"),
    [
        ("soil_retention.silt", "no_such_route"),
        ("soil_retention.silt", "water_retention_rows"),  # a route over rows for a formula without rows
        ("water_retention.patches", "silt"),  # and the other way round
    ],
)
def test_a_route_that_is_not_registered_is_refused(patches: Any, name: str, route: str) -> None:
    with pytest.raises(Refused) as refused:
        patches.world(catalog=renamed(patches.book.catalog, name, route)).done()
    (told,) = refused.value.findings
    assert told.code == "RUN-ROUTE-UNKNOWN"
    assert (told.found, told.rule) == (route, name)
    assert f"指定的独立复算 {route} 不存在" in told.text("zh")
    assert f"The second route {route} that rule {name} names does not exist" in told.text("en")
    assert ("capacity_cap_rows" if name == "water_retention.patches" else "reservoir") in told.mend("en")


@pytest.mark.parametrize(
    ("name", "route"), [("soil_retention.silt", "reservoir"), ("soil_retention.rusle", "water_retention_rows")]
)
def test_a_route_for_other_inputs_stops_with_a_finding(patches: Any, name: str, route: str) -> None:
    done = patches.world(catalog=renamed(patches.book.catalog, name, route)).done()
    told = done.findings["ENGINE-ROUTE-FAILED"][0]
    assert told.severity == "stop"
    assert "KeyError" in told.text("en")
    assert "KeyError" in told.text("zh")
    assert name in told.text("zh")
