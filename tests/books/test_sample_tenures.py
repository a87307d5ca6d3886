"""The shipped sample audits: made again to the same bytes, consistent with the returns of the book, readable, and all made up."""

import csv
import tomllib
from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from gep.accounts.rectification import carried, check, check_first, standings
from gep.accounts.redline import compare
from gep.base.data import data_root
from gep.book import Book
from gep.catalog.evaluation import evaluations
from gep.explain.address import parse
from gep.workflow.audit.open_matters import Matter, status
from gep.workflow.audit.record_files import Records, read_records
from gep.workflow.audit.records import Tenure
from gep.workflow.audit.records_open import KINDS, Liability
from gep.workflow.audit.redline_file import read_redline
from gep.workflow.audit.tenure_file import read_tenure
from gep.workflow.views import rows as of_view
from tests.ready import Ready
from tools import sample_tenures

CITY = Path(__file__).resolve().parents[2] / "ledgers" / "books" / "sample-city"
TENURES = CITY / "tenures"
COUNTY = "990121"
FIRST, NEXT, PARTY = AUDITS = ("upper-head-2016", "upper-head-2020", "upper-secretary")
HANDOVER, LEFT = date(2020, 7, 1), date(2022, 3, 1)
YEARS = range(2016, 2023)
SIGN = {"R21": 1, "R22": 1, "R23": 1, "R31": -1, "R32": -1, "R33": -1}

