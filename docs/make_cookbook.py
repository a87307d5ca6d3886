"""Makes cookbook.md: the questions of the cookbook, their SQL and the first rows of each answer on the example city.

python docs/make_cookbook.py OUT
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP), str(TOP / "docs")]

from example_city import example_city  # noqa: E402

from gep.ledger.cookbook import Answer, Recipe, answer, recipes  # noqa: E402
from gep.ledger.query import QueryResult, shown  # noqa: E402

ROWS, WIDTH = 6, 60
# what differs from one run to the next: clocks, and hashes that hang on them
PASSING = {"at", "since", "run_at", "sha256", "sm3", "day", "program", "rules", "seq", "vintage", "vintage_known", "vintage_now"}
PASSING |= {"old_vintage", "data"}

HEAD = """\
# 查询手册 / SQL cookbook

本页由 `docs/make_cookbook.py` 生成,请勿手工修改。查询在 `ledgers/cookbook/`,随程序安装,每一条都经过测试。
This page is made by `docs/make_cookbook.py`; do not edit it. The queries stand in `ledgers/cookbook/`, come with the program, and
each is tested.

```
gep sql BOOK --recipes                                    # 列出 / list
gep sql BOOK --recipe gep-trend                           # 用默认参数 / with its defaults
gep sql BOOK --recipe gep-trend -p region=990121 --format csv
gep sql BOOK --recipe two-books --attach other=BOOK2
```

在 duckdb 命令行中,把 `$region` 等换成数值,或 / in the duckdb shell put values in place of `$region`, or:

```sql
PREPARE question AS SELECT year, gep FROM gep_total WHERE region_code = $region AND year >= $year;
EXECUTE question(region := '990100', year := 2020);
```

各表和视图的含义见 [SQL 数据字典](sql.md)。下面的结果取自示例市 2016–2017 年(示例数据,不描述任何真实地方),只列前几行,
长文本截短;`…` 为每次运行不同的内容。
What tables and views mean: [SQL dictionary](sql.md). The answers below are those of the example city, 2016 and 2017 (made-up data
that describe no real place): the first rows only, long texts cut; `…` stands for what differs from run to run.
"""


def cell(name: str, value: object) -> str:
    text = "…" if name in PASSING and value is not None else shown(value)
    text = text.replace("\n", " ").replace("|", "\\|")
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


def table(result: QueryResult) -> list[str]:
    """The first rows as a table of Markdown."""
    if not result.rows:
        return ["(示例市没有这样的行 / the example city has no such rows)"]
    lines = [f"| {' | '.join(result.columns)} |", f"| {' | '.join('---' for _ in result.columns)} |"]
    for row in result.rows[:ROWS]:
        lines.append(f"| {' | '.join(cell(n, v) for n, v in zip(result.columns, row, strict=True))} |")
    if len(result.rows) > ROWS:
        lines += ["", f"共 {len(result.rows)} 行 / {len(result.rows)} rows"]
    return lines


def section(one: Recipe, asked: Answer) -> str:
    lines = [f"## {one.name}", "", one.zh, "", one.en, ""]
    lines += [f"* `${p.name}` {p.type}:{p.zh} / {p.en};示例 / here `{cell(p.name, asked.given[p.name])}`" for p in one.parameters]
    lines += ["", f"{one.note_zh}", "", f"{one.note_en}"] if one.note_zh else []
    lines += ["", "```sql", one.sql, "```", "", "示例数据 / made-up data", "", *table(asked.result), ""]
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    with tempfile.TemporaryDirectory() as folder, example_city() as city:
        other = Path(folder, "other.duckdb")
        other.write_bytes(city.store.read_bytes())
        answers = [(r, answer(city.store, r, {}, [(name, other) for name in r.attach])) for r in recipes()]
    listed = "\n".join(f"* [{r.name}](#{r.name}) {r.zh} / {r.en}" for r, _ in answers)
    return f"{HEAD}\n{listed}\n\n" + "\n".join(section(r, a) for r, a in answers)


if __name__ == "__main__":
    Path(sys.argv[1], "cookbook.md").write_text(page(), encoding="utf-8", newline="\n")
