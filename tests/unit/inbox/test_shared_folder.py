"""A drop folder of several people: they keep their access, and no link is followed."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from syncd.inbox import FolderState
from tests.support.drop import MovingDrop
from tests.support.somebody import somebody_else

GROUP = 54321

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to a group")


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    """Give a folder of a group, to a service whose files are its own."""
    path = tmp_path / "drop"
    path.mkdir()
    os.chown(path, -1, GROUP)
    path.chmod(0o2770)
    before = os.umask(0o077)
    yield path
    os.umask(before)


def access(path: Path) -> tuple[int, int]:
    status = path.stat()
    return stat.S_IMODE(status.st_mode), status.st_gid


@pytest.mark.parametrize("mode", [0o2770, 0o2775, 0o3770, 0o770, 0o755])
def test_done_failed_and_notes_are_for_those_who_may_use_the_folder(
    shared: Path, mode: int
) -> None:
    shared.chmod(mode)
    drop = MovingDrop(shared)
    drop.deliver_of("a.ris")
    failed = drop.deliver_of("b.ris", rejected="not a RIS file")

    assert access(shared / "done") == (mode, GROUP)
    assert access(shared / "failed") == (mode, GROUP)
    assert access(failed.with_name("b.ris.txt")) == (mode & 0o666, GROUP)
    assert access(shared / ".syncd") == (mode & ~0o022, GROUP)
    drop.inbox.close()


def test_it_needs_neither_chown_nor_the_setgid_bit(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbid(*arguments: object, **_: object) -> None:
        raise PermissionError(1, f"as in a sandbox: {arguments}")

    chmod = os.fchmod

    def restrict(file: int, mode: int) -> None:
        forbid() if mode & 0o6000 else chmod(file, mode)

    for name in ("chown", "fchown", "lchown", "chmod"):
        monkeypatch.setattr(os, name, forbid)
    monkeypatch.setattr(os, "fchmod", restrict)
    drop = MovingDrop(shared)

    drop.deliver_of("b.ris", rejected="not a RIS file")

    assert access(shared / "failed") == (0o2770, GROUP)
    assert access(shared / "failed" / "b.ris.txt") == (0o660, GROUP)
    drop.inbox.close()


def test_a_moved_file_stays_its_owners_with_its_mode(shared: Path) -> None:
    drop = MovingDrop(shared)
    path = drop.put("a.ris")
    path.chmod(0o640)
    os.chown(path, 4321, -1)

    moved = drop.deliver()

    assert access(moved) == (0o640, GROUP)
    assert moved.stat().st_uid == 4321
    drop.inbox.close()


def test_other_files_of_the_process_keep_its_umask(shared: Path, tmp_path: Path) -> None:
    drop = MovingDrop(shared)
    drop.deliver_of("a.ris")

    (tmp_path / "own").write_text("")

    assert access(tmp_path / "own")[0] == 0o600
    drop.inbox.close()


@pytest.mark.parametrize("name", ["done", "failed", ".syncd", ".syncd/processing"])
def test_a_link_in_the_place_of_a_folder_of_ours_is_named_and_not_followed(
    shared: Path, tmp_path: Path, name: str
) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (shared / name).parent.mkdir(exist_ok=True)
    (shared / name).symlink_to(victim)
    drop = MovingDrop(shared)
    drop.put("a.ris")

    result = drop.settled()

    assert result.state is FolderState.WAITING
    assert f"does not follow {name}: it is a symbolic link" in result.message
    assert list(victim.iterdir()) == []
    assert (shared / "a.ris").exists()
    (shared / name).unlink()
    drop.deliver()
    drop.inbox.close()


@pytest.mark.parametrize("name", ["done", "failed", ".syncd"])
def test_a_link_in_a_subfolder_is_named_too(shared: Path, tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    drop = MovingDrop(shared, recursive=True)
    drop.put("sub/a.ris")
    (shared / "sub" / name).symlink_to(victim)

    result = drop.settled()

    assert dict(result.skipped) == {
        "sub/a.ris": f"cannot be moved: {name} is a symbolic link, which is not followed"
    }
    assert list(victim.iterdir()) == []
    drop.inbox.close()


def test_a_link_that_comes_while_a_file_is_at_work_is_not_followed(
    shared: Path, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    drop = MovingDrop(shared)
    drop.put("a.ris")
    (export,) = drop.settled().ready
    (shared / "done").symlink_to(victim)

    with pytest.raises(OSError, match="symbolic link"):
        drop.inbox.finish(export)

    assert list(victim.iterdir()) == []
    assert export.path.exists()
    drop.inbox.close()


def test_a_folder_where_each_may_move_their_own_files_alone_is_named_as_that() -> None:
    codecs.lookup("ascii")  # Python itself may be root's alone, and this is loaded late.
    with TemporaryDirectory() as base:
        shared = Path(base) / "drop"
        shared.mkdir()
        shared.chmod(0o1777)
        Path(base).chmod(0o755)
        drop = MovingDrop(shared)
        drop.put("a.ris").chmod(0o644)

        with somebody_else():
            result = drop.settled()

        [(name, reason)] = result.skipped
        assert name == "a.ris"
        assert "cannot be moved: this folder lets people move their own files alone" in reason
        assert list((shared / ".syncd" / "processing").iterdir()) == []
        drop.inbox.close()
