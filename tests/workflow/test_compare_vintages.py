"""compare --vintages: one thing is changed between two runs of the Garze book, and each changed figure says that it was this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.base.findings import Refused
from gep.book import Book
from gep.explain.changes import Change, Comparison
from gep.workflow.compare_vintages import compare_vintages, vintages
from gep.workflow.correct import correct
from gep.workflow.init import init
from gep.workflow.run import run
from gep.workflow.submit import submit
from gep.workflow.views import rows

GARZE = data_root() / "ledgers" / "books" / "garze-2010"
RETURNS = GARZE / "returns"
PRICE = (
    "id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note\n"
    "afforestation_cost,local,513300,,2010-01-01,2010-12-31,400,元@2010/t_CO2,,,literature,garze2017,Table 3,local\n"
)
D = Decimal
ONE = "garze-2017-one-carbon"
SILT = "fraction * soil / density"
OTHER_WAY = "soil / density - (1 - fraction) * soil / density"


@dataclass(frozen=True)
class Made:
    """A book and its vintages by what was changed before each."""

    book: Book
    vintages: Mapping[str, int]
    known: dict[tuple[str, str], Comparison] = field(default_factory=dict)

    def compare(self, left: str, right: str) -> Comparison:
        if (left, right) not in self.known:
            self.known[left, right] = compare_vintages(self.book, self.vintages[left], self.vintages[right])
        return self.known[left, right]


def ran(book: Book, **options: object) -> int:
    made = run(Book(book.root), **options)  # type: ignore[arg-type]
    assert made.vintage is not None, [f.text("en") for f in made.findings if f.severity == "stop"]
    return made.vintage


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def returned_again(book: Book, folder: Path, old: str, new: str) -> None:
    """The environment department sends its file again with one row other."""
    text = (RETURNS / "environment.csv").read_text(encoding="utf-8")
    assert text.count(old) == 1
    write(folder / "again" / "environment.csv", text.replace(old, new))
    seq = next(e.seq for e in book.entries() if e.act == "submit" and e.data["file"] == "environment.csv")
    (done,) = submit(book, [folder / "again" / "environment.csv"], replaces=seq)
    assert done.status == "accepted", [f.text("en") for f in done.findings]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Twice the same; then a return, a correction, a price and a rule, each of another service; a scheme; one profile alone."""
    folder = tmp_path_factory.mktemp("vintages")
    book, _ = init(folder / "book", str(GARZE))
    found = {"first": ran(book), "again": ran(book)}
    returned_again(book, folder, "dust,,941,", "dust,,900,")
    correct(Book(book.root), "513300/2010/air_pollutant_purified/pollutant:so2", value="1000", why="typed wrongly", who="clerk")
    local = book.root / "local"
    write(local / "prices" / "own.csv", PRICE)
    rules = (data_root() / "coefficients" / "rules" / "soil_retention.toml").read_text(encoding="utf-8")
    text = rules.split('["soil_retention.nutrients"]')[0].replace('route = "silt"\n', "")  # the second way in Python is v1
    text = text.replace('version = "1"', 'version = "2"').replace("fraction * soil / density", f"{SILT} / 2", 1)
    text = text.replace("soil / density - (1 - fraction) * soil / density", f"({OTHER_WAY}) / 2")
    write(local / "rules" / "own.toml", text)
    found["mixed"] = ran(book)
    scheme = local / "schemes" / f"{ONE}.toml"
    text = scheme.read_text(encoding="utf-8")
    start = text.index('[[service]]\nid = "pest_control"')
    scheme.write_text(text[:start] + text[text.index("[[service]]", start + 5) :], encoding="utf-8")
    found["scheme"] = ran(book)
    (local / "prices" / "own.csv").unlink()
    found["trial"] = ran(book, profiles=("garze-2017",), trial=True)
    return Made(Book(book.root), found)


def by_figure(made: Comparison) -> dict[str, Change]:
    return {c.figure: c for c in made.changes}


