"""Files beside an export are stored in the library: once, as planned, and apart from their item."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from adapters.file import FileLibrary
from adapters.memory import MemoryLibrary
from adapters.zotero_desktop.library import ZoteroDesktopLibrary
from adapters.zotero_desktop.options import Options
from adapters.zotero_web.library import LATE_WRITES
from syncd.errors import OutcomeUnknownError, UnavailableError, UnreadError, UnsettledError
from syncd.inbox.sending import measure
from syncd.item.making import stored_file
from syncd.library import (
    Create,
    FileToStore,
    Library,
    Outcome,
    Refusal,
    Refused,
    StoredItem,
    StoreFile,
    Surroundings,
)
from syncd.plan import Decision, Place
from syncd.record import ItemKey
from syncd.settings import Attachments
from syncd.sync.review import Answer
from syncd.sync.session import LibraryRun
from syncd.system.resources import shipped_schema
from tests.fakes.zotero_desktop.process import ZoteroDesktop
from tests.fakes.zotero_server.adapter import open_library
from tests.fakes.zotero_server.process import ZoteroServer
from tests.support.exports import write_records
from tests.support.house import House
from tests.support.houses import KINDS, house_at
from tests.support.runs import delivery_of, opened_ledger, opened_run

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 2000
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
RECORD = (
    "TY  - JOUR\nTI  - On hedges\nAU  - Hedge, Ada\nPY  - 2021\nDO  - 10.5555/hedge.1\n"
    "L1  - a.pdf\nL1  - /etc/passwd\nER  - \n"
)
PLACE = Place(folder=b"/plain", attachments=Attachments.UPLOAD)
AGAIN = Place(folder=b"/again", attachments=Attachments.UPLOAD)
"""Where what was dropped before is no export that was delivered before."""


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "a.pdf"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture(params=KINDS)
def house(request: pytest.FixtureRequest, tmp_path: Path, pdf: Path) -> Iterator[House]:
    with house_at(request.param, tmp_path, request) as house:
        yield house


def attachments(house: House) -> list[StoredItem]:
    return [item for item in house.everything() if item.data["itemType"] == "attachment"]


def test_a_file_is_stored_once_below_its_item(house: House, pdf: Path) -> None:
    house.drop(RECORD, place=PLACE)
    [before] = attachments(house)
    house.drop(RECORD, place=PLACE)

    [work], [item] = house.works(), attachments(house)
    assert item == before
    assert item.data["parentItem"] == work.key
    assert (item.data["linkMode"], item.data["filename"]) == ("imported_file", "a.pdf")
    assert (item.data["md5"], item.data["mtime"]) == (MD5, pdf.stat().st_mtime_ns // 1_000_000)
    assert not house.waiting()
    assert not house.holds()


def test_a_file_of_an_item_that_is_there_is_not_read_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.drop(RECORD, place=PLACE)
    opened: list[object] = []
    monkeypatch.setattr("syncd.inbox.sending.open_below", lambda *told: opened.append(told))

    [record] = house.drop(RECORD, place=AGAIN)

    assert (record.decision, opened) == (Decision.SKIP, [])


def lose_ledger_before_the_file_is_stored(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def goes_away(*_: object) -> Outcome:
        raise UnavailableError("away")

    with monkeypatch.context() as patch:
        patch.setattr(type(house.library), "store_file", goes_away)
        with pytest.raises(UnavailableError):
            house.drop(RECORD, place=PLACE)
    assert [item.data.get("md5") or None for item in attachments(house)] == [None]
    shutil.rmtree(house.root / "state")


def test_a_file_that_a_lost_ledger_forgot_is_stored_when_its_export_comes_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_ledger_before_the_file_is_stored(house, monkeypatch)

    [record] = house.drop(RECORD, place=PLACE)

    assert record.reason.startswith("a.pdf is stored, for which its attachment still waits; ")
    assert [item.data["md5"] for item in attachments(house)] == [MD5]
    assert (house.waiting(), house.holds()) == ([], [])
    [again] = house.drop(RECORD, place=AGAIN)
    assert again.reason.startswith("already in the library")


def test_what_has_its_file_elsewhere_is_no_question(
    open_house: Callable[[Library], House], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Zotero shows no file that was not fetched to this machine yet, and takes none over it.
    library = Refusing(Refusal.CHANGED)
    house = open_house(library)
    lose_ledger_before_the_file_is_stored(house, monkeypatch)

    [record] = house.drop(RECORD, place=PLACE)
    [again] = house.drop(RECORD, place=AGAIN)

    assert (record.outcome, record.error) == (
        "unchanged",
        "a file was not stored: its attachment has one by now, here or on another machine",
    )
    assert again.reason.startswith("already in the library")
    assert (library.files, house.waiting(), house.holds()) == ({}, [], [])


def test_an_undo_leaves_a_file_where_it_did_nothing_else(
    open_house: Callable[[Library], House], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = MemoryLibrary(shipped_schema())
    house = open_house(library)
    lose_ledger_before_the_file_is_stored(house, monkeypatch)
    house.drop(RECORD, place=PLACE)

    with go_on(house) as run:
        report = run.undo(1)

    assert not (report.trashed or report.put_back or report.left)
    assert list(library.files.values()) == [CONTENT]


def test_what_hung_below_a_lost_ledgers_item_is_not_stored_twice(house: House) -> None:
    house.drop(RECORD, place=PLACE)
    [before] = attachments(house)
    shutil.rmtree(house.root / "state")

    house.drop(RECORD, place=PLACE)

    assert attachments(house) == [before]


@pytest.mark.parametrize(
    "theirs", [{"filename": "b.pdf"}, {"linkMode": "imported_url"}, {"md5": "0" * 32}]
)
def test_what_a_person_made_of_it_meanwhile_is_theirs(
    open_house: Callable[[Library], House],
    monkeypatch: pytest.MonkeyPatch,
    theirs: dict[str, str],
) -> None:
    library = MemoryLibrary(shipped_schema())
    house = open_house(library)
    lose_ledger_before_the_file_is_stored(house, monkeypatch)
    library.edit(attachments(house)[0].key, theirs)

    house.drop(RECORD, place=PLACE)

    assert not library.files
    assert (house.waiting(), house.holds()) == ([], [])


def test_an_empty_attachment_of_a_person_stays_empty(
    open_house: Callable[[Library], House],
) -> None:
    library = MemoryLibrary(shipped_schema())
    house = open_house(library)
    house.drop(RECORD, place=Place(folder=b"/plain"))
    [work] = house.works()
    data = {**stored_file(Path("a.pdf")), "parentItem": work.key}
    library.push([Create(ItemKey("THEIRS22"), data)], expected=None)

    house.drop(RECORD, place=AGAIN)

    assert not library.files
    assert (house.waiting(), house.holds()) == ([], [])


def test_a_file_that_a_person_let_go_of_is_not_asked_about_again(
    open_house: Callable[[Library], House], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Refusing(Refusal.INVALID)
    house = open_house(library)
    lose_ledger_before_the_file_is_stored(house, monkeypatch)
    house.drop(RECORD, place=PLACE)
    with go_on(house) as run:
        [held] = run.reviewer().held()
        run.reviewer().answer(held.hold_id, Answer.DROP)

    house.drop(RECORD, place=AGAIN)

    assert not library.files
    with go_on(house) as run:
        assert not run.reviewer().held()


def test_an_export_waits_while_a_file_beside_it_changes_and_keeps_no_other_back(
    open_house: Callable[[Library], House], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_house(MemoryLibrary(shipped_schema()))
    growing = tmp_path / "b.pdf"
    growing.write_bytes(CONTENT)
    other = RECORD.replace("a.pdf", "b.pdf").replace("hedge.1", "fence.2")
    texts = {"a.ris": RECORD, "b.ris": other.replace("On hedges", "Of fences")}
    paths = [write_records(tmp_path / name, [text]) for name, text in texts.items()]

    def measure_growing(file: FileToStore) -> FileToStore:
        if file.name == "b.pdf":
            with growing.open("ab") as more:
                more.write(b"!")
        return measure(file)

    monkeypatch.setattr("syncd.sync.attaching.measure", measure_growing)
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        deliveries = [delivery_of(path, PLACE) for path in paths]
        summary = run.deliver(deliveries, "test")
        known = [run.is_known(each.export.sha256, PLACE.folder) for each in deliveries]

    assert summary.changed == [deliveries[1].export.sha256]
    assert known == [True, False]
    assert [work.data["title"] for work in house.works()] == ["On hedges"]


def test_what_was_stored_goes_with_its_item_when_the_run_is_undone(house: House) -> None:
    house.drop(RECORD, place=PLACE)

    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as opened,
    ):
        report = opened.undo(1)

    assert not report.left
    assert all(item.trashed for item in house.works())


def test_two_works_may_have_one_content(house: House, tmp_path: Path) -> None:
    (tmp_path / "b.pdf").write_bytes(CONTENT)
    other = RECORD.replace("a.pdf", "b.pdf").replace("hedge.1", "fence.2")

    house.drop(RECORD, other.replace("On hedges", "Of fences"), place=PLACE)

    assert [item.data["md5"] for item in attachments(house)] == [MD5, MD5]
    assert not house.holds()


@pytest.fixture
def open_house(tmp_path: Path, pdf: Path) -> Callable[[Library], House]:
    return lambda library: House(tmp_path, library)


class Meddling(MemoryLibrary):
    """A library beside which something happens to the file before it is asked to store it."""

    def __init__(self, meddle: Callable[[], None]) -> None:
        super().__init__(shipped_schema())
        self._meddle = meddle

    def get(self, keys: object) -> list[StoredItem]:
        self._meddle()
        return super().get(keys)  # type: ignore[arg-type]


def _replace_by_link(pdf: Path) -> None:
    pdf.unlink(missing_ok=True)
    pdf.symlink_to("/etc/passwd")


def _give_second_name(pdf: Path) -> None:
    other = pdf.with_name("other.pdf")
    if not other.exists():
        os.link(pdf, other)


@pytest.mark.parametrize(
    ("meddle", "reason"),
    [
        (lambda pdf: pdf.unlink(missing_ok=True), "it is gone"),
        (lambda pdf: pdf.write_bytes(CONTENT + b"!"), "it has changed since it was planned"),
        (lambda pdf: pdf.write_bytes(CONTENT[::-1]), "it has changed since it was planned"),
        (_give_second_name, "it has other names elsewhere"),
        (_replace_by_link, "it cannot be read: Too many levels of symbolic links"),
    ],
)
def test_what_is_not_the_planned_file_any_more_holds_the_attachment_alone(
    open_house: Callable[[Library], House],
    pdf: Path,
    meddle: Callable[[Path], None],
    reason: str,
) -> None:
    library = Meddling(lambda: meddle(pdf))
    house = open_house(library)

    [record] = house.drop(RECORD, place=PLACE)

    assert record.outcome == "accepted"
    assert house.holds() == [("refused", f"a.pdf is not stored: {reason}")]
    assert not library.files
    assert not attachments(house)[0].data.get("md5")
    assert not house.waiting()


class Deleting(MemoryLibrary):
    """A library in which a person deletes each attachment before it holds its file."""

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        self.delete(operation.item_key)
        return super().store_file(operation, content)


def test_a_file_whose_attachment_was_deleted_meanwhile_is_let_go(
    open_house: Callable[[Library], House],
) -> None:
    house = open_house(Deleting(shipped_schema()))

    [record] = house.drop(RECORD, place=PLACE)

    assert (record.outcome, record.error) == (
        "accepted",
        "a file was not stored: its attachment was deleted meanwhile",
    )
    assert not attachments(house)
    assert not house.waiting()


class LosesAnswers(MemoryLibrary):
    """A library whose first answer about a file is lost."""

    def __init__(self, *, stores: bool) -> None:
        super().__init__(shipped_schema())
        self.asked = 0
        self._stores = stores

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        self.asked += 1
        if self.asked > 1:
            return super().store_file(operation, content)
        if self._stores:
            super().store_file(operation, content)
        raise OutcomeUnknownError("no answer")


@pytest.mark.parametrize("stores", [True, False])
def test_after_a_lost_answer_it_is_looked_for_before_it_is_sent_again(
    open_house: Callable[[Library], House], pdf: Path, *, stores: bool
) -> None:
    library = LosesAnswers(stores=stores)
    house = open_house(library)

    house.drop(RECORD, place=PLACE)

    assert library.asked == (1 if stores else 2)
    [item] = attachments(house)
    assert (item.data["md5"], library.files[item.key]) == (MD5, CONTENT)
    assert not house.holds()


class Refusing(MemoryLibrary):
    """A library that refuses each file just so."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(shipped_schema())
        self._refusals = list(refusals)

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        if self._refusals:
            return Refused(operation.item_key, self._refusals.pop(), "no room")
        return super().store_file(operation, content)


