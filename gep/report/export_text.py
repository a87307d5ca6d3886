"""The texts beside exported data, from templates: README and instructions. Text of the book is inert in them."""

from __future__ import annotations

from collections.abc import Mapping

from gep.base.data import data_root
from gep.report import sandbox

README, INSTRUCTIONS, CHECKER = "export/README.md.j2", "pack/INSTRUCTIONS.md.j2", "pack/verify.py"
AUDIT_README, AUDIT_CHECKER = "pack/AUDIT.md.j2", "pack/verify_audit.py"
BEGINS = "# --- "  # where the latter part of the checker of an audit pack begins, after what it imports
ENDS = '\n\nif __name__ == "__main__":'  # where that of a book ends, before it is run
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


def audit_checker() -> bytes:
    """The program that checks the pack of an audit: that of a book with its own part behind it, one file that needs no other."""
    first, latter = ((data_root() / "templates" / name).read_text(encoding="utf-8") for name in (CHECKER, AUDIT_CHECKER))
    head = first[: first.rindex(ENDS)].replace("import argparse\n", "import argparse\nimport base64\n", 1)
    head = head.replace("import sys\n", "import sys\nimport zlib\n", 1)
    return f"{head}\n\n{latter[latter.index(BEGINS) :]}".encode()


def use(row: Mapping[str, object]) -> dict[str, object]:
    """A row of `vintage_in_use` as the README prints it."""
    return {**{n: row[n] for n in ("year", "profile", "vintage", "state")}, "state_zh": STATE_ZH[str(row["state"])]}
