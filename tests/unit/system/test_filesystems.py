"""Which filesystem a folder lies on, from tables as proc(5) writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.system.filesystems import Filesystem, filesystem_of

TABLE = r"""
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:40 / /mnt/share rw,relatime shared:7 master:2 - nfs4 server:/share rw,vers=4.2
41 27 0:41 / /mnt/with\040blank rw - fuse.sshfs host: rw
42 27 0:42 / /mnt/twice rw - cifs //server/x rw
43 42 0:43 / /mnt/twice rw - tmpfs tmpfs rw
garbled line
"""


@pytest.mark.parametrize(
    ("path", "kind", "remote"),
    [
        ("/home/somebody", "ext4", False),
        ("/mnt/share", "nfs4", True),
        ("/mnt/share/deep/down", "nfs4", True),
        ("/mnt/shared", "ext4", False),
        ("/mnt/with blank/x", "fuse.sshfs", True),
        ("/mnt/twice/x", "tmpfs", False),
    ],
)
def test_the_longest_and_latest_mount_above_a_folder_counts(
    tmp_path: Path, path: str, kind: str, remote: bool
) -> None:
    (tmp_path / "mountinfo").write_text(TABLE)

    found = filesystem_of(Path(path), mountinfo=tmp_path / "mountinfo")

    assert (found.kind, found.is_remote) == (kind, remote)


def test_without_a_table_everything_counts_as_local(tmp_path: Path) -> None:
    found = filesystem_of(Path("/mnt/share"), mountinfo=tmp_path / "missing")

    assert found == Filesystem("", "")
    assert not found.is_remote


def test_this_machines_own_table_can_be_read(tmp_path: Path) -> None:
    assert filesystem_of(tmp_path).mount_point.startswith("/")
