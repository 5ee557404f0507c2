"""The commands as scripts and people meet them: real processes, their output and exit codes."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from syncd.system.state_lock import StateLock
from tests.support.commands import Ended, Syncd

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = DOCS / "example.ris"
SAME_FROM_SCOPUS = DOCS / "example-scopus.ris"
SYNCD = (sys.executable, "-m", "syncd.cli")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


def test_once_says_what_is_odd_about_a_file_that_it_could_use(syncd: Syncd, tmp_path: Path) -> None:
    export = tmp_path / "odd.ris"
    export.write_text("TY  - JOUR\nER  - \nTY  - JOUR\nTI  - One that is whole but for its end\n")

    ended = syncd("once", "--file-library", tmp_path / "library", export)

    assert ended.code == 0
    assert f"{export}:1: TY stands alone" in ended.err
    assert f"{export}:4: no ER before the end" in ended.err


def items_in(library: Path) -> list[dict[str, Any]]:
    """Return the library's items, but for notes."""
    found = [json.loads(path.read_text()) for path in sorted(library.glob("items/*.json"))]
    return [item for item in found if "parentItem" not in item["data"]]


def decisions(ended: Ended) -> list[str]:
    return [record["decision"] for record in json.loads(ended.out)["records"]]


def contents(folder: Path) -> dict[Path, bytes]:
    """Return every file's content, but for what a mere look may leave: an index, a journal."""
    passing = ("index.", "ledger.sqlite-")
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files if not path.name.startswith(passing)}


def test_what_was_sent_once_is_not_sent_again(syncd: Syncd, library: Path) -> None:
    first = syncd("once", "--json", "--file-library", library, EXAMPLE)
    again = syncd("once", "--json", "--file-library", library, SAME_FROM_SCOPUS, EXAMPLE)

    assert (first.code, again.code) == (0, 0)
    assert decisions(first) == ["create"]
    # Scopus knows its language besides; the record itself says nothing new.
    assert decisions(again) == ["update", "skip"]
    assert json.loads(again.out)["prisma"]["already_in_library"] == 2
    assert len(items_in(library)) == 1
    assert first.err == again.err == ""


def test_an_export_that_somebody_edited_is_told_of_until_it_is_put_away(
    syncd: Syncd, library: Path
) -> None:
    where = ("--file-library", library)
    syncd("once", *where, EXAMPLE)
    (library / "library.bib").write_text("@book{mine}")

    once = syncd("once", "--json", *where, SAME_FROM_SCOPUS)
    status = syncd("status", *where)
    as_json = syncd("status", "--json", *where)

    [notice] = json.loads(once.out)["notices"]
    assert notice["library"] == "library"
    assert "kept as library.edited.bib" in notice["message"]
    assert notice["message"] in once.err
    assert "library.edited.bib" in status.out
    assert json.loads(as_json.out)["libraries"][0]["notices"] == [notice["message"]]
    (library / "library.edited.bib").unlink()
    syncd("reconcile", *where)
    assert "edited" not in syncd("status", *where).out


def test_a_plan_changes_nothing_and_comes_true(syncd: Syncd, library: Path) -> None:
    syncd("once", "--file-library", library, EXAMPLE)
    before = contents(library)

    planned = syncd("plan", "--json", "--file-library", library, SAME_FROM_SCOPUS)

    assert contents(library) == before
    done = syncd("once", "--json", "--file-library", library, SAME_FROM_SCOPUS)
    assert decisions(planned) == decisions(done) == ["update"]
    assert json.loads(planned.out)["run"] is None


def test_a_plan_for_a_new_library_makes_none(syncd: Syncd, library: Path) -> None:
    planned = syncd("plan", "--json", "--file-library", library, EXAMPLE)

    assert decisions(planned) == ["create"]
    assert not list(library.glob("**/*.json"))


def test_offline_needs_no_home_and_no_configuration(syncd: Syncd) -> None:
    planned = syncd("plan", "--offline", "--json", EXAMPLE, SAME_FROM_SCOPUS, HOME="")
    inspected = syncd("inspect", "--offline", "--json", EXAMPLE, HOME="")

    assert (planned.code, inspected.code) == (0, 0)
    assert decisions(planned) == ["create", "skip"]
    assert json.loads(planned.out)["prisma"]["duplicates_across"] == 1
    assert len(json.loads(inspected.out)["records"]) == 1


