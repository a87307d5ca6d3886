"""The rules of an engagement: kept on its first day, read from then on, renewed by the lead alone, named where they were changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.base.findings import Refused
from gep.catalog.evaluation import evaluations
from gep.catalog.suspicions import folder as suspicion_folder
from gep.catalog.suspicions import rules as suspicion_rules
from gep.ledger import catalogues
from gep.workflow.audit.engagement import Engagement, verify_engagement
from gep.workflow.audit.frozen import FONTS, digest_kept, rule_files
from gep.workflow.audit.run import Audited, audit
from tests.ready import Ready
from tests.workflow.audit.engaged import AUDITOR, LEAD, closed_garze, garze_engagement


@pytest.fixture
def book(ready: Ready, tmp_path: Path) -> Path:
    """A copy of the closed book, whose own rules may be changed."""
    return ready.copy(closed_garze(ready), tmp_path / "book").root


@pytest.fixture
def held(ready: Ready, tmp_path: Path) -> Path:
    """A copy of the engagement over it, with the files of its tenure."""
    for name in ("t", "e"):
        shutil.copytree(garze_engagement(ready) / name, tmp_path / name)
    return tmp_path


def again(book: Path, held: Path, who: str = LEAD, *, renew: bool = False) -> Audited:
    return audit(book, held / "t" / "tenure.toml", held / "e", who=who, renew=renew)


def own_scheme(book: Path) -> None:
    """The book replaces a shipped evaluation scheme by one of another version."""
    shipped = data_root() / "ledgers" / "evaluation" / "county-example.toml"
    own = book / "local" / "evaluation" / "county-example.toml"
    own.parent.mkdir(parents=True)
    text = shipped.read_text(encoding="utf-8")
    assert 'version = "1"' in text
    own.write_text(text.replace('version = "1"', 'version = "2"'), encoding="utf-8")


def refused(book: Path, held: Path, who: str, *, renew: bool) -> list[str]:
    with pytest.raises(Refused) as told:
        again(book, held, who, renew=renew)
    return [f.code for f in told.value.findings if f.severity == "stop"]


def test_everything_that_an_audit_reads_is_kept(held: Path) -> None:
    """To the last byte: catalogue, layouts, evaluation, responsibility, suspicions, the book's own, templates; fonts by digest."""
    engagement = Engagement(held / "e")
    kept = held / "e" / "rules" / digest_kept(engagement.state())
    for name in (
        "book.toml", "coefficients/sources.toml", "ledgers/evaluation/county-example.toml", "ledgers/evaluation/responsibility.toml",
        "ledgers/suspicions/land.toml", "ledgers/suspicions/favour.csv", "templates/audit/report.typ.j2",
    ):  # fmt: skip
        assert name in catalogues.listed(kept)
        if name != "book.toml":
            assert (kept / name).read_bytes() == (data_root() / name).read_bytes()
    assert "NotoSerifCJKsc-Regular.otf" in (kept / FONTS).read_text(encoding="utf-8")
    entered = next(e for e in engagement.entries() if e.act == "rules")
    assert (entered.seq, entered.who) == (3, LEAD)


def test_later_rules_change_nothing_until_the_lead_takes_them(book: Path, held: Path) -> None:
    first = digest_kept(Engagement(held / "e").state())
    own_scheme(book)
    done = again(book, held)
    told = {f.place.file: f.code for f in done.findings if f.code.endswith("-SINCE")}
    assert told == {"local/evaluation/county-example.toml": "AUDIT-RULES-SINCE"}
    read = done.source.book
    assert read.data == held / "e" / "rules" / first
    assert evaluations(read.data, read.local)["county-example"].version == "1"
    assert len(suspicion_rules(suspicion_folder(read.data))) == len(suspicion_rules())
    assert refused(book, held, AUDITOR, renew=True) == ["AUDIT-ROLE"]
    renewed = again(book, held, renew=True).source.book
    second = digest_kept(Engagement(held / "e").state())
    assert renewed.data == held / "e" / "rules" / second
    assert evaluations(renewed.data, renewed.local)["county-example"].version == "2"
    assert {p.name for p in (held / "e" / "rules").iterdir()} == {first, second}
    assert second == catalogues.name_of(rule_files(book))
    before = Engagement(held / "e").entries()
    again(book, held, renew=True)  # nothing is new: no act but the access
    assert [e.act for e in Engagement(held / "e").entries()[len(before) :]] == ["access"]
    assert verify_engagement(held / "e") == ()


def test_a_changed_rule_is_named_and_not_used(book: Path, held: Path) -> None:
    kept = held / "e" / "rules" / digest_kept(Engagement(held / "e").state())
    changed, gone = kept / "ledgers" / "suspicions" / "land.toml", kept / "ledgers" / "evaluation" / "responsibility.toml"
    changed.write_bytes(changed.read_bytes().replace(b"0", b"1", 1))
    gone.unlink()
    (kept / "local" / "more.toml").write_text("", encoding="utf-8")
    (kept.parent / "others").mkdir()
    names = {f"rules/{kept.name}/{p.relative_to(kept).as_posix()}" for p in (changed, gone, kept / "local" / "more.toml")}
    found = verify_engagement(held / "e")
    assert {f.place.file for f in found if f.code == "VERIFY-HASH"} == names
    assert [f.place.file for f in found if f.code == "AUDIT-FILE-EXTRA"] == ["rules/others"]
    assert set(refused(book, held, LEAD, renew=False)) == {"VERIFY-HASH"}


def test_after_the_seal_the_rules_stay(book: Path, held: Path) -> None:
    Engagement(held / "e").seal(who=LEAD)
    own_scheme(book)
    assert refused(book, held, LEAD, renew=True) == ["AUDIT-SEALED"]
    assert again(book, held).source.book.data == held / "e" / "rules" / digest_kept(Engagement(held / "e").state())
