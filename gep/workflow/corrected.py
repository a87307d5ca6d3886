"""Corrections and decisions applied to what the departments returned: pure functions of a journal entry and the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from gep.base.records import Fact, Key, Origin, State, key_text
from gep.intake.checks import Address, address
from gep.ledger.journal import Entry

JOURNAL = "journal.jsonl"


def key_of(text: str) -> Key:
    """A class key from its text, as `key_text` writes it: `scheme:code;scheme:code`; empty for none."""
    pairs = (pair.partition(":") for pair in text.split(";")) if text else ()
    return tuple((scheme, code) for scheme, _, code in pairs)


def named(entry: Entry) -> Address:
    """The figure that a correction or decision is about."""
    d = entry.data
    attrs = d["attrs"] if isinstance(d["attrs"], Mapping) else {}
    key = key_of(str(d["key"]))
    return str(d["region"]), str(d["period"]), str(d["measure"]), key, tuple(sorted((str(k), str(v)) for k, v in attrs.items()))


def figure_of(entry: Entry) -> str:
    """The same as people read it: region/period/measure[/key][/attr=value]."""
    region, period, measure, key, attrs = named(entry)
    return "/".join(part for part in (region, period, measure, key_text(key), *(f"{n}={v}" for n, v in attrs)) if part)


def apply(entry: Entry, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts with the one that the entry corrects in its new form; it then stands in the journal, in the line of the entry.

    What one department returned was corrected: where another one's figure is used since, it stays as it was returned.
    """
    wanted = named(entry), str(entry.data["department"])
    return tuple(corrected(entry, fact) if (address(fact), fact.department) == wanted else fact for fact in facts)


def corrected(entry: Entry, fact: Fact) -> Fact:
    """The fact as corrected: amount, unit and state of the entry, its place in the journal, the reason as its note."""
    d = entry.data
    state = State(str(d["state"]))
    return replace(
        fact,
        state=state,
        amount=Decimal(str(d["value"])) if state is State.VALUE else None,
        unit=str(d["unit"]) or fact.unit,
        origin=Origin(JOURNAL, entry.hash.sha256, entry.seq, "data.value"),
        reason="" if state is State.VALUE else entry.why,
        note=entry.why,
        evidence=str(d["document"]) or fact.evidence,
        attrs=MappingProxyType(dict(fact.attrs)),
    )
