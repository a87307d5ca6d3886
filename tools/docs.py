"""Regenerate the generated documents, or check that the committed ones are what would be generated now.

Each `docs/make_NAME.py` writes its pages into the folder given as its only argument, at the paths they have under `docs/`. Here
every one of them is run into an empty folder; the result is copied to `docs/`, or with --check compared with it byte for byte.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]


def generate(docs: Path, out: Path) -> list[Path]:
    """Run every generator of `docs` into `out`; the pages made, relative to `out`, sorted. One that makes none is a fault."""
    with tempfile.TemporaryDirectory() as shared:  # a book that several of them need is made once
        around = {"GEP_DOCS_SHARED": shared} | os.environ
        for script in sorted(docs.glob("make_*.py")):
            before = set(out.rglob("*"))
            subprocess.run([sys.executable, str(script), str(out)], cwd=docs.parent, check=True, env=around)
            if set(out.rglob("*")) == before:
                raise SystemExit(f"{script.name}: wrote no page")
    return sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())


def stale(docs: Path, out: Path, pages: list[Path]) -> list[Path]:
    """Pages that are missing in `docs` or differ there."""
    return [page for page in pages if not (docs / page).is_file() or (docs / page).read_bytes() != (out / page).read_bytes()]


def main(arguments: list[str] | None = None, docs: Path = TOP / "docs") -> int:
    """0 if all is (or was made) current; 1 if --check finds pages that are not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a page is not current")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        pages = generate(docs, out)
        changed = stale(docs, out, pages)
        if options.check:
            for page in changed:
                print(f"docs/{page.as_posix()}: 不是最新的,请运行 make docs / not current, run make docs", file=sys.stderr)
            print(f"generated documents: {len(pages)}, not current: {len(changed)}")
            return 1 if changed else 0
        for page in changed:
            (docs / page).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(out / page, docs / page)
        print(f"generated documents: {len(pages)}, changed: {len(changed)}")
        return 0


if __name__ == "__main__":
    sys.exit(main())
