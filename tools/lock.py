"""Write the lock files from pyproject.toml with uv: every version pinned, every file hashed, for all systems at once.

requirements.lock          run and development, DuckDB as pinned in pyproject.toml
requirements-run.lock      what a user needs to run, the same versions
requirements-duckdb2.lock  the DuckDB 2 that the whole suite is also run on
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
PYTHON = "3.11"
HEADER = "# Made by `make lock` from pyproject.toml; do not edit. Install: pip install --require-hashes -r {name}\n"
# a lock must install anywhere: it names packages, versions and hashes, never a place they came from
FORBIDDEN = ("://", "--index-url", "--extra-index-url", "--find-links", "--trusted-host", " file:", str(TOP))


def compile_lock(uv: str, name: str, arguments: list[str]) -> None:
    """Resolve for every system and Python from 3.11 on, newest versions, into the lock file `name`."""
    fixed = ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    command = [uv, "pip", "compile", *fixed, "--python-version", PYTHON, "--fork-strategy", "fewest", "--quiet", *arguments]
    # no settings of the machine may leak in
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_"))}
    made = subprocess.run(command, cwd=TOP, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    text = HEADER.format(name=name) + made.stdout
    leaked = [line for line in text.splitlines() if any(word in line for word in FORBIDDEN)]
    if leaked:
        raise SystemExit(f"{name}: the lock names a place: {leaked[:3]}")
    (TOP / name).write_text(text, encoding="utf-8")


def main() -> None:
    uv = str(Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else "uv"
    compile_lock(uv, "requirements.lock", ["--upgrade", "--extra", "dev", "pyproject.toml"])
    compile_lock(uv, "requirements-run.lock", ["--upgrade", "--constraint", "requirements.lock", "pyproject.toml"])
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "duckdb2.in"
        wanted.write_text("duckdb==2.0.*\n", encoding="utf-8")
        compile_lock(uv, "requirements-duckdb2.lock", ["--upgrade", "--no-config", str(wanted)])


if __name__ == "__main__":
    main()
