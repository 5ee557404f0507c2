"""What syncd says while it works: one line per event, for a terminal, for journald, or as JSON.

A message may carry facts beside its words (`extra={"run": 7, "key": "ABCD2345"}`); those named in
`FACTS` are appended. A fault that repeats is said once a minute, with how often it was not said.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import IO

from syncd.system.printable import printable
from syncd.system.suggestions import complete

FACTS = ("run", "library", "folder", "file", "key", "records", "reason")
_QUIETED = ("alembic", "apscheduler", "httpcore2", "httpx2", "keyring", "sqlalchemy", "watchdog")
_PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6}
_MOST_FAULTS = 1000


class LogFormat(Enum):
    """How lines are written: `text` for people, `json` for programs."""

    TEXT = "text"
    JSON = "json"


def configure_logs(
    stream: IO[str],
    log_format: LogFormat = LogFormat.TEXT,
    *,
    level: int = logging.INFO,
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Send every log line to `stream`; what libraries tell below a warning is left out."""
    handler = logging.StreamHandler(stream)
    handler.addFilter(RepeatFilter(timedelta(minutes=1)))
    if log_format is LogFormat.JSON:
        handler.setFormatter(JsonFormatter())
    else:
        handler.setFormatter(TextFormatter(for_journal=is_journal(stream, environ)))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in _QUIETED:
        # Among what they tell at INFO are addresses, and one of Zotero's holds the key.
        logging.getLogger(name).setLevel(logging.WARNING)


def is_journal(stream: IO[str], environ: Mapping[str, str]) -> bool:
    """Say whether `stream` goes to journald (JOURNAL_STREAM in systemd.exec(5))."""
    told = environ.get("JOURNAL_STREAM", "")
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return told == f"{status.st_dev}:{status.st_ino}"


class TextFormatter(logging.Formatter):
    """`12:30:05 WARNING message run=7`; for journald a `<4>` instead of time and level."""

    def __init__(self, *, for_journal: bool) -> None:
        super().__init__()
        self._for_journal = for_journal

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, and below it a traceback where there is one."""
        words = complete(printable(record.getMessage())) + _repeats(record)
        facts = "".join(f" {name}={printable(str(value))}" for name, value in _facts(record))
        lines = [words + facts, *_traceback(record)]
        if self._for_journal:
            # journald makes an entry of every line, so every line needs its priority.
            priority = f"<{_PRIORITIES.get(record.levelno, 7)}>"
            return "\n".join(priority + line for line in lines)
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
        return f"{at} {record.levelname.lower():<8} " + "\n".join(lines)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `at`, `level`, `logger`, `message`, and the facts."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line; a traceback is a list of its lines."""
        document: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": complete(record.getMessage()),
            **dict(_facts(record)),
        }
        if repeated := getattr(record, "repeated", 0):
            document["repeated"] = repeated
        if traceback := _traceback(record):
            document["traceback"] = traceback
        return json.dumps(document, default=str)


class RepeatFilter(logging.Filter):
    """Let a repeated warning or error through once per interval, and count the others.

    Two are the same fault when their `fault` (given in `extra`) or else their words are.
    """

    def __init__(
        self, interval: timedelta, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._interval = interval.total_seconds()
        self._monotonic = monotonic
        self._said: dict[tuple[str, int, object], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether the record is to be shown; one that is carries `repeated`."""
        if record.levelno < logging.WARNING:
            return True
        fault = (record.name, record.levelno, getattr(record, "fault", record.getMessage()))
        now = self._monotonic()
        said_at, unsaid = self._said.pop(fault, (now - self._interval, 0))
        if now - said_at < self._interval:
            self._said[fault] = (said_at, unsaid + 1)
            return False
        record.repeated = unsaid
        self._said[fault] = (now, 0)
        if len(self._said) > _MOST_FAULTS:
            del self._said[next(iter(self._said))]
        return True


def _facts(record: logging.LogRecord) -> list[tuple[str, object]]:
    return [(name, getattr(record, name)) for name in FACTS if hasattr(record, name)]


def _repeats(record: logging.LogRecord) -> str:
    repeated = getattr(record, "repeated", 0)
    return f" (and {repeated} times more since it was last said)" if repeated else ""


def _traceback(record: logging.LogRecord) -> list[str]:
    if not record.exc_info:
        return []
    text = logging.Formatter().formatException(record.exc_info)
    return ["  " + printable(line) for line in text.splitlines()]
