"""What has changed since a version, page by page, where a library knows each item's version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from syncd.library import Changes, CollectionKey, KnownVersions, StoredItem
from syncd.record import ItemKey

PAGE_SIZE = 100


def list_changes(
    since: int,
    to_version: int,
    versions: Mapping[ItemKey, int],
    read: Callable[[Sequence[ItemKey]], Sequence[StoredItem]],
    *,
    deleted: Mapping[ItemKey, int] | None = None,
    known: KnownVersions | None = None,
    collections: frozenset[CollectionKey] | None = None,
    page_size: int = PAGE_SIZE,
) -> Iterator[Changes]:
    """Yield the pages that `Library.changes_since` promises.

    `versions` are those of every item there is, trashed ones included, `deleted` at which version
    each item went for good. `read` is asked for the items of a page that the caller does not hold;
    it may leave out what cannot be read. A library that stands before `since` was put back to an
    older state, and is listed whole.
    """
    from_start = since > to_version
    start = 0 if from_start else since
    newer = sorted((at, key) for key, at in versions.items() if at > start)
    for first in range(0, len(newer), page_size):
        page = {key: at for at, key in newer[first : first + page_size]}
        # After an older state was put back, an equal version does not mean an equal item.
        held = known(page.keys()) if known and not from_start else {}
        wanted = [key for key, at in page.items() if held.get(key) != at]
        yield Changes(items=read(wanted), from_start=from_start)
    gone = [key for key, at in (deleted or {}).items() if at > start]
    yield Changes(
        deleted=gone, to_version=to_version, collections=collections, from_start=from_start
    )
