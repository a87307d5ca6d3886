"""init: make a book, from nothing or from a shipped book or a folder of the same form, and take in its returns and records."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from gep.base.data import data_root, shipped_books
from gep.base.findings import Place, Refused, finding
from gep.book import Book
from gep.catalog.config import SCHEMA, read_config
from gep.catalog.load import load
from gep.ledger.files import write_synced
from gep.workflow.attach import attach_held
from gep.workflow.submit import Submitted, submit_each

COPIED = ("local", "tenures")
ANSWERS = ("rule", "region", "period", "key", "answer", "by", "document")

EMPTY_BOOK = """# 账册配置 / configuration of this book
schema = {schema}
zh = "新账册"
en = "New book"
illustrative = false
schemes = ["garze-2017"]   # gep coefficients list --schemes
leaf_level = "county"      # 报送数据的层级 / the level whose regions return data

# [[region]]
# code = "330802"
# parent = "330800"
# level = "county"
# zh = "柯城区"
# en = "Kecheng"
"""


def init(root: Path, source: str = "", *, who: str = "") -> tuple[Book, list[Submitted]]:
    """Make a book at `root`. `source`: name of a shipped book, or a folder of that form; empty for a bare book.

    The source is only read. Raises Refused if the folder exists and is not empty, or the source is unknown.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise Refused([finding("BOOK-EXISTS", Place(str(root)), found=root.name)])
    origin = _source(source) if source else None
    if origin is not None:
        read_config(origin / "book.toml")
        load(data_root() / "coefficients", origin / "local")
    answers = _answers(origin)
    try:
        root.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        blocking = next(p for p in root.parents if p.exists())
        raise Refused([finding("BOOK-EXISTS", Place(str(root)), found=blocking.name)]) from error
    if origin is None:
        write_synced(root / "book.toml", EMPTY_BOOK.format(schema=SCHEMA).encode())
        (root / "local").mkdir()
    else:
        write_synced(root / "book.toml", (origin / "book.toml").read_bytes())
        for folder in COPIED:
            if (origin / folder).is_dir():
                shutil.copytree(origin / folder, root / folder)
    book = Book(root)
    with book.lock(who):
        book.record("init", {"schema": SCHEMA, "source": source and Path(source).name}, who=who)
        for answer in answers:
            book.record("answer", answer, who=answer.pop("by"))
        for document in _files(origin, "evidence"):
            attach_held(book, document.name, document.read_bytes(), who=who)
    files = [(path, "") for path in _files(origin, "returns")] + [(path, path.stem) for path in _files(origin, "records")]
    return book, submit_each(book, files, who=who)


def _files(origin: Path | None, folder: str) -> list[Path]:
    """The files of a folder of the source, by name. A file of `records` is called by the record set it holds."""
    place = origin / folder if origin is not None else None
    return [p for p in sorted(place.iterdir()) if p.is_file()] if place is not None and place.is_dir() else []


def _source(source: str) -> Path:
    shipped = data_root() / "ledgers" / "books" / source
    for folder in (Path(source), shipped):
        if (folder / "book.toml").is_file():
            return folder
    raise Refused([finding("BOOK-UNKNOWN-SHIPPED", Place(source), found=source, expected=", ".join(shipped_books()))])


def _answers(origin: Path | None) -> list[dict[str, str]]:
    """Explanations of known findings that come with a shipped book."""
    path = origin / "answers.csv" if origin is not None else None
    if path is None or not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = [(number, line) for number, line in enumerate(csv.reader(stream), 1) if line]
    head = lines[0][1] if lines else []
    wrong = [(1, head)] if tuple(head) != ANSWERS else [(n, line) for n, line in lines if len(line) != len(ANSWERS)]
    if wrong:
        found = [f"{','.join(line)} ≠ {','.join(ANSWERS)}" for _, line in wrong]
        places = [Place(path.name, number) for number, _ in wrong]
        raise Refused(finding("CATALOG-FILE", p, found=f) for p, f in zip(places, found, strict=True))
    return [dict(zip(ANSWERS, line, strict=True)) for _, line in lines[1:]]
