"""PDF of a statement: its data as JSON, a template through Jinja2, set by Typst; no network, no package, no clock.

Typst sees a temporary folder with the template, its parts, `data.json` and the drawings, and nothing else of the machine. With
the shipped fonts the same statement gives the same bytes everywhere. Templates of a book run in a child process with limits.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from gep.base.findings import Finding, Place, Refused, finding
from gep.base.issuer import Fonts
from gep.report import glyphs, local_templates, sandbox
from gep.report.appraisal_data import appraisal_data
from gep.report.methods import Method
from gep.report.report_data import Pictures, picture_name, report_data
from gep.report.statement import Statement

FOLDER = "statement"
PARTS = "parts"
ORIGINS = "origins.json"  # in the folder that Typst sees: which template became which file
SECONDS = 60.0  # for the templates of a book
MEMORY = 2048  # MB, likewise
PACKAGE = re.compile(r"@(?:preview|local|[a-z][a-z0-9-]*)/[A-Za-z0-9_.:-]+")
WHERE = re.compile(r"\u250c\u2500 (?:\\\\\?\\)?(?P<file>[^\n]+?):(?P<row>\d+):\d+")
NOWHERE = "http://127.0.0.1:9"  # the port that throws away: where a fetch ends that should never be tried
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")

# what each part of a paper is set in: the official faces where the machine has them, the shipped open ones behind them
OPEN: Mapping[str, tuple[str, ...]] = {
    "body": ("Noto Serif CJK SC",),
    "title": ("Noto Serif CJK SC",),
    "head": ("Noto Sans CJK SC",),
    "sub": ("Noto Serif CJK SC",),
    "table": ("Noto Sans CJK SC",),
}
OFFICIAL: Mapping[str, tuple[str, ...]] = {
    "body": ("FangSong_GB2312", "FangSong", "STFangsong"),
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "STZhongsong"),
    "head": ("SimHei", "STHeiti"),
    "sub": ("KaiTi_GB2312", "KaiTi", "STKaiti"),
    "table": ("SimSun", "STSong"),
}
MATHEMATICS = "New Computer Modern Math"  # both come inside Typst
LATIN = "Libertinus Serif"


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF, with what is to be told of it: characters that the fonts lack. `warnings`: what Typst said, for the tests."""

    data: bytes
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()


def report(
    statement: Statement,
    lang: str,
    *,
    methods: Sequence[Method] = (),
    pictures: Pictures | None = None,
    folders: Sequence[Path] = (),
    fonts: Fonts = "shipped",
    content: str = "",
) -> Paper:
    """The report of the statement's main part.

    `methods`: the method annex. `pictures`: the drawing of each of its charts by id, as SVG; one without is left out. `folders`:
    templates of a book. `content`: the digest of the statement, worked out here if it is not given. Raises Refused where a
    template of a book cannot be set.
    """
    drawings = pictures or {}
    data = report_data(statement, lang, methods, drawings, content)
    files = {picture_name(n): drawings[c.id] for n, c in enumerate(statement.main.charts) if c.id in drawings}
    return typeset("report.typ.j2", data, lang, files, folders, fonts)


def appraisal(
    statement: Statement,
    lang: str,
    *,
    folders: Sequence[Path] = (),
    fonts: Fonts = "shipped",
    region: str = "",
    content: str = "",
) -> Paper:
    """The appraisal pages, one A4 side a region: the regions below that of the statement, or itself where there are none.

    `region`: only the page of this region. `content`: the digest, worked out here if it is not given. Raises Refused where a
    template of a book cannot be set.
    """
    return typeset("appraisal.typ.j2", appraisal_data(statement, lang, region, content), lang, {}, folders, fonts)


def typeset(
    name: str,
    data: Mapping[str, Any],
    lang: str,
    pictures: Mapping[str, str],
    folders: Sequence[Path] = (),
    fonts: Fonts = "shipped",
    folder: str = FOLDER,
) -> Paper:
    """A template of templates/`folder` over plain data and drawings (file name -> SVG).

    It may import the parts of its own folder and those of the statements, which come second.
    """
    local = local_templates.read(folders)
    own = sorted(n for n in local if n.startswith((f"{FOLDER}/", f"{folder}/")))
    _no_packages(own, local)
    checker = glyphs.Checker(known(fonts))
    with _laid(f"{folder}/{name}", data, lang, pictures, folders, fonts, checker) as main:
        pdf, warnings = _in_child(main, fonts) if own else compiled(main, fonts)
    return Paper(pdf, checker.findings(), warnings)


def drawn(statement: Statement, lang: str, region: str, content: str) -> str:
    """The appraisal page of a region as SVG, in the shipped fonts: for pages that show what it looks like."""
    return pages(f"{FOLDER}/appraisal.typ.j2", appraisal_data(statement, lang, region, content), lang, {})[0]


def pages(name: str, data: Mapping[str, Any], lang: str, pictures: Mapping[str, str]) -> tuple[str, ...]:
    """Every page of a shipped template (with its folder) as SVG, in the shipped fonts: to show what it looks like."""
    with _laid(name, data, lang, pictures, (), "shipped", glyphs.Checker(known("shipped"))) as main:
        made = _compiler(main, "shipped").compile(format="svg")
    listed = made if isinstance(made, list) else [made]
    return tuple(page.decode("utf-8") for page in listed if page is not None)


