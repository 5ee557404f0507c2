"""What of an item tells works apart that are alike in title, people, year and place.

This runs for every item of a library, so each fact is looked for only in types that have it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from syncd.identity import find_trial_numbers, normal_address
from syncd.item.extra import lines_of
from syncd.item.fields import DATES, first_of
from syncd.record import Details

_NUMBERS = {
    "patent": ("patentNumber", "applicationNumber"),
    "report": ("reportNumber", "seriesNumber"),
    "standard": ("number",),
    "bill": ("billNumber",),
    "case": ("docketNumber",),
    "statute": ("publicLawNumber", "codeNumber"),
    "hearing": ("documentNumber",),
    "manuscript": ("number",),
    "dataset": ("identifier",),
    **dict.fromkeys(("podcast", "radioBroadcast", "tvBroadcast"), ("episodeNumber",)),
    **dict.fromkeys(("book", "thesis", "bookSection", "preprint"), ("seriesNumber",)),
    "document": ("number",),
}
_EDITIONS = ("edition", "versionNumber")
_PARTS = ("partNumber", "section", "session", "scale")
_PUBLISHERS = ("publisher", "company", "repository", "studio", "label", "distributor", "network")
_PLACES = ("eventPlace", "place", "meetingName", "committee", "legislativeBody", "country")
_LABELS = {
    "number": "number", "report number": "number", "patent number": "number",
    "application number": "number", "bill number": "number", "docket number": "number",
    "document number": "number", "episode number": "number", "version": "edition",
    "version number": "edition", "edition": "edition", "part number": "part", "section": "part",
}  # fmt: skip
"""Lines of `extra` that stand for a field."""

_VERSIONED = frozenset(("dataset", "computerProgram"))
_LABELS_OF_VERSIONED = {**_LABELS, "volume": "edition"}

_PAPERS = frozenset(("journalArticle", "conferencePaper", "magazineArticle", "newspaperArticle"))
_WITH_EVENT = frozenset(("presentation", "hearing", "bill", "interview", "letter", "artwork"))
_WITHOUT_PUBLISHER = frozenset(("thesis", "bookSection", "preprint", *_PAPERS))
_ANNOTATIONS = frozenset(
    """
    key version itemType parentItem collections relations tags dateAdded dateModified deleted
    inPublications accessDate citationKey
    """.split()
)
"""What is about the item rather than the work."""

_OF_A_PERSON = frozenset(("creatorType", "firstName", "lastName"))
_OF_A_REGISTER = ("trial", "isrctn", "drks", "anzctr", "ctri", "irct", "umin")
"""What the address of a register of trials has somewhere."""
_DEGREE = re.compile(
    r"(?P<bachelor>bachelor|b\.? ?[sa]c?\b|fin de grado|licenci?at(?:ur|ura)\b|licencjac|学士|학사)"
    r"|(?P<master>master|m[aá]ster|maestr[ií]a|mestrado|ma[iî]trise|magist|магистер|diplom|дипломн"
    r"|y[uü]ksek lisans|laurea|硕士|碩士|修士|석사|m\.? ?(?:sc|a|phil)\b)"
    r"|(?P<habilitation>habil|докторск)"
    r"|(?P<doctor>do[ck]t|doutora|dottora|кандидатск|博士|박사|ph\.? ?d|dissertation|proefschrift)",
    re.IGNORECASE,
)
_VERSION = re.compile(r"\[version\s+(\d{1,3})\b[^\[\]]*+\]$", re.IGNORECASE)
_WITH_TRIALS = ("title", "url", "archiveLocation", "callNumber", "extra", "publicationTitle")
_DATE = re.compile(r"(?:1[4-9]|20)\d\d[-/](\d\d?)(?:[-/](\d\d?))?(?!\d)")
_YEAR_ALONE = 4
_LAST_NUMBER = re.compile(r"(?:^|[\s#.-])([A-Za-z]{0,6}[-/]?[0-9][0-9/.-]*[a-z]?)\s*$")
"""The number of a report at the end of its series: `Harbour Reports, No. 17`."""

_ACCESSION = re.compile(r"[A-Z]{1,6}(?:-[A-Z]{2,5}-)?[0-9]{4,12}")
"""What repositories of data give, as `GSE12345`; other accession numbers are a database's own."""

_VERSION_NUMBER = re.compile(r"v?[0-9]+(?:\.[0-9]+)+[a-z0-9.-]{0,12}", re.IGNORECASE)
_FREE_NUMBER = re.compile(r"(?=.*[0-9])[^:]{1,60}")


