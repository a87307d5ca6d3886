"""Units: every spelling a bureau writes, exact factors, what must not mix, and hostile text."""

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.findings import Place
from gep.base.unit_names import MULTIPLIERS, definitions_text, make_registry, make_table, table
from gep.base.unit_text import LONGEST, read_terms, shown
from gep.base.units import Slip, Unit, UnitError, base_text, display, exact_power, parse_unit, slip, slips

NAMES = sorted({unit.name for unit in table().spellings.values()})
SPELLINGS = sorted(table().spellings)


def factor(a: str, b: str) -> Fraction:
    return parse_unit(a).factor_to(parse_unit(b))


def refusal(text: str) -> UnitError:
    with pytest.raises(UnitError) as caught:
        parse_unit(text)
    return caught.value


# 60 square zhang of (10/3 m)² make a mu: 60 · 100/9 = 2000/3 m²; 1 ha = 10⁴ m² = 10⁴ · 3/2000 mu = 15 mu
# 7000 kcal/kg · 4.1868 kJ/kcal · 1000 kg = 29 307 600 kJ = 29307.6/3.6 kWh = 8141 kWh
@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("公顷", "亩", 15),
        ("km2", "亩", 1500),
        ("km2", "ha", 100),
        ("亩", "m2", Fraction(2000, 3)),
        ("万亩", "m2", Fraction(20_000_000, 3)),
        ("hm2", "公顷", 1),
        ("万公顷", "10^4 hm2", 1),
        ("平方公里", "平方千米", 1),
        ("亿立方米", "万m3", 10**4),
        ("km3", "亿立方米", 10),
        ("mm·ha", "m3", 10),
        ("mm·km2", "m3", 1000),
        ("mg/L", "kg/m3", Fraction(1, 1000)),
        ("μg/m3", "g/m3", Fraction(1, 10**6)),
        ("公斤", "t", Fraction(1, 1000)),
        ("斤", "kg", Fraction(1, 2)),
        ("(g C/m2)·km2", "t C", 1),
        ("Mg C", "tC", 1),
        ("tce", "MJ", Fraction(293076, 10)),
        ("吨标准煤", "kWh", 8141),
        ("度", "kWh", 1),
        ("MWh", "GJ", Fraction(36, 10)),
        ("MW·h", "千瓦时", 1000),
        ("W·d", "kWh", Fraction(24, 1000)),
        ("亿元", "万元", 10**4),
        ("万亿元", "元", 10**12),
        ("万元/亩", "元/m2", 15),
        ("元/吨", "元/kg", Fraction(1, 1000)),
        ("元/kW·h", "CNY/kWh", 1),
        ("t·ha·h/(ha·MJ·mm)", "t h/(MJ mm)", 1),
        ("t·hm⁻²·a⁻¹", "t/(km2·a)", 100),
        ("yuan/(person month)", "元/(人·年)", 12),
        ("％", "‰", 10),
        ("无量纲", "1", 1),
        ("万人次", "visit", 10**4),
        ("ions/cm3", "个/m3", 10**6),
        ("万亩次", "亩·次", 10**4),
        ("h", "min", 60),
        ("d", "s", 86400),
        ("元@2010", "CNY@2010", 1),
        ("亿元@2015/m3", "元@2015/立方米", 10**8),
    ],
)
def test_factors_are_exact(a: str, b: str, expected: Fraction | int) -> None:
    assert factor(a, b) == expected
    assert isinstance(factor(a, b), Fraction)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("10^4 t", "万吨"),
        ("10⁴t", "万吨"),
        ("1e4 hm2", "万公顷"),
        ("10000 ha", "万公顷"),
        ("１０＾４ 吨", "万吨"),
        ("1E8m³", "亿立方米"),
        ("10^(-3) t", "kg"),
        ("10⁻³ t", "kg"),
        ("10^4×m3", "万立方米"),
        ("万 亩", "万亩"),
        ("万㎡", "万平方米"),
        ("亿kW·h", "亿千瓦时"),
        ("万千瓦·时", "万千瓦时"),
        ("m**2", "㎡"),
        ("m^2", "平方米"),
        ("hm²", "公顷"),
        ("元／立方米", "CNY/m3"),
        ("元 / 立方米", "元/m³"),
        ("千克每立方米", "kg per m3"),
        ("t⋅km", "t*km"),
        ("吨 CO₂", "t CO2"),
        ("万吨CO2", "万吨二氧化碳"),
        ("g C/m2", "克碳/平方米"),
        ("tC", "吨碳"),
        ("kJ/(m2 d)", "千焦/（平方米·天）"),
        ("µg/m³", "微克/立方米"),  # micro sign and Greek mu
        ("°C", "℃"),
        ("元/吨/年", "元/(吨·年)"),
        ("元/10^4 m3", "元/万立方米"),
        ("1/1 a", "1/年"),
        ("a^-1", "1/a"),
        ("10^4 m-2", "10^4 (1/m2)"),
        ("kW·h-1", "kW/h"),  # an exponent of its own: no kilowatt-hour
        ("(m)^(1/2)·m^(1/2)", "m"),
        ("千米\u00a0", "km"),
    ],
)
def test_the_same_unit_written_differently(written: str, plain: str) -> None:
    assert parse_unit(written) == parse_unit(plain)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("t C", "t CO2"),
        ("t C", "t"),
        ("吨二氧化碳", "吨"),
        ("元", "元@2010"),
        ("元@2010", "元@2015"),
        ("元@2010", "USD@2010"),
        ("CNY", "EUR"),
        ("a", "d"),
        ("年", "小时"),
        ("人", "人次"),
        ("株", "个"),
        ("分", "分钟"),
        ("m2", "m3"),
        ("kWh", "t"),
        ("dB", "1"),
        ("℃", "deg"),
        ("亩次", "亩"),
        ("%", "元"),
    ],
)
def test_what_does_not_convert(a: str, b: str) -> None:
    one, other = parse_unit(a), parse_unit(b)
    assert not one.compatible(other)
    with pytest.raises(UnitError) as caught:
        one.factor_to(other)
    found = caught.value.finding(Place(key="x"))
    assert found.code == "BASE-UNIT-INCOMPATIBLE"
    assert found.text("zh") == f"计量单位“{a}”不能换算为“{b}”,两者不是同一种量。"
    assert found.text("en") == f"The unit “{a}” cannot be converted to “{b}”: they do not measure the same thing."


