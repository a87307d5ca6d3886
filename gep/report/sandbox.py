"""The one way a template is carried out: Jinja2 in an immutable sandbox, every name known, plain data only.

Shipped templates run here. As soon as a book has templates of its own they run in a child process with limits of time, memory
and output (`gep.report.sandbox_child`), and whatever is wrong with them is a finding that names file and line.

A template that ends in `.html.j2` is escaped; text of any other kind is inert by a filter (`md`) or enters as JSON beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, TemplateRuntimeError, Undefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from gep.report import local_templates

SPECIAL = re.compile(r"([\\`*{}\[\]<>#|~&]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z]))")
FILTERS_LEFT_OUT = ("random",)  # the same data give the same bytes
FILTERS_OF_THE_SHIPPED = ("safe",)  # a template of a book cannot lift the escape
GLOBALS_LEFT_OUT = ("lipsum",)
PAGE = ".html.j2"  # how the name of a template ends whose output is escaped


@dataclass(frozen=True, slots=True)
class Limits:
    """What a template of a book may use: seconds, megabytes of memory, megabytes of output."""

    seconds: float = 10
    memory: int = 512
    output: int = 64


LIMITS = Limits()


class OutsideError(TemplateRuntimeError):
    """A template names a file that leaves the folders of templates."""


class Sandbox(ImmutableSandboxedEnvironment):
    """The immutable sandbox without powers: one of two short numbers can outlast any limit, and no report needs one."""

    intercepted_binops = frozenset({"**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> NoReturn:
        raise SecurityError(operator)


class Loader(BaseLoader):
    """The templates of a book, given as texts, then the shipped folder. Files are named as findings name them."""

    def __init__(self, local: Mapping[str, str], folder: Path) -> None:
        self.local, self.folder = local, folder

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Any]:
        if not local_templates.inside(template):
            raise OutsideError(template)
        if template in self.local:
            return self.local[template], f"{local_templates.LOCAL}/{template}", None
        path = self.folder / template
        if not path.is_file():
            raise TemplateNotFound(template)
        return path.read_text(encoding="utf-8"), f"templates/{template}", None


def environment(page: bool, local: Mapping[str, str], folder: Path) -> Sandbox:
    """The environment for pages or for other texts. A page is escaped; a text file keeps the newline at its end."""
    made = Sandbox(
        loader=Loader(local, folder),
        undefined=StrictUndefined,
        autoescape=page,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=not page,
        auto_reload=False,
    )
    made.filters["md"] = markdown
    for left_out in (*FILTERS_LEFT_OUT, *(FILTERS_OF_THE_SHIPPED if local else ())):
        del made.filters[left_out]
    for left_out in GLOBALS_LEFT_OUT:
        del made.globals[left_out]
    return made


@cache
def _of_the_shipped(page: bool, folder: Path) -> Sandbox:
    return environment(page, {}, folder)


def render(name: str, given: Mapping[str, object], folders: Sequence[Path] = (), limits: Limits = LIMITS) -> str:
    """The template of this name over plain data: text, numbers, lists and mappings of them, and Markup that the caller made.

    `folders`: those of a book, first wins. Raises Refused with everything that is wrong with them and the templates in them; with
    a shipped template alone, what Jinja2 raises (a fault of the program); TypeError for data that are not plain.
    """
    data = {key: plain(value) for key, value in given.items()}
    local = local_templates.read(folders)
    if not local:
        return _of_the_shipped(name.endswith(PAGE), local_templates.shipped()).get_template(name).render(data)
    from gep.report.sandbox_process import in_child

    return in_child(name, data, local, limits)


def plain(value: object) -> Any:
    """Data as templates get them: no object has attributes but text and numbers. Raises TypeError for anything else."""
    if isinstance(value, Markup) or value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [plain(held) for held in value]
    raise TypeError(f"a template cannot get {type(value).__name__}")


def markdown(text: object) -> str:
    """Text as it reads in Markdown, whatever it holds: no markup, no HTML, no line of its own."""
    return SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def _printable(value: object) -> object:
    """What is written into the text: text and numbers. Nothing else, so that no address of an object, no list and no None is."""
    if isinstance(value, Undefined):
        str(value)  # raises, and says which name
    if not isinstance(value, (str, int, float)):
        raise SecurityError(f"printing {type(value).__name__}")
    return value
