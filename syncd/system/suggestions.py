"""Commands that messages name in backquotes, completed with the place that is being worked with.

Whoever was pointed at a library, a configuration or a state by an option would, without that
option, ask another place or none at all. So it is added wherever a command is suggested.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from syncd.system.printable import printable

FILE_LIBRARY, CONFIG, STATE = "--file-library", "--config", "--state"

_ONLY_CONFIGURED = frozenset({"init", "login", "logout", "notify"})
"""Commands that know no --file-library."""

LEAVES_OUT: Mapping[str, frozenset[str]] = {
    FILE_LIBRARY: _ONLY_CONFIGURED,
    CONFIG: frozenset(),
    STATE: frozenset({"logout"}),
}
"""By option, the commands that do not take it; all others do."""

_COMMAND = re.compile(r"`syncd ([a-z]+)((?: [^`]*)?)`")

_given: dict[str, str] = {}


def point_at(
    file_library: Path | None = None, config: Path | None = None, state: Path | None = None
) -> None:
    """Remember by which options this process was pointed at its place; without any, forget."""
    named = {FILE_LIBRARY: file_library, CONFIG: config, STATE: state}
    _given.clear()
    _given.update(
        {option: str(path.absolute()) for option, path in named.items() if path is not None}
    )


def complete(text: str) -> str:
    """Return the text with the options that the commands named in it need here."""
    if not _given or "`syncd " not in text:
        return text
    return _COMMAND.sub(_complete_command, text)


def _complete_command(found: re.Match[str]) -> str:
    command, rest = found.groups()
    missing = [
        f"{option} {shlex.quote(printable(place))}"
        for option, place in _given.items()
        if command not in LEAVES_OUT[option] and option not in rest
    ]
    if command == "run" and FILE_LIBRARY in _given and "--folder" not in rest:
        missing.append("--folder PATH")
    return f"`{' '.join([f'syncd {command}{rest}', *missing])}`"
