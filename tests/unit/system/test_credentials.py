"""Keys come from the places that are for them, and from nowhere else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError

from syncd.errors import KeyLookupError
from syncd.system.credentials import Keyring, find_key, forget_key, platform_keyring, store_key

KEY = "CanaryKey234567890abcdef"


class KeyringInMemory:
    """A keyring as the platform's own would behave, unlocked."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


class KeyringThatForgets(KeyringInMemory):
    def set_password(self, service: str, username: str, password: str) -> None:
        """Say nothing and do nothing, as the null backend does."""


@pytest.fixture
def keyring() -> KeyringInMemory:
    return KeyringInMemory()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    directory = tmp_path / "credentials"
    directory.mkdir()
    return directory


def failing(error: Exception) -> Callable[[], Keyring]:
    def open_keyring() -> Keyring:
        raise error

    return open_keyring


def no_keyring() -> Keyring:
    pytest.fail("the keyring was asked although an earlier place had the key")


# The order of the places


def test_a_credential_comes_before_the_file_and_the_keyring(
    credentials: Path, key_file: Path
) -> None:
    (credentials / "syncd.mine").write_text("FromTheCredential")
    environ = {"CREDENTIALS_DIRECTORY": str(credentials)}

    found = find_key("mine", key_file=key_file, environ=environ, open_keyring=no_keyring)

    assert found == "FromTheCredential"


def test_a_credential_for_another_library_is_not_taken(
    credentials: Path, keyring: KeyringInMemory
) -> None:
    (credentials / "syncd.theirs").write_text("NotMine")
    environ = {"CREDENTIALS_DIRECTORY": str(credentials)}

    assert find_key("mine", environ=environ, open_keyring=lambda: keyring) is None


def test_a_credential_may_be_readable_by_a_group_as_systemd_makes_it(credentials: Path) -> None:
    path = credentials / "syncd.mine"
    path.write_text(KEY)
    path.chmod(0o440)

    found = find_key("mine", environ={"CREDENTIALS_DIRECTORY": str(credentials)})

    assert found == KEY


def test_the_file_comes_before_the_keyring(key_file: Path) -> None:
    assert find_key("mine", key_file=key_file, environ={}, open_keyring=no_keyring) == KEY


def test_the_keyring_is_asked_for_the_library_by_name(keyring: KeyringInMemory) -> None:
    keyring.set_password("syncd", "mine", KEY)

    assert find_key("mine", environ={}, open_keyring=lambda: keyring) == KEY
    assert find_key("theirs", environ={}, open_keyring=lambda: keyring) is None


def test_a_file_that_is_not_there_leaves_it_to_the_keyring(
    tmp_path: Path, keyring: KeyringInMemory
) -> None:
    keyring.set_password("syncd", "mine", KEY)

    found = find_key("mine", key_file=tmp_path / "none", environ={}, open_keyring=lambda: keyring)

    assert found == KEY


def test_the_environment_is_not_read_for_keys(keyring: KeyringInMemory) -> None:
    environ = dict.fromkeys(("SYNCD_KEY", "ZOTERO_API_KEY", "SYNCD_MINE_KEY"), KEY)

    assert find_key("mine", environ=environ, open_keyring=lambda: keyring) is None


# Files that are refused


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o620])
def test_a_file_that_is_open_to_others_is_refused(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)

    with pytest.raises(KeyLookupError, match="open to others") as caught:
        find_key("mine", key_file=key_file, environ={}, open_keyring=no_keyring)

    assert not caught.value.passing
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("content", ["", " \n", "two words", "key\x00", "schlüssel"])
def test_a_file_without_a_key_is_refused_and_not_repeated(key_file: Path, content: str) -> None:
    key_file.write_text(content)

    with pytest.raises(KeyLookupError, match=r"does not hold a key|is empty") as caught:
        find_key("mine", key_file=key_file, environ={})

    assert content.strip() == "" or content.strip() not in str(caught.value)


@pytest.mark.timeout(10)
def test_a_fifo_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key", 0o600)

    with pytest.raises(KeyLookupError, match="is not a file"):
        find_key("mine", key_file=tmp_path / "key", environ={})


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyLookupError, match="is not a file"):
        find_key("mine", key_file=tmp_path, environ={})


# The states of a keyring


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoKeyringError("none"), "no keyring here"),
        (KeyringLocked("dismissed"), "locked"),
        (InitError("Failed to create the collection: Prompt dismissed"), "locked"),
        (KeyringError("odd"), "failed"),
    ],
)
def test_a_keyring_that_does_not_answer_may_do_so_later(error: Exception, words: str) -> None:
    with pytest.raises(KeyLookupError, match=words) as caught:
        find_key("mine", environ={}, open_keyring=failing(error))

    assert caught.value.passing


def test_a_keyring_that_waits_for_somebody_is_not_waited_for() -> None:
    unlocked = threading.Event()

    class Prompting(KeyringInMemory):
        def get_password(self, service: str, username: str) -> str | None:
            unlocked.wait(30)
            return KEY

    with pytest.raises(KeyLookupError, match="has not answered") as caught:
        find_key(
            "mine",
            environ={},
            open_keyring=Prompting,
            patience=timedelta(milliseconds=50),
        )
    unlocked.set()

    assert caught.value.passing


