"""Items become RIS: tags that every program reads as intended, and nothing lost for syncd itself.

DIALECT   what we write. The tags are those by which Zotero knows the fields, so that any
          reference manager can import them.
MARKER    `U5  - syncd:journalArticle` says that an entry is in our dialect, and its item type;
          other programs pass custom tags over.
REMARK    `U5  - field=JSON` for a value that no tag can carry: because none exists, or because
          a line of RIS would not give it back as it is. It overrides the tag.

The tables here are read in both directions: the room `own` of `sources` is the way back.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

MARKER_TAG = "U5"
MARKER = "syncd:"

_ARCHIVE = "archive=AV archiveLocation=AN libraryCatalog=DP callNumber=CN"
_SHARED = """title=TI shortTitle=ST language=LA rights=CR url=UR abstractNote=AB extra=M2 DOI=DO
    citationKey=LB"""
_BOOK = "volume=VL numberOfVolumes=NV edition=ET place=CY publisher=PB ISBN=SN seriesNumber=SV"
_PERIODICAL = "publicationTitle=T2 volume=VL issue=IS ISSN=SN publisher=PB place=CY"


class _Dialect(NamedTuple):
    """How one item type is written."""

    type_tag: str
    fields: Mapping[str, str]
    """Field to tag."""


def _dialect(type_tag: str, *assignments: str) -> _Dialect:
    pairs = (pair.partition("=") for group in assignments for pair in group.split())
    return _Dialect(type_tag, {field: tag for field, _, tag in pairs})


_DIALECTS = {
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
        "JOUR", _SHARED, _ARCHIVE, _PERIODICAL, "journalAbbreviation=J2 series=T3 section=SE PMID=C2"
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

_DATE_FIELDS = ("date", "dateDecided", "dateEnacted", "issueDate")
_PAGE_FIELDS = ("pages", "codePages")
_ACCESSED = "accessDate"
_NOT_FIELDS = frozenset(
    """itemType creators tags collections relations key version dateAdded dateModified deleted
    parentItem""".split()
)

_AUTHORS = {
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
_OTHER_ROLES = {"ED": "editor", "A3": "seriesEditor", "A4": "translator"}
_ANY_ROLE = "A4"

_UNSAFE = r"\s\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff"
_PLAIN = re.compile(rf"[^{_UNSAFE}](?:[^{_UNSAFE}]| (?! ))*(?<! )")
_TWICE_ENCODED = re.compile(r"[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u2122]")
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_ISO_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d:\d\d)Z?)?")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_PAGE_RANGE = re.compile(r"([^\s-]+)-([^\s-]+)")

Lines = list[tuple[str, str]]
"""Tags and values, in order."""


def format_ris(data: Mapping[str, Any], notes: Sequence[str] = ()) -> str:
    """Return an item as a RIS entry, `TY` to `ER`, with its child notes (HTML)."""
    dialect = _dialect_of(str(data["itemType"]))
    lines: Lines = [("TY", dialect.type_tag), (MARKER_TAG, f"{MARKER}{data['itemType']}")]
    values = {
        field: str(value)
        for field, value in data.items()
        if field not in _NOT_FIELDS and value not in ("", None)
    }
    lines += _creator_lines(data)
    for field, value in values.items():
        lines += _field_lines(field, value, dialect)
    lines += _tag_lines(data.get("tags") or ())
    for note in notes:
        lines += _note_lines(note)
    lines.append(("ER", ""))
    return "".join(f"{tag}  - {value}\n" for tag, value in lines)


def _dialect_of(item_type: str) -> _Dialect:
    return _DIALECTS.get(item_type, _ANY_TYPE)


def _is_plain(value: str) -> bool:
    """Tell whether a line of RIS gives the value back as it is."""
    return (
        _PLAIN.fullmatch(value) is not None
        and unicodedata.is_normalized("NFC", value)
        and not _TWICE_ENCODED.search(value)
    )


def _on_one_line(value: str) -> str:
    return re.sub(rf"[{_UNSAFE}]+", " ", value).strip()


def _remark(field: str, value: object) -> tuple[str, str]:
    return MARKER_TAG, f"{field}={json.dumps(value)}"


def _field_lines(field: str, value: str, dialect: _Dialect) -> Iterator[tuple[str, str]]:
    if field in _DATE_FIELDS:
        yield from _date_lines(field, value)
    elif field in _PAGE_FIELDS:
        yield from _page_lines(field, value)
    elif field == _ACCESSED and (moment := _ISO_MOMENT.fullmatch(value)):
        yield "Y2", f"{moment[1]}/{moment[2]}/{moment[3]}/{moment[4] or ''}"
        if read_moment(f"{moment[1]}/{moment[2]}/{moment[3]}/{moment[4] or ''}") != value:
            yield _remark(field, value)
    elif field == "extra":
        yield from _extra_lines(value)
    else:
        tag = dialect.fields.get(field)
        if tag:
            yield tag, _on_one_line(value)
        if not tag or not _is_plain(value):
            yield _remark(field, value)


def _date_lines(field: str, value: str) -> Iterator[tuple[str, str]]:
    if year := _YEAR.search(value):
        yield "PY", year[0]
    if iso := _ISO_DATE.fullmatch(value):
        yield "DA", "/".join((iso[1], iso[2] or "", iso[3] or "", ""))
    else:
        yield "DA", _on_one_line(value)
        yield _remark(field, value)


def _page_lines(field: str, value: str) -> Iterator[tuple[str, str]]:
    both = _PAGE_RANGE.fullmatch(value)
    if both and _is_plain(value):
        yield "SP", both[1]
        yield "EP", both[2]
    else:
        yield "SP", _on_one_line(value)
        if not _is_plain(value):
            yield _remark(field, value)


def _extra_lines(value: str) -> Iterator[tuple[str, str]]:
    lines = value.split("\n")
    for line in lines:
        if line.strip():
            yield "M2", _on_one_line(line)
    if not all(_is_plain(line) for line in lines):
        yield _remark("extra", value)


def _creator_lines(data: Mapping[str, Any]) -> Lines:
    creators = data.get("creators") or []
    roles = roles_of(str(data["itemType"]))
    tags = {role: tag for tag, role in roles.items()}
    lines = [
        (tags.get(creator["creatorType"], _ANY_ROLE), _on_one_line(_name_text(creator)))
        for creator in creators
    ]
    again = [read_name(roles[tag], text) for tag, text in lines]
    if again != [dict(creator) for creator in creators] or not all(_is_plain(t) for _, t in lines):
        lines.append(_remark("creators", creators))
    return lines


def roles_of(item_type: str) -> dict[str, str]:
    """Return the role that each tag of persons has in an entry of this type."""
    return {"AU": _AUTHORS.get(item_type, "author"), **_OTHER_ROLES}


def _name_text(creator: Mapping[str, str]) -> str:
    if "name" in creator:
        return creator["name"]
    family, given = creator.get("lastName", ""), creator.get("firstName", "")
    return f"{family}, {given}" if given else f"{family},"


def read_name(role: str, text: str) -> dict[str, str]:
    """Return the creator that a name in our dialect stands for; a comma makes it a person."""
    family, comma, given = text.partition(",")
    if not comma:
        return {"creatorType": role, "name": text}
    return {"creatorType": role, "lastName": family.strip(), "firstName": given.strip()}


def _tag_lines(tags: Sequence[Mapping[str, Any]]) -> Lines:
    lines = [("KW", _on_one_line(tag["tag"])) for tag in tags]
    if not all(_is_plain(tag["tag"]) for tag in tags):
        lines.append(_remark("tags", [dict(tag) for tag in tags]))
    elif automatic := [number for number, tag in enumerate(tags) if tag.get("type") == 1]:
        lines.append(_remark("automatic", automatic))
    return lines


def _note_lines(note: str) -> Lines:
    return [("N1", _on_one_line(note))] + ([] if _is_plain(note) else [_remark("note", note)])


class ReadBack(NamedTuple):
    """What an entry in our dialect says, field by field under the type's own names."""

    item_type: str
    fields: dict[str, str]
    creators: list[dict[str, str]]
    tags: list[dict[str, Any]]
    notes: list[str]
    unused: Lines


