"""Newer exports meet a file library and a Zotero server alike: plan, once, review."""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.file.documents import format_item, parse_item
from tests.fakes.zotero_server.process import ZoteroServer
from tests.support.commands import Syncd
from tests.support.exports import scopus_record, title_of, write_records

EARLY = {"VL": None, "SP": None, "EP": None, "N1": "Export Date: 3 March 2026"}
FINAL = {"AB": "How it is.", "KW": "resin", "N1": "Export Date: 11 May 2026"}


class World(ABC):
    """A library behind a configuration, and a person who works in it."""

    def __init__(self, root: Path, library: str) -> None:
        self.root = root
        config = root / "syncd.toml"
        config.write_text(f'[[library]]\nname = "mine"\n{library}\n', encoding="utf-8")
        self.where = ("--config", config, "--state", root / "state")
        self._dropped = 0

    def export(self, *records: str) -> Path:
        """Write an export; each is a day younger than the one before."""
        path = write_records(self.root / f"export-{self._dropped}.ris", records)
        age = 1_750_000_000 + self._dropped * 86_400
        os.utime(path, (age, age))
        self._dropped += 1
        return path

    @abstractmethod
    def items(self) -> dict[str, dict[str, Any]]:
        """Return the works of the library by their DOI."""

    @abstractmethod
    def edit(self, doi: str, **fields: Any) -> None:
        """Be a person who edits an item."""

    @abstractmethod
    def add(self, key: str, data: Mapping[str, Any]) -> None:
        """Be a person who makes an item."""

    @abstractmethod
    def requests(self) -> int:
        """Return how often items were read or written since this was last asked."""


class FileWorld(World):
    def __init__(self, root: Path) -> None:
        self._items = root / "library" / "items"
        super().__init__(root, f'adapter = "file"\npath = "{root / "library"}"')

    def items(self) -> dict[str, dict[str, Any]]:
        found = (dict(parse_item(path.read_bytes()).data) for path in self._items.glob("*.json"))
        return {data["DOI"]: data for data in found if "DOI" in data}

    def edit(self, doi: str, **fields: Any) -> None:
        for path in self._items.glob("*.json"):
            read = parse_item(path.read_bytes())
            if read.data.get("DOI") == doi:
                data = {**read.data, **fields}
                path.write_bytes(format_item(path.stem, read.version, data, trashed=False))

    def add(self, key: str, data: Mapping[str, Any]) -> None:
        self._items.mkdir(parents=True)
        content = format_item(key, 0, data, trashed=False)
        (self._items / f"{key}.json").write_bytes(content)

    def requests(self) -> int:
        return 0


class WebWorld(World):
    def __init__(self, root: Path, server: ZoteroServer) -> None:
        self._server, self._ada = server, server.add_user()
        key = root / "key"
        key.write_text(self._ada.key)
        key.chmod(0o600)
        super().__init__(
            root,
            f'adapter = "zotero-web"\nlibrary_id = {self._ada.number}\n'
            f'api_url = "{server.url}"\nkey_file = "{key}"',
        )

    def _all(self) -> Mapping[str, Mapping[str, Any]]:
        items: Mapping[str, Mapping[str, Any]] = self._server.state(self._ada.library)["items"]
        return items

    def items(self) -> dict[str, dict[str, Any]]:
        return {data["DOI"]: dict(data) for data in self._all().values() if data.get("DOI")}

    def edit(self, doi: str, **fields: Any) -> None:
        for key, data in self._all().items():
            if data.get("DOI") == doi:
                kept = {n: v for n, v in data.items() if n not in ("key", "version")}
                self._server.write_item(self._ada.library, {**kept, **fields}, key)

    def add(self, key: str, data: Mapping[str, Any]) -> None:
        self._server.write_item(self._ada.library, data, key)

    def requests(self) -> int:
        asked = [each for each in self._server.requests() if "/items" in each["path"]]
        self._server.forget_requests()
        return sum("itemKey=" in each["path"] or each["method"] == "POST" for each in asked)


@pytest.fixture(scope="module")
def server() -> Iterator[ZoteroServer]:
    with ZoteroServer.start() as running:
        yield running


@pytest.fixture(params=["file", "web"])
def world(request: pytest.FixtureRequest, tmp_path: Path, server: ZoteroServer) -> World:
    return FileWorld(tmp_path) if request.param == "file" else WebWorld(tmp_path, server)


@pytest.fixture
def filling(world: World) -> World:
    """Return a world in which empty fields of others' items are filled."""
    config = world.root / "syncd.toml"
    config.write_text(f'{config.read_text()}\n[duplicates]\nwhen_found = "fill"\n')
    return world


def _once(syncd: Syncd, world: World, *records: str, code: int = 0) -> list[dict[str, Any]]:
    done = syncd("once", "--json", *world.where, world.export(*records))
    assert done.code == code, done.err
    found: list[dict[str, Any]] = json.loads(done.out)["records"]
    return found


