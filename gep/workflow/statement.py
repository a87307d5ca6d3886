"""statement: the yearly result of a book as one set of forms, charts and sentences, from which every output is made.

What is read: the results in use (or one vintage) of the year for the region of the statement, of every region below it that has
accounts, and of the years before. Nothing is computed here; no clock enters.
"""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from gep.base.findings import Place, Refused, finding
from gep.base.records import Names
from gep.book import Book
from gep.catalog.publication import check_publication
from gep.ledger import acts
from gep.report.charts import charts_of
from gep.report.form import Scope
from gep.report.methods import Method
from gep.report.statement import Edition, Head, Part, Statement
from gep.workflow.catalogue import choose
from gep.workflow.forms.build import forms_of
from gep.workflow.forms.edition import public
from gep.workflow.forms.methods import methods
from gep.workflow.forms.reader import Reader, reading
from gep.workflow.forms.summary import paragraphs_of
from gep.workflow.views import default_scheme

Progress = Callable[[int, int, str], None]  # done, of, what


@dataclass(frozen=True)
class Assembled:
    """A statement in its edition, the addresses whose amounts that edition must show nowhere, and the methods behind it."""

    statement: Statement
    hidden: frozenset[str] = frozenset()
    methods: tuple[Method, ...] = ()


def assemble(book: Book, year: int | None = None, *, edition: Edition = "internal", **choice: Any) -> Assembled:
    """The statement of a year in one edition; `choice` and what is refused as in `assemble_each`."""
    return assemble_each(book, (edition,), year, **choice)[edition]


def assemble_each(
    book: Book,
    editions: Sequence[Edition],
    year: int | None = None,
    *,
    region: str = "",
    profile: str = "",
    scheme: str = "",
    vintage: int | None = None,
    history: bool = True,
    progress: Progress = lambda done, of, what: None,
) -> dict[Edition, Assembled]:
    """The statement of a year (left out: the latest), region (the highest), profile and asset scheme (the book's first).

    `vintage`: of this run instead of the results in use. `history`: earlier years as parts of their own. The public edition hides
    what the rules of publication in book.toml name, and what it could be computed from; charts and sentences are made after that.
    The book is read once for all editions. Raises Refused as `choose` and `scopes` do.
    """
    if "public" in editions and (wrong := check_publication(book.config.publication, book.catalog.codes, book.catalog.layouts)):
        raise Refused(wrong)  # a rule that names nothing protects nothing
    with reading(book, book.config.issuer.money) as reader:
        gep, assets = scopes(reader, year, region, profile, scheme, vintage)
        wanted = [*_places(reader, gep, assets, history=history)]
        parts = []
        for n, (place, stock) in enumerate(wanted):
            progress(n, len(wanted), f"{place.year} {place.region}")
            parts.append(Part(place, forms_of(reader, place, stock)))
        progress(len(wanted), len(wanted), "")
        used = methods(reader, gep)
    made = {}
    for edition in editions:
        whole, hidden = Statement(_head(book, edition, gep, assets, parts), tuple(parts)), frozenset[str]()
        if edition == "public":
            whole, hidden = public(whole, book.config.publication)
        dressed = replace(whole, parts=tuple(_dressed(whole, part) for part in whole.parts))
        made[edition] = Assembled(dressed, hidden, used)
    return made


def scopes(
    reader: Reader, year: int | None, region: str, profile: str, scheme: str, vintage: int | None
) -> tuple[Scope, Scope | None]:
    """What the statement is of, those left out filled in; the assets of the same year, None where the book has none of it."""
    book = reader.book
    _need_kinds(reader, profile, scheme)
    choice = choose(book, year, profile or default_scheme(book, "gep_total"), vintage)
    place = region or _highest(reader, choice.vintage, choice.year)
    gep = Scope(
        place, reader.region(place), choice.year, choice.profile, choice.vintage, _state(reader, choice.vintage, choice.year)
    )
    if not reader.has(gep):
        here = f"vintage = {choice.vintage} AND year = {choice.year}"
        known = ", ".join(r["code"] for r in reader.rows(f"SELECT DISTINCT code FROM region_path WHERE {here} ORDER BY code"))
        raise Refused([finding("SHEET-NO-REGION", Place(book.root.name, key=place), found=place, expected=known)])
    assets = _assets(reader, gep, scheme, vintage)
    reader.until = _closed(reader, gep, assets)
    return gep, assets


def _closed(reader: Reader, *of: Scope | None) -> int | None:
    """The journal entry that closed the last of the scopes; None while one of them is open."""
    there = [s for s in of if s is not None]
    steps = [s for s in acts.steps(reader.book.entries()) if s.state == "closed"]
    seqs = [max((s.seq for s in steps if (s.vintage, s.year) == (each.vintage, each.year)), default=None) for each in there]
    return None if None in seqs else max(s for s in seqs if s is not None)


KINDS = {"gep_profile": Names("GEP 核算方案", "GEP profile"), "asset_scheme": Names("资产核算方案", "asset scheme")}


