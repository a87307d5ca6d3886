"""Makes the shipped example book `ledgers/books/sample-city` (示例市), byte for byte the same on every machine.

`python -m tools.sample_city` writes the book; `--check` changes nothing and fails if a file is not what would be written
now. `README.md`, the schemes, the registers and the answers to known findings are written by hand. Nothing here is measured:
every figure is made up (示例数据), with status or source kind `illustrative`, and no figure may be published. Randomness is
SHA-256 of a fixed seed and a key (`text.noise`), so a figure depends on nothing but its own name, and no library can change it.

Place (place.py). One city 990100 示例市, three counties along one river: 990121 示例上游县, 990122 示例中游县, 990123
示例下游县, each with four townships, which return the patches. Years 2016-2022. On 2021-01-01 the lower county becomes
the district 990103 示例下游区 (all its townships get new codes), and township 990122104 of the middle county moves to it
as 990103105.

Land (land.py). About 3,840 km2; hills with evergreen forest, paddy on the floors, the town downstream. Sixteen classes.
Areas are whole multiples of 100 m2, the last place of a survey in hm2, so all sums are exact: classes = township = county
= city in every year. Each year a fixed share of a class (give or take 40 %) turns into another: built-up land takes
paddy, dry fields and orchards; dry fields, shrub and bare land become forest. A new land survey is in force from 2020:
that year opens with the closing of 2019, the re-statement carries what the new survey calls otherwise (it adds up to
zero), and the changes of the year follow. In 2021 the township that moves is a re-statement of minus its areas in the
middle county and plus its areas in the district. So opening + re-statement + additions - reductions = closing, for every
class, county and year. Patches: one for each class a township has, two for broadleaf forest, about twelve a township;
relief and soil of a patch stay, rain, evapotranspiration and cover change.

Weather (weather.py). 1,580 mm in a normal year, 1.18 times that in 2020 (long plum rain), 0.82 times in 2022 (drought
from July to October), 5 % more upstream and less downstream. Each month has a total, spread over its wet days by draws
with a long tail; counties differ by a tenth from day to day. Months and years are sums of days. A storm day has 50 mm in
the mean of the city; storm rain of a county is its rain on these days; storm runoff follows the curve number of the class
(SCS). Evapotranspiration is 740-1,000 mm on vegetated land and water, about 500 mm on built-up land, 7 % less in the
drought. Slopes of patches are 7-12 degrees and slope lengths 16-24 m under forest, because a plot between two breaks of
slope is short, not because hills are gentle.

Economy (economy.py, returns.py). About 1.6 million inhabitants, 90 billion yuan of GDP in 2016, growing 3-10 % a year at
current prices and 3-8 % in volume. Each GDP is published in March of the next year and made final a year later; that of 2018
is raised by 2.8 % by the census, later years count so from the start. The series at prices of 2020 counts alike in all years.
The city publishes its own figure, up to 0.6 % off the sum of its counties. Industries make up every final GDP exactly.
Harvests are yields times areas, a seventh less in the drought; pork falls in 2019-2020; hydropower follows the rain; visits
fall by two fifths in 2020. The township that moves takes a sixth of the people, GDP and trade of the middle county with it.

River (returns.py). The upper county lies at the spring (inflow 0, as returned). What leaves a county enters the next one,
for every pollutant and year, to the last digit. Local loads follow the inhabitants, treatment removes about two thirds,
the river loses a quarter to a third of the rest in each county. Discharge to air falls 6-9 % a year; capacity binds for
NOx in every county, discharge for all else.

Zones (zones.py). Red line, other ecological space, farming and towns part every township by class. The lines stay: a change of a
class is placed inside a zone, building mostly in that of the towns, so the area of a zone changes with boundaries only. People
and GDP of a county are shared out by built-up land times a density, by largest remainders.

Land use (assets_events.py, assets_land.py). The asset tables stand on the same land: every class of LA-01 is a group of
ecosystem classes (18 % of what is built is transport land), and each change of an ecosystem class is a changed patch with a
cause. A flood makes marsh of paddy, forest grows back on bare land, grassland and shrub; all else is done by people. Besides,
gardens are cleared to make up for cultivated land taken by construction, and as much cultivated land is planted as gardens: a
swap that changes no total, so the extent of ecosystems does not show it. Patches are cut and never joined, so that a change can
be followed from 2019 (as the new survey re-states it) to 2022. All nine classes are returned; what does not occur is 0.

Other assets (assets_cultivated.py, assets_forest.py, assets_water.py, assets_minerals.py, assets_seea.py, assets_natural.py,
assets_value.py).
Grades, levels and soil classes are spread over the cultivated land of LA-01 by largest remainders, so that they add up exactly.
Natural and planted forest are the forest of the ecosystem classes; volumes grow 3-6 % a year, are cut and die. Reservoirs, lakes
and groundwater pass to the rivers what they do not keep, the rivers pass it on to the next county. The reservoir of the township
that moves stays with the county that runs it, and so do mines, rivers and red-line units: they have no re-statement in 2021.
Land cover is the sixteen classes by what covers them; urban green is grass. Rain and evaporation of SC-W are those of WR-01 with
the rain that evaporates again from the surface it fell on. Ecosystems are worth the services expected of a hectare, discounted:
at the opening by area, in the year by area, condition (half of its relative change) and a rise of prices of 2 %.
What is planted in the data for the checks to find is listed in README.md.

Carbon. Net primary production is set so that forest gains 9-12 t CO2 a hectare; on open water it does not apply, because
the equation of soil respiration does not.

Coefficients (coefficients.py). Only what no shipped set of the profile gives, or gives as unknown. Prices stand in the
money of each year. What rests on judgement has a low and a high, symmetric or skewed; what is sold has none on purpose. Price
indices stand on 2015 and on 2020, which meet in 2020. Orders of magnitude are those of the published accounts named in README.md.
"""