def test_articles_in_press_become_final_and_edits_stay(world: World, syncd: Syncd) -> None:
    _once(syncd, world, *(scopus_record(number, **EARLY) for number in range(4)))
    one, two, three = (f"10.5555/invented.{number}" for number in (1, 2, 3))
    extra = world.items()[one]["extra"]
    world.edit(one, extra=f"read: yes\n\n{extra}\n tex.ids: x", tags=[{"tag": "mine"}])
    world.edit(two, publicationTitle="As I cite it")
    world.edit(three, creators=[])
    newer = [scopus_record(number, **FINAL, T2="Journal of Renamed Results") for number in range(4)]

    planned = syncd("plan", "--json", *world.where, world.export(*newer))
    records = _once(syncd, world, *newer)

    plan = json.loads(planned.out)
    assert [each["decision"] for each in plan["records"]] == ["update"] * 4
    assert "volume: (empty) → 2" in plan["records"][1]["evidence"]
    assert "it was in press and is final now" in plan["records"][0]["reason"]
    assert [each["decision"] for each in records] == ["update"] * 4
    assert [each["outcome"] for each in records] == ["accepted"] * 4
    items = world.items()
    assert [items[each]["volume"] for each in (one, two, three)] == ["2", "3", "4"]
    assert items[one]["extra"] == f"read: yes\n\n{extra}\n tex.ids: x"
    assert {tag["tag"] for tag in items[one]["tags"]} == {"mine", "resin"}
    assert items[two]["publicationTitle"] == "As I cite it"
    assert items[one]["publicationTitle"] == "Journal of Renamed Results"
    assert items[three]["creators"] == []


def test_the_same_again_and_an_older_export_change_nothing(world: World, syncd: Syncd) -> None:
    early, final = (
        [scopus_record(number, **tags) for number in range(3)] for tags in (EARLY, FINAL)
    )
    _once(syncd, world, *early)
    _once(syncd, world, *final)
    before = world.items()
    world.requests()

    again = _once(syncd, world, *final)
    assert world.requests() == 0
    older = _once(syncd, world, *(scopus_record(n, **EARLY | {"VL": "1"}) for n in range(3)))

    assert {each["decision"] for each in [*again, *older]} == {"skip"}
    assert world.items() == before


def test_differences_are_decided_field_by_field(world: World, syncd: Syncd) -> None:
    _once(syncd, world, scopus_record(1, **FINAL))
    doi = "10.5555/invented.1"
    world.edit(doi, volume="II", title="My title")
    newer = FINAL | {"N1": "Export Date: 12 May 2026", "VL": "12", "TI": f"{title_of(1)}: a survey"}
    held = _once(syncd, world, scopus_record(1, **newer))
    assert [each["decision"] for each in held] == ["hold"]
    [library] = json.loads(syncd("review", "--json", *world.where).out)["libraries"]
    [question] = library["held"]
    assert question["kind"] == "fields"
    assert question["answers"] == ["mine", "theirs"]
    assert question["fields"]["volume"] == {"base": "2", "mine": "II", "theirs": "12"}
    number = question["id"]
    shown = syncd("review", "show", *world.where, number)
    assert "theirs: the export" in shown.out

    assert syncd("review", "theirs", *world.where, number, "volume").code == 0
    assert syncd("review", "mine", *world.where, number, "pages").code == 65
    assert syncd("review", "mine", *world.where, number, "title").code == 0

    assert (world.items()[doi]["volume"], world.items()[doi]["title"]) == ("12", "My title")
    [library] = json.loads(syncd("review", "--json", *world.where).out)["libraries"]
    assert library["held"] == []
    again = _once(syncd, world, scopus_record(1, **newer))
    assert [each["decision"] for each in again] == ["skip"]


def test_a_server_takes_the_relation_of_a_preprint_to_its_publication(
    world: World, syncd: Syncd
) -> None:
    config = world.root / "syncd.toml"
    config.write_text(f"{config.read_text()}\n[updates]\nrelate_preprints = true\n")
    preprint = {"TY": "UNPB", "T2": "arXiv", "DO": "10.48550/arxiv.2501.00001", "UR": None}
    [early] = _once(syncd, world, scopus_record(1, **EARLY, **preprint, DB=None))

    [final] = _once(syncd, world, scopus_record(1, **FINAL))

    assert (early["decision"], final["decision"]) == ("create", "create")
    related = world.items()["10.5555/invented.1"]["relations"]["dc:relation"]
    assert str(related[0] if isinstance(related, list) else related).endswith(early["item_key"])


THEIRS = {
    "itemType": "journalArticle",
    "title": title_of(1),
    "DOI": "10.5555/invented.1",
    "volume": "mine",
    "extra": "read: yes",
}


def test_fill_gives_others_items_what_they_lack(filling: World, syncd: Syncd) -> None:
    filling.add("HAND2345", THEIRS)

    [filled] = _once(syncd, filling, scopus_record(1, **FINAL))
    item = filling.items()["10.5555/invented.1"]
    filling.edit("10.5555/invented.1", pages="")
    [again] = _once(syncd, filling, scopus_record(1, **FINAL, IS="4"))

    assert (filled["decision"], again["decision"]) == ("update", "update")
    assert (item["volume"], item["pages"], item["date"]) == ("mine", "101-110", "1991")
    assert item["extra"] == "read: yes\nScopus EID: 2-s2.0-85000000001"
    item = filling.items()["10.5555/invented.1"]
    assert (item["pages"], item["issue"]) == ("", "4")
    assert len(filling.items()) == 1
