"""What can be told of an adapter's keys in the configuration from what it declares of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.library import Option

_KINDS: Sequence[tuple[type, str]] = (
    (bool, "true or false"),
    (int, "a number such as {}"),
    (float, "a number such as {}"),
    (str, 'a text such as "{}"'),
    (list, "a list of texts, in [ ]"),
)


def find_problems(options: Mapping[str, object], declared: Sequence[Option]) -> dict[str, str]:
    """Return what is wrong with each key: unknown, missing, of the wrong kind, no choice."""
    known = {option.name: option for option in declared}
    takes = f"it takes {', '.join(known)}" if known else "it takes none of its own"
    problems = {
        name: f"is not a key of this adapter; {takes}" for name in options if name not in known
    }
    for name, option in known.items():
        if name not in options:
            if option.required:
                problems[name] = f"is missing: {option.sentence[:1].lower()}{option.sentence[1:]}"
        elif (words := _find_fault(options[name], option)) is not None:
            problems[name] = f"must be {words}"
    return problems


def _find_fault(value: Any, option: Option) -> str | None:
    """Return what a value has to be, if it is not that."""
    if option.choices:
        choices = " or ".join(f'"{choice}"' for choice in option.choices)
        return None if value in option.choices else choices
    kind, words = next(each for each in _KINDS if isinstance(option.example, each[0]))
    if kind is float:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    elif kind is list:
        fits = isinstance(value, list) and all(isinstance(each, str) for each in value)
    else:
        fits = isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
    return None if fits else words.format(option.example)
