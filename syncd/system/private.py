"""Directories and files that nobody else can tamper with."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def why_not_private(directory: Path) -> str | None:
    """Say why others could change what lies in a directory; None where they cannot.

    Raises `OSError` when it cannot be looked at.
    """
    status = directory.stat()
    if status.st_uid not in (0, os.geteuid()):
        return (
            f"it belongs to another user (uid {status.st_uid}); run syncd as that user, "
            "or name another directory with --state"
        )
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"others can write there; `chmod go-w {directory}`"
    return None


def write_private(
    path: Path, whole: str | bytes, *, durable: bool = False, mode: int = 0o600
) -> None:
    """Write a file whole or not at all, that nobody else can change. Raises `OSError`.

    It is for its owner alone, unless `mode` lets others read it. A `durable` one survives a power
    cut that follows. What stands under the name of the temporary file is removed and never
    written through: a crash left it, or it is somebody's link.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, _FRESH, 0o600), "wb") as file:
            file.write(whole.encode() if isinstance(whole, str) else whole)
            if mode != 0o600:
                # Whatever the umask says.
                os.fchmod(file.fileno(), mode)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink()
        raise
