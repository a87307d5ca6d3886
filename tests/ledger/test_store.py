"""The query store: rebuilt from releases, same contents same hash, opened for reading and nothing else."""

import struct
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gep.base.findings import Refused
from gep.ledger import releases, store
from gep.ledger.tables import BY_NAME, TABLES

Build = Callable[..., Path]


def tables(make: Any, vintage: int = 1) -> dict[str, list[dict[str, object]]]:
    v = {"vintage": vintage}
    return {
        "region": [make.region("c", level="city", **v), make.region("a", "c", **v)],
        "physical_account": [make.physical("a", "water", "95.30", **v), make.physical("a", "soil", None, **v)],
        "value_account": [make.value("a", "water", "7.5", **v)],
        "gep_total": [make.total("a", "7.5", **v)],
        "run": [make.run(vintage)],
        "submission": [
            v
            | {
                "seq": 1,
                "file": "水利.csv",
                "sha256": "a",
                "sm3": "b",
                "bytes": 9,
                "who": "x",
                "at": make.run()["at"],
                "status": "accepted",
            }
        ],
        "finding": [make.finding(**v)],
        "parameter_used": [make.parameter("value_account/a/2020/water", amount=Decimal("0.24"), amount_text="0.240", **v)],
        "trace": [make.trace("value_account/a/2020/water", **v)],
        "fact": [make.fact(**v)],
        "release_state": [make.state(vintage)],
    }


@pytest.fixture(scope="module")
def book(make: Any, build: Build) -> Path:
    return build(tables(make, 1), tables(make, 2))


@pytest.fixture(scope="module")
def empty(build: Build) -> Path:
    return build({})


def test_every_table_comes_back_as_it_was_recorded(book: Path, make: Any) -> None:
    with store.connect(book) as con:
        for name, rows in tables(make, 2).items():
            held = con.execute(f"SELECT * FROM t_{name} WHERE vintage = 2").fetchall()
            assert len(held) == len(rows)
        assert con.execute("SELECT quantity, typeof(quantity) FROM t_physical_account WHERE state = 'value'").fetchone() == (
            Decimal("95.300000"),
            "DECIMAL(38,6)",
        )
        # missing is NULL, not zero and not an empty text
        assert con.execute("SELECT quantity FROM t_physical_account WHERE state <> 'value'").fetchall() == [(None,), (None,)]
        assert con.execute("SELECT amount FROM t_parameter_used").fetchone() == (Decimal("0.240000000000000000"),)


def test_the_hash_names_the_contents_not_the_file(tmp_path: Path, make: Any) -> None:
    for number in (1, 2, 3):
        releases.write(tmp_path / str(number), tables(make, number), {"note.txt": b"x"}, {"n": number})
    folders = [tmp_path / str(n) for n in (1, 2, 3)]
    hashes = {store.rebuild(tmp_path / f"{i}.duckdb", order) for i, order in enumerate((folders, folders[::-1]))}
    assert len(hashes) == 1
    assert store.rebuild(tmp_path / "less.duckdb", folders[:2]) not in hashes
    changed = tables(make, 3)
    changed["value_account"][0]["value"] = Decimal("7.6")
    releases.write(tmp_path / "other" / "3", changed, {}, {})
    assert store.rebuild(tmp_path / "other.duckdb", [*folders[:2], tmp_path / "other" / "3"]) not in hashes


def test_the_hash_is_the_same_on_every_version_of_duckdb(book: Path) -> None:
    with store.connect(book) as con:
        # counted on duckdb 1.5.6 and 2.0.0; it changes only when a table or the sample does
        assert store.contents_hash(con) == "0ab243e80c83f3691517e467a393a0ad1026f369f35348268a434a46bd695986"


def test_the_file_has_the_storage_version_that_1_5_reads(book: Path) -> None:
    # block header of a DuckDB file: 8 bytes checksum, magic DUCK, storage version as a 64-bit number
    head = book.read_bytes()[:20]
    assert head[8:12] == b"DUCK"
    assert struct.unpack("<Q", head[12:20])[0] <= STORAGE_1_5


STORAGE_1_5 = 68


