"""LibreOffice as the second calculator of a workbook: its stored results are taken out, then it computes and shows every cell."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

# formulas are computed when a file is opened, whoever wrote it, without asking
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
# comma, quotes, UTF-8, from line 1, as shown on the screen, every sheet in a file of its own
AS_SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true,false,false,-1"
RESULT = re.compile(rb"(</f>)<v>[^<]*</v>")
SHEETS = "xl/worksheets/"
TIMEOUT = 300


@dataclass(frozen=True)
class Recalculated:
    """A workbook after computing: the values of its cells, and by sheet the texts on the screen, row by row."""

    book: Any
    screens: dict[str, list[list[str]]]

    def shown(self, sheet: str, row: int, column: int) -> str:
        """What stands in a cell on the screen; rows and columns from 1."""
        lines = self.screens[sheet]
        return lines[row - 1][column - 1] if row <= len(lines) and column <= len(lines[row - 1]) else ""


def emptied(data: bytes) -> bytes:
    """The workbook without the stored result of any formula."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            body = old.read(item)
            new.writestr(item, RESULT.sub(rb"\1", body) if item.filename.startswith(SHEETS) else body)
    return made.getvalue()


def formula_count(data: bytes) -> int:
    """How many cells of a workbook have a formula."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return sum(packed.read(name).count(b"</f>") for name in packed.namelist() if name.startswith(SHEETS))


def recalculated(workbooks: Mapping[str, bytes], folder: Path, *, screens: bool = True) -> dict[str, Recalculated]:
    """Workbooks computed by LibreOffice alone, by name. Fails where there is no LibreOffice: then nothing would be proven.

    `screens`: also what stands on the screen, which takes a second start.
    """
    office = shutil.which("soffice")
    assert office is not None, "soffice (LibreOffice Calc) is needed for this proof"
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
    (folder / "source").mkdir()
    sources = [folder / "source" / f"{name}.xlsx" for name in workbooks]
    for source, data in zip(sources, workbooks.values(), strict=True):
        source.write_bytes(emptied(data))
    for number, kind in enumerate(("xlsx", AS_SHOWN) if screens else ("xlsx",)):
        out = folder / str(number)
        command = [
            office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore", "--convert-to", kind,
            "--outdir", str(out), *map(str, sources),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
        assert any(out.glob("*")), f"{command}: {done.stdout} {done.stderr}"
    return {name: _read(folder, name, screens=screens) for name in workbooks}


def _read(folder: Path, name: str, *, screens: bool) -> Recalculated:
    book = openpyxl.load_workbook(folder / "0" / f"{name}.xlsx", data_only=True)
    shown = {sheet.title: _lines(folder / "1" / f"{name}-{sheet.title}.csv") for sheet in book} if screens else {}
    return Recalculated(book, shown)


def _lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))
