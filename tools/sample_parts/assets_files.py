"""All files of the asset tables of the example city: returns by topic, records of land use, the book's own codes."""

from __future__ import annotations

from tools.sample_parts import assets_cultivated as cultivated
from tools.sample_parts import assets_events as events
from tools.sample_parts import assets_forest as forest
from tools.sample_parts import assets_land as land
from tools.sample_parts import assets_minerals as minerals
from tools.sample_parts import assets_natural as natural
from tools.sample_parts import assets_seea as seea
from tools.sample_parts import assets_value as value
from tools.sample_parts import assets_water as water
from tools.sample_parts import coefficients
from tools.sample_parts.assets_form import ENVIRONMENT, FARMS, FORESTRY, HEADER, LAND, STATISTICS, WATER, Sheet
from tools.sample_parts.text import table

SHEETS = (
    Sheet("assets_land", LAND, land.land_cells),
    Sheet("assets_cultivated_grades", LAND, cultivated.grade_cells),
    Sheet("assets_cultivated_levels", FARMS, cultivated.level_cells),
    Sheet("assets_basic_farmland", LAND, cultivated.basic_cells),
    Sheet("assets_soil", FARMS, cultivated.soil_cells),
    Sheet("assets_grassland", FORESTRY, land.grass_cells),
    Sheet("assets_wetland", FORESTRY, land.wetland_cells),
    Sheet("assets_forest", FORESTRY, forest.forest_cells),
    Sheet("assets_forest_ages", FORESTRY, forest.age_cells),
    Sheet("assets_forest_area", STATISTICS, forest.reported_cells),
    Sheet("assets_water", WATER, water.water_cells),
    Sheet("assets_water_quality", ENVIRONMENT, water.quality_cells),
    Sheet("assets_minerals", LAND, minerals.mineral_cells),
    Sheet("assets_mines", LAND, minerals.mine_cells),
    Sheet("assets_redline", LAND, minerals.redline_cells),
    Sheet("assets_extent", LAND, seea.extent_cells),
    Sheet("assets_condition", ENVIRONMENT, seea.condition_cells),
    Sheet("assets_use", STATISTICS, seea.assignment_cells),
    Sheet("assets_worth", STATISTICS, seea.worth_cells),
    Sheet("assets_cover", LAND, natural.cover_cells),
    Sheet("assets_timber", FORESTRY, natural.timber_cells),
    Sheet("assets_rain", WATER, natural.rain_cells),
    Sheet("assets_value", STATISTICS, value.cells),
)


def files() -> dict[str, bytes]:
    """Every file by its path inside the book."""
    made = {f"returns/{sheet.file}.csv": table(HEADER, sheet.rows()) for sheet in SHEETS}
    made["records/land_changes.csv"] = table(events.CHANGES_HEADER, events.change_rows())
    made["records/land_patch_table.csv"] = table(events.PATCH_HEADER, events.patch_rows())
    made["local/parameters/assets_condition.csv"] = table(coefficients.HEADER, seea.weights())
    made["local/parameters/assets_seea.csv"] = table(coefficients.HEADER, seea.discounting())
    for name, codes in (("counterpart", water.counterparts()), ("redline_unit", minerals.unit_codes())):
        header, *rows = codes
        made[f"local/codes/{name}.csv"] = table(header, rows)
    return made
