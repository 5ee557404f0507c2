"""What `syncd init` asks, where flags have not said it: which library, and which folder."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from syncd.app.additions import parse_option
from syncd.app.init import find_downloads, find_zotero_user, shorten
from syncd.app.remedies import KEYS_PAGE
from syncd.app.wiring import known_adapters, options_of
from syncd.cli.saying import say
from syncd.library import Option
from syncd.system.paths import find_home

ZOTERO_WEB, FILE = "zotero-web", "file"
_DROP = "syncd-drop"
_LIBRARY_PATH = "~/syncd-library"
_KINDS = (
    "zotero-web: an account or group at zotero.org; zotero-desktop: the Zotero on this machine; "
    "file: a folder of files"
)


class LibraryNumber(click.ParamType[int]):
    """The number of a library at zotero.org."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or say what one looks like and where it is found."""
        text = str(value).strip()
        if not (text.isascii() and text.isdecimal() and int(text) > 0):
            self.fail(
                f"{value!r} is not a number such as 1234567: yours is shown at {KEYS_PAGE}, a "
                "group's stands in its address",
                param,
                ctx,
            )
        return int(text)


@dataclass(frozen=True, slots=True)
class Flags:
    """What was given on the command line; `is_asking` says that a person can be asked the rest."""

    adapter: str | None
    folder: Path | None
    library_type: str | None
    library_id: int | None
    library_path: Path | None
    collection: str | None
    given: tuple[str, ...]
    is_asking: bool

    def ask(self, given: Any, question: str, default: Any, kind: Any = str) -> Any:
        """Return what a flag gave, or what a person answers, or else the default."""
        if given is not None:
            return given
        if self.is_asking:
            return click.prompt(question, default=default, type=kind, err=True)
        return default

    @property
    def names_a_library(self) -> bool:
        """Whether a flag says which library it is."""
        said = (self.adapter, self.library_type, self.library_id, self.library_path)
        return any(value is not None for value in said)


def ask_library(flags: Flags) -> tuple[str, Mapping[str, object]]:
    """Return which adapter it shall be, and the library's own keys."""
    known = known_adapters()
    if flags.adapter is not None and flags.adapter not in known:
        raise click.UsageError(
            f"there is no adapter {flags.adapter!r}; known are {', '.join(known)}"
        )
    user = None if flags.is_asking or flags.names_a_library else find_zotero_user()
    # Without anybody to ask, and without an account to be found, files work at once.
    proposal = ZOTERO_WEB if flags.is_asking or user or flags.library_id else FILE
    if flags.is_asking and flags.adapter is None:
        say(_KINDS)
    adapter = flags.ask(flags.adapter, "Where shall records go", proposal, click.Choice(known))
    if adapter == ZOTERO_WEB:
        return adapter, _ask_account(flags)
    if adapter == FILE:
        return adapter, _ask_path(flags)
    return adapter, _ask_options(flags, adapter)


def _ask_account(flags: Flags) -> dict[str, object]:
    kind = click.Choice(["user", "group"])
    library_type = flags.ask(flags.library_type, "Whose library", "user", kind)
    is_mine = flags.library_id is None and library_type == "user"
    proposal = find_zotero_user() if is_mine else None
    where = f"{KEYS_PAGE} shows it" if library_type == "user" else "it stands in its address"
    question = f"Number of the {library_type} ({where})"
    library_id = flags.ask(flags.library_id, question, proposal, LibraryNumber())
    if library_id is None:
        raise click.UsageError("name the library with --library-id")
    return {"library_type": library_type, "library_id": library_id}


def _ask_path(flags: Flags) -> dict[str, object]:
    question = "In which folder shall the library live"
    path = flags.ask(flags.library_path, question, _LIBRARY_PATH)
    return {"path": Path(path).expanduser()}


def _ask_options(flags: Flags, adapter: str) -> dict[str, object]:
    """Return the keys of another adapter: what it says of them is asked, else only it knows."""
    declared = options_of([adapter]).get(adapter)
    try:
        told = dict(map(parse_option, flags.given))
        if flags.is_asking and declared is not None:
            told |= {each.name: _ask_option(each) for each in declared if _is_due(each, told)}
        elif missing := [each for each in declared or () if _is_due(each, told)]:
            wanted = ", ".join(f"--set {each.name}=… ({each.sentence})" for each in missing)
            raise click.UsageError(f"{adapter} needs {wanted}")
        elif flags.is_asking and not flags.given:
            told = dict(_ask_pairs(adapter))
    except ValueError as error:
        raise click.UsageError(f"--set: {error}") from error
    return told


def _is_due(option: Option, told: Mapping[str, object]) -> bool:
    """Say whether a key is to be asked for: one that has a default is left at that."""
    return option.name not in told and option.required


def _ask_option(option: Option) -> object:
    kind: Any = click.Choice(option.choices) if option.choices else type(option.example)
    if isinstance(option.example, list):
        # A list is written as in the configuration.
        line = click.prompt(f"{option.sentence} {option.name} = ", prompt_suffix="", err=True)
        return parse_option(f"{option.name}={line}")[1]
    return click.prompt(f"{option.sentence} {option.name}", type=kind, err=True)


def _ask_pairs(adapter: str) -> Iterator[tuple[str, object]]:
    """Ask for the keys of an adapter of which only it knows what they mean."""
    question = f"A key of {adapter}, as KEY=VALUE (nothing more: just Enter)"
    while line := click.prompt(question, default="", show_default=False, err=True):
        yield parse_option(line)


def ask_folder(flags: Flags) -> tuple[Path, str]:
    """Return which folder shall be watched, and into which collection its records go."""
    # Where browsers put files; else a folder of its own, never the one this happens to run in.
    proposal = find_downloads() or (find_home() or Path.cwd()) / _DROP
    folder = flags.ask(flags.folder, "Which folder shall be watched", shorten(proposal))
    collection = flags.ask(flags.collection, "Into which collection", "Inbox")
    return Path(folder).expanduser(), collection


def free_name(taken: Collection[str]) -> str:
    """Return a name for a library that no other has."""
    if "mine" not in taken:
        return "mine"
    return next(name for n in range(2, 10_000) if (name := f"library-{n}") not in taken)
