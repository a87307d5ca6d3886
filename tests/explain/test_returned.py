"""The address of a return that no account shows: read and written, refused when it is none, and led back to its cell."""

from __future__ import annotations

import json

import pytest

from gep.base.findings import Refused
from gep.explain.returned import is_return, parse_return
from gep.workflow.audit.annual import read_years
from gep.workflow.explain import explain
from tests.ready import Ready


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("fact/990121/2016/water_use_total/-@8", "cell:water_use_total/990121/2016/-"),
        ("fact/990121/2016/crop_yield/product:rice;use:farm@8", "cell:crop_yield/990121/2016/product:rice;use:farm"),
        ("fact/990121/2016/lake_storage/-/reservoir", "cell:lake_storage/990121/2016/part:reservoir"),
    ],
)
def test_an_address_names_a_cell(text: str, node: str) -> None:
    read = parse_return(text)
    assert is_return(text)
    assert read.text() == text
    assert read.node == node


@pytest.mark.parametrize(
    "text", ["fact/990121/2016", "fact/990121/16/m/-", "fact//2016/m/-", "fact/a/2016/m/-@x", "fact/a/2016/m/-/p/q"]
)
def test_what_is_no_address_is_refused_with_its_form(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_return(text)
    assert [f.code for f in refused.value.findings] == ["EXPLAIN-ADDRESS"]
    assert "MEASURE" in refused.value.findings[0].expected


def test_every_return_that_an_audit_may_name_leads_to_what_was_typed(ready: Ready) -> None:
    book = ready.book("sample-city", "2016-2017")
    held = [a for a in read_years(book, "assets").figures.values() if is_return(a.stored.address)]
    assert len({a.stored.address for a in held}) == len(held) > 1000
    vintage = next(iter(read_years(book, "assets").vintages.values()))
    with (book.releases / str(vintage) / "trace.jsonl").open(encoding="utf-8") as lines:
        nodes = {str(json.loads(line)["id"]) for line in lines if '"kind":"cell"' in line or '"kind": "cell"' in line}
    assert {parse_return(a.stored.address).node for a in held} <= nodes
    one = next(a for a in held if a.measure == "water_use_total" and a.region == "990121" and a.year == 2016)
    told = explain(book, one.stored.address)
    assert (told.address, told.state) == (one.stored.address, "value")
    assert told.parts[0].node["file"] == "assets_water.csv"
    assert explain(book, "fact/990121/2016/water_use_total/-").address == one.stored.address
    with pytest.raises(Refused) as refused:
        explain(book, "fact/990121/2016/water_use_totall/-")
    assert [f.code for f in refused.value.findings] == ["EXPLAIN-NO-FIGURE"]
