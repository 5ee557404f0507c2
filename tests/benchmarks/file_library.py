"""What a library in a directory takes: flushes, time of one push, and the look at a large one.

Run it by hand: `python -m tests.benchmarks.file_library [write|large] … [--items N]`. Each line
has a ratio to something that the same run has measured beside it, in seconds of CPU.

    write  5,000 items in batches, beside the same files written and renamed without any library
    large  one item into a library of N (100,000 unless told), beside a bare scandir and stat of
           its folder, and beside the push of one item into a library of 1,000
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from adapters.file import FileLibrary
from adapters.file.documents import format_item
from syncd.item.minting import mint_key
from syncd.library import Accepted, Create, Library
from syncd.record import ItemKey
from syncd.system.resources import shipped_schema
from tests.benchmarks.web import _WORDS

_WRITTEN = 5_000
_BATCH = 1_000
_SMALL = 1_000
_PUSHES = 40
_TRIES = 15


def article(number: int) -> dict[str, Any]:
    """Return one item's data; the same number is the same item."""
    words = " ".join(_WORDS[(number * 7 + place * place) % len(_WORDS)] for place in range(150))
    return {
        "itemType": "journalArticle",
        "title": f"{words[:70]} {number}",
        "creators": [
            {"creatorType": "author", "firstName": "A.", "lastName": f"Abel{number % 97}"}
        ],
        "abstractNote": words,
        "date": str(1990 + number % 35),
        "DOI": f"10.5555/file.{number}",
        "tags": [{"tag": "benchmark"}],
    }


def keys(count: int, start: int = 0) -> list[ItemKey]:
    """Return so many keys, always the same."""
    return [mint_key("benchmark", (str(number),)) for number in range(start, start + count)]


def cpu(work: Callable[[], object]) -> float:
    """Return how many seconds of CPU a piece of work takes."""
    before = time.process_time()
    work()
    return time.process_time() - before


def best(work: Callable[[int], float]) -> float:
    """Return the shortest of some tries: what others do on the machine only adds."""
    return min(work(number) for number in range(_TRIES))


def measure_writing(place: Path) -> None:
    """Compare pushes with bare files."""
    library = open_library(place / "library")
    items = [Create(key, article(number)) for number, key in enumerate(keys(_WRITTEN))]

    def push() -> None:
        for start in range(0, _WRITTEN, _BATCH):
            push_all(library, items[start : start + _BATCH])

    def write() -> None:
        (place / "bare").mkdir()
        for create in items:
            path = place / "bare" / create.item_key
            path.with_suffix(".tmp").write_bytes(
                format_item(create.item_key, 1, create.data, trashed=False)
            )
            path.with_suffix(".tmp").rename(path)

    bare, pushed, exported = cpu(write), cpu(push), cpu(library.finish)
    print(
        f"write: {_WRITTEN} bare files {bare:.2f} s, pushed {pushed:.2f} s = {pushed / bare:.1f} x"
    )
    print(f"write: exports {exported:.2f} s = {exported / bare:.1f} x")


def measure_large(place: Path, items: int) -> None:
    """Compare one item more with a bare look at the folder, and with a small library."""
    sizes = (_SMALL, items)
    libraries = {size: open_library(place / str(size)) for size in sizes}
    for size, library in libraries.items():
        fill(place / str(size), library, size)
    folder = place / str(items) / "items"
    bare = best(lambda _: cpu(lambda: [entry.stat() for entry in scan(folder)]))
    look, push, finish = {}, {}, {}
    for size, library in libraries.items():
        look[size] = measure_look(library)
        push[size] = measure_push(library)
        finish[size] = cpu(library.finish)
    whole = look[items] + push[items]
    print(f"large: scandir and stat of {items} files {bare:.3f} s")
    print(f"large: look {look[items]:.3f} s, look and push {whole:.3f} s = {whole / bare:.2f} x")
    print(
        f"large: push {push[items] * 1000:.1f} ms, into {_SMALL} {push[_SMALL] * 1000:.1f} ms"
        f" = {push[items] / push[_SMALL]:.2f} x"
    )
    print(f"large: exports after them {finish[items]:.3f} s = {finish[items] / bare:.2f} x")


def measure_look(library: Library) -> float:
    """Return what it takes to follow a library in which nothing has changed."""
    version = follow(library)
    return best(lambda _: cpu(lambda: follow(library, version)))


def measure_push(library: Library) -> float:
    """Return what it takes to push one item: the median of many pushes, as each is short."""
    items = [Create(key, article(0)) for key in keys(_PUSHES, start=10_000_000)]
    return median(cpu(partial(push_all, library, [one])) for one in items)


def open_library(directory: Path) -> FileLibrary:
    """Return a library there."""
    return FileLibrary(directory, shipped_schema)


def fill(directory: Path, library: FileLibrary, size: int) -> None:
    """Put items into a library as a person would copy them there, and export it once."""
    push_all(library, [Create(key, article(0)) for key in keys(1)])
    for number, key in enumerate(keys(size)):
        path = directory / "items" / f"{key}.json"
        path.write_bytes(format_item(key, 1, article(number), trashed=False))
    follow(library)
    follow(library)
    library.finish()


def scan(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield what is in a folder."""
    with os.scandir(folder) as entries:
        yield from entries


def follow(library: Library, version: int = 0) -> int:
    """Follow a library from a version on, knowing all its items; return where it stands."""
    for page in library.changes_since(version, known=lambda of: dict.fromkeys(of, -1)):
        version = page.to_version or version
    return version


def push_all(library: Library, operations: list[Create]) -> None:
    """Push these items, all of which have to be taken."""
    outcomes = library.push(operations, expected=None).outcomes
    if not all(isinstance(outcome, Accepted) for outcome in outcomes):
        raise AssertionError("not everything was taken")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="*", default=["write", "large"])
    parser.add_argument("--items", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        if "write" in given.what:
            measure_writing(Path(place))
        if "large" in given.what:
            measure_large(Path(place), given.items)


if __name__ == "__main__":
    main()
