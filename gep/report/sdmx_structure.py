"""The structure message beside the SDMX-CSV files: SDMX-ML 3.0 with concepts, code lists, data structures and dataflows.

Code lists hold the codes that occur in the export and say so (isPartial). Names stand in Chinese and English.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET  # writing only: nothing is parsed here

from gep.base.records import Names
from gep.ledger.query import CONTROL
from gep.report.sdmx import AGENCY, CONF_STATUS, NOT_SPLIT, OBS_STATUS, STATUS, VERSION, Flow, Observation, Part, Row, part_id

BASE = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"
MES, STR, COM = f"{BASE}/message", f"{BASE}/structure", f"{BASE}/common"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
URN = "urn:sdmx:org.sdmx.infomodel"
CONCEPTS = "CS_GEP"
NO_XML = CONTROL | dict.fromkeys([*range(0xD800, 0xE000), 0xFFFE, 0xFFFF], 0xFFFD)

VALUE = Part("OBS_VALUE", "观测值", "Observation value")
NOT_SPLIT_NAME = Names("未细分,或整个行政区", "Not split, or the whole region")
FIXED = {
    "CL_FREQ": {"A": Names("年", "Annual")},
    "CL_OBS_STATUS": OBS_STATUS,
    "CL_CONF_STATUS": CONF_STATUS,
    "CL_GEP_ITEM": {
        "MATERIAL": Names("物质产品", "Material services"),
        "REGULATING": Names("调节服务", "Regulating services"),
        "CULTURAL": Names("文化服务", "Cultural services"),
        "GEP": Names("生态产品总值", "Gross ecosystem product"),
    },
    "CL_ACCOUNTING_ENTRY": {
        "OPENING": Names("期初数", "Opening"),
        "CLOSING": Names("期末数", "Closing"),
        "CHANGE": Names("变动", "Change"),
    },
    "CL_SIDE": {
        "asset": Names("资产", "Asset"),
        "liability": Names("负债", "Liability"),
        "net": Names("净资产", "Net"),
    },
    "CL_CAUSE": {
        "human": Names("人为", "Human"),
        "natural": Names("自然", "Natural"),
        "adjustment": Names("调整", "Adjustment"),
    },
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A flow with the rows it was made of and its observations."""

    flow: Flow
    rows: Sequence[Row]
    found: Sequence[Observation]


Labels = Mapping[str, Mapping[str, Names]]  # code list -> code as the accounts write it (or its SDMX id) -> names
Lists = dict[str, dict[str, Names]]


def code_lists(filled: Iterable[Filled], labels: Labels) -> Lists:
    """Every code list with the codes that occur, by SDMX identifier, sorted; the name of a code that has none is the code."""
    lists: Lists = {}
    for one in filled:
        for part in (*one.flow.dimensions, *one.flow.attributes):
            if part.codes:
                lists.setdefault(part.codes, {}).update(FIXED.get(part.codes, {}))
            if part.codes and part.column:
                lists[part.codes].update(_used(part, one.rows, labels.get(part.codes, {})))
    return {name: dict(sorted(codes.items())) for name, codes in sorted(lists.items())}


def _used(part: Part, rows: Iterable[Row], names: Mapping[str, Names]) -> dict[str, Names]:
    used = {}
    for row in rows:
        made, text = part_id(part, row), str(row[part.column])
        known = FIXED.get(part.codes, {}).get(made)
        used[made] = NOT_SPLIT_NAME if made == NOT_SPLIT else known or names.get(made) or names.get(text) or Names(text, text)
    return used


def message(filled: Sequence[Filled], labels: Labels, name: str, prepared: str) -> bytes:
    """The structure message. `name` is its identifier; `prepared` an instant of the record (the newest run), not of the clock."""
    for prefix, space in (("mes", MES), ("str", STR), ("com", COM)):
        ET.register_namespace(prefix, space)
    root = ET.Element(f"{{{MES}}}Structure")
    header = ET.SubElement(root, f"{{{MES}}}Header")
    for tag, text in (("ID", name), ("Test", "false"), ("Prepared", prepared)):
        ET.SubElement(header, f"{{{MES}}}{tag}").text = text
    ET.SubElement(header, f"{{{MES}}}Sender", id=AGENCY)
    held = ET.SubElement(root, f"{{{MES}}}Structures")
    flows = [one.flow for one in filled]
    _dataflows(held, flows)
    _code_lists(held, code_lists(filled, labels), flows)
    _concepts(held, flows)
    _data_structures(held, flows)
    ET.indent(root, " ")
    made: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{made}\n'.encode()


