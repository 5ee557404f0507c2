"""A TOML file becomes frozen `Settings`, or one `ConfigError` listing every problem at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from syncd.config.lines import Location, TomlLines
from syncd.config.model import Document, DuplicatesTable, FolderTable, LibraryTable
from syncd.config.problems import (
    SECRET,
    ConfigFinding,
    find_contradictions,
    find_secrets,
    findings_of,
)
from syncd.config.toml_words import explain
from syncd.errors import ConfigError, Problem
from syncd.settings import (
    DuplicateSettings,
    FolderSettings,
    LedgerSettings,
    LibrarySettings,
    LimitSettings,
    MetricsSettings,
    NoteSettings,
    NotifySettings,
    ScheduleSettings,
    Settings,
    UpdateSettings,
)

CheckOptions = Callable[[str, Mapping[str, object]], Mapping[str, str]]
"""Given an adapter's name and its options: key → what is wrong with it.

The key `adapter` stands for the adapter itself, such as one that is not installed.
"""

_SYNTAX_ERROR = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", re.DOTALL)


def accept_options(adapter: str, options: Mapping[str, object]) -> Mapping[str, str]:  # noqa: ARG001
    """Find nothing wrong with any adapter's options: for callers that will not open it."""
    return {}


def load_settings(path: Path, *, check_options: CheckOptions = accept_options) -> Settings:
    """Read the configuration.

    Raises `ConfigError` with every problem at once, each with its line, none with a value.
    """
    text = _read(path)
    document = _parse(path, text)
    return _settle(document, check_options, path, TomlLines(text))


def parse_settings(
    document: Mapping[str, Any], *, check_options: CheckOptions = accept_options
) -> Settings:
    """Make settings from a document that is no file; the same checks, without lines."""
    return _settle(document, check_options, None, None)


def file_library_settings(directory: Path, folder: Path | None = None) -> Settings:
    """Return what `--file-library` and `--folder` stand for: one library, at most one folder."""
    library = {"name": "library", "adapter": "file", "path": str(directory.absolute())}
    folders = [{"path": str(folder.absolute()), "library": "library"}] if folder else []
    return parse_settings({"library": [library], "folder": folders})


def _remedy(error: OSError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "`syncd init` makes a new one"
    if isinstance(error, IsADirectoryError):
        return "name the file in it"
    if isinstance(error, PermissionError):
        return "have its owner let you read it, or name another with --config"
    return "name another with --config"


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as exc:
        problem = f"cannot be read: {exc.strerror}; {_remedy(exc)}"
        raise ConfigError(path, [Problem(problem)]) from exc
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        raise ConfigError(path, [Problem("is not UTF-8; save it as UTF-8", line)]) from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        # The parser's own words are not told: they may quote what stands there.
        found = _SYNTAX_ERROR.fullmatch(str(exc))
        line = int(found[2]) if found and found[2] else text.count("\n") + 1
        why = explain(found[1] if found else str(exc))
    told = "cannot be read as TOML from here on"
    raise ConfigError(path, [Problem(f"{told}: {why}" if why else told, line)])


def _settle(
    document: Mapping[str, Any],
    check_options: CheckOptions,
    path: Path | None,
    lines: TomlLines | None,
) -> Settings:
    findings = [*find_secrets(document), *find_contradictions(document)]
    checked: Document | None = None
    try:
        checked = Document.model_validate(document)
    except ValidationError as exc:
        findings += findings_of(exc)
    findings += _check_libraries(document, check_options)
    if findings or checked is None:
        raise ConfigError(path, _problems(findings, lines))
    return _settings(checked, path)


def _check_libraries(document: Mapping[str, Any], check: CheckOptions) -> Iterator[ConfigFinding]:
    tables = document.get("library")
    for index, table in enumerate(tables if isinstance(tables, list) else ()):
        if not isinstance(table, dict) or not isinstance(table.get("adapter"), str):
            continue
        options = {k: v for k, v in table.items() if _is_option(k)}
        for key, sentence in check(table["adapter"], options).items():
            yield ConfigFinding(("library", index, key), _named(key, sentence))


def _named(key: str, sentence: str) -> str:
    """Put the key before an adapter's sentence that does not name it."""
    return sentence if key == "adapter" or f"`{key}`" in sentence else f"`{key}` {sentence}"


def _is_option(key: str) -> bool:
    return key not in LibraryTable.model_fields and not SECRET.fullmatch(key.lower())


def _problems(findings: Iterable[ConfigFinding], lines: TomlLines | None) -> list[Problem]:
    def line_of(location: Location) -> int | None:
        return lines.find(location) if lines else None

    problems = (Problem(finding.sentence, line_of(finding.location)) for finding in findings)
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.line or 0)


def _settings(document: Document, path: Path | None) -> Settings:
    return Settings(
        libraries=tuple(_library(table) for table in document.library),
        folders=tuple(_folder(table, document.duplicates) for table in document.folder),
        duplicates=_duplicates(document.duplicates),
        notes=NoteSettings(frozenset(document.notes.keep)),
        schedule=ScheduleSettings(**dict(document.schedule)),
        limits=LimitSettings(**dict(document.limits)),
        ledger=LedgerSettings(document.ledger.url),
        path=path,
        updates=UpdateSettings(**dict(document.updates)),
        page=document.page.listen,
        notify=NotifySettings(**dict(document.notify)),
        metrics=MetricsSettings(**dict(document.metrics)),
    )


def _library(table: LibraryTable) -> LibrarySettings:
    return LibrarySettings(table.name, table.adapter, table.model_extra or {}, table.key_file)


def _duplicates(table: DuplicatesTable) -> DuplicateSettings:
    return DuplicateSettings(table.when_found, table.look_alikes, table.by_metadata)


def _folder(table: FolderTable, general: DuplicatesTable) -> FolderSettings:
    own = table.duplicates
    return FolderSettings(
        path=table.path,
        libraries=table.library,
        collection=table.collection,
        tags=table.tags,
        recursive=table.recursive,
        settle=table.settle,
        after=table.after,
        readd=table.readd,
        attachments=table.attachments,
        max_upload=table.max_upload,
        on_done=table.on_done,
        on_failed=table.on_failed,
        duplicates=DuplicateSettings(
            own.when_found or general.when_found,
            own.look_alikes or general.look_alikes,
            own.by_metadata or general.by_metadata,
        ),
    )
