"""What is wrong with a configuration, in sentences; never with the values that were written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from syncd.config.lines import Location
from syncd.config.model import Document, table_of
from syncd.inbox import why_not_in_one_piece
from syncd.settings import After
from syncd.system.paths import expand_home

SECRET = re.compile(r"(?:.*[_-])?(?:key|apikey|token|secret|password|passwd)")
_PLAIN = {
    "string_type": "must be a text in quotes",
    "string_too_short": "must not be empty",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "list_type": "must be written as [[…]], once for each",
    "model_type": "must be a table",
    "too_short": "must be given at least once",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "must be {} or more"),
    "greater_than": ("gt", "must be more than {}"),
    "less_than_equal": ("le", "must be {} or less"),
}
_ABOUT_SECRETS = (
    "`{}` looks like a secret, and secrets are not read from the configuration; remove the line, "
    "revoke the key if others could have read this file, and store a new one with "
    "`syncd login LIBRARY`"
)


class ConfigFinding(NamedTuple):
    """One thing wrong, and where in the document it stands."""

    location: Location
    sentence: str


def findings_of(error: ValidationError) -> Iterator[ConfigFinding]:
    """Yield what pydantic found; its own words, which may repeat a value, are not used."""
    for detail in error.errors(include_url=False, include_input=False):
        location = detail["loc"]
        if location and not _is_secret(location[-1]):
            yield ConfigFinding(
                location, _sentence(detail["type"], location, detail.get("ctx", {}))
            )


def _sentence(kind: str, location: Location, context: Mapping[str, Any]) -> str:
    name = _shown(location)
    if kind == "missing":
        return f"`{name}` is missing"
    if kind == "extra_forbidden":
        return f"unknown key `{name}`{_suggest(location)}"
    if kind == "value_error":
        return f"`{name}` {context['error']}"
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"`{name}` {words.format(f'{context[bound]:g}')}"
    return f"`{name}` {_PLAIN.get(kind, 'has a value of the wrong kind')}"


def _shown(location: Location) -> str:
    names = [part for part in location if isinstance(part, str)]
    return ".".join(names[1:]) or names[0]


def _suggest(location: Location) -> str:
    accepted = _keys_of(location[:-1])
    near = difflib.get_close_matches(str(location[-1]), accepted, n=1)
    meant = f"; did you mean `{near[0]}`?" if near else ";"
    return f"{meant} accepted here: {', '.join(accepted)}"


def _keys_of(table: Location) -> list[str]:
    model: type[BaseModel] = Document
    for part in table:
        if isinstance(part, str):
            model = table_of(model, part)
    return list(model.model_fields)


def find_secrets(document: object, location: Location = ()) -> Iterator[ConfigFinding]:
    """Yield a finding for every key whose name says that it holds a secret."""
    pairs: Iterable[tuple[str | int, object]] = ()
    if isinstance(document, dict):
        pairs = document.items()
    elif isinstance(document, list):
        pairs = enumerate(document)
    for name, value in pairs:
        if _is_secret(name):
            yield ConfigFinding((*location, name), _ABOUT_SECRETS.format(name))
        else:
            yield from find_secrets(value, (*location, name))


def _is_secret(name: str | int) -> bool:
    return isinstance(name, str) and SECRET.fullmatch(name.lower()) is not None


def find_contradictions(document: Mapping[str, Any]) -> Iterator[ConfigFinding]:
    """Yield what no single key can show: names used twice, names that mean nothing."""
    libraries = _tables(document, "library")
    yield from _repeated_names(libraries)
    known = [str(table["name"]) for table in libraries if "name" in table]
    folders = _tables(document, "folder")
    for index, folder in enumerate(folders):
        yield from _unknown_libraries(index, folder.get("library"), known)
        yield from _immovable_files(index, folder)
    yield from _overlapping_folders(folders)
    yield from _two_webhooks(document.get("notify"))


def _two_webhooks(notify: object) -> Iterator[ConfigFinding]:
    if isinstance(notify, dict) and notify.get("webhook") and notify.get("webhook_file"):
        told = "`webhook` and `webhook_file` are two places for one address; keep one of them"
        yield ConfigFinding(("notify", "webhook"), told)


def _tables(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    tables = document.get(name)
    if not isinstance(tables, list):
        return []
    return [table if isinstance(table, dict) else {} for table in tables]


def _repeated_names(libraries: list[dict[str, Any]]) -> Iterator[ConfigFinding]:
    seen: set[str] = set()
    for index, table in enumerate(libraries):
        name = table.get("name")
        if isinstance(name, str) and name in seen:
            yield ConfigFinding(("library", index, "name"), "`name` is used by an earlier library")
        elif isinstance(name, str):
            seen.add(name)


def _unknown_libraries(index: int, named: object, known: list[str]) -> Iterator[ConfigFinding]:
    names = named if isinstance(named, list) else [named]
    location = ("folder", index, "library")
    accepted = ", ".join(dict.fromkeys(known)) or "none yet"
    for name in names:
        if isinstance(name, str) and name not in known:
            yield ConfigFinding(
                location, f"`library` is not the name of a [[library]]; known: {accepted}"
            )
    if len(set(map(str, names))) < len(names):
        yield ConfigFinding(location, "`library` names the same library twice")


def _immovable_files(index: int, folder: Mapping[str, Any]) -> Iterator[ConfigFinding]:
    path = _path_of(folder)
    if folder.get("after") != After.MOVE.value or path is None:
        return
    reason = None
    # A machine's configuration is read by people to whom its folders are closed, and rights can be
    # given later: what these allow, the folder itself says when it is worked with.
    with suppress(OSError):
        reason = why_not_in_one_piece(path) if path.is_dir() else None
    if reason:
        yield ConfigFinding(("folder", index, "after"), reason)


def _overlapping_folders(folders: list[dict[str, Any]]) -> Iterator[ConfigFinding]:
    paths = [_path_of(folder) for folder in folders]
    for index, path in enumerate(paths):
        for other, outer in enumerate(paths):
            if path is None or outer is None or index == other:
                continue
            location: Location = ("folder", index, "path")
            if path == outer and other < index:
                yield ConfigFinding(
                    location, "`path` is that of an earlier folder; list both libraries there"
                )
            elif outer in path.parents and folders[other].get("recursive") is True:
                yield ConfigFinding(
                    location, "`path` is inside another folder that has recursive = true"
                )


def _path_of(folder: Mapping[str, Any]) -> Path | None:
    written = folder.get("path")
    return expand_home(written) if isinstance(written, str) and written else None
