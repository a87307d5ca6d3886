"""The files of a catalogue kept under their hash: read, kept once, checked, compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.base.findings import Refused
from gep.ledger import catalogues


@pytest.fixture
def book(tmp_path: Path) -> Path:
    root = tmp_path / "book"
    (root / "local" / "prices").mkdir(parents=True)
    (root / "book.toml").write_text("schema = 2\n", encoding="utf-8")
    (root / "local" / "prices" / "own.csv").write_text("id,value\np,1\n", encoding="utf-8")
    (root / "local" / ".hidden").write_text("no", encoding="utf-8")
    return root


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("coefficients/rules/a.toml", "ledgers/layouts/LA-01.toml", "ledgers/books/x/book.toml", "templates/t.j2"):
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return tmp_path / "data"


def test_what_a_run_reads_and_nothing_else(data: Path, book: Path) -> None:
    names = {"book.toml", "coefficients/rules/a.toml", "ledgers/layouts/LA-01.toml", "local/prices/own.csv"}
    assert catalogues.read_files(data, book).keys() == names


def test_the_shipped_catalogue_is_whole(book: Path) -> None:
    found = catalogues.read_files(data_root(), book)
    assert {n.split("/")[1] for n in found if n.startswith("ledgers/")} == {"layouts", "sheets", "registers"}
    assert {"rules", "prices", "measures", "schemes"} <= {n.split("/")[1] for n in found if n.startswith("coefficients/")}


def test_kept_once_under_a_name_that_says_what_it_holds(data: Path, book: Path, tmp_path: Path) -> None:
    files = catalogues.read_files(data, book)
    name = catalogues.keep(tmp_path / "kept", files)
    assert catalogues.keep(tmp_path / "kept", dict(reversed(files.items()))) == name
    assert [p.name for p in (tmp_path / "kept").iterdir()] == [name]
    assert list(catalogues.check(tmp_path / "kept" / name)) == []
    other = catalogues.keep(tmp_path / "kept", files | {"book.toml": b"schema = 3\n"})
    assert other != name


@pytest.mark.parametrize("change", ["edit", "delete", "add", "manifest", "manifest gone"])
def test_every_change_is_named(change: str, data: Path, book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept" / catalogues.keep(tmp_path / "kept", catalogues.read_files(data, book))
    named = {
        "edit": "local/prices/own.csv", "delete": "coefficients/rules/a.toml", "add": "local/more.toml",
        "manifest": "manifest.json", "manifest gone": "manifest.json",
    }[change]  # fmt: skip
    if change == "edit":
        (folder / named).write_text("id,value\np,2\n", encoding="utf-8")
    elif change == "add":
        (folder / named).write_text("", encoding="utf-8")
    elif change == "manifest":
        (folder / named).write_bytes((folder / named).read_bytes().replace(b"own.csv", b"one.csv"))
    else:
        (folder / named).unlink()
    (found,) = catalogues.check(folder)
    assert found.code == "VERIFY-HASH"
    assert found.place.file == f"kept/{folder.name}/{named}"


def test_what_is_other_today(data: Path, book: Path, tmp_path: Path) -> None:
    files = catalogues.read_files(data, book)
    folder = tmp_path / "kept" / catalogues.keep(tmp_path / "kept", files)
    assert catalogues.differences(folder, files) == {}
    changed = {k: v for k, v in files.items() if k != "book.toml"} | {"local/prices/own.csv": b"id,value\np,2\n", "local/x": b""}
    found = catalogues.differences(folder, changed)
    assert found.keys() == {"book.toml", "local/prices/own.csv", "local/x"}
    assert (found["book.toml"][1], found["local/x"][0]) == ("-", "-")
    (folder / "manifest.json").write_bytes(b"{}")
    with pytest.raises(Refused):
        catalogues.differences(folder, files)
