"""The drop folder, with real files and a clock that only the test moves."""

from __future__ import annotations

import os
import socket
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.errors import InputError
from syncd.inbox import (
    ChangedError,
    FolderState,
    ScanResult,
    open_export,
    read_exports,
)
from syncd.inbox.exports import open_regular, read_content
from syncd.inbox.listing import list_candidates
from syncd.settings import FolderSettings
from tests.support.drop import CAP, ENTRY, Drop


@pytest.fixture
def drop(folder: FolderSettings, open_drop: Callable[[FolderSettings], Drop]) -> Drop:
    return open_drop(folder)


def names(result: ScanResult) -> list[str]:
    return [str(export.name) for export in result.ready]


# --- settling


def test_a_file_is_taken_once_it_has_rested_for_the_settle_time(drop: Drop) -> None:
    drop.put("a.ris")

    first = drop.inbox.scan()
    drop.clock.advance(seconds=1.9)
    early = drop.inbox.scan()
    drop.clock.advance(seconds=0.1)
    settled = drop.inbox.scan()

    assert (names(first), first.waiting, first.next_look) == ([], 1, timedelta(seconds=2))
    assert (names(early), early.waiting) == ([], 1)
    assert early.next_look == timedelta(seconds=0.1)
    assert (names(settled), settled.waiting, settled.next_look) == (["a.ris"], 0, None)


def test_a_file_that_grows_begins_to_settle_anew(drop: Drop) -> None:
    path = drop.put("a.ris")
    drop.inbox.scan()
    drop.clock.advance(seconds=1.9)
    path.write_bytes(ENTRY * 2)

    again = drop.settled()

    assert again.ready[0].size == 2 * len(ENTRY)


def test_a_file_that_has_rested_for_minutes_is_taken_at_first_sight(drop: Drop) -> None:
    drop.put("a.ris")
    drop.clock.jump(minutes=5)

    assert names(drop.inbox.scan()) == ["a.ris"]


def test_a_copy_that_keeps_its_old_time_is_not_taken_for_an_old_file(drop: Drop) -> None:
    os.utime(drop.put("a.ris"), (0, 0))

    assert drop.inbox.scan().waiting == 1


def test_a_file_dated_in_the_future_settles_like_any_other(drop: Drop) -> None:
    os.utime(drop.put("a.ris"), (4e9, 4e9))

    assert names(drop.settled()) == ["a.ris"]


