"""Texts that are too long are cut or reported; the rest is left as it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.item.limits import ELLIPSIS, ZOTERO, clean, fit
from syncd.library import TextLimits
from syncd.plan import Cut

SMALL = TextLimits(field=20, date=10, name=8, tag=8, note=24)


def test_what_fits_is_not_touched() -> None:
    data = {
        "itemType": "journalArticle",
        "title": "A  title\u00a0with <i>marks</i> & 😀",
        "abstractNote": "two\nlines",
        "creators": [{"creatorType": "author", "firstName": "", "lastName": "Abel"}],
        "tags": [{"tag": "one"}, {"tag": "two", "type": 1}],
        "collections": ["AAAA2222"],
        "relations": {},
        "volume": "",
    }

    assert fit(data) == (data, ())


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\x00b\x08\x1f\x7fc", "abc"),
        ("a\r\nb\tc", "a\nb\tc"),
        (" \t\n a \n\x0b", "a"),
        ("\u00a0a\u00a0", "\u00a0a\u00a0"),
        ("a\ud800b", "a\ufffdb"),
        ("e\u0301\u200b\ufeff", "e\u0301\u200b\ufeff"),
    ],
)
def test_what_a_library_drops_silently_goes_without_a_word(sent: str, kept: str) -> None:
    assert fit({"title": sent}) == ({"title": kept}, ())


@pytest.mark.parametrize(
    ("name", "full", "kept"),
    [
        ("title", "0123456789 0123456789", f"0123456789 012345{ELLIPSIS}"),
        ("abstractNote", "ααααα ααααα", f"ααααα ααα{ELLIPSIS}"),
        ("title", "😀😀😀😀😀😀", f"😀😀😀😀{ELLIPSIS}"),
        ("extra", "PMID: 1\nfoo: 2\nbar: 3", f"PMID: 1\nfoo: 2\n{ELLIPSIS}"),
        ("extra", "one line that is far too long", f"one line that is{ELLIPSIS}"),
    ],
)
def test_prose_is_cut_and_shows_it(name: str, full: str, kept: str) -> None:
    data, cuts = fit({name: full}, SMALL)

    assert cuts == (Cut(name, full),)
    assert data[name] == kept
    assert len(data[name].encode()) <= SMALL.field


@pytest.mark.parametrize("name", ["DOI", "url", "ISBN", "pages", "citationKey", "archiveLocation"])
def test_what_must_be_whole_is_left_for_a_person(name: str) -> None:
    full = "x" * 21

    assert fit({name: full}, SMALL) == ({name: full}, (Cut(name, full, falsifies=True),))


def test_a_date_has_a_little_less_room() -> None:
    assert fit({"date": "2" * ZOTERO.date})[1] == ()
    assert fit({"date": "2" * (ZOTERO.date + 1)})[1][0].falsifies


def test_names_are_cut_where_they_stand() -> None:
    creators = [
        {"creatorType": "author", "firstName": "Ann", "lastName": "Short"},
        {"creatorType": "author", "name": "The Collaboration of All"},
    ]

    data, cuts = fit({"creators": creators}, SMALL)

    assert data["creators"] == [
        creators[0],
        {"creatorType": "author", "name": f"The Col{ELLIPSIS}"},
    ]
    assert cuts == (Cut("creators[1].name", "The Collaboration of All"),)


@pytest.mark.parametrize("blank", ["", " ", "\u2003", "\x00"])
def test_creators_and_tags_of_nothing_are_dropped(blank: str) -> None:
    data, cuts = fit(
        {
            "creators": [{"creatorType": "author", "firstName": blank, "lastName": blank}],
            "tags": [{"tag": blank}],
        }
    )

    assert (data, cuts) == ({"creators": [], "tags": []}, ())


def test_tags_that_become_the_same_are_sent_once() -> None:
    tags = [{"tag": "abcdefgh-1"}, {"tag": "abcdefgh-2"}, {"tag": "abcdefgh-3", "type": 1}]

    data, cuts = fit({"tags": tags}, SMALL)

    name = f"abcdefg{ELLIPSIS}"
    assert data["tags"] == [{"tag": name}, {"tag": name, "type": 1}]
    assert [cut.full for cut in cuts] == ["abcdefgh-1", "abcdefgh-2", "abcdefgh-3"]


@pytest.mark.parametrize(
    ("full", "kept"),
    [
        ("<p>0123456789 0123456789</p>", f"<p>0123456789 012345678{ELLIPSIS}"),
        ("<p>0123456789 012</p><p>xy</p>", f"<p>0123456789 012</p>{ELLIPSIS}"),
        ("<p>0123456789 01234&amp;345</p>", f"<p>0123456789 01234{ELLIPSIS}"),
    ],
)
def test_a_note_is_cut_between_tags_and_entities(full: str, kept: str) -> None:
    data, [cut] = fit({"note": full}, SMALL)

    assert data["note"] == kept
    assert cut.full == full


@pytest.mark.parametrize(
    "odd", [{"creators": ["x"]}, {"tags": ["x"]}, {"creators": None}, {"title": 5}, {"deleted": 1}]
)
def test_what_is_not_text_is_not_judged_here(odd: dict[str, Any]) -> None:
    assert fit(odd) == (odd, ())


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["title", "extra", "abstractNote"]))
def test_whatever_goes_in_fits_and_fits_again(text: str, name: str) -> None:
    data, _ = fit({name: text}, SMALL)

    assert len(data[name].encode()) <= SMALL.field
    assert fit(data, SMALL) == (data, ())


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_clean_text_can_always_be_sent(text: str) -> None:
    cleaned = clean(text)

    assert clean(cleaned) == cleaned
    cleaned.encode()
