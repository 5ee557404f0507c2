"""The library in a directory, which is there before any account is: the embedded default.

```text
DIR/
├─ items/KEY.json     one item each, in Zotero's item JSON: the truth
├─ collections.json   the collections
├─ library.json       everything as CSL-JSON, for other programs; made from the items
├─ library.ris        everything as RIS, likewise
├─ library.bib        everything as BibTeX, likewise
├─ citation-keys.tsv  by which key documents cite each work
├─ identity.json      which library this is, wherever it lies
├─ removed.json       the keys of deleted items, so that they are not made again
└─ .syncd/            index and locks; may be deleted, and is made anew
```

People may edit, add and delete item files at any time, with any program; `"deleted": 1` in an
item's `data` puts it into the trash. What they write into an export is kept beside it. Two
daemons with two ledgers may use one directory.
"""

from __future__ import annotations

from adapters.file.adapter import FileAdapter
from adapters.file.library import FileLibrary

__all__ = ["ADAPTER", "FileLibrary"]

ADAPTER = FileAdapter()
