"""Loading the catalogue: what is read, what a book's own files replace, and every mistake with its place and words."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from gep.base.data import data_root, shipped_books
from gep.base.findings import Finding, Refused, message
from gep.base.records import LayoutRow, Names, Severity
from gep.catalog import audit as coefficients
from gep.catalog.load import load
from gep.catalog.record import Catalog, near
from gep.catalog.resolve import Lookup, resolve
from gep.catalog.valuation import value_rules

HEAD = "id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note"
SCHEME, RULES, MEASURES = "schemes/one.toml", "rules/all.toml", "measures/all.toml"
PARAMETERS, CODES, WALKS = "parameters/all.csv", "codes/all.csv", "crosswalks/all.csv"

# (file, old, new, code, place, zh, en, mend en): one mistake of each kind
MISTAKES: dict[str, tuple[str, str, str, str, str, str, str, str]] = {
    "a required field is missing": (
        MEASURES, 'en = "Rain"\n', "", "CATALOG-FIELD-MISSING", f"coefficients/{MEASURES}:en [rain]",
        "缺少字段 en。", "The field en is missing.", "Add the field en here.",
    ),
    "a field is misspelt": (
        MEASURES, 'department = "自然资源局"', 'departmant = "自然资源局"', "CATALOG-FIELD-UNKNOWN",
        f"coefficients/{MEASURES}:departmant [area]", "不认识字段 departmant。", "The field departmant is not known.",
        "Check the spelling; the fields known here are: account, additive, attrs, balance, department, dims, en, finest, kind, lower, "
        "mirror, nets, note, quantum, read_by, signed, table, unit, upper, zh.",
    ),
    "text where a list belongs": (
        MEASURES, 'dims = ["ecosystem"]', 'dims = "ecosystem"', "CATALOG-FIELD-TYPE", f"coefficients/{MEASURES}:dims [area]",
        "字段 dims 的写法不对。", "The field dims is not written as it should be.", "Write it as: a list of texts.",
    ),
    "a number where text belongs": (
        MEASURES, 'unit = "m2"', "unit = 2", "CATALOG-FIELD-TYPE", f"coefficients/{MEASURES}:unit [area]",
        "字段 unit 的写法不对。", "The field unit is not written as it should be.", "Write it as: text in quotes.",
    ),
    "text where a number belongs": (
        MEASURES, 'dims = ["ecosystem"]\nlower = 0', 'dims = ["ecosystem"]\nlower = "none"', "CATALOG-FIELD-TYPE",
        f"coefficients/{MEASURES}:lower [area]",
        "字段 lower 的写法不对。", "The field lower is not written as it should be.", "Write it as: a number.",
    ),
    "a number that is not finite": (
        PARAMETERS, "0.25,1,", "NaN,1,", "CATALOG-FIELD-TYPE", f"coefficients/{PARAMETERS}:2:value [share]",
        "字段 value 的写法不对。", "The field value is not written as it should be.", "Write it as: a number.",
    ),
    "a number with a comma": (
        PARAMETERS, "0.25,1,", '"1,200",1,', "CATALOG-FIELD-TYPE", f"coefficients/{PARAMETERS}:2:value [share]",
        "字段 value 的写法不对。", "The field value is not written as it should be.", "Write it as: a number.",
    ),
    "a boolean where a number belongs": (
        MEASURES, 'dims = ["ecosystem"]\nlower = 0', 'dims = ["ecosystem"]\nlower = false', "CATALOG-FIELD-TYPE",
        f"coefficients/{MEASURES}:lower [area]",
        "字段 lower 的写法不对。", "The field lower is not written as it should be.", "Write it as: a number.",
    ),
    "text where a flag belongs": (
        SCHEME, "value_only = true", 'value_only = "no"', "CATALOG-FIELD-TYPE",
        f"coefficients/{SCHEME}:value_only [one.supply]",
        "字段 value_only 的写法不对。", "The field value_only is not written as it should be.", "Write it as: true | false.",
    ),
    "a step of zero": (
        MEASURES, 'quantum = "0.001"', "quantum = 0", "CATALOG-FIELD-TYPE", f"coefficients/{MEASURES}:quantum [retained]",
        "字段 quantum 的写法不对。", "The field quantum is not written as it should be.", "Write it as: a number above 0.",
    ),
    "a date that does not exist": (
        PARAMETERS, "share,set-a,,,,,", "share,set-a,,,2010-02-30,,", "CATALOG-FIELD-TYPE",
        f"coefficients/{PARAMETERS}:2:valid_from [share]",
        "字段 valid_from 的写法不对。", "The field valid_from is not written as it should be.",
        "Write it as: a date such as 2010-01-01.",
    ),
    "an instant where a date belongs": (
        RULES, 'version = "1"\noutput', 'version = "1"\nvalid_from = 2010-01-01T00:00:00\noutput', "CATALOG-FIELD-TYPE",
        f"coefficients/{RULES}:valid_from [retention.share]",
        "字段 valid_from 的写法不对。", "The field valid_from is not written as it should be.",
        "Write it as: a date such as 2010-01-01.",
    ),
    "text where a table belongs": (
        MEASURES, '[retained.account]\nservice = "=retention"', 'account = "retention"', "CATALOG-FIELD-TYPE",
        f"coefficients/{MEASURES}:account [retained]",
        "字段 account 的写法不对。", "The field account is not written as it should be.", "Write it as: a table.",
    ),
    "a list where one text belongs": (
        MEASURES, '"=retention"', '["retention"]', "CATALOG-FIELD-TYPE",
        f"coefficients/{MEASURES}:account.service [retained]", "字段 account.service 的写法不对。",
        "The field account.service is not written as it should be.", "Write it as: text in quotes.",
    ),
    "an empty domain": (
        SCHEME, 'price = "water_cost"', 'price = "water_cost"\ndomain = { ecosystem = [] }', "CATALOG-FIELD-TYPE",
        f"coefficients/{SCHEME}:domain.ecosystem [one.retention]", "字段 domain.ecosystem 的写法不对。",
        "The field domain.ecosystem is not written as it should be.", "Write it as: a list of codes in quotes.",
    ),
    "a value that cannot be chosen": (
        MEASURES, 'kind = "stock"', 'kind = "stok"', "CATALOG-FIELD-CHOICE", f"coefficients/{MEASURES}:kind [area]",
        "字段 kind 的取值不在允许范围内。", "The field kind has a value that is not allowed.",
        "Choose one of: flow | stock | price | ratio | index | score | reference.",
    ),
    "a direction that cannot be summed": (
        MEASURES, 'dims = ["ecosystem"]', 'dims = ["ecosystem"]\nadditive = ["regoin"]', "CATALOG-FIELD-CHOICE",
        f"coefficients/{MEASURES}:additive [area]", "字段 additive 的取值不在允许范围内。",
        "The field additive has a value that is not allowed.", "Choose one of: region | class | time.",
    ),
    "a column the accounts do not have": (
        MEASURES, 'service = "=retention"', 'service = "=retention"\nservise = "=retention"', "CATALOG-FIELD-CHOICE",
        f"coefficients/{MEASURES}:account.servise [retained]", "字段 account.servise 的取值不在允许范围内。",
        "The field account.servise has a value that is not allowed.",
        "Choose one of: service | benefit | product | ecosystem.",
    ),
    "an input of two kinds": (
        RULES, 'share = { parameter = "share"', 'share = { measure = "rain", parameter = "share"', "CATALOG-FIELD-CHOICE",
        f"coefficients/{RULES}:measure [retention.share.inputs.share]", "字段 measure 的取值不在允许范围内。",
        "The field measure has a value that is not allowed.", "Choose one of: measure | parameter | column.",
    ),
    "a key without its scheme": (
        PARAMETERS, "share,set-a,,,", "share,set-a,,forest,", "CATALOG-KEY", f"coefficients/{PARAMETERS}:2:key [share]",
        "分类键 forest 写法不对。", "The key forest is not well formed.", "Write it as scheme:code;scheme:code.",
    ),
    "a key with one dimension twice": (
        PARAMETERS, "share,set-a,,,", "share,set-a,,ecosystem:forest;ecosystem:shrub,", "CATALOG-KEY",
        f"coefficients/{PARAMETERS}:2:key [share]", "分类键 ecosystem:forest;ecosystem:shrub 写法不对。",
        "The key ecosystem:forest;ecosystem:shrub is not well formed.", "Write it as scheme:code;scheme:code.",
    ),
    "a code twice": (
        CODES, "service,1,retention,", "ecosystem,1,forest,,森林,Forest,,,\nservice,1,retention,", "CATALOG-DUPLICATE",
        f"coefficients/{CODES}:5", "代码 ecosystem:forest 重复登记。", "The code ecosystem:forest is declared twice.",
        f"Remove one of them; the other stands in coefficients/{CODES}:3.",
    ),
    "a column twice": (
        PARAMETERS, "locator,note\nshare,set-a,,,,,0.25,1,0.1,0.5,literature,paper,Table 1,\n",
        "locator,note,value\nshare,set-a,,,,,0.25,1,0.1,0.5,literature,paper,Table 1,,0.3\n", "CATALOG-DUPLICATE",
        f"coefficients/{PARAMETERS}:1:value",
        "列 value 重复登记。", "The column value is declared twice.",
        f"Remove one of them; the other stands in coefficients/{PARAMETERS}.",
    ),
    "a measure in two lines of a scheme": (
        SCHEME, "value_only = true", 'value_only = true\n[[service.line]]\nmeasure = "retained"', "CATALOG-DUPLICATE",
        f"coefficients/{SCHEME} [one]", "计价行 retained 重复登记。", "The line retained is declared twice.",
        f"Remove one of them; the other stands in coefficients/{SCHEME}.",
    ),
    "a source nobody declared": (
        PARAMETERS, "literature,paper,", "literature,papper,", "CATALOG-UNKNOWN-REFERENCE",
        f"coefficients/{PARAMETERS}:2 [share]", "来源 papper 未登记。", "The source papper is not declared.",
        "Declare that source first or correct the spelling; similar ones: paper.",
    ),
    "an input measure nobody declared": (
        RULES, 'rain = { measure = "rain" }\nshare', 'rain = { measure = "rainn" }\nshare', "CATALOG-UNKNOWN-REFERENCE",
        f"coefficients/{RULES} [retention.share]", "指标 rainn 未登记。", "The measure rainn is not declared.",
        "Declare that measure first or correct the spelling; similar ones: rain, retained.",
    ),
    "an input parameter nobody declared": (
        RULES, 'parameter = "share"', 'parameter = "shere"', "CATALOG-UNKNOWN-REFERENCE",
        f"coefficients/{RULES} [retention.share]", "参数 shere 未登记。", "The parameter shere is not declared.",
        "Declare that parameter first or correct the spelling; similar ones: share.",
    ),
    "a record set nobody declared": (
        RULES, 'rain = { measure = "rain" }\nshare', 'rain = { column = "rain", rows = "patch", unit = "mm" }\nshare',
        "CATALOG-UNKNOWN-REFERENCE", f"coefficients/{RULES} [retention.share]", "记录集 patch 未登记。",
        "The record set patch is not declared.", "Declare that record set first or correct the spelling; similar ones: patches.",
    ),
    "a selected code nobody declared": (
        RULES, 'rain = { measure = "rain" }\nshare', 'rain = { measure = "area", select = { ecosystem = "forrest" } }\nshare',
        "CATALOG-UNKNOWN-REFERENCE", f"coefficients/{RULES} [retention.share]", "代码 forrest 未登记。",
        "The code forrest is not declared.", "Declare that code first or correct the spelling; similar ones: forest.",
    ),
    "a rule nobody declared": (
        SCHEME, '"retention.limit"', '"retention.limits"', "CATALOG-UNKNOWN-REFERENCE", f"coefficients/{SCHEME} [one]",
        "规则 retention.limits 未登记。", "The rule retention.limits is not declared.",
        "Declare that rule first or correct the spelling; similar ones: retention.limit, retention.share.",
    ),
    "a line along a dimension its measure does not have": (
        SCHEME, 'price = "water_cost"', 'price = "water_cost"\ndomain = { ecosystem = ["*"] }', "CATALOG-UNKNOWN-REFERENCE",
        f"coefficients/{SCHEME} [one]", "维度 ecosystem 未登记。", "The dimension ecosystem is not declared.",
        "Declare that dimension first or correct the spelling; similar ones: -.",
    ),
    "an account column along a dimension the measure does not have": (
        MEASURES, 'service = "=retention"', 'service = "=retention"\necosystem = "ecosystem"', "CATALOG-UNKNOWN-REFERENCE",
        f"coefficients/{MEASURES} [retained]", "维度 ecosystem 未登记。", "The dimension ecosystem is not declared.",
        "Declare that dimension first or correct the spelling; similar ones: -.",
    ),
    "a service that is no code": (
        MEASURES, 'service = "=retention"', 'service = "=retenton"', "CATALOG-UNKNOWN-REFERENCE",
        f"coefficients/{MEASURES} [retained]", "代码 retenton 未登记。", "The code retenton is not declared.",
        "Declare that code first or correct the spelling; similar ones: retention.",
    ),
    "a parent that is no code": (
        CODES, "forest,natural", "forest,naturel", "CATALOG-UNKNOWN-REFERENCE", f"coefficients/{CODES}:3:parent [forest]",
        "代码 naturel 未登记。", "The code naturel is not declared.",
        "Declare that code first or correct the spelling; similar ones: natural.",
    ),
    "a code scheme nobody declared": (
        MEASURES, 'dims = ["ecosystem"]', 'dims = ["ecosistem"]', "CATALOG-UNKNOWN-REFERENCE",
        f"coefficients/{MEASURES} [area]", "代码体系 ecosistem 未登记。", "The code scheme ecosistem is not declared.",
        "Declare that code scheme first or correct the spelling; similar ones: ecosystem.",
    ),
    "a parameter key of an unknown code": (
        PARAMETERS, "share,set-a,,,", "share,set-a,,ecosystem:forrest,", "CATALOG-UNKNOWN-REFERENCE",
        f"coefficients/{PARAMETERS}:2 [share]", "代码 forrest 未登记。", "The code forrest is not declared.",
        "Declare that code first or correct the spelling; similar ones: forest.",
    ),
    "a unit nobody knows": (
        PARAMETERS, "0.25,1,", "0.25,furlong,", "CATALOG-UNIT", f"coefficients/{PARAMETERS}:2:unit [share]",
        "计量单位 furlong 无法识别", "The unit furlong is not understood",
        "Use a declared unit, for instance m2, m3, t, kWh, CNY, 亿立方米.",
    ),
    "a measure in a unit that is not stored": (
        MEASURES, 'unit = "m2"', 'unit = "hm2"', "CATALOG-UNIT-BASE", f"coefficients/{MEASURES}:unit [area]",
        "指标 area 的单位 hm2 不是存储用的基本单位。", "The unit hm2 of measure area is not a base unit of the store.",
        "Use the base unit m2.",
    ),
    "a parameter without source": (
        PARAMETERS, "literature,paper,", "literature,,", "CATALOG-PARAMETER-SOURCE",
        f"coefficients/{PARAMETERS}:2:source [share]", "参数 share 没有来源。", "The parameter share has no source.",
        "Give the id of a source (sources.toml) and the table or clause.",
    ),
    "a parameter below its range": (
        PARAMETERS, "0.25,1,", "0.05,1,", "CATALOG-PARAMETER-RANGE", f"coefficients/{PARAMETERS}:2:value [share]",
        "参数 share 的取值超出自己的上下限。", "The parameter share lies outside its own range.",
        "Check the source, then correct the value or the range.",
    ),
    "a parameter above its range": (
        PARAMETERS, "0.25,1,", "0.51,1,", "CATALOG-PARAMETER-RANGE", f"coefficients/{PARAMETERS}:2:value [share]",
        "参数 share 的取值超出自己的上下限。", "The parameter share lies outside its own range.",
        "Check the source, then correct the value or the range.",
    ),
    "a row with a cell too many": (
        PARAMETERS, "Table 1,\n", "Table 1,,\n", "CATALOG-FILE", f"coefficients/{PARAMETERS}:2",
        "目录文件无法读取:14 columns declared, the row has another number。",
        "The catalogue file cannot be read: 14 columns declared, the row has another number.",
        "Correct the syntax of this file and run again.",
    ),
    "a row with a cell too few": (
        PARAMETERS, "Table 1,\n", "Table 1\n", "CATALOG-FILE", f"coefficients/{PARAMETERS}:2",
        "目录文件无法读取:14 columns declared, the row has another number。",
        "The catalogue file cannot be read: 14 columns declared, the row has another number.",
        "Correct the syntax of this file and run again.",
    ),
    "a quote that is never closed": (
        PARAMETERS, "Table 1,", '"Table 1,', "CATALOG-FILE", f"coefficients/{PARAMETERS}:2",
        "目录文件无法读取:unexpected end of data。", "The catalogue file cannot be read: unexpected end of data.",
        "Correct the syntax of this file and run again.",
    ),
    "TOML that is broken": (
        MEASURES, 'kind = "stock"', 'kind = "stock', "CATALOG-FILE", f"coefficients/{MEASURES}",
        "目录文件无法读取:Illegal character", "The catalogue file cannot be read: Illegal character",
        "Correct the syntax of this file and run again.",
    ),
    "shares that are not a whole": (
        WALKS, "new,y,0.6", "new,y,0.5", "CATALOG-CROSSWALK-SHARE", "crosswalks/old_new [a]",
        "对照表 old_new 中代码 a 的份额之和不是 1。", "The shares of code a in crosswalk old_new do not add up to 1.",
        "Correct the shares, or declare that the crosswalk does not conserve the total.",
    ),
    "a share below zero beside one above one": (
        WALKS, "new,x,0.4,,paper\nold_new,old,a,new,y,0.6", "new,x,1.4,,paper\nold_new,old,a,new,y,-0.4", "CATALOG-FIELD-TYPE",
        f"coefficients/{WALKS}:3:share", "字段 share 的写法不对。", "The field share is not written as it should be.",
        "Write it as: a number above 0.",
    ),
    "a crosswalk to a code that is not declared": (
        WALKS, "new,y,0.6", "new,z,0.6", "CATALOG-UNKNOWN-REFERENCE", f"coefficients/{WALKS}:3 [a]",
        "代码 z 未登记。", "The code z is not declared.",
        "Declare that code first or correct the spelling; similar ones: -.",
    ),
    "a crosswalk to a scheme that is not declared": (
        WALKS, "old_new,old,a,new,x,0.4,,paper\nold_new,old,a,new,y,0.6", "old_new,old,a,next,x,1", "CATALOG-UNKNOWN-REFERENCE",
        f"coefficients/{WALKS}:2 [a]", "代码体系 next 未登记。", "The code scheme next is not declared.",
        "Declare that code scheme first or correct the spelling; similar ones: new.",
    ),
    "a crosswalk of three schemes": (
        WALKS, "old,a,new,y,0.6", "old,a,ecosystem,forest,0.6", "CATALOG-CROSSWALK-MIXED", f"coefficients/{WALKS}:3 [a]",
        "对照表 old_new 的这一行是 old → ecosystem, conserves yes,而第一行是 old → new, conserves yes。",
        "This line of crosswalk old_new is old → ecosystem, conserves yes, but the first one is old → new, conserves yes.",
        "A crosswalk joins two code schemes, and `conserves` is the same in all its lines; use another id for the rest.",
    ),
    "a crosswalk that conserves the total in some lines": (
        WALKS, "new,y,0.6,,", "new,y,0.6,no,", "CATALOG-CROSSWALK-MIXED", f"coefficients/{WALKS}:3 [a]",
        "对照表 old_new 的这一行是 old → new, conserves no,而第一行是", "This line of crosswalk old_new is old → new, conserves no,",
        "A crosswalk joins two code schemes, and `conserves` is the same in all its lines; use another id for the rest.",
    ),
    "a pair of codes twice in a crosswalk": (
        WALKS, "new,y,0.6", "new,x,0.6", "CATALOG-DUPLICATE", f"coefficients/{WALKS}:3 [a]",
        "代码 a → x 重复登记。", "The code a → x is declared twice.",
        f"Remove one of them; the other stands in coefficients/{WALKS}:2 [a].",
    ),
    "a check without its English message": (
        RULES, 'message_en = "More water is retained than falls."\n', "", "CATALOG-FIELD-MISSING",
        f"coefficients/{RULES}:message_en [retention.limit]", "缺少字段 message_en。", "The field message_en is missing.",
        "Add the field message_en here.",
    ),
    "a service without lines": (
        SCHEME, '[[service.line]]\nmeasure = "income"\nvalue_only = true\n', "", "CATALOG-FIELD-MISSING",
        f"coefficients/{SCHEME}:line [one.supply]", "缺少字段 line。", "The field line is missing.", "Add the field line here.",
    ),
    "a disabled scheme without a reason": (
        SCHEME, 'status = "enabled"', 'status = "disabled"', "CATALOG-FIELD-MISSING", f"coefficients/{SCHEME}:reason [one]",
        "缺少字段 reason。", "The field reason is missing.", "Add the field reason here.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_words(small: Any, name: str) -> None:
    file, old, new, code, place, zh, en, mend = MISTAKES[name]
    small.load()
    small.change(file, old, new)
    told = [f for f in small.refused() if f.code == code and f.place.text() == place]
    assert len(told) == 1, [str(f.place.text()) + f.code for f in small.refused()]
    assert told[0].severity is Severity.STOP
    assert told[0].text("zh").startswith(zh)
    assert told[0].text("en").startswith(en)
    assert told[0].mend("en") == mend


@pytest.mark.parametrize("name", [n for n in MISTAKES if MISTAKES[n][3] != "CATALOG-FILE"])
def test_one_mistake_makes_one_finding(small: Any, name: str) -> None:
    small.change(*MISTAKES[name][:3])
    assert [f.code for f in small.refused()] == [MISTAKES[name][3]]


def test_found_expected_and_difference_stand_in_the_finding(small: Any) -> None:
    small.change(PARAMETERS, "0.25,1,", "0.51,1,")
    small.change(WALKS, "new,y,0.6", "new,y,0.5")
    by_code = {f.code: f for f in small.refused()}
    assert (by_code["CATALOG-PARAMETER-RANGE"].found, by_code["CATALOG-PARAMETER-RANGE"].expected) == ("0.51", "0.1 … 0.5")
    share = by_code["CATALOG-CROSSWALK-SHARE"]
    # 4/10 + 5/10 = 9/10
    assert (share.found, share.expected, share.difference) == ("9/10", "1", "-1/10")


def test_the_encoding_of_a_file_must_be_utf8(small: Any) -> None:
    small.write("codes/gbk.csv", "scheme,code,zh,en\nx,1,森林,Forest\n".encode("gbk"))
    small.write("rules/gbk.toml", 'zh = "森林"'.encode("gbk"))
    told = small.refused()
    assert {(f.code, f.place.file) for f in told} == {
        ("CATALOG-FILE", "coefficients/codes/gbk.csv"),
        ("CATALOG-FILE", "coefficients/rules/gbk.toml"),
    }
    assert all("utf-8" in f.text("zh") for f in told)


def test_a_byte_order_mark_is_no_part_of_the_first_column(small: Any) -> None:
    text = (small.root / PARAMETERS).read_bytes()
    small.write(PARAMETERS, b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert small.load().parameters["share"][0].value == Decimal("0.25")


def test_every_mistake_is_told_at_once(small: Any) -> None:
    names = ["a field is misspelt", "a parameter below its range", "a source nobody declared", "a rule nobody declared"]
    names += ["shares that are not a whole", "a code twice", "a check without its English message"]
    for name in names:
        small.change(*MISTAKES[name][:3])
    told = small.refused()
    assert sorted(f.code for f in told) == sorted(MISTAKES[n][3] for n in names)
    assert str(Refused(told)).count("\n") == len(names) - 1


LAYOUT = """
[LA-01]
zh = "表"
en = "Table"
unit = "hm2"
provenance = "ENG"
row = [{ code = "R1", zh = "行", en = "Row" }]
column = [{ code = "C1", zh = "栏", en = "Column" }]
"""


@pytest.mark.parametrize(
    ("file", "text", "kind", "name"),
    [
        ("measures/more.toml", '[rain]\nzh = "雨"\nen = "Rain"\nkind = "flow"\nunit = "m3"\n', "measure", "rain"),
        ("records/more.toml", '[patches]\nzh = "图斑"\nen = "Patches"\n', "record set", "patches"),
        ("layouts/more.toml", LAYOUT, "layout", "LA-01"),
    ],
)
def test_the_same_id_in_two_files_is_told_with_both_places(small: Any, file: str, text: str, kind: str, name: str) -> None:
    small.write(file, text)
    (told,) = small.refused()
    assert told.code == "CATALOG-DUPLICATE"
    assert told.place.text() == f"coefficients/{file} [{name}]"
    assert told.text("en") == f"The {kind} {name} is declared twice."
    folder = file.split("/", maxsplit=1)[0]
    assert told.mend("zh") == f"删去其中一处,另一处在:coefficients/{folder}/all.toml [{name}]。"


def test_a_scheme_twice(small: Any) -> None:
    small.write("schemes/two.toml", (small.root / SCHEME).read_text(encoding="utf-8"))
    (told,) = small.refused()
    assert (told.code, told.place.file, told.expected) == (
        "CATALOG-DUPLICATE",
        "coefficients/schemes/two.toml",
        "coefficients/schemes/one.toml",
    )
    assert told.text("zh") == "方案 one 重复登记。"


RULE = """
["{name}"]
id = "retention.share"
zh = "水源涵养量"
en = "Water retained"
version = "{version}"
valid_from = "{start}"
output = "retained"
grain = ["region"]
expression = "rain * share"
source = "paper"
["{name}".inputs]
rain = {{ measure = "rain" }}
share = {{ parameter = "share", unit = "1" }}
"""


def test_a_version_of_a_rule_stands_once(small: Any) -> None:
    small.write("rules/more.toml", RULE.format(name="again", version="1", start="2015"))
    (told,) = small.refused()
    assert (told.code, told.text("en")) == ("CATALOG-DUPLICATE", "The rule retention.share@1 is declared twice.")


def test_two_versions_of_a_rule_cannot_begin_on_one_day(small: Any) -> None:
    small.write(
        "rules/more.toml", RULE.format(name="a", version="2", start="2015") + RULE.format(name="b", version="3", start="2015")
    )
    (told,) = small.refused()
    assert (told.code, told.text("en")) == ("CATALOG-DUPLICATE", "The rule retention.share (2015-01-01) is declared twice.")
    assert told.expected == "coefficients/rules/more.toml"


def test_what_the_small_catalogue_says(small: Any) -> None:
    c = small.load()
    assert c.measures["retained"].quantum == Decimal("0.001")
    assert c.measures["rain"].additive == ("region", "class", "time")  # a flow
    assert c.measures["area"].additive == ("region", "class")  # a stock
    assert c.codes["ecosystem"]["shrub"].valid_to == date(2015, 12, 31)  # a bare year means its last day
    assert c.codes["service"]["supply"].attrs == {"class": "material"}
    assert (c.codes["ecosystem"]["forest"].line, c.codes["ecosystem"]["forest"].parent) == (3, "natural")
    (price,) = c.parameters["water_cost"]
    assert (price.valid_from, price.valid_to) == (date(2010, 1, 1), date(2010, 12, 31))
    assert (price.value, price.unit, price.file, price.line) == (Decimal("7.06"), "元@2010/m3", "coefficients/prices/all.csv", 2)
    assert [line.share for line in c.crosswalks["old_new"]] == [Fraction(2, 5), Fraction(3, 5)]
    assert {(line.scheme_from, line.scheme_to, line.conserves) for line in c.crosswalks["old_new"]} == {("old", "new", True)}
    assert [(line.file, line.line) for line in c.crosswalks["old_new"]] == [(f"coefficients/{WALKS}", n) for n in (2, 3)]
    assert c.records["patches"].columns[0].unit == "mm"
    assert c.layouts["LA-01"].rows == (LayoutRow("R1", Names("期末", "Closing"), "", stock=True),)
    assert c.schemes["one"].services[1].lines[0].value_only is True
    assert c.sources["paper"].year == "2017"


def test_an_input_takes_grain_unit_and_bounds_of_its_measure(small: Any) -> None:
    small.add(
        RULES,
        '\n["x"]\nzh = "x"\nen = "x"\nversion = "1"\noutput = "rain"\nexpression = "a"\nsource = "paper"\n'
        '["x".inputs]\na = { measure = "area" }\nb = { measure = "area", unit = "km2" }\n'
        'c = { measure = "area", select = { ecosystem = "forest" } }\nd = { measure = "rain", lower = 5 }\n',
    )
    a, b, c, d = small.load().rules["x"][0].inputs
    assert (a.grain, a.unit, a.lower, a.upper) == (("region", "ecosystem"), "m2", Decimal(0), None)
    assert (b.unit, b.lower) == ("km2", None)  # the bound is in m2, so it is not taken over
    assert c.grain == ("region",)
    assert d.lower == Decimal(5)


def test_a_year_as_a_number_means_the_same_as_in_quotes(small: Any) -> None:
    small.change(SCHEME, 'source = "paper"', 'source = "paper"\nvalid_from = 2010\nvalid_to = 2012')
    scheme = small.load().schemes["one"]
    assert (scheme.valid_from, scheme.valid_to) == (date(2010, 1, 1), date(2012, 12, 31))


def test_crosswalks_that_do_not_conserve_may_have_any_shares(small: Any) -> None:
    small.write(WALKS, "id,scheme_from,code_from,scheme_to,code_to,share,conserves,source\nold_new,old,a,new,x,0.4,no,paper\n")
    assert small.load().crosswalks["old_new"][0].conserves is False


def test_an_unknown_parameter_value_is_no_zero(small: Any) -> None:
    small.change(PARAMETERS, "0.25,1,", ",1,")
    assert small.load().parameters["share"][0].value is None


def test_local_files_replace_by_id_and_parameters_come_first(small: Any, local: Callable[[dict[str, str]], Path]) -> None:
    own = local(
        {
            "measures/m.toml": '[rain]\nzh = "雨"\nen = "Rainfall"\nkind = "flow"\nunit = "m3"\n',
            "codes/c.csv": "scheme,code,parent,zh,en\necosystem,forest,,林,Woods\necosystem,marsh,,沼泽,Marsh\n",
            "parameters/p.csv": f"{HEAD}\nshare,local,,,,,0.3,1,,,local,mine,1,\n",
            "rules/r.toml": RULE.format(name="own", version="9", start="2000"),
            "schemes/s.toml": (small.root / SCHEME).read_text(encoding="utf-8").replace("Profile one", "Own profile"),
            "sources.toml": '[mine]\nkind = "data"\ntitle = "Measured here"\n',
        }
    )
    c = small.load(own)
    assert c.measures["rain"].names.en == "Rainfall"
    assert c.measures["rain"].file == "local/measures/m.toml"
    assert c.measures["area"].file == f"coefficients/{MEASURES}"
    assert [(k, v.names.en) for k, v in c.codes["ecosystem"].items()] == [
        ("natural", "Natural"),
        ("forest", "Woods"),
        ("shrub", "Shrub"),
        ("marsh", "Marsh"),
    ]
    assert [(p.value, p.file) for p in c.parameters["share"]] == [
        (Decimal("0.3"), "local/parameters/p.csv"),
        (Decimal("0.25"), f"coefficients/{PARAMETERS}"),
    ]
    assert [r.version for r in c.rules["retention.share"]] == ["9"]
    assert c.schemes["one"].names.en == "Own profile"
    assert set(c.sources) == {"paper", "mine"}


def test_a_local_folder_that_is_not_there_changes_nothing(small: Any, tmp_path: Path) -> None:
    assert small.load(tmp_path / "nothing") == small.load()


def test_a_local_mistake_names_the_local_file(small: Any, local: Callable[[dict[str, str]], Path]) -> None:
    own = local({"parameters/p.csv": f"{HEAD}\nshare,local,,,,,0.3,1,,,guess,paper,1,\n"})
    (told,) = small.refused(own)
    assert (told.code, told.place.text(), told.found) == (
        "CATALOG-FIELD-CHOICE",
        "local/parameters/p.csv:2:status [share]",
        "guess",
    )


def test_near_names() -> None:
    assert near("forrest", ["forest", "shrub", "wetland"]) == "forest"
    assert near("zzzz", ["forest"]) == "-"


def test_the_shipped_catalogue_and_every_shipped_book_load() -> None:
    shipped = data_root() / "coefficients"
    plain = load(shipped)
    assert {"garze-2017"} <= set(plain.schemes)
    for name in shipped_books():
        assert load(shipped, data_root() / "ledgers" / "books" / name / "local").schemes.keys() >= plain.schemes.keys()


# ---- every message of the catalogue is provoked by a test of this folder

ELSEWHERE = {  # provoked one by one, with their words, in the files of ELSEWHERE_FILES
    "CATALOG-PARAMETER-UNKNOWN",
    "CATALOG-PARAMETER-DECLARED-UNKNOWN",
    "CATALOG-PARAMETER-AMBIGUOUS",
    "CATALOG-PARAMETER-FALLBACK",
    "CATALOG-PARAMETER-ILLUSTRATIVE",
    "CATALOG-SCHEME-DISABLED",
    "CATALOG-SCHEME-VALIDITY",
    "CATALOG-RULE-TWICE",
    "CATALOG-RULE-CYCLE",
    "CATALOG-SERVICE-LINE",
    "CATALOG-PARAMETER-CLASS",
    "CATALOG-CLASS-FINER",
    "CATALOG-OVERLAP",
    "CATALOG-OVERLAP-SHOWN",
    "CATALOG-ALTERNATIVES",
    "CATALOG-UNDETERMINED",
    "CATALOG-LOCAL-OVER-SHIPPED",
    "CATALOG-NAME-TWICE",
    "CATALOG-EACH",
    "CATALOG-FLOW-IN-ASSET",
}
ELSEWHERE_FILES = tuple(
    f"test_{name}.py" for name in ("resolve", "valuation", "classes", "overlaps", "replaced", "each", "flows")
)


def declared() -> set[str]:
    return set(tomllib.loads(files("gep.base").joinpath("messages", "catalog.toml").read_text(encoding="utf-8")))


def test_every_message_is_provoked() -> None:
    here = {m[3] for m in MISTAKES.values()}
    assert here | ELSEWHERE == declared()
    folder = Path(__file__).parent
    told = "".join((folder / name).read_text(encoding="utf-8") for name in ELSEWHERE_FILES)
    assert {code for code in ELSEWHERE if f'"{code}"' not in told} == set()


def test_messages_are_whole_sentences() -> None:
    for code in declared():
        m = message(code)
        assert m.zh.endswith("。"), code
        assert m.en.endswith("."), code


# ---- gep coefficients list and audit


@pytest.fixture
def shipped() -> Catalog:
    return load(data_root() / "coefficients")


def test_list_filters_by_id_set_source_and_name(small: Any) -> None:
    small.add(PARAMETERS, "share,set-b,,,,,0.3,1,,,expert,paper,,\n")
    small.add(CODES, "parameter,1,share,,涵养比例,Share retained,,,\n")
    c = small.load()
    assert [(p.id, p.source_set) for p in coefficients.listed(c)] == [
        ("share", "set-a"),
        ("share", "set-b"),
        ("water_cost", "set-a"),
    ]
    assert [p.id for p in coefficients.listed(c, "涵养比例", "set-b")] == ["share"]
    assert [p.id for p in coefficients.listed(c, "RETAINED")] == ["share", "share"]
    assert coefficients.listed(c, "no such") == []
    assert [p.source_set for p in coefficients.listed(c, "", "set-b")] == ["set-b"]


def test_audit_counts_and_names(small: Any) -> None:
    small.add(
        PARAMETERS, "share,set-b,,ecosystem:forest,,,,1,,,standard,paper,,\nspare,set-a,,,2010,,1,1,,,standard,paper,T 9,\n"
    )
    small.change(SCHEME, 'parameter_sets = ["set-a", "set-b"]', 'parameter_sets = ["set-c"]')
    made = coefficients.audit(small.load())
    assert made.rows == 4
    assert made.by_status == {"literature": 2, "standard": 2}
    assert made.by_set == {"set-a": 3, "set-b": 1}
    assert made.unknown == ("share [ecosystem:forest] - (set-b)",)
    assert made.no_locator == ("share [ecosystem:forest] - (set-b)",)
    assert made.no_range == 3
    # a standard of 2017 cannot be in force in 2010; a paper may report on 2010
    assert made.older_than_source == ("spare [-] - (set-a)",)
    assert made.unused == ("spare",)
    assert made.absent == ("one: share (retention.share)", "one: water_cost (value.retained)")


def test_the_shipped_profiles_find_every_parameter_they_read(shipped: Catalog) -> None:
    made = coefficients.audit(shipped)
    assert [a for a in made.absent if a.startswith("garze-2017")] == []
    assert made.no_locator == ()
    assert made.rows == len(coefficients.every(shipped)) > 50
    enabled = [s.id for s in shipped.schemes.values() if s.status == "enabled"]
    for name in enabled:
        year = 2010
        resolved = resolve(shipped, name, year)
        priced = resolved.scheme.kind == "gep_profile" and name != "hj-1173-2021"  # the one profile that has no prices
        assert bool(value_rules(shipped, resolved.scheme)[0]) == priced
        lookup = Lookup(shipped, {}, resolved.scheme.parameter_sets)
        assert lookup.find("no_such_parameter", (), "", year) is None


def test_findings_are_findings(small: Any) -> None:
    small.change(*MISTAKES["a source nobody declared"][:3])
    assert all(isinstance(f, Finding) for f in small.refused())
