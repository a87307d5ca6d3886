"""A year is closed, then another program is installed: the record stays what it is, and what is other is named.

Two wheels are built from a copy of this tree and unpacked beside each other. In one a price that the run read is another; in the
other the code rounds otherwise. Each is run as a program of its own over the book that was closed with this tree.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder

from gep.book import Book
from gep.ledger.files import digest_file
from gep.workflow.init import init
from gep.workflow.run import run
from gep.workflow.states import step

FULL = os.environ.get("GEP_PROOF") == "full"
TOP = Path(__file__).resolve().parents[2]
TREE = ("gep", "coefficients", "ledgers", "templates", "pyproject.toml", "README.md", "LICENSE", "NOTICE")
PRICES = "coefficients/prices/reference.csv"
SOLD, PRICE, OTHER_PRICE = Decimal("100.123456"), Decimal("42.85"), Decimal("43.85")  # t CO2; yuan a tonne, the market of 2021
BOOK = """schema = 2
zh = "碳汇交易(示例)"
en = "Carbon sold (made up)"
illustrative = true
schemes = ["sold"]
leaf_level = "county"
[[region]]
code = "990001"
level = "county"
zh = "示例县"
en = "Example county"
"""
LOCAL = {
    "local/measures/sold.toml": """[carbon_sold]
zh = "售出的碳汇"
en = "Carbon sold"
kind = "flow"
unit = "t_CO2"
finest = "0.000001"
dims = []
lower = 0
department = "林业局"
[carbon_sold.account]
service = "=carbon_sequestration"
benefit = "=carbon_sold"
""",
    "local/codes/sold.csv": "scheme,edition,code,parent,zh,en,valid_from,valid_to\nbenefit,1,carbon_sold,,售出碳汇,Carbon sold,,\n",
    "local/sources.toml": '[made_up]\nkind = "illustrative"\ntitle = "Made up"\nyear = "2026"\n',
    "local/schemes/sold.toml": """id = "sold"
kind = "gep_profile"
zh = "碳汇"
en = "Carbon"
version = "1"
status = "enabled"
source = "made_up"
rules = []
parameter_sets = ["national-ets"]
currency = "CNY"
price_basis = "current"
[[service]]
id = "carbon_sequestration"
class = "regulating"
[[service.line]]
measure = "carbon_sold"
price = "carbon_market_price"
""",
    "returns/forestry.csv": (
        "region,period,item,category,part,value,state,unit,department,source,evidence,note\n"
        f"990001,2021,carbon_sold,,,{SOLD},,t_CO2,林业局,made_up,-,\n"
    ),
}


def one_price(tree: Path) -> None:
    """The price of 2021 in the shipped table, one figure in one row."""
    path = tree / PRICES
    old = path.read_text(encoding="utf-8")
    row = re.compile(r"^(carbon_market_price,national-ets,,,2021-01-01,2021-12-31,)42\.85,", re.MULTILINE)
    new, count = row.subn(rf"\g<1>{OTHER_PRICE},", old)
    assert count == 1
    path.write_text(new, encoding="utf-8")


def one_function(tree: Path) -> None:
    """Amounts are cut off where this tree rounds them to the nearest."""
    path = tree / "gep" / "base" / "rounding.py"
    old = path.read_text(encoding="utf-8")
    right = "return round_8170(x, Decimal((0, (1,), -places)))"
    assert old.count(right) == 1
    path.write_text(
        old.replace(right, "return _nearest(x, Decimal((0, (1,), -places)), lambda n, rest: False)"), encoding="utf-8"
    )


class Program:
    """A wheel of the changed tree, unpacked. Called as a program of its own."""

    def __init__(self, folder: Path, change: Callable[[Path], None]) -> None:
        tree, self.site = folder / "tree", folder / "site"
        tree.mkdir(parents=True)
        for name in TREE:
            source = TOP / name
            if source.is_dir():
                shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, tree / name)
        change(tree)
        project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))
        version = tree / project["tool"]["hatch"]["version"]["path"]
        text, count = re.subn(r'^(__version__ = ")[^"]+', r"\g<1>99.0", version.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert count == 1
        version.write_text(text, encoding="utf-8")
        (wheel,) = WheelBuilder(str(tree)).build(directory=str(folder), versions=["standard"])
        assert "99.0" in Path(wheel).name
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(self.site)

    def __call__(self, *words: object) -> dict[str, Any]:
        """What the command says as JSON; it must end well."""
        done = subprocess.run(
            [sys.executable, "-c", "from gep.cli import main; main()", *map(str, words), "--json"],
            cwd=self.site.parent,
            env=os.environ | {"PYTHONPATH": str(self.site), "PYTHONUTF8": "1", "GEP_USER": "clerk"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        said: dict[str, Any] = json.loads(done.stdout or "{}") or {"stderr": done.stderr}
        return said | {"code": done.returncode}


def codes(said: dict[str, Any]) -> set[str]:
    return {f["code"] for f in said["findings"]}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The book of one sale, its year closed with the program of this tree."""
    source = tmp_path_factory.mktemp("source")
    for name, text in {"book.toml": BOOK, **LOCAL}.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    book, (taken,) = init(tmp_path_factory.mktemp("closed") / "book", str(source), who="maker")
    assert taken.status == "accepted", taken.findings
    assert run(book, "2021", who="maker").vintage == 3
    for act in ("review", "finalise", "close"):
        step(book, act, [2021], who="checker")
    assert value(book.root, 3) == Decimal("4290.2901")  # 100.123456 × 42.85 = 4290.2900896
    return book


