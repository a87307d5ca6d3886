"""Services and measures that claim the same thing, and what a scheme says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gep.base.findings import Finding, Place, finding
from gep.base.records import Line, Overlap, Scheme
from gep.catalog.classes import OPEN
from gep.catalog.record import HOLDS, MEASURE, Catalog


@dataclass(frozen=True)
class Claim:
    """An overlap that a scheme makes: the members it values, each with the measures that stand for it."""

    overlap: Overlap
    members: Mapping[str, tuple[str, ...]]
    shown: bool


def claims(catalog: Catalog, scheme: Scheme) -> list[Claim]:
    """The overlaps of which the scheme values two or more members, in the order they are declared."""
    found = []
    for overlap in catalog.overlaps.values():
        held = {m: _valued(scheme, m) for m in overlap.members}
        members = {m: names for m, names in held.items() if names}
        if len(members) > 1:
            shown = scheme.overlaps.get(overlap.id) == "show" and not overlap.alternatives
            found.append(Claim(overlap, members, shown))
    return found


def _valued(scheme: Scheme, member: str) -> tuple[str, ...]:
    """The measures with a value that a member stands for: all of a service, one measure, or one only if it holds a code."""
    name, _, code = member.partition(HOLDS)
    lines = [(s.id, line) for s in scheme.services for line in s.lines if line.price or line.value_only]
    of_service = tuple(line.measure for service, line in lines if service == name)
    if of_service:
        return of_service
    measure = name.removeprefix(MEASURE)
    return tuple(line.measure for _, line in lines if line.measure == measure and (not code or _holds(line, code)))


def _holds(line: Line, code: str) -> bool:
    """Whether a line may have figures of a code: its domain names it, is open, or is left to the whole code scheme."""
    return not line.domain or any(code in codes or codes == OPEN for codes in line.domain.values())


def refused(claimed: Iterable[Claim], scheme: Scheme) -> list[Finding]:
    """A finding that stops for each overlap the scheme does not say is to be shown, and for alternatives whatever it says."""
    findings = []
    for claim in claimed:
        if claim.shown:
            continue
        code = "CATALOG-ALTERNATIVES" if claim.overlap.alternatives else "CATALOG-OVERLAP"
        place = Place(scheme.file, key=f"{scheme.id}/{claim.overlap.id}")
        findings.append(finding(code, place, found=", ".join(claim.members), holes=_words(claim)))
    return findings


def undetermined(scheme: Scheme) -> list[Finding]:
    """A finding that stops for each service of which it is not known whether the standard has it."""
    place = Place(scheme.file, key=f"{scheme.id}.undetermined")
    return [finding("CATALOG-UNDETERMINED", place, found=s, holes={"name": s, "scheme": scheme.id}) for s in scheme.undetermined]


def told(claim: Claim, scheme: Scheme, year: int, amounts: str) -> Finding:
    """The note that two valued members overlap, with the value of each."""
    place = Place(claim.overlap.file, key=f"{claim.overlap.id}/{scheme.id}/{year}/-")
    return finding("CATALOG-OVERLAP-SHOWN", place, found=amounts, holes=_words(claim))


def _words(claim: Claim) -> dict[str, object]:
    names = claim.overlap.names
    return {"name_zh": names.zh, "name_en": names.en, "clause": claim.overlap.clause, "id": claim.overlap.id}
