"""The dated events of the sample audits: approvals, licences, projects, incidents and surveys, cut out of the returned flows.

A deed is one decision. It has a day on which it was decided and a day on which the asset changed, and touches several cells: land
that leaves one class comes to another, so that the classes still add up to the county at any date. What is not dated here grows
back by itself (forest on grassland and bare land), and is shared out by days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from gep.base.score_rules import Part
from tools.sample_parts.place import SURVEY_YEAR, YEARS
from tools.sample_parts.tenure_posts import HANDOVER, HEAD_2016, HEAD_2020, HEAD_2022, PARTY, SUBJECTS, fictitious
from tools.sample_parts.tenure_returned import Patch, flow, patches
from tools.sample_parts.text import between, number

HECTARES, CUBIC, WATER, TONNES = "公顷", "立方米", "万立方米", "吨"
PROVINCE, STATE, FORMER = "示例省人民政府", "国家主管部门（示例）", "示例上游县前任县长"
ROWS = {"human": ("R31", "R21"), "natural": ("R32", "R22"), "adjustment": ("R33", "R23")}
CULTIVATED, BUILT = "C02", ("C06", "C07")
ROAD = "C07"
HALVES = (("101", "102"), ("103", "104"))  # the townships of the first and of the second batch of a year
# year -> for each batch the day it was approved, the day the land changed, and who decided
BATCHES: dict[int, tuple[tuple[date, date, str], tuple[date, date, str]]] = {
    2016: ((date(2015, 11, 27), date(2016, 3, 21), FORMER), (date(2016, 6, 15), date(2016, 9, 12), HEAD_2016)),
    2017: ((date(2017, 2, 20), date(2017, 4, 17), HEAD_2016), (date(2017, 7, 11), date(2017, 10, 16), HEAD_2016)),
    2018: ((date(2018, 3, 26), date(2018, 6, 4), HEAD_2016), (date(2018, 7, 30), date(2018, 10, 22), HEAD_2016)),
    2019: ((date(2019, 1, 21), date(2019, 4, 8), PARTY), (date(2019, 8, 5), date(2019, 11, 4), HEAD_2016)),
    2020: ((date(2019, 12, 16), date(2020, 4, 13), HEAD_2016), (date(2020, 6, 8), date(2020, 9, 7), HEAD_2016)),
    2021: ((date(2021, 2, 22), date(2021, 5, 17), PARTY), (date(2021, 8, 16), date(2021, 11, 8), HEAD_2020)),
    2022: ((date(2022, 2, 14), date(2022, 3, 28), HEAD_2020), (date(2022, 6, 20), date(2022, 9, 26), HEAD_2022)),
}
# built on before anything was approved: year -> township, day, who answered for it
UNAPPROVED = {2018: ("104", date(2018, 9, 17), HEAD_2016), 2021: ("103", date(2021, 7, 5), HEAD_2020)}
RAILWAY = (2019, HALVES[1], date(2018, 12, 10))  # year, townships, day of the decision: the roads of the second batch
FLOODS = {2016: (7, 3), 2017: (6, 27), 2018: (7, 10), 2019: (6, 30), 2020: (7, 9), 2021: (7, 14), 2022: (5, 30)}


@dataclass(frozen=True)
class Cell:
    """A part of one cell of an asset table."""

    table: str
    row: str
    key: str
    amount: Decimal
    unit: str

    @property
    def name(self) -> str:
        return "-".join(part.rpartition(":")[2] for part in self.key.split(";") if part) or self.row


@dataclass(frozen=True)
class Deed:
    """One decision (or an event that nobody decided) and all that it changed."""

    id: str
    decision: date
    effect: date
    by: str
    attribution: Part | None
    document: str
    note: str
    cells: tuple[Cell, ...]


@cache
def deeds() -> tuple[Deed, ...]:
    """All deeds of the county, by the day they took effect."""
    made = [*_land(), *_surveys(), *_forest(), *_minerals(), *_mines(), *_water()]
    return tuple(sorted(made, key=lambda d: (d.effect, d.id)))


def in_office(day: date) -> str:
    """The subject that headed the government of the county on a day."""
    return next(s.id for s in SUBJECTS if s.kind == "government" and s.start <= day < s.end)


def land_cells(chosen: list[Patch]) -> tuple[Cell, ...]:
    """What leaves the old classes and what comes to the new ones: both sides have the same sum."""
    left, came = defaultdict[tuple[str, str], Decimal](Decimal), defaultdict[tuple[str, str], Decimal](Decimal)
    for p in chosen:
        less, more = ROWS[p.cause]
        left[less, p.old] += p.area
        came[more, p.new] += p.area
    return tuple(
        Cell("LA-01", row, f"la01:{cls}", area, HECTARES)
        for side in (left, came)
        for (row, cls), area in sorted(side.items(), key=lambda entry: entry[0][1])
    )


def _pieces(chosen: list[Patch]) -> str:
    """The first patches by name: from here a reader goes to the patch table."""
    names = [f"{p.town} {p.id}" for p in chosen]
    return f"图斑 {'、'.join(names[:4])}" + (f" 等 {len(names)} 块" if len(names) > 4 else "") + "（示例数据）"


def _land_deed(
    name: str, days: tuple[date, date], by: str, attribution: Part | None, document: str,
    what: str, year: int, fits: Callable[[Patch], bool],
) -> Deed:  # fmt: skip
    chosen = [p for p in patches() if p.year == year and fits(p)]
    note = f"{what}；{_pieces(chosen)}"
    return Deed(name, *days, by, attribution, fictitious(document) if document else "", note, land_cells(chosen))


def _land() -> Iterator[Deed]:
    for year in YEARS:
        yield from _farming(year)
        yield from _building(year)


def _from_to(old: str, new: str, cause: str = "human") -> Callable[[Patch], bool]:
    return lambda p: (p.old, p.new, p.cause) == (old, new, cause)


def _farming(year: int) -> Iterator[Deed]:
    planted, cleared, ponds, flood = date(year, 2, 28), date(year, 5, 20), date(year, 9, 10), date(year, *FLOODS[year])
    by_planting, by_clearing = in_office(planted), in_office(cleared)

    def deed(kind: str, days: tuple[date, date], by: str, whose: Part | None, texts: tuple[str, str], old: str, new: str) -> Deed:
        cause = "natural" if whose == "natural" else "human"
        document, what = texts
        return _land_deed(f"{kind}-{year}", days, by, whose, document, what, year, _from_to(old, new, cause))

    forest = (date(year, 1, 15), date(year, 3, 12))
    yield deed("TG", forest, PROVINCE, "policy", (f"示例省退耕还林任务〔{year}〕", "退耕还林"), "C02", "C04")
    days = (planted, date(year, 4, 30))
    yield deed("ZZ", days, by_planting, "local_human", (f"示例农发〔{year}〕4 号", "种植结构调整"), "C02", "C03")
    days = (cleared, date(year, 11, 30))
    yield deed("BC", days, by_clearing, "local_human", (f"示例自然资验〔{year}〕6 号", "补充耕地项目"), "C03", "C02")
    days = (ponds, date(year, 10, 20))
    # nobody has said yet whose decision this was: it stays a row of its own until an auditor enters it
    yield deed("SL", days, "", None, (f"示例水发〔{year}〕8 号", "坑塘与水利设施"), "C02", "C08")
    yield deed("HZ", (flood, flood), "", "natural", (f"示例应急〔{year}〕2 号", "洪水冲毁"), "C02", "C01")


def _building(year: int) -> Iterator[Deed]:
    taken = UNAPPROVED.get(year)

    def unapproved(p: Patch) -> bool:
        return taken is not None and p.town.endswith(taken[0]) and _from_to(CULTIVATED, BUILT[0])(p)

    def railway(p: Patch) -> bool:
        return year == RAILWAY[0] and p.town[-3:] in RAILWAY[1] and p.new == ROAD and p.cause == "human"

    for batch_number, (towns, (decided, changed, by)) in enumerate(zip(HALVES, BATCHES[year], strict=True), 1):

        def batch(p: Patch, towns: tuple[str, ...] = towns) -> bool:
            built = p.new in BUILT and p.cause == "human" and p.town[-3:] in towns
            return built and not unapproved(p) and not railway(p)

        whose: Part = "historical" if by == FORMER else "local_human"
        document = f"示例政地字〔{decided.year}〕{decided:%m%d} 号"
        yield _land_deed(f"YD-{year}-{batch_number}", (decided, changed), by, whose, document, "建设用地批次", year, batch)
    if taken is not None:
        _, day, by = taken
        yield _land_deed(f"YD-{year}-X", (day, day), by, "local_human", "", "未办批准手续占用耕地", year, unapproved)
    if year == RAILWAY[0]:
        days = (RAILWAY[2], BATCHES[year][1][1])
        yield _land_deed(f"TL-{year}", days, STATE, "policy", "国家铁路（示例）初步设计批复", "国家铁路用地", year, railway)


def _surveys() -> Iterator[Deed]:
    """What the new land survey calls otherwise stands at the opening of the year: it is nobody's doing."""
    what = "新国土调查重述年初数"
    chosen = [p for p in patches() if p.year == SURVEY_YEAR and p.cause == "adjustment"]
    days = (date(2018, 9, 6), date(SURVEY_YEAR, 1, 1))
    yield Deed("DC-2020", *days, STATE, "adjustment", fictitious(what), f"{what}（示例数据）", land_cells(chosen))


