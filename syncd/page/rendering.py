"""Templates, assets, and the headers that every answer bears."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from pathlib import PurePath
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from syncd.system.printable import printable

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_ASSETS = {"page.css": "text/css", "page.js": "text/javascript"}
_KINDS = {
    "identity": "perhaps a work that is there",
    "unfinished": "cut off",
    "refused": "refused by the library",
    "twin": "there twice",
    "fields": "changed on both sides",
}
_IDENTIFIERS = {
    "scopus": "Scopus id",
    "doi": "DOI",
    "pmid": "PubMed id",
    "pmcid": "PubMed Central id",
    "isbn": "ISBN",
    "issn": "ISSN",
    "arxiv": "arXiv id",
    "wos": "Web of Science id",
    "embase": "Embase id",
    "central": "CENTRAL id",
}
_SAME = re.compile(r"E\d (\w+)")
"""How `matching` names evidence that identifiers, or the whole look, give."""
_VETO = "veto: "
_SHARE = re.compile(r"title (\d\.\d+)")
_CAPITAL = re.compile(r"(?<=[a-z])[A-Z]")
_LONG = 400
"""So many characters of a title are shown in a list."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to a browser."""

    status: int = HTTPStatus.OK
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Reply:
    """Return a page made of a template."""
    text = _environment().get_template(template).render(**values)
    return Reply(status, text.encode("utf-8", "replace"))


def redirect(path: str, **headers: str) -> Reply:
    """Send a browser on, to be asked for anew."""
    return Reply(HTTPStatus.SEE_OTHER, headers={"Location": path, **headers})


@cache
def assets() -> Mapping[str, Reply]:
    """Return the assets by the addresses under which they stand, which change with them."""
    found = {}
    for name, content_type in _ASSETS.items():
        body = files("syncd.page").joinpath("assets", name).read_bytes()
        stem, _, suffix = name.partition(".")
        digest = hashlib.sha256(body).hexdigest()[:12]
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        found[f"/assets/{stem}-{digest}.{suffix}"] = Reply(
            body=body, content_type=f"{content_type}; charset=utf-8", headers=headers
        )
    return found


def _asset(name: str) -> str:
    stem, _, suffix = name.partition(".")
    return next(
        path for path in assets() if path.startswith(f"/assets/{stem}-") and path.endswith(suffix)
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("syncd.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["text"] = _text
    environment.filters["short"] = _short
    environment.filters["moment"] = moment
    environment.filters["words"] = _words
    environment.filters["filename"] = _filename
    environment.filters["kind"] = _kind
    environment.filters["counted"] = _counted
    environment.filters["plain"] = _plain
    environment.filters["sentence"] = _sentence
    environment.filters["candidate"] = _candidate
    environment.filters["identifier"] = _identifier
    environment.filters["without"] = _without
    environment.globals["asset"] = _asset
    return environment


def _text(value: object) -> Markup:
    """Return a text of others without what reorders or hides it."""
    return escape(printable(str(value)))


def _short(value: object) -> Markup:
    text = str(value)
    return _text(text if len(text) <= _LONG else f"{text[:_LONG]}…")


def _words(name: object) -> Markup:
    """Return a field's name in words: `publicationTitle` is the publication title."""
    return _text(_CAPITAL.sub(lambda found: f" {found[0].lower()}", str(name)))


def _kind(kind: object) -> Markup:
    return _text(_KINDS.get(str(kind), str(kind)))


def _counted(counts: Mapping[str, int]) -> Markup:
    """Return counts by decision as a list in words, without those that are none."""
    return _text(", ".join(f"{number:,} {name}" for name, number in counts.items() if number))


def _identifier(name: object) -> Markup:
    return _text(_IDENTIFIERS.get(str(name), str(name)))


def _plain(evidence: object) -> Markup:
    """Return a piece of evidence in words, where matching names it by a code or a share."""
    text = str(evidence)
    if found := _SAME.fullmatch(text):
        name = found[1]
        return (
            _text("agree in title, people and place")
            if name == "metadata"
            else (_text(f"the same {_IDENTIFIERS.get(name, name)}"))
        )
    if found := _SHARE.fullmatch(text):
        return _text(f"titles are {round(float(found[1]) * 100)} % alike")
    if text.startswith(_VETO):
        return _text(f"speaks against it: {text.removeprefix(_VETO)}")
    return _text(text)


def _sentence(text: object) -> Markup:
    shown = str(text)
    return _text(shown[:1].upper() + shown[1:])


def _candidate(name: object) -> Markup:
    """Return what a candidate is called: an item by its key, or another question."""
    text = str(name)
    is_question = text[:1] == "q" and text[1:].isdecimal()
    return _text(f"question {text[1:]}" if is_question else f"item {text}")


def _without(message: object, state: str) -> str:
    """Return a message without the state that it begins with."""
    return str(message).removeprefix(f"{state}: ")


def _filename(path: object) -> Markup:
    return _short(PurePath(str(path)).name)


def moment(instant: str | None) -> Markup:
    """Return an instant for people; browsers are told it whole."""
    if not instant:
        return Markup("never")
    shown = instant[:16].replace("T", " ")
    return Markup('<time datetime="{}">{} UTC</time>').format(instant, shown)
