"""The template files of a book (`local/templates`) over the shipped ones: found by name, read without following links.

A folder of a book is hostile until it is read: a link, a special file, a name that leaves the folder or a heap of bytes is a
finding. What is read is kept as text, so that nothing that runs a template needs the folder again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gep.base.data import data_root
from gep.base.findings import Finding, Place, Refused, finding

LOCAL = "local/templates"
TEXTS = (".j2", ".html", ".css", ".js", ".json", ".typ", ".md", ".txt", ".svg")  # what is read; fonts and pictures are not text
LARGEST = 2 * 1024 * 1024  # bytes of one file
TOTAL = 16 * 1024 * 1024  # bytes of a folder
MANY = 500  # files of a folder


@dataclass(frozen=True, slots=True)
class Found:
    """A file by its name. `place`: as findings name it. `local`: it comes from a book, not with the program."""

    name: str
    text: str
    place: str
    local: bool


def shipped() -> Path:
    """The folder of the templates that come with the program."""
    return data_root() / "templates"


def inside(name: str) -> bool:
    """Whether a name stays in its folder: relative, with `/`, no step up and no drive."""
    path = PurePosixPath(name)
    plain = path.as_posix() == name and not set(name) & set("\\:\0")
    return plain and bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def find(name: str, folders: Sequence[Path] = ()) -> Found:
    """The file of this name in the first folder of a book that holds it, else the shipped one.

    Raises Refused (TEMPLATE-OUTSIDE, TEMPLATE-NOT-FOUND, and whatever is wrong with a folder of a book).
    """
    if not inside(name):
        raise Refused([finding("TEMPLATE-OUTSIDE", Place(file=name), found=name)])
    local = read(folders)
    if name in local:
        return Found(name, local[name], f"{LOCAL}/{name}", local=True)
    path = shipped() / name
    if not path.is_file():
        raise Refused([finding("TEMPLATE-NOT-FOUND", Place(file=name), found=name)])
    return Found(name, path.read_text(encoding="utf-8"), f"templates/{name}", local=False)


def read(folders: Sequence[Path]) -> Mapping[str, str]:
    """The texts of the folders by name, the first folder first; the shipped folder and one that is not there add nothing.

    Raises Refused with a finding for every file that may not be read.
    """
    own = [f for f in folders if f != shipped()]
    findings: list[Finding] = []
    texts: dict[str, str] = {}
    for folder in reversed(own):
        texts |= dict(_texts(folder, findings))
    if findings:
        raise Refused(findings)
    return texts


def _texts(folder: Path, findings: list[Finding]) -> Iterator[tuple[str, str]]:
    held = 0
    for count, (name, path) in enumerate(_files(folder, findings), 1):
        data = _bytes(name, path, findings)
        held += len(data)
        if count > MANY or held > TOTAL:
            limit = f"{MANY} × {LARGEST // 2**20} MB, Σ {TOTAL // 2**20} MB"
            findings.append(finding("TEMPLATE-TOO-LARGE", Place(file=LOCAL), found=name, expected=limit))
            return
        try:
            yield name, data.decode("utf-8-sig")
        except UnicodeDecodeError:
            findings.append(finding("TEMPLATE-ENCODING", Place(file=f"{LOCAL}/{name}"), found=name))


def _files(folder: Path, findings: list[Finding]) -> Iterator[tuple[str, Path]]:
    """The text files below a folder in the order of their names; what is no plain file or folder is a finding."""
    if folder.is_symlink():
        findings.append(finding("TEMPLATE-LINK", Place(file=LOCAL), found=LOCAL))
        return
    if not folder.is_dir():
        return

    def unreadable(error: OSError) -> None:
        told = Path(str(error.filename)).name
        findings.append(finding("TEMPLATE-LINK", Place(file=f"{LOCAL}/{told}"), found=told))

    for top, folders, names in os.walk(folder, onerror=unreadable):
        folders.sort()
        for name in sorted((*names, *(f for f in folders if (Path(top) / f).is_symlink()))):
            path = Path(top) / name
            told = path.relative_to(folder).as_posix()
            if not stat.S_ISREG(path.lstat().st_mode):
                findings.append(finding("TEMPLATE-LINK", Place(file=f"{LOCAL}/{told}"), found=told))
            elif path.suffix.lower() in TEXTS:
                yield told, path


def _bytes(name: str, path: Path, findings: list[Finding]) -> bytes:
    """The content, at most the limit; a link that came between looking and opening is not followed."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        findings.append(finding("TEMPLATE-LINK", Place(file=f"{LOCAL}/{name}"), found=name))
        return b""
    with os.fdopen(handle, "rb") as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        told = finding("TEMPLATE-TOO-LARGE", Place(file=f"{LOCAL}/{name}"), found=name, expected=f"{LARGEST // 2**20} MB")
        findings.append(told)
        return b""
    return data
