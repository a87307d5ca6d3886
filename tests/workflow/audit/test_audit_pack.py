"""The pack of an audit: it checks itself without this program, names every edit, and gives its papers again from it alone."""

from __future__ import annotations

import ast
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gep.base.findings import Refused
from gep.book import Book
from gep.ledger import pack
from gep.report.export_text import audit_checker
from gep.workflow.audit import pack_check
from gep.workflow.audit.again import again
from gep.workflow.audit.engagement import Engagement
from gep.workflow.audit.pack_check import check_audit_pack, is_audit_pack, opened
from tests.ready import Ready
from tests.workflow.audit.audited import audited_city, told


@pytest.fixture(scope="module")
def place(ready: Ready) -> Path:
    return audited_city(ready)[0]


@pytest.fixture(scope="module")
def printed(ready: Ready) -> dict[str, Any]:
    """What the one command says in JSON."""
    return audited_city(ready)[1]


@pytest.fixture(scope="module")
def archive(printed: dict[str, Any]) -> Path:
    return Path(printed["result"]["pack"]["path"])


@pytest.fixture(scope="module")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack unpacked as a stranger would do it."""
    folder = tmp_path_factory.mktemp("unpacked") / "x"
    with zipfile.ZipFile(archive) as held:
        held.extractall(folder)
    return folder


def checker(folder: Path, *words: str) -> tuple[int, str]:
    """`verify.py` of the pack, isolated from this program."""
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), "--lang", "en", *words, str(folder)],
        capture_output=True, text=True, encoding="utf-8", check=False, cwd=folder.parent, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_the_one_command(printed: dict[str, Any], place: Path) -> None:
    result = printed["result"]
    assert printed["ok"], printed["findings"]
    kinds = {one["kind"]: one["of"] for one in result["remaining"]}
    assert (kinds["unsigned"], kinds["open_problems"], kinds["unsealed"]) == (["E-1"], ["Q-1"], ["upper"])
    assert "assessment" in kinds["not_assessed"]
    acts = [e.act for e in Engagement(place / "e").entries()]
    assert (acts[:3], acts[-2:]) == (["open", "access", "rules"], ["papers", "pack"])
    assert told("verify", place / "e")["findings"] == []


def test_the_pack_checks_itself(unpacked: Path, printed: dict[str, Any]) -> None:
    """Every file, both journals, and each printed figure down to cells and parameters; nothing is written."""
    before = pack.names_in(unpacked)
    code, said = checker(unpacked)
    assert code == 0, said
    assert "no fault in what was checked" in said
    assert all(f in said for f in ("CHECKED book/: ", "CHECKED engagement/: ", "nodes of their traces end in returned cells"))
    digest = printed["result"]["pack"]["digest"]
    assert digest in said.replace(" ", "")
    assert checker(unpacked, "--digest", digest)[0] == 0
    assert checker(unpacked, "--digest", "0" * 64)[0] == 1
    assert pack.names_in(unpacked) == before
    whole = told("verify", unpacked)
    assert (whole["ok"], whole["findings"]) == (True, [])


def test_the_checker_runs_on_an_old_python() -> None:
    """One file, for Python 3.8, that imports nothing but what comes with Python."""
    tree = ast.parse(audit_checker(), feature_version=(3, 8))
    named = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert named <= sys.stdlib_module_names
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]


def test_the_papers_are_made_again_to_the_same_bytes(archive: Path) -> None:
    """From the archive alone, in a folder of its own: workbook, report, page and the list of traces."""
    done = told("verify", archive, "--reperform")
    assert done["ok"], done["findings"]
    assert [(f["code"], f["found"]) for f in done["findings"]] == [("AUDIT-AGAIN-SAME", "3")]


def linked(unpacked: Path, tmp_path: Path) -> Path:
    """A copy whose files are those of the other until they are put anew; a pack is large."""
    return Path(shutil.copytree(unpacked, tmp_path / "x", copy_function=os.link))


def put(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def test_every_edit_is_named(unpacked: Path, tmp_path: Path) -> None:
    """A seeded sample of the members, each with one bit turned: by the checker of the pack and by this program."""
    folder = linked(unpacked, tmp_path)
    first = [
        "README.md",
        "SHA256SUMS",
        "SM3SUMS",
        "figures.jsonl",
        "engagement/journal.jsonl",
        "book/journal.jsonl",
        "book/pack.json",
    ]
    rest = [n for n in pack.names_in(folder) if n not in {*first, "audit-pack.json", "verify.py"}]
    edited = [*first, *random.Random(20261122).sample(rest, 25)]  # noqa: S311
    for name in edited:
        held = (folder / name).read_bytes()
        at = len(held) // 2
        put(folder / name, held[:at] + bytes([held[at] ^ 1]) + held[at + 1 :])
    (folder / "engagement" / "evidence" / "more.txt").write_text("x", encoding="utf-8")
    code, said = checker(folder)
    assert code == 1
    places = {line.split("  ", 1)[1].split(": ")[0].split(":")[0] for line in said.splitlines() if line.startswith("FAULT")}
    assert {*edited, "engagement/evidence/more.txt"} <= places
    assert {*edited, "engagement/evidence/more.txt"} <= {f.place.file for f in pack.check_pack(folder, pack.AUDIT)}
    put(folder / "audit-pack.json", (folder / "audit-pack.json").read_bytes().replace(b'"seq":', b'"seq": ', 1))
    assert "pack-form  audit-pack.json" in checker(folder)[1]
    assert [f.code for f in pack.check_pack(folder, pack.AUDIT)] == ["PACK-MANIFEST-CHANGED"]


def direct(folder: Path, lines: list[str]) -> list[int]:
    """Two lines of the list whose figures have nodes of their own in the trace."""
    trace = next((folder / "book" / "releases").glob("*/trace.jsonl"))
    with trace.open(encoding="utf-8") as stream:
        own = {figure for line in stream for figure in json.loads(line).get("figures", ())}
    return [n for n, line in enumerate(lines) if json.loads(line)["figure"].rpartition("@")[0] in own][1:3]


def test_verify_py_names_edits_that_a_forger_seals_anew(unpacked: Path, tmp_path: Path) -> None:
    """A forger writes the hashes of the manifest anew; journals, traces and papers still tell what he changed."""
    folder = linked(unpacked, tmp_path)
    papers = next((folder / "engagement" / "papers").rglob("*.xlsx"))
    put(papers, papers.read_bytes() + b" ")
    rules = next((folder / "engagement" / "rules").rglob("county-example.toml"))
    put(rules, rules.read_bytes() + b"\n")
    lines = (folder / "figures.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    gone = next(n for n, line in enumerate(lines) if "record/" not in line)
    one, two = direct(folder, lines)  # one figure claims the nodes of another
    lines[one] = json.dumps({"figure": json.loads(lines[one])["figure"], "nodes": json.loads(lines[two])["nodes"]}) + "\n"
    put(folder / "figures.jsonl", "".join(lines[:gone] + lines[gone + 1 :]).encode())
    entries = Engagement(folder / "engagement").entries()
    old = pack.read_pack(folder, pack.AUDIT)
    for name in (pack.AUDIT.manifest, *pack.SUMS):
        (folder / name).unlink()
    _, written = pack.sealed(pack.AUDIT, pack.described(folder, pack.names_in(folder)), entries[-1], old.more)
    for name, data in written.items():
        (folder / name).write_bytes(data)
    code, said = checker(folder)
    assert code == 1
    assert "pack-digest" not in said
    assert "changed  " not in said
    for kind, name in (
        ("recorded", papers.name), ("release-file", "county-example.toml"), ("figure-unlisted", json.loads(lines[gone])["figure"]),
        ("figure-other", json.loads(lines[one])["figure"]),
    ):  # fmt: skip
        assert any(kind in line and name in line for line in said.splitlines()), (kind, said)
    assert {"VERIFY-HASH"} == {f.code for f in check_audit_pack(folder)}
    with pytest.raises(Refused):  # by damaged rules nothing is made again
        again(folder)


def test_an_archive_that_leads_out_or_is_broken_is_refused(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("../evil.txt", "x")
        made.writestr("audit-pack.json", "{}")
    assert is_audit_pack(out)
    assert [f["code"] for f in told("verify", out)["findings"]] == ["PACK-NAME"]
    assert not (tmp_path / "evil.txt").exists()
    torn = tmp_path / "torn.zip"
    torn.write_bytes(archive.read_bytes()[:-40])
    with pytest.raises(Refused, match="AUDIT-PACK-UNREADABLE"), opened(torn):
        pass
    plain = tmp_path / "plain.zip"
    with zipfile.ZipFile(plain, "w") as made:
        made.writestr("x.txt", "x")
    assert [f["code"] for f in told("verify", plain)["findings"]] == ["PACK-MANIFEST-MISSING"]


@pytest.mark.parametrize("said", [{"book": "x"}, {"papers": 7}, {"book": {"digest": 5}}, {"papers": {}}])
def test_a_manifest_sealed_anew_with_other_shapes_is_a_finding(unpacked: Path, tmp_path: Path, said: dict[str, Any]) -> None:
    top = linked(unpacked, tmp_path)
    made = pack.read_pack(top, pack.AUDIT)
    entries = Engagement(top / "engagement").entries()
    _, data = pack.sealed(pack.AUDIT, made.files, entries[-1], {**made.more, **said})
    for name, content in data.items():
        put(top / name, content)
    assert [f.code for f in pack_check._joined(top, Book(top / "book").entries(), entries)] == ["PACK-MANIFEST-UNREADABLE"]
