"""An evaluation worked out again by a spreadsheet: formulas over the printed cells of a DA-02 sheet, by the rules printed in it.

Nothing of the program takes part. What stands in a cell as a number is referred to; what stands inside a text (`13,419.75 hm2`,
`≥80`, `3×1`) is read out of that text, by the spreadsheet where it is a figure, here where it is part of a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

NUMBER = r"([0-9.]+)"
HEADS = {
    "二级指标": "l2", "项目编号": "id", "评价板块": "block", "分值": "points", "任前值": "before", "任末值": "after", "目标值": "target", "评分规则": "rule",
    "取用数据": "inputs", "扣分事项": "events", "加分": "bonus", "得分": "score", "说明": "words",
}  # fmt: skip


@dataclass
class Sums:
    """Where on the sheet of sums each result stands, by what it is of."""

    sheet: Any
    at: dict[tuple[str, str], str] = field(default_factory=dict)

    def put(self, of: str, what: str, formula: str) -> str:
        """Write a formula; gives the reference to its cell."""
        row = self.sheet.max_row + 1
        self.sheet.cell(row, 1, of)
        self.sheet.cell(row, 2, what)
        self.sheet.cell(row, 3, f"={formula}")
        self.at[of, what] = f"C{row}"
        return f"C{row}"


@dataclass(frozen=True)
class Printed:
    """A DA-02 sheet as it is printed: its lines by id, and the column of each head."""

    name: str
    columns: Mapping[str, int]
    rows: Mapping[str, int]
    cells: Any

    def ref(self, line: str, column: str) -> str:
        return f"'{self.name}'!{self.cells.cell(self.rows[line], self.columns[column]).coordinate}"

    def text(self, line: str, column: str) -> str:
        return str(self.cells.cell(self.rows[line], self.columns[column]).value or "")

    def items(self) -> list[str]:
        """The lines of items: they have points and stand in a block."""
        return [line for line in self.rows if self.text(line, "block")]

    def assessed(self, line: str) -> bool:
        return self.text(line, "score") != "…"


def read(sheet: Any) -> Printed:
    """Find the heads and the lines of a printed sheet."""
    top = next(row for row in sheet.iter_rows() if any(cell.value == "二级指标" for cell in row))
    columns = {HEADS[name]: c.column for c in top if (name := str(c.value or "").partition("\n")[0]) in HEADS}
    rows = {
        str(sheet.cell(n, columns["id"]).value): n
        for n in range(top[0].row + 2, sheet.max_row + 1)
        if sheet.cell(n, columns["id"]).value
    }
    return Printed(sheet.title, columns, rows, sheet)


def work_out(printed: Printed, sums: Sums) -> None:
    """Every item, block, the total and the grade as formulas."""
    blocks: dict[str, list[str]] = {}
    for line in printed.items():
        blocks.setdefault(printed.text(line, "block"), []).append(line)
    reached, scores = [], []
    for name, lines in blocks.items():
        held = [x for x in lines if printed.assessed(x)]
        if held:
            whole, part = (_plus(printed.ref(x, "points") for x in some) for some in (lines, held))
            spread = "按分值比例分配" in printed.text("missing", "words")
            limit = sums.put(name, "limit", whole if spread else part)
            own = [_item(printed, sums, x, f"({whole})/({part})" if spread else "1") for x in held]
            given = [printed.ref(x, "score") for x in _block_lines(printed, name, "bonus")]
            before = sums.put(name, "before", _plus([*own, *given]))
            scores.append(sums.put(name, "score", f"MAX(0,MIN({limit},{before}))"))
            reached.append(limit)
    _total(printed, sums, scores, reached)


def _block_lines(printed: Printed, block: str, what: str) -> list[str]:
    """The lines of the foot about a block: their names begin with that of the block."""
    ids = [x for x in printed.rows if x.startswith("block.") and x.endswith(f".{what}")]
    return [x for x in ids if printed.text(x, "l2").startswith(f"{block}：")]


def _plus(parts: Iterator[str] | Sequence[str]) -> str:
    return "+".join(parts) or "0"


def _item(printed: Printed, sums: Sums, line: str, spread: str) -> str:
    most = sums.put(line, "maximum", f"{printed.ref(line, 'points')}*{spread}")
    gives = sums.put(line, "gives", _rule(printed, line, most))
    before = sums.put(line, "before", f"{gives}+{printed.ref(line, 'bonus')}")
    return sums.put(line, "score", f"MAX(0,MIN({most},{before}))")


def _figure(cell: str, place: int = 0) -> str:
    """The number in front of its unit, of the several that a cell may name."""
    piece = f'TRIM(MID(SUBSTITUTE({cell},"; ",REPT(" ",200)),{place * 200 + 1},200))'
    return f'VALUE(SUBSTITUTE(SUBSTITUTE(LEFT({piece},FIND(" ",{piece}&" ")-1),"≈",""),"−","-"))'


def _rule(printed: Printed, line: str, most: str) -> str:
    """What the printed rule gives, before any bonus."""
    rule = printed.text(line, "rule")
    kind = re.search(r"\[(\w+)\]", rule)
    assert kind is not None, rule
    return {
        "event_deduct": _events, "target_ratio": _ratio, "improvement": _improved, "completion": _complete, "rating_import": _rated,
        "interval": _inside,
    }[kind[1]](printed, line, most, rule)  # fmt: skip


def _events(printed: Printed, line: str, most: str, rule: str) -> str:
    assert "max(0, M−Σp×n)" in rule
    costs = re.findall(rf"：{NUMBER}×{NUMBER}", printed.text(line, "events"))
    return f"MAX(0,{most}-({_plus([f'{p}*{n}' for p, n in costs])}))"


def _ratio(printed: Printed, line: str, most: str, rule: str) -> str:
    after, target = (_figure(printed.ref(line, c)) for c in ("after", "target"))
    sign, ratio = (">=", f"{after}/{target}") if "任末≥目标: M; 否则 M×max(0, 任末÷目标)" in rule else ("<=", f"{target}/{after}")
    zero = f"IF({after}{sign}{target},{most},0)" if "(目标≤0: 任末" in rule else "NA()"
    return f"IF({target}<=0,{zero},IF({after}{sign}{target},{most},{most}*MAX(0,{ratio})))"


def _improved(printed: Printed, line: str, most: str, rule: str) -> str:
    found = re.search(rf"Δ=任末−任前; Δ([≥≤])0: M; 否则 M×max\(0, 1−\|Δ\|÷\({NUMBER}(×\|任前\|)?\)\)", rule)
    assert found is not None, rule
    before, after = (_figure(printed.ref(line, c)) for c in ("before", "after"))
    scale = f"({found[2]}*ABS({before}))" if found[3] else found[2]
    worse = f"{most}*MAX(0,1-ABS({after}-{before})/{scale})"
    worse = f"IF({before}=0,0,{worse})" if found[3] else worse
    return f"IF({after}-{before}{'>=' if found[1] == '≥' else '<='}0,{most},{worse})"


def _complete(printed: Printed, line: str, most: str, rule: str) -> str:
    found = re.search(r"各项均满足（([^）]*)）：M；否则 0", rule)
    if found is None:
        return f'IF(ISNUMBER(SEARCH("填写：完成",{printed.ref(line, "inputs")})),{most},0)'
    after, target = printed.ref(line, "after"), printed.ref(line, "target")
    tests = [f"{_figure(after, n)}{sense}{_figure(target, n)}" for n, sense in enumerate(found[1].split(", "))]
    return f"IF(AND({','.join(tests)}),{most},0)"


def _rated(printed: Printed, line: str, most: str, rule: str) -> str:
    cell = printed.ref(line, "inputs")
    entered = f'MID({cell},4,FIND(" (",{cell}&" (")-4)'
    shares = re.findall(rf"(≥?)([^\s;:]+): M×{NUMBER}", rule)
    made = "NA()"
    for least, rating, share in reversed(shares):
        test = f"VALUE({entered})>={rating}" if least else f'{entered}="{rating}"'
        made = f"IF({test},{most}*{share},{made})"
    return made


def _inside(printed: Printed, line: str, most: str, rule: str) -> str:
    found = re.search(rf"(?:{NUMBER}≤)?任末(?:≤{NUMBER})?: M; 区间外: (?:M×max\(0, 1−d÷{NUMBER}\)|0)", rule)
    assert found is not None, rule
    after = _figure(printed.ref(line, "after"))
    off = f"MAX(0{f',{found[1]}-{after}' if found[1] else ''}{f',{after}-{found[2]}' if found[2] else ''})"
    return f"IF({off}=0,{most},{f'{most}*MAX(0,1-{off}/{found[3]})' if found[3] else '0'})"


def _total(printed: Printed, sums: Sums, scores: Sequence[str], reached: Sequence[str]) -> None:
    whole = printed.ref("maximum", "score")
    added = sums.put("foot", "added", _plus(scores))
    plus = [printed.ref(x, "score") for x in printed.rows if x.startswith("bonus.")]
    minus = [printed.ref(x, "score") for x in printed.rows if x.startswith("extra.")]
    before = sums.put("foot", "before", f"{added}*{whole}/({_plus(reached)})+{_plus(plus)}-({_plus(minus)})")
    total = sums.put("foot", "total", f"MAX(0,MIN({whole},{before}))")
    cuts = [part.split(" ≥") for part in printed.text("grades", "words").split("；")]
    names = ",".join(f'"{cut[0]}"' for cut in cuts)
    sums.put("foot", "scored", f"CHOOSE({_rank(total, cuts)},{names})")
    ranks = [_rank(total, cuts)]
    for line in (x for x in printed.rows if x.startswith("veto.")):
        stated = re.search(r"等级(?:不高于|定为)([^（]+)", printed.text(line, "words"))
        if stated is not None:
            ranks.append(str([cut[0] for cut in cuts].index(stated[1]) + 1))
    sums.put("foot", "grade", f"CHOOSE(MAX({','.join(ranks)}),{names})")
    places = "IF(" + "{r2}={r},2,IF({r3}={r},3,IF({r4}={r},4,5)))"
    rounded = {f"r{n}": _rank(f"ROUND({total},{n})", cuts) for n in (2, 3, 4)}
    sums.put("foot", "places", places.format(r=_rank(total, cuts), **rounded))


def _rank(total: str, cuts: Sequence[Sequence[str]]) -> str:
    """The place of the grade of a total, the best first: the lower bound belongs to a grade."""
    made = str(len(cuts))
    for n, cut in reversed([(n, c) for n, c in enumerate(cuts, 1) if len(c) > 1]):
        made = f"IF({total}>={cut[1]},{n},{made})"
    return made
