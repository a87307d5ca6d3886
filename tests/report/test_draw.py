"""Drawings: the same bytes twice, every text there and nothing cut or on top of another, links that lead to figures, hostile text inert."""

from __future__ import annotations

import itertools
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.findings import Refused
from gep.base.records import Names
from gep.report import draw, local_templates
from gep.report.chart_text import clean, width, wrapped
from gep.report.charts import charts_of
from gep.report.draw import svg
from gep.report.draw_guard import guard_svg
from gep.report.form import Form
from gep.report.statement import Chart
from tests.report import chart_forms as made
from tools.chart_metrics import SOURCE, TARGET, build, widths

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
CHARTS = {chart.id: chart for chart in charts_of(made.every())} | {"course": made.course(3), "tenure": made.tenure()}
DRAWINGS = sorted(path.name.removesuffix(".vl.json") for path in (local_templates.shipped() / "charts").glob("*.vl.json"))


def large() -> dict[str, Chart]:
    """The charts that have to hold most: 24 services with long names, 90 regions, many years, a wide matrix."""
    years = range(2000, 2022)
    forms: tuple[Form, ...] = (
        made.value_table(8), made.ecosystems(26, 10), made.regions(90), made.history(years, [12345.67] * 21 + [-5.0]),
        made.index([(y, 0.5 + (y % 5) / 10, 0.4, 1.2) for y in years]),
    )  # fmt: skip
    course = made.tenure(8)
    return {f"{chart.id} large": chart for chart in (*charts_of(forms), course)}


LARGE = large()


@dataclass(frozen=True)
class Piece:
    """A text of a drawing where it stands: left, top, right, bottom."""

    text: str
    box: tuple[float, float, float, float]


WIDTHS = widths(SOURCE)


def parsed(drawn: str) -> ET.Element:
    return ET.fromstring(drawn)  # noqa: S314  (made here)


def pieces(drawn: str) -> Iterator[Piece]:
    """Every text with its place in the whole picture, measured with the widths of the shipped font."""
    yield from _pieces(parsed(drawn), (0.0, 0.0))


def _pieces(node: ET.Element, at: tuple[float, float]) -> Iterator[Piece]:
    turned = False
    for kind, args in re.findall(r"(\w+)\(([^)]*)\)", node.get("transform", "")):
        numbers = [float(x) for x in args.split(",")]
        if kind == "translate":
            at = (at[0] + numbers[0], at[1] + (numbers[1] if len(numbers) > 1 else 0))
        turned = turned or kind == "rotate"
    if node.tag == f"{SVG}text":
        size = float(node.get("font-size", "11").removesuffix("px"))
        runs = node.findall(f"{SVG}tspan")
        lines = ["".join(run.itertext()) for run in runs] if any(run.get("x") for run in runs) else ["".join(node.itertext())]
        wide = max(sum(WIDTHS.get(ord(c), 1000) for c in line) for line in lines) / 1000 * size
        high = size + 13 * (len(lines) - 1)
        before = {"end": wide, "middle": wide / 2}.get(node.get("text-anchor", ""), 0.0)
        box = (at[0] - before, at[1] - size * 0.8, at[0] - before + wide, at[1] - size * 0.8 + high)
        # turned to the left a text runs upwards
        upright = (at[0] - size * 0.8, at[1] + before - wide, at[0] + size * 0.2, at[1] + before)
        yield Piece(" ".join(lines), upright if turned else box)
    for child in node:
        yield from _pieces(child, at)


def overlap(one: Piece, two: Piece) -> float:
    """How deep two texts stand in each other, in pixels."""
    across = min(one.box[2], two.box[2]) - max(one.box[0], two.box[0])
    down = min(one.box[3], two.box[3]) - max(one.box[1], two.box[1])
    return min(across, down)


def texts(drawn: str) -> list[str]:
    return [piece.text for piece in pieces(drawn)]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", [*CHARTS, *LARGE])
