"""Why a text is no TOML, in words for whoever wrote it, and without a word of what stands there.

The parser's own sentences may quote the file, and with it a secret that was pasted into it. So
only those that are known stand here, each with what it means.
"""

from __future__ import annotations

import re

_WORDS = (
    (r"Unterminated string|Illegal character '\\n'", "a text has no end: it needs a quote at both"),
    (r"Unclosed array", "a list has no end: it needs ]"),
    (r"Unclosed inline table", "a table has no end: it needs }"),
    (r"Expected '\]", "a heading has no end: [table] or, for several, [[library]]"),
    (r"Cannot overwrite a value", "a key is given twice in one table"),
    (r"Cannot (?:declare|mutate)", "a table is given twice; several are written [[library]]"),
    (r"Expected '='", "a key is not followed by ="),
    (
        r"(?:Unescaped|Invalid hex|.*escape)",
        "a backslash in a text: write /",
    ),
    (r"Expected newline", "there is more on the line than one value"),
    (
        r"Invalid value",
        'not a value: texts stand in straight quotes, as in path = "~/Downloads"',
    ),
    (r"Invalid statement", "a line is neither key = value nor a heading such as [[library]]"),
    (r"Invalid initial character", "a key begins with a character that keys do not begin with"),
    (r"Illegal character", "a character that may not stand in a text"),
)


def explain(sentence: str) -> str:
    """Return what the parser's sentence means; empty where that is not known."""
    return next((words for pattern, words in _WORDS if re.match(pattern, sentence)), "")
