"""Typed reading of one TOML table or CSV row, collecting a finding for every field that is missing, unknown or malformed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from gep.base.findings import Finding, Place, finding
from gep.base.records import Key, Names, key_of
from gep.catalog.words import form_holes

T = TypeVar("T", bound=str)


class Fields:
    """A table being read. Every access marks the field as known; `done` complains of those nobody asked for."""

    def __init__(self, body: Mapping[str, object], place: Place, findings: list[Finding]) -> None:
        self.body = body
        self.place = place
        self.findings = findings
        self.seen: set[str] = set()

    def complain(self, code: str, column: str, found: object = "", expected: object = "", **args: object) -> None:
        place = Place(self.place.file, self.place.row, column, key=self.place.key)
        self.findings.append(finding(code, place, found=found, expected=expected, field=column, holes=args))

    def malformed(self, column: str, value: object, form: str) -> None:
        """A field that is not written as `form` (a key of words.FORMS)."""
        holes = form_holes(form)
        shown = f"{holes['form_zh']} / {holes['form_en']}"
        self.complain("CATALOG-FIELD-TYPE", column, found=repr(value), expected=shown, **holes)

    def raw(self, name: str) -> object:
        self.seen.add(name)
        return self.body.get(name)

    def text(self, name: str, *, required: bool = False, default: str = "") -> str:
        value = self.raw(name)
        if value is None or value == "":
            if required:
                self.complain("CATALOG-FIELD-MISSING", name)
            return default
        if not isinstance(value, str):
            self.malformed(name, value, "text in quotes")
            return default
        return value

    def choice(self, name: str, allowed: Sequence[T], *, default: T | None = None) -> T:
        value = self.text(name, required=default is None)
        for option in allowed:
            if option == value:
                return option
        if value:
            self.complain("CATALOG-FIELD-CHOICE", name, found=value, expected=" | ".join(allowed))
        return default if default is not None else allowed[0]

    def number(self, name: str, *, required: bool = False) -> Decimal | None:
        value = self.raw(name)
        if value is None or value == "":
            if required:
                self.complain("CATALOG-FIELD-MISSING", name)
            return None
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
            self.malformed(name, value, "a number")
            return None
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite():
            self.malformed(name, value, "a number")
            return None
        return number

    def flag(self, name: str) -> bool:
        """true or false; left out is false. A text such as "no" is no flag, so that it can never pass for true."""
        value = self.raw(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.malformed(name, value, "true | false")
        return False

    def date(self, name: str, default: datetime.date) -> datetime.date:
        value = self.raw(name)
        if value is None or value == "":
            return default
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            return value
        text = str(value)
        try:
            return datetime.date.fromisoformat(f"{text}-01-01" if len(text) == 4 else text)
        except ValueError:
            self.malformed(name, value, "a date such as 2010-01-01")
            return default

    def last_date(self, name: str) -> datetime.date:
        """The end of a validity; a bare year means its last day."""
        value = str(self.raw(name))
        if len(value) == 4 and value.isascii() and value.isdigit() and value != "0000":
            return datetime.date(int(value), 12, 31)
        return self.date(name, datetime.date.max)

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.raw(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.malformed(name, value, "a list of texts")
            return ()
        return tuple(value)

    def table(self, name: str) -> Mapping[str, object]:
        value = self.raw(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.malformed(name, value, "a table")
            return {}
        return value

    def tables(self, name: str) -> list[Mapping[str, object]]:
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.malformed(name, value, "a list of tables")
            return []
        return value

    def strings(self, name: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, value in self.table(name).items():
            if isinstance(value, str):
                found[key] = value
            else:
                self.malformed(f"{name}.{key}", value, "text in quotes")
        return found

    def names(self, *, required: bool = True) -> Names:
        return Names(self.text("zh", required=required), self.text("en", required=required))

    def key(self, name: str) -> Key:
        """`scheme:code;scheme:code`."""
        pairs: dict[str, str] = {}
        for part in filter(None, self.text(name).split(";")):
            dim, colon, code = part.strip().partition(":")
            if not colon or not dim or not code or dim in pairs:
                self.complain("CATALOG-KEY", name, found=self.text(name), expected="scheme:code;scheme:code")
                return ()
            pairs[dim] = code
        return key_of(pairs)

    def done(self) -> None:
        for name in self.body:
            if name not in self.seen:
                self.complain("CATALOG-FIELD-UNKNOWN", name, found=name, expected=", ".join(sorted(self.seen)))
