"""The made-up city: counties along one river, townships, how their codes change in 2021, and the classes that occur."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

YEARS = tuple(range(2016, 2023))
SURVEY_YEAR = 2020  # the new land survey is in force from the opening of this year
BOUNDARY_YEAR = 2021  # the lower county becomes a district and takes in a township of the middle county
CITY = "990100"
UPPER, MIDDLE, LOWER = "upper", "middle", "lower"
COUNTIES = (UPPER, MIDDLE, LOWER)  # downstream
CODES = {UPPER: "990121", MIDDLE: "990122", LOWER: "990123"}
DISTRICT = "990103"  # code of the lower county from BOUNDARY_YEAR on
MOVED = (MIDDLE, 4)  # the township that changes its county
DOCUMENT = "示例政函〔2020〕31 号（示例数据）"  # made up, as everything here
SECRECY = "示例统发〔2016〕8 号（示例数据）"  # what it may not publish, by which paper
PUBLICATION = (  # reason in both languages, and the keys of the figures
    ("全县只有一家高岭土采矿企业", "one kaolin mine only in this county", {"view": "asset_account", "instance": "kaolin"}),
    (
        "全县矿产资产只有这一家企业的",
        "the minerals of this county are those of one enterprise",
        {"view": "asset_account", "table_id": "VA-01", "column_code": "V4"},
    ),
    ("全县只有一家茶叶加工企业", "one tea maker only in this county", {"view": "value_account", "product": "tea"}),
)

NAMES = {
    CITY: ("示例市", "Example city"),
    "990121": ("示例上游县", "Example upper county"),
    "990122": ("示例中游县", "Example middle county"),
    "990123": ("示例下游县", "Example lower county"),
    DISTRICT: ("示例下游区", "Example lower district"),
}
ZONING = "示例政发〔2018〕5 号（示例数据）"
ZONES = {  # main functional zones of the counties: code, first day, last day (empty: as long as the code of the county holds)
    "990121": (("key_ecological", "", ""),),
    "990122": (("main_agricultural", "", "2018-12-31"), ("key_ecological", "2019-01-01", "")),
    "990123": (("main_agricultural", "", ""),),
    DISTRICT: (("key_development", "", ""),),
}
PLACES_ZH = {UPPER: "上游", MIDDLE: "中游", LOWER: "下游"}
ORDINAL_ZH = "一二三四五"

# forest
BROADLEAF, NEEDLELEAF, MIXED = "forest.evergreen_broadleaf", "forest.evergreen_needleleaf", "forest.mixed"
BAMBOO = "forest.bamboo"
# shrub, grassland, wetland
SHRUB, TUSSOCK = "shrub.evergreen_broadleaf", "grassland.tussock"
MARSH, LAKE, RIVER, RESERVOIR = "wetland.marsh", "wetland.lake", "wetland.river", "wetland.reservoir_pond"
# farmland, urban, bare
PADDY, DRY, ORCHARD = "farmland.paddy", "farmland.dry", "farmland.tree_orchard"
BUILT, GREEN, BARE = "urban.built", "urban.green", "bare"

FOREST = (BROADLEAF, NEEDLELEAF, MIXED, BAMBOO)
VEGETATION = (*FOREST, SHRUB, TUSSOCK)
OPEN_WATER = (LAKE, RIVER, RESERVOIR)
WETLAND = (MARSH, *OPEN_WATER)
CLASSES = (*VEGETATION, *WETLAND, PADDY, DRY, ORCHARD, BUILT, GREEN, BARE)


@dataclass(frozen=True, order=True)
class Township:
    """A township as it lies on the ground: the county it was in at first and its number there. Codes change, townships do not."""

    county: str
    number: int

    def in_county(self, year: int) -> str:
        """The county it is in at the end of the year."""
        return LOWER if year >= BOUNDARY_YEAR and (self.county, self.number) == MOVED else self.county

    def code(self, year: int) -> str:
        """The nine digits of its code at the end of the year."""
        if year < BOUNDARY_YEAR or self.in_county(year) != LOWER:
            return f"{CODES[self.county]}1{self.number:02d}"
        return f"{DISTRICT}1{self.number if self.county == LOWER else 5:02d}"


TOWNSHIPS = tuple(Township(county, n) for county in COUNTIES for n in (1, 2, 3, 4))


def county_code(county: str, year: int) -> str:
    """The six digits of its code at the end of the year."""
    return DISTRICT if county == LOWER and year >= BOUNDARY_YEAR else CODES[county]


def townships(county: str, year: int) -> list[Township]:
    """The townships of a county at the end of the year."""
    return [t for t in TOWNSHIPS if t.in_county(year) == county]


def book_toml() -> bytes:
    """book.toml: the city, its counties with the days their codes hold, the townships that return patches, and what changed."""
    parts = [
        'schema = 2\nzh = "示例市账册，2016–2022 年（示例数据）"\nen = "Example city, 2016-2022 (made-up data)"\n'
        'illustrative = true\nschemes = ["sample", "assets"]\nleaf_level = "county"\nzone_scheme = "zone"\n',
        _statement(),
        _region(CITY, "", "city", *NAMES[CITY]),
    ]
    for code in (*CODES.values(), DISTRICT):
        parts.append(_region(code, CITY, "county", *NAMES[code], first=_first(code), last=_last(code), replaces=_replaces(code)))
        parts += [_zone(*zone) for zone in ZONES[code]]
    last_old, last = BOUNDARY_YEAR - 1, YEARS[-1]
    seen: set[str] = set()
    for year in (last_old, last):
        for town in TOWNSHIPS:
            code, county = town.code(year), county_code(town.in_county(year), year)
            if code in seen:
                continue
            seen.add(code)
            ordinal = int(code[-2:])
            zh = f"{PLACES_ZH[town.in_county(year)]}{ORDINAL_ZH[ordinal - 1]}镇"
            en = f"{town.in_county(year).capitalize()} township {ordinal}"
            ends = year == last_old and town.code(last) != code
            starts = year == last
            day = f"{BOUNDARY_YEAR}-01-01" if starts else ""
            parts.append(_region(code, county, "township", zh, en, first=day, last=f"{last_old}-12-31" if ends else ""))
    parts += [_change(*change) for change in changes()]
    parts += [_unpublished(*rule) for rule in PUBLICATION]
    return "\n".join(parts).encode()


def _statement() -> str:
    """Who issues the statements; the number of the form and until when it is valid are to be filled in by hand."""
    return '[statement]\nzh = "示例市统计局"\nen = "Bureau of Statistics of Example City"\nmoney = "亿元"\n'


def _unpublished(zh: str, en: str, keys: Mapping[str, str]) -> str:
    lines = ["[[publication]]", f'zh = "{zh}"', f'en = "{en}"', f'document = "{SECRECY}"', f'region = "{CODES[MIDDLE]}"']
    return "\n".join([*lines, *(f'{key} = "{code}"' for key, code in keys.items())]) + "\n"


def changes() -> list[tuple[str, str, str]]:
    """(kind, code before, code after) of all that changed on the first day of BOUNDARY_YEAR."""
    moved = next(t for t in TOWNSHIPS if (t.county, t.number) == MOVED)
    towns = [(t.code(BOUNDARY_YEAR - 1), t.code(BOUNDARY_YEAR)) for t in TOWNSHIPS if t.in_county(BOUNDARY_YEAR) == LOWER]
    return [
        ("rename", CODES[LOWER], DISTRICT),
        ("transfer", CODES[moved.county], DISTRICT),
        *(("rename", old, new) for old, new in towns),
    ]


def _change(kind: str, old: str, new: str) -> str:
    lines = ["[[region_change]]", f"date = {BOUNDARY_YEAR}-01-01", f'kind = "{kind}"', f'from = ["{old}"]', f'to = ["{new}"]']
    return "\n".join([*lines, f'document = "{DOCUMENT}"']) + "\n"


def _first(code: str) -> str:
    return f"{BOUNDARY_YEAR}-01-01" if code == DISTRICT else ""


def _last(code: str) -> str:
    return f"{BOUNDARY_YEAR - 1}-12-31" if code == CODES[LOWER] else ""


def _replaces(code: str) -> str:
    return CODES[LOWER] if code == DISTRICT else ""


def _zone(zone: str, first: str, last: str) -> str:
    """A main functional zone of the region that stands before it, and the days it holds."""
    lines = ["[[region.functional_zone]]", f'code = "{zone}"']
    lines += [f"valid_from = {first}"] if first else []
    lines += [f"valid_to = {last}"] if last else []
    return "\n".join([*lines, f'document = "{ZONING}"']) + "\n"


def _region(code: str, parent: str, level: str, zh: str, en: str, first: str = "", last: str = "", replaces: str = "") -> str:
    lines = ["[[region]]", f'code = "{code}"', f'parent = "{parent}"', f'level = "{level}"', f'zh = "{zh}"', f'en = "{en}"']
    lines += [f"valid_from = {first}"] if first else []
    lines += [f"valid_to = {last}"] if last else []
    lines += [f'replaces = ["{replaces}"]'] if replaces else []
    return "\n".join(lines) + "\n"
