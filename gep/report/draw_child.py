"""The child process that makes drawings: a complete specification a line in, one SVG or what is wrong with it a line out.

A drawing of a book comes with the seconds that it may take, and to a process of its own.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import Any

from gep.report import local_templates

VERSION = "6.1"  # of Vega-Lite; the same drawing gives the same bytes
MEMORY = 4 * 1024**3  # bytes of data; the converter itself needs a tenth


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        if "seconds" in request:
            _limit(float(request["seconds"]))
        sys.stdout.write(json.dumps(_answer(request["spec"])) + "\n")
        sys.stdout.flush()


def _answer(spec: str) -> dict[str, str]:
    """What Vega makes of a complete specification, or what it says against it. No address is read for it."""
    try:
        return {"svg": str(_converter().vegalite_to_svg(spec, vl_version=VERSION, allowed_base_urls=[]))}
    except ValueError as error:
        return {"error": str(error)}


@cache
def _converter() -> Any:
    """The converter, with the font that it measures with."""
    import vl_convert

    vl_convert.register_font_directory(str(local_templates.shipped() / "charts" / "metrics"))
    return vl_convert


def _limit(seconds: float) -> None:
    """Bounds on time and memory of this process, where the system has them; the parent ends it in time in any case."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
