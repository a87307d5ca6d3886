"""What the tests share is made once, is found out if it is changed, and never answers for something else."""

from __future__ import annotations

import os
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gep.base.data import data_root
from gep.catalog.load import load
from gep.workflow.init import init
from tests.read_once import parsed_once
from tests.read_open import Opened
from tests.ready import Ready


def test_a_thing_is_made_once_for_all_workers(tmp_path: Path) -> None:
    calls: list[Path] = []

    def make(folder: Path) -> str:
        calls.append(folder)
        (folder / "file").write_text("made")
        return "told"

    one, other = Ready(tmp_path / "shared"), Ready(tmp_path / "shared")
    assert one.made("thing", make) == other.made("thing", make) == (tmp_path / "shared" / "thing", "told")
    assert calls == [tmp_path / "shared" / "thing"]
    assert one.made("another", make)[1] == "told"
    assert len(calls) == 2


def test_what_failed_half_way_is_made_again(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise RuntimeError("killed")

    ready = Ready(tmp_path / "shared")
    with pytest.raises(RuntimeError):
        ready.made("thing", fail)
    folder, _ = ready.made("thing", lambda folder: (folder / "whole").write_text("whole"))
    assert [p.name for p in folder.iterdir()] == ["whole"]


def test_a_file_that_was_changed_added_or_taken_away_is_named(tmp_path: Path) -> None:
    def make(folder: Path) -> None:
        for name in ("a", "b", "same", ".lock"):
            (folder / name).write_text(name)

    ready = Ready(tmp_path / "shared")
    folder, _ = ready.made("thing", make)
    assert ready.changed() == []
    (folder / "a").write_text("other")
    (folder / "b").unlink()
    (folder / "c").write_text("c")
    (folder / ".lock").unlink()
    assert ready.changed() == ["thing/a", "thing/b", "thing/c"]


def test_a_copy_has_the_same_bytes(tmp_path: Path) -> None:
    book, _ = init(tmp_path / "book", who="maker")
    copy = Ready(tmp_path / "shared").copy(book, tmp_path / "copy")
    assert copy.entries() == book.entries()
    for path in (p for p in book.root.rglob("*") if p.is_file() and not p.name.startswith(".lock")):
        assert (copy.root / path.relative_to(book.root)).read_bytes() == path.read_bytes()


def test_a_file_is_parsed_again_when_it_changed_or_was_refused() -> None:
    read: list[str] = []

    def parse(text: str, **_: Any) -> dict[str, Any]:
        read.append(text)
        return tomllib.loads(text)

    once = parsed_once(parse)
    assert once("x = 1", parse_float=Decimal) is once("x = 1", parse_float=Decimal)
    assert [once("x = 2", parse_float=Decimal), once("x = 1", parse_float=Decimal)] == [{"x": 2}, {"x": 1}]
    assert read == ["x = 1", "x = 2"]
    for _ in range(2):
        with pytest.raises(tomllib.TOMLDecodeError):
            once("x = ")
    assert len(read) == 4


def test_a_catalogue_is_read_again_when_any_file_of_it_changed(tmp_path: Path) -> None:
    """By the program itself, which remembers those it made."""
    shipped = data_root() / "coefficients"
    local = tmp_path / "local"
    local.mkdir()
    first = load(shipped, local)
    assert load(shipped, local) is first
    measure = local / "measures" / "m.toml"
    measure.parent.mkdir()
    text = 'zh = "量"\nen = "One"\nkind = "flow"\nunit = "m3"\nfinest = "1"\ndepartment = "水利局"\n'
    made = [first]
    for name in ("one_a", "one_b"):  # as long as before
        measure.write_text(f"[{name}]\n{text}", encoding="utf-8")
        made.append(load(shipped, local))
        assert name in made[-1].measures
    assert len({id(c) for c in made}) == 3
    measure.unlink()
    assert load(shipped, local) is first


class Instance:
    """An open store that says what stood in the file when it was opened."""

    def __init__(self, path: Path) -> None:
        self.text, self.open = path.read_text(), True

    def cursor(self) -> Instance:
        assert self.open
        return self

    def execute(self, sql: str) -> None:
        assert sql == "USE accounts"

    def close(self) -> None:
        self.open = False


def test_a_store_that_was_replaced_or_written_is_opened_anew(tmp_path: Path) -> None:
    store, made = tmp_path / "store", []

    def connect(path: Path, attach: Any = (), as_of: Any = None) -> Any:
        made.append(Instance(path))
        return made[-1]

    opened = Opened(connect)
    store.write_text("one")
    assert opened(store).text == opened(store).text == "one"
    (tmp_path / "new").write_text("two")
    (tmp_path / "new").replace(store)
    assert opened(store).text == "two"
    store.write_text("six")
    os.utime(store, ns=(1, 1))  # as on a clock that has moved since
    assert opened(store).text == "six"
    assert len(made) == 3
    opened.close()
    assert not any(m.open for m in made)
