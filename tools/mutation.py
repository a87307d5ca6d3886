"""Mutation test of the arithmetic that everything rests on (see [tool.mutmut] in pyproject.toml), with a floor under its result.

Every line of the chosen modules is changed in turn and the tests are run: a change that no test notices survives. Survivors are
listed; below the floor it fails. Some survive rightly, such as another number of guard digits with the same rounded result.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
STATS = TOP / "mutants" / "mutmut-cicd-stats.json"
FLOOR = 0.88


def share(stats: dict[str, int]) -> float:
    """Changes that were noticed (by a failing test or by never ending), of all that were tried."""
    tried = stats["total"] - stats["skipped"]
    if tried <= 0:
        raise SystemExit("no mutant was tried")
    return (stats["killed"] + stats["timeout"]) / tried


def main() -> int:
    mutmut = str(Path(sys.executable).parent / "mutmut")
    subprocess.run([mutmut, "run", "--max-children", "2"], cwd=TOP, check=False, stdout=subprocess.DEVNULL)
    subprocess.run([mutmut, "results"], cwd=TOP, check=True)
    subprocess.run([mutmut, "export-cicd-stats"], cwd=TOP, check=True, stdout=subprocess.DEVNULL)
    stats = json.loads(STATS.read_text(encoding="utf-8"))
    found = share(stats)
    print(f"mutation: {found:.1%} of {stats['total']} changes noticed, floor {FLOOR:.0%}")
    return 0 if found >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