def test_nothing_is_cut_and_no_text_stands_on_another(name: str, lang: str) -> None:
    drawn = svg((CHARTS | LARGE)[name], lang)
    root = parsed(drawn)
    wide, high = float(root.get("width", "0")), float(root.get("height", "0"))
    held = list({(piece.text, piece.box): piece for piece in pieces(drawn) if piece.text}.values())
    assert len(held) > 5
    for piece in held:
        assert piece.box[0] > -2, piece
        assert piece.box[1] > -2, piece
        assert piece.box[2] < wide + 2, piece
        assert piece.box[3] < high + 4, piece
    # a picture as wide as the text of a page (156 mm) is not higher than the page, nor its letters smaller than 5.4 pt
    assert wide < 920
    assert high / wide < 1.65
    for one, two in itertools.combinations(held, 2):
        assert overlap(one, two) < 3, (one, two)


@pytest.mark.parametrize("name", CHARTS)
def test_every_number_of_a_chart_is_printed_in_it(name: str) -> None:
    chart = CHARTS[name]
    shown = texts(svg(chart, "zh"))
    keys = ["opening", "additions", "reductions", "closing"] if chart.drawing == "stocks" else ["value"]
    keys = ["opening", "closing"] if chart.drawing == "balance" else keys
    if chart.drawing == "tenure":  # both ends of the term and what was to be kept; the year-ends stand on the axes
        told = [row["value_text"] for row in chart.rows if row["part"] in ("opening", "closing", "limit")]
        assert told
        assert set(told) <= set(shown)
        return
    wanted = [row[f"{key}_text"] for row in chart.rows for key in keys]
    if chart.drawing == "interval":  # a year without a figure has no point
        wanted = [row["value_text"] for row in chart.rows if row["value"] is not None]
    for number in wanted:
        assert number in shown


def test_the_same_chart_gives_the_same_bytes() -> None:
    for chart in CHARTS.values():
        first = svg(chart, "zh")
        draw._drawn.cache_clear()
        assert svg(chart, "zh") == first


def test_a_mark_leads_to_its_figure_and_to_nothing_else() -> None:
    for chart in CHARTS.values():
        links = [a.get(LINK, "") for a in parsed(svg(chart, "en")).iter(f"{SVG}a")]
        wanted = {f"#figure={row[key]}" for row in chart.rows for key in row if key.endswith("_figure") and row[key]}
        assert set(links) <= wanted
        known = [row["value_figure"] for row in chart.rows if row.get("value") is not None]
        assert links or not any(known)


def test_a_mark_says_what_it_is_to_those_who_do_not_see_it() -> None:
    drawn = svg(CHARTS["ranking"], "zh")
    told = [node.get("aria-label") for node in parsed(drawn).iter() if node.get("role") == "graphics-symbol"]
    assert "县11 −50.00 亿元" in told
    root = parsed(drawn)
    assert root.get("aria-label") == CHARTS["ranking"].alt.zh
    assert root.get("lang") == "zh-CN"
    assert root[0].text == CHARTS["ranking"].alt.zh


def test_what_is_missing_has_no_bar() -> None:
    """12 regions, one without a figure: eleven bars, and its sign among the numbers."""
    drawn = svg(CHARTS["ranking"], "zh")
    assert len(re.findall(r'aria-roledescription="bar"', drawn)) == 11
    assert "…" in texts(drawn)


def test_a_year_without_a_figure_is_a_gap() -> None:
    """2021 has no row and 2020 no figure: the years stand there, the points do not, and no line leads over the gap."""
    drawn = svg(CHARTS["index"], "zh")
    assert [t for t in texts(drawn) if re.fullmatch(r"20\d\d", t)] == ["2019", "2020", "2021", "2022"]
    assert len(re.findall(r'aria-roledescription="point"', drawn)) == 2


