"""The sandbox of templates: plain data in, text out; what the shipped templates print does not change; what is undefined stops."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateNotFound, UndefinedError
from jinja2.exceptions import SecurityError
from markupsafe import Markup

from gep.base.findings import Refused
from gep.report import export_text, local_templates, sandbox
from gep.report.sandbox import markdown, plain, render
from gep.report.sandbox_process import packed, unpacked

INSTRUCTIONS = {"book": {"zh": "某市", "en": "A city"}, "seq": 7, "head": "abcd", "tables": True}


def folder(tmp_path: Path, **texts: str) -> Path:
    """A folder of templates of a book; `page_html_j2` is page.html.j2."""
    for name, text in texts.items():
        path = tmp_path / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def refused(top: Path, name: str, **data: object) -> list[tuple[str, str, int]]:
    with pytest.raises(Refused) as told:
        render(name, data, [top])
    return [(f.code, f.place.file, f.place.row) for f in told.value.findings]


def test_a_shipped_template_runs_here_and_a_page_is_escaped() -> None:
    assert render("pack/INSTRUCTIONS.md.j2", INSTRUCTIONS).endswith("\n")
    assert "7:abcd" in render("pack/INSTRUCTIONS.md.j2", INSTRUCTIONS)
    assert sandbox.environment(True, {}, local_templates.shipped()).autoescape is True
    assert sandbox.environment(False, {}, local_templates.shipped()).autoescape is False


def test_what_is_wrong_with_a_shipped_template_is_a_fault_of_the_program() -> None:
    with pytest.raises(UndefinedError):
        render("pack/INSTRUCTIONS.md.j2", {})
    with pytest.raises(TemplateNotFound):
        render("no.html.j2", {})


@pytest.mark.parametrize("bad", [Decimal("1"), object(), {"a": [Path("x")]}, b"bytes", {1, 2}])
def test_only_plain_data_enters(bad: object) -> None:
    with pytest.raises(TypeError, match="a template cannot get"):
        render("pack/INSTRUCTIONS.md.j2", INSTRUCTIONS | {"more": bad})


def test_records_of_the_program_become_lists_and_mappings_of_their_own() -> None:
    held = MappingProxyType({"a": (1, "x", None, True, 2.5)})
    made = plain(held)
    assert made == {"a": [1, "x", None, True, 2.5]}
    assert type(made) is dict


def test_neither_none_nor_a_list_nor_a_function_is_ever_printed() -> None:
    made = sandbox.environment(False, {}, local_templates.shipped())
    for text in ("{{ none }}", "{{ [1] }}", "{{ {} }}", "{{ range }}", "{{ x.items }}", "{{ x }}"):
        with pytest.raises(SecurityError, match="printing"):
            made.from_string(text).render(x={"a": 1})
    assert made.from_string("{{ 1 }}{{ 'a' }}{{ 2.5 }}").render() == "1a2.5"


def test_what_differs_from_run_to_run_is_not_there() -> None:
    made = sandbox.environment(True, {}, local_templates.shipped())
    assert "random" not in made.filters
    assert "lipsum" not in made.globals


def test_a_template_of_the_book_replaces_the_shipped_one(tmp_path: Path) -> None:
    top = folder(tmp_path, pack__INSTRUCTIONS_md_j2="自己的 {{ book.zh | md }}\n")
    assert render("pack/INSTRUCTIONS.md.j2", INSTRUCTIONS, [top]) == "自己的 某市\n"
    assert render("pack/INSTRUCTIONS.md.j2", INSTRUCTIONS, [tmp_path / "none"]).startswith("# ")


def test_a_template_of_the_book_may_use_shipped_ones_and_the_other_way_round(tmp_path: Path) -> None:
    top = folder(tmp_path, own_md_j2="[{% include 'pack/INSTRUCTIONS.md.j2' %}]")
    assert render("own.md.j2", INSTRUCTIONS, [top]) == f"[{render('pack/INSTRUCTIONS.md.j2', INSTRUCTIONS)}]"


def test_the_first_folder_wins(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", a_md_j2="one")
    two = folder(tmp_path / "two", a_md_j2="two", b_md_j2="b")
    assert render("a.md.j2", {}, [one, two]) == "one"
    assert render("b.md.j2", {}, [one, two, local_templates.shipped()]) == "b"


def test_a_page_of_the_book_is_escaped_and_gets_the_markup_that_the_program_made(tmp_path: Path) -> None:
    top = folder(tmp_path, own_html_j2="{{ text }}|{{ math }}|{{ '<i>' }}")
    data = {"text": "<script>{{ 7*7 }}", "math": Markup("<math/>")}
    assert render("own.html.j2", data, [top]) == "&lt;script&gt;{{ 7*7 }}|<math/>|&lt;i&gt;"


def test_both_ways_give_the_same_bytes(tmp_path: Path) -> None:
    """A template copied into the book prints what the shipped one prints."""
    name = "pack/INSTRUCTIONS.md.j2"
    top = folder(tmp_path, pack__INSTRUCTIONS_md_j2=(local_templates.shipped() / name).read_text(encoding="utf-8"))
    assert render(name, INSTRUCTIONS, [top]) == render(name, INSTRUCTIONS)
    assert export_text.render(name, **INSTRUCTIONS).decode() == render(name, INSTRUCTIONS)


def test_an_undefined_name_is_a_finding_with_its_line(tmp_path: Path) -> None:
    top = folder(tmp_path, own_html_j2="a\nb\n{{ known }}{{ nobody.there }}\n")
    with pytest.raises(Refused) as told:
        render("own.html.j2", {"known": 1}, [top])
    (found,) = told.value.findings
    assert (found.code, found.place.text()) == ("TEMPLATE-UNDEFINED", "local/templates/own.html.j2:3")
    assert found.text("en") == "The template uses a name that is not given: 'nobody' is undefined."
    assert found.text("zh") == "模板用了没有给出的名称:'nobody' is undefined。"


def test_an_undefined_name_is_found_in_the_file_that_holds_it(tmp_path: Path) -> None:
    top = folder(tmp_path, own_html_j2="\n{% include 'part.html.j2' %}", part_html_j2="\n\n\n{{ nobody }}")
    assert refused(top, "own.html.j2") == [("TEMPLATE-UNDEFINED", "local/templates/part.html.j2", 4)]


def test_all_templates_that_are_none_are_told_at_once(tmp_path: Path) -> None:
    top = folder(tmp_path, a_html_j2="\n{% if %}", b_html_j2="{{ 1 +", c_html_j2="fine", d_html_j2="{% import os %}")
    assert refused(top, "c.html.j2") == [
        ("TEMPLATE-SYNTAX", "local/templates/a.html.j2", 2),
        ("TEMPLATE-SYNTAX", "local/templates/b.html.j2", 1),
        ("TEMPLATE-SYNTAX", "local/templates/d.html.j2", 1),
    ]


def test_a_template_that_is_not_there(tmp_path: Path) -> None:
    top = folder(tmp_path, a_html_j2="\n{% include 'gone.html.j2' %}")
    assert refused(top, "a.html.j2") == [("TEMPLATE-NOT-FOUND", "local/templates/a.html.j2", 2)]


plain_data = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text() | st.text().map(Markup),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(plain_data)
def test_data_come_out_of_the_child_as_they_went_in(value: object) -> None:
    back = unpacked(json.loads(json.dumps(packed(value))))
    assert back == value
    assert _kinds(back) == _kinds(value)


def _kinds(value: object) -> object:
    if isinstance(value, dict):
        return {k: _kinds(v) for k, v in value.items()}
    return [_kinds(v) for v in value] if isinstance(value, list) else type(value)


@given(st.text())
def test_text_in_markdown_is_one_line_without_html(text: str) -> None:
    made = markdown(text)
    assert len(made.splitlines()) <= 1
    assert "<" not in made.replace("\\<", "")
