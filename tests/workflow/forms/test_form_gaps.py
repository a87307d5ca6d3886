"""What stands in the forms of GEP where returns are missing: signs, unknown totals, and notes that say what is lacking."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.book import Book
from gep.report.form import Form
from gep.workflow.forms import ecosystems, gep, products
from gep.workflow.init import init
from gep.workflow.run import run
from tests.workflow.forms.gep_forms import GARZE, check_form, made, printed

SOIL = "土壤保持（保持土壤、减少泥沙淤积、氮、磷）缺数：没有土壤保持总量。"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Garze without what it returned of soil and oxygen, and with visits that the department could not give."""
    folder = tmp_path_factory.mktemp("gaps")
    source = folder / "source"
    shutil.copytree(data_root() / "ledgers" / "books" / "garze-2010", source)
    for path in sorted((source / "returns").glob("*.csv")):
        path.write_text("".join(_kept(path)), encoding="utf-8")
    made, submitted = init(folder / "book", str(source), who="甲")
    assert all(s.status == "accepted" for s in submitted)
    assert run(made, "2010", trial=True, who="甲").vintage is not None
    return made


def _kept(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [x for x in lines if ",oxygen_released," not in x and ",soil_retention_total," not in x]
    visits = "513300,2010,tourism_visits,,,,not_available,万人次,文旅局,garze2017,,当年没有统计\n"
    return [visits if ",tourism_visits," in x else x for x in kept]


@pytest.fixture(scope="module")
def forms(book: Book) -> dict[str, Form]:
    return {
        name: form
        for maker in (gep.forms, ecosystems.forms, products.forms)
        for name, form in made(maker, book, GARZE, 2010, "garze-2017").items()
    }


def test_a_missing_part_makes_every_total_above_it_missing(forms: dict[str, Form]) -> None:
    values = forms["T2"]
    assert printed(values, "soil_retention.silt") == ["…", "15.58", "…", "…"]
    assert printed(values, "soil_retention") == ["", "", "…", "…"]
    assert printed(values, "regulating") == ["", "", "…", "…"]
    assert printed(values, "gep") == ["", "", "…", "…"]
    assert printed(values, "material") == ["", "", "632.65", "…"], "known, but no share of an unknown whole"
    assert values.at["regulating", "value"].made is None
    assert printed(forms["T3"], "regulating")[-2:] == ["…", "…"]
    assert printed(forms["T3"], "climate_regulation") == ["666.68", "309.16", "507.68", "674.35", "2,157.87"]


def test_notes_say_what_is_lacking_and_what_the_department_wrote(forms: dict[str, Form]) -> None:
    for name in ("T1", "T2"):
        notes = [n.zh for n in forms[name].notes]
        assert SOIL in notes
        assert "释氧缺数：没有释氧量。" in notes
        assert "“…”表示缺数，不是零。" in notes
        assert [n for n in notes if "当年没有统计" in n]
    assert any("Soil retention (Retained soil" in n.en for n in forms["T1"].notes)


def test_what_is_left_is_still_exact_and_traced(forms: dict[str, Form]) -> None:
    for form in forms.values():
        check_form(form)
