"""Which Zotero item type a TY becomes; where TY says too little, the record's other tags decide."""

from __future__ import annotations

import re

from syncd.formats.sources.draft import Draft
from syncd.formats.sources.naming import is_event
from syncd.identity import parse_isbns, parse_issns

_KINDS = {
    "ABST": "journalArticle",
    "ADVS": "film",
    "AGGR": "dataset",
    "ANCIENT": "document",
    "ART": "artwork",
    "BILL": "bill",
    "BLOG": "blogPost",
    "BOOK": "book",
    "CASE": "case",
    "CHAP": "bookSection",
    "CHART": "artwork",
    "CLSWK": "book",
    "COMP": "computerProgram",
    "CONF": "conferencePaper",
    "CPAPER": "conferencePaper",
    "CTLG": "magazineArticle",
    "DATA": "dataset",
    "DBASE": "dataset",
    "DICT": "dictionaryEntry",
    "EBOOK": "book",
    "ECHAP": "bookSection",
    "EDBOOK": "book",
    "EJOUR": "journalArticle",
    "ELEC": "webpage",
    "ENCYC": "encyclopediaArticle",
    "EQUA": "document",
    "FIGURE": "artwork",
    "GOVDOC": "report",
    "GRANT": "document",
    "GRNT": "document",
    "HEAR": "hearing",
    "ICOMM": "email",
    "INPR": "manuscript",
    "INTV": "interview",
    "JFULL": "journalArticle",
    "JOUR": "journalArticle",
    "LEGAL": "case",
    "MANSCPT": "manuscript",
    "MAP": "map",
    "MGZN": "magazineArticle",
    "MPCT": "film",
    "MULTI": "videoRecording",
    "MUSIC": "audioRecording",
    "NEWS": "newspaperArticle",
    "PAMP": "manuscript",
    "PAT": "patent",
    "PCOMM": "letter",
    "POD": "podcast",
    "PRESS": "document",
    "RPRT": "report",
    "SER": "book",
    "SLIDE": "presentation",
    "SOUND": "audioRecording",
    "STAND": "standard",
    "STAT": "statute",
    "THES": "thesis",
    "UNBILL": "bill",
    "UNPB": "manuscript",
    "UNPD": "manuscript",
    "VIDEO": "videoRecording",
    "WEB": "webpage",
}
"""The one table of RIS types; types that are not here are read by evidence."""

_GENRES = {
    "ABST": "Abstract",
    "ANCIENT": "Ancient text",
    "EQUA": "Equation",
    "GRANT": "Grant",
    "GRNT": "Grant",
    "PAMP": "Pamphlet",
    "PRESS": "Press release",
}
"""What a TY says beyond its item type."""

NAMED_KINDS: dict[str, str] = {
    **dict.fromkeys(
        ["abstract", "conference article", "conference contribution", "conference paper", "paper",
         "poster", "proceedings paper"],
        "conferencePaper",
    ),
    **dict.fromkeys(["book chapter", "chapter"], "bookSection"),
    **dict.fromkeys(["entry for encyclopedia/dictionary", "encyclopedia entry"],
                    "encyclopediaArticle"),
    **dict.fromkeys(["anthology", "book", "e-book", "monograph"], "book"),
    **dict.fromkeys(
        ["commissioned report", "discussion paper", "report", "technical report", "working paper"],
        "report",
    ),
    "preprint": "preprint",
    **dict.fromkeys(["data set", "dataset", "data set/database"], "dataset"),
    "software": "computerProgram",
    "patent": "patent",
    **dict.fromkeys(["web page", "web publication/site", "web site"], "webpage"),
    "blog post": "blogPost",
    **dict.fromkeys(
        ["article", "comment/debate", "editorial", "journal article", "letter", "literature review",
         "note", "review", "review article", "short survey"],
        "journalArticle",
    ),
}  # fmt: skip
"""Kinds of work in the vocabulary of Pure and Scopus, case folded."""

