"""A library on a server is read once: at first contact, after a kill, and beside our own writes."""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.fakes.zotero_server.admin import seeded_key
from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.support.exports import scopus_record, title_of, write_export
from tests.support.person import SharedLibrary
from tests.support.web_process import SyncdProcess

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

SEEDED = 1_000


def reads(server: ZoteroServer) -> Counter[str]:
    """Return how often each item was asked for by its key."""
    return Counter(
        key
        for request in server.requests("GET")
        for key in request["query"].get("itemKey", "").split(",")
        if key
    )


def finish(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


def kill_after_pages(process: subprocess.Popen[str], server: ZoteroServer, pages: int) -> None:
    until = time.monotonic() + 60
    while sum("itemKey" in request["query"] for request in server.requests("GET")) < pages:
        assert time.monotonic() < until
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.kill()
    process.communicate()


@pytest.mark.timeout(180)
def test_a_first_mirror_goes_on_where_it_was_killed(
    tmp_path: Path, zotero_server: ZoteroServer, account: Account
) -> None:
    zotero_server.act(account.library, "seed", first=0, count=SEEDED)
    # The sixth page comes slowly: the five before it are in the mirror by then.
    zotero_server.arm("slow", path="/items", after=6, seconds=3)
    syncd = SyncdProcess(tmp_path / "syncd", zotero_server, account)
    kill_after_pages(syncd.reconcile(), zotero_server, 6)
    before = reads(zotero_server)
    zotero_server.disarm()
    zotero_server.forget_requests()

    finish(syncd.reconcile())

    after = reads(zotero_server)
    assert len(before) == 600
    assert before.keys() | after.keys() == {seeded_key(number) for number in range(SEEDED)}
    # Only the page that was under way is asked for again.
    assert len(before.keys() & after.keys()) <= 100


def test_a_first_mirror_takes_a_request_for_each_hundred_items(
    tmp_path: Path, zotero_server: ZoteroServer, account: Account
) -> None:
    zotero_server.act(account.library, "seed", first=0, count=SEEDED)
    syncd = SyncdProcess(tmp_path / "syncd", zotero_server, account)

    finish(syncd.reconcile())

    about_items = [r for r in zotero_server.requests() if r["path"].startswith("/users/")]
    assert len(about_items) <= SEEDED // 100 + 6


def test_changes_take_a_request_for_each_hundred_and_no_news_takes_one(
    tmp_path: Path, zotero_server: ZoteroServer, account: Account
) -> None:
    zotero_server.act(account.library, "seed", first=0, count=SEEDED)
    syncd = SyncdProcess(tmp_path / "syncd", zotero_server, account)
    finish(syncd.reconcile())
    opening = {"/keys/current", "/schema"}

    zotero_server.forget_requests()
    finish(syncd.reconcile())
    unchanged = [r for r in zotero_server.requests() if r["path"] not in opening]
    edited = [seeded_key(number) for number in range(250)]
    zotero_server.act(account.library, "edit many", keys=edited)
    zotero_server.forget_requests()
    [library] = json.loads(finish(syncd.reconcile()))["libraries"]
    changed = [r for r in zotero_server.requests() if r["path"] not in opening]

    assert len(unchanged) == 1
    assert library["changed"] == sorted(edited)
    assert len(changed) <= 3 + 4


def test_nothing_is_read_twice_at_first_contact(
    tmp_path: Path, zotero_server: ZoteroServer, account: Account
) -> None:
    shared = SharedLibrary(tmp_path, zotero_server, account)
    theirs = [
        shared.add({"itemType": "journalArticle", "title": title_of(n), "DOI": doi(n)})
        for n in range(60)
    ]
    zotero_server.forget_requests()

    decided = shared.drop([scopus_record(number) for number in range(120)])

    assert Counter(each.decision.value for each in decided) == {"collect": 60, "create": 60}
    assert reads(zotero_server) == Counter(theirs)
    inbox = shared.collections()["Inbox"]
    assert all(inbox in item["collections"] for item in shared.items().values())


def test_after_our_own_writes_only_what_others_wrote_is_read(
    tmp_path: Path, zotero_server: ZoteroServer, account: Account
) -> None:
    shared = SharedLibrary(tmp_path, zotero_server, account)
    with shared.syncd():
        theirs = shared.add({"itemType": "book", "title": "In between"})
        zotero_server.forget_requests()
    shared.drop([scopus_record(number) for number in range(80)])
    shared.reconcile()

    assert reads(zotero_server) == Counter([theirs])


def doi(number: int) -> str:
    return f"10.5555/invented.{number}"


def test_a_dry_run_writes_nothing_into_the_ledger(
    tmp_path: Path, zotero_server: ZoteroServer, account: Account
) -> None:
    syncd = SyncdProcess(tmp_path / "syncd", zotero_server, account)
    finish(syncd.once(write_export(tmp_path / "two.ris", (1, 2))))
    zotero_server.act(account.library, "seed", first=0, count=120)
    ledger = tmp_path / "syncd" / "state" / "ledger.sqlite"
    before = ledger.read_bytes()
    zotero_server.forget_requests()

    [tried] = json.loads(finish(syncd.reconcile("--dry-run")))["libraries"]

    assert ledger.read_bytes() == before
    assert not [path for path in ledger.parent.glob("*-wal") if path.stat().st_size]
    assert {request["method"] for request in zotero_server.requests()} == {"GET"}
    assert len(tried["changed"]) == 120
    [told] = json.loads(finish(syncd.reconcile()))["libraries"]
    assert told == tried
