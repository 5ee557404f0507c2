"""The ways that are configured, made of the settings; what a way needs is loaded for it alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.errors import KeyLookupError
from syncd.notify.notice import Notice, Way
from syncd.notify.programs import NotToldError, run_program
from syncd.settings import IN_KEYRING, NotifySettings
from syncd.system.clock import Clock
from syncd.system.credentials import OpenKeyring, find_password, read_secret

if TYPE_CHECKING:
    from syncd.notify.web import Ping

WEBHOOK = "webhook"
PING = "ping"
"""Names of systemd credentials, after `syncd.`."""


class Command:
    """Gives a notice to a program of the operator's."""

    name = "command"

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command

    def send(self, notice: Notice) -> None:
        """Run the program. Raises `NotToldError`."""
        run_program(self._command, notice.document())


def make_ways(settings: NotifySettings, clock: Clock) -> list[Way]:
    """Return each way that is configured; nothing is reached or read yet."""
    ways: list[Way] = []
    if settings.command:
        ways.append(Command(settings.command))
    if settings.webhook or settings.webhook_file is not None:
        from syncd.notify.web import Webhook

        ways.append(Webhook(lambda: _webhook_of(settings), settings.webhook_kind))
    if settings.mail is not None:
        from syncd.notify.mail import Mail

        ways.append(Mail(settings.mail, clock.now))
    if settings.desktop:
        from syncd.notify.desktop import Desktop

        ways.append(Desktop())
    return ways


def find_ping(settings: NotifySettings) -> Ping | None:
    """Return who is asked for after a reconcile; None where nobody is."""
    path = settings.ping_file
    if path is None:
        return None
    from syncd.notify.web import Ping

    return Ping(lambda: find_address(PING, path))


def find_address(name: str, path: Path, open_keyring: OpenKeyring | None = None) -> str:
    """Return the address that a file holds, or a credential in its place, or the keyring.

    Raises `NotToldError`.
    """
    try:
        if path == IN_KEYRING:
            address = find_password(f"notify.{name}", None, open_keyring=open_keyring)
        else:
            address = read_secret(name, path)
    except KeyLookupError as error:
        raise NotToldError(str(error)) from None
    if address is None and path == IN_KEYRING:
        raise NotToldError(
            f"the keyring holds no address; `keyring set syncd notify.{name}` puts it there"
        )
    if address is None:
        raise NotToldError(f"there is no file {path}, which should hold the address")
    return address


def _webhook_of(settings: NotifySettings) -> str:
    if settings.webhook_file is None:
        return settings.webhook
    return find_address(WEBHOOK, settings.webhook_file)
