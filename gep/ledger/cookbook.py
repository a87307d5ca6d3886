"""The cookbook: questions of analysts as SQL files that ship with the program, each with its parameters and their defaults.

A file `ledgers/cookbook/NN-name.sql` begins with comment lines, then holds one SELECT over the public views:

    -- zh: 问题              -- en: question
    -- param NAME TYPE: 中文 | English
    -- default NAME: SELECT …       (one value; may use the parameters before it)
    -- attach NAME                  (a further book is needed under this name)
    -- note zh: …            -- note en: …
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from gep.base.data import data_root
from gep.base.findings import Place, Refused, finding
from gep.ledger.query import QueryResult, ask
from gep.ledger.store import connect

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NAME = re.compile(r"(\d\d)-([a-z][a-z0-9-]*)")
LINE = re.compile(r"-- (zh|en|note zh|note en|param|default|attach)(?: ([a-z_]+))?(?: (VARCHAR|INTEGER|BIGINT|DATE))?(?:: (.+))?")
USED = re.compile(r"\$([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named parameter `$name`; `default` is a query that gives one value."""

    name: str
    type: str
    zh: str
    en: str
    default: str

    def value(self, text: str) -> str | int | date:
        """A value as typed at the command line. Raises ValueError if the text is no value of the type."""
        if self.type == "DATE":
            return date.fromisoformat(text)
        return int(text) if self.type in ("INTEGER", "BIGINT") else text


@dataclass(frozen=True, slots=True)
class Recipe:
    """One question: its words, its parameters, the names of further books it needs, and its SELECT."""

    name: str
    zh: str
    en: str
    note_zh: str
    note_en: str
    parameters: tuple[Parameter, ...]
    attach: tuple[str, ...]
    sql: str

    @property
    def short(self) -> str:
        """The name without its number."""
        return self.name[3:]

    @property
    def used(self) -> tuple[str, ...]:
        """The parameters that the SELECT itself names (a default may be there for another default only)."""
        return tuple(dict.fromkeys(USED.findall(self.sql)))


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a recipe with the parameters it was asked with."""

    recipe: Recipe
    given: Mapping[str, object]
    result: QueryResult


def folder() -> Path:
    """Where the recipes are, in a checkout or an installed package."""
    return data_root() / "ledgers" / "cookbook"


@cache
def recipes() -> tuple[Recipe, ...]:
    """All recipes in the order of their numbers. Raises Refused if a file is not of the form."""
    return tuple(parse(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder().glob("*.sql")))


def recipe(name: str) -> Recipe:
    """The recipe of this name, with or without its number. Raises Refused and lists the names if there is none."""
    for one in recipes():
        if name in (one.name, one.short, one.name[:2]):
            return one
    raise Refused([finding("COOKBOOK-UNKNOWN", Place(key=name), found=name, expected=", ".join(r.name for r in recipes()))])


def parse(name: str, text: str) -> Recipe:
    """A recipe from its file. Raises Refused (COOKBOOK-FILE) naming the line that is not of the form or what is missing."""
    words: dict[str, str] = {}
    declared: dict[str, tuple[str, str]] = {}
    defaults: dict[str, str] = {}
    attach: list[str] = []
    lines = text.splitlines()
    count = next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))
    for number, line in enumerate(lines[:count], 1):
        found = LINE.fullmatch(line)
        if found is None:
            raise _broken(name, number, line)
        kind, word, type_, rest = found.groups()
        if kind == "param" and word and type_ and rest and " | " in rest:
            declared[word] = (type_, rest)
        elif kind == "default" and word and rest and word in declared:
            defaults[word] = rest
        elif kind == "attach" and word and not rest:
            attach.append(word)
        elif kind in ("zh", "en", "note zh", "note en") and rest and not word:
            words[kind] = rest
        else:
            raise _broken(name, number, line)
    sql = "\n".join(lines[count:]).strip()
    used = set(USED.findall(sql)) | {n for query in defaults.values() for n in USED.findall(query)}
    if (
        not NAME.fullmatch(name)
        or not {"zh", "en"} <= words.keys()
        or declared.keys() != defaults.keys()
        or used != declared.keys()
    ):
        raise _broken(name, count, ", ".join(sorted(used ^ declared.keys() | declared.keys() ^ defaults.keys())) or name)
    made = tuple(
        Parameter(n, kind, rest.split(" | ")[0], rest.split(" | ")[1], defaults[n]) for n, (kind, rest) in declared.items()
    )
    notes = words.get("note zh", ""), words.get("note en", "")
    return Recipe(name, words["zh"], words["en"], *notes, made, tuple(attach), sql)


def _broken(name: str, line: int, found: str) -> Refused:
    return Refused([finding("COOKBOOK-FILE", Place(f"ledgers/cookbook/{name}.sql", line), found=found)])


def answer(
    path: Path,
    one: Recipe,
    given: Mapping[str, str] | None = None,
    attach: Sequence[tuple[str, Path]] = (),
    as_of: date | None = None,
) -> Answer:
    """Ask a recipe of the store at `path`; `given` holds parameters as text, the others take their defaults.

    Raises Refused: an unknown parameter, a text that is no value of its type, no default in this book, a book that is not
    attached, and what `query.select` refuses.
    """
    lacking = [name for name in one.attach if name not in {n for n, _ in attach}]
    if lacking:
        raise Refused([finding("COOKBOOK-ATTACH", Place(key=one.name), expected=name) for name in lacking])
    with closing(connect(path, attach, as_of)) as con:
        values = bind(con, path, one, given or {})
        return Answer(one, values, ask(con, path, one.sql, {name: values[name] for name in one.used}))


def _typed(one: Recipe, given: Mapping[str, str]) -> dict[str, object]:
    known = {p.name: p for p in one.parameters}
    listed = ", ".join(known) or "-"
    faults = [
        finding("COOKBOOK-PARAMETER-UNKNOWN", Place(key=one.name, column=name), found=name, expected=listed)
        for name in given
        if name not in known
    ]
    typed: dict[str, object] = {}
    for name, text in given.items():
        if name in known:
            try:
                typed[name] = known[name].value(text)
            except ValueError:
                place = Place(key=one.name, column=name)
                faults.append(finding("COOKBOOK-PARAMETER-TYPE", place, found=text, expected=known[name].type))
    if faults:
        raise Refused(faults)
    return typed


def bind(con: DuckDBPyConnection, path: Path, one: Recipe, given: Mapping[str, str]) -> dict[str, object]:
    """Every parameter of a recipe, as given or by its default, in the order of declaration: a default may use those before it."""
    typed = _typed(one, given)
    values: dict[str, object] = {}
    for p in one.parameters:
        if p.name in typed:
            values[p.name] = typed[p.name]
            continue
        rows = ask(con, path, p.default, {n: values[n] for n in dict.fromkeys(USED.findall(p.default))}).rows
        if not rows or rows[0][0] is None:
            raise Refused([finding("COOKBOOK-PARAMETER-MISSING", Place(key=one.name, column=p.name), found=p.name)])
        values[p.name] = rows[0][0]
    return values
