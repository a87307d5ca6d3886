"""One door for every submission: a file name and its bytes become facts or record rows, with every finding there is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from gep.base.findings import Place, finding
from gep.base.records import Fact, Vocabulary
from gep.intake.checks import Address, check_across, decide
from gep.intake.reader import MAX_BYTES, read_table
from gep.intake.records import read_record_bytes
from gep.intake.suggest import Nearest
from gep.intake.table import in_order, snippet
from gep.intake.tidy import Intake, read_tidy


def intake(
    file_name: str,
    data: bytes,
    vocabulary: Vocabulary,
    stored: Sequence[Fact] = (),
    record_set: str = "",
    region_area: Mapping[str, Decimal] | None = None,
    limit: int = MAX_BYTES,
    decided: Mapping[Address, str] | None = None,
) -> Intake:
    """Read and check one file. Never raises on what it holds.

    `stored`: the facts the book holds already. `record_set`: id of the record set the file holds; empty for a tidy submission.
    `decided`: for a figure that two departments return, the one whose figure is used; the other's is passed over with a note.
    `region_area`: total area of regions in m2, for the check that classes fit into their region. `limit` in bytes. The facts
    returned are the sound ones that the book does not hold yet; whether they may be used is for `stops(result.findings)` to say.
    """
    if record_set:
        return _record_set(file_name, data, vocabulary, record_set, limit)
    read = _alone(file_name, data, vocabulary, limit)
    used, told = decide(read.facts, decided or {})
    settled = check_across(used, vocabulary, stored, region_area)
    return replace(read, facts=settled.facts, findings=in_order((*read.findings, *told, *settled.findings)))


@dataclass
class _Read:
    """What files say by themselves, for one vocabulary: a program that submits and then runs reads each of them once."""

    vocabulary: Vocabulary | None = None
    files: dict[tuple[str, str, int], Intake] = field(default_factory=dict)


_READ = _Read()


def _alone(file_name: str, data: bytes, vocabulary: Vocabulary, limit: int) -> Intake:
    """The facts and findings of a file without regard to what is stored."""
    digest = hashlib.sha256(data).hexdigest()
    if _READ.vocabulary != vocabulary:
        _READ.vocabulary, _READ.files = vocabulary, {}
    key = (file_name, digest, limit)
    if key not in _READ.files:
        _READ.files[key] = _read(file_name, data, digest, vocabulary, limit)
    return _READ.files[key]


def _read(file_name: str, data: bytes, digest: str, vocabulary: Vocabulary, limit: int) -> Intake:
    table, findings = read_table(file_name, data, limit)
    if table is None:
        return Intake((), in_order(findings), file_name, digest)
    read = read_tidy(table, vocabulary)
    if any(f.code == "INTAKE-NO-HEADER" for f in read.findings):
        # the names of the columns are no names then, so nothing is said of them
        findings = tuple(f for f in findings if not f.code.startswith("INTAKE-HEADER-"))
    return Intake(read.facts, in_order((*findings, *read.findings)), table.file, table.sha256, read.rows)


def _record_set(file_name: str, data: bytes, vocabulary: Vocabulary, record_set: str, limit: int) -> Intake:
    declared = vocabulary.records.get(record_set)
    if declared is None:
        words = Nearest({r.id: r.names for r in vocabulary.records.values()}).words(record_set)
        made = finding("INTAKE-RECORD-SET-UNKNOWN", Place(file_name), found=snippet(record_set), **words)
        return Intake((), (made,), file_name, hashlib.sha256(data).hexdigest())
    read = read_record_bytes(file_name, data, declared, vocabulary, limit)
    return Intake((), read.findings, read.file, read.sha256, read.rows, read.table)
