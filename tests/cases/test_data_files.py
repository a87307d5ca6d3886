"""The shipped data and the cases hold together: read as plain TOML and CSV, without the catalogue loader."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gep.accounts.routes import ROUTES, ROW_ROUTES
from gep.base.units import parse_unit

TOP = Path(__file__).resolve().parents[2]
SHIPPED = TOP / "coefficients"
BOOKS = sorted(
    path.parent for folder in (TOP / "ledgers" / "books", TOP / "tests" / "cases") for path in folder.glob("*/book.toml")
)
LAYERS = [(SHIPPED,), *[(SHIPPED, book / "local") for book in BOOKS]]
NAMES = ["shipped", *[book.name for book in BOOKS]]

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


class Layer:
    """The shipped folder with a book's local folder beside it; what stands twice is a fault."""

    def __init__(self, *roots: Path) -> None:
        self.sources: dict[str, Any] = {}
        self.measures: dict[str, Any] = {}
        self.records: dict[str, Any] = {}
        self.rules: dict[str, Any] = {}
        self.schemes: dict[str, Any] = {}
        self.codes: dict[tuple[str, str], dict[str, str]] = {}
        self.parameters: list[dict[str, str]] = []
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

    def _tables(self, root: Path) -> None:
        for name in ("measures", "records", "rules"):
            table = getattr(self, name)
            for path in sorted((root / name).glob("*.toml")):
                for key, body in tomllib.loads(path.read_text(encoding="utf-8")).items():
                    assert key not in table, (path, key)
                    table[key] = body
        for path in sorted((root / "schemes").glob("*.toml")):
            body = tomllib.loads(path.read_text(encoding="utf-8"))
            assert body["id"] not in self.schemes, path
            assert body["id"] == path.stem
            self.schemes[body["id"]] = body
        for path in (*root.glob("sources.toml"), *sorted((root / "sources").glob("*.toml"))):
            for key, body in tomllib.loads(path.read_text(encoding="utf-8")).items():
                assert key not in self.sources, key
                self.sources[key] = body

    def dims(self, measure: str) -> list[str]:
        found: list[str] = self.measures[measure].get("dims", [])
        return found


@pytest.fixture(params=LAYERS, ids=NAMES)
def layer(request: pytest.FixtureRequest) -> Layer:
    return Layer(*request.param)


def test_there_are_books_to_look_at() -> None:
    assert {"garze-2010", "baiyangdian-2011", "natcap-renewable-2019"} <= set(NAMES)


def test_everything_has_both_names(layer: Layer) -> None:
    for body in [
        *layer.measures.values(),
        *layer.rules.values(),
        *layer.schemes.values(),
        *layer.codes.values(),
        *layer.records.values(),
    ]:
        assert body["zh"], body
        assert body["en"], body
        assert body["zh"] != body["en"]


def test_measures_are_whole(layer: Layer) -> None:
    schemes = {scheme for scheme, _ in layer.codes}
    for name, body in layer.measures.items():
        assert parse_unit(body["unit"]).factor == 1, f"{name}: {body['unit']} is no base unit"
        assert set(body.get("dims", [])) <= schemes, name
        assert Decimal(body.get("quantum", "0.000001")) > 0
        assert Decimal(body["finest"]) > 0
        assert body["department"] or body["kind"] == "reference", name


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


def test_one_parameter_id_has_one_kind_of_unit(layer: Layer) -> None:
    dims: dict[str, Any] = {}
    for row in layer.parameters:
        found = parse_unit(row["unit"]).without_price_year().dims
        assert dims.setdefault(row["id"], found) == found, row["id"]


def test_rules_refer_to_what_exists_and_carry_their_source(layer: Layer) -> None:
    parameters = {p["id"]: p for p in layer.parameters}
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
            assert codes == ["*"] or all((dim, code) in layer.codes for code in codes), name
        names = set(re.findall(r"[a-z][a-z0-9_]*", rule["expression"]))
        for key, given in rule["inputs"].items():
            assert key in names, f"{name}: {key} is not used"
            check_input(layer, parameters, name, given)
        for equation in rule.get("empirical", {}).values():
            assert equation["source"] in layer.sources
            for unit in (*equation["args"].values(), equation["unit"]):
                parse_unit(unit)


