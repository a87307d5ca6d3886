"""The rules of suspicion as data: what ships is whole, and every fault of a file is told at once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from gep.base.findings import Refused
from gep.catalog.suspicions import TERM, Need, favour, folder, listed, rules, values

GOOD = """
[one]
zh = "一"
en = "one"
why_zh = "因为"
why_en = "because"
mend_zh = "改"
mend_en = "mend"
severity = "query"
needs = ["every:LA-01", "event"]
sql = "SELECT region, 'a/b' AS place FROM event WHERE amount * 100 > $share -- a / b"
[[one.threshold]]
name = "share"
value = "5"
unit = "%"
status = "illustrative"
reason_zh = "示例"
reason_en = "made up"
"""


def faults(tmp_path: Path, *texts: str) -> list[str]:
    """The codes of what is refused; each text is a file of one folder."""
    top = tmp_path / "suspicions"
    top.mkdir(exist_ok=True)
    for number, text in enumerate(texts):
        (top / f"{number}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        rules(top)
    for f in refused.value.findings:
        assert f.text("zh")
        assert f.mend("en")
    return sorted(f.code for f in refused.value.findings)


def test_a_rule_is_read_as_written(tmp_path: Path) -> None:
    top = tmp_path / "suspicions"
    top.mkdir()
    (top / "a.toml").write_text(GOOD, encoding="utf-8")
    (rule,) = rules(top)
    assert (rule.id, rule.names.zh, rule.severity, rule.file) == ("one", "一", "query", f"{tmp_path.name}/suspicions/a.toml")
    assert rule.needs == (Need("every", "LA-01"), Need("relation", "event"))
    assert rule.used == ("share",)
    assert values(rule) == {"share": Decimal(5)}
    assert rule.illustrative


def test_what_ships_has_reasons_in_both_languages_for_every_threshold() -> None:
    shipped = rules()
    assert len(shipped) >= 25
    for rule in shipped:
        for text in (rule.names, rule.why, rule.mend):
            assert text.zh != text.en
            assert text.zh.strip()
        assert rule.needs
    for name, threshold in listed(shipped):
        assert threshold.reason.zh, name
        assert threshold.reason.en, name
        # a made-up limit says so where it is explained
        made_up = threshold.status == "illustrative"
        assert ("示例数据" in threshold.reason.zh) is made_up, (name, threshold.name)
        assert ("made-up" in threshold.reason.en) is made_up, (name, threshold.name)


def test_the_twelve_subjects_of_the_audit_are_asked_about() -> None:
    asked = {rule.id for rule in rules()}
    assert asked >= {
        "arable-unapproved", "forest-up-timber-down", "section-set-changed", "redline-lost", "reclassified-to-built-up",
        "revised-after-term", "coefficient-changed", "base-year-changed", "price-as-growth", "interpolated-class", "report-mismatch",
        "adjustment-without-code", "opening-restated", "discrepancy-growing", "estimates-many", "floor-missed", "copied", "digits",
        "current-up-constant-down", "index-by-gdp", "return-replaced", "natural-built-up", "water-total-against-parts",
        "ore-reappraised", "redline-boundary", "offset-quality",
    }  # fmt: skip


def test_every_shipped_query_names_only_what_is_declared() -> None:
    for rule in rules():
        assert set(rule.used) <= {*TERM, *(t.name for t in rule.thresholds)}


def test_favour_has_one_sign_a_figure() -> None:
    held = favour()
    assert len({(f.account, f.table_id, f.column_code) for f in held}) == len(held)
    assert {f.sign for f in held} == {1, -1}
    assert all(f.reason.zh and f.reason.en for f in held)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('why_en = "because"', "", "CATALOG-FIELD-MISSING"),
        ('mend_zh = "改"', "", "CATALOG-FIELD-MISSING"),
        ('severity = "query"', 'severity = "loud"', "CATALOG-FIELD-CHOICE"),
        ('"event"]', '"every:la-01"]', "CATALOG-FIELD-CHOICE"),
        ('needs = ["every:LA-01", "event"]', "needs = []", "CATALOG-FIELD-MISSING"),
        ("$share", "$shares", "SUSPICION-PARAMETER"),
        ("amount * 100 > $share", "amount > $opening", "SUSPICION-THRESHOLD"),
        ("amount * 100", "amount / 100", "SUSPICION-INEXACT"),
        ("amount * 100", "avg(amount)", "SUSPICION-INEXACT"),
        ("amount * 100", "CAST(amount AS DOUBLE)", "SUSPICION-INEXACT"),
        ("amount * 100", "now()", "SUSPICION-INEXACT"),
        ('unit = "%"', 'unit = "furlong"', "CATALOG-UNIT"),
        ('value = "5"', 'value = "five"', "CATALOG-FIELD-TYPE"),
        ('value = "5"', 'value = "5"\nword = "five"', "CATALOG-FIELD-CHOICE"),
        ('status = "illustrative"', 'status = "official"', "CATALOG-FIELD-CHOICE"),
        ('reason_en = "made up"', "", "CATALOG-FIELD-MISSING"),
        ('severity = "query"', 'severity = "query"\nseverty = "note"', "CATALOG-FIELD-UNKNOWN"),
    ],
)
def test_a_fault_is_told(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in GOOD
    assert code in faults(tmp_path, GOOD.replace(old, new))


def test_a_quoted_slash_is_no_quotient_and_a_comment_no_parameter() -> None:
    # that 'a/b' is no quotient is told by GOOD, which is read without a fault above
    (rule, *_) = rules()
    assert replace(rule, sql="SELECT '$region' -- $closing").used == ()


def test_an_id_stands_once_over_all_files(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD, GOOD) == ["SUSPICION-TWICE"]


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    wrong = GOOD.replace("[one", "[two").replace("[[one", "[[two").replace("$share", "$other").replace('en = "one"', "")
    found = faults(tmp_path, wrong, GOOD.replace("amount * 100", "amount / 100"), "= nonsense")
    assert {"CATALOG-FIELD-MISSING", "SUSPICION-PARAMETER", "SUSPICION-THRESHOLD", "SUSPICION-INEXACT", "CATALOG-FILE"} <= set(
        found
    )


def test_an_auditor_may_add_rules_of_his_own(tmp_path: Path) -> None:
    top = tmp_path / "suspicions"
    top.mkdir()
    (top / "own.toml").write_text(GOOD, encoding="utf-8")
    assert rules(folder(), top)[-1].id == "one"
    (top / "own.toml").write_text(GOOD.replace("one", "copied"), encoding="utf-8")
    with pytest.raises(Refused, match="SUSPICION-TWICE"):
        rules(folder(), top)


@pytest.mark.parametrize(
    "row", ["gep_total,*,*,2,expert,更好 | better", "gep_total,*,*,1,official,更好 | better", ",*,*,1,expert,x | y"]
)
def test_a_row_of_favour_that_is_wrong_is_told(tmp_path: Path, row: str) -> None:
    path = tmp_path / "favour.csv"
    path.write_text(f"account,table_id,column_code,sign,status,reason\n{row}\n", encoding="utf-8")
    with pytest.raises(Refused, match="CATALOG-FIELD"):
        favour(path)
    path.write_text("account,sign\ngep_total,1\n", encoding="utf-8")
    with pytest.raises(Refused, match="CATALOG-FILE"):
        favour(path)
