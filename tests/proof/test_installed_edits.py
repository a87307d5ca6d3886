"""Edits of the installed package: verify names every file of it that was changed, added or lost, and the record stays green.

The wheel is built once and unpacked, with the list of files it brings; a Python of its own runs verify from it, on the closed book.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.proof.closed_book import FULL, STORE, chance, closed_book, copied, other_digit
from tests.ready import Ready

TOP = Path(__file__).resolve().parents[2]
EDITS = 100 if FULL else 20
# One process for all cases: it edits a file, looks, and puts it right. What verify says of record and catalogue is asked for too.
PROGRAM = """
import json, sys
from pathlib import Path
site, book, cases = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(Path(sys.argv[3]).read_text(encoding="utf-8"))
sys.path.insert(0, str(site))
from gep.book import Book
from gep.workflow.verify import installed, verify
assert Path(sys.modules["gep"].__file__).is_relative_to(site)
told = []
for case in cases:
    path = site / case["name"]
    before = path.read_bytes() if path.is_file() else None
    if case["after"] is None:
        path.unlink()
    else:
        path.write_bytes(bytes.fromhex(case["after"]))
    found = list(verify(Book(book)).findings if case["whole"] else installed())
    told.append([[f.code, f.severity, f.place.file] for f in found])
    path.unlink(missing_ok=True)
    if before is not None:
        path.write_bytes(before)
print(json.dumps(told))
"""
Case = dict[str, Any]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked."""
    folder = tmp_path_factory.mktemp("installed")
    (made,) = WheelBuilder(str(TOP)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(made) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def book(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copied(closed_book(ready), tmp_path_factory.mktemp("beside"))
    (root / STORE).unlink()
    return root


def told(site: Path, book: Path, cases: list[Case], tmp_path: Path) -> list[list[list[str]]]:
    """What the installed program says after each edit: code, severity and file of each finding."""
    (tmp_path / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-B", str(tmp_path / "program.py"), str(site), str(book), str(tmp_path / "cases.json")],
        env=os.environ | {"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def case(name: str, after: bytes | None, *, whole: bool = False) -> Case:
    return {"name": name, "after": None if after is None else after.hex(), "whole": whole}


def test_every_edit_of_an_installed_file_is_named(site: Path, book: Path, tmp_path: Path) -> None:
    source = chance("installed")
    names = sorted(p.relative_to(site).as_posix() for p in (site / "gep").rglob("*") if p.is_file())
    cases = []
    for n, name in enumerate(source.choices(names, k=EDITS)):
        data = (site / name).read_bytes()
        after = (other_digit(data, source.randrange(len(data) or 1)), data + b"\n", None, data[: len(data) // 2] + b"#")[n % 4]
        cases.append(case(name, after))
    cases.append(case("gep/base/more.py", b"pass\n"))
    cases.append(case("gep/_data/coefficients/more.toml", b""))
    for edit, said in zip(cases, told(site, book, cases, tmp_path), strict=True):
        assert said == [["VERIFY-INSTALLED", "stop", edit["name"]]], edit["name"]


def test_a_price_changed_in_the_catalogue_and_in_its_list_is_told_of_and_the_record_stays_green(
    site: Path, book: Path, tmp_path: Path
) -> None:
    """Whoever changes the list too is found by the catalogue that the runs kept; as an upgrade would be, so it is a query."""
    name = next(
        n
        for n in sorted(p.relative_to(site).as_posix() for p in (site / "gep/_data/coefficients").rglob("*.csv"))
        if "price" in n
    )
    data = (site / name).read_bytes()
    work = Path(shutil.copytree(site, tmp_path / "site"))
    (record,) = work.glob("*.dist-info/RECORD")
    (work / name).write_bytes(other_digit(data, len(data) // 2))
    kept = [line for line in record.read_text(encoding="utf-8").splitlines() if not line.startswith(f"{name},")]
    (untouched,) = told(site, book, [case(name, data, whole=True)], tmp_path)
    assert [f for f in untouched if f[1] != "note"] == []
    changed_data = (work / name).read_bytes()
    record.write_text("\n".join([*kept, f"{name},{_sum(changed_data)},{len(changed_data)}"]) + "\n", encoding="utf-8")
    (said,) = told(work, book, [case(name, changed_data, whole=True)], tmp_path)
    assert [f for f in said if f[1] != "note"] == [["VERIFY-CATALOGUE", "query", name.removeprefix("gep/_data/")]]


def _sum(data: bytes) -> str:
    import hashlib
    from base64 import urlsafe_b64encode

    return "sha256=" + urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


@pytest.mark.parametrize("edit", ["hash gone", "line gone", "other hash", "no list", "no text"])
def test_an_edit_of_the_list_itself_is_told(site: Path, book: Path, tmp_path: Path, edit: str) -> None:
    """A list with a hole is no way around: what it does not vouch for is named."""
    (record,) = site.glob("*.dist-info/RECORD")
    lines = record.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("gep/book.py,"))
    other = {"hash gone": ["gep/book.py,,"], "line gone": [], "other hash": ["gep/book.py,sha256=x,1"]}
    after = "\n".join([*lines[:at], *other.get(edit, []), *lines[at + 1 :]]).encode()
    after = {"no list": None, "no text": b"\xff\x00"}.get(edit, after)
    (said,) = told(site, book, [case(record.relative_to(site).as_posix(), after)], tmp_path)
    expected = {
        "no list": ["VERIFY-NO-RECORD", "note", "gep-accounts"],
        "no text": ["VERIFY-INSTALLED", "stop", "RECORD"],
    }.get(edit, ["VERIFY-INSTALLED", "stop", "gep/book.py"])
    assert said == [expected]
