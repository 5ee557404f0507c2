"""`syncd undo`, `restore`, `explain` and `runs` on files, with a daemon and without."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Ended, Syncd
from tests.support.exports import scopus_record, title_of, write_export, write_records
from tests.support.serving import serving

DOI = "10.5555/invented.{}"


class Shelf:
    """A file library with the works 1 and 2, notes included, and what a person does to it."""

    def __init__(self, directory: Path, syncd: Syncd) -> None:
        self.directory = directory
        self.where: tuple[str | Path, ...] = ("--file-library", directory)
        self._syncd = syncd

    def do(self, *arguments: str | Path) -> Ended:
        return self._syncd(*arguments, *self.where)

    def ask(self, *arguments: str | Path) -> dict[str, Any]:
        """Return the document of a command that has to succeed in silence."""
        ended = self.do(*arguments, "--json")
        assert (ended.code, ended.err) == (0, "")
        document: dict[str, Any] = json.loads(ended.out)
        return document

    def path_of(self, number: int) -> Path:
        [path] = [
            path
            for path in self.directory.glob("items/*.json")
            if json.loads(path.read_text())["data"].get("title") == title_of(number)
        ]
        return path

    def key_of(self, number: int) -> str:
        return self.path_of(number).stem

    def data_of(self, number: int) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.path_of(number).read_text())["data"]
        return data

    def is_trashed(self, number: int) -> bool:
        return bool(self.data_of(number).get("deleted"))

    def edit(self, number: int, **changes: Any) -> None:
        path = self.path_of(number)
        document = json.loads(path.read_text())
        document["data"].update(changes)
        path.write_text(json.dumps(document), encoding="utf-8")


@pytest.fixture
def shelf(tmp_path: Path, syncd: Syncd) -> Shelf:
    shelf = Shelf(tmp_path / "library", syncd)
    assert shelf.do("once", write_export(tmp_path / "two.ris", (1, 2))).code == 0
    return shelf


# undo


def test_a_run_is_taken_back_and_done_again(shelf: Shelf) -> None:
    undone = shelf.ask("undo", "1")
    trashed = [shelf.is_trashed(1), shelf.is_trashed(2)]
    again = shelf.ask("undo", "2")

    assert undone["schema"] == again["schema"] == "syncd.undo/1"
    assert (undone["run"], undone["undone"], undone["left"]) == (2, 1, [])
    assert set(undone["trashed"]) == {shelf.key_of(1), shelf.key_of(2)}
    assert trashed == [True, True]
    assert (again["run"], again["undone"]) == (3, 2)
    assert set(again["restored"]) == set(undone["trashed"])
    assert not shelf.is_trashed(1)


def test_what_a_person_touched_is_left_and_named(shelf: Shelf) -> None:
    shelf.edit(2, extra="my own words")

    ended = shelf.do("undo", "1")

    assert ended.code == 0
    assert f"{shelf.key_of(2)} extra edited since" in " ".join(ended.out.split())
    assert "`syncd undo 2 --file-library" in ended.out
    assert (shelf.is_trashed(1), shelf.is_trashed(2)) == (True, False)


@pytest.mark.parametrize(
    ("run", "code", "said"),
    [
        ("9", 65, "there is no run 9"),
        ("0", 64, "numbers count from 1"),
        ("x", 64, "no number of that kind"),
    ],
)
def test_a_run_that_is_none_is_said_so(shelf: Shelf, run: str, code: int, said: str) -> None:
    ended = shelf.do("undo", run)

    assert ended.code == code
    assert said in ended.err


def test_a_run_of_another_library_is_said_so(shelf: Shelf, tmp_path: Path, syncd: Syncd) -> None:
    config = tmp_path / "syncd.toml"
    config.write_text(f'[[library]]\nname = "other"\nadapter = "file"\npath = "{tmp_path}/other"\n')

    ended = syncd("undo", "1", "--config", config, "--state", shelf.directory / ".syncd")

    assert ended.code == 65
    assert "run 1 is about another library" in ended.err
    assert not shelf.is_trashed(1)


# restore


def test_a_skip_says_since_when_and_restore_opens_the_door(shelf: Shelf, tmp_path: Path) -> None:
    shelf.edit(1, deleted=1)
    once = json.loads(shelf.do("once", tmp_path / "two.ris", "--json").out)
    restored = shelf.ask("restore", DOI.format(1))

    skipped = once["records"][0]
    assert skipped["decision"] == "skip"
    assert "removed on 2" in skipped["reason"]
    assert f"`syncd restore {shelf.key_of(1)}`" in skipped["reason"]
    assert restored["schema"] == "syncd.restore/1"
    assert (restored["item_key"], restored["was"]) == (shelf.key_of(1), "trashed")
    assert not shelf.is_trashed(1)


def test_a_deleted_work_is_made_again(shelf: Shelf) -> None:
    path, before = shelf.path_of(1), shelf.data_of(1)
    key = path.stem
    path.unlink()

    restored = shelf.ask("restore", key)

    assert (restored["was"], restored["is_now"]) == ("deleted", shelf.key_of(1))
    assert shelf.data_of(1) == before


def test_what_cannot_be_restored_is_said_so(shelf: Shelf) -> None:
    there, unknown = shelf.do("restore", DOI.format(1)), shelf.do("restore", "10.5555/unheard")

    assert (there.code, unknown.code) == (65, 65)
    assert f"is in the library: {shelf.key_of(1)}" in there.err
    assert "nothing that was removed is known" in unknown.err


# explain


def test_an_item_is_explained_field_by_field(shelf: Shelf, tmp_path: Path) -> None:
    shelf.edit(1, volume="my own", language="en")

    document = shelf.ask("explain", DOI.format(1))

    assert document["schema"] == "syncd.explain/1"
    [item] = document["items"]
    assert (item["item_key"], item["state"], item["compared"]) == (
        shelf.key_of(1),
        "present",
        True,
    )
    [origin] = item["origins"]
    assert (origin["file"], origin["line"], origin["run"]) == (str(tmp_path / "two.ris"), 1, 1)
    assert origin["rule"] == "nothing known is this work"
    whose = {name: item["fields"][name] for name in ("title", "volume", "language")}
    assert whose == {"title": "syncd", "volume": "person", "language": "person"}


@pytest.mark.parametrize("what", ["two.ris", "1", "{path}"])
def test_a_file_is_explained_record_by_record(shelf: Shelf, tmp_path: Path, what: str) -> None:
    shelf.edit(1, deleted=1)
    shelf.path_of(2).unlink()
    shelf.ask("reconcile")

    document = shelf.ask("explain", what.format(path=tmp_path / "two.ris"))

    [file] = document["files"]
    assert [record["fate"] for record in file["records"]] == ["in_trash", "missing"]


def test_a_file_under_another_name_is_known_by_its_content(shelf: Shelf, tmp_path: Path) -> None:
    renamed = (tmp_path / "two.ris").rename(tmp_path / "renamed.ris")

    [file] = shelf.ask("explain", renamed)["files"]

    assert [record["fate"] for record in file["records"]] == ["present", "present"]
    assert [record["title"] for record in file["records"]] == [title_of(1), title_of(2)]


def test_what_was_rejected_and_what_is_held_is_told(shelf: Shelf, tmp_path: Path) -> None:
    doubtful = scopus_record(1, TI="Quite another subject", AU="Nobody, N.", DO=None)
    mixed = write_records(tmp_path / "mixed.ris", [doubtful, "TY  - JOUR\nTI  - \nER  - \n\n"])
    shelf.do("once", mixed)

    [file] = shelf.ask("explain", "mixed.ris")["files"]

    assert [record["fate"] for record in file["records"]] == ["held", "rejected"]


def test_a_file_of_which_nothing_could_be_used_is_known(shelf: Shelf, tmp_path: Path) -> None:
    picture = tmp_path / "picture.ris"
    picture.write_bytes(bytes(range(256)))
    assert shelf.do("once", picture).code == 65

    document = shelf.ask("explain", "picture.ris")

    assert document["files"] == [{"file": "picture.ris", "records": []}]
    assert "nothing of it could be used" in shelf.do("explain", "picture.ris").out


def test_what_was_taken_out_of_its_collection_is_elsewhere(tmp_path: Path, syncd: Syncd) -> None:
    folder, shelf = tmp_path / "drop", Shelf(tmp_path / "library", syncd)
    folder.mkdir()
    config = tmp_path / "syncd.toml"
    config.write_text(
        f'[[library]]\nname = "mine"\nadapter = "file"\npath = "{shelf.directory}"\n'
        f'[[folder]]\npath = "{folder}"\nlibrary = "mine"\ncollection = "In"\nsettle = "0s"\n'
    )
    shelf.where = ("--config", config, "--state", tmp_path / "state")
    write_export(folder / "a.ris", (1,))
    shelf.do("once")
    shelf.edit(1, collections=[])
    shelf.ask("reconcile")

    [file] = shelf.ask("explain", "a.ris")["files"]

    assert [record["fate"] for record in file["records"]] == ["elsewhere"]


def test_explaining_changes_nothing(shelf: Shelf) -> None:
    shelf.edit(1, deleted=1)
    before = {path: path.read_bytes() for path in sorted(shelf.directory.glob("items/*"))}
    runs = shelf.ask("runs")

    shelf.ask("explain", shelf.key_of(1))

    assert {path: path.read_bytes() for path in sorted(shelf.directory.glob("items/*"))} == before
    assert shelf.ask("runs") == runs
    # The ledger has not followed the library either: the trashed one is news to a reconcile.
    assert shelf.ask("reconcile")["libraries"][0]["trashed"] == [shelf.key_of(1)]


def test_what_nobody_knows_is_said_so(shelf: Shelf) -> None:
    ended = shelf.do("explain", "never-heard-of.ris")

    assert ended.code == 65
    assert "nothing is known as 'never-heard-of.ris'" in ended.err


# runs


def test_runs_are_listed_newest_first_with_files_and_counts(shelf: Shelf, tmp_path: Path) -> None:
    shelf.do("once", write_export(tmp_path / "more.ris", (2, 3)))
    shelf.do("undo", "2")

    document = shelf.ask("runs")

    assert document["schema"] == "syncd.runs/1"
    newest, middle, first = document["runs"]
    assert (newest["run"], newest["reason"], newest["undoes"]) == (3, "undo", 2)
    assert newest["counts"] == {"trash": 1}
    assert (middle["files"], middle["counts"]) == (["more.ris"], {"create": 1, "skip": 1})
    assert (first["run"], first["library"], first["files"]) == (1, "library", ["two.ris"])
    assert first["started_at"] <= first["ended_at"]


def test_runs_can_be_read_in_pages(shelf: Shelf, tmp_path: Path) -> None:
    for number in (3, 4):
        shelf.do("once", write_export(tmp_path / f"{number}.ris", (number,)))

    table = shelf.do("runs", "--last", "2").out
    older = shelf.ask("runs", "--before", "2")

    assert "older ones: `syncd runs --before 2 --file-library" in table
    assert [each["run"] for each in older["runs"]] == [1]


def test_a_library_without_runs_has_none(tmp_path: Path, syncd: Syncd) -> None:
    ended = syncd("runs", "--file-library", tmp_path / "library")

    assert (ended.code, ended.out) == (0, "there are no runs yet\n")


# With a daemon


def test_a_daemon_does_what_is_asked_and_answers_the_same(
    shelf: Shelf, tmp_path: Path, environ: dict[str, str]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()

    with serving(
        shelf.directory / ".syncd", environ, "--file-library", shelf.directory, "--folder", folder
    ):
        undone = shelf.ask("undo", "1")
        explained = shelf.ask("explain", "two.ris")
        listed = shelf.ask("runs")
        refused = shelf.do("undo", "1")
        restored = shelf.ask("restore", DOI.format(1))
        unknown = shelf.do("undo", "77")
        nothing = shelf.do("restore", "10.5555/unheard")

    assert (undone["run"], len(undone["trashed"])) == (2, 2)
    fates = [record["fate"] for record in explained["files"][0]["records"]]
    assert fates == ["in_trash", "in_trash"]
    assert [each["run"] for each in listed["runs"]] == [2, 1]
    assert restored["is_now"] == shelf.key_of(1)
    assert (shelf.is_trashed(1), shelf.is_trashed(2)) == (False, True)
    assert "was taken back by run 2" in refused.err
    assert (refused.code, unknown.code, nothing.code) == (65, 65, 65)
    assert "there is no run 77" in unknown.err


@pytest.mark.parametrize(
    ("run", "answer", "is_asked", "is_undone"),
    [("1", "n", True, False), ("1", "y", True, True), ("2", "n", False, True)],
)
def test_a_person_is_asked_before_much_is_taken_back(
    run: str,
    answer: str,
    is_asked: bool,
    is_undone: bool,
    syncd: Syncd,
    environ: dict[str, str],
    tmp_path: Path,
) -> None:
    config = tmp_path / "syncd.toml"
    config.write_text(
        f'[[library]]\nname = "mine"\nadapter = "file"\npath = "{tmp_path / "library"}"\n'
        "[limits]\nmax_updates = 1\n"
    )
    (tmp_path / "library").mkdir()
    where = ("--config", config, "--state", tmp_path / "state")
    syncd("once", write_export(tmp_path / "two.ris", [1, 2]), *where)
    syncd("once", write_export(tmp_path / "one.ris", [3]), *where)

    ended, shown = at_terminal(["undo", run, "--json", *map(str, where)], f"{answer}\n", environ)

    assert ended.returncode == 0, shown
    assert ("Take it back?" in shown) == ("2 new" in shown) == is_asked
    assert bool(ended.stdout) == is_undone
    assert syncd("undo", run, "--yes", *where).code == (65 if is_undone else 0)


def at_terminal(
    arguments: list[str], typed: str, environ: dict[str, str]
) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run a command whose input and messages are a terminal; return its end and what was shown."""
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    ended = subprocess.run(
        [sys.executable, "-m", "syncd.cli", *arguments],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        timeout=60,
        env=environ,
    )
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    os.close(theirs)
    return ended, shown
