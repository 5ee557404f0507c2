"""Files that are sent to a library: measured, and the same when they are opened for it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.errors import InputError
from syncd.inbox import exports, read_exports
from syncd.inbox.exports import ChangedError, Export, SilentError
from syncd.inbox.sending import measure, open_to_send, outline
from syncd.library import FileToStore
from syncd.system.drives import Drives

CONTENT = bytes(range(256)) * 3000
MOST = 1 << 20


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "drop" / "files" / "a.pdf"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def export(pdf: Path) -> Export:
    path = pdf.parent.parent / "library.ris"
    path.write_text("TY  - JOUR\nTI  - T\nER  - \n")
    [found] = read_exports(path, 1 << 20)
    return found


@pytest.fixture
def planned(pdf: Path, export: Export) -> FileToStore:
    return measure(outline(pdf, export, MOST))


def test_what_was_measured_is_what_is_read(pdf: Path, planned: FileToStore) -> None:
    assert (planned.path, planned.name, planned.size) == ("files/a.pdf", "a.pdf", len(CONTENT))
    with open_to_send(planned) as stream:
        assert stream.read() == CONTENT


def test_another_inode_with_the_same_content_is_the_same_file(
    pdf: Path, planned: FileToStore
) -> None:
    pdf.with_name("new").write_bytes(CONTENT)
    pdf.with_name("new").rename(pdf)

    with open_to_send(planned) as stream:
        assert stream.read() == CONTENT


def test_what_has_changed_objects_before_its_end_is_told(pdf: Path, planned: FileToStore) -> None:
    pdf.write_bytes(CONTENT[::-1])

    with open_to_send(planned) as stream, pytest.raises(InputError, match="has changed"):
        while stream.read(1000):
            pass


def test_what_grows_while_it_is_read_objects(pdf: Path, planned: FileToStore) -> None:
    with open_to_send(planned) as stream:
        with pdf.open("ab") as file:
            file.write(b"more")
        with pytest.raises(InputError, match="has changed"):
            stream.read()


def _link_folder(pdf: Path) -> None:
    pdf.parent.rename(pdf.parent.with_name("elsewhere"))
    pdf.parent.symlink_to("elsewhere")


def _make_pipe(pdf: Path) -> None:
    pdf.unlink()
    os.mkfifo(pdf)


@pytest.mark.parametrize(
    ("meddle", "reason"),
    [
        (_link_folder, "it is gone"),
        (_make_pipe, "it is no file"),
        (lambda pdf: os.link(pdf, pdf.with_name("b.pdf")), "it has other names elsewhere"),
        (lambda pdf: pdf.write_bytes(b"short"), "it has changed since it was planned"),
        (lambda pdf: pdf.unlink(), "it is gone"),
    ],
)
def test_what_may_not_be_found_any_more_is_not_opened(
    pdf: Path, planned: FileToStore, meddle: Callable[[Path], None], reason: str
) -> None:
    meddle(pdf)

    with pytest.raises(InputError) as caught:
        open_to_send(planned)

    assert caught.value.message == reason


def test_what_belongs_to_somebody_else_by_now_is_not_opened(planned: FileToStore) -> None:
    with pytest.raises(InputError, match="somebody else"):
        open_to_send(planned._replace(owner=planned.owner + 1))


def test_a_silent_drive_is_no_change_of_the_file(
    planned: FileToStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()

    def open_late(*_: object) -> tuple[int, os.stat_result]:
        answers.wait()
        raise FileNotFoundError

    monkeypatch.setattr(exports, "_DRIVES", Drives(timedelta(milliseconds=50)))
    monkeypatch.setattr("syncd.inbox.sending.open_below", open_late)

    try:
        with pytest.raises(SilentError):
            open_to_send(planned)
    finally:
        answers.set()


def test_a_file_over_the_limit_is_not_read(pdf: Path, export: Export) -> None:
    with pytest.raises(InputError, match="larger than max_upload"):
        outline(pdf, export, len(CONTENT) - 1)


def test_a_name_that_is_no_text_is_not_planned(pdf: Path, export: Export) -> None:
    odd = replace(export, folder=Path(os.fsdecode(b"/drop\xff")))

    with pytest.raises(InputError, match="no text"):
        outline(odd.folder / "a.pdf", odd, MOST)


def test_what_changes_between_a_look_and_its_reading_is_read_later(
    pdf: Path, export: Export
) -> None:
    seen = outline(pdf, export, MOST)
    pdf.write_bytes(CONTENT + b"more")

    with pytest.raises(ChangedError):
        measure(seen)
