"""Instants for people: in the time of where they are, and saying so."""

from __future__ import annotations

from datetime import datetime


def format_local(instant: str | None) -> str:
    """Return an ISO 8601 instant in local time with its zone; `never` for none."""
    if not instant:
        return "never"
    return f"{datetime.fromisoformat(instant).astimezone():%Y-%m-%d %H:%M:%S %Z}"
