"""The drop folder: which files have settled, which one is taken, where it goes afterwards.

CANDIDATE  a name that ends as exports do (`.ris`) and says nothing about being unfinished
BESIDE     what is no candidate and looks like an export all the same; named, not taken
SETTLED    size and time of change have rested for the folder's `settle`
EXPORT     a settled candidate, or a member of one, known by the hash of its content alone
CLAIM      in `after = "move"`: an export renamed to where only this syncd works on it; nothing
            that somebody still writes to, and looked at again after it has been put away
"""

from syncd.inbox.beside import Beside
from syncd.inbox.claims import why_not_in_one_piece, why_not_movable
from syncd.inbox.exports import ChangedError, Export, is_silent, open_export, read_exports
from syncd.inbox.folder import Inbox, IsKnown
from syncd.inbox.ground import FolderState
from syncd.inbox.scan import ScanResult, Skipped

__all__ = [
    "Beside",
    "ChangedError",
    "Export",
    "FolderState",
    "Inbox",
    "IsKnown",
    "ScanResult",
    "Skipped",
    "is_silent",
    "open_export",
    "read_exports",
    "why_not_in_one_piece",
    "why_not_movable",
]