def test_a_file_that_changes_between_the_look_and_the_reading_settles_anew(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop.put("a.ris")
    drop.inbox.scan()
    drop.clock.advance(seconds=2)
    read = read_content

    def write_then_read(name: str, max_size: int) -> object:
        path.write_bytes(ENTRY * 2)
        return read(name, max_size)

    monkeypatch.setattr("syncd.inbox.scan.read_content", write_then_read)
    caught = drop.inbox.scan()
    monkeypatch.undo()

    assert (names(caught), caught.waiting) == ([], 1)
    assert drop.settled().ready[0].size == 2 * len(ENTRY)


def test_a_file_without_a_final_er_is_given_a_minute(drop: Drop) -> None:
    drop.put("a.ris", b"TY  - JOUR\nTI  - Half")

    assert drop.settled().waiting == 1
    drop.clock.advance(seconds=57)
    assert drop.inbox.scan().waiting == 1
    drop.clock.advance(seconds=1)
    assert names(drop.inbox.scan()) == ["a.ris"]


@pytest.mark.parametrize(
    "end",
    [
        *(b"ER  - ", b"ER  -", b"ER  - \r\n\r\n", b"ER  -\n\x1a", b"ER - \n", b"ER\n", b"ER-\n"),
        *(b"KW  - x ER  - \n", b"\r\rER  -\r", b"  ER  - \n \n"),
    ],
)
def test_every_spelling_of_the_final_er_counts_as_an_end(drop: Drop, end: bytes) -> None:
    glued = b"" if end.startswith(b"KW") else b"\n"
    drop.put("a.ris", b"TY  - JOUR" + glued + end)

    assert names(drop.settled()) == ["a.ris"]


def test_a_final_er_is_seen_in_utf16(drop: Drop) -> None:
    drop.put("a.ris", "TY  - JOUR\r\nER  - \r\n".encode("utf-16"))

    assert names(drop.settled()) == ["a.ris"]


@pytest.mark.parametrize("end", [b"TI  - NUMBER -", b"TI  - ER  - was studied", b"N2  - HIGHER"])
def test_a_word_that_ends_like_the_tag_is_no_end(drop: Drop, end: bytes) -> None:
    drop.put("a.ris", b"TY  - JOUR\n" + end)

    assert drop.settled().waiting == 1


def test_an_empty_file_waits_a_minute_and_is_then_called_empty(drop: Drop) -> None:
    drop.put("a.ris", b"")

    assert drop.settled().waiting == 1
    drop.clock.advance(seconds=58)
    late = drop.inbox.scan()
    assert (late.waiting, dict(late.skipped)) == (0, {"a.ris": "empty"})


def test_a_placeholder_that_a_browser_fills_at_last_is_taken(drop: Drop) -> None:
    path = drop.put("a.ris", b"")
    drop.settled()
    drop.put("a.ris.part").rename(path)

    assert names(drop.settled()) == ["a.ris"]


# --- what an export is known by


def test_what_every_library_knows_is_not_ready_again(drop: Drop) -> None:
    drop.put("a.ris")
    drop.known.add(drop.settled().ready[0].sha256)

    assert names(drop.inbox.scan()) == []


def test_a_file_that_nobody_touched_is_neither_hashed_nor_asked_about_again(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop.put("a.ris")
    drop.known.add(drop.settled().ready[0].sha256)
    drop.inbox.scan()
    drop.asked.clear()
    opened: list[object] = []
    monkeypatch.setattr(os, "open", lambda *a, **k: opened.append(a))

    drop.inbox.scan()

    assert (drop.asked, opened) == ([], [])


def test_renaming_or_touching_a_known_file_is_nothing_new(drop: Drop) -> None:
    path = drop.put("a.ris")
    drop.known.add(drop.settled().ready[0].sha256)
    os.utime(path.rename(drop.path / "b.ris"))

    assert names(drop.settled()) == []


def test_new_content_under_an_old_name_is_new_work(drop: Drop) -> None:
    path = drop.put("a.ris")
    drop.known.add(drop.settled().ready[0].sha256)
    path.write_bytes(ENTRY.replace(b"title", b"TITLE"))

    assert names(drop.settled()) == ["a.ris"]


def test_two_files_with_one_content_are_one_export(drop: Drop) -> None:
    drop.put("b.ris")
    drop.put("a.ris")

    result = drop.settled()

    assert (names(result), result.waiting) == (["a.ris"], 1)


def test_hard_links_are_taken(drop: Drop, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(ENTRY)
    (drop.path / "a.ris").hardlink_to(tmp_path / "elsewhere")

    assert names(drop.settled()) == ["a.ris"]


# --- candidates


@pytest.mark.parametrize("name", ["a.ris", "A.RIS", "Scopus export (2).Ris", "x.part.ris"])
def test_a_name_ending_in_ris_is_a_candidate(drop: Drop, name: str) -> None:
    drop.put(name)

    assert names(drop.settled()) == [name]


@pytest.mark.parametrize(
    "name",
    [
        *("a.ris.crdownload", "a.ris.part", "a.ris.download", "a.ris.partial", "a.ris.opdownload"),
        *("a.ris.tmp", "a.ris~", "a.ris.filepart", ".goutputstream-AB12.ris", ".a.ris.icloud"),
        *(".syncthing.a.ris.tmp", ".nfs0001.ris", "._a.ris", ".a.ris", "~$a.ris", "a.txt", "ris"),
    ],
)
def test_a_name_that_says_unfinished_or_not_ris_is_not_even_mentioned(
    drop: Drop, name: str
) -> None:
    drop.put(name)

    result = drop.settled()

    assert (result.ready, result.waiting, result.skipped) == ((), 0, ())


AWKWARD = [
    b"with space.ris",
    b"new\nline.ris",
    b"\x1b[31mred.ris",
    b"-dash.ris",
    b"\xff\xfe not utf-8.ris",
    unicodedata.normalize("NFC", "é.ris").encode(),
    unicodedata.normalize("NFD", "é.ris").encode(),
    b"x" * 251 + b".ris",
]


def test_names_in_any_bytes_are_kept_as_they_are(drop: Drop) -> None:
    for number, name in enumerate(AWKWARD):
        path = os.path.join(os.fsencode(drop.path), name)
        Path(os.fsdecode(path)).write_bytes(ENTRY + str(number).encode() + b"\nER  - \n")

    result = drop.settled()

    assert {os.fsencode(export.name) for export in result.ready} == set(AWKWARD)


def test_what_is_no_regular_file_is_skipped_with_a_reason_and_never_hangs(
    drop: Drop, tmp_path: Path
) -> None:
    os.mkfifo(drop.path / "fifo.ris")
    (drop.path / "folder.ris").mkdir()
    (drop.path / "dangling.ris").symlink_to(tmp_path / "nowhere")
    (drop.path / "link.ris").symlink_to(drop.put("a.ris"))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(drop.path / "socket.ris"))
        result = drop.settled()

    reasons = dict(result.skipped)
    assert names(result) == ["a.ris"]
    assert set(reasons) == {"fifo.ris", "folder.ris", "dangling.ris", "link.ris", "socket.ris"}
    assert reasons["fifo.ris"] == "a pipe, not a file"
    assert reasons["dangling.ris"].startswith("a symbolic link")


@pytest.mark.skipif(os.geteuid() != 0, reason="making a device needs root")
def test_a_device_is_skipped(drop: Drop) -> None:
    os.mknod(drop.path / "null.ris", 0o20666, os.makedev(1, 3))

    assert drop.reason("null.ris") == "a device, not a file"


def test_a_file_over_the_cap_is_skipped_without_being_read(drop: Drop) -> None:
    with drop.put("huge.ris", b"").open("r+b") as stream:
        stream.truncate(2_000_000_000)

    assert drop.reason("huge.ris") == "larger than max_file_size (0.01 MB)"
    assert drop.asked == []


def test_subfolders_are_searched_only_where_asked(
    folder: FolderSettings, open_drop: Callable[[FolderSettings], Drop], drop: Drop
) -> None:
    drop.put("sub/deep/a.ris")
    drop.put("done/b.ris", ENTRY * 2)
    drop.put(".hidden/c.ris", ENTRY * 3)
    (drop.path / "loop").symlink_to(drop.path)

    flat = drop.settled()
    deep = open_drop(replace(folder, recursive=True)).settled()

    assert names(flat) == []
    assert names(deep) == ["done/b.ris", "sub/deep/a.ris"]


# --- a folder with a hard life


def test_a_missing_folder_is_a_state_and_comes_back(drop: Drop) -> None:
    path = drop.put("a.ris")
    drop.known.add(drop.settled().ready[0].sha256)
    path.unlink()
    drop.path.rmdir()

    gone = drop.inbox.scan()
    drop.put("a.ris")
    drop.put("b.ris", ENTRY * 2)
    back = drop.settled()

    assert gone.state is FolderState.WAITING
    assert gone.message == "waiting for the folder: it does not exist"
    assert (back.state, names(back)) == (FolderState.OK, ["b.ris"])


def test_a_file_in_the_folders_place_is_a_state(drop: Drop) -> None:
    drop.path.rmdir()
    drop.path.write_bytes(b"")

    assert drop.inbox.scan().state is FolderState.WAITING


def test_links_that_lead_in_a_circle_are_a_state(drop: Drop) -> None:
    drop.path.rmdir()
    drop.path.symlink_to(drop.path)

    assert drop.inbox.scan().state is FolderState.WAITING


def test_a_linked_folder_is_read_where_it_leads(drop: Drop, tmp_path: Path) -> None:
    drop.path.rmdir()
    (tmp_path / "cloud").mkdir()
    drop.path.symlink_to(tmp_path / "cloud")
    drop.put("a.ris")

    export = drop.settled().ready[0]

    assert export.path == tmp_path / "cloud" / "a.ris"
    assert export.dropped_as == drop.path / "a.ris"


# --- reading what was hashed


def test_an_export_is_read_as_it_was_hashed(drop: Drop) -> None:
    drop.put("a.ris", ENTRY * 200)

    with open_export(drop.settled().ready[0]) as stream:
        assert stream.read() == ENTRY * 200


def test_an_export_that_is_another_file_by_now_is_refused_at_once(drop: Drop) -> None:
    path = drop.put("a.ris")
    export = drop.settled().ready[0]
    path.write_bytes(ENTRY * 2)

    with pytest.raises(ChangedError, match="changed while it was being read"):
        open_export(export)


def test_a_rewrite_that_hides_its_traces_is_noticed_at_the_end(drop: Drop) -> None:
    path = drop.put("a.ris")
    export = drop.settled().ready[0]
    path.write_bytes(ENTRY.replace(b"A", b"B"))
    os.utime(path, ns=(export.stamp.mtime_ns, export.stamp.mtime_ns))

    with open_export(export) as stream, pytest.raises(ChangedError):
        stream.read()


def test_a_link_is_never_opened_whatever_the_listing_said(drop: Drop) -> None:
    (drop.path / "link.ris").symlink_to(drop.put("a.ris"))

    with pytest.raises(OSError, match="symbolic links"):
        open_regular(drop.path / "link.ris")


def test_a_vanished_export_has_changed(drop: Drop) -> None:
    path = drop.put("a.ris")
    export = drop.settled().ready[0]
    path.unlink()

    with pytest.raises(ChangedError, match=r"a\.ris: is gone"):
        open_export(export)


def test_what_goes_while_the_folder_is_listed_is_not_skipped_but_gone(tmp_path: Path) -> None:
    (tmp_path / "a.ris").write_bytes(ENTRY)
    (tmp_path / "b.ris").write_bytes(ENTRY)
    (tmp_path / "sub").mkdir()
    listed = list_candidates(tmp_path, recursive=True, moves=False)

    assert next(listed).name == "a.ris"
    (tmp_path / "b.ris").unlink()
    (tmp_path / "sub").rmdir()

    assert list(listed) == []


def test_a_file_named_by_hand_is_taken_without_settling(tmp_path: Path) -> None:
    real = tmp_path / "export.txt"
    real.write_bytes(ENTRY)
    (tmp_path / "link").symlink_to(real)

    [export] = read_exports(tmp_path / "link", CAP)

    assert (export.path, export.dropped_as) == (real, tmp_path / "link")


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "empty"), (b"x" * (CAP + 1), "larger"), (None, "cannot be read")]
)
def test_a_file_named_by_hand_that_is_no_export_is_refused_with_the_reason(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "a.ris"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(InputError, match=reason):
        read_exports(path, CAP)
