"""Which filesystem a folder lies on, and whether the kernel sees all that happens there.

On network and FUSE filesystems others change files behind the kernel's back, so no event
comes; and their times of change are some other machine's.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

_MOUNTINFO = Path("/proc/self/mountinfo")
_OCTAL = re.compile(r"\\([0-7]{3})")

_REMOTE = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "coda", "9p", "virtiofs"),
        *("ceph", "glusterfs", "lustre", "gfs2", "ocfs2", "beegfs", "orangefs", "davfs", "vboxsf"),
        *("prl_fs", "vmhgfs", "hgfs", "sshfs", "fuse", "fuseblk"),
    }
)


class Filesystem(NamedTuple):
    """What is mounted at the place a folder lies on; empty strings where that is unknown."""

    kind: str
    mount_point: str

    @property
    def is_remote(self) -> bool:
        """Whether changes may happen here that this machine's kernel does not report."""
        return self.kind in _REMOTE or self.kind.startswith("fuse.")


def filesystem_of(path: Path, *, mountinfo: Path = _MOUNTINFO) -> Filesystem:
    """Say which filesystem `path` (resolved) lies on; an unknown one counts as local."""
    try:
        table = mountinfo.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return Filesystem("", "")
    real = os.path.realpath(path)
    best = Filesystem("", "")
    for line in table.splitlines():
        mount = _parse(line)
        # Of two mounts at one place the later one is on top.
        if _lies_under(real, mount.mount_point) and len(mount.mount_point) >= len(best.mount_point):
            best = mount
    return best


def _parse(line: str) -> Filesystem:
    """Read one line of proc(5) mountinfo: optional fields end at a lone dash."""
    left, _, right = line.partition(" - ")
    fields = left.split(" ")
    if len(fields) < 5 or not right:
        return Filesystem("", "")
    mount_point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])
    return Filesystem(right.split(" ")[0], mount_point)


def _lies_under(path: str, mount_point: str) -> bool:
    if not mount_point:
        return False
    return path == mount_point or path.startswith(mount_point.rstrip("/") + "/")
