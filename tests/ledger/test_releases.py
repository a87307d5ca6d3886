"""Releases: same content same bytes, written once, every change found, nothing unsound recorded."""

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gep.base.findings import Refused
from gep.ledger import files, releases
from gep.ledger.journal import canonical

META = {"vintage": 1, "rules_hash": "ab"}


def tables(make: Any) -> dict[str, list[dict[str, object]]]:
    return {
        "region": [make.region("c", level="city"), make.region("a", "c"), make.region("b", "c")],
        "physical_account": [
            make.physical("a", "water", "95.30"),
            make.physical("b", "water", None),
            make.physical("a", "crop/-/rice", "3", region_name='甲"县,\n'),
        ],
        "release_state": [make.state()],
    }


@pytest.fixture
def release(tmp_path: Path, make: Any) -> Path:
    releases.write(tmp_path / "1", tables(make), {"trace.jsonl": b"{}\n", "rows/a-1.csv": b"x\n"}, META)
    return tmp_path / "1"


def test_the_csv_is_the_record(release: Path) -> None:
    text = (release / "physical_account.csv").read_text(encoding="utf-8")
    assert text == (
        "region_code,zone,year,vintage,profile,service,benefit,product,ecosystem,quantity,unit,state,"
        "region_name,region_level,method_id,allocated,illustrative\n"
        'a,-,2020,1,garze-2017,crop,-,rice,-,3.000000,t,value,"甲""县,\n",county,m,false,false\n'
        "a,-,2020,1,garze-2017,water,-,-,-,95.300000,t,value,a县,county,m,false,false\n"
        "b,-,2020,1,garze-2017,water,-,-,-,,t,not_available,b县,county,m,false,false\n"
    )


def test_the_manifest_names_every_file_with_size_rows_and_hashes(release: Path) -> None:
    manifest = releases.read_manifest(release)
    assert manifest.meta == META
    names = ["physical_account.csv", "region.csv", "release_state.csv", "rows/a-1.csv", "trace.jsonl"]
    assert [f.name for f in manifest.files] == names
    assert [f.rows for f in manifest.files] == [3, 3, 1, None, None]
    assert [t.name for t in manifest.tables] == ["physical_account", "region", "release_state"]
    assert manifest.rows("region") == 3
    assert manifest.rows("trace") == 0
    for file in manifest.files:
        assert files.digest_file(release / file.name) == (file.digest, file.bytes)
    body = json.loads((release / "manifest.json").read_bytes())
    sealed = body.pop("digest")
    assert files.digest_bytes(canonical(body)).as_dict() == sealed
    assert releases.check(release) == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_tables_and_columns_does_not_matter(tmp_path_factory: Any, make: Any, chance: random.Random) -> None:
    folder = tmp_path_factory.mktemp("r")
    shuffled = {}
    for name, rows in sorted(tables(make).items(), key=lambda _: chance.random()):
        mixed = [dict(sorted(row.items(), key=lambda _: chance.random())) for row in rows]
        chance.shuffle(mixed)
        shuffled[name] = mixed
    one = releases.write(folder / "1", tables(make), {"d.txt": b"d"}, META)
    two = releases.write(folder / "2", shuffled, {"d.txt": b"d"}, dict(reversed(META.items())))
    assert one == two
    for file in (*one.files, "manifest.json"):
        name = file if isinstance(file, str) else file.name
        assert (folder / "1" / name).read_bytes() == (folder / "2" / name).read_bytes()


def test_equal_keys_that_are_allowed_are_sorted_by_all_columns(tmp_path: Path, make: Any) -> None:
    rows = [make.trace("f", amount=a, unit=u) for a, u in (("2", "t"), ("1", "t"), (None, "t"), ("1", None))]
    for number, order in enumerate((rows, rows[::-1])):
        releases.write(tmp_path / str(number), {"trace": order}, {}, {})
    assert (tmp_path / "0" / "trace.csv").read_bytes() == (tmp_path / "1" / "trace.csv").read_bytes()
    assert (tmp_path / "0" / "trace.csv").read_text().splitlines()[1] == "1,f,m,-,computed,,,,t"


