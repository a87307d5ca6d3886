"""What program this is: version, a hash over its own code, and the libraries that compute and store."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from gep.base.data import PACKAGE
from gep.base.version import __version__

LIBRARIES = ("duckdb", "numpy", "pyarrow", "mpmath", "pint")
NAME = "gep-accounts"


@cache
def code_hash() -> str:
    """SHA-256 over every file of code and words of the package, by name: another program has another hash, wherever it stands."""
    hasher = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        name = path.relative_to(PACKAGE).as_posix()
        if path.suffix in (".py", ".toml", ".txt") and not name.startswith("_data/"):
            hasher.update(f"{name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return hasher.hexdigest()


@cache
def program() -> Mapping[str, str]:
    """Name, version and code hash of the program; versions of Python and of the libraries that figures go through."""
    found = {"name": NAME, "version": __version__, "code": code_hash(), "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # a library put on the path without its metadata
            found[name] = "-"
    return found


def program_text(of: Mapping[str, str] | None = None) -> str:
    """Name and version of a program (this one if left out), as the table `run` gives them."""
    known = program() if of is None else of
    return f"{known['name']} {known['version']}"
