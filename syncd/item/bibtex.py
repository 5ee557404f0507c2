"""Items as BibTeX entries that BibTeX and biblatex, and the programs that read either, understand.

Where both have a name for a thing, it is the one that BibTeX has always had and biblatex takes for
its own (`journal`, `address`, `school`, `year` and `month`); what BibTeX has no word for stands
under biblatex's. Source of the names: the biblatex manual, sections on entry types and fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from syncd.item.bibtex_text import escape, escape_once, escape_title, format_names, verbatim
from syncd.item.fields import DATES, TITLES, Named, first_of, names_among
from syncd.item.reading import identity_of

_TYPES = {
    "artwork": "artwork",
    "audioRecording": "audio",
    "bill": "legislation",
    "blogPost": "online",
    "book": "book",
    "bookSection": "incollection",
    "case": "jurisdiction",
    "computerProgram": "software",
    "conferencePaper": "inproceedings",
    "dataset": "dataset",
    "dictionaryEntry": "inreference",
    "email": "letter",
    "encyclopediaArticle": "inreference",
    "film": "movie",
    "forumPost": "online",
    "hearing": "jurisdiction",
    "instantMessage": "letter",
    "journalArticle": "article",
    "letter": "letter",
    "magazineArticle": "article",
    "manuscript": "unpublished",
    "newspaperArticle": "article",
    "patent": "patent",
    "podcast": "audio",
    "preprint": "online",
    "presentation": "unpublished",
    "radioBroadcast": "audio",
    "report": "report",
    "standard": "standard",
    "statute": "legislation",
    "thesis": "thesis",
    "tvBroadcast": "video",
    "videoRecording": "video",
    "webpage": "online",
}
_SUBTYPES = {"magazineArticle": "magazine", "newspaperArticle": "newspaper"}
_DOCTORAL = re.compile(r"\bph\.?\s?d\b|doctor|dissertation|habilitation", re.IGNORECASE)
_MASTERS = re.compile(r"\bmaster|\bm\.?\s?(?:sc|a|phil|eng)\b", re.IGNORECASE)

_TITLES = {
    "title": TITLES,
    "shorttitle": ("shortTitle",),
    "journal": ("publicationTitle",),
    "booktitle": ("bookTitle", "proceedingsTitle", "dictionaryTitle", "encyclopediaTitle"),
    "series": ("series", "seriesTitle"),
    "eventtitle": ("conferenceName", "meetingName"),
}
_NAMES = ("journal", "series", "eventtitle")
_TEXTS = {
    "venue": ("eventPlace",),
    "edition": ("edition",),
    "volume": ("volume", "codeVolume", "reporterVolume", "codeNumber"),
    "number": (
        "issue", "reportNumber", "patentNumber", "billNumber", "docketNumber", "documentNumber",
        "publicLawNumber", "episodeNumber", "identifier", "number", "seriesNumber",
    ),
    "volumes": ("numberOfVolumes",),
    "pagetotal": ("numPages",),
    "chapter": ("section",),
    "version": ("versionNumber",),
    "type": (
        "type", "reportType", "thesisType", "manuscriptType", "mapType", "letterType",
        "presentationType", "websiteType", "postType", "genre",
    ),
    "howpublished": (
        "medium", "artworkMedium", "audioRecordingFormat", "videoRecordingFormat", "format",
        "interviewMedium", "audioFileType", "system",
    ),
    "school": ("university",),
    "institution": ("institution",),
    "publisher": (
        "publisher", "company", "label", "distributor", "studio", "network", "repository",
    ),
    "organization": (
        "websiteTitle", "blogTitle", "forumTitle", "programTitle", "court", "legislativeBody",
        "issuingAuthority", "organization", "authority", "reporter", "code",
    ),
    "holder": ("assignee",),
    "address": ("place", "repositoryLocation"),
    "shortjournal": ("journalAbbreviation",),
    "issn": ("ISSN",),
    "pmid": ("PMID",),
    "pmcid": ("PMCID",),
    "library": ("callNumber",),
    "abstract": ("abstractNote",),
    "annotation": ("extra",),
}  # fmt: skip
_ROLES = {
    "editor": "editor",
    "seriesEditor": "editora",
    "translator": "translator",
    "bookAuthor": "bookauthor",
    "commenter": "", "recipient": "", "reviewedAuthor": "", "castMember": "", "host": "",
    "guest": "", "narrator": "", "counsel": "", "attorneyAgent": "", "interviewer": "",
    "producer": "", "executiveProducer": "", "scriptwriter": "", "wordsBy": "", "chair": "",
    "organizer": "", "originalCreator": "", "seriesCreator": "", "cosponsor": "author",
}  # fmt: skip
"""Roles that are no author's; every other creator is one, but a contributor beside authors."""
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_LANGUAGES = {
    "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian",
    "nb": "norwegian", "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ru": "russian", "sv": "swedish", "tr": "turkish", "uk": "ukrainian",
    "deu": "german", "eng": "english", "fra": "french", "ger": "german", "spa": "spanish",
    "ita": "italian", "por": "portuguese",
}  # fmt: skip
"""Languages that LaTeX has names of its own for; it knows no codes."""
_ISO = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:[T ].*)?")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_KNOWN = 1024
"""So many dates, languages and keywords are known as they were just written: they come again."""
_RANGE = re.compile(r"(?<=\w)\s*[-‐-―−]\s*(?=\w)")