def test_an_item_is_shown_as_the_library_would_get_it(
    syncd: Syncd, library: Path, tmp_path: Path
) -> None:
    config = tmp_path / "syncd.toml"
    config.write_text(
        f'[[library]]\nname = "mine"\nadapter = "file"\npath = "{library}"\n[notes]\nkeep = []\n',
        encoding="utf-8",
    )

    configured = syncd("inspect", "--json", EXAMPLE, SYNCD_CONFIG=str(config))
    offline = syncd("inspect", "--json", "--offline", EXAMPLE, SYNCD_CONFIG=str(config))
    unknown = syncd("inspect", "--library", "theirs", EXAMPLE, SYNCD_CONFIG=str(config))

    notes = [len(json.loads(ended.out)["records"][0]["notes"]) for ended in (configured, offline)]
    assert notes == [0, 1]
    assert unknown.code == 64


def test_what_cannot_be_used_is_told_and_the_rest_is_done(
    syncd: Syncd, library: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.ris"
    broken.write_bytes(b"TY  - JOUR\nTI  - \nER  - \n" + EXAMPLE.read_bytes())
    nothing = tmp_path / "picture.ris"
    nothing.write_bytes(bytes(range(256)))

    ended = syncd("once", "--json", "--file-library", library, broken, nothing, tmp_path / "no")

    assert ended.code == 65
    assert decisions(ended) == ["reject", "create"]
    assert len(items_in(library)) == 1
    told = ended.err.splitlines()
    assert [line.partition(": ")[0] for line in told] == [str(tmp_path / "no"), str(nothing)]


@pytest.mark.parametrize("command", [["once"], ["plan"], ["plan", "--offline"]])
def test_a_loop_of_links_is_named_and_the_rest_is_done(
    syncd: Syncd, library: Path, tmp_path: Path, command: list[str]
) -> None:
    loop = tmp_path / "loop.ris"
    loop.symlink_to(loop)
    where = [] if "--offline" in command else ["--file-library", str(library)]

    ended = syncd(*command, "--json", *where, loop, EXAMPLE)

    assert ended.code == 65
    assert decisions(ended) == ["create"]
    assert ended.err == f"{loop}: cannot be read: Too many levels of symbolic links\n"


def test_a_second_syncd_names_the_first(syncd: Syncd, library: Path) -> None:
    with StateLock(library / ".syncd", "undo"):
        ended = syncd("once", "--file-library", library, EXAMPLE)

    assert ended.code == 75
    assert f"syncd undo (pid {os.getpid()}" in ended.err
    assert items_in(library) == []


def test_without_a_configuration_the_way_to_one_is_told(syncd: Syncd) -> None:
    ended = syncd("once", EXAMPLE)

    assert ended.code == 78
    assert "syncd init" in ended.err
    assert ended.out == ""


def test_a_wrong_configuration_is_told_line_by_line(syncd: Syncd, tmp_path: Path) -> None:
    config = tmp_path / "syncd.toml"
    config.write_text('[[library]]\nname = "X"\nadapter = "nosuch"\n[limits]\nmax_creates = 0\n')

    ended = syncd("once", "--config", config, EXAMPLE)

    assert ended.code == 78
    places = [line.partition(": ")[0] for line in ended.err.splitlines()]
    assert places == [f"{config}:2", f"{config}:3", f"{config}:5"]


def test_where_a_file_goes_must_be_clear(syncd: Syncd, tmp_path: Path) -> None:
    config = tmp_path / "syncd.toml"
    tables = "".join(
        f'[[library]]\nname = "{name}"\nadapter = "file"\npath = "{tmp_path / name}"\n'
        for name in ("one", "two")
    )
    drop = tmp_path / "drop"
    drop.mkdir()
    dropped = drop / "dropped.ris"
    dropped.write_bytes(EXAMPLE.read_bytes())
    config.write_text(f'{tables}[[folder]]\npath = "{drop}"\nlibrary = "two"\n', encoding="utf-8")
    options = ("--config", config, "--state", tmp_path / "state", "--json")

    unclear = syncd("once", *options, EXAMPLE)
    unknown = syncd("once", *options, "--library", "three")
    by_folder = syncd("once", *options, dropped)
    by_name = syncd("once", *options, "--library", "one", dropped)

    assert (unclear.code, unknown.code) == (64, 64)
    assert "one, two" in unclear.err
    assert "one, two" in unknown.err
    assert (by_folder.code, by_name.code) == (0, 0)
    assert len(items_in(tmp_path / "two")) == len(items_in(tmp_path / "one")) == 1


def test_one_pass_over_the_folders_takes_what_has_settled(
    syncd: Syncd, library: Path, tmp_path: Path
) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "a.ris").write_bytes(EXAMPLE.read_bytes())
    (drop / "b.ris.part").write_bytes(EXAMPLE.read_bytes())
    config = tmp_path / "syncd.toml"
    config.write_text(
        f'[[library]]\nname = "mine"\nadapter = "file"\npath = "{library}"\n'
        f'[[folder]]\npath = "{drop}"\nlibrary = "mine"\nsettle = "100ms"\ntags = ["new"]\n',
        encoding="utf-8",
    )
    options = ("--config", config, "--state", tmp_path / "state", "--json")

    first = syncd("once", *options)
    second = syncd("once", *options)

    assert decisions(first) == ["create"]
    assert decisions(second) == []
    assert [item["data"]["tags"] for item in items_in(library)] == [[{"tag": "new"}]]


