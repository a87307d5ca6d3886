"""Which acts enter what the files of a tenure say into an engagement: only what is new or says something else than before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from gep.base.findings import Finding, Place, finding
from gep.ledger.files import digest_bytes
from gep.workflow.audit.acts import JOURNAL, TENURE, Act, Data, State, fingerprint
from gep.workflow.audit.plain import to_plain
from gep.workflow.audit.record_files import EVIDENCE, Records
from gep.workflow.audit.records import Tenure
from gep.workflow.audit.records_open import KINDS as OPEN

# the parts of a record that another act enters, because another person may answer for them
PARTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "evidence_form": ("refuse_seal", ("refused",)),
    "paper": ("review", ("reviewer", "review", "reviewed_on")),
    "problem": ("responsibility", ("responsibility", "grounds")),
    "comment": ("reply", ("accepted", "reply", "replied_by")),
}


def acts_of(state: State, tenure: Tenure, records: Records) -> tuple[tuple[Act, ...], tuple[Finding, ...]]:
    """The acts that bring an engagement up to its files, in order, and what is to be told of what is no longer in them."""
    told: list[Finding] = []
    digests: dict[str, str] = {}
    acts = list(_takes(state, tenure, records.files, digests))
    withdrawn = {w.id for w in records.withdrawn} | set(state.of("withdraw"))
    told += (_gone(name, taken) for name, taken in state.files.items() if name not in records.files)
    for kind, group in (
        ("evidence_form", records.forms), ("paper", records.papers), ("problem", records.problems), ("comment", records.comments),
        ("assigned", records.assigned), ("entry", records.entries), ("scored_event", records.scored), ("report", records.reports),
        *((kind, getattr(records.open, place)) for kind, (_, place) in OPEN.items()), ("withdraw", records.withdrawn),
    ):  # fmt: skip
        for record in group:
            plain = {"id": record.id, **to_plain(record)}
            acts += _entered(state, kind, plain, _from(records, digests, kind, record.id), told)
        names = {record.id for record in group}
        for name in state.of(kind):
            if name not in names and (kind, name) in state.filed and f"{kind}:{name}" not in withdrawn:
                told.append(finding("AUDIT-RECORD-GONE", Place(JOURNAL, key=f"{kind} {name}"), found=name))
    for number, step in enumerate(records.steps):
        plain = to_plain(step)
        if plain not in state.steps:
            acts.append(Act("step", {"id": step.problem, "record": plain, "from": _from(records, digests, "step", str(number))}))
    return tuple(acts), tuple(told)


def _takes(state: State, tenure: Tenure, files: Mapping[str, Path], digests: dict[str, str]) -> Iterator[Act]:
    """A taking for each file that is new or other than when it was taken last; the tenure first, as it names the team."""
    for name in sorted(files, key=lambda n: (n != TENURE, n)):
        content = files[name].read_bytes()
        digest = digest_bytes(content)
        digests[name] = digest.sha256
        if state.files.get(name, {}).get("sha256") == digest.sha256:
            continue
        folder = EVIDENCE if name.startswith(f"{EVIDENCE}/") else "taken"
        data: dict[str, object] = {"file": name, "folder": folder, "suffix": files[name].suffix.lower(), "bytes": len(content)}
        data |= digest.as_dict()
        if name == TENURE:
            data["team"] = [[m.who, m.role] for m in tenure.team]
        yield Act("take", data, content)


def _gone(name: str, taken: Data) -> Finding:
    return finding("AUDIT-FILE-GONE", Place(name), found=name, expected=f"{taken['folder']}/{taken['sha256']}{taken['suffix']}")


def _from(records: Records, digests: Mapping[str, str], kind: str, name: str) -> dict[str, str]:
    """The file that a record stands in, as it was taken."""
    file = records.source[kind, name]
    return {"file": file, "sha256": digests[file]}


def _entered(state: State, kind: str, plain: dict[str, object], origin: dict[str, str], told: list[Finding]) -> Iterator[Act]:
    """The acts for one record: the record itself without the part of another act, then that part, each if it is other."""
    later, names = PARTS.get(kind, ("", ()))
    name = str(plain["id"])
    record = {k: v for k, v in plain.items() if k not in names}
    part = {k: plain[k] for k in names}
    if state.of(kind).get(name) != record:
        yield Act(kind, {"id": name, "record": record, "from": origin})
    if not later:
        return
    held = state.of(later).get(name)
    if all(v in (None, "") for v in part.values()):
        if held is not None and (later, name) in state.filed:
            told.append(finding("AUDIT-RECORD-GONE", Place(JOURNAL, key=f"{later} {name}"), found=name))
        return
    if later == "responsibility":
        part["subject"] = plain["subject"]
    if later == "review":
        part["of"] = fingerprint(record)
        if held is not None and held["of"] != part["of"] and held["reviewed_on"] == part["reviewed_on"]:
            told.append(finding("AUDIT-REVIEW-STALE", Place(origin["file"], key=f"paper {name}"), found=part["reviewed_on"]))
            return
    taken = state.files.get(origin["file"], {}).get("sha256") == origin["sha256"]
    if taken and held is not None and (later, name) not in state.filed:
        return  # entered by itself since this file was taken: the file says nothing newer
    if held != part:
        yield Act(later, {"id": name, "record": part, "from": origin})


def named(records: Records, name: str) -> Records:
    """The records with the file of the tenure under its standard name, whatever it is called where it lies."""
    files = {TENURE if n == name else n: path for n, path in records.files.items()}
    return replace(records, files=files)
