"""500 single edits of a closed book, by editor, by SQL and in the installed package: verify names each.

Tables, views, rules, parameters, originals, releases, statements, evidence, closings, journal; what only an anchor kept elsewhere
can show (a cut tail, a consistent forgery) is shown to be invisible without one, and found with one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gep.ledger.files import digest_bytes
from gep.ledger.journal import FIRST, canonical
from gep.ledger.journal_tables import JOURNAL_TABLES
from gep.ledger.tables import TABLES
from gep.ledger.views import quoted
from gep.workflow.verify import Anchors
from tests.proof.closed_book import (
    FULL,
    JOURNAL,
    OWN,
    STORE,
    Closed,
    ask,
    chance,
    changed,
    closed_book,
    copied,
    look,
    named,
    names_of,
    stops,
)

EDITS, TABLE_EDITS = (200, None) if FULL else (20, 28)  # None: every column of every table
STORED = (*TABLES, *JOURNAL_TABLES)
Lines = list[dict[str, Any]]


@dataclass(frozen=True)
class Bench:
    """A copy of the closed book, and its query store kept aside."""

    closed: Closed
    root: Path
    store: Path


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    closed = closed_book(tmp_path_factory)
    folder = tmp_path_factory.mktemp("tampering")
    root = copied(closed, folder)
    assert stops(look(root)) == []
    return Bench(closed, root, Path(shutil.copyfile(root / STORE, folder / STORE)))


@contextmanager
def no_store(bench: Bench) -> Iterator[None]:
    """The book without its query store, which takes most of the time of a check and is not what is edited."""
    (bench.root / STORE).unlink()
    try:
        yield
    finally:
        shutil.copyfile(bench.store, bench.root / STORE)


# ---- by editor


def other_digit(data: bytes, at: int) -> bytes:
    """The first digit from `at` on (from the start, if there is none behind) raised by one; a file without digits gets one."""
    order = [*range(at, len(data)), *range(at)]
    spot = next((i for i in order if data[i : i + 1].isdigit()), None)
    return data + b"1" if spot is None else data[:spot] + bytes([48 + (data[spot] - 47) % 10]) + data[spot + 1 :]


def line_more(data: bytes, at: int) -> bytes:
    """A line written twice."""
    lines = data.splitlines(keepends=True)
    n = at % len(lines)
    return b"".join([*lines[: n + 1], lines[n], *lines[n + 1 :]])


def line_less(data: bytes, at: int) -> bytes:
    lines = data.splitlines(keepends=True)
    n = at % len(lines)
    return b"".join([*lines[:n], *lines[n + 1 :]])


def blank_end(data: bytes, at: int) -> bytes:
    """What an editor adds when it saves."""
    return data + (b"\n" if at % 2 else b" ")


def carriage_returns(data: bytes, at: int) -> bytes:
    """Saved on Windows."""
    return data.replace(b"\n", b"\r\n") if b"\n" in data else data + b"\r\n"


EDITOR: tuple[Callable[[bytes, int], bytes], ...] = (other_digit, line_more, line_less, blank_end, carriage_returns)


def test_every_edit_of_a_file_is_named(bench: Bench) -> None:
    source = chance("editor")
    names = [n for n in names_of(bench.root) if n not in (STORE, JOURNAL) and not n.startswith(OWN)]
    folders = sorted({n.split("/")[0] for n in names})
    assert folders == ["catalogues", "closings", "evidence", "releases", "rules", "statements", "submissions"]
    with no_store(bench):
        for n in range(EDITS):
            # the folders in turn, so that the many files of the catalogue do not take all
            name = source.choice([x for x in names if x.startswith(folders[n % len(folders)] + "/")])
            path, edit = bench.root / name, source.choice(EDITOR)
            data = path.read_bytes()
            at = source.randrange(len(data))
            with changed(path, edit(data, at)):
                found = look(bench.root)
            assert named(found, name), (name, edit.__name__, at, stops(found))
    assert stops(look(bench.root)) == []


def test_every_file_taken_away_or_put_in_is_named(bench: Bench) -> None:
    source = chance("away")
    names = [n for n in names_of(bench.root) if n != STORE and not n.startswith(OWN)]
    picked = [source.choice([n for n in names if n.startswith(folder)]) for folder in sorted({n.split("/")[0] for n in names})]
    with no_store(bench):
        for name in [*picked, *source.sample(names, len(names) if FULL else 4)]:
            path = bench.root / name
            data = path.read_bytes()
            path.unlink()
            try:
                found = look(bench.root)
                # without the manifest of a catalogue or release the whole of it has no measure: its manifest is what is named
                assert named(found, name), (name, stops(found))
            finally:
                path.write_bytes(data)
        for folder in sorted({str(Path(n).parent) for n in names if "/" in n} - {"."}):
            if folder.startswith("catalogues/") and not FULL and folder.count("/") > 1:
                continue
            stranger = bench.root / folder / "added.csv"
            stranger.write_bytes(b"a,b\n")
            found = look(bench.root)
            stranger.unlink()
            assert named(found, f"{folder}/added.csv"), (folder, stops(found))


def test_an_edit_of_the_books_own_catalogue_is_told_and_the_record_stays_green(bench: Bench) -> None:
    own = [n for n in names_of(bench.root) if n.startswith(OWN)]
    assert own == ["book.toml", "local/schemes/garze-2017-one-carbon.toml"]
    with no_store(bench):
        for name in own:
            data = (bench.root / name).read_bytes()
            with changed(bench.root / name, data + b"# mine\n"):
                found = look(bench.root)
            assert stops(found) == []
            assert [f.code for f in found if f.place.file == name and f.severity == "query"] == ["VERIFY-CATALOGUE"]
        added = bench.root / "local" / "schemes" / "more.toml"
        added.write_text("", encoding="utf-8")
        found = look(bench.root)
        added.unlink()
        assert named(found, "local/schemes/more.toml", severity="query")
        assert stops(found) == []


# ---- by SQL


def by_sql(bench: Bench, *statements: str) -> list[Any]:
    """What verify says after the query store was edited with a plain connection; the store is put right again."""
    try:
        with duckdb.connect(str(bench.root / STORE)) as con:
            for statement in statements:
                con.execute(statement)
        return look(bench.root)
    finally:
        shutil.copyfile(bench.store, bench.root / STORE)


def other(kind: str, column: str) -> str:
    """SQL for a value that is certainly not the one that is there, of the same type."""
    name = quoted(column)
    if kind == "BOOLEAN":
        return f"NOT coalesce({name}, false)"
    if kind == "DATE":
        return f"coalesce({name}, DATE '2010-01-01') - INTERVAL 1 DAY"
    if kind == "TIMESTAMP":
        return f"coalesce({name}, TIMESTAMP '2010-01-01') + INTERVAL 1 MICROSECOND"
    return f"coalesce({name}, '') || '1'" if kind == "VARCHAR" else f"coalesce({name}, 0) + 1"


def table_edits(store: Path) -> list[tuple[str, str]]:
    """(table, statement): every column of one row changed, one row less, one twice, one of another vintage; comments, names."""
    found = []
    with duckdb.connect(str(store), read_only=True) as con:
        for table in STORED:
            row = con.execute(f"SELECT max(rowid) FROM {table.stored}").fetchone()
            last = row[0] if row else None
            if last is not None:
                at = f"WHERE rowid = {last}"
                found += [
                    (table.name, f"UPDATE {table.stored} SET {quoted(c.name)} = {other(c.type, c.name)} {at}")
                    for c in table.columns
                ]
                found.append((table.name, f"DELETE FROM {table.stored} {at}"))
                found.append((table.name, f"INSERT INTO {table.stored} SELECT * FROM {table.stored} {at}"))
                continue
            filled = ", ".join(
                f"CAST({'2010' if c.type == 'VARCHAR' else VALUES.get(c.type, '1')} AS {c.type})" for c in table.columns
            )
            found.append((table.name, f"INSERT INTO {table.stored} VALUES ({filled})"))
    return found


VALUES: Mapping[str, str] = {"DATE": "'2010-01-01'", "TIMESTAMP": "'2010-01-01'", "BOOLEAN": "true"}
OBJECTS: Sequence[tuple[str, str]] = (
    ("view gep_total", "CREATE OR REPLACE VIEW gep_total AS SELECT * REPLACE (gep * 2 AS gep) FROM t_gep_total"),
    ("macro total", "CREATE OR REPLACE MACRO total(value, state) AS sum(value)"),
    ("view vintage_in_use", "DROP VIEW vintage_in_use"),
    ("table t_gep_total", "ALTER TABLE t_gep_total ADD COLUMN better DECIMAL(38,4)"),
    ("table mine", "CREATE TABLE mine AS SELECT 1 AS a"),
    ("view mine", "CREATE VIEW mine AS SELECT 1 AS a"),
    ("index i", "CREATE INDEX i ON t_gep_total (gep)"),
    ("comment t_gep_total", "COMMENT ON TABLE t_gep_total IS 'in billions'"),
    ("comment t_gep_total.gep", "COMMENT ON COLUMN t_gep_total.gep IS NULL"),
    ("t_vintage_profile", "DELETE FROM t_vintage_profile"),
    ("t_vintage_profile", "UPDATE t_vintage_profile SET vintage = 15"),
    ("t_region_path", "UPDATE t_region_path SET name_zh = '他处'"),
    ("t_loaded", "UPDATE t_loaded SET manifest = 'x'"),
    ("t_loaded", "DELETE FROM t_loaded"),
    ("t_schema", "UPDATE t_schema SET head = ''"),
    ("t_schema", "UPDATE t_schema SET head = 'x'"),
    ("t_schema", "INSERT INTO t_schema SELECT * FROM t_schema"),
    ("", "UPDATE t_schema SET version = 99"),
    ("", "DROP TABLE t_schema"),
    ("", "DELETE FROM t_schema"),
)


def test_every_edit_of_a_stored_table_is_named(bench: Bench) -> None:
    every = table_edits(bench.store)
    assert {t for t, _ in every} == {t.name for t in STORED}
    picked = every if TABLE_EDITS is None else chance("sql").sample(every, TABLE_EDITS)
    for table, statement in picked:
        found = by_sql(bench, statement)
        assert named(found, STORE, f"{table} "), (statement, stops(found))
    print(f"edits of rows: {len(picked)} of {len(every)}")


@pytest.mark.parametrize(("key", "statement"), OBJECTS if FULL else OBJECTS[:: 1 if FULL else 3])
def test_every_edit_of_a_view_a_comment_or_a_derived_table_is_named(bench: Bench, key: str, statement: str) -> None:
    found = by_sql(bench, statement)
    assert named(found, STORE, key), stops(found)


def test_an_empty_text_in_the_place_of_null_is_no_way_around(bench: Bench) -> None:
    found = by_sql(
        bench, "UPDATE t_finding SET answer = '' WHERE rowid = (SELECT min(rowid) FROM t_finding WHERE answer IS NULL)"
    )
    assert named(found, STORE, "finding "), stops(found)


def test_a_row_of_a_vintage_that_was_never_run_is_named(bench: Bench) -> None:
    found = by_sql(bench, "INSERT INTO t_gep_total SELECT * REPLACE (99 AS vintage) FROM t_gep_total LIMIT 1")
    assert named(found, STORE, "gep_total vintage=99"), stops(found)


def test_a_store_that_says_it_is_of_another_program_is_built_again(bench: Bench) -> None:
    """Whoever changes a figure and the mark of the program is not compared; nor does any question see the figure."""
    before = ask(bench.root)
    with duckdb.connect(str(bench.root / STORE)) as con:
        con.execute("UPDATE t_gep_total SET gep = 1")
        con.execute("UPDATE t_schema SET declared = 'x'")
    assert [f.code for f in look(bench.root) if f.place.file == STORE] == ["VERIFY-STORE-OTHER"]
    assert ask(bench.root) == before
    shutil.copyfile(bench.store, bench.root / STORE)


def test_an_edit_that_stands_in_the_log_of_the_store_is_named(bench: Bench) -> None:
    """A connection that is not closed leaves its change in accounts.duckdb.wal; readers would see it, so verify does."""
    work = bench.root / STORE
    con = duckdb.connect(str(work), config={"checkpoint_threshold": "1TB"})
    con.execute("SET checkpoint_threshold = '1TB'")
    con.execute("PRAGMA disable_checkpoint_on_shutdown")
    con.execute("UPDATE t_gep_total SET gep = 1")
    con.close()
    assert work.with_name(f"{STORE}.wal").is_file()
    found = look(bench.root)
    work.with_name(f"{STORE}.wal").unlink(missing_ok=True)
    shutil.copyfile(bench.store, work)
    assert named(found, STORE, "gep_total "), stops(found)


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