def check_input(layer: Layer, parameters: dict[str, dict[str, str]], name: str, given: dict[str, Any]) -> None:
    if "measure" in given:
        assert given["measure"] in layer.measures, (name, given)
        for dim, code in given.get("select", {}).items():
            assert (dim, code) in layer.codes, (name, given)
    elif "column" in given:
        column = layer.records[given["rows"]]["columns"][given["column"]]
        assert parse_unit(given["unit"]).compatible(parse_unit(column["unit"])), (name, given)
        assert (given["lower"], given["upper"]) == (column["lower"], column["upper"]), (name, given)
    else:
        assert given["parameter"] in parameters or ("parameter", given["parameter"]) in layer.codes, (name, given)
        if given["parameter"] in parameters:  # of some only a book has values
            declared = parse_unit(parameters[given["parameter"]]["unit"]).without_price_year()
            assert parse_unit(given["unit"]).without_price_year().compatible(declared), (name, given)


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
        assert set(scheme["rules"]) <= set(layer.rules), name
        assert set(scheme["parameter_sets"]) <= sets, (name, set(scheme["parameter_sets"]) - sets)
        outputs = Counter(
            (layer.rules[r]["output"], code)
            for r in scheme["rules"]
            if layer.rules[r]["kind"] == "compute"
            for code in layer.rules[r].get("domain", {}).get("ecosystem", ["*"])
        )
        assert [o for o, n in outputs.items() if n > 1] == []
        assert set(scheme.get("overlaps", {}).values()) <= {"show"}
        for service in scheme.get("service", ()):
            assert layer.codes["service", service["id"]]["class"] == service["class"], service["id"]
            for line in service["line"]:
                check_line(layer, scheme, service["id"], line)


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
    layer = Layer(SHIPPED, book / "local")
    regions, schemes = book_regions(book)
    computed = [
        {layer.rules[r]["output"] for r in layer.schemes[s]["rules"] if layer.rules[r]["kind"] == "compute"} for s in schemes
    ]
    always_computed = set.intersection(*computed)
    keys = Counter[tuple[str, ...]]()
    for path in sorted((book / "returns").glob("*.csv")):
        header, rows = read_csv(path)
        assert header.startswith(RETURN_HEADER), path
        assert rows, path
        for row in rows:
            extra = {k: v for k, v in row.items() if k.startswith("attr.")}
            keys[(row["region"], row["period"], row["item"], row["category"], row["part"], "".join(extra.values()))] += 1
            measure = layer.measures[row["item"]]
            assert row["region"] in regions, row
            assert row["source"] in layer.sources, row
            assert row["item"] not in always_computed, f"{row['item']} is computed, not returned"
            assert row["department"] == measure["department"], row
            given = {k for k, v in extra.items() if v} - {"attr.precision"}
            assert given == {f"attr.{a}" for a in measure.get("attrs", [])}, row
            check_category(layer, row)
            check_amount(row, measure)
    assert [k for k, n in keys.items() if n > 1] == []


def book_regions(book: Path) -> tuple[set[str], list[str]]:
    body = tomllib.loads((book / "book.toml").read_text(encoding="utf-8"))
    assert body["schema"] == 1
    codes = {r["code"] for r in body["region"]}
    assert len(codes) == len(body["region"])
    assert {r["parent"] for r in body["region"]} <= codes | {""}
    assert body["leaf_level"] in {r["level"] for r in body["region"]}
    return codes, body["schemes"]


def check_category(layer: Layer, row: dict[str, str]) -> None:
    dims = layer.dims(row["item"])
    assert len(dims) <= 1, "a second dimension needs scheme:code pairs"
    assert bool(row["category"]) == bool(dims), row
    if dims:
        assert (dims[0], row["category"]) in layer.codes, row


def check_amount(row: dict[str, str], measure: dict[str, Any]) -> None:
    if row["state"]:
        assert row["state"] in ("not_available", "not_applicable"), row
        assert not row["value"], row
        assert row["note"], row
        return
    value, unit = Decimal(row["value"]), parse_unit(row["unit"])
    if measure["kind"] == "reference":
        return
    assert unit.compatible(parse_unit(measure["unit"])), row
    assert "lower" not in measure or value * Decimal(unit.factor.numerator) / unit.factor.denominator >= measure["lower"], row


@pytest.mark.parametrize("book", BOOKS, ids=lambda b: b.name)
def test_published_figures_have_readable_addresses(book: Path) -> None:
    layer = Layer(SHIPPED, book / "local")
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
        layer = Layer(SHIPPED, path.parent / "local")
        regions, schemes = book_regions(path.parent)
        header, rows = read_csv(path)
        assert header == ANSWER_HEADER
        for row in rows:
            assert row["region"] in regions
            assert any(row["rule"] in layer.schemes[s]["rules"] for s in schemes), row
            assert layer.rules[row["rule"]]["severity"] == "query", row
            assert row["answer"], row
            assert row["by"], row
            assert row["document"], row
