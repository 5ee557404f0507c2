"""The adapter's own keys in the configuration: which library of the running Zotero."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from syncd.library import Option

DEFAULT_URL = "http://127.0.0.1:23119"

_KINDS = ("user", "group")
_WAYS = ("api", "connector")

OPTIONS = (
    Option(
        "library_type", 'Whose library it is: "user" or "group".', "user", "user", choices=_KINDS
    ),
    Option("library_id", "A group's number; it is in its address at zotero.org.", 1234567),
    Option("url", "Where the running Zotero answers.", DEFAULT_URL, DEFAULT_URL),
    Option(
        "write_through",
        'How it is written to: through its "api", or through the "connector" of browsers, for an '
        "older Zotero: new items only, without notes, into what is selected in its window.",
        "api",
        "api",
        choices=_WAYS,
    ),
)
_KNOWN = (*(option.name for option in OPTIONS), "key_file")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Options(NamedTuple):
    """Which library is meant. `kind` is `user` or `group`; a user's number is 0."""

    kind: str = "user"
    number: int = 0
    url: str = DEFAULT_URL
    way: str = _WAYS[0]

    @classmethod
    def read(cls, options: Mapping[str, object]) -> Self:
        """Take options in which `find_problems` finds none."""
        kind = str(options.get("library_type", _KINDS[0]))
        number = int(str(options["library_id"])) if kind == "group" else 0
        url = str(options.get("url", DEFAULT_URL)).rstrip("/")
        return cls(kind, number, url, str(options.get("write_through", _WAYS[0])))

    @property
    def is_through_connector(self) -> bool:
        """Say whether it is written to as browsers do."""
        return self.way == "connector"

    @property
    def path(self) -> str:
        """Return the library's path in the local API: `users/0`."""
        return f"{self.kind}s/{self.number}"

    @property
    def words(self) -> str:
        """Return how to speak of the library to a person."""
        return "My Library" if self.kind == "user" else f"group library {self.number}"


def find_problems(options: Mapping[str, object]) -> dict[str, str]:
    """Return what is wrong with each key; empty if the options will do."""
    problems = {name: "is not a key of zotero-desktop" for name in options if name not in _KNOWN}
    kind = options.get("library_type", _KINDS[0])
    if kind not in _KINDS:
        problems["library_type"] = 'must be "user" or "group"'
    number = options.get("library_id")
    is_number = isinstance(number, int) and not isinstance(number, bool)
    if kind == "group" and not (is_number and int(str(number)) > 0):
        problems["library_id"] = "must be the number in the group's address at zotero.org"
    if kind == "user" and number not in (None, 0):
        problems["library_id"] = (
            "is not needed: a running Zotero has one user's library, My Library"
        )
    way = options.get("write_through", _WAYS[0])
    if way not in _WAYS:
        problems["write_through"] = 'must be "api" or "connector"'
    elif way == "connector" and kind == "group":
        problems["write_through"] = '"connector" writes to My Library only, not to a group'
    if complaint := _complaint_about_url(options.get("url", DEFAULT_URL)):
        problems["url"] = complaint
    if not isinstance(options.get("key_file", ""), str):
        problems["key_file"] = "must be the path of a file"
    return problems


def _complaint_about_url(url: object) -> str:
    example = f"must be an address on this machine such as {DEFAULT_URL}"
    if not isinstance(url, str):
        return example
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme != "http" or host not in _LOOPBACK:
        return example
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password:
        return "must be an address only: host and port"
    return ""
