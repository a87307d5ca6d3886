"""Seeded wrongdoings, each also in an unseen variant: every one surfaces; the honest book raises none, under any name, size or year.

`make proof` (GEP_PROOF=full) does all of them in several variants and every transformation; otherwise a seeded sample.
"""

from __future__ import annotations

import csv
import inspect
import os
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.catalog.suspicions import rules
from gep.explain.address import parse
from gep.workflow.audit.suspicion_tables import Registers
from gep.workflow.audit.suspicions import Judged, judge, suspicions
from tests.proof import wrong_figures, wrong_nature
from tests.proof.wrong_deeds import DEEDS, Expected, variant
from tests.proof.wrong_scene import ASKED, Copied, Scene, copied, later, rename, renamed, scale, shift
from tests.ready import CITY_YEARS, Ready

FULL = os.environ.get("GEP_PROOF") == "full"
RULES = {rule.id: rule for rule in rules()}
STORE = Path("accounts.duckdb")
SEED = 8
VARIANTS = 6 if FULL else 2
DRAWN = random.Random(SEED).sample(sorted(DEEDS), 13)  # noqa: S311  (a sample, no secret)
SAMPLE = sorted(DEEDS) if FULL else sorted(DRAWN[:11])
TURNED = sorted(DEEDS) if FULL else sorted(DRAWN[11:13])
LATER_RUNS = {"gdp_revised_in_a_later_run", "polished_after_leaving", "better_total_after_leaving", "parameter_in_a_later_run"}
TURNS: dict[str, tuple[Callable[[Scene], None], Callable[[str], str]]] = {
    "renamed": (rename, renamed),
    "scaled": (scale, str),
    "shifted": (shift, later),
}


@pytest.fixture(scope="module")
def book(ready: Ready) -> Copied:
    return copied(ready.book("sample-city", CITY_YEARS).root / STORE)


def judged(scene: Scene, *names: str) -> Judged:
    chosen = [RULES[n] for n in names] if names else list(RULES.values())
    return judge(scene.con, STORE, chosen, scene.asked, scene.registers)


def lines(found: Judged) -> set[tuple[str, str, str]]:
    return {(s.rule, s.region, s.place) for s in found.suspicions}


def surfaced(found: Judged, expected: Expected) -> bool:
    rule, region, place = expected
    return any(s.rule == rule and s.region == region and all(word in s.place for word in place.split()) for s in found.suspicions)


def test_there_are_thirty_and_every_rule_is_tried() -> None:
    assert len(DEEDS) >= 30
    tried = set(re.findall(r'return "([a-z-]+)"', inspect.getsource(wrong_nature) + inspect.getsource(wrong_figures)))
    assert tried == set(RULES)


def test_the_honest_book_raises_none_and_everything_is_assessed(book: Copied) -> None:
    with book.opened() as scene:
        found = judged(scene)
    assert lines(found) == set()
    assert found.asked == len(RULES)
    assert [u.rule for u in found.unassessed if not u.partly] == []


@pytest.mark.parametrize("turn", TURNS)
def test_the_honest_book_raises_none_under_another_name_size_or_year(book: Copied, turn: str) -> None:
    with book.opened() as scene:
        TURNS[turn][0](scene)
        found = judged(scene)
    assert lines(found) == set()
    assert [u.rule for u in found.unassessed if not u.partly] == []


@pytest.mark.parametrize("number", range(VARIANTS))
@pytest.mark.parametrize("name", SAMPLE)
def test_a_wrongdoing_surfaces(book: Copied, name: str, number: int) -> None:
    with book.opened() as scene:
        choice = variant(name, number)
        expected = DEEDS[name](scene, choice)
        found = judged(scene, expected[0])
    assert surfaced(found, expected), (choice.made, expected, lines(found))
    line = next(s for s in found.suspicions if s.rule == expected[0])
    assert line.names.zh
    assert line.names.en
    assert line.mend.zh
    assert line.difference
    for figure in line.figures:
        assert parse(figure).text() == figure


@pytest.mark.parametrize("name", SAMPLE)
def test_an_unseen_variant_is_another_one(book: Copied, name: str) -> None:
    with book.opened() as scene:
        plain, unseen = variant(name, 0), variant(name, 1)
        DEEDS[name](scene, plain)
    with book.opened() as scene:
        DEEDS[name](scene, unseen)
    assert plain.made != unseen.made


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("name", TURNED)
def test_another_name_size_or_year_changes_nothing_but_the_values(book: Copied, name: str, turn: str) -> None:
    change, word = TURNS[turn]
    with book.opened() as scene:
        expected = DEEDS[name](scene, variant(name, 1))
        before = lines(judged(scene) if FULL else judged(scene, expected[0]))
        change(scene)
        after = lines(judged(scene) if FULL else judged(scene, expected[0]))
    assert before
    assert after == {(rule, word(region), word(place)) for rule, region, place in before}


def test_the_order_of_rows_and_registers_changes_not_a_letter(book: Copied) -> None:
    with book.opened() as scene:
        for name in DRAWN:
            if name not in LATER_RUNS:
                DEEDS[name](scene, variant(name, 0))
        first = judged(scene)
        for table in ("t_asset_account", "t_value_account", "t_fact", "t_parameter_used", "t_finding", "t_revision"):
            scene.con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT t FROM {table} t ORDER BY md5(CAST(t AS VARCHAR))")
            scene.con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT t.* FROM {table}")
        r = scene.registers
        lists = {
            n: list(reversed(getattr(r, n))) for n in ("events", "observations", "balances", "problems", "patches", "reports")
        }
        scene.registers = replace(r, **lists)
        assert judged(scene) == first
    assert len({s.rule for s in first.suspicions}) > 5


# (file, item, category, region, period, column) -> what is typed there instead
FORGED = {
    ("assets_water_quality.csv", "WQ-01.SC40", "K4", "990121", "2016", "value"): "0",
    ("assets_redline.csv", "RL-01.R31", "redline_unit:RL-U1", "990121", "2016", "value"): "4.20",
    ("assets_redline.csv", "RL-01.R21", "redline_unit:RL-U1", "990121", "2016", "value"): "4.20",
    ("assets_water_quality.csv", "WQ-01.RV40", "K2", "990122", "2016", "note"): "按两年内插",
}


def forged(top: Path) -> Path:
    """The shipped city with returns that were tampered with before they were handed in."""
    source = shutil.copytree(data_root() / "ledgers" / "books" / "sample-city", top / "forged-city")
    for (file, *place, column), value in FORGED.items():
        path = source / "returns" / file
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        hit = [r for r in rows if [r["item"], r["category"], r["region"], r["period"]] == place]
        assert len(hit) == 1, (file, place)
        hit[0][column] = value
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return source


def test_forged_returns_surface_in_the_book_made_of_them(ready: Ready, tmp_path: Path) -> None:
    book = ready.book(str(forged(tmp_path)), "2016")
    asked = replace(ASKED, closing=2016, end=ASKED.start.replace(year=2017))
    found = lines(suspicions(book.root / STORE, asked, Registers()))
    assert {
        ("section-set-changed", "990121", "WQ-01 SC 2016"),
        ("redline-account", "990121", "RL-01 RL-U1 2016"),
        ("interpolated-class", "990122", "WQ-01.RV40 wq01:K2 2016"),
    } <= found
