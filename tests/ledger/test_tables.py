"""The declarations: columns as the SQL contract names them, decimal amounts, two languages."""

import re

import pytest

from gep.ledger.tables import BY_NAME, TABLES, Table

CONTRACT = {
    "physical_account": (
        "region_code zone year vintage profile service benefit product ecosystem",
        "quantity unit state",
        "region_name region_level method_id allocated illustrative",
    ),
    "value_account": (
        "region_code zone year vintage profile service benefit product ecosystem price_basis currency",
        "quantity unit price price_unit value state",
        "region_name region_level method_id allocated illustrative",
    ),
    "gep_total": (
        "region_code zone year vintage profile price_basis currency",
        "material regulating cultural gep enabled valued missing not_applicable",
        "region_name region_level illustrative",
    ),
}


@pytest.mark.parametrize("name", CONTRACT)
def test_the_accounts_have_the_columns_of_the_contract(name: str) -> None:
    keys, figures, attributes = (part.split() for part in CONTRACT[name])
    table = BY_NAME[name]
    assert [c.name for c in table.columns] == keys + figures + attributes
    assert [c.name for c in table.keys] == keys
    assert [c.name for c in table.columns if c.attribute] == attributes


def test_scales_of_amounts() -> None:
    kinds = {c.name: c.type for c in BY_NAME["value_account"].columns}
    assert (kinds["quantity"], kinds["price"], kinds["value"]) == ("DECIMAL(38,6)", "DECIMAL(38,8)", "DECIMAL(38,4)")
    assert BY_NAME["parameter_used"].column("amount").type == "DECIMAL(38,18)"


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_no_binary_floating_point_and_every_column_explained_twice(table: Table) -> None:
    assert len({c.name for c in table.columns}) == len(table.columns)
    assert table.keys
    assert "vintage" in {c.name for c in table.keys}
    for one in (table, *table.columns):
        assert re.search("[\u4e00-\u9fff]", one.zh), one.name
        assert re.search("[A-Za-z]", one.en), one.name
    for column in table.columns:
        assert re.fullmatch(r"VARCHAR|INTEGER|BIGINT|BOOLEAN|DATE|TIMESTAMP|DECIMAL\(38,\d+\)", column.type)
        assert not (column.key and column.attribute)
    if table.amount:
        assert table.column(table.amount).type.startswith("DECIMAL")
        assert table.column("state").not_null
