"""reperform: a vintage made again from its frozen rules; input, rules and program are told apart."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from gep.base.findings import Refused
from gep.base.records import State
from gep.book import Book
from gep.catalog.freeze import content_hash
from gep.workflow import release
from gep.workflow import reperform as module
from gep.workflow.correct import correct
from gep.workflow.demo import Demo
from gep.workflow.reperform import reperform
from gep.workflow.run import run


def codes(book: Book, vintage: int) -> list[str]:
    return [f.code for f in reperform(book, vintage).findings]


def test_every_byte_comes_out_again(demo: Demo) -> None:
    done = reperform(demo.book, 13)
    assert done.identical
    assert [f.code for f in done.findings] == ["REPERFORM-SAME"]


def test_nothing_is_written_to_the_book(demo: Demo) -> None:
    before = {p: p.stat().st_mtime_ns for p in demo.book.root.rglob("*")}
    reperform(demo.book, 13)
    assert {p: p.stat().st_mtime_ns for p in demo.book.root.rglob("*") if p.name != ".lock"} == {
        p: t for p, t in before.items() if p.name != ".lock"
    }


def test_a_later_vintage_rests_on_what_was_known_then(copy: Book) -> None:
    name = "513300/2010/industrial_water_use"
    from gep.intake.checks import name_of
    from gep.workflow.submit import holdings

    fact = next(f for f in holdings(copy).facts if f.state is State.VALUE and f.measure.startswith("water"))
    name = name_of(fact)
    correct(copy, name, value=str((fact.amount or Decimal(1)) + 1), why="更正", who="甲")
    made = run(copy, "2010", who="甲")
    assert made.vintage is not None
    correct(copy, name, value=str((fact.amount or Decimal(1)) + 2), why="再更正", who="甲")
    for vintage in (13, made.vintage):
        assert reperform(copy, vintage).identical


def test_a_catalogue_changed_since_is_told_and_changes_nothing(copy: Book) -> None:
    scheme = next((copy.local / "schemes").iterdir())
    scheme.write_text(scheme.read_text(encoding="utf-8") + "\n# later\n", encoding="utf-8")
    done = reperform(copy, 13)
    assert done.identical
    assert [(f.code, f.place.file) for f in done.findings] == [
        ("REPERFORM-CATALOGUE", f"local/schemes/{scheme.name}"),
        ("REPERFORM-SAME", "releases/13"),
    ]


def test_a_program_that_computes_otherwise(copy: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    real = release._tables

    def other(*args: object) -> dict[str, list[dict[str, object]]]:
        tables = real(*args)  # type: ignore[arg-type]
        row = tables["gep_total"][0]
        tables["gep_total"][0] = {**row, "gep": row["gep"] + 1}  # type: ignore[operator]
        return tables  # type: ignore[return-value]

    monkeypatch.setattr(release, "_tables", other)
    monkeypatch.setattr(module, "program", lambda: {**copy.program, "code": "f" * 64})
    done = reperform(copy, 13)
    assert not done.identical
    found = [f.code for f in done.findings]
    assert found[0] == "REPERFORM-PROGRAM"
    assert "REPERFORM-FIGURES" in found
    assert not {"REPERFORM-INPUT", "REPERFORM-RULES"} & set(found)
    figures = [f for f in done.findings if f.code == "REPERFORM-FIGURES"]
    assert [(f.place.file, f.difference) for f in figures] == [("releases/13/gep_total.csv", "1 / 1")]


def test_a_program_that_resolves_other_rules(copy: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    real = release.freeze

    def other(book: Book, computations: object) -> tuple[bytes, str]:
        text, _ = real(book, computations)  # type: ignore[arg-type]
        import json

        body = json.loads(text)
        part = next(k for k in body if "/" in k)
        body[part]["plans"] = []
        from gep.catalog.freeze import canonical

        return canonical(body), content_hash(body)

    monkeypatch.setattr(release, "freeze", other)
    found = {f.code: f for f in reperform(copy, 13).findings}
    assert "plans" in found["REPERFORM-RULES"].found
    assert "REPERFORM-INPUT" not in found


def test_damage_is_named_and_nothing_is_computed_from_it(copy: Book) -> None:
    catalogue = next(copy.catalogues.iterdir())
    path = sorted((catalogue / "coefficients" / "prices").iterdir())[0]
    path.write_text(path.read_text(encoding="utf-8") + "x", encoding="utf-8")
    assert codes(copy, 13) == ["VERIFY-HASH"]
    shutil.rmtree(catalogue)
    assert codes(copy, 13) == ["VERIFY-HASH"]


def test_an_original_that_was_changed_stops_it(copy: Book) -> None:
    path = sorted(copy.submissions.iterdir())[0]
    path.write_bytes(path.read_bytes() + b"\n")
    found = codes(copy, 13)
    assert found == ["REPERFORM-REFUSED", "SUBMIT-ORIGINAL-CHANGED"]


def test_an_unknown_vintage(demo: Demo) -> None:
    with pytest.raises(Refused, match="REPERFORM-UNKNOWN"):
        reperform(demo.book, 12)


def test_of_a_pack_that_cannot_be_written_to(copy: Book, tmp_path: Path) -> None:
    for path in [*copy.root.rglob("*"), copy.root]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert reperform(Book(copy.root), 13).identical
    finally:
        for path in [copy.root, *copy.root.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
