"""What of a ledger stands on paper: parts that can be read, without what is empty, alike in every line, or did not change.

Nothing is lost by it: what is left out is told below the table or in a line of it, and the workbook and the page hold the ledger
as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from gep.base.records import Names
from gep.report.audit_outline import stem
from gep.report.audit_pieces import ALL, BESIDE_IN, BY_GROUP, OMITTED, PIECES, SHORT, STILL, Piece, Still, at, beside
from gep.report.audit_words import PRINT
from gep.report.form import BLANK, Cell, Column, Form, Line, text, words
from gep.report.report_tables import sheets

LANGS = ("zh", "en")
EXCEPTIONS = 4  # lines that differ from all others in a column of words and are told below the table
MOST_NAMED = 40  # items that a line of what did not change names
YEARS = 4  # year-ends that are printed, the last ones
MOST_SAID = 3  # texts of a column that are told for a group
REMARKS = ("group", "aside")
Said = tuple[str, str]  # in Chinese and in English
KINDS = ("ends", "still", "zero", "unknown")  # of stocks that are told in one line, in this order


def on_paper(form: Form) -> tuple[Form, ...]:
    """The tables that a ledger is printed as, in their order; those without a line are left out if another has one."""
    kind = stem(form)
    whole, left = without_beside(form)
    whole, notes = grouped(whole, BY_GROUP.get(kind, ()))
    whole, cut = shortened(whole, kind)
    told = gathered(whole, STILL[kind]) if kind in STILL else whole
    pieces = enumerate(PIECES.get(kind, ()), 1)
    parts = [fitting(told if piece.asides else whole, piece, n) for n, piece in pieces] or [replace(told, notes=())]
    there = [part for part in parts if part.lines] or parts[:1]
    first = replace(there[0], notes=(*notes, *there[0].notes))
    there = [first, *there[1:]]
    there[-1] = replace(there[-1], notes=(*there[-1].notes, *left, *cut, *form.notes))
    return tuple(map(lean, there))


# ---- parts


def fitting(whole: Form, piece: Piece, number: int) -> Form:
    """A piece with as many of the last year-ends as fit beside its other columns."""
    for years in range(YEARS, 0, -1):
        made = _part(whole, piece, number, years)
        if not any(name.endswith("*") for name in piece.columns) or all(len(sheets(lean(made), lang)) == 1 for lang in LANGS):
            break
    return made


def _part(whole: Form, piece: Piece, number: int, years: int) -> Form:
    """The columns and lines of a piece; headings stay where a line follows them."""
    places, left = _places(whole, piece, years, first=number == 1)
    columns = tuple(whole.columns[n] for n in places)
    lines = [x for x in whole.lines if x.style == "group" or (piece.asides if x.style == "aside" else piece.which(whole, x))]
    cut = [replace(x, cells=tuple(x.cells[n] for n in places)) for x in lines]
    alone = len(PIECES[stem(whole)]) == 1
    names = whole.names if alone else Names(f"{whole.names.zh} · {piece.names.zh}", f"{whole.names.en}: {piece.names.en}")
    notes = (PRINT["years"],) if left else ()
    return replace(
        whole, id=f"{whole.id}.{number}", names=names, columns=columns, lines=tuple(headed(cut)), notes=notes, checks=()
    )


def _places(form: Form, piece: Piece, years: int, *, first: bool) -> tuple[list[int], bool]:
    """Where the columns of a piece stand in the ledger; the first one takes those that nobody names, to lose none.

    And whether year-ends were left out.
    """
    kind, codes = stem(form), [c.code for c in form.columns]
    if piece.columns == ALL:
        return [n for n, code in enumerate(codes) if code not in OMITTED.get(kind, ())], False
    found, left = list[int](), False
    for name in piece.columns:
        own = [n for n, code in enumerate(codes) if _named(code, name)]
        left = left or len(own) > years
        found += own[-years:]
    if not first:
        return found or [0], left
    names = [name for p in PIECES[kind] if p.columns != ALL for name in p.columns]
    known = {n for n, code in enumerate(codes) if any(_named(code, name) for name in names)}
    rest = [n for n, code in enumerate(codes) if n not in known and code not in OMITTED.get(kind, ())]
    return (sorted({*found, *rest}) if len(found) < 2 else [*found, *rest]), left


def _named(code: str, name: str) -> bool:
    return _of_year(code, name[:-1]) if name.endswith("*") else code == name


def _of_year(code: str, begins: str) -> bool:
    return code.startswith(begins) and code.removeprefix(begins).isdigit()


def headed(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines without the headings that nothing stands under; a remark of what holds for a group is not enough."""
    waiting: list[Line] = []
    for line in lines:
        if line.style == "group":
            waiting = [line]
        elif line.style == "aside" and line.code.startswith("of-group."):
            waiting.append(line)
        else:
            yield from waiting
            waiting = []
            yield line