def test_bars_of_negative_numbers_lie_left_of_zero() -> None:
    drawn = svg(CHARTS["change"], "en")
    bars = {node.get("aria-label"): node.get("d", "") for node in parsed(drawn).iter() if node.get("role") == "graphics-symbol"}
    assert any(label.startswith("农业产品 10.00") for label in bars if label)
    drawn = svg(CHARTS["ranking"], "zh")
    bars = {
        node.get("aria-label") or "": node.get("d", "") for node in parsed(drawn).iter() if node.get("role") == "graphics-symbol"
    }
    negative = next(d for label, d in bars.items() if label.startswith("县11 "))
    positive = next(d for label, d in bars.items() if label.startswith("县10 "))

    def reach(d: str) -> tuple[float, float]:
        x, w = re.match(r"M([-\d.]+),[-\d.]+h([-\d.]+)", d).groups()  # type: ignore[union-attr]
        return float(x), float(x) + float(w)

    assert reach(negative)[1] == pytest.approx(reach(positive)[0], abs=0.2)  # both at zero
    assert reach(negative)[0] < reach(positive)[0]


def test_ids_are_those_of_the_chart_so_that_many_stand_in_one_page() -> None:
    found = [i for chart in CHARTS.values() for i in set(re.findall(r'\bid="([^"]*)"', svg(chart, "zh")))]
    assert len(found) == len(set(found))


def test_no_font_of_the_machine_and_no_address_is_left_in_a_drawing() -> None:
    for chart in CHARTS.values():
        drawn = svg(chart, "en")
        assert draw.METRICS not in drawn
        assert "Noto Sans CJK SC" in drawn
        assert not re.findall(r"https?://(?!www\.w3\.org/)", drawn)


def test_raised_digits_are_made_of_plain_ones() -> None:
    """The shipped fonts have ² and ⁴ and not ⁸; 0.35 of three quarters up is 0.2625 of a whole one."""
    drawn = svg(CHARTS["ranking"], "en")
    assert '10<tspan dy="-0.35em" font-size="75%">8</tspan><tspan dy="0.2625em"> CNY</tspan>' in drawn
    assert "10⁴ CNY/km²" in texts(drawn)
    assert draw._raised("a⁸b⁻⁶").count("<tspan") == draw._raised("a⁸b⁻⁶").count("</tspan>")


HOSTILE = [
    "<script>alert(1)</script>", "</text><image href='x'/>", "{{ 7*7 }}", "@unit", "@nowhere", "datum.value", "a|b\\n'c\"", "\x00\x08\x1b[31m",
    "\u202eabc", "\ud800", "名" * 60, "x" * 200, "a&b;&lt;", "https://example.com/x", "javascript:alert(1)", "''; constructor", "]]>", "x onclick=alert(1)", "url(x)", 'a" href="x', "0001", " ",
]  # fmt: skip


def named(chart: Chart, text: str) -> Chart:
    rows = tuple({k: v | {"zh": text, "en": text} if isinstance(v, dict) else v for k, v in row.items()} for row in chart.rows)
    return replace(chart, rows=rows, names=Names(text, text), unit=Names(text, text), alt=Names(text, text))


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_users_is_text_in_a_drawing(text: str) -> None:
    chart = named(charts_of((made.regions(3),))[0], text)
    root = parsed(svg(chart, "zh"))
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {
        "svg",
        "g",
        "path",
        "rect",
        "line",
        "text",
        "tspan",
        "a",
        "title",
    }
    assert all(a.get(LINK, "").startswith("#figure=") for a in root.iter(f"{SVG}a"))
    shown = "".join(texts(svg(chart, "zh"))).replace(" ", "")
    assert clean(text).replace(" ", "") in shown or not clean(text)


@given(st.text(max_size=80), st.integers(4, 40))
def test_broken_names_lose_nothing_and_fit(text: str, most: int) -> None:
    plain = clean(text)
    lines = wrapped(plain, most)
    assert "".join(lines).replace(" ", "") == plain.replace(" ", "").replace("\u3000", "") or not plain.isprintable()
    assert all(width(line) <= most + 2 for line in lines)  # a mark of punctuation may hang over


