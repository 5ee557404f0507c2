"""Instants as the ledger writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def format_instant(instant: datetime) -> str:
    """Return an aware instant as the ledger writes it: ISO 8601, UTC, ending in Z."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """Return the instant that `format_instant` wrote."""
    return datetime.fromisoformat(text)


def find_instant(text: str | None) -> datetime | None:
    """Return the instant of a column that may be empty."""
    return parse_instant(text) if text else None
