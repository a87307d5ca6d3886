"""Generated documents: a stale or missing page fails the check, and making them again mends it."""

from pathlib import Path

import pytest

from tools import docs as tool

GENERATOR = """
import sys
from pathlib import Path
out = Path(sys.argv[1], "generated")
out.mkdir(exist_ok=True)
(out / "page.md").write_text("fresh\\n", encoding="utf-8")
"""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "make_page.py").write_text(GENERATOR, encoding="utf-8")
    return folder


def test_missing_then_made_then_current_then_stale(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(["--check"], docs) == 1
    shown = capsys.readouterr()
    assert shown.err == "docs/generated/page.md: 不是最新的,请运行 make docs / not current, run make docs\n"
    assert not (docs / "generated").exists()

    assert tool.main([], docs) == 0
    assert (docs / "generated" / "page.md").read_text(encoding="utf-8") == "fresh\n"
    assert tool.main(["--check"], docs) == 0

    (docs / "generated" / "page.md").write_text("edited by hand\n", encoding="utf-8")
    assert tool.main(["--check"], docs) == 1


def test_a_generator_that_writes_nothing_is_a_fault(docs: Path) -> None:
    (docs / "make_nothing.py").write_text("", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"make_nothing\.py: wrote no page"):
        tool.main(["--check"], docs)
