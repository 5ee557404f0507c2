"""Log lines are one clean line each, in the form their reader wants, and never a flood."""

from __future__ import annotations

import io
import json
import logging
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.system.logs import JsonFormatter, LogFormat, RepeatFilter, TextFormatter, configure_logs

HOSTILE = "a\nb\x1b[31m\u202e\udcff.ris"


@pytest.fixture
def root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)


def record(message: str, level: int = logging.WARNING, **facts: object) -> logging.LogRecord:
    made = logging.LogRecord("syncd.test", level, "", 0, message, (), None)
    vars(made).update(facts)
    return made


def test_control_characters_cannot_reach_the_terminal() -> None:
    line = TextFormatter(for_journal=False).format(record(HOSTILE, file=HOSTILE))

    assert line.isprintable()
    assert line.endswith("file=a\\nb\\x1b[31m\\u202e\\xff.ris")


def test_every_line_for_the_journal_carries_its_priority() -> None:
    try:
        int("two\nlines")
    except ValueError as exc:
        told = record("a bug", logging.ERROR, exc_info=(type(exc), exc, exc.__traceback__))

    lines = TextFormatter(for_journal=True).format(told).splitlines()

    assert len(lines) > 3
    assert all(line.startswith("<3>") for line in lines)
    assert lines[0] == "<3>a bug"


def test_json_lines_hold_message_and_facts() -> None:
    document = json.loads(JsonFormatter().format(record(HOSTILE, run=7, key="ABCD2345")))

    assert document["message"] == HOSTILE
    assert (document["run"], document["key"], document["level"]) == (7, "ABCD2345", "warning")
    assert document["at"].endswith("+00:00")


def test_a_repeated_fault_is_said_once_a_minute_and_counted() -> None:
    now = 0.0
    repeats = RepeatFilter(timedelta(minutes=1), monotonic=lambda: now)

    shown = []
    for second in range(0, 125, 5):
        now = float(second)
        told = record("mine: not reachable")
        if repeats.filter(told):
            shown.append((second, told.repeated))  # type: ignore[attr-defined]

    assert shown == [(0, 0), (60, 11), (120, 11)]


def test_other_faults_and_plain_news_are_not_held_back() -> None:
    repeats = RepeatFilter(timedelta(minutes=1), monotonic=lambda: 0.0)

    assert repeats.filter(record("mine: not reachable"))
    assert repeats.filter(record("theirs: not reachable"))
    assert repeats.filter(record("run ended", logging.INFO))
    assert repeats.filter(record("run ended", logging.INFO))
    assert not repeats.filter(record("theirs: not reachable"))


def test_a_fault_with_changing_words_is_known_by_its_name() -> None:
    repeats = RepeatFilter(timedelta(minutes=1), monotonic=lambda: 0.0)

    assert repeats.filter(record("attempt 1", fault="mine"))
    assert not repeats.filter(record("attempt 2", fault="mine"))


def test_the_memory_of_faults_is_bounded() -> None:
    repeats = RepeatFilter(timedelta(minutes=1), monotonic=lambda: 0.0)

    for number in range(5000):
        repeats.filter(record(f"fault {number}"))

    assert repeats.filter(record("fault 0"))
    assert not repeats.filter(record("fault 4999"))


@pytest.mark.usefixtures("root_logger")
def test_the_journal_is_recognised_by_its_stream(tmp_path: Path) -> None:
    with (tmp_path / "journal").open("w+", encoding="utf-8") as stream:
        status = os.fstat(stream.fileno())
        for told in (f"{status.st_dev}:{status.st_ino}", "1:1"):
            configure_logs(stream, environ={"JOURNAL_STREAM": told})
            logging.getLogger("syncd.test").warning("hello")
        stream.seek(0)
        first, second = stream.read().splitlines()

    assert first == "<4>hello"
    assert second.endswith("warning  hello")
    assert second[:2] == "20"


@pytest.mark.usefixtures("root_logger")
def test_libraries_are_heard_only_when_they_warn() -> None:
    stream = io.StringIO()
    configure_logs(stream, LogFormat.JSON)

    logging.getLogger("httpx2").info("GET https://api.zotero.org/keys/c4n4ry")
    logging.getLogger("httpx2").warning("odd")

    assert "c4n4ry" not in stream.getvalue()
    assert "odd" in stream.getvalue()
