"""Make docs/errors.md, the catalogue of what intake complains about, from the bad files in tests/intake/bad.

Each file holds one kind of mistake; it is submitted, and the finding shown as a clerk would read it. Called with the folder to
write into (see tools/docs.py); the tests submit the same files through the same functions.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import sys
import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
BAD = TOP / "tests" / "intake" / "bad"
sys.path.insert(0, str(TOP))

from gep.base.findings import Finding, message, render  # noqa: E402
from gep.base.records import Vocabulary, key_of  # noqa: E402
from gep.intake.checks import Need, missing_inputs  # noqa: E402
from gep.intake.submit import intake  # noqa: E402
from gep.intake.table import snippet  # noqa: E402

HEAD = """# 报送差错一览 / What intake complains about

每一条都由 `tests/intake/bad` 中的一个小文件得出:报送该文件,得到下面的提示。
`stop` 必须改正,`query` 必须改正或说明,`note` 仅供知悉。

Each entry comes from a small file in `tests/intake/bad`: submitting it gives the finding shown. `stop` must be corrected, `query`
must be corrected or explained, `note` is for information.
"""


def cases() -> dict[str, dict[str, Any]]:
    """File name -> what is expected of it and how it is submitted."""
    return tomllib.loads((BAD / "expected.toml").read_text(encoding="utf-8"))


def small_vocabulary() -> Vocabulary:
    """The vocabulary of the intake tests."""
    spec = importlib.util.spec_from_file_location("intake_conftest", TOP / "tests" / "intake" / "conftest.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("tests/intake/conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Vocabulary = module.small_vocabulary()
    return made


def submitted(name: str, case: dict[str, Any]) -> tuple[str, bytes]:
    """The name and bytes that are submitted for a bad file: as it stands, or filled up, or as Parquet."""
    data = (BAD / name).read_bytes()
    if "fill" in case:
        data = data.replace(b"<long>", b"x" * int(case["fill"]))
    if "as_parquet" in case:
        return name.replace(".csv", ".parquet"), _parquet(data, case["as_parquet"])
    return name, data


def _parquet(data: bytes, types: dict[str, str]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    header, *rows = list(csv.reader(io.StringIO(data.decode())))
    kinds = {"double": (pa.float64(), float), "bool": (pa.bool_(), lambda text: text == "true")}
    columns = {}
    for position, name in enumerate(header):
        kind, convert = kinds[types[name]] if name in types else (pa.string(), str)
        columns[name] = pa.array([convert(row[position]) for row in rows], kind)
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return bytes(sink.getvalue())


def findings_of(name: str, case: dict[str, Any], vocabulary: Vocabulary) -> tuple[Finding, ...]:
    """Everything that submitting one bad file gives."""
    without = case.get("without", [])
    vocabulary = replace(vocabulary, codes={scheme: codes for scheme, codes in vocabulary.codes.items() if scheme not in without})
    stored = intake(case["stored"], (BAD / case["stored"]).read_bytes(), vocabulary).facts if "stored" in case else ()
    area = {region: Decimal(text) for region, text in case.get("region_area", {}).items()} or None
    more = {"limit": case["limit"]} if "limit" in case else {}
    result = intake(*submitted(name, case), vocabulary, stored, case.get("record_set", ""), area, **more)
    return (*result.findings, *missing_inputs([_need(n) for n in case.get("needs", [])], result.facts, vocabulary))


def _need(entry: dict[str, str]) -> Need:
    pairs = dict(part.split(":", 1) for part in entry["key"].split(";") if part)
    return Need(**(entry | {"key": key_of(pairs)}))  # type: ignore[arg-type]


def example(name: str, case: dict[str, Any], row: int) -> str:
    """The line of the file that the finding is about (the first one if it is about the whole file)."""
    lines = (BAD / name).read_bytes().decode("gb18030" if name.startswith("gb18030") else "utf-8", "replace").split("\n")
    first = 2 if "as_parquet" in case else 1
    return snippet(lines[row - 1] if row else lines[first - 1], 160)


def page() -> str:
    """The whole catalogue, by code and file name."""
    vocabulary = small_vocabulary()
    entries = []
    for name, case in sorted(cases().items(), key=lambda item: (item[1]["code"], item[0])):
        found = next(f for f in findings_of(name, case, vocabulary) if f.code == case["code"])
        entries.append((case["code"], name, example(name, case, found.place.row), render(found, "zh"), render(found, "en")))
    parts = [HEAD]
    before = ""
    for code, name, line, zh, en in entries:
        if code != before:
            parts.append(f"## {code} ({message(code).severity})\n")
        before = code
        parts.append(f"`{name}`\n\n```text\n{line}\n```\n\n```text\n{zh}\n```\n\n```text\n{en}\n```\n")
    return "\n".join(parts)


def main(out: Path) -> None:
    (out / "errors.md").write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
