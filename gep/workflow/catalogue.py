"""catalogue: the product catalogue (生态产品目录清单) of one year, profile and vintage, from the accounts."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gep.base.findings import Finding, Place, Refused, finding
from gep.base.records import State
from gep.base.states import MISSING, Amount, exact_sum, total
from gep.book import Book
from gep.catalog.valuation import VALUE
from gep.explain.address import NO_KEY
from gep.ledger.views import literal
from gep.report.product_catalogue import (
    BY_SERVICE,
    NOT_RETURNED,
    PHYSICAL_ONLY,
    RETURNED,
    VALUE_ONLY,
    Head,
    Label,
    Money,
    ProductCatalogue,
    Row,
)
from gep.workflow.accounts import CLASSES, SUBMITTED
from gep.workflow.views import rows

REALISED = "realised_value"
MARKETS = ("yes", "no", "partly")
VALUE_STATE = str(State.VALUE)
SqlRow = Mapping[str, Any]
Leaves = Mapping[tuple[str, str], Sequence[SqlRow]]
Rollup = Mapping[tuple[str, str, str, str], Sequence[SqlRow]]


@dataclass(frozen=True)
class Choice:
    """One result: what a catalogue is of."""

    year: int
    profile: str
    vintage: int

    def text(self) -> str:
        return f"{self.year}/{self.profile}@{self.vintage}"

    @property
    def where(self) -> str:
        return f"vintage = {self.vintage} AND year = {self.year} AND profile = {literal(self.profile)} AND zone = '{NO_KEY}'"

    @property
    def valued(self) -> str:
        """The values of the year itself; those at constant prices stand beside them."""
        return f"{self.where} AND price_basis NOT LIKE 'constant:%'"

    def of(self, account: str) -> str:
        return self.valued if account == "value" else self.where


@dataclass(frozen=True)
class LineKey:
    """A product line of a service; `unit` is empty for a line that is valued without a quantity."""

    benefit: str
    product: str
    unit: str


@dataclass(frozen=True)
class Held:
    """What the book holds of one result.

    `above`: region -> the region itself and those above it; `physical`, `value`: (region, service) -> the leaves in the region
    and under it; the rollups: (region, service, benefit, product) -> totals over ecosystems, a total before a leaf of its keys.
    """

    choice: Choice
    services: tuple[tuple[str, str, bool], ...]  # (service, class, has a line that is valued), in the order of the profile
    methods: Mapping[str, str]  # measure -> rule id@version that computed it
    regions: tuple[SqlRow, ...]  # each followed by those below it
    children: Mapping[str, Sequence[str]]
    above: Mapping[str, frozenset[str]]
    lowest: frozenset[str]
    physical: Leaves
    value: Leaves
    physical_rollup: Rollup
    value_rollup: Rollup
    totals: Mapping[str, SqlRow]
    realised: Mapping[tuple[str, str], tuple[Money, bool]]  # (region, service) -> as returned, whether illustrative
    labels: Mapping[tuple[str, str], Label] = field(default_factory=dict)


def catalogue(
    book: Book, year: int | None = None, profile: str = "", vintage: int | None = None
) -> tuple[ProductCatalogue, tuple[Finding, ...]]:
    """The catalogue of a year (left out: the latest), profile (the book's first) and vintage (the one in use).

    Everything comes from that vintage and its frozen rules, except names and the judgement whether a service is on the market,
    which are those of the codes in force. No clock enters it. Raises Refused (CATALOGUE-NO-RESULT) naming the results there are.
    """
    choice = choose(book, year, profile, vintage)
    run = rows(book, f"SELECT * FROM run_all WHERE vintage = {choice.vintage}")[0]
    frozen = _frozen(book, str(run["rules_hash"]), choice)
    findings: list[Finding] = []
    held = _held(book, choice, frozen, findings)
    markets = _markets(book, [s for s, _, _ in held.services], findings)
    made = [row for region in held.regions for row in _region_rows(held, region, markets)]
    findings += (_negative(row, choice) for row in made if row.level == "service" and (row.gap.amount or 0) < 0)
    scheme = frozen["scheme"]
    head = Head(
        book=book.config.names,
        year=choice.year,
        profile=Label(choice.profile, scheme["names"]["zh"], scheme["names"]["en"]),
        vintage=choice.vintage,
        state=_state(book, choice),
        rules_hash=str(run["rules_hash"]),
        input_hash=str(run["input_hash"]),
        program=str(run["program"]),
        price_basis=str(scheme["price_basis"]),
        currency=str(scheme["currency"]),
    )
    return ProductCatalogue(head, tuple(made)), tuple(findings)


def choose(book: Book, year: int | None, profile: str, vintage: int | None) -> Choice:
    """The result asked for; without a year the latest one there is."""
    if vintage is None:
        there = [Choice(r["year"], r["profile"], r["vintage"]) for r in rows(book, "SELECT * FROM vintage_in_use")]
    else:
        runs = rows(book, "SELECT vintage, years, profiles FROM run_all")
        there = [Choice(int(y), p, r["vintage"]) for r in runs for y in r["years"].split(",") for p in r["profiles"].split(",")]
    first = profile or book.config.schemes[0]
    fit = [
        c for c in there if c.profile == first and (year is None or c.year == year) and (vintage is None or c.vintage == vintage)
    ]
    if not fit:
        asked = f"{'-' if year is None else year}/{first}" + ("" if vintage is None else f"@{vintage}")
        known = ", ".join(sorted(c.text() for c in there))
        raise Refused([finding("CATALOGUE-NO-RESULT", Place(book.root.name, key=asked), found=asked, expected=known)])
    return max(fit, key=lambda c: c.year)


def _state(book: Book, choice: Choice) -> str:
    """The state of the year in its vintage, by the last act that set it."""
    sql = (
        f"SELECT state FROM release_state_all WHERE vintage = {choice.vintage} AND year = {choice.year} ORDER BY seq DESC LIMIT 1"
    )
    return str(rows(book, sql)[0]["state"])


def _frozen(book: Book, rules_hash: str, choice: Choice) -> Mapping[str, Any]:
    """What the run resolved for the profile and year, as kept beside the release. Raises Refused if it is gone."""
    path = book.rules / rules_hash / "frozen.json"
    if not path.is_file():
        raise Refused([finding("VERIFY-HASH", Place(f"rules/{rules_hash}/frozen.json"))])
    kept: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))[f"{choice.profile}/{choice.year}"]
    return kept


def _held(book: Book, choice: Choice, frozen: Mapping[str, Any], findings: list[Finding]) -> Held:
    scheme = frozen["scheme"]
    services = tuple(
        (s["id"], s["service_class"], any(x["price"] or x["value_only"] for x in s["lines"])) for s in scheme["services"]
    )
    computed = {
        r["output"]: f"{r['id']}@{r['version']}"
        for r in frozen["rules"]
        if r["kind"] == "compute" and not r["output"].startswith(VALUE)
    }
    here = f"vintage = {choice.vintage} AND year = {choice.year}"
    paths = rows(book, f"SELECT code, ancestor, lowest FROM region_path WHERE {here}")
    lineage: dict[str, set[str]] = {}
    for path in paths:
        lineage.setdefault(path["code"], set()).add(path["ancestor"])
    above = {code: frozenset(codes) for code, codes in lineage.items()}
    regions = rows(
        book,
        f"SELECT * FROM region_all WHERE vintage = {choice.vintage} "
        f"AND DATE '{choice.year}-12-31' BETWEEN valid_from AND valid_to ORDER BY code",
    )
    children: dict[str, list[str]] = {}
    for r in regions:
        children.setdefault(r["parent"] or "", []).append(r["code"])
    realised = _returned(book, choice, str(scheme["currency"]), {s for s, _, _ in services}, set(above), findings)
    return Held(
        choice=choice,
        services=services,
        methods=computed,
        regions=tuple(_tree(regions, children)),
        children=children,
        above=above,
        lowest=frozenset(r["code"] for r in paths if r["lowest"]),
        physical=_leaves(book, "physical", choice, above),
        value=_leaves(book, "value", choice, above),
        physical_rollup=_rollup(book, "physical", choice),
        value_rollup=_rollup(book, "value", choice),
        totals={r["region_code"]: r for r in rows(book, f"SELECT * FROM gep_total_all WHERE {choice.valued}")},
        realised=realised,
        labels={(s, c.code): Label(c.code, c.names.zh, c.names.en) for s, cs in book.catalog.codes.items() for c in cs.values()},
    )


def _leaves(book: Book, account: str, choice: Choice, above: Mapping[str, Iterable[str]]) -> Leaves:
    made: dict[tuple[str, str], list[SqlRow]] = {}
    for r in rows(book, f"SELECT * FROM {account}_account_all WHERE {choice.of(account)} ORDER BY ALL"):
        for region in above[r["region_code"]]:
            made.setdefault((region, r["service"]), []).append(r)
    return made


def _rollup(book: Book, account: str, choice: Choice) -> Rollup:
    """Totals over ecosystems and up the tree; a total comes before a leaf of the same keys, which is a part of it."""
    chosen = f"{choice.of(account)} AND ecosystem = '{NO_KEY}'"
    sql = f"SELECT * FROM {account}_account_rollup_all WHERE {chosen} ORDER BY is_total DESC"
    made: dict[tuple[str, str, str, str], list[SqlRow]] = {}
    for r in rows(book, sql):
        made.setdefault((r["region_code"], r["service"], r["benefit"], r["product"]), []).append(r)
    return made


def _tree(regions: Sequence[SqlRow], children: Mapping[str, Sequence[str]]) -> Iterator[SqlRow]:
    """Each region followed by those below it, by code; one whose parent is not valid in the year stands at the top."""
    by_code = {r["code"]: r for r in regions}
    stack = [r["code"] for r in reversed(regions) if r["parent"] not in by_code]
    while stack:
        code = stack.pop()
        yield by_code[code]
        stack += reversed(children.get(code, ()))


def _returned(
    book: Book, choice: Choice, currency: str, services: set[str], regions: set[str], findings: list[Finding]
) -> dict[tuple[str, str], tuple[Money, bool]]:
    """Realised values as returned to this vintage, by region and service; what no row can hold is told."""
    sql = (
        f"SELECT * FROM fact_all WHERE vintage = {choice.vintage} AND measure = {literal(REALISED)} "
        f"AND period[1:4] = '{choice.year}' ORDER BY region_code, category, period, file, \"row\""
    )
    found: dict[tuple[str, str], tuple[Money, bool]] = {}
    for r in rows(book, sql):
        service = r["category"].rpartition(":")[2]
        place = Place(r["file"], r["row"], key="/".join((REALISED, r["region_code"], r["period"], r["category"])))
        said = r["state"] if r["amount"] is None else f"{r['amount']} {r['unit']}"
        if r["period"] != str(choice.year):
            code, what, expected = "CATALOGUE-REALISED-PERIOD", r["period"], str(choice.year)
        elif service not in services or r["region_code"] not in regions:
            code, what, expected = "CATALOGUE-REALISED-UNPLACED", said, ", ".join(sorted(services))
        elif r["base_unit"] != currency:
            code, what, expected = "CATALOGUE-REALISED-CURRENCY", r["base_unit"], currency
        else:
            source = book.catalog.sources.get(r["source"] or "")
            illustrative = book.config.illustrative or (source is not None and source.kind == "illustrative")
            found[r["region_code"], service] = (Money(r["state"], r["quantity"]), illustrative)
            continue
        findings.append(finding(code, place, found=what, expected=expected, service=service))
    return found


def _markets(book: Book, services: Sequence[str], findings: list[Finding]) -> dict[str, tuple[str, str]]:
    """service -> (on the market or not, who says so); empty where nobody has judged it."""
    codes = book.catalog.codes.get("service", {})
    made = {}
    for service in services:
        code = codes.get(service)
        market = code.attrs.get("market", "") if code else ""
        if code is not None and market and market not in MARKETS:
            place = Place(code.file, code.line, "market", key=service)
            findings.append(finding("CATALOGUE-MARKET", place, found=market, expected=" | ".join(MARKETS), service=service))
            market = ""
        made[service] = (market, code.attrs.get("market_source", "") if code is not None and market else "")
    return made


def _region_rows(held: Held, region: SqlRow, markets: Mapping[str, tuple[str, str]]) -> Iterator[Row]:
    """The region's total and classes, then class by class its services, each followed by its products."""
    services = {s: _service_row(held, region, s, group, valued, markets[s]) for s, group, valued in held.services}
    valued = {s: row for s, row in services.items() if any(s == name and has for name, _, has in held.services)}
    if valued:
        yield _sum_row(held, region, "gep", list(valued.values()))
    for group in CLASSES:
        mine = [row for row in valued.values() if row.service_class == group]
        if mine:
            yield _sum_row(held, region, group, mine)
        for service, row in services.items():
            if row.service_class == group:
                yield row
                yield from _product_rows(held, region, row, service)


def _sum_row(held: Held, region: SqlRow, column: str, parts: Sequence[Row]) -> Row:
    """A class or the whole: the potential value as the accounts hold it, the realised one as the total of its services."""
    stored = held.totals.get(region["code"], {}).get(column)
    made = total(_amount(row.potential) for row in parts)
    unknown = State.NOT_APPLICABLE if made.state is State.NOT_APPLICABLE else State.NOT_AVAILABLE
    potential = Money(VALUE_STATE, stored) if stored is not None else Money(str(unknown))
    sold = total(_amount(row.realised) for row in parts)
    realised = Money(str(sold.state), sold.amount)
    return Row(
        **_region(region),
        level="total" if column == "gep" else "class",
        service_class="" if column == "gep" else column,
        potential=potential,
        realised=realised,
        gap=gap(potential, realised),
        illustrative=any(row.illustrative for row in parts),
    )


def _service_row(held: Held, region: SqlRow, service: str, group: str, valued: bool, market: tuple[str, str]) -> Row:
    stored = _rolled(held.value_rollup, region["code"], service, NO_KEY, NO_KEY)
    if not valued:
        potential = Money(PHYSICAL_ONLY)
    else:
        potential = Money(str(State.NOT_AVAILABLE)) if stored is None else Money(stored["state"], stored["value"])
    realised, illustrative = realised_in(held, region["code"], service)
    place = (region["code"], service)
    leaves = [*held.physical.get(place, ()), *held.value.get(place, ())]
    return Row(
        **_region(region),
        level="service",
        service_class=group,
        service=held.labels.get(("service", service), Label(service)),
        market=market[0],
        market_source=market[1],
        potential=potential,
        realised=realised,
        gap=gap(potential, realised),
        illustrative=illustrative or any(r["illustrative"] for r in leaves),
    )


def realised_in(held: Held, region: str, service: str) -> tuple[Money, bool]:
    """What was returned for the region itself; else the total of the regions directly below, unknown while one is.

    Intake refuses a region and one inside it with a value each, so the two can never contradict one another.
    """
    own = held.realised.get((region, service))
    if own is not None:
        return own
    below = [realised_in(held, code, service) for code in held.children.get(region, ())]
    if all(money.state == NOT_RETURNED for money, _ in below):
        return Money(NOT_RETURNED), False
    made = total(_amount(money) for money, _ in below)
    return Money(str(made.state), made.amount), any(illustrative for _, illustrative in below)


def _product_rows(held: Held, region: SqlRow, service_row: Row, service: str) -> Iterator[Row]:
    """One row for each line: its quantity and value over the ecosystems, and over the regions below."""
    physical = held.physical.get((region["code"], service), ())
    value = held.value.get((region["code"], service), ())
    keys = {_line(r) for r in (*physical, *value)}
    for key in sorted(keys, key=lambda k: (k.benefit, k.product, k.unit)):
        quantities = [r for r in physical if _line(r) == key]
        values = [r for r in value if _line(r) == key]
        quantity = _of_line(held, region["code"], service, key, "quantity")
        potential = _of_line(held, region["code"], service, key, "value")
        codes = sorted({r["ecosystem"] for r in (*quantities, *values)} - {NO_KEY})
        yield Row(
            **_region(region),
            level="product",
            service_class=service_row.service_class,
            service=service_row.service,
            benefit=held.labels.get(("benefit", key.benefit), Label(key.benefit)),
            product=held.labels.get(("product", key.product), Label(key.product)),
            ecosystems=tuple(held.labels.get(("ecosystem", c), Label(c)) for c in codes),
            quantity=quantity.amount if quantities else None,
            unit=key.unit,
            quantity_state=quantity.state if quantities else VALUE_ONLY,
            methods=_methods(held, quantities or values),
            market=service_row.market,
            market_source=service_row.market_source,
            potential=potential if values else Money(PHYSICAL_ONLY),
            realised=Money(BY_SERVICE),
            gap=Money(BY_SERVICE),
            illustrative=any(r["illustrative"] for r in (*quantities, *values)),
        )


def _line(row: SqlRow) -> LineKey:
    return LineKey(row["benefit"], row["product"], row["unit"] or "")


def _of_line(held: Held, region: str, service: str, key: LineKey, column: str) -> Money:
    """Quantity or value of a line in a region, as the account's own totals have it.

    The account totals a service and its splits. The line that is not split, in a service that has others too, has no total of its
    own there: it is the sum of its leaves, unknown unless every lowest region has one.
    """
    leaves, rollup = (held.physical, held.physical_rollup) if column == "quantity" else (held.value, held.value_rollup)
    unit = key.unit if column == "quantity" else None  # a total of quantities is kept apart by unit, one of values is not
    here = [r for r in leaves.get((region, service), ()) if unit is None or r["unit"] == unit]
    mine = [r for r in here if _line(r) == key]
    if all(_line(r) == key for r in here if _in_total(r, key)):
        stored = _rolled(rollup, region, service, key.benefit, key.product, unit)
        return Money(str(State.NOT_AVAILABLE)) if stored is None else Money(stored["state"], stored[column])
    lowest = {low for low in held.lowest if region in held.above[low]}
    if any(not any(r["region_code"] in held.above[low] for r in mine) for low in lowest):
        return Money(str(State.NOT_AVAILABLE))
    made = total(Amount(State(r["state"]), r[column]) for r in mine)
    return Money(str(made.state), made.amount)


def _in_total(row: SqlRow, key: LineKey) -> bool:
    """Whether the account counts a leaf in its total of these keys: of a service, a benefit, or a benefit and product."""
    if (key.benefit, key.product) == (NO_KEY, NO_KEY):
        return True
    return row["benefit"] == key.benefit and key.product in (NO_KEY, row["product"])


def _rolled(rollup: Rollup, region: str, service: str, benefit: str, product: str, unit: str | None = None) -> SqlRow | None:
    """The total of these keys, else the single leaf that stands for it (totals come first)."""
    fit = rollup.get((region, service, benefit, product), ())
    return next((r for r in fit if unit is None or (r["unit"] or "") == unit), None)


def _methods(held: Held, leaves: Sequence[SqlRow]) -> tuple[str, ...]:
    """How the quantities came about (of a line without one, the value): rules, or returned by a department."""
    made = set()
    for r in leaves:
        method = str(r["method_id"])
        measure = method.removeprefix(VALUE).rpartition("@")[0] if method.startswith(VALUE) else ""
        method = held.methods.get(measure, SUBMITTED) if measure else method
        made.add(RETURNED if method == SUBMITTED else method)
    return tuple(sorted(made))


def _region(region: SqlRow) -> dict[str, Any]:
    return {"region": Label(region["code"], region["name_zh"], region["name_en"]), "region_level": region["level"]}


def _amount(money: Money) -> Amount:
    """For totals: what was not returned is missing, never zero."""
    if money.amount is not None:
        return Amount(State.VALUE, money.amount)
    return Amount(State.NOT_APPLICABLE if money.state == State.NOT_APPLICABLE else State.NOT_AVAILABLE)


def gap(potential: Money, realised: Money) -> Money:
    """Potential less realised value, where both are known; not applicable where one is, else unknown."""
    if potential.amount is not None and realised.amount is not None:
        return Money(VALUE_STATE, exact_sum((potential.amount, -realised.amount)))
    if potential.state == PHYSICAL_ONLY:
        return Money(PHYSICAL_ONLY)
    states = {potential.state, realised.state}
    known = {str(s) for s in MISSING} | {NOT_RETURNED}
    return Money(str(State.NOT_AVAILABLE if states & known else State.NOT_APPLICABLE))


def _negative(row: Row, choice: Choice) -> Finding:
    key = "/".join((REALISED, row.region.code, str(choice.year), row.service.code))
    sold, worth, rest = row.realised.amount, row.potential.amount, row.gap.amount
    place, service = Place(key=key), row.service.code
    return finding("CATALOGUE-GAP-NEGATIVE", place, found=sold, expected=worth, difference=rest, service=service)
