"""The child process that carries out the templates of a book: limits set first, then every template read, then one written.

It reads one request as JSON from its standard input and writes one answer to its standard output: `text`, or `faults` with code,
file, row and what was found.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from jinja2 import Environment, TemplateNotFound, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError

from gep.report.sandbox import PAGE, OutsideError, environment
from gep.report.sandbox_process import unpacked

MEGABYTE = 1024 * 1024


class TooLongError(Exception):
    """The time is over."""


class TooMuchError(Exception):
    """The output is too large."""


def main() -> None:
    request = json.load(sys.stdin)
    limits = request["limits"]
    # one call for the answer, so that a template that fails half way leaves no half answer
    sys.stdout.write(json.dumps(_answer(request, limits)))


def _answer(request: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    name, local = request["name"], request["local"]
    data = unpacked(request["data"])
    made = environment(name.endswith(PAGE), local, Path(request["shipped"]))
    limit(float(limits["seconds"]), int(limits["memory"]))
    try:
        wrong = [fault for local_name in sorted(local) for fault in _misuse(made, local_name, local[local_name])]
        return {"faults": wrong} if wrong else {"text": _text(made, name, data, int(limits["output"]) * MEGABYTE)}
    except Exception as error:
        return {"faults": [_fault(error, name)]}
    finally:
        _unlimited()


def limit(seconds: float, memory: int) -> None:
    """Bounds on time, memory (MB) and files of this process. Where the system has none, the parent still ends it in time."""
    if sys.platform == "win32":
        return
    import resource
    import signal

    def over(*_: object) -> None:
        raise TooLongError

    signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    resource.setrlimit(resource.RLIMIT_AS, (memory * MEGABYTE, memory * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _unlimited() -> None:
    """The time of the templates is over; what is left is to say how it went."""
    if sys.platform != "win32":
        import signal

        signal.setitimer(signal.ITIMER_REAL, 0)


def _text(made: Environment, name: str, data: Mapping[str, Any], most: int) -> str:
    pieces, size = [], 0
    for piece in made.get_template(name).generate(data):
        size += len(piece.encode())
        if size > most:
            raise TooMuchError
        pieces.append(piece)
    return "".join(pieces)


def _misuse(made: Environment, name: str, source: str) -> Iterator[dict[str, Any]]:
    """What can be seen without running it: what is no template, and a part that would not be escaped."""
    if not name.endswith(".j2"):
        return
    try:
        tree = made.parse(source, name, f"local/templates/{name}")
        made.compile(source, name, f"local/templates/{name}")
    except TemplateSyntaxError as error:
        yield _told("TEMPLATE-SYNTAX", f"local/templates/{name}", error.lineno, error.message or "")
        return
    for node in tree.find_all((nodes.ScopedEvalContextModifier, nodes.EvalContextModifier)):
        yield _told("TEMPLATE-FORBIDDEN", f"local/templates/{name}", node.lineno, "autoescape")


def _fault(error: BaseException, name: str) -> dict[str, Any]:
    file, row = _where(error.__traceback__, f"local/templates/{name}")
    match error:
        case TooLongError():
            return _told("TEMPLATE-TIME", file, row, "")
        case TooMuchError():
            return _told("TEMPLATE-OUTPUT", f"local/templates/{name}", 0, "")
        case MemoryError():
            return _told("TEMPLATE-MEMORY", file, row, "")
        case SecurityError():
            return _told("TEMPLATE-FORBIDDEN", file, row, str(error))
        case UndefinedError():
            return _told("TEMPLATE-UNDEFINED", file, row, str(error))
        case OutsideError():
            return _told("TEMPLATE-OUTSIDE", file, row, str(error))
        case TemplateNotFound():
            return _told("TEMPLATE-NOT-FOUND", file, row, error.message or "")
        case TemplateSyntaxError():
            return _told("TEMPLATE-SYNTAX", error.filename or file, error.lineno, error.message or "")
    return _told("TEMPLATE-FAILED", file, row, f"{type(error).__name__}: {error}")


def _told(code: str, file: str, row: int, found: str) -> dict[str, Any]:
    return {"code": code, "file": file, "row": row, "found": found}


def _where(trace: TracebackType | None, otherwise: str) -> tuple[str, int]:
    """The innermost line of a template in a traceback; Jinja2 has put the lines of the templates into it."""
    found = (otherwise, 0)
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(("local/templates/", "templates/")):
            found = (file, trace.tb_lineno)
        trace = trace.tb_next
    return found
