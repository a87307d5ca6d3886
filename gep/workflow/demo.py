"""demo: make the shipped Garze book, run it, and set every printed figure beside the computed one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from gep.book import Book
from gep.workflow.init import init
from gep.workflow.run import Made, run
from gep.workflow.submit import Submitted

BOOK = "garze-2010"
FIGURE = "value_account/513300/2010/water_retention"


@dataclass(frozen=True)
class Demo:
    book: Book
    submitted: list[Submitted]
    made: Made


def demo(folder: Path, *, who: str = "", progress: Callable[[str], None] = lambda text: None) -> Demo:
    """The main job on the shipped book, in `folder`/garze-2010 or, if that is taken, garze-2010-2 and so on."""
    progress(BOOK)
    root = next(p for p in _names(folder) if not p.exists())
    book, submitted = init(root, BOOK, who=who)
    return Demo(book, submitted, run(book, "all", who=who, progress=progress))


def _names(folder: Path) -> Iterator[Path]:
    yield folder / BOOK
    yield from (folder / f"{BOOK}-{n}" for n in count(2))
