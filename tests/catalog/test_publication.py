"""[statement] and [[publication]] of book.toml: what is read, and every way of naming nothing."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from gep.base.findings import Finding, Place, Refused
from gep.base.issuer import Issuer
from gep.base.records import Code, Names, Region
from gep.catalog.config import read_config
from gep.catalog.fields import Fields
from gep.catalog.publication import Publication, PublicationRule, check_publication, read_statement

REGIONS = {"1": Region("1", "", "city", Names("市", "city")), "11": Region("11", "1", "county", Names("县", "county"))}
WHY = 'zh = "只有一家"\nen = "one only"\ndocument = "某文件"\n'


def read(body: str) -> tuple[Issuer, Publication, list[Finding]]:
    findings: list[Finding] = []
    data = tomllib.loads(body, parse_float=Decimal)
    issuer, publication = read_statement(Fields(data, Place("book.toml"), findings), REGIONS, findings)
    return issuer, publication, findings


def codes(body: str) -> list[str]:
    return [f.code for f in read(body)[2]]


def test_a_book_that_says_nothing_publishes_everything() -> None:
    issuer, publication, findings = read("")
    assert not findings
    assert issuer == Issuer()
    assert publication.rules == ()
    assert publication.sections == ("gep", "index", "asset", "quality", "annex")
    assert publication.protection == Decimal("0.10")
    assert publication.above == {"11": "1"}


def test_what_a_book_says() -> None:
    body = '[statement]\nzh = "统计局"\nen = "Bureau"\nmoney = "万元"\nfonts = "system"\npublic_forms = ["asset", "gep"]\n'
    issuer, publication, findings = read(
        f'{body}protection = "0.2"\n[[publication]]\n{WHY}view = "gep_total"\nregion = "11"\nyear = 2020\n'
    )
    assert not findings
    assert (issuer.names, issuer.money, issuer.fonts) == (Names("统计局", "Bureau"), "万元", "system")
    assert publication.sections == ("gep", "asset")
    assert publication.protection == Decimal("0.2")
    (rule,) = publication.rules
    assert rule == PublicationRule("gep_total", {"region": "11", "year": "2020"}, Names("只有一家", "one only"), "某文件", 1)


def test_a_rule_meets_exact_codes_and_any() -> None:
    rule = read(f'[[publication]]\n{WHY}view = "value_account"\nregion = "11"\nproduct = "tea"\nservice = "*"\n')[1].rules[0]
    here = {"region": "11", "year": "2020", "service": "crop", "benefit": "-", "product": "tea", "ecosystem": "-"}
    assert rule.meets("value_account", here)
    assert rule.meets("physical_account", here)
    assert not rule.meets("asset_account", here)
    assert not rule.meets("value_account", here | {"product": "-"})
    assert not rule.meets("value_account", here | {"region": "1"})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('[statement]\nmoney = "t"\n', "STATEMENT-MONEY"),
        ('[statement]\nmoney = "元宝"\n', "STATEMENT-MONEY"),
        ('[statement]\nfonts = "mine"\n', "CATALOG-FIELD-CHOICE"),
        ('[statement]\npublic_forms = ["T2"]\n', "CATALOG-FIELD-CHOICE"),
        ("[statement]\nprotection = 1.5\n", "PUBLICATION-PROTECTION"),
        ('[statement]\nisuer = "x"\n', "CATALOG-FIELD-UNKNOWN"),
        (f'[[publication]]\n{WHY}view = "gep_total"\nregion = "12"\n', "PUBLICATION-CODE"),
        (f'[[publication]]\n{WHY}view = "gep_total"\nregion = "11"\nyear = "last"\n', "PUBLICATION-CODE"),
        (f'[[publication]]\n{WHY}view = "gep_total"\n', "PUBLICATION-ALL"),
        (f'[[publication]]\n{WHY}view = "gep"\nregion = "11"\n', "CATALOG-FIELD-CHOICE"),
        (f'[[publication]]\n{WHY}view = "gep_total"\nregion = "11"\nproduct = "tea"\n', "CATALOG-FIELD-UNKNOWN"),
        ('[[publication]]\nzh = "a"\nen = "a"\nview = "gep_total"\nregion = "11"\n', "CATALOG-FIELD-MISSING"),
    ],
)
def test_what_cannot_be_meant_is_a_finding(body: str, code: str) -> None:
    found = codes(body)
    assert code in found
    assert len(found) == 1


def test_a_code_that_no_catalogue_knows() -> None:
    body = f'[[publication]]\n{WHY}view = "value_account"\nregion = "11"\nproduct = "thee"\nservice = "crop"\n'
    known = {
        "product": {"tea": Code("product", "tea", Names("茶", "tea"))},
        "service": {"crop": Code("service", "crop", Names("", ""))},
    }
    (told,) = check_publication(read(body)[1], known, {})
    assert (told.code, told.found, told.expected) == ("PUBLICATION-CODE", "thee", "tea")
    assert "product" in told.text("zh")
    assert "thee" in told.text("en")


def test_the_book_is_refused_with_it(tmp_path: Path) -> None:
    body = f'schema = 2\nzh = "a"\nen = "a"\nschemes = ["x"]\nleaf_level = "county"\n[[publication]]\n{WHY}view = "gep_total"\n'
    (tmp_path / "book.toml").write_text(body, encoding="utf-8")
    with pytest.raises(Refused) as caught:
        read_config(tmp_path / "book.toml")
    assert [f.code for f in caught.value.findings] == ["PUBLICATION-ALL"]
