"""Files beside an export hang below their items, once, in any library, until they are undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.library import (
    Create,
    Operation,
    Pushed,
    Refusal,
    Refused,
    StoredItem,
    key_of,
)
from syncd.plan import Place
from syncd.settings import Attachments
from syncd.system.resources import shipped_schema
from tests.fakes.zotero_server.adapter import open_library
from tests.fakes.zotero_server.process import ZoteroServer
from tests.support.house import House
from tests.support.houses import KINDS, house_at
from tests.support.runs import opened_ledger, opened_run

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

RECORD = (
    "TY  - JOUR\nTI  - On hedges\nAU  - Hedge, Ada\nPY  - 2021\nDO  - 10.5555/hedge.1\n"
    "L1  - a.pdf\nL1  - /etc/passwd\nL1  - https://x.example/full.pdf\nER  - \n"
)
PLACE = Place(folder=b"/plain", attachments=Attachments.FILE)


@pytest.fixture(params=KINDS)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    with house_at(request.param, tmp_path, request) as house:
        yield house


def attached_in(house: House) -> list[StoredItem]:
    return [item for item in house.everything() if item.data["itemType"] == "attachment"]


def said(items: list[StoredItem]) -> set[Any]:
    return {(i.data["linkMode"], i.data.get("path") or i.data.get("url")) for i in items}


def test_files_and_links_hang_below_their_item_once(house: House, tmp_path: Path) -> None:
    house.drop(RECORD, place=PLACE)
    house.drop(RECORD, place=PLACE)

    [work] = house.works()
    items = attached_in(house)
    assert len(items) == 2
    assert {item.data["parentItem"] for item in items} == {work.key}
    assert said(items) == {
        ("linked_file", str(tmp_path / "a.pdf")),
        ("linked_url", "https://x.example/full.pdf"),
    }


def test_what_a_run_attached_goes_with_it_when_it_is_undone(house: House) -> None:
    house.drop(RECORD, place=PLACE)

    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as opened,
    ):
        report = opened.undo(1)

    assert not report.left
    assert all(item.trashed for item in house.works())


def test_a_group_has_links_alone(zotero_server: ZoteroServer, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    group = zotero_server.add_group(zotero_server.add_user())
    house = House(tmp_path, open_library(zotero_server, group))

    house.drop(RECORD, place=PLACE)

    assert said(attached_in(house)) == {("linked_url", "https://x.example/full.pdf")}


class NoFiles(MemoryLibrary):
    """A library that turns away every link to a file."""

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        refused = [
            isinstance(each, Create) and each.data.get("linkMode") == "linked_file"
            for each in operations
        ]
        taken = [each for each, no in zip(operations, refused, strict=True) if not no]
        outcomes = iter(super().push(taken, expected=expected).outcomes)
        return Pushed(
            [
                Refused(key_of(each), Refusal.INVALID, "over quota") if no else next(outcomes)
                for each, no in zip(operations, refused, strict=True)
            ],
            None,
        )


def test_a_file_that_is_turned_away_holds_itself_alone(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    house = House(tmp_path, NoFiles(shipped_schema()))

    [record] = house.drop(RECORD, place=PLACE)

    assert (record.outcome, record.item_key) == ("accepted", house.works()[0].key)
    assert said(attached_in(house)) == {("linked_url", "https://x.example/full.pdf")}
    assert [reason for _, reason in house.holds()] == ["over quota"]
