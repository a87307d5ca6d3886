"""Digests and durable writing."""

import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gep.ledger.files import (
    Digest,
    NotWritten,
    digest_bytes,
    digest_file,
    folder_in_place,
    sibling,
    write_synced,
    write_whole,
    writing,
)

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


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """The system takes no byte of a file beyond `size`, as if the disk were full there."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 1, 999])
def test_a_write_that_the_disk_refuses_names_the_file_and_leaves_nothing(tmp_path: Path, room: int) -> None:
    with files_end_at(room), pytest.raises(NotWritten) as error:
        write_synced(tmp_path / "f", bytes(1000))
    assert (error.value.errno, error.value.filename, error.value.needed) == (errno.EFBIG, str(tmp_path / "f"), 1000)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_replaced_stays_as_it_was(tmp_path: Path) -> None:
    write_whole(tmp_path / "f", b"first")
    with files_end_at(3), pytest.raises(NotWritten):
        write_whole(tmp_path / "f", b"second")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("f", b"first")]
    write_whole(tmp_path / "f", b"second")
    assert (tmp_path / "f").read_bytes() == b"second"


def test_a_name_that_a_folder_holds_is_told_and_nothing_left_beside_it(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "inside").touch()
    with pytest.raises(NotWritten):
        write_whole(tmp_path / "f", b"")
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def test_an_error_keeps_the_file_that_it_names_itself(tmp_path: Path) -> None:
    with pytest.raises(NotWritten) as error, writing(tmp_path / "outer"), writing(tmp_path / "inner", 7):
        raise OSError(errno.EIO, "Input/output error")
    assert (error.value.filename, error.value.needed) == (str(tmp_path / "inner"), 7)
    with pytest.raises(NotWritten) as error, writing(tmp_path / "outer"):
        (tmp_path / "none").read_bytes()
    assert error.value.filename == str(tmp_path / "none")


def test_a_folder_takes_its_name_when_it_is_whole(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()  # an empty folder is no obstacle
    with folder_in_place(tmp_path / "new") as building:
        (building / "a" / "b").mkdir(parents=True)
        (building / "a" / "b" / "c").write_text("x")
        assert list((tmp_path / "new").iterdir()) == []
    assert (tmp_path / "new" / "a" / "b" / "c").read_text() == "x"
    assert [p.name for p in tmp_path.iterdir()] == ["new"]


@pytest.mark.parametrize("error", [OSError, ValueError, KeyboardInterrupt])
def test_a_folder_that_failed_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    def fail() -> None:
        with folder_in_place(tmp_path / "new") as building:
            (building / "half").touch()
            raise error

    with pytest.raises(error):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_taken_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "full" / "x").mkdir(parents=True)

    def race() -> None:
        with folder_in_place(tmp_path / "raced") as building:
            (building / "mine").touch()
            (tmp_path / "raced").mkdir()
            (tmp_path / "raced" / "theirs").touch()

    for name in ("file", "link", "full"):
        with pytest.raises(FileExistsError), folder_in_place(tmp_path / name):
            raise AssertionError("never entered")
    with pytest.raises(FileExistsError):
        race()
    assert [p.name for p in (tmp_path / "raced").iterdir()] == ["theirs"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "full", "link", "raced"]
