"""syncd's own RIS: what a file library exports comes back as the same items."""

from __future__ import annotations

from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.own_reading import ReadBack, find_marker, read_back
from syncd.formats.sources.source import Source
from syncd.item.ris_tables import MARKER_TAG
from syncd.record import Keyword, Link, Note, Person


def _recognise(tags: Tags) -> bool:
    return MARKER_TAG in tags and find_marker(tags[MARKER_TAG]) is not None


def _read(draft: Draft) -> None:
    # What reads items is needed for these entries alone, and takes long to load.
    from syncd.item.reading import identity_of

    again = read_back(list(zip(draft.entry.tags, draft.entry.values, strict=True)))
    draft.tags.clear()
    draft.item_type = again.item_type
    draft.fields = again.fields
    if extra := draft.fields.pop("extra", ""):
        draft.add_extra("", extra)
    draft.creators = [_person(creator) for creator in again.creators]
    draft.keywords = [Keyword(tag["tag"], tag.get("type") == 1) for tag in again.tags]
    draft.notes = [Note("other", note) for note in again.notes]
    draft.links = {target: Link(target) for target in again.links}
    draft.identity = identity_of(_as_data(again, extra))
    for tag, value in again.unused:
        draft.leave(tag, value)


def _person(creator: dict[str, str]) -> Person:
    return Person(
        creator["creatorType"],
        creator.get("lastName", ""),
        creator.get("firstName", ""),
        creator.get("name", ""),
    )


def _as_data(again: ReadBack, extra: str) -> dict[str, str]:
    return {**again.fields, "extra": extra}


OWN = Source("syncd", frozenset([MARKER_TAG]), _recognise, read=_read)
