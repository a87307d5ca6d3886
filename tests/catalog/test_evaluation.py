"""Evaluation schemes as files: the shipped ones, a book's own over them, and everything that can be wrong in one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction as F
from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.base.findings import Refused, render
from gep.base.records import Names
from gep.base.score_rules import (
    AREAS,
    Completion,
    EventDeduct,
    Improvement,
    Interval,
    RatingImport,
    TargetRatio,
)
from gep.catalog.evaluation import evaluation_of, evaluations, read_evaluation
from gep.catalog.evaluation_check import check_evaluation, items_of
from gep.catalog.load import load

SHIPPED = data_root() / "ledgers" / "evaluation"
WORDS = 'zh = "甲"\nen = "A"\n'
RULE = 'l1_zh = "一"\nl1_en = "one"\nrule_zh = "规则"\nrule_en = "rule"\n'
HEAD = f"""schema = 1
id = "mine"
{WORDS}version = "1"
status = "local"
source = "文件"
locator = "附件"
total = 100
grades = "provincial-cutoffs"
missing = "rescale"
least_assessed = "0.5"
places = 2
"""
TAIL = f"""
[[severity]]
id = "minor"
{WORDS}
[[severity]]
id = "major"
{WORDS}
[[event]]
id = "land"
{WORDS}
[[block]]
id = "all"
areas = ["targets", "laws"]
{WORDS}points = 100

[[block.item]]
id = "cultivated"
kind = "target_ratio"
{WORDS}{RULE}points = "60"
value = "LA-01.R40 la01:C02 closing"
target = "register:own"
direction = "+"
zero = "not_assessed"
unit = "hm2"