def find_marker(values: Sequence[str]) -> str | None:
    """Return the item type that a marker among these values of `U5` names, or None."""
    for value in values:
        if value.startswith(MARKER) and value.removeprefix(MARKER) in _DIALECTS:
            return value.removeprefix(MARKER)
    return None


def read_back(lines: Sequence[tuple[str, str]]) -> ReadBack:
    """Return the item that an entry in our dialect stands for.

    Values that the dialect has no place for, as a person's edit may leave, are unused ones.
    """
    return _Reading(lines).result


class _Reading:
    """One pass over the lines of an entry; remarks override what the tags said."""

    def __init__(self, lines: Sequence[tuple[str, str]]) -> None:
        item_type = find_marker([value for tag, value in lines if tag == MARKER_TAG]) or ""
        self.result = ReadBack(item_type, {}, [], [], [], [])
        self._roles = roles_of(item_type)
        self._fields_of = {tag: f for f, tag in _dialect_of(item_type).fields.items()}
        self._date = _field_in(item_type, _NAMED_DATES, "date")
        self._pages = "codePages" if item_type == "bill" else "pages"
        self._remarks: list[tuple[str, Any]] = []
        for tag, value in lines:
            if value and not self._take(tag, value):
                self.result.unused.append((tag, value))
        for field, content in self._remarks:
            self._apply(field, content)

    def _take(self, tag: str, value: str) -> bool:
        result = self.result
        if tag == MARKER_TAG:
            return self._take_remark(value)
        if tag in ("TY", "PY"):
            return True
        if tag == "KW":
            result.tags.append({"tag": value})
        elif tag == "N1":
            result.notes.append(value)
        elif tag == "DA":
            result.fields[self._date] = _read_date(value)
        elif tag == "Y2":
            result.fields[_ACCESSED] = read_moment(value)
        elif tag == "M2":
            known = result.fields.get("extra")
            result.fields["extra"] = f"{known}\n{value}" if known else value
        elif field := self._fields_of.get(tag):
            return result.fields.setdefault(field, value) == value
        elif tag in ("SP", "EP"):
            start = result.fields.get(self._pages)
            result.fields[self._pages] = f"{start}-{value}" if start else value
        elif role := self._roles.get(tag):
            result.creators.append(read_name(role, value))
        else:
            return False
        return True

    def _take_remark(self, value: str) -> bool:
        if value.startswith(MARKER):
            return True
        field, _, content = value.partition("=")
        try:
            said = json.loads(content)
        except ValueError:
            return False
        if not _CONTENTS.get(field, _is_text)(said):
            return False
        if field == "note":
            self.result.notes[-1:] = [said]
        else:
            self._remarks.append((field, said))
        return True

    def _apply(self, field: str, content: Any) -> None:
        result = self.result
        if field == "creators":
            result.creators[:] = content
        elif field == "tags":
            result.tags[:] = content
        elif field == "automatic":
            for number in content:
                if number < len(result.tags):
                    result.tags[number]["type"] = 1
        else:
            result.fields[field] = content


