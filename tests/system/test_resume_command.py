"""`syncd resume` lets one run pass a guard, with a daemon and without."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from syncd.control.status import read_status
from tests.fakes.works import wait_until
from tests.support.commands import Syncd
from tests.support.exports import write_export
from tests.support.serving import serving


class Paused:
    """A file library whose guard lets two items pass, and an export of three."""

    def __init__(self, root: Path) -> None:
        self.items = root / "library" / "items"
        self.state = root / "state"
        self.folder = root / "in"
        self.folder.mkdir()
        self.export = write_export(root / "three.ris", (1, 2, 3))
        config = root / "syncd.toml"
        config.write_text(
            f'[[library]]\nname = "mine"\nadapter = "file"\npath = "{root / "library"}"\n'
            f'[[folder]]\npath = "{self.folder}"\nlibrary = "mine"\nsettle = "100ms"\n'
            "[limits]\nmax_creates = 2\n"
        )
        self.where = ("--config", config, "--state", self.state)

    def works(self) -> int:
        return sum('"journalArticle"' in path.read_text() for path in self.items.glob("*.json"))


@pytest.fixture
def paused(tmp_path: Path) -> Paused:
    return Paused(tmp_path)


def test_without_a_daemon(paused: Paused, syncd: Syncd) -> None:
    stopped = syncd("once", *paused.where, paused.export)
    assert (stopped.code, paused.works()) == (75, 0)
    assert "max_creates is 2" in stopped.err
    assert "syncd resume mine" in stopped.err

    assert syncd("resume", *paused.where, "mine").code == 0

    assert syncd("once", *paused.where, paused.export).code == 0
    assert paused.works() == 3


def test_with_a_daemon(paused: Paused, syncd: Syncd, environ: Mapping[str, str]) -> None:
    with serving(paused.state, environ, *paused.where):
        write_export(paused.folder / "three.ris", (1, 2, 3))
        assert wait_until(lambda: "paused" in _message(paused.state), within=20)
        assert paused.works() == 0

        looked = syncd("once", *paused.where)
        assert (looked.code, paused.works()) == (75, 0)
        assert "`syncd resume mine --config" in looked.err

        assert syncd("resume", *paused.where, "mine").code == 0

        assert wait_until(lambda: paused.works() == 3, within=20)


def test_once_with_yes_goes_by_the_guards_for_this_run(paused: Paused, syncd: Syncd) -> None:
    assert syncd("once", *paused.where, paused.export).code == 75

    assert syncd("once", "--yes", *paused.where, paused.export).code == 0

    assert paused.works() == 3
    four = write_export(paused.folder.parent / "four.ris", range(4, 8))
    assert syncd("once", *paused.where, four).code == 75


def test_once_with_yes_is_heard_by_a_daemon(
    paused: Paused, syncd: Syncd, environ: Mapping[str, str]
) -> None:
    with serving(paused.state, environ, *paused.where):
        assert syncd("once", *paused.where, paused.export).code == 75
        assert paused.works() == 0

        assert syncd("once", "--yes", *paused.where, paused.export).code == 0

        assert paused.works() == 3


def test_a_daemon_answers_with_what_was_asked_of_it_alone(
    paused: Paused, syncd: Syncd, environ: Mapping[str, str]
) -> None:
    with serving(paused.state, environ, *paused.where):
        write_export(paused.folder / "two.ris", (4, 5))
        assert wait_until(lambda: paused.works() == 2, within=20)

        # The export was taken by the daemon itself, and is no part of this.
        asked = syncd("once", "--json", *paused.where, write_export(paused.export, (6,)))

    assert json.loads(asked.out)["counts"]["records"] == 1


def test_a_library_that_is_not_configured_is_wrong_usage(paused: Paused, syncd: Syncd) -> None:
    assert syncd("resume", *paused.where, "yours").code == 64


def test_a_file_library_goes_on_without_a_configuration(tmp_path: Path, syncd: Syncd) -> None:
    where = ("--file-library", tmp_path / "library")

    assert syncd("resume", *where, "library").code == 0
    assert syncd("resume", *where, "yours").code == 64


def _message(state: Path) -> str:
    [library] = read_status(state)["libraries"]
    return str(library["message"])