@contextmanager
def _laid(
    name: str,
    data: Mapping[str, Any],
    lang: str,
    pictures: Mapping[str, str],
    folders: Sequence[Path],
    fonts: Fonts,
    checker: glyphs.Checker,
) -> Iterator[Path]:
    """The main file in a folder that holds all it may read: the data, the drawings and the parts of the template.

    `name`: the template with its folder.
    """
    with tempfile.TemporaryDirectory(prefix="gep-") as temporary:
        root = Path(temporary)
        shown = {**checker.data(data), "faces": faces(fonts)}
        shown["boxes"] = bool(checker.missing)  # looking for boxes takes time
        _write(root / "data.json", json.dumps(shown, ensure_ascii=False))
        for file, svg in sorted(pictures.items()):
            _write(root / file, checker.picture(svg))
        folder, _, file = name.rpartition("/")
        main = root / file.removesuffix(".j2")
        origins = {main.name: name}
        for part, source, text in _parts(local_templates.read(folders), folder):
            _write(root / part, text)
            origins[part] = source
        _write(root / ORIGINS, json.dumps(origins))
        _write(main, sandbox.render(name, {"lang": lang}, folders))
        yield main


def compiled(main: Path, fonts: Fonts) -> tuple[bytes, tuple[str, ...]]:
    """The PDF of a Typst file in its folder, and what Typst warned of. Raises Refused for what cannot be set."""
    import typst

    try:
        pdf, warnings = _compiler(main, fonts).compile_with_warnings(format="pdf")
    except typst.TypstError as error:
        raise Refused([_problem(error.message, str(error.diagnostic), main)]) from error
    if not isinstance(pdf, bytes):
        raise TypeError("Typst gave no PDF")
    return pdf, tuple(w.message for w in warnings if fonts == "shipped" or "unknown font" not in w.message)


def _compiler(main: Path, fonts: Fonts) -> Any:
    """Typst on a main file: it reads that folder only, and finds no packages."""
    import typst

    nowhere = str(main.parent / "no-packages")
    root, paths = str(main.parent), _fonts(fonts)
    return typst.Compiler(str(main), root=root, font_paths=paths, package_path=nowhere, package_cache_path=nowhere)


def faces(fonts: Fonts) -> dict[str, list[str]]:
    """The families of each part of a paper, the first that is there is used."""
    first = OFFICIAL if fonts == "system" else {}
    made = {name: [*first.get(name, ()), *OPEN[name], LATIN] for name in OPEN}
    return {**made, "formula": [MATHEMATICS, *OPEN["body"]]}


def known(fonts: Fonts) -> frozenset[int]:
    """The code points that can be set: those of the shipped fonts, and of the official ones on this machine if they are used."""
    return glyphs.shipped() | _official() if fonts == "system" else glyphs.shipped()


@lru_cache(maxsize=2)
def _fonts(fonts: Fonts) -> Any:
    import typst

    return typst.Fonts(
        include_system_fonts=fonts == "system", include_embedded_fonts=True, font_paths=[str(glyphs.font_folder())]
    )


@lru_cache(maxsize=1)
def _official() -> frozenset[int]:
    """What every official face of this machine has: a part that is set in one of them falls back to the open ones."""
    wanted = {name for names in OFFICIAL.values() for name in names}
    found: set[int] = set()
    for font in _fonts("system").fonts():
        if font.family in wanted and font.path:
            found |= glyphs.of_font(Path(font.path), font.index)
    return frozenset(found)


def origin(main: Path, file: str) -> str:
    """The name of the template that became a file in the folder of the main one."""
    known: dict[str, str] = json.loads((main.parent / ORIGINS).read_text(encoding="utf-8"))
    return known.get(file, file)


def _parts(local: Mapping[str, str], folder: str) -> Iterator[tuple[str, str, str]]:
    """The parts that a template may import: their path in the folder that Typst sees, their name, their text.

    Those of its own folder come before those of the statements, and those of a book before the shipped ones.
    """
    shipped = local_templates.shipped()
    laid: dict[str, tuple[str, str]] = {}
    for home in dict.fromkeys((FOLDER, folder)):
        names = {p.relative_to(shipped).as_posix() for p in (shipped / home / PARTS).glob("*.typ")}
        names |= {n for n in local if n.startswith(f"{home}/{PARTS}/") and n.endswith(".typ")}
        for name in sorted(names):
            text = local[name] if name in local else (shipped / name).read_text(encoding="utf-8")
            laid[name.removeprefix(f"{home}/")] = name, text
    yield from ((part, *found) for part, found in sorted(laid.items()))


def _no_packages(names: Sequence[str], local: Mapping[str, str]) -> None:
    """Refuses a template that names a package, before anything runs."""
    wrong = []
    for name in names:
        for row, line in enumerate(local[name].splitlines(), 1):
            hit = PACKAGE.search(line)
            if hit is not None:
                place = Place(file=f"{local_templates.LOCAL}/{name}", row=row)
                wrong.append(finding("PRINT-TEMPLATE-PACKAGE", place, found=hit.group()))
    if wrong:
        raise Refused(wrong)


def _problem(message: str, diagnostic: str, main: Path) -> Finding:
    """What Typst says of a template, at its file and line."""
    hit = WHERE.search(diagnostic)
    # Typst names a file from where the program stands; its place in the folder follows the name of the folder
    file = hit["file"].replace("\\", "/").rpartition(f"{main.parent.name}/")[2] if hit else main.name
    name = origin(main, file)
    place = Place(file=f"templates/{name}", row=int(hit["row"]) if hit else 0)
    package = PACKAGE.search(message) or re.search(r"packages\.typst\.org/([^\s:)]+)", message)
    if "package" in message and package:
        return finding("PRINT-TEMPLATE-PACKAGE", place, found=package.group())
    return finding("PRINT-TEMPLATE", place, problem=message.replace(str(main.parent), ""), template=name)


def _in_child(main: Path, fonts: Fonts) -> tuple[bytes, tuple[str, ...]]:
    """The same in a process of its own, which a template of a book cannot keep from ending."""
    from gep.report.typeset_child import asked

    return asked(main, fonts, SECONDS, MEMORY)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
