"""One server's address is one, however it is spelled."""

from __future__ import annotations

import pytest

from syncd.system.addresses import spell_address

ZOTERO = "https://api.zotero.org"


@pytest.mark.parametrize(
    "other",
    [f"{ZOTERO}/", "HTTPS://API.Zotero.org", f"{ZOTERO}:443", f"{ZOTERO}./", f"{ZOTERO}:443/"],
)
def test_spellings_of_one_address_are_equal(other: str) -> None:
    assert spell_address(other) == spell_address(ZOTERO)


def test_this_machine_has_several_names() -> None:
    names = ("localhost", "127.0.0.1", "[::1]", "LOCALHOST")

    assert len({spell_address(f"http://{each}:8080/zotero") for each in names}) == 1


@pytest.mark.parametrize(
    "other",
    ["http://api.zotero.org", f"{ZOTERO}:444", f"{ZOTERO}/Path", "https://zotero.org", ""],
)
def test_other_addresses_are_others(other: str) -> None:
    assert spell_address(other) != spell_address(ZOTERO)


@pytest.mark.parametrize("text", ["", "/srv/Library", "http://[broken", "http://host:port/"])
def test_what_is_no_address_stays_as_it_is(text: str) -> None:
    assert spell_address(text) == text
