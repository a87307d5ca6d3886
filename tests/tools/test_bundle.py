"""The archive for closed networks: what goes in for which system, equal bytes, and a checker that notices every change."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tools import bundle

HASH = "    --hash=sha256:" + "a" * 64
LOCK = f"""# a comment
colorama==0.4.6 ; sys_platform == 'win32' \\
{HASH}
jinja2==3.1.6 \\
{HASH} \\
{HASH.replace("a", "b")}
tomli==2.0.0 ; python_full_version < '3.12' \\
{HASH}
"""


@pytest.mark.parametrize(
    ("target", "pythons", "names"),
    [
        ("linux_x86_64", ["3.11"], ["jinja2", "tomli"]),
        ("linux_x86_64", ["3.12"], ["jinja2"]),
        ("linux_aarch64", ["3.12", "3.11"], ["jinja2", "tomli"]),
        ("win_amd64", ["3.12"], ["colorama", "jinja2"]),
    ],
)
def test_markers_are_judged_for_the_target_not_for_this_machine(target: str, pythons: list[str], names: list[str]) -> None:
    text = bundle.lock_for(LOCK, bundle.TARGETS[target], pythons)
    kept = bundle.lock_entries(text)
    assert [requirement.name for requirement, _ in kept] == names
    assert all(requirement.marker is None for requirement, _ in kept)
    assert text.count(HASH) == len(names)
    assert "b" * 64 in text


def test_a_package_without_a_hash_stops_the_bundle() -> None:
    with pytest.raises(SystemExit, match="jinja2: the lock holds no hash"):
        bundle.lock_for("jinja2==3.1.6\n", bundle.TARGETS["linux_x86_64"], ["3.11"])


def test_the_committed_lock_gives_colorama_to_windows_only() -> None:
    text = (bundle.TOP / "requirements-run.lock").read_text(encoding="utf-8")
    on = {name: bundle.lock_for(text, target, ["3.11"]) for name, target in bundle.TARGETS.items()}
    assert "colorama==" in on["win_amd64"]
    assert "colorama==" not in on["linux_x86_64"]
    assert all("duckdb==1.5.6" in lock for lock in on.values())


@pytest.mark.parametrize(
    ("names", "needed"),
    [
        (["a-1-py3-none-any.whl"], ""),
        (["a-1-cp311-cp311-win_amd64.whl"], ""),
        (["a-1-cp311-cp311-manylinux2014_x86_64.whl"], "2.17"),
        # a wheel with two tags needs the lower one; the bundle needs the highest of its wheels
        (["a-1-cp311-cp311-manylinux_2_17_x86_64.manylinux_2_28_x86_64.whl"], "2.17"),
        (["a-1-cp311-cp311-manylinux_2_28_aarch64.whl", "b-1-cp39-abi3-manylinux_2_24_aarch64.whl"], "2.28"),
    ],
)
def test_c_library_that_the_wheels_ask_for(names: list[str], needed: str) -> None:
    assert bundle.glibc_needed(names) == needed


def _folder(parent: Path) -> Path:
    folder = parent / "gep-bundle"
    (folder / "wheels").mkdir(parents=True)
    (folder / "install.sh").write_text("exit 0\n", encoding="utf-8")
    (folder / "wheels" / "一.whl").write_bytes(b"\x00\x01")
    return folder


def test_the_same_files_give_the_same_archive(tmp_path: Path) -> None:
    for write, name in ((bundle.write_tar, "b.tar.gz"), (bundle.write_zip, "b.zip")):
        made = []
        for run in ("one", "two"):
            folder = _folder(tmp_path / name / run)
            archive = tmp_path / name / f"{run}-{name}"
            write(folder, archive)
            made.append(archive.read_bytes())
        assert made[0] == made[1]


def test_archives_hold_every_file_and_the_installer_may_run(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    bundle.write_tar(folder, tmp_path / "b.tar.gz")
    bundle.write_zip(folder, tmp_path / "b.zip")
    with tarfile.open(tmp_path / "b.tar.gz") as tar:
        modes = {entry.name: entry.mode for entry in tar}
    assert modes == {"gep-bundle/install.sh": 0o755, "gep-bundle/wheels/一.whl": 0o644}
    with zipfile.ZipFile(tmp_path / "b.zip") as packed:
        assert packed.namelist() == ["gep-bundle/install.sh", "gep-bundle/wheels/一.whl"]
        assert packed.read("gep-bundle/wheels/一.whl") == b"\x00\x01"


@pytest.mark.parametrize("name", ["linux_x86_64", "win_amd64"])
def test_texts_are_filled_and_say_what_was_not_tried(tmp_path: Path, name: str) -> None:
    target = bundle.TARGETS[name]
    holes = {
        "VERSION": "9.8.7",
        "PLATFORM": name,
        "PYTHONS": "3.11 3.12",
        "WHEEL": "gep_accounts-9.8.7-py3-none-any.whl",
        "GLIBC": "2.28",
    }
    bundle.write_texts(tmp_path, target, holes)
    texts = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert "9.8.7" in texts["README.zh.txt"]
    assert "尚未在真机上安装或运行" in texts["README.zh.txt"]
    assert "never installed or run" in texts["README.en.txt"]
    assert ("install.bat" in texts) == target.windows
    assert ("install.sh" in texts) != target.windows
    assert not [key for key, text in texts.items() if any(f"@{hole}@" in text for hole in holes)]
    assert (b"\r\n" in (tmp_path / "README.zh.txt").read_bytes()) == target.windows


def test_an_unknown_hole_is_a_fault() -> None:
    with pytest.raises(KeyError, match="NOBODY"):
        bundle.fill("@NOBODY@", {"VERSION": "1"})


def _check(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-B", str(folder / "check_sums.py")], capture_output=True, text=True, check=False)


def test_checker_names_altered_missing_and_added_files(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "check_sums.py").write_bytes((bundle.TEXTS / "check_sums.py").read_bytes())
    (folder / "SHA256SUMS").write_text(bundle.checksums(folder), encoding="utf-8")
    good = _check(folder)
    assert (good.returncode, good.stdout) == (0, "3 files, 0 wrong\n")

    (folder / "wheels" / "一.whl").write_bytes(b"\x00\x02")
    (folder / "install.sh").unlink()
    (folder / "wheels" / "more.whl").write_bytes(b"")
    bad = _check(folder)
    assert bad.returncode == 1
    assert bad.stderr.splitlines() == ["missing: install.sh", "not in the list: wheels/more.whl", "altered: wheels/一.whl"]
