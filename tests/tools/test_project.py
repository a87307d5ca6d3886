"""The project's own files: locks that agree and name no place, a wheel that carries its data and finds them."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement

from tools.bundle import lock_entries

TOP = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-run.lock", "requirements-duckdb2.lock")
DATA = ("coefficients", "ledgers", "templates")


def _pins(name: str) -> dict[str, str]:
    return {entry.name: str(entry.specifier) for entry, _ in lock_entries((TOP / name).read_text(encoding="utf-8"))}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_versions_and_hashes_and_no_place(name: str) -> None:
    text = (TOP / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash=sha256:)", text, flags=re.MULTILINE)
    for requirement, hashes in lock_entries(text):
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), requirement
        assert "--hash=sha256:" in hashes, requirement


def test_run_lock_is_a_part_of_the_whole_lock_and_holds_every_dependency() -> None:
    whole, run = _pins("requirements.lock"), _pins("requirements-run.lock")
    assert run.items() <= whole.items()
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for wanted in map(Requirement, project["dependencies"]):
        assert wanted.specifier.contains(run[wanted.name].removeprefix("==")), wanted
    for wanted in map(Requirement, project["optional-dependencies"]["dev"]):
        assert wanted.specifier.contains(whole[wanted.name].removeprefix("==")), wanted


def test_duckdb_is_locked_at_the_version_that_writes_books_and_tried_on_the_next_major() -> None:
    assert _pins("requirements.lock")["duckdb"] == "==1.5.6"
    assert _pins("requirements-duckdb2.lock")["duckdb"].startswith("==2.0.")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    (made,) = WheelBuilder(str(TOP)).build(directory=str(out), versions=["standard"])
    return Path(made)


def test_wheel_holds_package_messages_and_every_data_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    shipped = {f"gep/_data/{p.relative_to(TOP).as_posix()}" for folder in DATA for p in (TOP / folder).rglob("*") if _kept(p)}
    inside = {p.relative_to(TOP).as_posix() for p in (TOP / "gep").rglob("*") if _kept(p)}
    assert shipped
    assert {"gep/py.typed", "gep/base/units.txt", "gep/base/messages/data.toml"} <= inside
    assert {name for name in names if ".dist-info/" not in name} == shipped | inside


def _kept(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts and path.suffix != ".duckdb"


def test_an_unpacked_wheel_finds_its_own_data(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "site")
    code = "from gep.base.data import data_root, shipped_books; print(data_root()); print(*shipped_books(), sep=chr(10))"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site"), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert Path(shown[0]) == tmp_path / "site" / "gep" / "_data"
    assert shown[1:] == sorted(p.parent.name for p in (TOP / "ledgers" / "books").glob("*/book.toml"))
