"""The process that draws: it answers every thread with its own drawing, ends with its parent, and its death is told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gep.base.data import PACKAGE
from gep.base.findings import Refused
from gep.report.charts import charts_of
from gep.report.draw import _drawn, drawer
from gep.report.draw_aside import Aside, asked, begin
from tests.report import chart_forms

ALONE = """
from gep.report.draw_aside import begin
process = begin()
print(process._process.pid, flush=True)
"""


def spec(word: str) -> str:
    return json.dumps({"mark": "text", "data": {"values": [{"a": word}]}, "encoding": {"text": {"field": "a"}}})


@pytest.fixture
def process() -> Iterator[Aside]:
    made = Aside()
    yield made
    made.end()


def test_every_thread_gets_its_own_drawing(process: Aside) -> None:
    words = [f"word{n}" for n in range(12)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda word: process.ask(spec(word)), words))
    assert all(word in answer["svg"] for word, answer in zip(words, answers, strict=True))


def test_what_cannot_be_drawn_is_said_and_the_next_one_is_drawn(process: Aside) -> None:
    assert "error" in process.ask(json.dumps({"mark": "no such mark"}))
    assert "svg" in process.ask(spec("after"))


def test_a_dead_process_is_told_and_the_next_drawing_starts_another(process: Aside) -> None:
    assert "svg" in process.ask(spec("alive"))
    process._process.kill()
    process._process.wait()
    assert process.ask(spec("dead")) == {}
    begin()._process.kill()
    begin()._process.wait()
    assert asked(spec("dead")) == {}
    assert "svg" in asked(spec("another"))


def test_a_drawing_that_no_process_makes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gep.report.draw.asked", lambda spec: {})
    monkeypatch.setattr("gep.report.draw._drawn", _drawn.__wrapped__)  # nothing kept from before
    chart = charts_of(chart_forms.every())[0]
    with pytest.raises(Refused) as refused:
        drawer()(chart, "zh")
    assert [f.code for f in refused.value.findings] == ["CHART-FAILED"]


def test_it_ends_with_the_program_that_started_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE], cwd=PACKAGE.parent, capture_output=True, text=True, check=True, timeout=60
    )
    pid = int(done.stdout)
    alive = subprocess.run([sys.executable, "-c", f"import os; os.kill({pid}, 0)"], capture_output=True, check=False)
    assert alive.returncode != 0
