"""A container in a drop folder: its members are exports, and it goes when all of them are done."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from syncd import formats
from syncd.errors import InputError
from syncd.formats import Container, Member
from syncd.inbox import ChangedError, ScanResult, open_export, read_exports
from syncd.settings import After
from tests.fakes.clock import FakeClock
from tests.fakes.settings import make_folder
from tests.support.drop import Drop
from tests.support.other_formats import BUNDLE, JSON_LINES, bundle, json_line

ONE = json_line("One") * 20
TWO = json_line("Two") * 30
CAP = 100_000


@pytest.fixture(autouse=True)
def known_formats() -> Iterator[None]:
    with formats.also(JSON_LINES, BUNDLE):
        yield


class Seen(Drop):
    """A drop folder in which it matters what a person sees."""

    def lies_in(self) -> list[str]:
        """Return the files that a person sees."""
        files = (path.relative_to(self.path) for path in self.path.rglob("*") if path.is_file())
        return sorted(str(path) for path in files if path.parts[0] != ".syncd")


@pytest.fixture
def make_drop(tmp_path: Path) -> Iterator[Callable[[After], Seen]]:
    drops: list[Seen] = []

    def make(after: After) -> Seen:
        path = tmp_path / f"drop-{len(drops)}"
        path.mkdir()
        drops.append(Seen(make_folder(path, settle=1, after=after), FakeClock()))
        return drops[-1]

    yield make
    for drop in drops:
        drop.inbox.close()


@pytest.fixture
def drop(make_drop: Callable[[After], Seen]) -> Seen:
    return make_drop(After.LEAVE)


@pytest.fixture
def moving(make_drop: Callable[[After], Seen]) -> Seen:
    return make_drop(After.MOVE)


def shown(result: ScanResult) -> list[str]:
    return [export.dropped_as.name for export in result.ready]


def test_a_suffix_of_a_known_format_is_taken(drop: Seen) -> None:
    drop.put("a.jsonl", ONE)
    drop.put("b.bundle", bundle(c_txt=TWO))
    drop.put("d.txt", ONE + TWO)

    assert shown(drop.settled()) == ["a.jsonl", "c.txt"]


def test_a_file_that_its_format_calls_incomplete_is_given_a_minute(drop: Seen) -> None:
    drop.put("a.jsonl", ONE.rstrip())
    drop.put("b.bundle", bundle(b_jsonl=TWO).removesuffix(b"END\n"))

    assert drop.settled().waiting == 2
    drop.clock.advance(seconds=60)
    assert shown(drop.inbox.scan()) == ["a.jsonl", "b.bundle"]


def test_each_member_is_read_as_it_was_hashed(drop: Seen) -> None:
    drop.put("a.bundle", bundle(one_jsonl=ONE, two_jsonl=TWO))

    exports = drop.settled().ready

    contents = {}
    for export in exports:
        with open_export(export) as stream:
            contents[str(export.dropped_as)] = stream.read()
    path = drop.path / "a.bundle"
    assert contents == {f"{path}/one.jsonl": ONE, f"{path}/two.jsonl": TWO}
    assert [export.size for export in exports] == [len(ONE), len(TWO)]


def test_a_member_that_was_delivered_from_another_container_is_not_ready(
    drop: Seen,
) -> None:
    drop.put("a.bundle", bundle(one_jsonl=ONE))
    drop.known.update(export.sha256 for export in drop.settled().ready)

    drop.put("b.bundle", bundle(one_jsonl=ONE, two_jsonl=TWO))
    again = drop.settled()
    drop.known.update(export.sha256 for export in again.ready)

    assert shown(again) == ["two.jsonl"]
    assert shown(drop.inbox.scan()) == []


def test_what_is_in_a_container_twice_is_one_export(drop: Seen) -> None:
    drop.put("a.bundle", bundle(one_jsonl=ONE, same_jsonl=ONE))

    result = drop.settled()

    assert (shown(result), result.waiting) == (["one.jsonl"], 0)


def test_a_member_that_another_file_holds_too_waits_for_it(drop: Seen) -> None:
    drop.put("a.jsonl", ONE)
    drop.put("b.bundle", bundle(one_jsonl=ONE, two_jsonl=TWO))

    result = drop.settled()

    assert (shown(result), result.waiting) == (["a.jsonl", "two.jsonl"], 1)


def test_a_rewrite_that_hides_its_traces_is_noticed(drop: Seen) -> None:
    path = drop.put("a.bundle", bundle(one_jsonl=ONE, two_jsonl=TWO))
    first, second = drop.settled().ready
    content = path.read_bytes().replace(b"One", b"Eno").replace(b" two.jsonl", b" \ntwo.json")
    path.write_bytes(content)
    os.utime(path, ns=(first.stamp.mtime_ns, first.stamp.mtime_ns))

    for export in (first, second):
        with pytest.raises(ChangedError), open_export(export) as stream:
            stream.read()


def test_a_damaged_container_is_one_export_that_says_why(drop: Seen) -> None:
    drop.put("a.bundle", bundle(a_jsonl=ONE)[:-4] + b"AND\nEND\n")

    [export] = drop.settled().ready

    with pytest.raises(InputError) as caught:
        open_export(export)
    assert (caught.value.message, caught.value.path) == (
        "this bundle is damaged",
        drop.path / "a.bundle",
    )


def _unpacking_to(*sizes: int) -> Container:
    """Return a container that has members of these sizes, whatever it holds."""
    members = [Member(f"{at}.jsonl", partial(io.BytesIO, b" " * n)) for at, n in enumerate(sizes)]
    return replace(BUNDLE, members=lambda _: members)


@pytest.mark.parametrize(
    ("sizes", "reason"),
    [
        ([CAP, CAP + 1], "1.jsonl in it is larger than max_file_size (0.1 MB)"),
        ([CAP] * 11, "unpacks to more than 100 times its size"),
    ],
)
def test_what_unpacks_to_too_much_is_refused(drop: Seen, sizes: list[int], reason: str) -> None:
    path = drop.put("a.bundle", bundle(a_jsonl=ONE))
    with formats.also(_unpacking_to(*sizes)):
        [export] = read_exports(path, CAP)

    with pytest.raises(InputError) as caught:
        open_export(export)
    assert caught.value.message == reason


def test_a_container_may_unpack_to_what_the_limits_allow(drop: Seen) -> None:
    path = drop.put("a.bundle", bundle(a_jsonl=ONE))
    with formats.also(_unpacking_to(CAP, CAP - 1)):
        exports = read_exports(path, CAP)

    assert [export.size for export in exports] == [CAP, CAP - 1]


# --- move mode


def test_a_container_is_put_away_when_its_last_member_is_done(moving: Seen) -> None:
    moving.put("a.bundle", bundle(one_jsonl=ONE, two_jsonl=TWO))
    first, second = moving.settled().ready

    assert moving.inbox.finish(first) is None
    assert shown(moving.inbox.scan()) == ["two.jsonl"]
    assert moving.inbox.finish(second) == moving.path / "done" / "a.bundle"
    assert moving.lies_in() == ["done/a.bundle"]


def test_a_container_fails_with_the_reasons_of_its_members(moving: Seen) -> None:
    moving.put("a.bundle", bundle(one_jsonl=ONE, two_jsonl=TWO, six_jsonl=ONE + TWO))
    first, second, third = moving.settled().ready

    moving.inbox.finish(first, "no records")
    moving.inbox.finish(second)
    moving.inbox.finish(third, "no end")

    assert moving.lies_in() == ["failed/a.bundle", "failed/a.bundle.txt"]
    note = (moving.path / "failed" / "a.bundle.txt").read_text()
    assert note == "one.jsonl: no records\nsix.jsonl: no end\n"


def test_a_container_that_cannot_be_put_away_is_put_away_by_a_later_scan(moving: Seen) -> None:
    moving.put("a.bundle", bundle(one_jsonl=ONE, two_jsonl=TWO))
    first, second = moving.settled().ready
    moving.inbox.finish(first)
    in_the_way = moving.put("done", b"")

    with pytest.raises(OSError, match="Not a directory"):
        moving.inbox.finish(second)

    assert moving.inbox.scan().skipped[-1].name == "a.bundle"
    in_the_way.unlink()
    assert shown(moving.inbox.scan()) == []
    assert moving.lies_in() == ["done/a.bundle"]


def test_after_a_crash_all_members_are_handed_on_again(moving: Seen) -> None:
    moving.put("a.bundle", bundle(one_jsonl=ONE, two_jsonl=TWO))
    moving.inbox.finish(moving.settled().ready[0])
    moving.inbox.close()

    moving.restart()

    assert shown(moving.settled()) == ["one.jsonl", "two.jsonl"]
