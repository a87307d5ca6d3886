"""Main functional zones of regions: read from book.toml, checked, found by day, and left out of records that have none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.base.findings import Refused
from gep.base.records import Code, Names, Region, ZoneSpan
from gep.book import Book
from gep.catalog.config import read_config
from gep.catalog.freeze import plain
from gep.catalog.functional_zones import check_zone_codes, kind_of

BOOK = """schema = 2
zh = "县"
en = "County"
schemes = ["garze-2017"]
leaf_level = "county"
[[region]]
code = "1"
level = "county"
zh = "县"
en = "County"
valid_from = 2010-01-01
{zone}
"""
TWO = """[[region.functional_zone]]
code = "main_agricultural"
valid_to = 2018-12-31
[[region.functional_zone]]
code = "key_ecological.national"
valid_from = {start}
document = "示例文件"
"""
NAMES = Names("区", "zone")
CODES = {c: Code("functional_zone", c, NAMES, parent=p) for c, p in (("eco", ""), ("eco.national", "eco"), ("farm", ""))}


def written(folder: Path, zone: str) -> Path:
    (folder / "book.toml").write_text(BOOK.format(zone=zone), encoding="utf-8")
    return folder / "book.toml"


def codes(folder: Path, zone: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        read_config(written(folder, zone))
    assert all(f.text("zh") and f.mend("zh") and f.text("en") and f.mend("en") for f in refused.value.findings)
    return [f.code for f in refused.value.findings]


def test_one_zone_for_all_days(tmp_path: Path) -> None:
    region = read_config(written(tmp_path, 'functional_zone = "key_ecological"')).regions["1"]
    assert region.functional == (ZoneSpan("key_ecological"),)
    assert region.functional_zone(date(2015, 6, 1)) == "key_ecological"


def test_zones_by_date(tmp_path: Path) -> None:
    region = read_config(written(tmp_path, TWO.format(start="2020-01-01"))).regions["1"]
    days = {
        date(2018, 12, 31): "main_agricultural",
        date(2019, 1, 1): "",  # nothing holds: unknown, not the zone before
        date(2019, 12, 31): "",
        date(2020, 1, 1): "key_ecological.national",
    }
    assert {day: region.functional_zone(day) for day in days} == days
    assert region.functional[1].document == "示例文件"


def test_a_region_without_a_zone_is_the_record_it_was(tmp_path: Path) -> None:
    region = read_config(written(tmp_path, "")).regions["1"]
    assert (region.functional, region.functional_zone(date(2015, 1, 1))) == ((), "")
    held = plain(region)
    assert isinstance(held, dict)
    assert "functional" not in held
    with_zone = plain(Region("1", "", "county", NAMES, functional=(ZoneSpan("eco"),)))
    assert isinstance(with_zone, dict)
    assert with_zone["functional"]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("functional_zone = 5", ["CATALOG-FIELD-TYPE"]),
        ('functional_zone = ""', ["CATALOG-FIELD-MISSING"]),
        ('functional_zone = ["key_ecological"]', ["CATALOG-FIELD-TYPE"]),
        ("[[region.functional_zone]]\nvalid_to = 2018-12-31", ["CATALOG-FIELD-MISSING"]),
        ('[[region.functional_zone]]\ncode = "x"\nfrom = 2018', ["CATALOG-FIELD-UNKNOWN"]),
        ('[[region.functional_zone]]\ncode = "x"\nvalid_from = "soon"', ["CATALOG-FIELD-TYPE"]),
        ('[[region.functional_zone]]\ncode = "x"\nvalid_to = 2009-12-31', ["REGION-ZONE-DAYS"]),
        ('[[region.functional_zone]]\ncode = "x"\nvalid_from = 2016-01-01\nvalid_to = 2015-12-31', ["REGION-ZONE-DAYS"]),
        (TWO.format(start="2018-12-31"), ["REGION-ZONE-OVERLAP"]),
        ('functional_zone = "x"\nvalid_to = "?"', ["CATALOG-FIELD-TYPE"]),
    ],
)
def test_what_is_wrong(tmp_path: Path, zone: str, expected: list[str]) -> None:
    assert codes(tmp_path, zone) == expected


def test_a_zone_without_a_code_is_refused_with_the_codes_there_are(tmp_path: Path) -> None:
    written(tmp_path, 'functional_zone = "key_ecologic"')
    with pytest.raises(Refused) as refused:
        _ = Book(tmp_path).catalog
    (told,) = refused.value.findings
    assert (told.code, told.found, told.place.key) == ("REGION-ZONE-CODE", "key_ecologic", "region 1")
    assert "key_ecological" in told.mend("en")


def test_each_zone_is_looked_up_once() -> None:
    spans = (ZoneSpan("moon", valid_to=date(2015, 1, 1)), ZoneSpan("moon", date(2016, 1, 1)), ZoneSpan("eco", date(2020, 1, 1)))
    told = list(check_zone_codes({"1": Region("1", "", "county", NAMES, functional=spans)}, CODES, "book.toml"))
    assert [f.found for f in told] == ["moon"]


def test_kinds() -> None:
    assert [kind_of(c, CODES) for c in ("eco.national", "eco", "farm", "moon")] == ["eco", "eco", "farm", "moon"]
    round_trip = {"a": Code("z", "a", NAMES, parent="b"), "b": Code("z", "b", NAMES, parent="a")}
    assert kind_of("a", round_trip) in ("a", "b")  # a circle ends


def test_the_zones_of_the_sample_city() -> None:
    config = read_config(data_root() / "ledgers" / "books" / "sample-city" / "book.toml")
    on = {c: r.functional_zone(date(2022, 12, 31)) for c, r in config.regions.items() if r.functional}
    assert on == {
        "990121": "key_ecological",
        "990122": "key_ecological",
        "990123": "main_agricultural",
        "990103": "key_development",
    }
    assert config.regions["990122"].functional_zone(date(2018, 12, 31)) == "main_agricultural"
    assert not config.regions["990100"].functional
