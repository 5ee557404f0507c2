"""Which tag holds which field of which item type, in our dialect.

The tags are those from which Zotero's importer fills the field, so that what is imported there
arrives whole. A field for which it has no tag stands in a line of `M2` under its name: Zotero
makes the field of it, and other programs show it as a remark. So does an item type that it has no
`TY` for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

MARKER_TAG = "U5"
MARKER = "syncd:"
ACCESSED = "accessDate"
EXTRA_TAG = "M2"
TYPE_LABEL = "type"
"""What a line of `M2` begins with that names an item type."""

Lines = list[tuple[str, str]]
"""Tags and values, in order."""

_ARCHIVE = "archive=DB archiveLocation=AN libraryCatalog=DP callNumber=CN"
_TITLED = "title=TI shortTitle=ST"
_SHARED = "language=LA rights=CR url=UR abstractNote=AB DOI=DO"
_PUBLISHED = "publisher=PB place=CY"
_BOOK = "volume=VL numberOfVolumes=NV edition=ET ISBN=SN"
_PERIODICAL = "publicationTitle=T2 volume=VL issue=IS ISSN=SN"
_WRITTEN = "AU=author A4=translator"
_EDITED = "AU=author A2=editor A4=translator"
_COLLECTED = "AU=author A2=editor A3=seriesEditor A4=translator"


class Dialect(NamedTuple):
    """How one item type is written."""

    type_tag: str
    fields: Mapping[str, str]
    """Field to tag; other fields are lines of `M2`."""
    roles: Mapping[str, str]
    """Tag to the role of the people in it."""
    tags: Mapping[str, str]
    """Role to its tag."""
    names_type: bool
    """Whether a line of `M2` has to name the type, as `TY` does not."""


def _dialect(
    type_tag: str, *fields: str, roles: str = "AU=author", names_type: bool = False
) -> Dialect:
    role_of = _pairs(roles)
    tag_of = {role: tag for tag, role in role_of.items()}
    return Dialect(type_tag, _pairs(" ".join(fields)), role_of, tag_of, names_type)


def _pairs(text: str) -> dict[str, str]:
    return {name: value for name, _, value in (pair.partition("=") for pair in text.split())}


DIALECTS = {
    "artwork": _dialect(
        "ART", _TITLED, _SHARED, _ARCHIVE, "artworkMedium=M3 artworkSize=C3", roles="AU=artist",
    ),
    "audioRecording": _dialect(
        "SOUND", _TITLED, _SHARED, _ARCHIVE, "seriesTitle=T3 volume=VL numberOfVolumes=NV",
        "place=CY label=PB ISBN=SN audioRecordingFormat=C5",
        roles="AU=composer A2=performer A4=translator C4=wordsBy",
    ),
    "bill": _dialect(
        "BILL", _TITLED, _SHARED, "billNumber=M1 code=T2 codeVolume=VL section=SE",
        "legislativeBody=T3 session=ET history=OP", roles="A2=sponsor A3=cosponsor",
    ),
    "blogPost": _dialect(
        "BLOG", _TITLED, _SHARED, "blogTitle=T2 websiteType=M3", roles=f"{_WRITTEN} C2=commenter",
    ),
    "book": _dialect(
        "BOOK", _TITLED, _SHARED, _ARCHIVE, _PUBLISHED, _BOOK, "series=T2 seriesNumber=M1",
        "numPages=SP", roles="AU=author A2=seriesEditor A3=editor A4=translator",
    ),
    "bookSection": _dialect(
        "CHAP", _TITLED, _SHARED, _ARCHIVE, _PUBLISHED, _BOOK, "bookTitle=T2 series=T3",
        "seriesNumber=SV", roles=f"{_COLLECTED} C2=bookAuthor",
    ),
    "case": _dialect(
        "CASE", "caseName=TI", _SHARED, "court=PB docketNumber=SV reporter=A2 reporterVolume=VL",
        "firstPage=SP history=OP", roles="AU=author A4=counsel",
    ),
    "computerProgram": _dialect(
        "COMP", _TITLED, _SHARED.replace("language=LA", "programmingLanguage=LA"), _ARCHIVE,
        "seriesTitle=T2 versionNumber=ET system=M1 place=CY company=PB ISBN=SN",
        roles="AU=programmer",
    ),
    "conferencePaper": _dialect(
        "CONF", _TITLED, _SHARED, _ARCHIVE, _PUBLISHED, "proceedingsTitle=C3 conferenceName=T2",
        "volume=VL issue=IS numberOfVolumes=NV series=T3 ISBN=SN",
        roles="AU=author A2=editor A3=seriesEditor A4=contributor",
    ),
    "dataset": _dialect(
        "DATA", _TITLED, _SHARED, _ARCHIVE, "versionNumber=ET repository=PB repositoryLocation=CY",
        "identifier=NV type=M3", roles="AU=author A4=contributor",
    ),
    "dictionaryEntry": _dialect(
        "DICT", _TITLED, _SHARED, _ARCHIVE, _PUBLISHED, _BOOK, "dictionaryTitle=T2",
        roles=_COLLECTED,
    ),
    "document": _dialect(
        "GEN", _TITLED, _SHARED, _ARCHIVE, _PUBLISHED, "type=M3", roles=_EDITED, names_type=True,
    ),
    "email": _dialect(
        "ICOMM", "subject=TI", _SHARED, roles="AU=author A2=recipient A4=translator",
    ),
    "encyclopediaArticle": _dialect(
        "ENCYC", _TITLED, _SHARED, _ARCHIVE, _PUBLISHED, _BOOK, "encyclopediaTitle=T2",
        roles=_COLLECTED,
    ),
    "film": _dialect(
        "MPCT", _TITLED, _SHARED, _ARCHIVE, "distributor=PB place=CY genre=C4",
        "videoRecordingFormat=C5 runningTime=SP",
        roles="AU=director A3=producer A4=contributor",
    ),
    "forumPost": _dialect("GEN", _TITLED, _SHARED, "forumTitle=T2", names_type=True),
    "hearing": _dialect(
        "HEAR", _TITLED, _SHARED, _PUBLISHED, "committee=T2 numberOfVolumes=NV documentNumber=M1",
        "legislativeBody=T3 session=ET history=OP", roles="AU=contributor",
    ),
    "instantMessage": _dialect("GEN", _TITLED, _SHARED, names_type=True),
    "interview": _dialect(
        "INTV", _TITLED, _SHARED, _ARCHIVE, _PUBLISHED, roles="AU=interviewee A4=translator",
        names_type=True,
    ),
    "journalArticle": _dialect(
        "JOUR", _TITLED, _SHARED, _ARCHIVE, _PUBLISHED, _PERIODICAL, "journalAbbreviation=J2",
        "series=T3 section=SE", roles=_EDITED,
    ),
    "letter": _dialect(
        "PCOMM", _TITLED, _SHARED, _ARCHIVE, "letterType=M3",
        roles="AU=author A2=recipient A4=translator",
    ),
    "magazineArticle": _dialect(
        "MGZN", _TITLED, _SHARED, _ARCHIVE, _PUBLISHED, _PERIODICAL, roles=_WRITTEN,
    ),
    "manuscript": _dialect(
        "MANSCPT", _TITLED, _SHARED, _ARCHIVE, "manuscriptType=M3 institution=PB place=CY",
        "numPages=SP", roles=_WRITTEN,
    ),
    "map": _dialect(
        "MAP", _TITLED, _SHARED, _ARCHIVE, _PUBLISHED, "mapType=M3 scale=C1 seriesTitle=T2",
        "edition=ET ISBN=SN", roles="AU=cartographer A3=seriesEditor",
    ),
    "newspaperArticle": _dialect(
        "NEWS", _TITLED, _SHARED, _ARCHIVE, _PUBLISHED, _PERIODICAL, "edition=ET section=SE",
        roles=_WRITTEN,
    ),
    "patent": _dialect(
        "PAT", _TITLED, _SHARED, "place=CY country=C3 assignee=PB issuingAuthority=A2",
        "patentNumber=SN applicationNumber=M1 priorityNumbers=OP filingDate=C1 references=C5",
        "legalStatus=C6", roles="AU=inventor C4=attorneyAgent",
    ),
    "podcast": _dialect("POD", _TITLED, _SHARED, _PUBLISHED, roles="AU=podcaster", names_type=True),
    "preprint": _dialect(
        "UNPB", _TITLED, _SHARED, _ARCHIVE, "repository=PB place=CY series=T3", roles=_EDITED,
        names_type=True,
    ),
    "presentation": _dialect(
        "SLIDE", _TITLED, _SHARED, "presentationType=M3 place=CY meetingName=T2 sessionTitle=BT",
        roles="AU=presenter A4=translator",
    ),
    "radioBroadcast": _dialect(
        "GEN", _TITLED, _SHARED, _ARCHIVE, "programTitle=T2 network=PB place=CY",
        roles="AU=creator A4=translator", names_type=True,
    ),
    "report": _dialect(
        "RPRT", _TITLED, _SHARED, _ARCHIVE, "reportNumber=SN reportType=M3 seriesTitle=T2 place=CY",
        "institution=PB", roles="AU=author A2=seriesEditor ED=editor A4=translator",
    ),
    "standard": _dialect(
        "STAND", _TITLED, _SHARED, _ARCHIVE, "place=CY", roles="AU=author ED=editor",
        names_type=True,
    ),
    "statute": _dialect(
        "STAT", "nameOfAct=TI", _SHARED, "code=T2 codeNumber=VL publicLawNumber=M1 section=SE",
        "session=ET history=OP",
    ),
    "thesis": _dialect(
        "THES", _TITLED, _SHARED, _ARCHIVE, "thesisType=M3 university=PB place=CY numPages=SP",
        "ISBN=SN", roles="AU=author A3=contributor",
    ),
    "tvBroadcast": _dialect(
        "VIDEO", _TITLED, _SHARED, _ARCHIVE, "place=CY",
        roles="AU=director A3=producer A4=translator C1=castMember", names_type=True,
    ),
    "videoRecording": _dialect(
        "VIDEO", _TITLED, _SHARED, _ARCHIVE, "videoRecordingFormat=C5 volume=VL",
        "numberOfVolumes=NV place=CY studio=PB ISBN=SN",
        roles="AU=director A3=producer A4=translator C1=castMember",
    ),
    "webpage": _dialect(
        "ELEC", _TITLED, _SHARED, _PUBLISHED, "websiteTitle=T2 websiteType=M3", roles=_WRITTEN,
    ),
}  # fmt: skip
_ANY_TYPE = _dialect("GEN", _TITLED, _SHARED)

ANY_ROLE = "A4"
"""Where people stand whose role no tag of their item's type has."""


def dialect_of(item_type: str) -> Dialect:
    return DIALECTS.get(item_type, _ANY_TYPE)


@cache
def label_of_line(field: str) -> str:
    """Return what a field is called in a line of `M2`: its name, in words."""
    words = re.sub("(?<=[a-z])(?=[A-Z])", " ", field)
    return words[0].upper() + words[1:]


def field_of_line(label: str) -> str:
    """Return the field that a label of ours stands for: the inverse of `label_of_line`."""
    first, *others = label.split(" ")
    first = first if first.isupper() else first[:1].lower() + first[1:]
    return "".join((first, *others))


def read_name(role: str, text: str) -> dict[str, str]:
    """Return the creator that a name in our dialect stands for; a comma makes it a person."""
    family, comma, given = text.partition(",")
    if not comma:
        return {"creatorType": role, "name": text}
    return {"creatorType": role, "lastName": family.strip(), "firstName": given.strip()}


def read_moment(value: str) -> str:
    """Return an access date as the web API writes it."""
    day, _, time = value.rpartition("/")
    iso = day.replace("/", "-")
    return f"{iso}T{time}Z" if time else iso
