"""Figure addresses: what is written is what is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.findings import Refused
from gep.explain.address import COLUMNS, NAMED, NO_KEY, POSITIONAL, Address, parse

CODES = st.text(alphabet="09azAZ_.:-水㐀鿿", min_size=1, max_size=6)


@st.composite
def addresses(draw: st.DrawFn) -> Address:
    """Any complete address of any view."""
    view = draw(st.sampled_from(sorted(POSITIONAL)))
    keys = tuple(draw(CODES) for _ in POSITIONAL[view])
    named = {n: draw(CODES) for n in NAMED[view] if draw(st.booleans())}
    column = draw(st.sampled_from(["", *COLUMNS[view][1:]]))
    vintage = draw(st.none() | st.integers(0, 10**9 - 1))
    return Address(view, draw(CODES), draw(CODES), keys, named, column, vintage, len(keys))


@given(addresses())
def test_reading_what_was_printed_gives_the_same_address(address: Address) -> None:
    assert parse(address.text()) == address
    assert parse(address.text()).text() == address.text()


@given(addresses())
def test_the_short_form_names_the_same_figure(address: Address) -> None:
    short = parse(address.text(short=True))
    assert short.text() == address.text()
    assert (short.keys, dict(short.named), short.with_column) == (address.keys, address.named, address.with_column)


@given(st.text(max_size=40) | st.text(alphabet="value_account/513300#@=-2010", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        address = parse(text)
    except Refused as refused:
        assert [f.code for f in refused.findings] == ["EXPLAIN-ADDRESS"]  # noqa: PT017 (most texts are refused, some are not)
    else:
        assert parse(address.text()).text() == address.text()


@pytest.mark.parametrize(
    ("text", "keys", "named", "column", "vintage"),
    [
        ("value_account/513300/2010/water_retention", ("water_retention", "-", "-", "-"), {}, "value", None),
        ("value_account/513300/2010/air_purification/so2#price@17", ("air_purification", "so2", "-", "-"), {}, "price", 17),
        (
            "value_account/513300/2010/crop_products/-/rice/profile=mee-2020",
            ("crop_products", "-", "rice", "-"),
            {"profile": "mee-2020"},
            "value",
            None,
        ),
        ("physical_account/330802/2020/养分/氮/zone=红线", ("养分", "氮", "-", "-"), {"zone": "红线"}, "quantity", None),
        (
            "asset_account/5133/2015/LA-01/R21/C02/human/instance=coal",
            ("LA-01", "R21", "C02", "human"),
            {"instance": "coal"},
            "amount",
            None,
        ),
        ("balance_sheet/5133/2015/asset/land#opening", ("asset", "land"), {}, "opening", None),
        ("gep_total/513300/2010#regulating", (), {}, "regulating", None),
        ("green_gold_index/513300/2010/profile=a#gdp@3", (), {"profile": "a"}, "gdp", 3),
        ("  gep_total/513300/2010\n", (), {}, "gep", None),
    ],
)
def test_the_parts_of_an_address(
    text: str, keys: tuple[str, ...], named: dict[str, str], column: str, vintage: int | None
) -> None:
    address = parse(text)
    assert (address.keys, dict(address.named), address.with_column, address.vintage) == (keys, named, column, vintage)
    assert address.given == len([k for k in text.strip().split("#")[0].split("@")[0].split("/")[3:] if "=" not in k])


def test_the_default_column_and_the_vintage_are_printed_only_if_they_say_something() -> None:
    assert parse("gep_total/513300/2010#gep@7").text() == "gep_total/513300/2010@7"
    assert parse("value_account/51/2010/a#value").text(short=True) == "value_account/51/2010/a"
    assert parse("value_account/51/2010/a#price").text() == "value_account/51/2010/a/-/-/-#price"


def test_named_keys_are_printed_in_the_order_of_the_view() -> None:
    address = parse("value_account/51/2010/a/currency=CNY/price_basis=current/profile=p/zone=-")
    assert address.text(short=True) == "value_account/51/2010/a/zone=-/profile=p/price_basis=current/currency=CNY"


def test_the_keys_by_name() -> None:
    assert parse("value_account/51/2010/a/-/c").key() == {"service": "a", "benefit": NO_KEY, "product": "c", "ecosystem": NO_KEY}
    assert parse("gep_total/51/2010").key() == {}


def test_every_view_has_keys_names_and_columns() -> None:
    assert POSITIONAL.keys() == NAMED.keys() == COLUMNS.keys()


LOOKS = "value_account/REGION/YEAR[/KEY…][/NAME=KEY…][#COLUMN][@VINTAGE]"
FORM = "SERVICE/BENEFIT/PRODUCT/ECOSYSTEM/zone=…/profile=…/price_basis=…/currency=…"
VIEWS = "physical_account | value_account | asset_account | balance_sheet | gep_total | green_gold_index"


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ("", "", VIEWS),
        ("values/513300/2010", "values", VIEWS),
        ("value_account/513300", "value_account/513300", LOOKS),
        ("value_account/513300/2010/a@", "value_account/513300/2010/a@", LOOKS),
        ("value_account/513300/2010/a@new", "value_account/513300/2010/a@new", LOOKS),
        ("value_account/513300/2010/a@1@2", "value_account/513300/2010/a@1@2", LOOKS),
        ("value_account/513300/2010/a@²", "value_account/513300/2010/a@²", LOOKS),
        ("value_account/513300/2010/a@-1", "value_account/513300/2010/a@-1", LOOKS),
        (f"value_account/513300/2010/a@{'9' * 5000}", f"value_account/513300/2010/a@{'9' * 5000}", LOOKS),
        ("value_account/513300/2010/a/b/c/d/e", "e", FORM),
        ("value_account/513300/2010/a b", "a b", FORM),
        ("value_account/513300/2010//b", "", FORM),
        ("value_account/513300/2010/scheme=a", "scheme=a", FORM),
        ("value_account/513300/2010/profile=", "profile=", FORM),
        ("value_account/513300/2010/profile=a/profile=b", "profile=b", FORM),
        ("value_account/513300/2010/profile=a/water", "water", FORM),
        ("value_account/513300/2010/profile=a'b", "profile=a'b", FORM),
        ("value_account//2010/a", "", "0-9 A-Z a-z _ . : -"),
        ("value_account/51;33/2010/a", "51;33", "0-9 A-Z a-z _ . : -"),
        ("value_account/513300/2010/a#", "#", "#value | #quantity | #price"),
        ("value_account/513300/2010/a#valeu", "#valeu", "#value | #quantity | #price"),
        ("physical_account/513300/2010/a#price", "#price", "#quantity"),
        ("gep_total/513300/2010#value", "#value", "#gep | #material | #regulating | #cultural"),
        ("gep_total/513300/2010/water", "water", "zone=…/profile=…/price_basis=…/currency=…"),
    ],
)
def test_what_cannot_be_read_is_named_with_the_right_form(text: str, found: str, expected: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(text)
    (told,) = caught.value.findings
    assert (told.code, told.found, told.expected, told.place.key) == ("EXPLAIN-ADDRESS", found, expected, text)
    assert told.text("en") == f"The part '{found}' of the figure address cannot be read."
    assert told.text("zh") == f"看不懂指标地址中的“{found}”。"
    assert told.mend("en") == f"Write the address as {expected}."
