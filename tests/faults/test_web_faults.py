"""Whatever the network and the server do to a push, nothing is lost, doubled or overwritten.

A push that was not answered is looked after the way the outbox does it: read what is there under
the minted keys, then send again what is not.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from adapters.zotero_web.library import ZoteroWebLibrary
from adapters.zotero_web.options import Options
from syncd.errors import (
    AccessDeniedError,
    ConflictError,
    LibraryError,
    OutcomeUnknownError,
    RejectedError,
    UnavailableError,
    UnreadError,
)
from syncd.library import Accepted, Create, Operation, Refused, Surroundings
from syncd.record import ItemKey
from tests.fakes.zotero_server.adapter import open_library
from tests.fakes.zotero_server.process import Account, ZoteroServer

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)


@pytest.fixture
def library(zotero_server: ZoteroServer, account: Account) -> Iterator[ZoteroWebLibrary]:
    opened = open_library(zotero_server, account)
    yield opened
    opened.close()


@pytest.fixture
def own_certificate(tmp_path: Path) -> Iterator[tuple[str, list[bytes]]]:
    """A TLS server that nobody vouches for, and what it was told."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_certificate(tmp_path))
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    received.append(context.wrap_socket(connection, server_side=True).recv(4096))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}", received
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def make_certificate(directory: Path) -> Path:
    """Write a self-signed certificate for the loopback address, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api.zotero.org")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = directory / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    return path


def batch(number: int) -> list[Operation]:
    """Records with a note each: a note behind its parent."""
    ends = ("".join(end) for end in islice(product("ABCDEFGHIJ", repeat=6), number))
    operations: list[Operation] = []
    for end in ends:
        parent = ItemKey("PP" + end)
        operations.append(Create(parent, {"itemType": "journalArticle", "title": end}))
        note = {"itemType": "note", "parentItem": parent, "note": f"<p>{end}</p>", "tags": []}
        operations.append(Create(ItemKey("NN" + end), note))
    return operations


def keys_of(operations: list[Operation]) -> set[str]:
    return {one.item_key for one in operations if isinstance(one, Create)}


def items_of(server: ZoteroServer, account: Account) -> dict[str, Any]:
    found: dict[str, Any] = server.state(account.library)["items"]
    return found


def look_and_send_the_rest(library: ZoteroWebLibrary, operations: list[Operation]) -> None:
    """Do after an unknown outcome what the outbox does."""
    there = {item.key for item in library.get([ItemKey(key) for key in keys_of(operations)])}
    rest = [one for one in operations if isinstance(one, Create) and one.item_key not in there]
    for outcome in library.push(rest, expected=None).outcomes:
        assert isinstance(outcome, Accepted)


NOTHING_WRITTEN: list[tuple[dict[str, Any], type[LibraryError]]] = [
    ({"kind": "status", "status": 429, "headers": {"Retry-After": "3"}}, UnavailableError),
    ({"kind": "status", "status": 429}, UnavailableError),
    ({"kind": "status", "status": 503, "body": "Server updates in progress."}, UnavailableError),
    ({"kind": "redirect", "location": "http://127.0.0.1:9/login"}, UnavailableError),
    ({"kind": "redirect", "location": "/elsewhere", "status": 308}, UnavailableError),
    ({"kind": "revoked"}, AccessDeniedError),
    ({"kind": "status", "status": 413, "body": "Too much"}, RejectedError),
    ({"kind": "status", "status": 412, "body": "Library has been modified"}, ConflictError),
    ({"kind": "status", "status": 400, "body": "Bad Request"}, UnreadError),
    ({"kind": "status", "status": 403, "body": "<html>Forbidden</html>"}, UnreadError),
]


@pytest.mark.parametrize(("fault", "error"), NOTHING_WRITTEN)
def test_a_push_that_was_refused_whole_wrote_nothing_and_passes_later(
    library: ZoteroWebLibrary,
    zotero_server: ZoteroServer,
    account: Account,
    fault: dict[str, Any],
    error: type[LibraryError],
) -> None:
    operations = batch(5)
    zotero_server.arm(**fault, method="POST")

    with pytest.raises(error):
        library.push(operations, expected=2)

    assert items_of(zotero_server, account) == {}
    if error is not AccessDeniedError:
        assert library.push(operations, expected=2).library_version == 12


MAYBE_WRITTEN: list[tuple[dict[str, Any], int]] = [
    ({"kind": "lost reply"}, 10),
    ({"kind": "truncated"}, 10),
    ({"kind": "reset reply"}, 10),
    ({"kind": "half batch"}, 5),
    ({"kind": "half batch", "objects": 1}, 1),
    ({"kind": "half batch", "objects": 9}, 9),
    ({"kind": "reset"}, 0),
    ({"kind": "html"}, 0),
    ({"kind": "status", "status": 500}, 0),
    ({"kind": "status", "status": 502, "body": "<h1>Bad Gateway</h1>"}, 0),
    ({"kind": "status", "status": 504}, 0),
    (
        {
            "kind": "status",
            "status": 200,
            "body": "{",
            "headers": {"Content-Type": "application/json"},
        },
        0,
    ),
    (
        {
            "kind": "status",
            "status": 200,
            "body": "{}",
            "headers": {"Content-Type": "application/json"},
        },
        0,
    ),
]


@pytest.mark.parametrize(("fault", "landed"), MAYBE_WRITTEN)
def test_a_push_without_an_answer_is_unknown_and_looking_settles_it(
    library: ZoteroWebLibrary,
    zotero_server: ZoteroServer,
    account: Account,
    fault: dict[str, Any],
    landed: int,
) -> None:
    operations = batch(5)
    zotero_server.arm(**fault, method="POST")

    with pytest.raises(OutcomeUnknownError):
        library.push(operations, expected=2)
    assert len(items_of(zotero_server, account)) == landed

    look_and_send_the_rest(library, operations)
    assert set(items_of(zotero_server, account)) == keys_of(operations)


def test_sending_blind_again_doubles_nothing(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account
) -> None:
    operations = batch(5)
    zotero_server.arm("lost reply", method="POST")
    with pytest.raises(OutcomeUnknownError):
        library.push(operations, expected=None)

    outcomes = library.push(operations, expected=None).outcomes

    assert all(isinstance(outcome, Refused) for outcome in outcomes)
    assert len(items_of(zotero_server, account)) == 10


def test_the_guard_catches_a_blind_repetition_whole(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer
) -> None:
    operations = batch(5)
    zotero_server.arm("lost reply", method="POST")
    with pytest.raises(OutcomeUnknownError):
        library.push(operations, expected=2)

    with pytest.raises(ConflictError):
        library.push(operations, expected=2)


def test_a_long_rain_of_faults_ends_with_each_item_once(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account
) -> None:
    kinds = ["lost reply", "half batch", "reset", "truncated", "html", "reset reply"]
    for seed, kind in enumerate(kinds):
        zotero_server.arm(kind, method="POST", times=None, probability=0.15, seed=seed)
    zotero_server.arm("status", status=429, times=None, probability=0.15, seed=9)
    operations = batch(60)

    for start in range(0, len(operations), 20):
        part = operations[start : start + 20]
        for _ in range(50):
            try:
                look_and_send_the_rest(library, part)
            except (OutcomeUnknownError, UnavailableError):
                continue
            break

    items = items_of(zotero_server, account)
    assert zotero_server.faults_struck() > 5
    assert set(items) == keys_of(operations)
    titles = [item["title"] for item in items.values() if item["itemType"] == "journalArticle"]
    assert len(titles) == len(set(titles)) == 60


def test_a_slow_answer_is_waited_for(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account
) -> None:
    zotero_server.arm("slow", method="POST", seconds=0.5)
    zotero_server.arm("stall", method="POST", seconds=0.5)

    for operations in (batch(2), batch(3)[4:]):
        outcomes = library.push(operations, expected=None).outcomes
        assert all(isinstance(outcome, Accepted) for outcome in outcomes)


# The other end is not there, or is not who it should be


def test_a_server_that_is_not_there_is_unavailable(account: Account) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        options = Options("user", 1, f"http://127.0.0.1:{taken.getsockname()[1]}")
        library = ZoteroWebLibrary(options, Surroundings("mine", find_key=lambda: "k" * 24))

        with pytest.raises(UnavailableError, match="cannot reach"):
            library.describe()
        with pytest.raises(UnavailableError, match="cannot reach"):
            library.push(batch(1), expected=None)


def test_a_name_that_nobody_knows_is_unavailable() -> None:
    class NoNames(httpx2.HTTPTransport):
        """A network whose name server answers nothing."""

        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("[Errno -3] Temporary failure in name resolution")

    surroundings = Surroundings("mine", find_key=lambda: "k" * 24)
    library = ZoteroWebLibrary(Options("user", 1), surroundings, inner=NoNames())

    with pytest.raises(UnavailableError, match="name resolution"):
        library.push(batch(1), expected=None)


def test_a_server_with_a_certificate_of_its_own_making_gets_no_key(
    own_certificate: tuple[str, list[bytes]],
) -> None:
    url, received = own_certificate
    surroundings = Surroundings("mine", find_key=lambda: "k" * 24)
    library = ZoteroWebLibrary(Options("user", 1, url), surroundings)

    with pytest.raises(UnavailableError, match="CERTIFICATE_VERIFY_FAILED"):
        library.push(batch(1), expected=None)

    assert not any(b"k" * 24 in data for data in received)


def test_a_redirect_does_not_carry_the_key_to_another_host(
    zotero_server: ZoteroServer, library: ZoteroWebLibrary
) -> None:
    elsewhere = socket.create_server(("127.0.0.1", 0))
    elsewhere.settimeout(0.3)
    zotero_server.arm("redirect", location=f"http://127.0.0.1:{elsewhere.getsockname()[1]}/")

    with elsewhere:
        with pytest.raises(UnavailableError, match="not followed"):
            library.describe()

        with pytest.raises(TimeoutError):
            elsewhere.accept()


# Others at work


def test_daemons_with_the_same_plan_make_each_item_once(
    zotero_server: ZoteroServer, account: Account
) -> None:
    operations = batch(40)
    lost: list[BaseException] = []

    def work() -> None:
        library = open_library(zotero_server, account)
        try:
            for start in range(0, len(operations), 10):
                library.push(operations[start : start + 10], expected=None)
        except LibraryError as error:
            lost.append(error)
        finally:
            library.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert lost == []
    assert set(items_of(zotero_server, account)) == keys_of(operations)
