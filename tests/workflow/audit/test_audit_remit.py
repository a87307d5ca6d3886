"""What the accounts can say of a post: its region, the tables of its department, or nothing where the place has none."""

from __future__ import annotations

from dataclasses import replace

from gep.base.records import Layout, Names
from gep.workflow.audit.remit import Remit, accounts_of, departments_of, inside, remit_of, remit_words
from tests.workflow.audit.terms import place, subject, tenure

PLACES = {"P": place("P"), "A": place("A", "P"), "B": place("B", "P"), "T": place("T", "A"), "V": place("V", "T")}
LEAVES = ("A", "B")


def layout(name: str, department: str) -> Layout:
    return Layout(name, Names(name, name), "hm2", (), (), department)


LAYOUTS = {
    n: layout(n, d) for n, d in {"LA": "自然资源(年度调查)", "FT": "林草", "RL": "自然资源/生态环境", "SC": "derived"}.items()
}
HEAD = subject("2016-01-01", "2018-01-01")


def test_a_place_below_those_that_return_has_the_accounts_of_the_one_above() -> None:
    assert [accounts_of(PLACES, LEAVES, c) for c in ("A", "T", "V", "P", "?")] == ["A", "A", "A", "P", "?"]
    town = remit_of(tenure("T", HEAD), HEAD, PLACES, LEAVES, LAYOUTS)
    assert (town.below, town.whole, town.covers("LA")) == (True, False, False)
    county = remit_of(tenure("A", HEAD), HEAD, PLACES, LEAVES, LAYOUTS)
    assert (county.below, county.whole, county.covers("LA")) == (False, True, True)
    assert [inside(PLACES, c, town) for c in ("T", "V", "A", "B")] == [True, True, False, False]


def test_the_tables_of_a_department() -> None:
    assert {n: departments_of(x) for n, x in LAYOUTS.items()} == {
        "LA": ("自然资源",), "FT": ("林草",), "RL": ("自然资源", "生态环境"), "SC": (),
    }  # fmt: skip
    made = remit_of(tenure("A", HEAD), replace(HEAD, department="自然资源"), PLACES, LEAVES, LAYOUTS)
    assert [t for t in LAYOUTS if made.covers(t)] == ["LA", "RL"]
    assert not made.whole


def test_what_is_left_out_is_told_in_both_languages() -> None:
    names = {c: Names(f"{c}地", f"place {c}") for c in PLACES}
    assert remit_words(Remit("A", "A"), names, "2018-01-01") == ()
    told = remit_words(Remit("T", "A", frozenset({"FT"}), "林草", serving=True), names, "2018-01-01")
    assert len(told) == 3
    assert all(n.zh and n.en for n in told)
    assert "place A" in told[0].en
    assert "A地的数不作为本地区的数" in told[0].zh
    assert "林草" in told[1].zh
    assert "2018-01-01" in told[2].en
