"""What this program cannot have written is named by entry and field; what every verb writes passes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from gep.ledger.act_forms import formed, without_run, wrong_form
from gep.ledger.journal import FIRST, Entry

HEX, SEAL = "a" * 64, {"sha256": "a" * 64, "sm3": "b" * 64}
RUN = {"years": ["2010", "2011"], "profiles": ["p"], "state": "preliminary", "rules_hash": HEX, "manifest": SEAL}
SUBMIT = {"file": "水.csv", "sha256": HEX, "sm3": HEX, "suffix": ".csv", "status": "accepted"}
GOOD: Mapping[str, Mapping[str, object]] = {
    "init": {"anything": 1},
    "submit": SUBMIT,
    "run": RUN,
    "close": {"year": 2010, "vintage": 1, "manifest": SEAL, "closing": SEAL},
    "statement": {"year": 2010, "vintage": 1, "files": [{"file": "2010-1/总表.html", "sha256": HEX}]},
    "approve": {"answer": 3},
}
BAD = [
    ("submit", SUBMIT | {"sha256": "../../etc"}, "sha256"),
    ("submit", SUBMIT | {"suffix": "/../x"}, "suffix"),
    ("submit", SUBMIT | {"status": "perhaps"}, "status"),
    ("submit", SUBMIT | {"replaces": "3"}, "replaces"),
    ("run", {}, "years, profiles, state, rules_hash, manifest"),
    ("run", RUN | {"years": []}, "years"),
    ("run", RUN | {"years": "2010"}, "years"),
    ("run", RUN | {"catalogue": "x"}, "catalogue"),
    ("close", {"year": True, "vintage": "1", "manifest": SEAL, "closing": None}, "year, vintage, closing"),
    ("statement", {"year": 1, "vintage": 1, "files": [{"file": "../a", "sha256": HEX}]}, "files"),
    ("statement", {"year": 1, "vintage": 1, "files": [{"file": "/a/.b", "sha256": HEX}]}, "files"),
    ("statement", {"year": 1, "vintage": 1, "files": ["a"]}, "files"),
    ("statement", {"year": 1, "vintage": 1, "files": []}, "files"),
    ("approve", {"answer": 0}, "answer"),
]


def entry(seq: int, act: str, data: Mapping[str, object]) -> Entry:
    return Entry(seq, act, "甲", "2026-01-01T00:00:00.000000Z", "", data, FIRST)


@pytest.mark.parametrize("act", GOOD)
def test_what_a_verb_writes_has_its_form(act: str) -> None:
    assert wrong_form(entry(1, act, GOOD[act])) == ""


@pytest.mark.parametrize(("act", "data", "wrong"), BAD)
def test_what_no_verb_writes_is_named_by_field(act: str, data: Mapping[str, object], wrong: str) -> None:
    assert wrong_form(entry(1, act, data)) == wrong


def test_entries_of_no_form_are_left_out_and_named() -> None:
    good, faults = formed([entry(1, "run", RUN), entry(2, "run", {}), entry(3, "of another program", {})])
    assert [e.seq for e in good] == [1, 3]
    assert [(f.code, f.place.row, f.severity) for f in faults] == [("VERIFY-ACT", 2, "stop")]
    assert "years" in faults[0].text("zh")


def test_a_step_of_a_vintage_that_no_run_made_is_named() -> None:
    close = GOOD["close"]
    journal = [
        entry(1, "run", RUN),
        entry(2, "close", close),
        entry(3, "close", {**close, "year": 2012}),  # not a year of the run
        entry(4, "reopen", {"year": 2010, "vintage": 2}),  # entry 2 is no run
    ]
    assert [f.place.row for f in without_run(journal)] == [3, 4]
