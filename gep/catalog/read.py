"""One function a record: from the fields of a TOML table or CSV row to the immutable record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from gep.base.findings import Place
from gep.base.records import (
    Code,
    Column,
    Crosswalk,
    Empirical,
    Input,
    Line,
    Measure,
    Names,
    Overlap,
    Parameter,
    RecordSet,
    Rule,
    Scheme,
    Service,
    Severity,
    Source,
)
from gep.base.units import UnitError, base_text, parse_unit
from gep.catalog.fields import Fields
from gep.catalog.read_terms import constant, uncertainty

MEASURE_KINDS = ("flow", "stock", "price", "ratio", "index", "score", "reference")
RULE_KINDS = ("compute", "second_route", "assert", "allocate")
STATUSES = ("standard", "measured", "literature", "expert", "local", "illustrative")
SOURCE_KINDS = ("standard", "paper", "data", "law", "expert", "illustrative")
CLASSES = ("material", "regulating", "cultural")
ACCOUNT_COLUMNS = ("service", "benefit", "product", "ecosystem")
TIMES = ("same", "prev", "opening", "closing", "base")
DIRECTIONS = ("region", "class", "time")
PROVENANCES = ("", "retrieved", "derived", "expert")
TREATMENTS = ("show",)  # of an overlap; one that is not named is refused
FLOORS = ("", "zero")
UNDEFINED = ("", "not_applicable")
LEVELS = ("leaf", "above", "all")
INHERIT = ("*",)  # the grain is that of the measure


def unit(f: Fields, name: str, text: str, *, base: bool = False) -> str:
    """Check that a unit text is understood (and, for a measure, that it is a base unit); returns it unchanged."""
    if not text:
        return text
    try:
        parsed = parse_unit(text)
    except UnitError as error:
        f.complain("CATALOG-UNIT", name, found=text, reason=error.reason, near="m2, m3, t, kWh, CNY, 亿立方米")
        return text
    if base and parsed.factor != 1:
        f.complain("CATALOG-UNIT-BASE", name, found=text, expected=base_text(parsed), name=f.place.key)
    return text


def measure(name: str, f: Fields) -> Measure:
    names = f.names()
    kind: Any = f.choice("kind", MEASURE_KINDS)
    account = f.strings("account")
    for column in account:
        if column not in ACCOUNT_COLUMNS:
            f.complain("CATALOG-FIELD-CHOICE", f"account.{column}", found=column, expected=" | ".join(ACCOUNT_COLUMNS))
    made = Measure(
        id=name,
        names=names,
        kind=kind,
        unit=unit(f, "unit", f.text("unit", required=True), base=not f.body.get("table")),
        quantum=_step(f, "quantum", Decimal("0.000001")),
        finest=_step(f, "finest", Decimal(1)),
        dims=f.texts("dims"),
        additive=_additive(f, kind),
        signed=f.flag("signed"),
        lower=f.number("lower"),
        upper=f.number("upper"),
        department=f.text("department"),
        account=MappingProxyType(account),
        attrs=f.texts("attrs"),
        read_by=f.texts("read_by"),
        table=f.text("table"),
        nets=f.text("nets"),
        mirror=f.text("mirror"),
        balance=f.flag("balance"),
        note=f.text("note"),
        file=f.place.file,
    )
    f.done()
    return made


def _step(f: Fields, name: str, default: Decimal) -> Decimal:
    """A smallest step, which must lie above zero."""
    number = f.number(name)
    if number is not None and number <= 0:
        f.malformed(name, str(number), "a number above 0")
        return default
    return default if number is None else number


def _additive(f: Fields, kind: str) -> tuple[str, ...]:
    """The directions a figure may be summed in, as declared, else those of its kind."""
    given = f.texts("additive")
    for direction in given:
        if direction not in DIRECTIONS:
            f.complain("CATALOG-FIELD-CHOICE", "additive", found=direction, expected=" | ".join(DIRECTIONS))
    if "additive" in f.body:
        return given
    return DIRECTIONS if kind == "flow" else ("region", "class") if kind == "stock" else ()


def record_set(name: str, f: Fields) -> RecordSet:
    columns = []
    for column, body in f.table("columns").items():
        c = Fields(body if isinstance(body, dict) else {}, Place(f.place.file, key=f"{name}.{column}"), f.findings)
        names = c.names()
        columns.append(
            Column(column, unit(c, "unit", c.text("unit", required=True)), names, c.number("lower"), c.number("upper"))
        )
        c.done()
    made = RecordSet(
        id=name,
        names=f.names(),
        dims=f.texts("dims"),
        columns=tuple(columns),
        months=f.flag("months"),
        extent=f.text("extent"),
        complete=f.flag("complete"),
        file=f.place.file,
    )
    f.done()
    return made


def overlap(name: str, f: Fields) -> Overlap:
    made = Overlap(
        id=name,
        names=f.names(),
        members=f.texts("members"),
        source=f.text("source", required=True),
        clause=f.text("clause"),
        alternatives=f.flag("alternatives"),
        file=f.place.file,
    )
    if len(made.members) < 2:
        f.malformed("members", ", ".join(made.members) or "-", "at least two ids of services or measures")
    f.done()
    return made


def source(name: str, f: Fields) -> Source:
    made = Source(
        id=name,
        kind=f.choice("kind", SOURCE_KINDS),
        title=f.text("title", required=True),
        authors=f.text("authors"),
        year=str(f.raw("year") or ""),
        doi=f.text("doi"),
        published_in=f.text("published_in"),
        url=f.text("url"),
        note=f.text("note"),
    )
    f.done()
    return made


def code(f: Fields) -> Code:
    known = ("scheme", "edition", "code", "parent", "zh", "en", "valid_from", "valid_to")
    attrs = {k: str(v) for k, v in f.body.items() if k not in known and v}
    f.seen.update(f.body)
    return Code(
        scheme=f.text("scheme", required=True),
        code=f.text("code", required=True),
        names=f.names(),
        parent=f.text("parent"),
        edition=f.text("edition"),
        valid_from=f.date("valid_from", date.min),
        valid_to=f.last_date("valid_to"),
        attrs=MappingProxyType(attrs),
        file=f.place.file,
        line=f.place.row,
    )


def crosswalk(f: Fields) -> Crosswalk:
    share = f.number("share", required=True)
    if share is not None and share <= 0:
        # a share below 0 could hide behind one above 1: the two still add up to 1
        f.malformed("share", str(share), "a number above 0")
    made = Crosswalk(
        id=f.text("id", required=True),
        scheme_from=f.text("scheme_from", required=True),
        code_from=f.text("code_from", required=True),
        scheme_to=f.text("scheme_to", required=True),
        code_to=f.text("code_to", required=True),
        share=Fraction(share or 0),
        conserves=f.choice("conserves", ("yes", "no"), default="yes") == "yes",
        source=f.text("source"),
        carried=f.choice("carried", ("yes", "no"), default="yes") == "yes",
        note=f.text("note"),
        file=f.place.file,
        line=f.place.row,
    )
    f.done()
    return made


def parameter(f: Fields) -> Parameter:
    name = f.text("id", required=True)
    f.place = Place(f.place.file, f.place.row, key=name)
    status: Any = f.choice("status", STATUSES)
    value, low, high = f.number("value"), f.number("low"), f.number("high")
    if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
        f.complain("CATALOG-PARAMETER-RANGE", "value", found=value, expected=f"{low} … {high}", name=name)
    provenance: Any = f.choice("provenance", PROVENANCES, default="")
    origin = f.text("source")
    if not origin:
        f.complain("CATALOG-PARAMETER-SOURCE", "source", name=name)
    made = Parameter(
        id=name,
        key=f.key("key"),
        region=f.text("region"),
        value=value,
        unit=unit(f, "unit", f.text("unit", required=True)),
        status=status,
        source=origin,
        locator=f.text("locator"),
        source_set=f.text("source_set", required=True),
        provenance=provenance,
        valid_from=f.date("valid_from", date.min),
        valid_to=f.last_date("valid_to"),
        low=low,
        high=high,
        note=f.text("note"),
        file=f.place.file,
        line=f.place.row,
    )
    f.done()
    return made


def rule(name: str, f: Fields) -> Rule:
    message = Names(f.text("message_zh"), f.text("message_en"))
    kind: Any = f.choice("kind", RULE_KINDS, default="compute")
    severity = f.choice("severity", tuple(str(s) for s in Severity), default=str(Severity.STOP))
    undefined: Any = f.choice("undefined", UNDEFINED, default="")
    at: Any = f.choice("at", LEVELS, default="all" if kind == "assert" else "leaf")
    made = Rule(
        id=f.text("id", default=name),
        version=f.text("version", required=True),
        kind=kind,
        names=f.names(),
        output=f.text("output", required=kind != "assert"),
        grain=f.texts("grain") if "grain" in f.body or kind == "assert" else INHERIT,
        expression=f.text("expression", required=True),
        inputs=tuple(_input(n, b, f) for n, b in f.table("inputs").items()),
        source=f.text("source", required=True),
        clause=f.text("clause"),
        domain=_lists(f, "domain"),
        empirical=tuple(_empirical(n, b, f) for n, b in f.table("empirical").items()),
        severity=Severity(severity),
        message=message if message.zh else None,
        valid_from=f.date("valid_from", date.min),
        valid_to=f.last_date("valid_to"),
        deprecated=f.text("deprecated"),
        tolerance=f.number("tolerance"),
        route=f.text("route"),
        at=at,
        regions=f.texts("regions"),
        stands_in=f.flag("stands_in"),
        undefined=undefined,
        file=f.place.file,
    )
    if kind == "assert" or message.zh or message.en:
        for field in ("message_zh", "message_en"):
            f.text(field, required=True)
    f.done()
    return made


def _lists(f: Fields, name: str) -> Mapping[str, tuple[str, ...]]:
    """{dimension: [codes]}."""
    found: dict[str, tuple[str, ...]] = {}
    for dim, codes in f.table(name).items():
        if isinstance(codes, list) and codes and all(isinstance(c, str) for c in codes):
            found[dim] = tuple(codes)
        else:
            f.malformed(f"{name}.{dim}", codes, "a list of codes in quotes")
    return MappingProxyType(found)


def _input(name: str, body: object, f: Fields) -> Input:
    i = Fields(body if isinstance(body, dict) else {}, Place(f.place.file, key=f"{f.place.key}.inputs.{name}"), f.findings)
    kinds: tuple[Any, ...] = ("measure", "parameter", "column")
    given = [k for k in kinds if k in i.body]
    if len(given) != 1:
        i.seen.update(given)
        i.complain("CATALOG-FIELD-CHOICE", "measure", found=", ".join(given) or "-", expected=" | ".join(kinds))
    kind: Any = given[0] if given else "measure"
    default = INHERIT if kind == "measure" else ("region",)
    time: Any = i.choice("time", TIMES, default="same")
    made = Input(
        name=name,
        kind=kind,
        ref=i.text(kind),
        grain=i.texts("grain") if "grain" in i.body else default,
        unit=unit(i, "unit", i.text("unit", required=kind != "measure")),
        select=MappingProxyType(i.strings("select")),
        time=time,
        rows=i.text("rows", required=kind == "column"),
        lower=i.number("lower"),
        upper=i.number("upper"),
    )
    i.done()
    return made


def _empirical(name: str, body: object, f: Fields) -> Empirical:
    e = Fields(body if isinstance(body, dict) else {}, Place(f.place.file, key=f"{f.place.key}.empirical.{name}"), f.findings)
    args = e.strings("args")
    made = Empirical(
        name=name,
        args=tuple((a, unit(e, f"args.{a}", u)) for a, u in args.items()),
        unit=unit(e, "unit", e.text("unit", required=True)),
        expression=e.text("expression", required=True),
        source=e.text("source", required=True),
    )
    e.done()
    return made


def scheme(f: Fields) -> Scheme:
    status: Any = f.choice("status", ("enabled", "disabled"))
    overlaps = f.strings("overlaps")
    for name, treatment in overlaps.items():
        if treatment not in TREATMENTS:
            f.complain("CATALOG-FIELD-CHOICE", f"overlaps.{name}", found=treatment, expected=" | ".join(TREATMENTS))
    made = Scheme(
        id=f.text("id", required=True),
        kind=f.text("kind", required=True),
        names=f.names(),
        version=f.text("version", required=True),
        status=status,
        reason=f.text("reason", required=status == "disabled"),
        source=f.text("source", required=True),
        rules=f.texts("rules"),
        parameter_sets=f.texts("parameter_sets"),
        services=tuple(_service(b, f) for b in f.tables("service")),
        currency=f.text("currency", default="CNY"),
        price_basis=f.text("price_basis", default="current"),
        classes=_lists(f, "classes"),
        overlaps=MappingProxyType(overlaps),
        undetermined=f.texts("undetermined"),
        tables=f.texts("tables"),
        constant=constant(f),
        uncertainty=uncertainty(f),
        allocation=_lists(f, "allocation"),
        valid_from=f.date("valid_from", date.min),
        valid_to=f.last_date("valid_to"),
        file=f.place.file,
    )
    f.done()
    return made


def _service(body: object, f: Fields) -> Service:
    s = Fields(body if isinstance(body, dict) else {}, Place(f.place.file, key=f"{f.place.key}.service"), f.findings)
    name = s.text("id", required=True)
    s.place = Place(f.place.file, key=f"{f.place.key}.{name}")
    service_class: Any = s.choice("class", CLASSES)
    lines = []
    for entry in s.tables("line"):
        line = Fields(entry, s.place, f.findings)
        floor: Any = line.choice("floor", FLOORS, default="")
        measured, price = line.text("measure", required=True), line.text("price")
        lines.append(Line(measured, price, line.flag("value_only"), _lists(line, "domain"), floor, line.text("currency")))
        line.done()
    if not lines:
        s.complain("CATALOG-FIELD-MISSING", "line")
    s.done()
    return Service(name, service_class, tuple(lines))
