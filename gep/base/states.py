"""What is known of a figure, and the state of a total over figures: a missing part makes the total unknown, never smaller."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation, Overflow
from functools import reduce

from gep.base.records import State

PUBLICATION = frozenset({State.BELOW_UNIT, State.SUPPRESSED})
MISSING = frozenset({State.NOT_AVAILABLE, State.REFUSED})

# 400 digits hold every sum of amounts that intake lets through (60 characters, exponents within 30); one that does not fit raises
_EXACT = Context(prec=400, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact, InvalidOperation, Overflow])


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure with its state: `amount` is a finite number if and only if the state is `value`; `reason` says why there is none.

    Raises ValueError for an amount that does not fit its state and for states of publication, which no stored account holds.
    """

    state: State
    amount: Decimal | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.state in PUBLICATION:
            raise ValueError(f"{self.state} is a state of publication and is never stored in an account")
        if (self.state is State.VALUE) != (self.amount is not None):
            raise ValueError(f"state {self.state} with amount {self.amount}")
        if self.amount is not None and not self.amount.is_finite():
            raise ValueError(f"an amount is finite, not {self.amount}")


@dataclass(frozen=True, slots=True)
class Total:
    """A sum with the counts it rests on. `amount` is None unless every applicable part is known."""

    state: State
    amount: Decimal | None
    n_value: int
    n_missing: int
    n_not_applicable: int


def total(items: Iterable[Amount]) -> Total:
    """The exact total of `items` under the rule of DESIGN 5.1.

    Unknown (`not_available`) if an applicable part is missing or refused, `not_applicable` if every part is, else the exact sum
    of the applicable parts, keeping their decimals. A total over no parts at all is `not_available` with every count 0: nothing
    says that there is nothing, and nothing declares it not applicable. Raises decimal.Inexact if 400 digits do not hold the sum.
    """
    parts = list(items)
    values = [part.amount for part in parts if part.amount is not None]
    n_missing = sum(part.state in MISSING for part in parts)
    n_not_applicable = sum(part.state is State.NOT_APPLICABLE for part in parts)
    state, amount = State.NOT_AVAILABLE, None
    if parts and n_not_applicable == len(parts):
        state = State.NOT_APPLICABLE
    elif values and not n_missing:
        state, amount = State.VALUE, exact_sum(values)
    return Total(state, amount, len(values), n_missing, n_not_applicable)


def exact_sum(values: Iterable[Decimal]) -> Decimal:
    """The sum of at least one decimal without any rounding, whatever the caller's decimal context.

    Raises decimal.Inexact if 400 digits do not hold it, ValueError if there are no values.
    """
    known = list(values)
    if not known:
        raise ValueError("there is no sum of nothing")
    return reduce(_EXACT.add, known)
