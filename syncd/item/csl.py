"""Items as CSL-JSON, the form in which citation processors take them.

Source of the names: the CSL 1.0.2 specification, appendices on types and variables; and where
Zotero reads another name, that one beside it. One item of a type that Zotero does not read makes
it refuse the whole file, so a program is a book, as it was before CSL knew software.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from syncd.item.fields import Named, first_of, names_among

_TYPES = {
    "artwork": "graphic",
    "audioRecording": "song",
    "bill": "bill",
    "blogPost": "post-weblog",
    "book": "book",
    "bookSection": "chapter",
    "case": "legal_case",
    "computerProgram": "book",
    "conferencePaper": "paper-conference",
    "dataset": "dataset",
    "dictionaryEntry": "entry-dictionary",
    "document": "document",
    "email": "personal_communication",
    "encyclopediaArticle": "entry-encyclopedia",
    "film": "motion_picture",
    "forumPost": "post",
    "hearing": "hearing",
    "instantMessage": "personal_communication",
    "interview": "interview",
    "journalArticle": "article-journal",
    "letter": "personal_communication",
    "magazineArticle": "article-magazine",
    "manuscript": "manuscript",
    "map": "map",
    "newspaperArticle": "article-newspaper",
    "patent": "patent",
    "podcast": "broadcast",
    "preprint": "article",
    "presentation": "speech",
    "radioBroadcast": "broadcast",
    "report": "report",
    "standard": "standard",
    "statute": "legislation",
    "thesis": "thesis",
    "tvBroadcast": "broadcast",
    "videoRecording": "motion_picture",
    "webpage": "webpage",
}

_KINDS = {
    "computerProgram": "software",
    **{kind: kind for kind in ("email", "instantMessage", "radioBroadcast", "tvBroadcast")},
    "videoRecording": "videoRecording",
}
"""What a line of `note` says of items whose CSL type is first of all another type's.

Zotero takes the type from such a line.
"""

_VARIABLES = {
    "title": ("title", "caseName", "nameOfAct", "subject"),
    "title-short": ("shortTitle",),
    "container-title": (
        "publicationTitle", "bookTitle", "proceedingsTitle", "dictionaryTitle",
        "encyclopediaTitle", "websiteTitle", "blogTitle", "forumTitle", "programTitle",
        "sessionTitle", "reporter", "code",
    ),
    "container-title-short": ("journalAbbreviation",),
    "journalAbbreviation": ("journalAbbreviation",),
    "license": ("rights",),
    "part-number": ("partNumber",),
    "part-title": ("partTitle",),
    "original-publisher": ("originalPublisher",),
    "original-publisher-place": ("originalPlace",),
    "chapter-number": ("session",),
    "collection-title": ("series", "seriesTitle"),
    "collection-number": ("seriesNumber",),
    "event-title": ("conferenceName", "meetingName"),
    "event-place": ("eventPlace",),
    "publisher": (
        "publisher", "institution", "university", "company", "label", "distributor", "studio",
        "network", "repository",
    ),
    "publisher-place": ("place", "repositoryLocation"),
    "authority": (
        "court", "legislativeBody", "issuingAuthority", "organization", "authority",
    ),
    "volume": ("volume", "codeVolume", "reporterVolume", "codeNumber"),
    "number-of-volumes": ("numberOfVolumes",),
    "issue": ("issue", "priorityNumbers"),
    "page": ("pages", "codePages"),
    "page-first": ("firstPage",),
    "number-of-pages": ("numPages",),
    "edition": ("edition",),
    "version": ("versionNumber",),
    "number": (
        "number", "reportNumber", "patentNumber", "billNumber", "docketNumber", "documentNumber",
        "publicLawNumber", "episodeNumber", "identifier", "archiveID",
    ),
    "section": ("section", "committee"),
    "genre": (
        "type", "reportType", "thesisType", "manuscriptType", "mapType", "letterType",
        "presentationType", "websiteType", "postType", "genre", "programmingLanguage",
    ),
    "medium": (
        "medium", "artworkMedium", "audioRecordingFormat", "videoRecordingFormat", "format",
        "interviewMedium", "audioFileType", "system",
    ),
    "dimensions": ("artworkSize", "runningTime"),
    "scale": ("scale",),
    "references": ("history", "references"),
    "status": ("legalStatus", "status"),
    "abstract": ("abstractNote",),
    "language": ("language",),
    "ISBN": ("ISBN",),
    "ISSN": ("ISSN",),
    "DOI": ("DOI",),
    "PMID": ("PMID",),
    "PMCID": ("PMCID",),
    "URL": ("url",),
    "archive": ("archive",),
    "archive_location": ("archiveLocation",),
    "source": ("libraryCatalog",),
    "call-number": ("callNumber", "applicationNumber"),
    "citation-key": ("citationKey",),
    "note": ("extra",),
}  # fmt: skip
_DATES = {
    "issued": ("date", "dateDecided", "dateEnacted", "issueDate"),
    "accessed": ("accessDate",),
    "submitted": ("filingDate",),
    "original-date": ("originalDate",),
}
_ROLES = {
    "bookAuthor": "container-author",
    "castMember": "performer",
    "chair": "chair",
    "executiveProducer": "executive-producer",
    "originalCreator": "original-author",
    "podcaster": "host",
    "seriesCreator": "series-creator",
    "composer": "composer",
    "contributor": "contributor",
    "director": "director",
    "editor": "editor",
    "guest": "guest",
    "host": "host",
    "interviewer": "interviewer",
    "narrator": "narrator",
    "organizer": "organizer",
    "performer": "performer",
    "producer": "producer",
    "recipient": "recipient",
    "reviewedAuthor": "reviewed-author",
    "scriptwriter": "script-writer",
    "seriesEditor": "collection-editor",
    "translator": "translator",
}
"""Roles that are no author's; every other creator is one."""