from __future__ import annotations

import argparse
import sys
from fnmatch import fnmatch
from pathlib import Path

from tools.sample_parts import assets_files, assets_prices, coefficients, land, place, returns, weather, zones
from tools.sample_parts.text import table

BOOK = Path(__file__).resolve().parents[1] / "ledgers" / "books" / "sample-city"
HAND_MADE = (
    "README.md", "answers.csv", "closing.toml", "local/schemes/*.toml", "local/registers/*.csv", "tenures/*", "evidence/*",
)  # fmt: skip


def build() -> dict[str, bytes]:
    """Every generated file of the book by its path inside it."""
    made = {
        "book.toml": place.book_toml(),
        "local/parameters/sample.csv": table(coefficients.HEADER, coefficients.parameters()),
        "local/prices/sample.csv": table(coefficients.HEADER, coefficients.prices()),
        "local/deflators/sample.csv": table(coefficients.HEADER, coefficients.deflators()),
        "local/sources.toml": coefficients.SOURCES.encode(),
        "local/codes/zone.csv": table(zones.codes()[0], zones.codes()[1:]),
        "local/crosswalks/zone.csv": table(zones.CROSSWALK_HEADER, zones.crosswalks()),
        "records/daily_rain.csv": table(weather.RAIN_HEADER, weather.daily_rows()),
        "records/land_patches.csv": table(land.PATCH_HEADER, (row for year in place.YEARS for row in land.patches(year))),
    }
    for name, header, rows in returns.tables():
        made[f"returns/{name}.csv"] = table(header, rows)
    for name, first, lines in assets_prices.tables():
        made[f"local/{name}.csv"] = table(first, lines)
    return made | assets_files.files()


def stale(book: Path, made: dict[str, bytes]) -> list[str]:
    """Files that are missing in the book or differ there, and files there that nobody made."""
    found = {n for n, content in made.items() if not (book / n).is_file() or (book / n).read_bytes() != content}
    there = {p.relative_to(book).as_posix() for p in book.rglob("*") if p.is_file()}
    extra = {n for n in there - set(made) if not any(fnmatch(n, pattern) for pattern in HAND_MADE)}
    return sorted(found | extra)


def main(arguments: list[str] | None = None, book: Path = BOOK) -> int:
    """0 if all is (or was made) current; 1 if --check finds files that are not."""
    parser = argparse.ArgumentParser(prog="python -m tools.sample_city", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a file is not current")
    options = parser.parse_args(arguments)
    made = build()
    if options.check:
        old = stale(book, made)
        for name in old:
            print(f"{name}: not current, run python -m tools.sample_city", file=sys.stderr)
        return 1 if old else 0
    for name, content in made.items():
        path = book / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
