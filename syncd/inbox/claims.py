"""Move mode: a file is claimed by renaming it, and ends in `done/` or `failed/` beside itself.

A CLAIM lies in `.syncd/processing/<hash>/<name as dropped>` below the drop folder, so the name
needs no other memory: what a crash leaves there is simply found again by the next scan.
Every rename stays within one filesystem, where it is all or nothing.
"""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from syncd.inbox.listing import Found, list_candidates
from syncd.inbox.names import DONE, FAILED

_OWN = ".syncd"
_PROCESSING = "processing"
_NAME_MAX = 255
_NOTE = ".txt"
_DRAFT = "note"
_NO_LINKS = frozenset(
    {errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}
)
"""How filesystems without hard links answer, and kernels that protect other people's files."""


def claim(root: Path, name: str, sha256: str) -> Path | None:
    """Take a file of the drop folder; answer where it lies now, None when it has gone.

    Raises `FileExistsError` while its twin, the same content under the same name, is still at
    work; any other `OSError` when the folder does not allow it.
    """
    target = _processing(root) / sha256[:16] / name
    if target.exists():
        raise FileExistsError(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        (root / name).rename(target)
    except FileNotFoundError:
        _remove_empty(target.parent, _processing(root))
        return None
    _sync(target.parent, (root / name).parent)
    return target


def list_claims(root: Path) -> Iterator[Found]:
    """Yield what is claimed, under the names it was dropped as."""
    processing = _processing(root)
    if not processing.is_dir():
        return
    for found in list_candidates(processing, recursive=True, moves=False):
        yield found._replace(name=found.name.partition("/")[2])


def finish_claim(root: Path, claimed: Path, name: Path, rejected: str | None) -> Path | None:
    """Put a claimed file where it belongs; answer where that is, None if it is gone.

    With `rejected`, that is `failed/`, with a note saying so. Nothing there is overwritten, and
    whatever appears there is whole. The claim goes last: a crash in between leaves it to the next
    scan, which finds what was put there already and adds nothing.
    """
    folder = root / name.parent / (FAILED if rejected else DONE)
    folder.mkdir(parents=True, exist_ok=True)
    if not claimed.exists():
        return None
    target = _publish(claimed, folder, name.name)
    if rejected:
        draft = _write_draft(root, rejected.rstrip() + "\n")
        _publish(draft, folder, target.name + _NOTE)
        draft.unlink(missing_ok=True)
    _sync(folder)
    claimed.unlink(missing_ok=True)
    _sync(claimed.parent)
    _remove_empty(claimed.parent, _processing(root))
    return target


def _write_draft(root: Path, text: str) -> Path:
    """Write a note where nobody looks, to be put into place once it is whole."""
    draft = root / _OWN / _DRAFT
    draft.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
        file.write(text.encode("utf-8", "backslashreplace"))
        file.flush()
        os.fsync(file.fileno())
    return draft


def _publish(source: Path, folder: Path, name: str) -> Path:
    """Let a file appear under this name, or the next free one like it, all of it at once.

    The source stays where the filesystem has hard links. One that was put there before, as its
    content tells, is not put there again.
    """
    for path in _names_like(folder, name):
        try:
            os.link(source, path, follow_symlinks=False)
        except FileExistsError:
            if _is_same_file(source, path):
                return path
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                continue
            if error.errno not in _NO_LINKS:
                raise
            if not path.exists():
                source.rename(path)
                return path
        else:
            return path
    raise AssertionError("names do not end")


def _is_same_file(source: Path, path: Path) -> bool:
    if not path.is_file() or path.is_symlink():
        return False
    # A note is written anew after a crash, so it is known by what it says.
    is_note = source.name == _DRAFT
    return source.samefile(path) or (is_note and source.read_bytes() == path.read_bytes())


def why_not_movable(root: Path) -> str | None:
    """Say why files cannot be moved about in this folder; None where they can."""
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
        return 'after = "move" needs the right to write here'
    device = root.stat().st_dev
    for own in (root / _OWN, _processing(root), root / DONE, root / FAILED):
        if own.exists() and own.stat().st_dev != device:
            return f'after = "move" cannot move files to {own}: it is on another filesystem'
    return None


def _processing(root: Path) -> Path:
    return root / _OWN / _PROCESSING


def _names_like(folder: Path, name: str) -> Iterator[Path]:
    """Yield this name and then numbered ones, shortened to what a filesystem takes."""
    yield folder / name
    stem, dot, suffix = name.rpartition(".")
    for number in itertools.count(2):
        yield folder / _shortened(stem, dot + suffix, number)


def _shortened(stem: str, suffix: str, number: int) -> str:
    end = f" ({number}){suffix}"
    room = _NAME_MAX - len(os.fsencode(end))
    return os.fsdecode(os.fsencode(stem)[:room]) + end


def _sync(*folders: Path) -> None:
    for folder in folders:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _remove_empty(folder: Path, top: Path) -> None:
    while folder != top:
        with suppress(OSError):
            folder.rmdir()
        if folder.exists():
            return
        folder = folder.parent
