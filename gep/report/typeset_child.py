"""The child process that sets a book's own template: limits first, every way to a network closed, one answer as JSON."""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from typing import Any

from gep.base.findings import Place, Refused, finding
from gep.base.issuer import Fonts
from gep.report.sandbox_child import limit
from gep.report.sandbox_process import ask


def asked(main: Path, fonts: Fonts, seconds: float, memory: int) -> tuple[bytes, tuple[str, ...]]:
    """The PDF of a Typst file from a child process, and what Typst warned of. Raises Refused."""
    from gep.report.typeset import origin

    request = {"main": str(main), "fonts": fonts, "seconds": seconds, "memory": memory}
    answer = ask("gep.report.typeset_child", request, seconds)
    if not answer:
        place = Place(file=f"local/templates/{origin(main, main.name)}")
        raise Refused([finding("PRINT-TEMPLATE-TIME", place, limit=f"{seconds:g}")])
    if "pdf" in answer:
        return base64.b64decode(answer["pdf"]), tuple(answer["warnings"])
    raise Refused(
        finding(f["code"], Place(file=f["file"], row=f["row"]), found=f["found"], holes=f["args"]) for f in answer["faults"]
    )


def main() -> None:
    from gep.report.typeset import NOWHERE, PROXIES, compiled

    request = json.load(sys.stdin)
    os.environ.update(dict.fromkeys(PROXIES, NOWHERE))
    os.environ.pop("NO_PROXY", None)
    os.environ.pop("no_proxy", None)
    _hold(float(request["seconds"]), int(request["memory"]))
    answer: dict[str, Any]
    try:
        pdf, warnings = compiled(Path(request["main"]), request["fonts"])
        answer = {"pdf": base64.b64encode(pdf).decode(), "warnings": list(warnings)}
    except Refused as refused:
        answer = {
            "faults": [
                {"code": f.code, "file": f.place.file, "row": f.place.row, "found": f.found, "args": dict(f.args)}
                for f in refused.findings
            ]
        }
    sys.stdout.write(json.dumps(answer))


def _hold(seconds: float, memory: int) -> None:
    """As for other templates of a book; Typst does not come back to Python, so the system ends it when its time is over."""
    limit(seconds, memory)
    if sys.platform != "win32":
        import signal

        signal.signal(signal.SIGALRM, signal.SIG_DFL)
