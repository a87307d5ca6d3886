"""当年前推2个年度: which years a run compiles, under both readings of the sentence."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from gep.base.findings import Refused
from gep.book import Book
from gep.workflow.demo import Demo
from gep.workflow.run import compiled_in, run


def book(policy: str) -> Book:
    return cast(Book, SimpleNamespace(config=SimpleNamespace(compile_policy=policy)))


@pytest.mark.parametrize(
    ("policy", "years", "other"),
    # T = 2025: T-2 = 2023 is due to become final, T-1 = 2024 is preliminary; read literally it is 2023 alone
    [("BOTH", "2023-2024", "2023"), ("T_MINUS_2", "2023", "2023-2024")],
)
def test_the_policy_says_which_years_and_names_the_other_reading(policy: str, years: str, other: str) -> None:
    wanted, told = compiled_in(book(policy), 2025)
    assert wanted == years
    assert (told.code, told.found, told.expected, str(told.severity)) == ("RUN-COMPILE-POLICY", years, other, "note")
    assert policy in told.text("zh")
    assert other in told.text("en")


def test_a_run_in_a_year_whose_data_are_not_there_names_the_years(copy: Book) -> None:
    # the book of Garze holds 2010 only: a run made in 2012 compiles 2010 and 2011
    with pytest.raises(Refused) as refused:
        run(copy, compile_in=2012, who="maker")
    (told,) = refused.value.findings
    assert (told.code, told.found) == ("RUN-NO-YEAR", "2011")


def test_years_named_outright_need_no_policy(demo: Demo) -> None:
    assert "RUN-COMPILE-POLICY" not in {f.code for f in demo.made.findings}
