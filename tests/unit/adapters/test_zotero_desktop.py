"""The running Zotero: what it says of itself, and each record once whatever happens to it."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.zotero_desktop import ADAPTER
from adapters.zotero_desktop.attempts import Attempt
from adapters.zotero_desktop.library import ZoteroDesktopLibrary
from adapters.zotero_desktop.options import Options
from syncd.errors import AccessDeniedError, Denial, PausedError, UnavailableError, UnsettledError
from syncd.library import Create, Surroundings
from syncd.record import ItemKey
from tests.fakes.clock import FakeClock
from tests.fakes.zotero_desktop.process import ZoteroDesktop
from tests.support.runs import deliver, opened_run


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[ZoteroDesktop]:
    with ZoteroDesktop(tmp_path / "zotero").start() as running:
        yield running


@pytest.fixture
def key(desktop: ZoteroDesktop) -> str:
    return desktop.allow()


def open_library(
    desktop: ZoteroDesktop, key: str | None, clock: FakeClock | None = None
) -> ZoteroDesktopLibrary:
    options = Options.read({"url": desktop.url})
    return ZoteroDesktopLibrary(options, Surroundings("desk", find_key=lambda: key), clock=clock)


def export(tmp_path: Path, works: int, name: str = "works.ris") -> Path:
    """Write an export of that many works, each with a note."""
    entries = [
        f"TY  - JOUR\nTI  - On the growth of mosses, part {number}\nAU  - Moss, Ada\n"
        f"PY  - 2021\nDO  - 10.5555/moss.{number}\nN1  - Funding details: Moss Trust {number}\n"
        "ER  - \n"
        for number in range(works)
    ]
    path = tmp_path / name
    # What was delivered before is not read again, so each file has a content of its own.
    path.write_text("\n".join([*entries, f"{name}\n"]))
    return path


def works_in(desktop: ZoteroDesktop) -> Counter[str]:
    """Count the works in the library by their titles, and their notes by what they say."""
    items = desktop.state()["items"].values()
    return Counter(str(each["data"].get("title") or each["data"].get("note")) for each in items)


def expect_each_once(desktop: ZoteroDesktop, works: int) -> None:
    found = works_in(desktop)
    assert set(found.values()) == {1}, found
    assert len(found) == 2 * works


def finish(state: Path, desktop: ZoteroDesktop, key: str) -> None:
    """Open the run again until nothing waits, as a daemon would."""
    for _ in range(60):
        try:
            with opened_run(state, open_library(desktop, key)) as run:
                run.push_pending()
                return
        except UnavailableError:
            time.sleep(0.1)
    raise AssertionError("it never came to an end")


class TestExactlyOnce:
    def test_a_file_arrives(self, tmp_path: Path, desktop: ZoteroDesktop, key: str) -> None:
        with opened_run(tmp_path, open_library(desktop, key)) as run:
            summary = deliver(run, [export(tmp_path, 12)])

        assert summary.waiting is None
        expect_each_once(desktop, 12)

    def test_the_same_file_makes_nothing_more(
        self, tmp_path: Path, desktop: ZoteroDesktop, key: str
    ) -> None:
        with opened_run(tmp_path, open_library(desktop, key)) as run:
            deliver(run, [export(tmp_path, 3)])
            deliver(run, [export(tmp_path, 3, "again.ris")])

        expect_each_once(desktop, 3)

    def test_an_answer_that_breaks_off_is_looked_up(
        self, tmp_path: Path, desktop: ZoteroDesktop, key: str
    ) -> None:
        with opened_run(tmp_path, open_library(desktop, key)) as run:
            desktop.truncate(3)
            deliver(run, [export(tmp_path, 12)])
            run.push_pending()

        expect_each_once(desktop, 12)

    def test_what_its_answer_was_lost_of_is_known_as_ours(
        self, tmp_path: Path, desktop: ZoteroDesktop, key: str
    ) -> None:
        with opened_run(tmp_path, open_library(desktop, key)) as run:
            desktop.truncate(1)
            summary = deliver(run, [export(tmp_path, 3)])
            run.push_pending()

            assert summary.run is not None
            records = run.records(summary.run)
        there = desktop.state()["items"]
        assert {record.item_key for record in records} <= there.keys()
        assert {record.outcome for record in records} == {"accepted"}

    @pytest.mark.parametrize("seed", range(3))
    def test_a_zotero_that_is_killed_again_and_again(
        self, tmp_path: Path, desktop: ZoteroDesktop, key: str, seed: int
    ) -> None:
        desktop.configure(item_seconds=0.01)
        stop = threading.Event()

        def kill() -> None:
            while not stop.wait(0.3 + 0.05 * seed):
                desktop.restart(item_seconds=0.01)

        killer = threading.Thread(target=kill)
        killer.start()
        library = open_library(desktop, key)
        try:
            with contextlib.suppress(UnavailableError), opened_run(tmp_path, library) as run:
                deliver(run, [export(tmp_path, 10)])
        finally:
            stop.set()
            killer.join()
        finish(tmp_path, desktop, key)

        with opened_run(tmp_path, open_library(desktop, key)) as run:
            deliver(run, [export(tmp_path, 10)])
        expect_each_once(desktop, 10)

    def test_nothing_is_sent_while_zotero_is_still_at_work(
        self, tmp_path: Path, desktop: ZoteroDesktop, key: str
    ) -> None:
        library = open_library(desktop, key)
        library.describe()
        desktop.configure(item_seconds=1.0)
        sent = [Create(ItemKey("K3EY2222"), {"itemType": "book", "title": "Slow"})]
        note = library.prepare(sent)
        token = Attempt.load(note).tokens[0]
        _abandon(desktop, key, token, Attempt.load(note))
        library._watch.begin(token)

        with pytest.raises(UnsettledError, match="still at work"):
            library.trace(sent, note)
        time.sleep(1.2)
        [made] = library.trace(sent, note)

        assert made is not None
        assert made.key in desktop.state()["items"]

    def test_what_an_earlier_process_noted_and_never_sent_is_given_up_at_last(
        self, desktop: ZoteroDesktop, key: str
    ) -> None:
        clock = FakeClock()
        sent = [Create(ItemKey("K3EY2222"), {"itemType": "book", "title": "Never sent"})]
        note = open_library(desktop, key, clock).prepare(sent)
        later = open_library(desktop, key, clock)

        with pytest.raises(UnsettledError):
            later.trace(sent, note)
        clock.advance(minutes=11)

        assert later.trace(sent, note) == [None]

    def test_somebody_else_at_work_shows_in_the_versions(
        self, desktop: ZoteroDesktop, key: str
    ) -> None:
        library = open_library(desktop, key)
        library.describe()
        [before] = [page.to_version for page in library.changes_since(0)][-1:]
        operation = Create(ItemKey("K3EY2222"), {"itemType": "book", "title": "Ours"})

        alone = library.push([operation], expected=before)
        assert alone.library_version == desktop.state()["version"]

        library.prepare([operation])
        desktop.write_item({"itemType": "book", "title": "Theirs"})
        crowded = library.push([operation], expected=alone.library_version)

        assert crowded.library_version is None


def _abandon(desktop: ZoteroDesktop, key: str, token: str, attempt: Attempt) -> None:
    """Send a write and be gone before it is answered."""
    [mark] = attempt.marks.values()
    body = json.dumps([{"itemType": "book", "title": "Slow", "dateAdded": mark}])
    connection = http.client.HTTPConnection("127.0.0.1", desktop.port)
    headers = {
        "Content-Type": "application/json",
        "Zotero-API-Key": key,
        "Zotero-Server-ID": attempt.server_id,
        "Zotero-Write-Token": token,
    }
    connection.request("POST", "/api/users/0/items", body, headers)
    time.sleep(0.2)
    connection.close()


class TestWhatIsTheMatter:
    def test_a_zotero_that_does_not_run(self, desktop: ZoteroDesktop, key: str) -> None:
        desktop.kill()

        with pytest.raises(UnavailableError, match="Zotero is not running"):
            open_library(desktop, key).describe()

    def test_one_that_starts_is_never_touched(self, desktop: ZoteroDesktop, key: str) -> None:
        desktop.restart(starts_in=1.5)
        library = open_library(desktop, key)

        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                library.describe()
                break
            except UnavailableError as error:
                assert "starting" in str(error)

        assert library.describe().writable

    def test_a_local_api_that_is_switched_off(self, desktop: ZoteroDesktop, key: str) -> None:
        desktop.configure(local_api=False)

        with pytest.raises(UnavailableError, match="Settings, Advanced"):
            open_library(desktop, key).describe()

    def test_without_consent(self, desktop: ZoteroDesktop) -> None:
        with pytest.raises(AccessDeniedError, match="not been asked yet") as caught:
            open_library(desktop, None).describe()

        assert caught.value.denial is Denial.NOT_ALLOWED

    def test_consent_that_was_taken_back(self, desktop: ZoteroDesktop, key: str) -> None:
        library = open_library(desktop, key)
        library.describe()
        desktop.forget_keys()

        with pytest.raises(AccessDeniedError, match="no longer"):
            library.push([Create(ItemKey("K3EY2222"), {"itemType": "book"})], expected=None)

    def test_another_database_stops_with_a_clear_state(
        self, tmp_path: Path, desktop: ZoteroDesktop, key: str
    ) -> None:
        with opened_run(tmp_path, open_library(desktop, key)) as run:
            deliver(run, [export(tmp_path, 2)])
        desktop.restart(data=tmp_path / "another")
        key = desktop.allow()

        with (
            pytest.raises(PausedError, match="another database"),
            opened_run(tmp_path, open_library(desktop, key)),
        ):
            pass

    def test_an_older_backup_stops_and_is_read_anew_once_it_is_resumed(
        self, tmp_path: Path, desktop: ZoteroDesktop, key: str
    ) -> None:
        data = tmp_path / "zotero"
        with opened_run(tmp_path, open_library(desktop, key)) as run:
            deliver(run, [export(tmp_path, 2)])
            backup = (data / "log.jsonl").read_bytes()
            deliver(run, [export(tmp_path, 4, "more.ris")])
        desktop.kill()
        (data / "log.jsonl").write_bytes(backup)
        desktop.start()

        with opened_run(tmp_path, open_library(desktop, key)) as run:
            with pytest.raises(PausedError, match="older"):
                run.refresh()
            run.resume()
            deliver(run, [export(tmp_path, 4, "once more.ris")])

        expect_each_once(desktop, 4)


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({}, set()),
        ({"url": "http://localhost:24119"}, set()),
        ({"library_type": "group", "library_id": 12}, set()),
        ({"library_type": "group"}, {"library_id"}),
        ({"library_id": 1234567}, {"library_id"}),
        ({"url": "http://example.org:23119"}, {"url"}),
        ({"url": "https://127.0.0.1:23119"}, {"url"}),
        ({"api_url": "https://api.zotero.org"}, {"api_url"}),
    ],
)
def test_options_that_will_not_do_are_named(options: dict[str, Any], wrong: set[str]) -> None:
    assert set(ADAPTER.check_options(options)) == wrong


class TestConsent:
    def test_a_person_allows_it_for_good(self, desktop: ZoteroDesktop) -> None:
        desktop.configure(consent="always allow")

        key = ADAPTER.ask_consent({"url": desktop.url})

        assert open_library(desktop, key).describe().writable

    @pytest.mark.parametrize(
        ("answer", "words"), [("allow", "Always Allow"), ("deny", "told not to")]
    )
    def test_nothing_less_will_do(self, desktop: ZoteroDesktop, answer: str, words: str) -> None:
        desktop.configure(consent=answer)

        with pytest.raises(AccessDeniedError, match=words):
            ADAPTER.ask_consent({"url": desktop.url})

    def test_the_answer_may_take_its_time(self, desktop: ZoteroDesktop) -> None:
        later = threading.Timer(1.0, lambda: desktop.configure(consent="always allow"))
        later.start()

        assert ADAPTER.ask_consent({"url": desktop.url})

    def test_a_zotero_that_starts_is_not_asked(self, desktop: ZoteroDesktop) -> None:
        desktop.restart(starts_in=30)

        with pytest.raises(UnavailableError, match="starting"):
            ADAPTER.ask_consent({"url": desktop.url})
        assert not [r for r in desktop.requests() if r["path"].startswith("/api/")]


def open_group(desktop: ZoteroDesktop, key: str, number: int) -> ZoteroDesktopLibrary:
    options = {"url": desktop.url, "library_type": "group", "library_id": number}
    return ZoteroDesktopLibrary(Options.read(options), Surroundings("lab", find_key=lambda: key))


def test_a_group_says_its_name_and_whether_it_may_be_changed(
    desktop: ZoteroDesktop, key: str
) -> None:
    desktop.act("set editable", "groups/7", editable=True)
    desktop.act("set editable", "groups/8", editable=False)

    ours, theirs = (open_group(desktop, key, number).describe() for number in (7, 8))

    assert (ours.title, ours.writable, ours.denial) == ("Group 7", True, None)
    assert (theirs.title, theirs.writable) == ("Group 8", False)
    assert theirs.denial is Denial.ADMINS_ONLY
    assert "may read the group, but not change it" in theirs.access


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ([], "this Zotero has no group 9; it has no group at all"),
        ([8, 7], "this Zotero has no group 9; it has group 7 (Group 7), 8 (Group 8)"),
    ],
)
def test_a_group_that_is_not_there_is_told_with_those_that_are(
    desktop: ZoteroDesktop, key: str, groups: list[int], told: str
) -> None:
    for number in groups:
        desktop.act("set editable", f"groups/{number}", editable=True)

    with pytest.raises(AccessDeniedError) as caught:
        open_group(desktop, key, 9).describe()

    assert str(caught.value) == told
    assert caught.value.denial is Denial.NO_MEMBER