def _part(low: float, high: float, whole: Decimal, *key: object) -> Decimal:
    """A part of a flow in whole units, between two shares of it."""
    return Decimal(int(whole * Decimal(number(between(low, high, "tenure", *key), 4))))


def _forest() -> Iterator[Deed]:
    """Two large cutting licences a year (the rest is small and undated), an illegal felling, a fire."""
    for year in YEARS:
        autumn = date(2020, 6, 22) if year == HANDOVER.year else date(year, 8, 20)
        yield _licence(year, 1, date(year, 2, 18), date(year, 3, 15))
        yield _licence(year, 2, autumn, date(year, 9, 21))
    day = date(2017, 8, 14)
    cells = (_volume("R32", "V2", _part(0.35, 0.45, flow("FT-01.R32", "V2", 2017), "felled")),)
    yield Deed("SG-2017", day, day, HEAD_2016, "local_human", "", "无证采伐（示例数据）", cells)
    day, document = date(2022, 8, 19), fictitious("示例应急〔2022〕11 号")
    burnt = tuple(_volume("R33", v, _part(0.15, 0.25, flow("FT-01.R33", v, 2022), "fire", v)) for v in ("V1", "V2"))
    yield Deed("SG-2022", day, day, "", "natural", document, "伏旱期间雷击火（示例数据）", burnt)


