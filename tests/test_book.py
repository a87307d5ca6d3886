"""A book folder: its configuration, its regions, who acts, its lock, its vocabulary."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import gep
from gep.base.findings import Finding, Refused
from gep.book import Book, whoami
from gep.catalog.config import read_config
from gep.catalog.valuation import value_id

GOOD = """schema = 2
zh = "账册"
en = "A book"
illustrative = true
schemes = ["garze-2017"]
leaf_level = "county"
compile_policy = "T_MINUS_2"

[[region]]
code = "51"
level = "city"
zh = "州"
en = "City"

[[region]]
code = "5101"
parent = "51"
level = "county"
zh = "县"
en = "County"
valid_from = 1950-11-24
valid_to = "2015"
"""


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "book" / "book.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(path: Path) -> tuple[Finding, ...]:
    with pytest.raises(Refused) as caught:
        read_config(path)
    return caught.value.findings


def test_what_a_configuration_says(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, GOOD))
    assert (config.names.zh, config.schemes, config.leaf_level, config.illustrative) == ("账册", ("garze-2017",), "county", True)
    assert (config.compile_policy, config.zone_scheme) == ("T_MINUS_2", "")
    assert config.leaves == ("5101",)
    county = config.regions["5101"]
    assert (county.parent, county.valid_from, county.valid_to) == ("51", date(1950, 11, 24), date(2015, 12, 31))


def test_a_folder_without_book_toml_is_no_book(tmp_path: Path) -> None:
    for root in (tmp_path / "nothing", tmp_path):
        with pytest.raises(Refused) as caught:
            Book(root)
        (told,) = caught.value.findings
        assert told.code == "BOOK-NOT-FOUND"
        assert told.text("en") == f"{root.name} is no book: it has no book.toml."
        assert told.text("zh") == f"{root.name} 不是账册:没有 book.toml。"


def test_a_file_is_no_book(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Refused, match="BOOK-NOT-FOUND"):
        Book(tmp_path / "file")


@pytest.mark.parametrize(
    ("old", "new", "code", "zh", "en"),
    [
        ("schema = 2", "schema = 3", "BOOK-SCHEMA", "账册的格式版本是 3,本程序支持 2;账册可能由更新的程序写成。",
         "The book has schema version 3, this program supports 2; it may have been made by a newer program."),
        ("schema = 2", "schema = 1", "BOOK-SCHEMA-OLD", "账册的格式版本是 1,本程序使用 2。",
         "The book has schema version 1, this program uses 2."),
        ("schema = 2\n", "", "BOOK-SCHEMA", "账册的格式版本是 None,本程序支持 2;账册可能由更新的程序写成。",
         "The book has schema version None, this program supports 2; it may have been made by a newer program."),
        ("schema = 2", "schema = true", "BOOK-SCHEMA", "账册的格式版本是 True,本程序支持 2;账册可能由更新的程序写成。",
         "The book has schema version True, this program supports 2; it may have been made by a newer program."),
        ('leaf_level = "county"\n', "", "CATALOG-FIELD-MISSING", "缺少字段 leaf_level。", "The field leaf_level is missing."),
        ('leaf_level = "county"', 'leaf_level = "township"', "CATALOG-FIELD-CHOICE", "字段 leaf_level 的取值不在允许范围内。",
         "The field leaf_level has a value that is not allowed."),
        ('schemes = ["garze-2017"]', "schemes = []", "CATALOG-FIELD-MISSING", "缺少字段 schemes。",
         "The field schemes is missing."),
        ('schemes = ["garze-2017"]', 'schemes = "garze-2017"', "CATALOG-FIELD-TYPE", "字段 schemes 的写法不对。",
         "The field schemes is not written as it should be."),
        ("illustrative = true", 'illustrative = "no"', "CATALOG-FIELD-TYPE", "字段 illustrative 的写法不对。",
         "The field illustrative is not written as it should be."),
        ('compile_policy = "T_MINUS_2"', 'compile_policy = "NEVER"', "CATALOG-FIELD-CHOICE",
         "字段 compile_policy 的取值不在允许范围内。", "The field compile_policy has a value that is not allowed."),
        ("compile_policy", "compile_polisy", "CATALOG-FIELD-UNKNOWN", "不认识字段 compile_polisy。",
         "The field compile_polisy is not known."),
        ('parent = "51"', 'perent = "51"', "CATALOG-FIELD-UNKNOWN", "不认识字段 perent。", "The field perent is not known."),
        ('parent = "51"', 'parent = "52"', "BOOK-REGION-TREE", "地区 5101 的上级 52 未登记,或地区树成环。",
         "The parent 52 of region 5101 is not declared, or the regions form a circle."),
        ('code = "5101"', 'code = "51"', "CATALOG-DUPLICATE", "地区 51 重复登记。", "The region 51 is declared twice."),
        ("valid_from = 1950-11-24", 'valid_from = "yesterday"', "CATALOG-FIELD-TYPE", "字段 valid_from 的写法不对。",
         "The field valid_from is not written as it should be."),
    ],
)  # fmt: skip
def test_a_mistake_is_told(tmp_path: Path, old: str, new: str, code: str, zh: str, en: str) -> None:
    assert GOOD.count(old) == 1
    found = [f for f in refused(written(tmp_path, GOOD.replace(old, new))) if f.code == code]
    assert [(f.text("zh"), f.text("en"), f.place.file) for f in found] == [(zh, en, "book.toml")]


def test_regions_in_a_circle_are_told(tmp_path: Path) -> None:
    told = refused(written(tmp_path, GOOD.replace('code = "51"\n', 'code = "51"\nparent = "5101"\n')))
    assert [f.code for f in told] == ["BOOK-REGION-TREE", "BOOK-REGION-TREE"]


@pytest.mark.parametrize("text", [b"schema = ", "zh = '账册'".encode("gbk"), b"region = 5"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, text: bytes) -> None:
    codes = {f.code for f in refused(written(tmp_path, text))}
    assert codes & {"CATALOG-FILE", "CATALOG-FIELD-TYPE"}


def test_every_mistake_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace('leaf_level = "county"\n', "").replace('parent = "51"', 'parent = "52"').replace("compile_policy", "policy")
    )
    assert {f.code for f in refused(written(tmp_path, text))} == {
        "CATALOG-FIELD-MISSING", "BOOK-REGION-TREE", "CATALOG-FIELD-UNKNOWN",
    }  # fmt: skip


def test_a_scheme_nobody_knows_is_told_when_it_is_needed(tmp_path: Path) -> None:
    book = Book(written(tmp_path, GOOD.replace("garze-2017", "garze-2071")).parent)
    with pytest.raises(Refused) as caught:
        book.vocabulary()
    (told,) = caught.value.findings
    assert told.code == "CATALOG-UNKNOWN-REFERENCE"
    assert told.mend("en").endswith("similar ones: garze-2017.")


def test_what_a_return_may_say(tmp_path: Path) -> None:
    words = Book(written(tmp_path, GOOD).parent).vocabulary()
    assert set(words.regions) == {"51", "5101"}
    # priced by the profile: neither the quantity nor its value may come with money
    assert {"water_retention", value_id("water_retention"), "silt_avoided"} <= words.priced
    assert "crop_net_output" not in words.priced  # returned in money
    assert {"silt_avoided", "transpiration_cooling"} <= words.computed
    assert "water_retention" not in words.computed


def test_who_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GEP_USER", "USER", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    assert whoami().startswith("uid-")
    for name in ("USERNAME", "USER", "GEP_USER"):
        monkeypatch.setenv(name, name.lower())
        assert whoami() == name.lower()
    assert whoami("declared") == "declared"


def test_the_lock_lets_go_after_a_fault(tmp_path: Path) -> None:
    book = Book(written(tmp_path, GOOD).parent)
    note = book.root / ".lock-holder"

    def fail() -> None:
        with book.lock("one"):
            assert note.read_text(encoding="utf-8").startswith("one, pid ")
            raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        fail()
    assert not note.exists()
    with book.lock("two"):
        pass


def test_the_library_opens_the_same_book(tmp_path: Path) -> None:
    assert gep.Book(written(tmp_path, GOOD).parent).config.leaf_level == "county"
    with pytest.raises(AttributeError, match="no attribute 'Bok'"):
        gep.Bok  # noqa: B018
