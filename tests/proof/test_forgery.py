"""Edits, insertions, reorderings of the journal are found by its chain; what a chain cannot show, only with an anchor kept elsewhere.

A cut tail and a consistent forgery, done with care, are shown to be invisible without an anchor, and to be found with one: the
SHA-256 of an entry, the digest of a closing on its sign-off page, or the public key of who signs.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gep.ledger.files import digest_bytes
from gep.ledger.journal import FIRST, canonical
from gep.workflow.verify import Anchors
from tests.proof.closed_book import (
    FULL,
    JOURNAL,
    STORE,
    Bench,
    ask,
    bench_of,
    chance,
    changed,
    copied,
    look,
    named,
    no_store,
    other_digit,
    stops,
)
from tests.ready import Ready

Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def bench(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return bench_of(ready, tmp_path_factory.mktemp("forgery"))


# ---- the journal


def chained(lines: Lines) -> bytes:
    """The journal written anew from these entries: numbers, links and hashes as they would be, had it always been so."""
    prev, out = FIRST.as_dict(), []
    for seq, line in enumerate(lines, 1):
        body = {k: v for k, v in line.items() if k != "hash"} | {"seq": seq, "prev": prev}
        prev = digest_bytes(canonical(body)).as_dict()
        out.append(canonical(body | {"hash": prev}) + b"\n")
    return b"".join(out)


def rehashed(line: dict[str, Any], **change: Any) -> bytes:
    """One line with a right hash of its own, in its old place of the chain."""
    body = {k: v for k, v in line.items() if k != "hash"} | change
    return canonical(body | {"hash": digest_bytes(canonical(body)).as_dict()}) + b"\n"


def entries(data: bytes) -> Lines:
    return [json.loads(line) for line in data.splitlines()]


def plain(data: bytes, n: int) -> bytes:
    """Who did it, without care for the hash."""
    return data.replace(b'"who":"', b'"who":"X', n % 3 + 1)


def hash_kept(data: bytes, n: int) -> bytes:
    """A line rewritten with a right hash: the line after it no longer follows."""
    lines = data.splitlines(keepends=True)
    at = n % (len(lines) - 1)
    held = json.loads(lines[at])
    return b"".join([*lines[:at], rehashed(held, why="anders"), *lines[at + 1 :]])


def other_clock(data: bytes, n: int) -> bytes:
    lines = data.splitlines(keepends=True)
    at = n % len(lines)
    return b"".join([*lines[:at], rehashed(json.loads(lines[at]), seq=at + 2), *lines[at + 1 :]])


def gone(data: bytes, n: int) -> bytes:
    lines = data.splitlines(keepends=True)
    at = n % (len(lines) - 1)
    return b"".join([*lines[:at], *lines[at + 1 :]])


def twice(data: bytes, n: int) -> bytes:
    lines = data.splitlines(keepends=True)
    at = n % len(lines)
    return b"".join([*lines[: at + 1], lines[at], *lines[at + 1 :]])


def put_in(data: bytes, n: int) -> bytes:
    """An answer that nobody gave, with a right hash, between two lines."""
    lines = data.splitlines(keepends=True)
    at = n % (len(lines) - 1)
    held = json.loads(lines[at])
    return b"".join([*lines[: at + 1], rehashed(held, seq=at + 2, prev=held["hash"], who="X"), *lines[at + 1 :]])


def exchanged(data: bytes, n: int) -> bytes:
    lines = data.splitlines(keepends=True)
    at = n % (len(lines) - 1)
    return b"".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]])


def backwards(data: bytes, n: int) -> bytes:
    return b"".join(reversed(data.splitlines(keepends=True)))


def other_form(data: bytes, n: int) -> bytes:
    """The same JSON in another spelling."""
    lines = data.splitlines(keepends=True)
    at = n % len(lines)
    return b"".join([*lines[:at], json.dumps(json.loads(lines[at])).encode() + b"\n", *lines[at + 1 :]])


def no_json(data: bytes, n: int) -> bytes:
    lines = data.splitlines(keepends=True)
    at = n % len(lines)
    return b"".join([*lines[:at], b"{}\n" if n % 2 else b"garbage\n", *lines[at + 1 :]])


def emptied(data: bytes, n: int) -> bytes:
    return b"\n" + data


def act_of_no_form(data: bytes, n: int) -> bytes:
    """Whoever writes the whole chain anew can put in what no verb writes; it is named, not stumbled over."""
    lines = entries(data)
    lines[n % len(lines)] |= {"act": ("run", "submit", "close", "statement", "attach", "approve")[n % 6], "data": {"year": "x"}}
    return chained(lines)


def step_of_no_run(data: bytes, n: int) -> bytes:
    lines = entries(data)
    last = next(line for line in reversed(lines) if line["act"] == "close")
    last["data"] = last["data"] | {"vintage": 2}
    return chained(lines)


JOURNAL_EDITS: tuple[Callable[[bytes, int], bytes], ...] = (
    plain, hash_kept, other_clock, gone, twice, put_in, exchanged, backwards, other_form, no_json, emptied, act_of_no_form,
    step_of_no_run,
)  # fmt: skip


@pytest.mark.parametrize("edit", JOURNAL_EDITS, ids=lambda e: e.__name__)
def test_every_edit_of_the_journal_is_named(bench: Bench, edit: Callable[[bytes, int], bytes]) -> None:
    source = chance("journal", edit.__name__)
    path = bench.root / JOURNAL
    data = path.read_bytes()
    with no_store(bench):
        for n in source.sample(range(27), 27 if FULL else 2):
            with changed(path, edit(data, n)):
                found = look(bench.root)
            assert named(found, JOURNAL), (edit.__name__, n, stops(found))


def without_traces(bench: Bench, kept: int) -> None:
    """Cut the journal after so many lines and take away all that only the cut lines know: a careful hand."""
    path = bench.root / JOURNAL
    lines = path.read_bytes().splitlines(keepends=True)
    for line in map(json.loads, lines[kept:]):
        data = line["data"]
        if line["act"] == "close":
            (bench.root / "closings" / f"{data['year']}-{data['vintage']}.json").unlink()
        elif line["act"] == "run":
            shutil.rmtree(bench.root / "releases" / str(line["seq"]))
            for folder, name in (("rules", "rules_hash"), ("catalogues", "catalogue")):
                if not any(json.loads(x)["data"].get(name) == data[name] for x in lines[:kept]):
                    shutil.rmtree(bench.root / folder / data[name])
        elif line["act"] == "statement":
            shutil.rmtree(bench.root / "statements")
    path.write_bytes(b"".join(lines[:kept]))
    (bench.root / STORE).unlink()


@pytest.mark.parametrize("cut", range(1, 11) if FULL else (1, 4, 10))
def test_a_cut_tail_is_found_with_an_anchor_and_only_with_one_if_the_cut_is_careful(
    bench: Bench, tmp_path: Path, cut: int
) -> None:
    """Careless: the closing, the release or the query store tell of lines that are gone. Careful: nothing in the book does."""
    closed = bench.closed
    last, sha256 = closed.head
    path = bench.root / JOURNAL
    data = path.read_bytes()
    with changed(path, b"".join(data.splitlines(keepends=True)[:-cut])):
        careless = look(bench.root)
    assert named(careless, STORE, "t_schema"), stops(careless)
    careful = Bench(closed, copied(closed, tmp_path), bench.store)
    without_traces(careful, last - cut)
    assert stops(look(careful.root)) == []
    for anchors in (Anchors({last: sha256}), Anchors({}, (closed.digest,))):
        assert named(look(careful.root, anchors), JOURNAL)


def forged(root: Path, vintage: int, *, with_key: bool) -> None:
    """Other numbers in a release, and everything written anew that rests on it: what a consistent forgery takes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    folder = root / "releases" / str(vintage)
    table = folder / "gep_total.csv"
    data = other_digit(table.read_bytes(), table.stat().st_size // 2)
    table.write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    held = next(f for f in manifest["files"] if f["name"] == "gep_total.csv")
    held |= {"bytes": len(data), **digest_bytes(data).as_dict()}
    body = {k: v for k, v in manifest.items() if k != "digest"}
    seal = digest_bytes(canonical(body)).as_dict()
    (folder / "manifest.json").write_bytes(canonical(body | {"digest": seal}) + b"\n")
    lines = entries((root / JOURNAL).read_bytes())
    for n, line in enumerate(lines):
        if line["data"].get("vintage", line["seq"]) == vintage and "manifest" in line["data"]:
            line["data"]["manifest"] = seal
        if line["act"] == "close":
            path = root / "closings" / f"{line['data']['year']}-{line['data']['vintage']}.json"
            before = entries(chained(lines[:n]))[-1]
            document = json.loads(path.read_bytes()) | {"journal": {"seq": n, **before["hash"]}}
            document |= {"release": line["data"]["manifest"]}
            path.write_bytes(canonical(document) + b"\n")
            line["data"]["closing"] = digest_bytes(path.read_bytes()).as_dict()
            key = Ed25519PrivateKey.generate()
            signature = {
                "algorithm": "ed25519", "public_key": key.public_key().public_bytes_raw().hex(),
                "value": key.sign(path.read_bytes()).hex(),
            }  # fmt: skip
            line["data"].pop("signature")
            if with_key:
                line["data"]["signature"] = signature
    (root / JOURNAL).write_bytes(chained(lines))
    (root / STORE).unlink()


@pytest.mark.parametrize("with_key", [True, False], ids=["signed with another key", "not signed"])
def test_a_consistent_forgery_is_found_with_what_was_kept_elsewhere_and_not_without(
    bench: Bench, tmp_path: Path, with_key: bool
) -> None:
    closed = bench.closed
    root = copied(closed, tmp_path)
    genuine = ask(root)
    forged(root, closed.vintages[1], with_key=with_key)
    assert stops(look(root)) == []
    assert ask(root) not in (None, genuine)
    last, sha256 = closed.head
    for anchors in (Anchors({last: sha256}), Anchors({}, (closed.digest,)), Anchors({}, (), closed.public_key)):
        assert named(look(root, anchors), JOURNAL)
    genuine_book = look(bench.root, Anchors({last: sha256}, (closed.digest,), closed.public_key))
    assert stops(genuine_book) == []


def test_a_forgery_that_forgets_the_closing_is_found_by_the_book_itself(bench: Bench, tmp_path: Path) -> None:
    """The closing seals the journal before it: a chain written anew without it does not hold."""
    root = copied(bench.closed, tmp_path)
    lines = entries((root / JOURNAL).read_bytes())
    lines[1]["why"] = "anders"
    (root / JOURNAL).write_bytes(chained(lines))
    (root / STORE).unlink()
    found = look(root)
    assert {f.code for f in found if f.severity == "stop"} == {"VERIFY-CLOSING"}
    assert {f.place.file for f in found if f.severity == "stop"} == {f"closings/2010-{v}.json" for v in bench.closed.vintages}
