"""The child process that makes a drawing of a book: one complete specification in, one SVG or what is wrong with it out."""

from __future__ import annotations

import json
import sys

from gep.base.findings import Refused
from gep.report.draw import drawing
from gep.report.local_templates import Found

MEMORY = 4 * 1024**3  # bytes of data; the converter itself needs a tenth


def main() -> None:
    request = json.load(sys.stdin)
    _limit(float(request["seconds"]))
    try:
        answer = {"svg": drawing(request["spec"], "", Found("", "", "", local=True))}
    except Refused as refused:
        answer = {"error": refused.findings[0].found}
    sys.stdout.write(json.dumps(answer))


def _limit(seconds: float) -> None:
    """Bounds on time and memory of this process, where the system has them; the parent ends it in time in any case."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
