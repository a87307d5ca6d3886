"""Hostile templates in a book: each is refused with a finding that names file and line, within its limits, and touches nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gep.base.findings import Refused
from gep.report import local_templates
from gep.report.sandbox import Limits, render

TIGHT = Limits(seconds=1.5, memory=256, output=1)
DATA = {"name": "x", "rows": [{"a": 1}], "text": "{{ 7*7 }}<script>alert(1)</script>"}
F, U, S, E = "TEMPLATE-FORBIDDEN", "TEMPLATE-UNDEFINED", "TEMPLATE-SYNTAX", "TEMPLATE-FAILED"
# every one stands in line 3 of its file
HOSTILE: list[tuple[str, str]] = [
    # out of a value to its class, and on to everything that is loaded
    ("{{ ''.__class__ }}", F),
    ("{{ ''.__class__.__mro__[1].__subclasses__() }}", F),
    ("{{ ''['__class__'] }}", F),
    ("{{ '' | attr('__class__') }}", F),
    ("{{ '' | attr('_' ~ '_class_' ~ '_') }}", F),
    ("{{ rows.__init__.__globals__ }}", F),
    ("{{ rows.append.__self__ }}", F),
    ("{{ [''] | map(attribute='__class__') | join }}", F),
    ("{{ [{'a': ''}] | map(attribute='a.__class__') | first }}", F),
    ("{{ ['a', 'b'] | sort(attribute='__class__') | first }}", F),
    ("{{ [''] | groupby('__class__') | first | first }}", F),
    ("{{ [''] | sum(attribute='__class__') }}", F),
    ("{{ '{0.__class__}'.format('') }}", F),
    ("{{ '{a.__class__}'.format_map({'a': ''}) }}", F),
    ("{{ ('{0.__cl' ~ 'ass__}').format(1) }}", F),
    ("{% set f = '{0.__class__}'.format %}{{ f(1) }}", F),
    ("{{ ['{0.__class__}'] | map('format', 1) | first | upper }}", E),
    ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", F),
    ("{{ joiner.__init__.__globals__ }}", F),
    ("{{ namespace.__init__.__globals__ }}", F),
    ("{{ self.__init__ }}", F),
    ("{{ self._TemplateReference__context }}", F),
    ("{{ range.__class__ }}", F),
    ("{{ dict.__base__ }}", F),
    ("{{ (1).real.__class__ }}", F),
    ("{{ none.__class__ }}", F),
    ("{{ true.__class__.__bases__ }}", F),
    ("{{ undefined_thing.__class__ }}", F),
    ("{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}", F),
    ("{% macro m() %}{{ caller.__globals__ }}{% endmacro %}{{ m() }}", U),
    ("{% macro m() %}{% endmacro %}{{ m.__class__ }}", F),
    ("{{ (rows | batch(1)).gi_frame }}", F),
    ("{{ (rows | map('string')).gi_code }}", F),
    # things of the program that were never given
    ("{{ config }}", U),
    ("{{ request.application }}", U),
    ("{{ get_flashed_messages.__globals__ }}", U),
    ("{{ url_for }}", U),
    ("{{ lipsum.__globals__ }}", U),
    ("{{ lipsum(n=100000) }}", U),
    ("{{ open('/etc/passwd').read() }}", U),
    ("{{ exec('import os') }}", U),
    ("{{ __import__('os') }}", U),
    ("{{ os.system('id') }}", U),
    ("{{ environ }}", U),
    ("{{ [1, 2] | random }}", S),
    ("{{ name | nofilter }}", S),
    ("{{ name is notest }}", S),
    # the data cannot be changed
    ("{{ rows.append(1) }}", F),
    ("{{ rows[0].update(a=2) }}", F),
    ("{{ rows.clear() }}", F),
    ("{{ rows.sort() }}", F),
    ("{% do rows.append(1) %}", S),
    # other files
    ("{% include '../../etc/passwd' %}", "TEMPLATE-OUTSIDE"),
    ("{% include '/etc/passwd' %}", "TEMPLATE-OUTSIDE"),
    ("{% include 'a/../../b' %}", "TEMPLATE-OUTSIDE"),
    ("{% include '..\\\\..\\\\secret' %}", "TEMPLATE-OUTSIDE"),
    ("{% include 'C:/secret' %}", "TEMPLATE-OUTSIDE"),
    ("{% include ['../x', '/etc/passwd'] %}", "TEMPLATE-OUTSIDE"),
    ("{% extends '/etc/passwd' %}", "TEMPLATE-OUTSIDE"),
    ("{% import '../../../etc/passwd' as x %}", "TEMPLATE-OUTSIDE"),
    ("{% from '/proc/self/environ' import x %}", "TEMPLATE-OUTSIDE"),
    ("{% set where = '/etc/' ~ 'passwd' %}{% include where %}", "TEMPLATE-OUTSIDE"),
    ("{% include 'file:///etc/passwd' %}", "TEMPLATE-OUTSIDE"),
    ("{% include 'gone' %}", "TEMPLATE-NOT-FOUND"),
    # Python is no template
    ("{% import os %}", S),
    ("{% python %}", S),
    ("{{ import os }}", S),
    ("{{ lambda: 1 }}", S),
    ("{{ [x for x in rows] }}", S),
    ("{{ (yield) }}", U),
    ("{{ name := 1 }}", S),
    ("{% debug %}", S),
    # the escape cannot be lifted
    ("{{ text | safe }}", S),
    ("{% autoescape false %}{{ text }}{% endautoescape %}", F),
    ("{% autoescape name == 'y' %}{{ text }}{% endautoescape %}", F),
    ("{{ text.__html__() }}", U),
    # what has no text of its own is not printed
    ("{{ rows }}", F),
    ("{{ range }}", F),
    ("{{ rows[0].items }}", F),
    # faults of arithmetic and of kind
    ("{{ 1 / 0 }}", E),
    ("{{ 1 + 'a' }}", E),
    ("{{ 'a'.encode('nowhere') }}", E),
    ("{{ range(1000000000) | list }}", E),
    ("{{ 10 ** (10 ** 10) }}", F),
    ("{% set n = 10 %}{{ n ** (n ** n) }}", F),
    # heaps of text, memory and time
    ("{{ 'a' * 10000000000 }}", "limit"),
    ("{{ ('a' * 1000000) * 10000 }}", "limit"),
    ("{{ 'a' * 10000000 }}", "limit"),
    ("{{ 'a' | center(10000000000) }}", "limit"),
    ("{{ '%1000000000d' % 1 }}", "limit"),
    ("{{ '%1000000000d' | format(1) }}", "limit"),
    ("{{ '{:>1000000000}'.format(1) }}", "limit"),
    ("{{ name | indent(10000000000) | length }}{{ ('\\n' * 1000) | indent(100000000) }}", "limit"),
    ("{{ ('a' * 1000000) | replace('a', 'a' * 100000) }}", "limit"),
    ("{{ ('a' * 1000000) | wordwrap(1) | urlize }}", "limit"),
    ("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", "limit"),
    ("{% for i in range(99999) %}{{ 'a' * 100 }}{% endfor %}", "limit"),
    ("{% for i in range(99999) %}{% set x = range(99999) | list %}{% endfor %}", "limit"),
    ("{% for x in rows recursive %}{{ loop([x]) }}{% endfor %}", "limit"),
    ("{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}", "limit"),
    ("{% include 'bomb.html.j2' %}", "limit"),
    ("{% set ns = namespace(t='aaaaaaaaaa') %}{% for i in range(60) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}{{ ns.t }}", "limit"),
    ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "limit"),
    ("{{ " + "-" * 20000 + "1 }}", "limit"),
    ("{% if 1 %}" * 3000 + "{% endif %}" * 3000, "limit"),
]  # fmt: skip
LIMITED = {"TEMPLATE-TIME", "TEMPLATE-MEMORY", "TEMPLATE-OUTPUT", "TEMPLATE-FAILED", "TEMPLATE-SYNTAX"}
SAMPLE = HOSTILE if os.environ.get("GEP_PROOF") == "full" else HOSTILE[::5]


def write(top: Path, name: str, text: str) -> None:
    path = top / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("text", "code"), dict.fromkeys(SAMPLE))
def test_a_hostile_template_is_refused(text: str, code: str, tmp_path: Path) -> None:
    write(tmp_path, "own.html.j2", f"one\ntwo\n{text}\nfour")
    if text.startswith("{% include 'bomb"):
        write(tmp_path, "bomb.html.j2", "{% include 'own.html.j2' %}{% include 'own.html.j2' %}")
    start = time.monotonic()
    with pytest.raises(Refused) as told:
        render("own.html.j2", DATA, [tmp_path], TIGHT)
    assert time.monotonic() - start < TIGHT.seconds + 6
    found = told.value.findings[0]
    assert found.code in (LIMITED if code == "limit" else {code}), (found.code, found.found)
    assert found.place.file in ("local/templates/own.html.j2", "local/templates/bomb.html.j2", "own.html.j2")
    if code != "limit":
        assert found.place.row == 3
    assert "root:" not in found.text("en") + found.text("zh")
    assert found.mend("zh")
    assert found.mend("en")


def test_text_of_users_is_never_a_template(tmp_path: Path) -> None:
    write(tmp_path, "own.html.j2", "{{ text }}")
    payloads = ["{{ 7*7 }}", "{% include '/etc/passwd' %}", "{# #}", "<script>alert(1)</script>", "${7*7}", "#{7*7}", "\\0"]
    for text in payloads:
        made = render("own.html.j2", {"text": text}, [tmp_path])
        assert "49" not in made
        assert "<script>" not in made


def test_the_output_has_a_limit_and_the_time_has_one(tmp_path: Path) -> None:
    write(tmp_path, "big.md.j2", "{% for i in range(90000) %}{{ 'aaaaaaaaaaaaaaaaaaaa' }}{% endfor %}")
    with pytest.raises(Refused) as told:
        render("big.md.j2", {}, [tmp_path], Limits(output=1))
    assert told.value.findings[0].text("en") == "The template wrote more than 1 MB and was stopped."
    assert len(render("big.md.j2", {}, [tmp_path], Limits(output=2))) == 1_800_000
    write(tmp_path, "slow.md.j2", "\n{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}")
    with pytest.raises(Refused) as told:
        render("slow.md.j2", {}, [tmp_path], Limits(seconds=0.5))
    assert told.value.findings[0].place.text() == "local/templates/slow.md.j2:2"
    assert told.value.findings[0].text("en") == "The template took longer than 0.5 seconds and was stopped."


@pytest.mark.parametrize("kind", ["link", "dangling", "folder", "top", "fifo"])
def test_a_link_or_special_file_is_not_read(kind: str, tmp_path: Path) -> None:
    top, other = tmp_path / "templates", tmp_path / "other"
    other.mkdir()
    (other / "secret.html.j2").write_text("secret")
    if kind == "top":
        top.symlink_to(other)
    else:
        top.mkdir()
        match kind:
            case "link":
                (top / "a.html.j2").symlink_to(other / "secret.html.j2")
            case "dangling":
                (top / "a.html.j2").symlink_to(other / "gone")
            case "folder":
                (top / "a").symlink_to(other)
            case "fifo":
                os.mkfifo(top / "a.html.j2")
    with pytest.raises(Refused) as told:
        render("explain.html.j2", {}, [top])
    assert [f.code for f in told.value.findings] == ["TEMPLATE-LINK"]
    assert told.value.findings[0].place.file.startswith("local/templates")


def test_every_file_that_cannot_be_read_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.html.j2").symlink_to("/etc/passwd")
    (tmp_path / "b.md.j2").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "c.css").write_bytes(b" " * (local_templates.LARGEST + 1))
    with pytest.raises(Refused) as told:
        local_templates.read([tmp_path])
    assert [(f.code, f.place.file) for f in told.value.findings] == [
        ("TEMPLATE-LINK", "local/templates/a.html.j2"),
        ("TEMPLATE-ENCODING", "local/templates/b.md.j2"),
        ("TEMPLATE-TOO-LARGE", "local/templates/c.css"),
    ]


def test_a_heap_of_files_is_too_many(tmp_path: Path) -> None:
    for i in range(local_templates.MANY + 1):
        (tmp_path / f"{i}.css").write_text("")
    with pytest.raises(Refused) as told:
        local_templates.read([tmp_path])
    assert [f.code for f in told.value.findings] == ["TEMPLATE-TOO-LARGE"]


@pytest.mark.parametrize("name", ["../page.css", "/etc/passwd", "a/../../b", "", "a\\b", "C:x", "./x", "a\0b"])
def test_a_name_never_leaves_the_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as told:
        local_templates.find(name, [tmp_path])
    assert told.value.findings[0].code == "TEMPLATE-OUTSIDE"


def test_a_file_is_found_in_the_book_first(tmp_path: Path) -> None:
    write(tmp_path, "pack/INSTRUCTIONS.md.j2", "own")
    assert local_templates.find("pack/INSTRUCTIONS.md.j2", [tmp_path]).place == "local/templates/pack/INSTRUCTIONS.md.j2"
    found = local_templates.find("explain.html.j2", [tmp_path])
    assert (found.local, found.place) == (False, "templates/explain.html.j2")
    with pytest.raises(Refused) as told:
        local_templates.find("none.css", [tmp_path])
    assert told.value.findings[0].text("en") == "The template none.css cannot be found."
