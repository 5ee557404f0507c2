"""Every way a command can end has its code, and is said in words on standard error."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click
import pytest

from syncd import errors
from syncd.cli import program as cli
from syncd.cli.exits import EXITS, Exit, exit_of, words_for
from syncd.errors import CommandError, Problem

FAILURES: list[tuple[errors.SyncdError, int, str]] = [
    (errors.ConfigError(Path("/c"), [Problem("`x` is odd", 3)]), 78, "/c:3: `x` is odd"),
    (errors.InputError("no ER", path=Path("a.ris"), line=412), 65, "a.ris:412: no ER"),
    (errors.StateError("not writable", path=Path("/s")), 73, "/s: not writable; make it"),
    (
        errors.BusyError("syncd 42 works here", holder="syncd 42"),
        75,
        "syncd 42 works here; stop it",
    ),
    (errors.ServedError("mine is served by another"), 75, "by another; nothing was done"),
    (errors.LedgerError("damaged"), 74, "damaged; nothing was sent"),
    (
        errors.LedgerError("removed", gone=True),
        74,
        "removed; if there is a copy",
    ),
    (errors.KeyLookupError("open to others", passing=False), 77, "syncd login"),
    (errors.UnavailableError("no answer", retry_after=timedelta(1)), 69, "again later"),
    (errors.UnreachableError("no way"), 69, "see whether this machine is online"),
    (errors.UnreadError("400: Bad Request"), 69, "nothing is lost"),
    (errors.NotRunningError("Zotero is not running"), 69, "start Zotero, and run this again"),
    (errors.UnsettledError("3 operations wait"), 75, "in a few minutes"),
    (errors.OutcomeUnknownError("answer lost"), 75, "looks before it sends"),
    (errors.ConflictError("moved on"), 75, "run this again"),
    (errors.RejectedError("too large", too_large=True), 69, "will not help"),
    (errors.AccessDeniedError("key refused"), 77, "syncd login"),
    (errors.CertificatesError("no such file"), 69, "correct SSL_CERT_FILE"),
    (errors.DescriptorsError("16 files"), 75, "ulimit -n"),
    (errors.PausedError("paused: too many"), 75, "syncd resume"),
    (
        errors.AdapterFailedError("KeyError: 'x'", adapter="shelf", distribution="shelf 1.0"),
        75,
        "the adapter shelf (shelf 1.0) failed: KeyError: 'x'; other libraries go on. Tell whoever",
    ),
    (
        errors.AdapterFailedError(
            "it cannot be loaded", adapter="shelf", distribution="shelf 1.0", is_open=False
        ),
        75,
        "failed: it cannot be loaded; other libraries go on. Install that anew",
    ),
]


@pytest.fixture
def run_raising(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], int]:
    def run(error: BaseException) -> int:
        @click.command()
        def command() -> None:
            raise error

        monkeypatch.setattr(cli.group, "get_command", lambda _context, _name: command)
        return cli.run(["anything"])

    return run


@pytest.mark.parametrize(("error", "code", "words"), FAILURES, ids=lambda v: type(v).__name__)
def test_each_failure_has_its_code_and_says_what_to_do(
    run_raising: Callable[[BaseException], int],
    capsys: pytest.CaptureFixture[str],
    error: errors.SyncdError,
    code: int,
    words: str,
) -> None:
    assert run_raising(error) == code

    out, err = capsys.readouterr()
    assert out == ""
    assert words in err


def test_every_failure_that_has_a_name_has_a_code() -> None:
    tried = {type(error) for error, _, _ in FAILURES}

    assert tried == EXITS.keys()
    for name in dir(errors):
        kind = getattr(errors, name)
        # The code of what the daemon refuses comes with the refusal.
        if (
            isinstance(kind, type)
            and issubclass(kind, errors.SyncdError)
            and kind is not CommandError
        ):
            assert kind in EXITS or kind.__subclasses__(), f"{name} has no exit code"


def test_a_failure_of_a_kind_made_later_ends_as_its_nearest_relative() -> None:
    class Stubborn(errors.UnavailableError):
        pass

    assert exit_of(Stubborn("x")) is Exit.UNAVAILABLE


def test_a_keyring_that_may_be_unlocked_is_worth_another_try() -> None:
    assert exit_of(errors.KeyLookupError("locked", passing=True)) is Exit.TRY_AGAIN


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_too_few_descriptors_show_in_whatever_was_to_be_opened(number: int) -> None:
    problem = errors.Problem("cannot be read: Too many open files")
    error = errors.ConfigError(Path("syncd.toml"), [problem])
    error.__cause__ = OSError(number, "Too many open files")

    assert exit_of(error) is Exit.TRY_AGAIN
    assert "LimitNOFILE" in "".join(words_for(error))


def test_what_the_daemon_answers_keeps_its_code_and_words() -> None:
    error = CommandError("mine is paused; see `syncd resume`", 75)

    assert exit_of(error) is Exit.TRY_AGAIN
    assert list(words_for(error)) == ["syncd: mine is paused; see `syncd resume`"]


def test_what_a_file_is_called_cannot_move_the_cursor() -> None:
    error = errors.InputError("odd\x1b[2J", path=Path("a\nb.ris"), line=1)

    assert list(words_for(error)) == ["a\\nb.ris:1: odd\\x1b[2J"]


def test_a_bug_is_told_with_its_traceback(
    run_raising: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_raising(ZeroDivisionError("oops")) == Exit.BUG

    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "ZeroDivisionError: oops" in err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), Exit.INTERRUPTED),
        (OSError(errno.ENOSPC, "No space left on device", "/state/ledger"), Exit.LEDGER),
        (OSError(errno.EMFILE, "Too many open files", "/drop/a.ris"), Exit.TRY_AGAIN),
        (OSError(errno.EBADF, "Bad file descriptor"), Exit.BUG),
    ],
)
def test_other_ends_have_their_codes_too(
    run_raising: Callable[[BaseException], int], error: BaseException, code: Exit
) -> None:
    assert run_raising(error) == code


@pytest.mark.parametrize(
    "arguments", [[], ["nosuch"], ["inspect"], ["inspect", "--nosuch"], ["--nosuch"]]
)
def test_wrong_usage_is_told_on_standard_error(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert cli.run(arguments) == Exit.USAGE

    out, err = capsys.readouterr()
    assert out == ""
    assert "Usage: syncd" in err


def test_a_mistyped_command_is_recognised(capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["statsu"])

    assert "Did you mean 'status'?" in capsys.readouterr().err


def test_help_and_version_are_no_failures(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--help"]) == Exit.DONE
    assert cli.run(["--version"]) == Exit.DONE
    for name in cli.COMMANDS:
        assert cli.run([name, "--help"]) == Exit.DONE

    out, err = capsys.readouterr()
    assert err == ""
    assert all(f"Usage: syncd {name}" in out for name in cli.COMMANDS)


def test_the_overview_imports_no_command() -> None:
    code = (
        "import sys; sys.argv = ['syncd', '--help']\n"
        "from syncd.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'sqlalchemy', 'pyzotero', 'keyring', 'rich', 'watchdog'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert ended.stderr == "[]\n"


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    export = tmp_path / "many.ris"
    export.write_text("TY  - JOUR\nTI  - A title long enough\nER  - \n" * 5000, encoding="utf-8")
    command = f"{sys.executable} -m syncd.cli inspect --json {export} | head -n 1"

    ended = subprocess.run(command, shell=True, capture_output=True, text=True)

    assert json.loads(ended.stdout.rstrip(",\n") + "}")["schema"] == "syncd.inspect/1"
    assert ended.stderr == ""


def test_a_reader_that_went_away_has_its_code(
    run_raising: Callable[[BaseException], int],
) -> None:
    assert run_raising(BrokenPipeError(errno.EPIPE, "Broken pipe")) == 141


def test_adapters_of_somebody_else_are_told_and_are_no_bug(
    run_raising: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = ImportError("cannot import name 'find_adapter'", name="adapters")

    assert run_raising(theirs) == 78

    err = capsys.readouterr().err
    assert "package called adapters is in the way" in err
    assert "environment of its own" in err


def test_another_import_that_fails_is_a_bug(
    run_raising: Callable[[BaseException], int],
) -> None:
    assert run_raising(ImportError("no module", name="syncd.nowhere")) == 70