_TYPE_NAMES = {
    name: item_type
    for item_type, names in {
        "artwork": "artwork|chart or table|chart|figure|graphic",
        "audioRecording": "audiorecording|music|song|soundrecording",
        "bill": "bill|bills/resolutions",
        "blogPost": "blog|blogpost|post-weblog",
        "book": "classicalwork|ebook|editedbook|electronicbook|proceedings|serial|wholebook",
        "bookSection": "booksection|electronicbooksection|inbook|incollection",
        "case": "case|legalcase|legal_case",
        "computerProgram": "computerprogram|computersoftware",
        "conferencePaper": "conference|conferenceproceedings|inproceedings|paper-conference"
        "|proceedingsarticle",
        "dataset": "aggregateddatabase|datafile|onlinedatabase",
        "dictionaryEntry": "dictionary|dictionaryentry|entry-dictionary",
        "document": "ancienttext|document|equation|grant|pressrelease",
        "email": "email|e-mail|internetcommunication",
        "encyclopediaArticle": "encyclopedia|encyclopediaarticle|entry-encyclopedia|referenceentry",
        "film": "audiovisual|audiovisualmaterial|film|filmorbroadcast|motionpicture|motion_picture",
        "forumPost": "forumpost|onlinediscussionforum",
        "hearing": "hearing",
        "interview": "interview",
        "journalArticle": "articlejournal|ejournalarticle|electronicarticle|journal",
        "letter": "personalcommunication|personal_communication",
        "magazineArticle": "articlemagazine|magazine|magazinearticle",
        "manuscript": "manuscript|pamphlet|unpublished|unpublishedmaterial|unpublishedwork",
        "map": "map",
        "newspaperArticle": "articlenewspaper|newspaper|newspaperarticle",
        "podcast": "podcast|podcastepisode",
        "preprint": "posted-content|preprintarticle",
        "presentation": "lecture|presentation|slide|slides|speech|talk",
        "radioBroadcast": "radiobroadcast",
        "report": "governmentdocument|governmentreport|techreport",
        "standard": "standard",
        "statute": "legislation|statute",
        "thesis": "dissertation|mastersthesis|phdthesis|thesis",
        "tvBroadcast": "tvbroadcast",
        "videoRecording": "multimedia|onlinemultimedia|video|videorecording",
        "webpage": "online|webpage|website",
    }.items()
    for name in (re.sub(r"\W|_", "", name) for name in names.split("|"))
}
"""What TY holds where programs write their own words, in letters alone: those of EndNote, Zotero,
CSL, Crossref and BibTeX, beside those that Pure writes into M3."""

_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_THESIS = re.compile(r"\bthes[ie]s\b|\bdissertation\b", re.IGNORECASE)
_PATENT_NUMBER = re.compile(r"(?:US|EP|WO|GB|DE|FR|JP|CN|CA|AU)[ -]?\d[\d/ ,]{4,}[A-Z]?\d?\b")
_PREPRINT_SERVER = re.compile(
    r"""arxiv|biorxiv\.org|medrxiv\.org|10\.1101/(?:20\d\d\.|\d{6}\b)|ssrn\.com|10\.2139/ssrn
    | osf\.io/preprints|10\.31219/|10\.31234/|10\.31235/|researchsquare\.com|10\.21203/rs
    | chemrxiv|10\.26434/|preprints\.org|10\.20944/preprints|10\.64898/""",
    re.IGNORECASE | re.VERBOSE,
)
_PREPRINT_PUBLISHER = re.compile(
    r"(?:bio|med|chem|psy|soc|eart?h|eng|ed)?a?rxiv\b|ssrn\b|research square\b|osf preprints\b"
    r"|preprints\.org|authorea\b",
    re.IGNORECASE,
)
_DATA_REPOSITORY = re.compile(
    r"zenodo\.|10\.5281/|figshare\.com|10\.6084/|datadryad\.org|10\.5061/", re.IGNORECASE
)
_ENDS_IN_YEAR = re.compile(r"\b(?:19|20)\d\d\)?$")
_DAYS = re.compile(r" through | to |\d ?[-–] ?\d+ [A-Za-z]|[A-Za-z] \d+ ?[-–] ?\d+,", re.IGNORECASE)
_LONGEST_DAYS = 100
_JOURNAL = ("JF", "JO", "JA", "J2", "JI")
_CONTAINERS = frozenset([*_JOURNAL, "T2", "BT", "SO", "J1", "J9"])


def fill_item_type(draft: Draft) -> None:
    """Tell what an entry describes: by its TY, or by evidence where TY says too little."""
    tag = draft.type_tag
    item_type = _KINDS.get(tag)
    if item_type is None and tag.strip("\"'.,; ") in _KINDS:
        tag = draft.type_tag = tag.strip("\"'.,; ")
        item_type = _KINDS[tag]
    if item_type is None:
        item_type = _by_name(tag) or by_evidence(draft)
        if tag != "GEN":
            said = f"type {tag} is unknown" if tag else "there is no type"
            draft.warn(f"{said}: taken for a {item_type}")
    elif tag in _REFINED:
        item_type = _REFINED[tag](draft)
    draft.item_type = item_type


def _by_name(tag: str) -> str | None:
    """Return the item type that TY names as other programs do, for people or in BibTeX."""
    name = " ".join(_BETWEEN_WORDS.split(tag.casefold()))
    return NAMED_KINDS.get(name) or _TYPE_NAMES.get("".join(filter(str.isalnum, name)))


