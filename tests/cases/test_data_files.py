"""The shipped data and the cases hold together: read as plain TOML and CSV, without the catalogue loader."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gep.accounts.routes import ROUTES, ROW_ROUTES
from gep.base.records import FREE_DIMS, OPTIONAL
from gep.base.units import parse_unit

TOP = Path(__file__).resolve().parents[2]
SHIPPED = TOP / "coefficients"
BOOKS = sorted(
    path.parent for folder in (TOP / "ledgers" / "books", TOP / "tests" / "cases") for path in folder.glob("*/book.toml")
)
TABLE_CASES = sorted(path.parent for path in (TOP / "tests" / "cases").glob("*/tables.toml"))  # printed tables, without a book
KINDS = ("gep_profile", "asset_scheme")
LEDGERS = TOP / "ledgers"  # the tables, the sheet and the registers stand there, beside the coefficients
LAYERS = [(SHIPPED, LEDGERS), *[(SHIPPED, LEDGERS, place / "local") for place in (*BOOKS, *TABLE_CASES)]]
NAMES = ["shipped", *[place.name for place in (*BOOKS, *TABLE_CASES)]]

PARAMETER_HEADERS = (
    "id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note",
    "id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,provenance,locator,note",
)
CODE_HEADER = "scheme,edition,code,parent,zh,en,valid_from,valid_to"
RETURN_HEADER = "region,period,item,category,part,value,state,unit,department,source,evidence,note"
ANSWER_HEADER = "rule,region,period,key,answer,by,document"
OF_STANDARDS = {
    "hj-1173-2021", "mee-2020", "ndrc-2022", "zhejiang-2020", "seea-like", "gbt46869-2025", "zhejiang-2025", "sample"
}  # fmt: skip
OVER_ROWS = re.compile(r" over [a-z, ]*(row|month|class)")
REGISTER_HEADER = (
    "id,measure,category,sense,region,valid_from,valid_to,value,unit,document,source,locator,severity,status,zh,en,note"
)
SENSES = {"floor": ">=", "cap": "<=", "above": ">", "below": "<"}
# which table a rule of rules/assets belongs to, where it is none of ledgers/layouts: the sheet, the prices that VA-01 works with
BESIDE_TABLES = {"BS-00", "VA-price", "REG"}
# where a table or a row comes from: retrieved (R), expert knowledge (EK) with its place, an engineering decision (ENG)
MARK = re.compile(r"(?:R|EK|R\+EK|ENG)(?::[^;]+)?(?:; (?P<own>[A-Z0-9]+(?:, [A-Z0-9]+)*): ENG)?")
# who returns what a layout asks of a department: the layouts name the line of work, the returns the office
OFFICES = {
    "自然资源局": "自然资源",
    "林业局": "林草",
    "水利局": "水利",
    "生态环境局": "生态环境",
    "农业农村局": "农业农村",
    "统计局": "统计",
}
# what another office of the example city hands on: the statistics office what it compiles, the water office the few rows
# of a derived table that no other table holds
HANDED_ON = {
    **dict.fromkeys(("forest_area_forestry", "forest_area_survey", "planned_extraction"), "统计局"),
    **dict.fromkeys(("EC-03.place", "WU-01.R10", "WU-01.R40"), "统计局"),
}
VIEWS = ("value_account", "physical_account", "gep_total")
ADDRESS = re.compile(rf"({'|'.join(VIEWS)})/([0-9A-Za-z]+)/(\d{{4}})((?:/[0-9A-Za-z_.:-]+)*)(?:/profile=([0-9a-z-]+))?(#[a-z]+)?")


def read_csv(path: Path) -> tuple[str, list[dict[str, str]]]:
    """The header as one text, and the rows."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        found = list(reader)
        assert all(None not in row and None not in row.values() for row in found), (
            f"{path}: a row has too many or too few columns"
        )
        return ",".join(reader.fieldnames or ()), found