def _need_kinds(reader: Reader, profile: str, scheme: str) -> None:
    """A profile that is an asset scheme, or the other way round, would leave tables out in silence. Raises Refused."""
    wrong = []
    for asked, kind in ((profile, "gep_profile"), (scheme, "asset_scheme")):
        there = [s for s in reader.book.config.schemes if (known := reader.scheme(s)) is not None and known.kind == kind]
        if asked and asked not in there:
            names = {"kind_zh": KINDS[kind].zh, "kind_en": KINDS[kind].en}
            place = Place(reader.book.root.name, key=asked)
            wrong.append(finding("STATEMENT-SCHEME", place, found=asked, expected=", ".join(there) or "-", holes=names))
    if wrong:
        raise Refused(wrong)


def _assets(reader: Reader, gep: Scope, scheme: str, vintage: int | None) -> Scope | None:
    """The scope of the assets in the year of GEP. A scheme that was asked for by name and is not there is refused by `choose`."""
    book = reader.book
    name = scheme or default_scheme(book, "asset_account")
    known = reader.scheme(name)
    if known is None or known.kind != "asset_scheme":
        return None
    if not scheme and gep.year not in {use.year for use in reader.in_use(name)}:
        return None
    choice = choose(book, gep.year, name, vintage)
    state = _state(reader, choice.vintage, choice.year)
    return Scope(gep.region, gep.region_names, gep.year, name, choice.vintage, state)


def _places(reader: Reader, gep: Scope, assets: Scope | None, *, history: bool) -> Iterator[tuple[Scope, Scope | None]]:
    """The statement's own region and year, the regions below it, then the same of every year before, newest first."""
    for scope in reversed(reader.history(gep)) if history else (gep,):
        stock = assets if scope.year == gep.year else _had(reader, scope, assets)
        for code in (scope.region, *_under(reader, scope)):
            names = reader.region(code)
            below = replace(stock, region=code, region_names=names) if stock is not None else None
            yield replace(scope, region=code, region_names=names), below


def _had(reader: Reader, scope: Scope, assets: Scope | None) -> Scope | None:
    """The asset scheme in an earlier year, if it has a result in use there."""
    if assets is None:
        return None
    found = [use for use in reader.in_use(assets.profile) if use.year == scope.year]
    return reader.earlier(assets, found[0]) if found else None


def _under(reader: Reader, scope: Scope) -> Iterator[str]:
    """The regions below, level by level of the tree, each followed by its own."""
    for code in reader.below(scope):
        yield code
        yield from _under(reader, replace(scope, region=code))


def _highest(reader: Reader, vintage: int, year: int) -> str:
    here = f"vintage = {vintage} AND year = {year}"
    sql = f"SELECT code, count(*) AS depth FROM region_path WHERE {here} GROUP BY code ORDER BY depth, code"
    return str(reader.rows(sql)[0]["code"])


def _state(reader: Reader, vintage: int, year: int) -> str:
    sql = f"SELECT state FROM release_state_all WHERE vintage = {vintage} AND year = {year} ORDER BY seq DESC LIMIT 1"
    return str(reader.rows(sql)[0]["state"])


def _head(book: Book, edition: Edition, gep: Scope, assets: Scope | None, parts: list[Part]) -> Head:
    """Everything about the statement that is no figure, from the configuration and the journal."""
    entries = book.entries()
    run = acts.runs(entries)[gep.vintage]
    program = run.data["program"]
    schemes = book.catalog.schemes
    gep_scheme = schemes.get(gep.profile)
    stock = schemes.get(assets.profile) if assets is not None else None
    own = {(s.vintage, s.year) for s in (gep, assets) if s is not None}
    taken = [s for s in acts.steps(entries) if (s.vintage, s.year) in own and s.state in acts.STEPS.values()]
    return Head(
        book=book.config.names,
        issuer=book.config.issuer,
        edition=edition,
        gep=gep,
        assets=assets,
        gep_names=gep_scheme.names if gep_scheme is not None else Names(gep.profile, gep.profile),
        assets_names=stock.names if stock is not None else Names("", ""),
        currency=gep_scheme.currency if gep_scheme is not None else "",
        draft=any(s.state != "closed" for s in (gep, assets) if s is not None),
        illustrative=book.config.illustrative or any(f.illustrative for p in parts for f in p.forms),
        rules_hash=str(run.data["rules_hash"]),
        input_hash=str(run.data["input_hash"]),
        release_hash=str(_mapping(run.data["manifest"])["sha256"]),
        program=f"{_mapping(program)['name']} {_mapping(program)['version']}",
        made_on=run.when[:10],
        steps=tuple((s.state, s.who, s.at[:10]) for s in taken),
    )


def _mapping(value: object) -> Mapping[str, object]:
    return cast(Mapping[str, object], value)


def _dressed(statement: Statement, part: Part) -> Part:
    """The part with its charts and sentences, which show what its edition shows."""
    made = replace(part, charts=charts_of(part.forms))
    return replace(made, paragraphs=paragraphs_of(statement, made))
