"""All forms of a region and year, in the order of print, from the modules of each family."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gep.report.form import SECTIONS, Form, Scope
from gep.workflow.forms import (
    assets,
    balance,
    causes,
    checks,
    comparable,
    coverage,
    ecosystems,
    estimates,
    history,
    indices,
    limits,
    parameters,
    products,
    published,
    revisions,
    sources,
    spread,
    subregions,
)
from gep.workflow.forms import gep as gep_tables
from gep.workflow.forms.reader import Reader

Maker = Callable[[Reader, Scope, Scope | None], Iterator[Form]]  # reader, scope of GEP, scope of the assets (None: no scheme)
MAKERS: tuple[Maker, ...] = (
    gep_tables.forms,
    ecosystems.forms,
    subregions.forms,
    comparable.forms,
    history.forms,
    products.forms,
    assets.forms,
    balance.forms,
    limits.forms,
    indices.forms,
    causes.forms,
    spread.forms,
    published.forms,
    revisions.forms,
    checks.forms,
    coverage.forms,
    estimates.forms,
    parameters.forms,
    sources.forms,
)


def forms_of(reader: Reader, gep: Scope, assets: Scope | None) -> tuple[Form, ...]:
    """Every form the book can fill for this region and year; what a book has nothing for is not there."""
    made = [form for maker in MAKERS for form in maker(reader, gep, assets)]
    return tuple(sorted(made, key=lambda form: SECTIONS.index(form.section)))
