"""One spelling for each address of a server."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

_PORTS = {"http": 80, "https": 443}
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def spell_address(address: str) -> str:
    """Return an address as it is compared: case, usual ports and this machine's names apart.

    What is no address of a server is returned as it is.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return address
    if not host:
        return address
    host = "localhost" if host in _THIS_MACHINE else host.removesuffix(".")
    port = None if port == _PORTS.get(parts.scheme) else port
    place = f"{host}:{port}" if port else host
    return urlunsplit((parts.scheme, place, parts.path.rstrip("/"), parts.query, ""))