def test_a_release_is_never_written_again(release: Path, make: Any) -> None:
    before = {p: p.read_bytes() for p in release.rglob("*") if p.is_file()}
    with pytest.raises(Refused) as caught:
        releases.write(release, {"run": [make.run()]}, {}, META)
    (found,) = caught.value.findings
    assert "从不改写" in found.text("zh")
    assert "never written again" in found.text("en")
    assert {p: p.read_bytes() for p in release.rglob("*") if p.is_file()} == before


def test_a_folder_that_appears_meanwhile_is_not_replaced(tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "1"
    sync = releases.sync_folder

    def other(folder: Path) -> None:
        sync(folder)
        target.mkdir(exist_ok=True)
        (target / "kept").write_bytes(b"theirs")

    monkeypatch.setattr(releases, "sync_folder", other)
    with pytest.raises(Refused, match="RELEASE-EXISTS"):
        releases.write(target, {"run": [make.run()]}, {}, {})
    assert [p.name for p in tmp_path.iterdir()] == ["1"]
    assert (target / "kept").read_bytes() == b"theirs"


@pytest.mark.parametrize("failing", range(4))
def test_a_failure_of_the_disk_leaves_nothing_behind(
    tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    calls = 0
    write = releases.write_synced

    def sometimes(path: Path, data: bytes) -> None:
        nonlocal calls
        calls += 1
        if calls == failing + 1:
            raise OSError(28, "No space left on device")
        write(path, data)

    monkeypatch.setattr(releases, "write_synced", sometimes)
    with pytest.raises(OSError, match="No space"):
        releases.write(tmp_path / "1", tables(make), {}, META)
    assert list(tmp_path.iterdir()) == []


def test_every_change_is_found_by_file(release: Path) -> None:
    (release / "region.csv").write_bytes((release / "region.csv").read_bytes().replace(b"county", b"County", 1))
    (release / "trace.jsonl").unlink()
    (release / "rows" / "note.txt").write_text("x")
    found = releases.check(release)
    assert [(f.code, f.place.file) for f in found] == [
        ("LEDGER-FILE-CHANGED", "1/region.csv"),
        ("LEDGER-FILE-MISSING", "1/trace.jsonl"),
        ("LEDGER-FILE-EXTRA", "1/rows/note.txt"),
    ]
    for one, (zh, en) in zip(
        found,
        [("被改动过", "was changed after the release"), ("不在发布目录中", "is not in the release"), ("note.txt", "note.txt")],
        strict=True,
    ):
        assert zh in one.text("zh")
        assert en in one.text("en")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_changed_byte_of_a_release_goes_unseen(release: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(p for p in release.rglob("*") if p.is_file())))
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(changed))
    try:
        assert releases.check(release)
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize(
    ("change", "code", "zh", "en"),
    [
        (None, "LEDGER-MANIFEST-MISSING", "没有清单", "has no manifest"),
        (lambda b: b[:-20], "LEDGER-MANIFEST-UNREADABLE", "无法读取", "cannot be read"),
        (lambda b: b.replace(b"gep.release/1", b"gep.release/9"), "LEDGER-MANIFEST-UNREADABLE", "升级", "cannot be read"),
        (lambda b: b.replace(b'"rows":1', b'"rows":2'), "LEDGER-MANIFEST-CHANGED", "与其自身的哈希不符", "its own hash"),
        (lambda b: b + b"\n", "LEDGER-MANIFEST-CHANGED", "与其自身的哈希不符", "its own hash"),
        (lambda b: b.replace(b'":', b'": '), "LEDGER-MANIFEST-CHANGED", "与其自身的哈希不符", "its own hash"),
        (lambda b: b.replace(b'"trace.jsonl"', b'"../trace.jsonl"'), "LEDGER-MANIFEST-UNREADABLE", "无法读取", "cannot be read"),
    ],
)
def test_a_manifest_that_cannot_be_trusted(release: Path, change: Any, code: str, zh: str, en: str) -> None:
    path = release / "manifest.json"
    if change is None:
        path.unlink()
    else:
        changed = change(path.read_bytes())
        assert changed != path.read_bytes()
        path.write_bytes(changed)
    (found,) = releases.check(release)
    assert found.code == code
    assert zh in found.text("zh") + found.mend("zh")
    assert en in found.text("en")


