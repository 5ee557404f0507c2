"""Points in time as the server reads and writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_SQL = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")


def now() -> str:
    """Return the present second."""
    return _format(datetime.now(UTC))


def parse_instant(text: str) -> str | None:
    """Return an ISO 8601 or SQL instant in the server's spelling; None when it is neither."""
    if not (_SQL.fullmatch(text) or _ISO.fullmatch(text)):
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _format(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))


def _format(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