def test_names_are_broken_between_words_and_not_before_punctuation() -> None:
    assert wrapped("Water retention and more", 16) == ["Water retention", "and more"]
    assert wrapped("水源涵养,土壤保持", 8) == ["水源涵养,", "土壤保持"]
    assert wrapped("水源涵养，土壤保持", 8) == ["水源涵养，", "土壤保持"]
    assert wrapped("", 8) == [""]
    assert wrapped("abcdefghij", 4) == ["abcd", "efgh", "ij"]


# a drawing of a book


def own(top: Path, spec: Any, drawing: str = "ranking") -> Path:
    path = top / "charts" / f"{drawing}.vl.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(spec if isinstance(spec, str) else json.dumps(spec), encoding="utf-8")
    return top


def shipped(drawing: str = "ranking") -> dict[str, Any]:
    return dict(json.loads(local_templates.find(f"charts/{drawing}.vl.json").text))


def refused(top: Path, chart: Chart | None = None) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as told:
        svg(chart or CHARTS["ranking"], "zh", [top])
    assert all(f.place.file == "local/templates/charts/ranking.vl.json" for f in told.value.findings)
    assert all(f.text("zh") and f.mend("en") for f in told.value.findings)
    return [(f.code, f.place.key) for f in told.value.findings]


def test_a_drawing_of_the_book_comes_first_and_a_copy_gives_the_same_bytes(tmp_path: Path) -> None:
    top = own(tmp_path, shipped())
    assert svg(CHARTS["ranking"], "zh", [top]) == svg(CHARTS["ranking"], "zh")
    changed = shipped() | {"width": 100}
    assert svg(CHARTS["ranking"], "zh", [own(tmp_path, changed)]) != svg(CHARTS["ranking"], "zh")


BAR = {"mark": "bar", "encoding": {"x": {"field": "value", "type": "quantitative"}}, "data": {"name": "rows"}}


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"data": {"url": "https://example.com/x.csv"}}, "/data"),
        ({"data": {"url": "file:///etc/passwd"}}, "/data"),
        ({"data": {"url": "/etc/passwd"}}, "/data"),
        ({"data": {"values": [{"value": 99}]}}, "/data"),
        ({"data": {"sequence": {"start": 0, "stop": 10**9}}}, "/data"),
        ({"datasets": {"rows": []}}, "/datasets"),
        ({"layer": [{"data": {"name": "rows", "url": "x"}}]}, "/layer/0/data"),
        ({"transform": [{"lookup": "a", "from": {"data": {"url": "http://x"}, "key": "a"}}]}, "/transform/0/from/data"),
        ({"mark": {"type": "image"}}, "/mark/type"),
        ({"mark": "image"}, "/mark"),
        ({"encoding": {"url": {"value": "x"}}}, "/encoding/url"),
        ({"encoding": {"href": {"value": "javascript:alert(1)"}}}, "/encoding/href"),
        ({"encoding": {"href": {"field": "region"}}}, "/encoding/href"),
        ({"encoding": {"href": {"field": 7}}}, "/encoding/href"),
        ({"encoding": {"href": {"type": "nominal"}}}, "/encoding/href"),
        ({"encoding": {"tooltip": {"field": "region"}}}, "/encoding/tooltip"),
        ({"mark": {"type": "bar", "href": "https://example.com"}}, "/mark/href"),
        ({"title": "https://example.com"}, "/title"),
        ({"title": "javascript:alert(1)"}, "/title"),
        ({"background": "url(//example.com)"}, "/background"),
        ({"params": [{"name": "x", "bind": {"input": "range"}}]}, "/params/0/bind"),
        ({"config": {"signals": []}}, "/config/signals"),
        ({"loader": {"baseURL": "x"}}, "/loader"),
    ],
)  # fmt: skip
def test_a_drawing_that_reaches_out_is_refused(more: dict[str, Any], place: str, tmp_path: Path) -> None:
    assert refused(own(tmp_path, BAR | more)) == [("CHART-FORBIDDEN", place)]


