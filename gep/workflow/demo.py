"""demo: make the shipped Garze book, run it, and set every printed figure beside the computed one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
    """The main job on the shipped book, in `folder`/garze-2010. Raises Refused if that folder is not empty."""
    progress(BOOK)
    book, submitted = init(folder / BOOK, BOOK, who=who)
    return Demo(book, submitted, run(book, "all", who=who, progress=progress))
