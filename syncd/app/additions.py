"""A folder or library more for a configuration that is there: added at its end."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from syncd.app.init import write_new
from syncd.app.wiring import check_options
from syncd.config import Settings, load_settings, parse_settings


def add_to(path: Path, additions: Mapping[str, Any]) -> Settings:
    """Add these tables to a configuration; return what it says then.

    Nothing is written unless the whole is right. Raises `ConfigError`.
    """
    load_settings(path, check_options=check_options)
    text = path.read_bytes().decode("utf-8-sig")
    added = text.rstrip("\n") + "\n" + "".join(_blocks(additions))
    parse_settings(tomllib.loads(added), check_options=check_options)
    write_new(path, added, replace=True)
    return load_settings(path, check_options=check_options)


def _blocks(additions: Mapping[str, Any]) -> Iterator[str]:
    for name, tables in additions.items():
        for table in tables:
            lines = [f"{key} = {_value(value)}" for key, value in table.items() if value != ""]
            yield "\n".join(["", f"[[{name}]]", *lines, ""])


def _value(value: object) -> str:
    """Write a value of TOML: texts, numbers, truths and lists of them are written as in JSON."""
    return json.dumps(value, ensure_ascii=False)


def parse_option(text: str) -> tuple[str, object]:
    """Return the key and value that KEY=VALUE means; what is no value of TOML is a text.

    Raises `ValueError` where there is no key.
    """
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise ValueError(f"{text!r} is not KEY=VALUE")
    try:
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()
