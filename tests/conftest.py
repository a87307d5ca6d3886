"""What all tests share: how much the property tests try, files of catalogues parsed once, books made once for all workers.

The property tests try 50 examples at the desk, 60 the same ones each time in CI, 2000 in `make proof`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import quick, read_once
from tests.read_open import stores_stay_open
from tests.ready import Ready, shared

FULL = os.environ.get("GEP_PROOF") == "full"  # then all is done as on the desk of a bureau, however often
if not FULL:  # before any file of tests is imported
    quick.install()
    read_once.install()

# machines differ in speed: time is watched over the whole run, never for one example
_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("dev", max_examples=50, **_COMMON)
settings.register_profile("ci", max_examples=60, derandomize=True, database=None, print_blob=True, **_COMMON)
settings.register_profile("proof", max_examples=2000, print_blob=True, **_COMMON)


def _profile() -> str:
    if FULL:
        return "proof"
    return "ci" if os.environ.get("CI") else "dev"


settings.load_profile(_profile())


# The files that take longest, longest first, so that no worker is left alone with one at the end. The first makes the two years of
# the city that many others take; those after it up to the workbooks have no need of them, so that no worker waits for the other.
LONGEST = (
    "test_cli.py", "test_profiles_of_the_city.py", "test_metamorphic_city.py", "test_second_route.py", "test_wrongdoings.py",
    "test_workbook_recalculated.py", "test_conduct.py", "test_audit_pack.py", "test_audit_kinds.py",
    "test_generated.py", "test_term_plan.py", "test_statement_page.py",
    "test_states.py", "test_kills.py", "test_export.py", "test_sensitivity.py", "test_tampering.py", "test_every_route.py",
    "test_identical.py", "test_statement.py", "test_render.py", "test_audit_form_paper.py", "test_audit_recalculated.py",
    "test_audit_typeset.py", "test_engagement.py", "test_source.py", "test_audit_verbs.py", "test_suspicion_rules.py",
    "test_sample_tenures.py", "test_sample_city.py", "test_spread_of_city.py", "test_form_gep.py", "test_papers.py",
    "test_installed_edits.py", "test_upgrade.py", "test_full_disk.py", "test_forgery.py", "test_damage.py", "test_vintage_causes.py",
    "test_rollup.py", "test_comparable_views.py", "test_suppression_proof.py", "test_trails.py", "test_audit_page.py",
    "test_missing.py", "test_run_verb.py", "test_revise.py", "test_sheet_verb.py", "test_change_years.py", "test_compare_vintages.py",
    "test_backup.py", "test_asset_faults.py", "test_cookbook.py", "test_book_machine.py", "test_reperform.py", "test_draw.py",
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """The workers take the files in the order of `pytest_collection_modifyitems`, not by the number of their tests."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    """Books made once for all workers; nobody changes one, and whoever did is found here."""
    made = Ready(shared(tmp_path_factory))
    yield made
    assert made.changed() == []


@pytest.fixture(autouse=True, scope="module")
def _stores_stay_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """Not for the tests of the ledger and of SQL: they prove what opening a store does."""
    if FULL or "ledger" in request.path.parts or "sql" in request.path.name:
        yield
    else:
        with stores_stay_open():
            yield
