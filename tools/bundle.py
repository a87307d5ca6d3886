"""Build one archive that installs on a closed network: the wheel, every wheel it needs, the lock, an installer, checksums.

    python tools/bundle.py --platform linux_x86_64 win_amd64 --python 3.11

Wheels are downloaded for the platform asked for, which need not be this one; the versions and hashes are those of
requirements-run.lock. The same wheels give the same archive, byte for byte. Texts that go in are in tools/bundle_files/.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

TOP = Path(__file__).resolve().parents[1]
TEXTS = TOP / "tools" / "bundle_files"
STAMP = (2020, 2, 2, 0, 0, 0)  # the date inside archives, so that equal contents give equal bytes
# the C library that a wheel may ask for at most: that of Debian 10, 麒麟 V10 and 统信 20
NEWEST_GLIBC = 28


@dataclass(frozen=True, slots=True)
class Target:
    """A system to install on, as pip and as the markers of a requirement name it."""

    name: str
    machine: str
    system: str
    tags: tuple[str, ...]

    @property
    def windows(self) -> bool:
        return self.system == "Windows"

    def markers(self, python: str) -> dict[str, str]:
        """The environment that a requirement's marker is judged in, on this system with CPython `python` (such as 3.11)."""
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{python}.0",
            "os_name": "nt" if self.windows else "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": self.system,
            "platform_version": "",
            "python_full_version": f"{python}.0",
            "python_version": python,
            "sys_platform": "win32" if self.windows else "linux",
        }


def _linux(machine: str, *older: str) -> Target:
    versions = tuple(f"manylinux_2_{minor}_{machine}" for minor in range(NEWEST_GLIBC, 16, -1))
    return Target(f"linux_{machine}", machine, "Linux", (*versions, f"manylinux2014_{machine}", *older))


TARGETS = {
    target.name: target
    for target in (
        _linux("x86_64", "manylinux_2_12_x86_64", "manylinux2010_x86_64", "manylinux_2_5_x86_64", "manylinux1_x86_64"),
        _linux("aarch64"),
        Target("win_amd64", "AMD64", "Windows", ("win_amd64",)),
    )
}


def lock_entries(text: str) -> list[tuple[Requirement, str]]:
    """The requirements of a hashed lock, each with its hash lines as they stand."""
    entries: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line.startswith(" "):
            entries[-1][1].append(line)
        else:
            entries.append((line.rstrip("\\ "), []))
    return [(Requirement(head), "\n".join(hashes)) for head, hashes in entries]


def lock_for(text: str, target: Target, pythons: list[str]) -> str:
    """The lock without markers: what `target` needs under any of `pythons`. A package without a hash is a fault."""
    lines = []
    for requirement, hashes in lock_entries(text):
        if "--hash=sha256:" not in hashes:
            raise SystemExit(f"{requirement.name}: the lock holds no hash")
        if requirement.marker is None or any(requirement.marker.evaluate(target.markers(p)) for p in pythons):
            lines.append(f"{requirement.name}{requirement.specifier} \\\n{hashes}\n")
    return "".join(lines)


def glibc_needed(names: list[str]) -> str:
    """The lowest version of the C library that suits every one of these wheels; empty if none asks for one."""
    older = {"manylinux1": 5, "manylinux2010": 12, "manylinux2014": 17}
    needed = 0
    for name in names:
        asked = set()
        for tag in parse_wheel_filename(name)[3]:
            if found := re.match(r"manylinux_2_(\d+)_", tag.platform):
                asked.add(int(found[1]))
            else:
                asked.add(older.get(tag.platform.split("_")[0], 0))
        needed = max(needed, min(asked))
    return f"2.{needed}" if needed else ""