# ---- what is the same for all stocks of a table


def grouped(form: Form, columns: Sequence[str]) -> tuple[Form, tuple[Names, ...]]:
    """The ledger without columns of words that are alike within each group: what most lines say becomes a note, the rest a line
    under the heading of its group."""
    told: dict[str, list[Names]] = {}
    notes: list[Names] = []
    gone: list[int] = []
    for n, column in enumerate(form.columns):
        found = _by_group(form, n) if column.code in columns else None
        if found is None:
            continue
        gone.append(n)
        common = Counter(found.values()).most_common(1)[0][0]
        if any(common):
            notes.append(
                Names(PRINT["but"].zh.format(column.names.zh, common[0]), PRINT["but"].en.format(column.names.en, common[1]))
            )
        for group, said in found.items():
            if said != common:
                zh, en = said if any(said) else (PRINT["blank"].zh, PRINT["blank"].en)
                told.setdefault(group, []).append(Names(f"{column.names.zh}：{zh}", f"{column.names.en}: {en}"))
    kept = [n for n, _ in enumerate(form.columns) if n not in gone]
    lines: list[Line] = []
    for line in form.lines:
        lines.append(replace(line, cells=tuple(line.cells[n] for n in kept)))
        if line.style == "group" and line.code in told:
            said_zh, said_en = ("；".join(t.zh for t in told[line.code]), "; ".join(t.en for t in told[line.code]))
            cells = (text(said_zh, said_en), *(BLANK for _ in kept[1:]))
            lines.append(Line(f"of-group.{line.code}", cells, "aside", 1))
    return replace(form, columns=tuple(form.columns[n] for n in kept), lines=tuple(lines)), tuple(notes)


def _by_group(form: Form, n: int) -> dict[str, Said] | None:
    """What a column says in each group; None where a group says too many things."""
    held: dict[str, dict[Said, list[Line]]] = {}
    group = ""
    for line in form.lines:
        if line.style == "group":
            group = line.code
            continue
        said = (line.cells[n].printed("zh"), line.cells[n].printed("en"))
        held.setdefault(group, {}).setdefault(said, []).append(line)
    if any(len(several) > MOST_SAID for several in held.values()):
        return None
    return {group: _several(several) for group, several in held.items()} or None


def _several(held: Mapping[Said, Sequence[Line]]) -> Said:
    """One text, or the most frequent one with the items that say something else."""
    first, *rest = sorted(held, key=lambda said: -len(held[said]))
    zh, en = first[0], first[1]
    for said in rest:
        names = [line.cells[0] for line in held[said]]
        zh += f"；{'、'.join(c.printed('zh') for c in names)} {said[0] or PRINT['blank'].zh}"
        en += f"; {', '.join(c.printed('en') for c in names)} {said[1] or PRINT['blank'].en}"
    return zh.lstrip("；"), en.lstrip("; ")


# ---- groups that are left to the workbook


def without_beside(form: Form) -> tuple[Form, tuple[Names, ...]]:
    """The ledger without the tables that state again what others hold, and the note that names them."""
    if stem(form) not in BESIDE_IN:
        return form, ()
    headings = [line.code for line in form.lines if line.style == "group"]
    made: list[Line] = []
    gone: list[tuple[Line, int]] = []
    for heading, members in groupby(form.lines, key=_Groups()):
        held = list(members)
        if held[0].style == "group" and beside(heading, headings):
            gone.append((held[0], len(held) - 1))
        else:
            made += held
    if not gone or not made:
        return form, ()
    zh = "、".join(f"{line.cells[0].printed('zh')}（{n} 项）" for line, n in gone)
    en = ", ".join(f"{line.cells[0].printed('en')} ({n})" for line, n in gone)
    return replace(form, lines=tuple(made)), (Names(f"{PRINT['beside'].zh}{zh}。", f"{PRINT['beside'].en}{en}."),)


