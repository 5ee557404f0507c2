"""Each way to tell somebody, with those who are told at the other end."""

from __future__ import annotations

import email
import email.policy
import json
import logging
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from syncd.notify.desktop import Desktop
from syncd.notify.mail import Mail
from syncd.notify.notice import Kind, Notice
from syncd.notify.programs import NotToldError
from syncd.notify.ways import find_address, find_ping, make_ways
from syncd.notify.web import Ping, Webhook, kind_of
from syncd.settings import IN_KEYRING, MailSettings, NotifySettings, WebhookKind
from syncd.system.clock import SystemClock
from tests.support.listeners import (
    DesktopListener,
    MailListener,
    WebListener,
    has_bus,
    running_bus,
)
from tests.support.ports import free_port

NOTICE = Notice(
    Kind.QUESTIONS,
    "mine",
    "mine: 2 questions for you",
    "`syncd review` shows them.",
    {"held": 2},
    ["Über <i>Sphagnum</i> & Co.", "Line\\nbreak: Bcc: x@example.org"],
)
URGENT = replace(NOTICE, kind=Kind.REFUSED, title="mine is refused")
SECRET = "tk-4f9a0c77e1"


@pytest.fixture
def web() -> Iterator[WebListener]:
    listener = WebListener()
    yield listener
    listener.close()


@pytest.fixture
def mail() -> Iterator[MailListener]:
    listener = MailListener()
    yield listener
    listener.close()


def post(address: str, kind: WebhookKind, notice: Notice = NOTICE) -> None:
    Webhook(lambda: address, kind).send(notice)


