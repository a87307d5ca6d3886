"""run: compute the accounts of the years asked for under every profile, and keep them as a new vintage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

import gep
from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.records import Fact, Region, State, key_text
from gep.base.rounding import store
from gep.base.units import parse_unit
from gep.book import Book
from gep.catalog.freeze import canonical, content_hash, dump
from gep.catalog.resolve import valid
from gep.engine.trace import Node
from gep.explain.address import NO_KEY
from gep.explain.trail import Below, direct_inputs
from gep.ledger import releases
from gep.ledger.files import write_whole
from gep.ledger.store import rebuild
from gep.ledger.tables import BY_PROFILE
from gep.workflow.accounts import Figure, lineage
from gep.workflow.assets import AssetComputation, compute_assets, is_asset
from gep.workflow.chain import Prior
from gep.workflow.compute import Computation, compute
from gep.workflow.lay_out import Laid, add_revisions, final_closings, lay_out
from gep.workflow.published import compare_published
from gep.workflow.submit import Holdings, holdings
from gep.workflow.transitions import Matrices, matrices

Progress = Callable[[str], None]
RANKS = {"trial": 0, "preliminary": 1, "reviewed": 2, "final": 3, "closed": 4}


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


def compiled_in(book: Book, year: int) -> tuple[str, Finding]:
    """The years that a run in `year` compiles by the policy of the book, as `run` takes them, and a note that says so.

    「当年前推2个年度」 has two readings: T-2 and T-1 (BOTH: T-2 is due to become final, T-1 is preliminary), or T-2 alone.
    """
    both = book.config.compile_policy == "BOTH"
    years = f"{year - 2}-{year - 1}" if both else str(year - 2)
    other = str(year - 2) if both else f"{year - 2}-{year - 1}"
    place = Place("book.toml", key=f"compile_policy/-/{year}/-")
    args = {"policy": book.config.compile_policy, "year": year}
    return years, finding("RUN-COMPILE-POLICY", place, found=years, expected=other, holes=args)


def years_of(book: Book, held: Holdings, wanted: str) -> list[int]:
    """`all`, `2010` or `2010-2015`, among the years there are data of; Refused for a year without any."""
    there = sorted({int(f.period[:4]) for f in held.facts} | _record_years(held))
    if wanted == "all":
        if not there:
            raise Refused([finding("RUN-NO-YEAR", Place(book.root.name), found="-", expected="-")])
        return there
    first, dash, last = wanted.partition("-")
    known = ", ".join(map(str, there)) or "-"
    if not all(text.isascii() and text.isdigit() for text in ((first, last) if dash else (first,))):
        raise Refused([finding("RUN-NO-YEAR", Place(key=wanted), found=wanted, expected=known)])
    asked = list(range(int(first), int(last or first) + 1))
    absent = [y for y in asked if y not in there]
    if absent or not asked:
        raise Refused([finding("RUN-NO-YEAR", Place(key=wanted), found=", ".join(map(str, absent)) or wanted, expected=known)])
    return asked


def _record_years(held: Holdings) -> set[int]:
    return {int(p[:4]) for table in held.records.values() for p in table["period"].unique().to_pylist()}


def run(
    book: Book,
    years: str = "all",
    *,
    compile_in: int | None = None,
    profiles: Sequence[str] = (),
    trial: bool = False,
    who: str = "",
    progress: Progress = lambda text: None,
) -> Made:
    """Compute and keep a vintage. Without `trial` a stopping finding means that none is made.

    `compile_in`: the year the run is made in, in place of `years`; the policy of the book says which years that compiles.

    A vintage is known by its journal sequence number. Its release holds every account, the findings, the trace and the manifest;
    the rules and parameters it read stand in rules/<hash>.
    """
    with book.lock(who):
        left = clear_unfinished(book)
        if compile_in is not None:
            years, told = compiled_in(book, compile_in)
            left.append(told)
        held = holdings(book)
        rows = {n: at_leaves(table, book.config.regions, book.config.leaves) for n, table in held.records.items()}
        held = replace(held, records=rows)
        asked = years_of(book, held, years)
        chosen = tuple(profiles) or book.config.schemes
        computations = _computations(book, held, chosen, asked, progress)
        asked_of = [f for f in held.queries if int(f.place.key.split("/")[2][:4]) in asked]
        spans = matrices([c for c in computations if isinstance(c, AssetComputation)], held.records, book.config.regions)
        known = [*left, *book.catalog.shadowed.values(), *asked_of, *spans.findings]
        findings = _answered(book, [*known, *(f for c in computations for f in c.findings)])
        state = "trial" if trial else "preliminary"
        if stops(findings) and not trial:
            count = sum(1 for f in findings if f.severity == "stop")
            refused = finding("RUN-REFUSED", Place(book.root.name), found=count)
            return Made(None, tuple(asked), chosen, state, (), (*findings, refused), _checks(computations))
        progress("release")
        return _keep(book, held, computations, spans, findings, state, who, asked, chosen)


def _computations(
    book: Book, held: Holdings, chosen: Sequence[str], asked: Sequence[int], progress: Progress
) -> list[Computation]:
    """Every profile in every year, the years in order; asset schemes after the GEP accounts that some of their tables read."""
    ordered = sorted(chosen, key=lambda name: is_asset(book.catalog, name))
    done: dict[tuple[str, int], Computation] = {}
    for year in asked:
        for profile in ordered:
            progress(f"{year} {profile}")
            if is_asset(book.catalog, profile):
                given = next((c for (p, y), c in done.items() if y == year and not is_asset(book.catalog, p)), None)
                prior = _prior(book, done.get((profile, year - 1)), profile, year)
                done[profile, year] = _compute_assets(book, held, profile, year, prior, given)
            else:
                done[profile, year] = _compute(book, held, profile, year)
    return list(done.values())


def _prior(book: Book, before: Computation | None, profile: str, year: int) -> Prior | None:
    """The closings of the year before: of this run, else of the latest final or closed release."""
    if before is not None:
        return Prior(before.cells, profile)
    return final_closings(book, profile, year - 1)


def _leaves(book: Book, year: int) -> list[str]:
    regions = book.config.regions
    return [c for c in book.config.leaves if valid(regions[c].valid_from, regions[c].valid_to, year)]


def _compute(book: Book, held: Holdings, profile: str, year: int) -> Computation:
    return compute(book.catalog, profile, year, held.facts, book.config.regions, _leaves(book, year), records=held.records)


def _compute_assets(
    book: Book, held: Holdings, profile: str, year: int, prior: Prior | None, given: Computation | None
) -> AssetComputation:
    return compute_assets(
        book.catalog, profile, year, held.facts, book.config.regions, _leaves(book, year),
        prior=prior, given=given, records=held.records,
    )  # fmt: skip


def at_leaves(rows: pa.Table, regions: Mapping[str, Region], leaves: Sequence[str]) -> pa.Table:
    """Rows returned for places below a leaf region (townships) as rows of that region, their ids led by the code of the place."""
    codes = rows["region"].to_pylist() if rows.num_rows else []
    above = {code: next((c for c in lineage(code, regions) if c in leaves), code) for code in dict.fromkeys(codes)}
    if all(code == leaf for code, leaf in above.items()):
        return rows
    names = [row if above[code] == code else f"{code}.{row}" for code, row in zip(codes, rows["row"].to_pylist(), strict=True)]
    placed = rows.set_column(rows.schema.get_field_index("region"), "region", pa.array([above[c] for c in codes], pa.string()))
    return placed.set_column(placed.schema.get_field_index("row"), "row", pa.array(names, pa.string()))


def _answered(book: Book, findings: Iterable[Finding]) -> list[Finding]:
    """Findings that ask for an explanation and have one in the journal are marked answered; each finding once."""
    given = {(e.data["rule"], e.data["region"], e.data["period"], e.data["key"]) for e in book.entries() if e.act == "answer"}
    marked: dict[str, Finding] = {}
    for f in findings:
        parts = [*f.place.key.split("/"), "", "", "", ""]
        key = (f.rule, parts[1], parts[2], "" if parts[3] == "-" else parts[3])
        marked[f.id] = replace(f, status="answered") if f.severity == "query" and key in given else f
    return list(marked.values())


def clear_unfinished(book: Book) -> list[Finding]:
    """Set aside, in unfinished/, release folders the journal does not know: what a killed run left.

    Nothing is deleted: after a journal was cut or restored from an older backup they may be the only copy of a result.
    """
    known = {str(e.seq) for e in book.entries() if e.act == "run"}
    findings = []
    for folder in sorted(book.releases.iterdir()) if book.releases.is_dir() else ():
        if folder.name not in known:
            aside = book.root / "unfinished"
            aside.mkdir(exist_ok=True)
            taken = sum(1 for p in aside.iterdir() if p.name.startswith(f"{folder.name}."))
            folder.rename(aside / f"{folder.name}.{taken + 1}")
            findings.append(finding("BOOK-LEFTOVER", Place(f"releases/{folder.name}"), found=folder.name))
    return findings


def _keep(
    book: Book,
    held: Holdings,
    computations: Sequence[Computation],
    spans: Matrices,
    findings: Sequence[Finding],
    state: str,
    who: str,
    years: Sequence[int],
    profiles: Sequence[str],
) -> Made:
    frozen, rules_hash = freeze(book, computations)
    vintage = len(book.entries()) + 1
    laid = lay_out(book, computations, spans, held.facts)
    add_revisions(laid, book, computations, held.facts, rules_hash)
    nodes = laid.nodes
    findings = [*findings, *_answered(book, laid.findings)]
    facts = [f for f in held.facts if int(f.period[:4]) in years]
    input_hash = content_hash([sorted(str(s["sha256"]) for s in held.submissions), sorted(map(str, years))])
    at = book_time()
    tables = _tables(book, held, facts, laid, findings, vintage, years, state)
    tables["run"] = [
        {
            "vintage": vintage, "kind": "run", "who": who_of(who), "at": at, "years": ",".join(map(str, years)),
            "profiles": ",".join(profiles), "rules_hash": rules_hash, "input_hash": input_hash,
            "program": f"gep-accounts {gep.__version__}", "state": state,
        }
    ]  # fmt: skip
    tables["release_state"] = [
        {"vintage": vintage, "year": y, "seq": vintage, "state": state, "rank": RANKS[state], "at": at} for y in years
    ]
    meta = {"vintage": vintage, "rules_hash": rules_hash, "input_hash": input_hash, "program": gep.__version__}
    documents = {"trace.jsonl": trace_lines(nodes.values()), **_row_documents(held, nodes, years)}
    kept = book.rules / rules_hash / "frozen.json"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, frozen)
    book.releases.mkdir(exist_ok=True)
    manifest = releases.write(book.releases / str(vintage), tables, documents, meta)
    body: dict[str, object] = {
        "years": [str(y) for y in years],
        "profiles": list(profiles),
        "state": state,
        "rules_hash": rules_hash,
    }
    body |= {"input_hash": input_hash, "manifest": manifest.digest.as_dict(), "findings": len(findings)}
    book.record("run", body, who=who)
    rebuild(book.store, release_folders(book), hashed=False)
    figures = tuple(f for _, f in laid.figures)
    return Made(vintage, tuple(years), tuple(profiles), state, figures, tuple(findings), _checks(computations))


def _checks(computations: Iterable[Computation]) -> int:
    return sum(c.checks for c in computations if isinstance(c, AssetComputation))


def release_folders(book: Book) -> list[Path]:
    """The releases the journal knows, oldest first."""
    return [book.releases / str(e.seq) for e in book.entries() if e.act == "run"]


def freeze(book: Book, computations: Sequence[Computation]) -> tuple[bytes, str]:
    """Everything the run resolved, as canonical JSON, and its hash: schemes, rules and plans, measures, parameters, codes."""
    content: dict[str, object] = {"regions": book.config.regions}
    for c in computations:
        read = [p for p in c.lookup.read.values() if p is not None]
        unlike = {(p.file, p.line): p for p in read}.values()  # the line moves with rows the run never read, so it is left out
        used = {i.ref for p in (*c.method.plans, *c.method.value_plans) for i in p.inputs} | {
            p.rule.output for p in c.method.plans
        }
        dims = sorted({d for name in used if name in c.method.measures for d in c.method.measures[name].dims})
        content[f"{c.profile}/{c.year}"] = {
            "scheme": c.method.resolved.scheme,
            "rules": [p.rule for p in (*c.method.plans, *c.method.value_plans)],
            "plans": [p.text() for p in (*c.method.plans, *c.method.value_plans)],
            "measures": {m: c.method.measures[m] for m in sorted(used) if m in c.method.measures},
            "parameters": sorted((json.loads(canonical(replace(p, line=0))) for p in unlike), key=str),
            "codes": {d: sorted(book.catalog.codes.get(d, {})) for d in dims},
            "sources": {p.source: book.catalog.sources[p.source] for p in read},
        }
    return canonical(content), content_hash(content)


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
    answers = {tuple(e.data[n] for n in ("rule", "region", "period", "key")): e for e in book.entries() if e.act == "answer"}
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
        "department": f.department or None, "source": f.source or None, "evidence": f.evidence or None, "note": f.note or None,
        "file": f.origin.file,
    }  # fmt: skip


def _submission_row(s: Mapping[str, object], vintage: int) -> dict[str, object]:
    names = ("seq", "file", "sha256", "sm3", "bytes", "facts", "who", "at", "status")
    return {"vintage": vintage, "department": None} | {n: s[n] for n in names}


def _finding_row(f: Finding, seq: int, vintage: int, answers: Mapping[tuple[object, ...], object]) -> dict[str, object]:
    parts = [*f.place.key.split("/"), "", "", ""]
    region, period, key = ("" if part == NO_KEY else part for part in parts[1:4])
    answer = answers.get((f.rule, region, period, key)) if f.status == "answered" else None
    return {
        "vintage": vintage, "seq": seq, "id": f.id, "rule": f.rule or f.code, "severity": str(f.severity),
        "region_code": region or None, "period": period or None, "key": key or None,
        "figures": " ".join(f.figures) or None,
        "file": f.place.file or None, "row": f.place.row or None, "column": f.place.column or None, "found": f.found or None,
        "expected": f.expected or None, "difference": f.difference or None, "text_zh": f.text("zh"), "text_en": f.text("en"),
        "mend_zh": f.mend("zh"), "mend_en": f.mend("en"), "status": f.status,
        "answer": getattr(answer, "data", {}).get("answer"), "answered_by": getattr(answer, "who", None),
    }  # fmt: skip


def who_of(who: str) -> str:
    from gep.book import whoami

    return whoami(who)


def book_time() -> str:
    from gep.book import now
    from gep.ledger.cells import instant_text

    return instant_text(now())