def refusals(folder: Path, held: Any, documents: Any = ()) -> list[Any]:
    with pytest.raises(Refused) as caught:
        releases.write(folder, held, dict(documents), {})
    assert not folder.exists()
    return list(caught.value.findings)


@pytest.mark.parametrize(
    ("given", "code", "zh", "en"),
    [
        ({"quantity": 0.5}, "LEDGER-CELL-TYPE", "不能存放 0.5", "cannot hold 0.5"),
        ({"quantity": Decimal("0.0000001")}, "LEDGER-CELL-SCALE", "位数超出", "more digits than DECIMAL(38,6)"),
        ({"benefit": ""}, "LEDGER-CELL-EMPTY", "空文本", "empty text"),
        ({"benefit": None}, "LEDGER-CELL-NULL", "不能为空", "must not be NULL"),
        ({"unit": None}, "LEDGER-CELL-NULL", "列 unit 不能为空", "Column unit"),
        ({"region_name": "a\0"}, "LEDGER-CELL-TEXT", "不能存放的字符", "cannot be stored"),
        ({"region_code": 513300}, "LEDGER-CELL-TYPE", "513300", "513300"),
        ({"price": Decimal(1)}, "LEDGER-COLUMN-UNKNOWN", "没有这一列", "no such column"),
    ],
)
def test_a_cell_that_is_not_fit_is_named(tmp_path: Path, make: Any, given: Any, code: str, zh: str, en: str) -> None:
    held = tables(make)
    held["physical_account"][0] |= given
    (found,) = refusals(tmp_path / "1", held)
    assert found.code == code
    assert zh in found.text("zh")
    assert en in found.text("en")


def test_all_faults_at_once_with_table_column_and_key(tmp_path: Path, make: Any) -> None:
    held = tables(make) | {"prices": []}
    held["physical_account"][0]["quantity"] = 1.5
    held["region"][1]["level"] = ""
    found = refusals(
        tmp_path / "1", held, {"../up": b"", "region.csv": b"", ".hidden": b"", "manifest.json": b"", "a/b.txt": b""}
    )
    assert [f.code for f in found] == [
        "LEDGER-TABLE-UNKNOWN",
        *["LEDGER-DOCUMENT-NAME"] * 4,
        "LEDGER-CELL-EMPTY",
        "LEDGER-CELL-TYPE",
    ]
    assert found[5].place.file == "region.csv"
    assert found[5].place.key == "vintage=1 code=a valid_from=0001-01-01"
    assert (found[6].place.file, found[6].place.column) == ("physical_account.csv", "quantity")
    assert "没有这张表" in found[0].text("zh")
    assert "no such table" in found[0].text("en")
    assert "不能用于发布目录" in found[1].text("zh")
    assert "cannot be used in a release" in found[1].text("en")


def test_a_key_that_stands_twice(tmp_path: Path, make: Any) -> None:
    held = tables(make)
    held["physical_account"].append(make.physical("a", "water", "7", method_id="other"))
    (found,) = refusals(tmp_path / "1", held)
    assert "键相同" in found.text("zh")
    assert "same key" in found.text("en")
    assert "service=water" in found.place.key


def test_meta_is_plain_json(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        releases.write(tmp_path / "1", {}, {}, {"share": 0.1})
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_came_later_and_holds_nothing_is_no_part_of_a_release(tmp_path: Path, make: Any) -> None:
    """So a vintage of before there was the table is performed again to the same bytes."""
    wanted = releases.write(tmp_path / "1", tables(make), {}, META)
    again = releases.write(tmp_path / "2", tables(make) | {"green_gold_index": [], "zone_member": []}, {}, META)
    assert again.digest == wanted.digest
    kept = releases.write(tmp_path / "3", tables(make) | {"value_account": []}, {}, META)
    assert "value_account.csv" in {f.name for f in kept.files}
