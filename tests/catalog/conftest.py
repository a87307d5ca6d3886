"""A small catalogue that is sound; each test changes one thing in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gep.base.findings import Finding, Refused
from gep.catalog.load import load
from gep.catalog.record import Catalog

HEAD = "id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note"
SMALL = {
    "sources.toml": """
[paper]
kind = "paper"
title = "A paper"
year = "2017"
""",
    "codes/all.csv": """scheme,edition,code,parent,zh,en,valid_from,valid_to,class
ecosystem,1,natural,,自然,Natural,,,
ecosystem,1,forest,natural,森林,Forest,,,
ecosystem,1,shrub,natural,灌丛,Shrub,,2015,
service,1,retention,,水源涵养,Water retention,,,regulating
service,1,supply,,供水,Water supply,,,material
old,1,a,,旧类,Old class,,,
new,1,x,,新类一,New class one,,,
new,1,y,,新类二,New class two,,,
""",
    "measures/all.toml": """
[rain]
zh = "降水量"
en = "Rain"
kind = "flow"
unit = "m3"
lower = 0

[area]
zh = "面积"
en = "Area"
kind = "stock"
unit = "m2"
dims = ["ecosystem"]
lower = 0
department = "自然资源局"

[retained]
zh = "水源涵养量"
en = "Water retained"
kind = "flow"
unit = "m3"
quantum = "0.001"
finest = "1"
[retained.account]
service = "=retention"

[income]
zh = "供水收入"
en = "Income from water"
kind = "flow"
unit = "CNY"
[income.account]
service = "=supply"
""",
    "records/all.toml": """
[patches]
zh = "图斑"
en = "Patches"
dims = ["ecosystem"]
[patches.columns.rain]
unit = "mm"
zh = "降水"
en = "Rain"
lower = 0
""",
    "layouts/all.toml": """
[LA-01]
zh = "表一"
en = "Table 1"
unit = "hm2"
provenance = "ENG"
[[LA-01.row]]
code = "R1"
zh = "期末"
en = "Closing"
stock = true
[[LA-01.column]]
code = "C1"
zh = "耕地"
en = "Cultivated land"
""",
    "rules/all.toml": """
["retention.share"]
zh = "水源涵养量"
en = "Water retained"
version = "1"
output = "retained"
grain = ["region"]
expression = "rain * share"
source = "paper"
["retention.share".inputs]
rain = { measure = "rain" }
share = { parameter = "share", unit = "1", lower = 0, upper = 1 }

["retention.limit"]
zh = "涵养量不超过降水量"
en = "No more is retained than falls"
version = "1"
kind = "assert"
severity = "query"
grain = ["region"]
expression = "retained <= rain"
source = "paper"
message_zh = "水源涵养量大于降水量。"
message_en = "More water is retained than falls."
["retention.limit".inputs]
rain = { measure = "rain" }
retained = { measure = "retained" }
""",
    "parameters/all.csv": f"{HEAD}\nshare,set-a,,,,,0.25,1,0.1,0.5,literature,paper,Table 1,\n",
    "prices/all.csv": f"{HEAD}\nwater_cost,set-a,,,2010,2010,7.06,元@2010/m3,,,literature,paper,Table 3,\n",
    "crosswalks/all.csv": """id,scheme_from,code_from,scheme_to,code_to,share,conserves,source
old_new,old,a,new,x,0.4,,paper
old_new,old,a,new,y,0.6,,paper
""",
    "schemes/one.toml": """
id = "one"
kind = "gep_profile"
zh = "方案一"
en = "Profile one"
version = "1"
status = "enabled"
source = "paper"
rules = ["retention.share", "retention.limit"]
parameter_sets = ["set-a", "set-b"]

[[service]]
id = "retention"
class = "regulating"
[[service.line]]
measure = "retained"
price = "water_cost"

[[service]]
id = "supply"
class = "material"
[[service.line]]
measure = "income"
value_only = true
""",
}
Change = tuple[str, str, str]  # file, text, what it is replaced by ("" as text: the file is written anew)


class Folder:
    """A catalogue folder to be changed and loaded."""

    def __init__(self, root: Path, files: dict[str, str]) -> None:
        self.root = root
        for name, text in files.items():
            self.write(name, text)

    def write(self, name: str, text: str | bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{name} holds {text.count(old)} times {old!r}")
        self.write(name, text.replace(old, new))

    def add(self, name: str, text: str) -> None:
        self.write(name, (self.root / name).read_text(encoding="utf-8") + text)

    def load(self, local: Path | None = None) -> Catalog:
        return load(self.root, local)

    def refused(self, local: Path | None = None) -> tuple[Finding, ...]:
        """The findings the folder is refused with."""
        with pytest.raises(Refused) as caught:
            load(self.root, local)
        return caught.value.findings


@pytest.fixture
def small(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "coefficients", SMALL)


@pytest.fixture
def local(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Makes a book's `local/` of {file: text}."""

    def make(files: dict[str, str]) -> Path:
        return Folder(tmp_path / "local", files).root

    return make
