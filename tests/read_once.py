"""A file of a catalogue is parsed once in a process while it stays the same: that took most of the time of reading a catalogue.

`gep.catalog.load.load` remembers whole catalogues; the tests change one file at a time.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from gep.catalog import files

KEPT = 4096  # texts in memory at a time: a catalogue has some two hundred

Parse = Callable[..., Mapping[str, Any]]


def install() -> None:
    """From here on `gep.catalog.files` parses every text once."""
    parse = parsed_once(tomllib.loads)
    files.tomllib = SimpleNamespace(loads=parse, TOMLDecodeError=tomllib.TOMLDecodeError)  # type: ignore[assignment]


def parsed_once(parse: Parse) -> Parse:
    """`parse` that gives what it made of a text before. Nobody changes that; what is refused is parsed again each time."""
    return lru_cache(KEPT)(parse)