def _named(parent: ET.Element, tag: str, name: str, words: Names, **more: str) -> ET.Element:
    """An element with an identifier and its names in both languages."""
    made = ET.SubElement(parent, f"{{{STR}}}{tag}", {"id": name, **more})
    for lang in ("zh", "en"):
        ET.SubElement(made, f"{{{COM}}}Name", {LANG: lang}).text = words.of(lang).translate(NO_XML)
    return made


def _kept(parent: ET.Element, tag: str, name: str, words: Names, **more: str) -> ET.Element:
    """A named element with agency and version."""
    return _named(parent, tag, name, words, agencyID=AGENCY, version=VERSION, **more)


def _dataflows(parent: ET.Element, flows: Iterable[Flow]) -> None:
    listed = ET.SubElement(parent, f"{{{STR}}}Dataflows")
    for flow in flows:
        made = _kept(listed, "Dataflow", f"DF_{flow.id}", Names(flow.zh, flow.en))
        urn = f"{URN}.datastructure.DataStructure={AGENCY}:{flow.id}({VERSION})"
        ET.SubElement(made, f"{{{STR}}}Structure").text = urn


def _code_lists(parent: ET.Element, lists: Lists, flows: Iterable[Flow]) -> None:
    titles = {p.codes: Names(p.zh, p.en) for flow in flows for p in (*flow.dimensions, *flow.attributes) if p.codes}
    held = ET.SubElement(parent, f"{{{STR}}}Codelists")
    for name, codes in lists.items():
        made = _kept(held, "Codelist", name, titles[name], isPartial="false" if name in FIXED else "true")
        for code, words in codes.items():
            _named(made, "Code", code, words)


def _concepts(parent: ET.Element, flows: Iterable[Flow]) -> None:
    parts = {p.id: p for flow in flows for p in (*flow.dimensions, VALUE, *flow.attributes)}
    held = ET.SubElement(parent, f"{{{STR}}}ConceptSchemes")
    scheme = _kept(held, "ConceptScheme", CONCEPTS, Names("核算概念", "Concepts of the accounts"))
    for part in parts.values():
        _named(scheme, "Concept", part.id, Names(part.zh, part.en))


def _data_structures(parent: ET.Element, flows: Iterable[Flow]) -> None:
    held = ET.SubElement(parent, f"{{{STR}}}DataStructures")
    for flow in flows:
        made = _kept(held, "DataStructure", flow.id, Names(flow.zh, flow.en))
        components = ET.SubElement(made, f"{{{STR}}}DataStructureComponents")
        dimensions = ET.SubElement(components, f"{{{STR}}}DimensionList", id="DimensionDescriptor")
        for position, part in enumerate(flow.dimensions, 1):
            if part.id == "TIME_PERIOD":
                _component(dimensions, "TimeDimension", part, "ObservationalTimePeriod")
            else:
                _component(dimensions, "Dimension", part, "String", position=str(position))
        attributes = ET.SubElement(components, f"{{{STR}}}AttributeList", id="AttributeDescriptor")
        for part in flow.attributes:
            usage = "mandatory" if part.id in (STATUS.id, "UNIT_MEASURE") else "optional"
            one = _component(attributes, "Attribute", part, "Integer" if part.number else "String", usage=usage)
            ET.SubElement(ET.SubElement(one, f"{{{STR}}}AttributeRelationship"), f"{{{STR}}}Observation")
        measures = ET.SubElement(components, f"{{{STR}}}MeasureList", id="MeasureDescriptor")
        # a missing figure is an observation without a value
        _component(measures, "Measure", VALUE, "Decimal", usage="optional")


def _component(parent: ET.Element, tag: str, part: Part, kind: str, **more: str) -> ET.Element:
    made = ET.SubElement(parent, f"{{{STR}}}{tag}", {"id": part.id, **more})
    concept = f"{URN}.conceptscheme.Concept={AGENCY}:{CONCEPTS}({VERSION}).{part.id}"
    ET.SubElement(made, f"{{{STR}}}ConceptIdentity").text = concept
    local = ET.SubElement(made, f"{{{STR}}}LocalRepresentation")
    if part.codes:
        urn = f"{URN}.codelist.Codelist={AGENCY}:{part.codes}({VERSION})"
        ET.SubElement(local, f"{{{STR}}}Enumeration").text = urn
    else:
        ET.SubElement(local, f"{{{STR}}}TextFormat", textType=kind)
    return made
