"""What the author of an adapter may use, beside the contract (`syncd.library`, `syncd.errors`).

Stable: these names and what they promise change only with an entry in the changelog, as do those
of the contract and of `adapters.conformance`. Everything else in `adapters` is ours to change.
`docs/adapters.md` tells how an adapter is made of them.

What a library does with an operation, for one that keeps its items itself:

    expect_push     refuse a push as a whole: too many operations, or the library has moved on
    carry_out       do to a `Store` what Zotero's rules say of each operation: the outcomes
    store_facts     what it comes to that an attachment holds a file, for one that keeps files
    judge           the same for one operation against `Holdings`, without doing it
    find_fault      what keeps data from being an item's, for a library that would take anything
    list_changes    the pages of `changes_since`, where each item's version is known

What is there already, and what is damaged:

    tidy_data       data that a person may have written, in the shape that readers rely on
    UnreadableItemError     raise it from `find_item` for what is there and cannot be read
    read_or_raise   the items that `get` returns: a damaged one is an error, as leaving it out
                    would say that it is not there, and have it made again
    read_or_warn    the items of a listing: a damaged one is left out, and named in the log
    damaged         the error that `read_or_raise` raises

Beside that:

    shipped_schema  the newest item schema known, for a library that has none of its own
    is_key, new_key what a key is, and one at random for a library that gives its own
    CHILD_TYPES     item types that hang below another item
    DryRunLibrary, RecordingLibrary, RetryingLibrary, Wrapper    libraries around a library
"""

from __future__ import annotations

import secrets

from adapters.dry_run import DryRunLibrary
from adapters.listing import list_changes
from adapters.recording import Call, RecordingLibrary
from adapters.retrying import Patience, RetryingLibrary
from adapters.rules import (
    CHILD_TYPES,
    KEY_ALPHABET,
    KEY_LENGTH,
    Change,
    Holdings,
    PutCollection,
    PutItem,
    Store,
    UnreadableItemError,
    carry_out,
    expect_push,
    find_fault,
    is_key,
    judge,
    store_facts,
)
from adapters.tidying import damaged, read_or_raise, read_or_warn, tidy_data
from adapters.wrapping import Wrapper
from syncd.system.resources import shipped_schema

__all__ = [
    "CHILD_TYPES",
    "Call",
    "Change",
    "DryRunLibrary",
    "Holdings",
    "Patience",
    "PutCollection",
    "PutItem",
    "RecordingLibrary",
    "RetryingLibrary",
    "Store",
    "UnreadableItemError",
    "Wrapper",
    "carry_out",
    "damaged",
    "expect_push",
    "find_fault",
    "is_key",
    "judge",
    "list_changes",
    "new_key",
    "read_or_raise",
    "read_or_warn",
    "shipped_schema",
    "store_facts",
    "tidy_data",
]


def new_key() -> str:
    """Return a key at random, for a library that gives its items keys of its own."""
    return "".join(secrets.choice(KEY_ALPHABET) for _ in range(KEY_LENGTH))
