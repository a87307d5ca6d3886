"""Rows of a tidy submission: what becomes a fact, that all faults are told at once, and that the order of rows is all one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gep.base.findings import Severity
from gep.base.records import Fact, Measure, Names, Origin, State, Vocabulary
from gep.intake.reader import read_table
from gep.intake.schema import FILLED, failures, sound
from gep.intake.submit import intake
from gep.intake.table import Row, Table
from gep.intake.tidy import Intake, read_tidy

Make = Callable[..., bytes]
HEADER = "region,period,item,category,part,value,state,unit,department,source,evidence,note"


def _read(data: bytes, vocabulary: Vocabulary, name: str = "f.csv") -> Intake:
    table, findings = read_table(name, data)
    assert table is not None, findings
    return read_tidy(table, vocabulary)


def _codes(result: Intake) -> list[tuple[int, str, str]]:
    return [(f.place.row, f.place.column, f.code) for f in result.findings]


def _without_origin(facts: tuple[Fact, ...]) -> Counter[str]:
    return Counter(repr(replace(fact, origin=Origin("", "", 0))) for fact in facts)


CLEAN = [
    "513300,2010,soil_retention_total,,,1200.50,,万t,水利局,公报 2010 第8页,,",
    "513322,2010-06,purification,so2,,12,value,吨,环保局,年报,,",
    "513322,2010-06-30,ecosystem_area,ecosystem:forest,,3.20,,万亩,自然资源局,三调,,",
    "513300,2010,nutrient_loss,wetland,lake,0,,t,水利局,公报,,",
    "513300,2010,habitat,landuse:0403K;ecosystem:shrub,,7,,公顷,自然资源局,三调,,",
    "513300,2011,soil_retention_total,,,,not_available,,水利局,,,普查年份未调查",
    "513300,2010,water_price,,,2.5,,元@2010/m3,发改委,价格文件,,",
    "513301,2015,carbon_change,,,-5,,t_C,林业局,清查,,",
]


def test_a_clean_file_gives_its_facts_and_no_finding(vocabulary: Vocabulary, make_tidy: Make) -> None:
    result = intake("clean.csv", make_tidy(*CLEAN), vocabulary)
    assert result.findings == ()
    assert (len(result.facts), result.rows) == (len(CLEAN), len(CLEAN))
    first = result.facts[0]
    assert (first.measure, first.region, first.period) == ("soil_retention_total", "513300", "2010")
    assert (first.key, first.state) == ((), State.VALUE)
    assert str(first.amount) == "1200.50"  # digits as typed
    assert (first.unit, first.department, first.source) == ("万t", "水利局", "公报 2010 第8页")
    assert (first.origin.file, first.origin.row, first.origin.column) == ("clean.csv", 2, "value")
    by_row = {fact.origin.row: fact for fact in result.facts}
    assert by_row[4].key == (("ecosystem", "forest"),)
    assert by_row[5].key == (("ecosystem", "wetland"), ("part", "lake"))
    assert by_row[5].amount == 0  # zero is a value
    assert by_row[6].key == (("ecosystem", "shrub"), ("landuse", "0403K"))  # sorted by dimension, however it was written
    missing = by_row[7]
    assert (missing.state, missing.amount, missing.reason) == (State.NOT_AVAILABLE, None, "普查年份未调查")
    assert by_row[9].amount == -5


def test_attributes_and_precision(vocabulary: Vocabulary) -> None:
    header = f"{HEADER},attr.price_basis,attr.vintage,attr.precision"
    rows = [
        "513300,2011,gdp,,,120,,亿元@2010,统计局,年鉴,,,constant:2010,final,",
        "513300,2012,gdp,,,120,,亿元,统计局,年鉴,,,current,final,",
        "513300,2011,cover,,,0.5,,1,林业局,标准,,,,,exact",
    ]
    result = _read("\n".join([header, *rows]).encode(), vocabulary)
    assert result.findings == ()
    gdp, _, cover = result.facts
    assert dict(gdp.attrs) == {"price_basis": "constant:2010", "vintage": "final"}
    assert (gdp.exact, cover.exact, dict(cover.attrs)) == (False, True, {})


def test_published_figures_take_any_unit_sign_and_money(vocabulary: Vocabulary) -> None:
    header = f"{HEADER},attr.figure"
    row = "513300,2010,published,,,-12.3,,亿元,,garze2017,,表3,value_account/513300/2010/water_retention"
    result = _read(f"{header}\n{row}\n".encode(), vocabulary)
    assert result.findings == ()
    assert dict(result.facts[0].attrs) == {"figure": "value_account/513300/2010/water_retention"}


def test_money_for_a_service_without_a_price_is_taken(vocabulary: Vocabulary, make_tidy: Make) -> None:
    result = _read(make_tidy("513300,2010,tourism_income,,,3.2,,亿元,文旅局,年报,,"), vocabulary)
    assert result.findings == ()


def test_money_on_another_line_of_a_priced_service_is_taken(vocabulary: Vocabulary, make_tidy: Make) -> None:
    def line(name: str, unit: str, benefit: str) -> Measure:
        base = vocabulary.measures["water_value"]
        return replace(base, id=name, unit=unit, account={"service": "=leisure", "benefit": benefit}, names=Names(name, name))

    measures = [
        line("visits", "visit", "=visits"),
        line("homestay_income", "CNY", "=homestay"),
        line("visit_income", "CNY", "=visits"),
    ]
    wider = replace(vocabulary, measures={m.id: m for m in measures}, priced=frozenset({"visits"}))
    rows = [f"513300,2010,{name},,,3,,亿元,文旅局,年报,," for name in ("homestay_income", "visit_income")]
    assert _codes(_read(make_tidy(*rows), wider)) == [(3, "unit", "INTAKE-PRICED-VALUE")]


def test_a_missing_column_does_not_hide_other_faults(vocabulary: Vocabulary) -> None:
    data = "region,period,item,value,source\n513399,2010年,soil_retention_totl,1_0,s\n".encode()
    result = _read(data, vocabulary)
    assert sorted(_codes(result)) == [
        (1, "unit", "INTAKE-COLUMN-MISSING"),
        (2, "item", "INTAKE-ITEM-UNKNOWN"),
        (2, "period", "INTAKE-PERIOD-FORM"),
        (2, "region", "INTAKE-REGION-UNKNOWN"),
        (2, "value", "BASE-NUMBER-UNDERSCORE"),
    ]
    assert result.facts == ()


def test_an_unknown_column_keeps_every_row_from_being_a_fact(vocabulary: Vocabulary) -> None:
    # a misspelt category would otherwise turn a class into the total of the region
    data = b"region,period,item,catgory,value,unit,source\n513300,2010,soil_retention_total,forest,1,t,s\n"
    result = _read(data, vocabulary)
    assert _codes(result) == [(1, "catgory", "INTAKE-COLUMN-UNKNOWN")]
    assert "category(分类)" in result.findings[0].mend("zh")
    assert result.facts == ()


def test_text_of_users_is_never_put_out_raw(vocabulary: Vocabulary, make_tidy: Make) -> None:
    result = _read(make_tidy("513300,2010,\x1b[31mred,,,1,,t,d,s,,"), vocabulary)
    (found,) = (f for f in result.findings if f.code == "INTAKE-HIDDEN-CHARACTER")
    assert "\x1b" not in found.text("en") + found.place.text() + found.found


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2010年度", "2010"),
        ("2010 年", "2010"),
        ("2010年6月", "2010-06"),
        ("2010年6月30日", "2010-06-30"),
        ("2010-6", "2010-06"),
        ("2010.06.30", "2010-06-30"),
        ("20100630", "2010-06-30"),
        ("２０１０－０６", "2010-06"),
        ("二〇一〇年", "2010"),
        ("2010.0", "2010"),
        ("40359", "2010-06-30"),  # 40359 days after 1899-12-30
        ("2010年13月", "2010 | 2010-06 | 2010-06-30"),
        ("去年", "2010 | 2010-06 | 2010-06-30"),
        ("10", "2010 | 2010-06 | 2010-06-30"),
        ("٢٠١٠", "2010 | 2010-06 | 2010-06-30"),
    ],
)
def test_the_right_way_to_write_a_period_is_shown(period: str, expected: str, vocabulary: Vocabulary, make_tidy: Make) -> None:
    result = _read(make_tidy(f"513300,{period},soil_retention_total,,,1,,t,d,s,,"), vocabulary)
    assert _codes(result) == [(2, "period", "INTAKE-PERIOD-FORM")]
    assert result.findings[0].expected == expected


@pytest.mark.parametrize(
    ("region", "period", "sound"),
    [
        ("513321", "2014", True),
        ("513321", "2015", False),  # abolished 2015-02-17: not there on 2015-12-31
        ("513321", "2015-01", True),
        ("513321", "2015-02-16", True),
        ("513321", "2015-02-17", False),
        ("513301", "2015", True),
        ("513301", "2015-02", True),
        ("513301", "2015-02-16", False),
    ],
)
def test_a_region_must_be_there_on_the_last_day_of_the_period(
    region: str, period: str, sound: bool, vocabulary: Vocabulary, make_tidy: Make
) -> None:
    result = _read(make_tidy(f"{region},{period},soil_retention_total,,,1,,t,d,s,,"), vocabulary)
    assert [f.code for f in result.findings] == ([] if sound else ["INTAKE-REGION-NOT-VALID"])


@pytest.mark.parametrize("guise", ["513322.0", "513322000", "513322000000", "５１３３２２", "Luding", "泸定县"])
def test_a_region_in_another_guise_is_recognised_but_not_taken(guise: str, vocabulary: Vocabulary, make_tidy: Make) -> None:
    result = _read(make_tidy(f"{guise},2010,soil_retention_total,,,1,,t,d,s,,"), vocabulary)
    assert _codes(result) == [(2, "region", "INTAKE-REGION-UNKNOWN")]
    assert "513322(泸定县)" in result.findings[0].mend("zh")


def test_bounds_are_met_exactly(vocabulary: Vocabulary, make_tidy: Make) -> None:
    # upper bound of soil_retention_total: 10^10 t = 100 亿t = 1000000 万t
    rows = [
        f"513300,{year},soil_retention_total,,,{value},,{unit},d,s,,"
        for year, value, unit in [(2010, "100", "亿t"), (2011, "1000000", "万t"), (2012, "1000000.0001", "万t"), (2013, "0", "t")]
    ]
    result = _read(make_tidy(*rows), vocabulary)
    assert _codes(result) == [(4, "value", "INTAKE-ABOVE-SLIP")]
    assert result.findings[0].difference == "1 t"


# ---- all faults at once --------------------------------------------------------------------------------------------------------

# column -> (what is put there, the code it must give); each may be combined with any of the other columns
FAULTS: dict[str, list[tuple[str, str]]] = {
    "region": [("513399", "INTAKE-REGION-UNKNOWN"), ("", "INTAKE-CELL-EMPTY"), ("5133\u200b00", "INTAKE-HIDDEN-CHARACTER")],
    "period": [("2010年", "INTAKE-PERIOD-FORM"), ("2010-13", "INTAKE-PERIOD-CALENDAR"), ("", "INTAKE-CELL-EMPTY")],
    "category": [("forrest", "INTAKE-CODE-UNKNOWN"), ("", "INTAKE-CATEGORY-MISSING"), ("forest;", "INTAKE-CATEGORY-FORM")],
    "part": [("laek", "INTAKE-CODE-UNKNOWN"), ("", "INTAKE-PART-MISSING")],
    "value": [
        ("1_0", "BASE-NUMBER-UNDERSCORE"),
        ("—", "INTAKE-MISSING-MARKER"),
        ("", "INTAKE-VALUE-EMPTY"),
        ("12t", "BASE-NUMBER-UNIT-IN-VALUE"),
    ],
    "unit": [("m3", "INTAKE-UNIT-DIMENSION"), ("吨吨", "BASE-UNIT-UNKNOWN"), ("", "INTAKE-UNIT-MISSING")],
    "source": [("", "INTAKE-SOURCE-MISSING"), ("=1+1", "INTAKE-FORMULA-TEXT")],
    "note": [("@SUM(A1)", "INTAKE-FORMULA-TEXT"), ("a\x07b", "INTAKE-HIDDEN-CHARACTER")],
    "attr.precision": [("rough", "INTAKE-ATTR-VALUE")],
}
# an example submits up to four files; a fifth of the usual number keeps the whole within seconds
FEWER = settings(max_examples=max(settings.default.max_examples // 5, 10))
COLUMNS = [*HEADER.split(","), "attr.precision"]


def _faulty(seed: int, rows: int) -> tuple[list[str], list[tuple[int, str, str]]]:
    """Lines of a file with seeded faults and what must be reported: (line, column, code)."""
    rng = random.Random(seed)  # noqa: S311 - a repeatable choice of faults, no secret
    lines, expected = [], []
    for line in range(2, rows + 2):
        year = str(1950 + line % 150)
        cells = dict.fromkeys(COLUMNS, "") | {"region": "513300", "period": year, "item": "nutrient_loss", "category": "forest"}
        cells |= {"part": "lake", "value": str(line), "unit": "t", "source": "公报"}
        for column in rng.sample(sorted(FAULTS), rng.choice([0, 0, 1, 2, 4])):
            text, code = rng.choice(FAULTS[column])
            cells[column] = text
            expected.append((line, column, code))
        lines.append(",".join(cells[c] for c in COLUMNS))
    return lines, expected


@FEWER
@given(seed=st.integers(0, 2**32), rows=st.integers(1, 40))
def test_every_seeded_fault_is_reported_in_the_first_run(seed: int, rows: int, vocabulary: Vocabulary) -> None:
    lines, expected = _faulty(seed, rows)
    result = _read("\n".join([",".join(COLUMNS), *lines]).encode(), vocabulary)
    assert sorted(_codes(result)) == sorted(expected)
    stopped = {f.place.row for f in result.findings if f.severity is Severity.STOP}
    assert {fact.origin.row for fact in result.facts} == set(range(2, rows + 2)) - stopped


@FEWER
@given(seed=st.integers(0, 2**32), cut=st.integers(1, 29), shuffle=st.randoms(use_true_random=False))
def test_order_of_rows_and_split_into_files_change_nothing(seed: int, cut: int, shuffle: Any, vocabulary: Vocabulary) -> None:
    lines, _ = _faulty(seed, 30)

    def submit(*parts: list[str]) -> tuple[Counter[str], Counter[tuple[str, str, str, str]]]:
        facts: tuple[Fact, ...] = ()
        findings: Counter[tuple[str, str, str, str]] = Counter()
        for number, part in enumerate(parts):
            result = intake(f"{number}.csv", "\n".join([",".join(COLUMNS), *part]).encode(), vocabulary, facts)
            facts += result.facts
            findings.update((f.code, f.place.column, f.place.key, f.text("zh")) for f in result.findings)
        return _without_origin(facts), findings

    whole = submit(lines)
    assert submit(lines[:cut], lines[cut:]) == whole
    mixed = list(lines)
    shuffle.shuffle(mixed)
    assert submit(mixed) == whole


@given(text=st.text(max_size=30), column=st.sampled_from(COLUMNS))
def test_no_cell_makes_it_raise(text: str, column: str, vocabulary: Vocabulary) -> None:
    cells = dict.fromkeys(COLUMNS, "") | {"region": "513300", "period": "2010", "item": "cover"}
    cells |= {"value": "1", "unit": "1", "source": "s"}
    cells[column] = text.replace("\0", "")
    quoted = ",".join('"' + cells[c].replace('"', '""') + '"' for c in COLUMNS)
    result = intake("f.csv", f"{','.join(COLUMNS)}\n{quoted}\n".encode("utf-8", "replace"), vocabulary)
    for fact in result.facts:
        assert fact.amount is None or Decimal(0) <= fact.amount <= 1


SIGNS = st.sampled_from(("", " ", "\u3000", "\t", "a", "\u200b", "\x07", "\xad", "\n", "\x1c", "\u180e", "\u2800", "水"))
HEADS = st.lists(st.sampled_from((*COLUMNS, *COLUMNS, *COLUMNS, "attr.figure", "attr.X", "no_such", "Region")), unique=True)


@FEWER
@given(head=HEADS, whole=st.booleans(), data=st.data())
def test_a_table_that_is_not_asked_about_is_one_the_schema_has_nothing_to_say_of(head: list[str], whole: bool, data: Any) -> None:
    columns = tuple(dict.fromkeys((*COLUMNS, *head))) if whole else tuple(head)
    cells = st.tuples(*(st.builds("".join, st.lists(SIGNS, min_size=c in FILLED, max_size=2)) for c in columns))
    rows = data.draw(st.lists(cells, max_size=3))
    table = Table("f.csv", "", "csv", columns, tuple(Row(n, row) for n, row in enumerate(rows, 2)))
    assert sound(table) == (not failures(table))
