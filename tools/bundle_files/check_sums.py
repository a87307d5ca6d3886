"""Check every file of this folder against SHA256SUMS; anything altered, missing or added is named and the exit code is 1."""

import hashlib
import sys
from pathlib import Path


def main() -> int:
    folder = Path(__file__).resolve().parent
    stated = {}
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        stated[name] = digest
    present = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    present.pop("SHA256SUMS")
    wrong = [f"missing: {name}" for name in stated if name not in present]
    wrong += [f"not in the list: {name}" for name in present if name not in stated]
    for name in sorted(set(stated) & set(present)):
        if hashlib.sha256(present[name].read_bytes()).hexdigest() != stated[name]:
            wrong.append(f"altered: {name}")
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{len(stated)} files, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
