"""gep compare: exactly one way to compare, and no option that says nothing about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gep import cli

WAYS = ("--profiles A B", "--years A B", "--vintages A B", "--regions A B")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ((), WAYS),
        (("--years", "2019", "2020", "--profiles", "a", "b"), WAYS),
        (("--years", "2019", "2020", "--vintages", "1", "2"), WAYS),
        (("--years", "2019"), ("--years",)),
        (("--years", "2019", "last"), ("--years",)),
        (("--years", "2019", "2019"), ("2019 2019",)),
        (("--vintages", "3", "3"), ("3 3",)),
        (("--years", "2019", "2020", "--regions", "a", "b"), WAYS),
        (("--regions", "a", "a", "--year", "2020"), ("a a",)),
        (("--regions", "a", "b"), ("--regions R1 R2 --year Y",)),
        (("--regions", "a", "b", "--year", "2020", "--region", "a"), ("--region", "--year, --zone")),
        (("--regions", "a", "b", "--year", "2020", "--all"), ("--all", "--year, --zone")),
        (("--profiles", "a", "b", "--basis", "constant:2020"), ("--basis", "--region, --year")),
        (("--vintages", "1", "2", "--basis", "constant:2020"), ("--basis", "--region, --year")),
        (("--vintages", "1", "2", "--zone", "Z1"), ("--zone", "--region, --year")),
        (("--years", "2019", "2020", "--year", "2019"), ("--year",)),
        (("--years", "2019", "2020", "--all"), ("--all",)),
        (("--profiles", "a", "b", "--profile", "c"), ("--profile", "--region, --year")),
        (("--vintages", "1", "2", "--profile", "c"), ("--profile", "--region, --year")),
    ],
)
def test_misuse(tmp_path: Path, args: tuple[str, ...], told: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli.app, ["compare", str(tmp_path), *args], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert result.stdout == ""
    assert all(piece in result.stderr for piece in told)


@pytest.mark.parametrize(
    "args",
    [("--profiles", "a", "b"), ("--years", "2019", "2020"), ("--vintages", "1", "2"), ("--regions", "a", "b", "--year", "2019")],
)
def test_what_is_no_book_is_told_whatever_is_compared(tmp_path: Path, args: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli.app, ["compare", str(tmp_path / "nothing"), *args, "--lang", "en"])
    assert result.exit_code == 1
    assert "is no book" in result.stderr
