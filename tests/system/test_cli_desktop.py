"""The commands against a running Zotero: consent, states in words, an export that arrives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.zotero_desktop.process import ZoteroDesktop
from tests.support.commands import Syncd
from tests.support.exports import scopus_record, write_records

EXAMPLE = Path(__file__).parents[2] / "docs" / "example.ris"


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[ZoteroDesktop]:
    with ZoteroDesktop(tmp_path / "zotero").start() as running:
        yield running


@pytest.fixture
def options(tmp_path: Path, desktop: ZoteroDesktop) -> tuple[str | Path, ...]:
    key_file = tmp_path / "key"
    key_file.touch(mode=0o600)
    key_file.write_text(desktop.allow(), encoding="utf-8")
    config = tmp_path / "syncd.toml"
    config.write_text(
        f'[[library]]\nname = "desk"\nadapter = "zotero-desktop"\nurl = "{desktop.url}"\n'
        f'key_file = "{key_file}"\n',
        encoding="utf-8",
    )
    return ("--config", config, "--state", tmp_path / "state")


def works_of(desktop: ZoteroDesktop) -> list[dict[str, object]]:
    items = desktop.state()["items"].values()
    return [each["data"] for each in items if "parentItem" not in each["data"]]


def test_an_export_arrives_once_in_the_zotero_on_the_desk(
    syncd: Syncd, desktop: ZoteroDesktop, options: tuple[str | Path, ...]
) -> None:
    checked = syncd("check", *options)
    planned = syncd("plan", "--json", *options, EXAMPLE)
    untouched = works_of(desktop)
    done = syncd("once", "--json", *options, EXAMPLE)
    again = syncd("once", "--json", *options, EXAMPLE)

    assert [checked.code, planned.code, done.code, again.code] == [0] * 4
    assert untouched == []
    [work] = works_of(desktop)
    [record] = json.loads(done.out)["records"]
    assert record["item_key"] in desktop.state()["items"]
    assert (
        work["title"]
        == json.loads(syncd("inspect", "--json", *options, EXAMPLE).out)["records"][0]["item"][
            "title"
        ]
    )
    assert json.loads(again.out)["counts"]["create"] == 0


@pytest.mark.parametrize(
    ("deed", "code", "words"),
    [
        (lambda desktop: desktop.kill(), 69, "nothing is lost; start Zotero"),
        (lambda desktop: desktop.configure(local_api=False), 69, "Settings, Advanced"),
        (lambda desktop: desktop.forget_keys(), 77, "syncd login"),
    ],
)
def test_check_says_what_is_the_matter(
    syncd: Syncd,
    desktop: ZoteroDesktop,
    options: tuple[str | Path, ...],
    deed: object,
    code: int,
    words: str,
) -> None:
    assert callable(deed)
    deed(desktop)

    checked = syncd("check", *options)

    assert checked.code == code
    assert words in " ".join(checked.out.split())


def test_login_lets_zotero_ask_and_keeps_no_key_for_a_single_change(
    syncd: Syncd, desktop: ZoteroDesktop, options: tuple[str | Path, ...]
) -> None:
    desktop.configure(consent="allow")

    ended = syncd("login", *options, "desk")

    assert ended.code == 77
    assert "Always Allow" in ended.err
    assert "one change only" in ended.err


@pytest.mark.parametrize("way", ["api", "connector"])
def test_a_consent_that_is_not_needed_is_neither_proposed_nor_asked_for(
    syncd: Syncd, tmp_path: Path, way: str
) -> None:
    place = tmp_path / "made.toml"
    asked = ("--adapter", "zotero-desktop", "--set", f"write_through={way}")
    made = syncd("init", "--yes", *asked, "--folder", tmp_path / "drop", "--config", place)

    assert made.code == 0
    assert ("syncd login" in made.err) is (way == "api")
    if way == "connector":
        login = syncd("login", "mine", "--config", place, "--state", tmp_path / "state")
        assert login.code == 64
        assert "mine needs no key: there is nothing to allow" in login.err


def test_what_is_known_of_a_zotero_that_does_not_run_is_told_by_its_name(
    syncd: Syncd, desktop: ZoteroDesktop, options: tuple[str | Path, ...], tmp_path: Path
) -> None:
    config = tmp_path / "syncd.toml"
    beside = (
        "".join(
            f'[[library]]\nname = "{name}"\nadapter = "zotero-desktop"\nlibrary_type = "group"\n'
            f'library_id = {number}\nurl = "{desktop.url}"\nkey_file = "{tmp_path / "key"}"\n'
            for number, name in enumerate(("ours", "theirs"), start=1)
        )
        + f'[[library]]\nname = "files"\nadapter = "file"\npath = "{tmp_path / "files"}"\n'
    )
    config.write_text(config.read_text() + beside)
    cut_off = scopus_record(2).partition(" in the")[0]
    held = write_records(tmp_path / "held.ris", [scopus_record(1), cut_off])
    syncd("once", "--library", "desk", *options, EXAMPLE, held)
    desktop.kill()

    [asked] = [
        each
        for each in json.loads(syncd("review", "--json", *options).out)["libraries"]
        if each["library"] == "desk"
    ]
    explained = json.loads(syncd("explain", "--json", *options, "1").out)
    undone = syncd("undo", "1", *options)

    assert len(asked["held"]) == 1
    assert asked["unavailable"]
    assert {each["library"] for each in explained["items"]} == {"desk"}
    assert undone.code == 69
    assert undone.err.startswith("syncd: desk: Zotero")
