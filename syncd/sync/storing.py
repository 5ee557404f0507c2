"""A file is stored in the library once: as it was planned, or not at all.

What an attachment holds is looked at first. So a file whose answer was lost is not sent again, and
one that has gone since it was stored is not missed.
"""

from __future__ import annotations

from syncd.errors import InputError, UnavailableError
from syncd.inbox.exports import SilentError
from syncd.inbox.sending import open_to_send
from syncd.library import Accepted, Library, Outcome, Refusal, Refused, StoreFile, Storing


def store(library: Library, operation: StoreFile) -> Outcome:
    """Have a file stored in its attachment. Raises as `Library.push` does."""
    key, file = operation
    if not isinstance(library, Storing):
        return Refused(key, Refusal.INVALID, "this library stores no files")
    if (known := _look(library, operation)) is not None:
        return known
    try:
        with open_to_send(file) as content:
            return library.store_file(operation, content)
    except SilentError as error:
        return Refused(key, Refusal.TROUBLE, error.message)
    except InputError as error:
        return Refused(key, Refusal.INVALID, f"{file.path} is not stored: {error.message}")


def _look(library: Library, operation: StoreFile) -> Outcome | None:
    """Return the outcome that shows already in what the attachment holds; None: it is empty."""
    key, file = operation
    try:
        found = library.get([key])
    except UnavailableError:
        # It may be damaged; then the library says so of it alone when it is to store something.
        return None
    if not found:
        return Refused(key, Refusal.MISSING, f"attachment {key} is not there")
    held = found[0].data.get("md5")
    if held == file.md5:
        return Accepted(key, found[0].version, unchanged=True, item=found[0])
    if held:
        return Refused(key, Refusal.INVALID, "its attachment holds another file by now")
    return None