def test_everything_forbidden_is_told_at_once(tmp_path: Path) -> None:
    spec = BAR | {"title": "//x", "datasets": {}, "mark": "image"}
    assert [place for _, place in refused(own(tmp_path, spec))] == ["/mark", "/title", "/datasets"]


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"a": 1,}', "[" * 100000])
def test_a_file_that_is_no_drawing(text: str, tmp_path: Path) -> None:
    assert [code for code, _ in refused(own(tmp_path, text))] == ["CHART-SPEC"]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"usermeta": 7}, "usermeta"),
        ({"config": []}, "config"),
        ({"usermeta": {"wrap": []}}, "usermeta.wrap"),
        ({"usermeta": {"wrap": {"a": "x"}}}, "usermeta.wrap.a"),
        ({"usermeta": {"wrap": {"a": 0}}}, "usermeta.wrap.a"),
        ({"usermeta": {"step": {"a": 10**9}}}, "usermeta.step.a"),
        ({"usermeta": {"step": {"a": True}}}, "usermeta.step.a"),
        ({"usermeta": {"words": {"a": "x"}}}, "usermeta.words.a"),
        ({"usermeta": {"words": {"a": {"zh": "x"}}}}, "usermeta.words.a"),
    ],
)
def test_what_the_program_reads_of_a_drawing_has_its_form(more: dict[str, Any], found: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as told:
        svg(CHARTS["ranking"], "zh", [own(tmp_path, BAR | more)])
    assert [(f.code, f.found) for f in told.value.findings] == [("CHART-SPEC", found)]


@pytest.mark.parametrize(
    "drawn",
    [
        "<svg><script/></svg>", "<svg><image/></svg>", "<svg><foreignObject/></svg>", "<svg onload='x'/>", "<svg style='x'/>",
        "<svg><a href='https://example.com'/></svg>", "<svg><rect fill='url(http://x)'/></svg>", "<svg>", "",
        "<svg>" + " " * 5_000_000 + "</svg>", "<!DOCTYPE x [<!ENTITY a 'b'>]><svg><use/></svg>",
    ],
)  # fmt: skip
def test_a_picture_of_anything_but_shapes_and_text_does_not_come_out(drawn: str) -> None:
    with pytest.raises(Refused) as told:
        guard_svg(drawn, local_templates.find("charts/ranking.vl.json"))
    assert [f.code for f in told.value.findings] == ["CHART-FORBIDDEN"]


def test_a_drawing_that_is_too_large_or_too_deep(tmp_path: Path) -> None:
    deep: dict[str, Any] = {}
    for _ in range(60):
        deep = {"a": deep}
    assert [code for code, _ in refused(own(tmp_path, BAR | {"usermeta": {}, "b": deep}))] == ["CHART-FORBIDDEN"]
    assert [code for code, _ in refused(own(tmp_path, BAR | {"description": "x" * 300_000}))] == ["CHART-FORBIDDEN"]


def test_a_word_that_is_not_given(tmp_path: Path) -> None:
    assert [code for code, _ in refused(own(tmp_path, BAR | {"title": "@nowhere"}))] == ["CHART-SPEC"]


def test_a_drawing_that_cannot_be_drawn_says_why(tmp_path: Path) -> None:
    top = own(tmp_path, BAR | {"transform": [{"calculate": "nofunction(1)", "as": "x"}]})
    with pytest.raises(Refused) as told:
        svg(CHARTS["ranking"], "zh", [top])
    assert told.value.findings[0].code == "CHART-FAILED"
    assert "nofunction" in told.value.findings[0].found


def test_a_link_made_by_a_drawing_is_refused(tmp_path: Path) -> None:
    """The field may be called what it will: what counts is where the link leads when it is drawn."""
    spec = BAR | {"transform": [{"calculate": "'https' + ':' + '/' + '/example.com'", "as": "x_href"}]}
    spec["encoding"] = {**BAR["encoding"], "href": {"field": "x_href"}}  # type: ignore[dict-item]
    assert [code for code, _ in refused(own(tmp_path, spec))] == ["CHART-FORBIDDEN"]


def test_a_drawing_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "SECONDS", 0.1)
    monkeypatch.setattr("gep.report.sandbox_process.GRACE", 1.0)
    spec = BAR | {"transform": [{"calculate": "sequence(0, 30000000)", "as": "n"}, {"flatten": ["n"]}]}
    ((code, _),) = refused(own(tmp_path, spec))
    assert code in ("CHART-TIME", "CHART-FAILED")


