"""1,000 bit flips and 200 truncations over all files of a closed book: verify names the very file, or the flip does no harm.

No flip gives another number in silence: a query store that is hit is refused, built again, or says what it said before.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.proof.closed_book import (
    FULL,
    HARMLESS,
    JOURNAL,
    OWN,
    STORE,
    ask,
    chance,
    changed,
    closed_book,
    copied,
    look,
    named,
    names_of,
    stops,
)  # fmt: skip
from tests.ready import Ready

FLIPS, CUTS = (1000, 200) if FULL else (30, 8)
STORES = 8  # one case in so many hits the query store, which is the largest file
WHOLE = 10  # one case in so many is looked at with the query store in place; it takes most of the time and is not what was hit


@dataclass(frozen=True)
class Bench:
    """A copy of the closed book, its store kept aside, the numbers it gives, and the names of its files."""

    root: Path
    store: Path
    numbers: list[str]
    files: list[str]


@pytest.fixture(scope="module")
def bench(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("damage")
    root = copied(closed_book(ready), folder)
    assert stops(look(root)) == []
    numbers = ask(root)
    assert numbers is not None
    assert {line.split()[0] for line in numbers} == {"total", "value", "physical", "state", "use"}
    store = Path(shutil.copyfile(root / STORE, folder / STORE))
    return Bench(root, store, numbers, names_of(root))


def chosen(bench: Bench, number: int, what: str) -> list[tuple[str, int]]:
    """So many (file, byte): some in the store; of the rest half by file, half by size, so that every kind is hit."""
    source = chance(what)
    others = [name for name in bench.files if name != STORE]
    sizes = [(bench.root / name).stat().st_size for name in others]
    picked = []
    for n in range(number):
        by_size = source.choices(others, sizes)[0]
        name = STORE if n % STORES == 0 else by_size if n % 2 else source.choice(others)
        picked.append((name, source.randrange((bench.root / name).stat().st_size)))
    return picked


def judged(bench: Bench, name: str, told: str) -> bool:
    """True: verify names the file. False: shown harmless. Fails where a number is another one, or nobody is told."""
    found = look(bench.root)
    if name == STORE:
        return store_judged(bench, bool(stops(found)), named(found, STORE), told)
    if name == JOURNAL or not name.startswith(OWN):
        assert named(found, name) or (name == JOURNAL and cut_between_lines(bench)), (told, stops(found))
        assert stops(found), told
        return True
    if stops(found):  # book.toml that can no longer be read
        assert [f.place.file for f in found] == ["book.toml"] * len(found), (told, stops(found))
        return True
    assert named(found, name, severity="query"), told
    return True


def cut_between_lines(bench: Bench) -> bool:
    """A journal that ends with a whole line has no line to name: what it no longer knows is named instead."""
    return (bench.root / JOURNAL).read_bytes().endswith(b"\n")


def store_judged(bench: Bench, stopped: bool, is_named: bool, told: str) -> bool:
    assert stopped == is_named, told
    said = ask(bench.root)
    assert said is None or said == bench.numbers, told  # refused, built again, or untouched: never another number
    assert said is not None or is_named, told
    return is_named


@contextmanager
def standing(bench: Bench, name: str, data: bytes, *, store: bool) -> Iterator[None]:
    """A file of the book with other content for the time being; without `store` the query store is not there meanwhile."""
    path = bench.root / name
    if name == STORE:
        path.write_bytes(data)
        try:
            yield
        finally:
            shutil.copyfile(bench.store, path)
            path.with_name(f"{STORE}.wal").unlink(missing_ok=True)
        return
    away = bench.store.with_name("away")
    if not store:
        (bench.root / STORE).rename(away)
    try:
        with changed(path, data):
            yield
    finally:
        if not store:
            away.rename(bench.root / STORE)


def test_every_bit_that_flips_is_found_or_does_no_harm(bench: Bench) -> None:
    source = chance("bits")
    harmless = []
    for n, (name, at) in enumerate(chosen(bench, FLIPS, "flips")):
        bit = source.randrange(8)
        told = f"{name}, byte {at}, bit {bit}"
        data = bytearray((bench.root / name).read_bytes())
        data[at] ^= 1 << bit
        with standing(bench, name, bytes(data), store=n % WHOLE == 1):
            if not judged(bench, name, told):
                harmless.append(told)
    assert all(told.startswith(STORE) for told in harmless)  # free space and the older of the two headers of the store
    print(f"flips: {FLIPS}, named: {FLIPS - len(harmless)}, harmless: {len(harmless)} {harmless}")
    assert stops(look(bench.root)) == []


def test_every_file_that_is_cut_is_found(bench: Bench) -> None:
    harmless = []
    for n, (name, length) in enumerate(chosen(bench, CUTS, "cuts")):
        told = f"{name}, cut to {length} bytes"
        with standing(bench, name, (bench.root / name).read_bytes()[:length], store=n % WHOLE == 1):
            if not judged(bench, name, told):
                harmless.append(told)
    assert all(told.startswith(STORE) for told in harmless)
    print(f"cuts: {CUTS}, named: {CUTS - len(harmless)}, harmless: {len(harmless)} {harmless}")
    assert stops(look(bench.root)) == []


def test_what_stands_in_the_lock_is_of_no_weight(bench: Bench) -> None:
    """The lock is held by the system; the note of its holder is words for the one who waits."""
    for name in HARMLESS:
        (bench.root / name).write_bytes(b"\x00\xff")
        assert stops(look(bench.root)) == []
        assert ask(bench.root) == bench.numbers
        (bench.root / name).unlink(missing_ok=True)
