"""A book small enough for thousands of acts: one county, two years, two services, a catalogue of its own of six files.

A figure of a year is one row in one file. GEP of a year = timber × price + visits × price, nothing else:
2020: 500 CNY/m³ and 30 CNY a visit; 2021: 520 and 31.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from gep.book import Book

AT = datetime(2022, 3, 1, 8, 0, tzinfo=UTC)  # the clock of every act
PROGRAM = {"name": "gep-accounts", "version": "1", "code": "0" * 64}  # and the program that they are recorded with
REGION = "990001"
YEARS = (2020, 2021)
ITEMS = {"timber_cut": ("m3", "林业局"), "visits": ("人次", "文旅局")}
PRICES = {(2020, "timber_cut"): 500, (2020, "visits"): 30, (2021, "timber_cut"): 520, (2021, "visits"): 31}
HEAD = "region,period,item,category,part,value,state,unit,department,source,evidence,note\n"
FILES = {
    "coefficients/sources.toml": """[made_up]
kind = "illustrative"
title = "Made up"
year = "2026"
""",
    "coefficients/codes/all.csv": """scheme,edition,code,parent,zh,en,valid_from,valid_to
service,1,timber,,木材,Timber,,
service,1,visit,,游憩,Recreation,,
benefit,1,timber,,木材,Timber,,
benefit,1,visit,,游憩,Recreation,,
""",
    "coefficients/measures/all.toml": """[timber_cut]
zh = "木材采伐量"
en = "Timber cut"
kind = "flow"
unit = "m3"
finest = "1"
dims = []
lower = 0
department = "林业局"
[timber_cut.account]
service = "=timber"
benefit = "=timber"

[visits]
zh = "游客人次"
en = "Visits"
kind = "flow"
unit = "人次"
finest = "1"
dims = []
lower = 0
department = "文旅局"
[visits.account]
service = "=visit"
benefit = "=visit"
""",
    "coefficients/prices/all.csv": """id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note
timber_price,small,,,2020,2020,500,CNY@2020/m3,,,literature,made_up,-,
timber_price,small,,,2021,2021,520,CNY@2021/m3,,,literature,made_up,-,
visit_price,small,,,2020,2020,30,CNY@2020/人次,,,literature,made_up,-,
visit_price,small,,,2021,2021,31,CNY@2021/人次,,,literature,made_up,-,
""",
    "coefficients/schemes/small.toml": """id = "small"
kind = "gep_profile"
zh = "两项服务"
en = "Two services"
version = "1"
status = "enabled"
source = "made_up"
rules = []
parameter_sets = ["small"]
currency = "CNY"
price_basis = "current"

[[service]]
id = "timber"
class = "material"
[[service.line]]
measure = "timber_cut"
price = "timber_price"

[[service]]
id = "visit"
class = "cultural"
[[service.line]]
measure = "visits"
price = "visit_price"
""",
}
BOOK = """schema = 2
zh = "小账册"
en = "Small book"
schemes = ["small"]
leaf_level = "county"
[[region]]
code = "990001"
level = "county"
zh = "示例县"
en = "Example county"
"""


def write_data(top: Path) -> Path:
    """The folder whose catalogue the book reads in place of the installed one."""
    for name, text in FILES.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (top / "ledgers" / "layouts").mkdir(parents=True)
    return top


def make(root: Path, data: Path) -> Book:
    """A bare book at `root`, with its first line in the journal."""
    (root / "local").mkdir(parents=True)
    (root / "book.toml").write_text(BOOK, encoding="utf-8")
    book = opened(root, data)
    with book.lock("maker"):
        book.record("init", {"schema": 2, "source": ""}, who="maker")
    return book


def opened(root: Path, data: Path | None) -> Book:
    return Book(root, data=data, clock=lambda: AT, program=PROGRAM)


def figure(folder: Path, year: int, item: str, value: int, department: str = "", note: str = "") -> Path:
    """A file with one figure in it; the same figure and note give the same file."""
    unit, usual = ITEMS[item]
    path = folder / f"{item}-{year}-{value}{'-other' if department else ''}{note}.csv"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        row = f"{REGION},{year},{item},,,{value},,{unit},{department or usual},made_up,-,{note}\n"
        path.write_text(HEAD + row, encoding="utf-8")
    return path


def gep(timber: int, visits: int, year: int) -> int:
    """What the account of a year must come to, worked out here."""
    return timber * PRICES[year, "timber_cut"] + visits * PRICES[year, "visits"]