# the shipped drawings and their measure


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_a_shipped_drawing_is_plain_vega_lite_in_its_written_form(drawing: str) -> None:
    found = local_templates.find(f"charts/{drawing}.vl.json")
    spec = draw.read(found)
    assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
    assert found.text == json.dumps(json.loads(found.text), ensure_ascii=False, indent=2) + "\n"
    for told in spec.get("usermeta", {}).get("words", {}).values():
        assert set(told) == {"zh", "en"}


def lightness(colour: str) -> float:
    """How light a colour is in a black-and-white print, 0 to 100 (L* of CIELAB)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def palettes(held: Any) -> Iterator[list[str]]:
    if isinstance(held, dict):
        if isinstance(held.get("range"), list) and len(held.get("domain", [])) > 1:
            yield held["range"]
        for inner in held.values():
            yield from palettes(inner)
    elif isinstance(held, list):
        for inner in held:
            yield from palettes(inner)


def test_colours_that_mean_something_differ_in_black_and_white() -> None:
    """Blue, orange, green of Okabe and Ito, told apart by those who do not see all colours: 46, 70 and 58 light."""
    assert [round(lightness(c)) for c in ("#0072B2", "#E69F00", "#009E73")] == [46, 71, 58]
    found = [p for drawing in DRAWINGS for p in palettes(json.loads(local_templates.find(f"charts/{drawing}.vl.json").text))]
    assert len(found) >= 5
    for palette in found:
        for one, two in itertools.combinations(palette, 2):
            assert abs(lightness(one) - lightness(two)) >= 10, (one, two)


def test_a_drawing_is_set_in_a_page_with_the_shipped_fonts_alone(tmp_path: Path) -> None:
    import typst

    fonts = [str(local_templates.shipped() / "fonts")]
    for n, chart in enumerate((CHARTS["composition"], CHARTS["transition"])):
        (tmp_path / f"{n}.svg").write_text(svg(chart, "zh"), encoding="utf-8")
    (tmp_path / "page.typ").write_text('#image("0.svg", width: 156mm)\n#image("1.svg", width: 156mm)')
    made_of = typst.compile(str(tmp_path / "page.typ"), font_paths=fonts, ignore_system_fonts=True)
    assert made_of.startswith(b"%PDF")
    assert b"NotoSansCJK" in made_of


def test_every_shipped_drawing_is_drawn_here() -> None:
    assert {chart.drawing for chart in [*CHARTS.values(), *LARGE.values()]} == set(DRAWINGS)


def test_the_measuring_font_is_made_of_the_shipped_one(tmp_path: Path) -> None:
    build(SOURCE, tmp_path / "x.ttf")
    assert (tmp_path / "x.ttf").read_bytes() == TARGET.read_bytes(), "run python tools/chart_metrics.py"


def test_the_measuring_font_knows_every_width() -> None:
    """A digit of the shipped font is 555 thousandths wide, a Chinese letter 1000."""
    assert (WIDTHS[ord("0")], WIDTHS[ord("中")], WIDTHS[ord("⁸")], WIDTHS[0x20000]) == (555, 1000, 555, 1000)
