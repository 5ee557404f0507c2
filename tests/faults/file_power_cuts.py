"""Power cuts in the middle of pushes into a library in a directory, on a real file system.

Run it by hand, as root: `python -m tests.faults.file_power_cuts [--cuts N]`. A child pushes
batches onto ext4 in a file and says on a pipe which of them it was told are done. At a random
moment that file is copied as it is: what the kernel holds in memory is not in the copy, as if
the power had gone. The copy is mounted, and everything that was told done has to be there.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from adapters.file import FileLibrary
from adapters.file.documents import parse_item
from syncd.item.minting import mint_key
from syncd.library import Create
from syncd.record import ItemKey
from tests.conformance.schema import SMALL_SCHEMA

BATCH = 20
_MEGABYTES = 48
_LONGEST = 1.5
"""Seconds after its first batch in which a writer is cut."""


def keys_of(batch: int) -> list[ItemKey]:
    """Return the keys that a batch makes."""
    return [mint_key("cut", (str(batch), str(number))) for number in range(BATCH)]


def write_on(home: Path, told: int) -> None:
    """Push batch after batch and tell on a descriptor which one is done, until killed."""
    library = FileLibrary(home, lambda: SMALL_SCHEMA)
    batch = 0
    while True:
        data = {"itemType": "journalArticle", "title": "x" * 2000}
        library.push([Create(key, data) for key in keys_of(batch)], expected=None)
        os.write(told, b".")
        batch += 1
        if batch % 5 == 0:
            library.finish()


def check(home: Path, done: int) -> None:
    """Raise `AssertionError` unless all items of so many batches are there, and every one whole."""
    items = home / "items"
    files = [path for path in items.iterdir() if not path.name.startswith(".")]
    for path in files:
        assert parse_item(path.read_bytes()).data["itemType"] == "journalArticle", path
    wanted = {key for batch in range(done) for key in keys_of(batch)}
    assert wanted <= {path.stem for path in files}, f"{len(wanted)} wanted, {len(files)} there"
    library = FileLibrary(home, lambda: SMALL_SCHEMA)
    seen = {item.key for page in library.changes_since(0) for item in page.items}
    assert seen == {path.stem for path in files}
    library.finish()


def cut(place: Path, chance: random.Random) -> int:
    """Cut the power once; return how many batches had been told done."""
    disk, home = place / "disk", place / "mounted" / "library"
    with disk.open("wb") as file:
        file.truncate(_MEGABYTES * 2**20)
    subprocess.run(["mkfs.ext4", "-q", disk], check=True)
    with mounted(disk, place / "mounted"):
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            write_on(home, theirs)
        done = len(os.read(ours, 1))
        time.sleep(chance.uniform(0, _LONGEST))
        os.set_blocking(ours, False)
        # What is told before the copy begins has to be in it.
        with suppress(BlockingIOError):
            done += len(os.read(ours, 2**16))
        os.kill(child, signal.SIGSTOP)
        shutil.copyfile(disk, place / "cut")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ours)
        os.close(theirs)
    with mounted(place / "cut", place / "mounted"):
        check(home, done)
    return done


@contextmanager
def mounted(disk: Path, place: Path) -> Iterator[None]:
    """Mount a disk in a file."""
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "loop", disk, place], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cuts", type=int, default=100)
    given = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("only root can mount a file system")
    done = 0
    for number in range(given.cuts):
        with tempfile.TemporaryDirectory() as place:
            done += cut(Path(place), random.Random(number))
    print(f"{given.cuts} power cuts, {done} batches told done, all of them there")


if __name__ == "__main__":
    main()
