"""Small exports as databases write them, made to measure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

WORDS = (
    "amber", "basalt", "cedar", "delta", "ember", "fjord", "glacier", "harbour", "indigo",
    "juniper", "kelp", "lagoon", "meadow", "nectar", "orchard", "pebble", "quartz", "river",
    "saffron", "tundra",
)  # fmt: skip


def title_of(number: int) -> str:
    """Return a title that no other number has, nor one like it."""
    first, second, third = number % 20, number // 20 % 20, number // 400 % 20
    return f"{WORDS[first].title()} and {WORDS[second]} in the {WORDS[third]} of letter {number}"


def scopus_record(number: int, **changes: str | None) -> str:
    """Return record `number` as Scopus writes it; `changes` replace tags, None leaves one out."""
    tags: dict[str, str | None] = {
        "TY": "JOUR",
        "TI": title_of(number),
        "AU": f"Author{chr(97 + number % 26)}, A.",
        "PY": str(1990 + number % 30),
        "T2": "Journal of Invented Results",
        "VL": str(1 + number % 40),
        "SP": str(100 + number),
        "EP": str(109 + number),
        "DO": f"10.5555/invented.{number}",
        "UR": f"https://www.scopus.com/inward/record.uri?eid=2-s2.0-{85000000000 + number}"
        "&partnerID=40",
        "N1": f"Funding details: Foundation {number}",
        "DB": "Scopus",
    }
    tags.update(changes)
    lines = [f"{tag}  - {value}" for tag, value in tags.items() if value is not None]
    return "\n".join([*lines, "ER  - ", "", ""])


def write_export(path: Path, numbers: Iterable[int]) -> Path:
    """Write the records of these numbers into a file."""
    path.write_text("".join(scopus_record(number) for number in numbers), encoding="utf-8")
    return path


def write_records(path: Path, records: Sequence[str]) -> Path:
    """Write records into a file."""
    path.write_text("".join(records), encoding="utf-8")
    return path
