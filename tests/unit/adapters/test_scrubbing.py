"""A key that others echo is found whole, in part, and however they set it."""

from __future__ import annotations

import pytest

from adapters.scrubbing import scrub, scrub_all

KEY = "CanaryKey234567890abcdef"


@pytest.mark.parametrize(
    "echo",
    [
        KEY,
        KEY.lower(),
        KEY.upper(),
        KEY[:15],
        KEY[9:],
        f"{KEY[:11]}\n{KEY[11:]}",
        " ".join(KEY),
    ],
)
def test_a_key_is_cut_out_and_the_rest_stays(echo: str) -> None:
    assert scrub(f"Zotero-API-Key: {echo}; refused", KEY) == "Zotero-API-Key: [key]; refused"


def test_a_key_that_an_address_must_escape_is_found_in_both_spellings() -> None:
    key = "secret/with+signs=and%more"

    cleaned = scrub(f"/keys/secret%2Fwith%2Bsigns%3Dand%25more and {key}", key)

    assert cleaned == "/keys/[key] and [key]"


@pytest.mark.parametrize("key", [None, "", KEY])
def test_words_without_the_key_stay_as_they_are(key: str | None) -> None:
    words = "Library is locked; Canary birds are not keys (abcdef)"

    assert scrub(words, key) == words


def test_every_text_of_an_answer_is_looked_at() -> None:
    answer = {"0": {"code": 400, "message": f"no {KEY}", "more": [KEY, 7, None]}}

    assert scrub_all(answer, KEY) == {
        "0": {"code": 400, "message": "no [key]", "more": ["[key]", 7, None]}
    }