def test_check_says_what_is_wrong_and_what_to_do(syncd: Syncd, tmp_path: Path) -> None:
    config = tmp_path / "syncd.toml"
    config.write_text(
        f'[[library]]\nname = "mine"\nadapter = "file"\npath = "{tmp_path / "lib"}"\n'
        f'[[folder]]\npath = "{tmp_path / "gone"}"\nlibrary = "mine"\n',
        encoding="utf-8",
    )
    options = ("--config", config, "--state", tmp_path / "state")

    troubled = syncd("check", "--json", *options)
    (tmp_path / "gone").mkdir()
    well = syncd("check", *options)

    findings = json.loads(troubled.out)["findings"]
    [problem] = [finding for finding in findings if finding["level"] == "problem"]
    assert (troubled.code, well.code) == (75, 0)
    assert (problem["area"], problem["subject"]) == ("folder", str(tmp_path / "gone"))
    assert problem["remedy"]


def test_check_looks_into_the_ledger_and_leaves_it_alone(syncd: Syncd, library: Path) -> None:
    where = ("--file-library", library)
    syncd("once", *where, EXAMPLE)
    before = contents(library)

    well = syncd("check", *where)
    untouched = contents(library) == before
    ledger = library / ".syncd" / "ledger.sqlite"
    ledger.write_bytes(ledger.read_bytes()[:5000])
    damaged = syncd("check", *where)

    assert (well.code, damaged.code) == (0, 74)
    assert untouched


def test_init_writes_a_configuration_that_works(syncd: Syncd, tmp_path: Path) -> None:
    (tmp_path / "home" / "Downloads").mkdir(parents=True)
    library = tmp_path / "home" / "lib"

    made = syncd("init", "--yes", "--adapter", "file", "--library-path", library)
    kept = syncd("init", "--yes", "--adapter", "file")
    checked = syncd("check")
    done = syncd("once", "--json", EXAMPLE)

    assert (made.code, kept.code) == (0, 78)
    assert "--force" in kept.err
    assert (checked.code, done.code) == (0, 0), checked.out
    assert len(items_in(library)) == 1
    config = tmp_path / "home" / ".config" / "syncd" / "syncd.toml"
    assert 'path = "~/Downloads"' in config.read_text(encoding="utf-8")


def test_init_asks_on_a_terminal(environ: dict[str, str], tmp_path: Path) -> None:
    config = tmp_path / "made.toml"
    drop = tmp_path / "home" / "RIS"
    ours, theirs = pty.openpty()
    answers = f"file\n{tmp_path / 'lib'}\n{drop}\nInbox/New\ny\n"
    os.write(ours, answers.encode())

    ended = subprocess.run(
        [*SYNCD, "init", "--config", config],
        stdin=theirs,
        capture_output=True,
        text=True,
        timeout=60,
        env=environ,
    )

    os.close(ours)
    os.close(theirs)
    assert ended.returncode == 0, ended.stderr
    text = config.read_text(encoding="utf-8")
    assert 'adapter = "file"' in text
    assert 'collection = "Inbox/New"' in text
    assert drop.is_dir()


def test_a_key_is_not_taken_where_others_can_see_it(syncd: Syncd, tmp_path: Path) -> None:
    config = tmp_path / "syncd.toml"
    config.write_text('[[library]]\nname = "mine"\nadapter = "file"\npath = "/x"\nkey = "c4n4ry"\n')

    in_file = syncd("check", "--config", config, "--state", tmp_path / "state")
    as_argument = syncd("login", "mine", "c4n4ry", "--config", config)

    assert (in_file.code, as_argument.code) == (78, 64)
    assert "c4n4ry" not in in_file.out + in_file.err


# With the daemon


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


@pytest.fixture
def daemon(
    syncd: Syncd, environ: dict[str, str], library: Path, drop: Path
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*SYNCD, "run", "--file-library", library, "--folder", drop, "--log-format", "json"],
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    )
    try:
        wait_until(lambda: is_open(syncd, library))
        yield process
    finally:
        process.kill()
        process.communicate()


