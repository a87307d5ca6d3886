"""The command line: exit codes, JSON, languages, help, and no traceback whatever the user gives."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import Result
from typer.testing import CliRunner

import gep
from gep import cli
from gep.book import Book
from tests.ready import Ready, Shown

VERBS = (
    "review",
    "finalise",
    "close",
    "reopen",
    "approve",
    "correct",
    "decide",
    "attach",
    "backup",
    "restore",
    "migrate",
    "export",
    "demo",
    "init",
    "submit",
    "check",
    "answer",
    "run",
    "explain",
    "compare",
    "uncertainty",
    "catalogue",
    "sheet",
    "statement",
    "sql",
    "verify",
    "audit",
    "coefficients",
    "engagement",
)
ACTS = ("show", "seal", "sign", "refuse", "reply", "review", "step", "withdraw")  # on an engagement
HEAD = "region,period,item,category,part,value,state,unit,department,source,evidence,note\n"
FAR = "999999,2010,lake_regulation,,,2.43,,亿立方米,水利局,garze2017,,\n"
LAKE = FAR.replace("999999", "513300")
FIGURE = "value_account/513300/2010/water_retention"
ONE, TWO = "garze-2017", "garze-2017-one-carbon"
Gep = Callable[..., Result]


@pytest.fixture(scope="module")
def shown(ready: Ready) -> tuple[Path, Shown]:
    """`gep demo` in a folder whose name looks like markup: the book it made and what it printed."""
    folder, printed = ready.demo()
    return folder / "garze-2010", printed


@pytest.fixture(scope="module")
def made(ready: Ready) -> Path:
    """The book of the demonstration after its run, before its year is closed; not to be changed."""
    return ready.book("garze-2010", "all").root


@pytest.fixture
def book(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    shutil.copytree(made, tmp_path / "book")
    return tmp_path / "book"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Gep:
    """Calls `gep` as the shell would; no fault inside the program passes."""
    for name in ("GEP_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GEP_USER", "clerk")

    def call(*args: str | Path, code: int | None = 0) -> Result:
        result = CliRunner().invoke(cli.app, [str(a) for a in args])
        assert "Traceback" not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        assert code is None or result.exit_code == code, result.output
        return result

    return call


def data(result: Result) -> dict[str, Any]:
    """The one JSON object a command prints, of the agreed shape."""
    body: dict[str, Any] = json.loads(result.stdout)
    assert set(body) == {"schema", "ok", "exit", "result", "findings"}
    assert (body["schema"], body["exit"], body["ok"]) == ("gep.cli/1", result.exit_code, result.exit_code == 0)
    for f in body["findings"]:
        assert {"code", "id", "severity", "place", "text_zh", "text_en", "mend_zh", "mend_en", "status"} <= set(f)
        assert f["text_zh"] != f["text_en"]
    return body


# ---- help and version


def test_help_lists_every_verb(run: Gep) -> None:
    text = run("--help").stdout
    assert [v for v in VERBS if v not in text] == []
    assert "生态产品总值" in text
    assert {c.name or c.callback.__name__ for c in cli.app.registered_commands if c.callback} | {
        "coefficients",
        "engagement",
    } == set(VERBS)


@pytest.mark.parametrize(
    "verb",
    [
        *VERBS,
        *(f"coefficients {name}" for name in ("list", "show", "audit", "template")),
        *(f"engagement {name}" for name in ACTS),
    ],
)
def test_every_verb_has_help_in_both_languages(run: Gep, verb: str) -> None:
    first = next(line for line in run(*verb.split(), "--help").stdout.splitlines() if " / " in line)
    zh, _, en = first.partition(" / ")
    assert any("一" <= c <= "鿿" for c in zh)
    assert en.strip().isascii()


def test_version(run: Gep) -> None:
    assert run("--version").stdout == f"gep-accounts {gep.__version__}\n"


def test_no_arguments_show_the_help(run: Gep) -> None:
    assert "coefficients" in run(code=2).output


# ---- misuse is 2


@pytest.mark.parametrize(
    "args",
    [
        ("nonsense",), ("run",), ("run", "BOOK", "--no-such-option"), ("submit", "BOOK"), ("submit", "BOOK", "no-such-file.csv"),
        ("check", "no-such-file.csv"), ("check", "."), ("submit", "BOOK", "."), ("sql", "BOOK", "SELECT 1", "--format", "xlsx"),
        ("sql", "BOOK", "SELECT 1", "--as-of", "yesterday"), ("compare", "BOOK"), ("compare", "BOOK", "--profiles", ONE),
        ("verify", "BOOK", "--lang", "fr"), ("compare", "BOOK", "--profiles", ONE, TWO, "--year", "last"),
        ("coefficients", "show"), ("coefficients", "nonsense"), ("coefficients", "template"),
    ],
)  # fmt: skip
def test_misuse_is_told_with_exit_2(run: Gep, made: Path, args: tuple[str, ...]) -> None:
    result = run(*(str(made) if a == "BOOK" else a for a in args), code=2)
    assert result.stderr
    assert result.stdout == ""


# ---- what cannot be done is 1, in the language asked for


BAD_BOOK = [
    ("submit", "BOOK", "FILE"), ("check", "FILE", "--book", "BOOK"), ("answer", "BOOK", "0123", "why"), ("run", "BOOK"),
    ("run", "BOOK", "--plan"), ("explain", "BOOK", FIGURE), ("compare", "BOOK", "--profiles", ONE, TWO),
    ("sql", "BOOK", "SELECT 1"), ("verify", "BOOK"), ("coefficients", "list", "--book", "BOOK"),
    ("coefficients", "show", "x", "--book", "BOOK"), ("coefficients", "audit", "--book", "BOOK"),
    ("coefficients", "template", "--profile", ONE, "--book", "BOOK"),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["missing", "file"])
@pytest.mark.parametrize("args", BAD_BOOK, ids=" ".join)
def test_what_is_no_book_is_told_by_every_verb(run: Gep, tmp_path: Path, args: tuple[str, ...], kind: str) -> None:
    file = tmp_path / "file.csv"
    file.write_text(HEAD + LAKE, encoding="utf-8")
    place = tmp_path / "nothing" if kind == "missing" else file
    given = [str({"BOOK": place, "FILE": file}.get(a, a)) for a in args]
    assert "is no book" in run(*given, "--lang", "en", code=1).stderr
    assert "不是账册" in run(*given, "--lang", "zh", code=1).stderr
    if args[0] != "sql":
        (told,) = data(run(*given, "--json", code=1))["findings"]
        assert told["code"] == "BOOK-NOT-FOUND"


REFUSALS: list[tuple[tuple[str, ...], str, str, str]] = [
    (("init", "NEW", "--from", "garze-2011"), "BOOK-UNKNOWN-SHIPPED", "没有名为 garze-2011 的随附账册",
     "There is no shipped book"),
    (("init", "BOOK"), "BOOK-EXISTS", "已存在且不为空", "exists and is not empty"),
    (("run", "BOOK", "--year", "2011"), "RUN-NO-YEAR", "账册中没有 2011 年的数据", "The book holds no data of 2011"),
    (("run", "BOOK", "--profile", "nope"), "CATALOG-UNKNOWN-REFERENCE", "方案 nope 未登记", "The scheme nope is not declared"),
    (("explain", "BOOK", "values/x"), "EXPLAIN-ADDRESS", "看不懂指标地址中的“values”", "The part 'values' of the figure address"),
    (("explain", "BOOK", FIGURE + "x"), "EXPLAIN-NO-FIGURE", "没有地址为", "There is no figure"),
    (("answer", "BOOK", "0123", "why"), "ANSWER-UNKNOWN", "没有编号为 0123 的待说明问题", "No finding 0123 asks"),
    (("compare", "BOOK", "--profiles", ONE, "nope"), "COMPARE-UNKNOWN", "结果中没有 nope", "There is no nope among the results"),
    (("coefficients", "show", "reservoir_unit_cots"), "COEFFICIENTS-UNKNOWN", "目录中没有 reservoir_unit_cots",
     "The catalogue holds no reservoir_unit_cots"),
    (("check", "FILE", "--book", "BOOK"), "INTAKE-REGION-UNKNOWN", "999999", "999999"),
    (("check", "FILE", "--records", "nope"), "INTAKE-RECORD-SET-UNKNOWN", "nope", "nope"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "code", "zh", "en"), REFUSALS, ids=lambda a: " ".join(a) if isinstance(a, tuple) else "")
def test_a_refusal_is_told_in_both_languages_with_exit_1(
    run: Gep, made: Path, tmp_path: Path, args: tuple[str, ...], code: str, zh: str, en: str
) -> None:
    file = tmp_path / "far.csv"
    file.write_text(HEAD + FAR, encoding="utf-8")
    given = [str({"BOOK": made, "FILE": file, "NEW": tmp_path / "new"}.get(a, a)) for a in args]
    told = [f for f in data(run(*given, "--json", code=1))["findings"] if f["code"] == code]
    assert [(zh in f["text_zh"], en in f["text_en"]) for f in told] == [(True, True)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_refusal_is_written_for_people(run: Gep, made: Path, lang: str) -> None:
    result = run("explain", made, "values/513300", "--lang", lang, code=1)
    assert result.stdout == ""
    words = {
        "zh": ("[强制性]", "EXPLAIN-ADDRESS", "看不懂指标地址中的“values”。", "应为", "处理"),
        "en": ("[stop]", "EXPLAIN-ADDRESS", "The part 'values' of the figure address cannot be read.", "expected", "mend"),
    }[lang]
    assert [w for w in words if w not in result.stderr] == []


def test_sql_that_writes_or_is_wrong_is_refused(run: Gep, made: Path) -> None:
    assert "只能执行一条查询语句" in run("sql", made, "DROP VIEW gep_total", "--lang", "zh", code=1).stderr
    assert "The query cannot be run" in run("sql", made, "SELECT nothing FROM nowhere", "--lang", "en", code=1).stderr


def test_a_file_that_cannot_be_read_is_told(run: Gep, made: Path, tmp_path: Path) -> None:
    for name, content in (
        ("a.csv", b"\xff\xfe\x00\x01"),
        ("b.csv", b""),
        ("c.parquet", b"PAR1"),
        ("d.json", b"{"),
        ("e.exe", b"MZ"),
    ):
        (tmp_path / name).write_bytes(content)
        body = data(run("check", tmp_path / name, "--json", code=1))
        assert body["findings"], name
        assert body["result"]["facts"] == 0


def test_a_page_that_cannot_be_written_is_told(run: Gep, made: Path, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere" / "page.html"):
        assert run("explain", made, FIGURE, "--html", place, code=2).stderr


# ---- what can be done is 0


def test_init_submit_run(run: Gep, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "book.toml").write_text(
        'schema = 2\nzh = "册"\nen = "Book"\nschemes = ["garze-2017"]\nleaf_level = "city"\n'
        '[[region]]\ncode = "513300"\nlevel = "city"\nzh = "甘孜州"\nen = "Garze"\n', encoding="utf-8",
    )  # fmt: skip
    new, file = tmp_path / "new", tmp_path / "lake.csv"
    file.write_text(HEAD + LAKE, encoding="utf-8")
    body = data(run("init", new, "--from", source, "--as", "chief", "--json"))
    assert body["result"] == {"book": str(new), "submissions": []}
    body = data(run("submit", new, file, "--as", "water", "--json"))
    (taken,) = body["result"]["submissions"]
    assert (taken["file"], taken["status"], taken["facts"], taken["findings"]) == ("lake.csv", "accepted", 1, 0)
    assert [(e.act, e.who) for e in Book(new).entries()] == [("init", "chief"), ("submit", "water")]
    # all but lake regulation is missing: refused, and told what to return
    body = data(run("run", new, "--json", code=1))
    assert body["result"] == {"vintage": None}
    assert body["findings"][-1]["code"] == "RUN-REFUSED"
    shown = run("run", new, "--lang", "zh", code=1)
    assert "[强制性]" in shown.stderr
    assert "处理" in shown.stderr
    # a trial shows the gaps, and says by its exit code that they are there
    body = data(run("run", new, "--trial", "--year", "2010", "--profile", "garze-2017", "--json", code=1))
    (total,) = body["result"]["totals"]
    assert (body["result"]["state"], total["gep"], total["missing"]) == ("trial", None, 17)
    assert (total["enabled"], total["valued"]) == (17, 0)


def test_a_refused_file_is_exit_1(run: Gep, book: Path, tmp_path: Path) -> None:
    (tmp_path / "far.csv").write_text(HEAD + FAR, encoding="utf-8")
    body = data(run("submit", book, tmp_path / "far.csv", "--json", code=1))
    assert body["result"]["submissions"][0]["status"] == "rejected"
    assert "未接收  far.csv" in run("submit", book, tmp_path / "far.csv", "--lang", "zh", code=1).stdout


def test_check_and_its_words(run: Gep, made: Path, tmp_path: Path) -> None:
    file = tmp_path / "lake.csv"
    file.write_text(HEAD + LAKE, encoding="utf-8")
    body = data(run("check", file, "--json"))
    assert body["result"]["facts"] == 1
    assert [f["code"] for f in body["findings"]] == ["CHECK-NO-BOOK"]
    assert run("check", file, "--lang", "en").stdout == "lake.csv: 1 facts\n"
    assert run("check", file, "--lang", "zh").stdout == "lake.csv:读出 1 条\n"


def test_answer(run: Gep, book: Path) -> None:
    asked = json.loads(
        run("sql", book, "SELECT id FROM finding WHERE severity = 'query' ORDER BY seq", "--format", "json").stdout
    )
    name = asked["rows"][0][0]
    body = data(run("answer", book, name, "两者口径不同", "--document", "第3页", "--as", "chief", "--json"))
    assert body["result"] == {"seq": 14}
    last = Book(book).entries()[-1]
    assert (last.who, last.data["answer"], last.data["document"]) == ("chief", "两者口径不同", "第3页")
    assert run("answer", book, name, "again", "--lang", "zh").stdout == "已记入日志第 15 条\n"


def test_plan_prints_the_plans_and_runs_nothing(run: Gep, made: Path) -> None:
    body = data(run("run", made, "--plan", "--json"))
    assert len(body["result"]["plans"]) > 20
    text = run("run", made, "--plan").stdout
    assert text == "\n\n".join(body["result"]["plans"]) + "\n"
    assert [e.act for e in Book(made).entries()].count("run") == 1


def test_explain_as_data_as_text_and_as_a_page(run: Gep, made: Path, tmp_path: Path) -> None:
    result = data(run("explain", made, FIGURE, "--json", "--html", tmp_path / "page.html"))["result"]
    assert (result["amount"], result["unit"], result["state"], result["column"]) == ("226971940000.0000", "CNY", "value", "value")
    assert result["figure"].endswith("@13")
    assert {n["kind"] for n in result["trace"]} == {"calculation", "cell", "parameter"}
    assert result["roots"][0] in [n["id"] for n in result["trace"]]
    assert "321.49 亿立方米" in (tmp_path / "page.html").read_text(encoding="utf-8")
    zh, en = (run("explain", made, FIGURE, "--lang", lang).stdout for lang in ("zh", "en"))
    assert "水源涵养量" in zh
    assert "Water retained" in en
    assert all("226,971,940,000" in text and "water.csv:5" in text for text in (zh, en))


def test_compare(run: Gep, made: Path) -> None:
    result = data(run("compare", made, "--profiles", ONE, TWO, "--json"))["result"]
    assert (result["left"], result["right"]) == (ONE, TWO)
    (place,) = result["places"]
    differing = {s["service"]: s["difference"] for s in place["services"] if s["difference"] != "0.0000"}
    assert differing == {"oxygen_release": "-166086454545.4542"}
    assert (place["gep"]["difference"], place["gep"]["residual"], place["gep"]["in_full"]) == ("-166086454545.4542", "0", True)
    (oxygen,) = [s for s in place["services"] if s["terms"]]
    assert [(t["effect"], t["kind"], t["right"] and t["right"]["rule"]) for t in oxygen["terms"]] == [
        ("quantity", "method", "oxygen_release.stoichiometry@1"), ("rounding", "rounding", None),
    ]  # fmt: skip
    zh, detail = (run("compare", made, "--profiles", ONE, TWO, "--lang", "zh", *more).stdout for more in ((), ("--detail",)))
    assert "oxygen_release.stoichiometry@1" in zh
    assert "未解释余额" in zh
    assert "transpiration / forest" in detail
    assert "transpiration / forest" not in zh
    assert data(run("compare", made, "--profiles", ONE, TWO, "--region", "51", "--json"))["result"]["places"] == []


def test_sql_in_the_four_formats(run: Gep, made: Path) -> None:
    ask = "SELECT service, value FROM value_account WHERE service = 'water_retention' AND profile = 'garze-2017'"
    assert run("sql", made, ask, "--format", "csv").stdout == "service,value\nwater_retention,226971940000.0000\n"
    body = json.loads(run("sql", made, ask, "--format", "json").stdout)
    assert (body["columns"], body["rows"]) == (["service", "value"], [["water_retention", "226971940000.0000"]])
    assert "226971940000.0000" in run("sql", made, ask).stdout
    table = pq.read_table(io.BytesIO(run("sql", made, ask, "--format", "parquet").stdout_bytes))
    assert [str(v) for v in table.column("value").to_pylist()] == ["226971940000.0000"]


def test_sql_of_two_books_and_of_an_earlier_day(run: Gep, made: Path, book: Path) -> None:
    ask = "SELECT count(*) AS n FROM book.gep_total"
    assert run("sql", made, ask, "--attach", book, "--format", "csv").stdout == "n\n2\n"
    assert run("sql", made, "SELECT count(*) AS n FROM gep_total", "--as-of", "2001-01-01", "--format", "csv").stdout == "n\n0\n"


def test_verify(run: Gep, made: Path, book: Path) -> None:
    result = data(run("verify", made, "--json"))["result"]
    assert result["checked"] == 20
    assert [f["code"] for f in result["beyond"]] == ["VERIFY-NO-ANCHOR"]
    assert run("verify", made, "--lang", "zh").stdout == "已校验 20 项\n"
    with (book / "releases" / "13" / "gep_total.csv").open("ab") as stream:
        stream.write(b" ")
    told = [f for f in data(run("verify", book, "--json", code=1))["findings"] if f["severity"] == "stop"]
    assert [(f["code"], f["place"]["file"]) for f in told] == [("LEDGER-FILE-CHANGED", "releases/13/gep_total.csv")]


def test_demo_shows_printed_beside_computed(shown: tuple[Path, Shown]) -> None:
    book, result = shown
    assert (result.exit_code, result.exception) == (0, "None")
    assert "不符" not in result.stdout
    for words in ("发布值", "7545.59", "7,548.9068", "启用 17 项服务:有值 17,缺数 0,不适用 0", "gep explain"):
        assert words in result.stdout
    assert str(book) in "".join(result.stdout.split("\n"))
    assert (book / "book.toml").is_file()


def test_a_file_where_a_folder_belongs_is_told(run: Gep, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for args in (("demo", tmp_path / "file"), ("init", tmp_path / "file"), ("init", tmp_path / "file" / "book")):
        (told,) = data(run(*args, "--json", code=1))["findings"]
        assert told["code"] == "BOOK-EXISTS"
        assert told["text_en"] == "file exists and is not empty; nothing was changed."


# ---- coefficients


def test_coefficients_list_and_its_filters(run: Gep, made: Path) -> None:
    everything = data(run("coefficients", "list", "--json"))["result"]["parameters"]
    assert len(everything) > 60
    water = data(run("coefficients", "list", "reservoir_unit", "--json"))["result"]["parameters"]
    assert "reservoir_unit_cost" in {p["id"] for p in water}
    assert all("reservoir_unit" in p["id"] for p in water)
    paper = [(p["value"], p["unit"]) for p in water if p["source_set"] == "garze-2017"]
    assert paper == [("7.06", "元@2010/m3")]
    common = data(run("coefficients", "list", "--set", "common", "--json"))["result"]["parameters"]
    assert {p["source_set"] for p in common} == {"common"}
    assert 0 < len(common) < len(everything)
    assert data(run("coefficients", "list", "no such thing", "--json"))["result"]["parameters"] == []
    schemes = data(run("coefficients", "list", "--schemes", "--json"))["result"]["schemes"]
    assert ONE in [s["id"] for s in schemes]
    assert TWO not in [s["id"] for s in schemes]
    own = data(run("coefficients", "list", "--schemes", "--book", made, "--json"))["result"]["schemes"]
    assert TWO in [s["id"] for s in own]
    for lang, unknown in (("zh", "未知"), ("en", "unknown")):
        assert unknown in run("coefficients", "list", "air_purification_capacity", "--lang", lang).stdout
        assert ONE in run("coefficients", "list", "--schemes", "--lang", lang).stdout


@pytest.mark.parametrize(
    ("name", "kind"),
    [("reservoir_unit_cost", "parameter"), ("soil_retention.silt", "rule"), ("silt_avoided", "measure"), (ONE, "scheme"),
     ("garze2017", "source"), ("ecosystem_patches", "record")],
)  # fmt: skip
def test_coefficients_show(run: Gep, name: str, kind: str) -> None:
    assert kind in data(run("coefficients", "show", name, "--json"))["result"]
    assert name in run("coefficients", "show", name, "--lang", "zh").stdout


def test_coefficients_show_says_who_reads_a_parameter(run: Gep) -> None:
    result = data(run("coefficients", "show", "soil_bulk_density", "--json"))["result"]
    assert result["read_by"] == sorted(result["read_by"])
    assert {"soil_retention.silt", "soil_retention.silt_second"} <= set(result["read_by"])
    assert "使用者" in run("coefficients", "show", "soil_bulk_density", "--lang", "zh").stdout


def test_coefficients_audit(run: Gep) -> None:
    result = data(run("coefficients", "audit", "--json"))["result"]
    assert set(result) == {
        "rows", "by_status", "by_set", "unknown", "no_range", "reference", "absent", "year", "to_fill",
        "no_locator", "older_than_source", "unused", "reference_read", "no_use", "no_name", "illustrative", "no_provenance",
    }  # fmt: skip
    assert result["to_fill"].keys() >= {ONE, "mee-2020"}
    assert result["rows"] == sum(result["by_status"].values()) == sum(result["by_set"].values())
    assert "参数行数" in run("coefficients", "audit", "--lang", "zh").stdout
    assert "known to be unknown" in run("coefficients", "audit", "--lang", "en").stdout


# ---- languages


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({}, "en"), ({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "zh_CN", "LANG": "en_US"}, "zh"),
        ({"LC_MESSAGES": "C", "LANG": "zh_CN"}, "en"), ({"GEP_LANG": "en", "LANG": "zh_CN"}, "en"), ({"GEP_LANG": "zh"}, "zh"),
        ({"GEP_LANG": "fr", "LANG": "zh_CN"}, "zh"),
    ],
)  # fmt: skip
def test_the_language_of_the_environment(
    run: Gep, made: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], lang: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert cli.default_lang() == lang
    assert run("verify", made).stdout == {"zh": "已校验 20 项\n", "en": "20 things checked\n"}[lang]
    assert run("verify", made, "--lang", "zh").stdout == "已校验 20 项\n"


# ---- the last wall


@pytest.mark.parametrize(("lang", "words"), [("zh", "程序内部故障"), ("en", "Internal fault")])
def test_an_internal_fault_is_exit_3_with_a_traceback_to_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], made: Path, lang: str, words: str
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault of the program")

    monkeypatch.setenv("GEP_LANG", lang)
    monkeypatch.setattr(sys, "argv", ["gep", "verify", str(made)])
    monkeypatch.setattr("gep.workflow.verify.verify", broken)
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 3
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert f"gep: ZeroDivisionError: {words}" in told


def test_main_passes_the_exit_code_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["gep", "verify", str(tmp_path / "nothing"), "--lang", "en"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 1
    assert "is no book" in capsys.readouterr().err


def test_a_file_without_permission_is_misuse(run: Gep, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.csv").write_text(HEAD)
    # the tests may run as one who may read everything, so the system's answer is put in its place
    monkeypatch.setattr(os, "access", lambda path, mode, **_: str(path) != str(tmp_path / "secret.csv"))
    for args in (("submit", made, tmp_path / "secret.csv"), ("check", tmp_path / "secret.csv")):
        assert "secret.csv" in run(*args, code=2).stderr
