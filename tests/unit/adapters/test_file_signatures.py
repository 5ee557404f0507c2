"""When `stat` alone may be believed."""

from __future__ import annotations

import os
from pathlib import Path

from adapters.file.signatures import fingerprint, signature

MILLISECOND = 1_000_000
SECOND = 1_000 * MILLISECOND


def test_a_file_is_told_by_its_stat_only_once_it_is_older_than_a_tick(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("a")
    os.utime(path, ns=(0, path.stat().st_ctime_ns // SECOND * SECOND + 10 * SECOND + 1))
    found = path.stat()

    assert signature(found, found.st_mtime_ns + MILLISECOND) == ""
    assert signature(found, found.st_mtime_ns + 100 * MILLISECOND) == fingerprint(found)


def test_a_clock_that_counts_in_whole_seconds_has_a_longer_tick(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("a")
    os.utime(path, ns=(0, path.stat().st_ctime_ns // SECOND * SECOND + 10 * SECOND))
    found = path.stat()

    assert signature(found, found.st_mtime_ns + SECOND) == ""
    assert signature(found, found.st_mtime_ns + 3 * SECOND) == fingerprint(found)


def test_a_file_put_in_anothers_place_has_another_fingerprint(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for path in (one, other):
        path.write_text("same")
        os.utime(path, ns=(0, 0))
    before = fingerprint(one.stat())

    other.rename(one)

    assert fingerprint(one.stat()) != before
