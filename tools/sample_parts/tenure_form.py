"""How the files of the sample audits are written: tables as CSV, records as TOML, always with the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal

from gep.base.records import Names, key_text

FLAGS = ("acting", "serving")  # left out where they are not so


def text_of(value: str) -> str:
    """A basic string of TOML; the texts here hold no control characters."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def value_of(value: object) -> str:
    """A TOML value: amounts are written as strings, so that no reader takes them for binary numbers."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case date():
            return value.isoformat()
        case Decimal():
            return text_of(format(value, "f"))
        case str():
            return text_of(value)
        case tuple() | list():
            return "[" + ", ".join(value_of(v) for v in value) + "]"
        case Mapping():
            return "{ " + ", ".join(f"{text_of(str(k))} = {value_of(v)}" for k, v in value.items()) + " }"
    raise TypeError(f"{value!r} has no form in TOML")


def lines_of(record: object, *, skip: Iterable[str] = ()) -> list[str]:
    """`field = value` for every field of a record that says something; names as `zh` and `en`."""
    made: list[str] = []
    for f in fields(record):  # type: ignore[arg-type]  # only ever called with a record
        value = getattr(record, f.name)
        if f.name in skip or value is None or value in ("", ()) or (f.name in FLAGS and not value):
            continue
        if f.name == "key":
            made.append(f"key = {text_of(key_text(value))}")
        elif isinstance(value, Names):
            made += [f"zh = {text_of(value.zh)}", f"en = {text_of(value.en)}"]
        else:
            made.append(f"{f.name} = {value_of(value)}")
    return made


def tables_of(name: str, records: Iterable[object]) -> str:
    """A `[[name]]` for every record, with an empty line between two."""
    return "\n\n".join("\n".join([f"[[{name}]]", *lines_of(r)]) for r in records)
