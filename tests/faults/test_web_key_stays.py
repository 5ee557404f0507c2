"""The key goes to its server and appears nowhere else, whatever goes wrong."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.zotero_server.adapter import open_library
from tests.fakes.zotero_server.process import ZoteroServer
from tests.support.web_process import SyncdProcess

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

CANARY = "CanaryKey234567890abcdef"

_ROOT = Path(__file__).resolve().parents[2]

# A client process that lets one thing after another go wrong, and tells everything it can.
_CLIENT = """
import faulthandler, logging, sys, traceback
from pathlib import Path

logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)

from adapters import find_adapter
from syncd.errors import SyncdError
from syncd.system.credentials import find_key
from syncd.library import Create, Surroundings
from syncd.record import ItemKey

for name in list(logging.root.manager.loggerDict):
    logging.getLogger(name).setLevel(logging.DEBUG)

url, number, key_file, cache = sys.argv[1:]
surroundings = Surroundings(
    "mine", Path(cache), lambda: find_key("mine", key_file=Path(key_file), environ={})
)
options = {"library_type": "user", "library_id": int(number), "api_url": url}
library = find_adapter("zotero-web").open(options, surroundings)
article = {"itemType": "journalArticle", "title": "A"}
calls = [
    library.describe,
    lambda: list(library.changes_since(0)),
    library.collections,
    lambda: library.get([ItemKey("AAAA2222")]),
    lambda: library.push([Create(ItemKey("AAAA2222"), article)], expected=None),
]
print("ready", flush=True)
for line in sys.stdin:
    for call in calls:
        try:
            print(repr(call()))
        except SyncdError as error:
            print(repr(error), vars(error))
            traceback.print_exc()
    print(repr(library), repr(vars(library)))
    print("done", flush=True)
"""


def test_the_key_is_found_nowhere_but_on_the_way_to_its_server(
    zotero_server: ZoteroServer, tmp_path: Path
) -> None:
    user = zotero_server.add_user()
    zotero_server.set_up(keys=[{"key": CANARY, "user": user.number}])
    key_file = tmp_path / "secret" / "key"
    key_file.parent.mkdir()
    key_file.write_text(CANARY)
    key_file.chmod(0o600)
    cache, log = tmp_path / "cache", tmp_path / "log"
    arguments = [zotero_server.url, str(user.number), str(key_file), str(cache)]
    faults: list[dict[str, object]] = [
        {"kind": "backoff", "seconds": 0},
        {"kind": "lost reply"},
        {"kind": "reset"},
        {"kind": "half batch"},
        {"kind": "html"},
        {"kind": "redirect", "location": "http://127.0.0.1:9/"},
        {"kind": "status", "status": 429, "headers": {"Retry-After": "0"}},
        {"kind": "status", "status": 500, "body": "An error occurred"},
        {"kind": "status", "status": 400, "body": "Bad"},
        {"kind": "revoked"},
    ]

    with (
        log.open("w") as told,
        subprocess.Popen(
            [sys.executable, "-c", _CLIENT, *arguments],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
        ) as client,
    ):
        assert client.stdin is not None
        assert client.stdout is not None
        printed = [client.stdout.readline()]
        process = Path("/proc") / str(client.pid)
        for fault in faults:
            zotero_server.disarm()
            zotero_server.arm(str(fault.pop("kind")), times=None, **fault)
            print("go", file=client.stdin, flush=True)
            while printed[-1] not in ("done\n", ""):
                printed.append(client.stdout.readline())
            printed.append("\n")
        seen = [(process / name).read_bytes() for name in ("cmdline", "environ", "maps")]
        client.stdin.close()
        printed += client.stdout.readlines()

    assert printed.count("done\n") == len(faults), log.read_text()
    text = "".join(printed) + log.read_text()
    assert "OutcomeUnknownError" in text
    assert "Traceback" in text
    assert CANARY not in text
    assert not any(CANARY.encode() in content for content in seen)
    assert not any(CANARY in path.read_text() for path in cache.rglob("*") if path.is_file())
    requests = zotero_server.requests()
    assert {entry["headers"].get("zotero-api-key") for entry in requests} == {CANARY}
    assert not any(CANARY in f"{entry['path']}{entry['query']}" for entry in requests)


def test_the_program_writes_it_into_no_file_and_says_it_to_nobody(
    zotero_server: ZoteroServer, tmp_path: Path
) -> None:
    account = zotero_server.add_user()
    syncd = SyncdProcess(tmp_path, zotero_server, account)
    (syncd.drop / "export.ris").write_text("TY  - JOUR\nTI  - A\nDO  - 10.5555/canary\nER  - \n")
    faults = ["lost reply", "html", "half batch", "reset", "revoked"]
    told = ""
    for fault in faults:
        zotero_server.disarm()
        zotero_server.arm(fault, method="POST", times=None)
        told += "".join(syncd.once().communicate())

    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "key"]
    assert any(path.suffix == ".db" or "ledger" in path.name for path in kept), kept
    assert not any(account.key.encode() in path.read_bytes() for path in kept)
    assert account.key not in told


@pytest.mark.parametrize("status", [302, 400, 403, 409, 413, 429, 500, 503])
def test_a_key_that_the_server_echoes_is_kept_and_said_nowhere(
    zotero_server: ZoteroServer, tmp_path: Path, status: int
) -> None:
    account = zotero_server.add_user()
    syncd = SyncdProcess(tmp_path, zotero_server, account)
    (syncd.drop / "export.ris").write_text("TY  - JOUR\nTI  - A\nDO  - 10.5555/canary\nER  - \n")
    echo = f"Zotero-API-Key: {account.key}"
    told = ""
    for method in ("GET", "POST"):
        zotero_server.disarm()
        zotero_server.arm(
            "status",
            method=method,
            times=None,
            status=status,
            body=f"<pre>{echo}</pre>",
            headers={"Location": f"/{account.key}/", "X-Echo": echo, "Retry-After": "0"},
        )
        told += "".join(syncd.once().communicate())

    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "key"]
    assert "[key]" in told
    assert account.key[:8] not in told
    assert not any(account.key[:8].encode() in path.read_bytes() for path in kept)


@pytest.mark.parametrize("name", ["httpx2", "httpcore2", "httpcore2.http11"])
def test_not_even_a_talkative_log_would_tell_it(
    zotero_server: ZoteroServer, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    account = zotero_server.add_user()
    logger = logging.getLogger(name)
    before = logger.level
    caplog.set_level(logging.DEBUG, logger=name)
    try:
        open_library(zotero_server, account).describe()
    finally:
        logger.setLevel(before)

    assert account.key not in caplog.text