def test_land_survey_pair_is_rounded_apart() -> None:
    """Third land survey: 12786.19 万公顷 and 191792.79 万亩 are printed for the same land; converting one gives 191792.85."""
    converted = Fraction("12786.19") * factor("万公顷", "万亩")
    assert converted == Fraction("191792.85")
    assert converted != Fraction("191792.79")
    # the difference is explained by the rounding of the first: ±0.005 万公顷 is ±0.075 万亩
    assert abs(converted - Fraction("191792.79")) < Fraction("0.005") * 15 + Fraction("0.005")


def test_scale_is_compared_not_only_dimension() -> None:
    assert parse_unit("万元") != parse_unit("元")
    assert parse_unit("公顷") == parse_unit("ha")
    assert parse_unit("公顷").text == "公顷"
    assert parse_unit("公顷").compatible(parse_unit("亩"))


@pytest.mark.parametrize(
    ("text", "currency", "year"),
    [
        ("元", "CNY", None),
        ("亿元@2010/m3", "CNY", 2010),
        ("m3/万元", "CNY", None),
        ("USD@2019/ha", "USD", 2019),
        ("t/m3", None, None),
        ("CNY/USD", None, None),
        ("CNY@2015/CNY@2010", "CNY", None),
        ("%", None, None),
    ],
)
def test_money(text: str, currency: str | None, year: int | None) -> None:
    unit = parse_unit(text)
    assert (unit.currency, unit.price_year) == (currency, year)


def test_price_year_can_be_dropped() -> None:
    plain = parse_unit("亿元＠２０１０/m3").without_price_year()
    assert plain == parse_unit("亿元/m3")
    assert plain.text == "亿元/m3"
    assert base_text(plain) == "CNY/m3"
    assert parse_unit("CNY@2015/CNY@2010").without_price_year().is_dimensionless
    assert parse_unit("t").without_price_year() == parse_unit("t")


