"""The classes of responsibility by the day an audit was started, and the candidates that grounds point to."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gep.base.data import data_root
from gep.base.findings import Refused, render
from gep.catalog.responsibility import Responsibility, candidates, responsibility, scheme_on

FILE = data_root() / "ledgers" / "evaluation" / "responsibility.toml"


@pytest.fixture(scope="module")
def shipped() -> Responsibility:
    return responsibility(data_root())


@pytest.mark.parametrize(
    ("started", "scheme", "classes", "uncertain"),
    [
        ("2018-06-01", "three-classes", ["direct", "in_charge", "leadership"], False),
        ("2019-06-30", "three-classes", ["direct", "in_charge", "leadership"], False),
        ("2019-07-01", "two-classes", ["direct", "leadership"], True),  # in July 2019; which day is not known
        ("2019-07-31", "two-classes", ["direct", "leadership"], True),
        ("2019-08-01", "two-classes", ["direct", "leadership"], False),
        ("2023-03-01", "two-classes", ["direct", "leadership"], False),
    ],
)
def test_the_day_chooses(shipped: Responsibility, started: str, scheme: str, classes: list[str], uncertain: bool) -> None:
    made, findings = scheme_on(shipped, date.fromisoformat(started))
    assert (made.id, [c.id for c in made.classes]) == (scheme, classes)
    assert [f.code for f in findings] == ["RESPONSIBILITY-DAY"] * uncertain
    assert made.status == "expert"


def test_before_any_classes(shipped: Responsibility) -> None:
    with pytest.raises(Refused, match="RESPONSIBILITY-NONE") as refused:
        scheme_on(shipped, date(2009, 12, 31))
    assert refused.value.findings[0].expected == "three-classes, two-classes"


@pytest.mark.parametrize(
    ("started", "grounds", "proposed"),
    [
        ("2018-06-01", ["personal_decision"], ("direct",)),
        ("2018-06-01", ["supervision_duty"], ("in_charge", "leadership")),
        ("2018-06-01", ["supervision_duty", "personal_decision"], ("direct", "in_charge", "leadership")),
        ("2022-06-01", ["collective_decision"], ("direct", "leadership")),
        ("2022-06-01", ["supervision_duty"], ("leadership",)),
        ("2022-06-01", [], ()),
    ],
)
def test_candidates(shipped: Responsibility, started: str, grounds: list[str], proposed: tuple[str, ...]) -> None:
    made, _ = scheme_on(shipped, date.fromisoformat(started))
    assert candidates(shipped, made, grounds) == proposed


def test_every_ground_points_somewhere(shipped: Responsibility) -> None:
    for scheme in shipped.schemes:
        for ground in shipped.grounds:
            assert candidates(shipped, scheme, [ground.id])
            assert ground.names.zh
            assert ground.names.en


def test_grounds_that_there_are_not(shipped: Responsibility) -> None:
    made, _ = scheme_on(shipped, date(2022, 1, 1))
    with pytest.raises(Refused) as refused:
        candidates(shipped, made, ["hearsay", "personal_decision", "rumour"])
    assert [f.found for f in refused.value.findings] == ["hearsay", "rumour"]


def put(root: Path, text: str) -> Path:
    (root / "evaluation").mkdir(parents=True)
    (root / "evaluation" / "responsibility.toml").write_text(text, encoding="utf-8")
    return root


def test_a_book_may_state_the_day(tmp_path: Path, shipped: Responsibility) -> None:
    text = FILE.read_text(encoding="utf-8").replace(
        "valid_from = 2019-07-01\nuncertain_until = 2019-07-31", "valid_from = 2019-07-15"
    )
    own = responsibility(data_root(), put(tmp_path, text.replace("valid_to = 2019-06-30", "valid_to = 2019-07-14")))
    assert len(own.schemes) == len(shipped.schemes)
    assert [scheme_on(own, date(2019, 7, d))[0].id for d in (14, 15)] == ["three-classes", "two-classes"]
    assert scheme_on(own, date(2019, 7, 15))[1] == ()
    assert responsibility(data_root(), tmp_path / "nothing") == shipped


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("schema = 1", "schema = 2", "CATALOG-FIELD-CHOICE"),
        ('classes = ["direct", "leadership"]', 'classes = ["direct", "moral"]', "EVALUATION-REFERENCE"),
        ('personal_decision = ["direct"]', 'personal_decision = ["moral"]', "EVALUATION-REFERENCE"),
        ('personal_decision = ["direct"]', 'hearsay = ["direct"]', "EVALUATION-REFERENCE"),
        ('status = "expert"', 'status = "sure"', "CATALOG-FIELD-CHOICE"),
        ("valid_from = 2019-07-01", 'valid_from = "soon"', "CATALOG-FIELD-TYPE"),
        ('id = "two-classes"\n', 'id = "two-classes"\nsince = 2019\n', "CATALOG-FIELD-UNKNOWN"),
        ("[[ground]]", "[ground]", "CATALOG-FILE"),
    ],
)
def test_faults(tmp_path: Path, old: str, new: str, found: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(Refused) as refused:
        responsibility(data_root(), put(tmp_path, text.replace(old, new)))
    assert found in [f.code for f in refused.value.findings]
    for f in refused.value.findings:
        assert render(f, "zh")
        assert render(f, "en")