def test_a_mistake_of_our_own_is_not_taken_for_a_locked_keyring() -> None:
    with pytest.raises(ZeroDivisionError):
        find_key("mine", environ={}, open_keyring=failing(ZeroDivisionError()))


# Storing and forgetting


def test_a_stored_key_is_found_and_forgotten(keyring: KeyringInMemory) -> None:
    store_key("mine", f" {KEY}\n", open_keyring=lambda: keyring)
    assert find_key("mine", environ={}, open_keyring=lambda: keyring) == KEY

    assert forget_key("mine", open_keyring=lambda: keyring) is True
    assert forget_key("mine", open_keyring=lambda: keyring) is False
    assert find_key("mine", environ={}, open_keyring=lambda: keyring) is None


def test_a_keyring_that_keeps_nothing_is_found_out() -> None:
    with pytest.raises(KeyLookupError, match="does not have it") as caught:
        store_key("mine", KEY, open_keyring=KeyringThatForgets)

    assert KEY not in str(caught.value)


def test_what_is_no_key_is_not_stored(keyring: KeyringInMemory) -> None:
    with pytest.raises(KeyLookupError, match="does not hold a key"):
        store_key("mine", "two words", open_keyring=lambda: keyring)

    assert keyring.held == {}


# The platform's keyring


def test_no_other_backend_is_ever_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no session bus the answer is "not here", whatever else is installed or configured."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")

    with pytest.raises(KeyLookupError, match="no keyring answers here") as caught:
        platform_keyring()

    assert caught.value.passing


_IN_SESSION = """
import sys
from datetime import timedelta
from syncd.errors import KeyLookupError
from syncd.system.credentials import find_key, forget_key, store_key
try:
    if "locked" in sys.argv:
        print(find_key("mine", environ={}, patience=timedelta(seconds=15)))
    else:
        print(find_key("mine", environ={}))
        store_key("mine", "CanaryKey234567890abcdef")
        print(find_key("mine", environ={}), forget_key("mine"), forget_key("mine"))
except KeyLookupError as error:
    print("passing" if error.passing else "lasting", error)
"""

_SESSION = """
set -u
if [ "$1" = unlocked ]; then
    printf %s secret | gnome-keyring-daemon --foreground --unlock --components=secrets &
else
    gnome-keyring-daemon --foreground --components=secrets </dev/null &
fi
daemon=$!
for _ in $(seq 100); do
    dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
        org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true && break
    sleep 0.1
done
"$2" -c "$3" "$1"
kill $daemon
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Run a piece of Python in a session of its own with a real Secret Service."""
    missing = [
        name
        for name in ("dbus-run-session", "gnome-keyring-daemon", "dbus-send")
        if shutil.which(name) is None
    ]
    if missing:
        pytest.skip(f"needs {' and '.join(missing)} (Debian: gnome-keyring, dbus)")
    home = {name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")}
    environ = {name: value for name, value in os.environ.items() if name != "DISPLAY"} | home

    def run(state: str) -> str:
        command = ["dbus-run-session", "--", "bash", "-c", _SESSION, "bash", state]
        done = subprocess.run(
            [*command, sys.executable, _IN_SESSION],
            env=environ,
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stdout.strip() or done.stderr

    yield run


def test_a_real_secret_service_keeps_a_key(session: Callable[[str], str], tmp_path: Path) -> None:
    assert session("unlocked").splitlines() == ["None", f"{KEY} True False"]

    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(KEY.encode() in content for content in files)


def test_a_locked_secret_service_may_be_unlocked_later(session: Callable[[str], str]) -> None:
    assert session("locked").startswith("passing the keyring is locked")


def test_a_key_file_that_is_not_there_is_what_is_missing(tmp_path: Path) -> None:
    def absent() -> Keyring:
        raise KeyLookupError("no keyring answers here", passing=True, absent=True)

    def locked() -> Keyring:
        raise KeyLookupError("the keyring is locked", passing=True)

    none = tmp_path / "none"
    with pytest.raises(KeyLookupError, match=f"there is no key file {none}") as missing:
        find_key("mine", key_file=none, environ={}, open_keyring=absent)
    assert not missing.value.absent

    with pytest.raises(KeyLookupError, match="is locked"):
        find_key("mine", key_file=none, environ={}, open_keyring=locked)
    with pytest.raises(KeyLookupError, match="no keyring answers"):
        find_key("mine", environ={}, open_keyring=absent)


def test_a_unit_without_a_credential_is_told_which_one_is_missing() -> None:
    def absent() -> Keyring:
        raise KeyLookupError("Unable to initialize SecretService", passing=True, absent=True)

    environ = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    with pytest.raises(KeyLookupError, match=r"there is no credential syncd\.mine") as missing:
        find_key("mine", environ=environ, open_keyring=absent)

    assert missing.value.absent
