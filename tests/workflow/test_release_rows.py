"""Rows that stand in no trace are read from the release: the causes of a change are those that inline rows give."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from gep.book import Book
from gep.engine import sums
from gep.explain.changes import Comparison
from gep.explain.differ import Pair
from gep.explain.moved import Moved, Movements
from gep.explain.moved_rows import nowhere
from gep.explain.side import Ref
from gep.workflow.compare_vintages import compare_vintages
from gep.workflow.init import init
from gep.workflow.release_rows import ReleaseRows
from gep.workflow.run import run
from gep.workflow.sides import Sides
from gep.workflow.submit import submit

CASE = Path(__file__).resolve().parents[1] / "cases" / "rows-synthetic"
RUNOFF = "runoff_coefficient,rows-synthetic,,ecosystem:forest,,,2.5,%"
PATCH = "990101,2020,P001.1,forest,524781,1929.1,"


@dataclass(frozen=True)
class Made:
    book: Book
    first: int
    second: int

    def compare(self) -> Comparison:
        return compare_vintages(self.book, self.first, self.second)


def made(folder: Path) -> Made:
    """The case, every patch three times; then no yield of one patch of county A, and a far higher runoff of forests everywhere."""
    shutil.copytree(CASE, folder / "case")
    patches = folder / "case" / "records" / "ecosystem_patches.csv"
    head, *rows = patches.read_text(encoding="utf-8").splitlines()
    names = [row.split(",", 3) for row in rows]
    several = [f"{a},{b},{c}.{n},{rest}" for n in range(3) for a, b, c, rest in names]
    patches.write_text("\n".join([head, *several, ""]), encoding="utf-8")
    book, submitted = init(folder / "book", str(folder / "case"), who="maker")
    assert {s.status for s in submitted} == {"accepted"}
    first = run(Book(book.root), who="maker").vintage
    again = folder / "again" / patches.name
    again.parent.mkdir()
    again.write_text(patches.read_text(encoding="utf-8").replace(PATCH, PATCH.replace("1929.1", "650.1")), encoding="utf-8")
    seq = next(e.seq for e in book.entries() if e.act == "submit" and e.data["file"] == again.name)
    (done,) = submit(Book(book.root), [again], record_set="ecosystem_patches", replaces=seq, who="maker")
    assert done.status == "accepted", [f.text("en") for f in done.findings]
    for path in (book.root / "local" / "parameters").glob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").replace(RUNOFF, RUNOFF.replace("2.5", "70")), encoding="utf-8")
    second = run(Book(book.root), who="maker").vintage
    assert first is not None
    assert second is not None
    return Made(Book(book.root), first, second)


@pytest.fixture(scope="module")
def inline(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.mktemp("inline"))


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The same with no row of a record set in the traces (sums over figures have fewer rows)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sums, "INLINE_ROWS", 12)
        return made(tmp_path_factory.mktemp("far"))


def test_rows_of_the_release_are_those_of_the_trace(inline: Made, far: Made) -> None:
    one, two = Sides(inline.book).of(inline.second), Sides(far.book).of(far.second)
    assert one is not None
    assert two is not None
    rows = ReleaseRows(far.book, {two: far.second})
    listed = {i: n for i, n in one.nodes.items() if n["kind"] == "row_sum" and n["selection"].get("record_set") and n["n"]}
    assert len(listed) > 50
    for name, node in listed.items():
        assert two.nodes[name]["rows"] is None
        found = rows.of(Ref(two, name))
        assert found is not None, name
        assert sorted(found, key=lambda r: r["key"]) == sorted(node["rows"], key=lambda r: r["key"])


def test_causes_are_the_same_wherever_the_rows_stand(inline: Made, far: Made) -> None:
    one, two = inline.compare().explained, far.compare().explained
    parts = [{leaf.name: leaf.change.parts for e in made for p in e.causes.places for leaf in p.leaves} for made in (one, two)]
    assert parts[0] == parts[1]
    assert [e.mingled for e in two] == [()] * len(two)
    both = "990101/water_retention/-/-/forest"
    assert set(parts[1][both]) == {"intensity", "method"}
    # county B has no other patch: the coefficient alone moved its forest, and nothing its other classes
    assert set(parts[1]["990102/water_retention/-/-/forest"]) == {"method"}
    assert parts[1]["990102/water_retention/-/-/shrub"] == {}


def test_a_coefficient_inside_a_row_is_weighed_by_the_rows(inline: Made, far: Made) -> None:
    """The area of patches that yield water: some fall dry by the coefficient, one by its own rain."""
    name = "calculation:rows-synthetic/wet_patch_area/990101/2020/ecosystem:forest"

    def weighed(made: Made, *, rows: bool) -> Moved:
        sides = Sides(made.book)
        old, new = sides.of(made.first), sides.of(made.second)
        assert old is not None
        assert new is not None
        kept = ReleaseRows(made.book, {old: made.first, new: made.second}).of if rows else nowhere
        return Movements(kept).of(Pair(Ref(old, name), Ref(new, name)))

    there = weighed(inline, rows=False)
    assert there.apart
    assert set(there.amounts) == {"input", "parameter"}
    assert weighed(far, rows=True) == there
    blind = weighed(far, rows=False)
    assert not blind.apart
    assert blind.amounts["input"] == blind.amounts["parameter"] != there.amounts["parameter"]
    assert sum(blind.amounts.values()) == sum(there.amounts.values())
