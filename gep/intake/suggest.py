"""Did you mean: the entries of a list nearest to what somebody wrote, by code, Chinese name or English name."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

from gep.base.records import Names

SHORT_LIST = 24  # candidates looked at closely
LIKE = 0.6  # similarity from which a candidate is offered alone


class Nearest:
    """Suggestions out of one list {code: names}. Each text is looked up once; the answer depends on the list alone."""

    def __init__(self, names: Mapping[str, Names]) -> None:
        self._names = names
        self._known: dict[str, tuple[str, ...]] = {}

    @cached_property
    def _forms(self) -> dict[str, tuple[str, ...]]:
        return {code: tuple(dict.fromkeys((_fold(code), _fold(n.zh), _fold(n.en)))) for code, n in self._names.items()}

    @cached_property
    def _grams(self) -> dict[str, tuple[frozenset[str], ...]]:
        return {code: tuple(_grams(form) for form in forms) for code, forms in self._forms.items()}

    def codes(self, text: str, limit: int = 3) -> tuple[str, ...]:
        """Codes of the entries so named, else of the most similar ones (at least one unless the list is empty)."""
        if text not in self._known:
            self._known[text] = self._find(_fold(text), limit)
        return self._known[text]

    def words(self, text: str) -> dict[str, Any]:
        """The suggestions as the holes `known_zh` and `known_en` of a message: `forest(森林)、…` and `forest (Forest), …`."""
        codes = self.codes(text)
        return {
            "known_zh": "、".join(f"{c}({self._names[c].zh})" if self._names[c].zh else c for c in codes) or "-",
            "known_en": ", ".join(f"{c} ({self._names[c].en})" if self._names[c].en else c for c in codes) or "-",
        }

    def _find(self, text: str, limit: int) -> tuple[str, ...]:
        named = tuple(sorted(code for code, forms in self._forms.items() if text in forms))
        if named:
            return named[:limit]
        grams = _grams(text)
        rough = sorted(self._grams, key=lambda c: (-max(_dice(grams, g) for g in self._grams[c]), c))[:SHORT_LIST]
        ranked = sorted((-max(SequenceMatcher(None, text, form).ratio() for form in self._forms[c]), c) for c in rough)
        like = tuple(code for likeness, code in ranked if -likeness >= LIKE)
        return like[:limit] or tuple(code for _, code in ranked[:limit])


def plain_names(codes: tuple[str, ...]) -> Mapping[str, Names]:
    """A list of codes that carry no names."""
    return {code: Names("", "") for code in codes}


def _fold(text: str) -> str:
    return text.strip().casefold()


def _grams(text: str) -> frozenset[str]:
    return frozenset(text) | {text[i : i + 2] for i in range(len(text) - 1)}


def _dice(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0