def entries(root: Path, folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(id, body) of the TOML files under a folder; an entry written for several tables comes once for each of its `each`."""
    for path in sorted((root / folder).rglob("*.toml")):
        for name, body in tomllib.loads(path.read_text(encoding="utf-8")).items():
            rest = {key: value for key, value in body.items() if key != "each"}
            if "each" not in body:
                yield name, body
                continue
            assert body["each"], (path, name)
            for values in body["each"]:
                holes = set(re.findall(r"\{([a-z][a-z0-9_]*)\}", name + repr(rest)))
                assert holes == set(values), f"{path}: {name}: the placeholders and the values of {values} differ"
                yield filled(name, values), filled(rest, values)


def filled(value: Any, values: dict[str, str]) -> Any:
    if isinstance(value, str):
        for hole, text in values.items():
            value = value.replace(f"{{{hole}}}", text)
        return value
    if isinstance(value, list):
        return [filled(item, values) for item in value]
    return {filled(k, values): filled(v, values) for k, v in value.items()} if isinstance(value, dict) else value


@dataclass(frozen=True)
class Table:
    """An asset table as declared: it has no figures, but names the measures and the code schemes of its cells."""

    id: str
    body: dict[str, Any]

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        return {row["code"]: row for row in self.body["row"]}

    @property
    def columns(self) -> dict[str, dict[str, Any]]:
        return {column["code"]: column for column in self.body["column"]}

    @property
    def scheme(self) -> str:
        return self.id.replace("-", "").lower()

    def codes(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(scheme, column), scalar columns apart: they stand for the whole row. A matrix has codes for its rows as well."""
        if self.body.get("matrix"):
            yield from ((f"{self.scheme}_from", row) for row in self.rows.values())
            yield from ((f"{self.scheme}_to", column) for column in self.columns.values())
            return
        for column in self.columns.values():
            if not column.get("scalar"):
                yield self.scheme + column.get("block", "").lower(), column

    def measure_of(self, row: str, column: dict[str, Any]) -> str:
        part = column["code"] if column.get("scalar") else column.get("block")
        return ".".join(filter(None, (self.id, part, row)))

    def has(self, row: str, column: dict[str, Any]) -> bool:
        return row in column.get("rows", [row])

    def measures(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(id, body) of every measure, as a measures file would declare it."""
        instance = [self.body["instance"]] if "instance" in self.body else []
        if self.body.get("matrix"):
            yield f"{self.id}.area", self._measure({}, {}, [f"{self.scheme}_from", f"{self.scheme}_to", "cause"])
            return
        seen: set[str] = set()
        for code, row in self.rows.items():
            for column in self.columns.values():
                name = self.measure_of(code, column)
                if column.get("total") or not self.has(code, column) or name in seen:
                    continue
                seen.add(name)
                block = [] if column.get("scalar") else [self.scheme + column.get("block", "").lower()]
                body = self._measure(row, column, [*instance, *block])
                yield name, body
                if row.get("closing") or row.get("adjustment"):  # the account may hold another figure than the department
                    yield f"{name}.returned", body

    def _measure(self, row: dict[str, Any], column: dict[str, Any], dims: list[str]) -> dict[str, Any]:
        signed = row.get("sign") == "±"
        return {
            "zh": f"{self.body['zh']}：{row.get('zh', '')}",
            "en": f"{self.body['en']}: {row.get('en', '')}",
            "unit": column.get("unit") or row.get("unit") or self.body["unit"],
            "kind": "stock" if row.get("stock") else "flow",
            "finest": "0.01",
            "dims": dims,
            "department": self.body.get("department", ""),
            "table": self.id,
            "balance": self.body.get("balance", False),
            **({} if signed else {"lower": 0}),
        }


@cache
def layer_of(*roots: Path) -> Layer:
    """The layer of these folders; no test changes it, so each is read once."""
    return Layer(*roots)


class Layer:
    """The shipped folders with a book's local folder beside them; what stands twice is a fault."""

    def __init__(self, *roots: Path) -> None:
        self.sources: dict[str, Any] = {}
        self.measures: dict[str, Any] = {}
        self.records: dict[str, Any] = {}
        self.rules: dict[str, Any] = {}
        self.schemes: dict[str, Any] = {}
        self.layouts: dict[str, Any] = {}
        self.sheets: dict[str, Any] = {}
        self.codes: dict[tuple[str, str], dict[str, str]] = {}
        self.parameters: list[dict[str, str]] = []
        self.bounds: dict[str, dict[str, str]] = {}
        for root in roots:
            self._tables(root)
            for path in sorted((root / "codes").glob("*.csv")):
                header, rows = read_csv(path)
                assert header.startswith(CODE_HEADER), path
                for row in rows:
                    assert (row["scheme"], row["code"]) not in self.codes, (path, row)
                    self.codes[row["scheme"], row["code"]] = row
            for folder in ("parameters", "prices", "deflators"):
                for path in sorted((root / folder).glob("*.csv")):
                    header, rows = read_csv(path)
                    assert header in PARAMETER_HEADERS, path
                    self.parameters += rows
            for path in sorted((root / "registers").glob("*.csv")):
                header, rows = read_csv(path)
                assert header == REGISTER_HEADER, path
                for row in rows:
                    assert row["id"] not in self.bounds, (path, row)
                    self.bounds[row["id"]] = row
        self.tables = {name: Table(name, body) for name, body in self.layouts.items()}
        self._derive()
        for rule in self.rules.values():
            rule.setdefault("kind", "compute")

    def _tables(self, root: Path) -> None:
        for name in ("measures", "records", "rules", "layouts", "sheets"):
            table = getattr(self, name)
            for key, body in entries(root, name):
                made = body.get("id", key) if name == "rules" else key
                assert made not in table, (root, key)
                table[made] = body
        for path in sorted((root / "schemes").glob("*.toml")):
            body = tomllib.loads(path.read_text(encoding="utf-8"))
            assert body["id"] not in self.schemes, path
            assert body["id"] == path.stem
            self.schemes[body["id"]] = body
        for path in (*root.glob("sources.toml"), *sorted((root / "sources").glob("*.toml"))):
            for key, body in tomllib.loads(path.read_text(encoding="utf-8")).items():
                assert key not in self.sources, key
                self.sources[key] = body

    def _derive(self) -> None:
        """What no file spells out: measures and codes of the tables, of flows between places, rules and limits of the registers."""
        for table in self.tables.values():
            for name, body in table.measures():
                assert name not in self.measures, name
                self.measures[name] = body
            for scheme, column in table.codes():
                assert (scheme, column["code"]) not in self.codes, (scheme, column)
                self.codes[scheme, column["code"]] = column
        for body in [m for m in self.measures.values() if m.get("nets") in self.measures]:
            whole = body["nets"]
            self.measures |= {f"{whole}.gross": self.measures[whole], f"{whole}.inner": self.measures[whole]}
            both = {"gross": {"measure": f"{whole}.gross"}, "inside": {"measure": f"{whole}.inner"}}
            self.rules[f"{whole}.net"] = {
                **{"zh": "扣除区域内部往来", "en": "Net of what passes inside", "version": "1", "at": "above", "clause": "I7"},
                **{"output": whole, "expression": "gross - inside", "inputs": both, "source": "asset_practice"},
            }
        for name, row in self.bounds.items():
            self.rules[f"REG.{name}"] = bound_rule(row)
            parts = ("source", "locator", "region", "value", "unit", "status", "valid_from", "valid_to", "note")
            limit = {"id": f"register.{name}", "source_set": "registers", "key": "", "low": "", "high": ""}
            self.parameters.append({**limit, **{part: row[part] for part in parts}})

    def dims(self, measure: str) -> list[str]:
        found: list[str] = self.measures[measure].get("dims", [])
        return found

    def chosen(self, scheme: dict[str, Any]) -> list[str]:
        """The rules of a scheme; `LA-01.*` takes those of a table, and there must be one."""
        found: list[str] = []
        for name in scheme["rules"]:
            several = [rule for rule in self.rules if rule.startswith(name[:-1])] if name.endswith(".*") else [name]
            assert several, (scheme["id"], name)
            found += several
        return list(dict.fromkeys(found))


def bound_rule(row: dict[str, str]) -> dict[str, Any]:
    """The check that a floor or a cap of a register stands for."""
    figure = {"measure": row["measure"], "select": pairs(row["category"])}
    return {
        **{key: row[key] for key in ("zh", "en", "source", "severity")},
        **{"version": "1", "kind": "assert", "clause": row["locator"], "regions": [row["region"]]},
        "expression": f"figure {SENSES[row['sense']]} limit",
        "inputs": {"figure": figure, "limit": {"parameter": f"register.{row['id']}", "unit": row["unit"]}},
        "message_zh": f"{row['zh']}：{row['document']}",
        "message_en": f"{row['en']}: {row['document']}",
    }


def pairs(key: str) -> dict[str, str]:
    """`la01:C02;cause:human` by dimension."""
    return dict(part.split(":") for part in filter(None, key.split(";")))


@pytest.fixture(params=LAYERS, ids=NAMES)
def layer(request: pytest.FixtureRequest) -> Layer:
    return layer_of(*request.param)


def test_there_are_books_to_look_at() -> None:
    assert {"garze-2010", "sample-city", "baiyangdian-2011", "natcap-renewable-2019"} <= set(NAMES)
    assert {"hengyang-land-2005-2013", "china-forest-assets-2013"} <= set(NAMES)


def test_everything_has_both_names(layer: Layer) -> None:
    for body in [
        *layer.measures.values(),
        *layer.rules.values(),
        *layer.schemes.values(),
        *layer.codes.values(),
        *layer.records.values(),
        *(column for records in layer.records.values() for column in records["columns"].values()),
        *layer.layouts.values(),
        *(line for table in layer.layouts.values() for line in (*table["row"], *table["column"])),
        *layer.sheets.values(),
        *layer.bounds.values(),
    ]:
        assert body["zh"], body
        assert body["en"], body
        assert body["zh"] != body["en"]


def test_measures_are_whole(layer: Layer) -> None:
    schemes = {scheme for scheme, _ in layer.codes}
    computed = {rule["output"] for rule in layer.rules.values() if rule["kind"] == "compute"}
    measured = {line["measure"] for s in layer.schemes.values() for v in s.get("service", ()) for line in v["line"]}
    for name, body in layer.measures.items():
        unit = parse_unit(body["unit"])
        if "table" in body:  # the figures of a table are kept as printed, in 万m3 or 万元
            assert body["table"] in layer.tables, name
        else:
            assert unit.factor == 1, f"{name}: {body['unit']} is no base unit"
        assert set(body.get("dims", [])) <= schemes | {*FREE_DIMS}, name
        assert Decimal(body.get("quantum", "0.000001")) > 0
        assert Decimal(body["finest"]) > 0
        made = name in computed or name.removeprefix("value.") in measured  # the value of a line needs no rule of its own
        # a table copied from a publication as it stands (R) is owed by nobody
        copied = layer.layouts.get(body.get("table", ""), {}).get("provenance") == "R"
        put_beside = name.startswith("index_") and body.get("read_by") == ["indices"]  # from accounts and returns
        assert body.get("department") or body["kind"] == "reference" or made or copied or put_beside, name
        assert not (body.get("balance") and body.get("account")), f"{name}: a figure of the balance has no place in GEP"
        if "mirror" in body:  # what one place returns as going, the other returns as coming: by the same columns
            other = layer.measures[body["mirror"]]
            assert other["mirror"] == name, name
            assert (other["dims"], other["unit"], other["table"]) == (body["dims"], body["unit"], body["table"]), name
        if "nets" in body:
            whole = layer.measures[body["nets"]]
            assert unit.compatible(parse_unit(whole["unit"])), name
            assert set(whole["dims"]) < set(body["dims"]), name


def test_records_are_whole(layer: Layer) -> None:
    schemes = {scheme for scheme, _ in layer.codes}
    for name, body in layer.records.items():
        assert set(body["dims"]) <= schemes, name
        assert body.get("extent", "ecosystem_area") in layer.measures, name
        for column in body["columns"].values():
            parse_unit(column["unit"])
            assert column["lower"] < column["upper"], name


def test_tables_are_whole(layer: Layer) -> None:
    """Every row, column and total refers to what the table has, and it can be told where each comes from."""
    schemes = {scheme for scheme, _ in layer.codes}
    for name, table in layer.tables.items():
        rows, columns = table.rows, table.columns
        assert len(rows) == len(table.body["row"]), name
        assert len(columns) == len(table.body["column"]), name
        assert table.body.get("instance", "mineral") in schemes, name
        mark = MARK.fullmatch(table.body["provenance"])
        assert mark, (name, table.body["provenance"])
        assert set((mark["own"] or "").split(", ")) <= {"", *rows, *columns}, name
        for line in (table.body, *rows.values(), *columns.values()):
            parse_unit(line.get("unit", "1"))
        for row in rows.values():
            assert row["sign"] in ("+", "-", "±"), (name, row)
            if "closing" in row:
                assert row.get("stock"), (name, row)
                assert rows[row["closing"]].get("stock"), (name, row)
            assert row.get("cause", "human") in ("human", "natural", "adjustment"), (name, row)
            if "adjustment" in row:
                assert (row["sign"], row["adjustment"]) in (("+", "up"), ("-", "down")), (name, row)
        for column in columns.values():
            assert set(column.get("rows", [])) <= set(rows), (name, column)
            for part in column.get("total", []):
                assert part != column["code"], (name, column)
                assert columns[part].get("block") == column.get("block"), (name, column)


def test_sheet_shows_cells_that_exist(layer: Layer) -> None:
    for name, line in layer.sheets.items():
        assert line["side"] in ("asset", "liability", "net"), name
        for cell in (line["opening"], line["closing"]):
            table = layer.tables.get(cell.partition(".")[0])
            if "column" in line:
                assert table, (name, cell)
                assert table.has(cell.partition(".")[2], table.columns[line["column"]]), (name, cell)
                assert cell.partition(".")[2] in table.rows, (name, cell)
            else:
                assert cell in layer.measures, (name, cell)


def test_registers_set_limits_of_figures_that_exist(layer: Layer) -> None:
    for name, row in layer.bounds.items():
        measure = layer.measures[row["measure"]]
        assert row["sense"] in SENSES, name
        assert row["severity"] in ("stop", "query", "note"), name
        assert row["status"] in ("standard", "local", "illustrative"), name
        assert row["document"], name
        assert parse_unit(row["unit"]).compatible(parse_unit(measure["unit"])), name
        assert set(pairs(row["category"])) <= set(measure.get("dims", [])), name
        assert all(pair in layer.codes for pair in pairs(row["category"]).items()), name
        assert (row["valid_from"] or "0") <= (row["valid_to"] or "9"), name


def test_places_in_the_accounts_are_declared_and_unique(layer: Layer) -> None:
    places = Counter[tuple[str, ...]]()
    for name, body in layer.measures.items():
        account = body.get("account", {})
        if not account:
            continue
        place = []
        for column in ("service", "benefit", "product", "ecosystem"):
            value = account.get(column, "-")
            if value.startswith("="):
                assert (column, value[1:]) in layer.codes, (name, value)
            elif value != "-":
                assert value in layer.dims(name), (name, value)
                if column != "ecosystem":  # every code that may come to stand there has a name in the scheme of the column
                    used = [code for scheme, code in layer.codes if scheme == value and (column, value) != ("product", "product")]
                    missing = [code for code in used if (column, code) not in layer.codes]
                    assert not missing, (name, missing)
            place.append(value)
        assert set(layer.dims(name)) <= set(account.values()), name
        # a product and its residual value may stand in one place: one is a quantity, the other money
        places[(*place, str(parse_unit(body["unit"]).currency is not None))] += 1
    assert [p for p, n in places.items() if n > 1] == []


def test_parameters_are_whole(layer: Layer) -> None:
    keys = Counter((p["id"], p["source_set"], p["region"], p["key"], p["valid_from"]) for p in layer.parameters)
    assert [k for k, n in keys.items() if n > 1] == []
    for row in layer.parameters:
        assert row["source"] in layer.sources, row
        unit = parse_unit(row["unit"])
        if unit.currency is not None and not unit.price_year:  # such a row can be shown but never used
            assert not row["value"] or "rice year not printed" in row["note"], f"{row['id']}: money without its price year"
        if row["value"]:
            assert Decimal(row["value"]).is_finite()
        else:
            assert row["note"] or row["low"], f"{row['id']}: declared unknown without a word why"
        for part in filter(None, row["key"].split(";")):
            assert tuple(part.split(":")) in layer.codes, row
        if row["status"] == "illustrative":
            assert layer.sources[row["source"]]["kind"] == "illustrative", row


def test_figures_of_the_asset_tables_that_are_not_made_up_have_a_real_source() -> None:
    layer = layer_of(SHIPPED, LEDGERS)
    rows = [row for path in sorted(SHIPPED.glob("*/assets*.csv")) if path.parent.name in ("parameters", "prices")
            for row in read_csv(path)[1]]  # fmt: skip
    assert rows
    for row in (*rows, *layer.bounds.values()):
        if row["status"] != "illustrative":
            assert layer.sources[row["source"]]["kind"] != "illustrative", row
            assert row["locator"], row


def test_asset_rules_stand_under_a_table() -> None:
    layer = layer_of(SHIPPED, LEDGERS)
    for name, body in entries(SHIPPED, "rules/assets"):
        rule = body.get("id", name)
        table = rule.partition(".")[0]
        assert table in {*layer.tables, *BESIDE_TABLES}, rule
        made = layer.measures[body["output"]] if "output" in body else {}
        assert made.get("table", table) == table or table in BESIDE_TABLES, f"{rule} makes a figure of {made['table']}"


def test_one_parameter_id_has_one_kind_of_unit(layer: Layer) -> None:
    """One kind for an id; where every reader names the code (the cost of a liability by its item), one for each code named."""
    readings = defaultdict(list)
    for rule in layer.rules.values():
        for given in rule["inputs"].values():
            readings[given.get("parameter")].append(set(read_for(rule, given)))
    dims: dict[tuple[str, ...], Any] = {}
    for row in layer.parameters:
        named = set.intersection(*readings[row["id"]]) if readings[row["id"]] else set()
        codes = [f"{dim}:{code}" for dim, code in pairs(row["key"]).items() if dim in named]
        found = parse_unit(row["unit"]).without_price_year().dims
        assert dims.setdefault((row["id"], *codes), found) == found, row["id"]


def test_rules_refer_to_what_exists_and_carry_their_source(layer: Layer) -> None:
    parameters = defaultdict(list)
    for row in layer.parameters:
        parameters[row["id"]].append(row)
    for name, rule in layer.rules.items():
        assert rule["source"] in layer.sources, name
        assert rule["clause"], name
        assert rule["version"], name
        assert rule["kind"] == "assert" or rule["output"] in layer.measures, name
        assert "route" not in rule or rule["route"] in (ROW_ROUTES if OVER_ROWS.search(rule["expression"]) else ROUTES), name
        assert rule["kind"] != "assert" or (
            rule["message_zh"] and rule["message_en"] and rule["severity"] in ("stop", "query", "note")
        )
        for dim, codes in rule.get("domain", {}).items():
            assert codes == ["*"] or all((dim, code) in layer.codes for code in codes), (name, dim, codes)
        names = set(re.findall(r"[a-z][a-z0-9_]*", rule["expression"]))
        for key, given in rule["inputs"].items():
            assert key in names, f"{name}: {key} is not used"
            check_input(layer, parameters, name, given, read_for(rule, given))
        for equation in rule.get("empirical", {}).values():
            assert equation["source"] in layer.sources
            for unit in (*equation["args"].values(), equation["unit"]):
                parse_unit(unit)


def read_for(rule: dict[str, Any], given: dict[str, Any]) -> dict[str, list[str]]:
    """The codes an input is read for, where the rule says which: those it selects, those of the domain it varies by."""
    domain = {dim: codes for dim, codes in rule.get("domain", {}).items() if dim in given.get("grain", ()) and codes != ["*"]}
    return domain | {dim: [code] for dim, code in given.get("select", {}).items()}


def check_input(
    layer: Layer, parameters: dict[str, list[dict[str, str]]], name: str, given: dict[str, Any], codes: dict[str, list[str]]
) -> None:
    if "measure" in given:
        assert given["measure"] in layer.measures, (name, given)
        for dim, code in given.get("select", {}).items():
            assert (dim, code) in layer.codes, (name, given)
            assert dim in layer.dims(given["measure"]), (name, given)
        if "unit" in given:
            assert parse_unit(given["unit"]).compatible(parse_unit(layer.measures[given["measure"]]["unit"])), (name, given)
    elif "column" in given:
        column = layer.records[given["rows"]]["columns"][given["column"]]
        assert parse_unit(given["unit"]).compatible(parse_unit(column["unit"])), (name, given)
        assert (given["lower"], given["upper"]) == (column["lower"], column["upper"]), (name, given)
    else:
        assert given["parameter"] in parameters or ("parameter", given["parameter"]) in layer.codes, (name, given)
        assert set(given.get("select", {}).items()) <= set(layer.codes), (name, given)
        for row in parameters.get(given["parameter"], ()):  # of some only a book has values
            if all(code in codes.get(dim, [code]) for dim, code in pairs(row["key"]).items()):
                declared = parse_unit(row["unit"]).without_price_year()
                assert parse_unit(given["unit"]).without_price_year().compatible(declared), (name, given, row)


def test_routes_read_the_inputs_of_their_rules(layer: Layer) -> None:
    one = Decimal(1)
    for name, rule in layer.rules.items():
        if "route" in rule:
            route(layer, rule, set(rule["inputs"]), one)  # a KeyError names an input that the rule does not have
            for left_out in rule["inputs"]:
                with pytest.raises(KeyError):
                    route(layer, rule, set(rule["inputs"]) - {left_out}, one)
            assert rule["kind"] == "compute", name


def route(layer: Layer, rule: dict[str, Any], names: set[str], one: Decimal) -> Decimal:
    """The second route of a rule with every input 1; what varies by row stands in the one row, the rest beside it."""
    if rule["route"] in ROUTES:
        return ROUTES[rule["route"]](dict.fromkeys(names, one))
    by_row = {n for n in names if grain(layer, rule["inputs"][n]) - set(rule["grain"])}
    return ROW_ROUTES[rule["route"]]([dict.fromkeys(by_row, one)], dict.fromkeys(names - by_row, one))


def grain(layer: Layer, given: dict[str, Any]) -> set[str]:
    """What an input varies by: as declared, else by the dimensions of its measure; a parameter like the rule."""
    dims = layer.measures[given["measure"]].get("dims", []) if "measure" in given else []
    return set(given.get("grain", dims)) - set(given.get("select", {}))


def test_schemes_choose_what_exists(layer: Layer) -> None:
    sets = {p["source_set"] for p in layer.parameters}
    for name, scheme in layer.schemes.items():
        assert scheme["source"] in layer.sources
        chosen = layer.chosen(scheme)
        assert set(chosen) <= set(layer.rules), name
        assert set(scheme["parameter_sets"]) <= sets, (name, set(scheme["parameter_sets"]) - sets)
        if scheme["kind"] == "asset_scheme":
            assert set(scheme["tables"]) <= set(layer.tables), name
            assert {r.partition(".")[0] for r in chosen} <= {*scheme["tables"], *BESIDE_TABLES}, name
        else:
            assert "tables" not in scheme, name
        makers = defaultdict(list)
        for rule in (layer.rules[r] for r in chosen):
            if rule["kind"] == "compute" and rule.get("at") != "above":  # above the leaves a figure is made anew
                makers[rule["output"]].append(rule.get("domain", {}))
        for output, domains in makers.items():
            for i, one in enumerate(domains):
                assert all(apart(one, other) for other in domains[i + 1 :]), (name, output)
        assert set(scheme.get("overlaps", {}).values()) <= {"show"}
        for service in scheme.get("service", ()):
            assert layer.codes["service", service["id"]]["class"] == service["class"], service["id"]
            for line in service["line"]:
                check_line(layer, scheme, service["id"], line)


def apart(one: dict[str, list[str]], other: dict[str, list[str]]) -> bool:
    """Whether two rules for one figure never make the same of it: along one of the dimensions they have no code in common."""
    return any("*" not in (*one[d], *other[d]) and not set(one[d]) & set(other[d]) for d in one.keys() & other.keys())


def check_line(layer: Layer, scheme: dict[str, Any], service: str, line: dict[str, Any]) -> None:
    measure = layer.measures[line["measure"]]
    assert measure["account"]["service"] == f"={service}"
    money = measure["unit"] == scheme["currency"]
    assert bool(line.get("value_only")) == money, line
    assert not (money and "price" in line), line
    domain = line.get("domain", {})
    assert set(domain) <= set(layer.dims(line["measure"])), line
    assert all(code == "*" or (dim, code) in layer.codes for dim, codes in domain.items() for code in codes)
    if line.get("price") in layer.measures:
        per = parse_unit(layer.measures[line["price"]]["unit"]) * parse_unit(measure["unit"])
        assert per.dims == ((scheme["currency"], 1),), line
    elif "price" in line:
        assert ("parameter", line["price"]) in layer.codes or any(p["id"] == line["price"] for p in layer.parameters)
        check_price(layer, scheme, line, measure, domain)


def check_price(
    layer: Layer, scheme: dict[str, Any], line: dict[str, Any], measure: dict[str, Any], domain: dict[str, list[str]]
) -> None:
    """Each price in the scheme's sets is money per unit of the measure; a profile made for one account has them all.

    The profiles of the standards refuse what their texts are not known to say: there a price may be declared unknown or absent.
    """
    rows = [p for p in layer.parameters if p["id"] == line["price"] and p["source_set"] in scheme["parameter_sets"]]
    if scheme["id"] not in OF_STANDARDS:
        everywhere = {p["key"] for p in rows} == {""}
        closed = all(codes != ["*"] for codes in domain.values())
        wanted = {""} if everywhere else {f"{dim}:{code}" for dim, codes in domain.items() for code in codes} or {""}
        assert not domain or not closed or wanted == {p["key"] for p in rows}, line
    for row in rows:
        per = parse_unit(row["unit"]) * parse_unit(measure["unit"])
        assert per.without_price_year().dims == ((scheme["currency"], 1),), row


@pytest.mark.parametrize("book", BOOKS, ids=lambda b: b.name)
def test_returns_fit_the_catalogue(book: Path) -> None:
    layer = layer_of(SHIPPED, LEDGERS, book / "local")
    regions, schemes = book_regions(book)
    makers = [makers_of(layer, [s for s in schemes if layer.schemes[s]["kind"] == kind]) for kind in KINDS]
    keys = Counter[tuple[str, ...]]()
    for path in sorted((book / "returns").glob("*.csv")):
        header, rows = read_csv(path)
        assert header.startswith(RETURN_HEADER), path
        assert rows, path
        for row in rows:
            extra = {k: v for k, v in row.items() if k.startswith("attr.")}
            keys[(row["region"], row["period"], row["item"], row["category"], row["part"], "".join(extra.values()))] += 1
            item, category = cell(layer, row)
            measure = layer.measures[item]
            assert row["region"] in regions, row
            assert row["source"] in layer.sources, row
            assert not any(is_made(found, item, category) for found in makers), f"{item} {category} is computed, not returned"
            assert is_of(row["department"], item, measure), (row, measure["department"])
            given = {k for k, v in extra.items() if v} - {"attr.precision"}
            attrs = measure.get("attrs", [])
            assert {f"attr.{a}" for a in attrs if not a.endswith(OPTIONAL)} <= given, row
            assert given <= {f"attr.{a.removesuffix(OPTIONAL)}" for a in attrs}, row
            check_category(layer, item, category)
            check_amount(row, measure)
    assert [k for k, n in keys.items() if n > 1] == []


def book_regions(book: Path) -> tuple[set[str], list[str]]:
    body = tomllib.loads((book / "book.toml").read_text(encoding="utf-8"))
    assert body["schema"] == 2
    codes = {r["code"] for r in body["region"]}
    assert len(codes) == len(body["region"])
    assert {r["parent"] for r in body["region"]} <= codes | {""}
    assert body["leaf_level"] in {r["level"] for r in body["region"]}
    return codes, body["schemes"]


def makers_of(layer: Layer, schemes: list[str]) -> list[dict[str, list[dict[str, list[str]]]]]:
    """For each scheme of a kind: measure -> the classes each of its rules makes it for.

    Left out: a rule that stands in for what was not returned, and one that works above the leaves only.
    """
    found = []
    for name in schemes:
        made = defaultdict(list)
        for rule in (layer.rules[r] for r in layer.chosen(layer.schemes[name])):
            if rule["kind"] == "compute" and not rule.get("stands_in") and rule.get("at") != "above":
                made[rule["output"]].append(rule.get("domain", {}))
        found.append(dict(made))
    return found


def is_made(schemes: list[dict[str, list[dict[str, list[str]]]]], measure: str, category: dict[str, str]) -> bool:
    """Whether every scheme of a kind computes the figure, so that it cannot be what a department states."""

    def fits(domain: dict[str, list[str]]) -> bool:
        return all(codes == ["*"] or category.get(dim) in (None, *codes) for dim, codes in domain.items())

    return bool(schemes) and all(any(fits(domain) for domain in made.get(measure, ())) for made in schemes)


def cell(layer: Layer, row: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The measure and the codes of a return; `FT-01.R21` in column A1 is FT-01.A.R21, and an opening is kept as returned."""
    item, category = row["item"], row["category"]
    table = layer.tables.get(item.partition(".")[0])
    line = table.rows.get(item.partition(".")[2]) if table else None
    if table is None or line is None or table.body.get("matrix"):
        dims = layer.dims(item)
        return item, pairs(category) if ":" in category else dict(zip(dims, [category], strict=True)) if category else {}
    codes = set(pairs(category).values()) if ":" in category else {category}
    heads = [c for c in table.columns.values() if c["code"] in codes and not c.get("scalar")]
    if not heads:  # a figure of the whole row: it has one column
        heads = [c for c in table.columns.values() if c.get("scalar") and table.has(line["code"], c)]
    assert len(heads) == 1, row
    assert table.has(line["code"], heads[0]), row
    name = table.measure_of(line["code"], heads[0])
    name += ".returned" if line.get("closing") or line.get("adjustment") else ""
    dims = layer.dims(name)
    return name, pairs(category) if ":" in category else dict(zip(dims, [category], strict=True)) if category else {}


def is_of(office: str, item: str, measure: dict[str, Any]) -> bool:
    """Whether an office answers for a measure: named by it, or of the line of work that its table names (several with a slash)."""
    asked = measure["department"].partition("(")[0].split("/")
    return office in (measure["department"], HANDED_ON.get(item.removesuffix(".returned"))) or OFFICES.get(office) in asked


def check_category(layer: Layer, item: str, category: dict[str, str]) -> None:
    assert set(category) == set(layer.dims(item)), (item, category)
    for pair in category.items():
        assert pair in layer.codes, (item, pair)
        assert not layer.codes[pair].get("total"), f"{item}: {pair} is the sum of other columns"


def check_amount(row: dict[str, str], measure: dict[str, Any]) -> None:
    if row["state"]:
        assert row["state"] in ("not_available", "not_applicable"), row
        assert not row["value"], row
        assert row["note"], row
        return
    value, unit = Decimal(row["value"]), parse_unit(row["unit"])
    if measure["kind"] == "reference":
        return
    own = parse_unit(measure["unit"])
    unit = unit.without_price_year() if row.get("attr.price_basis", "").startswith("constant:") else unit
    assert unit.compatible(own), row
    factor = unit.factor / own.factor
    assert "lower" not in measure or value * Decimal(factor.numerator) / factor.denominator >= measure["lower"], row


@pytest.mark.parametrize("book", BOOKS, ids=lambda b: b.name)
def test_published_figures_have_readable_addresses(book: Path) -> None:
    layer = layer_of(SHIPPED, LEDGERS, book / "local")
    path = book / "returns" / "published.csv"
    rows = read_csv(path)[1] if path.is_file() else []
    for row in rows:
        match = ADDRESS.fullmatch(row["attr.figure"])
        assert match, row
        view, region, year, keys, profile, column = match.groups()
        assert not profile or profile in book_regions(book)[1], row
        assert (region, year) == (row["region"], row["period"]), row
        assert (view == "gep_total") == (not keys) == bool(column), row
        for scheme, code in zip(("service", "benefit", "product", "ecosystem"), keys.split("/")[1:], strict=False):
            assert code == "-" or (scheme, code) in layer.codes, row
        assert row["note"], row


def test_answers_name_chosen_rules_that_can_be_answered() -> None:
    for path in sorted((TOP / "ledgers" / "books").glob("*/answers.csv")):
        layer = layer_of(SHIPPED, LEDGERS, path.parent / "local")
        regions, schemes = book_regions(path.parent)
        header, rows = read_csv(path)
        assert header == ANSWER_HEADER
        for row in rows:
            assert row["region"] in regions
            assert any(row["rule"] in layer.chosen(layer.schemes[s]) for s in schemes), row
            assert layer.rules[row["rule"]]["severity"] == "query", row
            assert row["answer"], row
            assert row["by"], row
            assert row["document"], row
