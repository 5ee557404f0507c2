"""Pages made of templates. It brings Jinja2, so it is loaded when the first page is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from syncd.page import compiling, jinja
from syncd.page.asset_files import path_of_asset
from syncd.plan import PlannedRecord
from syncd.report.counting import DECIDED, counted
from syncd.system.memory import give_back
from syncd.system.printable import printable

if TYPE_CHECKING:
    from jinja2 import Environment, Template

_KINDS = {
    "identity": "perhaps a work that is there",
    "unfinished": "cut off",
    "refused": "refused by the library",
    "twin": "there twice",
    "fields": "changed on both sides",
}
_OUTCOMES = {"accepted": "", "refused": "refused by the library", "pending": "still to be sent"}
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


class Renderer:
    """Makes pages of the templates, whose code is kept in a file."""

    def __init__(self, kept: Path) -> None:
        codes = compiling.find_codes(kept)
        if codes is None:
            self._templates = _load(_compile())
        else:
            with jinja.only_to_run():
                self._templates = _load(codes)
        give_back()

    def render(self, template: str, values: Mapping[str, Any]) -> bytes:
        """Return a page made of a template."""
        text = self._templates[template].render(**values)
        return text.encode("utf-8", "replace")


def keep(path: str) -> None:
    """Compile the templates into a file. Raises `OSError`."""
    compiling.write(Path(path), _compile())


def _compile() -> compiling.Codes:
    return compiling.compile_all(_environment())


def _load(codes: compiling.Codes) -> dict[str, Template]:
    """Return all templates: what their code imports of Jinja2, it imports when it is loaded."""
    environment = _environment()
    environment.loader = compiling.loader_of(codes)
    return {name: environment.get_template(name) for name in codes}


def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["text"] = _text
    environment.filters["short"] = _short
    environment.filters["moment"] = moment
    environment.filters["words"] = _words
    environment.filters["filename"] = _filename
    environment.filters["kind"] = _kind
    environment.filters["counted"] = _counted
    environment.filters["became"] = _became
    environment.filters["plain"] = _plain
    environment.filters["sentence"] = _sentence
    environment.filters["candidate"] = _candidate
    environment.filters["identifier"] = _identifier
    environment.filters["without"] = _without
    environment.globals["asset"] = path_of_asset
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
    return _text(counted(counts))


def _became(planned: PlannedRecord) -> Markup:
    """Return what became of a record in words; that a library took it goes without saying."""
    outcome = _OUTCOMES.get(planned.outcome or "", planned.outcome)
    return _text(", ".join(filter(None, (DECIDED[planned.decision], outcome))))


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
    # `pathlib` would have Python keep each part of each path in its table of names.
    return _short(str(path).rpartition("/")[2])


def moment(instant: str | None) -> Markup:
    """Return an instant for people; browsers are told it whole."""
    if not instant:
        return Markup("never")
    shown = instant[:16].replace("T", " ")
    return Markup('<time datetime="{}">{} UTC</time>').format(instant, shown)
