"""Where the shipped data are found: beside the package in a checkout, inside it when installed, and a clear word if nowhere."""

from pathlib import Path

import pytest

from gep.base import data
from gep.base.findings import Refused, render


def test_checkout_root_holds_the_coefficients() -> None:
    root = data.data_root()
    assert (root / "coefficients" / "measures").is_dir()
    assert (root / "gep" / "base" / "data.py").samefile(data.__file__)


def test_installed_data_win_over_a_folder_beside_the_package(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "gep"
    (package / "_data" / "coefficients").mkdir(parents=True)
    (tmp_path / "site-packages" / "coefficients").mkdir()
    assert data.find_data_root(package) == package / "_data"


def test_checkout_is_found_when_nothing_is_installed(tmp_path: Path) -> None:
    (tmp_path / "gep").mkdir()
    (tmp_path / "coefficients").mkdir()
    assert data.find_data_root(tmp_path / "gep") == tmp_path


def test_an_empty_data_folder_is_no_installation(tmp_path: Path) -> None:
    package = tmp_path / "gep"
    (package / "_data").mkdir(parents=True)
    (package / "_data" / "coefficients").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(Refused) as caught:
        data.find_data_root(package)
    (found,) = caught.value.findings
    assert found.code == "DATA-NOT-FOUND"
    assert str(package / "_data") in found.text("en")
    assert "安装不完整" in render(found, "zh")
    assert "找不到随程序提供的系数数据" in render(found, "zh")
    assert "The data shipped with the program cannot be found" in render(found, "en")
    assert "install gep-accounts again" in render(found, "en")


def test_shipped_books_are_folders_with_a_book_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books = tmp_path / "ledgers" / "books"
    for name in ("zeta", "alpha"):
        (books / name).mkdir(parents=True)
        (books / name / "book.toml").write_text("schema = 2\n", encoding="utf-8")
    (books / "draft").mkdir()
    (books / "README.md").write_text("notes\n", encoding="utf-8")
    (tmp_path / "coefficients").mkdir()
    monkeypatch.setattr(data, "PACKAGE", tmp_path / "gep")
    assert data.shipped_books() == ["alpha", "zeta"]


def test_every_listed_book_of_the_checkout_has_its_file() -> None:
    books = data.data_root() / "ledgers" / "books"
    assert set(data.shipped_books()) == {path.name for path in books.iterdir() if (path / "book.toml").is_file()}