def short(figure: str) -> str:
    """`value_account/air_purification/dust`, `gep_total/#regulating` of an address."""
    parts = figure.split("/")
    keys = [p for p in parts[3:] if "=" not in p and p != "-"]
    return "/".join([parts[0], *keys, *(["#" + figure.partition("#")[2]] if "#" in figure else [])])


def test_nothing_changed_no_revision(made: Made) -> None:
    found = made.compare("first", "again")
    assert (found.changes, found.by_cause) == ((), {})
    assert sum(found.unchanged.values()) > 100
    assert rows(made.book, f"SELECT * FROM revision_all WHERE vintage = {made.vintages['again']}") == []


INDEX = {f"green_gold_index/#{c}" for c in ("gep", "market_share", "regulating_share")}  # no GDP, area or people were returned
TOTALS = {"gep_total", "gep_total/#regulating", *INDEX}


def test_each_figure_names_what_changed_it_and_nothing_else(made: Made) -> None:
    """Five figures of each profile and their totals; every other one of the book is as it was."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for c in made.compare("again", "mixed").changes:
        found.setdefault(short(c.figure), set()).add(tuple(d.text() for d in c.because.differences))
    dust = "air_pollutant_purified/513300/2010/pollutant:dust 941 吨→900 吨"
    so2 = "air_pollutant_purified/513300/2010/pollutant:so2 1137 吨→1000 吨"
    price = "afforestation_cost 380 元@2010/t_CO2 [garze2017] afforestation_cost/-/513300/garze-2017/2010-01-01→"
    assert found.keys() - TOTALS == {
        *(f"{account}/air_purification/{p}" for account in ("physical_account", "value_account") for p in ("dust", "so2")),
        "value_account/carbon_sequestration", "physical_account/soil_retention/silt", "value_account/soil_retention/silt",
    }  # fmt: skip
    for account in ("physical_account", "value_account"):
        assert found[f"{account}/air_purification/dust"] == {(dust,)}
        assert found[f"{account}/air_purification/so2"] == {(so2,)}
        rules = {t for (t,) in found[f"{account}/soil_retention/silt"]}
        assert {t.partition(" ")[2] for t in rules} == {f"soil_retention.silt@1: {SILT}→soil_retention.silt@2: {SILT} / 2"}
    ((priced,),) = found["value_account/carbon_sequestration"]
    assert priced.startswith(price)
    for total in TOTALS:
        assert {len(t) for t in found[total]} == {4}


def test_causes_amounts_and_counts(made: Made) -> None:
    found = made.compare("again", "mixed")
    # two profiles: 2 figures of dust, 2 of so2, 1 of the price, 2 of the rule; 2 totals and 3 of the index with all four causes
    assert found.by_cause == {"correction": 14, "input": 14, "parameter": 12, "rule": 14}
    assert found.by_table["gep_total"] == {"changed": 4, "new": 0, "gone": 0, "unchanged": 4}
    dust = next(c for c in found.changes if c.table == "physical_account" and "/dust/" in c.figure)
    assert [s.amount for s in (dust.old, dust.new) if s is not None] == [941, 900]
    assert dust.difference == -41
    carbon = next(c for c in found.changes if "/carbon_sequestration/" in c.figure)
    assert carbon.difference == D("0.31e8") * 20  # 0.31·10⁸ t at 400 in place of 380 yuan
    gep = next(c for c in found.changes if c.table == "gep_total" and "#" not in c.figure)
    assert gep.because.causes == ("correction", "input", "parameter", "rule")


def test_a_service_taken_out_of_a_scheme(made: Made) -> None:
    found = made.compare("mixed", "scheme")
    gone = {c.figure for c in found.changes if c.kind == "gone"}
    assert {f.split("/")[3] for f in gone} == {"pest_control"}
    assert all(f"profile={ONE}" in c.figure for c in found.changes)
    assert found.by_cause == {"scheme": len(found.changes)}
    assert {short(c.figure) for c in found.changes if c.kind == "changed"} == TOTALS


def test_a_profile_that_was_not_run_is_the_scheme(made: Made) -> None:
    found = made.compare("scheme", "trial")
    gone = [c for c in found.changes if f"profile={ONE}" in c.figure]
    assert {(c.kind, c.because.causes, c.difference) for c in gone} == {("gone", ("scheme",), None)}
    rest = {(short(c.figure), c.because.causes) for c in found.changes if c not in gone}
    assert rest == {(f, ("parameter",)) for f in ("value_account/carbon_sequestration", *TOTALS)}


@pytest.mark.parametrize(("left", "right"), [("again", "mixed"), ("mixed", "scheme"), ("scheme", "trial")])
def test_the_other_way_round_the_differences_are_negated_and_the_causes_the_same(made: Made, left: str, right: str) -> None:
    one, two = by_figure(made.compare(left, right)), by_figure(made.compare(right, left))
    assert one.keys() == two.keys()
    for figure, c in one.items():
        back = two[figure]
        assert (back.old, back.new) == (c.new, c.old)
        assert back.difference == (None if c.difference is None else -c.difference)
        assert back.because.causes == c.because.causes
        turned = {(d.cause, d.node, d.new, d.old) for d in back.because.differences}
        assert {(d.cause, d.node, d.old, d.new) for d in c.because.differences} == turned


def test_the_revision_table_of_a_run_says_the_same_as_the_comparison(made: Made) -> None:
    for left, right in (("again", "mixed"), ("mixed", "scheme")):
        held = rows(made.book, f"SELECT * FROM revision_all WHERE vintage = {made.vintages[right]}")
        assert {r["figure"]: (r["difference"], r["reason"], r["because"]) for r in held} == {
            f: (c.difference, ";".join(c.because.causes), c.because.text())
            for f, c in by_figure(made.compare(left, right)).items()
        }
        assert {r["old_vintage"] for r in held} == {made.vintages[left]}


def test_a_trial_is_in_use_for_nothing_and_compares_with_the_vintage_in_use(made: Made) -> None:
    held = rows(made.book, f"SELECT DISTINCT old_vintage, reason FROM revision_all WHERE vintage = {made.vintages['trial']}")
    assert [(r["old_vintage"], r["reason"]) for r in held] == [(made.vintages["scheme"], "parameter")]
    used = rows(made.book, "SELECT DISTINCT vintage FROM gep_total")
    assert [r["vintage"] for r in used] == [made.vintages["scheme"]]


def test_what_the_book_does_not_have_is_refused_with_what_it_has(made: Made) -> None:
    first = made.vintages["first"]
    with pytest.raises(Refused) as refused:
        compare_vintages(made.book, first, 999)
    (told,) = refused.value.findings
    assert told.code == "COMPARE-NO-VINTAGE"
    assert f"{first}: 2010 preliminary; clerk" in told.mend("en")
    with pytest.raises(Refused) as refused:
        compare_vintages(made.book, first, made.vintages["again"], year=1999)
    assert [f.code for f in refused.value.findings] == ["COMPARE-VINTAGE-YEAR"]
    with pytest.raises(Refused) as refused:
        compare_vintages(made.book, first, made.vintages["again"], region="1")
    assert "513300" in refused.value.findings[0].mend("zh")


def test_a_region_or_year_limits_what_is_compared(made: Made) -> None:
    whole = made.compare("mixed", "scheme")
    ends = made.vintages["mixed"], made.vintages["scheme"]
    assert compare_vintages(made.book, *ends, region="513300", year=2010) == whole


def test_vintages_are_listed_with_years_and_states(made: Made) -> None:
    found = vintages(made.book)
    assert set(found) == set(made.vintages.values())
    trial = found[made.vintages["trial"]]
    assert (trial.states, trial.who, trial.profiles) == ({2010: "trial"}, "clerk", ("garze-2017",))
