"""again: the papers of an audit pack made anew from what is in the pack alone, and compared byte by byte.

The engagement is put back to the moment before its last papers: journal up to them, files as taken by then, the rules of its own
day. The book is the one in the pack, under the name and anchors that were recorded of it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.program import program
from gep.book import now
from gep.ledger import catalogues
from gep.ledger.files import Digest, digest_bytes
from gep.ledger.journal import Entry
from gep.workflow.audit.acts import JOURNAL, collected
from gep.workflow.audit.conduct import conduct
from gep.workflow.audit.deliver import paper_files
from gep.workflow.audit.engagement import MANIFEST, PAPERS, Engagement
from gep.workflow.audit.frozen import RULES, Rules, since
from gep.workflow.audit.pack import BOOK, FIGURES, HELD, figures
from gep.workflow.audit.paper import paper_of
from gep.workflow.audit.run import Audited, as_taken
from gep.workflow.audit.source import Progress, Reading, Source, open_source
from gep.workflow.audit.tenure_file import audited_years
from gep.workflow.forms.trails import Traces
from gep.workflow.render import FORMATS, LANGS, Format, Lang


def again(root: Path, progress: Progress = lambda text: None) -> tuple[Finding, ...]:
    """Make the last papers of an unpacked pack anew; what came out the same, what otherwise, and whether the program is another.

    Raises Refused where the papers cannot be made.
    """
    entries = Engagement(root / HELD).entries()
    made = next((e for e in reversed(entries) if e.act == PAPERS), None)
    if made is None:
        raise Refused([finding("AUDIT-AGAIN-NONE", Place(f"{HELD}/{JOURNAL}"))])
    record = cast(Mapping[str, Any], made.data["record"])
    place = Place(f"{HELD}/{PAPERS}/{record['folder']}")
    told = list(_since(root, record, place))
    with tempfile.TemporaryDirectory(prefix="gep-again-") as folder:
        audited = _put_back(root, entries[: made.seq - 1], record, Path(folder), progress)
        paper = paper_of(conduct(audited, on=date.fromisoformat(record["day"]), progress=progress).results)
        if paper.content != made.data["id"]:
            told.append(finding("AUDIT-AGAIN-CONTENT", place, found=paper.content, expected=str(made.data["id"])))
        traces, same = Traces(), 0
        langs, formats = _asked(record)
        for name, data, _ in paper_files(paper, audited.source.book, langs, formats, traces):
            progress(name)
            if name in record["files"]:
                wrong = _differs(replace(place, file=f"{place.file}/{name}"), data, record["files"][name]["sha256"])
                told += wrong
                same += not wrong
        listed = digest_bytes((root / FIGURES).read_bytes()).sha256
        told += _differs(Place(FIGURES), figures(audited.source, paper, traces), listed)
    if same == len(record["files"]) and not any(f.severity == "stop" for f in told):
        told.append(finding("AUDIT-AGAIN-SAME", place, found=same, expected=paper.content))
    return tuple(told)


def _since(root: Path, record: Mapping[str, Any], place: Place) -> Iterator[Finding]:
    """What is other today than when the papers were made: the program, the rules and forms that come with it."""
    if record["program"]["code"] != program()["code"]:
        found, expected = (f"{p['version']} {p['code'][:12]}" for p in (program(), record["program"]))
        yield finding("REPERFORM-PROGRAM", place, found=found, expected=expected)
    rules = Rules(root / HELD / RULES / str(record["rules"]), str(record["rules"]))
    yield from since(rules, root / BOOK)


def _put_back(root: Path, before: Sequence[Entry], record: Mapping[str, Any], folder: Path, progress: Progress) -> Audited:
    """The engagement as it was before its last papers, in a folder of its own, over the book of the pack."""
    replica = Engagement(folder / HELD)
    replica.root.mkdir()
    shutil.copyfile(root / HELD / MANIFEST, replica.root / MANIFEST)
    lines = (root / HELD / JOURNAL).read_bytes().splitlines(keepends=True)
    replica.journal_path.write_bytes(b"".join(lines[: len(before)]))
    state = replica.state()
    for taken in state.files.values():
        target = replica.file(taken)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(root / target.relative_to(folder), target)
    rules = root / HELD / RULES / str(record["rules"])
    damaged = list(catalogues.check(rules))
    if stops(damaged):
        raise Refused(damaged)
    reader = Reading(root / BOOK, folder / "none", rules)
    tenure, records = as_taken(reader, replica.root)
    opened = open_source(
        root / BOOK, audited_years(tenure), folder, known_on=tenure.known_on, data=rules, clock=now, progress=progress
    )  # fmt: skip
    source = _as_recorded(opened, state.anchors)
    records = replace(records, files={name: replica.file(taken) for name, taken in state.files.items()})
    return Audited(replica, tenure, source, records, collected(state), (), ())


def _as_recorded(source: Source, anchors: Mapping[str, Any]) -> Source:
    """The source under the name it had, with the head that its journal had: both stand in the papers."""
    kind = cast(Literal["book", "pack"], anchors["kind"])
    head = anchors["journal"]
    recorded = (int(head["seq"]), Digest(str(head["sha256"]), str(head["sm3"])))
    return replace(source, kind=kind, called=str(anchors["name"]), pack=str(anchors["pack"]), head=recorded)


def _asked(record: Mapping[str, Any]) -> tuple[tuple[Lang, ...], tuple[Format, ...]]:
    """The languages, that in which the page opens first, and the formats of the files that were made."""
    names = tuple(record["files"])
    first = cast(Lang, record["opens"])
    langs = (first, *(lang for lang in LANGS if lang != first and any(f"-{lang}." in n for n in names)))
    return langs, tuple(f for f in FORMATS if any(n.endswith(f".{f}") for n in names))


def _differs(place: Place, data: bytes, expected: str) -> list[Finding]:
    found = digest_bytes(data).sha256
    return [] if found == expected else [finding("AUDIT-AGAIN-DIFFERS", place, found=found, expected=expected)]
