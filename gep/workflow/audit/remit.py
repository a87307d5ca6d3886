"""What the accounts of a book can say of a post: all of its region, the tables of a department, or nothing but what is dated.

The accounts end at the regions that return. Of a township below them the book has no account, so no stock of the county above is
printed as its own: its ledgers hold its events, its red-line patches and what the auditors recorded. A head of a department
answers for the tables that name the department; the others are not printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gep.base.records import Layout, Names, Region
from gep.workflow import levels
from gep.workflow.audit.records import Subject, Tenure

DERIVED = "derived"  # of a table that no department fills


@dataclass(frozen=True, slots=True)
class Remit:
    """What can be said of a post. `place`: its region; `accounts`: the region whose accounts are read.

    `tables`: those it answers for; None: all of them. A place below the accounts has no table.
    """

    place: str
    accounts: str
    tables: frozenset[str] | None = None
    department: str = ""
    serving: bool = False

    @property
    def below(self) -> bool:
        """Whether the place lies below the regions that have accounts."""
        return self.place != self.accounts

    @property
    def whole(self) -> bool:
        """Whether it answers for all that the accounts of its region hold."""
        return self.tables is None and not self.below

    def covers(self, table: str) -> bool:
        return not self.below and (self.tables is None or table in self.tables)


def remit_of(
    tenure: Tenure, subject: Subject, regions: Mapping[str, Region], leaves: Iterable[str], layouts: Mapping[str, Layout]
) -> Remit:
    """What can be said of the post of a subject."""
    place = subject.region or tenure.region
    named = frozenset(t for t, layout in layouts.items() if subject.department in departments_of(layout))
    tables = named if subject.department else None
    return Remit(place, accounts_of(regions, leaves, place), tables, subject.department, subject.serving)


def accounts_of(regions: Mapping[str, Region], leaves: Iterable[str], region: str) -> str:
    """The region whose accounts a place has: its own, or those of the one above it that returns."""
    known, step = frozenset(leaves), region
    while step in regions and step not in known:
        step = regions[step].parent
    return step if step in known else region


def departments_of(layout: Layout) -> tuple[str, ...]:
    """The departments that fill a table: `自然资源(年度国土变更调查)` is 自然资源."""
    parts = (p.partition("(")[0].strip() for p in layout.department.split("/"))
    return tuple(p for p in parts if p and p != DERIVED)


def inside(regions: Mapping[str, Region], region: str, remit: Remit) -> bool:
    """Whether a region is the place of the post or lies below it."""
    return levels.inside(regions, region, remit.place)


def remit_words(remit: Remit, names: Mapping[str, Names], end: str) -> tuple[Names, ...]:
    """What is left out and why, in words. `names`: of the regions."""
    told = []
    if remit.below:
        place, above = (names.get(c, Names(c, c)) for c in (remit.place, remit.accounts))
        told.append(
            Names(
                f"账户只编到{above.zh}一级，{place.zh}没有自己的账户。可以列示：本地区的事项、注明本地区代码的红线斑块、取证、底稿、问题和整改；"
                f"不列示：存量、变动、归因、对比、评价和疑点，{above.zh}的数不作为本地区的数。",
                f"The accounts end at {above.en}; {place.en} has none of its own. What can be said: its dated events, the "
                "red-line patches whose rows name it, evidence, papers, problems, rectification. What cannot: stocks, changes, "
                f"attribution, comparison, evaluation and suspicions; figures of {above.en} are not those of this place.",
            )
        )
    if remit.tables is not None:
        listed = ", ".join(sorted(remit.tables)) or "-"
        told.append(
            Names(
                f"部门负责人：只列由{remit.department}部门填报的表（{listed}）；其他表不属其职责，未列。",
                f"Head of a department: only the tables that {remit.department} fills are listed ({listed}); the others are not "
                "of this post.",
            )
        )
    if remit.serving:
        told.append(
            Names(
                f"任中审计：仍在任，期末取 {end}（不含该日），不是交接日。",
                f"Mid-term audit: still in office; the term is looked at up to {end} (exclusive), which is no handover.",
            )
        )
    return tuple(told)