def test_trouble_with_a_file_is_tried_again_later(open_house: Callable[[Library], House]) -> None:
    house = open_house(Refusing(Refusal.TROUBLE))

    with pytest.raises(UnsettledError):
        house.drop(RECORD, place=PLACE)
    with go_on(house):
        pass

    assert [item.data["md5"] for item in attachments(house)] == [MD5]
    assert not house.holds()


def test_a_file_that_was_refused_is_stored_when_a_person_says_so(
    open_house: Callable[[Library], House],
) -> None:
    house = open_house(Refusing(Refusal.INVALID))
    [record] = house.drop(RECORD, place=PLACE)
    assert (record.outcome, house.holds()) == ("accepted", [("refused", "no room")])

    with go_on(house) as run:
        [held] = run.reviewer().held()
        run.reviewer().answer(held.hold_id, Answer.RETRY)

    assert [item.data["md5"] for item in attachments(house)] == [MD5]
    with go_on(house) as run:
        assert not run.reviewer().held()


@contextmanager
def go_on(house: House) -> Iterator[LibraryRun]:
    """Open the library once more, and carry out what is promised."""
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        yield run
        run.push_pending()


def test_a_library_that_stores_no_files_is_told_so(
    zotero_server: ZoteroServer, tmp_path: Path, pdf: Path
) -> None:
    group = zotero_server.add_group(zotero_server.add_user(), files="none")
    house = House(tmp_path, open_library(zotero_server, group))

    assert not house.library.describe().stores_files
    house.drop(RECORD, place=PLACE)

    assert not attachments(house)


