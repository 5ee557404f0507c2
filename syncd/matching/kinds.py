"""What sort of thing a work is, as far as that tells works apart."""

from __future__ import annotations

import re
from enum import IntEnum

from syncd.record import Citation


class Kind(IntEnum):
    """What sort of thing a work is, as far as that tells works apart."""

    OTHER = 0
    ARTICLE = 1
    CONFERENCE = 2
    BOOK = 3
    PART = 4
    PREPRINT = 5
    THESIS = 6
    REPORT = 7
    PATENT = 8
    STANDARD = 9
    LAW = 10
    DATA = 11
    SOFTWARE = 12
    MAP = 13
    WEB = 14
    MEDIA = 15
    TRIAL = 16


PAPERS = frozenset((Kind.ARTICLE, Kind.CONFERENCE, Kind.PART, Kind.PREPRINT))
"""What stands in a journal, in proceedings, a book or an archive, told apart by its place."""

OF_THEIR_OWN = frozenset(
    (
        Kind.PATENT, Kind.STANDARD, Kind.LAW, Kind.DATA, Kind.SOFTWARE, Kind.MAP, Kind.THESIS,
        Kind.TRIAL,
    )
)  # fmt: skip
"""Never the same work as anything of another kind, whatever title they share."""

_KINDS = {
    Kind.ARTICLE: "journalArticle magazineArticle newspaperArticle",
    Kind.CONFERENCE: "conferencePaper presentation",
    Kind.BOOK: "book",
    Kind.PART: "bookSection encyclopediaArticle dictionaryEntry",
    Kind.PREPRINT: "preprint",
    Kind.THESIS: "thesis",
    Kind.REPORT: "report",
    Kind.PATENT: "patent",
    Kind.STANDARD: "standard",
    Kind.LAW: "bill case statute hearing",
    Kind.DATA: "dataset",
    Kind.SOFTWARE: "computerProgram",
    Kind.MAP: "map",
    Kind.WEB: "webpage blogPost forumPost",
    Kind.MEDIA: "videoRecording audioRecording film tvBroadcast radioBroadcast podcast artwork",
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names.split()}

_PREPRINT_DOI = re.compile(
    r"10\.48550/arxiv\.|10\.(?:1101|64898)/(?:\d{4}\.\d\d\.\d\d\.)?\d{6,8}$|10\.21203/rs\.|"
    r"10\.2139/ssrn\.|10\.31234/osf\.|10\.31219/osf\.|10\.31235/osf\.|10\.35542/osf\.|"
    r"10\.20944/preprints|10\.26434/chemrxiv|10\.36227/techrxiv\.|10\.22541/au\.|10\.2196/preprints"
)
_PREPRINT_SERVER = re.compile(
    r"(?:[a-z]{0,8}[anr]xiv"
    r"|ssrn(?: electronic journal)?|research square|preprints(?: org)?|corr|osf preprints"
    r"|authorea(?: preprints)?|hal)\b"
)
_REGISTER = re.compile(
    r"clinical ?trials(?: gov)?|isrctn(?: registry)?|(?:who )?ictrp.*"
    r"|(?:eu|european|german|deutsches|iranian|chinese) clinical trials? (?:register|registry).*"
    r"|(?:nct|isrctn|eudract|euctr|drks|actrn|chictr|ctri|irct|umin|kct|ntr)[0-9].*"
)
_REGISTER_ADDRESS = re.compile(
    r"(?:classic\.)?clinicaltrials\.gov|isrctn\.com|drks\.de|clinicaltrialsregister\.eu|trialsearch\.who"
    r"|anzctr\.org|chictr\.org|ctri\.nic|irct\.|umin\.ac"
)

_DEGREE = re.compile(r"\W*(?:ph\W*d|m\W*sc?|m\W*a|ed\W*d|psy\W*d|d\W*phil)\W*", re.IGNORECASE)
"""What some databases put in a volume's place."""


def kind_of(citation: Citation, container: str) -> Kind:
    """Return the kind of a work by its type, and by where it stands; `container` is folded."""
    doi, address = citation.identity.doi, citation.details.address
    kind = _KIND_OF.get(citation.item_type, Kind.OTHER)
    if container.startswith("dissertation abstracts"):
        return Kind.THESIS
    if kind in (Kind.ARTICLE, Kind.OTHER, Kind.WEB):
        if not container and _DEGREE.fullmatch(citation.volume):
            return Kind.THESIS
        if _REGISTER.fullmatch(container) or _REGISTER_ADDRESS.match(address):
            return Kind.TRIAL
        if kind is not Kind.WEB and (
            (doi and _PREPRINT_DOI.match(doi)) or _PREPRINT_SERVER.match(container)
        ):
            return Kind.PREPRINT
    return kind