def _is_text(content: object) -> bool:
    return isinstance(content, str)


def _is_creators(content: object) -> bool:
    """Tell whether a remark holds creators; a person may have edited the file."""
    return isinstance(content, list) and all(
        isinstance(creator, dict)
        and "creatorType" in creator
        and all(map(_is_text, creator.values()))
        for creator in content
    )


def _is_tags(content: object) -> bool:
    return isinstance(content, list) and all(
        isinstance(tag, dict) and _is_text(tag.get("tag")) for tag in content
    )


def _is_numbers(content: object) -> bool:
    return isinstance(content, list) and all(
        isinstance(number, int) and number >= 0 for number in content
    )


_CONTENTS: Mapping[str, Callable[[object], bool]] = {
    "automatic": _is_numbers,
    "creators": _is_creators,
    "tags": _is_tags,
}
"""What a remark about more than one field must look like; any other holds a text."""


_NAMED_DATES = {"case": "dateDecided", "patent": "issueDate", "statute": "dateEnacted"}


def _field_in(item_type: str, names: Mapping[str, str], usual: str) -> str:
    return names.get(item_type, usual)


def _read_date(value: str) -> str:
    if value.count("/") != 3 or not value.endswith("/"):
        return value
    return "-".join(part for part in value.split("/") if part)


def read_moment(value: str) -> str:
    """Return an access date as the web API writes it."""
    day, _, time = value.rpartition("/")
    iso = day.replace("/", "-")
    return f"{iso}T{time}Z" if time else iso
