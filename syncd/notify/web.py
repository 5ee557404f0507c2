"""Webhooks and pings: one request to an address that is a secret itself."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import httpx2

from syncd.notify.notice import Notice
from syncd.notify.programs import LONGEST, NotToldError
from syncd.settings import WebhookKind

for _name in ("httpx2", "httpcore2"):
    # They log addresses, and here an address is what a password is elsewhere.
    logging.getLogger(_name).setLevel(logging.WARNING)

FindAddress = Callable[[], str]
"""Returns the address; raises `NotToldError`."""

_URGENT_NTFY, _PLAIN_NTFY = 4, 3
_URGENT_GOTIFY, _PLAIN_GOTIFY = 8, 4


class Webhook:
    """Posts a notice in the shape that a service takes."""

    name = "webhook"

    def __init__(self, find_address: FindAddress, kind: WebhookKind) -> None:
        self._find_address = find_address
        self._kind = kind

    def send(self, notice: Notice) -> None:
        """Post it. Raises `NotToldError`."""
        address = self._find_address()
        kind = kind_of(address) if self._kind is WebhookKind.BY_ADDRESS else self._kind
        to, body = _SHAPES[kind](address, notice)
        _request("POST", to, body)


class Ping:
    """Asks for an address, which tells whoever watches it that all is well."""

    def __init__(self, find_address: FindAddress) -> None:
        self._find_address = find_address

    def send(self) -> None:
        """Ask for it. Raises `NotToldError`."""
        _request("GET", self._find_address(), None)

    def check(self) -> None:
        """See that there is an address, and ask nobody. Raises `NotToldError`."""
        _checked(self._find_address())


def kind_of(address: str) -> WebhookKind:
    """Return which service an address belongs to, as far as it shows."""
    split = urlsplit(address)
    host = (split.hostname or "").lower()
    if host == "hooks.slack.com":
        return WebhookKind.SLACK
    if host == "ntfy.sh" or host.startswith("ntfy."):
        return WebhookKind.NTFY
    if split.path.endswith("/message") and "token=" in split.query:
        return WebhookKind.GOTIFY
    return WebhookKind.JSON


def _ntfy(address: str, notice: Notice) -> tuple[str, Mapping[str, Any]]:
    # Titles in a header would have to be Latin-1; as JSON they go to the server's root.
    split = urlsplit(address)
    root, _, topic = split.path.rstrip("/").rpartition("/")
    return urlunsplit(split._replace(path=root + "/")), {
        "topic": topic,
        "title": notice.title,
        "message": notice.body,
        "priority": _URGENT_NTFY if notice.is_urgent else _PLAIN_NTFY,
        "tags": ["warning" if notice.is_urgent else "books"],
    }


def _slack(address: str, notice: Notice) -> tuple[str, Mapping[str, Any]]:
    title, body = _for_slack(notice.title), _for_slack(notice.body)
    return address, {"text": f"*{title}*\n{body}"}


def _for_slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _gotify(address: str, notice: Notice) -> tuple[str, Mapping[str, Any]]:
    priority = _URGENT_GOTIFY if notice.is_urgent else _PLAIN_GOTIFY
    return address, {"title": notice.title, "message": notice.body, "priority": priority}


def _json(address: str, notice: Notice) -> tuple[str, Mapping[str, Any]]:
    return address, notice.document()


_SHAPES: Mapping[WebhookKind, Callable[[str, Notice], tuple[str, Mapping[str, Any]]]] = {
    WebhookKind.NTFY: _ntfy,
    WebhookKind.SLACK: _slack,
    WebhookKind.GOTIFY: _gotify,
    WebhookKind.JSON: _json,
}


def _request(method: str, address: str, body: Mapping[str, Any] | None) -> None:
    _checked(address)
    content = (
        None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    )
    headers = {} if body is None else {"Content-Type": "application/json"}
    try:
        # Redirects are not followed: they would carry the secret on.
        with (
            httpx2.Client(timeout=LONGEST.total_seconds(), follow_redirects=False) as client,
            client.stream(method, address, content=content, headers=headers) as response,
        ):
            status = response.status_code
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, ImportError) as error:
        # Its words may quote the address, so neither they nor it as a cause are kept.
        raise NotToldError(f"the server does not answer ({type(error).__name__})") from None
    if not 200 <= status < 300:
        raise NotToldError(f"the server answered {status}")


def _checked(address: str) -> SplitResult:
    try:
        split = urlsplit(address)
        is_whole = split.scheme in ("http", "https") and bool(split.hostname)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise NotToldError("what stands there is no address that begins with https:// or http://")
    return split
