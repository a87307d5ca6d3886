"""Wrongdoings with land, forest, water, ore and the red line: each a small edit, and the rule and place where it must surface."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from gep.accounts.redline_patches import Activity
from tests.proof.wrong_deeds import SIZES, Expected, complain, county, deed, share, year
from tests.proof.wrong_scene import COUNTIES, Choice, Scene

# --- land ---


@deed
def arable_taken(s: Scene, choose: Choice) -> Expected:
    """More cultivated land built over than was approved."""
    c, y = county(choose), year(choose)
    s.flow(c, y, "LA-01", "R31", "C02", choose("size", SIZES))
    return "arable-unapproved", c, f"C02 {y}"


@deed
def approval_withdrawn(s: Scene, choose: Choice) -> Expected:
    """The approval of a taking is not there."""
    c, y = county(choose), year(choose)
    s.register(
        events=[e for e in s.registers.events if not (e.region == c and e.effect.year == y and e.key == (("la01", "C02"),))]
    )
    return "arable-unapproved", c, f"C02 {y}"


@deed
def wild_land_taken(s: Scene, choose: Choice) -> Expected:
    """Woodland, wetland, grassland or water area taken without approval."""
    c, y, column = county(choose), year(choose), choose("class", ["C04", "C01", "C05", "C08"])
    s.flow(c, y, "LA-01", "R31", column, choose("size", SIZES))
    return "natural-land-unapproved", c, f"{column} {y}"


@deed
def approved_later(s: Scene, choose: Choice) -> Expected:
    c, y = county(choose), year(choose)
    name = next(e.id for e in s.registers.events if e.region == c and e.effect.year == y)
    days = timedelta(choose("days", [40, 3, 170]))
    s.register(events=[replace(e, decision=e.effect + days) if e.id == name else e for e in s.registers.events])
    return "approved-after-effect", c, name


@deed
def no_document(s: Scene, choose: Choice) -> Expected:
    c, y = county(choose), year(choose)
    name = next(e.id for e in s.registers.events if e.region == c and e.effect.year == y)
    s.register(events=[replace(e, document=" ") if e.id == name else e for e in s.registers.events])
    return "event-without-document", c, name


@deed
def loss_as_reclassification(s: Scene, choose: Choice) -> Expected:
    """A taking is booked as an adjustment under a code that looks right."""
    c, y, column = county(choose), year(choose), choose("class", ["C02", "C04"])
    size = s.cell(c, y, "LA-01", "R31", column) * share(choose) if column == "C02" else choose("size", SIZES)
    if column == "C02":
        s.flow(c, y, "LA-01", "R31", column, -size)
    s.flow(c, y, "LA-01", "R33", column, size)
    s.flow(c, y, "LA-01", "R23", "C06", size)
    s.run(
        "UPDATE t_fact SET note = 'SURVEY_BREAK: 图斑口径' WHERE region_code = ? AND period = ? AND measure LIKE 'LA-01.R_3.returned'",
        c,
        str(y),
    )
    return "reclassified-to-built-up", c, f"R33 {y}"


@deed
def adjusted_up(s: Scene, choose: Choice) -> Expected:
    """An area is lifted by adjustment, far beyond what people did."""
    c, y = county(choose), year(choose)
    table, column = choose("class", [("FT-01", "A1"), ("WL-01", "C2"), ("FS-01", "S2"), ("FT-01", "V2")])
    s.flow(c, y, table, "R23", column, s.cell(c, y, table, "R10", column) * share(choose))
    return "adjustment-large", c, f"{table} {column}"


@deed
def adjusted_without_code(s: Scene, choose: Choice) -> Expected:
    c, y, table, column = county(choose), year(choose), *choose("class", [("LA-01", "C05"), ("WL-01", "C4"), ("FS-01", "S1")])
    s.flow(c, y, table, "R23", column, Decimal("0.40"))
    return "adjustment-without-code", c, f"{table} R23 {column} {y}"


@deed
def built_by_nature(s: Scene, choose: Choice) -> Expected:
    c, y, column = county(choose), year(choose), choose("class", ["C06", "C07"])
    size = s.cell(c, y, "LA-01", "R21", column) * share(choose)
    s.flow(c, y, "LA-01", "R21", column, -size)
    s.flow(c, y, "LA-01", "R22", column, size)
    return "natural-built-up", c, f"LA-01 R22 {column} {y}"


@deed
def built_by_nature_in_the_matrix(s: Scene, choose: Choice) -> Expected:
    c, y, row, column = county(choose), year(choose), *choose("class", [("F02", "T06"), ("F04", "T07"), ("F01", "T06")])
    s.con.execute(
        "DELETE FROM t_asset_account WHERE table_id = 'LM-01' AND region_code = ? AND year = ? AND row_code = ? AND column_code = ? AND cause = 'natural'",
        [c, y, row, column],
    )
    s.run(
        "INSERT INTO t_asset_account SELECT * REPLACE (? AS row_code, ? AS column_code, 'natural' AS cause, ? AS amount, 'value' AS state) FROM t_asset_account"
        " WHERE table_id = 'LM-01' AND region_code = ? AND year = ? AND instance = '-' LIMIT 1",
        *(row, column, choose("size", SIZES), c, y),
    )
    return "natural-built-up", c, f"LM-01 {row} {column} {y}"


@deed
def poor_land_for_good(s: Scene, choose: Choice) -> Expected:
    """The supplemented area stays, its grade is the worst there is."""
    c, y, table, worst = county(choose), year(choose), *choose("class", [("LQ-01", "G15"), ("LQ-02", "Q10")])
    held = s.con.execute(
        "SELECT column_code, amount FROM t_asset_account WHERE table_id = ? AND region_code = ? AND year = ? AND row_code = 'R21' AND amount > 0 AND column_code NOT IN ('CAV', ?)",
        [table, c, y, worst],
    ).fetchall()
    for column, amount in held:
        s.flow(c, y, table, "R21", column, -amount)
        s.flow(c, y, table, "R21", worst, amount)
    return "offset-quality", c, f"{table} R21 {y}"


@deed
def less_land_for_more(s: Scene, choose: Choice) -> Expected:
    c, y, table = county(choose), year(choose), choose("class", ["LQ-01", "LQ-02"])
    for (column,) in s.con.execute(
        "SELECT column_code FROM t_asset_account WHERE table_id = ? AND region_code = ? AND year = ? AND row_code = 'R21' AND amount > 0 AND column_code <> 'CAV'",
        [table, c, y],
    ).fetchall():
        s.flow(
            c,
            y,
            table,
            "R21",
            column,
            -s.cell(c, y, table, "R21", column) * choose("share", [Decimal("0.6"), Decimal("0.8"), Decimal("0.45")]),
        )
    return "offset-short", c, f"{table} R21 {y}"


@deed
def below_the_floor(s: Scene, choose: Choice) -> Expected:
    c, y = county(choose), year(choose)
    s.add(c, y, "DB-01", "R40", "C1", choose("size", SIZES))
    return "floor-missed", c, f"DB-01 C1 {y}"


@deed
def below_a_registered_bound(s: Scene, choose: Choice) -> Expected:
    c, y = county(choose), year(choose)
    complain(s, "REG.sample-cultivated", c, y, choose("answered", ["answered", "open"]))
    return "floor-missed", c, f"REG.sample-cultivated {y}"


# --- forest, water, minerals ---


@deed
def young_forest_for_old(s: Scene, choose: Choice) -> Expected:
    """Area is planted, timber is cut: the volume falls."""
    c, y, stand = county(choose), year(choose), choose("class", ["V2", "V1"])
    s.flow(c, y, "FT-01", "R21", "A2", choose("size", SIZES))
    grown = sum(s.cell(c, y, "FT-01", "R40", v) - s.cell(c, y, "FT-01", "R10", v) for v in ("V1", "V2", "V3"))
    s.flow(c, y, "FT-01", "R31", stand, grown + choose("volume", [Decimal(5000), Decimal(900), Decimal(21000)]))
    return "forest-up-timber-down", c, f"FT-01 {y}"


@deed
def timber_out_of_nothing(s: Scene, choose: Choice) -> Expected:
    c, y, stand = county(choose), year(choose), choose("class", ["V1", "V2"])
    s.flow(c, y, "FT-01", "R22", stand, s.cell(c, y, "FT-01", "R10", stand) * choose("share", [Decimal("0.3"), Decimal("0.45")]))
    return "forest-density-jump", c, f"FT-01 {y}"


@deed
def sections_dropped(s: Scene, choose: Choice) -> Expected:
    """A bad section is measured no longer, or a good one is new."""
    y, kind, how = year(choose), choose("kind", ["SC", "GW"]), choose("how", ["drop", "add"])
    # a county whose sections are not all good yet
    c = choose("county", _with_bad_sections(s, y, kind))
    column = "K1" if how == "add" else _bad(s, c, y, kind)
    s.add(c, y, "WQ-01", f"{kind}40", column, Decimal(3) if how == "add" else Decimal(-1))
    return "section-set-changed", c, f"WQ-01 {kind} {y}"


def _with_bad_sections(s: Scene, y: int, kind: str) -> list[str]:
    """Counties whose sections are not all good and did not get better that year."""

    def count(c: str, row: str, *columns: str) -> Decimal:
        return sum((s.cell(c, y, "WQ-01", f"{kind}{row}", k) for k in columns), Decimal(0))

    good = ("K1", "K2", "K3")
    return [c for c in COUNTIES if count(c, "40", "K4", "K5") > 0 and count(c, "40", *good) == count(c, "10", *good)]


def _bad(s: Scene, c: str, y: int, kind: str) -> str:
    return "K5" if s.cell(c, y, "WQ-01", f"{kind}40", "K5") > 0 else "K4"


@deed
def water_total_cut(s: Scene, choose: Choice) -> Expected:
    """Only the total is brought below last year's; a part is higher than ever."""
    c, part = county(choose), choose("part", ["agricultural", "industrial", "domestic"])
    s.run(
        "UPDATE t_fact SET quantity = quantity * 2 WHERE measure = 'water_supply' AND region_code = ? AND period = '2017' AND category LIKE ?",
        c,
        f"%{part}",
    )
    s.run(
        "UPDATE t_fact SET quantity = (SELECT quantity * ? FROM t_fact WHERE measure = 'water_use_total' AND region_code = ? AND period = '2016')"
        " WHERE measure = 'water_use_total' AND region_code = ? AND period = '2017'",
        *(1 - share(choose) / 10, c, c),
    )
    return "water-total-against-parts", c, "2017"


