"""A DOI, bare and in lower case, out of whatever stands in the field.

NAME       the whole DOI: `10.` registrant `/` suffix. The suffix may hold nearly anything, so a
           name is found by its beginning and ends at a blank or where a second one begins.
ADDRESS    a link that leads to the name: of a resolver (`https://doi.org/…`), of a library's proxy,
           or of a publisher. Only a publisher's address carries view suffixes (`/full`, `.pdf`).
SICI       the old form with `<`, `>`, `;` and brackets inside, hence the care with punctuation.

Source of the rules: the DOI Handbook (2.2 syntax, 2.4 case) and what real exports hold.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

from syncd.identity.spelling import decode_html, decode_percent, plain
from syncd.record import Doi

_REGISTRANT = r"10\.(?:[0-9]{4,9}(?:\.[0-9]{1,20}){0,10}|97[89]\.[0-9]{1,20})"

# Most fields hold just this, and it needs no work. bioRxiv is left to the careful way.
_CANONICAL = re.compile(
    r"10\.(?!1101/|64898/)[0-9]{4,9}/[0-9a-z._/:-]*+(?:\([0-9a-z._-]*\)[0-9a-z._/:-]*+)*+"
    r"(?:(?<=[0-9a-z])|(?<=[0-9a-z]\)))",
    re.ASCII,
)

_NAME_BEGINS = re.compile(
    rf"(?:(?<![0-9a-z.])|(?<=doi)|(?<=doi\.)){_REGISTRANT}/(?=\S)", re.ASCII | re.IGNORECASE
)
_NAME_ENDS = re.compile(
    r"""[\s"“”]
    | https?://                                            # a second link, glued on
    | (?<![;,|])[;,|]++(?=(?:doi:?|https?://\S{0,300}?/)?10\.[0-9]{4,9}/)  # a second name
    | </?(?:a|b|br|doi|em|i|p|span|strong|sub|sup|url)(?:\s[^<>]*)?/?>
    | \[(?:doi|pii)\]
    | [?&][a-z_][a-z0-9_.-]*=                              # tracking parameters
    """,
    re.IGNORECASE | re.VERBOSE,
)

_BLANK_AFTER_TEN = re.compile(r"(?<![0-9a-zA-Z.])10\.\s+(?=[0-9]{4,9}(?:\.[0-9]+)*\s*/)")
_BLANKS_AT_SLASH = re.compile(rf"({_REGISTRANT})(?:\s+/\s*|/\s+)(?=\S)")
_BREAK_AFTER_HYPHEN = re.compile(r"(?<=\S-)[ \t]*+[\r\n]++\s*+(?=\S)")
_BLANKS_IN_SICI = re.compile(
    r"(?<!\s)\s*+([<\[])\s*+([^<>\[\]\s]*+)\s*+([>\]])\s*+([0-9]\.[0-9]\.co;2)", re.IGNORECASE
)
_SLASH_ENCODED_TWICE = re.compile(rf"{_REGISTRANT}%2f", re.IGNORECASE)

_TEX = (
    (re.compile(r"\{?\\textunderscore(?:\{\}|\s)?\}?"), lambda _: "_"),
    (re.compile(r"\{?\\text(less|greater)(?:\{\})?\}?"), lambda m: "<>"[m[1] == "greater"]),
    (re.compile(r"\$\\?([<>_&#%])\$"), lambda m: m[1]),
    (re.compile(r"\{\\?([<>_&#%~])\}"), lambda m: m[1]),
    (re.compile(r"\\([_&#%$~{}()\[\]<>;:-])"), lambda m: m[1]),
)

_RESOLVER = re.compile(
    r"(?:doi[.-]org|hdl[.-]handle[.-]net)[^/\s]{0,300}+/(?:doi:?\s*+)?$", re.IGNORECASE
)
_ADDRESS = re.compile(
    r"(?:^|[\s<(\[{\"'=])(?:https?://)?[^\s/][^\s/.]{0,300}+\.[^\s/]{1,300}+/\S{0,300}+$",
    re.IGNORECASE,
)
_LONGEST_ADDRESS = 300
"""What these patterns allow for too, so that each takes time that grows with the text alone."""
_VIEW = re.compile(
    r"""/?(?:[/.](?:
        full | abstract | abs | pdf | epdf | pdfplus | pdfdirect | pdfft | fpdf | html | xml | epub
        | full[.-]?text | summary | short | long | meta | references | citations? | metrics
        | figures | tables | figure-?s | supplemental | suppl_file | related | similar
    )){1,20}+/?$""",
    re.VERBOSE,
)
_BIORXIV = re.compile(r"(10\.(?:1101|64898)/(?:[0-9]{4}\.[0-9]{2}\.[0-9]{2}\.)?[0-9]{6,8})v[0-9]+")
_FRAGMENT = re.compile(r"#[a-z0-9_!:/~.=-]+$")

_OPENING = {")": "(", "]": "[", "}": "{", ">": "<"}
_TRAILING = ".,;:'*\"`´’‘”“»›"
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def parse_doi(text: str) -> Doi | None:
    """Return the first DOI of a field in its canonical spelling, or None.

    Short DOIs (`10/abc`) are None: they can be resolved but never compared.
    """
    lowered = text.lower()
    if _CANONICAL.fullmatch(lowered):
        return Doi(lowered)
    return next(_names(text), None)


def parse_dois(text: str) -> list[Doi]:
    """Return every DOI of a field, each once, in the field's order."""
    lowered = text.lower()
    if _CANONICAL.fullmatch(lowered):
        return [Doi(lowered)]
    return list(dict.fromkeys(_names(text)))


def _names(text: str) -> Iterator[Doi]:
    if "10" not in (text := plain(text)):
        return
    text = _repair(_decode(text))
    position = 0
    while begin := _NAME_BEGINS.search(text, position):
        ending = _NAME_ENDS.search(text, begin.end())
        position = ending.start() if ending else len(text)
        # An address that leads to the name stands right before it; more would cost a long text
        # of many names the square of its length.
        before = text[max(0, begin.start() - _LONGEST_ADDRESS) : begin.start()]
        name = _finish(text[begin.start() : position], before=before)
        if name is not None:
            yield name


def _decode(text: str) -> str:
    if "&" in text:
        text = decode_html(text)
    if "%" in text:
        text = decode_html(decode_percent(text))
        if _SLASH_ENCODED_TWICE.search(text):
            text = decode_percent(text)
    if "\\" in text or "$" in text or "{" in text:
        for pattern, replacement in _TEX:
            text = pattern.sub(replacement, text)
    return text


def _repair(text: str) -> str:
    """Take out the blanks and line breaks that do not belong to a name."""
    text = _BREAK_AFTER_HYPHEN.sub("", text.strip())
    if not _has_blank(text):
        return text
    text = _BLANK_AFTER_TEN.sub("10.", text)
    text = _BLANKS_AT_SLASH.sub(r"\1/", text)
    return _BLANKS_IN_SICI.sub(r"\1\2\3\4", text)


def _has_blank(text: str) -> bool:
    return len(text.split(None, 1)) > 1


def _finish(name: str, *, before: str) -> Doi | None:
    name = _without_trailing(name.translate(_LOWER))
    if _ADDRESS.search(before):
        name = _FRAGMENT.sub("", name).rstrip("/")
        if not _RESOLVER.search(before):
            name = _VIEW.sub("", name)
    if biorxiv := _BIORXIV.match(name):
        name = biorxiv[1]
    name = _without_trailing(name)
    return Doi(name) if re.fullmatch(rf"{_REGISTRANT}/.+", name, re.DOTALL) else None


def _without_trailing(name: str) -> str:
    """Take off punctuation, and closing brackets that were never opened, from the end."""
    missing = {
        last: name.count(last) - name.count(opening)
        for last, opening in _OPENING.items()
        if last in name
    }
    end = len(name)
    while end:
        last = name[end - 1]
        if missing.get(last, 0) > 0:
            missing[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return name[:end]
