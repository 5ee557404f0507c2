"""Which names in a drop folder may be exports.

Programs that are not done with a file say so in its name. Most of them add something behind
`.ris` (`.part`, `.crdownload`, `.icloud`, `.tmp`, `~`), so asking for a format's suffix at the end
leaves those out; the others put something in front (`._x.ris`, `.goutputstream-x`, `~$x.ris`).
"""

from __future__ import annotations

from syncd import formats

_NOT_YET = (".", "~")
_UNFINISHED = (
    *(".crdownload", ".part", ".partial", ".download", ".opdownload", ".filepart", ".icloud"),
    *(".tmp", ".swp", "~"),
)


def may_be_export(name: str) -> bool:
    """Tell whether a directory entry of this name is a candidate."""
    return name.casefold().endswith(formats.suffixes()) and not name.startswith(_NOT_YET)


def says_unfinished(name: str) -> bool:
    """Tell whether a name says that a program has not done with the file, or hides it."""
    return name.startswith(_NOT_YET) or name.casefold().endswith(_UNFINISHED)


def may_be_entered(name: str, *, moves: bool) -> bool:
    """Tell whether a folder of this name is searched too, where subfolders are.

    Where files are moved, `done` and `failed` are ours and hold what is finished.
    """
    return not name.startswith(".") and not (moves and name in (DONE, FAILED))


DONE = "done"
FAILED = "failed"
