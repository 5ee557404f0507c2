"""The commands against a Zotero server: what the key may do, and what is said when it may not."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.support.commands import Syncd

EXAMPLE = Path(__file__).parents[2] / "docs" / "example.ris"


@pytest.fixture(scope="module")
def server() -> Iterator[ZoteroServer]:
    with ZoteroServer.start() as running:
        yield running


@pytest.fixture
def ada(server: ZoteroServer) -> Account:
    return server.add_user()


@pytest.fixture
def key_file(tmp_path: Path, ada: Account) -> Path:
    path = tmp_path / "key"
    path.write_text(ada.key, encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture
def options(
    tmp_path: Path, server: ZoteroServer, ada: Account, key_file: Path
) -> tuple[str | Path, ...]:
    config = tmp_path / "syncd.toml"
    config.write_text(
        f'[[library]]\nname = "mine"\nadapter = "zotero-web"\nlibrary_id = {ada.number}\n'
        f'api_url = "{server.url}"\nkey_file = "{key_file}"\n',
        encoding="utf-8",
    )
    return ("--config", config, "--state", tmp_path / "state")


def titles(server: ZoteroServer, account: Account) -> list[str]:
    items = server.state(account.library)["items"].values()
    return [item["title"] for item in items if "title" in item]


def test_an_account_and_five_lines_bring_the_first_record(
    syncd: Syncd, server: ZoteroServer, ada: Account, options: tuple[str, ...]
) -> None:
    checked = syncd("check", *options)
    inspected = syncd("inspect", "--json", *options, EXAMPLE)
    planned = syncd("plan", "--json", *options, EXAMPLE)
    untouched = titles(server, ada)
    done = syncd("once", "--json", *options, EXAMPLE)
    again = syncd("once", "--json", *options, EXAMPLE)

    assert [checked.code, inspected.code, planned.code, done.code, again.code] == [0] * 5
    assert "no folder is watched" in checked.out
    assert untouched == []
    assert len(titles(server, ada)) == 1
    created = [json.loads(ended.out)["counts"]["create"] for ended in (planned, done, again)]
    assert created == [1, 1, 0]


def test_a_key_that_may_not_write_is_told_beforehand(
    syncd: Syncd, server: ZoteroServer, ada: Account, key_file: Path, options: tuple[str, ...]
) -> None:
    key_file.write_text(server.add_key(ada.number, {"user": {"library": True}}))

    checked = syncd("check", "--json", *options)

    problems = [f for f in json.loads(checked.out)["findings"] if f["level"] == "problem"]
    assert checked.code == 77
    assert [problem["area"] for problem in problems] == ["key"]


def test_a_revoked_key_ends_with_77_and_sends_nothing(
    syncd: Syncd, server: ZoteroServer, ada: Account, options: tuple[str, ...]
) -> None:
    server.revoke(ada.key)

    ended = syncd("once", *options, EXAMPLE)

    assert ended.code == 77
    assert "syncd login" in ended.err
    assert titles(server, ada) == []


def test_a_key_file_that_others_can_read_is_refused(
    syncd: Syncd, ada: Account, key_file: Path, options: tuple[str, ...]
) -> None:
    key_file.chmod(0o644)

    ended = syncd("once", *options, EXAMPLE)

    assert ended.code == 77
    assert "chmod 600" in ended.err


def test_a_library_that_cannot_be_reached_ends_with_69(
    syncd: Syncd, tmp_path: Path, server: ZoteroServer, options: tuple[str, ...]
) -> None:
    config = Path(options[1])
    config.write_text(config.read_text().replace(server.url, "http://127.0.0.1:9"))

    ended = syncd("once", *options, EXAMPLE)

    assert ended.code == 69
    assert "later" in ended.err


def test_a_key_that_does_not_work_is_not_stored(
    syncd: Syncd, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("c4n4ryc4n4ryc4n4ryc4n4ry\n"))

    ended = syncd("login", "mine", *options)

    assert ended.code == 77
    assert "c4n4ry" not in ended.out + ended.err


def test_no_keyring_is_told_apart_from_a_bad_key(
    syncd: Syncd, ada: Account, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(ada.key))
    config = Path(options[1])
    config.write_text(re.sub("key_file = .*", "", config.read_text()), encoding="utf-8")

    ended = syncd("login", "mine", *options, DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")

    assert ended.code == 75
    assert "keyring" in ended.err
    assert ada.key not in ended.out + ended.err


def test_a_record_that_the_library_refuses_is_not_new_and_leaves_with_65(
    syncd: Syncd, server: ZoteroServer, ada: Account, options: tuple[str, ...]
) -> None:
    server.arm("status", status=413, body="x", method="POST", path="/items", times=None)
    large = Path(options[1]).with_name("large.ris")
    large.write_text(
        f"TY  - JOUR\nTI  - Moss\nAB  - {'Füße. ' * 9_000}\nER  - \n", encoding="utf-8"
    )

    done = syncd("once", "--json", *options, large)

    server.disarm()
    document = json.loads(done.out)
    assert done.code == 65
    assert {record["outcome"] for record in document["records"]} == {"refused"}
    assert document["prisma"]["new"] == 0
    assert document["prisma"]["refused"] == document["prisma"]["identified"]
    assert "the library refused it" in done.err


def test_what_still_waits_for_its_outcome_is_shown_by_every_pass(
    syncd: Syncd, server: ZoteroServer, ada: Account, options: tuple[str, ...]
) -> None:
    server.arm("reset", method="POST", path="/items", times=1)

    first = syncd("once", "--json", *options, EXAMPLE)
    again = syncd("once", "--json", *options, EXAMPLE)

    for done in (first, again):
        document = json.loads(done.out)
        assert done.code == 75
        assert "pending" in {record["outcome"] for record in document["records"]}
        assert document["prisma"]["new"] == 0
    assert titles(server, ada) == []
