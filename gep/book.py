"""A book on disk: its paths, lock, configuration, catalogue and journal. No accounting in here."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from gep.base.data import data_root
from gep.base.findings import Finding, Place, Refused, finding
from gep.base.records import Names, Region, Scheme, Vocabulary
from gep.catalog.fields import Fields
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.catalog.regions import check_regions
from gep.catalog.resolve import resolve
from gep.catalog.valuation import value_id
from gep.catalog.words import kind_holes
from gep.ledger import journal

SCHEMA = 1
LOCK_SECONDS = 10


@dataclass(frozen=True)
class Config:
    """What book.toml says. `schemes` in order, the first is the default; `leaf_level` is the level whose regions carry data."""

    names: Names
    regions: Mapping[str, Region]
    schemes: tuple[str, ...]
    leaf_level: str
    illustrative: bool
    zone_scheme: str
    compile_policy: str

    @property
    def leaves(self) -> tuple[str, ...]:
        return tuple(code for code, region in self.regions.items() if region.level == self.leaf_level)


def read_config(path: Path) -> Config:
    """book.toml; raises Refused with every finding."""
    if not path.is_file():
        raise Refused([finding("BOOK-NOT-FOUND", Place(str(path.parent)), found=path.parent.name or path.parent)])
    findings: list[Finding] = []
    place = Place("book.toml")
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused([finding("CATALOG-FILE", place, found=str(error))]) from error
    f = Fields(body, place, findings)
    schema = f.raw("schema")
    if isinstance(schema, bool) or schema != SCHEMA:
        findings.append(finding("BOOK-SCHEMA", place, found=schema, expected=SCHEMA))
    regions = {}
    for entry in f.tables("region"):
        r = Fields(entry, Place("book.toml", key=f"region {entry.get('code', '')}"), findings)
        code = r.text("code", required=True)
        if code in regions:
            findings.append(finding("CATALOG-DUPLICATE", r.place, expected="book.toml", holes=kind_holes("region"), name=code))
        parent, level = r.text("parent"), r.text("level", required=True)
        start, end = r.date("valid_from", date.min), r.last_date("valid_to")
        regions[code] = Region(code, parent, level, r.names(), start, end, r.texts("replaces"))
        r.done()
    config = Config(
        names=f.names(),
        regions=regions,
        schemes=f.texts("schemes"),
        leaf_level=f.text("leaf_level", required=True),
        illustrative=f.flag("illustrative"),
        zone_scheme=f.text("zone_scheme"),
        compile_policy=f.choice("compile_policy", ("BOTH", "T_MINUS_2"), default="BOTH"),
    )
    if not config.schemes and isinstance(body.get("schemes", []), list):
        f.complain("CATALOG-FIELD-MISSING", "schemes")
    levels = sorted({region.level for region in regions.values()})
    if levels and config.leaf_level and config.leaf_level not in levels:
        f.complain("CATALOG-FIELD-CHOICE", "leaf_level", found=config.leaf_level, expected=" | ".join(levels))
    f.done()
    findings += check_regions(config.regions, "book.toml")
    if findings:
        raise Refused(findings)
    return config


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
    """A handle on a book folder. Reading needs no lock; whoever writes holds `lock`."""

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        self.config = read_config(self.root / "book.toml")

    submissions = property(lambda self: self.root / "submissions")
    releases = property(lambda self: self.root / "releases")
    rules = property(lambda self: self.root / "rules")
    local = property(lambda self: self.root / "local")
    store = property(lambda self: self.root / "accounts.duckdb")
    journal_path = property(lambda self: self.root / "journal.jsonl")

    @cached_property
    def catalog(self) -> Catalog:
        """The shipped catalogue with the book's own over it."""
        return load(data_root() / "coefficients", self.local)

    def entries(self) -> tuple[journal.Entry, ...]:
        return tuple(journal.read(self.journal_path))

    def record(self, act: str, data: Mapping[str, object], *, who: str = "", why: str = "") -> journal.Entry:
        """Append an act to the journal (the caller holds the lock)."""
        return journal.append(self.journal_path, act=act, who=whoami(who), why=why, data=data, clock=now)

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
    def lock(self, who: str = "") -> Iterator[None]:
        """One writer: the lock names who holds it and since when. Raises Refused after a wait."""
        path = self.root / ".lock"
        note = self.root / ".lock-holder"
        held = FileLock(path)
        try:
            held.acquire(timeout=LOCK_SECONDS)
        except Timeout as error:
            holder = note.read_text(encoding="utf-8") if note.is_file() else "?"
            raise Refused([finding("BOOK-LOCKED", Place(str(self.root)), found=holder)]) from error
        try:
            note.write_text(f"{whoami(who)}, pid {os.getpid()}, {now().isoformat(timespec='seconds')}", encoding="utf-8")
            yield
        finally:
            note.unlink(missing_ok=True)
            held.release()