def checksums(folder: Path) -> str:
    """SHA256SUMS of every file below `folder`, in the form that sha256sum --check reads."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.relative_to(folder).as_posix()}\n" for f in files)


def write_tar(folder: Path, archive: Path) -> None:
    """Pack `folder` under its own name; owner, date and order are fixed."""
    with (
        archive.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0, compresslevel=1) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = tarfile.TarInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}")
            entry.size = path.stat().st_size
            entry.mode = 0o755 if path.suffix == ".sh" else 0o644
            with path.open("rb") as content:
                tar.addfile(entry, content)


def write_zip(folder: Path, archive: Path) -> None:
    """As write_tar, for systems that open zip files by themselves."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", date_time=STAMP)
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, path.read_bytes())


def build_wheel(out: Path) -> Path:
    """The project's own wheel, from this checkout."""
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(TOP)], check=True)
    (wheel,) = out.glob("gep_accounts-*.whl")
    return wheel


def download(lock: Path, target: Target, python: str, out: Path) -> None:
    """The locked wheels for `target` and `python`; pip refuses a wrong hash and what has no wheel."""
    platforms = [part for tag in target.tags for part in ("--platform", tag)]
    tags = ["--implementation", "cp", "--python-version", python, *platforms]
    fixed = ["--disable-pip-version-check", "--no-input", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    command = [sys.executable, "-m", "pip", "download", *fixed, *tags, "--dest", str(out), "--requirement", str(lock)]
    subprocess.run(command, check=True)


def fill(text: str, holes: dict[str, str]) -> str:
    """Put values into @NAME@ holes. A hole without a value is a fault."""
    return re.sub(r"@([A-Z]+)@", lambda hole: holes[hole[1]], text)


def write_texts(folder: Path, target: Target, holes: dict[str, str]) -> None:
    """Installer, checker, READMEs and licence into `folder`; line ends as the target's system wants them."""
    installer = "install.bat" if target.windows else "install.sh"
    for name in (installer, "check_sums.py", "README.zh.txt", "README.en.txt"):
        text = fill((TEXTS / name).read_text(encoding="utf-8"), holes)
        (folder / name).write_text(text, encoding="utf-8", newline="\r\n" if target.windows else "\n")
    for name in ("LICENSE", "NOTICE"):
        shutil.copyfile(TOP / name, folder / name)


def make_bundle(target: Target, pythons: list[str], wheel: Path, work: Path, dist: Path) -> Path:
    """One archive for `target`: .tar.gz, on Windows .zip."""
    version = str(parse_wheel_filename(wheel.name)[1])
    folder = work / f"gep-accounts-{version}-bundle-{target.name}"
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    lock = folder / "requirements.lock"
    text = lock_for((TOP / "requirements-run.lock").read_text(encoding="utf-8"), target, pythons)
    lock.write_text(text, encoding="utf-8", newline="\n")
    for python in pythons:
        download(lock, target, python, wheels)
    needed = glibc_needed([path.name for path in wheels.glob("*.whl")])
    shutil.copyfile(wheel, wheels / wheel.name)
    holes = {
        "VERSION": version,
        "PLATFORM": target.name,
        "PYTHONS": " ".join(pythons),
        "WHEEL": wheel.name,
        "GLIBC": needed or "-",
    }
    write_texts(folder, target, holes)
    (folder / "SHA256SUMS").write_text(checksums(folder), encoding="utf-8", newline="\n")
    dist.mkdir(parents=True, exist_ok=True)
    archive = dist / (folder.name + (".zip" if target.windows else ".tar.gz"))
    (write_zip if target.windows else write_tar)(folder, archive)
    return archive


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the archive that installs on a closed network.")
    parser.add_argument("--platform", nargs="+", choices=sorted(TARGETS), default=["linux_x86_64"])
    parser.add_argument("--python", nargs="+", default=["3.11"], help="versions of CPython to serve, such as 3.11 3.12")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        wheel = build_wheel(work / "wheel")
        for name in options.platform:
            archive = make_bundle(TARGETS[name], options.python, wheel, work, TOP / "dist")
            content = archive.read_bytes()
            print(f"{archive.relative_to(TOP)}  {len(content) / 1e6:.0f} MB  sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