_KNOWN = 1024
"""So many dates are known as they were just read: they come again."""
_ISO = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:[T ].*)?")


def csl_of(key: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as a CSL-JSON object whose `id` is the item key."""
    csl: dict[str, Any] = {"id": key, "type": _TYPES.get(data.get("itemType", ""), "document")}
    variables, dates = _variables_of(tuple(data))
    for variable, fields in variables:
        if text := first_of(data, fields):
            csl[variable] = text
    for variable, fields in dates:
        if text := first_of(data, fields):
            csl[variable] = _date(text)
    for creator in data.get("creators") or ():
        role = _ROLES.get(creator["creatorType"], "author")
        csl.setdefault(role, []).append(_name(creator))
    if kind := _KINDS.get(data.get("itemType", "")):
        csl["note"] = f"type: {kind}\n{csl['note']}" if "note" in csl else f"type: {kind}"
    if keywords := ", ".join([tag["tag"] for tag in data.get("tags") or ()]):
        csl["keyword"] = keywords
    return csl


@lru_cache(maxsize=256)
def _variables_of(present: tuple[str, ...]) -> tuple[Named, Named]:
    """Return the variables, and the dates, that an item with these properties may have.

    Most items of a library have the same few properties.
    """
    return names_among(_VARIABLES, present), names_among(_DATES, present)


@lru_cache(maxsize=_KNOWN)
def _date(text: str) -> Mapping[str, Any]:
    match = _ISO.fullmatch(text)
    if match is None:
        return {"raw": text}
    return {"date-parts": [[int(part) for part in match.groups() if part]]}


def _name(creator: Mapping[str, Any]) -> dict[str, str]:
    if "name" in creator:
        return {"literal": creator["name"]}
    family, given = creator.get("lastName"), creator.get("firstName")
    if family and given:
        return {"family": family, "given": given}
    return {part: text for part, text in (("family", family), ("given", given)) if text}