def fill_genre(draft: Draft) -> None:
    """Say what TY says beyond the item type, unless the record itself says what kind it is."""
    if genre := _GENRES.get(draft.type_tag):
        draft.fields.setdefault("type", genre)


def named_kind(draft: Draft) -> str | None:
    """Return the item type that M3 names in words, or None."""
    for value in draft.tags.get("M3", ()):
        name = value.casefold()
        if item_type := NAMED_KINDS.get(name):
            return item_type
        if name.endswith(("thesis", "dissertation")):
            return "thesis"
    return None


def _addresses(draft: Draft) -> str:
    return " ".join(value for tag in ("DO", "UR", "L1", "L2") for value in draft.tags.get(tag, ()))


def _is_preprint(draft: Draft) -> bool:
    if _PREPRINT_PUBLISHER.match(draft.first("PB")):
        return True
    return _PREPRINT_SERVER.search(_addresses(draft)) is not None


def _conference(draft: Draft) -> str:
    authors = draft.has("AU", "A1")
    editors = draft.has("ED", "A2")
    says = " ".join([*draft.tags.get("M3", ()), *draft.tags.get("N1", ())]).casefold()
    whole = "conference review" in says or "proceedings" in says
    return "book" if whole and editors and not authors else "conferencePaper"


def _serial(draft: Draft) -> str:
    chapter = draft.has("T2", "BT") and draft.has("SP") and (draft.has("EP") or _is_range(draft))
    return "bookSection" if chapter else "book"


def _is_range(draft: Draft) -> bool:
    return re.fullmatch(r"\w+\s*[-–]\s*\w+", draft.first("SP")) is not None


def _in_press(draft: Draft) -> str:
    return "journalArticle" if draft.has(*_JOURNAL, "T2") else "manuscript"


def _unpublished(draft: Draft) -> str:
    return "preprint" if _is_preprint(draft) else "manuscript"


def _article(draft: Draft) -> str:
    without_journal = draft.tags.keys().isdisjoint(_CONTAINERS)
    return "preprint" if without_journal and _is_preprint(draft) else "journalArticle"


def _web_page(draft: Draft) -> str:
    """Tell a page from an article: Ovid calls those of the register of trials so."""
    has_volume = draft.first("VL")[:1].isdigit()
    has_issn = bool(parse_issns(" ".join(draft.tags.get("SN", ()))))
    is_numbered = has_volume or (has_issn and draft.has("SP"))
    is_journal = draft.has("JF", "JO", "JA") or (
        draft.has("T2") and (has_issn or (has_volume and draft.has("SP")))
    )
    return "journalArticle" if is_numbered and is_journal else "webpage"


_REFINED = {
    "ELEC": _web_page,
    "CONF": _conference,
    "INPR": _in_press,
    "JOUR": _article,
    "EJOUR": _article,
    "SER": _serial,
    "UNPB": _unpublished,
    "UNPD": _unpublished,
    "WEB": _web_page,
}


def by_evidence(draft: Draft) -> str:
    """Tell the item type from everything but TY; the first rule that holds decides."""
    return named_kind(draft) or _by_container(draft) or _by_address(draft) or _by_rest(draft)


def _by_container(draft: Draft) -> str | None:
    numbers = " ".join([*draft.tags.get("SN", ()), *draft.tags.get("BN", ())])
    has_isbn = bool(numbers) and bool(parse_isbns(numbers))
    event = (
        is_event(draft.first("T2"))
        or _ENDS_IN_YEAR.search(draft.first("T2")) is not None
        or _DAYS.search(draft.first("Y2")[:_LONGEST_DAYS]) is not None
    )
    if draft.has("BT") and event:
        return "conferencePaper"
    if (draft.has("BT") or has_isbn) and draft.has("SP"):
        return "bookSection"
    journal = draft.has(*_JOURNAL) or bool(parse_issns(numbers))
    if has_isbn and not journal:
        return "book"
    if journal or (draft.has("T2") and draft.has("VL", "IS")):
        return "journalArticle"
    return None


def _by_address(draft: Draft) -> str | None:
    addresses = _addresses(draft)
    if _PREPRINT_SERVER.search(addresses):
        return "preprint"
    return "dataset" if _DATA_REPOSITORY.search(addresses) else None


def _by_rest(draft: Draft) -> str:
    if any(_THESIS.search(draft.first(tag)) for tag in ("PB", "N1", "M1")):
        return "thesis"
    if any(_PATENT_NUMBER.match(draft.first(tag)) for tag in ("SN", "M1")):
        return "patent"
    if is_event(draft.first("T2")):
        return "conferencePaper"
    bare = not draft.has("T2", "BT", "PY", "DA", "Y1", "PB")
    return "webpage" if draft.has("UR") and bare else "document"
