"""Which posts one tenure can hold: city, county, township and department, several at once; never a term that is left out silently."""

from __future__ import annotations

from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.book import Book
from gep.workflow.audit.tenure_file import look

CITY, COUNTY, OTHER, TOWN = "990100", "990121", "990122", "990121101"
HEAD = """schema = 1
id = "small"
zh = "示例任期"
en = "Example tenure"
region = "{region}"
audited = {audited}
started = 2018-05-04
illustrative = true

[[team]]
who = "甲"
role = "lead"
[[team]]
who = "乙"
role = "reviewer"
"""
SUBJECT = """
[[subject]]
id = "{id}"
zh = "{zh}"
en = "Post {id}"
kind = "{kind}"
start = {start}
end = {end}
{more}
"""


@pytest.fixture(scope="module")
def book() -> Book:
    return Book(data_root() / "ledgers" / "books" / "sample-city")


def codes(folder: Path, book: Book, region: str, *subjects: dict[str, str], audited: str = "") -> list[str]:
    """The findings of a tenure of a region with these subjects, all of them audited unless told."""
    listed = ", ".join(f'"{s["id"]}"' for s in subjects)
    text = HEAD.format(region=region, audited=audited or f"[{listed}]")
    fields = {"zh": "县长", "kind": "government", "start": "2016-07-01", "end": "2017-10-01", "more": ""}
    text += "".join(SUBJECT.format(**{**fields, **s}) for s in subjects)
    path = folder / "tenure.toml"
    path.write_text(text, encoding="utf-8")
    return [f.code for f in look(path, book)[1]]


@pytest.mark.parametrize("region", [CITY, COUNTY])
@pytest.mark.parametrize("kind", ["party", "government", "department"])
def test_every_post_of_a_city_and_of_a_county(tmp_path: Path, book: Book, region: str, kind: str) -> None:
    more = 'department = "林草"' if kind == "department" else ""
    assert codes(tmp_path, book, region, {"id": "a", "kind": kind, "more": more}) == []


@pytest.mark.parametrize("kind", ["party", "government", "department"])
def test_a_township_has_no_accounts_and_is_told_the_level_that_has(tmp_path: Path, book: Book, kind: str) -> None:
    more = 'department = "林草"' if kind == "department" else ""
    assert codes(tmp_path, book, TOWN, {"id": "a", "kind": kind, "more": more}) == ["AUDIT-REGION-BELOW"]


def test_secretary_and_head_in_one_tenure(tmp_path: Path, book: Book) -> None:
    both = ({"id": "a"}, {"id": "b", "kind": "party", "zh": "书记", "start": "2016-01-01", "end": "2018-01-01"})
    assert codes(tmp_path, book, COUNTY, *both) == []


def test_two_departments_overlap_and_two_heads_of_one_do_not(tmp_path: Path, book: Book) -> None:
    one = {"id": "a", "kind": "department", "zh": "林业局长", "more": 'department = "林草"'}
    two = {"id": "b", "kind": "department", "zh": "水利局长", "more": 'department = "水利"'}
    assert codes(tmp_path, book, COUNTY, one, two) == []
    assert codes(tmp_path, book, COUNTY, one, two | {"zh": "林业局长"}) == ["TENURE-OVERLAP"]


def test_an_audited_term_of_another_region_is_refused(tmp_path: Path, book: Book) -> None:
    here, there = {"id": "a"}, {"id": "b", "more": f'region = "{OTHER}"'}
    assert codes(tmp_path, book, COUNTY, here, there) == ["AUDIT-SUBJECT-REGION"]
    assert codes(tmp_path, book, COUNTY, here, there, audited='["a"]') == []  # listed and not audited: it may be of anywhere
