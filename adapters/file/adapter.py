"""How a configuration names a library in a directory: `adapter = "file"`, `path = "/dir"`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from adapters.file.exporting import Timing
from adapters.file.library import FileLibrary
from syncd.library import Option, Surroundings
from syncd.system.resources import shipped_schema

_PATH = "path"
OPTIONS = (
    Option(
        _PATH, "The folder that the library lives in; made when missing.", "~/syncd", required=True
    ),
)
_EXPORTS_AT_MOST_EVERY = timedelta(minutes=1)


class FileAdapter:
    """The adapter `file`. Its one option is `path`, absolute or beginning with `~`."""

    options = OPTIONS

    def check_options(self, options: Mapping[str, object]) -> Mapping[str, str]:
        """Say what is wrong with the options: key → sentence; empty if they will do."""
        wrong = dict.fromkeys(options, "is not an option of the file adapter")
        wrong.pop(_PATH, None)
        if _PATH not in options:
            wrong[_PATH] = "is missing: it names the folder that the library lives in"
        elif (problem := _problem(options[_PATH])) is not None:
            wrong[_PATH] = problem
        return wrong

    def open(self, options: Mapping[str, object], surroundings: Surroundings) -> FileLibrary:
        """Make the library; nothing is read or written yet."""
        timing = Timing(_EXPORTS_AT_MOST_EVERY if surroundings.goes_on else timedelta())
        return FileLibrary(Path(str(options[_PATH])).expanduser(), shipped_schema, timing=timing)


def _problem(path: object) -> str | None:
    if not isinstance(path, str | Path) or not str(path):
        return "has to be the path of a folder"
    try:
        absolute = Path(path).expanduser().is_absolute()
    except RuntimeError:
        return "begins with ~, and there is no home directory here"
    return None if absolute else "has to be absolute or to begin with ~"
