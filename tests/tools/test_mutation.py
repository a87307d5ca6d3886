"""The floor under mutation testing: what counts as noticed."""

from __future__ import annotations

import pytest

from tools.mutation import share

STATS = {"total": 10, "skipped": 2, "killed": 5, "timeout": 1, "survived": 2}


def test_changes_that_never_end_are_noticed_and_skipped_ones_are_not_counted() -> None:
    """(5 + 1) of 10 − 2."""
    assert share(STATS) == 0.75


def test_no_mutant_is_no_success() -> None:
    with pytest.raises(SystemExit):
        share(STATS | {"total": 2})
