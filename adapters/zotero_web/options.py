"""The adapter's own keys in the configuration: which library, and where its server is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from syncd.library import Option

DEFAULT_URL = "https://api.zotero.org"

_NEW_KEY = "https://www.zotero.org/settings/keys/new"

_KINDS = ("user", "group")

OPTIONS = (
    Option(
        "library_type", 'Whose library it is: "user" or "group".', "user", "user", choices=_KINDS
    ),
    Option(
        "library_id",
        "Its number: yours is shown at https://www.zotero.org/settings/keys, a group's is in "
        "its address.",
        1234567,
        required=True,
    ),
    Option("api_url", "The server to speak to.", DEFAULT_URL, DEFAULT_URL),
)
_KNOWN = (*(option.name for option in OPTIONS), "key_file")
_NUMBER_IN_ADDRESS = re.compile(r"(?:\A|/groups/|/users/)(\d{1,12})(?:/|\Z)")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Options(NamedTuple):
    """Which library is meant. `kind` is `user` or `group`."""

    kind: str
    number: int
    url: str = DEFAULT_URL

    @classmethod
    def read(cls, options: Mapping[str, object]) -> Self:
        """Take options in which `find_problems` finds none."""
        return cls(
            str(options.get("library_type", _KINDS[0])),
            int(str(options["library_id"])),
            str(options.get("api_url", DEFAULT_URL)).rstrip("/"),
        )

    @property
    def path(self) -> str:
        """Return the library's path on its server: `users/1`."""
        return f"{self.kind}s/{self.number}"

    @property
    def identity(self) -> str:
        """Return what the library is, however it is called and by whatever address it is reached.

        The text is the library's address at zotero.org, since keys follow from it.
        """
        return f"{DEFAULT_URL}/{self.path}"

    @property
    def words(self) -> str:
        """Return how to speak of the library to a person."""
        return f"{self.kind} library {self.number}"


def key_page(options: Mapping[str, object]) -> str:
    """Return where a key with the rights that are needed is made, its form filled in already."""
    if options.get("library_type") == "group":
        return f"{_NEW_KEY}?name=syncd&all_groups=write"
    return f"{_NEW_KEY}?name=syncd&library_access=1&notes_access=1&write_access=1"


def find_problems(options: Mapping[str, object]) -> dict[str, str]:
    """Return what is wrong with each key; empty if the options will do."""
    problems = {name: "is not a key of zotero-web" for name in options if name not in _KNOWN}
    if options.get("library_type", _KINDS[0]) not in _KINDS:
        problems["library_type"] = 'must be "user" or "group"'
    number = options.get("library_id")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        problems["library_id"] = _complaint_about_number(number)
    complaint = _complaint_about_url(options.get("api_url", DEFAULT_URL))
    if complaint:
        problems["api_url"] = complaint
    key_file = options.get("key_file", "")
    if not isinstance(key_file, str):
        problems["key_file"] = "must be the path of a file"
    return problems


def _complaint_about_number(given: object) -> str:
    told = (
        "must be a number such as 1234567: your userID from zotero.org/settings/keys, "
        "or the number in the group's address"
    )
    # People paste the address of the page, which holds the number of a group.
    found = _NUMBER_IN_ADDRESS.search(given) if isinstance(given, str) else None
    return f"{told}; here perhaps {found[1]}, without quotes" if found else told


def _complaint_about_url(url: object) -> str:
    if not isinstance(url, str):
        return "must be an address such as https://api.zotero.org"
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme not in ("https", "http") or not host:
        return "must begin with https:// and name a server"
    if parts.scheme == "http" and host not in _LOOPBACK:
        return "must be https://, or anybody on the way could read the key"
    if parts.query or parts.fragment or parts.username or parts.password:
        return "must be an address only, without user name, query or fragment"
    if "tags" in url:
        # pyzotero takes every answer from an address with this word for a list of tags.
        return "must not contain the word 'tags'"
    return ""
