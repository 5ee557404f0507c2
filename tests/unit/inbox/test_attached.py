"""Files that a record names: found below the drop folder, and nothing else ever."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.inbox import attached, exports, read_exports
from syncd.inbox.attached import Attached, find_attached
from syncd.inbox.exports import Export, SilentError
from syncd.system.drives import Drives


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    (folder / "search" / "files").mkdir(parents=True)
    return folder


@pytest.fixture
def export(drop: Path) -> Export:
    path = drop / "search" / "library.ris"
    path.write_text("TY  - JOUR\nTI  - T\nER  - \n")
    [found] = read_exports(path, 1 << 20)
    return replace(found, folder=drop, name=Path("search/library.ris"))


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.7")
    return path


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("files/a b.pdf", "search/files/a b.pdf"),
        ("./files/a b.pdf", "search/files/a b.pdf"),
        ("files\\a b.pdf", "search/files/a b.pdf"),
        ("a b.pdf", "search/a b.pdf"),
        ("{drop}/search/files/a b.pdf", "search/files/a b.pdf"),
        ("{drop}/elsewhere/a b.pdf", "elsewhere/a b.pdf"),
        ("file://{drop}/search/files/a%20b.pdf", "search/files/a b.pdf"),
        ("file://localhost{drop}/search/files/a%20b.pdf", "search/files/a b.pdf"),
        ("file:///C:/Users/x/search/files/a%20b.pdf", "search/files/a b.pdf"),
        ("C:\\Users\\x\\Zotero\\files\\a b.pdf", "search/files/a b.pdf"),
        ("\\\\server\\share\\files\\a b.pdf", "search/files/a b.pdf"),
        ("/home/other/export/files/a b.pdf", "search/files/a b.pdf"),
        ("/home/other/a b.pdf", "search/a b.pdf"),
        ("internal-pdf://1234/a b.pdf", "search/library.Data/PDF/1234/a b.pdf"),
        ("internal-pdf://1234/a b.pdf", "search/PDF/1234/a b.pdf"),
        ("internal-pdf://a b.pdf", "search/a b.pdf"),
    ],
)
def test_a_file_beside_the_export_is_found(
    drop: Path, export: Export, target: str, place: str
) -> None:
    path = put(drop / place)

    assert find_attached(target.replace("{drop}", str(drop)), export) == (path, "")


@pytest.mark.parametrize(
    "target",
    ["/etc/passwd", "file:///etc/passwd", "../../outside.pdf", "files/../../../outside.pdf",
     "file:../../outside.pdf", "{tmp}/outside.pdf", "file://{tmp}/outside.pdf", "~/outside.pdf",
     "..\\..\\outside.pdf", "internal-pdf://../../../outside.pdf", "file://server/outside.pdf",
     "", "/", ".", "..", "files", "a\0b", "missing.pdf", "http:", "file://[", "x" * 5000,
     "/" + "a/" * 5000],
)  # fmt: skip
def test_nothing_outside_the_drop_folder_is_found(
    tmp_path: Path, export: Export, target: str
) -> None:
    put(tmp_path / "outside.pdf")

    found = find_attached(target.replace("{tmp}", str(tmp_path)), export)

    assert found.path is None
    assert found.reason


def test_no_link_is_followed_wherever_it_stands(tmp_path: Path, drop: Path, export: Export) -> None:
    secret = put(tmp_path / "secret" / "a.pdf")
    (drop / "search" / "link.pdf").symlink_to(secret)
    (drop / "search" / "files" / "away").symlink_to(secret.parent)
    inside = put(drop / "inside.pdf")
    (drop / "search" / "second.pdf").hardlink_to(inside)

    assert find_attached("link.pdf", export) == (None, "it is a link")
    assert find_attached("files/away/a.pdf", export).path is None
    assert find_attached("second.pdf", export) == (None, "it has other names elsewhere")


def test_what_is_no_file_is_none(drop: Path, export: Export) -> None:
    os.mkfifo(drop / "search" / "pipe.pdf")

    assert find_attached("pipe.pdf", export) == (None, "it is no file")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_a_file_of_somebody_else_than_the_exports_owner_is_none(drop: Path, export: Export) -> None:
    os.chown(put(drop / "search" / "a.pdf"), 12345, -1)

    reason = "it belongs to somebody else than the export"
    assert find_attached("a.pdf", export) == (None, reason)


def test_an_export_that_has_gone_finds_nothing(drop: Path, export: Export) -> None:
    put(drop / "search" / "a.pdf")
    export.path.unlink()

    assert find_attached("a.pdf", export).path is None


def test_a_drive_that_does_not_answer_is_waited_for_only_so_long(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()

    def wait(*_: object) -> Attached:
        answered.wait()
        return Attached(None)

    monkeypatch.setattr(exports, "_DRIVES", Drives(timedelta()))
    monkeypatch.setattr(attached, "_find_attached", wait)

    with pytest.raises(SilentError):
        find_attached("a.pdf", export)
    answered.set()
