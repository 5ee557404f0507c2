"""Notices by mail, handed to a server that takes them without a password."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from syncd.notify.notice import Notice
from syncd.notify.programs import LONGEST, NotToldError
from syncd.settings import MailSettings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Mail:
    """Sends each notice as a message of its own."""

    name = "mail"

    def __init__(self, settings: MailSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now

    def send(self, notice: Notice) -> None:
        """Hand it to the server. Raises `NotToldError`."""
        message = self._message(notice)
        host, port = self._settings.server
        try:
            with smtplib.SMTP(
                host,
                port,
                # Asking the name service for a longer one may take for ever.
                local_hostname=socket.gethostname(),
                timeout=LONGEST.total_seconds(),
            ) as server:
                server.ehlo()
                if host not in _LOOPBACK and server.has_extn("starttls"):
                    server.starttls(context=ssl.create_default_context())
                server.send_message(message)
        except smtplib.SMTPException as error:
            # The server's words and the class's own name people's addresses.
            code = getattr(error, "smtp_code", None)
            told = f"{type(error).__name__}, {code}" if code else type(error).__name__
            raise NotToldError(f"the mail server did not take it ({told})") from None
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise NotToldError(f"the mail server does not answer ({why})") from None

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
