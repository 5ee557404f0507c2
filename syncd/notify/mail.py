"""Notices by mail, handed to a server: one that takes anybody's, or one that wants a password.

A password is sent through TLS alone, or to this machine. A server that speaks TLS from the start
is known by its port (465); any other is asked for STARTTLS, unless it is this machine.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

from syncd.errors import KeyLookupError
from syncd.notify.notice import Notice
from syncd.notify.programs import LONGEST, NotToldError
from syncd.settings import MailSettings
from syncd.system.credentials import find_password

CREDENTIAL = "notify.mail"
"""Of the password: after `syncd.` for systemd, and as the user in the keyring."""

_TLS_FROM_THE_START = 465
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Mail:
    """Sends each notice as a message of its own."""

    name = "mail"

    def __init__(
        self,
        settings: MailSettings,
        now: Callable[[], datetime],
        find_password: Callable[[str, Path | None], str | None] = find_password,
    ) -> None:
        self._settings = settings
        self._now = now
        self._find_password = find_password

    def send(self, notice: Notice) -> None:
        """Hand it to the server. Raises `NotToldError`."""
        message = self._message(notice)
        password = self._password() if self._settings.user else None
        try:
            with self._connect() as server:
                self._protect(server)
                if password is not None:
                    server.login(self._settings.user, password)
                server.send_message(message)
        except smtplib.SMTPAuthenticationError as error:
            told = f"the mail server refuses the user or the password ({error.smtp_code})"
            raise NotToldError(told) from None
        except smtplib.SMTPException as error:
            # The server's words and the class's own name people's addresses.
            code = getattr(error, "smtp_code", None)
            told = f"{type(error).__name__}, {code}" if code else type(error).__name__
            raise NotToldError(f"the mail server did not take it ({told})") from None
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise NotToldError(f"the mail server does not answer ({why})") from None

    def _password(self) -> str:
        try:
            password = self._find_password(CREDENTIAL, self._settings.password_file)
        except KeyLookupError as error:
            raise NotToldError(str(error)) from None
        if password is None:
            where = self._settings.password_file or "the keyring"
            raise NotToldError(f"there is no password for the mail server in {where}")
        return password

    def _connect(self) -> smtplib.SMTP:
        host, port = self._settings.server
        # Asking the name service for a longer name of our own may take for ever.
        name, patience = socket.gethostname(), LONGEST.total_seconds()
        if port != _TLS_FROM_THE_START:
            return smtplib.SMTP(host, port, local_hostname=name, timeout=patience)
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, local_hostname=name, timeout=patience, context=context)

    def _protect(self, server: smtplib.SMTP) -> None:
        """Have a server elsewhere talk through TLS.

        Raises `NotToldError` where it does not, and is to be told a password.
        """
        host, port = self._settings.server
        server.ehlo()
        if host in _LOOPBACK or port == _TLS_FROM_THE_START:
            return
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        elif self._settings.user:
            raise NotToldError("the mail server offers no TLS, so it is not told the password")

    def _message(self, notice: Notice) -> EmailMessage:
        host = socket.gethostname()
        message = EmailMessage()
        message["From"] = self._settings.sender or f"syncd@{host}"
        message["To"] = self._settings.to
        message["Subject"] = notice.title
        message["Date"] = format_datetime(self._now())
        message["Message-ID"] = make_msgid(domain=host)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notice.body + "\n")
        return message
