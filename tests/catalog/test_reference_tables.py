"""Every row of the reference tables stands in the catalogue with its figure, range, unit and provenance, and nothing else does."""

from __future__ import annotations

import csv
import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from gep.base.units import parse_unit

ROOT = Path(__file__).parents[2]
DATA = Path("tests/data/reference")
FOLDERS = ("parameters", "prices", "deflators")
TOPICS = ("air", "carbon", "climate", "flood", "other-services", "runoff", "rusle", "rweq", "soil", "water-purification")
TABLES = (*(f"gep-coef-{t}.csv" for t in TOPICS), "gep-prices.csv", "gep-deflators.csv")
NAMES = ("id", "source_set", "region", "key", "valid_from")  # what makes a parameter row one of its kind
Row = dict[str, str]

# How the tables write a unit, and the unit of the engine. An account is of one year, so "/a" of a yearly flow falls away.
UNITS = {
    "1": "1",
    "percent": "%",
    "percent of annual precipitation": "%",
    "percent of dry matter": "%",
    "percent of national total": "%",
    "percent GEP growth after removing price change": "%",
    "share of total storage": "1",
    "share of daily wage": "1",
    "index": "1",
    "exchanges/a": "1",
    "1/a": "1",
    "1/a of fixed assets": "1",
    "soil C / vegetation C": "1",
    "t O2 / t dry matter": "1",
    "GEP value / tourism revenue": "1",
    "a": "a",
    "d/a": "d",
    "min": "min",
    "degC": "degC",
    "m/s at 2 m": "m/s",
    "m": "m",
    "mm": "mm",
    "mm/d": "mm",
    "mm as f(storm rainfall mm)": "mm",
    "1e4 ha": "10000 hm2",
    "1e8 m3": "100000000 m3",
    "1e8 m3/a": "100000000 m3",
    "m3/ha": "m3/hm2",
    "kg/m": "kg/m",
    "kg/m2": "kg/m2",
    "t/m3": "t/m3",
    "g water/kg dry soil": "g/kg",
    "(t h/(MJ mm)) per US unit": "t·h/(MJ·mm)",
    "t/a": "t",
    "kg/a": "kg",
    "kg/(ha a)": "kg/hm2",
    "kg/(m2 a)": "kg/m2",
    "g/(m2 a)": "g/m2",
    "t/(ha a)": "t/hm2",
    "t/(km2 a)": "t/km2",
    "t CO2 / t C": "t_CO2/t_C",
    "t C / t CO2": "t_C/t_CO2",
    "t O2 / t CO2": "t/t_CO2",
    "t CO2 / t dry matter": "t_CO2/t",
    "t C / t dry matter (C6H10O5)": "t_C/t",
    "(t C/(ha a)) per (t N/ha)": "t_C/t",
    "g C/(m2 a)": "g_C/m2",
    "kg C/(ha a)": "kg_C/hm2",
    "t C/(ha a)": "t_C/hm2",
    "Mg C/(ha a)": "t_C/hm2",
    "t CO2/(ha a)": "t_CO2/hm2",
    "Tg C": "Tg_C",
    "Tg C/a": "Tg_C",
    "J/g": "J/g",
    "kJ/(ha a)": "kJ/hm2",
    "kJ/(m2 d)": "kJ/(m2·d)",
    "kWh/m3": "kWh/m3",
    "ions/cm3": "count/cm3",
    "visits/a": "visit/person",
    "kg per pollution equivalent": "kg/pollution_equivalent",
    "yuan per pollution equivalent": "CNY/pollution_equivalent",
    "yuan/(ha a)": "CNY/hm2",
    "yuan/ha": "CNY/hm2",
    "yuan/km2": "CNY/km2",
    "yuan/m2": "CNY/m2",
    "yuan/m3": "CNY/m3",
    "yuan/(m3 a)": "CNY/m3",
    "yuan/m3 (unit not printed)": "CNY/m3",
    "yuan/km": "CNY/km",
    "yuan/(km a)": "CNY/km",
    "1e8 yuan/km (capital, not annualised)": "100000 CNY/m",
    "yuan/kWh": "CNY/kWh",
    "yuan/t": "CNY/t",
    "yuan/t (46% N)": "CNY/t",
    "yuan/t C": "CNY/t_C",
    "yuan/t CO2": "CNY/t_CO2",
    "yuan/ion": "CNY/count",
    "yuan/visit": "CNY/visit",
    "yuan/person": "CNY/person",
    "yuan/(person month)": "CNY/(person·month)",
    "yuan/(species a)": "CNY/species",
    "1e8 yuan/a": "100000000 CNY",
    "USD/ha": "USD/hm2",
    "USD/m3": "USD/m3",
}
# Constants of fitted equations: the equation fixes the unit of its arguments and stamps that of its result, so they are pure numbers.
FITTED = {
    ("MJ mm/(ha h)", "erosivity_daily_factor"),
    ("US unit (not printed; EPIC form without the 0.1317 factor)", "erodibility_epic_us"),
    ("per percent cover", "rweq_cover_exponent"),
    ("per percent cover", "rweq_cover_exponent_misprint"),
    ("gC/(m2 month)", "respiration_constant"),
    ("1/degC", "respiration_temperature"),
    ("1/mm", "respiration_rain"),
    ("ions per (ha m ions/cm3) x min", "ion_year_constant"),
}
# Rows of the catalogue that no table holds, and why that is right.
OTHER_SOURCES = {
    "iupac_masses": "molar masses are physics",
    "reasonableness": "a limit of a check changes no figure",
    "definition": "exact by definition",
    "seea_asset_bridge": "a number of a column that joins two lists of codes measures nothing",
}
OTHER_IDS = {
    "warm_season_first_month": "a month that the text of HJ 1173-2021 names",
    "warm_season_last_month": "a month that the text of HJ 1173-2021 names",
    "species_score_weight": "a weight of the formula itself",
    "cultivated_grade_rank": "the number of the grade itself",
    "cultivated_level_rank": "the number of the level itself",
    "seea_supply_use_tolerance": "a limit of a check changes no figure",
}