def details_of(data: Mapping[str, Any]) -> Details:
    """Return what tells an item apart beside its title, people, year and place."""
    get = data.get
    item_type = get("itemType") or ""
    lines = _lines(get("extra") or "", item_type)
    is_paper = item_type in _PAPERS
    return Details(
        number=first_of(data, _NUMBERS.get(item_type, ()))
        or lines.get("number", "")
        or _number_elsewhere(data, item_type),
        part="" if is_paper else _part(data) or lines.get("part", ""),
        edition=_edition(data, item_type) or ("" if is_paper else lines.get("edition", "")),
        day=_day(data),
        address=_address(get("url") or "", is_paper=is_paper),
        trials=_trials(data),
        language="" if is_paper else get("language") or "",
        translators=_translators(data),
        publisher="" if item_type in _WITHOUT_PUBLISHER else first_of(data, _PUBLISHERS),
        event=first_of(data, _PLACES) if item_type in _WITH_EVENT else "",
        record=_digest(data),
    )


def _lines(extra: str, item_type: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if not extra:
        return found
    labels = _LABELS_OF_VERSIONED if item_type in _VERSIONED else _LABELS
    for label, text in lines_of(extra):
        if name := labels.get(label.casefold()):
            found.setdefault(name, text)
    if "number" not in found and item_type in _NUMBERS:
        # A number that had no field is a line without a label.
        for line in extra.split("\n"):
            if _FREE_NUMBER.fullmatch(line):
                found["number"] = line
                break
    return found


def _number_elsewhere(data: Mapping[str, Any], item_type: str) -> str:
    """Return the number that a report has in its series, or a dataset in its repository."""
    if item_type == "report":
        found = _LAST_NUMBER.search(first_of(data, ("seriesTitle", "series")))
        return found[1] if found else ""
    if item_type == "dataset":
        archive = data.get("archiveLocation") or ""
        return archive if _ACCESSION.fullmatch(archive) else ""
    return ""


def _edition(data: Mapping[str, Any], item_type: str) -> str:
    """Return which edition it is of a book, a dataset, or a newspaper of one day."""
    if item_type in _PAPERS and item_type != "newspaperArticle":
        return _version_in(data)
    return first_of(data, _EDITIONS) or _version_in(data) or _version_of_system(data)


def _version_of_system(data: Mapping[str, Any]) -> str:
    """Return the version of a program where some exports have it."""
    system = data.get("system") or ""
    return system if _VERSION_NUMBER.fullmatch(system) else ""


def _version_in(data: Mapping[str, Any]) -> str:
    """Return the version in a title's note: `[version 2; peer review: 1 approved]`."""
    title = data.get("title") or ""
    found = _VERSION.search(title) if title.endswith("]") else None
    return found[1] if found else ""


def _address(url: str, *, is_paper: bool) -> str:
    """Return a normal address; that of a paper differs by database, unless it is a register's."""
    if not url or (is_paper and not _is_of_a_register(url)):
        return ""
    return normal_address(url)


def _is_of_a_register(url: str) -> bool:
    # Asked of nearly every paper: a pattern of several words takes ten times as long.
    return any(map(url.casefold().__contains__, _OF_A_REGISTER))


def _part(data: Mapping[str, Any]) -> str:
    """Return which part it is, or for what degree: one title may serve two theses."""
    if (degree := data.get("thesisType")) and (found := _DEGREE.search(degree)):
        return next(level for level, text in found.groupdict().items() if text)
    return first_of(data, _PARTS)


def _day(data: Mapping[str, Any]) -> str:
    text = first_of(data, DATES)
    found = _DATE.search(text) if len(text) > _YEAR_ALONE else None
    if not found:
        return ""
    month = f"{int(found[1]):02}"
    return f"{month}-{int(found[2]):02}" if found[2] else month


def _trials(data: Mapping[str, Any]) -> tuple[str, ...]:
    text = " ".join([text for name in _WITH_TRIALS if (text := data.get(name))])
    found = find_trial_numbers(text) if text else ()
    abstract = data.get("abstractNote")
    return found or (find_trial_numbers(abstract) if abstract else ())


def _translators(data: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        creator.get("lastName") or creator.get("name") or ""
        for creator in data.get("creators") or ()
        if creator.get("creatorType") == "translator"
    )


def _digest(data: Mapping[str, Any]) -> str:
    said: list[str] = []
    for name in _in_order(tuple(data)):
        value = data[name]
        if name == "creators":
            said += map(_say_creator, value)
        elif value:
            said.append(f"{name}={value}")
    content = "\x1f".join(said)
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


@lru_cache(maxsize=1024)
def _in_order(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return in order what says something of a work: items have much the same properties."""
    return tuple(sorted(set(names) - _ANNOTATIONS))


def _say_creator(creator: Mapping[str, str]) -> str:
    if creator.keys() == _OF_A_PERSON:
        kind, given, family = creator["creatorType"], creator["firstName"], creator["lastName"]
        return f"creatorType={kind}\x1efirstName={given}\x1elastName={family}"
    return "\x1e".join([f"{role}={text}" for role, text in sorted(creator.items())])