def is_open(syncd: Syncd, library: Path) -> bool:
    document = json.loads(syncd("status", "--json", "--file-library", library).out)
    return [each["state"] for each in document["libraries"]] == ["ok"]


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.1)


def counts_of_last_run(syncd: Syncd, library: Path) -> dict[str, int]:
    document = json.loads(syncd("status", "--json", "--file-library", library).out)
    return next((run["counts"] for run in document["runs"]), {})


@pytest.mark.usefixtures("daemon")
def test_a_running_daemon_does_what_other_commands_ask(
    syncd: Syncd, library: Path, drop: Path, tmp_path: Path
) -> None:
    by_hand = syncd("once", "--json", "--file-library", library, EXAMPLE, tmp_path / "no.ris")
    (drop / "a.ris").write_bytes(SAME_FROM_SCOPUS.read_bytes())
    by_folder = syncd("once", "--json", "--file-library", library)

    assert (by_hand.code, by_folder.code) == (65, 0)
    assert by_hand.err == f"{tmp_path / 'no.ris'}: cannot be read: No such file or directory\n"
    assert decisions(by_hand) == ["create"]
    assert decisions(by_folder) == ["update"]
    assert len(items_in(library)) == 1
    wait_until(lambda: counts_of_last_run(syncd, library) == {"update": 1})


def test_a_daemon_that_does_not_answer_is_named(
    daemon: subprocess.Popen[str], syncd: Syncd, library: Path
) -> None:
    (library / ".syncd" / "control.sock").unlink()

    ended = syncd("once", "--file-library", library, EXAMPLE)

    assert ended.code == 75
    assert "the daemon does not answer" in ended.err
    assert daemon.poll() is None


def test_the_daemon_leaves_with_0_and_tells_its_story_in_a_few_lines(
    daemon: subprocess.Popen[str], syncd: Syncd, library: Path, drop: Path
) -> None:
    (drop / "a.ris").write_bytes(EXAMPLE.read_bytes())
    wait_until(lambda: bool(items_in(library)))

    daemon.send_signal(signal.SIGTERM)
    _, told = daemon.communicate(timeout=10)

    assert daemon.returncode == 0
    lines = [json.loads(line) for line in told.splitlines()]
    assert 3 <= len(lines) < 10
    assert {line["level"] for line in lines} == {"info"}
    assert syncd("status", "--file-library", library).code == 69


def test_a_file_of_no_use_is_named_in_the_log(
    daemon: subprocess.Popen[str], syncd: Syncd, library: Path, drop: Path
) -> None:
    (drop / "letter.ris").write_text("Dear Ada,\nthis is no export.\nER  - \n", encoding="utf-8")
    (drop / "part.ris").write_bytes(b"TY  - JOUR\nTI  - \nER  - \n" + EXAMPLE.read_bytes())
    wait_until(lambda: counts_of_last_run(syncd, library) == {"create": 1, "reject": 1})
    # This has its turn once the run has been told of, which is known from the ledger before that.
    syncd("reconcile", "--file-library", library)

    daemon.send_signal(signal.SIGTERM)
    _, told = daemon.communicate(timeout=10)

    lines = [json.loads(line) for line in told.splitlines()]
    [warning] = [line for line in lines if line["level"] == "warning"]
    [rejection] = [line for line in lines if "syncd inspect" in line["message"]]
    assert warning["file"] == str(drop / "letter.ris")
    assert rejection["file"] == str(drop / "part.ris")


def test_status_is_cheap(environ: dict[str, str]) -> None:
    code = (
        "import sys; sys.argv = ['syncd', 'status']\n"
        "from syncd.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'sqlalchemy', 'pyzotero', 'keyring', 'rich', 'watchdog', 'alembic'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )

    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environ
    )

    assert ended.stderr == "[]\n"


def test_the_state_is_where_the_configuration_says(syncd: Syncd, tmp_path: Path) -> None:
    state, config = tmp_path / "there", tmp_path / "syncd.toml"
    library = f'[[library]]\nname = "mine"\nadapter = "file"\npath = "{tmp_path / "library"}"\n'
    config.write_text(f'{library}[state]\ndirectory = "{state}"\n', encoding="utf-8")

    assert syncd("once", "--config", config, EXAMPLE).code == 0

    assert (state / "ledger.sqlite").exists()
    with StateLock(state, "run"):
        assert syncd("status", "--config", config).code != 69


def test_status_takes_a_configuration_as_every_command_does(syncd: Syncd, tmp_path: Path) -> None:
    ended = syncd("status", "--config", tmp_path / "syncd.toml", "--state", tmp_path / "state")

    assert ended.code == 69