def value(root: Path, vintage: int) -> Decimal:
    with (root / "releases" / str(vintage) / "value_account.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    return Decimal(row["value"])


def bytes_of(root: Path) -> dict[str, str]:
    """Digest of every file of the book but the query store, which belongs to the program, and the lock."""
    files = (p for p in root.rglob("*") if p.is_file() and not p.name.startswith((".lock", "accounts.duckdb")))
    return {p.relative_to(root).as_posix(): digest_file(p)[0].sha256 for p in files}


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(tmp_path_factory.mktemp("priced"), one_price)


@pytest.fixture(scope="module")
def rounded(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(tmp_path_factory.mktemp("rounded"), one_function)


def test_another_price_leaves_the_record_sound_and_is_named(closed: Book, priced: Program, tmp_path: Path) -> None:
    root = shutil.copytree(closed.root, tmp_path / "book")
    before = bytes_of(root)
    said = priced("verify", root, "--reperform")
    assert (said["code"], said["ok"]) == (0, True), said
    assert not [f for f in said["findings"] if f["severity"] == "stop"]
    named = [f for f in said["findings"] if f["code"] == "VERIFY-CATALOGUE"]
    assert [f["place"]["file"] for f in named] == [PRICES], "one file is other, and it is named"
    (program,) = (f for f in said["findings"] if f["code"] == "VERIFY-PROGRAM")
    assert "99.0" in program["found"]
    # re-performed with the new program from the frozen rules: the old bytes, though its own price is another
    assert "REPERFORM-SAME" in codes(said)
    assert {"REPERFORM-PROGRAM", "REPERFORM-CATALOGUE"} <= codes(said)
    assert not codes(said) & {"REPERFORM-FIGURES", "REPERFORM-INPUT", "REPERFORM-RULES"}
    assert bytes_of(root) == before, "verify writes nothing"
    # and the price does matter: a trial with the new program comes to another value, beside the closed one
    said = priced("run", root, "--year", "2021", "--trial")
    assert said["code"] == 0, said
    vintage = max(int(p.name) for p in (root / "releases").iterdir())
    assert value(root, vintage) == Decimal("4390.4135")  # 100.123456 × 43.85 = 4390.4135456
    after = bytes_of(root)
    assert {name: after[name] for name in before if name != "journal.jsonl"} == {
        n: d for n, d in before.items() if n != "journal.jsonl"
    }
    assert value(root, 3) == Decimal("4290.2901")


def test_the_old_program_takes_the_book_back(closed: Book, priced: Program, tmp_path: Path) -> None:
    """A trial of the new program is no obstacle to the old one: it re-performs both, each from what it froze."""
    from gep.base.findings import stops
    from gep.workflow.reperform import reperform
    from gep.workflow.verify import verify

    root = shutil.copytree(closed.root, tmp_path / "book")
    assert priced("run", root, "--year", "2021", "--trial")["code"] == 0
    book = Book(root)
    assert not stops(verify(book).findings)
    newest = book.entries()[-1].seq
    for vintage in (3, newest):
        done = reperform(book, vintage)
        assert done.identical, done.findings


if FULL:  # a second wheel; tests/workflow/test_reperform.py holds a program that computes otherwise in the small

    def test_code_that_computes_otherwise_is_told_from_rules_and_input(closed: Book, rounded: Program, tmp_path: Path) -> None:
        root = shutil.copytree(closed.root, tmp_path / "book")
        assert rounded("verify", root)["code"] == 0, "the record is sound whatever program looks at it"
        said = rounded("verify", root, "--reperform")
        assert "REPERFORM-FIGURES" in codes(said), said
        assert not codes(said) & {
            "REPERFORM-SAME",
            "REPERFORM-INPUT",
            "REPERFORM-RULES",
            "VERIFY-CATALOGUE",
            "REPERFORM-CATALOGUE",
        }
        assert "VERIFY-PROGRAM" in codes(said)
        (of_values,) = (
            f for f in said["findings"] if f["code"] == "REPERFORM-FIGURES" and f["place"]["file"].endswith("/value_account.csv")
        )
        assert ("4290.2900" in of_values["found"], "4290.2901" in of_values["expected"]) == (True, True)