@pytest.mark.parametrize(
    ("text", "at_2010"),
    [
        ("亿元/m3", "亿元@2010/m3"),
        ("CNY@2015/t", "CNY@2010/t"),
        ("美元/ha", "美元@2010/ha"),
        ("万人民币元", "万人民币元@2010"),
        ("tce/10^4 yuan", "tce/10^4 yuan@2010"),
        ("CNY·USD", "CNY@2010·USD@2010"),
        ("t/ha", "t/ha"),
    ],
)
def test_price_year_can_be_set(text: str, at_2010: str) -> None:
    dated = parse_unit(text).with_price_year(2010)
    assert dated.text == at_2010
    assert dated == parse_unit(at_2010)
    assert dated.without_price_year() == parse_unit(text).without_price_year()


def test_a_further_currency_is_one_line_of_definitions() -> None:
    extended = make_table(definitions_text() + "\nGBP = [currency_GBP] = _ = 英镑\nshop = [shop] = _ = 店\n")
    assert extended.currencies == {"CNY", "EUR", "USD", "GBP"}
    assert extended.spellings["英镑"].dims == (("GBP", Fraction(1)),)


def test_a_definition_twice_is_a_fault() -> None:
    with pytest.raises(ValueError, match="Cannot redefine 'm'"):
        make_registry("m = [length]\nm = [width]\n")
    with pytest.raises(ValueError, match="not an exact positive fraction"):
        make_table("m = [length]\nback = -1 * m\n")


def test_every_definition_gives_its_reason() -> None:
    for line in definitions_text().splitlines():
        if line and not line.startswith("#"):
            assert len(line.partition("#")[2].strip()) > 3, line


def test_pint_agrees_with_the_reader() -> None:
    registry = make_registry(definitions_text())
    for name in NAMES:
        quantity = registry.Quantity(Fraction(1), registry.UnitsContainer({name: 1})).to_root_units()
        unit = parse_unit(name)
        assert unit.factor == quantity.magnitude
        assert dict(unit.dims) == dict(quantity.unit_items())


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_reads_shows_and_reads_back(spelling: str) -> None:
    unit = parse_unit(spelling)
    base = parse_unit(base_text(unit))
    assert base.factor == 1
    assert base.dims == unit.dims
    assert parse_unit(display(spelling, "zh")) == unit
    assert display(spelling, "en").isprintable()


@pytest.mark.parametrize("multiplier", sorted(MULTIPLIERS))
def test_every_chinese_multiplier_stands_before_any_unit(multiplier: str) -> None:
    for unit in ("元", "m3", "kWh", "吨二氧化碳", "人次", "tce"):
        assert factor(multiplier + unit, unit) == 10 ** MULTIPLIERS[multiplier]


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("m3", "立方米", "m³"),
        ("10^4 m3", "万立方米", "10⁴ m³"),
        ("亿元@2015/m3", "亿元/立方米(2015年价)", "10⁸ CNY/m³ (2015 prices)"),
        ("CNY@2015/USD@2010", "元@2015/美元@2010", "CNY@2015/USD@2010"),
        ("t CO2", "吨二氧化碳", "t CO₂"),
        ("g C/(m2 a)", "克碳/(平方米·年)", "g C/(m²·a)"),
        ("%", "%", "%"),
        ("1", "1", "1"),
        ("1/a", "1/年", "1/a"),
        ("m^-2", "1/平方米", "1/m²"),
        ("m^4", "米⁴", "m⁴"),
        ("m^(1/2)", "米^(1/2)", "m^(1/2)"),
        ("(t C)^2", "吨碳²", "(t C)²"),
        ("元/10^4 m3", "元/万立方米", "CNY/(10⁴ m³)"),
        ("10^-3 t", "10⁻³ 吨", "10⁻³ t"),
        ("ug/m3", "微克/立方米", "μg/m³"),
        ("room_night", "间夜", "room night"),
        ("10^10 (t/ha)", "10¹⁰·吨/公顷", "10¹⁰·t/ha"),
    ],
)
def test_display(text: str, zh: str, en: str) -> None:
    assert display(text, "zh") == zh
    assert display(text, "en") == en


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("亿元@2010/m3", "CNY@2010/m3"),
        ("t/(km2·a)", "t/(a·m2)"),
        ("%", "1"),
        ("1/d", "1/d"),
        ("tCO2^2", "t_CO2^2"),
        ("m^(1/2)", "m^(1/2)"),
    ],
)
def test_base_text(text: str, expected: str) -> None:
    assert base_text(parse_unit(text)) == expected