# ---- long texts


def shortened(form: Form, kind: str) -> tuple[Form, tuple[Names, ...]]:
    """The ledger with its long texts cut, and the note that tells it."""
    most = {n: SHORT[kind][c.code] for n, c in enumerate(form.columns) if c.code in SHORT.get(kind, {})}
    lines = [replace(x, cells=tuple(_short(c, most[n]) if n in most else c for n, c in enumerate(x.cells))) for x in form.lines]
    cut = any(a != b for a, b in zip(lines, form.lines, strict=True))
    return replace(form, lines=tuple(lines)), (PRINT["short"],) if cut else ()


def _short(cell: Cell, most: int) -> Cell:
    if cell.kind != "text" or max(len(cell.text.zh), len(cell.text.en)) <= most:
        return cell

    def of(lang: str) -> str:
        said = cell.text.of(lang)
        if len(said) <= most:
            return said
        return said[:most].rstrip("，、；：,;: \n") + PRINT["cut"].of(lang)

    return replace(cell, text=Names(of("zh"), of("en")))


# ---- what did not change


def gathered(form: Form, still: Still) -> Form:
    """The ledger with one line under each heading for all stocks that did not change, that are zero, that nobody knows."""
    made: list[Line] = []
    for heading, members in groupby(form.lines, key=_Groups()):
        held = list(members)
        kinds = {line.code: _kind(form, line, still) for line in held if line.style not in REMARKS}
        made += [line for line in held if not kinds.get(line.code)]
        for kind in KINDS:
            alike = [line for line in held if kinds.get(line.code) == kind]
            if alike:
                made.append(_aside(form, f"{kind}.{heading}", kind, alike, still))
    return replace(form, lines=tuple(made))


class _Groups:
    """The heading that a line stands under, as a key for neighbours."""

    def __init__(self) -> None:
        self.last = ""

    def __call__(self, line: Line) -> str:
        if line.style == "group":
            self.last = line.code
        return self.last


def _kind(form: Form, line: Line, still: Still) -> str:
    """One of KINDS; empty for a line that says more than that."""
    first, last = (at(form, line, c) for c in still.ends)
    moved = [at(form, line, c) for c in still.moved]
    through = [at(form, line, c.code) for c in form.columns if still.through and _of_year(c.code, still.through)]
    if any(cell.exact or cell.kind == "text" for cell in moved):
        return ""
    if "missing" in (first.kind, last.kind):
        known = any(cell.exact is not None for cell in (first, last, *through))
        return "" if known else "unknown"
    if first.exact is None or last.exact is None or any(cell.kind == "missing" for cell in moved):
        return ""
    if any(cell.exact != first.exact for cell in (last, *through)):
        bare = still.unaccounted and all(cell.kind in ("blank", "not_applicable") for cell in moved)
        return "ends" if bare else ""
    return "still" if first.exact else "zero"


def _aside(form: Form, code: str, kind: str, lines: Sequence[Line], still: Still) -> Line:
    """One line for stocks that are alike in this; those that are not zero with what they are."""

    def of(lang: str) -> str:
        between, colon = ("；", "：") if lang == "zh" else ("; ", ": ")
        listed = []
        for line in lines[:MOST_NAMED]:
            first, last = (at(form, line, c).printed(lang) for c in still.ends)
            amount = {"still": first, "ends": f"{first}→{last}"}.get(kind, "")
            unit = at(form, line, "unit").printed(lang) if amount else ""
            listed.append(" ".join(p for p in (line.cells[0].printed(lang), amount, unit) if p))
        if len(lines) > MOST_NAMED:
            listed.append(PRINT["more"].of(lang).format(n=len(lines) - MOST_NAMED))
        return PRINT[kind].of(lang).format(n=len(lines)) + colon + between.join(listed)

    cells = (words(Names(of("zh"), of("en"))), *(BLANK for _ in form.columns[1:]))
    return Line(code, cells, "aside", 1)


