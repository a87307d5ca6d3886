"""verify: journal, releases and kept originals against their hashes."""

from __future__ import annotations

from gep.base.findings import Finding, Place, finding
from gep.book import Book
from gep.ledger import journal, releases
from gep.ledger.files import digest_file


def verify(book: Book) -> tuple[int, list[Finding]]:
    """How many things were checked, and a finding for each that is not as it was recorded.

    The journal is checked line by line; each release against its manifest and the manifest against the journal; each accepted
    original and each frozen rule set against the hash it is named by. A journal cut at its end, or a consistent forgery of the
    whole book, shows only against a digest kept elsewhere.
    """
    found = list(journal.verify(book.journal_path))
    if any(f.severity == "stop" for f in found):
        return 1, found
    checked = 1
    for entry in book.entries():
        if entry.act == "submit" and entry.data["status"] == "accepted":
            path = book.submissions / f"{entry.data['sha256']}{entry.data['suffix']}"
            checked += 1
            found += _original(path.name, digest_file(path)[0].sha256 if path.is_file() else "-", str(entry.data["sha256"]))
        elif entry.act == "run":
            folder = book.releases / str(entry.seq)
            checked += 2
            wrong = releases.check(folder)
            found += wrong
            if not wrong:
                sealed = releases.read_manifest(folder).digest.as_dict()
                if sealed != entry.data["manifest"]:
                    found += _original(f"releases/{entry.seq}", str(sealed), str(entry.data["manifest"]))
            frozen = book.rules / str(entry.data["rules_hash"]) / "frozen.json"
            held = digest_file(frozen)[0].sha256 if frozen.is_file() else "-"
            found += _original(f"rules/{frozen.parent.name[:12]}/frozen.json", held, str(entry.data["rules_hash"]))
    return checked, found


def _original(name: str, held: str, recorded: str) -> list[Finding]:
    return [] if held == recorded else [finding("VERIFY-HASH", Place(name), found=held, expected=recorded)]
