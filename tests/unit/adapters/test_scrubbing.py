"""A key that others echo is found whole, in part, and however they set it."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable

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
        "\u200b".join(KEY),
        "-".join(KEY[start : start + 4] for start in range(0, 24, 4)),
        KEY.encode().hex(),
        "".join(f"%{ord(each):02X}" for each in KEY),
        "".join(f"%25{ord(each):02x}" for each in KEY),
        "".join(f"&#{ord(each)};" for each in KEY),
        "".join(f"&#x{ord(each):x};" for each in KEY),
        "".join(f"\\u{ord(each):04x}" for each in KEY),
    ],
)
def test_a_key_is_cut_out_and_the_rest_stays(echo: str) -> None:
    assert scrub(f"Zotero-API-Key: {echo}; refused", KEY) == "Zotero-API-Key: [key]; refused"


@pytest.mark.parametrize("before", ["", "a", "ab", "user:"])
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_of_an_encoded_key_less_is_left_than_anybody_could_use(
    before: str, encode: Callable[[bytes], bytes]
) -> None:
    echo = encode(f"{before}{KEY}".encode()).decode()

    cleaned = scrub(echo, KEY)

    # Both ends know of their neighbours: a character of the key at most.
    assert "[key]" in cleaned
    assert len(cleaned.replace("[key]", "").rstrip("=")) <= len(b64encode(before.encode())) + 3


def test_a_key_that_an_address_must_escape_is_found_in_both_spellings() -> None:
    key = "secret/with+signs=and%more"

    cleaned = scrub(f"/keys/secret%2Fwith%2Bsigns%3Dand%25more and {key}", key)

    assert cleaned == "/keys/[key] and [key]"


@pytest.mark.parametrize("key", [None, "", KEY])
def test_words_without_the_key_stay_as_they_are(key: str | None) -> None:
    words = "Library is locked; Canary birds are not keys (abcdef)"

    assert scrub(words, key) == words


def test_every_text_of_an_answer_is_looked_at() -> None:
    answer = {"0": {"code": 400, "message": f"no {KEY}", "more": [KEY, 7, None], KEY: 1}}

    assert scrub_all(answer, KEY) == {
        "0": {"code": 400, "message": "no [key]", "more": ["[key]", 7, None], "[key]": 1}
    }
