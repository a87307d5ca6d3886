"""A region and year in two profiles, as data."""

from __future__ import annotations

from decimal import Decimal

from gep.base.records import Names
from gep.explain.change import PlaceChange
from gep.explain.pair import Figure, Pair
from gep.explain.profiles import Place


def test_a_place_as_data() -> None:
    one, two = Figure(Decimal("1.5"), "value"), Figure(Decimal(4), "value")
    gep = Pair({"service": "GEP"}, one, two, (), (Pair({"service": "a"}, one, two),))
    change = PlaceChange("51", "county", ("51",), ("51",), (Names("县", "County"),), ())
    told = Place("51", 2010, "CNY", (1, 2), ("current", "constant:2020"), gep, change, same_data=False).as_dict()
    assert (told["region"], told["year"], told["vintages"], told["same_data"]) == ("51", 2010, [1, 2], False)
    assert told["price_basis"] == ["current", "constant:2020"]
    assert [s["service"] for s in told["services"]] == ["a"]  # type: ignore[attr-defined]
