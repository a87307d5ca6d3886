"""One bad file a kind of mistake: each gives its finding, at its line and column, with the words that help."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gep.base.findings import Severity, catalogue, render
from gep.base.records import Vocabulary

TOP = Path(__file__).resolve().parents[2]


def _errors() -> Any:
    spec = importlib.util.spec_from_file_location("make_errors", TOP / "docs" / "make_errors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ERRORS = _errors()
CASES: dict[str, dict[str, Any]] = ERRORS.cases()


@pytest.mark.parametrize("name", CASES)
def test_each_bad_file_is_named_for_what_it_is(name: str, vocabulary: Vocabulary) -> None:
    case = CASES[name]
    findings = ERRORS.findings_of(name, case, vocabulary)
    hits = [f for f in findings if f.code == case["code"]]
    assert len(hits) == 1, [(f.code, f.place, f.text("en")) for f in findings]
    hit = hits[0]
    assert (hit.place.row, hit.place.column) == (case["line"], case["column"])
    for lang in ("zh", "en"):
        text = render(hit, lang)
        for word in case[lang]:
            assert word in text, (lang, text)
    # one mistake, one complaint: whatever else is said of the file does not stop it
    others = [f for f in findings if f.code != case["code"] and f.severity is Severity.STOP]
    assert others == []


def test_every_code_of_intake_has_a_bad_file() -> None:
    proven = {case["code"] for case in CASES.values()}
    assert {code for code in catalogue() if code.startswith("INTAKE-")} <= proven


def test_every_bad_file_is_used() -> None:
    files = {path.name for path in ERRORS.BAD.iterdir()} - {"expected.toml"}
    assert files == set(CASES) | {case["stored"] for case in CASES.values() if "stored" in case}


def test_the_error_catalogue_is_what_the_script_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(TOP / "docs" / "make_errors.py"), str(tmp_path)], check=True)
    assert (tmp_path / "errors.md").read_bytes() == (TOP / "docs" / "errors.md").read_bytes()
