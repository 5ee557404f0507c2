"""Move mode: a file is claimed by renaming it, and ends in `done/` or `failed/` beside itself.

A CLAIM lies in `.syncd/processing/<hash>/<name as dropped>` below the drop folder, so the name
needs no other memory: what a crash leaves there is simply found again by the next scan.
Every rename stays within one filesystem, where it is all or nothing. Nothing is claimed that
somebody has open for writing, as far as the system tells, or that is not as it was read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from syncd.inbox.exports import Stamp
from syncd.inbox.listing import Found, list_candidates
from syncd.inbox.names import DONE, FAILED
from syncd.inbox.own_folders import (
    OWN,
    PROCESSING,
    find_link,
    open_to_read,
    opened,
    refuse_links,
    write_fresh,
)
from syncd.inbox.publishing import Entry, publish
from syncd.inbox.writers import held_still

NOTE = ".txt"
_DRAFT = "note"
_STICKY = (
    "this folder lets people move their own files alone (its sticky bit is set); `chmod -t` takes "
    'that away, and after = "leave" needs no moving'
)


class StillWrittenError(OSError):
    """Somebody has the file open for writing, or has just changed it."""


def claim(root: Path, name: str, sha256: str, stamp: Stamp) -> Path | None:
    """Take a file of the drop folder; answer where it lies now, None when it has gone.

    Raises `StillWrittenError` while somebody writes to it, or when it is not as `stamp` says;
    `FileExistsError` while its twin, the same content under the same name, is still at work; any
    other `OSError` when the folder does not allow it.
    """
    path = Path(name)
    hashed = sha256[:16]
    place = _processing(root) / hashed / path.parent
    with opened(root, *path.parent.parts) as source:
        refuse_links(source)
        try:
            file = open_to_read(source, path.name)
        except FileNotFoundError:
            return None
        try:
            names = (OWN, PROCESSING, hashed, *path.parent.parts)
            with opened(root, *names, make=True) as target:
                _move_unwritten(file, Entry(source, path.name), Entry(target, path.name), stamp)
                os.fsync(target)
            os.fsync(source)
        except FileNotFoundError:
            _remove_empty(place, _processing(root))
            return None
        except OSError:
            _remove_empty(place, _processing(root))
            raise
        finally:
            os.close(file)
    return place / path.name


def _move_unwritten(file: int, source: Entry, target: Entry, stamp: Stamp) -> None:
    if target.status() is not None:
        raise FileExistsError(target.name)
    with held_still(file) as is_written:
        if is_written:
            raise StillWrittenError("somebody has it open for writing")
        there = os.stat(source.name, dir_fd=source.folder, follow_symlinks=False)
        if {Stamp.of(there), Stamp.of(os.fstat(file))} != {stamp}:
            raise StillWrittenError("it has just changed")
        try:
            os.rename(source.name, target.name, src_dir_fd=source.folder, dst_dir_fd=target.folder)
        except PermissionError as error:
            if os.fstat(source.folder).st_mode & stat.S_ISVTX:
                raise PermissionError(error.errno, _STICKY) from error
            raise


def list_claims(root: Path) -> Iterator[Found]:
    """Yield what is claimed, under the names it was dropped as."""
    processing = _processing(root)
    if not processing.is_dir() or processing.is_symlink():
        return
    for found in list_candidates(processing, recursive=True, moves=False):
        yield found._replace(name=found.name.partition("/")[2])


def find_claim(path: Path) -> Path | None:
    """Return where a file is claimed that was dropped as this path, which is no longer there.

    Claims in folders that may not be looked into are not found.
    """
    dropped = path.absolute()
    for root in dropped.parents:
        name = str(dropped.relative_to(root))
        with suppress(OSError):
            for found in list_claims(root):
                if found.name == name:
                    return Path(found.path)
    return None


def finish_claim(root: Path, claimed: Path, name: Path, rejected: str | None) -> Path | None:
    """Put a claimed file where it belongs; answer where that is, None if it is gone.

    With `rejected`, that is `failed/`, with a note saying so. Nothing there is overwritten, and
    whatever appears there is whole. The claim goes last: a crash in between leaves it to the next
    scan, which finds what was put there already and adds nothing.
    """
    kept = FAILED if rejected else DONE
    parts = claimed.parent.relative_to(root).parts
    with opened(root, *parts) as processing:
        source = Entry(processing, claimed.name)
        if source.status() is None:
            return None
        with opened(root, *name.parent.parts, kept, make=True) as folder:
            put = publish(source, folder, name.name)
            if rejected:
                _write_note(root, folder, put + NOTE, rejected)
            os.fsync(folder)
        with suppress(FileNotFoundError):
            os.unlink(claimed.name, dir_fd=processing)
        os.fsync(processing)
    _remove_empty(claimed.parent, _processing(root))
    return root / name.parent / kept / put


def _write_note(root: Path, folder: int, name: str, rejected: str) -> None:
    """Write a note where nobody looks, and put it into place once it is whole."""
    text = (rejected.rstrip() + "\n").encode("utf-8", "backslashreplace")
    with opened(root, OWN, make=True) as own:
        write_fresh(own, _DRAFT, text, like=folder)
        # It is written anew after a crash, so it is known by what it says.
        publish(Entry(own, _DRAFT), folder, name, known_by_content=True)
        with suppress(FileNotFoundError):
            os.unlink(_DRAFT, dir_fd=own)


def _why_not_writable(root: Path) -> str:
    """Say what keeps this process from writing into a folder, and what lets it."""
    with suppress(OSError):
        if os.statvfs(root).f_flag & os.ST_RDONLY:
            return (
                f"cannot write here: it is mounted read-only; in a systemd unit, "
                f"ReadWritePaths={root} opens it"
            )
    return (
        "needs the right to write here: let the folder's group write, and put the account that "
        "syncd runs as into it (SupplementaryGroups= in a systemd unit)"
    )


def why_not_movable(root: Path) -> str | None:
    """Say why files cannot be moved about in this folder; None where they can."""
    return why_not_allowed(root) or why_not_in_one_piece(root)


def why_not_allowed(root: Path) -> str | None:
    """Say why this process may not move files about here, which others may, or it one day."""
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
        return f'after = "move" {_why_not_writable(root)}'
    return None


def why_not_in_one_piece(root: Path) -> str | None:
    """Say why nobody can move files about in this folder; None where somebody can."""
    with opened(root) as folder:
        link = find_link(folder)
    if link is not None or _processing(root).is_symlink():
        name = link or f"{OWN}/{PROCESSING}"
        return f'after = "move" does not follow {name}: it is a symbolic link; take it away'
    device = root.stat().st_dev
    for own in (root / OWN, _processing(root), root / DONE, root / FAILED):
        if own.exists() and own.stat().st_dev != device:
            return f'after = "move" cannot move files to {own}: it is on another filesystem'
    return None


def _processing(root: Path) -> Path:
    return root / OWN / PROCESSING


def _remove_empty(folder: Path, top: Path) -> None:
    while folder != top and folder.is_relative_to(top):
        with suppress(OSError):
            folder.rmdir()
        if folder.exists():
            return
        folder = folder.parent