def test_a_full_storage_holds_the_attachment_alone(
    zotero_server: ZoteroServer, tmp_path: Path, pdf: Path
) -> None:
    zotero_server.configure(storage_quota=1000)
    house = House(tmp_path, open_library(zotero_server, zotero_server.add_user()))

    [record] = house.drop(RECORD, place=PLACE)

    assert (record.outcome, len(house.works())) == ("accepted", 1)
    [(kind, reason)] = house.holds()
    assert kind == "refused"
    assert reason.startswith("a.pdf is not stored: File would exceed quota")


def test_a_key_that_lost_its_right_to_files_holds_the_attachment_alone(
    zotero_server: ZoteroServer, tmp_path: Path, pdf: Path
) -> None:
    account = zotero_server.add_user()
    house = House(tmp_path, open_library(zotero_server, account))
    told = "File editing is not enabled for this library"
    zotero_server.arm("status", method="POST", path="/file", status=403, body=told)

    [record] = house.drop(RECORD, place=PLACE)

    assert (record.outcome, len(house.works())) == ("accepted", 1)
    assert house.holds() == [("refused", f"a.pdf may not be stored: {told}")]


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("kind", ["lost reply", "reset", "truncated"])
def test_a_file_is_stored_once_whichever_answer_is_lost(
    zotero_server: ZoteroServer, tmp_path: Path, pdf: Path, kind: str, after: int
) -> None:
    account = zotero_server.add_user()
    house = House(tmp_path, open_library(zotero_server, account))
    zotero_server.arm(kind, method="POST", path="/file", after=after)

    with contextlib.suppress(UnsettledError):
        house.drop(RECORD, place=PLACE)
    house.clock.advance(seconds=LATE_WRITES.total_seconds())
    with go_on(house):
        pass

    assert zotero_server.faults_struck() == 1
    assert [item.data["md5"] for item in attachments(house)] == [MD5]
    assert not house.holds()


