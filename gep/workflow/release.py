"""From what a run computed to a release on disk, its line in the journal, and the query store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from gep.base.canonical import dump
from gep.base.findings import Finding
from gep.base.program import program_text
from gep.base.records import Fact, State, key_text
from gep.base.rounding import store
from gep.base.units import parse_unit
from gep.book import Book, whoami
from gep.catalog.freeze import content_hash
from gep.engine.trace import Node
from gep.explain.address import NO_KEY
from gep.explain.trail import Below, direct_inputs
from gep.ledger import acts, releases
from gep.ledger.acts import RANKS
from gep.ledger.cells import instant_text
from gep.ledger.files import digest_bytes
from gep.ledger.store import refresh, standing
from gep.ledger.tables import BY_PROFILE
from gep.workflow.accounts import Figure, lineage
from gep.workflow.assets import AssetComputation
from gep.workflow.compute import Computation
from gep.workflow.frozen import freeze, keep_frozen
from gep.workflow.lay_out import Laid, add_revisions, lay_out
from gep.workflow.published import compare_published
from gep.workflow.region_rows import region_change_rows
from gep.workflow.submit import Holdings
from gep.workflow.transitions import Matrices
from gep.workflow.zone_rows import zone_member_rows


@dataclass(frozen=True)
class Made:
    """A vintage, or (vintage None) the reasons why there is none."""

    vintage: int | None
    years: tuple[int, ...]
    profiles: tuple[str, ...]
    state: str
    figures: tuple[Figure, ...]
    findings: tuple[Finding, ...]
    checks: int = 0  # checks and second routes of the asset tables that ran


@dataclass(frozen=True)
class Kept:
    """All that goes into a release."""

    held: Holdings
    computations: Sequence[Computation]
    spans: Matrices
    findings: Sequence[Finding]
    state: str
    who: str
    years: Sequence[int]
    profiles: Sequence[str]
    asked: Mapping[str, object]  # the words of the call, so that it can be made again
    recovered: Sequence[Finding] = ()  # told, but of this machine and moment: no part of the release


def keep(book: Book, kept: Kept) -> Made:
    """Write the release, then its line in the journal (from which on it counts), then bring the query store up to it."""
    held, years, profiles, state = kept.held, kept.years, kept.profiles, kept.state
    records, rules_hash = freeze(book, kept.computations)
    frozen = keep_frozen(book, records, rules_hash)
    vintage = len(book.entries()) + 1
    laid = lay_out(book, kept.computations, kept.spans, held.facts)
    rows = _row_documents(held, laid.nodes, years)
    row_sets = {name.removeprefix("rows/").removesuffix(".parquet"): digest_bytes(data).sha256 for name, data in rows.items()}
    add_revisions(laid, book, kept.computations, held.facts, rules_hash, row_sets)
    findings = [*kept.findings, *answered(book, laid.findings)]
    facts = [f for f in held.facts if int(f.period[:4]) in years]
    inputs = [*sorted(str(s["sha256"]) for s in held.submissions), *held.acts]
    input_hash = content_hash([inputs, sorted(map(str, years))])
    at = instant_text(book.clock())
    tables = _tables(book, held, facts, laid, findings, vintage, years, state)
    tables["run"] = [
        {
            "vintage": vintage, "kind": "run", "who": whoami(kept.who), "at": at, "years": ",".join(map(str, years)),
            "profiles": ",".join(profiles), "rules_hash": rules_hash, "catalogue": frozen.catalogue, "input_hash": input_hash,
            "program": program_text(book.program), "program_hash": book.program["code"], "state": state,
        }
    ]  # fmt: skip
    tables["release_state"] = [
        {"vintage": vintage, "year": y, "seq": vintage, "state": state, "rank": RANKS[state], "at": at} for y in years
    ]
    meta = {"vintage": vintage, "rules_hash": rules_hash, "catalogue": frozen.catalogue, "input_hash": input_hash}
    documents = {"trace.jsonl": trace_lines(laid.nodes.values()), **rows}
    book.releases.mkdir(exist_ok=True)
    manifest = releases.write(book.releases / str(vintage), tables, documents, meta)
    body: dict[str, object] = {"years": [str(y) for y in years], "profiles": list(profiles), "state": state}
    body |= {"rules_hash": rules_hash, "catalogue": frozen.catalogue, "input_hash": input_hash}
    body |= {
        "manifest": manifest.digest.as_dict(),
        "findings": len(findings),
        "program": dict(book.program),
        "asked": dict(kept.asked),
    }
    book.record("run", body, who=kept.who)
    publish_store(book)
    figures = tuple(f for _, f in laid.figures)
    told = (*kept.recovered, *findings)
    return Made(vintage, tuple(years), tuple(profiles), state, figures, told, checks_of(kept.computations))


def publish_store(book: Book) -> None:
    """Bring the query store up to the journal; readers see the old one or the new one. The caller holds the lock."""
    if any(e.act == "run" for e in book.entries()):
        refresh(book.store, release_folders(book), book.entries())


def is_fresh(book: Book) -> bool:
    """Whether the query store holds all the journal says, in the tables of this program."""
    last = book.entries()[-1].hash.sha256
    at = book.store.stat() if book.store.is_file() else None
    mark = (at.st_ino, at.st_size, at.st_mtime_ns, last) if at else None
    if mark is None or mark != book.fresh:  # looked at once for each store and each end of the journal
        held = standing(book.store)
        if held is None or held[1] != last:
            return False
        book.fresh = mark
    return True


def fresh_store(book: Book) -> None:
    """The same as `publish_store`, where it is needed: a killed act may have left a store behind the journal."""
    if acts.runs(book.entries()) and not is_fresh(book):
        publish_store(book)


def release_folders(book: Book) -> list[Path]:
    """The releases the journal knows, oldest first."""
    return [book.releases / str(vintage) for vintage in acts.runs(book.entries())]


def checks_of(computations: Iterable[Computation]) -> int:
    return sum(c.checks for c in computations if isinstance(c, AssetComputation))


def answered(book: Book, findings: Iterable[Finding]) -> list[Finding]:
    """Findings that ask for an explanation and have one that still holds are marked answered or approved; each finding once."""
    given = acts.latest_answers(book.entries())
    marked: dict[str, Finding] = {}
    for f in findings:
        answer = given.get(acts.finding_key(f.place.key, f.rule)) if f.severity == "query" else None
        holds = answer is not None and answer.holds_for(f.found)
        marked[f.id] = replace(f, status="approved" if answer and answer.approved_seq else "answered") if holds else f
    return list(marked.values())


def _row_documents(held: Holdings, nodes: Mapping[str, Node], years: Sequence[int]) -> dict[str, bytes]:
    """The rows of record sets that are too many to stand in the trace: rows/<record set>.parquet, the years of the run."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    wanted = set()
    for node in nodes.values():
        selection = node.get("selection")
        if node["kind"] == "row_sum" and node["rows"] is None and isinstance(selection, dict):
            wanted.add(str(selection["record_set"]))
    documents = {}
    for name in sorted(wanted):
        table = held.records[name]
        inside = pc.is_in(pc.utf8_slice_codeunits(table["period"], 0, 4), pa.array([str(y) for y in years]))
        sink = pa.BufferOutputStream()
        pq.write_table(table.filter(inside), sink, write_page_checksum=True)
        documents[f"rows/{name}.parquet"] = sink.getvalue().to_pybytes()
    return documents


