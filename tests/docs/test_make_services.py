"""The pages of services: formulas that read well, every rule with its source, nothing lost, the same bytes each time."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from gep.base.findings import Place, Refused
from gep.base.records import Empirical, Names, Parameter, Rule
from gep.catalog import subject as about
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.rules.markup import latex, latex_symbol
from gep.rules.parse import parse

TOP = Path(__file__).parents[2]
SCRIPT = TOP / "docs" / "make_services.py"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_services", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(TOP / "coefficients")


@pytest.fixture(scope="module")
def pages(generator: ModuleType, catalog: Catalog) -> dict[str, str]:
    return {code.code: generator.page(catalog, code) for code in about.services(catalog)}


def made(out: Path, seed: str) -> dict[str, bytes]:
    out.mkdir()
    environment = os.environ | {"PYTHONPATH": str(TOP), "PYTHONHASHSEED": seed}
    subprocess.run([sys.executable, str(SCRIPT), str(out)], cwd=TOP, env=environment, check=True)
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def test_a_page_a_service_and_an_index_with_the_same_bytes_whatever_the_order_of_sets(tmp_path: Path, catalog: Catalog) -> None:
    one, two = made(tmp_path / "one", "1"), made(tmp_path / "two", "2")
    assert one == two
    assert set(one) == {f"services/{c.code}.md" for c in about.services(catalog)} | {"services/README.md"}
    assert len(one) == 25


def test_every_rule_of_a_service_stands_on_its_page_with_inputs_and_source(pages: dict[str, str], catalog: Catalog) -> None:
    for code in about.services(catalog):
        s, text = about.subject(catalog, code), pages[code.code]
        for rule in s.all_rules:
            assert f"`{rule.expression}`" in text
            assert rule.clause.replace("|", "\\|") in text
            assert f"| `{rule.source}` |" in text
        for rule in (*s.rules, *s.below, *s.asserts):
            part = text[text.index(f"`{rule.id}`") :]
            assert all(f"| `{i.name}` |" in part for i in rule.inputs)
        assert all(f"`{o.id}`" in text for o in s.overlaps)
        assert all(message in text for r in s.asserts if r.message for message in (r.message.zh, r.message.en))


def test_formulas_hold_no_sign_that_mathematics_would_misread(pages: dict[str, str]) -> None:
    blocks = [b for text in pages.values() for b in re.findall(r"```math\n(.*?)\n```", text, flags=re.DOTALL)]
    assert len(blocks) > 50
    for block in blocks:
        bare = re.sub(r"\\[{}_#$%&]", "", block)
        assert bare.count("{") == bare.count("}")
        assert block.count(r"\left") == block.count(r"\right")
        assert not re.search(r"_(?![{])|[$#%]", bare)
        assert block.count(r"\begin{") == block.count(r"\end{")


def test_two_inputs_of_a_rule_never_look_alike(catalog: Catalog, generator: ModuleType) -> None:
    for rule in about.every_rule(catalog):
        tree = generator.tree_of(rule.expression, rule, {e.name: len(e.args) for e in rule.empirical})
        names = [i.name for i in rule.inputs] + [name for name, _ in generator.parted(tree, [e.name for e in rule.empirical])[1]]
        assert len({latex_symbol(n) for n in names}) == len(names), rule.id


def test_the_index_names_every_service_and_how_each_profile_takes_it(generator: ModuleType, catalog: Catalog) -> None:
    text = generator.index(catalog)
    rows = {m[1]: m[0] for m in re.finditer(r"^\| \[.*\]\((\w+)\.md\) \|.*$", text, flags=re.MULTILINE)}
    assert set(rows) == {c.code for c in about.services(catalog)}
    enabled = [p for p in about.profiles(catalog) if p.status == "enabled"]
    signs = {"value": "●", "quantity": "○", "undetermined": "?", "absent": "–"}
    for service, shown in rows.items():
        assert [c.strip() for c in shown.split("|")[4:-1]] == [signs[about.standing(p, service)] for p in enabled]


def test_no_rule_is_lost(pages: dict[str, str], generator: ModuleType, catalog: Catalog) -> None:
    everywhere = "\n".join([*pages.values(), generator.index(catalog)])
    assert [name for name in catalog.rules if f"`{name}`" not in everywhere] == []


def test_links_lead_to_pages(pages: dict[str, str], generator: ModuleType, catalog: Catalog) -> None:
    for text in (*pages.values(), generator.index(catalog)):
        for target in re.findall(r"\]\((?!https://)([^)]+)\)", text):
            assert target.removesuffix(".md") in {*pages, "README", "../reference"}


def test_every_row_of_a_table_has_as_many_cells_as_its_head(pages: dict[str, str]) -> None:
    for text in pages.values():
        for block in re.findall(r"(?:^\|.*\n?)+", text, flags=re.MULTILINE):
            assert len({len(re.split(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1, block


# --- pieces


def parted(generator: ModuleType, text: str, **fitted: int) -> tuple[str, list[tuple[str, str]]]:
    tree = parse(text, Place("t"), fitted)
    assert not isinstance(tree, tuple)
    short, taken = generator.parted(tree, fitted)
    return latex(short, {}), [(name, latex(node, {})) for name, node in taken]


def test_one_call_stays_in_the_formula(generator: ModuleType) -> None:
    assert parted(generator, "lake(a) * b", lake=1) == (r"\operatorname{lake}\left(a\right) \cdot b", [])


def test_several_calls_get_lines_of_their_own_outermost_first(generator: ModuleType) -> None:
    # the same call twice is one line; two calls of one equation are told apart by primes
    short, taken = parted(generator, "(f(s(x), a) - f(s(x), b)) * s1", f=2, s=1)
    assert short == r"\left(\text{f'} - \text{f''}\right) \cdot s_{1}"
    assert taken == [("f'", r"f\left(s, a\right)"), ("f''", r"f\left(s, b\right)"), ("s", r"s\left(x\right)")]


def test_a_block_is_one_equation_or_aligned_lines(generator: ModuleType) -> None:
    case = parse("where(a > 0, a, b)", Place("t"), {})
    body = r"\begin{cases} a & a > 0 \\ b & \text{otherwise} \end{cases}"
    assert generator.math([("x", case)]) == ["", "```math", f"x = {body}", "```", ""]
    assert generator.math([("", case)])[2] == body
    two = [r"\begin{aligned}", rf"x &= {body} \\", f"y &= {body}", r"\end{aligned}"]
    assert generator.math([("x", case), ("y", case)])[2:-2] == two
    name = "a" * 60
    long = parse(f"{name} * {name}", Place("t"), {})
    text = rf"\mathrm{{{name}}}"
    assert generator.math([("x", long)])[3:-3] == [rf"x &= {text} \\", rf"&\quad {{}} \cdot {text}"]


def rule(**changes: object) -> Rule:
    fields = {"id": "a.b", "version": "1", "kind": "assert", "names": Names("甲", "A"), "output": "", "grain": ("region",)}
    fields |= {"expression": "a <= f(b)", "inputs": (), "source": "garze2017", "clause": ""} | changes
    return Rule(**fields)  # type: ignore[arg-type]


def test_a_fitted_equation_is_printed_once_and_pointed_to_later(generator: ModuleType, catalog: Catalog) -> None:
    equation = Empirical("f", (("x", "mm"),), "t/hm2", "2 * x", "rao2014")
    first, second = rule(empirical=(equation,)), rule(id="c.d", empirical=(equation,))
    shown = "\n".join(generator.formula(catalog, first, {equation: first}))
    assert "`x` mm → t/hm2; " in shown
    assert r"f\left(x\right) = 2 \cdot x" in shown
    again = "\n".join(generator.formula(catalog, second, {equation: first}))
    assert "见 see `a.b`" in again
    assert "2 \\cdot x" not in again


def test_an_expression_that_cannot_be_read_is_refused(generator: ModuleType, catalog: Catalog) -> None:
    with pytest.raises(Refused):
        generator.formula(catalog, rule(expression="a <= g(b)"), {})


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        (None, None, ""),
        (Decimal(0), None, "0 … ∞"),
        (None, Decimal("1E+3"), "−∞ … 1000"),
        (Decimal("1E-30"), Decimal(1), "1E-30 … 1"),
    ],
)
def test_bounds(generator: ModuleType, lower: Decimal | None, upper: Decimal | None, text: str) -> None:
    assert generator.between(lower, upper) == text


def test_values_of_different_price_years_are_not_put_in_one_range(generator: ModuleType) -> None:
    def price(value: str | None, unit: str) -> Parameter:
        return Parameter("p", (), "", Decimal(value) if value else None, unit, "expert", "garze2017", "", "set")

    rows = [price("7", "元@2010/m3"), price("3", "元@2010/m3"), price("9", "元@2011/m3"), price(None, "元@2012/m3")]
    assert generator.ranges(rows) == "3 … 7 `元@2010/m3`<br>9 `元@2011/m3`"
    assert generator.ranges([price("0.5", "1")]) == "0.5"


def test_a_cell_cannot_break_its_table(generator: ModuleType) -> None:
    assert generator.row("a|b", "c\nd", "") == "| a\\|b | c d | – |"
