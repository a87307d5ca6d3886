"""The ledgers of an audit as a workbook: a sheet a ledger with live totals, the index of evidence, where figures are from.

Pure: the same paper gives the same bytes. No clock, no name of a machine, nothing read from disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gep.report.audit import AuditHead, AuditPaper
from gep.report.audit_data import holder_data, known_on
from gep.report.audit_index import evidence_index
from gep.report.audit_outline import Outline, outline
from gep.report.audit_words import WORDS, words
from gep.report.form import Form
from gep.report.workbook import bound
from gep.report.workbook_imprint import BLANK


def audit_workbook(paper: AuditPaper, lang: str, *, seal: str = "") -> bytes:
    """The ledgers of a paper as XLSX in one language (zh, en), in the order of the report.

    `seal`: the digest of the paper if it is known already. Raises Refused where a total does not agree with what it is made of.
    """
    shape = outline(paper)
    forms = [form for part in (*shape.chapters, *shape.annexes) for form in part.forms]
    return bound([[*forms, evidence_index(paper)]], AuditImprint(paper.head, shape, lang), seal or paper.content)


@dataclass(frozen=True)
class AuditImprint:
    """What the ledgers say of themselves. `shape`: which ledger stands in which chapter."""

    head: AuditHead
    shape: Outline
    lang: str

    @property
    def title(self) -> str:
        return f"{self.head.names.of(self.lang)}{'　' if self.lang == 'zh' else ': '}{WORDS['ledgers'].of(self.lang)}"

    @property
    def author(self) -> str:
        return ""

    @property
    def made_on(self) -> str:
        return self.head.made_on[:10]

    @property
    def footer(self) -> str:
        return WORDS["footer"].of(self.lang).format(engagement=self.head.engagement)

    @property
    def sign_off(self) -> str:
        used = words(self.lang)
        return used["sign_off"].format(gap=used["gap"])

    def marks(self, form: Form | None = None) -> tuple[str, ...]:
        illustrative = self.head.illustrative or (form is not None and form.illustrative)
        told = [(self.head.draft, "draft"), (illustrative, "illustrative")]
        return tuple(WORDS[name].of(self.lang) for there, name in told if there)

    def block(self, form: Form) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Whom the ledger is of and what it rests on at the left; its number, engagement and unit at the right."""
        used, head, lang = words(self.lang), self.head, self.lang
        colon = "：" if lang == "zh" else ": "
        audited = [holder_data(h, lang) for h in head.holders if h.audited]
        posts = ("；" if lang == "zh" else "; ").join(f"{h['post']} {h['term']}" for h in audited) or BLANK
        unit = form.unit.of(lang)
        left = (
            f"{used['region']}{colon}{head.region_names.of(lang)} {head.region}",
            f"{used['post']}{colon}{posts}",
            f"{used['book']}{colon}{head.book.of(lang)}",
            f"{used['known_on']}{colon}{known_on(head, lang)}",
            f"{used['scheme']}{colon}{head.scheme_names.of(lang)}",
        )
        right = (
            used["number"] + form.number,
            f"{used['document']}{colon}{head.document or BLANK}",
            f"{used['engagement']}{colon}{head.engagement}",
            f"{used['made_on']}{colon}{head.made_on}",
            used["unit"] + unit if unit else "",
        )
        return left, right

    def group(self, form: Form) -> tuple[object, str]:
        for part in (*self.shape.chapters, *self.shape.annexes):
            if any(form is one for one in part.forms):
                return part.key, part.title.of(self.lang)
        return "index", WORDS["index"].of(self.lang)

    def facts(self, digest: str) -> Iterator[tuple[str, str]]:
        used, head, lang = words(self.lang), self.head, self.lang
        yield used["engagement"], f"{head.names.of(lang)} {head.engagement}"
        yield used["region"], f"{head.region_names.of(lang)} {head.region}"
        for holder in (holder_data(h, lang) for h in head.holders):
            named = f"{holder['post']} {holder['name']}".rstrip()
            yield used["term"], f"{named}　{holder['term']}　{holder['state']}"
        for name, value in self._schemes():
            yield used[name], value
        yield used["book"], head.book.of(lang)
        yield used["known_on"], known_on(head, lang)
        yield used["state"], used["draft_line" if head.draft else "sealed"]
        yield used["made_on"], head.made_on
        for who, role in head.auditors:
            yield used.get(role, role), who
        yield used["digest"], digest
        for name, value in head.anchors:
            yield f"{used['anchor']} {name}", value
        yield used["program"], head.program

    def told(self) -> Sequence[str]:
        told = [(self.head.draft, "draft_told"), (self.head.illustrative, "illustrative_told"), (True, "personal_line")]
        return [WORDS[name].of(self.lang) for there, name in told if there]

    def _schemes(self) -> Iterator[tuple[str, str]]:
        for name, value in (
            ("document", self.head.document),
            ("evaluation_scheme", self.head.evaluation_names.of(self.lang)),
            ("scheme", self.head.scheme_names.of(self.lang)),
            ("profile", self.head.profile_names.of(self.lang)),
        ):
            if value:
                yield name, value
