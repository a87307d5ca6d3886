"""The closing of a year: a document that seals a vintage, its digest as it is printed for signature, and an optional signature.

    closings/<year>-<vintage>.json

The digest stands in the journal and on the sign-off page, in groups of four. Kept outside the machine it is the anchor that shows
a cut journal or a consistent forgery.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gep.base.findings import Place, Refused, finding
from gep.ledger.files import Digest, digest_bytes
from gep.ledger.journal import canonical

SCHEMA = "gep.closing/1"
ALGORITHM = "ed25519"
GROUP = 4


@dataclass(frozen=True)
class Closing:
    """What is sealed: digests of the release, of what it rests on and of the journal so far; who took each step; the totals."""

    year: int
    vintage: int
    release: Mapping[str, str]
    rules_hash: str
    catalogue: str
    program: Mapping[str, str]
    originals: tuple[str, ...]
    evidence: tuple[str, ...]
    steps: tuple[Mapping[str, object], ...]
    totals: tuple[Mapping[str, str], ...]
    journal: Mapping[str, object]


@dataclass(frozen=True)
class Sealed:
    """The document as bytes, and its digest."""

    text: bytes
    digest: Digest

    def signed(self, key: Any) -> dict[str, object]:
        """The signature of the document, for the journal: algorithm, public key and signature in hex."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"signature": {"algorithm": ALGORITHM, "public_key": public.hex(), "value": key.sign(self.text).hex()}}


def make(closing: Closing) -> Sealed:
    """The document of a closing: canonical JSON, the same for the same content."""
    body = {"schema": SCHEMA, **json.loads(json.dumps(asdict(closing), default=dict))}
    text = canonical(body) + b"\n"
    return Sealed(text, digest_bytes(text))


def grouped(digest: str) -> str:
    """A digest in groups of four, as people read it out and type it."""
    return " ".join(digest[i : i + GROUP] for i in range(0, len(digest), GROUP))


def ungrouped(text: str) -> str:
    """A typed digest without blanks, in lower case; empty if it is none (64 hex digits)."""
    digits = "".join(text.split()).lower()
    return digits if len(digits) == 64 and all(c in "0123456789abcdef" for c in digits) else ""


def read_key(path: Path) -> Any:
    """An Ed25519 private key from a PEM file. Raises Refused for anything else; a locked key is refused too."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise Refused([finding("CLOSING-KEY", Place(path.name), found=str(error) or type(error).__name__)]) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused([finding("CLOSING-KEY", Place(path.name), found=type(key).__name__)])
    return key


def read_public_key(path: Path) -> str:
    """An Ed25519 public key (PEM) as hex. Raises Refused for anything else."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise Refused([finding("CLOSING-KEY", Place(path.name), found=str(error) or type(error).__name__)]) from None
    if not isinstance(key, Ed25519PublicKey):
        raise Refused([finding("CLOSING-KEY", Place(path.name), found=type(key).__name__)])
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def signature_holds(signature: Mapping[str, object], text: bytes) -> bool:
    """Whether the signature in a journal entry is one of this document by the key it names."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if signature.get("algorithm") != ALGORITHM:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(signature["public_key"])))
        key.verify(bytes.fromhex(str(signature["value"])), text)
    except (InvalidSignature, ValueError, KeyError):
        return False
    return True
