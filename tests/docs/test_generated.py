"""The generated documents and pictures that are committed are what would be generated now."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from gep.book import Book

TOP = Path(__file__).resolve().parents[2]


def test_every_page_is_current(city: Book) -> None:
    around = os.environ | {"GEP_DOCS_SHARED": str(city.root.parent), "PYTHONPATH": str(TOP)}
    done = subprocess.run(
        [sys.executable, str(TOP / "tools" / "docs.py"), "--check"], capture_output=True, text=True, check=False, env=around
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("not current: 0")
