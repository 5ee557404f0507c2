"""The program is killed in the middle of its batches, and everything is there once."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.support.web_process import SyncdProcess

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

RECORDS = 60

_ENTRY = """TY  - JOUR
TI  - Work number {number} of the killed
AU  - Abel, A.
PY  - 2020
DO  - 10.5555/kills.{number}
N1  - Funding details: Foundation {number}
ER  - 
"""  # noqa: W291 - the blank belongs to the tag


@pytest.fixture
def syncd(tmp_path: Path, zotero_server: ZoteroServer, account: Account) -> SyncdProcess:
    process = SyncdProcess(tmp_path / "syncd", zotero_server, account)
    entries = (_ENTRY.format(number=number) for number in range(RECORDS))
    (process.drop / "export.ris").write_text("\n".join(entries))
    return process


def kill_when_there(
    syncd: SyncdProcess, server: ZoteroServer, account: Account, number: int
) -> None:
    """Kill a `once` as soon as the library holds so many items: the middle of a batch."""
    process = syncd.once()
    until = time.monotonic() + 30
    while len(server.state(account.library)["items"]) < number:
        assert time.monotonic() < until
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    process.kill()
    process.communicate()


def run_once(syncd: SyncdProcess) -> int:
    process = syncd.once()
    process.communicate()
    return process.returncode


def held(server: ZoteroServer, account: Account) -> tuple[Counter[Any], Counter[Any]]:
    items = server.state(account.library)["items"].values()
    return (
        Counter(item["DOI"] for item in items if item["itemType"] == "journalArticle"),
        Counter(item["parentItem"] for item in items if item["itemType"] == "note"),
    )


@pytest.mark.timeout(240)
def test_killed_in_the_middle_of_one_batch_after_another(
    syncd: SyncdProcess, zotero_server: ZoteroServer, account: Account
) -> None:
    zotero_server.configure(delay_per_batch=0.6)
    for number in (1, 26, 51, 99, 2 * RECORDS - 1):
        kill_when_there(syncd, zotero_server, account, number)

    # What the last killed batch goes on with must be over, for it is no longer ours.
    time.sleep(1)
    process = syncd.once()
    out, err = process.communicate()

    works, notes = held(zotero_server, account)
    assert process.returncode == 0, err
    assert set(json.loads(out)) >= {"records", "counts"}
    assert works == {f"10.5555/kills.{number}": 1 for number in range(RECORDS)}
    assert set(notes.values()) == {1}
    assert len(notes) == RECORDS


@pytest.mark.timeout(240)
@pytest.mark.parametrize("fault", ["lost reply", "half batch"])
def test_killed_after_an_answer_that_did_not_come(
    syncd: SyncdProcess, zotero_server: ZoteroServer, account: Account, fault: str
) -> None:
    zotero_server.arm(fault, method="POST", path="/items", times=2, after=1)
    kill_when_there(syncd, zotero_server, account, 60)

    # One more answer is lost; a run that cannot know says so, and the next one settles it: at once
    # what is there, and the rest when the server cannot carry it out any more.
    ends = [run_once(syncd) for _ in range(3)]
    if fault == "half batch":
        assert ends[-1] == 75
        syncd.let_time_pass()
        ends = [run_once(syncd)]

    works, notes = held(zotero_server, account)
    assert ends[-1] == 0
    assert works == {f"10.5555/kills.{number}": 1 for number in range(RECORDS)}
    assert set(notes.values()) == {1}
    assert len(notes) == RECORDS
