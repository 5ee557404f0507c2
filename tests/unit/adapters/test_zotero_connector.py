"""A Zotero that is written to as browsers do: new items only, each once whatever happens."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.zotero_desktop import ADAPTER
from adapters.zotero_desktop.connector import ConnectorLibrary, Save
from adapters.zotero_desktop.options import Options
from syncd.errors import AccessDeniedError, InputError, UnavailableError, UnsettledError
from syncd.library import AddToCollection, Create, Refusal, Refused, Surroundings, Trash, Update
from syncd.plan import Place
from syncd.record import ItemKey
from tests.fakes.clock import FakeClock
from tests.fakes.works import wait_until
from tests.fakes.zotero_desktop.process import ZoteroDesktop
from tests.support.exports import scopus_record, write_records
from tests.support.runs import deliver, opened_run

KEY = ItemKey("K3EY2222")
BOOK = {"itemType": "book", "title": "On mosses"}
IN_A_FOLDER = Place(folder=b"/dropped", collection=("Inbox",), tags=("new",))


@pytest.fixture(params=[True, False], ids=["older", "today's"])
def desktop(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ZoteroDesktop]:
    with ZoteroDesktop(tmp_path / "zotero").start(older=request.param) as running:
        yield running


def open_library(desktop: ZoteroDesktop, clock: FakeClock | None = None) -> ConnectorLibrary:
    options = Options.read({"url": desktop.url, "write_through": "connector"})
    return ConnectorLibrary(options, Surroundings("desk"), clock=clock)


def export(tmp_path: Path, works: int, name: str = "works.ris") -> Path:
    return write_records(tmp_path / name, [scopus_record(number) for number in range(works)])


def titles_in(desktop: ZoteroDesktop) -> Counter[str]:
    return Counter(str(each["data"]["title"]) for each in desktop.state()["items"].values())


def expect_each_once(desktop: ZoteroDesktop, works: int) -> None:
    found = titles_in(desktop)
    assert set(found.values()) == {1}, found
    assert len(found) == works


def let_time_pass(state: Path) -> None:
    """Make what was noted so long ago that it can come no more."""
    with closing(sqlite3.connect(state / "ledger.sqlite")) as ledger, ledger:
        rows = ledger.execute("SELECT operation_id, note FROM outbox WHERE note IS NOT NULL")
        for operation, note in rows.fetchall():
            save = Save.load(note)
            aged = save._replace(noted_at=save.noted_at - timedelta(minutes=11)).dump()
            ledger.execute("UPDATE outbox SET note = ? WHERE operation_id = ?", [aged, operation])


def test_an_export_arrives_once_with_its_tags_and_no_more_is_asked_of_it(
    tmp_path: Path, desktop: ZoteroDesktop
) -> None:
    with opened_run(tmp_path, open_library(desktop)) as run:
        first = deliver(run, [export(tmp_path, 12)], IN_A_FOLDER)
        again = deliver(run, [export(tmp_path, 13, "more.ris")], IN_A_FOLDER)
        refused = run.figures().held

    assert (first.waiting, again.waiting) == (None, None)
    assert (first.counts["create"], again.counts["create"], again.counts["skip"]) == (12, 1, 12)
    assert refused == 0
    expect_each_once(desktop, 13)
    state = desktop.state()
    assert state["collections"] == {}
    assert {"new"} <= {
        tag["tag"] for each in state["items"].values() for tag in each["data"]["tags"]
    }


def test_what_was_made_is_known_by_its_key_to_another_process(
    tmp_path: Path, desktop: ZoteroDesktop
) -> None:
    with opened_run(tmp_path, open_library(desktop)) as run:
        summary = deliver(run, [export(tmp_path, 3)])
        assert summary.run is not None
        records = run.records(summary.run)
    with opened_run(tmp_path, open_library(desktop)) as run:
        again = deliver(run, [export(tmp_path, 3, "again.ris")])

    assert {each.item_key for each in records} == desktop.state()["items"].keys()
    assert again.counts.get("create", 0) == 0


def test_what_a_person_adds_meanwhile_is_recognised(tmp_path: Path, desktop: ZoteroDesktop) -> None:
    with opened_run(tmp_path, open_library(desktop)) as run:
        deliver(run, [export(tmp_path, 1)])
    [mine] = desktop.state()["items"].values()
    other = {**mine["data"], "title": "By hand", "DOI": "10.5555/by.hand"}
    desktop.write_item(other)
    same = write_records(
        tmp_path / "same.ris", [scopus_record(7, DO="10.5555/by.hand", TI="By hand", AN=None)]
    )

    with opened_run(tmp_path, open_library(desktop)) as run:
        summary = deliver(run, [same])

    assert summary.counts.get("create", 0) == 0


def test_what_it_cannot_do_is_said_and_not_promised(tmp_path: Path, desktop: ZoteroDesktop) -> None:
    with opened_run(tmp_path, open_library(desktop)) as run:
        summary = deliver(run, [export(tmp_path, 1)])
        assert summary.run is not None
        undone = run.undo(summary.run)
        [key] = desktop.state()["items"]
        desktop.act("trash", key=key)
        run.reconcile()

        with pytest.raises(InputError, match="take it out of the trash there"):
            run.restore(key)
        waiting = run.figures().pending

    assert "its library has no trash" in str(undone)
    assert waiting == 0
    assert list(desktop.state()["items"]) == [key]


def test_a_lost_answer_is_looked_up(tmp_path: Path, desktop: ZoteroDesktop) -> None:
    with opened_run(tmp_path, open_library(desktop)) as run:
        desktop.truncate(3)
        deliver(run, [export(tmp_path, 12)])
        run.push_pending()

    expect_each_once(desktop, 12)


@pytest.mark.parametrize("seed", range(2))
def test_a_zotero_that_is_killed_again_and_again(
    tmp_path: Path, desktop: ZoteroDesktop, seed: int
) -> None:
    older = desktop_is_older(desktop)
    settings: dict[str, Any] = {"item_seconds": 0.02, "older": older}
    desktop.configure(**settings)
    stop = threading.Event()

    def kill() -> None:
        while not stop.wait(0.3 + 0.1 * seed):
            desktop.restart(**settings)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with (
            contextlib.suppress(UnavailableError),
            opened_run(tmp_path, open_library(desktop)) as run,
        ):
            deliver(run, [export(tmp_path, 15)])
    finally:
        stop.set()
        killer.join()
    for _ in range(20):
        let_time_pass(tmp_path)
        with (
            contextlib.suppress(UnavailableError),
            opened_run(tmp_path, open_library(desktop)) as run,
        ):
            deliver(run, [export(tmp_path, 15)])
            if not run.figures().pending:
                break

    expect_each_once(desktop, 15)


def desktop_is_older(desktop: ZoteroDesktop) -> bool:
    return open_library(desktop).describe().identity.split(":")[1].startswith("older")


def test_nothing_is_sent_while_a_save_may_still_come(desktop: ZoteroDesktop) -> None:
    clock = FakeClock(datetime.now(UTC))
    sent = [Create(KEY, BOOK), Create(ItemKey("K3EY2223"), {**BOOK, "title": "On ferns"})]
    note = open_library(desktop, clock).prepare(sent)
    later = open_library(desktop, clock)
    desktop.write_item({"itemType": "book", "title": "On mosses"})

    with pytest.raises(UnsettledError, match="may still be at work"):
        later.trace(sent, note)
    clock.advance(minutes=11)
    moss, fern = later.trace(sent, note)

    assert moss is not None
    assert fern is None


def test_what_a_killed_syncd_has_sent_is_waited_for_and_found(
    tmp_path: Path, desktop: ZoteroDesktop
) -> None:
    desktop.configure(item_seconds=0.5)
    sent = [Create(KEY, BOOK), Create(ItemKey("K3EY2223"), {**BOOK, "title": "On ferns"})]
    killed = open_library(desktop)
    note = killed.prepare(sent)
    # It goes on with the save while nobody waits for the answer any more.
    given_up = threading.Thread(target=killed.push, args=(sent,), kwargs={"expected": None})
    given_up.start()
    assert wait_until(lambda: len(desktop.state()["items"]) == 1, within=10)
    later = open_library(desktop)

    with pytest.raises(UnsettledError, match="may still be at work"):
        later.trace(sent, note)
    assert wait_until(lambda: len(desktop.state()["items"]) == 2, within=10)
    made = later.trace(sent, note)
    given_up.join()

    assert {each.key for each in made if each is not None} == desktop.state()["items"].keys()


def test_a_zotero_that_was_seen_not_to_run_is_at_work_on_nothing(
    desktop: ZoteroDesktop, tmp_path: Path
) -> None:
    sent = [Create(KEY, BOOK)]
    note = open_library(desktop).prepare(sent)
    later = open_library(desktop)
    with pytest.raises(UnsettledError):
        later.trace(sent, note)
    desktop.kill()
    with pytest.raises(UnavailableError, match="not running"):
        open_later(later)
    desktop.start()

    assert later.trace(sent, note) == [None]


def open_later(library: ConnectorLibrary) -> None:
    library._door._answered = None
    library.describe()


@pytest.mark.parametrize(
    "operation",
    [
        Update(KEY, 1, {"title": "New"}),
        Trash(KEY, 1),
        AddToCollection(KEY, 1, (), ("tag",)),
        Create(KEY, {"itemType": "note", "parentItem": "ABCD2345", "note": "<p>A</p>"}),
        Create(KEY, {**BOOK, "collections": ["ABCD2345"]}),
        Create(KEY, {**BOOK, "nonsense": "x"}),
    ],
    ids=lambda operation: f"{type(operation).__name__}",
)
def test_whatever_is_no_new_item_is_refused_and_nothing_sent(
    desktop: ZoteroDesktop, operation: Any
) -> None:
    [outcome] = open_library(desktop).push([operation], expected=None).outcomes

    assert isinstance(outcome, Refused)
    assert outcome.refusal is Refusal.INVALID
    assert desktop.state()["items"] == {}


def test_nothing_is_sent_while_another_library_is_selected(desktop: ZoteroDesktop) -> None:
    desktop.configure(selected={"libraryID": 4, "libraryName": "Lab", "id": None})
    library = open_library(desktop)

    with pytest.raises(UnavailableError, match="select My Library"):
        library.push([Create(KEY, BOOK)], expected=None)
    desktop.configure(selected={"libraryID": 1, "libraryName": "My Library", "id": None})
    [made] = library.push([Create(KEY, BOOK)], expected=None).outcomes

    assert list(desktop.state()["items"]) == [made.key]


def test_without_leave_an_older_zotero_is_not_written_to(tmp_path: Path) -> None:
    with ZoteroDesktop(tmp_path / "zotero").start(older=True) as desktop:
        library = ADAPTER.open({"url": desktop.url}, Surroundings("desk", find_key=lambda: "k"))

        with pytest.raises(AccessDeniedError, match='write_through = "connector"'):
            library.describe()


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"write_through": "connector"}, set()),
        ({"write_through": "api"}, set()),
        ({"write_through": "browser"}, {"write_through"}),
        (
            {"write_through": "connector", "library_type": "group", "library_id": 7},
            {"write_through"},
        ),
    ],
)
def test_it_has_to_be_allowed_and_for_my_library_alone(
    options: dict[str, Any], wrong: set[str]
) -> None:
    assert set(ADAPTER.check_options(options)) == wrong


def test_nobody_is_asked_for_consent_that_is_not_needed() -> None:
    with pytest.raises(UnavailableError, match="nothing to allow"):
        ADAPTER.ask_consent({"write_through": "connector"})


def test_a_note_survives_being_written_down() -> None:
    save = Save(datetime.now(UTC), 7, "session", ["ABCD2345"])

    assert Save.load(save.dump()) == save
    assert json.loads(save.dump())["session"] == "session"
