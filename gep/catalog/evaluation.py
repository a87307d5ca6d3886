"""Reads evaluation schemes from TOML: `ledgers/evaluation/*.toml`, and those of a book in `local/evaluation` over them by id.

    schema = 1
    id = "county"                     # file of its own
    grades = "provincial-cutoffs"     # cut-offs of another scheme, or [[grade]] here
    missing = "redistribute"          # or "rescale"
    zones = ["key_ecological", "main_agricultural"]

    [[block]]
    id = "targets"
    areas = ["targets"]
    points = { key_ecological = 30, main_agricultural = 35 }

    [[block.item]]
    id = "cultivated"
    kind = "target_ratio"
    value = "LA-01.R40 la01:C02 closing"
    target = "register:own"
    direction = "+"

Points, weights and shares are numbers or numbers in quotes; nothing has a value that the file does not state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import get_args

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.records import Names
from gep.base.score_rules import LOCAL_HUMAN, Block, Evaluation, Grade, Missing, Status, Word
from gep.catalog.evaluation_check import check_scheme
from gep.catalog.evaluation_items import amount, inner, optional, read_extra, read_item, read_points, read_veto
from gep.catalog.fields import Fields
from gep.catalog.files import toml_files
from gep.catalog.normals import read_normal

FOLDER = "evaluation"
RESPONSIBILITY = "responsibility.toml"  # stands beside the schemes and is none of them
MISSING: tuple[Missing, ...] = get_args(Missing)
STATUSES: tuple[Status, ...] = get_args(Status)
SCHEMA = 1
MOST_PLACES = 6


@dataclass(frozen=True, slots=True)
class _Read:
    """A scheme as read, and whose grades it takes (empty: its own)."""

    made: Evaluation
    grades: str
    place: Place


def read_evaluation(path: Path) -> Evaluation:
    """The scheme of one file; cut-offs that it takes from another are those of a file beside it, else of a shipped one.

    Raises Refused with every fault.
    """
    from gep.base.data import data_root

    findings: list[Finding] = []
    read = _folder(path.parent, path.name, "", findings)
    beside: dict[str, _Read] = {}
    for folder in (data_root() / "ledgers" / FOLDER, path.parent):
        # faults of the others are told when the others are read
        beside |= {r.made.id: r for r in _folder(folder, "", "", [])}
    made = [_complete(r, beside, findings) for r in read]
    if stops(findings) or not made:
        raise Refused(findings or [finding("CATALOG-FILE", Place(path.name), found=path.name)])
    return made[0]


def evaluations(data_root: Path, local: Path | None = None) -> Mapping[str, Evaluation]:
    """Every scheme by its id: the shipped ones, a book's own (`local/evaluation`) in place of those of the same id.

    Versions of one scheme that hold one after the other stand under `id` (the first) and `id@version`. Raises Refused with every
    fault of every file.
    """
    findings: list[Finding] = []
    listed = _folder(data_root / "ledgers" / FOLDER, "", f"ledgers/{FOLDER}", findings)
    if local is not None and (local / FOLDER).is_dir():
        own = _folder(local / FOLDER, "", f"local/{FOLDER}", findings)
        listed = [r for r in listed if r.made.id not in {o.made.id for o in own}] + own
    read: dict[str, _Read] = {}
    for r in sorted(listed, key=lambda r: (r.made.id, r.made.valid_from)):
        read[f"{r.made.id}@{r.made.version}" if r.made.id in read else r.made.id] = r
    made = {name: _complete(r, read, findings) for name, r in sorted(read.items())}
    if stops(findings):
        raise Refused(findings)
    return made


def evaluation_of(found: Mapping[str, Evaluation], name: str, started: date | None = None) -> Evaluation:
    """The version of the scheme of this id that is in force on the day the audit was started.

    Raises Refused if there is none; without a day too, where the scheme has several versions.
    """
    versions = [e for e in found.values() if e.id == name]
    if not versions:
        known = ", ".join(sorted({e.id for e in found.values()}))
        raise Refused([finding("EVALUATION-UNKNOWN", Place(key=name), found=name, expected=known)])
    fits = [e for e in versions if started is None or e.valid_from <= started <= e.valid_to]
    if len(fits) != 1:
        expected = ", ".join(f"{e.version}: {e.valid_from} … {e.valid_to}" for e in versions)
        raise Refused(
            [finding("EVALUATION-NOT-VALID", Place(versions[0].file, key=name), found=started or "-", expected=expected)]
        )
    return fits[0]


def _folder(folder: Path, only: str, label: str, findings: list[Finding]) -> list[_Read]:
    """The schemes of a folder (or of one file in it); an id that stands there twice for one day is a fault, so is a version."""
    found: list[_Read] = []
    for shown, body in toml_files(folder, label, only or ".", findings):
        file = shown.removeprefix("/")
        if Path(file).name == RESPONSIBILITY:
            continue
        read = _scheme(Fields(body, Place(file, key=str(body.get("id", ""))), findings))
        if any(_same(read.made, other.made) for other in found):
            findings.append(finding("EVALUATION-TWICE", read.place, found=read.made.id))
        found.append(read)
    return found


def _same(one: Evaluation, other: Evaluation) -> bool:
    """Whether two schemes of one id hold on one day, or call themselves the same version."""
    overlap = one.valid_from <= other.valid_to and other.valid_from <= one.valid_to
    return one.id == other.id and (overlap or one.version == other.version)


def _scheme(f: Fields) -> _Read:
    if f.raw("schema") != SCHEMA:
        f.complain("CATALOG-FIELD-CHOICE", "schema", found=f.raw("schema"), expected=SCHEMA)
    zones = f.texts("zones")
    focus, trace_back = _focus(f)
    made = Evaluation(
        id=f.text("id", required=True),
        names=f.names(),
        version=f.text("version", required=True),
        status=f.choice("status", STATUSES),
        source=f.text("source", required=True),
        locator=f.text("locator", required=True),
        total=amount(f, "total", above=True),
        grades=tuple(_grade(body, f) for body in f.tables("grade")),
        blocks=tuple(_block(body, f, zones) for body in f.tables("block")),
        missing=f.choice("missing", MISSING),
        least_assessed=amount(f, "least_assessed", most=1) if f.raw("least_assessed") is not None else Fraction(0),
        zones=zones,
        severities=tuple(_word(body, f) for body in f.tables("severity")),
        events=tuple(_word(body, f) for body in f.tables("event")),
        counts=f.texts("counts") or (LOCAL_HUMAN,),
        focus=focus,
        trace_back=trace_back,
        bonuses=tuple(read_extra(body, f, "bonus") for body in f.tables("bonus")),
        extras=tuple(read_extra(body, f, "extra") for body in f.tables("extra")),
        vetoes=tuple(read_veto(body, f) for body in f.tables("veto")),
        unknown=optional(f, "unknown") or Fraction(0),
        places=int(amount(f, "places", most=MOST_PLACES)),
        document=f.text("document"),
        note=Names(f.text("note_zh"), f.text("note_en")),
        valid_from=f.date("valid_from", Evaluation.valid_from),
        valid_to=f.last_date("valid_to") if f.raw("valid_to") is not None else Evaluation.valid_to,
        file=f.place.file,
        normals=tuple(read_normal(body, f) for body in f.tables("normalise")),
    )
    grades = f.text("grades")
    f.done()
    return _Read(made, grades, f.place)


def _focus(f: Fields) -> tuple[int | None, str]:
    """[focus] years, trace_back; without it the whole term counts."""
    body = f.table("focus")
    if not body:
        return None, ""
    g = inner(body, f, "focus")
    years = amount(g, "years", least=1)
    if years.denominator != 1:
        g.complain("EVALUATION-RANGE", "years", found=years, expected="1, 2, 3 …")
    trace_back = g.text("trace_back")
    g.done()
    return int(years) or None, trace_back


def _grade(body: Mapping[str, object], f: Fields) -> Grade:
    g = inner(body, f)
    made = Grade(g.text("id", required=True), g.names(), optional(g, "at_least"))
    g.done()
    return made


def _word(body: Mapping[str, object], f: Fields) -> Word:
    w = inner(body, f)
    made = Word(w.text("id", required=True), w.names())
    w.done()
    return made


def _block(body: Mapping[str, object], f: Fields, zones: tuple[str, ...]) -> Block:
    b = inner(body, f)
    made = Block(
        b.text("id", required=True),
        _areas(b),
        b.names(),
        read_points(b, zones),
        tuple(read_item(entry, b, zones) for entry in b.tables("item")),
        optional(b, "unknown") or Fraction(0),
    )
    b.done()
    return made


def _areas(b: Fields) -> tuple[str, ...]:
    named = b.texts("areas")
    if not named:
        b.complain("CATALOG-FIELD-MISSING", "areas")
    return named


def _complete(read: _Read, every: Mapping[str, _Read], findings: list[Finding]) -> Evaluation:
    """With the cut-offs of the scheme it names, and all that is wrong in it told."""
    made = read.made
    if read.grades:
        other = every.get(read.grades)
        if other is None or made.grades:
            expected = ", ".join(sorted(every))
            place = Place(made.file, column="grades", key=made.id)
            findings.append(finding("EVALUATION-REFERENCE", place, found=read.grades, expected=expected, field="grades"))
        else:
            made = replace(made, grades=other.made.grades)
    findings += check_scheme(made)
    return made
