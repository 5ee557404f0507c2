"""Lines of `extra` that are syncd's own, among those of everybody else.

People, Zotero and its plugins write there too. Whatever is changed here, every line that is not
ours keeps each of its bytes, and its place among the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from syncd.item.extra import lines_of

FREE_TEXT = "extra"
"""What lines without a label are called, all of them together."""


def lines_by_label(extra: str) -> dict[str, list[str]]:
    """Return the lines of each label, without blanks around them; free text under `FREE_TEXT`."""
    found: dict[str, list[str]] = {}
    for line in extra.split("\n"):
        text = line.strip()
        if text:
            found.setdefault(label_in(text), []).append(text)
    return found


def label_in(line: str) -> str:
    """Return the label of a line, or `FREE_TEXT` if it has none."""
    return next((label for label, _ in lines_of(line)), FREE_TEXT)


def text_of(line: str) -> str:
    """Return what a line says behind its label."""
    return next((text for _, text in lines_of(line)), line.strip())


def replace_lines(extra: str, old: Sequence[str], new: Sequence[str]) -> str:
    """Return `extra` with our old lines replaced by new ones, each once; the others stay.

    The first of the old lines shows where the new ones go; where there is none, they are added at
    the end.
    """
    left = list(old)
    kept: list[str] = []
    place: int | None = None
    for line in extra.split("\n"):
        if line.strip() in left:
            left.remove(line.strip())
            place = len(kept) if place is None else place
        else:
            kept.append(line)
    if place is not None:
        return "\n".join([*kept[:place], *new, *kept[place:]])
    if not extra:
        return "\n".join(new)
    return "\n".join([*kept, *new]) if kept[-1] else "\n".join([*kept[:-1], *new])


def own_lines(written: str, before: str | None, ours: str, known: str) -> str:
    """Return which lines are ours after `written` was: those that were, and those we put there.

    `known` are our lines until then, `ours` those that the record brought; `before` is what stood
    there, None where that is not known. A line that somebody else had written stays theirs, and
    one of ours that a person took out stays known, so that it is not put back.
    """
    were_ours = lines_of_ours(known)
    others = set(lines_of_ours(before or "")) - set(were_ours)
    there = set(lines_of_ours(written)) - others
    brought = [line for line in lines_of_ours(ours) if line in there]
    labels = {label_in(line) for line in brought if line not in were_ours}
    kept = [line for line in were_ours if label_in(line) not in labels]
    new = [line for line in brought if label_in(line) in labels]
    return "\n".join([*kept, *new])


def lines_of_ours(extra: str) -> list[str]:
    """Return the lines of a text without blanks around them, empty ones left out."""
    return [text for line in extra.split("\n") if (text := line.strip())]