def _volume(row: str, code: str, amount: Decimal) -> Cell:
    return Cell("FT-01", row, f"ft01v:{code}", amount, CUBIC)


def _licence(year: int, turn: int, decided: date, effect: date) -> Deed:
    whole = {v: flow("FT-01.R31", v, year) for v in ("V1", "V2")}
    cells = tuple(_volume("R31", v, _part(0.24, 0.36, amount, "cut", year, turn, v)) for v, amount in whole.items())
    document, note = fictitious(f"示例林采字〔{decided.year}〕{turn} 号"), "林木采伐许可（示例数据）"
    return Deed(f"CF-{year}-{turn}", decided, effect, in_office(decided), "local_human", document, note, cells)


def _minerals() -> Iterator[Deed]:
    """A discovery, a licence decided before the handover and used after it, a reappraisal."""

    def ore(row: str, mineral: str, code: str, amount: Decimal) -> Cell:
        return Cell("MN-01", row, f"mineral:{mineral};mn01:{code}", amount, TONNES)

    def whole(row: str, mineral: str, code: str, year: int) -> Cell:
        return ore(row, mineral, code, flow(f"MN-01.{row}", f"mineral:{mineral};mn01:{code}", year))

    found = tuple(whole("R21", "limestone", code, 2018) for code in ("C1", "C2"))
    day = date(2018, 10, 30)
    document = fictitious("示例储评字〔2018〕4 号")
    yield Deed("KC-2018", date(2017, 4, 6), day, PROVINCE, "policy", document, "勘查新增（示例数据）", found)
    mined = []
    for resource, reserve in (("C2", "C4"), ("C3", "C5")):  # reserves are part of the resources and fall with them
        amount = _part(0.3, 0.4, flow("MN-01.R31", f"mineral:kaolin;mn01:{resource}", 2020), "kaolin", resource)
        mined += [ore("R31", "kaolin", code, amount) for code in (resource, reserve)]
    yield Deed(
        "CK-2020", date(2020, 5, 25), date(2020, 8, 3), HEAD_2016, "local_human", fictitious("采矿许可证 示例 C2020-05"),
        "高岭土扩采许可，8 月起按证开采（示例数据）", tuple(mined),
    )  # fmt: skip
    day = date(2021, 5, 18)
    down = tuple(whole("R34", "kaolin", code, 2021) for code in ("C2", "C4"))
    yield Deed("CK-2021", day, day, PROVINCE, "adjustment", fictitious("示例储评字〔2021〕2 号"), "重算减少（示例数据）", down)


