"""Undo and restore against a Zotero server, after people have been at the library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.support.commands import Ended, Syncd
from tests.support.exports import title_of, write_export
from tests.support.serving import serving


@pytest.fixture(scope="module")
def server() -> Iterator[ZoteroServer]:
    with ZoteroServer.start() as running:
        yield running


class Web:
    """An account with a drop folder whose records go into a collection with a tag."""

    def __init__(self, base: Path, server: ZoteroServer, syncd: Syncd) -> None:
        self.base = base
        self._server = server
        self._syncd = syncd
        self.account: Account = server.add_user()
        self.folder = base / "drop"
        self.folder.mkdir()
        key = base / "key"
        key.write_text(self.account.key)
        key.chmod(0o600)
        config = base / "syncd.toml"
        config.write_text(
            f'[[library]]\nname = "mine"\nadapter = "zotero-web"\n'
            f'library_id = {self.account.number}\napi_url = "{server.url}"\nkey_file = "{key}"\n'
            f'[[folder]]\npath = "{self.folder}"\nlibrary = "mine"\ncollection = "In/Web"\n'
            'tags = ["new"]\nsettle = "0s"\n'
        )
        self.where = ("--config", config, "--state", base / "state")

    def do(self, *arguments: str | Path) -> Ended:
        return self._syncd(*arguments, *self.where)

    def ask(self, *arguments: str | Path) -> dict[str, Any]:
        ended = self.do(*arguments, "--json")
        assert ended.code == 0, ended
        document: dict[str, Any] = json.loads(ended.out)
        return document

    def drop(self, name: str, *numbers: int) -> None:
        write_export(self.folder / name, numbers)
        assert self.do("once").code == 0

    def items(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self._server.state(self.account.library)["items"]
        return found

    def work(self, number: int) -> dict[str, Any]:
        [found] = [each for each in self.items().values() if each.get("title") == title_of(number)]
        return found

    def write(self, data: dict[str, Any], key: str | None = None) -> str:
        """Be a person who makes an item or edits one."""
        return str(self._server.write_item(self.account.library, data, key))

    def state(self) -> tuple[Any, ...]:
        """Return what is outside the trash, but for versions and instants."""
        items = self.items()
        left_out = {"version", "dateAdded", "dateModified"}
        there = {
            key: {name: value for name, value in each.items() if name not in left_out}
            for key, each in items.items()
            if not each.get("deleted")
            and not items.get(each.get("parentItem", ""), {}).get("deleted")
        }
        collections = self._server.state(self.account.library)["collections"]
        return there, sorted(k for k, each in collections.items() if not each.get("deleted"))


@pytest.fixture
def web(tmp_path: Path, server: ZoteroServer, syncd: Syncd) -> Web:
    return Web(tmp_path, server, syncd)


def test_a_run_is_taken_back_and_done_again(web: Web) -> None:
    before = web.state()
    web.drop("three.ris", 1, 2, 3)
    after = web.state()

    undone = web.ask("undo", "1")
    taken_back = web.state()
    web.ask("undo", str(undone["run"]))

    assert (len(undone["trashed"]), len(undone["collections"]["trashed"])) == (3, 2)
    assert taken_back == before
    assert web.state() == after


def test_nothing_that_people_did_is_undone(web: Web) -> None:
    theirs = web.write(
        {"itemType": "journalArticle", "title": title_of(9), "DOI": "10.5555/invented.9",
         "tags": [{"tag": "mine"}]}
    )  # fmt: skip
    web.drop("many.ris", 1, 2, 3, 4, 9)
    noted, edited, gone = (web.work(number)["key"] for number in (1, 2, 3))
    web.write({"itemType": "note", "parentItem": noted, "note": "<p>I read it</p>"})
    web.write({"volume": "my own"}, edited)
    web.write({"tags": [{"tag": "mine"}, {"tag": "new"}, {"tag": "later"}]}, theirs)

    undone = web.ask("undo", "1")

    left = {each["item_key"]: each["reason"] for each in undone["left"]}
    assert left == {noted: "a note was added since", edited: "volume edited since"}
    assert set(undone["trashed"]) == {gone, web.work(4)["key"]}
    now = web.items()
    assert now[edited]["volume"] == "my own"
    assert [tag["tag"] for tag in now[theirs]["tags"]] == ["later", "mine"]
    assert now[theirs]["collections"] == []
    # Two items are still in the collection that the run made.
    [kept] = undone["collections"]["left"][:1]
    assert kept["reason"] == "the collection still holds 2 items"


def test_dropping_the_export_again_brings_nothing_back(web: Web) -> None:
    web.drop("one.ris", 1)
    web.ask("undo", "1")

    again = web.ask("once", web.folder / "one.ris")

    [record] = again["records"]
    assert record["decision"] == "skip"
    assert "removed on 2" in record["reason"]
    assert web.work(1)["deleted"]


def test_a_lost_answer_is_settled_by_looking(web: Web, server: ZoteroServer) -> None:
    web.drop("two.ris", 1, 2)
    before = web.state()
    web.ask("undo", "1")
    taken_back = web.state()
    web.ask("undo", "2")
    assert web.state() == before

    server.arm("lost reply", method="POST")
    web.ask("undo", "1")

    assert web.state() == taken_back


def test_a_deleted_work_is_made_again(web: Web, server: ZoteroServer) -> None:
    web.drop("one.ris", 1)
    before, key = web.state(), web.work(1)["key"]
    server.delete(web.account.library, key)

    restored = web.ask("restore", "10.5555/invented.1")

    assert (restored["was"], restored["is_now"]) == ("deleted", key)
    assert web.state() == before


def test_a_field_is_told_to_be_a_persons_only_where_a_person_wrote_it(web: Web) -> None:
    web.drop("one.ris", 1)
    web.write({"volume": "my own"}, web.work(1)["key"])

    [item] = web.ask("explain", "10.5555/invented.1")["items"]

    persons = {name for name, who in item["fields"].items() if who == "person"}
    assert (item["compared"], persons) == (True, {"volume"})


def test_a_library_out_of_reach_is_explained_from_the_ledger(web: Web) -> None:
    web.drop("one.ris", 1)
    key = web.work(1)["key"]
    (web.base / "key").write_text("nonsense")

    ended = web.do("explain", key, "--json")

    [item] = json.loads(ended.out)["items"]
    assert (ended.code, item["compared"], item["state"]) == (0, False, "present")
    assert "mine" in json.loads(ended.out)["unavailable"]
    assert "what stands in its items now is not known" in ended.err


def test_a_daemon_takes_back_and_lets_come_back(web: Web, environ: dict[str, str]) -> None:
    web.drop("two.ris", 1, 2)
    after = web.state()

    with serving(web.base / "state", environ, "--config", web.where[1], *web.where[2:]):
        undone = web.ask("undo", "1")
        empty = web.state()
        web.ask("undo", str(undone["run"]))

    # The daemon itself has looked into the folder again meanwhile; that brought nothing back.
    assert empty == ({}, [])
    assert web.state() == after
