"""What would go wrong later is said beforehand, each with what to do about it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from syncd.app.check import (
    Area,
    Finding,
    Level,
    check_folders,
    check_installation,
    check_ledger,
    check_library,
    check_machine,
    check_state,
)
from syncd.config import file_library_settings
from syncd.errors import (
    AccessDeniedError,
    KeyLookupError,
    LedgerError,
    RejectedError,
    UnavailableError,
)
from syncd.library import Capabilities, Description, Library
from syncd.settings import After, Attachments, FolderSettings
from syncd.system.drives import Drives, SilentDriveError
from syncd.system.resources import shipped_schema

NOW = datetime(2030, 1, 2, tzinfo=UTC)


def folder(path: Path) -> FolderSettings:
    return file_library_settings(path / "lib", path).folders[0]


def the_problem(findings: Iterable[Finding]) -> Finding:
    [problem] = [finding for finding in findings if finding.level is not Level.OK]
    assert problem.remedy
    return problem


def test_a_folder_that_will_do_is_told_with_its_filesystem(tmp_path: Path) -> None:
    [finding] = check_folders([folder(tmp_path)])

    assert finding.level is Level.OK
    assert finding.subject == str(tmp_path)
    assert "readable" in finding.message


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    problem = the_problem(check_folders([folder(tmp_path / "none")]))

    assert "does not exist" in problem.message
    assert "syncd waits" in problem.remedy


def test_a_folder_that_does_not_answer_is_a_problem_and_holds_nobody_up(tmp_path: Path) -> None:
    drives, gate, silent = Drives(timedelta(seconds=1)), threading.Event(), tmp_path / "silent"
    with pytest.raises(SilentDriveError):
        drives.ask(silent, gate.wait)

    findings = list(check_folders([folder(silent), folder(tmp_path)], drives=drives))
    gate.set()

    assert [(each.subject, each.level) for each in findings] == [
        (str(silent), Level.PROBLEM),
        (str(tmp_path), Level.OK),
    ]
    assert "does not answer" in findings[0].message


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert "not a folder" in the_problem(check_folders([folder(tmp_path / "file")])).message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_cannot_be_moved_in(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)

    problem = the_problem(check_folders([replace(folder(tmp_path), after=After.MOVE)]))

    assert "right to write" in problem.message


def test_without_folders_nothing_is_watched() -> None:
    assert "no folder is watched" in the_problem(check_folders([])).message


def test_a_usable_state_directory_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    findings = list(check_state(tmp_path / "a" / "b", NOW))

    assert [finding.level for finding in findings] == [Level.OK]
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_a_state_directory_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    problem = the_problem(check_state(tmp_path / "file" / "state", NOW))

    assert (problem.area, problem.level) == (Area.STATE, Level.PROBLEM)
    assert "--state" in problem.remedy


def test_a_state_directory_open_to_others_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    assert the_problem(check_state(tmp_path, NOW)).remedy == f"chmod 700 {tmp_path}"


def test_a_clock_that_went_back_is_noticed_by_the_state(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    ledger = tmp_path / "ledger"
    ledger.touch()
    later = (NOW + timedelta(days=300)).timestamp()
    os.utime(ledger, (later, later))

    assert "2030-10-29" in the_problem(check_state(tmp_path, NOW)).message


def test_a_ledger_that_cannot_be_used_is_told() -> None:
    def damaged() -> NoReturn:
        raise LedgerError("page 7 is damaged")

    problem = the_problem(check_ledger(damaged))

    assert (problem.area, problem.message) == (Area.LEDGER, "page 7 is damaged")
    assert [finding.level for finding in check_ledger(lambda: None)] == [Level.OK]


class Answering:
    """A library that answers `describe`, and knows nothing else."""

    def __init__(self, description: Description, *, only_new: bool = False) -> None:
        self._description = description
        self.capabilities = Capabilities(only_takes_new=only_new)

    def describe(self) -> Description:
        return self._description

    def close(self) -> None:
        return


def answers(description: Description) -> list[Finding]:
    settings = file_library_settings(Path("/lib")).libraries[0]
    library: Library = Answering(description)  # type: ignore[assignment]
    return list(check_library(settings, lambda: library))


DESCRIPTION = Description("zotero:1", "Ada's library", shipped_schema(), access="read and write")


def test_a_library_that_answers_says_what_the_key_may_do() -> None:
    [finding] = answers(DESCRIPTION)

    assert finding.message == "Ada's library answers; read and write"


def test_a_key_that_may_not_write_is_a_problem() -> None:
    problem = the_problem(answers(DESCRIPTION._replace(writable=False)))

    assert (problem.area, problem.level) == (Area.KEY, Level.PROBLEM)
    assert "syncd login library" in problem.remedy


NO_FILES = DESCRIPTION._replace(stores_files=False)
STORES = DESCRIPTION._replace(stores_files=True)
NO_LINKS = DESCRIPTION._replace(takes_linked_files=False)


@pytest.mark.parametrize(
    ("attachments", "description", "only_new", "remedy"),
    [
        (Attachments.UPLOAD, NO_FILES, False, 'attachments = "file"'),
        (Attachments.UPLOAD, NO_LINKS, False, "allow files for its key or group"),
        (Attachments.UPLOAD, STORES, False, None),
        (Attachments.FILE, NO_FILES, False, None),
        (Attachments.FILE, NO_LINKS, False, 'attachments = "link"'),
        (Attachments.FILE, NO_LINKS._replace(stores_files=True), False, 'attachments = "upload"'),
        (Attachments.FILE, NO_FILES, True, 'attachments = "none"'),
        (Attachments.LINK, NO_FILES, True, None),
        (Attachments.UPLOAD, NO_FILES._replace(writable=False), False, None),
    ],
)
def test_a_library_that_cannot_attach_what_a_folder_wants_attached_is_worth_a_word(
    attachments: Attachments, description: Description, remedy: str | None, *, only_new: bool
) -> None:
    settings = file_library_settings(Path("/lib"), Path("/drop"))
    [folder], [library] = settings.folders, settings.libraries
    answering: Library = Answering(description, only_new=only_new)  # type: ignore[assignment]

    found = check_library(library, lambda: answering, [replace(folder, attachments=attachments)])

    told = [each.remedy for each in found if each.level is Level.ADVICE]
    assert len(told) == (remedy is not None)
    assert all(remedy in each for each in told if remedy)


def test_a_key_that_may_not_write_notes_is_worth_a_word() -> None:
    problem = the_problem(answers(DESCRIPTION._replace(takes_notes=False)))

    assert problem.level is Level.ADVICE
    assert "[notes]" in problem.remedy


@pytest.mark.parametrize(
    ("error", "area", "remedy"),
    [
        (AccessDeniedError("the key is refused"), Area.KEY, "syncd login library"),
        (KeyLookupError("the keyring is locked", passing=True), Area.KEY, "unlock"),
        (KeyLookupError("open to others", passing=False), Area.KEY, "syncd login library"),
        (UnavailableError("no answer"), Area.LIBRARY, "try again later"),
        (RejectedError("no such library"), Area.LIBRARY, "configuration.md"),
    ],
)
def test_a_library_that_cannot_be_used_is_told_with_its_remedy(
    error: Exception, area: Area, remedy: str
) -> None:
    def make() -> NoReturn:
        raise error

    settings = file_library_settings(Path("/lib")).libraries[0]

    problem = the_problem(check_library(settings, make))

    assert (problem.area, problem.message) == (area, str(error))
    assert remedy in problem.remedy


def test_a_low_limit_of_the_kernel_is_told(tmp_path: Path) -> None:
    limit = tmp_path / "max_user_watches"
    limit.write_text("128\n")

    problem = the_problem(check_machine(limit))

    assert "128 folders" in problem.message
    assert "max_user_watches" in problem.remedy


def test_a_limit_that_a_sandbox_hides_is_not_asked_for(tmp_path: Path) -> None:
    [finding] = check_machine(tmp_path / "hidden")

    assert "syncd" in finding.message


def test_a_package_of_others_with_the_name_of_ours_is_told() -> None:
    problem = the_problem(check_installation(lambda: {"adapters": ["adapters", "syncd"]}))

    assert "adapters brings a package" in problem.message
    assert "environment of its own" in problem.remedy
    assert list(check_installation(lambda: {"adapters": ["syncd"]})) == []
    assert list(check_installation(dict)) == []
