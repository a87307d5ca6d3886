"""demo: run the shipped books (Garze as published, the example city of seven years), close and print them, audit a term."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from gep.base.data import data_root
from gep.book import Book
from gep.ledger import acts
from gep.workflow.audit.deliver import Made as Papers
from gep.workflow.audit.deliver import conducted
from gep.workflow.audit.run import audit
from gep.workflow.audit.tenure_file import audited_years, read_tenure
from gep.workflow.conclude import conclude
from gep.workflow.init import init
from gep.workflow.release import Made
from gep.workflow.render import Lang, Rendered, Wanted, render
from gep.workflow.run import run
from gep.workflow.submit import Submitted

BOOK, CITY = "garze-2010", "sample-city"
TENURES = ("upper-head-2020", "upper-head-2016", "upper-secretary")
FIGURE = "value_account/513300/2010/water_retention"
CITY_PROFILE = "sample"
WHOLE = "zone = '-' AND price_basis = 'current'"
BY_SERVICE = f"""
SELECT region_code, year, service, currency, total(value, state) AS value,
  total_state(state) AS state
FROM value_account WHERE profile = '{CITY_PROFILE}' AND {WHOLE} GROUP BY region_code, year, service, currency
UNION ALL
SELECT region_code, year, service, currency, value, state FROM value_account_rollup
WHERE profile = '{CITY_PROFILE}' AND {WHOLE} AND is_total AND benefit = '-' AND product = '-' AND ecosystem = '-'
  AND region_code NOT IN (SELECT region_code FROM value_account)
"""  # noqa: S608 - a name of this module
CITY_TOTALS = (
    f"SELECT * FROM gep_total WHERE profile = '{CITY_PROFILE}' AND {WHOLE} ORDER BY region_level DESC, region_code, year"  # noqa: S608
)
CITY_INDEX = (
    f"SELECT * FROM green_gold_index WHERE profile = '{CITY_PROFILE}' AND zone = '-' AND region_level = 'city' ORDER BY ALL"  # noqa: S608
)


@dataclass(frozen=True)
class Demo:
    """One book that was made and run."""

    book: Book
    submitted: list[Submitted]
    made: Made
    name: str = BOOK


def demo(
    folder: Path,
    name: str = BOOK,
    *,
    years: str = "all",
    who: str = "",
    progress: Callable[[str], None] = lambda text: None,
) -> Demo:
    """The main job on a shipped book, in `folder`/`name` or, if that is taken, `name`-2 and so on."""
    progress(name)
    root = next(p for p in _names(folder, name) if not p.exists())
    book, submitted = init(root, name, who=who)
    return Demo(book, submitted, run(book, years, who=who, progress=progress), name)


def signed(one: Demo, lang: Lang, *, who: str = "", progress: Callable[[str], None] = lambda text: None) -> Rendered:
    """The years of a book taken to closed as its closing.toml says, and the statements of the last one beside the book.

    `lang`: the language of workbooks and papers; the page has both.
    """
    entries = one.book.entries()
    years = acts.years(acts.runs(entries)[one.made.vintage or 0])
    conclude(one.book, data_root() / "ledgers" / "books" / one.name, years, progress=progress)
    return render(one.book, Wanted(langs=(lang,)), max(years), who=who, progress=progress)


@dataclass(frozen=True)
class Term:
    """The departure audit of one term of a book. `missing`: the years of its term that are not closed; then nothing was made."""

    tenure: Path
    root: Path
    lead: str
    missing: tuple[int, ...] = ()
    made: Papers | None = None

    @property
    def command(self) -> str:
        """What does the same with a pack, on the command line."""
        return f"gep audit {self.tenure.parents[2]} {self.tenure} -o {self.root} --as {self.lead}"


def audited(one: Demo, lang: Lang, *, progress: Callable[[str], None] = lambda text: None) -> Term:
    """The audit of a term whose years the book has closed, in a folder beside the book, by the lead that the tenure names.

    The papers are made in one language, the page in both; no pack is made. Of several tenures the first in `TENURES` is taken
    whose years are all closed; if there is none the first is told of with the years it lacks.
    """
    closed = acts.closed(one.book.entries()).keys()
    files = [one.book.root / "tenures" / name / "tenure.toml" for name in TENURES]
    read = [(file, read_tenure(file, one.book)) for file in files]
    lacking = [(file, tenure, tuple(y for y in audited_years(tenure) if y not in closed)) for file, tenure in read]
    file, tenure, missing = next((held for held in lacking if not held[2]), lacking[0])
    root = next(p for p in _names(one.book.root.parent, tenure.id) if not p.exists())
    lead = next(m.who for m in tenure.team if m.role == "lead")
    if missing:
        return Term(file, root, lead, missing)
    done = audit(one.book.root, file, root, who=lead, progress=progress)
    return Term(file, root, lead, (), conducted(done, langs=(lang,), who=lead, progress=progress))


def _names(folder: Path, name: str) -> Iterator[Path]:
    yield folder / name
    yield from (folder / f"{name}-{n}" for n in count(2))
