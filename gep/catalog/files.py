"""Reads the text files of the catalogue: TOML tables and CSV rows, with a finding for every file that cannot be read."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from gep.base.findings import Finding, Place, finding
from gep.catalog.fields import Fields
from gep.catalog.words import kind_holes


def table_of(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _paths(root: Path, label: str, folder: str, suffix: str) -> Iterable[tuple[Path, str]]:
    place = root / folder
    if place.is_file():
        yield place, f"{label}/{folder}"
    for path in sorted(place.rglob(f"*{suffix}")) if place.is_dir() else ():
        yield path, f"{label}/{path.relative_to(root).as_posix()}"


def toml_files(root: Path, label: str, folder: str, findings: list[Finding]) -> Iterable[tuple[str, Mapping[str, object]]]:
    for path, shown in _paths(root, label, folder, ".toml"):
        try:
            yield shown, tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            findings.append(finding("CATALOG-FILE", Place(shown), found=str(error)))


def toml_tables(
    root: Path, label: str, folder: str, findings: list[Finding]
) -> Iterable[tuple[str, Mapping[str, object], Place]]:
    for shown, body in toml_files(root, label, folder, findings):
        for name, entry in body.items():
            yield name, table_of(entry), Place(shown, key=name)


def csv_rows(root: Path, label: str, folder: str, findings: list[Finding]) -> Iterable[Fields]:
    for path, shown in _paths(root, label, folder, ".csv"):
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            findings.append(finding("CATALOG-FILE", Place(shown), found=str(error)))
            continue
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        try:
            heads = list(reader.fieldnames or ())
            for head in sorted({h for h in heads if heads.count(h) > 1}):
                findings.append(
                    finding("CATALOG-DUPLICATE", Place(shown, 1, head), expected=shown, holes=kind_holes("column"), name=head)
                )
            for row in reader:
                place = Place(shown, reader.line_num)
                if None in row or None in row.values():
                    found = f"{len(row) - (None in row)} columns declared, the row has another number"
                    findings.append(finding("CATALOG-FILE", place, found=found))
                    continue
                yield Fields(row, place, findings)
        except csv.Error as error:
            # the number is that of the last row read well, so the row at fault begins on the next line
            findings.append(finding("CATALOG-FILE", Place(shown, reader.line_num + 1), found=str(error)))
