"""Records as they come every day: short titles, no identifiers, often no pages; notes and links.

No two are alike, but each says little: a title that many bear, somebody's name and a year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

_TITLES = ("Reply", "Editorial", "Introduction", "Letter", "Preface", "Comment", "Foreword")
_NAMES = ("Okafor", "Lindqvist", "Marchetti", "Tanaka", "Duarte", "Novak", "Haddad", "Sorensen")
_JOURNALS = ("Annals of Slow Rivers", "Northern Soil Letters", "Journal of Quiet Machines")


def everyday_record(number: int, *, newer: bool = False, files: Iterable[str] = ()) -> str:
    """Return a record that is poor in its own way; a title, a name and a year it always has.

    A `newer` one has an issue, an abstract and a keyword as well, and names a further fund.

    Odd ones that 3 does not divide say enough to be known again, or as the work of a person's item.
    """
    name = _NAMES[number % len(_NAMES)]
    tags = [
        ("TY", "JOUR"),
        ("TI", _TITLES[number % len(_TITLES)]),
        ("AU", f"{name}{chr(97 + number // 26 % 26)}{chr(97 + number % 26)}, {name[-1].upper()}."),
        ("PY", str(1950 + number * 7 % 70)),
    ]
    if number % 3:
        tags += [("T2", _JOURNALS[number % 3]), ("VL", str(number + 1))]
    if number % 2:
        tags += [("SP", str(number * 10 + 1)), ("EP", str(number * 10 + 2))]
    if newer:
        tags += [("IS", str(number + 1)), ("AB", f"All about {number}."), ("KW", "newer")]
    if number % 2:
        further = "; the Fund for Slow Rivers" if newer else ""
        tags.append(("N1", f"Funding details: Fund {number}{further}"))
    if number % 5 == 2:
        tags.append(("N1", f"Seen on shelf {number}"))
    if number % 3 == 0:
        tags.append(("UR", f"https://shelf.invalid/{number}"))
        tags.append(("L1", f"https://shelf.invalid/{number}.pdf"))
    tags += [("L1", name) for name in files]
    return "".join(f"{tag}  - {value}\n" for tag, value in tags) + "ER  - \n\n"


def write_everyday(
    path: Path,
    numbers: Iterable[int],
    *,
    newer: bool = False,
    files: Mapping[int, Iterable[str]] = MappingProxyType({}),
) -> Path:
    """Write an export of these records, all at once, as a copied file appears.

    `files` are the names of those that lie beside it, by the number of their record.
    """
    part = path.with_name(f".{path.name}.part")
    records = (
        everyday_record(number, newer=newer, files=files.get(number, ())) for number in numbers
    )
    part.write_text("".join(records), encoding="utf-8")
    part.rename(path)
    return path
