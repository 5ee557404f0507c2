"""What other programs find in the exports, and when these are written."""

from __future__ import annotations

import json
from pathlib import Path

from adapters.file import FileLibrary
from syncd.library import Create
from tests.support.file_library import (
    KEY,
    OTHER,
    THIRD,
    article,
    create,
    item_file,
    push,
    rewrite,
    version_of,
)


def test_other_programs_find_the_works_with_their_notes_and_not_the_trash(
    library: FileLibrary, home: Path
) -> None:
    push(
        library,
        Create(KEY, article("First work", DOI="10.1000/a")),
        Create(OTHER, article("In the trash")),
        Create(THIRD, {"itemType": "note", "parentItem": KEY, "note": "<p>Funded</p>"}),
    )
    rewrite(item_file(home, OTHER), '"data": {', '"data": {"deleted": 1,')
    version_of(library)

    library.finish()

    [work] = json.loads((home / "library.json").read_text())
    assert (work["id"], work["title"], work["DOI"]) == (KEY, "First work", "10.1000/a")
    ris = (home / "library.ris").read_text()
    assert ris.count("TY  - ") == ris.count("ER  - ") == 1
    assert "<p>Funded</p>" in ris
    assert "In the trash" not in ris


def test_exports_are_written_only_when_something_changed(library: FileLibrary, home: Path) -> None:
    create(library, KEY)
    library.finish()
    written = [path.stat().st_ino for path in sorted(home.glob("library.*"))]

    library.finish()
    push(library, Create(KEY, article("Refused")))
    library.finish()
    assert [path.stat().st_ino for path in sorted(home.glob("library.*"))] == written

    create(library, OTHER)
    library.finish()
    assert len(json.loads((home / "library.json").read_text())) == 2


def test_an_export_that_a_person_removed_is_written_again(library: FileLibrary, home: Path) -> None:
    create(library, KEY)
    library.finish()
    (home / "library.ris").unlink()

    library.finish()

    assert "TY  - " in (home / "library.ris").read_text()


def test_the_export_of_an_empty_library_is_an_empty_list(library: FileLibrary, home: Path) -> None:
    create(library, KEY)
    item_file(home, KEY).unlink()
    version_of(library)

    library.finish()

    assert json.loads((home / "library.json").read_text()) == []
    assert (home / "library.ris").read_text() == ""
