"""The documents made from the model: the commented configuration, its JSON Schema, the reference.

`python -m syncd.app.documents` writes them into the source tree; a test keeps them current.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from syncd.config.model import Document, LibraryTable, table_of
from syncd.library import Option

Options = Mapping[str, Sequence[Option]]
"""What each adapter says of its own keys, by the adapter's name."""

EXAMPLE: dict[str, Any] = {
    "library": [
        {
            "name": "mine",
            "adapter": "zotero-web",
            "library_type": "user",
            "library_id": 1234567,
            "api_url": "https://api.zotero.org",
        }
    ],
    "folder": [
        {
            "path": "~/Downloads/Scopus",
            "library": "mine",
            "collection": "Inbox/Scopus",
            "tags": ["scopus"],
        }
    ],
}
"""What the shipped configuration says where there is no default."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_OPENING = """\
# The configuration of syncd: every key there is, each below a sentence about it.
# What has a default shows it, or names it; a line that begins with "# " and a key is not set.
# `syncd check` says what is wrong with this file, `syncd init` writes one for your machine.
# Durations: "2s", "10m", "6h", "1h30m". Sizes: "64MB", "1GiB". Paths: absolute, or "~/…".
"""


_REFERENCE_OPENING = """\
# Configuration, key by key

Made from the program itself.
[`config/syncd.toml`](../../config/syncd.toml) says the same as a file to start from;
[`config/syncd.schema.json`](../../config/syncd.schema.json) lets editors check one.
"""


def configuration(options: Options, chosen: Mapping[str, Any] = EXAMPLE) -> str:
    """Return a complete, commented configuration with these values, and defaults for the rest.

    `options` are those of each adapter that is to be shown.
    """
    blocks = [_OPENING]
    for name in Document.model_fields:
        model = table_of(Document, name)
        if _is_array(name):
            for index, values in enumerate(chosen.get(name, ())):
                heading = _comment(model.__doc__) if index == 0 else ""
                blocks.append(heading + _table(f"[[{name}]]", model, values, name, options))
        else:
            blocks.append(
                _comment(model.__doc__)
                + _table(f"[{name}]", model, chosen.get(name, {}), name, options)
            )
    return "\n".join(blocks)


def _table(
    header: str, model: type[BaseModel], values: Mapping[str, Any], name: str, options: Options
) -> str:
    lines = [header + "\n"]
    for key, field in model.model_fields.items():
        if _is_table(field):
            lines.append(_inner_table(f"{name}.{key}", table_of(model, key), values.get(key)))
        else:
            lines.append(_entry(key, field, values))
    if "adapter" in values:
        lines += _options(values["adapter"], values, options)
    return "".join(lines)


def _entry(key: str, field: FieldInfo, values: Mapping[str, Any]) -> str:
    shown = values.get(key, field.default)
    sentence = _comment(field.description)
    if shown is None:
        return f"{sentence}# {key} = {_toml(_example(field))}\n"
    remark = ""
    if not field.is_required() and shown != field.default:
        remark = f"# Default: {_toml(field.default)}\n"
    elif _example(field) not in (None, shown) and not field.is_required():
        remark = f"# Example: {_toml(_example(field))}\n"
    return f"{sentence}{remark}{key} = {_toml(shown)}\n"


def _inner_table(header: str, model: type[BaseModel], values: Mapping[str, Any] | None) -> str:
    if values:
        return f"[{header}]\n" + "".join(
            _entry(k, f, values) for k, f in model.model_fields.items()
        )
    keys = (f"# {key} = {_toml(_example(field))}\n" for key, field in model.model_fields.items())
    return _comment(model.__doc__) + f"# [{header}]\n" + "".join(keys)


def _options(adapter: str, values: Mapping[str, Any], options: Options) -> Iterator[str]:
    own = {option.name: option for option in options.get(adapter, ())}
    for option in own.values():
        given = values.get(option.name, option.default)
        mark, shown = ("# ", option.example) if given is None else ("", given)
        yield _comment(option.sentence) + f"{mark}{option.name} = {_toml(shown)}\n"
    for name, value in values.items():
        if name not in own and name not in LibraryTable.model_fields:
            yield f"{name} = {_toml(value)}\n"
    yield from _alternatives(adapter, options)


def _alternatives(adapter: str, options: Options) -> Iterator[str]:
    for other, others in options.items():
        if other != adapter:
            yield _comment(f'With adapter = "{other}" instead:')
            for option in others:
                yield _comment(option.sentence) + f"# {option.name} = {_toml(option.example)}\n"


def json_schema(options: Options) -> str:
    """Return the JSON Schema by which editors check a configuration while it is written.

    A library of an adapter in `options` takes that adapter's keys and no others.
    """
    document = Document.model_json_schema()
    library = document["$defs"][LibraryTable.__name__]
    common = dict.fromkeys(library["properties"], True)
    library["allOf"] = [_adapter_schema(name, own, common) for name, own in options.items()]
    library["properties"]["adapter"]["examples"] = list(options)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **document,
        "title": "syncd.toml",
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _adapter_schema(name: str, own: Sequence[Option], common: Mapping[str, bool]) -> dict[str, Any]:
    required = [option.name for option in own if option.required]
    return {
        "if": {"properties": {"adapter": {"const": name}}, "required": ["adapter"]},
        "then": {
            "properties": {**common, **{option.name: _option_schema(option) for option in own}},
            "additionalProperties": False,
            **({"required": required} if required else {}),
        },
    }


def _option_schema(option: Option) -> dict[str, Any]:
    kind = next(kind for of, kind in _JSON_KINDS if isinstance(option.example, of))
    return {
        "description": option.sentence,
        "type": kind,
        "examples": [option.example],
        **({"items": {"type": "string"}} if kind == "array" else {}),
        **({"enum": list(option.choices)} if option.choices else {}),
        **({"default": option.default} if option.default is not None else {}),
    }


_JSON_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (list, "array"),
)


def reference(options: Options) -> str:
    """Return the reference of every key, as Markdown."""
    parts = [_REFERENCE_OPENING]
    for name in Document.model_fields:
        model = table_of(Document, name)
        header = f"[[{name}]]" if _is_array(name) else f"[{name}]"
        parts.append(f"## `{header}`\n\n{model.__doc__}\n")
        parts.append(_key_table(model))
        for key, inner in model.model_fields.items():
            if _is_table(inner):
                table = table_of(model, key)
                parts.append(f"### `[{name}.{key}]`\n\n{table.__doc__}\n")
                parts.append(_key_table(table))
    for adapter, own in options.items():
        parts.append(f'## Keys of `adapter = "{adapter}"`\n')
        parts.append(_rows(map(_option_row, own)))
    return "\n".join(parts)


def _key_table(model: type[BaseModel]) -> str:
    fields = model.model_fields.items()
    return _rows(_key_row(key, field) for key, field in fields if not _is_table(field))


def _key_row(key: str, field: FieldInfo) -> tuple[str, str, str, str]:
    if field.is_required():
        default = "must be given"
    else:
        default = "not set" if field.default is None else f"`{_toml(field.default)}`"
    example = "" if _example(field) is None else f"`{_toml(_example(field))}`"
    return f"`{key}`", default, example, str(field.description)


def _option_row(option: Option) -> tuple[str, str, str, str]:
    default = "not set" if option.default is None else f"`{_toml(option.default)}`"
    if option.required:
        default = "must be given"
    return f"`{option.name}`", default, f"`{_toml(option.example)}`", option.sentence


def _rows(rows: Iterable[tuple[str, str, str, str]]) -> str:
    head = "| key | default | example | meaning |\n|---|---|---|---|\n"
    return head + "".join("| " + " | ".join(row) + " |\n" for row in rows)


def _comment(text: str | None) -> str:
    wrapped = textwrap.wrap(text or "", 94, break_long_words=False, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in wrapped)


def _example(field: FieldInfo) -> Any:
    return field.examples[0] if field.examples else None


def _is_array(name: str) -> bool:
    return "list" in str(Document.model_fields[name].annotation)


def _is_table(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = [f"{_key(key)} = {_toml(inner)}" for key, inner in value.items()]
        return "{ " + ", ".join(pairs) + " }" if pairs else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    # JSON writes texts, numbers and truth values as TOML does.
    return json.dumps(value, ensure_ascii=False)