# ---- columns


def lean(form: Form) -> Form:
    """The ledger without columns that say nothing, or the same in every line; both are told below."""
    lines = [x for x in form.lines if x.style not in REMARKS]
    told: dict[str, list[Names]] = {}
    kept: list[int] = []
    for n, column in enumerate(form.columns):
        kind, said = _alike(column, n, lines) if n else ("", column.names)
        if kind in ("alike", "mostly") and len(lines) < 3:
            kind = ""  # hardly a table: nothing is gained
        if kind:
            told.setdefault(kind, []).append(said)
        else:
            kept.append(n)
    notes = [_listed(kind, told[kind]) for kind in ("empty", "inapplicable", "zeros", "alike", "mostly") if kind in told]
    columns = tuple(form.columns[n] for n in kept)
    left = tuple(replace(x, cells=tuple(x.cells[n] for n in kept)) for x in form.lines)
    return replace(form, columns=columns, lines=left, notes=(*notes, *form.notes))


def filled(form: Form) -> Form:
    """The ledger without the columns that are blank in every line, which are named below it: as a page shows it."""
    gone = [n for n, _ in enumerate(form.columns) if n and form.lines and all(x.cells[n].kind == "blank" for x in form.lines)]
    if not gone:
        return form
    kept = [n for n, _ in enumerate(form.columns) if n not in gone]
    lines = tuple(replace(x, cells=tuple(x.cells[n] for n in kept)) for x in form.lines)
    note = _listed("empty", [_head(form.columns[n]) for n in gone])
    return replace(form, columns=tuple(form.columns[n] for n in kept), lines=lines, notes=(*form.notes, note))


def _alike(column: Column, n: int, lines: Sequence[Line]) -> tuple[str, Names]:
    """In what way the cells of a column are all alike, with how that is told; nothing if they are not."""
    cells = [line.cells[n] for line in lines]
    names = _head(column)
    if not cells:
        return "", names
    if all(not any(cell.printed(lang) for lang in LANGS) for cell in cells):
        return "empty", names
    if all(cell.kind in ("not_applicable", "blank") for cell in cells):
        return "inapplicable", names
    if column.kind == "number":
        nothing = all(cell.kind in ("not_applicable", "blank") or (cell.kind == "number" and not cell.exact) for cell in cells)
        return ("zeros", names) if nothing else ("", names)
    return _repeated(names, cells, lines) if column.kind in ("text", "code") else ("", names)


def _head(column: Column) -> Names:
    """A column by its own name and those above it."""
    heads = (*column.group, column.names)
    return Names("·".join(h.zh for h in heads), ", ".join(h.en for h in heads))


def _repeated(names: Names, cells: Sequence[Cell], lines: Sequence[Line]) -> tuple[str, Names]:
    """One text in every line; or in nearly every one, with the lines that say something else."""
    texts = [(cell.printed("zh"), cell.printed("en")) for cell in cells]
    common = max(dict.fromkeys(texts), key=texts.count)
    odd = [(line, said) for line, said in zip(lines, texts, strict=True) if said != common]
    if not common[0] or len(odd) > min(EXCEPTIONS, len(lines) // 4):
        return "", names
    if not odd:
        return "alike", Names(f"{names.zh} {common[0]}", f"{names.en} {common[1]}")
    zh = "；".join(f"{line.cells[0].printed('zh')} {said[0] or PRINT['blank'].zh}" for line, said in odd)
    en = "; ".join(f"{line.cells[0].printed('en')} {said[1] or PRINT['blank'].en}" for line, said in odd)
    return "mostly", Names(f"{names.zh} {common[0]}（{zh}）", f"{names.en} {common[1]} ({en})")


def _listed(kind: str, told: Sequence[Names]) -> Names:
    zh, en = ("；", "; ") if kind in ("alike", "mostly") else ("、", ", ")
    return Names(PRINT[kind].zh + zh.join(t.zh for t in told) + "。", PRINT[kind].en + en.join(t.en for t in told) + ".")
