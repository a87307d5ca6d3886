"""The document of a closing: its bytes, its printed digest, its signature."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from gep.base.findings import Refused
from gep.ledger import closing
from gep.ledger.files import digest_bytes

FACTS = closing.Closing(
    2020, 13, {"sha256": "a" * 64, "sm3": "b" * 64}, "c" * 64, "d" * 64, {"name": "gep", "version": "1"}, ("e" * 64,), (),
    ({"state": "final", "who": "乙", "at": "2026-01-01T00:00:00.000000Z", "seq": 5},), ({"region_code": "1", "gep": "1.0000"},),
    {"seq": 5, "sha256": "f" * 64, "sm3": "0" * 64},
)  # fmt: skip


def pem(path: Path, key: object, password: bytes | None = None) -> Path:
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))  # type: ignore[attr-defined]
    return path


def test_the_same_facts_give_the_same_document() -> None:
    made = closing.make(FACTS)
    assert made.text == closing.make(FACTS).text
    assert made.digest == digest_bytes(made.text)
    body = json.loads(made.text)
    assert (body["schema"], body["year"], body["totals"]) == ("gep.closing/1", 2020, [{"gep": "1.0000", "region_code": "1"}])


def test_a_digest_is_read_out_in_groups_and_typed_as_one_likes() -> None:
    digest = "0123456789abcdef" * 4
    assert closing.grouped(digest).startswith("0123 4567 89ab cdef 0123")
    assert closing.grouped(digest).count(" ") == 15
    assert closing.ungrouped(closing.grouped(digest).upper() + "\n") == digest
    for wrong in (digest[:-1], digest + "0", "g" + digest[1:], ""):
        assert closing.ungrouped(wrong) == ""


def test_a_signature_holds_for_this_document_and_this_key_only(tmp_path: Path) -> None:
    key = closing.read_key(pem(tmp_path / "k.pem", Ed25519PrivateKey.generate()))
    made = closing.make(FACTS)
    signature = made.signed(key)["signature"]
    assert isinstance(signature, dict)
    assert closing.signature_holds(signature, made.text)
    assert not closing.signature_holds(signature, made.text + b" ")
    for name in ("public_key", "value"):
        assert not closing.signature_holds(signature | {name: "00" + signature[name][2:]}, made.text)
        assert not closing.signature_holds(signature | {name: "zz"}, made.text)
    assert not closing.signature_holds(signature | {"algorithm": "none"}, made.text)
    other = made.signed(Ed25519PrivateKey.generate())["signature"]
    assert isinstance(other, dict)
    assert not closing.signature_holds(signature | {"public_key": other["public_key"]}, made.text)
    (tmp_path / "p.pem").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert closing.read_public_key(tmp_path / "p.pem") == signature["public_key"]


def test_what_is_no_key_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("my key", encoding="utf-8")
    paths = [
        tmp_path / "text.pem",
        tmp_path / "none.pem",
        pem(tmp_path / "ec.pem", generate_private_key(SECP256R1())),
        pem(tmp_path / "locked.pem", Ed25519PrivateKey.generate(), b"secret"),
    ]
    for path in paths:
        with pytest.raises(Refused, match="CLOSING-KEY"):
            closing.read_key(path)
        with pytest.raises(Refused, match="CLOSING-KEY"):
            closing.read_public_key(path)
