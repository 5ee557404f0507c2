"""Each cause has the remedy that helps: what is told is what would mend it, and nothing else."""

from __future__ import annotations

import errno
import sqlite3

import pytest

from syncd.app.remedies import Cause, cause_of, denial_remedy, remedy_for
from syncd.errors import (
    AccessDeniedError,
    Denial,
    KeyLookupError,
    NotRunningError,
    PausedError,
    StateError,
    SyncdError,
    UnavailableError,
    UnreachableError,
)


def caused_by(error: SyncdError, cause: Exception) -> SyncdError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("denial", "words", "never"),
    [
        (Denial.NO_KEY, "syncd login mine", "correct library_id"),
        (Denial.REVOKED, "settings/keys", "correct library_id"),
        (Denial.NOT_OPENED, "correct library_id", ""),
        (Denial.NO_MEMBER, "invited to the group", "settings/keys"),
        (Denial.ADMINS_ONLY, "admin of the group", "syncd login"),
        (Denial.READ_ONLY, "allow writing", "correct library_id"),
        (Denial.NOT_ALLOWED, "`syncd login mine` has the library ask again", "settings/keys"),
        (Denial.FOLDER_CLOSED, "may write to it", "syncd login"),
        (Denial.TOO_OLD, "another key changes nothing", "settings/keys"),
        # Whoever's library it is: zotero.org may have nothing to do with it.
        (Denial.OTHER, "syncd login mine", "zotero.org"),
        (Denial.SOMEBODY_ELSES, "correct library_id", "settings/keys"),
    ],
)
def test_what_is_wrong_with_a_key_decides_what_to_do(
    denial: Denial, words: str, never: str
) -> None:
    told = remedy_for(AccessDeniedError("no", denial=denial), "mine")

    assert words in told
    assert not never or never not in told
    assert denial_remedy(denial, "mine") == told


def test_what_may_not_go_on_as_it_was_is_not_said_to_go_on() -> None:
    same = remedy_for(PausedError("paused: too many"), "mine")
    another = remedy_for(PausedError("paused: another answers", only_as_new=True), "mine")

    assert "`syncd resume mine` goes on" in same
    assert "`syncd resume mine --new` begins anew" in another
    assert "`syncd resume mine`" not in another


def test_every_denial_and_every_cause_has_a_remedy() -> None:
    assert all(denial_remedy(denial, "mine") for denial in Denial)
    assert all("{" not in denial_remedy(denial, "mine") for denial in Denial)


def test_without_a_keyring_a_file_helps_and_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    absent = KeyLookupError("no keyring answers here", passing=True, absent=True)

    for error in (absent, caused_by(UnavailableError(str(absent)), absent)):
        told = remedy_for(error, "mine")
        assert "syncd login mine --key-file" in told
        assert "online" not in told


def test_in_a_unit_without_a_keyring_a_credential_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    absent = KeyLookupError("no keyring answers here", passing=True, absent=True)

    told = remedy_for(caused_by(UnavailableError(str(absent)), absent), "mine")

    assert "LoadCredentialEncrypted=syncd.mine:/etc/syncd/syncd.mine.cred" in told


def test_a_locked_keyring_is_unlocked() -> None:
    locked = KeyLookupError("the keyring is locked", passing=True)

    assert "unlock" in remedy_for(caused_by(UnavailableError("locked"), locked), "mine")


def test_a_pause_ends_by_resume_alone() -> None:
    told = remedy_for(PausedError("paused: too many"), "mine")

    assert "`syncd resume mine`" in told
    assert told.count("syncd ") == 1


def test_a_place_that_is_mounted_read_only_is_told_as_that() -> None:
    error = caused_by(StateError("cannot be written"), OSError(errno.EROFS, "Read-only"))

    assert cause_of(error) is Cause.READ_ONLY
    assert "ReadWritePaths=" in remedy_for(error)


def _full_database() -> sqlite3.Error:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space"), "make room on its disk"),
        (OSError(errno.EDQUOT, "Quota"), "make room on its disk"),
        (_full_database(), "make room on its disk"),
        (OSError(errno.EACCES, "Denied", "/lib/items"), "may write to it"),
        (OSError(errno.EACCES, "Denied"), "try again later"),
        (OSError(errno.EIO, "Broken", "/lib/items"), "try again later"),
    ],
)
def test_what_the_disk_of_a_library_says_has_its_own_remedy(error: Exception, words: str) -> None:
    assert words in remedy_for(caused_by(UnavailableError("/lib: no"), error), "mine")


def test_only_a_server_that_is_out_of_reach_is_a_matter_of_the_network() -> None:
    assert "online" in remedy_for(UnreachableError("no way"))
    assert "start Zotero" in remedy_for(NotRunningError("Zotero is not running"))
    for error in (UnavailableError("the disk is full"), NotRunningError("Zotero is not running")):
        assert "online" not in remedy_for(error)