@deed
def ore_on_paper(s: Scene, choose: Choice) -> Expected:
    """What was mined is made good by recalculation or conversion."""
    y, (c, mineral), row = year(choose), choose("mine", _mines(s)), choose("row", ["R22", "R23"])
    column = choose("class", ["C2", "C3"])
    mined = sum(s.cell(c, y, "MN-01", r, k, mineral) for r in ("R31", "R32") for k in ("C1", "C2", "C3"))
    s.flow(
        c,
        y,
        "MN-01",
        row,
        column,
        mined * choose("times", [Decimal(1), Decimal("0.5"), Decimal(2)]) + s.cell(c, y, "MN-01", "R33", "C1", mineral),
        mineral,
    )
    return "ore-reappraised", c, f"MN-01 {mineral} {y}"


def _mines(s: Scene) -> list[tuple[str, str]]:
    return s.con.execute(
        "SELECT region_code, instance FROM t_asset_account WHERE table_id = 'MN-01' AND row_code = 'R31' GROUP BY ALL"
        " HAVING min(amount) FILTER (column_code = 'C2') > 0 ORDER BY ALL"
    ).fetchall()


# --- the red line ---


def _patch(s: Scene, choose: Choice) -> str:
    return choose("patch", [p.id for p in s.registers.patches])


