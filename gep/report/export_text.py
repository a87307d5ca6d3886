"""The texts beside exported data, from templates: README and instructions. Text of the book is inert in them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gep.base.data import data_root

README, INSTRUCTIONS, CHECKER = "export/README.md.j2", "pack/INSTRUCTIONS.md.j2", "pack/verify.py"
SPECIAL = re.compile(r"([\\`*{}\[\]<>#|~&]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z]))")
STATE_ZH = {"trial": "试算", "preliminary": "初步核算", "reviewed": "评审", "final": "最终核实", "closed": "封账"}


def markdown(text: object) -> str:
    """Text as it reads in Markdown, whatever it holds: no markup, no HTML, no line of its own."""
    return SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def render(template: str, **given: object) -> bytes:
    """A shipped template with plain data (text, numbers, lists and mappings of them); the same data give the same bytes.

    Raises jinja2.UndefinedError for a name that is not given: a fault of the program.
    """
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(data_root() / "templates"),
        undefined=StrictUndefined,
        autoescape=False,  # Markdown, not HTML: every text of the book goes through the filter md
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["md"] = markdown
    return environment.get_template(template).render(given).encode()


def checker() -> bytes:
    """The program that checks a pack, as it is shipped."""
    return (data_root() / "templates" / CHECKER).read_bytes()


def use(row: Mapping[str, object]) -> dict[str, object]:
    """A row of `vintage_in_use` as the README prints it."""
    return {**{n: row[n] for n in ("year", "profile", "vintage", "state")}, "state_zh": STATE_ZH[str(row["state"])]}
