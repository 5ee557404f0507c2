"""`syncd init`: a few questions, or flags, become a commented configuration for this machine."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from syncd.app.additions import add_to
from syncd.app.init import (
    Answers,
    document_of,
    expect_none,
    has_user_systemd,
    install_user_unit,
    shorten,
    start_user_unit,
    user_unit,
    write_new,
)
from syncd.app.wiring import all_options, check_options, find_consent, find_keyed
from syncd.cli import options
from syncd.cli.asking import Flags, LibraryNumber, ask_folder, ask_library, free_name
from syncd.cli.exits import Exit
from syncd.cli.login import store
from syncd.cli.saying import say
from syncd.config import Settings, load_settings, parse_settings
from syncd.config.documents import configuration
from syncd.settings import LibrarySettings
from syncd.system.credentials import has_keyring
from syncd.system.paths import config_to_write, find_config, has_config, user_config_directory
from syncd.system.printable import printable
from syncd.system.suggestions import point_at


@click.command("init")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write it, instead of $SYNCD_CONFIG or your configuration directory.",
)
@options.where("state")
@click.option(
    "--add",
    is_flag=True,
    help="Add a folder, or a library with its folder, to the configuration that is there.",
)
@click.option(
    "--adapter",
    metavar="NAME",
    help="Where records go: zotero-web, file, or an adapter that is installed beside syncd.",
)
@click.option(
    "--library-type",
    type=click.Choice(["user", "group"]),
    help="Whose library at zotero.org: yours, or a group's.",
)
@click.option(
    "--library-id",
    type=LibraryNumber(),
    help="Its number; yours is shown at https://www.zotero.org/settings/keys.",
)
@click.option(
    "--library-path",
    type=click.Path(path_type=Path, file_okay=False),
    help="For --adapter file: the folder that the library lives in.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="PATH",
    help="The folder to watch; where your browser puts files, if not given.",
)
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="KEY=VALUE",
    help="For an adapter by others: one of its own keys; may be given several times.",
)
@click.option(
    "--library",
    metavar="NAME",
    help="With --add: the library that the folder feeds; a name that is new makes a library.",
)
@click.option("--collection", help="The collection that records are put into, such as Inbox/New.")
@click.option(
    "--service/--no-service",
    default=None,
    help="Whether to have systemd start the daemon, now and whenever you log in.",
)
@click.option("--force", is_flag=True, help="Replace a configuration that is there already.")
@click.option("--yes", is_flag=True, help="Ask nothing: take the flags, and defaults for the rest.")
def command(
    config: Path | None,
    where: options.Where,
    add: bool,
    adapter: str | None,
    library_type: str | None,
    library_id: int | None,
    library_path: Path | None,
    given: tuple[str, ...],
    library: str | None,
    folder: Path | None,
    collection: str | None,
    service: bool | None,
    force: bool,
    yes: bool,
) -> Exit:
    """Write a commented configuration for this machine.

    On a terminal it asks what flags have not said, and proposes what it finds: the folder of
    your browser, the account of a Zotero that is running. Then it offers to store the key, and
    to have systemd look after the daemon. A configuration that is there already is kept, unless
    --force is given; --add puts a folder or library more at its end. With --yes and no account,
    records go into a library made of files.

    \b
    Examples:
      syncd init
      syncd init --yes --library-id 1234567 --folder ~/Downloads --collection Inbox
      syncd init --yes --adapter file --library-path ~/library
      syncd init --add --folder ~/Downloads/PubMed --collection Inbox/PubMed
      syncd init --add --library lab --library-type group --library-id 4567 --folder ~/lab
    """
    # Where it is written is where the commands that come next look.
    point_at(config=config, state=where.state)
    is_asking = sys.stdin.isatty() and not yes
    flags = Flags(
        adapter, folder, library_type, library_id, library_path, collection, given, is_asking
    )
    if add:
        path = find_config(config)
        settings, added = _add(path, flags, library)
    elif library is not None:
        raise click.UsageError("--library goes with --add")
    else:
        path = config_to_write(config)
        if not force:
            expect_none(path)
        _tell_of_others(config)
        settings, added = _make(path, flags, force=force)
    say(f"wrote {shorten(path)}")
    _make_folder(settings.folders[-1].path, is_asking)
    code, missing = _take_key(added, where.state_dir, is_asking) if added else (Exit.DONE, "")
    is_served = _wants_service(service, is_asking and not add)
    if is_served:
        _install_service(path if config else None)
    elif add:
        say("a running daemon takes it up on SIGHUP, or when it is started anew")
    steps = [missing] if is_served or add else [missing, "`syncd check`", "`syncd run`"]
    if any(steps):
        say("next: " + ", then ".join(filter(None, steps)))
    return code


def _tell_of_others(config: Path | None) -> None:
    """Say that another configuration was read so far, which the new one goes before."""
    if config is None and has_config():
        there = shorten(find_config())
        say(f"so far {there} is read; the new one goes before it")


def _make(path: Path, flags: Flags, *, force: bool) -> tuple[Settings, LibrarySettings]:
    adapter, chosen = ask_library(flags)
    folder, collection = ask_folder(flags)
    answers = Answers(folder, adapter, _with_key_file(adapter, chosen, "mine"), "mine", collection)
    document = document_of(answers)
    parse_settings(document, check_options=check_options)
    write_new(path, configuration(all_options(), document), replace=force)
    settings = load_settings(path, check_options=check_options)
    return settings, settings.libraries[0]


def _add(path: Path, flags: Flags, library: str | None) -> tuple[Settings, LibrarySettings | None]:
    """Add a folder, and a library where a new one is meant; return that."""
    before = load_settings(path, check_options=check_options)
    known = [each.name for each in before.libraries]
    if library is None and flags.names_a_library:
        library = free_name(known)
    elif library is None:
        question = f"Into which library ({', '.join(known)}; a new name makes another)"
        library = str(flags.ask(None, question, known[0]))
    is_new = library not in known
    adapter, chosen = ask_library(flags) if is_new else ("", {})
    folder, collection = ask_folder(flags)
    chosen = _with_key_file(adapter, chosen, library)
    document = document_of(Answers(folder, adapter, chosen, library, collection))
    if not is_new:
        del document["library"]
    settings = add_to(path, document)
    return settings, settings.find_library(library) if is_new else None


def _with_key_file(adapter: str, chosen: Mapping[str, object], name: str) -> dict[str, object]:
    """Add where the key will be kept, where there is no keyring for it."""
    directory = user_config_directory()
    if not adapter or directory is None or find_keyed(adapter) is None or has_keyring():
        return dict(chosen)
    return {**chosen, "key_file": shorten(directory / f"{name}.key")}


def _make_folder(folder: Path, is_asking: bool) -> None:
    if folder.is_dir():
        return
    question = f"{shorten(folder)} does not exist. Make it?"
    if not is_asking or click.confirm(question, default=True, err=True):
        folder.mkdir(parents=True)
        say(f"made {shorten(folder)}")


def _take_key(library: LibrarySettings, state: Path, is_asking: bool) -> tuple[Exit, str]:
    """Ask for the key where one is needed; return how that ended, and the command still missing."""
    keyed = find_keyed(library.adapter)
    if keyed is None:
        asks = find_consent(library) is not None
        return Exit.DONE, f"`syncd login {library.name}`" if asks else ""
    place = shorten(library.key_file) if library.key_file else "the keyring of your desktop"
    say(
        f"syncd needs a key for {library.name} that may read and write. "
        f"{keyed.key_words(library.options)}\nIt will be kept in {place}, nowhere else."
    )
    if is_asking and click.confirm("Store it now?", default=True, err=True):
        return store(library, state), ""
    return Exit.DONE, f"`syncd login {library.name}`"


def _wants_service(service: bool | None, is_asking: bool) -> bool:
    if service is not None or not (is_asking and has_user_systemd()):
        return bool(service)
    question = "Start the daemon now, and whenever you log in?"
    return click.confirm(question, default=True, err=True)


def _install_service(config: Path | None) -> None:
    place = install_user_unit(user_unit(_own_command(), config.absolute() if config else None))
    say(f"wrote {shorten(place)}")
    trouble = start_user_unit()
    if trouble:
        say(f"syncd: it could not be started: {printable(trouble)}")
    else:
        say("syncd runs; see `syncd status`")


def _own_command() -> list[str]:
    """Return how this very syncd is started: by the program beside its Python, wherever that is."""
    beside = Path(sys.executable).with_name("syncd")
    if beside.exists():
        return [str(beside)]
    found = shutil.which("syncd")
    return [found] if found else [sys.executable, "-m", "syncd"]
