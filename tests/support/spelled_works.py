"""Works as exports spell them, as people enter them, and as they are found in a library."""

from __future__ import annotations

from typing import Any

from tests.support.exports import WORDS, scopus_record, title_of

ABSTRACTS = ("first abstract", "second abstract")
WAYS = ("whole", "no doi", "no eid", "no identifier", "in press", *ABSTRACTS)

OWN_LINE = "Scopus EID:"
"""How the only line begins that syncd writes into the `extra` of such a work."""

OTHER = 100
"""What the number of a doubtful work is higher by."""


def long_title_of(number: int) -> str:
    """Return a title that tells even one person's work from all others, wherever it stands."""
    begins = " near ".join(WORDS[(6 * number + step) % len(WORDS)] for step in range(6))
    return f"{begins.capitalize()} beside {title_of(number)}"


def spell(number: int, spelling: str) -> str:
    """Return a work as an export writes it; those with an abstract say more than the others."""
    changes: dict[str, str | None] = {"TI": long_title_of(number)}
    if spelling in ("no doi", "no identifier"):
        changes["DO"] = None
    if spelling in ("no eid", "no identifier"):
        changes["UR"] = None
    if spelling == "in press":
        changes |= {"VL": None, "SP": None, "EP": None}
    if spelling in ABSTRACTS:
        changes["AB"] = f"The {spelling} of letter {number}."
    return scopus_record(number, **changes)


def spell_doubtful(number: int) -> str:
    """Return something with the accession number of this work, and another title."""
    title = f"Quite another subject of letter {number + OTHER}"
    return scopus_record(number, TI=title, AU="Nobody, N.", DO=None)


def enter(number: int) -> dict[str, Any]:
    """Return the item that a person makes of a work."""
    return {
        "itemType": "journalArticle",
        "title": long_title_of(number),
        "creators": [
            {"creatorType": "author", "lastName": f"Author{chr(97 + number)}", "firstName": "A."}
        ],
        "date": str(1990 + number),
        "publicationTitle": "Journal of Invented Results",
        "volume": str(1 + number),
        "pages": f"{100 + number}-{109 + number}",
        "DOI": f"10.5555/invented.{number}",
        "extra": f"{OWN_LINE} 2-s2.0-{85000000000 + number}",
    }


def number_in(data: Any) -> int:
    """Return which work an item is."""
    return int(data["title"].rsplit(" ", 1)[1])


def tags_of(item: Any) -> set[str]:
    """Return the names of an item's tags."""
    return {tag["tag"] for tag in item.data.get("tags", ())}


def lines_of_others(item: Any) -> list[str]:
    """Return the lines of an item's `extra` that syncd did not write, each up to its end."""
    lines = (item.data.get("extra") or "").split("\n")
    # What follows the end of the last line is no line of anybody's yet.
    kept = lines if lines[-1] else lines[:-1]
    return [line for line in kept if not line.startswith(OWN_LINE)]


def replaced_by(item: Any) -> list[str]:
    """Return what people have merged into an item."""
    found: list[str] = item.data.get("relations", {}).get("dc:replaces", [])
    return found
