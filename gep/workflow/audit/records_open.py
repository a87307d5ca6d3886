"""Records of what stays open when a term closes, of what follows from an audit, of signatures, and of records withdrawn.

Targets not yet due, liabilities, projects, funds, litigations and incidents stand in the handover ledger DA-01 as they are on the
day of the handover; suggestions and transfers follow from the report. Amounts are those of the documents on the day `as_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from gep.base.records import Names

LIABILITIES: Mapping[str, Names] = MappingProxyType(
    {
        "overuse": Names("超额消耗", "over-consumption"),
        "damage": Names("未治理的损毁", "damage not treated"),
        "restoration": Names("应恢复未恢复", "restoration owed"),
        "compensation": Names("应补偿未补偿", "compensation owed"),
        "other": Names("其他负债", "another liability"),
    }
)
PROJECT_STATES: Mapping[str, Names] = MappingProxyType(
    {
        "planned": Names("未开工", "not begun"),
        "running": Names("在建", "under way"),
        "suspended": Names("停工", "suspended"),
        "finished": Names("完工", "finished"),
        "abandoned": Names("终止", "given up"),
    }
)
DONE_STATES = ("finished", "abandoned")  # a project in one of these has its last day
CASE_KINDS: Mapping[str, Names] = MappingProxyType(
    {
        "administrative": Names("行政诉讼", "administrative case"),
        "civil": Names("民事诉讼", "civil case"),
        "public_interest": Names("公益诉讼", "public-interest case"),
        "criminal": Names("刑事案件", "criminal case"),
        "arbitration": Names("仲裁", "arbitration"),
        "other": Names("其他", "other"),
    }
)
SIDES: Mapping[str, Names] = MappingProxyType(
    {
        "plaintiff": Names("原告（申请人）", "plaintiff"),
        "defendant": Names("被告（被申请人）", "defendant"),
        "third_party": Names("第三人", "third party"),
    }
)
SEVERITIES: Mapping[str, Names] = MappingProxyType(
    {
        "general": Names("一般", "general"),
        "larger": Names("较大", "larger"),
        "major": Names("重大", "major"),
        "especially_major": Names("特别重大", "especially major"),
    }
)
SIGN_ROLES: Mapping[str, Names] = MappingProxyType(
    {
        "out": Names("移交人", "handing over"),
        "in": Names("接收人", "taking over"),
        "witness": Names("监交人", "witness"),
    }
)
SignRole: TypeAlias = Literal["out", "in", "witness"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """审计建议: what the auditors suggest, to whom, on the ground of which problems. `taken_up`: None while nobody answered."""

    id: str
    to: str
    text: str
    problems: tuple[str, ...]
    auditor: str
    made_on: date
    taken_up: bool | None = None
    answer: str = ""
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """移送处理: a matter given to another authority with a document, and what that authority decided, once it has."""

    id: str
    to: str
    matter: str
    document: str
    auditor: str
    made_on: date
    problem: str = ""
    amount: Decimal | None = None
    amount_unit: str = ""
    result: str = ""
    result_on: date | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A target that a document sets for a later day: at least (`floor`) or at most (`cap`) `amount`; `reached` by `as_of`."""

    id: str
    what: str
    sense: Literal["floor", "cap"]
    amount: Decimal
    unit: str
    set_on: date
    due: date
    document: str
    reached: Decimal | None = None
    as_of: date | None = None
    figure: str = ""  # address in the book of what it is held against
    evidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Liability:
    """What is owed to nature: over-consumption, damage not treated, restoration or compensation. `done` of it by `as_of`."""

    id: str
    kind: str  # one of LIABILITIES
    what: str
    owed_by: str
    arose_on: date
    amount: Decimal | None
    unit: str
    document: str
    done: Decimal | None = None
    as_of: date | None = None
    settled_on: date | None = None
    figure: str = ""
    evidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """A project of protection, restoration or use, with its money: planned, received (funding in place), spent, by `as_of`."""

    id: str
    name: str
    unit: str  # the unit that answers for it
    document: str
    start: date
    due: date | None
    state: str  # one of PROJECT_STATES, on `as_of`
    as_of: date
    planned: Decimal | None = None
    received: Decimal | None = None
    spent: Decimal | None = None
    amount_unit: str = ""
    ended_on: date | None = None
    evidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fund:
    """A fund or fee (土地出让收入, 矿业权收益, 水资源费 …) over [start, end): what was due, collected and spent of it."""

    id: str
    name: str
    unit: str
    start: date
    end: date
    receivable: Decimal | None
    collected: Decimal | None
    spent: Decimal | None
    amount_unit: str
    document: str
    evidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Litigation:
    """A case before a court or a board of arbitration about natural assets. `side`: of the region or unit that is audited."""

    id: str
    kind: str  # one of CASE_KINDS
    side: str  # one of SIDES
    court: str
    matter: str
    filed_on: date
    document: str
    claim: Decimal | None = None
    amount_unit: str = ""
    decided: str = ""
    closed_on: date | None = None
    evidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident of pollution or ecological damage. `damage` in `unit`, `treated` of it by `as_of`; `event`: its dated event."""

    id: str
    what: str
    severity: str  # one of SEVERITIES
    day: date
    region: str
    document: str
    damage: Decimal | None = None
    treated: Decimal | None = None
    unit: str = ""
    as_of: date | None = None
    closed_on: date | None = None
    event: str = ""
    evidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature under the handover ledger of a term, or why it was refused. Nobody of the audit signs for another.

    `code`: the check code printed on the ledger that was signed; left out, the signature does not say which wording it is of.
    """

    id: str
    term: str
    role: SignRole
    name: str
    on: date
    code: str = ""
    refused: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A record that counts no more, with the grounds. The record itself stays in the journal. `kind`: the name of its table."""

    kind: str
    of: str
    by: str
    on: date
    grounds: str

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.of}"


@dataclass(frozen=True)
class Open:
    """All records of this module but withdrawals, in the order they were first entered."""

    suggestions: tuple[Suggestion, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    targets: tuple[Target, ...] = ()
    liabilities: tuple[Liability, ...] = ()
    projects: tuple[Project, ...] = ()
    funds: tuple[Fund, ...] = ()
    litigations: tuple[Litigation, ...] = ()
    incidents: tuple[Incident, ...] = ()
    signatures: tuple[Signature, ...] = ()


# the table of a record in records/*.toml, which is its act in the journal, with its kind and its place in Open
KINDS: Mapping[str, tuple[type[object], str]] = {
    "suggestion": (Suggestion, "suggestions"),
    "transfer": (Transfer, "transfers"),
    "target": (Target, "targets"),
    "liability": (Liability, "liabilities"),
    "project": (Project, "projects"),
    "fund": (Fund, "funds"),
    "litigation": (Litigation, "litigations"),
    "incident": (Incident, "incidents"),
    "signature": (Signature, "signatures"),
}


def open_of(records: Callable[[str, type[Any]], tuple[Any, ...]]) -> Open:
    """All records, those of each kind taken from `records` by the name of their table and their class."""
    return Open(**{place: records(table, cls) for table, (cls, place) in KINDS.items()})