def test_products_quotients_and_powers() -> None:
    ha, mm, t, price = (parse_unit(text) for text in ("ha", "mm", "t", "元@2010/万m3"))
    assert ha * mm == parse_unit("10^1 m3")
    assert (ha * mm).text == "ha·mm"
    assert (ha / ha).text == "1"
    assert (t / (ha * mm)).text == "t/(ha·mm)"
    assert parse_unit((t / (ha * mm)).text) == t / (ha * mm)
    assert (price * parse_unit("万m3")).text == "CNY@2010"
    assert (parse_unit("1") * ha).text == "ha"
    assert (ha / parse_unit("1")).text == "ha"
    assert ha.power(2).text == "(ha)^2"
    assert ha.power(Fraction(1, 2)) == parse_unit("hm")
    assert ha.power(0) == parse_unit("1")
    assert parse_unit("万m3").power(-1) == parse_unit("1/万m3")
    with pytest.raises(UnitError, match="no exact factor"):
        (ha * mm).power(Fraction(1, 2))  # √10 is no fraction
    assert refusal("mm^(1/2)").code == "BASE-UNIT-ROOT"


@pytest.mark.parametrize(
    ("text", "code", "zh", "en"),
    [
        ("", "EMPTY", "没有填写计量单位", "No unit is given"),
        (" \u3000 ", "EMPTY", "没有填写计量单位", "No unit is given"),
        ("m" * 81, "LONG", "太长", "too long"),
        ("__import__", "SYNTAX", "“__import__”无法识读", "cannot be read at “__import__”"),
        ("m**m", "SYNTAX", "问题在“^m”", "at “^m”"),
        ("9**9**9", "NUMBER", "“9^9”不是", "“9^9”"),
        ("1e999999999 m", "NUMBER", "不是单位前可用", "power of ten"),
        ("1e19 m", "NUMBER", "不是单位前可用", "power of ten"),
        ("10^10 (10^10 t)", "NUMBER", "不是单位前可用", "power of ten"),
        ("15 亩", "NUMBER", "“15”", "“15”"),
        ("1e8", "NUMBER", "“1e8”", "“1e8”"),
        ("m^99", "EXPONENT", "“^99”", "“^99”"),
        ("m0", "EXPONENT", "“m0”", "“m0”"),
        ("m2-1", "EXPONENT", "“m2”", "“m2”"),
        ("dm3^2", "EXPONENT", "“dm3”", "“dm3”"),
        ("万吨^2", "EXPONENT", "含义不明", "two ways"),
        ("((m^12)^12)^12", "EXPONENT", "不能使用", "cannot be used"),
        ("(10^3 t)^(1/2)", "EXPONENT", "不能使用", "cannot be used"),
        ("kJ/m2·d", "AMBIGUOUS", "两种读法", "two ways"),
        ("kg/ha a", "AMBIGUOUS", "两种读法", "two ways"),
        ("CNY@20", "PRICE-YEAR", "“@20”", "“@20”"),
        ("元@3010", "PRICE-YEAR", "“@3010”", "“@3010”"),
        ("t@2010", "PRICE-YEAR", "价格年份", "price year"),
        ("m\n2", "CHARACTER", r"“\n”", r"“\n”"),
        ("m\x00", "CHARACTER", r"“\x00”", r"“\x00”"),
        ("t,ha", "CHARACTER", "“,”", "“,”"),
        ("m₂", "CHARACTER", "“₂”", "“₂”"),
        ("{{7*7}}", "CHARACTER", "“{”", "“{”"),
        ("=1+1", "CHARACTER", "“=”", "“=”"),
        ("公顷 ha", "SYNTAX", "无法识读", "cannot be read"),
        ("ha ha", "SYNTAX", "无法识读", "cannot be read"),
        ("元 kg", "SYNTAX", "无法识读", "cannot be read"),
        ("(t", "SYNTAX", "无法识读", "cannot be read"),
        ("t)", "SYNTAX", "无法识读", "cannot be read"),
        ("t//a", "SYNTAX", "无法识读", "cannot be read"),
        ("/a", "SYNTAX", "无法识读", "cannot be read"),
        ("(((((m)))))", "SYNTAX", "无法识读", "cannot be read"),
        ("t CO2-eq", "SYNTAX", "“-eq”", "“-eq”"),
        ("tCO2e", "UNKNOWN", "“tCO2e”", "“tCO2e”"),
        ("T", "UNKNOWN", "“T”不是", "“T” is not a unit"),
        ("Pa", "UNKNOWN", "“Pa”不是", "“Pa” is not a unit"),
        ("kmu", "UNKNOWN", "“kmu”不是", "“kmu” is not a unit"),
        ("x2", "UNKNOWN", "“x2”不是", "“x2” is not a unit"),
        ("万", "UNKNOWN", "“万”不是", "“万” is not a unit"),
        ("亿亿元", "UNKNOWN", "“亿亿元”不是", "“亿亿元” is not a unit"),
        ("index", "UNKNOWN", "“index”不是", "“index” is not a unit"),
    ],
)
def test_refused_text_says_why(text: str, code: str, zh: str, en: str) -> None:
    error = refusal(text)
    found = error.finding(Place(file="a.csv", row=3, column="unit"))
    assert error.code == found.code == f"BASE-UNIT-{code}"
    assert zh in found.text("zh")
    assert en in found.text("en")
    assert en in str(error) == error.reason
    assert found.mend("zh").endswith(("。", "?"))
    assert found.mend("en").endswith(".")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("KWH", "kWh"),
        ("M3", "m3"),
        ("tonnes", "tonne"),
        ("公倾", "公顷"),
        ("立方", "立方米"),
        ("104 t", "10^4"),
        ("万", "万元"),
        ("hektare", "hectare"),
    ],
)
def test_did_you_mean(text: str, meant: str) -> None:
    error = refusal(text)
    assert meant in error.suggestions
    assert meant in error.finding(Place(key="k")).mend("zh")
    assert meant in error.finding(Place(key="k")).mend("en")


