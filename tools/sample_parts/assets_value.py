"""What the value accounts and liabilities of the example city are made of: water that pays a fee, the mines' economy, debts."""

from __future__ import annotations

from collections.abc import Iterator

from tools.sample_parts import returns
from tools.sample_parts.assets_form import HECTARES, MONEY, TEN_THOUSAND_CUBIC, TONNES, Cell, written
from tools.sample_parts.assets_minerals import DEPOSITS, KAOLIN, LIMESTONE, LOSS, MINED, deposit
from tools.sample_parts.place import UPPER, YEARS
from tools.sample_parts.text import noise, number

FIRST = YEARS[0]
CHARGED = {"domestic": ("U1", 96), "industrial": ("U2", 92), "agricultural": ("U3", 30)}  # column, % of the supply
BEFORE = 98  # % of the first year that was charged in the year before it

PRICE = {LIMESTONE: 48.0, KAOLIN: 310.0}  # yuan a tonne extracted in the first year
PRICE_A_YEAR = {LIMESTONE: 0.035, KAOLIN: 0.010}
# shares of costs in output in a normal year; the rest is rent and the return on produced assets
COSTS = {
    "mineral_intermediate_consumption": 0.315, "mineral_compensation": 0.160, "mineral_production_taxes": 0.035,
    "mineral_specific_taxes": 0.045, "mineral_capital_consumption": 0.090,
}  # fmt: skip
COST_A_YEAR = 0.012
PRODUCED_ASSETS = 0.85  # per output
SLUMP = (UPPER, KAOLIN, 2020)  # county, mineral and year whose costs exceed output
SLUMP_PRICE, SLUMP_COST = 0.62, 1.12
OPENING_PRICE = {LIMESTONE: "7.00", KAOLIN: "50.00"}  # yuan a tonne in the ground at the end of the year before the first

NOT_VALUED = "湿地、草原、海域等其他资产本账未估价"
NO_DEPLETION = {"VA.land.depletion": "土地不因使用而耗减", "VA.water.depletion": "资本化水费法不计耗减"}

OVERUSE_OPENING = {UPPER: 1_200}  # 0.1 * 10^4 m3 not yet made good
OVERUSE_REPAID = {UPPER: dict.fromkeys(YEARS[1:], 200)}
REMEDIED = {"cod": ("P1", 0.62), "nh3n": ("P2", 0.58), "phosphorus": ("P3", 0.55)}  # column, share of the untreated discharge


def cells(name: str, year: int) -> Iterator[Cell]:
    """Everything the value accounts and liabilities ask for."""
    yield from _water(name, year)
    for mineral in DEPOSITS[name]:
        yield from _mining(name, mineral, year)
    for row in ("opening", "increase", "decrease", "depletion", "quality", "revaluation", "closing"):
        yield Cell(f"VA.other.{row}", "", "", MONEY, state="not_applicable", note=NOT_VALUED)
    for item, why in NO_DEPLETION.items():
        yield Cell(item, "", "", MONEY, state="not_applicable", note=why)
    yield from _debts(name, year)


def _water(name: str, year: int) -> Iterator[Cell]:
    for item, category, value, *_ in returns.water(name, year):
        if item == "water_supply":
            column, percent = CHARGED[category]
            charged = float(value) * percent / 100
            yield Cell("WU-01.R40", column, number(charged, 1), TEN_THOUSAND_CUBIC)
            if year == FIRST:
                before = number(charged * BEFORE / 100, 1)
                yield Cell("WU-01.R10", column, before, TEN_THOUSAND_CUBIC)


def _mining(name: str, mineral: str, year: int) -> Iterator[Cell]:
    """Output and costs of the mines of a county; a year of low prices and high costs leaves no rent."""
    slump = (name, mineral, year) == SLUMP
    tonnes = sum(deposit(name, mineral, year).rows["R31"][c] for c in ("C1", "C2", "C3"))
    price = PRICE[mineral] * (1 + PRICE_A_YEAR[mineral]) ** (year - FIRST)
    normal = tonnes * price / 10_000
    amounts = {"mineral_output": normal * (SLUMP_PRICE if slump else 1.0)}
    for item, share in COSTS.items():
        dearer = (1 + COST_A_YEAR) ** (year - FIRST) * (1 + 0.03 * noise(item, name, mineral, year))
        amounts[item] = normal * share * dearer * (SLUMP_COST if slump else 1.0)
    amounts["mineral_produced_assets"] = PRODUCED_ASSETS * MINED[name, mineral] * PRICE[mineral] / 10_000
    amounts |= {"mineral_production_subsidies": 0.0, "mineral_specific_subsidies": 0.0}
    category = f"mineral:{mineral}"
    for item, amount in amounts.items():
        yield Cell(item, category, number(amount, 2), MONEY)
    planned = round(MINED[name, mineral] * (1 + LOSS[mineral]))
    yield Cell("planned_extraction", category, str(planned), TONNES)
    if year == FIRST:
        yield Cell("VP-01.R10", category, OPENING_PRICE[mineral], "元/吨")


def _debts(name: str, year: int) -> Iterator[Cell]:
    """Over-use of water that is made good, and waste water that reaches the river untreated."""
    repaid = OVERUSE_REPAID.get(name, {}).get(year, 0)
    yield Cell("DB-01.R31", "W1", written(repaid, 1), TEN_THOUSAND_CUBIC)
    if year == FIRST:
        yield Cell("DB-01.R10", "W1", written(OVERUSE_OPENING.get(name, 0), 1), TEN_THOUSAND_CUBIC)
        yield Cell("DB-01.R10", "E1", "0.00", HECTARES)
    for pollutant, (column, share) in REMEDIED.items():
        _, local, treated, _ = returns.river(pollutant, name, year)
        untreated = local - treated
        yield Cell("DB-01.R21", column, written(untreated, 2), TONNES)
        yield Cell("DB-01.R31", column, written(int(untreated * share), 2), TONNES)
        if year == FIRST:
            yield Cell("DB-01.R10", column, written(untreated // 2, 2), TONNES)
