"""A book on disk: its paths, lock, configuration, catalogue and journal. No accounting in here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from gep.base.data import data_root
from gep.base.findings import Finding, Place, Refused, finding
from gep.base.program import program as present_program
from gep.base.records import Scheme, Vocabulary
from gep.catalog.config import read_config
from gep.catalog.functional_zones import SCHEME as FUNCTIONAL_ZONE
from gep.catalog.functional_zones import check_zone_codes
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.catalog.resolve import resolve
from gep.catalog.valuation import value_id
from gep.catalog.zoning import with_zones
from gep.ledger import journal
from gep.ledger.recover import recover, torn

LOCK_SECONDS = 10


def _last_year(scheme: Scheme | None) -> int:
    """The latest year up to now at whose end a scheme is valid (an unknown one is refused when it is resolved)."""
    year = now().year
    if scheme is None or scheme.valid_to >= date(year, 12, 31):
        return year
    return scheme.valid_to.year if scheme.valid_to == date(scheme.valid_to.year, 12, 31) else scheme.valid_to.year - 1


def whoami(name: str = "") -> str:
    """`--as NAME`, else GEP_USER, else the account of the system; recorded as declared."""
    return (
        name
        or os.environ.get("GEP_USER", "")
        or os.environ.get("USER", "")
        or os.environ.get("USERNAME", "")
        or f"uid-{os.getuid()}"
    )


def now() -> datetime:
    return datetime.now(UTC)


class Book:
    """A handle on a book folder. Reading needs no lock; whoever writes holds `lock`.

    `data`: the folder whose `coefficients/` and `ledgers/` are read, in place of the installed ones (a frozen catalogue).
    `clock`, `program`: the time and the program that acts are recorded with. `recovered`: what the last lock found of an act that
    was killed.
    """

    def __init__(
        self,
        root: Path | str,
        data: Path | None = None,
        clock: Callable[[], datetime] = now,
        program: Mapping[str, str] | None = None,
    ) -> None:
        self.root = Path(root)
        self.data, self.clock = data, clock
        self.program = present_program() if program is None else program
        self.recovered: list[Finding] = []
        self.fresh: tuple[int, int, int, str] | None = None  # the store and the end of the journal it was last found to hold
        self._read: tuple[tuple[int, int, int] | None, tuple[journal.Entry, ...]] = (None, ())
        self.config = read_config(self.root / "book.toml")

    submissions = property(lambda self: self.root / "submissions")
    releases = property(lambda self: self.root / "releases")
    rules = property(lambda self: self.root / "rules")
    catalogues = property(lambda self: self.root / "catalogues")
    evidence = property(lambda self: self.root / "evidence")
    closings = property(lambda self: self.root / "closings")
    statements = property(lambda self: self.root / "statements")
    local = property(lambda self: self.root / "local")
    store = property(lambda self: self.root / "accounts.duckdb")
    journal_path = property(lambda self: self.root / "journal.jsonl")

    @cached_property
    def catalog(self) -> Catalog:
        """The shipped catalogue with the book's own over it; the codes of its zones are those of the scheme book.toml names.

        Raises Refused with every fault, also where a region lies in a functional zone that has no code.
        """
        made = with_zones(load((self.data or data_root()) / "coefficients", self.local), self.config.zone_scheme)
        told = list(check_zone_codes(self.config.regions, made.codes.get(FUNCTIONAL_ZONE, {}), "book.toml"))
        if told:
            raise Refused(told)
        return made

    def entries(self) -> tuple[journal.Entry, ...]:
        """The journal, verified; read again only when the file has changed. Raises Refused if a line is damaged."""
        held = self.journal_path.stat() if self.journal_path.is_file() else None
        mark = (held.st_ino, held.st_size, held.st_mtime_ns) if held else None
        if mark is None or mark != self._read[0]:
            self._read = (mark, journal.read(self.journal_path))
        return self._read[1]

    def record(self, act: str, data: Mapping[str, object], *, who: str = "", why: str = "") -> journal.Entry:
        """Append an act to the journal (the caller holds the lock)."""
        return journal.append(self.journal_path, act=act, who=whoami(who), why=why, data=data, clock=self.clock)

    def vocabulary(self) -> Vocabulary:
        """What a return may say: a measure is computed if every scheme of the book that meets it computes it."""
        priced: set[str] = set()
        computed: set[str] = set()
        taken: set[str] = set()
        for name in self.config.schemes:
            known = self.catalog.schemes.get(name)
            resolved = resolve(self.catalog, name, _last_year(known))
            lines = [line for s in resolved.scheme.services for line in s.lines]
            priced |= {line.measure for line in lines if line.price}
            computed |= resolved.computed
            taken |= {line.measure for line in lines} - resolved.computed
            taken |= {rule.output for rule in resolved.rules if rule.stands_in}  # computed only where it was not returned
        values = {value_id(m) for m in priced}
        return Vocabulary(
            measures=self.catalog.measures,
            codes=self.catalog.codes,
            regions=self.config.regions,
            records=self.catalog.records,
            priced=frozenset(priced | values),
            computed=frozenset(computed - taken),
            layouts=self.catalog.layouts,
        )

    @contextmanager
    def lock(self, who: str = "", wait: float = LOCK_SECONDS) -> Iterator[None]:
        """One writer: the lock names who holds it and since when. Raises Refused after a wait (seconds)."""
        path = self.root / ".lock"
        note = self.root / ".lock-holder"
        held = FileLock(path)
        try:
            held.acquire(timeout=wait)
        except Timeout as error:
            holder = note.read_text(encoding="utf-8") if note.is_file() else "?"
            raise Refused([finding("BOOK-LOCKED", Place(str(self.root)), found=holder)]) from error
        try:
            self.recovered = self._recover(note)
            with suppress(OSError):  # a full disk must not keep anyone from making a backup elsewhere
                note.write_text(f"{whoami(who)}, pid {os.getpid()}, {now().isoformat(timespec='seconds')}", encoding="utf-8")
            yield
        finally:
            note.unlink(missing_ok=True)
            held.release()

    def _recover(self, note: Path) -> list[Finding]:
        """Set aside what an act that was killed left; the note of whoever held the lock then is still there."""
        found = []
        if note.is_file():
            holder = note.read_text(encoding="utf-8")
            found.append(finding("BOOK-INTERRUPTED", Place(self.root.name), found=holder or "?"))
        found += torn(self.journal_path)
        return [*found, *recover(self.root, self.entries() if self.journal_path.is_file() else ())]
