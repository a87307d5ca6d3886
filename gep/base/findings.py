"""Findings: what is wrong or worth knowing, where, what was found and expected, the difference, and how to mend it.

Everything that complains makes findings; the words come from the bilingual catalogue in `gep/base/messages/*.toml`, one table a
code:

    [INTAKE-UNKNOWN-ITEM]
    severity = "stop"
    zh = "项目 {item} 不在目录中。"
    en = "Item {item} is not in the catalogue."
    mend_zh = "改用下列项目之一:{known}。"
    mend_en = "Use one of the items: {known}."

Sentences are whole, with named holes; nothing is assembled from pieces.
"""

from __future__ import annotations

import hashlib
import json
import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

from gep.base.records import Severity

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a file with row and column or cell, and the key of the figure (all optional, at least one given)."""

    file: str = ""
    row: int = 0
    column: str = ""
    sheet: str = ""
    key: str = ""

    def text(self) -> str:
        parts = [self.file] if self.file else []
        if self.sheet:
            parts.append(self.sheet)
        if self.row:
            parts.append(f"{self.row}")
        if self.column:
            parts.append(self.column)
        where = ":".join(parts)
        return f"{where} [{self.key}]" if where and self.key else where or self.key


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the catalogue."""

    code: str
    severity: Severity
    zh: str
    en: str
    mend_zh: str
    mend_en: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One complaint. `args` fill the holes of the message; `figures` are the keys of the facts involved."""

    code: str
    severity: Severity
    place: Place
    found: str = ""
    expected: str = ""
    difference: str = ""
    args: tuple[tuple[str, str], ...] = ()
    figures: tuple[str, ...] = ()
    rule: str = ""
    status: str = "open"

    @property
    def id(self) -> str:
        """A short name that stays the same when the same thing is found again."""
        parts = [self.code, self.rule, self.place.key or self.place.text(), self.found, self.expected, *self.figures]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]

    def text(self, lang: str) -> str:
        """What is wrong, as one sentence in `lang` (zh or en)."""
        return self._fill(getattr(message(self.code), lang))

    def mend(self, lang: str) -> str:
        """What to do next, as one sentence in `lang`."""
        return self._fill(getattr(message(self.code), f"mend_{lang}"))

    def _fill(self, template: str) -> str:
        own = {"found": self.found, "expected": self.expected, "difference": self.difference, "rule": self.rule}
        holes = own | dict(self.args)
        return string.Formatter().vformat(template, (), holes)

    def as_dict(self) -> dict[str, object]:
        """For --json: codes and both languages."""
        data = asdict(self) | {"id": self.id, "severity": str(self.severity), "args": dict(self.args)}
        data["place"] = {k: v for k, v in asdict(self.place).items() if v}
        for lang in LANGUAGES:
            data[f"text_{lang}"] = self.text(lang)
            data[f"mend_{lang}"] = self.mend(lang)
        return data


class Refused(Exception):
    """Raised only where going on is impossible; carries every finding there is, for people to read."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(f"{f.code} {f.place.text()}: {f.text('en')}" for f in self.findings))


@cache
def catalogue() -> Mapping[str, Message]:
    """Every message by code. A code that stands twice, or lacks a language or a mend, is a fault of the program."""
    found: dict[str, Message] = {}
    for entry in sorted(files("gep.base").joinpath("messages").iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".toml"):
            continue
        for code, body in tomllib.loads(entry.read_text(encoding="utf-8")).items():
            if code in found:
                raise ValueError(f"message {code} stands twice, the second time in {entry.name}")
            found[code] = Message(code, Severity(body["severity"]), body["zh"], body["en"], body["mend_zh"], body["mend_en"])
    return found


def message(code: str) -> Message:
    return catalogue()[code]


def finding(
    code: str,
    place: Place,
    *,
    found: object = "",
    expected: object = "",
    difference: object = "",
    figures: Iterable[str] = (),
    rule: str = "",
    severity: Severity | None = None,
    holes: Mapping[str, object] | None = None,
    **args: object,
) -> Finding:
    """Make a finding of the catalogue; `holes` and `args` fill the holes of its sentences.

    Raises KeyError for an unknown code or a hole that is not filled: a fault of the program.
    """
    entry = message(code)
    made = Finding(
        code=code,
        severity=severity or entry.severity,
        place=place,
        found=str(found),
        expected=str(expected),
        difference=str(difference),
        args=tuple(sorted((k, str(v)) for k, v in {**(holes or {}), **args}.items())),
        figures=tuple(figures),
        rule=rule,
    )
    for lang in LANGUAGES:
        made.text(lang), made.mend(lang)
    return made


def stops(findings: Iterable[Finding]) -> bool:
    return any(f.severity is Severity.STOP and f.status != "answered" for f in findings)


def render(f: Finding, lang: str) -> str:
    """The finding as people read it: place, sentence, found / expected / difference, mend."""
    words = {"zh": ("应为", "实为", "差", "处理"), "en": ("expected", "found", "difference", "mend")}[lang]
    lines = [f"[{f.severity}] {f.code} {f.place.text()}", f"  {f.text(lang)}"]
    details = [(words[1], f.found), (words[0], f.expected), (words[2], f.difference)]
    shown = "  ".join(f"{word}: {value}" for word, value in details if value)
    if shown:
        lines.append(f"  {shown}")
    lines.append(f"  {words[3]}: {f.mend(lang)}")
    return "\n".join(lines)


def to_json(findings: Iterable[Finding]) -> str:
    return json.dumps([f.as_dict() for f in findings], ensure_ascii=False, indent=1)