def trace_lines(nodes: Iterable[Node]) -> bytes:
    """JSON Lines, one canonical object a node, sorted by id."""
    return b"".join(dump(n) + b"\n" for n in sorted(nodes, key=lambda n: str(n["id"])))


def _tables(
    book: Book,
    held: Holdings,
    facts: Sequence[Fact],
    laid: Laid,
    findings: Sequence[Finding],
    vintage: int,
    years: Sequence[int],
    state: str,
) -> dict[str, list[Mapping[str, object]]]:
    tables: dict[str, list[Mapping[str, object]]] = {t.name: [] for t in BY_PROFILE}
    trace: list[Mapping[str, object]] = []
    used: list[Mapping[str, object]] = []
    below = Below(laid.nodes, book.catalog.sources)
    for table, f in laid.figures:
        shown = book.config.illustrative or below.illustrative(f.node)
        tables[table].append({**f.row, "vintage": vintage, "illustrative": shown})
        trace += ({**t, "vintage": vintage} for t in direct_inputs(f.address.text(), f.node, laid.nodes))
        used += ({**p, "vintage": vintage} for p in below.parameters(f.address.text(), f.node))
    for table, rows in laid.rows.items():
        tables[table] += ({**row, "vintage": vintage} for row in rows)
    tables["trace"], tables["parameter_used"] = trace, used
    answers = acts.latest_answers(book.entries())
    tables["finding"] = [_finding_row(f, i, vintage, answers) for i, f in enumerate(findings, 1)]
    tables["submission"] = [_submission_row(s, vintage) for s in held.submissions]
    tables["fact"] = [_fact_row(f, book, vintage) for f in facts if book.catalog.measures[f.measure].kind != "reference"]
    reference = [f for f in facts if book.catalog.measures[f.measure].kind == "reference"]
    compared = compare_published(reference, [f for _, f in laid.figures], book.config.schemes[0], book.catalog.codes)
    tables["published_figure"] = [{**c.row(), "vintage": vintage} for c in compared]
    leaves = frozenset(book.config.leaves)  # places below them return rows and have no accounts
    tables["region"] = [
        {
            "vintage": vintage, "code": r.code, "valid_from": r.valid_from, "valid_to": r.valid_to, "parent": r.parent or None,
            "level": r.level, "name_zh": r.names.zh, "name_en": r.names.en,
        }
        for r in book.config.regions.values()
        if not any(above in leaves for above in list(lineage(r.code, book.config.regions))[1:])
    ]  # fmt: skip
    tables["region_change"] = region_change_rows(book.config, vintage)
    tables["zone_member"] = zone_member_rows(book.catalog, book.config, vintage)
    return tables