def test_no_column_anywhere_is_a_binary_float(book: Path) -> None:
    with store.connect(book) as con:
        kinds = {row[0] for row in con.execute("SELECT data_type FROM duckdb_columns() WHERE NOT internal").fetchall()}
        names = {row[0] for row in con.execute("SELECT table_name FROM duckdb_columns() WHERE NOT internal").fetchall()}
    assert {t.stored for t in TABLES} | {t.name for t in TABLES} <= names
    assert "DECIMAL(38,4)" in kinds
    assert not {k for k in kinds if "DOUBLE" in k or "FLOAT" in k}


def test_rebuild_replaces_the_old_store_only_when_the_new_one_is_whole(tmp_path: Path, make: Any, build: Build) -> None:
    path = build(tables(make, 1))
    before = path.read_bytes()
    left = set(path.parent.iterdir())
    releases.write(tmp_path / "x" / "1", tables(make, 1), {}, {})
    (tmp_path / "x" / "1" / "run.csv").write_text("vintage\n")
    with pytest.raises(Refused, match="FILE-CHANGED"):
        store.rebuild(path, [tmp_path / "x" / "1"])
    assert path.read_bytes() == before
    assert set(path.parent.iterdir()) == left


def test_two_folders_of_one_vintage_are_refused(tmp_path: Path, make: Any) -> None:
    for name in ("1", "1-copy"):
        releases.write(tmp_path / name, {"run": [make.run()]}, {}, {})
    with pytest.raises(Refused) as caught:
        store.rebuild(tmp_path / "s.duckdb", [tmp_path / "1", tmp_path / "1-copy"])
    (found,) = caught.value.findings
    assert found.code == "LEDGER-STORE-TWICE"
    assert "键重复" in found.text("zh")
    assert "repeat a key" in found.text("en")
    assert not (tmp_path / "s.duckdb").exists()


@pytest.fixture(scope="module")
def blank() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        store._create(con)
        yield con


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
TRICKY = st.sampled_from(
    ['"', "\n", "\r", "\r\n", ",", "NULL", " ", "\t", "#x", "''", '""', "\ufeff", "-", "\u2028", "a\rb", '"\n"']
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.one_of(TEXTS, TRICKY), min_size=1, max_size=30, unique=True))
def test_any_text_survives_the_csv_and_duckdb(tmp_path_factory: Any, make: Any, blank: Any, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("t")
    releases.write(folder / "1", {"trace": [make.trace("f", rule=text, input=str(i)) for i, text in enumerate(texts)]}, {}, {})
    manifest = releases.read_manifest(folder / "1")
    blank.execute("DELETE FROM t_trace")
    store._load(blank, BY_NAME["trace"], folder / "1" / "trace.csv", manifest)
    held = {int(i): rule for i, rule in blank.execute("SELECT input, rule FROM t_trace").fetchall()}
    assert held == dict(enumerate(texts))


LOCKED_OUT = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_parquet('x.parquet')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM duckdb_secrets()",
    "COPY (SELECT 1) TO 'gep-ledger-test.csv'",
    "EXPORT DATABASE 'gep-ledger-test'",
    "ATTACH 'gep-ledger-test.duckdb'",
    "INSTALL spatial",
    "LOAD spatial",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET enable_external_access",
    "SET threads = 1",
    "CREATE TABLE accounts.x (a INTEGER)",
    "INSERT INTO t_run SELECT * FROM t_run",
    "UPDATE accounts.t_value_account SET value = 0",
    "DELETE FROM t_value_account",
    "DROP VIEW value_account",
    "CREATE OR REPLACE VIEW accounts.value_account AS SELECT 1",
    "FROM here_is_a_python_variable",
]


@pytest.mark.parametrize("sql", LOCKED_OUT)
def test_a_connection_can_only_read_its_books(book: Path, sql: str) -> None:
    here_is_a_python_variable = [1, 2, 3]
    before = book.read_bytes()
    with store.connect(book) as con:
        with pytest.raises(duckdb.Error):
            con.execute(sql).fetchall()
        assert con.execute("SELECT count(*) FROM value_account_all").fetchone() == (2,)
    assert book.read_bytes() == before
    assert here_is_a_python_variable == [1, 2, 3]


