"""Each kind of key gets its own sentence, and a refused one is not shown again and again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syncd.errors import AccessDeniedError, Denial, KeyLookupError, UnavailableError
from syncd.library import Create
from syncd.record import ItemKey
from tests.fakes.zotero_server.adapter import StillClock, open_library
from tests.fakes.zotero_server.process import Account, ZoteroServer

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

ALL = {"library": True, "notes": True, "write": True}
ARTICLE = Create(ItemKey("AAAA2222"), {"itemType": "journalArticle", "title": "A"})


def account_with(server: ZoteroServer, account: Account, access: dict[str, Any]) -> Account:
    return account._replace(key=server.add_key(account.number, access))


# What describe says


@pytest.mark.parametrize(
    ("access", "writable", "takes_notes", "words"),
    [
        ({"user": ALL}, True, True, "may read and change the library, notes included"),
        (
            {"user": ALL | {"notes": False}},
            True,
            False,
            "may read and change the library, but not its notes",
        ),
        ({"user": ALL | {"write": False}}, False, True, "may read the library, but not change it"),
    ],
)
def test_what_a_key_may_do_is_said_in_words(
    zotero_server: ZoteroServer,
    account: Account,
    access: dict[str, Any],
    writable: bool,
    takes_notes: bool,
    words: str,
) -> None:
    library = open_library(zotero_server, account_with(zotero_server, account, access))

    described = library.describe()

    assert (described.writable, described.takes_notes) == (writable, takes_notes)
    assert described.access == words
    # What it is does not depend on the address by which it is reached.
    assert described.identity == f"https://api.zotero.org/users/{account.number}"
    assert described.location == zotero_server.url


@pytest.mark.parametrize(
    ("access", "words"),
    [
        ({"groups": {"all": ALL}}, "opens groups only, not user library"),
        ({"user": {"library": False}}, "opens no library, not even user library"),
    ],
)
def test_a_key_that_does_not_open_the_library_is_denied(
    zotero_server: ZoteroServer, account: Account, access: dict[str, Any], words: str
) -> None:
    library = open_library(zotero_server, account_with(zotero_server, account, access))

    with pytest.raises(AccessDeniedError, match=words):
        library.describe()


def test_the_key_of_somebody_else_is_told_from_ones_own(
    zotero_server: ZoteroServer, account: Account
) -> None:
    stranger = zotero_server.add_user()

    with pytest.raises(AccessDeniedError, match=rf"belongs to user {stranger.number} .* somebody"):
        open_library(zotero_server, account._replace(key=stranger.key)).describe()


@pytest.mark.parametrize(
    ("group", "access", "writable", "words"),
    [
        ({}, None, True, "may read and change"),
        ({"editing": "admins"}, None, False, "only its admins may change it"),
        ({}, {"groups": {"all": {"library": True}}}, False, "but not change it"),
    ],
)
def test_a_group_says_whether_its_members_may_write(
    zotero_server: ZoteroServer,
    account: Account,
    group: dict[str, Any],
    access: dict[str, Any] | None,
    writable: bool,
    words: str,
) -> None:
    shared = zotero_server.add_group(
        zotero_server.add_user(), name="Lab", members=[account.number], **group
    )
    shared = shared._replace(key=zotero_server.add_key(account.number, access))

    described = open_library(zotero_server, shared).describe()

    assert (described.title, described.writable) == ("Lab", writable)
    assert words in described.access


@pytest.mark.parametrize("access", [{"user": ALL}, {"groups": {"1": ALL}}])
def test_a_key_without_the_group_is_denied(
    zotero_server: ZoteroServer, account: Account, access: dict[str, Any]
) -> None:
    shared = zotero_server.add_group(account)
    shared = shared._replace(key=zotero_server.add_key(account.number, access))

    with pytest.raises(AccessDeniedError, match="does not open group"):
        open_library(zotero_server, shared).describe()


def test_a_group_of_which_one_is_no_member_is_denied(
    zotero_server: ZoteroServer, account: Account
) -> None:
    shared = zotero_server.add_group(zotero_server.add_user())._replace(key=account.key)

    with pytest.raises(AccessDeniedError, match="is no member of it; it sees no group") as caught:
        open_library(zotero_server, shared).describe()

    assert caught.value.denial is Denial.NO_MEMBER


def test_a_mistyped_group_is_told_with_the_groups_that_the_key_sees(
    zotero_server: ZoteroServer, account: Account
) -> None:
    lab = zotero_server.add_group(account, name="Lab")
    other = zotero_server.add_group(zotero_server.add_user())._replace(key=account.key)
    only = zotero_server.add_key(account.number, {"groups": {str(lab.number): ALL}})

    with pytest.raises(AccessDeniedError, match=rf"sees group {lab.number} \(Lab\)"):
        open_library(zotero_server, other).describe()
    with pytest.raises(AccessDeniedError, match=f"but group {lab.number}"):
        open_library(zotero_server, other._replace(key=only)).describe()


def test_a_mistyped_key_is_told_from_a_revoked_one(
    zotero_server: ZoteroServer, account: Account
) -> None:
    mistyped = open_library(zotero_server, account, find_key=lambda: "x" * 24)
    with pytest.raises(AccessDeniedError, match="is mistyped or was revoked"):
        mistyped.describe()
    library = open_library(zotero_server, account)
    library.describe()
    zotero_server.revoke(account.key)

    with pytest.raises(AccessDeniedError, match="was revoked"):
        library.describe()


def test_a_key_that_may_only_read_is_told_when_it_writes(
    zotero_server: ZoteroServer, account: Account
) -> None:
    reader = account_with(zotero_server, account, {"user": {"library": True, "notes": True}})

    with pytest.raises(AccessDeniedError, match="may read the library, but not change it"):
        open_library(zotero_server, reader).push([ARTICLE], expected=None)


def test_no_key_at_all_is_said_without_asking_the_server(
    zotero_server: ZoteroServer, account: Account
) -> None:
    with pytest.raises(AccessDeniedError, match="no key is stored"):
        open_library(zotero_server, account, find_key=lambda: None).describe()

    assert zotero_server.requests() == []


@pytest.mark.parametrize(
    ("passing", "error"), [(True, UnavailableError), (False, AccessDeniedError)]
)
def test_a_key_that_cannot_be_looked_up_is_waited_for_or_told(
    zotero_server: ZoteroServer, account: Account, passing: bool, error: type[Exception]
) -> None:
    def locked() -> str | None:
        raise KeyLookupError("the keyring is locked", passing=passing)

    with pytest.raises(error, match="locked"):
        open_library(zotero_server, account, find_key=locked).describe()


@pytest.mark.parametrize("key", ["", "two words", "schlüssel", "line\nbreak"])
def test_what_is_no_key_is_neither_sent_nor_repeated(
    zotero_server: ZoteroServer, account: Account, key: str
) -> None:
    with pytest.raises(AccessDeniedError, match="is not a key") as caught:
        open_library(zotero_server, account, find_key=lambda: key).describe()

    assert not key or key not in str(caught.value)
    assert zotero_server.requests() == []


def test_the_key_stands_in_no_address(zotero_server: ZoteroServer, account: Account) -> None:
    library = open_library(zotero_server, account)
    library.describe()
    list(library.changes_since(0))
    library.collections()
    library.push([ARTICLE], expected=None)

    for entry in zotero_server.requests():
        assert account.key not in entry["path"]
        assert account.key not in str(entry["query"])
        assert entry["headers"]["zotero-api-key"] == account.key
        assert "authorization" not in entry["headers"]


# No storm, and healing


def test_a_refused_key_is_shown_once_an_hour_to_do_something(
    zotero_server: ZoteroServer, account: Account
) -> None:
    clock = StillClock()
    library = open_library(zotero_server, account, clock=clock)
    zotero_server.revoke(account.key)

    for minutes in (0, 1, 30, 59):
        clock.passed = timedelta(minutes=minutes)
        with pytest.raises(AccessDeniedError, match="does not know the key") as caught:
            library.push([ARTICLE], expected=None)
        assert caught.value.denial is Denial.UNKNOWN
    assert len(zotero_server.requests()) == 1

    clock.passed = timedelta(hours=1)
    with pytest.raises(AccessDeniedError):
        library.push([ARTICLE], expected=None)
    assert len(zotero_server.requests()) == 2


def test_a_new_key_heals_at_once(zotero_server: ZoteroServer, account: Account) -> None:
    stored = [account.key]
    library = open_library(zotero_server, account, find_key=lambda: stored[-1])
    zotero_server.revoke(account.key)
    with pytest.raises(AccessDeniedError):
        library.describe()

    stored.append(zotero_server.add_key(account.number))

    assert library.describe().writable


def test_an_old_key_with_new_rights_heals_as_soon_as_somebody_asks(
    zotero_server: ZoteroServer, account: Account
) -> None:
    shared = zotero_server.add_group(zotero_server.add_user())._replace(key=account.key)
    library = open_library(zotero_server, shared)
    with pytest.raises(AccessDeniedError):
        library.describe()
    group = {"id": shared.number, "owner": account.number}
    zotero_server.set_up(groups=[group])

    assert library.describe().writable


def test_a_good_key_is_looked_up_once(zotero_server: ZoteroServer, account: Account) -> None:
    looked_up: list[str] = []

    def find_key() -> str:
        looked_up.append(account.key)
        return account.key

    library = open_library(zotero_server, account, find_key=find_key)
    for _ in range(3):
        library.describe()

    assert len(looked_up) == 1
