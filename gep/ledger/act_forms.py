"""What the data of each act in the journal hold. An entry that this program cannot have written is named, not stumbled over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

from gep.base.findings import Finding, Place, finding
from gep.ledger.journal import Entry

Check = Callable[[object], bool]
HEX = re.compile(r"[0-9a-f]{64}")
SUFFIX = re.compile(r"(\.[^/\\.\0]+)?")
PATH = re.compile(r"(?![./])(?!.*/[./])[^\\\0]+")


def _text(value: object) -> bool:
    return isinstance(value, str)


def _hex(value: object) -> bool:
    return isinstance(value, str) and HEX.fullmatch(value) is not None


def _suffix(value: object) -> bool:
    return isinstance(value, str) and SUFFIX.fullmatch(value) is not None


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _digest(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) == {"sha256", "sm3"} and all(map(_hex, value.values()))


def _mapping(value: object) -> bool:
    return isinstance(value, Mapping)


def _years(value: object) -> bool:
    return _texts(value) and bool(value) and all(y.isascii() and y.isdigit() for y in cast(Sequence[str], value))


def _texts(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(map(_text, value))


def _files(value: object) -> bool:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        return False
    return all(isinstance(f, Mapping) and _path(f.get("file")) and _hex(f.get("sha256")) for f in value)


def _path(value: object) -> bool:
    return isinstance(value, str) and PATH.fullmatch(value) is not None


def _one_of(*words: str) -> Check:
    return lambda value: value in words


FIGURE: dict[str, Check] = {"measure": _text, "region": _text, "period": _text, "key": _text, "attrs": _mapping}
STEP: dict[str, Check] = {"year": _whole, "vintage": _whole}
FORMS: Mapping[str, Mapping[str, Check]] = {
    "submit": {"file": _text, "sha256": _hex, "sm3": _hex, "suffix": _suffix, "status": _one_of("accepted", "rejected")},
    "attach": {"file": _text, "sha256": _hex, "sm3": _hex, "suffix": _suffix, "about": _text},
    "answer": {"rule": _text, "region": _text, "period": _text, "key": _text, "answer": _text},
    "approve": {"answer": _whole},
    "correct": FIGURE
    | {"state": _text, "value": _text, "unit": _text, "old": _mapping, "effective": _text, "document": _text},
    "decide": FIGURE | {"department": _text},
    "run": {
        "years": _years, "profiles": _texts, "state": _one_of("trial", "preliminary"), "rules_hash": _hex, "manifest": _digest,
    },
    "review": STEP | {"manifest": _digest},
    "finalise": STEP | {"manifest": _digest},
    "close": STEP | {"manifest": _digest, "closing": _digest},
    "reopen": STEP,
    "statement": STEP | {"files": _files},
}  # fmt: skip
OPTIONAL: Mapping[str, Mapping[str, Check]] = {
    "run": {"catalogue": _hex, "program": _mapping},  # a run of schema 1 kept neither
    "submit": {"replaces": _whole, "periods": _texts},
    "close": {"signature": _mapping},
}
OF_A_VINTAGE = frozenset({"review", "finalise", "close", "reopen", "statement"})


def wrong_form(entry: Entry) -> str:
    """The names in the data of an entry that are missing or no such thing; empty if it is what its act records."""
    needed, given = FORMS.get(entry.act, {}), OPTIONAL.get(entry.act, {})
    wrong = [name for name, fits in needed.items() if not fits(entry.data.get(name))]
    wrong += [name for name, fits in given.items() if name in entry.data and not fits(entry.data[name])]
    return ", ".join(wrong)


def formed(entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], list[Finding]]:
    """The entries that hold what their acts record, and a finding for each other one."""
    good, faults = [], []
    for e in entries:
        if wrong := wrong_form(e):
            faults.append(finding("VERIFY-ACT", Place("journal.jsonl", e.seq), found=wrong, seq=e.seq, act=e.act))
        else:
            good.append(e)
    return tuple(good), faults


def without_run(entries: Sequence[Entry]) -> list[Finding]:
    """Steps, reopenings and statements of a vintage that no run made; `entries`: the whole journal."""
    runs = {e.seq: e.data["years"] for e in entries if e.act == "run"}
    faults = []
    for e in entries:
        if e.act in OF_A_VINTAGE:
            years = runs.get(int(str(e.data["vintage"])), ())
            if str(e.data["year"]) not in [str(y) for y in (years if isinstance(years, Sequence) else ())]:
                faults.append(finding("VERIFY-ACT", Place("journal.jsonl", e.seq), found="vintage", seq=e.seq, act=e.act))
    return faults