def format_bibtex(citation_key: str, data: Mapping[str, Any]) -> str:
    """Return an item as an entry, from `@` to a line with its closing brace."""
    item_type = data.get("itemType", "")
    lines = ",\n".join([f"  {name} = {value}" for name, value in _fields(item_type, data)])
    return f"@{_entry_type(item_type, data)}{{{citation_key},\n{lines}\n}}\n"


def _entry_type(item_type: str, data: Mapping[str, Any]) -> str:
    kind = _TYPES.get(item_type, "misc")
    if kind == "thesis":
        said = data.get("thesisType") or ""
        if _DOCTORAL.search(said) or not said:
            return "phdthesis"
        return "mastersthesis" if _MASTERS.search(said) else kind
    return kind


def _fields(item_type: str, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [(name, f"{{{format_names(people)}}}") for name, people in _people(data).items()]
    titles, texts = _names_of(tuple(data))
    for name, fields in titles:
        if text := first_of(data, fields):
            found.append((name, f"{{{escape_title(text, is_name=name in _NAMES)}}}"))
    if subtype := _SUBTYPES.get(item_type):
        found.append(("entrysubtype", f"{{{subtype}}}"))
    if told := first_of(data, DATES):
        found += _date(told)
    if pages := first_of(data, ("pages", "codePages", "firstPage")):
        found.append(("pages", f"{{{escape(_RANGE.sub('--', pages))}}}"))
    for name, fields in texts:
        if (text := first_of(data, fields)) and (shown := escape(text)):
            found.append((name, f"{{{shown}}}"))
    found += _identifiers(item_type, data)
    if language := data.get("language"):
        found += _language(language)
    if tags := data.get("tags"):
        keywords = filter(None, [_keyword(tag["tag"]) for tag in tags])
        found.append(("keywords", f"{{{', '.join(keywords)}}}"))
    return found


@lru_cache(maxsize=256)
def _names_of(present: tuple[str, ...]) -> tuple[Named, Named]:
    """Return the titles, and the texts, that an item with these properties may have.

    Most items of a library have the same few properties.
    """
    return names_among(_TITLES, present), names_among(_TEXTS, present)


def _people(data: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    creators = data.get("creators") or ()
    beside_others = len({creator["creatorType"] for creator in creators}) > 1
    people: dict[str, list[Mapping[str, Any]]] = {}
    for creator in creators:
        kind = creator["creatorType"]
        role = _ROLES.get(kind, "author")
        if not role or (beside_others and kind == "contributor"):
            continue
        if creator.get("lastName") or creator.get("name") or creator.get("firstName"):
            people.setdefault(role, []).append(creator)
    return people


@lru_cache(maxsize=_KNOWN)
def _date(text: str) -> Sequence[tuple[str, str]]:
    if parts := _parts_of(text):
        year, *rest = parts
        found = [("year", f"{{{year}}}")]
        if rest:
            found.append(("month", _MONTHS[int(rest[0]) - 1]))
        if len(rest) > 1:
            found.append(("day", f"{{{int(rest[1])}}}"))
        return found
    if year_in_it := _YEAR.search(text):
        return [("year", f"{{{year_in_it[0]}}}")]
    return [("note", f"{{{escape(text)}}}")]  # a year in words makes Typst refuse the whole file


def _parts_of(text: str) -> list[str]:
    """Return year, month and day of an ISO date, as far as there is such a day."""
    iso = _ISO.fullmatch(text)
    parts = [part for part in iso.groups() if part] if iso else []
    while parts:
        try:
            date(*map(int, [*parts, "1", "1"][:3]))
        except ValueError:
            parts.pop()  # Typst refuses the whole file for a day that is none
        else:
            break
    return parts


def _identifiers(item_type: str, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if item_type == "preprint":
        if arxiv := identity_of(data).arxiv:
            found += [("eprint", f"{{{verbatim(arxiv)}}}"), ("eprinttype", "{arxiv}")]
        found.append(("pubstate", "{prepublished}"))
    if (isbns := data.get("ISBN")) and (isbn := re.split(r"[,;]", str(isbns))[0].strip()):
        found.append(("isbn", f"{{{escape(isbn)}}}"))  # biblatex takes one
    for name, field in (("doi", "DOI"), ("url", "url")):
        if text := data.get(field):
            found.append((name, f"{{{verbatim(str(text))}}}"))
    for name, field in (("urldate", "accessDate"), ("origdate", "originalDate")):
        if (text := data.get(field)) and (parts := _parts_of(str(text))):
            found.append((name, f"{{{'-'.join(parts)}}}"))
    return found


@lru_cache(maxsize=_KNOWN)
def _language(text: str) -> Sequence[tuple[str, str]]:
    code = re.split(r"[-_]", text.strip().lower())[0]
    name = _LANGUAGES.get(code, code if code in _LANGUAGES.values() else "")
    if name:
        return [("langid", f"{{{name}}}")]
    return [("language", f"{{{escape(text)}}}")] if text.strip() else []


@lru_cache(maxsize=_KNOWN)
def _keyword(tag: str) -> str:
    shown = escape_once(tag)
    return f"{{{shown}}}" if "," in shown else shown