def rows(path: Path) -> Iterator[tuple[int, Row]]:
    """(line, row) of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        for row in reader:
            yield reader.line_num, row


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def money(unit: str) -> bool:
    return unit.startswith("USD") or "yuan" in unit


def unit_fault(table: Row, made: Row) -> str:
    """What is wrong with the unit and price year of a parameter row, or nothing."""
    given, unit = table["unit"], made["unit"]
    if (given, made["id"]) in FITTED:
        return "" if unit == "1" else f"{unit} is not the 1 of a fitted constant"
    if given not in UNITS:
        return f"no engine unit is known for {given}"
    number_text, _, rest = UNITS[given].partition(" ")
    expected = parse_unit(rest or number_text)
    scale = int(number_text) if rest else 1
    found = parse_unit(re.sub(r"@\d{4}", "", unit))
    if (found.factor, found.dims) != (expected.factor * scale, expected.dims):
        return f"{unit} is not {UNITS[given]}"
    year = table["base_year"] if money(given) and re.fullmatch(r"\d{4}", table["base_year"]) else ""
    priced = "".join(re.findall(r"@(\d{4})", unit))
    if priced != year:
        return f"price year {priced or '-'} is not {year or '-'}"
    if year and (made["valid_from"], made["valid_to"]) != (f"{year}-01-01", f"{year}-12-31"):
        return f"a price of {year} is in force {made['valid_from']} … {made['valid_to']}"
    return ""


def figure_faults(table: Row, made: Row) -> Iterator[str]:
    """Where a parameter row differs from the table row it was made of."""
    for name in ("value", "low", "high"):
        if number(table[name]) != number(made[name]):
            yield f"{name} {made[name] or '-'} is not {table[name] or '-'}"
    if "provenance" in made:  # a published case keeps its own rows, with what its paper prints
        if made["provenance"] != table["provenance"]:
            yield f"provenance {made['provenance'] or '-'} is not {table['provenance']}"
        statuses = ("expert",) if table["provenance"] == "expert" else ("standard", "literature")
        if made["status"] not in statuses:
            yield f"status {made['status']} does not go with {table['provenance']}"
    wrong = unit_fault(table, made)
    if wrong:
        yield wrong


def excused(made: Row) -> bool:
    """Whether a row may stand in the catalogue without a table row."""
    own_case = made["source_set"] == "garze-2017" and made["source"] == "garze2017"
    listed = made["source"] in OTHER_SOURCES or made["id"] in OTHER_IDS
    return own_case or listed or made["status"] == "illustrative" or not made["value"]  # a declared gap holds no figure


def faults(root: Path) -> list[str]:
    """All differences between the tables, the mapping and the catalogue below `root`."""
    tables = {name: dict(rows(root / DATA / name)) for name in TABLES}
    made: dict[str, dict[tuple[str, ...], Row]] = {}
    told: list[str] = []
    seen: dict[tuple[str, ...], str] = {}
    for path in (p for folder in FOLDERS for p in sorted((root / "coefficients" / folder).glob("*.csv"))):
        name = path.relative_to(root).as_posix()
        held = made.setdefault(name, {})
        for line, row in rows(path):
            key = tuple(row[n] for n in NAMES)
            if key in seen:
                told.append(f"{name}:{line}: {' '.join(key)} stands in {seen[key]} too")
            seen[key] = f"{name}:{line}"
            held[key] = row
    mapped: set[tuple[str, tuple[str, ...]]] = set()
    covered: set[tuple[str, int]] = set()
    for line, entry in rows(root / DATA / "mapping.csv"):
        place, key = (entry["table"], int(entry["line"])), tuple(entry[n] for n in NAMES)
        table, row = tables[place[0]].get(place[1]), made.get(entry["parameter_file"], {}).get(key)
        covered.add(place)
        mapped.add((entry["parameter_file"], key))
        if table is None or row is None:
            told.append(f"mapping.csv:{line}: {' '.join(key)}: no such {'table' if table is None else 'parameter'} row")
            continue
        told += [f"{place[0]}:{place[1]}: {row['id']}: {text}" for text in figure_faults(table, row)]
    for name, lines in tables.items():
        told += [f"{name}:{line}: is not mapped" for line in lines if (name, line) not in covered]
    for name, held in made.items():
        told += [
            f"{name}: {' '.join(k)}: no table row" for k, row in held.items() if (name, k) not in mapped and not excused(row)
        ]
    return told


def test_every_table_row_is_in_the_catalogue_as_it_was_read() -> None:
    assert faults(ROOT) == []


def test_the_tables_are_whole() -> None:
    lines = {name: sum(1 for _ in rows(ROOT / DATA / name)) for name in TABLES}
    # 23 + 101 + 15 + 62 + 51 + 41 + 149 + 41 + 55 + 23 rows of coefficients, 118 prices, 21 deflators
    assert sum(lines.values()) == 700
    assert lines["gep-prices.csv"] == 118
    shares = Counter(r["provenance"] for name in TABLES for _, r in rows(ROOT / DATA / name))
    assert set(shares) == {"retrieved", "derived", "expert"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for folder in (*(f"coefficients/{f}" for f in FOLDERS), DATA.as_posix()):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def replaced(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert text.count(old) == 1, (old, text.count(old))
        return text.replace(old, new)

    return change


RUNOFF = "coefficients/parameters/runoff.csv"
WETLAND = "runoff_coefficient,gong2017,,ecosystem:wetland.marsh,,,0,%,,,literature,gong2017,retrieved,Table 2,Data of 2010.\n"
MISTAKES = {
    "a changed digit of a value": (
        "coefficients/parameters/rusle.csv",
        replaced("erodibility_us_to_si,hj1173-2021,,,,,0.1317,", "erodibility_us_to_si,hj1173-2021,,,,,0.1371,"),
        ["gep-coef-rusle.csv:106: erodibility_us_to_si: value 0.1371 is not 0.1317"],
    ),
    "a value put where it is unknown": (
        "coefficients/parameters/carbon.csv",
        replaced("nep_share,mee-2020,,,,,,1,", "nep_share,mee-2020,,,,,0,1,"),
        ["gep-coef-carbon.csv:7: nep_share: value 0 is not -"],
    ),
    "a changed end of a range": (
        "coefficients/parameters/climate.csv",
        replaced(",2453,J/g,2257,2501,", ",2453,J/g,2257,2510,"),
        ["gep-coef-climate.csv:8: latent_heat: high 2510 is not 2501"],
    ),
    "another scale of the unit": (
        "coefficients/parameters/carbon.csv",
        replaced("lake_zone:yungui,,,20.08,g_C/m2,", "lake_zone:yungui,,,20.08,kg_C/m2,"),
        ["gep-coef-carbon.csv:14: wetland_soil_carbon_rate: kg_C/m2 is not g_C/m2"],
    ),
    "carbon taken for carbon dioxide": (
        "coefficients/prices/reference.csv",
        replaced("1320,元@2011/t_C,", "1320,元@2011/t_CO2,"),
        ["gep-prices.csv:19: carbon_cost_per_carbon: 元@2011/t_CO2 is not CNY/t_C"],
    ),
    "another price year": (
        "coefficients/prices/reference.csv",
        replaced("5.714,元@2015/m3,", "5.714,元@2016/m3,"),
        ["gep-prices.csv:66: reservoir_unit_cost: price year 2016 is not 2015"],
    ),
    "another provenance": (
        "coefficients/parameters/water_purification.csv",
        replaced(
            "1.86,t/hm2,,,expert,older_wetland_valuations,expert,", "1.86,t/hm2,,,literature,older_wetland_valuations,retrieved,"
        ),
        [
            "gep-coef-water-purification.csv:7: wetland_nutrient_removal: provenance retrieved is not expert",
            "gep-coef-water-purification.csv:7: wetland_nutrient_removal: status literature does not go with expert",
        ],
    ),
    "a row left out": (
        RUNOFF,
        replaced(WETLAND, ""),
        ["mapping.csv:47: runoff_coefficient gong2017  ecosystem:wetland.marsh : no such parameter row"],
    ),
    "a row twice": (
        RUNOFF,
        replaced(WETLAND, WETLAND * 2),
        [f"{RUNOFF}:48: runoff_coefficient gong2017  ecosystem:wetland.marsh  stands in {RUNOFF}:47 too"],
    ),
    "a row that no table holds": (
        RUNOFF,
        replaced(WETLAND, WETLAND + WETLAND.replace("marsh,", "river,")),
        [f"{RUNOFF}: runoff_coefficient gong2017  ecosystem:wetland.river : no table row"],
    ),
    "a digit of a price of a published case": (
        "coefficients/prices/garze-2017.csv",
        replaced("7.06,元@2010/m3", "7.60,元@2010/m3"),
        ["gep-prices.csv:4: reservoir_unit_cost: value 7.60 is not 7.06"],
    ),
    "a digit of the table itself": (
        "tests/data/reference/gep-deflators.csv",
        replaced("606.7", "606.8"),
        ["gep-deflators.csv:19: consumer_price_index_1978: value 606.7 is not 606.8"],
    ),
    "a table row that was forgotten": (
        "tests/data/reference/mapping.csv",
        lambda text: re.sub(r"^gep-coef-carbon\.csv,86,.*\n", "", text, flags=re.MULTILINE),
        [
            "gep-coef-carbon.csv:86: is not mapped",
            "coefficients/parameters/carbon.csv: stand_npp shandong-forest-2013 370000 stand:japanese_red_pine : no table row",
        ],
    ),
}


@pytest.mark.parametrize("mistake", list(MISTAKES))
def test_a_difference_is_found(copy: Path, mistake: str) -> None:
    name, change, expected = MISTAKES[mistake]
    path = copy / name
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert faults(copy) == expected


def read_by_rules() -> set[str]:
    """The parameters that a rule or a line of a scheme names."""
    names = set()
    for path in (ROOT / "coefficients/rules").rglob("*.toml"):
        for rule in tomllib.loads(path.read_text(encoding="utf-8")).values():
            names |= {i["parameter"] for i in rule.get("inputs", {}).values() if "parameter" in i}
    for path in (ROOT / "coefficients/schemes").glob("*.toml"):
        services = tomllib.loads(path.read_text(encoding="utf-8")).get("service", [])
        names |= {line["price"] for service in services for line in service["line"] if line.get("price")}
    return names


def test_every_parameter_has_names_and_says_whether_a_rule_reads_it() -> None:
    every = (r for p in (ROOT / "coefficients/codes").glob("*.csv") for _, r in rows(p))
    codes = {r["code"]: r for r in every if r["scheme"] == "parameter"}
    ids = {r["id"] for folder in FOLDERS for p in (ROOT / "coefficients" / folder).glob("*.csv") for _, r in rows(p)}
    assert ids - set(codes) == set()
    assert {code for code, r in codes.items() if not (r["zh"] and r["en"])} == set()
    assert {r["use"] for r in codes.values()} == {"rule", "reference"}
    assert {name for name in read_by_rules() if name in codes and codes[name]["use"] == "reference"} == set()


def test_a_place_of_a_study_is_a_code_of_its_own() -> None:
    """A study of a valley or a park is named `area:…`, so that no county can read it as its own; all others are codes of places."""
    areas = {r["code"] for _, r in rows(ROOT / "coefficients/codes/study_area.csv")}
    places = {r["region"] for folder in FOLDERS for p in (ROOT / "coefficients" / folder).glob("*.csv") for _, r in rows(p)}
    assert {p for p in places if p.startswith("area:")} == {f"area:{a}" for a in areas}
    assert {p for p in places if p and not p.startswith("area:") and not re.fullmatch(r"\d{6}", p)} == set()


def mapped_rows() -> Iterator[tuple[Row, Row]]:
    """(table row, line of the mapping)."""
    tables = {name: dict(rows(ROOT / DATA / name)) for name in TABLES}
    for _, entry in rows(ROOT / DATA / "mapping.csv"):
        yield tables[entry["table"]][int(entry["line"])], entry


def test_a_class_named_in_a_table_is_the_class_of_its_row() -> None:
    """Where the Chinese name of a table row is that of an ecosystem or stand, the row has that very code."""
    names: dict[str, set[str]] = {}
    for scheme in ("ecosystem", "stand"):
        for _, code in rows(ROOT / f"coefficients/codes/{scheme}.csv"):
            names.setdefault(code["zh"], set()).add(f"{scheme}:{code['code']}")
    checked, wrong = 0, []
    for table, entry in mapped_rows():
        zh = "".join(re.findall(r"[\u4e00-\u9fff]+", table["ecosystem_type"].partition(",")[0]))
        if zh in names:
            checked += 1
            if not names[zh] & set(entry["key"].split(";")):
                wrong.append((entry["id"], zh, entry["key"]))
    # these ids say the class themselves
    named = {
        "cover_factor_dry_intercept",
        "cover_factor_dry_slope",
        "cropland_soil_carbon_rate_20cm",
        "cropland_soil_carbon_rate_30cm",
    }
    assert {name for name, _, _ in wrong} == named
    assert {key for _, _, key in wrong} == {""}
    assert checked > 250


def test_one_place_has_one_code() -> None:
    """The rows of a place go to one code; what holds for the whole country goes to none, beside the case that prints it."""
    codes: dict[str, set[str]] = {}
    for table, entry in mapped_rows():
        codes.setdefault(table["region"], set()).add(entry["region"])
    anywhere = {place for place, found in codes.items() if "" in found}
    zones = {place for place in anywhere if re.search(r"[\u4e00-\u9fff]", place)}  # lake zones are classes, not regions
    assert len(zones) == 5
    assert anywhere - zones == {"", "national", "national ETS", "national floor", "by coast", "by province", "default", "local"}
    assert {place: found for place, found in codes.items() if found - {"", "513300"} and len(found) > 1} == {}
    used = [c for place, found in codes.items() if place not in anywhere | {"Lancang river"} for c in found]
    assert [c for c, n in Counter(used).items() if n > 1] == []  # no two places share a code
