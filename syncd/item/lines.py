"""A text that several write line by line: one's own lines are put back, all others stay."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher


def put_lines_back(now: str, before: str, after: str) -> str | None:
    """Return the text with the lines that made `after` of `before` taken back.

    None where one of them is no longer as it was written.
    """
    lines, written = now.split("\n"), after.split("\n")
    old = before.split("\n") if before else []
    changes = SequenceMatcher(None, written, old, autojunk=False).get_opcodes()
    for kind, start, end, old_start, old_end in reversed(changes):
        if kind == "equal":
            continue
        place = _find_place(lines, written, start, end)
        if place is None:
            return None
        lines[place : place + end - start] = old[old_start:old_end]
    return "\n".join(lines)


def _find_place(lines: Sequence[str], written: Sequence[str], start: int, end: int) -> int | None:
    """Return where lines of what was written stand now; of none, where the next one would."""
    block = list(written[start:end])
    if block:
        found = [n for n in range(len(lines)) if list(lines[n : n + len(block)]) == block]
        return found[0] if len(found) == 1 else None
    if start and written[start - 1] in lines:
        return lines.index(written[start - 1]) + 1
    return 0 if not start else None
