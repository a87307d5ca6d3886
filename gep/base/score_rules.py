"""What an evaluation of a term is made of, as data: blocks, items and their formulas, bonuses, vetoes, grades; and what it reads.

The catalogue reads such a scheme from a file, `gep.accounts.scoring` computes with it. All points and amounts are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from gep.base.normals import Normal
from gep.base.records import Key, Names, key_of, key_text
from gep.base.rounding import store

# the seven content areas of the audit, which are the blocks of a table
AREAS: Mapping[str, Names] = MappingProxyType(
    {
        "policies": Names("贯彻执行方针政策和决策部署", "carrying out policies and decisions"),
        "laws": Names("遵守法律法规", "compliance with laws and regulations"),
        "decisions": Names("重大决策", "major decisions"),
        "targets": Names("完成目标", "reaching targets"),
        "supervision": Names("履行监督责任", "duty of supervision"),
        "funds": Names("资金征管用和项目建设运行", "money and projects"),
        "other": Names("履行其他相关责任", "other duties"),
    }
)
Kind: TypeAlias = Literal["event_deduct", "target_ratio", "improvement", "completion", "rating_import", "interval"]
Status: TypeAlias = Literal["standard", "literature", "local", "illustrative"]
Direction: TypeAlias = Literal["+", "-"]
Missing: TypeAlias = Literal["redistribute", "rescale", "unknown"]
Zero: TypeAlias = Literal["full_if_met", "not_assessed"]
Effect: TypeAlias = Literal["GRADE_CAP", "GRADE_SET", "MANUAL"]
Sense: TypeAlias = Literal[">=", "<=", ">", "<", "="]
Time: TypeAlias = Literal["opening", "closing", "change", "sum", "mean", "least", "greatest"]
TIMES: tuple[Time, ...] = get_args(Time)
NOTHING = Names("", "")
TOTAL = "total"  # what a bonus is given on, where it is neither an item nor a block
ANY_ZONE = ""  # of a scheme whose weights do not differ by zone
EXAMINED, MET, NOT_MET = "examined", "met", "not_met"  # what is entered for an item
# what a change of a stock, or something that happened, is attributed to; only the first enters anybody's responsibility
Part: TypeAlias = Literal["local_human", "policy", "historical", "natural", "adjustment", "price", "method", "unattributed"]
PARTS: tuple[Part, ...] = get_args(Part)
LOCAL_HUMAN: Part = "local_human"
ATTRIBUTIONS: Mapping[str, Names] = MappingProxyType(
    {
        LOCAL_HUMAN: Names("本地人为", "local people"),
        "policy": Names("上级政策", "policy from above"),
        "historical": Names("历史遗留", "from before the term"),
        "natural": Names("自然因素", "nature"),
        "adjustment": Names("调查及分类调整", "survey or reclassification"),
        "price": Names("价格", "price"),
        "method": Names("方法", "method"),
        "unattributed": Names("归因未定", "not attributed"),
    }
)
UNDECIDED = ("", "unattributed")


@dataclass(frozen=True, slots=True)
class Selector:
    """A figure of the term: measure, key and when. Written `LA-01.R40 la01:C02 closing`.

    Dimensions of the measure that the key leaves out are added up; the key `price_basis:constant` stands for the constant prices
    of the book. `time`: a stock, or the figure of the year, at the `opening` or `closing` of the window, the `change` between the
    two, or the figures of the years in it as `sum`, `mean`, `least` or `greatest`. `part`: only what is attributed so
    (`change@local_human`).
    """

    measure: str
    key: Key
    time: Time
    part: str = ""

    @property
    def text(self) -> str:
        when = f"{self.time}@{self.part}" if self.part else self.time
        return " ".join(p for p in (self.measure, key_text(self.key), when) if p)


def parse_selector(text: str) -> Selector | None:
    """The selector that is written so; None if it is not well formed."""
    words = text.split()
    if len(words) not in (2, 3):
        return None
    when, at, part = words[-1].partition("@")
    time = next((t for t in TIMES if t == when), None)
    pairs: dict[str, str] = {}
    for entry in words[1].split(";") if len(words) == 3 else ():
        dim, colon, code = entry.partition(":")
        if not (dim and colon and code) or dim in pairs:
            return None
        pairs[dim] = code
    if time is None or bool(at) != bool(part) or (part and time != "change"):
        return None
    return Selector(words[0], key_of(pairs), time, part)


@dataclass(frozen=True, slots=True)
class Quantity:
    """The sum of some figures in `unit`, or that sum divided by the sum of `per`."""

    terms: tuple[Selector, ...]
    unit: str
    per: tuple[Selector, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """What a figure is held against: a number, a figure, or what a register of floors and caps says.

    `register`: the id of an entry, or `own` for the one that holds for the figure of the item in the region at the end of the
    term.
    """

    amount: Fraction | None = None
    quantity: Quantity | None = None
    register: str = ""


OWN = "own"


@dataclass(frozen=True, slots=True)
class Deduction:
    """Points that one event costs. `severity` empty: every severity that has no line of its own."""

    event: str
    points: Fraction
    severity: str = ""


@dataclass(frozen=True, slots=True)
class EventDeduct:
    """M less the points of the events, not below 0."""

    deductions: tuple[Deduction, ...]


@dataclass(frozen=True, slots=True)
class TargetRatio:
    """M × value ÷ target (direction +) or M × target ÷ value (-), full where the target is met.

    `zero`: what holds where the target is zero or below and a quotient says nothing: full if it is met and else nothing, or not
    assessed.
    """

    value: Quantity
    target: Limit
    direction: Direction
    zero: Zero


@dataclass(frozen=True, slots=True)
class Improvement:
    """M if the figure did not get worse, else M × (1 − |change| ÷ scale), not below 0.

    `relative`: `scale` is a share of the opening figure. `change`: read in place of closing less opening (the part of the change
    that is attributed to the local people).
    """

    opening: Quantity
    closing: Quantity
    direction: Direction
    scale: Fraction
    relative: bool = False
    change: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    value: Quantity
    sense: Sense
    bound: Limit


@dataclass(frozen=True, slots=True)
class Completion:
    """M if met, else nothing. Met is what every condition says; without conditions an auditor enters it."""

    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Rating:
    """One line of the table: the share of M for a rating in words, or for a figure of `at_least`."""

    share: Fraction
    rating: str = ""
    at_least: Fraction | None = None


@dataclass(frozen=True, slots=True)
class RatingImport:
    """The result of another assessment, as an auditor enters it, mapped by the table."""

    table: tuple[Rating, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """M inside [low, high]; outside M × (1 − distance ÷ scale), not below 0, or nothing where there is no scale."""

    value: Quantity
    low: Limit | None
    high: Limit | None
    scale: Fraction | None = None


Formula: TypeAlias = EventDeduct | TargetRatio | Improvement | Completion | RatingImport | Interval
KIND_OF: Mapping[type, Kind] = MappingProxyType(
    {
        EventDeduct: "event_deduct",
        TargetRatio: "target_ratio",
        Improvement: "improvement",
        Completion: "completion",
        RatingImport: "rating_import",
        Interval: "interval",
    }
)


@dataclass(frozen=True, slots=True)
class Item:
    """One level-2 indicator. `points`: its maximum by zone. `words`: the rule as the scheme words it."""

    id: str
    names: Names
    level1: Names
    points: Mapping[str, Fraction]
    formula: Formula
    words: Names
    unit: str = ""

    @property
    def kind(self) -> Kind:
        return KIND_OF[type(self.formula)]


def figures_of(item: Item) -> tuple[tuple[Quantity, ...], tuple[tuple[Limit, Quantity], ...]]:
    """The quantities that an item reads, and its limits, each with the quantity that is held against it."""
    quantities: list[Quantity | None] = []
    bounds: list[tuple[Limit | None, Quantity]] = []
    match item.formula:
        case TargetRatio() as f:
            quantities, bounds = [f.value], [(f.target, f.value)]
        case Improvement() as f:
            quantities = [f.opening, f.closing, f.change]
        case Interval() as f:
            quantities, bounds = [f.value], [(f.low, f.value), (f.high, f.value)]
        case Completion() as f:
            quantities, bounds = [c.value for c in f.conditions], [(c.bound, c.value) for c in f.conditions]
        case _:
            pass
    stated = tuple((b, value) for b, value in bounds if b is not None)
    return tuple(q for q in (*quantities, *(b.quantity for b, _ in stated)) if q is not None), stated


@dataclass(frozen=True, slots=True)
class Block:
    """One or several content areas with their maximum by zone. `unknown`: points of items that nobody here has read."""

    id: str
    areas: tuple[str, ...]
    names: Names
    points: Mapping[str, Fraction]
    items: tuple[Item, ...]
    unknown: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Extra:
    """Points for events beside the formulas: a bonus on an item, a block or the total, or a further deduction of the total.

    `points` for each event, always positive; `limit`: the most of it altogether.
    """

    id: str
    names: Names
    on: str  # `total`, or the id of a block or an item
    event: str
    points: Fraction
    document: str
    severity: str = ""
    limit: Fraction | None = None


@dataclass(frozen=True, slots=True)
class VetoRule:
    """What an event of `event`, at least `min_severity` grave, does to the grade, after scoring.

    GRADE_CAP: not better than `grade`; GRADE_SET: `grade`; MANUAL: people decide.
    """

    id: str
    names: Names
    event: str
    min_severity: str
    effect: Effect
    document: str
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade from `at_least` points on; None: below all others."""

    id: str
    names: Names
    at_least: Fraction | None