def _from_2017(s: Scene, name: str, **changes: object) -> str:
    """A row that takes the place of a patch's from the middle of 2017; returns its county."""
    day = date(2017, 6, 1)
    old = next(p for p in s.registers.patches if p.id == name)
    kept = [replace(p, valid_to=day - timedelta(1)) if p.id == name else p for p in s.registers.patches]
    s.register(patches=[*kept, replace(old, version="2017", valid_from=day, **changes)])  # type: ignore[arg-type]
    return old.county


@deed
def patch_gone(s: Scene, choose: Choice) -> Expected:
    name = _patch(s, choose)
    old = next(p for p in s.registers.patches if p.id == name)
    s.register(patches=[replace(p, valid_to=date(2017, 3, 1)) if p.id == name else p for p in s.registers.patches])
    return "redline-lost", old.county, name


@deed
def patch_swapped(s: Scene, choose: Choice) -> Expected:
    """One patch shrinks, its neighbour grows by as much: the sum stays, the loss is a loss."""
    name = _patch(s, choose)
    old = next(p for p in s.registers.patches if p.id == name)
    by = (old.area or Decimal(0)) * share(choose)
    other = next(p for p in s.registers.patches if p.county == old.county and p.id != name)
    _from_2017(s, name, area=(old.area or Decimal(0)) - by)
    _from_2017(s, other.id, area=(other.area or Decimal(0)) + by)
    return "redline-lost", old.county, name


@deed
def patch_downgraded(s: Scene, choose: Choice) -> Expected:
    name = _patch(s, choose)
    changes = choose("how", [{"natural_share": Decimal("91.2")}, {"function_index": Decimal("71")}, {"type": "一般控制区"}])
    return "redline-worse", _from_2017(s, name, **changes), name


@deed
def boundary_moved(s: Scene, choose: Choice) -> Expected:
    name = _patch(s, choose)
    old = next(p for p in s.registers.patches if p.id == name)
    return "redline-boundary", _from_2017(s, name, area=(old.area or Decimal(0)) * (1 + share(choose)), document=""), name


@deed
def quarry_unlisted(s: Scene, choose: Choice) -> Expected:
    name = _patch(s, choose)
    doing = Activity(choose("activity", ["采石", "建房", "养殖"]), choose("size", SIZES), "ha", False, "")
    s.register(patches=[replace(p, activities=(doing,)) if p.id == name else p for p in s.registers.patches])
    return "redline-activity", next(p.county for p in s.registers.patches if p.id == name), name


@deed
def line_cut_and_filled(s: Scene, choose: Choice) -> Expected:
    """The account of the line keeps its sum: what is cut here is drawn in there, or the monitored area falls behind."""
    y, (c, unit) = (
        year(choose),
        choose(
            "unit",
            s.con.execute(
                "SELECT DISTINCT region_code, instance FROM t_asset_account WHERE table_id = 'RL-01' ORDER BY ALL"
            ).fetchall(),
        ),
    )
    size = choose("size", SIZES)
    if choose("how", ["swap", "watch"]) == "swap":
        s.flow(c, y, "RL-01", "R31", "AREA", size, unit)
        s.flow(c, y, "RL-01", "R21", "AREA", size, unit)
    else:
        s.add(c, y, "RL-01", "R60", "AREA", -size, unit)
    return "redline-account", c, f"RL-01 {unit} {y}"