def test_several_books_side_by_side(make: Any, build: Build, book: Path, empty: Path) -> None:
    held = tables(make)
    held["value_account"][0]["value"] = Decimal(100)
    with store.connect(book, [("ya_an", build(held)), ("雅安", empty)]) as con:
        assert con.execute("SELECT value FROM value_account UNION ALL SELECT value FROM ya_an.value_account").fetchall() == [
            (Decimal("7.5000"),),
            (Decimal("100.0000"),),
        ]
        assert con.execute("SELECT count(*) FROM 雅安.gep_total").fetchone() == (0,)
        assert con.execute("SELECT count(*) FROM ya_an.value_account_asof(DATE '2025-12-31')").fetchone() == (0,)
        # a macro of an attached book reads the tables of that book, not those of the opened one
        assert con.execute("SELECT value FROM ya_an.value_account_asof(DATE '2030-12-31')").fetchall() == [(Decimal("100.0000"),)]
        assert con.execute("SELECT count(*) FROM 雅安.value_account_asof(DATE '2030-12-31')").fetchone() == (0,)
        for statement in (
            "DELETE FROM ya_an.t_run",
            'DELETE FROM "ya_an (file)".t_run',
            'CREATE TABLE "ya_an (file)".x (a INTEGER)',
        ):
            with pytest.raises(duckdb.Error):
                con.execute(statement)


def test_two_connections_in_one_process_do_not_share_settings(book: Path) -> None:
    with store.connect(book, as_of=date(2025, 12, 31)) as one, store.connect(book) as two:
        assert one.execute("SELECT count(*) FROM value_account").fetchone() == (0,)
        assert two.execute("SELECT count(*) FROM value_account").fetchone() == (1,)


@pytest.mark.parametrize("name", ["main", "Temp", "accounts", "1st", "a b", 'a"b', "a-b", "", "book; DROP TABLE x"])
def test_a_name_that_cannot_stand_before_a_view(book: Path, empty: Path, name: str) -> None:
    with pytest.raises(Refused) as caught:
        store.connect(book, [(name, empty)])
    (found,) = caught.value.findings
    assert "不能以名称" in found.text("zh")
    assert "cannot be attached" in found.text("en")


def test_a_book_or_a_name_given_twice(tmp_path: Path, book: Path, empty: Path) -> None:
    third = tmp_path / "third.duckdb"
    third.write_bytes(empty.read_bytes())
    for attach in ([("b", book)], [("b", empty), ("B", third)], [("b", empty), ("d", empty)]):
        with pytest.raises(Refused, match="STORE-ATTACH"):
            store.connect(book, attach)


def test_a_store_that_is_not_there(tmp_path: Path, book: Path) -> None:
    for path, attach in ((tmp_path / "none.duckdb", []), (book, [("b", tmp_path / "none.duckdb")])):
        with pytest.raises(Refused) as caught:
            store.connect(path, attach)
        (found,) = caught.value.findings
        assert found.place.file == "none.duckdb"
        assert "找不到查询库" in found.text("zh")
        assert "query store is not there" in found.text("en")
        assert "Rebuild the query store" in found.mend("en")


@pytest.mark.parametrize("damage", [b"", b"no database at all", None, "cut"])
def test_a_store_that_is_damaged(tmp_path: Path, book: Path, damage: Any) -> None:
    whole = book.read_bytes()
    changed = bytearray(whole)
    for header in (0, 4096, 8192):
        changed[header + 20] ^= 1  # inside the checksummed part of each header block
    path = tmp_path / "accounts.duckdb"
    path.write_bytes(bytes(changed) if damage is None else whole[: len(whole) // 3] if damage == "cut" else damage)
    with pytest.raises(Refused) as caught:
        store.connect(path)
    (found,) = caught.value.findings
    assert found.code == "LEDGER-STORE-DAMAGED"
    assert "已损坏" in found.text("zh")
    assert "damaged" in found.text("en")
    assert "重建" in found.mend("zh")


def test_a_store_of_another_schema(tmp_path: Path, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "SCHEMA_VERSION", 3)
    with pytest.raises(Refused) as caught:
        store.connect(book)
    (found,) = caught.value.findings
    assert (found.found, found.expected) == ("2", "3")
    assert "格式版本为 2" in found.text("zh")
    assert "schema version 2" in found.text("en")
    with duckdb.connect(str(tmp_path / "foreign.duckdb")) as con:
        con.execute("CREATE TABLE t (a INTEGER)")
    with pytest.raises(Refused, match="STORE-DAMAGED"):
        store.connect(tmp_path / "foreign.duckdb")
