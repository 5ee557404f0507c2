"""What a room for one source declares: how to know its records, and its habits.

A source is recognised from the record itself. It then bends what is peculiar to it into the
common meaning of the tags before the common steps run, and may look at the result afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syncd.formats.sources.draft import Draft, Tags


def _nothing(draft: Draft) -> None:
    """Have no habits."""


_never: Callable[[str], bool] = frozenset[str]().__contains__
"""Leaves every keyword to be the authors' own. In C, as this is asked of each."""


def always(_: str) -> bool:
    """Take every keyword to be the database's own."""
    return True


def links_to(site: str, tags: Tags) -> bool:
    """Tell whether an address of the entry holds this text, such as `scopus.com/`."""
    urls = tags.get("UR")
    return urls is not None and site in "\n".join(urls)


@dataclass(frozen=True, slots=True)
class Source:
    """A database or program that writes RIS.

    `recognise` looks at an entry's values by tag. It is asked only of entries with one of the
    `marks`, the tags by which it can know them, and of very many, so it is cheap.
    `prepare` runs before the common steps, `complete` after them.
    """

    name: str
    marks: frozenset[str]
    recognise: Callable[[Tags], bool]
    prepare: Callable[[Draft], None] = _nothing
    complete: Callable[[Draft], None] = _nothing
    read: Callable[[Draft], None] | None = None
    """Reads its entries from beginning to end, instead of the common steps."""
    writes_subtitles: bool = False
    """Whether T2 beside a journal is a subtitle; elsewhere it is the original title."""
    catalog: str = ""
    """What stands in `libraryCatalog` where the record does not say."""
    assigns: Callable[[str], bool] = _never
    """Tells whether a keyword is from the database's own vocabulary: an automatic tag."""
