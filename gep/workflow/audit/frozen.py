"""The rules that an engagement goes by, kept in it as they were on its first day, so that a later program changes none of them.

    rules/<hash>/  coefficients/…  ledgers/…  local/…  templates/…  book.toml  manifest.json

Kept are the catalogue of the book with all layouts, the evaluation schemes, the classes of responsibility, the rules of suspicion
and what the book has of its own; these are what an audit reads from then on. Templates and the digests of the fonts stand beside
them as the record of the form that papers had: forms are made by the program, and where they differ today that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gep.base.data import data_root
from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.program import program
from gep.ledger import catalogues
from gep.ledger.files import digest_file
from gep.ledger.journal import Entry
from gep.workflow.audit.acts import Act, State

RULES = "rules"  # the act, and the folder
NAME = "catalogue"
FORMS = ("templates/audit", "templates/charts", "templates/statement")
FOLDERS = (*catalogues.SHIPPED, "ledgers/evaluation", "ledgers/suspicions", *FORMS)
FONTS = "templates/fonts.sha256"


@dataclass(frozen=True)
class Rules:
    """The rules read by an audit. `folder`: where they stand; `files`: what the engagement has still to keep, None if it does."""

    folder: Path
    digest: str
    files: Mapping[str, bytes] | None = None

    @property
    def act(self) -> Act | None:
        """The act that enters them; None where they are those that the engagement keeps."""
        if self.files is None:
            return None
        return Act(RULES, {"id": NAME, "record": {"sha256": self.digest, "program": dict(program())}})


def rule_files(source: Path) -> dict[str, bytes]:
    """The rules of today: those shipped with the program, and what the book at `source` has of its own, by name."""
    data = data_root()
    fonts = sorted(p for p in (data / "templates/fonts").iterdir() if p.is_file())
    listed = "".join(f"{digest_file(p)[0].sha256}  {p.name}\n" for p in fonts)
    return catalogues.read_files(data, source, FOLDERS) | {FONTS: listed.encode()}


def digest_kept(state: State) -> str:
    """The name of the rules an engagement goes by; empty where it keeps none yet."""
    return str(state.of(RULES).get(NAME, {}).get("sha256", ""))


def rules_of(root: Path, state: State, source: Path, aside: Path, *, renew: bool = False) -> Rules:
    """The rules of the engagement at `root`; those of today, put into `aside`, where it keeps none or they are renewed.

    Raises Refused where a kept file was changed.
    """
    digest = digest_kept(state)
    damaged = list(catalogues.check(root / RULES / digest)) if digest else []
    if stops(damaged):
        raise Refused(damaged)
    if digest and not renew:
        return Rules(root / RULES / digest, digest)
    files = rule_files(source)
    today = catalogues.name_of(files)
    if today == digest:
        return Rules(root / RULES / digest, digest)
    for name, data in files.items():
        (aside / name).parent.mkdir(parents=True, exist_ok=True)
        (aside / name).write_bytes(data)
    return Rules(aside, today, files)


def since(rules: Rules, source: Path) -> Iterator[Finding]:
    """The kept rules that are other today, in the program or the book: told, they change nothing in the audit."""
    if rules.files is not None:
        return
    for name, (then, now) in catalogues.differences(rules.folder, rule_files(source)).items():
        code = "AUDIT-FORM-SINCE" if name.startswith("templates/") else "AUDIT-RULES-SINCE"
        yield finding(code, Place(name), found=now[:12], expected=then[:12])


def rule_faults(root: Path, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Every kept rule that was changed, added or lost, and what stands beside them and no act named."""
    records = [e.data.get("record") for e in entries if e.act == RULES]
    named = {str(record.get("sha256")) for record in records if isinstance(record, Mapping)}
    for digest in sorted(named):
        yield from catalogues.check(root / RULES / digest)
    for path in sorted((root / RULES).glob("*")):
        if path.name not in named:
            yield finding("AUDIT-FILE-EXTRA", Place(f"{RULES}/{path.name}"), found=path.name)
