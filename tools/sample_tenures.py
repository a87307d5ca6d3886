"""Makes the sample audits of `ledgers/books/sample-city/tenures` (示例市), byte for byte the same on every machine.

`python -m tools.sample_tenures` writes them; `--check` changes nothing and fails if a file is not what would be written now.
`tenures/README.md` is written by hand. Everything is made up (示例数据), posts, documents and figures alike.

Place and posts (tenure_posts.py). The upper county 990121. Two heads of government with a handover on 1 July 2020, six weeks in
2022 in which a deputy acted, a third head; a party secretary whose term overlaps them all. Three engagements, one for each
audited term, with the same subjects; the two of the heads share the handover.

Events (tenure_deeds.py, tenure_events.py). Cut out of what the county returned: land from the changed patches of its townships,
so that every class loses what another gains and no event exceeds the flow of its row and year; volumes, ore and water as parts of
the returned flows, drawn by SHA-256 of the fixed seed of the example city and a key. The decision is apart from the day on which
the asset changed. An engagement knows the events of whole years only. The patch data base of 30 June 2020 is the year-end of
2019, the events until then, and two fifths of what grows back in the year: by days it would be half, so that a gap stays to be
seen.

Red line (tenure_redline.py). Patches of the two units; the units keep the area that is returned for every year-end, while single
patches are lost, cut, moved with approval and quarried.

Records (tenure_head_2016.py, tenure_head_2020.py, tenure_secretary.py). Forms, papers, problems, steps, comments, documents.
What the evaluation and the attribution take from auditors, and a printed report (tenure_entries.py): its figures are those that
the county returned, but for one in the engagement of the head of 2020, which is wrong on purpose.

What stays open (tenure_open.py). Targets, debts to nature, projects and funds with their money, cases and incidents, the same for
all three audits, each as it stood at the end of its term; suggestions, transfers, signatures and a comment that was withdrawn.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from gep.workflow.audit.records_open import KINDS as OPEN
from tools.sample_parts import tenure_events, tenure_head_2016, tenure_head_2020, tenure_redline, tenure_secretary
from tools.sample_parts.tenure_bundle import Bundle
from tools.sample_parts.tenure_form import lines_of, tables_of
from tools.sample_parts.tenure_posts import ENGAGEMENTS, HEAD_2016, HEAD_2020, PARTY, Engagement
from tools.sample_parts.text import table

TENURES = Path(__file__).resolve().parents[1] / "ledgers" / "books" / "sample-city" / "tenures"
HAND_MADE = ("README.md",)
SCHEMA = 1
BUNDLES: Mapping[str, Callable[[], Bundle]] = {
    HEAD_2016: tenure_head_2016.bundle, HEAD_2020: tenure_head_2020.bundle, PARTY: tenure_secretary.bundle,
}  # fmt: skip
NOTICE = "# 示例数据：由 python -m tools.sample_tenures 生成，请勿手改 / made-up data, generated, do not edit by hand\n"


def build() -> dict[str, bytes]:
    """Every generated file of the tenures by its path in the folder."""
    made: dict[str, bytes] = {}
    for engagement in ENGAGEMENTS:
        files = files_of(engagement, BUNDLES[engagement.id]())
        made |= {f"{engagement.id}/{name}": content for name, content in files.items()}
    return made


def files_of(engagement: Engagement, bundle: Bundle) -> dict[str, bytes]:
    """The files of one engagement by name."""
    records = {
        "evidence_forms": ("evidence_form", bundle.forms),
        "papers": ("paper", bundle.papers),
        "problems": ("problem", bundle.problems),
        "steps": ("step", bundle.steps),
        "comments": ("comment", bundle.comments),
        "assigned": ("assigned", bundle.assigned),
        "entries": ("entry", bundle.entries),
        "scored_events": ("scored_event", bundle.scored),
        "reports": ("report", bundle.reports),
        **{place: (kind, getattr(bundle.open, place)) for kind, (_, place) in OPEN.items()},
        "withdrawn": ("withdraw", bundle.withdrawn),
    }
    return {
        "tenure.toml": tenure_toml(engagement).encode(),
        "events.csv": table(tenure_events.EVENT_HEADER, tenure_events.event_rows(engagement, bundle.cited)),
        "observations.csv": table(tenure_events.OBSERVATION_HEADER, tenure_events.observation_rows()),
        "redline.csv": table(tenure_redline.HEADER, tenure_redline.table(engagement.delivered, bundle.redline)),
        **{f"records/{name}.toml": f"{NOTICE}\n{tables_of(*entry)}\n".encode() for name, entry in records.items() if entry[1]},
        **{f"evidence/{name}": text.encode() for name, text in bundle.documents.items()},
    }


def tenure_toml(engagement: Engagement) -> str:
    """The tenure as its file has it: the fields, the methods, the subjects and the team."""
    tenure = engagement.tenure
    own = lines_of(tenure, skip=("subjects", "team", "methods", "bridges"))
    methods = "\n".join(["[methods]", *(f'"{name}" = "{method}"' for name, method in tenure.methods.items())])
    parts = ["\n".join([f"schema = {SCHEMA}", *own]), methods]
    parts += [tables_of("bridge", tenure.bridges)]
    parts += [tables_of("subject", tenure.subjects), tables_of("team", tenure.team)]
    return NOTICE + "\n" + "\n\n".join(parts) + "\n"


def stale(folder: Path, made: Mapping[str, bytes]) -> list[str]:
    """Files that are missing in the folder or differ there, and files there that nobody made."""
    found = {n for n, content in made.items() if not (folder / n).is_file() or (folder / n).read_bytes() != content}
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    return sorted(found | (there - set(made) - set(HAND_MADE)))


def main(arguments: list[str] | None = None, folder: Path = TENURES) -> int:
    """0 if all is (or was made) current; 1 if --check finds files that are not."""
    parser = argparse.ArgumentParser(prog="python -m tools.sample_tenures", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a file is not current")
    options = parser.parse_args(arguments)
    made = build()
    if options.check:
        old = stale(folder, made)
        for name in old:
            print(f"{name}: not current, run python -m tools.sample_tenures", file=sys.stderr)
        return 1 if old else 0
    for name, content in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