def test_a_long_text_is_cut_in_the_message() -> None:
    assert refusal("吨" * 10**6).text == "吨" * 39 + "…"
    assert shown("a\tb") == r"a\tb"
    assert shown("m\u200b") == r"m\u200b"


hostile = st.one_of(
    st.text(max_size=120),
    st.text("()^*/·0123456789eE.-+@ mta元万亿吨亩", max_size=LONGEST),
    st.lists(st.sampled_from([*SPELLINGS, "/", "·", " ", "(", ")", "^2", "10^4", "万", "@2010"]), max_size=14).map("".join),
)


@given(hostile)
def test_any_text_is_a_unit_or_a_unit_error(text: str) -> None:
    started = time.perf_counter()
    refused = None
    try:
        unit = parse_unit(text)
    except UnitError as error:
        refused = error
    if refused:
        assert refused.finding(Place(key="k")).code == refused.code
    else:
        assert unit.factor > 0
        assert parse_unit(base_text(unit)).dims == unit.dims or any(abs(e) > 12 for _, e in unit.dims)
        assert display(text, "zh")
    assert time.perf_counter() - started < 1


units = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(-3, 3).filter(bool)),
    min_size=1,
    max_size=3,
    unique_by=lambda pair: pair[0],
).map(lambda pairs: "·".join(f"{name}^{exponent}" for name, exponent in pairs))


@given(units, units)
def test_algebra_is_exact(a: str, b: str) -> None:
    one, other = parse_unit(a), parse_unit(b)
    product, quotient = one * other, one / other
    assert product.factor == one.factor * other.factor
    assert quotient * other == one
    assert product / other == one
    assert (product.power(2)).power(Fraction(1, 2)) == product
    assert one.power(-1) * one == parse_unit("1")
    if one.compatible(other):
        assert one.factor_to(other) * other.factor_to(one) == 1


