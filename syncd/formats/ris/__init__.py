"""Bytes become entries: tags in order, with line numbers, unknown tags kept, and how each ended.

LINE       one tag and its value, continuation lines included, and where it stands
ENTRY      what stands between TY and ER, as written
STYLE      how a file writes its tags: blanks before the dash, which dash, upper or lower case
FRAMING    what a spreadsheet or a web page has put around every line, and is no part of it
PROBLEM    something a person should know about a file or an entry, with its line
"""

from syncd.formats.ris.entries import Ending, Entry, Line
from syncd.formats.ris.reader import Reader

__all__ = ["Ending", "Entry", "Line", "Reader"]
