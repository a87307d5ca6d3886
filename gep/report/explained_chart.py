"""The causes of a change over several years, profiles or price bases as one document of chart data, schema gep.change/1.

The document is that of `gep.report.change_chart`; since it holds several comparisons, each chart says its own `year`, `profile`
and `price_basis`, which lead its id too, and those of the document are null. A place with an unexplained amount leads nowhere by
its parts: it has no chart and stands in `left_out`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gep.explain.change import Causes, PlaceChange
from gep.explain.changes import Explained
from gep.report.change_chart import SCHEMA, chart_data


def explained_chart(way: str, sides: tuple[str, str], held: Sequence[Explained]) -> dict[str, Any]:
    """The document: the waterfalls of every place of every comparison."""
    charts = [chart for e in held for chart in _charts(e.causes)]
    left_out = [f"{e.causes.year}/{p.id}" for e in held for p in e.causes.places if not _adds_up(p)]
    head = {"schema": SCHEMA, "way": way, "left": sides[0], "right": sides[1], "profile": None, "price_basis": None}
    return head | {"charts": charts, "left_out": left_out}


def write_explained_chart(path: Path, way: str, sides: tuple[str, str], held: Sequence[Explained]) -> None:
    """The document as a file, the same bytes for the same causes. Raises OSError where it cannot be written."""
    text = json.dumps(explained_chart(way, sides, held), ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def _charts(causes: Causes) -> Iterator[dict[str, Any]]:
    own = {"year": causes.year, "profile": causes.profile, "price_basis": causes.price_basis}
    made = chart_data(replace(causes, places=tuple(p for p in causes.places if _adds_up(p))))
    for chart in made["charts"]:
        yield chart | own | {"id": "/".join((str(causes.year), causes.profile, causes.price_basis, chart["id"]))}


def _adds_up(place: PlaceChange) -> bool:
    return not any(leaf.change.residual for leaf in place.leaves)