def test_a_storage_that_takes_nothing_is_tried_again_and_keeps_nothing_back(
    zotero_server: ZoteroServer, tmp_path: Path, pdf: Path
) -> None:
    house = House(tmp_path, open_library(zotero_server, zotero_server.add_user()))
    zotero_server.configure(storage_answers=503)

    with pytest.raises(UnsettledError):
        house.drop(RECORD, place=PLACE)
    assert len(house.works()) == 1
    zotero_server.configure(storage_answers=201)
    with go_on(house):
        pass

    assert [item.data["md5"] for item in attachments(house)] == [MD5]
    assert not house.holds()


def test_the_file_lies_in_the_library_and_its_export_names_it(tmp_path: Path, pdf: Path) -> None:
    name = "ä" * 125 + ".pdf"
    pdf.rename(pdf.with_name(name))
    house = House(tmp_path, FileLibrary(tmp_path / "library", shipped_schema))

    house.drop(RECORD.replace("a.pdf", name), place=PLACE)

    [item] = attachments(house)
    place = f"files/{item.key}/{name}"
    assert (tmp_path / "library" / place).read_bytes() == CONTENT
    assert f"L1  - {place}\n" in (tmp_path / "library" / "library.ris").read_text()
    assert not list((tmp_path / "library" / "files").rglob("*syncd-tmp"))


