"""SN, signatures under the handover ledger: who has to sign, who did and of which wording, and whether the ledger is a draft.

The wording of a handover is the balances of its day. Their check code is printed on the ledger; a signature that names another
code is of figures that have changed since, and does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from gep.base.records import Names, key_text
from gep.ledger.acts import person
from gep.ledger.files import digest_bytes
from gep.ledger.journal import canonical
from gep.report.form import BLANK, Cell, Form, Line, text
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import day_words, form, record_words, texts
from gep.workflow.audit.open_checks import successors
from gep.workflow.audit.records_open import SIGN_ROLES, Signature, SignRole
from gep.workflow.forms.lists import said, worded

NAME = Names("交接签字", "Signatures of the handover")
COLUMNS = (
    worded("role", "签字角色", "Role", "label"),
    worded("post", "应签字人（职务）", "Who has to sign"),
    worded("name", "签字人", "Signed by"),
    worded("on", "日期", "Date"),
    worded("status", "状态", "Status"),
    worded("code", "所签台账核对码", "Check code signed"),
    worded("refused", "拒绝签字的理由", "Why it was refused"),
    worded("document", "文件", "Document"),
    worded("record", "记录", "Record"),
)
ROLES: tuple[SignRole, ...] = ("out", "in", "witness")
COLUMN_OF = {"out": "handover_sign", "in": "takeover_sign", "witness": "witness_sign"}  # of DA-01
Status: TypeAlias = Literal["signed", "unbound", "other", "refused", "none"]
STATUS: dict[Status, Names] = {
    "signed": Names("已签字", "signed"),
    "unbound": Names("已签字（未注明核对码）", "signed, without the check code"),
    "other": Names("所签数字已变，须重新签字", "signed other figures; to be signed again"),
    "refused": Names("拒绝签字", "refused"),
    "none": Names("未签字", "not signed"),
}
COUNTS: tuple[Status, ...] = ("signed", "unbound")
SEPARATE = Names("、", ", ")


@dataclass(frozen=True, slots=True)
class Signed:
    """How one role stands: the signature that counts last, if there is one, and what it is worth."""

    role: SignRole
    signature: Signature | None
    status: Status


def check_code(case: Case) -> str:
    """Twelve characters of the SHA-256 of the balances of the day of handover, as they are kept."""
    day = case.subject.end
    held = sorted(
        (b.region, b.table, b.row, key_text(b.key), "" if b.amount is None else str(b.amount), b.unit, b.method)
        for b in case.account.cut.balances.of_day(day)
        if b.table
    )
    digest = digest_bytes(canonical({"day": day.isoformat(), "balances": [list(b) for b in held]})).sha256
    return "-".join(digest[n : n + 4] for n in (0, 4, 8))


def signed(case: Case) -> tuple[Signed, ...]:
    """How each role stands: a signature of these figures before any other, a refusal only where nobody signed."""
    own = [s for s in case.collected.open.signatures if s.term == case.subject.id]
    code = check_code(case)
    return tuple(_role(role, [s for s in own if s.role == role], code) for role in ROLES)


def _role(role: SignRole, given: list[Signature], code: str) -> Signed:
    order: tuple[Status, ...] = ("none", "refused", "other", "unbound", "signed")
    found = [(_status(s, code), s) for s in given]
    if not found:
        return Signed(role, None, "none")
    status, signature = max(found, key=lambda pair: (order.index(pair[0]), pair[1].on, pair[1].id))
    return Signed(role, signature, status)


def _status(s: Signature, code: str) -> Status:
    if s.refused:
        return "refused"
    if not s.code:
        return "unbound"
    return "signed" if person(s.code).replace("-", "") == code.replace("-", "") else "other"


def is_draft(case: Case) -> bool:
    """Whether a signature is missing."""
    return any(s.status not in COUNTS for s in signed(case))


def ledger_name(case: Case, names: Names) -> Names:
    """The name of the handover ledger: a draft while a signature is missing."""
    return Names(f"{names.zh}（草稿）", f"{names.en} (draft)") if is_draft(case) else names


def ledger_notes(case: Case) -> Iterator[Names]:
    """The check code, and who has not signed."""
    code, missing = check_code(case), [s for s in signed(case) if s.status not in COUNTS]
    yield Names(
        f"交接日结存核对码 {code}；签字应注明所签的核对码。",
        f"Check code of the balances of the day of handover: {code}; a signature names the code it is of.",
    )
    if not missing:
        yield Names("移交人、接收人、监交人均已签字。", "Signed by who hands over, who takes over and the witness.")
        return
    zh = "；".join(f"{_who(s.role, case).zh}：{STATUS[s.status].zh}" for s in missing)
    en = "; ".join(f"{_who(s.role, case).en}: {STATUS[s.status].en}" for s in missing)
    yield Names(f"本台账为草稿。{zh}。", f"This ledger is a draft. {en[0].upper()}{en[1:]}.")


def ledger_line(case: Case, codes: tuple[str, ...]) -> Line:
    """The line of signatures of the handover ledger, whose columns are `codes`."""
    cells: dict[str, Cell] = {"name": said(NAME)}
    for s in signed(case):
        told = STATUS[s.status]
        by = f"{s.signature.name} {day_words(s.signature.on)}" if s.signature is not None else ""
        cells[COLUMN_OF[s.role]] = said(Names(f"{by}（{told.zh}）", f"{by} ({told.en})") if by else told)
    return Line("signatures", tuple(cells.get(code, BLANK) for code in codes), "subtotal")


def _who(role: SignRole, case: Case) -> Names:
    """Who has to sign in a role: the post that hands over, the one that takes over, or the witness."""
    names = SIGN_ROLES[role]
    posts = {"out": [case.subject.post], "in": [s.post for s in successors(case.tenure, case.subject)], "witness": []}[role]
    zh, en = "、".join(p.zh for p in posts), ", ".join(p.en for p in posts)
    return Names(f"{names.zh}（{zh}）", f"{names.en} ({en})") if posts else names


def forms(case: Case) -> Iterator[Form]:
    """The signatures of the handover at the end of a term, a line for each that is given and for each role that lacks one."""
    code, lines = check_code(case), list[Line]()
    own = [s for s in case.collected.open.signatures if s.term == case.subject.id]
    for role in ROLES:
        given = sorted((s for s in own if s.role == role), key=lambda s: (s.on, s.id))
        lines += [_line(case, role, s, _status(s, code)) for s in given]
        if not given:
            lines.append(_line(case, role, None, "none"))
    yield form(case, (case.form_id("SN"), "SN", NAME), COLUMNS, lines, ledger_notes(case))


def _line(case: Case, role: SignRole, s: Signature | None, status: Status) -> Line:
    cells = (said(SIGN_ROLES[role]), said(_post(role, case)))
    if s is None:
        return Line(role, (*cells, BLANK, BLANK, said(STATUS[status]), *(BLANK,) * 4))
    on: date = s.on
    rest = texts(day_words(on), STATUS[status], s.code, s.refused, s.document, record_words(case, "signature", s.id))
    return Line(f"signature.{s.id}", (*cells, text(s.name), *rest))


def _post(role: SignRole, case: Case) -> Names | None:
    if role == "witness":
        return None
    held = [case.subject] if role == "out" else list(successors(case.tenure, case.subject))
    if not held:
        return Names(f"{case.subject.end} 起没有登记接任者", f"nobody is named to take over on {case.subject.end}")
    zh, en = "、".join(_named(s.post.zh, s.name) for s in held), ", ".join(_named(s.post.en, s.name) for s in held)
    return Names(zh, en)


def _named(post: str, name: str) -> str:
    return f"{post} {name}".strip()
