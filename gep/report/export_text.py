"""The texts beside exported data, from templates: README and instructions. Text of the book is inert in them."""

from __future__ import annotations

from collections.abc import Mapping

from gep.base.data import data_root
from gep.report import sandbox

README, INSTRUCTIONS, CHECKER = "export/README.md.j2", "pack/INSTRUCTIONS.md.j2", "pack/verify.py"
STATE_ZH = {"trial": "试算", "preliminary": "初步核算", "reviewed": "评审", "final": "最终核实", "closed": "封账"}


def render(template: str, **given: object) -> bytes:
    """A shipped template with plain data (text, numbers, lists and mappings of them); the same data give the same bytes.

    Every text of the book goes through the filter md. Raises jinja2.UndefinedError for a name that is not given: a fault of the
    program.
    """
    return sandbox.render(template, given).encode()


def checker() -> bytes:
    """The program that checks a pack, as it is shipped."""
    return (data_root() / "templates" / CHECKER).read_bytes()


def use(row: Mapping[str, object]) -> dict[str, object]:
    """A row of `vintage_in_use` as the README prints it."""
    return {**{n: row[n] for n in ("year", "profile", "vintage", "state")}, "state_zh": STATE_ZH[str(row["state"])]}