def _mines() -> Iterator[Deed]:
    """Mines restored and accepted; a tailings dam that failed."""
    for year in YEARS:
        whole = flow("MR-01.R31", "", year)
        spring = Decimal("6.00") if year == 2020 else Decimal(0)
        for amount, effect in ((spring, date(year, 5, 28)), (whole - spring, date(year, 12, 10))):
            if amount:
                cell = Cell("MR-01", "R31", "", amount, HECTARES)
                document = fictitious(f"示例矿修验〔{year}〕{effect:%m%d} 号")
                decided = date(year, 1, 20)
                yield Deed(
                    f"HF-{year}-{effect:%m}", decided, effect, in_office(decided), "local_human", document,
                    "矿山治理验收（示例数据）", (cell,),
                )  # fmt: skip
    day = date(2021, 6, 3)
    cell = Cell("MR-01", "R21", "", Decimal("1.80"), HECTARES)
    document = fictitious("示例应急〔2021〕6 号")
    yield Deed("SG-2021", day, day, HEAD_2020, "local_human", document, "高岭土尾矿泄漏损毁土地（示例数据）", (cell,))


def _water() -> Iterator[Deed]:
    """A licence to draw water, and what was drawn in the drought."""
    yield _drawn("C11", 420, (date(2017, 4, 10), date(2017, 5, 1)), "local_human", ("取水许可 示例 2017-03", "新增取水许可"))
    yield _drawn("C13", 900, (date(2022, 7, 25), date(2022, 8, 1)), "natural", ("示例抗旱令〔2022〕1 号", "抗旱应急取水"))


def _drawn(body: str, amount: int, days: tuple[date, date], whose: Part, texts: tuple[str, str]) -> Deed:
    cell = Cell("WR-01", "R10", f"wr01:{body}", Decimal(amount), WATER)
    document, what = texts
    return Deed(f"QS-{days[0].year}", *days, in_office(days[0]), whose, fictitious(document), f"{what}（示例数据）", (cell,))


def rows_of(deed: Deed) -> Iterator[tuple[str, Cell]]:
    """(id, cell) of the events that a deed is made of."""
    for cell in deed.cells:
        yield f"{deed.id}-{cell.name}", cell
