"""Read a request body as strictly as the server's PHP does, with its complaints."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from tests.fakes.zotero_server.answers import RequestError

_MAX_DEPTH = 20
_NOT_AN_ARRAY = "Uploaded data must be a JSON array"
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(body: bytes) -> Any:
    """Return the document, or raise the 400 that the server gives.

    Surrogates that stand alone and names that begin with NUL make the real parser return
    nothing at all, which the server then takes for "not an array".
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise RequestError(400, "JSON Error: Malformed UTF-8 characters") from None
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        if "control character" in error.msg:
            raise RequestError(400, "JSON Error: Unexpected control character found") from None
        raise RequestError(400, "JSON Error: Syntax error, malformed JSON") from None
    except RecursionError:
        raise RequestError(400, "JSON Error: Maximum stack depth exceeded") from None
    _look_through(value, 1)
    return value


def _refuse_constant(_name: str) -> NoReturn:
    raise RequestError(400, "JSON Error: Syntax error, malformed JSON")


def _look_through(value: Any, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise RequestError(400, "JSON Error: Maximum stack depth exceeded")
    if isinstance(value, str) and _has_lone_surrogate(value):
        raise RequestError(400, _NOT_AN_ARRAY)
    if isinstance(value, dict):
        for name, inner in value.items():
            if name.startswith("\0") or _has_lone_surrogate(name):
                raise RequestError(400, _NOT_AN_ARRAY)
            _look_through(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _look_through(inner, depth + 1)


def _has_lone_surrogate(text: str) -> bool:
    return not text.isascii() and _SURROGATE.search(text) is not None
