"""gep uncertainty: what a run stores is read back, told in both languages, and refused where there is none."""

from __future__ import annotations

import io
import json
import sys

import pytest
from rich.console import Console
from typer.testing import CliRunner

from gep import cli
from gep.base.findings import Refused
from gep.book import Book
from gep.report.uncertainty import spread_sheet
from gep.workflow.run import run
from gep.workflow.submit import submit
from gep.workflow.uncertainty import uncertainty
from tests.proof import small_book

TERMS = '\n[uncertainty]\ndraws = 500\nseed = 5\nlevel = "0.9"\nshape = "triangular"\n\n[[service]]\nid = "timber"'


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """1000 m³ at 400 … 500 … 900 yuan and 200 visits at 30 yuan, a price without a spread: GEP 506,000."""
    top = tmp_path_factory.mktemp("uncertainty")
    data = small_book.write_data(top / "data")
    for name, old, new in (
        ("schemes/small.toml", '\n[[service]]\nid = "timber"', TERMS),
        ("prices/all.csv", "500,CNY@2020/m3,,", "500,CNY@2020/m3,400,900"),
    ):
        path = data / "coefficients" / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
    made = small_book.make(top / "book", data)
    files = [small_book.figure(top / "returns", 2020, *item) for item in (("timber_cut", 1000), ("visits", 200))]
    submit(made, files, who="clerk")
    assert run(made, "2020", who="clerk").vintage
    return made


def test_a_run_stores_what_the_verb_reads(book: Book) -> None:
    made = uncertainty(book)
    assert (made.region, made.year, made.profile) == ("990001", 2020, "small")
    assert [f["item"] for f in made.figures] == ["gep", "material", "cultural", "timber", "visit"]
    gep = made.figures[0]
    assert gep["value"] == 506_000
    # 1000 · (400 + 500 + 900)/3 = 600,000, and 200 visits at 30
    assert float(gep["mean"]) == pytest.approx(606_000, rel=0.02)
    assert gep["cause"] == "skewed"
    assert float(gep["known_share"]) == pytest.approx(500 / 506, abs=1e-12)
    assert [p["parameter"] for p in made.contributing] == ["timber_price"]
    assert [p["parameter"] for p in made.unknown] == ["visit_price"]


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("生态产品总值", "账面值", "离散范围未知")), ("en", ("GEP", "value", "without a spread"))]
)
def test_it_is_told(book: Book, lang: str, words: tuple[str, ...]) -> None:
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(spread_sheet(uncertainty(book), lang, 10))
    text = console.export_text()
    assert all(word in text for word in words)
    assert "0.0051" in text  # 506,000 yuan in 10⁸
    assert "98.81%" in text
    assert "timber_price" in text
    assert "visit_price" in text


def test_what_there_is_not_is_refused_and_what_there_is_is_named(book: Book) -> None:
    with pytest.raises(Refused) as caught:
        uncertainty(book, 2021)
    (told,) = caught.value.findings
    assert (told.code, told.expected) == ("UNCERTAINTY-NONE", "small/2020/-/current")


def test_as_json(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["gep.cli.uncertainty"], "open_book", lambda path: book)
    found = CliRunner().invoke(cli.app, ["uncertainty", str(book.root), "--year", "2020", "--json"])
    made = json.loads(found.stdout)
    assert (found.exit_code, made["ok"]) == (0, True)
    assert made["result"]["figures"][0]["item"] == "gep"
    assert made["result"]["items"]["gep"] == {"zh": "生态产品总值", "en": "GEP"}


def test_the_command_refuses_with_a_finding(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["gep.cli.uncertainty"], "open_book", lambda path: book)
    found = CliRunner().invoke(cli.app, ["uncertainty", str(book.root), "--zone", "Z9", "--json"])
    assert found.exit_code == 1
    assert json.loads(found.stdout)["findings"][0]["code"] == "UNCERTAINTY-NONE"