@dataclass(frozen=True, slots=True)
class Word:
    """A code that a scheme declares (a kind of event, a severity) with its names."""

    id: str
    names: Names


@dataclass(frozen=True)
class Evaluation:
    """A scoring rule.

    `zones`: the functional zones that it has weights for; empty: one set of weights. `missing`: points of what cannot be assessed
    are spread over the other items of the block, or left out and the total rescaled (unknown: of a scheme that was not read
    whole). `severities`: from the lightest to the
    gravest. `counts`: the attributions of events that count. `focus`: how many years back from the end of the term count (None:
    the whole term), except for events at least `trace_back` grave. `least_assessed`: the share of the points that has to be
    assessed before there is a grade. `unknown`: points of blocks that nobody here has read. `places`: decimals of the total.
    """

    id: str
    names: Names
    version: str
    status: Status
    source: str
    locator: str
    total: Fraction
    grades: tuple[Grade, ...]
    blocks: tuple[Block, ...]
    missing: Missing
    least_assessed: Fraction = Fraction(0)
    zones: tuple[str, ...] = ()
    severities: tuple[Word, ...] = ()
    events: tuple[Word, ...] = ()
    counts: tuple[str, ...] = (LOCAL_HUMAN,)
    focus: int | None = None
    trace_back: str = ""
    bonuses: tuple[Extra, ...] = ()
    extras: tuple[Extra, ...] = ()
    vetoes: tuple[VetoRule, ...] = ()
    unknown: Fraction = Fraction(0)
    places: int = 2
    document: str = ""
    note: Names = NOTHING
    valid_from: date = date.min
    valid_to: date = date.max
    file: str = ""
    normals: tuple[Normal, ...] = ()

    @property
    def illustrative(self) -> bool:
        return self.status == "illustrative"

    @property
    def unread(self) -> Fraction:
        """Points of blocks and items that are not known: with any of them nothing can be scored."""
        return self.unknown + sum((b.unknown for b in self.blocks), Fraction(0))

    def severity(self, name: str) -> int:
        """The rank of a severity, 0 the lightest. Raises ValueError for one that is not declared."""
        return ([w.id for w in self.severities] or [""]).index(name)

    def rank(self, grade: str) -> int:
        """The place of a grade, 0 the best. Raises ValueError for one that is not declared."""
        return [g.id for g in self.grades].index(grade)


def exact_text(x: Fraction) -> str:
    """The number with nothing lost: `18.8`, `-3`, and a quotient without end as `40/3`."""
    rest, twos, fives = x.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{x.numerator}/{x.denominator}"
    places = max(twos, fives)
    digits = str(abs(x.numerator) * 10**places // x.denominator).rjust(places + 1, "0")
    whole, decimals = digits[: len(digits) - places], digits[len(digits) - places :]
    return ("-" if x < 0 else "") + (f"{whole}.{decimals}" if places else whole)


LONGEST = 12  # decimals of a number that is written in full; figures of the accounts have no more


def number_text(x: Fraction) -> str:
    """The number with nothing lost, or to six decimals and marked where it is longer than twelve."""
    text = exact_text(x)
    return f"≈{store(x, 6):f}" if "/" in text or len(text.partition(".")[2]) > LONGEST else text
