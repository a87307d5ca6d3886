"""`gep coefficients audit`: one wrong catalogue for each thing that must not be, and what is only told."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from gep.base.data import data_root
from gep.base.records import Severity
from gep.catalog.audit import audit, problems, to_fill
from gep.catalog.load import load
from gep.catalog.record import Catalog

SCHEME, RULES, CODES = "schemes/one.toml", "rules/all.toml", "codes/all.csv"
PARAMETERS, PRICES, SOURCES = "parameters/all.csv", "prices/all.csv", "sources.toml"
SHARE, COST = "parameter,1,share,,涵养比例,Share retained,,,rule\n", "parameter,1,water_cost,,水价,Cost of water,,,rule\n"


@pytest.fixture
def clean(small: Any) -> Any:
    """The small catalogue with a name and a use for each parameter: nothing to complain of."""
    small.change(CODES, "valid_to,class\n", "valid_to,use\n")
    small.add(CODES, SHARE + COST)
    return small


def only(c: Catalog) -> Any:
    (told,) = problems(c)
    return told


def test_a_sound_catalogue_has_no_problem(clean: Any) -> None:
    assert problems(clean.load()) == ()


def test_the_shipped_catalogue_has_no_problem() -> None:
    c = load(data_root() / "coefficients")
    assert [f"{f.code} {f.place.text()}" for f in problems(c)] == []
    made = audit(c)
    # what nobody knows is no problem of the catalogue, as long as it is declared
    assert made.unknown
    assert made.reference


# (file, old, new, code, place, zh, en, mend zh, mend en, list of the audit, its entry): one mistake of each kind
MISTAKES: dict[str, tuple[str, str, str, str, str, str, str, str, str, str, str]] = {
    "a source without a clause": (
        PARAMETERS, "paper,Table 1,", "paper,,",
        "COEFFICIENTS-NO-LOCATOR", f"coefficients/{PARAMETERS}:2 [share]",
        "参数 share [-] - (set-a) 只写了来源 paper,没有写表号或条款。",
        "The parameter share [-] - (set-a) names the source paper but no table or clause in it.",
        "在 locator 列填写表号、条款或页码。", "Give the table, clause or page in the column locator.",
        "no_locator", "share [-] - (set-a)",
    ),
    "a value older than its text": (
        PRICES, "literature,paper", "standard,paper",
        "COEFFICIENTS-OLDER-THAN-TEXT", f"coefficients/{PRICES}:2 [water_cost]",  # in force from 2010, published 2017
        "参数 water_cost [-] - (set-a) 自 2010-01-01 起采用,早于其来源 paper 的发布。",
        "The parameter water_cost [-] - (set-a) is in force from 2010-01-01, before its source paper was published.",
        "核对生效日期与来源;更早年份的数值应注明当时的文本。",
        "Check the first day of validity and the source; a value of earlier years needs the text of that time.",
        "older_than_source", "water_cost [-] - (set-a)",
    ),
    "a parameter nobody reads": (
        SCHEME, 'price = "water_cost"', "",
        "COEFFICIENTS-UNUSED", f"coefficients/{CODES}:11:use [water_cost]",
        "参数 water_cost 没有规则读取,也不是任何方案的单价。",
        "The parameter water_cost is read by no rule and is the price of no scheme.",
        "核对编号拼写;仅供查阅的参数,在代码表 parameter 的 use 列写 reference。",
        "Check the spelling of the id; if it is only for reference, write reference in the column use of its code.",
        "unused", "water_cost",
    ),
    "a name without rows that nobody reads": (
        CODES, COST, COST + "parameter,1,water_cots,,水价误,Cots of water,,,rule\n",
        "COEFFICIENTS-UNUSED", f"coefficients/{CODES}:12:use [water_cots]",
        "参数 water_cots 没有规则读取,也不是任何方案的单价。",
        "The parameter water_cots is read by no rule and is the price of no scheme.",
        "核对编号拼写;", "Check the spelling of the id;",
        "unused", "water_cots",
    ),
    "a parameter for reference that is read": (
        CODES, SHARE, SHARE.replace(",rule", ",reference"),
        "COEFFICIENTS-REFERENCE-READ", f"coefficients/{CODES}:10:use [share]",
        "参数 share 标明仅供查阅,却被读取:retention.share。",
        "The parameter share is declared to be for reference only, yet it is read by retention.share.",
        "在代码表 parameter 的 use 列改写 rule,或换用其他参数。",
        "Write rule in the column use of its code, or let the rule read another parameter.",
        "reference_read", "share",
    ),
    "a use that says nothing": (
        CODES, SHARE, SHARE.replace(",rule", ",ruel"),
        "COEFFICIENTS-USE", f"coefficients/{CODES}:10:use [share]",
        "参数 share 的 use 列是 ruel,没有说明用途。", "The column use of the parameter share says ruel, so its use is not declared.",
        "填写其中之一:rule | reference。", "Write one of: rule | reference.",
        "no_use", "share",
    ),
    "a use left empty": (
        CODES, SHARE, SHARE.replace(",rule", ","),
        "COEFFICIENTS-USE", f"coefficients/{CODES}:10:use [share]",
        "参数 share 的 use 列是 -,没有说明用途。", "The column use of the parameter share says -, so its use is not declared.",
        "填写其中之一:rule | reference。", "Write one of: rule | reference.",
        "no_use", "share",
    ),
    "a parameter without a name": (
        CODES, SHARE, "",
        "COEFFICIENTS-NO-NAME", f"coefficients/{PARAMETERS}:2 [share]",
        "参数 share 没有登记代码和名称。", "The parameter share has no code and so no name.",
        "在代码表中以 parameter 体系登记它的中英文名称(账册自有的写入 local/codes)。",
        "Enter it with its Chinese and English names under the code scheme parameter (a book's own in local/codes).",
        "no_name", "share",
    ),
    "an illustrative value of a real source": (
        PARAMETERS, "literature,paper", "illustrative,paper",
        "COEFFICIENTS-ILLUSTRATIVE", f"coefficients/{PARAMETERS}:2 [share]",
        "参数 share [-] - (set-a) 的性质是 illustrative,其来源 paper 的种类却是 paper。",
        "The parameter share [-] - (set-a) has the status illustrative, but its source paper is of the kind paper.",
        "示例数据的性质和来源种类都须是 illustrative,其他数据都不得是。",
        "Illustrative data have both the status and a source of the kind illustrative; any other data have neither.",
        "illustrative", "share [-] - (set-a)",
    ),
    "a made-up source of a value said to be read": (
        PARAMETERS, "literature,paper", "literature,made_up",
        "COEFFICIENTS-ILLUSTRATIVE", f"coefficients/{PARAMETERS}:2 [share]",
        "参数 share [-] - (set-a) 的性质是 literature,其来源 made_up 的种类却是 illustrative。",
        "The parameter share [-] - (set-a) has the status literature, but its source made_up is of the kind illustrative.",
        "示例数据的性质和来源种类都须是 illustrative", "Illustrative data have both the status and a source",
        "illustrative", "share [-] - (set-a)",
    ),
    "a value that does not say how it was come by": (
        PARAMETERS,
        "locator,note\nshare,set-a,,,,,0.25,1,0.1,0.5,literature,paper,Table 1,\n",
        "locator,note,provenance\nshare,set-a,,,,,0.25,1,0.1,0.5,literature,paper,Table 1,,\n"
        "share,set-b,,,,,0.3,1,,,literature,paper,Table 2,,retrieved\n",
        "COEFFICIENTS-NO-PROVENANCE", f"coefficients/{PARAMETERS}:2 [share]",
        "参数 share [-] - (set-a) 没有说明数值是查得、推算还是凭专家记忆。",
        "The parameter share [-] - (set-a) does not say whether its value was retrieved, derived or remembered by an expert.",
        "在 provenance 列填写其中之一:retrieved | derived | expert。",
        "Write one of these in the column provenance: retrieved | derived | expert.",
        "no_provenance", "share [-] - (set-a)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_a_problem_with_its_place_and_words(clean: Any, name: str) -> None:
    file, old, new, code, place, zh, en, mend_zh, mend_en, listed, entry = MISTAKES[name]
    clean.add(SOURCES, '\n[made_up]\nkind = "illustrative"\ntitle = "示例数据 / illustrative"\n')
    assert problems(clean.load()) == ()
    clean.change(file, old, new)
    c = clean.load()
    told = only(c)
    assert (told.code, told.severity, told.place.text()) == (code, Severity.STOP, place)
    assert (told.text("zh"), told.text("en")) == (zh, en)
    assert told.mend("zh").startswith(mend_zh)
    assert told.mend("en").startswith(mend_en)
    made = audit(c)
    assert getattr(made, listed) == (entry,)
    others = {"no_locator", "older_than_source", "unused", "reference_read", "no_use", "no_name", "illustrative", "no_provenance"}
    assert {n for n in others - {listed} if getattr(made, n)} == set()


def test_every_message_of_the_audit_is_provoked() -> None:
    declared = tomllib.loads(files("gep.base").joinpath("messages", "coefficients.toml").read_text(encoding="utf-8"))
    assert {m[3] for m in MISTAKES.values()} == set(declared)


def test_an_illustrative_value_needs_no_clause(clean: Any) -> None:
    clean.add(SOURCES, '\n[made_up]\nkind = "illustrative"\ntitle = "示例数据 / illustrative"\n')
    clean.change(PARAMETERS, "literature,paper,Table 1,", "illustrative,made_up,,")
    assert problems(clean.load()) == ()


def test_a_parameter_for_reference_may_go_unread(clean: Any) -> None:
    clean.add(CODES, "parameter,1,spare,,备查,Spare,,,reference\n")
    clean.add(PARAMETERS, "spare,set-a,,,,,,1,,,expert,paper,Table 4,\n")
    c = clean.load()
    assert problems(c) == ()
    made = audit(c)
    assert (made.reference, made.unknown, made.unused) == (("spare",), ("spare [-] - (set-a)",), ())


def test_every_problem_is_told_at_once(clean: Any) -> None:
    clean.change(CODES, SHARE, "")
    clean.change(PARAMETERS, "paper,Table 1,", "paper,,")
    clean.change(SCHEME, 'price = "water_cost"', "")
    codes = [f.code for f in problems(clean.load())]
    assert codes == ["COEFFICIENTS-NO-NAME", "COEFFICIENTS-UNUSED", "COEFFICIENTS-NO-LOCATOR"]


def test_what_a_bureau_must_fill_in_is_information(clean: Any) -> None:
    clean.change(PARAMETERS, "0.25,1,", ",1,")
    c = clean.load()
    assert problems(c) == ()
    assert audit(c).unknown == ("share [-] - (set-a)",)
    assert to_fill(c, 2010) == {"one": 1}  # share
    assert to_fill(c, 2024) == {"one": 2}  # and the price, which holds in 2010 only


def test_a_profile_of_other_years_or_disabled_is_not_counted(clean: Any) -> None:
    clean.change(SCHEME, 'source = "paper"', 'source = "paper"\nvalid_to = 2012')
    assert to_fill(clean.load(), 2012) == {"one": 1}
    assert to_fill(clean.load(), 2013) == {}
    clean.change(SCHEME, 'status = "enabled"', 'status = "disabled"\nreason = "not published"')
    assert to_fill(clean.load(), 2012) == {}
