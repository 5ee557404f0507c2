"""What a newer record may change of an item, field by field, and what is left to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from syncd.item.ages import Age, age_of
from syncd.item.merging import MAKER, Conflict, FieldChange, Merge, choose, merge
from syncd.record import Provenance
from syncd.system.resources import shipped_schema

FIELDS = shipped_schema().fields["journalArticle"]
OLD = Provenance("scopus", "2025-01-10")
NEW = Provenance("scopus", "2025-06-01")
ELSEWHERE = Provenance("web_of_science", "2025-06-01")

BASE: dict[str, Any] = {
    "itemType": "journalArticle",
    "title": "Peat and rain in upland valleys",
    "creators": [
        {"creatorType": "author", "lastName": "Ekström", "firstName": "Maria"},
        {"creatorType": "author", "lastName": "Oduya", "firstName": "Ben"},
    ],
    "date": "2024-05-03",
    "volume": "7",
    "extra": "PMCID: PMC77\nScopus EID: 2-s2.0-85000000099",
    "tags": [{"tag": "peat", "type": 1}],
    "collections": [],
}


def merged(
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any] | None = None,
    who: Provenance = NEW,
    written: Mapping[str, Provenance] | None = None,
    base: Mapping[str, Any] | None = BASE,
) -> Merge:
    """Merge a record that says what `base` does but for `ours` into an item that people edited."""
    start = BASE if base is None else base
    return merge(
        base,
        {**start, **(theirs or {})},
        {**start, **ours},
        who=who,
        written={MAKER: OLD} if written is None else written,
        fields=FIELDS,
    )


def test_a_field_that_nobody_touched_follows_the_newer_export() -> None:
    found = merged({"volume": "8", "pages": "11-19"})

    assert found.data == {"volume": "8", "pages": "11-19"}
    assert found.changes == (FieldChange("volume", "7", "8"), FieldChange("pages", "", "11-19"))
    assert not found.conflicts


def test_what_a_person_wrote_stays_and_the_difference_is_asked() -> None:
    found = merged({"volume": "8"}, {"volume": "seven"})

    assert found.data == {}
    assert found.conflicts == (Conflict("volume", "7", "seven", "8"),)


def test_a_person_may_have_said_first_what_the_export_says_now() -> None:
    assert merged({"volume": "8"}, {"volume": "8"}) == Merge(
        {}, confirmed=merged({}).confirmed - {"volume"}
    )


def test_what_a_person_emptied_stays_empty() -> None:
    assert merged({}, {"volume": ""}).data == {}
    asked = merged({"volume": "8"}, {"volume": ""})
    assert (asked.data, asked.conflicts) == ({}, (Conflict("volume", "7", "", "8"),))


@pytest.mark.parametrize("who", [ELSEWHERE, Provenance("scopus", "2024-12-31")])
def test_neither_another_source_nor_an_older_export_moves_a_field(who: Provenance) -> None:
    found = merged({"volume": "8", "title": "Rain"}, who=who)

    assert (found.data, found.conflicts) == ({}, ())
    assert found.late is (who.source == "scopus")


def test_another_source_fills_what_is_empty_and_owns_it_from_then_on() -> None:
    assert merged({"pages": "11-19"}, who=ELSEWHERE).data == {"pages": "11-19"}
    theirs = {**BASE, "pages": "11-19"}
    written = {MAKER: OLD, "pages": ELSEWHERE}
    later = Provenance("web_of_science", "2025-07-01")

    def moved(who: Provenance) -> Mapping[str, Any]:
        return merged({"pages": "11-21"}, None, who, written, theirs).data

    assert moved(Provenance("scopus", "2025-07-01")) == {}
    assert moved(later) == {"pages": "11-21"}


@pytest.mark.parametrize("exported_at", [OLD.exported_at, "2025-01-10T08:00:00Z", ""])
def test_of_exports_that_cannot_be_put_in_order_a_person_is_asked(exported_at: str) -> None:
    found = merged({"volume": "8", "pages": "11-19"}, who=Provenance("scopus", exported_at))

    assert found.data == {"pages": "11-19"}
    assert found.conflicts == (Conflict("volume", "7", "7", "8"),)


def test_exports_compare_by_day_where_one_says_no_more() -> None:
    assert age_of("2025-01-10T08:00:00Z", "2025-01-10T07:59:59.5Z") is Age.NEWER
    assert age_of("2025-01-10", "2025-01-10T07:59:59Z") is Age.UNKNOWN
    assert age_of("2025-01-09", "2025-01-10T07:59:59Z") is Age.OLDER


def test_of_what_is_known_to_be_no_newer_the_order_may_stay_open() -> None:
    assert age_of("2025-01-11", "<2025-01-10T07:59:59Z") is Age.NEWER
    assert age_of("2025-01-09", "<2025-01-10T07:59:59Z") is Age.UNKNOWN
    assert age_of("<2025-01-09T08:00:00Z", "2025-01-10") is Age.OLDER
    assert age_of("<2025-01-11T08:00:00Z", "2025-01-10") is Age.UNKNOWN


AUTHORS = BASE["creators"]
POORER = {
    "a year for a day": {"date": "2024"},
    "another year for a day": {"date": "2025"},
    "the first author alone": {"creators": AUTHORS[:1]},
    "et al.": {"creators": [AUTHORS[0], {"creatorType": "author", "name": "et al."}]},
    "initials": {"creators": [{**each, "firstName": each["firstName"][0]} for each in AUTHORS]},
    "the half of a title": {"title": "Peat and rain"},
    "a title that breaks off": {"title": "Peat and rain in upland val…"},
    "a title that shouts": {"title": "PEAT AND RAIN IN UPLAND VALLEYS"},
    "nothing": {"volume": "", "creators": [], "title": ""},
    "no lines": {"extra": ""},
}


@pytest.mark.parametrize("ours", POORER.values(), ids=POORER.keys())
def test_nothing_moves_to_less(ours: dict[str, Any]) -> None:
    found = merged(ours)

    assert (found.data, found.conflicts) == ({}, ())


def test_a_date_and_a_title_move_to_as_much_or_more() -> None:
    assert merged({"date": "2024-06-03"}).data == {"date": "2024-06-03"}
    longer = "Peat and rain in upland valleys: a resurvey"
    assert merged({"title": longer}).data == {"title": longer}


def test_creators_are_one_value() -> None:
    corrected = [{**AUTHORS[0], "lastName": "Ekstrøm"}, AUTHORS[1]]

    assert merged({"creators": corrected}).data == {"creators": corrected}
    [conflict] = merged({"creators": corrected}, {"creators": AUTHORS[::-1]}).conflicts
    assert conflict == Conflict("creators", AUTHORS, AUTHORS[::-1], corrected)


def test_tags_are_only_added_and_none_that_a_person_took_off() -> None:
    ours = {"tags": [{"tag": "peat", "type": 1}, {"tag": "rain", "type": 1}]}

    found = merged(ours, {"tags": [{"tag": "mine"}]})

    assert found.data == {"tags": [{"tag": "mine"}, {"tag": "rain", "type": 1}]}
    assert merged(ours, who=ELSEWHERE).data == {}


def test_lines_of_others_keep_every_byte_and_their_place() -> None:
    theirs = "tex.ids: old \n\n PMCID: PMC77\n\tmine: x\nScopus EID: 2-s2.0-85000000099"

    found = merged(
        {"extra": "PMCID: PMC78\nScopus EID: 2-s2.0-85000000099\nWOS: 000000000000012"},
        {"extra": theirs},
    )

    assert found.data == {
        "extra": "tex.ids: old \n\nPMCID: PMC78\n\tmine: x\nScopus EID: 2-s2.0-85000000099"
        "\nWOS: 000000000000012"
    }


def test_a_line_of_ours_that_a_person_edited_is_asked_about_and_one_taken_out_stays_out() -> None:
    ours = {"extra": "PMCID: PMC78\nScopus EID: 2-s2.0-85000000099"}

    [conflict] = merged(ours, {"extra": "PMCID: PMC1"}).conflicts

    assert conflict == Conflict("PMCID", "PMC77", "PMC1", "PMC78")
    assert merged({}, {"extra": "mine"}).data == {}


def test_a_line_that_zotero_moved_into_its_field_is_no_edit() -> None:
    theirs = {"PMCID": "PMC77", "extra": "Scopus EID: 2-s2.0-85000000099"}

    assert merged({}, theirs).data == {}
    found = merged({"extra": "PMCID: PMC78\nScopus EID: 2-s2.0-85000000099"}, theirs)
    assert (found.data, found.conflicts) == ({"PMCID": "PMC78"}, ())


NORMALISED = {
    "control characters and blanks": ({"title": "Peat and rain\x07 "}, {"title": "Peat and rain"}),
    "empty fields": ({}, {"publisher": "", "shortTitle": ""}),
    "tags in another order": (
        {"tags": [{"tag": "b"}, {"tag": "a", "type": 1}]},
        {"tags": [{"tag": "a", "type": 1}, {"tag": "b"}]},
    ),
    "trimmed extra": ({"extra": "PMCID: PMC77 \n"}, {"extra": "PMCID: PMC77"}),
}


@pytest.mark.parametrize("wrote, shows", NORMALISED.values(), ids=NORMALISED.keys())
def test_what_a_server_does_to_text_is_no_edit(
    wrote: dict[str, Any], shows: dict[str, Any]
) -> None:
    base = {**BASE, **wrote}

    assert merged({"volume": "8"}, shows, base=base).data == {"volume": "8"}
    assert merged({}, shows, base=base).data == {}


def test_another_type_by_a_person_leaves_nothing_to_write() -> None:
    assert merged({"volume": "8", "pages": "11-19"}, {"itemType": "magazineArticle"}) == Merge({})


def test_another_type_by_the_export_leaves_the_type_and_moves_what_both_have() -> None:
    found = merged({"itemType": "conferencePaper", "proceedingsTitle": "Moors", "volume": "8"})

    assert (found.data, found.conflicts) == ({"volume": "8"}, ())


def test_a_title_that_says_retracted_is_asked_about() -> None:
    found = merged({"title": f"RETRACTED: {BASE['title']}", "volume": "8"})

    assert found.data == {"volume": "8"}
    assert [conflict.field for conflict in found.conflicts] == ["title"]


def test_an_address_that_leads_to_the_same_page_is_left() -> None:
    eid = "https://www.scopus.com/inward/record.uri?eid=2-s2.0-85000000099&md5="

    assert merged({"url": f"{eid}ff"}, base={**BASE, "url": f"{eid}00"}).data == {}


def test_items_of_others_are_only_filled_where_they_are_empty() -> None:
    theirs = {"volume": "", "extra": "read: yes", "creators": []}
    ours = {"DOI": "10.5555/peat.1", "pages": "1-9", "extra": "Document Type: Review\nWOS: 0012"}

    found = merged(ours, theirs, base=None, written={})

    assert found.data == {
        "volume": "7",
        "DOI": "10.5555/peat.1",
        "pages": "1-9",
        "creators": AUTHORS,
        "extra": "read: yes\nWOS: 0012",
    }
    assert merged({**ours, "title": "Other"}, theirs, base=None, written={}).data == found.data


def test_an_identifier_without_a_field_becomes_a_line_unless_it_stands_elsewhere() -> None:
    book = {"itemType": "book", "extra": "", "url": "", "DOI": ""}
    ours = {**BASE, "PMID": "123", "extra": ""}

    def filled(url: str) -> Mapping[str, Any]:
        fields = shipped_schema().fields["book"] - {"PMID"}
        theirs = {**BASE, **book, "url": url}
        return merge(None, theirs, ours, who=NEW, written={}, fields=fields).data

    assert filled("") == {"extra": "PMID: 123"}
    assert filled("https://pubmed.ncbi.nlm.nih.gov/123/") == {}


def test_what_a_person_emptied_after_it_was_filled_is_not_filled_again() -> None:
    theirs = {"volume": "", "pages": ""}

    found = merged({"pages": "1-9"}, theirs, base=None, written={"volume": OLD})

    assert found.data == {"pages": "1-9"}


def test_what_a_person_chose_is_written_over_what_stands_there() -> None:
    theirs = {**BASE, "volume": "seven", "extra": "mine\nPMCID: PMC1"}
    ours = {**BASE, "volume": "8", "extra": "PMCID: PMC78"}

    found = choose(theirs, ours, ["volume", "PMCID"], FIELDS, BASE)

    assert found.data == {"volume": "8", "extra": "mine\nPMCID: PMC78"}


def test_what_is_said_once_more_is_as_new_as_the_export_that_says_it() -> None:
    assert merged({"volume": "8"}).confirmed == {
        "title", "creators", "date", "PMCID", "Scopus EID",
    }  # fmt: skip
    assert merged({}, who=ELSEWHERE).confirmed == frozenset()


@pytest.mark.parametrize(
    "odd", [{"tags": ["peat"]}, {"extra": 7}, {"creators": {"a": 1}}, {"tags": [{"tag": None}]}]
)
def test_an_item_in_another_shape_is_left_to_whoever_wrote_it(odd: dict[str, Any]) -> None:
    assert merged({"volume": "8", "pages": "1-2"}, odd) == Merge({})