[[block.item]]
id = "wrongs"
kind = "event_deduct"
{WORDS}{RULE}points = 40
[[block.item.deduct]]
event = "land"
points = 2
[[block.item.deduct]]
event = "land"
severity = "major"
points = "7.5"
"""
BODY = HEAD + TAIL
Read = Callable[..., list[str]]


@pytest.fixture
def faults(tmp_path: Path) -> Read:
    """The findings of a scheme that differs from the sound one in one place, as `CODE column: found`."""

    def of(old: str, new: str, times: int = 1) -> list[str]:
        assert BODY.count(old) >= times, old
        (tmp_path / "mine.toml").write_text(BODY.replace(old, new, times), encoding="utf-8")
        with pytest.raises(Refused) as refused:
            read_evaluation(tmp_path / "mine.toml")
        for f in refused.value.findings:
            assert render(f, "zh")
            assert render(f, "en")
        return [" ".join(p for p in (f.code, f.place.key, f.place.column, f.found) if p) for f in refused.value.findings]

    return of


def test_a_scheme(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(BODY, encoding="utf-8")
    made = read_evaluation(tmp_path / "mine.toml")
    assert (made.id, made.missing, made.least_assessed, made.focus, made.zones) == ("mine", "rescale", F(1, 2), None, ())
    assert [g.id for g in made.grades] == ["good", "fairly_good", "fair", "fairly_poor", "poor"]
    (block,) = made.blocks
    assert (block.areas, dict(block.points)) == (("targets", "laws"), {"": F(100)})
    first, second = block.items
    assert isinstance(first.formula, TargetRatio)
    assert first.formula.value.terms[0].text == "LA-01.R40 la01:C02 closing"
    assert first.formula.target.register == "own"
    assert isinstance(second.formula, EventDeduct)
    assert [(d.event, d.severity, d.points) for d in second.formula.deductions] == [("land", "", 2), ("land", "major", F(15, 2))]
    assert made.vetoes == ()  # empty unless a document says otherwise
    assert made.counts == ("local_human",)


def test_formulas_of_every_kind(tmp_path: Path) -> None:
    items = "\n".join(
        f'[[block.item]]\nid = "i{n}"\n{WORDS}{RULE}points = 20\n{text}\n'
        for n, text in enumerate(
            [
                'kind = "improvement"\nopening = "a opening"\nclosing = ["a closing", "b closing"]\ndirection = "-"\nscale = "0.02"\nrelative = true\nchange = "a change@local_human"\nunit = "hm2"',
                'kind = "interval"\nvalue = "a closing"\nvalue_per = "w closing"\nhigh = 5\nlow = "register:r-1"\nscale = 2\nunit = "%"',
                'kind = "rating_import"\n[[block.item.rating]]\nrating = "优秀"\nshare = 1\n[[block.item.rating]]\nat_least = 90\nshare = "0.8"',
                'kind = "completion"\n[[block.item.condition]]\nvalue = "a sum"\nsense = ">="\nbound = "b sum"\nunit = "hm2"',
                'kind = "completion"',
            ]
        )
    )
    body = HEAD + f'[[block]]\nid = "all"\nareas = ["other"]\n{WORDS}points = 100\n' + items
    (tmp_path / "mine.toml").write_text(body, encoding="utf-8")
    a, b, c, d, e = (i.formula for i in items_of(read_evaluation(tmp_path / "mine.toml")))
    assert isinstance(a, Improvement)
    assert (a.scale, a.relative, a.direction) == (F(1, 50), True, "-")
    assert [s.text for s in a.closing.terms] == ["a closing", "b closing"]
    assert a.change is not None
    assert a.change.terms[0].part == "local_human"
    assert isinstance(b, Interval)
    assert b.low is not None
    assert b.high is not None
    assert (b.low.register, b.high.amount, b.scale, b.value.per[0].measure) == ("r-1", 5, 2, "w")
    assert isinstance(c, RatingImport)
    assert [(r.rating, r.at_least, r.share) for r in c.table] == [("优秀", None, 1), ("", 90, F(4, 5))]
    assert isinstance(d, Completion)
    assert d.conditions[0].bound.quantity is not None
    assert e == Completion()


VETO = f'\n[[veto]]\nid = "v"\n{WORDS}event = "land"\nmin_severity = "major"\neffect = "GRADE_CAP"\ndocument = "文件"\n'
BONUS = f'\n[[bonus]]\nid = "x"\n{WORDS}on = "nowhere"\nevent = "land"\npoints = 1\ndocument = "文件"\n'


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("schema = 1", "schema = 2", "CATALOG-FIELD-CHOICE mine schema 2"),
        ('source = "文件"\n', "", "CATALOG-FIELD-MISSING mine source"),
        ('status = "local"', 'status = "official"', "CATALOG-FIELD-CHOICE mine status official"),
        ('missing = "rescale"', 'missing = "zero"', "CATALOG-FIELD-CHOICE mine missing zero"),
        ('missing = "rescale"', 'missing = "unknown"', "EVALUATION-REFERENCE mine missing unknown"),
        ("places = 2", "places = 9", "EVALUATION-RANGE mine places 9"),
        ('"0.5"', '"1.5"', "EVALUATION-RANGE mine least_assessed 1.5"),
        ("places = 2", "places = 2\ncolour = 1", "CATALOG-FIELD-UNKNOWN mine colour colour"),
        ('grades = "provincial-cutoffs"', 'grades = "none"', "EVALUATION-REFERENCE mine grades none"),
        ('points = "60"', 'points = "59"', "EVALUATION-POINTS mine all points 99"),
        ("total = 100", "total = 120", "EVALUATION-POINTS mine mine points 100"),
        ('points = "60"', "points = -60", "EVALUATION-RANGE mine.all.cultivated points -60"),
        ('points = "60"', 'points = "viel"', "CATALOG-FIELD-TYPE mine.all.cultivated points 'viel'"),
        ('areas = ["targets", "laws"]', 'areas = ["goals"]', "EVALUATION-REFERENCE mine all areas goals"),
        ('areas = ["targets", "laws"]\n', "", "CATALOG-FIELD-MISSING mine.all areas"),
        ('kind = "target_ratio"', 'kind = "guess"', "CATALOG-FIELD-CHOICE mine.all.cultivated kind guess"),
        ("la01:C02 closing", "C02 closing", "EVALUATION-SELECTOR mine.all.cultivated value LA-01.R40 C02 closing"),
        ('value = "LA-01.R40 la01:C02 closing"\n', "", "CATALOG-FIELD-MISSING mine.all.cultivated value"),
        ('target = "register:own"\n', "", "CATALOG-FIELD-MISSING mine.all.cultivated target"),
        ('target = "register:own"', 'target = "register:"', "EVALUATION-SELECTOR mine.all.cultivated target register:"),
        ('target = "register:own"', 'target = "ninety"', "EVALUATION-SELECTOR mine.all.cultivated target ninety"),
        ('direction = "+"', 'direction = "up"', "CATALOG-FIELD-CHOICE mine.all.cultivated direction up"),
        ('zero = "not_assessed"\n', "", "CATALOG-FIELD-MISSING mine.all.cultivated zero"),
        ('unit = "hm2"', 'unit = "furlong"', "CATALOG-UNIT mine.all.cultivated unit furlong"),
        ('unit = "hm2"\n', "", "CATALOG-FIELD-MISSING mine.all.cultivated unit"),
        ('event = "land"\npoints = 2', 'event = "sea"\npoints = 2', "EVALUATION-REFERENCE mine wrongs event sea"),
        ("points = 2\n", "points = 0\n", "EVALUATION-RANGE mine.all.wrongs.deduct 1 points 0"),
        ('severity = "major"\npoints', 'severity = "huge"\npoints', "EVALUATION-REFERENCE mine wrongs severity huge"),
        ('id = "wrongs"', 'id = "cultivated"', "EVALUATION-TWICE mine cultivated cultivated"),
        ('id = "wrongs"', 'id = "total"', "EVALUATION-TWICE mine total total"),
        ('id = "major"', 'id = "minor"', "EVALUATION-TWICE mine severity minor minor"),
        (TAIL, TAIL + VETO, "CATALOG-FIELD-MISSING mine.v grade"),
        (TAIL, TAIL + VETO + 'grade = "bad"\n', "EVALUATION-REFERENCE mine v grade bad"),
        (TAIL, TAIL + VETO.replace('"major"', '"huge"') + 'grade = "poor"\n', "EVALUATION-REFERENCE mine v min_severity huge"),
        (TAIL, TAIL + BONUS, "EVALUATION-REFERENCE mine x on nowhere"),
        ("places = 2", 'places = 2\ncounts = ["me"]', "EVALUATION-REFERENCE mine counts me"),
        (
            "places = 2",
            'places = 2\nfocus = { years = 3, trace_back = "huge" }',
            "EVALUATION-REFERENCE mine focus trace_back huge",
        ),
        ("places = 2", "places = 2\nfocus = { years = 0 }", "EVALUATION-RANGE mine.focus years 0"),
        ("places = 2", 'places = 2\nfocus = { years = "2.5" }', "EVALUATION-RANGE mine.focus years 5/2"),
        ("places = 2", 'places = 2\nzones = ["eco"]', "EVALUATION-ZONE-POINTS mine.all points eco"),
    ],
)
def test_every_fault_is_told(faults: Read, old: str, new: str, found: str) -> None:
    assert found in faults(old, new)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('kind = "event_deduct"', "CATALOG-FIELD-MISSING mine.all.wrongs deduct"),
        ('kind = "rating_import"', "CATALOG-FIELD-MISSING mine.all.wrongs rating"),
        (
            'kind = "rating_import"\n[[block.item.rating]]\nrating = "优"\nat_least = 3\nshare = 1',
            "CATALOG-FIELD-MISSING mine.all.wrongs.rating 1 rating",
        ),
        (
            'kind = "rating_import"\n[[block.item.rating]]\nrating = "优"\nshare = 1.1',
            "EVALUATION-RANGE mine.all.wrongs.rating 1 share 1.1",
        ),
        (
            'kind = "rating_import"\n[[block.item.rating]]\nrating = "优"\nshare = 1\n[[block.item.rating]]\nrating = "优"\nshare = 0',
            "EVALUATION-TWICE mine wrongs rating 优 优",
        ),
        ('kind = "interval"\nvalue = "a closing"\nunit = "t"', "CATALOG-FIELD-MISSING mine.all.wrongs low"),
        ('kind = "interval"\nvalue = "a closing"\nunit = "t"\nlow = 1\nscale = 0', "EVALUATION-RANGE mine.all.wrongs scale 0"),
        (
            'kind = "improvement"\nopening = "a opening"\nclosing = "a closing"\ndirection = "+"\nunit = "t"',
            "CATALOG-FIELD-MISSING mine.all.wrongs scale",
        ),
        (
            'kind = "completion"\n[[block.item.condition]]\nvalue = "a sum"\nsense = "=="\nbound = 1\nunit = "t"',
            "CATALOG-FIELD-CHOICE mine.all.wrongs.condition 1 sense ==",
        ),
    ],
)
def test_a_formula_that_lacks_something(faults: Read, text: str, found: str) -> None:
    start = BODY.index('kind = "event_deduct"')
    old = BODY[start:]
    assert found in faults(old, f"{WORDS}{RULE}points = 40\n{text}\n")


def test_a_bonus_of_a_severity_that_there_is_not(faults: Read) -> None:
    assert "EVALUATION-REFERENCE mine x severity huge" in faults(TAIL, TAIL + BONUS + 'severity = "huge"\n')


def test_all_faults_come_at_once(faults: Read) -> None:
    found = faults(
        HEAD, HEAD.replace("schema = 1", "schema = 3").replace("total = 100", "total = 90").replace('source = "文件"\n', "")
    )
    assert len(found) == 3


def test_weights_by_zone(faults: Read, tmp_path: Path) -> None:
    zoned = BODY.replace("places = 2", 'places = 2\nzones = ["eco", "farm"]')
    zoned = zoned.replace("points = 100", "points = { eco = 100, farm = 100 }")
    zoned = zoned.replace('points = "60"', "points = { eco = 60, farm = 0 }").replace(
        "points = 40", "points = { eco = 40, farm = 100 }"
    )
    (tmp_path / "mine.toml").write_text(zoned, encoding="utf-8")
    made = read_evaluation(tmp_path / "mine.toml")
    assert [dict(i.points) for i in items_of(made)] == [{"eco": 60, "farm": 0}, {"eco": 40, "farm": 100}]
    (tmp_path / "mine.toml").write_text(zoned.replace("farm = 0 }", "farm = 1, sea = 2 }"), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_evaluation(tmp_path / "mine.toml")
    assert [(f.code, f.found) for f in refused.value.findings] == [("CATALOG-FIELD-UNKNOWN", "sea"), ("EVALUATION-POINTS", "101")]


def test_one_event_costs_points_once(faults: Read) -> None:
    second = BODY[BODY.index('[[block.item]]\nid = "wrongs"') :].replace('"wrongs"', '"again"').replace("40", "0")
    found = faults(TAIL, TAIL + second)
    assert [f for f in found if f.startswith("EVALUATION-EVENT-SHARED")] == [
        "EVALUATION-EVENT-SHARED mine wrongs land/major",
        "EVALUATION-EVENT-SHARED mine wrongs land/minor",
    ]


GRADE = '[[grade]]\nid = "{}"\n' + WORDS


@pytest.mark.parametrize(
    ("cuts", "sound"),
    [
        ((90, 80, None), True),
        ((80, 90, None), False),
        ((90, 90, None), False),
        ((90, None, None), False),
        ((90, 80), False),
        ((None,), True),
    ],
)
def test_cut_offs_of_its_own(tmp_path: Path, cuts: tuple[int | None, ...], sound: bool) -> None:
    own = "".join(GRADE.format(f"g{n}") + ("" if c is None else f"at_least = {c}\n") for n, c in enumerate(cuts))
    (tmp_path / "mine.toml").write_text(HEAD.replace('grades = "provincial-cutoffs"\n', "") + own + TAIL, encoding="utf-8")
    if sound:
        assert [g.at_least for g in read_evaluation(tmp_path / "mine.toml").grades] == list(cuts)
        return
    with pytest.raises(Refused, match="EVALUATION-GRADES"):
        read_evaluation(tmp_path / "mine.toml")


def test_no_grades_at_all(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(BODY.replace('grades = "provincial-cutoffs"\n', ""), encoding="utf-8")
    with pytest.raises(Refused, match="EVALUATION-GRADES"):
        read_evaluation(tmp_path / "mine.toml")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("id = ", encoding="utf-8")
    with pytest.raises(Refused, match="CATALOG-FILE"):
        read_evaluation(tmp_path / "mine.toml")
    with pytest.raises(Refused, match="CATALOG-FILE"):
        read_evaluation(tmp_path / "nothing.toml")


def test_the_schemes_of_a_book_replace_those_of_the_same_id(tmp_path: Path) -> None:
    folder = tmp_path / "evaluation"
    folder.mkdir()
    (folder / "mine.toml").write_text(BODY, encoding="utf-8")
    (folder / "county.toml").write_text(BODY.replace('id = "mine"', 'id = "county-example"'), encoding="utf-8")
    found = evaluations(data_root(), tmp_path)
    assert sorted(found) == ["county-example", "district-example", "mine", "provincial-cutoffs"]
    assert found["county-example"].status == "local"
    assert found["county-example"].file == "local/evaluation/county.toml"
    assert sorted(evaluations(data_root(), tmp_path / "none")) == ["county-example", "district-example", "provincial-cutoffs"]
    (folder / "mine.toml").write_text(HEAD + "valid_to = 2019-12-31\n" + TAIL, encoding="utf-8")
    second = HEAD.replace('version = "1"', 'version = "2"') + "valid_from = 2020-01-01\n" + TAIL
    (folder / "later.toml").write_text(second, encoding="utf-8")
    versions = evaluations(data_root(), tmp_path)
    assert [versions[n].version for n in ("mine", "mine@2")] == ["1", "2"]
    days = (date(2019, 12, 31), date(2020, 1, 1))
    assert [evaluation_of(versions, "mine", day).version for day in days] == ["1", "2"]
    with pytest.raises(Refused, match="EVALUATION-NOT-VALID"):
        evaluation_of(versions, "mine")  # which of them holds is not said
    (folder / "again.toml").write_text(BODY, encoding="utf-8")
    with pytest.raises(Refused, match="EVALUATION-TWICE"):
        evaluations(data_root(), tmp_path)


def test_cut_offs_are_taken_from_a_file_beside(tmp_path: Path) -> None:
    own = HEAD.replace('grades = "provincial-cutoffs"\n', "").replace('"mine"', '"provincial-cutoffs"')
    own += GRADE.format("yes") + "at_least = 50\n" + GRADE.format("no")
    (tmp_path / "cuts.toml").write_text(own + TAIL, encoding="utf-8")
    (tmp_path / "mine.toml").write_text(BODY, encoding="utf-8")
    assert [g.id for g in read_evaluation(tmp_path / "mine.toml").grades] == ["yes", "no"]


def test_a_scheme_that_there_is_not() -> None:
    found = evaluations(data_root())
    assert evaluation_of(found, "county-example").id == "county-example"
    dated = {"a": replace(found["county-example"], id="a", valid_from=date(2018, 1, 1), valid_to=date(2020, 12, 31))}
    assert evaluation_of(dated, "a", date(2020, 12, 31)).id == "a"
    assert evaluation_of(dated, "a").id == "a"
    for day in (date(2017, 12, 31), date(2021, 1, 1)):
        with pytest.raises(Refused, match="EVALUATION-NOT-VALID"):
            evaluation_of(dated, "a", day)
    with pytest.raises(Refused, match="EVALUATION-UNKNOWN"):
        evaluation_of(found, "county")


# ---------------------------------------------------------------- the shipped schemes


def test_the_national_cut_offs() -> None:
    made = read_evaluation(SHIPPED / "provincial-cutoffs.toml")
    assert [(g.names.zh, g.at_least) for g in made.grades] == [("好", 90), ("较好", 80), ("一般", 70), ("较差", 60), ("差", None)]
    assert made.status == "literature"
    # 25 of 100 points are known to be one block, 13 of them one item; the rest is unknown and stays so
    (block,) = made.blocks
    assert (made.unknown, block.points[""], block.unknown, made.unread) == (75, 25, 12, 87)
    (only,) = block.items
    assert only.points[""] == 13
    assert isinstance(only.formula, EventDeduct)
    assert [d.points for d in only.formula.deductions] == [2]
    assert made.vetoes == ()


def test_the_county_example() -> None:
    made = read_evaluation(SHIPPED / "county-example.toml")
    assert made.illustrative
    assert "示例数据" in made.names.zh
    assert (made.missing, made.focus, made.trace_back) == ("redistribute", 3, "major")
    assert [a for b in made.blocks for a in b.areas] == list(AREAS)  # the seven content areas, each once
    assert {i.kind for i in items_of(made)} == {
        "event_deduct", "target_ratio", "improvement", "completion", "rating_import", "interval",
    }  # fmt: skip
    assert len(made.zones) == 3
    weights = {z: tuple(i.points[z] for i in items_of(made)) for z in made.zones}
    assert len(set(weights.values())) == 3
    assert made.vetoes == ()


def test_the_district_example() -> None:
    made = read_evaluation(SHIPPED / "district-example.toml")
    assert made.illustrative
    assert (made.missing, made.zones) == ("rescale", ())
    assert {v.effect for v in made.vetoes} == {"GRADE_SET", "GRADE_CAP", "MANUAL"}
    assert all("虚构" in v.document for v in made.vetoes)


def test_the_shipped_schemes_read_what_the_catalogue_has() -> None:
    catalog = load(data_root() / "coefficients")
    for made in evaluations(data_root()).values():
        assert check_evaluation(made, catalog.measures, catalog.codes, catalog.bounds) == []
        assert made.names.zh
        assert made.names.en


def test_figures_limits_and_zones_that_nobody_has(tmp_path: Path) -> None:
    catalog = load(data_root() / "coefficients")
    (tmp_path / "mine.toml").write_text(BODY.replace("register:own", "register:nobody-2016"), encoding="utf-8")
    made = replace(read_evaluation(tmp_path / "mine.toml"), zones=("moon",))
    found = check_evaluation(made, catalog.measures, catalog.codes, catalog.bounds)
    assert [(f.code, f.found) for f in found] == [("EVALUATION-REFERENCE", "moon"), ("EVALUATION-REGISTER", "nobody-2016")]
    known = check_evaluation(replace(made, zones=()), catalog.measures, catalog.codes, ["nobody-2016"])
    assert known == []
    for wrong in ("LA-01.R99 la01:C02", "LA-01.R40 la01:C77", "LA-01.R40 ft01a:A1"):
        (tmp_path / "mine.toml").write_text(BODY.replace("LA-01.R40 la01:C02", wrong), encoding="utf-8")
        other = read_evaluation(tmp_path / "mine.toml")
        found = check_evaluation(other, catalog.measures, catalog.codes, catalog.bounds)
        assert [(f.code, f.found) for f in found] == [("EVALUATION-MEASURE", f"{wrong} closing")]
        assert "LA-01." in found[0].expected


def test_names_in_both_languages() -> None:
    for made in evaluations(data_root()).values():
        for i in items_of(made):
            assert all(n.zh and n.en and n.zh != n.en for n in (i.names, i.level1, i.words)), i.id
        assert made.note != Names("", "")
