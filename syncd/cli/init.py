"""`syncd init`: a few questions, or flags, become a commented configuration for this machine."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from syncd.app.init import (
    Answers,
    document_of,
    find_downloads,
    find_zotero_user,
    has_user_systemd,
    install_user_unit,
    shorten,
    start_user_unit,
    user_unit,
    write_new,
)
from syncd.app.wiring import check_options
from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.login import store
from syncd.config import Settings, load_settings, parse_settings
from syncd.config.documents import configuration
from syncd.system.paths import config_to_write
from syncd.system.printable import printable

_ADAPTERS = ("zotero-web", "file")


@dataclass(frozen=True, slots=True)
class _Flags:
    adapter: str | None
    folder: Path | None
    library_type: str | None
    library_id: int | None
    library_path: Path | None
    collection: str | None
    is_asking: bool

    def ask(self, given: Any, question: str, default: Any, kind: Any = str) -> Any:
        """Return what a flag gave, or what a person answers, or else the default."""
        if given is not None:
            return given
        if self.is_asking:
            return click.prompt(question, default=default, type=kind, err=True)
        return default


@click.command("init")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write it, instead of $SYNCD_CONFIG or your configuration directory.",
)
@options.where("state")
@click.option(
    "--adapter",
    type=click.Choice(_ADAPTERS),
    help="Where records go: to a Zotero account, or into a library made of files.",
)
@click.option(
    "--library-type",
    type=click.Choice(["user", "group"]),
    help="Whose library at zotero.org: yours, or a group's.",
)
@click.option(
    "--library-id",
    type=click.IntRange(min=1),
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
    adapter: str | None,
    library_type: str | None,
    library_id: int | None,
    library_path: Path | None,
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
    --force is given.

    \b
    Examples:
      syncd init
      syncd init --yes --library-id 1234567 --folder ~/Downloads --collection Inbox
      syncd init --yes --adapter file --library-path ~/library
    """
    is_asking = sys.stdin.isatty() and not yes
    flags = _Flags(adapter, folder, library_type, library_id, library_path, collection, is_asking)
    document = document_of(_ask(flags))
    parse_settings(document, check_options=check_options)
    path = config_to_write(config)
    write_new(path, configuration(document), replace=force)
    click.echo(f"wrote {shorten(path)}", err=True)
    settings = load_settings(path, check_options=check_options)
    _make_folder(settings.folders[0].path, is_asking)
    code = _take_key(settings, where.state_dir, is_asking)
    if _wants_service(service, is_asking):
        _install_service(path if config else None)
    return code


def _ask(flags: _Flags) -> Answers:
    kind = click.Choice(_ADAPTERS)
    adapter = flags.ask(flags.adapter, "Where shall records go", "zotero-web", kind)
    chosen = _ask_account(flags) if adapter == "zotero-web" else _ask_path(flags)
    proposal = find_downloads() or Path.cwd()
    folder = flags.ask(flags.folder, "Which folder shall be watched", shorten(proposal))
    collection = flags.ask(flags.collection, "Into which collection", "Inbox")
    return Answers(Path(folder).expanduser(), adapter, chosen, collection=collection)


def _ask_account(flags: _Flags) -> dict[str, object]:
    kind = click.Choice(["user", "group"])
    library_type = flags.ask(flags.library_type, "Whose library", "user", kind)
    is_mine = flags.library_id is None and library_type == "user"
    proposal = find_zotero_user() if is_mine else None
    question = f"Number of the {library_type} (https://www.zotero.org/settings/keys shows yours)"
    library_id = flags.ask(flags.library_id, question, proposal, click.IntRange(min=1))
    if library_id is None:
        raise click.UsageError("name the library with --library-id")
    return {"library_type": library_type, "library_id": library_id}


def _ask_path(flags: _Flags) -> dict[str, object]:
    path = flags.ask(
        flags.library_path, "In which folder shall the library live", "~/syncd-library"
    )
    return {"path": Path(path).expanduser()}


def _make_folder(folder: Path, is_asking: bool) -> None:
    if folder.is_dir() or not is_asking:
        return
    if click.confirm(f"{shorten(folder)} does not exist. Make it?", default=True, err=True):
        folder.mkdir(parents=True)


def _take_key(settings: Settings, state: Path, is_asking: bool) -> Exit:
    library = settings.libraries[0]
    needs_key = library.adapter == "zotero-web"
    if needs_key and is_asking and click.confirm("Store its key now?", default=True, err=True):
        return store(library, state)
    step = f"syncd login {library.name}, then syncd check" if needs_key else "syncd check"
    click.echo(f"next: {step}", err=True)
    return Exit.DONE


def _wants_service(service: bool | None, is_asking: bool) -> bool:
    if service is not None or not (is_asking and has_user_systemd()):
        return bool(service)
    question = "Start the daemon now, and whenever you log in?"
    return click.confirm(question, default=True, err=True)


def _install_service(config: Path | None) -> None:
    executable = Path(shutil.which("syncd") or sys.argv[0]).absolute()
    place = install_user_unit(user_unit(executable, config.absolute() if config else None))
    click.echo(f"wrote {shorten(place)}", err=True)
    trouble = start_user_unit()
    if trouble:
        click.echo(f"syncd: it could not be started: {printable(trouble)}", err=True)
    else:
        click.echo("syncd runs; see `syncd status`", err=True)
