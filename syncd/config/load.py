"""A TOML file becomes frozen `Settings`, or one `ConfigError` listing every problem at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from syncd.config.lines import TomlLines
from syncd.config.toml_words import explain
from syncd.errors import ConfigError, Problem
from syncd.settings import Settings

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
    from syncd.config.checking import settle  # it takes long to load

    text = _read(path)
    document = _parse(path, text)
    return settle(document, check_options, path, TomlLines(text))


def parse_settings(
    document: Mapping[str, Any], *, check_options: CheckOptions = accept_options
) -> Settings:
    """Make settings from a document that is no file; the same checks, without lines."""
    from syncd.config.checking import settle  # it takes long to load

    return settle(document, check_options)


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
