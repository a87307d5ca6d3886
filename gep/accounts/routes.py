"""Second routes by name: the same figures worked out once more in plain decimals, straight from the text of the standard.

Nothing in them is shared with the rules: no expression, no unit pass, no plan. Conversions are written by hand on purpose, each
with its units, so that a wrong factor or a flipped sign in a rule file makes the two disagree.

A route gets the inputs of its rule by name, each in the unit in which the rule reads it (given there), and returns the figure in
the unit of the output measure; a route over rows gets the rows, and the inputs that are one for all of them. A sum over classes
or months is one over rows too: a row is a class or a month. Work is done to 60 digits; nothing is rounded for storage. A missing
input is a KeyError: a second route never fills in.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gep.accounts import life_routes as life
from gep.accounts import soil_routes as soil
from gep.accounts import water_routes as water
from gep.accounts.decimals import DIGITS, Inputs, Route, RowRoute

__all__ = ["DIGITS", "ROUTES", "ROW_ROUTES", "Inputs", "Route", "RowRoute"]

ROUTES: Mapping[str, Route] = MappingProxyType(
    {
        "water_balance_type": water.water_balance_type,
        "water_balance_returned": water.water_balance_returned,
        "vegetation_flood": water.vegetation_flood,
        "vegetation_flood_returned": water.vegetation_flood_returned,
        "vegetation_scs": water.vegetation_scs,
        "lake_zone": water.lake_zone,
        "reservoir": water.reservoir,
        "marsh_depth": water.marsh_depth,
        "marsh_soil": water.marsh_soil,
        "reservoir_annual": water.reservoir_annual,
        "mass_balance": water.mass_balance,
        "capacity_of_wetland": water.capacity_of_wetland,
        "tax_price": water.tax_price,
        "silt": soil.silt,
        "soil_nutrient": soil.soil_nutrient,
        "sand_area": soil.sand_area,
        "nep_flux": life.nep_flux,
        "nep_measured": life.nep_measured,
        "nep_alpha": life.nep_alpha,
        "biomass_change": life.biomass_change,
        "carbon_rate_forest": life.carbon_rate_forest,
        "carbon_rate": life.carbon_rate,
        "carbon_rate_wetland": life.carbon_rate_wetland,
        "carbon_rate_farmland": life.carbon_rate_farmland,
        "photosynthesis": life.photosynthesis,
        "oxygen_stoichiometry": life.oxygen_stoichiometry,
        "oxygen_dry_matter": life.oxygen_dry_matter,
        "transpiration": life.transpiration,
        "evaporation_ratio": life.evaporation_ratio,
        "evaporation_plain": life.evaporation_plain,
        "evapotranspiration_cooling": life.evapotranspiration_cooling,
        "ions_generated": life.ions_generated,
        "ions_above": life.ions_above,
        "species_area": life.species_area,
        "nature_visits": life.nature_visits,
        "travel_cost": life.travel_cost,
        "residual": life.residual,
    }
)
ROW_ROUTES: Mapping[str, RowRoute] = MappingProxyType(
    {
        "water_retention_rows": water.water_retention_rows,
        "each_lake_rows": water.each_lake_rows,
        "capacity_cap_rows": water.capacity_cap_rows,
        "capacity_by_quality_rows": water.capacity_by_quality_rows,
        "erosivity_daily": soil.erosivity_daily,
        "erosivity_zhang": soil.erosivity_zhang,
        "soil_retention_rows": soil.soil_retention_rows,
        "soil_table_rows": soil.soil_table_rows,
        "soil_dry_rows": soil.soil_dry_rows,
        "soil_constant_rows": soil.soil_constant_rows,
        "soil_cai_rows": soil.soil_cai_rows,
        "soil_hj_table_rows": soil.soil_hj_table_rows,
        "soil_hj_dry_rows": soil.soil_hj_dry_rows,
        "soil_hj_constant_rows": soil.soil_hj_constant_rows,
        "sand_rweq_rows": soil.sand_rweq_rows,
        "respiration_rows": life.respiration_rows,
    }
)
