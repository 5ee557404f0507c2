"""Facts about what the server takes, refuses and rewrites, each seen on the test server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.zotero_server.raw import Raw, article

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

A, B, C = "AAAA2222", "BBBB2222", "CCCC2222"
SMILE = "😀"


# The request as a whole


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "POST data not provided"),
        (b"{}", 400, "Uploaded data must be a JSON array"),
        (b"[1", 400, "JSON Error: Syntax error, malformed JSON"),
        (b'[{"a":NaN}]', 400, "JSON Error: Syntax error, malformed JSON"),
        (b'[{"title":"a\nb"}]', 400, "JSON Error: Unexpected control character found"),
        (b'[{"title":"\xff"}]', 400, "JSON Error: Malformed UTF-8 characters"),
        (b"\xef\xbb\xbf[]", 400, "JSON Error"),
        (b'[{"title":"\\ud800"}]', 400, "Uploaded data must be a JSON array"),
        (b'[{"\\u0000a":1}]', 400, "Uploaded data must be a JSON array"),
        (b"[" * 25 + b"]" * 25, 400, "JSON Error"),
        (json.dumps([{}] * 51).encode(), 413, "Cannot add more than 50 items at a time"),
    ],
)
def test_a_body_that_is_no_batch_is_refused_whole(
    raw: Raw, body: bytes, status: int, words: str
) -> None:
    reply = raw.send("POST", "/items", body)

    assert reply.status == status
    assert words in reply.text
    assert reply.headers["content-type"].startswith("text/html")


def test_the_content_type_of_a_request_is_not_looked_at(raw: Raw) -> None:
    reply = raw.send("POST", "/items", [article()], {"Content-Type": "text/plain"})

    assert reply.status == 200


def test_of_a_name_given_twice_the_last_counts(raw: Raw) -> None:
    body = b'[{"itemType":"book","title":"one","title":"two","key":"AAAA2222","version":0}]'

    raw.send("POST", "/items", body)

    assert raw.data(A)["title"] == "two"


def test_a_pair_of_surrogates_is_a_character(raw: Raw) -> None:
    raw.send(
        "POST",
        "/items",
        b'[{"key":"AAAA2222","version":0,"itemType":"book","title":"\\ud83d\\ude00"}]',
    )

    assert raw.data(A)["title"] == SMILE


def test_the_envelope_that_get_returns_is_taken_too(raw: Raw) -> None:
    raw.post(article(A))
    envelope = raw.get(f"/items/{A}").json
    envelope["data"]["title"] = "Edited"

    assert "0" in raw.post(envelope).json["successful"]
    assert raw.data(A)["title"] == "Edited"


def test_an_object_where_text_belongs_stops_the_batch_in_the_middle(raw: Raw) -> None:
    reply = raw.post(article(A), article(B, title={"a": 1}), article(C))

    assert reply.status == 500
    assert raw.get(f"/items/{A}").status == 200
    assert [raw.get(f"/items/{key}").status for key in (B, C)] == [404, 404]


def test_a_report_names_each_object_once_by_its_place(raw: Raw) -> None:
    raw.post(article(A))

    report = raw.post(
        article(B), {"itemType": "none"}, {"key": A, "version": 3, "title": "A title"}, 7
    ).json

    assert set(report) == {"successful", "success", "unchanged", "failed"}
    assert set(report["successful"]["0"]) == {"key", "version", "library", "links", "meta", "data"}
    assert report["success"] == {"0": B}
    assert report["unchanged"] == {"2": A}
    assert set(report["failed"]) == {"1", "3"}
    assert set(report["failed"]["1"]) == {"code", "message"}, "no key in version 3"
    assert report["failed"]["3"]["message"] == (
        "Invalid value for index 3 in uploaded data; expected JSON item object"
    )


def test_messages_are_escaped_for_html(raw: Raw) -> None:
    refused = raw.post(article(**{"a>b": "x"})).failed["0"]

    assert refused["message"] == "Invalid property 'a&gt;b'"


# What an item may say

LONG_NAME, LONG_TAG = "n" * 256, "t" * 256


@pytest.mark.parametrize(
    ("properties", "code", "message"),
    [
        ({"foo": "x"}, 400, "Invalid property 'foo'"),
        ({"nameOfAct": "x"}, 400, "'nameOfAct' is not a valid field for type 'journalArticle'"),
        (
            {"itemType": "bookSection", "publicationTitle": "x"},
            400,
            "'publicationTitle' is not a valid field for type 'bookSection'",
        ),
        ({"itemType": "foo"}, 400, "'foo' is not a valid itemType"),
        ({"itemType": 7}, 400, "'itemType' must be a string"),
        ({"title": ["x"]}, 400, "Unexpected array for property 'title'"),
        ({"accessDate": "yesterday"}, 400, "'accessDate' must be in ISO 8601"),
        ({"dateAdded": "x"}, 400, "'dateAdded' must be in ISO 8601"),
        ({"note": "x"}, 400, "'note' property is valid only for note and attachment items"),
        ({"tags": ["bare"]}, 400, "Tag must be an object"),
        ({"tags": [{"tag": LONG_TAG}]}, 413, f"Tag '{LONG_TAG[:50]}…' too long"),
        ({"collections": ["CCCC2222"]}, 409, "Collection CCCC2222 not found"),
        ({"collections": ["short"]}, 400, "'short' is not a valid collection key"),
        ({"collections": None}, 400, "'collections' property must be an array"),
        ({"collections": "CCCC2222"}, 400, "'collections' property must be an array"),
        ({"relations": {"dc:title": "x"}}, 400, "Unsupported predicate"),
        ({"relations": {"dc:relation": "https://zotero.org/users/1/items/AAAA2222"}}, 400, "URI"),
        ({"relations": {"owl:sameAs": "http://www.zotero.org/users/1/items/AAAA2222"}}, 400, "URI"),
        ({"deleted": "yes"}, 500, "An error occurred"),
        ({"parentItem": "BBBB2222"}, 400, "cannot have a parent item"),
    ],
)
def test_what_an_item_cannot_say(
    raw: Raw, properties: dict[str, Any], code: int, message: str
) -> None:
    refused = raw.post(article(**properties)).failed["0"]

    assert refused["code"] == code
    assert message in refused["message"]


def test_an_item_needs_a_type(raw: Raw) -> None:
    assert raw.post({"title": "x"}).failed["0"]["message"] == "'itemType' property not provided"


@pytest.mark.parametrize(
    ("creator", "code", "message"),
    [
        (
            {"firstName": "A", "lastName": "B", "orcid": "0"},
            400,
            "Invalid creator property 'orcid'",
        ),
        (
            {"creatorType": "director", "lastName": "B", "firstName": ""},
            400,
            "'director' is not a valid creator type for item type 'journalArticle'",
        ),
        ({"firstName": "A"}, 400, "'lastName' creator property not provided"),
        ({"lastName": "A"}, 400, "'firstName' creator property not provided"),
        ({"lastName": "A", "firstName": "", "name": "B"}, 400, "mutually exclusive"),
        ({"lastName": LONG_NAME, "firstName": ""}, 413, "The creator name ‘nnn"),
        ({"name": LONG_NAME}, 413, "is too long to sync"),
    ],
)
def test_what_a_creator_cannot_be(
    raw: Raw, creator: dict[str, str], code: int, message: str
) -> None:
    refused = raw.post(article(creators=[{"creatorType": "author"} | creator])).failed["0"]

    assert refused["code"] == code
    assert message in refused["message"]


def test_author_is_a_creator_type_everywhere(raw: Raw) -> None:
    creators = [{"creatorType": "author", "name": "The Group"}]

    raw.post({"key": A, "version": 0, "itemType": "film", "creators": creators})

    assert raw.data(A)["creators"] == creators


@pytest.mark.parametrize(("count", "refused"), [(1, False), (2, True)])
def test_one_empty_creator_alone_is_ignored(raw: Raw, count: int, refused: bool) -> None:
    empty = {"creatorType": "author", "firstName": "", "lastName": ""}

    report = raw.post(article(creators=[empty] * count)).json

    assert ("0" in report["failed"]) is refused


def test_creators_are_trimmed_and_doubles_stay(raw: Raw) -> None:
    twice = [{"creatorType": "author", "firstName": "\u2003A ", "lastName": "B"}] * 2

    raw.post(article(A, creators=twice))

    kept = {"creatorType": "author", "firstName": "A", "lastName": "B"}
    assert raw.data(A)["creators"] == [kept, kept]


def test_a_thousand_authors_are_no_problem(raw: Raw) -> None:
    many = [{"creatorType": "author", "firstName": "A", "lastName": str(n)} for n in range(1000)]

    raw.post(article(A, creators=many))

    assert len(raw.data(A)["creators"]) == 1000


# What becomes of text

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\x00b\x08c\x0bd\x1fe\x7ff", "abcdef"),
        ("a\r\nb\tc", "a\nb\tc"),
        (" \t\n a \n", "a"),
        (f"{NBSP}a{NBSP}", f"{NBSP}a{NBSP}"),
        ("a  b", "a  b"),
        ("e\u0301", "e\u0301"),
        ("\u0085\u200b\ufeff\uffff", "\u0085\u200b\ufeff\uffff"),
        ("<i>a</i> &amp; b", "<i>a</i> &amp; b"),
        (SMILE, SMILE),
        (5, "5"),
        (1.5, "1.5"),
        (True, "1"),
        (False, ""),
        (None, ""),
    ],
)
def test_text_is_kept_but_for_control_characters_and_outer_blanks(
    raw: Raw, sent: Any, kept: str
) -> None:
    raw.post(article(A, abstractNote=sent))

    assert raw.data(A)["abstractNote"] == kept


def test_extra_is_plain_text(raw: Raw) -> None:
    raw.post(article(A, extra=f" PMID: 1\nfoo\r\nbar: {SMILE}  \nx\n\n"))

    assert raw.data(A)["extra"] == f"PMID: 1\nfoo\nbar: {SMILE}  \nx"


@pytest.mark.parametrize("name", ["DOI", "ISSN", "url", "date", "language", "PMID"])
def test_identifiers_and_dates_are_not_validated(raw: Raw, name: str) -> None:
    raw.post(article(A, **{name: "https://doi.org/10.1000/NOT <valid>"}))

    assert raw.data(A)[name] == "https://doi.org/10.1000/NOT <valid>"


def test_an_empty_field_of_another_type_is_ignored(raw: Raw) -> None:
    raw.post(article(A, nameOfAct=""))

    assert "nameOfAct" not in raw.data(A)


def test_every_field_of_the_type_is_shown_even_when_empty(raw: Raw) -> None:
    raw.post(article(A))

    data = raw.data(A)
    assert {"DOI", "PMID", "citationKey", "publisher", "extra"} <= set(data)
    assert data["DOI"] == ""


@pytest.mark.parametrize(
    ("name", "text", "fits"),
    [
        ("title", "a" * 65_535, True),
        ("title", "a" * 65_536, False),
        ("extra", SMILE * 16_383, True),
        ("extra", SMILE * 16_384, False),
        ("abstractNote", "王" * 21_845, True),
        ("abstractNote", "王" * 21_846, False),
        ("date", "2" * 65_524, True),
        ("date", "2" * 65_525, False),
    ],
)
def test_a_field_holds_65535_bytes(raw: Raw, name: str, text: str, fits: bool) -> None:
    report = raw.post(article(**{name: text})).json

    assert ("0" in report["successful"]) is fits
    if not fits:
        assert report["failed"]["0"]["code"] == 413


def test_the_refusal_of_a_long_field_shows_its_beginning(raw: Raw) -> None:
    refused = raw.post(article(A, title="t" * 70_000)).failed["0"]

    assert refused["message"] == (
        f"Title field value '{'t' * 50}…' too long for item '{raw.account.number}/{A}'"
    )
    assert refused["data"] == {"field": "Title", "value": "t" * 70_000}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-11-23", "2026-11-23T00:00:00Z"),
        ("2026-11-23 10:11:12", "2026-11-23T10:11:12Z"),
        ("2026-11-23T10:11:12+02:00", "2026-11-23T08:11:12Z"),
        ("", ""),
    ],
)
def test_access_dates_become_utc(raw: Raw, sent: str, kept: str) -> None:
    raw.post(article(A, accessDate=sent))

    assert raw.data(A)["accessDate"] == kept


# Tags, notes, relations, trash


def test_tags_are_trimmed_merged_and_sorted(raw: Raw) -> None:
    sent = [("z", 1), (" b ", 0), ("b", 0), ("", 0), ("B", 0), ("é", 0), ("e", 0), ("b", 1)]

    raw.post(article(A, tags=[{"tag": name, "type": kind} for name, kind in sent]))

    assert raw.data(A)["tags"] == [
        {"tag": "B"},
        {"tag": "b"},
        {"tag": "b", "type": 1},
        {"tag": "e"},
        {"tag": "z", "type": 1},
        {"tag": "é"},
    ]


def test_sending_tags_always_counts_as_a_change(raw: Raw) -> None:
    tags = [{"tag": "same"}]
    raw.post(article(A, tags=tags))

    report = raw.post({"key": A, "version": 3, "tags": tags}).json

    assert report["unchanged"] == {}
    assert raw.data(A)["version"] == 4


@pytest.mark.parametrize(
    "same",
    [
        {"title": "A title"},
        {"extra": " x "},
        {"tags": []},
        {"deleted": 0},
        {"collections": []},
        {"relations": {}},
        {"relations": []},
        {"creators": [{"creatorType": "author", "name": "G"}]},
    ],
)
def test_other_properties_that_say_the_same_change_nothing(raw: Raw, same: dict[str, Any]) -> None:
    raw.post(article(A, extra="x", creators=[{"creatorType": "author", "name": "G"}]))

    assert raw.post({"key": A, "version": 3} | same).json["unchanged"] == {"0": A}


def test_a_number_for_a_text_always_counts_as_a_change(raw: Raw) -> None:
    raw.post(article(A, volume="7"))

    assert raw.post({"key": A, "version": 3, "volume": 7}).json["unchanged"] == {}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("plain & text <", "<p>plain &amp; text &lt;</p>"),
        ("<p><b>bold</b></p>", "<p><strong>bold</strong></p>"),
        ("<p>a</p><script>alert(1)</script>", "<p>a</p>"),
        ('<p onclick="x()">a</p>', "<p>a</p>"),
        ("<p>Other: a &lt; b</p>", "<p>Other: a &lt; b</p>"),
    ],
)
def test_notes_are_rewritten(raw: Raw, sent: str, kept: str) -> None:
    raw.post({"key": A, "version": 0, "itemType": "note", "note": sent})

    assert raw.data(A)["note"] == kept


@pytest.mark.parametrize(("length", "fits"), [(500_000, True), (500_001, False)])
def test_a_note_holds_500000_characters(raw: Raw, length: int, fits: bool) -> None:
    report = raw.post({"itemType": "note", "note": "n" * length}).json

    assert ("0" in report["successful"]) is fits


def test_one_relation_is_shown_as_text_several_as_a_list(raw: Raw) -> None:
    base = "http://zotero.org/users/1/items/"

    raw.post(article(A, relations={"owl:sameAs": base + B}))
    raw.post(article(B, relations={"owl:sameAs": [base + A, base + C]}))

    assert raw.data(A)["relations"] == {"owl:sameAs": base + B}
    assert sorted(raw.data(B)["relations"]["owl:sameAs"]) == [base + A, base + C]


def test_replaces_has_no_way_back_and_outlives_its_target(raw: Raw) -> None:
    gone = f"http://zotero.org/{raw.account.library}/items/{B}"
    raw.post(article(B), article(A, relations={"dc:replaces": gone}))

    assert raw.data(B)["version"] == 3
    assert raw.data(B)["relations"] == {}
    raw.server.delete(raw.account.library, B)
    assert raw.data(A)["relations"] == {"dc:replaces": gone}


def test_a_trashed_item_says_so_and_stays_editable(raw: Raw) -> None:
    raw.post(article(A, deleted=True))

    assert raw.data(A)["deleted"] == 1
    assert "0" in raw.post({"key": A, "version": 3, "title": "x"}).json["successful"]
    raw.post({"key": A, "version": 4, "deleted": 0})
    assert "deleted" not in raw.data(A)


@pytest.mark.parametrize(
    ("change", "moves"),
    [
        ({"title": "x"}, True),
        ({"tags": [{"tag": "x"}]}, True),
        ({"deleted": 1}, True),
        ({"relations": {"owl:sameAs": "http://zotero.org/users/1/items/BBBB2222"}}, False),
        ({"title": "x", "dateModified": "2019-01-01T00:00:00Z"}, True),
    ],
)
def test_which_changes_move_the_date_of_modification(
    raw: Raw, change: dict[str, Any], moves: bool
) -> None:
    raw.post(article(A, dateModified="2020-01-01T00:00:00Z"))

    raw.post({"key": A, "version": 3} | change)

    assert (raw.data(A)["dateModified"] != "2020-01-01T00:00:00Z") is moves


def test_an_asked_for_date_of_modification_is_honoured(raw: Raw) -> None:
    raw.post(article(A))

    raw.post({"key": A, "version": 3, "title": "x", "dateModified": "2019-01-01T00:00:00Z"})

    assert raw.data(A)["dateModified"] == "2019-01-01T00:00:00Z"
