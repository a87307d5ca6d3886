"""An attacker who knows the layout of every table and all that is printed recovers no hidden figure.

The attacker shares no code with the method: a dense elimination modulo a prime, on tables and on the public edition of the sample
city, where it makes its own relations out of the printed cells.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

import pytest

from gep.accounts.suppression import Amount, Table, suppress, unsafe
from gep.report.form import Cell, Form
from gep.report.statement import Part, Statement, plain
from gep.workflow.forms.edition import public
from tests.ready import CITY_YEARS, Ready

FULL = os.environ.get("GEP_PROOF") == "full"
SEEDS = range(150 if FULL else 10)
PRIME = 2**61 - 1
COUNTY, LAST = "990122", 2017


def recovered(relations: Iterable[Mapping[str, Fraction | int]], hidden: set[str]) -> set[str]:
    """The hidden amounts that the relations determine: those left alone in a row of the eliminated system."""
    order = {name: n for n, name in enumerate(sorted(hidden))}
    rows = []
    for terms in relations:
        row = {order[n]: _residue(c) for n, c in terms.items() if n in order}
        if any(row.values()):
            rows.append({k: v for k, v in row.items() if v})
    done: dict[int, dict[int, int]] = {}
    for row in rows:
        for column in [c for c in sorted(row) if c in done]:
            _minus(row, done[column], row.get(column, 0))
        if not row:
            continue
        lead = min(row)
        inverse = pow(row[lead], -1, PRIME)
        scaled = {k: v * inverse % PRIME for k, v in row.items()}
        for other in done.values():
            _minus(other, scaled, other.get(lead, 0))
        done[lead] = scaled
    names = sorted(hidden)
    return {names[lead] for lead, row in done.items() if len(row) == 1}


def _residue(c: Fraction | int) -> int:
    x = Fraction(c)
    return x.numerator * pow(x.denominator, -1, PRIME) % PRIME


def _minus(row: dict[int, int], less: Mapping[int, int], times: int) -> None:
    for k, v in less.items() if times else ():
        rest = (row.get(k, 0) - times * v) % PRIME
        if rest:
            row[k] = rest
        else:
            row.pop(k, None)


# ---- random tables


def cube(seed: int) -> tuple[Table, list[str]]:
    """A table of two or three dimensions, each with a total, one with subtotals of its codes; some cells are zero."""
    rng = random.Random(seed)  # noqa: S311
    sizes = [rng.randint(2, 5) for _ in range(rng.choice((2, 2, 3)))]
    cells = {
        k: 0 if rng.random() < 0.1 else rng.randint(1, 10 ** rng.randint(2, 4)) for k in itertools.product(*map(range, sizes))
    }
    cells = {tuple(map(str, k)): v for k, v in cells.items()}
    relations: list[dict[str, int]] = []
    for axis, size in enumerate(sizes):
        codes = [str(n) for n in range(size)]
        groups = {"A": codes[: size // 2], "B": codes[size // 2 :]} if axis == 0 and size > 3 else {}
        for total, parts in (*groups.items(), ("T", codes)):
            for key in {(*k[:axis], "", *k[axis + 1 :]) for k in cells}:
                members = [(*key[:axis], p, *key[axis + 1 :]) for p in parts]
                whole = (*key[:axis], total, *key[axis + 1 :])
                cells[whole] = sum(cells[m] for m in members)
                relations.append({"/".join(whole): -1, **{"/".join(m): 1 for m in members}})
    amounts = {"/".join(k): Amount(Fraction(v), 10 * sum(c.isalpha() for c in k)) for k, v in cells.items()}
    details = sorted(n for n, a in amounts.items() if not a.rank)
    return Table(amounts, relations), rng.sample(details, max(1, len(details) // 12))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_hidden_cell_of_a_random_table_is_recovered(seed: int) -> None:
    table, named = cube(seed)
    choice = suppress(table, named)
    assert choice.exposed == ()
    assert set(named) <= choice.hidden
    assert recovered(table.relations, set(choice.hidden)).isdisjoint(named)
    assert choice == suppress(table, named)
    # every chosen cell is needed: showing it again gives a named one away, or brings a guess within a tenth of it
    for name in choice.further:
        assert unsafe(table, choice.hidden - {name}, named), name


@pytest.mark.parametrize("seed", SEEDS)
def test_the_attacker_is_no_straw_man(seed: int) -> None:
    """With the named cells hidden alone, it recovers at least one of them; with a named cell shown it needs no recovering."""
    table, named = cube(seed)
    assert recovered(table.relations, set(named))


# ---- the sample city


@pytest.fixture(scope="module")
def editions(ready: Ready) -> tuple[Statement, Statement, frozenset[str]]:
    book = ready.book("sample-city", CITY_YEARS)
    internal = ready.statement("sample-city", CITY_YEARS).statement
    assert internal.main.scope.year == LAST
    shown, hidden = public(internal, book.config.publication)
    return internal, shown, hidden


def test_the_city_hides_what_its_rules_name(editions: tuple[Statement, Statement, frozenset[str]]) -> None:
    internal, shown, hidden = editions
    named = [
        a for a in _addresses(internal) if f"/{COUNTY}/" in a and ("instance=kaolin" in a or "/-/tea/" in a) and "#price" not in a
    ]
    assert named
    assert set(named) <= hidden
    assert any("/VA-01/R40/V4/" in a and f"/{COUNTY}/" in a for a in hidden)
    assert shown.head.edition == "public"
    assert _counted(internal) == 0 < _counted(shown)


def test_the_city_still_shows_its_totals(editions: tuple[Statement, Statement, frozenset[str]]) -> None:
    _, _, hidden = editions
    assert not [a for a in hidden if a.startswith("gep_total/")]
    assert not [a for a in hidden if a.startswith("green_gold_index/")]


def test_the_attacker_recovers_no_figure_of_the_public_edition(editions: tuple[Statement, Statement, frozenset[str]]) -> None:
    internal, shown, hidden = editions
    unknown, relations = _attack(internal, shown)
    assert len(unknown) > 100
    found = recovered(relations, unknown)
    assert not [name for name in found if _named(name)]
    assert {a for a in hidden if _named(a)}
    shown_again = unknown - {next(n for n in sorted(unknown) if "/990121/2017/MN-01/R40" in n)}
    assert recovered(relations, shown_again)  # the attacker sees what one more figure gives away


def test_no_amount_of_a_hidden_figure_stands_anywhere(editions: tuple[Statement, Statement, frozenset[str]]) -> None:
    """Not in a cell, a figure behind one, a note or a word: the whole content as it leaves for every output."""
    internal, shown, hidden = editions
    amounts = {f.amount for p in internal.parts for _, _, c in _cells(p) for f in c.figures if f.address in hidden}
    kept = {f.amount for p in shown.parts for _, _, c in _cells(p) for f in c.figures if f.amount is not None}
    texts = json.dumps(plain(shown), ensure_ascii=False)
    for amount in {a for a in amounts if a is not None and len(str(a.normalize()).replace(".", "")) > 5} - kept:
        text = f"{amount.normalize():f}"
        assert f'"{text}"' not in texts, text
        assert f"{Decimal(text):,f}" not in texts, text


def test_every_form_that_lost_figures_says_so(editions: tuple[Statement, Statement, frozenset[str]]) -> None:
    internal, shown, _ = editions
    for before, after in zip(internal.parts, shown.parts, strict=True):
        for old, new in zip(before.forms, after.forms, strict=True):
            lost = sum(c.kind == "suppressed" for _, _, c in new.cells())
            told = [n for n in new.notes if n not in old.notes and "×" in n.zh]
            assert bool(lost) == bool([n for n in told if "不公布" in n.zh]), (new.id, lost, new.notes)


def _attack(internal: Statement, shown: Statement) -> tuple[set[str], list[dict[str, Fraction | int]]]:
    """Every place of every form as a variable, tied to its figure where it shows one; forms, regions and prices relate them."""
    unknown: set[str] = set()
    relations: list[dict[str, Fraction | int]] = []
    amounts: dict[str, Fraction] = {}
    for n, (before, after) in enumerate(zip(internal.parts, shown.parts, strict=True)):
        public_forms = {f.id: f for f in after.forms}
        for form in before.forms:
            open_form = public_forms[form.id]
            for line, column, cell in form.cells():
                if cell.exact is None:
                    continue
                place = f"{n}|{form.id}|{line.code}|{column.code}"
                if open_form.at[line.code, column.code].kind == "suppressed":
                    unknown.add(place)
                if len(cell.figures) == 1 and cell.figures[0].amount and (cell.made is None or cell.made.operation == "sum"):
                    figure = cell.figures[0]
                    name, scale = figure.address.partition("@")[0], Fraction(cell.exact) / Fraction(figure.amount or 1)
                    if scale in {Fraction(10) ** k for k in range(-9, 10)}:
                        relations.append({place: -1, name: scale})
                        amounts[name] = Fraction(figure.amount or 0)
                        if place in unknown:
                            unknown.add(name)
                if cell.made is not None and cell.made.operation == "sum":
                    relations.append(_sum(n, form, place, cell))
    return unknown, [*relations, *_outside(internal, amounts)]


def _outside(statement: Statement, amounts: Mapping[str, Fraction]) -> Iterable[dict[str, Fraction | int]]:
    """What is known without any form: a region is the sum of those below, a value is price times quantity."""
    alike: dict[str, list[str]] = defaultdict(list)  # the same figure of all regions
    for name in amounts:
        view, _, rest = name.split("/", 2)
        alike[f"{view}/{rest}"].append(name)
    for name, amount in amounts.items():
        view, region, rest = name.split("/", 2)
        below = [c for c in alike[f"{view}/{rest}"] if c != name]
        if region == statement.head.gep.region and below and sum(amounts[c] for c in below) == amount:
            yield {name: -1, **dict.fromkeys(below, 1)}
        quantity = f"{name}#quantity"
        if view == "value_account" and amounts.get(quantity):
            yield {name: -1, quantity: round(amount / amounts[quantity], 6)}


def _named(address: str) -> bool:
    """Whether the rules of the sample city name a figure."""
    here = f"/{COUNTY}/" in address and "#price" not in address
    return here and ("instance=kaolin" in address or "/-/tea/" in address or ("/VA-01/" in address and "/V4/" in address))


def _sum(n: int, form: Form, place: str, cell: Cell) -> dict[str, Fraction | int]:
    row: dict[str, Fraction | int] = defaultdict(int)
    row[place] -= 1
    assert cell.made is not None
    for term in cell.made.terms:
        row[f"{n}|{term.ref.form or form.id}|{term.ref.line}|{term.ref.column}"] += term.sign
    return row


def _cells(part: Part) -> Iterable[tuple[object, object, Cell]]:
    return (found for form in part.forms for found in form.cells())


def _addresses(statement: Statement) -> set[str]:
    return {f.address for p in statement.parts for _, _, c in _cells(p) if c.exact is not None for f in c.figures}


def _counted(statement: Statement) -> int:
    return sum(c.kind == "suppressed" for p in statement.parts for _, _, c in _cells(p))
