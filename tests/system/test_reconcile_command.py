"""`syncd reconcile` after people have been at the library's files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Ended, Syncd
from tests.support.exports import scopus_record, title_of, write_export, write_records
from tests.support.serving import serving

LISTS = (
    "changed", "trashed", "deleted", "merged", "missing", "restored", "duplicates", "conflicts",
)  # fmt: skip


class Shelf:
    """A file library, and what a person does to the files in it."""

    def __init__(self, directory: Path, syncd: Syncd) -> None:
        self.directory = directory
        self.where = ("--file-library", directory)
        self._syncd = syncd

    def fill(self, export: Path) -> None:
        assert self._syncd("once", *self.where, export).code == 0

    def key_of(self, number: int) -> str:
        """Return the key of the item made from record `number`."""
        [key] = [
            path.stem
            for path in self.directory.glob("items/*.json")
            if json.loads(path.read_text())["data"].get("title") == title_of(number)
        ]
        return key

    def path_of(self, key: str) -> Path:
        return self.directory / "items" / f"{key}.json"

    def edit(self, key: str, **changes: Any) -> None:
        path = self.path_of(key)
        document = json.loads(path.read_text())
        document["data"].update(changes)
        path.write_text(json.dumps(document), encoding="utf-8")

    def reconcile(self, *options: str) -> dict[str, Any]:
        """Return what the command says of the only library."""
        ended = self._syncd("reconcile", "--json", *options, *self.where)
        assert (ended.code, ended.err) == (0, "")
        return only_library(ended)


def only_library(ended: Ended) -> dict[str, Any]:
    document = json.loads(ended.out)
    assert document["schema"] == "syncd.reconcile/1"
    [library] = document["libraries"]
    return dict(library)


def told(library: dict[str, Any]) -> dict[str, Any]:
    """Return what there is to tell: the lists that are not empty."""
    return {name: library[name] for name in LISTS if library[name]}


@pytest.fixture
def shelf(tmp_path: Path, syncd: Syncd) -> Shelf:
    """A library with the works 1, 2 and 3, notes included, that syncd has made."""
    shelf = Shelf(tmp_path / "library", syncd)
    shelf.fill(write_export(tmp_path / "three.ris", (1, 2, 3)))
    return shelf


def test_where_nobody_did_anything_there_is_nothing_to_tell(shelf: Shelf) -> None:
    library = shelf.reconcile()

    assert library["library"] == "library"
    assert library["from_version"] == library["to_version"] > 0
    assert {name: library[name] for name in LISTS} == {name: [] for name in LISTS}


def test_what_people_did_is_told_once_and_what_is_missing_each_time(shelf: Shelf) -> None:
    edited, trashed, deleted = (shelf.key_of(number) for number in (1, 2, 3))
    shelf.edit(edited, title="Something that a person wrote")
    shelf.edit(trashed, deleted=1)
    shelf.path_of(deleted).unlink()

    first, second = shelf.reconcile(), shelf.reconcile()

    missing = sorted((trashed, deleted))
    assert told(first) == {
        "changed": [edited],
        "trashed": [trashed],
        "deleted": [deleted],
        "missing": missing,
    }
    assert first["to_version"] > first["from_version"]
    assert second["from_version"] == first["to_version"]
    assert told(second) == {"missing": missing}
    assert not shelf.path_of(deleted).exists()


def test_what_comes_back_is_restored(shelf: Shelf, tmp_path: Path) -> None:
    trashed, deleted = shelf.key_of(1), shelf.key_of(2)
    kept = tmp_path / "kept.json"
    shutil.copy(shelf.path_of(deleted), kept)
    shelf.edit(trashed, deleted=1)
    shelf.path_of(deleted).unlink()
    shelf.reconcile()

    shelf.edit(trashed, deleted=0)
    shutil.copy(kept, shelf.path_of(deleted))

    assert told(shelf.reconcile()) == {"restored": sorted((trashed, deleted))}


def test_items_that_are_one_work_are_named_together(shelf: Shelf) -> None:
    original, copy = shelf.key_of(1), "CPYCPY22"
    shutil.copy(shelf.path_of(original), shelf.path_of(copy))

    library = shelf.reconcile()

    assert library["duplicates"] == [sorted((original, copy))]
    assert library["changed"] == [copy]


def test_items_that_share_a_doi_and_are_different_works_are_not_duplicates(
    shelf: Shelf, tmp_path: Path
) -> None:
    doi = "10.5555/supplement"
    shelf.edit(shelf.key_of(1), DOI=doi)
    shelf.edit(shelf.key_of(2), DOI=doi)

    assert shelf.reconcile()["duplicates"] == []


def test_an_item_that_was_merged_into_another_is_told_with_it(shelf: Shelf) -> None:
    gone, stays = shelf.key_of(1), shelf.key_of(2)
    uri = f"http://zotero.org/users/1/items/{gone}"
    shelf.edit(stays, relations={"dc:replaces": [uri]})
    shelf.edit(gone, deleted=1)

    library = shelf.reconcile()

    assert library["merged"] == [{"item_key": gone, "replaced_by": stays}]
    assert library["missing"] == [gone]


def test_a_dry_run_tells_the_same_and_remembers_nothing(shelf: Shelf) -> None:
    deleted = shelf.key_of(1)
    shelf.path_of(deleted).unlink()
    ledger = shelf.directory / ".syncd" / "ledger.sqlite"
    before = ledger.read_bytes()

    tried = shelf.reconcile("--dry-run")

    assert ledger.read_bytes() == before
    assert tried == shelf.reconcile()
    assert told(tried) == {"deleted": [deleted], "missing": [deleted]}


def test_people_are_told_in_words(shelf: Shelf, syncd: Syncd) -> None:
    well = syncd("reconcile", *shelf.where)
    deleted = shelf.key_of(1)
    shelf.path_of(deleted).unlink()
    lost = syncd("reconcile", *shelf.where)

    assert "nothing is missing" in well.out
    [line] = [line for line in lost.out.splitlines() if line.startswith("missing")]
    assert deleted in line


def test_a_running_daemon_reconciles_when_asked(
    shelf: Shelf, environ: dict[str, str], tmp_path: Path
) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    deleted = shelf.key_of(1)
    state = shelf.directory / ".syncd"

    with serving(state, environ, *shelf.where, "--folder", drop):
        shelf.reconcile()
        shelf.path_of(deleted).unlink()
        tried = shelf.reconcile("--dry-run")
        asked = shelf.reconcile()
        again = shelf.reconcile()

    assert told(tried) == told(asked) == {"deleted": [deleted], "missing": [deleted]}
    assert told(again) == {"missing": [deleted]}


def test_a_library_that_is_away_is_told_and_the_other_is_looked_at(
    syncd: Syncd, tmp_path: Path
) -> None:
    config = tmp_path / "syncd.toml"
    names = ("here", "away")
    tables = (
        f'[[library]]\nname = "{name}"\nadapter = "file"\npath = "{tmp_path / name}"\n'
        for name in names
    )
    config.write_text("".join(tables), encoding="utf-8")
    options = ("--config", config, "--state", tmp_path / "state")
    export = write_records(tmp_path / "one.ris", [scopus_record(1)])
    for name in names:
        assert syncd("once", *options, "--library", name, export).code == 0
    shutil.rmtree(tmp_path / "away" / "items")

    ended = syncd("reconcile", "--json", *options)
    unknown = syncd("reconcile", "--library", "nowhere", *options)

    assert ended.code == 69
    assert "is its disk mounted" in ended.err
    assert only_library(ended)["library"] == "here"
    assert unknown.code == 64


def test_a_ledger_with_an_address_is_not_written_by_a_look(tmp_path: Path, syncd: Syncd) -> None:
    ledger = tmp_path / "elsewhere.sqlite"
    config = tmp_path / "syncd.toml"
    config.write_text(
        f'[[library]]\nname = "mine"\nadapter = "file"\npath = "{tmp_path / "shelf"}"\n'
        f'[ledger]\nurl = "sqlite:///{ledger}"\n'
    )
    where = ("--config", config, "--state", tmp_path / "state")
    first = write_export(tmp_path / "first.ris", (1, 2))
    second = write_export(tmp_path / "second.ris", (3,))
    assert syncd("once", *where, first).code == 0
    shelf = Shelf(tmp_path / "shelf", syncd)
    shelf.path_of(shelf.key_of(1)).unlink()

    looks = [syncd("reconcile", "--json", "--dry-run", *where) for _ in range(2)]
    assert syncd("plan", *where, second).code == 0
    assert syncd("check", *where).code in (0, 75)
    found = only_library(syncd("reconcile", "--json", *where))

    told = [only_library(look)["deleted"] for look in looks]
    assert told == [found["deleted"], found["deleted"]]
    assert len(found["deleted"]) == 1