class TestWebhook:
    def test_a_notice_is_posted_as_json(self, web: WebListener) -> None:
        post(f"{web.url}/hooks/syncd", WebhookKind.BY_ADDRESS)

        [had] = web.had
        assert (had.method, had.path) == ("POST", "/hooks/syncd")
        assert had.headers["content-type"] == "application/json"
        assert had.body["schema"] == "syncd.notice/1"
        assert (had.body["kind"], had.body["library"]) == ("questions", "mine")
        assert had.body["numbers"] == {"held": 2}
        assert had.body["details"][0] == "Über <i>Sphagnum</i> & Co."

    def test_ntfy_has_its_json_at_the_root_with_the_topic(self, web: WebListener) -> None:
        post(f"{web.url}/below/{SECRET}", WebhookKind.NTFY)
        post(f"{web.url}/{SECRET}?auth=abc", WebhookKind.NTFY, URGENT)

        plain, urgent = web.had
        assert (plain.path, urgent.path) == ("/below/", "/?auth=abc")
        assert (plain.body["topic"], plain.body["title"]) == (SECRET, NOTICE.title)
        assert "Über <i>Sphagnum</i> & Co." in plain.body["message"]
        assert urgent.body["priority"] > plain.body["priority"]

    def test_slack_has_text_in_which_nothing_is_markup(self, web: WebListener) -> None:
        post(f"{web.url}/services/T/B/{SECRET}", WebhookKind.SLACK)

        [had] = web.had
        assert had.path == f"/services/T/B/{SECRET}"
        assert had.body["text"].startswith("*mine: 2 questions for you*\n")
        assert "Über &lt;i&gt;Sphagnum&lt;/i&gt; &amp; Co." in had.body["text"]

    def test_gotify_has_a_title_a_message_and_a_priority(self, web: WebListener) -> None:
        post(f"{web.url}/message?token={SECRET}", WebhookKind.BY_ADDRESS)

        [had] = web.had
        assert had.path == f"/message?token={SECRET}"
        assert had.body.keys() == {"title", "message", "priority"}

    @pytest.mark.parametrize(
        ("address", "kind"),
        [
            ("https://hooks.slack.com/services/T/B/x", WebhookKind.SLACK),
            ("https://ntfy.sh/topic", WebhookKind.NTFY),
            ("https://ntfy.example.org/topic", WebhookKind.NTFY),
            ("https://push.example.org/message?token=x", WebhookKind.GOTIFY),
            ("https://example.org/hooks.slack.com", WebhookKind.JSON),
            ("https://example.org/message", WebhookKind.JSON),
        ],
    )
    def test_a_service_is_known_by_its_address(self, address: str, kind: WebhookKind) -> None:
        assert kind_of(address) is kind

    @pytest.mark.parametrize("status", [301, 403, 404, 500])
    def test_another_answer_is_told_without_the_address(
        self, web: WebListener, status: int
    ) -> None:
        web.status = status

        with pytest.raises(NotToldError) as caught:
            post(f"{web.url}/{SECRET}", WebhookKind.JSON)

        assert str(caught.value) == f"the server answered {status}"
        assert len(web.had) == 1

    @pytest.mark.parametrize(
        "address",
        [
            f"http://127.0.0.1:1/{SECRET}",
            f"http://user:{SECRET}@127.0.0.1:1/",
            f"https://127.0.0.1:x/{SECRET}",
            f"ftp://127.0.0.1/{SECRET}",
            SECRET,
            f"http://[{SECRET}/",
        ],
    )
    def test_nothing_that_goes_wrong_tells_the_address(
        self, address: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG), pytest.raises(NotToldError) as caught:
            post(address, WebhookKind.JSON)

        assert SECRET not in str(caught.value)
        assert caught.value.__cause__ is None
        assert SECRET not in caplog.text

    def test_what_is_posted_with_success_leaves_no_address_in_the_log(
        self, web: WebListener, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            post(f"{web.url}/{SECRET}", WebhookKind.JSON)

        assert len(web.had) == 1
        assert SECRET not in caplog.text


class TestAddressesInFiles:
    def settings(self, tmp_path: Path, text: str, mode: int = 0o600) -> NotifySettings:
        path = tmp_path / "address"
        path.write_text(text)
        path.chmod(mode)
        return NotifySettings(webhook_file=path, ping_file=path)

    def send(self, settings: NotifySettings) -> None:
        [way] = make_ways(settings, SystemClock())
        way.send(NOTICE)

    def test_an_address_is_read_when_it_is_needed(self, tmp_path: Path, web: WebListener) -> None:
        settings = self.settings(tmp_path, f"{web.url}/one\n")
        [way] = make_ways(settings, SystemClock())
        way.send(NOTICE)
        self.settings(tmp_path, f"{web.url}/two\n")
        way.send(NOTICE)

        assert [had.path for had in web.had] == ["/one", "/two"]

    def test_a_file_that_others_can_read_is_refused(self, tmp_path: Path, web: WebListener) -> None:
        with pytest.raises(NotToldError, match="open to others"):
            self.send(self.settings(tmp_path, f"{web.url}/{SECRET}", 0o644))

        assert web.had == []

    def test_a_credential_stands_in_for_the_file(
        self, tmp_path: Path, web: WebListener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "syncd.webhook").write_text(f"{web.url}/credential")
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

        self.send(NotifySettings(webhook_file=tmp_path / "missing"))

        assert [had.path for had in web.had] == ["/credential"]

    def test_a_file_that_is_not_there_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(NotToldError, match="there is no file"):
            self.send(NotifySettings(webhook_file=tmp_path / "missing"))

    def test_a_ping_asks_for_its_address_and_a_check_does_not(
        self, tmp_path: Path, web: WebListener
    ) -> None:
        ping = find_ping(self.settings(tmp_path, f"{web.url}/ping/{SECRET}"))
        assert isinstance(ping, Ping)

        ping.check()
        assert web.had == []
        ping.send()

        assert [(had.method, had.path) for had in web.had] == [("GET", f"/ping/{SECRET}")]


class TestMail:
    def way(self, port: int, sender: str = "") -> Mail:
        settings = MailSettings("ada@example.org", ("127.0.0.1", port), sender)
        return Mail(settings, lambda: datetime(2026, 3, 1, 8, tzinfo=UTC))

    def test_a_notice_is_a_message_that_no_machine_answers(self, mail: MailListener) -> None:
        self.way(mail.port).send(NOTICE)

        [had] = mail.had
        message = email.message_from_bytes(had.text, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        assert had.to == ["<ada@example.org>"]
        assert message["Subject"] == NOTICE.title
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Message-ID"]
        assert message["Date"] == "Sun, 01 Mar 2026 08:00:00 +0000"
        assert "Über <i>Sphagnum</i> & Co." in message.get_content()

    def test_the_sender_is_the_one_that_is_named(self, mail: MailListener) -> None:
        self.way(mail.port, "syncd@example.org").send(NOTICE)

        assert mail.had[0].sender.startswith("<syncd@example.org>")

    def test_a_refusal_is_told_without_anybodys_address(self, mail: MailListener) -> None:
        mail.refuses = True

        with pytest.raises(NotToldError) as caught:
            self.way(mail.port).send(NOTICE)

        assert "did not take it" in str(caught.value)
        assert "example.org" not in str(caught.value)

    def test_a_server_that_is_not_there_is_said(self) -> None:
        with pytest.raises(NotToldError, match="does not answer"):
            self.way(free_port()).send(NOTICE)


class KeyringInMemory:
    """A keyring as the platform's own would behave, unlocked."""

    def __init__(self, **kept: str) -> None:
        self._kept = kept

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept.get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._kept[f"{service}/{username}"] = password

    def delete_password(self, service: str, username: str) -> None:
        del self._kept[f"{service}/{username}"]


class TestTheKeyring:
    def test_an_address_may_stand_there(self) -> None:
        kept = {"syncd/notify.webhook": "https://ntfy.example.org/tk-4f9"}

        found = find_address("webhook", IN_KEYRING, lambda: KeyringInMemory(**kept))

        assert found == "https://ntfy.example.org/tk-4f9"

    def test_where_it_holds_none_it_is_said_how_it_comes_there(self) -> None:
        with pytest.raises(NotToldError, match=r"keyring set syncd notify\.ping"):
            find_address("ping", IN_KEYRING, KeyringInMemory)


ELSEWHERE = "127.0.0.2"
"""Loopback, and yet none of the names that this machine is known by."""
LOGIN = ("ada", "a password with blanks")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and a certificate for the server that is elsewhere."""
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=mail", "-addext", f"subjectAltName=IP:{ELSEWHERE}"]
    command += ["-keyout", str(path), "-out", str(path.with_suffix(".crt"))]
    subprocess.run(command, check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl for a certificate")
class TestMailWithAPassword:
    def way(self, tmp_path: Path, server: MailListener, host: str = ELSEWHERE) -> Mail:
        file = tmp_path / "password"
        file.write_text(f"{LOGIN[1]}\n")
        file.chmod(0o600)
        settings = MailSettings("ada@example.org", (host, server.port), "", LOGIN[0], file)
        return Mail(settings, lambda: datetime(2026, 3, 1, 8, tzinfo=UTC))

    @pytest.fixture
    def trusted(self, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))

    @pytest.mark.usefixtures("trusted")
    def test_it_is_told_through_tls(self, tmp_path: Path, certificate: Path) -> None:
        with closing(MailListener(ELSEWHERE, certificate, LOGIN)) as server:
            self.way(tmp_path, server).send(NOTICE)

            assert len(server.had) == 1
            assert server.verbs.index("STARTTLS") < server.verbs.index("auth")
            assert "AUTH" not in server.verbs

    def test_a_server_that_nobody_vouches_for_is_not_told(
        self, tmp_path: Path, certificate: Path
    ) -> None:
        with closing(MailListener(ELSEWHERE, certificate, LOGIN)) as server:
            with pytest.raises(NotToldError, match="does not answer"):
                self.way(tmp_path, server).send(NOTICE)

            assert server.had == []
            assert {verb.upper() for verb in server.verbs} <= {"EHLO", "STARTTLS"}

    def test_without_tls_a_server_elsewhere_is_not_told(self, tmp_path: Path) -> None:
        with closing(MailListener(ELSEWHERE, login=LOGIN, is_open=True)) as server:
            with pytest.raises(NotToldError, match="offers no TLS"):
                self.way(tmp_path, server).send(NOTICE)

            assert "AUTH" not in server.verbs

    def test_this_machine_is_told_as_it_is(self, tmp_path: Path) -> None:
        with closing(MailListener(login=LOGIN, is_open=True)) as server:
            self.way(tmp_path, server, "127.0.0.1").send(NOTICE)

            assert len(server.had) == 1

    def test_a_wrong_password_is_said_and_not_repeated(self, tmp_path: Path) -> None:
        with (
            closing(MailListener(login=("ada", "another"), is_open=True)) as server,
            pytest.raises(NotToldError) as caught,
        ):
            self.way(tmp_path, server, "127.0.0.1").send(NOTICE)

        assert "refuses the user or the password (535)" in str(caught.value)
        assert "ada" not in str(caught.value)
        assert LOGIN[1] not in str(caught.value)

    def test_a_file_that_others_can_read_is_not_used(self, tmp_path: Path) -> None:
        with closing(MailListener(login=LOGIN, is_open=True)) as server:
            way = self.way(tmp_path, server, "127.0.0.1")
            (tmp_path / "password").chmod(0o644)

            with pytest.raises(NotToldError, match="open to others"):
                way.send(NOTICE)

            assert server.verbs == []

    def test_without_a_file_the_keyring_is_asked(self, tmp_path: Path) -> None:
        asked: list[tuple[str, Path | None]] = []

        def keyring(name: str, path: Path | None) -> str:
            asked.append((name, path))
            return LOGIN[1]

        with closing(MailListener(login=LOGIN, is_open=True)) as server:
            settings = MailSettings("ada@example.org", ("127.0.0.1", server.port), "", LOGIN[0])
            Mail(settings, lambda: datetime(2026, 3, 1, 8, tzinfo=UTC), keyring).send(NOTICE)

            assert len(server.had) == 1
        assert asked == [("notify.mail", None)]


class TestCommand:
    def test_a_program_reads_the_notice(self, tmp_path: Path) -> None:
        command = ("/bin/sh", "-c", f"cat > {tmp_path}/kept")
        [way] = make_ways(NotifySettings(command=command), SystemClock())

        way.send(NOTICE)

        assert json.loads((tmp_path / "kept").read_text()) == NOTICE.document()


@pytest.mark.skipif(not has_bus(), reason="dbus-daemon is not installed")
class TestDesktop:
    @pytest.fixture
    def bus(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
        with running_bus(tmp_path) as address:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
            yield address

    def test_a_notice_is_shown_and_the_next_of_its_kind_renews_it(self, bus: str) -> None:
        shown = DesktopListener(bus, ["body", "body-markup"])
        desktop = Desktop()

        desktop.send(NOTICE)
        desktop.send(URGENT)
        desktop.send(NOTICE)

        assert [body[1] for body in shown.had] == [0, 0, 1]
        assert [body[3] for body in shown.had] == [NOTICE.title, URGENT.title, NOTICE.title]
        assert [body[6]["urgency"][1] for body in shown.had] == [1, 2, 1]
        assert "&lt;i&gt;Sphagnum&lt;/i&gt; &amp; Co." in shown.had[0][4]

    def test_where_nothing_is_markup_nothing_is_escaped(self, bus: str) -> None:
        shown = DesktopListener(bus, ["body"])

        Desktop().send(NOTICE)

        assert "<i>Sphagnum</i> & Co." in shown.had[0][4]

    @pytest.mark.usefixtures("bus")
    def test_a_bus_on_which_nobody_shows_them_is_said(self) -> None:
        with pytest.raises(NotToldError, match="nobody shows notifications"):
            Desktop().send(NOTICE)


def test_where_there_is_no_bus_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)

    with pytest.raises(NotToldError, match="no session bus"):
        Desktop().send(NOTICE)


def test_a_bus_that_is_gone_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/gone")

    with pytest.raises(NotToldError, match="no session bus"):
        Desktop().send(NOTICE)
