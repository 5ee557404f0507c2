"""Files that others can neither read nor redirect."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from syncd.control.status import write_status
from syncd.daemon.suspects import Suspects
from syncd.inbox import Export
from syncd.inbox.exports import Stamp
from syncd.system.private import write_private

EXPORT = Export(Path("/a.ris"), Path("/"), Path("a.ris"), "a" * 64, Stamp(1, 1, 1, 1))


def test_a_file_is_the_owners_alone_whatever_stood_there(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    path.write_text("old")
    path.chmod(0o644)
    before = os.umask(0)
    try:
        write_private(path, "new")
    finally:
        os.umask(before)

    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["status.json"]


@pytest.mark.parametrize("durable", [True, False])
def test_a_link_in_the_place_of_the_temporary_file_is_not_written_through(
    tmp_path: Path, durable: bool
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    path = tmp_path / "kept.json"
    for name in (".kept.json.new", "kept.new", "kept.json"):
        (tmp_path / name).symlink_to(victim)

    write_private(path, "new", durable=durable)

    assert victim.read_text() == "precious"
    assert path.read_text() == "new"
    assert not path.is_symlink()


def test_what_cannot_be_put_into_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()

    with pytest.raises(OSError, match="directory"):
        write_private(tmp_path / "taken", "new")

    assert os.listdir(tmp_path) == ["taken"]


def test_the_status_and_what_is_at_work_are_written_that_way(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "at-work").mkdir()
    for name in ("status.new", ".status.json.new", "at-work/mine.new", "at-work/.mine.json.new"):
        (tmp_path / name).symlink_to(victim)

    write_status(tmp_path, {"message": "well"})
    Suspects(tmp_path / "at-work" / "mine.json").begin([EXPORT])

    assert victim.read_text() == "precious"
    for written in (tmp_path / "status.json", tmp_path / "at-work" / "mine.json"):
        assert written.stat().st_mode & 0o777 == 0o600