def _fact_row(f: Fact, book: Book, vintage: int) -> dict[str, object]:
    measure = book.catalog.measures[f.measure]
    quantity = None
    if f.amount is not None:
        factor = parse_unit(f.unit).without_price_year().factor_to(parse_unit(measure.unit))
        quantity = store(factor * Decimal(f.amount).as_integer_ratio()[0] / Decimal(f.amount).as_integer_ratio()[1], 6)
    return {
        "vintage": vintage, "measure": f.measure, "region_code": f.region, "period": f.period, "category": key_text(f.key) or "-",
        "part": dict(f.key).get("part", "-"), "sha256": f.origin.sha256, "row": f.origin.row, "column": f.origin.column,
        "state": str(f.state), "amount": None if f.state is not State.VALUE else str(f.amount), "unit": f.unit or None,
        "quantity": quantity, "base_unit": measure.unit, "exact": f.exact, "reason": f.reason or None,
        "department": f.department or None, "attributes": ";".join(f"{k}={v}" for k, v in sorted(f.attrs.items())) or None,
        "source": f.source or None, "evidence": f.evidence or None, "note": f.note or None,
        "file": f.origin.file,
    }  # fmt: skip


def _submission_row(s: Mapping[str, object], vintage: int) -> dict[str, object]:
    names = ("seq", "file", "sha256", "sm3", "bytes", "facts", "who", "at", "status")
    return {"vintage": vintage, "department": None} | {n: s[n] for n in names}


def _finding_row(f: Finding, seq: int, vintage: int, answers: Mapping[acts.AnswerKey, acts.Answer]) -> dict[str, object]:
    parts = [*f.place.key.split("/"), "", "", ""]
    region, period, key = ("" if part == NO_KEY else part for part in parts[1:4])
    answer = answers.get(acts.finding_key(f.place.key, f.rule)) if f.status in ("answered", "approved") else None
    return {
        "vintage": vintage, "seq": seq, "id": f.id, "rule": f.rule or f.code, "severity": str(f.severity),
        "region_code": region or None, "period": period or None, "key": key or None,
        "figures": " ".join(f.figures) or None,
        "file": f.place.file or None, "row": f.place.row or None, "column": f.place.column or None, "found": f.found or None,
        "expected": f.expected or None, "difference": f.difference or None, "text_zh": f.text("zh"), "text_en": f.text("en"),
        "mend_zh": f.mend("zh"), "mend_en": f.mend("en"), "status": f.status,
        "answer": answer.text if answer else None, "answered_by": answer.who if answer else None,
    }  # fmt: skip
