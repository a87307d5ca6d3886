"""Digests and durable writing."""

from pathlib import Path

import pytest

from gep.ledger.files import Digest, digest_bytes, digest_file, sibling, write_synced

# the examples of the standards themselves: FIPS 180-4 and GB/T 32905-2016, message "abc"
SHA256_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
SM3_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_the_digests_are_those_of_the_standards(tmp_path: Path) -> None:
    assert digest_bytes(b"abc") == Digest(SHA256_ABC, SM3_ABC)
    (tmp_path / "f").write_bytes(b"abc")
    assert digest_file(tmp_path / "f") == (Digest(SHA256_ABC, SM3_ABC), 3)


def test_a_file_is_read_whole_in_pieces(tmp_path: Path) -> None:
    data = bytes(range(256)) * 9000  # more than two pieces of one MiB
    (tmp_path / "f").write_bytes(data)
    assert digest_file(tmp_path / "f") == (digest_bytes(data), len(data))


@pytest.mark.parametrize("data", [None, {}, {"sha256": "a"}, {"sha256": "a", "sm3": 1}, {"sha256": "a", "sm3": "b", "md5": "c"}])
def test_only_two_texts_are_a_digest(data: object) -> None:
    with pytest.raises(ValueError, match="sha256 and sm3"):
        Digest.of(data)


def test_a_digest_survives_being_written() -> None:
    assert Digest.of(Digest("a", "b").as_dict()) == Digest("a", "b")


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    write_synced(tmp_path / "f", b"first")
    with pytest.raises(FileExistsError):
        write_synced(tmp_path / "f", b"second")
    assert (tmp_path / "f").read_bytes() == b"first"


def test_a_sibling_is_a_new_hidden_name_beside(tmp_path: Path) -> None:
    one, two = sibling(tmp_path / "x"), sibling(tmp_path / "x")
    assert one != two
    assert one.parent == tmp_path
    assert one.name.startswith(".x.")
