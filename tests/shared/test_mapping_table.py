"""Each tag of each item type stands where Zotero's importer puts it, or where a rule says.

The table was measured: what Zotero's own importer does with one value under each tag.
"""

from __future__ import annotations

import io

import pytest

from syncd.formats.ris import Reader
from syncd.formats.sources import read_record
from syncd.item.making import item_data, links_for
from syncd.record import Record
from syncd.system.resources import shipped_schema
from tests.shared.places import SHARED, rows_of, skip_without

TABLE = SHARED / "facts" / "ris-zotero-mapping.tsv"

DEVIATIONS = {
    "D01: a name of a journal is one, be it long or short": {
        ("JO", "journalAbbreviation publicationTitle", "publicationTitle"),
        ("J2", "sessionTitle", "extra"),
        ("JA", "sessionTitle", "extra"),
    },
    "D04: a labelled field before a bare line of extra": {("M1", "extra", "number")},
    "D05: a database is where the record was found": {("DB", "archive", "libraryCatalog")},
    "D13: no creator type is sent that the item type does not have": {
        ("A1", "creator:author", "creator:contributor"),
        ("A1", "creator:author", "creator:presenter"),
        ("A1", "creator:author", "creator:sponsor"),
        ("AU", "creator:author", "creator:contributor"),
        ("AU", "creator:author", "creator:presenter"),
        ("AU", "creator:author", "creator:sponsor"),
        ("A4", "creator:translator", "creator:contributor"),
        ("ED", "creator:editor", "creator:contributor"),
    },
    "D19: a conference has a place of its own": {("CY", "place", "eventPlace")},
    "D22: what holds a paper is its proceedings": {
        ("T2", "conferenceName", "proceedingsTitle"),
        ("JO", "conferenceName", "proceedingsTitle"),
    },
}
KNOWN = frozenset().union(*DEVIATIONS.values())

_TYPE_FOR = {"document": "ANCIENT", "journalArticle": "JOUR"}
"""Types whose first name in the table is read by evidence."""
_TITLES = frozenset(["BT", "CT", "T1", "TI"])
_TITLE_FIELDS = frozenset(["title", "caseName", "nameOfAct", "subject"])
_VALUES = {
    **dict.fromkeys(["A1", "A2", "A3", "A4", "AU", "C1", "C2", "C4", "ED"], "Roe, Max"),
    **dict.fromkeys(["DA", "PY", "Y1", "Y2"], "2019/05/06"),
    **dict.fromkeys(["L1", "L2", "L4", "UR"], "https://example.org/probe"),
    **dict.fromkeys(["VL", "IS", "M1", "SE", "ET", "SV"], "7"),
    "CY": "Lund",
    "DO": "10.5555/probe.1",
    "EP": "39",
    "LA": "fr",
    "SN": "RN-7",
    "SP": "21",
}
_VALUES_FOR = {"accessDate": "2020/02/03", "ISBN": "9780306406157", "ISSN": "1474-1776"}


def places_of(written: str, tag: str, value: str) -> set[str]:
    """Return where an item has what a record of one tag, beside its title, says."""
    title = "" if tag in _TITLES else "TI  - A work to be found again\n"
    export = f"TY  - {written}\n{title}{tag}  - {value}\nER  - \n"
    [entry] = Reader(io.BytesIO(export.encode()))
    record = read_record(entry, "probe.ris")
    item = item_data(record, shipped_schema())
    given = {"itemType", "creators", "tags", "collections", "relations"}
    if title:
        given |= _TITLE_FIELDS
    if written == _TYPE_FOR["document"]:
        given.add("type")
    found = {name for name in item if name not in given}
    found |= {f"creator:{each['creatorType']}" for each in item["creators"]}
    return found | _beside(record)


def _beside(record: Record) -> set[str]:
    parts = {"tags": record.tags, "note": record.notes, "attachment": links_for(record).attachments}
    return {name for name, values in parts.items() if values}


@skip_without(TABLE)
@pytest.mark.parametrize("tag", sorted({row["tag"] for row in rows_of(TABLE)} - {"TY", "ER"}))
def test_nothing_is_lost_or_elsewhere_that_the_importer_keeps(tag: str) -> None:
    wrong = []
    for row in rows_of(TABLE):
        wanted = row["zotero_fills"]
        if row["tag"] != tag or not wanted:
            continue
        written = _TYPE_FOR.get(row["item_type"], row["ris_types"].split()[0])
        value = _VALUES_FOR.get(wanted, _VALUES.get(tag, "Words to be found again"))
        found = " ".join(sorted(places_of(written, tag, value)))
        wanted = wanted.replace("+", " ")
        if found != wanted and (tag, wanted, found) not in KNOWN:
            wrong.append(f"{row['item_type']}: {wanted}, found {found or 'nothing'}")

    assert wrong == []


OTHER_ROLES = {
    **dict.fromkeys([("EBOOK", "A2"), ("SER", "A2"), ("EDBOOK", "A1"), ("EDBOOK", "AU")], "editor"),
    **dict.fromkeys([("EBOOK", "A3"), ("SER", "A3")], "seriesEditor"),
}
"""Where types of one item type have other people: what EndNote writes for edited books."""

_SAY_MORE = frozenset("ABST AGGR EQUA GRNT PAMP".split())
"""Types that say more than their item type does."""


def item_type_of(written: str) -> str:
    [entry] = Reader(io.BytesIO(f"TY  - {written}\nTI  - A work\nER  - \n".encode()))
    return read_record(entry, "probe.ris").item_type


@skip_without(TABLE)
def test_types_of_one_item_type_are_read_alike() -> None:
    wrong, alike = [], 0
    for row in rows_of(TABLE):
        tag, wanted = row["tag"], row["zotero_fills"].replace("+", " ")
        others = set(row["ris_types"].split()[1:]) - _SAY_MORE if wanted else ()
        for written in sorted(others):
            if item_type_of(written) != row["item_type"]:
                continue  # read by evidence
            alike += 1
            value = _VALUES_FOR.get(row["zotero_fills"], _VALUES.get(tag, "Words to be found"))
            found = " ".join(sorted(places_of(written, tag, value)))
            role = OTHER_ROLES.get((written, tag))
            right = f"creator:{role}" if role else wanted
            if found != right and (tag, wanted, found) not in KNOWN:
                wrong.append(f"{written} {tag}: {right}, found {found or 'nothing'}")

    assert wrong == []
    assert alike > 500


@skip_without(TABLE)
def test_every_deviation_is_met() -> None:
    wanted = {(row["tag"], row["zotero_fills"].replace("+", " ")) for row in rows_of(TABLE)}

    assert {(tag, where) for tag, where, _ in KNOWN} <= wanted
