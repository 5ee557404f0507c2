"""Which tag holds which field of which item type, in our dialect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

MARKER_TAG = "U5"
MARKER = "syncd:"
ACCESSED = "accessDate"

Lines = list[tuple[str, str]]
"""Tags and values, in order."""

_ARCHIVE = "archive=AV archiveLocation=AN libraryCatalog=DP callNumber=CN"
_SHARED = """title=TI shortTitle=ST language=LA rights=CR url=UR abstractNote=AB extra=M2 DOI=DO
    citationKey=LB"""
_BOOK = "volume=VL numberOfVolumes=NV edition=ET place=CY publisher=PB ISBN=SN seriesNumber=SV"
_PERIODICAL = "publicationTitle=T2 volume=VL issue=IS ISSN=SN publisher=PB place=CY"


class Dialect(NamedTuple):
    """How one item type is written."""

    type_tag: str
    fields: Mapping[str, str]
    """Field to tag."""


def _dialect(type_tag: str, *assignments: str) -> Dialect:
    pairs = (pair.partition("=") for group in assignments for pair in group.split())
    return Dialect(type_tag, {field: tag for field, _, tag in pairs})


DIALECTS = {
    "artwork": _dialect("ART", _SHARED, _ARCHIVE, "artworkMedium=M3 artworkSize=C3"),
    "audioRecording": _dialect(
        "SOUND", _SHARED, _ARCHIVE, "seriesTitle=T3 volume=VL numberOfVolumes=NV place=CY",
        "label=PB ISBN=SN audioRecordingFormat=C5",
    ),
    "bill": _dialect(
        "BILL", _SHARED, "billNumber=M1 code=T2 codeVolume=VL section=SE legislativeBody=T3",
        "session=ET history=OP",
    ),
    "blogPost": _dialect("BLOG", _SHARED, "blogTitle=T2 websiteType=M3"),
    "book": _dialect("BOOK", _SHARED, _ARCHIVE, _BOOK, "series=T2 numPages=SP"),
    "bookSection": _dialect("CHAP", _SHARED, _ARCHIVE, _BOOK, "bookTitle=T2 series=T3"),
    "case": _dialect(
        "CASE", "caseName=TI language=LA rights=CR url=UR abstractNote=AB extra=M2 DOI=DO",
        "court=PB docketNumber=SV reporter=A2 reporterVolume=VL firstPage=SP history=OP",
    ),
    "computerProgram": _dialect(
        "COMP", _SHARED.replace("language=LA", "programmingLanguage=LA"), _ARCHIVE,
        "seriesTitle=T2 versionNumber=ET system=M1 place=CY company=PB ISBN=SN",
    ),
    "conferencePaper": _dialect(
        "CONF", _SHARED, _ARCHIVE, "proceedingsTitle=C3 conferenceName=T2 place=CY publisher=PB",
        "volume=VL issue=IS numberOfVolumes=NV series=T3 seriesNumber=SV ISBN=SN",
    ),
    "dataset": _dialect(
        "DATA", _SHARED, _ARCHIVE, "versionNumber=ET repository=PB repositoryLocation=CY",
        "identifier=NV type=M3",
    ),
    "dictionaryEntry": _dialect("DICT", _SHARED, _ARCHIVE, _BOOK, "dictionaryTitle=T2 series=T3"),
    "document": _dialect("GEN", _SHARED, _ARCHIVE, "publisher=PB place=CY type=M3"),
    "email": _dialect("ICOMM", _SHARED.replace("title=TI shortTitle=ST", "subject=TI")),
    "encyclopediaArticle": _dialect(
        "ENCYC", _SHARED, _ARCHIVE, _BOOK, "encyclopediaTitle=T2 series=T3"
    ),
    "film": _dialect(
        "MPCT", _SHARED, _ARCHIVE, "distributor=PB place=CY genre=C4 videoRecordingFormat=C5",
        "runningTime=SP",
    ),
    "forumPost": _dialect("BLOG", _SHARED, "forumTitle=T2 postType=M3"),
    "hearing": _dialect(
        "HEAR", _SHARED, "committee=T2 place=CY publisher=PB numberOfVolumes=NV",
        "documentNumber=M1 legislativeBody=T3 session=ET history=OP",
    ),
    "instantMessage": _dialect("ICOMM", _SHARED),
    "interview": _dialect("PCOMM", _SHARED, _ARCHIVE, "interviewMedium=M3"),
    "journalArticle": _dialect(
        "JOUR", _SHARED, _ARCHIVE, _PERIODICAL, "journalAbbreviation=J2 series=T3 section=SE",
        "PMID=C2",
    ),
    "letter": _dialect("PCOMM", _SHARED, _ARCHIVE, "letterType=M3"),
    "magazineArticle": _dialect("MGZN", _SHARED, _ARCHIVE, _PERIODICAL),
    "manuscript": _dialect(
        "MANSCPT", _SHARED, _ARCHIVE, "manuscriptType=M3 institution=PB place=CY numPages=SP"
    ),
    "map": _dialect(
        "MAP", _SHARED, _ARCHIVE, "mapType=M3 scale=C1 seriesTitle=T2 edition=ET place=CY",
        "publisher=PB ISBN=SN",
    ),
    "newspaperArticle": _dialect(
        "NEWS", _SHARED, _ARCHIVE, _PERIODICAL, "edition=ET section=SE"
    ),
    "patent": _dialect(
        "PAT", _SHARED, "place=CY country=C3 assignee=PB issuingAuthority=A2 patentNumber=SN",
        "applicationNumber=M1 priorityNumbers=OP filingDate=C1 references=C5 legalStatus=C6",
    ),
    "podcast": _dialect("SOUND", _SHARED, "seriesTitle=T3 publisher=PB place=CY"),
    "preprint": _dialect(
        "UNPB", _SHARED, _ARCHIVE, "repository=PB place=CY genre=M3 series=T3 seriesNumber=SV"
    ),
    "presentation": _dialect("SLIDE", _SHARED, "presentationType=M3 place=CY meetingName=T2"),
    "radioBroadcast": _dialect("SOUND", _SHARED, _ARCHIVE, "programTitle=T3 network=PB place=CY"),
    "report": _dialect(
        "RPRT", _SHARED, _ARCHIVE, "reportNumber=SN reportType=M3 seriesTitle=T2 place=CY",
        "institution=PB seriesNumber=SV",
    ),
    "standard": _dialect(
        "STAND", _SHARED, _ARCHIVE, "organization=PB committee=T2 number=SN type=M3 place=CY",
        "edition=ET",
    ),
    "statute": _dialect(
        "STAT", "nameOfAct=TI language=LA rights=CR url=UR abstractNote=AB extra=M2 DOI=DO",
        "code=T2 codeNumber=VL publicLawNumber=M1 section=SE session=ET history=OP",
    ),
    "thesis": _dialect(
        "THES", _SHARED, _ARCHIVE, "thesisType=M3 university=PB place=CY numPages=SP ISBN=SN",
        "series=T3 seriesNumber=SV",
    ),
    "tvBroadcast": _dialect("VIDEO", _SHARED, _ARCHIVE, "programTitle=T3 network=PB place=CY"),
    "videoRecording": _dialect(
        "VIDEO", _SHARED, _ARCHIVE, "videoRecordingFormat=C5 seriesTitle=T3 volume=VL",
        "numberOfVolumes=NV place=CY studio=PB ISBN=SN",
    ),
    "webpage": _dialect("ELEC", _SHARED, "websiteTitle=T2 websiteType=M3 publisher=PB place=CY"),
}  # fmt: skip
_ANY_TYPE = _dialect("GEN", _SHARED)

AUTHOR_ROLES = {
    "artwork": "artist",
    "audioRecording": "composer",
    "bill": "sponsor",
    "computerProgram": "programmer",
    "film": "director",
    "hearing": "contributor",
    "interview": "interviewee",
    "map": "cartographer",
    "patent": "inventor",
    "podcast": "podcaster",
    "presentation": "presenter",
    "videoRecording": "director",
}
"""What an author is called where not `author`."""
_OTHER_ROLES = {"ED": "editor", "A3": "seriesEditor", "A4": "translator"}
ANY_ROLE = "A4"


def dialect_of(item_type: str) -> Dialect:
    return DIALECTS.get(item_type, _ANY_TYPE)


def roles_of(item_type: str) -> dict[str, str]:
    """Return the role that each tag of persons has in an entry of this type."""
    return {"AU": AUTHOR_ROLES.get(item_type, "author"), **_OTHER_ROLES}


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
