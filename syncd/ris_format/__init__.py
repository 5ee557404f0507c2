"""Items become RIS: tags that every program reads as intended, and nothing lost for syncd itself.

DIALECT   what we write. The tags are those by which Zotero knows the fields, so that any
          reference manager can import them.
MARKER    `U5  - syncd:journalArticle` says that an entry is in our dialect, and its item type;
          other programs pass custom tags over.
REMARK    `U5  - field=JSON` for a value that no tag can carry: because none exists, or because
          a line of RIS would not give it back as it is. It overrides the tag.

The tables are read in both directions: the room `own` of `sources` is the way back.
"""

from syncd.ris_format.reading import ReadBack, find_marker, read_back
from syncd.ris_format.tables import MARKER_TAG
from syncd.ris_format.writing import format_ris

__all__ = ["MARKER_TAG", "ReadBack", "find_marker", "format_ris", "read_back"]
