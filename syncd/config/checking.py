"""A document becomes frozen `Settings`, or one `ConfigError` listing every problem at once.

It brings along pydantic and the model of the configuration, which take long to load.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from syncd.config.lines import Location, TomlLines
from syncd.config.load import CheckOptions
from syncd.config.model import Document, DuplicatesTable, FolderTable, LibraryTable
from syncd.config.problems import (
    SECRET,
    ConfigFinding,
    find_contradictions,
    find_secrets,
    findings_of,
)
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


def settle(
    document: Mapping[str, Any],
    check_options: CheckOptions,
    path: Path | None = None,
    lines: TomlLines | None = None,
) -> Settings:
    """Return the settings that a document says; `path` and `lines` say where it was written.

    Raises `ConfigError` with every problem at once.
    """
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
