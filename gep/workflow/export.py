"""export: the results in use as open data (CSV, Parquet, Data Package, SDMX), or a whole evidence pack that checks itself."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gep.base.findings import Finding, Place, Refused, finding
from gep.base.records import Source
from gep.book import Book
from gep.ledger import pack, query, releases
from gep.ledger.columns import Table
from gep.ledger.files import digest_bytes, digest_file, folder_in_place, write_synced
from gep.ledger.journal import Entry
from gep.ledger.store import connect
from gep.ledger.views import quoted
from gep.report import datapackage, export_text, sdmx, sdmx_structure
from gep.workflow.export_names import labels
from gep.workflow.views import need_store

Progress = Callable[[str], None]
Ask = Callable[[str], query.QueryResult]
OPEN = "open"
JOURNAL = "journal.jsonl"
PERIOD = "TRY_CAST(left(period, 4) AS INTEGER)"


@dataclass(frozen=True)
class Done:
    """What was written: the folder, its files, the years, the rows by table; `digest` and `anchor` are those of a pack."""

    folder: Path
    files: int
    years: tuple[int, ...]
    rows: Mapping[str, int]
    findings: tuple[Finding, ...]
    digest: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class _Open:
    """The open data of a book: the files by name, and what they hold."""

    files: Mapping[str, bytes]
    years: tuple[int, ...]
    rows: Mapping[str, int]
    illustrative: int


def export(
    book: Book,
    to: Path,
    years: str = "all",
    *,
    evidence: bool = False,
    tables: bool = True,
    progress: Progress = lambda text: None,
) -> Done:
    """Write the results in use into the folder `to`, which must not be there or be empty; it appears whole or not at all.

    `evidence`: the folder becomes an evidence pack, the open data standing in `open/` unless `tables` is off: they hold nothing
    that the releases do not. The same vintages give the same bytes.
    Raises Refused: target taken or inside the book, no such year, the record not as the journal says, the disk, a book that was
    written to meanwhile.
    """
    if to.resolve().is_relative_to(book.root.resolve()):
        raise Refused([finding("EXPORT-INSIDE", Place(str(to)), found=to.name)])
    _require_free(to)
    need_store(book)
    entries = book.entries()
    sealed = ""
    try:
        # one store, opened once: what is read is of one state, whatever is written meanwhile
        with connect(book.store) as con, folder_in_place(to) as building:
            ask = partial(query.ask, con, book.store)
            if ask("SELECT head FROM t_schema").rows != ((entries[-1].hash.sha256,),):
                raise Refused([finding("EXPORT-BOOK-CHANGED", Place(book.root.name))])
            asked = years_in_use(ask, years)
            if evidence:
                _copy_record(book, building, entries, progress)
            made = _Open({}, asked, {}, 0)
            if tables or not evidence:
                made = _open_data(book, ask, asked, returns=evidence, progress=progress)
                _write_open(building / OPEN if evidence else building, made)
            if evidence:
                sealed = _seal(book, building, entries, tables)
            count = len(pack.names_in(building))
    except OSError as error:
        _require_free(to)
        about = f"{error.strerror or error} ({Path(str(error.filename)).name})" if error.filename else str(error)
        raise Refused([finding("EXPORT-WRITE", Place(str(to)), reason=about)]) from error
    told = [finding("EXPORT-ILLUSTRATIVE", Place(book.root.name), found=made.illustrative)] if made.illustrative else []
    anchor = f"{entries[-1].seq}:{entries[-1].hash.sha256}" if sealed else ""
    return Done(to, count, made.years, made.rows, tuple(told), sealed, anchor)


def _require_free(to: Path) -> None:
    """Told before the work is done; the same is checked again when the folder takes its name."""
    above = next(p for p in to.absolute().parents if p.exists())
    if not above.is_dir():
        raise Refused([finding("EXPORT-WRITE", Place(str(to)), reason=os.strerror(errno.ENOTDIR))])
    if to.is_symlink() or (to.exists() and (not to.is_dir() or any(to.iterdir()))):
        raise Refused([finding("EXPORT-EXISTS", Place(str(to)), found=to.name)])


def years_in_use(ask: Ask, wanted: str) -> tuple[int, ...]:
    """`all`, `2020` or `2018-2020` among the years with a result in use; Refused for a year without one."""
    there = sorted(int(str(year)) for (year,) in ask("SELECT DISTINCT year FROM vintage_in_use").rows)
    if wanted == "all":
        return tuple(there)
    first, dash, last = wanted.partition("-")
    known = ", ".join(map(str, there)) or "-"
    texts = (first, last) if dash else (first,)
    if not all(text.isascii() and text.isdigit() for text in texts):
        raise Refused([finding("EXPORT-NO-YEAR", Place(key=wanted), found=wanted, expected=known)])
    asked = tuple(y for y in there if int(first) <= y <= int(last or first))
    absent = [] if int(first) in there and int(last or first) in there else [wanted]
    if absent or not asked:
        raise Refused([finding("EXPORT-NO-YEAR", Place(key=wanted), found=wanted, expected=known)])
    return asked


def _open_data(book: Book, ask: Ask, years: tuple[int, ...], *, returns: bool, progress: Progress) -> _Open:
    uses = [use for use in _dicts(ask("SELECT * FROM vintage_in_use ORDER BY ALL")) if use["year"] in years]
    listed = datapackage.tables(returns=returns)
    files: dict[str, bytes] = {}
    exported, held = [], {}
    for table in listed:
        progress(table.name)
        result = ask(_sql(table, years))
        held[table.name] = result
        texts = {"csv": datapackage.csv_bytes(result), "parquet": query.render(result, "parquet")}
        files |= {f"data/{table.name}.{kind}": data for kind, data in texts.items()}
        parts = [datapackage.Held(f"data/{table.name}.{kind}", len(data), digest_bytes(data)) for kind, data in texts.items()]
        exported.append(datapackage.Exported(table, len(result.rows), parts[0], parts[1]))
    vintages = sorted({int(use["vintage"]) for use in uses})
    sources = _sources(book, held["parameter_used"])
    files["datapackage.json"] = datapackage.package(book.config.names, vintages, exported, sources)
    files["dictionary.csv"] = datapackage.dictionary(listed)
    progress("SDMX")
    files |= _sdmx(book, held, uses, vintages)
    illustrative = sum(1 for result in held.values() for row in _dicts(result) if row.get("illustrative") is True)
    files["README.md"] = export_text.render(
        export_text.README,
        book={"zh": book.config.names.zh, "en": book.config.names.en},
        years=list(years),
        uses=[export_text.use(use) for use in uses],
        tables=[{"name": e.table.name, "rows": e.rows, "zh": e.table.zh, "en": e.table.en} for e in exported],
        returns=returns,
        left_out=sorted(datapackage.RETURNS),
        illustrative=illustrative,
    )
    return _Open(files, years, {e.table.name: e.rows for e in exported}, illustrative)


def _sql(table: Table, years: Sequence[int]) -> str:
    """The rows of a view in use for these years, in the order of the keys and then of all columns."""
    names = {c.name for c in table.columns}
    year = "year" if "year" in names else table.year or (f"coalesce({PERIOD}, {years[0]})" if "period" in names else "")
    where = f"WHERE {year} IN ({', '.join(map(str, years))})" if year else ""
    chosen = ", ".join(quoted(c.name) for c in table.columns)
    order = ", ".join(quoted(c.name) for c in (*table.keys, *(c for c in table.columns if not c.key)))
    return f"SELECT {chosen} FROM {table.name} {where} ORDER BY {order}"  # noqa: S608  (names of declared tables and columns)


def _dicts(result: query.QueryResult) -> list[dict[str, Any]]:
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def _sources(book: Book, used: query.QueryResult) -> list[Source]:
    """The sources of the parameters used; one that the catalogue no longer knows stands with its id alone."""
    names = sorted({str(row["source"]) for row in _dicts(used)})
    return [book.catalog.sources.get(name) or Source(name, "", name) for name in names]


def _sdmx(
    book: Book, held: Mapping[str, query.QueryResult], uses: Sequence[Mapping[str, Any]], vintages: Sequence[int]
) -> dict[str, bytes]:
    """The flows that hold anything, each as a file, and their structures."""
    states = {(int(use["vintage"]), int(use["year"])): str(use["state"]) for use in uses}
    filled = []
    for flow in sdmx.FLOWS:
        given = [row | {"is_total": view == "asset_total"} for view in flow.views for row in _dicts(held[view])]
        if given:
            filled.append(sdmx_structure.Filled(flow, given, sdmx.observations(flow, given, states)))
    if not filled:
        return {}
    files = {f"sdmx/{one.flow.id}.csv": sdmx.to_csv(one.flow, one.found) for one in filled}
    newest = max(row["at"] for row in _dicts(held["run"]) if row["vintage"] in vintages)
    name = "GEP-" + "-".join(map(str, vintages))
    files["sdmx/structure.xml"] = sdmx_structure.message(filled, labels(book), name, f"{newest:%Y-%m-%dT%H:%M:%S}Z")
    return files


def _write_open(place: Path, made: _Open) -> None:
    """The open data with its SHA256SUMS."""
    sums = "".join(f"{digest_bytes(data).sha256}  {name}\n" for name, data in sorted(made.files.items()))
    for name, data in {**made.files, "SHA256SUMS": sums.encode()}.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        write_synced(place / name, data)


def _copy_record(book: Book, building: Path, entries: Sequence[Entry], progress: Progress) -> None:
    """Copy what the journal names, and the journal itself. Raises Refused if the copy is not what the journal says."""
    names, faults = pack.content_of(book.root, entries)
    if faults:
        raise Refused(faults)
    for name in names:
        progress(name)
        pack.copied(book.root / name, building / name)
    lines = (book.root / JOURNAL).read_bytes().splitlines(keepends=True)
    write_synced(building / JOURNAL, b"".join(lines[: len(entries)]))
    faults = [f for e in entries for f in _as_recorded(building, e)]
    if faults:
        raise Refused(faults)


def _seal(book: Book, building: Path, entries: Sequence[Entry], tables: bool) -> str:
    """Add the instructions and the checker and seal it all; the digest of the pack."""
    last = entries[-1]
    text = export_text.render(
        export_text.INSTRUCTIONS,
        book={"zh": book.config.names.zh, "en": book.config.names.en},
        seq=last.seq,
        head=last.hash.sha256,
        tables=tables,
    )
    write_synced(building / "INSTRUCTIONS.md", text)
    write_synced(building / "verify.py", export_text.checker())
    vintages = [e.seq for e in entries if e.act == "run"]
    return pack.seal(building, last, vintages).digest.sha256


def _as_recorded(folder: Path, entry: Entry) -> list[Finding]:
    """What the copy of the record is, against what an entry of the journal says: a pack is never sealed over damage."""
    data = entry.data
    if entry.act == "run":
        wrong = list(releases.check(folder / "releases" / str(entry.seq)))
        if not wrong:
            sealed = releases.read_manifest(folder / "releases" / str(entry.seq)).digest.as_dict()
            wrong = _differs(f"releases/{entry.seq}/manifest.json", str(sealed), str(data["manifest"]))
        name = f"rules/{data['rules_hash']}/frozen.json"
        return wrong + _differs(name, _sha256(folder / name), str(data["rules_hash"]))
    if entry.act == "submit" and data["status"] == "accepted":
        name = f"submissions/{data['sha256']}{data['suffix']}"
    elif entry.act == "attach":
        name = f"evidence/{data['sha256']}{data['suffix']}"
    else:
        return []
    return _differs(name, _sha256(folder / name), str(data["sha256"]))


def _sha256(path: Path) -> str:
    return digest_file(path)[0].sha256 if path.is_file() else "-"


def _differs(name: str, found: str, expected: str) -> list[Finding]:
    return [] if found == expected else [finding("PACK-RECORD-CHANGED", Place(name), found=found, expected=expected)]
