"""CP, the comparison of a term: each stock at the opening, every year-end and the closing, its trend, its target, its peers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from gep.base.records import Names
from gep.report.form import (
    BLANK,
    Cell,
    Column,
    Form,
    Line,
    Made,
    Ref,
    Stored,
    Term,
    decimal_of,
    evaluate,
    text,
    unit_names,
    words,
)
from gep.workflow.audit.bridges import Break, Breaks, Joined
from gep.workflow.audit.comparison import Compared, compare_stock, every_break, peers_of, year_ends
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import CODE, ITEM, UNIT, amount, form, vintages
from gep.workflow.audit.forms.handover import balance_at, line_code, ordered, stock_cell
from gep.workflow.audit.forms.targets import Held, held_against, limit_words, limits_on
from gep.workflow.audit.zones import Peers, zone_changes, zone_names
from gep.workflow.forms.lists import heading, said, worded

NAME = Names("任期对比表", "Comparison over the term")
PERCENT = Names("%", "%")
TREND, PEERS = Names("年均变动", "Mean change by year"), Names("可比地区", "Peers")
TERM = Names("任期变动", "Change over the term")
NOTES = (
    Names("变动只在同一口径内计算；有断点的不计算，须先取得衔接数（同一年份两种口径的数），写入任期文件的 [[bridge]]。",
          "Changes are worked out within one definition only; across a break they are not, until a bridge is there (one year in "
          "both definitions), declared as [[bridge]] in the file of the tenure."),
    Names("年均变动按年末数计算：任前自账册首年（或最近的断点）至任初最近年末，任内自该年末（或任内最近的断点）至任末最近年末。",
          "Mean changes are between year-ends: before the term from the first year of the book (or the last break) to the "
          "year-end nearest to the start; in the term from there (or the last break in it) to the year-end nearest to its end."),
)  # fmt: skip


def forms(case: Case) -> Iterator[Form]:
    """The comparison of a term, stock by stock."""
    peers, held = peers_of(case), held_against(case)
    breaks = every_break(case, peers.codes)
    lines: list[Line] = []
    columns = _columns(case)
    last = ""
    for line, keys in ordered(case):
        group, names = case.group(line)
        if group != last:
            lines.append(heading(f"of.{group}", names, len(columns)))
            last = group
        for key in keys:
            ends = (balance_at(case, line, key, end=False), balance_at(case, line, key, end=True))
            lines.append(_line(case, compare_stock(case, line, key, ends, breaks), columns, held))
    years = years_shown(case)
    notes = [
        *case.remit_words(),
        *NOTES,
        _weather(case),
        *_peers(case, peers),
        *(n for p in peers.codes for n in _apart(case, breaks[p], years)),
        *_bridged(case),
        *_told(case, breaks[case.region].found),
    ]
    yield form(case, (case.form_id("CP"), "CP", NAME), columns, lines, notes, section="asset")


def _weather(case: Case) -> Names:
    """Whether the scheme of evaluation lets figures be freed of the weather, and where they stand."""
    scored = case.term.scored
    if scored is None or not scored.evaluation.normals:
        return Names(
            "水文、气象年景没有归一：评价方案没有允许。",
            "Nothing is freed of the weather of a year: no scheme of evaluation allows it.",
        )
    return Names(
        "随水文、气象年景变动的数，按评价方案归一的见 CP-N；本表均为原数。",
        "What follows the weather stands in CP-N too, freed of it as the scheme allows; here every figure is raw.",
    )


def years_shown(case: Case) -> list[int]:
    """The year-ends of the book up to the one nearest to the end of the term: those before it show the trend before it."""
    return [y for y in year_ends(case) if y <= case.account.span.year]


def _columns(case: Case) -> tuple[Column, ...]:
    return (
        ITEM,
        UNIT,
        CODE,
        Column("opening", Names("任初", "Opening")),
        *(Column(f"y{y}", Names(f"{y} 年末", f"End of {y}")) for y in years_shown(case)),
        Column("closing", Names("任末", "Closing")),
        *((Column("bridge", Names("衔接差额", "Gap of bridges"), group=(TERM,)),) if case.tenure.bridges else ()),
        Column("change", Names("绝对数", "Amount"), group=(TERM,)),
        Column("relative", Names("相对数", "Relative"), group=(TERM,), unit=PERCENT),
        Column("before", Names("任前", "Before the term"), group=(TREND,)),
        Column("within", Names("任内", "In the term"), group=(TREND,)),
        worded("target", "目标", "Target"),
        Column("own", Names("本地区", "This region"), group=(PEERS,), unit=PERCENT),
        Column("median", Names("中位数", "Median"), group=(PEERS,), unit=PERCENT),
        worded("rank", "位次", "Place"),
        worded("breaks", "断点", "Breaks"),
        worded("vintage", "账册版次", "Vintage"),
    )


def _line(case: Case, x: Compared, columns: Sequence[Column], held: Sequence[Held]) -> Line:
    code, unit = line_code(x.line, x.key), case.unit(x.line.measure)
    cells: dict[str, Cell] = {
        "name": words(case.item(x.line, x.key)),
        "unit": words(unit_names(unit)),
        "code": text(case.asset_code(x.line, x.key)),
        "opening": stock_cell(case, x.opening, x.line),
        "closing": stock_cell(case, x.closing, x.line),
    }
    for y in years_shown(case):
        end = x.end(y)
        cells[f"y{y}"] = amount(_dec(end.amount), unit, end.figures) if end is not None else Cell("missing")
    cells |= _changes(x, code, cells, unit)
    cells |= _peer_cells(x)
    limits = "; ".join(f"{limit_words(h.limit)} {h.limit.unit}" for h in limits_on(held, x.line, x.key))
    cells |= {"target": said(limits), "breaks": said(_breaks(x, unit))}
    cells["vintage"] = said(vintages(f for c in cells.values() for f in c.figures))
    return Line(code, tuple(cells.get(c.code, BLANK) for c in columns), "total" if case.ground.is_total(x.key) else "", 1)


def _dec(x: Fraction | None) -> Decimal | None:
    return None if x is None else decimal_of(x)


def _changes(x: Compared, code: str, cells: dict[str, Cell], unit: str) -> dict[str, Cell]:
    """Changes over the term and the mean changes; not applicable across a break, which asks for a bridge."""
    if x.breaks:
        gone = Cell("not_applicable")
        found = {"change": gone, "relative": gone}
    else:
        found = _over_the_term(x, code, cells["opening"], cells["closing"], unit)
    ends = [f for e in x.ends for f in e.figures]
    for column, mean, years in (("before", x.before, x.years_before), ("within", x.within, x.years_within)):
        found[column] = amount(_dec(mean), unit, ends) if years else Cell("not_applicable")
    return found


def _over_the_term(x: Compared, code: str, opening: Cell, closing: Cell, unit: str) -> dict[str, Cell]:
    """What a stock changed by, as an amount and in % of the opening (not applicable where that is zero).

    Where the term runs over bridges, what their two sides differ by stands in a cell of its own and is taken out.
    """
    figures = (*opening.figures, *closing.figures)
    if opening.exact is None or closing.exact is None:
        kind = opening.kind if opening.exact is None else closing.kind
        return {"change": Cell(kind, figures=figures), "relative": Cell(kind, figures=figures)}
    if x.bridges:
        return _over_bridges(x.bridges, code, opening, closing, unit)
    terms = (Term(Ref(code, "closing")), Term(Ref(code, "opening"), -1))
    change = amount(closing.exact - opening.exact, unit, figures, made=Made("sum", terms))
    if not opening.exact:
        return {"change": change, "relative": Cell("not_applicable")}
    growth = Made("growth", (Term(Ref(code, "closing")), Term(Ref(code, "opening"))))
    exact = evaluate(growth, [closing.exact, opening.exact])
    return {"change": change, "relative": amount(_dec(exact), "%", figures, made=growth)}


def _over_bridges(bridges: Sequence[Joined], code: str, opening: Cell, closing: Cell, unit: str) -> dict[str, Cell]:
    """Closing − opening − gap, and that in % of the opening; only where both are known."""
    gap = amount(decimal_of(sum((b.gap for b in bridges), Fraction(0))), unit, (f for b in bridges for f in b.figures))
    parts = [c.exact for c in (closing, opening, gap) if c.exact is not None]
    figures = (*opening.figures, *closing.figures, *gap.figures)
    made = Made("sum", (Term(Ref(code, "closing")), Term(Ref(code, "opening"), -1), Term(Ref(code, "bridge"), -1)))
    change = amount(_dec(evaluate(made, parts)), unit, figures, made=made)
    if not opening.exact or change.exact is None:
        return {"bridge": gap, "change": change, "relative": Cell("not_applicable")}
    share = Made("percent", (Term(Ref(code, "change")), Term(Ref(code, "opening"))))
    relative = amount(_dec(evaluate(share, [change.exact, opening.exact])), "%", figures, made=share)
    return {"bridge": gap, "change": change, "relative": relative}


def _peer_cells(x: Compared) -> dict[str, Cell]:
    """The relative change of the region, the median of all that are known, and its place."""
    known = sorted(p.change for p in x.peers if p.change is not None)
    own = x.peers[0] if x.peers else None
    if own is None or own.change is None or x.rank is None:
        return {}
    middle = (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2
    figures: list[Stored] = [f for p in x.peers for f in p.figures]
    place, of = x.rank
    return {
        "own": amount(decimal_of(own.change), "%", own.figures),
        "median": amount(decimal_of(middle), "%", figures),
        "rank": text(f"{place}/{of}"),
    }


def _breaks(x: Compared, unit: str) -> Names | None:
    """The breaks that stop the comparison, and the bridges that it runs over."""
    parts = [Names(f"{b.year} 年：{b.why.zh}，需衔接数", f"{b.year}: {b.why.en}, a bridge is needed") for b in x.breaks]
    for b in x.bridges:
        one, two = decimal_of(b.before), decimal_of(b.after)
        parts.append(
            Names(
                f"{b.year} 年：已衔接（{b.document}），{b.year - 1} 年末 {one:f} → {two:f} {unit_names(unit).zh}",
                f"{b.year}: bridged ({b.document}), end of {b.year - 1} {one:f} → {two:f} {unit_names(unit).en}",
            )
        )
    return Names("；".join(p.zh for p in parts), "; ".join(p.en for p in parts)) if parts else None


def _bridged(case: Case) -> Iterator[Names]:
    """The bridges that the tenure declares."""
    for b in case.tenure.bridges:
        place = f"{b.table}.{b.row}" if b.row else b.table
        yield Names(f"衔接：{b.year} 年，{place}，依据 {b.document}。变动＝任末－任初－衔接差额。",
                    f"Bridge: {b.year}, {place}, by {b.document}. Change = closing − opening − gap of bridges.")  # fmt: skip


def _peers(case: Case, peers: Peers) -> Iterator[Names]:
    """Which regions the term is held against and why; what of the zones is not known."""
    same = _listed(case, peers.codes)
    if not peers.zone:
        yield Names(
            f"可比地区仅按级别选取：没有登记本地区的主体功能区。{f'同级地区：{same.zh}。' if peers.codes else '没有同级地区。'}",
            "Peers are chosen by rank only: functional zone not given. "
            + (f"Regions of the same rank: {same.en}." if peers.codes else "There is no other region of this rank."),
        )
        return
    zone = zone_names(peers.zone, case.ground.catalog.codes)
    if peers.codes:
        yield Names(
            f"可比地区为同一主体功能区（{zone.zh}）的同级地区：{same.zh}。",
            f"Peers are the regions of the same functional zone ({zone.en}) and rank: {same.en}.",
        )
    else:
        yield Names(
            f"没有同一主体功能区（{zone.zh}）的同级地区可比。",
            f"No region of the same rank lies in the same functional zone ({zone.en}); there is none to compare with.",
        )
    for codes, zh, en in (
        (peers.others, "主体功能区不同，不作比较", "in another functional zone, not compared"),
        (peers.unknown, "主体功能区未登记，不作比较", "functional zone not given, not compared"),
    ):
        if codes:
            named = _listed(case, codes)
            yield Names(f"{zh}的同级地区：{named.zh}。", f"Of the same rank but {en}: {named.en}.")
    for day, before, after in zone_changes(case.ground.places, case.region, case.subject.start, case.subject.end):
        one, two = (zone_names(z, case.ground.catalog.codes) if z else Names("未登记", "not given") for z in (before, after))
        yield Names(
            f"任期内主体功能区有变：{day} 起由{one.zh}改为{two.zh}，按任末的功能区选取。",
            f"The functional zone changed in the term: on {day} from {one.en} to {two.en}; that of the end chooses.",
        )


def _listed(case: Case, codes: Sequence[str]) -> Names:
    named = [case.region_names(c) for c in codes]
    return Names("、".join(n.zh for n in named), ", ".join(n.en for n in named))


def _apart(case: Case, of: Breaks, years: Sequence[int]) -> Iterator[Names]:
    """The breaks of all tables that keep a peer from being compared over the term."""
    names = case.region_names(of.region)
    for b in of.found:
        if not b.table and years[0] < b.year <= years[-1]:
            yield Names(f"可比地区{names.zh}在 {b.year} 年有断点（{b.why.zh}），其变动不计算，位次不含该地区。",
                        f"The peer {names.en} has a break in {b.year} ({b.why.en}): its changes are not worked out and it has no "
                        "place.")  # fmt: skip


def _told(case: Case, breaks: Sequence[Break]) -> Iterator[Names]:
    """The breaks in the years shown, each once."""
    years = years_shown(case)
    for b in breaks:
        if years[0] < b.year <= years[-1]:
            table = b.table or "-"
            yield Names(f"断点：{b.year} 年，{table}，{b.why.zh}。", f"Break: {b.year}, {table}, {b.why.en}.")
