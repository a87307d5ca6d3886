"""Templates of a book in a child process: what it is given, what it gives back, and the findings made of that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from markupsafe import Markup

from gep.base.data import PACKAGE
from gep.base.findings import Finding, Place, Refused, finding
from gep.report import local_templates
from gep.report.sandbox import Limits

GRACE = 5.0  # seconds the child has to start and to say where it was, before it is ended
START = "import sys; sys.path.insert(0, sys.argv[1]); from importlib import import_module; import_module(sys.argv[2]).main()"


def in_child(name: str, data: Mapping[str, Any], local: Mapping[str, str], limits: Limits) -> str:
    """The text of a template that runs with the templates of a book. Raises Refused."""
    request = {
        "name": name,
        "data": packed(data),
        "local": dict(local),
        "shipped": str(local_templates.shipped()),
        "limits": asdict(limits),
    }
    answer = ask("gep.report.sandbox_child", request, limits.seconds)
    if answer is None:
        raise Refused([finding("TEMPLATE-TIME", Place(file=name), expected=f"{limits.seconds:g}")])
    if not answer:  # it died before it could say why, which is how a process ends that gets no more memory
        raise Refused([finding("TEMPLATE-MEMORY", Place(file=name), expected=limits.memory)])
    if "text" in answer:
        return str(answer["text"])
    raise Refused(_finding(fault, limits) for fault in answer["faults"])


def _finding(fault: Mapping[str, Any], limits: Limits) -> Finding:
    expected = {"TEMPLATE-TIME": f"{limits.seconds:g}", "TEMPLATE-MEMORY": limits.memory, "TEMPLATE-OUTPUT": limits.output}
    place = Place(file=str(fault["file"]), row=int(fault["row"]))
    return finding(fault["code"], place, found=fault["found"], expected=expected.get(fault["code"], ""))


def ask(module: str, request: Mapping[str, Any], seconds: float) -> dict[str, Any] | None:
    """What `main` of a module answers in a process of its own; None if it was too slow, nothing if it died."""
    try:
        # the program itself, with a fixed start; the templates enter as data
        done = subprocess.run(  # noqa: S603
            command(module),
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=seconds + GRACE,
            env=surroundings(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        return {}


def command(module: str) -> list[str]:
    """How `main` of a module of this program is started in a process of its own."""
    return [sys.executable, "-I", "-c", START, str(PACKAGE.parent), module]


def surroundings() -> dict[str, str]:
    """What such a process gets of the environment: only what Windows cannot start without."""
    return {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}


def packed(value: Any) -> Any:
    """Plain data as JSON in which no text can pass for Markup: the first character of every text says which it is."""
    if isinstance(value, str):
        return ("<" if isinstance(value, Markup) else "=") + str(value)
    if isinstance(value, Mapping):
        return {key: packed(held) for key, held in value.items()}
    if isinstance(value, list):
        return [packed(held) for held in value]
    return value


def unpacked(value: Any) -> Any:
    """The data again."""
    if isinstance(value, str):
        # escaped when `packed` met it as Markup, and by nobody else
        return Markup(value[1:]) if value[0] == "<" else value[1:]  # noqa: S704
    if isinstance(value, dict):
        return {key: unpacked(held) for key, held in value.items()}
    if isinstance(value, list):
        return [unpacked(held) for held in value]
    return value
