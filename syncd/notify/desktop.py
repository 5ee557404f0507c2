"""Notices on the desktop, through the bus of the user's session."""

from __future__ import annotations

from typing import Any

from syncd.notify.notice import Notice
from syncd.notify.programs import LONGEST, NotToldError

_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_ICON = "dialog-information"
_BY_DEFAULT = -1


class Desktop:
    """Shows a bubble for each library and kind, and renews it."""

    name = "desktop"

    def __init__(self) -> None:
        self._shown: dict[tuple[str, str], int] = {}

    def send(self, notice: Notice) -> None:
        """Show it. Raises `NotToldError`."""
        try:
            from jeepney import DBusErrorResponse
            from jeepney.io.blocking import open_dbus_connection
        except ImportError:
            raise NotToldError("jeepney is not installed") from None
        try:
            with open_dbus_connection(bus="SESSION") as connection:
                self._show(notice, connection)
        except (KeyError, FileNotFoundError, ConnectionError):
            raise NotToldError("there is no session bus here: nobody has logged in") from None
        except DBusErrorResponse as error:
            raise NotToldError(f"nobody shows notifications here ({error.name})") from None
        except (OSError, ValueError) as error:
            raise NotToldError(f"the session bus failed ({type(error).__name__})") from None

    def _show(self, notice: Notice, connection: Any) -> None:
        [capabilities] = _call(connection, "GetCapabilities")
        body = _escaped(notice.body) if "body-markup" in capabilities else notice.body
        key = (notice.library, notice.kind.value)
        urgency = 2 if notice.is_urgent else 1
        [self._shown[key]] = _call(
            connection,
            "Notify",
            "susssasa{sv}i",
            "syncd",
            self._shown.get(key, 0),
            _ICON,
            notice.title,
            body,
            [],
            {"urgency": ("y", urgency)},
            _BY_DEFAULT,
        )


def _call(connection: Any, method: str, signature: str | None = None, *values: Any) -> Any:
    from jeepney import DBusAddress, new_method_call
    from jeepney.wrappers import unwrap_msg

    address = DBusAddress(_PATH, bus_name=_NAME, interface=_NAME)
    message = new_method_call(address, method, signature, values)
    return unwrap_msg(connection.send_and_get_reply(message, timeout=LONGEST.total_seconds()))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