@given(st.sampled_from(NAMES), st.sampled_from(NAMES), st.fractions())
def test_round_trips_are_exact(a: str, b: str, amount: Fraction) -> None:
    scaled = Unit("scaled", parse_unit(a).factor * 7, parse_unit(a).dims)
    for one, other in ((parse_unit(a), scaled), (parse_unit(a), parse_unit(b))):
        if one.compatible(other):
            assert amount * one.factor_to(other) * other.factor_to(one) == amount


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**6), st.integers(-4, 4), st.integers(1, 4))
def test_exact_roots(base: Fraction, n: int, order: int) -> None:
    assert exact_power(base**order, Fraction(n, order)) == base**n
    root = exact_power(base, Fraction(1, order))
    assert root is None or root**order == base


def test_no_root_where_there_is_none() -> None:
    assert exact_power(Fraction(2), Fraction(1, 2)) is None
    assert exact_power(Fraction(4, 3), Fraction(1, 2)) is None


def test_terms_keep_what_was_written() -> None:
    price, water = read_terms("亿元@2015/10^4 m3")
    assert (price.scale, price.name, price.exponent, price.year) == (8, "CNY", 1, 2015)
    assert (water.scale, water.name, water.exponent, water.year) == (-4, "m3", -1, 0)


# ---- slips -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "zh", "en"),
    [
        (Fraction(15), "应填公顷而填了亩", "mu given for hectares"),
        (Fraction(1, 15), "应填亩而填了公顷", "hectares given for mu"),
        (Fraction(1500), "应填平方公里而填了亩", "mu given for km²"),
        (Fraction(100), "应填平方公里而填了公顷", "hectares given for km²"),
        (Fraction(10**4), "应以“万”为单位", "ten thousands (万) are asked for"),
        (Fraction(1, 10**8), "以“亿”为单位", "hundred millions (亿) given"),
        (Fraction(11, 3), "应填碳量而填了二氧化碳量", "carbon dioxide given for carbon"),
        (Fraction(3, 11), "应填二氧化碳量而填了碳量", "carbon given for carbon dioxide"),
        (Fraction(36, 10), "应填千瓦时而填了兆焦", "megajoules given for kilowatt-hours"),
        (Fraction(2000, 3), "应填亩而填了平方米", "m² given for mu"),
        (Fraction("9950"), "应以“万”为单位", "(10^4 times too large)"),
    ],
)
def test_slips_are_named(ratio: Fraction, zh: str, en: str) -> None:
    found = slip(ratio)
    assert found is not None
    assert zh in found.zh
    assert en in found.en


def test_slip_table() -> None:
    found = {s.factor: s for s in slips()}
    assert len(found) == len(slips())
    assert {Fraction(10) ** k for k in (-8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8)} < set(found)
    assert {1 / f for f in found} == set(found)
    for entry in found.values():
        assert "大" in entry.zh if entry.factor > 1 else "小" in entry.zh
        assert ("large" if entry.factor > 1 else "small") in entry.en


@pytest.mark.parametrize(
    "ratio", [Fraction(0), Fraction(-15), Fraction(1), Fraction("1.004"), Fraction("12.5"), Fraction(10) ** 9]
)
def test_no_slip_where_none_explains_it(ratio: Fraction) -> None:
    assert slip(ratio) is None


def test_slip_distance_is_the_callers() -> None:
    assert slip(Fraction(16)) is None
    assert slip(Fraction(16), Fraction(1, 10)) == next(s for s in slips() if s.factor == 15)
    assert slip(Fraction("9999.9"), Fraction(0)) is None
    assert slip(Fraction(10**4), Fraction(0)) is not None
    assert slip(Fraction("1.2"), Fraction(10)) is None  # nearer to being right than to any slip


@given(st.sampled_from(slips()), st.fractions(min_value=Fraction(995, 1000), max_value=Fraction(1005, 1000)))
def test_a_slip_is_found_through_noise(seeded: Slip, noise: Fraction) -> None:
    assert slip(seeded.factor * noise) == seeded
