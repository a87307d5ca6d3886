"""The rows of a sum as they were read, kept in memory for what carries the spread of parameters through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gep.engine.bind import Bound
from gep.engine.trace import node_id

if TYPE_CHECKING:  # frames are made for a task, whose outcome holds what is kept here
    from gep.engine.frames import Frame, Group


@dataclass(frozen=True)
class Looked:
    """What one input was in each row: `at` is the place in `nodes` (id of the trace node, factor to the unit that is read)."""

    at: NDArray[np.int64]
    nodes: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True)
class KeptRows:
    """The rows of one sum in their fixed order: a column of doubles for each input, in the unit the product reads, and where
    each value of an input that is no column of the record set came from."""

    columns: Mapping[str, NDArray[np.float64]]
    looked: Mapping[str, Looked]


def may_vary(read: Sequence[Bound]) -> bool:
    """Whether a sum rests on a parameter with a spread, or on a computed figure, below which there may be one."""
    return any(
        (b.parameter is not None and b.parameter.low is not None and b.parameter.high is not None)
        or (b.cell is not None and not b.cell.is_input)
        for b in read
    )


def kept_rows(frame: Frame, group: Group, table: pa.Table, profile: str) -> KeptRows:
    """The rows of a group, none of which lacks an input."""
    columns = {n: np.ascontiguousarray(table[c].to_numpy(), dtype=np.float64) for n, c in frame.columns.items()}
    looked: dict[str, Looked] = {}
    for name, column in frame.columns.items():
        if f"i_{column}" in frame.looked_up:
            bound = frame.looked_up[f"i_{column}"]
            at = table[f"i_{column}"].to_numpy().astype(np.int64)
            looked[name] = Looked(at, tuple((node_id(b, profile), b.factor) for b in bound))
    if group.index in frame.bound:
        looked |= _figures(frame, group, table, profile)
    return KeptRows(columns, looked)


def _figures(frame: Frame, group: Group, table: pa.Table, profile: str) -> dict[str, Looked]:
    """Rows of figures: each was bound by itself, and is found by its key."""
    codes = [[str(code) for code in table[k].to_pylist()] for k in frame.keys]
    by_key = {tuple(place[k] for k in frame.keys): row for place, row in frame.bound[group.index]}
    rows = [by_key[tuple(c[i] for c in codes)] for i in range(table.num_rows)]
    found = {}
    for name in frame.columns:
        places: dict[tuple[str, Fraction], int] = {}
        at = [places.setdefault((node_id(row[name], profile), row[name].factor), len(places)) for row in rows]
        found[name] = Looked(np.array(at, dtype=np.int64), tuple(places))
    return found
