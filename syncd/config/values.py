"""How single values are written in a configuration: durations, sizes, schedules, paths, names.

Every parser takes what TOML gave, returns the value, or raises `ValueError` with what would
have been accepted. None of them repeats what was written: it might have been a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syncd import schedule
from syncd.settings import IN_KEYRING, Cron, MailSettings, PageSettings, When
from syncd.system.paths import expand_home

NAME = re.compile(r"[a-z0-9_-]{1,32}")
_DURATION_PART = re.compile(r"(?<!\d)(\d++(?:\.\d++)?)(ms|s|m|h|d)")
# The schema takes this pattern over, and its dialect knows no possessive repetition.
DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)(ms|s|m|h|d))+")
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s?([kKMG]i?)?B?")
_MOST_PORTS = 65_535
_SMTP = 25
_SUBMISSION = 587
_MAIL_KEYS = frozenset({"to", "server", "from", "user", "password_file"})
_MAIL = re.compile(r"[!-~]+@[0-9A-Za-z.\[\]:-]+")
_HOST = re.compile(r"[0-9A-Za-z.-]+")
_SECRET_ADDRESSES = frozenset({"hooks.slack.com", "ntfy.sh"})
"""Servers of which every address is one: who knows it may write there."""
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_Choice = TypeVar("_Choice", bound=Enum)


def parse_duration(value: object) -> timedelta:
    """Read `2s`, `10m`, `6h`, `1h30m`."""
    if not isinstance(value, str) or not DURATION.fullmatch(value):
        raise ValueError('must be a duration such as "2s", "10m", "6h" or "1h30m"')
    seconds = sum(float(n) * _UNITS[unit] for n, unit in _DURATION_PART.findall(value))
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        raise ValueError("is longer than any duration that can be counted") from None


def parse_when(value: object) -> When:
    """Read an interval (`6h`) or `{ cron = "0 3 * * *" }`."""
    if isinstance(value, dict):
        if set(value) != {"cron"}:
            raise ValueError('must be an interval such as "6h", or { cron = "0 3 * * *" }')
        return parse_cron(value["cron"])
    interval = parse_duration(value)
    if interval < timedelta(seconds=1):
        raise ValueError("must be at least one second")
    return interval


def parse_cron(value: object) -> Cron:
    """Read a cron expression as `schedule` understands it."""
    text = value.lower().strip() if isinstance(value, str) else ""
    try:
        schedule.parse_cron(text)
    except ValueError:
        raise ValueError(
            'must have five cron fields, as in { cron = "0 3 * * *" }: minute 0-59, hour 0-23, '
            "day 1-31, month 1-12, weekday 0-7 or sun-sat; each may be *, 1-5, */2 or 1,3"
        ) from None
    return Cron(" ".join(text.split()))


def parse_listen(value: object) -> PageSettings:
    """Read where a page listens: "" (nowhere), `127.0.0.1:8384`, `unix:/run/syncd/page.sock`."""
    advice = (
        'must be "" (off), "127.0.0.1:0" (any free port of this machine) or '
        '"unix:/run/syncd/page.sock"; from elsewhere the page is reached through ssh or a proxy'
    )
    if value == "":
        return PageSettings()
    if not isinstance(value, str):
        raise ValueError(advice)  # noqa: TRY004 - every mistake in a configuration is a ValueError
    if value.startswith("unix:"):
        path = Path(value.removeprefix("unix:"))
        if not path.is_absolute():
            raise ValueError(advice)
        return PageSettings(socket=path)
    host, _, port = value.rpartition(":")
    if host not in ("127.0.0.1", "localhost") or not port.isdecimal() or int(port) > _MOST_PORTS:
        raise ValueError(advice)
    return PageSettings(address=("127.0.0.1", int(port)))


def parse_size(value: object) -> int:
    """Read `64MB` (powers of ten) or `64MiB` (powers of two) into bytes."""
    match = SIZE.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise ValueError('must be a size such as "64MB", "500kB" or "1GiB"')
    number, prefix = match.groups()
    if not prefix:
        size = float(number)
    else:
        base = 1024 if prefix.endswith("i") else 1000
        size = float(number) * base ** ("kmg".index(prefix[0].lower()) + 1)
    if size < 1:
        raise ValueError("must be larger than nothing")
    return int(size)


def parse_path(value: object) -> Path:
    """Read an absolute path, or one below the home directory (`~/…`)."""
    if not isinstance(value, str) or not value:
        raise ValueError('must be a path, absolute or beginning with "~/"')
    path = expand_home(value)
    if path is None and value.startswith("~"):
        raise ValueError("begins with ~, but there is no home directory here: write it whole")
    if path is None:
        raise ValueError('must be absolute or begin with "~/"')
    return path


def parse_path_or_none(value: object) -> Path | None:
    """Read a path as `parse_path` does; an empty text means none."""
    return None if value == "" else parse_path(value)


def parse_secret_place(value: object) -> Path | None:
    """Read the path of a file that holds a secret, or `keyring`; an empty text means none."""
    return IN_KEYRING if value == str(IN_KEYRING) else parse_path_or_none(value)


def parse_webhook(value: object) -> str:
    """Read an address that is no secret; an empty text means none."""
    if value == "":
        return ""
    try:
        split = urlsplit(value) if isinstance(value, str) else None
        host = (split.hostname or "").lower() if split else ""
    except ValueError:
        split, host = None, ""
    if split is None or split.scheme not in ("http", "https") or not host:
        raise ValueError('must be an address such as "https://hooks.example.org/syncd"')
    if split.username or split.password or split.query or host in _SECRET_ADDRESSES:
        raise ValueError(
            "is an address that is a secret itself; write it into a file that nobody else can "
            "read, and name that as webhook_file"
        )
    return str(value)


def parse_mail(value: object) -> MailSettings | None:
    """Read `{ to = "…", server = "…" }`; an empty table means none."""
    advice = (
        'must be { to = "you@example.org", server = "localhost" }; the server may have a port '
        '("mail.example.org:587"), and from = "…" names who sends; a server that wants a password: '
        'user = "…", and password_file = "…" or the keyring'
    )
    if value == {}:
        return None
    if not isinstance(value, dict) or not {"to"} <= value.keys() <= _MAIL_KEYS:
        raise ValueError(advice)
    to, server, sender = value["to"], value.get("server", "localhost"), value.get("from", "")
    host, _, port = server.partition(":") if isinstance(server, str) else ("", "", "")
    if (
        not (isinstance(to, str) and _MAIL.fullmatch(to))
        or not (sender == "" or (isinstance(sender, str) and _MAIL.fullmatch(sender)))
        or not _HOST.fullmatch(host)
        or not (port == "" or (port.isdecimal() and 0 < int(port) <= _MOST_PORTS))
    ):
        raise ValueError(advice)
    user, file = value.get("user", ""), value.get("password_file", "")
    if not (isinstance(user, str) and user.isascii() and user.isprintable()) or (file and not user):
        raise ValueError(advice)
    # Who takes mail from people of their own does so at another port than who takes anybody's.
    at = int(port or (_SUBMISSION if user else _SMTP))
    return MailSettings(to, (host, at), sender, user, parse_path_or_none(file))


def parse_metrics_file(value: object) -> Path | None:
    """Read the path of a file for node_exporter, which takes no other ending."""
    path = parse_path_or_none(value)
    if path is not None and path.suffix != ".prom":
        raise ValueError('must end in ".prom": node_exporter reads no other files')
    return path


def parse_name(value: object) -> str:
    """Read the name of a library."""
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise ValueError("must be 1 to 32 of a-z, 0-9, _ and -")
    return value


def parse_names(value: object) -> tuple[str, ...]:
    """Read one name or a list of them."""
    names = value if isinstance(value, list) else [value]
    if not names:
        raise ValueError("must name at least one library")
    return tuple(parse_name(name) for name in names)


def parse_words(value: object) -> tuple[str, ...]:
    """Read a list of texts, none of them empty."""
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise ValueError('must be a list of texts such as ["one", "two"]')
    return tuple(dict.fromkeys(word.strip() for word in value))


def parse_command(value: object) -> tuple[str, ...]:
    """Read a program and its arguments; an empty list means none."""
    if (
        not isinstance(value, list)
        or not all(isinstance(word, str) and "\0" not in word for word in value)
        or (value and not value[0].strip())
    ):
        raise ValueError('must be a program and its arguments, such as ["/usr/bin/logger", "-s"]')
    return tuple(value)


def parse_labels(value: object) -> dict[str, str]:
    """Read a table of texts, none of them empty."""
    texts = [*value.keys(), *value.values()] if isinstance(value, dict) else [None]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise ValueError('must be a table of labels and tags such as { "Included" = "in" }')
    return {label.strip(): tag.strip() for label, tag in dict(value).items()}  # type: ignore[call-overload]


def parse_collection(value: object) -> tuple[str, ...]:
    """Read a path of collection names; an empty one means no collection."""
    names = value.split("/") if isinstance(value, str) and value.strip() else []
    if value != "" and not (names and all(name.strip() for name in names)):
        raise ValueError('must be a path of collection names such as "Inbox/Scopus"')
    return tuple(name.strip() for name in names)


def parse_timezone(value: object) -> str:
    """Read `local` or an IANA name such as `Europe/Berlin`."""
    if value == "local":
        return "local"
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError('must be "local" or a zone such as "Europe/Berlin"') from None


def choice_of(choices: type[_Choice]) -> Callable[[object], _Choice]:
    """Return a parser that takes the values of an enum."""

    def parse(value: object) -> _Choice:
        try:
            return choices(value)
        except ValueError:
            raise ValueError(f"must be one of {accepted}") from None

    accepted = ", ".join(f'"{choice.value}"' for choice in choices)
    return parse