Row = dict[str, str]
Cell = tuple[str, str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def cell(row: Row) -> Cell:
    return row["table"], row["row"], row["key"]


@pytest.fixture(scope="module")
def returned() -> dict[tuple[str, str, int], Decimal]:
    """(item, plain code of the category, year) -> what the county returned."""
    found = {}
    for path in sorted((CITY / "returns").glob("assets_*.csv")):
        for r in rows(path):
            if r["region"] == COUNTY and not r["state"]:
                found[r["item"], r["category"], int(r["period"])] = Decimal(r["value"])
    return found


@pytest.fixture(scope="module")
def events() -> dict[str, Row]:
    """The events of all audits by id; where two know the same one, only the evidence form may differ."""
    found: dict[str, Row] = {}
    for name in AUDITS:
        listed = rows(TENURES / name / "events.csv")
        assert len({r["id"] for r in listed}) == len(listed)
        for r in listed:
            assert {**found.setdefault(r["id"], r), "evidence": ""} == {**r, "evidence": ""}
    return found


@pytest.fixture(scope="module")
def book(ready: Ready) -> Book:
    return ready.book("sample-city")


@pytest.fixture(scope="module")
def tenures(book: Book) -> dict[str, Tenure]:
    return {name: read_tenure(TENURES / name / "tenure.toml", book) for name in AUDITS}


@pytest.fixture(scope="module")
def records(book: Book, tenures: dict[str, Tenure]) -> dict[str, Records]:
    return {name: read_records(TENURES / name, tenure, book) for name, tenure in tenures.items()}


# ---- the tool


def test_the_shipped_audits_are_what_the_tool_writes(capsys: pytest.CaptureFixture[str]) -> None:
    assert sample_tenures.main(["--check"]) == 0, capsys.readouterr().err


def test_a_changed_a_missing_and_a_strange_file_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sample_tenures.main([], folder=tmp_path) == 0
    (tmp_path / "README.md").write_text("by hand")
    assert sample_tenures.main(["--check"], folder=tmp_path) == 0
    path = tmp_path / FIRST / "events.csv"
    path.write_bytes(path.read_bytes().replace(b"58.24", b"58.25", 1))
    (tmp_path / NEXT / "tenure.toml").unlink()
    (tmp_path / PARTY / "more.csv").touch()
    assert sample_tenures.main(["--check"], folder=tmp_path) == 1
    told = capsys.readouterr().err
    assert all(name in told for name in (f"{FIRST}/events.csv", f"{NEXT}/tenure.toml", f"{PARTY}/more.csv"))


# ---- posts and terms


def test_the_terms_of_a_post_tile_and_those_of_two_posts_overlap(tenures: dict[str, Tenure]) -> None:
    for tenure in tenures.values():
        for kind in ("government", "party"):
            held = sorted((s for s in tenure.subjects if s.kind == kind), key=lambda s: s.start)
            assert all(one.end == two.start for one, two in pairwise(held)), kind
            assert (held[0].start, held[-1].end) == (date(2016, 1, 1), date(2023, 1, 1))
    assert [(s.start, s.end) for s in tenures[FIRST].subjects if s.acting] == [(date(2022, 3, 1), date(2022, 4, 15))]
    audited = {name: tenure.subject(name) for name, tenure in tenures.items()}
    assert audited[FIRST].end == audited[NEXT].start == HANDOVER
    assert (audited[PARTY].start, audited[PARTY].end) == (date(2018, 5, 10), date(2022, 9, 20))
    assert len({tuple(t.subjects) for t in tenures.values()}) == 1


def test_both_sides_of_the_handover_use_the_same_method_and_observations(tenures: dict[str, Tenure]) -> None:
    assert len({(t.method, tuple(t.methods.items()), t.scheme, t.profile) for t in tenures.values()}) == 1
    assert len({(TENURES / name / "observations.csv").read_bytes() for name in AUDITS}) == 1


def test_the_evaluation_and_its_zone_exist(tenures: dict[str, Tenure]) -> None:
    known = evaluations(data_root())
    assert {(t.evaluation, t.zone) for t in tenures.values()} == {("county-example", "key_ecological")}
    assert all(t.zone in known[t.evaluation].zones for t in tenures.values())


# ---- events


def test_events_never_exceed_the_flow_of_their_row_and_year(
    events: dict[str, Row], returned: dict[tuple[str, str, int], Decimal]
) -> None:
    dated = defaultdict[tuple[str, str, int], Decimal](Decimal)
    for r in events.values():
        plain = r["key"] if "mineral:" in r["key"] else r["key"].rpartition(":")[2]
        dated[f"{r['table']}.{r['row']}", plain, int(r["effect"][:4])] += Decimal(r["amount"])
    over = {key: (amount, returned.get(key)) for key, amount in dated.items() if amount > returned.get(key, Decimal(0))}
    # the re-statement of 2020 is found from two openings of the account; the county returns zero in these rows
    assert {k for k in over if k[0] not in ("LA-01.R23", "LA-01.R33")} == set()
    assert {k[2] for k in over} == {2020}


def test_the_new_survey_is_dated_as_the_account_restates_it(
    events: dict[str, Row], returned: dict[tuple[str, str, int], Decimal]
) -> None:
    # returned opening of 2020 less the closing of 2019: C02 14116.25 -> 13722.94 is -393.31
    restated = {r["key"][5:]: SIGN[r["row"]] * Decimal(r["amount"]) for r in events.values() if r["id"].startswith("DC-2020-")}
    assert restated == {"C02": Decimal("-393.31"), "C03": Decimal("307.25"), "C06": Decimal("97.30"), "C07": Decimal("21.34"),
                        "C09": Decimal("-32.58")}  # fmt: skip
    for cls in (f"C{n:02d}" for n in range(1, 10)):
        gap = returned["LA-01.R10", cls, 2020] - returned["LA-01.R60", cls, 2019]
        assert gap == restated.get(cls, 0), cls


def test_every_human_loss_of_cultivated_land_is_dated(
    events: dict[str, Row], returned: dict[tuple[str, str, int], Decimal]
) -> None:
    for year in YEARS:
        dated = [
            Decimal(r["amount"])
            for r in events.values()
            if cell(r) == ("LA-01", "R31", "la01:C02") and r["effect"][:4] == str(year)
        ]
        assert sum(dated) == returned["LA-01.R31", "C02", year], year


def test_land_that_leaves_a_class_comes_to_another(events: dict[str, Row]) -> None:
    sums = defaultdict[str, Decimal](Decimal)
    for r in events.values():
        if r["table"] == "LA-01":
            sums[r["id"].rpartition("-")[0]] += SIGN[r["row"]] * Decimal(r["amount"])
    assert len(sums) > 40
    assert set(sums.values()) == {Decimal(0)}


def test_decisions_come_before_effects_and_some_lie_across_a_handover(events: dict[str, Row], tenures: dict[str, Tenure]) -> None:
    assert all(r["decision"] <= r["effect"] for r in events.values())
    across = {r["id"] for r in events.values() if r["decision"] < HANDOVER.isoformat() <= r["effect"] and r["row"] != "R33"}
    assert {name.rsplit("-", 1)[0] for name in across} >= {"YD-2020-2", "CF-2020-2"}
    assert all(events[name]["decided_by"] in (FIRST, "示例省人民政府") for name in across)
    acting = [r for r in events.values() if r["decision"] < LEFT.isoformat() <= r["effect"] < "2022-04-15"]
    assert {r["decided_by"] for r in acting} >= {NEXT}
    assert {r["attribution"] for r in events.values()} == {"local_human", "policy", "historical", "natural", "adjustment", ""}


def test_an_audit_knows_all_events_of_the_years_it_cuts(events: dict[str, Row]) -> None:
    spans = {FIRST: (2016, 2020), NEXT: (2020, 2022), PARTY: (2018, 2022)}
    for name, (first, last) in spans.items():
        known = {r["id"] for r in rows(TENURES / name / "events.csv")}
        assert known == {i for i, r in events.items() if first <= int(r["effect"][:4]) <= last}, name


# ---- observations


def test_the_observed_land_adds_up_to_the_county_and_follows_the_events(
    events: dict[str, Row], returned: dict[tuple[str, str, int], Decimal]
) -> None:
    seen = {r["key"][5:]: Decimal(r["amount"]) for r in rows(TENURES / FIRST / "observations.csv")}
    assert {r["day"] for r in rows(TENURES / FIRST / "observations.csv")} == {"2020-07-01"}
    assert sum(seen.values()) == sum(returned["LA-01.R60", cls, 2019] for cls in seen) == Decimal("150715.00")
    booked = {cls: returned["LA-01.R60", cls, 2019] for cls in seen}
    for r in events.values():
        if r["table"] == "LA-01" and "2020-01-01" <= r["effect"] < "2020-07-01":
            booked[r["key"][5:]] += SIGN[r["row"]] * Decimal(r["amount"])
    gaps = {cls: amount - booked[cls] for cls, amount in seen.items() if amount != booked[cls]}
    # two fifths of what grows back in 2020: grassland 5.68 -> 2.27, other land 7.40 -> 2.96, forest gains both
    assert gaps == {"C05": Decimal("-2.27"), "C09": Decimal("-2.96"), "C04": Decimal("5.23")}


# ---- red line


def test_the_red_line_keeps_its_area_while_patches_do_not(returned: dict[tuple[str, str, int], Decimal]) -> None:
    read = read_redline(TENURES / PARTY / "redline.csv")
    assert read.findings == ()
    for year in YEARS:
        for unit in ("RL-U1", "RL-U2"):
            held = [p for p in read.patches if p.id.startswith(unit[3:]) and p.holds(date(year, 12, 31))]
            assert sum(p.area for p in held if p.area) == returned["RL-01.R60", f"redline_unit:{unit}", year], (unit, year)


@pytest.mark.parametrize(
    ("name", "start", "end", "lost", "approved", "converted"),
    [
        (FIRST, date(2016, 1, 1), HANDOVER, {"U2-03": "0.124"}, {"U1-02": "0.243"}, set()),
        (NEXT, HANDOVER, LEFT, {"U2-04": "0.0675"}, {}, {"U1-06"}),
        (PARTY, date(2018, 5, 10), date(2022, 9, 20), {"U2-03": "0.124", "U2-04": "0.0675"}, {"U1-02": "0.243"}, {"U1-06"}),
    ],
)
def test_what_each_audit_finds_on_the_line(
    name: str, start: date, end: date, lost: dict[str, str], approved: dict[str, str], converted: set[str]
) -> None:
    found = compare(read_redline(TENURES / name / "redline.csv").patches, start, end)
    assert {line.family: line.unapproved for line in found.lost} == {k: Decimal(v) for k, v in lost.items()}
    assert {line.family: line.approved for line in found.approved} == {k: Decimal(v) for k, v in approved.items()}
    assert {line.family for line in found.converted} == converted
    assert found.whole.lost == found.whole.gained  # drawn in elsewhere, and lost all the same
    assert found.findings == ()


def test_a_split_patch_is_no_loss_and_an_early_file_knows_no_later_days() -> None:
    early = read_redline(TENURES / FIRST / "redline.csv").patches
    found = compare(early, date(2016, 1, 1), HANDOVER)
    split = next(line for line in found.lines if line.family == "U1-04")
    assert [p.id for p in split.closing] == ["U1-04.1", "U1-04.2"]
    assert split.area.opening == split.area.closing
    assert max(p.valid_from for p in early) < date(2021, 4, 12)
    assert {p.valid_to for p in early if p.valid_to > date(2021, 4, 11)} == {date.max}


# ---- records


def test_rectification_follows_the_rules_and_nothing_is_asked(records: dict[str, Records], tenures: dict[str, Tenure]) -> None:
    for name, made in records.items():
        assert check(made.problems, made.steps) == (), name
        kind = tenures[name].subject(name).kind
        heads = [s for s in tenures[name].subjects if s.kind == kind]
        found_on = max(p.found_on for p in made.problems if p.found_on)
        assert {p.first for p in made.problems} == {s.id for s in heads if s.start <= found_on < s.end}
        assert check_first(made.problems, heads, found_on) == ()


def test_one_is_closed_one_reopened_one_overdue_and_three_are_carried_over(records: dict[str, Records]) -> None:
    before, after = records[FIRST], records[NEXT]
    stand = {s.problem: s for s in standings(before.problems, before.steps, LEFT)}
    assert {p: s.state for p, s in stand.items()} == {
        "problem-2021-01": "CLOSED", "problem-2021-02": "REOPENED", "problem-2021-03": "IN_PROGRESS",
        "problem-2021-04": "IN_PROGRESS", "problem-2021-05": "CLOSED",
    }  # fmt: skip
    # due 31 December 2021, 60 days before 1 March 2022; 2.50 of 6.20 hm2 done
    late = stand["problem-2021-04"]
    assert (late.overdue, late.days_over, late.remaining) == (True, 60, Decimal("3.70"))
    open_then = {s.problem for s in carried(before.problems, before.steps, LEFT)}
    taken = {p.id: p for p in after.problems if p.carried_from}
    assert set(taken) == open_then
    assert {p.carried_from for p in taken.values()} == {FIRST}
    # the successor's own ledger takes them over on the same day
    assert {s.problem for s in carried(after.problems, after.steps, LEFT)} == open_then
    was = {p.id: p for p in before.problems}
    assert all((p.amount, p.due, p.report) == (was[i].amount, was[i].due, was[i].report) for i, p in taken.items())


def test_papers_are_reviewed_by_another_person_and_forms_belong_to_them(records: dict[str, Records]) -> None:
    for made in records.values():
        assert all(p.reviewer and p.reviewer != p.preparer for p in made.papers)
        papers = {p.id: p for p in made.papers}
        assert all(form.id in papers[form.paper].evidence for form in made.forms)
        assert any(form.refused for form in made.forms)
        assert {True, False} <= {c.accepted for c in made.comments}
    refusals = [form.refused for made in records.values() for form in made.forms]
    assert any("拒绝签字" in r for r in refusals)
    assert any("拒绝盖章" in r for r in refusals)


def test_responsibility_stands_with_its_grounds_in_the_classes_of_the_day(records: dict[str, Records]) -> None:
    for made in records.values():
        assert all(p.responsibility in ("direct", "leadership") and p.grounds and p.subject for p in made.problems)


def test_the_figures_named_exist_in_the_book(records: dict[str, Records], ready: Ready) -> None:
    sql = f"SELECT year, table_id, row_code, column_code, cause, instance FROM asset_account WHERE region_code = '{COUNTY}'"
    there = {tuple(map(str, r.values())) for r in of_view(ready.book("sample-city", "2016-2017"), sql)}
    shapes = {r[1:] for r in there}
    named = [figure for made in records.values() for form in made.forms for figure in form.figures]
    assert len(named) > 20
    for text in named:
        parse(text)
        year, *keys = text.split("/")[2:7]
        shape = (*keys, text.partition("instance=")[2] or "-")
        assert shape in shapes, text
        assert year not in ("2016", "2017") or (year, *shape) in there, text


# ---- what stays open


def test_every_kind_of_open_matter_is_there_and_the_handovers_differ(
    records: dict[str, Records], tenures: dict[str, Tenure]
) -> None:
    held = records[NEXT].open
    assert all(getattr(held, place) for _, place in KINDS.values())
    taken = {
        name: {m.id for _, place in KINDS.values() for m in getattr(made.open, place) if isinstance(m, get_args(Matter))
               and status(m, tenures[name].subject(name).end) == "open"}
        for name, made in records.items()
    }  # fmt: skip
    assert taken[FIRST] == {
        "target-water-2020", "target-restored-2022", "liability-quarry", "liability-water", "liability-compensation",
        "project-mine", "project-source", "fund-water-2019",
    }  # fmt: skip
    assert taken[NEXT] == {
        "target-restored-2022", "target-farmland-2025", "liability-quarry", "liability-water", "project-source",
        "project-forest", "fund-water-2021", "fund-mining-2021", "fund-forest-2021", "case-spill", "incident-tailings",
    }  # fmt: skip
    assert "case-spill" not in taken[PARTY]  # settled on 30 August 2022, before the secretary moved on


def test_progress_is_told_as_of_the_end_of_the_term_and_never_runs_back(records: dict[str, Records]) -> None:
    for name in ("liability-quarry", "project-mine", "project-source"):
        told = [
            (m.as_of, m.done if isinstance(m, Liability) else m.received)
            for made in (records[FIRST], records[NEXT], records[PARTY])
            for m in (*made.open.liabilities, *made.open.projects)
            if m.id == name
        ]
        assert [d for d, _ in told] == [date(2020, 6, 30), date(2022, 2, 28), date(2022, 9, 19)]
        amounts = [x for _, x in told if x is not None]
        assert amounts == sorted(amounts)


def test_one_handover_is_signed_one_is_not_and_a_comment_is_withdrawn(records: dict[str, Records]) -> None:
    signed = {name: {s.role: bool(s.refused) for s in made.open.signatures} for name, made in records.items()}
    assert signed == {FIRST: {"out": False, "in": False, "witness": False}, NEXT: {"out": False, "in": True}, PARTY: {}}
    assert [w.id for w in records[NEXT].withdrawn] == ["comment:comment-2022-03"]


# ---- made up


def test_everything_says_that_it_is_made_up(tenures: dict[str, Tenure], events: dict[str, Row]) -> None:
    assert all(t.illustrative and "示例数据" in t.names.zh and "made-up" in t.names.en for t in tenures.values())
    fictitious = "示例文件（虚构）"
    for tenure in tenures.values():
        assert all(s.document.startswith(fictitious) for s in tenure.subjects)
        assert all("示例" in s.name for s in tenure.subjects if s.name)
        assert all("示例" in m.who for m in tenure.team)
    assert all(not r["document"] or r["document"].startswith(fictitious) for r in events.values())
    assert {r["id"].rsplit("-", 1)[0] for r in events.values() if not r["document"]} == {"YD-2018-X", "YD-2021-X", "SG-2017"}
    assert all("示例数据" in r["note"] for r in events.values())
    for path in TENURES.rglob("evidence/*"):
        assert path.read_text(encoding="utf-8").startswith(fictitious)
    for path in TENURES.rglob("records/*.toml"):
        for entries in tomllib.loads(path.read_text(encoding="utf-8")).values():
            for entry in entries:
                texts = [str(entry[f]) for f in ("facts", "issue", "text", "opinion", "refused", "note", "grounds") if f in entry]
                assert all("示例" in t for t in texts), entry
