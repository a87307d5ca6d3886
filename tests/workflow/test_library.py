"""`from gep import Book`: the year's work in Python, from returns to a closed, proven and exported book."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import gep
from gep.base.findings import Refused
from gep.workflow.library import Book


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, _clerk: None) -> Book:
    made = gep.Book.init(tmp_path_factory.mktemp("library") / "册", "garze-2010", who="甲")
    made.run("2010", who="甲")
    made.approve(everything=True, who="乙")
    made.review(2010, who="乙")
    made.finalise(2010, who="乙")
    made.close(2010, who="丙")
    return made


def test_the_year_is_closed_and_proven(book: Book, tmp_path: Path) -> None:
    assert book.years == [2010]
    (state,) = book.rows("SELECT DISTINCT state FROM vintage_in_use")
    assert state == {"state": "closed"}
    digest = next(e.data["closing"] for e in book.entries() if e.act == "close")
    done = book.verify()
    assert [f for f in done.findings if f.severity == "stop"] == []
    assert isinstance(digest, dict)
    from gep.workflow.verify import Anchors

    assert [f.code for f in book.verify(Anchors({}, (digest["sha256"],))).beyond] == ["VERIFY-ANCHORED"]
    assert "VERIFY-ANCHOR" in {f.code for f in book.verify(Anchors({}, ("0" * 64,))).findings}
    assert book.reperform(13).identical


def test_a_closed_year_takes_nothing(book: Book, tmp_path: Path) -> None:
    from gep.intake.checks import name_of
    from gep.workflow.submit import holdings

    fact = next(f for f in holdings(book).facts if f.measure == "water_supply")
    before = book.journal_path.read_bytes()
    with pytest.raises(Refused, match="YEAR-CLOSED"):
        book.correct(name_of(fact), value="1", unit=fact.unit, why="更正", who="甲")
    with pytest.raises(Refused, match="YEAR-CLOSED"):
        book.decide(name_of(fact), "别的部门", why="口径", who="甲")
    with pytest.raises(Refused, match="RUN-CLOSED"):
        book.run("2010", who="甲")
    with pytest.raises(Refused, match="RUN-CLOSED"):
        book.run("all", who="甲")
    assert book.journal_path.read_bytes() == before
    late = tmp_path / "late.csv"
    late.write_text(
        "region,period,item,category,part,value,state,unit,department,source,evidence,note\n"
        "513300,2010,water_supply,domestic,,9,,亿立方米,水利局,garze2017,,\n",
        encoding="utf-8",
    )
    (refused,) = book.submit(late, who="甲")
    assert refused.status == "rejected"
    assert {"YEAR-CLOSED", "INTAKE-STORED-OTHER"} <= {f.code for f in refused.findings}


def test_a_frame_keeps_the_decimals(book: Book) -> None:
    frame = book.sql("SELECT service, value FROM value_account WHERE service = 'water_retention' AND profile = 'garze-2017'")
    assert frame["value"].tolist() == [Decimal("226971940000.0000")]
    other = book.sql("SELECT count(*) AS n FROM second.gep_total", attach={"second": _copy(book)})
    assert other["n"].tolist() == [2]


def _copy(book: Book) -> Book:
    import shutil

    target = book.root.parent / "copy"
    if not target.exists():
        shutil.copytree(book.root, target)
    return Book(target)


def test_export_backup_and_comparison(book: Book, tmp_path: Path) -> None:
    pack = book.export(tmp_path / "pack", evidence=True)
    assert Book(pack.folder).reperform(13).identical
    copy = _copy(book)
    assert copy.backup(tmp_path / "b.tar", who="甲").file.is_file()
    places = book.compare_profiles("garze-2017", "garze-2017-one-carbon")
    assert len(places) == 1