class Damaging(FileLibrary):
    """A library in which a person breaks the attachment's own file before it holds another."""

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        for key in keys:
            (Path(self.location) / "items" / f"{key}.json").write_text("{")
        return super().get(keys)


def test_a_damaged_attachment_is_held_alone(tmp_path: Path, pdf: Path) -> None:
    house = House(tmp_path, Damaging(tmp_path / "library", shipped_schema))

    [record] = house.drop(RECORD, place=PLACE)

    assert record.outcome == "accepted"
    assert ["cannot be read as an item" in reason for _, reason in house.holds()] == [True]


class Overtaken(MemoryLibrary):
    """A library in which a person puts another file into each attachment first."""

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        for key in keys:
            self.edit(key, {"md5": "0" * 32})
        return super().get(keys)


def test_another_file_that_a_person_put_there_stays(
    open_house: Callable[[Library], House],
) -> None:
    house = open_house(Overtaken(shipped_schema()))

    house.drop(RECORD, place=PLACE)

    assert house.holds() == [("refused", "its attachment holds another file by now")]
    assert attachments(house)[0].data["md5"] == "0" * 32


def test_a_work_may_have_several_files(open_house: Callable[[Library], House]) -> None:
    library = MemoryLibrary(shipped_schema())
    house = open_house(library)
    (house.root / "b.pdf").write_bytes(b"%PDF-1.7 b")

    house.drop(RECORD.replace("ER", "L1  - b.pdf\nER"), place=PLACE)

    assert sorted(library.files.values()) == sorted([CONTENT, b"%PDF-1.7 b"])
    assert not house.waiting()


class ReadsNone(MemoryLibrary):
    """Something on the way stops what is to be stored under this name."""

    def __init__(self, stopped: str) -> None:
        super().__init__(shipped_schema())
        self._stopped = stopped

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        if operation.file.path == self._stopped:
            raise UnreadError("nothing was made of it")
        return super().store_file(operation, content)


def test_a_file_that_is_refused_unread_keeps_back_no_other(
    open_house: Callable[[Library], House],
) -> None:
    library = ReadsNone("a.pdf")
    house = open_house(library)
    (house.root / "b.pdf").write_bytes(b"%PDF-1.7 b")

    with pytest.raises(UnsettledError):
        house.drop(RECORD.replace("ER", "L1  - b.pdf\nER"), place=PLACE)

    assert [*library.files.values()] == [b"%PDF-1.7 b"]
    assert not house.holds()


class Losing(ZoteroDesktopLibrary):
    """A Zotero whose first answer about a file breaks off."""

    desktop: ZoteroDesktop
    asked = 0

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        self.asked += 1
        if self.asked == 1:
            self.desktop.truncate()
        return super().store_file(operation, content)


def test_a_running_zotero_whose_answer_is_lost_is_asked_again(tmp_path: Path, pdf: Path) -> None:
    with ZoteroDesktop(tmp_path / "zotero").start() as desktop:
        key = desktop.allow()
        surroundings = Surroundings("desk", find_key=lambda: key)
        library = Losing(Options.read({"url": desktop.url}), surroundings)
        library.desktop = desktop
        house = House(tmp_path, library)

        house.drop(RECORD, place=PLACE)

        assert library.asked == 2
        assert [item.data["md5"] for item in attachments(house)] == [MD5]
        assert not house.holds()
